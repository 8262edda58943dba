//! Odd feeds as cases: what is made of a feed's bytes, in a form that a test can compare, and the bytes without the
//! data of people.
//!
//! A case is a folder: `input.*`, `about.md` with what is odd, `expected.json`. `folkmoot check --save-case` writes one;
//! the tests walk `tests/feeds` and `tests/calendars`. Everything that a case depends on is fixed here, so that a
//! case says the same for ever.

mod redact;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use url::Url;

use crate::{
    event::{Draft, Local, Occurrence, Span},
    feed::{Feed, Format, Network},
    member::Members,
    normalise::{self, Normalised, recurrence::expand},
    publish::in_zone,
    read::{self, DateOrigin, Document, Entry, Hint, ReadError, Text, Written, WrittenZone, ical},
};

pub use redact::{Redacted, redacted};

/// Where the feeds of all cases are said to come from.
const FEED: &str = "https://www.council.example/feed/";
/// The moment at which all cases are looked at.
const NOW: &str = "2026-11-22T12:00:00Z";
/// The dates that are shown: from the first of these to the second.
const RANGE: [&str; 2] = ["2026-12-01T00:00:00Z", "2028-01-01T00:00:00Z"];
/// Dates shown of one event.
const SHOWN: usize = 10;

/// Which cases a feed belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `tests/feeds`: RSS, Atom, JSON and pages.
    Feed,
    /// `tests/calendars`: iCalendar.
    Calendar,
}

impl Kind {
    /// That of a feed's bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if ical::looks_like(bytes) { Self::Calendar } else { Self::Feed }
    }

    /// The folder of its cases.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Feed => "tests/feeds",
            Self::Calendar => "tests/calendars",
        }
    }

    /// The name of the input, by what the bytes look like.
    #[must_use]
    pub fn file(self, bytes: &[u8]) -> &'static str {
        let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048)).unwrap_or_default());
        let head = head.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
        match self {
            Self::Calendar => "input.ics",
            Self::Feed if head.starts_with(['{', '[']) => "input.json",
            Self::Feed if head.contains("<html") || head.starts_with("<!doctype html") => {
                "input.html"
            }
            Self::Feed => "input.xml",
        }
    }

    /// What is made of the bytes.
    #[must_use]
    pub fn outcome(self, bytes: &[u8], members: &Members) -> Value {
        let hint = Hint { base: FEED.parse().ok(), ..Hint::default() };
        let read = match self {
            Self::Feed => read::read(bytes, &hint),
            Self::Calendar => ical::read(bytes, &Hint::default()),
        };
        let document = match read {
            Ok(document) => document,
            Err(error) => return failure(&error),
        };
        let Some(found) = normalised(&document, members) else { return Value::Null };
        let (format, complete) = (document.format, document.complete);
        let events: Vec<Value> = found.drafts.iter().map(event).collect();
        let problems: Vec<Value> = found.problems.iter().map(|p| json!([p.code, p.line])).collect();
        match self {
            Self::Calendar => json!({
                "complete": complete, "events": events, "skipped": found.skipped, "problems": problems,
            }),
            Self::Feed => json!({
                "format": format, "complete": complete,
                "entries": document.entries.iter().map(facts).collect::<Vec<_>>(),
                "events": events, "skipped": found.skipped, "problems": problems,
            }),
        }
    }
}

fn failure(error: &ReadError) -> Value {
    json!({ "error": error.to_string() })
}

fn normalised(document: &Document, members: &Members) -> Option<Normalised> {
    let address = match document.format {
        Format::Ical => "https://www.council.example/events.ics",
        _ => FEED,
    };
    let feed = Feed::new("case", Url::parse(address).ok()?);
    let (network, pages) = (Network::default(), HashMap::new());
    let now = instant(NOW);
    let context =
        normalise::Context { feed: &feed, network: &network, members, now, pages: &pages };
    Some(normalise::normalise(document, &context))
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_default()
}

fn shown(written: &Written) -> String {
    let value = match written.value {
        Local::Date(day) => day.to_string(),
        Local::Time(at) => at.format("%Y-%m-%dT%H:%M").to_string(),
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

/// What an entry says, as far as it says anything.
fn facts(entry: &Entry) -> Value {
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    stripped(json!({
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
    }))
}

/// What is made of an event, times and all.
fn event(draft: &Draft) -> Value {
    let facts = &draft.facts;
    let [from, to] = RANGE.map(instant);
    let dates = facts.span.map(|first| {
        expand(&first, facts.time_zone, facts.recurrence.as_ref(), from, to).occurrences
    });
    let shown = dates.iter().flatten().take(SHOWN).map(|one| date(one, draft));
    let mut event = json!({
        "ref": draft.reference, "title": facts.title, "time_zone": facts.time_zone.name(),
        "status": facts.status, "private": draft.private,
        "description": facts.description, "url": facts.url, "join_url": facts.join_url,
        "place": facts.place, "organiser": facts.organiser.name,
        "rrule": facts.recurrence.as_ref().map(|rule| &rule.rrule),
        "doubt": draft.date_doubt,
    });
    if let Value::Object(fields) = &mut event {
        fields.retain(|_, value| !value.is_null());
        fields.insert("dates".into(), shown.collect());
    }
    event
}

fn date(date: &Occurrence, draft: &Draft) -> Value {
    let overrides = draft.facts.recurrence.iter().flat_map(|rule| &rule.overrides);
    let change = date.changed_by.and_then(|index| overrides.into_iter().nth(index));
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
    text.into()
}

fn span(span: &Span, draft: &Draft) -> String {
    let at = |at: DateTime<Utc>| in_zone(at, draft.facts.time_zone);
    match span {
        Span::AllDay { start, end } => format!("{start} to {end}"),
        Span::Timed { start, end } => {
            format!("{} to {}", at(*start), end.map_or_else(|| "?".to_owned(), at))
        }
    }
}

/// Without what is not there.
fn stripped(all: Value) -> Value {
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match all {
        Value::Object(all) => {
            Value::Object(all.into_iter().filter(|(_, value)| !empty(value)).collect::<Map<_, _>>())
        }
        other => other,
    }
}
