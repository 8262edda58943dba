//! How alike two titles are: by their words, weighed, after what belongs to the place and the organiser is off.

use std::{
    collections::{BTreeSet, HashSet},
    sync::LazyLock,
};

use crate::classify::fold::{Folded, Word, fold, stem};

/// A title taken apart for comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TitleWords {
    /// Words that tell this event from others.
    pub(super) telling: BTreeSet<String>,
    /// Words that many events share ("discovery", "day", "meeting").
    pub(super) common: BTreeSet<String>,
    /// Words and numbers in which two parts of one series differ ("morning", "4", "2").
    pub(super) parts: BTreeSet<String>,
    /// The segments between colons, dashes and brackets, each as its sorted words.
    pub(super) segments: Vec<BTreeSet<String>>,
}

/// Words that say nothing.
const EMPTY: [&str; 50] = [
    "the", "a", "an", "of", "for", "and", "on", "in", "at", "to", "with", "by", "from", "our",
    "your", "is", "are", "we", "new", "free", "online", "virtual", "event", "us", "it", "its",
    "be", "as", "or", "council", "after", "before", "during", "between", "into", "over", "under",
    "about", "through", "without", "within", "towards", "across", "beyond", "this", "that",
    "their", "you", "they", "not",
];

/// Words that many titles share: kinds, forms, cadence. They weigh little.
const COMMON: &str = "discovery day workshop session course training webinar meeting meetup meet up group peer \
    network forum community practice show tell demo lunch learn conference summit unconference camp hack \
    hackathon maker makers service team officer manager lead practitioner council local authority annual \
    quarterly monthly weekly spring summer autumn winter regional national user research briefing talk call masterclass \
    roundtable clinic round table drop co design sprint review open house visit showcase event intro introduction \
    january february march april may june july august september october november december two half full";

/// Words in which two parts of one programme differ.
const PARTS: [&str; 22] = [
    "morning",
    "afternoon",
    "evening",
    "am",
    "pm",
    "one",
    "two",
    "three",
    "four",
    "first",
    "second",
    "third",
    "part",
    "beginner",
    "intermediate",
    "advanced",
    "north",
    "south",
    "east",
    "west",
    "cohort",
    "refresher",
];

/// Words that are written in more than one way.
const SAME: [(&str, &str); 33] = [
    ("mtg", "meeting"),
    ("bin", "waste"),
    ("cut", "reduce"),
    ("cutting", "reduce"),
    ("reducing", "reduce"),
    ("meetup", "meet"),
    ("masterclasse", "masterclass"),
    ("practitioner", "practitioner"),
    ("dept", "department"),
    ("mgmt", "management"),
    ("mgt", "management"),
    ("mgr", "manager"),
    ("svc", "service"),
    ("svs", "service"),
    ("rev", "revenue"),
    ("ben", "benefit"),
    ("asc", "adult"),
    ("eh", "environmental"),
    ("info", "information"),
    ("intro", "introduction"),
    ("conf", "conference"),
    ("wkshp", "workshop"),
    ("grp", "group"),
    ("gp", "group"),
    ("ctte", "committee"),
    ("comms", "communication"),
    ("comm", "communication"),
    ("hq", "headquarters"),
    ("berk", "berkshire"),
    ("hant", "hampshire"),
    ("linc", "lincolnshire"),
    ("cop", "practice"),
    ("lgr", "reorganisation"),
];

/// Regions as people shorten them, and the words of their names: `data/region_names.csv`.
static REGIONS: LazyLock<Vec<(Vec<String>, Vec<String>)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/region_names.csv").lines().skip(1);
    let words = |text: &str| fold(text).words.into_iter().map(|word| word.folded).collect();
    lines
        .filter_map(|line| line.split_once(','))
        .map(|(short, name)| (words(short), words(name)))
        .collect()
});

/// The name of the region whose short form begins a row of words, and how many words that form has. What could be
/// a word ("em", "se") must stand in capitals.
fn region(row: &[Word]) -> Option<(&'static [String], usize)> {
    let fits = |short: &[String]| {
        row.get(..short.len()).is_some_and(|row| {
            let same = row.iter().zip(short).all(|(word, form)| word.folded == *form);
            let joined = row.iter().skip(1).all(|word| !word.breaks);
            let initials = short.iter().all(|form| form.len() <= 3);
            same && joined && (!initials || short.len() > 1 || row.iter().all(|word| word.capitals))
        })
    };
    let mut found = REGIONS.iter().filter(|(short, _)| fits(short));
    found.next().map(|(short, name)| (name.as_slice(), short.len()))
}

