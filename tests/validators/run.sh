#!/usr/bin/env bash
# Judges every kind of output of a running Folkmoot with other people's validators:
#   tests/validators/run.sh http://127.0.0.1:8080 [FOLDER]
# HTML by the Nu HTML Checker, schema.org by the types of schema-dts and a JSON-LD processor, the sitemap by its schema,
# Atom, JSON Feed and OPML by strict parsers. Exit 1 when one finds a fault, 77 when the tools are not installed:
#   tests/validators/run.sh --install        (npm, Python with venv; Java 11 or later for the HTML checker)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tools=${FOLKMOOT_VALIDATORS:-${XDG_CACHE_HOME:-$HOME/.cache}/folkmoot/validators}

if [ "${1:-}" = --install ]; then
    mkdir -p "$tools"
    cp "$here/package.json" "$tools/"
    (cd "$tools" && npm install --silent --no-fund --no-audit) || exit 1
    python3 -m venv "$tools/venv" && "$tools/venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
    exit
fi
base=${1:?usage: run.sh ADDRESS [FOLDER], or run.sh --install}
for needed in java node; do
    command -v "$needed" >/dev/null || { echo "skipped: validators (no $needed)"; exit 77; }
done
[ -x "$tools/venv/bin/python" ] && [ -d "$tools/node_modules/vnu-jar" ] || {
    echo "skipped: validators ($0 --install puts them into $tools)"
    exit 77
}
work=${2:-$(mktemp -d)}
mkdir -p "$work"
[ -n "${2:-}" ] || trap 'rm -rf "$work"' EXIT
failed=0
judge() { local name=$1; shift; if "$@"; then echo "valid: $name"; else echo "NOT VALID: $name"; failed=1; fi; }

node "$here/collect.mjs" "$base" "$work" || exit 1
judge "HTML and CSS, $(ls "$work"/*.html | wc -l) pages" \
    java -jar "$tools/node_modules/vnu-jar/build/dist/vnu.jar" --format text "$work"/*.html
judge "the stylesheet" java -jar "$tools/node_modules/vnu-jar/build/dist/vnu.jar" --css --format text "$work"/*.css
judge "schema.org, $(ls "$work"/*.jsonld | wc -l) events" env FOLKMOOT_VALIDATORS="$tools" node "$here/linked.mjs" "$work"
judge "the sitemap" env FOLKMOOT_VALIDATORS="$tools" node "$here/sitemap.mjs" "$work/sitemap.xml"
judge "Atom, JSON Feed and OPML" "$tools/venv/bin/python" "$here/feeds.py" "$work"
exit "$failed"
