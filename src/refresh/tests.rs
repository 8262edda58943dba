//! Feeds through all stages, with sites that are a table and a store that is a real directory.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;
use url::Url;

use super::*;
use crate::{
    config::{self, Override},
    event::{ChangeKind, Decision},
    fetch::Request,
    member::Members,
    normalise::budget::Stop,
    store::{Committed, Compacted, Create, Open, Snapshot, open},
    vocabulary::Vocabulary,
};

/// Sites by address; an address that is not there cannot be reached.
#[derive(Default)]
pub(crate) struct Sites {
    pub(crate) answers: Mutex<HashMap<String, Fetched>>,
    asked: Mutex<Vec<Request>>,
}

impl Sites {
    pub(crate) fn serve(&self, url: &str, body: impl Into<String>) {
        let fetched = Fetched::Body {
            meta: Meta { status: Some(200), etag: Some("\"v\"".into()), ..Meta::default() },
            bytes: body.into().into(),
        };
        self.answers.lock().unwrap().insert(url.into(), fetched);
    }

    /// How often an address was asked for.
    pub(crate) fn asked_for(&self, url: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.url.as_str() == url).count()
    }

    fn answer(&self, url: &str, fetched: Fetched) {
        self.answers.lock().unwrap().insert(url.into(), fetched);
    }

    fn status(&self, url: &str, status: u16) {
        self.answer(url, Fetched::Failed(FailureKind::Status(status).into()));
    }
}

/// Sites that answer when they are told to.
struct Slow {
    sites: Arc<Sites>,
    go: Semaphore,
}

impl Fetcher for Slow {
    fn get<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Fetched> {
        Box::pin(async move {
            self.go.acquire().await.unwrap().forget();
            self.sites.get(request).await
        })
    }
}

impl Fetcher for Sites {
    fn get<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Fetched> {
        self.asked.lock().unwrap().push(request.clone());
        let known = self.answers.lock().unwrap().get(request.url.as_str()).cloned();
        let nowhere = || Fetched::Failed(FailureKind::NoSuchHost.into());
        Box::pin(async move { known.unwrap_or_else(nowhere) })
    }
}

fn at(minutes: i64) -> DateTime<Utc> {
    "2027-01-15T08:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

pub(crate) fn url(id: &str) -> String {
    format!("https://{id}.example.org/events.ics")
}

/// A calendar of events, each by UID, title and day of March 2027.
pub(crate) fn calendar(events: &[(&str, &str, u32)]) -> String {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\n".to_owned();
    for (uid, title, day) in events {
        text.push_str(&format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:202703{day:02}T100000Z\r\nDTEND:202703{day:02}T120000Z\r\n\
             SUMMARY:{title}\r\nEND:VEVENT\r\n"
        ));
    }
    text + "END:VCALENDAR\r\n"
}

fn settings_with(feeds: &[Feed], change: impl FnOnce(&mut Config)) -> Arc<Settings> {
    let mut config = Config { feeds: feeds.to_vec(), ..Config::default() };
    config.network.host_delay = Duration::ZERO;
    change(&mut config);
    let (vocabulary, members) = (Vocabulary::embedded().unwrap(), Members::embedded().unwrap());
    Arc::new(Settings::new(config::Loaded { config, vocabulary, members }).unwrap())
}

fn feed(id: &str) -> Feed {
    let policy = crate::feed::Policy::Trusted;
    Feed { policy, ..Feed::new(id, Url::parse(&url(id)).unwrap()) }
}

fn settings(ids: &[&str]) -> Arc<Settings> {
    settings_with(&ids.iter().map(|id| feed(id)).collect::<Vec<_>>(), |_| {})
}

async fn refresher(dir: &Path, sites: &Arc<Sites>) -> Refresher {
    refresher_of(dir, Arc::clone(sites) as Arc<dyn Fetcher>).await
}

async fn refresher_of(dir: &Path, fetcher: Arc<dyn Fetcher>) -> Refresher {
    let how = Open {
        dir: dir.to_owned(),
        create: Create::IfAbsent,
        domain: Some("example.org".into()),
        now: at(0),
    };
    let store = open(how).await.unwrap();
    let bodies = Some(Bodies::new(dir));
    Refresher::open(store, fetcher, bodies, &Config::default()).await.unwrap()
}

fn kinds(update: &Update) -> Vec<ChangeKind> {
    update.changes.iter().map(|change| change.change).collect()
}

