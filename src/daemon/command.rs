//! What can be asked of a running daemon, and what it answers.

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use crate::{
    event::{Event, Id, Listing},
    health::{Check, FeedState, Health},
    refresh::orders::{Obeyed, Order, OrderError},
    store::{Snapshot, Tended},
};

/// A check, as it is told to whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The feed.
    pub feed: String,
    /// What became of it.
    pub check: Check,
    /// Why it could not be kept, if so.
    pub trouble: Option<String>,
}

/// A feed as `status` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedReport {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Health in a word.
    pub health: Health,
    /// All that is remembered.
    pub state: FeedState,
}

/// An edit of feeds.toml that takes away so much that it waits for a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Feeds that it would take away.
    pub removes: Vec<String>,
    /// Feeds now.
    pub of: usize,
}

/// How the daemon is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Version of the program.
    pub version: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When this was said.
    pub now: DateTime<Utc>,
    /// Where the public pages are served on this machine.
    #[serde(default)]
    pub public: Option<SocketAddr>,
    /// Events known.
    pub events: usize,
    /// Listings, shown or not.
    pub listings: usize,
    /// Of these, the ones that are listed.
    #[serde(default)]
    pub listed: usize,
    /// How the store was when it was looked after last.
    #[serde(default)]
    pub store: Option<Tended>,
    /// Since when no site can be reached.
    pub offline_since: Option<DateTime<Utc>>,
    /// Why changes cannot be kept, if they cannot.
    pub store_trouble: Option<String>,
    /// What is wrong with feeds.toml; what was read before still holds.
    pub config_fault: Option<String>,
    /// An edit that waits for `folkmoot config apply`.
    pub config_waiting: Option<Waiting>,
    /// Every feed, in order of id.
    pub feeds: Vec<FeedReport>,
}

/// Everything that led to one event being shown as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The id as asked, when that is part of another listing now: that one's id.
    pub merged_into: Option<Id>,
    /// The listing.
    pub listing: Option<Listing>,
    /// Its events, one of each source.
    pub events: Vec<Event>,
}

/// What came of reading feeds.toml again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome", content = "detail")]
pub enum Reloaded {
    /// It holds from now on.
    Applied {
        /// Feeds in it.
        feeds: usize,
    },
    /// It has a fault; what was read before still holds.
    Faulty(String),
    /// It waits for `folkmoot config apply`.
    Waits(Waiting),
    /// It could not be kept.
    NotKept(String),
}

/// Something asked of the engine.
#[derive(Debug)]
pub enum Command {
    /// Check these feeds now; all, if none is named.
    Poll {
        /// Ids.
        feeds: Vec<String>,
        /// Told of each check as it ends; closed after the last.
        each: mpsc::UnboundedSender<Checked>,
        /// Answered at once: the ids that are checked, or why none is.
        reply: oneshot::Sender<Result<Vec<String>, String>>,
    },
    /// How are you?
    Status(oneshot::Sender<Status>),
    /// All that is known.
    State(oneshot::Sender<Box<Snapshot>>),
    /// Why is this event as it is?
    Explain(Id, oneshot::Sender<Option<Box<Explanation>>>),
    /// Read feeds.toml again.
    Reload(oneshot::Sender<Reloaded>),
    /// Take over feeds.toml whatever it takes away.
    Apply(oneshot::Sender<Reloaded>),
    /// Do what the operator says about an event, or to the store.
    Order(Order, oneshot::Sender<Result<Obeyed, OrderError>>),
    /// A hub says that this feed has changed.
    Told(String),
    /// Read the kept body of a feed again.
    Replay(String, oneshot::Sender<Result<Checked, String>>),
}

/// The daemon does not answer: it is going down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the daemon is stopping")]
pub struct Stopping;

/// A handle to a running daemon, inside its own process.
#[derive(Debug, Clone)]
pub struct Control {
    commands: mpsc::Sender<Command>,
}

impl Control {
    /// A handle that sends commands here.
    #[must_use]
    pub fn new(commands: mpsc::Sender<Command>) -> Self {
        Self { commands }
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, Stopping> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).await.map_err(|_| Stopping)?;
        answer.await.map_err(|_| Stopping)
    }

    /// Checks feeds now: the ids that are checked, and each check as it ends.
    ///
    /// # Errors
    /// [`Stopping`]; the inner error says why nothing is checked.
    pub async fn poll(
        &self,
        feeds: Vec<String>,
    ) -> Result<Result<(Vec<String>, mpsc::UnboundedReceiver<Checked>), String>, Stopping> {
        let (each, checks) = mpsc::unbounded_channel();
        let begun = self.ask(|reply| Command::Poll { feeds, each, reply }).await?;
        Ok(begun.map(|ids| (ids, checks)))
    }

    /// How it is.
    ///
    /// # Errors
    /// [`Stopping`].
    pub async fn status(&self) -> Result<Status, Stopping> {
        self.ask(Command::Status).await
    }

    /// All that is known.
    ///
    /// # Errors
    /// [`Stopping`].
    pub async fn state(&self) -> Result<Box<Snapshot>, Stopping> {
        self.ask(Command::State).await
    }

    /// Why an event is as it is; `None` for one that is not known.
    ///
    /// # Errors
    /// [`Stopping`].
    pub async fn explain(&self, id: &str) -> Result<Option<Box<Explanation>>, Stopping> {
        self.ask(|reply| Command::Explain(id.to_owned(), reply)).await
    }

    /// Reads feeds.toml again.
    ///
    /// # Errors
    /// [`Stopping`].
    pub async fn reload(&self) -> Result<Reloaded, Stopping> {
        self.ask(Command::Reload).await
    }

    /// Takes over feeds.toml whatever it takes away.
    ///
    /// # Errors
    /// [`Stopping`].
    pub async fn apply(&self) -> Result<Reloaded, Stopping> {
        self.ask(Command::Apply).await
    }

    /// Does what the operator says.
    ///
    /// # Errors
    /// [`Stopping`]; the inner error says why it was not done.
    pub async fn order(&self, order: Order) -> Result<Result<Obeyed, OrderError>, Stopping> {
        self.ask(|reply| Command::Order(order, reply)).await
    }

    /// A hub says that a feed has changed: it is checked soon, unless that would be no good manners.
    ///
    /// # Errors
    /// [`Stopping`].
    pub async fn told(&self, feed: String) -> Result<(), Stopping> {
        self.commands.send(Command::Told(feed)).await.map_err(|_| Stopping)
    }

    /// Reads the kept body of a feed again.
    ///
    /// # Errors
    /// [`Stopping`]; the inner error says why there is nothing to read.
    pub async fn replay(&self, feed: &str) -> Result<Result<Checked, String>, Stopping> {
        self.ask(|reply| Command::Replay(feed.to_owned(), reply)).await
    }
}
