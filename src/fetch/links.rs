//! The Link header (RFC 8288), as far as WebSub needs it: which hub tells of changes, and of what.

use reqwest::header::{HeaderMap, LINK};
use url::Url;

/// Links of one answer that are looked at.
const MOST: usize = 50;

/// The hub and the topic that an answer names (W3C WebSub, section 4), made absolute.
pub(super) fn websub(headers: &HeaderMap, base: &Url) -> (Option<Url>, Option<Url>) {
    let texts = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    let (mut hub, mut topic) = (None, None);
    for (target, rels) in texts.flat_map(links).take(MOST) {
        let is = |rel: &str| rels.split_whitespace().any(|one| one.eq_ignore_ascii_case(rel));
        let url = || base.join(target).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        if is("hub") {
            hub = hub.or_else(url);
        }
        if is("self") {
            topic = topic.or_else(url);
        }
    }
    (hub, topic)
}

/// Target and relations of each link of a header.
fn links(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('<').skip(1).filter_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        let rel = parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("rel").then_some(value)
        })?;
        Some((target.trim(), rel.trim().trim_end_matches(',').trim_end().trim_matches('"')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> (Option<String>, Option<String>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, value.parse().unwrap());
        }
        let base = Url::parse("https://a.example/feeds/one.xml").unwrap();
        let (hub, topic) = websub(&headers, &base);
        (hub.map(Into::into), topic.map(Into::into))
    }

    #[test]
    fn hub_and_topic_are_found_in_one_header_or_in_several() {
        let both = (Some("https://hub.example/".into()), Some("https://a.example/one.xml".into()));
        let one = "<https://hub.example/>; rel=\"hub\", </one.xml>; title=\"x\"; rel=self";
        assert_eq!(read(&[one]), both);
        assert_eq!(
            read(&["</one.xml>;rel=\"alternate self\"", "<https://hub.example/>;REL=hub"]),
            both
        );
        assert_eq!(
            read(&["<https://hub.example/>; title=hub", "no link", "<x", "<javascript:1>;rel=hub"]),
            (None, None)
        );
        assert_eq!(read(&[]), (None, None));
    }
}
