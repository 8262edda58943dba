//! The calendar that leaves, read back by readers that are not its writer.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "helpers of tests, which may fail"
)]

mod corpus;
mod shapes;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use folkmoot::{
    catalogue::{Base, Catalogue, Range, Update},
    event::{Listing, Span},
    member::Members,
    normalise::{
        recurrence::expand,
        series::{ZoneContext, series},
    },
    publish::{
        Context,
        ical::{CalendarInfo, write},
        state_prefix,
    },
    query::Query,
    read::{Hint, Problem, ical},
    vocabulary::Vocabulary,
};
use proptest::prelude::*;

/// A date as a reader sees it.
type Seen = (DateTime<Utc>, Option<DateTime<Utc>>, bool, String);

fn published(listings: &[Listing]) -> String {
    published_in(listings, range())
}

fn published_in(listings: &[Listing], range: Range) -> String {
    let (vocabulary, members) = (Vocabulary::embedded().unwrap(), Members::embedded().unwrap());
    let context = Context {
        base: "https://moot.example",
        vocabulary: &vocabulary,
        members: &members,
        time_zone: Tz::Europe__London,
    };
    let info = CalendarInfo {
        name: "LocalGov Digital".into(),
        description: Some("Days on which councils work together.".into()),
        url: Some("https://moot.example/".into()),
        source: Some("https://moot.example/calendar.ics".into()),
        time_zone: Tz::Europe__London,
    };
    let listings: Vec<&Listing> = listings.iter().collect();
    write(&info, &listings, range, range.from, &context)
}

fn range() -> Range {
    Range::calendar(&Query::default(), shapes::now())
}

/// What should be seen, straight from the listings.
fn wanted(listings: &[Listing]) -> BTreeSet<Seen> {
    let mut seen = BTreeSet::new();
    for listing in listings {
        for date in listing.occurrences(range()) {
            let prefix = state_prefix(listing, listing.status_of(&date));
            let title = format!("{prefix}{}", listing.title_of(&date));
            seen.insert(as_seen(&date.span, title));
        }
    }
    seen
}

fn as_seen(span: &Span, title: String) -> Seen {
    let zone = Tz::Europe__London;
    let (start, end) = (span.start_utc(zone), span.end_utc(zone));
    (start, Some(end).filter(|end| *end > start), span.is_all_day(), title)
}

/// What our own reader sees.
fn seen_by_us(text: &str, range: Range) -> BTreeSet<Seen> {
    let document = ical::read(text.as_bytes(), &Hint::default()).unwrap();
    assert_eq!(document.skipped, []);
    let large = |problem: &&Problem| problem.code != "large_calendar";
    assert_eq!(document.problems.iter().filter(large).collect::<Vec<_>>(), Vec::<&Problem>::new());
    let zones = ZoneContext {
        calendars: &document.zones,
        feed_zone: None,
        network_zone: Tz::Europe__London,
    };
    let (all, skipped, problems) = series(&document.entries, &zones);
    assert!(skipped.is_empty() && problems.is_empty(), "{skipped:?} {problems:?}");
    let mut seen = BTreeSet::new();
    for one in all {
        let (times, span) = (&one.times, one.times.span.unwrap());
        let (from, to) = (range.from, range.to.unwrap());
        let dates = expand(&span, times.time_zone, times.recurrence.as_ref(), from, to);
        let title = one.entry.title.as_ref().unwrap().value.clone();
        seen.extend(dates.occurrences.iter().map(|date| as_seen(&date.span, title.clone())));
    }
    seen
}

/// What `calcard` sees: start and title.
fn seen_by_calcard(text: &str) -> BTreeSet<(DateTime<Utc>, String)> {
    let calendar = match calcard::Parser::new(text).entry() {
        calcard::Entry::ICalendar(calendar) => calendar,
        other => panic!("calcard reads no calendar: {other:?}"),
    };
    let dates = calendar.expand_dates(calcard::common::timezone::Tz::Tz(Tz::Europe__London), 1_000);
    assert_eq!(dates.errors, []);
    let summary = |id: u32| {
        let component = &calendar.components[id as usize];
        let property = component.property(&calcard::icalendar::ICalendarProperty::Summary).unwrap();
        property.values[0].as_text().unwrap().to_owned()
    };
    dates
        .events
        .iter()
        .map(|event| (event.start.with_timezone(&Utc), summary(event.comp_id)))
        .filter(|(start, _)| *start < range().to.unwrap())
        .collect()
}

fn assert_lines(text: &str) {
    assert!(text.ends_with("\r\n"));
    for line in text.split_terminator("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
    }
}

#[test]
fn reads_back_equal_through_our_own_reader() {
    let listings = shapes::all();
    let text = published(&listings);
    assert_lines(&text);
    let (wanted, seen) = (wanted(&listings), seen_by_us(&text, range()));
    assert!(wanted.len() > 200, "{}", wanted.len());
    let missing: Vec<_> = wanted.difference(&seen).collect();
    let strange: Vec<_> = seen.difference(&wanted).collect();
    assert!(missing.is_empty() && strange.is_empty(), "missing {missing:?}\nstrange {strange:?}");
}

