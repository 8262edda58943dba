//! Takes one feed through all stages: fetched, read, made sense of, compared with what was there, merged and kept.
//!
//! Whatever happens to a feed ends as a [`Check`] in its history. A failure takes nothing away; what the store did
//! not acknowledge never shows. Reading happens on threads for blocking work, where neither a panic nor a body that
//! takes for ever can hurt the rest.

use std::{
    collections::HashSet,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use arc_swap::{ArcSwap, ArcSwapOption};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::{Mutex as AsyncMutex, MutexGuard, OwnedMutexGuard};

use crate::{
    catalogue::{Catalogue, Update},
    config::Config,
    feed::Feed,
    fetch::{Failure, FailureKind, Fetched, Meta},
    health::{Check, FeedState, Outcome},
    reconcile::{Before, Reconciled, Saw, forgotten, reconcile},
    schedule::{self, AT_ONCE, weather::Weather},
    store::{Commit, LOG_KEPT, Store, StoreError, Tended, bodies::Bodies},
};

/// However often a site says "not modified", it is asked for the whole body after this long.
const WHOLE_EVERY: TimeDelta = TimeDelta::days(7);

mod hosts;
pub mod making;
pub mod memory;
pub mod held;
pub mod orders;
mod pages;
pub mod reader;
pub mod report;
pub mod resettle;
pub mod settings;
pub mod settle;
pub mod websub;
#[cfg(test)]
pub(crate) mod tests;

pub use memory::Memory;
pub use reader::{Fetcher, Reader};
pub use settings::{Settings, SettingsError};

use self::making::{Made, Stopped, Work};

/// What became of one check.
#[derive(Debug, Clone)]
pub struct Refreshed {
    /// The feed.
    pub feed: String,
    /// The line for its history.
    pub check: Check,
    /// What the catalogue has to take over.
    pub update: Update,
    /// Why it could not be kept, if so; nothing changed then.
    pub trouble: Option<StoreError>,
}

/// All that it takes to refresh feeds.
pub struct Refresher {
    store: Arc<dyn Store>,
    reader: Reader,
    /// Raw bodies for a second reading; tests have none.
    bodies: Option<Bodies>,
    /// Held while a body is looked at and put on the disk, so that forgetting an event leaves none behind.
    bodies_turn: AsyncMutex<()>,
    /// Held while one check is compared, merged and kept: changes take place one after the other.
    memory: Arc<AsyncMutex<Memory>>,
    weather: Mutex<Weather>,
    /// The settings that the stored feeds agree with, once [`Refresher::resettle`] saw to it; written under the memory lock.
    holds: ArcSwapOption<Settings>,
    /// The read model that follows the memory, once somebody looks at it.
    shown: OnceLock<Arc<ArcSwap<Catalogue>>>,
    /// How the store was when it was looked after last.
    tended: Mutex<Option<Tended>>,
    /// Something was taken away that must not stay in the store's files.
    purge: AtomicBool,
}

/// What the network had to say, sorted by what it means for the stored events.
enum Brought {
    /// As last time; `whole` where the body came all the same.
    Same { meta: Meta, whole: bool },
    /// A body, made sense of.
    New { meta: Meta, bytes: Bytes, hash: String, made: Box<Made> },
    /// No body.
    NoFetch(Failure),
    /// A body that is no feed.
    NoFeed { meta: Meta, bytes: usize, why: Stopped },
}

/// A check under way.
struct Round<'a> {
    settings: &'a Arc<Settings>,
    feed: &'a Feed,
    state: FeedState,
    now: DateTime<Utc>,
    began: Instant,
}

