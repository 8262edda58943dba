//! What is known about a feed from its checks: its state, its history and its problems.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    feed::Format,
    read::{Problem, Skipped},
};

/// How one check of a feed ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Read, and something changed.
    Changed,
    /// Read (or 304, or equal bytes), and nothing changed.
    Unchanged,
    /// Read, but it broke off, or so much was missing that nothing was taken away.
    Shrank,
    /// Could not be fetched.
    FetchFailed,
    /// Fetched, but it was no feed.
    ReadFailed,
}

/// One check of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// When it began.
    pub at: DateTime<Utc>,
    /// How it ended.
    pub outcome: Outcome,
    /// The same in one plain sentence.
    pub words: String,
    /// The same for everybody to see, where the words name a cause or a command.
    #[serde(default)]
    pub public: Option<String>,
    /// HTTP status, if one came.
    pub status: Option<u16>,
    /// Bytes of the body, decoded.
    pub bytes: u64,
    /// How long it took.
    pub took_ms: u64,
    /// Items in the feed.
    pub entries: u32,
    /// Events added, changed and withdrawn by this check.
    pub added: u32,
    /// Events changed.
    pub changed: u32,
    /// Events withdrawn.
    pub withdrawn: u32,
    /// It broke off before its end, so nothing of it was taken in.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut_off: bool,
}

/// A permanent redirect counts after so many equal answers.
pub const MOVED_AFTER: u32 = 3;

impl Check {
    /// Whether nothing could be read.
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::FetchFailed | Outcome::ReadFailed)
    }

    /// The sentence that everybody may see: the public is not shown causes.
    #[must_use]
    pub fn public_words(&self) -> &str {
        match (&self.public, self.outcome) {
            (Some(words), _) => words,
            (None, Outcome::FetchFailed) => "The feed could not be fetched.",
            (None, _) => &self.words,
        }
    }
}

/// Health of a feed in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Not checked yet.
    New,
    /// Works.
    Fine,
    /// Works, but has announced nothing for long.
    Quiet,
    /// Lost many events at once, or broke off before its end; nothing was taken away yet.
    Shrinking,
    /// The last checks failed.
    Failing,
    /// Answers with a permanent redirect.
    Moved,
    /// 410.
    Gone,
    /// Paused by the operator.
    Paused,
    /// Has never been read.
    NeverWorked,
}

/// A subscription with a WebSub hub, wanted or verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The hub's address.
    pub hub: String,
    /// The address under which the hub knows the feed, by the feed's own word.
    pub topic: String,
    /// The last part of our callback's address: whoever knows it may speak for the hub, signature provided.
    pub token: String,
    /// What the hub signs with.
    pub secret: String,
    /// When it was last asked.
    pub asked: Option<DateTime<Utc>>,
    /// Until when it tells of changes; `None` until it has verified that we meant it.
    pub until: Option<DateTime<Utc>>,
    /// It refused.
    pub denied: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// What looks odd about a feed that can be read; nothing is wrong for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    /// It had items, and has none.
    Empty,
    /// It has less than half of the items that it usually has.
    Few,
    /// Events begin at an hour at which nobody meets: its time zone is wrong, perhaps.
    Night,
    /// Its times contradict its texts by an hour.
    HourOff,
    /// Events without a safe date.
    Undated,
    /// Items that could not be read.
    Unread,
}

impl Oddity {
    /// All of them, each with its name for machines.
    pub const ALL: [(Self, &str); 6] = [
        (Self::Empty, "empty"),
        (Self::Few, "few"),
        (Self::Night, "night"),
        (Self::HourOff, "hour_off"),
        (Self::Undated, "undated"),
        (Self::Unread, "unread"),
    ];
}

impl FeedState {
    /// What looks odd about it, in the order of [`Oddity::ALL`].
    #[must_use]
    pub fn oddities(&self) -> Vec<Oddity> {
        let named = |code: &str| self.problems.iter().any(|problem| problem.code == code);
        let usual = self.usual_entries();
        let holds = |oddity: &Oddity| match oddity {
            Oddity::Empty => usual > 0 && self.entries == 0,
            Oddity::Few => self.entries > 0 && u64::from(self.entries) * 2 < u64::from(usual),
            Oddity::Night => named("times_at_night"),
            Oddity::HourOff => named("utc_for_local_time"),
            Oddity::Undated => self.undated > 0,
            Oddity::Unread => !self.skipped.is_empty(),
        };
        Oddity::ALL.into_iter().map(|(oddity, _)| oddity).filter(holds).collect()
    }

