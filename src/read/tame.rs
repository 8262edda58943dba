//! Bounds what hostile markup can cost, before a parser sees it.
//!
//! Parsers of markup compare each attribute of a tag with all others of that tag, and walk the stack of open
//! elements at each tag: both are quadratic in what a stranger writes.

use std::{borrow::Cow, collections::HashMap};

/// More attributes than this and the "tag" is taken for text.
const MAX_ATTRIBUTES: usize = 300;
/// Deepest nesting that is read; pages met in the wild stay below 60.
const MAX_DEPTH: usize = 400;

/// Elements that are not open after their start tag, or that close themselves in HTML.
const NEVER_DEEP: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li", "dd", "dt", "option", "td", "tr", "th", "path",
];

/// How a piece of text that begins like a tag goes on.
enum Tag {
    /// To its `>`, at this offset.
    Ends(usize),
    /// To the end of the text, in the middle of a quoted value.
    Quoted,
    /// To the end of the text.
    Open,
    /// For more attributes than are believed.
    Monstrous,
}

fn tag(rest: &str) -> Tag {
    let (mut quote, mut gaps) = (None, 0);
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => {
                quote = None;
                gaps += 1;
            }
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Tag::Ends(at),
            (None, b' ' | b'\n' | b'\t' | b'\r' | b'/') => gaps += 1,
            (None, _) => {}
        }
        if gaps > MAX_ATTRIBUTES * 2 {
            return Tag::Monstrous;
        }
    }
    if quote.is_some() { Tag::Quoted } else { Tag::Open }
}

/// Turns the `<` of monstrous tags into text.
pub(super) fn without_monstrous_tags(text: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        let rest = text.get(start..).unwrap_or_default();
        at = start + 1;
        if rest.starts_with("<!--") {
            at = start + rest.find("-->").unwrap_or(4);
        }
        if !rest.starts_with("</") && !rest.get(1..2).is_some_and(starts_name) {
            continue;
        }
        match tag(rest) {
            Tag::Ends(end) => at = start + end,
            Tag::Quoted => {}
            Tag::Open => break,
            Tag::Monstrous => {
                let out = out.get_or_insert_with(String::new);
                out.push_str(text.get(copied..start).unwrap_or_default());
                out.push_str("&lt;");
                copied = start + 1;
            }
        }
    }
    match out {
        Some(mut out) => {
            out.push_str(text.get(copied..).unwrap_or_default());
            Cow::Owned(out)
        }
        None => Cow::Borrowed(text),
    }
}

fn starts_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Where a page nests deeper than is read, if it does.
pub(super) fn too_deep_at(text: &str) -> Option<usize> {
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut depth = 0_usize;
    for (at, _) in text.match_indices('<') {
        let rest = text.get(at + 1..).unwrap_or_default();
        let (closing, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let Some(name) = rest.get(..end.min(32)) else { continue };
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || NEVER_DEEP.contains(&name) {
            continue;
        }
        let count = open.entry(name).or_default();
        if closing {
            if *count > 0 {
                *count -= 1;
                depth -= 1;
            }
        } else {
            *count += 1;
            depth += 1;
        }
        if depth > MAX_DEPTH {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_markup_is_left_alone() {
        let page = "<p class=\"a\">5 < 6 <img src='x' alt=\"it's\"><br/></p>".repeat(500);
        assert!(matches!(without_monstrous_tags(&page), Cow::Borrowed(_)));
        assert_eq!(too_deep_at(&page), None);
    }

    #[test]
    fn a_tag_of_a_million_attributes_becomes_text_and_depth_is_seen() {
        let tag = format!("<p>x</p><a {}>y", "b=1 ".repeat(1_000_000));
        assert!(without_monstrous_tags(&tag).starts_with("<p>x</p>&lt;a b=1"));
        assert!(too_deep_at(&"<div>".repeat(5000)).is_some_and(|at| at < 5000));
        assert_eq!(too_deep_at(&"<div></div>".repeat(5000)), None);
    }
}
