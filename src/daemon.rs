//! What runs all the time: checks feeds when they are due, takes over edits of feeds.toml, answers commands.
//!
//! One task, the engine, decides everything in turn; checks run beside it and report back. Whatever else wants
//! something of a running daemon (the control socket, tests) sends a [`Command`].

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use tokio::{
    net::{TcpListener, UnixListener},
    sync::{mpsc, watch},
};

use crate::{
    catalogue::Catalogue,
    config,
    refresh::{Fetcher, Refresher, Settings},
    server,
    store::{Create, Open, bodies::Bodies, open},
};

pub mod client;
pub mod command;
pub mod control;
mod engine;
mod notify;
pub mod operator;
pub mod public;
mod reload;
pub mod systemd;
#[cfg(test)]
mod tests;

pub use command::{Command, Control};

/// How often it is written down when addresses last changed.
const NOTE_EVERY: Duration = Duration::from_secs(300);
/// How long the end may take.
pub const FAREWELL: Duration = Duration::from_secs(4);

/// Where a data directory's control socket lies.
#[must_use]
pub fn socket_path(data_dir: &Path) -> PathBuf {
    data_dir.join("control.sock")
}

/// What a daemon needs to begin.
pub struct Setup {
    /// feeds.toml.
    pub config: PathBuf,
    /// Where things are kept.
    pub data_dir: PathBuf,
    /// Who asks the sites.
    pub fetcher: Arc<dyn Fetcher>,
    /// The time; another one in tests.
    pub clock: fn() -> DateTime<Utc>,
}

/// A daemon that has its store and configuration, but has not begun to poll.
pub struct Daemon {
    refresher: Arc<Refresher>,
    settings: Arc<Settings>,
    catalogue: Arc<ArcSwap<Catalogue>>,
    setup: Setup,
    watched: reload::Watched,
    inbox: mpsc::Receiver<Command>,
    control: Control,
}

/// Runs a whole daemon: starts it, serves the public on `listener`, polls, and ends when `shutdown` resolves.
///
/// The end takes no longer than five seconds and loses nothing that was acknowledged.
///
/// # Errors
/// When the configuration or the store is not to be had, or the control socket cannot be made.
pub async fn run(
    setup: Setup,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    Daemon::start(setup).await?.serve(listener, None, shutdown).await
}

/// Writes down when addresses last changed; at the end it is done once more.
async fn note_now_and_then(state: Arc<server::State>, path: PathBuf) {
    loop {
        tokio::time::sleep(NOTE_EVERY).await;
        let (state, path) = (Arc::clone(&state), path.clone());
        // A fault in it was logged; the next time may be better.
        drop(tokio::task::spawn_blocking(move || state.note(&path)).await);
    }
}

/// Told of what the public side has to know.
pub trait Audience: Send + Sync {
    /// Other settings hold from now on.
    fn settings(&self, settings: &Settings);
    /// Whether all is well enough to be sent visitors.
    fn ready(&self, ready: bool);
    /// Where the public pages are served on this machine.
    fn address(&self) -> Option<SocketAddr> {
        None
    }
    /// Why changes cannot be kept, in words for everybody; `None` when they can again.
    fn trouble(&self, words: Option<&'static str>) {
        let _ = words;
    }
}

/// Nobody looks.
impl Audience for () {
    fn settings(&self, _: &Settings) {}
    fn ready(&self, _: bool) {}
}

impl Daemon {
    /// Reads the configuration and opens the store; what was known is ready to be served when this returns.
    ///
    /// # Errors
    /// When either is not to be had; the error says what to do.
    pub async fn start(setup: Setup) -> anyhow::Result<Self> {
        let now = (setup.clock)();
        let watched = reload::Watched::new(&setup.config);
        let settings = Arc::new(Settings::new(config::load(&setup.config)?)?);
        let host = settings.config.network.url.as_ref().and_then(|url| url.host_str());
        let how = Open {
            dir: setup.data_dir.clone(),
            create: Create::IfAbsent,
            domain: host.map(str::to_owned),
            now,
        };
        let store = open(how).await?;
        let bodies = Some(Bodies::new(&setup.data_dir));
        let fetcher = Arc::clone(&setup.fetcher);
        let refresher = Refresher::open(store, fetcher, bodies, &settings.config).await?;
        let catalogue = refresher.show(&settings, now).await;
        let (sender, inbox) = mpsc::channel(64);
        let control = Control::new(sender);
        let refresher = Arc::new(refresher);
        Ok(Self { refresher, settings, catalogue, setup, watched, inbox, control })
    }

