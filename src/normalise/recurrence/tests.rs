use super::{forward::explicit, *};
use crate::{
    event::{ExtraDate, Status, Zone},
    normalise::zone,
};

const LONDON: Tz = Tz::Europe__London;

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A series of one-hour events on London's clock.
fn timed(start: &str, rules: &[&str]) -> (Span, Recurrence) {
    let zone = Zone::Iana(LONDON);
    let begin = zone::to_utc(at(start), &zone);
    let span = Span::Timed { start: begin, end: Some(begin + TimeDelta::hours(1)) };
    (span, plain(zone, Local::Time(at(start)), rules))
}

fn all_day(start: &str, rules: &[&str]) -> (Span, Recurrence) {
    let span = whole_days(day(start), 1);
    (span, plain(Zone::Iana(LONDON), Local::Date(day(start)), rules))
}

fn plain(zone: Zone, start: Local, rules: &[&str]) -> Recurrence {
    Recurrence {
        zone,
        start,
        length: None,
        rrule: rules.iter().map(|rule| (*rule).to_owned()).collect(),
        exrule: Vec::new(),
        rdate: Vec::new(),
        exdate: Vec::new(),
        overrides: Vec::new(),
    }
}

fn window(series: &(Span, Recurrence), from: &str, to: &str) -> Expansion {
    expand(&series.0, LONDON, Some(&series.1), midnight(from), midnight(to))
}

fn midnight(text: &str) -> DateTime<Utc> {
    day(text).and_time(NaiveTime::MIN).and_utc()
}

/// Starts in UTC.
fn starts(series: &(Span, Recurrence), from: &str, to: &str) -> Vec<String> {
    let expansion = window(series, from, to);
    assert!(expansion.problems.is_empty(), "{:?}", expansion.problems);
    expansion.occurrences.iter().map(|o| text(&o.span)).collect()
}

fn text(span: &Span) -> String {
    match span {
        Span::AllDay { start, .. } => start.to_string(),
        Span::Timed { start, .. } => start.format("%Y-%m-%d %H:%M").to_string(),
    }
}

#[test]
fn ten_oclock_stays_ten_oclock() {
    let series = timed("2026-03-20 10:00", &["FREQ=WEEKLY"]);
    assert_eq!(
        starts(&series, "2026-03-01", "2026-04-11"),
        ["2026-03-20 10:00", "2026-03-27 10:00", "2026-04-03 09:00", "2026-04-10 09:00"]
    );
    let mut utc = timed("2026-03-20 10:00", &["FREQ=WEEKLY"]);
    utc.1.zone = Zone::Iana(Tz::UTC);
    assert_eq!(starts(&utc, "2026-03-28", "2026-04-11"), ["2026-04-03 10:00", "2026-04-10 10:00"]);
}

#[test]
fn dates_in_gaps_and_overlaps() {
    let series = timed("2026-03-28 01:30", &["FREQ=DAILY;COUNT=3"]);
    assert_eq!(
        starts(&series, "2026-03-01", "2026-05-01"),
        ["2026-03-28 01:30", "2026-03-29 01:30", "2026-03-30 00:30"]
    );
    let from_gap = timed("2026-03-29 01:30", &["FREQ=DAILY;COUNT=2"]);
    assert_eq!(
        starts(&from_gap, "2026-03-01", "2026-05-01"),
        ["2026-03-29 01:30", "2026-03-30 00:30"]
    );
    let from_overlap = timed("2026-10-25 01:30", &["FREQ=DAILY;COUNT=2"]);
    assert_eq!(
        starts(&from_overlap, "2026-10-01", "2026-11-01"),
        ["2026-10-25 00:30", "2026-10-26 01:30"]
    );
    let hourly = timed("2026-03-29 00:30", &["FREQ=HOURLY;COUNT=4"]);
    assert_eq!(
        starts(&hourly, "2026-03-01", "2026-05-01"),
        ["2026-03-29 00:30", "2026-03-29 01:30", "2026-03-29 02:30"],
        "the hour that does not exist is the one after it"
    );
}

