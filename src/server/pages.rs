//! The pages for people: each finds what it shows and hands it to its template.

use std::sync::Arc;

use chrono::{DateTime, Days, Utc};

use super::{
    Settings,
    answer::{Answer, Refusal},
    ask::{self, Ask, encode},
    openapi,
};
use crate::{
    catalogue::{Catalogue, Date, FeedView, Found as At, Item, Range},
    event::{Decision, midnight},
    publish::{
        self,
        page::{self, Dated, browse, feeds as report, list::Found, share as sharing},
    },
    query::{self, Bound, Known, Query, Request, Scope, place},
};

/// Dates on a page of a list.
const PAGE: usize = 50;
/// Dates in a frame.
const IN_A_FRAME: usize = 20;

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
    cut_postcode(ask)?;
    let feeds: Vec<String> = ask.catalogue.feeds().map(|view| view.feed.id.clone()).collect();
    let known = Known {
        vocabulary: ask.catalogue.vocabulary(),
        members: ask.catalogue.members(),
        feeds: &feeds,
        time_zone: ask.settings.network.time_zone,
    };
    query::parse_with(pairs, &known, ask.now, extra).map_err(Refusal::Unknown)
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

/// A page of dates and what stands around it.
struct Dates {
    dates: Vec<Date>,
    total: usize,
    next: Option<String>,
    first: bool,
}

fn dates(ask: &Ask, request: &Request) -> Dates {
    let mut sized = request.clone();
    sized.limit = Some(request.limit.unwrap_or(PAGE));
    let page = ask.catalogue.dates(&sized, ask.now);
    let pinned = request.cursor.as_ref().map_or(ask.now, |cursor| cursor.now);
    let total = ask.catalogue.all_dates(&request.query, Range::dates(&request.query, pinned)).len();
    let next =
        page.next.map(|cursor| browse::join(&ask.path, &request.canonical_at(Some(&cursor))));
    Dates { dates: page.dates, total, next, first: request.cursor.is_none() }
}

impl Dates {
    fn found(&self) -> Found<'_> {
        Found {
            dates: dated(&self.dates),
            total: Some(self.total),
            next: self.next.clone(),
            first: self.first,
        }
    }
}

fn dated(dates: &[Date]) -> Vec<Dated<'_>> {
    dates.iter().map(|date| Dated::new(&date.item.listing, &date.occurrence)).collect()
}

/// `/`.
pub(super) fn home(ask: &Ask) -> Result<Answer, Refusal> {
    if !ask.pairs.is_empty() {
        // The form of older links: filters belong to /events.
        request(ask, &[])?;
        let pairs = ask.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        return Err(Refusal::Elsewhere(browse::join("/events", &encode(pairs))));
    }
    let mut found = dates(ask, &Request::default());
    found.next = found.next.map(|next| next.replacen("/?", "/events?", 1));
    Ok(Answer::page(browse::home(&ask.site(), &found.found(), undated_items(ask).len())))
}

/// `/events`.
pub(super) fn events(ask: &Ask) -> Result<Answer, Refusal> {
    let request = request(ask, &[])?;
    let found = dates(ask, &request);
    let path = browse::join("/events", &request.canonical());
    let html = browse::events(&ask.site(), &request.query, &request.notes, &path, &found.found());
    Ok(Answer::page(html))
}

/// The event with this id, or where it went.
pub(super) fn find(
    ask: &Ask,
    id: &str,
    elsewhere: impl Fn(&str) -> String,
) -> Result<Arc<Item>, Refusal> {
    match ask.catalogue.find(id) {
        At::Here(item) => Ok(item),
        At::Merged(into) => Err(Refusal::Moved(elsewhere(&into))),
        At::Gone => Err(Refusal::Gone("This event is no longer shown here.".into(), None)),
        At::Unknown => Err(Refusal::NotFound("We know of no such event.".into())),
    }
}

