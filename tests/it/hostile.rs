//! A crowd of hostile feeds beside ten innocent ones: each attack is named, and none holds up the others.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io::Write as _,
    path::Path,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use folkmoot::{
    config,
    fetch::{Client, Settings as FetchSettings},
    refresh::{Fetcher, Refresher, Settings},
    store::{Create, Open, open},
};

use crate::{
    feed_server::{Answer, FeedServer, answer},
    program::{Program, setting},
};

/// Time for one answer here; the program itself allows a minute, for reading as well.
const TIMEOUT: Duration = Duration::from_secs(5);
const INNOCENT: usize = 10;

/// One attack: what is answered, and the words or the code of a problem by which it is named afterwards.
struct Attack {
    name: &'static str,
    answer: fn() -> Answer,
    named: &'static str,
}

const ATTACKS: [Attack; 15] = [
    Attack { name: "endless", answer: || Answer::Endless, named: "larger than" },
    Attack { name: "slow-drip", answer: || Answer::Drip, named: "did not answer in full" },
    Attack { name: "silent", answer: || Answer::Silent, named: "did not answer in full" },
    Attack { name: "header-flood", answer: || Answer::Headers, named: "more header lines" },
    Attack { name: "gzip-bomb", answer: gzip_bomb, named: "larger than" },
    Attack { name: "xml-entities", answer: xml_entities, named: "html_entity" },
    Attack { name: "deep-xml", answer: deep_xml, named: "nested" },
    Attack { name: "deep-ical", answer: deep_ical, named: "nested" },
    Attack { name: "giant-line", answer: giant_line, named: "too_long" },
    Attack { name: "rule-bomb", answer: rule_bomb, named: "rule" },
    Attack { name: "many-items", answer: many_items, named: "too_many" },
    Attack { name: "bidi-title", answer: bidi_title, named: "hidden" },
    Attack { name: "redirect-chain", answer: redirect_chain, named: "redirects more than" },
    Attack { name: "redirect-circle", answer: redirect_circle, named: "circle" },
    Attack { name: "script-in-text", answer: script, named: "new event" },
];

fn ical(events: &str) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n").into_bytes()
}

fn vevent(uid: &str, title: &str, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}@x.example\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270304T100000Z\r\nSUMMARY:{title}\r\n{more}END:VEVENT\r\n"
    )
}

fn good(body: &[u8]) -> Answer {
    answer("200 OK", &[], body)
}

fn rss(items: &str) -> Answer {
    let head = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>T</title>";
    good(format!("{head}{items}</channel></rss>").as_bytes())
}

fn gzip_bomb() -> Answer {
    // Twenty-four megabytes, packed to a thousandth; in one member, since clients read no further than the first.
    static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&vec![b' '; 24 * 1024 * 1024]).unwrap();
        gzip.finish().unwrap()
    });
    answer("200 OK", &[("Content-Encoding", "gzip")], &BOMB)
}

fn xml_entities() -> Answer {
    let entities: String = (1..10)
        .map(|n| format!("<!ENTITY lol{n} \"{}\">", format!("&lol{};", n - 1).repeat(10)))
        .collect();
    good(
        format!(
            "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY lol0 \"lol\">{entities}<!ENTITY xxe SYSTEM \"file:///etc/passwd\">]>\
             <rss version=\"2.0\"><channel><item><title>&lol9;&xxe;</title></item></channel></rss>"
        )
        .as_bytes(),
    )
}

fn deep_xml() -> Answer {
    rss(&format!(
        "<item><title>A</title>{}{}</item>",
        "<a>".repeat(200_000),
        "</a>".repeat(200_000)
    ))
}

fn deep_ical() -> Answer {
    let (begin, end) = ("BEGIN:X-DEEP\r\n".repeat(50_000), "END:X-DEEP\r\n".repeat(50_000));
    good(&ical(&format!("{begin}{}{end}", vevent("a", "Workshop", ""))))
}

