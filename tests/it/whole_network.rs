//! The whole way: the miniature network served over HTTP, polled by the real refresher with the real client into a
//! real store, and what comes out of the catalogue and the JSON compared with the known answers.
//!
//! `cargo test --test it whole_network -- --nocapture` prints the table of agreement.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    http,
};
use chrono::{DateTime, Utc};
use folkmoot::{
    config::{Config, Loaded},
    event::{Decision, Event},
    feed::{Feed, Policy},
    fetch::{self, Client, Fetched, Request},
    health::Outcome,
    member::Members,
    refresh::{Fetcher, Memory, Refresher, Settings},
    server,
    store::{Create, Open, open},
    vocabulary::Vocabulary,
};
use futures_util::future::BoxFuture;
use serde_json::Value;
use tower::ServiceExt as _;
use url::Url;

use crate::{
    feed_server::{FeedServer, answer},
    network::{Known, NonEvent, Truth, folded, folder, instances, lines, same_reference, written},
};

/// Where the feeds seem to be.
#[derive(Clone, Copy, PartialEq)]
enum Hosts {
    /// At the addresses of `feeds.json`; only the dialling is diverted to the test's server.
    Real,
    /// All on one server of the own machine, under their file names.
    Loopback,
}

/// The real client, with every address dialled at the test's own server.
struct Diverted {
    client: Client,
    server: SocketAddr,
    files: HashMap<Url, String>,
}

impl Fetcher for Diverted {
    fn get<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Fetched> {
        Box::pin(async move {
            let asked = request.url.clone();
            let path = self.files.get(&asked).map_or(asked.path(), String::as_str);
            let url = Url::parse(&format!("http://{}/{path}", self.server)).unwrap();
            let port = url.port();
            let there = Request { url, port, allow_private: true, ..request.clone() };
            let mut fetched = self.client.get(&there).await;
            if let Fetched::Body { meta, .. } = &mut fetched {
                meta.final_url = Some(asked);
            }
            fetched
        })
    }
}

/// A network after one poll of every feed.
struct Polled {
    refresher: Refresher,
    settings: Arc<Settings>,
    now: DateTime<Utc>,
    server: FeedServer,
    _directory: tempfile::TempDir,
}

async fn serve(folder: &Path, known: &[Known]) -> FeedServer {
    let files: HashMap<String, (Vec<u8>, String)> = known
        .iter()
        .map(|known| {
            let bytes = std::fs::read(folder.join("feeds").join(&known.feed)).unwrap();
            (format!("/{}", known.feed), (bytes, known.content_type.clone()))
        })
        .collect();
    FeedServer::start(move |seen| match files.get(&seen.path) {
        Some((bytes, content_type)) => answer("200 OK", &[("Content-Type", content_type)], bytes),
        None => answer("404 Not Found", &[], b"no such page"),
    })
    .await
}

fn feed(known: &Known, id: String, hosts: Hosts, server: &FeedServer) -> Feed {
    let url = match hosts {
        Hosts::Real => known.url.parse().unwrap(),
        Hosts::Loopback => server.url(&format!("/{}", known.feed)),
    };
    let mut feed = Feed::new(id, url);
    feed.member.clone_from(&known.council);
    feed.policy = known.policy;
    feed.pubdate = known.pubdate_means;
    feed.allow_private_address = hosts == Hosts::Loopback;
    feed
}

pub(crate) fn made_ready(feeds: Vec<Feed>) -> Arc<Settings> {
    let mut config = Config { feeds, ..Config::default() };
    config.network.host_delay = Duration::ZERO;
    let (vocabulary, members) = (Vocabulary::embedded().unwrap(), Members::embedded().unwrap());
    Arc::new(Settings::new(Loaded { config, vocabulary, members }).unwrap())
}

async fn polled(folder: &Path, known: &[Known], hosts: Hosts) -> Polled {
    let server = serve(folder, known).await;
    let feeds: Vec<Feed> =
        known.iter().enumerate().map(|(at, known)| feed(known, id(at), hosts, &server)).collect();
    let files = known.iter().map(|k| (k.url.parse().unwrap(), k.feed.clone())).collect();
    let client = Client::new(fetch::Settings::default()).unwrap();
    let fetcher: Arc<dyn Fetcher> = match hosts {
        Hosts::Real => Arc::new(Diverted { client, server: server.address, files }),
        Hosts::Loopback => Arc::new(client),
    };
    let settings = made_ready(feeds);
    let now = known[0].fetched_at;
    let directory = tempfile::tempdir().unwrap();
    let how = Open {
        dir: directory.path().to_owned(),
        create: Create::IfAbsent,
        domain: Some("moot.example".into()),
        now,
    };
    let store = open(how).await.unwrap();
    let refresher = Refresher::open(store, fetcher, None, &settings.config).await.unwrap();
    let ids: Vec<String> = (0..known.len()).map(id).collect();
    for done in refresher.refresh_all(&settings, &ids, || now, |_| ()).await {
        assert_eq!(done.check.outcome, Outcome::Changed, "{}: {:?}", done.feed, done.check);
        assert!(done.trouble.is_none(), "{}", done.feed);
    }
    Polled { refresher, settings, now, server, _directory: directory }
}

