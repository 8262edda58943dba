//! The words of the network: kinds of event and council services, as data.

use serde::{Deserialize, Serialize};

/// A kind of event (`data/kinds.json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Id in addresses and JSON, such as `waste`.
    pub id: String,
    /// Plain English title.
    pub title: String,
    /// One of six groups of services, as a title.
    pub group: String,
    /// Which tiers of council provide it.
    pub provided_by: String,
    /// Phrases that mean this service.
    pub strong: Vec<String>,
    /// Phrases that support a strong one.
    #[serde(default)]
    pub weak: Vec<String>,
    /// Machine mapping.
    #[serde(default)]
    pub lgsl: Vec<Lgsl>,
}

/// Kinds and services, embedded in the program and extended by the operator's own files.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// In the order of `data/kinds.json`.
    pub kinds: Vec<Kind>,
    /// In the order of `data/services.json`.
    pub services: Vec<Service>,
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
        })
    }

    /// The kind with this id.
    #[must_use]
    pub fn kind(&self, id: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.id == id)
    }

    /// The service with this id.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
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
        }
    }
}
