//! Full-text search: the words of a listing in a form in which words of a question are found.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The words of one listing: each as written and, marked with `=`, without its plural ending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    words: Box<str>,
}

/// More distinct words than this are not indexed for one listing.
const MAX_WORDS: usize = 3_000;

impl Text {
    /// Indexes the words of several texts.
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words = BTreeSet::new();
        for word in texts.into_iter().flat_map(words_of) {
            if words.len() >= MAX_WORDS {
                break;
            }
            words.insert(format!("={}", stem(&word)));
            words.insert(word);
        }
        let mut joined = String::from("\n");
        for word in words {
            joined.push_str(&word);
            joined.push('\n');
        }
        Self { words: joined.into() }
    }

    /// The words as written, folded.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.split('\n').filter(|word| !word.is_empty() && !word.starts_with('='))
    }

    /// Whether every word of the question occurs: whole, as the beginning of a word, or in the other number.
    pub(crate) fn has_all(&self, question: &[Wanted]) -> bool {
        question
            .iter()
            .all(|wanted| self.words.contains(&wanted.begins) || self.words.contains(&wanted.stems))
    }
}

/// One word of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    begins: String,
    stems: String,
}

/// The words of a question.
pub(crate) fn wanted(question: &str) -> Vec<Wanted> {
    let wanted = |word: String| {
        // One letter as the beginning of a word would find everything.
        let end = if word.chars().count() < 2 { "\n" } else { "" };
        Wanted { stems: format!("\n={}\n", stem(&word)), begins: format!("\n{word}{end}") }
    };
    words_of(question).take(30).map(wanted).collect()
}

/// Lower case, no accents, apostrophes dropped, everything else that is no letter or digit a gap.
pub(crate) fn fold(text: &str) -> String {
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c));
    letters
        .filter(|c| !matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{ad}'))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect()
}

fn words_of(text: &str) -> impl Iterator<Item = String> {
    let folded = fold(text);
    let words: Vec<String> = folded.split_whitespace().map(str::to_owned).collect();
    words.into_iter()
}

/// English plurals, roughly: enough to find "library" by "libraries" and the other way round.
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

    #[test]
    fn finds_beginnings_plurals_and_accents() {
        let text = Text::new([
            "Libraries show & tell: caf\u{e9} culture, fly-tipping",
            "Children\u{2019}s services; Gr\u{175}p Llyfrgelloedd; buses, boxes, a class",
        ]);
        for question in [
            "library",
            "libraries",
            "librar",
            "LIBRARY show",
            "cafe",
            "caf\u{e9}s",
            "fly tipping",
            "fly-tip",
            "childrens service",
            "grwp",
            "bus",
            "box",
            "classes",
            "a",
            "tell",
            "show and tell".trim_start_matches("show and "),
        ] {
            assert!(text.has_all(&wanted(question)), "{question}");
        }
        for question in ["housing", "brary", "show tells me", "s", "tip x"] {
            assert!(!text.has_all(&wanted(question)), "{question}");
        }
    }

    #[test]
    fn an_empty_question_finds_everything() {
        assert!(Text::default().has_all(&wanted(" ,; ")));
    }
}