#[tokio::test]
async fn an_event_goes_all_the_way_and_survives_a_restart() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a"]);
    sites.serve(
        &url("a"),
        calendar(&[("u1@a", "Waste workshop", 4), ("u2@a", "Library workshop", 5)]),
    );
    let here = refresher(dir.path(), &sites).await;
    let first = here.refresh(&settings, "a", at(0)).await.unwrap();
    assert!(first.trouble.is_none());
    assert_eq!(
        (first.check.outcome, first.check.added),
        (Outcome::Changed, 2),
        "{}",
        first.check.words
    );
    assert_eq!(first.check.words, "2 new events.");
    assert_eq!(kinds(&first.update), [ChangeKind::Added, ChangeKind::Added]);
    assert_eq!((first.update.put.len(), first.update.feeds.len()), (2, 1));
    let before = here.memory().await.snapshot();
    here.close().await;

    let here = refresher(dir.path(), &sites).await;
    let after = here.memory().await.snapshot();
    assert_eq!(serde_json::to_value(&after).unwrap(), serde_json::to_value(&before).unwrap());
    // The second question is conditional; the same bytes cost nothing, and neither does "not modified".
    let second = here.refresh(&settings, "a", at(60)).await.unwrap();
    assert_eq!(sites.asked.lock().unwrap()[1].etag.as_deref(), Some("\"v\""));
    assert_eq!((second.check.outcome, second.update.put.len()), (Outcome::Unchanged, 0));
    sites.answer(&url("a"), Fetched::NotModified(Meta { status: Some(304), ..Meta::default() }));
    let third = here.refresh(&settings, "a", at(120)).await.unwrap();
    assert_eq!((third.check.words.as_str(), third.check.status), ("Nothing new.", Some(304)));
    let memory = here.memory().await;
    let state = &memory.feeds["a"];
    assert_eq!((state.history.len(), state.etag.as_deref(), state.listed), (3, Some("\"v\""), 2));
    assert!(state.next_check.unwrap() > at(179));
    drop(memory);
    assert!(here.refresh(&settings, "unknown", at(0)).await.is_none());
    here.close().await;
}

#[tokio::test]
async fn a_bad_fetch_takes_nothing_away() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a"]);
    sites.serve(&url("a"), calendar(&[("u1", "Waste workshop", 4)]));
    let here = refresher(dir.path(), &sites).await;
    here.refresh(&settings, "a", at(0)).await.unwrap();
    let good = here.memory().await.snapshot();
    for (n, body) in
        ["", "<html><body>Please sign in</body></html>", "garbage"].into_iter().enumerate()
    {
        sites.serve(&url("a"), body);
        let minute = 10 * i64::try_from(n).unwrap();
        let checked = here.refresh(&settings, "a", at(minute + 10)).await.unwrap();
        assert_eq!(checked.check.outcome, Outcome::ReadFailed, "{body}");
        assert!(
            checked.check.words.ends_with("Its events stay as they were."),
            "{}",
            checked.check.words
        );
        assert!(checked.update.put.is_empty() && checked.update.removed.is_empty());
    }
    sites.status(&url("a"), 500);
    let checked = here.refresh(&settings, "a", at(50)).await.unwrap();
    assert_eq!((checked.check.outcome, checked.check.status), (Outcome::FetchFailed, Some(500)));
    {
        let memory = here.memory().await;
        let state = &memory.feeds["a"];
        assert_eq!((state.failures, state.failing_since), (4, Some(at(10))));
        assert_eq!(state.etag.as_deref(), Some("\"v\""));
        let now = memory.snapshot();
        assert_eq!((now.events, now.listings, now.log), (good.events, good.listings, good.log));
    }
    sites.status(&url("a"), 410);
    here.refresh(&settings, "a", at(60)).await.unwrap();
    assert!(here.memory().await.feeds["a"].gone);
    sites.serve(&url("a"), calendar(&[("u1", "Waste workshop", 4)]));
    here.refresh(&settings, "a", at(70)).await.unwrap();
    let state = here.memory().await.feeds["a"].clone();
    assert_eq!((state.failures, state.failing_since, state.gone), (0, None, false));
    here.close().await;
}

#[tokio::test]
async fn the_log_tells_changes_cancellation_and_withdrawal() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a"]);
    let all: Vec<(String, String, u32)> =
        (1..=12).map(|n| (format!("u{n}"), format!("Waste workshop {n}"), n)).collect();
    let mut all: Vec<(&str, &str, u32)> =
        all.iter().map(|(u, t, d)| (u.as_str(), t.as_str(), *d)).collect();
    sites.serve(&url("a"), calendar(&all));
    let here = refresher(dir.path(), &sites).await;
    assert_eq!(here.refresh(&settings, "a", at(0)).await.unwrap().check.added, 12);
    all[3].2 = 25;
    sites.serve(&url("a"), calendar(&all));
    let moved = here.refresh(&settings, "a", at(60)).await.unwrap();
    assert_eq!(
        (kinds(&moved.update), moved.update.put[0].sequence),
        (vec![ChangeKind::Changed], 1)
    );
    all.remove(7);
    sites.serve(&url("a"), calendar(&all));
    assert!(here.refresh(&settings, "a", at(120)).await.unwrap().update.changes.is_empty());
    let gone = here.refresh(&settings, "a", at(120 + 24 * 60)).await.unwrap();
    assert_eq!(kinds(&gone.update), [ChangeKind::Withdrawn]);
    assert_eq!(gone.check.words, "1 event no longer listed by its organiser.");
    let few = &all[..2];
    sites.serve(&url("a"), calendar(few));
    let shrank = here.refresh(&settings, "a", at(3000)).await.unwrap();
    assert_eq!((shrank.check.outcome, shrank.update.changes.len()), (Outcome::Shrank, 0));
    assert!(
        shrank.check.words.starts_with("9 upcoming events are missing at once."),
        "{}",
        shrank.check.words
    );
    here.close().await;
}

