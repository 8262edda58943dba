//! What is kept on disk: feed states, events, listings and the log of changes, committed one fetch at a time.
//!
//! The interface is small, asynchronous and says nothing of the database behind it. Everything is read once, at
//! the start; afterwards the store is only written to, and a commit is acknowledged when it would survive a power
//! cut. What cannot be opened is never deleted: the error names it and says which way leads back.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Duration, Utc};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::{
    event::{Change, ChangeKind, Event, Id, Listing, Span},
    health::{Check, FeedState},
};

pub mod backup;
pub mod bodies;
pub mod forgotten;
mod guard;
pub mod owner;
pub mod size;
mod sled;

pub use guard::fresh_file;
pub use size::{Compacted, Tended};

/// How long the log of changes reaches back (`/api/v1/changes`).
pub const LOG_KEPT: Duration = Duration::days(90);

/// Checks remembered for each feed.
pub const CHECKS_KEPT: usize = 90;

/// Version of the layout of keys and records; raised when an older program could not read them.
pub const SCHEMA: u32 = 1;

/// What is fixed about a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of the layout.
    pub schema: u32,
    /// The part after `@` in the UIDs that are made here; fixed at the first run, whatever the address later is.
    pub domain: String,
    /// Names this run of the change log; a restored store has another, so that old cursors are refused.
    pub epoch: String,
    /// Mixed into the hashes of private items, so that nobody can guess their titles from them.
    pub salt: String,
    /// When the store was made.
    pub created: DateTime<Utc>,
}

/// A decision of the operator on one event (`folkmoot review`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewDecision {
    /// The event.
    pub event: Id,
    /// Accepted for listing, rejected, or left open.
    pub accepted: Option<bool>,
    /// Words that its date was read from.
    pub date: Option<String>,
    /// The date that was read from them.
    #[serde(default)]
    pub span: Option<Span>,
    /// When it was decided.
    pub at: DateTime<Utc>,
}

/// What remains of a forgotten event: enough to know it again, nothing of what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Its id.
    pub event: Id,
    /// Salted hashes of what would identify it, should it come back.
    pub hashes: Vec<String>,
    /// The operator's reason.
    pub reason: String,
    /// When it was forgotten.
    pub at: DateTime<Utc>,
    /// Hashes by which those who copied it from our API know it, if it was public.
    #[serde(default)]
    pub public: Vec<String>,
}

/// All that a store holds, as read at the start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// What is fixed about it.
    pub identity: Identity,
    /// States of the feeds with their last checks.
    pub feeds: Vec<FeedState>,
    /// Events of all feeds.
    pub events: Vec<Arc<Event>>,
    /// Listings.
    pub listings: Vec<Arc<Listing>>,
    /// Listings that became part of another: from, into.
    pub aliases: Vec<(Id, Id)>,
    /// Last states of listings that are part of another now, so that a merge that is undone goes on where it began.
    #[serde(default)]
    pub remembered: Vec<Arc<Listing>>,
    /// The log of changes, oldest first.
    pub log: Vec<Change>,
    /// The cursor that the next change will have.
    pub next_cursor: u64,
    /// Hash of the operator's rules by which the listings were merged last.
    #[serde(default)]
    pub rules: Option<String>,
    /// Decisions of the operator.
    #[serde(default)]
    pub decisions: Vec<ReviewDecision>,
    /// Forgotten events.
    #[serde(default)]
    pub tombstones: Vec<Tombstone>,
    /// Keys of records that could not be read: kept as they are, left out here.
    #[serde(default)]
    pub unreadable: Vec<String>,
}

impl Snapshot {
    /// The content of a store that has just been made.
    #[must_use]
    pub fn empty(identity: Identity) -> Self {
        Self {
            identity,
            feeds: Vec::new(),
            events: Vec::new(),
            listings: Vec::new(),
            aliases: Vec::new(),
            remembered: Vec::new(),
            log: Vec::new(),
            next_cursor: 1,
            rules: None,
            decisions: Vec::new(),
            tombstones: Vec::new(),
            unreadable: Vec::new(),
        }
    }
}

/// A change of a listing that has no place in the log yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// What happened.
    pub change: ChangeKind,
    /// The listing.
    pub id: Id,
    /// For `merged`: what it became part of.
    pub into: Option<Id>,
}

