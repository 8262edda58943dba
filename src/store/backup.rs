//! A backup: all that a store holds, as compressed lines of JSON that any program can read.
//!
//! The first line says what it is, the last how many lines there were and their SHA-256; between them each line is an
//! object with one key, which names what is under it. Nothing of a backup is believed before the last line agrees.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Identity, ReviewDecision, SCHEMA, Snapshot, Tombstone};
use crate::{
    event::{Change, Event, Id, Listing},
    health::FeedState,
};

/// Version of this format.
pub const FORMAT: u32 = 1;
/// No record comes near this; a longer line was not written here.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the format.
    pub format: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What is fixed about the store.
    pub identity: Identity,
    /// The cursor that the next change would have had.
    pub next_cursor: u64,
    /// Hash of the operator's rules by which the listings were merged last.
    pub rules: Option<String>,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    /// Lines between the first and this.
    records: u64,
    /// SHA-256 of every line before this one, line ends included.
    sha256: String,
}

/// One line, as it is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    FolkmootBackup(Header),
    Feed(Box<FeedState>),
    Event(Arc<Event>),
    Listing(Arc<Listing>),
    Alias((Id, Id)),
    Remembered(Arc<Listing>),
    Change(Change),
    Decision(ReviewDecision),
    Tombstone(Tombstone),
    End(End),
}

/// Why a file is no backup that could be brought back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Not a backup.
    #[error("line {0} is not a line of a backup: {1}")]
    Line(u64, String),
    /// Cut off or changed.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Written by a later program.
    #[error(
        "it was written by folkmoot {0}, which is newer than this one\n  Use that one to bring it back."
    )]
    Newer(String),
}

/// Lines written, and their hash.
struct Lines<W: Write> {
    out: W,
    hash: Sha256,
    records: u64,
}

impl<W: Write> Lines<W> {
    fn put<T: Serialize>(&mut self, name: &str, value: &T) -> io::Result<()> {
        let mut line = format!("{{\"{name}\":").into_bytes();
        serde_json::to_writer(&mut line, value)?;
        line.extend_from_slice(b"}\n");
        self.hash.update(&line);
        self.records += 1;
        self.out.write_all(&line)
    }

    fn all<T: Serialize>(&mut self, name: &str, values: &[T]) -> io::Result<()> {
        values.iter().try_for_each(|value| self.put(name, value))
    }
}

/// Writes a backup; gives the number of records.
///
/// # Errors
/// When it cannot be written.
pub fn write(snapshot: &Snapshot, now: DateTime<Utc>, out: impl Write) -> io::Result<u64> {
    let packed = zstd::Encoder::new(out, 6)?;
    let mut lines = Lines { out: packed, hash: Sha256::new(), records: 0 };
    let header = Header {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").into(),
        at: now,
        identity: snapshot.identity.clone(),
        next_cursor: snapshot.next_cursor,
        rules: snapshot.rules.clone(),
    };
    lines.put("folkmoot_backup", &header)?;
    lines.all("feed", &snapshot.feeds)?;
    lines.all("event", &snapshot.events)?;
    lines.all("listing", &snapshot.listings)?;
    lines.all("alias", &snapshot.aliases)?;
    lines.all("remembered", &snapshot.remembered)?;
    lines.all("change", &snapshot.log)?;
    lines.all("decision", &snapshot.decisions)?;
    lines.all("tombstone", &snapshot.tombstones)?;
    let records = lines.records - 1;
    let sha256 = data_encoding::HEXLOWER.encode(&lines.hash.clone().finalize());
    lines.put("end", &End { records, sha256 })?;
    lines.out.finish()?.flush()?;
    Ok(records)
}

