//! Asks sites politely and makes sense of what they answer: the one way from an address to drafts of events.
//!
//! The daemon and the commands that only look (`folkmoot check`, `feeds add`, `feeds find`) all go through here, so
//! that what a look shows is what a check would list. Nothing is kept but manners: whose turn it is at each host, what
//! its robots.txt says, and which pages were read lately.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;
use url::Url;

use super::{
    hosts::Hosts,
    making::{self, Extent, Made, Stopped, Work},
    pages::{self, PageCache, Pages},
};
use crate::{
    config::Config,
    feed::Feed,
    fetch::{
        Client, Failure, FailureKind, Fetched, Request,
        robots::{self, Robots, Rules},
    },
    normalise::budget::Stop,
    read::{self, Document, Hint, Problem, Severity},
};

/// Bodies that are read at once: reading one of 16 MB takes many times its size in memory.
const READ_AT_ONCE: usize = 2;
/// Longest that making sense of one body may take.
const READ_CAP: Duration = Duration::from_secs(30);
/// How often as long it may take where others keep the processor from us: that is no fault of the feed.
const PATIENCE: u32 = 5;
/// Longest that a body waits until others have been read: each of those checked at once may take all its time.
const PLACE_CAP: Duration = Duration::from_secs(300);

/// Who asks the sites.
pub trait Fetcher: Send + Sync {
    /// Asks once.
    fn get<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Fetched>;

    /// Sends a form; gives the status of the answer.
    fn post<'a>(
        &'a self,
        request: &'a Request,
        form: &'a [(&'a str, &'a str)],
    ) -> BoxFuture<'a, Result<u16, Failure>> {
        let _ = (request, form);
        Box::pin(async { Err(FailureKind::NoSuchHost.into()) })
    }
}

impl Fetcher for Client {
    fn get<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Fetched> {
        Box::pin(Client::get(self, request))
    }

    fn post<'a>(
        &'a self,
        request: &'a Request,
        form: &'a [(&'a str, &'a str)],
    ) -> BoxFuture<'a, Result<u16, Failure>> {
        Box::pin(Client::post(self, request, form))
    }
}

/// The site's robots.txt does not let us ask for a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("robots.txt does not let us look at {0}")]
pub struct KeptOut(pub Url);

/// Asks sites and reads their answers.
pub struct Reader {
    fetcher: Arc<dyn Fetcher>,
    hosts: Hosts,
    /// What sites allow of their pages.
    robots: Robots,
    pages: Mutex<PageCache>,
    /// Places for bodies that are being read.
    places: Semaphore,
}

/// What this program has had of the processor so far.
fn worked() -> Duration {
    let at = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(at).unwrap_or_default()
}

/// Whether a body that is not read yet had its fair share: on a machine that others keep busy, the clock on the wall says
/// nothing of it.
fn is_too_much(worked: Duration, cap: Duration) -> bool {
    worked >= cap / 2
}

/// The question for a feed, without validators.
///
/// # Errors
/// When a header is taken from an environment variable that is not set.
pub fn question(feed: &Feed, config: &Config) -> Result<Request, Failure> {
    Ok(Request {
        headers: Config::headers(feed).map_err(FailureKind::MissingVariable)?,
        allow_private: feed.allow_private_address,
        file_root: Some(config.folder().to_owned()),
        ..Request::new(feed.url.clone())
    })
}

impl Reader {
    /// A reader that has asked nobody yet.
    #[must_use]
    pub fn new(fetcher: Arc<dyn Fetcher>) -> Self {
        Self {
            fetcher,
            hosts: Hosts::default(),
            robots: Robots::default(),
            pages: Mutex::default(),
            places: Semaphore::new(READ_AT_ONCE),
        }
    }

    /// Asks once, when it is our turn at the host; robots.txt does not count, since a person named the address.
    pub async fn fetch(&self, request: &Request, host: Option<&str>, pause: Duration) -> Fetched {
        let _visit = match host {
            Some(host) => Some(self.hosts.visit(host, pause).await),
            None => None,
        };
        self.fetcher.get(request).await
    }

    /// Sends a form to a hub that a feed names, when it is our turn there; gives the status of the answer.
    ///
    /// # Errors
    /// When none came.
    pub(super) async fn post(
        &self,
        request: &Request,
        form: &[(&str, &str)],
        pause: Duration,
    ) -> Result<u16, Failure> {
        let _visit = self.hosts.visit(request.url.host_str().unwrap_or_default(), pause).await;
        self.fetcher.post(request, form).await
    }

