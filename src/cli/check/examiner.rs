//! Looks at a feed as the daemon does, and keeps nothing.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use folkmoot::{
    clock,
    config::Loaded,
    feed::Feed,
    fetch::{Client, Failure, FailureKind, Fetched, Meta, Request},
    refresh::{
        Reader, Settings,
        making::{Extent, Made, Stopped, Work},
        reader::question,
    },
    schedule,
};
use url::Url;

use super::super::Failed;

/// Looks at feeds with the network's own rules.
pub(crate) struct Examiner {
    pub(crate) settings: Arc<Settings>,
    pub(crate) reader: Reader,
}

/// The bytes of a feed, and what came with them.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) meta: Meta,
}

/// A feed, read and judged.
pub(crate) struct Examined {
    pub(crate) feed: Feed,
    pub(crate) body: Body,
    pub(crate) made: Made,
}

impl From<Stopped> for Failed {
    fn from(stopped: Stopped) -> Self {
        Self::Other(stopped.to_string())
    }
}

impl Body {
    /// What a site gave, or why not.
    pub(crate) fn of(fetched: Fetched) -> Result<Self, Failed> {
        match fetched {
            Fetched::Body { meta, bytes } => Ok(Self { bytes, meta }),
            Fetched::NotModified(_) => {
                Err(Failed::Other("the site answered 304 to a first question".into()))
            }
            Fetched::Failed(Failure { kind: FailureKind::PrivateAddress(address), .. }) => {
                Err(Failed::Other(format!(
                    "the address {address} is on a private network\n  If that is meant, say --allow-private-address."
                )))
            }
            Fetched::Failed(failure) => Err(Failed::Other(failure.kind.to_string())),
        }
    }

    /// A file, and the address that it once came from.
    pub(crate) fn of_file(bytes: Vec<u8>, url: Option<Url>) -> Self {
        Self { bytes: bytes.into(), meta: Meta { final_url: url, ..Meta::default() } }
    }
}

impl Examiner {
    pub(crate) fn new(loaded: Loaded) -> Result<Self, Failed> {
        let failed = |error: &dyn std::fmt::Display| Failed::Other(error.to_string());
        let client = Client::of(&loaded.config.network).map_err(|error| failed(&error))?;
        let settings = Settings::new(loaded).map_err(|error| failed(&error))?;
        Ok(Self { settings: Arc::new(settings), reader: Reader::new(Arc::new(client)) })
    }

    /// The bytes at a feed's address.
    pub(crate) async fn fetch(&self, feed: &Feed) -> Result<Body, Failed> {
        let config = &self.settings.config;
        let fetched = match question(feed, config) {
            Ok(request) => {
                let host = schedule::host(feed);
                self.reader.fetch(&request, host, config.network.host_delay).await
            }
            Err(failure) => Fetched::Failed(failure),
        };
        Body::of(fetched)
    }

    /// A page of a site, if its robots.txt lets us.
    pub(crate) async fn visit(&self, url: &Url, private: bool) -> Result<Body, Failed> {
        let request = Request { allow_private: private, ..Request::new(url.clone()) };
        let pause = self.settings.config.network.host_delay;
        let visited = self.reader.visit(&request, pause, clock::now()).await;
        Body::of(visited.map_err(|kept_out| Failed::Other(kept_out.to_string()))?)
    }

    /// Makes sense of a feed's bytes within the daemon's own limits.
    ///
    /// # Errors
    /// When nothing could be made of it, or not in good time.
    pub(crate) async fn make(
        &self,
        feed: Feed,
        body: &Body,
        now: DateTime<Utc>,
        extent: Extent,
    ) -> Result<Made, Stopped> {
        let work = Work { extent, ..Work::new(&self.settings, feed, &body.meta, now) };
        self.reader.make(work, body.bytes.clone()).await
    }

    /// Makes sense of it, and keeps all together.
    pub(crate) async fn examine(
        &self,
        feed: Feed,
        body: Body,
        now: DateTime<Utc>,
        extent: Extent,
    ) -> Result<Examined, Stopped> {
        let made = self.make(feed.clone(), &body, now, extent).await?;
        Ok(Examined { feed, body, made })
    }
}
