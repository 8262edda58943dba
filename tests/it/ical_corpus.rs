//! Our reading of iCalendar against what the best libraries agree on, over a corpus of calendars from the wild.
//!
//! The corpus lies beside the repository (`../shared/corpus`) and the test is skipped where it is not. Run
//! `cargo test --test it ical_corpus -- --nocapture` to see the percentage and each file that differs.

use std::{collections::BTreeSet, fs, path::Path};

use calcard::{Entry as CalcardEntry, Parser, icalendar::ICalendarComponentType};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use folkmoot::{
    event::Span,
    normalise::{
        recurrence,
        series::{self, Times, ZoneContext},
    },
    read::{Document, Hint, ical},
};
use serde::Deserialize;

/// UID, start, end, all-day.
pub(crate) type Row = (Option<String>, String, String, bool);

/// What the libraries agree on for one file.
#[derive(Deserialize)]
pub(crate) struct Expected {
    pub(crate) file: String,
    occurrences: Vec<Row>,
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) default_tz: Tz,
    disputed_uids: BTreeSet<String>,
    end_disputed_uids: BTreeSet<String>,
}

/// Where we differ from the list on purpose, and what RFC 5545 says.
const KNOWN: [(&str, &str); 4] = [
    (
        "parsing_error.ics",
        "The libraries throw away an event for an empty EXDATE; section 3.8.5.1 makes that line invalid, and we leave out the line.",
    ),
    (
        "ical~041.ics",
        "TZID=\" 1\" names the file's own VTIMEZONE (section 3.2.19), Paris by its rules; the libraries lose the space and take the default zone.",
    ),
    (
        "civicplus_bloomfieldtwpnj_14.ics",
        "DTEND on the day of DTSTART: it must be later (section 3.8.2.2), so it counts as not stated and the event lasts that day.",
    ),
    (
        "ucdavis_library.ics",
        "DTEND on the day of DTSTART: it must be later (section 3.8.2.2), so it counts as not stated and the event lasts that day.",
    ),
];

/// The list of the corpus was cut at this many occurrences a file.
const CUT: usize = 500;

pub(crate) fn corpus() -> Option<&'static Path> {
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
        calendars: &document.zones,
        feed_zone: None,
        network_zone: expected.default_tz,
    };
    let (series, _, _) = series::series(&document.entries, &zones);
    let (from, to) = (midnight(expected.from), midnight(expected.to));
    let mut rows = Vec::new();
    for series in &series {
        let Times { span: Some(span), time_zone, recurrence } = &series.times else { continue };
        let expansion = recurrence::expand(span, *time_zone, recurrence.as_ref(), from, to);
        if let Some(recurrence) = recurrence {
            let last = recurrence::last_instance(span, *time_zone, recurrence);
            assert!(last.is_some() || !recurrence.rrule.is_empty(), "only rules go on for ever");
        }
        let uid = &series.entry.reference;
        rows.extend(
            expansion.occurrences.iter().map(|occurrence| row(uid.clone(), &occurrence.span)),
        );
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
    match ical::read(bytes, &Hint::default()) {
        Ok(document) => compare(rows(&document, expected), expected),
        Err(error) => Some(format!("  could not be read: {error}")),
    }
}

/// Where the rows found are not those expected, in words.
pub(crate) fn compare(found: Vec<Row>, expected: &Expected) -> Option<String> {
    let wanted = comparable(expected.occurrences.clone(), expected);
    let mut found = comparable(found, expected);
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

/// Why we differ in a file.
pub(crate) fn why(file: &str) -> &'static str {
    KNOWN.iter().find(|(name, _)| file.ends_with(name)).map_or("NOT EXPLAINED", |(_, words)| words)
}

#[test]
fn agrees_with_the_libraries() {
    let Some(corpus) = corpus() else { return };
    let list = fs::read_to_string(corpus.join("expected_ics.jsonl")).unwrap();
    let (mut total, mut agreed) = (0_u32, 0_u32);
    for line in list.lines() {
        let expected: Expected = serde_json::from_str(line).unwrap();
        let bytes = fs::read(corpus.join("ics").join(&expected.file)).unwrap();
        total += 1;
        match difference(&expected, &bytes) {
            None => agreed += 1,
            Some(text) => println!("{}\n  {}\n{text}", expected.file, why(&expected.file)),
        }
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
        let ours =
            ical::read(&bytes, &Hint::default()).map_or(0, |d| d.entries.len() + d.skipped.len());
        let theirs = events_by_calcard(&bytes);
        files += 1;
        if ours != theirs {
            differing.push(format!("{}: {ours}, calcard {theirs}", path.display()));
        }
    }
    println!("{files} files, {} with another count\n{}", differing.len(), differing.join("\n"));
    assert!(differing.is_empty(), "{differing:#?}");
}

/// A small generator of numbers that are the same at each run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0).map_or(0, |number| number % limit.max(1))
    }
}

fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    const BITS: [&str; 12] = [
        "\r\nRRULE:FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2\r\n",
        "COUNT=99999999",
        "99999999T999999Z",
        "\r\n ",
        "\0",
        "\"",
        "BEGIN:VEVENT\r\n",
        "END:VEVENT\r\n",
        ";TZID=\"x",
        "INTERVAL=65535;",
        "-",
        "\u{e9}",
    ];
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len());
        let byte = u8::try_from(dice.below(256)).unwrap_or_default();
        match dice.below(5) {
            0 => bytes.truncate(at.max(bytes.len() / 2)),
            1 => bytes.iter_mut().skip(at).take(1).for_each(|old| *old = byte),
            2 => {
                let bit = BITS.get(dice.below(BITS.len())).unwrap_or(&"").bytes();
                bytes.splice(at..at, bit);
            }
            3 => drop(bytes.drain(at..(at + dice.below(40)).min(bytes.len()))),
            _ => {
                // Digits are where dates, offsets and rules go wrong.
                let digit = bytes.iter_mut().skip(at).find(|byte| byte.is_ascii_digit());
                digit.into_iter().for_each(|digit| *digit = b'0' + byte % 10);
            }
        }
        if bytes.is_empty() {
            return;
        }
    }
}

/// Damaged calendars may be read badly, but they are read to the end. `FOLKMOOT_ROUNDS` makes it longer.
#[test]
fn damage_is_survived() {
    let Some(corpus) = corpus() else { return };
    let rounds =
        std::env::var("FOLKMOOT_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_u64);
    let list = fs::read_to_string(corpus.join("expected_ics.jsonl")).unwrap();
    for (number, line) in list.lines().enumerate() {
        let expected: Expected = serde_json::from_str(line).unwrap();
        let original = fs::read(corpus.join("ics").join(&expected.file)).unwrap();
        if original.len() > 30_000 {
            continue;
        }
        for round in 0..rounds {
            let seed = round * 1000 + u64::try_from(number).unwrap() + 1;
            let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mut bytes = original.clone();
            damage(&mut bytes, &mut dice);
            if let Ok(document) = ical::read(&bytes, &Hint::default()) {
                rows(&document, &expected);
            }
        }
    }
}
