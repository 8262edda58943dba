//! The model as JSON (DESIGN, section 5.6): one shape everywhere, optional facts present and null.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::{Context, description, in_zone, local, state_prefix, utc};
use crate::{
    catalogue::{ChangePage, Date, Item},
    event::{Decision, Listing, Local, Occurrence, Place, Recurrence, Span, Status},
    normalise::discretion::is_personal,
};

mod clashes;
mod lists;
mod shapes;

pub use clashes::{ClashJson, ClashesJson, clashes};
pub use lists::{
    CouncilJson, FeedJson, KindJson, MemberJson, ServiceJson, council, feed, kind, members, service,
};
pub use shapes::{
    ChangeJson, DateJson, EventJson, FullCalendarJson, NextJson, OccurrenceJson, OrganiserJson,
    OverrideJson, RecurrenceJson, SourceJson,
};

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
        reference: source.reference.clone().filter(|reference| !is_personal(reference)),
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
