//! The model as JSON (DESIGN, section 5.6): one shape everywhere, optional facts present and null.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::{Context, description, in_zone, local, state_prefix, utc};
use crate::{
    catalogue::{ChangePage, Date, Item},
    event::{
        Audience, Decision, Evidence, Listing, Local, Occurrence, Place, Recurrence, Span, Status,
    },
};

mod lists;

pub use lists::{
    CouncilJson, FeedJson, KindJson, MemberJson, ServiceJson, council, feed, kind, members, service,
};

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventJson {
    /// Identity, for ever.
    pub id: String,
    /// iCalendar UID.
    pub uid: String,
    /// What it is called.
    pub title: String,
    /// BCP 47.
    pub language: Option<String>,
    /// Plain text, cut at a sentence unless the licence allows all.
    pub description: Option<String>,
    /// The organiser's page.
    pub url: Option<String>,
    /// Our page.
    pub page: String,
    /// First instance: a date, or RFC 3339 with the offset of `time_zone`.
    pub start: Option<String>,
    /// Its end, exclusive for all-day.
    pub end: Option<String>,
    /// Whole days.
    pub all_day: bool,
    /// All-day: the last day, inclusive.
    pub last_day: Option<String>,
    /// IANA.
    pub time_zone: String,
    /// confirmed, tentative, cancelled, postponed.
    pub status: &'static str,
    /// When it left its feeds.
    pub withdrawn: Option<String>,
    /// Fully booked.
    pub full: Option<bool>,
    /// In words.
    pub cost: Option<String>,
    /// Where to book.
    pub booking_url: Option<String>,
    /// Last day for booking.
    pub booking_by: Option<String>,
    /// Who may come.
    pub audience: Option<Audience>,
    /// in_person, online, hybrid, unknown.
    pub attendance: &'static str,
    /// Only where the feed's settings allow it.
    pub join_url: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// What is said about access.
    pub access: Vec<String>,
    /// Who runs it.
    pub organiser: OrganiserJson,
    /// Kind id.
    pub kind: String,
    /// Named series.
    pub series: Option<String>,
    /// Service ids, main one first.
    pub services: Vec<String>,
    /// How it repeats.
    pub recurrence: Option<RecurrenceJson>,
    /// The next date.
    pub next: Option<NextJson>,
    /// Whether it is listed.
    pub listed: bool,
    /// Why, in one sentence.
    pub reason: String,
    /// The words that led to each decision.
    pub evidence: Evidence,
    /// Where it was found.
    pub sources: Vec<SourceJson>,
    /// First seen.
    pub created: String,
    /// Last change.
    pub updated: String,
    /// Raised at each change of time, place or status.
    pub sequence: u32,
}

/// Who runs an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrganiserJson {
    /// Three-letter code.
    pub council: Option<String>,
    /// Id of a group.
    pub group: Option<String>,
    /// Name of the organisation.
    pub name: Option<String>,
}

/// How an event repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecurrenceJson {
    /// RRULE values.
    pub rrule: Vec<String>,
    /// Further dates.
    pub rdate: Vec<String>,
    /// Dates taken out.
    pub exdate: Vec<String>,
    /// Dates that differ.
    pub overrides: Vec<OverrideJson>,
}

/// A date of a series that differs from its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverrideJson {
    /// The start that the rule gives.
    pub recurrence_id: String,
    /// When it takes place instead.
    pub start: String,
    /// Its end.
    pub end: Option<String>,
    /// Its own title.
    pub title: Option<String>,
    /// Its own status.
    pub status: Option<&'static str>,
}

/// The next date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextJson {
    /// As `start` of the event.
    pub start: String,
    /// As `end` of the event.
    pub end: Option<String>,
}

/// One feed's part in an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceJson {
    /// Id of the feed; its address may be a secret.
    pub feed: String,
    /// UID, guid or link there.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The event's page there.
    pub url: Option<String>,
    /// Licence.
    pub licence: Option<String>,
    /// Whom to credit.
    pub attribution: Option<String>,
    /// First fetch that carried it.
    pub first_seen: String,
    /// Last fetch that carried it.
    pub last_seen: String,
    /// Fields that it supplied.
    pub fields: Vec<String>,
}

/// One date of an event (`check --json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OccurrenceJson {
    /// A date, or RFC 3339 with offset.
    pub start: String,
    /// Exclusive for all-day; null when not stated.
    pub end: Option<String>,
    /// Whole days.
    pub all_day: bool,
    /// The start in UTC; null for all-day, which begins when the day does wherever one is.
    pub start_utc: Option<String>,
    /// The end in UTC.
    pub end_utc: Option<String>,
    /// For a series: the start that the rule gives.
    pub recurrence_id: Option<String>,
    /// The title of this date.
    pub title: String,
    /// The status of this date.
    pub status: &'static str,
}

