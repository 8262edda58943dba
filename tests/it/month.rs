//! A month of polling with a clock of our own, printed as a report; and a year of it for the size of the store.
//!
//! Not quick tests: `cargo test --release --test it month -- --ignored --nocapture`, or `.ci/full`, which makes them
//! smaller. MONTH_FEEDS (2000), MONTH_HOSTS (200), MONTH_DAYS (30) and MONTH_MINUTES between two checks of a feed (120)
//! change the scale, YEAR_FEEDS (5) that of the year.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot::{
    config::{Config, Loaded},
    feed::{Feed, Policy},
    fetch::{FailureKind, Fetched, Meta, Request},
    health::{Check, FeedState, Outcome},
    member::Members,
    refresh::{Fetcher, Refresher, Settings},
    store::{Commit, Create, Open, Store, open},
    vocabulary::Vocabulary,
};
use futures_util::future::BoxFuture;

use crate::program::{Dice, setting, size};

fn start() -> DateTime<Utc> {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

/// What the hosts saw, and which of them are down.
struct Hosts {
    now: DateTime<Utc>,
    requests: BTreeMap<String, u64>,
    bodies: u64,
    bytes: u64,
    not_modified: u64,
    failed: u64,
    /// The version of each feed that was last given away.
    given: HashMap<String, u64>,
    dice: Dice,
    /// Share of the host-days that fail.
    failing: u64,
    down: HashMap<(String, i64), bool>,
}

#[derive(Clone)]
struct Net(Arc<Mutex<Hosts>>);

impl Net {
    fn day(now: DateTime<Utc>) -> i64 {
        (now - start()).num_days()
    }
}

/// Each feed changes every third day, at an hour of its own.
fn version(feed: u64, now: DateTime<Utc>) -> u64 {
    u64::try_from((now - start()).num_hours()).unwrap().saturating_add(feed * 7) / 72
}

fn calendar(feed: u64, version: u64) -> String {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n".to_owned();
    for event in 0..3 {
        let (day, hour) = (1 + feed % 28, 7 + (feed / 28) % 14);
        text += &format!(
            "BEGIN:VEVENT\r\nUID:{event}@f{feed}.example\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:2027{:02}{day:02}T{hour:02}{event}{}00Z\r\nSUMMARY:Workshop f{feed} e{event} v{version}\r\nDESCRIPTION:{}\r\nEND:VEVENT\r\n",
            6 + event,
            feed % 10,
            "A practical day on which people work together. ".repeat(8)
        );
    }
    text + "END:VCALENDAR\r\n"
}

impl Fetcher for Net {
    fn get<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Fetched> {
        let mut hosts = self.0.lock().unwrap();
        let host = request.url.host_str().unwrap().to_owned();
        let feed: u64 = request.url.path().trim_start_matches('/').parse().unwrap();
        *hosts.requests.entry(host.clone()).or_default() += 1;
        let (now, failing) = (hosts.now, hosts.failing);
        let chance = hosts.dice.below(100);
        let down = *hosts.down.entry((host, Net::day(now))).or_insert(chance < failing);
        // The first host of all is down for ten days on end: its requests show the back-off.
        let long = failing > 0 && feed == 0 && (5..15).contains(&Net::day(now));
        let fetched = if down || long {
            hosts.failed += 1;
            Fetched::Failed(FailureKind::Status(503).into())
        } else {
            let version = version(feed, now);
            let etag = Some(format!("\"{version}\""));
            hosts.given.insert(format!("feed-{feed}"), version);
            let meta = Meta { status: Some(200), etag: etag.clone(), ..Meta::default() };
            if request.etag == etag {
                hosts.not_modified += 1;
                Fetched::NotModified(Meta { status: Some(304), ..meta })
            } else {
                let body = calendar(feed, version);
                hosts.bodies += 1;
                hosts.bytes += body.len() as u64;
                Fetched::Body { meta, bytes: body.into() }
            }
        };
        Box::pin(async move { fetched })
    }
}

/// Memory is quicker than a disk, and a year of polling wears one out.
fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { PathBuf::from(memory) } else { std::env::temp_dir() };
    tempfile::tempdir_in(place).unwrap()
}

