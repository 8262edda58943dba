//! A listing made ready for questions: its dates, its words, where it is.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::{Base, Facet, Millis, Number, Range, text};
use crate::{
    event::{Decision, Listing, Occurrence, Status},
    member::Council,
    normalise::recurrence,
    query::{
        place::{parts, position_of_postcode, region_id, regions_of_postcode, wider},
        slug,
    },
};

/// A public listing with what is worked out once and asked for often.
#[derive(Debug, Clone)]
pub struct Item {
    /// The listing.
    pub listing: Arc<Listing>,
    /// Regions where one can go, as ids: those of the venue's postcode, else of its town and of the organiser's council.
    pub regions: Vec<String>,
    /// Where it is in WGS 84 degrees: the venue, else its postcode, else its town, else the organiser's council.
    pub position: Option<(f64, f64)>,
    /// Its dates within `window`, sorted; all of them when it does not repeat.
    kept: Vec<Occurrence>,
    window: Range,
    /// What it is called in the indexes.
    pub(super) number: Number,
    pub(super) facets: Vec<Facet>,
    /// End of its last date; `Millis::MAX` when it goes on for ever or has no date.
    pub(super) last_end: Millis,
}

/// Whether a listing may be shown at all.
pub(super) fn is_public(listing: &Listing) -> bool {
    matches!(listing.facts.verdict.decision, Decision::Listed | Decision::Unlisted)
}

impl Item {
    pub(super) fn new(listing: Arc<Listing>, number: Number, base: &Base, window: Range) -> Self {
        let town = town(&listing, base);
        let regions = regions(&listing, town, base);
        let position = position(&listing, town, base);
        let facets = facets(&listing, &regions);
        let kept = expand(&listing, window);
        let last_end = last_end(&listing);
        Self { listing, regions, position, kept, window, number, facets, last_end }
    }

    pub(super) fn rewindowed(&self, window: Range) -> Arc<Self> {
        Arc::new(Self { kept: expand(&self.listing, window), window, ..self.clone() })
    }

    /// The zone in which it is shown.
    #[must_use]
    pub fn time_zone(&self) -> Tz {
        self.listing.facts.time_zone
    }

    /// Its dates that overlap the range, in order, cancelled ones included.
    ///
    /// An endless series is followed to where dates are kept ready (about two years ahead), and at least for two
    /// years: one that asks for all dates of the next century must not cost what they would.
    #[must_use]
    pub fn occurrences(&self, range: Range) -> Vec<Occurrence> {
        let bounded = self.bounded(range);
        let all = self.at_hand(bounded);
        all.iter().filter(|occurrence| self.within(occurrence, bounded)).cloned().collect()
    }

    /// How many dates [`Item::occurrences`] has.
    #[must_use]
    pub fn count(&self, range: Range) -> usize {
        let bounded = self.bounded(range);
        let all = self.at_hand(bounded);
        all.iter().filter(|occurrence| self.within(occurrence, bounded)).count()
    }

    /// Dates among which are all of a bounded range.
    fn at_hand(&self, bounded: Range) -> Cow<'_, [Occurrence]> {
        if self.is_kept(bounded) {
            Cow::Borrowed(&self.kept)
        } else {
            Cow::Owned(expand(&self.listing, bounded))
        }
    }

    /// Its first date that overlaps the range, cancelled ones included.
    #[must_use]
    pub fn first(&self, range: Range) -> Option<Occurrence> {
        let bounded = self.bounded(range);
        let end = self.bound(range);
        // Where dates are kept from the beginning of the range on, the first of them is the first of all.
        let kept = self.window.from <= range.from || self.listing.facts.recurrence.is_none();
        let mut ready = self.kept.iter().filter(|_| kept);
        let found = ready.find(|occurrence| self.within(occurrence, bounded)).cloned();
        if found.is_some() {
            return found;
        }
        if !self.is_kept(bounded) {
            let found = self.occurrences(range).into_iter().next();
            if found.is_some() {
                return found;
            }
        }
        if range.to.is_some_and(|to| to <= end) || self.last_end <= end.timestamp_millis() {
            return None;
        }
        // A series with long gaps: every eighth year is the longest (a leap day about the year 2100).
        let further = end.checked_add_signed(Duration::days(366 * 8)).unwrap_or(end);
        let further = Range { from: end, to: Some(range.to.map_or(further, |to| to.min(further))) };
        expand(&self.listing, further).into_iter().next()
    }

    /// The next date from `now` on: one that is on or to come, and not called off unless all of it is.
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Option<Occurrence> {
        let range = Range { from: now, to: None };
        let first = self.first(range)?;
        if self.listing.facts.status == Status::Cancelled || !self.is_cancelled(&first) {
            return Some(first);
        }
        self.occurrences(range).into_iter().find(|occurrence| !self.is_cancelled(occurrence))
    }

    /// Its status, and those of its dates that have one of their own.
    pub(super) fn statuses(&self) -> impl Iterator<Item = Status> {
        let facts = &self.listing.facts;
        let changed = facts.recurrence.iter().flat_map(|recurrence| &recurrence.overrides);
        std::iter::once(facts.status).chain(changed.filter_map(|change| change.status))
    }

    /// Whether this date (not the whole series) was called off.
    #[must_use]
    pub fn is_cancelled(&self, occurrence: &Occurrence) -> bool {
        self.listing.status_of(occurrence) == Status::Cancelled
    }

    /// Whether all its dates within a range are at hand.
    fn is_kept(&self, range: Range) -> bool {
        self.listing.facts.recurrence.is_none() || self.window.covers(&range)
    }

    fn within(&self, occurrence: &Occurrence, range: Range) -> bool {
        let to = range.to.unwrap_or(DateTime::<Utc>::MAX_UTC);
        occurrence.span.overlaps(range.from, to, self.time_zone())
    }

    fn bounded(&self, range: Range) -> Range {
        Range { from: range.from, to: Some(self.bound(range)) }
    }

    /// Where looking for dates ends.
    fn bound(&self, range: Range) -> DateTime<Utc> {
        if self.listing.facts.recurrence.is_none() {
            return range.to.unwrap_or(DateTime::<Utc>::MAX_UTC);
        }
        let ahead = range.from.checked_add_signed(Duration::days(366 * 2));
        let window = self.window.to.unwrap_or(range.from);
        let ready = if range.from < window { window } else { ahead.unwrap_or(window) };
        match range.to {
            Some(to) if self.last_end < Millis::MAX => to,
            Some(to) => to.min(ready),
            None => ready,
        }
    }
}

