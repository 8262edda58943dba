//! The parts of an announcement as they are judged: title, categories and description, each searched once.

use super::{
    fold::{Folded, fold},
    phrases::{Hit, Phrases, Role},
};

/// Where words stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Title,
    Categories,
    Description,
}

impl Field {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Categories => "categories",
            Self::Description => "description",
        }
    }
}

/// One searched text.
pub(super) struct Part {
    pub(super) field: Field,
    pub(super) text: String,
    pub(super) folded: Folded,
    pub(super) hits: Vec<Hit>,
    /// Words that are about the venue, the way there, the booking: they say nothing of the subject.
    aside: Vec<bool>,
    /// Those of them that are the name of a venue.
    venue: Vec<bool>,
}

/// Announcements are judged by what they say first.
const READ: usize = 3000;

/// Words for people that are no plural.
const PEOPLE: [&str; 4] = ["staff", "people", "folk", "everyone"];

/// Words that end what a word before them is about.
const SMALL: [&str; 16] = [
    "and", "or", "in", "on", "at", "to", "from", "of", "with", "who", "that", "is", "are", "only",
    "across", "by",
];

/// Words between "council" and the people of the council: "for council tax and benefits teams" is not looked through.
const MOST_BETWEEN: usize = 4;

impl Part {
    pub(super) fn new(field: Field, text: &str, venue: Option<&str>, phrases: &Phrases) -> Self {
        let text: String = text.chars().take(READ).collect();
        let folded = fold(&text);
        let hits = phrases.find(&folded);
        let mut aside = vec![false; folded.words.len()];
        let mut named = aside.clone();
        if field == Field::Description {
            mark_boilerplate(&folded, &hits, &mut aside);
            mark_addresses(&text, &folded, &mut aside);
        }
        if let Some(venue) = venue {
            mark_venue(&folded, venue, &mut named);
        }
        if field == Field::Title {
            mark_trailing_venue(&text, &folded, &mut named);
        }
        aside.iter_mut().zip(&named).for_each(|(aside, named)| *aside |= named);
        Self { field, text, folded, hits, aside, venue: named }
    }

    /// Whether a hit is about the subject.
    pub(super) fn counts(&self, hit: &Hit) -> bool {
        !(hit.first..hit.end).any(|at| self.aside.get(at).copied().unwrap_or(false))
    }

    /// Whether a hit says something for or against: an audience in the name of a venue says nothing.
    pub(super) fn speaks(&self, hit: &Hit) -> bool {
        !(matches!(hit.role, Role::For(_)) && self.in_venue(hit))
    }

    /// Whether a hit is part of the name of a venue: of the event's own, or of one in capitals that ends in a word for a
    /// building ("County Hall").
    fn in_venue(&self, hit: &Hit) -> bool {
        let named = (hit.first..hit.end).any(|at| self.venue.get(at).copied().unwrap_or(false));
        let building = self.folded.words.get(hit.end).is_some_and(|next| {
            !next.breaks && VENUES.contains(&next.folded.as_str()) && self.is_capital(hit.end)
        });
        named || (building && self.is_capital(hit.first))
    }

    /// Whether a word begins with a capital.
    pub(super) fn is_capital(&self, at: usize) -> bool {
        let from = self.folded.words.get(at).and_then(|word| self.text.get(word.from..));
        from.is_some_and(|rest| rest.starts_with(char::is_uppercase))
    }

    /// The words of a hit as they stood.
    pub(super) fn quote(&self, hit: &Hit) -> String {
        self.words(hit.first, hit.end)
    }

    /// The same, up to the people that it is about: "for council" of "for council waste officers" is no half sentence.
    pub(super) fn quote_people(&self, hit: &Hit) -> String {
        let ahead = hit.end..hit.end + MOST_BETWEEN;
        let ahead = ahead.take_while(|at| {
            self.folded.words.get(*at).is_some_and(|word| !word.breaks)
                && !SMALL.contains(&self.word(*at).as_str())
        });
        let single = hit.end.checked_sub(1).is_some_and(|at| !self.is_many(at));
        let people = ahead.into_iter().find(|at| self.is_many(*at)).filter(|_| single);
        self.words(hit.first, people.map_or(hit.end, |at| at + 1))
    }