#[tokio::test]
async fn faults_of_servers_in_their_validators_do_no_harm() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a"]);
    let here = refresher(dir.path(), &sites).await;
    let body = || Bytes::from(calendar(&[("u1", "Waste workshop", 4)]));
    let answer = |etag: &str, modified: &str, moved: Option<&str>| {
        let meta = Meta {
            status: Some(200),
            etag: Some(etag.into()),
            last_modified: Some(modified.into()),
            moved_to: moved.map(|to| Url::parse(to).unwrap()),
            ..Meta::default()
        };
        sites.answer(&url("a"), Fetched::Body { meta, bytes: body() });
    };
    let old = "Fri, 01 Jan 2027 00:00:00 GMT";
    // A date in the future would make every later answer "not modified": it is not sent back.
    answer("W/\"1\"", "Fri, 01 Jan 2038 00:00:00 GMT", None);
    here.refresh(&settings, "a", at(0)).await.unwrap();
    // A tag that changes with each answer costs a body, but no change; a weak one is sent as it came.
    answer("W/\"2\"", old, None);
    let same = here.refresh(&settings, "a", at(60)).await.unwrap();
    assert_eq!((same.check.outcome, same.update.put.len()), (Outcome::Unchanged, 0));
    {
        let asked = sites.asked.lock().unwrap();
        assert_eq!(
            (asked[1].etag.as_deref(), asked[1].last_modified.as_deref()),
            (Some("W/\"1\""), None)
        );
    }
    // A 304 without a tag keeps the one that is known.
    sites.answer(&url("a"), Fetched::NotModified(Meta { status: Some(304), ..Meta::default() }));
    here.refresh(&settings, "a", at(120)).await.unwrap();
    let state = here.memory().await.feeds["a"].clone();
    assert_eq!(
        (state.etag.as_deref(), state.last_modified.as_deref()),
        (Some("W/\"2\""), Some(old))
    );
    // A permanent redirect is believed after three equal answers, and then only proposed.
    let health = async || {
        let state = here.memory().await.feeds["a"].clone();
        crate::catalogue::FeedView { feed: feed("a"), state }.health(at(1000))
    };
    for (n, to) in
        ["https://x.example/", "https://y.example/", "https://y.example/", "https://y.example/"]
            .into_iter()
            .enumerate()
    {
        assert_eq!(health().await, crate::health::Health::Fine);
        answer("\"3\"", old, Some(to));
        let minute = 180 + 60 * i64::try_from(n).unwrap();
        let checked = here.refresh(&settings, "a", at(minute)).await.unwrap();
        assert_eq!(
            checked.check.words.contains("feeds adopt a"),
            n == 3,
            "{}",
            checked.check.words
        );
    }
    assert_eq!(health().await, crate::health::Health::Moved);
    assert_eq!(sites.asked.lock().unwrap().last().unwrap().url.as_str(), url("a"));
    here.close().await;
}

#[tokio::test]
async fn when_all_sites_fail_together_nobody_is_blamed() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let ids = ["a", "b", "c", "d"];
    let settings = settings(&ids);
    for id in ids {
        sites.serve(&url(id), calendar(&[(id, "Waste workshop", 4)]));
    }
    let here = refresher(dir.path(), &sites).await;
    for id in ids {
        here.refresh(&settings, id, at(0)).await.unwrap();
    }
    sites.answers.lock().unwrap().clear();
    for id in ids {
        here.refresh(&settings, id, at(70)).await.unwrap();
    }
    let memory = here.memory().await;
    for id in ids {
        assert_eq!((memory.feeds[id].failures, memory.feeds[id].failing_since), (0, None), "{id}");
    }
    drop(memory);
    assert_eq!(here.weather(|weather| weather.offline_since()), Some(at(70)));
    sites.serve(&url("a"), calendar(&[("a", "Waste workshop", 4)]));
    here.refresh(&settings, "a", at(75)).await.unwrap();
    assert_eq!(here.weather(|weather| weather.offline_since()), None);
    here.close().await;
}

