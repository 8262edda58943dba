//! How a daemon behaves towards sites and its operator over days: what it asks for, when, and what it tells. The sites are
//! a local server, the days pass by an injected clock.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot::{
    daemon::{Control, Daemon, Setup, command::FeedReport},
    fetch::{Client, Settings},
    health::{Check, Health, Outcome},
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::feed_server::{Answer, FeedServer, Seen, answer};

/// Minutes that have passed in each test.
static LATER: [AtomicI64; 8] = [const { AtomicI64::new(0) }; 8];

fn clock<const TEST: usize>() -> DateTime<Utc> {
    let start: DateTime<Utc> = "2027-01-15T08:00:00Z".parse().unwrap();
    start + TimeDelta::minutes(LATER[TEST].load(Ordering::SeqCst))
}

/// A daemon with one feed, `news`, on a site that answers as it is told to.
struct World {
    folder: tempfile::TempDir,
    site: FeedServer,
    now: Arc<Mutex<Answer>>,
    control: Control,
    public: String,
    figures: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<anyhow::Result<()>>,
}

const NEWS: &str = "/news";

fn calendar(more: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\n{more}BEGIN:VEVENT\r\nUID:1@x.example\r\n\
         DTSTAMP:20270101T000000Z\r\nDTSTART:20270310T100000Z\r\nSUMMARY:Waste workshop\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn good() -> Answer {
    answer("200 OK", &[], calendar("").as_bytes())
}

fn leads(status: &str, to: &str) -> Answer {
    answer(status, &[("Location", to)], b"")
}

impl World {
    async fn new(clock: fn() -> DateTime<Utc>) -> Self {
        let now = Arc::new(Mutex::new(good()));
        let shown = Arc::clone(&now);
        let site = FeedServer::start(move |seen: &Seen| match seen.path.as_str() {
            NEWS => shown.lock().unwrap().clone(),
            _ => good(),
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "[network]\nname = \"Test\"\nhost_delay = \"0s\"\n\n[notify]\nwebhook = \"{}\"\n\n# The news.\n[[feed]]\n\
             id = \"news\"\nurl = \"{}\"\npolicy = \"trusted\"\nallow_private_address = true\n",
            site.url("/told"),
            site.url(NEWS)
        );
        std::fs::write(folder.path().join("feeds.toml"), text).unwrap();
        let setup = Setup {
            config: folder.path().join("feeds.toml"),
            data_dir: folder.path().join("data"),
            fetcher: Arc::new(Client::new(Settings::default()).unwrap()),
            clock,
        };
        let daemon = Daemon::start(setup).await.unwrap();
        let control = daemon.control();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let figures = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let of = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
        let (public, figured) = (of(&listener), of(&figures));
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move { drop(stopped.await) };
        let running = tokio::spawn(daemon.serve(listener, Some(figures), shutdown));
        Self { folder, site, now, control, public, figures: figured, stop, running }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("feeds.toml")
    }

    fn answers(&self, answer: Answer) {
        *self.now.lock().unwrap() = answer;
    }

    /// What the site was asked for the feed.
    fn asked(&self) -> Vec<Seen> {
        self.site.requests().into_iter().filter(|seen| seen.path == NEWS).collect()
    }

    /// The notices that arrived, as their subject.
    fn told(&self, kind: &str) -> Vec<String> {
        let told = self.site.requests().into_iter().filter(|seen| seen.path == "/told");
        let told = told.map(|seen| serde_json::from_str::<Value>(&seen.body).unwrap());
        let told = told.filter(|notice| notice["notice"] == kind);
        told.map(|notice| notice["subject"].as_str().unwrap().to_owned()).collect()
    }

    /// Checks the feed by hand.
    async fn poll(&self) -> Check {
        let (_, mut checks) = self.control.poll(vec!["news".into()]).await.unwrap().unwrap();
        let checked = checks.recv().await.unwrap();
        assert_eq!(checked.trouble, None);
        checked.check
    }

    async fn feed(&self) -> FeedReport {
        self.control.status().await.unwrap().feeds.remove(0)
    }

    async fn health(&self) -> Health {
        self.feed().await.health
    }

    /// Waits for what the daemon does by itself.
    async fn soon(&self, what: &str, mut look: impl AsyncFnMut() -> bool) {
        let began = Instant::now();
        while !look().await {
            assert!(began.elapsed() < Duration::from_secs(30), "{what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_redirect_is_proposed_after_three_equal_answers_in_a_row() {
    let world = World::new(clock::<0>).await;
    let config = std::fs::read_to_string(world.config()).unwrap();
    let (permanent, other) =
        (|| leads("301 Moved Permanently", "/new"), || leads("308 Permanent Redirect", "/other"));
    let between = [
        leads("302 Found", "/new"),
        other(),
        good(),
        answer("500 Internal Server Error", &[], b""),
        answer("200 OK", &[], b"<html>Closed for maintenance</html>"),
    ];
    for (n, between) in between.into_iter().enumerate() {
        for answers in [permanent(), permanent(), between] {
            world.answers(answers);
            let check = world.poll().await;
            assert!(!check.words.contains("adopt"), "{n}: {}", check.words);
        }
    }
    for _ in 0..2 {
        world.answers(permanent());
        world.poll().await;
        assert_eq!(world.health().await, Health::Fine);
    }
    let check = world.poll().await;
    assert!(check.words.contains("`folkmoot feeds adopt news`"), "{}", check.words);
    assert_eq!(world.health().await, Health::Moved);
    world.soon("the operator is told", async || world.told("change").len() == 1).await;
    assert_eq!(world.told("change"), ["news: moved to another address"]);
    // It is only proposed: the old address is asked, and the file is the operator's.
    let asked = world.asked().len();
    world.poll().await;
    assert_eq!(world.asked().len(), asked + 1);
    assert_eq!(std::fs::read_to_string(world.config()).unwrap(), config);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_gone_rests_with_a_notice_until_it_is_asked_for() {
    let world = World::new(clock::<1>).await;
    world.poll().await;
    world.answers(answer("410 Gone", &[], b""));
    let check = world.poll().await;
    assert!(check.words.contains("gone for good (HTTP status 410)"), "{}", check.words);
    assert_eq!(world.health().await, Health::Gone);
    world.soon("the operator is told", async || world.told("change").len() == 1).await;
    assert_eq!(world.told("change"), ["news: gone, its site says"]);
    // Days later nobody has asked, and its events are where they were.
    let asked = world.asked().len();
    LATER[1].store(10 * 1440, Ordering::SeqCst);
    world.soon("a digest", async || world.told("digest").len() == 1).await;
    assert_eq!(world.asked().len(), asked);
    let events = reqwest::get(format!("{}/api/v1/events", world.public)).await.unwrap();
    assert!(events.text().await.unwrap().contains("Waste workshop"));
    // By hand it is asked, and another answer than 410 brings it back among the others.
    world.answers(answer("503 Service Unavailable", &[], b""));
    assert!(world.poll().await.failed());
    assert_eq!(world.health().await, Health::Failing);
    world.answers(good());
    LATER[1].store(12 * 1440, Ordering::SeqCst);
    world.soon("it is asked again", async || world.health().await == Health::Fine).await;
    world.soon("that is told", async || world.told("change").len() == 2).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_once_and_then_once_a_day() {
    let world = World::new(clock::<2>).await;
    world.poll().await;
    world.answers(answer("404 Not Found", &[], b""));
    for _ in 0..5 {
        world.poll().await;
    }
    world.soon("the operator is told", async || !world.told("change").is_empty()).await;
    for day in 1..=2_usize {
        LATER[2].store(1440 * i64::try_from(day).unwrap() + 1, Ordering::SeqCst);
        world.soon("a digest", async || world.told("digest").len() == day).await;
        // Within the day nothing more is said, however often the feed fails.
        world.poll().await;
        LATER[2].store(1440 * i64::try_from(day).unwrap() + 700, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert_eq!(world.told("digest").len(), day);
    }
    assert_eq!(world.told("change"), ["news: cannot be read"]);
    assert!(world.told("digest").iter().all(|subject| subject == "1 of 1 feeds need a look"));
    world.answers(good());
    world.poll().await;
    world.soon("the end is told", async || world.told("change").len() == 2).await;
    assert_eq!(world.told("change")[1], "news: fine again");
    LATER[2].store(1440 * 5, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(world.told("digest").len(), 2, "where all is well there is nothing to digest");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_always_says_not_modified_is_asked_for_the_whole_once_a_week() {
    let world = World::new(clock::<3>).await;
    let handler = |body: String| answer("200 OK", &[("ETag", "W/\"same\"")], body.as_bytes());
    world.answers(handler(calendar("")));
    assert_eq!(world.poll().await.outcome, Outcome::Changed);
    world.answers(answer("304 Not Modified", &[("ETag", "W/\"same\"")], b""));
    for day in 1..=6 {
        LATER[3].store(day * 1440, Ordering::SeqCst);
        assert_eq!(world.poll().await.status, Some(304));
        assert_eq!(
            world.asked().last().unwrap().headers.get("if-none-match").map(String::as_str),
            Some("W/\"same\""),
            "day {day}"
        );
    }
    world.answers(handler(calendar("").replace("Waste workshop", "Waste camp")));
    LATER[3].store(7 * 1440, Ordering::SeqCst);
    assert_eq!(world.poll().await.changed, 1);
    assert!(!world.asked().last().unwrap().headers.contains_key("if-none-match"));
    // From then on it is asked as before.
    world.poll().await;
    assert!(world.asked().last().unwrap().headers.contains_key("if-none-match"));
    world.end().await;
}

/// A calendar with a line among its properties, an RSS feed with elements in its channel.
fn hinted(line: &str) -> Vec<u8> {
    if line.starts_with('<') {
        return format!("<rss version=\"2.0\"><channel><title>News</title>{line}</channel></rss>")
            .into_bytes();
    }
    calendar(&format!("{line}\r\n")).into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn wishes_about_the_next_check_are_heard_and_never_stop_it() {
    let world = World::new(clock::<4>).await;
    let next = async || {
        let state = world.feed().await.state;
        (state.next_check.unwrap() - clock::<4>()).num_minutes() as f64 / 60.0
    };
    // What is wished, and the hours until the next check: a tenth more is the feed's own spread.
    let all_hours: String = (0..24).map(|hour| format!("<hour>{hour}</hour>")).collect();
    let skips_all = format!("<skipHours>{all_hours}</skipHours>");
    let bodies: [(&str, f64); 20] = [
        ("REFRESH-INTERVAL;VALUE=DURATION:PT6H", 6.0),
        ("REFRESH-INTERVAL;VALUE=DURATION:PT0S", 1.0),
        ("REFRESH-INTERVAL;VALUE=DURATION:-P1D", 1.0),
        ("REFRESH-INTERVAL;VALUE=DURATION:P5200W", 24.0),
        ("REFRESH-INTERVAL;VALUE=DURATION:P99999999999999999999D", 1.0),
        ("REFRESH-INTERVAL:soon", 1.0),
        ("X-PUBLISHED-TTL:PT2H", 2.0),
        ("X-PUBLISHED-TTL:PT1M", 1.0),
        ("X-PUBLISHED-TTL:P36500D", 24.0),
        ("<ttl>180</ttl>", 3.0),
        ("<ttl>0</ttl>", 1.0),
        ("<ttl>-60</ttl>", 1.0),
        ("<ttl>999999</ttl>", 24.0),
        ("<ttl>99999999999999999999999</ttl>", 1.0),
        ("<skipHours><hour>9</hour></skipHours>", 2.0),
        ("<skipHours><hour>99</hour><hour>-1</hour></skipHours>", 1.0),
        (&skips_all, 1.0),
        ("<skipDays><day>Friday</day></skipDays>", 16.0),
        ("<skipDays><day>Someday</day></skipDays>", 1.0),
        (
            "<skipDays><day>Monday</day><day>Tuesday</day><day>Wednesday</day><day>Thursday</day>\
             <day>Friday</day><day>Saturday</day><day>Sunday</day></skipDays>",
            1.0,
        ),
    ];
    for (line, hours) in bodies {
        world.answers(answer("200 OK", &[], &hinted(line)));
        assert!(!world.poll().await.failed(), "{line}");
        let after = next().await;
        assert!((hours - 0.05..=hours * 1.1 + 0.05).contains(&after), "{line}: {after} hours");
    }
    let date = ("Date", "Fri, 15 Jan 2027 08:00:00 GMT");
    let control: [(&[(&str, &str)], f64); 8] = [
        (&[("Cache-Control", "max-age=10800")], 3.0),
        (&[("Cache-Control", "max-age=10800, no-store")], 1.0),
        (&[("Cache-Control", "max-age=99999999999999999999")], 24.0),
        (&[("Cache-Control", "max-age=-1")], 1.0),
        (&[date, ("Expires", "Fri, 15 Jan 2027 13:00:00 GMT")], 5.0),
        (&[date, ("Expires", "0")], 1.0),
        (&[date, ("Expires", "Fri, 15 Jan 1999 13:00:00 GMT")], 1.0),
        (&[date, ("Expires", "Fri, 31 Dec 9999 13:00:00 GMT")], 24.0),
    ];
    for (n, (headers, hours)) in control.into_iter().enumerate() {
        // Another body each time, so that no earlier wish holds.
        world.answers(answer("200 OK", headers, calendar(&format!("X-N:{n}\r\n")).as_bytes()));
        assert!(!world.poll().await.failed());
        let after = next().await;
        assert!((hours - 0.05..=hours * 1.1 + 0.05).contains(&after), "{headers:?}: {after} hours");
    }
    let busy: [(&str, f64); 7] = [
        ("7200", 2.0),
        ("Fri, 15 Jan 2027 11:00:00 GMT", 3.0),
        ("Fri, 15 Jan 1999 11:00:00 GMT", 1.0),
        ("Fri, 31 Dec 9999 11:00:00 GMT", 7.0 * 24.0),
        ("99999999999999999999999999", 7.0 * 24.0),
        ("-7200", 1.0),
        ("soon", 1.0),
    ];
    for (wish, hours) in busy {
        world.answers(good());
        world.poll().await;
        let headers = [date, ("Retry-After", wish)];
        world.answers(answer("503 Service Unavailable", &headers, b""));
        assert!(world.poll().await.failed());
        let after = next().await;
        assert!((hours - 0.05..=hours * 1.1 + 0.05).contains(&after), "{wish}: {after} hours");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_looks_odd_shows_wherever_feeds_are_shown() {
    let world = World::new(clock::<5>).await;
    let event = |n: u32, start: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:n{n}@x.example\r\nDTSTAMP:20270101T000000Z\r\n{start}SUMMARY:Waste workshop {n}\r\nEND:VEVENT\r\n"
        )
    };
    let at_night = (1..9).map(|n| event(n, &format!("DTSTART:202703{n:02}T030000Z\r\n")));
    let events: String = at_night.chain([event(9, "")]).collect();
    world.answers(answer("200 OK", &[], calendar(&events).as_bytes()));
    for _ in 0..3 {
        world.poll().await;
    }
    let get = async |address: String| reqwest::get(address).await.unwrap().text().await.unwrap();
    let odd = async || {
        let feeds: Value =
            serde_json::from_str(&get(format!("{}/api/v1/feeds", world.public)).await).unwrap();
        feeds["feeds"][0]["oddities"].clone()
    };
    assert_eq!(odd().await, serde_json::json!(["night", "undated"]));
    let page = get(format!("{}/en/feeds", world.public)).await;
    assert!(page.contains("events at night") && page.contains("events without a date"), "{page}");
    let figures = get(format!("{}/metrics", world.figures)).await;
    for line in [
        "folkmoot_connections_refused_total 0",
        "folkmoot_feeds{health=\"fine\"} 1",
        "folkmoot_feed_odd{feed=\"news\",oddity=\"night\"} 1",
        "folkmoot_feed_odd{feed=\"news\",oddity=\"few\"} 0",
        "folkmoot_feed_undated{feed=\"news\"} 1",
        "folkmoot_feed_missing{feed=\"news\"} 0",
        "folkmoot_feed_items{feed=\"news\"} 10",
    ] {
        assert!(figures.lines().any(|known| known == line), "{line}: {figures}");
    }
    // Most of it goes: what is missing waits, and the drop is seen.
    world.answers(good());
    world.poll().await;
    assert_eq!(world.health().await, Health::Shrinking);
    assert_eq!(odd().await[0], "few");
    let figures = get(format!("{}/metrics", world.figures)).await;
    assert!(figures.contains("folkmoot_feed_missing{feed=\"news\"} 8"), "{figures}");
    // A news feed is a window, and nothing leaves it; that it is empty is still odd.
    world.answers(answer(
        "200 OK",
        &[],
        b"<rss version=\"2.0\"><channel><title>News</title></channel></rss>",
    ));
    world.poll().await;
    assert_eq!(odd().await[0], "empty");
    world.end().await;
}
