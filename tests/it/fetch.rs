//! The fetcher against a server that misbehaves in every way that is seen in the wild.

use std::{io::Write, time::Duration};

use folkmoot::fetch::{Client, Failure, FailureKind, Fetched, Request, Settings};

use crate::feed_server::{Answer, FeedServer, answer};

const CALENDAR: &[u8] = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";

fn client(settings: Settings) -> Client {
    Client::new(settings).unwrap()
}

fn open(url: url::Url) -> Request {
    Request { allow_private: true, ..Request::new(url) }
}

async fn failure(client: &Client, request: &Request) -> FailureKind {
    match client.get(request).await {
        Fetched::Failed(Failure { kind, .. }) => kind,
        other => panic!("a failure was expected, not {other:?}"),
    }
}

#[tokio::test]
async fn a_body_comes_with_its_validators_and_304_without() {
    let server = FeedServer::start(|seen| match seen.headers.get("if-none-match") {
        Some(tag) if tag == "\"v1\"" => answer("304 Not Modified", &[("ETag", "\"v1\"")], b""),
        _ => answer("200 OK", &[("ETag", "\"v1\""), ("Cache-Control", "max-age=900")], CALENDAR),
    })
    .await;
    let contact = Some("https://events.example.org/about".to_owned());
    let client = client(Settings { contact, ..Settings::default() });
    let mut request = open(server.url("/a.ics"));
    let Fetched::Body { meta, bytes } = client.get(&request).await else { panic!("no body") };
    assert_eq!(bytes, CALENDAR);
    assert_eq!(meta.fresh_for, Some(Duration::from_secs(900)));
    request.etag = meta.etag;
    assert!(matches!(client.get(&request).await, Fetched::NotModified(_)));
    let agent = &server.requests()[0].headers["user-agent"];
    assert!(
        agent.starts_with("Folkmoot/") && agent.contains("+https://events.example.org/about"),
        "{agent}"
    );
}

#[tokio::test]
async fn compressed_bodies_are_unpacked_and_bombs_are_stopped() {
    let pack = |bytes: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    };
    let (small, bomb) = (pack(CALENDAR), pack(&vec![b' '; 4 * 1024 * 1024]));
    assert!(bomb.len() < 10_000);
    let server = FeedServer::start(move |seen| {
        let body = if seen.path == "/bomb" { &bomb } else { &small };
        answer("200 OK", &[("Content-Encoding", "gzip")], body)
    })
    .await;
    let client = client(Settings { body_cap: 1024 * 1024, ..Settings::default() });
    let Fetched::Body { bytes, .. } = client.get(&open(server.url("/small"))).await else {
        panic!("no body")
    };
    assert_eq!(bytes, CALENDAR);
    assert_eq!(
        failure(&client, &open(server.url("/bomb"))).await,
        FailureKind::TooLarge(1024 * 1024)
    );
}

#[tokio::test]
async fn endless_silent_and_broken_answers_end() {
    let server = FeedServer::start(|seen| match seen.path.as_str() {
        "/endless" => Answer::Endless,
        "/silent" => Answer::Silent,
        "/cut" => Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nBEGIN".to_vec()),
        _ => answer("200 OK", &[("Content-Encoding", "gzip")], b"this is not gzip"),
    })
    .await;
    let timeout = Duration::from_millis(500);
    let client = client(Settings { body_cap: 65_536, timeout, ..Settings::default() });
    assert_eq!(
        failure(&client, &open(server.url("/endless"))).await,
        FailureKind::TooLarge(65_536)
    );
    assert_eq!(failure(&client, &open(server.url("/silent"))).await, FailureKind::Timeout(timeout));
    assert!(matches!(failure(&client, &open(server.url("/cut"))).await, FailureKind::Broken(_)));
    assert!(matches!(failure(&client, &open(server.url("/lie"))).await, FailureKind::Broken(_)));
}

