//! What things are called in the language of a page: services, kinds, councils, regions.
//!
//! Welsh titles of services and kinds are part of the vocabulary; Welsh names of councils, regions and groups of
//! services are in `data/names_cy.csv`. Where there is none, the English stands and is marked as English; the name of
//! an organisation is a name in any language.

use std::{collections::HashMap, sync::LazyLock};

use maud::{Markup, Render, html};

use super::{Site, phrases::Phrase, words};
use crate::{event::Listing, language::Language, member::Council};

/// Name and official name by what it is of and its id.
type Names = HashMap<(String, String), (String, String)>;

static WELSH: LazyLock<Names> = LazyLock::new(|| {
    csv::Reader::from_reader(include_str!("../../../data/names_cy.csv").as_bytes())
        .deserialize::<(String, String, String, String)>()
        .flatten()
        .map(|(of, id, name, official)| ((of, id), (name, official)))
        .collect()
});

fn welsh(of: &str, id: &str) -> Option<&'static (String, String)> {
    WELSH.get(&(of.to_owned(), id.to_owned()))
}

/// A name, and its language where that is not the page's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// The words.
    pub(crate) text: &'a str,
    /// For `lang`.
    pub(crate) language: Option<&'static str>,
}

impl<'a> Name<'a> {
    fn plain(text: &'a str) -> Self {
        Self { text, language: None }
    }
}

impl Render for Name<'_> {
    fn render(&self) -> Markup {
        html! {
            @match self.language {
                Some(language) => span lang=(language) { (self.text) },
                None => (self.text),
            }
        }
    }
}

impl<'a> Site<'a> {
    /// Of the English and the Welsh, what the page's language asks for and there is.
    fn choose<'s>(&self, english: &'s str, welsh: &'s str) -> Name<'s> {
        match self.language {
            Language::Welsh if welsh.is_empty() => {
                Name { text: english, language: self.if_not(Language::English) }
            }
            Language::Welsh => Name::plain(welsh),
            Language::English => Name::plain(english),
        }
    }

    /// Value of `lang` for words in that language, where it is not the page's.
    pub(crate) fn if_not(&self, language: Language) -> Option<&'static str> {
        (self.language != language).then(|| language.tag())
    }

    /// Title of a service, or its id where the vocabulary has lost it.
    pub(crate) fn service<'s>(&'s self, id: &'s str) -> Name<'s> {
        self.vocabulary
            .service(id)
            .map_or(Name::plain(id), |service| self.choose(&service.title, &service.title_cy))
    }

    /// The group that a service stands in.
    pub(crate) fn service_group<'s>(&self, group: &'s str) -> Name<'s> {
        self.choose(group, welsh("service-group", group).map_or("", |(name, _)| name))
    }

    /// Title of a kind.
    pub(crate) fn kind<'s>(&'s self, id: &'s str) -> Name<'s> {
        self.vocabulary
            .kind(id)
            .map_or(Name::plain(id), |kind| self.choose(&kind.title, &kind.title_cy))
    }

    /// Title of a kind or of a group of kinds.
    pub(crate) fn kind_or_group<'s>(&'s self, id: &'s str) -> Name<'s> {
        let group = words::KIND_GROUPS.iter().find(|(known, _)| *known == id);
        group.map_or_else(|| self.kind(id), |(_, title)| Name::plain(self.say(*title)))
    }

    /// What a kind is, in a sentence.
    pub(crate) fn explanation<'s>(&self, kind: &'s crate::vocabulary::Kind) -> Name<'s> {
        self.choose(&kind.explanation, &kind.explanation_cy)
    }

    /// "West Berkshire", "Caerdydd".
    pub(crate) fn council<'s>(&self, council: &'s Council) -> &'s str {
        self.in_welsh("council", &council.code).map_or(&council.nice_name, |(name, _)| name)
    }

    /// "West Berkshire Council", "Cyngor Caerdydd".
    pub(crate) fn official<'s>(&self, council: &'s Council) -> &'s str {
        self.in_welsh("council", &council.code).map_or(&council.official_name, |(_, name)| name)
    }

    /// A region or nation.
    pub(crate) fn place<'s>(&self, id: &str, name: &'s str) -> &'s str {
        self.in_welsh("place", id).map_or(name, |(name, _)| name)
    }

    fn in_welsh(&self, of: &str, id: &str) -> Option<&'static (String, String)> {
        (self.language == Language::Welsh).then(|| welsh(of, id)).flatten()
    }

    /// Name of whoever runs an event.
    pub(crate) fn organiser<'s>(&'s self, listing: &'s Listing) -> Option<&'s str> {
        let organiser = &listing.facts.organiser;
        let council = organiser.council.as_deref().and_then(|code| self.members.council(code));
        let group = organiser.group.as_deref().and_then(|id| self.members.group(id));
        council
            .map(|council| self.council(council))
            .or(group.map(|group| group.name.as_str()))
            .or(organiser.name.as_deref())
    }

    /// A phrase of the interface.
    pub(crate) fn say(&self, phrase: Phrase) -> &'static str {
        phrase.of(self.language)
    }

    /// A phrase with its names filled in.
    pub(crate) fn fill(&self, phrase: Phrase, with: &[(&str, &str)]) -> String {
        phrase.fill(self.language, with)
    }

    /// A phrase with HTML for its names, and the pages of ours that its links lead to.
    pub(crate) fn rich(
        &self,
        phrase: Phrase,
        with: &[(&str, &dyn Render)],
        paths: &[&str],
    ) -> Markup {
        let links: Vec<String> = paths.iter().map(|path| self.at(path)).collect();
        phrase.rich(self.language, with, &links)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{member::Members, query::place, vocabulary::Vocabulary};

    #[test]
    fn everything_of_ours_has_a_welsh_name() {
        let members = Members::embedded().unwrap();
        for (id, _) in [place::regions(&members), place::nations(&members)].concat() {
            assert!(welsh("place", &id).is_some(), "{id}");
        }
        for council in members.councils().iter().filter(|council| council.nation == "Wales") {
            let (name, official) = welsh("council", &council.code).unwrap();
            assert!(!name.is_empty() && official.starts_with("Cyngor"), "{}", council.code);
        }
        for service in &Vocabulary::embedded().unwrap().services {
            assert!(welsh("service-group", &service.group).is_some(), "{}", service.group);
        }
        let councils = WELSH.keys().filter(|(of, _)| of == "council");
        assert!(councils.clone().count() == 22);
        for (_, code) in councils {
            assert!(members.council(code).is_some_and(|council| council.code == *code), "{code}");
        }
    }
}
