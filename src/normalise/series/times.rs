//! From dates as written to instants: which zone each is in, and how long it lasts.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::{ZoneContext, is_place};
use crate::{
    event::{Length, Local, Span, Zone, ZoneRules},
    normalise::zone::{self, Clock},
    read::{Problem, Severity, Written, WrittenZone},
};

/// Years in which events are believed.
const YEARS: std::ops::RangeInclusive<i32> = 1583..=8999;
const DAY: i64 = 86_400;

/// A zone and its clock.
type Timed = Rc<(Zone, Clock)>;

/// The zones of a document, each name of each of its calendars looked up once.
pub(super) struct Clocks<'z> {
    context: ZoneContext<'z>,
    default: Timed,
    /// What calendars call the zone of times without one.
    defaults: HashMap<u32, &'z str>,
    /// VTIMEZONEs by their calendar and name; and, for calendars laid end to end that say it only once, by name.
    rules: HashMap<(Option<u32>, String), &'z ZoneRules>,
    known: RefCell<HashMap<(u32, String), Option<Timed>>>,
    utc: Timed,
}

/// The clocks of one calendar.
#[derive(Clone, Copy)]
pub(super) struct CalendarClocks<'c, 'z> {
    clocks: &'c Clocks<'z>,
    calendar: u32,
}

/// The start of a series on its clock.
pub(super) struct Face {
    pub(super) value: Local,
    timed: Timed,
}

impl Face {
    pub(super) fn zone(&self) -> &Zone {
        &self.timed.0
    }
}

fn timed(zone: Zone) -> Timed {
    let clock = Clock::of(&zone);
    Rc::new((zone, clock))
}

impl<'z> Clocks<'z> {
    pub(super) fn new(context: ZoneContext<'z>) -> Self {
        let mut defaults = HashMap::new();
        let mut rules = HashMap::new();
        for zones in context.calendars {
            if let Some(name) = &zones.default {
                defaults.entry(zones.calendar).or_insert(name.as_str());
            }
            for one in &zones.rules {
                let name = zone::plain(&one.id);
                rules.entry((Some(zones.calendar), name.clone())).or_insert(one);
                rules.entry((None, name)).or_insert(one);
            }
        }
        Self {
            context,
            default: timed(Zone::Iana(context.feed_zone.unwrap_or(context.network_zone))),
            defaults,
            rules,
            known: RefCell::default(),
            utc: timed(Zone::Iana(Tz::UTC)),
        }
    }

    pub(super) fn of(&self, calendar: u32) -> CalendarClocks<'_, 'z> {
        CalendarClocks { clocks: self, calendar }
    }

    fn named(&self, calendar: u32, name: &str) -> Option<Timed> {
        let key = (calendar, name.to_owned());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let own = |name: &str| {
            let of = |calendar| self.rules.get(&(calendar, name.to_owned())).copied();
            of(Some(calendar)).or_else(|| of(None))
        };
        let found = zone::resolve(name, own).map(timed);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    fn floating(&self, calendar: u32) -> Timed {
        let named = self.defaults.get(&calendar).and_then(|name| self.named(calendar, name));
        named.unwrap_or_else(|| Rc::clone(&self.default))
    }

    /// Names of zones that nobody knows.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let known = self.known.borrow().clone();
        let unknown = known.iter().filter(|(_, zone)| zone.is_none()).map(|(name, _)| name);
        let unknown: BTreeMap<&str, u32> =
            unknown.map(|(calendar, name)| (name.as_str(), *calendar)).collect();
        let told = unknown.into_iter().take(20).map(|(name, calendar)| Problem {
            severity: Severity::Warning,
            code: "unknown_time_zone".into(),
            line: None,
            text: format!(
                "nobody knows a time zone \u{201c}{}\u{201d}; its times were read as {}",
                name.chars().take(60).collect::<String>(),
                name_of(&self.floating(calendar).0)
            ),
            fix: Some("Name the zone as the IANA database does, such as Europe/London.".into()),
        });
        told.collect()
    }
}

impl CalendarClocks<'_, '_> {
    /// The zone of a written time; an unknown name counts as none.
    fn of(&self, written: &Written) -> Timed {
        match &written.zone {
            WrittenZone::Utc | WrittenZone::Offset(0) => Rc::clone(&self.clocks.utc),
            WrittenZone::Offset(east) => timed(Zone::Offset(*east)),
            WrittenZone::Floating => self.clocks.floating(self.calendar),
            WrittenZone::Named(name) => {
                let named = self.clocks.named(self.calendar, name);
                named.unwrap_or_else(|| self.clocks.floating(self.calendar))
            }
        }
    }

    /// The start of a series, or what stands for it.
    pub(super) fn start(&self, written: &Written) -> Face {
        Face { value: written.value, timed: self.of(written) }
    }

    /// The zone in which an event is shown: its own; the network's where it names none.
    pub(super) fn shown(&self, start: &Written) -> Tz {
        is_place(&self.of(start).0).unwrap_or(self.clocks.context.network_zone)
    }

    fn instant(&self, at: NaiveDateTime, written: &Written) -> DateTime<Utc> {
        self.of(written).1.to_utc(at)
    }

    /// A further date of a series, as a time on the clock of its start where that is a time.
    pub(super) fn moment(&self, written: &Written, start: &Face) -> Local {
        match (self.face(written, start), start.value) {
            (Local::Date(day), Local::Time(at)) => Local::Time(day.and_time(at.time())),
            (face, _) => face,
        }
    }

    /// A further date of a series, on the clock of its start. One that names no zone is in that of the start; a day
    /// stays a day.
    pub(super) fn face(&self, written: &Written, start: &Face) -> Local {
        match (written.value, start.value) {
            (Local::Time(at), Local::Time(_)) => {
                if written.zone == WrittenZone::Floating {
                    return Local::Time(at);
                }
                let own = self.of(written);
                if Rc::ptr_eq(&own, &start.timed) || own.0 == start.timed.0 {
                    return Local::Time(at);
                }
                Local::Time(start.timed.1.to_local(own.1.to_utc(at)))
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
        let finish = self.of(start).1.after(at, length);
        (Span::Timed { start: begin, end: finish.filter(|finish| *finish >= begin) }, None)
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
