//! The read model: all public listings in memory, indexed, immutable; it answers every query.
//!
//! A change makes a new catalogue that shares all that did not change with the old one (persistent maps), so a
//! change to one feed costs in proportion to that change, and a reader keeps the catalogue that it began with.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use roaring::RoaringBitmap;
use rpds::{HashTrieMapSync, HashTrieSetSync, ListSync, RedBlackTreeMapSync, VectorSync};

use crate::{
    event::{Change, Id, Listing},
    member::Members,
    query::{Query, slug},
    vocabulary::Vocabulary,
};

mod changes;
pub mod clash;
mod counts;
mod feeds;
mod filter;
mod item;
mod list;
mod meant;
mod range;
mod text;

pub use changes::{ChangeEntry, ChangePage, CursorError};
pub use counts::{Counts, Stats};
pub use feeds::{FeedView, health, name};
pub use filter::Filter;
pub use item::Item;
pub use list::{Date, DatePage, Hit, MAX_DATES, Page};
pub use range::Range;
use text::{Changed, Words, wanted};

/// What a catalogue is built upon.
#[derive(Debug, Clone)]
pub struct Base {
    /// Kinds and services.
    pub vocabulary: Arc<Vocabulary>,
    /// Councils and groups.
    pub members: Arc<Members>,
    /// The network's zone.
    pub time_zone: Tz,
    /// Epoch of the change log: a restored store begins a new one.
    pub epoch: String,
}

/// What changed since the last catalogue.
#[derive(Debug, Clone, Default)]
pub struct Update {
    /// New and changed listings; those that are held or private are taken out of the catalogue.
    pub put: Vec<Arc<Listing>>,
    /// Listings that are no more.
    pub removed: Vec<Id>,
    /// Listings that became part of another: from, into.
    pub merged: Vec<(Id, Id)>,
    /// New and changed feeds.
    pub feeds: Vec<FeedView>,
    /// Feeds taken away.
    pub feeds_removed: Vec<String>,
    /// Ids of feeds that are no longer in use: from, to; to itself where the feed is no more.
    pub former: Vec<(String, String)>,
    /// New lines of the change log, in order.
    pub changes: Vec<Change>,
    /// Hashes by which mirrors know what was forgotten, and when it was.
    pub forgotten: Vec<(String, DateTime<Utc>)>,
}

/// What an id leads to.
#[derive(Debug, Clone)]
pub enum Found {
    /// A public listing.
    Here(Arc<Item>),
    /// It became part of the listing with this id.
    Merged(Id),
    /// There was one, or there is one that may not be shown.
    Gone,
    /// Never heard of.
    Unknown,
}

/// A property by which listings are indexed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Facet {
    Listed,
    Service(String),
    General,
    Kind(String),
    Series(String),
    Group(String),
    Feed(String),
    Council(String),
    Region(String),
}

/// Sort key of a time: milliseconds since 1970.
type Millis = i64;

/// What a listing is called in the indexes; free for another once the listing has left.
type Number = u32;

/// All public listings of one moment.
#[derive(Debug, Clone)]
pub struct Catalogue {
    base: Base,
    /// By id, which also is the order of the snapshot that `/api/v1/changes` begins with.
    items: RedBlackTreeMapSync<Id, Arc<Item>>,
    /// By the end of the last date, so that what is over is never looked at; undated listings come last.
    by_end: RedBlackTreeMapSync<(Millis, Id), Arc<Item>>,
    /// By number, with gaps where listings have left.
    numbered: VectorSync<Option<Arc<Item>>>,
    /// The gaps.
    free: ListSync<Number>,
    /// Which listings have a facet.
    facets: HashTrieMapSync<Facet, RoaringBitmap>,
    /// Which listings have a word.
    words: Words,
    /// When any listing last changed, appeared or left.
    touched: DateTime<Utc>,
    merged: HashTrieMapSync<Id, Id>,
    gone: HashTrieSetSync<Id>,
    feeds: RedBlackTreeMapSync<String, Arc<FeedView>>,
    /// Feeds and series that a filter may name although nothing is left of them.
    once: HashTrieSetSync<Facet>,
    former: RedBlackTreeMapSync<String, String>,
    log: RedBlackTreeMapSync<u64, Change>,
    /// Hashes by which mirrors know what was forgotten, and when it was.
    forgotten: RedBlackTreeMapSync<String, DateTime<Utc>>,
    /// The dates of series are kept for this range.
    window: Range,
}

impl Catalogue {
    /// A catalogue without listings.
    #[must_use]
    pub fn new(base: Base, now: DateTime<Utc>) -> Self {
        Self {
            base,
            items: RedBlackTreeMapSync::new_sync(),
            by_end: RedBlackTreeMapSync::new_sync(),
            numbered: VectorSync::new_sync(),
            free: ListSync::new_sync(),
            facets: HashTrieMapSync::new_sync(),
            words: Words::default(),
            touched: DateTime::UNIX_EPOCH,
            merged: HashTrieMapSync::new_sync(),
            gone: HashTrieSetSync::new_sync(),
            feeds: RedBlackTreeMapSync::new_sync(),
            once: HashTrieSetSync::new_sync(),
            former: RedBlackTreeMapSync::new_sync(),
            log: RedBlackTreeMapSync::new_sync(),
            forgotten: RedBlackTreeMapSync::new_sync(),
            window: Range::kept(now),
        }
    }

