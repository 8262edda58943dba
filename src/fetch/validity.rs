//! What response headers say about time: how long an answer is fresh, and when to come back.

use std::time::{Duration, SystemTime};

use reqwest::header::{self, HeaderMap};

/// Longest wait that a server can ask for in one answer.
const LONGEST: Duration = Duration::from_secs(30 * 86_400);

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// A number of seconds; one that is too large for us to count is as long as can be (RFC 9111, section 1.2.2).
fn seconds(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Freshness by Cache-Control max-age, else by Expires less Date (RFC 9111, section 4.2.1).
pub(super) fn fresh_for(headers: &HeaderMap) -> Option<Duration> {
    let control = text(headers, header::CACHE_CONTROL).unwrap_or("");
    let directives = || control.split(',').map(|part| part.trim().to_ascii_lowercase());
    if directives().any(|part| part == "no-cache" || part == "no-store") {
        return None;
    }
    let age: Option<u64> =
        directives().find_map(|part| seconds(part.strip_prefix("max-age=")?.trim_matches('"')));
    if let Some(age) = age {
        // RFC 9111, section 4.2.3: a cache on the way has used up a part of it.
        let spent = text(headers, header::AGE).and_then(|age| seconds(age.trim())).unwrap_or(0);
        return Some(Duration::from_secs(age.saturating_sub(spent)).min(LONGEST));
    }
    let expires = httpdate::parse_http_date(text(headers, header::EXPIRES)?).ok()?;
    let date = httpdate::parse_http_date(text(headers, header::DATE)?).ok()?;
    expires.duration_since(date).ok().map(|length| length.min(LONGEST))
}

/// Retry-After in seconds or as a date, counted from the answer's own Date (RFC 9110, section 10.2.3), else from
/// our clock.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = text(headers, header::RETRY_AFTER)?.trim();
    if let Some(seconds) = seconds(value) {
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let date = text(headers, header::DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    let date = date.unwrap_or(now);
    until.duration_since(date).ok().map(|length| length.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn freshness_and_waiting() {
        let now = httpdate::parse_http_date("Sun, 22 Nov 2026 12:01:00 GMT").unwrap();
        let date = (header::DATE, "Sun, 22 Nov 2026 12:00:00 GMT");
        let age = headers(&[(header::CACHE_CONTROL, "public, max-age=600")]);
        assert_eq!(fresh_for(&age), Some(Duration::from_secs(600)));
        let expires = headers(&[date.clone(), (header::EXPIRES, "Sun, 22 Nov 2026 12:30:00 GMT")]);
        assert_eq!(fresh_for(&expires), Some(Duration::from_secs(1800)));
        assert_eq!(fresh_for(&headers(&[(header::CACHE_CONTROL, "no-cache, max-age=600")])), None);
        assert_eq!(
            retry_after(&headers(&[(header::RETRY_AFTER, "120")]), now),
            Some(Duration::from_secs(120))
        );
        let until = headers(&[date, (header::RETRY_AFTER, "Sun, 22 Nov 2026 12:05:00 GMT")]);
        assert_eq!(retry_after(&until, now), Some(Duration::from_secs(300)));
        for nothing in ["soon", "-5", "", "Sun, 22 Nov 2026 11:00:00 GMT"] {
            assert_eq!(retry_after(&headers(&[(header::RETRY_AFTER, nothing)]), now), None);
        }
        for for_ever in ["99999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            let asked = headers(&[(header::RETRY_AFTER, for_ever)]);
            assert_eq!(retry_after(&asked, now), Some(LONGEST));
        }
        let far = headers(&[(header::CACHE_CONTROL, "max-age=99999999999999999999999")]);
        assert_eq!(fresh_for(&far), Some(LONGEST));
        let undated = headers(&[(header::RETRY_AFTER, "Sun, 22 Nov 2026 12:05:00 GMT")]);
        assert_eq!(retry_after(&undated, now), Some(Duration::from_secs(240)));
        let aged = headers(&[(header::CACHE_CONTROL, "max-age=600"), (header::AGE, "200")]);
        assert_eq!(fresh_for(&aged), Some(Duration::from_secs(400)));
    }
}
