//! VTIMEZONEs: the rules that a zone has now, worked out from the zone database, in at most two parts.
//!
//! Outlook takes one rule for each of the two changes and no history, so that is what is written. Whatever does
//! not fit (zones that follow the moon, dates from before the present rules) is written in UTC instead.

use chrono::{
    DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc,
    Weekday,
};
use chrono_tz::{OffsetName, Tz};

use super::lines::Lines;

/// A zone as a calendar can say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ZoneForm {
    /// The same all year.
    Fixed {
        /// Seconds east of UTC.
        offset: i32,
        /// `GMT`, `+03`.
        name: String,
    },
    /// Summer time by two rules.
    TwoRules {
        /// Into summer time.
        daylight: Change,
        /// Back again.
        standard: Change,
    },
    /// Nothing that two rules can say: its events are written in UTC.
    Irregular,
}

/// A yearly change of the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    from: i32,
    to: i32,
    name: String,
    month: u32,
    weekday: Weekday,
    which: Which,
    /// By the clock of before the change.
    time: NaiveTime,
}

/// Which of the weekdays of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Nth(u32),
    Last,
    /// The first on or after this day ("Friday before the last Sunday").
    OnOrAfter(u32),
}

/// Years from which the present rules are read: the calendar of weekdays repeats after 28.
const YEARS: std::ops::Range<i32> = 2028..2056;

/// Outlook and others begin to count here.
const FIRST_YEAR: i32 = 1970;

impl ZoneForm {
    pub(super) fn of(zone: Tz) -> Self {
        let changes = changes(zone);
        if changes.is_empty() {
            let at = zone.offset_from_utc_datetime(&first_of(YEARS.start));
            let name = at.abbreviation().unwrap_or_default().to_owned();
            return Self::Fixed { offset: at.fix().local_minus_utc(), name };
        }
        let (up, down): (Vec<Seen>, Vec<Seen>) =
            changes.into_iter().partition(|seen| seen.to > seen.from);
        match (rule(&up), rule(&down)) {
            (Some(daylight), Some(standard)) => Self::TwoRules { daylight, standard },
            _ => Self::Irregular,
        }
    }

    /// Whether what is written here gives the offset that the zone really has at this instant.
    pub(super) fn agrees(&self, zone: Tz, at: DateTime<Utc>) -> bool {
        let real = zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
        self.offset_at(at) == Some(real)
    }

    /// The year from whose beginning on every clock of the zone is as written here. A series that began before would
    /// stand an hour off in the years of older rules.
    pub(super) fn since(&self, zone: Tz) -> i32 {
        let holds = |year: &i32| self.instants(*year).into_iter().all(|at| self.agrees(zone, at));
        let years = (FIRST_YEAR..YEARS.start).rev().take_while(holds);
        years.last().unwrap_or(YEARS.start)
    }

    /// Instants of a year that tell whether its clocks follow the rules: the middles of its months, and both sides of
    /// each change.
    fn instants(&self, year: i32) -> Vec<DateTime<Utc>> {
        let days = (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(year, month, 15));
        let mut instants: Vec<NaiveDateTime> =
            days.map(|day| day.and_time(NaiveTime::MIN)).chain([first_of(year)]).collect();
        if let Self::TwoRules { daylight, standard } = self {
            for onset in [daylight, standard].into_iter().filter_map(|rule| rule.onset_utc(year)) {
                instants.extend([onset - Duration::seconds(1), onset]);
            }
        }
        instants.into_iter().map(|at| at.and_utc()).collect()
    }

    fn offset_at(&self, at: DateTime<Utc>) -> Option<i32> {
        match self {
            Self::Fixed { offset, .. } => Some(*offset),
            Self::Irregular => None,
            Self::TwoRules { daylight, standard } => {
                let year = at.year();
                let begins = daylight.onset_utc(year)?;
                let ends = standard.onset_utc(year)?;
                let summer = if begins < ends {
                    (begins..ends).contains(&at.naive_utc())
                } else {
                    !(ends..begins).contains(&at.naive_utc())
                };
                Some(if summer { daylight.to } else { standard.to })
            }
        }
    }

