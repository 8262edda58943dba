//! Takes a title apart at its marks and leaves only what is its name.

use crate::normalise::phrase::{self, Posted, cues, status, tokens::Tokens};

/// A part of a title between two marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Tokens `from..to`.
    pub(super) from: usize,
    pub(super) to: usize,
    /// The mark before it; none for the first.
    pub(super) mark: Option<usize>,
    /// It stands in brackets.
    pub(super) bracketed: bool,
}

/// Words that only lead to a date and go with it.
const LEADS: &[&str] = &[
    "on", "at", "from", "to", "until", "till", "between", "was", "starting", "starts", "now", "is",
    "date", "ar", "am", "o",
];

/// Words between two dates or times that go with them.
const BETWEEN: &[&str] =
    &["and", "to", "or", "until", "till", "for", "from", "a", "tan", "on", "at"];

/// Words before a state word that go with it ("has been cancelled").
const STATES: &[&str] =
    &["is", "has", "been", "now", "are", "will", "be", "this", "event", "sadly"];

/// A title in tokens, with what has been taken out.
#[derive(Debug)]
pub(super) struct Title<'a> {
    text: &'a str,
    pub(super) tokens: Tokens,
    gone: Vec<bool>,
}

impl<'a> Title<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let tokens = Tokens::of(text);
        let gone = vec![false; tokens.len()];
        Self { text, tokens, gone }
    }

    pub(super) fn is_gone(&self, at: usize) -> bool {
        self.gone.get(at).copied().unwrap_or(false)
    }

    pub(super) fn take(&mut self, from: usize, to: usize) {
        for at in from..to {
            if let Some(gone) = self.gone.get_mut(at) {
                *gone = true;
            }
        }
    }

    /// The characters of some tokens.
    pub(super) fn words(&self, from: usize, to: usize) -> String {
        self.tokens
            .chars(from, to)
            .map(|(from, to)| self.text.chars().skip(from).take(to - from).collect())
            .unwrap_or_default()
    }

    /// Takes out dates and times, with the small words that lead to them.
    pub(super) fn take_dates(&mut self, posted: &Posted) {
        let spans = phrase::spans(self.text, posted);
        for at in 0..self.tokens.len() {
            let inside = self.tokens.at(at).is_some_and(|token| {
                spans.iter().any(|(from, to)| token.from >= *from && token.to <= *to)
            });
            if inside {
                self.take(at, at + 1);
            }
        }
        for at in 1..self.tokens.len() {
            let both = self.is_gone(at - 1) && self.is_gone(at + 1);
            let mark = matches!(self.tokens.mark(at), Some('-' | ',' | '&' | '/' | '@' | '+'));
            if both && !self.is_gone(at) && (mark || self.tokens.one_of(at, BETWEEN)) {
                self.take(at, at + 1);
            }
        }
        self.take_before(LEADS);
        self.take_booking();
    }

    /// Takes out these words where what follows is gone.
    fn take_before(&mut self, words: &[&str]) {
        for at in (0..self.tokens.len()).rev() {
            if self.is_gone(at + 1) && !self.is_gone(at) && self.tokens.one_of(at, words) {
                self.take(at, at + 1);
            }
        }
    }

    /// "Tickets released on 10 January at noon for LocalGovCamp": all up to the "for".
    fn take_booking(&mut self) {
        let opens = ["tickets", "book", "booking", "bookings", "register", "registration", "sign"];
        if !self.tokens.one_of(0, &opens) {
            return;
        }
        let Some(last) = (0..self.tokens.len().min(24))
            .rev()
            .find(|&at| self.is_gone(at) && self.tokens.is(at + 1, "for"))
        else {
            return;
        };
        let article = self.tokens.one_of(last + 2, &["our", "the"]);
        if self.tokens.at(last + 2).is_some() {
            self.take(0, last + 2 + usize::from(article));
        }
    }

    /// Takes out every label of state, and says which stood there.
    pub(super) fn take_status(&mut self) -> Option<status::Said> {
        let said = status::of_title(&self.tokens)?;
        self.take(said.from, said.to);
        for at in said.to..self.tokens.len() {
            let leads = self.tokens.one_of(at, &["to", "from", "until", "till", "for"])
                && self.is_gone(at + 1);
            if !leads {
                break;
            }
            self.take(at, at + 1);
        }
        self.take_before(STATES);
        Some(said)
    }

    fn is_separator(&self, at: usize) -> bool {
        let spaced = !(self.tokens.glued(at) && self.tokens.glued(at + 1));
        match self.tokens.mark(at) {
            Some('-' | '/') => spaced,
            Some(',' | ':') => spaced || self.is_gone(at + 1) || self.is_gone(at.saturating_sub(1)),
            Some('(' | ')' | '[' | ']' | '\u{b7}' | '*' | '{' | '}' | '\u{bb}' | '>') => true,
            _ => false,
        }
    }

    /// The parts, in order.
    pub(super) fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut current = Part { from: 0, to: 0, mark: None, bracketed: false };
        for at in 0..self.tokens.len() {
            if self.is_separator(at) && !self.is_gone(at) {
                let next = Part {
                    from: at + 1,
                    to: at + 1,
                    mark: Some(at),
                    bracketed: matches!(self.tokens.mark(at), Some('(' | '[')),
                };
                parts.push(std::mem::replace(&mut current, next));
            } else {
                current.to = at + 1;
            }
        }
        parts.push(current);
        parts
    }

    /// The words of a part that are left, in lower case.
    pub(super) fn left(&self, part: &Part) -> String {
        let words: Vec<String> = (part.from..part.to)
            .filter(|at| !self.is_gone(*at))
            .map(|at| self.tokens.text(at))
            .filter(|word| word != "!" && word != ".")
            .collect();
        words.join(" ")
    }

    /// Only a season or a month is left of a part: "spring 2027".
    pub(super) fn is_vague(&self, part: &Part) -> bool {
        let season = self.tokens.one_of(part.from, &["spring", "summer", "autumn", "winter"]);
        let month = phrase::names::month(&self.tokens, part.from).is_some();
        let year = self.tokens.number(part.from + 1).is_some_and(|(_, digits)| digits == 4);
        // ", spring" alone tells one meeting of a group from the next.
        part.mark.is_some() && part.to - part.from == 2 && year && (season || month)
    }

    /// What is left, put together again with the marks that stand between.
    pub(super) fn rebuild(&self) -> String {
        let mut out = String::new();
        let mut strongest: Option<usize> = None;
        let front_gone =
            self.is_gone(0) || self.parts().first().is_some_and(|part| self.left(part).is_empty());
        for part in self.parts() {
            let text = self.text_of(&part);
            strongest = stronger(&self.tokens, strongest, part.mark);
            if text.is_empty() {
                continue;
            }
            if part.bracketed {
                let (open, close) = if part.mark.is_some_and(|at| self.tokens.has(at, '[')) {
                    ('[', ']')
                } else {
                    ('(', ')')
                };
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push(open);
                out.push_str(&text);
                out.push(close);
            } else {
                if !out.is_empty() {
                    out.push_str(&self.glue(strongest));
                }
                out.push_str(&text);
            }
            strongest = None;
        }
        let out = out.trim().trim_matches(|c: char| {
            matches!(c, ',' | ':' | ';' | '-' | '\u{2013}' | '\u{2014}') || c.is_whitespace()
        });
        if front_gone { capitalised(out) } else { out.to_owned() }
    }

    fn glue(&self, mark: Option<usize>) -> String {
        let Some(at) = mark else { return " ".into() };
        match self.tokens.mark(at) {
            Some(',') => ", ".into(),
            Some(':') => ": ".into(),
            Some('-' | '/' | '\u{b7}' | '>' | '\u{bb}') => format!(" {} ", self.words(at, at + 1)),
            _ => " ".into(),
        }
    }

    /// The runs of a part that are left, spaced as they were.
    fn text_of(&self, part: &Part) -> String {
        let mut out = String::new();
        let mut run: Option<usize> = None;
        let flush = |run: &mut Option<usize>, to: usize, out: &mut String| {
            if let Some(from) = run.take() {
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(&self.words(from, to));
            }
        };
        for at in part.from..part.to {
            if self.is_gone(at) {
                flush(&mut run, at, &mut out);
            } else if run.is_none() {
                run = Some(at);
            }
        }
        flush(&mut run, part.to, &mut out);
        let trimmed = out
            .trim()
            .trim_matches(|c: char| matches!(c, ',' | ';' | '@' | '.') || c.is_whitespace());
        if trimmed.chars().any(char::is_alphanumeric) { trimmed.to_owned() } else { String::new() }
    }

    /// "Free webinar: …": the price goes, the event stays.
    pub(super) fn is_free_event(&self) -> bool {
        self.tokens.is(0, "free") && self.tokens.word(1).is_some_and(cues::is_event)
    }
}

/// A colon holds a title together better than a dash, a dash better than a comma.
fn stronger(t: &Tokens, a: Option<usize>, b: Option<usize>) -> Option<usize> {
    let weight = |at: Option<usize>| match at.and_then(|at| t.mark(at)) {
        Some(':') => 4,
        Some('-' | '\u{b7}' | '/') => 3,
        Some(',') => 2,
        Some(_) => 1,
        None => 0,
    };
    if weight(b) > weight(a) { b } else { a }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
