//! Compares what a feed says now with what it said before: which events are new, changed, gone or simply still there.
//!
//! Identity lasts ([`pairing`]), a bad fetch takes nothing away ([`absence`]), and content that stays the same
//! changes nothing, not even a time stamp. Of private items only a hash, the start and the reason go on from here.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Duration, Utc};

use crate::{
    event::{Decision, Draft, Event, Facts, Id, Recurrence, Span},
    feed::Feed,
    health::FeedState,
    read::{CutOff, Skipped},
};

pub mod absence;
pub mod pairing;

/// `last_seen` of an event that stays is brought up to date after this long: once a week, not at each check.
const SEEN_EVERY: Duration = Duration::days(7);

/// What is known before the comparison.
pub struct Before<'a> {
    /// The feed.
    pub feed: &'a Feed,
    /// Its state after the last check.
    pub state: &'a FeedState,
    /// Its stored events.
    pub events: &'a [&'a Event],
    /// Whether an id belongs to some event already, of whatever feed.
    pub taken: &'a dyn Fn(&str) -> bool,
    /// Whether an item with this hash (see [`pairing::hash`]) was forgotten for good.
    pub forgotten: &'a dyn Fn(&str) -> bool,
    /// Mixed into hashes.
    pub salt: &'a str,
    /// How long events are kept when they are over.
    pub keep_past: Duration,
    /// The time of the check.
    pub now: DateTime<Utc>,
}

/// What the check brought.
#[derive(Debug, Clone)]
pub enum Saw {
    /// 304, or the very bytes of last time: all is as it was, and absence is confirmed.
    Same,
    /// A feed, read.
    Items {
        /// Its items, made sense of and classified.
        drafts: Vec<Draft>,
        /// Whether absence from it proves anything (see [`absence::proves_absence`]).
        complete: bool,
        /// Items in the feed, as counted by the reader.
        entries: u32,
        /// Addresses of linked pages that were wanted for dates and could not be read this time.
        unread_pages: HashSet<String>,
        /// The feed ended before its end.
        cut_off: Option<CutOff>,
    },
}

/// What follows from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Events to keep, new ones and changed ones.
    pub put: Vec<Arc<Event>>,
    /// Events to drop.
    pub removed: Vec<Id>,
    /// How many are new.
    pub added: u32,
    /// How many changed in what they say.
    pub changed: u32,
    /// How many were found to have left the feed.
    pub withdrawn: u32,
    /// Since when the feed has been much smaller than before.
    pub shrank_since: Option<DateTime<Utc>>,
    /// The feed broke off, and so nothing that was known was changed or missed.
    pub cut_off: bool,
    /// Upcoming events that are missing from the feed and wait for confirmation.
    pub missing: u32,
    /// Items that say the same as another of the feed.
    pub skipped: Vec<Skipped>,
    /// Items left out because they were over for longer than events are kept.
    pub too_old: u32,
    /// Items left out because they were forgotten on request.
    pub forgotten: u32,
    /// Events that were public and are private now: nothing of what they said may stay.
    pub hidden: u32,
}

/// Compares.
#[must_use]
pub fn reconcile(before: &Before, saw: Saw) -> Reconciled {
    let mut result = Reconciled::default();
    let mut present = vec![false; before.events.len()];
    let mut completeness =
        absence::Completeness { before: before.state.complete, now: before.state.complete };
    let mut entries = before.state.entries;
    match saw {
        Saw::Same => {
            for (event, present) in before.events.iter().zip(&mut present) {
                *present = event.absent_since.is_none();
                if *present {
                    result.put.extend(seen_again(before, event));
                }
            }
        }
        Saw::Items { drafts, complete, entries: found, unread_pages, cut_off } => {
            completeness.now = complete;
            entries = found;
            let drafts = admit(before, drafts, &mut result);
            let pairs: Vec<_> = pairing::pair(before, drafts);
            for known in pairs.iter().filter_map(|(_, known)| *known) {
                present.iter_mut().skip(known).take(1).for_each(|present| *present = true);
            }
            let broken = cut_off.filter(|cut| absence::breaks_off(before, *cut, &present));
            result.cut_off = broken.is_some();
            let mut given = HashSet::new();
            for (draft, known) in pairs {
                match known.and_then(|index| before.events.get(index)) {
                    // Its other dates, or the rest of its words, may stand where the feed broke off.
                    Some(event) if broken.is_some() && draft.private.is_none() => {
                        result.put.extend(seen_again(before, event));
                    }
                    Some(event) => meet(before, event, draft, &unread_pages, &mut result),
                    None if broken
                        .is_some_and(|cut| cut.item.is_some() && cut.item == draft.line) =>
                    {
                        let reason = "The feed breaks off in the middle of this item.".to_owned();
                        let reference = draft.reference.filter(|_| draft.private.is_none());
                        result.skipped.push(Skipped { reference, line: draft.line, reason });
                    }
                    None => announce(before, draft, &mut given, &mut result),
                }
            }
        }
    }
    absence::judge(before, &present, completeness, entries, &mut result);
    result
}

