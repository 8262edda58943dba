//! Collects a VEVENT: each property has one line here that says which field of [`Entry`] it fills.

use chrono::{TimeDelta, Timelike};
use url::Url;

use super::{
    lines::Property,
    value::{self, quote},
};
use crate::{
    event::Local,
    read::{DateOrigin, Entry, Problem, Severity, Skipped, Text, Written, WrittenZone, moment},
};

/// Bytes of a text that are kept.
const LONGEST_TEXT: usize = 64 * 1024;
/// Longest UID believed; a longer one counts as none.
const LONGEST_UID: usize = 4096;
/// Rules, extra dates, excluded dates and categories that are kept of one event.
const MOST_RULES: usize = 16;
const MOST_DATES: usize = 5_000;
const MOST_CATEGORIES: usize = 200;

/// A VEVENT while it is open.
pub(super) struct EventBuilder {
    entry: Entry,
    problems: Vec<Problem>,
    line: u32,
    /// Why DTSTART could not be read.
    bad_start: Option<String>,
    /// X-MICROSOFT-CDO-ALLDAYEVENT:TRUE.
    all_day: bool,
    /// X-ALT-DESC or STYLED-DESCRIPTION, for want of a DESCRIPTION.
    styled: Option<Text>,
    /// The property before was DESCRIPTION.
    in_description: bool,
}

impl EventBuilder {
    pub(super) fn new(line: u32, calendar: u32) -> Self {
        let entry = Entry { line: Some(line), calendar, ..Entry::empty() };
        Self {
            entry,
            problems: Vec::new(),
            line,
            bad_start: None,
            all_day: false,
            styled: None,
            in_description: false,
        }
    }

    /// Adds a line that should have been folded to the description before it.
    pub(super) fn continue_text(&mut self, text: &str) -> bool {
        let Some(description) = self.entry.description.as_mut().filter(|_| self.in_description)
        else {
            return false;
        };
        if description.value.len() + text.len() < LONGEST_TEXT {
            description.value.push('\n');
            description.value.push_str(&value::text(text));
        }
        true
    }

    pub(super) fn property(&mut self, property: &Property, base: Option<&Url>) {
        self.in_description = property.name == "DESCRIPTION";
        let known = self.time(property) || self.text(property, base) || self.state(property);
        if known && property.value.len() > LONGEST_TEXT {
            self.problems.push(Problem {
                severity: Severity::Warning,
                code: "too_long".into(),
                line: Some(property.line),
                text: format!("{} is longer than 64 KB; the rest was left out", property.name),
                fix: None,
            });
        }
    }

    /// Dates, lengths and rules. True when the property was one.
    fn time(&mut self, property: &Property) -> bool {
        let entry = &mut self.entry;
        match property.name.as_str() {
            // Birthdays repeat from 1970 or 1900; from the year 1 nothing does.
            "DTSTART"
                if property.value.starts_with("000") && moment::is_unentered(&property.value) =>
            {
                self.bad_start = Some(moment::unentered(&property.value, "DTSTART"));
            }
            "DTSTART" if entry.start.is_none() => match value::written(property) {
                Ok(start) => entry.start = Some(start),
                Err(words) => self.bad_start = Some(words),
            },
            "DTEND" if entry.end.is_none() => match value::written(property) {
                Ok(end) => entry.end = Some(end),
                Err(words) => self.bad(property, &words),
            },
            "DURATION" => match value::duration(&property.value) {
                Ok(length) => entry.duration = Some(length),
                Err(words) => self.bad(property, &words),
            },
            "RECURRENCE-ID" => match value::written(property) {
                Ok(instance) => {
                    let range = property.param("RANGE").unwrap_or_default();
                    entry.recurrence_id =
                        Some((instance, range.eq_ignore_ascii_case("THISANDFUTURE")));
                }
                Err(words) => self.bad(property, &words),
            },
            "RRULE" if entry.repeats.rrule.len() < MOST_RULES => {
                entry.repeats.rrule.push(property.value.trim().to_owned());
            }
            "EXRULE" if entry.repeats.exrule.len() < MOST_RULES => {
                entry.repeats.exrule.push(property.value.trim().to_owned());
            }
            "RRULE" | "EXRULE" => self.room(property, false),
            "RDATE" => {
                let (dates, bad) = value::extra_list(property);
                let room = MOST_DATES.saturating_sub(entry.repeats.rdate.len());
                let all = dates.len() <= room;
                entry.repeats.rdate.extend(dates.into_iter().take(room));
                self.room(property, all);
                bad.first().into_iter().for_each(|words| self.bad(property, words));
            }
            "EXDATE" => {
                let (dates, bad) = value::written_list(property);
                let room = MOST_DATES.saturating_sub(entry.repeats.exdate.len());
                let all = dates.len() <= room;
                entry.repeats.exdate.extend(dates.into_iter().take(room));
                self.room(property, all);
                bad.first().into_iter().for_each(|words| self.bad(property, words));
            }
            "CREATED" => entry.created = value::instant(&property.value),
            "LAST-MODIFIED" => entry.modified = value::instant(&property.value),
            "DTSTAMP" => entry.stamp = value::instant(&property.value),
            _ => return false,
        }
        true
    }

