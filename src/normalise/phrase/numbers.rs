//! Knows numbers that look like dates and times and are none: rooms, prices, telephones, postcodes, laws.

use super::{dates, names, tokens::Tokens};

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
    let dated = names::month(t, p + 1).is_some() && (weak || !american);
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
    if joined && t.number(p + 1).is_some_and(|n| n.1 <= 3) && names::month(t, p + 2).is_none() {
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
