//! Turns the rules of a series into its dates within a window.
//!
//! Rules are expanded by `rrule` on the series' own clock face, as if that clock were UTC, and each date is turned
//! into an instant afterwards ([`Clock::to_utc`]). So a meeting at ten stays at ten, a date in the gap of a clock change
//! is no special case for the crate (which refuses one), and custom zones work like any other.

mod forward;
pub mod rule;

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use chrono::{
    DateTime, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

use self::{
    forward::{days_of, forward},
    rule::{Frequency, Rule, Until},
};
use super::zone::Clock;
use crate::{
    event::{Local, Occurrence, Override, Recurrence, Span},
    read::{Problem, Severity},
};

/// How far back and ahead calendars reach unless they are asked otherwise.
pub const CALENDAR_BACK: TimeDelta = TimeDelta::days(31);
/// See [`CALENDAR_BACK`].
pub const CALENDAR_AHEAD: Months = Months::new(18);
/// Dates of one series that stand in a calendar one by one: two a day for as long as calendars reach. As a rule that says
/// them all is none that every client knows, each takes about as many bytes as an event; more of them would make any
/// calendar too large for Google and phones.
pub const MOST_IN_CALENDAR: usize = 1_200;

/// Dates of one event that are given at once.
pub const MOST_DATES: usize = 5_000;
/// Dates that a rule is followed through, wanted or not: a bound on time, not on dates.
const MOST_STEPS: usize = 20_000;
/// Days, a century, that a rule with COUNT is followed from its start: a rare date of a rule by the hour costs much.
const FAR: i64 = 36_525;

/// What came of expanding a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// In order of start.
    pub occurrences: Vec<Occurrence>,
    /// Rules that could not be followed.
    pub problems: Vec<Problem>,
    /// False when a cap was hit.
    pub complete: bool,
}

/// The dates of an event that overlap `[from, to)`, in order. Cancelled instances are among them: their override says so.
#[must_use]
pub fn expand(
    span: &Span,
    time_zone: Tz,
    recurrence: Option<&Recurrence>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Expansion {
    let Some(recurrence) = recurrence else {
        let only = Occurrence { span: *span, instance: None, changed_by: None };
        let occurrences = Some(only).filter(|only| only.span.overlaps(from, to, time_zone));
        return Expansion {
            occurrences: occurrences.into_iter().collect(),
            problems: Vec::new(),
            complete: true,
        };
    };
    let (from, to) = (from.max(earliest()), to.min(latest()));
    let series = Series::new(span, recurrence);
    let margin = series.reach + TimeDelta::days(2);
    let low = earlier(series.clock.to_local(from), margin);
    let high = later(series.clock.to_local(to), margin);
    let mut dates = series.dates(low, high);
    let mut occurrences: Vec<Occurrence> = dates
        .starts
        .iter()
        .filter(|(start, _)| series.override_at(**start).is_none())
        .map(|(start, length)| series.occurrence(*start, *length))
        .chain((0..recurrence.overrides.len()).filter_map(|index| series.overridden(index)))
        .filter(|occurrence| occurrence.span.overlaps(from, to, time_zone))
        .collect();
    occurrences.sort_by_key(|occurrence| (occurrence.span.start_utc(time_zone), occurrence.span));
    // In the gap of a clock change two hours of an hourly rule are one instant.
    occurrences.dedup_by(|one, other| {
        one.span == other.span && (one.changed_by, other.changed_by) == (None, None)
    });
    if occurrences.len() > MOST_DATES {
        occurrences.truncate(MOST_DATES);
        dates.complete = false;
    }
    if !dates.complete {
        dates.problems.push(problem(
            "too_many_dates",
            format!("it repeats so often that only its first {MOST_DATES} dates are shown"),
        ));
    }
    Expansion { occurrences, problems: dates.problems, complete: dates.complete }
}

/// The last date that the rules give, changes applied; `None` when they go on for ever, or longer than anybody will.
///
/// Its `instance` is what UNTIL must not cut off; an earlier instance may have been moved to a later day than this.
#[must_use]
pub fn last_instance(span: &Span, _time_zone: Tz, recurrence: &Recurrence) -> Option<Occurrence> {
    let series = Series::new(span, recurrence);
    let rules: Vec<Rule> =
        recurrence.rrule.iter().filter_map(|text| Rule::parse(text).ok()).collect();
    if rules.iter().any(Rule::is_open) {
        return None;
    }
    let mut high = series.start;
    let mut period = 2;
    for rule in &rules {
        period = period.max(days_of(rule) * 2);
        let end = match rule.count {
            Some(count) => {
                let far = later(series.start, TimeDelta::days(FAR));
                let (dates, complete) = series.follow(rule, series.start, far).ok()?;
                // A DTSTART outside its rule is one of them.
                let all = usize::try_from(count).is_ok_and(|count| dates.len() + 1 >= count);
                dates.last().copied().filter(|_| complete && all)?
            }
            None => series.until(rule)?,
        };
        high = high.max(end);
    }
    high = recurrence
        .rdate
        .iter()
        .map(|extra| series.face(extra.start))
        .fold(high, NaiveDateTime::max);
    let mut low = earlier(high, TimeDelta::days(period));
    loop {
        let dates = series.dates(low, high);
        if let Some((start, length)) = dates.starts.last_key_value() {
            return dates.complete.then(|| series.occurrence(*start, *length));
        }
        if low <= series.start {
            // All dates were taken out again: what is left is the first one.
            return Some(series.occurrence(series.start, None));
        }
        period *= 8;
        low = earlier(high, TimeDelta::days(period));
    }
}

/// Answers for many dates whether a series has them, changes left aside.
///
/// A rule with COUNT can only be followed from its first date, so its dates are found once, when first asked for: those of a
/// century.
pub struct Instances<'a> {
    series: Series<'a>,
    extra: HashSet<NaiveDateTime>,
    rules: OnceCell<[Vec<Known>; 2]>,
}

