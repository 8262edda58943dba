//! What a changed feeds.toml means for what is stored: feeds that came, went or were renamed, other rules for merging.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Duration, Utc};

use super::{Memory, Refresher, Settings, memory::Trial, report, settle};
use crate::{
    catalogue::{FeedView, Update},
    event::{Event, Id},
    health::FeedState,
    store::{Commit, StoreError},
};

/// Events of a feed that was taken out of feeds.toml leave after this long.
pub const LEAVES_AFTER: Duration = Duration::days(7);

/// Earlier ids of a feed that are remembered.
const FORMER_KEPT: usize = 100;

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Resettled {
    /// What the catalogue has to take over.
    pub update: Update,
    /// Feeds that have to be read anew, since what decides about their items has changed.
    pub read_anew: Vec<String>,
    /// Feeds that go on under another id: from, to.
    pub renamed: Vec<(String, String)>,
}

impl Refresher {
    /// Brings what is stored into agreement with the settings; `old` are those that held so far, if any did.
    ///
    /// # Errors
    /// When the store does not take the changes.
    pub async fn resettle(
        &self,
        old: Option<&Settings>,
        new: &Arc<Settings>,
        now: DateTime<Utc>,
    ) -> Result<Resettled, StoreError> {
        let mut memory = Arc::clone(&self.memory).lock_owned().await;
        let corrections = memory.corrections_with(&new.config.overrides);
        let trial = memory.try_corrections(corrections);
        let (commit, renamed) = following(&trial, old, new, now);
        let commit = Arc::new(commit);
        let done = if commit_is_empty(&commit) {
            None
        } else {
            Some(self.store.commit(Arc::clone(&commit)).await?)
        };
        trial.keep();
        // From here on the answers of checks that began with other settings are looked at by these.
        self.holds.store(Some(Arc::clone(new)));
        let mut update = Update::default();
        if let Some(done) = done {
            memory.apply(&commit, &done);
            update = settle::update(&memory, new, &commit, &done);
        }
        views(&memory, old, new, &mut update);
        update.former = settle::former(&memory, new);
        self.rebase(&memory, old, new, now);
        self.reveal(&update, now);
        let anew = |id: &&String| {
            let (Some(feed), Some(state)) = (new.feeds.get(*id), memory.feeds.get(*id)) else {
                return true;
            };
            let known =
                state.settings_hash.as_ref().is_some_and(|hash| *hash == new.fingerprint(feed));
            let address = state.url_hash == report::hash(feed.url.as_str().as_bytes());
            state.last_good.is_some() && !known || !address
        };
        let mut read_anew: Vec<String> = new.feeds.keys().filter(anew).cloned().collect();
        read_anew.sort();
        Ok(Resettled { update, read_anew, renamed })
    }
}

impl Refresher {
    /// Other words, groups or time zone are another ground for the read model to stand on.
    fn rebase(&self, memory: &Memory, old: Option<&Settings>, new: &Settings, now: DateTime<Utc>) {
        let Some(shown) = self.shown.get() else { return };
        if old.is_none_or(|old| old.ground() != new.ground()) {
            shown.store(Arc::new(shown.load().rebased(settle::base(memory, new), now)));
        }
    }
}

/// The commit that follows from the settings, and the feeds that were renamed.
fn following(
    trial: &Trial<'_>,
    old: Option<&Settings>,
    new: &Settings,
    now: DateTime<Utc>,
) -> (Commit, Vec<(String, String)>) {
    let memory = trial.memory();
    let mut also: BTreeSet<Id> = trial.changed.iter().cloned().collect();
    let mut commit = Commit::new(now);
    let renamed = renames(memory, new);
    for (from, to) in &renamed {
        rename(memory, from, to, &mut commit);
    }
    come_and_go(memory, new, &renamed, &mut commit);
    let rules = rules(new);
    if memory.rules.as_deref() != Some(&*rules) {
        commit.rules = Some(rules);
        match old {
            Some(old) => also.extend(touched(memory, old, new)),
            None => also.extend(memory.events.keys().cloned()),
        }
    }
    let put: HashSet<&Id> = commit.events.iter().map(|event| &event.id).collect();
    let also: Vec<Id> = also.into_iter().filter(|id| !put.contains(id)).collect();
    (settle::settle(memory, new, commit, &also), renamed)
}

/// Hash of what the operator says about merging and single events.
fn rules(settings: &Settings) -> String {
    let config = &settings.config;
    let mut feeds: Vec<_> =
        settings.feeds.values().map(|f| (&f.id, f.priority, &f.licence, &f.member)).collect();
    feeds.sort();
    let text = format!("{:?} {:?} {:?} {feeds:?}", config.together, config.apart, config.overrides);
    report::hash(text.as_bytes())
}

