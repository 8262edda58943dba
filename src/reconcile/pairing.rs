//! Finds the stored event that an item is: by its reference, else, for sources that make up new ones, by its content.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use super::Before;
use crate::event::{Draft, Event, Id, Span};

/// A feed whose items all have one reference is paired by content instead: comparing each with each takes too long.
const LARGEST_GROUP: usize = 1_000_000;

/// Salted hash of something that identifies an item: it cannot be guessed back without the salt.
#[must_use]
pub fn hash(salt: &str, feed: &str, what: &str) -> String {
    format!("#{}", digest(&[salt, feed, what], 26))
}

/// The hashes by which an item of a feed can be known again, the one that is kept of private items first.
#[must_use]
pub fn hashes(salt: &str, feed: &str, draft: &Draft) -> Vec<String> {
    let of = |what: &str| hash(salt, feed, what);
    let by_content = of(&format!("content {}", content(draft)));
    match &draft.reference {
        Some(reference) => vec![of(&format!("ref {} {reference}", draft.ordinal)), by_content],
        None => vec![by_content],
    }
}

/// The hashes by which a forgotten item is known again, under another id of its feed or in another feed too: there by a
/// reference that belongs to no one feed, or by a title with a start.
#[must_use]
pub fn lasting_hashes(salt: &str, feed: &str, draft: &Draft) -> Vec<String> {
    let anywhere = |what: &str| hash(salt, "", what);
    let mut all = hashes(salt, feed, draft);
    if let Some(reference) = &draft.reference
        && (reference.contains('@') || reference.contains("://"))
    {
        all.push(anywhere(&format!("ref {} {reference}", draft.ordinal)));
    }
    if draft.facts.span.is_some() {
        all.push(anywhere(&format!("content {}", content(draft))));
    }
    all
}

/// The hash by which networks that mirror ours are told of a forgotten event: of its UID, which they know.
#[must_use]
pub fn public_hash(uid: &str) -> String {
    digest(&["forgotten", uid], 26)
}

/// Title, start and place, as far as they tell items apart.
#[must_use]
pub fn content(draft: &Draft) -> String {
    format!("{}|{}", occasion(draft), plain(place(draft)))
}

/// Title and start.
fn occasion(draft: &Draft) -> String {
    let start = match (draft.facts.span, draft.published) {
        (Some(span), _) => start(&span),
        (None, Some(published)) => format!("undated {published}"),
        (None, None) => "undated".to_owned(),
    };
    format!("{}|{start}", plain(&draft.facts.title))
}

fn place(draft: &Draft) -> &str {
    draft.facts.place.as_ref().and_then(|place| place.name.as_deref()).unwrap_or_default()
}

fn start(span: &Span) -> String {
    match span {
        Span::AllDay { start, .. } => NaiveDate::to_string(start),
        Span::Timed { start, .. } => DateTime::<Utc>::to_rfc3339(start),
    }
}

/// Letters and digits only.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn digest(parts: &[&str], length: usize) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let mut text = data_encoding::BASE32_NOPAD.encode(&hasher.finalize()).to_ascii_lowercase();
    text.truncate(length);
    text
}

/// An id that no event has had: a function of feed, reference and ordinal, and of a counter where that is taken.
pub fn new_id(feed: &str, draft: &Draft, taken: &dyn Fn(&str) -> bool) -> Id {
    let ordinal = draft.ordinal.to_string();
    let by_content;
    let (sort, what) = match &draft.reference {
        Some(reference) => ("ref", reference),
        None => {
            by_content = content(draft);
            ("content", &by_content)
        }
    };
    let mut id = digest(&[feed, what, &ordinal], 12);
    let mut counter = 0_u32;
    while taken(&id) {
        counter += 1;
        id = digest(&[feed, what, &ordinal, sort, &counter.to_string()], 12);
    }
    id
}

/// Each item with the index of the stored event that it is. No event is given twice.
pub fn pair(before: &Before, drafts: Vec<Draft>) -> Vec<(Draft, Option<usize>)> {
    let mut pairing = Pairing {
        before,
        found: vec![None; drafts.len()],
        free: vec![true; before.events.len()],
        drafts,
    };
    pairing.by_reference();
    pairing.by(true, content);
    pairing.by(false, occasion);
    pairing.by(false, |draft| match (&draft.facts.url, &draft.facts.span) {
        (Some(url), Some(span)) => format!("{url}|{}", start(span)),
        _ => String::new(),
    });
    pairing.drafts.into_iter().zip(pairing.found).collect()
}

