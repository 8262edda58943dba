//! The router from outside: manners, filters, pages, and what must never come out.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use folkmoot::{catalogue::Update, server};
use serde_json::Value;
use tower::ServiceExt as _;

mod documented;
pub(crate) mod world;

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

fn router() -> Router {
    server::router(world::state().0)
}

async fn send(router: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header("host", "moot.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Reply { status: parts.status, headers: parts.headers, body }
}

async fn get(path: &str) -> Reply {
    send(&router(), "GET", path, &[]).await
}

/// Addresses of every shape; all answer 200.
const ADDRESSES: [&str; 44] = [
    "/feeds.opml",
    "/",
    "/events",
    "/events?service=waste&or_online=yes",
    "/events/wasteaaaaaaa",
    "/events/hostileaaaaa",
    "/events/wasteaaaaaaa.ics",
    "/services",
    "/services/waste",
    "/kinds",
    "/kinds/discovery",
    "/councils",
    "/councils/WBK",
    "/regions/south-west",
    "/groups/south-west",
    "/undated",
    "/subscribe?service=waste",
    "/share",
    "/embed?service=waste",
    "/feeds",
    "/feeds/west-berkshire-events",
    "/feeds/west-berkshire-events/health.atom",
    "/publish",
    "/about",
    "/accessibility",
    "/privacy",
    "/api",
    "/calendar.ics",
    "/services/waste/calendar.ics",
    "/feed.atom",
    "/feed.json",
    "/events.csv",
    "/api/v1/events",
    "/api/v1/events/wasteaaaaaaa",
    "/api/v1/occurrences",
    "/api/v1/changes",
    "/api/v1/clashes?event=wasteaaaaaaa",
    "/api/v1/feeds",
    "/api/v1/members",
    "/api/v1/councils",
    "/api/v1/services",
    "/api/v1/openapi.json",
    "/robots.txt",
    "/sitemap.xml",
];

#[tokio::test]
async fn every_address_has_the_manners_of_http() {
    let router = router();
    for path in ADDRESSES {
        let first = send(&router, "GET", path, &[]).await;
        assert_eq!(first.status, 200, "{path}: {}", first.text());
        assert!(!first.body.is_empty(), "{path}");
        let (etag, modified) = (first.header("etag"), first.header("last-modified"));
        assert!(etag.starts_with('"'), "{path} has no strong ETag");
        assert!(first.header("vary").contains("Accept-Encoding"), "{path}");
        assert!(!first.header("cache-control").is_empty(), "{path}");
        assert_eq!(first.header("x-content-type-options"), "nosniff", "{path}");
        assert!(first.headers.get("set-cookie").is_none(), "{path}");
        for condition in [("if-none-match", etag), ("if-modified-since", modified)] {
            let again = send(&router, "GET", path, &[condition]).await;
            assert_eq!(again.status, 304, "{path} {condition:?}");
            assert!(again.body.is_empty(), "{path}");
            assert_eq!(again.header("etag"), etag, "{path}");
        }
        let both = [("if-none-match", "\"other\""), ("if-modified-since", modified)];
        assert_eq!(send(&router, "GET", path, &both).await.status, 200, "{path}");
        let head = send(&router, "HEAD", path, &[]).await;
        assert_eq!(head.status, 200, "{path}");
        assert!(head.body.is_empty(), "{path}");
        assert_eq!(head.header("content-length"), first.body.len().to_string(), "{path}");
        assert_eq!(head.header("etag"), etag, "{path}");
    }
}

#[tokio::test]
async fn each_coding_has_its_own_tag() {
    let router = router();
    let mut tags = Vec::new();
    for (accept, coding) in [("identity", ""), ("gzip", "gzip"), ("gzip, br", "br")] {
        let reply = send(&router, "GET", "/", &[("accept-encoding", accept)]).await;
        assert_eq!(reply.header("content-encoding"), coding);
        tags.push(reply.header("etag").to_owned());
    }
    tags.dedup();
    assert_eq!(tags.len(), 3);
}

#[tokio::test]
async fn last_modified_is_when_the_bytes_changed() {
    let (state, shared) = world::state();
    let router = server::router(state);
    let before = send(&router, "GET", "/services/waste", &[]).await;
    let other = send(&router, "GET", "/services/housing", &[]).await;
    let update = Update { removed: vec!["wasteaaaaaaa".into()], ..Update::default() };
    let next = shared.load().update(update, Some(world::now()));
    shared.store(Arc::new(next));
    let after = send(&router, "GET", "/services/waste", &[]).await;
    assert_ne!(before.header("etag"), after.header("etag"));
    assert_ne!(before.header("last-modified"), after.header("last-modified"));
    let condition = [("if-modified-since", before.header("last-modified"))];
    assert_eq!(send(&router, "GET", "/services/waste", &condition).await.status, 200);
    let same = send(&router, "GET", "/services/housing", &[]).await;
    assert_eq!(same.header("last-modified"), other.header("last-modified"));
}

#[tokio::test]
async fn a_typo_never_widens_a_list() {
    for path in
        ["/api/v1/events", "/calendar.ics", "/feed.atom", "/events.csv", "/api/v1/occurrences"]
    {
        for query in ["servise=waste", "service=wast", "near=NOWHERE", "from=yesterday", "limit=0"]
        {
            let reply = get(&format!("{path}?{query}")).await;
            assert_eq!(reply.status, 400, "{path}?{query}");
            assert_eq!(reply.header("content-type"), "application/problem+json");
            let problem = reply.json();
            assert_eq!(problem["status"], 400);
            let error = &problem["errors"][0];
            assert!(error["allowed"].is_array(), "{problem}");
            assert_eq!(error["parameter"], query.split('=').next().unwrap());
        }
        let reply = get(&format!("{path}?utm_source=mail&fbclid=1&mc_eid=2&gclid=3")).await;
        assert_eq!(reply.status, 200, "{path}");
    }
    let page = get("/events?service=wast").await;
    assert_eq!(page.status, 400);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text().contains("waste"), "the page lists what is allowed");
}