fn id(at: usize) -> String {
    format!("feed-{at}")
}

/// Every event that the JSON gives, listed or not, by id.
async fn json(polled: &Polled) -> HashMap<String, Value> {
    let catalogue = polled.refresher.show(&polled.settings, polled.now).await;
    let state = Arc::new(server::State::new(
        catalogue,
        server::Settings::new(polled.settings.config.network.clone()),
    ));
    let router = server::router(state);
    let mut found = HashMap::new();
    let mut next = Some("/api/v1/events?limit=200&listed=any&from=2026-01-01".to_owned());
    while let Some(path) = next.take() {
        let request = http::Request::get(&path).header("host", "moot.example");
        let reply = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(reply.status(), 200, "{path}");
        let body = to_bytes(reply.into_body(), usize::MAX).await.unwrap();
        let page: Value = serde_json::from_slice(&body).unwrap();
        let events = page["events"].as_array().or_else(|| page["items"].as_array()).unwrap();
        found.extend(events.iter().map(|e| (e["id"].as_str().unwrap().to_owned(), e.clone())));
        next = page["next"]
            .as_str()
            .map(|url| url.find("/api").map_or_else(|| url.to_owned(), |at| url[at..].to_owned()));
    }
    found
}

/// Right and all, by field.
type Score = BTreeMap<&'static str, (u32, u32)>;

const FIELDS: [&str; 15] = [
    "title",
    "start",
    "end",
    "all_day",
    "status",
    "online",
    "full",
    "place",
    "postcode",
    "council",
    "kind",
    "main",
    "services",
    "listed",
    "instances",
];

/// The event of a row: by reference, then by start where an item has several.
fn find<'a>(events: &[&'a Event], truth: &Truth) -> Option<&'a Event> {
    let same: Vec<&Event> = events
        .iter()
        .copied()
        .filter(|event| same_reference(&event.draft, &truth.reference))
        .collect();
    // Of a private item nothing is kept but its start: not even its reference.
    let hidden = events.iter().filter(|event| event.draft.private.is_some());
    same.iter()
        .chain(hidden)
        .find(|event| written(event.draft.facts.span).0 == truth.start)
        .or_else(|| same.first())
        .copied()
}

fn services_agree(truth: &Truth, found: &[String]) -> bool {
    let wanted: BTreeSet<&String> = truth.services.iter().collect();
    let found: BTreeSet<&String> =
        found.iter().filter(|service| !truth.also_ok.contains(service)).collect();
    wanted == found
}

/// Whether a row counts as listed: an undated one is kept for review instead.
fn is_listed(event: &Event) -> bool {
    let decision = event.draft.facts.verdict.decision;
    decision == Decision::Listed || (decision == Decision::Held && event.draft.facts.span.is_none())
}

fn compare(truth: &Truth, event: &Event) -> Vec<(&'static str, String, String)> {
    let (draft, facts) = (&event.draft, &event.draft.facts);
    let (start, end, all_day) = written(facts.span);
    let place = facts.place.clone().unwrap_or_default();
    let said = |text: &Option<String>| text.as_deref().map(folded).unwrap_or_default();
    let plain = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut rows = vec![
        ("start", plain(&truth.start), plain(&start)),
        ("all_day", truth.all_day.to_string(), all_day.to_string()),
        ("status", format!("{:?}", truth.status), format!("{:?}", facts.status)),
        ("listed", truth.listed.to_string(), is_listed(event).to_string()),
    ];
    if draft.private.is_none() {
        rows.extend([
            ("end", plain(&truth.end), plain(&end)),
            ("title", folded(&truth.title), folded(&facts.title)),
            ("online", format!("{:?}", truth.online), format!("{:?}", facts.attendance)),
            ("full", truth.full.to_string(), facts.full.unwrap_or(false).to_string()),
            ("place", said(&truth.place), said(&place.name)),
            ("postcode", said(&truth.postcode), said(&place.postcode)),
            ("council", said(&truth.council), said(&facts.organiser.council)),
        ]);
    }
    if truth.listed {
        rows.push(("kind", truth.kind.clone(), facts.kind.clone()));
        let main = facts.services.first().filter(|_| !truth.services.is_empty());
        let wanted = truth.services.first().cloned().unwrap_or_default();
        rows.push(("main", wanted, main.cloned().unwrap_or_default()));
        let agreed = services_agree(truth, &facts.services);
        let shown = if agreed { &truth.services } else { &facts.services };
        rows.push(("services", truth.services.join(" "), shown.join(" ")));
    }
    if !truth.rrule_instances.is_empty() {
        rows.push(("instances", truth.rrule_instances.join(" "), instances(draft).join(" ")));
    }
    rows
}

