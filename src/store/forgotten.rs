//! The list of what was forgotten, beside the store: it outlives the store, so that neither an older backup nor a fresh
//! start brings an event back.
//!
//! A first line with the salt of the hashes, then a tombstone a line. It holds nothing of what the events said.

use std::{
    collections::{BTreeSet, HashSet},
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{Snapshot, Tombstone, guard::fresh_file};
use crate::{
    event::{Event, Facts, Id, Listing},
    reconcile::pairing,
};

/// Its name in a data directory.
pub const NAME: &str = "forgotten.jsonl";

/// The list of a data directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// The salt of the hashes; `None` where there is no list.
    pub salt: Option<String>,
    /// What was forgotten.
    pub stones: Vec<Tombstone>,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    folkmoot_forgotten: u32,
    salt: String,
}

fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// Reads the list of a data directory; an absent one is empty.
///
/// # Errors
/// When it cannot be read, or a line of it not be understood.
pub fn read(dir: &Path) -> io::Result<Forgotten> {
    let text = match fs::read_to_string(path(dir)) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Forgotten::default()),
        Err(error) => return Err(error),
    };
    let odd = |number: usize, error: serde_json::Error| {
        io::Error::other(format!("line {} of {NAME} cannot be understood: {error}", number + 1))
    };
    let mut lines = text.lines().enumerate();
    let Some((number, first)) = lines.next() else { return Ok(Forgotten::default()) };
    let head: Head = serde_json::from_str(first).map_err(|error| odd(number, error))?;
    let stones =
        lines.map(|(number, line)| serde_json::from_str(line).map_err(|error| odd(number, error)));
    Ok(Forgotten { salt: Some(head.salt), stones: stones.collect::<io::Result<_>>()? })
}

/// Adds to the list of a data directory what it does not have yet, whole or not at all.
pub(super) fn add(dir: &Path, salt: &str, stones: &[Tombstone]) -> io::Result<()> {
    let mut list = read(dir)?;
    let known: HashSet<&Id> = list.stones.iter().map(|stone| &stone.event).collect();
    let new: Vec<&Tombstone> = stones.iter().filter(|s| !known.contains(&s.event)).collect();
    if new.is_empty() && (stones.is_empty() || list.salt.as_deref() == Some(salt)) {
        return Ok(());
    }
    let new: Vec<Tombstone> = new.into_iter().cloned().collect();
    list.stones.extend(new);
    let mut text = Vec::new();
    let head = Head { folkmoot_forgotten: 1, salt: salt.to_owned() };
    serde_json::to_writer(&mut text, &head)?;
    for stone in &list.stones {
        text.push(b'\n');
        serde_json::to_writer(&mut text, stone)?;
    }
    text.push(b'\n');
    let partial = dir.join(format!("{NAME}.partial"));
    let mut file = fresh_file(&partial)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&partial, path(dir))?;
    File::open(dir)?.sync_all()
}

/// Unites what was forgotten elsewhere with what a snapshot knows, and takes what those events were out of it; gives how
/// many events that were. Listings that they were part of are made anew of what is left.
pub fn unite(all: &mut Snapshot, more: Vec<Tombstone>) -> usize {
    let known: HashSet<Id> = all.tombstones.iter().map(|stone| stone.event.clone()).collect();
    all.tombstones.extend(more.into_iter().filter(|stone| !known.contains(&stone.event)));
    let ids: HashSet<&Id> = all.tombstones.iter().map(|stone| &stone.event).collect();
    let hashes: HashSet<&String> = all.tombstones.iter().flat_map(|stone| &stone.hashes).collect();
    let salt = &all.identity.salt;
    let is_forgotten = |event: &Event| {
        let draft = &event.draft;
        let own = draft.reference.as_ref().filter(|_| draft.private.is_some());
        ids.contains(&event.id)
            || own.is_some_and(|hash| hashes.contains(hash))
            || pairing::lasting_hashes(salt, &event.feed, draft).iter().any(|h| hashes.contains(h))
    };
    let (gone, left): (Vec<_>, Vec<_>) = std::mem::take(&mut all.events)
        .into_iter()
        .partition(|event: &Arc<Event>| is_forgotten(event));
    all.events = left;
    let (feeds, gone): (BTreeSet<String>, HashSet<Id>) =
        gone.into_iter().map(|event| (event.feed.clone(), event.id.clone())).unzip();
    if gone.is_empty() {
        return 0;
    }
    without(all, &gone);
    for state in all.feeds.iter_mut().filter(|state| feeds.contains(&state.feed)) {
        state.unquote();
        // What the feed said last is not what is kept of it any more.
        (state.etag, state.last_modified, state.body_hash) = (None, None, None);
    }
    gone.len()
}

/// Takes listings with these events apart; only who they were is remembered of those of which something is left.
fn without(all: &mut Snapshot, gone: &HashSet<Id>) {
    let touched = |listing: &Listing| {
        gone.contains(&listing.id) || listing.sources.iter().any(|s| gone.contains(&s.event))
    };
    let (apart, whole): (Vec<_>, Vec<_>) = std::mem::take(&mut all.listings)
        .into_iter()
        .partition(|listing: &Arc<Listing>| touched(listing));
    all.listings = whole;
    all.remembered.retain(|listing| !touched(listing));
    let ended: HashSet<&Id> = apart.iter().map(|listing| &listing.id).collect();
    all.aliases.retain(|(from, into)| !ended.contains(into) && !gone.contains(from));
    let left: HashSet<&Id> = all.events.iter().map(|event| &event.id).collect();
    let shells = apart.iter().filter(|listing| left.contains(&listing.id)).map(|was| Listing {
        facts: Facts::new("", was.facts.time_zone),
        sources: Vec::new(),
        ..(**was).clone()
    });
    all.remembered.extend(shells.map(Arc::new));
    all.decisions.retain(|decision| !gone.contains(&decision.event));
    // All is merged anew at the next start.
    all.rules = None;
}
