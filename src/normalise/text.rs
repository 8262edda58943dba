//! Turns what a feed calls text into plain, clean words: no markup, no hidden characters, no endless fields.

use std::{fmt::Write as _, sync::LazyLock};

use regex::Regex;
use scraper::{ElementRef, Html, Node};
use unicode_normalization::UnicodeNormalization;
use url::Url;

use crate::read::Text;

/// Longest text of one field, in bytes (DESIGN, section 6).
pub const MAX_FIELD: usize = 64 * 1024;
/// Longest single line (titles, places), in bytes; longer ones are a fault of the feed.
pub const MAX_LINE: usize = 1024;
/// Markup is longer than what it says; no more of it than this is parsed.
const MAX_MARKUP: usize = 4 * MAX_FIELD;
/// Some sites escape their HTML again at each step; this many layers are taken off.
const MAX_LAYERS: usize = 3;
/// Longest address that is believed.
const MAX_URL: usize = 2000;

/// Compiles a pattern of this crate's own.
#[expect(clippy::expect_used, reason = "the patterns are constants, and tests run each of them")]
pub(super) fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("a pattern of our own is well formed")
}

/// The same with word ends as ASCII knows them: looking for those of Unicode takes many times as long in every text
/// that holds a dash or a curly quote.
pub(super) fn quick_pattern(source: &str) -> Regex {
    pattern(&source.replace(r"\b", r"(?-u:\b)"))
}

/// A text in plain words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plain {
    /// The words.
    pub words: String,
    /// Whether the field was longer than [`MAX_FIELD`] and was cut.
    pub cut: bool,
    /// Links of the markup: words and address as written.
    pub links: Vec<(String, String)>,
}

/// Markup to words; see [`read`].
#[must_use]
pub fn plain(text: &Text) -> String {
    read(text).words
}

/// Markup to words: paragraphs and list items become lines, hidden characters go, at most 64 KB stay.
#[must_use]
pub fn read(text: &Text) -> Plain {
    let (value, mut cut) = cap(&text.value, MAX_MARKUP);
    let mut words = ANGLED_URL.replace_all(value, " $1 ").into_owned();
    let mut links = Vec::new();
    let mut markup = text.html || looks_like_html(&words);
    for _ in 0..MAX_LAYERS {
        if !markup {
            break;
        }
        words = words_of_html(&words, &mut links);
        markup = looks_like_html(&words);
    }
    let words = without_footers(&clean(&words));
    let (kept, shortened) = cap(&words, MAX_FIELD);
    cut |= shortened;
    links.truncate(200);
    Plain { words: kept.trim_end().to_owned(), cut, links }
}

/// Markup to one line, for titles.
#[must_use]
pub fn line(text: &Text) -> String {
    one_line(&plain(text))
}

/// A plain value to one clean line, for places and names.
#[must_use]
pub fn plain_line(value: &str) -> String {
    line(&Text { value: value.to_owned(), html: false, language: None })
}

/// Joins lines and cuts at [`MAX_LINE`].
#[must_use]
pub fn one_line(words: &str) -> String {
    let joined = words.split_whitespace().collect::<Vec<_>>().join(" ");
    cap(&joined, MAX_LINE).0.trim_end().to_owned()
}

/// The first `most` bytes at most, never half a character; and whether something was cut.
#[must_use]
pub fn cap(text: &str, most: usize) -> (&str, bool) {
    if text.len() <= most {
        return (text, false);
    }
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    (text.get(..end).unwrap_or_default(), true)
}

/// Outlook writes links as `<https://…>`, which a browser would take for an element.
static ANGLED_URL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)<((?:https?://|mailto:|tel:)[^<>\s]*)>"));

/// An element that councils' editors write, or a character reference.
static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)</?(?:p|br|div|span|a|b|i|u|strong|em|ul|ol|li|h[1-6]|table|tbody|tr|td|th|img|font|",
        r"hr|section|article|header|footer|blockquote|dl|dt|dd|pre|code|sup|sub|small|html|body|",
        r"style|script|iframe|time|figure|label|center)(?:\s[^<>]*)?/?>|<!--|<!\[CDATA\[|",
        r"&(?:amp|lt|gt|quot|apos|nbsp|ndash|mdash|rsquo|lsquo|rdquo|ldquo|hellip|pound|bull|",
        r"middot|eacute|acirc|ecirc|icirc|ocirc|ucirc|wcirc|ycirc|copy|thinsp|#\d{2,6}|#x[0-9a-f]{2,5});"
    ))
});

