//! What a check leaves behind: the feed's new state, a line of history, and one plain sentence.

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    Memory, Settings,
    making::{Made, Stopped},
    settle, websub,
};
use crate::{
    event::Id,
    feed::{Feed, Format},
    fetch::{Failure, FailureKind, Meta},
    health::{Check, FeedState, MOVED_AFTER, Outcome},
    normalise::discretion::Hidden,
    read::{CutOff, link},
    reconcile::Reconciled,
    schedule::{Answer, next_check, weather::Meaning},
    store::Commit,
};

/// Problems and unreadable items kept with the state; the counts are in the words of the check.
const LISTED: usize = 200;

/// A check, as far as every report needs it.
pub(super) struct Scene<'a> {
    pub(super) settings: &'a Settings,
    pub(super) feed: &'a Feed,
    pub(super) state: &'a FeedState,
    pub(super) now: DateTime<Utc>,
    pub(super) took: Duration,
}

/// A check that went well.
pub(super) struct Good<'a> {
    pub(super) meta: &'a Meta,
    /// A body came, if only the known one.
    pub(super) whole: bool,
    /// `None` when all is as last time.
    pub(super) body: Option<Body<'a>>,
    pub(super) took: Duration,
}

/// A new body.
pub(super) struct Body<'a> {
    pub(super) bytes: usize,
    pub(super) hash: &'a str,
    pub(super) made: &'a Made,
}

impl Good<'_> {
    /// What the body turned out to be.
    pub(super) fn format(&self) -> Option<Format> {
        self.body.as_ref().map(|body| body.made.document.format)
    }
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Forgets what was learned of another address, and knows the feed by name.
pub(super) fn same_address(state: &mut FeedState, feed: &Feed) {
    let url_hash = hash(feed.url.as_str().as_bytes());
    state.feed.clone_from(&feed.id);
    if state.url_hash != url_hash {
        let kept = std::mem::take(state);
        *state = FeedState {
            feed: kept.feed,
            url_hash,
            last_check: kept.last_check,
            last_good: kept.last_good,
            last_new: kept.last_new,
            entries: kept.entries,
            complete: kept.complete,
            format: kept.format,
            history: kept.history,
            former: kept.former,
            ..FeedState::default()
        };
    }
}

fn check(scene: &Scene, outcome: Outcome, words: String) -> Check {
    let took_ms = u64::try_from(scene.took.as_millis()).unwrap_or(u64::MAX);
    Check { outcome, words, took_ms, ..no_check(scene.now) }
}

/// Stands in where a commit holds no check: nothing happened.
pub(super) fn no_check(at: DateTime<Utc>) -> Check {
    Check {
        at,
        outcome: Outcome::Unchanged,
        words: "Nothing was done.".into(),
        public: None,
        status: None,
        bytes: 0,
        took_ms: 0,
        entries: 0,
        added: 0,
        changed: 0,
        withdrawn: 0,
        cut_off: false,
    }
}

fn commit(scene: &Scene, state: FeedState, check: Check) -> Commit {
    let checks = vec![(scene.feed.id.clone(), check)];
    Commit { feeds: vec![state], checks, ..Commit::new(scene.now) }
}

/// What is remembered of a feed after a check that went well.
fn state_after(scene: &Scene, good: &Good, result: &Reconciled, memory: &Memory) -> FeedState {
    let meta = good.meta;
    let mut state = scene.state.clone();
    if let Some(body) = &good.body {
        take_body(&mut state, scene, meta, body, result);
    } else {
        state.etag = meta.etag.clone().or(state.etag);
        state.last_modified = sound_date(meta, scene.now).or(state.last_modified);
    }
    if result.added > 0 || state.last_new.is_none() {
        state.last_new = Some(scene.now);
    }
    if good.whole {
        state.last_body = Some(scene.now);
    }
    state.last_check = Some(scene.now);
    // What broke off is no good read, where there was one before.
    if !state.cut_off || state.last_good.is_none() {
        state.last_good = Some(scene.now);
    }
    (state.failures, state.failing_since, state.gone) = (0, None, false);
    state.removed_since = None;
    state.shrank_since = result.shrank_since;
    state.missing = result.missing;
    // Only an answer of the site says whether it has moved.
    if meta.status.is_some() {
        state.moved_to = meta.moved_to.as_ref().map(|target| match &state.moved_to {
            Some((known, times)) if *known == target.as_str() => {
                (known.clone(), times.saturating_add(1))
            }
            _ => (target.to_string(), 1),
        });
    }
    // Where no event changed, what was counted holds, as it came with the round: most checks bring nothing new.
    if good.body.is_some() || !result.put.is_empty() || !result.removed.is_empty() {
        (state.listed, state.undated, state.unlisted) = count_events(scene, result, memory);
    }
    let answer = Answer::Good { fresh_for: meta.fresh_for };
    state.next_check =
        Some(next_check(scene.feed, &scene.settings.config.network, &state, answer, scene.now));
    state
}

