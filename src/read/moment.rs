//! Dates and times as programs write them: ISO 8601 and its dialects, RFC 822, and British forms in fields that
//! hold nothing but a date. (Dates in prose are the business of `normalise::phrase`.)

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::{Written, WrittenZone};
use crate::event::Local;

/// Longer than this and it is not a date.
const MAX_LENGTH: usize = 80;

/// Abbreviations of zones and their offset in hours: RFC 822, and those that British and nearby servers write.
const ABBREVIATIONS: &[(&str, i32)] = &[
    ("bst", 1),
    ("ist", 1),
    ("wet", 0),
    ("west", 1),
    ("cet", 1),
    ("cest", 2),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What software writes where nobody entered a date: the year 1 (.NET), zeros (MySQL), the first day that spreadsheets,
/// databases and Unix count from, the last that they know.
const UNENTERED: [&str; 6] =
    ["00010101", "00000000", "18991230", "19000101", "19700101", "99991231"];

/// Whether this is no date but what software writes where nobody entered one.
#[must_use]
pub fn is_unentered(text: &str) -> bool {
    let date = text.trim().split(['T', 't', ' ']).next().unwrap_or_default();
    let digits: String = date.chars().filter(char::is_ascii_digit).collect();
    let worded = text.to_ascii_lowercase().contains("jan 0001");
    worded || (digits.len() == 8 && UNENTERED.contains(&digits.as_str()))
}

/// The sentence about a field that holds such a thing.
#[must_use]
pub fn unentered(value: &str, field: &str) -> String {
    let shown: String = value.chars().take(60).collect();
    format!("“{shown}” in {field} is no date: software writes it where nobody entered one")
}

/// A date, or a date and time with its zone, as written.
#[must_use]
pub fn written(text: &str) -> Option<Written> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_LENGTH || is_unentered(text) {
        return None;
    }
    let (date, rest) = iso_date(text).or_else(|| worded_date(text))?;
    let rest = rest.trim_start_matches([',', ' ', '\u{a0}']);
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest);
    let rest = rest.strip_prefix("at ").unwrap_or(rest).trim();
    if rest.is_empty() || rest.eq_ignore_ascii_case("z") {
        return Some(Written { value: Local::Date(date), zone: WrittenZone::Floating });
    }
    let Some((time, next_day, rest)) = clock(rest) else {
        // `2026-03-01Z`, `2026-03-01+00:00`: XML Schema dates carry a zone that means nothing to a whole day.
        zone(rest)?;
        return Some(Written { value: Local::Date(date), zone: WrittenZone::Floating });
    };
    let date = if next_day { date.checked_add_days(Days::new(1))? } else { date };
    Some(Written { value: Local::Time(date.and_time(time)), zone: zone(rest)? })
}

/// An instant: what has no zone is British.
#[must_use]
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    instant_of(&written(text)?)
}

/// The instant of a written date or time: what has no zone is British, a day begins at its midnight.
#[must_use]
pub fn instant_of(written: &Written) -> Option<DateTime<Utc>> {
    let naive = match written.value {
        Local::Date(day) => day.and_time(NaiveTime::MIN),
        Local::Time(at) => at,
    };
    let zoned = |zone: Tz| zone.from_local_datetime(&naive).earliest().map(|at| at.to_utc());
    match &written.zone {
        WrittenZone::Utc => Some(naive.and_utc()),
        WrittenZone::Offset(seconds) => {
            let offset = FixedOffset::east_opt(*seconds)?;
            offset.from_local_datetime(&naive).single().map(|at| at.to_utc())
        }
        WrittenZone::Floating => zoned(Tz::Europe__London),
        WrittenZone::Named(name) => zoned(name.parse().unwrap_or(Tz::Europe__London)),
    }
}

/// A time on a clock and nothing else: `9:30 am`, `12.30pm`, `14:00`, `1400hrs`, `noon`.
#[must_use]
pub fn clock_time(text: &str) -> Option<NaiveTime> {
    let (time, _, rest) = clock(text.trim())?;
    rest.trim().is_empty().then_some(time)
}