    /// Asks for a page that nobody named, if its site's robots.txt allows it and as often as that wishes.
    ///
    /// # Errors
    /// When it does not.
    pub async fn visit(
        &self,
        request: &Request,
        pause: Duration,
        now: DateTime<Utc>,
    ) -> Result<Fetched, KeptOut> {
        let host = request.url.host_str();
        let rules = self.rules(request, pause, now).await;
        if !rules.allow(&request.url) {
            tracing::debug!(url = %request.url, "robots.txt keeps us from a page");
            return Err(KeptOut(request.url.clone()));
        }
        Ok(self.fetch(request, host, pause.max(rules.delay())).await)
    }

    /// Reads a body, and, as far as the work extends to them, the further pages of its list and the pages that its
    /// items link to.
    ///
    /// # Errors
    /// When nothing could be made of it, or not in good time.
    pub async fn make(&self, work: Work, bytes: Bytes) -> Result<Made, Stopped> {
        let first = work.clone();
        let mut document = self.blocking(move |_| making::read(&bytes, &first)).await??;
        if work.extent == Extent::Alone {
            return self.made(work, document, HashMap::new()).await;
        }
        let paged = self.further_pages(&work, &mut document).await;
        let mut made = self.made(work.clone(), document, HashMap::new()).await?;
        if !made.wanted.is_empty() {
            let pages = self.linked_pages(&work, &made.wanted).await;
            let document = made.document;
            made = self.made(work, document, pages.found).await?;
            made.problems.extend(pages::kept_out(&pages.kept_out));
            made.unread = pages.unread;
            made.more_pages = pages.more;
        }
        made.paged |= paged;
        Ok(made)
    }

    /// Forgets what linked pages said.
    pub(super) fn forget_pages(&self) {
        self.cache().clear();
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, PageCache> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn made(
        &self,
        work: Work,
        document: Document,
        pages: HashMap<String, Document>,
    ) -> Result<Made, Stopped> {
        self.blocking(move |stop| making::make(document, &work, &pages, stop)).await
    }

    /// Runs the reading of hostile bytes where it can do no harm.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Stop) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        self.blocking_within(PLACE_CAP, READ_CAP, work).await
    }