/// One date with the event that it belongs to (`/api/v1/occurrences`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DateJson {
    /// Id of the event: several dates of a series share it.
    pub id: String,
    /// UID of the event.
    pub uid: String,
    /// When, its title and its status.
    #[serde(flatten)]
    pub occurrence: OccurrenceJson,
    /// All-day: the last day, inclusive.
    pub last_day: Option<String>,
    /// IANA.
    pub time_zone: String,
    /// When the event left its feeds.
    pub withdrawn: Option<String>,
    /// The organiser's page.
    pub url: Option<String>,
    /// Our page.
    pub page: String,
    /// Fully booked.
    pub full: Option<bool>,
    /// In words.
    pub cost: Option<String>,
    /// Where to book.
    pub booking_url: Option<String>,
    /// Who may come.
    pub audience: Option<Audience>,
    /// in_person, online, hybrid, unknown.
    pub attendance: &'static str,
    /// Where this date is.
    pub place: Option<Place>,
    /// Who runs it.
    pub organiser: OrganiserJson,
    /// Kind id.
    pub kind: String,
    /// Named series.
    pub series: Option<String>,
    /// Service ids.
    pub services: Vec<String>,
}

/// One date in FullCalendar's own words.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FullCalendarJson {
    /// Tells dates apart.
    pub id: String,
    /// Id of the event.
    pub group_id: String,
    /// With the state before it.
    pub title: String,
    /// A date, or RFC 3339 with offset.
    pub start: String,
    /// Exclusive.
    pub end: Option<String>,
    /// Whole days.
    pub all_day: bool,
    /// Our page.
    pub url: String,
    /// What FullCalendar hands on.
    pub extended_props: Value,
}

/// A line of the change log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeJson {
    /// Go on from here.
    pub cursor: String,
    /// When.
    pub at: String,
    /// added, changed, withdrawn, unlisted, merged, forgotten.
    pub change: crate::event::ChangeKind,
    /// The event.
    pub id: String,
    /// For merged: the event that it became part of.
    pub into: Option<String>,
    /// The event as it is now, if it is listed.
    pub event: Option<EventJson>,
}

/// An event of the catalogue.
#[must_use]
pub fn event(item: &Item, context: &Context, now: DateTime<Utc>) -> EventJson {
    event_of(&item.listing, item.next(now).as_ref(), context)
}

/// An event whose next date is known.
#[must_use]
pub fn event_of(listing: &Listing, next: Option<&Occurrence>, context: &Context) -> EventJson {
    let facts = &listing.facts;
    let when = facts.span.as_ref().map(|span| When::of(span, listing));
    let next = next.map(|next| When::of(&next.span, listing));
    EventJson {
        id: listing.id.clone(),
        uid: listing.uid.clone(),
        title: facts.title.clone(),
        language: facts.language.clone(),
        description: description(listing),
        url: facts.url.clone(),
        page: context.page(listing),
        start: when.as_ref().map(|when| when.start.clone()),
        end: when.as_ref().and_then(|when| when.end.clone()),
        all_day: facts.span.is_some_and(|span| span.is_all_day()),
        last_day: when.and_then(|when| when.last_day),
        time_zone: facts.time_zone.name().to_owned(),
        status: facts.status.as_str(),
        withdrawn: listing.withdrawn.map(utc),
        full: facts.full,
        cost: facts.cost.clone(),
        booking_url: facts.booking_url.clone(),
        booking_by: facts.booking_by.map(|day| day.to_string()),
        audience: facts.audience.clone(),
        attendance: facts.attendance.as_str(),
        join_url: facts.join_url.clone(),
        place: place(facts.place.as_ref()),
        access: facts.access.clone(),
        organiser: organiser(listing, context),
        kind: facts.kind.clone(),
        series: facts.series.clone(),
        services: facts.services.clone(),
        recurrence: facts.recurrence.as_ref().map(|rule| recurrence(rule, listing)),
        next: next.map(|next| NextJson { start: next.start, end: next.end }),
        listed: facts.verdict.decision == Decision::Listed,
        reason: facts.verdict.reason.clone(),
        evidence: facts.evidence.clone(),
        sources: sources(listing),
        created: utc(listing.created),
        updated: utc(listing.updated),
        sequence: listing.sequence,
    }
}

/// One date of an event.
#[must_use]
pub fn occurrence(listing: &Listing, date: &Occurrence) -> OccurrenceJson {
    let when = When::of(&date.span, listing);
    let zone = listing.facts.recurrence.as_ref().map(|rule| &rule.zone);
    let instants = match date.span {
        Span::AllDay { .. } => (None, None),
        Span::Timed { start, end } => (Some(utc(start)), end.map(utc)),
    };
    OccurrenceJson {
        start: when.start,
        end: when.end,
        all_day: date.span.is_all_day(),
        start_utc: instants.0,
        end_utc: instants.1,
        recurrence_id: date.instance.zip(zone).map(|(at, zone)| local(at, zone)),
        title: listing.title_of(date).to_owned(),
        status: listing.status_of(date).as_str(),
    }
}

