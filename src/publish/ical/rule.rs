//! Which series can be written as a rule: those within what Outlook maps. All others are written date by date.
//!
//! The choice depends on the series alone, never on the window or the time, so that UIDs stay.

use std::collections::BTreeMap;

use chrono::{
    DateTime, Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc, Weekday,
};
use chrono_tz::Tz;

use super::ZonesInUse;
use crate::{
    event::{Facts, Local, Override, Recurrence, Span, Zone, midnight},
    normalise::{
        recurrence::{
            last_instance,
            rule::{Frequency, Rule, Until},
        },
        zone::to_utc,
    },
};

/// A series as RRULE and EXDATE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleForm {
    /// RRULE, UNTIL included.
    pub(super) rrule: String,
    /// Dates taken out, sorted: those that do not take place and those that are written on their own.
    pub(super) exdates: Vec<Local>,
}

/// Outlook writes intervals and counts with at most so much.
const MAX_INTERVAL: u32 = 99;

/// Radicale refuses a whole calendar for one rule whose end lies more of its days, weeks, months or years away.
const MOST_ROUNDS: i64 = 9_990;

/// Years after which an end is none: nobody will be there to see the difference.
const FAR: u32 = 100;

/// Clocks change before this hour, and clients differ on times that then exist twice or not at all.
const SAFE_HOUR: u32 = 3;

impl RuleForm {
    /// The rule of an event, if it has one that every client understands.
    pub(super) fn of(facts: &Facts, zones: &mut ZonesInUse) -> Option<Self> {
        let (span, recurrence) = (facts.span?, facts.recurrence.as_ref()?);
        let [rrule] = recurrence.rrule.as_slice() else { return None };
        let simple = recurrence.exrule.is_empty()
            && recurrence.rdate.is_empty()
            && !recurrence.overrides.iter().any(|change| change.this_and_future);
        if !simple || !steady(&span, recurrence, facts.time_zone, zones) {
            return None;
        }
        let parts = parts(rrule)?;
        let day = recurrence.start.date();
        let pattern = pattern(&parts, day)?;
        let mut exdates = exdates(recurrence, &span);
        let rule = Rule::parse(rrule).ok()?;
        let rrule = if ends(&rule, day) {
            let begin = day;
            let day = last_day(&span, recurrence, facts.time_zone)?;
            if (day - begin).num_days() / days_a_round(rule.frequency) > MOST_ROUNDS {
                return None;
            }
            // khal warns of dates taken out that are no dates of the rule.
            exdates.retain(|date| date.date() <= day);
            format!("{pattern};UNTIL={}", until(day, &span, facts.time_zone)?)
        } else {
            pattern
        };
        Some(Self { rrule, exdates })
    }
}

/// Whether an override says anything that its series does not.
pub(super) fn differs(change: &Override, recurrence: &Recurrence, span: &Span) -> bool {
    let by_rule = match (change.instance, span) {
        (Local::Date(start), Span::AllDay { .. }) => {
            Some(Span::AllDay { start, end: start + span.length() })
        }
        (Local::Time(naive), Span::Timed { end, .. }) => {
            let start = to_utc(naive, &recurrence.zone);
            Some(Span::Timed { start, end: end.map(|_| start + span.length()) })
        }
        _ => None,
    };
    by_rule != Some(change.span)
        || change.title.is_some()
        || change.status.is_some()
        || change.description.is_some()
        || change.place.is_some()
}

/// Whether every client gives its dates the same instants: whole days, or local times far from clock changes in
/// a zone whose rules can be written.
fn steady(span: &Span, recurrence: &Recurrence, shown: Tz, zones: &mut ZonesInUse) -> bool {
    let start = match (span, recurrence.start) {
        (Span::AllDay { start, .. }, Local::Date(day)) => return *start == day,
        (Span::Timed { start, .. }, Local::Time(_)) => *start,
        _ => return false,
    };
    if recurrence.zone != Zone::Iana(shown) || is_utc(shown) {
        return false;
    }
    let local = start.with_timezone(&shown).naive_local();
    let last = span.end_utc(shown).with_timezone(&shown).naive_local();
    let same_day = last.date() == local.date() || last == next_midnight(local);
    Local::Time(local) == recurrence.start
        && local.hour() >= SAFE_HOUR
        && same_day
        && zones.since(shown) <= start.year()
}

