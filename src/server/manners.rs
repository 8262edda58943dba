//! The manners of HTTP, the same for every route: validators, codings, caching, cross-origin and security headers.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{FromRequestParts, RawPathParams, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, Utc};

use super::{
    State,
    answer::{Refusal, Said},
    ask::Ask,
    cache::{Coding, Held, Moment},
    language::{self, Spoken},
    limit::Purse,
    origin::{self, Peer},
    routes::{For, Route, Speaks},
};
use crate::publish::page::phrases::frame as f;

/// Longer than this, an answer is not worth waiting for.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often those who wait for changes look for them.
const GLANCE: Duration = Duration::from_millis(250);
/// Longest query that is read: every filter with room to spare.
pub(super) const LONGEST_QUERY: usize = 4_096;

/// Pages: nothing from elsewhere, no script but our own file, framed by nobody.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The embedded page: the same, framed by anybody.
const EMBED_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
     form-action 'self'; frame-ancestors *";
/// Data: never to be run as a page.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Lets a request pass if its address has not asked too often, and says in the answer how that stands.
pub(crate) async fn within_limits(state: Arc<State>, request: Request, next: Next) -> Response {
    let settings = state.settings.load_full();
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let path = request.uri().path();
    let probe = matches!(path, "/healthz" | "/readyz");
    let (Some(limit), Some(peer), false) = (settings.limit, peer, probe) else {
        return next.run(request).await;
    };
    let (headers, trusted) = (request.headers(), &settings.trusted_proxies);
    let client = origin::client(headers, peer, trusted, settings.client_header);
    let purse = Purse::of_path(path);
    let mut standing = state.limiter.take(limit, client, purse, (state.clock)());
    let mut response = match standing.wait {
        Some(wait) => {
            let parts = request.into_parts().0;
            refuse(&state, nobody(&parts), &parts, &Refusal::TooMany(wait))
        }
        None => next.run(request).await,
    };
    if response.status() == StatusCode::NOT_MODIFIED {
        let now = (state.clock)();
        standing = state.limiter.give_back(limit, client, purse, now).unwrap_or(standing);
    }
    let headers = response.headers_mut();
    put(headers, HeaderName::from_static("ratelimit-policy"), &standing.policy());
    put(headers, HeaderName::from_static("ratelimit"), &standing.left());
    response
}

/// Answers one request to one route.
pub(crate) async fn answer(state: Arc<State>, route: &'static Route, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    // `/events/{id}` and `/events/{id}.ics` are one route, since the router knows no endings.
    let calendar = parts.uri.path().ends_with(".ics");
    let (audience, speaks) = match calendar {
        true => (For::Calendars, Speaks::English),
        false => (route.audience, route.speaks),
    };
    let id = match RawPathParams::from_request_parts(&mut parts, &()).await {
        Ok(params) => params.iter().next().map(|(_, value)| value.to_owned()),
        Err(_) => return refuse(&state, (audience, speaks), &parts, &missing()),
    };
    if route.path == "/api/v1/changes" {
        patiently(&state, &parts).await;
    }
    let (spoken, refusal) = language::read(&state.settings.load(), (audience, speaks), &parts);
    if let Some(refusal) = refusal {
        return refuse(&state, (audience, speaks), &parts, &refusal);
    }
    let tongue = Tongue::of(speaks, &spoken);
    match held(&state, route, audience, &parts, id, spoken).await {
        Ok(held) => send(&held, audience, &parts, tongue),
        Err(refusal) => refuse(&state, (audience, speaks), &parts, &refusal),
    }
}

