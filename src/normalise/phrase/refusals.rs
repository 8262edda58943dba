//! Knows what looks like a date and is not, and which dates are not those of the event.

use super::{
    cues::{
        BEFORE, BOOKING, CUES, DEADLINE, FILLERS, Force, HAVE_SAY, MOVES, NOT_NOW, NOW, OTHER,
        PAST, is_event,
    },
    names, status,
    tokens::Tokens,
};

/// What the words around a date make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sense {
    /// Nothing against it.
    Free,
    /// Something against it, and the event named after that: possible, not safe.
    Doubtful(&'static str),
    /// Not the date of the event: what it is instead.
    Refused(&'static str),
    /// The date that held before ("was 5 March", "postponed from").
    Former,
    /// The date that holds now ("moved to", "new date").
    New,
}

/// Whether "a month" or "a season" is all that is said: the tokens of it.
pub(crate) fn vague(t: &Tokens) -> Option<(usize, usize)> {
    (0..t.len()).find_map(|at| {
        let season = t.one_of(
            at,
            &["spring", "summer", "autumn", "winter", "gwanwyn", "haf", "hydref", "gaeaf"],
        );
        let year = |p: usize| t.number(p).is_some_and(|(y, d)| d == 4 && (1990..2100).contains(&y));
        if (season || names::month(t, at).is_some()) && year(at + 1) {
            return Some((at, at + 2));
        }
        (t.is(at, "in") && names::month(t, at + 1).is_some() && t.number(at + 2).is_none())
            .then_some((at + 1, at + 2))
    })
}

/// Where the clause of a date begins: after the last end of a sentence or the last date.
pub(crate) fn clause(t: &Tokens, floor: usize, at: usize) -> usize {
    let lowest = floor.max(at.saturating_sub(16));
    let mut p = at;
    while p > lowest && !t.breaks(p) {
        p -= 1;
    }
    p
}

/// The tokens of a clause as text.
fn words(t: &Tokens, from: usize, to: usize) -> Vec<String> {
    (from..to).map(|at| t.text(at)).collect()
}

/// How many tokens stand after the last appearance of a phrase.
fn after_last(words: &[String], phrase: &str) -> Option<usize> {
    if !phrase.contains(' ') {
        return words.iter().rev().position(|word| word == phrase);
    }
    let parts = phrase.split(' ');
    let starts = words.len().checked_sub(parts.clone().count())?;
    (0..=starts)
        .rev()
        .find(|&start| words.iter().skip(start).zip(parts.clone()).all(|(word, part)| word == part))
        .map(|start| starts - start)
}

fn ends_with(words: &[String], phrase: &str) -> bool {
    let mut words = words.iter().rev();
    phrase.rsplit(' ').all(|part| words.next().is_some_and(|word| word == part))
}

/// What the words between `from` and the date at `at` make of it.
pub(crate) fn sense(t: &Tokens, from: usize, at: usize, is_range: bool) -> Sense {
    let words = words(t, from, at);
    let mut core = words.as_slice();
    let bare = |core: &[String]| core.last().is_some_and(|word| FILLERS.contains(&word.as_str()));
    // "from A to B" after "postponed" is a move: the range reader splits it, here the new day is left.
    if ["from", "o"].iter().any(|from| after_last(&words, from).is_some_and(|left| left <= 2)) {
        let moved = MOVES.iter().any(|verb| after_last(&words, verb).is_some_and(|left| left <= 6));
        if moved {
            return if is_range { Sense::New } else { Sense::Former };
        }
    }
    let holds = |now: &str| {
        let Some(left) = after_last(&words, now).filter(|left| *left <= 3 && quiet(&words, *left))
        else {
            return false;
        };
        let before = words.len().checked_sub(left + 2).and_then(|at| words.get(at));
        now != "now" || !before.is_some_and(|word| NOT_NOW.contains(&word.as_str()))
    };
    if NOW.iter().any(|now| holds(now)) {
        let bins = words.iter().any(|word| matches!(word.as_str(), "collections" | "collection"));
        return if bins { Sense::Refused(OTHER) } else { Sense::New };
    }
    // "The last forum was held on 14 October"
    let earlier = (from..at).any(|p| status::is_earlier(t, p));
    if earlier && words.iter().any(|word| matches!(word.as_str(), "was" | "were" | "took")) {
        return Sense::Refused(PAST);
    }
    loop {
        for (phrase, sense) in BEFORE {
            if ends_with(core, phrase) {
                return *sense;
            }
        }
        if !bare(core) {
            break;
        }
        core = core.split_last().map_or(core, |(_, rest)| rest);
    }
    near(&words)
}

/// Only small words follow.
fn quiet(words: &[String], left: usize) -> bool {
    let skip = words.len().saturating_sub(left);
    words.iter().skip(skip).all(|word| FILLERS.contains(&word.as_str()) || word == "for")
}

fn near(words: &[String]) -> Sense {
    let found = CUES
        .iter()
        .filter_map(|cue| {
            after_last(words, cue.0).filter(|left| *left < cue.1).map(|left| (left, cue))
        })
        // "close to the station", "4pm close", "Closing the attainment gap"
        .filter(|(left, cue)| {
            let next = words.len().checked_sub(*left).and_then(|at| words.get(at));
            let before = words.len().checked_sub(*left + 2).and_then(|at| words.get(at));
            let clock = before.is_some_and(|word| matches!(word.as_str(), "am" | "pm" | "noon"));
            let topic = cue.0 == "closing" && *left > 2 && next.is_some_and(|word| word == "the");
            !topic && (cue.0 != "close" || !(clock || next.is_some_and(|word| word == "to")))
        })
        .min_by_key(|(left, _)| *left);
    let Some((left, cue)) = found else {
        return if is_held(words) { Sense::Refused(PAST) } else { Sense::Free };
    };
    if cue.0.starts_with("interview") && words.iter().any(|w| w == "research" || w == "user") {
        return Sense::Free;
    }
    let skip = words.len().saturating_sub(left);
    let rest: Vec<&String> = words.iter().skip(skip).collect();
    let closing_date = rest.first().is_some_and(|word| *word == "date");
    let takes_place = !closing_date
        && [
            "taking place",
            "takes place",
            "take place",
            "be held",
            "join us",
            "is on",
            "when :",
            "date :",
        ]
        .iter()
        .any(|phrase| after_last(words, phrase).is_some_and(|after| after < left));
    if takes_place {
        return Sense::Free;
    }
    let event = rest.iter().rposition(|word| is_event(word));
    // "Consultation event: have your say, 8 January" may be either.
    if cue.3 == HAVE_SAY && event.is_none() && words.iter().take(skip).any(|word| is_event(word)) {
        return Sense::Doubtful(cue.3);
    }
    match (cue.2, event) {
        (_, None) => Sense::Refused(cue.3),
        (Force::Soft, Some(_)) => Sense::Free,
        (Force::Hard, Some(place)) => {
            let tail: Vec<&str> = rest.iter().skip(place + 1).map(|word| word.as_str()).collect();
            let on = matches!(tail.as_slice(), ["on"] | ["on", "the"] | [","] | ["("] | [":"]);
            if on { Sense::Doubtful(cue.3) } else { Sense::Refused(cue.3) }
        }
    }
}

/// "Held on", but for "to be held on" and "was held on", which the reader of reports knows.
fn is_held(words: &[String]) -> bool {
    let verbs = ["be", "is", "being", "are", "was", "were"];
    let before = words.len().checked_sub(3).and_then(|at| words.get(at));
    after_last(words, "held on") == Some(0)
        && !before.is_some_and(|word| verbs.contains(&word.as_str()))
}

/// What follows a date: "7 November is the deadline", "7 November (closing date)".
pub(crate) fn follows(t: &Tokens, at: usize) -> Option<&'static str> {
    let mut p = at;
    if t.breaks(p) {
        return None;
    }
    if t.one_of(p, &["collections", "collection"]) {
        return Some(OTHER);
    }
    let linked = t.one_of(p, &["is", "was"]) || matches!(t.mark(p), Some('(' | ':' | '-' | '='));
    p += usize::from(linked);
    while t.one_of(p, &["the", "our", "final", "a", "latest", "last"]) {
        p += 1;
    }
    if t.one_of(p, &["deadline", "cut-off", "cutoff"])
        || (t.is(p, "closing") && t.is(p + 1, "date"))
    {
        return Some(DEADLINE);
    }
    let booking = t.one_of(
        p,
        &[
            "booking",
            "bookings",
            "registration",
            "registrations",
            "applications",
            "tickets",
            "nominations",
        ],
    );
    if linked && !t.has(at, '-') && booking {
        let verb = t.one_of(
            p + 1,
            &["closes", "close", "opens", "open", "deadline", "ends", "end", "go", "released"],
        );
        return verb.then_some(BOOKING);
    }
    (t.is(p, "day") && t.one_of(p + 1, &["for", "to"]) && linked).then_some(DEADLINE)
}

/// How the words before a date speak for it: higher is better.
pub(crate) fn welcome(t: &Tokens, from: usize, at: usize) -> f64 {
    let words = words(t, from, at);
    let label = [
        "when",
        "date",
        "dates",
        "when :",
        "date :",
        "dates :",
        "date and time",
        "date & time",
        "dyddiad :",
        "pryd :",
    ];
    let mut sum = 0.0;
    if label.iter().any(|label| after_last(&words, label) == Some(0)) {
        sum += 3.0;
    }
    let on = [
        "on",
        "starts",
        "starting",
        "begins",
        "join us",
        "taking place",
        "takes place",
        "held on",
        "start date",
        "from",
    ];
    if on.iter().any(|on| after_last(&words, on).is_some_and(|left| left <= 1)) {
        sum += 1.0;
    }
    if words.iter().any(|word| is_event(word)) {
        sum += 1.0;
    }
    sum
}
