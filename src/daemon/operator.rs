//! The operator's pages: what the command line does, in a browser on this machine.
//!
//! They are served by `folkmoot operator` on a loopback address for as long as that runs, and do everything through the
//! control socket: whoever may start them may do all this anyway. What keeps others out: a key that works once,
//! printed on the terminal; a cookie that no other site can send along; a token in each form; the host that was asked
//! for (a name of this machine, so that no name of a stranger can be made to lead here); and the browser's own word on
//! where a form stood. Nothing of this is on the public listener.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::Response,
    routing::{get, post},
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use tokio::net::TcpListener;

use super::{
    client::{Remote, RemoteError},
    command::{FeedReport, Reloaded, Status},
};
use crate::{
    event::{Id, midnight},
    language::Language,
    publish::page::{
        self,
        operator::{self as pages, ChangeLine, Decided, Desk, FeedLine, Notice, Overview},
        words,
    },
    refresh::{
        held::{Which, held},
        orders::Order,
    },
};

mod door;

use door::{
    COOKIE, Form, Session, enter, only_from_here, only_with_session, random_word, same, stale,
};

/// Every address, none of which the public listener has.
pub const ADDRESSES: [&str; 10] = [
    "/operator",
    "/operator/enter",
    "/operator/feeds",
    "/operator/feeds/{id}",
    "/operator/review",
    "/operator/today",
    "/operator/check",
    "/operator/apply",
    "/operator/folkmoot.css",
    "/operator/mark.svg",
];

/// Largest form that is read.
const LARGEST_FORM: usize = 16 * 1024;
/// How long a page waits for a check before it says that it goes on.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a decision stands among those that can be taken back at once.
const LATELY: TimeDelta = TimeDelta::days(7);
/// Changes that the page of the day shows.
const MOST_CHANGES: usize = 500;
/// What the pages need to know besides what the daemon tells.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The daemon.
    pub daemon: Remote,
    /// Name of the network.
    pub network: String,
    /// Its zone.
    pub zone: Tz,
    /// Address of the public pages, without a trailing slash.
    pub public: String,
    /// The time; another one in tests.
    pub clock: fn() -> DateTime<Utc>,
}

/// The operator's pages, with their one door.
#[derive(Debug)]
pub struct Office {
    setup: Setup,
    key: Mutex<Option<String>>,
    session: Mutex<Option<Session>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Office {
    /// Pages with a key that works once.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new(setup: Setup) -> io::Result<Self> {
        Ok(Self { setup, key: Mutex::new(Some(random_word()?)), session: Mutex::default() })
    }

    /// Path and query by which to come in; `None` once somebody has.
    #[must_use]
    pub fn door(&self) -> Option<String> {
        locked(&self.key).as_ref().map(|key| format!("/operator/enter?key={key}"))
    }

    fn desk<'a>(&'a self, session: &'a Session) -> Desk<'a> {
        Desk { notice: session.notice.as_ref(), token: &session.token, ..self.lobby() }
    }

    /// What somebody without a session is shown.
    fn lobby(&self) -> Desk<'_> {
        let Setup { network, zone, public, clock, .. } = &self.setup;
        Desk { network, zone: *zone, now: clock(), public, token: "", notice: None }
    }

    /// The session that a request belongs to; its notice is shown once.
    fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let mut session = locked(&self.session);
        let known = session.as_mut()?;
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|p| p.split_once('='));
        let ours = pairs.any(|(name, value)| name.trim() == COOKIE && same(value, &known.cookie));
        ours.then(|| Session { notice: known.notice.take(), ..known.clone() })
    }

    fn note(&self, words: &str) {
        self.answer(words, None);
    }

    /// What came of an action, and the event whose decision can be taken back.
    fn answer(&self, words: &str, undo: Option<Id>) {
        if let Some(session) = locked(&self.session).as_mut() {
            session.notice = Some(Notice { words: pages::sentences(words), undo });
        }
    }
}

/// Serves the pages until `shutdown` resolves.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    office: Arc<Office>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(office)).with_graceful_shutdown(shutdown).await
}

