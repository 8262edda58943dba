//! Rewrites whatever a site calls RSS or Atom into XML that strict readers accept.
//!
//! The HTML tokenizer cannot fail, runs in linear time, and knows `&nbsp;`, unquoted attributes and stray `<`;
//! what it gives is put back together as well-formed XML with a small stack. Texts are handed on as escaped
//! text, so that no parser after this one sees markup inside them.

use std::{cell::RefCell, collections::HashSet};

use html5ever::{
    Attribute,
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
    },
};

use super::{
    capture::{Capture, escape},
    names::{self, Root},
    repairs::{Fault, Faults, check_strictly, escape_bare_ampersands},
};
use crate::read::{MAX_ENTRIES, MAX_TEXT, tame::without_monstrous_tags};

/// Deepest element outside texts.
const MAX_DEPTH: usize = 32;
/// Most prefixes that are remembered as declared.
const MAX_PREFIXES: usize = 1000;
/// Longest attribute value that is kept.
const MAX_VALUE: usize = 8192;

/// One item's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Offsets in the mended text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Line in the source.
    pub(super) line: u32,
}

/// A feed made whole.
#[derive(Debug)]
pub(super) struct Mended {
    /// Well-formed XML in UTF-8.
    pub(super) text: String,
    pub(super) items: Vec<Item>,
    /// Start tags that stand open where the items are, and the end tags that close them.
    pub(super) opening: String,
    pub(super) closing: String,
    /// Line of an item that the source breaks off in.
    pub(super) cut: Option<u32>,
}

/// The feed in the text, if there is one.
pub(super) fn mend(text: &str, faults: &mut Faults) -> Option<Mended> {
    check_strictly(text, faults);
    let text = escape_bare_ampersands(text, faults);
    let text = without_monstrous_tags(&text);
    let tokenizer = Tokenizer::new(
        Sink(RefCell::new(Mender { faults: std::mem::take(faults), ..Mender::default() })),
        TokenizerOpts::default(),
    );
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&text));
    // A script would stop the tokenizer; this sink never asks for one, so one call reads all.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut mender = tokenizer.sink.0.into_inner();
    let cut = mender.finish();
    *faults = std::mem::take(&mut mender.faults);
    mender.root?;
    Some(Mended {
        text: mender.out,
        items: mender.items,
        opening: mender.opening,
        closing: mender.closing,
        cut,
    })
}

struct Sink(RefCell<Mender>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut mender = self.0.borrow_mut();
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => mender.start(&tag, line),
            Token::TagToken(tag) => mender.end(&tag, line),
            Token::CharacterTokens(text) => mender.characters(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        // So that CDATA sections are read as such.
        true
    }
}

struct Open {
    name: String,
    item: bool,
}

#[derive(Default)]
struct Mender {
    root: Option<Root>,
    out: String,
    stack: Vec<Open>,
    capture: Option<Capture>,
    items: Vec<Item>,
    opening: String,
    closing: String,
    declared: HashSet<String>,
    started_at_junk: bool,
    full: bool,
    faults: Faults,
}

impl Mender {
    fn start(&mut self, tag: &Tag, line: u32) {
        let Some(name) = names::element(&tag.name, self.root) else { return };
        if self.root.is_none() {
            self.begin(&tag.name, tag);
            return;
        }
        if self.stack.is_empty() {
            return;
        }
        if self.capture.is_some() {
            if !names::ends_a_text(&name) {
                self.markup(tag, &name);
                return;
            }
            self.faults.note(Fault::UnclosedElement, Some(line));
            self.close_capture();
        }
        if self.stack.last().is_some_and(|open| names::is_leaf(&open.name)) {
            self.faults.note(Fault::UnclosedElement, Some(line));
            self.pop();
        }
        if names::is_container(&name) {
            // A second channel in one feed: its items belong to the first.
            if self.stack.iter().any(|open| open.name == name) {
                return;
            }
        }
        let item = names::is_item(&name);
        if item && !self.make_room_for_item(line) {
            return;
        }
        if self.full && !item {
            return;
        }
        self.open(tag, name, item, line);
    }

