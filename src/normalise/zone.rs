//! Finds out which time zone a name means, and turns local times into instants by its rules.
//!
//! Feeds name zones in a dozen ways: IANA names, Windows names, names as a screen shows them, names of their own
//! with the rules beside them. [`resolve`] knows them all; a [`Clock`] follows RFC 5545 where the clock changes.

mod names;
mod rules;

use std::{cell::RefCell, rc::Rc, sync::LazyLock};

use chrono::{DateTime, Days, MappedLocalTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::event::{Length, Zone, ZoneRules};

/// The zone that a name means; `None` when nobody can tell.
///
/// Names that are the same everywhere come first, then the file's own rules (`own` finds them by their [`plain`]
/// name), and guesses at the name last.
#[must_use]
pub fn resolve<'a>(name: &str, own: impl FnOnce(&str) -> Option<&'a ZoneRules>) -> Option<Zone> {
    let name = name.trim().trim_matches('"').trim();
    let name = name.strip_prefix("TZID=").unwrap_or(name);
    if let Some(tz) = names::standard(name) {
        return Some(Zone::Iana(tz));
    }
    if let Some(own) = own(&plain(name)) {
        let location = own.location.as_deref().and_then(names::standard);
        if let Some(tz) = location.or_else(|| rules::matching(own)) {
            return Some(Zone::Iana(tz));
        }
        if !own.observances.is_empty() {
            return Some(Zone::Custom(rules::slim(own)));
        }
    }
    names::guess(name)
}

/// A name without what writers do to it: quotes, spaces around it, capitals.
#[must_use]
pub fn plain(name: &str) -> String {
    name.trim().trim_matches('"').trim().to_lowercase()
}

/// A zone made ready to compute with: the rules of a file take longer to read than to use.
#[derive(Debug, Clone)]
pub struct Clock(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Iana(Tz),
    Offset(i64),
    Custom(Rc<rules::Table>),
}

impl Clock {
    /// The clock of a zone.
    #[must_use]
    pub fn of(zone: &Zone) -> Self {
        Self(match zone {
            Zone::Iana(tz) => Kind::Iana(*tz),
            Zone::Offset(east) => Kind::Offset((*east).into()),
            Zone::Custom(rules) => Kind::Custom(table_of(rules)),
        })
    }

    /// The instant that a local time means.
    ///
    /// RFC 5545, section 3.3.5: a time that the clock jumps over counts by the offset before the jump; of a time that
    /// comes twice the first is meant.
    #[must_use]
    pub fn to_utc(&self, local: NaiveDateTime) -> DateTime<Utc> {
        match &self.0 {
            Kind::Iana(tz) => iana_to_utc(local, *tz),
            Kind::Offset(east) => shift(local, -east).and_utc(),
            Kind::Custom(table) => table.to_utc(local),
        }
    }

    /// The instant that comes a length of time after a local time: its days by the calendar, then the rest exactly
    /// (RFC 5545, section 3.3.6).
    #[must_use]
    pub fn after(&self, local: NaiveDateTime, length: Length) -> Option<DateTime<Utc>> {
        let days = Days::new(u64::try_from(length.days).ok()?);
        let later = self.to_utc(local.checked_add_days(days)?);
        later.checked_add_signed(TimeDelta::try_seconds(length.seconds)?)
    }

    /// What it shows at an instant.
    #[must_use]
    pub fn to_local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let at = at.naive_utc();
        let east = match &self.0 {
            Kind::Iana(tz) => tz.offset_from_utc_datetime(&at).fix().local_minus_utc().into(),
            Kind::Offset(east) => *east,
            Kind::Custom(table) => table.offset_at(at).into(),
        };
        shift(at, east)
    }
}

thread_local! {
    /// The rules of a file that were read last. Its series have the same, each a copy of its own, and their dates are
    /// asked for one after the other.
    static LAST: RefCell<Option<(ZoneRules, Rc<rules::Table>)>> = const { RefCell::new(None) };
}

fn table_of(rules: &ZoneRules) -> Rc<rules::Table> {
    LAST.with_borrow_mut(|last| {
        if let Some((_, table)) = last.as_ref().filter(|(known, _)| known == rules) {
            return Rc::clone(table);
        }
        let table = Rc::new(rules::Table::of(rules));
        *last = Some((rules.clone(), Rc::clone(&table)));
        table
    })
}

/// The instant that a local time means: [`Clock::to_utc`], for one time only.
#[must_use]
pub fn to_utc(local: NaiveDateTime, zone: &Zone) -> DateTime<Utc> {
    Clock::of(zone).to_utc(local)
}

/// Whether a zone is UTC under one of its names: such a zone is no statement about where an event takes place.
#[must_use]
pub fn is_utc(tz: Tz) -> bool {
    matches!(
        tz,
        Tz::UTC
            | Tz::Etc__UTC
            | Tz::UCT
            | Tz::Etc__UCT
            | Tz::GMT
            | Tz::Etc__GMT
            | Tz::Zulu
            | Tz::Etc__Zulu
            | Tz::Universal
            | Tz::Etc__Universal
            | Tz::GMT0
            | Tz::Etc__GMT0
            | Tz::Greenwich
            | Tz::Etc__Greenwich
            | Tz::GMTPlus0
            | Tz::GMTMinus0
            | Tz::Etc__GMTPlus0
            | Tz::Etc__GMTMinus0
    )
}

