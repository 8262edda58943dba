//! In which language a page is asked for: by its address (`/cy/…`, or `lang=cy`), else by the browser.
//!
//! There is no cookie. The address carries the choice, so that a link passed on shows what its sender saw, and a cache
//! needs to know nothing but the address. Only an address without a language depends on `Accept-Language`, and says so.

use axum::http::{header, request::Parts};

use super::{
    Settings,
    answer::{Refusal, Said},
    ask::Ask,
    routes::{For, Speaks},
};
use crate::{
    language::Language,
    publish::page::{Asked, browse, phrases::frame},
    query::Fault,
};

/// A request, its language taken out of path and query.
#[derive(Debug)]
pub(crate) struct Spoken {
    /// Path without a language.
    pub(crate) path: String,
    /// Query without a language.
    pub(crate) pairs: Vec<(String, String)>,
    /// The language, and how links keep to it.
    pub(crate) asked: Asked,
    /// Whether another reader may get another language at the same address.
    pub(crate) varies: bool,
}

/// The languages of the interface, the usual one first.
pub(super) fn offered(settings: &Settings) -> Vec<Language> {
    let known: Vec<Language> =
        settings.network.languages.iter().filter_map(|tag| Language::of_tag(tag)).collect();
    if known.is_empty() { vec![Language::English] } else { known }
}

/// The language of a request for pages, for pieces of pages, or for data, which has none of its own; and why it is
/// refused, if it is: a language that is not offered, or one where there is none.
pub(crate) fn read(
    settings: &Settings,
    (audience, speaks): (For, Speaks),
    parts: &Parts,
) -> (Spoken, Option<Refusal>) {
    let pairs = Ask::pairs(parts.uri.query().unwrap_or_default(), audience);
    let (prefix, path) = Language::split(parts.uri.path());
    let here = |pairs: &[(String, String)]| browse::join(path, &Ask::canonical(pairs));
    if speaks == Speaks::English {
        let asked = Asked {
            language: Language::English,
            explicit: false,
            offered: vec![Language::English],
            here: here(&pairs),
        };
        // Data have one address: `/cy/events/x.ics` is that of the calendar at `/events/x.ics`.
        let moved = prefix.map(|_| Refusal::Moved(asked.here.clone()));
        let spoken = Spoken { path: path.to_owned(), pairs, asked, varies: false };
        return (spoken, moved);
    }
    let offered = offered(settings);
    let (said, pairs): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "lang");
    let wanted: Option<Language> = said.last().and_then(|(_, tag)| Language::of_tag(tag));
    let explicit = wanted.or(prefix).filter(|language| offered.contains(language));
    let usual = offered.first().copied().unwrap_or(Language::English);
    let language = explicit.unwrap_or_else(|| match speaks {
        Speaks::AsReader => {
            let accept = parts.headers.get(header::ACCEPT_LANGUAGE);
            Language::preferred(accept.and_then(|value| value.to_str().ok()), &offered)
        }
        Speaks::AsAddress | Speaks::English => usual,
    });
    let varies = explicit.is_none() && speaks == Speaks::AsReader && offered.len() > 1;
    let fault = said
        .iter()
        .find(|(_, tag)| Language::of_tag(tag).is_none_or(|wanted| !offered.contains(&wanted)))
        .map(|(_, tag)| unknown(tag, &offered));
    let missing = prefix.is_some_and(|prefix| !offered.contains(&prefix));
    let asked = Asked { language, explicit: explicit.is_some(), here: here(&pairs), offered };
    let spoken = Spoken { path: path.to_owned(), pairs, asked, varies };
    let refusal = match fault {
        Some(fault) => Some(Refusal::Unknown(vec![fault])),
        None => missing.then_some(Refusal::NotFound(Said::Phrase(frame::NOTHING_HERE))),
    };
    (spoken, refusal)
}

fn unknown(tag: &str, offered: &[Language]) -> Fault {
    let tag: String = tag.chars().filter(|letter| !letter.is_control()).take(80).collect();
    Fault {
        parameter: "lang".into(),
        words: format!("there are no pages in the language '{tag}'"),
        value: Some(tag),
        allowed: offered.iter().map(|language| language.tag().to_owned()).collect(),
    }
}
