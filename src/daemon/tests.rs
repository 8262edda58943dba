//! A daemon from start to end, with sites that are a table.

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::*;
use crate::{
    daemon::{client::Remote, command::Reloaded},
    health::{Health, Outcome},
    refresh::tests::{Sites, calendar, url},
    store::{Commit, Committed, Compacted, Snapshot, Store, StoreError, Tended},
};

pub(super) fn clock() -> DateTime<Utc> {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

/// A folder with a configuration, and the daemon on it.
pub(super) struct House {
    pub(super) dir: tempfile::TempDir,
    sites: Arc<Sites>,
}

/// A daemon that runs.
pub(super) struct Running {
    control: Control,
    pub(super) catalogue: Arc<ArcSwap<Catalogue>>,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl House {
    pub(super) fn with(feeds: &[&str]) -> Self {
        let house = Self { dir: tempfile::tempdir().unwrap(), sites: Arc::new(Sites::default()) };
        house.write(feeds);
        for (day, id) in (4..).zip(feeds) {
            let (uid, title) = (format!("{id}@x.example.org"), format!("Waste workshop {id}"));
            house.sites.serve(&url(id), calendar(&[(&uid, &title, day)]));
        }
        house
    }

    fn write(&self, feeds: &[&str]) {
        let mut text = "[network]\nname = \"Test\"\nhost_delay = \"0s\"\n".to_owned();
        for id in feeds {
            text += &format!(
                "\n[[feed]]\nid = \"{id}\"\nurl = \"{}\"\npolicy = \"trusted\"\n",
                url(id)
            );
        }
        std::fs::write(self.dir.path().join("feeds.toml"), text).unwrap();
    }

    fn setup(&self) -> Setup {
        Setup {
            config: self.dir.path().join("feeds.toml"),
            data_dir: self.dir.path().join("data"),
            fetcher: Arc::clone(&self.sites) as Arc<dyn Fetcher>,
            clock,
        }
    }

    /// The engine alone, on a store that is made from the usual one.
    pub(super) async fn engine(
        &self,
        store: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
    ) -> engine::Engine {
        let setup = self.setup();
        let how = Open {
            dir: setup.data_dir.clone(),
            create: Create::IfAbsent,
            domain: None,
            now: clock(),
        };
        let store = store(open(how).await.unwrap());
        let settings = Arc::new(Settings::new(config::load(&setup.config).unwrap()).unwrap());
        let fetcher = Arc::clone(&setup.fetcher);
        let refresher = Refresher::open(store, fetcher, None, &settings.config).await.unwrap();
        let watched = reload::Watched::new(&setup.config);
        engine::Engine::new(Arc::new(refresher), settings, (setup, watched), Arc::new(()))
    }

    pub(super) async fn start(&self) -> Running {
        let daemon = Daemon::start(self.setup()).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let (control, catalogue) = (daemon.control(), daemon.catalogue());
        let shutdown = async move { drop(stopped.await) };
        let task = tokio::spawn(daemon.run(Arc::new(()), shutdown));
        Running { control, catalogue, stop, task }
    }
}

impl Running {
    pub(super) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
        assert!(self.control.status().await.is_err());
    }

    pub(super) async fn poll(&self, feeds: &[&str]) -> Vec<command::Checked> {
        let feeds = feeds.iter().map(|id| (*id).to_owned()).collect();
        let (_, mut checks) = self.control.poll(feeds).await.unwrap().unwrap();
        let mut all = Vec::new();
        while let Some(checked) = checks.recv().await {
            all.push(checked);
        }
        all
    }
}

#[tokio::test]
async fn everything_is_there_again_before_any_feed_is_asked() {
    let house = House::with(&["a", "b"]);
    let running = house.start().await;
    let checked = running.poll(&[]).await;
    assert!(checked.iter().all(|checked| checked.trouble.is_none()), "{checked:?}");
    assert_eq!(running.catalogue.load().len(), 2);
    let status = running.control.status().await.unwrap();
    assert_eq!((status.feeds.len(), status.events), (2, 2));
    assert!(status.feeds.iter().all(|feed| feed.health == Health::Fine), "{:?}", status.feeds);
    running.stop().await;

    let setup = Setup {
        config: house.dir.path().join("feeds.toml"),
        data_dir: house.dir.path().join("data"),
        fetcher: Arc::new(Sites::default()),
        clock,
    };
    let daemon = Daemon::start(setup).await.unwrap();
    assert_eq!(daemon.catalogue().load().len(), 2);
}

/// A store that panics at the commits of one feed's checks: a fault that no care for feeds can catch.
#[derive(Debug)]
struct Faulty(Arc<dyn Store>);

impl Store for Faulty {
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        self.0.load()
    }

    fn commit(&self, commit: Arc<Commit>) -> BoxFuture<'_, Result<Committed, StoreError>> {
        assert!(commit.checks.iter().all(|(feed, _)| feed != "a"), "a fault that is meant");
        self.0.commit(commit)
    }

    fn compact(&self) -> BoxFuture<'_, Result<Compacted, StoreError>> {
        self.0.compact()
    }

    fn tend(&self, now: DateTime<Utc>) -> BoxFuture<'_, Result<Tended, StoreError>> {
        self.0.tend(now)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.0.close()
    }
}