#[tokio::test]
async fn removed_and_renamed_feeds() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let both = settings(&["a", "b"]);
    sites.serve(&url("a"), calendar(&[("u1", "Waste workshop", 4)]));
    sites.serve(&url("b"), calendar(&[("u2", "Library workshop", 14)]));
    let here = refresher(dir.path(), &sites).await;
    here.resettle(None, &both, at(0)).await.unwrap();
    here.refresh(&both, "a", at(0)).await.unwrap();
    here.refresh(&both, "b", at(0)).await.unwrap();
    let ids: HashSet<String> = here.memory().await.listings.keys().cloned().collect();

    // "a" is called "first" now, "b" is taken out.
    let renamed = settings_with(&[Feed { id: "first".into(), ..feed("a") }], |_| {});
    let settled = here.resettle(Some(&both), &renamed, at(60)).await.unwrap();
    assert_eq!(settled.renamed, [("a".to_owned(), "first".to_owned())]);
    assert_eq!(settled.update.feeds_removed, ["a", "b"]);
    {
        let memory = here.memory().await;
        assert_eq!(memory.listings.keys().cloned().collect::<HashSet<_>>(), ids);
        assert_eq!(memory.events_of("first").len(), 1);
        assert_eq!(memory.feeds["first"].history.len(), 1);
        assert_eq!(memory.feeds["b"].removed_since, Some(at(60)));
    }
    let former = [("a".to_owned(), "first".to_owned()), ("b".to_owned(), "b".to_owned())];
    assert_eq!(settled.update.former, former);
    let kept = here.refresh(&renamed, "first", at(70)).await.unwrap();
    assert_eq!((kept.check.added, kept.check.changed), (0, 0));

    // It comes back within the week, and leaves for good after another.
    here.resettle(Some(&renamed), &both, at(80)).await.unwrap();
    assert_eq!(here.memory().await.feeds["b"].removed_since, None);
    let first = settings(&["a"]);
    here.resettle(Some(&both), &first, at(100)).await.unwrap();
    let early = here.resettle(Some(&first), &first, at(100 + 6 * 24 * 60)).await.unwrap();
    assert!(early.update.changes.is_empty());
    let late = here.resettle(Some(&first), &first, at(100 + 7 * 24 * 60)).await.unwrap();
    assert_eq!(kinds(&late.update), [ChangeKind::Unlisted]);
    assert_eq!(here.memory().await.events.len(), 1);
    let long_gone = ("b".to_owned(), "b".to_owned());
    assert!(late.update.former.contains(&long_gone), "a filter by its id stays valid");
    here.close().await;
}

#[tokio::test]
async fn the_operators_word_counts_at_once_and_is_undone_with_it() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let plain = settings(&["a"]);
    sites.serve(&url("a"), calendar(&[("u1", "Waste workshop", 4)]));
    let here = refresher(dir.path(), &sites).await;
    here.refresh(&plain, "a", at(0)).await.unwrap();
    let id = here.memory().await.listings.keys().next().unwrap().clone();
    let hidden = settings_with(&[feed("a")], |config| {
        let said = Override { event: id.clone(), listed: Some(false), ..Override::default() };
        config.overrides = vec![said];
    });
    let settled = here.resettle(Some(&plain), &hidden, at(10)).await.unwrap();
    assert_eq!(kinds(&settled.update), [ChangeKind::Unlisted]);
    assert_eq!(settled.read_anew, Vec::<String>::new());
    let decision = here.memory().await.listings[&id].facts.verdict.decision;
    assert_eq!(decision, Decision::Unlisted);
    here.close().await;
    // A rule that went while nobody ran is undone at the next start.
    let here = refresher(dir.path(), &sites).await;
    let settled = here.resettle(None, &plain, at(20)).await.unwrap();
    assert_eq!(kinds(&settled.update), [ChangeKind::Added]);
    here.close().await;
}

#[tokio::test]
async fn merged_listings_lead_on_and_come_back() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let both = settings(&["a", "b"]);
    sites.serve(&url("a"), calendar(&[("same@x.example.org", "Waste workshop", 4)]));
    sites.serve(&url("b"), calendar(&[("other@x.example.org", "Housing camp", 20)]));
    let here = refresher(dir.path(), &sites).await;
    here.refresh(&both, "a", at(0)).await.unwrap();
    here.refresh(&both, "b", at(1)).await.unwrap();
    let second = here.memory().await.events_of("b")[0].id.clone();
    let first = here.memory().await.events_of("a")[0].id.clone();
    sites.serve(&url("b"), calendar(&[("same@x.example.org", "Waste workshop", 4)]));
    let joined = settings_with(&[feed("a"), feed("b")], |config| {
        config.together = vec![vec![first.clone(), second.clone()]];
    });
    let settled = here.resettle(Some(&both), &joined, at(2)).await.unwrap();
    assert_eq!(settled.update.merged, [(second.clone(), first.clone())]);
    assert!(kinds(&settled.update).contains(&ChangeKind::Merged));
    let apart = here.resettle(Some(&joined), &both, at(3)).await.unwrap();
    assert!(apart.update.put.iter().any(|listing| listing.id == second));
    let memory = here.memory().await;
    assert!(memory.aliases.is_empty() && memory.remembered.is_empty());
    assert_eq!(memory.listings.len(), 2);
    drop(memory);
    here.close().await;
}

