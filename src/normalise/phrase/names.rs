//! The names of days and months in English and Welsh, and the words that show that a name is none.

use chrono::Weekday;

use super::tokens::Tokens;

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

pub(crate) const ORDINALS: &[&str] =
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
pub(crate) const VERB_AFTER: &[&str] = &[
    "be", "not", "have", "also", "attend", "come", "apply", "need", "want", "wish", "include",
    "vary",
];

/// "12 May Road" and the like are addresses.
pub(crate) const STREETS: &[&str] = &[
    "street", "st", "road", "rd", "avenue", "lane", "close", "court", "terrace", "gardens",
    "drive", "crescent", "square",
];

/// "In March 10 people came": a count, not a day.
pub(crate) const COUNTED: &[&str] = &[
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
pub(crate) fn weekdays(t: &Tokens, at: usize) -> Option<Weekday> {
    let word = t.word(at)?.strip_suffix('s')?;
    lookup(WEEKDAYS, word).filter(|_| word.len() > 5)
}

/// "fifth", "twenty-first".
pub(crate) fn spelt(t: &Tokens, at: usize) -> Option<(u32, usize)> {
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
