//! The store in fresh files: a copy without what sled keeps of former records, and a store made of a backup.
//!
//! The new database is whole and on the disk before it takes the old one's place, so that a kill at any instant leaves
//! one of the two.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use chrono::{DateTime, Utc};

use super::{
    Base, CURSOR, Compacted, Fault, IDENTITY, PURGE, RULES, SERIAL, Snapshot, StoreError, Writer,
    encode,
    guard::{self, Guard, Note},
    key,
};
use crate::store::{Create, forgotten};

/// How often to look whether sled has let go of its files, 50 ms apart.
const PATIENCE: u32 = 100;

/// Records that a copy holds in memory at most before they are written.
const FLUSH_EVERY: usize = 1_000;

fn new_path(dir: &Path) -> PathBuf {
    dir.join("store.new")
}

fn old_path(dir: &Path) -> PathBuf {
    dir.join("store.old")
}

/// Ends a change of files that a kill has interrupted.
pub(super) fn finish_swap(dir: &Path) -> io::Result<()> {
    let (store, new, old) = (guard::database(dir), new_path(dir), old_path(dir));
    if !store.exists() && old.exists() {
        // The old one is moved away only when the new one is complete.
        let which = if new.exists() { &new } else { &old };
        fs::rename(which, &store)?;
        File::open(dir)?.sync_all()?;
        tracing::info!("a copy of the store that was interrupted at its end was completed");
    } else if new.exists() {
        tracing::info!("half a copy of the store, left by an interruption, is cleared away");
    }
    remove(&new)?;
    remove(&old)
}

fn remove(path: &Path) -> io::Result<()> {
    guard::gone(fs::remove_dir_all(path))
}

/// Bytes of all files in a directory and below it.
pub(super) fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let size_of = |entry: fs::DirEntry| match entry.metadata() {
        Ok(facts) if facts.is_dir() => size(&entry.path()),
        Ok(facts) => facts.len(),
        Err(_) => 0,
    };
    entries.map(size_of).sum()
}

/// Makes every file and name below a directory survive a power cut, those included that sled wrote while closing.
fn sync_all(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    File::open(dir)?.sync_all()
}