    fn open(&mut self, tag: &Tag, name: String, item: bool, line: u32) {
        if names::is_left_out(&name) {
            return;
        }
        self.check_prefix(&name, line);
        if names::is_text(&name) && !item {
            if !tag.self_closing {
                self.capture = Some(Capture::begin(tag, name));
            }
            return;
        }
        if self.stack.len() >= MAX_DEPTH {
            self.faults.note(Fault::TooDeep, Some(line));
            return;
        }
        if item {
            self.remember_frame();
            self.items.push(Item { start: self.out.len(), end: self.out.len(), line });
        }
        self.emit_start(&name, &tag.attrs);
        self.stack.push(Open { name, item });
        if item && self.root == Some(Root::Channel) {
            self.emit_cdf_link(&tag.attrs);
        }
        if tag.self_closing {
            self.pop();
        }
    }

    /// Where the feed begins; what stands before is junk.
    fn begin(&mut self, name: &str, tag: &Tag) {
        let Some(root) = names::root(name) else {
            self.started_at_junk = true;
            return;
        };
        if self.started_at_junk && !self.faults.has(Fault::JunkBefore) {
            self.faults.note(Fault::JunkBefore, None);
        }
        self.root = Some(root);
        let attribute = |wanted: &str| {
            tag.attrs.iter().find(|a| *a.name.local == *wanted).map(|a| a.value.to_string())
        };
        let version = attribute("version").unwrap_or_default();
        match root {
            Root::Rss if !matches!(version.as_str(), "2.0" | "0.91" | "0.92" | "1.0") => {
                self.faults.note(Fault::OddVersion, None);
            }
            Root::Feed | Root::Entry if version == "0.3" || names::is_atom_03(&tag.attrs) => {
                self.root = Some(if root == Root::Feed { Root::Feed03 } else { root });
                self.faults.note(Fault::Atom03, None);
            }
            _ => {}
        }
        self.declared.extend(names::USUAL_PREFIXES.iter().map(|(prefix, _)| (*prefix).to_owned()));
        self.emit_root(root, &tag.attrs);
        if root == Root::Entry {
            self.items.push(Item { start: 0, end: 0, line: 1 });
        }
    }

    fn emit_root(&mut self, root: Root, attributes: &[Attribute]) {
        let name = root.element();
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in names::root_attributes(root, attributes) {
            self.declare(&key);
            self.attribute(&key, &value);
        }
        self.out.push('>');
        self.stack.push(Open { name: name.into(), item: false });
        if root == Root::Channel {
            self.out.push_str("<channel>");
            self.stack.push(Open { name: "channel".into(), item: false });
        }
    }

    /// Closes what stands between the new item and the element that holds items; false when no more are taken.
    fn make_room_for_item(&mut self, line: u32) -> bool {
        if self.items.len() >= MAX_ENTRIES {
            self.faults.note(Fault::TooManyItems, Some(line));
            self.full = true;
            return false;
        }
        if self.root == Some(Root::Entry) {
            return false;
        }
        let holder = self.root.map_or("channel", Root::holder);
        let Some(at) = self.stack.iter().position(|open| open.name == holder) else {
            // Items before their channel: give them one.
            if holder == "channel" {
                self.out.push_str("<channel>");
                self.stack.push(Open { name: "channel".into(), item: false });
            }
            return holder == "channel";
        };
        if self.stack.iter().any(|open| open.item) {
            self.faults.note(Fault::UnclosedElement, Some(line));
        }
        while self.stack.len() > at + 1 {
            self.pop();
        }
        true
    }

    /// Remembers how an item can be put into a document of its own.
    fn remember_frame(&mut self) {
        if !self.opening.is_empty() {
            return;
        }
        let root_end = self.out.find('>').map_or(0, |at| at + 1);
        self.opening = self.out.get(..root_end).unwrap_or_default().to_owned();
        for open in self.stack.iter().skip(1) {
            self.opening.push_str(&format!("<{}>", open.name));
        }
        for open in self.stack.iter().rev() {
            self.closing.push_str(&format!("</{}>", open.name));
        }
    }

