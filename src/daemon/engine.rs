//! The one task that decides: what is checked next, what a command gets, when feeds.toml is read again.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::{mpsc, oneshot},
    task::{self, JoinHandle, JoinSet},
    time::{Instant, MissedTickBehavior},
};

use super::{
    Audience, Setup,
    command::{Checked, Command, Explanation, FeedReport, Reloaded, Status, Waiting},
    notify::{Notices, Own},
    reload::{Watched, lost_since, takes_away_too_much},
    systemd,
};
use crate::{
    catalogue::FeedView,
    config,
    event::{Decision, Listing},
    refresh::{
        Memory, Refreshed, Refresher, Settings,
        orders::{Obeyed, Order, OrderError},
    },
    schedule::{self, AT_ONCE, Candidate},
    store::StoreError,
};

/// How often feeds and files are looked at.
const TICK: Duration = Duration::from_secs(1);
/// How often old bodies, old feeds and the window of dates are looked after.
const CHORES_EVERY: TimeDelta = TimeDelta::hours(1);
/// How often to try to clean the store's files of what must not stay in them.
const PURGE_RESTS: TimeDelta = TimeDelta::seconds(5);
/// A hub does not make us ask a site more often than this.
const TOLD_RESTS: TimeDelta = TimeDelta::minutes(1);
/// How long to leave a feed alone whose check was lost to a fault of this program.
const FAULTY_RESTS: TimeDelta = TimeDelta::hours(1);
/// How long to leave a store alone that did not take a commit.
const STORE_RESTS: TimeDelta = TimeDelta::seconds(30);

/// The engine.
pub(super) struct Engine {
    refresher: Arc<Refresher>,
    settings: Arc<Settings>,
    setup: Setup,
    audience: Arc<dyn Audience>,
    started: DateTime<Utc>,
    watched: Watched,
    /// Feeds to check now whatever their state says.
    wanted: BTreeSet<String>,
    /// Feeds of which a hub says that they have changed.
    told: BTreeSet<String>,
    /// Asks a hub, beside the engine.
    asking: Option<JoinHandle<()>>,
    /// Checks under way.
    running: JoinSet<(String, Option<Refreshed>)>,
    /// Their feeds, the hosts that they keep busy, and their tasks.
    busy: HashMap<String, (Option<String>, task::Id)>,
    /// Feeds whose check was lost to a fault of this program, and until when they are left alone.
    faulty: HashMap<String, DateTime<Utc>>,
    /// Who waits for which feeds' checks.
    waiters: Vec<Waiter>,
    /// What is wrong with feeds.toml.
    fault: Option<String>,
    /// An edit that waits for a word.
    waiting: Option<(Waiting, Arc<Settings>)>,
    /// Settings that the store did not take; tried again.
    pending: Option<Arc<Settings>>,
    /// Why the store does not take commits, and since when.
    trouble: Option<(StoreError, DateTime<Utc>)>,
    chores_done: Option<DateTime<Utc>>,
    /// What the operator was told; `None` until the first look.
    notices: Option<Notices>,
    /// What the service manager was told last.
    shown: String,
    /// Looks after the size of the store, beside the engine.
    tending: Option<JoinHandle<()>>,
    /// When that was last begun.
    tended: Option<DateTime<Utc>>,
}

/// Somebody who asked for checks.
struct Waiter {
    feeds: HashSet<String>,
    each: mpsc::UnboundedSender<Checked>,
}

