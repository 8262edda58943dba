//! Hears from a title, or the first line of a text, whether an event takes place.

use super::{cues, tokens::Tokens};
use crate::event::Status;

/// A status and the tokens that say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) status: Status,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// Words, and what they say where they stand as a label.
const LABELS: &[(&[&str], Status)] = &[
    (&["cancelled"], Status::Cancelled),
    (&["canceled"], Status::Cancelled),
    (&["cancellation"], Status::Cancelled),
    (&["called", "off"], Status::Cancelled),
    (&["no", "longer", "taking", "place"], Status::Cancelled),
    (&["no", "longer", "going", "ahead"], Status::Cancelled),
    (&["not", "going", "ahead"], Status::Cancelled),
    (&["not", "taking", "place"], Status::Cancelled),
    (&["will", "not", "go", "ahead"], Status::Cancelled),
    (&["will", "not", "be", "going", "ahead"], Status::Cancelled),
    (&["will", "not", "take", "place"], Status::Cancelled),
    (&["won't", "go", "ahead"], Status::Cancelled),
    (&["wedi'i", "ganslo"], Status::Cancelled),
    (&["wedi", "ei", "ganslo"], Status::Cancelled),
    (&["wedi", "canslo"], Status::Cancelled),
    (&["canslwyd"], Status::Cancelled),
    (&["postponed"], Status::Postponed),
    (&["rescheduled"], Status::Postponed),
    (&["re-scheduled"], Status::Postponed),
    (&["deferred"], Status::Postponed),
    (&["gohiriwyd"], Status::Postponed),
    (&["wedi'i", "ohirio"], Status::Postponed),
    (&["wedi", "ei", "ohirio"], Status::Postponed),
    (&["save", "the", "date"], Status::Tentative),
    (&["save", "the", "dates"], Status::Tentative),
    (&["hold", "the", "date"], Status::Tentative),
    (&["cadwch", "y", "dyddiad"], Status::Tentative),
    (&["provisional"], Status::Tentative),
    (&["provisionally"], Status::Tentative),
    (&["provisional", "date"], Status::Tentative),
    (&["pencilled", "in"], Status::Tentative),
    (&["pencilled"], Status::Tentative),
    (&["tentative"], Status::Tentative),
    (&["date", "tbc"], Status::Tentative),
    (&["date", "tba"], Status::Tentative),
    (&["dates", "tbc"], Status::Tentative),
    (&["date", "to", "be", "confirmed"], Status::Tentative),
    (&["dates", "to", "be", "confirmed"], Status::Tentative),
    (&["date", "to", "be", "announced"], Status::Tentative),
    (&["dates", "to", "be", "announced"], Status::Tentative),
    (&["tbc"], Status::Tentative),
    (&["moved"], Status::Confirmed),
    (&["new", "date"], Status::Confirmed),
    (&["date", "change"], Status::Confirmed),
    (&["date", "changed"], Status::Confirmed),
];

/// Verbs that make the label a statement: "has been cancelled".
const STATED: &[&str] = &[
    "is",
    "are",
    "been",
    "be",
    "was",
    "were",
    "now",
    "sadly",
    "unfortunately",
    "regret",
    "sorry",
    "event",
];

/// Words that turn the statement round or make it a rule: "places cancelled after…", "if cancelled".
const UNSAID: &[&str] = &[
    "if",
    "unless",
    "may",
    "might",
    "can",
    "could",
    "not",
    "never",
    "places",
    "place",
    "bookings",
    "booking",
    "orders",
    "order",
    "appointments",
    "collections",
    "tickets",
    "subscription",
    "membership",
    "policy",
    "when",
    "previously",
    "until",
    "had",
    "handling",
    "missed",
    "cost",
    "time",
    "times",
    "venue",
    "location",
    "speaker",
    "speakers",
    "room",
    "agenda",
    "programme",
    "details",
    "topic",
    "host",
    "no-one",
    "nobody",
    "fee",
    "fees",
    "charge",
    "charges",
];

