//! Finds the days that a text writes: "14 November", "5th & 6th March", "14/11/14", "this Friday".

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::tokens::Tokens;

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

const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Mon),
    ("mon", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("tues", Weekday::Tue),
    ("tue", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("weds", Weekday::Wed),
    ("wed", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("thurs", Weekday::Thu),
    ("thur", Weekday::Thu),
    ("thu", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("fri", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sat", Weekday::Sat),
    ("sunday", Weekday::Sun),
    ("sun", Weekday::Sun),
];

const WELSH_WEEKDAYS: &[(&str, Weekday)] = &[
    ("llun", Weekday::Mon),
    ("lun", Weekday::Mon),
    ("mawrth", Weekday::Tue),
    ("fawrth", Weekday::Tue),
    ("mercher", Weekday::Wed),
    ("fercher", Weekday::Wed),
    ("iau", Weekday::Thu),
    ("gwener", Weekday::Fri),
    ("wener", Weekday::Fri),
    ("sadwrn", Weekday::Sat),
    ("sul", Weekday::Sun),
];

/// English and Welsh, with the mutations that follow "o" ("5 o Fawrth") and "ym".
const MONTHS: &[(&str, u32)] = &[
    ("january", 1),
    ("jan", 1),
    ("ionawr", 1),
    ("ion", 1),
    ("february", 2),
    ("feb", 2),
    ("chwefror", 2),
    ("chwe", 2),
    ("march", 3),
    ("mar", 3),
    ("mawrth", 3),
    ("fawrth", 3),
    ("april", 4),
    ("apr", 4),
    ("ebrill", 4),
    ("ebr", 4),
    ("may", 5),
    ("mai", 5),
    ("fai", 5),
    ("june", 6),
    ("jun", 6),
    ("mehefin", 6),
    ("fehefin", 6),
    ("meh", 6),
    ("july", 7),
    ("jul", 7),
    ("gorffennaf", 7),
    ("orffennaf", 7),
    ("gorff", 7),
    ("august", 8),
    ("aug", 8),
    ("awst", 8),
    ("september", 9),
    ("sept", 9),
    ("sep", 9),
    ("medi", 9),
    ("fedi", 9),
    ("october", 10),
    ("oct", 10),
    ("hydref", 10),
    ("november", 11),
    ("nov", 11),
    ("tachwedd", 11),
    ("dachwedd", 11),
    ("tach", 11),
    ("december", 12),
    ("dec", 12),
    ("rhagfyr", 12),
    ("ragfyr", 12),
    ("rhag", 12),
];

const ORDINALS: &[&str] =
    &["st", "nd", "rd", "th", "af", "ail", "il", "ydd", "ed", "fed", "eg", "ain"];

const ORDINAL_WORDS: &[&str] = &[
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];

/// After "N may" these show that the word is a verb.
const VERB_AFTER: &[&str] = &[
    "be", "not", "have", "also", "attend", "come", "apply", "need", "want", "wish", "include",
    "vary",
];

/// "12 May Road" and the like are addresses.
const STREETS: &[&str] = &[
    "street", "st", "road", "rd", "avenue", "lane", "close", "court", "terrace", "gardens",
    "drive", "crescent", "square",
];

/// "In March 10 people came": a count, not a day.
const COUNTED: &[&str] = &[
    "people",
    "councils",
    "officers",
    "members",
    "teams",
    "places",
    "sessions",
    "tickets",
    "years",
    "days",
    "weeks",
    "hours",
    "minutes",
    "mins",
    "months",
    "projects",
    "of",
    "percent",
    "staff",
    "organisations",
    "events",
    "miles",
    "per",
    "new",
    "million",
    "residents",
    "spaces",
    "attendees",
];

pub(crate) fn lookup<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// The month that a word names; a full stop after a short form belongs to it.
pub(crate) fn month(t: &Tokens, at: usize) -> Option<(u32, usize)> {
    let word = t.word(at)?;
    let word = word.strip_suffix("'s").unwrap_or(word);
    let month = lookup(MONTHS, word)?;
    let short =
        word.len() <= 5 && !matches!(word, "may" | "june" | "july" | "march" | "april" | "mai");
    let dot = short && t.has(at + 1, '.') && t.glued(at + 1);
    Some((month, at + 1 + usize::from(dot)))
}

/// The weekday that stands there, with "dydd" or "nos" before a Welsh one.
pub(crate) fn weekday(t: &Tokens, at: usize) -> Option<(Weekday, usize)> {
    let word = t.word(at)?;
    if matches!(word, "dydd" | "ddydd" | "nos") {
        let day = lookup(WELSH_WEEKDAYS, t.word(at + 1)?)?;
        return Some((day, at + 2));
    }
    let day = lookup(WEEKDAYS, word)?;
    let short = word.len() <= 5;
    let dot = short && t.has(at + 1, '.') && t.glued(at + 1) && !t.breaks(at + 2);
    let dot = dot || (short && t.has(at + 1, '.') && t.number(at + 2).is_some());
    Some((day, at + 1 + usize::from(dot)))
}

/// A plural weekday: "Tuesdays".
fn weekdays(t: &Tokens, at: usize) -> Option<Weekday> {
    let word = t.word(at)?.strip_suffix('s')?;
    lookup(WEEKDAYS, word).filter(|_| word.len() > 5)
}

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

/// "fifth", "twenty-first".
fn spelt(t: &Tokens, at: usize) -> Option<(u32, usize)> {
    let place = |word: &str| {
        ORDINAL_WORDS.iter().position(|o| *o == word).and_then(|p| u32::try_from(p + 1).ok())
    };
    let word = t.word(at)?;
    let tens = match word {
        "twenty" => 20,
        "thirty" => 30,
        "thirtieth" => return Some((30, at + 1)),
        _ => return place(word).map(|day| (day, at + 1)),
    };
    let p = at + 1 + usize::from(t.has(at + 1, '-'));
    let ones = t.word(p).and_then(place).filter(|ones| *ones < 10 && tens + ones <= 31)?;
    Some((tens + ones, p + 1))
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
        "to" | "until" | "till" | "til" | "through" | "thru" | "tan" | "i" => {
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
    let clock = (t.glued(p + 1) && (t.word(p + 1).is_some() || colon))
        || t.one_of(
            p + 1,
            &["hrs", "hours", "am", "pm", "yb", "yp", "noon", "midday", "a.m", "p.m", "o'clock"],
        )
        || (t.one_of(p + 1, &["a", "p"]) && t.has(p + 2, '.'));
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
        let mut q = found.next;
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

/// Three numbers with the same mark between: `14/11/2014`, `2014-11-14`, `14.11.14`; `5/3` with a cue.
fn numeric(t: &Tokens, at: usize, america: bool) -> Option<Chain> {
    let mut p = at;
    let mut name = None;
    if let Some((day, next)) = weekday(t, p) {
        name = Some(day);
        p = next + usize::from(t.has(next, ','));
    }
    let (a, a_digits) = t.number(p)?;
    let mark = t.mark(p + 1).filter(|mark| matches!(mark, '/' | '-' | '.'))?;
    let loose = mark == '/' && !t.glued(p + 1) && !t.glued(p + 2);
    if !loose && !(t.glued(p + 1) && t.glued(p + 2)) {
        return None;
    }
    let (b, b_digits) = t.number(p + 2).filter(|(_, digits)| *digits <= 2)?;
    let third = t.has(p + 3, mark) && (loose || (t.glued(p + 3) && t.glued(p + 4)));
    let Some((c, c_digits)) = t.number(p + 4).filter(|_| third) else {
        return slashed(t, (at, p), name, (a, b), mark, (a_digits, b_digits));
    };
    let mut to = p + 5;
    let more = t.glued(to) && t.has(to, mark) && t.glued(to + 1) && t.number(to + 1).is_some();
    if more {
        return None;
    }
    if t.glued(to) && t.word(to).is_some() {
        // `2014-11-14T10:00`
        if !(t.is(to, "t") && t.glued(to + 1) && t.number(to + 1).is_some()) {
            return None;
        }
        to += 1;
    }
    let (d, m, y, trust) = if a_digits == 4 {
        (c, b, a, Trust::Written)
    } else {
        let y = match c_digits {
            4 => c,
            2 => 2000 + c,
            _ => return None,
        };
        if america && (1..=12).contains(&a) {
            (b, a, y, Trust::Written)
        } else if b > 12 && (13..=31).contains(&b) && (1..=12).contains(&a) {
            (b, a, y, Trust::MonthFirst)
        } else {
            let stamp = b != a && a <= 12 && is_us_stamp(t, to);
            if stamp { (b, a, y, Trust::Stamp) } else { (a, b, y, Trust::Written) }
        }
    };
    if a_digits != 4 && a_digits > 2 {
        return None;
    }
    let year = i32::try_from(y).ok().filter(|year| (1900..=2199).contains(year))?;
    let atom = Atom { weekday: name, day: d, month: Some(m), year: Some(year), trust };
    Some(Chain { from: at, to, atoms: vec![atom], joins: Vec::new() })
}

/// `1:00:00 PM` after the date: seconds and AM/PM together are how American machines print.
fn is_us_stamp(t: &Tokens, at: usize) -> bool {
    let p = at + usize::from(t.has(at, ','));
    t.number(p).is_some()
        && t.has(p + 1, ':')
        && t.has(p + 3, ':')
        && t.number(p + 4).is_some()
        && t.one_of(p + 5, &["am", "pm"])
}

/// `5/3`, no year.
fn slashed(
    t: &Tokens,
    (at, p): (usize, usize),
    name: Option<Weekday>,
    (day, month): (u32, u32),
    mark: char,
    digits: (usize, usize),
) -> Option<Chain> {
    let to = p + 3;
    let fits = mark == '/' && digits.0 <= 2 && (1..=31).contains(&day) && (1..=12).contains(&month);
    let more =
        (t.glued(to) && t.word(to).is_some()) || t.has(to, '%') || self::month(t, to).is_some();
    let cue = name.is_some()
        || (at > 0 && t.one_of(at - 1, &["on", "date", "when", "dyddiad"]))
        || (at > 1
            && t.has(at - 1, ':')
            && t.one_of(at - 2, &["date", "when", "dates", "dyddiad"]));
    if !fits || more || !cue {
        return None;
    }
    let atom = Atom { weekday: name, day, month: Some(month), year: None, trust: Trust::Slashed };
    Some(Chain { from: at, to, atoms: vec![atom], joins: Vec::new() })
}

fn whole(day: NaiveDate, trust: Trust) -> Atom {
    Atom { weekday: None, day: day.day(), month: Some(day.month()), year: Some(day.year()), trust }
}

/// The first such weekday on or after a day.
fn next_weekday(from: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    let ahead = (7 + weekday.num_days_from_monday() - from.weekday().num_days_from_monday()) % 7;
    from.checked_add_days(Days::new(u64::from(ahead)))
}

/// "today", "tomorrow", "this Friday", "last Thursday", a bare "Tuesday".
fn relative(t: &Tokens, at: usize, posted: NaiveDate) -> Option<Chain> {
    let one = |to: usize, day: NaiveDate, trust: Trust| {
        Some(Chain { from: at, to, atoms: vec![whole(day, trust)], joins: Vec::new() })
    };
    // "today's", "tomorrow's"
    match t.word(at)? {
        "today" | "tonight" | "heddiw" | "heno" => return one(at + 1, posted, Trust::Relative),
        "tomorrow" | "yfory" => return one(at + 1, posted.succ_opt()?, Trust::Relative),
        "yesterday" | "ddoe" => return one(at + 1, posted.pred_opt()?, Trust::Past),
        "this" if t.one_of(at + 1, &["morning", "afternoon", "evening", "lunchtime"]) => {
            return one(at + 2, posted, Trust::Relative);
        }
        "this" | "coming" | "next" | "last" => {
            let word = t.word(at)?;
            let p = at + 1 + usize::from(word == "this" && t.is(at + 1, "coming"));
            let (weekday, to) = weekday(t, p)?;
            let coming = next_weekday(posted, weekday)?;
            return match word {
                "last" => one(to, coming.checked_sub_days(Days::new(7))?, Trust::Past),
                "next" => {
                    let monday = posted.checked_sub_days(Days::new(u64::from(
                        posted.weekday().num_days_from_monday(),
                    )))?;
                    let next = monday.checked_add_days(Days::new(7))?;
                    one(to, next_weekday(next, weekday)?, Trust::NextWeekday)
                }
                _ => one(to, coming, Trust::Relative),
            };
        }
        _ => {}
    }
    let (weekday, to) = weekday(t, at)?;
    // "Monday to Friday" are opening hours.
    let hours = |p: usize| join(t, p).is_some_and(|(_, next)| self::weekday(t, next).is_some());
    if hours(to) || (at >= 2 && join(t, at - 1).is_some() && self::weekday(t, at - 2).is_some()) {
        return None;
    }
    // "sat", "sun", "wed" are words too.
    (t.word(at)?.len() > 4 && t.number(to).is_none_or(|_| !is_day_alone(t, to))).then_some(())?;
    one(to, next_weekday(posted, weekday)?, Trust::BareWeekday)
}

/// "Thursday 14" without a month is no bare weekday either.
fn is_day_alone(t: &Tokens, at: usize) -> bool {
    item(t, at).is_some()
}

/// "every Wednesday", "every first Tuesday", "first Thursday of the month", "Tuesdays".
fn repeating(t: &Tokens, at: usize, posted: NaiveDate) -> Option<Chain> {
    let every = t.one_of(at, &["every", "each", "bob"]);
    let p = at + usize::from(every) + usize::from(!every && t.is(at, "the"));
    let (nth, p) = match nth(t, p) {
        Some((nth, next)) => (Some(nth), next),
        None => (None, p + usize::from(every && t.one_of(p, &["other", "second", "alternate"]))),
    };
    let (day, mut to) = match weekday(t, p) {
        Some(found) => found,
        None => (weekdays(t, p)?, p + 1),
    };
    let plural = to == p + 1 && weekdays(t, p).is_some();
    let monthly = t.one_of(to, &["of", "in"])
        && t.one_of(to + 1, &["the", "every", "each"])
        && t.is(to + 2, "month");
    to += if monthly { 3 } else { 0 };
    if !(every || plural || (nth.is_some() && monthly)) || item(t, to).is_some() {
        return None;
    }
    let first = match nth {
        None => next_weekday(posted, day)?,
        Some(nth) => (0..3).find_map(|ahead| {
            nth_weekday(posted, ahead, day, nth).filter(|found| *found >= posted)
        })?,
    };
    Some(Chain { from: at, to, atoms: vec![whole(first, Trust::Repeats)], joins: Vec::new() })
}

/// Which one of the month: 1 to 4, or 5 for the last.
fn nth(t: &Tokens, at: usize) -> Option<(u32, usize)> {
    let word = match t.word(at) {
        Some("first") => 1,
        Some("second") => 2,
        Some("third") => 3,
        Some("fourth") => 4,
        Some("last") => 5,
        _ => {
            let (value, _) = t.number(at).filter(|(value, _)| (1..=4).contains(value))?;
            return (t.glued(at + 1) && t.one_of(at + 1, ORDINALS)).then_some((value, at + 2));
        }
    };
    Some((word, at + 1))
}

fn nth_weekday(posted: NaiveDate, ahead: u32, weekday: Weekday, nth: u32) -> Option<NaiveDate> {
    let first = posted.with_day(1)?.checked_add_months(chrono::Months::new(ahead))?;
    if nth < 5 {
        return NaiveDate::from_weekday_of_month_opt(
            first.year(),
            first.month(),
            weekday,
            u8::try_from(nth).ok()?,
        );
    }
    let find = |n| NaiveDate::from_weekday_of_month_opt(first.year(), first.month(), weekday, n);
    find(5).or_else(|| find(4))
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
    if t.number(at).is_some() && at > 0 && t.glued(at) && after + 1 != at {
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
    if let ([atom], true, false) = (chain.atoms.as_mut_slice(), named, other) {
        if atom.weekday.is_none()
            && atom.month.is_some()
            && matches!(atom.trust, Trust::Written | Trust::Slashed)
        {
            atom.weekday = Some(day);
            chain.to = next + usize::from(open && t.has(next, ')'));
        }
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
