//! Blocking keys: two events are only ever compared when they share one, so that the cost stays near-linear.

use chrono::{Days, NaiveDate};
use url::Url;

use super::title::{self, TitleWords};
use crate::event::{Decision, Event, Facts, Id, Span};

/// An event that covers more days than this is found by its first days only.
const DAYS: u64 = 4;

/// More keys than these are not made of one title.
const WORDS: usize = 16;

/// The keys under which an event can be met: UID, canonical link, day and word of the title, instant in a feed.
///
/// Private events have none: they are never compared with anything.
#[must_use]
pub fn keys(event: &Event) -> Vec<Id> {
    if event.draft.facts.verdict.decision == Decision::Private {
        return Vec::new();
    }
    keys_of(event, &title::words(&event.draft.facts.title), links(event))
}

/// The same for an event whose title and links are taken apart already, and which is not private.
pub(super) fn keys_of(event: &Event, title: &TitleWords, links: Vec<String>) -> Vec<Id> {
    let facts = &event.draft.facts;
    let mut keys = Vec::new();
    if let Some(uid) = well_formed_uid(event) {
        keys.push(format!("uid:{uid}"));
    }
    keys.extend(links.into_iter().map(|link| format!("link:{link}")));
    let words = title.block_words();
    let days = days(facts);
    if days.is_empty() {
        let whole = words.join(" ");
        keys.push(format!("undated:{}", whole.chars().take(120).collect::<String>()));
    }
    for day in &days {
        keys.extend(words.iter().take(WORDS).map(|word| format!("day:{day}:{word}")));
    }
    if let Some(span) = facts.span {
        let at = span.start_utc(facts.time_zone).timestamp();
        keys.push(format!("at:{at}:{}", event.feed));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The local days on which an event may be looked for.
pub(super) fn days(facts: &Facts) -> Vec<NaiveDate> {
    match facts.span {
        None => Vec::new(),
        Some(Span::Timed { start, .. }) => {
            vec![start.with_timezone(&facts.time_zone).date_naive()]
        }
        Some(Span::AllDay { start, end }) => (0..DAYS)
            .filter_map(|n| start.checked_add_days(Days::new(n)))
            .take_while(|day| *day < end || *day == start)
            .collect(),
    }
}

/// A UID that its maker meant to be unique: with a domain, or long and random. Addresses are links, not UIDs.
pub(super) fn well_formed_uid(event: &Event) -> Option<&str> {
    let uid = event.draft.reference.as_deref()?;
    let printable = uid.len() <= 255 && uid.bytes().all(|b| b.is_ascii_graphic());
    let address = uid.contains("://") || uid.starts_with("tag:") || uid.starts_with("urn:x");
    let scoped = uid.split_once('@').is_some_and(|(name, domain)| {
        name.len() >= 2 && domain.len() >= 3 && domain.bytes().any(|b| b.is_ascii_alphabetic())
    });
    let digits = uid.bytes().filter(u8::is_ascii_hexdigit).count();
    let random = uid.len() >= 24 && digits * 10 >= uid.len() * 8;
    (event.draft.ordinal == 0 && printable && !address && (scoped || random)).then_some(uid)
}

/// The links of an event in the form in which they are compared.
pub(super) fn links(event: &Event) -> Vec<String> {
    let guid = event.draft.reference.as_deref().filter(|text| text.contains("://"));
    let mut links: Vec<String> =
        [event.draft.facts.url.as_deref(), guid].into_iter().flatten().filter_map(link).collect();
    links.sort_unstable();
    links.dedup();
    links
}

/// A link without what differs between copies: scheme, `www.`, language marks, fragment, tracking.
/// The bare front page of a site identifies nothing.
fn link(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?.trim_start_matches("www.");
    let host = LANGUAGES.iter().find_map(|(_, sub, _)| host.strip_prefix(sub)).unwrap_or(host);
    let path: Vec<&str> = url
        .path_segments()?
        .filter(|part| {
            !part.is_empty()
                && !LANGUAGES.iter().any(|(code, _, word)| part == code || part == word)
        })
        .collect();
    let mut query: Vec<(String, String)> = url
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .filter(|(name, _)| !is_tracking(name))
        .collect();
    query.sort_unstable();
    if path.is_empty() && query.is_empty() {
        return None;
    }
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut key = format!("{host}/{}", path.join("/"));
    if !query.is_empty() {
        key = format!("{key}?{}", query.join("&"));
    }
    Some(key.chars().take(300).collect())
}

/// Language marks in addresses of bilingual sites: path segment, host prefix, path word.
const LANGUAGES: [(&str, &str, &str); 2] = [("cy", "cy.", "cymraeg"), ("en", "en.", "english")];

/// Names of parameters that say where a reader came from, not what is read.
const TRACKING: [&str; 14] = [
    "fbclid", "gclid", "dclid", "msclkid", "igshid", "aff", "ref", "source", "src", "lang",
    "language", "_ga", "cid", "trk",
];

fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["utm_", "mc_", "hsa_", "pk_", "mtm_"].iter().any(|start| name.starts_with(start))
        || TRACKING.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn links_meet_without_what_differs_between_copies() {
        let plain = link("https://example.org/events/12");
        for other in [
            "http://www.example.org/events/12/",
            "https://example.org/events/12?utm_source=x&fbclid=1#book",
            "https://cy.example.org/events/12",
            "https://example.org/cy/events/12?lang=cy",
        ] {
            assert_eq!(link(other), plain, "{other}");
        }
        assert_ne!(
            link("https://example.org/events?id=13"),
            link("https://example.org/events?id=12")
        );
        assert_eq!(link("https://example.org/"), None);
        assert_eq!(link("mailto:events@example.org"), None);
    }
}
