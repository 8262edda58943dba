//! Knows what looks like a date and is not, and which dates are not those of the event.

use super::{dates, tokens::Tokens};

/// Words before a number that make it a name: "Room 2.14", "Section 106", "Part 1 of 3".
const NAMED_BY_NUMBER: &[&str] = &[
    "room",
    "rooms",
    "suite",
    "unit",
    "flat",
    "level",
    "floor",
    "section",
    "sections",
    "class",
    "article",
    "part",
    "parts",
    "schedule",
    "clause",
    "regulation",
    "chapter",
    "version",
    "v",
    "phase",
    "sprint",
    "week",
    "weeks",
    "stage",
    "grade",
    "band",
    "ages",
    "aged",
    "age",
    "page",
    "pages",
    "item",
    "issue",
    "lot",
    "zone",
    "route",
    "junction",
    "bus",
    "platform",
    "gate",
    "windows",
    "top",
    "no",
    "nos",
    "number",
    "module",
    "episode",
    "ward",
    "form",
    "annex",
    "appendix",
    "building",
    "block",
    "bay",
    "table",
    "figure",
    "tier",
    "group",
    "key",
    "year",
    "covid",
    "ext",
    "extension",
    "ystafell",
    "rhan",
    "batch",
    "cohort",
    "round",
    "scale",
    "paragraph",
    "para",
    "rule",
    "question",
    "questions",
    "step",
    "steps",
    "day",
    "session",
    "workshop",
    "units",
];

/// Laws are known by their year: "Care Act 2014".
const LAWS: &[&str] = &["act", "regulations", "order", "bill", "deddf"];

/// Skips what has numbers but no date; the place after it.
pub(crate) fn skip(t: &Tokens, at: usize) -> Option<usize> {
    if let Some(next) = money(t, at).or_else(|| postcode(t, at)).or_else(|| law(t, at)) {
        return Some(next);
    }
    if t.one_of(at, NAMED_BY_NUMBER) {
        return named(t, at);
    }
    let (value, digits) = t.number(at)?;
    let leading =
        at == 0 || !t.glued(at) || !t.mark(at - 1).is_some_and(|m| matches!(m, '/' | '-' | '.'));
    if t.has(at + 1, '%') || t.is(at + 1, "percent") {
        return Some(at + 2);
    }
    // "1,000"
    if t.has(at + 1, ',')
        && t.glued(at + 1)
        && t.glued(at + 2)
        && t.number(at + 2).is_some_and(|n| n.1 == 3)
    {
        return Some(at + 3);
    }
    if let Some(next) = phone(t, at) {
        return Some(next);
    }
    if t.is(at + 1, "of") && t.number(at + 2).is_some_and(|n| n.1 <= 2) {
        return Some(at + 3);
    }
    let tight = matches!(t.mark(at + 1), Some('/' | '-')) && t.glued(at + 1) && t.glued(at + 2);
    if let Some((second, count)) = t.number(at + 2).filter(|_| tight && leading) {
        // "2015/16" and "2014-15" are financial years; "24/7" is always.
        let lonely = !(matches!(t.mark(at + 3), Some('/' | '-'))
            && t.glued(at + 3)
            && t.number(at + 4).is_some());
        if digits == 4 && count == 2 && (value + 1) % 100 == second && lonely {
            return Some(at + 3);
        }
        if t.has(at + 1, '/') && lonely && value == 24 && second == 7 {
            return Some(at + 3);
        }
    }
    (digits > 4 && digits != 8 || digits == 3).then_some(at + 1)
}

/// "£10.50", "£20-£30", "£46k".
fn money(t: &Tokens, at: usize) -> Option<usize> {
    matches!(t.mark(at), Some('\u{a3}' | '$' | '\u{20ac}')).then_some(())?;
    let mut p = at + 1;
    t.number(p)?;
    p += 1;
    while matches!(t.mark(p), Some('.' | ','))
        && t.glued(p)
        && t.glued(p + 1)
        && t.number(p + 1).is_some()
    {
        p += 2;
    }
    if t.glued(p) && t.word(p).is_some() {
        p += 1;
    }
    Some(p)
}

