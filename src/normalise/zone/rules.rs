//! Computes with a file's own VTIMEZONE rules, and finds the IANA zone that they describe.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc, Weekday};
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

/// What a custom zone keeps, the latest of each: it is kept with each of its series, and each costs time at each
/// conversion, observances that repeat the most.
const MOST_OBSERVANCES: usize = 32;
const MOST_REPEATED: usize = 8;
const MOST_RDATES: usize = 256;

/// The same rules without the changes of long ago.
pub(super) fn slim(rules: &ZoneRules) -> ZoneRules {
    let mut slim = rules.clone();
    slim.observances.sort_by_key(|observance| std::cmp::Reverse(observance.onset));
    let mut repeated = 0;
    slim.observances.retain(|observance| {
        repeated += usize::from(observance.rrule.is_some());
        observance.rrule.is_none() || repeated <= MOST_REPEATED
    });
    slim.observances.truncate(MOST_OBSERVANCES);
    let mut room = MOST_RDATES;
    for observance in &mut slim.observances {
        observance.rdates.sort_unstable_by(|one, other| other.cmp(one));
        observance.rdates.truncate(room);
        room = room.saturating_sub(observance.rdates.len());
    }
    slim
}

/// The IANA zone whose clocks show the same as these rules, in each month of the years compared.
pub(super) fn matching(rules: &ZoneRules) -> Option<Tz> {
    let changes = changes(rules);
    if changes.is_empty() {
        return None;
    }
    let samples = samples(&changes);
    let agrees = |tz: &Tz| {
        samples
            .iter()
            .all(|(at, east)| tz.offset_from_utc_datetime(at).fix().local_minus_utc() == *east)
    };
    let mut all = LIKELY.iter().chain(chrono_tz::TZ_VARIANTS.iter());
    all.find(|tz| agrees(tz)).copied()
}

/// Offsets at the middle of each month and around each change.
fn samples(changes: &[Change]) -> Vec<(NaiveDateTime, i32)> {
    let mut probes: BTreeMap<NaiveDateTime, Option<i32>> = BTreeMap::new();
    for year in COMPARED {
        let days = (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(year, month, 15));
        probes.extend(days.filter_map(|day| day.and_hms_opt(12, 0, 0)).map(|at| (at, None)));
    }
    for change in changes {
        let single = change.single.iter().copied().filter(|at| COMPARED.contains(&at.year()));
        let repeated = COMPARED.filter_map(|year| change.onset(year));
        probes.extend(single.chain(repeated).map(|at| (at, Some(change.to))));
    }
    let mut samples = Vec::new();
    let mut east = probes.keys().next().map_or(0, |first| offset_at(shift(*first, -1), changes));
    for (at, onset) in probes {
        let now = onset.unwrap_or(east);
        // Zones that list each change of a century say many times what holds already.
        if now != east {
            samples.push((shift(at, -60), east));
        }
        if now != east || onset.is_none() {
            samples.push((at, now));
        }
        east = now;
    }
    samples
}

/// An observance, read: a change of the clock, and when it happens.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// Seconds east of UTC before it.
    from: i32,
    /// And after it.
    to: i32,
    /// DTSTART, on the clock of before.
    first: NaiveDateTime,
    /// DTSTART and RDATEs as instants, in order.
    single: Vec<NaiveDateTime>,
    yearly: Option<Yearly>,
}

/// The parts of a rule that zones use.
#[derive(Debug, Clone)]
struct Yearly {
    month: u32,
    days: Vec<u32>,
    weekday: Option<(i32, Weekday)>,
    interval: i32,
    count: Option<i32>,
    /// In UTC by RFC 5545.
    until: NaiveDateTime,
}

/// The observances of a zone, read.
pub(super) fn changes(rules: &ZoneRules) -> Vec<Change> {
    rules.observances.iter().map(Change::of).collect()
}

/// Seconds east of UTC at an instant.
pub(super) fn offset_at(at: NaiveDateTime, changes: &[Change]) -> i32 {
    let latest = changes
        .iter()
        .filter_map(|change| Some((change.last_onset(at)?, change.to)))
        .max_by_key(|(onset, _)| *onset);
    if let Some((_, east)) = latest {
        return east;
    }
    // Before the first change the clocks showed what that change changed.
    let first = changes.iter().min_by_key(|change| change.first);
    first.map_or(0, |change| change.from)
}

