//! Makes sense of what a feed wrote: items become drafts of events, with times, places, plain words and reasons.
//!
//! Nothing is guessed in silence: a date from prose carries its words, a date that is not safe carries its doubt, an
//! item without one stays undated. Personal data are taken out last, from every text, so that every reader before
//! that sees the item as it was written.

pub mod budget;
pub mod zone;
pub mod recurrence;
pub mod series;
pub mod phrase;
pub mod state;
pub mod text;
pub mod place;
pub mod privacy;
pub mod discretion;
mod venue;
mod organiser;
mod words;
mod dates;
mod bulletin;
mod calendar;
mod item;
mod remarks;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use crate::{
    event::{Draft, Facts},
    feed::{Feed, Format, Network, PubDate},
    member::Members,
    read::{Document, Problem, Severity, Skipped},
};
use budget::Budget;
pub use dates::session_span;
use organiser::Directory;
pub use remarks::example_day;
use series::ZoneContext;

/// What is known besides the document.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Where the document comes from, with its settings.
    pub feed: &'a Feed,
    /// The network's settings.
    pub network: &'a Network,
    /// Councils and groups.
    pub members: &'a Members,
    /// The time of the fetch.
    pub now: DateTime<Utc>,
    /// Linked pages that were read already, by the address in [`Normalised::wanted_pages`].
    pub pages: &'a HashMap<String, Document>,
}

/// A document made sense of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Normalised {
    /// What its items say.
    pub drafts: Vec<Draft>,
    /// Items that could not be read, those of the document included.
    pub skipped: Vec<Skipped>,
    /// What is wrong with the feed, for its report card; the problems of the document included.
    pub problems: Vec<Problem>,
    /// Pages that would say more: read them, and normalise again.
    pub wanted_pages: Vec<String>,
    /// What pubDate turned out to mean where the feed's setting is `unknown`.
    pub pubdate_habit: Option<PubDate>,
}

/// Pages asked for in one go; a longer list says that the feed is not about events.
const MAX_PAGES: usize = 200;

/// All that the readers of items share.
struct Scope<'a> {
    document: &'a Document,
    context: &'a Context<'a>,
    zones: ZoneContext<'a>,
    directory: Directory<'a>,
    /// Of work that is left.
    budget: &'a Budget,
    /// The zone of prose.
    zone: Tz,
    /// For relative links.
    base: Option<Url>,
    /// The meaning of pubDate, by setting or habit.
    pubdate: PubDate,
}

/// Makes drafts of a document's items.
#[must_use]
pub fn normalise(document: &Document, context: &Context<'_>) -> Normalised {
    normalise_within(document, context, &Budget::default())
}

/// The same within a budget. When it was told to stop, what comes back is a part and of no use.
#[must_use]
pub fn normalise_within(document: &Document, context: &Context<'_>, budget: &Budget) -> Normalised {
    let habit = habit_of_pubdate(document, context);
    let scope = Scope {
        document,
        context,
        zones: zones_of(document, context),
        directory: Directory::new(context.members, context.feed),
        budget,
        zone: context.feed.time_zone.unwrap_or(context.network.time_zone),
        base: document.link.as_deref().and_then(|link| context.feed.url.join(link).ok()),
        pubdate: habit.unwrap_or(context.feed.pubdate),
    };
    let mut out = Normalised {
        skipped: document.skipped.clone(),
        problems: document.problems.clone(),
        pubdate_habit: habit,
        ..Normalised::default()
    };
    match document.format {
        Format::Ical => calendar::drafts(&scope, &mut out),
        Format::Rss | Format::Atom | Format::JsonFeed | Format::Html => {
            item::drafts(&scope, &mut out)
        }
    }
    number(&mut out.drafts);
    remarks::add(&scope, &mut out);
    // Before personal data: those are taken out of addresses too, which then would not be known again.
    let mut hidden = discretion::Hidden::of(context.feed);
    if document.format == Format::Html {
        hidden = hidden.of_page();
    }
    out.drafts.iter_mut().for_each(|draft| hidden.scrub(draft));
    keep_out_personal_data(&mut out, context.feed.join_links, budget);
    let mut seen = HashSet::new();
    out.wanted_pages.retain(|page| seen.insert(page.clone()));
    out.wanted_pages.truncate(MAX_PAGES);
    out
}

fn zones_of<'a>(document: &'a Document, context: &Context<'a>) -> ZoneContext<'a> {
    ZoneContext {
        calendars: &document.zones,
        feed_zone: context.feed.time_zone,
        network_zone: context.network.time_zone,
    }
}

/// Publication lies in the past: where most dates lie ahead, they are the dates of the events.
fn habit_of_pubdate(document: &Document, context: &Context<'_>) -> Option<PubDate> {
    if context.feed.pubdate != PubDate::Unknown
        || matches!(document.format, Format::Ical | Format::Html)
    {
        return None;
    }
    let dates: Vec<_> = document.entries.iter().filter_map(|entry| entry.published).collect();
    let ahead = dates.iter().filter(|at| **at > context.now).count();
    let starts = ahead >= 2 && ahead * 2 > dates.len();
    Some(if starts { PubDate::EventStart } else { PubDate::Published })
}

/// Gives each draft of the same reference a number of its own, in the order of the document.
fn number(drafts: &mut [Draft]) {
    let mut taken: HashSet<(String, u32)> = HashSet::new();
    for draft in drafts {
        let Some(reference) = draft.reference.clone() else { continue };
        while !taken.insert((reference.clone(), draft.ordinal)) {
            draft.ordinal += 1;
        }
    }
}

fn keep_out_personal_data(out: &mut Normalised, keep_links: bool, budget: &Budget) {
    let mut found = 0_usize;
    for (index, draft) in out.drafts.iter_mut().enumerate() {
        if budget.is_stopped() {
            // Nothing leaves here that was not looked through.
            out.drafts.truncate(index);
            break;
        }
        if let Some(reason) = draft.private.take() {
            privacy::seal(draft, reason);
            continue;
        }
        let before = draft.facts.description.clone();
        privacy::scrub(draft, keep_links);
        found += usize::from(draft.facts.description != before);
    }
    if found > 0 {
        out.problems.push(remarks::problem(
            Severity::Info,
            "personal_data",
            format!(
                "{} e-mail addresses, phone numbers or meeting details in public text; they are not passed on.",
                remarks::items(found, "carries", "carry")
            ),
            "Put joining details in the booking confirmation, and a page or a shared mailbox where one can ask.",
        ));
    }
    for problem in &mut out.problems {
        problem.text = privacy::redact(&problem.text, keep_links);
    }
    for skipped in &mut out.skipped {
        skipped.reason = privacy::redact(&skipped.reason, keep_links);
    }
}

/// A draft of an event of which only the facts are known.
fn blank(facts: Facts) -> Draft {
    Draft {
        reference: None,
        ordinal: 0,
        line: None,
        facts,
        categories: Vec::new(),
        private: None,
        published: None,
        modified: None,
        sequence: 0,
        date_doubt: None,
    }
}

#[cfg(test)]
mod tests;