/// A rule, or all dates of one.
enum Known {
    Rule(Rule),
    Dates(HashSet<NaiveDateTime>),
}

impl<'a> Instances<'a> {
    /// Those of a series.
    #[must_use]
    pub fn of(recurrence: &'a Recurrence) -> Self {
        let start = midnight_or(recurrence.start).and_utc();
        let series = Series::new(&Span::Timed { start, end: None }, recurrence);
        let extra = recurrence.rdate.iter().map(|extra| series.face(extra.start)).collect();
        Self { series, extra, rules: OnceCell::new() }
    }

    /// Whether an EXDATE takes it out.
    #[must_use]
    pub fn leave_out(&self, instance: Local) -> bool {
        self.series.is_excluded(self.series.face(instance))
    }

    /// Whether the rules give it.
    #[must_use]
    pub fn have(&self, instance: Local) -> bool {
        let face = self.series.face(instance);
        let [with, without] = self.rules.get_or_init(|| {
            let recurrence = self.series.recurrence;
            [&recurrence.rrule, &recurrence.exrule].map(|texts| self.known(texts))
        });
        let by = |rules: &[Known]| rules.iter().any(|rule| self.gives(rule, face));
        (face == self.series.start || self.extra.contains(&face) || by(with))
            && !by(without)
            && !self.series.is_excluded(face)
    }

    fn known(&self, texts: &[String]) -> Vec<Known> {
        let rules = texts.iter().filter_map(|text| Rule::parse(text).ok());
        let known = rules.map(|rule| {
            if rule.count.is_none() {
                return Known::Rule(rule);
            }
            let first = self.series.start;
            let far = later(first, TimeDelta::days(FAR));
            let all = self.series.walk(&rule, first, far, MOST_STEPS);
            Known::Dates(all.map(|(dates, _)| dates.into_iter().collect()).unwrap_or_default())
        });
        known.collect()
    }

    fn gives(&self, rule: &Known, face: NaiveDateTime) -> bool {
        match rule {
            Known::Rule(rule) => {
                self.series.follow(rule, face, face).is_ok_and(|(dates, _)| !dates.is_empty())
            }
            Known::Dates(dates) => dates.contains(&face),
        }
    }
}

/// Whether a rule ever comes to a date. Expensive for rules that do not (up to a third of a second), hence to be
/// asked once, when a feed is read.
#[must_use]
pub fn has_dates(rule: &Rule, start: Local) -> bool {
    let recurrence = Recurrence {
        zone: crate::event::Zone::Iana(Tz::UTC),
        start,
        length: None,
        rrule: Vec::new(),
        exrule: Vec::new(),
        rdate: Vec::new(),
        exdate: Vec::new(),
        overrides: Vec::new(),
    };
    let face = midnight_or(start);
    let span = Span::Timed { start: face.and_utc(), end: None };
    let series = Series::new(&span, &recurrence);
    let endless = Rule { count: Some(2), until: None, ..rule.clone() };
    series.follow(&endless, face, latest().naive_utc()).is_ok_and(|(dates, _)| !dates.is_empty())
}

/// The dates of a series, before changes.
struct Dates {
    /// Starts on the series' clock, with the length that an RDATE period gives.
    starts: BTreeMap<NaiveDateTime, Option<i64>>,
    problems: Vec<Problem>,
    complete: bool,
}

