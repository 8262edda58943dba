//! `folkmoot feeds`: add, list, pause and remove feeds; feeds.toml is edited in place.

use std::path::Path;

use clap::{Args, Subcommand};
use folkmoot::{
    config::{self, Config, Loaded, edit},
    feed::Feed,
    health::FeedState,
};
use serde_json::{Value, json};

use super::{
    Done, Failed, Global, control,
    output::{Output, Tone},
};

mod add;
mod care;
mod opml;

/// Add, list, pause and remove feeds.
#[derive(Debug, Subcommand)]
pub(crate) enum Feeds {
    /// Find the feed of a site, test it, show what it would list, ask, and write it into feeds.toml.
    Add(Box<add::Add>),
    /// List the feeds and how they are doing.
    List,
    /// Show one feed: its settings, its health and its report card.
    Show(One),
    /// Take a feed out of feeds.toml; its events leave seven days later.
    Remove(Remove),
    /// Give a feed another id; its events stay as they are.
    Rename {
        /// The feed.
        id: String,
        /// Its new id.
        new: String,
    },
    /// Stop checking a feed for a while; its events stay.
    Pause(One),
    /// Check a paused feed again.
    Resume(One),
    /// Take over the new address that a feed's site gives: its permanent redirect.
    Adopt(One),
    /// Print a letter to the publisher of a feed, with its report card in plain words.
    Letter(One),
    /// Visit the sites of councils politely, and propose their feeds; nothing is added.
    Find(care::Find),
    /// Add the feeds of an OPML file ('-' for standard input).
    Import(opml::Import),
    /// Print the feeds as OPML, for other feed readers.
    Export(opml::Export),
}

/// One feed.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// Its id.
    id: String,
}

/// Take a feed out of feeds.toml.
#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// Its id.
    id: String,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

impl Feeds {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        match self {
            Self::Add(add) => add.go(global, output),
            Self::List => list(global, output),
            Self::Show(one) => show(global, output, &one.id),
            Self::Remove(remove) => remove.go(global, output),
            Self::Rename { id, new } => {
                change(global, |text| edit::rename_feed(text, &id, &new))?;
                tell(output, &json!({ "renamed": id, "to": new }), || {
                    format!("The feed \"{id}\" is now called \"{new}\".")
                })
            }
            Self::Pause(one) => {
                change(global, |text| edit::set_paused(text, &one.id, true))?;
                tell(output, &json!({ "paused": one.id }), || {
                    format!("\"{}\" is paused: it is not checked, and its events stay.", one.id)
                })
            }
            Self::Resume(one) => {
                change(global, |text| edit::set_paused(text, &one.id, false))?;
                tell(output, &json!({ "resumed": one.id }), || {
                    format!("\"{}\" is checked again.", one.id)
                })
            }
            Self::Adopt(one) => care::adopt(global, output, &one),
            Self::Letter(one) => care::letter(global, output, &one),
            Self::Find(find) => find.go(global, output),
            Self::Import(import) => import.go(global, output),
            Self::Export(export) => export.go(global, output),
        }
    }
}

impl Remove {
    fn go(self, global: &Global, output: &Output) -> Done {
        let id = &self.id;
        if !self.yes
            && !ask(&format!("Take the feed \"{id}\" out of {}?", global.config.display()))?
        {
            return Err(Failed::Other("nothing was changed".into()));
        }
        change(global, |text| edit::remove_feed(text, id))?;
        tell(output, &json!({ "removed": id }), || {
            format!(
                "\"{id}\" is taken out. Its events leave in seven days, unless the feed comes back."
            )
        })
    }
}

/// What was done: an object for programs, a sentence for people.
fn tell(output: &Output, value: &Value, words: impl FnOnce() -> String) -> Done {
    if output.json { output.value(value) } else { output.say(words()) }
}

/// Changes feeds.toml: the new text is checked first and then put in the old one's place in one step.
fn change(global: &Global, edit: impl FnOnce(&str) -> Result<String, edit::EditError>) -> Done {
    let loaded = global.load()?;
    let text = std::fs::read_to_string(&loaded.config.path)?;
    let new = edit(&text).map_err(|error| Failed::Usage(error.to_string()))?;
    write(&loaded, &new)
}

/// Writes the new text of feeds.toml, unless it would be wrong.
fn write(loaded: &Loaded, text: &str) -> Done {
    let path = &loaded.config.path;
    config::parse(text, path, &loaded.vocabulary, &loaded.members)
        .map_err(|faults| Failed::from(config::ConfigError::Faults(faults)))?;
    replace(path, text).map_err(|error| {
        let why = super::plain(&error);
        Failed::Other(format!("{} cannot be written: {why}\n  It is as it was.", path.display()))
    })
}