    /// A catalogue of what a store holds.
    #[must_use]
    pub fn build(base: Base, update: Update, now: DateTime<Utc>) -> Self {
        let empty = Self::new(base, now);
        empty.update(update, None)
    }

    /// The catalogue after a change; `at` is when the change was committed.
    ///
    /// `None` stands for what a store held at start: its listings count as changed when they say so themselves.
    #[must_use]
    pub fn update(&self, update: Update, at: Option<DateTime<Utc>>) -> Self {
        let mut next = self.clone();
        let mut words = Changed::default();
        for view in update.feeds {
            next.feeds.insert_mut(view.feed.id.clone(), Arc::new(view));
        }
        for id in &update.feeds_removed {
            next.feeds.remove_mut(id);
            next.once.insert_mut(Facet::Feed(id.clone()));
        }
        for (from, to) in update.former {
            next.former.insert_mut(from, to);
        }
        for (hash, at) in update.forgotten {
            next.forgotten.insert_mut(hash, at);
        }
        for change in update.changes {
            next.note(&change);
            next.log.insert_mut(change.cursor, change);
        }
        for (from, into) in update.merged {
            next.take_out(&from, at, &mut words);
            next.gone.remove_mut(&from);
            next.merged.insert_mut(from, into);
        }
        for id in update.removed {
            next.take_out(&id, at, &mut words);
            if !next.merged.contains_key(&id) {
                next.gone.insert_mut(id);
            }
        }
        for listing in update.put {
            next.put(listing, at, &mut words);
        }
        next.words.apply(words);
        next
    }

    /// The same with the window of kept dates moved to `now`, or `None` when it still fits.
    #[must_use]
    pub fn advanced(&self, now: DateTime<Utc>) -> Option<Self> {
        let window = Range::kept(now);
        if window == self.window {
            return None;
        }
        let mut next = self.clone();
        next.window = window;
        let series: Vec<Arc<Item>> = self
            .items
            .values()
            .filter(|item| item.listing.facts.recurrence.is_some())
            .cloned()
            .collect();
        for item in series {
            next.replace(&item.rewindowed(window));
        }
        Some(next)
    }

    /// The same catalogue with other words or members; every listing is looked at again.
    #[must_use]
    pub fn rebased(&self, base: Base, now: DateTime<Utc>) -> Self {
        let update = Update {
            put: self.items.values().map(|item| Arc::clone(&item.listing)).collect(),
            ..Update::default()
        };
        let mut next = Self::new(base, now);
        next.feeds = self.feeds.clone();
        next.former = self.former.clone();
        next.log = self.log.clone();
        next.forgotten = self.forgotten.clone();
        next.merged = self.merged.clone();
        next.gone = self.gone.clone();
        next.once = self.once.clone();
        next.update(update, None)
    }

    /// What an id leads to; a chain of merges is followed to its end.
    #[must_use]
    pub fn find(&self, id: &str) -> Found {
        if let Some(item) = self.items.get(id) {
            return Found::Here(Arc::clone(item));
        }
        let mut target = self.merged.get(id);
        // A circle cannot be made by merging, but a bound costs nothing.
        for _ in 0..32 {
            match target.and_then(|id| self.merged.get(id)) {
                Some(further) => target = Some(further),
                None => break,
            }
        }
        match target {
            Some(into) if self.items.contains_key(into) => Found::Merged(into.clone()),
            Some(_) => Found::Gone,
            None if self.gone.contains(id) => Found::Gone,
            None => Found::Unknown,
        }
    }

    /// Hashes by which mirrors know what was forgotten since an instant.
    pub fn forgotten_since(&self, at: DateTime<Utc>) -> impl Iterator<Item = &str> {
        self.forgotten.iter().filter(move |(_, when)| **when >= at).map(|(hash, _)| hash.as_str())
    }

    /// All feeds in order of id.
    pub fn feeds(&self) -> impl Iterator<Item = &Arc<FeedView>> {
        self.feeds.values()
    }

    /// One feed.
    #[must_use]
    pub fn feed(&self, id: &str) -> Option<&Arc<FeedView>> {
        self.feeds.get(id)
    }

    /// The id under which a feed goes now, for one that it had before; the same id where the feed is no more.
    #[must_use]
    pub fn feed_now(&self, id: &str) -> Option<&str> {
        if self.feeds.contains_key(id) {
            return None;
        }
        self.former.get(id).map(String::as_str)
    }

