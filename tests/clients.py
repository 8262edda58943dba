"""Sums up what the calendar clients made of the corpus: clients.py FOLDER, one folder in it for each part.

Exit 1 when a client failed or showed anything else than we meant, but for what EXPLAINED says (tests/clients.md has the reasons).
"""

import collections
import datetime
import pathlib
import re
import sys

# FullCalendar's plugin reads clocks and no zones: an event in a foreign zone is shown at that zone's time.
READS_NO_ZONES = {"fullcalendar"}


# They tell nothing of STATUS: the title has to.
IGNORE_STATUS = {"fullcalendar"}


def lines(file):
    text = file.read_text(encoding="utf-8")
    return {line for line in text.splitlines() if line and not line.startswith("#")}


def title(line):
    # node-ical takes quotes off a title that stands in them.
    return line.partition(" | ")[2].strip('"')


def foreign(calendar):
    """Titles of events in another zone than the calendar's own."""
    text = calendar.read_bytes().decode("utf-8").replace("\r\n ", "")
    titles = set()
    for event in text.split("BEGIN:VEVENT")[1:]:
        zone = re.search(r"^DTSTART;TZID=([^:]*)", event, re.MULTILINE)
        if zone and zone[1] != "Europe/London":
            summary = re.search(r"^SUMMARY:(.*)", event, re.MULTILINE)[1]
            plain = re.sub(r"\\(.)", lambda escaped: " " if escaped[1] in "nN" else escaped[1], summary)
            titles.add(" ".join(plain.split()).strip('"'))
    return titles


def an_hour_early(line):
    return line.replace("T01:", "T00:", 1)


def explained(client, missing, extra, elsewhere):
    """What is left of the differences that nothing explains."""
    if client in READS_NO_ZONES:
        # At 23:00 of British summer time the clock is already past an UNTIL at the end of the local day in UTC.
        late = {title(line) for line in missing if line[10:13] == "T22"}
        moved = elsewhere | late
    elif client == "khal":
        # Its runner prints London's clock, and the hour that comes twice in October says nothing of which it is.
        twice = {line for line in missing if line[5:7] == "10" and an_hour_early(line) in extra}
        missing, extra = missing - twice, extra - {an_hour_early(line) for line in twice}
        moved = set()
    elif client == "nodeical":
        # Quotes around a title; zones after 2037, where its tables end.
        same = {(line[:16], title(line)) for line in missing} & {(line[:16], title(line)) for line in extra}
        missing = {line for line in missing if (line[:16], title(line)) not in same}
        extra = {line for line in extra if (line[:16], title(line)) not in same}
        moved = {title(line) for line in missing if line[:4] > "2037"}
    else:
        moved = set()
    return (
        {line for line in missing if title(line) not in moved},
        {line for line in extra if title(line) not in moved},
    )


def main(folder):
    calendars = pathlib.Path(folder).parent / "calendars"
    table = collections.defaultdict(collections.Counter)
    bad = False
    for part in sorted(pathlib.Path(folder).iterdir()):
        # Some runners look at the window's edges in London, where midnight is an hour early in summer.
        _, first, days = part.name.split("_")
        begin = datetime.datetime.strptime(first, "%Y%m%d").date()
        begin, end = begin.isoformat(), (begin + datetime.timedelta(days=int(days))).isoformat()
        ours = {line for line in lines(part / "ours.txt") if begin < line[:10] < end}
        elsewhere = foreign(calendars / f"{part.name}.ics")
        log = (part / "log").read_text(encoding="utf-8")
        for file in sorted(part.glob("*.txt")):
            client = file.stem
            if client in ("ours", "raw"):
                continue
            row = table[client]
            if re.search(rf"^{re.escape(client)} +FAIL", log, re.MULTILINE):
                row["failed"] += 1
                bad = True
                print(f"{part.name}: {client} FAILED")
                continue
            shown = {line for line in lines(file) if begin < line[:10] < end}
            meant = ours
            if client in IGNORE_STATUS:
                meant = {line.removesuffix(" [CANCELLED]") for line in ours}
            missing, extra = meant - shown, shown - meant
            row["parts"] += 1
            row["dates"] += len(ours)
            row["missing"] += len(missing)
            row["too many"] += len(extra)
            strange = explained(client, missing, extra, elsewhere)
            for sign, found in zip("-+", strange):
                bad |= bool(found)
                row["unexplained"] += len(found)
                for line in sorted(found)[:10]:
                    print(f"{part.name}: {client} {sign} {line[:120]}")
    columns = ["parts", "failed", "dates", "missing", "too many", "unexplained"]
    print("".join(f"{name:>14}" for name in ["client", *columns]))
    for client, row in sorted(table.items()):
        print(f"{client:>14}" + "".join(f"{row[name]:>14}" for name in columns))
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