/// Puts a new file in the place of the old one, with the old one's permissions, so that no reader sees half of it.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let path = std::fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let new = folder.join(format!(".feeds.toml.{}", std::process::id()));
    let permissions = std::fs::metadata(&path)?.permissions();
    let write = || {
        let mut file = std::fs::File::create(&new)?;
        file.set_permissions(permissions)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, &path)
    };
    write().inspect_err(|_| drop(std::fs::remove_file(&new)))
}

/// Asks a yes-or-no question; no answer at all is a no.
pub(super) fn ask(question: &str) -> Result<bool, Failed> {
    use std::io::Write;
    let mut err = std::io::stderr().lock();
    write!(err, "{question} [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if answer.is_empty() {
        writeln!(err, "\nNo answer came. Say --yes to go on without asking.")?;
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn list(global: &Global, output: &Output) -> Done {
    let loaded = global.load()?;
    let states = control::feed_states(global)?;
    let state = |feed: &Feed| states.iter().find(|state| state.feed == feed.id);
    let feeds = &loaded.config.feeds;
    if output.json {
        let all: Vec<Value> = feeds.iter().map(|feed| entry(&loaded, feed, state(feed))).collect();
        return output.value(&json!({ "feeds": all }));
    }
    if feeds.is_empty() {
        return output.say("There are no feeds yet. Add one with `folkmoot feeds add ADDRESS`.");
    }
    let rows = feeds.iter().map(|feed| {
        let state = state(feed);
        let count = |of: fn(&FeedState) -> u32| {
            state.map_or_else(String::new, |state| of(state).to_string())
        };
        vec![
            feed.id.clone(),
            organiser(&loaded, feed).unwrap_or_default(),
            policy(feed).into(),
            control::health_words(feed, state),
            count(|state| state.entries),
            count(|state| state.listed),
        ]
    });
    output.table(&["feed", "organiser", "policy", "health", "items", "listed"], rows.collect())
}

fn policy(feed: &Feed) -> &'static str {
    use folkmoot::feed::Policy;
    match feed.policy {
        Policy::Trusted => "trusted",
        Policy::Filtered => "filtered",
        Policy::Review => "review",
        Policy::Exclude => "exclude",
    }
}

fn organiser(loaded: &Loaded, feed: &Feed) -> Option<String> {
    let member = feed.member.as_deref()?;
    let council = loaded.members.council(member).map(|council| council.nice_name.clone());
    council.or_else(|| loaded.members.group(member).map(|group| group.name.clone()))
}

/// A feed for programs. The address is the operator's own: this is not a public output.
fn entry(loaded: &Loaded, feed: &Feed, state: Option<&FeedState>) -> Value {
    json!({
        "id": feed.id, "url": feed.url, "name": feed.name, "member": feed.member,
        "organiser": organiser(loaded, feed), "policy": feed.policy, "paused": feed.paused,
        "poll_every_seconds": loaded.config.interval(feed).as_secs(),
        "health": control::health_words(feed, state), "state": state,
    })
}

/// The feed with this id, or a word on which there are.
pub(super) fn find<'c>(config: &'c Config, id: &str) -> Result<&'c Feed, Failed> {
    config.feeds.iter().find(|feed| feed.id == id).ok_or_else(|| {
        Failed::Usage(format!(
            "there is no feed \"{id}\"\n  `folkmoot feeds list` shows those that there are."
        ))
    })
}

fn show(global: &Global, output: &Output, id: &str) -> Done {
    let loaded = global.load()?;
    let feed = find(&loaded.config, id)?;
    let states = control::feed_states(global)?;
    let state = states.iter().find(|state| state.feed == id);
    if output.json {
        return output.value(&entry(&loaded, feed, state));
    }
    let title = feed.name.clone().or_else(|| state.and_then(|state| state.title.clone()));
    output.say(output.tone(Tone::Strong, &title.unwrap_or_else(|| id.to_owned())))?;
    output.say(format!("  id         {id}"))?;
    output.say(format!("  address    {}", feed.url))?;
    output.say(format!(
        "  organiser  {}",
        organiser(&loaded, feed).unwrap_or_else(|| "not set".into())
    ))?;
    output.say(format!("  policy     {}", policy(feed)))?;
    output.say(format!("  health     {}", control::health_words(feed, state)))?;
    let Some(state) = state else { return output.say("It has not been checked yet.") };
    control::say_report(state, output)
}
