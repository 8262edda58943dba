//! Says in plain words what was read and why it may be wrong: a council officer reads this.

use chrono::{Days, NaiveDate, NaiveTime, Timelike, Weekday};

use super::{Session, dates::Trust};
use crate::event::Local;

/// "Friday".
pub(crate) fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// "14 November 2014".
pub(crate) fn short(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

fn long(day: NaiveDate) -> String {
    day.format("%A %-d %B %Y").to_string()
}

/// "10am", "5:30pm", "midday", "midnight".
#[must_use]
pub fn clock(time: NaiveTime) -> String {
    match (time.hour(), time.minute()) {
        (12, 0) => "midday".into(),
        (0, 0) => "midnight".into(),
        (_, 0) => time.format("%-I%P").to_string(),
        _ => time.format("%-I:%M%P").to_string(),
    }
}

/// One session in words.
pub(crate) fn session(session: &Session) -> String {
    match (session.start, session.end) {
        (Local::Date(first), end) => {
            let last = end
                .and_then(|end| end.date().checked_sub_days(Days::new(1)))
                .filter(|last| *last > first);
            match last {
                Some(last) => format!("{} to {}", long(first), long(last)),
                None => format!("{}, all day", long(first)),
            }
        }
        (Local::Time(start), None) => {
            format!("{}, {}, end not given", long(start.date()), clock(start.time()))
        }
        (Local::Time(start), Some(Local::Date(_))) => {
            format!("{}, {}", long(start.date()), clock(start.time()))
        }
        (Local::Time(start), Some(Local::Time(end))) => {
            let near = end.date() == start.date()
                || (end.time() == NaiveTime::MIN && Some(end.date()) == start.date().succ_opt());
            if near {
                format!("{}, {} to {}", long(start.date()), clock(start.time()), clock(end.time()))
            } else {
                format!(
                    "{}, {} to {}, {}",
                    long(start.date()),
                    clock(start.time()),
                    long(end.date()),
                    clock(end.time())
                )
            }
        }
    }
}

/// What a kind of date costs in confidence, and what to say of it.
pub(crate) fn trust(trust: Trust) -> (f64, &'static str) {
    match trust {
        Trust::Written => (0.0, ""),
        Trust::NoMonth => (0.15, "The month is not written; the next such day was taken."),
        Trust::Slashed => (0.1, "Day and month are joined by a slash, the day first."),
        Trust::Stamp => (
            0.45,
            "It looks like the stamp of an American system, with the month first; read day first it is another date. If all dates of this feed are like this, set dates = \"month-first\".",
        ),
        Trust::MonthFirst => {
            (0.45, "It is only a date if the month comes first, which is not usual here.")
        }
        Trust::Relative => (0.1, "It is counted from the day of publication."),
        Trust::NextWeekday => (0.45, "People disagree on which day “next” means."),
        Trust::Past => (0.5, "It is about a day that had passed when it was published."),
        Trust::BareWeekday => (0.5, "Only a weekday is given; the next one was taken."),
        Trust::Repeats => (0.5, "It repeats; a person needs to enter how. The next date is shown."),
    }
}

/// The words of a source, cut so that a sentence stays one.
fn quoted(words: &str) -> String {
    let plain: Vec<&str> = words.split_whitespace().collect();
    let plain = plain.join(" ");
    let cut: String = plain.chars().take(120).collect();
    if cut.len() < plain.len() { format!("“{cut}…”") } else { format!("“{cut}”") }
}

/// Why this date.
pub(crate) fn chosen(words: &str, sessions: &[Session], doubts: &[String], held: bool) -> String {
    let list: Vec<String> = sessions.iter().take(6).map(session).collect();
    let several =
        if sessions.len() > 1 { format!("{} sessions: ", sessions.len()) } else { String::new() };
    let more = if sessions.len() > list.len() { "; and more" } else { "" };
    let mut text = format!("{} was read as {several}{}{more}.", quoted(words), list.join("; "));
    for doubt in doubts.iter().filter(|doubt| !doubt.is_empty()) {
        text.push(' ');
        text.push_str(doubt);
    }
    if held {
        text.push_str(" Please check it before it is shown.");
    }
    text
}

/// Why no date: what was found instead.
pub(crate) fn none(refused: &[(String, String)], vague: Option<String>) -> String {
    if let Some((words, says)) = refused.first() {
        let more = if refused.len() > 1 {
            " No other date was found that could be the event’s."
        } else {
            ""
        };
        return format!("No date of an event: {} {says}.{more}", quoted(words));
    }
    match vague {
        Some(words) => format!("Only {} is given, without a day.", quoted(&words)),
        None => "No date was found.".into(),
    }
}