/// A check that went well.
pub(super) fn good(scene: &Scene, good: &Good, result: Reconciled, memory: &Memory) -> Commit {
    let state = state_after(scene, good, &result, memory);
    let changes = result.added + result.changed + result.withdrawn;
    let outcome = match (result.shrank_since.is_some() || state.cut_off, changes) {
        (true, _) => Outcome::Shrank,
        (false, 0) => Outcome::Unchanged,
        (false, _) => Outcome::Changed,
    };
    let bytes = good.body.as_ref().map_or(0, |body| body.bytes as u64);
    let (words, public) = good_words(scene, &state, &result);
    let (entries, took_ms) =
        (state.entries, u64::try_from(good.took.as_millis()).unwrap_or(u64::MAX));
    let (added, changed, withdrawn) = (result.added, result.changed, result.withdrawn);
    let check = Check {
        status: good.meta.status,
        bytes,
        took_ms,
        entries,
        added,
        changed,
        withdrawn,
        public,
        cut_off: state.cut_off,
        ..check(scene, outcome, words)
    };
    Commit {
        events: result.put,
        events_removed: result.removed,
        purge: result.hidden > 0,
        ..commit(scene, state, check)
    }
}

/// Listed, undated, and the others with their reasons, after this check.
fn count_events(
    scene: &Scene,
    result: &Reconciled,
    memory: &Memory,
) -> (u32, u32, Vec<(String, u32)>) {
    let put = result.put.iter().map(|event| &event.id);
    let touched: HashSet<&Id> = put.chain(&result.removed).collect();
    let stored = memory.events_of(&scene.feed.id).into_iter();
    let kept = stored.filter(|event| !touched.contains(&event.id));
    settle::tally(kept.chain(result.put.iter().map(|event| &**event)), &memory.corrections)
}

fn take_body(state: &mut FeedState, scene: &Scene, meta: &Meta, body: &Body, result: &Reconciled) {
    let (made, document) = (body.made, &body.made.document);
    // Pages that were left for the next time need the body again; so do the further pages of a list. Where it breaks
    // off, "not modified" would be the site's word on a whole that never arrived.
    let again = made.more_pages || made.paged || document.cut_off.is_some();
    state.etag = meta.etag.clone().filter(|_| !again);
    state.last_modified = sound_date(meta, scene.now).filter(|_| !again);
    state.validators_from = meta.final_url.as_ref().map(|url| url.origin().ascii_serialization());
    state.body_hash = (!again).then(|| body.hash.to_owned());
    state.settings_hash = Some(scene.settings.fingerprint(scene.feed));
    state.title = document.title.as_deref().and_then(|title| Hidden::of(scene.feed).name(title));
    state.generator.clone_from(&document.generator);
    state.format = Some(document.format);
    state.rights.clone_from(&document.rights);
    state.pubdate_habit =
        made.habit.and_then(|habit| serde_json::to_value(habit).ok()?.as_str().map(str::to_owned));
    state.asked_interval = document.refresh.every.map(|every| every.as_secs());
    state.skip_hours.clone_from(&document.refresh.skip_hours);
    state.skip_days.clone_from(&document.refresh.skip_days);
    let base = meta.final_url.as_ref().unwrap_or(&scene.feed.url);
    let named = |said: &Option<String>| link::absolute(said.as_deref()?, Some(base));
    let hints = &document.refresh;
    let hub = meta.hub.clone().or_else(|| named(&hints.hub));
    let topic = meta.topic.clone().or_else(|| named(&hints.topic));
    let own = scene.settings.config.network.url.is_some();
    websub::discovered(state, scene.feed, (hub, topic), own);
    state.entries = made.entries;
    state.complete = made.complete;
    // Some feeds never write their last line; what counts is whether anything is lost.
    let lost = |cut: CutOff| {
        result.cut_off || result.shrank_since.is_some() || cut.item.is_some() || made.entries == 0
    };
    state.cut_off = document.cut_off.is_some_and(lost);
    state.skipped = made.skipped.iter().chain(&result.skipped).take(LISTED).cloned().collect();
    state.problems = made.problems.iter().take(LISTED).cloned().collect();
}

