//! A small world to ask questions about: a dozen events, two feeds, one Sunday at midday.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use folkmoot::{
    catalogue::{Base, Catalogue, FeedView, Update},
    event::{
        Attendance, Audience, Change, ChangeKind, Decision, Facts, Listing, Local, Override, Place,
        Reason, Recurrence, Source, Span, Status, Zone,
    },
    feed::{Feed, Network},
    health::{Check, FeedState, Outcome},
    member::{Group, Members},
    read::{Problem, Severity},
    server::{Settings, State},
    vocabulary::Vocabulary,
};

const LONDON: Tz = Tz::Europe__London;

/// Sunday 22 November 2026, midday.
pub(crate) fn now() -> DateTime<Utc> {
    at(22, 12)
}

fn at(day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, day, hour, 0, 0).unwrap()
}

fn timed(day: u32, from: u32, to: u32) -> Option<Span> {
    Some(Span::Timed { start: at(day, from), end: Some(at(day, to)) })
}

fn days(from: (i32, u32, u32), to: (i32, u32, u32)) -> Option<Span> {
    let day = |(y, m, d)| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    Some(Span::AllDay { start: day(from), end: day(to) })
}

fn listing(id: &str, title: &str, change: impl FnOnce(&mut Facts)) -> Listing {
    let mut facts = Facts::new(title, LONDON);
    facts.verdict.decision = Decision::Listed;
    facts.verdict.reason = "It is a working session for people in councils.".into();
    facts.evidence.listed = vec![Reason::new("officers", "description", "for people in councils")];
    facts.evidence.date =
        vec![Reason::new("20261127T100000", "DTSTART", "Friday 27 November 2026")];
    facts.organiser.council = Some("WBK".into());
    facts.url = Some(format!("https://www.westberks.example/events/{id}"));
    change(&mut facts);
    Listing {
        id: format!("{id:a<12}"),
        uid: format!("{id}@westberks.example"),
        facts,
        sources: vec![Source {
            event: format!("{id:a<12}"),
            feed: "west-berkshire-events".into(),
            reference: Some(id.into()),
            url: Some(format!("https://www.westberks.example/events/{id}")),
            licence: None,
            attribution: None,
            first_seen: at(1, 9),
            last_seen: at(22, 11),
            fields: vec!["title".into(), "start".into()],
        }],
        withdrawn: None,
        created: at(1, 9),
        updated: at(20, 9),
        sequence: 0,
    }
}

/// All events, the hidden ones too.
pub(crate) fn listings() -> Vec<Listing> {
    [plain(), odd(), hidden()].concat()
}

fn plain() -> Vec<Listing> {
    vec![
        listing("waste", "Waste services discovery day", |facts| {
            facts.span = timed(27, 10, 16);
            facts.kind = "discovery".into();
            facts.services = vec!["waste".into(), "customer-services".into()];
            facts.description = Some(
                "How do residents tell us about a missed bin?\n\nBring a problem. We map it together.\nLunch is provided.".into(),
            );
            facts.cost = Some("Free".into());
            facts.attendance = Attendance::InPerson;
            facts.booking_url = Some("https://www.westberks.example/book/1".into());
            facts.booking_by = NaiveDate::from_ymd_opt(2026, 11, 25);
            facts.audience =
                Some(Audience { open_to: "councils".into(), words: "for council officers".into() });
            facts.access = vec!["step_free".into(), "hearing_loop".into()];
            facts.place = Some(Place {
                name: Some("Council Offices, Market Street".into()),
                postcode: Some("RG14 5LD".into()),
                ..Place::default()
            });
        }),
        listing("housing", "Housing repairs show and tell", |facts| {
            facts.span = timed(24, 14, 15);
            facts.kind = "show-and-tell".into();
            facts.services = vec!["housing".into()];
            facts.attendance = Attendance::Online;
        }),
        listing("camp", "LocalGovCamp", |facts| {
            facts.span = days((2027, 3, 5), (2027, 3, 7));
            facts.kind = "unconference".into();
            facts.attendance = Attendance::InPerson;
            facts.organiser.council = None;
            facts.organiser.group = Some("south-west".into());
            facts.status = Status::Tentative;
        }),
        listing("makers", "Makers session: bulky waste form", |facts| {
            facts.span = timed(26, 9, 12);
            facts.kind = "makers".into();
            facts.services = vec!["waste".into()];
            facts.status = Status::Cancelled;
            let says = "also announced by open-feed: same start";
            facts.evidence.merged = vec![Reason::new("Tip booking jam", "open-feed", says)];
        }),
    ]
}

