//! Makes one listing of the events of a group: for each field the best source, which is noted.

use chrono::{DateTime, Utc};
use std::cmp::Reverse;

use crate::{
    event::{
        Attendance, Decision, Event, Facts, Id, Listing, Organiser, Place, Reason, Recurrence,
        Source, Span, Status,
    },
    normalise::discretion::Hidden,
};

use super::{Correction, MergeContext, group::Side, words};

/// The sources of a group, best first.
pub(super) fn ranked<'s, 'a>(sides: &[&'s Side<'a>]) -> Vec<&'s Side<'a>> {
    let mut ranked: Vec<&Side> = sides.to_vec();
    ranked.sort_by_key(|side| {
        (
            side.event.withdrawn.is_some(),
            Reverse(side.feed.map_or(0, |feed| feed.priority)),
            ownership(side),
            side.language() == Some("cy"),
            Reverse(changed(&side.event)),
            side.id().to_owned(),
        )
    });
    ranked
}

/// 0: the feed of the council that runs it; 1: the feed of the group that runs it; 2: somebody else's.
pub(super) fn ownership(side: &Side) -> u8 {
    let Some(member) = side.feed.and_then(|feed| feed.member.as_deref()) else { return 2 };
    let organiser = &side.event.draft.facts.organiser;
    if organiser.council.as_deref() == Some(member) {
        0
    } else if organiser.group.as_deref() == Some(member) {
        1
    } else {
        2
    }
}

fn changed(event: &Event) -> DateTime<Utc> {
    event.draft.modified.unwrap_or(event.updated)
}

/// Picks fields and remembers who supplied them.
struct Picker<'s, 'a> {
    ranked: &'s [&'s Side<'a>],
    supplied: Vec<Vec<String>>,
}

impl<'s, 'a> Picker<'s, 'a> {
    fn new(ranked: &'s [&'s Side<'a>]) -> Self {
        Self { ranked, supplied: vec![Vec::new(); ranked.len()] }
    }

    fn facts(&self, at: usize) -> Option<&'s Facts> {
        Some(&self.ranked.get(at)?.event.draft.facts)
    }

    /// The best source that has something to say.
    fn first<T>(&mut self, names: &[&str], get: impl Fn(&'s Facts) -> Option<T>) -> Option<T> {
        let (at, value) =
            (0..self.ranked.len()).find_map(|at| Some((at, get(self.facts(at)?)?)))?;
        self.note(at, names);
        Some(value)
    }

    fn note(&mut self, at: usize, names: &[&str]) {
        if let Some(fields) = self.supplied.get_mut(at) {
            fields.extend(names.iter().map(|name| (*name).to_owned()));
        }
    }
}

/// The merged facts, and for each source (best first) the names of the fields that it supplied.
fn facts(ranked: &[&Side]) -> Option<(Facts, Vec<Vec<String>>)> {
    let main = &ranked.first()?.event.draft.facts;
    let mut pick = Picker::new(ranked);
    let mut facts = Facts::new(main.title.clone(), main.time_zone);
    facts.language.clone_from(&main.language);
    facts.verdict = main.verdict.clone();
    facts.evidence = main.evidence.clone();
    pick.note(0, &["title"]);
    facts.description = pick.first(&["description"], |f| f.description.clone());
    facts.url = pick.first(&["url"], |f| f.url.clone());
    when(&mut facts, &mut pick);
    status(&mut facts, &mut pick);
    facts.full = pick.first(&["full"], |f| f.full);
    facts.cost = pick.first(&["cost"], |f| f.cost.clone());
    facts.booking_url = pick.first(&["booking_url"], |f| f.booking_url.clone());
    facts.booking_by = pick.first(&["booking_by"], |f| f.booking_by);
    facts.audience = pick.first(&["audience"], |f| f.audience.clone());
    let attendance = |f: &Facts| (f.attendance != Attendance::Unknown).then_some(f.attendance);
    facts.attendance = pick.first(&["attendance"], attendance).unwrap_or_default();
    facts.join_url = pick.first(&["join_url"], |f| f.join_url.clone());
    facts.access = pick
        .first(&["access"], |f| (!f.access.is_empty()).then(|| f.access.clone()))
        .unwrap_or_default();
    facts.organiser = organiser(&mut pick);
    where_at(&mut facts, &mut pick);
    subject(&mut facts, &mut pick);
    Some((facts, pick.supplied))
}

