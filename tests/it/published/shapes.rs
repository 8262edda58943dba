//! Listings of every shape that a calendar has to say.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use folkmoot::event::{
    Attendance, Decision, ExtraDate, Facts, Listing, Local, Override, Place, Recurrence, Source,
    Span, Status, Verdict, Zone,
};

/// The present of these tests.
pub(super) fn now() -> DateTime<Utc> {
    utc("2026-11-22T12:00")
}

/// An instant.
pub(super) fn utc(text: &str) -> DateTime<Utc> {
    Utc.from_utc_datetime(&format!("{text}:00").parse().unwrap())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn face(text: &str) -> Local {
    Local::Time(format!("{text}:00").parse().unwrap())
}

/// A timed listing; times by London's clock.
pub(super) fn timed(title: &str, start: &str, end: Option<&str>) -> Listing {
    timed_in(Tz::Europe__London, title, start, end)
}

fn timed_in(zone: Tz, title: &str, start: &str, end: Option<&str>) -> Listing {
    let instant = |text: &str| {
        let local: chrono::NaiveDateTime = format!("{text}:00").parse().unwrap();
        local.and_local_timezone(zone).earliest().unwrap().to_utc()
    };
    listing(zone, title, Span::Timed { start: instant(start), end: end.map(instant) })
}

fn days(title: &str, start: &str, end: &str) -> Listing {
    let span = Span::AllDay { start: day(start), end: day(end) };
    listing(Tz::Europe__London, title, span)
}

fn listing(zone: Tz, title: &str, span: Span) -> Listing {
    let mut facts = Facts::new(title, zone);
    facts.span = Some(span);
    facts.verdict = Verdict { decision: Decision::Listed, reason: "It is for councils.".into() };
    let id: String = title.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let source = Source {
        event: id.clone(),
        feed: "a-feed".into(),
        reference: None,
        url: None,
        licence: None,
        attribution: None,
        first_seen: utc("2026-11-01T09:00"),
        last_seen: utc("2026-11-20T09:00"),
        fields: Vec::new(),
    };
    Listing {
        uid: format!("{id}@moot.example"),
        id,
        facts,
        sources: vec![source],
        withdrawn: None,
        created: utc("2026-11-01T09:00"),
        updated: utc("2026-11-10T09:30"),
        sequence: 2,
    }
}

fn repeats(mut listing: Listing, rrule: &str, with: impl FnOnce(&mut Recurrence)) -> Listing {
    let zone = listing.facts.time_zone;
    let start = match listing.facts.span.unwrap() {
        Span::AllDay { start, .. } => Local::Date(start),
        Span::Timed { start, .. } => Local::Time(start.with_timezone(&zone).naive_local()),
    };
    let mut recurrence = Recurrence {
        zone: Zone::Iana(zone),
        start,
        length: None,
        rrule: vec![rrule.into()],
        exrule: Vec::new(),
        rdate: Vec::new(),
        exdate: Vec::new(),
        overrides: Vec::new(),
    };
    with(&mut recurrence);
    listing.facts.recurrence = Some(recurrence);
    listing
}

fn change(instance: &str, start: &str, end: &str) -> Override {
    Override {
        instance: face(instance),
        this_and_future: false,
        span: Span::Timed { start: utc(start), end: Some(utc(end)) },
        title: None,
        status: None,
        description: None,
        place: None,
    }
}

/// Listings of every shape.
pub(super) fn all() -> Vec<Listing> {
    let mut all = single();
    all.extend(series());
    all.extend(states());
    all
}

fn single() -> Vec<Listing> {
    vec![
        timed("Winter morning", "2026-12-04T10:00", Some("2026-12-04T16:00")),
        timed("Summer morning", "2027-07-02T10:00", Some("2027-07-02T11:30")),
        days("One day", "2027-01-12", "2027-01-13"),
        days("Three days over the clock change", "2027-03-27", "2027-03-30"),
        timed("No end", "2027-02-03T14:00", None),
        timed("No length", "2027-02-04T14:00", Some("2027-02-04T14:00")),
        timed("Overnight", "2027-02-05T20:00", Some("2027-02-06T08:00")),
        timed_in(Tz::UTC, "In UTC", "2027-06-01T09:00", Some("2027-06-01T10:00")),
        timed_in(
            Tz::America__New_York,
            "In New York",
            "2027-03-20T09:00",
            Some("2027-03-20T10:00"),
        ),
        timed_in(Tz::Asia__Kolkata, "In India", "2027-05-20T09:00", Some("2027-05-20T10:00")),
        listing(
            Tz::Europe__London,
            "The second half past one",
            Span::Timed { start: utc("2027-10-31T01:30"), end: Some(utc("2027-10-31T03:00")) },
        ),
    ]
}

fn series() -> Vec<Listing> {
    let morning = |title: &str| timed(title, "2026-12-01T09:30", Some("2026-12-01T10:30"));
    let none = |_: &mut Recurrence| {};
    vec![
        repeats(morning("Weekly for ever"), "FREQ=WEEKLY", none),
        repeats(morning("Weekly counted"), "FREQ=WEEKLY;COUNT=25", |r| {
            r.exdate = vec![face("2026-12-29T09:30"), Local::Date(day("2027-04-06"))];
        }),
        repeats(morning("Weekly with changes"), "FREQ=WEEKLY;COUNT=30", |r| {
            let mut moved = change("2026-12-15T09:30", "2026-12-16T14:00", "2026-12-16T15:00");
            moved.place = Some(Place { name: Some("Town Hall".into()), ..Place::default() });
            let mut called_off = change("2026-12-22T09:30", "2026-12-22T09:30", "2026-12-22T10:30");
            called_off.status = Some(Status::Cancelled);
            let mut named = change("2027-06-08T09:30", "2027-06-08T08:30", "2027-06-08T09:30");
            named.title = Some("With a name of its own".into());
            r.overrides = vec![moved, called_off, named];
        }),
        repeats(
            morning("Two days of every second week"),
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU;COUNT=20",
            none,
        ),
        repeats(morning("First Tuesday"), "FREQ=MONTHLY;BYDAY=1TU", none),
        repeats(
            timed("Last Friday", "2026-11-27T13:00", Some("2026-11-27T14:00")),
            "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1;UNTIL=20270630T120000Z",
            none,
        ),
        repeats(
            timed("The fifteenth", "2026-12-15T13:00", Some("2026-12-15T14:00")),
            "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=12",
            none,
        ),
        repeats(
            timed("Every year", "2024-12-10T13:00", Some("2024-12-10T14:00")),
            "FREQ=YEARLY",
            none,
        ),
        repeats(
            timed("The thirty-first", "2026-12-31T13:00", Some("2026-12-31T14:00")),
            "FREQ=MONTHLY;COUNT=6",
            none,
        ),
        repeats(
            timed("Over the clock change", "2027-03-22T09:00", Some("2027-03-22T09:15")),
            "FREQ=DAILY;UNTIL=20270402T080000Z",
            none,
        ),
        repeats(morning("With further dates"), "FREQ=WEEKLY;COUNT=3", |r| {
            r.rdate = vec![ExtraDate { start: face("2027-05-05T18:00"), length: Some(7200) }];
        }),
        repeats(morning("Counted in UTC"), "FREQ=WEEKLY;COUNT=30", |r| {
            r.zone = Zone::Iana(Tz::UTC)
        }),
        repeats(morning("Counted with an offset"), "FREQ=WEEKLY;COUNT=3", |r| {
            r.zone = Zone::Offset(0);
        }),
        repeats(morning("Changed from then on"), "FREQ=WEEKLY;COUNT=8", |r| {
            let mut later = change("2026-12-29T09:30", "2026-12-29T11:00", "2026-12-29T12:00");
            later.this_and_future = true;
            r.overrides = vec![later];
        }),
        repeats(
            days("Whole days each week", "2026-12-02", "2026-12-03"),
            "FREQ=WEEKLY;COUNT=9",
            |r| {
                r.exdate = vec![Local::Date(day("2026-12-16"))];
                r.overrides = vec![Override {
                    instance: Local::Date(day("2026-12-23")),
                    this_and_future: false,
                    span: Span::AllDay { start: day("2026-12-28"), end: day("2026-12-30") },
                    title: None,
                    status: None,
                    description: None,
                    place: None,
                }];
            },
        ),
        repeats(
            timed("At an unsafe hour", "2026-12-06T01:30", Some("2026-12-06T02:30")),
            "FREQ=WEEKLY;COUNT=20",
            none,
        ),
        repeats(
            timed_in(
                Tz::America__New_York,
                "Weekly in New York",
                "2026-12-03T09:00",
                Some("2026-12-03T10:00"),
            ),
            "FREQ=WEEKLY;COUNT=20",
            none,
        ),
        repeats(morning("Without its first"), "FREQ=WEEKLY;COUNT=5", |r| {
            r.exdate = vec![face("2026-12-01T09:30")];
        }),
        repeats(morning("Without its last"), "FREQ=WEEKLY;COUNT=5", |r| {
            r.exdate = vec![face("2026-12-29T09:30")];
        }),
        repeats(
            timed("Begun long ago", "2019-05-06T09:00", Some("2019-05-06T10:00")),
            "FREQ=WEEKLY;INTERVAL=4;BYDAY=MO",
            none,
        ),
    ]
}

fn states() -> Vec<Listing> {
    let mut cancelled = timed("Called off", "2027-01-20T10:00", Some("2027-01-20T12:00"));
    cancelled.facts.status = Status::Cancelled;
    let mut postponed = timed("Put off", "2027-01-21T10:00", Some("2027-01-21T12:00"));
    postponed.facts.status = Status::Postponed;
    let mut tentative = timed("Save the date", "2027-01-22T10:00", Some("2027-01-22T12:00"));
    tentative.facts.status = Status::Tentative;
    let mut withdrawn = timed("Gone from its feed", "2027-01-23T10:00", Some("2027-01-23T12:00"));
    withdrawn.withdrawn = Some(now());
    // node-ical reads an escaped backslash before an n as a line break: hence no such path in the title.
    let title = "Grŵp Llyfrgelloedd: “show, tell”; C:\\files — naïve café 🗓️ fly-tipping, housing, and a long, long title";
    let mut text = timed(title, "2027-01-25T10:00", Some("2027-01-25T12:00"));
    text.id = "text".into();
    text.uid = "a,b;c\\d@moot.example".into();
    text.facts.description =
        Some("Line one\nline two; with, marks\\ and \"quotes\".\n\n\tŷ ŵ é 日本 🗓️ ".repeat(9));
    text.facts.place = Some(Place {
        name: Some("Committee Room 1, Town Hall; first floor".into()),
        latitude: Some(51.5),
        longitude: Some(-0.12),
        ..Place::default()
    });
    text.facts.kind = "show-and-tell".into();
    text.facts.services = vec!["waste".into(), "housing".into()];
    text.facts.attendance = Attendance::Hybrid;
    vec![cancelled, postponed, tentative, withdrawn, text]
}
