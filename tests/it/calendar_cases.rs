//! Calendars that are odd in one way each: a folder with the input, a word on where such a thing is met, and what is
//! made of it, times and all. A folder without an expectation fails; `WRITE_EXPECTED=1` writes it, for a person to check.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use folkmoot::{
    event::{Draft, Local, Span},
    feed::{Feed, Network},
    member::Members,
    normalise::{self, recurrence::expand},
    publish::in_zone,
    read::{Hint, ical},
};
use serde_json::{Value, json};

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn span(span: &Span, draft: &Draft) -> String {
    let zone = draft.facts.time_zone;
    let at = |at: DateTime<Utc>| in_zone(at, zone);
    match span {
        Span::AllDay { start, end } => format!("{start} to {end}"),
        Span::Timed { start, end } => {
            let end = end.map_or_else(|| "?".to_owned(), at);
            format!("{} to {end}", at(*start))
        }
    }
}

fn event(draft: &Draft) -> Value {
    let facts = &draft.facts;
    let (from, to) = (instant("2026-12-01T00:00:00Z"), instant("2028-01-01T00:00:00Z"));
    let overrides = facts.recurrence.iter().flat_map(|rule| &rule.overrides).collect::<Vec<_>>();
    let dates = facts.span.map(|first| {
        let dates = expand(&first, facts.time_zone, facts.recurrence.as_ref(), from, to);
        dates.occurrences
    });
    let date = |date: &folkmoot::event::Occurrence| {
        let change = date.changed_by.and_then(|index| overrides.get(index));
        let mut text = span(&date.span, draft);
        if let Some(Local::Time(at)) = date.instance.filter(|_| change.is_some()) {
            text += &format!(", in place of {at}");
        }
        if let Some(status) = change.and_then(|change| change.status) {
            text += &format!(", {status:?}");
        }
        if let Some(title) = change.and_then(|change| change.title.as_ref()) {
            text += &format!(", {title:?}");
        }
        text
    };
    json!({
        "ref": draft.reference, "title": facts.title, "time_zone": facts.time_zone.name(),
        "status": facts.status, "private": draft.private,
        "description": facts.description, "url": facts.url, "join_url": facts.join_url,
        "place": facts.place, "organiser": facts.organiser.name,
        "rrule": facts.recurrence.as_ref().map(|rule| &rule.rrule),
        "dates": dates.iter().flatten().take(10).map(date).collect::<Vec<_>>(),
    })
}

fn outcome(bytes: &[u8], members: &Members) -> Value {
    let document = match ical::read(bytes, &Hint::default()) {
        Ok(document) => document,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let feed = Feed::new("case", "https://www.council.example/events.ics".parse().unwrap());
    let (network, pages) = (Network::default(), HashMap::new());
    let now = instant("2026-11-22T12:00:00Z");
    let context =
        normalise::Context { feed: &feed, network: &network, members, now, pages: &pages };
    let found = normalise::normalise(&document, &context);
    let strip = |mut value: Value| {
        if let Value::Object(fields) = &mut value {
            fields.retain(|_, value| !value.is_null());
        }
        value
    };
    json!({
        "complete": document.complete,
        "events": found.drafts.iter().map(|draft| strip(event(draft))).collect::<Vec<_>>(),
        "skipped": found.skipped,
        "problems": found.problems.iter().map(|p| json!([p.code, p.line])).collect::<Vec<_>>(),
    })
}

#[test]
fn every_odd_calendar_is_understood_as_its_folder_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calendars");
    let members = Members::embedded().unwrap();
    let mut cases: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|case| case.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 10, "the cases are gone");
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        assert!(case.join("about.md").exists(), "{name} does not say what is odd");
        let found = outcome(&fs::read(case.join("input.ics")).unwrap(), &members);
        let expected = case.join("expected.json");
        if std::env::var_os("WRITE_EXPECTED").is_some() {
            let text = serde_json::to_string_pretty(&found).unwrap();
            fs::write(&expected, format!("{text}\n")).unwrap();
        }
        let Ok(text) = fs::read_to_string(&expected) else {
            wrong.push(format!("{name} has no expected.json; found {found:#}"));
            continue;
        };
        if found != serde_json::from_str::<Value>(&text).unwrap() {
            wrong.push(format!("{name}: found {found:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
