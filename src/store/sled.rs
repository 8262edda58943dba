//! The store in sled 0.34: one tree, keys with a prefix, one atomic batch a commit, one thread that owns it.
//!
//! What sled does not do by itself is done here: a panic while opening or reading becomes an error, its flush is
//! followed by an fsync, and after a failed write the database is opened anew once the disk takes writes again
//! (sled refuses everything after its first failed write).

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use sled::{Db, IVec, Tree};
use tokio::sync::{mpsc, oneshot};

use super::{
    CHECKS_KEPT, Commit, Committed, Compacted, Identity, LOG_KEPT, Open, SCHEMA, Snapshot, Store,
    StoreError, Tended, Tombstone, forgotten,
    guard::{self, Guard, Note},
};
use crate::{event::Change, health::Check};

mod fresh;
mod redo;
mod tend;

use self::redo::{Changes, Gathered, Numbers};

pub(super) use fresh::{make, replace};

/// Memory for sled's pages: everything is read once, so little is gained by more.
const CACHE: u64 = 8 * 1024 * 1024;
/// Records longer than this are compressed; sled keeps values over 128 KB as files of their own.
const COMPRESS_ABOVE: usize = 16 * 1024;
/// Lines of the log that one commit drops at most.
const DROP_AT_ONCE: usize = 10_000;
/// The note beside the database may lag behind by this many seconds.
const NOTE_EVERY: i64 = 60;

/// First byte of a record: JSON.
const PLAIN: u8 = 1;
/// First byte of a record: JSON, compressed with zstd.
const COMPRESSED: u8 = 2;

const IDENTITY: &[u8] = b"m/identity";
const RULES: &[u8] = b"m/rules";
const SERIAL: &[u8] = b"m/serial";
const CURSOR: &[u8] = b"m/cursor";
/// There while old files hold what must not stay; a copy leaves it out.
const PURGE: &[u8] = b"m/purge";

enum Job {
    Load(oneshot::Sender<Result<Snapshot, StoreError>>),
    Commit(Arc<Commit>, oneshot::Sender<Result<Committed, StoreError>>),
    Compact(oneshot::Sender<Result<Compacted, StoreError>>),
    Tend(DateTime<Utc>, oneshot::Sender<Result<Tended, StoreError>>),
    Close(oneshot::Sender<()>),
}

/// A handle to the thread that owns the database.
#[derive(Debug)]
pub(super) struct SledStore {
    jobs: mpsc::Sender<Job>,
}

impl SledStore {
    /// Opens the database on a thread of its own.
    pub(super) async fn open(how: Open) -> Result<Self, StoreError> {
        let (jobs, inbox) = mpsc::channel(64);
        let (told, opened) = oneshot::channel();
        let dir = how.dir.clone();
        let work = move || match Writer::open(&how) {
            Ok(writer) => {
                // Nobody waits any more: the writer is dropped, which closes the database.
                if told.send(Ok(())).is_ok() {
                    writer.serve(inbox);
                }
            }
            Err(error) => drop(told.send(Err(error))),
        };
        thread::Builder::new()
            .name("store".into())
            .spawn(work)
            .map_err(|error| guard::io_error(&dir, &error))?;
        opened.await.map_err(|_| StoreError::Closed)??;
        Ok(Self { jobs })
    }

    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<T>) -> Job) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(job(reply)).await.map_err(|_| StoreError::Closed)?;
        tokio::select! {
            biased;
            answer = answer => answer.map_err(|_| StoreError::Closed),
            // What is sent at the moment in which the thread lets go of its inbox is answered by nobody.
            () = self.jobs.closed() => Err(StoreError::Closed),
        }
    }
}

impl Store for SledStore {
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        Box::pin(async { self.ask(Job::Load).await? })
    }

    fn commit(&self, commit: Arc<Commit>) -> BoxFuture<'_, Result<Committed, StoreError>> {
        Box::pin(async { self.ask(|reply| Job::Commit(commit, reply)).await? })
    }

    fn compact(&self) -> BoxFuture<'_, Result<Compacted, StoreError>> {
        Box::pin(async { self.ask(Job::Compact).await? })
    }

    fn tend(&self, now: DateTime<Utc>) -> BoxFuture<'_, Result<Tended, StoreError>> {
        Box::pin(async move { self.ask(|reply| Job::Tend(now, reply)).await? })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        // An error means that it is closed already.
        Box::pin(async { drop(self.ask(Job::Close).await) })
    }
}

