use chrono::NaiveDate;

use super::{super::samples, *};
use crate::event::{ExtraDate, Local, Override, Recurrence, Span, Status, Zone};

fn info() -> CalendarInfo {
    CalendarInfo {
        name: "LocalGov Digital".into(),
        description: Some("Days on which councils work together; come.".into()),
        url: Some("https://moot.example/".into()),
        source: Some("https://moot.example/calendar.ics".into()),
        time_zone: Tz::Europe__London,
    }
}

fn calendar(listings: &[Listing]) -> String {
    let range = Range::calendar(&crate::query::Query::default(), samples::now());
    calendar_of(range, listings)
}

fn calendar_of(range: Range, listings: &[Listing]) -> String {
    let words = samples::Words::new();
    let refs: Vec<&Listing> = listings.iter().collect();
    write(&info(), &refs, range, samples::now(), &words.context()).replace("\r\n ", "")
}

fn time(text: &str) -> Local {
    Local::Time(text.parse().unwrap())
}

fn series(rrule: &str) -> Listing {
    let mut listing = samples::plain();
    listing.facts.recurrence = Some(Recurrence {
        length: None,
        zone: Zone::Iana(Tz::Europe__London),
        start: time("2026-12-04T10:00:00"),
        rrule: vec![rrule.into()],
        exrule: vec![],
        rdate: vec![],
        exdate: vec![],
        overrides: vec![],
    });
    listing
}

fn rule(listing: &mut Listing) -> &mut Recurrence {
    listing.facts.recurrence.as_mut().unwrap()
}

fn change(instance: &str) -> Override {
    Override {
        instance: time(instance),
        this_and_future: false,
        span: Span::Timed {
            start: samples::at(2026, 12, 18, 10, 0),
            end: Some(samples::at(2026, 12, 18, 16, 0)),
        },
        title: None,
        status: None,
        description: None,
        place: None,
    }
}

fn lines<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    text.split("\r\n").filter(|line| line.split([':', ';']).next() == Some(name)).collect()
}

#[test]
fn an_event_as_a_whole() {
    insta::assert_snapshot!(calendar(&[samples::plain()]).replace("\r\n", "\n"));
}

#[test]
fn nothing_is_a_valid_calendar_too() {
    let text = calendar(&[]);
    assert!(text.contains("BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n"));
    assert!(!text.contains("VEVENT"));
    assert!(text.ends_with("END:VCALENDAR\r\n"));
}

#[test]
fn a_series_ends_with_the_day_of_its_last_date() {
    let text = calendar(&[series("FREQ=WEEKLY;COUNT=30")]);
    assert_eq!(lines(&text, "RRULE")[2], "RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20270625T225959Z");
    assert_eq!(lines(&text, "DTSTART")[2], "DTSTART;TZID=Europe/London:20261204T100000");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
    let open = calendar(&[series("FREQ=WEEKLY")]);
    assert_eq!(lines(&open, "RRULE")[2], "RRULE:FREQ=WEEKLY;BYDAY=FR");
}

#[test]
fn a_changed_date_is_an_event_of_its_own() {
    let mut listing = series("FREQ=WEEKLY;COUNT=10");
    let mut moved = change("2026-12-11T10:00:00");
    moved.span = Span::Timed { start: samples::at(2026, 12, 12, 14, 0), end: None };
    let mut called_off = change("2026-12-18T10:00:00");
    called_off.status = Some(Status::Cancelled);
    let mut same = change("2026-12-25T10:00:00");
    same.span = Span::Timed {
        start: samples::at(2026, 12, 25, 10, 0),
        end: Some(samples::at(2026, 12, 25, 16, 0)),
    };
    rule(&mut listing).overrides = vec![moved, called_off, same];
    rule(&mut listing).exdate = vec![Local::Date("2027-01-01".parse().unwrap())];
    let text = calendar(&[listing]);
    assert_eq!(
        lines(&text, "EXDATE"),
        [
            "EXDATE;TZID=Europe/London:20261211T100000",
            "EXDATE;TZID=Europe/London:20261218T100000",
            "EXDATE;TZID=Europe/London:20270101T100000",
        ]
    );
    assert_eq!(
        lines(&text, "UID"),
        [
            "UID:aaaaaaaaaaaa@moot.example",
            "UID:aaaaaaaaaaaa_20261211T100000@moot.example",
            "UID:aaaaaaaaaaaa_20261218T100000@moot.example",
        ]
    );
    assert!(text.contains("SUMMARY:CANCELLED: Waste services discovery day\r\n"));
    assert_eq!(
        lines(&text, "STATUS"),
        ["STATUS:CONFIRMED", "STATUS:CONFIRMED", "STATUS:CANCELLED"]
    );
    assert!(text.contains("End time not given"));
    assert!(!text.contains("RECURRENCE-ID") && !text.contains("RDATE"));
}

