//! Which id and UID a group of events goes by, and what that changes in the store.

use std::collections::{BTreeMap, BTreeSet};

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
    let mut uids = BTreeSet::new();
    let mut now: BTreeMap<Id, Listing> = BTreeMap::new();
    for (_, id, ids) in order {
        let elsewhere = |uid: &str| {
            let holder = world.listing_with_uid(uid);
            holder.is_some_and(|other| other.id != id && !before.contains_key(&other.id))
        };
        let uid = claim(&id, was(&id), found, &mut uids, &elsewhere, world, context);
        let sides: Vec<&Side> = ids.iter().filter_map(|id| found.sides.get(id)).collect();
        let listing = fields::listing(id.clone(), uid, &sides, was(&id), context);
        now.insert(id, listing);
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

/// The UID of a listing: what it had, else that of its first event, unless an earlier listing has it, be it one
/// whose event of that UID is gone.
fn claim(
    id: &str,
    was: Option<&Listing>,
    found: &Neighbourhood,
    uids: &mut BTreeSet<String>,
    elsewhere: &dyn Fn(&str) -> bool,
    world: &dyn World,
    context: &MergeContext,
) -> String {
    let own = format!("{id}@{}", context.domain);
    let first = found.sides.get(id).map(|side| uid(&side.event, context.domain));
    let wanted = was.map(|listing| listing.uid.clone()).or(first).unwrap_or_else(|| own.clone());
    let crowded =
        |uid: &String| world.block(&format!("uid:{uid}")).len() > super::group::LARGEST_BLOCK;
    let taken = uids.contains(&wanted) || elsewhere(&wanted) || crowded(&wanted);
    let uid = if taken { own } else { wanted };
    uids.insert(uid.clone());
    uid
}

fn differences(before: &BTreeMap<Id, &Listing>, now: BTreeMap<Id, Listing>) -> Vec<ListingChange> {
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
        .filter(|(id, listing)| before.get(id).is_none_or(|was| *was != listing))
        .map(|(_, listing)| ListingChange::Put(Box::new(listing)));
    changes.extend(put);
    changes
}