fn iana_to_utc(local: NaiveDateTime, tz: Tz) -> DateTime<Utc> {
    match tz.offset_from_local_datetime(&local) {
        MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => {
            shift(local, -i64::from(offset.fix().local_minus_utc())).and_utc()
        }
        // Jumps are an hour as a rule, a whole day at the date line (Samoa, 2011).
        MappedLocalTime::None => {
            let before = (1..=26).find_map(|hours| {
                tz.offset_from_local_datetime(&shift(local, -3600 * hours)).latest()
            });
            let east = before.map_or(0, |offset| offset.fix().local_minus_utc());
            shift(local, -i64::from(east)).and_utc()
        }
    }
}

/// Moves a time by seconds; at the ends of the calendar it stays where it is.
pub(super) fn shift(at: NaiveDateTime, seconds: i64) -> NaiveDateTime {
    TimeDelta::try_seconds(seconds).and_then(|by| at.checked_add_signed(by)).unwrap_or(at)
}

/// All zones of the IANA database by their names in lower case.
static BY_NAME: LazyLock<std::collections::HashMap<String, Tz>> = LazyLock::new(|| {
    chrono_tz::TZ_VARIANTS.iter().map(|tz| (tz.name().to_lowercase(), *tz)).collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Observance;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    fn observance(onset: &str, hours: [i32; 2], rrule: Option<&str>) -> Observance {
        Observance {
            onset: at(onset),
            offset_from: hours[0] * 3600,
            offset_to: hours[1] * 3600,
            rrule: rrule.map(str::to_owned),
            rdates: Vec::new(),
        }
    }

    fn outlook_london() -> ZoneRules {
        ZoneRules {
            id: "Customized Time Zone".into(),
            location: None,
            observances: vec![
                observance("1601-10-28 02:00", [1, 0], Some("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10")),
                observance("1601-03-25 01:00", [0, 1], Some("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3")),
            ],
        }
    }

    #[test]
    fn every_way_to_say_london() {
        for name in [
            "Europe/London",
            "europe/london",
            "\"GMT Standard Time\"",
            "gmt standard time",
            "BST",
            "(UTC+00:00) Dublin, Edinburgh, Lisbon, London",
            "/mozilla.org/20050126_1/Europe/London",
            "/freeassociation.sourceforge.net/Europe/London",
            "TZID=Europe/London",
            "(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London",
            "British Summer Time",
        ] {
            assert_eq!(resolve(name, |_| None), Some(Zone::Iana(Tz::Europe__London)), "{name}");
        }
        assert_eq!(
            resolve("Greenwich Standard Time", |_| None),
            Some(Zone::Iana(Tz::Atlantic__Reykjavik))
        );
        assert_eq!(resolve("Nowhere/Land", |_| None), None);
        assert_eq!(resolve("", |_| None), None);
    }

    #[test]
    fn own_rules_are_matched_or_used() {
        let rules = outlook_london();
        let found = resolve("Customized Time Zone", |_| Some(&rules));
        assert_eq!(found, Some(Zone::Iana(Tz::Europe__London)));

        let mut odd = rules.clone();
        for observance in &mut odd.observances {
            observance.offset_from += 1200;
            observance.offset_to += 1200;
        }
        let zone = resolve("customized time zone", |_| Some(&odd)).unwrap();
        assert!(matches!(zone, Zone::Custom(_)));
        assert_eq!(to_utc(at("2015-01-10 10:00"), &zone).naive_utc(), at("2015-01-10 09:40"));
        assert_eq!(to_utc(at("2015-06-10 10:00"), &zone).naive_utc(), at("2015-06-10 08:40"));
        let clock = Clock::of(&zone);
        assert_eq!(clock.to_local(at("2015-06-10 08:40").and_utc()), at("2015-06-10 10:00"));
    }

    #[test]
    fn gaps_and_overlaps_by_rfc_5545() {
        for zone in [Zone::Iana(Tz::Europe__London), Zone::Custom(outlook_london())] {
            let utc = |text| to_utc(at(text), &zone).naive_utc();
            assert_eq!(utc("2026-03-29 01:30"), at("2026-03-29 01:30"), "the gap counts as GMT");
            assert_eq!(utc("2026-03-29 02:00"), at("2026-03-29 01:00"));
            assert_eq!(utc("2026-10-25 01:30"), at("2026-10-25 00:30"), "the first of the two");
            assert_eq!(utc("2026-10-25 02:00"), at("2026-10-25 02:00"));
        }
        let samoa = Zone::Iana(Tz::Pacific__Apia);
        assert_eq!(to_utc(at("2011-12-30 10:00"), &samoa).naive_utc(), at("2011-12-30 20:00"));
    }

    #[test]
    fn rules_that_are_no_rules_do_no_harm() {
        let mut rules = outlook_london();
        rules.observances[0].rrule =
            Some("FREQ=SECONDLY;BYMONTH=77;BYDAY=99XX;UNTIL=x;COUNT=-1".into());
        rules.observances[1].rrule = Some("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30".into());
        let clock = Clock::of(&Zone::Custom(rules));
        let _ = clock.to_utc(at("2015-06-10 10:00"));
        let _ = clock.to_utc(NaiveDateTime::MAX);
        let _ = clock.to_local(DateTime::<Utc>::MIN_UTC);
        let _ = Clock::of(&Zone::Iana(Tz::Europe__London)).to_local(DateTime::<Utc>::MAX_UTC);
        let _ = to_utc(NaiveDateTime::MIN, &Zone::Offset(-80_000));
    }
}