/// Zones without a name that a calendar would need to explain.
pub(super) fn is_utc(zone: Tz) -> bool {
    matches!(
        zone.name(),
        "UTC"
            | "Etc/UTC"
            | "Etc/GMT"
            | "GMT"
            | "Etc/UCT"
            | "UCT"
            | "Zulu"
            | "Etc/Zulu"
            | "Universal"
            | "Etc/Universal"
            | "Etc/Greenwich"
            | "Greenwich"
            | "GMT0"
            | "Etc/GMT0"
            | "GMT+0"
            | "GMT-0"
            | "Etc/GMT+0"
            | "Etc/GMT-0"
    )
}

fn next_midnight(local: NaiveDateTime) -> NaiveDateTime {
    local.date().succ_opt().unwrap_or(local.date()).and_time(NaiveTime::MIN)
}

fn parts(rrule: &str) -> Option<BTreeMap<&str, &str>> {
    rrule.split(';').filter(|part| !part.is_empty()).map(|part| part.split_once('=')).collect()
}

/// The rule in Outlook's own words, without its end; `None` when Outlook has none for it, or DTSTART is not one of
/// its dates.
fn pattern(parts: &BTreeMap<&str, &str>, day: NaiveDate) -> Option<String> {
    let allowed: &[&str] = match *parts.get("FREQ")? {
        "DAILY" => &[],
        "WEEKLY" => &["BYDAY"],
        "MONTHLY" => &["BYDAY", "BYMONTHDAY", "BYSETPOS"],
        "YEARLY" => &["BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"],
        _ => return None,
    };
    let always = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"];
    if !parts.keys().all(|name| always.contains(name) || allowed.contains(name)) {
        return None;
    }
    let interval: u32 = parts.get("INTERVAL").map_or(Some(1), |n| n.parse().ok())?;
    if !(1..=MAX_INTERVAL).contains(&interval) {
        return None;
    }
    let freq = parts.get("FREQ")?;
    let every = if interval == 1 { String::new() } else { format!(";INTERVAL={interval}") };
    let by = match *freq {
        "DAILY" => String::new(),
        "WEEKLY" => weekly(parts, day, interval)?,
        "MONTHLY" => in_month(parts, day)?,
        _ => {
            let month = day.month();
            let said: Option<u32> = match parts.get("BYMONTH") {
                Some(written) => Some(written.parse().ok()?),
                None => None,
            };
            // Without its month, a weekday would count within the year.
            if said.map_or_else(|| parts.contains_key("BYDAY"), |said| said != month) {
                return None;
            }
            format!(";BYMONTH={month}{}", in_month(parts, day)?)
        }
    };
    Some(format!("FREQ={freq}{every}{by}"))
}

fn weekly(parts: &BTreeMap<&str, &str>, day: NaiveDate, interval: u32) -> Option<String> {
    let start = weekday(day.weekday());
    let days = parts.get("BYDAY").copied().unwrap_or(start);
    let mut known: Vec<&str> = Vec::new();
    for (name, _) in WEEKDAYS {
        if days.split(',').any(|day| day == name) {
            known.push(name);
        }
    }
    if known.len() != days.split(',').count() || !known.contains(&start) {
        return None;
    }
    // The first day of the week matters only when weeks are skipped and there are several days in one.
    let week = match parts.get("WKST") {
        Some(first) if interval > 1 && known.len() > 1 => {
            WEEKDAYS.iter().find(|(name, _)| name == first)?;
            format!(";WKST={first}")
        }
        _ => String::new(),
    };
    Some(format!(";BYDAY={}{week}", known.join(",")))
}