/// Words before a statement that only suppose it: "What to do when a meeting is cancelled".
const SUPPOSED: &[&str] = &["if", "unless", "when", "whenever", "whether", "once"];

/// Nouns that may stand directly behind the label: "Cancelled webinar: …".
fn is_separator(t: &Tokens, at: usize) -> bool {
    t.at(at).is_none()
        || t.at(at).is_some_and(|token| token.line)
        || matches!(
            t.mark(at),
            Some(
                ':' | '-'
                    | ','
                    | ')'
                    | ']'
                    | '!'
                    | '.'
                    | '*'
                    | '\u{b7}'
                    | '('
                    | '>'
                    | ';'
                    | '/'
                    | '['
            )
        )
}

fn matches_at(t: &Tokens, at: usize, words: &[&str]) -> bool {
    words.iter().enumerate().all(|(index, word)| t.is(at + index, word))
}

/// What a title says; the label must stand apart ("CANCELLED - …", "… (postponed)") or be stated.
pub(crate) fn of_title(t: &Tokens) -> Option<Said> {
    (0..t.len().min(80)).find_map(|at| {
        let (words, status) = LABELS
            .iter()
            .filter(|(words, _)| matches_at(t, at, words))
            .max_by_key(|(words, _)| words.len())?;
        let to = at + words.len();
        let opens = at == 0
            || matches!(
                t.mark(at - 1),
                Some('-' | ':' | '(' | '[' | '*' | '\u{b7}' | ',' | '.' | '!' | '/')
            );
        let opens = opens || (at == 1 && t.word(0).is_none());
        let closes = is_separator(t, to);
        let stated = at > 0
            && (t.one_of(at - 1, STATED)
                || matches!(*status, Status::Tentative | Status::Confirmed) && words.len() > 1);
        let supposed = (at.saturating_sub(6)..at)
            .rev()
            .take_while(|&p| !t.breaks(p + 1))
            .any(|p| t.one_of(p, SUPPOSED));
        let unsaid = supposed || at > 0 && t.one_of(at - 1, UNSAID);
        let noun = opens && t.word(to).is_some_and(super::cues::is_event);
        let moves = matches!(status, Status::Postponed | Status::Confirmed)
            && t.one_of(to, &["to", "from", "until", "till", "for", "is", "on", "o", "i"])
            && (opens || stated);
        let dated = opens && (t.number(to).is_some() || super::names::weekday(t, to).is_some());
        let last =
            closes && !unsaid && words.first() != Some(&"moved") && (t.at(to).is_none() || opens);
        let phrase = words.len() > 2 && !unsaid;
        let sure =
            !unsaid && ((opens && closes) || stated || noun || moves || dated || last || phrase);
        sure.then_some(Said { status: *status, from: at, to })
    })
}

/// What the first line of a description states of the event itself.
pub(crate) fn of_line(t: &Tokens) -> Option<Said> {
    let end = (1..t.len().min(70))
        .find(|&at| t.at(at).is_some_and(|token| token.line))
        .unwrap_or(t.len().min(70));
    (0..end).find_map(|at| {
        let (words, status) = LABELS
            .iter()
            .filter(|(words, _)| matches_at(t, at, words))
            .max_by_key(|(words, _)| words.len())?;
        let to = at + words.len();
        let before: Vec<usize> =
            (at.saturating_sub(6)..at).rev().take_while(|&p| !t.breaks(p + 1)).collect();
        let unsaid = before.iter().any(|&p| t.one_of(p, UNSAID))
            || t.one_of(to, &["orders", "places", "bookings", "tickets"]);
        let first = t.breaks(at);
        let subject = before.iter().any(|&p| {
            t.one_of(p, &["this", "it", "we", "have", "has", "sadly", "unfortunately"])
                || t.word(p).is_some_and(super::cues::is_event)
        });
        let verb = before.iter().take(3).any(|&p| {
            t.one_of(p, &["is", "are", "been", "be", "was", "have", "had", "has", "now", "were"])
        });
        let label =
            first && (is_separator(t, to) || t.one_of(to, &["by", "due", "until", "to", "from"]));
        let tentative = *status == Status::Tentative && words.len() > 1;
        let known = !matches!(
            words,
            ["moved"] | ["tbc"] | ["provisional"] | ["cancellation"] | ["deferred"]
        );
        let sure = known && !unsaid && (label || (subject && verb) || tentative || words.len() > 3);
        sure.then_some(Said { status: *status, from: at, to })
    })
}

