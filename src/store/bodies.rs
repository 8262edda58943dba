//! The bodies that changed something, compressed and for a week, so that a feed can be read again without asking its site.
//!
//! Only the service's own user may read them: a body holds what the outputs never show.

use std::{
    fs::{self, DirEntry, File},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::guard;

/// How long a body is kept.
pub const KEPT: Duration = Duration::days(7);
/// All bodies together, compressed.
pub const CAP: u64 = 1024 * 1024 * 1024;
/// A body that unpacks to more than this was not written here.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What is written before the body itself, as one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Label {
    at: DateTime<Utc>,
    content_type: Option<String>,
}

/// A body as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// When it was received.
    pub at: DateTime<Utc>,
    /// Content-Type as received.
    pub content_type: Option<String>,
    /// The bytes, decoded of any content encoding.
    pub bytes: Vec<u8>,
}

/// The directory of bodies in a data directory.
#[derive(Debug, Clone)]
pub struct Bodies {
    dir: PathBuf,
    cap: u64,
}

impl Bodies {
    /// The bodies of a data directory.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self { dir: data_dir.join("bodies"), cap: CAP }
    }

    /// Keeps a body.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(
        &self,
        feed: &str,
        at: DateTime<Utc>,
        content_type: Option<&str>,
        bytes: &[u8],
    ) -> io::Result<()> {
        let folder = self.folder(feed);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let name = format!("{:016x}", at.timestamp_micros().max(0));
        let partial = folder.join(format!("{name}.partial"));
        let label = Label { at, content_type: content_type.map(str::to_owned) };
        let file = guard::fresh_file(&partial)?;
        let written = (|| {
            let mut packed = zstd::Encoder::new(file, 3)?;
            serde_json::to_writer(&mut packed, &label)?;
            packed.write_all(b"\n")?;
            packed.write_all(bytes)?;
            packed.finish()?.sync_all()
        })();
        let kept = written.and_then(|()| fs::rename(&partial, folder.join(format!("{name}.zst"))));
        if kept.is_err() {
            // On a full disk half a body is worse than none; that it may not go either changes nothing.
            drop(fs::remove_file(&partial));
        }
        kept
    }

    /// The newest body of a feed.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn latest(&self, feed: &str) -> io::Result<Option<Kept>> {
        let mut files = files_of(&self.folder(feed))?;
        files.sort_by_key(DirEntry::file_name);
        let newest =
            files.into_iter().rfind(|file| file.path().extension().is_some_and(|e| e == "zst"));
        newest.map(|file| unpack(&file.path())).transpose()
    }

    /// Drops every body of a feed.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub fn forget(&self, feed: &str) -> io::Result<()> {
        guard::gone(fs::remove_dir_all(self.folder(feed)))
    }

    /// Drops the bodies of feeds that are not known any more, as after another name was given to one.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub fn forget_all_but(&self, known: &[String]) -> io::Result<()> {
        let known: Vec<PathBuf> = known.iter().map(|feed| self.folder(feed)).collect();
        for folder in files_of(&self.dir)? {
            if !known.contains(&folder.path()) {
                fs::remove_dir_all(folder.path())?;
            }
        }
        Ok(())
    }

    /// Drops what is older than a week and, beyond the cap, the oldest.
    ///
    /// # Errors
    /// When the directory cannot be read or a file not be removed.
    pub fn tidy(&self, now: DateTime<Utc>) -> io::Result<()> {
        let mut all = Vec::new();
        for folder in files_of(&self.dir)? {
            for file in files_of(&folder.path())? {
                all.push((stamp(&file.path()), file.metadata()?.len(), file.path()));
            }
        }
        all.sort();
        let mut total: u64 = all.iter().map(|(_, size, _)| size).sum();
        let oldest = (now - KEPT).timestamp_micros();
        for (at, size, path) in all {
            if at < oldest || total > self.cap {
                fs::remove_file(path)?;
                total -= size;
            }
        }
        Ok(())
    }

    fn folder(&self, feed: &str) -> PathBuf {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let name = feed
            .chars()
            .map(|c| if plain(c) { c.to_string() } else { format!("~{:x}", u32::from(c)) });
        self.dir.join(name.collect::<String>())
    }
}

/// When a body was received, by its name; a partial one is as old as time, so that it goes first.
fn stamp(path: &Path) -> i64 {
    let stem = path.extension().filter(|e| *e == "zst").and(path.file_stem());
    stem.and_then(|stem| i64::from_str_radix(stem.to_str()?, 16).ok()).unwrap_or(0)
}

fn files_of(dir: &Path) -> io::Result<Vec<DirEntry>> {
    match fs::read_dir(dir) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn unpack(path: &Path) -> io::Result<Kept> {
    let mut bytes = Vec::new();
    zstd::Decoder::new(File::open(path)?)?.take(LARGEST).read_to_end(&mut bytes)?;
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(ErrorKind::InvalidData)?;
    let body = bytes.split_off(end + 1);
    let label: Label = serde_json::from_slice(&bytes)?;
    Ok(Kept { at: label.at, content_type: label.content_type, bytes: body })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn the_newest_body_comes_back_and_only_its_owner_may_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let bodies = Bodies::new(dir.path());
        assert_eq!(bodies.latest("a/../b").unwrap(), None);
        bodies.keep("a/../b", at(0), None, b"old").unwrap();
        bodies.keep("a/../b", at(5), Some("text/calendar"), b"new\nlines").unwrap();
        let kept = bodies.latest("a/../b").unwrap().unwrap();
        let content_type = Some("text/calendar".to_owned());
        assert_eq!(kept, Kept { at: at(5), content_type, bytes: b"new\nlines".to_vec() });
        for file in files_of(&bodies.folder("a/../b")).unwrap() {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        bodies.forget("a/../b").unwrap();
        assert_eq!(bodies.latest("a/../b").unwrap(), None);
    }

    #[test]
    fn a_week_and_a_cap_bound_the_bodies() {
        let dir = tempfile::tempdir().unwrap();
        let noise: Vec<u8> =
            (0..4000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let bodies = Bodies { dir: dir.path().join("bodies"), cap: 40_000 };
        for n in 0..5 {
            bodies.keep("feed", at(n), None, &noise).unwrap();
        }
        bodies.tidy(at(10)).unwrap();
        let left = files_of(&bodies.folder("feed")).unwrap();
        assert!((1..5).contains(&left.len()), "{} bodies are left", left.len());
        assert_eq!(bodies.latest("feed").unwrap().unwrap().at, at(4));
        bodies.tidy(at(10) + KEPT).unwrap();
        assert_eq!(bodies.latest("feed").unwrap(), None);
    }
}
