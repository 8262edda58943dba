//! A feed of a member and its settings, and the network it belongs to; known by its id, whatever its URL.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use url::Url;

/// The `[network]` table of feeds.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Shown as the calendar's name.
    pub name: String,
    /// Public base URL, without a trailing slash.
    pub url: Option<Url>,
    /// Goes into the User-Agent.
    pub contact: Option<String>,
    /// For floating times and prose.
    pub time_zone: Tz,
    /// How often feeds are checked unless they say otherwise.
    pub poll_every: Duration,
    /// How long past events are kept.
    pub keep_past: Duration,
    /// Pause between two requests to one host.
    pub host_delay: Duration,
    /// One or two sentences for the pages and the calendar.
    pub description: Option<String>,
    /// Languages of the pages, the usual one first: `en`, then `cy` by default.
    pub languages: Vec<String>,
    /// Files that add to or override the vocabulary.
    pub vocabulary: Vec<PathBuf>,
    /// Folder of texts that replace `/about`, `/accessibility`, `/privacy`.
    pub pages: Option<PathBuf>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            name: "Folkmoot".into(),
            url: None,
            contact: None,
            time_zone: Tz::Europe__London,
            poll_every: Duration::from_secs(3600),
            keep_past: Duration::from_secs(400 * 86_400),
            host_delay: Duration::from_secs(1),
            description: None,
            languages: vec!["en".into(), "cy".into()],
            vocabulary: Vec::new(),
            pages: None,
        }
    }
}

/// How a feed's items come to be listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// All but clear negatives.
    Trusted,
    /// Only with positive evidence.
    #[default]
    Filtered,
    /// Held until the operator accepts.
    Review,
    /// Read and stored, never listed.
    Exclude,
}

/// What the bytes of a feed are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// RFC 5545.
    Ical,
    /// RSS 0.9x, 1.0 and 2.0.
    Rss,
    /// RFC 4287.
    Atom,
    /// jsonfeed.org.
    JsonFeed,
    /// A page with schema.org or microformats in it.
    Html,
}

/// The `format` setting of a feed: a promise about the bytes that overrules sniffing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormatSetting {
    /// iCalendar.
    Ical,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// A page.
    Html,
    /// Another Folkmoot's API.
    Folkmoot,
}

/// What an RSS `pubDate` stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PubDate {
    /// Publication of the announcement.
    Published,
    /// The event's start.
    EventStart,
    /// To be judged by the feed's own habit.
    #[default]
    Unknown,
}

/// Value of a request header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderSetting {
    /// As written in feeds.toml.
    Plain(String),
    /// Taken from this environment variable (`env:NAME`).
    Env(String),
}

/// A `[[feed]]` table of feeds.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its name in the store, for ever.
    pub id: String,
    /// `http`, `https`, `webcal`, `webcals` or `file`; `file` is already resolved to an absolute path under the
    /// configuration's folder.
    pub url: Url,
    /// Shown to people; the feed's own title otherwise.
    pub name: Option<String>,
    /// Council code or member id of the default organiser.
    pub member: Option<String>,
    /// How items come to be listed.
    pub policy: Policy,
    /// What the bytes are, when the operator knows better.
    pub format: Option<FormatSetting>,
    /// Own interval.
    pub poll_every: Option<Duration>,
    /// Default services.
    pub services: Vec<String>,
    /// Default kinds.
    pub kinds: Vec<String>,
    /// Free words that count like categories.
    pub tags: Vec<String>,
    /// Zone of floating times and prose.
    pub time_zone: Option<Tz>,
    /// Higher wins a merge before other rules do; 0 by default.
    pub priority: i32,
    /// Licence of the content.
    pub licence: Option<String>,
    /// Meaning of pubDate.
    pub pubdate: PubDate,
    /// Absence from the feed proves nothing.
    pub window: bool,
    /// `dates = "month-first"`: numeric dates are American.
    pub month_first: bool,
    /// Read linked pages for dates; `None`: only when an item has no date of its own.
    pub follow_links: Option<bool>,
    /// Meeting links may be shown.
    pub join_links: bool,
    /// The feed's address may be shown.
    pub public_url: bool,
    /// Not checked, events stay.
    pub paused: bool,
    /// Addresses in private ranges may be dialled.
    pub allow_private_address: bool,
    /// Sent with each request to the feed's own origin.
    pub headers: BTreeMap<String, HeaderSetting>,
}

impl Feed {
    /// A feed with default settings.
    #[must_use]
    pub fn new(id: impl Into<String>, url: Url) -> Self {
        Self {
            id: id.into(),
            url,
            name: None,
            member: None,
            policy: Policy::default(),
            format: None,
            poll_every: None,
            services: Vec::new(),
            kinds: Vec::new(),
            tags: Vec::new(),
            time_zone: None,
            priority: 0,
            licence: None,
            pubdate: PubDate::default(),
            window: false,
            month_first: false,
            follow_links: None,
            join_links: false,
            public_url: false,
            paused: false,
            allow_private_address: false,
            headers: BTreeMap::new(),
        }
    }
}
