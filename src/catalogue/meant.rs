//! "Did you mean": a question that finds nothing, with its unknown words put right, or the service that it speaks of.

use std::collections::BTreeMap;

use strsim::normalized_damerau_levenshtein;

use super::{
    Catalogue, Facet,
    text::{fold, wanted},
};
use crate::{classify::fold::phrase, vocabulary::Service};

/// Less alike than this, another word is a guess.
const ALIKE: f64 = 0.65;
/// More words than this nobody mistypes.
const MOST_WORDS: usize = 8;

impl Catalogue {
    /// The question with each word that no listed event has replaced by the most similar one that some have;
    /// `None` when there is nothing to put right.
    #[must_use]
    pub fn meant(&self, question: &str) -> Option<String> {
        let folded = fold(question);
        let asked: Vec<&str> = folded.split_whitespace().take(MOST_WORDS).collect();
        let listed = self.having(&[Facet::Listed]);
        let known = |word: &str| !self.words.find(&wanted(word)).is_disjoint(&listed);
        let mut all: Option<BTreeMap<&str, u64>> = None;
        let mut changed = false;
        let mut meant: Vec<String> = Vec::new();
        for word in asked {
            if known(word) {
                meant.push(word.to_owned());
                continue;
            }
            let all = all.get_or_insert_with(|| self.words.of(&listed).collect());
            meant.push(nearest(word, all)?.to_owned());
            changed = true;
        }
        changed.then(|| meant.join(" "))
    }

    /// The service that a question speaks of in one of the phrases of the vocabulary, and the question without that
    /// phrase. A phrase that means a service goes before one that only supports it, a longer one before a shorter one.
    #[must_use]
    pub fn service_meant(&self, question: &str) -> Option<(&Service, String)> {
        let asked = phrase(question);
        let found = self.base.vocabulary.services.iter().flat_map(|service| {
            let means = service.strong.iter().chain(&service.lead).map(|words| (1, words));
            let titles = [(2, &service.title), (2, &service.id)];
            let phrases = means.chain(service.weak.iter().map(|words| (0, words))).chain(titles);
            phrases.map(move |(rank, words)| (rank, phrase(words), service))
        });
        let (_, words, service) = found
            .filter(|(_, words, _)| !words.trim().is_empty() && asked.contains(words.as_str()))
            .max_by_key(|(rank, words, _)| (*rank, words.len()))?;
        Some((service, asked.replacen(&words, " ", 1).trim().to_owned()))
    }
}

/// The most similar word; of two equally similar ones the more frequent.
fn nearest<'a>(word: &str, all: &BTreeMap<&'a str, u64>) -> Option<&'a str> {
    let length = word.chars().count();
    all.iter()
        .filter(|(known, _)| known.chars().count().abs_diff(length) <= 2)
        .map(|(known, number)| (normalized_damerau_levenshtein(word, known), *number, *known))
        .filter(|(alike, ..)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        .map(|(.., known)| known)
}
