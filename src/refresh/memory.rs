//! All events and listings in memory, as the store holds them, and how they look with a change on top.
//!
//! The store is read once. From then on every question is answered here, and what is here changes only after the
//! store has acknowledged the change.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    config,
    event::{Change, Event, Id, Listing},
    health::FeedState,
    merge::{Correction, LARGEST_BLOCK, World, corrected, keys},
    store::{CHECKS_KEPT, Commit, Committed, Identity, ReviewDecision, Snapshot, Tombstone},
};

/// What the store holds.
#[derive(Debug, Clone)]
pub struct Memory {
    /// What is fixed about the store.
    pub identity: Identity,
    /// States of feeds, by feed.
    pub feeds: HashMap<String, FeedState>,
    /// Events, by id.
    pub events: HashMap<Id, Arc<Event>>,
    /// Listings, by id.
    pub listings: HashMap<Id, Arc<Listing>>,
    /// Listings that became part of another.
    pub aliases: HashMap<Id, Id>,
    /// Last states of listings that are part of another.
    pub remembered: HashMap<Id, Arc<Listing>>,
    /// The log of changes, oldest first.
    pub log: Vec<Change>,
    /// The cursor that the next change will have.
    pub next_cursor: u64,
    /// Hash of the operator's rules by which the listings were merged last.
    pub rules: Option<String>,
    /// Decisions of the operator, by event.
    pub decisions: HashMap<Id, ReviewDecision>,
    /// Forgotten events.
    pub tombstones: Vec<Tombstone>,
    /// Feeds that are not in feeds.toml, but are not counted as taken out until the operator says so.
    pub spared: HashSet<String>,
    /// What the operator said about single events.
    pub corrections: Arc<HashMap<Id, Correction>>,
    /// Hashes of forgotten items.
    forgotten: HashSet<String>,
    /// Events of each feed.
    by_feed: HashMap<String, BTreeSet<Id>>,
    /// The listing that each event is in.
    listing_of: HashMap<Id, Id>,
    /// The listing that goes by each UID.
    by_uid: HashMap<String, Id>,
    /// Events under each key of merging.
    blocks: HashMap<String, BTreeSet<Id>>,
}

impl Memory {
    /// What a store held when it was opened.
    #[must_use]
    pub fn new(snapshot: Snapshot, overrides: &[config::Override]) -> Self {
        let mut memory = Self {
            identity: snapshot.identity,
            feeds: snapshot.feeds.into_iter().map(|state| (state.feed.clone(), state)).collect(),
            events: HashMap::new(),
            listings: HashMap::new(),
            aliases: snapshot.aliases.into_iter().collect(),
            remembered: HashMap::new(),
            log: snapshot.log,
            next_cursor: snapshot.next_cursor,
            rules: snapshot.rules,
            decisions: snapshot.decisions.into_iter().map(|d| (d.event.clone(), d)).collect(),
            forgotten: snapshot.tombstones.iter().flat_map(|t| t.hashes.clone()).collect(),
            tombstones: snapshot.tombstones,
            spared: HashSet::new(),
            corrections: Arc::default(),
            by_feed: HashMap::new(),
            listing_of: HashMap::new(),
            by_uid: HashMap::new(),
            blocks: HashMap::new(),
        };
        memory.corrections = Arc::new(memory.corrections_with(overrides));
        for listing in snapshot.remembered {
            memory.remembered.insert(listing.id.clone(), listing);
        }
        for event in snapshot.events {
            memory.put_event(event);
        }
        for listing in snapshot.listings {
            memory.put_listing(listing);
        }
        memory
    }