/// Start, end and repetition come from one source: the best timed one, else the best. An end may come from another
/// that has the same start.
fn when(facts: &mut Facts, pick: &mut Picker) {
    let timed = |f: &Facts| matches!(f.span, Some(Span::Timed { .. })).then(|| f.clone());
    let any = |f: &Facts| f.span.is_some().then(|| f.clone());
    let Some(chosen) = pick.first(&["start"], timed).or_else(|| pick.first(&["start"], any)) else {
        return;
    };
    facts.span = chosen.span;
    facts.time_zone = chosen.time_zone;
    facts.evidence.date.clone_from(&chosen.evidence.date);
    if chosen.recurrence.is_some() {
        facts.recurrence.clone_from(&chosen.recurrence);
    }
    match facts.span {
        Some(Span::Timed { start, end: None }) => {
            let end = pick.first(&["end"], |f| match f.span {
                Some(Span::Timed { start: other, end }) if other == start => end,
                _ => None,
            });
            facts.span = Some(Span::Timed { start, end });
        }
        Some(_) => {
            let _ = pick.first(&["end"], |f| (f.span == chosen.span).then_some(()));
        }
        None => {}
    }
}

/// The organiser's own feed is believed; without one, the gravest word is.
fn status(facts: &mut Facts, pick: &mut Picker) {
    let live = |side: &&Side| side.event.withdrawn.is_none();
    let sides: Vec<(usize, &Side)> =
        pick.ranked.iter().enumerate().map(|(at, side)| (at, *side)).collect();
    let own = sides.iter().find(|(_, side)| live(side) && ownership(side) == 0);
    let gravity = |status: Status| match status {
        Status::Cancelled => 0,
        Status::Postponed => 1,
        Status::Confirmed | Status::Tentative => 2,
    };
    let gravest = sides
        .iter()
        .min_by_key(|(at, side)| (!live(side), gravity(side.event.draft.facts.status), *at));
    if let Some((at, side)) = own.or(gravest) {
        facts.status = side.event.draft.facts.status;
        pick.note(*at, &["status"]);
    }
}

fn organiser(pick: &mut Picker) -> Organiser {
    pick.first(&["organiser"], |f| f.organiser.council.is_some().then(|| f.organiser.clone()))
        .or_else(|| {
            let known = |f: &Facts| f.organiser != Organiser::default();
            pick.first(&["organiser"], |f| known(f).then(|| f.organiser.clone()))
        })
        .unwrap_or_default()
}

/// The best source's place, completed by the others: they speak of the same one.
fn where_at(facts: &mut Facts, pick: &mut Picker) {
    let stated = |f: &Facts| f.place.clone().filter(|place| !place.is_empty());
    let Some(mut place) = pick.first(&["place"], stated) else { return };
    let mut fill = |field: &str, lacks: bool, get: &dyn Fn(&Place) -> Option<Place>| {
        lacks.then(|| pick.first(&[field], |f| f.place.as_ref().and_then(get))).flatten()
    };
    let postcode = fill("place.postcode", place.postcode.is_none(), &|p| {
        p.postcode.is_some().then(|| p.clone())
    });
    let address =
        fill("place.address", place.address.is_none(), &|p| p.address.is_some().then(|| p.clone()));
    let position = fill("place.position", place.latitude.is_none(), &|p| {
        (p.latitude.is_some() && p.longitude.is_some()).then(|| p.clone())
    });
    place.postcode = place.postcode.or_else(|| postcode?.postcode);
    place.address = place.address.or_else(|| address?.address);
    if let Some(position) = position {
        (place.latitude, place.longitude) = (position.latitude, position.longitude);
    }
    facts.place = Some(place);
}

/// Kind, series and services, each with the evidence of the source that is believed.
fn subject(facts: &mut Facts, pick: &mut Picker) {
    let telling =
        |f: &Facts| (f.kind != "other").then(|| (f.kind.clone(), f.evidence.kind.clone()));
    if let Some((kind, evidence)) = pick.first(&["kind"], telling) {
        (facts.kind, facts.evidence.kind) = (kind, evidence);
    }
    facts.series = pick.first(&["series"], |f| f.series.clone());
    let tagged = |f: &Facts| {
        (!f.services.is_empty()).then(|| (f.services.clone(), f.evidence.services.clone()))
    };
    if let Some((services, evidence)) = pick.first(&["services"], tagged) {
        (facts.services, facts.evidence.services) = (services, evidence);
    }
}