    /// The read model; it is swapped whenever something changed.
    #[must_use]
    pub fn catalogue(&self) -> Arc<ArcSwap<Catalogue>> {
        Arc::clone(&self.catalogue)
    }

    /// The settings at the start.
    #[must_use]
    pub fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    /// A handle to send commands with.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Serves the public, and figures for Prometheus on a listener of their own, and runs until `shutdown` resolves.
    ///
    /// # Errors
    /// When the control socket cannot be made.
    pub async fn serve(
        self,
        listener: TcpListener,
        figures: Option<TcpListener>,
        shutdown: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let listen = listener.local_addr().ok();
        let shown = public::server_settings(&self.settings, listen);
        let state = Arc::new(server::State::new(self.catalogue(), shown));
        let router = server::router(Arc::clone(&state));
        state.set_callbacks(Arc::new(public::Hubs {
            refresher: Arc::clone(&self.refresher),
            control: self.control.clone(),
            clock: self.setup.clock,
        }));
        let validators = self.setup.data_dir.join("validators.txt");
        state.recall(&validators);
        let noting = tokio::spawn(note_now_and_then(Arc::clone(&state), validators.clone()));
        let (stop, mut stopped) = watch::channel(());
        if let Some(figures) = figures {
            let (router, mut gone) = (server::metrics::router(Arc::clone(&state)), stopped.clone());
            let gone = async move { drop(gone.changed().await) };
            tokio::spawn(server::serve(figures, router, gone));
        }
        let gone = async move { drop(stopped.changed().await) };
        let front = tokio::spawn(server::serve_in(state.places(), listener, router, gone));
        let public = Arc::new(public::Public { state: Arc::clone(&state), listen });
        let ran = self.run(public, async {
            shutdown.await;
            // Both ends begin at once: the server lets open requests end while the store is closed.
            drop(stop);
        });
        let ran = ran.await;
        match tokio::time::timeout(FAREWELL, front).await {
            Ok(Ok(Err(error))) => tracing::error!(%error, "the public listener failed"),
            Ok(Ok(Ok(()))) => {}
            Ok(Err(_)) | Err(_) => tracing::warn!("the public listener did not end in time"),
        }
        noting.abort();
        state.note(&validators);
        ran
    }

    /// Runs until `shutdown` resolves, then closes the store. Takes no longer than [`FAREWELL`] to end.
    ///
    /// # Errors
    /// When the control socket cannot be made.
    pub async fn run(
        self,
        audience: Arc<dyn Audience>,
        shutdown: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let path = socket_path(&self.setup.data_dir);
        let socket = control::bind(&path)
            .with_context(|| format!("the control socket {} cannot be made", path.display()))?;
        self.run_on(Some(socket), audience, shutdown).await;
        // Gone already means that nobody has to remove it.
        drop(std::fs::remove_file(&path));
        Ok(())
    }

    /// The same on a given control socket, or on none.
    pub async fn run_on(
        self,
        socket: Option<UnixListener>,
        audience: Arc<dyn Audience>,
        shutdown: impl Future<Output = ()>,
    ) {
        let control = self.control.clone();
        let serving = socket.map(|socket| tokio::spawn(control::serve(socket, control)));
        let refresher = Arc::clone(&self.refresher);
        let setup = (self.setup, self.watched);
        let mut engine = engine::Engine::new(self.refresher, self.settings, setup, audience);
        engine.run(self.inbox, shutdown).await;
        if let Some(serving) = serving {
            serving.abort();
        }
        drop(engine);
        if tokio::time::timeout(FAREWELL / 2, refresher.close()).await.is_err() {
            tracing::warn!("the store did not close in time; nothing acknowledged is lost by that");
        }
    }
}