    /// The same as a store would give it.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let mut all = Snapshot {
            feeds: self.feeds.values().cloned().collect(),
            events: self.events.values().cloned().collect(),
            listings: self.listings.values().cloned().collect(),
            aliases: self.aliases.iter().map(|(from, to)| (from.clone(), to.clone())).collect(),
            remembered: self.remembered.values().cloned().collect(),
            log: self.log.clone(),
            next_cursor: self.next_cursor,
            rules: self.rules.clone(),
            decisions: self.decisions.values().cloned().collect(),
            tombstones: self.tombstones.clone(),
            ..Snapshot::empty(self.identity.clone())
        };
        all.feeds.sort_by(|a, b| a.feed.cmp(&b.feed));
        all.events.sort_by(|a, b| a.id.cmp(&b.id));
        all.listings.sort_by(|a, b| a.id.cmp(&b.id));
        all.aliases.sort();
        all
    }

    /// The stored events of a feed, in order of id.
    #[must_use]
    pub fn events_of(&self, feed: &str) -> Vec<&Event> {
        let ids = self.by_feed.get(feed).into_iter().flatten();
        ids.filter_map(|id| self.events.get(id).map(|event| &**event)).collect()
    }

    /// Whether an id belongs, or belonged, to some event.
    #[must_use]
    pub fn is_taken(&self, id: &str) -> bool {
        self.events.contains_key(id)
            || self.aliases.contains_key(id)
            || self.tombstones.iter().any(|stone| stone.event == id)
    }

    /// The listing with this id, or the one that the event or the former listing of this id is part of now.
    #[must_use]
    pub fn listing_about(&self, id: &str) -> Option<&Arc<Listing>> {
        let id = self.aliases.get(id).map_or(id, String::as_str);
        self.listings.get(id).or_else(|| self.listings.get(self.listing_of.get(id)?))
    }

    /// Whether an item with this hash was forgotten for good.
    #[must_use]
    pub fn is_forgotten(&self, hash: &str) -> bool {
        self.forgotten.contains(hash)
    }

    /// What the operator said about single events: in feeds.toml, and, stronger, in review.
    #[must_use]
    pub fn corrections_with(&self, overrides: &[config::Override]) -> HashMap<Id, Correction> {
        let mut all: HashMap<Id, Correction> = HashMap::new();
        for said in overrides {
            all.insert(
                said.event.clone(),
                Correction {
                    event: said.event.clone(),
                    kind: said.kind.clone(),
                    services: said.services.clone(),
                    listed: said.listed,
                    title: said.title.clone(),
                    from: "feeds.toml".into(),
                    ..Correction::default()
                },
            );
        }
        for decision in self.decisions.values() {
            let event = decision.event.clone();
            let correction = all.entry(event.clone()).or_default();
            (correction.event, correction.from) = (event, "review".into());
            correction.listed = decision.accepted.or(correction.listed);
            (correction.span, correction.words) = (decision.span, decision.date.clone());
        }
        all
    }

    /// Takes over other corrections; gives the events that they concern, before or after.
    pub fn set_corrections(&mut self, new: HashMap<Id, Correction>) -> Vec<Id> {
        let old = std::mem::replace(&mut self.corrections, Arc::new(new));
        let all: BTreeSet<&Id> = old.keys().chain(self.corrections.keys()).collect();
        let differs = |id: &&&Id| old.get(**id) != self.corrections.get(**id);
        let changed: Vec<Id> = all.iter().filter(differs).map(|id| (**id).clone()).collect();
        for id in &changed {
            if let Some(event) = self.events.get(id).map(Arc::clone) {
                for key in keys(&corrected(&event, &old)) {
                    self.unblock(&key, id);
                }
                self.block(&event);
            }
        }
        changed
    }

    /// Looks at the memory as if other corrections held; they are taken back unless [`Trial::keep`] is called.
    pub fn try_corrections(&mut self, new: HashMap<Id, Correction>) -> Trial<'_> {
        let before = Arc::clone(&self.corrections);
        let changed = self.set_corrections(new);
        Trial { memory: self, before: Some(before), changed }
    }

    /// Takes over what the store has acknowledged.
    pub fn apply(&mut self, commit: &Commit, committed: &Committed) {
        for feed in &commit.feeds_removed {
            self.feeds.remove(feed);
        }
        for state in &commit.feeds {
            let known = self.feeds.remove(&state.feed);
            let history = known.map(|known| known.history).unwrap_or_default();
            let state = FeedState { history, ..state.clone() };
            self.feeds.insert(state.feed.clone(), state);
        }
        for (feed, check) in &commit.checks {
            let Some(state) = self.feeds.get_mut(feed) else { continue };
            state.history.push(check.clone());
            let surplus = state.history.len().saturating_sub(CHECKS_KEPT);
            state.history.drain(..surplus);
        }
        for id in &commit.events_removed {
            self.take_event(id);
        }
        for event in &commit.events {
            self.put_event(Arc::clone(event));
        }
        for id in &commit.listings_removed {
            self.take_listing(id);
        }
        for listing in &commit.listings {
            self.put_listing(Arc::clone(listing));
        }
        self.aliases.extend(commit.aliases.iter().cloned());
        for from in &commit.aliases_removed {
            self.aliases.remove(from);
        }
        for listing in &commit.remembered {
            self.remembered.insert(listing.id.clone(), Arc::clone(listing));
        }
        for id in &commit.remembered_removed {
            self.remembered.remove(id);
        }
        self.rules = commit.rules.clone().or(self.rules.take());
        for id in &commit.decisions_removed {
            self.decisions.remove(id);
        }
        for decision in &commit.decisions {
            self.decisions.insert(decision.event.clone(), decision.clone());
        }
        self.forgotten.extend(commit.tombstones.iter().flat_map(|stone| stone.hashes.clone()));
        self.tombstones.extend(commit.tombstones.iter().cloned());
        self.next_cursor =
            committed.changes.last().map_or(self.next_cursor, |last| last.cursor + 1);
        self.log.extend(committed.changes.iter().cloned());
        let gone = self.log.partition_point(|change| change.cursor < committed.log_start);
        self.log.drain(..gone);
    }

    fn put_event(&mut self, event: Arc<Event>) {
        self.take_event(&event.id);
        self.by_feed.entry(event.feed.clone()).or_default().insert(event.id.clone());
        self.block(&event);
        self.events.insert(event.id.clone(), event);
    }

    fn take_event(&mut self, id: &str) {
        let Some(event) = self.events.remove(id) else { return };
        let corrections = Arc::clone(&self.corrections);
        for key in keys(&corrected(&event, &corrections)) {
            self.unblock(&key, id);
        }
        if let Some(ids) = self.by_feed.get_mut(&event.feed) {
            ids.remove(id);
            if ids.is_empty() {
                self.by_feed.remove(&event.feed);
            }
        }
    }

    fn block(&mut self, event: &Event) {
        let corrections = Arc::clone(&self.corrections);
        for key in keys(&corrected(event, &corrections)) {
            self.blocks.entry(key).or_default().insert(event.id.clone());
        }
    }

    fn unblock(&mut self, key: &str, id: &str) {
        if let Some(ids) = self.blocks.get_mut(key) {
            ids.remove(id);
            if ids.is_empty() {
                self.blocks.remove(key);
            }
        }
    }

    fn put_listing(&mut self, listing: Arc<Listing>) {
        self.take_listing(&listing.id);
        for source in &listing.sources {
            self.listing_of.insert(source.event.clone(), listing.id.clone());
        }
        self.by_uid.insert(listing.uid.clone(), listing.id.clone());
        self.listings.insert(listing.id.clone(), listing);
    }

    fn take_listing(&mut self, id: &str) {
        let Some(listing) = self.listings.remove(id) else { return };
        if self.by_uid.get(&listing.uid).is_some_and(|holder| holder == id) {
            self.by_uid.remove(&listing.uid);
        }
        for source in &listing.sources {
            // Another listing may have taken the event over in the same commit.
            if self.listing_of.get(&source.event).is_some_and(|of| of == id) {
                self.listing_of.remove(&source.event);
            }
        }
    }
}