/// All that one fetch changes: kept whole or not at all.
#[derive(Debug, Clone, Default)]
pub struct Commit {
    /// When; the time of every change in it.
    pub at: DateTime<Utc>,
    /// New states of feeds (their `history` is not looked at; see `checks`).
    pub feeds: Vec<FeedState>,
    /// Feeds of which nothing remains.
    pub feeds_removed: Vec<String>,
    /// Checks to add to the history of a feed.
    pub checks: Vec<(String, Check)>,
    /// New and changed events.
    pub events: Vec<Arc<Event>>,
    /// Events that are dropped.
    pub events_removed: Vec<Id>,
    /// New and changed listings.
    pub listings: Vec<Arc<Listing>>,
    /// Listings that are no more.
    pub listings_removed: Vec<Id>,
    /// Listings that became part of another: from, into.
    pub aliases: Vec<(Id, Id)>,
    /// Listings that stand on their own again.
    pub aliases_removed: Vec<Id>,
    /// Last states of listings that were merged or taken away, while their events remain.
    pub remembered: Vec<Arc<Listing>>,
    /// Those that need not be remembered any more.
    pub remembered_removed: Vec<Id>,
    /// For the log, in order.
    pub changes: Vec<NewChange>,
    /// Hash of the operator's rules by which all listings are merged now.
    pub rules: Option<String>,
    /// Decisions of the operator.
    pub decisions: Vec<ReviewDecision>,
    /// Events about which nothing is decided any more.
    pub decisions_removed: Vec<Id>,
    /// Forgotten events.
    pub tombstones: Vec<Tombstone>,
    /// What this takes away must not stay in the files: the store is to be copied soon ([`Store::tend`]), by the next
    /// program if need be.
    pub purge: bool,
}

impl Commit {
    /// A commit that changes nothing yet.
    #[must_use]
    pub fn new(at: DateTime<Utc>) -> Self {
        Self { at, ..Self::default() }
    }
}

/// What a commit came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// Its changes, with their cursors.
    pub changes: Vec<Change>,
    /// Changes older than this cursor have left the log.
    pub log_start: u64,
}

/// What is expected of a place where things are kept.
///
/// One writer owns it; commits take effect in the order in which they are given.
pub trait Store: Send + Sync + fmt::Debug {
    /// Everything that is kept.
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>>;

    /// Keeps all of a commit or nothing of it. `Ok` means that it survives a kill and a power cut.
    fn commit(&self, commit: Arc<Commit>) -> BoxFuture<'_, Result<Committed, StoreError>>;

    /// Copies what is kept into fresh files, so that nothing is left on the disk of what was taken away.
    fn compact(&self) -> BoxFuture<'_, Result<Compacted, StoreError>>;

    /// Looks after the size of what is on the disk: copies the store when it is out of proportion to what it keeps, or
    /// when something was taken away that must not stay in its files ([`Commit::purge`]).
    fn tend(&self, now: DateTime<Utc>) -> BoxFuture<'_, Result<Tended, StoreError>>;

    /// Finishes what was begun and lets go of the files.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// Whether a store may be made where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Create {
    /// `run`, `poll` and `restore`.
    IfAbsent,
    /// All other commands.
    Never,
}