/// The one owner of the database.
struct Writer {
    guard: Guard,
    /// `None` after a failed write, until the disk takes writes again.
    base: Option<Base>,
    identity: Identity,
    /// Commits acknowledged.
    serial: u64,
    /// Cursor of the next change.
    cursor: u64,
    /// When the note was last written.
    noted: DateTime<Utc>,
    /// When the log was last cut.
    cut: Option<DateTime<Utc>>,
    /// Cursor of the oldest change that is kept.
    log_start: u64,
    /// The files hold what must not stay.
    purge: bool,
    /// The last copy into fresh files.
    copied: Option<(DateTime<Utc>, Compacted)>,
}

/// The open database.
struct Base {
    // Dropped in this order: the tree before the database that it belongs to.
    tree: Tree,
    db: Db,
    /// Its directory.
    path: PathBuf,
    /// Highest number of a blob file known to be on disk.
    blobs: u64,
}

impl Writer {
    fn open(how: &Open) -> Result<Self, StoreError> {
        let guard = Guard::take(&how.dir, how.create)?;
        fresh::finish_swap(&how.dir).map_err(|error| guard::io_error(&how.dir, &error))?;
        let note = guard.note()?;
        let mut base = Base::open(&how.dir)?;
        let found: Option<Identity> = base.guarded(&how.dir, |base| base.get(IDENTITY))?;
        let identity = match (found, &note) {
            (Some(found), _) => found,
            (None, Some(_)) => return Err(emptied(&how.dir, "it opens, but is empty")),
            (None, None) => base.found(how)?,
        };
        if identity.schema > SCHEMA {
            return Err(StoreError::Newer { dir: how.dir.clone(), found: identity.schema });
        }
        let (serial, cursor, log_start) = base.guarded(&how.dir, Base::counters)?;
        let purge = base.guarded(&how.dir, |base| Ok(base.tree.contains_key(PURGE)?))?;
        if let Some(note) = note.filter(|note| note.serial > serial) {
            let words = format!("{} commits were kept, {serial} are left", note.serial);
            return Err(emptied(&how.dir, &words));
        }
        let stones = base.guarded(&how.dir, |base| base.stones())?;
        forgotten::add(&how.dir, &identity.salt, &stones)
            .map_err(|error| guard::io_error(&how.dir, &error))?;
        let mut writer = Self {
            guard,
            base: Some(base),
            identity,
            serial,
            cursor,
            noted: how.now,
            cut: None,
            log_start,
            purge,
            copied: None,
        };
        writer.write_note(how.now).map_err(|error| guard::io_error(&how.dir, &error))?;
        Ok(writer)
    }

    fn serve(mut self, mut inbox: mpsc::Receiver<Job>) {
        let mut closing = None;
        while let Some(job) = inbox.blocking_recv() {
            // A reply that nobody waits for any more is no fault.
            match job {
                Job::Load(reply) => drop(reply.send(self.load())),
                Job::Commit(commit, reply) => drop(reply.send(self.commit(&commit))),
                Job::Compact(reply) => drop(reply.send(self.compact())),
                Job::Tend(now, reply) => drop(reply.send(self.tend(now))),
                Job::Close(reply) => {
                    closing = Some(reply);
                    break;
                }
            }
        }
        let at = self.noted;
        if self.base.is_some()
            && let Err(error) = self.write_note(at)
        {
            tracing::warn!(%error, "the note beside the store could not be brought up to date");
        }
        // In this order: whoever hears that the store is closed may open it, and sends nothing into it any more.
        drop(self);
        drop(inbox);
        if let Some(reply) = closing {
            let _ = reply.send(());
        }
    }

    fn load(&mut self) -> Result<Snapshot, StoreError> {
        self.reopen()?;
        let (dir, identity, next) = (self.guard.dir.clone(), self.identity.clone(), self.cursor);
        let base = self.base.as_mut().ok_or(StoreError::Closed)?;
        base.guarded(&dir, |base| {
            base.load(Snapshot { next_cursor: next, ..Snapshot::empty(identity) })
        })
    }

