//! Judges listings by a query, whatever the time range.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;

use super::{Facet, Item};
use crate::{
    event::{Attendance, Decision, Status},
    member::Members,
    query::{
        DEFAULT_WITHIN_KM, ListedFilter, Point, Query, Scope,
        place::{distance_km, nation_of},
    },
    vocabulary::Vocabulary,
};

/// What a filter is about; each listing fails a set of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Scope,
    Service,
    Kind,
    Series,
    Group,
    Feed,
    Status,
    Council,
    Place,
    Attendance,
    OpenTo,
    Words,
    Listed,
}

/// The filters that a listing fails, as a set of [`About`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fails(u16);

impl Fails {
    fn add(&mut self, about: About) {
        self.0 |= 1 << about as u16;
    }

    pub(super) fn none(self) -> bool {
        self.0 == 0
    }

    /// Whether nothing fails but, perhaps, this.
    pub(super) fn none_but(self, about: About) -> bool {
        self.0 & !(1 << about as u16) == 0
    }
}

/// A query made ready: groups of kinds and successors of councils spelt out, words folded.
#[derive(Debug, Clone)]
pub struct Filter<'a> {
    query: &'a Query,
    kinds: BTreeSet<String>,
    councils: BTreeSet<String>,
    /// The listings that have all words of the question; `None` when nothing is asked.
    words: Option<RoaringBitmap>,
    scope: Option<ScopeSet>,
}

#[derive(Debug, Clone)]
enum ScopeSet {
    Service(String),
    Kinds(BTreeSet<String>),
    Councils(BTreeSet<String>),
    Region(String),
    Group(String),
}

impl<'a> Filter<'a> {
    pub(super) fn new(
        query: &'a Query,
        vocabulary: &Vocabulary,
        members: &Members,
        words: Option<RoaringBitmap>,
    ) -> Self {
        let scope = query.scope.as_ref().map(|scope| match scope {
            Scope::Service(id) => ScopeSet::Service(id.clone()),
            Scope::Kind(id) => ScopeSet::Kinds(vocabulary.kinds_meant(std::slice::from_ref(id))),
            Scope::Council(code) => {
                ScopeSet::Councils(with_successors(std::slice::from_ref(code), members))
            }
            Scope::Region(id) => ScopeSet::Region(id.clone()),
            Scope::Group(id) => ScopeSet::Group(id.clone()),
        });
        Self {
            query,
            kinds: vocabulary.kinds_meant(&query.kinds),
            councils: with_successors(&query.councils, members),
            words,
            scope,
        }
    }

    /// Whether a listing passes all filters.
    #[must_use]
    pub fn passes(&self, item: &Item) -> bool {
        self.fails(item).none()
    }

    pub(super) fn fails(&self, item: &Item) -> Fails {
        let (query, facts) = (self.query, &item.listing.facts);
        let organiser = &facts.organiser;
        let mut fails = Fails::default();
        let mut check = |passes: bool, about: About| {
            if !passes {
                fails.add(about);
            }
        };
        let general = query.general && facts.services.is_empty();
        check(any_of(&query.services, facts.services.iter()) || general, About::Service);
        check(query.kinds.is_empty() || self.kinds.contains(&facts.kind), About::Kind);
        let series = facts.series.as_deref().map(crate::query::slug);
        check(any_of(&query.series, series.iter()), About::Series);
        check(any_of(&query.groups, organiser.group.iter()), About::Group);
        check(any_of(&query.feeds, item.listing.sources.iter().map(|s| &s.feed)), About::Feed);
        check(item.statuses().any(|status| self.has_status(status)), About::Status);
        let council = organiser.council.as_deref();
        check(
            query.councils.is_empty() || council.is_some_and(|code| self.councils.contains(code)),
            About::Council,
        );
        check(self.place(item), About::Place);
        check(
            query.attendance.is_empty() || query.attendance.contains(&facts.attendance),
            About::Attendance,
        );
        // Not stated counts as open.
        let open_to = facts.audience.as_ref().map(|audience| &audience.open_to);
        check(open_to.is_none() || any_of(&query.open_to, open_to.into_iter()), About::OpenTo);
        check(self.words.as_ref().is_none_or(|all| all.contains(item.number)), About::Words);
        let listed = facts.verdict.decision == Decision::Listed;
        let wanted = match query.listed {
            ListedFilter::Yes => listed,
            ListedFilter::No => !listed,
            ListedFilter::Any => true,
        };
        check(wanted, About::Listed);
        check(self.scope(item, general), About::Scope);
        fails
    }

