//! Says what a time is for, and which date it belongs to.

use super::{
    dates::{self, Join},
    names,
    ranges::Found,
    times::{Company, TimeMark},
    tokens::Tokens,
};

/// What a time is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The event begins.
    Start,
    /// Doors, registration, coffee: used only where nothing better is said.
    Weak,
    /// The event ends.
    End,
    /// Lunch, a deadline, somebody's office hours.
    Not,
}

const AROUND_TIME: &[&str] = &[
    "at",
    "from",
    "time",
    "times",
    "starting",
    "starts",
    "start",
    "between",
    "o",
    "am",
    "rhwng",
    "and",
    "or",
    "then",
    "until",
    "till",
    "to",
    "both",
    "each",
    "amser",
    "what",
    "kick-off",
    "around",
    "about",
    "registration",
    "doors",
    "arrival",
    "arrive",
    "open",
    "for",
];

fn is_around_time(t: &Tokens, at: usize) -> bool {
    t.one_of(at, AROUND_TIME)
        || matches!(
            t.mark(at),
            Some(',' | '@' | '-' | '\u{b7}' | ';' | ':' | '(' | '&' | '/' | '?')
        )
}

pub(crate) fn company(t: &Tokens, at: usize, last: Option<&Found>) -> Company {
    let date_before = last.is_some_and(|last| {
        at - last.to() <= 5
            && (last.to()..at).all(|p| is_around_time(t, p))
            && !(last.to()..at).any(|p| p > 0 && t.has(p, '.'))
    });
    let labelled = is_labelled(t, at)
        || at > 1 && t.has(at - 1, ':') && t.one_of(at - 2, &["starts", "start", "when"]);
    // "24 June, Newark, 10 till 3": a range of hours that fills a part of the line.
    let part = at > 0 && matches!(t.mark(at - 1), Some(',' | '\u{b7}' | '|' | '-'));
    let date_before = date_before
        || part
            && fills_part(t, at)
            && last.is_some_and(|last| {
                matches!(last, Found::Date(_))
                    && at - last.to() <= 8
                    && !(last.to() + 1..=at).any(|p| t.breaks(p))
            });
    let word = at > 0
        && (t.one_of(
            at - 1,
            &["at", "from", "starts", "start", "starting", "between", "time", "until", "till"],
        ) || t.has(at - 1, '@'));
    Company { date_before, cue: labelled || word }
}

/// Whether two numbers and what joins them are all up to the next mark or end.
fn fills_part(t: &Tokens, at: usize) -> bool {
    let Some((Join::Range, second)) = end_of_clock(t, at).and_then(|p| dates::join(t, p)) else {
        return false;
    };
    end_of_clock(t, second).is_some_and(|end| {
        t.breaks(end) || matches!(t.mark(end), Some(',' | '\u{b7}' | '.' | ';' | ')' | '('))
    })
}

/// The place after "10" or "10.30".
fn end_of_clock(t: &Tokens, at: usize) -> Option<usize> {
    t.number(at).filter(|(hour, digits)| *digits <= 2 && *hour <= 23)?;
    let minutes =
        matches!(t.mark(at + 1), Some('.' | ':')) && t.number(at + 2).is_some_and(|n| n.1 == 2);
    Some(if minutes { at + 3 } else { at + 1 })
}