    fn end(&mut self, tag: &Tag, line: u32) {
        let Some(name) = names::element(&tag.name, self.root) else { return };
        if let Some(capture) = &mut self.capture {
            if capture.name == name {
                if capture.nested > 0 {
                    capture.nested -= 1;
                } else {
                    self.close_capture();
                    return;
                }
            }
            if !names::ends_a_text(&name) {
                if let Some(capture) = &mut self.capture {
                    capture.push_markup(&format!("</{}>", tag.name), self.root.is_some());
                }
                return;
            }
            self.faults.note(Fault::UnclosedElement, Some(line));
            self.close_capture();
        }
        let Some(at) = self.stack.iter().rposition(|open| open.name == name) else { return };
        // Items after </channel> are met; they belong to it.
        let holds_items = name == "channel" && self.root.is_some_and(|root| root.holder() == name);
        let keep = if holds_items { at + 1 } else { at };
        // A channel is kept open until the feed ends.
        if self.stack.iter().skip(at + 1).any(|open| open.name != "channel") {
            self.faults.note(Fault::UnclosedElement, Some(line));
        }
        while self.stack.len() > keep {
            self.pop();
        }
    }

    fn pop(&mut self) {
        let Some(open) = self.stack.pop() else { return };
        self.out.push_str(&format!("</{}>", open.name));
        if open.item
            && let Some(item) = self.items.last_mut()
        {
            item.end = self.out.len();
        }
    }

    fn characters(&mut self, text: &str) {
        if let Some(capture) = &mut self.capture {
            capture.push_characters(text);
        } else if self.stack.last().is_some_and(|open| !names::is_structure(&open.name)) {
            escape(
                text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default(),
                &mut self.out,
            );
        }
    }

    /// Markup inside a text.
    fn markup(&mut self, tag: &Tag, name: &str) {
        let mut written = format!("<{}", tag.name);
        for attribute in &tag.attrs {
            written.push_str(&format!(" {}=\"", attribute.name.local));
            escape(&attribute.value, &mut written);
            written.push('"');
        }
        written.push_str(if tag.self_closing { "/>" } else { ">" });
        let Some(capture) = &mut self.capture else { return };
        if capture.name == name && !tag.self_closing {
            capture.nested += 1;
        }
        capture.push_markup(&written, true);
    }

    fn close_capture(&mut self) {
        let Some(capture) = self.capture.take() else { return };
        if capture.cut {
            self.faults.note(Fault::TextTooLong, self.items.last().map(|item| item.line));
        }
        let atom = self.root.is_some_and(Root::is_atom) || capture.name.starts_with("atom:");
        if !atom && capture.has_tags {
            self.faults.note(Fault::InlineMarkup, None);
        }
        let Some((value, kind)) = (if atom { capture.as_atom() } else { capture.as_rss() }) else {
            return;
        };
        self.out.push_str(&format!("<{}", capture.name));
        if let Some(kind) = kind {
            self.attribute("type", kind);
        }
        if let Some(language) = &capture.language {
            self.attribute("xml:lang", language);
        }
        self.out.push('>');
        escape(value.trim(), &mut self.out);
        self.out.push_str(&format!("</{}>", capture.name));
    }

    fn emit_start(&mut self, name: &str, attributes: &[Attribute]) {
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in names::attributes(attributes) {
            self.declare(&key);
            self.attribute(&key, &value);
        }
        self.out.push('>');
    }

    /// Microsoft's Channel Definition Format says its links in attributes.
    fn emit_cdf_link(&mut self, attributes: &[Attribute]) {
        if let Some(link) = attributes.iter().find(|a| &*a.name.local == "href") {
            self.out.push_str("<link>");
            escape(&link.value, &mut self.out);
            self.out.push_str("</link>");
        }
    }

