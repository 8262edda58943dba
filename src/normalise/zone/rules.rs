//! Computes with a file's own VTIMEZONE rules, and finds the IANA zone that they describe.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Offset, TimeZone, Weekday};
use chrono_tz::Tz;

use super::shift;
use crate::event::{Observance, ZoneRules};

/// Years over which rules are compared with the IANA database. Rules as they are sent hold for the present, whatever
/// year they claim to begin in; since 2008 Europe and America have kept theirs.
const COMPARED: std::ops::RangeInclusive<i32> = 2008..=2035;

/// Zones tried first, so that rules which fit many names get the one that is meant in these islands.
const LIKELY: [Tz; 12] = [
    Tz::Europe__London,
    Tz::Europe__Berlin,
    Tz::Europe__Helsinki,
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::America__Denver,
    Tz::America__Los_Angeles,
    Tz::America__Phoenix,
    Tz::Australia__Sydney,
    Tz::Asia__Tokyo,
    Tz::Asia__Kolkata,
    Tz::UTC,
];

/// Observances that a custom zone keeps, the latest: each costs time at each conversion.
const MOST_OBSERVANCES: usize = 32;

/// The same rules without the changes of long ago.
pub(super) fn slim(rules: &ZoneRules) -> ZoneRules {
    let mut slim = rules.clone();
    slim.observances.sort_by_key(|observance| std::cmp::Reverse(observance.onset));
    slim.observances.truncate(MOST_OBSERVANCES);
    slim
}

/// The IANA zone whose clocks show the same as these rules, in each month of the years compared.
pub(super) fn matching(rules: &ZoneRules) -> Option<Tz> {
    if rules.observances.is_empty() {
        return None;
    }
    let rules = &slim(rules);
    let samples = samples(rules);
    let agrees = |tz: &Tz| {
        samples
            .iter()
            .all(|(at, east)| tz.offset_from_utc_datetime(at).fix().local_minus_utc() == *east)
    };
    let mut all = LIKELY.iter().chain(chrono_tz::TZ_VARIANTS.iter());
    all.find(|tz| agrees(tz)).copied()
}

/// Offsets at the middle of each month and around each change.
fn samples(rules: &ZoneRules) -> Vec<(NaiveDateTime, i32)> {
    let mut instants = Vec::new();
    for year in COMPARED {
        let days = (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(year, month, 15));
        instants.extend(days.filter_map(|day| day.and_hms_opt(12, 0, 0)));
        // Zones that list each change of a century have names that tell more than their rules.
        for observance in rules.observances.iter().take(MOST_OBSERVANCES) {
            for onset in onsets(observance, year) {
                let at = shift(onset, -i64::from(observance.offset_from));
                instants.extend([shift(at, -60), at]);
            }
        }
    }
    instants.into_iter().map(|at| (at, offset_at(at, rules))).collect()
}

/// Seconds east of UTC at an instant.
pub(super) fn offset_at(at: NaiveDateTime, rules: &ZoneRules) -> i32 {
    let latest = rules
        .observances
        .iter()
        .filter_map(|observance| Some((last_onset(observance, at)?, observance.offset_to)))
        .max_by_key(|(onset, _)| *onset);
    if let Some((_, east)) = latest {
        return east;
    }
    // Before the first change the clocks showed what that change changed.
    let first = rules.observances.iter().min_by_key(|observance| observance.onset);
    first.map_or(0, |observance| observance.offset_from)
}

/// The instant of a local time, by RFC 5545 in gaps and overlaps.
pub(super) fn to_utc(local: NaiveDateTime, rules: &ZoneRules) -> chrono::DateTime<chrono::Utc> {
    // No zone changes twice within two days, and none is further than a day from UTC.
    let before = offset_at(shift(local, -86_400), rules);
    let after = offset_at(shift(local, 86_400), rules);
    let instant = |east: i32| shift(local, -i64::from(east));
    // The larger offset gives the earlier instant; in a gap, where neither holds, the one before the jump counts.
    let (larger, smaller) = (before.max(after), before.min(after));
    let holds = |east: &i32| offset_at(instant(*east), rules) == *east;
    instant([larger, smaller].into_iter().find(holds).unwrap_or(before)).and_utc()
}

