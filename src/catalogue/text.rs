//! Full-text search: the words of all listings, and which listings have each.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Bound::{Included, Unbounded},
};

use roaring::RoaringBitmap;
use rpds::RedBlackTreeMapSync;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Number;

/// More distinct words than this are not indexed for one listing.
const MAX_WORDS: usize = 3_000;

/// Every word of the listings of a catalogue, folded, with the numbers of those that have it.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    by_word: RedBlackTreeMapSync<Box<str>, RoaringBitmap>,
}

/// Words that came and went, gathered so that each place in the index is visited once however many listings change.
#[derive(Debug, Default)]
pub(super) struct Changed {
    by_word: HashMap<String, Vec<(Number, bool)>>,
}

impl Changed {
    /// A listing has other words from now on; what stays is not touched.
    pub(super) fn replace(
        &mut self,
        number: Number,
        before: &BTreeSet<String>,
        after: &BTreeSet<String>,
    ) {
        let gone = before.difference(after).map(|word| (word, false));
        let new = after.difference(before).map(|word| (word, true));
        for (word, has) in gone.chain(new) {
            self.by_word.entry(word.clone()).or_default().push((number, has));
        }
    }
}

impl Words {
    /// The index after the changes, in the order in which they were noted.
    pub(super) fn apply(&mut self, changed: Changed) {
        for (word, numbers) in changed.by_word {
            let mut have = self.by_word.get(word.as_str()).cloned().unwrap_or_default();
            for (number, has) in numbers {
                if has {
                    have.insert(number);
                } else {
                    have.remove(number);
                }
            }
            if have.is_empty() {
                self.by_word.remove_mut(word.as_str());
            } else {
                self.by_word.insert_mut(word.into(), have);
            }
        }
    }

    /// The listings that have every word of the question: whole, as the beginning of a word, or in the other number.
    pub(super) fn find(&self, question: &[Wanted]) -> RoaringBitmap {
        let each = question.iter().map(|wanted| self.one(wanted));
        each.reduce(|all, one| all & one).unwrap_or_default()
    }

    fn one(&self, wanted: &Wanted) -> RoaringBitmap {
        let of_word = |word: &Form| {
            // A stem is the beginning of its word, so that this range holds all that can match.
            let near = self.by_word.range::<str, _>((Included(&*word.stem), Unbounded));
            near.take_while(|(known, _)| known.starts_with(&word.stem))
                .filter(|(known, _)| word.is_met_by(known))
                .fold(RoaringBitmap::new(), |all, (_, numbers)| all | numbers)
        };
        let way = |forms: &Vec<Form>| {
            forms.iter().map(of_word).reduce(|all, one| all & one).unwrap_or_default()
        };
        wanted.ways.iter().map(way).reduce(|all, one| all | one).unwrap_or_default()
    }

    /// Every word that some of these listings have, and how many of them.
    pub(super) fn of<'a>(
        &'a self,
        listings: &'a RoaringBitmap,
    ) -> impl Iterator<Item = (&'a str, u64)> {
        let numbered = self.by_word.iter();
        numbered
            .map(|(word, numbers)| (&**word, numbers.intersection_len(listings)))
            .filter(|(_, number)| *number > 0)
    }
}

/// One word of a question: what is written as one with a hyphen may also be one word or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    ways: Vec<Vec<Form>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Form {
    word: String,
    stem: String,
}

impl Form {
    fn new(word: String) -> Self {
        Self { stem: stem(&word).to_owned(), word }
    }

    fn is_met_by(&self, known: &str) -> bool {
        // One letter as the beginning of a word would find everything.
        let begins = self.word.chars().nth(1).is_some() && known.starts_with(&self.word);
        begins || known == self.word || stem(known) == self.stem
    }
}

/// The words of a question.
pub(super) fn wanted(question: &str) -> Vec<Wanted> {
    let forms = |words: Vec<String>| words.into_iter().map(Form::new).collect();
    let wanted = |parts: Vec<String>| match joined(&parts) {
        Some(one) => Wanted { ways: vec![forms(vec![one]), forms(parts)] },
        None => Wanted { ways: vec![forms(parts)] },
    };
    compounds(question).map(wanted).collect()
}

