//! Computes with a file's own VTIMEZONE rules, and finds the IANA zone that they describe.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc, Weekday,
};
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

/// What a custom zone keeps, the latest of each: it is kept with each of its series, and each costs time for each year
/// that is worked out, observances that repeat the most.
const MOST_OBSERVANCES: usize = 32;
const MOST_REPEATED: usize = 8;
const MOST_RDATES: usize = 256;

/// Rounds of a rule in which a date is looked for. The calendar repeats after 400 years: a rule without a date in as many
/// rounds has none. A COUNT that takes more is as good as none.
const MOST_ROUNDS: i32 = 1_000;

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
#[derive(Debug)]
struct Change {
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
#[derive(Debug)]
struct Yearly {
    month: u32,
    days: Vec<u32>,
    weekday: Option<(i32, Weekday)>,
    interval: i32,
    /// In UTC by RFC 5545; that of COUNT, where it comes before.
    until: NaiveDateTime,
}

/// The observances of a zone, read.
fn changes(rules: &ZoneRules) -> Vec<Change> {
    rules.observances.iter().map(Change::of).collect()
}

/// Seconds east of UTC at an instant.
fn offset_at(at: NaiveDateTime, changes: &[Change]) -> i32 {
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

/// The rules of a zone as a table that is worked out year by year, so that a date costs a look into it, whatever the
/// rules are.
#[derive(Debug)]
pub(super) struct Table {
    changes: Vec<Change>,
    years: RefCell<HashMap<i32, Year>>,
}

/// What the clocks show from when on within a year of UTC, in order; the first from its beginning.
type Year = Rc<[(NaiveDateTime, i32)]>;

impl Table {
    pub(super) fn of(rules: &ZoneRules) -> Self {
        Self { changes: changes(rules), years: RefCell::default() }
    }

    /// Seconds east of UTC at an instant.
    pub(super) fn offset_at(&self, at: NaiveDateTime) -> i32 {
        let year = self.year(at.year());
        let passed = year.partition_point(|(onset, _)| *onset <= at);
        let last = passed.checked_sub(1).and_then(|last| year.get(last));
        last.map_or(0, |(_, east)| *east)
    }

    /// The instant of a local time, by RFC 5545 in gaps and overlaps.
    pub(super) fn to_utc(&self, local: NaiveDateTime) -> DateTime<Utc> {
        // No zone changes twice within two days, and none is further than a day from UTC.
        let before = self.offset_at(shift(local, -86_400));
        let after = self.offset_at(shift(local, 86_400));
        let instant = |east: i32| shift(local, -i64::from(east));
        if before == after {
            return instant(before).and_utc();
        }
        // The larger offset gives the earlier instant; in a gap, where neither holds, the one before the jump counts.
        let (larger, smaller) = (before.max(after), before.min(after));
        let holds = |east: &i32| self.offset_at(instant(*east)) == *east;
        instant([larger, smaller].into_iter().find(holds).unwrap_or(before)).and_utc()
    }

    fn year(&self, year: i32) -> Year {
        if let Some(known) = self.years.borrow().get(&year) {
            return Rc::clone(known);
        }
        let first = NaiveDate::from_yo_opt(year, 1).unwrap_or(NaiveDate::MIN);
        let first = first.and_time(NaiveTime::MIN);
        let mut onsets = vec![(first, offset_at(first, &self.changes))];
        for change in &self.changes {
            let within = change.onsets_about(year).filter(|onset| onset.year() == year);
            onsets.extend(within.map(|onset| (onset, change.to)));
        }
        onsets.sort_by_key(|(onset, _)| *onset);
        let onsets: Year = onsets.into();
        self.years.borrow_mut().insert(year, Rc::clone(&onsets));
        onsets
    }
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
            yearly: observance.rrule.as_deref().and_then(|rule| Yearly::of(rule, observance)),
        }
    }

    /// The last onset at or before an instant, in UTC.
    fn last_onset(&self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        let passed = self.single.partition_point(|onset| *onset <= at);
        let single = passed.checked_sub(1).and_then(|last| self.single.get(last)).copied();
        self.last_by_rule(at).into_iter().chain(single).max()
    }

    fn last_by_rule(&self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        let yearly = self.yearly.as_ref()?;
        // At the turn of the year it is next year's local time already.
        let last = at.min(yearly.until).year().saturating_add(1);
        let rounds = last.saturating_sub(self.first.year()) / yearly.interval;
        let years = (0..=rounds).rev().map(|round| self.first.year() + round * yearly.interval);
        years.filter_map(|year| self.onset(year)).find(|onset| *onset <= at)
    }