fn giant_line() -> Answer {
    let long = "words and more ".repeat(100_000);
    good(&ical(&vevent("a", "Workshop", &format!("DESCRIPTION:{long}\r\n"))))
}

fn rule_bomb() -> Answer {
    let rules = [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;BYSECOND=0,1,2,3,4,5,6,7,8,9",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,1,2,3,4,5;BYSECOND=0,1,2,3",
    ];
    let events: String = (0..20)
        .map(|n| {
            vevent(&n.to_string(), &format!("Workshop {n}"), &format!("RRULE:{}\r\n", rules[n % 4]))
        })
        .collect();
    good(&ical(&events))
}

fn many_items() -> Answer {
    let mut items = String::new();
    for number in 0..30_000 {
        let _ = write!(items, "<item><title>{number}</title></item>");
    }
    rss(&items)
}

fn bidi_title() -> Answer {
    good(&ical(&vevent("a", "Free\u{202e}gnikrap\u{202c} wor\u{200b}kshop\u{feff}", "")))
}

fn redirect_chain() -> Answer {
    Answer::Raw(Vec::new())
}

fn redirect_circle() -> Answer {
    answer("302 Found", &[("Location", "/")], b"")
}

fn script() -> Answer {
    let text = "<script>alert(1)</script><img src=x onerror=alert(2)>Workshop";
    good(&ical(&vevent("a", text, &format!("DESCRIPTION:{text}\r\nURL:javascript:alert(3)\r\n"))))
}

/// All servers and the configuration of all feeds.
async fn town(config: &Path) -> Vec<FeedServer> {
    let mut text = "[network]\nname = \"Test\"\nhost_delay = \"0s\"\n".to_owned();
    let mut servers = Vec::new();
    for (number, attack) in ATTACKS.iter().enumerate() {
        let (name, answer_with) = (attack.name, attack.answer);
        let host = format!("127.0.7.{}", number + 1);
        let server = FeedServer::start_on(&host, move |seen| match name {
            "redirect-chain" => {
                let next = format!("{}x", seen.path);
                answer("302 Found", &[("Location", &next)], b"")
            }
            _ => answer_with(),
        });
        servers.push((name.to_owned(), server.await));
    }
    for number in 0..INNOCENT {
        let host = format!("127.0.8.{}", number + 1);
        let body = ical(&vevent(&format!("{number}"), &format!("Meeting {number}"), ""));
        let server = FeedServer::start_on(&host, move |_| good(&body)).await;
        servers.push((format!("innocent-{number}"), server));
    }
    for (name, server) in &servers {
        let url = server.url("/");
        let _ = write!(
            text,
            "\n[[feed]]\nid = \"{name}\"\nurl = \"{url}\"\npolicy = \"trusted\"\nallow_private_address = true\n"
        );
    }
    // This one is not allowed to be private, and its name leads home.
    text += "\n[[feed]]\nid = \"rebinding\"\nurl = \"http://rebind.example/\"\n";
    std::fs::write(config, text).unwrap();
    servers.into_iter().map(|(_, server)| server).collect()
}

/// A DNS that belongs to the attacker.
#[derive(Debug)]
struct Home;

impl folkmoot::fetch::guard::Lookup for Home {
    fn addresses(
        &self,
        _: String,
    ) -> futures_util::future::BoxFuture<'static, std::io::Result<Vec<std::net::IpAddr>>> {
        Box::pin(async { Ok(vec!["127.0.0.1".parse().unwrap()]) })
    }
}