fn looks_like_html(words: &str) -> bool {
    MARKUP.is_match(words)
}

/// Content that is not for reading.
const SILENT: [&str; 10] = [
    "script", "style", "noscript", "template", "iframe", "object", "svg", "select", "button",
    "title",
];
/// Elements with a blank line around them.
const PARAGRAPHS: [&str; 14] = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "table",
    "blockquote",
    "section",
    "article",
    "dl",
];
/// Elements on a line of their own.
const LINES: [&str; 14] = [
    "div", "li", "tr", "address", "dt", "dd", "header", "footer", "main", "nav", "pre", "hr",
    "figure", "fieldset",
];

/// More tags than any honest field has: parsing takes time in the square of their depth.
const MAX_TAGS: usize = 8000;

/// A tag, for texts that are not worth parsing.
static ANY_TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"<[^<>]*>"));

/// Walks the tree without recursion, since strangers decide how deep it is.
fn words_of_html(markup: &str, links: &mut Vec<(String, String)>) -> String {
    if markup.bytes().filter(|byte| *byte == b'<').count() > MAX_TAGS {
        return ANY_TAG.replace_all(markup, " ").replace(['<', '>'], " ");
    }
    let html = Html::parse_fragment(markup);
    let mut out = Writing { words: String::with_capacity(markup.len()), silent: 0, links };
    let mut node = html.tree.root();
    loop {
        out.enter(node.value());
        if let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        loop {
            out.leave(node.value(), ElementRef::wrap(node));
            if let Some(sibling) = node.next_sibling() {
                node = sibling;
                break;
            }
            let Some(parent) = node.parent() else { return out.words };
            node = parent;
        }
    }
}

/// The words written so far, and whether they are inside something that is not for reading.
struct Writing<'a> {
    words: String,
    silent: usize,
    links: &'a mut Vec<(String, String)>,
}

impl Writing<'_> {
    fn enter(&mut self, node: &Node) {
        match node {
            Node::Text(text) if self.silent == 0 => push_text(&mut self.words, text),
            Node::Element(element) => {
                self.silent += usize::from(SILENT.contains(&element.name()));
                if self.silent == 0 {
                    open(&mut self.words, element.name());
                }
            }
            _ => {}
        }
    }

    fn leave(&mut self, node: &Node, element: Option<ElementRef<'_>>) {
        let Node::Element(written) = node else { return };
        let name = written.name();
        if self.silent == 0 {
            if let Some(link) = element.filter(|_| name == "a") {
                close_link(&mut self.words, link, self.links);
            }
            close(&mut self.words, name);
        }
        self.silent -= usize::from(SILENT.contains(&name)).min(self.silent);
    }
}

/// Line ends of the source are mere spaces in HTML.
fn push_text(out: &mut String, text: &str) {
    out.extend(text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }));
}

/// A line break unless the line is empty already.
fn fresh_line(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

fn open(out: &mut String, name: &str) {
    match name {
        "br" => out.push('\n'),
        // The value of a label stays on its line.
        "dd" if out.trim_end_matches(' ').ends_with(':') => {}
        "li" => {
            fresh_line(out);
            out.push_str("- ");
        }
        "td" | "th" => {
            let line = out.rsplit('\n').next().unwrap_or_default().trim_end();
            if !line.is_empty() && !line.ends_with([':', ',', '-']) {
                out.push_str(", ");
            }
        }
        _ if PARAGRAPHS.contains(&name) => out.push_str("\n\n"),
        _ if LINES.contains(&name) => fresh_line(out),
        _ => {}
    }
}

fn close(out: &mut String, name: &str) {
    match name {
        "th" | "dt" => {
            let kept = out.trim_end().trim_end_matches(':').len();
            out.truncate(kept);
            out.push_str(": ");
        }
        _ if PARAGRAPHS.contains(&name) => out.push_str("\n\n"),
        _ if LINES.contains(&name) => fresh_line(out),
        _ => {}
    }
}

/// Words of links whose address is worth reading; the address of any other is noise.
static USEFUL_LINK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:book|register|registration|ticket|sign\s*up|apply|join|agenda|programme|form|rsvp|details|find out|more information|read more|here|archebu|cofrestru|tocyn)",
    )
});

