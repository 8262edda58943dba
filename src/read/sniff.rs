//! Tells by the bytes what they are; content types lie.

use super::{Hint, decode, feed};

/// How far into the bytes their kind must show.
const WITHIN: usize = 65_536;

/// What bytes look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// RSS, Atom, JSON Feed.
    Feed,
    /// HTML, or a platform's JSON.
    Page,
    /// HTML, and the beginning of a feed after it.
    PageBeforeFeed,
    /// Neither; in words.
    Other(String),
}

const FEEDS: &[&str] = &["<rss", "<feed", "<rdf:rdf", "<channel", "<entry", "<atom:feed", "<rdf"];
const PAGES: &[&str] = &["<!doctype html", "<html", "<head", "<body"];
/// First bytes of what is no text, and its name.
const BINARIES: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "compressed data"),
];

/// Looks at the beginning of the bytes.
pub(super) fn shape(bytes: &[u8], hint: &Hint) -> Shape {
    if let Some((_, name)) = BINARIES.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Shape::Other(format!("it is {name}"));
    }
    let head = bytes.get(..bytes.len().min(WITHIN)).unwrap_or_default();
    let head = decode::decode(head, hint).text.to_ascii_lowercase();
    let start = head.trim_start();
    if start.starts_with(['{', '[']) {
        return if feed::is_json_feed(bytes, hint) { Shape::Feed } else { Shape::Page };
    }
    match (first(start, FEEDS), first(start, PAGES)) {
        (Some(feed), Some(page)) if page < feed => Shape::PageBeforeFeed,
        (Some(_), _) => Shape::Feed,
        (None, Some(_)) => Shape::Page,
        (None, None) if start.starts_with("<?xml") => {
            Shape::Other("it is XML, but not RSS or Atom".into())
        }
        (None, None) if start.starts_with('<') => Shape::Page,
        (None, None) => {
            let shown: String = start.chars().filter(|c| !c.is_control()).take(60).collect();
            Shape::Other(format!("it begins “{shown}”"))
        }
    }
}

/// Where the first of some tags stands.
fn first(text: &str, tags: &[&str]) -> Option<usize> {
    let whole = |at: usize, tag: &str| {
        text.get(at + tag.len()..).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(['>', ' ', '\n', '\r', '\t', '/', ':'])
        })
    };
    tags.iter()
        .filter_map(|tag| text.match_indices(tag).map(|(at, _)| at).find(|at| whole(*at, tag)))
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_apart_whatever_the_content_type() {
        let hint = Hint { content_type: Some("text/calendar".into()), ..Hint::default() };
        let told = |text: &str| shape(text.as_bytes(), &hint);
        assert_eq!(told("\u{feff}<?xml version='1.0'?>\n<rss version='2.0'>"), Shape::Feed);
        assert_eq!(told("<b>Warning</b>: x<br />\n<RDF:RDF xmlns='x'>"), Shape::Feed);
        assert_eq!(
            told("{\"version\": \"https://jsonfeed.org/version/1\", \"items\": []}"),
            Shape::Feed
        );
        assert_eq!(told("{\"upcoming\": []}"), Shape::Page);
        assert_eq!(told("<!DOCTYPE html><p>see <feedback>"), Shape::Page);
        assert_eq!(told("<html><b>x</b></html><rss version='2.0'>"), Shape::PageBeforeFeed);
        assert_eq!(
            told("<?xml version='1.0'?><rsp>"),
            Shape::Other("it is XML, but not RSS or Atom".into())
        );
        assert!(matches!(told("%PDF-1.4"), Shape::Other(_)));
        assert!(matches!(told("Not found"), Shape::Other(_)));
    }
}
