//! The public side of a daemon: the server's settings, made from the configuration, and kept in step with it.

use std::{net::SocketAddr, sync::Arc};

use super::Audience;
use crate::{
    refresh::Settings,
    server::{self, State},
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

    fn trouble(&self, words: Option<&'static str>) {
        self.state.set_trouble(words);
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
