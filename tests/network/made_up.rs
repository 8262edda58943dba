//! A made-up network: events announced by several feeds in the ways people vary them, with the truth kept beside.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a fault of a test is shown by its panic"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Duration, NaiveDate, TimeZone, Utc};
use chrono_tz::Europe::London;
use folkmoot::{
    classify::{Classifier, Notice},
    event::{Attendance, Decision, Draft, Event, Facts, Id, Organiser, Place, Span, Verdict},
    member::Members,
    merge::World,
    vocabulary::Vocabulary,
};

use super::memory::{Network, Store};

/// Events, and for each the number of the real-world event that it announces.
pub(crate) struct MadeUp {
    /// Feeds and councils.
    pub(crate) network: Network,
    /// What the feeds announce, and what it really is.
    pub(crate) events: Vec<(Event, usize)>,
}

/// A small generator of pseudo-random numbers (SplitMix64), so that every run is the same.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n).unwrap()).unwrap()
    }
    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

const TOPICS: [&str; 60] = [
    "Housing repairs",
    "Damp and mould",
    "Council tax recovery",
    "Business rates",
    "Missed bins",
    "Food waste",
    "Fly-tipping",
    "Street lighting",
    "Pothole defects",
    "Gritting routes",
    "Blue Badge renewals",
    "Parking permits",
    "Bus franchising",
    "Active travel",
    "Net zero",
    "Flood risk",
    "Air quality",
    "Food hygiene",
    "Noise nuisance",
    "Taxi licensing",
    "Doorstep crime",
    "Rough sleeping",
    "Temporary accommodation",
    "Housing Benefit",
    "Adult safeguarding",
    "Hospital discharge",
    "Direct payments",
    "Reablement",
    "Foster carers",
    "Care leavers",
    "Early help",
    "SEND assessments",
    "School admissions",
    "Early years funding",
    "Stop smoking",
    "Sexual health",
    "Planning validation",
    "Local plans",
    "Building control",
    "Land charges",
    "Town centres",
    "Skills funding",
    "Library membership",
    "Archive digitisation",
    "Leisure contracts",
    "Museum stores",
    "Anti-social behaviour",
    "Domestic abuse",
    "Voluntary sector grants",
    "Digital inclusion",
    "Death registration",
    "Cemetery records",
    "Business continuity",
    "Rest centres",
    "Voter registration",
    "Councillor casework",
    "Contact centres",
    "Website accessibility",
    "Open data",
    "Contract management",
];

const ANGLES: [&str; 16] = [
    "",
    "data",
    "in practice",
    "for new starters",
    "after the reforms",
    "case handling",
    "online forms",
    "and residents",
    "costs",
    "staffing",
    "complaints",
    "letters",
    "inspection",
    "performance",
    "maps",
    "audits",
];

const KINDS: [&str; 14] = [
    "discovery day",
    "makers session",
    "hack day",
    "workshop",
    "user research session",
    "unconference",
    "show and tell",
    "meet-up",
    "peer group",
    "community of practice",
    "webinar",
    "training",
    "conference",
    "forum",
];

const VENUES: [&str; 10] = [
    "Civic Hall",
    "Town Hall",
    "Guildhall",
    "Market Street Offices",
    "Jubilee Library",
    "The Old Depot",
    "Riverside Centre",
    "County Hall",
    "Exchange Building",
    "Mill House",
];

/// A real-world event.
struct Real {
    title: (usize, usize, usize),
    start: DateTime<Utc>,
    hours: i64,
    council: usize,
    venue: Option<usize>,
}