/// A listing of these events; `before` is what it was, for its age and its sequence.
pub(super) fn listing(
    id: Id,
    uid: String,
    sides: &[&Side],
    before: Option<&Listing>,
    context: &MergeContext,
) -> Listing {
    let ranked = ranked(sides);
    let (facts, supplied) = facts(&ranked)
        .unwrap_or_else(|| (Facts::new(String::new(), chrono_tz::Tz::Europe__London), Vec::new()));
    let mut listing = Listing {
        id,
        uid,
        facts,
        sources: ranked
            .iter()
            .zip(supplied)
            .map(|(side, fields)| source(side, fields, context))
            .collect(),
        withdrawn: None,
        created: sides.iter().map(|side| side.event.first_seen).min().unwrap_or(context.now),
        updated: sides.iter().map(|side| side.event.updated).max().unwrap_or(context.now),
        sequence: sides.iter().map(|side| side.event.sequence).max().unwrap_or(0),
    };
    if sides.iter().all(|side| side.event.withdrawn.is_some()) {
        listing.withdrawn = sides.iter().filter_map(|side| side.event.withdrawn).max();
    }
    if listing.facts.verdict.decision == Decision::Private {
        hide(&mut listing);
    } else {
        listing.facts.evidence.merged = words::merged(&ranked);
        let corrections = ranked.iter().filter_map(|side| context.corrections.get(side.id()));
        // Of two corrections of one event that of the better source holds.
        corrections.rev().for_each(|correction| call(&mut listing.facts, correction));
    }
    if let Some(before) = before {
        history(&mut listing, before, context.now);
    }
    listing
}

/// What the operator calls an event and its kind, and for which services it is.
fn call(facts: &mut Facts, correction: &Correction) {
    let from = correction.from.as_str();
    if let Some(title) = &correction.title {
        facts.title.clone_from(title);
    }
    if let Some(kind) = &correction.kind {
        facts.kind.clone_from(kind);
        facts.evidence.kind = vec![Reason::new(kind, from, "kind given by the network")];
    }
    if let Some(services) = &correction.services {
        facts.services.clone_from(services);
        let says = "services given by the network";
        facts.evidence.services = vec![Reason::new(services.join(", "), from, says)];
    }
}

fn source(side: &Side, fields: Vec<String>, context: &MergeContext) -> Source {
    let event = &side.event;
    let member = side.feed.and_then(|feed| feed.member.as_deref()).and_then(|id| {
        let council = context.members.council(id).map(|council| council.official_name.clone());
        council.or_else(|| context.members.group(id).map(|group| group.name.clone()))
    });
    Source {
        event: event.id.clone(),
        feed: event.feed.clone(),
        reference: event.draft.reference.clone().filter(|reference| {
            side.feed.is_none_or(|feed| !Hidden::of(feed).is_in_link(reference))
        }),
        url: event.draft.facts.url.clone(),
        licence: side.feed.and_then(|feed| feed.licence.clone()),
        attribution: side.feed.and_then(|feed| feed.name.clone()).or(member),
        first_seen: event.first_seen,
        last_seen: event.last_seen,
        fields,
    }
}

/// Of a private event nothing is left but when it is and why it is not shown.
fn hide(listing: &mut Listing) {
    let mut bare = Facts::new("Private", listing.facts.time_zone);
    bare.span = listing.facts.span;
    bare.verdict = listing.facts.verdict.clone();
    listing.facts = bare;
    for source in &mut listing.sources {
        source.url = None;
        source.fields.clear();
    }
}

/// Age and sequence go on from what the listing was before.
fn history(listing: &mut Listing, before: &Listing, now: DateTime<Utc>) {
    listing.created = listing.created.min(before.created);
    let content = |of: &Listing| {
        let mut facts = of.facts.clone();
        facts.evidence = crate::event::Evidence::default();
        let sources: Vec<Id> = of.sources.iter().map(|source| source.event.clone()).collect();
        (facts, of.withdrawn, sources)
    };
    listing.updated = if content(listing) == content(before) {
        before.updated
    } else {
        listing.updated.max(before.updated).max(now)
    };
    let shown = |of: &Listing| {
        let f = &of.facts;
        (
            f.span,
            f.recurrence.as_ref().map(Recurrence::schedule),
            f.place.clone(),
            f.status,
            of.withdrawn,
        )
    };
    let step = u32::from(shown(listing) != shown(before));
    listing.sequence = listing.sequence.max(before.sequence.saturating_add(step));
}