/// What was found about the whole network.
#[derive(Default)]
struct Findings {
    scores: BTreeMap<String, Score>,
    /// What must not be.
    faults: Vec<String>,
}

const EXACT: [&str; 6] = ["title", "start", "end", "all_day", "status", "instances"];

impl Findings {
    fn judge(&mut self, known: &Known, truth: &[Truth], events: &[&Event]) {
        let ical = known.feed.ends_with(".ics");
        let score = self.scores.entry(known.feed.clone()).or_default();
        for row in truth.iter().filter(|row| row.feed == known.feed) {
            let Some(event) = find(events, row) else {
                let lost = format!("{}: not found: {}", known.feed, row.title);
                println!("  {lost}");
                for field in FIELDS.iter().take(14) {
                    score.entry(field).or_default().1 += 1;
                }
                // The one unreadable VEVENT has no start and may be among the skipped.
                if ical && row.start.is_some() {
                    self.faults.push(lost);
                }
                continue;
            };
            for (field, expected, found) in compare(row, event) {
                let cell = score.entry(field).or_default();
                cell.1 += 1;
                if expected == found {
                    cell.0 += 1;
                    continue;
                }
                let words = format!(
                    "{}: {}: {field}: {found:?}, should be {expected:?}",
                    known.feed, row.title
                );
                println!("  {words}");
                if ical && row.start.is_some() && EXACT.contains(&field) {
                    self.faults.push(words);
                }
            }
            let (start, ..) = written(event.draft.facts.span);
            let shown = event.draft.facts.verdict.decision == Decision::Listed;
            if shown && start != row.start {
                self.faults.push(format!("{}: {}: listed on a wrong date", known.feed, row.title));
            }
            if shown && !row.listed {
                self.faults.push(format!("{}: {}: does not belong", known.feed, row.title));
            }
        }
    }

    fn nonevents(&mut self, known: &Known, nonevents: &[NonEvent], events: &[&Event]) {
        for item in nonevents.iter().filter(|item| item.feed == known.feed) {
            for event in events.iter().filter(|e| same_reference(&e.draft, &item.reference)) {
                match event.draft.facts.verdict.decision {
                    Decision::Listed => self
                        .faults
                        .push(format!("{}: listed, but no event: {}", known.feed, item.title)),
                    Decision::Held => {
                        println!("  {}: held, but no event: {}", known.feed, item.title)
                    }
                    _ => {}
                }
            }
        }
    }

    fn print(&self) {
        print!("{:<28}", "feed");
        FIELDS.iter().for_each(|field| print!("{field:>10}"));
        println!("{:>8}", "all");
        let mut sum = Score::new();
        for (feed, score) in &self.scores {
            line(feed, score);
            add(&mut sum, score);
        }
        line("all", &sum);
    }

    fn share(&self, ical: bool) -> f64 {
        let mut sum = Score::new();
        for (_, score) in self.scores.iter().filter(|(feed, _)| feed.ends_with(".ics") == ical) {
            add(&mut sum, score);
        }
        share(&sum)
    }
}

fn line(name: &str, score: &Score) {
    print!("{name:<28}");
    for field in FIELDS {
        let cell = score.get(field).map(|(right, all)| format!("{right}/{all}"));
        print!("{:>10}", cell.unwrap_or_default());
    }
    println!("{:>7.1}%", share(score) * 100.0);
}

fn add(sum: &mut Score, score: &Score) {
    for (field, (right, all)) in score {
        let cell = sum.entry(field).or_default();
        *cell = (cell.0 + right, cell.1 + all);
    }
}

fn share(score: &Score) -> f64 {
    let (right, all) = score.values().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    f64::from(right) / f64::from(all.max(1))
}

