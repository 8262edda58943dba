//! A recurrence rule taken apart: what RFC 5545 allows is kept, what it does not is repaired or left out.

use std::fmt::{self, Display, Formatter};

use chrono::{NaiveDate, NaiveDateTime, Weekday};

/// FREQ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// SECONDLY, a few times.
    Secondly,
    /// MINUTELY, with an interval of a quarter of an hour at least, or a few times.
    Minutely,
    /// HOURLY.
    Hourly,
    /// DAILY.
    Daily,
    /// WEEKLY.
    Weekly,
    /// MONTHLY.
    Monthly,
    /// YEARLY.
    Yearly,
}

/// UNTIL, in the three forms that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// A day, itself included.
    Day(NaiveDate),
    /// A time on the series' own clock.
    Local(NaiveDateTime),
    /// A time in UTC.
    Utc(NaiveDateTime),
}

/// An RRULE or EXRULE value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// FREQ.
    pub frequency: Frequency,
    /// INTERVAL, at least 1.
    pub interval: u16,
    /// COUNT.
    pub count: Option<u32>,
    /// UNTIL.
    pub until: Option<Until>,
    /// BYMONTH.
    pub by_month: Vec<u8>,
    /// BYWEEKNO.
    pub by_week_number: Vec<i8>,
    /// BYYEARDAY.
    pub by_year_day: Vec<i16>,
    /// BYMONTHDAY.
    pub by_month_day: Vec<i8>,
    /// BYDAY; the number is 0 where none is written.
    pub by_day: Vec<(i16, Weekday)>,
    /// BYHOUR.
    pub by_hour: Vec<u8>,
    /// BYMINUTE.
    pub by_minute: Vec<u8>,
    /// BYSECOND.
    pub by_second: Vec<u8>,
    /// BYSETPOS.
    pub by_set_position: Vec<i32>,
    /// WKST.
    pub week_start: Weekday,
    /// SKIP (RFC 7529): what becomes of a day that its month does not have. [`Rule::settle`] puts it into the other parts.
    pub(super) skip: Skip,
}

/// SKIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Skip {
    Omit,
    Backward,
    Forward,
}

/// Times of day that one rule may name.
const MOST_TIMES_A_DAY: usize = 96;

/// Days by their two letters.
const DAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