/// Which date, by its place in `found`, each time belongs to.
pub(crate) fn owners(t: &Tokens, found: &[Found]) -> Vec<Option<usize>> {
    let mut owners: Vec<Option<usize>> = vec![None; found.len()];
    let mut previous: Option<usize> = None;
    // Where the last thing that belongs to `previous` ended.
    let mut reach = 0;
    let mut has_time = false;
    // The time of `previous` stands in front of it.
    let mut led = false;
    for (index, item) in found.iter().enumerate() {
        let Found::Time(mark) = item else {
            previous = Some(index);
            reach = item.to();
            has_time = index > 0 && owners.get(index - 1).copied().flatten() == Some(index);
            led = has_time;
            continue;
        };
        let next = found.get(index + 1).filter(|next| matches!(next, Found::Date(_)));
        let ahead = next.map_or(Link::None, |next| link_ahead(t, mark.to, next.from()));
        let close = previous.is_some()
            && mark.from - reach <= 6
            && (reach..mark.from).all(|p| is_around_time(t, p) || t.has(p, ')'))
            && !(reach + 1..=mark.from).any(|p| {
                t.breaks(p) && t.at(p).is_some_and(|token| token.line) && !is_labelled(t, mark.from)
            });
        let same = previous.is_some()
            && mark.from - reach <= 14
            && !(reach + 1..=mark.from).any(|p| t.breaks(p));
        // "6pm 9 December until 9am 10 December"
        let through = led && matches!(dates::join(t, reach), Some((Join::Range, _)));
        let owner = match ahead {
            Link::Comma if through => Some(index + 1),
            Link::On if has_time || !close => Some(index + 1),
            Link::On | Link::Comma if close => previous,
            Link::Comma => Some(index + 1),
            _ if close || same => previous,
            _ => None,
        };
        if owner == previous && owner.is_some() {
            reach = mark.to;
            has_time = true;
        }
        if let Some(slot) = owners.get_mut(index) {
            *slot = owner;
        }
    }
    lead_together(t, found, &mut owners);
    owners
}

/// "9.30am to 12pm or 1pm to 3.30pm on 19 November": what is tied to a time in front of its date belongs there too.
fn lead_together(t: &Tokens, found: &[Found], owners: &mut [Option<usize>]) {
    for at in (1..found.len()).rev() {
        let (Some(Found::Time(a)), Some(Found::Time(b))) = (found.get(at - 1), found.get(at))
        else {
            continue;
        };
        let ahead = owners.get(at).copied().flatten().filter(|owner| *owner > at);
        let tied = b.from - a.to <= 3
            && (a.to..b.from).any(|p| t.one_of(p, AGAIN) || t.has(p, '&'))
            && (a.to..b.from).all(|p| {
                t.one_of(p, AGAIN)
                    || t.one_of(p, PARTS_OF_DAY)
                    || matches!(t.mark(p), Some('&' | ',' | ':'))
            });
        if let (Some(_), true, Some(slot @ None)) = (ahead, tied, owners.get_mut(at - 1)) {
            *slot = ahead;
        }
    }
}

/// Words between two times that make the second one more session.
pub(crate) const AGAIN: &[&str] = &["and", "or", "again", "repeat", "repeated", "a", "neu"];

const PARTS_OF_DAY: &[&str] =
    &["morning", "afternoon", "evening", "lunchtime", "from", "at", "the"];

/// "Time: ", "What time? ", or a line that says no more than "Time".
fn is_labelled(t: &Tokens, at: usize) -> bool {
    let named = |p: usize| t.one_of(p, &["time", "times", "amser"]);
    let marked = at > 1 && matches!(t.mark(at - 1), Some(':' | '?')) && named(at - 2);
    marked || at > 0 && named(at - 1) && t.at(at).is_some_and(|token| token.line)
}

enum Link {
    None,
    Comma,
    On,
}

/// "10am on 5 March", "14:00, 5 March".
fn link_ahead(t: &Tokens, from: usize, to: usize) -> Link {
    if to - from > 3 || (from + 1..=to).any(|p| t.breaks(p)) {
        return Link::None;
    }
    if (from..to).all(|p| {
        t.one_of(p, &["on", "the", "this", "ar", "ddydd"])
            || matches!(t.mark(p), Some(',' | '-' | '\u{b7}' | '('))
    }) {
        return if (from..to).any(|p| t.one_of(p, &["on", "ar"])) { Link::On } else { Link::Comma };
    }
    Link::None
}

