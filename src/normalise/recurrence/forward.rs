//! Starts an old series shortly before the window that is asked for, without changing a single date.

use chrono::{Datelike, Months, NaiveDateTime, TimeDelta};

use super::rule::{Frequency, Rule};

/// Days that one round of a rule takes, roughly.
pub(super) fn days_of(rule: &Rule) -> i64 {
    let round = match rule.frequency {
        Frequency::Secondly | Frequency::Minutely | Frequency::Hourly | Frequency::Daily => 1,
        Frequency::Weekly => 7,
        Frequency::Monthly => 31,
        Frequency::Yearly => 366,
    };
    round * i64::from(rule.interval)
}

/// Moves the start of an endless rule to shortly before a window, keeping its rhythm, so that the cost of a series
/// does not grow with its age. What the rule takes from DTSTART without saying so is said then.
pub(super) fn forward(
    rule: &Rule,
    start: NaiveDateTime,
    low: NaiveDateTime,
) -> (Rule, NaiveDateTime) {
    let mut rule = rule.clone();
    explicit(&mut rule, start);
    if rule.count.is_some() || low <= start {
        return (rule, start);
    }
    let interval = i64::from(rule.interval);
    let rounds = |passed: i64, each: i64| (passed / each - 2).max(0) * each;
    let passed = low - start;
    let moved = match rule.frequency {
        Frequency::Secondly => {
            start.checked_add_signed(TimeDelta::seconds(rounds(passed.num_seconds(), interval)))
        }
        Frequency::Minutely => {
            start.checked_add_signed(TimeDelta::minutes(rounds(passed.num_minutes(), interval)))
        }
        Frequency::Hourly => {
            start.checked_add_signed(TimeDelta::hours(rounds(passed.num_hours(), interval)))
        }
        Frequency::Daily => {
            start.checked_add_signed(TimeDelta::days(rounds(passed.num_days(), interval)))
        }
        Frequency::Weekly => {
            start.checked_add_signed(TimeDelta::days(rounds(passed.num_days(), 7 * interval)))
        }
        Frequency::Monthly => {
            let months = i64::from(low.year() - start.year()) * 12 + i64::from(low.month())
                - i64::from(start.month());
            first_of_month(start, rounds(months, interval))
        }
        Frequency::Yearly => {
            let years = rounds(i64::from(low.year() - start.year()), interval);
            first_of_month(start, years * 12).filter(|_| years > 0).and_then(|at| at.with_month(1))
        }
    };
    (rule, moved.filter(|moved| *moved > start).unwrap_or(start))
}

/// The first day of the month that comes so many months later, at the same time.
fn first_of_month(start: NaiveDateTime, months: i64) -> Option<NaiveDateTime> {
    let months = Months::new(u32::try_from(months).ok().filter(|months| *months > 0)?);
    start.with_day(1)?.checked_add_months(months)
}

/// RFC 5545, section 3.3.10: what a rule does not say is taken from DTSTART.
pub(super) fn explicit(rule: &mut Rule, start: NaiveDateTime) {
    let no_days =
        rule.by_month_day.is_empty() && rule.by_day.is_empty() && rule.by_year_day.is_empty();
    let day = i8::try_from(start.day()).unwrap_or(1);
    match rule.frequency {
        Frequency::Monthly if no_days => rule.by_month_day = vec![day],
        Frequency::Yearly if no_days && !rule.by_week_number.is_empty() => {
            rule.by_day = vec![(0, start.weekday())];
        }
        Frequency::Yearly if no_days => {
            rule.by_month_day = vec![day];
            if rule.by_month.is_empty() {
                rule.by_month = vec![u8::try_from(start.month()).unwrap_or(1)];
            }
        }
        _ => {}
    }
}
