//! What a site's robots.txt says of its pages (RFC 9309), asked for once a day.
//!
//! Feeds that an operator asked for are exempt: a person wants them, and their publishers made them to be fetched. Pages
//! that are only linked to, and those looked through for feeds, are not.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use texting_robots::Robot;
use url::Url;

use super::{FailureKind, Fetched, Request};

/// The name that rules are looked up under.
pub const NAME: &str = "folkmoot";
/// Rules are asked for again after this long.
const KEEPS: TimeDelta = TimeDelta::days(1);
/// What is beyond this is not read (RFC 9309, section 2.5).
const CAP: usize = 500 * 1024;
/// Sites remembered.
const REMEMBERED: usize = 2_000;
/// A longer `Crawl-delay` would keep a whole check waiting.
const LONGEST_DELAY: Duration = Duration::from_secs(20);

/// The rules of one site.
#[derive(Debug)]
pub enum Rules {
    /// Anything may be asked for.
    All,
    /// Nothing may.
    Nothing,
    /// What is written.
    Written(Robot),
}

impl Rules {
    /// What an answer means: no file allows all, a site in trouble nothing.
    #[must_use]
    pub fn of(fetched: &Fetched) -> Self {
        match fetched {
            Fetched::Body { bytes, .. } => {
                let text = bytes.get(..CAP.min(bytes.len())).unwrap_or_default();
                Robot::new(NAME, text).map_or(Self::All, Self::Written)
            }
            Fetched::NotModified(_) => Self::All,
            Fetched::Failed(failure) => match failure.kind {
                FailureKind::Status(429 | 500..) | FailureKind::Timeout(_) => Self::Nothing,
                // A site that is not reached at all does not give the page either.
                _ => Self::All,
            },
        }
    }

    /// Whether a page may be asked for.
    #[must_use]
    pub fn allow(&self, url: &Url) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Written(robot) => robot.allowed(url.as_str()),
        }
    }

    /// The pause that the site wishes between two questions.
    #[must_use]
    pub fn delay(&self) -> Duration {
        let Self::Written(robot) = self else { return Duration::ZERO };
        let wished = robot.delay.and_then(|seconds| Duration::try_from_secs_f32(seconds).ok());
        wished.unwrap_or_default().min(LONGEST_DELAY)
    }
}

/// When a site's rules were read, and what they are.
type Learnt = (DateTime<Utc>, Arc<Rules>);

/// The rules of the sites that were asked lately.
#[derive(Debug, Default)]
pub struct Robots {
    known: Mutex<HashMap<String, Learnt>>,
}

impl Robots {
    /// The rules for a page's site, if they were asked for within a day.
    #[must_use]
    pub fn known(&self, page: &Url, now: DateTime<Utc>) -> Option<Arc<Rules>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, rules) = known.get(&site(page))?;
        (now - *at < KEEPS).then(|| Arc::clone(rules))
    }

    /// Remembers the rules for a page's site.
    pub fn learn(&self, page: &Url, rules: Rules, now: DateTime<Utc>) -> Arc<Rules> {
        let rules = Arc::new(rules);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (at, _)| now - *at < KEEPS);
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(site(page), (now, Arc::clone(&rules)));
        rules
    }
}

fn site(page: &Url) -> String {
    page.origin().ascii_serialization()
}

/// The question for the rules that hold for a page; under the same permissions as the page.
#[must_use]
pub fn request(page: &Request) -> Option<Request> {
    let url = page.url.join("/robots.txt").ok()?;
    Some(Request { allow_private: page.allow_private, ..Request::new(url) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Meta;

    fn says(text: &str) -> Rules {
        Rules::of(&Fetched::Body { meta: Meta::default(), bytes: text.to_owned().into() })
    }

    fn failed(kind: FailureKind) -> Rules {
        Rules::of(&Fetched::Failed(kind.into()))
    }

    fn url(path: &str) -> Url {
        Url::parse("https://www.example.org/").unwrap().join(path).unwrap()
    }

    #[test]
    fn what_is_written_holds() {
        let rules = says(
            "User-agent: *\nDisallow: /private/\nCrawl-delay: 7\n\nUser-agent: Folkmoot\nDisallow: /diary\nAllow: /diary/open\n",
        );
        assert!(!rules.allow(&url("/diary/1")) && rules.allow(&url("/diary/open/1")));
        assert!(rules.allow(&url("/private/1")), "its own group outweighs the one for all");
        let rules = says("User-agent: *\nDisallow: /*.php$\nCrawl-delay: 900\n");
        assert!(!rules.allow(&url("/a/b.php")) && rules.allow(&url("/a/b.php?c")));
        assert_eq!(rules.delay(), LONGEST_DELAY);
        assert!(says("<html>Not found</html>").allow(&url("/")));
        assert!(says("").allow(&url("/")));
    }

    #[test]
    fn no_file_allows_all_and_a_site_in_trouble_nothing() {
        assert!(failed(FailureKind::Status(404)).allow(&url("/")));
        assert!(failed(FailureKind::Status(403)).allow(&url("/")));
        assert!(!failed(FailureKind::Status(503)).allow(&url("/")));
        assert!(!failed(FailureKind::Status(429)).allow(&url("/")));
    }

    #[test]
    fn rules_are_kept_for_a_day_and_for_one_site() {
        let (robots, now) = (Robots::default(), DateTime::<Utc>::UNIX_EPOCH);
        robots.learn(&url("/a"), Rules::Nothing, now);
        assert!(!robots.known(&url("/b"), now + TimeDelta::hours(23)).unwrap().allow(&url("/b")));
        assert!(robots.known(&url("/b"), now + KEEPS).is_none());
        let other = Url::parse("http://www.example.org/").unwrap();
        assert!(robots.known(&other, now).is_none());
    }
}
