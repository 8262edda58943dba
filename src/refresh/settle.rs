//! Turns changed events into one commit: which listings they make now, and what the log of changes says of it.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    Settings,
    memory::{Memory, Overlay},
};
use crate::{
    catalogue::{Base, FeedView, Update},
    event::{ChangeKind, Decision, Event, Facts, Id, Listing},
    health::FeedState,
    merge::{Correction, ListingChange, MergeContext, World, corrected, merge},
    store::{Commit, Committed, NewChange, Tombstone},
};

/// Completes a commit that holds changed and removed events with the listings that follow from them.
///
/// `also` are events that did not change themselves, but what decides about them did (settings, corrections).
#[must_use]
pub fn settle(memory: &Memory, settings: &Settings, mut commit: Commit, also: &[Id]) -> Commit {
    let changed: Vec<Id> = commit
        .events
        .iter()
        .map(|event| &event.id)
        .chain(&commit.events_removed)
        .chain(also)
        .cloned()
        .collect();
    if changed.is_empty() {
        return commit;
    }
    let (events, removed) =
        (std::mem::take(&mut commit.events), std::mem::take(&mut commit.events_removed));
    let overlay = Overlay::new(memory, &events, &removed);
    for change in merge(&changed, &overlay, &context(memory, settings, commit.at)) {
        match change {
            ListingChange::Put(listing) => put(memory, listing, &mut commit),
            ListingChange::Merged { id, into } => {
                log(&mut commit, memory.listings.get(&id), None, Some(&into));
                commit.remembered.extend(memory.listings.get(&id).cloned());
                commit.aliases.push((id.clone(), into));
                commit.listings_removed.push(id);
            }
            ListingChange::Removed { id } => {
                let was = memory.listings.get(&id);
                log(&mut commit, was, None, None);
                if overlay.event(&id).is_some() {
                    commit.remembered.extend(was.map(|was| Arc::new(shell(was))));
                }
                commit.listings_removed.push(id);
            }
        }
    }
    forget_traces(memory, &mut commit, &removed);
    (commit.events, commit.events_removed) = (events, removed);
    recount(memory, &mut commit, also);
    commit
}

/// Counts anew for the feeds of events that are gone, or about which something else was decided.
fn recount(memory: &Memory, commit: &mut Commit, also: &[Id]) {
    let concerned = also.iter().chain(&commit.events_removed);
    let feeds: BTreeSet<String> =
        concerned.filter_map(|id| Some(memory.events.get(id)?.feed.clone())).collect();
    let put = commit.events.iter().map(|event| &event.id);
    let touched: HashSet<Id> = put.chain(&commit.events_removed).cloned().collect();
    for feed in feeds {
        let kept = memory.events_of(&feed).into_iter().filter(|event| !touched.contains(&event.id));
        let put = commit.events.iter().map(|event| &**event).filter(|event| event.feed == feed);
        let counts = tally(kept.chain(put), &memory.corrections);
        let known = commit.feeds.iter_mut().find(|state| state.feed == feed);
        let fresh = || memory.feeds.get(&feed).cloned();
        match known {
            Some(state) => (state.listed, state.undated, state.unlisted) = counts,
            None => commit.feeds.extend(fresh().map(|state| {
                let (listed, undated, unlisted) = counts;
                FeedState { listed, undated, unlisted, ..state }
            })),
        }
    }
}

/// What merging is told about the rest.
pub(super) fn context<'a>(
    memory: &'a Memory,
    settings: &'a Settings,
    now: DateTime<Utc>,
) -> MergeContext<'a> {
    MergeContext {
        feeds: &settings.feeds,
        members: &settings.members,
        together: &settings.config.together,
        apart: &settings.config.apart,
        corrections: &memory.corrections,
        now,
        domain: &memory.identity.domain,
    }
}

fn put(memory: &Memory, listing: Arc<Listing>, commit: &mut Commit) {
    let was = memory.listings.get(&listing.id);
    log(commit, was, Some(&listing), None);
    if memory.aliases.contains_key(&listing.id) {
        commit.aliases_removed.push(listing.id.clone());
    }
    if memory.remembered.contains_key(&listing.id) {
        commit.remembered_removed.push(listing.id.clone());
    }
    commit.listings.push(listing);
}

/// Aliases that led to what is gone lead nowhere; what is remembered of events that are gone is not needed.
fn forget_traces(memory: &Memory, commit: &mut Commit, removed: &[Id]) {
    for id in removed {
        if memory.remembered.contains_key(id) {
            commit.remembered_removed.push(id.clone());
        }
    }
    let gone: HashSet<Id> = commit.listings_removed.iter().cloned().collect();
    if gone.is_empty() {
        return;
    }
    let merged =
        |id: &Id, commit: &Commit| commit.aliases.iter().find(|(from, _)| from == id).cloned();
    for (from, into) in &memory.aliases {
        if !gone.contains(into) || commit.aliases_removed.contains(from) {
            continue;
        }
        match merged(into, commit) {
            // A chain of merges: the first address leads on to where the second now leads.
            Some((_, further)) if further != *from => commit.aliases.push((from.clone(), further)),
            _ => commit.aliases_removed.push(from.clone()),
        }
    }
}

/// A listing of which only its identity may be remembered.
fn shell(was: &Listing) -> Listing {
    Listing { facts: Facts::new("", was.facts.time_zone), sources: Vec::new(), ..was.clone() }
}