#[test]
fn traps_of_the_crate() {
    let rules = timed("2026-01-05 10:00", &["FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY;BYDAY=MO"]);
    assert_eq!(starts(&rules, "2026-01-01", "2026-01-20").len(), 3, "ordinals and duplicates");
    let mixed = timed("2026-01-05 10:00", &["FREQ=MONTHLY;BYDAY=2TU,MO;COUNT=6"]);
    let want = ["05", "12", "13", "19", "26", "02"].map(|d| d.to_owned());
    let days = starts(&mixed, "2026-01-01", "2026-03-01");
    assert_eq!(days.iter().map(|d| d[8..10].to_owned()).collect::<Vec<_>>(), want);
    let fifth = timed("2026-01-30 10:00", &["FREQ=MONTHLY;BYDAY=-5FR"]);
    assert_eq!(starts(&fifth, "2026-02-01", "2026-06-01"), ["2026-05-01 09:00"]);
    let week = timed("2026-05-11 10:00", &["FREQ=YEARLY;BYWEEKNO=20"]);
    assert_eq!(starts(&week, "2026-01-01", "2028-01-01"), ["2026-05-11 09:00", "2027-05-17 09:00"]);
    let month = timed("2026-01-31 10:00", &["FREQ=MONTHLY"]);
    assert_eq!(
        starts(&month, "2026-02-01", "2026-06-01"),
        ["2026-03-31 09:00", "2026-05-31 09:00"]
    );
}

#[test]
fn until_in_every_form() {
    for (until, count) in [
        ("20260119", 3),
        ("20260119T100000", 3),
        ("20260119T100000Z", 3),
        ("20260119T095959Z", 2),
        ("20260118T235959", 2),
        ("20251231", 1),
    ] {
        let series = timed("2026-01-05 10:00", &[&format!("FREQ=WEEKLY;UNTIL={until}")]);
        assert_eq!(starts(&series, "2026-01-01", "2027-01-01").len(), count, "{until}");
    }
    // In summer 10:00 in London is 09:00Z.
    let summer = timed("2026-06-01 10:00", &["FREQ=DAILY;UNTIL=20260602T090000Z"]);
    assert_eq!(starts(&summer, "2026-06-01", "2026-07-01").len(), 2);
    for until in ["20260107", "20260107T235959Z", "20260107T000000"] {
        let series = all_day("2026-01-05", &[&format!("FREQ=DAILY;UNTIL={until}")]);
        assert_eq!(starts(&series, "2026-01-01", "2026-02-01").len(), 3, "{until}");
    }
}

#[test]
fn a_start_outside_its_rule_is_the_first_instance() {
    let series = timed("2026-01-01 10:00", &["FREQ=WEEKLY;BYDAY=MO;COUNT=3"]);
    assert_eq!(
        starts(&series, "2026-01-01", "2026-03-01"),
        ["2026-01-01 10:00", "2026-01-05 10:00", "2026-01-12 10:00"]
    );
}

#[test]
fn exceptions_in_every_mix_of_forms() {
    let mut series = timed("2026-06-01 10:00", &["FREQ=DAILY;COUNT=6"]);
    series.1.exdate = vec![Local::Date(day("2026-06-02")), Local::Time(at("2026-06-03 10:00"))];
    series.1.exdate.push(Local::Time(at("2026-06-04 11:00")));
    series.1.exrule = vec!["FREQ=DAILY;INTERVAL=5".into()];
    series.1.rdate = vec![
        ExtraDate { start: Local::Time(at("2026-06-05 10:00")), length: None },
        ExtraDate { start: Local::Time(at("2026-06-09 15:00")), length: Some(7200) },
        ExtraDate { start: Local::Date(day("2026-06-10")), length: None },
    ];
    assert_eq!(
        starts(&series, "2026-06-01", "2026-07-01"),
        ["2026-06-04 09:00", "2026-06-05 09:00", "2026-06-09 14:00", "2026-06-10 09:00"]
    );
    let period = &window(&series, "2026-06-09", "2026-06-10").occurrences[0];
    assert_eq!(period.span.length(), TimeDelta::hours(2));
    let mut days = all_day("2026-06-01", &["FREQ=DAILY;COUNT=3"]);
    days.1.exdate = vec![Local::Time(at("2026-06-02 00:00"))];
    assert_eq!(starts(&days, "2026-06-01", "2026-07-01"), ["2026-06-01", "2026-06-03"]);
}

fn change(instance: &str, to: &str, onward: bool) -> Override {
    let start = zone::to_utc(at(to), &Zone::Iana(LONDON));
    Override {
        instance: Local::Time(at(instance)),
        this_and_future: onward,
        span: Span::Timed { start, end: Some(start + TimeDelta::hours(2)) },
        title: None,
        status: Some(Status::Cancelled),
        description: None,
        place: None,
    }
}

