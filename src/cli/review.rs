//! `folkmoot review`, `forget` and `replay`: what the operator decides about single events and feeds.

use std::sync::Arc;

use clap::{Args, Subcommand};
use folkmoot::{
    clock,
    daemon::command::Checked,
    event::{Listing, Reason},
    refresh::{
        held::{Which, held},
        orders::Order,
    },
    store::{Create, ReviewDecision},
};
use serde_json::{Value, json};

use super::{
    Done, Failed, Global, block_on,
    check::card::when,
    control,
    output::{Output, Tone},
    poll,
};

/// Look through what is held, and decide.
///
/// Held are the events of feeds with policy "review", and those without a safe date. A decision outlives every later
/// check of the feed, and travels with backups.
#[derive(Debug, Subcommand)]
pub(crate) enum Review {
    /// Show what is held, and why.
    List(List),
    /// List events.
    Accept(Events),
    /// Never list events, whatever their feeds say.
    Reject(Events),
    /// Give an event a date in words, and list it.
    ///
    /// The date is shown as supplied by the network, and yields as soon as the feed itself gives a safe one.
    Date {
        /// Its id, as `folkmoot review list` shows it.
        event: String,
        /// The date, such as "4 December, 10am to 1pm".
        words: String,
    },
    /// Take back what was decided, and a date given by hand: the feed's policy holds again.
    Undo(Events),
}

/// Show what is held, and why.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of this feed only.
    #[arg(long, value_name = "ID")]
    feed: Option<String>,
    /// Show what was decided before, too, and what is over.
    #[arg(long)]
    all: bool,
}

/// Events to decide about.
#[derive(Debug, Args)]
pub(crate) struct Events {
    /// Their ids, as `folkmoot review list` shows them, or their pages' addresses.
    #[arg(required = true, value_name = "EVENT")]
    events: Vec<String>,
}

/// Let nothing of an event remain, in no output and on no disk, and never let it come back.
///
/// Its records, its part of the log and the kept bodies of its feeds go; salted hashes stay, by which it is known when
/// a feed brings it again. The store's files are written anew, so that none of its words is left in them.
#[derive(Debug, Args)]
pub(crate) struct Forget {
    /// Its id, or the end of its page's address.
    event: String,
    /// Why, in words that do not repeat it: the reason is kept.
    #[arg(long, value_name = "WORDS")]
    reason: String,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

/// Read the last kept body of a feed again, without asking its site.
///
/// After a new version of folkmoot reads better, or other settings hold. Bodies are kept for seven days.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The feed.
    feed: String,
}

/// The id in what somebody copied: an id, or the address of a page or calendar.
pub(crate) fn id_of(given: &str) -> String {
    let last = given.trim_end_matches('/').rsplit('/').next().unwrap_or(given);
    last.trim_end_matches(".ics").to_owned()
}

impl Review {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        match self {
            Self::List(list) => list.go(global, output),
            Self::Accept(events) => events.each(global, output, |event| Order::Accept { event }),
            Self::Reject(events) => events.each(global, output, |event| Order::Reject { event }),
            Self::Undo(events) => events.each(global, output, |event| Order::Undo { event }),
            Self::Date { event, words } => {
                let order = |event| Order::Date { event, words: words.clone() };
                Events { events: vec![event] }.each(global, output, order)
            }
        }
    }
}

impl Events {
    /// Decides about each; one that cannot be decided about does not stop the others.
    fn each(&self, global: &Global, output: &Output, order: impl Fn(String) -> Order) -> Done {
        global.load()?;
        let (mut done, mut failed, mut slips) = (Vec::new(), Vec::new(), 0);
        for event in &self.events {
            match control::order(global, order(id_of(event))) {
                Ok(obeyed) => {
                    let title = obeyed.title.clone().unwrap_or_default();
                    output.say(output.tone(Tone::Strong, &title))?;
                    output.say(format!("  {}", obeyed.words))?;
                    done.push(json!(obeyed));
                }
                Err(error) => {
                    slips += usize::from(matches!(error, Failed::Usage(_)));
                    failed.push(error.to_string());
                }
            }
        }
        if output.json {
            output.value(&json!({ "decided": done, "failed": failed }))?;
        }
        match failed.len() {
            0 => Ok(()),
            all if all == slips => Err(Failed::Usage(failed.join("\n"))),
            _ => Err(Failed::Other(failed.join("\n"))),
        }
    }
}