    pub(super) fn write(&self, zone: &str, lines: &mut Lines) {
        if *self == Self::Irregular {
            return;
        }
        lines.plain("BEGIN", "VTIMEZONE");
        lines.plain("TZID", zone);
        lines.plain("X-LIC-LOCATION", zone);
        match self {
            Self::Fixed { offset, name } => {
                lines.plain("BEGIN", "STANDARD");
                lines.plain("TZNAME", name);
                lines.plain("TZOFFSETFROM", &written(*offset));
                lines.plain("TZOFFSETTO", &written(*offset));
                lines.plain("DTSTART", "19700101T000000");
                lines.plain("END", "STANDARD");
            }
            Self::TwoRules { daylight, standard } => {
                daylight.write("DAYLIGHT", lines);
                standard.write("STANDARD", lines);
            }
            Self::Irregular => {}
        }
        lines.plain("END", "VTIMEZONE");
    }
}

impl Change {
    fn write(&self, part: &str, lines: &mut Lines) {
        lines.plain("BEGIN", part);
        lines.plain("TZNAME", &self.name);
        lines.plain("TZOFFSETFROM", &written(self.from));
        lines.plain("TZOFFSETTO", &written(self.to));
        if let Some(day) = self.day(FIRST_YEAR) {
            lines.plain("DTSTART", &day.and_time(self.time).format("%Y%m%dT%H%M%S").to_string());
        }
        let (month, day) = (self.month, super::rule::weekday(self.weekday));
        let which = match self.which {
            Which::Nth(n) => format!("BYDAY={n}{day}"),
            Which::Last => format!("BYDAY=-1{day}"),
            Which::OnOrAfter(first) => {
                let days: Vec<String> = (first..first + 7).map(|day| day.to_string()).collect();
                format!("BYMONTHDAY={};BYDAY={day}", days.join(","))
            }
        };
        lines.plain("RRULE", &format!("FREQ=YEARLY;BYMONTH={month};{which}"));
        lines.plain("END", part);
    }

    fn day(&self, year: i32) -> Option<NaiveDate> {
        let first = match self.which {
            Which::Nth(n) => 1 + 7 * n.saturating_sub(1),
            Which::Last => days_in_month(year, self.month)? - 6,
            Which::OnOrAfter(first) => first,
        };
        let begin = NaiveDate::from_ymd_opt(year, self.month, first)?;
        begin.iter_days().take(7).find(|day| day.weekday() == self.weekday)
    }

    fn onset_utc(&self, year: i32) -> Option<NaiveDateTime> {
        Some(self.day(year)?.and_time(self.time) - Duration::seconds(self.from.into()))
    }
}

/// A change of the clock as it happens in some year.
#[derive(Debug, Clone)]
struct Seen {
    /// By the clock of before.
    onset: NaiveDateTime,
    from: i32,
    to: i32,
    name: String,
}

/// All changes of the clock in [`YEARS`].
fn changes(zone: Tz) -> Vec<Seen> {
    let offset = |at: NaiveDateTime| zone.offset_from_utc_datetime(&at);
    let seconds = |at: NaiveDateTime| offset(at).fix().local_minus_utc();
    let (mut at, end) = (first_of(YEARS.start), first_of(YEARS.end));
    let mut changes = Vec::new();
    while at < end {
        // No zone changes its clock there and back within ten days.
        let mut after = at + Duration::days(10);
        let mut before = at;
        at = after;
        let (from, to) = (seconds(before), seconds(after));
        if from == to {
            continue;
        }
        while after - before > Duration::seconds(1) {
            let middle = before + (after - before) / 2;
            if seconds(middle) == from { before = middle } else { after = middle }
        }
        // Halving leaves fractions of a second.
        let exact = after.and_utc().timestamp();
        let exact = DateTime::from_timestamp(exact, 0).map_or(after, |at| at.naive_utc());
        let exact = if seconds(exact) == from { exact + Duration::seconds(1) } else { exact };
        changes.push(Seen {
            onset: exact + Duration::seconds(from.into()),
            from,
            to,
            name: offset(after).abbreviation().unwrap_or_default().to_owned(),
        });
    }
    changes
}

/// The rule behind changes that all go the same way; `None` when one yearly rule does not say them all.
fn rule(seen: &[Seen]) -> Option<Change> {
    let first = seen.first()?;
    let month = first.onset.month();
    let (weekday, time) = (first.onset.weekday(), first.onset.time());
    let alike = |other: &Seen| {
        (other.onset.month(), other.onset.weekday(), other.onset.time()) == (month, weekday, time)
            && (other.from, other.to) == (first.from, first.to)
    };
    if seen.len() != YEARS.len() || !seen.iter().all(alike) {
        return None;
    }
    let days = || seen.iter().map(|seen| seen.onset.day());
    let (least, most) = (days().min()?, days().max()?);
    let is_last = |seen: &Seen| {
        days_in_month(seen.onset.year(), month).is_some_and(|days| seen.onset.day() + 7 > days)
    };
    let which = if seen.iter().all(is_last) {
        Which::Last
    } else if most - least > 6 {
        return None;
    } else if least % 7 == 1 {
        Which::Nth(least / 7 + 1)
    } else {
        Which::OnOrAfter(least)
    };
    let (from, to, name) = (first.from, first.to, first.name.clone());
    Some(Change { from, to, name, month, weekday, which, time })
}

