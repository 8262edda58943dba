//! Linked pages that are read for dates: few at each check, and each only once a week.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::{
    feed::{Feed, Format},
    fetch::{Request, robots},
    read::{
        Document, Entry, MAX_ENTRIES, Problem, Severity,
        discover::{Candidate, discover},
    },
};

/// Pages that one check asks for; the rest follow at the next.
pub(super) const AT_MOST: usize = 20;
/// No new page is asked for after this long.
pub(super) const TIME: Duration = Duration::from_secs(120);
/// A page that was read is not asked for again within this time.
const READ_KEEPS: TimeDelta = TimeDelta::days(7);
/// Nor one that did not answer.
const UNREAD_KEEPS: TimeDelta = TimeDelta::days(1);
/// Pages remembered.
const REMEMBERED: usize = 1_000;

/// Further pages of a list (`rel=next`) that one check follows.
pub(super) const LIST_PAGES: usize = 20;

/// Whether a list may go on there: on its own origin, and nowhere where it has been.
pub(super) fn goes_on(next: &str, from: &Url, been: &HashSet<String>) -> Option<Url> {
    let url = Url::parse(next).ok()?;
    (url.origin() == from.origin() && !been.contains(url.as_str())).then_some(url)
}

/// Adds the next page of a list. What both have is there once: lists move on while they are read.
pub(super) fn append(list: &mut Document, page: Document) {
    let key = |entry: &Entry| {
        (entry.reference.clone().or_else(|| entry.url.clone()), entry.start.clone())
    };
    let known: HashSet<_> = list.entries.iter().map(key).collect();
    let new = page.entries.into_iter().filter(|entry| {
        let key = key(entry);
        key.0.is_none() || !known.contains(&key)
    });
    list.entries.extend(new);
    if list.entries.len() > MAX_ENTRIES {
        list.entries.truncate(MAX_ENTRIES);
        list.complete = false;
    }
    list.skipped.extend(page.skipped);
    for problem in page.problems {
        if !list.problems.iter().any(|known| known.code == problem.code) {
            list.problems.push(problem);
        }
    }
    list.next_page = page.next_page;
}

/// The calendar file that an event's page offers on its own site: that of the one event before that of all.
pub(super) fn calendar_on(bytes: &[u8], page: &Url) -> Option<Url> {
    let file = |candidate: &Candidate| {
        candidate.kind == Format::Ical
            && candidate.url.origin() == page.origin()
            && (candidate.one_event || candidate.url.path().ends_with(".ics"))
    };
    let found = discover(bytes, page).into_iter().filter(file);
    found.min_by_key(|candidate| !candidate.one_event).map(|candidate| candidate.url)
}

/// What came of the pages of one check.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) found: HashMap<String, Document>,
    /// Those that did not answer, or were left for later.
    pub(super) unread: HashSet<String>,
    /// Of those, the ones that robots.txt keeps us from.
    pub(super) kept_out: Vec<Url>,
    /// Some were left for later.
    pub(super) more: bool,
}

/// What a publisher should know of pages that we may not read.
pub(super) fn kept_out(pages: &[Url]) -> Option<Problem> {
    let first = pages.first()?;
    let site = first.host_str().unwrap_or("the site");
    let text = match pages.len() {
        1 => format!(
            "1 item has no date of its own, and robots.txt of {site} does not let us read its page."
        ),
        count => format!(
            "{count} items have no date of their own, and robots.txt of {site} does not let us read their pages (the first is {first})."
        ),
    };
    let fix = format!(
        "Put the date into the feed itself, or allow the user agent “{}” on these pages in robots.txt. (The feed itself \
         is read whatever robots.txt says, because a person asked for it.)",
        robots::NAME
    );
    Some(Problem::new(Severity::Warning, "pages_kept_by_robots", text).fixed_by(fix))
}

/// Pages asked for lately; `None` stands for one that did not answer.
#[derive(Default)]
pub(super) struct PageCache {
    pages: HashMap<String, (DateTime<Utc>, Option<Arc<Document>>)>,
}

impl PageCache {
    /// A page asked for lately, or the fact that it did not answer.
    #[allow(clippy::option_option, reason = "not asked, asked in vain and read are three things")]
    pub(super) fn get(&self, url: &str, now: DateTime<Utc>) -> Option<Option<Arc<Document>>> {
        let (at, page) = self.pages.get(url)?;
        let keeps = if page.is_some() { READ_KEEPS } else { UNREAD_KEEPS };
        (now - *at < keeps).then(|| page.clone())
    }

    pub(super) fn clear(&mut self) {
        self.pages.clear();
    }

    pub(super) fn put(&mut self, url: &str, page: Option<Arc<Document>>, now: DateTime<Utc>) {
        if self.pages.len() >= REMEMBERED {
            let oldest = self.pages.iter().min_by_key(|(_, (at, _))| *at);
            if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
                self.pages.remove(&oldest);
            }
        }
        self.pages.insert(url.to_owned(), (now, page));
    }
}

/// The question for a page: without the feed's headers, to no port but the usual ones and the feed's own, and into a
/// private network only on the feed's own host.
pub(super) fn request(url: &str, feed: &Feed) -> Option<Request> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let own = url.host_str() == feed.url.host_str() && url.port() == feed.url.port();
    Some(Request {
        allow_private: feed.allow_private_address && own,
        port: feed.url.port(),
        ..Request::new(url)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::guard::check_url;

    #[test]
    fn a_link_names_neither_port_nor_private_host() {
        let of = |address: &str| Feed {
            allow_private_address: true,
            ..Feed::new("f", Url::parse(address).unwrap())
        };
        let passes = |link: &str, feed: &Feed| {
            let request = request(link, feed).unwrap();
            check_url(&request.url, request.port, request.allow_private).is_ok()
        };
        let plain = of("https://example.org/feed.xml");
        assert!(passes("http://example.org/page", &plain));
        assert!(passes("https://other.example/page", &plain));
        for link in
            ["http://other.example:6379/", "http://example.org:25/", "https://8.8.8.8:9200/"]
        {
            assert!(!passes(link, &plain), "{link}");
        }
        let intranet = of("http://10.0.0.7:8080/feed.xml");
        assert!(passes("http://10.0.0.7:8080/page", &intranet));
        for link in ["http://10.0.0.8:8080/", "http://10.0.0.7:22/", "http://169.254.169.254/"] {
            assert!(!passes(link, &intranet), "{link}");
        }
        assert!(request("file:///etc/passwd", &intranet).is_none());
    }
}
