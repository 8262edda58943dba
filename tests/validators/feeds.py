"""Judges Atom, JSON Feed and OPML with strict parsers: feeds.py FOLDER"""

import json
import pathlib
import sys

import atoma
import feedparser
import jsonfeedvalidator

folder = pathlib.Path(sys.argv[1])
faults = 0


def fault(name, words):
    global faults
    faults += 1
    print(f"{name}: {words}")


for name in ("feed.atom", "waste.atom", "health.atom"):
    data = (folder / name).read_bytes()
    try:
        feed = atoma.parse_atom_bytes(data)
    except Exception as error:
        fault(name, error)
        continue
    loose = feedparser.parse(data)
    if loose.bozo:
        fault(name, loose.bozo_exception)
    if len(loose.entries) != len(feed.entries):
        fault(name, f"{len(feed.entries)} entries by one parser, {len(loose.entries)} by another")
    ids = [entry.id_ for entry in feed.entries]
    if len(ids) != len(set(ids)):
        fault(name, "an id stands for two entries")
    if not any(link.rel == "self" for link in feed.links):
        fault(name, "does not say its own address")
    if name == "feed.atom" and not ids:
        fault(name, "is empty, so that nothing was judged")

for name in ("feed.json", "waste.json"):
    data = (folder / name).read_bytes()
    try:
        atoma.parse_json_feed_bytes(data)
    except Exception as error:
        fault(name, error)
    feed = json.loads(data)
    if feed["version"] != "https://jsonfeed.org/version/1.1":
        fault(name, f"version is {feed['version']}")
    # The validator knows version 1; these two fields are what version 1.1 added.
    language = feed.pop("language", "en")
    if not isinstance(language, str):
        fault(name, f"language is {language}")
    for item in feed["items"]:
        for author in item.pop("authors", []):
            if not author.get("name"):
                fault(name, f"{item['id']} has an author without a name")
    for error in jsonfeedvalidator.validate_feed(feed | {"version": "https://jsonfeed.org/version/1"}):
        fault(name, f"{error.message} in {'/'.join(map(str, error.path))}")

try:
    atoma.parse_opml_bytes((folder / "feeds.opml").read_bytes())
except Exception as error:
    fault("feeds.opml", error)

sys.exit(1 if faults else 0)
