//! Kills the program at random moments while fifty feeds change, and looks after each kill whether all is there.
//!
//! Not one of the quick tests: `cargo test --test it crash -- --ignored --nocapture`, or `.ci/full`.
//! CRASH_KILLS (200), CRASH_SWAPS (60), CRASH_LARGE (20), CRASH_SEED and CRASH_MINUTES (20) change what it does.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use folkmoot::{health::Outcome, refresh::orders::Order, store::Snapshot};

use crate::{
    feed_server::{FeedServer, answer},
    program::{Dice, Program, setting, size, spawn},
};

const FEEDS: usize = 50;
const EVENTS: usize = 3;
/// Events of a feed whose changes do not go into the store in one batch.
const MANY: usize = 600;

/// The sites: each request for a feed may find a newer version of it.
struct Sites {
    versions: Mutex<(Vec<u32>, Dice)>,
    frozen: AtomicBool,
    /// Events of each feed.
    events: usize,
}

impl Sites {
    fn body(&self, feed: usize) -> String {
        let mut versions = self.versions.lock().unwrap();
        if !self.frozen.load(Ordering::SeqCst) {
            let step = u32::try_from(versions.1.below(3)).unwrap();
            versions.0[feed] += step;
        }
        calendar(feed, versions.0[feed], self.events)
    }

    fn version(&self, feed: usize) -> u32 {
        self.versions.lock().unwrap().0[feed]
    }
}

fn calendar(feed: usize, version: u32, events: usize) -> String {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\n".to_owned();
    for event in 0..events {
        let (month, day, hour) = (3 + event % 3, 1 + feed % 25, 9 + feed / 25);
        let (year, minute) = (2027 + event / 30, event % 3 * 10 + event / 3 % 10);
        text += &format!(
            "BEGIN:VEVENT\r\nUID:{event}@feed-{feed}.example\r\nDTSTAMP:20270101T000000Z\r\n\
             DTSTART:{year}{month:02}{day:02}T{hour:02}{minute:02}00Z\r\nSUMMARY:Workshop number {feed} {event} v{version}\r\nEND:VEVENT\r\n"
        );
    }
    text + "END:VCALENDAR\r\n"
}

/// What must still be so after the next kill.
#[derive(Default)]
struct Promised {
    /// Version of each feed that was acknowledged.
    versions: HashMap<usize, u32>,
    /// Id of each item.
    ids: HashMap<String, String>,
    /// The log, by cursor.
    log: HashMap<u64, String>,
    next_cursor: u64,
}

impl Promised {
    /// Compares a store with what was promised, and promises what is new in it.
    fn check(&mut self, state: &Snapshot, sites: &Sites) {
        let mut found: HashMap<usize, u32> = HashMap::new();
        for event in &state.events {
            let reference = event.draft.reference.clone().unwrap();
            let feed: usize = event.feed.trim_start_matches("feed-").parse().unwrap();
            let version: u32 = event.draft.facts.title.rsplit('v').next().unwrap().parse().unwrap();
            let known = self.ids.entry(reference.clone()).or_insert_with(|| event.id.clone());
            assert_eq!(*known, event.id, "{reference} has another id");
            let same = found.entry(feed).or_insert(version);
            assert_eq!(*same, version, "half a fetch of feed {feed} was kept");
        }
        for (feed, version) in &self.versions {
            let kept = found.get(feed).copied();
            assert!(
                kept >= Some(*version),
                "feed {feed}: v{version} was acknowledged, {kept:?} is kept"
            );
            assert!(kept <= Some(sites.version(*feed)));
        }
        let mut last = None;
        for change in &state.log {
            assert!(
                last.is_none_or(|last| change.cursor == last + 1),
                "a hole in the log at {}",
                change.cursor
            );
            last = Some(change.cursor);
            let words = format!("{:?} {} {}", change.change, change.id, change.at);
            let known = self.log.entry(change.cursor).or_insert_with(|| words.clone());
            assert_eq!(*known, words, "cursor {} means another change now", change.cursor);
        }
        assert_eq!(state.next_cursor, last.map_or(1, |last| last + 1));
        assert!(state.next_cursor >= self.next_cursor, "the log lost its end");
        self.next_cursor = state.next_cursor;
        assert!(state.unreadable.is_empty(), "{:?}", state.unreadable);
    }
}

async fn start_sites(seed: u64, events: usize) -> (Arc<Sites>, Vec<FeedServer>) {
    let sites = Arc::new(Sites {
        versions: Mutex::new((vec![1; FEEDS], Dice(seed))),
        frozen: AtomicBool::new(false),
        events,
    });
    let mut servers = Vec::new();
    for host in 1..=10 {
        let own = Arc::clone(&sites);
        let host = format!("127.0.9.{host}");
        let server = FeedServer::start_on(&host, move |seen| {
            let feed = seen.path.trim_start_matches('/').parse().unwrap();
            answer("200 OK", &[("Content-Type", "text/calendar")], own.body(feed).as_bytes())
        });
        servers.push(server.await);
    }
    (sites, servers)
}

