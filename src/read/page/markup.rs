//! Small questions about text that may be HTML.

use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};
use std::cell::RefCell;

/// Elements by which HTML in feeds betrays itself.
const TELLING: &[&str] = &[
    "p",
    "br",
    "a",
    "b",
    "i",
    "u",
    "em",
    "strong",
    "div",
    "span",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "tr",
    "td",
    "th",
    "tbody",
    "img",
    "blockquote",
    "hr",
    "section",
    "article",
    "time",
    "abbr",
    "sup",
    "sub",
    "font",
    "center",
    "pre",
    "code",
    "dl",
    "dt",
    "dd",
    "small",
    "figure",
    "iframe",
];

/// Whether a `mark` (`<` or `&lt;`) is followed by a telling element's name.
fn has_tag_after(text: &str, mark: &str) -> bool {
    text.match_indices(mark).any(|(at, _)| {
        let rest = text.get(at + mark.len()..).unwrap_or_default();
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest.get(..end.min(12)).unwrap_or_default();
        let next = rest.get(end..).unwrap_or_default();
        (next.is_empty() || next.starts_with(['>', ' ', '/', '\n', '\t', '\r', '&']))
            && TELLING.iter().any(|known| known.eq_ignore_ascii_case(name))
    })
}

/// Whether it has tags or character references of HTML.
pub(in crate::read) fn looks_like_html(text: &str) -> bool {
    has_tag_after(text, "<") || text.contains("<!--") || has_reference(text)
}

/// `&amp;`, `&#8217;`, `&nbsp;`
fn has_reference(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let rest = rest.strip_prefix('#').unwrap_or(rest);
        let length = rest.bytes().take(12).take_while(u8::is_ascii_alphanumeric).count();
        length > 1 && rest.get(length..).is_some_and(|rest| rest.starts_with(';'))
    })
}

/// Whether it is HTML that was escaped once too often: escaped tags, and no real ones.
pub(in crate::read) fn is_escaped(text: &str) -> bool {
    text.contains("&gt;") && has_tag_after(text, "&lt;") && !has_tag_after(text, "<")
}

/// Takes one layer of escaping off. Tags, if there are any, are left out.
pub(in crate::read) fn unescape(text: &str) -> String {
    if !text.contains(['&', '<']) {
        return text.to_owned();
    }
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    let tokenizer = Tokenizer::new(Characters(RefCell::default()), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

struct Characters(RefCell<String>);

impl TokenSink for Characters {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::CharacterTokens(text) = token {
            self.0.borrow_mut().push_str(&text);
        }
        TokenSinkResult::Continue
    }
}

/// One line of text: white space folded.
pub(in crate::read) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_told_from_text() {
        for html in ["<p>x", "a<br/>b", "Revs &amp; Bens", "5&nbsp;pm", "<A HREF='x'>"] {
            assert!(looks_like_html(html), "{html}");
        }
        for text in ["R&B; more", "5 < 6", "a <person@example.org>", "x & y", "<3", "AT&T"] {
            assert!(!looks_like_html(text), "{text}");
        }
    }

    #[test]
    fn escaping_that_was_done_twice_is_undone_once() {
        let twice = "&lt;p&gt;&lt;strong&gt;Date:&lt;/strong&gt; 5 &amp;amp; 6&lt;/p&gt;";
        assert!(is_escaped(twice));
        assert_eq!(unescape(twice), "<p><strong>Date:</strong> 5 &amp; 6</p>");
        assert!(!is_escaped("<p>write &lt;p&gt; for a paragraph</p>"));
        assert!(!is_escaped("x &lt; y &gt; z"));
    }
}
