//! From a page of a site to the feeds that it leads to.

use chrono::{DateTime, Utc};
use folkmoot::{
    feed::Feed,
    read::{Problem, Severity, discover},
    refresh::making::Extent,
};
use url::Url;

use super::{
    super::Failed,
    card::items,
    examiner::{Body, Examined, Examiner},
};

/// How many feeds that a page points to are tried.
const TRIES: usize = 6;
/// Pages about events that are looked at where the first leads to no feed.
const PAGES: usize = 3;

/// What helps where no feed is found.
pub(crate) const REMEDY: &str = "look on the site for \"RSS\", \"iCal\" or \"Subscribe\", and give that address; or ask the web team for one.";

/// Feeds that a page leads to, the best first, and why one of them could not be read.
#[derive(Default)]
pub(crate) struct Search {
    pub(crate) found: Vec<Examined>,
    pub(crate) failed: Option<(Url, Failed)>,
}

/// Reads the feeds to which a page leads; where there is none, those of its own pages about events, and these pages
/// themselves.
pub(crate) async fn from_page(
    examiner: &Examiner,
    feed_of: &dyn Fn(Url) -> Result<Feed, Failed>,
    body: &Body,
    base: &Url,
    now: DateTime<Utc>,
) -> Search {
    let mut search = Search::default();
    search.links(examiner, feed_of, body, base, now).await;
    if search.found.is_empty() {
        let mut pages = discover::pages_about_events(&body.bytes, base);
        pages.retain(|page| page.origin() == base.origin());
        for page in pages.into_iter().take(PAGES) {
            let Ok(feed) = feed_of(page.clone()) else { continue };
            let Ok(body) = examiner.visit(&page, feed.allow_private_address).await else {
                continue;
            };
            search.links(examiner, feed_of, &body, &page, now).await;
            search.found.extend(examiner.examine(feed, body, now, Extent::Alone).await);
        }
    }
    search.found.retain(|found| worth(found) > 0);
    search.found.sort_by_key(|found| std::cmp::Reverse(worth(found)));
    search
}

impl Search {
    async fn links(
        &mut self,
        examiner: &Examiner,
        feed_of: &dyn Fn(Url) -> Result<Feed, Failed>,
        body: &Body,
        base: &Url,
        now: DateTime<Utc>,
    ) {
        let links = discover::discover(&body.bytes, base).into_iter();
        // A single event to download is no feed.
        for link in links.filter(|link| !link.one_event).take(TRIES) {
            if self.found.iter().any(|known| known.feed.url == link.url) {
                continue;
            }
            let Ok(feed) = feed_of(link.url) else { continue };
            let url = feed.url.clone();
            let read = match examiner.fetch(&feed).await {
                Ok(body) => {
                    let examined = examiner.examine(feed, body, now, Extent::Alone).await;
                    examined.map_err(Failed::from)
                }
                Err(failed) => Err(failed),
            };
            match read {
                Ok(examined) => self.found.push(examined),
                Err(why) if self.failed.is_none() => self.failed = Some((url, why)),
                Err(_) => {}
            }
        }
    }
}

/// How good a find a feed is: dated events count most, then items.
pub(crate) fn worth(examined: &Examined) -> usize {
    let dated = examined.made.drafts.iter().filter(|draft| draft.facts.span.is_some()).count();
    dated * 1000 + examined.made.document.entries.len()
}

/// "“Council news” (https://…/news.xml), 12 items".
pub(crate) fn in_words(examined: &Examined) -> String {
    let number = items(examined.made.drafts.len());
    match &examined.made.document.title {
        Some(title) => format!("“{title}” ({}), {number}", examined.feed.url),
        None => format!("{}, {number}", examined.feed.url),
    }
}

/// Says on the report card that a page led to its feed, and what else is there.
pub(crate) fn led_here(found: &Examined, others: &[Examined]) -> Problem {
    let text =
        format!("this address is that of a page, which leads to the feed {}", found.feed.url);
    let problem = Problem::new(Severity::Info, "found_from_page", text);
    if others.is_empty() {
        return problem;
    }
    let others: Vec<String> = others.iter().map(in_words).collect();
    problem.fixed_by(format!("The page leads to other feeds too: {}.", others.join("; ")))
}
