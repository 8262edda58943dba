//! What else is on for the same service near a date, and who near by has done the same before.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    event::{Decision, Id, Listing, Status},
    member::Members,
    normalise::recurrence::expand,
};

/// So near in time two events for one service take each other's people.
const NEAR: TimeDelta = TimeDelta::days(7);
/// What was done within this time is worth a telephone call.
const BEFORE: TimeDelta = TimeDelta::days(365);

/// An event that is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The event itself, if it is known already.
    pub event: Option<Id>,
    /// When it begins.
    pub start: DateTime<Utc>,
    /// When it is over.
    pub end: DateTime<Utc>,
    /// What it is about.
    pub services: Vec<String>,
    /// What kind it is, if that is known.
    pub kind: Option<String>,
    /// Who runs it.
    pub council: Option<String>,
}

impl Question {
    /// The question for a known event: its next date, or its last. `None` where it has no date.
    #[must_use]
    pub fn about(listing: &Listing, now: DateTime<Utc>) -> Option<Self> {
        let facts = &listing.facts;
        let span = facts.span?;
        let dates = expand(&span, facts.time_zone, facts.recurrence.as_ref(), now, now + BEFORE)
            .occurrences;
        let span = dates.first().map_or(span, |next| next.span);
        Some(Self {
            event: Some(listing.id.clone()),
            start: span.start_utc(facts.time_zone),
            end: span.end_utc(facts.time_zone),
            services: facts.services.clone(),
            kind: Some(facts.kind.clone()).filter(|kind| kind != "other"),
            council: facts.organiser.council.clone(),
        })
    }
}

/// What was found; each with the date that counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clashes<'a> {
    /// On within a week, for one of the services.
    pub same_service: Vec<(&'a Listing, DateTime<Utc>)>,
    /// Done in the year before by others near by: the same service, and the same kind where that is known.
    pub done_before: Vec<(&'a Listing, DateTime<Utc>)>,
    /// The region that "near by" stands for; `None` for everywhere.
    pub near: Option<String>,
}

/// Looks through what is listed.
#[must_use]
pub fn clashes<'a>(question: &Question, listings: &'a [Listing], members: &Members) -> Clashes<'a> {
    let region = |code: &str| members.council(code).map(|council| council.region.clone());
    let near = question.council.as_deref().and_then(region);
    let mut found = Clashes { near: near.clone(), ..Clashes::default() };
    for listing in listings {
        let facts = &listing.facts;
        let same = facts.services.iter().any(|service| question.services.contains(service));
        let own = question.event.as_ref() == Some(&listing.id);
        let shown = facts.verdict.decision == Decision::Listed && listing.withdrawn.is_none();
        let off = matches!(facts.status, Status::Cancelled | Status::Postponed);
        if own || !same || !shown || off {
            continue;
        }
        let first = |from: DateTime<Utc>, to: DateTime<Utc>| {
            let span = facts.span?;
            let dates = expand(&span, facts.time_zone, facts.recurrence.as_ref(), from, to);
            dates.occurrences.first().map(|date| date.span.start_utc(facts.time_zone))
        };
        if let Some(at) = first(question.start - NEAR, question.end + NEAR) {
            found.same_service.push((listing, at));
        }
        let kind = question.kind.as_ref().is_none_or(|kind| *kind == facts.kind);
        let council = facts.organiser.council.as_deref();
        let other = council.is_some() && council != question.council.as_deref();
        let close = near.is_none() || council.and_then(region) == near;
        if kind
            && other
            && close
            && let Some(at) = first(question.start - BEFORE, question.start - NEAR)
        {
            found.done_before.push((listing, at));
        }
    }
    found.same_service.sort_by(|a, b| (a.1, &a.0.id).cmp(&(b.1, &b.0.id)));
    found.done_before.sort_by(|a, b| (b.1, &a.0.id).cmp(&(a.1, &b.0.id)));
    found
}
