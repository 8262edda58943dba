//! Puts what the extensions say into the item that they stand in.

use chrono::{Days, NaiveTime};

use super::extension::{Extras, Field, Meaning};
use crate::{
    event::Local,
    read::{DateOrigin, Entry, Problem, Severity, Written, WrittenZone, link, moment},
};

/// Fills dates, place, cost and the rest; says which dates could not be read.
pub(super) fn apply(extras: &Extras, entry: &mut Entry, problems: &mut Vec<Problem>) {
    dates(extras, entry, problems);
    entry.location = entry.location.take().or_else(|| first(extras, Meaning::Location));
    entry.address = entry.address.take().or_else(|| first(extras, Meaning::Address));
    entry.cost = entry.cost.take().or_else(|| first(extras, Meaning::Cost));
    entry.status = first(extras, Meaning::Status).map(|status| status.to_ascii_uppercase());
    entry.geo = geo(extras);
    if let Some(organiser) = first(extras, Meaning::Organiser) {
        // xCal writes `MAILTO:` addresses here; an address is not an organisation.
        if !organiser.to_ascii_lowercase().starts_with("mailto:") && !organiser.contains('@') {
            entry.organiser = Some(organiser);
        }
    }
    if let Some(url) = first(extras, Meaning::Booking).and_then(|raw| link::absolute(&raw, None)) {
        entry.booking_url = Some(url.into());
    }
    for field in extras.fields.iter().filter(|field| field.meaning == Meaning::Category) {
        if !entry.categories.contains(&field.value) {
            entry.categories.push(field.value.clone());
        }
    }
}

fn first(extras: &Extras, meaning: Meaning) -> Option<String> {
    let mut fields: Vec<&Field> =
        extras.fields.iter().filter(|field| field.meaning == meaning).collect();
    fields.sort_by_key(|field| field.family);
    fields.first().map(|field| field.value.clone())
}

/// The dates of the first family that has a readable start.
fn dates(extras: &Extras, entry: &mut Entry, problems: &mut Vec<Problem>) {
    let mut starts: Vec<&Field> =
        extras.fields.iter().filter(|field| field.meaning == Meaning::Start).collect();
    starts.sort_by_key(|field| field.family);
    let readable = starts.iter().find_map(|field| Some((*field, moment::written(&field.value)?)));
    let Some((field, start)) = readable else {
        if let Some(field) = starts.first() {
            let shown: String = field.value.chars().take(60).collect();
            let (code, text, fix) = if moment::is_unentered(&field.value) {
                let text = moment::unentered(&field.value, field.wire);
                let fix =
                    "Enter the start of the event, or leave the field out where there is none.";
                ("unentered_date", text, fix)
            } else {
                let text =
                    format!("“{shown}” in {} is not a date that a machine can read", field.wire);
                let fix = "Write it as 2027-01-19T12:30:00+00:00, or 2027-01-19 for a whole day.";
                ("unreadable_date", text, fix)
            };
            let mut problem = Problem::new(Severity::Warning, code, text).fixed_by(fix);
            problem.line = entry.line;
            problems.push(problem);
        }
        return;
    };
    let family = field.family;
    let of = |meaning| extras.fields.iter().find(|f| f.family == family && f.meaning == meaning);
    let zone = of(Meaning::Zone).map(|field| field.value.as_str());
    let clock = |meaning| of(meaning).and_then(|field| clock_of(&field.value));
    let day = start.value.date();
    entry.start = Some(zoned(with_clock(start, clock(Meaning::StartClock)), zone));
    entry.date_origin = Some(DateOrigin::Extension(field.wire.into()));
    let inclusive = of(Meaning::End).and_then(|field| moment::written(&field.value));
    let exclusive = of(Meaning::EndExclusive).and_then(|field| moment::written(&field.value));
    let end = match (inclusive, exclusive.map(last_day)) {
        (Some(end), _) | (None, Some(end)) => Some(with_clock(end, clock(Meaning::EndClock))),
        // LibCal gives the end as a clock time on the day of the start.
        (None, None) => clock(Meaning::EndClock).map(|time| Written {
            value: Local::Time(day.and_time(time)),
            zone: WrittenZone::Floating,
        }),
    };
    entry.end = end.map(|end| zoned(end, zone)).filter(|end| same_kind(entry.start.as_ref(), end));
}

/// A clock time, or the time of a full date where one was expected to be short.
fn clock_of(text: &str) -> Option<NaiveTime> {
    moment::clock_time(text).or_else(|| match moment::written(text)?.value {
        Local::Time(at) => Some(at.time()),
        Local::Date(_) => None,
    })
}

fn with_clock(written: Written, clock: Option<NaiveTime>) -> Written {
    match (written.value, clock) {
        (Local::Date(day), Some(time)) => {
            Written { value: Local::Time(day.and_time(time)), zone: written.zone }
        }
        _ => written,
    }
}

fn zoned(written: Written, zone: Option<&str>) -> Written {
    match (&written.zone, zone) {
        (WrittenZone::Floating, Some(name)) if matches!(written.value, Local::Time(_)) => {
            Written { value: written.value, zone: WrittenZone::Named(name.to_owned()) }
        }
        _ => written,
    }
}

/// RFC 5545's end of whole days is the day after the last; extensions and pages mean the last.
fn last_day(end: Written) -> Written {
    match end.value {
        Local::Date(day) => Written {
            value: Local::Date(day.checked_sub_days(Days::new(1)).unwrap_or(day)),
            zone: end.zone,
        },
        Local::Time(_) => end,
    }
}

/// An end of the other kind (a day for a timed start) counts as none, as does one before the start of whole days.
fn same_kind(start: Option<&Written>, end: &Written) -> bool {
    match (start.map(|start| start.value), end.value) {
        (Some(Local::Date(start)), Local::Date(end)) => end >= start,
        (Some(Local::Time(_)), Local::Time(_)) => true,
        _ => false,
    }
}

fn geo(extras: &Extras) -> Option<(f64, f64)> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let pair = first(extras, Meaning::Point).and_then(|point| {
        let mut parts = point.split([' ', ',']).filter(|part| !part.is_empty());
        Some((number(parts.next()?)?, number(parts.next()?)?))
    });
    let apart = || {
        Some((
            number(&first(extras, Meaning::Latitude)?)?,
            number(&first(extras, Meaning::Longitude)?)?,
        ))
    };
    pair.or_else(apart).filter(|at| plausible_point(*at))
}

/// On Earth, and not the 0,0 of an empty form.
pub(in crate::read) fn plausible_point((latitude, longitude): (f64, f64)) -> bool {
    (-90.0..=90.0).contains(&latitude)
        && (-180.0..=180.0).contains(&longitude)
        && (latitude.abs() > 0.000_1 || longitude.abs() > 0.000_1)
}