/// Adds the line of the log for a listing, if the public can see a difference.
fn log(commit: &mut Commit, was: Option<&Arc<Listing>>, is: Option<&Listing>, into: Option<&Id>) {
    let listed = |listing: &Listing| listing.facts.verdict.decision == Decision::Listed;
    let (before, after) = (was.is_some_and(|was| listed(was)), is.is_some_and(listed));
    let id = is.map(|is| &is.id).or(was.map(|was| &was.id));
    let change = match (was, is) {
        _ if before && into.is_some() => ChangeKind::Merged,
        _ if !before && after => ChangeKind::Added,
        _ if before && !after => ChangeKind::Unlisted,
        (Some(was), Some(is)) if before && after => {
            if was.withdrawn.is_none() && is.withdrawn.is_some() {
                ChangeKind::Withdrawn
            } else if differs(was, is) {
                ChangeKind::Changed
            } else {
                return;
            }
        }
        _ => return,
    };
    let into = into.filter(|_| change == ChangeKind::Merged).cloned();
    commit.changes.extend(id.map(|id| NewChange { change, id: id.clone(), into }));
}

/// Whether two states of a listing differ in more than when its sources were last asked.
fn differs(was: &Listing, is: &Listing) -> bool {
    let asked = |listing: &Listing| {
        let mut listing = listing.clone();
        for source in &mut listing.sources {
            source.last_seen = source.first_seen;
        }
        listing
    };
    asked(was) != asked(is)
}

/// What the catalogue has to take over after a commit was applied to the memory.
#[must_use]
pub fn update(memory: &Memory, settings: &Settings, commit: &Commit, done: &Committed) -> Update {
    let view = |feed: &String| {
        let settings = settings.feeds.get(feed)?.clone();
        let state = memory.feeds.get(feed).cloned().unwrap_or_default();
        Some(FeedView { feed: settings, state })
    };
    let merged: Vec<(Id, Id)> = commit.aliases.clone();
    let from: HashSet<&Id> = merged.iter().map(|(from, _)| from).collect();
    let is_merged = |id: &&Id| from.contains(id);
    Update {
        put: commit
            .listings
            .iter()
            .filter_map(|listing| memory.listings.get(&listing.id))
            .map(Arc::clone)
            .collect(),
        removed: commit.listings_removed.iter().filter(|id| !is_merged(id)).cloned().collect(),
        feeds: commit.feeds.iter().filter_map(|state| view(&state.feed)).collect(),
        feeds_removed: commit.feeds_removed.clone(),
        changes: done.changes.clone(),
        forgotten: commit.tombstones.iter().flat_map(public_hashes).collect(),
        merged,
        ..Update::default()
    }
}

/// What a catalogue is built upon.
#[must_use]
pub fn base(memory: &Memory, settings: &Settings) -> Base {
    Base {
        vocabulary: Arc::clone(&settings.vocabulary),
        members: Arc::clone(&settings.members),
        time_zone: settings.config.network.time_zone,
        epoch: memory.identity.epoch.clone(),
    }
}

/// All that the memory holds, as a first update of an empty catalogue.
#[must_use]
pub fn whole(memory: &Memory, settings: &Settings) -> Update {
    let mut feeds: Vec<FeedView> = settings
        .feeds
        .values()
        .map(|feed| FeedView {
            feed: feed.clone(),
            state: memory.feeds.get(&feed.id).cloned().unwrap_or_default(),
        })
        .collect();
    feeds.sort_by(|a, b| a.feed.id.cmp(&b.feed.id));
    let mut put: Vec<Arc<Listing>> = memory.listings.values().map(Arc::clone).collect();
    put.sort_by(|a, b| a.id.cmp(&b.id));
    let mut merged: Vec<(Id, Id)> = memory.aliases.clone().into_iter().collect();
    merged.sort();
    let former = former(memory, settings);
    let forgotten = memory.tombstones.iter().flat_map(public_hashes).collect();
    let changes = memory.log.clone();
    Update { put, merged, feeds, former, changes, forgotten, ..Update::default() }
}

/// What mirrors are told of a forgotten event.
fn public_hashes(stone: &Tombstone) -> impl Iterator<Item = (String, DateTime<Utc>)> {
    stone.public.iter().map(|hash| (hash.clone(), stone.at))
}

/// Ids of feeds that are no longer in use, and that of the feed which goes on (its own where none does).
pub(super) fn former(memory: &Memory, settings: &Settings) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for state in memory.feeds.values() {
        let gone = (!settings.feeds.contains_key(&state.feed)).then_some(&state.feed);
        all.extend(state.former.iter().chain(gone).map(|id| (id.clone(), state.feed.clone())));
    }
    all.sort();
    all
}

/// Counts for the state of a feed: listed, undated, and the others with their reasons.
///
/// What the operator decided counts, and not only what the feed says.
pub(super) fn tally<'a>(
    events: impl Iterator<Item = &'a Event>,
    corrections: &HashMap<Id, Correction>,
) -> (u32, u32, Vec<(String, u32)>) {
    let (mut listed, mut undated) = (0, 0);
    let mut others: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
    for event in events.filter(|event| event.withdrawn.is_none()) {
        let event = corrected(event, corrections);
        let facts = &event.draft.facts;
        undated += u32::from(facts.span.is_none() || event.draft.date_doubt.is_some());
        if facts.verdict.decision == Decision::Listed {
            listed += 1;
        } else {
            *others.entry(facts.verdict.reason.clone()).or_default() += 1;
        }
    }
    let mut others: Vec<(String, u32)> = others.into_iter().collect();
    others.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    // Each reason is a sentence of a small stock; a hostile feed must not make a large one.
    others.truncate(50);
    (listed, undated, others)
}
