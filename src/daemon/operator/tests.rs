//! The operator's pages over a daemon with sites that are a table: what they do, and whom they refuse.

use axum::{body::to_bytes, extract::Request, http::Method};
use tower::ServiceExt as _;

use super::*;
use crate::{
    daemon::tests::{House, clock},
    event::Decision,
};

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

/// The pages, and the cookie and token of whoever came in.
struct Visit {
    router: Router,
    cookie: String,
    token: String,
}

async fn send(
    router: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Reply { status: parts.status, headers: parts.headers, text }
}

const HERE: (&str, &str) = ("host", "127.0.0.1:8081");
const SAME: (&str, &str) = ("sec-fetch-site", "same-origin");

fn office(daemon: Remote) -> Arc<Office> {
    let (network, public) = ("Test".to_owned(), "https://events.example.org".to_owned());
    let setup = Setup { daemon, network, zone: Tz::Europe__London, public, clock };
    Arc::new(Office::new(setup).unwrap())
}

impl Visit {
    async fn begin(office: &Arc<Office>) -> Self {
        let router = router(Arc::clone(office));
        let door = office.door().unwrap();
        let entered = send(&router, "GET", &door, &[HERE], "").await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER);
        let set = entered.headers["set-cookie"].to_str().unwrap().to_owned();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
        let cookie = set.split(';').next().unwrap().to_owned();
        // The key is used up.
        assert_eq!(office.door(), None);
        assert_eq!(send(&router, "GET", &door, &[HERE], "").await.status, StatusCode::FORBIDDEN);
        let mut visit = Self { router, cookie, token: String::new() };
        let text = visit.get("/operator").await.text;
        let token = text.split("name=\"token\" value=\"").nth(1).unwrap();
        visit.token = token.split('"').next().unwrap().to_owned();
        visit
    }

    async fn get(&self, path: &str) -> Reply {
        send(&self.router, "GET", path, &[HERE, ("cookie", &self.cookie)], "").await
    }

    /// Sends a form and reads the page that it leads to.
    async fn act(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let fields = fields.iter().copied().chain([("token", self.token.as_str())]);
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [HERE, SAME, ("cookie", self.cookie.as_str())];
        let done = send(&self.router, "POST", path, &headers, &body).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        self.get(done.headers["location"].to_str().unwrap()).await.text
    }
}