    /// Whether a word stands for several people.
    pub(super) fn is_many(&self, at: usize) -> bool {
        let word = self.word(at);
        PEOPLE.contains(&word.as_str()) || word.len() > 3 && word.ends_with('s')
    }

    fn word(&self, at: usize) -> String {
        self.words(at, at + 1).to_lowercase()
    }

    /// A range of words as it stood.
    pub(super) fn words(&self, first: usize, end: usize) -> String {
        let first = self.folded.words.get(first).map_or(0, |word| word.from);
        let last = end.checked_sub(1).and_then(|at| self.folded.words.get(at));
        let to = last.map_or(first, |word| word.to);
        self.text.get(first..to).unwrap_or_default().to_owned()
    }

    /// The sentence in which a word stands, as a range of words.
    fn sentence(folded: &Folded, at: usize) -> (usize, usize) {
        let ends = |word: Option<&super::fold::Word>| word.is_some_and(|word| word.breaks);
        let first = (0..=at).rev().find(|n| ends(folded.words.get(*n))).unwrap_or(0);
        let end = (at + 1..folded.words.len()).find(|n| ends(folded.words.get(*n)));
        (first, end.unwrap_or(folded.words.len()))
    }
}

/// A clause that begins with a boilerplate phrase, or has it within its first words, is set aside.
fn mark_boilerplate(folded: &Folded, hits: &[Hit], aside: &mut [bool]) {
    for hit in hits.iter().filter(|hit| hit.role == Role::Boilerplate) {
        let (first, end) = Part::sentence(folded, hit.first);
        let leads = hit.first - first <= 1;
        let from = if leads { first } else { hit.first };
        if leads || hit.words() > 1 {
            aside.iter_mut().take(end).skip(from).for_each(|word| *word = true);
        }
    }
}

/// "https://groups.example/localgov-digital/": the words of a web address say where to look, not what it is about.
fn mark_addresses(text: &str, folded: &Folded, aside: &mut [bool]) {
    let mut end = 0;
    for token in text.split_whitespace() {
        let Some(from) = text.get(end..).and_then(|rest| rest.find(token)).map(|at| end + at)
        else {
            return;
        };
        end = from + token.len();
        if token.contains("://") || token.contains("www.") || token.contains('@') {
            let first = folded.words.partition_point(|word| word.from < from);
            let after = folded.words.partition_point(|word| word.from < end);
            aside.iter_mut().take(after).skip(first).for_each(|word| *word = true);
        }
    }
}

fn mark_venue(folded: &Folded, venue: &str, aside: &mut [bool]) {
    let venue: Vec<String> = fold(venue).words.into_iter().map(|word| word.folded).collect();
    if venue.len() < 2 {
        return;
    }
    for (at, window) in folded.words.windows(venue.len()).enumerate() {
        if window.iter().zip(&venue).all(|(word, name)| word.folded == *name) {
            aside.iter_mut().skip(at).take(venue.len()).for_each(|word| *word = true);
        }
    }
}

/// Ends of the names of venues.
const VENUES: [&str; 12] = [
    "library", "hall", "centre", "house", "park", "museum", "hotel", "school", "college",
    "theatre", "stadium", "church",
];

/// "… at Jubilee Library": capitals after "at", up to a word for a building at the end of the title.
fn mark_trailing_venue(text: &str, folded: &Folded, aside: &mut [bool]) {
    let Some(last) = folded.words.last() else { return };
    if !VENUES.contains(&last.folded.as_str()) {
        return;
    }
    let Some(at) = folded.words.iter().rposition(|word| word.folded == "at") else { return };
    let name = folded.words.get(at + 1..).unwrap_or_default();
    let proper = name
        .iter()
        .all(|word| text.get(word.from..).is_some_and(|rest| rest.starts_with(char::is_uppercase)));
    if proper && name.len() >= 2 {
        aside.iter_mut().skip(at).for_each(|word| *word = true);
    }
}
