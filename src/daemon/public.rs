//! The public side of a daemon: the server's settings, made from the configuration, and kept in step with it.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use super::{Audience, Control};
use crate::{
    refresh::{Refresher, Settings, websub::Verification},
    server::{self, State, websub::Callbacks},
};

/// The server, as the engine tells it what has changed.
pub struct Public {
    /// What the routes share.
    pub state: Arc<State>,
    /// The address of the listener.
    pub listen: Option<SocketAddr>,
}

impl Audience for Public {
    fn settings(&self, settings: &Settings) {
        self.state.set_settings(server_settings(settings, self.listen));
    }

    fn ready(&self, ready: bool) {
        self.state.set_ready(ready);
    }

    fn address(&self) -> Option<SocketAddr> {
        self.listen
    }

    fn trouble(&self, words: Option<&'static str>) {
        self.state.set_trouble(words);
    }
}

/// What hubs ask and tell, handed on to those who know.
pub struct Hubs {
    /// Knows the subscriptions.
    pub refresher: Arc<Refresher>,
    /// Reaches the engine.
    pub control: Control,
    /// The time.
    pub clock: fn() -> DateTime<Utc>,
}

impl Callbacks for Hubs {
    fn knows<'a>(&'a self, token: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(self.refresher.knows_callback(token))
    }

    fn verify<'a>(&'a self, token: &'a str, asked: Verification) -> BoxFuture<'a, Option<String>> {
        Box::pin(self.refresher.verify(token, asked, (self.clock)()))
    }

    fn told<'a>(
        &'a self,
        token: &'a str,
        signature: Option<String>,
        body: Bytes,
    ) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let now = (self.clock)();
            let feed = self.refresher.told_by_hub(token, signature.as_deref(), &body, now).await;
            match feed {
                // A daemon that is stopping looks at its next start.
                Some(feed) => drop(self.control.told(feed).await),
                None => tracing::debug!("somebody who is not the hub told of a change"),
            }
        })
    }
}

/// What the server has to know of a configuration.
#[must_use]
pub fn server_settings(settings: &Settings, listen: Option<SocketAddr>) -> server::Settings {
    let config = &settings.config;
    let mut made = server::Settings::new(config.network.clone());
    made.listen = listen;
    made.trusted_proxies.clone_from(&config.listen.trusted_proxies);
    made.client_header = config.listen.client_header;
    made.limit = config.listen.limit;
    if let Some(folder) = &config.network.pages {
        match server::read_texts(&config.folder().join(folder)) {
            Ok(texts) => made.texts = texts,
            Err(error) => tracing::error!(
                folder = %folder.display(),
                %error,
                "the texts that replace /about and the like cannot be read; ours are shown"
            ),
        }
    }
    made
}