/// Milliseconds or seconds since 1970, told apart by their size.
#[must_use]
pub fn since_epoch(number: i64) -> Option<Written> {
    let at = if number.abs() > 100_000_000_000 {
        DateTime::from_timestamp_millis(number)?
    } else {
        DateTime::from_timestamp(number, 0)?
    };
    Some(Written { value: Local::Time(at.naive_utc()), zone: WrittenZone::Utc })
}

/// The number at the front, of `least` to `most` digits and no more.
fn number(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits < least || digits > most {
        return None;
    }
    let (value, rest) = text.split_at_checked(digits)?;
    Some((value.parse().ok()?, rest))
}

fn plausible(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
        .filter(|date| (1970..=2200).contains(&date.year()))
}

/// The year leads: `2026-03-01`, `2026/3/1`, `20260301`.
fn iso_date(text: &str) -> Option<(NaiveDate, &str)> {
    if let Some((packed, rest)) = number(text, 8, 8) {
        return Some((plausible(packed / 10_000, packed / 100 % 100, packed % 100)?, rest));
    }
    let (year, rest) = number(text, 4, 4)?;
    let mark = rest.chars().next().filter(|c| "-/.".contains(*c))?;
    let (month, rest) = number(rest.strip_prefix(mark)?, 1, 2)?;
    let (day, rest) = number(rest.strip_prefix(mark)?, 1, 2)?;
    Some((plausible(year, month, day)?, rest))
}

/// The day leads (or an English month does): `Wed, 04 Nov 2026`, `4th November 2026`, `November 4, 2026`,
/// `04/11/2026`. A weekday is not checked: servers get it wrong, and the day is what they mean.
fn worded_date(text: &str) -> Option<(NaiveDate, &str)> {
    let text = text.trim_start();
    let text = match word(text) {
        Some((name, rest)) if prefix_in(&DAYS, name).is_some() => {
            rest.trim_start_matches([',', '.', ' '])
        }
        _ => text,
    };
    if let Some((month, rest)) = month(text) {
        let (day, rest) = ordinal(rest)?;
        let (year, rest) = number(rest.trim_start_matches([',', ' ']), 4, 4)?;
        return Some((plausible(year, month, day)?, rest));
    }
    let (day, rest) = ordinal(text)?;
    let mark = rest.chars().next()?;
    if "/.-".contains(mark) {
        let after = rest.strip_prefix(mark)?;
        if let Some((month, rest)) = number(after, 1, 2) {
            let (year, rest) = year(rest.strip_prefix(mark)?)?;
            return Some((plausible(year, month, day)?, rest));
        }
    }
    let (month, rest) = month(rest.trim_start_matches([' ', '-', '.', '\u{a0}']))?;
    let (year, rest) = year(rest.trim_start_matches([' ', '-', ',', '.', '\u{a0}']))?;
    Some((plausible(year, month, day)?, rest))
}

fn year(text: &str) -> Option<(u32, &str)> {
    number(text, 4, 4).or_else(|| number(text, 2, 2).map(|(short, rest)| (2000 + short, rest)))
}

fn ordinal(text: &str) -> Option<(u32, &str)> {
    let (day, rest) = number(text.trim_start(), 1, 2)?;
    let rest =
        ["st", "nd", "rd", "th"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
    Some((day, rest))
}

fn word(text: &str) -> Option<(&str, &str)> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    (letters > 0).then(|| text.split_at_checked(letters)).flatten()
}

fn prefix_in(names: &[&str], word: &str) -> Option<usize> {
    let start = word.get(..3)?;
    names.iter().position(|name| start.eq_ignore_ascii_case(name))
}

fn month(text: &str) -> Option<(u32, &str)> {
    let (name, rest) = word(text)?;
    let at = prefix_in(&MONTHS, name)?;
    Some((u32::try_from(at).ok()? + 1, rest.trim_start_matches(['.', ' '])))
}