#[tokio::test]
async fn private_items_leave_no_words_on_the_disk() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a"]);
    let body =
        calendar(&[("u1", "Zanzibarmarker", 4)]).replace("SUMMARY", "CLASS:PRIVATE\r\nSUMMARY");
    sites.serve(&url("a"), body);
    let here = refresher(dir.path(), &sites).await;
    here.refresh(&settings, "a", at(0)).await.unwrap();
    assert_eq!(here.memory().await.events.len(), 1);
    assert!(here.replay(&settings, "a", at(1)).await.is_err(), "its body is not kept");
    here.close().await;
    for entry in ["store/db", "store.json"] {
        let bytes = std::fs::read(dir.path().join(entry)).unwrap();
        assert!(!bytes.windows(14).any(|w| w == b"Zanzibarmarker"), "{entry}");
    }
}

#[tokio::test]
async fn a_kept_body_is_read_again_without_asking() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a"]);
    sites.serve(&url("a"), calendar(&[("u1", "Waste workshop", 4)]));
    let here = refresher(dir.path(), &sites).await;
    here.refresh(&settings, "a", at(0)).await.unwrap();
    let again = here.replay(&settings, "a", at(5)).await.unwrap();
    assert_eq!((again.check.outcome, sites.asked.lock().unwrap().len()), (Outcome::Unchanged, 1));
    here.close().await;
}

#[tokio::test]
async fn nothing_shows_that_the_store_did_not_take() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a"]);
    sites.serve(&url("a"), calendar(&[("u1", "Waste workshop", 4)]));
    let here = refresher(dir.path(), &sites).await;
    here.close().await;
    let checked = here.refresh(&settings, "a", at(0)).await.unwrap();
    assert!(matches!(checked.trouble, Some(StoreError::Closed)));
    assert!(checked.update.put.is_empty() && here.memory().await.events.is_empty());
}

/// A store on a disk with room for small commits only, or for none.
#[derive(Debug)]
struct Small {
    store: Arc<dyn Store>,
    /// Most events of one commit; `None` where nothing fits.
    room: Mutex<Option<usize>>,
}

impl Store for Small {
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        self.store.load()
    }

    fn commit(&self, commit: Arc<Commit>) -> BoxFuture<'_, Result<Committed, StoreError>> {
        let room = *self.room.lock().unwrap();
        if room.is_some_and(|room| commit.events.len() <= room) {
            return self.store.commit(commit);
        }
        Box::pin(async { Err(StoreError::Full { dir: "here".into() }) })
    }

    fn compact(&self) -> BoxFuture<'_, Result<Compacted, StoreError>> {
        self.store.compact()
    }

    fn tend(&self, now: DateTime<Utc>) -> BoxFuture<'_, Result<Tended, StoreError>> {
        self.store.tend(now)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.store.close()
    }
}

#[tokio::test]
async fn a_feed_for_which_there_is_no_room_costs_itself_only() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a", "b"]);
    let how = Open {
        dir: dir.path().to_owned(),
        create: Create::IfAbsent,
        domain: Some("example.org".into()),
        now: at(0),
    };
    let store = Arc::new(Small { store: open(how).await.unwrap(), room: Mutex::new(Some(1)) });
    let fetcher = Arc::clone(&sites) as Arc<dyn Fetcher>;
    let config = Config::default();
    let here = Refresher::open(Arc::clone(&store) as _, fetcher, None, &config).await.unwrap();
    let known = [("u1", "Waste workshop", 4)];
    sites.serve(&url("a"), calendar(&known));
    sites.serve(&url("b"), calendar(&known));
    here.refresh(&settings, "a", at(0)).await.unwrap();
    let more = [("u1", "Waste workshop", 5), ("u2", "Library workshop", 5)];
    sites.serve(&url("a"), calendar(&more));
    for (times, hours) in [(1, 1), (2, 2), (3, 4)] {
        let done = here.refresh(&settings, "a", at(times)).await.unwrap();
        assert!(done.trouble.is_none() && done.check.failed(), "{:?}", done.check);
        assert!(done.check.words.contains("no room on this machine's disk"), "{:?}", done.check);
        assert!(!done.check.public_words().contains("disk"), "{:?}", done.check);
        let state = here.memory().await.feeds["a"].clone();
        let wait = state.next_check.unwrap() - at(times);
        assert!(wait >= TimeDelta::hours(hours), "it is left alone for {wait}");
        assert_eq!(state.history.len(), 1 + usize::try_from(times).unwrap());
    }
    // The others go on, and nothing of the large one is half there.
    let done = here.refresh(&settings, "b", at(9)).await.unwrap();
    assert_eq!((done.check.added, done.trouble.is_none()), (1, true));
    assert_eq!(here.memory().await.events.len(), 2);
    // Where there is no room at all, it is the store that is in trouble.
    *store.room.lock().unwrap() = None;
    let done = here.refresh(&settings, "a", at(10)).await.unwrap();
    assert!(matches!(done.trouble, Some(StoreError::Full { .. })));
    // With room again it is kept whole.
    *store.room.lock().unwrap() = Some(9);
    let done = here.refresh(&settings, "a", at(11)).await.unwrap();
    assert_eq!((done.check.added, done.check.changed), (1, 1), "{:?}", done.check);
    assert_eq!(here.memory().await.feeds["a"].failures, 0);
    here.close().await;
}

