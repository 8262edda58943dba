//! Our reading of iCalendar against what the best libraries agree on, over a corpus of calendars from the wild.
//!
//! The corpus lies beside the repository (`../shared/corpus`) and the test is skipped where it is not. Run
//! `cargo test --test it ical_corpus -- --nocapture` to see the percentage and each file that differs.

use std::{collections::BTreeSet, fs, path::Path, time::Instant};

use calcard::{Entry as CalcardEntry, Parser, icalendar::ICalendarComponentType};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use folkmoot::{
    event::Span,
    normalise::{
        recurrence,
        series::{self, ZoneContext},
    },
    read::{Document, Hint, ical},
};
use serde::Deserialize;

/// UID, start, end, all-day.
type Row = (Option<String>, String, String, bool);

#[derive(Deserialize)]
struct Expected {
    file: String,
    occurrences: Vec<Row>,
    from: NaiveDate,
    to: NaiveDate,
    default_tz: Tz,
    disputed_uids: BTreeSet<String>,
    end_disputed_uids: BTreeSet<String>,
}

/// The list of the corpus was cut at this many occurrences a file.
const CUT: usize = 500;

fn corpus() -> Option<&'static Path> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus"));
    if !path.is_dir() {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn rows(document: &Document, expected: &Expected) -> Vec<Row> {
    let zones = ZoneContext {
        zones: &document.zones,
        document_zone: document.time_zone.as_deref(),
        feed_zone: None,
        network_zone: expected.default_tz,
    };
    let (series, _, _) = series::series(&document.entries, &zones);
    let mut rows = Vec::new();
    for series in &series {
        let times = &series.times;
        let expansion = recurrence::expand(
            &times.span.unwrap(),
            times.time_zone,
            times.recurrence.as_ref(),
            midnight(expected.from),
            midnight(expected.to),
        );
        for occurrence in expansion.occurrences {
            rows.push(row(series.entry.reference.clone(), &occurrence.span));
        }
    }
    rows
}

fn row(uid: Option<String>, span: &Span) -> Row {
    match span {
        Span::AllDay { start, end } => (uid, start.to_string(), end.to_string(), true),
        Span::Timed { start, end } => {
            let text = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            (uid, text(*start), text(end.unwrap_or(*start)), false)
        }
    }
}

/// Leaves out what the libraries dispute, and what lies behind the cut of the list.
fn comparable(mut rows: Vec<Row>, expected: &Expected) -> Vec<Row> {
    let uid = |row: &Row| row.0.clone().unwrap_or_default();
    rows.retain(|row| !expected.disputed_uids.contains(&uid(row)));
    // The list has what begins in its window; an event that merely reaches into it is not there.
    let from = expected.from.to_string();
    rows.retain(|row| row.1 >= from);
    for row in &mut rows {
        if expected.end_disputed_uids.contains(&uid(row)) {
            row.2.clear();
        }
    }
    rows.sort_by(|a, b| (&a.1, &a.0, &a.2).cmp(&(&b.1, &b.0, &b.2)));
    rows
}

fn difference(expected: &Expected, bytes: &[u8]) -> Option<String> {
    let document = match ical::read(bytes, &Hint::default()) {
        Ok(document) => document,
        Err(error) => return Some(format!("  could not be read: {error}")),
    };
    let wanted = comparable(expected.occurrences.clone(), expected);
    let mut found = comparable(rows(&document, expected), expected);
    if expected.occurrences.len() + expected.disputed_uids.len() >= CUT.min(400)
        && let Some(last) = wanted.last()
    {
        let same_moment = wanted.iter().filter(|row| row.1 == last.1).count();
        let before = found.iter().filter(|row| row.1 < last.1).count();
        found.truncate(before + same_moment);
    }
    if found == wanted {
        return None;
    }
    let mut missing = wanted.clone();
    let mut extra = Vec::new();
    for row in &found {
        match missing.iter().position(|known| known == row) {
            Some(at) => drop(missing.remove(at)),
            None => extra.push(row),
        }
    }
    let mut text = format!("  {} missing, {} too many\n", missing.len(), extra.len());
    missing.iter().take(4).for_each(|row| text += &format!("    missing  {row:?}\n"));
    extra.iter().take(4).for_each(|row| text += &format!("    too many {row:?}\n"));
    Some(text)
}

#[test]
fn agrees_with_the_libraries() {
    let Some(corpus) = corpus() else { return };
    let list = fs::read_to_string(corpus.join("expected_ics.jsonl")).unwrap();
    let (mut total, mut agreed) = (0_u32, 0_u32);
    for line in list.lines() {
        let expected: Expected = serde_json::from_str(line).unwrap();
        let bytes = fs::read(corpus.join("ics").join(&expected.file)).unwrap();
        let begun = Instant::now();
        total += 1;
        match difference(&expected, &bytes) {
            None => agreed += 1,
            Some(text) => println!("{}\n{text}", expected.file),
        }
        assert!(begun.elapsed().as_secs() < 20, "{} takes too long", expected.file);
    }
    let percent = f64::from(agreed) * 100.0 / f64::from(total);
    println!("{agreed} of {total} files agree fully: {percent:.2} %");
    assert!(percent >= 99.0, "only {percent:.2} % agree");
}

/// Events by `calcard`, an independent parser.
fn events_by_calcard(bytes: &[u8]) -> usize {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    };
    let mut parser = Parser::new(&text);
    let mut count = 0;
    loop {
        match parser.entry() {
            CalcardEntry::ICalendar(calendar) => {
                let kinds = calendar.components.iter().map(|part| &part.component_type);
                count += kinds.filter(|kind| **kind == ICalendarComponentType::VEvent).count();
            }
            CalcardEntry::Eof => return count,
            _ => {}
        }
    }
}

#[test]
fn finds_as_many_events_as_calcard() {
    let Some(corpus) = corpus() else { return };
    let mut differing = Vec::new();
    let mut files = 0;
    for file in fs::read_dir(corpus.join("ics")).unwrap() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let ours = ical::read(&bytes, &Hint::default()).map_or(0, |d| d.entries.len() + d.skipped.len());
        let theirs = events_by_calcard(&bytes);
        files += 1;
        if ours != theirs {
            differing.push(format!("{}: {ours}, calcard {theirs}", path.display()));
        }
    }
    println!("{files} files, {} with another count\n{}", differing.len(), differing.join("\n"));
    assert!(differing.is_empty(), "{differing:#?}");
}
