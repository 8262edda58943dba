//! When an answer last changed: by a change of its listings, by one that left, or by the passing of time.

use chrono::{DateTime, Utc};

use super::{
    Catalogue, Facet, Item,
    range::{CALENDAR_AHEAD, CALENDAR_BACK},
};
use crate::query::Query;

/// Which range an answer shows when the query says none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// From now on.
    Upcoming,
    /// From 31 days ago to 18 months ahead.
    Calendar,
}

impl Catalogue {
    /// When the answer to this query last changed (Last-Modified), never later than `now`.
    ///
    /// It may be later than the truth (a listing that left is remembered by its facets only), never earlier.
    #[must_use]
    pub fn last_changed(&self, query: &Query, window: Window, now: DateTime<Utc>) -> DateTime<Utc> {
        let filter = self.filter(query);
        let of_facets = |facets: Vec<Facet>| {
            let times = facets.iter().filter_map(|facet| self.touched.get(facet));
            times.max().copied().unwrap_or(DateTime::UNIX_EPOCH)
        };
        // A listing must have a facet of each set, so none changed later than the quietest set.
        let touched = filter.ways_in().into_iter().map(of_facets).min();
        let mut last = touched.unwrap_or(self.touched_any).max(self.touched_floor);
        for item in self.items.values().filter(|item| filter.passes(item)) {
            for moment in moments(item, query, window, now) {
                if moment <= now {
                    last = last.max(moment);
                }
            }
        }
        last.min(now)
    }
}

/// The instants at which the passing of time changed how (or whether) a listing is shown.
fn moments(item: &Item, query: &Query, window: Window, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let range = super::Range {
        from: now - chrono::Duration::days(62),
        to: now.checked_add_months(chrono::Months::new(19)),
    };
    let zone = item.time_zone();
    let mut moments = Vec::new();
    for occurrence in item.occurrences(range) {
        let (start, end) = (occurrence.span.start_utc(zone), occurrence.span.end_utc(zone));
        match window {
            // `next` moves on when a date is over.
            Window::Upcoming => moments.push(end),
            Window::Calendar if query.from.is_none() => moments.push(end + CALENDAR_BACK),
            Window::Calendar => {}
        }
        if window == Window::Calendar && query.to.is_none() {
            moments.extend(start.checked_sub_months(CALENDAR_AHEAD));
        }
    }
    moments
}