/// "RG14 5LD": the second half alone could be "5AM" to a careless eye.
fn postcode(t: &Tokens, at: usize) -> Option<usize> {
    let word = t.word(at).filter(|word| word.len() <= 2)?;
    let _ = word;
    t.number(at + 1).filter(|n| t.glued(at + 1) && n.1 <= 2)?;
    let mut p = at + 2;
    if t.glued(p) && t.word(p).is_some_and(|word| word.len() == 1) {
        p += 1;
    }
    let inward = t.number(p).is_some_and(|n| n.1 == 1)
        && t.glued(p + 1)
        && t.word(p + 1)
            .is_some_and(|word| word.len() == 2 && word.chars().all(|c| c.is_ascii_alphabetic()));
    Some(if inward { p + 2 } else { p })
}

/// "Care Act 2014", "Order of 2015".
fn law(t: &Tokens, at: usize) -> Option<usize> {
    t.one_of(at, LAWS).then_some(())?;
    let p = at + 1 + usize::from(t.is(at + 1, "of"));
    t.number(p).filter(|n| n.1 == 4).map(|_| p + 1)
}

/// "Room 10.15", "Class 1 to 5", "Part 1 of 3", "Sprint 7".
fn named(t: &Tokens, at: usize) -> Option<usize> {
    let mut p = at + 1 + usize::from(matches!(t.mark(at + 1), Some('.' | '#')));
    let (_, digits) = t.number(p)?;
    let weak =
        t.one_of(at, &["day", "session", "workshop", "group", "year", "week", "table", "units"]);
    // "Part 2 March 5th" against "Room 3 March 10am".
    let year = |p: usize| t.number(p).is_some_and(|n| n.1 == 4);
    let american = t.number(p + 2).is_some_and(|n| n.1 <= 2)
        && (t.one_of(p + 3, &["st", "nd", "rd", "th"])
            || year(p + 3)
            || (t.has(p + 3, ',') && year(p + 4)));
    let dated = dates::month(t, p + 1).is_some() && (weak || !american);
    let ordinal = t.glued(p + 1) && t.word(p + 1).is_some();
    let slashed = t.has(p + 1, '/') && t.glued(p + 1);
    let clock = t.has(p + 1, ':') && t.glued(p + 2) && t.number(p + 2).is_some();
    let timed = t.one_of(p + 1, &["am", "pm"]);
    if dated || ordinal || slashed || clock || timed || digits > 3 {
        // "Day 14 November", "Year 2015": leave them to the others.
        return None;
    }
    // "Workshop 5, 12 and 19 March", "Session 10.30-12" are dates and times after all.
    if weak && (dates::join(t, p + 1).is_some() && !t.has(p + 1, ',') || t.has(p + 1, '.')) {
        return None;
    }
    p += 1;
    while t.has(p, '.') && t.glued(p) && t.glued(p + 1) && t.number(p + 1).is_some() {
        p += 2;
    }
    let joined = t.one_of(p, &["to", "of", "and", "or"]) || t.has(p, '-') || t.has(p, '&');
    if joined && t.number(p + 1).is_some_and(|n| n.1 <= 3) && dates::month(t, p + 2).is_none() {
        p += 2;
    }
    Some(p)
}

/// Groups of digits, nine or more in all, that begin with 0 or +44.
fn phone(t: &Tokens, at: usize) -> Option<usize> {
    let (value, digits) = t.number(at)?;
    let abroad = at > 0 && t.has(at - 1, '+') && t.glued(at);
    let trunk = digits >= 3
        && value < 10_u32.saturating_pow(u32::try_from(digits).unwrap_or(9).saturating_sub(1));
    (abroad || trunk).then_some(())?;
    let (mut p, mut total) = (at + 1, digits);
    for _ in 0..6 {
        if total >= 11 {
            break;
        }
        let q = p + usize::from(matches!(t.mark(p), Some('-' | '(' | ')')));
        match t.number(q) {
            Some((_, more)) if more >= 2 => {
                total += more;
                p = q + 1;
            }
            _ => break,
        }
    }
    (total >= 9).then_some(p)
}

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

/// How strongly a cue speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Force {
    /// The name of an event after it takes the date over.
    Soft,
    /// Even then the date is in doubt.
    Hard,
}

