//! Stretches of time that queries and calendars look at.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

use crate::{
    normalise::recurrence::{CALENDAR_AHEAD, CALENDAR_BACK},
    query::Query,
};

/// From an instant (inclusive) to another (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Inclusive.
    pub from: DateTime<Utc>,
    /// Exclusive; `None` is open.
    pub to: Option<DateTime<Utc>>,
}

impl Range {
    /// What a query asks for: by default from now on.
    #[must_use]
    pub fn of(query: &Query, now: DateTime<Utc>) -> Self {
        Self { from: query.from.map_or(now, |from| from.at), to: query.to.map(|to| to.at) }
    }

    /// What a calendar shows: by default from 31 days ago to 18 months ahead.
    #[must_use]
    pub fn calendar(query: &Query, now: DateTime<Utc>) -> Self {
        let back = now.checked_sub_signed(CALENDAR_BACK).unwrap_or(now);
        let ahead = now.checked_add_months(CALENDAR_AHEAD).unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self {
            from: query.from.map_or(back, |from| from.at),
            to: Some(query.to.map_or(ahead, |to| to.at)),
        }
    }

    /// What a list of dates shows: by default from now to 18 months ahead, since a series may have no end.
    #[must_use]
    pub fn dates(query: &Query, now: DateTime<Utc>) -> Self {
        let from = query.from.map_or(now, |from| from.at);
        let ahead = from.max(now).checked_add_months(CALENDAR_AHEAD);
        let to = query.to.map(|to| to.at).or(ahead).or(Some(DateTime::<Utc>::MAX_UTC));
        Self { from, to }
    }

    /// Whether it ends before it begins.
    pub(super) fn is_empty(self) -> bool {
        self.to.is_some_and(|to| to <= self.from)
    }

    /// All of time.
    #[must_use]
    pub fn all() -> Self {
        Self { from: DateTime::<Utc>::MIN_UTC, to: None }
    }

    /// The range for which dates of series are kept ready: whole months, so that it moves once a month.
    pub(super) fn kept(now: DateTime<Utc>) -> Self {
        let month = |months_from: i32| {
            let months = now.year() * 12 + now.month0().cast_signed() + months_from;
            let (year, month0) = (months.div_euclid(12), months.rem_euclid(12));
            NaiveDate::from_ymd_opt(year, month0.cast_unsigned() + 1, 1)
                .map(|day| day.and_time(NaiveTime::MIN).and_utc())
        };
        Self { from: month(-2).unwrap_or(now), to: month(26) }
    }

    /// Whether all of `other` lies within.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let to = match (self.to, other.to) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(mine), Some(theirs)) => theirs <= mine,
        };
        self.from <= other.from && to
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn kept_range_is_whole_months_and_holds_the_calendar() {
        for (y, m, d) in [(2026, 1, 1), (2026, 3, 31), (2026, 12, 31), (2028, 2, 29)] {
            let now = Utc.with_ymd_and_hms(y, m, d, 23, 59, 59).unwrap();
            let kept = Range::kept(now);
            assert!(kept.covers(&Range::calendar(&Query::default(), now)), "{now}");
            assert_eq!(kept.from.day(), 1);
        }
    }
}