impl Rule {
    fn new(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: 1,
            count: None,
            until: None,
            by_month: Vec::new(),
            by_week_number: Vec::new(),
            by_year_day: Vec::new(),
            by_month_day: Vec::new(),
            by_day: Vec::new(),
            by_hour: Vec::new(),
            by_minute: Vec::new(),
            by_second: Vec::new(),
            by_set_position: Vec::new(),
            week_start: Weekday::Mon,
            skip: Skip::Omit,
        }
    }

    /// Says by the other parts of the rule what SKIP says, for a series that starts on this day.
    ///
    /// # Errors
    /// They cannot say it.
    pub fn settle(mut self, start: NaiveDate) -> Result<Self, String> {
        let skip = std::mem::replace(&mut self.skip, Skip::Omit);
        if skip == Skip::Omit || !matches!(self.frequency, Frequency::Monthly | Frequency::Yearly) {
            return Ok(self);
        }
        super::forward::explicit(&mut self, start.and_time(chrono::NaiveTime::MIN));
        if self.by_month_day.iter().all(|day| (-28..=28).contains(day)) {
            return Ok(self);
        }
        let one_month = self.frequency == Frequency::Monthly || self.by_month.len() == 1;
        let alone = one_month && self.by_day.is_empty() && self.by_set_position.is_empty();
        match (skip, self.by_month_day.as_slice(), self.by_month.as_slice()) {
            (Skip::Backward, [day], _) if alone && *day > 28 => {
                self.by_month_day = (28..=*day).collect();
                self.by_set_position = vec![-1];
                Ok(self)
            }
            // The 29th of February, or the first of March where there is none, is the sixtieth day of each year.
            (Skip::Forward, [29], [2]) if alone && self.frequency == Frequency::Yearly => {
                self.by_year_day = vec![60];
                self.by_month_day.clear();
                self.by_month.clear();
                Ok(self)
            }
            _ => {
                Err("it moves days that a month does not have (SKIP) in a way that is not known"
                    .into())
            }
        }
    }

    /// Dates that following it costs in a window of two years, roughly and rather too many; never more than are
    /// followed at all.
    #[must_use]
    pub fn cost(&self) -> u64 {
        let count = |n: usize| u64::try_from(n.max(1)).unwrap_or(u64::MAX);
        let weekdays = count(self.by_day.len());
        let (rounds, days) = match self.frequency {
            Frequency::Secondly => (63_158_400, 1),
            Frequency::Minutely => (1_052_640, 1),
            Frequency::Hourly => (17_544, 1),
            Frequency::Daily => (731, 1),
            Frequency::Weekly => (105, weekdays),
            Frequency::Monthly => (24, count(self.by_month_day.len()).max(weekdays * 5).min(31)),
            Frequency::Yearly => {
                let of_months = count(self.by_month.len()) * count(self.by_month_day.len());
                let of_weeks = count(self.by_week_number.len()) * weekdays;
                let all = weekdays * if self.by_day.is_empty() { 1 } else { 53 };
                (2, all.max(of_months).max(of_weeks).max(count(self.by_year_day.len())).min(366))
            }
        };
        let times =
            count(self.by_hour.len()) * count(self.by_minute.len()) * count(self.by_second.len());
        let rounds = (rounds / u64::from(self.interval.max(1))).max(1);
        let dates = rounds.saturating_mul(days).saturating_mul(times);
        match self.count {
            // Such a rule is always followed from its first date, and one by the hour through all hours between.
            Some(_) if self.frequency < Frequency::Daily && !self.is_plain() => {
                count(super::MOST_STEPS)
            }
            Some(all) => u64::from(all).min(count(super::MOST_STEPS)),
            None => dates.min(count(super::MOST_DATES)),
        }
    }

    /// Reads a rule as it is written, in any case of letters, with stray spaces, unknown and empty parts.
    ///
    /// # Errors
    /// One plain sentence: it says no frequency, one so high that no calendar can show it, or a part of it cannot
    /// be read that changes its meaning.
    pub fn parse(text: &str) -> Result<Self, String> {
        let upper = text.to_ascii_uppercase();
        let upper = upper.trim().strip_prefix("RRULE:").unwrap_or(upper.trim());
        let parts: Vec<(String, String)> = upper
            .split(';')
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name.trim().to_owned(), value.split_whitespace().collect()))
            .collect();
        let mut rule = Self::new(frequency(&parts)?);
        for (name, value) in &parts {
            rule.part(name, value)?;
        }
        let had_days = !rule.by_day.is_empty();
        rule.repair();
        if had_days && rule.by_day.is_empty() {
            return Err("BYDAY names a day that no month has".into());
        }
        let close = rule.frequency == Frequency::Secondly || rule.times_a_day() > MOST_TIMES_A_DAY;
        if close && !rule.is_short() {
            return Err("it repeats more often than every quarter of an hour".into());
        }
        Ok(rule)
    }

    fn part(&mut self, name: &str, value: &str) -> Result<(), String> {
        let shown: String = value.chars().take(40).collect();
        let bad = || format!("{name}={shown} cannot be read");
        match name {
            "INTERVAL" => match value.parse::<u64>().map_err(|_| bad())? {
                0 => return Err("INTERVAL=0 never comes to a second date".into()),
                interval => self.interval = u16::try_from(interval).map_err(|_| bad())?,
            },
            "COUNT" => self.count = Some(value.parse::<u32>().map_err(|_| bad())?.max(1)),
            "UNTIL" if !value.is_empty() => self.until = Some(until(value).ok_or_else(bad)?),
            "RSCALE" if value != "GREGORIAN" => {
                return Err(format!("it counts by another calendar (RSCALE={shown})"));
            }
            "SKIP" => {
                self.skip = match value {
                    "BACKWARD" => Skip::Backward,
                    "FORWARD" => Skip::Forward,
                    _ => Skip::Omit,
                }
            }
            "WKST" => self.week_start = weekday(value).map_or(Weekday::Mon, |(_, day)| day),
            "BYDAY" => self.by_day = list(value, weekday),
            "BYMONTH" => self.by_month = list(value, |n| within(n, 1, 12)),
            "BYWEEKNO" => {
                self.by_week_number = list(value, |n| within(n, -53, 53).filter(|n| *n != 0))
            }
            "BYYEARDAY" => {
                self.by_year_day = list(value, |n| within(n, -366, 366).filter(|n| *n != 0))
            }
            "BYMONTHDAY" => {
                self.by_month_day = list(value, |n| within(n, -31, 31).filter(|n| *n != 0))
            }
            "BYHOUR" => self.by_hour = list(value, |n| within(n, 0, 23)),
            "BYMINUTE" => self.by_minute = list(value, |n| within(n, 0, 59)),
            // 60 is a leap second, which no clock of ours shows.
            "BYSECOND" => self.by_second = list(value, |n| within(n, 0, 60).map(|n: u8| n.min(59))),
            "BYSETPOS" => {
                self.by_set_position = list(value, |n| within(n, -366, 366).filter(|n| *n != 0))
            }
            _ => return Ok(()),
        }
        let emptied = name.starts_with("BY") && !value.is_empty() && self.is_empty(name);
        if emptied { Err(bad()) } else { Ok(()) }
    }

    fn is_empty(&self, name: &str) -> bool {
        match name {
            "BYDAY" => self.by_day.is_empty(),
            "BYMONTH" => self.by_month.is_empty(),
            "BYWEEKNO" => self.by_week_number.is_empty(),
            "BYYEARDAY" => self.by_year_day.is_empty(),
            "BYMONTHDAY" => self.by_month_day.is_empty(),
            "BYHOUR" => self.by_hour.is_empty(),
            "BYMINUTE" => self.by_minute.is_empty(),
            "BYSECOND" => self.by_second.is_empty(),
            "BYSETPOS" => self.by_set_position.is_empty(),
            _ => false,
        }
    }

    /// Takes out parts that RFC 5545 (section 3.3.10, the table) does not allow beside this FREQ.
    fn repair(&mut self) {
        use Frequency::{Hourly, Minutely, Monthly, Secondly, Weekly, Yearly};
        let frequency = self.frequency;
        if frequency == Weekly {
            self.by_month_day.clear();
        }
        if !matches!(frequency, Yearly | Hourly | Minutely | Secondly) {
            self.by_year_day.clear();
        }
        if frequency != Yearly {
            self.by_week_number.clear();
        }
        // "First Monday" means something in a month or a year only.
        if !matches!(frequency, Monthly | Yearly) || !self.by_week_number.is_empty() {
            self.by_day.iter_mut().for_each(|(nth, _)| *nth = 0);
        }
        let most = if frequency == Monthly || !self.by_month.is_empty() { 5 } else { 53 };
        self.by_day.retain(|(nth, _)| nth.abs() <= most);
        if self.is_plain() {
            self.by_set_position.clear();
        }
    }

    /// Whether it says no more than how often: then each of its rounds has one date.
    fn is_plain(&self) -> bool {
        self.by_month.is_empty()
            && self.by_week_number.is_empty()
            && self.by_year_day.is_empty()
            && self.by_month_day.is_empty()
            && self.by_day.is_empty()
            && self.by_hour.is_empty()
            && self.by_minute.is_empty()
            && self.by_second.is_empty()
    }

    /// Whether it has so few dates that it does no harm, however close together.
    fn is_short(&self) -> bool {
        let few = |count| usize::try_from(count).is_ok_and(|count| count <= super::MOST_DATES);
        self.is_plain() && self.count.is_some_and(few)
    }

    fn times_a_day(&self) -> usize {
        let hours = match self.frequency {
            Frequency::Minutely | Frequency::Hourly if self.by_hour.is_empty() => 24,
            _ => self.by_hour.len().max(1),
        };
        let minutes = match self.frequency {
            Frequency::Minutely if self.by_minute.is_empty() => 60 / usize::from(self.interval),
            _ => self.by_minute.len(),
        };
        hours * minutes.max(1) * self.by_second.len().max(1)
    }

    /// Whether it goes on for ever.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.count.is_none() && self.until.is_none()
    }
}

