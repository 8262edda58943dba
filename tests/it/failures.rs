//! What a program that reads `--json` is told when a command comes to nothing.

use std::process::{Command, Output};

use serde_json::Value;

fn folkmoot(folder: &std::path::Path, words: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_folkmoot"));
    command.current_dir(folder).args(words.split(' ')).arg("--json");
    command.env_remove("STATE_DIRECTORY").output().unwrap()
}

fn said(output: &Output, words: &str) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{words}: {error}: {text:?}"))
}

#[test]
fn every_command_says_as_json_why_it_failed() {
    let folder = tempfile::tempdir().unwrap();
    for words in [
        "events",
        "explain x",
        "status",
        "poll",
        "feeds list",
        "feeds show x",
        "feeds pause x",
        "feeds remove x --yes",
        "feeds export",
        "review list",
        "review accept x",
        "forget x --reason y --yes",
        "replay x",
        "clashes --service waste --date 2027-01-01",
        "backup copy.zst",
        "store copy",
        "config check",
        "config apply",
        "operator",
        "operator --listen 0.0.0.0:8081",
        "events --no-such-filter",
    ] {
        let output = folkmoot(folder.path(), words);
        let code = output.status.code().unwrap();
        assert!(code == 1 || code == 2, "{words} ended with {code}");
        let value = said(&output, words);
        let error = value["error"].as_str().unwrap_or_else(|| panic!("{words}: {value}"));
        assert!(!error.is_empty() && !error.contains('\n'), "{words}: {error}");
        assert_eq!(value["exit_code"], code, "{words}");
        let people = String::from_utf8(output.stderr.clone()).unwrap();
        assert!(people.contains(error), "{words}: {people}");
    }
    let absent = said(&folkmoot(folder.path(), "events"), "events");
    assert!(absent["remedy"].as_str().unwrap().contains("--config"), "{absent}");
}

#[test]
fn a_value_that_tells_of_failures_stays_the_only_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.ics"), "no calendar at all").unwrap();
    let output = folkmoot(folder.path(), "check broken.ics");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(said(&output, "check")["problems"][0]["code"], "unreadable");
    let help = folkmoot(folder.path(), "events --help");
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8(help.stdout).unwrap().starts_with("Show the events"));
}