#[test]
fn changed_instances() {
    let mut series = timed("2026-01-05 10:00", &["FREQ=WEEKLY;COUNT=5"]);
    series.1.overrides = vec![change("2026-01-12 10:00", "2026-02-20 09:00", false)];
    assert_eq!(
        starts(&series, "2026-01-01", "2026-03-01"),
        [
            "2026-01-05 10:00",
            "2026-01-19 10:00",
            "2026-01-26 10:00",
            "2026-02-02 10:00",
            "2026-02-20 09:00"
        ]
    );
    let moved = &window(&series, "2026-02-20", "2026-02-21").occurrences;
    assert_eq!((moved.len(), moved[0].changed_by), (1, Some(0)));
    assert_eq!(moved[0].instance, Some(Local::Time(at("2026-01-12 10:00"))));
    assert!(window(&series, "2026-01-12", "2026-01-13").occurrences.is_empty());
}

#[test]
fn this_and_future() {
    let mut series = timed("2026-03-16 10:00", &["FREQ=WEEKLY"]);
    series.1.overrides = vec![
        change("2026-03-23 10:00", "2026-03-24 14:00", true),
        change("2026-04-06 10:00", "2026-04-06 08:00", false),
    ];
    assert_eq!(
        starts(&series, "2026-03-01", "2026-04-20"),
        [
            "2026-03-16 10:00",
            "2026-03-24 14:00",
            "2026-03-31 13:00",
            "2026-04-06 07:00",
            "2026-04-14 13:00"
        ]
    );
    let later = &window(&series, "2030-01-01", "2030-01-05").occurrences;
    assert_eq!(text(&later[0].span), "2030-01-01 14:00");
    assert_eq!((later[0].span.length(), later[0].changed_by), (TimeDelta::hours(2), Some(0)));
}

/// Fast-forward must not change a single date.
#[test]
fn old_series_cost_no_more_and_say_the_same() {
    for rule in [
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=DAILY;BYDAY=MO,WE;BYMONTH=2,5",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
        "FREQ=WEEKLY;INTERVAL=3",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "FREQ=YEARLY",
        "FREQ=YEARLY;INTERVAL=4",
        "FREQ=YEARLY;BYMONTH=3,9;BYDAY=2TU",
        "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO",
        "FREQ=YEARLY;BYYEARDAY=-1,60",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2",
        "FREQ=HOURLY;INTERVAL=7;BYDAY=MO",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=3",
        "FREQ=DAILY;INTERVAL=10;BYHOUR=9,17;BYMINUTE=0,30",
        "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=31",
        "FREQ=WEEKLY;BYDAY=TU;BYSETPOS=1;INTERVAL=5;WKST=WE",
    ] {
        let long = Rule::parse(rule).unwrap();
        let (span, recurrence) = timed("2004-12-31 10:00", &[]);
        let series = Series::new(&span, &recurrence);
        let (low, high) = (at("2016-02-01 00:00"), at("2021-03-01 00:00"));
        let fast = series.follow(&long, low, high).unwrap().0;
        let walked = rrule::RRuleSet::new(rrule::Tz::UTC.from_utc_datetime(&series.start));
        let mut explicit_rule = long.clone();
        explicit(&mut explicit_rule, series.start);
        let built = build(&explicit_rule, false).validate(*walked.get_dt_start()).unwrap();
        let slow: Vec<NaiveDateTime> = walked
            .rrule(built)
            .into_iter()
            .map(|date| date.naive_utc())
            .skip_while(|date| *date < low)
            .take_while(|date| *date <= high)
            .collect();
        assert_eq!(fast, slow, "{rule}");
    }
}

#[test]
fn hostile_rules_end_at_once() {
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=99999999",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=99999999999",
        "",
        "nonsense",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=WEEKLY;BYSETPOS=99;BYDAY=MO",
    ] {
        let series = timed("1970-01-01 10:00", &[rule]);
        let expansion = window(&series, "1969-01-01", "2100-01-01");
        assert_eq!(expansion.problems.len(), 1, "{rule}");
        assert_eq!(expansion.occurrences.len(), 1, "{rule}: the start is always there");
    }
    let endless = timed("1970-01-01 10:00", &["FREQ=HOURLY"]);
    let expansion = window(&endless, "2026-01-01", "2100-01-01");
    assert!(!expansion.complete && expansion.occurrences.len() <= MOST_DATES);
    assert_eq!(expansion.problems[0].code, "too_many_dates");
    let counted = timed("1970-01-01 10:00", &["FREQ=DAILY;COUNT=4000000000"]);
    assert!(!window(&counted, "2026-01-01", "2100-01-01").complete);
    let barren = Rule::parse("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30").unwrap();
    assert!(!has_dates(&barren, Local::Date(day("2026-01-01"))));
    let everything = timed("2026-01-01 10:00", &["FREQ=WEEKLY"]);
    let all = expand(
        &everything.0,
        LONDON,
        Some(&everything.1),
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
    );
    assert!(!all.complete);
}