#[tokio::test]
async fn redirects_are_followed_reported_and_bounded() {
    let server = FeedServer::start(|seen| match seen.path.as_str() {
        "/old" => answer("301 Moved Permanently", &[("Location", "/older")], b""),
        "/older" => answer("308 Permanent Redirect", &[("Location", "/new")], b""),
        "/passing" => answer("302 Found", &[("Location", "/old")], b""),
        "/circle" => answer("302 Found", &[("Location", "/circle")], b""),
        "/nowhere" => answer("302 Found", &[], b""),
        "/file" => answer("302 Found", &[("Location", "file:///etc/passwd")], b""),
        "/redis" => answer("302 Found", &[("Location", "http://127.0.0.1:6379/")], b""),
        path if path.starts_with("/chain") => {
            let next = format!("/chain{}", path.len());
            answer("302 Found", &[("Location", &(next + path))], b"")
        }
        _ => answer("200 OK", &[], CALENDAR),
    })
    .await;
    let client = client(Settings::default());
    let Fetched::Body { meta, .. } = client.get(&open(server.url("/old"))).await else {
        panic!("no body")
    };
    assert_eq!(meta.moved_to, Some(server.url("/new")));
    let Fetched::Body { meta, .. } = client.get(&open(server.url("/passing"))).await else {
        panic!("no body")
    };
    assert_eq!(meta.moved_to, None, "one passing hop makes the whole chain passing");
    assert_eq!(failure(&client, &open(server.url("/circle"))).await, FailureKind::RedirectLoop);
    assert_eq!(failure(&client, &open(server.url("/nowhere"))).await, FailureKind::BadRedirect);
    assert!(matches!(failure(&client, &open(server.url("/file"))).await, FailureKind::Scheme(_)));
    assert_eq!(failure(&client, &open(server.url("/redis"))).await, FailureKind::Port(6379));
    assert!(matches!(
        failure(&client, &open(server.url("/chain"))).await,
        FailureKind::TooManyRedirects(_)
    ));
}

#[tokio::test]
async fn private_addresses_are_refused_before_a_byte_is_sent() {
    let server = FeedServer::start(|_| answer("200 OK", &[], CALENDAR)).await;
    let client = client(Settings::default());
    let by_name = server.url("/").as_str().replace("127.0.0.1", "localhost");
    for url in [server.url("/"), url::Url::parse(&by_name).unwrap()] {
        let kind = failure(&client, &Request::new(url.clone())).await;
        assert!(matches!(kind, FailureKind::PrivateAddress(_)), "{url}: {kind:?}");
    }
    assert!(server.requests().is_empty());
}

/// Every form of a private address that a site may redirect to.
const PRIVATE: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.255.255.254",
    "%31%32%37.0.0.1",
    "１２７.０.０.１",
    "127。0。0。1",
    "localhost",
    "LOCALHOST",
    "0",
    "0.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "167772161",
    "0xa000001",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.65535",
    "3232235777",
    "0xc0a80101",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "168.63.129.16",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[ff05::1:3]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::]",
    "[2001:0:4136:e378::]",
    "[2001:db8::1]",
    "[100::1]",
    "[3fff::1]",
    "user:secret@127.0.0.1",
];

/// The names of the other site, as a DNS that the attacker owns would give them.
#[derive(Debug)]
struct Elsewhere;

impl folkmoot::fetch::guard::Lookup for Elsewhere {
    fn addresses(
        &self,
        host: String,
    ) -> futures_util::future::BoxFuture<'static, std::io::Result<Vec<std::net::IpAddr>>> {
        let address = match host.as_str() {
            "mapped.example" => "::ffff:127.0.0.1",
            "metadata.example" => "169.254.169.254",
            _ => "127.0.0.1",
        };
        Box::pin(async move { Ok(vec![address.parse().unwrap()]) })
    }
}

