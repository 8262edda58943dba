//! One text of a feed (title, description, content), gathered whatever markup stands in it.

use html5ever::tokenizer::Tag;

use super::names;
use crate::read::MAX_TEXT;

/// An element that is a text: all inside it is kept as one string.
pub(super) struct Capture {
    pub(super) name: String,
    declared: Option<String>,
    mode: Option<String>,
    pub(super) language: Option<String>,
    /// Characters as meant, and markup as written.
    plain: String,
    /// The same as markup: characters escaped.
    markup: String,
    pub(super) has_tags: bool,
    has_escaped_tags: bool,
    pub(super) nested: usize,
    pub(super) cut: bool,
}

impl Capture {
    /// Begins at a start tag.
    pub(super) fn begin(tag: &Tag, name: String) -> Self {
        let attribute = |wanted: &str| {
            let found = tag.attrs.iter().find(|a| *a.name.local == *wanted)?;
            Some(found.value.trim().to_owned())
        };
        Self {
            name,
            declared: attribute("type").map(|kind| kind.to_ascii_lowercase()),
            mode: attribute("mode").map(|mode| mode.to_ascii_lowercase()),
            language: attribute("xml:lang"),
            plain: String::new(),
            markup: String::new(),
            has_tags: false,
            has_escaped_tags: false,
            nested: 0,
            cut: false,
        }
    }

    /// Takes characters, up to the cap.
    pub(super) fn push_characters(&mut self, text: &str) {
        let room = text.floor_char_boundary(MAX_TEXT.saturating_sub(self.plain.len()));
        self.cut |= room < text.len();
        let text = text.get(..room).unwrap_or_default();
        self.has_escaped_tags |= names::has_tags(text);
        self.plain.push_str(text);
        escape(text, &mut self.markup);
    }

    /// Takes a tag as it was written.
    pub(super) fn push_markup(&mut self, written: &str, tags: bool) {
        if self.plain.len() >= MAX_TEXT {
            self.cut = true;
            return;
        }
        self.has_tags |= tags;
        self.plain.push_str(written);
        self.markup.push_str(written);
    }

    /// RSS says nothing about what a text is: unescaped tags make it markup, unless it has escaped ones too.
    pub(super) fn as_rss(&self) -> Option<(String, Option<&'static str>)> {
        let value =
            if self.has_tags && !self.has_escaped_tags { &self.markup } else { &self.plain };
        (!value.trim().is_empty()).then(|| (value.clone(), None))
    }

    /// `type` (Atom 1.0) and `mode` (Atom 0.3) in all their spellings become `text` or `html`.
    pub(super) fn as_atom(&self) -> Option<(String, Option<&'static str>)> {
        let kind = self.declared.as_deref().unwrap_or("text");
        if self.mode.as_deref() == Some("base64") {
            let packed: String = self.plain.split_whitespace().collect();
            let bytes = data_encoding::BASE64.decode(packed.as_bytes()).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            return Some((text, Some(if kind.contains("html") { "html" } else { "text" })));
        }
        let (value, kind) = match kind {
            "text" | "text/plain" | "plain" if self.has_tags => (&self.markup, "html"),
            "text" | "text/plain" | "plain" => (&self.plain, "text"),
            "html" | "text/html" if !self.has_tags => (&self.plain, "html"),
            "html" | "text/html" | "xhtml" | "application/xhtml+xml" => (&self.markup, "html"),
            kind if kind.ends_with("+xml") || kind.ends_with("/xml") => (&self.markup, "html"),
            kind if kind.starts_with("text/") => (&self.plain, "text"),
            _ => return None,
        };
        (!value.trim().is_empty()).then(|| (value.clone(), Some(kind)))
    }
}

/// Escapes what XML must not hold as it is, and leaves out what it cannot hold at all.
pub(super) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(character),
        }
    }
}
