//! Which id and UID a group of events goes by, and what that changes in the store.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use crate::{
    event::{Event, Id, Listing},
    normalise::discretion::is_personal,
};

use super::{
    ListingChange, MergeContext, World, address, fields,
    group::{Neighbourhood, Side},
};

/// The UID of an event that has it to itself: the source's where it is well formed, else one of ours.
pub(super) fn uid(event: &Event, domain: &str) -> String {
    let own = address::well_formed_uid(event).filter(|uid| !is_personal(uid));
    own.map_or_else(|| format!("{}@{domain}", event.id), str::to_owned)
}

/// The listings that the groups make, against those that were there before.
pub(super) fn changes(
    found: &Neighbourhood,
    mut groups: Vec<Vec<Id>>,
    world: &dyn World,
    context: &MergeContext,
) -> Vec<ListingChange> {
    groups.sort_by_key(|ids| announced_first(ids, found));
    let mut before: BTreeMap<Id, &Listing> = BTreeMap::new();
    for id in found.sides.keys().chain(&found.gone) {
        for listing in [world.listing_of(id), world.listing(id)].into_iter().flatten() {
            before.insert(listing.id.clone(), listing);
        }
    }
    let mut named: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
    for ids in groups {
        named.insert(name(&ids, found, world, &named), ids);
    }
    let was = |id: &Id| before.get(id).copied().or_else(|| world.remembered(id));
    // UIDs are claimed in the order in which the listings were announced, so that no order of arrival shows.
    let mut order: Vec<(DateTime<Utc>, Id, Vec<Id>)> = named
        .into_iter()
        .map(|(id, ids)| {
            let first = announced_first(&ids, found).map(|(at, _)| at);
            let created = was(&id).map(|listing| listing.created);
            (first.into_iter().chain(created).min().unwrap_or(context.now), id, ids)
        })
        .collect();
    order.sort();
    let contests = contests(found, world, context);
    let mut uids = BTreeSet::new();
    let mut now: BTreeMap<Id, Arc<Listing>> = BTreeMap::new();
    for (_, id, ids) in order {
        let elsewhere = |uid: &str| {
            let holder = world.listing_with_uid(uid);
            holder.is_some_and(|other| other.id != id && !before.contains_key(&other.id))
        };
        let crowded =
            |uid: &str| world.block(&format!("uid:{uid}")).len() > super::group::LARGEST_BLOCK;
        let free = |uid: &String| !uids.contains(uid) && !elsewhere(uid) && !crowded(uid);
        let had = was(&id).map(|listing| listing.uid.clone());
        let own = format!("{id}@{}", context.domain);
        let first = found.sides.get(&id).map(|side| uid(&side.event, context.domain));
        let uid = claim(&id, &own, had, first, &contests).filter(free).unwrap_or(own);
        uids.insert(uid.clone());
        let sides: Vec<&Side> = ids.iter().filter_map(|id| Some(&**found.sides.get(id)?)).collect();
        let listing = fields::listing(id.clone(), uid, &sides, was(&id), context);
        now.insert(id, listing.into());
    }
    differences(&before, now)
}

fn announced_first(ids: &[Id], found: &Neighbourhood) -> Option<(DateTime<Utc>, Id)> {
    let sides = ids.iter().filter_map(|id| found.sides.get(id));
    sides.map(|side| (side.event.first_seen, side.event.id.clone())).min()
}

/// The id of the event announced first: among those of the group, and those whose listing its events were in and
/// which are gone. An id that another group's event has, or that another group took, is not taken.
fn name(ids: &[Id], found: &Neighbourhood, world: &dyn World, taken: &BTreeMap<Id, Vec<Id>>) -> Id {
    let earlier = ids.iter().filter_map(|id| world.listing_of(id)).filter(|listing| {
        !taken.contains_key(&listing.id)
            && (ids.contains(&listing.id) || !found.sides.contains_key(&listing.id))
    });
    let earlier = earlier.map(|listing| (listing.created, listing.id.clone())).min();
    let own = announced_first(ids, found);
    own.into_iter().chain(earlier).min().map(|(_, id)| id).unwrap_or_default()
}

/// The UID that a listing asks for: what it had, else that of its first event. `None`: one of our making, which
/// nobody else has.
fn claim(
    id: &str,
    own: &str,
    had: Option<String>,
    first: Option<String>,
    contests: &BTreeMap<String, Contest>,
) -> Option<String> {
    match first.as_ref().and_then(|uid| contests.get(uid)) {
        Some(contest) if contest.first != id => had.filter(|uid| Some(uid) != first.as_ref()),
        Some(contest) if contest.is_open => had.filter(|uid| uid != own).or(first),
        _ => had.or(first),
    }
}

/// Several events that are not one and write the same UID.
struct Contest {
    /// The event that was seen first, which has it. Others never do, even while it is part of another listing.
    first: Id,
    /// Whether one of them comes back from having been away: only then may a UID change hands.
    is_open: bool,
}

/// The UIDs that several events claim, and which of them has it. Decided by what is kept with the events, so that the
/// order in which they are taken in does not matter.
fn contests(
    found: &Neighbourhood,
    world: &dyn World,
    context: &MergeContext,
) -> BTreeMap<String, Contest> {
    let mut claims: BTreeMap<String, Vec<&Side>> = BTreeMap::new();
    for side in found.sides.values().filter(|side| side.uid.is_some()) {
        claims.entry(uid(&side.event, context.domain)).or_default().push(side);
    }
    claims.retain(|_, sides| sides.len() > 1);
    let contest = |(uid, sides): (String, Vec<&Side>)| {
        let first = sides.iter().min_by_key(|side| (side.event.first_seen, side.id()))?;
        let is_back = |side: &&Side| {
            side.event.first_seen < context.now && world.listing_of(side.id()).is_none()
        };
        let is_open = sides.iter().any(is_back);
        Some((uid, Contest { first: first.id().to_owned(), is_open }))
    };
    claims.into_iter().filter_map(contest).collect()
}

fn differences(
    before: &BTreeMap<Id, &Listing>,
    now: BTreeMap<Id, Arc<Listing>>,
) -> Vec<ListingChange> {
    let holder: BTreeMap<&str, &str> = now
        .values()
        .flat_map(|listing| {
            listing.sources.iter().map(|source| (source.event.as_str(), listing.id.as_str()))
        })
        .collect();
    let mut changes = Vec::new();
    for (id, was) in before {
        if now.contains_key(id) {
            continue;
        }
        let sources = was.sources.iter().map(|source| source.event.as_str());
        let into = std::iter::once(id.as_str()).chain(sources).find_map(|event| holder.get(event));
        changes.push(match into {
            Some(into) => ListingChange::Merged { id: id.clone(), into: (*into).to_owned() },
            None => ListingChange::Removed { id: id.clone() },
        });
    }
    let put = now
        .into_iter()
        .filter(|(id, listing)| before.get(id).is_none_or(|was| **was != **listing))
        .map(|(_, listing)| ListingChange::Put(listing));
    changes.extend(put);
    changes
}
