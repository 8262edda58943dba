//! The tail of the change log, for those who keep a copy of their own (`/api/v1/changes`).

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Catalogue, Item};
use crate::event::{Change, ChangeKind, Decision};

/// A line of the log with the listing as it is now.
#[derive(Debug, Clone)]
pub struct ChangeEntry {
    /// Cursor after this line.
    pub cursor: String,
    /// What happened.
    pub change: Change,
    /// The listing, if it is listed now.
    pub item: Option<Arc<Item>>,
}

/// Some lines of the log.
#[derive(Debug, Clone)]
pub struct ChangePage {
    /// In order.
    pub changes: Vec<ChangeEntry>,
    /// Where to go on, now or later.
    pub next: String,
    /// Whether there is more already.
    pub more: bool,
}

/// A cursor from which the log cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Older than what is kept, or from before a restore.
    #[error("this cursor is too old or from another log: begin again without 'since'")]
    Gone,
    /// Not a cursor at all.
    #[error("this is not a cursor of the change log: begin without 'since'")]
    Malformed,
}

/// A place in the log, or in the snapshot that comes before it.
struct Place {
    head: u64,
    /// Within a snapshot: the last id given.
    after: Option<String>,
}

impl Catalogue {
    /// Cursor of the newest line.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.log.last().map_or(0, |(cursor, _)| *cursor)
    }

    /// What a cursor of this log looks like: no higher than its newest line.
    #[must_use]
    pub fn cursor_pattern(&self) -> String {
        let head = self.head().to_string();
        // Numbers up to `head`: fewer digits, or as many with the first different one lower.
        let mut numbers = vec![head.clone()];
        if head.len() > 1 {
            numbers.push(format!("[0-9]{{1,{}}}", head.len() - 1));
        }
        for (at, digit) in head.char_indices() {
            let (begin, rest) = (head.get(..at).unwrap_or_default(), head.len() - at - 1);
            if let Some(lower) = digit.to_digit(10).and_then(|digit| digit.checked_sub(1)) {
                numbers.push(format!("{begin}[0-{lower}][0-9]{{{rest}}}"));
            }
        }
        format!("^{}-({})(-[a-z2-7]{{12}})?$", self.base.epoch, numbers.join("|"))
    }

    /// What changed after `since`; without it a snapshot of all that is listed, as if just added.
    ///
    /// # Errors
    /// When the log cannot go on from that cursor.
    pub fn changes(&self, since: Option<&str>, limit: usize) -> Result<ChangePage, CursorError> {
        match since {
            None => Ok(self.snapshot(self.head(), "", limit)),
            Some(cursor) => match self.place(cursor)? {
                Place { head, after: Some(id) } => Ok(self.snapshot(head, &id, limit)),
                Place { head, after: None } => Ok(self.tail(head, limit)),
            },
        }
    }

    fn place(&self, cursor: &str) -> Result<Place, CursorError> {
        let mut parts = cursor.splitn(3, '-');
        let (epoch, head) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let (after, is_word) = (parts.next(), |text: &str, longest: usize| {
            let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            (1..=longest).contains(&text.len()) && text.bytes().all(word)
        });
        let number = head.parse::<u64>().ok().filter(|_| is_word(head, 20));
        let Some(head) =
            number.filter(|_| is_word(epoch, 32) && after.is_none_or(|id| is_word(id, 12)))
        else {
            return Err(CursorError::Malformed);
        };
        let oldest = self.log.first().map_or(0, |(cursor, _)| *cursor);
        // The line after `head` must still be there, unless nothing came after it.
        if epoch != self.base.epoch || head > self.head() || head.saturating_add(1) < oldest {
            return Err(CursorError::Gone);
        }
        Ok(Place { head, after: after.map(str::to_owned) })
    }

    fn snapshot(&self, head: u64, after: &str, limit: usize) -> ChangePage {
        let begin = (std::ops::Bound::Excluded(after.to_owned()), std::ops::Bound::Unbounded);
        let listed = self
            .items
            .range(begin)
            .filter(|(_, item)| item.listing.facts.verdict.decision == Decision::Listed);
        let mut items: Vec<&Arc<Item>> =
            listed.map(|(_, item)| item).take(limit.saturating_add(1)).collect();
        let more_items = items.len() > limit;
        items.truncate(limit);
        let epoch = &self.base.epoch;
        let entry = |item: &&Arc<Item>| ChangeEntry {
            cursor: format!("{epoch}-{head}-{}", item.listing.id),
            change: Change {
                cursor: head,
                at: item.listing.updated,
                change: ChangeKind::Added,
                id: item.listing.id.clone(),
                into: None,
            },
            item: Some(Arc::clone(item)),
        };
        let mut changes: Vec<ChangeEntry> = items.iter().map(entry).collect();
        let end = format!("{epoch}-{head}");
        let next = match changes.last_mut() {
            Some(last) if more_items => last.cursor.clone(),
            Some(last) => {
                last.cursor.clone_from(&end);
                end
            }
            None => end,
        };
        ChangePage { changes, next, more: more_items || head < self.head() }
    }

    fn tail(&self, head: u64, limit: usize) -> ChangePage {
        let epoch = &self.base.epoch;
        let lines = self.log.range(head.saturating_add(1)..);
        let changes: Vec<ChangeEntry> = lines
            .take(limit)
            .map(|(cursor, change)| ChangeEntry {
                cursor: format!("{epoch}-{cursor}"),
                change: change.clone(),
                item: self
                    .items
                    .get(&change.id)
                    .filter(|item| item.listing.facts.verdict.decision == Decision::Listed)
                    .cloned(),
            })
            .collect();
        let reached = changes.last().map_or(head, |last| last.change.cursor);
        ChangePage { changes, next: format!("{epoch}-{reached}"), more: reached < self.head() }
    }

    /// The same without the lines of the log from before an instant.
    #[must_use]
    pub fn forgetting_changes_before(&self, instant: DateTime<Utc>) -> Self {
        let mut next = self.clone();
        let newest = self.head();
        let old = self
            .log
            .iter()
            .take_while(|(cursor, change)| change.at < instant && **cursor != newest);
        for (cursor, _) in old {
            next.log.remove_mut(cursor);
        }
        next
    }

    /// What a line of the log tells about ids that are no longer here.
    pub(super) fn note(&mut self, change: &Change) {
        match change.change {
            ChangeKind::Merged => {
                if let Some(into) = &change.into {
                    self.merged.insert_mut(change.id.clone(), into.clone());
                }
            }
            ChangeKind::Forgotten | ChangeKind::Unlisted => {
                if !self.items.contains_key(&change.id) {
                    self.gone.insert_mut(change.id.clone());
                }
            }
            ChangeKind::Added | ChangeKind::Changed | ChangeKind::Withdrawn => {
                self.merged.remove_mut(&change.id);
            }
        }
    }
}