/// A series with its exceptions made quick to find.
struct Series<'a> {
    recurrence: &'a Recurrence,
    clock: Clock,
    all_day: bool,
    /// DTSTART on the series' clock.
    start: NaiveDateTime,
    length: TimeDelta,
    has_end: bool,
    /// Overrides of one instance each, by that instance; whole days by their midnight.
    by_instant: HashMap<DateTime<Utc>, usize>,
    by_day: HashMap<NaiveDate, usize>,
    /// THISANDFUTURE overrides in order of instance.
    onward: Vec<(NaiveDateTime, usize)>,
    /// EXDATEs.
    without: HashSet<DateTime<Utc>>,
    without_day: HashSet<NaiveDate>,
    /// How far an occurrence may lie from the date that the rules give.
    reach: TimeDelta,
}

impl<'a> Series<'a> {
    fn new(span: &Span, recurrence: &'a Recurrence) -> Self {
        let all_day = matches!(recurrence.start, Local::Date(_));
        let mut series = Self {
            recurrence,
            clock: Clock::of(&recurrence.zone),
            all_day,
            start: midnight_or(recurrence.start),
            length: span.length(),
            has_end: !matches!(span, Span::Timed { end: None, .. }),
            by_instant: HashMap::new(),
            by_day: HashMap::new(),
            onward: Vec::new(),
            without: HashSet::new(),
            without_day: HashSet::new(),
            reach: span.length(),
        };
        for excluded in &recurrence.exdate {
            match excluded {
                Local::Time(at) if !all_day => {
                    series.without.insert(series.clock.to_utc(*at));
                }
                other => {
                    series.without_day.insert(other.date());
                }
            }
        }
        for (index, change) in recurrence.overrides.iter().enumerate() {
            match change.instance {
                Local::Time(at) if !all_day => {
                    series.by_instant.insert(series.clock.to_utc(at), index);
                }
                other => {
                    series.by_day.insert(other.date(), index);
                }
            }
            if change.this_and_future {
                let instance = series.face(change.instance);
                series.onward.push((instance, index));
                let moved = series.span_start(&change.span) - instance;
                series.reach = series.reach.max(moved.abs() + change.span.length());
            }
        }
        series.onward.sort_unstable();
        series
    }

    /// A date of the series as a point on its clock.
    fn face(&self, local: Local) -> NaiveDateTime {
        match local {
            Local::Time(at) if !self.all_day => at,
            other => other.date().and_time(self.start.time()),
        }
    }

    /// Where a span begins on the series' clock.
    fn span_start(&self, span: &Span) -> NaiveDateTime {
        match span {
            Span::AllDay { start, .. } => start.and_time(NaiveTime::MIN),
            Span::Timed { start, .. } => self.clock.to_local(*start),
        }
    }

    fn instant(&self, face: NaiveDateTime) -> DateTime<Utc> {
        self.clock.to_utc(face)
    }

    fn override_at(&self, face: NaiveDateTime) -> Option<usize> {
        if !self.all_day
            && !self.by_instant.is_empty()
            && let Some(index) = self.by_instant.get(&self.instant(face))
        {
            return Some(*index);
        }
        self.by_day.get(&face.date()).copied()
    }

    fn is_excluded(&self, face: NaiveDateTime) -> bool {
        self.without_day.contains(&face.date())
            || (!self.without.is_empty()
                && !self.all_day
                && self.without.contains(&self.instant(face)))
    }

    /// All dates between two points on the clock, both included.
    fn dates(&self, low: NaiveDateTime, high: NaiveDateTime) -> Dates {
        let mut dates = Dates { starts: BTreeMap::new(), problems: Vec::new(), complete: true };
        // RFC 5545, section 3.8.5.3: DTSTART is the first instance, whether it fits the rule or not.
        dates.starts.insert(self.start, None);
        for text in &self.recurrence.rrule {
            match Rule::parse(text).and_then(|rule| self.follow(&rule, low, high)) {
                Ok((found, complete)) => {
                    dates.starts.extend(found.into_iter().map(|start| (start, None)));
                    dates.complete &= complete;
                }
                Err(words) => dates.problems.push(refused(text, &words)),
            }
        }
        let extra =
            self.recurrence.rdate.iter().map(|extra| (self.face(extra.start), extra.length));
        dates.starts.extend(extra);
        let mut excluded = BTreeSet::new();
        for text in &self.recurrence.exrule {
            match Rule::parse(text).and_then(|rule| self.follow(&rule, low, high)) {
                Ok((found, _)) => excluded.extend(found),
                Err(words) => dates.problems.push(refused(text, &words)),
            }
        }
        dates.starts.retain(|start, _| {
            (low..=high).contains(start) && !excluded.contains(start) && !self.is_excluded(*start)
        });
        dates
    }