/// What a site said to a question of settings that no longer hold makes no ghosts.
#[tokio::test]
async fn the_answer_to_old_settings_is_dropped() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let plain = settings(&["a", "b"]);
    let slow = Arc::new(Slow { sites: Arc::clone(&sites), go: Semaphore::new(2) });
    for id in ["a", "b"] {
        sites.serve(&url(id), calendar(&[(id, &format!("Waste workshop {id}"), 4)]));
    }
    let here = refresher_of(dir.path(), Arc::clone(&slow) as Arc<dyn Fetcher>).await;
    here.resettle(None, &plain, at(0)).await.unwrap();
    here.refresh(&plain, "a", at(0)).await.unwrap();
    here.refresh(&plain, "b", at(0)).await.unwrap();
    sites.serve(&url("a"), calendar(&[("new", "Housing camp", 20)]));
    sites.serve(&url("b"), calendar(&[("new", "Library camp", 21)]));

    // "a" is called "first" from now on and "b" only gets a name, while both are asked.
    let named = Feed { name: Some("Bees".into()), ..feed("b") };
    let first = Feed { id: "first".into(), ..feed("a") };
    let renamed = settings_with(&[first.clone(), named], |_| {});
    let change = async {
        tokio::task::yield_now().await;
        let settled = here.resettle(Some(&plain), &renamed, at(11)).await.unwrap();
        slow.go.add_permits(2);
        settled
    };
    let (of_a, of_b, settled) =
        tokio::join!(here.refresh(&plain, "a", at(10)), here.refresh(&plain, "b", at(10)), change);
    assert!(settled.read_anew.contains(&"first".to_owned()), "{:?}", settled.read_anew);
    let of_a = of_a.unwrap();
    assert!(of_a.update.put.is_empty() && of_a.trouble.is_none());
    assert_eq!(of_b.unwrap().check.added, 1, "a name decides nothing about its items");
    {
        let memory = here.memory().await;
        assert!(memory.events_of("a").is_empty() && !memory.feeds.contains_key("a"));
        assert_eq!((memory.events_of("first").len(), memory.feeds["first"].history.len()), (1, 1));
        let sources = memory.listings.values().flat_map(|listing| &listing.sources);
        assert!(sources.into_iter().all(|source| source.feed != "a"));
    }

    // The same when a setting changes that decides what its items are.
    let council = settings_with(&[Feed { month_first: true, ..first }], |_| {});
    let change = async {
        tokio::task::yield_now().await;
        let settled = here.resettle(Some(&renamed), &council, at(21)).await.unwrap();
        slow.go.add_permits(1);
        settled
    };
    let (old, settled) = tokio::join!(here.refresh(&renamed, "first", at(20)), change);
    assert_eq!((old.unwrap().update.put.len(), settled.read_anew.len()), (0, 1));
    assert_eq!(here.memory().await.events_of("first").len(), 1);
    slow.go.add_permits(1);
    assert_eq!(here.refresh(&council, "first", at(30)).await.unwrap().check.added, 1);
    here.close().await;
}

/// A correction that the store refused is not taken for one that holds already.
#[tokio::test]
async fn corrections_count_once_the_store_has_them() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let plain = settings(&["a"]);
    sites.serve(&url("a"), calendar(&[("u1", "Waste workshop", 4)]));
    let here = refresher(dir.path(), &sites).await;
    here.resettle(None, &plain, at(0)).await.unwrap();
    here.refresh(&plain, "a", at(0)).await.unwrap();
    let id = here.memory().await.listings.keys().next().unwrap().clone();
    let title = settings_with(&[feed("a")], |config| {
        let title = Some("Corrected camp".into());
        config.overrides = vec![Override { event: id.clone(), title, ..Override::default() }];
    });
    here.close().await;
    assert!(here.resettle(Some(&plain), &title, at(1)).await.is_err());
    let mut memory = here.memory().await;
    assert!(memory.corrections.is_empty());
    let corrections = memory.corrections_with(&title.config.overrides);
    // Tried again, it is still a change; and what is tried and kept stays.
    assert_eq!(memory.try_corrections(corrections.clone()).changed.len(), 1);
    assert_eq!(memory.set_corrections(corrections), [id]);
}