fn frequency(parts: &[(String, String)]) -> Result<Frequency, String> {
    let value = parts.iter().find(|(name, _)| name == "FREQ").map(|(_, value)| value.as_str());
    match value {
        Some("YEARLY") => Ok(Frequency::Yearly),
        Some("MONTHLY") => Ok(Frequency::Monthly),
        Some("WEEKLY") => Ok(Frequency::Weekly),
        Some("DAILY") => Ok(Frequency::Daily),
        Some("HOURLY") => Ok(Frequency::Hourly),
        Some("MINUTELY") => Ok(Frequency::Minutely),
        Some("SECONDLY") => Ok(Frequency::Secondly),
        Some(other) => {
            Err(format!("FREQ={} is no frequency", other.chars().take(20).collect::<String>()))
        }
        None => Err("it has no FREQ".into()),
    }
}

/// Each value of a list once, in the order written.
fn list<T: PartialEq>(value: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let mut list = Vec::new();
    for item in value.split(',').take(400).filter_map(|part| read(part.trim())) {
        if !list.contains(&item) {
            list.push(item);
        }
    }
    list
}

fn within<T: TryFrom<i32>>(text: &str, least: i32, most: i32) -> Option<T> {
    let number: i32 = text.parse().ok()?;
    if (least..=most).contains(&number) { T::try_from(number).ok() } else { None }
}

