//! Dates and times in words: "Friday 14 November 2014, 10am to 4pm" as GOV.UK writes them, "dydd Gwener 14 Tachwedd
//! 2014, 10am i 4pm" as it does in Welsh, where "dydd" softens after "i", "tan" and "o" and when it says when.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;

use super::phrases::{Phrase, frame as f};
use crate::{
    event::{Attendance, Place, Span, Status},
    language::Language,
    publish::place_line,
};

/// Days of the week in Welsh, without "dydd", from Monday.
const DYDDIAU: [&str; 7] = ["Llun", "Mawrth", "Mercher", "Iau", "Gwener", "Sadwrn", "Sul"];
/// Months in Welsh.
const MISOEDD: [&str; 12] = [
    "Ionawr",
    "Chwefror",
    "Mawrth",
    "Ebrill",
    "Mai",
    "Mehefin",
    "Gorffennaf",
    "Awst",
    "Medi",
    "Hydref",
    "Tachwedd",
    "Rhagfyr",
];

/// The day of the week, which in Welsh is two words: "Friday", "dydd Gwener".
pub(crate) fn weekday(language: Language, date: NaiveDate) -> String {
    match language {
        Language::English => date.format("%A").to_string(),
        Language::Welsh => {
            let at = date.weekday().num_days_from_monday() as usize;
            format!("dydd {}", DYDDIAU.get(at).copied().unwrap_or_default())
        }
    }
}

/// The month alone: "November", "Tachwedd".
pub(crate) fn month_name(language: Language, date: NaiveDate) -> String {
    match language {
        Language::English => date.format("%B").to_string(),
        Language::Welsh => {
            MISOEDD.get(date.month0() as usize).copied().unwrap_or_default().to_owned()
        }
    }
}

/// "Friday 14 November 2014", "dydd Gwener 14 Tachwedd 2014".
pub(crate) fn day(language: Language, date: NaiveDate) -> String {
    format!("{} {}", day_of_year(language, date), date.year())
}

/// "Friday 14 November", for places where the year is said beside it.
pub(crate) fn day_of_year(language: Language, date: NaiveDate) -> String {
    format!("{} {} {}", weekday(language, date), date.day(), month_name(language, date))
}

/// "November 2014".
pub(crate) fn month(language: Language, date: NaiveDate) -> String {
    format!("{} {}", month_name(language, date), date.year())
}

/// A day as the time when something happens: "Friday 14 November 2014", "ddydd Gwener 14 Tachwedd 2014".
pub(crate) fn then(language: Language, date: NaiveDate) -> String {
    soft(language, day(language, date))
}

/// A day after a word that softens ("i", "tan") or as the time at which something is: "ddydd Gwener 14 Tachwedd".
fn soft(language: Language, day: String) -> String {
    match language {
        Language::English => day,
        Language::Welsh => format!("d{day}"),
    }
}

/// "10am", "5:30pm", "midday".
pub(crate) fn clock(language: Language, time: NaiveTime) -> String {
    let (afternoon, hour) = time.hour12();
    let half = if afternoon { "pm" } else { "am" };
    match (time.hour(), time.minute(), language) {
        (12, 0, Language::English) => "midday".into(),
        (12, 0, Language::Welsh) => "hanner dydd".into(),
        (_, 0, _) => format!("{hour}{half}"),
        (_, minute, _) => format!("{hour}:{minute:02}{half}"),
    }
}

/// "10am to 4pm", "10am i 4pm".
pub(crate) fn clocks(language: Language, from: NaiveTime, to: NaiveTime) -> String {
    let between = match language {
        Language::English => "to",
        Language::Welsh => "i",
    };
    format!("{} {between} {}", clock(language, from), clock(language, to))
}

/// A time on a day: "10am on Friday 14 November 2014", "10am ddydd Gwener 14 Tachwedd 2014".
fn at(language: Language, time: NaiveTime, day: String) -> String {
    let on = match language {
        Language::English => " on",
        Language::Welsh => "",
    };
    format!("{}{on} {}", clock(language, time), soft(language, day))
}