/// A network of so many feeds that announce so many events, a fifth of them again.
pub(crate) fn network(feeds: usize, events: usize, seed: u64) -> MadeUp {
    let mut dice = Dice(seed);
    let members = Arc::new(Members::embedded().unwrap());
    let lens = Classifier::new(&Vocabulary::embedded().unwrap(), Arc::clone(&members)).unwrap();
    let codes: Vec<(String, String)> = members
        .councils()
        .iter()
        .take(300)
        .map(|council| (council.code.clone(), council.nice_name.clone()))
        .collect();
    let owner = |n: usize| (!n.is_multiple_of(4)).then(|| codes[n % codes.len()].0.clone());
    let network = Network::new((0..feeds).map(|n| (format!("feed-{n}"), owner(n))));
    let mut made = MadeUp { network, events: Vec::new() };
    let mut real = 0;
    let mut last: Option<Real> = None;
    let mut known = BTreeSet::new();
    while made.events.len() < events {
        let event = match last.take() {
            Some(last) if dice.chance(15) => near_miss(last, &mut dice, codes.len()),
            _ => fresh(&mut dice, codes.len()),
        };
        // A near miss of a near miss may be the first again, and nobody could tell the two apart.
        if !known.insert((event.title, event.start, event.council)) {
            continue;
        }
        let copies = match dice.below(100) {
            0..=84 => 1,
            85..=94 => 2,
            95..=98 => 3,
            _ => 4,
        };
        let mut used = BTreeSet::new();
        for copy in 0..copies {
            let feed = dice.below(feeds);
            if used.insert(feed) {
                let id = format!("{:08}", made.events.len());
                let owned = owner(feed).as_deref() == Some(codes[event.council].0.as_str());
                let mut said = announce(&event, &id, feed, copy == 0 || owned, &codes, &mut dice);
                let notice = Notice { title: &said.draft.facts.title, ..Notice::default() };
                let judged = lens.judge(&notice, &made.network.feeds[&said.feed]);
                (said.draft.facts.kind, said.draft.facts.services) = (judged.kind, judged.services);
                made.events.push((said, real));
            }
        }
        real += 1;
        last = Some(event);
    }
    made
}

fn fresh(dice: &mut Dice, councils: usize) -> Real {
    let day = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap()
        + Duration::days(i64::try_from(dice.below(700)).unwrap());
    let (hour, minute) = (*dice.of(&[9, 10, 10, 11, 12, 13, 14]), *dice.of(&[0, 0, 0, 30]));
    let start = London.from_local_datetime(&day.and_hms_opt(hour, minute, 0).unwrap()).earliest();
    Real {
        title: (dice.below(TOPICS.len()), dice.below(ANGLES.len()), dice.below(KINDS.len())),
        start: start.unwrap().with_timezone(&Utc),
        hours: *dice.of(&[1, 1, 2, 3, 6]),
        council: dice.below(councils),
        venue: dice.chance(60).then(|| dice.below(VENUES.len())),
    }
}

/// Looks like the last one and is not: another council, another date, another topic at the same time, the afternoon.
fn near_miss(mut real: Real, dice: &mut Dice, councils: usize) -> Real {
    match dice.below(4) {
        0 => {
            real.council = (real.council + 1 + dice.below(councils - 1)) % councils;
            real.venue = real.venue.or(Some(0));
            real.start += Duration::minutes(*dice.of(&[0, 30, 60, -30]));
        }
        1 => real.start += Duration::days(28),
        2 => real.title.0 = (real.title.0 + 1 + dice.below(TOPICS.len() - 1)) % TOPICS.len(),
        _ => real.start += Duration::hours(4),
    }
    real
}

fn announce(
    real: &Real,
    id: &str,
    feed: usize,
    exact: bool,
    codes: &[(String, String)],
    dice: &mut Dice,
) -> Event {
    let (code, council) = &codes[real.council];
    let mut facts = Facts::new(title(real, council, exact, dice), London);
    facts.span = Some(span(real, exact, dice));
    facts.organiser = Organiser {
        council: (exact || dice.chance(70)).then(|| code.clone()),
        ..Organiser::default()
    };
    facts.attendance = if real.venue.is_some() { Attendance::InPerson } else { Attendance::Online };
    facts.place = real.venue.filter(|_| exact || dice.chance(80)).map(|at| {
        let name = match dice.below(if exact { 1 } else { 3 }) {
            0 => format!("{} {}", council, VENUES[at]),
            1 => format!("{}, {}", VENUES[at], council),
            _ => format!("{} {}, first floor", council, VENUES[at]),
        };
        Place { name: Some(name), ..Place::default() }
    });
    let slug =
        format!("{}-{}-{}-{}", real.title.0, real.title.1, real.council, real.start.timestamp());
    facts.url = Some(match dice.below(if exact { 1 } else { 4 }) {
        0 => format!("https://feed-{feed}.example/events/{id}"),
        1 => format!("https://council-{code}.example/events/{slug}?utm_source=feed{feed}"),
        2 => format!("http://www.council-{code}.example/events/{slug}/#book"),
        _ => format!("https://tickets.example/e/{slug}?aff=feed{feed}"),
    });
    facts.verdict = Verdict { decision: Decision::Listed, reason: "Listed.".into() };
    let seen = Utc.with_ymd_and_hms(2026, 11, 1, 0, 0, 0).unwrap()
        + Duration::minutes(i64::try_from(dice.below(20_000)).unwrap());
    Event {
        id: id.into(),
        feed: format!("feed-{feed}"),
        draft: Draft {
            reference: Some(format!("{id}@feed-{feed}.example")),
            ordinal: 0,
            line: None,
            facts,
            categories: Vec::new(),
            private: None,
            published: None,
            modified: None,
            sequence: 0,
            date_doubt: None,
        },
        first_seen: seen,
        last_seen: seen,
        absent_since: None,
        withdrawn: None,
        updated: seen,
        sequence: 0,
    }
}

