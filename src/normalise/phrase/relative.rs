//! Days counted from the day of publication ("tomorrow", "this Friday"), and those that come again ("every Tuesday").

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::{
    cues::is_event,
    dates::{Atom, Chain, Trust, is_day, join},
    names::{ORDINALS, month, weekday, weekdays},
    times::{self, Company},
    tokens::Tokens,
};

fn whole(day: NaiveDate, trust: Trust) -> Atom {
    Atom { weekday: None, day: day.day(), month: Some(day.month()), year: Some(day.year()), trust }
}

/// The first such weekday on or after a day.
fn next_weekday(from: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    let ahead = (7 + weekday.num_days_from_monday() - from.weekday().num_days_from_monday()) % 7;
    from.checked_add_days(Days::new(u64::from(ahead)))
}

/// "today", "tomorrow", "this Friday", "last Thursday", a bare "Tuesday".
pub(crate) fn relative(t: &Tokens, at: usize, posted: NaiveDate) -> Option<Chain> {
    let one = |to: usize, day: NaiveDate, trust: Trust| {
        Some(Chain { from: at, to, atoms: vec![whole(day, trust)], joins: Vec::new() })
    };
    if let Some((weeks, p)) = weeks_from(t, at) {
        let day = match t.word(p)? {
            "today" | "heddiw" => posted,
            "tomorrow" | "yfory" => posted.succ_opt()?,
            _ => return None,
        };
        return one(p + 1, day.checked_add_days(Days::new(7 * weeks))?, Trust::Relative);
    }
    // "tomorrow's workshop", where "tomorrow's libraries" are none of a date.
    if let Some(day) = t.word(at)?.strip_suffix("'s") {
        let event = t.word(at + 1).is_some_and(|word| is_event(word) || word == "show");
        return match day {
            "tomorrow" if event => one(at + 1, posted.succ_opt()?, Trust::Relative),
            "today" if event => one(at + 1, posted, Trust::Relative),
            "yesterday" if event => one(at + 1, posted.pred_opt()?, Trust::Past),
            _ => None,
        };
    }
    match t.word(at)? {
        "today" | "tonight" | "heddiw" | "heno" => return one(at + 1, posted, Trust::Relative),
        "tomorrow" | "yfory" => return one(at + 1, posted.succ_opt()?, Trust::Relative),
        "yesterday" | "ddoe" => return one(at + 1, posted.pred_opt()?, Trust::Past),
        "this" if t.one_of(at + 1, &["morning", "afternoon", "evening", "lunchtime"]) => {
            return one(at + 2, posted, Trust::Relative);
        }
        "this" | "coming" | "next" | "last" => {
            let word = t.word(at)?;
            let p = at + 1 + usize::from(word == "this" && t.is(at + 1, "coming"));
            let (weekday, to) = weekday(t, p)?;
            let coming = next_weekday(posted, weekday)?;
            return match word {
                "last" => one(to, coming.checked_sub_days(Days::new(7))?, Trust::Past),
                "next" => {
                    let monday = posted.checked_sub_days(Days::new(u64::from(
                        posted.weekday().num_days_from_monday(),
                    )))?;
                    let next = monday.checked_add_days(Days::new(7))?;
                    one(to, next_weekday(next, weekday)?, Trust::NextWeekday)
                }
                _ => one(to, coming, Trust::Relative),
            };
        }
        _ => {}
    }
    let (weekday, to) = weekday(t, at)?;
    // "Monday to Friday" are opening hours.
    let hours = |p: usize| join(t, p).is_some_and(|(_, next)| self::weekday(t, next).is_some());
    if hours(to) || (at >= 2 && join(t, at - 1).is_some() && self::weekday(t, at - 2).is_some()) {
        return None;
    }
    // "sat", "sun", "wed" are words too.
    (t.word(at)?.len() > 4 && t.number(to).is_none_or(|_| !is_day(t, to))).then_some(())?;
    one(to, next_weekday(posted, weekday)?, Trust::BareWeekday)
}

/// "a week [from] today", "two weeks tomorrow", "a fortnight today": how many weeks, and where the day is named.
fn weeks_from(t: &Tokens, at: usize) -> Option<(u64, usize)> {
    let count = match t.word(at) {
        Some("a" | "one") => 1,
        Some("two") => 2,
        Some("three") => 3,
        _ => t.number(at).map(|(count, _)| u64::from(count)).filter(|count| *count <= 8)?,
    };
    let weeks = match t.word(at + 1)? {
        "week" | "weeks" => count,
        "fortnight" => 2 * count,
        _ => return None,
    };
    Some((weeks, at + 2 + usize::from(t.one_of(at + 2, &["from", "on"]))))
}

