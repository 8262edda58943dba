//! The words of the interface, each phrase in English and Welsh side by side, so that none can be missing.
//!
//! `{name}` in a phrase is replaced; `[words]` are a link; `{en:words}` in the Welsh are English and marked as such (a
//! program's buttons). Both languages of a phrase have the same names and the same links in the same order (a test
//! sees to it). The Welsh is plain Welsh as councils write it (Cymraeg Clir).

use maud::{Markup, PreEscaped, Render, html};

use crate::language::Language;

pub(crate) mod browse;
pub(crate) mod event;
pub(crate) mod feeds;
pub(crate) mod filter;
pub(crate) mod frame;
pub(crate) mod prose;
pub(crate) mod publish;
pub(crate) mod share;
pub(crate) mod subscribe;

/// The same words in each language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) en: &'static str,
    pub(crate) cy: &'static str,
}

impl Phrase {
    /// The words in one language.
    pub(crate) const fn of(self, language: Language) -> &'static str {
        match language {
            Language::English => self.en,
            Language::Welsh => self.cy,
        }
    }

    /// The words with each `{name}` replaced, as plain text.
    pub(crate) fn fill(self, language: Language, with: &[(&str, &str)]) -> String {
        let mut text = String::new();
        for piece in pieces(self.of(language)) {
            text.push_str(match piece {
                Piece::Words(words) | Piece::Link(words) | Piece::English(words) => words,
                Piece::Name(name) => {
                    with.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
                }
            });
        }
        text
    }

    /// The words with each `{name}` replaced by HTML and each `[…]` a link to the next of these addresses.
    pub(crate) fn rich(
        self,
        language: Language,
        with: &[(&str, &dyn Render)],
        links: &[String],
    ) -> Markup {
        let mut links = links.iter();
        html! {
            @for piece in pieces(self.of(language)) {
                @match piece {
                    Piece::Words(words) => (words),
                    Piece::English(words) => span lang=(Language::English.tag()) { (words) },
                    Piece::Name(name) => {
                        @for (_, value) in with.iter().filter(|(known, _)| *known == name) {
                            (PreEscaped(value.render().into_string()))
                        }
                    }
                    Piece::Link(words) => {
                        @match links.next() { Some(address) => a href=(address) { (words) }, None => (words) }
                    }
                }
            }
        }
    }
}

