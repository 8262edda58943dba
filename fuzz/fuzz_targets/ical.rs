//! Any bytes as a calendar: read to the end, as many events as `calcard` finds, and what we publish of them reads back
//! as what we know.
#![no_main]

use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};

use calcard::icalendar::{ICalendarComponentType, ICalendarProperty};
use chrono::{DateTime, Duration, Months, Utc};
use chrono_tz::Tz;
use folkmoot::{
    catalogue::Range,
    event::{Decision, Event, Listing, Span},
    feed::{Feed, Network},
    member::Members,
    merge::{self, MergeContext},
    normalise::{
        self,
        recurrence::expand,
        series::{ZoneContext, series},
    },
    publish::{self, ical::CalendarInfo},
    read::{Document, Hint, Problem, ical},
    vocabulary::Vocabulary,
};
use libfuzzer_sys::fuzz_target;

/// Larger inputs only take longer.
const LARGEST: usize = 64 * 1024;

/// Dates of one input that are compared.
const MOST_DATES: usize = 3_000;

/// When, how long, whole days, title.
type Seen = (DateTime<Utc>, Option<DateTime<Utc>>, bool, String);

static WORDS: LazyLock<(Vocabulary, Members)> =
    LazyLock::new(|| (Vocabulary::embedded().unwrap(), Members::embedded().unwrap()));

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() > LARGEST {
        return;
    }
    let Ok(document) = ical::read(bytes, &Hint::default()) else { return };
    same_count(bytes, &document);
    round_trip(&document);
});