/// A time at the front, whether it means the next day (24:00), and what follows.
fn clock(text: &str) -> Option<(NaiveTime, bool, &str)> {
    let noon = ["12 noon", "noon", "midday"].iter().find_map(|name| text.strip_prefix(name));
    if let Some(rest) = noon {
        return Some((NaiveTime::from_hms_opt(12, 0, 0)?, false, rest));
    }
    let (hour, minute, second, rest) = if let Some((packed, rest)) = number(text, 6, 6) {
        (packed / 10_000, packed / 100 % 100, packed % 100, rest)
    } else if let Some((packed, rest)) = number(text, 4, 4) {
        (packed / 100, packed % 100, 0, rest.strip_prefix("hrs").unwrap_or(rest))
    } else {
        let (hour, rest) = number(text, 1, 2)?;
        let (minute, rest) = part(rest).unwrap_or((u32::MAX, rest));
        if minute == u32::MAX {
            // A bare hour is a time only with am or pm, or as ISO 8601's `T10Z`.
            let known =
                half_of_day(rest).is_some() || rest.is_empty() || rest.starts_with(['Z', '+', '-']);
            if !known { return None } else { (hour, 0, 0, rest) }
        } else {
            let (second, rest) = part(rest).unwrap_or((0, rest));
            // Seen at OutSavvy: `12:30:00:00+00:00`.
            let rest = part(rest).map_or(rest, |(_, rest)| rest);
            (hour, minute, second, rest)
        }
    };
    let rest = fraction(rest);
    let (hour, rest) = match half_of_day(rest) {
        Some((afternoon, rest)) if hour <= 12 => (hour % 12 + if afternoon { 12 } else { 0 }, rest),
        Some((_, rest)) => (hour, rest),
        None => (hour, rest),
    };
    let next_day = hour == 24 && minute == 0;
    let hour = if next_day { 0 } else { hour };
    // Leap seconds are written now and then and never meant.
    Some((NaiveTime::from_hms_opt(hour, minute, second.min(59))?, next_day, rest))
}

/// `:30`, `.30`.
fn part(text: &str) -> Option<(u32, &str)> {
    number(text.strip_prefix([':', '.'])?, 2, 2)
}

