//! Single values of an address: positions, days and instants, words.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use crate::{event::midnight, query::Bound};

/// "51.40,-1.32"
pub(super) fn position(value: &str) -> Option<(f64, f64)> {
    let (latitude, longitude) = value.split_once(',')?;
    let (latitude, longitude): (f64, f64) =
        (latitude.trim().parse().ok()?, longitude.trim().parse().ok()?);
    let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    // Two decimals are about a kilometre: enough, and it says less about the one who asks.
    let round = |degrees: f64| (degrees * 100.0).round() / 100.0;
    on_earth.then(|| (round(latitude), round(longitude)))
}

pub(super) fn bound(value: &str, zone: Tz) -> Option<Bound> {
    let sane = |year: i32| (1900..=2200).contains(&year);
    if let Ok(day) = NaiveDate::parse_from_str(value, "%Y-%m-%d") {
        return sane(day.year()).then(|| Bound { at: midnight(day, zone), day: Some(day) });
    }
    // The plus of an offset arrives as a space when it was not written in percent.
    let repaired = value.replace(' ', "+");
    let at = DateTime::parse_from_rfc3339(&repaired).map(|at| at.to_utc()).ok().or_else(|| {
        let local = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|shape| NaiveDateTime::parse_from_str(value, shape).ok())?;
        // An hour that the clocks skip counts as the one after it.
        let later = || (local + chrono::Duration::hours(1)).and_local_timezone(zone).earliest();
        Some(local.and_local_timezone(zone).earliest().or_else(later)?.to_utc())
    })?;
    sane(at.year()).then_some(Bound { at, day: None })
}

/// One spelling for what is the same question.
pub(super) fn clean_words(value: &str) -> String {
    let words: String = value.chars().filter(|c| !c.is_control()).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
