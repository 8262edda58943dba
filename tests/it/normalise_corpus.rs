//! Every calendar, feed and page that was collected: nothing panics, nobody's address comes through.
//!
//! Unoptimised, the large files take minutes: they are read only where FOLKMOOT_ALL_FILES is set.

use std::{collections::HashMap, fs, path::PathBuf};

use chrono::{TimeZone, Utc};
use folkmoot::{
    event::{Draft, Span},
    feed::{Feed, Network},
    member::Members,
    normalise::{self, Context},
    read::{self, Hint},
};

/// Larger files wait for FOLKMOOT_ALL_FILES.
const QUICK: usize = 40_000;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(folder);
    let Ok(found) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = found.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
}

/// What is wrong with a draft, if anything.
fn fault(draft: &Draft) -> Option<String> {
    let facts = &draft.facts;
    let mut texts = vec![&facts.title];
    texts.extend(&facts.description);
    texts.extend(facts.place.iter().flat_map(|place| place.name.iter().chain(&place.address)));
    texts.extend(facts.evidence.date.iter().flat_map(|reason| [&reason.text, &reason.says]));
    texts.extend(&draft.categories);
    for text in texts {
        let address = text.split_whitespace().find(|word| {
            word.split_once('@').is_some_and(|(name, host)| {
                name.ends_with(char::is_alphanumeric)
                    && host.contains('.')
                    && host.starts_with(char::is_alphanumeric)
            })
        });
        if let Some(address) = address {
            return Some(format!("{address} in {text:?}"));
        }
        if text
            .chars()
            .any(|c| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}'))
        {
            return Some(format!("hidden characters in {text:?}"));
        }
        for secret in ["teams.microsoft.com/l/", "zoom.us/j/", "meet.google.com/"] {
            if text.contains(secret) {
                return Some(format!("{secret} in {text:?}"));
            }
        }
    }
    if facts.title.is_empty() != draft.private.is_some() {
        return Some("a title is missing, or a private one is there".into());
    }
    match facts.span {
        Some(Span::Timed { start, end: Some(end) }) if end < start => {
            Some("it ends before it starts".into())
        }
        Some(Span::AllDay { start, end }) if end <= start => Some("it has no day".into()),
        _ => None,
    }
}

#[test]
fn everything_collected_is_made_sense_of_safely() {
    let members = Members::embedded().unwrap();
    let network = Network::default();
    let now = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
    let pages = HashMap::new();
    let everything = std::env::var_os("FOLKMOOT_ALL_FILES").is_some();
    let (mut read_files, mut drafts, mut faults) = (0, 0, Vec::new());
    let all = ["ics", "feeds", "pages"].into_iter().flat_map(files);
    for path in all {
        let bytes = fs::read(&path).unwrap();
        if bytes.len() > QUICK && !everything {
            continue;
        }
        let feed = Feed::new("f", "https://feeds.example/x".parse().unwrap());
        let hint = Hint { base: Some(feed.url.clone()), ..Hint::default() };
        let Ok(document) = read::read(&bytes, &hint) else { continue };
        let context =
            Context { feed: &feed, network: &network, members: &members, now, pages: &pages };
        let out = normalise::normalise(&document, &context);
        read_files += 1;
        drafts += out.drafts.len();
        for draft in &out.drafts {
            if let Some(fault) = fault(draft) {
                faults.push(format!("{}: {fault}", path.display()));
            }
        }
        let mut keys: Vec<_> = out.drafts.iter().map(|d| (&d.reference, d.ordinal)).collect();
        keys.retain(|(reference, _)| reference.is_some());
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count, "two drafts of one name in {}", path.display());
        assert!(out.drafts.len() + out.skipped.len() >= usize::from(!document.entries.is_empty()));
    }
    if read_files == 0 {
        eprintln!("skipped: ../shared/corpus is not there");
        return;
    }
    println!("{read_files} files, {drafts} events, {} faults", faults.len());
    faults.truncate(40);
    assert_eq!(faults, Vec::<String>::new());
}
