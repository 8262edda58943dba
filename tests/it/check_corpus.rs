//! `folkmoot check --json`, the real program, over every calendar of the corpus: what it prints against what the best
//! libraries agree on.
//!
//! A start of the program takes most of a second, so that without more ado only some of the files are looked at. Run
//! `WHOLE_CORPUS=1 cargo test --test it check_corpus -- --nocapture` to see the percentage of all and each that differs.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::ical_corpus::{Expected, Row, compare, corpus, why};

/// Longer than this for one file counts as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the program prints for a file, or why it is no answer.
fn check(file: &Path, folder: &Path, options: &[&str]) -> Result<Value, String> {
    let printed = tempfile::tempfile().unwrap();
    let said = tempfile::tempfile().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_folkmoot"))
        .args(["check", "--json"])
        .arg(file)
        .args(options)
        // Where no feeds.toml lies.
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(printed.try_clone().unwrap())
        .stderr(said.try_clone().unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            return Err("it hangs".into());
        }
        thread::sleep(Duration::from_millis(5));
    };
    let (printed, said) = (text(printed), text(said));
    if !status.success() || said.contains("panicked") {
        return Err(format!("{status}: {said}"));
    }
    serde_json::from_str(&printed).map_err(|error| format!("no JSON: {error}"))
}

fn text(mut file: fs::File) -> String {
    use std::io::{Read, Seek};
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn rows(card: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    for event in card["events"].as_array().unwrap() {
        let uid = event["ref"].as_str().map(str::to_owned);
        for date in event["occurrences"].as_array().unwrap() {
            let all_day = date["all_day"].as_bool().unwrap();
            let (start, end) = if all_day { ("start", "end") } else { ("start_utc", "end_utc") };
            // From iCalendar every date has an end (DESIGN, section 5.6).
            let at = |name: &str| date[name].as_str().unwrap_or("null").to_owned();
            rows.push((uid.clone(), at(start), at(end), all_day));
        }
    }
    rows
}

/// What a card must keep to whatever the file: shapes, and nothing lost in silence.
fn contract(card: &Value, file: &Path) -> Option<String> {
    let list = |name: &str| card[name].as_array().map_or(0, Vec::len);
    if card["format"] != "ical" {
        return Some(format!("format is {}", card["format"]));
    }
    for event in card["events"].as_array().unwrap() {
        if !event["listed"].is_boolean() || event["reason"].as_str().is_none_or(str::is_empty) {
            return Some(format!("an event without a verdict: {}", event["ref"]));
        }
        if event["start"].is_null() || event["end"].is_null() {
            return Some(format!("an event without start or end: {}", event["ref"]));
        }
    }
    let begun = fs::read(file).unwrap().windows(12).filter(|w| *w == b"BEGIN:VEVENT").count();
    let told = list("events") + list("undated") + list("skipped");
    (begun > 0 && told == 0).then(|| format!("{begun} events, none of them told"))
}

#[test]
fn the_program_agrees_with_the_libraries() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let list = fs::read_to_string(corpus.join("expected_ics.jsonl")).unwrap();
    let step = if std::env::var_os("WHOLE_CORPUS").is_some() { 1 } else { 20 };
    let lines = list.lines().step_by(step);
    let all: Vec<Expected> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let (next, agreed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (differing, broken) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let work = || {
        while let Some(expected) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            let file = corpus.join("ics").join(&expected.file);
            let (from, to) = (expected.from.to_string(), expected.to.to_string());
            let options = ["--now", &from, "--from", &from, "--to", &to];
            let zone = ["--time-zone", expected.default_tz.name()];
            let card = check(&file, folder.path(), &[&options[..], &zone].concat());
            match card.map(|card| (contract(&card, &file), compare(rows(&card), expected))) {
                Ok((None, None)) => {
                    agreed.fetch_add(1, Ordering::Relaxed);
                }
                Ok((None, Some(text))) => {
                    let words = format!("{}\n  {}\n{text}", expected.file, why(&expected.file));
                    differing.lock().unwrap().push(words);
                }
                Ok((Some(words), _)) | Err(words) => {
                    broken.lock().unwrap().push(format!("{}: {words}", expected.file));
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let (differing, broken) = (differing.into_inner().unwrap(), broken.into_inner().unwrap());
    differing.iter().for_each(|words| println!("{words}"));
    broken.iter().for_each(|words| println!("BROKEN {words}"));
    let agreed = agreed.into_inner();
    let percent = 100.0 * f64::from(u32::try_from(agreed).unwrap())
        / f64::from(u32::try_from(all.len()).unwrap());
    println!("{agreed} of {} files agree fully: {percent:.2} %", all.len());
    assert!(broken.is_empty(), "{broken:#?}");
    // Of a few files a single one is more than a hundredth.
    assert!(percent >= 99.0 || (step > 1 && differing.len() < 2), "only {percent:.2} % agree");
}