/// Waits until sled has closed a database: it writes by path for as long as it has one open.
fn released(path: &Path) -> io::Result<()> {
    let file = File::open(path.join("db"))?;
    for _ in 0..PATIENCE {
        if file.try_lock().is_ok() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(io::Error::other("the database library does not let go of its files"))
}

impl Writer {
    /// Copies every record into a new database and puts that in the old one's place.
    pub(super) fn compact(&mut self) -> Result<Compacted, StoreError> {
        self.reopen()?;
        let dir = self.guard.dir.clone();
        let io = |error: io::Error| guard::io_error(&dir, &error);
        let (store, new, old) = (guard::database(&dir), new_path(&dir), old_path(&dir));
        let before = size(&store);
        remove(&new).map_err(io)?;
        remove(&old).map_err(io)?;
        let copied = Base::open_at(&dir, new.clone()).and_then(|mut copy| {
            let base = self.base.as_mut().ok_or(StoreError::Closed)?;
            base.guarded(&dir, |base| {
                for (number, item) in base.tree.iter().enumerate() {
                    let (key, value) = item?;
                    if key.as_ref() != PURGE {
                        copy.tree.insert(key, value)?;
                    }
                    if number % FLUSH_EVERY == 0 {
                        copy.db.flush()?;
                    }
                }
                copy.persist()
            })
        });
        let copied = copied.and_then(|()| released(&new).and_then(|()| sync_all(&new)).map_err(io));
        if let Err(error) = copied {
            // Half a copy is of no use; that it may not go either changes nothing.
            drop(remove(&new));
            return Err(error);
        }
        self.base = None;
        released(&store).map_err(io)?;
        let swapped = fs::rename(&store, &old)
            .and_then(|()| fs::rename(&new, &store))
            .and_then(|()| File::open(&dir)?.sync_all())
            .and_then(|()| remove(&old));
        swapped.map_err(io)?;
        self.purge = false;
        self.reopen()?;
        Ok(Compacted { before, after: size(&store) })
    }
}

/// What may lie in a data directory into which a backup is brought back.
const MAY_STAY: [&str; 8] = [
    "bodies",
    "control.sock",
    "forgotten.jsonl",
    "forgotten.jsonl.partial",
    "lock",
    "probe.partial",
    "store.new",
    "validators.txt",
];

/// Makes a store of a snapshot, in a data directory that has none.
pub(in crate::store) fn make(
    dir: &Path,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let entry = entry.map_err(|error| guard::io_error(dir, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !MAY_STAY.contains(&name.as_str()) {
            return Err(StoreError::NotEmpty { dir: dir.to_owned(), found: name });
        }
    }
    replace(dir, snapshot, now)
}

/// Makes a store of a snapshot; one that is there goes when the new one is whole.
pub(in crate::store) fn replace(
    dir: &Path,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let io = |error: io::Error| guard::io_error(dir, &error);
    let guard = Guard::take(dir, Create::IfAbsent)?;
    finish_swap(dir).map_err(io)?;
    let (store, new, old) = (guard::database(dir), new_path(dir), old_path(dir));
    forgotten::add(dir, &snapshot.identity.salt, &snapshot.tombstones).map_err(io)?;
    let mut base = Base::open_at(dir, new.clone())?;
    base.guarded(dir, |base| base.fill(snapshot))?;
    drop(base);
    released(&new).and_then(|()| sync_all(&new)).map_err(io)?;
    if store.exists() {
        // Of either store it is true that it holds a commit.
        let note = Note { identity: snapshot.identity.clone(), serial: 1, at: now };
        guard.write_note(&note).map_err(io)?;
        fs::rename(&store, &old).map_err(io)?;
    }
    let swapped = fs::rename(&new, &store).and_then(|()| File::open(dir)?.sync_all());
    swapped.and_then(|()| remove(&old)).map_err(io)?;
    guard.write_note(&Note { identity: snapshot.identity.clone(), serial: 1, at: now }).map_err(io)
}

impl Base {
    fn fill(&mut self, all: &Snapshot) -> Result<(), Fault> {
        let tree = &self.tree;
        for state in &all.feeds {
            for check in &state.history {
                let stamp = check.at.timestamp_micros().max(0);
                tree.insert(key("h/", &format!("{}\0{stamp:016x}", state.feed)), encode(check)?)?;
            }
            let bare = crate::health::FeedState { history: Vec::new(), ..state.clone() };
            tree.insert(key("f/", &state.feed), encode(&bare)?)?;
        }
        for event in &all.events {
            tree.insert(key("e/", &event.id), encode(event)?)?;
        }
        for (prefix, listings) in [("l/", &all.listings), ("r/", &all.remembered)] {
            for listing in listings {
                tree.insert(key(prefix, &listing.id), encode(listing)?)?;
            }
        }
        for (from, into) in &all.aliases {
            tree.insert(key("a/", from), encode(into)?)?;
        }
        for change in &all.log {
            tree.insert(key("c/", &format!("{:016x}", change.cursor)), encode(change)?)?;
        }
        for decision in &all.decisions {
            tree.insert(key("d/", &decision.event), encode(decision)?)?;
        }
        for stone in &all.tombstones {
            tree.insert(key("t/", &stone.event), encode(stone)?)?;
        }
        if let Some(rules) = &all.rules {
            tree.insert(RULES, encode(rules)?)?;
        }
        tree.insert(CURSOR, &all.next_cursor.to_be_bytes())?;
        tree.insert(SERIAL, &1_u64.to_be_bytes())?;
        tree.insert(IDENTITY, encode(&all.identity)?)?;
        self.persist()
    }
}
