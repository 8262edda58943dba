//! Serves what is known over HTTP: pages for people, calendars for their programs, JSON for developers.
//!
//! Everything here is read-only. A route is a function from what was asked to bytes (`routes`); the manners of
//! HTTP are put around it in one place (`manners`), with a bounded cache of finished answers (`cache`).
//! Errors: the reader is told what to change, the cause of our own faults goes to the log only.

use std::{
    future::Future,
    net::SocketAddr,
    path::Path,
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    routing,
};
use chrono::{DateTime, Utc};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use ipnet::IpNet;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::{Notify, Semaphore},
    task::JoinSet,
};
use tower::ServiceExt as _;

use crate::{
    catalogue::Catalogue,
    clock,
    config::{ClientHeader, RateLimit},
    feed::Network,
    language::Language,
    publish::page::{OwnText, Texts},
};

mod answer;
mod api;
mod ask;
mod assets;
mod cache;
mod calendars;
mod find;
mod language;
mod limit;
mod manners;
pub mod metrics;
mod openapi;
mod origin;
mod pages;
mod remembered;
mod routes;
pub mod websub;

/// How long a client may take over its request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// Largest head of a request that is read.
const LARGEST_HEAD: usize = 32 * 1024;
/// Connections open at once; more are told to come back.
const MOST_CONNECTIONS: usize = 1_024;
/// Connections that are being told so; more wait in the kernel's queue.
const MOST_TURNED_AWAY: usize = 64;
/// How long that may take.
const TURNING_AWAY: Duration = Duration::from_secs(2);
/// A connection older than this is asked to end: a client that reads one byte a minute must not keep its slot.
const LONGEST_LIFE: Duration = Duration::from_secs(600);
/// What a connection that was asked to end may still take over its last answer.
const LAST_ANSWER: Duration = Duration::from_secs(60);
/// How long open requests may take to end after a shutdown was asked for.
const FAREWELL: Duration = Duration::from_secs(3);