fn first_of(year: i32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN).and_time(NaiveTime::MIN)
}

fn days_in_month(year: i32, month: u32) -> Option<u32> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let next = first.checked_add_months(chrono::Months::new(1))?;
    u32::try_from((next - first).num_days()).ok()
}

/// `+0100`; seconds are written only where there are some.
fn written(offset: i32) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let offset = offset.abs();
    let (hours, minutes, seconds) = (offset / 3600, offset / 60 % 60, offset % 60);
    if seconds == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::TZ_VARIANTS;

    use super::*;

    fn text(zone: Tz) -> String {
        let mut lines = Lines::default();
        ZoneForm::of(zone).write(zone.name(), &mut lines);
        lines.finish().replace("\r\n", "\n")
    }

    #[test]
    fn london_is_as_every_client_takes_it() {
        assert_eq!(
            text(Tz::Europe__London),
            "BEGIN:VTIMEZONE\nTZID:Europe/London\nX-LIC-LOCATION:Europe/London\n\
             BEGIN:DAYLIGHT\nTZNAME:BST\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\n\
             DTSTART:19700329T010000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\n\
             BEGIN:STANDARD\nTZNAME:GMT\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0000\n\
             DTSTART:19701025T020000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\n\
             END:VTIMEZONE\n"
        );
    }

    #[test]
    fn others_have_their_own_rules() {
        for (zone, part) in [
            (
                Tz::America__New_York,
                "DTSTART:19700308T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
            ),
            (
                Tz::America__New_York,
                "DTSTART:19701101T020000\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
            ),
            (Tz::Australia__Lord_Howe, "TZOFFSETFROM:+1030\nTZOFFSETTO:+1100"),
            (Tz::Australia__Sydney, "TZNAME:AEDT\nTZOFFSETFROM:+1000\nTZOFFSETTO:+1100"),
            (Tz::Asia__Kolkata, "TZNAME:IST\nTZOFFSETFROM:+0530\nTZOFFSETTO:+0530"),
            (Tz::Asia__Jerusalem, "BYMONTHDAY=23,24,25,26,27,28,29;BYDAY=FR"),
        ] {
            assert!(text(zone).contains(part), "{zone}: {}", text(zone));
        }
        assert_eq!(text(Tz::Asia__Tokyo).matches("BEGIN:STANDARD").count(), 1);
        assert!(!text(Tz::Asia__Tokyo).contains("DAYLIGHT"));
        assert_eq!(ZoneForm::of(Tz::Africa__Casablanca), ZoneForm::Irregular);
    }

    #[test]
    fn what_is_written_agrees_with_the_database_for_every_zone() {
        let mut irregular = Vec::new();
        for zone in TZ_VARIANTS {
            let form = ZoneForm::of(zone);
            if form == ZoneForm::Irregular {
                irregular.push(zone.name());
                continue;
            }
            let mut at = Utc.with_ymd_and_hms(2028, 1, 1, 0, 30, 0).unwrap();
            while at.year() < 2032 {
                assert!(form.agrees(zone, at), "{zone} {at}");
                at += Duration::hours(31);
            }
        }
        assert!(irregular.len() < 20, "{irregular:?}");
    }

    #[test]
    fn rules_hold_since_they_were_last_changed() {
        let since = |zone: Tz| ZoneForm::of(zone).since(zone);
        assert_eq!(since(Tz::Europe__London), 1996);
        assert_eq!(since(Tz::America__New_York), 2007);
        // In 2008 its summer began to end a week later.
        assert_eq!(since(Tz::Australia__Melbourne), 2008);
        assert_eq!(since(Tz::Africa__Casablanca), 2028);
    }

    #[test]
    fn an_old_date_under_other_rules_does_not_agree() {
        let zone = Tz::America__Mexico_City;
        let form = ZoneForm::of(zone);
        assert!(form.agrees(zone, Utc.with_ymd_and_hms(2027, 7, 1, 12, 0, 0).unwrap()));
        assert!(!form.agrees(zone, Utc.with_ymd_and_hms(2019, 7, 1, 12, 0, 0).unwrap()));
    }
}