    /// The place is free again, and the work is told to stop, when we stop waiting for it, for whatever reason: a body
    /// that takes for ever must not keep those of others from being read.
    pub(super) async fn blocking_within<T: Send + 'static>(
        &self,
        place_cap: Duration,
        cap: Duration,
        work: impl FnOnce(&Stop) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let place = tokio::time::timeout(place_cap, self.places.acquire()).await;
        let place = place.map_err(|_| Stopped::NoPlace(place_cap))?;
        let _place = place.map_err(|_| Stopped::Closing)?;
        let stop = Stop::default();
        let _leaving = stop.at_leaving();
        let mut task = tokio::task::spawn_blocking(move || work(&stop));
        let began = worked();
        for _ in 0..PATIENCE {
            match tokio::time::timeout(cap, &mut task).await {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(fault)) if fault.is_panic() => return Err(Stopped::Fault),
                Ok(Err(_)) => return Err(Stopped::Closing),
                Err(_) if is_too_much(worked().saturating_sub(began), cap) => {
                    return Err(Stopped::TooSlow(cap));
                }
                Err(_) => {}
            }
        }
        Err(Stopped::Busy(cap * PATIENCE))
    }

    /// Places for bodies that are free.
    #[cfg(test)]
    pub(super) fn free_places(&self) -> (usize, usize) {
        (self.places.available_permits(), READ_AT_ONCE)
    }

    async fn linked_pages(&self, work: &Work, wanted: &[String]) -> Pages {
        let mut pages = Pages::default();
        let until = Instant::now() + pages::TIME;
        let mut asked = 0;
        let mut seen = HashSet::new();
        for url in wanted.iter().filter(|url| seen.insert(url.as_str())) {
            let cached = self.cache().get(url, work.now);
            let document = match cached {
                Some(document) => document,
                None if asked >= pages::AT_MOST || Instant::now() >= until => {
                    pages.more = true;
                    None
                }
                None => {
                    asked += 1;
                    let document = self.page(work, url).await;
                    self.cache().put(url, document.clone(), work.now);
                    document
                }
            };
            if let Some(document) = document {
                pages.found.insert(url.clone(), (*document).clone());
                continue;
            }
            pages.unread.insert(url.clone());
            let url = Url::parse(url).ok();
            pages.kept_out.extend(url.filter(|url| self.is_kept_out(url, work.now)));
        }
        pages
    }

    /// Whether robots.txt, as far as it was asked for, keeps us from a page.
    fn is_kept_out(&self, page: &Url, now: DateTime<Utc>) -> bool {
        self.robots.known(page, now).is_some_and(|rules| !rules.allow(page))
    }

    /// What the site of a page allows.
    async fn rules(&self, page: &Request, pause: Duration, now: DateTime<Utc>) -> Arc<Rules> {
        if let Some(rules) = self.robots.known(&page.url, now) {
            return rules;
        }
        let rules = match robots::request(page) {
            Some(request) => {
                let fetched = self.fetch(&request, page.url.host_str(), pause).await;
                // Rules that cannot be read in good time are no leave to go on.
                self.blocking(move |_| Rules::of(&fetched)).await.unwrap_or(Rules::Nothing)
            }
            None => Rules::Nothing,
        };
        self.robots.learn(&page.url, rules, now)
    }

    /// Follows a list from page to page and adds what they carry; true when there was one. Where a page does not
    /// answer, or too many follow, the list stays incomplete and says so.
    async fn further_pages(&self, work: &Work, document: &mut Document) -> bool {
        let first = work.base.clone().unwrap_or_else(|| work.feed.url.clone());
        let mut been = HashSet::from([first.to_string(), work.feed.url.to_string()]);
        let until = Instant::now() + pages::TIME;
        let mut paged = false;
        while let Some(next) = document.next_page.take() {
            paged = true;
            let Some(url) = pages::goes_on(&next, &first, &been) else { break };
            let page = if been.len() <= pages::LIST_PAGES + 1 && Instant::now() < until {
                self.list_page(work, &url).await
            } else {
                None
            };
            let Some(page) = page else {
                let words = format!(
                    "the list goes on, but only {} of its pages could be read; later events are missing",
                    been.len() - usize::from(first != work.feed.url)
                );
                let fix =
                    "Show more events on one page, or offer one calendar file with all of them.";
                let problem = Problem::new(Severity::Warning, "list_goes_on", words).fixed_by(fix);
                document.problems.push(problem);
                document.next_page = Some(next);
                document.complete = false;
                break;
            };
            been.insert(url.into());
            pages::append(document, page);
        }
        paged
    }

    /// A further page of a list, with the settings of its feed.
    async fn list_page(&self, work: &Work, url: &Url) -> Option<Document> {
        let request = Request {
            headers: Config::headers(&work.feed).ok()?,
            allow_private: work.feed.allow_private_address,
            ..Request::new(url.clone())
        };
        let fetched = self.fetch(&request, Some(url.host_str()?), work.pause()).await;
        let Fetched::Body { meta, bytes } = fetched else { return None };
        let work = Work { content_type: meta.content_type, base: meta.final_url, ..work.clone() };
        self.blocking(move |_| making::read(&bytes, &work)).await.ok()?.ok()
    }

    /// One linked page, read, or the calendar file that it offers; `None` when it does not answer or says nothing.
    async fn page(&self, work: &Work, url: &str) -> Option<Arc<Document>> {
        let (url, bytes, content_type) = self.linked(work, url).await?;
        let hint = Hint { content_type, base: Some(url.clone()), format: None };
        let look = move |_: &Stop| match read::read(&bytes, &hint) {
            Ok(document) => Ok(document),
            Err(_) => Err(pages::calendar_on(&bytes, &url)),
        };
        match self.blocking(look).await.ok()? {
            Ok(document) => Some(Arc::new(document)),
            Err(calendar) => {
                let (url, bytes, content_type) = self.linked(work, calendar?.as_str()).await?;
                let hint = Hint { content_type, base: Some(url), format: None };
                let read = self.blocking(move |_| read::read(&bytes, &hint)).await;
                read.ok()?.ok().map(Arc::new)
            }
        }
    }

    /// The body of a linked page, where it came from in the end, and what its server calls it.
    async fn linked(&self, work: &Work, url: &str) -> Option<(Url, Bytes, Option<String>)> {
        let request = pages::request(url, &work.feed)?;
        let fetched = self.visit(&request, work.pause(), work.now).await.ok()?;
        let Fetched::Body { meta, bytes } = fetched else { return None };
        Some((meta.final_url.unwrap_or(request.url), bytes, meta.content_type))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_given_up_for_its_own_work_not_for_that_of_others() {
        let cap = Duration::from_secs(30);
        assert!(!is_too_much(Duration::from_secs(1), cap));
        assert!(is_too_much(Duration::from_secs(29), cap));
        let began = worked();
        let mut sum = 0_u64;
        while worked() == began {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(worked() > began, "{sum}");
    }
}
