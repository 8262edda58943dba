//! A configuration made ready for use: feeds by id, the classifier, and a fingerprint of all that decides a result.

use std::{collections::HashMap, sync::Arc};

use crate::{
    classify::{Classifier, ClassifyError},
    config::{Config, Loaded},
    feed::Feed,
    member::Members,
    vocabulary::Vocabulary,
};

use super::report;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the vocabulary cannot be used: {0}")]
pub struct SettingsError(#[from] ClassifyError);

/// A configuration, ready for use; replaced as a whole when it changes.
pub struct Settings {
    /// What feeds.toml says.
    pub config: Config,
    /// Kinds and services.
    pub vocabulary: Arc<Vocabulary>,
    /// Councils and groups.
    pub members: Arc<Members>,
    /// Feeds by id.
    pub feeds: HashMap<String, Feed>,
    /// Built once: it holds an automaton of all phrases.
    pub classifier: Classifier,
    /// Of all that decides a result besides the feed's own settings.
    common: String,
}

impl Settings {
    /// Makes a configuration ready.
    ///
    /// # Errors
    /// When the classifier cannot be built of the vocabulary.
    pub fn new(loaded: Loaded) -> Result<Self, SettingsError> {
        let Loaded { config, vocabulary, members } = loaded;
        let members = Arc::new(members);
        let common = format!(
            "{} {} {vocabulary:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            config.network.time_zone,
            config.groups
        );
        Ok(Self {
            classifier: Classifier::new(&vocabulary, Arc::clone(&members))?,
            vocabulary: Arc::new(vocabulary),
            feeds: config.feeds_by_id(),
            common: report::hash(common.as_bytes()),
            members,
            config,
        })
    }

    /// Hash of what concerns all feeds: words, groups, time zone.
    #[must_use]
    pub fn ground(&self) -> &str {
        &self.common
    }

    /// Hash of everything besides the body that decides what becomes of a feed's items.
    #[must_use]
    pub fn fingerprint(&self, feed: &Feed) -> String {
        // What does not touch the result may change without the feed being read anew.
        let plain = Feed {
            name: None,
            poll_every: None,
            paused: false,
            public_url: false,
            licence: None,
            priority: 0,
            ..feed.clone()
        };
        report::hash(format!("{} {plain:?}", self.common).as_bytes())
    }
}