impl List {
    fn go(self, global: &Global, output: &Output) -> Done {
        let state = control::state(global)?;
        let now = clock::now();
        let which = Which { feed: self.feed.as_deref(), all: self.all };
        let rows = held(&state.snapshot, which, now);
        if output.json {
            let held: Vec<Value> =
                rows.iter().map(|(listing, said)| entry(listing, *said)).collect();
            return output.value(&json!({ "held": held }));
        }
        if rows.is_empty() {
            return output.say("Nothing is held.");
        }
        let count = rows.len();
        let rows = rows.into_iter().map(|(listing, said)| {
            let facts = &listing.facts;
            let feeds: Vec<&str> = listing.sources.iter().map(|s| s.feed.as_str()).collect();
            let said = said.and_then(|said| said.accepted);
            let why = match said {
                Some(true) => "accepted".into(),
                Some(false) => "rejected".into(),
                None => facts.verdict.reason.clone(),
            };
            vec![listing.id.clone(), when(facts), facts.title.clone(), feeds.join(", "), why]
        });
        output.table(&["id", "when", "event", "feed", "why"], rows.collect())?;
        output.say(format!(
            "\n{count} in all. `folkmoot review accept ID` lists one, `reject ID` never does, `date ID \"4 December, 10am to \
             1pm\"` gives it a date."
        ))
    }
}

fn entry(listing: &Listing, said: Option<&ReviewDecision>) -> Value {
    let facts = &listing.facts;
    let evidence = |reasons: &[Reason]| json!(reasons);
    json!({
        "id": listing.id, "title": facts.title, "url": facts.url, "when": when(facts), "span": facts.span,
        "feeds": listing.sources.iter().map(|source| &source.feed).collect::<Vec<_>>(),
        "reason": facts.verdict.reason,
        "evidence": { "date": evidence(&facts.evidence.date), "listed": evidence(&facts.evidence.listed) },
        "decision": said,
    })
}

impl Forget {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        if self.reason.trim().is_empty() {
            return Err(Failed::Usage(
                "--reason is empty\n  Say why, for whoever asks later.".into(),
            ));
        }
        let event = id_of(&self.event);
        if !self.yes {
            let state = control::state(global)?;
            let listings = &state.snapshot.listings;
            let is =
                |l: &&Arc<Listing>| l.id == event || l.sources.iter().any(|s| s.event == event);
            let title = listings.iter().find(is).map(|listing| listing.facts.title.clone());
            let title = title.unwrap_or_else(|| event.clone());
            if !super::feeds::ask(&format!("Forget \"{title}\" for good? This cannot be undone."))?
            {
                return Err(Failed::Other("nothing was changed".into()));
            }
        }
        let obeyed = control::order(global, Order::Forget { event, reason: self.reason })?;
        if output.json {
            return output.value(&obeyed);
        }
        output.say(obeyed.words)
    }
}

impl Replay {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let loaded = global.load()?;
        super::feeds::find(&loaded.config, &self.feed)?;
        let checked = block_on(async {
            if let Some(daemon) = control::daemon(global).await? {
                return Ok(daemon.replay(&self.feed).await?);
            }
            let (refresher, settings) = control::refresher(global, loaded, Create::Never).await?;
            let replayed = refresher.replay(&settings, &self.feed, clock::now()).await;
            refresher.close().await;
            let replayed = replayed.map_err(Failed::Other)?;
            let trouble = replayed.trouble.map(|trouble| trouble.to_string());
            Ok::<_, Failed>(Checked { feed: replayed.feed, check: replayed.check, trouble })
        })??;
        poll::report(vec![checked], output)
    }
}
