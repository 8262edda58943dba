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
    let ended = futures_util::future::join_all(silent);
    let minute = std::time::Duration::from_secs(60);
    assert!(tokio::time::timeout(minute, ended).await.is_ok(), "still connected after a minute");
}