/// What the server has to know besides the events.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The `[network]` table.
    pub network: Network,
    /// Texts of the operator's own.
    pub texts: Texts,
    /// The address that the listener is bound to: the base of all links where nothing better is known.
    pub listen: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-…` and `Forwarded` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they say who asked.
    pub client_header: ClientHeader,
    /// How often one address may ask.
    pub limit: Option<RateLimit>,
}

impl Settings {
    /// Settings without a listener, proxies or texts of the operator's own.
    #[must_use]
    pub fn new(network: Network) -> Self {
        Self {
            network,
            texts: Texts::default(),
            listen: None,
            trusted_proxies: Vec::new(),
            client_header: ClientHeader::default(),
            limit: None,
        }
    }
}

/// Reads the operator's own texts: `about.html`, `accessibility.html` and `privacy.html` in the folder that
/// `network.pages` names, and the same with a language, such as `about.cy.html`. A file that is not there leaves ours;
/// their HTML is shown as it is.
///
/// # Errors
/// When a file is there and cannot be read as UTF-8 text.
pub fn read_texts(folder: &Path) -> std::io::Result<Texts> {
    let read = |name: String| match std::fs::read_to_string(folder.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    };
    let own = |name: &str| -> std::io::Result<OwnText> {
        let mut own = OwnText { usual: read(format!("{name}.html"))?, of: Vec::new() };
        for language in Language::ALL {
            let text = read(format!("{name}.{}.html", language.tag()))?;
            own.of.extend(text.map(|text| (language, text)));
        }
        Ok(own)
    };
    Ok(Texts {
        about: own("about")?,
        accessibility: own("accessibility")?,
        privacy: own("privacy")?,
    })
}

/// All that the routes share.
pub struct State {
    /// The read model; the daemon swaps it.
    catalogue: Arc<ArcSwap<Catalogue>>,
    /// Swapped at a reload of the configuration.
    settings: ArcSwap<Settings>,
    /// False until the daemon says so, and again from the moment it shuts down.
    ready: AtomicBool,
    /// Why changes cannot be kept at present.
    trouble: ArcSwap<Option<&'static str>>,
    /// Finished answers.
    cache: cache::Cache,
    /// Bounds the answers made at once, and makes a crowd that wants the same one wait for the first.
    renderers: Arc<Semaphore>,
    /// Who asked how often.
    limiter: limit::Limiter,
    /// Bounds those who wait for changes.
    waiting: Semaphore,
    /// Those of the public listener.
    places: Arc<Places>,
    /// Who knows the subscriptions with hubs, where there are any.
    callbacks: OnceLock<Arc<dyn websub::Callbacks>>,
    /// Bounds the bodies of hubs that are read at once.
    hubs: Semaphore,
    /// The time; another one in tests.
    clock: fn() -> DateTime<Utc>,
}

impl State {
    /// A state that is ready at once.
    #[must_use]
    pub fn new(catalogue: Arc<ArcSwap<Catalogue>>, settings: Settings) -> Self {
        Self {
            catalogue,
            settings: ArcSwap::from_pointee(settings),
            ready: AtomicBool::new(true),
            trouble: ArcSwap::default(),
            cache: cache::Cache::default(),
            renderers: Arc::new(Semaphore::new(4)),
            limiter: limit::Limiter::default(),
            waiting: Semaphore::new(256),
            places: Arc::default(),
            callbacks: OnceLock::new(),
            hubs: Semaphore::new(websub::AT_ONCE),
            clock: clock::now,
        }
    }

    /// The same with another clock, for tests.
    #[must_use]
    pub fn with_clock(self, clock: fn() -> DateTime<Utc>) -> Self {
        Self { clock, ..self }
    }

    /// Who answers hubs from now on; without it no callback exists.
    pub fn set_callbacks(&self, callbacks: Arc<dyn websub::Callbacks>) {
        // The first one stays.
        drop(self.callbacks.set(callbacks));
    }

    /// The places of the public listener, for [`serve_in`].
    #[must_use]
    pub fn places(&self) -> Arc<Places> {
        Arc::clone(&self.places)
    }

    /// Takes over new settings (a reload of the configuration).
    pub fn set_settings(&self, settings: Settings) {
        self.settings.store(Arc::new(settings));
    }

    /// Says why changes cannot be kept, if they cannot; what is known is served all the same.
    pub fn set_trouble(&self, words: Option<&'static str>) {
        self.trouble.store(Arc::new(words));
    }

    /// Remembers when each address last changed, as a former run has written it to a file.
    pub fn recall(&self, path: &Path) {
        match remembered::read(path) {
            Ok(text) => self.cache.recall(&text, (self.clock)()),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "when addresses last changed is not known any more");
            }
        }
    }

    /// Writes down when each address last changed, if anything is new.
    pub fn note(&self, path: &Path) {
        if let Some(text) = self.cache.news()
            && let Err(error) = remembered::write(path, &text)
        {
            tracing::warn!(path = %path.display(), %error, "when addresses last changed could not be written down");
        }
    }

    /// What `/readyz` says.
    fn readiness(&self) -> (bool, String) {
        let ready = self.ready.load(Ordering::Acquire);
        match **self.trouble.load() {
            Some(words) => (
                false,
                format!(
                    "not ready: changes cannot be kept, since {words}; what is known is served"
                ),
            ),
            None if ready => (true, "ready".into()),
            None => (false, "not ready".into()),
        }
    }

    /// Says whether `/readyz` answers yes.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }
}

/// All routes of the public listener.
pub fn router(state: Arc<State>) -> Router {
    let mut router = Router::new();
    for route in routes::ALL {
        let shared = Arc::clone(&state);
        let mut methods = routing::get(move |request: Request| {
            let state = Arc::clone(&shared);
            async move { manners::answer(state, route, request).await }
        });
        if route.audience.is_open() {
            methods = methods.options(|| async { manners::preflight() });
        }
        for path in route.paths() {
            router = router.route(&path, methods.clone());
        }
    }
    let (asks, tells) = (Arc::clone(&state), Arc::clone(&state));
    let hub = routing::get(move |path, request| websub::verify(Arc::clone(&asks), path, request))
        .post(move |path, request| websub::told(Arc::clone(&tells), path, request));
    let (ready, nowhere, fixed) = (Arc::clone(&state), Arc::clone(&state), Arc::clone(&state));
    router
        .route("/websub/{token}", hub)
        .route("/healthz", routing::get(|| async { manners::probe(true, "alive") }))
        .route(
            "/readyz",
            routing::get(move || async move {
                let (yes, words) = ready.readiness();
                manners::probe(yes, &words)
            }),
        )
        .fallback(move |request: Request| async move { manners::nowhere(&nowhere, request) })
        .method_not_allowed_fallback(move |request: Request| async move {
            manners::unchangeable(&fixed, request)
        })
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            manners::within_limits(Arc::clone(&state), request, next)
        }))
}

/// The places of a listener: so many connections may be open at once.
#[derive(Debug)]
pub struct Places {
    slots: Arc<Semaphore>,
    /// For those who are being told that there is no slot.
    doors: Arc<Semaphore>,
    turned_away: AtomicU64,
}

impl Default for Places {
    fn default() -> Self {
        Self::new(MOST_CONNECTIONS)
    }
}

impl Places {
    /// For so many connections.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(most)),
            doors: Arc::new(Semaphore::new(MOST_TURNED_AWAY)),
            turned_away: AtomicU64::new(0),
        }
    }

    /// How many clients found none.
    #[must_use]
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }
}

/// Serves until `shutdown` resolves, then lets open requests end.
///
/// # Errors
/// When the listener cannot say its own address; a failed `accept` is logged and tried again.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    serve_in(Arc::default(), listener, router, shutdown).await
}

/// The same for as many connections at once as there are places.
///
/// # Errors
/// Those of [`serve`].
pub async fn serve_in(
    places: Arc<Places>,
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, "listening on {address}");
    let (closing, closed) = tokio::sync::watch::channel(());
    let mut open = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        while open.try_join_next().is_some() {}
        // Those who are turned away and stay must not keep out whoever has a slot.
        let place = tokio::select! {
            biased;
            () = &mut shutdown => break,
            Ok(slot) = Arc::clone(&places.slots).acquire_owned() => Ok(slot),
            Ok(door) = Arc::clone(&places.doors).acquire_owned() => Err(door),
        };
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            // A slot may have become free while nobody came.
            Ok((stream, peer)) => match place
                .or_else(|door| Arc::clone(&places.slots).try_acquire_owned().map_err(|_| door))
            {
                Ok(slot) => {
                    let (router, closed) = (router.clone(), closed.clone());
                    open.spawn(async move {
                        connection(stream, peer, router, closed).await;
                        drop(slot);
                    });
                }
                Err(door) => {
                    places.turned_away.fetch_add(1, Ordering::Relaxed);
                    open.spawn(async move {
                        // Whoever does not wait for the answer has none.
                        drop(tokio::time::timeout(TURNING_AWAY, turn_away(stream)).await);
                        drop(door);
                    });
                }
            },
            Err(fault) => {
                // Out of file descriptors, as a rule: the next attempt at once would only spin.
                tracing::warn!(%fault, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
    drop(listener);
    drop(closing);
    let all_ended = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(FAREWELL, all_ended).await.is_err() {
        tracing::info!("some connections did not end in time and were cut");
    }
    Ok(())
}

/// Tells a client to come back: every place is taken. What it asked is read and not looked at, since an end before that
/// would take the answer away again.
async fn turn_away(mut stream: tokio::net::TcpStream) -> std::io::Result<()> {
    const ANSWER: &[u8] =
        b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nConnection: close\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Length: 60\r\n\r\n\
        Too many are asking at this moment. Please try again soon.\r\n";
    stream.write_all(ANSWER).await?;
    stream.shutdown().await?;
    let mut asked = [0; 4_096];
    while stream.read(&mut asked).await? > 0 {}
    Ok(())
}

/// One client, until it goes away or the server does.
async fn connection(
    stream: tokio::net::TcpStream,
    peer: SocketAddr,
    router: Router,
    mut closed: tokio::sync::watch::Receiver<()>,
) {
    let asked = Arc::new(Notify::new());
    let heard = Arc::clone(&asked);
    let service = TowerToHyperService::new(router.map_request(move |mut request: Request<_>| {
        heard.notify_one();
        request.extensions_mut().insert(origin::Peer(peer));
        request
    }));
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(LARGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD_TIMEOUT)
        .max_concurrent_streams(64)
        .max_header_list_size(u32::try_from(LARGEST_HEAD).unwrap_or(u32::MAX));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // Which version of HTTP is spoken is found out without any time limit: who asks for nothing is not waited for.
    tokio::select! {
        ended = connection.as_mut() => return farewell(peer, ended),
        _ = closed.changed() => {}
        () = asked.notified() => {}
        () = tokio::time::sleep(HEAD_TIMEOUT) => return,
    }
    tokio::select! {
        ended = connection.as_mut() => return farewell(peer, ended),
        _ = closed.changed() => {}
        () = tokio::time::sleep(LONGEST_LIFE) => {}
    }
    connection.as_mut().graceful_shutdown();
    if let Ok(ended) = tokio::time::timeout(LAST_ANSWER, connection).await {
        farewell(peer, ended);
    }
}

fn farewell(peer: SocketAddr, ended: Result<(), impl std::fmt::Display>) {
    if let Err(fault) = ended {
        tracing::debug!(%peer, %fault, "a connection ended badly");
    }
}