/// Last-Modified, unless it lies in the future: some servers send their clock's idea of tomorrow, and would then
/// answer "not modified" to every later question.
fn sound_date(meta: &Meta, now: DateTime<Utc>) -> Option<String> {
    let text = meta.last_modified.clone()?;
    let at: DateTime<Utc> = httpdate::parse_http_date(&text).ok()?.into();
    (at <= now).then_some(text)
}

/// The words, and those for everybody where they differ.
fn good_words(scene: &Scene, state: &FeedState, result: &Reconciled) -> (String, Option<String>) {
    let mut words = Vec::new();
    if state.cut_off {
        words.push("The feed breaks off before its end.".into());
        if result.cut_off {
            words.push("What was known from it stays as it was.".into());
        }
    } else if state.shrank_since.is_some() {
        let missing = result.missing;
        words.push(format!(
            "{} at once. They stay as they are; if the feed says the same for a day, they will be shown as \"No \
             longer listed\".",
            count(missing, "upcoming event is missing", "upcoming events are missing")
        ));
    }
    let parts: Vec<String> = [
        (result.added, "new event", "new events"),
        (result.changed, "event changed", "events changed"),
        (
            result.withdrawn,
            "event no longer listed by its organiser",
            "events no longer listed by their organiser",
        ),
    ]
    .into_iter()
    .filter(|(n, ..)| *n > 0)
    .map(|(n, one, many)| count(n, one, many))
    .collect();
    match (parts.is_empty(), words.is_empty()) {
        (true, true) => words.push("Nothing new.".into()),
        (true, false) => {}
        (false, _) => words.push(format!("{}.", parts.join(", "))),
    }
    let asides = [
        (
            u32::try_from(state.skipped.len()).unwrap_or(u32::MAX),
            "item could not be read",
            "items could not be read",
        ),
        (result.too_old, "item was over long ago", "items were over long ago"),
    ];
    for (n, one, many) in asides.into_iter().filter(|(n, ..)| *n > 0) {
        words.push(format!("{}.", count(n, one, many)));
    }
    if let Some((_, times)) = &state.moved_to
        && *times >= MOVED_AFTER
    {
        let id = &scene.feed.id;
        let public = words.join(" ");
        words.push(format!(
            "The feed has moved for good: `folkmoot feeds adopt {id}` takes the new address."
        ));
        return (words.join(" "), Some(public));
    }
    (words.join(" "), None)
}

