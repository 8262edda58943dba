//! Keeps finished answers, so that a thousand subscribers to one filter cost one rendering and one compression.
//!
//! It also remembers when the bytes of each address last changed: that, not the newest event in them, is what
//! `Last-Modified` has to say, since a removal or the passing of a day changes a list as well.

use std::{
    collections::HashMap,
    io::Write,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Settings, answer::Answer, remembered::Remembered};
use crate::catalogue::Catalogue;

/// Bodies kept, in bytes of all encodings together.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Answers kept.
const MOST_ANSWERS: usize = 4_096;
/// Shorter bodies gain nothing from compression.
const WORTH_COMPRESSING: usize = 600;

/// How a body is packed for the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
}

impl Coding {
    /// Value of `Content-Encoding`.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// The best coding that an `Accept-Encoding` header allows (RFC 9110, section 12.5.3); brotli before gzip
    /// where the client does not mind.
    pub(crate) fn choose(accept: Option<&str>) -> Self {
        let Some(accept) = accept else { return Self::Identity };
        let quality = |name: &str| {
            let mut any = None;
            for part in accept.split(',') {
                let mut pieces = part.split(';').map(str::trim);
                let coding = pieces.next().unwrap_or_default();
                let q = pieces
                    .find_map(|piece| piece.strip_prefix("q="))
                    .map_or(Some(1.0), |q| q.parse::<f32>().ok())
                    .unwrap_or(0.0);
                if coding.eq_ignore_ascii_case(name) {
                    return q;
                }
                if coding == "*" {
                    any = Some(q);
                }
            }
            any.unwrap_or(0.0)
        };
        let (brotli, gzip) = (quality("br"), quality("gzip").max(quality("x-gzip")));
        if brotli > 0.0 && brotli >= gzip {
            Self::Brotli
        } else if gzip > 0.0 {
            Self::Gzip
        } else {
            Self::Identity
        }
    }
}

/// For which state of the world an answer holds.
///
/// The catalogue and the settings are known by their place in memory, which a weak reference keeps from being used
/// again for something else.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    /// The catalogue.
    pub(crate) catalogue: Weak<Catalogue>,
    /// The settings.
    pub(crate) settings: Weak<Settings>,
    /// The time, as far as the answer may depend on it: a count of periods since 1970.
    pub(crate) period: i64,
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        self.period == other.period
            && self.catalogue.ptr_eq(&other.catalogue)
            && self.settings.ptr_eq(&other.settings)
    }
}

/// A finished answer.
#[derive(Debug)]
pub(crate) struct Held {
    moment: Moment,
    used: AtomicU64,
    hash: String,
    /// When these bytes first stood at this address.
    pub(crate) last_modified: DateTime<Utc>,
    /// The answer; its body is the identity coding.
    pub(crate) answer: Answer,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

impl Held {
    /// The body in that coding and the coding it really is in (a short or stubborn one stays as it is).
    pub(crate) fn body(&self, coding: Coding) -> (Bytes, Coding) {
        let plain = &self.answer.body;
        if plain.len() < WORTH_COMPRESSING {
            return (plain.clone(), Coding::Identity);
        }
        let packed = match coding {
            Coding::Identity => None,
            Coding::Gzip => Some(self.gzip.get_or_init(|| gzip(plain))),
            Coding::Brotli => Some(self.brotli.get_or_init(|| brotli(plain))),
        };
        match packed {
            Some(packed) if !packed.is_empty() => (packed.clone(), coding),
            _ => (plain.clone(), Coding::Identity),
        }
    }

    /// Whether [`Held::body`] has nothing to pack any more.
    pub(crate) fn is_ready(&self, coding: Coding) -> bool {
        let packed = match coding {
            Coding::Identity => return true,
            Coding::Gzip => &self.gzip,
            Coding::Brotli => &self.brotli,
        };
        self.answer.body.len() < WORTH_COMPRESSING || packed.get().is_some()
    }

    /// Strong validator of the bytes as sent: one for each coding (RFC 9110, section 8.8.3.3).
    pub(crate) fn etag(&self, coding: Coding) -> String {
        match coding.name() {
            None => format!("\"{}\"", self.hash),
            Some(name) => format!("\"{}-{name}\"", self.hash),
        }
    }

    fn weight(&self) -> usize {
        // Compressed copies of text are about a third, and come later.
        self.answer.body.len() * 2 + 512
    }
}

fn gzip(plain: &Bytes) -> Bytes {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    let packed = packer.write_all(plain).and_then(|()| packer.finish());
    packed.map_or_else(|_| Bytes::new(), Bytes::from)
}

fn brotli(plain: &Bytes) -> Bytes {
    let mut packed = Vec::new();
    let mut packer = brotli::CompressorWriter::new(&mut packed, 4_096, 5, 22);
    let done = packer.write_all(plain).and_then(|()| packer.flush());
    drop(packer);
    if done.is_err() { Bytes::new() } else { Bytes::from(packed) }
}

#[derive(Default)]
struct Shelves {
    held: HashMap<String, Arc<Held>>,
    bytes: usize,
    remembered: Remembered,
}

/// The answers kept.
#[derive(Default)]
pub(crate) struct Cache {
    shelves: Mutex<Shelves>,
    tick: AtomicU64,
}

impl Cache {
    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        // The shelves are whole after every statement: a panic elsewhere does not make them wrong.
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When addresses last changed, as a text, if anything is new since it was last asked for.
    pub(crate) fn news(&self) -> Option<String> {
        self.shelves().remembered.news()
    }

    /// Takes over that text of a former run.
    pub(crate) fn recall(&self, text: &str, now: DateTime<Utc>) {
        self.shelves().remembered.recall(text, now);
    }