/// The words of several texts; those with a hyphen both in parts and as one.
pub(super) fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for parts in texts.into_iter().flat_map(compounds) {
        if words.len() >= MAX_WORDS {
            break;
        }
        words.extend(joined(&parts));
        words.extend(parts);
    }
    words
}

fn joined(parts: &[String]) -> Option<String> {
    (parts.len() > 1).then(|| parts.concat())
}

/// Lower case, no accents, apostrophes dropped, everything else that is no letter or digit a gap.
pub(super) fn fold(text: &str) -> String {
    fold_but(text, |_| false)
}

fn fold_but(text: &str, stays: fn(char) -> bool) -> String {
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c));
    letters
        .filter(|c| !matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{ad}'))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() || stays(c) { c } else { ' ' })
        .collect()
}

/// The words of a text, each as the parts between its hyphens.
fn compounds(text: &str) -> impl Iterator<Item = Vec<String>> {
    let hyphen = |c: char| matches!(c, '-' | '\u{2010}');
    let folded = fold_but(text, hyphen);
    let parts = |word: &str| -> Vec<String> {
        word.split(hyphen).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let all: Vec<Vec<String>> = folded.split_whitespace().map(parts).collect();
    all.into_iter().filter(|parts| !parts.is_empty())
}

/// English plurals, roughly: enough to find "library" by "libraries" and the other way round. Always a beginning of the
/// word.
fn stem(word: &str) -> &str {
    if word.len() < 4 || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word.strip_suffix('y').filter(|rest| rest.len() > 2).unwrap_or(word);
    }
    if let Some(rest) = word.strip_suffix("ies").filter(|rest| rest.len() > 2) {
        return rest;
    }
    for ending in ["ches", "shes", "sses", "xes", "zes"] {
        if word.ends_with(ending) {
            return word.strip_suffix("es").unwrap_or(word);
        }
    }
    let single = word.strip_suffix('s').unwrap_or(word);
    single.strip_suffix('y').filter(|rest| rest.len() > 2).unwrap_or(single)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(texts: &[&str]) -> Words {
        let (mut index, mut changed) = (Words::default(), Changed::default());
        for (number, text) in (0..).zip(texts) {
            changed.replace(number, &BTreeSet::new(), &words([*text]));
        }
        index.apply(changed);
        index
    }

    #[test]
    fn finds_beginnings_plurals_and_accents() {
        let index = index(&["Libraries show & tell: caf\u{e9} culture, fly-tipping. \
             Children\u{2019}s services; Gr\u{175}p Llyfrgelloedd; buses, boxes, a class; a meetup; a drop\u{2011}in"]);
        for question in [
            "library",
            "libraries",
            "librar",
            "LIBRARY show",
            "cafe",
            "caf\u{e9}s",
            "fly tipping",
            "fly-tip",
            "flytipping",
            "meet-up",
            "meetups",
            "drop-in",
            "dropin",
            "childrens service",
            "grwp",
            "bus",
            "box",
            "classes",
            "a",
            "tell",
        ] {
            assert_eq!(index.find(&wanted(question)).len(), 1, "{question}");
        }
        for question in ["housing", "brary", "show tells zest", "s", "tip x", "meet-down"] {
            assert_eq!(index.find(&wanted(question)).len(), 0, "{question}");
        }
    }

    #[test]
    fn what_has_no_word_finds_nothing() {
        assert!(index(&["A workshop"]).find(&wanted(" ,; - ")).is_empty());
    }

    #[test]
    fn words_come_and_go() {
        let mut index = index(&["Waste day", "Waste night"]);
        let mut changed = Changed::default();
        changed.replace(1, &words(["Waste night"]), &words(["Waste evening"]));
        index.apply(changed);
        let found = |question| index.find(&wanted(question)).iter().collect::<Vec<_>>();
        assert_eq!(
            (found("waste"), found("evening"), found("night")),
            (vec![0, 1], vec![1], vec![])
        );
        let second = RoaringBitmap::from_iter([1]);
        let all: Vec<(&str, u64)> = index.of(&second).collect();
        assert_eq!(all, [("evening", 1), ("waste", 1)]);
    }
}
