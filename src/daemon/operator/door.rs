//! Who may come in, and which forms are obeyed.

use std::{
    io::{self, Read as _},
    sync::Arc,
};

use axum::{
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use sha2::{Digest, Sha256};

use super::{Office, locked, onward, page};
use crate::publish::page::operator::{self as pages, Notice};

/// The cookie of a session.
pub(super) const COOKIE: &str = "folkmoot-operator";
/// Pages: nothing from elsewhere, no script at all, framed by nobody.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Somebody who came in with the key.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) cookie: String,
    pub(super) token: String,
    pub(super) notice: Option<Notice>,
}

/// 160 random bits in letters and digits.
pub(super) fn random_word() -> io::Result<String> {
    let mut bytes = [0_u8; 20];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

/// Whether two secrets are equal; the time that this takes says nothing about where they differ.
pub(super) fn same(given: &str, secret: &str) -> bool {
    Sha256::digest(given.as_bytes()) == Sha256::digest(secret.as_bytes())
}

/// Lets through what was asked for under a name of this machine, and dresses every answer.
pub(super) async fn only_from_here(
    State(office): State<Arc<Office>>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let mut response = if host.is_some_and(is_this_machine) {
        next.run(request).await
    } else {
        let words = "This page answers to 127.0.0.1 and localhost only.";
        let html = pages::refusal(&office.lobby(), "Not under this name", words);
        page(StatusCode::MISDIRECTED_REQUEST, html)
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // The browser must say where a form stood; elsewhere nothing is told.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether a Host header names this machine; the port may be that of a tunnel.
fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let loopback = name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    loopback || name.eq_ignore_ascii_case("localhost")
}

/// Lets through who came in with the key, and forms that stood on our own pages.
pub(super) async fn only_with_session(
    State(office): State<Arc<Office>>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::GET && !stood_here(request.headers()) {
        let words = "This form did not come from the operator's own pages. Nothing was done.";
        return page(
            StatusCode::FORBIDDEN,
            pages::refusal(&office.lobby(), "Nothing was done", words),
        );
    }
    let Some(session) = office.session(request.headers()) else {
        let words =
            "Run `folkmoot operator` and open the address that it prints. The address works once.";
        return page(
            StatusCode::FORBIDDEN,
            pages::refusal(&office.lobby(), "Please come in by the door", words),
        );
    };
    let mut request = request;
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// Whether the browser says that a form stood on a page of ours. One that says nothing at all is not believed.
fn stood_here(headers: &HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = said("host").unwrap_or_default();
    let site = said("sec-fetch-site").map(|site| site == "same-origin");
    let origin = said("origin").map(|origin| origin == format!("http://{host}"));
    (site == Some(true) || origin == Some(true)) && site != Some(false) && origin != Some(false)
}

/// Comes in by the key, once.
pub(super) async fn enter(State(office): State<Arc<Office>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let given = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "key");
    let given = given.map(|(_, key)| key.into_owned()).unwrap_or_default();
    let words = (random_word(), random_word());
    let mut key = locked(&office.key);
    let right = key.as_ref().is_some_and(|key| same(&given, key));
    let (true, (Ok(cookie), Ok(token))) = (right, words) else {
        let words = "This address has been used already, or is not right. End `folkmoot operator` with Ctrl-C and run it again.";
        return page(
            StatusCode::FORBIDDEN,
            pages::refusal(&office.lobby(), "This key does not fit", words),
        );
    };
    *key = None;
    let mut response = onward("/operator");
    let set = format!("{COOKIE}={cookie}; Path=/operator; HttpOnly; SameSite=Strict");
    if let Ok(set) = HeaderValue::from_str(&set) {
        response.headers_mut().insert(header::SET_COOKIE, set);
    }
    *locked(&office.session) = Some(Session { cookie, token, notice: None });
    response
}

/// A form of ours: its fields, if it carries the session's token.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn read(body: &Bytes, session: &Session) -> Option<Self> {
        let form = Self(url::form_urlencoded::parse(body).into_owned().collect());
        form.field("token").is_some_and(|token| same(token, &session.token)).then_some(form)
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

pub(super) fn stale(office: &Office) -> Response {
    let words = "This form is not of this session. Nothing was done; please go back to the overview and try again.";
    page(StatusCode::FORBIDDEN, pages::refusal(&office.lobby(), "Nothing was done", words))
}