impl Refresher {
    /// Reads the store.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn open(
        store: Arc<dyn Store>,
        fetcher: Arc<dyn Fetcher>,
        bodies: Option<Bodies>,
        config: &Config,
    ) -> Result<Self, StoreError> {
        let snapshot = store.load().await?;
        if !snapshot.unreadable.is_empty() {
            let (count, first) = (snapshot.unreadable.len(), snapshot.unreadable.first());
            tracing::warn!(
                count,
                ?first,
                "some records of the store cannot be read and were left as they are"
            );
        }
        let memory = Memory::new(snapshot, &config.overrides);
        Ok(Self {
            store,
            reader: Reader::new(fetcher),
            bodies,
            bodies_turn: AsyncMutex::default(),
            memory: Arc::new(AsyncMutex::new(memory)),
            weather: Mutex::default(),
            holds: ArcSwapOption::empty(),
            shown: OnceLock::new(),
            tended: Mutex::default(),
            purge: AtomicBool::new(false),
        })
    }

    /// The read model of what is known; from now on it follows every change, in the order of the commits.
    pub async fn show(&self, settings: &Settings, now: DateTime<Utc>) -> Arc<ArcSwap<Catalogue>> {
        let memory = self.memory().await;
        let build = || {
            let base = settle::base(&memory, settings);
            Arc::new(ArcSwap::from_pointee(Catalogue::build(
                base,
                settle::whole(&memory, settings),
                now,
            )))
        };
        Arc::clone(self.shown.get_or_init(build))
    }

    /// Brings the read model up to date. The caller holds the memory, so that updates come in order.
    fn reveal(&self, update: &Update, at: DateTime<Utc>) {
        if let Some(shown) = self.shown.get() {
            shown.store(Arc::new(shown.load().update(update.clone(), Some(at))));
        }
    }

    /// Moves what the read model keeps ready to the present.
    pub async fn advance(&self, now: DateTime<Utc>) {
        let _in_order = self.memory().await;
        if let Some(shown) = self.shown.get()
            && let Some(advanced) = shown.load().advanced(now)
        {
            let advanced = advanced.forgetting_changes_before(now - LOG_KEPT);
            shown.store(Arc::new(advanced));
        }
    }

    /// What is known, if no change is under way.
    #[must_use]
    pub fn try_memory(&self) -> Option<MutexGuard<'_, Memory>> {
        self.memory.try_lock().ok()
    }

    /// What is known now; a change waits for as long as this is held.
    pub async fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().await
    }

    /// Runs something on what is known about our own connection.
    pub fn weather<T>(&self, ask: impl FnOnce(&mut Weather) -> T) -> T {
        ask(&mut self.weather.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Finds out whether the store takes commits, with one that changes nothing.
    ///
    /// # Errors
    /// When it does not.
    pub async fn try_store(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let _in_order = self.memory().await;
        self.store.commit(Arc::new(Commit::new(now))).await.map(drop)
    }

    /// Whether the store's files are to be cleaned of something soon.
    pub fn wants_purge(&self) -> bool {
        self.purge.load(Ordering::Relaxed)
    }

    /// Looks after the size of the store; a copy that is due takes its time, and commits wait for it.
    pub async fn tend(&self, now: DateTime<Utc>) {
        // What is committed meanwhile may want to be purged next; what was wanted so far is seen to now.
        let wanted = self.purge.swap(false, Ordering::Relaxed);
        let tended = match self.store.tend(now).await {
            Ok(tended) => tended,
            Err(error) => {
                self.purge.fetch_or(wanted, Ordering::Relaxed);
                // Whoever commits next is told.
                return tracing::warn!(%error, "the store could not be looked after");
            }
        };
        self.purge.fetch_or(tended.purge, Ordering::Relaxed);
        match (&tended.put_off, tended.copied) {
            (Some(why), _) => {
                tracing::warn!(
                    why,
                    "the store should be copied into fresh files, but is not: {why}"
                );
            }
            (None, Some((at, sizes))) if at == now => {
                let (before, after) = (sizes.before, sizes.after);
                tracing::info!(before, after, "the store was copied into fresh files");
            }
            _ => {}
        }
        *self.tended.lock().unwrap_or_else(PoisonError::into_inner) = Some(tended);
    }

    /// How the store was when it was looked after last.
    #[must_use]
    pub fn tended(&self) -> Option<Tended> {
        self.tended.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Finishes what was begun and closes the store.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Checks one feed. `None` when the settings know no such feed.
    pub async fn refresh(
        &self,
        settings: &Arc<Settings>,
        feed: &str,
        now: DateTime<Utc>,
    ) -> Option<Refreshed> {
        let feed = settings.feeds.get(feed)?;
        let round = self.round(settings, feed, now).await;
        let check = async {
            let brought = self.ask(&round).await;
            self.take_in(round, brought).await
        };
        if let Ok(refreshed) = AssertUnwindSafe(check).catch_unwind().await {
            return Some(refreshed);
        }
        // A fault of this program costs a check, and the feed rests as after any other that failed.
        let round = self.round(settings, feed, now).await;
        let why = Stopped::Fault;
        Some(self.take_in(round, Brought::NoFeed { meta: Meta::default(), bytes: 0, why }).await)
    }

    async fn round<'a>(
        &self,
        settings: &'a Arc<Settings>,
        feed: &'a Feed,
        now: DateTime<Utc>,
    ) -> Round<'a> {
        let mut state = self.memory().await.feeds.get(&feed.id).cloned().unwrap_or_default();
        report::same_address(&mut state, feed);
        state.history.clear();
        Round { settings, feed, state, now, began: Instant::now() }
    }

    /// Checks several feeds, no more than [`AT_ONCE`] at once; `each` is told of every one as it ends.
    pub async fn refresh_all(
        &self,
        settings: &Arc<Settings>,
        feeds: &[String],
        now: impl Fn() -> DateTime<Utc>,
        mut each: impl FnMut(&Refreshed),
    ) -> Vec<Refreshed> {
        let now = &now;
        let checks = stream::iter(feeds)
            .map(|feed| async move { self.refresh(settings, feed, now()).await })
            .buffer_unordered(AT_ONCE);
        let mut checks = std::pin::pin!(checks);
        let mut done = Vec::new();
        while let Some(refreshed) = checks.next().await {
            done.extend(refreshed.inspect(&mut each));
        }
        done
    }

    /// Reads the last kept body of a feed again, after a fix of a reader or other settings.
    ///
    /// # Errors
    /// When there is no such body, in words.
    pub async fn replay(
        &self,
        settings: &Arc<Settings>,
        feed: &str,
        now: DateTime<Utc>,
    ) -> Result<Refreshed, String> {
        let feed =
            settings.feeds.get(feed).ok_or_else(|| format!("there is no feed \"{feed}\""))?;
        let kept = self.bodies.as_ref().map(|bodies| bodies.latest(&feed.id)).transpose();
        let kept =
            kept.map_err(|error| format!("the kept body cannot be read: {error}"))?.flatten();
        let kept =
            kept.ok_or(
                "no body of this feed is kept: they are kept for 7 days after a change, and go at once when an event of \
                 the feed is forgotten or turns private",
            )?;
        let mut state = self.memory().await.feeds.get(&feed.id).cloned().unwrap_or_default();
        state.history.clear();
        let meta = Meta {
            content_type: kept.content_type,
            etag: state.etag.clone(),
            last_modified: state.last_modified.clone(),
            ..Meta::default()
        };
        let round = Round { settings, feed, state, now, began: Instant::now() };
        let brought = self.make(&round, meta, kept.bytes.into()).await;
        Ok(self.take_in(round, brought).await)
    }

    /// Asks the site, and makes sense of the body if one comes that is not known already.
    async fn ask(&self, round: &Round<'_>) -> Brought {
        let known =
            round.state.settings_hash.as_deref() == Some(&*round.settings.fingerprint(round.feed));
        let mut request = match reader::question(round.feed, &round.settings.config) {
            Ok(request) => request,
            Err(failure) => return Brought::NoFetch(failure),
        };
        // Some servers say "not modified" whatever happens; now and then the whole is asked for.
        let lately = |at: DateTime<Utc>| round.now - at < WHOLE_EVERY;
        let conditional = known && round.state.last_body.is_some_and(lately);
        request.etag = round.state.etag.clone().filter(|_| conditional);
        request.last_modified = round.state.last_modified.clone().filter(|_| conditional);
        request.validators_from.clone_from(&round.state.validators_from);
        let pause = round.settings.config.network.host_delay;
        let fetched = self.reader.fetch(&request, schedule::host(round.feed), pause).await;
        match fetched {
            Fetched::NotModified(meta) if known => Brought::Same { meta, whole: false },
            Fetched::NotModified(_) => {
                let words = "the site says \"not modified\" to a first question";
                Brought::NoFetch(FailureKind::Broken(words.into()).into())
            }
            Fetched::Failed(failure) => Brought::NoFetch(failure),
            Fetched::Body { meta, bytes } => {
                if known && round.state.body_hash.as_deref() == Some(&*report::hash(&bytes)) {
                    return Brought::Same { meta, whole: true };
                }
                self.make(round, meta, bytes).await
            }
        }
    }

    /// Reads a body and the pages that it needs.
    async fn make(&self, round: &Round<'_>, meta: Meta, bytes: Bytes) -> Brought {
        let work = Work::new(round.settings, round.feed.clone(), &meta, round.now);
        match self.reader.make(work, bytes.clone()).await {
            Ok(made) => {
                let hash = report::hash(&bytes);
                Brought::New { meta, bytes, hash, made: Box::new(made) }
            }
            Err(why) => Brought::NoFeed { meta, bytes: bytes.len(), why },
        }
    }

    /// Compares, merges and keeps: one check after the other.
    async fn take_in(&self, mut round: Round<'_>, brought: Brought) -> Refreshed {
        let _turn = self.bodies_turn.lock().await;
        let memory = Arc::clone(&self.memory).lock_owned().await;
        let holds = self.holds.load_full();
        if let Some(holds) = &holds {
            // A feed that was renamed, removed or set otherwise while we asked: what came is the answer to a
            // question that nobody asks any more, and [`Refresher::resettle`] has told to ask anew.
            let Some(feed) = unchanged(holds, &round) else { return dropped(&round) };
            (round.settings, round.feed) = (holds, feed);
            let state = memory.feeds.get(&feed.id);
            round.state.removed_since = state.and_then(|state| state.removed_since);
        }
        if let Some(state) = memory.feeds.get(&round.feed.id) {
            // A hub may have answered meanwhile, and an operator may have decided about events.
            round.state.websub.clone_from(&state.websub);
            (round.state.listed, round.state.undated) = (state.listed, state.undated);
            round.state.unlisted.clone_from(&state.unlisted);
        }
        match brought {
            Brought::Same { meta, whole } => {
                let took = round.began.elapsed();
                let good = report::Good { meta: &meta, whole, body: None, took };
                self.compare(&round, good, Saw::Same, memory).await
            }
            Brought::New { meta, bytes, hash, made } => {
                self.take_new(&round, (meta, bytes, &hash), made, memory).await
            }
            Brought::NoFetch(failure) => {
                let commit = self.failed(&round, &failure, &memory);
                self.keep(&round, commit, memory).await
            }
            Brought::NoFeed { meta, bytes, why } => {
                if meta.status.is_some() {
                    self.weather(|weather| weather.answered(round.now));
                }
                let commit = report::unreadable(&round.scene(), &meta, bytes, &why);
                self.keep(&round, commit, memory).await
            }
        }
    }

    /// A body that was made sense of.
    async fn take_new(
        &self,
        round: &Round<'_>,
        (meta, bytes, hash): (Meta, Bytes, &str),
        mut made: Box<Made>,
        memory: OwnedMutexGuard<Memory>,
    ) -> Refreshed {
        let drafts = std::mem::take(&mut made.drafts);
        let (salt, feed) = (&memory.identity.salt, &round.feed.id);
        let secret = drafts.iter().any(|draft| {
            draft.private.is_some()
                || forgotten(salt, feed, draft, &|hash| memory.is_forgotten(hash))
        });
        if secret {
            made.unquote();
            // What is private now was perhaps public in a body of before.
            self.drop_bodies(round).await;
        }
        let forgotten: HashSet<String> =
            std::mem::take(&mut made.document.forgotten).into_iter().collect();
        let saw = Saw::Items {
            drafts,
            complete: made.complete,
            entries: made.entries,
            unread_pages: std::mem::take(&mut made.unread),
            cut_off: made.document.cut_off,
        };
        // What was made sense of is not needed as it was written any more; of a large feed it is much.
        made.document.entries = Vec::new();
        let body = Some(report::Body { bytes: bytes.len(), hash, made: &made });
        // A kept body that is read again is no answer of the site.
        let whole = meta.status.is_some();
        let good = report::Good { meta: &meta, whole, body, took: round.began.elapsed() };
        let refreshed = self.compare(round, good, saw, memory).await;
        // A body with private or forgotten items is not kept: nothing of their text may lie on the disk.
        if refreshed.check.outcome == Outcome::Changed && !secret {
            self.keep_body(round, meta.content_type.as_deref(), bytes).await;
        }
        if !forgotten.is_empty() && refreshed.trouble.is_none() {
            let (settings, feed) = (round.settings, &round.feed.id);
            let obeyed = self.forget_with_origin(settings, feed, &forgotten, round.now);
            if let Err(error) = obeyed.await {
                tracing::warn!(feed, %error, "what its origin forgot is not forgotten yet");
                return Refreshed { trouble: Some(error), ..refreshed };
            }
        }
        refreshed
    }

    async fn compare(
        &self,
        round: &Round<'_>,
        good: report::Good<'_>,
        saw: Saw,
        memory: OwnedMutexGuard<Memory>,
    ) -> Refreshed {
        if good.meta.status.is_some() && self.weather(|weather| weather.answered(round.now)) {
            tracing::info!("we are online again");
        }
        // The known format decides what an absence means; at a first check it is not in the state yet.
        let mut state = round.state.clone();
        state.format = good.format().or(state.format);
        let (settings, feed, now) = (Arc::clone(round.settings), round.feed.clone(), round.now);
        let compared = tokio::task::spawn_blocking(move || {
            let result = compare(&memory, &settings, &feed, &state, saw, now);
            (memory, result)
        });
        // A large feed takes seconds to compare and to merge: on threads where nobody is waiting to be served.
        let settled = async {
            let (memory, result) = compared.await?;
            let commit = report::good(&round.scene(), &good, result, &memory);
            let settings = Arc::clone(round.settings);
            let work = move || (settle::settle(&memory, &settings, commit, &[]), memory);
            tokio::task::spawn_blocking(work).await
        };
        match settled.await {
            Ok((commit, memory)) => self.keep(round, commit, memory).await,
            // A fault goes on to whoever counts it as one check that was lost; otherwise we are at the end.
            Err(error) => match error.try_into_panic() {
                Ok(fault) => std::panic::resume_unwind(fault),
                Err(_) => Refreshed {
                    feed: round.feed.id.clone(),
                    check: report::no_check(round.now),
                    update: Update::default(),
                    trouble: Some(StoreError::Closed),
                },
            },
        }
    }

    fn failed(&self, round: &Round<'_>, failure: &Failure, memory: &Memory) -> Commit {
        use crate::schedule::weather::Meaning;
        let worked = round.state.failures == 0 && round.state.last_good.is_some();
        let host = schedule::host(round.feed).unwrap_or_default();
        let meaning = match failure.kind {
            FailureKind::Status(_) => {
                self.weather(|weather| weather.answered(round.now));
                Meaning::Theirs
            }
            FailureKind::NoSuchHost | FailureKind::Connect(_) | FailureKind::Timeout(_) => {
                self.weather(|weather| weather.unreachable(&round.feed.id, host, worked, round.now))
            }
            _ => Meaning::Theirs,
        };
        if let Meaning::OursNow(_) = meaning {
            tracing::warn!("several sites that worked cannot be reached: we seem to be offline");
        }
        report::failed(&round.scene(), failure, &meaning, memory)
    }

    /// Hands a commit to the store and, once it is acknowledged, to the memory.
    async fn keep(
        &self,
        round: &Round<'_>,
        commit: Commit,
        mut memory: OwnedMutexGuard<Memory>,
    ) -> Refreshed {
        let mut commit = Arc::new(commit);
        let mut kept = self.commit(round.settings, &commit, &mut memory).await;
        if let Err(StoreError::Full { .. }) = kept {
            // Where the disk has room for a line, it is this feed that asks too much, and the others go on.
            if !commit.events.is_empty() {
                let status = check_of(&commit, round).status;
                commit = Arc::new(report::no_room(&round.scene(), status));
            }
            let again = self.commit(round.settings, &commit, &mut memory).await;
            kept = again.or(kept);
        }
        let (feed, check) = (round.feed.id.clone(), check_of(&commit, round));
        match kept {
            Ok(update) => {
                report::tell(&feed, &check);
                Refreshed { feed, check, update, trouble: None }
            }
            Err(error) => {
                Refreshed { feed, check, update: Update::default(), trouble: Some(error) }
            }
        }
    }

    /// Commits, then applies.
    async fn commit(
        &self,
        settings: &Settings,
        commit: &Arc<Commit>,
        memory: &mut Memory,
    ) -> Result<Update, StoreError> {
        let done = self.store.commit(Arc::clone(commit)).await?;
        self.purge.fetch_or(commit.purge, Ordering::Relaxed);
        memory.apply(commit, &done);
        let update = settle::update(memory, settings, commit, &done);
        self.reveal(&update, commit.at);
        Ok(update)
    }

    async fn drop_bodies(&self, round: &Round<'_>) {
        let Some(bodies) = self.bodies.clone() else { return };
        let feed = round.feed.id.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || bodies.forget(&feed)).await {
            tracing::warn!(feed = round.feed.id, %error, "old bodies could not be dropped");
        }
    }

    async fn keep_body(&self, round: &Round<'_>, content_type: Option<&str>, bytes: Bytes) {
        let Some(bodies) = self.bodies.clone() else { return };
        let (feed, now, content_type) =
            (round.feed.id.clone(), round.now, content_type.map(str::to_owned));
        let kept = tokio::task::spawn_blocking(move || {
            bodies.keep(&feed, now, content_type.as_deref(), &bytes)
        });
        if let Ok(Err(error)) = kept.await {
            tracing::warn!(feed = round.feed.id, %error, "the body could not be kept for a second reading");
        }
    }

    /// Drops bodies that are older than a week.
    pub async fn tidy(&self, now: DateTime<Utc>) {
        let Some(bodies) = self.bodies.clone() else { return };
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || bodies.tidy(now)).await {
            tracing::warn!(%error, "old bodies could not be dropped");
        }
    }
}