#[tokio::test]
async fn the_operator_decides_in_a_browser_as_on_the_command_line() {
    let house = House::with(&["a", "b"]);
    let config = house.dir.path().join("feeds.toml");
    let text = std::fs::read_to_string(&config).unwrap().replacen("trusted", "review", 1);
    std::fs::write(&config, text).unwrap();
    let running = house.start().await;
    running.poll(&[]).await;
    let remote = Remote::find(&house.dir.path().join("data")).await.unwrap();
    let visit = Visit::begin(&office(remote.clone())).await;

    let overview = visit.get("/operator").await.text;
    assert!(overview.contains("1 event to review") && overview.contains("2 feeds"), "{overview}");
    assert!(visit.get("/operator/today").await.text.contains("Waste workshop b"));
    let review = visit.get("/operator/review").await.text;
    assert!(review.contains("Waste workshop a") && !review.contains("Waste workshop b"));
    let id = review.split("name=\"event\" value=\"").nth(1).unwrap().split('"').next().unwrap();

    let refused = visit
        .act("/operator/review", &[("event", id), ("action", "date"), ("words", "soon")])
        .await;
    assert!(refused.contains("Nothing was done"), "{refused}");
    let accepted = visit.act("/operator/review", &[("event", id), ("action", "accept")]).await;
    assert!(accepted.contains("Accepted: it is listed."), "{accepted}");
    assert!(accepted.contains("Nothing waits for you"));
    let listed = |id: &str, state: &crate::store::Snapshot| {
        let listing = state.listings.iter().find(|listing| listing.id == id).unwrap();
        listing.facts.verdict.decision
    };
    assert_eq!(listed(id, &remote.state().await.unwrap()), Decision::Listed);
    let review = visit.get("/operator/review").await.text;
    assert!(!review.contains("role=\"status\""), "a notice is shown once");
    assert!(review.contains("Decided in the last seven days") && review.contains("Accepted. "));
    let back = visit.act("/operator/review", &[("event", id), ("action", "undo")]).await;
    assert!(back.contains("Taken back. It waits for a decision again."), "{back}");
    assert!(back.contains("1 event waits") && !back.contains("Decided in the last"), "{back}");
    assert_eq!(listed(id, &remote.state().await.unwrap()), Decision::Held);
    let rejected = visit.act("/operator/review", &[("event", id), ("action", "reject")]).await;
    assert!(rejected.contains("value=\"undo\""), "what was a slip is taken back at once");
    assert_ne!(listed(id, &remote.state().await.unwrap()), Decision::Listed);
    let none = visit.act("/operator/review", &[("event", "nope"), ("action", "undo")]).await;
    assert!(none.contains("there is no event &quot;nope&quot;. `folkmoot review list`"), "{none}");

    let checked = visit.act("/operator/check", &[("feed", "b")]).await;
    assert!(checked.contains("Checked: "), "{checked}");
    assert!(visit.act("/operator/check", &[]).await.contains("2 feeds were checked."));
    assert!(visit.act("/operator/apply", &[]).await.contains("Applied: 2 feeds."));
    assert!(visit.get("/operator/feeds/b").await.text.contains("Last good"));
    assert_eq!(visit.get("/operator/feeds/nobody").await.status, StatusCode::NOT_FOUND);
    running.stop().await;
    assert_eq!(visit.get("/operator").await.status, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn nobody_else_comes_in_and_no_other_site_s_form_is_obeyed() {
    let house = House::with(&["a"]);
    let running = house.start().await;
    // Its answer means that the socket is there.
    running.poll(&[]).await;
    let remote = Remote::find(&house.dir.path().join("data")).await.unwrap();
    let office = office(remote);
    let outside = router(Arc::clone(&office));
    for path in [
        "/operator",
        "/operator/review",
        "/operator/feeds",
        "/operator/today",
        "/operator/enter?key=x",
    ] {
        let reply = send(&outside, "GET", path, &[HERE], "").await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path}");
        assert!(!reply.text.contains("value=\""), "{path} shows no token");
    }
    let visit = Visit::begin(&office).await;
    let (cookie, token) = (("cookie", visit.cookie.as_str()), format!("token={}", visit.token));
    let origin = |value| ("origin", value);
    let cases: [(_, Vec<(&str, &str)>, &str, _); 9] = [
        ("all is well", vec![HERE, SAME, cookie], &token, 303),
        ("an old browser", vec![HERE, origin("http://127.0.0.1:8081"), cookie], &token, 303),
        ("no token", vec![HERE, SAME, cookie], "", 403),
        ("another token", vec![HERE, SAME, cookie], "token=x", 403),
        ("no cookie", vec![HERE, SAME], &token, 403),
        ("another site", vec![HERE, ("sec-fetch-site", "cross-site"), cookie], &token, 403),
        ("another port", vec![HERE, origin("http://127.0.0.1:9"), cookie], &token, 403),
        (
            "a browser that hides where the form stood",
            vec![HERE, origin("null"), cookie],
            &token,
            403,
        ),
        ("nothing said", vec![HERE, cookie], &token, 403),
    ];
    for (what, headers, body, status) in cases {
        let reply = send(&outside, "POST", "/operator/check", &headers, body).await;
        assert_eq!(reply.status.as_u16(), status, "{what}: {}", reply.text);
    }
    for host in ["events.example.org", "127.0.0.1.example.org:8081", "10.0.0.1:8081", ""] {
        let reply = send(&outside, "GET", "/operator", &[("host", host), cookie], "").await;
        assert_eq!(reply.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    for host in ["localhost:9000", "[::1]:8081", "127.0.0.1"] {
        let reply = send(&outside, "GET", "/operator", &[("host", host), cookie], "").await;
        assert_eq!(reply.status, StatusCode::OK, "{host}");
        assert!(
            reply.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .contains("frame-ancestors 'none'")
        );
        assert_eq!(reply.headers["cache-control"], "no-store");
    }
    running.stop().await;
}

#[tokio::test]
async fn the_public_listener_has_none_of_it() {
    let house = House::with(&["a"]);
    let running = house.start().await;
    let shared = Arc::clone(&running.catalogue);
    let settings = crate::server::Settings::new(crate::feed::Network::default());
    let public = crate::server::router(Arc::new(crate::server::State::new(shared, settings)));
    for address in ADDRESSES {
        let path = address.replace("{id}", "a");
        for method in
            [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS]
        {
            let reply = send(&public, method.as_str(), &path, &[HERE, SAME], "").await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{method} {path}");
        }
    }
    assert_eq!(send(&public, "GET", "/feeds/a", &[HERE], "").await.status, StatusCode::OK);
    running.stop().await;
}
