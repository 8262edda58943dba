//! Keeps a feed's own address, which may be a secret, and people's mailboxes out of what is republished.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::{privacy, text::pattern};
use crate::{event::Draft, feed::Feed};

/// Stands where an address was.
const REMOVED: &str = "[address removed]";
/// A part of an address is a secret from this length on, if it also looks random.
const SECRET_LENGTH: usize = 10;

/// What must not be seen of the addresses from which a feed comes.
#[derive(Debug, Clone, Default)]
pub struct Hidden {
    /// Host, path and query, in lower case, without what differs between copies.
    addresses: Vec<String>,
    /// Parts that look like a key.
    secrets: Vec<String>,
}

impl Hidden {
    /// What a feed hides; nothing where the operator made its address public.
    #[must_use]
    pub fn of(feed: &Feed) -> Self {
        let mut hidden = Self::default();
        if !feed.public_url {
            hidden.add(&feed.url);
        }
        hidden
    }

    /// Hides another address too: that to which the feed redirects.
    pub fn add(&mut self, url: &Url) {
        let known = bare(url.as_str());
        // The front page of a site says nothing that its host does not.
        if url.path().len() > 1 || url.query().is_some() {
            self.addresses.push(known);
        }
        let query = url.query_pairs().map(|(_, value)| value.into_owned());
        let path = url.path_segments().into_iter().flatten().map(str::to_owned);
        let password = url.password().map(str::to_owned);
        let parts = path.chain(query).chain(password).map(|part| part.to_lowercase());
        self.secrets.extend(parts.filter(|part| looks_random(part)));
    }

    /// For a page that people read, its address is where they go: only its keys are hidden.
    #[must_use]
    pub fn of_page(mut self) -> Self {
        self.addresses.clear();
        self
    }

    /// The parts that look like a key, in lower case.
    #[must_use]
    pub fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// Whether a link is such an address or holds its key.
    #[must_use]
    pub fn is_in_link(&self, link: &str) -> bool {
        let known = bare(link);
        self.addresses.contains(&known) || self.secrets.iter().any(|key| known.contains(key))
    }

    /// The text without them.
    #[must_use]
    pub fn take_out(&self, words: &str) -> String {
        let mut out = words.to_owned();
        for part in self.addresses.iter().chain(&self.secrets) {
            out = without(&out, part);
        }
        out
    }

    /// Takes them out of every text and link of a draft.
    pub fn scrub(&self, draft: &mut Draft) {
        if self.addresses.is_empty() && self.secrets.is_empty() {
            return;
        }
        for url in [&mut draft.facts.url, &mut draft.facts.booking_url, &mut draft.facts.join_url] {
            *url = url.take().filter(|url| !self.is_in_link(url));
        }
        privacy::scrub_with(draft, &|words: &str| self.take_out(words));
    }

    /// A name that a feed gives itself, as everybody may see it; nothing where nothing is left of it.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<String> {
        let name = privacy::redact(&self.take_out(name), false);
        let words = name.split_whitespace().filter(|word| !word.contains("://"));
        let name = words.collect::<Vec<_>>().join(" ").replace(REMOVED, "");
        let name = privacy::without_markers(&name);
        name.chars().any(char::is_alphanumeric).then_some(name)
    }
}

/// An address without its scheme, fragment and closing stroke, for comparison.
fn bare(address: &str) -> String {
    let lower = address.trim().to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    let host = rest.find('/').unwrap_or(rest.len());
    // A name and password before the host are no part of what is copied.
    let at = rest.get(..host).and_then(|host| host.rfind('@')).map_or(0, |at| at + 1);
    rest.get(at..).unwrap_or_default().trim_end_matches('/').to_owned()
}

/// Letters and digits that change places often: no words, and no words with a year.
fn looks_random(part: &str) -> bool {
    let kinds: Vec<bool> =
        part.chars().filter(char::is_ascii_alphanumeric).map(|c| c.is_ascii_digit()).collect();
    let changes = kinds.iter().zip(kinds.iter().skip(1)).filter(|(one, next)| one != next).count();
    part.len() >= SECRET_LENGTH && changes >= 4
}

