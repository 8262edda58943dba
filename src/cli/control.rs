//! Where a command finds the state: with the running daemon, or, when none runs, in the store itself.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use folkmoot::{
    catalogue::{self, Catalogue},
    clock,
    config::{Config, Loaded},
    daemon::{
        client::{Remote, RemoteError},
        command::Reloaded,
    },
    feed::Feed,
    fetch,
    health::{FeedState, Health, MOVED_AFTER, Oddity},
    member::Members,
    publish,
    refresh::{
        Memory, Refresher, Settings,
        orders::{Obeyed, Order, OrderError},
        settle,
    },
    store::{self, Create, Open, Snapshot, Store, StoreError, bodies::Bodies},
    vocabulary::Vocabulary,
};

use super::{
    Done, Failed, Global, block_on,
    check::card::say_problems,
    output::{Output, Tone},
};

/// How long a daemon that is starting is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The configuration and all that is known.
pub(crate) struct State {
    pub(crate) loaded: Loaded,
    pub(crate) snapshot: Snapshot,
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<RemoteError> for Failed {
    fn from(error: RemoteError) -> Self {
        match error {
            RemoteError::Unknown(words) => Self::Usage(words),
            other => Self::Other(other.to_string()),
        }
    }
}

/// The daemon of the data directory, if one runs. One that is only starting is waited for a little.
pub(crate) async fn daemon(global: &Global) -> Result<Option<Remote>, Failed> {
    let (dir, until) = (global.data_dir(), Instant::now() + PATIENCE);
    // Whoever may not look must not be told that nothing is there.
    if let Err(error) = std::fs::read_dir(&dir)
        && error.kind() == std::io::ErrorKind::PermissionDenied
    {
        return Err(Failed::Other(format!(
            "you may not look into {0}, where events are kept\n  Run this as root (sudo) or as the user to whom {0} belongs.",
            dir.display()
        )));
    }
    let mut told = false;
    loop {
        if let Some(daemon) = Remote::find(&dir).await {
            return Ok(Some(daemon));
        }
        if !store::is_held(&dir) {
            return Ok(None);
        }
        if Instant::now() >= until {
            return Err(StoreError::InUse { dir }.into());
        }
        if !told {
            eprintln!("folkmoot: a daemon seems to be starting here; waiting for it");
            told = true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Opens the store of a data directory, when no daemon holds it.
pub(crate) async fn open(
    global: &Global,
    create: Create,
    domain: Option<String>,
) -> Result<Arc<dyn Store>, StoreError> {
    store::open(Open { dir: global.data_dir(), create, domain, now: clock::now() }).await
}

/// All that refreshing takes, in this process, with the store opened for the while.
pub(crate) async fn refresher(
    global: &Global,
    loaded: Loaded,
    create: Create,
) -> Result<(Refresher, Arc<Settings>), Failed> {
    let other = |error: &dyn std::fmt::Display| Failed::Other(error.to_string());
    let client = fetch::Client::of(&loaded.config.network).map_err(|error| other(&error))?;
    let domain =
        loaded.config.network.url.as_ref().and_then(|url| url.host_str()).map(str::to_owned);
    let settings = Arc::new(Settings::new(loaded).map_err(|error| other(&error))?);
    let store = open(global, create, domain).await?;
    let bodies = Some(Bodies::new(&global.data_dir()));
    let refresher = Refresher::open(store, Arc::new(client), bodies, &settings.config).await?;
    // What feeds.toml says now may differ from what held when the store was last open.
    refresher.resettle(None, &settings, clock::now()).await?;
    Ok((refresher, settings))
}

/// Has an order obeyed, by the daemon or here.
pub(crate) fn order(global: &Global, order: Order) -> Result<Obeyed, Failed> {
    let loaded = global.load()?;
    block_on(async {
        if let Some(daemon) = daemon(global).await? {
            return Ok(daemon.order(&order).await?);
        }
        let (refresher, settings) = refresher(global, loaded, Create::Never).await?;
        let obeyed = refresher.obey(&settings, order, clock::now()).await;
        refresher.close().await;
        obeyed.map_err(|error| match error {
            OrderError::Unknown(_) => Failed::Usage(error.to_string()),
            _ => Failed::Other(error.to_string()),
        })
    })?
}

/// All that is known, from the daemon or from the store.
pub(crate) async fn snapshot(global: &Global) -> Result<Snapshot, Failed> {
    if let Some(daemon) = daemon(global).await? {
        return Ok(daemon.state().await?);
    }
    let store = open(global, Create::Never, None).await?;
    let snapshot = store.load().await;
    store.close().await;
    Ok(snapshot?)
}

/// The configuration and all that is known. A faulty feeds.toml does not matter while a daemon runs: what it read
/// before still holds there, and the words are then those of the program.
pub(crate) fn state(global: &Global) -> Result<State, Failed> {
    let loaded = match global.load() {
        Ok(loaded) => loaded,
        Err(fault) => {
            let running = block_on(daemon(global))??.is_some();
            let words = Vocabulary::embedded().ok().zip(Members::embedded().ok());
            let (true, Some((vocabulary, members))) = (running, words) else { return Err(fault) };
            eprintln!(
                "folkmoot: feeds.toml has a fault; the daemon goes on with what it read before"
            );
            Loaded { config: Config::default(), vocabulary, members }
        }
    };
    let snapshot = block_on(snapshot(global))??;
    Ok(State { loaded, snapshot })
}

impl State {
    /// The read model.
    pub(crate) fn catalogue(&self) -> Result<Catalogue, Failed> {
        let settings =
            Settings::new(self.loaded.clone()).map_err(|error| Failed::Other(error.to_string()))?;
        let memory = Memory::new(self.snapshot.clone(), &self.loaded.config.overrides);
        let base = settle::base(&memory, &settings);
        Ok(Catalogue::build(base, settle::whole(&memory, &settings), clock::now()))
    }

    /// The public address, as far as it is known here.
    pub(crate) fn base(&self) -> String {
        let url = self.loaded.config.network.url.as_ref();
        url.map_or_else(
            || "http://127.0.0.1:8080".into(),
            |url| url.as_str().trim_end_matches('/').into(),
        )
    }

    /// What outputs need to know.
    pub(crate) fn context<'a>(&'a self, base: &'a str) -> publish::Context<'a> {
        publish::Context {
            base,
            vocabulary: &self.loaded.vocabulary,
            members: &self.loaded.members,
            time_zone: self.loaded.config.network.time_zone,
        }
    }
}

/// The states of the feeds; none where nothing was ever checked.
pub(crate) fn feed_states(global: &Global) -> Result<Vec<FeedState>, Failed> {
    let states = async {
        if let Some(daemon) = daemon(global).await? {
            return Ok(daemon.feeds().await?.into_iter().map(|report| report.state).collect());
        }
        match open(global, Create::Never, None).await {
            Ok(store) => {
                let snapshot = store.load().await;
                store.close().await;
                Ok(snapshot?.feeds)
            }
            Err(StoreError::Absent { .. }) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    };
    block_on(states)?
}

/// Asks the daemon to apply an edit of feeds.toml, whatever it takes away.
pub(crate) fn apply(global: &Global, output: &Output) -> Done {
    global.load()?;
    let reloaded = block_on(async {
        match daemon(global).await? {
            Some(daemon) => Ok::<_, Failed>(Some(daemon.apply().await?)),
            None => Ok(None),
        }
    })??;
    if output.json && reloaded.is_none() {
        return output.value(&serde_json::json!({ "running": false }));
    }
    if output.json {
        return output.value(&reloaded);
    }
    match reloaded {
        Some(Reloaded::Applied { feeds }) => output.say(format!("Applied: {feeds} feeds.")),
        Some(Reloaded::Faulty(words)) => Err(Failed::Usage(words)),
        Some(Reloaded::NotKept(words)) => Err(Failed::Other(words)),
        Some(Reloaded::Waits(_)) => Err(Failed::Other("the daemon still waits for a word".into())),
        None => output.say("No daemon is running: the next one reads feeds.toml as it is."),
    }
}

/// What looks odd, in words.
fn odd_words(oddity: Oddity, state: &FeedState) -> String {
    match oddity {
        Oddity::Empty => "no items any more".into(),
        Oddity::Few => "fewer items than usual".into(),
        Oddity::Night => "events at night".into(),
        Oddity::HourOff => "times an hour off".into(),
        Oddity::Undated => format!("{} without a date", state.undated),
        Oddity::Unread => format!("{} not readable", state.skipped.len()),
    }
}

/// Health in words.
pub(crate) fn health_words(feed: &Feed, state: Option<&FeedState>) -> String {
    words_of(health_of(feed, state), state.unwrap_or(&FeedState::default()))
}

/// Health of a feed, also of one that was never checked.
pub(crate) fn health_of(feed: &Feed, state: Option<&FeedState>) -> Health {
    catalogue::health(feed, state.unwrap_or(&FeedState::default()), clock::now())
}

/// A health in words, with its date.
pub(crate) fn words_of(health: Health, state: &FeedState) -> String {
    let since = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map(|at| at.format(" since %-d %b %Y").to_string()).unwrap_or_default()
    };
    let words = match health {
        Health::New => "not checked yet".into(),
        Health::Fine => "fine".into(),
        Health::Quiet => "quiet: nothing new for long".into(),
        Health::Shrinking if state.cut_off => "needs a look: breaks off before its end".into(),
        Health::Shrinking => "shrank: nothing was taken away yet".into(),
        Health::Failing => format!("failing{}", since(state.failing_since)),
        Health::Moved => "moved to another address".into(),
        Health::Gone => "gone, its site says".into(),
        Health::Paused => "paused".into(),
        Health::NeverWorked => "never worked".into(),
    };
    let odd = state.oddities().into_iter().map(|oddity| odd_words(oddity, state));
    let odd: Vec<String> = odd.collect();
    if odd.is_empty() { words } else { format!("{words}; {}", odd.join(", ")) }
}

/// The report card of a feed that is checked regularly.
pub(crate) fn say_report(state: &FeedState, output: &Output) -> Done {
    let time = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map_or_else(|| "never".into(), |at| at.format("%-d %b %Y, %H:%M UTC").to_string())
    };
    output.say(format!("  checked    {}", time(state.last_check)))?;
    output.say(format!("  last good  {}", time(state.last_good)))?;
    output.say(format!("  next       {}", time(state.next_check)))?;
    if let Some(check) = state.history.last() {
        output.say(format!("  result     {}", check.words))?;
    }
    output.say(format!("  items      {}", state.entries))?;
    output.say(format!(
        "  events     {} listed, {} without a safe date",
        state.listed, state.undated
    ))?;
    for (reason, count) in &state.unlisted {
        output.say(format!("             {count} not listed: {reason}"))?;
    }
    for skipped in &state.skipped {
        let line = skipped.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        output.say(format!("  {} {line}{}", output.tone(Tone::Bad, "not read"), skipped.reason))?;
    }
    let moved = state.moved_to.as_ref().is_some_and(|(_, times)| *times >= MOVED_AFTER);
    let sound = state.failures == 0 && state.shrank_since.is_none() && !state.cut_off && !moved;
    if !sound && state.problems.is_empty() {
        // A feed that cannot be read, shrank or moved has not been found free of faults.
        return Ok(());
    }
    say_problems(&state.problems, output)
}