/// Waits until there is a change to tell of, as long as the reader wants to (`wait`).
async fn patiently(state: &State, parts: &Parts) {
    let pairs = Ask::pairs(parts.uri.query().unwrap_or_default(), For::Programs);
    let wanted = pairs.iter().find(|(name, _)| name == "wait").map(|(_, value)| value.as_str());
    let Ok(wait) = super::api::wait(wanted) else { return };
    if wait.is_zero() {
        return;
    }
    // More than this wait in vain: they are answered at once, which costs less than their places.
    let Ok(_place) = state.waiting.try_acquire() else { return };
    let quiet = async {
        while super::api::is_quiet(&state.catalogue.load(), &pairs) {
            tokio::time::sleep(GLANCE).await;
        }
    };
    drop(tokio::time::timeout(wait, quiet).await);
}

fn missing() -> Refusal {
    Refusal::NotFound(Said::Phrase(f::NOTHING_HERE))
}

/// The answer to a path that no route has.
pub(crate) fn nowhere(state: &State, request: Request) -> Response {
    let parts = request.into_parts().0;
    refuse(state, nobody(&parts), &parts, &missing())
}

/// The answer to a method that no route has.
pub(crate) fn unchangeable(state: &State, request: Request) -> Response {
    let parts = request.into_parts().0;
    let refusal = Refusal::Method("GET, HEAD");
    refuse(state, nobody(&parts), &parts, &refusal)
}

/// Who probably asks where no route says so.
fn nobody(parts: &Parts) -> (For, Speaks) {
    let audience = For::of_path(parts.uri.path());
    (audience, if audience.reads_pages() { Speaks::AsReader } else { Speaks::English })
}

/// The answer to a browser that asks first whether another site's script may read the data.
pub(crate) fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, HEAD"),
        ("access-control-allow-headers", "Accept, If-Modified-Since, If-None-Match"),
        ("access-control-max-age", "86400"),
        ("allow", "GET, HEAD, OPTIONS"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// From the shelf if it still holds, else made now.
async fn held(
    state: &Arc<State>,
    route: &'static Route,
    audience: For,
    parts: &Parts,
    id: Option<String>,
    spoken: Spoken,
) -> Result<Arc<Held>, Refusal> {
    let query = parts.uri.query().unwrap_or_default();
    if query.len() > LONGEST_QUERY {
        return Err(Refusal::TooLong);
    }
    let settings = state.settings.load_full();
    let catalogue = state.catalogue.load_full();
    let base = base(state, parts);
    let now = (state.clock)();
    let Spoken { path, pairs, asked, .. } = spoken;
    let period = now.timestamp().div_euclid(audience.period());
    let moment = Moment {
        catalogue: Arc::downgrade(&catalogue),
        settings: Arc::downgrade(&settings),
        period,
    };
    let (tag, links) = (asked.language.tag(), asked.explicit);
    let key = format!("{base} {tag} {links} {path}?{}", Ask::canonical(&pairs));
    let coding = Coding::choose(said(&parts.headers, header::ACCEPT_ENCODING));
    if let Some(held) = state.cache.get(&key, &moment).filter(|held| held.is_ready(coding)) {
        return Ok(held);
    }
    let crowd = || Refusal::Busy(f::CROWD);
    let place = Arc::clone(&state.renderers).acquire_owned();
    let waited = tokio::time::timeout(PATIENCE, place).await;
    let Ok(permit) = waited.map_err(|_| crowd())? else { return Err(Refusal::Broken) };
    // What may depend on the time sees it in whole periods, so that equal content gives equal bytes.
    let seen = DateTime::from_timestamp(period * audience.period(), 0).unwrap_or(now);
    let shelf = Arc::clone(state);
    let make = route.make;
    let work = tokio::task::spawn_blocking(move || {
        // The work goes on when its asker has left, so that it keeps its place itself.
        let _permit = permit;
        let held = match shelf.cache.get(&key, &moment) {
            Some(held) => held,
            None => {
                let ask = Ask { catalogue, settings, base, path, id, pairs, now: seen, asked };
                shelf.cache.put(&key, moment, make(&ask)?, now)
            }
        };
        // Packing takes long enough to hold up others.
        held.body(coding);
        Ok(held)
    });
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(made)) => made,
        Ok(Err(fault)) => {
            tracing::error!(path = parts.uri.path(), %fault, "an answer could not be made");
            Err(Refusal::Broken)
        }
        Err(_) => Err(Refusal::Busy(f::SLOW)),
    }
}