fn now() -> DateTime<Utc> {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a minute: run by .ci/full"]
async fn every_attack_is_named_and_nobody_else_waits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feeds.toml");
    let _servers = town(&path).await;
    let settings = Arc::new(Settings::new(config::load(&path).unwrap()).unwrap());
    let how = Open {
        dir: folder.path().join("data"),
        create: Create::IfAbsent,
        domain: Some("example.org".into()),
        now: now(),
    };
    let store = open(how).await.unwrap();
    let limits =
        FetchSettings { timeout: TIMEOUT, body_cap: 2 * 1024 * 1024, ..FetchSettings::default() };
    let client = Arc::new(Client::with_lookup(limits, Arc::new(Home)).unwrap());
    let fetcher = client as Arc<dyn Fetcher>;
    let refresher = Refresher::open(store, fetcher, None, &settings.config).await.unwrap();
    let feeds: Vec<String> = settings.config.feeds.iter().map(|feed| feed.id.clone()).collect();
    let began = Instant::now();
    let all = refresher.refresh_all(&settings, &feeds, now, |_| ()).await;
    println!("all {} checks in {:.1} s", all.len(), began.elapsed().as_secs_f64());
    let words: HashMap<&str, &str> =
        all.iter().map(|done| (done.feed.as_str(), done.check.words.as_str())).collect();
    let memory = refresher.memory().await;
    let mut unnamed = Vec::new();
    let rebinding = Attack { name: "rebinding", answer: script, named: "private network" };
    for attack in ATTACKS.iter().chain([&rebinding]) {
        let state = &memory.feeds[attack.name];
        let problems =
            state.problems.iter().map(|problem| format!("{}: {}", problem.code, problem.text));
        let skipped = state.skipped.iter().map(|skipped| skipped.reason.clone());
        let card: Vec<String> =
            std::iter::once(words[attack.name].to_owned()).chain(problems).chain(skipped).collect();
        println!(
            "{}: {}",
            attack.name,
            card.iter()
                .take(3)
                .map(|line| line.chars().take(160).collect::<String>())
                .collect::<Vec<_>>()
                .join(" | ")
        );
        if !card.iter().any(|line| line.contains(attack.named)) {
            unnamed.push(attack.name);
        }
    }
    for done in all.iter().filter(|done| done.feed.starts_with("innocent")) {
        let took = Duration::from_millis(done.check.took_ms);
        assert!(done.check.added == 1 && took < Duration::from_secs(60), "{}: {took:?}", done.feed);
    }
    for event in memory.events.values() {
        let facts = format!("{:?}", event.draft.facts);
        for bad in ["\u{202e}", "\u{200b}", "\\u{202e}", "\\u{200b}", "<script", "javascript:"] {
            assert!(!facts.contains(bad), "{bad:?} in {facts:.300}");
        }
    }
    assert_eq!(unnamed, Vec::<&str>::new(), "attacks that are not named on the report card");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a minute: run by .ci/full"]
async fn memory_stays_small_under_attack() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feeds.toml");
    let _servers = town(&path).await;
    let program = Program::start(&path, &folder.path().join("data"), &folder.path().join("log"));
    let remote = program.remote().await;
    for round in 1..=2 {
        let began = Instant::now();
        let checked = remote.poll(vec![], |_| (), |_| ()).await.unwrap();
        let slowest = checked
            .iter()
            .filter(|c| c.feed.starts_with("innocent"))
            .map(|c| c.check.took_ms)
            .max();
        println!(
            "round {round}: {} checks in {:.0} s, slowest innocent {} ms, peak {} MB",
            checked.len(),
            began.elapsed().as_secs_f64(),
            slowest.unwrap_or_default(),
            program.peak_megabytes()
        );
        assert!(slowest.is_some_and(|slowest| slowest < 60_000));
    }
    let (peak, most) = (program.peak_megabytes(), setting("HOSTILE_MEGABYTES", 300));
    assert!(peak < most, "{peak} MB");
    // The end comes soon, whoever is still talking and whatever is still being read.
    let talking = tokio::spawn(async move { remote.poll(vec![], |_| (), |_| ()).await.is_ok() });
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let (took, status) = program.end();
    println!("ended in the middle of it after {:.1} s", took.as_secs_f64());
    assert!(status.success() && took < Duration::from_secs(5), "{status} after {took:?}");
    talking.abort();
}
