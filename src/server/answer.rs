//! What a route gives back, before the manners of HTTP are put around it: an answer, or a refusal that says why.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::query::Fault;

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

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 400: parameters that nobody knows, or values that nothing has.
    Unknown(Vec<Fault>),
    /// 404.
    NotFound(String),
    /// 301: it lives there now.
    Moved(String),
    /// 302: ask there instead, this time.
    Elsewhere(String),
    /// 410: what was there is gone, and perhaps where to begin instead.
    Gone(String, Option<String>),
    /// 414: longer than any filter needs.
    TooLong,
    /// 405, with the methods that are allowed.
    Method(&'static str),
    /// 429: this address asks too often; seconds until it may again.
    TooMany(u32),
    /// 503: not ready, or too busy.
    Busy(String),
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
    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "We do not know that filter",
            Self::NotFound(_) => "Page not found",
            Self::Moved(_) | Self::Elsewhere(_) => "This is somewhere else",
            Self::Gone(..) => "No longer here",
            Self::TooLong => "That address is too long",
            Self::Method(_) => "This can only be read",
            Self::TooMany(_) => "Too many requests",
            Self::Busy(_) => "Not available for the moment",
            Self::Broken => "Something went wrong here",
        }
    }

    /// One or two sentences.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Unknown(wrong) => {
                let words: Vec<String> =
                    wrong.iter().take(MOST_FAULTS).map(|wrong| sentence(&wrong.words)).collect();
                words.join(" ")
            }
            Self::NotFound(words) | Self::Busy(words) | Self::Gone(words, _) => words.clone(),
            Self::Moved(to) | Self::Elsewhere(to) => format!("Please go to {to}"),
            Self::TooLong => "The filters in this address are longer than we read.".into(),
            Self::Method(allowed) => format!("Nothing can be changed here. Allowed: {allowed}."),
            Self::TooMany(wait) => format!(
                "There were too many requests from your address. Please wait {wait} {}. Ask less often, or with \
                 If-None-Match: an answer that has not changed counts as a tenth.",
                if *wait == 1 { "second" } else { "seconds" }
            ),
            Self::Broken => "The fault is ours and has been noted. Please try again later.".into(),
        }
    }

    /// A problem document (RFC 9457).
    pub(crate) fn problem(&self) -> Value {
        let mut problem = json!({
            "type": "about:blank",
            "title": self.title(),
            "status": self.status(),
            "detail": self.detail(),
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