fn weekday(text: &str) -> Option<(i16, Weekday)> {
    let (number, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = DAYS.iter().find(|(known, _)| *known == name).map(|(_, day)| *day)?;
    let number = if number.is_empty() { 0 } else { within(number, -366, 366)? };
    Some((number, day))
}

fn until(value: &str) -> Option<Until> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let day = NaiveDate::parse_from_str(digits.get(..8)?, "%Y%m%d").ok()?;
    let part = |from: usize| digits.get(from..from + 2).map_or(Ok(0), str::parse::<u32>).ok();
    if digits.len() < 12 {
        return Some(Until::Day(day));
    }
    let (hour, minute, second) = (part(8)?, part(10)?, part(12)?);
    // 24:00:00 and 23:59:60 mean the end of the day.
    let at = if hour == 24 {
        day.and_hms_opt(23, 59, 59)?
    } else {
        day.and_hms_opt(hour, minute, second.min(59))?
    };
    Some(if value.ends_with('Z') { Until::Utc(at) } else { Until::Local(at) })
}

impl Display for Frequency {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Secondly => "SECONDLY",
            Self::Minutely => "MINUTELY",
            Self::Hourly => "HOURLY",
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        })
    }
}

/// The canonical form: upper case, parts in a fixed order, nothing that is a default.
impl Display for Rule {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "FREQ={}", self.frequency)?;
        if self.interval != 1 {
            write!(out, ";INTERVAL={}", self.interval)?;
        }
        numbers(out, "BYMONTH", &self.by_month)?;
        numbers(out, "BYWEEKNO", &self.by_week_number)?;
        numbers(out, "BYYEARDAY", &self.by_year_day)?;
        numbers(out, "BYMONTHDAY", &self.by_month_day)?;
        let days: Vec<String> = self.by_day.iter().map(|(nth, day)| day_text(*nth, *day)).collect();
        numbers(out, "BYDAY", &days)?;
        numbers(out, "BYHOUR", &self.by_hour)?;
        numbers(out, "BYMINUTE", &self.by_minute)?;
        numbers(out, "BYSECOND", &self.by_second)?;
        numbers(out, "BYSETPOS", &self.by_set_position)?;
        if self.week_start != Weekday::Mon {
            write!(out, ";WKST={}", day_text(0, self.week_start))?;
        }
        if let Some(count) = self.count {
            write!(out, ";COUNT={count}")?;
        }
        match self.until {
            Some(Until::Day(day)) => write!(out, ";UNTIL={}", day.format("%Y%m%d")),
            Some(Until::Local(at)) => write!(out, ";UNTIL={}", at.format("%Y%m%dT%H%M%S")),
            Some(Until::Utc(at)) => write!(out, ";UNTIL={}", at.format("%Y%m%dT%H%M%SZ")),
            None => Ok(()),
        }
    }
}

