//! What the names of zones mean: those that are the same everywhere, and those that must be guessed.

use chrono_tz::Tz;
use windows_timezones::WindowsTimezone;

use super::BY_NAME;
use crate::event::Zone;

/// Names that no table has, and why they are believed.
const ALIASES: [(&str, Tz); 34] = [
    // Abbreviations that people in these islands write.
    ("bst", Tz::Europe__London),
    ("gmt/bst", Tz::Europe__London),
    ("british summer time", Tz::Europe__London),
    ("british time", Tz::Europe__London),
    ("uk", Tz::Europe__London),
    ("uk time", Tz::Europe__London),
    ("london", Tz::Europe__London),
    ("gmt daylight time", Tz::Europe__London),
    ("greenwich mean time", Tz::Europe__London),
    ("united kingdom", Tz::Europe__London),
    // Abbreviations of America, by their usual meaning.
    ("pst", Tz::America__Los_Angeles),
    ("pdt", Tz::America__Los_Angeles),
    ("pacific", Tz::America__Los_Angeles),
    ("mdt", Tz::America__Denver),
    ("mountain", Tz::America__Denver),
    ("cdt", Tz::America__Chicago),
    ("central", Tz::America__Chicago),
    ("edt", Tz::America__New_York),
    ("eastern", Tz::America__New_York),
    // Windows zones as screens show them; for the others the first city listed is enough.
    ("dublin, edinburgh, lisbon, london", Tz::Europe__London),
    ("dublin, edinburgh", Tz::Europe__London),
    ("pacific time (us & canada)", Tz::America__Los_Angeles),
    ("mountain time (us & canada)", Tz::America__Denver),
    ("central time (us & canada)", Tz::America__Chicago),
    ("eastern time (us & canada)", Tz::America__New_York),
    ("atlantic time (canada)", Tz::America__Halifax),
    ("arizona", Tz::America__Phoenix),
    ("west central africa", Tz::Africa__Lagos),
    ("osaka, sapporo, tokyo", Tz::Asia__Tokyo),
    ("coordinated universal time", Tz::UTC),
    ("beijing", Tz::Asia__Shanghai),
    ("brasilia", Tz::America__Sao_Paulo),
    ("chennai, kolkata, mumbai", Tz::Asia__Kolkata),
    // Exchange servers set to German.
    ("mitteleuropäische zeit", Tz::Europe__Berlin),
];

/// Words of Windows names that are not written like other words.
const CAPITALS: [&str; 8] = ["GMT", "UTC", "US", "SA", "FLE", "GTB", "E.", "W."];

/// Names whose meaning does not depend on the file: IANA names with a slash, UTC, and Windows names.
///
/// Short IANA names (`EST`, `MST`) are left to the file's own rules first: writers give them summer time.
pub(super) fn standard(name: &str) -> Option<Tz> {
    let lower = name.to_lowercase();
    if lower.contains('/') || ["utc", "gmt", "z"].contains(&lower.as_str()) {
        let lower = if lower == "z" { "utc" } else { lower.as_str() };
        if let Some(tz) = BY_NAME.get(lower) {
            return Some(*tz);
        }
    }
    windows(name)
}

fn windows(name: &str) -> Option<Tz> {
    let capitals = |word: &str| {
        let upper = word.to_uppercase();
        if CAPITALS.contains(&upper.as_str()) {
            return upper;
        }
        let mut chars = word.chars();
        let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        first + &chars.as_str().to_lowercase()
    };
    let zone = name.parse::<WindowsTimezone>().ok().or_else(|| {
        let words: Vec<String> = name.split_whitespace().map(capitals).collect();
        words.join(" ").parse().ok()
    })?;
    zone.tzdb_id().parse().ok()
}

/// The best guess at a name that stands for itself.
pub(super) fn guess(name: &str) -> Option<Zone> {
    let lower = name.to_lowercase().replace(['_', '\\'], " ");
    let lower = lower.trim();
    if lower.is_empty() || lower.len() > 200 {
        return None;
    }
    iana(name)
        .or_else(|| tail(name))
        .or_else(|| alias(lower))
        .or_else(|| shown(lower))
        .map(Zone::Iana)
        .or_else(|| offset(lower).map(Zone::Offset))
}

fn iana(name: &str) -> Option<Tz> {
    BY_NAME.get(&name.to_lowercase().replace(' ', "_")).copied()
}

