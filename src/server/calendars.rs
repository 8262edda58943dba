//! What calendar programs, feed readers and spreadsheets fetch.

use std::sync::Arc;

use super::{
    answer::{Answer, Refusal},
    ask::Ask,
    find::{self, request},
};
use crate::{
    catalogue::{Item, Range},
    event::Listing,
    health::{Check, Outcome},
    publish::{
        atom::{self, AtomEntry, FeedInfo},
        csv, ical as icalendar,
        page::{Site, browse, feeds::discreet, filter, subscribe},
    },
    query::{Query, Request, Scope, place},
    store::CHECKS_KEPT,
};

/// Events in a feed of new announcements unless `limit` says otherwise.
const ANNOUNCED: usize = 50;

fn write(ask: &Ask, scope: Option<Scope>) -> Result<Answer, Refusal> {
    // A calendar is always whole: what pages a list would only seem to work.
    ask.without(&["limit", "cursor", "sort", "fields"])?;
    let mut query = request(ask, &[])?.query;
    query.scope = scope;
    let text = text(ask, &query);
    let name = query.scope.as_ref().map_or_else(|| "events".into(), file_name);
    Ok(Answer::new("text/calendar; charset=utf-8", text)
        .with("content-disposition", format!("inline; filename=\"{name}.ics\"")))
}

/// The calendar for a filter.
pub(super) fn text(ask: &Ask, query: &Query) -> String {
    let range = Range::calendar(query, ask.now);
    let listings = ask.catalogue.calendar(query, range);
    let listings: Vec<&Listing> = listings.iter().map(AsRef::as_ref).collect();
    let site = ask.site();
    let info = icalendar::CalendarInfo {
        name: subscribe::calendar_name(&site, query),
        description: said_of(&site, query),
        url: Some(page_of(ask, query)),
        source: Some(format!("{}{}", ask.base, own_path(ask, query))),
        time_zone: site.zone,
    };
    icalendar::write(&info, &listings, range, ask.now, &ask.context())
}

/// What a calendar says of itself: the network's own words, and how a place was understood.
fn said_of(site: &Site, query: &Query) -> Option<String> {
    let mut said: Vec<String> = site.description.map(str::to_owned).into_iter().collect();
    said.extend(place::notes(query, site.members));
    (!said.is_empty()).then(|| said.join(" "))
}

/// The path asked for, with the filters in their one spelling.
fn own_path(ask: &Ask, query: &Query) -> String {
    browse::join(&ask.path, &query.canonical())
}

/// The page that shows the same.
fn page_of(ask: &Ask, query: &Query) -> String {
    let path = query.scope.as_ref().map_or_else(|| "/events".into(), Scope::path);
    format!("{}{}", ask.base, browse::join(&path, &query.canonical()))
}

fn file_name(scope: &Scope) -> String {
    let path = scope.path();
    let name = path.trim_start_matches('/').replace('/', "-");
    name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect()
}

/// `/calendar.ics`.
pub(super) fn calendar(ask: &Ask) -> Result<Answer, Refusal> {
    write(ask, None)
}

/// `/services/{id}/calendar.ics`.
pub(super) fn service(ask: &Ask) -> Result<Answer, Refusal> {
    write(ask, Some(find::scope(ask, Scope::Service)?))
}

/// `/kinds/{id}/calendar.ics`.
pub(super) fn kind(ask: &Ask) -> Result<Answer, Refusal> {
    write(ask, Some(find::scope(ask, Scope::Kind)?))
}

/// `/councils/{code}/calendar.ics`.
pub(super) fn council(ask: &Ask) -> Result<Answer, Refusal> {
    write(ask, Some(find::scope(ask, Scope::Council)?))
}

/// `/regions/{id}/calendar.ics`.
pub(super) fn region(ask: &Ask) -> Result<Answer, Refusal> {
    write(ask, Some(find::scope(ask, Scope::Region)?))
}

/// `/groups/{id}/calendar.ics`.
pub(super) fn group(ask: &Ask) -> Result<Answer, Refusal> {
    write(ask, Some(find::scope(ask, Scope::Group)?))
}