/// Hostile, Welsh, repeating.
fn odd() -> Vec<Listing> {
    vec![
        listing("hostile", "</title><script>alert(1)</script> & \"bins\"", |facts| {
            facts.span = timed(28, 10, 11);
            facts.services = vec!["waste".into()];
            facts.description = Some("<img src=x onerror=alert(1)> </script>".into());
            facts.url = Some("javascript:alert(1)".into());
            facts.booking_url = Some("javascript:alert(2)".into());
            facts.language = Some("cy\"><b>".into());
        }),
        listing("welsh", "Diwrnod darganfod: tai", |facts| {
            facts.span = timed(23, 10, 12);
            facts.language = Some("cy".into());
            facts.services = vec!["housing".into()];
            facts.organiser.council = Some("CRF".into());
            facts.full = Some(true);
        }),
        listing("clinic", "Data clinic", |facts| {
            facts.span = Some(Span::Timed { start: at(3, 10), end: Some(at(3, 11)) });
            facts.kind = "community-of-practice".into();
            facts.services = vec!["digital-data".into()];
            facts.attendance = Attendance::Online;
            let start = at(3, 10).naive_utc();
            facts.recurrence = Some(Recurrence {
                zone: Zone::Iana(LONDON),
                start: Local::Time(start),
                length: None,
                rrule: vec!["FREQ=MONTHLY;BYDAY=1TU".into()],
                exrule: vec![],
                rdate: vec![],
                exdate: vec![],
                overrides: vec![Override {
                    instance: Local::Time("2027-01-05T10:00:00".parse().unwrap()),
                    this_and_future: false,
                    span: Span::Timed {
                        start: "2027-01-05T10:00:00Z".parse().unwrap(),
                        end: Some("2027-01-05T11:00:00Z".parse().unwrap()),
                    },
                    title: None,
                    status: Some(Status::Cancelled),
                    description: None,
                    place: None,
                }],
            });
        }),
    ]
}

/// Undated, withdrawn, not listed, private.
fn hidden() -> Vec<Listing> {
    let mut left = listing("left", "Parks volunteers briefing", |facts| {
        facts.span = timed(30, 9, 10);
        facts.services = vec!["parks".into()];
    });
    left.withdrawn = Some(at(21, 9));
    vec![
        listing("undated", "Data standards workshop", |facts| {
            facts.kind = "workshop".into();
        }),
        left,
        listing("leisure", "Pilates for beginners", |facts| {
            facts.span = timed(25, 18, 19);
            facts.verdict.decision = Decision::Unlisted;
        }),
        listing("private", "One to one", |facts| {
            facts.span = timed(25, 9, 10);
            facts.verdict.decision = Decision::Private;
        }),
    ]
}

fn feeds() -> Vec<FeedView> {
    let url = |path: &str| format!("https://www.westberks.example/{path}").parse().unwrap();
    let mut one = Feed::new("west-berkshire-events", url("secret-token/events.ics"));
    one.member = Some("WBK".into());
    one.name = Some("West Berkshire events".into());
    let mut two = Feed::new("open-feed", url("open.rss"));
    two.public_url = true;
    let check = Check {
        at: at(22, 11),
        outcome: Outcome::FetchFailed,
        words: "https://www.westberks.example/secret-token/events.ics answered 500".into(),
        public: None,
        status: Some(500),
        bytes: 0,
        took_ms: 20,
        entries: 0,
        added: 0,
        changed: 0,
        withdrawn: 0,
        cut_off: false,
    };
    let state = FeedState {
        feed: one.id.clone(),
        last_check: Some(at(22, 11)),
        last_good: Some(at(21, 11)),
        failures: 1,
        listed: 8,
        entries: 10,
        problems: vec![Problem {
            severity: Severity::Warning,
            code: "unknown_time_zone".into(),
            line: Some(12),
            text: "The time zone \"Customized\" is not known.".into(),
            fix: Some("Write Europe/London.".into()),
        }],
        history: vec![check],
        ..FeedState::default()
    };
    vec![FeedView { feed: one, state }, FeedView { feed: two, state: FeedState::default() }]
}

/// The catalogue.
pub(crate) fn catalogue() -> Catalogue {
    let mut members = Members::embedded().unwrap();
    members.add_groups([Group {
        id: "south-west".into(),
        name: "South West Peer Group".into(),
        url: Some("https://group.example".into()),
        regions: vec![],
        services: vec![],
    }]);
    let base = Base {
        vocabulary: Arc::new(Vocabulary::embedded().unwrap()),
        members: Arc::new(members),
        time_zone: LONDON,
        epoch: "e1".into(),
    };
    let changes = listings().into_iter().zip(1..).map(|(listing, cursor)| Change {
        cursor,
        at: at(20, 9),
        change: ChangeKind::Added,
        id: listing.id.clone(),
        into: None,
    });
    let update = Update {
        changes: changes.collect(),
        put: listings().into_iter().map(Arc::new).collect(),
        merged: vec![("merged000000".into(), "wasteaaaaaaa".into())],
        removed: vec!["goneaaaaaaaa".into()],
        feeds: feeds(),
        ..Update::default()
    };
    Catalogue::build(base, update, now())
}

/// A state whose clock stands still, and the handle by which its catalogue is swapped.
pub(crate) fn state() -> (Arc<State>, Arc<ArcSwap<Catalogue>>) {
    let shared = Arc::new(ArcSwap::from_pointee(catalogue()));
    let network = Network {
        name: "LocalGov Digital".into(),
        contact: Some("https://events.example.org/about".into()),
        ..Network::default()
    };
    let state = State::new(Arc::clone(&shared), Settings::new(network)).with_clock(now);
    (Arc::new(state), shared)
}
