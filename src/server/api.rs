//! The JSON of `/api/v1`.

use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Refusal},
    ask::Ask,
    pages::request,
};
use crate::{
    catalogue::FeedView,
    event::Listing,
    publish::page::feeds::discreet,
    query::Query,
};

pub(super) fn description(listing: &Listing) -> Option<String> {
    listing.facts.description.clone()
}
pub(super) fn events(ask: &Ask) -> Result<Answer, Refusal> {
    request(ask, &[])?;
    Err(Refusal::Broken)
}
pub(super) fn event(ask: &Ask) -> Result<Answer, Refusal> {
    events(ask)
}
pub(super) fn occurrences(ask: &Ask) -> Result<Answer, Refusal> {
    events(ask)
}
pub(super) fn changes(ask: &Ask) -> Result<Answer, Refusal> {
    events(ask)
}

/// `/api/v1/feeds`: health and settings, never an address unless the operator made it public.
pub(super) fn feeds(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let feeds: Vec<Value> = ask.catalogue.feeds().map(|view| feed(ask, view)).collect();
    Ok(Answer::json(&json!({ "feeds": feeds })))
}

fn feed(ask: &Ask, view: &FeedView) -> Value {
    let (feed, state) = (&view.feed, &view.state);
    let problems: Vec<Value> = state
        .problems
        .iter()
        .map(|problem| {
            json!({
                "severity": problem.severity,
                "code": problem.code,
                "line": problem.line,
                "text": discreet(&problem.text, feed.public_url),
                "fix": problem.fix.as_deref().map(|fix| discreet(fix, feed.public_url)),
            })
        })
        .collect();
    json!({
        "id": feed.id,
        "name": view.name(),
        "page": format!("{}/feeds/{}", ask.base, feed.id),
        "url": feed.public_url.then(|| feed.url.as_str()),
        "member": feed.member,
        "policy": feed.policy,
        "format": state.format,
        "licence": feed.licence,
        "health": view.health(ask.now),
        "last_check": state.last_check,
        "last_good": state.last_good,
        "next_check": state.next_check,
        "failures": state.failures,
        "entries": state.entries,
        "listed": state.listed,
        "undated": state.undated,
        "skipped": state.skipped.len(),
        "problems": problems,
    })
}

/// `/api/v1/members`: groups, and the councils that have a feed or an event.
pub(super) fn members(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let counts = ask.catalogue.counts(&Query::default(), ask.now);
    let members = ask.catalogue.members();
    let feeds_of = |id: &str| -> Vec<&str> {
        let of = |view: &&std::sync::Arc<FeedView>| {
            view.feed.member.as_deref().is_some_and(|member| member.eq_ignore_ascii_case(id))
        };
        ask.catalogue.feeds().filter(of).map(|view| view.feed.id.as_str()).collect()
    };
    let groups = members.groups().iter().map(|group| {
        json!({
            "id": group.id,
            "type": "group",
            "name": group.name,
            "url": group.url,
            "regions": group.regions,
            "services": group.services,
            "feeds": feeds_of(&group.id),
            "events": counts.groups.get(&group.id).copied().unwrap_or(0),
        })
    });
    let councils = members.councils().iter().filter_map(|council| {
        let feeds = feeds_of(&council.code);
        let events = counts.councils.get(&council.code).copied().unwrap_or(0);
        (events > 0 || !feeds.is_empty()).then(|| {
            json!({
                "id": council.code,
                "type": "council",
                "name": council.nice_name,
                "url": council.website,
                "regions": [crate::query::place::region_id(&council.region)],
                "services": [],
                "feeds": feeds,
                "events": events,
            })
        })
    });
    Ok(Answer::json(&json!({ "members": groups.chain(councils).collect::<Vec<_>>() })))
}

/// `/api/v1/councils`.
pub(super) fn councils(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let counts = ask.catalogue.counts(&Query::default(), ask.now).councils;
    let councils = ask.catalogue.members().councils().iter();
    let councils: Vec<Value> = councils
        .map(|council| counted(json!(council), counts.get(&council.code), ask, "councils", &council.code))
        .collect();
    Ok(Answer::json(&json!({ "councils": councils })))
}

/// `/api/v1/services`.
pub(super) fn services(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let counts = ask.catalogue.counts(&Query::default(), ask.now).services;
    let services = ask.catalogue.vocabulary().services.iter();
    let services: Vec<Value> = services
        .map(|service| {
            let value = json!({
                "id": service.id,
                "title": service.title,
                "group": service.group,
                "provided_by": service.provided_by,
                "lgsl": service.lgsl,
            });
            counted(value, counts.get(&service.id), ask, "services", &service.id)
        })
        .collect();
    Ok(Answer::json(&json!({ "services": services })))
}

/// `/api/v1/kinds`.
pub(super) fn kinds(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let counts = ask.catalogue.counts(&Query::default(), ask.now).kinds;
    let kinds = ask.catalogue.vocabulary().kinds.iter();
    let kinds: Vec<Value> = kinds
        .map(|kind| counted(json!(kind), counts.get(&kind.id), ask, "kinds", &kind.id))
        .collect();
    Ok(Answer::json(&json!({ "kinds": kinds })))
}

/// Adds how many events are to come, the page and the calendar.
fn counted(mut value: Value, events: Option<&usize>, ask: &Ask, folder: &str, id: &str) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert("events".into(), events.copied().unwrap_or(0).into());
        let page = format!("{}/{folder}/{id}", ask.base);
        object.insert("calendar".into(), format!("{page}/calendar.ics").into());
        object.insert("page".into(), page.into());
    }
    value
}

/// `/api/v1/stats`.
pub(super) fn stats(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let stats = serde_json::to_value(ask.catalogue.stats(ask.now));
    let stats = stats.unwrap_or_else(|_| Value::Object(Map::new()));
    Ok(Answer::json(&stats))
}