#[test]
fn a_date_that_only_a_change_gives_is_an_event_of_its_own() {
    let mut listing = series("FREQ=WEEKLY;COUNT=10");
    let mut extra = change("2026-12-09T10:00:00");
    extra.span = Span::Timed {
        start: samples::at(2026, 12, 9, 10, 0),
        end: Some(samples::at(2026, 12, 9, 16, 0)),
    };
    rule(&mut listing).overrides = vec![extra];
    let text = calendar(&[listing]);
    assert_eq!(
        lines(&text, "UID"),
        ["UID:aaaaaaaaaaaa@moot.example", "UID:aaaaaaaaaaaa_20261209T100000@moot.example"]
    );
    assert_eq!(lines(&text, "EXDATE"), Vec::<&str>::new());
}

#[test]
fn other_series_are_single_events_with_stable_uids() {
    let mut with_rdate = series("FREQ=WEEKLY;COUNT=3");
    rule(&mut with_rdate).rdate =
        vec![ExtraDate { start: time("2027-01-05T10:00:00"), length: None }];
    let text = calendar(&[with_rdate]);
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 4);
    assert_eq!(lines(&text, "UID")[3], "UID:aaaaaaaaaaaa_20270105T100000@moot.example");
    assert_eq!(text.matches("RRULE").count(), 2, "those of the zone");

    let mut utc = series("FREQ=WEEKLY;COUNT=40");
    rule(&mut utc).zone = Zone::Iana(Tz::UTC);
    let text = calendar(&[utc]);
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 40);
    // Ten in UTC is eleven on a summer's day in London.
    assert!(text.contains("DTSTART;TZID=Europe/London:20270702T110000"));
    assert!(text.contains("UID:aaaaaaaaaaaa_20270702T100000@moot.example"));
}

#[test]
fn whole_days_repeat_as_dates() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut listing = series("FREQ=MONTHLY;COUNT=4");
    listing.facts.span = Some(Span::AllDay { start: day("2026-12-04"), end: day("2026-12-05") });
    rule(&mut listing).start = Local::Date(day("2026-12-04"));
    rule(&mut listing).exdate = vec![Local::Date(day("2027-01-04"))];
    let text = calendar(&[listing]);
    assert_eq!(lines(&text, "DTSTART")[0], "DTSTART;VALUE=DATE:20261204");
    assert_eq!(lines(&text, "DTEND"), ["DTEND;VALUE=DATE:20261205"]);
    assert_eq!(lines(&text, "EXDATE"), ["EXDATE;VALUE=DATE:20270104"]);
    assert_eq!(lines(&text, "RRULE")[0], "RRULE:FREQ=MONTHLY;BYMONTHDAY=4;UNTIL=20270304");
    assert!(!text.contains("VTIMEZONE"));
}

