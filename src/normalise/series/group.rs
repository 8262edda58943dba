//! Items that share a UID: revisions of one event, changed instances of a series, or different events after all.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    event::Local,
    read::{Entry, Written},
};

/// Stamps so close together are no revisions: a program that stamps at each fetch may be caught by the turn of a
/// minute half way.
const SAME_STAMP: TimeDelta = TimeDelta::seconds(60);

/// Events of one UID that a further one is compared with: more are no revisions, but a program that knows one UID.
const MOST_COMPARED: usize = 100;

/// The items of one UID in one calendar, in file order.
#[derive(Debug, Default)]
pub(super) struct Group<'a> {
    masters: Vec<&'a Entry>,
    changes: Vec<&'a Entry>,
    /// Items of another calendar of the file that call the event off.
    cancels: Vec<&'a Entry>,
}

/// Groups by calendar and UID, in the order in which they first appear. Items without a UID stand alone; those that
/// call something off (METHOD:CANCEL) go to what they name, in whatever calendar of the file that stands.
pub(super) fn groups(entries: &[Entry]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: HashMap<(u32, &str), usize> = HashMap::new();
    let (cancels, events): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|e| e.cancels);
    add(events, &mut groups, &mut places);
    let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
    for ((_, uid), place) in &places {
        named.entry(uid).or_default().push(*place);
    }
    let (known, alone): (Vec<&Entry>, Vec<&Entry>) = cancels
        .into_iter()
        .partition(|e| e.reference.as_deref().is_some_and(|uid| named.contains_key(uid)));
    for entry in known {
        let uid = entry.reference.as_deref().unwrap_or_default();
        for place in named.get(uid).into_iter().flatten() {
            let Some(group) = groups.get_mut(*place) else { continue };
            let list = match entry.recurrence_id {
                Some(_) => &mut group.changes,
                None => &mut group.cancels,
            };
            list.push(entry);
        }
    }
    add(alone, &mut groups, &mut places);
    groups
}

fn add<'a>(
    entries: Vec<&'a Entry>,
    groups: &mut Vec<Group<'a>>,
    places: &mut HashMap<(u32, &'a str), usize>,
) {
    for entry in entries {
        let place = entry.reference.as_deref().map(|uid| {
            *places.entry((entry.calendar, uid)).or_insert_with(|| {
                groups.push(Group::default());
                groups.len() - 1
            })
        });
        let group = match place.and_then(|place| groups.get_mut(place)) {
            Some(group) => group,
            None => {
                groups.push(Group::default());
                let Some(group) = groups.last_mut() else { continue };
                group
            }
        };
        if entry.recurrence_id.is_some() {
            group.changes.push(entry);
        } else {
            group.masters.push(entry);
        }
    }
}

impl<'a> Group<'a> {
    /// The newest revision of each event, in file order.
    ///
    /// They are looked at from the oldest on, as they were written: an event that was first renamed and then moved is
    /// known by the state in between, wherever that stands in the file.
    pub(super) fn events(&self) -> Vec<&'a Entry> {
        let mut written: Vec<(usize, &'a Entry)> =
            self.masters.iter().copied().enumerate().collect();
        written.sort_by_key(|(_, entry)| revision(entry));
        let mut kept: Vec<(usize, &'a Entry)> = Vec::new();
        for (place, entry) in written {
            let mut compared = kept.iter_mut().take(MOST_COMPARED);
            match compared.find(|(_, known)| is_revision(known, entry)) {
                Some(known) => *known = (place, entry),
                None => kept.push((place, entry)),
            }
        }
        kept.sort_by_key(|(place, _)| *place);
        kept.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Whether an event was called off as a whole, and not taken up again since.
    pub(super) fn is_called_off(&self, event: &Entry) -> bool {
        self.cancels.iter().any(|cancel| match cancel.sequence.cmp(&event.sequence) {
            std::cmp::Ordering::Equal => {
                cancel.stamp.zip(event.stamp).is_none_or(|(cancel, event)| cancel >= event)
            }
            order => order.is_gt(),
        })
    }

    /// The newest revision of each changed instance, in file order; `moment` says which instance a change means.
    pub(super) fn changes(
        &self,
        mut moment: impl FnMut(&Entry, &Written) -> Local,
    ) -> Vec<&'a Entry> {
        let mut kept: Vec<&'a Entry> = Vec::new();
        let mut places = HashMap::new();
        for entry in &self.changes {
            let Some((instance, _)) = &entry.recurrence_id else { continue };
            let place = *places.entry(moment(entry, instance)).or_insert(kept.len());
            match kept.get_mut(place) {
                Some(known) => newer(known, entry),
                None => kept.push(entry),
            }
        }
        kept
    }
}

fn newer<'a>(known: &mut &'a Entry, entry: &'a Entry) {
    if revision(entry) >= revision(known) {
        *known = entry;
    }
}

/// RFC 5546, section 2.1.5: SEQUENCE first, then the time of change, then the stamp.
pub(super) fn revision(entry: &Entry) -> (u32, Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    (entry.sequence, entry.modified, entry.stamp)
}

/// Whether two items of one UID are two states of one event, rather than two events whose program gave both one UID.
fn is_revision(one: &Entry, other: &Entry) -> bool {
    if one.sequence != other.sequence {
        return true;
    }
    let apart = match (one.stamp, other.stamp) {
        (Some(a), Some(b)) => (a - b).abs() > SAME_STAMP,
        _ => false,
    };
    let changed = one.modified != other.modified || apart;
    let title = |entry: &Entry| entry.title.as_ref().map(|text| text.value.trim().to_lowercase());
    let same_title = || title(one) == title(other);
    if one.start == other.start { changed || same_title() } else { changed && same_title() }
}
