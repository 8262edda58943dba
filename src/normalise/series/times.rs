//! From dates as written to instants: which zone each is in, and how long it lasts.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::{ZoneContext, is_place};
use crate::{
    event::{Length, Local, Span, Zone},
    normalise::zone,
    read::{Problem, Severity, Written, WrittenZone},
};

/// Years in which events are believed.
const YEARS: std::ops::RangeInclusive<i32> = 1583..=8999;
const DAY: i64 = 86_400;

/// The zones of a document, each name looked up once.
pub(super) struct Clocks<'z> {
    context: ZoneContext<'z>,
    floating: Zone,
    known: RefCell<HashMap<String, Option<Zone>>>,
}

impl<'z> Clocks<'z> {
    pub(super) fn new(context: ZoneContext<'z>) -> Self {
        let document = context.document_zone.map(|name| (name, zone::resolve(name, context.zones)));
        let default = context.feed_zone.unwrap_or(context.network_zone);
        let floating = document.as_ref().and_then(|(_, zone)| zone.clone());
        let known = document.map(|(name, zone)| (name.to_owned(), zone)).into_iter().collect();
        Self {
            context,
            floating: floating.unwrap_or(Zone::Iana(default)),
            known: RefCell::new(known),
        }
    }

    /// The zone of a written time; an unknown name counts as none.
    pub(super) fn zone_of(&self, written: &Written) -> Zone {
        match &written.zone {
            WrittenZone::Utc => Zone::Iana(Tz::UTC),
            WrittenZone::Offset(0) => Zone::Iana(Tz::UTC),
            WrittenZone::Offset(east) => Zone::Offset(*east),
            WrittenZone::Floating => self.floating.clone(),
            WrittenZone::Named(name) => {
                let mut known = self.known.borrow_mut();
                let found = known
                    .entry(name.clone())
                    .or_insert_with(|| zone::resolve(name, self.context.zones));
                found.clone().unwrap_or_else(|| self.floating.clone())
            }
        }
    }

    /// The zone in which an event is shown: its own; the network's where it names none.
    pub(super) fn shown(&self, start: &Written) -> Tz {
        is_place(&self.zone_of(start)).unwrap_or(self.context.network_zone)
    }

    fn instant(&self, at: NaiveDateTime, written: &Written) -> DateTime<Utc> {
        zone::to_utc(at, &self.zone_of(written))
    }

    /// A further date of a series, as a time on the clock of its start where that is a time.
    pub(super) fn moment(&self, written: &Written, start: &Written) -> Local {
        match (self.face(written, start), start.value) {
            (Local::Date(day), Local::Time(at)) => Local::Time(day.and_time(at.time())),
            (face, _) => face,
        }
    }

    /// A further date of a series, on the clock of its start. One that names no zone is in that of the start; a day
    /// stays a day.
    pub(super) fn face(&self, written: &Written, start: &Written) -> Local {
        match (written.value, start.value) {
            (Local::Time(at), Local::Time(_)) => {
                if written.zone == start.zone || written.zone == WrittenZone::Floating {
                    return Local::Time(at);
                }
                Local::Time(zone::to_local(self.instant(at, written), &self.zone_of(start)))
            }
            (other, _) => Local::Date(other.date()),
        }
    }

    /// The time that start, end and length mean together, and what is odd about it.
    pub(super) fn span(
        &self,
        start: &Written,
        end: Option<&Written>,
        duration: Option<Length>,
    ) -> Result<(Span, Option<Problem>), String> {
        let year = start.value.date().year();
        if !YEARS.contains(&year) {
            return Err(format!("its start is in the year {year}"));
        }
        let (span, odd) = match start.value {
            Local::Date(day) => whole_days(day, end, duration),
            Local::Time(at) => self.timed(at, start, end, duration),
        };
        Ok((span, odd.map(|text| problem(text.to_owned()))))
    }

    fn timed(
        &self,
        at: NaiveDateTime,
        start: &Written,
        end: Option<&Written>,
        duration: Option<Length>,
    ) -> (Span, Option<&'static str>) {
        let begin = self.instant(at, start);
        let open = Span::Timed { start: begin, end: None };
        if let Some(end) = end {
            let Local::Time(face) = end.value else {
                return (
                    open,
                    Some("it starts at a time and ends on a date; the end was left out"),
                );
            };
            // Writers forget the zone of an end that they gave the start.
            let zoned = if end.zone == WrittenZone::Floating { start } else { end };
            let finish = self.instant(face, zoned);
            return if finish < begin {
                (open, Some("it ends before it starts; the end was left out"))
            } else {
                (Span::Timed { start: begin, end: Some(finish) }, None)
            };
        }
        let Some(length) = duration.filter(|length| length.total() >= 0) else {
            return (open, None);
        };
        let finish = zone::after(at, length, &self.zone_of(start));
        (Span::Timed { start: begin, end: finish.filter(|finish| *finish >= begin) }, None)
    }

    /// Names of zones that nobody knows.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let known = self.known.borrow();
        let unknown: BTreeSet<&String> =
            known.iter().filter(|(_, zone)| zone.is_none()).map(|(name, _)| name).collect();
        let told = unknown.into_iter().take(20).map(|name| Problem {
            severity: Severity::Warning,
            code: "unknown_time_zone".into(),
            line: None,
            text: format!(
                "nobody knows a time zone \u{201c}{}\u{201d}; its times were read as {}",
                name.chars().take(60).collect::<String>(),
                name_of(&self.floating)
            ),
            fix: Some("Name the zone as the IANA database does, such as Europe/London.".into()),
        });
        told.collect()
    }
}

fn name_of(zone: &Zone) -> &str {
    match zone {
        Zone::Iana(tz) => tz.name(),
        Zone::Offset(_) => "a fixed offset",
        Zone::Custom(rules) => &rules.id,
    }
}

/// Whole days; an end on the first day, or before it, counts as none.
fn whole_days(
    start: NaiveDate,
    end: Option<&Written>,
    duration: Option<Length>,
) -> (Span, Option<&'static str>) {
    let next = start.succ_opt().unwrap_or(NaiveDate::MAX);
    let day = Span::AllDay { start, end: next };
    match end.map(|end| end.value) {
        Some(Local::Date(end)) if end > start => (Span::AllDay { start, end }, None),
        // The same day twice is a common slip and means that day.
        Some(Local::Date(end)) if end == start => (day, None),
        Some(Local::Date(_)) => (day, Some("it ends before it starts; the end was left out")),
        Some(Local::Time(_)) => {
            (day, Some("it starts on a date and ends at a time; the end was left out"))
        }
        None => {
            let days = duration.map_or(1, |length| (length.total() + DAY - 1) / DAY).max(1);
            let end = start.checked_add_days(Days::new(u64::try_from(days).unwrap_or(1)));
            (Span::AllDay { start, end: end.unwrap_or(next) }, None)
        }
    }
}

fn problem(text: String) -> Problem {
    Problem {
        severity: Severity::Warning,
        code: "bad_end".into(),
        line: None,
        text,
        fix: Some("Write an end that is later than the start, in the same form.".into()),
    }
}
