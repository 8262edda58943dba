//! The part of a check that works on a stranger's bytes: read, normalise, classify. It runs on a thread of its own.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use url::Url;

use super::Settings;
use crate::{
    event::Draft,
    feed::{Feed, Format, PubDate},
    fetch::Meta,
    normalise::{
        Context,
        budget::{Budget, Stop},
        discretion::Hidden,
        normalise_within,
    },
    read::{self, Document, Hint, Problem, ReadError, Skipped},
    reconcile::absence::proves_absence,
};

/// Why a body came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// It is no feed.
    #[error("{0}")]
    NotRead(#[from] ReadError),
    /// It took too long.
    #[error("reading it took more than {} seconds and was given up", .0.as_secs())]
    TooSlow(Duration),
    /// It had too little of the processor for too long.
    #[error("this machine was too busy to read it within {} seconds; try again when it has less to do", .0.as_secs())]
    Busy(Duration),
    /// Other bodies kept all places.
    #[error("no place to read it came free within {} seconds", .0.as_secs())]
    NoPlace(Duration),
    /// A panic.
    #[error("reading it hit a fault of this program; please report it with the feed's content")]
    Fault,
    /// The daemon is going down.
    #[error("the check was broken off, because folkmoot is stopping")]
    Closing,
}

impl Stopped {
    /// Whether it says nothing about the feed: this machine or this program was at fault, and only for the moment.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::NoPlace(_) | Self::Closing)
    }
}

/// How much besides the body is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Nothing.
    Alone,
    /// The further pages of its list, and the pages that its items link to.
    Whole,
}

/// What the stages need to know.
#[derive(Clone)]
pub struct Work {
    /// The network's settings.
    pub settings: Arc<Settings>,
    /// The feed, with its own.
    pub feed: Feed,
    /// What the server calls the body.
    pub content_type: Option<String>,
    /// The address that answered.
    pub base: Option<Url>,
    /// The time of the check.
    pub now: DateTime<Utc>,
    /// How far it goes.
    pub extent: Extent,
}

impl Work {
    /// The work that an answer makes, with all pages that belong to it.
    #[must_use]
    pub fn new(settings: &Arc<Settings>, feed: Feed, meta: &Meta, now: DateTime<Utc>) -> Self {
        Self {
            settings: Arc::clone(settings),
            feed,
            content_type: meta.content_type.clone(),
            base: meta.final_url.clone(),
            now,
            extent: Extent::Whole,
        }
    }

    /// The pause between two questions to one host.
    pub(super) fn pause(&self) -> Duration {
        self.settings.config.network.host_delay
    }
}

/// A body made sense of.
pub struct Made {
    /// As its author wrote it.
    pub document: Document,
    /// What its items say.
    pub drafts: Vec<Draft>,
    /// Items that could not be read.
    pub skipped: Vec<Skipped>,
    /// What is wrong with the feed.
    pub problems: Vec<Problem>,
    /// What pubDate turned out to mean, where that was left open.
    pub habit: Option<PubDate>,
    /// Whether absence from it proves anything.
    pub complete: bool,
    /// Items that it carried.
    pub entries: u32,
    /// Linked pages that could give a date.
    pub wanted: Vec<String>,
    /// Of those, the ones that did not answer.
    pub unread: HashSet<String>,
    /// Some were left for the next check.
    pub more_pages: bool,
    /// The list has several pages: that the first one is as it was says nothing of the others.
    pub paged: bool,
}

impl Made {
    /// Takes the words of items out of the report card: some of them are nobody's business.
    pub(super) fn unquote(&mut self) {
        crate::health::unquote(&mut self.problems, &mut self.skipped);
    }
}

/// Reads the bytes.
pub(super) fn read(bytes: &[u8], work: &Work) -> Result<Document, ReadError> {
    let hint = Hint {
        content_type: work.content_type.clone(),
        base: work.base.clone().or_else(|| Some(work.feed.url.clone())),
        format: work.feed.format,
    };
    read::read(bytes, &hint)
}

/// Makes sense of a document. What is made after `stop` was told is of no use, and nobody waits for it.
pub(super) fn make(
    document: Document,
    work: &Work,
    pages: &HashMap<String, Document>,
    stop: &Stop,
) -> Made {
    let settings = &work.settings;
    let context = Context {
        feed: &work.feed,
        network: &settings.config.network,
        members: &settings.members,
        now: work.now,
        pages,
    };
    let normalised = normalise_within(&document, &context, &Budget::new(stop.clone()));
    let mut drafts = normalised.drafts;
    if let Some(base) = work.base.as_ref().filter(|_| !work.feed.public_url) {
        let mut hidden = Hidden::default();
        hidden.add(base);
        if document.format == Format::Html {
            hidden = hidden.of_page();
        }
        drafts.iter_mut().for_each(|draft| hidden.scrub(draft));
    }
    for draft in drafts.iter_mut().take_while(|_| !stop.is_told()) {
        settings.classifier.classify(draft, &work.feed, work.now);
    }
    let complete = proves_absence(&work.feed, &document, normalised.skipped.len());
    let entries = document.entries.len() + document.skipped.len();
    Made {
        skipped: normalised.skipped,
        problems: normalised.problems,
        habit: normalised.pubdate_habit,
        wanted: normalised.wanted_pages,
        entries: u32::try_from(entries).unwrap_or(u32::MAX),
        unread: HashSet::new(),
        more_pages: false,
        paged: document.next_page.is_some(),
        complete,
        document,
        drafts,
    }
}
