//! What it means that an event is not in its feed any more (DESIGN, section 6).
//!
//! Nothing leaves on one fetch. An upcoming event that a complete feed lacks in two good fetches a day apart is
//! withdrawn; when much goes at once the feed is believed only after a day of saying the same.

use chrono::{DateTime, Duration, Utc};

use super::{Before, Reconciled};
use crate::{
    event::{Draft, Event},
    feed::{Feed, Format},
    normalise::recurrence::{expand, last_instance},
    read::{CutOff, Document},
};

/// Two good fetches this far apart make an absence.
const CONFIRMED_AFTER: Duration = Duration::hours(24);
/// The same for an event that begins soon.
const CONFIRMED_SOON: Duration = Duration::hours(2);
/// "Soon".
const SOON: Duration = Duration::hours(48);
/// How long a feed that shrank has to say the same.
const SHRINK_HOLDS: Duration = Duration::hours(24);
/// Losing up to this many at once is nothing unusual.
const FEW: usize = 3;
/// Lengths that lists are cut at; what is missing beyond the last item of such a list may be on its next page.
const PAGE_SIZES: [u32; 13] = [5, 6, 10, 12, 15, 20, 25, 30, 50, 100, 200, 250, 500];

/// Whether the feed was and is taken as complete.
#[derive(Debug, Clone, Copy)]
pub struct Completeness {
    /// At the last good check.
    pub before: bool,
    /// Now.
    pub now: bool,
}

/// Whether absence from this document proves anything.
#[must_use]
pub fn proves_absence(feed: &Feed, document: &Document, unreadable: usize) -> bool {
    document.format == Format::Ical
        && !feed.window
        && document.complete
        && document.next_page.is_none()
        && document.skipped.is_empty()
        && unreadable == 0
}

/// Whether a window: a format that shows the newest items only, so that what is missing has merely moved on.
fn is_window(before: &Before) -> bool {
    before.feed.window || before.state.format.is_some_and(|format| format != Format::Ical)
}

/// When it is over; `None` for what has no date or no end.
#[must_use]
pub fn over_at(draft: &Draft) -> Option<DateTime<Utc>> {
    let (span, zone) = (draft.facts.span?, draft.facts.time_zone);
    match &draft.facts.recurrence {
        None => Some(span.end_utc(zone)),
        Some(recurrence) => {
            last_instance(&span, zone, recurrence).map(|last| last.span.end_utc(zone))
        }
    }
}

/// Whether an item was over for longer than events are kept; undated ones count by the day they were last heard of.
#[must_use]
pub fn too_old(before: &Before, draft: &Draft, heard: Option<DateTime<Utc>>) -> bool {
    let kept_from = before.now - before.keep_past;
    let Some(span) = draft.facts.span else { return heard.is_some_and(|heard| heard < kept_from) };
    // Cheap for most: what begins late enough needs no look at its rule.
    span.end_utc(draft.facts.time_zone) < kept_from
        && over_at(draft).is_some_and(|over| over < kept_from)
}

fn upcoming(event: &Event, now: DateTime<Utc>) -> bool {
    match event.draft.facts.span {
        Some(_) => over_at(&event.draft).is_none_or(|over| over > now),
        None => false,
    }
}

fn starts_soon(event: &Event, now: DateTime<Utc>) -> bool {
    let facts = &event.draft.facts;
    facts.span.is_some_and(|span| match &facts.recurrence {
        None => span.start_utc(facts.time_zone) <= now + SOON,
        Some(rule) => {
            !expand(&span, facts.time_zone, Some(rule), now, now + SOON).occurrences.is_empty()
        }
    })
}

/// Whether a document that ends before its end is a fetch gone wrong. Of a feed that was never read well, half is better
/// than nothing, and some never write their last line.
#[must_use]
pub fn breaks_off(before: &Before, cut: CutOff, present: &[bool]) -> bool {
    let lacks = || {
        let mut known = before.events.iter().zip(present);
        known.any(|(e, here)| !here && e.withdrawn.is_none() && upcoming(e, before.now))
    };
    let halved = || before.state.complete && !is_window(before) && lacks();
    before.state.last_good.is_some() && (cut.item.is_some() || halved())
}