#[test]
fn states_are_said_twice() {
    let mut postponed = samples::named("bbbbbbbbbbbb", "B");
    postponed.facts.status = Status::Postponed;
    let mut withdrawn = samples::named("cccccccccccc", "C");
    withdrawn.withdrawn = Some(samples::now());
    let text = calendar(&[postponed, withdrawn]);
    assert_eq!(lines(&text, "SUMMARY"), ["SUMMARY:POSTPONED: B", "SUMMARY:No longer listed: C"]);
    assert_eq!(lines(&text, "STATUS"), ["STATUS:TENTATIVE", "STATUS:TENTATIVE"]);
    assert!(text.contains("check with the organiser"));
}

#[test]
fn an_hour_that_happens_twice_is_written_in_utc() {
    let mut listing = samples::plain();
    listing.facts.span = Some(Span::Timed {
        start: samples::at(2026, 10, 25, 1, 30),
        end: Some(samples::at(2026, 10, 25, 4, 0)),
    });
    let text = calendar(&[listing]);
    assert_eq!(lines(&text, "DTSTART"), ["DTSTART:20261025T013000Z"]);
}

/// Two dates a day are what people plan by; four an hour are not, and the next ones count.
#[test]
fn a_series_fills_no_calendar_alone() {
    let twice_a_day = series("FREQ=DAILY;BYHOUR=10,14");
    let text = calendar(&[twice_a_day]);
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 2 * 535 + 1, "from 4 December to 22 May 2028");
    assert!(!text.contains("more dates"));

    let mut dense = series("FREQ=MINUTELY;INTERVAL=15");
    rule(&mut dense).start = time("2020-12-04T10:00:00");
    let text = calendar(&[dense]);
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1_200);
    assert_eq!(text.matches("This event has more dates than a calendar can take").count(), 1_200);
    let first = text.lines().find(|line| line.starts_with("DTSTART;TZID=")).unwrap();
    assert!(first.contains(&samples::now().format(":%Y%m%dT").to_string()), "{first}");
}

/// A calendar of the next two centuries has the changed dates of a rule wherever they lie.
#[test]
fn a_rule_is_not_followed_to_its_last_change() {
    let far = Range { to: Some(samples::at(2200, 1, 1, 0, 0)), ..Range::all() };
    let mut ruled = series("FREQ=WEEKLY");
    let mut moved = change("2101-12-23T10:00:00");
    moved.span = Span::Timed { start: samples::at(2101, 12, 24, 10, 0), end: None };
    rule(&mut ruled).overrides = vec![moved];
    let text = calendar_of(far, &[ruled.clone()]);
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 2);
    assert!(text.contains("UID:aaaaaaaaaaaa_21011223T100000@moot.example"));
    // Of a range with a changed date alone, the rule says nothing.
    let only =
        Range { from: samples::at(2101, 12, 24, 9, 0), to: Some(samples::at(2101, 12, 25, 0, 0)) };
    assert_eq!(lines(&calendar_of(only, &[ruled]), "UID").len(), 1);
}

/// Where there are many series without a rule, a calendar takes fewer dates of each.
#[test]
fn series_share_the_room_of_a_calendar() {
    let far = Range { to: Some(samples::at(2200, 1, 1, 0, 0)), ..Range::all() };
    let mut odd = series("FREQ=MONTHLY");
    rule(&mut odd).rdate = vec![ExtraDate { start: time("2027-01-05T10:00:00"), length: None }];
    for (together, each) in [(1, 1_200), (25, 1_200), (500, 60), (6_000, 5), (200_000, 1)] {
        let (dates, only) = Window::new(far, samples::now(), together).nearest(&odd);
        assert_eq!((dates.len(), only), (each, Some(each)), "{together}");
        assert_eq!(dates[0].span.start_utc(Tz::UTC), samples::at(2026, 12, 4, 10, 0));
    }
    let past = Range { to: Some(samples::at(2026, 1, 1, 0, 0)), ..far };
    rule(&mut odd).start = time("2020-01-04T10:00:00");
    let (dates, only) = Window::new(past, samples::now(), 1_500).nearest(&odd);
    assert_eq!((dates.len(), only), (20, Some(20)));
    assert_eq!(dates[19].span.start_utc(Tz::UTC), samples::at(2025, 12, 4, 10, 0), "the last ones");
}