const DEADLINE: &str = "a deadline";
const BOOKING: &str = "when booking opens or ends";
const WRITTEN: &str = "when something was published or changed";
const FORCE: &str = "when a rule or a price begins to apply";
const HAVE_SAY: &str = "the period of a consultation";
const CLOSED: &str = "a closure";
const PAST: &str = "something that is already over";
const JOB: &str = "part of a job advert";
const OTHER: &str = "not the day of an event";

/// Whether what was said of a date is that something ends then.
pub(crate) fn is_deadline(says: &str) -> bool {
    says == DEADLINE || says == BOOKING
}

/// Words before a date, how many tokens they reach, and what they make of it.
const CUES: &[(&str, usize, Force, &str)] = &[
    ("deadline", 10, Force::Hard, DEADLINE),
    ("deadlines", 10, Force::Hard, DEADLINE),
    ("cut off", 6, Force::Hard, DEADLINE),
    ("cut-off", 6, Force::Hard, DEADLINE),
    ("closing", 6, Force::Hard, DEADLINE),
    ("closes", 8, Force::Hard, DEADLINE),
    ("close", 8, Force::Hard, DEADLINE),
    ("last day", 5, Force::Hard, DEADLINE),
    ("last chance", 6, Force::Hard, DEADLINE),
    ("due", 4, Force::Hard, DEADLINE),
    ("rsvp", 5, Force::Hard, DEADLINE),
    ("nominations", 8, Force::Soft, DEADLINE),
    ("nominate", 6, Force::Soft, DEADLINE),
    ("submissions", 8, Force::Soft, DEADLINE),
    ("proposals", 6, Force::Soft, DEADLINE),
    ("abstracts", 6, Force::Soft, DEADLINE),
    ("call for", 8, Force::Hard, DEADLINE),
    ("bids", 6, Force::Soft, DEADLINE),
    ("tender", 8, Force::Soft, DEADLINE),
    ("tenders", 8, Force::Soft, DEADLINE),
    ("early bird", 8, Force::Hard, BOOKING),
    ("early-bird", 8, Force::Hard, BOOKING),
    ("earlybird", 8, Force::Hard, BOOKING),
    ("on sale", 5, Force::Hard, BOOKING),
    ("tickets released", 6, Force::Hard, BOOKING),
    ("tickets will be released", 6, Force::Hard, BOOKING),
    ("released", 4, Force::Soft, BOOKING),
    ("available from", 3, Force::Hard, BOOKING),
    ("registration opens", 6, Force::Hard, BOOKING),
    ("registration open", 6, Force::Hard, BOOKING),
    ("registrations open", 6, Force::Hard, BOOKING),
    ("booking opens", 6, Force::Hard, BOOKING),
    ("booking open", 6, Force::Hard, BOOKING),
    ("bookings open", 6, Force::Hard, BOOKING),
    ("bookings will open", 6, Force::Hard, BOOKING),
    ("booking will open", 6, Force::Hard, BOOKING),
    ("applications open", 6, Force::Hard, BOOKING),
    ("registration ends", 6, Force::Hard, BOOKING),
    ("booking ends", 6, Force::Hard, BOOKING),
    ("offer ends", 5, Force::Hard, BOOKING),
    ("refund", 10, Force::Hard, BOOKING),
    ("refunds", 10, Force::Hard, BOOKING),
    ("cancellations", 8, Force::Hard, BOOKING),
    ("cancel", 8, Force::Hard, BOOKING),
    ("\u{a9}", 3, Force::Soft, WRITTEN),
    ("published", 7, Force::Soft, WRITTEN),
    ("publication", 4, Force::Soft, WRITTEN),
    ("posted", 9, Force::Soft, WRITTEN),
    ("updated", 7, Force::Soft, WRITTEN),
    ("modified", 7, Force::Soft, WRITTEN),
    ("edited", 4, Force::Soft, WRITTEN),
    ("created", 4, Force::Soft, WRITTEN),
    ("uploaded", 4, Force::Soft, WRITTEN),
    ("added", 3, Force::Soft, WRITTEN),
    ("submitted", 4, Force::Soft, WRITTEN),
    ("received", 4, Force::Soft, WRITTEN),
    ("issued", 4, Force::Soft, WRITTEN),
    ("issue date", 3, Force::Soft, WRITTEN),
    ("dated", 2, Force::Soft, WRITTEN),
    ("announced on", 2, Force::Soft, WRITTEN),
    ("reviewed", 4, Force::Soft, WRITTEN),
    ("review date", 3, Force::Soft, WRITTEN),
    ("expires", 4, Force::Soft, WRITTEN),
    ("expire", 4, Force::Soft, WRITTEN),
    ("expiry", 4, Force::Soft, WRITTEN),
    ("copyright", 3, Force::Soft, WRITTEN),
    ("version", 3, Force::Soft, WRITTEN),
    ("cyhoeddwyd", 4, Force::Soft, WRITTEN),
    ("diweddarwyd", 4, Force::Soft, WRITTEN),
    ("written on", 2, Force::Soft, WRITTEN),
    ("press release", 4, Force::Soft, WRITTEN),
    ("letter", 4, Force::Soft, WRITTEN),
    ("effective", 4, Force::Soft, FORCE),
    ("with effect from", 2, Force::Soft, FORCE),
    ("in force", 4, Force::Soft, FORCE),
    ("into force", 5, Force::Soft, FORCE),
    ("into effect", 5, Force::Soft, FORCE),
    ("takes effect", 4, Force::Soft, FORCE),
    ("take effect", 4, Force::Soft, FORCE),
    ("changes on", 2, Force::Soft, FORCE),
    ("changes from", 2, Force::Soft, FORCE),
    ("change on", 2, Force::Soft, FORCE),
    ("commences", 3, Force::Soft, FORCE),
    ("rises", 8, Force::Soft, FORCE),
    ("rise", 8, Force::Soft, FORCE),
    ("increase", 8, Force::Soft, FORCE),
    ("increases", 8, Force::Soft, FORCE),
    ("go up", 8, Force::Soft, FORCE),
    ("contract starts", 4, Force::Soft, FORCE),
    ("contract start", 4, Force::Soft, FORCE),
    ("contract begins", 4, Force::Soft, FORCE),
    ("project start", 4, Force::Soft, FORCE),
    ("project end", 4, Force::Soft, FORCE),
    ("project starts", 4, Force::Soft, FORCE),
    ("goes live", 4, Force::Soft, FORCE),
    ("go live", 4, Force::Soft, FORCE),
    ("go-live", 4, Force::Soft, FORCE),
    ("new rules", 6, Force::Soft, FORCE),
    ("consultation", 12, Force::Soft, HAVE_SAY),
    ("consultations", 12, Force::Soft, HAVE_SAY),
    ("consulting", 12, Force::Soft, HAVE_SAY),
    ("ymgynghoriad", 12, Force::Soft, HAVE_SAY),
    ("have your say", 14, Force::Soft, HAVE_SAY),
    ("survey", 10, Force::Soft, HAVE_SAY),
    ("comments", 6, Force::Soft, HAVE_SAY),
    ("feedback", 6, Force::Soft, HAVE_SAY),
    ("respond", 6, Force::Soft, HAVE_SAY),
    ("responses", 6, Force::Soft, HAVE_SAY),
    ("closed", 8, Force::Soft, CLOSED),
    ("closure", 12, Force::Soft, CLOSED),
    ("closures", 12, Force::Soft, CLOSED),
    ("reopens", 6, Force::Soft, CLOSED),
    ("reopen", 6, Force::Soft, CLOSED),
    ("re-opens", 6, Force::Soft, CLOSED),
    ("back on", 3, Force::Soft, CLOSED),
    ("resumes", 4, Force::Soft, CLOSED),
    ("resume", 4, Force::Soft, CLOSED),
    ("bank holiday", 4, Force::Soft, CLOSED),
    ("collections", 8, Force::Soft, OTHER),
    ("collected", 6, Force::Soft, OTHER),
    ("minutes of", 12, Force::Hard, PAST),
    ("minutes from", 12, Force::Hard, PAST),
    ("minutes for", 12, Force::Hard, PAST),
    ("notes of", 10, Force::Hard, PAST),
    ("notes from", 10, Force::Hard, PAST),
    ("previous meeting", 6, Force::Hard, PAST),
    ("last meeting", 6, Force::Hard, PAST),
    ("last event", 6, Force::Hard, PAST),
    ("last session", 6, Force::Hard, PAST),
    ("last time", 6, Force::Hard, PAST),
    ("we met", 6, Force::Soft, PAST),
    ("met on", 3, Force::Soft, PAST),
    ("went live", 4, Force::Soft, PAST),
    ("launched", 4, Force::Soft, PAST),
    ("approved", 4, Force::Soft, PAST),
    ("agreed", 4, Force::Soft, PAST),
    ("signed", 4, Force::Soft, PAST),
    ("born", 4, Force::Soft, PAST),
    ("founded", 4, Force::Soft, PAST),
    ("established", 4, Force::Soft, PAST),
    ("formed", 4, Force::Soft, PAST),
    ("interviews", 6, Force::Soft, JOB),
    ("interview", 6, Force::Soft, JOB),
    ("vacancy", 12, Force::Soft, JOB),
    ("salary", 12, Force::Soft, JOB),
    ("start date for the post", 4, Force::Soft, JOB),
    ("financial year", 6, Force::Soft, OTHER),
    ("year ending", 2, Force::Hard, OTHER),
    ("week ending", 2, Force::Hard, OTHER),
    ("period ending", 2, Force::Hard, OTHER),
    ("quarter ending", 2, Force::Hard, OTHER),
    ("valid", 6, Force::Soft, OTHER),
    ("as at", 2, Force::Soft, OTHER),
    ("as of", 2, Force::Soft, OTHER),
    ("joining instructions", 8, Force::Soft, OTHER),
    ("results", 6, Force::Soft, OTHER),
    ("payment", 6, Force::Soft, OTHER),
    ("invoice", 6, Force::Soft, OTHER),
    ("invoices", 6, Force::Soft, OTHER),
    ("extended", 4, Force::Hard, DEADLINE),
    ("dyddiad cau", 6, Force::Hard, DEADLINE),
];

