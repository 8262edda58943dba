//! Dates that only the linked page says, lists of several pages, and another Folkmoot: through the real refresher and
//! the real client, from a server of the test's own.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use folkmoot::{
    feed::{Feed, FormatSetting, Policy},
    fetch::{self, Client},
    health::Outcome,
    refresh::{Refreshed, Refresher, Settings},
    store::{Create, Open, open},
};

use crate::{
    feed_server::{FeedServer, answer},
    network::written,
    whole_network::made_ready,
};

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// A site: path, content type, body; `HOST` stands for its own address.
async fn site(pages: &[(&str, &str, String)]) -> FeedServer {
    let pages: HashMap<String, (String, String)> = pages
        .iter()
        .map(|(path, kind, body)| ((*path).to_owned(), ((*kind).to_owned(), body.clone())))
        .collect();
    FeedServer::start(move |seen| {
        let host = seen.headers.get("host").cloned().unwrap_or_default();
        match pages.get(&seen.path) {
            Some((kind, body)) => {
                let body = body.replace("HOST", &host);
                answer("200 OK", &[("Content-Type", kind)], body.as_bytes())
            }
            None => answer("404 Not Found", &[], b""),
        }
    })
    .await
}

struct Round {
    refresher: Refresher,
    settings: Arc<Settings>,
    _directory: tempfile::TempDir,
}

impl Round {
    async fn of(feed: Feed) -> Self {
        let settings = made_ready(vec![feed]);
        let directory = tempfile::tempdir().unwrap();
        let how = Open {
            dir: directory.path().to_owned(),
            create: Create::IfAbsent,
            domain: Some("moot.example".into()),
            now: now(),
        };
        let store = open(how).await.unwrap();
        let client = Arc::new(Client::new(fetch::Settings::default()).unwrap());
        let refresher = Refresher::open(store, client, None, &settings.config).await.unwrap();
        Self { refresher, settings, _directory: directory }
    }

    async fn check(&self) -> Refreshed {
        self.refresher.refresh(&self.settings, "f", now()).await.unwrap()
    }

    /// Title and start of every event.
    async fn dated(&self) -> Vec<(String, Option<String>)> {
        let memory = self.refresher.memory().await;
        let mut dated: Vec<_> = memory
            .events_of("f")
            .into_iter()
            .map(|e| (e.draft.facts.title.clone(), written(e.draft.facts.span).0))
            .collect();
        dated.sort();
        dated
    }

    async fn problems(&self) -> Vec<String> {
        let memory = self.refresher.memory().await;
        memory.feeds["f"].problems.iter().map(|problem| problem.code.clone()).collect()
    }
}

fn feed(server: &FeedServer, path: &str) -> Feed {
    let mut feed = Feed::new("f", server.url(path));
    feed.policy = Policy::Trusted;
    feed.allow_private_address = true;
    feed
}

#[tokio::test]
async fn dates_are_taken_from_linked_pages() {
    let item = |name: &str| {
        format!(
            "<item><title>Housing workshop {name}</title><link>http://HOST/{name}</link><guid>{name}</guid></item>"
        )
    };
    let names = ["json", "micro", "hevent", "calendar", "time", "gone"];
    let items: String = names.iter().map(|name| item(name)).collect();
    let html = |body: &str| format!("<!DOCTYPE html><html lang=en><title>E</title><body>{body}");
    let calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:t\r\nBEGIN:VEVENT\r\nUID:c\r\nDTSTAMP:20261101T000000Z\r\n\
                    DTSTART;TZID=Europe/London:20270604T100000\r\nSUMMARY:Housing workshop calendar\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let server = site(&[
        ("/feed", "application/rss+xml", format!("<rss version='2.0'><channel><title>T</title>{items}</channel></rss>")),
        ("/json", "text/html", html(
            "<script type=\"application/ld+json\">{\"@type\":\"Event\",\"name\":\"Housing workshop json\",\"startDate\":\"2027-06-01T10:00\"}</script>")),
        ("/micro", "text/html", html(
            "<div itemscope itemtype='https://schema.org/Event'><h1 itemprop=name>Housing workshop micro</h1>\
             <time itemprop=startDate datetime='2027-06-02T10:00'>2 June</time></div>")),
        ("/hevent", "text/html", html(
            "<div class=h-event><h1 class=p-name>Housing workshop hevent</h1><time class=dt-start datetime='2027-06-03 10:00'>3 June</time></div>")),
        ("/calendar", "text/html", html("<h1>Housing workshop calendar</h1><a href='/one.ics'>Add to calendar</a>")),
        ("/one.ics", "text/calendar", calendar.into()),
        ("/time", "text/html", html(
            "<article class=event><h1>Housing workshop time</h1><time datetime='2027-06-05T10:00'>5 June</time></article>")),
    ])
    .await;
    let round = Round::of(feed(&server, "/feed")).await;
    let done = round.check().await;
    assert_eq!(done.check.outcome, Outcome::Changed, "{:?}", done.check);
    let dated = round.dated().await;
    let wanted = [
        ("calendar", Some("2027-06-04T10:00")),
        ("gone", None),
        ("hevent", Some("2027-06-03T10:00")),
        ("json", Some("2027-06-01T10:00")),
        ("micro", Some("2027-06-02T10:00")),
        ("time", Some("2027-06-05T10:00")),
    ];
    let wanted: Vec<(String, Option<String>)> = wanted
        .iter()
        .map(|(name, start)| (format!("Housing workshop {name}"), start.map(str::to_owned)))
        .collect();
    assert_eq!(dated, wanted);
    let asked = server.requests().len();
    round.check().await;
    assert!(server.requests().len() <= asked + 2, "pages are not asked for again at once");
}