    /// All onsets of a year, and of those before and after it some: the year of a local time may be another in UTC.
    fn onsets_about(&self, year: i32) -> impl Iterator<Item = NaiveDateTime> {
        let by_rule =
            [-1, 0, 1].into_iter().filter_map(move |by| self.onset(year.saturating_add(by)));
        self.single.iter().copied().chain(by_rule)
    }

    /// The onset of a year by the rule, in UTC.
    fn onset(&self, year: i32) -> Option<NaiveDateTime> {
        let yearly = self.yearly.as_ref()?;
        let passed = year.saturating_sub(self.first.year());
        if passed < 0 || passed % yearly.interval != 0 {
            return None;
        }
        let local = yearly.day(year)?.and_time(self.first.time());
        let onset = shift(local, -i64::from(self.from));
        (local >= self.first && onset <= yearly.until).then_some(onset)
    }
}

impl Yearly {
    /// `None` for a rule of another frequency, and for one that has no day in any year.
    fn of(rule: &str, observance: &Observance) -> Option<Self> {
        let first = observance.onset;
        if part(rule, "FREQ") != Some("YEARLY") {
            return None;
        }
        let number = |name: &str| part(rule, name).and_then(|value| value.parse::<i32>().ok());
        let month = number("BYMONTH").and_then(|month| u32::try_from(month).ok());
        let weekday = part(rule, "BYDAY").and_then(|by| by.split(',').next()).and_then(nth_weekday);
        let days: Vec<u32> = part(rule, "BYMONTHDAY")
            .map(|days| days.split(',').take(31).filter_map(|day| day.parse().ok()).collect())
            .unwrap_or_default();
        let mut days = if days.is_empty() && weekday.is_none() { vec![first.day()] } else { days };
        days.sort_unstable();
        let mut yearly = Self {
            month: month.unwrap_or(first.month()),
            days,
            weekday,
            interval: number("INTERVAL").unwrap_or(1).max(1),
            until: until(rule).unwrap_or(NaiveDateTime::MAX),
        };
        yearly.dates(first).next()?;
        if let Some(last) = number("COUNT").and_then(|count| yearly.last_of(count, first)) {
            let last = shift(last, -i64::from(observance.offset_from));
            yearly.until = yearly.until.min(last);
        }
        Some(yearly)
    }

    /// The dates of the rule on the clock of before, UNTIL left aside.
    fn dates(&self, first: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
        let year =
            move |round: i32| first.year().saturating_add(round.saturating_mul(self.interval));
        let days = (0..MOST_ROUNDS).filter_map(move |round| self.day(year(round)));
        days.map(move |day| day.and_time(first.time())).filter(move |date| *date >= first)
    }

    /// The last of so many dates. DTSTART is the first of them, whether it fits the rule or not.
    fn last_of(&self, count: i32, first: NaiveDateTime) -> Option<NaiveDateTime> {
        let further = usize::try_from(count.saturating_sub(1)).unwrap_or(0);
        let later = self.dates(first).filter(|date| *date > first);
        std::iter::once(first).chain(later).nth(further)
    }

