//! Where a list goes on: an opaque word that holds the sort key of the last item shown.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;

use crate::event::Id;

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
        let (tag, key) = match &self.key {
            SortKey::Time(at) => ('t', at.to_string()),
            SortKey::Text(text) => ('x', text.clone()),
        };
        let plain = format!("{}\n{}\n{tag}{key}", self.now.timestamp_millis(), self.id);
        BASE64URL_NOPAD.encode(plain.as_bytes())
    }

    /// Reads a cursor; `None` when it is not one of ours.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        if text.len() > 2_000 {
            return None;
        }
        let plain = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        let mut parts = plain.splitn(3, '\n');
        let now = DateTime::from_timestamp_millis(parts.next()?.parse().ok()?)?;
        let id = parts.next()?.to_owned();
        let key = parts.next()?;
        let key = match key.strip_prefix('t') {
            Some(at) => SortKey::Time(at.parse().ok()?),
            None => SortKey::Text(key.strip_prefix('x')?.to_owned()),
        };
        Some(Self { now, key, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_the_journey() {
        for key in [SortKey::Time(-5), SortKey::Time(i64::MAX), SortKey::Text("a\nt b".into())] {
            let cursor =
                Cursor { now: DateTime::UNIX_EPOCH, key, id: "abc:20261201T100000".into() };
            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
        assert_eq!(Cursor::decode("rubbish"), None);
        assert_eq!(Cursor::decode(""), None);
    }
}
