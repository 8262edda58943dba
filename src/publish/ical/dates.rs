//! Which dates of a series a calendar takes.
//!
//! A series is followed no further than what is written of it asks for, so that a calendar of the next century costs what
//! it says, not what its series would come to.

use chrono::{DateTime, Months, Utc};

use crate::{
    catalogue::Range,
    event::{Listing, Occurrence},
    normalise::recurrence::{CALENDAR_AHEAD, MOST_IN_CALENDAR},
};

/// Dates of all series without a rule that one calendar takes: some 30 MB, thirty times what Google takes. Several
/// calendars are written at once, each two or three times as large in memory.
const MOST_TOGETHER: usize = 30_000;

/// What a calendar takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) range: Range,
    now: DateTime<Utc>,
    /// Dates of each series without a rule.
    most: usize,
}

impl Window {
    /// That of a calendar in which so many series without a rule share the room.
    pub(super) fn new(range: Range, now: DateTime<Utc>, series: usize) -> Self {
        Self { range, now, most: (MOST_TOGETHER / series.max(1)).clamp(1, MOST_IN_CALENDAR) }
    }

    /// Whether a listing has such a date.
    pub(super) fn has_any(&self, listing: &Listing, such: impl Fn(&Occurrence) -> bool) -> bool {
        let any = |dates: &[Occurrence]| dates.iter().any(&such);
        any(&self.dates(listing, self.range, any))
    }

    /// As many dates as are taken of a series without a rule: the next ones, or, when all are over, the last ones; and
    /// how many these are where there are more.
    pub(super) fn nearest(&self, listing: &Listing) -> (Vec<Occurrence>, Option<usize>) {
        let too_many = |dates: &[Occurrence]| dates.len() > self.most;
        let mut dates = self.dates(listing, self.range, too_many);
        if !too_many(&dates) {
            return (dates, None);
        }
        let ahead = Range { from: self.range.from.max(self.now), ..self.range };
        let next = self.dates(listing, ahead, too_many);
        if next.is_empty() {
            dates.drain(..dates.len() - self.most);
        } else {
            dates = next;
            dates.truncate(self.most);
        }
        let taken = dates.len();
        (dates, Some(taken))
    }

    /// The dates of a range from its beginning on, until they are enough: those up to the usual end of a calendar, then
    /// twice as far, and so on.
    fn dates(
        &self,
        listing: &Listing,
        range: Range,
        enough: impl Fn(&[Occurrence]) -> bool,
    ) -> Vec<Occurrence> {
        let end = range.to.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let mut ahead = CALENDAR_AHEAD;
        loop {
            let reach = range.from.max(self.now).checked_add_months(ahead);
            let to = reach.map_or(end, |reach| reach.min(end));
            let dates = listing.occurrences(Range { to: Some(to), ..range });
            if to == end || enough(&dates) {
                return dates;
            }
            ahead = Months::new(ahead.as_u32().saturating_mul(2));
        }
    }
}

/// The changed dates of a series that overlap a range, in order.
pub(super) fn changed(listing: &Listing, range: Range) -> Vec<Occurrence> {
    let zone = listing.facts.time_zone;
    let to = range.to.unwrap_or(DateTime::<Utc>::MAX_UTC);
    let changes = listing.facts.recurrence.iter().flat_map(|series| &series.overrides);
    let mut dates: Vec<Occurrence> = changes
        .enumerate()
        .map(|(index, change)| Occurrence {
            span: change.span,
            instance: Some(change.instance),
            changed_by: Some(index),
        })
        .filter(|date| date.span.overlaps(range.from, to, zone))
        .collect();
    dates.sort_by_key(|date| (date.span.start_utc(zone), date.span));
    dates
}