/// `/events/{id}`, and `/events/{id}.ics`, which the router cannot tell apart.
pub(super) fn event(ask: &Ask) -> Result<Answer, Refusal> {
    if let Some(id) = ask.id().strip_suffix(".ics") {
        return super::calendars::event(ask, id);
    }
    let item = find(ask, ask.id(), |into| format!("/events/{into}"))?;
    ask.no_parameters()?;
    let until = ask.now.checked_add_days(Days::new(731)).unwrap_or(ask.now);
    let range = Range { from: DateTime::<Utc>::MIN_UTC, to: Some(until) };
    let occurrences = match &item.listing.facts.recurrence {
        // A series of many years is not unrolled from its beginning for one page.
        Some(_) => item.occurrences(Range {
            from: ask.now.checked_sub_days(Days::new(366)).unwrap_or(ask.now),
            ..range
        }),
        None => item.occurrences(range),
    };
    let listing = &item.listing;
    let beyond = Range { from: until, to: None };
    let feed_names = listing.sources.iter().map(|source| feed_name(ask, &source.feed)).collect();
    let shown = page::event::Shown {
        listing,
        dates: occurrences.iter().map(|occurrence| Dated::new(listing, occurrence)).collect(),
        goes_on: listing.facts.recurrence.is_some() && item.first(beyond).is_some(),
        description: publish::description(listing),
        feed_names,
    };
    Ok(Answer::page(page::event::event(&ask.site(), &shown)))
}

fn feed_name(ask: &Ask, id: &str) -> String {
    ask.catalogue.feed(id).map_or(id, |view| view.name()).to_owned()
}