/// Words directly before a date (but for "the", "noon on", "end of"…) that make it an end or a former date.
const BEFORE: &[(&str, Sense)] = &[
    ("by", Sense::Refused(DEADLINE)),
    ("erbyn", Sense::Refused(DEADLINE)),
    ("before", Sense::Refused(DEADLINE)),
    ("until", Sense::Refused(DEADLINE)),
    ("till", Sense::Refused(DEADLINE)),
    ("til", Sense::Refused(DEADLINE)),
    ("than", Sense::Refused(DEADLINE)),
    ("up to", Sense::Refused(DEADLINE)),
    ("ends", Sense::Refused(DEADLINE)),
    ("ends :", Sense::Refused(DEADLINE)),
    ("end :", Sense::Refused(DEADLINE)),
    ("end date", Sense::Refused(DEADLINE)),
    ("end date :", Sense::Refused(DEADLINE)),
    ("finishes", Sense::Refused(DEADLINE)),
    ("since", Sense::Refused(PAST)),
    ("ers", Sense::Refused(PAST)),
    ("after", Sense::Refused(OTHER)),
    ("not", Sense::Former),
    ("was", Sense::Former),
    ("were", Sense::Former),
    ("oedd", Sense::Former),
    ("instead of", Sense::Former),
    ("rather than", Sense::Former),
    ("originally", Sense::Former),
    ("previously", Sense::Former),
    ("formerly", Sense::Former),
    ("replaces", Sense::Former),
    ("replacing", Sense::Former),
    ("original date", Sense::Former),
    ("old date", Sense::Former),
    ("previous date", Sense::Former),
];