    /// Whether a date of this status is asked for.
    pub(super) fn has_status(&self, status: Status) -> bool {
        self.query.status.is_empty() || self.query.status.contains(&status)
    }

    fn scope(&self, item: &Item, general: bool) -> bool {
        let facts = &item.listing.facts;
        match &self.scope {
            None => true,
            Some(ScopeSet::Service(id)) => facts.services.contains(id) || general,
            Some(ScopeSet::Kinds(kinds)) => kinds.contains(&facts.kind),
            Some(ScopeSet::Councils(codes)) => {
                facts.organiser.council.as_ref().is_some_and(|code| codes.contains(code))
            }
            Some(ScopeSet::Region(id)) => item.regions.contains(id) || self.by_network(item),
            Some(ScopeSet::Group(id)) => facts.organiser.group.as_ref() == Some(id),
        }
    }

    /// `or_online`: one can go from anywhere.
    fn by_network(&self, item: &Item) -> bool {
        let attendance = item.listing.facts.attendance;
        self.query.or_online && matches!(attendance, Attendance::Online | Attendance::Hybrid)
    }

    /// Region, nation and nearness: each must hold, unless one need not go anywhere.
    fn place(&self, item: &Item) -> bool {
        let query = self.query;
        if self.by_network(item) {
            return true;
        }
        any_of(&query.regions, item.regions.iter())
            && (query.nations.is_empty()
                || item
                    .regions
                    .iter()
                    .any(|region| query.nations.iter().any(|nation| nation == nation_of(region))))
            && (query.near.is_empty() || query.near.iter().any(|point| self.near(item, point)))
    }

    /// By distance where both positions are known, else by region.
    fn near(&self, item: &Item, point: &Point) -> bool {
        let within = self.query.within_km.unwrap_or(DEFAULT_WITHIN_KM);
        match (item.position, point.position()) {
            (Some(here), Some(there)) => distance_km(here, there) <= within,
            _ => point.is_in(&item.regions),
        }
    }

    /// The listings that have all words of the question.
    pub(super) fn words(&self) -> Option<&RoaringBitmap> {
        self.words.as_ref()
    }

    /// Sets of facets of which a listing must have one each: the ways in by index.
    pub(super) fn ways_in(&self) -> Vec<Vec<Facet>> {
        let query = self.query;
        let each = |ids: &[String], facet: fn(String) -> Facet| -> Vec<Facet> {
            ids.iter().cloned().map(facet).collect()
        };
        let set = |ids: &BTreeSet<String>, facet: fn(String) -> Facet| -> Vec<Facet> {
            ids.iter().cloned().map(facet).collect()
        };
        let with_general = |mut facets: Vec<Facet>| {
            if query.general && !facets.is_empty() {
                facets.push(Facet::General);
            }
            facets
        };
        let mut ways = vec![
            with_general(each(&query.services, Facet::Service)),
            set(&self.kinds, Facet::Kind),
            each(&query.series, Facet::Series),
            each(&query.groups, Facet::Group),
            each(&query.feeds, Facet::Feed),
            set(&self.councils, Facet::Council),
        ];
        if !query.or_online {
            ways.push(each(&query.regions, Facet::Region));
        }
        ways.push(match &self.scope {
            Some(ScopeSet::Service(id)) => with_general(vec![Facet::Service(id.clone())]),
            Some(ScopeSet::Kinds(kinds)) => set(kinds, Facet::Kind),
            Some(ScopeSet::Councils(codes)) => set(codes, Facet::Council),
            Some(ScopeSet::Region(id)) if !query.or_online => vec![Facet::Region(id.clone())],
            Some(ScopeSet::Group(id)) => vec![Facet::Group(id.clone())],
            _ => Vec::new(),
        });
        ways.retain(|way| !way.is_empty());
        ways
    }
}

fn any_of<'a>(asked: &[String], mut has: impl Iterator<Item = &'a String>) -> bool {
    asked.is_empty() || has.any(|value| asked.contains(value))
}

/// Council codes and those of the councils that took over, to the last.
fn with_successors(asked: &[String], members: &Members) -> BTreeSet<String> {
    let next = |code: &str| members.council(code).map(|council| council.successors.clone());
    asked.iter().flat_map(|code| successors_of(code, next)).collect()
}

/// A code and all that follow it; a circle ends where it began.
pub(super) fn successors_of(
    code: &str,
    next: impl Fn(&str) -> Option<Vec<String>>,
) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let mut open = vec![code.to_owned()];
    while let Some(code) = open.pop() {
        open.extend(next(&code).into_iter().flatten().filter(|next| !codes.contains(next)));
        codes.insert(code);
    }
    codes
}