    /// The answer for this address, if it still holds.
    pub(crate) fn get(&self, key: &str, moment: &Moment) -> Option<Arc<Held>> {
        let held = self.shelves().held.get(key).filter(|held| held.moment == *moment).cloned()?;
        held.used.store(self.tick.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        Some(held)
    }

    /// Keeps an answer; its time of last change is carried over when the bytes are those of before.
    pub(crate) fn put(
        &self,
        key: &str,
        moment: Moment,
        answer: Answer,
        now: DateTime<Utc>,
    ) -> Arc<Held> {
        let hash = fingerprint(&answer);
        let tick = self.tick.fetch_add(1, Ordering::Relaxed);
        let mut shelves = self.shelves();
        let last_modified = shelves.remembered.changed_at(key, &hash, tick, now);
        let held = Arc::new(Held {
            moment,
            used: AtomicU64::new(tick),
            hash,
            last_modified,
            answer,
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
        });
        if held.weight() <= MOST_BYTES / 4 {
            shelves.bytes += held.weight();
            if let Some(old) = shelves.held.insert(key.to_owned(), Arc::clone(&held)) {
                shelves.bytes = shelves.bytes.saturating_sub(old.weight());
            }
            shelves.make_room();
        }
        held
    }
}

impl Shelves {
    /// Throws out the longest unused quarter when the limits are passed.
    fn make_room(&mut self) {
        if self.bytes <= MOST_BYTES && self.held.len() <= MOST_ANSWERS {
            return;
        }
        let mut oldest: Vec<(u64, String)> = self
            .held
            .iter()
            .map(|(key, held)| (held.used.load(Ordering::Relaxed), key.clone()))
            .collect();
        oldest.sort_unstable();
        for (_, key) in oldest {
            if self.bytes <= MOST_BYTES / 4 * 3 && self.held.len() <= MOST_ANSWERS / 4 * 3 {
                break;
            }
            if let Some(old) = self.held.remove(&key) {
                self.bytes = self.bytes.saturating_sub(old.weight());
            }
        }
    }
}

fn fingerprint(answer: &Answer) -> String {
    let mut hash = Sha256::new();
    hash.update(answer.content_type.as_bytes());
    for (name, value) in &answer.headers {
        hash.update(name.as_bytes());
        hash.update(value.as_bytes());
    }
    hash.update(&answer.body);
    data_encoding::HEXLOWER.encode(hash.finalize().get(..12).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn moment(period: i64) -> Moment {
        Moment { catalogue: Weak::new(), settings: Weak::new(), period }
    }

    fn text(body: &str) -> Answer {
        Answer::new("text/plain; charset=utf-8", body.as_bytes().to_vec())
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn codings_are_chosen_by_quality() {
        let cases = [
            (None, Coding::Identity),
            (Some("gzip, deflate, br"), Coding::Brotli),
            (Some("gzip"), Coding::Gzip),
            (Some("br;q=0.5, gzip;q=0.9"), Coding::Gzip),
            (Some("br;q=0, gzip;q=0"), Coding::Identity),
            (Some("*"), Coding::Brotli),
            (Some("identity"), Coding::Identity),
        ];
        for (header, coding) in cases {
            assert_eq!(Coding::choose(header), coding, "{header:?}");
        }
    }

    #[test]
    fn last_modified_moves_only_when_the_bytes_do() {
        let cache = Cache::default();
        let first = cache.put("/a", moment(1), text("one"), at(0));
        let again = cache.put("/a", moment(2), text("one"), at(60));
        assert_eq!(again.last_modified, first.last_modified);
        let other = cache.put("/a", moment(3), text("two"), at(120));
        assert_eq!(other.last_modified, at(120));
        let same_second = cache.put("/a", moment(4), text("three"), at(120));
        assert_eq!(same_second.last_modified, at(121));
    }

    #[test]
    fn an_answer_holds_for_its_moment_only() {
        let cache = Cache::default();
        cache.put("/a", moment(1), text("one"), at(0));
        assert!(cache.get("/a", &moment(1)).is_some());
        assert!(cache.get("/a", &moment(2)).is_none());
        assert!(cache.get("/b", &moment(1)).is_none());
    }

    #[test]
    fn each_coding_has_its_own_strong_tag_and_reads_back() {
        let cache = Cache::default();
        let long = "a meeting about bins ".repeat(200);
        let held = cache.put("/a", moment(1), text(&long), at(0));
        let (packed, coding) = held.body(Coding::Gzip);
        assert_eq!(coding, Coding::Gzip);
        let mut plain = String::new();
        flate2::read::GzDecoder::new(packed.as_ref()).read_to_string(&mut plain).unwrap();
        assert_eq!(plain, long);
        let (packed, _) = held.body(Coding::Brotli);
        let mut plain = String::new();
        brotli::Decompressor::new(packed.as_ref(), 4_096).read_to_string(&mut plain).unwrap();
        assert_eq!(plain, long);
        let tags = [Coding::Identity, Coding::Gzip, Coding::Brotli].map(|coding| held.etag(coding));
        assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2]);
        assert!(tags.iter().all(|tag| tag.starts_with('"')));
    }

    #[test]
    fn the_shelves_are_bounded() {
        let cache = Cache::default();
        for number in 0..MOST_ANSWERS + 10 {
            cache.put(&format!("/{number}"), moment(1), text("x"), at(0));
        }
        let shelves = cache.shelves();
        assert!(shelves.held.len() <= MOST_ANSWERS);
        assert!(shelves.bytes <= MOST_BYTES);
        drop(shelves);
        assert!(cache.get(&format!("/{}", MOST_ANSWERS + 9), &moment(1)).is_some());
    }
}