    /// Ids of feeds that a filter may name: those of now, renamed and removed ones, and those that once carried
    /// something.
    #[must_use]
    pub fn feed_ids(&self) -> Vec<String> {
        let now = self.feeds.keys().chain(self.former.keys()).cloned();
        let once = self.once.iter().filter_map(|facet| match facet {
            Facet::Feed(id) => Some(id.clone()),
            _ => None,
        });
        now.chain(once).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Ids of series that a filter may name: those of the vocabulary, and those that an event ever had.
    #[must_use]
    pub fn series_ids(&self) -> Vec<String> {
        let words = self.base.vocabulary.series.iter().map(|series| slug(&series.name));
        let once = self.once.iter().filter_map(|facet| match facet {
            Facet::Series(id) => Some(id.clone()),
            _ => None,
        });
        words.chain(once).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// All public listings, in order of id.
    pub fn items(&self) -> impl Iterator<Item = &Arc<Item>> {
        self.items.values()
    }

    /// The public listings that are for one of these services, in order of id.
    #[must_use]
    pub fn of_services(&self, services: &[String]) -> Vec<&Listing> {
        let any: Vec<Facet> = services.iter().cloned().map(Facet::Service).collect();
        let items = self.numbered(self.having(&any));
        let mut found: Vec<&Listing> = items.map(|item| &*item.listing).collect();
        found.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        found
    }

    /// How many public listings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.size()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Kinds and services.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.base.vocabulary
    }

    /// Councils and groups.
    #[must_use]
    pub fn members(&self) -> &Members {
        &self.base.members
    }

    /// The network's zone.
    #[must_use]
    pub fn time_zone(&self) -> Tz {
        self.base.time_zone
    }

    /// Epoch of the change log.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.base.epoch
    }

    /// A query made ready to judge listings.
    #[must_use]
    pub fn filter<'a>(&self, query: &'a Query) -> Filter<'a> {
        let words = query.q.as_deref().map(|question| self.words.find(&wanted(question)));
        Filter::new(query, &self.base.vocabulary, &self.base.members, words)
    }

    /// The listings that have any of these facets.
    fn having(&self, any: &[Facet]) -> RoaringBitmap {
        let sets = any.iter().filter_map(|facet| self.facets.get(facet));
        sets.fold(RoaringBitmap::new(), |all, one| all | one)
    }

    fn numbered(&self, numbers: RoaringBitmap) -> impl Iterator<Item = &Arc<Item>> {
        numbers.into_iter().filter_map(|number| self.numbered.get(number as usize)?.as_ref())
    }

    fn put(&mut self, listing: Arc<Listing>, at: Option<DateTime<Utc>>, words: &mut Changed) {
        let id = listing.id.clone();
        if !item::is_public(&listing) {
            self.take_out(&id, at, words);
            self.gone.insert_mut(id);
            return;
        }
        let (number, before) = match self.items.get(&id) {
            Some(old) => (old.number, item::words(&old.listing, &self.base)),
            None => (self.free_number(), BTreeSet::new()),
        };
        words.replace(number, &before, &item::words(&listing, &self.base));
        let item = Item::new(listing, number, &self.base, self.window);
        let at = at.unwrap_or(item.listing.updated);
        self.touched = self.touched.max(at);
        for facet in &item.facets {
            if matches!(facet, Facet::Feed(_) | Facet::Series(_)) && !self.once.contains(facet) {
                self.once.insert_mut(facet.clone());
            }
        }
        self.gone.remove_mut(&id);
        self.merged.remove_mut(&id);
        self.replace(&Arc::new(item));
    }

    /// Puts an item in all indexes in the place of the one with its id.
    fn replace(&mut self, item: &Arc<Item>) {
        let id = &item.listing.id;
        self.drop_from_indexes(id);
        self.by_end.insert_mut((item.last_end, id.clone()), Arc::clone(item));
        for facet in &item.facets {
            match self.facets.get_mut(facet) {
                Some(numbers) => drop(numbers.insert(item.number)),
                None => {
                    self.facets.insert_mut(facet.clone(), RoaringBitmap::from_iter([item.number]))
                }
            }
        }
        self.numbered.set_mut(item.number as usize, Some(Arc::clone(item)));
        self.items.insert_mut(id.clone(), Arc::clone(item));
    }

    /// A number that no listing has.
    fn free_number(&mut self) -> Number {
        if let Some(number) = self.free.first().copied() {
            self.free.drop_first_mut();
            return number;
        }
        self.numbered.push_back_mut(None);
        Number::try_from(self.numbered.len() - 1).unwrap_or(Number::MAX)
    }

    fn take_out(&mut self, id: &str, at: Option<DateTime<Utc>>, words: &mut Changed) {
        let Some(old) = self.items.get(id).cloned() else { return };
        self.touched = self.touched.max(at.unwrap_or(old.listing.updated));
        words.replace(old.number, &item::words(&old.listing, &self.base), &BTreeSet::new());
        self.drop_from_indexes(id);
        self.items.remove_mut(id);
        self.numbered.set_mut(old.number as usize, None);
        self.free.push_front_mut(old.number);
    }

    fn drop_from_indexes(&mut self, id: &str) {
        let Some(old) = self.items.get(id).cloned() else { return };
        self.by_end.remove_mut(&(old.last_end, id.to_owned()));
        for facet in &old.facets {
            let Some(numbers) = self.facets.get_mut(facet) else { continue };
            numbers.remove(old.number);
            if numbers.is_empty() {
                self.facets.remove_mut(facet);
            }
        }
    }
}

#[cfg(test)]
mod tests;
