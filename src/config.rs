//! The operator's one file, feeds.toml: which network, which members, which feeds, and how they are treated.
//!
//! Reading finds all faults at once, each with its place and a remedy; writing (in [`edit`]) keeps comments and
//! order. A file that has a fault is never applied in part.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;

use crate::{
    feed::{Feed, Network},
    member::{Group, Members},
    vocabulary::{Vocabulary, VocabularyError},
};

pub mod edit;
mod tables;
mod values;

pub use values::{duration, is_id};

/// All that feeds.toml says.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// `[network]`.
    pub network: Network,
    /// `[[member]]`.
    pub groups: Vec<Group>,
    /// `[[feed]]`, in order.
    pub feeds: Vec<Feed>,
    /// `[[merge]] together`: each list of event ids is one event.
    pub together: Vec<Vec<String>>,
    /// `[[merge]] apart`: no two of each list are one event.
    pub apart: Vec<Vec<String>>,
    /// `[[override]]`.
    pub overrides: Vec<Override>,
    /// `[notify]`.
    pub notify: Notify,
    /// `[store] url`.
    pub store_url: Option<String>,
    /// `[listen]`.
    pub listen: Listen,
    /// Things that work but are worth a word.
    pub warnings: Vec<Fault>,
}

/// An operator's word on one event, stronger than any rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Override {
    /// Id of the event or listing.
    pub event: String,
    /// Its kind.
    pub kind: Option<String>,
    /// Its services.
    pub services: Option<Vec<String>>,
    /// Listed or not.
    pub listed: Option<bool>,
    /// Its title.
    pub title: Option<String>,
}

/// Whom to tell when the state of a feed changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notify {
    /// A program with its arguments; the notice is given on standard input.
    pub command: Option<String>,
    /// An address that the notice is posted to as JSON.
    pub webhook: Option<String>,
}

/// How the listener is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listen {
    /// Address and port; the command line wins over it.
    pub address: Option<String>,
    /// Proxies whose `X-Forwarded-…` and `Forwarded` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they say who asked.
    pub client_header: ClientHeader,
    /// How often one address may ask; `None` for as often as it likes.
    pub limit: Option<RateLimit>,
}

/// The header in which a proxy names the address that it was asked from. Only one is believed: a proxy that writes
/// the one hands on the other as its visitors wrote it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClientHeader {
    /// `X-Forwarded-For`, as nginx, Caddy and Apache write it.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// How often one address may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests a minute in the long run.
    pub per_minute: u32,
    /// Requests at once, after a pause.
    pub burst: u32,
}

/// Something wrong in the file: where, what, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// The file.
    pub file: PathBuf,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The offending text.
    pub text: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}: {}", self.file.display(), self.line, self.column, self.message)?;
        if !self.text.is_empty() {
            write!(out, "\n    {}", self.text)?;
        }
        write!(out, "\n  {}", self.remedy)
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No file.
    #[error("there is no {0}\n  Write one (README.md shows how), or name another with --config FILE.", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file that cannot be read.
    #[error("{0} cannot be read: {source}\n  Check that the file may be read by the user who runs folkmoot.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// Faults in the file, all of them.
    #[error("{}", list(.0))]
    Faults(Vec<Fault>),
    /// A vocabulary that does not hold together.
    #[error("{0}")]
    Vocabulary(#[from] VocabularyError),
    /// The program's own data do not parse.
    #[error("the program's own list of councils cannot be read: {0}")]
    Councils(#[from] csv::Error),
    /// The program's own data do not parse.
    #[error("the program's own vocabulary cannot be read: {0}")]
    Words(#[from] serde_json::Error),
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A configuration with the words and members that it was checked against.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The file's content.
    pub config: Config,
    /// Embedded vocabulary with the operator's additions.
    pub vocabulary: Vocabulary,
    /// Councils and groups.
    pub members: Members,
}

/// Reads and checks feeds.toml and the vocabulary files that it names.
///
/// # Errors
/// When the file is missing, unreadable or faulty; all faults are reported together.
pub fn load(path: &Path) -> Result<Loaded, ConfigError> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let text = read_file(&path)?;
    let mut members = Members::embedded()?;
    let mut vocabulary = Vocabulary::embedded()?;
    for file in tables::vocabulary_files(&text, &path) {
        vocabulary.extend(&read_file(&file)?)?;
    }
    members.amend(&vocabulary.councils).map_err(|(line, problem, remedy)| VocabularyError {
        line,
        problem,
        remedy,
    })?;
    let mut config = parse(&text, &path, &vocabulary, &members).map_err(ConfigError::Faults)?;
    let missing = tables::missing_files(&text, &path, &config.feeds, &config.notify);
    config.warnings.extend(missing);
    members.add_groups(config.groups.iter().cloned());
    Ok(Loaded { config, vocabulary, members })
}

fn read_file(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => ConfigError::Missing { path: path.to_path_buf() },
        _ => ConfigError::Unreadable { path: path.to_path_buf(), source },
    })
}

/// Checks the text of feeds.toml.
///
/// # Errors
/// Every fault of the file; where its syntax is broken, that one fault.
pub fn parse(
    text: &str,
    path: &Path,
    vocabulary: &Vocabulary,
    members: &Members,
) -> Result<Config, Vec<Fault>> {
    tables::parse(text, path, vocabulary, members)
}

/// The data directory that `[store] url` names, when the file says so and can be read.
#[must_use]
pub fn store_folder(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let text = std::fs::read_to_string(&path).ok()?;
    let document = toml_edit::Document::parse(text).ok()?;
    let url = document.get("store")?.get("url")?.as_str()?;
    Some(path.parent()?.join(url.strip_prefix("sled:")?))
}

impl Config {
    /// The folder that `file:` feeds must stay under.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or_else(|| Path::new("."))
    }

    /// Feeds by id.
    #[must_use]
    pub fn feeds_by_id(&self) -> HashMap<String, Feed> {
        self.feeds.iter().map(|feed| (feed.id.clone(), feed.clone())).collect()
    }

    /// How often a feed is checked when nothing else is said.
    #[must_use]
    pub fn interval(&self, feed: &Feed) -> Duration {
        feed.poll_every.unwrap_or(self.network.poll_every)
    }

    /// The request headers of a feed, with those from the environment looked up.
    ///
    /// # Errors
    /// The name of the first environment variable that is not set.
    pub fn headers(feed: &Feed) -> Result<BTreeMap<String, String>, String> {
        use crate::feed::HeaderSetting::{Env, Plain};
        feed.headers
            .iter()
            .map(|(name, value)| match value {
                Plain(value) => Ok((name.clone(), value.clone())),
                Env(variable) => std::env::var(variable)
                    .map(|value| (name.clone(), value))
                    .map_err(|_| variable.clone()),
            })
            .collect()
    }
}
