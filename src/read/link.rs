//! Addresses as strangers write them: made absolute, kept only when they are http or https.

use url::Url;

/// Longest address that is kept.
const MAX_URL: usize = 4096;

/// The absolute form of an address, or nothing when it is not http(s).
#[must_use]
pub fn absolute(raw: &str, base: Option<&Url>) -> Option<Url> {
    let raw = raw.trim();
    if raw.is_empty() || raw.len() > MAX_URL {
        return None;
    }
    let url = match Url::parse(raw) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => base?.join(raw).ok()?,
        Err(_) => return None,
    };
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// Parameters that say how a visitor came, never what the page is: prefix or whole name, and the host they
/// belong to (empty: any).
const TRACKING: &[(&str, &str)] = &[
    ("utm_", ""),
    ("fbclid", ""),
    ("gclid", ""),
    ("mc_cid", ""),
    ("mc_eid", ""),
    // Eventbrite marks each link of an organiser page with the place where it stood.
    ("aff", "eventbrite"),
];

/// The address without what only tracks; unchanged, to the letter, when there is nothing of the kind.
#[must_use]
pub fn untracked(raw: &str) -> String {
    let Ok(mut url) = Url::parse(raw) else { return raw.to_owned() };
    let host = url.host_str().unwrap_or_default().to_owned();
    let tracks = |name: &str| {
        TRACKING.iter().any(|(known, at)| {
            host.contains(at)
                && if known.ends_with('_') { name.starts_with(known) } else { name == *known }
        })
    };
    if !url.query_pairs().any(|(name, _)| tracks(&name)) {
        return raw.to_owned();
    }
    let query = url.query().unwrap_or_default().to_owned();
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !tracks(pair.split('=').next().unwrap_or_default()))
        .collect();
    let kept = kept.join("&");
    url.set_query((!kept.is_empty()).then_some(kept.as_str()));
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_survive() {
        let base = Url::parse("https://www.example.org/events/list").unwrap();
        let made = |raw| absolute(raw, Some(&base)).map(String::from);
        assert_eq!(made(" ../a?b=1 ").as_deref(), Some("https://www.example.org/a?b=1"));
        assert_eq!(made("//other.example/x").as_deref(), Some("https://other.example/x"));
        for bad in ["javascript:alert(1)", "mailto:a@b.example", "data:text/html,x", "", "http://"]
        {
            assert_eq!(made(bad), None, "{bad}");
        }
        assert_eq!(absolute("/relative", None), None);
    }

    #[test]
    fn tracking_is_taken_off_and_nothing_else() {
        assert_eq!(
            untracked("https://www.eventbrite.example/e/x-1?aff=ebd&keep=1"),
            "https://www.eventbrite.example/e/x-1?keep=1"
        );
        assert_eq!(
            untracked("https://a.example/x?utm_source=rss&utm_medium=feed"),
            "https://a.example/x"
        );
        for same in ["https://a.example?aff=1", "tag:a,2026:b", "https://A.example/?q=%20x+y"] {
            assert_eq!(untracked(same), same);
        }
    }
}