    /// What people read. True when the property was one.
    fn text(&mut self, property: &Property, base: Option<&Url>) -> bool {
        let entry = &mut self.entry;
        match property.name.as_str() {
            "SUMMARY" => entry.title = entry.title.take().or_else(|| read_text(property)),
            "DESCRIPTION" => {
                entry.description = entry.description.take().or_else(|| read_text(property))
            }
            "X-ALT-DESC" | "STYLED-DESCRIPTION" => {
                let html = property
                    .param("FMTTYPE")
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"));
                let text = read_text(property).map(|text| Text { html: html || text.html, ..text });
                self.styled = self.styled.take().or(text);
            }
            "LOCATION" => entry.location = entry.location.take().or_else(|| plain(property)),
            "URL" => entry.url = entry.url.take().or_else(|| link(&property.value, base)),
            "CATEGORIES" => {
                let room = MOST_CATEGORIES.saturating_sub(entry.categories.len());
                entry.categories.extend(value::text_list(&property.value).into_iter().take(room));
            }
            "GEO" => entry.geo = entry.geo.or_else(|| value::geo(&property.value)),
            "ORGANIZER" => {
                let name = property.param("CN").map(|name| value::text(name).trim().to_owned());
                entry.organiser = name.filter(|name| !name.is_empty());
            }
            "CONFERENCE"
            | "X-GOOGLE-CONFERENCE"
            | "X-MICROSOFT-SKYPETEAMSMEETINGURL"
            | "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK" => {
                entry.join_url = entry.join_url.take().or_else(|| link(&property.value, base));
            }
            "X-COST" => entry.cost = plain(property),
            _ => return false,
        }
        true
    }

    /// Identity, state and privacy. True when the property was one.
    fn state(&mut self, property: &Property) -> bool {
        let entry = &mut self.entry;
        let upper =
            || Some(property.value.trim().to_ascii_uppercase()).filter(|text| !text.is_empty());
        match property.name.as_str() {
            // Unescaped, otherwise unchanged: a space at its end is part of it.
            "UID" if !property.value.trim().is_empty() && property.value.len() <= LONGEST_UID => {
                entry.reference.get_or_insert_with(|| value::text(&property.value));
            }
            "STATUS" => entry.status = upper(),
            "CLASS" => entry.class = upper(),
            "X-MICROSOFT-CDO-BUSYSTATUS" => entry.busy = upper(),
            "TRANSP" => entry.busy = entry.busy.take().or_else(upper),
            "SEQUENCE" => entry.sequence = property.value.trim().parse().unwrap_or(0),
            "X-MICROSOFT-CDO-ALLDAYEVENT" => {
                self.all_day = property.value.trim().eq_ignore_ascii_case("TRUE");
            }
            _ => return false,
        }
        true
    }

    /// Tells what was left out because there was no room for all.
    fn room(&mut self, property: &Property, all: bool) {
        if !all {
            self.problems.push(Problem {
                severity: Severity::Warning,
                code: "too_many_values".into(),
                line: Some(property.line),
                text: format!(
                    "an event has more {} than are followed; the rest was left out",
                    property.name
                ),
                fix: Some("Say it with one rule, or as several events.".into()),
            });
        }
    }

    fn bad(&mut self, property: &Property, words: &str) {
        self.problems.push(Problem {
            severity: Severity::Warning,
            code: "bad_value".into(),
            line: Some(property.line),
            text: format!("{}: {words}; it was left out", property.name),
            fix: Some("Write dates as 20150611T100000 with a TZID, lengths as PT1H30M.".into()),
        });
    }

