//! When each address last changed, and what it was then: remembered through restarts, so that a client which knows no
//! ETags does not fetch the same bytes again because we were started anew.

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs::{self, File},
    io::{self, ErrorKind, Read as _, Write as _},
    path::Path,
};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::store::fresh_file;

/// Addresses of which the last change is remembered; one that is not counts as changed now, which costs one download.
const MOST: usize = 20_000;
/// A line is a hash of the address, a hash of the bytes and a time: the file is never larger than this.
const LARGEST: u64 = 4 * 1024 * 1024;
/// The first line of the file.
const HEAD: &str = "folkmoot validators 1";

/// The addresses, by hash: what visitors asked for is nobody's business, and not on the disk either.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    all: HashMap<String, Version>,
    /// Something is new since it was last written.
    news: bool,
}

/// What stood at an address.
#[derive(Debug)]
struct Version {
    hash: String,
    since: DateTime<Utc>,
    used: u64,
}

fn name(key: &str) -> String {
    let hash = Sha256::digest(key.as_bytes());
    data_encoding::HEXLOWER.encode(hash.get(..12).unwrap_or_default())
}

impl Remembered {
    /// Since when these bytes have stood at an address; `tick` says how recently it was asked for.
    pub(super) fn changed_at(
        &mut self,
        key: &str,
        hash: &str,
        tick: u64,
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        // HTTP dates have no fractions.
        let whole = DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now);
        let key = name(key);
        if let Some(known) = self.all.get_mut(&key) {
            known.used = tick;
            if known.hash != hash {
                // Two versions in one second must not share a date.
                known.since = whole.max(known.since + TimeDelta::seconds(1));
                known.hash = hash.to_owned();
                self.news = true;
            }
            return known.since;
        }
        if self.all.len() >= MOST {
            let mut ticks: Vec<u64> = self.all.values().map(|known| known.used).collect();
            ticks.sort_unstable();
            let middle = ticks.get(ticks.len() / 2).copied().unwrap_or_default();
            self.all.retain(|_, known| known.used > middle);
        }
        self.all.insert(key, Version { hash: hash.to_owned(), since: whole, used: tick });
        self.news = true;
        whole
    }

    /// The file's text, if anything is new since it was last asked for.
    pub(super) fn news(&mut self) -> Option<String> {
        if !std::mem::take(&mut self.news) {
            return None;
        }
        let mut text = format!("{HEAD}\n");
        for (key, version) in &self.all {
            let _ = writeln!(text, "{key} {} {}", version.hash, version.since.timestamp());
        }
        Some(text)
    }

    /// Takes over what a former run has written. What is not understood is left out, and nothing lies in the future.
    pub(super) fn recall(&mut self, text: &str, now: DateTime<Utc>) {
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return;
        }
        let parsed = lines.filter_map(|line| {
            let mut parts = line.split(' ');
            let (key, hash) = (parts.next()?, parts.next()?);
            let since = DateTime::from_timestamp(parts.next()?.parse().ok()?, 0)?;
            (since <= now)
                .then(|| (key.to_owned(), Version { hash: hash.to_owned(), since, used: 0 }))
        });
        self.all.extend(parsed.take(MOST));
    }
}

/// Reads the file; an absent one is empty.
pub(super) fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    match File::open(path) {
        Ok(file) => file.take(LARGEST).read_to_string(&mut text)?,
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(error),
    };
    Ok(text)
}

/// Writes the file whole or not at all. A power cut may cost it, which costs downloads and nothing else.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let partial = path.with_extension("partial");
    let mut file = fresh_file(&partial)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        drop(fs::remove_file(&partial));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn what_did_not_change_keeps_its_date_through_a_restart() {
        let mut before = Remembered::default();
        before.changed_at("/a?q=secret", "one", 1, at(0));
        before.changed_at("/b", "one", 2, at(5));
        let text = before.news().unwrap();
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(before.news(), None);
        let mut after = Remembered::default();
        after.recall(&text, at(60));
        assert_eq!(after.changed_at("/a?q=secret", "one", 1, at(60)), at(0));
        assert_eq!(after.changed_at("/b", "two", 2, at(60)), at(60));
        assert_eq!(after.changed_at("/c", "one", 3, at(60)), at(60));
    }

    #[test]
    fn a_strange_file_and_dates_in_the_future_are_not_believed() {
        let mut remembered = Remembered::default();
        for text in ["", "something else\na b 5", "folkmoot validators 1\n\na\na b\na b c\n"] {
            remembered.recall(text, at(0));
        }
        assert!(remembered.all.is_empty());
        let mut later = Remembered::default();
        later.changed_at("/a", "one", 1, at(100));
        remembered.recall(&later.news().unwrap(), at(0));
        assert!(remembered.all.is_empty());
    }

    #[test]
    fn two_versions_in_one_second_have_two_dates_and_the_number_is_bounded() {
        let mut remembered = Remembered::default();
        assert_eq!(remembered.changed_at("/a", "one", 1, at(0)), at(0));
        assert_eq!(remembered.changed_at("/a", "two", 2, at(0)), at(1));
        for number in 0..=MOST as u64 {
            remembered.changed_at(&number.to_string(), "x", number, at(0));
        }
        assert!(remembered.all.len() <= MOST);
    }
}
