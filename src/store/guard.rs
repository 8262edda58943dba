//! The watch over the database's directory: who holds it, whether it is writable, and what it held when last seen.
//!
//! sled 0.34 opens an empty store without a word when one of its files is missing, so what was acknowledged is
//! noted beside it and compared at each start.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    hash::{BuildHasher, RandomState},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Create, Identity, SCHEMA, StoreError};

/// What is noted beside the database (`store.json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// What is fixed about the store.
    pub(super) identity: Identity,
    /// Commits acknowledged when this was written; the database must have at least as many.
    pub(super) serial: u64,
    /// When this was written.
    pub(super) at: DateTime<Utc>,
}

/// The data directory, held by this process.
#[derive(Debug)]
pub(super) struct Guard {
    /// The data directory.
    pub(super) dir: PathBuf,
    /// Held for as long as the process works with the directory.
    _lock: File,
}

impl Guard {
    /// Takes hold of a data directory.
    pub(super) fn take(dir: &Path, create: Create) -> Result<Self, StoreError> {
        if !database(dir).exists() && !note_path(dir).exists() && create == Create::Never {
            return Err(StoreError::Absent { dir: dir.to_owned() });
        }
        let lock = make_dir(dir)
            .and_then(|()| {
                let mut options = OpenOptions::new();
                options
                    .create(true)
                    .truncate(false)
                    .write(true)
                    .mode(0o600)
                    .custom_flags(unfollowed());
                options.open(dir.join("lock"))
            })
            .map_err(|error| io_error(dir, &error))?;
        let mut tries = 0;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { dir: dir.to_owned(), _lock: lock }),
                // A command that reads the store, or only looks whether it is held, soon lets go: no daemon fails for that.
                Err(TryLockError::WouldBlock) if tries < 50 => {
                    tries += 1;
                    thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::InUse { dir: dir.to_owned() });
                }
                Err(TryLockError::Error(error)) => return Err(io_error(dir, &error)),
            }
        }
    }

    /// The note, if the store has ever been written.
    ///
    /// A missing file of the database is found here, before the database would make a new one in its place.
    pub(super) fn note(&self) -> Result<Option<Note>, StoreError> {
        let bytes = match fs::read(note_path(&self.dir)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_error(&self.dir, &error)),
        };
        let note: Note = serde_json::from_slice(&bytes).map_err(|error| StoreError::Damaged {
            dir: self.dir.clone(),
            words: format!("store.json cannot be read ({error})"),
        })?;
        if note.identity.schema > SCHEMA {
            return Err(StoreError::Newer { dir: self.dir.clone(), found: note.identity.schema });
        }
        for name in ["conf", "db"] {
            let words = match fs::metadata(database(&self.dir).join(name)) {
                Ok(facts) if facts.len() > 0 => continue,
                Ok(_) => format!("its file \"{name}\" is empty"),
                Err(_) => format!("its file \"{name}\" is missing"),
            };
            return Err(StoreError::Emptied { dir: database(&self.dir), words });
        }
        Ok(Some(note))
    }

    /// Writes the note, whole or not at all.
    pub(super) fn write_note(&self, note: &Note) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(note).map_err(io::Error::other)?;
        let (partial, path) = (self.dir.join("store.json.partial"), note_path(&self.dir));
        let mut file = fresh_file(&partial)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&partial, &path)?;
        File::open(&self.dir)?.sync_all()
    }

    /// Finds out whether this much could be written now, without touching the database.
    pub(super) fn probe(&self, bytes: usize) -> Result<(), StoreError> {
        let path = self.dir.join("probe.partial");
        let written = fresh_file(&path).and_then(|mut file| {
            file.write_all(&vec![0x55; bytes])?;
            file.sync_all()
        });
        let removed = fs::remove_file(&path);
        written.and(removed).map_err(|error| io_error(&self.dir, &error))
    }
}

/// A new file for what is written whole or not at all, readable by its owner only. One that an interrupted write left is
/// removed, and a link is never followed: root's commands write here too.
///
/// # Errors
/// When the old one cannot be removed or the new one cannot be made.
pub fn fresh_file(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)
}

fn unfollowed() -> i32 {
    rustix::fs::OFlags::NOFOLLOW.bits().cast_signed()
}

/// Whether a process holds a data directory at this moment.
pub(super) fn is_held(dir: &Path) -> bool {
    let lock = File::open(dir.join("lock"));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Bytes that may still be written to the disk under a directory.
pub(super) fn free(dir: &Path) -> io::Result<u64> {
    let facts = rustix::fs::statvfs(dir)?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
}

/// The database's directory in a data directory.
pub(super) fn database(dir: &Path) -> PathBuf {
    dir.join("store")
}

fn note_path(dir: &Path) -> PathBuf {
    dir.join("store.json")
}

/// A directory that only the service's user may look into; its own group may reach the control socket.
pub(super) fn make_dir(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o750).create(dir)
}

/// What is to be gone and is not there is gone.
pub(super) fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The typed error for an error of the system.
pub(super) fn io_error(dir: &Path, error: &io::Error) -> StoreError {
    let dir = dir.to_owned();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            StoreError::Full { dir }
        }
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
            StoreError::Damaged { dir, words: error.to_string() }
        }
        _ => StoreError::Unwritable { dir, words: error.to_string() },
    }
}

/// Random lower-case base32. The seeds of the standard library's hash maps come from the system's randomness.
pub(super) fn random_word(length: usize) -> String {
    let mut word = String::new();
    while word.len() < length {
        let bytes = RandomState::new().hash_one(word.len()).to_be_bytes();
        word.push_str(&data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase());
    }
    word.truncate(length);
    word
}