    fn commit(&mut self, commit: &Commit) -> Result<Committed, StoreError> {
        self.reopen()?;
        let dir = self.guard.dir.clone();
        let cut = self.cut.is_none_or(|cut| commit.at - cut >= chrono::Duration::days(1));
        let (serial, cursor, log_start) = (self.serial + 1, self.cursor, self.log_start);
        let base = self.base.as_mut().ok_or(StoreError::Closed)?;
        let kept = base.guarded(&dir, |base| base.write(commit, serial, cursor, log_start, cut));
        let (committed, large) = kept.inspect_err(|error| {
            tracing::error!(%error, "a commit could not be kept; the store is opened anew before the next");
            self.base = None;
        })?;
        let base = self.base.as_mut().filter(|_| large);
        if let Some(Err(error)) = base.map(|base| base.guarded(&dir, Base::roll_forward)) {
            tracing::error!(%error, "a large commit is kept, but not in its place; the store is opened anew before the next");
            self.base = None;
        }
        self.serial = serial;
        self.cursor = cursor + committed.changes.len() as u64;
        self.log_start = committed.log_start;
        self.purge |= commit.purge;
        if let Err(error) = forgotten::add(&dir, &self.identity.salt, &commit.tombstones) {
            tracing::warn!(%error, "the list of what was forgotten is not up to date; the next start mends it");
        }
        if cut {
            self.cut = Some(commit.at);
        }
        if (commit.at - self.noted).num_seconds() >= NOTE_EVERY
            && let Err(error) = self.write_note(commit.at)
        {
            tracing::warn!(%error, "the note beside the store could not be brought up to date");
        }
        Ok(committed)
    }

    /// After a failed write: tries the disk first, since a database opened on a full disk would only fail again.
    fn reopen(&mut self) -> Result<(), StoreError> {
        if self.base.is_some() {
            return Ok(());
        }
        // What could not be written whole takes the room that is wanted.
        redo::clear(&guard::database(&self.guard.dir))
            .map_err(|error| guard::io_error(&self.guard.dir, &error))?;
        self.guard.probe(4 * 1024 * 1024)?;
        fresh::finish_swap(&self.guard.dir)
            .map_err(|error| guard::io_error(&self.guard.dir, &error))?;
        let mut base = Base::open(&self.guard.dir)?;
        let (serial, cursor, log_start) = base.guarded(&self.guard.dir, Base::counters)?;
        if serial < self.serial {
            let words = format!("{} commits were kept, {serial} are left", self.serial);
            return Err(emptied(&self.guard.dir, &words));
        }
        (self.serial, self.cursor, self.log_start) = (serial, cursor, log_start);
        self.base = Some(base);
        tracing::info!("the store takes writes again");
        Ok(())
    }

    fn write_note(&mut self, at: DateTime<Utc>) -> std::io::Result<()> {
        self.guard.write_note(&Note {
            identity: self.identity.clone(),
            serial: self.serial,
            at,
        })?;
        self.noted = at;
        Ok(())
    }
}

fn emptied(dir: &Path, words: &str) -> StoreError {
    StoreError::Emptied { dir: guard::database(dir), words: words.to_owned() }
}

impl Base {
    fn open(dir: &Path) -> Result<Self, StoreError> {
        let mut base = Self::open_at(dir, guard::database(dir))?;
        base.guarded(dir, Self::roll_forward)?;
        Ok(base)
    }

    fn open_at(dir: &Path, path: PathBuf) -> Result<Self, StoreError> {
        guard::make_dir(&path).map_err(|error| guard::io_error(dir, &error))?;
        // sled lets go of its lock a moment after the last handle is dropped; other processes are kept out by ours.
        let mut tries = 0;
        let db = loop {
            let config = sled::Config::new().path(&path).cache_capacity(CACHE).flush_every_ms(None);
            match catch(dir, || config.open().map_err(|error| error_of(dir, error))) {
                Ok(db) => break db,
                Err(StoreError::InUse { .. }) if tries < 40 => {
                    tries += 1;
                    thread::sleep(Duration::from_millis(50));
                }
                Err(error) => return Err(error),
            }
        };
        let tree: &Tree = &db;
        Ok(Self { tree: tree.clone(), db, path, blobs: 0 })
    }

