//! Dates, times and counts in the words that GOV.UK would use: "Friday 14 November 2014", "10am to 4pm".

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;

use crate::{
    event::{Attendance, Place, Span, Status},
    publish::place_line,
};

/// "Friday 14 November 2014".
pub(crate) fn day(date: NaiveDate) -> String {
    date.format("%A %-d %B %Y").to_string()
}

/// "Friday 14 November", for places where the year is said beside it.
pub(crate) fn day_of_year(date: NaiveDate) -> String {
    date.format("%A %-d %B").to_string()
}

/// "November 2014".
pub(crate) fn month(date: NaiveDate) -> String {
    date.format("%B %Y").to_string()
}

/// "10am", "5:30pm", "midday".
pub(crate) fn clock(time: NaiveTime) -> String {
    let (afternoon, hour) = time.hour12();
    let half = if afternoon { "pm" } else { "am" };
    match (time.hour(), time.minute()) {
        (12, 0) => "midday".into(),
        (_, 0) => format!("{hour}{half}"),
        (_, minute) => format!("{hour}:{minute:02}{half}"),
    }
}

/// "10:05am on Friday 14 November 2014", for report cards.
pub(crate) fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    format!("{} on {}", clock(local.time()), day(local.date_naive()))
}

/// A span cut into its local parts. An end at midnight belongs to the day before, as 11:59pm: people read
/// "midnight" on Friday as either end of it.
struct Parts {
    start: (NaiveDate, Option<NaiveTime>),
    end: Option<(NaiveDate, Option<NaiveTime>)>,
}

fn parts(span: &Span, zone: Tz) -> Parts {
    match *span {
        Span::AllDay { start, end } => {
            let last = end.pred_opt().unwrap_or(end);
            Parts { start: (start, None), end: (last > start).then_some((last, None)) }
        }
        Span::Timed { start, end } => {
            let local = start.with_timezone(&zone).naive_local();
            let end = end.filter(|end| *end > start).map(|end| {
                let end = end.with_timezone(&zone).naive_local();
                let end =
                    if end.time() == NaiveTime::MIN { end - Duration::minutes(1) } else { end };
                (end.date(), Some(end.time()))
            });
            Parts { start: (local.date(), Some(local.time())), end }
        }
    }
}

/// The first day of a span, on the clocks of `zone`.
pub(crate) fn first_day(span: &Span, zone: Tz) -> NaiveDate {
    parts(span, zone).start.0
}

/// The last day of a span, on the clocks of `zone`.
pub(crate) fn last_day(span: &Span, zone: Tz) -> NaiveDate {
    let parts = parts(span, zone);
    parts.end.map_or(parts.start.0, |(day, _)| day)
}

/// "Friday 14 November 2014, 10am to 4pm"; "Friday 14 to Sunday 16 November 2014".
pub(crate) fn span(span: &Span, zone: Tz, usual: Tz) -> String {
    let parts = parts(span, zone);
    let (first, from) = parts.start;
    let words = match (from, parts.end) {
        (None, None) => format!("{}, all day", day(first)),
        (None, Some((last, _))) => days(first, last),
        (Some(from), None) => format!("{}, {}", day(first), clock(from)),
        (Some(from), Some((last, Some(to)))) if last == first => {
            format!("{}, {} to {}", day(first), clock(from), clock(to))
        }
        (Some(from), Some((last, to))) => {
            let to = to.map_or_else(String::new, |to| format!("{} on ", clock(to)));
            format!("{} on {} to {to}{}", clock(from), day(first), day(last))
        }
    };
    match from {
        Some(_) => format!("{words}{}", zone_words(span.start_utc(zone), zone, usual)),
        None => words,
    }
}

/// "10am to 4pm", "all day", "10am, until 4pm on Sunday 16 November": what stands under a heading with the day.
pub(crate) fn hours(span: &Span, zone: Tz, usual: Tz) -> String {
    let parts = parts(span, zone);
    let (first, from) = parts.start;
    let words = match (from, parts.end) {
        (None, None) => "All day".to_owned(),
        (None, Some((last, _))) => format!("All day, until {}", day_of_year(last)),
        (Some(from), None) => clock(from),
        (Some(from), Some((last, Some(to)))) if last == first => {
            format!("{} to {}", clock(from), clock(to))
        }
        (Some(from), Some((last, to))) => {
            let to = to.map_or_else(String::new, |to| format!("{} on ", clock(to)));
            format!("{}, until {to}{}", clock(from), day_of_year(last))
        }
    };
    match from {
        Some(_) => format!("{words}{}", zone_words(span.start_utc(zone), zone, usual)),
        None => words,
    }
}

/// "Friday 14 to Sunday 16 November 2014", saying month and year once where they are the same.
fn days(first: NaiveDate, last: NaiveDate) -> String {
    if first.year() != last.year() {
        format!("{} to {}", day(first), day(last))
    } else if first.month() != last.month() {
        format!("{} to {}", day_of_year(first), day(last))
    } else {
        format!("{} to {}", first.format("%A %-d"), day(last))
    }
}

/// Says the zone where its clock differs from the one that readers expect at that instant.
fn zone_words(at: DateTime<Utc>, zone: Tz, usual: Tz) -> String {
    if at.with_timezone(&zone).naive_local() == at.with_timezone(&usual).naive_local() {
        return String::new();
    }
    let city = zone.name().rsplit('/').next().unwrap_or(zone.name()).replace('_', " ");
    format!(" ({city} time)")
}