    /// The last moment of a rule on the series' clock.
    fn until(&self, rule: &Rule) -> Option<NaiveDateTime> {
        let face = match rule.until? {
            Until::Day(day) => day.and_hms_opt(23, 59, 59)?,
            Until::Local(at) => at,
            // For whole days the day as written counts: writers put the end of their own day into UTC.
            Until::Utc(at) if self.all_day => at,
            Until::Utc(at) => self.clock.to_local(at.and_utc()),
        };
        Some(face)
    }

    /// Dates of one rule, and whether these are all.
    fn follow(
        &self,
        rule: &Rule,
        low: NaiveDateTime,
        high: NaiveDateTime,
    ) -> Result<(Vec<NaiveDateTime>, bool), String> {
        self.walk(rule, low, high, MOST_DATES)
    }

    /// The same, with up to so many dates.
    fn walk(
        &self,
        rule: &Rule,
        low: NaiveDateTime,
        high: NaiveDateTime,
        most: usize,
    ) -> Result<(Vec<NaiveDateTime>, bool), String> {
        if self.all_day && rule.frequency < Frequency::Daily {
            return Err("whole days cannot repeat by the hour".into());
        }
        let last = self.until(rule).map_or(high, |until| until.min(high)).min(latest().naive_utc());
        if last < self.start {
            return Ok((Vec::new(), true));
        }
        let (rule, start) = forward(rule, self.start, low);
        let start = rrule::Tz::UTC.from_utc_datetime(&start);
        let built = build(&rule, self.all_day)
            .until(rrule::Tz::UTC.from_utc_datetime(&last))
            .validate(start)
            .map_err(|fault| fault.to_string())?;
        let set = rrule::RRuleSet::new(start).rrule(built).limit();
        let mut found = Vec::new();
        let mut left =
            rule.count.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
        for (step, date) in set.into_iter().enumerate() {
            let date = date.naive_utc();
            // A DTSTART outside its rule is the first of COUNT.
            if step == 0 && rule.count.is_some() && date != self.start {
                left = left.saturating_sub(1);
            }
            if left == 0 || date > last {
                break;
            }
            left = left.saturating_sub(1);
            if step >= MOST_STEPS || found.len() > most {
                return Ok((found, false));
            }
            if date >= low {
                found.push(date);
            }
        }
        Ok((found, true))
    }

    /// The occurrence at a date that the rules give.
    fn occurrence(&self, face: NaiveDateTime, length: Option<i64>) -> Occurrence {
        if let Some(changed) = self.override_at(face).and_then(|index| self.overridden(index)) {
            return changed;
        }
        let instance = if self.all_day { Local::Date(face.date()) } else { Local::Time(face) };
        let onward = self.onward.iter().rev().find(|(instance, _)| *instance <= face);
        if let Some((from, index)) = onward
            && let Some(change) = self.recurrence.overrides.get(*index)
        {
            let span = self.moved(face, *from, change);
            return Occurrence { span, instance: Some(instance), changed_by: Some(*index) };
        }
        let span = if self.all_day {
            whole_days(face.date(), length.map_or(self.length, TimeDelta::seconds).num_days())
        } else {
            let start = self.instant(face);
            let end = match (length, self.recurrence.length) {
                (Some(own), _) => start.checked_add_signed(TimeDelta::seconds(own)),
                (None, Some(length)) => self.clock.after(face, length),
                (None, None) => start.checked_add_signed(self.length),
            };
            Span::Timed { start, end: end.filter(|_| self.has_end) }
        };
        Occurrence { span, instance: Some(instance), changed_by: None }
    }

    /// RANGE=THISANDFUTURE (RFC 5545, section 3.2.13): later instances move by as much on the clock.
    fn moved(&self, face: NaiveDateTime, from: NaiveDateTime, change: &Override) -> Span {
        let by = self.span_start(&change.span) - from;
        let start = face.checked_add_signed(by).unwrap_or(face);
        match change.span {
            Span::AllDay { .. } => whole_days(start.date(), change.span.length().num_days()),
            Span::Timed { end, .. } => {
                let start = self.instant(start);
                let end = end.and_then(|_| start.checked_add_signed(change.span.length()));
                Span::Timed { start, end }
            }
        }
    }

