//! Answers a request with a sorted page of listings, or of their dates.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Catalogue, Facet, Filter, Item, Millis, Range, text::fold};
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
            Cursor { now: pinned, key: key.clone(), id: hit.id().to_owned() }.encode()
        });
        Page { hits: hits.into_iter().map(|(_, hit)| hit).collect(), next, total }
    }

    /// The dates that a request asks for, flattened, a page at a time.
    #[must_use]
    pub fn dates(&self, request: &Request, now: DateTime<Utc>) -> DatePage {
        let pinned = request.cursor.as_ref().map_or(now, |cursor| cursor.now);
        let mut dates = self.dated(&request.query, Range::dates(&request.query, pinned));
        if let Some(Cursor { key: SortKey::Time(at), id, .. }) = &request.cursor {
            dates.retain(|(start, date)| start > at || (start == at && date.id() > *id));
        }
        let more = dates.len() > request.page_size();
        let dates = first(dates, request.page_size());
        let next = dates.last().filter(|_| more).map(|(start, date)| {
            Cursor { now: pinned, key: SortKey::Time(*start), id: date.id() }.encode()
        });
        DatePage { dates: dates.into_iter().map(|(_, date)| date).collect(), next }
    }

    /// All dates in a range, at most [`MAX_DATES`].
    #[must_use]
    pub fn all_dates(&self, query: &Query, range: Range) -> Vec<Date> {
        first(self.dated(query, range), MAX_DATES).into_iter().map(|(_, date)| date).collect()
    }

    /// How many dates there are in a range.
    #[must_use]
    pub fn count_dates(&self, query: &Query, range: Range) -> usize {
        let filter = self.filter(query);
        let items = self.candidates(&filter, range).filter(|item| filter.passes(item));
        items.map(|item| item.count(range)).sum()
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
        found.sort_by(|a, b| {
            (b.listing.created, &b.listing.id).cmp(&(a.listing.created, &a.listing.id))
        });
        found.truncate(limit);
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

    /// The listings that can pass at all, by the narrowest way in.
    pub(super) fn candidates<'a>(
        &'a self,
        filter: &Filter,
        range: Range,
    ) -> Box<dyn Iterator<Item = &'a Arc<Item>> + 'a> {
        if range.is_empty() {
            return Box::new(std::iter::empty());
        }
        let size = |facets: &Vec<Facet>| -> usize {
            facets.iter().filter_map(|facet| self.facets.get(facet)).map(|ids| ids.size()).sum()
        };
        let narrowest = filter.ways_in().into_iter().min_by_key(size);
        let from = range.from.timestamp_millis();
        if let Some(facets) = narrowest.filter(|facets| size(facets) < self.items.size() / 2) {
            let mut ids: Vec<&Id> =
                facets.iter().filter_map(|facet| self.facets.get(facet)).flatten().collect();
            ids.sort_unstable();
            ids.dedup();
            let items = ids.into_iter().filter_map(|id| self.items.get(id));
            return Box::new(items.filter(move |item| item.last_end > from));
        }
        let begin = (from.saturating_add(1), String::new());
        Box::new(self.by_end.range(begin..).map(|(_, item)| item))
    }

    /// Dates in a range with their starts, in no order.
    fn dated(&self, query: &Query, range: Range) -> Vec<(Millis, Date)> {
        let filter = self.filter(query);
        let mut dates: Vec<(Millis, Date)> = Vec::new();
        for item in self.candidates(&filter, range).filter(|item| filter.passes(item)) {
            dates.extend(item.occurrences(range).into_iter().map(|occurrence| {
                let start = occurrence.span.start_utc(item.time_zone()).timestamp_millis();
                (start, Date { item: Arc::clone(item), occurrence })
            }));
        }
        dates
    }
}

/// So many of the dates, the first ones, in order.
fn first(mut dates: Vec<(Millis, Date)>, number: usize) -> Vec<(Millis, Date)> {
    let order = |a: &(Millis, Date), b: &(Millis, Date)| (a.0, a.1.key()).cmp(&(b.0, b.1.key()));
    if number < dates.len() {
        dates.select_nth_unstable_by(number, order);
        dates.truncate(number);
    }
    dates.sort_unstable_by(order);
    dates
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