/// A day of the month, or the nth weekday of it.
fn in_month(parts: &BTreeMap<&str, &str>, day: NaiveDate) -> Option<String> {
    let Some(by_day) = parts.get("BYDAY") else {
        let said: u32 = parts.get("BYMONTHDAY").map_or(Some(day.day()), |n| n.parse().ok())?;
        // Outlook moves the 29th to the 31st to the last day of shorter months; the standard leaves them out.
        let plain = said == day.day() && said <= 28 && !parts.contains_key("BYSETPOS");
        return plain.then(|| format!(";BYMONTHDAY={said}"));
    };
    if parts.contains_key("BYMONTHDAY") {
        return None;
    }
    let name = weekday(day.weekday());
    let written = by_day.strip_suffix(name)?;
    let nth: i32 = match (written, parts.get("BYSETPOS")) {
        ("", Some(position)) => position.parse().ok()?,
        (nth, None) => nth.strip_prefix('+').unwrap_or(nth).parse().ok()?,
        _ => return None,
    };
    let from_start = i32::try_from(day.day().div_ceil(7)).ok()?;
    let is_last = day.checked_add_days(chrono::Days::new(7))?.month() != day.month();
    // A fifth weekday would be taken for the last by Outlook.
    let fits = ((1..=4).contains(&nth) && nth == from_start) || (nth == -1 && is_last);
    fits.then(|| format!(";BYDAY={nth}{name}"))
}

/// Whether a rule has an end that matters.
fn ends(rule: &Rule, start: NaiveDate) -> bool {
    let until = rule.until.map(|until| match until {
        Until::Day(day) => day,
        Until::Local(at) | Until::Utc(at) => at.date(),
    });
    let far = start.checked_add_months(Months::new(FAR * 12));
    rule.count.is_some() || until.zip(far).is_some_and(|(until, far)| until < far)
}

/// The least days from one round of a rule to the next, its interval left aside as Radicale does.
fn days_a_round(frequency: Frequency) -> i64 {
    match frequency {
        Frequency::Yearly => 365,
        Frequency::Monthly => 28,
        Frequency::Weekly => 7,
        Frequency::Daily | Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => 1,
    }
}

/// The day of the last date that the rule gives and that was not taken out.
fn last_day(span: &Span, recurrence: &Recurrence, zone: Tz) -> Option<NaiveDate> {
    let last = last_instance(span, zone, recurrence)?;
    Some(last.instance.map_or_else(|| recurrence.start.date(), Local::date))
}

/// The end of the local day of the last date: the one spelling that no client takes for a day too few.
fn until(day: NaiveDate, span: &Span, zone: Tz) -> Option<String> {
    if span.is_all_day() {
        return Some(day.format("%Y%m%d").to_string());
    }
    let end: DateTime<Utc> = midnight(day.succ_opt()?, zone) - chrono::Duration::seconds(1);
    Some(end.format("%Y%m%dT%H%M%SZ").to_string())
}

