//! Knows lists in which each date has a place, a number or a line of its own: "11 June (Exeter) or 18 June (Truro)".

use super::{
    cues,
    dates::{self, Join},
    ranges::Block,
    roles::AGAIN,
    tokens::Tokens,
};

/// Words between two dates of a list, at most.
const MOST_BETWEEN: usize = 8;

/// The place after a bracket that says where the date before it is; `None` if there is none.
pub(crate) fn behind_place(t: &Tokens, at: usize) -> Option<usize> {
    if !t.has(at, '(') {
        return None;
    }
    let close = (at + 1..at + 2 + MOST_BETWEEN).find(|&p| t.has(p, ')'))?;
    let names = (at + 1..close).all(|p| is_name(t, p) && !t.breaks(p));
    (close > at + 1 && names).then_some(close + 1)
}

/// Whether a place stands between two dates of a list.
pub(crate) fn has_place(t: &Tokens, from: usize, next: usize) -> bool {
    let small = |p: usize| {
        t.one_of(p, AGAIN) || t.one_of(p, &["then", "also", "both", "from", "repeats", "the"])
    };
    behind_place(t, from).is_some()
        || counted(t, next).is_none()
            && (from..next).any(|p| t.word(p).is_some() && is_name(t, p) && !small(p))
}

/// A word that can be part of a place's or a theme's name, and says nothing about the date.
fn is_name(t: &Tokens, at: usize) -> bool {
    match t.word(at) {
        Some(word) => !cues::is_said_of_dates(word),
        None => matches!(t.mark(at), Some(',' | '\'' | '-' | '&')) || t.number(at).is_some(),
    }
}

/// How two dates hang together that are entries of one list.
pub(crate) fn entries(t: &Tokens, a: &Block, b: &Block) -> Option<Join> {
    let written = |block: &Block| {
        let days = block.chain.atoms.as_slice();
        (days.len(), days.first().is_some_and(|day| day.year.is_some()))
    };
    if written(a) != written(b) || b.from < a.to {
        return None;
    }
    let behind = behind_place(t, a.to);
    let rest = behind.unwrap_or(a.to);
    if let (Some(first), Some(second)) = (counted(t, a.from), counted(t, b.from))
        && first.word == second.word
        && second.number == first.number + 1
        && second.at >= rest
        && second.at - rest <= 2
        && (rest..second.at).all(|p| is_separator(t, p))
    {
        return Some(Join::Comma);
    }
    if is_row(t, a.from) && is_row(t, b.from) {
        let alike = a.times.is_empty() == b.times.is_empty();
        return (alike && ends_row(t, rest, b.from)).then_some(Join::Comma);
    }
    let labelled = || {
        (a.from.saturating_sub(40)..a.from)
            .rev()
            .take_while(|&p| !t.breaks(p + 1))
            .any(|p| t.has(p, ':') && p > 0 && t.one_of(p - 1, &["dates", "dyddiadau"]))
    };
    let between = rest..b.from;
    let parted = between.clone().any(|p| is_separator(t, p));
    let named = between.len() <= MOST_BETWEEN
        && between.clone().all(|p| is_separator(t, p) || t.word(p).is_some() && is_name(t, p))
        && !(rest + 1..=b.from).any(|p| t.breaks(p));
    (parted && named && labelled()).then_some(Join::Comma)
}

fn is_separator(t: &Tokens, at: usize) -> bool {
    matches!(t.mark(at), Some(',' | ';' | '\u{b7}' | '&' | '.')) || t.one_of(at, &["and", "a"])
}

/// "Session 2:", "part one", "the second is".
struct Counted<'a> {
    word: &'a str,
    number: usize,
    at: usize,
}

/// Numbers as words, from one on.
const NUMBERS: &[&str] = &["one", "two", "three", "four", "five", "six", "seven", "eight"];

/// Ordinals as words, from the first on.
const ORDINALS: &[&str] = &["first", "second", "third", "fourth", "fifth", "sixth"];

/// The word and number that stand directly before a date.
fn counted(t: &Tokens, date: usize) -> Option<Counted<'_>> {
    let tie = |p: usize| t.one_of(p, &["on", "is"]) || matches!(t.mark(p), Some(':' | '-' | '('));
    let end = (date.saturating_sub(3)..date).rev().find(|&p| !tie(p))?;
    let place =
        |list: &[&str], p: usize| list.iter().position(|word| t.is(p, word)).map(|place| place + 1);
    let start = |p: usize| if p > 0 && t.is(p - 1, "the") { p - 1 } else { p };
    if let Some(number) = place(ORDINALS, end) {
        return Some(Counted { word: "", number, at: start(end) });
    }
    let before = end.checked_sub(1)?;
    if let (Some(number), Some(word)) = (place(ORDINALS, before), t.word(end)) {
        return Some(Counted { word, number, at: start(before) });
    }
    let written = t.number(end).filter(|(_, digits)| *digits <= 2);
    let number = written
        .and_then(|(number, _)| usize::try_from(number).ok())
        .or_else(|| place(NUMBERS, end))?;
    let word = t.word(before).filter(|word| word.len() > 2)?;
    Some(Counted { word, number, at: before })
}

/// The date is the first thing on its line, after a bullet at most.
fn is_row(t: &Tokens, date: usize) -> bool {
    let first = |p: usize| t.at(p).is_some_and(|token| token.line);
    first(date)
        || date > 0 && first(date - 1) && matches!(t.mark(date - 1), Some('-' | '*' | '\u{b7}'))
}

/// From the end of a date to the next line nothing stands but a place or a code.
fn ends_row(t: &Tokens, from: usize, next: usize) -> bool {
    let line = (from..=next).find(|&p| t.at(p).is_some_and(|token| token.line));
    let Some(line) = line.filter(|line| next - line <= 1 && line - from <= MOST_BETWEEN) else {
        return false;
    };
    let plain =
        (from..line).all(|p| is_name(t, p) || matches!(t.mark(p), Some('.' | ';' | '(' | ')')));
    plain && (from == line || t.mark(from).is_some() || dates::join(t, from).is_none())
}
