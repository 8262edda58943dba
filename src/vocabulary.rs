//! The words of the network: kinds of event, council services, and the signs by which they are told, as data.

mod extend;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use extend::VocabularyError;

/// A kind of event (`data/kinds.json`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// Id in addresses and JSON, such as `peer-group`.
    pub id: String,
    /// Plain English title.
    pub title: String,
    /// Welsh title.
    pub title_cy: String,
    /// `take-part`, `meet-others` or `listen-and-learn`.
    pub group: String,
    /// One sentence for people who have never been to one.
    pub explanation: String,
    /// The same in Welsh.
    #[serde(default)]
    pub explanation_cy: String,
    /// The more specific kind has the lower number and wins a tie.
    #[serde(default)]
    pub rank: u32,
    /// Phrases that name this kind.
    #[serde(default)]
    pub cues: Vec<String>,
    /// Words that name it in a title and only go with it elsewhere ("coffee", which any day begins with).
    #[serde(default)]
    pub lead: Vec<String>,
    /// Phrases that go with it.
    #[serde(default)]
    pub hints: Vec<String>,
}

/// The three groups of kinds: id and title.
pub const KIND_GROUPS: [(&str, &str); 3] = [
    ("take-part", "Take part"),
    ("meet-others", "Meet others"),
    ("listen-and-learn", "Listen and learn"),
];

/// A number of the Local Government Services List.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lgsl {
    /// LGSL id.
    pub id: u32,
    /// Label in that list.
    pub label: String,
}

/// An area of council work (`data/services.json`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Id in addresses and JSON, such as `waste`.
    pub id: String,
    /// Plain English title.
    pub title: String,
    /// Welsh title.
    #[serde(default)]
    pub title_cy: String,
    /// One of six groups of services, as a title.
    #[serde(default)]
    pub group: String,
    /// Which tiers of council provide it.
    #[serde(default)]
    pub provided_by: String,
    /// Phrases that mean this service.
    #[serde(default)]
    pub strong: Vec<String>,
    /// Phrases that support a strong one.
    #[serde(default)]
    pub weak: Vec<String>,
    /// Words that mean it where they lead a title or stand before a word such as "officers", and support it elsewhere.
    #[serde(default)]
    pub lead: Vec<String>,
    /// Comes after every other service, and alone only where none fits.
    #[serde(default)]
    pub last: bool,
    /// Its subject concerns officers rather than the public, so an event about it is likely to be for them.
    #[serde(default)]
    pub officers: bool,
    /// What its evidence counts for; 1 where nothing is said.
    #[serde(default = "one")]
    pub weight: f64,
    /// Machine mapping.
    #[serde(default)]
    pub lgsl: Vec<Lgsl>,
}

impl Eq for Service {}

fn one() -> f64 {
    1.0
}

/// A phrase that looks like a service and is not, or is another's (`data/traps.json`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trap {
    /// The phrase: it eats its words.
    pub phrase: String,
    /// The service that it does mean, if any.
    #[serde(default)]
    pub means: Option<String>,
    /// Why, in a few words.
    #[serde(default)]
    pub why: String,
}

/// A named series of events (`data/series.json`): a fact beside the kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// How it is written.
    pub phrases: Vec<String>,
    /// The kind of its events, where they say nothing else.
    #[serde(default)]
    pub kind: Option<String>,
    /// The regions for which it is held, by name: where its events are when they name no place.
    #[serde(default)]
    pub regions: Vec<String>,
}

/// Phrases that speak for listing or against it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sign {
    /// Name of the sign, such as `committee`.
    pub id: String,
    /// How much it counts.
    #[serde(default = "one")]
    pub weight: f64,
    /// The end of the sentence "Not listed: …".
    #[serde(default)]
    pub says: String,
    /// The phrases; `^` and `$` tie one to the beginning and the end of the title.
    #[serde(default)]
    pub phrases: Vec<String>,
    /// Counts in titles only.
    #[serde(default)]
    pub title_only: bool,
    /// Counts against events of trusted feeds too.
    #[serde(default)]
    pub hard: bool,
}

impl Eq for Sign {}

/// Who may come, and the words that say so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTo {
    /// `everyone`, `public_sector`, `councils`, `members` or `invited`.
    pub id: String,
    /// The words.
    pub phrases: Vec<String>,
}

/// The signs by which an event is judged (`data/signs.json`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signs {
    /// For listing.
    #[serde(rename = "for")]
    pub favour: Vec<Sign>,
    /// Organisers who work for councils.
    pub organisers: Vec<Sign>,
    /// Against listing.
    pub against: Vec<Sign>,
    /// Phrases that look like one of these and say nothing.
    pub neutral: Vec<String>,
    /// Who may come.
    pub open_to: Vec<OpenTo>,
    /// Sentences with these are about the way, the booking or the sponsors, not about the subject.
    pub boilerplate: Vec<String>,
}

