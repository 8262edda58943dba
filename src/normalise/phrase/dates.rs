//! Finds the days that a text writes: "14 November", "5th & 6th March", "14/11/14", "this Friday".

use chrono::{Datelike, NaiveDate, Weekday};

use super::{
    names::{COUNTED, ORDINALS, STREETS, VERB_AFTER, month, spelt, weekday},
    numeric::numeric,
    relative::{relative, repeating},
    tokens::Tokens,
};

/// How far a day is to be believed as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Day and month are written.
    Written,
    /// Day and weekday are written, the month is not ("Weds 5th").
    NoMonth,
    /// `5/3`: only a date where something beside it says so.
    Slashed,
    /// `3/5/2015 1:00:00 PM`: the stamp of a machine that may put the month first.
    Stamp,
    /// `3/25/2015`: only possible with the month first.
    MonthFirst,
    /// "today", "tomorrow", "this Friday", counted from the day of publication.
    Relative,
    /// "next Friday": people disagree on which one that is.
    NextWeekday,
    /// "last Thursday", "yesterday".
    Past,
    /// A weekday and nothing else.
    BareWeekday,
    /// "every Wednesday", "first Thursday of the month".
    Repeats,
}

/// One day as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Atom {
    pub(crate) weekday: Option<Weekday>,
    pub(crate) day: u32,
    pub(crate) month: Option<u32>,
    pub(crate) year: Option<i32>,
    pub(crate) trust: Trust,
}

/// How a day hangs together with the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    /// "-", "to", "until".
    Range,
    /// "and", "&", a comma in a list.
    And,
    /// "or".
    Or,
    /// "/": `15/16 September`.
    Slash,
    /// A comma.
    Comma,
}

/// Days that share a month: tokens `from..to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) atoms: Vec<Atom>,
    /// One fewer than `atoms`.
    pub(crate) joins: Vec<Join>,
}

/// Most days that one chain may list.
const ITEMS: usize = 12;

struct Item {
    weekday: Option<Weekday>,
    day: u32,
    ordinal: bool,
    /// Written as a word ("the fifth"): only a day if "of March" follows.
    spelt: bool,
    next: usize,
}

/// "[Fri] [the] 14[th]".
fn item(t: &Tokens, at: usize) -> Option<Item> {
    let mut p = at;
    let mut day_name = None;
    if let Some((day, next)) = weekday(t, p) {
        day_name = Some(day);
        p = next;
        while t.has(p, ',') || (t.has(p, '-') && t.number(p + 1).is_some()) || t.has(p, '(') {
            p += 1;
        }
    }
    if t.one_of(p, &["the", "y", "yr"]) {
        p += 1;
    }
    if let Some((day, next)) = spelt(t, p) {
        return Some(Item { weekday: day_name, day, ordinal: true, spelt: true, next });
    }
    let (day, digits) =
        t.number(p).filter(|(day, digits)| (1..=31).contains(day) && *digits <= 2)?;
    let _ = digits;
    let ordinal = t.glued(p + 1) && t.one_of(p + 1, ORDINALS);
    let next = p + 1 + usize::from(ordinal);
    (ordinal || !is_amount(t, next)).then_some(Item {
        weekday: day_name,
        day,
        ordinal,
        spelt: false,
        next,
    })
}

/// What follows shows that the number before it is a time, a share or an id, not a day.
fn is_amount(t: &Tokens, next: usize) -> bool {
    if t.glued(next) {
        if t.has(next, '%') || (t.has(next, ':') && t.number(next + 1).is_some()) {
            return true;
        }
        if t.has(next, '.') && t.glued(next + 1) && t.number(next + 1).is_some() {
            return true;
        }
        if t.word(next).is_some() {
            return month(t, next).is_none();
        }
    }
    let meridiem =
        t.one_of(next, &["am", "pm", "yb", "yp", "noon", "midday", "midnight", "o'clock"]);
    let dotted = t.one_of(next, &["a", "p"]) && t.has(next + 1, '.') && t.is(next + 2, "m");
    meridiem || dotted
}

