//! What the operator decides about single events: accepted, rejected, dated by hand, forgotten.

use std::{
    collections::{BTreeSet, HashSet},
    io,
    sync::{Arc, atomic::Ordering},
};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedMutexGuard;

use super::{Memory, Refresher, Settings, settle};
use crate::{
    event::{ChangeKind, Decision, Event, Id, Listing, Span},
    language::Language,
    normalise::{
        self,
        phrase::{self, Posted, Reading},
    },
    publish::page::words::span as span_in_words,
    reconcile::pairing,
    store::{Commit, Compacted, NewChange, ReviewDecision, StoreError, Tombstone},
};

/// A word of the operator that changes what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "order")]
pub enum Order {
    /// List this event.
    Accept {
        /// Its id.
        event: Id,
    },
    /// Never list it.
    Reject {
        /// Its id.
        event: Id,
    },
    /// Give it the date that these words say, and list it.
    Date {
        /// Its id.
        event: Id,
        /// Such as "4 December, 10am to 1pm".
        words: String,
    },
    /// Take back what was decided about it, and a date given by hand.
    Undo {
        /// Its id.
        event: Id,
    },
    /// Let nothing of it remain, and never let it come back.
    Forget {
        /// Its id.
        event: Id,
        /// Why.
        reason: String,
    },
    /// Copy the store into fresh files.
    Compact,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obeyed {
    /// The listing's id, for orders about an event.
    pub event: Option<Id>,
    /// Its title, unless it was forgotten.
    pub title: Option<String>,
    /// The date that was read.
    pub span: Option<Span>,
    /// What is so from now on, in plain sentences.
    pub words: String,
    /// Sizes, when the store was copied.
    pub compacted: Option<Compacted>,
}

/// Why it was not obeyed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OrderError {
    /// No such event.
    #[error(
        "there is no event \"{0}\"\n  `folkmoot review list` and `folkmoot events --listed any` show those that there are, with their ids."
    )]
    Unknown(Id),
    /// It was forgotten.
    #[error(
        "the event \"{0}\" was forgotten on {day}: nothing of it is left, and it does not come back",
        day = .1.format("%-d %B %Y")
    )]
    Forgotten(Id, DateTime<Utc>),
    /// The order makes no sense for this event.
    #[error("{0}")]
    Senseless(String),
    /// It could not be kept.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Kept, but old files are left.
    #[error("{0}")]
    Leftover(String),
}

impl Refresher {
    /// Does what the operator says; when this returns, it is kept.
    ///
    /// # Errors
    /// When it makes no sense or cannot be kept.
    pub async fn obey(
        &self,
        settings: &Arc<Settings>,
        order: Order,
        now: DateTime<Utc>,
    ) -> Result<Obeyed, OrderError> {
        match order {
            Order::Accept { event } => self.review(settings, &event, &Ruling::Accept, now).await,
            Order::Reject { event } => self.review(settings, &event, &Ruling::Reject, now).await,
            Order::Date { event, words } => {
                self.review(settings, &event, &Ruling::Date(words), now).await
            }
            Order::Undo { event } => self.review(settings, &event, &Ruling::Undo, now).await,
            Order::Forget { event, reason } => self.forget(settings, &event, &reason, now).await,
            Order::Compact => {
                let _in_order = self.memory().await;
                let done = self.store.compact().await?;
                let words = "The store was copied into fresh files.".into();
                Ok(Obeyed { words, compacted: Some(done), ..Obeyed::default() })
            }
        }
    }

    async fn review(
        &self,
        settings: &Arc<Settings>,
        id: &str,
        ruling: &Ruling,
        now: DateTime<Utc>,
    ) -> Result<Obeyed, OrderError> {
        let mut memory = Arc::clone(&self.memory).lock_owned().await;
        let (listing, events) = about(&memory, id)?;
        let zone = settings.config.network.time_zone;
        let decisions = ruling.decisions(&memory, &events, (now, zone))?;
        let decisions_removed = ruling.takes_back(&events);
        let former = ruling.former(&memory, &events);
        let span = decisions.iter().find_map(|decision| decision.span);
        // Corrections count in memory from here on; they are taken back if the store does not keep them.
        let before = memory.decisions.clone();
        memory.decisions.retain(|event, _| !decisions_removed.contains(event));
        memory.decisions.extend(decisions.iter().map(|d| (d.event.clone(), d.clone())));
        let corrections = memory.corrections_with(&settings.config.overrides);
        let changed = memory.set_corrections(corrections);
        let commit = Commit { decisions, decisions_removed, ..Commit::new(now) };
        let commit = settle::settle(&memory, settings, commit, &changed);
        if let Err(error) = self.take(settings, commit, &mut memory).await {
            memory.decisions = before;
            let corrections = memory.corrections_with(&settings.config.overrides);
            memory.set_corrections(corrections);
            return Err(error.into());
        }
        let shown = memory.listing_about(&listing.id).map_or(listing, Arc::clone);
        let title = Some(shown.facts.title.clone());
        Ok(Obeyed {
            words: format!("{}{former}", ruling.words(&shown, zone)),
            event: Some(shown.id.clone()),
            title,
            span,
            compacted: None,
        })
    }

