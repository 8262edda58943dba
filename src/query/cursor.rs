//! Where a list goes on: an opaque word that holds the sort key of the last item shown.

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;

use super::{SORTS, Sort};
use crate::event::Id;

/// What a cursor looks like, for the API's description.
pub const PATTERN: &str = "^[0-9]{1,13}\\.[a-z0-9]{1,16}(:[0-9]{8}(T[0-9]{6})?)?\\.(-?start|title|-?updated|-?created)\\.(t-?[0-9]{1,15}|x([0-9a-f]{2}){0,400})$";

/// Place in a list, after the item named.
///
/// It also holds the instant of the first page, so that a list that begins "now" does not shift between pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The `now` of the first page.
    pub now: DateTime<Utc>,
    /// Sort key of the last item shown.
    pub key: SortKey,
    /// Its id.
    pub id: Id,
    /// The order of the list: a place in one order is none in another.
    pub sort: Sort,
}

/// What a list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// Milliseconds since 1970; `i64::MAX` for events without a date.
    Time(i64),
    /// A title, folded.
    Text(String),
}

impl Cursor {
    /// The cursor as it stands in an address.
    #[must_use]
    pub fn encode(&self) -> String {
        let key = match &self.key {
            SortKey::Time(at) => format!("t{at}"),
            SortKey::Text(text) => format!("x{}", HEXLOWER.encode(text.as_bytes())),
        };
        format!("{}.{}.{}.{key}", self.now.timestamp_millis(), self.id, self.sort.as_str())
    }

    /// Reads a cursor; `None` when it is not one of ours ([`PATTERN`]).
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        if text.len() > 2_000 {
            return None;
        }
        let mut parts = text.splitn(4, '.');
        let now = DateTime::from_timestamp_millis(parts.next()?.parse().ok()?)?;
        let id = parts.next()?.to_owned();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':') {
            return None;
        }
        let order = parts.next()?;
        let (_, sort) = SORTS.into_iter().find(|(word, _)| *word == order)?;
        let key = parts.next()?;
        let key = match key.strip_prefix('t') {
            Some(at) => SortKey::Time(at.parse().ok()?),
            None => {
                let bytes = HEXLOWER.decode(key.strip_prefix('x')?.as_bytes()).ok()?;
                SortKey::Text(String::from_utf8_lossy(&bytes).into_owned())
            }
        };
        Some(Self { now, key, id, sort })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_the_journey() {
        for key in [SortKey::Time(-5), SortKey::Time(i64::MAX), SortKey::Text("a\nt b".into())] {
            let cursor = Cursor {
                now: DateTime::UNIX_EPOCH,
                key,
                id: "abc:20261201T100000".into(),
                sort: Sort::UpdatedDescending,
            };
            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
        assert_eq!(Cursor::decode("rubbish"), None);
        assert_eq!(Cursor::decode("1.a b.start.t1"), None);
        assert_eq!(Cursor::decode(""), None);
    }
}
