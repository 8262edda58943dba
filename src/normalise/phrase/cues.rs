//! The words that say what a date is, as tables: what they are, how far they reach, what they make of it.

use super::{refusals::Sense, tokens::Tokens};

/// How strongly a cue speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Force {
    /// The name of an event after it takes the date over.
    Soft,
    /// Even then the date is in doubt.
    Hard,
}

pub(crate) const DEADLINE: &str = "a deadline";

pub(crate) const BOOKING: &str = "when booking opens or ends";

const WRITTEN: &str = "when something was published or changed";

const FORCE: &str = "when a rule or a price begins to apply";

pub(crate) const HAVE_SAY: &str = "the period of a consultation";

const CLOSED: &str = "a closure";

pub(crate) const PAST: &str = "something that is already over";

const JOB: &str = "part of a job advert";

pub(crate) const OTHER: &str = "not the day of an event";

/// Whether what was said of a date is that something ends then.
pub(crate) fn is_deadline(says: &str) -> bool {
    says == DEADLINE || says == BOOKING
}

/// Words before a date, how many tokens they reach, and what they make of it.
pub(crate) const CUES: &[(&str, usize, Force, &str)] = &[
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
pub(crate) const BEFORE: &[(&str, Sense)] = &[
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
pub(crate) const NOW: &[&str] = &[
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
pub(crate) const MOVES: &[&str] = &[
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

/// Whether a word says something about a date, so that it names no place beside it.
pub(crate) fn is_said_of_dates(word: &str) -> bool {
    let said = |phrase: &str| phrase.split(' ').any(|part| part == word && part.len() > 2);
    CUES.iter().any(|cue| said(cue.0))
        || BEFORE.iter().any(|(phrase, _)| said(phrase))
        || NOW.iter().any(|phrase| said(phrase))
        || NOT_NOW.contains(&word)
        || MOVES.contains(&word)
        || matches!(
            word,
            "tbc" | "provisional" | "full" | "fully" | "sold" | "cancelled" | "canceled"
        )
        || is_event(word)
}

/// Fillers between such a word and the date.
pub(crate) const FILLERS: &[&str] = &[
    "the", "on", "at", "of", "end", "close", "play", "business", "day", ":", "-", ",", "(", "noon",
    "midnight", "latest", "cop",
];

/// "Book now: 5 March" tells nothing of another date.
pub(crate) const NOT_NOW: &[&str] = &[
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