/// Words of a report on something that is over.
const REPORTS: &[&[&str]] = &[
    &["took", "place"],
    &["was", "held"],
    &["were", "held"],
    &["thanks", "to", "everyone"],
    &["thanks", "to", "all", "who"],
    &["thank", "you", "to", "all"],
    &["thank", "you", "to", "everyone"],
    &["thanks", "for", "coming"],
    &["thank", "you", "for", "coming"],
    &["thanks", "for", "joining"],
    &["write-up"],
    &["write", "up"],
    &["writeup"],
    &["round-up"],
    &["roundup"],
    &["recap"],
    &["slides", "from"],
    &["photos", "from"],
    &["notes", "from"],
    &["recording", "now"],
    &["recording", "is", "now"],
    &["recording", "available"],
    &["missed", "it"],
    &["watch", "again"],
    &["recording", "of"],
    &["recordings", "of"],
    &["recording", "from"],
    &["watch", "the", "recording"],
    &["catch", "up", "on"],
    &["what", "we", "learned"],
    &["what", "we", "learnt"],
    &["lessons", "from"],
    &["reflections", "on"],
    &["highlights", "from"],
    &["report", "from"],
    &["report", "of"],
    &["what", "happened"],
    &["we", "had", "a"],
    &["looking", "back"],
    &["a", "look", "back"],
    &["last", "week's"],
    &["last", "month's"],
    &["yesterday's"],
    &["weeknotes"],
    &["week", "notes"],
    &["weeknote"],
    &["cynhaliwyd"],
    &["diolch", "i", "bawb"],
];

/// "The last forum", "our previous session": an event before this one, where "last week" is none.
pub(crate) fn is_earlier(t: &Tokens, at: usize) -> bool {
    t.one_of(at, &["last", "previous", "earlier"])
        && !t.word(at + 1).is_some_and(is_time_of_year)
        && (at + 1..at + 4)
            .take_while(|&p| !t.breaks(p))
            .any(|p| t.word(p).is_some_and(|word| cues::is_event(word) && word != "day"))
}

/// "week", "month's", "Thursday’s": what "last" may say of time.
fn is_time_of_year(word: &str) -> bool {
    let word = word.strip_suffix("'s").unwrap_or(word);
    matches!(
        word,
        "week"
            | "month"
            | "year"
            | "night"
            | "term"
            | "quarter"
            | "spring"
            | "summer"
            | "autumn"
            | "winter"
    ) || word.ends_with("day")
}

/// Where a text reads like a report on something that is over.
pub(crate) fn report(t: &Tokens) -> Option<(usize, usize)> {
    (0..t.len().min(120)).find_map(|at| {
        let words = REPORTS.iter().find(|words| matches_at(t, at, words))?;
        // "a write-up will follow", "slides from the speakers will be shared".
        let to = at + words.len();
        // "The last forum was held in October" tells of another one.
        let other = (at.saturating_sub(8)..at)
            .rev()
            .take_while(|&p| !t.breaks(p + 1))
            .any(|p| is_earlier(t, p));
        let later = (to..to + 8).any(|p| t.is(p, "will"))
            || (at > 0 && t.one_of(at - 1, &["will", "to", "not"]));
        (!later && !other).then_some((at, to))
    })
}

/// "Date to be confirmed" directly behind a date.
pub(crate) fn is_tbc(t: &Tokens, at: usize) -> bool {
    let p = at + usize::from(matches!(t.mark(at), Some('(' | '-' | ',')));
    let p = p + usize::from(t.one_of(p, &["date", "dates"]));
    t.one_of(p, &["tbc", "provisional", "provisionally", "tentative"])
        || matches_at(t, p, &["to", "be", "confirmed"])
}