    /// Runs something on the database; a panic in it is damage.
    fn guarded<T>(
        &mut self,
        dir: &Path,
        work: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        catch(dir, || work(self).map_err(|fault| fault.at(dir)))
    }

    /// Gives a new store what is fixed about it.
    fn found(&mut self, how: &Open) -> Result<Identity, StoreError> {
        if !self.tree.is_empty() {
            return Err(StoreError::Damaged {
                dir: guard::database(&how.dir),
                words: "it holds records, but not the one that says what they are".into(),
            });
        }
        let outlived =
            forgotten::read(&how.dir).map_err(|error| guard::io_error(&how.dir, &error))?;
        let made_up = || format!("{}.folkmoot.invalid", guard::random_word(8));
        let identity = Identity {
            schema: SCHEMA,
            domain: how.domain.clone().unwrap_or_else(made_up),
            epoch: guard::random_word(8),
            salt: outlived.salt.unwrap_or_else(|| guard::random_word(26)),
            created: how.now,
        };
        self.guarded(&how.dir, |base| {
            for stone in &outlived.stones {
                base.tree.insert(key("t/", &stone.event), encode(stone)?)?;
            }
            base.tree.insert(IDENTITY, encode(&identity)?)?;
            base.persist()
        })?;
        Ok(identity)
    }

    fn get<T: DeserializeOwned>(&mut self, key: &[u8]) -> Result<Option<T>, Fault> {
        self.tree.get(key)?.map(|record| decode(&record)).transpose()
    }

    /// Commits so far, next cursor, oldest cursor.
    fn counters(&mut self) -> Result<(u64, u64, u64), Fault> {
        let number = |key| -> Result<Option<u64>, Fault> {
            Ok(self
                .tree
                .get(key)?
                .as_deref()
                .and_then(|bytes| bytes.try_into().ok())
                .map(u64::from_be_bytes))
        };
        let (serial, cursor) = (number(SERIAL)?.unwrap_or(0), number(CURSOR)?.unwrap_or(1));
        let first = self.tree.scan_prefix(b"c/").keys().next().transpose()?;
        Ok((serial, cursor, first.and_then(|key| cursor_of(&key)).unwrap_or(cursor)))
    }

    /// What was forgotten.
    fn stones(&mut self) -> Result<Vec<Tombstone>, Fault> {
        let records = self.tree.scan_prefix(b"t/").values();
        // One that cannot be read is named when everything is loaded.
        Ok(records
            .filter_map(|record| record.map(|r| decode(&r).ok()).transpose())
            .collect::<Result<_, _>>()?)
    }

    fn load(&mut self, mut into: Snapshot) -> Result<Snapshot, Fault> {
        let mut checks: Vec<(String, Check)> = Vec::new();
        into.rules = self.get(RULES)?;
        for item in &self.tree {
            let (key, value) = item?;
            let name = String::from_utf8_lossy(&key).into_owned();
            let read = match name.split_at_checked(2).unwrap_or_default() {
                ("f/", _) => decode(&value).map(|state| into.feeds.push(state)),
                ("h/", rest) => decode(&value).map(|check| {
                    let feed = rest.split('\0').next().unwrap_or_default();
                    checks.push((feed.to_owned(), check));
                }),
                ("e/", _) => decode(&value).map(|event| into.events.push(event)),
                ("l/", _) => decode(&value).map(|listing| into.listings.push(listing)),
                ("a/", from) => decode(&value).map(|to| into.aliases.push((from.to_owned(), to))),
                ("r/", _) => decode(&value).map(|listing| into.remembered.push(listing)),
                ("c/", _) => decode(&value).map(|change| into.log.push(change)),
                ("d/", _) => decode(&value).map(|decision| into.decisions.push(decision)),
                ("t/", _) => decode(&value).map(|stone| into.tombstones.push(stone)),
                _ => Ok(()),
            };
            if read.is_err() {
                into.unreadable.push(name);
            }
        }
        // Keys of a feed's checks are in order of time.
        for (feed, check) in checks {
            if let Some(state) = into.feeds.iter_mut().find(|state| state.feed == feed) {
                state.history.push(check);
            }
        }
        Ok(into)
    }

