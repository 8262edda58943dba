//! What was asked, and all that is needed to answer it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Settings, answer::Refusal, routes::For};
use crate::{
    catalogue::Catalogue,
    publish::{
        Context,
        page::{Asked, Site},
    },
    query::{Fault, is_foreign, is_parameter, parameters},
};

/// One question, ready to be answered without looking anything else up.
pub(crate) struct Ask {
    /// The events, as they are now.
    pub(crate) catalogue: Arc<Catalogue>,
    /// Network, words, members.
    pub(crate) settings: Arc<Settings>,
    /// Our own address, without a trailing slash.
    pub(crate) base: String,
    /// Path as asked, without its language.
    pub(crate) path: String,
    /// The one variable part of the path, decoded.
    pub(crate) id: Option<String>,
    /// The query, decoded, empty values and foreign trackers left out.
    pub(crate) pairs: Vec<(String, String)>,
    /// The time.
    pub(crate) now: DateTime<Utc>,
    /// In which language, for what has one.
    pub(crate) asked: Asked,
}

impl Ask {
    /// Decodes a query. On pages the fields that a form left empty mean "no filter"; a program or the code of a frame
    /// that writes `service=` has lost a value, and is told.
    pub(crate) fn pairs(query: &str, audience: For) -> Vec<(String, String)> {
        let form = |name: &str| audience == For::People && (is_parameter(name) || name == "month");
        url::form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .filter(|(name, value)| {
                let left_empty = value.is_empty() && form(name);
                !is_foreign(name) && !left_empty
            })
            .collect()
    }

    /// The same query written in one way only, whatever the order in which it came.
    pub(crate) fn canonical(pairs: &[(String, String)]) -> String {
        let mut sorted: Vec<_> = pairs.iter().collect();
        sorted.sort();
        encode(sorted.into_iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// What every other output needs.
    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            base: &self.base,
            vocabulary: self.catalogue.vocabulary(),
            members: self.catalogue.members(),
            time_zone: self.settings.network.time_zone,
        }
    }

    /// What every page needs.
    pub(crate) fn site(&self) -> Site<'_> {
        site(&self.settings, &self.catalogue, &self.base, self.now, &self.asked)
    }

    /// The first value of a parameter.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Refuses any parameter: for addresses that take none.
    pub(crate) fn no_parameters(&self) -> Result<(), Refusal> {
        self.only(&[])
    }

    /// Refuses parameters besides these.
    pub(crate) fn only(&self, allowed: &[&str]) -> Result<(), Refusal> {
        let wrong: Vec<Fault> = self
            .pairs
            .iter()
            .filter(|(name, _)| !allowed.contains(&name.as_str()))
            .map(|(name, _)| Fault {
                parameter: name.clone(),
                value: None,
                allowed: allowed.iter().map(|&name| name.to_owned()).collect(),
                words: format!("There is no filter “{name}” at this address."),
            })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(Refusal::Unknown(wrong)) }
    }

    /// Refuses these parameters, which mean something elsewhere but not at this address.
    pub(crate) fn without(&self, refused: &[&str]) -> Result<(), Refusal> {
        let wrong = self.pairs.iter().filter(|(name, _)| refused.contains(&name.as_str()));
        let wrong: Vec<Fault> = wrong
            .map(|(name, _)| Fault {
                parameter: name.clone(),
                value: None,
                allowed: parameters()
                    .filter(|known| !refused.contains(known))
                    .map(Into::into)
                    .collect(),
                words: format!("'{name}' has no meaning at this address"),
            })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(Refusal::Unknown(wrong)) }
    }

    /// The variable part of the path.
    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }
}

/// What every page needs.
pub(crate) fn site<'a>(
    settings: &'a Settings,
    catalogue: &'a Catalogue,
    base: &'a str,
    now: DateTime<Utc>,
    asked: &'a Asked,
) -> Site<'a> {
    Site {
        name: &settings.network.name,
        description: settings.network.description.as_deref(),
        base,
        contact: settings.network.contact.as_deref(),
        zone: settings.network.time_zone,
        now,
        vocabulary: catalogue.vocabulary(),
        members: catalogue.members(),
        texts: &settings.texts,
        language: asked.language,
        asked,
    }
}

/// Writes a query.
pub(crate) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_have_one_form() {
        let people = |query| Ask::pairs(query, For::People);
        let one = people("service=waste&q=bulky+bins&utm_source=x&kind=&gclid=1");
        let two = people("q=bulky%20bins&service=waste");
        assert_eq!(Ask::canonical(&one), Ask::canonical(&two));
        assert_eq!(Ask::canonical(&one), "q=bulky+bins&service=waste");
        assert_ne!(Ask::canonical(&one), Ask::canonical(&people("service=waste")));
        assert_eq!(people("kind=&surprise="), [("surprise".to_owned(), String::new())]);
        assert_eq!(Ask::pairs("kind=", For::Programs).len(), 1);
    }
}
