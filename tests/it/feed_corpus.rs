//! Feeds and pages of other projects' test suites, against what a long-lived reader makes of them.

use std::{
    collections::BTreeSet,
    fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use folkmoot::read::{self, Document, Hint, ReadError, moment};
use serde_json::Value;

/// The corpus beside the repository; not there in every checkout.
fn corpus(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(part);
    if path.exists() {
        Some(path)
    } else {
        eprintln!("SKIPPED: {} is not there", path.display());
        None
    }
}

fn rows(name: &str) -> Option<Vec<Value>> {
    let text = fs::read_to_string(corpus(name)?).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Reads a file within a time that no file of the corpus needs.
fn timely(path: &Path, base: Option<&str>) -> Result<Document, ReadError> {
    let bytes = fs::read(path).unwrap();
    let hint = Hint { base: base.and_then(|base| base.parse().ok()), ..Hint::default() };
    let begun = Instant::now();
    let read = catch_unwind(|| read::read(&bytes, &hint));
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{} took {:?}",
        path.display(),
        begun.elapsed()
    );
    read.unwrap_or_else(|_| panic!("{} panicked", path.display()))
}

/// Text without markup, references and white space: the expectation went through a sanitiser, a title here has
/// not yet.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut in_tag = false;
    for character in text.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            c if in_tag || c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    for (name, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&#x26;", "&"),
        ("&amp;", "&"),
    ] {
        out = out.replace(name, character);
    }
    out
}

/// Why a file disagrees with its row, if it does.
fn disagreement(row: &Value, read: &Result<Document, ReadError>) -> Option<String> {
    let expected = row["entries"].as_array().unwrap();
    let count = usize::try_from(row["n"].as_u64().unwrap()).unwrap();
    let document = match read {
        Ok(document) => document,
        Err(_) if count == 0 => return None,
        Err(error) => return Some(format!("{count} entries expected, but {error}")),
    };
    if document.entries.len() != count {
        return Some(format!("{count} entries expected, {} found", document.entries.len()));
    }
    for (at, (expected, entry)) in expected.iter().zip(&document.entries).enumerate() {
        let wanted = bare(expected[1].as_str().unwrap_or_default());
        let found = bare(entry.title.as_ref().map_or("", |title| &title.value));
        if wanted != found {
            return Some(format!("title {at}: {wanted:?} expected, {found:?} found"));
        }
    }
    None
}

#[test]
fn entries_and_titles_agree_with_the_expected_in_98_of_100_files() {
    let Some(rows) = rows("expected_feeds.jsonl") else { return };
    let folder = corpus("feeds").unwrap();
    let (mut agree, mut counted, mut dates, mut dated) = (0, 0, 0, 0);
    for row in &rows {
        let file = row["file"].as_str().unwrap();
        let read = timely(&folder.join(file), None);
        // The expectation's reader knows no JSON Feed.
        if file.ends_with(".json") && row["version"].is_null() {
            assert!(read.is_ok_and(|document| !document.entries.is_empty()), "{file}");
            continue;
        }
        counted += 1;
        match disagreement(row, &read) {
            None => agree += 1,
            Some(why) => println!("{file} ({}): {why}", row["version"]),
        }
        let Ok(document) = read else { continue };
        for (expected, entry) in row["entries"].as_array().unwrap().iter().zip(&document.entries) {
            if let Some(published) = expected[3].as_str() {
                dated += 1;
                let found = entry.published.or(entry.modified);
                if found == moment::instant(published) {
                    dates += 1;
                } else {
                    println!("{file}: published {published} expected, {found:?} found");
                }
            }
        }
    }
    let share = |part: usize, of: usize| part as f64 * 100.0 / of.max(1) as f64;
    println!("feeds: {agree} of {counted} files agree, {:.1} %", share(agree, counted));
    println!("dates of publication: {dates} of {dated}, {:.1} %", share(dates, dated));
    assert!(share(agree, counted) >= 98.0, "{agree} of {counted}");
}

#[test]
fn pages_give_exactly_the_expected_events() {
    let Some(rows) = rows("expected_pages.jsonl") else { return };
    let folder = corpus("pages").unwrap();
    for row in &rows {
        let file = row["file"].as_str().unwrap();
        let document = timely(&folder.join(file), row["uri"].as_str()).unwrap();
        let instant =
            |text: &str| moment::instant(text).unwrap_or_else(|| panic!("{file}: {text}"));
        let wanted: BTreeSet<_> = ["ld_events", "microdata_events"]
            .iter()
            .flat_map(|name| row[*name].as_array().unwrap())
            .map(|event| {
                (
                    bare(event["name"].as_str().unwrap()),
                    instant(event["startDate"].as_str().unwrap()),
                )
            })
            .collect();
        let found: BTreeSet<_> = document
            .entries
            .iter()
            .map(|entry| {
                let start = entry.start.as_ref().and_then(moment::instant_of).unwrap();
                (bare(&entry.title.as_ref().unwrap().value), start)
            })
            .collect();
        println!("{file}: {} events", found.len());
        assert_eq!(found, wanted, "{file}");
    }
}