impl Listing {
    /// Its dates that overlap the range, in order, cancelled ones included; worked out anew at each call.
    #[must_use]
    pub fn occurrences(&self, range: Range) -> Vec<Occurrence> {
        let (to, zone) = (range.to.unwrap_or(DateTime::<Utc>::MAX_UTC), self.facts.time_zone);
        let mut dates = expand(self, range);
        dates.retain(|date| date.span.overlaps(range.from, to, zone));
        dates
    }

    /// The status of one date: its own, else that of the whole.
    #[must_use]
    pub fn status_of(&self, occurrence: &Occurrence) -> Status {
        let own = self.change_of(occurrence).and_then(|change| change.status);
        own.unwrap_or(self.facts.status)
    }

    /// The title of one date: its own, else that of the whole.
    #[must_use]
    pub fn title_of(&self, occurrence: &Occurrence) -> &str {
        let own = self.change_of(occurrence).and_then(|change| change.title.as_deref());
        own.unwrap_or(&self.facts.title)
    }

    /// What makes one date differ from the rest of its series.
    #[must_use]
    pub fn change_of(&self, occurrence: &Occurrence) -> Option<&crate::event::Override> {
        self.facts.recurrence.as_ref()?.overrides.get(occurrence.changed_by?)
    }
}

fn expand(listing: &Listing, range: Range) -> Vec<Occurrence> {
    let facts = &listing.facts;
    let Some(span) = facts.span else { return Vec::new() };
    if facts.recurrence.is_none() {
        return vec![Occurrence { span, instance: None, changed_by: None }];
    }
    let to = range.to.unwrap_or(DateTime::<Utc>::MAX_UTC);
    recurrence::expand(&span, facts.time_zone, facts.recurrence.as_ref(), range.from, to)
        .occurrences
}

fn last_end(listing: &Listing) -> Millis {
    let facts = &listing.facts;
    let zone = facts.time_zone;
    let Some(span) = facts.span else { return Millis::MAX };
    let last = match &facts.recurrence {
        None => span.end_utc(zone),
        Some(rule) => {
            let Some(last) = recurrence::last_instance(&span, zone, rule) else {
                return Millis::MAX;
            };
            // A date may have been moved to after the last one.
            let moved = rule.overrides.iter().map(|change| change.span.end_utc(zone));
            moved.fold(last.span.end_utc(zone), DateTime::max)
        }
    };
    // A date without length is not over before it has begun.
    last.timestamp_millis().saturating_add(1)
}

/// The council of the town that the venue names last, as addresses do: "Central Library, Leeds".
fn town<'a>(listing: &Listing, base: &'a Base) -> Option<&'a Council> {
    let place = listing.facts.place.as_ref()?;
    let texts = [&place.address, &place.name].into_iter().flatten();
    texts
        .filter_map(|text| text.rsplit(',').next())
        .find_map(|name| base.members.council_named(name))
}