/// What an operator's file says about a council: only what is given replaces what is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CouncilEdit {
    /// Three-letter code.
    pub code: String,
    /// New values by the name of the column in `data/councils.csv`, `official_name` and so on.
    pub texts: Vec<(&'static str, String)>,
    /// Earlier GSS codes, added to those known.
    pub former_gss: Vec<String>,
    /// First day of its existence.
    pub start_date: Option<NaiveDate>,
    /// Day on which it is no more.
    pub end_date: Option<NaiveDate>,
    /// Codes of the councils that take over.
    pub successors: Option<Vec<String>>,
    /// WGS 84 degrees, north and east.
    pub position: Option<(f64, f64)>,
    /// Line of the file.
    pub line: usize,
}

/// Kinds, services and signs, embedded in the program and extended by the operator's own files.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// In the order of `data/kinds.json`.
    pub kinds: Vec<Kind>,
    /// In the order of `data/services.json`.
    pub services: Vec<Service>,
    /// Phrases that mislead.
    pub traps: Vec<Trap>,
    /// Named series.
    pub series: Vec<Series>,
    /// For and against.
    pub signs: Signs,
    /// Councils that an operator adds, or says something about; [`crate::member::Members::amend`] takes them over.
    pub councils: Vec<CouncilEdit>,
}

impl Vocabulary {
    /// The vocabulary that is part of the program.
    ///
    /// # Errors
    /// When the embedded data do not parse: a fault of the build, which a test rules out.
    pub fn embedded() -> Result<Self, serde_json::Error> {
        Ok(Self {
            kinds: serde_json::from_str(include_str!("../data/kinds.json"))?,
            services: serde_json::from_str(include_str!("../data/services.json"))?,
            traps: serde_json::from_str(include_str!("../data/traps.json"))?,
            series: serde_json::from_str(include_str!("../data/series.json"))?,
            signs: serde_json::from_str(include_str!("../data/signs.json"))?,
            councils: Vec::new(),
        })
    }

    /// The kind with this id.
    #[must_use]
    pub fn kind(&self, id: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.id == id)
    }

    /// Ids of kinds, groups of kinds among them spelt out.
    #[must_use]
    pub fn kinds_meant(&self, asked: &[String]) -> BTreeSet<String> {
        let group = |id: &String| KIND_GROUPS.iter().any(|(group, _)| group == id);
        let (groups, mut kinds): (BTreeSet<String>, BTreeSet<String>) =
            asked.iter().cloned().partition(group);
        let members = self.kinds.iter().filter(|kind| groups.contains(&kind.group));
        kinds.extend(members.map(|kind| kind.id.clone()));
        kinds
    }

    /// The service with this id.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// Adds to or overrides the vocabulary with an operator's own text, TOML or JSON.
    ///
    /// `[[service]]`, `[[kind]]` (by `id`: phrases are added, other keys replace, `remove` takes phrases away),
    /// `[[trap]]`, `[[series]]`, `[[for]]`, `[[against]]`, `[[organiser]]`, `[[open_to]]`, `[[council]]`, and the
    /// lists `neutral` and `boilerplate`.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and what to write instead; nothing is changed then.
    pub fn extend(&mut self, text: &str) -> Result<(), VocabularyError> {
        let mut extended = self.clone();
        extend::extend(&mut extended, text)?;
        *self = extended;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_vocabulary_is_whole() {
        let words = Vocabulary::embedded().unwrap();
        assert_eq!((words.kinds.len(), words.services.len()), (14, 26));
        for kind in &words.kinds {
            assert!(KIND_GROUPS.iter().any(|(id, _)| *id == kind.group), "{}", kind.id);
            assert!(!kind.explanation.is_empty() && !kind.title_cy.is_empty(), "{}", kind.id);
            assert!(!kind.explanation_cy.is_empty(), "{}", kind.id);
        }
        for service in &words.services {
            assert!(!service.lgsl.is_empty() && !service.title_cy.is_empty(), "{}", service.id);
        }
        for trap in &words.traps {
            let known = trap.means.as_ref().is_none_or(|id| words.service(id).is_some());
            assert!(known, "{}", trap.phrase);
        }
        for kind in words.series.iter().filter_map(|series| series.kind.as_deref()) {
            assert!(words.kind(kind).is_some(), "{kind}");
        }
    }
}