fn list_page(number: u32, next: &str) -> String {
    format!(
        "<html lang=en><head><title>Events</title><link rel=canonical href='https://www.council.example/events'>\
         <script type=\"application/ld+json\">[{{\"@type\":\"Event\",\"url\":\"https://www.council.example/e/{number}\",\
         \"name\":\"Waste workshop {number}\",\"startDate\":\"2027-06-{number:02}T10:00\"}},\
         {{\"@type\":\"Event\",\"url\":\"https://www.council.example/e/99\",\"name\":\"On every page\",\"startDate\":\"2027-07-01\"}}]\
         </script></head><body><ul class=pager><li class=pager__item--next><a href='{next}' rel=next>Next</a></li></ul>"
    )
}

#[tokio::test]
async fn a_list_is_followed_from_page_to_page() {
    let server = site(&[
        ("/events", "text/html", list_page(1, "?page=1")),
        ("/events?page=1", "text/html", list_page(2, "?page=2")),
        // A list that leads back to its beginning ends there.
        ("/events?page=2", "text/html", list_page(3, "/events")),
    ])
    .await;
    let round = Round::of(feed(&server, "/events")).await;
    let done = round.check().await;
    assert_eq!(done.check.outcome, Outcome::Changed, "{:?}", done.check);
    let titles: Vec<String> = round.dated().await.into_iter().map(|(title, _)| title).collect();
    assert_eq!(
        titles,
        ["On every page", "Waste workshop 1", "Waste workshop 2", "Waste workshop 3"]
    );
    assert_eq!(server.requests().len(), 3);
    assert!(!round.problems().await.contains(&"list_goes_on".into()));
    // That the first page is as it was says nothing of the others.
    assert_eq!(round.check().await.check.outcome, Outcome::Unchanged);
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn a_list_without_end_is_bounded_and_says_so() {
    let server = FeedServer::start(|seen| {
        let number: u32 = seen.path.rsplit('=').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let page = list_page(number % 28 + 1, &format!("?page={}", number + 1));
        answer("200 OK", &[("Content-Type", "text/html")], page.as_bytes())
    })
    .await;
    let round = Round::of(feed(&server, "/events")).await;
    assert_eq!(round.check().await.check.outcome, Outcome::Changed);
    assert!(server.requests().len() <= 22, "{}", server.requests().len());
    assert!(round.dated().await.len() >= 20);
    assert!(round.problems().await.contains(&"list_goes_on".into()));
}

#[tokio::test]
async fn another_folkmoot_is_a_feed() {
    let event = |id: &str, day: u32, listed: bool| {
        format!(
            "{{\"id\": \"{id}\", \"uid\": \"{id}@other.example\", \"title\": \"Housing peer group {id}\", \"all_day\": false, \
             \"start\": \"2027-06-{day:02}T10:00:00+01:00\", \"end\": \"2027-06-{day:02}T12:00:00+01:00\", \"last_day\": null, \
             \"time_zone\": \"Europe/London\", \"status\": \"confirmed\", \"listed\": {listed}, \"sources\": [], \
             \"attendance\": \"online\", \"recurrence\": null}}"
        )
    };
    let page = |events: &[String], next: &str| {
        format!("{{\"events\": [{}], \"next\": {next}}}", events.join(","))
    };
    let server = site(&[
        (
            "/api/v1/events",
            "application/json",
            page(
                &[event("a", 1, true), event("b", 2, false)],
                "\"http://HOST/api/v1/events?cursor=x\"",
            ),
        ),
        ("/api/v1/events?cursor=x", "application/json", page(&[event("c", 3, true)], "null")),
        ("/page", "text/html", "<html><body>Hello".into()),
    ])
    .await;
    let mut other = feed(&server, "/api/v1/events");
    other.format = Some(FormatSetting::Folkmoot);
    let round = Round::of(other.clone()).await;
    let done = round.check().await;
    assert_eq!(done.check.outcome, Outcome::Changed, "{:?}", done.check);
    let wanted = [
        ("Housing peer group a", "2027-06-01T10:00"),
        ("Housing peer group c", "2027-06-03T10:00"),
    ];
    let wanted = wanted.map(|(title, start)| (title.to_owned(), Some(start.to_owned())));
    assert_eq!(round.dated().await, wanted);
    other.url = server.url("/page");
    let round = Round::of(other).await;
    let done = round.check().await;
    assert!(done.check.words.contains("/api/v1/events"), "{:?}", done.check);
}