fn close_link(out: &mut String, link: ElementRef<'_>, links: &mut Vec<(String, String)>) {
    let Some(href) = link.value().attr("href").map(str::trim) else { return };
    if !href.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http")) {
        return;
    }
    let words: String = link.text().take(50).collect();
    let words = one_line(&words);
    if USEFUL_LINK.is_match(&words) && !words.contains("://") && href.len() <= MAX_URL {
        // Writing to a String cannot fail.
        let _ = write!(out, " ({href})");
    }
    links.push((words, href.to_owned()));
}

/// Characters that are not seen but change what is read: controls, direction marks, zero-width characters, tags.
fn hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || (c.is_control() && c != '\n')
}

/// Takes hidden characters out and puts white space in order: at most one blank line, none at the ends.
#[must_use]
pub fn clean(words: &str) -> String {
    let words = words.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{85}'], "\n");
    let words = words.replace('\u{2029}', "\n\n").replace('\t', " ");
    let shown: String = words.nfc().filter(|c| !hidden(*c)).collect();
    let mut out = String::with_capacity(shown.len());
    let mut blank = 0_usize;
    for line in shown.split('\n') {
        let start = out.len();
        for word in line.split_whitespace() {
            if out.len() > start {
                out.push(' ');
            } else if start > 0 {
                out.push_str(if blank > 0 { "\n\n" } else { "\n" });
            }
            out.push_str(word);
        }
        blank = if out.len() > start { 0 } else { blank + 1 };
    }
    out
}

/// Sentences that a site's software adds to every item, and whose.
static FOOTERS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // WordPress, in each RSS description.
        r"(?is)\s*The post\s.{0,400}?\sappeared first on\s.{0,200}\z",
        // WordPress, where an excerpt is cut.
        r"\s*\[(?:…|\.\.\.)\]",
    ]
    .map(pattern)
    .into()
});

fn without_footers(words: &str) -> String {
    let mut words = words.to_owned();
    for footer in FOOTERS.iter() {
        if footer.is_match(&words) {
            words = footer.replace_all(&words, "").into_owned();
        }
    }
    words
}

/// Query parameters that say where a visitor came from and nothing about the page.
fn tracks(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("utm_")
        || name.starts_with("mc_")
        || matches!(
            name.as_str(),
            "fbclid"
                | "gclid"
                | "dclid"
                | "msclkid"
                | "igshid"
                | "mkt_tok"
                | "_ga"
                | "_gl"
                | "_hsenc"
                | "_hsmi"
                | "yclid"
                | "twclid"
                | "ttclid"
                | "aff"
                | "trk"
                | "spm"
        )
}

/// Addresses that only pass a visitor on, and the parameter that says where to.
const PASSING_ON: [(&str, &str); 3] =
    [("safelinks.protection.outlook.com", "url"), ("google.com", "q"), ("google.co.uk", "q")];

/// The address of a page as it is the same for everybody: absolute, http(s), without tracking or passwords.
#[must_use]
pub fn canonical_url(written: &str, base: Option<&Url>) -> Option<String> {
    let written = written.trim();
    if written.is_empty() || written.len() > MAX_URL || written.contains(char::is_control) {
        return None;
    }
    let mut url = match Url::parse(written) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => base?.join(written).ok()?,
        Err(_) => return None,
    };
    if let Some(target) = passed_on(&url) {
        url = target;
    }
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    // Both can only fail for addresses without a host.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    if let Some(query) = url.query().map(str::to_owned) {
        let kept: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !tracks(pair.split('=').next().unwrap_or_default()))
            .collect();
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(kept.as_str()));
    }
    if url.fragment().is_some_and(|part| part.is_empty() || part.starts_with(":~:")) {
        url.set_fragment(None);
    }
    Some(url.into())
}