#[tokio::test]
async fn errors_speak_the_language_of_their_reader() {
    for (path, status, kind) in [
        ("/nothing", 404, "text/html; charset=utf-8"),
        ("/events/unknown00000", 404, "text/html; charset=utf-8"),
        ("/services/nope", 404, "text/html; charset=utf-8"),
        ("/services/nope/calendar.ics", 404, "application/problem+json"),
        ("/api/v1/nothing", 404, "application/problem+json"),
        ("/api/v1/events/unknown00000", 404, "application/problem+json"),
        ("/events/goneaaaaaaaa", 410, "text/html; charset=utf-8"),
        ("/events/unknown00000.ics", 404, "application/problem+json"),
        ("/api/v1/events/goneaaaaaaaa", 410, "application/problem+json"),
        ("/api/v1/changes?since=other-5", 410, "application/problem+json"),
        ("/api/v1/changes?since=__main__", 400, "application/problem+json"),
        ("/api/v1/changes?since=%20%C2%84", 400, "application/problem+json"),
        ("/events/%ff", 404, "text/html; charset=utf-8"),
    ] {
        let reply = get(path).await;
        assert_eq!(reply.status, status, "{path}");
        assert_eq!(reply.header("content-type"), kind, "{path}");
    }
    let reply = send(&router(), "POST", "/api/v1/events", &[]).await;
    assert_eq!(reply.status, 405);
    assert!(reply.header("allow").contains("GET"));
    let long = format!("/events?q={}", "x".repeat(5000));
    assert_eq!(get(&long).await.status, 414);
}

#[tokio::test]
async fn a_merged_event_leads_to_the_other() {
    for (from, to) in [
        ("/events/merged000000", "/events/wasteaaaaaaa"),
        ("/events/merged000000.ics", "/events/wasteaaaaaaa.ics"),
        ("/api/v1/events/merged000000", "/api/v1/events/wasteaaaaaaa"),
        ("/councils/wbk", "/councils/WBK"),
    ] {
        let reply = get(from).await;
        assert_eq!(reply.status, 301, "{from}");
        assert_eq!(reply.header("location"), to);
    }
}