/// EXDATEs in the form of DTSTART, whatever form the source gave them.
fn exdates(recurrence: &Recurrence, span: &Span) -> Vec<Local> {
    let changed = recurrence
        .overrides
        .iter()
        .filter(|change| differs(change, recurrence, span))
        .map(|change| change.instance);
    let mut dates: Vec<Local> = recurrence
        .exdate
        .iter()
        .copied()
        .chain(changed)
        .filter_map(|date| match (recurrence.start, date) {
            (Local::Date(_), other) => Some(Local::Date(other.date())),
            (Local::Time(start), Local::Date(day)) => Some(Local::Time(day.and_time(start.time()))),
            (Local::Time(start), Local::Time(at)) => {
                (at.time() == start.time()).then_some(Local::Time(at))
            }
        })
        .filter(|date| *date >= recurrence.start)
        .collect();
    dates.sort_unstable();
    dates.dedup();
    dates
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

/// `MO` to `SU`.
pub(super) fn weekday(day: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, known)| *known == day).map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_written_where_it_matters_and_can_be() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let form = |rrule: &str, start: &str| {
            let start = day(start);
            let mut facts = Facts::new("Every day", Tz::Europe__London);
            facts.span = Some(Span::AllDay { start, end: start.succ_opt().unwrap() });
            facts.recurrence = Some(Recurrence {
                zone: Zone::Iana(Tz::Europe__London),
                start: Local::Date(start),
                length: None,
                rrule: vec![rrule.into()],
                exrule: Vec::new(),
                rdate: Vec::new(),
                exdate: Vec::new(),
                overrides: Vec::new(),
            });
            RuleForm::of(&facts, &mut ZonesInUse::default()).map(|form| form.rrule)
        };
        for (rrule, start, wanted) in [
            // Radicale takes no calendar with a rule of 18,261 days.
            ("FREQ=DAILY;UNTIL=20560101", "2006-01-02", None),
            ("FREQ=DAILY;INTERVAL=9;UNTIL=20560101", "2006-01-02", None),
            ("FREQ=DAILY;COUNT=9000", "2006-01-02", None),
            ("FREQ=DAILY;UNTIL=20300101", "2006-01-02", Some("FREQ=DAILY;UNTIL=20300101")),
            (
                "FREQ=WEEKLY;UNTIL=20560103",
                "2006-01-02",
                Some("FREQ=WEEKLY;BYDAY=MO;UNTIL=20560103"),
            ),
            ("FREQ=DAILY;UNTIL=99991231T235959Z", "2026-12-01", Some("FREQ=DAILY")),
            ("FREQ=DAILY", "2026-12-01", Some("FREQ=DAILY")),
        ] {
            assert_eq!(form(rrule, start).as_deref(), wanted, "{rrule}");
        }
    }

    #[test]
    fn outlook_s_patterns_and_no_others() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        // 2026-12-01 is a Tuesday, the first of its month; 2026-12-29 the fifth and last.
        for (rrule, start, wanted) in [
            ("FREQ=DAILY;COUNT=3", "2026-12-01", Some("FREQ=DAILY")),
            ("FREQ=DAILY;BYDAY=MO", "2026-12-01", None),
            ("FREQ=WEEKLY", "2026-12-01", Some("FREQ=WEEKLY;BYDAY=TU")),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,TU;WKST=SU",
                "2026-12-01",
                Some("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU"),
            ),
            ("FREQ=WEEKLY;BYDAY=WE", "2026-12-01", None),
            ("FREQ=WEEKLY;BYDAY=1TU", "2026-12-01", None),
            ("FREQ=MONTHLY", "2026-12-01", Some("FREQ=MONTHLY;BYMONTHDAY=1")),
            ("FREQ=MONTHLY", "2026-12-29", None),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-12-31", None),
            ("FREQ=MONTHLY;BYDAY=1TU", "2026-12-01", Some("FREQ=MONTHLY;BYDAY=1TU")),
            ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1", "2026-12-01", Some("FREQ=MONTHLY;BYDAY=1TU")),
            ("FREQ=MONTHLY;BYDAY=-1TU", "2026-12-29", Some("FREQ=MONTHLY;BYDAY=-1TU")),
            ("FREQ=MONTHLY;BYDAY=5TU", "2026-12-29", None),
            ("FREQ=MONTHLY;BYDAY=2TU", "2026-12-01", None),
            ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "2026-12-01", None),
            ("FREQ=YEARLY", "2026-12-01", Some("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1")),
            (
                "FREQ=YEARLY;BYMONTH=12;BYDAY=1TU",
                "2026-12-01",
                Some("FREQ=YEARLY;BYMONTH=12;BYDAY=1TU"),
            ),
            ("FREQ=YEARLY;BYDAY=1TU", "2026-12-01", None),
            ("FREQ=YEARLY", "2028-02-29", None),
            ("FREQ=HOURLY;COUNT=3", "2026-12-01", None),
            ("FREQ=DAILY;INTERVAL=0", "2026-12-01", None),
            ("nonsense", "2026-12-01", None),
        ] {
            let found = parts(rrule).and_then(|parts| pattern(&parts, day(start)));
            assert_eq!(found.as_deref(), wanted, "{rrule} from {start}");
        }
    }
}