fn passed_on(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let (_, parameter) = PASSING_ON.iter().find(|(through, _)| {
        host.strip_suffix(through).is_some_and(|left| {
            left.is_empty()
                || left == "www."
                || (left.ends_with('.') && through.contains("safelinks"))
        })
    })?;
    let (_, target) = url.query_pairs().find(|(name, _)| name == parameter)?;
    Url::parse(&target).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(value: &str) -> Text {
        Text { value: value.into(), html: true, language: None }
    }

    fn unmarked(value: &str) -> String {
        plain(&Text { value: value.into(), html: false, language: None })
    }

    #[test]
    fn paragraphs_breaks_and_lists_become_lines() {
        let words = plain(&html(
            "<p><strong>Date:</strong> 4&nbsp;March<br />Time: 2pm</p><ul><li>One</li><li>Two</li></ul>",
        ));
        assert_eq!(words, "Date: 4 March\nTime: 2pm\n\n- One\n- Two");
        assert_eq!(
            plain(&html(
                "<table><tr><th>Date</th><td>4 March</td></tr><tr><td>a</td><td>b</td></tr></table>"
            )),
            "Date: 4 March\na, b"
        );
    }

    #[test]
    fn labels_keep_their_values() {
        let words =
            plain(&html("<dl><dt>Date:</dt>\n<dd>4 March</dd><dt>Venue</dt><dd>Hall</dd></dl>"));
        assert_eq!(words, "Date: 4 March\nVenue: Hall");
    }

    #[test]
    fn html_escaped_twice_is_read_twice() {
        assert_eq!(unmarked("show &amp;amp; tell"), "show & tell");
        assert_eq!(
            unmarked("&lt;p&gt;&lt;b&gt;Date:&lt;/b&gt; 3 March&lt;/p&gt;"),
            "Date: 3 March"
        );
    }

    #[test]
    fn what_only_looks_like_markup_stays() {
        assert_eq!(
            unmarked("5 < 6 and 7 > 3; R&D; <https://a.example/x>"),
            "5 < 6 and 7 > 3; R&D; https://a.example/x"
        );
    }

    #[test]
    fn scripts_and_hidden_characters_go() {
        assert_eq!(plain(&html("a<script>alert(1)</script><style>p{}</style>b")), "ab");
        assert_eq!(unmarked("ev\u{202e}ent\u{200b}\u{7}\u{feff} x\u{a0}\u{2009}y"), "event x y");
        assert_eq!(clean("a\r\n\r\n\r\n  b \tc\n"), "a\n\nb c");
    }

    #[test]
    fn useful_links_keep_their_address() {
        let read = read(&html(
            "<a href='https://a.example/b'>Book a place</a> at <a href='https://c.example'>our hall</a>",
        ));
        assert_eq!(read.words, "Book a place (https://a.example/b) at our hall");
        assert_eq!(read.links.len(), 2);
    }

    #[test]
    fn long_fields_are_cut_between_characters() {
        let long = read(&html(&"é".repeat(MAX_FIELD)));
        assert!(long.cut && long.words.len() <= MAX_FIELD && long.words.ends_with('é'));
        assert_eq!(cap("éé", 3), ("é", true));
    }

    #[test]
    fn deep_and_broken_markup_ends() {
        let deep = "<div><b><i>".repeat(20_000);
        assert!(plain(&html(&deep)).is_empty());
        assert_eq!(
            plain(&html("<p>a<<<b>&#0;&#xD800; <a href=>x")).replace('\u{fffd}', ""),
            "a<< x"
        );
    }

    #[test]
    fn footers_of_site_software_go() {
        let words = plain(&html(
            "<p>Bring a case [&hellip;]</p><p>The post <a href='https://a.example'>X</a> appeared first on <a href='https://a.example'>Y</a>.</p>",
        ));
        assert_eq!(words, "Bring a case");
    }

    #[test]
    fn addresses_lose_tracking_and_passwords() {
        let base = Url::parse("https://www.a.example/events/").unwrap();
        let canonical = |written| canonical_url(written, Some(&base));
        assert_eq!(
            canonical("https://u:p@A.example:443/x?utm_source=f&id=2&aff=z#").unwrap(),
            "https://a.example/x?id=2"
        );
        assert_eq!(canonical("../e/1?fbclid=x").unwrap(), "https://www.a.example/e/1");
        assert_eq!(
            canonical("https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fb.example%2Fc&data=05%7Cx%40y.z").unwrap(),
            "https://b.example/c"
        );
        for bad in ["javascript:alert(1)", "mailto:a@b.example", "data:text/html,x", "http://", ""]
        {
            assert_eq!(canonical_url(bad, None), None, "{bad}");
        }
    }
}
