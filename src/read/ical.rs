//! Reads iCalendar (RFC 5545) as it is found: one bad line costs a line, one bad event costs an event.
//!
//! Our own layer of bytes and our own stack of components stand around `ical`'s property parser, because its
//! calendar parser gives up a whole file for one bad line.

mod event;
mod lines;
mod value;
mod zones;

use std::{collections::BTreeMap, time::Duration};

use self::{
    event::EventBuilder,
    lines::{Line, Property},
    zones::ZoneBuilder,
};
use super::{CutOff, Document, Hint, Problem, ReadError, Severity, Skipped};
use crate::{event::Length, feed::Format};

/// Entries of one file that are kept.
const MOST_ENTRIES: usize = 20_000;
/// Time zones of one file that are kept.
const MOST_ZONES: usize = 300;
/// Components within components that are followed.
const DEEPEST: usize = 16;
/// Problems of one kind that are told one by one.
const MOST_ALIKE: usize = 20;
/// How far into a document its first BEGIN may stand, behind warnings that a server put before it.
const SNIFFED: usize = 16 * 1024;

/// Bytes beyond which Google Calendar and some phones refuse a calendar. We do not.
const LARGE: usize = 1_000_000;

/// Components that stand directly in a calendar: where one begins, none before it can still be open.
const TOP: [&str; 6] = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY"];

/// Whether these bytes are a calendar, whatever a server calls them.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    let head = lines::to_utf8(bytes.get(..SNIFFED).unwrap_or(bytes), None);
    let mut before_is_markup = false;
    for line in lines::unfold(&head) {
        let lower = line.text.trim().to_ascii_lowercase();
        if lower == "begin:vcalendar" || lower == "begin:vevent" {
            return !before_is_markup;
        }
        before_is_markup |= ["<?xml", "<rss", "<feed", "<rdf", "<!doctype", "<html"]
            .iter()
            .any(|mark| lower.contains(mark));
    }
    false
}

/// Reads a calendar.
///
/// # Errors
/// When there is nothing in it, or no calendar.
pub fn read(bytes: &[u8], hint: &Hint) -> Result<Document, ReadError> {
    if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return Err(ReadError::Empty);
    }
    let text = lines::to_utf8(bytes, hint.content_type.as_deref());
    let mut reader = Reader::new(hint);
    if bytes.len() > LARGE {
        reader.problem(large(bytes.len()));
    }
    for line in lines::unfold(&text) {
        reader.line(&line);
    }
    reader.finish()
}

/// A component that has begun.
struct Open {
    name: String,
    /// Entries that were read before it.
    before: usize,
}

/// What is open while a file is read.
struct Reader<'a> {
    hint: &'a Hint,
    document: Document,
    /// The open components, outermost first.
    open: Vec<Open>,
    /// Components deeper than [`DEEPEST`] that are open.
    too_deep: usize,
    begun: bool,
    calendars: u32,
    method: Option<String>,
    event: Option<EventBuilder>,
    zone: Option<ZoneBuilder>,
    /// Zones that were kept.
    zones: usize,
    /// Components that are no events (VTODO, …), counted.
    others: BTreeMap<String, usize>,
    /// How often each problem was told.
    told: BTreeMap<String, usize>,
}

