//! The RSS, Atom and HTML feeds of the miniature network: every item is there, with the dates that its platform
//! states in a form for machines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Europe::London;
use folkmoot::{
    event::Local,
    read::{self, Document, Entry, Hint, Written, WrittenZone, moment},
};
use serde_json::Value;

fn network() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/network/dev");
    if path.exists() {
        Some(path)
    } else {
        eprintln!("SKIPPED: {} is not there", path.display());
        None
    }
}

fn rows(folder: &Path, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The feeds that are not iCalendar, read.
fn documents(folder: &Path) -> BTreeMap<String, Document> {
    let feeds: Value =
        serde_json::from_str(&fs::read_to_string(folder.join("feeds.json")).unwrap()).unwrap();
    let mut documents = BTreeMap::new();
    for feed in feeds.as_array().unwrap() {
        let name = feed["feed"].as_str().unwrap();
        if name.ends_with(".ics") {
            continue;
        }
        let hint = Hint { base: feed["url"].as_str().unwrap().parse().ok(), ..Hint::default() };
        let bytes = fs::read(folder.join("feeds").join(name)).unwrap();
        let document = read::read(&bytes, &hint).unwrap();
        for problem in &document.problems {
            println!("{name}: {} (line {:?})", problem.text, problem.line);
        }
        documents.insert(name.to_owned(), document);
    }
    documents
}

fn referenced<'a>(document: &'a Document, row: &Value) -> Vec<&'a Entry> {
    document
        .entries
        .iter()
        .filter(|entry| entry.reference.as_deref() == row["ref"].as_str())
        .collect()
}

#[test]
fn every_item_of_the_network_is_an_entry_and_nothing_else_is() {
    let Some(folder) = network() else { return };
    let documents = documents(&folder);
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in ["truth.jsonl", "nonevents.jsonl"] {
        for row in rows(&folder, name) {
            let feed = row["feed"].as_str().unwrap();
            let Some(document) = documents.get(feed) else { continue };
            assert!(!referenced(document, &row).is_empty(), "{feed}: {} is missing", row["ref"]);
            known
                .entry(feed.to_owned())
                .or_default()
                .insert(row["ref"].as_str().unwrap().to_owned());
        }
    }
    for (feed, document) in &documents {
        for entry in &document.entries {
            let reference = entry.reference.as_deref().unwrap();
            assert!(known[feed].contains(reference), "{feed}: {reference} is one too many");
            assert!(
                entry.title.is_some() && entry.url.is_some() && entry.description.is_some(),
                "{feed}: {reference}"
            );
        }
        assert!(document.skipped.is_empty(), "{feed}: {:?}", document.skipped);
    }
    println!(
        "{} entries in {} feeds",
        documents.values().map(|d| d.entries.len()).sum::<usize>(),
        documents.len()
    );
}

/// A written date as the clock in London shows it, in the spelling of the truth.
fn london(written: &Written) -> String {
    match written.value {
        Local::Date(day) => day.to_string(),
        Local::Time(at) => {
            let local: NaiveDateTime = match &written.zone {
                WrittenZone::Floating => at,
                _ => London
                    .from_utc_datetime(&moment::instant_of(written).unwrap().naive_utc())
                    .naive_local(),
            };
            local.format("%Y-%m-%dT%H:%M").to_string()
        }
    }
}

#[test]
fn stated_dates_are_the_true_ones() {
    let Some(folder) = network() else { return };
    let documents = documents(&folder);
    let mut stated = 0;
    for row in rows(&folder, "truth.jsonl") {
        let feed = row["feed"].as_str().unwrap();
        let Some(document) = documents.get(feed) else { continue };
        let states = ["mec-", "ev-", "xcal-", "trumba-", "localgovdrupal-", "eventbrite-"];
        if !states.iter().any(|platform| feed.starts_with(platform)) {
            assert!(referenced(document, &row).iter().all(|entry| entry.start.is_none()), "{feed}");
            continue;
        }
        let entry = referenced(document, &row)
            .into_iter()
            .find(|entry| entry.start.as_ref().map(london).as_deref() == row["start"].as_str())
            .unwrap_or_else(|| panic!("{feed}: {} at {}", row["ref"], row["start"]));
        let end = entry.end.as_ref().map(london);
        let whole_day = row["all_day"].as_bool().unwrap() && row["end"] == row["start"];
        if !(whole_day && end.is_none()) {
            assert_eq!(end.as_deref(), row["end"].as_str(), "{feed}: {}", row["ref"]);
        }
        assert!(entry.date_origin.is_some());
        stated += 1;
    }
    println!("{stated} stated dates are true");
    assert!(stated >= 40, "{stated}");
}