/// Decides on every stored event that the feed did not carry.
pub fn judge(
    before: &Before,
    present: &[bool],
    complete: Completeness,
    entries: u32,
    result: &mut Reconciled,
) {
    result.shrank_since = before.state.shrank_since;
    let absent: Vec<&Event> = before
        .events
        .iter()
        .zip(present)
        .filter(|(_, present)| !**present)
        .map(|(e, _)| *e)
        .collect();
    let (old, absent): (Vec<_>, Vec<_>) = absent
        .into_iter()
        .partition(|event| too_old(before, &event.draft, Some(last_heard(event))));
    result.removed.extend(old.into_iter().map(|event| event.id.clone()));
    if !complete.now {
        return unproven(before, &absent, result);
    }
    let horizon = page_end(before, present, entries);
    let within = |event: &&Event| match (horizon, event.draft.facts.span) {
        (Some(end), Some(span)) if event.absent_since.is_none() => {
            span.start_utc(event.draft.facts.time_zone) <= end
        }
        _ => true,
    };
    let absent: Vec<&Event> = absent.into_iter().filter(within).collect();
    let trusted = weigh(before, present, &absent, complete, result);
    for event in absent {
        let since = event.absent_since.filter(|_| complete.before);
        let waiting = event.withdrawn.is_none() && upcoming(event, before.now);
        match since {
            None => {
                result.put.push(missed(before, event).into());
            }
            Some(since) if waiting && trusted && confirmed(before, event, since) => {
                result.withdrawn += 1;
                let gone = Event {
                    withdrawn: Some(before.now),
                    updated: before.now,
                    sequence: event.sequence + 1,
                    ..event.clone()
                };
                result.put.push(gone.into());
                continue;
            }
            Some(_) => {}
        }
        result.missing += u32::from(waiting);
    }
}

/// A window moves on; a fetch that is damaged says nothing at all.
fn unproven(before: &Before, absent: &[&Event], result: &mut Reconciled) {
    let (now, window) = (before.now, is_window(before));
    let whole = !absent.iter().any(|event| event.withdrawn.is_none() && upcoming(event, now));
    if result.cut_off {
        result.shrank_since = before.state.shrank_since.or(Some(now));
    } else if window || whole {
        result.shrank_since = None;
    }
    if window {
        let newly = absent.iter().filter(|event| event.absent_since.is_none());
        result.put.extend(newly.map(|event| missed(before, event).into()));
    }
}

fn last_heard(event: &Event) -> DateTime<Utc> {
    event.draft.published.unwrap_or(event.last_seen).max(event.first_seen)
}

fn missed(before: &Before, event: &Event) -> Event {
    let last_seen = before.state.last_good.unwrap_or(event.last_seen).max(event.last_seen);
    Event { absent_since: Some(before.now), last_seen, ..event.clone() }
}

fn confirmed(before: &Before, event: &Event, since: DateTime<Utc>) -> bool {
    let waited = before.now - since;
    waited >= CONFIRMED_AFTER || (waited >= CONFIRMED_SOON && starts_soon(event, before.now))
}

/// Whether the feed may be believed about what it lacks; keeps the mark of a feed that shrank.
fn weigh(
    before: &Before,
    present: &[bool],
    absent: &[&Event],
    complete: Completeness,
    result: &mut Reconciled,
) -> bool {
    let counts = |event: &&&Event| event.withdrawn.is_none() && upcoming(event, before.now);
    let missing: Vec<&&Event> = absent.iter().filter(counts).collect();
    let newly = missing.iter().filter(|e| e.absent_since.is_none() || !complete.before).count();
    let here = before.events.iter().zip(present).filter(|(e, here)| **here && counts(e)).count();
    let much = |gone: usize, of: usize| gone > 0 && (gone == of || (gone > FEW && gone * 3 > of));
    if much(newly, newly + here) {
        result.shrank_since = Some(before.now);
        return false;
    }
    let Some(since) = before.state.shrank_since else { return true };
    let recovered = !much(missing.len(), missing.len() + here);
    let believed = before.now - since >= SHRINK_HOLDS;
    if recovered || believed {
        result.shrank_since = None;
    }
    // What came back proves the feed wrong, so what is still missing starts its day from its own first absence.
    recovered || believed
}

/// The end of what a list can show, if it looks cut: a round number of items, as many as last time.
fn page_end(before: &Before, present: &[bool], entries: u32) -> Option<DateTime<Utc>> {
    if !PAGE_SIZES.contains(&entries) || entries != before.state.entries {
        return None;
    }
    let carried = before.events.iter().zip(present).filter(|(_, present)| **present);
    carried.filter_map(|(e, _)| Some(e.draft.facts.span?.start_utc(e.draft.facts.time_zone))).max()
}