/// The instant of a local time, by RFC 5545 in gaps and overlaps.
pub(super) fn to_utc(local: NaiveDateTime, changes: &[Change]) -> DateTime<Utc> {
    // No zone changes twice within two days, and none is further than a day from UTC.
    let before = offset_at(shift(local, -86_400), changes);
    let after = offset_at(shift(local, 86_400), changes);
    let instant = |east: i32| shift(local, -i64::from(east));
    // The larger offset gives the earlier instant; in a gap, where neither holds, the one before the jump counts.
    let (larger, smaller) = (before.max(after), before.min(after));
    let holds = |east: &i32| offset_at(instant(*east), changes) == *east;
    instant([larger, smaller].into_iter().find(holds).unwrap_or(before)).and_utc()
}

impl Change {
    fn of(observance: &Observance) -> Self {
        let utc = |onset: &NaiveDateTime| shift(*onset, -i64::from(observance.offset_from));
        let mut single: Vec<NaiveDateTime> =
            observance.rdates.iter().chain([&observance.onset]).map(utc).collect();
        single.sort_unstable();
        Self {
            from: observance.offset_from,
            to: observance.offset_to,
            first: observance.onset,
            single,
            yearly: observance.rrule.as_deref().and_then(|rule| Yearly::of(rule, observance.onset)),
        }
    }

    /// The last onset at or before an instant, in UTC.
    fn last_onset(&self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        let passed = self.single.partition_point(|onset| *onset <= at);
        let single = passed.checked_sub(1).and_then(|last| self.single.get(last)).copied();
        let last = self.yearly.as_ref().map_or(at, |yearly| at.min(yearly.until)).year();
        // A leap day is the rarest onset there is, hence eight years back.
        let years = (last.saturating_sub(8).max(self.first.year())..=last).rev();
        let mut onsets = years.filter_map(|year| self.onset(year));
        onsets.find(|onset| *onset <= at).into_iter().chain(single).max()
    }

    /// The onset of a year by the rule, in UTC.
    fn onset(&self, year: i32) -> Option<NaiveDateTime> {
        let yearly = self.yearly.as_ref()?;
        let passed = year.saturating_sub(self.first.year());
        let spent = yearly.count.is_some_and(|count| passed / yearly.interval >= count);
        if passed < 0 || passed % yearly.interval != 0 || spent {
            return None;
        }
        let local = yearly.day(year)?.and_time(self.first.time());
        let onset = shift(local, -i64::from(self.from));
        (local >= self.first && onset <= yearly.until).then_some(onset)
    }
}

impl Yearly {
    /// `None` for a rule of another frequency, and for one that has no day in any year.
    fn of(rule: &str, first: NaiveDateTime) -> Option<Self> {
        if part(rule, "FREQ") != Some("YEARLY") {
            return None;
        }
        let number = |name: &str| part(rule, name).and_then(|value| value.parse::<i32>().ok());
        let month = number("BYMONTH").and_then(|month| u32::try_from(month).ok());
        let weekday = part(rule, "BYDAY").and_then(|by| by.split(',').next()).and_then(nth_weekday);
        let days: Vec<u32> = part(rule, "BYMONTHDAY")
            .map(|days| days.split(',').take(31).filter_map(|day| day.parse().ok()).collect())
            .unwrap_or_default();
        let days = if days.is_empty() && weekday.is_none() { vec![first.day()] } else { days };
        let yearly = Self {
            month: month.unwrap_or(first.month()),
            days,
            weekday,
            interval: number("INTERVAL").unwrap_or(1).max(1),
            count: number("COUNT"),
            until: until(rule).unwrap_or(NaiveDateTime::MAX),
        };
        // The calendar of weekdays repeats after 28 years.
        (2000..2028).any(|year| yearly.day(year).is_some()).then_some(yearly)
    }

    fn day(&self, year: i32) -> Option<NaiveDate> {
        let mut days = (1..=31).filter_map(|day| NaiveDate::from_ymd_opt(year, self.month, day));
        days.find(|day| match self.weekday {
            None => self.days.contains(&day.day()),
            Some((nth, name)) if self.days.is_empty() => day.weekday() == name && is_nth(*day, nth),
            Some((_, name)) => day.weekday() == name && self.days.contains(&day.day()),
        })
    }
}

fn until(rule: &str) -> Option<NaiveDateTime> {
    let value = part(rule, "UNTIL")?.trim_end_matches('Z');
    NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S")
        .ok()
        .or_else(|| NaiveDate::parse_from_str(value, "%Y%m%d").ok()?.and_hms_opt(23, 59, 59))
}

fn part<'a>(rule: &'a str, name: &str) -> Option<&'a str> {
    rule.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
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