fn write_config(path: &Path, servers: &[FeedServer], feeds: usize) {
    let mut text =
        "[network]\nname = \"Test\"\nurl = \"https://events.example.org\"\nhost_delay = \"0s\"\n"
            .to_owned();
    for feed in 0..feeds {
        let url = servers[feed % servers.len()].url(&format!("/{feed}"));
        text += &format!(
            "\n[[feed]]\nid = \"feed-{feed}\"\nurl = \"{url}\"\npolicy = \"trusted\"\nallow_private_address = true\n"
        );
    }
    std::fs::write(path, text).unwrap();
}

/// Polls all feeds again and again; each check that is reported is a promise.
async fn poll_for_ever(program: &Program, sites: &Sites, promised: &Mutex<Promised>) {
    let remote = program.remote().await;
    loop {
        let told = remote.poll(
            vec![],
            |_| (),
            |checked| {
                let good = matches!(checked.check.outcome, Outcome::Changed | Outcome::Unchanged);
                if good && checked.trouble.is_none() {
                    let feed = checked.feed.trim_start_matches("feed-").parse().unwrap();
                    promised.lock().unwrap().versions.insert(feed, sites.version(feed));
                }
            },
        );
        told.await.expect("the daemon answers until it is killed");
    }
}

/// The calendar without the lines that tell when and how often something changed.
async fn calendar_of(program: &Program) -> String {
    let (status, text) = program.get("/calendar.ics").await;
    assert_eq!(status, 200, "{text}");
    let told = ["DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE"];
    let lines = text.lines().filter(|line| !told.iter().any(|name| line.starts_with(name)));
    lines.collect::<Vec<_>>().join("\n")
}