/// A stored feed that feeds.toml does not know, and a new one with the same address, are one.
fn renames(memory: &Memory, settings: &Settings) -> Vec<(String, String)> {
    let mut new: Vec<_> =
        settings.feeds.values().filter(|feed| !memory.feeds.contains_key(&feed.id)).collect();
    new.sort_by(|a, b| a.id.cmp(&b.id));
    let mut old: Vec<&FeedState> =
        memory.feeds.values().filter(|state| !settings.feeds.contains_key(&state.feed)).collect();
    old.sort_by(|a, b| a.feed.cmp(&b.feed));
    let mut renamed = Vec::new();
    for feed in new {
        let address = report::hash(feed.url.as_str().as_bytes());
        if let Some(at) = old.iter().position(|state| state.url_hash == address) {
            renamed.push((old.remove(at).feed.clone(), feed.id.clone()));
        }
    }
    renamed
}

fn rename(memory: &Memory, from: &str, to: &str, commit: &mut Commit) {
    let Some(state) = memory.feeds.get(from) else { return };
    let moved = memory.events_of(from).into_iter();
    commit
        .events
        .extend(moved.map(|event| Arc::new(Event { feed: to.to_owned(), ..event.clone() })));
    commit.checks.extend(state.history.iter().map(|check| (to.to_owned(), check.clone())));
    let mut former: Vec<String> =
        state.former.iter().filter(|id| *id != to && *id != from).cloned().collect();
    former.push(from.to_owned());
    former.drain(..former.len().saturating_sub(FORMER_KEPT));
    commit.feeds.push(FeedState {
        feed: to.to_owned(),
        removed_since: None,
        former,
        ..state.clone()
    });
    commit.feeds_removed.push(from.to_owned());
}

/// Marks feeds that went, unmarks those that came back, and lets go of the events of those gone for long.
fn come_and_go(memory: &Memory, new: &Settings, renamed: &[(String, String)], commit: &mut Commit) {
    let mut states: Vec<&FeedState> = memory.feeds.values().collect();
    states.sort_by(|a, b| a.feed.cmp(&b.feed));
    for state in states {
        if renamed.iter().any(|(from, _)| *from == state.feed) {
            continue;
        }
        let with = |removed_since| FeedState { removed_since, ..state.clone() };
        match (new.feeds.contains_key(&state.feed), state.removed_since) {
            (true, Some(_)) => commit.feeds.push(with(None)),
            (false, None) if memory.spared.contains(&state.feed) => {}
            (false, None) => commit.feeds.push(with(Some(commit.at))),
            (false, Some(since)) if commit.at - since >= LEAVES_AFTER => {
                let events = memory.events_of(&state.feed).into_iter();
                commit.events_removed.extend(events.map(|event| event.id.clone()));
                // The state stays, so that a calendar filtered by its id goes on being answered.
            }
            _ => {}
        }
    }
}

/// Events about which two settings differ in how they are merged.
fn touched(memory: &Memory, old: &Settings, new: &Settings) -> BTreeSet<Id> {
    let mut ids = BTreeSet::new();
    for (was, is) in
        [(&old.config.together, &new.config.together), (&old.config.apart, &new.config.apart)]
    {
        if was != is {
            ids.extend(was.iter().chain(is).flatten().cloned());
        }
    }
    for feed in new.feeds.values().filter(|feed| old.feeds.get(&feed.id) != Some(feed)) {
        ids.extend(memory.events_of(&feed.id).into_iter().map(|event| event.id.clone()));
    }
    // A rule may name a listing by the id of an event that has become part of another one.
    let through = |id: &Id| memory.listings.get(memory.aliases.get(id).unwrap_or(id));
    let others: Vec<Id> = ids
        .iter()
        .filter_map(through)
        .flat_map(|listing| listing.sources.iter().map(|source| source.event.clone()))
        .collect();
    ids.extend(others);
    ids
}

fn commit_is_empty(commit: &Commit) -> bool {
    commit.feeds.is_empty()
        && commit.feeds_removed.is_empty()
        && commit.events.is_empty()
        && commit.events_removed.is_empty()
        && commit.listings.is_empty()
        && commit.listings_removed.is_empty()
        && commit.rules.is_none()
}

/// Feeds whose settings the catalogue must take over, and those that it must drop.
fn views(memory: &Memory, old: Option<&Settings>, new: &Settings, update: &mut Update) {
    let Some(old) = old else { return };
    let mut changed: Vec<_> =
        new.feeds.values().filter(|feed| old.feeds.get(&feed.id) != Some(feed)).cloned().collect();
    changed.sort_by(|a, b| a.id.cmp(&b.id));
    update.feeds.retain(|view| !changed.iter().any(|feed| feed.id == view.feed.id));
    update.feeds.extend(changed.into_iter().map(|feed| {
        let state = memory.feeds.get(&feed.id).cloned().unwrap_or_default();
        FeedView { feed, state }
    }));
    let gone = old.feeds.keys().filter(|id| !new.feeds.contains_key(*id)).cloned();
    update.feeds_removed = gone.collect();
    update.feeds_removed.sort();
}