    async fn take(
        &self,
        settings: &Settings,
        commit: Commit,
        memory: &mut OwnedMutexGuard<Memory>,
    ) -> Result<(), StoreError> {
        let commit = Arc::new(commit);
        let done = self.store.commit(Arc::clone(&commit)).await?;
        self.purge.fetch_or(commit.purge, Ordering::Relaxed);
        memory.apply(&commit, &done);
        let update = settle::update(memory, settings, &commit, &done);
        self.reveal(&update, commit.at);
        Ok(())
    }

    async fn forget(
        &self,
        settings: &Arc<Settings>,
        id: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<Obeyed, OrderError> {
        // No body may be put back on the disk while this goes on.
        let _no_bodies = self.bodies_turn.lock().await;
        let mut memory = Arc::clone(&self.memory).lock_owned().await;
        let (listing, events) = about(&memory, id)?;
        let feeds: BTreeSet<String> = events.iter().map(|event| event.feed.clone()).collect();
        // The bodies go first: should we be killed after the commit, the next start cleans the store, and nothing else.
        let dropped = self.without_bodies(settings, feeds).await;
        let why = (By::Operator, reason);
        let commit = forgetting(&memory, settings, &listing, &events, why, now);
        self.take(settings, commit, &mut memory).await?;
        self.reader.forget_pages();
        let leftover = |words: String| {
            OrderError::Leftover(format!(
                "the event is forgotten and shown nowhere, but old files could not be cleaned of it: {words}\n  Run \
                 `folkmoot store copy` when that is mended; kept bodies go by themselves within a week."
            ))
        };
        dropped.map_err(|error| leftover(error.to_string()))?;
        let compacted = self.store.compact().await.map_err(|error| leftover(error.to_string()))?;
        self.purge.store(false, Ordering::Relaxed);
        let words = "Forgotten: it is in no output, no kept body and no record, and it will not come back. Backups that \
                     were written before still hold it.";
        Ok(Obeyed {
            event: Some(listing.id.clone()),
            words: words.into(),
            compacted: Some(compacted),
            ..Obeyed::default()
        })
    }
}

impl Refresher {
    /// Drops the bodies of some feeds and of those that are not known any more.
    async fn without_bodies(&self, settings: &Settings, feeds: BTreeSet<String>) -> io::Result<()> {
        let Some(bodies) = self.bodies.clone() else { return Ok(()) };
        let known: Vec<String> = settings.feeds.keys().cloned().collect();
        let dropped = tokio::task::spawn_blocking(move || {
            feeds.iter().try_for_each(|feed| bodies.forget(feed))?;
            bodies.forget_all_but(&known)
        });
        dropped.await.unwrap_or(Ok(()))
    }
}

/// The listing that an id stands for, and its events.
fn about(memory: &Memory, id: &str) -> Result<(Arc<Listing>, Vec<Arc<Event>>), OrderError> {
    let missing = || match memory.tombstones.iter().find(|stone| stone.event == id) {
        Some(stone) => OrderError::Forgotten(id.to_owned(), stone.at),
        None => OrderError::Unknown(id.to_owned()),
    };
    let listing = memory.listing_about(id).map(Arc::clone).ok_or_else(missing)?;
    let events =
        listing.sources.iter().filter_map(|source| memory.events.get(&source.event)).cloned();
    Ok((Arc::clone(&listing), events.collect()))
}

/// A word of review.
enum Ruling {
    Accept,
    Reject,
    Date(String),
    Undo,
}

impl Ruling {
    fn decisions(
        &self,
        memory: &Memory,
        events: &[Arc<Event>],
        (now, zone): (DateTime<Utc>, Tz),
    ) -> Result<Vec<ReviewDecision>, OrderError> {
        let senseless = |words: &str| Err(OrderError::Senseless(words.to_owned()));
        let decided = |event: &Arc<Event>| memory.decisions.contains_key(&event.id);
        if matches!(self, Self::Undo) {
            return match events.iter().any(decided) {
                true => Ok(Vec::new()),
                false => senseless(
                    "nothing was decided about this event, so there is nothing to take back",
                ),
            };
        }
        let private = |event: &Arc<Event>| event.draft.private.is_some();
        let listing = !matches!(self, Self::Reject);
        if listing && events.iter().any(private) {
            return senseless("this event is private: nothing of it may be shown");
        }
        let undated = |event: &&Arc<Event>| {
            event.draft.facts.span.is_none() || event.draft.date_doubt.is_some()
        };
        let date = match self {
            Self::Date(words) => {
                let Some(event) = events.iter().find(undated) else {
                    return senseless(
                        "the feed gives this event a safe date, and a date given by hand yields to that",
                    );
                };
                Some((words, span(words, event, (now, zone))?))
            }
            _ => None,
        };
        let decision = |event: &Arc<Event>| {
            let known = memory.decisions.get(&event.id);
            let kept = known.and_then(|known| Some((known.date.clone()?, known.span?)));
            let dated =
                date.as_ref().map(|(words, span)| ((*words).clone(), *span)).or(kept).unzip();
            let event = event.id.clone();
            ReviewDecision { event, accepted: Some(listing), date: dated.0, span: dated.1, at: now }
        };
        Ok(events.iter().map(decision).collect())
    }