/// The page or calendar that a path names, if what it names exists.
pub(super) fn scope(ask: &Ask, make: fn(String) -> Scope) -> Result<Scope, Refusal> {
    let (words, members) = (ask.catalogue.vocabulary(), ask.catalogue.members());
    let scope = make(ask.id().to_owned());
    let suffix = ask.path.ends_with("/calendar.ics");
    let known = match &scope {
        Scope::Service(id) => words.service(id).is_some(),
        Scope::Kind(id) => {
            words.kind(id).is_some()
                || crate::vocabulary::KIND_GROUPS.iter().any(|(group, _)| group == id)
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
        Scope::Service(_) => ("service", "/services"),
        Scope::Kind(_) => ("kind of event", "/kinds"),
        Scope::Council(_) => ("council", "/councils"),
        Scope::Region(_) => ("region", "/councils"),
        Scope::Group(_) => ("group", "/councils"),
    };
    if known {
        Ok(scope)
    } else {
        Err(Refusal::NotFound(format!(
            "We know of no such {what}. All of them: {}{list}",
            ask.base
        )))
    }
}

fn facet(ask: &Ask, make: fn(String) -> Scope) -> Result<Answer, Refusal> {
    let scope = scope(ask, make)?;
    let mut request = request(ask, &[])?;
    request.query = request.query.scoped(scope);
    let found = dates(ask, &request);
    Ok(Answer::page(browse::facet(&ask.site(), &request.query, &found.found())))
}

/// `/services/{id}`.
pub(super) fn service(ask: &Ask) -> Result<Answer, Refusal> {
    facet(ask, Scope::Service)
}

/// `/kinds/{id}`.
pub(super) fn kind(ask: &Ask) -> Result<Answer, Refusal> {
    facet(ask, Scope::Kind)
}

/// `/councils/{code}`.
pub(super) fn council(ask: &Ask) -> Result<Answer, Refusal> {
    facet(ask, Scope::Council)
}

/// `/regions/{id}`.
pub(super) fn region(ask: &Ask) -> Result<Answer, Refusal> {
    facet(ask, Scope::Region)
}

/// `/groups/{id}`.
pub(super) fn group(ask: &Ask) -> Result<Answer, Refusal> {
    facet(ask, Scope::Group)
}

/// `/services`.
pub(super) fn services(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let counts = ask.catalogue.counts(&Query::default(), ask.now);
    Ok(Answer::page(browse::services(&ask.site(), &counts.services)))
}

/// `/kinds`.
pub(super) fn kinds(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let counts = ask.catalogue.counts(&Query::default(), ask.now);
    Ok(Answer::page(browse::kinds(&ask.site(), &counts.kinds)))
}

/// `/councils`.
pub(super) fn councils(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let counts = ask.catalogue.counts(&Query::default(), ask.now);
    Ok(Answer::page(browse::councils(&ask.site(), &counts.councils, &counts.groups)))
}

fn undated_items(ask: &Ask) -> Vec<Arc<Item>> {
    ask.catalogue
        .items()
        .filter(|item| {
            let facts = &item.listing.facts;
            facts.span.is_none() && facts.verdict.decision == Decision::Listed
        })
        .cloned()
        .collect()
}

/// `/undated`.
pub(super) fn undated(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let items = undated_items(ask);
    let dates: Vec<Dated> = items.iter().map(|item| Dated::undated(&item.listing)).collect();
    Ok(Answer::page(browse::undated(&ask.site(), &dates)))
}

/// The dates of the coming days, at most so many.
fn coming(ask: &Ask, query: &Query, days: u64, most: usize) -> Vec<Date> {
    let zone = ask.settings.network.time_zone;
    let today = ask.now.with_timezone(&zone).date_naive();
    let end = today.checked_add_days(Days::new(days)).unwrap_or(today);
    let mut query = query.clone();
    query.from = None;
    query.to = Some(Bound { at: midnight(end, zone), day: Some(end) });
    let mut dates = ask.catalogue.all_dates(&query, Range::of(&query, ask.now));
    dates.truncate(most);
    dates
}

/// `/subscribe`.
pub(super) fn subscribe(ask: &Ask) -> Result<Answer, Refusal> {
    let query = request(ask, &[])?.query;
    let path = browse::join("/subscribe", &query.canonical());
    let number = coming(ask, &query, 30, usize::MAX).len();
    Ok(Answer::page(page::subscribe::subscribe(&ask.site(), &query, &path, number)))
}

/// `/share`.
pub(super) fn share(ask: &Ask) -> Result<Answer, Refusal> {
    let query = request(ask, &[])?.query;
    let path = browse::join("/share", &query.canonical());
    let dates = coming(ask, &query, 28, 200);
    Ok(Answer::page(sharing::share(&ask.site(), &query, &path, &dated(&dates))))
}

/// `/embed`.
pub(super) fn embed(ask: &Ask) -> Result<Answer, Refusal> {
    let request = request(ask, &[])?;
    let dates = coming(ask, &request.query, 548, request.limit.unwrap_or(IN_A_FRAME));
    Ok(Answer::page(sharing::embed(&ask.site(), &request.query, &dated(&dates))))
}

/// `/feeds`.
pub(super) fn feeds(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let views: Vec<&_> = ask.catalogue.feeds().map(|view| view.as_ref()).collect();
    Ok(Answer::page(report::feeds(&ask.site(), &views)))
}

/// The feed that the path names.
pub(super) fn feed_view(ask: &Ask) -> Result<&FeedView, Refusal> {
    let view = ask.catalogue.feed(ask.id()).map(AsRef::as_ref);
    view.ok_or_else(|| Refusal::NotFound("We know of no such feed.".into()))
}

/// `/feeds/{id}`.
pub(super) fn feed(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let view = feed_view(ask)?;
    Ok(Answer::page(report::card(&ask.site(), view)))
}

/// `/publish`.
pub(super) fn publish(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    Ok(Answer::page(page::prose::publish(&ask.site())))
}

/// `/about`.
pub(super) fn about(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    Ok(Answer::page(page::prose::about(&ask.site())))
}

/// `/accessibility`.
pub(super) fn accessibility(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    Ok(Answer::page(page::prose::accessibility(&ask.site())))
}

/// `/privacy`.
pub(super) fn privacy(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    Ok(Answer::page(page::prose::privacy(&ask.site())))
}

/// `/api`.
pub(super) fn api(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let html = page::prose::api(&ask.site(), &openapi::filters(), &openapi::addresses());
    Ok(Answer::page(html))
}

/// The page that says why there is none.
pub(super) fn refusal(
    settings: &Settings,
    catalogue: &Catalogue,
    base: &str,
    now: DateTime<Utc>,
    refusal: &Refusal,
) -> String {
    let site = ask::site(settings, catalogue, base, now);
    let faults: Vec<(String, Vec<String>)> = match refusal {
        Refusal::Unknown(faults) => {
            faults.iter().map(|fault| (sentence(&fault.words), fault.allowed.clone())).collect()
        }
        _ => Vec::new(),
    };
    let begin = match refusal {
        Refusal::Gone(_, begin) => begin.as_deref(),
        Refusal::Moved(to) | Refusal::Elsewhere(to) => Some(to.as_str()),
        _ => None,
    };
    page::refusal(&site, refusal.title(), &refusal.detail(), &faults, begin)
}

/// The words of a fault begin small, since the command line puts them after a colon.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let mut sentence: String = first.chain(letters).collect();
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_sentences() {
        assert_eq!(sentence("'x' is not a date"), "'x' is not a date.");
        assert_eq!(
            sentence("there is no filter 'x'; did you mean y?"),
            "There is no filter 'x'; did you mean y?"
        );
    }
}