/// A fetcher with a fault.
struct Broken;

impl Fetcher for Broken {
    fn get<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Fetched> {
        Box::pin(async move { panic!("a fault at {}", request.url) })
    }
}

#[tokio::test]
async fn a_fault_of_the_program_costs_one_check_and_the_feed_rests() {
    let dir = tempfile::tempdir().unwrap();
    let (plain, here) = (settings(&["a"]), refresher_of(dir.path(), Arc::new(Broken)).await);
    for times in 1..=2 {
        let done = here.refresh(&plain, "a", at(times)).await.unwrap();
        assert_eq!(done.check.outcome, Outcome::ReadFailed);
        assert!(done.check.words.contains("fault of this program"), "{}", done.check.words);
        let state = here.memory().await.feeds["a"].clone();
        assert_eq!(i64::from(state.failures), times);
        assert!(state.next_check > Some(at(30)));
    }
}

#[tokio::test]
async fn a_check_for_which_there_was_no_time_is_not_held_against_the_feed() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let (plain, here) = (settings(&["a"]), refresher(dir.path(), &sites).await);
    let brought = |why| Brought::NoFeed { meta: Meta::default(), bytes: 9, why };
    for why in [Stopped::Busy(READ_LONG), Stopped::NoPlace(READ_LONG), Stopped::Closing] {
        let round = here.round(&plain, &plain.feeds["a"], at(0)).await;
        let done = here.take_in(round, brought(why)).await;
        assert!(done.check.failed() && done.trouble.is_none());
        let state = here.memory().await.feeds["a"].clone();
        assert_eq!((state.failures, state.failing_since), (0, None), "{}", done.check.words);
        assert!(state.next_check > Some(at(30)), "it is not asked again at once");
    }
    let round = here.round(&plain, &plain.feeds["a"], at(0)).await;
    here.take_in(round, brought(Stopped::TooSlow(READ_LONG))).await;
    assert_eq!(here.memory().await.feeds["a"].failures, 1);
}

const READ_LONG: Duration = Duration::from_secs(150);

/// Bodies that take for ever do not keep others from being read, and their threads come to an end.
#[tokio::test]
async fn places_come_back_and_the_work_is_told() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let here = refresher(dir.path(), &sites).await;
    let (tell, told) = std::sync::mpsc::channel();
    let endless = || {
        let tell = tell.clone();
        move |stop: &Stop| {
            while !stop.is_told() {
                std::hint::spin_loop();
            }
            tell.send(()).unwrap();
        }
    };
    let (long, short) = (Duration::from_secs(20), Duration::from_millis(200));
    let slow = || here.reader.blocking_within(long, short, endless());
    let (one, two, three) = tokio::join!(slow(), slow(), async {
        tokio::task::yield_now().await;
        here.reader.blocking_within(Duration::from_millis(10), long, |_| ()).await
    });
    assert!(matches!((one, two), (Err(Stopped::TooSlow(_)), Err(Stopped::TooSlow(_)))));
    assert!(matches!(three, Err(Stopped::NoPlace(_))), "both places were taken");
    let (free, all) = here.reader.free_places();
    assert_eq!(free, all);
    assert_eq!(here.reader.blocking(|_| 7).await.ok(), Some(7));
    // Whoever is broken off leaves nothing running either.
    drop(tokio::time::timeout(short, here.reader.blocking_within(long, long, endless())).await);
    for _ in 0..3 {
        told.recv_timeout(long).unwrap();
    }
    here.close().await;
}

/// The list of another Folkmoot.
fn their_list(events: &[(&str, u32)], forgotten: &[&str]) -> String {
    let one = |(uid, day): &(&str, u32)| {
        serde_json::json!({
            "id": "x", "uid": uid, "title": format!("Housing peer group {uid}"), "all_day": false,
            "start": format!("2027-03-{day:02}T10:00:00+00:00"), "end": null, "time_zone": "Europe/London",
            "status": "confirmed", "listed": true, "sources": [], "recurrence": null
        })
    };
    let events: Vec<_> = events.iter().map(one).collect();
    let forgotten: Vec<_> =
        forgotten.iter().map(|uid| crate::reconcile::pairing::public_hash(uid)).collect();
    serde_json::json!({ "events": events, "next": null, "forgotten": forgotten }).to_string()
}

