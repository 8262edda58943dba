//! The house rules that the compiler does not know: modules use only earlier ones, pure stages do no I/O.

use std::{collections::HashMap, fs, path::Path};

/// Stages at the edge: they may do I/O and read the clock.
const EDGES: [&str; 8] =
    ["clock", "config", "fetch", "store", "refresh", "schedule", "server", "daemon"];
/// What a pure stage may not name.
const IO: [&str; 8] = [
    "tokio::",
    "reqwest::",
    "axum::",
    "sled::",
    "std::fs",
    "std::net::Tcp",
    "clock::now",
    "Utc::now",
];
/// Crates that only one part of the house names.
const ONE_PLACE: [(&str, &[&str]); 10] = [
    ("texting_robots", &["fetch/robots"]),
    ("feed_rs", &["read/feed"]),
    ("PropertyParser", &["read/ical"]),
    ("quick_xml", &["read/feed"]),
    ("scraper", &["read/", "normalise/text"]),
    ("rrule::", &["normalise/recurrence"]),
    ("maud", &["publish/page"]),
    ("sled::", &["store"]),
    ("axum", &["server", "daemon/control", "daemon/operator"]),
    ("reqwest", &["fetch", "daemon/client"]),
];

/// The program's text without comments and without its tests, which may do what they like.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Each file of the library with its module and its path below `src`.
fn library() -> (Vec<String>, Vec<(String, String, String)>) {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = fs::read_to_string(src.join("lib.rs")).unwrap();
    let modules: Vec<String> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut all = Vec::new();
    for file in files {
        let below = file.strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
        let module = below.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        let test = below.ends_with("tests.rs") || below.contains("/tests/");
        if modules.contains(&module) && !test {
            all.push((module, below, code(&file)));
        }
    }
    (modules, all)
}

#[test]
fn modules_use_only_those_listed_above_them() {
    let (modules, files) = library();
    let order: HashMap<&str, usize> =
        modules.iter().enumerate().map(|(i, m)| (m.as_str(), i)).collect();
    let mut wrong = Vec::new();
    for (module, path, code) in &files {
        let flat = code.replace(['\n', ' '], "");
        for (other, place) in &order {
            let named = [
                format!("crate::{other}::"),
                format!("crate::{other};"),
                format!("crate::{other},"),
            ];
            let in_list =
                flat.split("crate::{").skip(1).any(|list| top_names(list).contains(other));
            if place > &order[module.as_str()]
                && (in_list || named.iter().any(|name| flat.contains(name)))
            {
                wrong.push(format!("{path} uses {other}, which comes after {module}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The first names inside `crate::{a::b, c::{d, e}}`.
fn top_names(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    names.iter().map(|name| name.split(':').next().unwrap_or("")).collect()
}

#[test]
fn pure_stages_do_no_input_or_output() {
    let (_, files) = library();
    let mut wrong = Vec::new();
    for (module, path, code) in
        files.iter().filter(|(module, ..)| !EDGES.contains(&module.as_str()))
    {
        for name in IO.iter().filter(|name| code.contains(**name)) {
            wrong.push(format!("{path} names {name}, but {module} is pure"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_parser_and_each_framework_has_one_place() {
    let (_, files) = library();
    let mut wrong = Vec::new();
    for (_, path, code) in &files {
        for (name, places) in ONE_PLACE {
            let named = code.match_indices(name).any(|(at, _)| {
                !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
            });
            if named && !places.iter().any(|place| path.starts_with(place)) {
                wrong.push(format!("{path} names {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_rules_would_notice() {
    assert_eq!(top_names("event::{Id,Local},server::State}"), ["event", "server"]);
    let (modules, files) = library();
    assert!(modules.len() > 5 && files.len() >= modules.len());
}