    /// Keeps a commit; true where it lies in the file of large ones and is to be brought into the tree yet.
    fn write(
        &mut self,
        commit: &Commit,
        serial: u64,
        cursor: u64,
        log_start: u64,
        cut: bool,
    ) -> Result<(Committed, bool), Fault> {
        let next = cursor + commit.changes.len() as u64;
        let mut changes = Changes::new(&self.path, Numbers { serial, cursor: next });
        let committed = self.gather(&mut changes, commit, cursor, log_start, cut)?;
        let Gathered::Few(batch) = changes.finish()? else { return Ok((committed, true)) };
        self.tree.apply_batch(batch)?;
        self.persist()?;
        Ok((committed, false))
    }

    fn gather(
        &self,
        to: &mut Changes,
        commit: &Commit,
        cursor: u64,
        log_start: u64,
        cut: bool,
    ) -> Result<Committed, Fault> {
        self.gather_feeds(to, commit)?;
        for event in &commit.events {
            to.put(key("e/", &event.id), encode(&**event)?)?;
        }
        for listing in &commit.listings {
            to.put(key("l/", &listing.id), encode(&**listing)?)?;
        }
        for (from, into) in &commit.aliases {
            to.put(key("a/", from), encode(into)?)?;
        }
        for listing in &commit.remembered {
            to.put(key("r/", &listing.id), encode(&**listing)?)?;
        }
        if let Some(rules) = &commit.rules {
            to.put(IVec::from(RULES), encode(rules)?)?;
        }
        for decision in &commit.decisions {
            to.put(key("d/", &decision.event), encode(decision)?)?;
        }
        for stone in &commit.tombstones {
            to.put(key("t/", &stone.event), encode(stone)?)?;
        }
        let gone = [
            ("d/", &commit.decisions_removed),
            ("e/", &commit.events_removed),
            ("l/", &commit.listings_removed),
            ("a/", &commit.aliases_removed),
            ("r/", &commit.remembered_removed),
        ];
        for (prefix, ids) in gone {
            ids.iter().try_for_each(|id| to.remove(key(prefix, id)))?;
        }
        let mut committed = Committed { changes: Vec::new(), log_start };
        for (cursor, new) in (cursor..).zip(&commit.changes) {
            let (change, id, into) = (new.change, new.id.clone(), new.into.clone());
            let change = Change { cursor, at: commit.at, change, id, into };
            to.put(key("c/", &format!("{cursor:016x}")), encode(&change)?)?;
            committed.changes.push(change);
        }
        if cut {
            committed.log_start = self.cut_log(to, commit.at, cursor)?;
        }
        if commit.purge {
            to.put(IVec::from(PURGE), b"1".to_vec())?;
        }
        Ok(committed)
    }

    fn gather_feeds(&self, to: &mut Changes, commit: &Commit) -> Result<(), Fault> {
        for state in &commit.feeds {
            // The history has keys of its own, so that a check costs one line and not ninety.
            let state = crate::health::FeedState { history: Vec::new(), ..state.clone() };
            to.put(key("f/", &state.feed), encode(&state)?)?;
        }
        for (feed, check) in &commit.checks {
            let prefix = format!("{feed}\0");
            let known = self.tree.scan_prefix(key("h/", &prefix)).keys();
            let known = known.collect::<Result<Vec<_>, _>>()?;
            let stamp = format!("{prefix}{:016x}", check.at.timestamp_micros().max(0));
            to.put(key("h/", &stamp), encode(check)?)?;
            let surplus = (known.len() + 1).saturating_sub(CHECKS_KEPT);
            known.into_iter().take(surplus).try_for_each(|old| to.remove(old))?;
        }
        for feed in &commit.feeds_removed {
            to.remove(key("f/", feed))?;
            for old in self.tree.scan_prefix(key("h/", &format!("{feed}\0"))).keys() {
                to.remove(old?)?;
            }
        }
        Ok(())
    }

    /// Drops what is older than the log reaches back; gives the cursor of the oldest change that stays.
    fn cut_log(&self, to: &mut Changes, now: DateTime<Utc>, next: u64) -> Result<u64, Fault> {
        for item in self.tree.scan_prefix(b"c/").take(DROP_AT_ONCE) {
            let (key, value) = item?;
            match decode::<Change>(&value) {
                Ok(change) if now - change.at <= LOG_KEPT => return Ok(change.cursor),
                _ => to.remove(key)?,
            }
        }
        Ok(next)
    }

