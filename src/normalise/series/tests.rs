use proptest::prelude::{Just, Strategy, prop_assert_eq};

use super::*;
use crate::{
    event::Zone,
    read::{Hint, ical},
};

const LONDON: Tz = Tz::Europe__London;

/// Title, ordinal and start of each series; reasons of what was skipped; codes of problems.
fn summary(text: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    with(text, |series, skipped, problems| {
        let lines = series.iter().map(line).collect();
        let mut codes: Vec<String> = problems.into_iter().map(|p| p.code).collect();
        codes.extend(series.iter().flat_map(|s| s.problems.iter().map(|p| p.code.clone())));
        (lines, skipped.into_iter().map(|s| s.reason).collect(), codes)
    })
}

fn line(series: &Series<'_>) -> String {
    let title = series.entry.title.as_ref().map_or("", |title| title.value.as_str());
    let start = match series.times.span.unwrap() {
        Span::AllDay { start, end } => format!("{start}..{end}"),
        Span::Timed { start, end } => {
            format!("{}+{}", start.format("%d %H:%M"), (end.unwrap() - start).num_minutes())
        }
    };
    format!("{title} {start} {}", series.times.time_zone)
}

fn with<T>(text: &str, look: impl Fn(&[Series<'_>], Vec<Skipped>, Vec<Problem>) -> T) -> T {
    let text = text.replace(" | ", "\n");
    let document =
        ical::read(format!("BEGIN:VCALENDAR\n{text}\nEND:VCALENDAR").as_bytes(), &Hint::default())
            .unwrap();
    let context = ZoneContext { calendars: &document.zones, feed_zone: None, network_zone: LONDON };
    let (found, skipped, problems) = series(&document.entries, &context);
    look(&found, skipped, problems)
}

fn event(inside: &str) -> String {
    format!("BEGIN:VEVENT | {inside} | END:VEVENT\n")
}

#[test]
fn zones_of_times() {
    for (times, wanted) in [
        ("DTSTART:20150611T100000 | DTEND:20150611T110000", " 11 09:00+60 Europe/London"),
        ("DTSTART:20150611T100000Z | DTEND:20150611T110000", " 11 10:00+60 Europe/London"),
        (
            "DTSTART;TZID=GMT Standard Time:20150611T100000 | DURATION:PT1H",
            " 11 09:00+60 Europe/London",
        ),
        (
            "DTSTART;TZID=Europe/Paris:20150611T100000 | DTEND:20150611T113000",
            " 11 08:00+90 Europe/Paris",
        ),
        ("DTSTART;TZID=Nowhere:20150611T100000", " 11 09:00+0 Europe/London"),
        ("DTSTART:20150611T100000+0500", " 11 05:00+0 Europe/London"),
        ("DTSTART:20150611 | DTEND:20150611", " 2015-06-11..2015-06-12 Europe/London"),
        ("DTSTART:20150611 | DURATION:P3D", " 2015-06-11..2015-06-14 Europe/London"),
        ("DTSTART:20150328T120000 | DURATION:P1D", " 28 12:00+1380 Europe/London"),
        ("DTSTART:20150611T100000Z | DTEND:20150611T090000Z", " 11 10:00+0 Europe/London"),
    ] {
        assert_eq!(summary(&event(times)).0, [wanted], "{times}");
    }
    let (lines, _, problems) =
        summary(&format!("X-WR-TIMEZONE:America/New_York\n{}", event("DTSTART:20150611T100000")));
    assert_eq!((lines[0].as_str(), problems.len()), (" 11 14:00+0 America/New_York", 0));
    assert_eq!(summary(&event("DTSTART;TZID=Nowhere:20150611T100000")).2, ["unknown_time_zone"]);
    assert_eq!(summary(&event("DTSTART:20150611T100000Z | DTEND:20150610T090000Z")).2, ["bad_end"]);
}

#[test]
fn a_time_without_a_zone_is_in_that_of_its_calendar_else_of_its_feed_else_of_the_network() {
    let event = event("DTSTART:20150611T100000");
    for (calendar, feed_zone, utc) in [
        ("X-WR-TIMEZONE:Asia/Tokyo | ", Some(Tz::Europe__Paris), "01:00"),
        ("", Some(Tz::Europe__Paris), "08:00"),
        ("", None, "09:00"),
    ] {
        let text = format!("BEGIN:VCALENDAR | {calendar}{event}END:VCALENDAR").replace(" | ", "\n");
        let document = ical::read(text.as_bytes(), &Hint::default()).unwrap();
        let zones = ZoneContext { calendars: &document.zones, feed_zone, network_zone: LONDON };
        let found = line(&series(&document.entries, &zones).0[0]);
        assert!(found.contains(&format!("11 {utc}")), "{found}");
    }
}

#[test]
fn the_newest_revision_wins() {
    let old = event(
        "UID:1 | SEQUENCE:0 | DTSTAMP:20150102T000000Z | DTSTART:20150611T100000Z | SUMMARY:Old",
    );
    let new = event(
        "UID:1 | SEQUENCE:1 | DTSTAMP:20150101T000000Z | DTSTART:20150612T100000Z | SUMMARY:New",
    );
    for text in [format!("{old}{new}"), format!("{new}{old}")] {
        assert_eq!(summary(&text).0, ["New 12 10:00+0 Europe/London"]);
    }
    let modified = |time: &str, hour: u8| {
        event(&format!("UID:1 | LAST-MODIFIED:{time} | DTSTART:20150611T{hour}0000Z | SUMMARY:A"))
    };
    let text = modified("20150102T000000Z", 12) + &modified("20150101T000000Z", 11);
    assert_eq!(summary(&text).0, ["A 11 12:00+0 Europe/London"]);
}

proptest::proptest! {
    /// SEQUENCE before LAST-MODIFIED before DTSTAMP; and an event that was first renamed and then moved is one event.
    #[test]
    fn the_order_of_a_file_says_nothing_about_revisions(
        revisions in Just(vec![
            "SEQUENCE:0 | LAST-MODIFIED:20150105T000000Z | DTSTAMP:20150105T000000Z | DTSTART:20150611T100000Z | SUMMARY:A",
            "SEQUENCE:1 | LAST-MODIFIED:20150102T000000Z | DTSTAMP:20150104T000000Z | DTSTART:20150612T100000Z | SUMMARY:A",
            "SEQUENCE:1 | LAST-MODIFIED:20150103T000000Z | DTSTAMP:20150101T000000Z | DTSTART:20150612T100000Z | SUMMARY:B",
            "SEQUENCE:1 | LAST-MODIFIED:20150103T000000Z | DTSTAMP:20150102T000000Z | DTSTART:20150613T100000Z | SUMMARY:B",
            "SEQUENCE:1 | LAST-MODIFIED:20150103T000000Z | DTSTAMP:20150103T000000Z | DTSTART:20150613T100000Z | SUMMARY:C",
        ]).prop_shuffle(),
    ) {
        let text: String = revisions.iter().map(|inside| event(&format!("UID:1 | {inside}"))).collect();
        prop_assert_eq!(summary(&text).0, ["C 13 10:00+0 Europe/London"]);
    }
}

#[test]
fn different_events_of_one_uid_keep_their_numbers() {
    let stamp = "DTSTAMP:20150101T000000Z";
    let day =
        |day: u8| event(&format!("UID:x | {stamp} | DTSTART:201506{day}T100000Z | SUMMARY:Course"));
    let numbers = |text: &str| {
        with(text, |series, _, _| series.iter().map(|s| s.ordinal).collect::<Vec<_>>())
    };
    let all = numbers(&(day(11) + &day(12) + &day(13)));
    assert_eq!(all.len(), 3);
    assert_eq!(numbers(&(day(12) + &day(13))), all[1..]);
    assert_eq!(numbers(&day(12)), [0]);
    assert_eq!(numbers(&(day(11) + &day(11))), [0], "the same twice is once");
    let nameless = event("DTSTART:20150611 | SUMMARY:A") + &event("DTSTART:20150611 | SUMMARY:A");
    let numbers = numbers(&nameless);
    assert!(numbers.len() == 2 && numbers[0] != numbers[1]);
}

#[test]
fn changes_join_their_master_wherever_it_stands() {
    let master = event(
        "UID:1 | DTSTART;TZID=Europe/London:20150601T100000 | DURATION:PT1H | RRULE:freq=daily;count=5 | SUMMARY:A | LOCATION:Hall \
         | EXDATE;VALUE=DATE:20150605 | RDATE;VALUE=PERIOD:20150610T090000Z/PT3H",
    );
    let moved = event(
        "UID:1 | RECURRENCE-ID:20150602T090000Z | DTSTART:20150602T150000Z | DTEND:20150602T160000Z | SUMMARY:B | LOCATION:Hut",
    );
    let cancelled = event(
        "UID:1 | RECURRENCE-ID;TZID=Europe/London:20150603T100000 | STATUS:CANCELLED | SUMMARY:A",
    );
    let excluded = event("UID:1 | RECURRENCE-ID;VALUE=DATE:20150605 | DTSTART:20150605T150000Z");
    with(&format!("{moved}{master}{cancelled}{excluded}"), |series, skipped, _| {
        assert_eq!((series.len(), skipped.len()), (1, 1));
        let recurrence = series[0].times.recurrence.as_ref().unwrap();
        assert_eq!(recurrence.zone, Zone::Iana(LONDON));
        assert_eq!(recurrence.rrule, ["FREQ=DAILY;COUNT=5"]);
        assert_eq!(recurrence.rdate[0].length, Some(10_800));
        let (first, second) = (&recurrence.overrides[0], &recurrence.overrides[1]);
        assert_eq!(first.title.as_deref(), Some("B"));
        assert_eq!(first.place.as_ref().unwrap().name.as_deref(), Some("Hut"));
        assert_eq!(second.status, Some(Status::Cancelled));
        assert_eq!(second.title, None);
        let at = |text: &str| {
            Local::Time(chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M").unwrap())
        };
        assert_eq!((first.instance, second.instance), (at("20150602T1000"), at("20150603T1000")));
    });
}

#[test]
fn lone_and_stale_changes() {
    let lone =
        event("UID:1 | RECURRENCE-ID:20150602T090000Z | DTSTART:20150602T150000Z | SUMMARY:Lone");
    let bare = event("UID:1 | RECURRENCE-ID:20150603T090000Z | STATUS:CANCELLED");
    let (lines, skipped, _) = summary(&(lone.clone() + &bare));
    assert_eq!(lines, ["Lone 02 15:00+0 Europe/London"]);
    assert_eq!(skipped, ["it calls off an instance of a series that is not here"]);
    assert!(
        with(&lone, |series, _, _| series[0].ordinal > 0),
        "or the next lone change would take its id"
    );

    let master = event(
        "UID:1 | SEQUENCE:2 | DTSTART:20150601T090000Z | RRULE:FREQ=DAILY;COUNT=2 | SUMMARY:M",
    );
    let stale =
        event("UID:1 | SEQUENCE:1 | RECURRENCE-ID:20150609T090000Z | DTSTART:20150609T150000Z");
    assert_eq!(summary(&(master + &stale)).1.len(), 1);
}

#[test]
fn hostile_rules_are_told_and_the_event_stays() {
    for rule in
        ["FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=7;BYDAY=MO"]
    {
        let (lines, _, problems) =
            summary(&event(&format!("UID:1 | DTSTART:20150611T100000Z | RRULE:{rule}")));
        assert_eq!(lines.len(), 1);
        assert_eq!(problems, ["refused_rule"], "{rule}");
    }
    let barren: String = (0..300)
        .map(|n| {
            event(&format!("UID:{n} | DTSTART:20150611 | RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"))
        })
        .collect();
    assert_eq!(summary(&barren).2.len(), 300);
}

/// Each rule alone may be followed; all together may not.
#[test]
fn the_rules_of_a_body_share_one_budget() {
    let often = "FREQ=DAILY;BYHOUR=1,2,3,4,5,6;BYMINUTE=0,1,2,3,4,5";
    let many: String = (0..300)
        .map(|n| event(&format!("UID:{n} | DTSTART:19000101T100000Z | RRULE:{often}")))
        .collect();
    let (lines, _, problems) = summary(&many);
    assert_eq!((lines.len(), problems.len()), (300, 100));
    let weekly: String = (0..3_000)
        .map(|n| event(&format!("UID:{n} | DTSTART:20150611T100000Z | RRULE:FREQ=WEEKLY")))
        .collect();
    assert_eq!(summary(&weekly).2, Vec::<String>::new(), "no honest feed comes near it");
}

#[test]
fn private_dates_are_left_out() {
    let text = event("UID:1 | DTSTART:20150601 | RRULE:FREQ=DAILY | SUMMARY:Open")
        + &event(
            "UID:1 | RECURRENCE-ID;VALUE=DATE:20150602 | DTSTART:20150602 | SUMMARY:Secret | CLASS:PRIVATE | LOCATION:x",
        );
    with(&text, |series, _, _| {
        let recurrence = series[0].times.recurrence.as_ref().unwrap();
        let excluded = Local::Date("2015-06-02".parse().unwrap());
        assert_eq!((recurrence.overrides.len(), &*recurrence.exdate), (0, &[excluded][..]));
        assert_eq!(series[0].problems[0].code, "private_date");
    });
}

#[test]
fn spans_for_other_formats() {
    let written = |text: &str| Written {
        value: Local::Time(chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M").unwrap()),
        zone: crate::read::WrittenZone::Floating,
    };
    let context = ZoneContext { calendars: &[], feed_zone: None, network_zone: LONDON };
    let (span, zone) = span_of(&written("20150611T1000"), None, None, &context).unwrap();
    assert!(matches!(span, Span::Timed { end: None, .. }) && zone == LONDON);
    assert!(span_of(&written("00120611T1000"), None, None, &context).is_err());
}

/// Nothing here grows with the square of the number of items.
#[test]
fn many_items_of_one_uid() {
    let many: String = (0..5_000)
        .map(|n| event(&format!("UID:1 | DTSTART:20150611T100000Z | SUMMARY:{n}")))
        .collect();
    assert_eq!(summary(&many).0.len(), 5_000);
    let nameless: String = (0..5_000).map(|_| event("DTSTART:20150611T100000Z")).collect();
    let ordinals: HashSet<u32> =
        with(&nameless, |series, _, _| series.iter().map(|s| s.ordinal).collect());
    assert_eq!(ordinals.len(), 5_000);
    let changes: String = (0..3_000)
        .map(|n| {
            event(&format!(
                "UID:1 | RECURRENCE-ID:20150611T{:02}{:02}{:02}Z | DTSTART:20150611T100000Z",
                n / 3600,
                n / 60 % 60,
                n % 60
            ))
        })
        .collect();
    let master = event(
        "UID:1 | SEQUENCE:1 | DTSTART:20150601T100000Z | RRULE:FREQ=DAILY | RDATE:20150611T000100Z",
    );
    assert_eq!(summary(&(master + &changes)).1.len(), 2_999, "all but one are stale");
}

#[test]
fn another_calendar_of_the_file_calls_off_by_uid() {
    let cancel =
        |inside: &str| format!("END:VCALENDAR\nBEGIN:VCALENDAR\nMETHOD:CANCEL\n{}", event(inside));
    let one = event("UID:1 | SEQUENCE:1 | DTSTAMP:20150601T000000Z | DTSTART:20150611T100000Z");
    let off = |text: &str| {
        with(text, |series, skipped, _| {
            (series.iter().map(|s| s.called_off).collect::<Vec<_>>(), skipped.len())
        })
    };
    for (inside, called_off) in [
        ("UID:1 | SEQUENCE:1", true),
        ("UID:1 | SEQUENCE:2 | DTSTART:20150611T100000Z | SUMMARY:Other", true),
        ("UID:1 | SEQUENCE:1 | DTSTAMP:20150602T000000Z", true),
        ("UID:1 | SEQUENCE:1 | DTSTAMP:20150531T000000Z", false),
        ("UID:1 | SEQUENCE:0", false),
    ] {
        assert_eq!(off(&(one.clone() + &cancel(inside))), (vec![called_off], 0), "{inside}");
    }
    let first = format!(
        "METHOD:CANCEL\n{}END:VCALENDAR\nBEGIN:VCALENDAR\nMETHOD:PUBLISH\n{one}",
        event("UID:1 | SEQUENCE:1")
    );
    assert_eq!(off(&first), (vec![true], 0), "in whatever order");
    assert_eq!(off(&(one + &cancel("UID:2 | SUMMARY:Nobody knows"))), (vec![false], 1));

    let weekly = event("UID:1 | DTSTART:20150611T100000Z | RRULE:FREQ=WEEKLY;COUNT=3");
    let text = weekly + &cancel("UID:1 | SEQUENCE:1 | RECURRENCE-ID:20150618T100000Z");
    with(&text, |series, skipped, _| {
        assert_eq!((series.len(), skipped.len(), series[0].called_off), (1, 0, false));
        let changes = &series[0].times.recurrence.as_ref().unwrap().overrides;
        assert_eq!(changes.iter().map(|c| c.status).collect::<Vec<_>>(), [Some(Status::Cancelled)]);
    });
}
