//! Turns a group of days and times into sessions on the calendar.

use chrono::{Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::{
    Session,
    calendar::{self, Stretch},
    halves,
    ranges::{self, Group, Use},
    roles::Role,
    times::{Beside, Clock, Form},
};
use crate::event::{Local, Zone};

/// What had to be assumed about the times.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct TimeNotes {
    /// Neither am nor pm is written.
    pub(crate) assumed: bool,
    /// The times contradict each other.
    pub(crate) doubtful: bool,
    /// The zone beside the time means several things.
    pub(crate) unclear_zone: bool,
    /// The time was written in the zone of another country.
    pub(crate) abroad: bool,
    /// Any time at all is written.
    pub(crate) timed: bool,
    /// Only doors or registration are timed.
    pub(crate) weak: bool,
}

/// Sessions, the zone that was written if it was not the clock on the wall, and what was assumed.
pub(crate) struct Sessions {
    pub(crate) list: Vec<Session>,
    pub(crate) zone: Option<Zone>,
    pub(crate) notes: TimeNotes,
}

/// The times of a stretch: its own, or else those of its nearest neighbour that has some.
fn times_of(group: &Group, stretch: Stretch) -> Vec<Use> {
    let usable = |index: usize| -> Vec<Use> {
        let times = group.times.get(index).map(Vec::as_slice).unwrap_or_default();
        times.iter().filter(|time| time.role != Role::Not).cloned().collect()
    };
    let own: Vec<Use> = (stretch.first..=stretch.last).flat_map(usable).collect();
    if !own.is_empty() {
        return own;
    }
    let after = (stretch.last + 1..group.times.len()).map(usable).find(|times| !times.is_empty());
    after
        .or_else(|| (0..stretch.first).rev().map(usable).find(|times| !times.is_empty()))
        .unwrap_or_default()
}

/// Most days of which each is a session of its own; what goes on for longer is one stretch, as an exhibition is.
const MOST_SESSIONS: usize = 12;

/// The days of a stretch, unless it goes on for long.
fn days(first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    let days: Vec<NaiveDate> =
        first.iter_days().take_while(|day| *day <= last).take(MOST_SESSIONS + 1).collect();
    if days.len() > MOST_SESSIONS { Vec::new() } else { days }
}

fn at_end(day: NaiveDate, clock: Clock) -> NaiveDateTime {
    let midnight = clock.form == Form::Midnight || clock.hour == 24;
    let resolved = halves::resolve(clock, None);
    day.and_time(resolved.start) + Duration::days(i64::from(midnight))
}

struct Builder<'a> {
    group: &'a Group,
    home: Tz,
    out: Sessions,
}

impl Builder<'_> {
    fn stretch(&mut self, stretch: Stretch, first: NaiveDate, last: NaiveDate) {
        let times = ranges::at_home(&times_of(self.group, stretch));
        let has = |role: Role| times.iter().any(|time| time.role == role);
        if !has(Role::Start) && !has(Role::Weak) {
            let end = last.succ_opt().unwrap_or(last);
            self.out.list.push(Session { start: Local::Date(first), end: Some(Local::Date(end)) });
            return;
        }
        self.out.notes.timed = true;
        let wanted = if has(Role::Start) { Role::Start } else { Role::Weak };
        self.out.notes.weak |= wanted == Role::Weak;
        let starts: Vec<&Use> = times.iter().filter(|time| time.role == wanted).collect();
        let closing = times.iter().find(|time| time.role == Role::End).map(|time| time.mark.start);
        let Some((main, others)) = starts.split_first() else { return };
        if stretch.first != stretch.last && self.both_ends(stretch, first, last) {
            return;
        }
        let others = others
            .iter()
            .filter(|other| other.another && other.mark.end.is_some() == main.mark.end.is_some());
        let daily = first < last && times.iter().any(|time| time.daily);
        let days = if daily { days(first, last) } else { Vec::new() };
        if days.is_empty() {
            // Times that apply to a range of days: the last of them may close the last day.
            self.push(main, main.mark.end.or(closing), first, last);
        }
        for day in &days {
            self.push(main, main.mark.end.or(closing), *day, *day);
        }
        let days = if stretch.first == stretch.last { vec![first] } else { days };
        for (day, other) in
            days.iter().flat_map(|day| others.clone().map(move |other| (day, other)))
        {
            self.push(other, other.mark.end, *day, *day);
        }
    }

    /// "7 May, 9am to 9 May, 5pm": each end has its own time.
    fn both_ends(&mut self, stretch: Stretch, first: NaiveDate, last: NaiveDate) -> bool {
        let time = |index: usize| {
            self.group.times.get(index).and_then(|times| {
                times.iter().find(|time| matches!(time.role, Role::Start | Role::End))
            })
        };
        let (Some(opens), Some(closes)) = (time(stretch.first), time(stretch.last)) else {
            return false;
        };
        if opens.role == Role::End {
            return false;
        }
        let start = first.and_time(halves::resolve(opens.mark.start, opens.mark.end).start);
        let end = match closes.mark.end {
            Some(end) => halves::resolve(closes.mark.start, Some(end)).end.map_or_else(
                || at_end(last, end),
                |(at, next)| last.and_time(at) + Duration::days(i64::from(next)),
            ),
            None => at_end(last, closes.mark.start),
        };
        self.add(start, Some(end), opens.mark.zone);
        true
    }

    fn push(&mut self, main: &Use, end: Option<Clock>, first: NaiveDate, last: NaiveDate) {
        let resolved = halves::resolve(main.mark.start, end);
        self.out.notes.assumed |= resolved.assumed;
        self.out.notes.doubtful |= resolved.doubtful;
        let end =
            resolved.end.map(|(at, next)| last.and_time(at) + Duration::days(i64::from(next)));
        self.add(first.and_time(resolved.start), end, main.mark.zone);
    }

    fn add(&mut self, start: NaiveDateTime, end: Option<NaiveDateTime>, zone: Beside) {
        let offset = match zone {
            Beside::Nothing | Beside::Wall => None,
            Beside::Unclear => {
                self.out.notes.unclear_zone = true;
                None
            }
            Beside::Offset(seconds) => Some(seconds),
            Beside::Abroad(seconds) => {
                self.out.notes.abroad = true;
                Some(seconds)
            }
        };
        if let Some(seconds) = offset {
            self.out.zone =
                Some(if seconds == 0 { Zone::Iana(Tz::UTC) } else { Zone::Offset(seconds) });
        }
        let home = |at: NaiveDateTime| match offset {
            Some(seconds) => {
                let utc =
                    at.checked_sub_signed(Duration::seconds(i64::from(seconds))).unwrap_or(at);
                Utc.from_utc_datetime(&utc).with_timezone(&self.home).naive_local()
            }
            None => at,
        };
        let start = home(start);
        let end = end.map(home).filter(|end| *end > start);
        self.out.list.push(Session { start: Local::Time(start), end: end.map(Local::Time) });
    }
}

/// The sessions of a group whose days are placed.
pub(crate) fn build(group: &Group, placed: &[Option<NaiveDate>], home: Tz) -> Sessions {
    let out = Sessions { list: Vec::new(), zone: None, notes: TimeNotes::default() };
    let mut builder = Builder { group, home, out };
    for stretch in calendar::stretches(group, placed) {
        let day = |index: usize| placed.get(index).copied().flatten();
        let Some(first) = day(stretch.first) else { continue };
        let last = day(stretch.last).filter(|last| *last >= first).unwrap_or(first);
        builder.stretch(stretch, first, last);
    }
    builder.out.list.dedup();
    builder.out
}
