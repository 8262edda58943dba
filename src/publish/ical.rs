//! Writes the calendar that people subscribe to (DESIGN, section 5.4).
//!
//! A writer of our own: what it may write is small, every line of it is known to be read alike by the clients that
//! people use, and no text of a stranger can end a line.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::Context;
use crate::{catalogue::Range, event::Listing};

mod dates;
mod lines;
mod rule;
mod vevent;
mod zones;

use dates::Window;
use lines::Lines;
use rule::RuleForm;
use zones::ZoneForm;

/// What a calendar says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarInfo {
    /// Shown as the calendar's name.
    pub name: String,
    /// One or two sentences.
    pub description: Option<String>,
    /// The page that shows the same.
    pub url: Option<String>,
    /// The address of this calendar.
    pub source: Option<String>,
    /// The network's zone.
    pub time_zone: Tz,
}

/// Names us in every calendar.
const PRODID: &str = concat!("-//Folkmoot//Folkmoot ", env!("CARGO_PKG_VERSION_MAJOR"), "//EN");

/// How often clients are asked to look again.
const REFRESH: &str = "PT1H";

/// Outlook takes the name of the folder from it and allows no more.
const MAX_NAME: usize = 250;

/// Bytes beyond which Google Calendar and some phones refuse a subscription (reported by users; no document says so).
pub const LARGE: usize = 1_000_000;

/// Writes a calendar of all listings that have a date in the range. Of a series with too many dates to be written one by
/// one, those from `now` on count; how many are too many depends on how many such series there are.
#[must_use]
pub fn write(
    info: &CalendarInfo,
    listings: &[&Listing],
    range: Range,
    now: DateTime<Utc>,
    context: &Context,
) -> String {
    let mut zones = ZonesInUse::default();
    let mut events = Lines::default();
    let rules: Vec<Option<RuleForm>> =
        listings.iter().map(|listing| RuleForm::of(&listing.facts, &mut zones)).collect();
    let without = listings
        .iter()
        .zip(&rules)
        .filter(|(listing, rule)| rule.is_none() && listing.facts.recurrence.is_some())
        .count();
    let window = Window::new(range, now, without);
    for (listing, rule) in listings.iter().zip(rules) {
        for event in vevent::events(listing, rule, &window) {
            event.write(&mut events, &mut zones, context);
        }
    }
    let mut lines = Lines::default();
    head(info, &mut lines);
    if events.is_empty() {
        // A calendar needs one component, and some clients refuse to subscribe to none.
        zones.form(info.time_zone);
        zones.used.insert(info.time_zone.name(), info.time_zone);
    }
    zones.write(&mut lines);
    lines.append(events);
    lines.plain("END", "VCALENDAR");
    lines.finish()
}

/// Writes one event with all its dates.
#[must_use]
pub fn write_one(
    info: &CalendarInfo,
    listing: &Listing,
    range: Range,
    now: DateTime<Utc>,
    context: &Context,
) -> String {
    write(info, &[listing], range, now, context)
}

fn head(info: &CalendarInfo, lines: &mut Lines) {
    let name = super::cut(&info.name, MAX_NAME);
    lines.plain("BEGIN", "VCALENDAR");
    lines.plain("VERSION", "2.0");
    lines.plain("PRODID", PRODID);
    lines.plain("CALSCALE", "GREGORIAN");
    lines.plain("METHOD", "PUBLISH");
    lines.text("NAME", &name);
    lines.text("X-WR-CALNAME", &name);
    if let Some(description) = &info.description {
        lines.text("DESCRIPTION", description);
        lines.text("X-WR-CALDESC", description);
    }
    lines.plain("X-WR-TIMEZONE", info.time_zone.name());
    lines.plain("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    lines.plain("X-PUBLISHED-TTL", REFRESH);
    if let Some(source) = &info.source {
        lines.uri("SOURCE;VALUE=URI", source);
    }
    if let Some(url) = &info.url {
        lines.uri("URL", url);
    }
}

/// The zones that a calendar names, each worked out once.
#[derive(Debug, Default)]
struct ZonesInUse {
    forms: BTreeMap<&'static str, ZoneForm>,
    since: BTreeMap<&'static str, i32>,
    used: BTreeMap<&'static str, Tz>,
}

impl ZonesInUse {
    /// [`ZoneForm::since`], worked out once.
    fn since(&mut self, zone: Tz) -> i32 {
        if let Some(year) = self.since.get(zone.name()) {
            return *year;
        }
        let year = self.form(zone).since(zone);
        self.since.insert(zone.name(), year);
        year
    }

    fn form(&mut self, zone: Tz) -> &ZoneForm {
        self.forms.entry(zone.name()).or_insert_with(|| ZoneForm::of(zone))
    }

    fn write(&self, lines: &mut Lines) {
        for name in self.used.keys() {
            if let Some(form) = self.forms.get(name) {
                form.write(name, lines);
            }
        }
    }
}

#[cfg(test)]
mod tests;
