#!/usr/bin/env bash
# The calendars of the whole corpus, published by us, read by real calendar clients: what each shows against what we mean.
#
#   tests/clients.sh [FOLDER]      FOLDER keeps the calendars and what each client made of them (default: a new one in /tmp)
#
# CF_ONLY="rie khal …" takes some of the clients, PARTS="03 17" some of the parts. All of both take an hour or more.
# tests/clients.md says which client differs on what, and why; whatever is not explained there fails. 77: tools missing.
set -uo pipefail
cd "$(dirname "$0")/.."
check=$PWD/../shared/tools/clients/check_feed.sh
if [ ! -d ../shared/corpus/ics ] || [ ! -f "$check" ] || [ ! -d "${CF_HOME:-$HOME/.cache/calendar-clients}" ]; then
    echo "skipped: no ../shared/corpus, no $check, or its setup.sh was not run"
    exit 77
fi
folder=${1:-$(mktemp -d)}
mkdir -p "$folder/calendars" "$folder/read"
if ! FOLKMOOT_CORPUS_OUT=$folder/calendars cargo test --locked --test it published::corpus::the_corpus; then
    echo "the calendars could not be made"
    exit 1
fi
for calendar in "$folder"/calendars/*.ics; do
    part=$(basename "$calendar" .ics)
    [[ -z "${PARTS:-}" || " $PARTS " == *" ${part%%_*} "* ]] || continue
    IFS=_ read -r _ from days <<<"$part"
    read=$folder/read/$part
    mkdir -p "$read"
    # Our own lines are the yardstick.
    cp "$folder/calendars/$part.txt" "$read/ours.txt"
    echo "$part: $(stat -c %s "$calendar") bytes"
    CF_REF=ours CF_FROM=${from}T000000Z CF_DAYS=$days CF_TIMEOUT=${CF_TIMEOUT:-300} \
        bash "$check" "$calendar" "$read" >"$read/log" 2>&1
done
python3 tests/clients.py "$folder/read"
