//! What else is on for the same service, as JSON (`/api/v1/clashes`, `folkmoot clashes --json`).

use serde::Serialize;

use super::{OrganiserJson, occurrence, organiser};
use crate::{
    catalogue::clash::{Clashes, Question},
    event::{Id, Listing, Occurrence},
    publish::{Context, in_zone, place_line},
};

/// An answer to "what would this event clash with?".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClashesJson {
    /// The event that was asked about, if it is known.
    pub event: Option<Id>,
    /// When it begins.
    pub start: String,
    /// What it is about.
    pub services: Vec<String>,
    /// Its kind, or those of its group of kinds; empty when any will do.
    pub kinds: Vec<String>,
    /// Who runs it.
    pub council: Option<String>,
    /// The region that "near by" stands for; null for everywhere.
    pub near: Option<String>,
    /// What has to be known of how it was understood; absent when there is nothing to say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// On within a week before or after.
    pub same_service: Vec<ClashJson>,
    /// Done in the year before by other councils near by.
    pub done_before: Vec<ClashJson>,
}

/// One event, with the date that counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClashJson {
    /// Id of the event.
    pub id: Id,
    /// What it is called on that date.
    pub title: String,
    /// Our page of it.
    pub page: String,
    /// RFC 3339 with offset, or a date.
    pub start: String,
    /// The same; all-day: exclusive.
    pub end: Option<String>,
    /// Whether it takes whole days.
    pub all_day: bool,
    /// Confirmed or provisional.
    pub status: &'static str,
    /// Kind id.
    pub kind: String,
    /// Service ids, the main one first.
    pub services: Vec<String>,
    /// Who runs it.
    pub organiser: OrganiserJson,
    /// Where, in one line.
    pub place: Option<String>,
}

/// Said where no council is given to be near.
const ANYWHERE: &str =
    "No council is known to be near, so “done_before” has events of councils anywhere.";

/// What was found for a question.
#[must_use]
pub fn clashes(question: &Question, found: &Clashes, context: &Context) -> ClashesJson {
    let all = |part: &[(&Listing, Occurrence)]| -> Vec<ClashJson> {
        part.iter().map(|(listing, date)| clash(listing, date, context)).collect()
    };
    let anywhere = found.near.is_none().then(|| ANYWHERE.to_owned());
    ClashesJson {
        event: question.event.clone(),
        start: in_zone(question.start, context.time_zone),
        services: question.services.clone(),
        kinds: question.kinds.iter().cloned().collect(),
        council: question.council.clone(),
        near: found.near.clone(),
        notes: anywhere.into_iter().collect(),
        same_service: all(&found.same_service),
        done_before: all(&found.done_before),
    }
}

fn clash(listing: &Listing, date: &Occurrence, context: &Context) -> ClashJson {
    let facts = &listing.facts;
    let shown = occurrence(listing, date);
    ClashJson {
        id: listing.id.clone(),
        title: shown.title,
        page: context.page(listing),
        start: shown.start,
        end: shown.end,
        all_day: shown.all_day,
        status: shown.status,
        kind: facts.kind.clone(),
        services: facts.services.clone(),
        organiser: organiser(listing, context),
        place: facts.place.as_ref().and_then(place_line),
    }
}