#[tokio::test]
async fn what_the_other_network_forgets_is_forgotten_here_and_nothing_else() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let mut mirror = feed("mirror");
    mirror.format = Some(crate::feed::FormatSetting::Folkmoot);
    let settings = settings_with(&[mirror, feed("own")], |_| {});
    let here = refresher(dir.path(), &sites).await;
    let titles = async || {
        let memory = here.memory().await;
        let mut titles: Vec<_> = memory
            .events
            .values()
            .map(|event| format!("{}: {}", event.feed, event.draft.facts.title))
            .collect();
        titles.sort();
        titles
    };
    sites.serve(&url("mirror"), their_list(&[("a@x", 4), ("b/c@x", 5)], &[]));
    sites.serve(&url("own"), calendar(&[("b/c@x", "Housing peer group b/c@x", 5)]));
    for feed in ["mirror", "own"] {
        assert!(here.refresh(&settings, feed, at(0)).await.unwrap().trouble.is_none());
    }
    assert_eq!(titles().await.len(), 3);
    let answer = |body: String| {
        let meta = Meta { status: Some(200), ..Meta::default() };
        sites.answer(&url("mirror"), Fetched::Body { meta, bytes: body.into() });
    };
    answer(their_list(&[("a@x", 4)], &["b/c@x"]));
    here.refresh(&settings, "mirror", at(60)).await.unwrap();
    // Our own council's event of the same name stays: another network has no say about that.
    let left = ["mirror: Housing peer group a@x", "own: Housing peer group b/c@x"];
    assert_eq!(titles().await, left);
    assert!(here.wants_purge(), "its text must leave the files");
    answer(their_list(&[("a@x", 4), ("b/c@x", 5)], &[]));
    here.refresh(&settings, "mirror", at(120)).await.unwrap();
    here.refresh(&settings, "own", at(120)).await.unwrap();
    assert_eq!(titles().await, left);
    here.close().await;
}

#[tokio::test]
async fn a_feed_that_breaks_off_is_marked_and_asked_for_whole_again() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a"]);
    let events = [("u1@a", "Waste workshop", 4), ("u2@a", "Library workshop", 5)];
    sites.serve(&url("a"), calendar(&events));
    let here = refresher(dir.path(), &sites).await;
    here.refresh(&settings, "a", at(0)).await.unwrap();
    let whole = calendar(&events);
    sites.serve(&url("a"), &whole[..whole.find("Library work").unwrap() + 7]);
    let cut = here.refresh(&settings, "a", at(60)).await.unwrap();
    assert_eq!((cut.check.outcome, cut.update.changes.len()), (Outcome::Shrank, 0));
    assert!(cut.check.words.starts_with("The feed breaks off before its end."), "{:?}", cut.check);
    let state = here.memory().await.feeds["a"].clone();
    assert!(state.cut_off && state.last_good == Some(at(0)), "{state:?}");
    // Its validators speak of a whole that never arrived.
    sites.serve(&url("a"), whole);
    let mended = here.refresh(&settings, "a", at(120)).await.unwrap();
    let asked = sites.asked.lock().unwrap().pop().unwrap();
    assert_eq!((asked.etag, asked.last_modified), (None, None));
    assert_eq!(mended.check.words, "Nothing new.");
    assert_eq!(here.memory().await.feeds["a"].shrank_since, None);
    assert!(!here.memory().await.feeds["a"].cut_off);
}

#[tokio::test]
async fn a_feed_that_breaks_off_before_its_first_event_needs_a_look() {
    use crate::{catalogue::FeedView, health::Health};
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a"]);
    let whole = calendar(&[("u1@a", "Waste workshop", 4)]);
    sites.serve(&url("a"), &whole[..whole.find("BEGIN:VEVENT").unwrap()]);
    let here = refresher(dir.path(), &sites).await;
    let cut = here.refresh(&settings, "a", at(0)).await.unwrap().check;
    assert_eq!(
        (cut.outcome, cut.words.as_str()),
        (Outcome::Shrank, "The feed breaks off before its end.")
    );
    let health = async || {
        let state = here.memory().await.feeds["a"].clone();
        FeedView { feed: feed("a"), state }.health(at(1))
    };
    assert_eq!(health().await, Health::Shrinking);
    sites.serve(&url("a"), whole);
    here.refresh(&settings, "a", at(60)).await.unwrap();
    assert_eq!(health().await, Health::Fine);
}

#[tokio::test]
async fn validators_are_kept_with_the_origin_that_gave_them() {
    let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
    let settings = settings(&["a"]);
    let meta = Meta {
        status: Some(200),
        etag: Some("\"v\"".into()),
        final_url: Some(Url::parse("https://www.a.example.org/events.ics").unwrap()),
        ..Meta::default()
    };
    let bytes = calendar(&[("u1@a", "Waste workshop", 4)]).into();
    sites.answer(&url("a"), Fetched::Body { meta, bytes });
    let here = refresher(dir.path(), &sites).await;
    here.refresh(&settings, "a", at(0)).await.unwrap();
    here.refresh(&settings, "a", at(60)).await.unwrap();
    let asked = sites.asked.lock().unwrap().pop().unwrap();
    assert_eq!(asked.etag.as_deref(), Some("\"v\""));
    assert_eq!(asked.validators_from.as_deref(), Some("https://www.a.example.org"));
}