/// A memory in which other corrections hold for a while: until the store has acknowledged what follows from them.
#[derive(Debug)]
pub struct Trial<'a> {
    memory: &'a mut Memory,
    before: Option<Arc<HashMap<Id, Correction>>>,
    /// The events that the corrections concern, before or after.
    pub changed: Vec<Id>,
}

impl Trial<'_> {
    /// The memory with the corrections.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        self.memory
    }

    /// The store has acknowledged them.
    pub fn keep(mut self) {
        self.before = None;
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            self.memory.set_corrections(Arc::unwrap_or_clone(before));
        }
    }
}

/// A memory with changed events on top: what merging looks at before anything is kept.
#[derive(Debug)]
pub struct Overlay<'a> {
    memory: &'a Memory,
    /// Changed events; `None` for those that are gone.
    events: HashMap<&'a str, Option<&'a Event>>,
    /// Keys of the changed events as they are now.
    blocks: HashMap<String, Vec<&'a str>>,
}

impl<'a> Overlay<'a> {
    /// A memory as it would be with these events put and those removed.
    #[must_use]
    pub fn new(memory: &'a Memory, put: &'a [Arc<Event>], removed: &'a [Id]) -> Self {
        let mut events: HashMap<&str, Option<&Event>> =
            removed.iter().map(|id| (id.as_str(), None)).collect();
        let mut blocks: HashMap<String, Vec<&str>> = HashMap::new();
        for event in put {
            events.insert(&event.id, Some(event));
            for key in keys(&corrected(event, &memory.corrections)) {
                blocks.entry(key).or_default().push(&event.id);
            }
        }
        Self { memory, events, blocks }
    }
}

impl World for Overlay<'_> {
    fn event(&self, id: &str) -> Option<&Event> {
        match self.events.get(id) {
            Some(changed) => *changed,
            None => self.memory.events.get(id).map(|event| &**event),
        }
    }

    fn before(&self, id: &str) -> Option<&Event> {
        self.memory.events.get(id).map(|event| &**event)
    }

    fn listing_of(&self, event: &str) -> Option<&Listing> {
        let id = self.memory.listing_of.get(event)?;
        self.memory.listings.get(id).map(|listing| &**listing)
    }

    fn listing(&self, id: &str) -> Option<&Listing> {
        self.memory.listings.get(id).map(|listing| &**listing)
    }

    fn block(&self, key: &str) -> Vec<Id> {
        let kept = self.memory.blocks.get(key).into_iter().flatten();
        let kept = kept.filter(|id| !self.events.contains_key(id.as_str())).map(String::as_str);
        let changed = self.blocks.get(key).into_iter().flatten().copied();
        // A block that is too large is passed over whole: a list of it would cost its square.
        let ids = changed.chain(kept).take(LARGEST_BLOCK + 1);
        let mut ids: Vec<Id> = ids.map(str::to_owned).collect();
        ids.sort_unstable();
        ids
    }

    fn listing_with_uid(&self, uid: &str) -> Option<&Listing> {
        self.listing(self.memory.by_uid.get(uid)?)
    }

    fn remembered(&self, listing: &str) -> Option<&Listing> {
        self.memory.remembered.get(listing).map(|listing| &**listing)
    }
}