impl<'a> Reader<'a> {
    fn new(hint: &'a Hint) -> Self {
        Self {
            hint,
            document: Document::empty(Format::Ical),
            open: Vec::new(),
            too_deep: 0,
            begun: false,
            calendars: 0,
            method: None,
            event: None,
            zone: None,
            zones: 0,
            others: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    fn line(&mut self, line: &Line) {
        let Some(property) = lines::property(line) else {
            self.stray(line);
            return;
        };
        match property.name.as_str() {
            "BEGIN" => self.begin(&property),
            "END" => self.end(&property.value.trim().to_ascii_uppercase()),
            _ if self.too_deep > 0 => {}
            _ => self.property(&property),
        }
    }

    /// A line that is no property: what is left of a text that was broken without being folded.
    fn stray(&mut self, line: &Line) {
        if !self.begun || self.too_deep > 0 {
            return;
        }
        let kept = self.event.as_mut().is_some_and(|event| event.continue_text(&line.text));
        let what = if kept { "was added to the text before it" } else { "was left out" };
        self.problem(Problem {
            severity: Severity::Warning,
            code: "bad_line".into(),
            line: Some(line.number),
            text: format!("\u{201c}{}\u{201d} is no property; it {what}", value::quote(&line.text)),
            fix: Some(
                "Write line breaks inside a text as \\n and fold long lines with a space.".into(),
            ),
        });
    }

    fn begin(&mut self, property: &Property) {
        let name = property.value.trim().to_ascii_uppercase();
        if name == "VCALENDAR" {
            self.close(0);
            self.calendars = self.calendars.saturating_add(u32::from(self.begun));
            self.method = None;
        } else if TOP.contains(&name.as_str())
            && let Some(at) = self.open.iter().position(|open| TOP.contains(&open.name.as_str()))
            && self.open.get(at).is_some_and(|open| open.name != "VAVAILABILITY")
        {
            self.close(at);
        }
        self.begun = true;
        if self.open.len() >= DEEPEST {
            if self.too_deep == 0 {
                // Nothing is dropped in silence, and absence proves nothing after this.
                self.document.complete = false;
                self.problem(Problem {
                    severity: Severity::Warning,
                    code: "too_deep".into(),
                    line: Some(property.line),
                    text: "components are nested too deeply; the innermost were left out".into(),
                    fix: Some("Remove the needless nesting.".into()),
                });
            }
            self.too_deep = self.too_deep.saturating_add(1);
            return;
        }
        match name.as_str() {
            "VEVENT" => self.event = Some(EventBuilder::new(property.line, self.calendars)),
            "VTIMEZONE" => self.zone = Some(ZoneBuilder::new()),
            "STANDARD" | "DAYLIGHT" => {
                if let Some(zone) = &mut self.zone {
                    zone.begin();
                }
            }
            "VTODO" | "VJOURNAL" | "VFREEBUSY" => {
                *self.others.entry(name.clone()).or_default() += 1;
            }
            _ => {}
        }
        self.open.push(Open { name, before: self.document.entries.len() });
    }

    /// END closes up to the matching BEGIN; one that matches none is left out.
    fn end(&mut self, name: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(at) = self.open.iter().rposition(|open| open.name == name) {
            let before = self.open.get(at).map_or(usize::MAX, |open| open.before);
            self.close(at);
            let in_calendar = !self.open.is_empty();
            if in_calendar && !TOP.contains(&name) {
                self.disown(name, before);
            }
        }
    }

    /// What stands in a component that nobody knows is no event of the calendar (RFC 5545, section 3.6).
    fn disown(&mut self, within: &str, before: usize) {
        let entries = &mut self.document.entries;
        let inner = entries.split_off(before.min(entries.len()));
        self.document.skipped.extend(inner.into_iter().map(|entry| Skipped {
            reference: entry.reference,
            line: entry.line,
            reason: format!(
                "it stands within {}, which is no part of a calendar",
                value::quote(within)
            ),
        }));
    }

    fn close(&mut self, depth: usize) {
        self.too_deep = 0;
        while self.open.len() > depth {
            match self.open.pop().as_ref().map(|open| open.name.as_str()) {
                Some("VEVENT") => self.close_event(),
                Some("VTIMEZONE") => self.close_zone(),
                Some("STANDARD" | "DAYLIGHT") => {
                    if let Some(zone) = &mut self.zone {
                        zone.end();
                    }
                }
                _ => {}
            }
        }
    }

    fn close_zone(&mut self) {
        let Some((rules, cut)) = self.zone.take().and_then(ZoneBuilder::finish) else { return };
        let room = self.zones < MOST_ZONES;
        if cut || !room {
            self.problem(Problem {
                severity: Severity::Warning,
                code: "too_many_zones".into(),
                line: None,
                text: if room {
                    format!("the time zone \u{201c}{}\u{201d} has too many parts; the rest was left out", value::quote(&rules.id))
                } else {
                    format!("the calendar has more than {MOST_ZONES} time zones; the rest was left out")
                },
                fix: Some("Name zones as the IANA database does, and leave out past rules.".into()),
            });
        }
        if room && let Some(zones) = self.document.zones_of(self.calendars) {
            self.zones += 1;
            zones.rules.push(rules);
        }
    }

    fn close_event(&mut self) {
        let Some(event) = self.event.take() else { return };
        let (read, problems) = event.finish(self.method.as_deref());
        for problem in problems {
            self.problem(problem);
        }
        match read {
            Ok(_) if self.document.entries.len() >= MOST_ENTRIES => {
                self.document.complete = false;
                self.problem(Problem {
                    severity: Severity::Error,
                    code: "too_many_entries".into(),
                    line: None,
                    text: format!(
                        "the calendar has more than {MOST_ENTRIES} events; the rest was left out"
                    ),
                    fix: Some("Leave past events out of the feed.".into()),
                });
            }
            Ok(entry) => self.document.entries.push(entry),
            Err(skipped) => self.document.skipped.push(skipped),
        }
    }

    fn property(&mut self, property: &Property) {
        match self.open.last().map(|open| open.name.as_str()) {
            Some("VEVENT") => {
                let base = self.hint.base.as_ref();
                if let Some(event) = &mut self.event {
                    event.property(property, base);
                }
            }
            Some("VTIMEZONE" | "STANDARD" | "DAYLIGHT") => {
                if let Some(zone) = &mut self.zone {
                    zone.property(property);
                }
            }
            Some("VCALENDAR") => self.calendar_property(property),
            _ => {}
        }
    }

    /// Properties of the calendar; of several calendars in a file the first one names the whole.
    fn calendar_property(&mut self, property: &Property) {
        let document = &mut self.document;
        let text = Some(value::text(property.value.trim())).filter(|text| !text.is_empty());
        match property.name.as_str() {
            "X-WR-CALNAME" => document.title = document.title.take().or(text),
            // NAME (RFC 7986) is the standard's own and wins.
            "NAME" if self.calendars == 0 => document.title = text.or(document.title.take()),
            "X-WR-TIMEZONE" if text.is_some() => {
                if let Some(zones) = document.zones_of(self.calendars) {
                    zones.default = zones.default.take().or(text);
                }
            }
            "PRODID" => document.generator = document.generator.take().or(text),
            "URL" => document.link = document.link.take().or(text),
            "LANGUAGE" | "X-WR-LANGUAGE" => document.language = document.language.take().or(text),
            "METHOD" => {
                self.method = text.map(|text| text.to_ascii_uppercase());
            }
            "REFRESH-INTERVAL" | "X-PUBLISHED-TTL" => {
                let every = value::duration(&property.value).ok().map(Length::total);
                let seconds = every.filter(|seconds| *seconds > 0);
                let every = seconds.and_then(|s| u64::try_from(s).ok()).map(Duration::from_secs);
                document.refresh.every = document.refresh.every.take().or(every);
            }
            _ => {}
        }
    }

    /// Tells a problem, unless the same kind was told often enough.
    fn problem(&mut self, problem: Problem) {
        let told = self.told.entry(problem.code.clone()).or_default();
        *told += 1;
        if *told <= MOST_ALIKE {
            self.document.problems.push(problem);
        }
    }

    fn finish(mut self) -> Result<Document, ReadError> {
        if !self.begun {
            return Err(ReadError::NotCalendar);
        }
        if let Some(open) = self.open.first().map(|open| open.name.clone()) {
            self.document.complete = false;
            self.problem(Problem {
                severity: Severity::Error,
                code: "truncated".into(),
                line: None,
                text: format!("the document ends before END:{open}: it was cut off on its way"),
                fix: Some("Check that the whole calendar is sent.".into()),
            });
        }
        let (cut_off, whole) = (!self.open.is_empty(), self.document.entries.len());
        self.close(0);
        // What is closed only now was cut.
        let item = self.document.entries.get(whole).and_then(|entry| entry.line);
        self.document.cut_off = cut_off.then_some(CutOff { item });
        let untold = self.told.iter().filter(|(_, count)| **count > MOST_ALIKE);
        let more: Vec<Problem> =
            untold.map(|(code, count)| more_of(code, count - MOST_ALIKE)).collect();
        self.document.problems.extend(more);
        for (name, count) in &self.others {
            self.document.problems.push(Problem {
                severity: Severity::Info,
                code: "not_an_event".into(),
                line: None,
                text: match count {
                    1 => format!("1 item of type {name} is no event and was left out"),
                    _ => format!("{count} items of type {name} are no events and were left out"),
                },
                fix: None,
            });
        }
        Ok(self.document)
    }
}

fn large(size: usize) -> Problem {
    let (whole, tenth) = (size / LARGE, size % LARGE * 10 / LARGE);
    Problem {
        severity: Severity::Info,
        code: "large_calendar".into(),
        line: None,
        text: format!(
            "the calendar is {whole}.{tenth} MB long: it was read, but Google Calendar and some phones take no more than 1 MB"
        ),
        fix: Some("Leave out events that ended more than a month ago.".into()),
    }
}

fn more_of(code: &str, count: usize) -> Problem {
    Problem {
        severity: Severity::Info,
        code: code.to_owned(),
        line: None,
        text: format!("and {count} more of the same kind"),
        fix: None,
    }
}

#[cfg(test)]
mod tests;