fn alias(lower: &str) -> Option<Tz> {
    ALIASES.iter().find(|(known, _)| *known == lower).map(|(_, tz)| *tz)
}

/// `/mozilla.org/20050126_1/Europe/London`, `Olson/America/Argentina/Salta`.
fn tail(name: &str) -> Option<Tz> {
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let tails = (1..=3_usize).rev().filter(|count| *count < parts.len() || parts.len() > 1);
    tails
        .filter_map(|count| parts.get(parts.len().checked_sub(count)?..))
        .find_map(|tail| iana(&tail.join("/")))
}

/// A name as a screen shows it: `(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna`.
fn shown(lower: &str) -> Option<Tz> {
    let places =
        lower.split_once(')').filter(|_| lower.starts_with('(')).map_or(lower, |(_, rest)| rest);
    let places = places.rsplit(" : ").next().unwrap_or(places).trim();
    if let Some(tz) = alias(places).or_else(|| {
        ALIASES.iter().find(|(n, _)| n.len() > 9 && places.starts_with(n)).map(|(_, tz)| *tz)
    }) {
        return Some(tz);
    }
    // Old Exchange servers put strokes between the cities.
    places.split([',', '/']).find_map(|place| city(place.trim()))
}

/// The zone that is named after a city.
fn city(place: &str) -> Option<Tz> {
    let place = place.replace(' ', "_");
    let mut found: Vec<(&String, &Tz)> = BY_NAME
        .iter()
        .filter(|(name, _)| name.rsplit_once('/').is_some_and(|(_, city)| city == place))
        .filter(|(name, _)| !name.starts_with("etc/") && !name.starts_with("us/"))
        .collect();
    found.sort_by_key(|(name, _)| (name.len(), name.as_str()));
    found.first().map(|(_, tz)| **tz)
}

/// `UTC+11`, `GMT+0100`, `+01:00`: seconds east. Not `(GMT +01:00)`, which is the winter offset of an unnamed zone with summer
/// time, as a screen shows it.
fn offset(lower: &str) -> Option<i32> {
    let rest = lower.strip_prefix("utc").or_else(|| lower.strip_prefix("gmt")).unwrap_or(lower);
    let rest = rest.trim_start();
    let sign = match rest.chars().next()? {
        '+' => 1,
        '-' | '\u{2212}' => -1,
        _ => return None,
    };
    let digits: String = rest
        .chars()
        .skip(1)
        .skip_while(|c| c.is_whitespace())
        .take_while(|c| c.is_ascii_digit() || *c == ':')
        .filter(char::is_ascii_digit)
        .collect();
    let number: i32 = digits.parse().ok().filter(|_| digits.len() <= 4)?;
    let (hours, minutes) =
        if digits.len() > 2 { (number / 100, number % 100) } else { (number, 0) };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses() {
        let tz = |name| match guess(name) {
            Some(Zone::Iana(tz)) => tz.name().to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(
            tz("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"),
            "Europe/Amsterdam"
        );
        assert_eq!(tz("Pacific Time (US & Canada), Tijuana"), "America/Los_Angeles");
        assert_eq!(tz("/softwarestudio.org/Olson_20011030_5/Pacific/Auckland"), "Pacific/Auckland");
        assert_eq!(
            tz("/freeassociation.sourceforge.net/Tzfile/America/Argentina/Salta"),
            "America/Argentina/Salta"
        );
        assert_eq!(tz("America/New York"), "America/New_York");
        assert_eq!(tz("Japan"), "Japan");
        assert_eq!(tz("Canberra, Melbourne, Sydney"), "Australia/Canberra");
        assert_eq!(guess("UTC+11"), Some(Zone::Offset(39_600)));
        assert_eq!(guess("GMT -03:30"), Some(Zone::Offset(-12_600)));
        assert_eq!(guess("+01:00"), Some(Zone::Offset(3600)));
        assert_eq!(tz("(GMT+01.00) Amsterdam / Berlin / Bern / Rome"), "Europe/Amsterdam");
        assert_eq!(guess("(GMT +01:00)"), None);
        assert_eq!(guess("foo"), None);
        assert_eq!(standard("w. europe standard time"), Some(Tz::Europe__Berlin));
        assert_eq!(standard("EST"), None);
    }
}