/// Leaves out what is not to be kept, each counted, and all but the shell of private items.
fn admit(before: &Before, drafts: Vec<Draft>, result: &mut Reconciled) -> Vec<Draft> {
    let mut seen: HashSet<(Option<String>, u32, String)> = HashSet::new();
    let mut ordinals: HashMap<String, (HashSet<u32>, u32)> = HashMap::new();
    let mut admitted = Vec::with_capacity(drafts.len());
    for mut draft in drafts {
        if draft.private.is_some() {
            // Only its start is kept, and so its age is judged by that.
            draft.facts.recurrence = None;
        }
        if absence::too_old(before, &draft, draft.published) {
            result.too_old += 1;
            continue;
        }
        if forgotten(before.salt, &before.feed.id, &draft, before.forgotten) {
            result.forgotten += 1;
            continue;
        }
        let content = pairing::content(&draft);
        if !seen.insert((draft.reference.clone(), draft.ordinal, content.clone())) {
            let reason = "The same item stands in the feed twice.".to_owned();
            let reference = draft.reference.filter(|_| draft.private.is_none());
            result.skipped.push(Skipped { reference, line: draft.line, reason });
            continue;
        }
        if let Some(reference) = &draft.reference {
            // Another item under the same reference: a further date of it, in effect.
            let (used, highest) = ordinals.entry(reference.clone()).or_default();
            if !used.insert(draft.ordinal) {
                draft.ordinal = *highest + 1;
                used.insert(draft.ordinal);
            }
            *highest = draft.ordinal.max(*highest);
        }
        admitted.push(draft);
    }
    admitted.into_iter().map(|draft| shell(before, draft)).collect()
}

/// Whether an item was forgotten for good; `known` tells of one of its hashes.
pub fn forgotten(salt: &str, feed: &str, draft: &Draft, known: &dyn Fn(&str) -> bool) -> bool {
    pairing::lasting_hashes(salt, feed, draft).iter().any(|hash| known(hash))
}

/// What may be kept of a private item: hash, start and reason.
fn shell(before: &Before, draft: Draft) -> Draft {
    let Some(reason) = draft.private.clone() else { return draft };
    let mut facts = Facts::new("", draft.facts.time_zone);
    facts.span = draft.facts.span.map(|span| match span {
        Span::AllDay { start, .. } => {
            Span::AllDay { start, end: start.succ_opt().unwrap_or(start) }
        }
        Span::Timed { start, .. } => Span::Timed { start, end: None },
    });
    facts.verdict.decision = Decision::Private;
    facts.verdict.reason.clone_from(&reason);
    Draft {
        reference: pairing::hashes(before.salt, &before.feed.id, &draft).into_iter().next(),
        ordinal: draft.ordinal,
        line: None,
        facts,
        categories: Vec::new(),
        private: Some(reason),
        published: None,
        modified: None,
        sequence: 0,
        date_doubt: None,
    }
}

/// An item that was not there before.
fn announce(before: &Before, draft: Draft, given: &mut HashSet<Id>, result: &mut Reconciled) {
    let known = |id: &str| (before.taken)(id) || given.contains(id);
    let id = pairing::new_id(&before.feed.id, &draft, &known);
    given.insert(id.clone());
    let (feed, now) = (before.feed.id.clone(), before.now);
    result.added += 1;
    let event = Event {
        id,
        feed,
        draft,
        first_seen: now,
        last_seen: now,
        absent_since: None,
        withdrawn: None,
        updated: now,
        sequence: 0,
    };
    result.put.push(event.into());
}

/// An item that is known.
fn meet(
    before: &Before,
    event: &Event,
    draft: Draft,
    unread_pages: &HashSet<String>,
    result: &mut Reconciled,
) {
    let page = draft.facts.url.as_ref().filter(|url| unread_pages.contains(*url));
    if page.is_some() && draft.facts.span.is_none() && event.draft.facts.span.is_some() {
        // Its date came from a page that did not answer this time.
        result.put.extend(seen_again(before, event));
        return;
    }
    let difference = difference(&event.draft, &draft);
    let came_back = event.withdrawn.is_some();
    if difference == Difference::None {
        result.put.extend(seen_again(before, event));
    } else {
        result.hidden += u32::from(draft.private.is_some() && event.draft.private.is_none());
        let mut changed = event.clone();
        changed.draft = draft;
        (changed.absent_since, changed.withdrawn, changed.last_seen) = (None, None, before.now);
        if difference > Difference::Silent || came_back {
            changed.updated = before.now;
        }
        changed.sequence += u32::from(difference == Difference::Rescheduled || came_back);
        result.put.push(changed.into());
    }
    result.changed += u32::from(difference > Difference::Silent || came_back);
}

/// An item that says what it said: a new version only where that is due.
fn seen_again(before: &Before, event: &Event) -> Option<Arc<Event>> {
    let back = event.absent_since.is_some() || event.withdrawn.is_some();
    if !back && before.now - event.last_seen < SEEN_EVERY {
        return None;
    }
    let mut seen = event.clone();
    seen.last_seen = before.now;
    if event.withdrawn.is_some() {
        seen.updated = before.now;
        seen.sequence += 1;
    }
    (seen.absent_since, seen.withdrawn) = (None, None);
    Some(seen.into())
}

/// How much two versions of an item differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    /// In nothing that matters: line numbers, the source's own stamps (some raise them at each request).
    None,
    /// In nothing that people see: evidence, references.
    Silent,
    /// In what it says.
    Content,
    /// In when or where it is, or whether.
    Rescheduled,
}

fn difference(old: &Draft, new: &Draft) -> Difference {
    let (was, is) = (&old.facts, &new.facts);
    let moved = (was.span, was.status) != (is.span, is.status)
        || was.recurrence.as_ref().map(Recurrence::schedule)
            != is.recurrence.as_ref().map(Recurrence::schedule)
        || was.place != is.place;
    if moved {
        return Difference::Rescheduled;
    }
    if old.categories != new.categories
        || old.private != new.private
        || old.date_doubt != new.date_doubt
    {
        return Difference::Content;
    }
    if was == is {
        let silent = old.reference != new.reference
            || old.ordinal != new.ordinal
            || old.published != new.published;
        return if silent { Difference::Silent } else { Difference::None };
    }
    let same = Facts { evidence: was.evidence.clone(), ..is.clone() } == *was;
    if same { Difference::Silent } else { Difference::Content }
}

#[cfg(test)]
mod tests;