#[tokio::test]
async fn a_whole_postcode_reaches_no_address() {
    for path in ["/events", "/subscribe", "/api/v1/events", "/calendar.ics"] {
        let reply = get(&format!("{path}?near=RG14+5LD&service=waste")).await;
        assert_eq!(reply.status, 302, "{path}");
        assert_eq!(reply.header("location"), format!("{path}?near=RG14&service=waste"));
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn framing_and_origins() {
    let page = get("/").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"));
    assert!(!policy.contains("unsafe"));
    assert_eq!(page.header("access-control-allow-origin"), "");
    let embed = get("/embed").await;
    assert!(embed.header("content-security-policy").contains("frame-ancestors *"));
    assert_eq!(embed.header("x-frame-options"), "");
    for path in ["/api/v1/events", "/calendar.ics", "/events.csv", "/feed.json"] {
        assert_eq!(get(path).await.header("access-control-allow-origin"), "*", "{path}");
        let asked = send(&router(), "OPTIONS", path, &[("origin", "https://other.example")]).await;
        assert_eq!(asked.status, 204);
        assert!(asked.header("access-control-allow-headers").contains("If-None-Match"));
    }
    assert_eq!(get("/api/v1/nothing?x=1").await.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn nothing_of_a_stranger_is_markup_and_nothing_hidden_is_shown() {
    let router = router();
    for path in ADDRESSES {
        let reply = send(&router, "GET", path, &[]).await;
        let text = reply.text();
        for secret in ["secret-token", "One to one"] {
            assert!(!text.contains(secret), "{path} shows {secret}");
        }
        if reply.header("content-type").starts_with("text/html") {
            assert!(!text.contains("<script>alert"), "{path}");
            assert!(!text.contains("<img src=x"), "{path}");
            assert!(!text.contains("href=\"javascript:"), "{path}");
            assert!(!text.contains("lang=\"cy&quot;"), "{path}");
            assert!(!text.contains(" style=\""), "{path} has inline style");
            let scripts = text.matches("<script").count();
            let known = text.matches("<script src=\"/assets/").count()
                + text.matches("<script type=\"application/ld+json\"").count();
            assert_eq!(scripts, known, "{path}");
        }
        assert!(!text.contains("Pilates"), "{path} shows what is not listed");
    }
    for path in ["/events/privateaaaaa", "/api/v1/events/privateaaaaa", "/events/privateaaaaa.ics"]
    {
        assert_eq!(get(path).await.status, 410, "{path}");
    }
}

#[tokio::test]
async fn each_page_has_one_heading_and_its_landmarks() {
    let router = router();
    for path in ADDRESSES {
        let reply = send(&router, "GET", path, &[]).await;
        if !reply.header("content-type").starts_with("text/html") {
            continue;
        }
        let text = reply.text();
        assert_eq!(text.matches("<h1").count(), 1, "{path}");
        assert!(text.contains("<html lang=\"en-GB\""), "{path}");
        assert_eq!(text.matches("<main").count(), 1, "{path}");
        if !path.starts_with("/embed") {
            assert!(text.contains("href=\"#main\""), "{path} has no skip link");
        }
    }
}

#[tokio::test]
async fn the_page_of_an_event_says_all() {
    let reply = get("/events/wasteaaaaaaa").await;
    let text = reply.text();
    for words in [
        "Friday 27 November 2026, 10am to 4pm",
        "Council Offices, Market Street, RG14 5LD",
        "Open to councils",
        "Free",
        "Book a place",
        "Wednesday 25 November 2026",
        "Step-free access, Hearing loop",
        "West Berkshire",
        "Discovery day",
        "Why is this here?",
        "/events/wasteaaaaaaa.ics",
        "application/ld+json",
        "/subscribe?service=waste",
    ] {
        assert!(text.contains(words), "no {words}");
    }
    let series = get("/events/clinicaaaaaa").await;
    for words in [
        "Tuesday 1 December 2026, 10am to 11am",
        "Tuesday 6 July 2027, 10am to 11am",
        "Tuesday 5 January 2027, 10am to 11am</time> <strong class=\"tag\">Cancelled",
        "The series goes on after that.",
    ] {
        assert!(series.text().contains(words), "no {words}");
    }
    let cancelled = get("/events/makersaaaaaa").await;
    assert!(cancelled.text().contains("This event is cancelled."));
    let left = get("/events/leftaaaaaaaa").await;
    assert!(left.text().contains("No longer listed by its organiser."));
}

#[tokio::test]
async fn only_public_addresses_are_given_away() {
    let opml = get("/feeds.opml").await;
    assert!(opml.text().contains("xmlUrl=\"https://www.westberks.example/open.rss\""));
    assert_eq!(opml.text().matches("<outline").count(), 1);
    let feeds = get("/api/v1/feeds").await.json();
    let url = |id: &str| {
        let all = feeds["feeds"].as_array().unwrap();
        all.iter().find(|feed| feed["id"] == id).unwrap()["url"].clone()
    };
    assert!(url("open-feed").is_string() && url("west-berkshire-events").is_null());
}

#[tokio::test]
async fn the_first_page_shows_the_near_future_and_leads_on() {
    let page = get("/").await;
    assert!(page.text().contains("Waste services discovery day"));
    assert!(page.text().contains("before Monday 22 February 2027."));
    assert!(!page.text().contains("LocalGovCamp"));
    assert!(page.text().contains("href=\"/events?from=2027-02-22\""));
    assert!(get("/events?from=2027-02-22").await.text().contains("LocalGovCamp"));
}

#[tokio::test]
async fn what_is_not_listed_says_so() {
    let list = get("/events?listed=any").await;
    assert!(list.text().contains("Pilates for beginners</a> <strong class=\"tag\">Not listed"));
    let page = get("/events/leisureaaaaa").await;
    assert!(page.text().contains("It is in no list or calendar here."));
    assert!(page.text().contains("noindex"));
}

#[tokio::test]
async fn a_long_list_of_nonsense_costs_little() {
    let values = |number: usize| vec!["x"; number].join(",");
    let few = get(&format!("/api/v1/events?service={}", values(300))).await;
    assert_eq!(few.status, 400);
    assert!(few.body.len() < 50_000, "{}", few.body.len());
    assert_eq!(get(&format!("/api/v1/events?service={}", values(500))).await.status, 414);
}

#[tokio::test]
async fn an_empty_list_helps() {
    let reply = get("/events?service=libraries&region=south-west").await;
    let text = reply.text();
    assert!(text.contains("Nothing is announced for Libraries and archives, South West."));
    // No region has any: what is offered finds something.
    assert!(!text.contains("Look in all regions") && text.contains("See everything that is on"));
    assert!(text.contains("/subscribe?service=libraries&amp;region=south-west"));
}

#[tokio::test]
async fn every_output_of_a_filter_lists_the_same_events() {
    let filter = "service=waste";
    let json = get(&format!("/api/v1/events?{filter}")).await.json();
    let mut titles: Vec<String> = json["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["title"].as_str().unwrap().to_owned())
        .collect();
    titles.sort();
    assert_eq!(titles.len(), 3, "{titles:?}");
    let page = get(&format!("/events?{filter}")).await;
    assert_eq!(page.text().matches("<li class=\"event\"").count(), 3);
    let calendar = get("/services/waste/calendar.ics").await;
    assert_eq!(calendar.text().matches("BEGIN:VEVENT").count(), 3);
    let csv = get(&format!("/events.csv?{filter}")).await;
    assert!(csv.text().contains("Waste services discovery day"));
    let feed = get(&format!("/feed.json?{filter}")).await.json();
    assert_eq!(feed["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn full_calendar_gets_a_bare_array() {
    let query = "start=2026-11-01T00:00:00Z&end=2026-12-01T00:00:00Z&timeZone=UTC&service=waste";
    let reply = get(&format!("/api/v1/occurrences?{query}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let dates = reply.json();
    assert_eq!(dates.as_array().unwrap().len(), 3);
    assert!(dates[0]["title"].is_string() && dates[0]["start"].is_string());
    assert!(dates[0]["url"].is_string());
}

#[tokio::test]
async fn full_calendar_adds_its_bounds_to_those_of_the_address() {
    let starts = |reply: Value| -> Vec<String> {
        let dates = reply.as_array().unwrap().clone();
        dates.iter().map(|date| date["start"].as_str().unwrap().to_owned()).collect()
    };
    let month = "start=2026-11-01T00:00:00Z&end=2026-12-01T00:00:00Z";
    let all = starts(get(&format!("/api/v1/occurrences?{month}")).await.json());
    assert!(all.len() > 2, "{all:?}");
    let split = &all[1][..10];
    let later = get(&format!("/api/v1/occurrences?{month}&from={split}")).await;
    assert_eq!(later.status, 200, "{}", later.text());
    let sooner = get(&format!("/api/v1/occurrences?to={split}&{month}")).await;
    let (later, sooner) = (starts(later.json()), starts(sooner.json()));
    assert!(!sooner.is_empty() && later.len() < all.len(), "{sooner:?} {later:?}");
    assert_eq!([sooner, later].concat(), all);
    let none = get(&format!("/api/v1/occurrences?{month}&from=2026-12-02&to=2026-12-24")).await;
    assert_eq!((none.status.as_u16(), none.json()), (200, serde_json::json!([])));
}

#[tokio::test]
async fn full_calendar_obeys_what_else_the_address_says() {
    let month = "/api/v1/occurrences?start=2026-11-01T00:00:00Z&end=2026-12-01T00:00:00Z";
    let all = get(month).await.json();
    let last = get(&format!("{month}&sort=-start&limit=1&fields=id,start")).await.json();
    let last = last.as_array().unwrap().clone();
    assert_eq!(
        (last.len(), &last[0]["start"]),
        (1, &all.as_array().unwrap().last().unwrap()["start"])
    );
    assert!(last[0]["title"].is_null(), "{last:?}");
    let wrong = get("/api/v1/occurrences?sort=title").await;
    assert_eq!(
        (wrong.status.as_u16(), &wrong.json()["errors"][0]["allowed"]),
        (400, &serde_json::json!(["start", "-start"])),
        "{}",
        wrong.text()
    );
}

#[tokio::test]
async fn what_says_too_much_or_too_little_is_refused() {
    let words = vec!["word"; 30].join("+");
    assert_eq!(get(&format!("/api/v1/events?q={words}")).await.status, 200);
    for query in [format!("q={words}+more"), format!("q={}", "x".repeat(201))] {
        assert_eq!(get(&format!("/api/v1/events?{query}")).await.status, 400, "{query}");
    }
    assert_eq!(get("/api/v1/clashes?council=WBK,RDG&service=waste").await.status, 400);
    let spaced = get("/api/v1/events?near%20=RG145LD").await;
    assert!(!spaced.header("location").contains("5LD"), "{}", spaced.header("location"));
    assert!(spaced.status.is_redirection());
}

#[tokio::test]
async fn nothing_keeps_an_answer_from_those_who_wait_for_changes() {
    assert_eq!(get("/api/v1/changes").await.header("cache-control"), "no-cache");
}

#[tokio::test]
async fn pages_of_a_list_go_on() {
    let router = router();
    let mut path = "/api/v1/events?limit=3".to_owned();
    let mut seen = Vec::new();
    for _ in 0..10 {
        let reply = send(&router, "GET", &path, &[]).await;
        let json = reply.json();
        for event in json["events"].as_array().unwrap() {
            seen.push(event["id"].as_str().unwrap().to_owned());
        }
        let Some(next) = json["next"].as_str() else { break };
        assert!(reply.header("link").contains(&format!("<{next}>; rel=\"next\"")));
        path = next.strip_prefix("http://moot.example").unwrap().to_owned();
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((all, seen.len()), (8, 8));
}

#[tokio::test]
async fn changes_begin_with_a_snapshot() {
    let (state, shared) = world::state();
    let router = server::router(state);
    let first = send(&router, "GET", "/api/v1/changes", &[]).await.json();
    assert_eq!(first["changes"].as_array().unwrap().len(), 9);
    assert_eq!(first["more"], false);
    let next = first["next"].as_str().unwrap().to_owned();
    let again = send(&router, "GET", &next, &[]).await;
    let path = next.strip_prefix("http://moot.example").unwrap_or(&next).to_owned();
    let quiet = if again.status == 200 { again } else { send(&router, "GET", &path, &[]).await };
    assert_eq!(quiet.json()["changes"].as_array().unwrap().len(), 0);
    drop(shared);
}

#[tokio::test]
async fn the_description_names_every_filter_that_is_read() {
    let openapi = get("/api/v1/openapi.json").await.json();
    assert_eq!(openapi["openapi"], "3.1.0");
    let known = openapi["components"]["parameters"].as_object().unwrap();
    let wrong = get("/api/v1/events?nonsense=1").await.json();
    for allowed in wrong["errors"][0]["allowed"].as_array().unwrap() {
        assert!(known.contains_key(allowed.as_str().unwrap()), "{allowed} is not described");
    }
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        let address = match path.as_str() {
            "/api/v1/events/{id}" => "/api/v1/events/wasteaaaaaaa".to_owned(),
            "/events/{id}.ics" => "/events/wasteaaaaaaa.ics".to_owned(),
            "/services/{id}/calendar.ics" => path.replace("{id}", "waste"),
            "/kinds/{id}/calendar.ics" => path.replace("{id}", "makers"),
            "/councils/{id}/calendar.ics" => path.replace("{id}", "WBK"),
            "/regions/{id}/calendar.ics" | "/groups/{id}/calendar.ics" => {
                path.replace("{id}", "south-west")
            }
            "/api/v1/clashes" => format!("{path}?event=wasteaaaaaaa"),
            plain => plain.to_owned(),
        };
        let reply = get(&address).await;
        assert_eq!(reply.status, 200, "{address}");
        let media = methods["get"]["responses"]["200"]["content"].as_object().unwrap();
        let said = reply.header("content-type").split(';').next().unwrap();
        assert!(media.contains_key(said), "{address} is {said}");
    }
}

#[tokio::test]
async fn probes_answer_and_are_not_kept() {
    let (state, _) = world::state();
    let router = server::router(Arc::clone(&state));
    for path in ["/healthz", "/readyz"] {
        let reply = send(&router, "GET", path, &[]).await;
        assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
    }
    state.set_ready(false);
    assert_eq!(send(&router, "GET", "/readyz", &[]).await.status, 503);
    assert_eq!(send(&router, "GET", "/healthz", &[]).await.status, 200);
}

#[tokio::test]
async fn an_operator_can_replace_texts_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("about.html"), "<p>We are <em>us</em>.</p>").unwrap();
    let (state, _) = world::state();
    let router = server::router(Arc::clone(&state));
    let before = send(&router, "GET", "/about", &[]).await;
    let mut settings = server::Settings::new(folkmoot::feed::Network::default());
    settings.texts = server::read_texts(folder.path()).unwrap();
    state.set_settings(settings);
    let after = send(&router, "GET", "/about", &[]).await;
    assert!(before.text().contains("mySociety") && !after.text().contains("mySociety"));
    assert!(after.text().contains("<p>We are <em>us</em>.</p>"));
    assert!(send(&router, "GET", "/privacy", &[]).await.text().contains("no cookies"));
}

#[tokio::test]
async fn serves_on_a_socket_and_ends_when_told() {
    let (state, _) = world::state();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(server::serve(listener, server::router(state), async {
        let _ = stopped.await;
    }));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let reply = client.get(format!("http://{address}/events")).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    let text = reply.text().await.unwrap();
    assert!(text.contains(&format!("http://{address}/calendar.ics")), "links lead back here");
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    assert!(client.get(format!("http://{address}/")).send().await.is_err());
}

/// The ids in a text, by the addresses of their pages.
fn ids_in(text: &str) -> BTreeSet<String> {
    let after = text.split("/events/").skip(1);
    let id = |rest: &str| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
    after.map(id).filter(|id| id.len() == 12).collect()
}

/// All that stands in list entries of a page, not what it links to besides.
fn listed_in(html: &str) -> BTreeSet<String> {
    let entries = html.split("<li class=\"event\"").skip(1);
    entries.flat_map(|entry| ids_in(entry.split("</li>").next().unwrap())).collect()
}

#[tokio::test]
async fn every_output_of_one_filter_lists_the_same_events() {
    const RANGE: &str = "from=2026-11-22T12:00:00Z&to=2027-04-01";
    let router = router();
    let mut sizes = BTreeSet::new();
    for filter in [
        "",
        "service=waste",
        "service=waste&general=yes",
        "service=housing,waste&or_online=yes",
        "kind=take-part",
        "council=WBK",
        "region=south-east",
        "region=wales&or_online=yes",
        "group=south-west",
        "attendance=online",
        "open_to=everyone",
        "q=waste",
        "q=nothing-has-this",
        "status=cancelled",
        "feed=west-berkshire-events",
        "near=RG14",
    ] {
        let ask = |path: &str, more: &str| format!("{path}?{RANGE}&{filter}{more}");
        let text = async |address: String| {
            let reply = send(&router, "GET", &address, &[]).await;
            assert_eq!(reply.status, 200, "{address}: {}", reply.text());
            reply.text().to_owned()
        };
        let json: Value =
            serde_json::from_str(&text(ask("/api/v1/events", "&limit=200")).await).unwrap();
        let ids: BTreeSet<String> = json["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["id"].as_str().unwrap().to_owned())
            .collect();
        sizes.insert(ids.len());
        let ics = text(ask("/calendar.ics", "")).await.replace("\r\n ", "");
        let urls: Vec<&str> = ics.lines().filter(|line| line.contains("URL:")).skip(1).collect();
        let pages = text(ask("/events", "&limit=200")).await;
        let atom = text(ask("/feed.atom", "&limit=200")).await;
        let entries = atom.split("<entry>").skip(1).collect::<String>();
        let feed: Value =
            serde_json::from_str(&text(ask("/feed.json", "&limit=200")).await).unwrap();
        let occurrences = text(ask("/api/v1/occurrences", "&limit=200&fields=page")).await;
        let share = text(ask("/share", "")).await;
        let paste = share.split("class=\"paste\"").nth(1).unwrap().split("</div>").next().unwrap();
        let plain = share.split("<textarea").nth(1).unwrap().split("</textarea>").next().unwrap();
        for (name, found) in [
            ("the page", listed_in(&pages)),
            ("iCalendar", ids_in(&format!("{}{ics}", urls.join(" ")))),
            ("CSV", ids_in(&text(ask("/events.csv", "")).await)),
            ("Atom", ids_in(&entries)),
            ("JSON Feed", ids_in(&feed["items"].to_string())),
            ("occurrences", ids_in(&occurrences)),
            ("what to share, as HTML", ids_in(paste)),
            ("what to share, as text", ids_in(plain)),
            ("the frame", listed_in(&text(ask("/embed", "&limit=200")).await)),
            ("the fragment", ids_in(&text(ask("/include", "&limit=200")).await)),
        ] {
            assert_eq!(found, ids, "{name} of “{filter}”");
        }
        for month in ["2026-12", "2027-03"] {
            let table = text(format!("/month?month={month}&{filter}")).await;
            let table = table.split("<table").nth(1).unwrap().split("</table>").next().unwrap();
            let next = if month == "2026-12" { "2027-01" } else { "2027-04" };
            let list =
                text(format!("/events?from={month}-01&to={next}-01&{filter}&limit=200")).await;
            assert_eq!(ids_in(table), listed_in(&list), "{month} of “{filter}”");
        }
    }
    assert!(sizes.contains(&0) && sizes.len() > 3, "the filters must differ: {sizes:?}");
}

#[tokio::test]
async fn a_month_shows_what_the_list_shows() {
    let router = router();
    let month = send(&router, "GET", "/month?month=2027-03&service=", &[]).await;
    assert_eq!(month.status, 200);
    let list = send(&router, "GET", "/events?from=2027-03-01&to=2027-04-01", &[]).await;
    let table = month.text().split("<table").nth(1).unwrap().split("</table>").next().unwrap();
    assert_eq!(ids_in(table), listed_in(list.text()));
    // LocalGovCamp lasts two days and stands on both.
    assert_eq!(table.matches("LocalGovCamp").count(), 2);
    for wrong in ["month=2027", "month=x", "from=2026-01-01", "month=2027-13"] {
        assert_eq!(get(&format!("/month?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn an_empty_list_says_what_was_meant_and_what_would_find_something() {
    let page = get("/events?q=wast+discvery").await;
    assert!(
        page.text()
            .contains("Did you mean <a href=\"/events?q=wast%20discovery\">wast discovery</a>?"),
        "{}",
        page.text()
    );
    let page = get("/events?service=waste&region=scotland").await;
    for words in ["Look in all regions</a>: ", "Nothing is announced for Waste", "subscribe"] {
        assert!(page.text().contains(words), "no {words}");
    }
    // What would find nothing either is not offered.
    assert!(!page.text().contains("Add events for every service"), "{}", page.text());
    let page = get("/events?q=zzzzzzzzzz").await;
    assert!(!page.text().contains("Did you mean"));
    for words in
        ["No dates from now on with “zzzzzzzzzz”.", "Nothing is announced with “zzzzzzzzzz”."]
    {
        assert!(page.text().contains(words), "no {words}");
    }
}

#[tokio::test]
async fn a_form_keeps_the_filters_that_it_does_not_show() {
    let query =
        "status=cancelled&attendance=in_person,online&near=WBK,RDG&listed=any&feed=open-feed";
    for page in ["/events", "/month", "/share", "/subscribe"] {
        let reply = get(&format!("{page}?{query}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let form = reply.text().split("<form").nth(1).unwrap().split("</form>").next().unwrap();
        for (name, value) in [
            ("status", "cancelled"),
            ("attendance", "online"),
            ("near", "RDG"),
            ("listed", "any"),
            ("feed", "open-feed"),
        ] {
            let hidden = format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
            assert_eq!(form.matches(&hidden).count(), 1, "{page}: {name} in {form}");
        }
    }
    let subscribe = get("/subscribe?status=cancelled").await;
    assert!(subscribe.text().contains("<strong>cancelled</strong>"), "said in words");
    // A field for days takes no instants.
    let page = get("/events?from=2026-12-01T09:30:00Z").await;
    assert!(page.text().contains("name=\"from\" type=\"date\" value=\"2026-12-01\""));
}

#[tokio::test]
async fn a_series_or_feed_that_never_was_is_refused() {
    for query in ["series=no-such-series", "feed=no-such-feed"] {
        let reply = get(&format!("/calendar.ics?{query}")).await;
        assert_eq!(reply.status, 400, "{query}");
        assert!(!reply.json()["errors"][0]["allowed"].as_array().unwrap().is_empty(), "{query}");
    }
    // One that was taken away stays valid and finds nothing.
    let (state, shared) = world::state();
    let router = server::router(state);
    let update = Update { feeds_removed: vec!["open-feed".into()], ..Update::default() };
    let next = shared.load().update(update, Some(world::now()));
    shared.store(Arc::new(next));
    assert_eq!(send(&router, "GET", "/calendar.ics?feed=open-feed", &[]).await.status, 200);
}

#[tokio::test]
async fn the_include_is_a_fragment_for_any_site() {
    let reply = get("/include?service=waste&limit=2").await;
    let text = reply.text();
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert!(text.starts_with("<section class=\"folkmoot\"") && text.ends_with("</section>"));
    assert!(!text.contains("<script") && !text.contains("<link") && !text.contains(" id="));
    assert_eq!(text.matches("<li").count(), 2);
    assert!(text.contains("href=\"http://moot.example/events/wasteaaaaaaa\""), "{text}");
    assert!(text.contains("href=\"http://moot.example/subscribe?service=waste\""), "{text}");
}

#[tokio::test]
async fn mirrors_are_told_what_was_forgotten_in_the_last_ninety_days() {
    let (state, shared) = world::state();
    let router = server::router(state);
    assert!(!send(&router, "GET", "/api/v1/events", &[]).await.text().contains("forgotten"));
    let day = chrono::TimeDelta::days(1);
    let forgotten = vec![
        ("recent".to_owned(), world::now() - day),
        ("long ago".to_owned(), world::now() - day * 91),
    ];
    let update = Update { forgotten, ..Update::default() };
    shared.store(Arc::new(shared.load().update(update, Some(world::now()))));
    let told = send(&router, "GET", "/api/v1/events", &[]).await.json();
    assert_eq!(told["forgotten"], serde_json::json!(["recent"]));
}

#[tokio::test]
async fn a_wait_for_changes_ends_when_something_changes() {
    let (state, shared) = world::state();
    let router = server::router(state);
    let head = send(&router, "GET", "/api/v1/changes?limit=200", &[]).await;
    let next = head.json()["next"].as_str().unwrap().to_owned();
    let path = next.split("moot.example").nth(1).unwrap();
    let since = path.split("since=").nth(1).unwrap().split('&').next().unwrap();
    let waiting = format!("/api/v1/changes?since={since}&wait=30");
    let change = async {
        let listing = world::listings().remove(0);
        let line = folkmoot::event::Change {
            cursor: 1_000,
            at: world::now(),
            change: folkmoot::event::ChangeKind::Changed,
            id: listing.id.clone(),
            into: None,
        };
        let update =
            Update { put: vec![Arc::new(listing)], changes: vec![line], ..Update::default() };
        let next = shared.load().update(update, Some(world::now()));
        shared.store(Arc::new(next));
    };
    let (reply, ()) = tokio::join!(send(&router, "GET", &waiting, &[]), change);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["changes"][0]["change"], "changed");
    for wrong in ["wait=61", "wait=x", "wait=-1"] {
        assert_eq!(get(&format!("/api/v1/changes?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn clashes_are_found_for_an_event_and_for_a_plan() {
    let titles = |found: &Value| -> Vec<String> {
        let all = found["same_service"].as_array().unwrap().iter();
        all.map(|one| one["title"].as_str().unwrap().to_owned()).collect()
    };
    let known = get("/api/v1/clashes?event=wasteaaaaaaa").await.json();
    assert_eq!(known["near"], "South East");
    // The cancelled one takes nobody away.
    assert_eq!(titles(&known), ["</title><script>alert(1)</script> & \"bins\""]);
    assert_eq!(known["same_service"][0]["organiser"]["council"], "WBK");
    let plan = get("/api/v1/clashes?date=2026-11-30&service=waste&kind=take-part").await.json();
    assert_eq!(titles(&plan).len(), 2, "{plan}");
    assert!(plan["kinds"].as_array().unwrap().len() > 3, "a group of kinds is spelt out: {plan}");
    let later = "date=2027-02-01&service=waste&council=OXF&kind=discovery";
    let later = get(&format!("/api/v1/clashes?{later}")).await.json();
    assert_eq!(later["done_before"][0]["id"], "wasteaaaaaaa", "{later}");
    assert!(titles(&later).is_empty());
    assert!(later["notes"].is_null(), "near Oxford: {later}");
    let any = get("/api/v1/clashes?date=2026-11-30").await.json();
    assert!(any["near"].is_null() && any["notes"][0].is_string(), "{any}");
    assert!(titles(&any).len() > titles(&plan).len(), "a plan without a service meets all: {any}");
    assert_eq!(get("/api/v1/clashes").await.status, 200, "a plan for today");
    for (query, parameter) in [
        ("date=soon&service=waste", "date"),
        ("date=2026-11-30&service=wast", "service"),
        ("date=2026-11-30&service=waste&q=x", "q"),
        ("event=undatedaaaaa", "event"),
        ("event=wasteaaaaaaa&service=waste", "service"),
    ] {
        let reply = get(&format!("/api/v1/clashes?{query}")).await;
        assert_eq!(reply.status, 400, "{query}: {}", reply.text());
        assert_eq!(reply.json()["errors"][0]["parameter"], parameter, "{query}");
    }
    assert_eq!(get("/api/v1/clashes?event=nosuchaaaaaa").await.status, 404);
    let page = get("/events/wasteaaaaaaa").await;
    assert!(page.text().contains("Also on within a week, for the same service"), "{}", page.text());
    assert!(!get("/events/campaaaaaaaa").await.text().contains("Also on within a week"));
}

#[tokio::test]
async fn a_place_without_a_position_says_so_in_every_shape() {
    let words =
        "No position is known for Belfast: shown is what is in its region (Northern Ireland).";
    for path in ["/api/v1/events", "/api/v1/occurrences", "/events", "/services/waste", "/month"] {
        let reply = get(&format!("{path}?near=BFS")).await;
        assert!(reply.text().contains(words), "{path}: {}", reply.text());
    }
    for path in ["/calendar.ics", "/services/waste/calendar.ics"] {
        let ics = get(&format!("{path}?near=BFS")).await.text().replace("\r\n ", "");
        assert!(ics.contains(&format!("X-WR-CALDESC:{words}")), "{ics}");
        assert!(ics.contains("near Belfast (all of Northern Ireland)\r\n"), "{ics}");
    }
    let near = get("/calendar.ics?near=WBK").await.text().replace("\r\n ", "");
    assert!(near.contains("within 50 km of West Berkshire"), "{near}");
}

#[tokio::test]
async fn a_search_finds_what_other_sources_call_an_event() {
    let found = get("/api/v1/events?q=booking+jam").await.json();
    assert_eq!(found["events"][0]["id"], "makersaaaaaa", "{found}");
}

#[tokio::test]
async fn a_plain_word_for_a_service_leads_to_the_service() {
    for words in ["rubbish", "wheelie+bins", "missed+bins"] {
        let page = get(&format!("/events?q={words}")).await;
        let link = "Did you mean <a href=\"/events?service=waste\">Waste, recycling and street cleaning</a>? 3 dates.";
        assert!(page.text().contains(link), "{words}: {}", page.text());
    }
    // One is found, the service has more; the other filters stay where that is so.
    let page = get("/events?q=%22bins%22&council=WBK").await;
    assert!(
        page.text().contains("Did you mean <a href=\"/events?service=waste&amp;council=WBK\">")
    );
    let page = get("/events?q=waste&service=waste").await;
    assert!(!page.text().contains("discovery</a>?"), "{}", page.text());
}

#[tokio::test]
async fn what_is_far_ahead_is_not_called_nothing() {
    let far = "kind=unconference";
    let page = get(&format!("/subscribe?{far}")).await;
    let words = ": no dates in the next 30 days. The next: Friday 5 March 2027; 1 date in all.";
    assert!(page.text().contains(words), "{}", page.text());
    let page = get(&format!("/share?{far}")).await;
    let words = "Nothing is announced for these weeks.\nThe next one:\n\nFriday 5 to Saturday 6 March 2027\nLocalGovCamp";
    assert!(page.text().contains(words), "{}", page.text());
    let page = get(&format!("/month?{far}")).await;
    let link = "The next dates are in <a href=\"/month?kind=unconference&amp;month=2027-03\">March 2027</a>.";
    assert!(page.text().contains(link), "{}", page.text());
    assert!(!get("/month").await.text().contains("The next dates are in"));
}

#[tokio::test]
async fn an_end_that_is_the_start_was_not_given() {
    let (state, catalogue) = world::state();
    let mut listing = world::listings().remove(0);
    let start = "2026-11-27T10:00:00Z".parse().unwrap();
    listing.facts.span = Some(folkmoot::event::Span::Timed { start, end: Some(start) });
    let update = Update { put: vec![Arc::new(listing)], ..Update::default() };
    catalogue.store(Arc::new(catalogue.load().update(update, Some(world::now()))));
    let router = server::router(state);
    let page = send(&router, "GET", "/events/wasteaaaaaaa", &[]).await;
    assert!(page.text().contains("10am</time> (end time not given)"), "{}", page.text());
    assert!(!page.text().contains("endDate"), "schema.org's end is one that was given");
    let event = send(&router, "GET", "/api/v1/events/wasteaaaaaaa", &[]).await.json();
    assert_eq!(event["start"], event["end"], "as RFC 5545 has it");
}

#[tokio::test]
async fn what_has_no_date_is_led_to_from_every_page_whose_filter_it_passes() {
    let link = |filter: &str| {
        format!("<a href=\"/undated{filter}\">1 event with a date to be announced</a>")
    };
    for (page, filter) in [
        ("/", ""),
        ("/events", ""),
        ("/kinds/workshop", "?kind=workshop"),
        ("/councils/WBK", "?council=WBK"),
        ("/events?q=standards", "?q=standards"),
    ] {
        let reply = get(page).await;
        assert!(reply.text().contains(&link(filter)), "{page}: {}", reply.text());
        let undated = get(&format!("/undated{filter}")).await;
        assert!(undated.text().contains("Data standards workshop"), "{filter}");
    }
    for page in ["/events?service=waste", "/services/waste", "/events?from=2026-12-01"] {
        assert!(!get(page).await.text().contains("href=\"/undated"), "{page}");
    }
    let searched = get("/events?q=standards").await;
    assert!(!searched.text().contains("Nothing is announced"), "{}", searched.text());
    assert!(get("/kinds").await.text().contains("Workshop</a> <span class=\"quiet\">– 1 event"));
    assert_eq!(get("/undated?from=2026-12-01").await.status, 400);
}

#[tokio::test]
async fn a_form_with_a_fault_comes_back_as_it_was_filled_in() {
    let reply = get("/events?service=waste&near=Newbury&q=bins&from=2026-12-01").await;
    assert_eq!(reply.status, 400);
    for part in [
        "<h2 id=\"problem\">There is a problem</h2>",
        "<a href=\"#near\">We do not know where “Newbury” is.",
        "value=\"Newbury\" autocomplete=\"off\" aria-describedby=\"near-hint near-error\" aria-invalid=\"true\"",
        "<option value=\"waste\" selected",
        "value=\"bins\"",
        "value=\"2026-12-01\"",
        "<details open",
        "<title>Error: ",
    ] {
        assert!(reply.text().contains(part), "no {part} in {}", reply.text());
    }
    assert!(!reply.text().contains("position"), "no jargon");
    let unknown = get("/share?nonsense=1&kind=makers").await;
    assert!(unknown.text().contains("There is no filter “nonsense” here."));
    assert!(
        unknown.text().contains("action=\"/share\"")
            && !unknown.text().contains("or_online</code>")
    );
}

#[tokio::test]
async fn a_range_is_said_and_goes_along() {
    let page = get("/events?from=2026-11-24&to=2026-11-28&service=waste").await;
    let text = page.text();
    assert!(text.contains("from 24 to 27 November 2026: Waste"), "{text}");
    for link in ["/events.csv", "/api/v1/events", "/share"] {
        let whole = format!("href=\"{link}?service=waste&amp;from=2026-11-24&amp;to=2026-11-28\"");
        assert!(text.contains(&whole), "no {whole} in {text}");
    }
    assert!(text.contains("Calendar file (ICS): all dates, not only these"));
    let csv = get("/events.csv?service=waste&from=2026-11-24&to=2026-11-27").await;
    assert!(!csv.text().contains("Waste services discovery day"), "{}", csv.text());
    for (range, words) in [
        ("from=2026-11-27&to=2026-11-28", " on 27 November 2026."),
        ("from=2026-12-31&to=2027-03-08", " from 31 December 2026 to 7 March 2027."),
        ("from=2027-01-01", " from 1 January 2027 on."),
        ("to=2027-01-01", " before 1 January 2027."),
        ("from=2026-12-01&to=2026-12-01", "write the day after it in “Before”"),
        ("to=2026-01-01", "“Before” is a day that is over"),
    ] {
        let page = get(&format!("/events?{range}")).await;
        assert!(page.text().contains(words), "{range}: {}", page.text());
        assert_eq!(get(&format!("/cy/events?{range}")).await.status, 200);
    }
}

#[tokio::test]
async fn a_later_page_says_where_it_stands_and_leads_back() {
    let first = get("/events?limit=3").await;
    let text = first.text();
    assert!(text.contains("This page shows 1 to 3."), "{text}");
    assert!(!text.contains("Back to the beginning"));
    let next = text.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&");
    let second = get(&next).await;
    assert!(second.text().contains("This page shows 4 to 6."), "{}", second.text());
    assert!(second.text().contains("<a href=\"/events\">Back to the beginning of the list</a>"));
}

#[tokio::test]
async fn a_frame_with_a_fault_shows_a_plain_page() {
    for address in
        ["/embed?service=wast", "/embed?service=", "/embed?nonsense=1", "/embed?sort=title"]
    {
        let reply = get(address).await;
        assert_eq!(reply.status, 400, "{address}");
        assert!(reply.header("content-security-policy").contains("frame-ancestors *"));
        for part in ["<script", "<nav", "<footer", "<details"] {
            assert!(!reply.text().contains(part), "{address} has {part}");
        }
        assert_eq!(reply.text().matches("<h1>").count(), 1, "{address}");
    }
    assert!(get("/embed?service=wast").await.text().contains("did you mean 'waste'"));
    assert_eq!(get("/events?service=").await.status, 200, "a form leaves it empty");
}

#[tokio::test]
async fn a_refusal_names_what_is_at_fault() {
    for (query, title, words) in [
        ("/api/v1/events?nonsense=1", "We do not know that filter", "nonsense"),
        ("/api/v1/events?limit=500", "That value cannot be used", "1 to 200"),
        ("/api/v1/events?from=soon", "That value cannot be used", "2026-12-01"),
        ("/calendar.ics?limit=5", "We do not know that filter", "'limit'"),
    ] {
        let problem = get(query).await.json();
        assert_eq!(problem["title"], title, "{query}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{query}: {problem}");
        assert_ne!(problem["errors"][0]["allowed"], serde_json::json!([]), "{query}");
    }
}

#[tokio::test]
async fn the_description_names_how_each_list_is_asked_for() {
    let openapi = get("/api/v1/openapi.json").await.json();
    let names = |path: &str| -> Vec<String> {
        let all = openapi["paths"][path]["get"]["parameters"].as_array().unwrap();
        all.iter()
            .map(|one| {
                let link = one["$ref"].as_str().and_then(|link| link.rsplit('/').next());
                link.or(one["name"].as_str()).unwrap().to_owned()
            })
            .collect()
    };
    for (path, wanted) in [
        ("/api/v1/occurrences", ["start", "end", "timeZone"].as_slice()),
        ("/include", &["limit", "lang"]),
        ("/embed", &["limit", "lang", "service"]),
        ("/feed.json", &["limit"]),
        ("/feed.atom", &["limit"]),
        ("/events.csv", &["limit", "sort"]),
    ] {
        let known = names(path);
        for name in wanted {
            assert!(known.iter().any(|known| known == name), "{path} does not name {name}");
        }
    }
}
