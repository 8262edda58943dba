//! What waits for a word of the operator: events of feeds under review, and those without a safe date.

use chrono::{DateTime, Utc};

use crate::{
    event::{Decision, Listing},
    store::{ReviewDecision, Snapshot},
};

/// Which of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    /// Of this feed only.
    pub feed: Option<&'a str>,
    /// What was decided before, and what is over, too.
    pub all: bool,
}

/// What is held, the earliest date first, each with what was decided about it.
#[must_use]
pub fn held<'s>(
    snapshot: &'s Snapshot,
    which: Which,
    now: DateTime<Utc>,
) -> Vec<(&'s Listing, Option<&'s ReviewDecision>)> {
    let mut found: Vec<(&Listing, Option<&ReviewDecision>)> = Vec::new();
    for listing in &snapshot.listings {
        let of = |feed: &str| listing.sources.iter().any(|source| source.feed == feed);
        if !which.feed.is_none_or(of) {
            continue;
        }
        let about = |said: &&ReviewDecision| listing.sources.iter().any(|s| s.event == said.event);
        let said = snapshot.decisions.iter().find(about);
        let is_held = listing.facts.verdict.decision == Decision::Held;
        let waits = is_held && !is_over(listing, now) && listing.withdrawn.is_none();
        if waits || (which.all && (is_held || said.is_some())) {
            found.push((listing, said));
        }
    }
    found.sort_by_key(|(listing, _)| {
        let span = listing.facts.span;
        (span.map(|span| span.start_utc(listing.facts.time_zone)), listing.id.clone())
    });
    found
}

fn is_over(listing: &Listing, now: DateTime<Utc>) -> bool {
    let facts = &listing.facts;
    let ends = |span: crate::event::Span| {
        span.end_utc(facts.time_zone).max(span.start_utc(facts.time_zone))
    };
    facts.recurrence.is_none() && facts.span.is_some_and(|span| ends(span) < now)
}