#[tokio::test]
async fn every_form_of_private_address_is_refused_and_hears_nothing() {
    let server = FeedServer::start(|_| answer("200 OK", &[], CALENDAR)).await;
    let port = server.address.port();
    let client = Client::with_lookup(Settings::default(), std::sync::Arc::new(Elsewhere)).unwrap();
    let names = ["rebind.example", "mapped.example", "metadata.example"];
    for host in PRIVATE.iter().chain(&names) {
        let url = url::Url::parse(&format!("http://{host}:{port}/")).unwrap();
        let kind = failure(&client, &Request::new(url)).await;
        assert!(matches!(kind, FailureKind::PrivateAddress(_)), "{host}: {kind:?}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_redirect_to_any_of_them_is_refused_too() {
    // The first hop is the operator's own private feed; where it leads is not: another port is never named, and a
    // name that leads home is looked up by the guarded client.
    let inner = FeedServer::start(|_| answer("200 OK", &[], CALENDAR)).await;
    let port = inner.address.port();
    let server = FeedServer::start(move |seen| {
        let number: usize = seen.path.trim_start_matches('/').parse().unwrap();
        let host = PRIVATE[number].replace(|c: char| !c.is_ascii(), "");
        answer("302 Found", &[("Location", &format!("http://{host}:{port}/"))], b"")
    })
    .await;
    let client = client(Settings::default());
    for (number, host) in PRIVATE.iter().enumerate() {
        let kind = failure(&client, &open(server.url(&format!("/{number}")))).await;
        let refused = matches!(kind, FailureKind::Port(_) | FailureKind::BadRedirect);
        assert!(refused, "{host}: {kind:?}");
    }
    assert!(inner.requests().is_empty());
}

#[tokio::test]
async fn floods_and_drips_are_named() {
    let server = FeedServer::start(|seen| match seen.path.as_str() {
        "/headers" => Answer::Headers,
        _ => Answer::Drip,
    })
    .await;
    let timeout = Duration::from_millis(700);
    let client = client(Settings { timeout, ..Settings::default() });
    assert_eq!(failure(&client, &open(server.url("/drip"))).await, FailureKind::Timeout(timeout));
    assert_eq!(failure(&client, &open(server.url("/headers"))).await, FailureKind::HeaderFlood);
}

#[tokio::test]
async fn the_operator_may_introduce_us_under_another_name() {
    let server = FeedServer::start(|_| answer("200 OK", &[], CALENDAR)).await;
    let mut request = open(server.url("/"));
    request.headers.insert("User-Agent".into(), "Mozilla/5.0 (as the council asked)".into());
    let _ = client(Settings::default()).get(&request).await;
    assert_eq!(server.requests()[0].headers["user-agent"], "Mozilla/5.0 (as the council asked)");
}

/// The permission for a private network is for the host that the operator wrote, not for where it leads.
#[tokio::test]
async fn a_redirect_leads_into_no_other_private_host() {
    let server = FeedServer::start(|seen| match seen.path.as_str() {
        "/feed" => answer("302 Found", &[("Location", "/moved")], b""),
        "/moved" => answer("200 OK", &[], CALENDAR),
        "/metadata" => answer("302 Found", &[("Location", "http://169.254.169.254/latest")], b""),
        path => {
            let port = path.trim_start_matches('/');
            let target = format!("http://localhost:{port}/moved");
            answer("302 Found", &[("Location", &target)], b"")
        }
    })
    .await;
    let client = client(Settings::default());
    let port = server.address.port();
    assert!(matches!(client.get(&open(server.url("/feed"))).await, Fetched::Body { .. }));
    for path in ["/metadata".to_owned(), format!("/{port}")] {
        let kind = failure(&client, &open(server.url(&path))).await;
        assert!(matches!(kind, FailureKind::PrivateAddress(_)), "{path}: {kind:?}");
    }
    let asked = server.requests().iter().filter(|seen| seen.path == "/moved").count();
    assert_eq!(asked, 1, "by its other name it was not asked");
}

#[tokio::test]
async fn the_operators_headers_stay_with_the_feeds_own_origin() {
    let other = FeedServer::start(|_| answer("200 OK", &[], CALENDAR)).await;
    let port = other.address.port();
    // Another host name makes another origin; the port is the same so that the guard lets it pass.
    let target = format!("http://localhost:{port}/there");
    let own = FeedServer::start(move |_| answer("302 Found", &[("Location", &target)], b"")).await;
    let client = client(Settings::default());
    let mut request = open(own.url("/"));
    request.headers.insert("X-Key".into(), "secret".into());
    let kind = client.get(&request).await;
    assert_eq!(own.requests()[0].headers["x-key"], "secret");
    assert!(other.requests().iter().all(|seen| !seen.headers.contains_key("x-key")), "{kind:?}");
}

#[tokio::test]
async fn validators_are_shown_to_the_origin_that_gave_them() {
    let server = FeedServer::start(|seen| match seen.path.as_str() {
        "/moved" => answer("301 Moved Permanently", &[("Location", "/here")], b""),
        _ => answer("200 OK", &[], CALENDAR),
    })
    .await;
    let client = client(Settings::default());
    let mut request = open(server.url("/moved"));
    request.etag = Some("\"v1\"".into());
    let shown = async |request: &Request| {
        client.get(request).await;
        let last = server.requests().pop().unwrap();
        (last.path, last.headers.contains_key("if-none-match"))
    };
    assert_eq!(shown(&request).await, ("/here".to_owned(), true));
    request.validators_from = Some("https://elsewhere.example".into());
    assert_eq!(shown(&request).await, ("/here".to_owned(), false));
    request.validators_from = Some(server.url("/").origin().ascii_serialization());
    assert_eq!(shown(&request).await, ("/here".to_owned(), true));
}

#[tokio::test]
async fn statuses_are_told_apart_and_retry_after_is_kept() {
    let server = FeedServer::start(|seen| match seen.path.as_str() {
        "/later" => answer("429 Too Many Requests", &[("Retry-After", "120")], b""),
        "/gone" => answer("410 Gone", &[], b""),
        _ => answer("500 Internal Server Error", &[], b""),
    })
    .await;
    let client = client(Settings::default());
    let Fetched::Failed(later) = client.get(&open(server.url("/later"))).await else {
        panic!("no failure")
    };
    assert_eq!(later.retry_after, Some(Duration::from_secs(120)));
    assert_eq!(failure(&client, &open(server.url("/gone"))).await, FailureKind::Status(410));
    assert_eq!(failure(&client, &open(server.url("/fault"))).await, FailureKind::Status(500));
}

#[tokio::test]
async fn files_are_read_under_the_root_only() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("samples");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(inside.join("a.ics"), CALENDAR).unwrap();
    std::fs::write(folder.path().join("secret"), b"secret").unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret"), inside.join("link.ics")).unwrap();
    let client = client(Settings::default());
    let request = |name: &str| Request {
        file_root: Some(inside.clone()),
        ..Request::new(url::Url::from_file_path(inside.join(name)).unwrap())
    };
    let Fetched::Body { meta, bytes } = client.get(&request("a.ics")).await else {
        panic!("no body")
    };
    assert_eq!(bytes, CALENDAR);
    let again = Request { etag: meta.etag, ..request("a.ics") };
    assert!(matches!(client.get(&again).await, Fetched::NotModified(_)));
    assert!(matches!(failure(&client, &request("link.ics")).await, FailureKind::FileOutside(_)));
    assert!(matches!(failure(&client, &request("none.ics")).await, FailureKind::NoSuchFile(_)));
    let rootless = Request { file_root: None, ..request("a.ics") };
    assert!(matches!(failure(&client, &rootless).await, FailureKind::FileOutside(_)));
}
