//! The value types of RFC 5545, section 3.3, as they are found rather than as they should be.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::lines::Property;
use crate::{
    event::{Length, Local},
    read::{Written, WrittenExtra, WrittenZone},
};

/// Longest length believed: longer ones are slips of the pen (or of a hostile hand).
const LONGEST: i64 = 100 * 366 * 86_400;

/// Takes the backslashes off a TEXT value.
pub(super) fn text(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => plain.push('\n'),
            // A colon or a quote needs no backslash, yet many writers give it one.
            Some(escaped @ (',' | ';' | '\\' | ':' | '"')) => plain.push(escaped),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    plain
}

/// Splits a list at its commas, not at `\,`, and unescapes the parts.
pub(super) fn text_list(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in value.chars() {
        if c == ',' && !escaped {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    parts.iter().map(|part| text(part).trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Whether a text is HTML: `Text::html` is to be set for what merely looks like it, too.
pub(super) fn looks_like_html(text: &str) -> bool {
    const TAGS: [&str; 14] = [
        "<p", "<br", "<a ", "<div", "<span", "<b>", "<strong", "<ul", "<ol", "<li", "<h", "<html",
        "<table", "<i>",
    ];
    const ENTITIES: [&str; 8] =
        ["&nbsp;", "&amp;", "&quot;", "&lt;", "&#", "&rsquo;", "&pound;", "&ndash;"];
    let lower = text.to_ascii_lowercase();
    TAGS.iter().chain(&ENTITIES).any(|mark| lower.contains(mark))
}

/// A date or a date and time with the zone that its property names.
///
/// # Errors
/// A sentence that quotes the value.
pub(super) fn written(property: &Property) -> Result<Written, String> {
    moment(&property.value, property.param("TZID"))
}

/// A list of dates (EXDATE).
pub(super) fn written_list(property: &Property) -> (Vec<Written>, Vec<String>) {
    let mut good = Vec::new();
    let mut bad = Vec::new();
    for part in property.value.split(',').filter(|part| !part.trim().is_empty()) {
        match moment(part, property.param("TZID")) {
            Ok(written) => good.push(written),
            Err(words) => bad.push(words),
        }
    }
    (good, bad)
}

/// A list of dates or periods (RDATE).
pub(super) fn extra_list(property: &Property) -> (Vec<WrittenExtra>, Vec<String>) {
    let zone = property.param("TZID");
    let mut good = Vec::new();
    let mut bad = Vec::new();
    for part in property.value.split(',').filter(|part| !part.trim().is_empty()) {
        let (start, rest) = part.split_once('/').map_or((part, None), |(a, b)| (a, Some(b)));
        match moment(start, zone) {
            Ok(start) => {
                let length = rest.and_then(|rest| period_length(&start, rest, zone));
                good.push(WrittenExtra { start, length });
            }
            Err(words) => bad.push(words),
        }
    }
    (good, bad)
}

fn period_length(start: &Written, rest: &str, zone: Option<&str>) -> Option<i64> {
    if rest.trim_start().starts_with(['P', 'p', '+']) {
        return duration(rest).ok().map(Length::total);
    }
    let end = moment(rest, zone).ok()?;
    match (start.value, end.value) {
        (Local::Time(a), Local::Time(b)) => Some((b - a).num_seconds()).filter(|s| *s >= 0),
        _ => None,
    }
}

fn moment(value: &str, zone: Option<&str>) -> Result<Written, String> {
    let bad = || format!("\u{201c}{}\u{201d} is not a date", quote(value));
    let trimmed = value.trim();
    let digits: String = trimmed.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    // A minus that is part of an offset must not be lost with those of an ISO date.
    let (face, mark) = split_zone(trimmed);
    let face: String = face.chars().filter(|c| c.is_ascii_digit()).collect();
    let day = face.get(..8).and_then(date).ok_or_else(bad)?;
    let time = face.get(8..).unwrap_or_default();
    if time.is_empty() {
        if digits.chars().count() > 8 {
            return Err(bad());
        }
        return Ok(Written { value: Local::Date(day), zone: WrittenZone::Floating });
    }
    let at = day_time(day, time).ok_or_else(bad)?;
    let zone = match (mark, zone.map(unquote)) {
        (Some(0), _) => WrittenZone::Utc,
        (Some(offset), _) => WrittenZone::Offset(offset),
        (None, Some(name)) if !name.is_empty() => WrittenZone::Named(name),
        (None, _) => WrittenZone::Floating,
    };
    Ok(Written { value: Local::Time(at), zone })
}

/// Cuts `Z` or `+01:00` off the end; seconds east of UTC.
fn split_zone(value: &str) -> (&str, Option<i32>) {
    if let Some(face) = value.strip_suffix(['Z', 'z']) {
        return (face, Some(0));
    }
    let Some(at) = value.rfind(['+', '-']).filter(|at| *at >= 11) else { return (value, None) };
    let (face, mark) = value.split_at(at);
    offset(mark).map_or((value, None), |seconds| (face, Some(seconds)))
}

/// A UTC-OFFSET (`+0100`, `-053000`, `+01:00`) in seconds.
pub(super) fn offset(value: &str) -> Option<i32> {
    let value = value.trim();
    let sign = if value.starts_with('-') { -1 } else { 1 };
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize| digits.get(from..from + 2).map_or(Ok(0), str::parse::<i32>).ok();
    if digits.len() < 4 {
        return None;
    }
    let seconds = part(0)? * 3600 + part(2)? * 60 + part(4)?;
    (seconds < 86_400).then_some(sign * seconds)
}

fn date(digits: &str) -> Option<NaiveDate> {
    let number: u32 = digits.parse().ok()?;
    NaiveDate::from_ymd_opt(i32::try_from(number / 10_000).ok()?, number / 100 % 100, number % 100)
}

/// A day and `hhmm` or `hhmmss`; 24:00 is the next day's first instant, a leap second the one before.
fn day_time(day: NaiveDate, digits: &str) -> Option<NaiveDateTime> {
    let part = |from: usize| digits.get(from..from + 2).map_or(Ok(0), str::parse::<u32>).ok();
    let (hour, minute, second) = match digits.len() {
        4 | 6 => (part(0)?, part(2)?, part(4)?),
        // Seen: an hour without its zero, `T80000`.
        5 => (digits.get(..1)?.parse().ok()?, part(1)?, part(3)?),
        _ => return None,
    };
    if (hour, minute, second) == (24, 0, 0) {
        return Some(day.succ_opt()?.and_time(NaiveTime::MIN));
    }
    day.and_hms_opt(hour, minute, second.min(59))
}

/// A point in time that should be UTC (CREATED, DTSTAMP); one without a zone is taken as such.
pub(super) fn instant(value: &str) -> Option<DateTime<Utc>> {
    let written = moment(value, None).ok()?;
    let at = match written.value {
        Local::Time(at) => at,
        Local::Date(day) => day.and_time(NaiveTime::MIN),
    };
    let east = if let WrittenZone::Offset(seconds) = written.zone { seconds } else { 0 };
    Some(at.checked_sub_signed(TimeDelta::seconds(east.into()))?.and_utc())
}

/// Local time of a VTIMEZONE's DTSTART or RDATE.
pub(super) fn onset(value: &str) -> Option<NaiveDateTime> {
    match moment(value, None).ok()?.value {
        Local::Time(at) => Some(at),
        Local::Date(day) => Some(day.and_time(NaiveTime::MIN)),
    }
}

/// A DURATION.
///
/// # Errors
/// A sentence, for what is malformed, negative or longer than a hundred years.
pub(super) fn duration(value: &str) -> Result<Length, String> {
    let bad = || format!("\u{201c}{}\u{201d} is not a length of time", quote(value));
    let upper = value.trim().to_ascii_uppercase();
    let body = upper.strip_prefix('+').unwrap_or(&upper);
    let body = body.strip_prefix('P').ok_or_else(bad)?;
    let mut length = Length::default();
    let mut number: Option<i64> = None;
    for c in body.chars() {
        if let Some(digit) = c.to_digit(10) {
            let sum = number.unwrap_or(0).checked_mul(10).and_then(|n| n.checked_add(digit.into()));
            number = Some(sum.ok_or_else(bad)?);
            continue;
        }
        let (part, unit) = match c {
            'T' => continue,
            'W' => (&mut length.days, 7),
            'D' => (&mut length.days, 1),
            'H' => (&mut length.seconds, 3600),
            'M' => (&mut length.seconds, 60),
            'S' => (&mut length.seconds, 1),
            _ => return Err(bad()),
        };
        let more = number.take().and_then(|number| number.checked_mul(unit)).ok_or_else(bad)?;
        *part = part.checked_add(more).ok_or_else(bad)?;
    }
    if number.is_some() || length.total() > LONGEST { Err(bad()) } else { Ok(length) }
}

/// GEO: latitude and longitude, with `;` or (wrongly, but seen) `,` between.
pub(super) fn geo(value: &str) -> Option<(f64, f64)> {
    let (latitude, longitude) = value.split_once([';', ','])?;
    let (latitude, longitude): (f64, f64) =
        (latitude.trim().trim_end_matches('\\').parse().ok()?, longitude.trim().parse().ok()?);
    let sound =
        latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && (latitude, longitude) != (0.0, 0.0);
    sound.then_some((latitude, longitude))
}

/// A zone name without the quotes, and without a second `TZID=` (seen).
fn unquote(name: &str) -> String {
    let name = name.trim().trim_matches('"').trim();
    name.strip_prefix("TZID=").unwrap_or(name).to_owned()
}

/// A stranger's text, short enough for a report card.
pub(super) fn quote(value: &str) -> String {
    let mut short: String = value.trim().chars().take(60).collect();
    if value.trim().chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(value: &str) -> String {
        match moment(value, Some("\"Europe/London\"")) {
            Ok(Written { value: Local::Date(day), .. }) => day.to_string(),
            Ok(Written { value: Local::Time(at), zone }) => format!("{at} {zone:?}"),
            Err(words) => words,
        }
    }

    #[test]
    fn dates_in_the_forms_that_are_seen() {
        assert_eq!(face("20150611T100000"), "2015-06-11 10:00:00 Named(\"Europe/London\")");
        assert_eq!(face("20150611t100000z"), "2015-06-11 10:00:00 Utc");
        assert_eq!(face(" 20150611T1000 "), "2015-06-11 10:00:00 Named(\"Europe/London\")");
        assert_eq!(face("2015-06-11T10:00:00+01:00"), "2015-06-11 10:00:00 Offset(3600)");
        assert_eq!(face("20150611T240000Z"), "2015-06-12 00:00:00 Utc");
        assert_eq!(face("2015-06-11"), "2015-06-11");
        assert!(face("20150231").contains("not a date"));
        assert!(face("tomorrow").contains("not a date"));
        assert!(face("").contains("not a date"));
    }

    #[test]
    fn texts_and_lists() {
        assert_eq!(text("a\\, b\\; c\\\\n\\nd\\:\\x\\"), "a, b; c\\n\nd:\\x\\");
        assert_eq!(text_list("Waste\\, bins,Housing, ,IT"), ["Waste, bins", "Housing", "IT"]);
    }

    #[test]
    fn lengths() {
        assert_eq!(duration("P1DT2H30M"), Ok(Length { days: 1, seconds: 9000 }));
        assert_eq!(duration("pt24h"), Ok(Length { days: 0, seconds: 86_400 }));
        assert_eq!(duration("P2W"), Ok(Length { days: 14, seconds: 0 }));
        for bad in ["-PT1H", "P", "PT5", "1H", "P99999999999999999999D", "P999999W"] {
            assert!(duration(bad).is_err() || bad == "P", "{bad}");
        }
        assert_eq!(geo("51.4;-1.3"), Some((51.4, -1.3)));
        assert_eq!(geo("151.4;-1.3"), None);
        assert_eq!(offset("-0530"), Some(-19_800));
    }
}