fn title(real: &Real, council: &str, exact: bool, dice: &mut Dice) -> String {
    let (topic, angle, kind) = (TOPICS[real.title.0], ANGLES[real.title.1], KINDS[real.title.2]);
    let subject = format!("{topic} {angle}").trim().to_owned();
    let plain = format!("{subject} {kind}");
    if exact {
        return plain;
    }
    match dice.below(12) {
        0 => plain.to_uppercase(),
        1 => format!("{kind}: {subject}"),
        2 => format!("{council} Council: {plain}"),
        3 => format!("{plain} ({council})"),
        4 => real.venue.map_or(plain.clone(), |at| format!("{plain} at {}", VENUES[at])),
        5 => plain.replace(" and ", " & "),
        6 => format!("Join us: {plain}"),
        7 => format!("{kind} on {subject}"),
        8 => plain.replace("session", "sessions").replace("management", "mgmt"),
        9 => format!("{plain} 2027"),
        10 => format!("{plain} – book now"),
        _ => plain,
    }
}

fn span(real: &Real, exact: bool, dice: &mut Dice) -> Span {
    let end = real.start + Duration::hours(real.hours);
    if !exact && dice.chance(20) {
        let day = real.start.with_timezone(&London).date_naive();
        return Span::AllDay { start: day, end: day.succ_opt().unwrap() };
    }
    Span::Timed { start: real.start, end: (exact || dice.chance(70)).then_some(end) }
}

/// The network's events taken in, some hundreds at a time, as feeds are.
pub(crate) fn taken_in(made: &MadeUp) -> Store {
    let mut store = Store::default();
    for batch in made.events.chunks(500) {
        store.put(batch.iter().map(|(event, _)| event.clone()).collect(), &made.network);
    }
    store
}

/// Precision and recall over pairs, and what went wrong.
pub(crate) fn score(made: &MadeUp, store: &Store) -> (f64, f64, Vec<String>) {
    let mut truth: BTreeMap<usize, Vec<Id>> = BTreeMap::new();
    let real: BTreeMap<&str, usize> =
        made.events.iter().map(|(event, real)| (event.id.as_str(), *real)).collect();
    for (event, real) in &made.events {
        truth.entry(*real).or_default().push(event.id.clone());
    }
    let title = |id: &str| {
        let event = store.event(id).unwrap();
        let facts = &event.draft.facts;
        format!(
            "{} {:?} {:?} {:?} {:?}",
            facts.title, facts.services, facts.url, facts.organiser.council, facts.span
        )
    };
    let (mut right, mut wrong, mut missed, mut faults) = (0_u32, 0_u32, 0_u32, Vec::new());
    for listing in store.listings.values() {
        let ids: Vec<&str> = listing.sources.iter().map(|source| source.event.as_str()).collect();
        for (n, a) in ids.iter().enumerate() {
            for b in &ids[n + 1..] {
                if real[a] == real[b] {
                    right += 1;
                } else {
                    wrong += 1;
                    faults.push(format!("merged: {} / {}", title(a), title(b)));
                }
            }
        }
    }
    for ids in truth.values() {
        for (n, a) in ids.iter().enumerate() {
            for b in &ids[n + 1..] {
                let one = store.listing_of(a).unwrap().id == store.listing_of(b).unwrap().id;
                if !one {
                    missed += 1;
                    faults.push(format!("missed: {} / {}", title(a), title(b)));
                }
            }
        }
    }
    let share = |part: u32, other: u32| f64::from(part) / f64::from((part + other).max(1));
    (share(right, wrong), share(right, missed), faults)
}
