//! Answers a request with a sorted page of listings, or of their dates.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use roaring::RoaringBitmap;

use super::{Catalogue, Filter, Item, Millis, Range, text::fold};
use crate::{
    event::{Id, Listing, Local, Occurrence},
    query::{Cursor, Query, Request, Sort, SortKey},
};

/// A listing that passed, with its first date in the range.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The listing.
    pub item: Arc<Item>,
    /// The first date that overlaps the range; `None` for a listing without a date.
    pub first: Option<Occurrence>,
}

/// A page of listings.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// In the order asked for.
    pub hits: Vec<Hit>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
    /// How many there are on all pages together.
    pub total: usize,
}

/// One date of a listing.
#[derive(Debug, Clone)]
pub struct Date {
    /// The listing.
    pub item: Arc<Item>,
    /// The date.
    pub occurrence: Occurrence,
}

/// A page of dates, flattened.
#[derive(Debug, Clone, Default)]
pub struct DatePage {
    /// In order of start.
    pub dates: Vec<Date>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
    /// How many dates there are from the beginning of this page on.
    pub left: usize,
}

/// Dates of one answer without pages (FullCalendar asks for a month at a time).
pub const MAX_DATES: usize = 10_000;

impl Catalogue {
    /// The listings that a request asks for: those with a date in its range (by default from now on).
    ///
    /// Undated listings match no range, so they are in no list.
    #[must_use]
    pub fn list(&self, request: &Request, now: DateTime<Utc>) -> Page {
        let pinned = request.cursor.as_ref().map_or(now, |cursor| cursor.now);
        let range = Range::of(&request.query, pinned);
        let mut hits: Vec<(SortKey, Hit)> =
            self.hits(&request.query, range).map(|hit| (key(&hit, request.sort), hit)).collect();
        let total = hits.len();
        let descending = request.sort.is_descending();
        hits.sort_by(|a, b| order(descending, (&a.0, a.1.id()), (&b.0, b.1.id())));
        if let Some(cursor) = &request.cursor {
            let after = |hit: &(SortKey, Hit)| {
                order(descending, (&hit.0, hit.1.id()), (&cursor.key, &cursor.id)).is_gt()
            };
            hits.retain(after);
        }
        let more = hits.len() > request.page_size();
        hits.truncate(request.page_size());
        let next = hits.last().filter(|_| more).map(|(key, hit)| {
            let (key, id) = (key.clone(), hit.id().to_owned());
            Cursor { now: pinned, key, id, sort: request.sort }.encode()
        });
        Page { hits: hits.into_iter().map(|(_, hit)| hit).collect(), next, total }
    }

    /// The dates that a request asks for, flattened, a page at a time.
    #[must_use]
    pub fn dates(&self, request: &Request, now: DateTime<Utc>) -> DatePage {
        let pinned = request.cursor.as_ref().map_or(now, |cursor| cursor.now);
        let descending = request.sort.is_descending();
        let is_after = |(start, date): &(Millis, Date)| match &request.cursor {
            Some(Cursor { key: SortKey::Time(at), id, .. }) => {
                let (here, there) = ((*start, date.id()), (*at, id.clone()));
                if descending { here < there } else { here > there }
            }
            _ => true,
        };
        let filter = self.filter(&request.query);
        let mut left = 0;
        let dates = self.dated(&filter, Range::dates(&request.query, pinned)).filter(is_after);
        let dates = dates.inspect(|_| left += 1);
        let mut dates = first(dates, request.page_size() + 1, descending);
        let more = dates.len() > request.page_size();
        dates.truncate(request.page_size());
        let next = dates.last().filter(|_| more).map(|(start, date)| {
            let key = SortKey::Time(*start);
            Cursor { now: pinned, key, id: date.id(), sort: request.sort }.encode()
        });
        DatePage { dates: dates.into_iter().map(|(_, date)| date).collect(), next, left }
    }

    /// All dates in a range, at most [`MAX_DATES`].
    #[must_use]
    pub fn all_dates(&self, query: &Query, range: Range) -> Vec<Date> {
        let filter = self.filter(query);
        let dates = first(self.dated(&filter, range), MAX_DATES, false);
        dates.into_iter().map(|(_, date)| date).collect()
    }

    /// How many dates there are in a range.
    #[must_use]
    pub fn count_dates(&self, query: &Query, range: Range) -> usize {
        let filter = self.filter(query);
        let items = self.candidates(&filter, range).filter(|item| filter.passes(item));
        if query.status.is_empty() {
            return items.map(|item| item.count(range)).sum();
        }
        self.dated(&filter, range).count()
    }

    /// The listings of a calendar: those with a date in the range, in order of first start.
    #[must_use]
    pub fn calendar(&self, query: &Query, range: Range) -> Vec<Arc<Listing>> {
        let mut found: Vec<Arc<Listing>> =
            self.hits(query, range).map(|hit| Arc::clone(&hit.item.listing)).collect();
        found.sort_by_cached_key(|listing| (start(listing), listing.id.clone()));
        found
    }

    /// What was announced last, the newest first: dates to come and dates to be announced.
    #[must_use]
    pub fn announced(&self, query: &Query, limit: usize, now: DateTime<Utc>) -> Vec<Arc<Item>> {
        let range = Range::of(query, now);
        let filter = self.filter(query);
        let free = query.from.is_none() && query.to.is_none();
        let mut found: Vec<Arc<Item>> = self
            .candidates(&filter, range)
            .filter(|item| {
                let undated = free && item.listing.facts.span.is_none();
                (undated || item.first(range).is_some()) && filter.passes(item)
            })
            .cloned()
            .collect();
        newest_first(&mut found);
        found.truncate(limit);
        found
    }

