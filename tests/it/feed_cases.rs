//! Feeds and pages that are odd in one way each: a folder with the input, a word on where such a thing is met,
//! and what should be made of it. A folder without an expectation fails.

use std::{fs, path::Path, path::PathBuf};

use folkmoot::read::{
    self, DateOrigin, Document, Entry, Hint, ReadError, Text, Written, WrittenZone,
};
use serde_json::{Map, Value, json};

fn shown(written: &Written) -> String {
    let value = match written.value {
        folkmoot::event::Local::Date(day) => day.to_string(),
        folkmoot::event::Local::Time(at) => at.format("%Y-%m-%dT%H:%M").to_string(),
    };
    match &written.zone {
        WrittenZone::Floating => value,
        WrittenZone::Utc => format!("{value}Z"),
        WrittenZone::Offset(seconds) => {
            format!("{value}{:+03}:{:02}", seconds / 3600, seconds.abs() / 60 % 60)
        }
        WrittenZone::Named(name) => format!("{value}[{name}]"),
    }
}

/// The facts of an entry that are there at all.
fn facts(entry: &Entry) -> Value {
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    let all = json!({
        "ref": entry.reference, "line": entry.line,
        "title": text(&entry.title), "description": text(&entry.description),
        "html": entry.description.as_ref().map(|text| text.html),
        "language": entry.title.as_ref().and_then(|text| text.language.clone()),
        "url": entry.url, "categories": entry.categories,
        "location": entry.location, "address": entry.address, "geo": entry.geo,
        "start": entry.start.as_ref().map(shown), "end": entry.end.as_ref().map(shown),
        "from": entry.date_origin.as_ref().map(|origin| match origin {
            DateOrigin::Ical => "iCalendar".to_owned(),
            DateOrigin::Extension(name) | DateOrigin::Page(name) => name.clone(),
        }),
        "rrule": entry.repeats.rrule, "status": entry.status,
        "published": entry.published, "modified": entry.modified,
        "organiser": entry.organiser, "cost": entry.cost, "sold_out": entry.sold_out,
        "attendance_mode": entry.attendance_mode, "booking_url": entry.booking_url,
    });
    let Value::Object(all) = all else { unreachable!() };
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    Value::Object(all.into_iter().filter(|(_, value)| !empty(value)).collect::<Map<_, _>>())
}

fn outcome(read: Result<Document, ReadError>) -> Value {
    let document = match read {
        Ok(document) => document,
        Err(error) => return json!({"error": error.to_string()}),
    };
    json!({
        "format": document.format, "complete": document.complete,
        "entries": document.entries.iter().map(facts).collect::<Vec<_>>(),
        "skipped": document.skipped,
        "problems": document.problems.iter().map(|problem| json!([problem.code, problem.line])).collect::<Vec<_>>(),
    })
}

#[test]
fn every_odd_feed_is_read_as_its_folder_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/feeds");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|case| case.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 10, "the cases are gone");
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let input = fs::read_dir(&case)
            .unwrap()
            .map(|file| file.unwrap().path())
            .find(|file| {
                file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("input."))
            })
            .unwrap_or_else(|| panic!("{name} has no input"));
        assert!(case.join("about.md").exists(), "{name} does not say what is odd");
        let hint =
            Hint { base: "https://www.council.example/feed/".parse().ok(), ..Hint::default() };
        let found = outcome(read::read(&fs::read(input).unwrap(), &hint));
        let expected = case.join("expected.json");
        if std::env::var_os("WRITE_EXPECTED").is_some() {
            fs::write(&expected, format!("{}\n", serde_json::to_string_pretty(&found).unwrap()))
                .unwrap();
        }
        let Ok(text) = fs::read_to_string(&expected) else {
            wrong.push(format!("{name} has no expected.json; found {found:#}"));
            continue;
        };
        let expected: Value = serde_json::from_str(&text).unwrap();
        if found != expected {
            wrong.push(format!("{name}: expected {expected:#}, found {found:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