/// What joins two days: the join and where the next begins.
pub(crate) fn join(t: &Tokens, at: usize) -> Option<(Join, usize)> {
    if let Some(mark) = t.mark(at) {
        return match mark {
            '-' if t.has(at + 1, '>') => Some((Join::Range, at + 2)),
            '-' | '\u{2192}' => Some((Join::Range, at + 1)),
            '&' | '+' => Some((Join::And, at + 1)),
            '/' => Some((Join::Slash, at + 1)),
            ',' if t.one_of(at + 1, &["and", "a", "ac"]) || t.has(at + 1, '&') => {
                Some((Join::And, at + 2))
            }
            ',' if t.is(at + 1, "or") => Some((Join::Or, at + 2)),
            ',' => Some((Join::Comma, at + 1)),
            '\'' if t.one_of(at + 1, &["til", "till"]) => Some((Join::Range, at + 2)),
            _ => None,
        };
    }
    match t.word(at)? {
        "through" | "thru" | "up" | "right" if t.one_of(at + 1, &["to", "until", "till"]) => {
            Some((Join::Range, at + 2))
        }
        "to" | "until" | "till" | "til" | "through" | "thru" | "tan" | "hyd" | "i" => {
            Some((Join::Range, at + 1))
        }
        "and" | "a" | "ac" | "plus" => Some((Join::And, at + 1)),
        "or" | "neu" => Some((Join::Or, at + 1)),
        _ => None,
    }
}

/// A year after a month: "2015", ", 2015", "'15", and "15" where it is not the hour of something.
fn year(t: &Tokens, at: usize, near: i32, dashed: bool) -> Option<(i32, usize)> {
    let mut p = at;
    if t.has(p, ',') || (dashed && matches!(t.mark(p), Some('-' | '/' | '.'))) {
        p += 1;
    }
    let quoted = t.has(p, '\'');
    let p = p + usize::from(quoted);
    let (value, digits) = t.number(p)?;
    let value = i32::try_from(value).ok()?;
    let colon = t.has(p + 1, ':') && t.glued(p + 2) && t.number(p + 2).is_some();
    // Nobody writes "2027 pm" for a time; in Welsh, "2027 am 2yp" is "2027 at 2pm".
    let full = digits == 4 && (1900..=2099).contains(&value) && !t.glued(p + 1);
    let half = t.one_of(p + 1, &["am", "pm", "yb", "yp", "a.m", "p.m"])
        || (t.one_of(p + 1, &["a", "p"]) && t.has(p + 2, '.'));
    let clock = (t.glued(p + 1) && (t.word(p + 1).is_some() || colon))
        || t.one_of(p + 1, &["hrs", "hours", "noon", "midday", "o'clock"])
        || (half && !full);
    if clock || (t.has(p + 1, '.') && t.glued(p + 1) && t.glued(p + 2) && t.number(p + 2).is_some())
    {
        return None;
    }
    match digits {
        4 if is_hour_range(t, p + 1) && t.number(p + 2).is_some_and(|n| n.1 == 4) => None,
        4 if (1900..=2099).contains(&value) && !quoted => Some((value, p + 1)),
        2 if quoted || dashed => Some((2000 + value, p + 1)),
        2 if p == at
            && !is_hour_range(t, p + 1)
            && (near - 1..=near + 2).contains(&(2000 + value)) =>
        {
            Some((2000 + value, p + 1))
        }
        _ => None,
    }
}

/// "10 to 4": the number before is an hour, not a year.
fn is_hour_range(t: &Tokens, at: usize) -> bool {
    let day = |next: usize| month(t, next + 1).is_some() || t.one_of(next + 1, ORDINALS);
    matches!(join(t, at), Some((Join::Range, next)) if (t.number(next).is_some() && !day(next)) || t.one_of(next, &["noon", "midday", "late"]))
}