/// Where both readers see a whole calendar without a bad line, they see equally many events in it.
fn same_count(bytes: &[u8], document: &Document) {
    let whole = |problem: &Problem| !["bad_line", "truncated"].contains(&problem.code.as_str());
    if !document.complete || !document.problems.iter().all(whole) {
        return;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // What the two take for the end of a line, or for nothing at all, is a matter of taste.
    if text.contains(|c: char| c.is_control() && c != '\n' && c != '\r')
        || text.replace("\r\n", "").contains('\r')
    {
        return;
    }
    let Some(theirs) = by_calcard(text.trim_start_matches('\u{feff}')) else { return };
    let ours = document.entries.len() + document.skipped.len();
    assert_eq!(ours, theirs, "events by us and by calcard");
}

/// Events by an independent parser; `None` where it found anything to complain of.
fn by_calcard(text: &str) -> Option<usize> {
    let mut parser = calcard::Parser::new(text).strict();
    let mut count = 0;
    loop {
        match parser.entry() {
            calcard::Entry::ICalendar(calendar) => {
                for part in &calendar.components {
                    count += usize::from(part.component_type == ICalendarComponentType::VEvent);
                    if part.has_property(&ICalendarProperty::Begin) {
                        return None;
                    }
                }
            }
            calcard::Entry::Eof => return Some(count),
            _ => return None,
        }
    }
}

/// What is published of a document says what the document says.
fn round_trip(document: &Document) {
    let listings = listings(document);
    let Some(range) = range(&listings) else { return };
    let mut wanted = BTreeSet::new();
    let mut shown = Vec::new();
    for listing in &listings {
        let dates = listing.occurrences(range);
        if wanted.len() + dates.len() > MOST_DATES {
            continue;
        }
        for date in dates {
            let prefix = publish::state_prefix(listing, listing.status_of(&date));
            wanted.insert(seen(&date.span, &format!("{prefix}{}", listing.title_of(&date))));
        }
        shown.push(listing);
    }
    let text = published(&shown, range);
    let wanted = well_within(wanted, range);
    for line in text.split_terminator("\r\n") {
        assert!(line.len() <= 75 && !line.contains(|c: char| c.is_control()), "{line:?}");
    }
    let read = well_within(read_back(&text, range), range);
    let missing: Vec<_> = wanted.difference(&read).take(3).collect();
    let strange: Vec<_> = read.difference(&wanted).take(3).collect();
    assert!(missing.is_empty() && strange.is_empty(), "missing {missing:?}, strange {strange:?}\n{text}");
    assert_eq!(text, published(&shown, range), "the same content is the same bytes");
}

fn listings(document: &Document) -> Vec<Listing> {
    let feed = Feed::new("fuzz", "https://council.example/events.ics".parse().unwrap());
    let (network, pages) = (Network::default(), HashMap::new());
    let now = now();
    let context =
        normalise::Context { feed: &feed, network: &network, members: &WORDS.1, now, pages: &pages };
    let normalised = normalise::normalise(document, &context);
    let (feeds, corrections) = (HashMap::from([("fuzz".to_owned(), feed.clone())]), HashMap::new());
    let merging = MergeContext {
        feeds: &feeds,
        members: &WORDS.1,
        together: &[],
        apart: &[],
        corrections: &corrections,
        now,
        domain: "moot.example",
    };
    let mut listings: Vec<Listing> = Vec::new();
    for (number, mut draft) in normalised.drafts.into_iter().enumerate() {
        if draft.private.is_some() || draft.facts.span.is_none() {
            continue;
        }
        draft.facts.verdict.decision = Decision::Listed;
        let event = Event {
            id: format!("fuzz{number:08}"),
            feed: "fuzz".into(),
            draft,
            first_seen: now,
            last_seen: now,
            absent_since: None,
            withdrawn: None,
            updated: now,
            sequence: 0,
        };
        let mut listing = merge::single(&event, &merging);
        // The store sees to it that no two listings share a UID.
        listing.uid = format!("{}@moot.example", listing.id);
        listings.push(listing);
    }
    listings
}

/// A calendar's range around the first event.
fn range(listings: &[Listing]) -> Option<Range> {
    let zone = Tz::Europe__London;
    let first = listings.iter().filter_map(|listing| listing.facts.span).min()?;
    let from = first.start_utc(zone).checked_sub_signed(Duration::days(31))?;
    Some(Range { from, to: Some(from.checked_add_months(Months::new(19))?) })
}

fn published(listings: &[&Listing], range: Range) -> String {
    let context = publish::Context {
        base: "https://moot.example",
        vocabulary: &WORDS.0,
        members: &WORDS.1,
        time_zone: Tz::Europe__London,
    };
    let info = CalendarInfo {
        name: "Fuzz".into(),
        description: None,
        url: None,
        source: None,
        time_zone: Tz::Europe__London,
    };
    publish::ical::write(&info, listings, range, range.from, &context)
}

fn read_back(text: &str, range: Range) -> BTreeSet<Seen> {
    let document = ical::read(text.as_bytes(), &Hint::default()).unwrap();
    assert!(document.skipped.is_empty() && document.problems.is_empty(), "{:?}", document.problems);
    let zones = ZoneContext {
        calendars: &document.zones,
        feed_zone: None,
        network_zone: Tz::Europe__London,
    };
    let (all, skipped, problems) = series(&document.entries, &zones);
    assert!(skipped.is_empty() && problems.is_empty(), "{skipped:?} {problems:?}\n{text}");
    let mut found = BTreeSet::new();
    for one in all {
        let span = one.times.span.unwrap();
        let title = one.entry.title.as_ref().map_or("", |title| &title.value);
        let (from, to) = (range.from, range.to.unwrap());
        let dates = expand(&span, one.times.time_zone, one.times.recurrence.as_ref(), from, to);
        found.extend(dates.occurrences.iter().map(|date| seen(&date.span, title)));
    }
    found
}

/// Without the days at the edges: a whole day begins at another hour in each zone.
fn well_within(dates: BTreeSet<Seen>, range: Range) -> BTreeSet<Seen> {
    let (from, to) = (range.from + Duration::days(2), range.to.unwrap() - Duration::days(2));
    dates.into_iter().filter(|(start, end, ..)| end.unwrap_or(*start) > from && *start < to).collect()
}

/// A date as readers see it. Titles are compared as far as no calendar cuts them.
fn seen(span: &Span, title: &str) -> Seen {
    let zone = Tz::Europe__London;
    let (start, end) = (span.start_utc(zone), span.end_utc(zone));
    let title: String = title.chars().filter(|c| c.is_alphanumeric()).take(50).collect();
    (start, Some(end).filter(|end| *end > start), span.is_all_day(), title)
}

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}