fn base(state: &State, parts: &Parts) -> String {
    let settings = state.settings.load();
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
    origin::base(
        settings.network.url.as_ref(),
        (&parts.headers, parts.uri.authority()),
        peer,
        &settings.trusted_proxies,
        settings.listen,
    )
}

/// What the headers say about the language of an answer.
#[derive(Debug, Clone, Copy)]
struct Tongue {
    /// `Content-Language`, for what has one.
    tag: Option<&'static str>,
    /// Whether the answer depends on `Accept-Language`.
    varies: bool,
}

impl Tongue {
    fn of(speaks: Speaks, spoken: &Spoken) -> Self {
        let tag = (speaks != Speaks::English).then(|| spoken.asked.language.tag());
        Self { tag, varies: spoken.varies }
    }

    fn vary(self) -> &'static str {
        if self.varies { "Accept-Encoding, Accept-Language" } else { "Accept-Encoding" }
    }
}

/// Puts the manners around an answer.
fn send(held: &Held, audience: For, parts: &Parts, tongue: Tongue) -> Response {
    let coding = Coding::choose(said(&parts.headers, header::ACCEPT_ENCODING));
    let (body, coding) = held.body(coding);
    let etag = held.etag(coding);
    let unchanged = unchanged(&parts.headers, &etag, held.last_modified);
    let mut headers = HeaderMap::new();
    put(&mut headers, header::ETAG, &etag);
    put(&mut headers, header::LAST_MODIFIED, &http_date(held.last_modified));
    put(&mut headers, header::VARY, tongue.vary());
    if let Some(tag) = tongue.tag {
        put(&mut headers, header::CONTENT_LANGUAGE, tag);
    }
    put(&mut headers, header::CACHE_CONTROL, audience.cache_control());
    dress(&mut headers, audience);
    for (name, value) in &held.answer.headers {
        put(&mut headers, HeaderName::from_static(name), value);
    }
    let mut response = if unchanged {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        put(&mut headers, header::CONTENT_TYPE, held.answer.content_type);
        if let Some(name) = coding.name() {
            put(&mut headers, header::CONTENT_ENCODING, name);
        }
        headers.insert(header::CONTENT_LENGTH, body.len().into());
        Response::new(if parts.method == Method::HEAD { Body::empty() } else { Body::from(body) })
    };
    *response.headers_mut() = headers;
    response
}

/// RFC 9110, section 13.2.2: `If-None-Match` decides, `If-Modified-Since` only where it is absent.
fn unchanged(headers: &HeaderMap, etag: &str, last_modified: DateTime<Utc>) -> bool {
    let mut tags = headers.get_all(header::IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        return tags.filter_map(|tags| tags.to_str().ok()).flat_map(|tags| tags.split(',')).any(
            |tag| {
                let tag = tag.trim();
                tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
            },
        );
    }
    said(headers, header::IF_MODIFIED_SINCE)
        .and_then(|since| httpdate::parse_http_date(since).ok())
        .is_some_and(|since| DateTime::<Utc>::from(since) >= last_modified)
}