/// The words of a title, each with whether a break stands before it; regions in full.
fn spelled(folded: &Folded) -> Vec<(&str, bool)> {
    let mut rest = folded.words.as_slice();
    let mut words = Vec::with_capacity(rest.len());
    while let Some((word, after)) = rest.split_first() {
        let Some((name, length)) = region(rest) else {
            words.push((word.folded.as_str(), word.breaks));
            rest = after;
            continue;
        };
        let breaks = std::iter::once(word.breaks).chain(std::iter::repeat(false));
        words.extend(name.iter().map(String::as_str).zip(breaks));
        rest = rest.get(length..).unwrap_or_default();
    }
    words
}

fn one_form(word: &str) -> String {
    if let Some((_, one)) = SAME.iter().find(|(form, _)| *form == word) {
        return (*one).to_owned();
    }
    word.strip_suffix("ing").filter(|base| base.len() >= 5).unwrap_or(word).to_owned()
}

/// Takes a title apart.
pub(super) fn words(title: &str) -> TitleWords {
    words_of(&fold(title))
}

/// The same for a title that is folded already.
pub(super) fn words_of(folded: &Folded) -> TitleWords {
    let mut words = TitleWords { segments: vec![BTreeSet::new()], ..TitleWords::default() };
    for (word, breaks) in spelled(folded) {
        if breaks {
            words.segments.push(BTreeSet::new());
        }
        let form = one_form(word);
        let number = form.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let year = number && form.len() == 4 && form.starts_with("20");
        if year || EMPTY.contains(&form.as_str()) {
            continue;
        }
        if let Some(segment) = words.segments.last_mut() {
            segment.insert(form.clone());
        }
        if number || PARTS.contains(&form.as_str()) {
            words.parts.insert(form.clone());
        }
        if is_common(&form) {
            words.common.insert(form);
        } else {
            words.telling.insert(form);
        }
    }
    words.segments.retain(|segment| !segment.is_empty());
    words
}

fn is_common(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<String>> =
        LazyLock::new(|| COMMON.split_whitespace().map(|word| one_form(&stem(word))).collect());
    WORDS.contains(word)
}

impl TitleWords {
    /// Words that make keys: the telling ones, or all where there is none.
    pub(super) fn block_words(&self) -> Vec<String> {
        let words = if self.telling.is_empty() { &self.common } else { &self.telling };
        words.iter().cloned().collect()
    }

    /// Takes off words that name the organiser or the venue, unless nothing telling would be left.
    pub(super) fn without(&self, names: &BTreeSet<String>) -> Self {
        let telling: BTreeSet<String> = self.telling.difference(names).cloned().collect();
        let mut words = self.clone();
        if telling.is_empty() && self.common.len() < 2 {
            return words;
        }
        words.telling = telling;
        for segment in &mut words.segments {
            *segment = segment.difference(names).cloned().collect();
        }
        words.segments.retain(|segment| !segment.is_empty());
        words
    }

    fn weight(&self, word: &str) -> f64 {
        if self.common.contains(word) { COMMON_WEIGHT } else { 1.0 }
    }

    fn all(&self) -> BTreeSet<&str> {
        self.telling.iter().chain(&self.common).map(String::as_str).collect()
    }
}

/// What a common word weighs against a telling one.
const COMMON_WEIGHT: f64 = 0.35;

/// From 0 (nothing shared) to 1 (the same words).
pub(super) fn alike(left: &TitleWords, right: &TitleWords) -> f64 {
    let (ours, theirs) = (left.all(), right.all());
    let weigh = |words: &BTreeSet<&str>, of: &TitleWords| -> f64 {
        words.iter().map(|word| of.weight(word)).sum()
    };
    let (mine, other) = (weigh(&ours, left), weigh(&theirs, right));
    if mine == 0.0 || other == 0.0 {
        return 0.0;
    }
    let shared: f64 = shared(&ours, &theirs).map(|word| left.weight(word)).sum();
    let dice = 2.0 * shared / (mine + other);
    let contained = shared / mine.min(other);
    let telling = left.telling.intersection(&right.telling).count();
    let inside = if contained >= 0.999 && shared >= 1.3 && telling > 0 { 0.68 } else { 0.0 };
    // "Food hygiene: case work" and "Food waste: case work" share much and are two events.
    let only = |a: &TitleWords, b: &TitleWords| a.telling.difference(&b.telling).count();
    let (mine_only, other_only) = (only(left, right), only(right, left));
    let misread = shared_telling(left, right);
    if mine_only > misread && other_only > misread {
        let all = left.telling.len() + right.telling.len();
        let part = |n: usize| f64::from(u16::try_from(n).unwrap_or(u16::MAX));
        let telling = 2.0 * part(telling + misread) / part(all);
        if telling < TELLING_SHARED {
            return dice.min(telling);
        }
    }
    let segment = if has_segment(left, right) || has_segment(right, left) { 0.9 } else { 0.0 };
    dice.max(inside).max(segment)
}

