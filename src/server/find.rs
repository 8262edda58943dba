//! Finds what an address names, and reads its filters; what cannot be found or read is refused with a reason.

use std::sync::Arc;

use super::{
    answer::{Refusal, Said},
    ask::{Ask, encode},
};
use crate::{
    catalogue::{FeedView, Found, Item},
    publish::page::{browse, phrases::frame as f},
    query::{self, Known, Request, Scope, place},
    vocabulary::KIND_GROUPS,
};

/// More values than every list of ids together needs in one address.
const MOST_VALUES: usize = 400;

/// Reads the filters, or says what is wrong with them.
pub(super) fn request(ask: &Ask, extra: &[&str]) -> Result<Request, Refusal> {
    parse(ask, ask.pairs.clone(), extra)
}

/// The same for parameters that were put into our own words first.
pub(super) fn parse(
    ask: &Ask,
    pairs: Vec<(String, String)>,
    extra: &[&str],
) -> Result<Request, Refusal> {
    let values = pairs.iter().map(|(_, value)| value.matches(',').count() + 1).sum::<usize>();
    if values > MOST_VALUES {
        return Err(Refusal::TooLong);
    }
    cut_postcode(ask)?;
    let (feeds, series) = (ask.catalogue.feed_ids(), ask.catalogue.series_ids());
    let pairs: Vec<(String, String)> =
        pairs.into_iter().map(|(name, value)| renamed(ask, name, value)).collect();
    let known = Known {
        vocabulary: ask.catalogue.vocabulary(),
        members: ask.catalogue.members(),
        feeds: &feeds,
        series: &series,
        time_zone: ask.settings.network.time_zone,
    };
    query::parse_with(pairs, &known, ask.now, extra).map_err(Refusal::Unknown)
}

/// A feed that was renamed is found by its old id too: calendars are subscribed to for ever.
fn renamed(ask: &Ask, name: String, value: String) -> (String, String) {
    if name != "feed" {
        return (name, value);
    }
    let ids = value.split(',').map(str::trim);
    let ids = ids.map(|id| ask.catalogue.feed_now(id).unwrap_or(id));
    let value = ids.collect::<Vec<_>>().join(",");
    (name, value)
}

/// A whole postcode says where somebody lives or works: it is cut before it becomes part of an address that is
/// kept, logged or passed on.
fn cut_postcode(ask: &Ask) -> Result<(), Refusal> {
    let cut = |value: &str| -> String {
        let parts = value.split(',').map(|part| {
            let length = part.split_whitespace().map(str::len).sum();
            place::outward(part).filter(|outward| outward.len() < length)
        });
        let parts = parts.zip(value.split(',')).map(|(cut, part)| cut.unwrap_or(part.to_owned()));
        parts.collect::<Vec<_>>().join(",")
    };
    let pairs: Vec<(&str, String)> = ask
        .pairs
        .iter()
        .map(|(name, value)| match name.as_str() {
            "near" => ("near", cut(value)),
            name => (name, value.clone()),
        })
        .collect();
    if pairs.iter().zip(&ask.pairs).all(|((_, new), (_, old))| new == old) {
        return Ok(());
    }
    let query = encode(pairs.iter().map(|(name, value)| (*name, value.as_str())));
    Err(Refusal::Elsewhere(browse::join(&ask.path, &query)))
}

/// The event with this id, or where it went.
pub(super) fn find(
    ask: &Ask,
    id: &str,
    elsewhere: impl Fn(&str) -> String,
) -> Result<Arc<Item>, Refusal> {
    match ask.catalogue.find(id) {
        Found::Here(item) => Ok(item),
        Found::Merged(into) => Err(Refusal::Moved(elsewhere(&into))),
        Found::Gone => Err(Refusal::Gone(Said::Phrase(f::EVENT_GONE), None)),
        Found::Unknown => Err(Refusal::NotFound(Said::Phrase(f::NO_EVENT))),
    }
}

/// The page or calendar that a path names, if what it names exists.
pub(super) fn scope(ask: &Ask, make: fn(String) -> Scope) -> Result<Scope, Refusal> {
    let (words, members) = (ask.catalogue.vocabulary(), ask.catalogue.members());
    let scope = make(ask.id().to_owned());
    let suffix = ask.path.ends_with("/calendar.ics");
    let known = match &scope {
        Scope::Service(id) => words.service(id).is_some(),
        Scope::Kind(id) => {
            words.kind(id).is_some() || KIND_GROUPS.iter().any(|(group, _)| group == id)
        }
        Scope::Council(code) => match members.council(code) {
            Some(council) if council.code != *code => {
                let suffix = if suffix { "/calendar.ics" } else { "" };
                let path = format!("/councils/{}{suffix}", council.code);
                let pairs = ask.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                return Err(Refusal::Moved(browse::join(&path, &encode(pairs))));
            }
            council => council.is_some(),
        },
        Scope::Region(id) => place::regions(members).iter().any(|(known, _)| known == id),
        Scope::Group(id) => members.group(id).is_some(),
    };
    let (what, list) = match &scope {
        Scope::Service(_) => (f::NO_SERVICE, "/services"),
        Scope::Kind(_) => (f::NO_KIND, "/kinds"),
        Scope::Council(_) => (f::NO_COUNCIL, "/councils"),
        Scope::Region(_) => (f::NO_REGION, "/councils"),
        Scope::Group(_) => (f::NO_GROUP, "/councils"),
    };
    if known {
        Ok(scope)
    } else {
        Err(Refusal::NotFound(Said::With(what, format!("{}{list}", ask.base))))
    }
}

/// The feed that the path names.
pub(super) fn feed_view(ask: &Ask) -> Result<&FeedView, Refusal> {
    let view = ask.catalogue.feed(ask.id()).map(AsRef::as_ref);
    if let Some(now) = ask.catalogue.feed_now(ask.id()).filter(|now| *now != ask.id()) {
        let rest = if ask.path.ends_with("/health.atom") { "/health.atom" } else { "" };
        return Err(Refusal::Moved(format!("/feeds/{now}{rest}")));
    }
    view.ok_or(Refusal::NotFound(Said::Phrase(f::NO_FEED)))
}