fn count(n: u32, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A check that brought a body of which nothing could be made: no feed, or none for which there was time here.
pub(super) fn unreadable(scene: &Scene, meta: &Meta, bytes: usize, why: &Stopped) -> Commit {
    let mut state = scene.state.clone();
    if !why.is_ours() {
        blame(&mut state, scene);
    }
    state.gone &= meta.status.is_none();
    rest(&mut state, scene, None);
    let words = sentence(&why.to_string(), scene);
    let (status, bytes) = (meta.status, bytes as u64);
    let check = Check { status, bytes, ..check(scene, Outcome::ReadFailed, words) };
    commit(scene, state, check)
}

/// A check that brought more than there is room for on this machine, where there is room for the rest.
///
/// It is counted, so that the site is not asked again and again for what cannot be kept, but nobody is blamed for it.
pub(super) fn no_room(scene: &Scene, meta_status: Option<u16>) -> Commit {
    let mut state = scene.state.clone();
    state.failures = state.failures.saturating_add(1);
    state.gone &= meta_status.is_none();
    rest(&mut state, scene, None);
    let words = sentence("there is no room on this machine's disk for what it brought", scene);
    let public = Some(sentence("what it brought could not be kept", scene));
    let check = Check { status: meta_status, public, ..check(scene, Outcome::ReadFailed, words) };
    commit(scene, state, check)
}

/// A check that brought nothing.
pub(super) fn failed(
    scene: &Scene,
    failure: &Failure,
    meaning: &Meaning,
    memory: &Memory,
) -> Commit {
    let mut state = scene.state.clone();
    let gone = failure.kind == FailureKind::Status(410);
    let words = match meaning {
        Meaning::Theirs if gone => {
            "The site says that this feed is gone for good (HTTP status 410). It is not checked any more until you \
             ask for it with `folkmoot poll` or change its address; its events stay."
                .to_owned()
        }
        Meaning::Theirs => sentence(&failure.kind.to_string(), scene),
        Meaning::OursNow(_) | Meaning::Ours => {
            "Several sites that worked cannot be reached: we seem to be offline. This is not held against the feed."
                .to_owned()
        }
    };
    let public = Some(match meaning {
        Meaning::Theirs => sentence(&failure.kind.public(), scene),
        Meaning::OursNow(_) | Meaning::Ours => "The feed could not be fetched.".to_owned(),
    });
    if *meaning == Meaning::Theirs {
        // Another answer than 410 means that it is not gone; no answer means nothing.
        state.gone = if failure.kind.status().is_some() { gone } else { state.gone };
        blame(&mut state, scene);
        rest(&mut state, scene, failure.retry_after);
    } else {
        state.last_check = Some(scene.now);
        state.next_check = Some(scene.now);
    }
    let check = Check {
        status: failure.kind.status(),
        public,
        ..check(scene, Outcome::FetchFailed, words)
    };
    let mut commit = commit(scene, state, check);
    if let Meaning::OursNow(blamed) = meaning {
        let states = blamed.iter().filter_map(|feed| memory.feeds.get(feed)).cloned();
        commit.feeds.extend(states.map(|state| absolved(state, scene.now)));
    }
    commit
}

/// The state of a feed that failed only because we were offline.
fn absolved(mut state: FeedState, now: DateTime<Utc>) -> FeedState {
    state.failures = state.failures.saturating_sub(1);
    if state.failures == 0 {
        state.failing_since = None;
    }
    state.next_check = Some(now);
    state
}

fn blame(state: &mut FeedState, scene: &Scene) {
    // A permanent redirect counts when it is given time after time.
    state.moved_to = None;
    state.failures = state.failures.saturating_add(1);
    state.failing_since = state.failing_since.or(Some(scene.now));
}

/// When to ask again after a check that brought nothing.
fn rest(state: &mut FeedState, scene: &Scene, retry_after: Option<Duration>) {
    state.last_check = Some(scene.now);
    let answer = Answer::Failed { retry_after };
    state.next_check =
        Some(next_check(scene.feed, &scene.settings.config.network, state, answer, scene.now));
}

/// A cause as a sentence, and what it means for the events.
fn sentence(cause: &str, scene: &Scene) -> String {
    let mut letters = cause.trim_end_matches('.').chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let stays = if scene.state.last_good.is_some() { " Its events stay as they were." } else { "" };
    format!("{first}{}.{stays}", letters.as_str())
}

/// The log's line for a check.
pub(super) fn tell(feed: &str, check: &Check) {
    let Check { outcome, words, status, entries, added, changed, withdrawn, took_ms, .. } = check;
    match outcome {
        Outcome::Changed | Outcome::Unchanged => {
            tracing::info!(
                feed,
                ?outcome,
                status,
                entries,
                added,
                changed,
                withdrawn,
                took_ms,
                "checked {feed}: {words}"
            );
        }
        Outcome::Shrank | Outcome::FetchFailed | Outcome::ReadFailed => {
            tracing::warn!(feed, ?outcome, status, took_ms, "checked {feed}: {words}");
        }
    }
}
