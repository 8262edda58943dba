//! Days written in numbers: `14/11/2014`, `2014-11-14`, `14.11.14`, and `5/3` where something beside it says so.

use chrono::Weekday;

use super::{
    dates::{Atom, Chain, Trust},
    names,
    tokens::Tokens,
};

/// Three numbers with the same mark between: `14/11/2014`, `2014-11-14`, `14.11.14`; `5/3` with a cue.
pub(crate) fn numeric(t: &Tokens, at: usize, america: bool) -> Option<Chain> {
    let mut p = at;
    let mut name = None;
    if let Some((day, next)) = names::weekday(t, p) {
        name = Some(day);
        p = next + usize::from(t.has(next, ','));
    }
    let (a, a_digits) = t.number(p)?;
    let mark = t.mark(p + 1).filter(|mark| matches!(mark, '/' | '-' | '.'))?;
    let loose = mark == '/' && !t.glued(p + 1) && !t.glued(p + 2);
    if !(loose || (t.glued(p + 1) && t.glued(p + 2))) {
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
        (t.glued(to) && t.word(to).is_some()) || t.has(to, '%') || names::month(t, to).is_some();
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
