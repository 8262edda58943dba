//! A store in memory, as simple as can be, for tests and measurements of merging.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a fault of a test is shown by its panic"
)]

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, TimeZone, Utc};
use folkmoot::{
    event::{Event, Facts, Id, Listing},
    feed::Feed,
    member::Members,
    merge::{
        Correction, LARGEST_BLOCK, ListingChange, MergeContext, World, corrected, keys, merge,
    },
};
use url::Url;

/// A listing without its history: id, UID, facts, and each source with the fields it supplied.
pub(crate) type State = (Id, String, Facts, Vec<(Id, Vec<String>)>);

/// A store in memory, as simple as can be.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) events: BTreeMap<Id, Event>,
    /// Changed events as they were.
    pub(crate) before: HashMap<Id, Event>,
    pub(crate) blocks: HashMap<String, BTreeSet<Id>>,
    pub(crate) listings: BTreeMap<Id, Listing>,
    pub(crate) of: HashMap<Id, Id>,
    pub(crate) gone: HashMap<Id, Listing>,
    pub(crate) by_uid: HashMap<String, Id>,
}

impl World for Store {
    fn event(&self, id: &str) -> Option<&Event> {
        self.events.get(id)
    }
    fn before(&self, id: &str) -> Option<&Event> {
        self.before.get(id)
    }
    fn listing_of(&self, event: &str) -> Option<&Listing> {
        self.listings.get(self.of.get(event)?)
    }
    fn listing(&self, id: &str) -> Option<&Listing> {
        self.listings.get(id)
    }
    fn block(&self, key: &str) -> Vec<Id> {
        self.blocks.get(key).into_iter().flatten().take(LARGEST_BLOCK + 1).cloned().collect()
    }
    fn listing_with_uid(&self, uid: &str) -> Option<&Listing> {
        self.listings.get(self.by_uid.get(uid)?)
    }
    fn remembered(&self, listing: &str) -> Option<&Listing> {
        self.gone.get(listing)
    }
}

/// What stays the same in a test.
pub(crate) struct Network {
    pub(crate) feeds: HashMap<String, Feed>,
    pub(crate) members: Members,
    pub(crate) together: Vec<Vec<Id>>,
    pub(crate) apart: Vec<Vec<Id>>,
    pub(crate) corrections: HashMap<Id, Correction>,
}

impl Network {
    pub(crate) fn new(feeds: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let feeds = feeds.into_iter().map(|(id, member)| {
            let mut feed = Feed::new(id.clone(), Url::parse("https://feed.example/").unwrap());
            feed.member = member;
            (id, feed)
        });
        Self {
            feeds: feeds.collect(),
            members: Members::embedded().unwrap(),
            together: Vec::new(),
            apart: Vec::new(),
            corrections: HashMap::new(),
        }
    }

    pub(crate) fn context(&self) -> MergeContext<'_> {
        MergeContext {
            feeds: &self.feeds,
            members: &self.members,
            together: &self.together,
            apart: &self.apart,
            corrections: &self.corrections,
            now: now(),
            domain: "moot.example",
        }
    }
}

impl Store {
    pub(crate) fn index(&mut self, event: &Event, network: &Network, add: bool) {
        for key in keys(&corrected(event, &network.corrections)) {
            let block = self.blocks.entry(key).or_default();
            if add {
                block.insert(event.id.clone());
            } else {
                block.remove(&event.id);
            }
        }
    }

    pub(crate) fn put(&mut self, events: Vec<Event>, network: &Network) {
        let ids: Vec<Id> = events.iter().map(|event| event.id.clone()).collect();
        for event in events {
            if let Some(old) = self.events.remove(&event.id) {
                self.index(&old, network, false);
                self.before.insert(old.id.clone(), old);
            }
            self.index(&event, network, true);
            self.events.insert(event.id.clone(), event);
        }
        self.merge(&ids, network);
    }

    pub(crate) fn remove(&mut self, id: &str, network: &Network) {
        if let Some(old) = self.events.remove(id) {
            self.index(&old, network, false);
            self.before.insert(old.id.clone(), old);
        }
        self.merge(&[id.to_owned()], network);
    }

    pub(crate) fn merge(&mut self, ids: &[Id], network: &Network) -> usize {
        let changes = merge(ids, self, &network.context());
        self.before.clear();
        let count = changes.len();
        for change in changes {
            match change {
                ListingChange::Put(listing) => {
                    if let Some(before) = self.listings.remove(&listing.id) {
                        for source in before.sources {
                            if self.of.get(&source.event) == Some(&listing.id) {
                                self.of.remove(&source.event);
                            }
                        }
                    }
                    for source in &listing.sources {
                        self.of.insert(source.event.clone(), listing.id.clone());
                    }
                    self.gone.remove(&listing.id);
                    self.by_uid.insert(listing.uid.clone(), listing.id.clone());
                    self.listings.insert(listing.id.clone(), Arc::unwrap_or_clone(listing));
                }
                ListingChange::Merged { id, .. } | ListingChange::Removed { id } => {
                    let old = self.listings.remove(&id).unwrap();
                    for source in &old.sources {
                        if self.of.get(&source.event) == Some(&id) {
                            self.of.remove(&source.event);
                        }
                    }
                    if self.by_uid.get(&old.uid) == Some(&id) {
                        self.by_uid.remove(&old.uid);
                    }
                    self.gone.insert(id, old);
                }
            }
        }
        count
    }

    /// Listings without their history, which may differ with the way that led to them.
    pub(crate) fn state(&self) -> Vec<State> {
        self.listings
            .values()
            .map(|listing| {
                let sources = listing.sources.iter();
                (
                    listing.id.clone(),
                    listing.uid.clone(),
                    listing.facts.clone(),
                    sources.map(|s| (s.event.clone(), s.fields.clone())).collect(),
                )
            })
            .collect()
    }

    pub(crate) fn listing(&self, event: &str) -> &Listing {
        self.listing_of(event).unwrap()
    }
}

/// The time of every merge.
pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap()
}