/// Reads a backup whole and checks it.
///
/// # Errors
/// When it is none, is damaged, or is newer than this program.
pub fn read(input: impl Read) -> Result<(Header, Snapshot), BackupError> {
    let mut lines = BufReader::new(zstd::Decoder::new(input)?);
    let (mut hash, mut number, mut line) = (Sha256::new(), 0_u64, Vec::new());
    let mut whole: Option<(Header, Snapshot)> = None;
    loop {
        line.clear();
        (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Err(BackupError::Damaged(format!(
                "it ends after {number} lines, without its last"
            )));
        }
        number += 1;
        match (parsed(&line, number)?, &mut whole) {
            (Line::FolkmootBackup(header), None) => {
                if header.format > FORMAT || header.identity.schema > SCHEMA {
                    return Err(BackupError::Newer(header.program));
                }
                let mut snapshot = Snapshot::empty(header.identity.clone());
                (snapshot.next_cursor, snapshot.rules) = (header.next_cursor, header.rules.clone());
                whole = Some((header, snapshot));
            }
            (_, None) => return Err(BackupError::Line(number, "the first line is missing".into())),
            (Line::FolkmootBackup(_), Some(_)) => {
                return Err(BackupError::Line(number, "a second beginning".into()));
            }
            (Line::End(end), Some(_)) => {
                let found = data_encoding::HEXLOWER.encode(&hash.finalize());
                if end.sha256 != found || end.records != number - 2 {
                    return Err(BackupError::Damaged("its checksum does not agree".into()));
                }
                return whole.ok_or_else(|| BackupError::Damaged("it is empty".into()));
            }
            (record, Some((_, snapshot))) => take(record, snapshot),
        }
        hash.update(&line);
    }
}

fn parsed(line: &[u8], number: u64) -> Result<Line, BackupError> {
    serde_json::from_slice(line).map_err(|error| BackupError::Line(number, error.to_string()))
}

fn take(record: Line, into: &mut Snapshot) {
    match record {
        Line::Feed(state) => into.feeds.push(*state),
        Line::Event(event) => into.events.push(event),
        Line::Listing(listing) => into.listings.push(listing),
        Line::Alias(alias) => into.aliases.push(alias),
        Line::Remembered(listing) => into.remembered.push(listing),
        Line::Change(change) => into.log.push(change),
        Line::Decision(decision) => into.decisions.push(decision),
        Line::Tombstone(stone) => into.tombstones.push(stone),
        Line::FolkmootBackup(_) | Line::End(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2027-01-15T08:00:00Z".parse().unwrap()
    }

    fn some() -> Snapshot {
        let identity = Identity {
            schema: SCHEMA,
            domain: "example.org".into(),
            epoch: "first".into(),
            salt: "salt".into(),
            created: now(),
        };
        let decision = |event: &str| ReviewDecision {
            event: event.into(),
            accepted: Some(true),
            date: None,
            span: None,
            at: now(),
        };
        Snapshot {
            decisions: vec![decision("a"), decision("b")],
            aliases: vec![("x".into(), "y".into())],
            next_cursor: 7,
            ..Snapshot::empty(identity)
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut file = Vec::new();
        assert_eq!(write(&some(), now(), &mut file).unwrap(), 3);
        let (header, back) = read(&*file).unwrap();
        assert_eq!((header.at, header.next_cursor), (now(), 7));
        assert_eq!(serde_json::to_value(&back).unwrap(), serde_json::to_value(some()).unwrap());
    }

    #[test]
    fn what_is_cut_off_or_changed_is_refused() {
        let mut file = Vec::new();
        write(&some(), now(), &mut file).unwrap();
        let text = zstd::stream::decode_all(&*file).unwrap();
        let text = String::from_utf8(text).unwrap();
        let pack = |text: &str| zstd::stream::encode_all(text.as_bytes(), 3).unwrap();
        assert!(read(&*pack(&text)).is_ok());
        let changed = text.replace("\"event\":\"b\"", "\"event\":\"c\"");
        assert!(matches!(read(&*pack(&changed)), Err(BackupError::Damaged(_))));
        let cut: String = text.lines().take(3).map(|line| format!("{line}\n")).collect();
        assert!(matches!(read(&*pack(&cut)), Err(BackupError::Damaged(_))));
        assert!(read(&file[..file.len() / 2]).is_err());
        assert!(matches!(read(&b"no backup"[..]), Err(BackupError::Io(_))));
        let newer = text.replace("\"format\":1", "\"format\":2");
        assert!(matches!(read(&*pack(&newer)), Err(BackupError::Newer(_))));
    }
}
