//! VEVENTs: one for an event, one for a series that has a rule, else one for each date.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::{
    ZonesInUse,
    dates::{Window, changed},
    lines::Lines,
    rule::{RuleForm, differs, is_utc},
    zones::ZoneForm,
};
use crate::{
    event::{Attendance, Listing, Local, Occurrence, Override, Place, Span, Status},
    language::Language,
    normalise::recurrence::Instances,
    publish::{Context, credits, cut, description, page::words, place_line, state_prefix},
};

/// One VEVENT before it is written.
#[derive(Debug)]
pub(super) struct Vevent<'a> {
    listing: &'a Listing,
    uid: String,
    span: Span,
    /// What makes this date differ from its series.
    change: Option<&'a Override>,
    rule: Option<RuleForm>,
    /// So many dates of its series are in the calendar, and it has more.
    only: Option<usize>,
}

/// Outlook complains of titles over 255 characters.
const MAX_SUMMARY: usize = 240;

/// A calendar must stay small enough for Google and phones.
const MAX_DESCRIPTION: usize = 2_000;

/// The VEVENTs of a listing, with its rule if it has one, for the dates that a calendar takes.
pub(super) fn events<'a>(
    listing: &'a Listing,
    rule: Option<RuleForm>,
    window: &Window,
) -> Vec<Vevent<'a>> {
    let facts = &listing.facts;
    let Some(span) = facts.span else { return Vec::new() };
    let whole =
        Vevent { listing, uid: listing.uid.clone(), span, change: None, rule: None, only: None };
    let Some(recurrence) = &facts.recurrence else {
        return window.has_any(listing, |_| true).then_some(whole).into_iter().collect();
    };
    let single = |date: &Occurrence| Vevent {
        listing,
        uid: instance_uid(&listing.uid, date, facts.time_zone),
        span: date.span,
        change: listing.change_of(date),
        rule: None,
        only: None,
    };
    let Some(rule) = rule else {
        let (dates, only) = window.nearest(listing);
        return dates.iter().map(|date| Vevent { only, ..single(date) }).collect();
    };
    let instances = Instances::of(recurrence);
    // A change may also be of a date that the rule, as it is today, does not give.
    let stands_alone = |date: &Occurrence| {
        listing.change_of(date).is_some_and(|change| {
            differs(change, recurrence, &span) || !instances.have(change.instance)
        })
    };
    let mut events: Vec<Vevent> = Vec::new();
    if window.has_any(listing, |date| !stands_alone(date)) {
        events.push(Vevent { rule: Some(rule), ..whole });
    }
    let changed = changed(listing, window.range);
    events.extend(changed.iter().filter(|date| stands_alone(date)).map(single));
    events
}

/// UID of one date of a series: the series' UID and the start that the rule gives, the host kept at the end.
fn instance_uid(uid: &str, date: &Occurrence, zone: Tz) -> String {
    let instance = match (date.instance, date.span) {
        (Some(Local::Date(day)), _) => day.format("%Y%m%d").to_string(),
        (Some(Local::Time(at)), _) => at.format("%Y%m%dT%H%M%S").to_string(),
        (None, span) => span.start_utc(zone).format("%Y%m%dT%H%M%SZ").to_string(),
    };
    match uid.rsplit_once('@') {
        Some((name, host)) => format!("{name}_{instance}@{host}"),
        None => format!("{uid}_{instance}"),
    }
}

