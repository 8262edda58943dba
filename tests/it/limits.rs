//! How often one address may ask, from outside: over real connections, behind a proxy that is believed.

use std::sync::Arc;

use folkmoot::{
    config::{ClientHeader, RateLimit},
    feed::Network,
    server::{self, Settings},
};
use reqwest::{Client, Response, StatusCode};

use crate::server::world;

/// A server that allows three requests at once and one a second; its clock stands still.
async fn limited() -> (String, Client) {
    let (state, _) = world::state();
    let mut settings = Settings::new(Network::default());
    settings.limit = Some(RateLimit { per_minute: 60, burst: 3 });
    settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    settings.client_header = ClientHeader::XForwardedFor;
    state.set_settings(settings);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(server::serve(
        listener,
        server::router(Arc::clone(&state)),
        std::future::pending(),
    ));
    (base, Client::builder().no_proxy().build().unwrap())
}

async fn ask(client: &Client, address: String, who: &str, tag: &str) -> Response {
    let request = client.get(address).header("x-forwarded-for", who);
    request.header("if-none-match", tag).send().await.unwrap()
}

fn said<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let (base, client) = limited().await;
    let stats = || format!("{base}/api/v1/stats");
    for left in [2, 1, 0] {
        let answer = ask(&client, stats(), "192.0.2.1", "").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(said(&answer, "ratelimit-policy"), "\"requests\";q=3;w=3");
        assert!(said(&answer, "ratelimit").starts_with(&format!("\"requests\";r={left};t=")));
        assert!(said(&answer, "access-control-expose-headers").contains("RateLimit"));
    }
    let refused = ask(&client, stats(), "192.0.2.1", "").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(said(&refused, "retry-after"), "1");
    assert_eq!(said(&refused, "content-type"), "application/problem+json");
    assert_eq!(said(&refused, "cache-control"), "no-store");
    let problem: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(problem["status"], 429);
    assert!(problem["detail"].as_str().unwrap().contains("wait 1 second"), "{problem}");
    let page = ask(&client, format!("{base}/about"), "192.0.2.1", "").await;
    assert_eq!(page.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(said(&page, "content-type").starts_with("text/html"));
    for (path, who) in
        [("/api/v1/stats", "192.0.2.2"), ("/calendar.ics", "192.0.2.1"), ("/healthz", "192.0.2.1")]
    {
        let answer = ask(&client, format!("{base}{path}"), who, "").await;
        assert_eq!(answer.status(), StatusCode::OK, "{path} for {who}");
    }
}

#[tokio::test]
async fn a_calendar_that_asks_with_its_tag_is_not_starved() {
    let (base, client) = limited().await;
    let calendar = || format!("{base}/calendar.ics");
    let first = ask(&client, calendar(), "192.0.2.1", "").await;
    let tag = said(&first, "etag").to_owned();
    for turn in 0..10 {
        let again = ask(&client, calendar(), "192.0.2.1", &tag).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{turn}");
    }
    for _ in 0..3 {
        ask(&client, calendar(), "192.0.2.9", "").await;
    }
    let greedy = ask(&client, calendar(), "192.0.2.9", &tag).await;
    assert_eq!(greedy.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn without_the_setting_nobody_is_counted() {
    let (state, _) = world::state();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/api/v1/stats", listener.local_addr().unwrap());
    tokio::spawn(server::serve(listener, server::router(state), std::future::pending()));
    let answer = Client::builder().no_proxy().build().unwrap().get(address).send().await.unwrap();
    assert_eq!((answer.status(), said(&answer, "ratelimit")), (StatusCode::OK, ""));
}

#[tokio::test]
async fn who_asks_for_nothing_is_not_waited_for() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (base, _) = limited().await;
    let address = base.strip_prefix("http://").unwrap();
    // The beginning of HTTP/2, and no more.
    let silent = ["", "P", "PRI * HTTP/2.0\r\n"].map(async |said| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        // Whether it ends with an error or without is all the same.
        drop(stream.read_to_end(&mut Vec::new()).await);
    });
    // Somebody who says a letter of the head now and then.
    let dripping = async {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        }
    };
    let ended = futures_util::future::join(futures_util::future::join_all(silent), dripping);
    let minute = std::time::Duration::from_secs(60);
    assert!(tokio::time::timeout(minute, ended).await.is_ok(), "still connected after a minute");
}

/// The answer to these bytes, up to its end or the end of the connection.
async fn told(address: &str, bytes: &[u8]) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut answer, mut read) = (Vec::new(), [0; 4096]);
    // The server may have said enough before all is sent.
    drop(stream.write_all(bytes).await);
    while let Ok(length) = stream.read(&mut read).await {
        answer.extend_from_slice(&read[..length]);
        if length == 0 || answer.windows(4).any(|four| four == b"\r\n\r\n") {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn floods_of_headers_and_bodies_are_refused() {
    let (base, client) = limited().await;
    let address = base.strip_prefix("http://").unwrap();
    let lines: String = (0..300).map(|n| format!("X-{n}: x\r\n")).collect();
    let line = format!("X-Long: {}\r\n", "x".repeat(100_000));
    let path = format!("/{}", "x".repeat(100_000));
    for head in [
        format!("GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\n{line}\r\n"),
        format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"),
    ] {
        let answer = told(address, head.as_bytes()).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(matches!(status, "" | "400" | "414" | "431"), "{answer}");
    }
    // A body that is announced, or sent, is waited for by nobody.
    for path in ["/", "/websub/guessed"] {
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
        let answer = told(address, [head.as_bytes(), &[b'x'; 200_000]].concat().as_slice()).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(matches!(status, "404" | "405" | "413" | "429"), "{path}: {answer}");
    }
    assert!(ask(&client, base, "192.0.2.9", "").await.status().is_success());
}

#[tokio::test]
async fn who_finds_no_place_is_told_to_come_back() {
    let (state, _) = world::state();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (router, known) = (server::router(state), Arc::new(server::Places::new(2)));
    tokio::spawn(server::serve_in(Arc::clone(&known), listener, router, std::future::pending()));
    let ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let mut places = Vec::new();
    for _ in 0..2 {
        places.push(tokio::net::TcpStream::connect(&address).await.unwrap());
    }
    for _ in 0..100 {
        let answer = told(&address, ask).await;
        assert!(
            answer.starts_with("HTTP/1.1 503 ") && answer.contains("Retry-After: 30"),
            "{answer}"
        );
    }
    assert_eq!(known.turned_away(), 100);
    // A place that becomes free is there for the next.
    places.pop();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !told(&address, ask).await.starts_with("HTTP/1.1 200 ") {
        assert!(std::time::Instant::now() < until, "no place becomes free");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn those_who_are_turned_away_and_stay_keep_out_nobody() {
    use tokio::io::AsyncReadExt as _;
    let (state, _) = world::state();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (router, places) = (server::router(state), Arc::new(server::Places::new(1)));
    tokio::spawn(server::serve_in(places, listener, router, std::future::pending()));
    let place = tokio::net::TcpStream::connect(&address).await.unwrap();
    let began = std::time::Instant::now();
    let mut stay = Vec::new();
    for _ in 0..64 {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        stay.push(stream);
    }
    drop(place);
    let ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = told(&address, ask).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    // The first of them is let go of after two seconds.
    assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
}