/// The listings of the rows of one group, by its name.
fn listings_by(
    memory: &Memory,
    truth: &[Truth],
    known: &[Known],
    group: impl Fn(&Truth) -> Option<&String>,
) -> BTreeMap<String, Vec<(String, bool)>> {
    let of_event: HashMap<&str, &str> = memory
        .listings
        .values()
        .flat_map(|listing| listing.sources.iter().map(|s| (s.event.as_str(), listing.id.as_str())))
        .collect();
    let mut groups: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for row in truth {
        let Some(name) = group(row) else { continue };
        let at = known.iter().position(|known| known.feed == row.feed).unwrap();
        let listing = find(&memory.events_of(&id(at)), row)
            .and_then(|event| of_event.get(event.id.as_str()))
            .map_or_else(|| format!("none of {}", row.reference), |id| (*id).to_owned());
        groups.entry(name.clone()).or_default().push((listing, row.listed));
    }
    groups
}

fn groups(memory: &Memory, truth: &[Truth], known: &[Known], faults: &mut Vec<String>) {
    let mut right = [0, 0];
    let together = listings_by(memory, truth, known, |row| row.same_as.as_ref());
    for (name, listings) in &together {
        let different: BTreeSet<&String> = listings.iter().map(|(id, _)| id).collect();
        if different.len() == 1 {
            right[0] += 1;
        } else {
            faults.push(format!("{name} is not one listing: {different:?}"));
        }
    }
    let apart = listings_by(memory, truth, known, |row| row.keep_apart.as_ref());
    for (name, listings) in &apart {
        let different: BTreeSet<&String> = listings.iter().map(|(id, _)| id).collect();
        if different.len() == listings.len() {
            right[1] += 1;
        } else {
            faults.push(format!("{name} was merged: {listings:?}"));
        }
    }
    println!(
        "merge groups {}/{}, kept apart {}/{}",
        right[0],
        together.len(),
        right[1],
        apart.len()
    );
}

/// The JSON says of every iCalendar event what the store says, listed ones first of all.
fn published(
    memory: &Memory,
    truth: &[Truth],
    known: &[Known],
    json: &HashMap<String, Value>,
    faults: &mut Vec<String>,
) {
    for row in truth.iter().filter(|row| row.listed && row.start.is_some()) {
        let at = known.iter().position(|known| known.feed == row.feed).unwrap();
        // A feed that is read and never listed shows nothing.
        if known[at].policy == Policy::Exclude {
            continue;
        }
        let Some(event) = find(&memory.events_of(&id(at)), row) else { continue };
        let shown = json.values().find(|shown| {
            let sources = shown["sources"].as_array().unwrap();
            sources.iter().any(|source| {
                source["feed"] == id(at).as_str()
                    && source["ref"].as_str() == event.draft.reference.as_deref()
            }) && shown["start"].as_str().is_some_and(|start| {
                row.start.as_deref().is_some_and(|wanted| start.starts_with(wanted))
            })
        });
        match shown {
            None => faults.push(format!("{}: {}: not in the JSON", row.feed, row.title)),
            Some(shown) if shown["all_day"] != row.all_day => {
                // A timed copy may stand for an all-day one.
                if row.same_as.is_none() {
                    faults.push(format!("{}: {}: all_day in the JSON", row.feed, row.title));
                }
            }
            Some(_) => {}
        }
    }
}

async fn the_whole_way(hosts: Hosts) {
    let Some(folder) = folder() else {
        eprintln!("skipped: ../shared/network/dev is not there");
        return;
    };
    let known: Vec<Known> =
        serde_json::from_slice(&std::fs::read(folder.join("feeds.json")).unwrap()).unwrap();
    let truth: Vec<Truth> = lines(folder.join("truth.jsonl"));
    let nonevents: Vec<NonEvent> = lines(folder.join("nonevents.jsonl"));
    let polled = polled(&folder, &known, hosts).await;
    let json = json(&polled).await;
    let memory = polled.refresher.memory().await;
    let mut findings = Findings::default();
    for (at, known) in known.iter().enumerate() {
        let events = memory.events_of(&id(at));
        findings.judge(known, &truth, &events);
        findings.nonevents(known, &nonevents, &events);
    }
    findings.print();
    groups(&memory, &truth, &known, &mut findings.faults);
    published(&memory, &truth, &known, &json, &mut findings.faults);
    let (ical, rest) = (findings.share(true), findings.share(false));
    println!("iCalendar {:.1}%, RSS and pages {:.1}%", ical * 100.0, rest * 100.0);
    println!("{} requests, {} events in the JSON", polled.server.requests().len(), json.len());
    assert_eq!(findings.faults, Vec::<String>::new());
    assert!(ical >= 0.95, "iCalendar: {ical:.3}");
    assert!(rest >= 0.90, "RSS and pages: {rest:.3}");
}

#[tokio::test]
async fn the_network_at_its_own_addresses() {
    the_whole_way(Hosts::Real).await;
}

#[tokio::test]
async fn the_network_on_one_server_of_this_machine() {
    the_whole_way(Hosts::Loopback).await;
}