async fn settled(program: &Program) -> String {
    let checked = program.remote().await.poll(vec![], |_| (), |_| ()).await.unwrap();
    let bad: Vec<_> = checked.iter().filter(|c| c.trouble.is_some()).collect();
    assert!(checked.len() == FEEDS && bad.is_empty(), "{bad:?}");
    calendar_of(program).await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes: run by .ci/full"]
async fn nothing_acknowledged_is_lost_by_kills() {
    let kills = setting("CRASH_KILLS", 200);
    let seed = setting("CRASH_SEED", u64::from(std::process::id()));
    let limit = Duration::from_secs(60 * setting("CRASH_MINUTES", 20));
    println!("{kills} kills, seed {seed} (CRASH_SEED repeats it)");
    let (began, mut dice, folder) = (Instant::now(), Dice(seed), tempfile::tempdir().unwrap());
    let (sites, servers) = start_sites(seed, EVENTS).await;
    let (config, data) = (folder.path().join("feeds.toml"), folder.path().join("killed"));
    let (log, other_log) = (folder.path().join("killed.log"), folder.path().join("spared.log"));
    write_config(&config, &servers, FEEDS);
    let spared = Program::start(&config, &folder.path().join("spared"), &other_log);
    let mut program = Program::start(&config, &data, &log);
    let promised = Mutex::new(Promised::default());
    let (mut early, mut acknowledged) = (0, 0_usize);
    for kill in 0..kills {
        assert!(began.elapsed() < limit, "only {kill} kills in {limit:?}");
        sites.frozen.store(false, Ordering::SeqCst);
        let wait = Duration::from_millis(dice.below(500));
        tokio::select! {
            () = poll_for_ever(&program, &sites, &promised) => {}
            () = tokio::time::sleep(wait) => {}
        }
        program.kill();
        // What answers arrived but were not read is no promise; what is asked from now on is the last word.
        sites.frozen.store(true, Ordering::SeqCst);
        if dice.below(4) == 0 {
            // A second kill, in the middle of opening.
            let mut opening = spawn(&config, &data, &log);
            tokio::time::sleep(Duration::from_millis(dice.below(250))).await;
            opening.kill().unwrap();
            opening.wait().unwrap();
            early += 1;
        }
        program = Program::start(&config, &data, &log);
        let state = program.remote().await.state().await.unwrap();
        {
            let mut promised = promised.lock().unwrap();
            acknowledged += promised.versions.len();
            promised.check(&state, &sites);
            promised.versions.clear();
        }
        let (here, there) = (settled(&program).await, settled(&spared).await);
        assert_eq!(here.matches("BEGIN:VEVENT").count(), FEEDS * EVENTS);
        assert!(
            here == there,
            "after kill {kill} the calendar differs from that of a run without kills"
        );
        for feed in 0..FEEDS {
            promised.lock().unwrap().versions.insert(feed, sites.version(feed));
        }
        if kill % 20 == 19 {
            println!("{} kills, {:.0} s", kill + 1, began.elapsed().as_secs_f64());
        }
    }
    let cursor = promised.lock().unwrap().next_cursor;
    println!(
        "{kills} kills and {early} more while opening in {:.0} s: {acknowledged} acknowledged checks looked for and found, \
         {} changes in the log, store {} KB (spared run: {} KB)",
        began.elapsed().as_secs_f64(),
        cursor - 1,
        size(&data) / 1024,
        size(&folder.path().join("spared")) / 1024
    );
    let (took, status) = program.end();
    assert!(status.success() && took < Duration::from_secs(5), "{status} after {took:?}");
}

/// Copies the store into fresh files again and again, while feeds are polled beside it.
async fn copy_for_ever(program: &Program, copies: &Mutex<Vec<Duration>>) {
    let remote = program.remote().await;
    loop {
        let began = Instant::now();
        remote.order(&Order::Compact).await.expect("the daemon copies until it is killed");
        copies.lock().unwrap().push(began.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes: run by .ci/full"]
async fn a_copy_that_is_killed_leaves_the_old_store_or_the_new() {
    let kills = setting("CRASH_SWAPS", 60);
    let seed = setting("CRASH_SEED", u64::from(std::process::id()));
    println!("{kills} kills while the store is copied, seed {seed} (CRASH_SEED repeats it)");
    let (began, mut dice, folder) = (Instant::now(), Dice(seed), tempfile::tempdir().unwrap());
    let (sites, servers) = start_sites(seed, EVENTS).await;
    let (config, data) = (folder.path().join("feeds.toml"), folder.path().join("killed"));
    let log = folder.path().join("killed.log");
    write_config(&config, &servers, FEEDS);
    let mut program = Program::start(&config, &data, &log);
    settled(&program).await;
    let (promised, copies) = (Mutex::new(Promised::default()), Mutex::new(Vec::new()));
    let left = |name: &str| data.join(name).exists();
    let (mut half, mut moved) = (0, 0);
    for _ in 0..kills {
        sites.frozen.store(false, Ordering::SeqCst);
        // From one moment of a copy to another of the next.
        let usual = copies.lock().unwrap().last().copied().unwrap_or(Duration::from_millis(300));
        let most = u64::try_from(usual.as_millis()).unwrap().clamp(20, 5_000) * 2;
        let wait = Duration::from_millis(dice.below(most));
        tokio::select! {
            () = poll_for_ever(&program, &sites, &promised) => {}
            () = copy_for_ever(&program, &copies) => {}
            () = tokio::time::sleep(wait) => {}
        }
        program.kill();
        sites.frozen.store(true, Ordering::SeqCst);
        half += u32::from(left("store.new"));
        moved += u32::from(left("store.old"));
        program = Program::start(&config, &data, &log);
        assert!(!left("store.new") && !left("store.old"), "something is left over");
        let state = program.remote().await.state().await.unwrap();
        let mut promised = promised.lock().unwrap();
        promised.check(&state, &sites);
        promised.versions.clear();
    }
    println!(
        "{kills} kills in {:.0} s: {} whole copies, {half} times a copy lay beside the store, {moved} times the old store \
         was moved away; each time all was there and nothing was left over",
        began.elapsed().as_secs_f64(),
        copies.lock().unwrap().len()
    );
    assert!(half + moved > 0 || kills < 10, "no kill met a copy: the test proves nothing");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes: run by .ci/full"]
async fn a_large_commit_that_is_killed_is_there_whole_or_not_at_all() {
    let kills = setting("CRASH_LARGE", 20);
    let seed = setting("CRASH_SEED", u64::from(std::process::id()));
    println!(
        "{kills} kills while {MANY} events of a feed change, seed {seed} (CRASH_SEED repeats it)"
    );
    let (began, mut dice, folder) = (Instant::now(), Dice(seed), tempfile::tempdir().unwrap());
    let (sites, servers) = start_sites(seed, MANY).await;
    let (config, data) = (folder.path().join("feeds.toml"), folder.path().join("killed"));
    let log = folder.path().join("killed.log");
    write_config(&config, &servers, 2);
    let (mut program, promised) =
        (Program::start(&config, &data, &log), Mutex::new(Promised::default()));
    let left = || ["store/redo", "store/redo.partial"].map(|name| data.join(name).exists());
    let (mut partial, mut whole) = (0, 0);
    for _ in 0..kills {
        sites.frozen.store(false, Ordering::SeqCst);
        let (polled, met) = (poll_for_ever(&program, &sites, &promised), async {
            // From some moment of such a commit on.
            while left() == [false; 2] {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            tokio::time::sleep(Duration::from_millis(dice.below(250))).await;
        });
        tokio::select! {
            () = polled => {}
            () = met => {}
            () = tokio::time::sleep(Duration::from_secs(30)) => {}
        }
        program.kill();
        sites.frozen.store(true, Ordering::SeqCst);
        let [is_whole, is_partial] = left();
        (partial, whole) = (partial + u32::from(is_partial), whole + u32::from(is_whole));
        if dice.below(4) == 0 {
            let mut opening = spawn(&config, &data, &log);
            tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
            opening.kill().unwrap();
            opening.wait().unwrap();
        }
        program = Program::start(&config, &data, &log);
        let state = program.remote().await.state().await.unwrap();
        let mut promised = promised.lock().unwrap();
        promised.check(&state, &sites);
        promised.versions.clear();
    }
    println!(
        "{kills} kills in {:.0} s: {partial} times a part of the file of a large commit was left, {whole} times the whole; each \
         time all of it was there or nothing",
        began.elapsed().as_secs_f64()
    );
    assert!(whole > 0 || kills < 10, "no kill met a large commit: the test proves nothing");
}