fn fraction(text: &str) -> &str {
    match text.strip_prefix(['.', ',']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => {
            rest.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        _ => text,
    }
}

/// `am`, `p.m.`; true for the afternoon.
fn half_of_day(text: &str) -> Option<(bool, &str)> {
    let text = text.trim_start_matches([' ', '\u{a0}']);
    let lower = text.get(..1)?.to_ascii_lowercase();
    let rest = text.get(1..)?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let rest = rest.strip_prefix(['m', 'M'])?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    match lower.as_str() {
        "a" => Some((false, rest)),
        "p" => Some((true, rest)),
        _ => None,
    }
}

/// The zone after a time; `None` when what follows is no zone.
fn zone(text: &str) -> Option<WrittenZone> {
    let text = text.trim();
    let text = text
        .split(['(', '['])
        .next()
        .map(str::trim)
        .filter(|plain| !plain.is_empty())
        .unwrap_or(text);
    let text = text.trim_matches(['[', ']', '(', ')']);
    let named = text.to_ascii_lowercase();
    if text.is_empty() {
        return Some(WrittenZone::Floating);
    }
    if matches!(named.as_str(), "z" | "utc" | "gmt" | "ut" | "zulu") {
        return Some(WrittenZone::Utc);
    }
    if let Some((_, hours)) = ABBREVIATIONS.iter().find(|(name, _)| *name == named) {
        return Some(WrittenZone::Offset(hours * 3600));
    }
    let signed = named.strip_prefix("gmt").or_else(|| named.strip_prefix("utc")).unwrap_or(&named);
    if let Some(seconds) = offset(signed) {
        return Some(if seconds == 0 { WrittenZone::Utc } else { WrittenZone::Offset(seconds) });
    }
    (text.contains('/') && !text.contains(char::is_whitespace))
        .then(|| WrittenZone::Named(text.to_owned()))
}

/// `+01:00`, `-0500`, `+1`.
fn offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.chars().next()? {
        '+' => (1, text.get(1..)?),
        '-' => (-1, text.get(1..)?),
        '\u{2212}' => (-1, text.get('\u{2212}'.len_utf8()..)?),
        _ => return None,
    };
    let (hours, minutes) = if let Some((packed, "")) = number(rest, 4, 4) {
        (packed / 100, packed % 100)
    } else {
        let (hours, rest) = number(rest, 1, 2)?;
        let minutes = if rest.is_empty() { 0 } else { number(rest.strip_prefix(':')?, 2, 2)?.0 };
        (hours, minutes)
    };
    (hours <= 14 && minutes < 60).then_some(sign * i32::try_from(hours * 3600 + minutes * 60).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match written(text) {
            None => "none".into(),
            Some(Written { value: Local::Date(day), .. }) => day.to_string(),
            Some(Written { value: Local::Time(at), zone }) => {
                let zone = match zone {
                    WrittenZone::Floating => String::new(),
                    WrittenZone::Utc => "Z".into(),
                    WrittenZone::Offset(seconds) => format!("{:+}", seconds / 60),
                    WrittenZone::Named(name) => format!("[{name}]"),
                };
                format!("{}{zone}", at.format("%Y-%m-%dT%H:%M"))
            }
        }
    }

    #[test]
    fn machine_dates_in_all_their_dialects() {
        for (text, expected) in [
            ("2027-01-19T12:30:00+00:00", "2027-01-19T12:30Z"),
            ("2027-04-06T11:00:00+01:00", "2027-04-06T11:00+60"),
            ("2022-04-09T14:00:00+0100", "2022-04-09T14:00+60"),
            ("2027-01-19 12:30", "2027-01-19T12:30"),
            ("20270325T140000Z", "2027-03-25T14:00Z"),
            ("20270128T100000", "2027-01-28T10:00"),
            ("20270603", "2027-06-03"),
            ("2027-06-03", "2027-06-03"),
            ("2027-06-03Z", "2027-06-03"),
            ("2025-11-08T12:30:00:00+00:00", "2025-11-08T12:30Z"),
            ("2026-03-01T10:00:00.000Z", "2026-03-01T10:00Z"),
            ("2026-03-01T24:00", "2026-03-02T00:00"),
            ("2026-03-01T10:00[Europe/London]", "2026-03-01T10:00[Europe/London]"),
            ("2026-03-01T10:00:00+00:00[Europe/London]", "2026-03-01T10:00Z"),
            ("Wed, 04 Nov 2026 10:20:00 +0000", "2026-11-04T10:20Z"),
            ("Wednesday, 4 November 2026 10:20 BST", "2026-11-04T10:20+60"),
            ("Wed, 4 Nov 26 10:20 GMT", "2026-11-04T10:20Z"),
            ("November 4, 2026 9:30 am", "2026-11-04T09:30"),
            ("01/12/2026 19:00", "2026-12-01T19:00"),
            ("1/12/26 7.30pm", "2026-12-01T19:30"),
            ("4th November 2026 at noon", "2026-11-04T12:00"),
            ("4-Nov-2026", "2026-11-04"),
            ("2026-01-26 9:30 am", "2026-01-26T09:30"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "TBC",
            "31/04/2027",
            "2027-02-29",
            "12",
            "2027",
            "Spring 2027",
            "2027-01-01 soon",
            "99999999",
        ] {
            assert_eq!(shown(text), "none", "{text}");
        }
    }

    #[test]
    fn clocks() {
        for (text, expected) in [
            ("9:30 am", "09:30"),
            ("12:00 pm", "12:00"),
            ("12.30am", "00:30"),
            ("1400hrs", "14:00"),
            ("10am", "10:00"),
            ("12 noon", "12:00"),
            ("5 p.m.", "17:00"),
        ] {
            assert_eq!(clock_time(text).unwrap().format("%H:%M").to_string(), expected, "{text}");
        }
        for text in ["", "all day", "25:00", "10:75", "10 amazing"] {
            assert_eq!(clock_time(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_without_zone_is_british() {
        assert_eq!(instant("01/07/2026 19:00").unwrap().to_rfc3339(), "2026-07-01T18:00:00+00:00");
        assert_eq!(
            instant("Wed, 1 Jul 2026 19:00:00 GMT").unwrap().to_rfc3339(),
            "2026-07-01T19:00:00+00:00"
        );
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = (written(&text), clock_time(&text), instant(&text));
        }
    }
}