impl Engine {
    pub(super) fn new(
        refresher: Arc<Refresher>,
        settings: Arc<Settings>,
        (setup, mut watched): (Setup, Watched),
        audience: Arc<dyn Audience>,
    ) -> Self {
        watched.follow(&settings.config);
        Self {
            started: (setup.clock)(),
            watched,
            refresher,
            settings,
            setup,
            audience,
            wanted: BTreeSet::new(),
            told: BTreeSet::new(),
            asking: None,
            running: JoinSet::new(),
            busy: HashMap::new(),
            faulty: HashMap::new(),
            waiters: Vec::new(),
            fault: None,
            waiting: None,
            pending: None,
            trouble: None,
            chores_done: None,
            notices: None,
            shown: String::new(),
            tending: None,
            tended: None,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        (self.setup.clock)()
    }

    /// Runs until `shutdown` resolves.
    pub(super) async fn run(
        &mut self,
        mut inbox: mpsc::Receiver<Command>,
        shutdown: impl Future<Output = ()>,
    ) {
        let mut shutdown = pin!(shutdown);
        let settings = Arc::clone(&self.settings);
        self.compare_with_store().await;
        self.settle(None, settings).await;
        self.audience.ready(self.trouble.is_none());
        systemd::ready();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (patience, mut said) = (systemd::alive_every(), Instant::now());
        let mut hangup = signal(SignalKind::hangup()).ok();
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                Some(()) = hung_up(&mut hangup) => drop(self.reload(false).await),
                Some(command) = inbox.recv() => self.obey(command).await,
                Some(done) = self.running.join_next() => self.checked(done),
                _ = tick.tick() => {
                    self.try_store().await;
                    self.look_at_config().await;
                    self.chores().await;
                    self.tend();
                    self.ask_hub();
                    self.look_where_told();
                    self.tell();
                    self.show();
                }
            }
            self.begin_checks();
            if patience.is_some_and(|patience| said.elapsed() + TICK >= patience) {
                systemd::alive();
                said = Instant::now();
            }
        }
        systemd::stopping();
        self.audience.ready(false);
        // A commit that was handed over is kept all the same; the rest is asked for again at the next start.
        self.running.shutdown().await;
    }

    /// Begins the checks that are due and have room.
    fn begin_checks(&mut self) {
        let now = self.now();
        if self.trouble.is_some() {
            // What is fetched now could not be kept, and would have to be asked for again.
            return;
        }
        // Whoever asks for a check gets it, whatever the weather.
        let asked = !self.wanted.is_empty();
        let slots = self.refresher.weather(|weather| weather.slots(AT_ONCE, now));
        let (slots, only_wanted) = if asked { (AT_ONCE, slots < AT_ONCE) } else { (slots, false) };
        let free = slots.saturating_sub(self.running.len());
        if free == 0 {
            return;
        }
        let Some(memory) = self.refresher.try_memory() else { return };
        let hosts: HashSet<String> =
            self.busy.values().filter_map(|(host, _)| host.clone()).collect();
        let idle = self.settings.config.feeds.iter().filter(|feed| {
            let wanted = self.wanted.contains(&feed.id);
            !self.busy.contains_key(&feed.id)
                && (wanted || (!only_wanted && !self.rests(&feed.id, now)))
        });
        let candidates = idle.map(|feed| Candidate {
            feed,
            state: memory.feeds.get(&feed.id),
            wanted: self.wanted.contains(&feed.id),
        });
        let picked: Vec<String> =
            schedule::pick(candidates, &hosts, free, now).into_iter().map(str::to_owned).collect();
        drop(memory);
        for feed in picked {
            self.begin(feed, now);
        }
    }

    /// Whether a feed is left alone after a fault of this program.
    fn rests(&self, feed: &str, now: DateTime<Utc>) -> bool {
        self.faulty.get(feed).is_some_and(|until| now < *until)
    }

    fn begin(&mut self, feed: String, now: DateTime<Utc>) {
        self.refresher.weather(|weather| weather.began(now));
        self.wanted.remove(&feed);
        let host = self.settings.feeds.get(&feed).and_then(schedule::host).map(str::to_owned);
        let (refresher, settings) = (Arc::clone(&self.refresher), Arc::clone(&self.settings));
        let id = feed.clone();
        let task = self.running.spawn(async move {
            let refreshed = refresher.refresh(&settings, &id, now).await;
            (id, refreshed)
        });
        self.busy.insert(feed, (host, task.id()));
    }

    /// A check has ended.
    fn checked(&mut self, done: Result<(String, Option<Refreshed>), tokio::task::JoinError>) {
        let (feed, refreshed) = match done {
            Ok((feed, refreshed)) => {
                self.faulty.remove(&feed);
                (feed, refreshed)
            }
            Err(error) => {
                tracing::error!(%error, "a check ended in a fault of this program");
                let mut busy = self.busy.iter();
                let Some((feed, _)) = busy.find(|(_, (_, task))| *task == error.id()) else {
                    return;
                };
                // Nothing of it is kept, the time of the next check neither.
                self.faulty.insert(feed.clone(), self.now() + FAULTY_RESTS);
                (feed.clone(), None)
            }
        };
        self.busy.remove(&feed);
        if let Some(refreshed) = &refreshed {
            self.note_trouble(refreshed.trouble.clone());
        }
        let checked = refreshed.map(|refreshed| told(&refreshed));
        for waiter in &mut self.waiters {
            if waiter.feeds.remove(&feed)
                && let Some(checked) = &checked
            {
                // Whoever went away in the meantime does not want to know.
                drop(waiter.each.send(checked.clone()));
            }
        }
        if self.trouble.is_some() {
            // No check begins until the store takes commits again: nobody is left waiting for one.
            let busy = &self.busy;
            self.waiters.iter_mut().for_each(|w| w.feeds.retain(|feed| busy.contains_key(feed)));
        }
        self.waiters.retain(|waiter| !waiter.feeds.is_empty());
    }

    /// Remembers whether the store takes commits, and tells the public side when that changes.
    fn note_trouble(&mut self, trouble: Option<StoreError>) {
        let was = self.trouble.is_some();
        self.trouble = trouble.map(|error| (error, self.now()));
        match &self.trouble {
            Some((error, _)) if !was => {
                tracing::error!(%error, "changes cannot be kept; what is known is still served");
            }
            None if was => tracing::info!("changes are kept again"),
            _ => {}
        }
        self.audience.trouble(self.trouble.as_ref().map(|(error, _)| error.brief()));
        if was != self.trouble.is_some() {
            self.audience.ready(self.trouble.is_none());
        }
    }

    /// After a commit was refused: tries again now and then, before any site is asked for what could not be kept.
    async fn try_store(&mut self) {
        let now = self.now();
        if self.trouble.as_ref().is_some_and(|(_, since)| now - *since >= STORE_RESTS) {
            let tried = self.refresher.try_store(now).await;
            self.note_trouble(tried.err());
        }
    }

    async fn look_at_config(&mut self) {
        if self.watched.changed() {
            self.reload(false).await;
        } else if self.trouble.is_none()
            && let Some(settings) = self.pending.clone()
        {
            let old = Arc::clone(&self.settings);
            self.settle(Some(old), settings).await;
        }
    }

    /// Reads feeds.toml; `sure` takes it over whatever it takes away.
    async fn reload(&mut self, sure: bool) -> Reloaded {
        systemd::reloading();
        self.watched.changed();
        let path = self.setup.config.clone();
        let read = tokio::task::spawn_blocking(move || {
            let loaded = config::load(&path).map_err(|error| error.to_string())?;
            Settings::new(loaded).map_err(|error| error.to_string())
        });
        let read =
            read.await.unwrap_or_else(|_| Err("reading it hit a fault of this program".into()));
        let reloaded = match read {
            Ok(settings) => self.consider(Arc::new(settings), sure).await,
            Err(fault) => {
                tracing::error!("feeds.toml has a fault; what was read before still holds");
                // A line of the log each: escaped line ends in one long line are not read by anybody.
                for line in fault.lines() {
                    tracing::error!("{line}");
                }
                self.fault = Some(fault.clone());
                Reloaded::Faulty(fault)
            }
        };
        systemd::ready();
        reloaded
    }

    async fn consider(&mut self, settings: Arc<Settings>, sure: bool) -> Reloaded {
        self.fault = None;
        self.watched.follow(&settings.config);
        if !sure && let Some(removes) = takes_away_too_much(&self.settings, &settings) {
            let (since, of) = (self.now(), self.settings.feeds.len());
            let waiting = Waiting { since, removes, of };
            tracing::warn!(
                removes = waiting.removes.len(),
                of,
                "feeds.toml takes away so many feeds that it waits for `folkmoot config apply`"
            );
            self.waiting = Some((waiting.clone(), settings));
            return Reloaded::Waits(waiting);
        }
        if sure {
            self.refresher.memory().await.spared.clear();
        } else if let Some(waiting) = self.still_missing(&settings).await {
            self.waiting = Some((waiting.clone(), Arc::clone(&settings)));
            let old = Arc::clone(&self.settings);
            self.settle(Some(old), settings).await;
            return Reloaded::Waits(waiting);
        }
        self.waiting = None;
        let (old, feeds) = (Arc::clone(&self.settings), settings.feeds.len());
        self.settle(Some(old), settings).await;
        match &self.trouble {
            Some((error, _)) if self.pending.is_some() => Reloaded::NotKept(error.to_string()),
            _ => Reloaded::Applied { feeds },
        }
    }

    /// Holds the feeds of the store that feeds.toml lost while nobody ran, if those are suspiciously many.
    async fn compare_with_store(&mut self) {
        let (now, mut memory) = (self.now(), self.refresher.memory().await);
        let Some((removes, of)) = lost_since(&memory, &self.settings) else { return };
        memory.spared = removes.iter().cloned().collect();
        tracing::warn!(
            removes = removes.len(),
            of,
            "feeds.toml lost so many feeds since the last run that their events stay until `folkmoot config apply`"
        );
        let waiting = Waiting { since: now, removes, of };
        self.waiting = Some((waiting, Arc::clone(&self.settings)));
    }

    /// After an edit: those of the held feeds that are still not in feeds.toml.
    async fn still_missing(&self, settings: &Settings) -> Option<Waiting> {
        let mut memory = self.refresher.memory().await;
        memory.spared.retain(|feed| !settings.feeds.contains_key(feed));
        let (waiting, _) = self.waiting.as_ref()?;
        let mut removes: Vec<String> = memory.spared.iter().cloned().collect();
        removes.sort();
        (!removes.is_empty()).then(|| Waiting { removes, ..waiting.clone() })
    }

    /// Takes over settings, if the store can keep what follows from them.
    async fn settle(&mut self, old: Option<Arc<Settings>>, new: Arc<Settings>) {
        match self.refresher.resettle(old.as_deref(), &new, self.now()).await {
            Ok(settled) => {
                for (from, to) in &settled.renamed {
                    tracing::info!(from, to, "a feed was renamed; its events stay");
                }
                self.wanted.extend(settled.read_anew);
                self.wanted.retain(|feed| new.feeds.get(feed).is_some_and(|feed| !feed.paused));
                self.pending = None;
                self.audience.settings(&new);
                if old.is_some() {
                    tracing::info!(feeds = new.feeds.len(), "feeds.toml was taken over");
                }
                self.settings = new;
                self.note_trouble(None);
            }
            Err(error) => {
                self.pending = Some(new);
                self.note_trouble(Some(error));
            }
        }
    }

    /// Tells the operator what has changed; while a change is being kept, at the next tick.
    fn tell(&mut self) {
        let (now, settings) = (self.now(), Arc::clone(&self.settings));
        let notify = &settings.config.notify;
        if *notify == config::Notify::default() {
            return;
        }
        let Some(memory) = self.refresher.try_memory() else { return };
        let notices = self.notices.get_or_insert_with(|| Notices::new(&memory, &settings, now));
        let own = Own {
            offline: self.refresher.weather(|weather| weather.offline_since()).is_some(),
            unkept: self.trouble.as_ref().map(|(error, _)| error.brief()),
        };
        for notice in notices.own(own, now).into_iter().chain(notices.due(&memory, &settings, now))
        {
            tokio::spawn(notice.send(notify.clone()));
        }
    }

    async fn chores(&mut self) {
        let now = self.now();
        if self.chores_done.is_some_and(|done| now - done < CHORES_EVERY) {
            return;
        }
        let first = self.chores_done.replace(now).is_none();
        self.refresher.advance(now).await;
        self.refresher.tidy(now).await;
        if !first && self.pending.is_none() {
            // Lets go of feeds that were taken out a week ago.
            let settings = Arc::clone(&self.settings);
            if let Err(error) = self.refresher.resettle(Some(&settings), &settings, now).await {
                self.note_trouble(Some(error));
            }
        }
    }

    /// One line for `systemctl status`, when it says something new.
    fn show(&mut self) {
        let Some(memory) = self.refresher.try_memory() else { return };
        let (feeds, events) = (self.settings.feeds.len(), memory.listings.len());
        drop(memory);
        let trouble = match &self.trouble {
            Some((error, _)) => format!("; changes cannot be kept: {}", error.brief()),
            None => String::new(),
        };
        let line = format!("{feeds} feeds, {events} events{trouble}");
        if self.shown != line {
            systemd::status(&line);
            self.shown = line;
        }
    }

    /// Looks after the size of the store once an hour, and soon where something must not stay in its files.
    fn tend(&mut self) {
        let now = self.now();
        let rests = if self.refresher.wants_purge() { PURGE_RESTS } else { CHORES_EVERY };
        let busy = self.tending.as_ref().is_some_and(|tending| !tending.is_finished());
        let due = self.tended.is_none_or(|at| now - at >= rests);
        if busy || !due || self.trouble.is_some() {
            return;
        }
        self.tended = Some(now);
        let refresher = Arc::clone(&self.refresher);
        self.tending = Some(tokio::spawn(async move { refresher.tend(now).await }));
    }

    /// Asks the next hub that is due to tell of changes.
    fn ask_hub(&mut self) {
        let busy = self.asking.as_ref().is_some_and(|asking| !asking.is_finished());
        if busy || self.trouble.is_some() {
            return;
        }
        let (now, settings) = (self.now(), Arc::clone(&self.settings));
        let Some(feed) = self.refresher.hub_to_ask(&settings, now) else { return };
        let refresher = Arc::clone(&self.refresher);
        self.asking =
            Some(tokio::spawn(async move { refresher.subscribe(&settings, &feed, now).await }));
    }

    /// Takes up what hubs said: a feed that was just looked at waits a while, one that fails or rests waits until it is due.
    fn look_where_told(&mut self) {
        if self.told.is_empty() {
            return;
        }
        let now = self.now();
        let Some(memory) = self.refresher.try_memory() else { return };
        for feed in std::mem::take(&mut self.told) {
            let Some(settings) = self.settings.feeds.get(&feed) else { continue };
            let Some(state) = memory.feeds.get(&feed) else { continue };
            let rested = state.last_check.is_none_or(|last| now - last >= TOLD_RESTS);
            if settings.paused || state.gone || state.failures > 0 || self.rests(&feed, now) {
                continue;
            }
            if rested && !self.busy.contains_key(&feed) {
                self.wanted.insert(feed);
            } else {
                self.told.insert(feed);
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        // A reply that nobody waits for any more is no fault.
        match command {
            Command::Poll { feeds, each, reply } => {
                let begun = self.want(feeds, each).await;
                drop(reply.send(begun));
            }
            Command::Status(reply) => drop(reply.send(self.status().await)),
            Command::State(reply) => {
                let snapshot = Box::new(self.refresher.memory().await.snapshot());
                drop(reply.send(snapshot));
            }
            Command::Explain(id, reply) => {
                let explained = explain(&*self.refresher.memory().await, &id);
                drop(reply.send(explained.map(Box::new)));
            }
            Command::Reload(reply) => drop(reply.send(self.reload(false).await)),
            Command::Apply(reply) => drop(reply.send(self.reload(true).await)),
            Command::Order(order, reply) => self.order(order, reply),
            Command::Told(feed) => {
                self.told.insert(feed);
            }
            Command::Replay(feed, reply) => self.replay(feed, reply),
        }
    }

    /// Copying a store may take long: it runs beside the engine.
    fn order(&self, order: Order, reply: oneshot::Sender<Result<Obeyed, OrderError>>) {
        let (refresher, settings, now) =
            (Arc::clone(&self.refresher), Arc::clone(&self.settings), self.now());
        tokio::spawn(async move {
            let obeyed = refresher.obey(&settings, order, now).await;
            drop(reply.send(obeyed));
        });
    }

    /// Reading anew may take long: it runs beside the engine.
    fn replay(&self, feed: String, reply: oneshot::Sender<Result<Checked, String>>) {
        let (refresher, settings, now) =
            (Arc::clone(&self.refresher), Arc::clone(&self.settings), self.now());
        tokio::spawn(async move {
            let replayed = refresher.replay(&settings, &feed, now).await;
            drop(reply.send(replayed.map(|refreshed| told(&refreshed))));
        });
    }

    async fn want(
        &mut self,
        mut feeds: Vec<String>,
        each: mpsc::UnboundedSender<Checked>,
    ) -> Result<Vec<String>, String> {
        if feeds.is_empty() {
            let active = self.settings.config.feeds.iter().filter(|feed| !feed.paused);
            feeds.extend(active.map(|feed| feed.id.clone()));
        }
        let unknown = |engine: &Self| {
            feeds.iter().find(|feed| !engine.settings.feeds.contains_key(*feed)).cloned()
        };
        if unknown(self).is_some() {
            // Whoever wrote it into feeds.toml a moment ago has not to wait until the file is looked at.
            self.look_at_config().await;
        }
        if let Some(unknown) = unknown(self) {
            return Err(format!("there is no feed \"{unknown}\""));
        }
        let idle = feeds.iter().filter(|feed| !self.busy.contains_key(*feed));
        self.wanted.extend(idle.cloned());
        if self.trouble.is_some() {
            // Whoever asks wants to know now.
            let tried = self.refresher.try_store(self.now()).await;
            self.note_trouble(tried.err());
            if let Some((error, _)) = &self.trouble {
                return Err(error.to_string());
            }
        }
        self.waiters.push(Waiter { feeds: feeds.iter().cloned().collect(), each });
        Ok(feeds)
    }

    async fn status(&self) -> Status {
        let now = self.now();
        let memory = self.refresher.memory().await;
        let mut feeds: Vec<FeedReport> =
            self.settings.feeds.values().map(|feed| report(&memory, feed, now)).collect();
        feeds.sort_by(|a, b| a.id.cmp(&b.id));
        Status {
            version: env!("CARGO_PKG_VERSION").into(),
            started: self.started,
            now,
            public: self.audience.address(),
            events: memory.events.len(),
            listings: memory.listings.len(),
            listed: memory.listings.values().filter(|listing| is_listed(listing)).count(),
            store: self.refresher.tended(),
            offline_since: self.refresher.weather(|weather| weather.offline_since()),
            store_trouble: self.trouble.as_ref().map(|(error, _)| error.to_string()),
            config_fault: self.fault.clone(),
            config_waiting: self.waiting.as_ref().map(|(waiting, _)| waiting.clone()),
            feeds,
        }
    }
}

/// The next SIGHUP; for ever where signals cannot be had.
async fn hung_up(signal: &mut Option<Signal>) -> Option<()> {
    match signal {
        Some(signal) => signal.recv().await,
        None => std::future::pending().await,
    }
}

/// A feed as `status` shows it.
#[must_use]
pub(super) fn report(memory: &Memory, feed: &crate::feed::Feed, now: DateTime<Utc>) -> FeedReport {
    let state = memory.feeds.get(&feed.id).cloned().unwrap_or_default();
    let view = FeedView { feed: feed.clone(), state };
    let (health, name) = (view.health(now), view.name().to_owned());
    FeedReport { id: feed.id.clone(), name, health, state: view.state }
}

fn is_listed(listing: &Listing) -> bool {
    listing.facts.verdict.decision == Decision::Listed
}

fn told(refreshed: &Refreshed) -> Checked {
    Checked {
        feed: refreshed.feed.clone(),
        check: refreshed.check.clone(),
        trouble: refreshed.trouble.as_ref().map(ToString::to_string),
    }
}

fn explain(memory: &Memory, id: &str) -> Option<Explanation> {
    let merged_into = memory.aliases.get(id).cloned();
    let listing = memory.listings.get(merged_into.as_deref().unwrap_or(id));
    let sources = listing.iter().flat_map(|l| l.sources.iter().map(|source| source.event.as_str()));
    let mut ids: Vec<&str> = sources.collect();
    if !ids.contains(&id) {
        ids.push(id);
    }
    let events: Vec<_> = ids
        .into_iter()
        .filter_map(|id| memory.events.get(id).map(|event| (**event).clone()))
        .collect();
    let listing = listing.map(|listing| (**listing).clone());
    (listing.is_some() || !events.is_empty()).then_some(Explanation {
        merged_into,
        listing,
        events,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::tests::House, *};
    use crate::health::FeedState;

    #[tokio::test]
    async fn a_hub_has_no_feed_looked_at_that_rests() {
        let house = House::with(&["a"]);
        let mut engine = house.engine(|store| store).await;
        engine.refresher.memory().await.feeds.insert("a".into(), FeedState::default());
        let wanted = |engine: &mut Engine| {
            engine.told.insert("a".into());
            engine.look_where_told();
            engine.wanted.remove("a")
        };
        assert!(wanted(&mut engine));
        let now = engine.now();
        engine.faulty.insert("a".into(), now + FAULTY_RESTS);
        assert!(!wanted(&mut engine) && engine.told.is_empty());
        engine.faulty.insert("a".into(), now);
        assert!(wanted(&mut engine));
    }
}
