//! What a route gives back, before the manners of HTTP are put around it: an answer, or a refusal that says why.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{
    language::Language,
    publish::page::phrases::{Phrase, SECONDS, frame as f},
    query::Fault,
};

/// Faults that one refusal names: the rest of a long list of nonsense helps nobody.
pub(crate) const MOST_FAULTS: usize = 10;

/// A good answer: status 200 and its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Content-Type.
    pub(crate) content_type: &'static str,
    /// Further headers of this answer (`Link`, `Content-Disposition`).
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The bytes.
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn new(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { content_type, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn page(html: String) -> Self {
        Self::new("text/html; charset=utf-8", html)
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::new("application/json", value.to_string())
    }

    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// What a refusal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// In words of the interface.
    Phrase(Phrase),
    /// The same with an address in it.
    With(Phrase, String),
    /// To programs only.
    English(String),
}

impl Said {
    fn words(&self, language: Language) -> String {
        match self {
            Self::Phrase(phrase) => phrase.of(language).to_owned(),
            Self::With(phrase, address) => phrase.fill(language, &[("address", address)]),
            Self::English(words) => words.clone(),
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 400: parameters that nobody knows, or values that nothing has.
    Unknown(Vec<Fault>),
    /// 404.
    NotFound(Said),
    /// 301: it lives there now.
    Moved(String),
    /// 302: ask there instead, this time.
    Elsewhere(String),
    /// 410: what was there is gone, and perhaps where to begin instead.
    Gone(Said, Option<String>),
    /// 414: longer than any filter needs.
    TooLong,
    /// 405, with the methods that are allowed.
    Method(&'static str),
    /// 429: this address asks too often; seconds until it may again.
    TooMany(u32),
    /// 503: not ready, or too busy.
    Busy(Phrase),
    /// 500: our own fault; the cause is in the log.
    Broken,
}

impl Refusal {
    /// Status code.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Unknown(_) => 400,
            Self::NotFound(_) => 404,
            Self::Moved(_) => 301,
            Self::Elsewhere(_) => 302,
            Self::Gone(..) => 410,
            Self::TooLong => 414,
            Self::Method(_) => 405,
            Self::TooMany(_) => 429,
            Self::Busy(_) => 503,
            Self::Broken => 500,
        }
    }

    /// A few words.
    pub(crate) fn title(&self, language: Language) -> &'static str {
        let phrase = match self {
            Self::Unknown(wrong) if wrong.iter().all(|fault| fault.value.is_some()) => {
                f::UNKNOWN_VALUE
            }
            Self::Unknown(_) => f::UNKNOWN_FILTER,
            Self::NotFound(_) => f::NOT_FOUND,
            Self::Moved(_) | Self::Elsewhere(_) => f::ELSEWHERE,
            Self::Gone(..) => f::NO_LONGER,
            Self::TooLong => f::TOO_LONG,
            Self::Method(_) => f::READ_ONLY,
            Self::TooMany(_) => f::TOO_MANY,
            Self::Busy(_) => f::BUSY,
            Self::Broken => f::BROKEN,
        };
        phrase.of(language)
    }

    /// One or two sentences; what is wrong with a filter is said in English only.
    pub(crate) fn detail(&self, language: Language) -> String {
        match self {
            Self::Unknown(wrong) => {
                let words: Vec<String> =
                    wrong.iter().take(MOST_FAULTS).map(|wrong| sentence(&wrong.words)).collect();
                words.join(" ")
            }
            Self::NotFound(said) | Self::Gone(said, _) => said.words(language),
            Self::Busy(phrase) => phrase.of(language).to_owned(),
            Self::Moved(to) | Self::Elsewhere(to) => f::GO_TO.fill(language, &[("address", to)]),
            Self::TooLong => f::TOO_LONG_WHY.of(language).to_owned(),
            Self::Method(allowed) => f::READ_ONLY_WHY.fill(language, &[("methods", allowed)]),
            Self::TooMany(wait) => {
                let wait = SECONDS.count(language, usize::try_from(*wait).unwrap_or(usize::MAX));
                f::TOO_MANY_WHY.fill(language, &[("wait", &wait)])
            }
            Self::Broken => f::BROKEN_WHY.of(language).to_owned(),
        }
    }

    /// A problem document (RFC 9457).
    pub(crate) fn problem(&self) -> Value {
        let mut problem = json!({
            "type": "about:blank",
            "title": self.title(Language::English),
            "status": self.status(),
            "detail": self.detail(Language::English),
        });
        let more = match self {
            Self::Unknown(wrong) => Some((
                "errors",
                wrong
                    .iter()
                    .take(MOST_FAULTS)
                    .map(|wrong| {
                        json!({
                            "parameter": wrong.parameter,
                            "value": wrong.value,
                            "detail": wrong.words,
                            "allowed": wrong.allowed,
                        })
                    })
                    .collect(),
            )),
            Self::Gone(_, Some(begin)) => Some(("begin", Value::from(begin.as_str()))),
            _ => None,
        };
        if let (Some(object), Some((name, value))) = (problem.as_object_mut(), more) {
            object.insert(name.to_owned(), value);
        }
        problem
    }
}

/// The words of a fault begin small, since the command line puts them after a colon.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let mut sentence: String = first.chain(letters).collect();
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_sentences() {
        assert_eq!(sentence("'x' is not a date"), "'x' is not a date.");
        assert_eq!(sentence("there is no filter 'x'?"), "There is no filter 'x'?");
    }
}