#[tokio::test]
async fn a_check_that_ends_in_a_fault_frees_its_feed_and_nobody_waits_for_it() {
    let house = House::with(&["a", "b"]);
    let mut engine = house.engine(|store| Arc::new(Faulty(store))).await;
    let (sender, inbox) = mpsc::channel(8);
    let control = Control::new(sender);
    let (stop, stopped) = oneshot::channel::<()>();
    let running =
        tokio::spawn(async move { engine.run(inbox, async move { drop(stopped.await) }).await });
    let asked = || house.sites.asked_for(&url("a"));
    // Whoever asks gets it tried again, and an answer each time.
    for times in 1..=2 {
        let feeds = vec!["a".to_owned(), "b".to_owned()];
        let (_, mut checks) = control.poll(feeds).await.unwrap().unwrap();
        let mut told = Vec::new();
        while let Some(checked) = checks.recv().await {
            told.push(checked.feed);
        }
        assert_eq!(told, ["b"]);
        assert!(asked() >= times);
    }
    // By itself it is left alone for a while: not asked at each turn of the engine.
    let before = asked();
    for _ in 0..20 {
        control.status().await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(asked(), before);
    stop.send(()).unwrap();
    running.await.unwrap();
}

#[tokio::test]
async fn commands_reach_it_over_the_socket() {
    let house = House::with(&["a", "b"]);
    let data = house.dir.path().join("data");
    assert!(Remote::find(&data).await.is_none());
    let running = house.start().await;
    running.poll(&["a"]).await;
    let remote = Remote::find(&data).await.unwrap();
    let mode = std::fs::metadata(socket_path(&data)).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o660);
    let (mut begun, mut lines) = (Vec::new(), 0);
    let all = remote.poll(vec![], |ids| begun = ids.to_vec(), |_| lines += 1).await.unwrap();
    assert_eq!((begun.len(), lines, all.len()), (2, 2, 2));
    let refused = remote.poll(vec!["nobody".into()], |_| (), |_| ()).await.unwrap_err();
    assert_eq!(refused.to_string(), "there is no feed \"nobody\"");
    let state = remote.state().await.unwrap();
    assert_eq!((state.listings.len(), state.feeds.len()), (2, 2));
    let explained = remote.explain(&state.listings[0].id).await.unwrap();
    assert_eq!(
        (explained.events.len(), explained.listing.unwrap()),
        (1, (*state.listings[0]).clone())
    );
    assert!(remote.explain("no/such event").await.is_err());
    assert_eq!(remote.feeds().await.unwrap().len(), 2);
    assert_eq!(remote.status().await.unwrap().listings, 2);
    assert_eq!(remote.replay("a").await.unwrap().check.outcome, Outcome::Unchanged);
    assert_eq!(remote.reload().await.unwrap(), Reloaded::Applied { feeds: 2 });
    running.stop().await;
    assert!(Remote::find(&data).await.is_none());
}

#[tokio::test]
async fn an_edit_is_taken_over_unless_it_is_broken_or_takes_away_too_much() {
    let house = House::with(&["a", "b", "c", "d", "e"]);
    let running = house.start().await;
    running.poll(&[]).await;
    house.write(&["a", "b", "c", "d", "e", "f"]);
    house.sites.serve(&url("f"), calendar(&[("f@x.example.org", "Library camp", 19)]));
    assert_eq!(running.control.reload().await.unwrap(), Reloaded::Applied { feeds: 6 });
    running.poll(&["f"]).await;
    assert_eq!(running.catalogue.load().len(), 6);

    std::fs::write(house.dir.path().join("feeds.toml"), "[network\n").unwrap();
    assert!(matches!(running.control.reload().await.unwrap(), Reloaded::Faulty(_)));
    assert!(running.control.status().await.unwrap().config_fault.is_some());
    assert_eq!(running.poll(&["f"]).await.len(), 1);

    house.write(&["a", "b"]);
    let Reloaded::Waits(waiting) = running.control.reload().await.unwrap() else { panic!() };
    assert_eq!((waiting.removes.len(), waiting.of), (4, 6));
    let status = running.control.status().await.unwrap();
    assert_eq!(
        (status.feeds.len(), status.config_waiting, status.config_fault),
        (6, Some(waiting), None)
    );
    assert_eq!(running.control.apply().await.unwrap(), Reloaded::Applied { feeds: 2 });
    let status = running.control.status().await.unwrap();
    assert_eq!((status.feeds.len(), status.config_waiting), (2, None));
    // The events of the four stay for a week.
    assert_eq!(running.catalogue.load().len(), 6);
    running.stop().await;
}