struct Pairing<'a> {
    before: &'a Before<'a>,
    drafts: Vec<Draft>,
    found: Vec<Option<usize>>,
    free: Vec<bool>,
}

impl Pairing<'_> {
    /// Within one reference an equal start counts first, since sessions shift their numbers when one is added.
    fn by_reference(&mut self) {
        let mut stored: HashMap<String, Vec<usize>> = HashMap::new();
        // An item that has become private comes with a hash in place of its reference.
        let private = self.drafts.iter().any(|draft| draft.private.is_some());
        for (index, event) in self.before.events.iter().enumerate() {
            let hashed = (private && event.draft.private.is_none())
                .then(|| hashes(self.before.salt, &self.before.feed.id, &event.draft));
            for key in event.draft.reference.clone().into_iter().chain(hashed.into_iter().flatten())
            {
                stored.entry(key).or_default().push(index);
            }
        }
        let mut groups: HashMap<String, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for (number, draft) in self.drafts.iter().enumerate() {
            let Some(reference) = &draft.reference else { continue };
            // An item that was private is stored under a hash of its reference.
            let hashed = hashes(self.before.salt, &self.before.feed.id, draft)
                .into_iter()
                .next()
                .unwrap_or_default();
            let (numbers, events) = groups.entry(reference.clone()).or_default();
            numbers.push(number);
            for key in [reference.as_str(), &hashed] {
                events.extend(stored.get(key).into_iter().flatten());
            }
        }
        for (numbers, mut events) in groups.into_values() {
            events.sort_unstable();
            events.dedup();
            if numbers.len().saturating_mul(events.len()) > LARGEST_GROUP {
                continue;
            }
            let alone = numbers.len() == 1 && events.len() == 1;
            let same_start = |draft: &Draft, event: &Event| {
                let of = |draft: &Draft| draft.facts.span.map(|span| start(&span));
                of(draft) == of(&event.draft)
            };
            let same_number = |draft: &Draft, event: &Event| draft.ordinal == event.draft.ordinal;
            self.join(&numbers, &events, &same_start);
            self.join(&numbers, &events, &same_number);
            self.join(&numbers, &events, &|_, _| alone);
        }
    }

    fn join(&mut self, numbers: &[usize], events: &[usize], same: &dyn Fn(&Draft, &Event) -> bool) {
        for &number in numbers {
            let (Some(draft), Some(None)) = (self.drafts.get(number), self.found.get(number))
            else {
                continue;
            };
            let fits = |index: &&usize| {
                self.free.get(**index) == Some(&true)
                    && self.before.events.get(**index).is_some_and(|event| same(draft, event))
            };
            if let Some(&index) = events.iter().find(fits) {
                self.take(number, index);
            }
        }
    }

    /// Joins what has the same key; where several have it, in order, or (`many` false) not at all.
    fn by(&mut self, many: bool, key: impl Fn(&Draft) -> String) {
        let mut sides: HashMap<String, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for (number, draft) in self.drafts.iter().enumerate() {
            if self.found.get(number) == Some(&None) && draft.private.is_none() {
                sides.entry(key(draft)).or_default().0.push(number);
            }
        }
        if sides.is_empty() {
            return;
        }
        for (index, event) in self.before.events.iter().enumerate() {
            if self.free.get(index) == Some(&true)
                && event.draft.private.is_none()
                && let Some((_, events)) = sides.get_mut(&key(&event.draft))
            {
                events.push(index);
            }
        }
        sides.remove("");
        for (numbers, events) in sides.into_values() {
            if many || (numbers.len() == 1 && events.len() == 1) {
                for (number, index) in numbers.into_iter().zip(events) {
                    self.take(number, index);
                }
            }
        }
    }

    fn take(&mut self, number: usize, index: usize) {
        if let (Some(found), Some(free)) = (self.found.get_mut(number), self.free.get_mut(index)) {
            (*found, *free) = (Some(index), false);
        }
    }
}
