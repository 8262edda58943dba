//! Feeds and pages that are odd in one way each: a folder with the input, a word on where such a thing is met,
//! and what should be made of it. A folder without an expectation fails; `WRITE_EXPECTED=1` writes it, for a person to
//! check.

use std::{
    fs,
    path::{Path, PathBuf},
};

use folkmoot::{case::Kind, member::Members};
use serde_json::Value;

/// What is wrong with the cases of a folder, and how many there are.
pub(crate) fn failures(folder: &Path, kind: Kind) -> (usize, Vec<String>) {
    let members = Members::embedded().unwrap();
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|case| case.unwrap().path()).collect();
    cases.sort();
    let failures = cases.iter().filter_map(|case| failure(case, kind, &members).err()).collect();
    (cases.len(), failures)
}

fn failure(case: &Path, kind: Kind, members: &Members) -> Result<(), String> {
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    let is_input = |file: &PathBuf| {
        file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("input."))
    };
    let input = fs::read_dir(case).unwrap().map(|file| file.unwrap().path()).find(is_input);
    let input = input.ok_or_else(|| format!("{name} has no input"))?;
    if !case.join("about.md").exists() {
        return Err(format!("{name} does not say what is odd"));
    }
    let found = kind.outcome(&fs::read(input).unwrap(), members);
    let expected = case.join("expected.json");
    if std::env::var_os("WRITE_EXPECTED").is_some() {
        let text = serde_json::to_string_pretty(&found).unwrap();
        fs::write(&expected, format!("{text}\n")).unwrap();
    }
    let text = fs::read_to_string(&expected)
        .map_err(|_| format!("{name} has no expected.json; found {found:#}"))?;
    let expected: Value = serde_json::from_str(&text).unwrap();
    if found == expected { Ok(()) } else { Err(format!("{name}: found {found:#}")) }
}

fn all_hold(kind: Kind) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(kind.folder());
    let (cases, failures) = failures(&folder, kind);
    assert!(cases > 10, "the cases are gone");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_odd_feed_is_read_as_its_folder_says() {
    all_hold(Kind::Feed);
}

#[test]
fn every_odd_calendar_is_understood_as_its_folder_says() {
    all_hold(Kind::Calendar);
}