/// A part of a phrase.
enum Piece<'a> {
    Words(&'a str),
    Name(&'a str),
    English(&'a str),
    Link(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut rest = text;
    let mut found = Vec::new();
    while let Some(at) = rest.find(['{', '[']) {
        let (before, from) = rest.split_at(at);
        let close = if from.starts_with('{') { '}' } else { ']' };
        let Some((inside, after)) = from.get(1..).and_then(|from| from.split_once(close)) else {
            break;
        };
        found.push(Piece::Words(before));
        found.push(match (close, inside.strip_prefix("en:")) {
            ('}', Some(english)) => Piece::English(english),
            ('}', None) => Piece::Name(inside),
            _ => Piece::Link(inside),
        });
        rest = after;
    }
    found.push(Piece::Words(rest));
    found
}

/// A noun with a number before it. In Welsh the noun stays singular after a number and may change its first letter
/// (the plural categories of CLDR: 2 softens, 3 and 6 make breathy, the others leave it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Noun {
    /// English: none, one, more.
    pub(crate) en: [&'static str; 3],
    /// Welsh: none, 1, 2, 3, 6, any other.
    pub(crate) cy: [&'static str; 6],
}

impl Noun {
    /// "no events", "1 event", "12 events"; "dim digwyddiadau", "2 ddigwyddiad", "12 digwyddiad".
    pub(crate) fn count(&self, language: Language, number: usize) -> String {
        let [en_none, en_one, en_more] = self.en;
        let [cy_none, cy_one, cy_two, cy_three, cy_six, cy_more] = self.cy;
        let noun = match (language, number) {
            (Language::English, 0) => return en_none.to_owned(),
            (Language::English, 1) => en_one,
            (Language::English, _) => en_more,
            (Language::Welsh, 0) => return cy_none.to_owned(),
            (Language::Welsh, 1) => cy_one,
            (Language::Welsh, 2) => cy_two,
            (Language::Welsh, 3) => cy_three,
            (Language::Welsh, 6) => cy_six,
            (Language::Welsh, _) => cy_more,
        };
        format!("{} {noun}", super::words::thousands(number))
    }
}

/// "events".
pub(crate) const EVENTS: Noun = Noun {
    en: ["no events", "event", "events"],
    cy: ["dim digwyddiadau", "digwyddiad", "ddigwyddiad", "digwyddiad", "digwyddiad", "digwyddiad"],
};

/// "dates".
pub(crate) const DATES: Noun = Noun {
    en: ["no dates", "date", "dates"],
    cy: ["dim dyddiadau", "dyddiad", "ddyddiad", "dyddiad", "dyddiad", "dyddiad"],
};

/// "more dates".
pub(crate) const MORE_DATES: Noun = Noun {
    en: ["no more dates", "more date", "more dates"],
    cy: [
        "dim dyddiadau eraill",
        "dyddiad arall",
        "ddyddiad arall",
        "dyddiad arall",
        "dyddiad arall",
        "dyddiad arall",
    ],
};

/// "feeds".
pub(crate) const FEEDS: Noun = Noun {
    en: ["no feeds", "feed", "feeds"],
    cy: ["dim ffrydiau", "ffrwd", "ffrwd", "ffrwd", "ffrwd", "ffrwd"],
};

/// "seconds".
pub(crate) const SECONDS: Noun = Noun {
    en: ["no time", "second", "seconds"],
    cy: ["dim amser", "eiliad", "eiliad", "eiliad", "eiliad", "eiliad"],
};

/// "councils and combined authorities".
pub(crate) const COUNCILS: Noun = Noun {
    en: [
        "no councils and combined authorities",
        "council or combined authority",
        "councils and combined authorities",
    ],
    cy: [
        "dim cynghorau nac awdurdodau cyfun",
        "cyngor neu awdurdod cyfun",
        "gyngor neu awdurdod cyfun",
        "chyngor neu awdurdod cyfun",
        "chyngor neu awdurdod cyfun",
        "cyngor neu awdurdod cyfun",
    ],
};

/// Declares phrases: a name, the English, the Welsh.
macro_rules! phrases {
    ($($name:ident = $en:literal, $cy:literal;)*) => {
        $(
            pub(crate) const $name: $crate::publish::page::phrases::Phrase =
                $crate::publish::page::phrases::Phrase { en: $en, cy: $cy };
        )*
        /// All of them, by name.
        pub(crate) const ALL: &[(&str, $crate::publish::page::phrases::Phrase)] =
            &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use phrases;

/// Every phrase of the interface: name, English, Welsh. For the tests that look for what was left in the other one.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    [
        browse::ALL,
        event::ALL,
        feeds::ALL,
        filter::ALL,
        frame::ALL,
        prose::ALL,
        publish::ALL,
        share::ALL,
        subscribe::ALL,
    ]
    .into_iter()
    .flatten()
    .map(|(name, phrase)| (*name, phrase.en, phrase.cy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_of_a_phrase_have_the_same_names_and_links() {
        let shape = |text: &'static str| {
            let (mut names, mut links) = (Vec::new(), 0);
            for piece in pieces(text) {
                match piece {
                    Piece::Name(name) => names.push(name),
                    Piece::Link(_) => links += 1,
                    Piece::English(words) => assert!(!words.is_empty(), "{text}"),
                    Piece::Words(words) => {
                        assert!(!words.contains(['{', '}', '[', ']']), "{text}");
                    }
                }
            }
            names.sort_unstable();
            (names, links)
        };
        let mut seen = 0;
        for (name, en, cy) in all() {
            assert_eq!(shape(en), shape(cy), "{name}");
            assert!(!en.is_empty() && !cy.is_empty(), "{name}");
            assert!(!en.contains("{en:"), "{name}: it is English");
            assert!(!en.contains('\'') && !cy.contains('\''), "{name}: write ’");
            seen += 1;
        }
        assert!(seen > 200, "{seen} phrases");
    }

    #[test]
    fn welsh_nouns_stay_singular_and_change_their_first_letter() {
        let words = |noun: Noun| {
            [0, 1, 2, 3, 6, 12, 1_234].map(|number| noun.count(Language::Welsh, number)).join(", ")
        };
        assert_eq!(
            words(EVENTS),
            "dim digwyddiadau, 1 digwyddiad, 2 ddigwyddiad, 3 digwyddiad, 6 digwyddiad, 12 digwyddiad, 1,234 digwyddiad"
        );
        assert_eq!(COUNCILS.count(Language::Welsh, 3), "3 chyngor neu awdurdod cyfun");
        assert_eq!(COUNCILS.count(Language::Welsh, 2), "2 gyngor neu awdurdod cyfun");
        assert_eq!(EVENTS.count(Language::English, 0), "no events");
        assert_eq!(EVENTS.count(Language::English, 1), "1 event");
        assert_eq!(EVENTS.count(Language::English, 12_345), "12,345 events");
    }

    #[test]
    fn names_and_links_are_filled_and_escaped() {
        let phrase = Phrase { en: "See [the list] of {what}.", cy: "Gweler [y rhestr] o {what}." };
        let words = phrase.rich(Language::English, &[("what", &"<b>")], &["/x?a=1&b=2".into()]);
        assert_eq!(
            words.into_string(),
            "See <a href=\"/x?a=1&amp;b=2\">the list</a> of &lt;b&gt;."
        );
        assert_eq!(phrase.fill(Language::Welsh, &[("what", "<b>")]), "Gweler y rhestr o <b>.");
    }
}
