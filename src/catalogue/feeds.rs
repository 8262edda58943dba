//! Feeds as they are seen from outside: settings and state together.

use chrono::{DateTime, Utc};

use crate::{
    feed::Feed,
    health::{FeedState, Health, MOVED_AFTER},
};

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
        /// A feed that has announced nothing for this long is called quiet.
        const QUIET_AFTER_DAYS: i64 = 180;
        let state = &self.state;
        let newest = state.history.iter().rev().find(|check| check.added > 0).map(|check| check.at);
        match () {
            () if self.feed.paused => Health::Paused,
            () if state.gone => Health::Gone,
            () if state.last_check.is_none() => Health::New,
            () if state.last_good.is_none() => Health::NeverWorked,
            () if state.failures > 0 => Health::Failing,
            () if state.moved_to.as_ref().is_some_and(|(_, times)| *times >= MOVED_AFTER) => {
                Health::Moved
            }
            () if state.shrank_since.is_some() || state.cut_off => Health::Shrinking,
            () if state.listed == 0
                && newest.is_some_and(|at| (now - at).num_days() > QUIET_AFTER_DAYS) =>
            {
                Health::Quiet
            }
            () => Health::Fine,
        }
    }

    /// The name shown to people: the operator's, else the feed's own title, else its id.
    #[must_use]
    pub fn name(&self) -> &str {
        let title = self.state.title.as_deref().filter(|title| !title.trim().is_empty());
        self.feed.name.as_deref().or(title).unwrap_or(&self.feed.id)
    }
}
