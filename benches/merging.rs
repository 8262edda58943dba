//! Merges made-up networks of growing size and says how well, how fast, and what one changed event and one question cost in the
//! largest:
//! `cargo bench --bench merging [-- EVENTS]`.

#![allow(clippy::unwrap_used, reason = "a fault of a measurement is shown by its panic")]

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use folkmoot::{
    catalogue::Catalogue,
    config::{Config, Loaded},
    event::{Event, Span},
    member::Members,
    query::{Query, Request},
    refresh::{Memory, Settings, settle},
    store::{Commit, Committed, Identity, Snapshot},
    vocabulary::Vocabulary,
};

#[path = "../tests/network/made_up.rs"]
mod made_up;
#[allow(dead_code, reason = "the tests use the rest of it")]
#[path = "../tests/network/memory.rs"]
mod memory;

/// Feeds of every network.
const FEEDS: usize = 200;
/// Changes that are measured.
const CHANGES: usize = 500;
/// Questions that are measured.
const QUESTIONS: usize = 200;

fn main() {
    let most = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(100_000);
    let mut before = None;
    for size in [most / 8, most / 4, most / 2, most] {
        let made = made_up::network(FEEDS, size, 11);
        let began = worked();
        let store = made_up::taken_in(&made);
        let each = (worked() - began) / u32::try_from(size).unwrap();
        let ratio =
            before.map_or(1.0, |before: Duration| each.as_secs_f64() / before.as_secs_f64());
        before = Some(each);
        let (precision, recall, wrong) = made_up::score(&made, &store);
        println!(
            "{size} events, {FEEDS} feeds: {each:?} an event, {ratio:.2} times that of half as many; \
             precision {precision:.5}, recall {recall:.4}"
        );
        if size == most {
            wrong.iter().take(12).for_each(|line| println!("   {line}"));
            changes(made, store);
        }
    }
}

/// The time for which this program has been at work: that of the processor where it can be read, so that other
/// programs do not show.
fn worked() -> Duration {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let counted = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = counted.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| BEGAN.elapsed(), Duration::from_nanos)
}

/// What it takes to merge one changed event into the largest network, to keep it in memory and to show it.
fn changes(made: made_up::MadeUp, store: memory::Store) {
    let config = Config { feeds: made.network.feeds.into_values().collect(), ..Config::default() };
    let (vocabulary, members) = (Vocabulary::embedded().unwrap(), Members::embedded().unwrap());
    let settings = Settings::new(Loaded { config, vocabulary, members }).unwrap();
    let identity = Identity {
        schema: 1,
        domain: "moot.example".into(),
        epoch: "bench".into(),
        salt: "salt".into(),
        created: memory::now(),
    };
    let mut snapshot = Snapshot::empty(identity);
    snapshot.aliases =
        store.gone.keys().filter_map(|id| Some((id.clone(), store.of.get(id)?.clone()))).collect();
    snapshot.remembered = store.gone.into_values().map(Arc::new).collect();
    snapshot.events = store.events.into_values().map(Arc::new).collect();
    snapshot.listings = store.listings.into_values().map(Arc::new).collect();
    let mut memory = Memory::new(snapshot, &[]);
    let base = settle::base(&memory, &settings);
    let began = Instant::now();
    let mut catalogue = Catalogue::build(base, settle::whole(&memory, &settings), memory::now());
    println!("a catalogue of {} listings is built in {:?}", catalogue.len(), began.elapsed());
    let mut took: Vec<[Duration; 3]> = Vec::new();
    let step = (made.events.len() / CHANGES).max(1);
    for (n, (event, _)) in made.events.iter().step_by(step).enumerate() {
        let mut commit = Commit::new(memory::now() + TimeDelta::minutes(1));
        commit.events = vec![moved(event, n).into()];
        let began = Instant::now();
        let commit = settle::settle(&memory, &settings, commit, &[]);
        let merged = began.elapsed();
        let done = Committed::default();
        memory.apply(&commit, &done);
        let kept = began.elapsed();
        let update = settle::update(&memory, &settings, &commit, &done);
        catalogue = catalogue.update(update, Some(commit.at));
        took.push([merged, kept - merged, began.elapsed() - kept]);
    }
    for (at, what) in ["merged", "kept in memory", "in the catalogue"].into_iter().enumerate() {
        let mut of: Vec<Duration> = took.iter().filter_map(|each| each.get(at).copied()).collect();
        of.sort_unstable();
        let (Some(middle), Some(worst)) = (of.get(of.len() / 2), of.last()) else { return };
        println!("one changed event {what}: {middle:?}; the slowest of {}: {worst:?}", of.len());
    }
    questions(&catalogue);
}

/// What the index of words saves: the same questions put to it, and to the folded texts of all listings one by one.
fn questions(catalogue: &Catalogue) {
    let folded = |text: &str| text.to_lowercase();
    let texts: Vec<String> = catalogue
        .items()
        .map(|item| &item.listing.facts)
        .map(|facts| folded(&[&facts.title, facts.description.as_deref().unwrap_or("")].join(" ")))
        .collect();
    let step = (texts.len() / QUESTIONS).max(1);
    for (what, number) in [("their first word", 1), ("their first five words", 5)] {
        let asked: Vec<Vec<&str>> = texts
            .iter()
            .step_by(step)
            .map(|text| text.split_whitespace().take(number).collect())
            .collect();
        let began = worked();
        let found: usize = asked
            .iter()
            .map(|words| Request {
                query: Query { q: Some(words.join(" ")), ..Query::default() },
                ..Request::default()
            })
            .map(|request| catalogue.list(&request, memory::now()).total)
            .sum();
        let index = worked() - began;
        let began = worked();
        let has_all = |text: &&String, words: &[&str]| words.iter().all(|word| text.contains(word));
        let scanned: usize = asked
            .iter()
            .map(|words| texts.iter().filter(|text| has_all(text, words)).count())
            .sum();
        let scan = worked() - began;
        println!(
            "{} texts asked for by {what}: {:?} each, {found} found, looked at and sorted; {:.2} of the time of only looking \
             through all texts ({scanned} found)",
            asked.len(),
            index / u32::try_from(asked.len()).unwrap(),
            index.as_secs_f64() / scan.as_secs_f64()
        );
    }
}

/// The same event with another start, or another title.
fn moved(event: &Event, n: usize) -> Event {
    let mut event = event.clone();
    let facts = &mut event.draft.facts;
    match (n % 2, facts.span) {
        (0, Some(Span::Timed { start, .. })) => {
            facts.span = Some(Span::Timed { start: start + TimeDelta::minutes(30), end: None });
        }
        _ => facts.title = format!("{}, new date", facts.title),
    }
    event
}