#[test]
fn last_instances() {
    let last = |series: &(Span, Recurrence)| {
        last_instance(&series.0, LONDON, &series.1).map(|o| text(&o.span))
    };
    let said = |text: &str| Some(text.to_owned());
    assert_eq!(last(&timed("2026-01-05 10:00", &["FREQ=WEEKLY"])), None);
    assert_eq!(
        last(&timed("2026-01-05 10:00", &["FREQ=WEEKLY;COUNT=3"])),
        said("2026-01-19 10:00")
    );
    assert_eq!(
        last(&timed("2026-01-05 10:00", &["FREQ=WEEKLY;UNTIL=20260620"])),
        said("2026-06-15 09:00")
    );
    assert_eq!(last(&timed("2026-01-05 10:00", &[])), said("2026-01-05 10:00"));
    assert_eq!(
        last(&timed("2024-02-29 10:00", &["FREQ=YEARLY;UNTIL=20271231"])),
        said("2024-02-29 10:00")
    );
    let mut series = timed("2026-01-05 10:00", &["FREQ=WEEKLY;COUNT=3"]);
    series.1.exdate = vec![Local::Date(day("2026-01-19"))];
    assert_eq!(last(&series), said("2026-01-12 10:00"));
    series.1.rdate = vec![ExtraDate { start: Local::Time(at("2026-05-01 10:00")), length: None }];
    assert_eq!(last(&series), said("2026-05-01 09:00"));
    series.1.rdate.clear();
    series.1.overrides = vec![change("2026-01-12 10:00", "2026-01-15 10:00", false)];
    let changed = last_instance(&series.0, LONDON, &series.1).unwrap();
    assert_eq!((text(&changed.span).as_str(), changed.changed_by), ("2026-01-15 10:00", Some(0)));
}

#[test]
fn single_events() {
    let (span, _) = timed("2026-01-05 10:00", &[]);
    assert_eq!(
        expand(&span, LONDON, None, midnight("2026-01-05"), midnight("2026-01-06"))
            .occurrences
            .len(),
        1
    );
    assert!(
        expand(&span, LONDON, None, midnight("2026-01-06"), midnight("2026-01-07"))
            .occurrences
            .is_empty()
    );
}

#[test]
fn an_end_a_century_away_is_none() {
    let last = |rule: &str| {
        let (span, recurrence) = timed("2027-01-01 10:00", &[rule]);
        last_instance(&span, LONDON, &recurrence).map(|last| text(&last.span))
    };
    let rare = "FREQ=HOURLY;BYYEARDAY=1;BYHOUR=10";
    assert_eq!(last(&format!("{rare};COUNT=3")).as_deref(), Some("2029-01-01 10:00"));
    assert_eq!(last(&format!("{rare};COUNT=5000")), None);
    // A start outside its rule is the first of them.
    assert_eq!(last("FREQ=DAILY;BYDAY=MO;COUNT=2").as_deref(), Some("2027-01-04 10:00"));
}

#[test]
fn instances_are_those_of_the_expansion() {
    let mut series =
        timed("2024-03-01 10:00", &["FREQ=DAILY;INTERVAL=3;COUNT=9", "FREQ=MONTHLY;BYMONTHDAY=20"]);
    series.1.exrule.push("FREQ=WEEKLY;BYDAY=TU".into());
    series.1.exdate.push(Local::Time(at("2024-03-20 10:00")));
    series.1.rdate.push(ExtraDate { start: Local::Time(at("2024-03-03 09:00")), length: None });
    let found = starts(&series, "2024-02-01", "2024-06-01");
    let instances = Instances::of(&series.1);
    let mut face = at("2024-02-01 09:00");
    let mut had = Vec::new();
    while face < at("2024-06-01 00:00") {
        if instances.have(Local::Time(face)) {
            had.push(text(&Span::Timed { start: zone::to_utc(face, &series.1.zone), end: None }));
        }
        face += TimeDelta::hours(1);
    }
    assert_eq!(had, found);
    assert!(instances.leave_out(Local::Time(at("2024-03-20 10:00"))));
}

#[test]
fn instances_of_a_counted_rule_are_known_for_a_century() {
    let series = timed("2024-03-01 10:00", &["FREQ=YEARLY;INTERVAL=50;COUNT=5"]);
    let instances = Instances::of(&series.1);
    let has = |face| instances.have(Local::Time(at(face)));
    assert!(has("2074-03-01 10:00") && !has("2174-03-01 10:00"));
}
