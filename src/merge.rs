//! Finds the events that several feeds announce and makes one listing of them, field by field, saying why.
//!
//! The listings are a function of the events: candidates are found by [`keys`], pairs are weighed by
//! what speaks for and against them, and the pairs of a neighbourhood are joined from the surest down, never
//! across a contradiction. So the order of arrival does not matter, and a merge is undone when its reason goes.
//! Identity alone has a memory: a listing keeps the id and the UID of the event announced first.

mod address;
mod compare;
mod fields;
mod group;
mod identity;
mod place;
mod title;
mod words;

use std::{collections::HashMap, ops::Deref, sync::Arc};

use chrono::{DateTime, Utc};

use crate::{
    event::{Decision, Event, Id, Listing, Reason, Span},
    feed::Feed,
    member::Members,
};

pub use address::keys;
pub use compare::{Part, Weighed};
pub use group::LARGEST_BLOCK;

/// What merging needs to know of the rest: the events as they are now, the listings as they were before.
pub trait World {
    /// The event as it is after the change, corrections not applied; `None` when it is gone.
    fn event(&self, id: &str) -> Option<&Event>;
    /// The event as it was before the change, if it was; what was like it then is looked at again.
    fn before(&self, id: &str) -> Option<&Event>;
    /// The listing among whose sources this event was before the change, if any.
    fn listing_of(&self, event: &str) -> Option<&Listing>;
    /// The listing of this id before the change, if any. Its event of the same id may be gone or elsewhere.
    fn listing(&self, id: &str) -> Option<&Listing>;
    /// The events that have this key (see [`keys`]) after the change; of more than [`LARGEST_BLOCK`] no more than one
    /// above that number need be given.
    fn block(&self, key: &str) -> Vec<Id>;
    /// The listing that goes by this UID before the change, if any.
    fn listing_with_uid(&self, _uid: &str) -> Option<&Listing> {
        None
    }
    /// The last state of a listing that was merged into another or removed, so that its UID and sequence go on
    /// where they stopped when it comes back.
    fn remembered(&self, _listing: &str) -> Option<&Listing> {
        None
    }
}

/// What the operator decided about one event: an `[[override]]` of feeds.toml or a review decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Correction {
    /// Id of the event (or of a listing: its first event has the same id).
    pub event: Id,
    /// Another kind.
    pub kind: Option<String>,
    /// Other services.
    pub services: Option<Vec<String>>,
    /// Accepted or rejected.
    pub listed: Option<bool>,
    /// Why, for people ("Accepted by the network").
    pub reason: Option<String>,
    /// Another title.
    pub title: Option<String>,
    /// A date given by hand: it yields when the feed itself gives a safe one.
    pub span: Option<Span>,
    /// The words that this date was read from.
    pub words: Option<String>,
    /// Where it was said: `feeds.toml`, `review`.
    pub from: String,
}

/// What merging needs besides the events.
pub struct MergeContext<'a> {
    /// All feeds by id.
    pub feeds: &'a HashMap<String, Feed>,
    /// Councils and groups.
    pub members: &'a Members,
    /// `[[merge]] together`: events that are one, whatever the rules say.
    pub together: &'a [Vec<Id>],
    /// `[[merge]] apart`: events that are never one.
    pub apart: &'a [Vec<Id>],
    /// Decisions of the operator by event id.
    pub corrections: &'a HashMap<Id, Correction>,
    /// The time of the change.
    pub now: DateTime<Utc>,
    /// For UIDs of our own making, `{id}@{domain}`: fixed in the store at its first run.
    pub domain: &'a str,
}

/// What has to be done to the stored listings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListingChange {
    /// New or changed.
    Put(Arc<Listing>),
    /// Became part of another.
    Merged {
        /// The listing that is no more.
        id: Id,
        /// The one that carries its events now.
        into: Id,
    },
    /// No event of it is left, or none that may be shown at all.
    Removed {
        /// The listing that is no more.
        id: Id,
    },
}

/// An event as it was announced, or one about which the operator decided something. Most are the former and cost a
/// pointer: a large feed has twenty thousand of them in hand at once.
pub enum Corrected<'a> {
    /// Nothing was decided.
    Kept(&'a Event),
    /// Something was.
    Changed(Box<Event>),
}

impl Deref for Corrected<'_> {
    type Target = Event;

    fn deref(&self) -> &Event {
        match self {
            Self::Kept(event) => event,
            Self::Changed(event) => event,
        }
    }
}

/// An event with what the operator decided about its date and its verdict; [`keys`] are to be taken from this.
///
/// The operator's words for it ([`Correction::title`] and the like) are put on the listing: that something is called
/// differently here does not make it another event than the one that others announce.
#[must_use]
pub fn corrected<'a>(event: &'a Event, corrections: &HashMap<Id, Correction>) -> Corrected<'a> {
    let Some(correction) = corrections.get(&event.id) else { return Corrected::Kept(event) };
    let mut event = Box::new(event.clone());
    let facts = &mut event.draft.facts;
    let from = correction.from.as_str();
    if let Some(span) = correction.span
        && (facts.span.is_none() || event.draft.date_doubt.is_some())
    {
        facts.span = Some(span);
        facts.evidence.date = vec![Reason::new(
            correction.words.clone().unwrap_or_default(),
            from,
            "date supplied by the network",
        )];
        event.draft.date_doubt = None;
    }
    if let Some(listed) = correction.listed
        && facts.verdict.decision != Decision::Private
    {
        facts.verdict.decision = if listed { Decision::Listed } else { Decision::Unlisted };
        let usual =
            if listed { "Accepted by the network." } else { "Not accepted by the network." };
        let reason = correction.reason.clone().unwrap_or_else(|| usual.into());
        facts.evidence.listed.insert(0, Reason::new("", from, reason.clone()));
        facts.verdict.reason = reason;
    }
    Corrected::Changed(event)
}

/// Recomputes the listings that the changed events touch: added, changed and removed ones alike.
///
/// To be called with every event whose content, verdict, correction, feed settings or `[[merge]]` rule changed.
/// The changes are sorted by listing id; a listing that stays as it was is not mentioned.
#[must_use]
pub fn merge(changed: &[Id], world: &dyn World, context: &MergeContext) -> Vec<ListingChange> {
    let neighbourhood = group::neighbourhood(changed, world, context);
    let groups = group::groups(&neighbourhood, context);
    identity::changes(&neighbourhood, groups, world, context)
}

/// One event alone as a listing, as `check` shows it; a private one without any of its words.
#[must_use]
pub fn single(event: &Event, context: &MergeContext) -> Listing {
    let event = corrected(event, context.corrections);
    let uid = identity::uid(&event, context.domain);
    fields::listing(event.id.clone(), uid, &[&group::Side::new(event, context)], None, context)
}