impl Vevent<'_> {
    /// Writes it.
    pub(super) fn write(&self, lines: &mut Lines, zones: &mut ZonesInUse, context: &Context) {
        let (listing, facts) = (self.listing, &self.listing.facts);
        let stamp = basic_utc(listing.updated);
        lines.plain("BEGIN", "VEVENT");
        lines.text("UID", &self.uid);
        lines.plain("DTSTAMP", &stamp);
        lines.plain("CREATED", &basic_utc(listing.created.min(listing.updated)));
        lines.plain("LAST-MODIFIED", &stamp);
        lines.plain("SEQUENCE", &listing.sequence.to_string());
        self.times(lines, zones);
        let title = self.change.and_then(|change| change.title.as_deref());
        let title = title.unwrap_or(&facts.title);
        let summary = format!("{}{title}", state_prefix(listing, self.status()));
        lines.text("SUMMARY", &cut(&summary, MAX_SUMMARY));
        lines.text("DESCRIPTION", &self.description(context));
        let place = self.place();
        if let Some(location) = self.location() {
            lines.text("LOCATION", &location);
        }
        let position = place.and_then(|place| Some((place.latitude?, place.longitude?)));
        if let Some((north, east)) = position.filter(|(n, e)| n.is_finite() && e.is_finite()) {
            lines.plain("GEO", &format!("{north:.6};{east:.6}"));
        }
        lines.uri("URL", &context.page(listing));
        lines.plain("STATUS", self.status_word());
        let services = facts.services.iter().map(|id| context.service_title(id));
        lines.texts("CATEGORIES", std::iter::once(context.kind_title(&facts.kind)).chain(services));
        lines.plain("TRANSP", "TRANSPARENT");
        lines.plain("X-MICROSOFT-CDO-BUSYSTATUS", "FREE");
        lines.plain("END", "VEVENT");
    }

    fn status(&self) -> Status {
        let own = self.change.and_then(|change| change.status);
        own.unwrap_or(self.listing.facts.status)
    }

    fn status_word(&self) -> &'static str {
        match self.status() {
            Status::Cancelled => "CANCELLED",
            Status::Postponed | Status::Tentative => "TENTATIVE",
            Status::Confirmed if self.listing.withdrawn.is_some() => "TENTATIVE",
            Status::Confirmed => "CONFIRMED",
        }
    }

    fn place(&self) -> Option<&Place> {
        let own = self.change.and_then(|change| change.place.as_ref());
        own.or(self.listing.facts.place.as_ref())
    }

    fn location(&self) -> Option<String> {
        let place = self.place().and_then(place_line);
        match self.listing.facts.attendance {
            Attendance::Online => place.or_else(|| Some("Online".to_owned())),
            _ => place,
        }
    }

    fn times(&self, lines: &mut Lines, zones: &mut ZonesInUse) {
        let zone = self.listing.facts.time_zone;
        let (start, end) = match self.span {
            Span::AllDay { start, end } => {
                lines.plain("DTSTART;VALUE=DATE", &start.format("%Y%m%d").to_string());
                lines.plain("DTEND;VALUE=DATE", &end.format("%Y%m%d").to_string());
                self.repeats(lines, "");
                return;
            }
            Span::Timed { start, end } => (start, end.filter(|end| *end > start)),
        };
        let local = self.rule.is_some()
            || can_be_local(zone, zones.form(zone), [Some(start), end].into_iter().flatten());
        if !local {
            lines.plain("DTSTART", &basic_utc(start));
            if let Some(end) = end {
                lines.plain("DTEND", &basic_utc(end));
            }
            return;
        }
        zones.used.insert(zone.name(), zone);
        let tzid = format!(";TZID={}", zone.name());
        let face = |at: DateTime<Utc>| basic(at.with_timezone(&zone).naive_local());
        lines.plain(&format!("DTSTART{tzid}"), &face(start));
        if let Some(end) = end {
            lines.plain(&format!("DTEND{tzid}"), &face(end));
        }
        self.repeats(lines, &tzid);
    }

    fn repeats(&self, lines: &mut Lines, tzid: &str) {
        let Some(rule) = &self.rule else { return };
        lines.plain("RRULE", &rule.rrule);
        for date in &rule.exdates {
            match date {
                Local::Date(day) => {
                    lines.plain("EXDATE;VALUE=DATE", &day.format("%Y%m%d").to_string());
                }
                Local::Time(at) => lines.plain(&format!("EXDATE{tzid}"), &basic(*at)),
            }
        }
    }

    /// What it is, what one must know, and at the end where it came from and the link.
    fn description(&self, context: &Context) -> String {
        let (listing, facts) = (self.listing, &self.listing.facts);
        let mut paragraphs: Vec<String> = Vec::new();
        if listing.withdrawn.is_some() && self.status() != Status::Cancelled {
            let words =
                "This event is no longer listed where it was announced: check with the organiser.";
            paragraphs.push(words.to_owned());
        }
        if self.status() == Status::Postponed {
            paragraphs.push("Postponed: the new date is not known yet.".to_owned());
        }
        let own = self.change.and_then(|change| change.description.as_deref());
        let text = own.map(|text| cut(text.trim(), 500)).or_else(|| description(listing));
        paragraphs.extend(text.map(|text| cut(&text, MAX_DESCRIPTION)));
        if let Some(only) = self.only {
            paragraphs.push(format!(
                "This event has more dates than a calendar can take: only {only} of them are here."
            ));
        }
        let practical = self.practical();
        if !practical.is_empty() {
            paragraphs.push(practical.join("\n"));
        }
        let mut origin = String::new();
        if let Some(organiser) = context.organiser(listing) {
            origin.push_str(&format!("Organised by {organiser}\n"));
        }
        let credits = credits(listing);
        if !credits.is_empty() {
            origin.push_str(&format!("Announced in: {}\n", credits.join(", ")));
        }
        if let Some(url) = &facts.url {
            origin.push_str(&format!("The organiser's page: {url}\n"));
        }
        origin.push_str(&format!("All about this event: {}", context.page(listing)));
        paragraphs.push(origin);
        paragraphs.join("\n\n")
    }

    fn practical(&self) -> Vec<String> {
        let facts = &self.listing.facts;
        let mut lines = Vec::new();
        let unknown_end = match self.span {
            Span::AllDay { .. } => false,
            Span::Timed { start, end } => end.is_none_or(|end| end <= start),
        };
        if unknown_end {
            lines.push("End time not given".to_owned());
        }
        match facts.attendance {
            Attendance::Online => lines.push("Online".to_owned()),
            Attendance::Hybrid => lines.push("In person and online".to_owned()),
            Attendance::InPerson | Attendance::Unknown => {}
        }
        if facts.full == Some(true) {
            lines.push("Fully booked".to_owned());
        }
        lines.push(match &facts.audience {
            Some(audience) => {
                let who = words::open_to(&audience.open_to).of(Language::English);
                match audience.words.as_str() {
                    "" => format!("Who may come: {who}"),
                    said => format!("Who may come: {who} (“{said}”)"),
                }
            }
            None => "Check who may come: ask the organiser".to_owned(),
        });
        lines.extend(facts.cost.as_ref().map(|cost| format!("Cost: {cost}")));
        lines.extend(facts.booking_url.as_ref().map(|url| format!("Booking: {url}")));
        lines.extend(facts.booking_by.map(|day| format!("Book by {}", day.format("%-d %B %Y"))));
        lines.extend(facts.join_url.as_ref().map(|url| format!("Join: {url}")));
        lines
    }
}

/// Whether these instants can be written as local times that every client turns back into them.
fn can_be_local(
    zone: Tz,
    form: &ZoneForm,
    mut instants: impl Iterator<Item = DateTime<Utc>>,
) -> bool {
    !is_utc(zone)
        && instants.all(|at| {
            let local = at.with_timezone(&zone).naive_local();
            // An hour that happens twice has no local name of its own.
            zone.from_local_datetime(&local).single().is_some() && form.agrees(zone, at)
        })
}

fn basic(at: NaiveDateTime) -> String {
    at.format("%Y%m%dT%H%M%S").to_string()
}

fn basic_utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}