/// Where and how to open a store.
#[derive(Debug, Clone)]
pub struct Open {
    /// The data directory; the database is a directory in it.
    pub dir: PathBuf,
    /// May it be made?
    pub create: Create,
    /// Host for new UIDs, used at the very first run only; one is made up where there is none.
    pub domain: Option<String>,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// Why a store cannot be opened, read or written, and what to do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// There is none.
    #[error(
        "there is no store in {}\n  `folkmoot run` or `folkmoot poll` makes one; --data-dir DIR names another place.",
        dir.display()
    )]
    Absent {
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// Another process has it.
    #[error(
        "another folkmoot is using {}: a daemon that is starting, or another command\n  Try again in a moment, or name \
         another place with --data-dir DIR.",
        dir.display()
    )]
    InUse {
        /// The data directory.
        dir: PathBuf,
    },
    /// The file system refuses.
    #[error(
        "{} cannot be written to: {words}\n  Make it writable for the user who runs folkmoot.",
        dir.display()
    )]
    Unwritable {
        /// The data directory.
        dir: PathBuf,
        /// The system's word.
        words: String,
    },
    /// No space left.
    #[error(
        "no space is left for {}\n  Nothing is lost: what could not be kept is fetched again when there is space.",
        dir.display()
    )]
    Full {
        /// The data directory.
        dir: PathBuf,
    },
    /// The database's files do not hold together.
    #[error(
        "the store in {} is damaged: {words}\n  It was left as it is. Move that directory away (with store.json beside it, \
         but without forgotten.jsonl) and bring back the last backup with `folkmoot restore FILE`, or start afresh.",
        dir.display()
    )]
    Damaged {
        /// The database's directory.
        dir: PathBuf,
        /// What was found.
        words: String,
    },
    /// It opens, but what was acknowledged is not in it.
    #[error(
        "the store in {} has lost what it held: {words}\n  Files may be missing from that directory. It was left as it \
         is. Put the files back, or move the directory away (with store.json beside it) and bring back the last backup \
         with `folkmoot restore FILE`.",
        dir.display()
    )]
    Emptied {
        /// The database's directory.
        dir: PathBuf,
        /// What was found.
        words: String,
    },
    /// Written by a later program.
    #[error(
        "the store in {} was written by a newer folkmoot (layout {found}; this one reads up to {SCHEMA})\n  Run the \
         newer program, or restore a backup into an empty data directory.",
        dir.display()
    )]
    Newer {
        /// The data directory.
        dir: PathBuf,
        /// Its layout.
        found: u32,
    },
    /// Something is there already where a store is to be made of a backup.
    #[error(
        "{} is not empty: there is \"{found}\" in it\n  A backup is brought back into an empty data directory: move \
         what is there away, name another place with --data-dir DIR, or say `folkmoot restore --replace FILE`.",
        dir.display()
    )]
    NotEmpty {
        /// The data directory.
        dir: PathBuf,
        /// What was found.
        found: String,
    },
    /// The writer is gone.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// The same in a few words that name no place: for the public.
    #[must_use]
    pub fn brief(&self) -> &'static str {
        match self {
            Self::Full { .. } => "no space is left on the disk",
            Self::Unwritable { .. } => "the disk does not take writes",
            Self::Damaged { .. } | Self::Emptied { .. } => "the store is damaged",
            Self::Absent { .. }
            | Self::NotEmpty { .. }
            | Self::InUse { .. }
            | Self::Newer { .. }
            | Self::Closed => "the store cannot be used",
        }
    }

    /// True where waiting may help: space may come back, a file system may be made writable.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Unwritable { .. })
    }
}

/// Whether a process holds a data directory at this moment.
#[must_use]
pub fn is_held(dir: &Path) -> bool {
    guard::is_held(dir)
}

/// Makes a store of a snapshot, in a data directory that has none.
///
/// # Errors
/// When there is something already, or it cannot be written; nothing is there then that would pass for a store.
pub async fn make(dir: PathBuf, snapshot: Snapshot, now: DateTime<Utc>) -> Result<(), StoreError> {
    let made = tokio::task::spawn_blocking(move || sled::make(&dir, &snapshot, now));
    made.await.map_err(|_| StoreError::Closed)?
}

/// Puts a store made of a snapshot in the place of the present one, which is gone then. A kill at any instant leaves one
/// of the two.
///
/// # Errors
/// When it is in use or cannot be written; the present store is there then as it was.
pub async fn replace(
    dir: PathBuf,
    snapshot: Snapshot,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let made = tokio::task::spawn_blocking(move || sled::replace(&dir, &snapshot, now));
    made.await.map_err(|_| StoreError::Closed)?
}

/// The same identity in a new epoch of the log, so that cursors of before are refused.
#[must_use]
pub fn in_new_epoch(identity: Identity) -> Identity {
    Identity { epoch: guard::random_word(8), ..identity }
}

/// Opens the store of a data directory.
///
/// # Errors
/// Every way in which that can fail, each with what to do about it.
pub async fn open(how: Open) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(sled::SledStore::open(how).await?))
}
