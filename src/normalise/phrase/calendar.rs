//! Puts the days of a group on the calendar: which year, which month, which sessions.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::{
    dates::{Atom, Join},
    ranges::Group,
    roles::Role,
};

/// What had to be assumed to turn what is written into days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Notes {
    /// The year is not written.
    pub(crate) year_inferred: bool,
    /// A weekday is written and agrees.
    pub(crate) weekday_agrees: bool,
    /// A weekday is written and contradicts the date.
    pub(crate) weekday_wrong: Option<(chrono::Weekday, NaiveDate)>,
    /// The month is not written and the day is far away.
    pub(crate) month_far: bool,
    /// No such day ("31 April").
    pub(crate) impossible: bool,
    /// The year cannot be inferred: nothing says when the text was published.
    pub(crate) no_posted: bool,
    /// A range that runs backwards.
    pub(crate) backwards: bool,
    /// The year is far from the year of publication.
    pub(crate) far_year: bool,
}

/// The days of a group on the calendar, in the group's order; `None` for one that does not exist.
pub(crate) fn place(
    group: &mut Group,
    posted: Option<NaiveDate>,
) -> (Vec<Option<NaiveDate>>, Notes) {
    let year_inferred = group.days.iter().all(|day| day.year.is_none());
    let mut notes = Notes { year_inferred, ..Notes::default() };
    group.fill_years();
    let mut placed = Vec::new();
    let mut before: Option<NaiveDate> = None;
    for day in &group.days {
        let date = one(day, posted, before, &mut notes);
        if let (Some(date), Some(weekday)) = (date, day.weekday) {
            if date.weekday() == weekday {
                notes.weekday_agrees = true;
            } else {
                notes.weekday_wrong = Some((weekday, date));
            }
        }
        if let (Some(date), Some(posted)) = (date, posted) {
            notes.far_year |= (date.year() - posted.year()).abs() > 3;
        }
        notes.impossible |= date.is_none() && !notes.no_posted;
        before = date.or(before);
        placed.push(date);
    }
    (placed, notes)
}

fn one(
    day: &Atom,
    posted: Option<NaiveDate>,
    before: Option<NaiveDate>,
    notes: &mut Notes,
) -> Option<NaiveDate> {
    if let (Some(year), Some(month)) = (day.year, day.month) {
        return NaiveDate::from_ymd_opt(year, month, day.day);
    }
    let Some(posted) = posted else {
        // Even without a year, some days do not exist.
        notes.no_posted =
            day.month.is_none_or(|month| NaiveDate::from_ymd_opt(2024, month, day.day).is_some());
        return None;
    };
    let Some(month) = day.month else {
        return without_month(day, before.unwrap_or(posted), notes);
    };
    if let Some(before) = before {
        // The window counts for the first day; the others follow it.
        let same =
            NaiveDate::from_ymd_opt(before.year(), month, day.day).filter(|date| *date >= before);
        return same.or_else(|| NaiveDate::from_ymd_opt(before.year() + 1, month, day.day));
    }
    let earliest = posted.checked_sub_days(Days::new(60))?;
    let latest = posted.checked_add_days(Days::new(305))?;
    let fitting: Vec<NaiveDate> = (posted.year() - 1..=posted.year() + 1)
        .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day.day))
        .filter(|date| *date >= earliest && *date <= latest)
        .collect();
    let named = fitting.iter().find(|date| Some(date.weekday()) == day.weekday);
    named.or_else(|| fitting.last()).copied()
}

/// "Weds 5th": the next 5th that is a Wednesday.
fn without_month(day: &Atom, from: NaiveDate, notes: &mut Notes) -> Option<NaiveDate> {
    let first = from.with_day(1)?;
    let found = (0..12)
        .filter_map(|ahead| first.checked_add_months(Months::new(ahead))?.with_day(day.day))
        .find(|date| *date >= from && Some(date.weekday()) == day.weekday)?;
    notes.month_far |= (found - from).num_days() > 45;
    Some(found)
}

/// Days of one session: indices of the first and last in the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// Cuts a group into sessions: ranges and neighbouring days are one, listed days are several.
pub(crate) fn stretches(group: &Group, placed: &[Option<NaiveDate>]) -> Vec<Stretch> {
    let mut list: Vec<Stretch> = Vec::new();
    for index in 0..placed.len() {
        let here = placed.get(index).copied().flatten();
        let before = index.checked_sub(1).and_then(|before| placed.get(before).copied().flatten());
        let join = index.checked_sub(1).and_then(|before| group.joins.get(before));
        let timed = |index: usize| {
            group
                .times
                .get(index)
                .is_some_and(|times| times.iter().any(|time| time.role != Role::Not))
        };
        let next_day = before.and_then(|day| day.succ_opt()).is_some_and(|next| Some(next) == here);
        let one = match join {
            Some(Join::Range) => true,
            // Neighbouring days are one event, unless each has its own time; the same day twice is a translation.
            Some(Join::And | Join::Slash | Join::Comma) => {
                (next_day || (here.is_some() && before == here))
                    && !(timed(index) && timed(index - 1))
            }
            Some(Join::Or) | None => false,
        };
        match list.last_mut() {
            Some(last) if one => last.last = index,
            _ => list.push(Stretch { first: index, last: index }),
        }
    }
    list
}