    fn day(&self, year: i32) -> Option<NaiveDate> {
        if let Some((nth, name)) = self.weekday.filter(|_| self.days.is_empty()) {
            return nth_of_month(year, self.month, nth, name);
        }
        let mut days =
            self.days.iter().filter_map(|day| NaiveDate::from_ymd_opt(year, self.month, *day));
        days.find(|day| self.weekday.is_none_or(|(_, name)| day.weekday() == name))
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

/// The first Sunday of a month is its 1; the last one its -1.
fn nth_of_month(year: i32, month: u32, nth: i32, name: Weekday) -> Option<NaiveDate> {
    if nth.unsigned_abs() > 5 {
        return None;
    }
    if let Ok(nth) = u8::try_from(nth) {
        return NaiveDate::from_weekday_of_month_opt(year, month, name, nth);
    }
    let last = (1..=5)
        .rev()
        .find_map(|nth| NaiveDate::from_weekday_of_month_opt(year, month, name, nth))?;
    let weeks = u64::from(nth.unsigned_abs().checked_sub(1)?);
    let day = last.checked_sub_days(Days::new(weeks.checked_mul(7)?))?;
    (day.month() == month).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observance(onset: &str, hours: [i32; 2], rrule: &str) -> Observance {
        Observance {
            onset: NaiveDateTime::parse_from_str(onset, "%Y-%m-%d %H:%M").unwrap(),
            offset_from: hours[0] * 3600,
            offset_to: hours[1] * 3600,
            rrule: Some(rrule.to_owned()).filter(|rrule| !rrule.is_empty()),
            rdates: Vec::new(),
        }
    }

    /// Rules that end, that skip years, that change at the turn of the year, and one that counts.
    fn odd() -> ZoneRules {
        let observances = vec![
            observance("1999-04-01 02:00", [9, 10], "FREQ=YEARLY;COUNT=3"),
            observance(
                "1999-10-31 02:00",
                [10, 9],
                "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20051231T000000Z",
            ),
            observance(
                "2004-01-01 00:30",
                [9, 11],
                "FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYMONTHDAY=1",
            ),
            observance("2004-12-31 23:30", [11, 9], "FREQ=YEARLY;BYMONTH=12;BYDAY=-1FR"),
            observance("2004-02-29 03:00", [9, 12], "FREQ=YEARLY"),
            observance("2012-07-01 00:00", [12, 8], ""),
        ];
        ZoneRules { id: "Odd".into(), location: None, observances }
    }

    #[test]
    fn the_table_says_what_the_rules_say() {
        let table = Table::of(&odd());
        let changes = changes(&odd());
        let mut at = NaiveDate::from_ymd_opt(1998, 1, 1).unwrap().and_time(NaiveTime::MIN);
        while at.year() < 2026 {
            assert_eq!(table.offset_at(at), offset_at(at, &changes), "{at}");
            at = shift(at, 6 * 3600);
        }
    }

    #[test]
    fn a_counted_rule_ends_with_its_last_year() {
        let table = Table::of(&ZoneRules {
            id: "Ended".into(),
            location: None,
            observances: vec![
                observance("1980-04-01 02:00", [0, 1], "FREQ=YEARLY;COUNT=20"),
                observance("1980-10-01 02:00", [1, 0], "FREQ=YEARLY;COUNT=19"),
            ],
        });
        let after = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().and_time(NaiveTime::MIN);
        assert_eq!(table.offset_at(after), 3600, "it was summer time last in 1999");
    }

    /// Hours east of UTC at noon of each of these days.
    fn hours<const N: usize>(observances: Vec<Observance>, days: [&str; N]) -> [i32; N] {
        let table = Table::of(&ZoneRules { id: "Own".into(), location: None, observances });
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
        days.map(|day| table.offset_at(day.parse::<NaiveDate>().unwrap().and_time(noon)) / 3600)
    }

    #[test]
    fn onsets_may_be_far_apart() {
        let observances = vec![
            observance("2000-06-01 00:00", [1, 2], "FREQ=YEARLY;INTERVAL=10"),
            observance("2005-06-01 00:00", [2, 1], ""),
        ];
        let days = ["2004-01-01", "2006-01-01", "2010-05-31", "2010-06-01", "2019-01-01"];
        assert_eq!(hours(observances, days), [2, 1, 1, 2, 2]);
        // Of the years 1890, 1900 and 1910 none has a leap day.
        let observances = vec![
            observance("1880-02-29 00:00", [1, 2], "FREQ=YEARLY;INTERVAL=10"),
            observance("1910-01-01 00:00", [2, 1], ""),
        ];
        let days = ["1901-01-01", "1919-01-01", "1920-02-28", "1920-03-01", "1939-01-01"];
        assert_eq!(hours(observances, days), [2, 1, 1, 2, 2]);
    }

    #[test]
    fn count_is_of_onsets_not_of_years() {
        let back = |onset| observance(onset, [12, 9], "FREQ=YEARLY");
        let leap = observance("2004-02-29 03:00", [9, 12], "FREQ=YEARLY;COUNT=3");
        let days = ["2004-03-15", "2005-03-15", "2008-03-15", "2012-03-15", "2016-03-15"];
        assert_eq!(hours(vec![leap, back("2004-04-01 03:00")], days), [12, 9, 12, 12, 9]);
        // A start that is no day of the rule is the first of them.
        let rule = "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=3";
        let odd = observance("2000-02-01 00:00", [9, 12], rule);
        let days = ["2000-02-15", "2000-03-15", "2000-03-27", "2001-03-26", "2002-04-15"];
        assert_eq!(hours(vec![odd, back("2000-03-10 00:00")], days), [12, 9, 12, 12, 9]);
    }

    #[test]
    fn days_counted_from_either_end_of_a_month() {
        let day = |nth| nth_of_month(2026, 3, nth, Weekday::Sun).map(|day| day.day());
        assert_eq!(
            [1, 2, 5, 6, 0, -1, -5, -6, -53].map(day),
            [Some(1), Some(8), Some(29), None, None, Some(29), Some(1), None, None]
        );
    }
}
