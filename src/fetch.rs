//! Asks a site for a feed, politely and with care: what comes back is bytes, "nothing new", or a typed failure.
//!
//! Redirects are followed here, hop by hop, so that each hop passes the guard in [`guard`], headers of the
//! operator stay with the feed's own origin, and permanent moves are told apart from passing ones.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use url::Url;

use crate::feed::Network;

mod failure;
mod file;
pub mod guard;
mod links;
pub mod robots;
mod validity;

pub use failure::{Failure, FailureKind};

/// Largest body, decoded (DESIGN, section 6).
pub const BODY_CAP: usize = 16 * 1024 * 1024;
/// Redirects followed in one fetch.
const REDIRECTS: usize = 8;

/// How to ask; the same for all feeds of a network.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Goes into the User-Agent: a page or address where the operator is found.
    pub contact: Option<String>,
    /// Until the connection stands.
    pub connect_timeout: Duration,
    /// For one whole answer, redirects included.
    pub timeout: Duration,
    /// Largest body in bytes.
    pub body_cap: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            contact: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            body_cap: BODY_CAP,
        }
    }
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `http`, `https`, `webcal`, `webcals` or `file`.
    pub url: Url,
    /// The operator's headers for this feed; they stay with the origin of `url`.
    pub headers: BTreeMap<String, String>,
    /// Private addresses may be dialled, for the host of `url` and until a redirect has led away from it.
    pub allow_private: bool,
    /// The port besides 80 and 443 that may be dialled: the one that the operator wrote, never one that a feed names.
    pub port: Option<u16>,
    /// ETag of the last good answer.
    pub etag: Option<String>,
    /// Last-Modified of the last good answer.
    pub last_modified: Option<String>,
    /// The origin that gave these two, which alone is shown them; that of `url` unless said.
    pub validators_from: Option<String>,
    /// The folder that a `file:` address must lie under; `None` refuses `file:`.
    pub file_root: Option<PathBuf>,
}

impl Request {
    /// A question without validators, headers or permissions.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self {
            port: url.port(),
            url,
            headers: BTreeMap::new(),
            allow_private: false,
            etag: None,
            last_modified: None,
            validators_from: None,
            file_root: None,
        }
    }
}

/// What is known of an answer besides its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meta {
    /// HTTP status; `None` for files.
    pub status: Option<u16>,
    /// Content-Type as sent.
    pub content_type: Option<String>,
    /// ETag as sent.
    pub etag: Option<String>,
    /// Last-Modified as sent.
    pub last_modified: Option<String>,
    /// How long the answer stays fresh, by Cache-Control or Expires (RFC 9111).
    pub fresh_for: Option<Duration>,
    /// Where a permanent redirect (301, 308) leads, when every hop was permanent.
    pub moved_to: Option<Url>,
    /// The address that answered at last.
    pub final_url: Option<Url>,
    /// The WebSub hub and topic that its Link header names.
    pub hub: Option<Url>,
    /// See `hub`.
    pub topic: Option<Url>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// 200 with its body.
    Body {
        /// Headers and the like.
        meta: Meta,
        /// Decoded body.
        bytes: Bytes,
    },
    /// 304, or a file that has not changed.
    NotModified(Meta),
    /// No feed came.
    Failed(Failure),
}

/// The one HTTP client of the program, in its guarded form and in the form for feeds that may be private.
#[derive(Debug, Clone)]
pub struct Client {
    guarded: reqwest::Client,
    open: reqwest::Client,
    settings: Settings,
}

/// Asked for in this order; sites that negotiate give the calendar first.
const ACCEPT: &str = "text/calendar, application/rss+xml, application/atom+xml, application/feed+json, \
                      application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5";

impl Client {
    /// Builds the client.
    ///
    /// # Errors
    /// When the system's certificates cannot be loaded.
    pub fn new(settings: Settings) -> Result<Self, reqwest::Error> {
        Self::with_lookup(settings, Arc::new(guard::SystemLookup))
    }

    /// Builds the client of a network, which says who asks.
    ///
    /// # Errors
    /// When the system's certificates cannot be loaded.
    pub fn of(network: &Network) -> Result<Self, reqwest::Error> {
        Self::new(Settings { contact: network.contact.clone(), ..Settings::default() })
    }

