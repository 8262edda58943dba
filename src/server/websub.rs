//! Where hubs reach us (WebSub): they ask whether a subscription was meant, and tell that a feed has changed.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Path, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::{State, manners::LONGEST_QUERY};
use crate::refresh::websub::Verification;

/// Largest body that a hub may send: that of a feed.
const LARGEST: usize = crate::fetch::BODY_CAP;
/// How long it may take over it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bodies of hubs that are read at once.
pub(super) const AT_ONCE: usize = 4;

/// Who knows the subscriptions.
pub trait Callbacks: Send + Sync {
    /// Whether a callback address is one of ours.
    fn knows<'a>(&'a self, token: &'a str) -> BoxFuture<'a, bool>;
    /// What to answer a hub that asks whether we meant it, if we did.
    fn verify<'a>(&'a self, token: &'a str, asked: Verification) -> BoxFuture<'a, Option<String>>;
    /// A hub says that something has changed; whether it is the hub that speaks is found out there.
    fn told<'a>(
        &'a self,
        token: &'a str,
        signature: Option<String>,
        body: Bytes,
    ) -> BoxFuture<'a, ()>;
}

fn answer(status: StatusCode, words: String) -> Response {
    let mut response = Response::new(Body::from(words));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn nothing() -> Response {
    answer(StatusCode::NOT_FOUND, "there is no such subscription".into())
}

/// `GET`: the hub verifies that we meant it.
pub(super) async fn verify(
    state: Arc<State>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let Some(callbacks) = state.callbacks.get() else { return nothing() };
    let query = request.uri().query().unwrap_or_default();
    let query = query.get(..query.len().min(LONGEST_QUERY)).unwrap_or_default();
    let value = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let asked = Verification {
        mode: value("hub.mode"),
        topic: value("hub.topic"),
        challenge: value("hub.challenge"),
        lease: value("hub.lease_seconds").parse().ok(),
    };
    match callbacks.verify(&token, asked).await {
        Some(challenge) => answer(StatusCode::OK, challenge),
        None => nothing(),
    }
}

/// `POST`: the hub says that the feed has changed. No body is read for an address that we did not give away, and whoever
/// signs badly is not told so.
pub(super) async fn told(
    state: Arc<State>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let Some(callbacks) = state.callbacks.get() else { return nothing() };
    if !callbacks.knows(&token).await {
        return nothing();
    }
    let Ok(_place) = state.hubs.try_acquire() else {
        let mut busy = answer(StatusCode::SERVICE_UNAVAILABLE, "please try again".into());
        busy.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
        return busy;
    };
    let signature = signature(request.headers());
    let read = axum::body::to_bytes(request.into_body(), LARGEST);
    match tokio::time::timeout(PATIENCE, read).await {
        Ok(Ok(body)) => callbacks.told(&token, signature, body).await,
        Ok(Err(_)) => return answer(StatusCode::PAYLOAD_TOO_LARGE, "too large".into()),
        Err(_) => return answer(StatusCode::REQUEST_TIMEOUT, "too slow".into()),
    }
    answer(StatusCode::ACCEPTED, String::new())
}

fn signature(headers: &HeaderMap) -> Option<String> {
    let name = HeaderName::from_static("x-hub-signature");
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