/// All routes.
pub fn router(office: Arc<Office>) -> Router {
    let inside = Router::new()
        .route("/operator", get(overview))
        .route("/operator/feeds", get(feeds))
        .route("/operator/feeds/{id}", get(feed))
        .route("/operator/review", get(review).post(decide))
        .route("/operator/today", get(today))
        .route("/operator/check", post(check))
        .route("/operator/apply", post(apply))
        .layer(middleware::from_fn_with_state(Arc::clone(&office), only_with_session));
    Router::new()
        .route("/operator/enter", get(enter))
        .route("/operator/folkmoot.css", get(async || asset("text/css", page::STYLESHEET)))
        .route("/operator/mark.svg", get(async || asset("image/svg+xml", page::MARK)))
        .merge(inside)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(middleware::from_fn_with_state(Arc::clone(&office), only_from_here))
        .with_state(office)
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn page(status: StatusCode, html: String) -> Response {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Sends the browser on to a page, so that a reload repeats no action.
fn onward(path: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(path));
    response
}

/// Who asks, put beside the request by [`only_with_session`].
type Asker = axum::Extension<Session>;

fn unreachable(office: &Office, error: &RemoteError) -> Response {
    let words = format!("{error}. Is `folkmoot run` still running?");
    page(StatusCode::BAD_GATEWAY, pages::refusal(&office.lobby(), "No answer", &words))
}

fn lines(feeds: &[FeedReport]) -> Vec<FeedLine<'_>> {
    let all = feeds.iter();
    all.map(|FeedReport { id, name, health, state }| FeedLine { id, name, health: *health, state })
        .collect()
}

fn troubles(status: &Status, zone: Tz) -> Vec<String> {
    let since = |at| words::moment(Language::English, at, zone);
    let offline =
        status.offline_since.map(|at| format!("no site can be reached since {}.", since(at)));
    let store =
        status.store_trouble.clone().map(|words| format!("changes cannot be kept: {words}"));
    let config = status.config_fault.clone();
    let config = config
        .map(|words| format!("feeds.toml has a fault, and what was read before holds: {words}"));
    [offline, store, config].into_iter().flatten().collect()
}

async fn overview(State(office): State<Arc<Office>>, session: Asker) -> Response {
    let daemon = &office.setup.daemon;
    let (status, snapshot) = match tokio::try_join!(daemon.status(), daemon.state()) {
        Ok(both) => both,
        Err(error) => return unreachable(&office, &error),
    };
    let desk = office.desk(&session);
    let shown = Overview {
        version: &status.version,
        started: status.started,
        listings: status.listings,
        held: held(&snapshot, Which::default(), desk.now).len(),
        troubles: troubles(&status, desk.zone),
        waiting: status.config_waiting.as_ref().map(|waiting| waiting.removes.as_slice()),
        feeds: lines(&status.feeds),
    };
    page(StatusCode::OK, pages::overview(&desk, &shown))
}

async fn feeds(State(office): State<Arc<Office>>, session: Asker) -> Response {
    match office.setup.daemon.feeds().await {
        Ok(feeds) => page(StatusCode::OK, pages::feeds(&office.desk(&session), &lines(&feeds))),
        Err(error) => unreachable(&office, &error),
    }
}

async fn feed(
    State(office): State<Arc<Office>>,
    Path(id): Path<String>,
    session: Asker,
) -> Response {
    let feeds = match office.setup.daemon.feeds().await {
        Ok(feeds) => feeds,
        Err(error) => return unreachable(&office, &error),
    };
    let desk = office.desk(&session);
    match lines(&feeds).iter().find(|feed| feed.id == id) {
        Some(feed) => page(StatusCode::OK, pages::feed(&desk, feed)),
        None => {
            let html = pages::refusal(&desk, "No such feed", "There is no feed with this id.");
            page(StatusCode::NOT_FOUND, html)
        }
    }
}

async fn review(State(office): State<Arc<Office>>, session: Asker) -> Response {
    let snapshot = match office.setup.daemon.state().await {
        Ok(snapshot) => snapshot,
        Err(error) => return unreachable(&office, &error),
    };
    let desk = office.desk(&session);
    let waits = held(&snapshot, Which::default(), desk.now);
    let waits: Vec<_> = waits.into_iter().map(|(listing, _)| listing).collect();
    let known = held(&snapshot, Which { all: true, ..Which::default() }, desk.now);
    let mut decided: Vec<Decided> = known
        .into_iter()
        .filter_map(|(listing, said)| Some((listing, said?)))
        .filter(|(_, said)| desk.now.signed_duration_since(said.at) <= LATELY)
        .map(|(listing, said)| Decided { listing, at: said.at, accepted: said.accepted })
        .collect();
    decided.sort_by_key(|decided| std::cmp::Reverse(decided.at));
    page(StatusCode::OK, pages::review(&desk, &waits, &decided))
}