/// "14 November", "Fri 14 - Sun 16 Nov", "5, 12 and 19 March 2015", "the 14th of November".
fn day_first(t: &Tokens, at: usize, near: i32) -> Option<Chain> {
    let mut atoms: Vec<Atom> = Vec::new();
    let mut joins = Vec::new();
    let mut p = at;
    let mut first_is_plain = true;
    let mut all_ordinal = true;
    for index in 0..ITEMS {
        let found = item(t, p)?;
        if index == 0 {
            first_is_plain = found.weekday.is_none() && !found.ordinal;
        }
        all_ordinal &= found.ordinal && found.weekday.is_some() && !found.spelt;
        let (day, weekday) = (found.day, found.weekday);
        if atoms.last().is_some_and(|last| last.day >= day) {
            return None;
        }
        atoms.push(Atom { weekday, day, month: None, year: None, trust: Trust::Written });
        // "31st. March"
        let stop = found.ordinal && t.has(found.next, '.') && month(t, found.next + 1).is_some();
        let mut q = found.next + usize::from(stop);
        if t.one_of(q, &["of", "o", "ym", "mis"]) {
            q += 1;
        } else if found.spelt && !t.has(q, '-') {
            return None;
        }
        let dashed = t.glued(q)
            && matches!(t.mark(q), Some('-' | '/' | '.'))
            && t.glued(q + 1)
            && month(t, q + 1).is_some();
        if let Some((month, next)) = month(t, q + usize::from(dashed)) {
            return finish(t, at, next, month, near, dashed, (atoms, joins), first_is_plain);
        }
        match join(t, found.next).filter(|_| !found.spelt) {
            Some((joined, next)) if item(t, next).is_some() => {
                joins.push(joined);
                p = next;
            }
            _ if all_ordinal && index < 3 => {
                atoms.iter_mut().for_each(|atom| atom.trust = Trust::NoMonth);
                return Some(Chain { from: at, to: found.next, atoms, joins });
            }
            _ => return None,
        }
    }
    None
}

#[expect(clippy::too_many_arguments, reason = "the second half of `day_first`, cut off for length")]
fn finish(
    t: &Tokens,
    at: usize,
    next: usize,
    month: u32,
    near: i32,
    dashed: bool,
    (mut atoms, joins): (Vec<Atom>, Vec<Join>),
    plain: bool,
) -> Option<Chain> {
    // "Room 3, 14 November" is no list.
    let commas_only = !joins.is_empty() && joins.iter().all(|join| *join == Join::Comma);
    if commas_only && plain && joins.len() < 2 {
        return None;
    }
    let word = t.word(next - 1).or_else(|| t.word(next.saturating_sub(2))).unwrap_or_default();
    let verb = matches!(word, "may" | "march") && t.one_of(next, VERB_AFTER);
    if verb || t.one_of(next, STREETS) || t.has(next, '\'') && t.is(next + 1, "s") {
        return None;
    }
    let (year, to) = match year(t, next, near, dashed) {
        Some((year, to)) => (Some(year), to),
        None => (None, next),
    };
    for atom in &mut atoms {
        atom.month = Some(month);
        atom.year = year;
    }
    Some(Chain { from: at, to, atoms, joins })
}

/// "Nov 14th", "Thu, Mar 5, 2015", "March 5-7".
fn month_first(t: &Tokens, at: usize, near: i32) -> Option<Chain> {
    let mut p = at;
    let mut name = None;
    if let Some((day, next)) = weekday(t, p) {
        name = Some(day);
        p = next + usize::from(t.has(next, ','));
    }
    let (month, next) = month(t, p)?;
    p = next + usize::from(t.has(next, '-') && t.glued(next) && t.glued(next + 1));
    let mut atoms: Vec<Atom> = Vec::new();
    let mut joins = Vec::new();
    let mut to = p;
    for _ in 0..ITEMS {
        let Some(found) = item(t, p).filter(|item| item.weekday.is_none() && !item.spelt) else {
            break;
        };
        let verb = t.one_of(p - 1, &["may", "march"]) && t.one_of(found.next, VERB_AFTER);
        let counted = !found.ordinal && (verb || t.one_of(found.next, COUNTED));
        if counted || atoms.last().is_some_and(|last| last.day >= found.day) {
            break;
        }
        // "May 5 June": the number belongs to the month after it.
        if self::month(t, found.next).is_some() && !t.has(found.next, '-') {
            break;
        }
        atoms.push(Atom {
            weekday: name.take(),
            day: found.day,
            month: Some(month),
            year: None,
            trust: Trust::Written,
        });
        to = found.next;
        match join(t, to) {
            Some((joined, next)) if joined != Join::Comma && item(t, next).is_some() => {
                joins.push(joined);
                p = next;
            }
            _ => break,
        }
    }
    joins.truncate(atoms.len().checked_sub(1)?);
    if let Some((year, next)) =
        year(t, to, near, false).filter(|(_, next)| t.number(next - 1).is_some_and(|n| n.1 == 4))
    {
        to = next;
        atoms.iter_mut().for_each(|atom| atom.year = Some(year));
    }
    Some(Chain { from: at, to, atoms, joins })
}

