//! The disk fills up, refuses writes, or loses part of a file, and a second daemon wants the same directory.
//!
//! Not quick tests: `cargo test --test it disk -- --ignored --nocapture`, or `.ci/full`. What needs the powers of root
//! says that it is skipped without them.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    feed_server::{FeedServer, answer},
    program::{Program, refused},
};

/// Three feeds whose titles carry a version, and a folder for a daemon on them.
struct House {
    folder: tempfile::TempDir,
    version: Arc<AtomicU32>,
    /// Events of the first feed.
    events: Arc<AtomicU32>,
    _server: FeedServer,
}

impl House {
    async fn new() -> Self {
        let version = Arc::new(AtomicU32::new(1));
        let events = Arc::new(AtomicU32::new(1));
        let (now, many) = (Arc::clone(&version), Arc::clone(&events));
        let server = FeedServer::start(move |seen| {
            let (path, version) = (&seen.path, now.load(Ordering::SeqCst));
            let feed = path.trim_start_matches('/');
            let more = if feed == "1" { many.load(Ordering::SeqCst) } else { 1 };
            let more: String = (1..more)
                .map(|n| {
                    format!(
                        "BEGIN:VEVENT\r\nUID:more-{n}@x.example\r\nDTSTART:{}{:02}{:02}T100000Z\r\n\
                         SUMMARY:Camp number {n}\r\nEND:VEVENT\r\n",
                        2028 + n / 300,
                        1 + n / 25 % 12,
                        1 + n % 25
                    )
                })
                .collect();
            let body = format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{feed}@x.example\r\nDTSTAMP:20270101T000000Z\r\n\
                 DTSTART:2027030{feed}T100000Z\r\nSUMMARY:Workshop {feed} v{version}\r\nDESCRIPTION:{}\r\nEND:VEVENT\r\n{more}END:VCALENDAR\r\n",
                "words that fill the page ".repeat(400)
            );
            answer("200 OK", &[], body.as_bytes())
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let mut text = "[network]\nname = \"Test\"\nhost_delay = \"0s\"\n".to_owned();
        for feed in 1..=3 {
            text += &format!(
                "\n[[feed]]\nid = \"feed-{feed}\"\nurl = \"{}\"\npolicy = \"trusted\"\nallow_private_address = true\n",
                server.url(&format!("/{feed}"))
            );
        }
        fs::write(folder.path().join("feeds.toml"), text).unwrap();
        Self { folder, version, events, _server: server }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self, data: &Path) -> Program {
        Program::start(&self.path("feeds.toml"), data, &self.path("log"))
    }

    fn change(&self) -> String {
        format!("v{}", self.version.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

async fn poll(program: &Program) -> Result<(), String> {
    let checked = program.remote().await.poll(vec![], |_| (), |_| ()).await;
    let checked = checked.map_err(|error| error.to_string())?;
    checked.into_iter().find_map(|checked| checked.trouble).map_or(Ok(()), Err)
}

async fn events(program: &Program) -> String {
    let (status, body) = program.get("/api/v1/events?from=2027-01-01").await;
    assert_eq!(status, 200, "{body}");
    body
}

/// Trouble as promised: the daemon serves what it has, and says what is wrong in `/readyz` and to `folkmoot status`.
async fn troubled(program: &Program, house: &House, words: &str) {
    let before = events(program).await;
    let new = house.change();
    let told = poll(program).await.expect_err("what cannot be kept is told to whoever asks");
    let (status, ready) = program.get("/readyz").await;
    println!("told: {told}\n/readyz: {status} {ready}");
    assert_eq!(status, 503);
    assert!(ready.contains(words), "{ready}");
    let trouble = program.remote().await.status().await.unwrap().store_trouble;
    assert_eq!(trouble.as_deref(), Some(&*told));
    let now = events(program).await;
    assert!(now == before && !now.contains(&new), "what was not kept is not shown");
    assert_eq!(program.get("/healthz").await.0, 200);
}

/// Recovers without being asked, and then has what changed meanwhile.
async fn recovers(program: &Program, house: &House) {
    let began = Instant::now();
    while program.get("/readyz").await.0 != 200 {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not recover");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    println!("ready again after {:.1} s", began.elapsed().as_secs_f64());
    poll(program).await.unwrap();
    // With the space before it: an id may hold the same letters.
    let newest = format!(" v{}", house.version.load(Ordering::SeqCst));
    assert_eq!(events(program).await.matches(&newest).count(), 3);
}

/// What was done to a folder is undone when this is dropped, also by a test that fails.
struct Undo(&'static str, &'static [&'static str], PathBuf);

impl Drop for Undo {
    fn drop(&mut self) {
        run(self.0, self.1, &self.2);
    }
}

/// A disk of 32 MB, until the second goes; none where it cannot be had.
fn small_disk(house: &House) -> Option<(PathBuf, Undo)> {
    let data = house.path("small");
    fs::create_dir(&data).unwrap();
    if !run("mount", &["-t", "tmpfs", "-o", "size=32m", "folkmoot-test"], &data) {
        eprintln!("SKIPPED: a small disk cannot be mounted here (root is needed)");
        return None;
    }
    let unmounted = Undo("umount", &["-l"], data.clone());
    Some((data, unmounted))
}

/// A file that takes all that is left.
fn fill(data: &Path) -> File {
    let mut filler = File::create(data.join("filler")).unwrap();
    while filler.write_all(&[0; 4096]).is_ok() {}
    filler
}

fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
    let run = Command::new(program).args(arguments).arg(path).output();
    run.is_ok_and(|output| output.status.success())
}

#[tokio::test]
#[ignore = "half a minute and root: run by .ci/full"]
async fn a_full_disk_is_survived_and_forgotten() {
    let house = House::new().await;
    let Some((data, _unmounted)) = small_disk(&house) else { return };
    let program = house.start(&data);
    poll(&program).await.unwrap();
    assert_eq!(events(&program).await.matches("v1").count(), 3);
    let filler = fill(&data);
    // Preallocated space of the database may take some commits yet.
    for _ in 0..3_000 {
        if poll(&program).await.is_err() {
            break;
        }
        house.change();
    }
    troubled(&program, &house, "no space is left").await;
    drop(filler);
    fs::remove_file(data.join("filler")).unwrap();
    recovers(&program, &house).await;
    let (took, status) = program.end();
    assert!(status.success() && took < Duration::from_secs(5), "{status} {took:?}");
    // What was kept after the trouble is there at the next start.
    let program = house.start(&data);
    let newest = format!("v{}", house.version.load(Ordering::SeqCst));
    assert_eq!(events(&program).await.matches(&newest).count(), 3);
    program.end();
}

#[tokio::test]
#[ignore = "half a minute and root: run by .ci/full"]
async fn a_large_feed_is_kept_whole_when_there_is_room_and_not_before() {
    let house = House::new().await;
    let Some((data, _unmounted)) = small_disk(&house) else { return };
    let program = house.start(&data);
    poll(&program).await.unwrap();
    let filler = fill(&data);
    // Room for what is small, and for the beginning of what is large.
    let length = filler.metadata().unwrap().len();
    filler.set_len(length - 5 * 1024 * 1024).unwrap();
    house.events.store(3_000, Ordering::SeqCst);
    house.change();
    let checked = program.remote().await.poll(vec![], |_| (), |_| ()).await.unwrap();
    for checked in checked {
        let large = checked.feed == "feed-1";
        println!("{}: {}", checked.feed, checked.check.words);
        assert_eq!((checked.trouble, checked.check.failed()), (None, large), "{:?}", checked.check);
        assert_eq!(checked.check.words.contains("no room"), large, "{}", checked.check.words);
    }
    // The others go on, and the program is as well as before; of the large feed all is as it was.
    assert_eq!(program.get("/readyz").await.0, 200);
    let shown = events(&program).await;
    assert_eq!((shown.matches(" v2").count(), shown.matches(" v1").count()), (2, 1));
    assert!(run("mount", &["-o", "remount,size=300m"], &data));
    recovers(&program, &house).await;
    let known = program.remote().await.status().await.unwrap().events;
    assert_eq!(known, 3_002);
    assert!(!data.join("store/redo").exists() && !data.join("store/redo.partial").exists());
    assert!(program.end().1.success());
}

#[tokio::test]
#[ignore = "half a minute and root: run by .ci/full"]
async fn a_directory_that_refuses_writes_is_survived() {
    let house = House::new().await;
    let data = house.path("data");
    let program = house.start(&data);
    poll(&program).await.unwrap();
    let _writable =
        (Undo("chattr", &["-R", "-i"], data.join("store")), Undo("chattr", &["-i"], data.clone()));
    // Permissions do not bind root, and a mount with open files cannot be made read-only: the immutable flag does both.
    if !run("chattr", &["-R", "+i"], &data.join("store")) || !run("chattr", &["+i"], &data) {
        eprintln!(
            "SKIPPED: the directory cannot be made read-only here (root and chattr are needed)"
        );
        return;
    }
    house.change();
    let told = poll(&program).await;
    let (status, ready) = program.get("/readyz").await;
    let served = program.get("/api/v1/events?from=2027-01-01").await;
    assert!(run("chattr", &["-i"], &data) && run("chattr", &["-R", "-i"], &data.join("store")));
    println!("told: {told:?}\n/readyz: {status} {ready}");
    assert!(told.is_err());
    assert!(served.0 == 200 && served.1.matches("v1").count() == 3, "{}", served.1);
    assert_eq!(status, 503);
    assert!(ready.contains("does not take writes"), "{ready}");
    recovers(&program, &house).await;
    assert!(program.end().1.success());
}

#[tokio::test]
#[ignore = "several starts of the program: run by .ci/full"]
async fn a_damaged_store_is_named_kept_and_left_alone() {
    let house = House::new().await;
    let data = house.path("data");
    let program = house.start(&data);
    for _ in 0..20 {
        poll(&program).await.unwrap();
        house.change();
    }
    assert!(program.end().1.success());
    let file = data.join("store/db");
    let whole = fs::read(&file).unwrap();
    for (name, damage) in [
        ("cut in half", whole.get(..whole.len() / 2).unwrap().to_vec()),
        ("emptied", Vec::new()),
        ("overwritten", vec![0xa5; whole.len()]),
    ] {
        fs::write(&file, &damage).unwrap();
        let (status, words) = refused(&house.path("feeds.toml"), &data, &house.path("log"));
        println!("{name}: {status}, {}", words.lines().last().unwrap_or_default());
        assert_eq!(status.code(), Some(1), "{name}: {words}");
        assert!(words.contains("folkmoot restore") && words.contains("store"), "{name}: {words}");
        assert!(!words.contains("RUST_BACKTRACE"), "{name}: {words}");
        // sled cuts a torn end off when it looks; the file itself stays.
        assert!(file.exists() && data.join("store.json").exists(), "{name}: it is gone");
    }
    fs::write(&file, &whole).unwrap();
    let program = house.start(&data);
    assert_eq!(events(&program).await.matches("Workshop").count() % 3, 0);
    program.end();
}

#[tokio::test]
#[ignore = "two starts of the program: run by .ci/full"]
async fn a_second_daemon_gives_way() {
    let house = House::new().await;
    let data = house.path("data");
    let program = house.start(&data);
    poll(&program).await.unwrap();
    let (status, words) = refused(&house.path("feeds.toml"), &data, &house.path("other.log"));
    println!("the second: {status}, {words}");
    assert_eq!(status.code(), Some(1));
    assert!(words.contains("another folkmoot is using"), "{words}");
    house.change();
    poll(&program).await.unwrap();
    assert_eq!(events(&program).await.matches("v2").count(), 3);
    assert!(program.end().1.success());
}