    /// The entry; or, without a readable start, the reason why it is none.
    pub(super) fn finish(mut self, method: Option<&str>) -> (Result<Entry, Skipped>, Vec<Problem>) {
        let entry = &mut self.entry;
        if entry.description.as_ref().is_none_or(|text| text.value.trim().is_empty()) {
            entry.description = self.styled.take();
        }
        if method == Some("CANCEL") {
            entry.status = Some("CANCELLED".into());
            entry.cancels = true;
        }
        // An instance that is called off need not say again when it would have been (RFC 5546, section 3.2.5).
        if entry.start.is_none() && self.bad_start.is_none() {
            entry.start = entry.recurrence_id.as_ref().map(|(instance, _)| instance.clone());
        }
        if self.all_day {
            whole_days(entry);
        }
        if entry.start.is_some() {
            entry.date_origin = Some(DateOrigin::Ical);
            return (Ok(self.entry), self.problems);
        }
        // Who calls an event off need not say when it would have been, only which (RFC 5546, section 3.2.5).
        if entry.cancels && self.bad_start.is_none() && entry.reference.is_some() {
            return (Ok(self.entry), self.problems);
        }
        let reason = self.bad_start.map_or_else(
            || "it has no start (DTSTART)".to_owned(),
            |words| format!("its start (DTSTART) could not be read: {words}"),
        );
        // An event with a name and without a readable start is one that a person can still date.
        if self.entry.title.is_some() && self.entry.recurrence_id.is_none() {
            self.problems.push(Problem {
                severity: Severity::Error,
                code: "bad_start".into(),
                line: Some(self.line),
                text: format!("an event has no date: {reason}"),
                fix: Some("Write the start as DTSTART;TZID=Europe/London:20270211T100000.".into()),
            });
            return (Ok(self.entry), self.problems);
        }
        let skipped = Skipped { reference: self.entry.reference, line: Some(self.line), reason };
        (Err(skipped), self.problems)
    }
}

/// Outlook writes whole days as midnights with a mark beside them; other midnights mean what they say.
///
/// A copy that was turned to UTC has the midnights of another zone: the nearest day is meant.
fn whole_days(entry: &mut Entry) {
    let midnight = |written: &Written| match written.value {
        Local::Time(at) if written.zone == WrittenZone::Utc => {
            at.minute() == 0 && !(3..21).contains(&at.hour())
        }
        Local::Time(at) => at.num_seconds_from_midnight() == 0,
        Local::Date(_) => false,
    };
    let as_date = |written: &Written| {
        let day = match written.value {
            Local::Time(at) if written.zone == WrittenZone::Utc => {
                at.checked_add_signed(TimeDelta::hours(12)).unwrap_or(at).date()
            }
            value => value.date(),
        };
        Written { value: Local::Date(day), zone: WrittenZone::Floating }
    };
    let Some(start) = entry.start.as_ref().filter(|start| midnight(start)) else { return };
    if entry.end.as_ref().is_some_and(|end| !midnight(end)) {
        return;
    }
    entry.start = Some(as_date(start));
    entry.end = entry.end.as_ref().map(as_date);
}

/// A TEXT with its language; `None` when it is empty.
fn read_text(property: &Property) -> Option<Text> {
    let value = plain(property)?;
    let html = value::looks_like_html(&value);
    let language = property.param("LANGUAGE").map(|tag| quote(&tag.to_ascii_lowercase()));
    Some(Text { value, html, language: language.filter(|tag| !tag.is_empty()) })
}

/// A TEXT, cut at its cap; `None` when it is empty.
fn plain(property: &Property) -> Option<String> {
    let mut text = value::text(&property.value);
    if text.len() > LONGEST_TEXT {
        let end = (0..=LONGEST_TEXT).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
    }
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// An absolute web address.
fn link(value: &str, base: Option<&Url>) -> Option<String> {
    let value = value::text(value.trim());
    let value = value.trim().trim_matches(['<', '>']);
    if value.is_empty() || value.len() > 4096 {
        return None;
    }
    let url = match Url::parse(value) {
        Ok(url) => url,
        Err(_) if value.starts_with("www.") => Url::parse(&format!("https://{value}")).ok()?,
        Err(_) => base?.join(value).ok()?,
    };
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}
