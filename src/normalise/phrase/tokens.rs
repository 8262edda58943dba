//! Cuts a text into words, numbers and marks, blind to case and to the many kinds of space and dash.

use std::cell::Cell;

/// Characters of a text that are read; the rest cannot hold the date of an announcement.
pub(crate) const CAP: usize = 64 * 1024;

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, in lower case; an apostrophe inside is kept (`o'clock`).
    Word(String),
    /// A run of digits: its value and how many digits it has.
    Number(u32, usize),
    /// Any other visible character; all dashes are `-`, all apostrophes `'`.
    Mark(char),
    /// A web or e-mail address: nothing in it is ever a date.
    Opaque,
}

/// A token and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// First character, counted in characters of the whole text.
    pub(crate) from: usize,
    /// The character after the last.
    pub(crate) to: usize,
    /// No space stands before it.
    pub(crate) glued: bool,
    /// A line break stands before it.
    pub(crate) line: bool,
}

/// A text as tokens. Every look at a token is counted, so that a test can prove the cost linear.
#[derive(Debug)]
pub(crate) struct Tokens {
    list: Vec<Token>,
    steps: Cell<usize>,
}

impl Tokens {
    /// Cuts a text.
    pub(crate) fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().take(CAP).collect();
        Self { list: cut(&chars), steps: Cell::new(chars.len()) }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Looks taken so far.
    #[cfg(test)]
    pub(crate) fn steps(&self) -> usize {
        self.steps.get()
    }

    /// The token at a place.
    pub(crate) fn at(&self, index: usize) -> Option<&Token> {
        self.steps.set(self.steps.get() + 1);
        self.list.get(index)
    }

