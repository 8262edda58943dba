//! One item that holds many events: each becomes its own, or none does.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    dates::{self, Dates},
    phrase::{self, Posted},
    state::state_words,
    text::pattern,
};

/// An event inside a bulletin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) dates: Dates,
}

/// Titles of lists of events.
static BULLETIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:e?-?bulletin|e?-?newsletter|round-?up of events|digest|what['’]?s (?:on|coming)|(?:upcoming|forthcoming|future) (?:events|meetings|training|dates)|events? (?:this|next|coming|in|listings?|diary|round-?up|update|programme)|diary dates|dates for (?:your|the) diar(?:y|ies)|(?:weekly|monthly|fortnightly) (?:update|events)|cylchlythyr|digwyddiadau)\b",
    )
});

/// More lines than this are a web site, not a bulletin.
const MAX_LINES: usize = 400;

/// Whether a title announces a list.
pub(super) fn announced(title: &str) -> bool {
    BULLETIN.is_match(title)
}

/// The events of a bulletin, when each of at least two dated lines has a title of its own; `None` when the text
/// cannot be told apart safely.
pub(super) fn parts(description: &str, posted: &Posted) -> Option<Vec<Part>> {
    let mut found: Vec<Part> = Vec::new();
    // The last line without a date: a heading, perhaps.
    let mut heading: Option<&str> = None;
    for line in description.lines().map(str::trim).filter(|line| !line.is_empty()).take(MAX_LINES) {
        let line = line.trim_start_matches(['-', '•', '*', ' ']);
        let reading = phrase::read(line, posted);
        if reading.sessions.is_empty() {
            if line.len() <= 120 && !line.ends_with(['.', ':', '!']) {
                heading = Some(line);
            }
            if let Some(part) = found.last_mut() {
                part.text.push('\n');
                part.text.push_str(line);
            }
            continue;
        }
        if reading.held {
            return None;
        }
        let own = own_title(line, posted);
        // A heading of this event stood at the end of the one before it.
        let title = match (own, heading.take()) {
            (Some(own), _) => own,
            (None, Some(heading)) => {
                if let Some(part) = found.last_mut() {
                    let kept = part.text.trim_end_matches(heading).trim_end().len();
                    part.text.truncate(kept);
                }
                heading.to_owned()
            }
            (None, None) => return None,
        };
        let dates = dates::from_reading(&reading, posted.zone);
        found.push(Part { title, text: line.to_owned(), dates });
    }
    (found.len() >= 2).then_some(found)
}

/// What is left of a dated line is its title.
fn own_title(line: &str, posted: &Posted) -> Option<String> {
    let stop = line.match_indices(['.', '(']).find(|(at, mark)| {
        let after = line.get(at + 1..).and_then(|rest| rest.chars().next());
        *mark == "(" || after.is_none_or(char::is_whitespace)
    });
    let first = stop.and_then(|(at, _)| line.get(..at)).unwrap_or(line);
    // "Repairs forum: Thursday 4 March, Town Hall": what a mark sets off in front of the date.
    let date = phrase::spans(first, posted).into_iter().map(|(from, _)| from).min();
    let lead: String = first.chars().take(date.unwrap_or_default()).collect();
    let set_off = lead.trim_end().ends_with([':', ',', '-', '\u{2013}', '\u{2014}', '|']);
    titled(&lead, posted).filter(|_| set_off).or_else(|| titled(first, posted))
}

/// The title in some words, without its date: at least two words that begin like a title.
fn titled(words: &str, posted: &Posted) -> Option<String> {
    let title = state_words(words, "", posted).title;
    let title = title.split([',', ';']).next().unwrap_or_default();
    let title = title.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ')' | '!' | '?'));
    let words =
        title.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    (words >= 2 && title.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()))
        .then(|| title.to_owned())
}
