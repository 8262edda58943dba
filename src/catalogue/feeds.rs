//! Feeds as they are seen from outside: settings and state together.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    feed::Feed,
    health::{FeedState, Health, MOVED_AFTER},
};

/// A feed that has announced nothing for this long is called quiet.
const QUIET_AFTER: TimeDelta = TimeDelta::days(180);

/// A feed: its settings and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedView {
    /// Settings.
    pub feed: Feed,
    /// State; that of a feed never checked is empty.
    pub state: FeedState,
}

impl FeedView {
    /// Health of the feed in a word.
    #[must_use]
    pub fn health(&self, now: DateTime<Utc>) -> Health {
        health(&self.feed, &self.state, now)
    }

    /// The name shown to people.
    #[must_use]
    pub fn name(&self) -> &str {
        name(&self.feed, &self.state)
    }
}

/// Health of a feed in a word.
#[must_use]
pub fn health(feed: &Feed, state: &FeedState, now: DateTime<Utc>) -> Health {
    match () {
        () if feed.paused => Health::Paused,
        () if state.gone => Health::Gone,
        () if state.last_check.is_none() => Health::New,
        () if state.last_good.is_none() => Health::NeverWorked,
        () if state.failures > 0 => Health::Failing,
        () if state.moved_to.as_ref().is_some_and(|(_, times)| *times >= MOVED_AFTER) => {
            Health::Moved
        }
        () if state.shrank_since.is_some() || state.cut_off => Health::Shrinking,
        () if state.last_new.is_some_and(|at| now - at > QUIET_AFTER) => Health::Quiet,
        () => Health::Fine,
    }
}

/// The name of a feed as people see it: the operator's, else the feed's own title, else its id.
#[must_use]
pub fn name<'a>(feed: &'a Feed, state: &'a FeedState) -> &'a str {
    let title = state.title.as_deref().filter(|title| !title.trim().is_empty());
    feed.name.as_deref().or(title).unwrap_or(&feed.id)
}