#[tokio::test]
async fn feeds_lost_while_nobody_ran_are_held_until_a_word() {
    let house = House::with(&["a", "b", "c", "d", "e", "f"]);
    let running = house.start().await;
    running.poll(&[]).await;
    running.stop().await;
    house.write(&["a", "b"]);
    let running = house.start().await;
    let status = running.control.status().await.unwrap();
    let waiting = status.config_waiting.unwrap();
    assert_eq!(
        (waiting.removes.join(" "), waiting.of, status.feeds.len()),
        ("c d e f".into(), 6, 2)
    );
    let removed = async || {
        let state = running.control.state().await.unwrap();
        state.feeds.iter().filter(|feed| feed.removed_since.is_some()).count()
    };
    assert_eq!((removed().await, running.catalogue.load().len()), (0, 6));
    // Some of them come back; the rest is still asked about.
    house.write(&["a", "b", "c"]);
    let Reloaded::Waits(waiting) = running.control.reload().await.unwrap() else { panic!() };
    assert_eq!((waiting.removes.join(" "), removed().await), ("d e f".into(), 0));
    assert_eq!(running.control.apply().await.unwrap(), Reloaded::Applied { feeds: 3 });
    assert_eq!(removed().await, 3);
    assert_eq!(running.control.status().await.unwrap().config_waiting, None);
    running.stop().await;
    // What was said once is not asked again.
    let running = house.start().await;
    assert_eq!(running.control.status().await.unwrap().config_waiting, None);
    running.stop().await;
}

#[test]
fn changed_files_are_noticed() {
    let house = House::with(&["a"]);
    let path = house.dir.path().join("feeds.toml");
    let mut watched = reload::Watched::new(&path);
    // Edited while it was being read.
    let loaded = config::load(&path).unwrap();
    house.write(&["a", "b"]);
    watched.follow(&loaded.config);
    assert!(watched.changed() && !watched.changed());
    // A vocabulary that is named from now on may have changed since it was read; then it is watched like the rest.
    let words = house.dir.path().join("words.toml");
    std::fs::write(&words, "").unwrap();
    let mut config = loaded.config;
    config.network.vocabulary = vec!["words.toml".into()];
    watched.follow(&config);
    assert!(watched.changed() && !watched.changed());
    watched.follow(&config);
    assert!(!watched.changed());
    std::fs::write(&words, "[[service]]").unwrap();
    assert!(watched.changed());
    std::fs::remove_file(&path).unwrap();
    assert!(watched.changed());
}

#[test]
fn a_configuration_in_a_folder_of_its_own_is_watched_too() {
    let here = std::env::current_dir().unwrap();
    let dir = tempfile::tempdir_in(&here).unwrap();
    let path = dir.path().strip_prefix(&here).unwrap().join("feeds.toml");
    std::fs::write(&path, "[network]\nname = \"A\"\n").unwrap();
    let mut watched = reload::Watched::new(&path);
    watched.follow(&config::load(&path).unwrap().config);
    assert!(!watched.changed());
    std::fs::write(&path, "[network]\nname = \"Another\"\n").unwrap();
    assert!(watched.changed());
}

