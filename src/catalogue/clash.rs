//! What else is on for the same service near a date, and who near by has done the same before.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::{
    event::{Decision, Id, Listing, Occurrence, Status, midnight},
    member::Members,
    normalise::recurrence::expand,
    query::Query,
    vocabulary::Vocabulary,
};

/// So near in time two events for one service take each other's people.
const NEAR: TimeDelta = TimeDelta::days(7);
/// What was done within this time is worth a telephone call.
const BEFORE: TimeDelta = TimeDelta::days(365);
/// More than these of each nobody reads: a plan that meets so many is a plan for everything.
pub const MOST: usize = 100;

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
    /// How many of these, from the first on, it is mainly about: one of an event's, all of a plan's.
    pub mainly: usize,
    /// What kind it is; empty where that is not known, several for a group of kinds.
    pub kinds: BTreeSet<String>,
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
            mainly: 1,
            kinds: Some(facts.kind.clone()).filter(|kind| kind != "other").into_iter().collect(),
            council: facts.organiser.council.clone(),
        })
    }

    /// The question for a plan: its day, and what the filters `service`, `kind` and `council` say of it. One that names
    /// no service is for all of them.
    #[must_use]
    pub fn planned(day: NaiveDate, zone: Tz, query: &Query, words: &Vocabulary) -> Self {
        let services: Vec<String> = match query.services.as_slice() {
            [] => words.services.iter().map(|service| service.id.clone()).collect(),
            named => named.to_vec(),
        };
        Self {
            event: None,
            start: midnight(day, zone),
            end: day.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, |next| midnight(next, zone)),
            mainly: services.len(),
            services,
            kinds: words.kinds_meant(&query.kinds),
            council: query.councils.first().cloned(),
        }
    }

    /// Whether an event about these services, the main one first, is for the same people: what one of the two is mainly
    /// about, the other is about too. The same whichever of them is asked about.
    fn shares(&self, services: &[String]) -> bool {
        self.services.iter().take(self.mainly).any(|id| services.contains(id))
            || services.first().is_some_and(|main| self.services.contains(main))
    }
}

/// What was found; each once, with the date that counts, and no more than [`MOST`] of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clashes<'a> {
    /// On within a week, for one of the services; in order of time.
    pub same_service: Vec<(&'a Listing, Occurrence)>,
    /// Done in the year before by others near by: the same service, and the same kind where that is known; the last
    /// first.
    pub done_before: Vec<(&'a Listing, Occurrence)>,
    /// The region that "near by" stands for; `None` for everywhere.
    pub near: Option<String>,
}

/// Looks through what is listed.
#[must_use]
pub fn clashes<'a>(
    question: &Question,
    listings: impl IntoIterator<Item = &'a Listing>,
    members: &Members,
) -> Clashes<'a> {
    let region = |code: &str| members.council(code).map(|council| council.region.clone());
    let near = question.council.as_deref().and_then(region);
    let mut found = Clashes { near: near.clone(), ..Clashes::default() };
    for listing in listings {
        let facts = &listing.facts;
        let same = question.shares(&facts.services);
        let own = question.event.as_ref() == Some(&listing.id);
        let shown = facts.verdict.decision == Decision::Listed && listing.withdrawn.is_none();
        if own || !same || !shown {
            continue;
        }
        let around = (bounded(question.start, -NEAR), bounded(question.end, NEAR));
        if let Some(date) = first(listing, around.0, around.1) {
            found.same_service.push((listing, date));
        }
        let kind = question.kinds.is_empty() || question.kinds.contains(&facts.kind);
        let council = facts.organiser.council.as_deref();
        let other = council.is_some() && council != question.council.as_deref();
        let close = near.is_none() || council.and_then(region) == near;
        if kind
            && other
            && close
            && let Some(date) = first(listing, bounded(question.start, -BEFORE), around.0)
        {
            found.done_before.push((listing, date));
        }
    }
    let at = |(listing, date): &(&Listing, Occurrence)| {
        (date.span.start_utc(listing.facts.time_zone), listing.id.clone())
    };
    found.same_service.sort_by_cached_key(at);
    found.done_before.sort_by_cached_key(|one| std::cmp::Reverse(at(one)));
    found.same_service.truncate(MOST);
    found.done_before.truncate(MOST);
    found
}

fn bounded(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(at)
}

/// The first date in a range that takes place, as far as is known.
fn first(listing: &Listing, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Occurrence> {
    let facts = &listing.facts;
    let dates = expand(&facts.span?, facts.time_zone, facts.recurrence.as_ref(), from, to);
    let off = |date: &Occurrence| {
        matches!(listing.status_of(date), Status::Cancelled | Status::Postponed)
    };
    dates.occurrences.into_iter().find(|date| !off(date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::samples::{self, named, now};

    #[test]
    fn two_events_clash_where_one_of_them_is_mainly_about_what_the_other_is_about() {
        let about = |id: &str, services: [&str; 2]| {
            let mut listing = named(id, id);
            listing.facts.services = services.map(str::to_owned).to_vec();
            listing
        };
        let supply = about("supply", ["waste", "corporate"]);
        let bins = about("bins", ["digital-data", "waste"]);
        let pay = about("pay", ["corporate", "digital-data"]);
        let tax = about("tax", ["revenues-benefits", "corporate"]);
        let all = [&supply, &bins, &pay, &tax];
        let words = samples::Words::new();
        let found = |asked: &Listing| -> Vec<Id> {
            let question = Question::about(asked, now()).unwrap();
            let found = clashes(&question, all, &words.members).same_service;
            found.iter().map(|(listing, _)| listing.id.clone()).collect()
        };
        assert_eq!(
            found(&supply),
            ["bins", "pay"],
            "not the tax event: both are buyers' only in passing"
        );
        assert_eq!(found(&bins), ["pay", "supply"], "whichever of the two is asked about");
        assert_eq!(found(&tax), ["pay"]);
    }
}