/// "10:05am on Friday 14 November 2014", for report cards.
pub(crate) fn moment(language: Language, moment: DateTime<Utc>, zone: Tz) -> String {
    let local = moment.with_timezone(&zone);
    at(language, local.time(), day(language, local.date_naive()))
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

/// "Friday 14 November 2014, 10am to 4pm"; "Friday 14 to Sunday 16 November 2014": on the clocks of readers, and then
/// on those of `zone` where they show something else.
pub(crate) fn span(language: Language, span: &Span, zone: Tz, usual: Tz) -> String {
    let parts = parts(span, usual);
    let (first, from) = parts.start;
    let whole = |date| day(language, date);
    let words = match (from, parts.end) {
        (None, None) => format!("{}, {}", whole(first), all_day(language)),
        (None, Some((last, _))) => days(language, first, last),
        (Some(from), None) => format!("{}, {}", whole(first), clock(language, from)),
        (Some(from), Some((last, Some(to)))) if last == first => {
            format!("{}, {}", whole(first), clocks(language, from, to))
        }
        (Some(from), Some((last, to))) => {
            let begin = at(language, from, whole(first));
            let end = match to {
                Some(to) => at(language, to, whole(last)),
                None => soft(language, whole(last)),
            };
            match language {
                Language::English => format!("{begin} to {end}"),
                Language::Welsh => format!("o {begin} tan {end}"),
            }
        }
    };
    format!("{words}{}", there(language, span, zone, usual))
}

/// "10am to 4pm", "all day", "10am, until 4pm on Sunday 16 November": what stands under a heading with the day.
pub(crate) fn hours(language: Language, span: &Span, zone: Tz, usual: Tz) -> String {
    let parts = parts(span, usual);
    let (first, from) = parts.start;
    let until = match language {
        Language::English => "until",
        Language::Welsh => "tan",
    };
    let short = |date| day_of_year(language, date);
    let words = match (from, parts.end) {
        (None, None) => f::ALL_DAY.of(language).to_owned(),
        (None, Some((last, _))) => {
            format!("{}, {until} {}", f::ALL_DAY.of(language), soft(language, short(last)))
        }
        (Some(from), None) => clock(language, from),
        (Some(from), Some((last, Some(to)))) if last == first => clocks(language, from, to),
        (Some(from), Some((last, to))) => {
            let end = match to {
                Some(to) => at(language, to, short(last)),
                None => soft(language, short(last)),
            };
            format!("{}, {until} {end}", clock(language, from))
        }
    };
    format!("{words}{}", there(language, span, zone, usual))
}

/// "all day", within a sentence.
fn all_day(language: Language) -> String {
    f::ALL_DAY.of(language).to_lowercase()
}

/// "Friday 14 to Sunday 16 November 2014", saying month and year once where they are the same.
fn days(language: Language, first: NaiveDate, last: NaiveDate) -> String {
    let to = match language {
        Language::English => "to",
        Language::Welsh => "i",
    };
    let begin = if first.year() != last.year() {
        day(language, first)
    } else if first.month() != last.month() {
        day_of_year(language, first)
    } else {
        format!("{} {}", weekday(language, first), first.day())
    };
    format!("{begin} {to} {}", soft(language, day(language, last)))
}

/// "1 to 31 January 2027", "28 December 2026 to 3 January 2027": a range of days, as a filter has it.
pub(crate) fn stretch(language: Language, first: NaiveDate, last: NaiveDate) -> (String, String) {
    let whole = |date: NaiveDate| format!("{} {}", date.day(), month(language, date));
    let begin = if first.year() != last.year() {
        whole(first)
    } else if first.month() != last.month() {
        format!("{} {}", first.day(), month_name(language, first))
    } else {
        first.day().to_string()
    };
    (begin, whole(last))
}

/// The same times on the clocks of `zone`, where they show something else than those of readers: " (9am to 10am in New
/// York)", with the day where that is another one.
fn there(language: Language, span: &Span, zone: Tz, usual: Tz) -> String {
    let Span::Timed { start, .. } = span else { return String::new() };
    if start.with_timezone(&zone).naive_local() == start.with_timezone(&usual).naive_local() {
        return String::new();
    }
    let own = parts(span, zone);
    let (day, Some(from)) = own.start else { return String::new() };
    let times = match own.end {
        Some((last, Some(to))) if last == day => clocks(language, from, to),
        _ => clock(language, from),
    };
    let times = match day == first_day(span, usual) {
        true => times,
        false => format!("{times}, {}", day_of_year(language, day)),
    };
    let city = zone.name().rsplit('/').next().unwrap_or(zone.name()).replace('_', " ");
    let is_place = zone.name().contains('/') && !zone.name().starts_with("Etc/");
    match language {
        Language::English if is_place => format!(" ({times} in {city})"),
        Language::English => format!(" ({times} {city} time)"),
        Language::Welsh => format!(" ({times}, amser {city})"),
    }
}

/// Value of `datetime` for the start of a span.
pub(crate) fn machine(span: &Span, zone: Tz) -> String {
    match *span {
        Span::AllDay { start, .. } => start.to_string(),
        Span::Timed { start, .. } => start.with_timezone(&zone).to_rfc3339(),
    }
}

/// Words as the beginning of a sentence.
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
pub(crate) fn status(status: Status, withdrawn: bool, full: Option<bool>) -> Option<Phrase> {
    match (status, withdrawn) {
        (Status::Cancelled, _) => Some(f::CANCELLED),
        (Status::Postponed, _) => Some(f::POSTPONED),
        (_, true) => Some(f::GONE),
        (Status::Tentative, _) => Some(f::PROVISIONAL),
        (Status::Confirmed, _) if full == Some(true) => Some(f::FULL),
        (Status::Confirmed, _) => None,
    }
}

/// Where one goes, in a few words: "Online", "Shire Hall, Reading RG2 9XD", "Shire Hall and online".
pub(crate) fn whereabouts(
    language: Language,
    place: Option<&Place>,
    attendance: Attendance,
) -> String {
    let venue = place.and_then(place_line);
    let said = |phrase: Phrase| phrase.of(language).to_owned();
    match (attendance, venue) {
        (Attendance::Online, _) => said(f::ONLINE),
        (Attendance::Hybrid, Some(venue)) => f::AND_ONLINE.fill(language, &[("venue", &venue)]),
        (Attendance::Hybrid, None) => said(f::HYBRID),
        (_, Some(venue)) => venue,
        (Attendance::InPerson, None) => said(f::NO_VENUE),
        (Attendance::Unknown, None) => said(f::NO_PLACE),
    }
}

/// Who may come, from the id in the vocabulary of the API.
pub(crate) fn open_to(id: &str) -> Phrase {
    OPEN_TO.iter().find(|(known, _)| *known == id).map_or(f::CHECK_WHO, |(_, words)| *words)
}

/// Ids of the `open_to` filter and what they mean.
pub(crate) const OPEN_TO: [(&str, Phrase); 5] = [
    ("everyone", f::EVERYONE),
    ("public_sector", f::PUBLIC_SECTOR),
    ("councils", f::FOR_COUNCILS),
    ("members", f::MEMBERS),
    ("invited", f::INVITED),
];

/// Ids of the `attendance` filter and what they mean.
pub(crate) const ATTENDANCE: [(&str, Phrase); 3] =
    [("in_person", f::IN_PERSON), ("online", f::ONLINE), ("hybrid", f::HYBRID)];

/// Ids of the groups of kinds and what they mean.
pub(crate) const KIND_GROUPS: [(&str, Phrase); 3] =
    [("take-part", f::TAKE_PART), ("meet-others", f::MEET_OTHERS), ("listen-and-learn", f::LISTEN)];

/// What an access id means; an id that we do not know is shown as it is.
pub(crate) fn access(language: Language, id: &str) -> &str {
    match id {
        "step_free" => f::STEP_FREE.of(language),
        "bsl" => f::BSL.of(language),
        "captions" => f::CAPTIONS.of(language),
        "hearing_loop" => f::HEARING_LOOP.of(language),
        "quiet_space" => f::QUIET_SPACE.of(language),
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
            assert_eq!(span(Language::English, &given, LONDON, LONDON), words);
        }
    }

    #[test]
    fn summer_time_and_other_zones() {
        let start = Utc.with_ymd_and_hms(2014, 7, 1, 9, 0, 0).unwrap();
        let given = Span::Timed { start, end: None };
        assert_eq!(hours(Language::English, &given, LONDON, LONDON), "10am");
        assert_eq!(
            hours(Language::English, &given, Tz::Europe__Paris, LONDON),
            "10am (11am in Paris)"
        );
        assert_eq!(hours(Language::English, &given, Tz::Europe__Dublin, LONDON), "10am");
        assert_eq!(
            hours(Language::Welsh, &given, Tz::Europe__Paris, LONDON),
            "10am (11am, amser Paris)"
        );
        assert_eq!(hours(Language::English, &given, Tz::UTC, LONDON), "10am (9am UTC time)");
        let late = Utc.with_ymd_and_hms(2014, 11, 14, 22, 0, 0).unwrap();
        let given = Span::Timed { start: late, end: Some(late + Duration::hours(1)) };
        assert_eq!(
            super::span(Language::English, &given, Tz::Asia__Tokyo, LONDON),
            "Friday 14 November 2014, 10pm to 11pm (7am to 8am, Saturday 15 November in Tokyo)"
        );
    }

    #[test]
    fn spans_read_as_welsh_councils_write_them() {
        let cases = [
            (timed((14, 10, 0), Some((14, 16, 0))), "dydd Gwener 14 Tachwedd 2014, 10am i 4pm"),
            (
                timed((14, 12, 0), Some((14, 17, 30))),
                "dydd Gwener 14 Tachwedd 2014, hanner dydd i 5:30pm",
            ),
            (timed((14, 10, 0), None), "dydd Gwener 14 Tachwedd 2014, 10am"),
            (
                timed((14, 10, 0), Some((15, 16, 0))),
                "o 10am ddydd Gwener 14 Tachwedd 2014 tan 4pm ddydd Sadwrn 15 Tachwedd 2014",
            ),
            (whole("2026-04-01", "2026-04-02"), "dydd Mercher 1 Ebrill 2026, drwy’r dydd"),
            (whole("2014-11-14", "2014-11-17"), "dydd Gwener 14 i ddydd Sul 16 Tachwedd 2014"),
            (
                whole("2014-11-28", "2014-12-03"),
                "dydd Gwener 28 Tachwedd i ddydd Mawrth 2 Rhagfyr 2014",
            ),
        ];
        for (given, words) in cases {
            assert_eq!(span(Language::Welsh, &given, LONDON, LONDON), words);
        }
        let weekend = whole("2014-11-14", "2014-11-17");
        assert_eq!(
            hours(Language::Welsh, &weekend, LONDON, LONDON),
            "Drwy’r dydd, tan ddydd Sul 16 Tachwedd"
        );
    }

    #[test]
    fn every_day_and_month_has_its_welsh_name() {
        let first: NaiveDate = "2026-01-05".parse().unwrap();
        let days: Vec<String> =
            first.iter_days().take(7).map(|d| weekday(Language::Welsh, d)).collect();
        assert_eq!(
            days.join(", "),
            "dydd Llun, dydd Mawrth, dydd Mercher, dydd Iau, dydd Gwener, dydd Sadwrn, dydd Sul"
        );
        let months: Vec<String> = (0..12)
            .filter_map(|more| first.checked_add_months(chrono::Months::new(more)))
            .map(|day| month_name(Language::Welsh, day))
            .collect();
        assert_eq!(
            months.join(" "),
            "Ionawr Chwefror Mawrth Ebrill Mai Mehefin Gorffennaf Awst Medi Hydref Tachwedd Rhagfyr"
        );
    }

    #[test]
    fn numbers_in_words() {
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(12_345), "12,345");
    }
}