async fn store(folder: &Path) -> Arc<dyn Store> {
    let how = Open {
        dir: folder.to_owned(),
        create: Create::IfAbsent,
        domain: Some("example.org".into()),
        now: start(),
    };
    open(how).await.unwrap()
}

async fn month(failing: u64) {
    let (feeds, hosts) = (setting("MONTH_FEEDS", 2000), setting("MONTH_HOSTS", 200));
    let every = setting("MONTH_MINUTES", 120);
    let days = i64::try_from(setting("MONTH_DAYS", 30)).unwrap();
    let mut config = Config::default();
    config.network.host_delay = Duration::ZERO;
    config.network.poll_every = Duration::from_secs(60 * every);
    for feed in 0..feeds {
        let url = format!("https://host-{:03}.example/{feed}", feed % hosts);
        let plain = Feed::new(format!("feed-{feed}"), url.parse().unwrap());
        config.feeds.push(Feed { policy: Policy::Trusted, ..plain });
    }
    let (vocabulary, members) = (Vocabulary::embedded().unwrap(), Members::embedded().unwrap());
    let settings = Arc::new(Settings::new(Loaded { config, vocabulary, members }).unwrap());
    let net = Net(Arc::new(Mutex::new(Hosts {
        now: start(),
        requests: BTreeMap::new(),
        bodies: 0,
        bytes: 0,
        not_modified: 0,
        failed: 0,
        given: HashMap::new(),
        dice: Dice(7),
        failing,
        down: HashMap::new(),
    })));
    let (folder, began) = (scratch(), Instant::now());
    let fetcher = Arc::new(net.clone()) as Arc<dyn Fetcher>;
    let refresher =
        Refresher::open(store(folder.path()).await, fetcher, None, &settings.config).await.unwrap();
    let mut due: BinaryHeap<Reverse<(DateTime<Utc>, String)>> =
        settings.feeds.keys().map(|id| Reverse((start(), id.clone()))).collect();
    let (end, mut waits, mut checks) = (start() + TimeDelta::days(days), Vec::new(), 0_u64);
    let (mut tended, mut copies, mut largest) = (start(), 0, 0);
    while let Some(Reverse((at, feed))) = due.pop() {
        if at >= end {
            break;
        }
        net.0.lock().unwrap().now = at;
        let done = refresher.refresh(&settings, &feed, at).await.unwrap();
        assert!(done.trouble.is_none(), "{:?}", done.trouble);
        let state = refresher.memory().await.feeds[&feed].clone();
        let next = state.next_check.unwrap();
        if feed == "feed-0" && state.failures > 0 {
            waits.push(format!("{:.1}", (next - at).num_minutes() as f64 / 60.0));
        }
        assert!(next > at, "{feed} would be asked again at once");
        if at - tended >= TimeDelta::hours(1) {
            // As the daemon does.
            tended = at;
            refresher.tend(at).await;
            let store = refresher.tended().unwrap();
            assert_eq!(store.put_off, None);
            copies += u32::from(store.copied.is_some_and(|(when, _)| when == at));
            largest = largest.max(store.bytes);
        }
        due.push(Reverse((next, feed)));
        checks += 1;
    }
    let memory = refresher.memory().await;
    let seen = net.0.lock().unwrap();
    let mut lost = 0;
    for feed in settings.feeds.keys() {
        let version = seen.given.get(feed).map(|version| format!(" v{version}"));
        let now = memory
            .events_of(feed)
            .iter()
            .filter(|event| {
                version.as_ref().is_some_and(|version| event.draft.facts.title.ends_with(version))
                    && event.withdrawn.is_none()
            })
            .count();
        lost += 3 - now;
    }
    let mut per_host: Vec<f64> =
        seen.requests.values().map(|count| *count as f64 / days as f64).collect();
    per_host.sort_by(f64::total_cmp);
    let share = |of_ten: usize| per_host[(per_host.len() - 1) * of_ten / 10];
    let curve: Vec<String> =
        [0, 1, 5, 9, 10].map(|n| format!("{}0% {:.1}", n, share(n))).into_iter().collect();
    println!(
        "{feeds} feeds over {hosts} hosts for {days} days, each every {every} minutes, {failing}% of the host-days failing: \
         {checks} checks in {:.0} s\n\
         requests to a host a day, from the least asked to the most: {} ({:.1} for each of its feeds)\n\
         bodies {}, not modified {}, failed {}, {:.1} MB received, store {:.1} MB (largest {:.1}, copied {copies} times) for \
         {} events, log to cursor {}\n\
         waits after failures in hours: {}\nevents lost: {lost}",
        began.elapsed().as_secs_f64(),
        curve.join(", "),
        checks as f64 / days as f64 / feeds as f64,
        seen.bodies,
        seen.not_modified,
        seen.failed,
        seen.bytes as f64 / 1e6,
        size(folder.path()) as f64 / 1e6,
        largest as f64 / 1e6,
        memory.events.len(),
        memory.next_cursor,
        waits.iter().take(16).cloned().collect::<Vec<_>>().join(" ")
    );
    assert_eq!(lost, 0);
    // A host is never asked more than its feeds are due, nor given up.
    let most = (feeds as f64 / hosts as f64).ceil() * 1440.0 / every as f64 + 1.0;
    assert!(share(10) <= most && share(0) > 0.0, "{curve:?}, at most {most}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes: run by .ci/full"]
async fn a_month_of_good_days() {
    month(0).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes: run by .ci/full"]
async fn a_month_with_failing_hosts() {
    month(10).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes: run by .ci/full"]
async fn a_year_of_checks_does_not_fill_the_disk() {
    let feeds = setting("YEAR_FEEDS", 5);
    let (folder, began) = (scratch(), Instant::now());
    let store = store(folder.path()).await;
    for hour in 0..365 * 24 {
        let at = start() + TimeDelta::hours(hour);
        for feed in 0..feeds {
            let feed = format!("feed-{feed}");
            let state = FeedState {
                feed: feed.clone(),
                etag: Some(format!("\"{hour}\"")),
                body_hash: Some("0123456789abcdef".repeat(4)),
                last_check: Some(at),
                last_good: Some(at),
                unlisted: vec![("a reason of usual length".into(), 3); 5],
                ..FeedState::default()
            };
            let check = Check {
                public: None,
                at,
                outcome: Outcome::Unchanged,
                words: "Nothing new.".into(),
                status: Some(304),
                bytes: 0,
                took_ms: 120,
                entries: 40,
                added: 0,
                changed: 0,
                withdrawn: 0,
                cut_off: false,
            };
            let commit =
                Commit { feeds: vec![state], checks: vec![(feed, check)], ..Commit::new(at) };
            store.commit(commit.into()).await.unwrap();
        }
        store.tend(at).await.unwrap();
        if hour % (24 * 61) == 24 * 60 {
            println!("day {}: store {:.1} MB", hour / 24, size(folder.path()) as f64 / 1e6);
        }
    }
    let kept = serde_json::to_vec(&store.load().await.unwrap()).unwrap().len();
    store.close().await;
    let whole = size(folder.path());
    println!(
        "a year of hourly checks of {feeds} feeds in {:.0} s: store {:.1} MB for {:.2} MB of content",
        began.elapsed().as_secs_f64(),
        whole as f64 / 1e6,
        kept as f64 / 1e6
    );
    assert!(whole < 64_000_000 + 16 * kept as u64, "{whole} bytes for {kept}");
}