    fn attribute(&mut self, key: &str, value: &str) {
        self.out.push_str(&format!(" {key}=\""));
        escape(
            value.get(..value.floor_char_boundary(MAX_VALUE)).unwrap_or_default(),
            &mut self.out,
        );
        self.out.push('"');
    }

    fn declare(&mut self, key: &str) {
        if let Some(prefix) = key.strip_prefix("xmlns:")
            && self.declared.len() < MAX_PREFIXES
        {
            self.declared.insert(prefix.to_owned());
        }
    }

    fn check_prefix(&mut self, name: &str, line: u32) {
        if let Some((prefix, _)) = name.split_once(':')
            && !self.declared.contains(prefix)
        {
            self.faults.note_words(Fault::UndeclaredPrefix, Some(line), prefix);
        }
    }

    /// Closes what is open at the end of the source; the line of an item that was cut off there.
    fn finish(&mut self) -> Option<u32> {
        self.root?;
        let in_item = self.stack.iter().any(|open| open.item);
        let unfinished = self.capture.is_some() || in_item;
        self.close_capture();
        let mut cut = None;
        if in_item {
            if let Some(item) = self.items.pop() {
                self.out.truncate(item.start);
                cut = Some(item.line);
            }
            if let Some(at) = self.stack.iter().position(|open| open.item) {
                self.stack.truncate(at);
            }
        }
        let left_open = self.root != Some(Root::Channel)
            && self.stack.iter().any(|open| open.name != "channel");
        if unfinished || left_open {
            self.faults.note(Fault::CutOff, cut);
        }
        while !self.stack.is_empty() {
            self.pop();
        }
        if self.root == Some(Root::Entry) {
            let end = self.out.len();
            if let Some(item) = self.items.last_mut() {
                item.end = end;
            }
        }
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> (String, Faults) {
        let mut faults = Faults::default();
        let mended = mend(text, &mut faults).unwrap();
        (mended.text, faults)
    }

    #[test]
    fn markup_in_texts_is_escaped_and_unclosed_elements_end_where_they_must() {
        let (text, faults) = mended(
            "Warning: x<br />\n<RSS Version=2.0><channel><title>A & B<item><title>C<br>d</title>\
             <pubDate>x<description>e</item><item><title>F</title></channel></rss>",
        );
        let body = text.split_once("<channel>").unwrap().1;
        assert_eq!(
            body,
            "<title>A &amp; B</title><item><title>C&lt;br&gt;d</title><pubDate>x</pubDate>\
             <description>e</description></item><item><title>F</title></item></channel></rss>"
        );
        for fault in
            [Fault::JunkBefore, Fault::BareAmpersand, Fault::UnclosedElement, Fault::InlineMarkup]
        {
            assert!(faults.has(fault), "{fault:?}");
        }
    }

    #[test]
    fn a_feed_that_breaks_off_loses_only_its_last_item() {
        let mut faults = Faults::default();
        let mended = mend(
            "<rss version='2.0'><channel>\n<item><title>A</title></item>\n<item><title>B</ti",
            &mut faults,
        )
        .unwrap();
        assert_eq!((mended.items.len(), mended.cut), (1, Some(3)));
        assert!(faults.has(Fault::CutOff));
        assert!(mended.text.ends_with("<item><title>A</title></item></channel></rss>"));
    }

    #[test]
    fn atom_texts_get_one_of_two_types() {
        let (text, faults) = mended(
            "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><tagline mode='escaped' type='text/html'>a &lt;b&gt;\
             </tagline><entry><title/><content type='application/xhtml+xml'><div>x &amp; y</div></content></entry></feed>",
        );
        assert!(faults.has(Fault::Atom03));
        assert!(
            text.contains(
                "<subtitle type=\"html\">a &lt;b&gt;</subtitle><entry><content type=\"html\">"
            ),
            "{text}"
        );
        assert!(text.contains("&lt;div&gt;x &amp;amp; y&lt;/div&gt;"), "{text}");
        assert!(text.contains("xmlns=\"http://www.w3.org/2005/Atom\""), "{text}");
    }
}