/// One date with its event.
#[must_use]
pub fn date(date: &Date, context: &Context) -> DateJson {
    let (listing, facts) = (&date.item.listing, &date.item.listing.facts);
    let change = listing.change_of(&date.occurrence);
    let own_place = change.and_then(|change| change.place.as_ref());
    DateJson {
        id: listing.id.clone(),
        uid: listing.uid.clone(),
        occurrence: occurrence(listing, &date.occurrence),
        last_day: When::of(&date.occurrence.span, listing).last_day,
        time_zone: facts.time_zone.name().to_owned(),
        withdrawn: listing.withdrawn.map(utc),
        url: facts.url.clone(),
        page: context.page(listing),
        full: facts.full,
        cost: facts.cost.clone(),
        booking_url: facts.booking_url.clone(),
        audience: facts.audience.clone(),
        attendance: facts.attendance.as_str(),
        place: place(own_place.or(facts.place.as_ref())),
        organiser: organiser(listing, context),
        kind: facts.kind.clone(),
        series: facts.series.clone(),
        services: facts.services.clone(),
    }
}

/// One date as FullCalendar takes it.
#[must_use]
pub fn full_calendar(date: &Date, context: &Context) -> FullCalendarJson {
    let listing = &date.item.listing;
    let plain = occurrence(listing, &date.occurrence);
    let status = listing.status_of(&date.occurrence);
    let id = plain.recurrence_id.as_ref().map(|instance| format!("{}/{instance}", listing.id));
    FullCalendarJson {
        id: id.unwrap_or_else(|| listing.id.clone()),
        group_id: listing.id.clone(),
        title: format!("{}{}", state_prefix(listing, status), plain.title),
        start: plain.start,
        end: plain.end,
        all_day: plain.all_day,
        url: context.page(listing),
        extended_props: serde_json::json!({
            "status": plain.status,
            "withdrawn": listing.withdrawn.map(utc),
            "kind": listing.facts.kind,
            "services": listing.facts.services,
            "attendance": listing.facts.attendance.as_str(),
            "organiser": context.organiser(listing),
            "location": listing.facts.place.as_ref().and_then(super::place_line),
        }),
    }
}

/// The lines of a page of the change log.
#[must_use]
pub fn changes(page: &ChangePage, context: &Context, now: DateTime<Utc>) -> Vec<ChangeJson> {
    let line = |entry: &crate::catalogue::ChangeEntry| ChangeJson {
        cursor: entry.cursor.clone(),
        at: utc(entry.change.at),
        change: entry.change.change,
        id: entry.change.id.clone(),
        into: entry.change.into.clone(),
        event: entry.item.as_deref().map(|item| event(item, context, now)),
    };
    page.changes.iter().map(line).collect()
}

/// Keeps only some fields; all of them when none are named.
#[must_use]
pub fn pick(value: impl Serialize, fields: &[String]) -> Value {
    let mut value = serde_json::to_value(value).unwrap_or(Value::Null);
    if let (Value::Object(object), false) = (&mut value, fields.is_empty()) {
        object.retain(|name, _| fields.iter().any(|field| field == name));
    }
    value
}

/// A span as text in the zone of its event.
struct When {
    start: String,
    end: Option<String>,
    last_day: Option<String>,
}

impl When {
    fn of(span: &Span, listing: &Listing) -> Self {
        let zone = listing.facts.time_zone;
        match span {
            Span::AllDay { start, end } => Self {
                start: start.to_string(),
                end: Some(end.to_string()),
                last_day: end.pred_opt().map(|day| day.max(*start).to_string()),
            },
            Span::Timed { start, end } => Self {
                start: in_zone(*start, zone),
                end: end.map(|end| in_zone(end, zone)),
                last_day: None,
            },
        }
    }
}

fn place(place: Option<&Place>) -> Option<Place> {
    place.filter(|place| !place.is_empty()).cloned()
}

fn organiser(listing: &Listing, context: &Context) -> OrganiserJson {
    let organiser = &listing.facts.organiser;
    OrganiserJson {
        council: organiser.council.clone(),
        group: organiser.group.clone(),
        name: context.organiser(listing),
    }
}

fn recurrence(rule: &Recurrence, listing: &Listing) -> RecurrenceJson {
    // A whole day taken out of a timed series stays a day.
    let at = |at: Local| local(at, &rule.zone);
    let overrides = rule.overrides.iter().map(|change| {
        let when = When::of(&change.span, listing);
        OverrideJson {
            recurrence_id: at(change.instance),
            start: when.start,
            end: when.end,
            title: change.title.clone(),
            status: change.status.map(Status::as_str),
        }
    });
    RecurrenceJson {
        rrule: rule.rrule.clone(),
        rdate: rule.rdate.iter().map(|extra| at(extra.start)).collect(),
        exdate: rule.exdate.iter().map(|day| at(*day)).collect(),
        overrides: overrides.collect(),
    }
}

fn sources(listing: &Listing) -> Vec<SourceJson> {
    let source = |source: &crate::event::Source| SourceJson {
        feed: source.feed.clone(),
        reference: source.reference.clone(),
        url: source.url.clone(),
        licence: source.licence.clone(),
        attribution: source.attribution.clone(),
        first_seen: utc(source.first_seen),
        last_seen: utc(source.last_seen),
        fields: source.fields.clone(),
    };
    listing.sources.iter().map(source).collect()
}

#[cfg(test)]
mod tests;