async fn today(State(office): State<Arc<Office>>, session: Asker) -> Response {
    let snapshot = match office.setup.daemon.state().await {
        Ok(snapshot) => snapshot,
        Err(error) => return unreachable(&office, &error),
    };
    let desk = office.desk(&session);
    let begin = midnight(desk.now.with_timezone(&desk.zone).date_naive(), desk.zone);
    let log = snapshot.log.iter().rev().take_while(|change| change.at >= begin);
    let mut lines: Vec<ChangeLine> = log
        .take(MOST_CHANGES)
        .map(|line| ChangeLine { at: line.at, change: line.change, id: &line.id, title: None })
        .collect();
    for line in &mut lines {
        let listing = snapshot.listings.iter().find(|listing| listing.id == line.id);
        line.title = listing.map(|listing| listing.facts.title.as_str());
    }
    page(StatusCode::OK, pages::today(&desk, &lines))
}

async fn decide(State(office): State<Arc<Office>>, session: Asker, body: Bytes) -> Response {
    let Some(form) = Form::read(&body, &session) else { return stale(&office) };
    let event = form.field("event").unwrap_or_default().to_owned();
    let order = match (form.field("action"), form.field("words")) {
        (Some("accept"), _) => Order::Accept { event },
        (Some("reject"), _) => Order::Reject { event },
        (Some("undo"), _) => Order::Undo { event },
        (Some("date"), Some(words)) => Order::Date { event, words: words.to_owned() },
        _ => {
            office.note("Nothing was done: write the date, such as 4 December, 10am to 1pm.");
            return onward("/operator/review");
        }
    };
    match office.setup.daemon.order(&order).await {
        Ok(obeyed) => {
            let title = obeyed.title.unwrap_or_default();
            let event = obeyed.event.filter(|_| !matches!(order, Order::Undo { .. }));
            office.answer(&format!("{title}: {}", obeyed.words), event);
        }
        Err(RemoteError::Refused(words) | RemoteError::Unknown(words)) => {
            office.note(&format!("Nothing was done: {words}"));
        }
        Err(error) => return unreachable(&office, &error),
    }
    onward("/operator/review")
}

async fn check(State(office): State<Arc<Office>>, session: Asker, body: Bytes) -> Response {
    let Some(form) = Form::read(&body, &session) else { return stale(&office) };
    let ids: Vec<String> = form.field("feed").map(str::to_owned).into_iter().collect();
    let (daemon, one) = (office.setup.daemon.clone(), !ids.is_empty());
    // The check goes on when the page no longer waits for it.
    let checks = tokio::spawn(async move { daemon.poll(ids, |_| (), |_| ()).await });
    let words = match tokio::time::timeout(PATIENCE, checks).await {
        Err(_) => "Being checked; this takes a while. Look again in a minute.".to_owned(),
        Ok(Ok(Ok(checks))) if one => {
            let said = checks.iter().map(|checked| {
                checked.trouble.clone().unwrap_or_else(|| checked.check.words.clone())
            });
            format!("Checked: {}", said.collect::<Vec<_>>().join(" "))
        }
        Ok(Ok(Ok(checks))) => format!("{} feeds were checked.", checks.len()),
        Ok(Ok(Err(RemoteError::Refused(words)))) => format!("Nothing was done: {words}"),
        Ok(Ok(Err(error))) => return unreachable(&office, &error),
        Ok(Err(_)) => "The check broke off; the log of the daemon says why.".to_owned(),
    };
    office.note(&words);
    onward("/operator/feeds")
}

async fn apply(State(office): State<Arc<Office>>, session: Asker, body: Bytes) -> Response {
    if Form::read(&body, &session).is_none() {
        return stale(&office);
    }
    let words = match office.setup.daemon.apply().await {
        Ok(Reloaded::Applied { feeds }) => format!("Applied: {feeds} feeds."),
        Ok(Reloaded::Faulty(words) | Reloaded::NotKept(words)) => format!("Not applied: {words}"),
        Ok(Reloaded::Waits(_)) => "The daemon still waits for a word.".to_owned(),
        Err(error) => return unreachable(&office, &error),
    };
    office.note(&words);
    onward("/operator")
}

#[cfg(test)]
mod tests;
