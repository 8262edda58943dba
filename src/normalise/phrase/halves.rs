//! Puts written times on the clock: which half of the day is meant, and whether they run forward.

use chrono::NaiveTime;

use super::times::{Clock, Form, Half};

/// A start and an end on the clock, and what was assumed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub(crate) start: NaiveTime,
    /// Time of the end, and whether it is on the next day.
    pub(crate) end: Option<(NaiveTime, bool)>,
    /// Nothing said which half of the day was meant; office hours were assumed.
    pub(crate) assumed: bool,
    /// The text contradicts itself or leaves too much open.
    pub(crate) doubtful: bool,
}

/// Minutes since midnight, if the half of the day is as given.
fn minutes(clock: Clock, half: Option<Half>) -> u32 {
    let hour = match (half, clock.hour) {
        (Some(Half::Am), 12) => 0,
        (Some(Half::Am), hour) => hour,
        (Some(Half::Pm), hour) if hour < 12 => hour + 12,
        (_, hour) => hour,
    };
    hour * 60 + clock.minute
}

/// Whether the half of the day is open.
fn is_open(clock: Clock) -> bool {
    clock.half.is_none()
        && (1..=12).contains(&clock.hour)
        && matches!(clock.form, Form::Sure | Form::Dot | Form::Bare)
}

/// Midnight as a beginning: the day before or after may be meant, or a system's "whole day".
fn is_night(start: Clock) -> bool {
    start.form == Form::Midnight
        || start.hour == 24
        || (start.hour == 12 && start.half == Some(Half::Am))
}

/// "10:00" says enough of itself, "10" and "2:00" do not.
fn is_assumed(clock: Clock) -> bool {
    is_open(clock) && (clock.form != Form::Sure || clock.hour < 7)
}

/// Office hours: 7 to 11 are in the morning, 12 and 1 to 6 are after it.
fn office(clock: Clock) -> u32 {
    let half = if clock.hour < 7 { Half::Pm } else { Half::Am };
    if clock.hour == 12 { minutes(clock, None) } else { minutes(clock, Some(half)) }
}

fn at(minutes: u32) -> NaiveTime {
    NaiveTime::from_hms_opt((minutes / 60) % 24, minutes % 60, 0).unwrap_or_default()
}

/// Puts a start (and an end) on the clock: am and pm of the second count for the first where that runs forward.
pub(crate) fn resolve(start: Clock, end: Option<Clock>) -> Resolved {
    let Some(end) = end else {
        let begins = if is_open(start) { office(start) } else { minutes(start, start.half) };
        return Resolved {
            start: at(begins),
            end: None,
            assumed: is_assumed(start),
            doubtful: is_night(start),
        };
    };
    let day = 24 * 60;
    let ends_with_day =
        end.form == Form::Midnight || (end.hour == 24) || minutes(end, end.half) == 0;
    let fixed_end = if ends_with_day { day } else { minutes(end, end.half) };
    let (begins, ends, assumed) = match (is_open(start), is_open(end)) {
        (false, false) => (minutes(start, start.half), fixed_end, false),
        (true, false) => {
            // "6:00-20:00" is the 24-hour clock throughout.
            let literal =
                end.half.is_none() && end.hour > 12 && start.form != Form::Bare && start.hour >= 6;
            let alone = if literal { minutes(start, None) } else { office(start) };
            let with = end.half.map_or(alone, |half| minutes(start, Some(half)));
            let half = if end.half == Some(Half::Pm) { Half::Am } else { Half::Pm };
            let without = if end.half.is_some() {
                minutes(start, Some(half))
            } else {
                minutes(start, Some(Half::Am))
            };
            let begins = if with < fixed_end || without >= fixed_end { with } else { without };
            (begins, fixed_end, end.half.is_none())
        }
        (false, true) => {
            let begins = minutes(start, start.half);
            let both = [minutes(end, Some(Half::Am)), minutes(end, Some(Half::Pm))];
            let noon = if end.hour == 12 { Some(12 * 60 + end.minute) } else { None };
            let ends = both.into_iter().chain(noon).filter(|ends| *ends > begins).min();
            (begins, ends.unwrap_or_else(|| minutes(end, Some(Half::Am))), false)
        }
        (true, true) => {
            let begins = office(start);
            let both = [office(end), minutes(end, Some(Half::Pm)), minutes(end, None)];
            let ends = both.into_iter().filter(|ends| *ends > begins).min();
            (begins, ends.unwrap_or_else(|| office(end)), true)
        }
    };
    // "10-12am": few mean midnight.
    let odd = end.hour == 12 && end.half == Some(Half::Am) && is_open(start);
    let assumed = assumed && (is_assumed(start) || is_assumed(end));
    // "12am-2pm" may mean noon, "12am-6am" cannot.
    let night = is_night(start) && !(start.half.is_some() && end.half == Some(Half::Am));
    let whole_night = night || odd;
    if ends > begins {
        let long = ends - begins > 16 * 60;
        return Resolved {
            start: at(begins),
            end: Some((at(ends), ends >= day)),
            assumed,
            doubtful: whole_night || long,
        };
    }
    // Over midnight only where somebody clearly meant the night.
    let night = begins >= 17 * 60 && ends <= 6 * 60;
    let end = night.then(|| (at(ends), true));
    Resolved { start: at(begins), end, assumed, doubtful: !night }
}
