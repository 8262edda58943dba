//! Random bytes and random words through the readers, for as long as asked: a fuzzer for machines without one.
//!
//! A second or so by default; `FOLKMOOT_FUZZ_SECONDS=600 cargo test --test it stray_bytes -- --nocapture` for a long run.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use chrono_tz::Europe::London;
use folkmoot::{member::Members, query::Known, vocabulary::Vocabulary};

#[path = "../fuzz/readers.rs"]
mod readers;

const WORDS: &[&str] = &[
    "Mon",
    "Tuesday",
    "31",
    "29 February",
    "14-16 Nov",
    "2027",
    "to",
    "until",
    "from",
    "10am",
    "10.30",
    "-",
    "–",
    "midnight",
    "noon",
    "1400hrs",
    "9 January",
    "every",
    "second Tuesday",
    "and",
    "&",
    "postponed",
    "moved to",
    "was",
    "by",
    "deadline",
    "BST",
    "UTC",
    "+14:00",
    "32/13/2027",
    "3/4",
    "0000-00-00",
    "2027-02-30T25:61",
    "Mawrth",
    "yb",
    "tomorrow",
    "this Friday",
    "next week",
    "99999999999999999999",
    "\u{a0}",
    "\u{202e}",
    "\0",
    "é",
    "𝟙",
    "st",
    "th",
    "<item>",
    "</item>",
    "<title>",
    "]]>",
    "<![CDATA[",
    "&#x0;",
    "&amp;lt;",
    "<pubDate>",
    "<ev:startdate>",
    "{",
    "}",
    "\"@type\":\"Event\"",
    "\"startDate\":",
    "<time datetime=",
    ">",
    "class=event",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\n",
];

fn time() -> Duration {
    let asked = std::env::var("FOLKMOOT_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(asked.unwrap_or(1))
}

/// Whole feeds and pages to begin with.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/feeds");
    let cases =
        fs::read_dir(folder).unwrap().flat_map(|case| fs::read_dir(case.unwrap().path()).unwrap());
    let mut files: Vec<_> = cases.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).filter(|bytes| bytes.len() < 20_000).collect()
}

/// Xorshift: the same seed gives the same inputs on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }
}

fn stray(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let from_seed = !seeds.is_empty() && random.below(10) < 6;
    let mut bytes = if from_seed { seeds[random.below(seeds.len())].clone() } else { Vec::new() };
    for _ in 0..=random.below(30) {
        let at = random.below(bytes.len() + 1);
        match random.below(5) {
            0 => drop(bytes.splice(at..at, [random.below(256) as u8])),
            1 => {
                let end = (at + random.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let end = (at + random.below(200)).min(bytes.len());
                bytes.extend_from_within(at..end);
            }
            _ => {
                let word = WORDS[random.below(WORDS.len())];
                bytes.splice(at..at, [word.as_bytes(), b" "].concat());
            }
        }
    }
    bytes
}

fn run(name: &str, seeds: &[Vec<u8>], look: impl Fn(&[u8])) {
    let seed = std::env::var("FOLKMOOT_FUZZ_SEED").ok().and_then(|text| text.parse().ok());
    let mut random = Random(seed.unwrap_or(0x2545_F491_4F6C_DD1D));
    let (begun, mut count, mut slowest) = (Instant::now(), 0_u64, Duration::ZERO);
    while begun.elapsed() < time() {
        let bytes = stray(&mut random, seeds);
        let (at, shown) = (Instant::now(), bytes.clone());
        let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| look(&bytes)));
        if held.is_err() {
            panic!("{name}, input {count}: {:?}", String::from_utf8_lossy(&shown));
        }
        slowest = slowest.max(at.elapsed());
        count += 1;
    }
    println!("{name}: {count} inputs in {:?}, the slowest {slowest:?}", begun.elapsed());
    assert!(slowest < Duration::from_secs(20), "{name}: {slowest:?}");
}

#[test]
fn any_words_are_read_for_a_date() {
    run("phrase", &[], readers::phrase);
}

#[test]
fn any_bytes_are_read_as_a_feed() {
    let members = Members::embedded().unwrap();
    run("feed", &seeds(), |bytes| readers::feed(bytes, &members));
}

#[test]
fn any_bytes_are_read_as_a_page() {
    let members = Members::embedded().unwrap();
    run("page", &seeds(), |bytes| readers::page(bytes, &members));
}

#[test]
fn any_bytes_are_read_as_a_query() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/query");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let seeds: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let (vocabulary, members) = (Vocabulary::embedded().unwrap(), Members::embedded().unwrap());
    let (feeds, series) = (["west-berkshire".to_owned()], ["localgovcamp-2026".to_owned()]);
    let known = Known {
        vocabulary: &vocabulary,
        members: &members,
        feeds: &feeds,
        series: &series,
        time_zone: London,
    };
    seeds.iter().for_each(|seed| readers::query(seed, &known));
    run("query", &seeds, |bytes| readers::query(bytes, &known));
}