/// Puts the manners around a refusal: a page for people, a problem document for programs.
fn refuse(
    state: &State,
    (audience, speaks): (For, Speaks),
    parts: &Parts,
    refusal: &Refusal,
) -> Response {
    let mut headers = HeaderMap::new();
    dress(&mut headers, audience);
    put(&mut headers, header::CACHE_CONTROL, "no-store");
    let settings = state.settings.load_full();
    let (spoken, _) = language::read(&settings, (audience, speaks), parts);
    match refusal {
        Refusal::Moved(to) | Refusal::Elsewhere(to) => {
            // `no-store` would make every visit to a merged event ask twice.
            let kept = matches!(refusal, Refusal::Moved(_));
            if kept {
                put(&mut headers, header::CACHE_CONTROL, "public, max-age=3600");
            }
            put(&mut headers, header::LOCATION, &spoken.asked.link(to));
        }
        Refusal::Method(allowed) => put(&mut headers, header::ALLOW, allowed),
        Refusal::Busy(_) => put(&mut headers, header::RETRY_AFTER, "30"),
        Refusal::TooMany(wait) => put(&mut headers, header::RETRY_AFTER, &wait.to_string()),
        _ => {}
    }
    let body = if audience.reads_pages() {
        put(&mut headers, header::CONTENT_TYPE, "text/html; charset=utf-8");
        put(&mut headers, header::CONTENT_LANGUAGE, spoken.asked.language.tag());
        if spoken.varies {
            put(&mut headers, header::VARY, "Accept-Language");
        }
        let Spoken { path, pairs, asked, .. } = spoken;
        let (catalogue, base) = (state.catalogue.load_full(), base(state, parts));
        let now = (state.clock)();
        let ask = Ask { catalogue, settings, base, path, id: None, pairs, now, asked };
        super::pages::refusal(&ask, refusal, audience)
    } else {
        put(&mut headers, header::CONTENT_TYPE, "application/problem+json");
        refusal.problem().to_string()
    };
    headers.insert(header::CONTENT_LENGTH, body.len().into());
    let empty = parts.method == Method::HEAD;
    let mut response = Response::new(if empty { Body::empty() } else { Body::from(body) });
    *response.status_mut() =
        StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    response
}

/// An answer that is never kept, for the probes of supervisors.
pub(crate) fn probe(good: bool, words: &str) -> Response {
    let mut response = Response::new(Body::from(format!("{words}\n")));
    if !good {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    let headers = response.headers_mut();
    put(headers, header::CONTENT_TYPE, "text/plain; charset=utf-8");
    put(headers, header::CACHE_CONTROL, "no-store");
    dress(headers, For::Programs);
    response
}

/// Headers that depend on the reader alone.
fn dress(headers: &mut HeaderMap, audience: For) {
    let policy = match audience {
        For::People => PAGE_POLICY,
        For::Frames => EMBED_POLICY,
        For::Programs | For::Calendars | For::Assets => DATA_POLICY,
    };
    put(headers, header::CONTENT_SECURITY_POLICY, policy);
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, header::REFERRER_POLICY, "no-referrer");
    if audience == For::People {
        put(headers, header::X_FRAME_OPTIONS, "DENY");
    }
    if audience.is_open() {
        put(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        put(
            headers,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
        );
        put(headers, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.insert(name, value);
        }
        Err(_) => tracing::warn!(header = %name, "a header could not be written"),
    }
}

fn said(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn if_none_match_wins_over_if_modified_since() {
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let date = http_date(at);
        let cases = [
            (vec![("if-none-match", "\"a\"")], true),
            (vec![("if-none-match", "W/\"b\", \"a\"")], true),
            (vec![("if-none-match", "*")], true),
            (vec![("if-none-match", "\"old\"")], false),
            (vec![("if-none-match", "\"old\""), ("if-modified-since", date.as_str())], false),
            (vec![("if-modified-since", date.as_str())], true),
            (vec![("if-modified-since", "Mon, 01 Jan 2001 00:00:00 GMT")], false),
            (vec![("if-modified-since", "yesterday")], false),
            (vec![], false),
        ];
        for (given, expected) in cases {
            assert_eq!(unchanged(&headers(&given), "\"a\"", at), expected, "{given:?}");
        }
    }

    #[test]
    fn dates_are_those_of_http() {
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let again = httpdate::parse_http_date(&http_date(at)).unwrap();
        assert_eq!(DateTime::<Utc>::from(again), at);
    }
}