/// Words that say that the date after them is the one that holds now.
const NOW: &[&str] = &[
    "moved to",
    "postponed to",
    "postponed until",
    "postponed till",
    "rescheduled to",
    "rescheduled for",
    "changed to",
    "rearranged for",
    "rearranged to",
    "re-arranged for",
    "re-arranged to",
    "deferred to",
    "deferred until",
    "put back to",
    "put back until",
    "brought forward to",
    "new date",
    "new date is",
    "revised date",
    "now on",
    "now be on",
    "now be held on",
    "now take place on",
    "now taking place on",
    "now takes place on",
    "now be",
    "date is now",
    "now",
    "rescheduled",
    "re-scheduled",
    "moves to",
    "move to",
    "switched to",
    "new date of",
    "new date for",
];

/// Verbs after which "from A to B" is a move and not a range.
const MOVES: &[&str] = &[
    "postponed",
    "moved",
    "rescheduled",
    "re-scheduled",
    "changed",
    "switched",
    "deferred",
    "rearranged",
    "re-arranged",
    "brought",
    "put",
    "move",
    "moves",
    "moving",
    "change",
    "gohiriwyd",
    "ohirio",
    "symudwyd",
];

/// Whether a verb of moving stands there.
pub(crate) fn is_move(t: &Tokens, at: usize) -> bool {
    t.one_of(at, MOVES)
}