#[test]
fn reads_back_equal_through_calcard() {
    let listings = shapes::all();
    // One by one: an endless series would use up the dates that calcard gives for a calendar.
    let one = |listing: &Listing| seen_by_calcard(&published(std::slice::from_ref(listing)));
    let from = range().from;
    let seen: BTreeSet<_> =
        listings.iter().flat_map(one).filter(|(start, _)| *start >= from).collect();
    let wanted: BTreeSet<_> =
        wanted(&listings).into_iter().map(|(start, .., title)| (start, title)).collect();
    let missing: Vec<_> = wanted.difference(&seen).collect();
    let strange: Vec<_> = seen.difference(&wanted).collect();
    assert!(missing.is_empty() && strange.is_empty(), "missing {missing:?}\nstrange {strange:?}");
}

#[test]
fn the_same_content_is_the_same_bytes_in_any_order_of_arrival() {
    let vocabulary = std::sync::Arc::new(Vocabulary::embedded().unwrap());
    let members = std::sync::Arc::new(Members::embedded().unwrap());
    let text = |listings: Vec<Listing>| {
        let base = Base {
            vocabulary: vocabulary.clone(),
            members: members.clone(),
            time_zone: Tz::Europe__London,
            epoch: "e".into(),
        };
        let put = listings.into_iter().map(std::sync::Arc::new).collect();
        let catalogue = Catalogue::build(base, Update { put, ..Update::default() }, shapes::now());
        let found = catalogue.calendar(&Query::default(), range());
        let found: Vec<Listing> = found.iter().map(|listing| (**listing).clone()).collect();
        published(&found)
    };
    let forwards = shapes::all();
    let backwards = forwards.iter().rev().cloned().collect();
    assert_eq!(text(forwards), text(backwards));
}

#[test]
fn uids_are_unique_and_do_not_move_with_the_window() {
    let listings = shapes::all();
    let uids = |text: &str| -> Vec<String> {
        let unfolded = text.replace("\r\n ", "");
        let lines = unfolded.split("\r\n").filter(|line| line.starts_with("UID:"));
        lines.map(str::to_owned).collect()
    };
    let all = uids(&published(&listings));
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
    let later = Range { from: shapes::utc("2027-03-01T00:00"), to: range().to };
    let later = uids(&published_in(&listings, later));
    assert!(later.len() > 20 && later.len() < all.len());
    assert!(later.iter().all(|uid| distinct.contains(uid)));
}

/// For the calendar clients: `FOLKMOOT_CALENDAR_OUT=FILE cargo test --test it published::a_calendar`.
#[test]
fn a_calendar_for_the_clients_to_read() {
    // Two clients (both by way of PyPI's x-wr-timezone) turn a time in UTC into the calendar's zone without saying
    // which of the two hours it is when the clocks go back; all others show the right one.
    let mut listings = shapes::all();
    listings.retain(|listing| listing.id != "thesecondhalfpastone");
    let text = published(&listings);
    assert!(text.len() < 1_000_000);
    match std::env::var_os("FOLKMOOT_CALENDAR_OUT") {
        Some(file) => std::fs::write(file, text).unwrap(),
        None => eprintln!("FOLKMOOT_CALENDAR_OUT is not set: no file written for the clients"),
    }
}

/// What a text should be after the journey: no control characters, one kind of line end, no margins.
fn cleaned(text: &str) -> String {
    let mut clean = String::new();
    let text = text.replace("\r\n", "\n");
    for letter in text.trim().chars() {
        match letter {
            '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                clean.push('\n')
            }
            '\t' => clean.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' => {}
            other if other.is_control() => {}
            other => clean.push(other),
        }
    }
    clean
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_can_add_a_line(title in "(?s)[A-Z].{0,80}|[A-Z](\r\n|[\\\\;,:\"a-zé🗓]|END:VEVENT|\n){0,30}",
                              place in "(?s)[A-Z].{0,80}", url in "https?://(?s).{0,30}") {
        let mut listing = shapes::timed("x", "2026-12-04T10:00", None);
        listing.uid = "x@moot.example".into();
        listing.facts.title = title.clone();
        listing.facts.url = Some(url);
        listing.facts.description = Some(title.clone());
        listing.facts.place =
            Some(folkmoot::event::Place { name: Some(place), ..Default::default() });
        let text = published(&[listing]);
        assert_lines(&text);
        let unfolded = text.replace("\r\n ", "");
        let names: Vec<&str> = unfolded
            .split_terminator("\r\n")
            .skip_while(|line| *line != "BEGIN:VEVENT")
            .map(|line| line.split([':', ';']).next().unwrap())
            .collect();
        let expected = ["BEGIN", "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DTSTART",
            "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS", "CATEGORIES", "TRANSP",
            "X-MICROSOFT-CDO-BUSYSTATUS", "END", "END"];
        let expected: Vec<&str> =
            expected.into_iter().filter(|name| names.contains(name) || *name != "LOCATION").collect();
        prop_assert_eq!(names, expected);
        let document = ical::read(text.as_bytes(), &Hint::default()).unwrap();
        prop_assert_eq!(document.entries.len(), 1);
        let read = document.entries[0].title.as_ref().map(|text| text.value.trim().to_owned());
        prop_assert_eq!(read.unwrap_or_default(), cleaned(&title).trim().to_owned());
    }
}