/// Value of `datetime` for the start of a span.
pub(crate) fn machine(span: &Span, zone: Tz) -> String {
    match *span {
        Span::AllDay { start, .. } => start.to_string(),
        Span::Timed { start, .. } => start.with_timezone(&zone).to_rfc3339(),
    }
}

/// "no events", "1 event", "12 events".
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        _ => format!("{} {many}", thousands(number)),
    }
}

/// The same words as the beginning of a sentence.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// "12,345".
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The word shown beside a title, when there is something to say.
pub(crate) fn status(status: Status, withdrawn: bool, full: Option<bool>) -> Option<&'static str> {
    match (status, withdrawn) {
        (Status::Cancelled, _) => Some("Cancelled"),
        (Status::Postponed, _) => Some("Postponed"),
        (_, true) => Some("No longer listed"),
        (Status::Tentative, _) => Some("Provisional"),
        (Status::Confirmed, _) if full == Some(true) => Some("Fully booked"),
        (Status::Confirmed, _) => None,
    }
}

/// Where one goes, in a few words: "Online", "Shire Hall, Reading RG2 9XD", "Shire Hall and online".
pub(crate) fn whereabouts(place: Option<&Place>, attendance: Attendance) -> String {
    let venue = place.and_then(place_line);
    match (attendance, venue) {
        (Attendance::Online, _) => "Online".into(),
        (Attendance::Hybrid, Some(venue)) => format!("{venue}, and online"),
        (Attendance::Hybrid, None) => "In person and online".into(),
        (_, Some(venue)) => venue,
        (Attendance::InPerson, None) => "In person, place not given".into(),
        (Attendance::Unknown, None) => "Place not given".into(),
    }
}

/// Who may come, from the id in the vocabulary of the API.
pub(crate) fn open_to(id: &str) -> &'static str {
    OPEN_TO.iter().find(|(known, _)| *known == id).map_or(CHECK_WHO, |(_, words)| words)
}

/// What is said where the organiser did not say who may come.
pub(crate) const CHECK_WHO: &str = "Check who may come with the organiser";

/// Ids of the `open_to` filter and what they mean.
pub(crate) const OPEN_TO: [(&str, &str); 5] = [
    ("everyone", "Open to everyone"),
    ("public_sector", "Open to the public sector"),
    ("councils", "Open to councils"),
    ("members", "For members of the group"),
    ("invited", "By invitation only"),
];

/// Ids of the `attendance` filter and what they mean.
pub(crate) const ATTENDANCE: [(&str, &str); 3] =
    [("in_person", "In person"), ("online", "Online"), ("hybrid", "In person and online")];

/// What an access id means.
pub(crate) fn access(id: &str) -> &str {
    match id {
        "step_free" => "Step-free access",
        "bsl" => "British Sign Language interpretation",
        "captions" => "Live captions",
        "hearing_loop" => "Hearing loop",
        "quiet_space" => "Quiet space",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    const LONDON: Tz = Tz::Europe__London;

    fn timed(from: (u32, u32, u32), to: Option<(u32, u32, u32)>) -> Span {
        let at = |(day, hour, minute): (u32, u32, u32)| {
            Utc.with_ymd_and_hms(2014, 11, day, hour, minute, 0).unwrap()
        };
        Span::Timed { start: at(from), end: to.map(at) }
    }

    fn whole(from: &str, to: &str) -> Span {
        Span::AllDay { start: from.parse().unwrap(), end: to.parse().unwrap() }
    }

    #[test]
    fn spans_read_as_govuk_writes_them() {
        let cases = [
            (timed((14, 10, 0), Some((14, 16, 0))), "Friday 14 November 2014, 10am to 4pm"),
            (timed((14, 12, 0), Some((14, 17, 30))), "Friday 14 November 2014, midday to 5:30pm"),
            (timed((14, 19, 0), Some((15, 0, 0))), "Friday 14 November 2014, 7pm to 11:59pm"),
            (timed((14, 10, 0), None), "Friday 14 November 2014, 10am"),
            (
                timed((14, 10, 0), Some((15, 16, 0))),
                "10am on Friday 14 November 2014 to 4pm on Saturday 15 November 2014",
            ),
            (whole("2014-11-14", "2014-11-15"), "Friday 14 November 2014, all day"),
            (whole("2014-11-14", "2014-11-17"), "Friday 14 to Sunday 16 November 2014"),
            (whole("2014-11-28", "2014-12-03"), "Friday 28 November to Tuesday 2 December 2014"),
        ];
        for (given, words) in cases {
            assert_eq!(span(&given, LONDON, LONDON), words);
        }
    }

    #[test]
    fn summer_time_and_other_zones() {
        let start = Utc.with_ymd_and_hms(2014, 7, 1, 9, 0, 0).unwrap();
        let given = Span::Timed { start, end: None };
        assert_eq!(hours(&given, LONDON, LONDON), "10am");
        assert_eq!(hours(&given, Tz::Europe__Paris, LONDON), "11am (Paris time)");
        assert_eq!(hours(&given, Tz::Europe__Dublin, LONDON), "10am");
    }

    #[test]
    fn numbers_in_words() {
        assert_eq!(count(0, "event", "events"), "no events");
        assert_eq!(count(1, "event", "events"), "1 event");
        assert_eq!(count(12_345, "event", "events"), "12,345 events");
        assert_eq!(thousands(999), "999");
    }
}