async fn get(address: std::net::SocketAddr, path: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A daemon that serves the public on a free port.
struct Served {
    address: std::net::SocketAddr,
    control: Control,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<anyhow::Result<()>>,
}

/// Serves a house whose feeds have all been read once.
async fn serve(house: &House) -> Served {
    let setup = Setup {
        config: house.dir.path().join("feeds.toml"),
        data_dir: house.dir.path().join("data"),
        fetcher: Arc::clone(&house.sites) as Arc<dyn Fetcher>,
        clock,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let daemon = Daemon::start(setup).await.unwrap();
    let control = daemon.control();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(daemon.serve(listener, None, async move { drop(stopped.await) }));
    let (_, mut checks) = control.poll(vec![]).await.unwrap().unwrap();
    while checks.recv().await.is_some() {}
    Served { address, control, stop, task }
}

#[tokio::test]
async fn what_it_polls_is_served_and_the_end_is_quick() {
    let house = House::with(&["a"]);
    let Served { address, stop, task, .. } = serve(&house).await;
    assert!(get(address, "/readyz").await.starts_with("HTTP/1.1 200"));
    let events = get(address, "/api/v1/events?from=2027-01-01").await;
    assert!(events.contains("Waste workshop a"), "{events}");
    stop.send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), task).await;
    ended.unwrap().unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

/// The value of a header of an answer.
fn header(answer: &str, name: &str) -> String {
    let line = answer
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix(name).map(str::to_owned));
    line.unwrap_or_else(|| panic!("no {name} in {answer}"))
}

#[tokio::test]
async fn validators_outlive_a_restart() {
    let house = House::with(&["a"]);
    let paths = ["/calendar.ics", "/api/v1/events", "/events.csv"];
    let mut seen = Vec::new();
    for _ in 0..2 {
        let Served { address, stop, task, .. } = serve(&house).await;
        let mut round = Vec::new();
        for path in paths {
            let answer = get(address, path).await;
            // The clock of the server is real here: a second run would not say the same date by chance.
            round.push((header(&answer, "etag:"), header(&answer, "last-modified:")));
        }
        seen.push(round);
        stop.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(5), task).await.unwrap().unwrap().unwrap();
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }
    assert_eq!(seen[0], seen[1]);
}

/// What a daemon on this configuration answers to these addresses once all feeds are read, then after an edit.
async fn answers(house: &House, paths: &[&str], edit: impl FnOnce()) -> (Vec<String>, Vec<String>) {
    let Served { address, control, stop, task } = serve(house).await;
    let mut before = Vec::new();
    for path in paths {
        before.push(get(address, path).await);
    }
    edit();
    assert!(matches!(control.reload().await.unwrap(), Reloaded::Applied { .. }));
    // The clock stands still here, so what is due by it is asked for by hand.
    let (_, mut checks) = control.poll(vec![]).await.unwrap().unwrap();
    while checks.recv().await.is_some() {}
    let mut after = Vec::new();
    for path in paths {
        after.push(get(address, path).await);
    }
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), task).await.unwrap().unwrap().unwrap();
    (before, after)
}

#[tokio::test]
async fn an_edit_of_the_vocabulary_judges_everything_stored_anew() {
    let house = House::with(&["a", "b"]);
    let folder = house.dir.path().to_owned();
    let config = std::fs::read_to_string(folder.join("feeds.toml")).unwrap();
    let config = config.replace("[network]\n", "[network]\nvocabulary = [\"words.toml\"]\n");
    let config = config.replace("id = \"a\"\n", "id = \"a\"\nmember = \"WBK\"\n");
    let config = config.replace("id = \"b\"\n", "id = \"b\"\nmember = \"RDG\"\n");
    std::fs::write(folder.join("feeds.toml"), config).unwrap();
    std::fs::write(folder.join("words.toml"), "neutral = []\n").unwrap();
    let paths = [
        "/api/v1/events?service=parks&fields=title,services",
        "/api/v1/events?council=WBK&fields=title",
        "/councils/WBK",
        "/councils/RDG",
    ];
    let (before, after) = answers(&house, &paths, || {
        let words = "[[service]]\nid = \"waste\"\nremove = [\"waste\"]\n\n\
                     [[service]]\nid = \"parks\"\nstrong = [\"waste workshop\"]\n\n\
                     [[council]]\ncode = \"WBK\"\nend_date = 2027-01-01\nsuccessors = [\"RDG\"]\n";
        std::fs::write(folder.join("words.toml"), words).unwrap();
    })
    .await;
    assert!(!before[0].contains("Waste workshop"), "{}", before[0]);
    assert!(
        after[0].contains("Waste workshop a") && after[0].contains("Waste workshop b"),
        "{}",
        after[0]
    );
    assert!(before[1].contains("Waste workshop a") && !before[1].contains("Waste workshop b"));
    assert!(after[1].contains("Waste workshop a") && after[1].contains("Waste workshop b"));
    assert!(!before[2].contains("1 January 2027"));
    assert!(after[2].contains("Friday 1 January 2027"), "{}", after[2]);
    assert!(after[2].contains("/councils/RDG"), "{}", after[2]);
    assert!(
        after[3].contains("/councils/WBK") && !before[3].contains("/councils/WBK"),
        "{}",
        after[3]
    );
}