const WEAK: &[&str] = &[
    "registration",
    "register",
    "registrations",
    "doors",
    "door",
    "arrival",
    "arrivals",
    "arrive",
    "arriving",
    "refreshments",
    "coffee",
    "tea",
    "teas",
    "check-in",
    "sign-in",
    "networking",
    "welcome",
    "gather",
];

const NOT: &[&str] = &[
    "by",
    "before",
    "deadline",
    "lunch",
    "dinner",
    "break",
    "keynote",
    "parking",
    "buffet",
    "after",
    "interviews",
    "was",
    "hours",
    "lines",
    "office",
    "phone",
    "telephone",
    "ring",
];

const ENDS: &[&str] = &[
    "until",
    "till",
    "til",
    "ends",
    "ending",
    "finish",
    "finishes",
    "finishing",
    "end",
    "closes",
    "close",
    "tan",
];

/// What else is over at some time of the day, without the event being so.
const OTHERS_END: &[&str] = &[
    "registration",
    "registrations",
    "booking",
    "bookings",
    "sales",
    "applications",
    "nominations",
    "doors",
    "desk",
    "reception",
    "office",
    "cafe",
    "café",
    "kitchen",
    "bar",
    "park",
    "parking",
    "lunch",
    "polls",
    "voting",
    "lines",
    "served",
    "open",
    "available",
];

/// What the words around a time make of it.
pub(crate) fn role(t: &Tokens, mark: &TimeMark) -> Role {
    let mut p = mark.from;
    // "0118 496 0000, 9am to 5pm"
    let number =
        p.checked_sub(1 + usize::from(p > 1 && t.has(p - 1, ','))).and_then(|p| t.number(p));
    if number.is_some_and(|(value, digits)| digits >= 3 && !(1900..2100).contains(&value)) {
        return Role::Not;
    }
    for _ in 0..4 {
        if p == 0 || t.breaks(p) {
            break;
        }
        p -= 1;
        if t.one_of(p, WEAK) {
            return Role::Weak;
        }
        // "finish by 3pm" is an end, "book by 3pm" a deadline.
        let ends_by = t.is(p, "by") && p > 0 && t.one_of(p - 1, ENDS);
        if t.one_of(p, NOT) && !ends_by {
            return Role::Not;
        }
        if t.one_of(p, ENDS) {
            if p > 0 && t.one_of(p - 1, OTHERS_END) {
                return Role::Not;
            }
            return if mark.end.is_none() { Role::End } else { Role::Start };
        }
        if !(t.one_of(
            p,
            &[
                "at", "from", "is", "are", "open", "opens", "the", "on", "served", "starts",
                "about", "around", "approx", "up", "by", "time",
            ],
        ) || matches!(t.mark(p), Some(':' | '-' | '@')))
        {
            break;
        }
    }
    // "9.30am (registration)" speaks of this time, "10am (registration from 9.30)" of another.
    let bracket = t.has(mark.to, '(') && t.has(mark.to + 2, ')');
    let q = mark.to + usize::from(bracket || t.is(mark.to, "for"));
    if t.breaks(mark.to) {
        return Role::Start;
    }
    if t.one_of(q, WEAK) {
        return Role::Weak;
    }
    // "9am to 5pm, Monday to Friday" are opening hours.
    let hours = names::weekday(t, q + usize::from(t.has(q, ','))).is_some_and(|(_, next)| {
        dates::join(t, next).is_some_and(|(_, after)| {
            names::weekday(t, after).is_some_and(|(_, end)| t.number(end).is_none())
        })
    });
    if hours || t.one_of(q, &["lunch", "deadline", "dinner", "cut-off"]) {
        return Role::Not;
    }
    let label =
        t.has(q + 1, ':') || t.one_of(q + 1, &["date", "time"]) || t.number(q + 1).is_some();
    if mark.end.is_none() && !label && t.one_of(q, &["finish", "finishes", "end", "close", "ends"])
    {
        return Role::End;
    }
    Role::Start
}