    /// The listings that pass without a date, the newest first: none where a range is asked for, since they are in none.
    #[must_use]
    pub fn undated(&self, query: &Query) -> Vec<Arc<Item>> {
        if query.from.is_some() || query.to.is_some() {
            return Vec::new();
        }
        let filter = self.filter(query);
        // With those that never end they come after all dates.
        let range = Range { from: DateTime::<Utc>::MAX_UTC, to: None };
        let undated = self.candidates(&filter, range);
        let mut found: Vec<Arc<Item>> = undated
            .filter(|item| item.listing.facts.span.is_none() && filter.passes(item))
            .cloned()
            .collect();
        newest_first(&mut found);
        found
    }

    /// Listings that pass and have a date in the range, in no order.
    pub(super) fn hits(&self, query: &Query, range: Range) -> impl Iterator<Item = Hit> {
        let filter = self.filter(query);
        let found: Vec<Hit> = self
            .candidates(&filter, range)
            .filter(|item| filter.passes(item))
            .filter_map(|item| {
                let first = Some(item.first(range)?);
                Some(Hit { item: Arc::clone(item), first })
            })
            .collect();
        found.into_iter()
    }

    /// The listings that can pass at all.
    pub(super) fn candidates<'a>(
        &'a self,
        filter: &Filter,
        range: Range,
    ) -> Box<dyn Iterator<Item = &'a Arc<Item>> + 'a> {
        if range.is_empty() {
            return Box::new(std::iter::empty());
        }
        let from = range.from.timestamp_millis();
        let ways = filter.ways_in().into_iter().map(|facets| self.having(&facets));
        let numbers = filter.words().cloned().into_iter().chain(ways).reduce(|all, way| all & way);
        let few = |numbers: &RoaringBitmap| numbers.len() < self.items.size() as u64 / 2;
        if let Some(numbers) = numbers.filter(few) {
            return Box::new(self.numbered(numbers).filter(move |item| item.last_end > from));
        }
        let begin = (from.saturating_add(1), String::new());
        Box::new(self.by_end.range(begin..).map(|(_, item)| item))
    }

    /// Dates in a range with their starts, in no order.
    fn dated(&self, filter: &Filter, range: Range) -> impl Iterator<Item = (Millis, Date)> {
        let items = self.candidates(filter, range).filter(|item| filter.passes(item));
        items.flat_map(move |item| {
            let dates = item.occurrences(range).into_iter();
            let dates = dates.filter(|date| filter.has_status(item.listing.status_of(date)));
            dates.map(|occurrence| {
                let start = occurrence.span.start_utc(item.time_zone()).timestamp_millis();
                (start, Date { item: Arc::clone(item), occurrence })
            })
        })
    }
}

/// In the order in which they were first seen, the last one first.
fn newest_first(items: &mut [Arc<Item>]) {
    items.sort_by(|a, b| {
        (b.listing.created, &b.listing.id).cmp(&(a.listing.created, &a.listing.id))
    });
}

/// So many of the dates, the first ones, in order; never many more in memory than that.
fn first(
    dates: impl Iterator<Item = (Millis, Date)>,
    number: usize,
    descending: bool,
) -> Vec<(Millis, Date)> {
    let order = |a: &(Millis, Date), b: &(Millis, Date)| {
        let order = (a.0, a.1.key()).cmp(&(b.0, b.1.key()));
        if descending { order.reverse() } else { order }
    };
    let mut found: Vec<(Millis, Date)> = Vec::new();
    for date in dates {
        found.push(date);
        if found.len() > 2 * number + 1_000 {
            found.select_nth_unstable_by(number, order);
            found.truncate(number);
        }
    }
    found.sort_unstable_by(order);
    found.truncate(number);
    found
}

impl Date {
    /// Its place among those that begin together.
    fn key(&self) -> (&str, Option<Local>) {
        (&self.item.listing.id, self.occurrence.instance)
    }

    /// The same as a cursor has it.
    fn id(&self) -> Id {
        match self.occurrence.instance {
            Some(instance) => format!("{}:{}", self.item.listing.id, written(instance)),
            None => self.item.listing.id.clone(),
        }
    }
}

impl Hit {
    fn id(&self) -> &str {
        &self.item.listing.id
    }
}

impl Sort {
    fn is_descending(self) -> bool {
        matches!(self, Self::StartDescending | Self::UpdatedDescending | Self::CreatedDescending)
    }
}

fn order(descending: bool, a: (&SortKey, &str), b: (&SortKey, &str)) -> std::cmp::Ordering {
    if descending { b.cmp(&a) } else { a.cmp(&b) }
}

fn key(hit: &Hit, sort: Sort) -> SortKey {
    let listing = &hit.item.listing;
    match sort {
        Sort::Start | Sort::StartDescending => {
            let first = hit.first.as_ref();
            let start = first.map(|first| first.span.start_utc(hit.item.time_zone()));
            SortKey::Time(start.map_or(Millis::MAX, |at| at.timestamp_millis()))
        }
        Sort::Title => SortKey::Text(fold(&listing.facts.title).trim().chars().take(200).collect()),
        Sort::Updated | Sort::UpdatedDescending => {
            SortKey::Time(listing.updated.timestamp_millis())
        }
        Sort::Created | Sort::CreatedDescending => {
            SortKey::Time(listing.created.timestamp_millis())
        }
    }
}

fn start(listing: &Listing) -> DateTime<Utc> {
    let span = listing.facts.span.as_ref();
    span.map_or(DateTime::<Utc>::MAX_UTC, |span| span.start_utc(listing.facts.time_zone))
}

fn written(instance: Local) -> String {
    match instance {
        Local::Date(day) => day.format("%Y%m%d").to_string(),
        Local::Time(at) => at.format("%Y%m%dT%H%M%S").to_string(),
    }
}