    /// The events about which nothing is decided any more.
    fn takes_back(&self, events: &[Arc<Event>]) -> Vec<Id> {
        match self {
            Self::Undo => events.iter().map(|event| event.id.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// What was decided before, as a sentence to add; nothing where it was nothing.
    fn former(&self, memory: &Memory, events: &[Arc<Event>]) -> &'static str {
        let said = events.iter().find_map(|event| memory.decisions.get(&event.id)?.accepted);
        match (self, said) {
            (Self::Undo, _) | (_, None) => "",
            (Self::Reject, Some(false)) => " It was rejected before, too.",
            (Self::Reject, Some(true)) => " Before, it was accepted.",
            (_, Some(true)) => " It was accepted before, too.",
            (_, Some(false)) => " Before, it was rejected.",
        }
    }

    fn words(&self, listing: &Listing, zone: Tz) -> String {
        let facts = &listing.facts;
        let listed = facts.verdict.decision == Decision::Listed;
        let words = match self {
            Self::Undo => match facts.verdict.decision {
                Decision::Listed => "Taken back. It is listed, as it would be without a decision.",
                Decision::Held => "Taken back. It waits for a decision again.",
                _ => "Taken back. It is not listed, as it would be without a decision.",
            },
            Self::Reject => "Rejected: it is not listed, whatever its feed says.",
            _ if !listed => "Noted. It is not listed yet: see `folkmoot explain`.",
            Self::Accept if listing.facts.span.is_none() => {
                "Accepted. It is listed as \"date to be announced\" until a date is known; `folkmoot review date` gives one."
            }
            Self::Accept => "Accepted: it is listed.",
            Self::Date(_) => {
                let when = facts.span.map(|span| in_words(&span, facts.time_zone, zone));
                let when = when.unwrap_or_default();
                return format!(
                    "Dated and listed: {when}. The date is shown as supplied by the network, and yields when the feed \
                     gives one."
                );
            }
        };
        words.to_owned()
    }
}

/// What is said of words in which there is no date, and of a date that cannot be meant.
const NO_DATE: &str = "no date was understood";
const DOUBTFUL: &str = "the date was not taken";

/// A date as the pages write it.
fn in_words(span: &Span, zone: Tz, usual: Tz) -> String {
    span_in_words(Language::English, span, zone, usual)
}

/// What of a text with digits stands outside the words that were read as a date.
fn left_over(text: &str, reading: &Reading) -> Option<String> {
    let (from, to) = reading.span?;
    let letters = text.chars().enumerate();
    let rest: String =
        letters.map(|(at, letter)| if (from..to).contains(&at) { ' ' } else { letter }).collect();
    let rest = rest.trim().trim_matches([',', ';', ':', '-', '–']).trim();
    rest.contains(|letter: char| letter.is_ascii_digit()).then(|| rest.to_owned())
}

/// The one date that words say, if that is beyond doubt and not over.
fn span(words: &str, event: &Event, (now, usual): (DateTime<Utc>, Tz)) -> Result<Span, OrderError> {
    let zone = event.draft.facts.time_zone;
    let read = |at| phrase::read(words, &Posted { at, zone, month_first: false });
    // A year far from now is a doubt about what a feed says; here somebody means it.
    let reading = match read(Some(now)) {
        doubtful if doubtful.held => Some(read(None)).filter(|sure| !sure.held).unwrap_or(doubtful),
        sure => sure,
    };
    let refused = |what: &str, why: String| {
        // The reading quotes the words itself where it is about some of them.
        let why = why.trim_start_matches("No date of an event: ").trim_end_matches('.');
        let of = if why.contains('“') { String::new() } else { format!(" in \"{words}\"") };
        OrderError::Senseless(format!(
            "{what}{of}: {why}.\n  Write it as in \"4 December 2027, 10am to 1pm\"; `folkmoot try date` \
             shows how a text is read."
        ))
    };
    match reading.sessions.as_slice() {
        [session] => {
            let span = normalise::session_span(session, &reading, zone);
            let ends = span.end_utc(zone).max(span.start_utc(zone));
            let doubt = reading.reason.trim_end_matches("Please check it before it is shown.");
            match left_over(words, &reading) {
                _ if reading.held => Err(refused(DOUBTFUL, doubt.trim_end().to_owned())),
                Some(rest) => Err(refused(
                    DOUBTFUL,
                    format!(
                        "“{}” is a date, but “{rest}” is neither a day nor a time that exists",
                        reading.words
                    ),
                )),
                None if ends < now => {
                    let when = in_words(&span, zone, usual);
                    Err(refused(DOUBTFUL, format!("“{when}” is over")))
                }
                None => Ok(span),
            }
        }
        [] => Err(refused(NO_DATE, reading.reason.clone())),
        several => {
            Err(refused(DOUBTFUL, format!("it says {} dates, and one is wanted", several.len())))
        }
    }
}

/// Who wants something forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Our operator: it shall come back from no feed.
    Operator,
    /// The network that a feed mirrors: it has a say about what came from there, and about nothing else.
    Origin,
}

/// The commit that leaves nothing of some events of a listing but hashes.
pub(super) fn forgetting(
    memory: &Memory,
    settings: &Settings,
    listing: &Listing,
    events: &[Arc<Event>],
    (by, reason): (By, &str),
    now: DateTime<Utc>,
) -> Commit {
    let mut commit = Commit { purge: true, ..Commit::new(now) };
    let salt = &memory.identity.salt;
    for event in events {
        let draft = &event.draft;
        let hashes = match (&draft.private, &draft.reference) {
            // All that is kept of a private item is the hash.
            (Some(_), Some(hash)) => vec![hash.clone()],
            _ if by == By::Origin => pairing::hashes(salt, &event.feed, draft),
            _ => pairing::lasting_hashes(salt, &event.feed, draft),
        };
        let (event, reason) = (event.id.clone(), reason.to_owned());
        let public = Vec::new();
        commit.tombstones.push(Tombstone { event, hashes, reason, at: now, public });
    }
    commit.events_removed = events.iter().map(|event| event.id.clone()).collect();
    commit.decisions_removed = commit.events_removed.clone();
    let feeds: BTreeSet<&String> = events.iter().map(|event| &event.feed).collect();
    // What a report card quotes may be of the event.
    let cards = feeds.into_iter().filter_map(|feed| memory.feeds.get(feed));
    commit.feeds.extend(cards.cloned().map(|mut state| {
        state.unquote();
        state
    }));
    let mut commit = settle::settle(memory, settings, commit, &[]);
    if commit.listings_removed.contains(&listing.id) {
        commit.changes.retain(|change| change.id != listing.id);
        let (change, id) = (ChangeKind::Forgotten, listing.id.clone());
        commit.changes.push(NewChange { change, id, into: None });
        if listing.facts.verdict.decision == Decision::Listed
            && let Some(stone) = commit.tombstones.first_mut()
        {
            stone.public.push(pairing::public_hash(&listing.uid));
        }
    }
    commit
}

impl Refresher {
    /// Forgets of a feed what the network that it mirrors has forgotten; `known` are hashes of UIDs.
    pub(super) async fn forget_with_origin(
        &self,
        settings: &Settings,
        feed: &str,
        known: &HashSet<String>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut memory = Arc::clone(&self.memory).lock_owned().await;
        let names = |event: &&Event| {
            let reference =
                event.draft.reference.as_deref().filter(|_| event.draft.private.is_none());
            // A changed date of a series has the series' UID and the date for its reference.
            let whole = reference.into_iter();
            let whole =
                whole.flat_map(|r| r.match_indices('/').map(|(at, _)| r.split_at(at).0).chain([r]));
            whole.map(pairing::public_hash).any(|hash| known.contains(&hash))
        };
        let ids: Vec<Id> = memory
            .events_of(feed)
            .into_iter()
            .filter(names)
            .map(|event| event.id.clone())
            .collect();
        if ids.is_empty() {
            return Ok(());
        }
        let feeds = BTreeSet::from([feed.to_owned()]);
        if let Err(error) = self.without_bodies(settings, feeds).await {
            tracing::warn!(feed, %error, "old bodies could not be dropped");
        }
        let why = (By::Origin, "forgotten by the network that it came from");
        for id in ids {
            let event = memory.events.get(&id).cloned();
            let Some((event, listing)) = event.zip(memory.listing_about(&id).cloned()) else {
                continue;
            };
            let commit = forgetting(&memory, settings, &listing, &[event], why, now);
            self.take(settings, commit, &mut memory).await?;
        }
        self.reader.forget_pages();
        Ok(())
    }
}