    /// The occurrence of an override, wherever it was moved to.
    fn overridden(&self, index: usize) -> Option<Occurrence> {
        let change = self.recurrence.overrides.get(index)?;
        Some(Occurrence {
            span: change.span,
            instance: Some(change.instance),
            changed_by: Some(index),
        })
    }
}

fn whole_days(start: NaiveDate, days: i64) -> Span {
    let days = Days::new(u64::try_from(days.max(1)).unwrap_or(1));
    Span::AllDay { start, end: start.checked_add_days(days).unwrap_or(NaiveDate::MAX) }
}

/// The same rule in the crate's terms.
fn build(rule: &Rule, all_day: bool) -> rrule::RRule<rrule::Unvalidated> {
    let frequency = match rule.frequency {
        Frequency::Secondly => rrule::Frequency::Secondly,
        Frequency::Minutely => rrule::Frequency::Minutely,
        Frequency::Hourly => rrule::Frequency::Hourly,
        Frequency::Daily => rrule::Frequency::Daily,
        Frequency::Weekly => rrule::Frequency::Weekly,
        Frequency::Monthly => rrule::Frequency::Monthly,
        Frequency::Yearly => rrule::Frequency::Yearly,
    };
    let months: Vec<chrono::Month> =
        rule.by_month.iter().filter_map(|month| chrono::Month::try_from(*month).ok()).collect();
    let (days, positions) = days(rule);
    let mut built = rrule::RRule::new(frequency)
        .interval(rule.interval)
        .week_start(rule.week_start)
        .by_month(&months)
        .by_week_no(rule.by_week_number.clone())
        .by_year_day(rule.by_year_day.clone())
        .by_month_day(rule.by_month_day.clone())
        .by_weekday(days)
        .by_set_pos(positions);
    // RFC 5545: BYHOUR and its like are ignored where DTSTART is a date.
    if !all_day {
        built = built
            .by_hour(rule.by_hour.clone())
            .by_minute(rule.by_minute.clone())
            .by_second(rule.by_second.clone());
    }
    built
}

/// BYDAY and BYSETPOS, with what the crate gets wrong put into words that it gets right.
fn days(rule: &Rule) -> (Vec<rrule::NWeekday>, Vec<i32>) {
    let numbered = rule.by_day.iter().any(|(nth, _)| *nth != 0);
    let every = |day| rrule::NWeekday::Every(day);
    // It has no fifth last day of a month.
    if let ([(-5, day)], Frequency::Monthly, []) =
        (rule.by_day.as_slice(), rule.frequency, rule.by_set_position.as_slice())
    {
        return (vec![every(*day)], vec![-5]);
    }
    let most =
        if rule.frequency == Frequency::Monthly || !rule.by_month.is_empty() { 5 } else { 53 };
    let days = rule.by_day.iter().flat_map(|(nth, day)| match nth {
        0 if !numbered => vec![every(*day)],
        // Days with and without a number beside each other are met only where both hold; all numbers are none.
        0 => (1..=most).map(|nth| rrule::NWeekday::Nth(nth, *day)).collect(),
        -5 if rule.frequency == Frequency::Monthly => Vec::new(),
        -53 => Vec::new(),
        nth => vec![rrule::NWeekday::Nth(*nth, *day)],
    });
    (days.collect(), rule.by_set_position.clone())
}

fn midnight_or(local: Local) -> NaiveDateTime {
    match local {
        Local::Time(at) => at,
        Local::Date(day) => day.and_time(NaiveTime::MIN),
    }
}

fn earlier(at: NaiveDateTime, by: TimeDelta) -> NaiveDateTime {
    at.checked_sub_signed(by).unwrap_or(NaiveDateTime::MIN)
}

fn later(at: NaiveDateTime, by: TimeDelta) -> NaiveDateTime {
    at.checked_add_signed(by).unwrap_or(NaiveDateTime::MAX)
}

/// Calendars begin with the Gregorian one, and no plan reaches beyond year 9000.
fn earliest() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(1582, 10, 15)
        .map_or(DateTime::<Utc>::MIN_UTC, |day| day.and_time(NaiveTime::MIN).and_utc())
}

fn latest() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(9000, 1, 1)
        .map_or(DateTime::<Utc>::MAX_UTC, |day| day.and_time(NaiveTime::MIN).and_utc())
}

fn refused(rule: &str, words: &str) -> Problem {
    let rule: String = rule.chars().take(100).collect();
    problem("refused_rule", format!("the rule \u{201c}{rule}\u{201d} was not followed: {words}"))
}

fn problem(code: &str, text: String) -> Problem {
    Problem { severity: Severity::Warning, code: code.into(), line: None, text, fix: None }
}

#[cfg(test)]
mod tests;