    /// Makes what was written survive a power cut.
    ///
    /// `flush` of sled 0.34 uses `sync_file_range`, which does not (pagecache/iobuf.rs), and its blob files are not
    /// synced at all. Goes when sled does it.
    fn persist(&mut self) -> Result<(), Fault> {
        self.db.flush()?;
        let path = self.path.clone();
        File::open(path.join("db"))?.sync_all()?;
        let mut highest = self.blobs;
        for entry in std::fs::read_dir(path.join("blobs"))? {
            let entry = entry?;
            let number = entry.file_name().to_str().and_then(|name| name.parse::<u64>().ok());
            if let Some(number) = number.filter(|number| *number > self.blobs) {
                match File::open(entry.path()) {
                    Ok(file) => file.sync_all()?,
                    // Collected by sled in the meantime.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
                highest = highest.max(number);
            }
        }
        self.blobs = highest;
        Ok(())
    }
}

/// What can go wrong with an open database.
#[derive(Debug)]
enum Fault {
    Sled(sled::Error),
    Io(std::io::Error),
    Record(String),
}

impl Fault {
    fn at(self, dir: &Path) -> StoreError {
        match self {
            Self::Sled(error) => error_of(dir, error),
            Self::Io(error) => guard::io_error(dir, &error),
            Self::Record(words) => StoreError::Damaged { dir: guard::database(dir), words },
        }
    }
}

impl From<sled::Error> for Fault {
    fn from(error: sled::Error) -> Self {
        Self::Sled(error)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

fn error_of(dir: &Path, error: sled::Error) -> StoreError {
    match error {
        // sled has no type for this one (config.rs, `try_lock`).
        sled::Error::Io(error) if error.to_string().contains("could not acquire lock") => {
            StoreError::InUse { dir: dir.to_owned() }
        }
        sled::Error::Io(error) => {
            // It hands on the system's error in the form for programmers: `Os { code: 1, …, message: "…" }`.
            let text = error.to_string();
            let said =
                text.split_once("message: \"").and_then(|(_, said)| said.strip_suffix("\" }"));
            guard::io_error(dir, &std::io::Error::new(error.kind(), said.unwrap_or(&text)))
        }
        other => StoreError::Damaged { dir: guard::database(dir), words: other.to_string() },
    }
}

/// A panic inside sled means that its files do not hold together.
fn catch<T>(dir: &Path, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let words = "reading it made the database library stop".to_owned();
        Err(StoreError::Damaged { dir: guard::database(dir), words })
    })
}

fn key(prefix: &str, name: &str) -> IVec {
    IVec::from(format!("{prefix}{name}").into_bytes())
}

fn cursor_of(key: &[u8]) -> Option<u64> {
    u64::from_str_radix(std::str::from_utf8(key).ok()?.strip_prefix("c/")?, 16).ok()
}

fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, Fault> {
    let failed = |error: &dyn std::fmt::Display| Fault::Record(format!("not written: {error}"));
    let mut record = vec![PLAIN];
    serde_json::to_writer(&mut record, value).map_err(|error| failed(&error))?;
    if record.len() > COMPRESS_ABOVE {
        let json = record.get(1..).unwrap_or_default();
        let packed = zstd::bulk::compress(json, 3).map_err(|error| failed(&error))?;
        record.truncate(0);
        record.push(COMPRESSED);
        record.extend(packed);
    }
    Ok(record)
}

fn decode<T: DeserializeOwned>(record: &[u8]) -> Result<T, Fault> {
    let failed = |error: &dyn std::fmt::Display| Fault::Record(format!("not readable: {error}"));
    match record.split_first() {
        Some((&PLAIN, json)) => serde_json::from_slice(json).map_err(|error| failed(&error)),
        Some((&COMPRESSED, packed)) => {
            let json = zstd::stream::decode_all(packed).map_err(|error| failed(&error))?;
            serde_json::from_slice(&json).map_err(|error| failed(&error))
        }
        Some((version, _)) => Err(failed(&format!("record version {version}"))),
        None => Err(failed(&"an empty record")),
    }
}

#[cfg(test)]
mod tests;