    /// The same with another way to find the addresses of names.
    ///
    /// # Errors
    /// When the system's certificates cannot be loaded.
    pub fn with_lookup(
        settings: Settings,
        lookup: Arc<dyn guard::Lookup>,
    ) -> Result<Self, reqwest::Error> {
        let guarded = build(&settings, guard::Resolver::new(false, Arc::clone(&lookup)))?;
        let open = build(&settings, guard::Resolver::new(true, lookup))?;
        Ok(Self { guarded, open, settings })
    }

    /// Asks once; never longer than the timeout, never more than the cap.
    pub async fn get(&self, request: &Request) -> Fetched {
        if request.url.scheme() == "file" {
            return file::read(request, self.settings.body_cap).await;
        }
        match tokio::time::timeout(self.settings.timeout, self.ask_all(request)).await {
            Ok(Ok(fetched)) => fetched,
            Ok(Err(failure)) => Fetched::Failed(failure),
            Err(_) => Fetched::Failed(FailureKind::Timeout(self.settings.timeout).into()),
        }
    }

    /// Sends a form, to a stranger's address too: the guard holds, and no redirect is followed. Gives the status.
    ///
    /// # Errors
    /// When it could not be sent.
    pub async fn post(&self, request: &Request, form: &[(&str, &str)]) -> Result<u16, Failure> {
        guard::check_url(&request.url, request.port, request.allow_private)?;
        let client = if request.allow_private { &self.open } else { &self.guarded };
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let sent = client
            .post(request.url.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .timeout(self.settings.timeout)
            .body(body)
            .send()
            .await;
        sent.map(|answer| answer.status().as_u16()).map_err(|error| Failure::from_reqwest(&error))
    }

    /// Posts something as JSON to an address of the operator's own.
    ///
    /// # Errors
    /// When it is not taken, in words.
    pub async fn tell(
        &self,
        url: &str,
        what: &(impl serde::Serialize + Sync),
    ) -> Result<(), String> {
        let sent = self.open.post(url).timeout(self.settings.timeout).json(what).send().await;
        match sent {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(format!("it answered {}", response.status())),
            // Its address may be a secret.
            Err(error) => Err(error.without_url().to_string()),
        }
    }

    /// `webcal:` says nothing of http or https: the secure form is tried first, as clients do.
    async fn ask_all(&self, request: &Request) -> Result<Fetched, Failure> {
        match request.url.scheme() {
            "http" | "https" => self.follow(request, request.url.clone()).await,
            "webcals" => self.follow(request, with_scheme(&request.url, "https")?).await,
            "webcal" => match self.follow(request, with_scheme(&request.url, "https")?).await {
                // Nothing secret is sent in clear because somebody stands in the way of the secure form.
                Err(Failure { kind: FailureKind::Connect(_) | FailureKind::Tls(_), .. })
                    if request.headers.is_empty() && request.url.password().is_none() =>
                {
                    self.follow(request, with_scheme(&request.url, "http")?).await
                }
                other => other,
            },
            other => Err(FailureKind::Scheme(other.to_owned()).into()),
        }
    }

    async fn follow(&self, request: &Request, first: Url) -> Result<Fetched, Failure> {
        let (origin, home) = (first.origin(), first.host().map(|host| host.to_owned()));
        let mut url = first;
        let mut seen = vec![url.clone()];
        let mut moved = None;
        let mut all_permanent = true;
        // What another site answers may not lead back into a private network either, so this never turns true again.
        let mut private = request.allow_private;
        loop {
            private &= url.host().map(|host| host.to_owned()) == home;
            guard::check_url(&url, request.port, private)?;
            let own = url.origin() == origin;
            let response = self.ask(request, &url, own, private).await?;
            let status = response.status();
            if !is_redirect(status) {
                return self.answer(response, url, moved).await;
            }
            let target = redirect_target(&url, response.headers())?;
            all_permanent &= matches!(status.as_u16(), 301 | 308);
            moved = all_permanent.then(|| target.clone());
            if seen.contains(&target) {
                return Err(FailureKind::RedirectLoop.into());
            }
            if seen.len() > REDIRECTS {
                return Err(FailureKind::TooManyRedirects(REDIRECTS).into());
            }
            seen.push(target.clone());
            url = target;
        }
    }

    async fn ask(
        &self,
        request: &Request,
        url: &Url,
        own: bool,
        private: bool,
    ) -> Result<reqwest::Response, Failure> {
        let client = if private { &self.open } else { &self.guarded };
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(ACCEPT));
        // Both the validators and the operator's headers belong to one origin.
        let from = request.validators_from.as_deref();
        if from.map_or(own, |from| from == url.origin().ascii_serialization()) {
            let validators = [
                (header::IF_NONE_MATCH, &request.etag),
                (header::IF_MODIFIED_SINCE, &request.last_modified),
            ];
            for (name, value) in validators {
                if let Some(value) = value.as_deref().and_then(|v| HeaderValue::from_str(v).ok()) {
                    headers.insert(name, value);
                }
            }
        }
        if own {
            for (name, value) in &request.headers {
                let pair = (HeaderName::try_from(name), HeaderValue::from_str(value));
                if let (Ok(name), Ok(value)) = pair {
                    headers.insert(name, value);
                }
            }
        }
        client
            .get(url.clone())
            .headers(headers)
            .send()
            .await
            .map_err(|error| Failure::from_reqwest(&error))
    }