/// "second Tuesday in May 2019": one day, if the month is named.
fn of_month(t: &Tokens, at: usize, posted: NaiveDate) -> Option<Chain> {
    let (nth, p) = nth(t, at + usize::from(t.is(at, "the")))?;
    let (day, p) = weekday(t, p)?;
    let (month, p) = month(t, t.one_of(p, &["in", "of"]).then_some(p + 1)?)?;
    let written = t.number(p).filter(|(year, digits)| *digits == 4 && (1990..2100).contains(year));
    let find = |year: i32| nth_weekday(NaiveDate::from_ymd_opt(year, month, 1)?, 0, day, nth);
    let earliest = posted.checked_sub_days(Days::new(60))?;
    let found = match written {
        Some((year, _)) => find(i32::try_from(year).ok()?)?,
        None => {
            (posted.year()..=posted.year() + 1).filter_map(find).find(|found| *found >= earliest)?
        }
    };
    let year = written.map(|_| found.year());
    let atom = Atom {
        weekday: Some(day),
        day: found.day(),
        month: Some(month),
        year,
        trust: Trust::Written,
    };
    let to = p + usize::from(written.is_some());
    Some(Chain { from: at, to, atoms: vec![atom], joins: Vec::new() })
}

/// "every Wednesday", "every first Tuesday", "first Thursday of the month", "Tuesdays".
pub(crate) fn repeating(t: &Tokens, at: usize, posted: NaiveDate) -> Option<Chain> {
    let once = of_month(t, at, posted);
    if once.is_some() {
        return once;
    }
    let every = t.one_of(at, &["every", "each", "bob", "alternate"]);
    let p = at + usize::from(every) + usize::from(!every && t.is(at, "the"));
    let (nth, p) = match nth(t, p) {
        Some((nth, next)) => (Some(nth), next),
        None => (None, p + usize::from(every && t.one_of(p, &["other", "second", "alternate"]))),
    };
    let (day, mut to) = match weekday(t, p) {
        Some(found) => found,
        None => (weekdays(t, p)?, p + 1),
    };
    let plural = to == p + 1 && weekdays(t, p).is_some();
    let of_month = t.one_of(to, &["of", "in"])
        && t.one_of(to + 1, &["the", "every", "each"])
        && t.is(to + 2, "month");
    let monthly = of_month || t.is(to, "monthly");
    to += match (of_month, monthly) {
        (true, _) => 3,
        (false, monthly) => usize::from(monthly),
    };
    // "every Wednesday 12-1pm" gives hours, "Tuesdays 5 and 12 March" days.
    let dated = is_day(t, to) && times::time(t, to, Company::default()).is_none();
    if !(every || plural || (nth.is_some() && monthly)) || dated {
        return None;
    }
    // "Tuesdays in March": from its first day on.
    let within = (t.one_of(to, &["in", "during", "throughout"]))
        .then(|| month(t, to + 1))
        .flatten()
        .filter(|_| nth.is_none());
    to = within.map_or(to, |(_, next)| next);
    let first = match nth {
        None => match within {
            Some((month, _)) => next_weekday(posted.max(next_first(posted, month)?), day)?,
            None => next_weekday(posted, day)?,
        },
        Some(nth) => (0..3).find_map(|ahead| {
            nth_weekday(posted, ahead, day, nth).filter(|found| *found >= posted)
        })?,
    };
    Some(Chain { from: at, to, atoms: vec![whole(first, Trust::Repeats)], joins: Vec::new() })
}

/// The first day of the month of that name in which the day lies, or of the next one.
fn next_first(posted: NaiveDate, month: u32) -> Option<NaiveDate> {
    let year = posted.year() + i32::from(month < posted.month());
    NaiveDate::from_ymd_opt(year, month, 1)
}

/// Which one of the month: 1 to 4, or 5 for the last.
fn nth(t: &Tokens, at: usize) -> Option<(u32, usize)> {
    let word = match t.word(at) {
        Some("first") => 1,
        Some("second") => 2,
        Some("third") => 3,
        Some("fourth") => 4,
        Some("last") => 5,
        _ => {
            let (value, _) = t.number(at).filter(|(value, _)| (1..=4).contains(value))?;
            return (t.glued(at + 1) && t.one_of(at + 1, ORDINALS)).then_some((value, at + 2));
        }
    };
    Some((word, at + 1))
}

fn nth_weekday(posted: NaiveDate, ahead: u32, weekday: Weekday, nth: u32) -> Option<NaiveDate> {
    let first = posted.with_day(1)?.checked_add_months(chrono::Months::new(ahead))?;
    if nth < 5 {
        return NaiveDate::from_weekday_of_month_opt(
            first.year(),
            first.month(),
            weekday,
            u8::try_from(nth).ok()?,
        );
    }
    let find = |n| NaiveDate::from_weekday_of_month_opt(first.year(), first.month(), weekday, n);
    find(5).or_else(|| find(4))
}