/// `/events/{id}.ics`.
pub(super) fn event(ask: &Ask, id: &str) -> Result<Answer, Refusal> {
    let item = find::find(ask, id, |into| format!("/events/{into}.ics"))?;
    ask.no_parameters()?;
    let listing = &item.listing;
    let site = ask.site();
    let info = icalendar::CalendarInfo {
        name: listing.facts.title.clone(),
        description: None,
        url: Some(format!("{}/events/{id}", ask.base)),
        source: Some(format!("{}{}", ask.base, ask.path)),
        time_zone: site.zone,
    };
    // Past dates stay in one's own calendar; a series is written as far ahead as in the big calendar.
    let ahead = Range::calendar(&Query::default(), ask.now);
    let repeats = listing.facts.recurrence.is_some();
    let range =
        if repeats && !listing.occurrences(ahead).is_empty() { ahead } else { Range::all() };
    let text = icalendar::write_one(&info, listing, range, ask.now, &ask.context());
    Ok(Answer::new("text/calendar; charset=utf-8", text)
        .with("content-disposition", format!("attachment; filename=\"{id}.ics\"")))
}

/// `/events.csv`: all of them, unless `limit` says otherwise.
pub(super) fn spreadsheet(ask: &Ask) -> Result<Answer, Refusal> {
    ask.without(&["fields", "cursor"])?;
    let request = request(ask, &[])?;
    let request = Request { limit: request.limit.or(Some(usize::MAX - 1)), ..request };
    let page = ask.catalogue.list(&request, ask.now);
    let items = page.hits.iter().map(|hit| hit.item.as_ref());
    Ok(Answer::new("text/csv; charset=utf-8", csv::write(items, &ask.context(), ask.now))
        .with("content-disposition", "inline; filename=\"events.csv\"".into()))
}

fn announced(ask: &Ask) -> Result<(FeedInfo, Vec<Arc<Item>>), Refusal> {
    ask.without(&["fields", "cursor", "sort"])?;
    let request = request(ask, &[])?;
    let site = ask.site();
    let what = filter::in_words(&site, &request.query);
    let info = FeedInfo {
        title: match what.as_str() {
            "" => format!("{}: newly announced", site.name),
            _ => format!("{}: newly announced: {what}", site.name),
        },
        description: said_of(&site, &request.query),
        url: page_of(ask, &request.query),
        source: format!("{}{}", ask.base, browse::join(&ask.path, &request.canonical())),
    };
    let limit = request.limit.unwrap_or(ANNOUNCED);
    Ok((info, ask.catalogue.announced(&request.query, limit, ask.now)))
}

/// `/feed.atom`.
pub(super) fn atom(ask: &Ask) -> Result<Answer, Refusal> {
    let (info, items) = announced(ask)?;
    let text = atom::write(&info, items.iter().map(AsRef::as_ref), &ask.context(), ask.now);
    Ok(Answer::new("application/atom+xml; charset=utf-8", text))
}

/// `/feed.json`.
pub(super) fn json_feed(ask: &Ask) -> Result<Answer, Refusal> {
    let (info, items) = announced(ask)?;
    let mut feed = atom::json_feed(&info, items.iter().map(AsRef::as_ref), &ask.context(), ask.now);
    if let Some(object) = feed.as_object_mut() {
        // JSON Feed has no null: what is not known is left out.
        object.retain(|_, value| !value.is_null());
    }
    Ok(Answer::new("application/feed+json; charset=utf-8", feed.to_string()))
}

/// `/feeds/{id}/health.atom`: each change in the way its checks end, newest first.
pub(super) fn health(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let view = find::feed_view(ask)?;
    let page = format!("{}/feeds/{}", ask.base, view.feed.id);
    let good = |check: &Check| matches!(check.outcome, Outcome::Changed | Outcome::Unchanged);
    let mut changes: Vec<&Check> = Vec::new();
    let history = &view.state.history;
    for check in history {
        if changes.last().is_none_or(|last| good(last) != good(check)) {
            changes.push(check);
        }
    }
    // What came before the checks that are kept is forgotten, and with it when the first of these states began.
    let begun = usize::from(history.len() >= CHECKS_KEPT);
    let entries: Vec<AtomEntry> = changes
        .iter()
        .skip(begun)
        .rev()
        .map(|check| AtomEntry {
            id: atom::urn(&format!("{} {}", view.feed.id, check.at.timestamp())),
            title: if good(check) { "Works".into() } else { "Does not work".into() },
            url: page.clone(),
            published: check.at,
            updated: check.at,
            categories: Vec::new(),
            author: None,
            summary: discreet(check.public_words(), view.feed.public_url),
        })
        .collect();
    let info = FeedInfo {
        title: format!("Report card: {}", view.name()),
        description: None,
        source: format!("{page}/health.atom"),
        url: page,
    };
    Ok(Answer::new("application/atom+xml; charset=utf-8", atom::write_entries(&info, &entries)))
}