    /// The word at a place.
    pub(crate) fn word(&self, index: usize) -> Option<&str> {
        match self.at(index).map(|token| &token.kind) {
            Some(Kind::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// The number at a place: value and count of digits.
    pub(crate) fn number(&self, index: usize) -> Option<(u32, usize)> {
        match self.at(index).map(|token| &token.kind) {
            Some(Kind::Number(value, digits)) => Some((*value, *digits)),
            _ => None,
        }
    }

    /// The mark at a place.
    pub(crate) fn mark(&self, index: usize) -> Option<char> {
        match self.at(index).map(|token| &token.kind) {
            Some(Kind::Mark(mark)) => Some(*mark),
            _ => None,
        }
    }

    /// Whether this word stands there.
    pub(crate) fn is(&self, index: usize, word: &str) -> bool {
        self.word(index) == Some(word)
    }

    /// Whether this mark stands there.
    pub(crate) fn has(&self, index: usize, mark: char) -> bool {
        self.mark(index) == Some(mark)
    }

    /// Whether one of these words stands there.
    pub(crate) fn one_of(&self, index: usize, words: &[&str]) -> bool {
        self.word(index).is_some_and(|word| words.contains(&word))
    }

    /// Whether the token there stands against the one before it.
    pub(crate) fn glued(&self, index: usize) -> bool {
        self.at(index).is_some_and(|token| token.glued)
    }

    /// Whether a new sentence or line begins at this token.
    pub(crate) fn breaks(&self, index: usize) -> bool {
        let Some(token) = self.at(index) else { return true };
        if index == 0 || token.line {
            return true;
        }
        let ends = matches!(self.mark(index - 1), Some('.' | '!' | '?' | ';' | '\u{2026}'));
        ends && !token.glued
    }

    /// Words or marks as text, for comparing with lists of cues.
    pub(crate) fn text(&self, index: usize) -> String {
        match self.at(index).map(|token| &token.kind) {
            Some(Kind::Word(word)) => word.clone(),
            Some(Kind::Number(value, _)) => value.to_string(),
            Some(Kind::Mark(mark)) => mark.to_string(),
            Some(Kind::Opaque) | None => String::new(),
        }
    }

    /// The characters that the tokens `from..to` cover.
    pub(crate) fn chars(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let first = self.list.get(from)?;
        let last = self.list.get(to.checked_sub(1)?)?;
        Some((first.from, last.to))
    }
}

/// One shape for characters that mean the same; `None` for those that mean nothing.
fn fold(c: char) -> Option<char> {
    match c {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' => {
            None
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => Some('-'),
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '`' | '\u{b4}' => Some('\''),
        '\u{ff1a}' | '\u{2236}' => Some(':'),
        '\u{2044}' | '\u{2215}' => Some('/'),
        '\u{2022}' | '\u{2219}' | '\u{22c5}' | '|' => Some('\u{b7}'),
        _ => Some(c),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '\u{300}'..='\u{36f}')
}

/// Addresses: `https://…`, `www.…`, `events@…`, `example.gov.uk/…`.
fn is_address(chunk: &[char]) -> bool {
    let text: String = chunk.iter().flat_map(|c| c.to_lowercase()).collect();
    text.contains("://")
        || text.starts_with("www.")
        || [".uk", ".com", ".org", ".net"].iter().any(|end| text.contains(end))
        || text.split_once('@').is_some_and(|(name, host)| {
            let end = host.rsplit('.').next().unwrap_or_default();
            name.chars().any(char::is_alphanumeric)
                && host.contains('.')
                && end.chars().next().is_some_and(char::is_alphabetic)
        })
}

struct Cutter {
    list: Vec<Token>,
    glued: bool,
    line: bool,
}

impl Cutter {
    fn push(&mut self, kind: Kind, from: usize, to: usize) {
        // "--" is how typewriters wrote a dash.
        let dash = (kind == Kind::Mark('-') && self.glued).then(|| self.list.last_mut()).flatten();
        if let Some(last) = dash.filter(|last| last.kind == Kind::Mark('-')) {
            last.to = to;
            return;
        }
        self.list.push(Token { kind, from, to, glued: self.glued, line: self.line });
        self.glued = true;
        self.line = false;
    }
}

fn cut(chars: &[char]) -> Vec<Token> {
    let mut cutter = Cutter { list: Vec::new(), glued: false, line: true };
    let mut index = 0;
    while let Some(&raw) = chars.get(index) {
        let Some(c) = fold(raw) else {
            index += 1;
            continue;
        };
        if c.is_whitespace() || c.is_control() {
            cutter.line |= matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}');
            cutter.glued = false;
            index += 1;
            continue;
        }
        if !cutter.glued {
            let rest = chars.get(index..).unwrap_or_default();
            let head = rest.iter().take(300).take_while(|c| !c.is_whitespace()).count();
            if is_address(rest.get(..head).unwrap_or_default()) {
                let length = rest.iter().take_while(|c| !c.is_whitespace()).count();
                cutter.push(Kind::Opaque, index, index + length);
                index += length;
                continue;
            }
        }
        index = match entity(chars, index) {
            Some((c, next)) => {
                if c.is_whitespace() || c.is_control() {
                    cutter.glued = false;
                } else {
                    cutter.push(Kind::Mark(c), index, next);
                }
                next
            }
            None => one(chars, index, c, &mut cutter),
        };
    }
    cutter.list
}

/// Marks that escaped text still carries by name.
const ENTITIES: &[(&str, char)] =
    &[("&ndash;", '-'), ("&mdash;", '-'), ("&amp;", '&'), ("&nbsp;", ' '), ("&thinsp;", ' ')];

/// The mark that an entity at this place means, and the place after it.
fn entity(chars: &[char], at: usize) -> Option<(char, usize)> {
    let rest = chars.get(at..).filter(|rest| rest.first() == Some(&'&'))?;
    if rest.get(1) == Some(&'#') {
        let digits: String = rest.iter().skip(2).take_while(|c| c.is_ascii_digit()).collect();
        let next = at + 2 + digits.len();
        let mark = char::from_u32(digits.parse().ok()?).and_then(fold)?;
        let plain = !mark.is_alphanumeric() && chars.get(next) == Some(&';');
        return plain.then_some((mark, next + 1));
    }
    ENTITIES.iter().find_map(|(name, mark)| {
        let same = |(own, wanted): (&char, char)| own.eq_ignore_ascii_case(&wanted);
        let fits = rest.len() >= name.len() && rest.iter().zip(name.chars()).all(same);
        fits.then_some((*mark, at + name.len()))
    })
}

/// Cuts the token that begins at `start`; returns where the next may begin.
fn one(chars: &[char], start: usize, c: char, cutter: &mut Cutter) -> usize {
    let folded = |at: usize| chars.get(at).map(|&raw| fold(raw));
    let mut index = start + 1;
    if c.is_ascii_digit() {
        let mut value = c.to_digit(10).unwrap_or_default();
        let mut digits = 1;
        while let Some(digit) = chars.get(index).and_then(|c| c.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(digit);
            digits += 1;
            index += 1;
        }
        cutter.push(Kind::Number(value, digits), start, index);
    } else if is_word(c) {
        let mut word: String = c.to_lowercase().collect();
        loop {
            match folded(index) {
                Some(None) => {}
                Some(Some(next)) if is_word(next) => word.extend(next.to_lowercase()),
                Some(Some('\'')) if matches!(folded(index + 1), Some(Some(n)) if is_word(n)) => {
                    word.push('\'');
                }
                _ => break,
            }
            index += 1;
        }
        // "14thJune" lacks a space.
        let after_number =
            cutter.glued && matches!(cutter.list.last().map(|t| &t.kind), Some(Kind::Number(..)));
        let parts = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_prefix(end));
        if let (true, Some(rest)) = (after_number, parts)
            && !rest.is_empty()
            && index - start == word.chars().count()
        {
            let ending = word.chars().take(2).collect();
            cutter.push(Kind::Word(ending), start, start + 2);
            cutter.push(Kind::Word(rest.to_owned()), start + 2, index);
            return index;
        }
        cutter.push(Kind::Word(word), start, index);
    } else {
        cutter.push(Kind::Mark(c), start, index);
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_dashes_and_case_do_not_matter() {
        let plain = Tokens::of("Fri 14 Nov, 10am - 4pm");
        let fancy = Tokens::of("FRI\u{a0}14\u{2009} NOV, 10AM\u{202f}\u{2013}  4PM");
        let kinds =
            |tokens: &Tokens| tokens.list.iter().map(|t| t.kind.clone()).collect::<Vec<_>>();
        assert_eq!(kinds(&plain), kinds(&fancy));
    }

    #[test]
    fn addresses_hold_no_dates() {
        for text in ["https://a.example/2026/10/30/x", "www.a.example/2015", "events2015@a.gov.uk"]
        {
            assert_eq!(
                Tokens::of(text).list.iter().map(|t| t.kind.clone()).collect::<Vec<_>>(),
                [Kind::Opaque]
            );
        }
        assert_eq!(Tokens::of("5 March@1pm").len(), 5);
    }
}