    /// How many items most of the remembered checks found (the median); what is so for long becomes usual.
    fn usual_entries(&self) -> u32 {
        let sound = self.history.iter().filter(|check| !check.failed() && !check.cut_off);
        let mut counts: Vec<u32> = sound.map(|check| check.entries).collect();
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied().unwrap_or(0)
    }

    /// Takes what is quoted of items out of the report card.
    pub fn unquote(&mut self) {
        unquote(&mut self.problems, &mut self.skipped);
    }
}

/// Takes what is quoted of items out of a report card.
pub fn unquote(problems: &mut [Problem], skipped: &mut [Skipped]) {
    let bare = |text: &mut String| {
        if let (Some(from), Some(to)) = (text.find('"'), text.rfind('"')) {
            text.replace_range(from..=to, "\"…\"");
        }
    };
    for problem in problems {
        bare(&mut problem.text);
        problem.fix.as_mut().map(bare);
    }
    for skipped in skipped {
        bare(&mut skipped.reason);
        skipped.reference = None;
    }
}

/// All that is remembered about a feed between checks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedState {
    /// Id of the feed.
    pub feed: String,
    /// SHA-256 (hex) of its URL: an address may be a secret, so it is not stored.
    pub url_hash: String,
    /// ETag of the last good answer.
    pub etag: Option<String>,
    /// Last-Modified of the last good answer.
    pub last_modified: Option<String>,
    /// The origin that gave these two: a redirect may lead elsewhere.
    #[serde(default)]
    pub validators_from: Option<String>,
    /// When a whole body came last, changed or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_body: Option<DateTime<Utc>>,
    /// SHA-256 (hex) of the last good body.
    pub body_hash: Option<String>,
    /// Hash of everything besides the body that decided the result (settings, vocabulary, program version).
    pub settings_hash: Option<String>,
    /// Last check, whatever its end.
    pub last_check: Option<DateTime<Utc>>,
    /// Last check that was read well.
    pub last_good: Option<DateTime<Utc>>,
    /// When it announced something last; its first good check counts as one that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_new: Option<DateTime<Utc>>,
    /// Not before this instant.
    pub next_check: Option<DateTime<Utc>>,
    /// Failures in a row.
    pub failures: u32,
    /// First failure of that row.
    pub failing_since: Option<DateTime<Utc>>,
    /// Since when the feed has been much smaller than before.
    pub shrank_since: Option<DateTime<Utc>>,
    /// The last good read ended before its end.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut_off: bool,
    /// Target of a permanent redirect and how often in a row it was given.
    pub moved_to: Option<(String, u32)>,
    /// Answered 410.
    pub gone: bool,
    /// Title by the feed's own word.
    pub title: Option<String>,
    /// Program that made it, by its own word.
    pub generator: Option<String>,
    /// What it is.
    pub format: Option<Format>,
    /// Licence or copyright by its own word.
    pub rights: Option<String>,
    /// What its pubDate was found to mean.
    pub pubdate_habit: Option<String>,
    /// How often to ask, in seconds, by the feed's and its server's word.
    pub asked_interval: Option<u64>,
    /// Hours (UTC) in which not to ask.
    #[serde(default)]
    pub skip_hours: Vec<u32>,
    /// Days on which not to ask.
    #[serde(default)]
    pub skip_days: Vec<String>,
    /// Items in the last good read.
    #[serde(default)]
    pub entries: u32,
    /// Whether absence from the last good read proves anything: a complete calendar, read whole.
    #[serde(default)]
    pub complete: bool,
    /// Upcoming events that are missing from the feed and wait for confirmation.
    #[serde(default)]
    pub missing: u32,
    /// Since when the feed is no longer in feeds.toml; its events leave after seven days.
    #[serde(default)]
    pub removed_since: Option<DateTime<Utc>>,
    /// Ids under which the feed was known before: a value of the filter `feed` stays valid for ever.
    #[serde(default)]
    pub former: Vec<String>,
    /// Events of this feed that are listed.
    #[serde(default)]
    pub listed: u32,
    /// Events without a safe date.
    #[serde(default)]
    pub undated: u32,
    /// Events not listed, with the reason and how many.
    #[serde(default)]
    pub unlisted: Vec<(String, u32)>,
    /// Items that could not be read in the last good read.
    #[serde(default)]
    pub skipped: Vec<Skipped>,
    /// Problems of the last good read.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// The hub that tells of its changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub websub: Option<Subscription>,
    /// The last 90 checks, newest last.
    #[serde(default)]
    pub history: Vec<Check>,
}
