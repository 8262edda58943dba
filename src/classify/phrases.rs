//! Finds every phrase of the vocabulary in one pass; in each layer the longest phrase eats its words.

use std::collections::{BTreeMap, HashSet};

use aho_corasick::{AhoCorasick, BuildError};

use crate::vocabulary::Vocabulary;

use super::fold::{Folded, fold, phrase};

/// What a phrase means. Numbers are positions in the vocabulary's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Names a service.
    Strong(usize),
    /// Supports a service.
    Weak(usize),
    /// Names a service where it leads, supports it elsewhere.
    Lead(usize),
    /// Misleads; may mean another service.
    Trap(Option<usize>),
    /// Names a kind.
    Cue(usize),
    /// Names a kind in a title, goes with it elsewhere.
    Head(usize),
    /// Goes with a kind.
    Hint(usize),
    /// Names a series.
    Series(usize),
    /// Speaks for listing.
    For(usize),
    /// Speaks against listing.
    Against(usize),
    /// Says nothing, though a part of it might.
    Neutral,
    /// Says who may come.
    OpenTo(usize),
    /// Marks a sentence that is not about the subject.
    Boilerplate,
}

/// Phrases of one layer compete for words; layers do not see each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Layer {
    /// What it is about.
    Services,
    /// What kind it is.
    Kinds,
    /// Series.
    Series,
    /// For and against.
    Signs,
    /// Who may come.
    OpenTo,
    /// Not about the subject.
    Boilerplate,
}

impl Role {
    fn layer(self) -> Layer {
        match self {
            Self::Strong(_) | Self::Weak(_) | Self::Lead(_) | Self::Trap(_) => Layer::Services,
            Self::Cue(_) | Self::Head(_) | Self::Hint(_) => Layer::Kinds,
            Self::Series(_) => Layer::Series,
            Self::For(_) | Self::Against(_) | Self::Neutral => Layer::Signs,
            Self::OpenTo(_) => Layer::OpenTo,
            Self::Boilerplate => Layer::Boilerplate,
        }
    }
}

/// One meaning of one phrase.
#[derive(Debug, Clone)]
struct Entry {
    role: Role,
    /// Only in capitals: a short acronym that is also a word.
    capitals: bool,
    at_start: bool,
    at_end: bool,
}

/// A phrase found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) role: Role,
    /// First word.
    pub(super) first: usize,
    /// The word after the last.
    pub(super) end: usize,
}

impl Hit {
    pub(super) fn words(&self) -> usize {
        self.end - self.first
    }
}

/// The matcher.
pub(super) struct Phrases {
    automaton: AhoCorasick,
    entries: Vec<Vec<Entry>>,
}

/// An acronym of this many letters or fewer is looked for in capitals only.
const SHORT: usize = 4;

impl Phrases {
    pub(super) fn new(words: &Vocabulary) -> Result<Self, BuildError> {
        let mut table: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        let mut add = |text: &str, role: Role| {
            let body = text.trim_start_matches('^').trim_end_matches('$');
            let key = phrase(body);
            if key.trim().is_empty() {
                return;
            }
            let single = fold(body).words.len() == 1;
            let capitals = single
                && fold(body).words.iter().all(|word| word.capitals && word.folded.len() <= SHORT);
            let entry = Entry {
                role,
                capitals,
                at_start: text.starts_with('^'),
                at_end: text.ends_with('$'),
            };
            table.entry(key).or_default().push(entry);
        };
        for (at, service) in words.services.iter().enumerate() {
            service.strong.iter().for_each(|text| add(text, Role::Strong(at)));
            service.weak.iter().for_each(|text| add(text, Role::Weak(at)));
            service.lead.iter().for_each(|text| add(text, Role::Lead(at)));
        }
        for trap in &words.traps {
            let means = trap.means.as_ref();
            let at = means.and_then(|id| words.services.iter().position(|s| s.id == *id));
            add(&trap.phrase, Role::Trap(at));
        }
        for (at, kind) in words.kinds.iter().enumerate() {
            kind.cues.iter().for_each(|text| add(text, Role::Cue(at)));
            kind.lead.iter().for_each(|text| add(text, Role::Head(at)));
            kind.hints.iter().for_each(|text| add(text, Role::Hint(at)));
        }
        for (at, series) in words.series.iter().enumerate() {
            series.phrases.iter().for_each(|text| add(text, Role::Series(at)));
        }
        let signs = &words.signs;
        for (at, sign) in signs.favour.iter().enumerate() {
            sign.phrases.iter().for_each(|text| add(text, Role::For(at)));
        }
        for (at, sign) in signs.against.iter().enumerate() {
            sign.phrases.iter().for_each(|text| add(text, Role::Against(at)));
        }
        for (at, open) in signs.open_to.iter().enumerate() {
            open.phrases.iter().for_each(|text| add(text, Role::OpenTo(at)));
        }
        signs.neutral.iter().for_each(|text| add(text, Role::Neutral));
        signs.boilerplate.iter().for_each(|text| add(text, Role::Boilerplate));
        let (keys, entries): (Vec<String>, Vec<Vec<Entry>>) = table.into_iter().unzip();
        Ok(Self { automaton: AhoCorasick::new(keys)?, entries })
    }

    /// Every phrase, the longest first where they compete, then in the order of the text.
    pub(super) fn find(&self, text: &Folded) -> Vec<Hit> {
        let mut found: Vec<(Layer, Hit)> = Vec::new();
        for hit in self.automaton.find_overlapping_iter(&text.line) {
            let (first, end) = text.words_in(hit.start() + 1, hit.end());
            let Some(words) = text.words.get(first..end) else { continue };
            for entry in self.entries.get(hit.pattern().as_usize()).into_iter().flatten() {
                let spelled = !entry.capitals || words.iter().all(|word| word.capitals);
                let placed =
                    (!entry.at_start || first == 0) && (!entry.at_end || end == text.words.len());
                if spelled && placed {
                    found.push((entry.role.layer(), Hit { role: entry.role, first, end }));
                }
            }
        }
        found.sort_by_key(|(layer, hit)| (*layer, std::cmp::Reverse(hit.words()), hit.first));
        let mut eaten: HashSet<(Layer, usize)> = HashSet::new();
        let mut ranges: HashSet<(Layer, usize, usize)> = HashSet::new();
        let mut kept = Vec::new();
        for (layer, hit) in found {
            let same = ranges.contains(&(layer, hit.first, hit.end));
            if !same && (hit.first..hit.end).any(|at| eaten.contains(&(layer, at))) {
                continue;
            }
            ranges.insert((layer, hit.first, hit.end));
            eaten.extend((hit.first..hit.end).map(|at| (layer, at)));
            kept.push(hit);
        }
        kept.sort_by_key(|hit| hit.first);
        kept
    }
}