/// The last onset of an observance at or before an instant, in UTC.
fn last_onset(observance: &Observance, at: NaiveDateTime) -> Option<NaiveDateTime> {
    let utc = |onset: NaiveDateTime| shift(onset, -i64::from(observance.offset_from));
    let single = observance.rdates.iter().chain([&observance.onset]).map(|onset| utc(*onset));
    let single = single.filter(|onset| *onset <= at).max();
    let Some(rule) = observance.rrule.as_deref() else { return single };
    let latest = at.min(until(rule).unwrap_or(NaiveDateTime::MAX));
    // A leap day is the rarest onset there is, hence eight years back.
    let years = (latest.year().saturating_sub(8)..=latest.year()).rev();
    let repeated = years.filter(|year| *year >= observance.onset.year()).find_map(|year| {
        onsets(observance, year).into_iter().map(utc).filter(|o| *o <= latest).max()
    });
    repeated.into_iter().chain(single).max()
}

/// UNTIL of a rule: UTC by RFC 5545.
fn until(rule: &str) -> Option<NaiveDateTime> {
    let value = part(rule, "UNTIL")?.trim_end_matches('Z');
    NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S")
        .ok()
        .or_else(|| NaiveDate::parse_from_str(value, "%Y%m%d").ok()?.and_hms_opt(23, 59, 59))
}

fn part<'a>(rule: &'a str, name: &str) -> Option<&'a str> {
    rule.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Local onsets in one year, by the parts of a rule that zones use: BYMONTH, BYDAY, BYMONTHDAY, INTERVAL, COUNT.
fn onsets(observance: &Observance, year: i32) -> Vec<NaiveDateTime> {
    let first = observance.onset;
    let Some(rule) = observance.rrule.as_deref() else { return Vec::new() };
    let number = |name: &str| part(rule, name).and_then(|value| value.parse::<i32>().ok());
    let interval = number("INTERVAL").unwrap_or(1).max(1);
    let passed = year.saturating_sub(first.year());
    let spent = number("COUNT").is_some_and(|count| passed / interval >= count);
    if passed < 0 || passed % interval != 0 || spent || part(rule, "FREQ") != Some("YEARLY") {
        return Vec::new();
    }
    let month =
        number("BYMONTH").and_then(|month| u32::try_from(month).ok()).unwrap_or(first.month());
    let month_days: Vec<u32> = part(rule, "BYMONTHDAY")
        .map(|days| days.split(',').filter_map(|day| day.parse().ok()).collect())
        .unwrap_or_default();
    let Some(start) = NaiveDate::from_ymd_opt(year, month, 1) else { return Vec::new() };
    let days = (0..31)
        .filter_map(|day| start.checked_add_days(Days::new(day)))
        .filter(|day| day.month() == month);
    let weekday = part(rule, "BYDAY").and_then(|by| by.split(',').next()).and_then(nth_weekday);
    days.filter(|day| match (weekday, month_days.is_empty()) {
        (None, true) => day.day() == first.day(),
        (None, false) => month_days.contains(&day.day()),
        (Some((nth, name)), true) => day.weekday() == name && is_nth(*day, nth),
        (Some((_, name)), false) => day.weekday() == name && month_days.contains(&day.day()),
    })
    .map(|day| day.and_time(first.time()))
    .filter(|onset| *onset >= first)
    .collect()
}

/// `-1SU`: which one, and of what.
fn nth_weekday(text: &str) -> Option<(i32, Weekday)> {
    let (number, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let weekday = match name {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    };
    let number = if number.is_empty() { 1 } else { number.trim_start_matches('+').parse().ok()? };
    Some((number, weekday))
}

fn is_nth(day: NaiveDate, nth: i32) -> bool {
    let week = |day: u32| i32::try_from((day - 1) / 7 + 1).unwrap_or(0);
    if nth > 0 {
        return week(day.day()) == nth;
    }
    let in_month = (28..=31).filter(|last| day.with_day(*last).is_some()).max().unwrap_or(28);
    week(in_month - day.day() + 1) == -nth
}
