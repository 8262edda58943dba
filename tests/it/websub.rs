//! A feed that names a hub: subscribed to, verified, believed only with its signature, and polled all the same.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot::{
    daemon::{Daemon, Setup},
    fetch::{Client, Settings},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::feed_server::{FeedServer, Seen, answer};

/// Minutes that have passed.
static LATER: AtomicI64 = AtomicI64::new(0);

fn clock() -> DateTime<Utc> {
    let start: DateTime<Utc> = "2027-01-15T08:00:00Z".parse().unwrap();
    start + TimeDelta::minutes(LATER.load(Ordering::SeqCst))
}

/// A site with a feed, and its hub.
async fn site() -> FeedServer {
    FeedServer::start(|seen: &Seen| {
        let host = seen.headers["host"].clone();
        match seen.path.as_str() {
            "/hub" => answer("202 Accepted", &[], b""),
            "/feed.xml" => {
                let body = format!(
                    "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>News</title>\
                     <atom:link rel=\"hub\" href=\"http://{host}/hub\"/><atom:link rel=\"self\" href=\"/feed.xml\"/>\
                     <item><title>Waste workshop, 4 March 2027, 10am</title><guid>1</guid></item></channel></rss>"
                );
                answer("200 OK", &[], body.as_bytes())
            }
            // This one is named, but may not be reached.
            _ => {
                let link = "<http://10.0.0.1/hub>; rel=hub, </other.xml>; rel=self";
                let body = "<rss version=\"2.0\"><channel><title>Other</title></channel></rss>";
                answer("200 OK", &[("Link", link)], body.as_bytes())
            }
        }
    })
    .await
}

/// Waits for something that will be so soon.
async fn soon<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn asked(server: &FeedServer, path: &str) -> Vec<Seen> {
    server.requests().into_iter().filter(|seen| seen.path == path).collect()
}

fn signed(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    format!("sha256={}", data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_is_subscribed_to_verified_and_believed_with_its_signature_only() {
    let (folder, server) = (tempfile::tempdir().unwrap(), site().await);
    let feed = |id: &str, path: &str| {
        let url = server.url(path);
        format!(
            "\n[[feed]]\nid = \"{id}\"\nurl = \"{url}\"\npolicy = \"trusted\"\nallow_private_address = true\n"
        )
    };
    let network =
        "[network]\nname = \"Test\"\nurl = \"https://events.example.org\"\nhost_delay = \"0s\"\n";
    let config = folder.path().join("feeds.toml");
    let text = network.to_owned() + &feed("news", "/feed.xml") + &feed("other", "/other.xml");
    std::fs::write(&config, text).unwrap();
    let fetcher = Arc::new(Client::new(Settings::default()).unwrap());
    let setup = Setup { config, data_dir: folder.path().join("data"), fetcher, clock };
    let daemon = Daemon::start(setup).await.unwrap();
    let control = daemon.control();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(daemon.serve(listener, None, async move { drop(stopped.await) }));

    let question = soon("the hub is asked", async || asked(&server, "/hub").pop()).await;
    let form: HashMap<String, String> =
        url::form_urlencoded::parse(question.body.as_bytes()).into_owned().collect();
    let topic = server.url("/feed.xml").to_string();
    assert_eq!((form["hub.mode"].as_str(), &form["hub.topic"]), ("subscribe", &topic));
    let secret = form["hub.secret"].clone();
    let path = form["hub.callback"].strip_prefix("https://events.example.org").unwrap().to_owned();
    assert!(path.starts_with("/websub/") && path.len() > 30 && secret.len() > 30, "{form:?}");

    let verify = async |path: &str, mode: &str, topic: &str| {
        let query = [("hub.mode", mode), ("hub.topic", topic), ("hub.challenge", "a <b> c")];
        let url = url::Url::parse_with_params(&format!("{address}{path}"), query).unwrap();
        let answer = reqwest::get(url).await.unwrap();
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let tell = async |path: &str, signature: Option<String>| {
        let request = reqwest::Client::new().post(format!("{address}{path}")).body("changed");
        let request = match signature {
            Some(signature) => request.header("X-Hub-Signature", signature),
            None => request,
        };
        request.send().await.unwrap().status().as_u16()
    };
    let right = || Some(signed(&secret, "changed"));
    let checks = || asked(&server, "/feed.xml").len();
    let first = checks();
    LATER.store(2, Ordering::SeqCst);
    // Nobody is believed before we have said that we meant it.
    assert_eq!(tell(&path, right()).await, 202);
    assert_eq!(verify("/websub/guessed", "subscribe", &topic).await.0, 404);
    assert_eq!(verify(&path, "subscribe", "http://elsewhere.example/").await.0, 404);
    assert_eq!(verify(&path, "unsubscribe", &topic).await.0, 404);
    assert_eq!(verify(&path, "subscribe", &topic).await, (200, "a <b> c".to_owned()));
    assert_eq!(tell("/websub/guessed", right()).await, 404);
    for wrong in [None, Some("sha256=00".to_owned()), Some(signed("other", "changed"))] {
        assert_eq!(tell(&path, wrong).await, 202);
    }
    // The engine has taken its turn since: what it was to do, it would have begun.
    control.status().await.unwrap();
    assert_eq!(checks(), first, "a stranger made us ask");
    assert_eq!(tell(&path, right()).await, 202);
    soon("the feed is asked", async || (checks() > first).then_some(())).await;

    let state = control.state().await.unwrap();
    let of = |id: &str| state.feeds.iter().find(|state| state.feed == id).unwrap().websub.clone();
    assert!(of("news").unwrap().until.is_some());
    // That feed's hub is in a private network: it was named, and never reached.
    assert_eq!(of("other").unwrap().hub, "http://10.0.0.1/hub");
    assert_eq!(of("other").unwrap().until, None);
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}