    async fn answer(
        &self,
        response: reqwest::Response,
        url: Url,
        moved_to: Option<Url>,
    ) -> Result<Fetched, Failure> {
        let (status, headers) = (response.status(), response.headers());
        let text =
            |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).map(str::to_owned);
        let (hub, topic) = links::websub(headers, &url);
        let meta = Meta {
            hub,
            topic,
            status: Some(status.as_u16()),
            content_type: text(header::CONTENT_TYPE),
            etag: text(header::ETAG),
            last_modified: text(header::LAST_MODIFIED),
            fresh_for: validity::fresh_for(headers),
            moved_to,
            final_url: Some(url),
        };
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::NotModified(meta));
        }
        if !status.is_success() {
            let retry_after = validity::retry_after(headers, crate::clock::now().into());
            return Err(Failure { retry_after, ..FailureKind::Status(status.as_u16()).into() });
        }
        let bytes = self.body(response).await?;
        Ok(Fetched::Body { meta, bytes })
    }

    /// Reads the decoded body, so that a small bomb cannot become a large body.
    async fn body(&self, mut response: reqwest::Response) -> Result<Bytes, Failure> {
        let cap = self.settings.body_cap;
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| Failure::from_reqwest(&error))?
        {
            if body.len() + chunk.len() > cap {
                return Err(FailureKind::TooLarge(cap).into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }
}

fn build(
    settings: &Settings,
    resolver: Arc<guard::Resolver>,
) -> Result<reqwest::Client, reqwest::Error> {
    let contact = settings.contact.as_ref().map(|contact| format!("; +{contact}"));
    let agent = format!("Folkmoot/{}{}", env!("CARGO_PKG_VERSION"), contact.unwrap_or_default());
    // A name in the contact may hold what a header may not.
    let agent: String = agent.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).collect();
    reqwest::Client::builder()
        .user_agent(agent)
        .connect_timeout(settings.connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(Duration::from_secs(15))
        .dns_resolver(resolver)
        .build()
}

/// The same address under another scheme; `Url::set_scheme` refuses to make a special scheme of another.
fn with_scheme(url: &Url, scheme: &str) -> Result<Url, Failure> {
    let rest = url.as_str().split_once(':').map_or("", |(_, rest)| rest);
    let parsed = Url::parse(&format!("{scheme}:{rest}"));
    parsed.map_err(|_| FailureKind::Scheme(url.scheme().to_owned()).into())
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn redirect_target(from: &Url, headers: &HeaderMap) -> Result<Url, Failure> {
    let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|location| from.join(location).ok());
    let mut target = target.ok_or_else(|| Failure::from(FailureKind::BadRedirect))?;
    target.set_fragment(None);
    if from.scheme() == "https" && target.scheme() == "http" {
        return Err(FailureKind::Downgrade.into());
    }
    Ok(target)
}