/// Fillers between such a word and the date.
const FILLERS: &[&str] = &[
    "the", "on", "at", "of", "end", "close", "play", "business", "day", ":", "-", ",", "(", "noon",
    "midnight", "latest", "cop",
];

/// "Book now: 5 March" tells nothing of another date.
const NOT_NOW: &[&str] = &[
    "book",
    "register",
    "apply",
    "open",
    "available",
    "up",
    "tickets",
    "sale",
    "live",
    "join",
    "bookings",
    "booking",
];

/// Names of events; after a soft cue they take the date over.
const EVENTS: &[&str] = &[
    "workshop",
    "workshops",
    "webinar",
    "webinars",
    "event",
    "events",
    "session",
    "sessions",
    "meeting",
    "meetings",
    "meetup",
    "meet-up",
    "conference",
    "summit",
    "forum",
    "camp",
    "hackathon",
    "hack",
    "jam",
    "seminar",
    "briefing",
    "training",
    "course",
    "masterclass",
    "drop-in",
    "roundtable",
    "showcase",
    "demo",
    "tell",
    "unconference",
    "call",
    "visit",
    "launch",
    "talk",
    "lunch",
    "breakfast",
    "drinks",
    "panel",
    "roadshow",
    "tour",
    "exhibition",
    "awards",
    "symposium",
    "bootcamp",
    "discovery",
    "network",
    "evening",
    "fair",
    "retreat",
    "sprint",
    "gweithdy",
    "cynhadledd",
    "digwyddiad",
    "gweminar",
    "cyfarfod",
    "day",
    "teacamp",
    "govcamp",
    "localgovcamp",
    "playback",
];

pub(crate) fn is_event(word: &str) -> bool {
    EVENTS.contains(&word) || (word.len() > 6 && word.ends_with("camp"))
}

/// Whether "a month" or "a season" is all that is said: the tokens of it.
pub(crate) fn vague(t: &Tokens) -> Option<(usize, usize)> {
    (0..t.len()).find_map(|at| {
        let season = t.one_of(
            at,
            &["spring", "summer", "autumn", "winter", "gwanwyn", "haf", "hydref", "gaeaf"],
        );
        let year = |p: usize| t.number(p).is_some_and(|(y, d)| d == 4 && (1990..2100).contains(&y));
        if (season || dates::month(t, at).is_some()) && year(at + 1) {
            return Some((at, at + 2));
        }
        (t.is(at, "in") && dates::month(t, at + 1).is_some() && t.number(at + 2).is_none())
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
    let parts: Vec<&str> = phrase.split(' ').collect();
    let starts = words.len().checked_sub(parts.len())?;
    (0..=starts)
        .rev()
        .find(|&start| words.iter().skip(start).zip(&parts).all(|(word, part)| word == part))
        .map(|start| starts - start)
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
    loop {
        for (phrase, sense) in BEFORE {
            if after_last(core, phrase) == Some(0) {
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
        // "close to the station", "4pm close"
        .filter(|(left, cue)| {
            let next = words.len().checked_sub(*left).and_then(|at| words.get(at));
            let before = words.len().checked_sub(*left + 2).and_then(|at| words.get(at));
            let clock = before.is_some_and(|word| matches!(word.as_str(), "am" | "pm" | "noon"));
            cue.0 != "close" || !(clock || next.is_some_and(|word| word == "to"))
        })
        .min_by_key(|(left, _)| *left);
    let held = after_last(words, "held on").is_some_and(|left| left == 0)
        && ![
            "be held on",
            "is held on",
            "being held on",
            "are held on",
            "was held on",
            "were held on",
        ]
        .iter()
        .any(|ok| after_last(words, ok) == Some(0));
    let Some((left, cue)) = found else {
        return if held { Sense::Refused(PAST) } else { Sense::Free };
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