/// The regions for which its group or its series is held, where nothing says of a place.
fn regions_of_group(listing: &Listing, base: &Base) -> Vec<String> {
    let facts = &listing.facts;
    let group = facts.organiser.group.as_deref().and_then(|id| base.members.group(id));
    let series = facts.series.as_ref();
    let series =
        series.and_then(|name| base.vocabulary.series.iter().find(|known| known.name == *name));
    let named = group.map(|group| &group.regions).filter(|regions| !regions.is_empty());
    let named = named.or(series.map(|series| &series.regions));
    let ids = named.into_iter().flatten().map(|region| region_id(region));
    ids.flat_map(|id| parts(&id).unwrap_or_else(|| vec![id])).collect()
}

fn regions(listing: &Listing, town: Option<&Council>, base: &Base) -> Vec<String> {
    let facts = &listing.facts;
    let council = facts.organiser.council.as_deref().and_then(|code| base.members.council(code));
    let council = council.map(|council| region_id(&council.region));
    let postcode = facts.place.as_ref().and_then(|place| place.postcode.as_deref());
    let venue = postcode.map_or(&[][..], regions_of_postcode);
    let mut regions: Vec<String> = match council {
        // A postcode area across a border: the organiser's side of it is the likelier.
        Some(council) if venue.is_empty() || venue.contains(&council.as_str()) => vec![council],
        _ => venue.iter().map(|region| (*region).to_owned()).collect(),
    };
    // Towns share names, so that the organiser's side counts as well.
    let town = town.filter(|_| postcode.is_none());
    let town = town.map(|town| region_id(&town.region));
    regions.extend(town.filter(|region| !regions.contains(region)));
    if regions.is_empty() {
        regions = regions_of_group(listing, base);
    }
    let wide: BTreeSet<&str> = regions.iter().flat_map(|region| wider(region)).collect();
    regions.extend(wide.into_iter().map(str::to_owned));
    regions
}

fn position(listing: &Listing, town: Option<&Council>, base: &Base) -> Option<(f64, f64)> {
    let facts = &listing.facts;
    let place = facts.place.as_ref();
    let exact = place.and_then(|place| Some((place.latitude?, place.longitude?)));
    let postcode = place.and_then(|place| place.postcode.as_deref());
    let council = facts.organiser.council.as_deref();
    match (exact, postcode) {
        (Some(position), _) => Some(position),
        // A postcode without a position is not where the organiser's council is.
        (None, Some(postcode)) => position_of_postcode(postcode),
        (None, None) => {
            let town = town.map(|town| town.code.as_str());
            town.or(council).and_then(|code| base.members.position(code))
        }
    }
}

fn facets(listing: &Listing, regions: &[String]) -> Vec<Facet> {
    let facts = &listing.facts;
    let mut facets: Vec<Facet> = facts.services.iter().cloned().map(Facet::Service).collect();
    if facts.services.is_empty() {
        facets.push(Facet::General);
    }
    if facts.verdict.decision == Decision::Listed {
        facets.push(Facet::Listed);
    }
    facets.push(Facet::Kind(facts.kind.clone()));
    facets.extend(facts.series.as_deref().map(|series| Facet::Series(slug(series))));
    facets.extend(facts.organiser.group.clone().map(Facet::Group));
    facets.extend(facts.organiser.council.clone().map(Facet::Council));
    facets.extend(listing.sources.iter().map(|source| Facet::Feed(source.feed.clone())));
    facets.extend(regions.iter().cloned().map(Facet::Region));
    facets.sort_unstable();
    facets.dedup();
    facets
}

/// The words by which a listing is found.
pub(super) fn words(listing: &Listing, base: &Base) -> BTreeSet<String> {
    let facts = &listing.facts;
    let place = facts.place.as_ref();
    let organiser = &facts.organiser;
    let council = organiser.council.as_deref().and_then(|code| base.members.council(code));
    let group = organiser.group.as_deref().and_then(|id| base.members.group(id));
    let services = facts.services.iter().filter_map(|id| base.vocabulary.service(id));
    let kind = base.vocabulary.kind(&facts.kind).filter(|kind| kind.id != "other");
    let changed = facts.recurrence.iter().flat_map(|recurrence| &recurrence.overrides);
    // What the other sources of a merged event call it.
    let elsewhere = facts.evidence.merged.iter().map(|reason| reason.text.as_str());
    let texts = [
        Some(facts.title.as_str()),
        facts.description.as_deref(),
        place.and_then(|place| place.name.as_deref()),
        place.and_then(|place| place.address.as_deref()),
        place.and_then(|place| place.postcode.as_deref()),
        organiser.name.as_deref(),
        council.map(|council| council.official_name.as_str()),
        council.map(|council| council.nice_name.as_str()),
        group.map(|group| group.name.as_str()),
        facts.series.as_deref(),
        kind.map(|kind| kind.title.as_str()),
    ];
    text::words(
        texts
            .into_iter()
            .flatten()
            .chain(services.map(|service| service.title.as_str()))
            .chain(changed.filter_map(|change| change.title.as_deref()))
            .chain(elsewhere),
    )
}