fn numbers<T: ToString>(out: &mut Formatter<'_>, name: &str, list: &[T]) -> fmt::Result {
    if list.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = list.iter().map(ToString::to_string).collect();
    write!(out, ";{name}={}", list.join(","))
}

fn day_text(nth: i16, day: Weekday) -> String {
    let name = DAYS.iter().find(|(_, known)| *known == day).map_or("MO", |(name, _)| name);
    if nth == 0 { name.to_owned() } else { format!("{nth}{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_a_month_does_not_have_are_moved() {
        let settled = |text: &str, day: &str| {
            let rule = Rule::parse(text).and_then(|rule| rule.settle(day.parse().unwrap()));
            rule.map_or_else(|_| "refused".into(), |rule| rule.to_string())
        };
        for (written, start, wanted) in [
            (
                "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD",
                "2027-01-31",
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD",
                "2028-02-29",
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
            ),
            ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD", "2028-02-29", "FREQ=YEARLY;BYYEARDAY=60"),
            ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD", "2027-01-31", "refused"),
            ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT", "2027-01-31", "FREQ=MONTHLY"),
            ("RSCALE=GREGORIAN;FREQ=DAILY;SKIP=FORWARD", "2027-01-31", "FREQ=DAILY"),
        ] {
            assert_eq!(settled(written, start), wanted, "{written}");
        }
    }

    fn canonical(text: &str) -> String {
        Rule::parse(text).map_or_else(|words| words, |rule| rule.to_string())
    }

    #[test]
    fn rules_become_canonical() {
        for (written, wanted) in [
            ("freq=weekly; byday=1mo,TU;INTERVAL=1;X-FOO=1;WKST=MO", "FREQ=WEEKLY;BYDAY=MO,TU"),
            ("FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20151201", "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20151201"),
            (
                "FREQ=YEARLY;BYWEEKNO=20;BYDAY=+1MO;WKST=SU",
                "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU",
            ),
            ("FREQ=DAILY;COUNT= 5;BYDAY=;BYSETPOS=1", "FREQ=DAILY;COUNT=5"),
            (
                "FREQ=WEEKLY;BYMONTHDAY=3;UNTIL=20151201T235960Z",
                "FREQ=WEEKLY;UNTIL=20151201T235959Z",
            ),
        ] {
            assert_eq!(canonical(written), wanted, "{written}");
        }
        for short in ["FREQ=SECONDLY;INTERVAL=15;COUNT=4", "FREQ=MINUTELY;INTERVAL=5;COUNT=12"] {
            assert_eq!(canonical(short), short);
        }
        for refused in [
            "RSCALE=CHINESE;FREQ=YEARLY",
            "FREQ=SECONDLY",
            "FREQ=SECONDLY;COUNT=5001",
            "FREQ=SECONDLY;BYHOUR=3;BYMINUTE=0;BYSECOND=0,30;COUNT=4",
            "FREQ=MINUTELY;INTERVAL=5;UNTIL=20270101T120000Z",
            "INTERVAL=2",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=MONTHLY;BYMONTHDAY=99",
            "",
        ] {
            assert!(Rule::parse(refused).is_err(), "{refused}");
        }
    }
}