/// Takes a part out wherever it stands whole, whatever its case; a longer address that begins with it stays.
fn without(words: &str, part: &str) -> String {
    let folded = words.to_ascii_lowercase();
    let mut out = String::with_capacity(words.len());
    let mut done = 0;
    for (at, found) in folded.match_indices(part) {
        let end = at + found.len();
        let after = folded.get(end..).unwrap_or_default();
        let rest = after.strip_prefix('/').unwrap_or(after);
        let goes_on =
            |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '%' | '=' | '&' | '?');
        let within = folded.get(..at).and_then(|head| head.chars().next_back());
        if at < done || rest.starts_with(goes_on) || within.is_some_and(char::is_alphanumeric) {
            continue;
        }
        let head = words.get(done..at).unwrap_or_default();
        let lower = head.to_ascii_lowercase();
        let scheme = ["https://", "http://", "webcals://", "webcal://", "feed://"];
        let scheme = scheme.iter().find(|scheme| lower.ends_with(**scheme)).map_or(0, |s| s.len());
        out.push_str(head.get(..head.len() - scheme).unwrap_or_default());
        out.push_str(REMOVED);
        done = end;
    }
    out.push_str(words.get(done..).unwrap_or_default());
    out
}

/// Whether a reference is the mailbox of a person, or a link that lets in, so that nobody else may see it.
///
/// Made-up references look like mailboxes too (`camp-2027@council.example`): a mailbox says `mailto:`, or first
/// name, stop and last name.
#[must_use]
pub fn is_personal(reference: &str) -> bool {
    static MAILBOX: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^\s*(?:mailto:\S+|[\p{L}'’-]{1,30}(?:\.[\p{L}'’-]{1,30}){1,2}\d{0,2}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)\s*$",
        )
    });
    static KEY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)://\S*[?&](?:pwd|pass|password|passcode|pin|token|tk|access_token|auth|signature)=",
        )
    });
    MAILBOX.is_match(reference) || KEY.is_match(reference)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Facts;

    fn hidden(url: &str) -> Hidden {
        let mut hidden = Hidden::default();
        hidden.add(&Url::parse(url).unwrap());
        hidden
    }

    #[test]
    fn the_address_of_a_feed_is_in_no_text_and_no_link() {
        let hidden = hidden("https://a.example:8443/s3cr3t-token/a.ics");
        let mut facts =
            Facts::new("See a.example:8443/s3cr3t-token/a.ics", chrono_tz::Europe::London);
        facts.url = Some("http://a.example:8443/s3cr3t-token/a.ics#top".into());
        facts.booking_url = Some("https://b.example/go?to=S3CR3T-token".into());
        facts.description = Some(
            "Subscribe (webcal://A.example:8443/s3cr3t-token/a.ics), key s3cr3t-token.".into(),
        );
        let mut draft = super::super::blank(facts);
        hidden.scrub(&mut draft);
        let written = serde_json::to_string(&draft).unwrap().to_lowercase();
        assert!(!written.contains("s3cr3t") && !written.contains("a.ics"), "{written}");
        assert_eq!((draft.facts.url, draft.facts.booking_url), (None, None));
    }

    #[test]
    fn other_pages_of_the_same_site_stay() {
        let hidden = hidden("https://a.example/whats-on-2027");
        for words in
            ["https://a.example/whats-on-2027/camp", "a.example/whats-on-2027-b", "a.example"]
        {
            assert_eq!(hidden.take_out(words), words);
            assert!(!hidden.is_in_link(words));
        }
        assert!(hidden.is_in_link("http://a.example/whats-on-2027/"));
    }

    #[test]
    fn a_feed_does_not_tell_its_address_by_its_name() {
        let hidden = hidden("https://a.example/s3cr3t-token/a.ics");
        assert_eq!(hidden.name("jo.bloggs@a.gov.example"), None);
        assert_eq!(
            hidden.name("Private http://a.example/s3cr3t-token/a.ics").as_deref(),
            Some("Private")
        );
        assert_eq!(hidden.name("Waste events").as_deref(), Some("Waste events"));
    }

    #[test]
    fn references_that_are_mailboxes_are_known() {
        for personal in
            ["john.smith@council.example", "mailto:jo@a.example", "https://a.example/e?token=abc"]
        {
            assert!(is_personal(personal), "{personal}");
        }
        for made_up in
            ["camp-2027@council.example", "0f3a@a.example", "https://a.example/e?id=1", "a.b"]
        {
            assert!(!is_personal(made_up), "{made_up}");
        }
    }
}
