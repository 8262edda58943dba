//! Notices that feeds.toml has changed, and holds back an edit that looks like an accident.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{
    config::Config,
    refresh::{Memory, Settings, report},
};

/// Losing up to this many feeds in one edit is nothing unusual.
const FEW: usize = 3;

/// What tells two states of a file apart without reading it.
type Stamp = Option<(SystemTime, u64)>;

/// The files that make up the configuration, as they were before they were last read.
///
/// Before, since an edit made while they are read and taken over must not be missed.
#[derive(Debug)]
pub(super) struct Watched {
    seen: Vec<(PathBuf, Stamp)>,
}

impl Watched {
    /// Watches a configuration that is about to be read.
    pub(super) fn new(path: &Path) -> Self {
        Self { seen: vec![(path.to_owned(), stamp(path))] }
    }

    /// Takes note of the files that belong to it now that it has been read. One that was not watched until now counts
    /// as changed, since it may have been since it was read.
    pub(super) fn follow(&mut self, config: &Config) {
        let folder = config.folder();
        let known: HashMap<PathBuf, Stamp> = self.seen.split_off(1).into_iter().collect();
        self.seen.extend(config.network.vocabulary.iter().map(|path| {
            let path = folder.join(path);
            let stamp = known.get(&path).copied().flatten();
            (path, stamp)
        }));
    }

    /// Whether a file has changed since this was last asked; to be asked before they are read.
    pub(super) fn changed(&mut self) -> bool {
        let mut changed = false;
        for (path, seen) in &mut self.seen {
            let now = stamp(path);
            changed |= now != *seen;
            *seen = now;
        }
        changed
    }
}

fn stamp(path: &Path) -> Stamp {
    let facts = fs::metadata(path).ok()?;
    Some((facts.modified().ok()?, facts.len()))
}

/// The feeds that an edit takes away, if those are so many that it has to wait for a word.
///
/// A feed that goes on under another id with the same address is not taken away.
pub(super) fn takes_away_too_much(old: &Settings, new: &Settings) -> Option<Vec<String>> {
    let addresses: Vec<&url::Url> = new.feeds.values().map(|feed| &feed.url).collect();
    let gone = old
        .feeds
        .values()
        .filter(|feed| !new.feeds.contains_key(&feed.id) && !addresses.contains(&&feed.url));
    let mut gone: Vec<String> = gone.map(|feed| feed.id.clone()).collect();
    gone.sort();
    (gone.len() > FEW && gone.len() * 3 > old.feeds.len()).then_some(gone)
}

/// The feeds that the store knows and feeds.toml does not, and of how many, if that looks like an accident.
pub(super) fn lost_since(memory: &Memory, settings: &Settings) -> Option<(Vec<String>, usize)> {
    let addresses: Vec<String> =
        settings.feeds.values().map(|feed| report::hash(feed.url.as_str().as_bytes())).collect();
    let known = || memory.feeds.values().filter(|state| state.removed_since.is_none());
    let gone = known().filter(|state| {
        !settings.feeds.contains_key(&state.feed) && !addresses.contains(&state.url_hash)
    });
    let mut gone: Vec<String> = gone.map(|state| state.feed.clone()).collect();
    gone.sort();
    let of = known().count();
    (gone.len() > FEW && gone.len() * 3 > of).then_some((gone, of))
}