/// "Thursday 14" without a month is no bare weekday either.
pub(crate) fn is_day(t: &Tokens, at: usize) -> bool {
    item(t, at).is_some()
}

/// The days that begin at this token, if any do. `posted` is the day of publication where the text appeared.
///
/// `after` is where the last thing found ended: a number tied to that by a dash is no id.
pub(crate) fn chain(
    t: &Tokens,
    at: usize,
    posted: Option<NaiveDate>,
    america: bool,
    after: usize,
) -> Option<Chain> {
    // A number glued to letters or to a mark of its own is an id ("RG14", "COVID-19").
    // "10am-4pm17 October" lacks a space.
    let found_before = after == at || after + 1 == at;
    if t.number(at).is_some() && at > 0 && t.glued(at) && !found_before {
        if t.word(at - 1).is_some() {
            return None;
        }
        let tied = t.glued(at - 1)
            && t.mark(at - 1).is_some_and(|mark| matches!(mark, '-' | '/' | '#' | '.' | '_'));
        if tied && at > 1 && (t.word(at - 2).is_some() || t.number(at - 2).is_some()) {
            return None;
        }
    }
    // "Day 3-5 March" is fine, "#5 March" is not.
    if at > 0 && t.has(at - 1, '#') {
        return None;
    }
    let repeats = posted.and_then(|day| repeating(t, at, day));
    if repeats.is_some() {
        return repeats;
    }
    let mut found = written(t, at, posted, america)?;
    weekday_behind(t, &mut found);
    Some(found)
}

/// "8 January 2027 (Friday)": the weekday may stand behind.
fn weekday_behind(t: &Tokens, chain: &mut Chain) {
    let open = t.has(chain.to, '(');
    let p = chain.to + usize::from(open || matches!(t.mark(chain.to), Some(',' | '-')));
    let Some((day, next)) = weekday(t, p).filter(|_| !t.breaks(p)) else { return };
    let named = open && t.has(next, ')') || t.word(p).is_some_and(|word| word.len() > 5);
    let other = item(t, next).is_some()
        || month(t, next).is_some()
        || t.has(next, '/')
        || join(t, next)
            .is_some_and(|(_, after)| item(t, after).is_some() || weekday(t, after).is_some());
    if let ([atom], true, false) = (chain.atoms.as_mut_slice(), named, other)
        && atom.weekday.is_none()
        && atom.month.is_some()
        && matches!(atom.trust, Trust::Written | Trust::Slashed | Trust::Relative)
    {
        atom.weekday = Some(day);
        chain.to = next + usize::from(open && t.has(next, ')'));
    }
}

fn written(t: &Tokens, at: usize, posted: Option<NaiveDate>, america: bool) -> Option<Chain> {
    let near = posted.map_or(0, |day| day.year());
    None.or_else(|| {
        day_first(t, at, near).filter(|c| c.atoms.iter().all(|a| a.trust != Trust::NoMonth))
    })
    .or_else(|| numeric(t, at, america))
    .or_else(|| month_first(t, at, near))
    .or_else(|| day_first(t, at, near).filter(|_| posted.is_some()))
    .or_else(|| posted.and_then(|day| relative(t, at, day)))
}