/// Telling words of one title that stand in the other with a typing slip.
fn shared_telling(left: &TitleWords, right: &TitleWords) -> usize {
    let near = |word: &&String| {
        word.len() >= 6
            && right.telling.iter().any(|other| {
                !left.telling.contains(other) && strsim::osa_distance(word, other) <= 1
            })
    };
    left.telling.difference(&right.telling).filter(near).count()
}

/// Where each title has telling words that the other lacks, this part of them must be shared.
const TELLING_SHARED: f64 = 0.6;

/// Words of both; a typing slip in a long word counts as the same.
fn shared<'a>(
    ours: &'a BTreeSet<&str>,
    theirs: &'a BTreeSet<&str>,
) -> impl Iterator<Item = &'a str> {
    ours.iter().copied().filter(|word| {
        theirs.contains(word)
            || (word.len() >= 6
                && !word.bytes().any(|b| b.is_ascii_digit())
                && theirs
                    .iter()
                    .any(|other| !ours.contains(other) && strsim::osa_distance(word, other) <= 1))
    })
}

/// Whether one title is, whole, a segment of the other ("Bins & beyond: …").
fn has_segment(whole: &TitleWords, in_parts: &TitleWords) -> bool {
    let all: BTreeSet<String> = whole.telling.union(&whole.common).cloned().collect();
    in_parts.segments.len() > 1
        && all.len() >= 2
        && !whole.telling.is_empty()
        && in_parts.segments.contains(&all)
}

/// Whether two titles name different parts of one programme: each has a number or part word that the other lacks.
pub(super) fn different_parts(left: &TitleWords, right: &TitleWords) -> bool {
    left.parts.difference(&right.parts).next().is_some()
        && right.parts.difference(&left.parts).next().is_some()
}

/// The segments of a title in order, each as one line of words: what a place or council name is looked for in.
pub(super) fn segment_lines(title: &Folded) -> Vec<String> {
    let mut lines: Vec<Vec<String>> = vec![Vec::new()];
    for (word, breaks) in spelled(title) {
        if breaks {
            lines.push(Vec::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push(spelled_out(word));
        }
    }
    lines.into_iter().map(|line| line.join(" ")).collect()
}

fn spelled_out(word: &str) -> String {
    SAME.iter().find(|(form, _)| *form == word).map_or(word, |(_, one)| one).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(left: &str, right: &str) -> f64 {
        alike(&words(left), &words(right))
    }

    #[test]
    fn wordings_of_one_event_are_alike_and_others_are_not() {
        for (left, right, least) in [
            ("Waste Services Discovery Day", "Bins & beyond: Waste services discovery day", 0.85),
            (
                "Street works training for practitioners",
                "Practitioners' street works training",
                0.99,
            ),
            (
                "Lunch & learn: cutting missed bin calls",
                "Lunch and learn – reducing missed-bin calls",
                0.9,
            ),
        ] {
            assert!(score(left, right) >= least, "{left} / {right}: {}", score(left, right));
        }
        for (left, right) in [
            ("Housing repairs show and tell", "Housing voids show and tell"),
            ("Planning enforcement training", "Food safety training"),
            ("South West Peer Group", "South East Peer Group"),
        ] {
            assert!(score(left, right) < 0.7, "{left} / {right}: {}", score(left, right));
        }
        for (short, long) in [
            ("NW Peer Group", "North West peer group meeting"),
            ("Northeast housing forum", "Housing forum: NE"),
            ("Y&H resilience meeting", "Yorkshire and the Humber resilience meeting"),
            ("E Mids revenues managers", "East Midlands revenues managers"),
            ("EoE libraries network", "East of England libraries network"),
        ] {
            assert!(score(short, long) >= 0.9, "{short} / {long}: {}", score(short, long));
        }
        // Only the initials in capitals are a region's, and each its own.
        assert!(score("NW Peer Group", "SW Peer Group") < 0.7);
        assert_eq!(words("Se our data").telling, words("se our data").telling);
        assert!(!words("Se our data").telling.contains("south"));
        assert!(different_parts(&words("Demo hour #3"), &words("Demo hour #4")));
        assert!(!different_parts(&words("GovCamp 2027"), &words("GovCamp")));
    }
}