impl Round<'_> {
    fn scene(&self) -> report::Scene<'_> {
        report::Scene {
            settings: self.settings,
            feed: self.feed,
            state: &self.state,
            now: self.now,
            took: self.began.elapsed(),
        }
    }
}

/// The feed as the settings of now have it, if they would have made the same of its answer.
fn unchanged<'a>(holds: &'a Settings, round: &Round<'_>) -> Option<&'a Feed> {
    let feed = holds.feeds.get(&round.feed.id)?;
    let same = feed.url == round.feed.url
        && holds.fingerprint(feed) == round.settings.fingerprint(round.feed);
    same.then_some(feed)
}

/// The check of a round in its commit.
fn check_of(commit: &Commit, round: &Round<'_>) -> Check {
    let own = commit.checks.iter().find(|(feed, _)| *feed == round.feed.id);
    own.map_or_else(|| report::no_check(round.now), |(_, check)| check.clone())
}

/// A check of which nothing is kept.
fn dropped(round: &Round<'_>) -> Refreshed {
    let words = "Its settings changed during the check, so the answer was dropped.";
    let check = Check { words: words.into(), ..report::no_check(round.now) };
    report::tell(&round.feed.id, &check);
    Refreshed { feed: round.feed.id.clone(), check, update: Update::default(), trouble: None }
}

/// The pure comparison, on the memory.
fn compare(
    memory: &Memory,
    settings: &Settings,
    feed: &Feed,
    state: &FeedState,
    saw: Saw,
    now: DateTime<Utc>,
) -> Reconciled {
    let events = memory.events_of(&feed.id);
    let keep_past = settings.config.network.keep_past;
    let before = Before {
        feed,
        state,
        events: &events,
        taken: &|id| memory.is_taken(id),
        forgotten: &|hash| memory.is_forgotten(hash),
        salt: &memory.identity.salt,
        keep_past: chrono::Duration::from_std(keep_past).unwrap_or(chrono::Duration::days(400)),
        now,
    };
    reconcile(&before, saw)
}
