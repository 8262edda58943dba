//! How many there are of each: the numbers beside the filters, and those of the whole.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Catalogue, Range, filter::About};
use crate::{
    event::{Attendance, Decision, Status},
    health::Health,
    query::Query,
};

/// How many listings pass for each value of a filter, all other filters holding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// With all filters.
    pub total: usize,
    /// By service id.
    pub services: BTreeMap<String, usize>,
    /// Events that are for every service.
    pub general: usize,
    /// By kind id.
    pub kinds: BTreeMap<String, usize>,
    /// By code of the organising council.
    pub councils: BTreeMap<String, usize>,
    /// By id of the organising group.
    pub groups: BTreeMap<String, usize>,
    /// By region id.
    pub regions: BTreeMap<String, usize>,
    /// By way to attend.
    pub attendance: BTreeMap<String, usize>,
    /// By feed id.
    pub feeds: BTreeMap<String, usize>,
}

/// Numbers of the whole catalogue (`/api/v1/stats`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Listed events that are on or to come.
    pub upcoming: usize,
    /// Listed events, past ones that are still kept included.
    pub listed: usize,
    /// Events that were judged not to be for this network.
    pub unlisted: usize,
    /// Upcoming ones that were called off.
    pub cancelled: usize,
    /// Upcoming ones that their feeds no longer carry.
    pub withdrawn: usize,
    /// Upcoming ones found in more than one feed.
    pub merged: usize,
    /// Councils that run an upcoming event.
    pub councils: usize,
    /// Feeds.
    pub feeds: usize,
    /// Feeds by health.
    pub health: BTreeMap<Health, usize>,
    /// When any listing last changed.
    pub last_change: Option<DateTime<Utc>>,
    /// When a feed was last checked.
    pub last_check: Option<DateTime<Utc>>,
}

impl Catalogue {
    /// The numbers beside the filters of a page.
    #[must_use]
    pub fn counts(&self, query: &Query, now: DateTime<Utc>) -> Counts {
        let range = Range::of(query, now);
        let filter = self.filter(query);
        let mut counts = Counts::default();
        let from = (range.from.timestamp_millis().saturating_add(1), String::new());
        for (_, item) in self.by_end.range(from..) {
            let fails = filter.fails(item);
            let facts = &item.listing.facts;
            let near_miss =
                [About::Service, About::Kind, About::Council, About::Group, About::Place]
                    .into_iter()
                    .chain([About::Attendance, About::Feed])
                    .any(|about| fails.none_but(about));
            if !near_miss || item.first(range).is_none() {
                continue;
            }
            counts.total += usize::from(fails.none());
            if fails.none_but(About::Service) {
                counts.general += usize::from(facts.services.is_empty());
                count(&mut counts.services, &facts.services);
            }
            if fails.none_but(About::Kind) {
                count(&mut counts.kinds, [&facts.kind]);
            }
            if fails.none_but(About::Council) {
                count(&mut counts.councils, &facts.organiser.council);
            }
            if fails.none_but(About::Group) {
                count(&mut counts.groups, &facts.organiser.group);
            }
            if fails.none_but(About::Place) {
                count(&mut counts.regions, &item.regions);
            }
            if fails.none_but(About::Attendance) && facts.attendance != Attendance::Unknown {
                count(&mut counts.attendance, [facts.attendance.as_str()]);
            }
            if fails.none_but(About::Feed) {
                count(&mut counts.feeds, item.listing.sources.iter().map(|source| &source.feed));
            }
        }
        counts
    }

    /// Numbers of the whole.
    #[must_use]
    pub fn stats(&self, now: DateTime<Utc>) -> Stats {
        let mut stats = Stats { feeds: self.feeds.size(), ..Stats::default() };
        let mut councils = std::collections::BTreeSet::new();
        let from_now = Range { from: now, to: None };
        for item in self.items.values() {
            let listing = &item.listing;
            if listing.facts.verdict.decision != Decision::Listed {
                stats.unlisted += 1;
                continue;
            }
            stats.listed += 1;
            if item.first(from_now).is_none() {
                continue;
            }
            stats.upcoming += 1;
            stats.cancelled += usize::from(listing.facts.status == Status::Cancelled);
            stats.withdrawn += usize::from(listing.withdrawn.is_some());
            stats.merged += usize::from(listing.sources.len() > 1);
            councils.extend(listing.facts.organiser.council.as_deref());
        }
        stats.councils = councils.len();
        for view in self.feeds.values() {
            *stats.health.entry(view.health(now)).or_default() += 1;
            stats.last_check = stats.last_check.max(view.state.last_check);
        }
        stats.last_change = (self.touched > DateTime::UNIX_EPOCH).then_some(self.touched);
        stats
    }
}

fn count<S: AsRef<str>>(counts: &mut BTreeMap<String, usize>, of: impl IntoIterator<Item = S>) {
    for id in of {
        *counts.entry(id.as_ref().to_owned()).or_default() += 1;
    }
}
