//! The filter form, and a filter said in words.

use maud::{Markup, html};

use super::{Site, words};
use crate::{
    member::Council,
    query::{Query, Scope, place},
    vocabulary::KIND_GROUPS,
};

/// "Waste, recycling and street cleaning, in the South West, and online": a filter in words; empty for everything.
#[must_use]
pub fn in_words(site: &Site, query: &Query) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(scope) = &query.scope {
        parts.push(scope_title(site, scope));
    }
    let any = |ids: &[String], name: &dyn Fn(&str) -> String| {
        ids.iter().map(|id| name(id)).collect::<Vec<_>>().join(" or ")
    };
    let named = [
        any(&query.services, &|id| site.service(id).to_owned()),
        any(&query.kinds, &|id| kind_or_group(site, id)),
        any(&query.series, &str::to_owned),
        any(&query.councils, &|code| council(site, code)),
        any(&query.groups, &|id| group(site, id)),
        any(&query.feeds, &|id| format!("feed {id}")),
        any(&query.regions, &|id| region_title(site, id)),
        any(&query.nations, &|id| nation_title(site, id)),
    ];
    parts.extend(named.into_iter().filter(|words| !words.is_empty()));
    for point in &query.near {
        let within = query.within_km.unwrap_or(crate::query::DEFAULT_WITHIN_KM);
        parts.push(match (point.position(), point.name(site.members)) {
            (Some(_), name) => format!("within {within} km of {name}"),
            // Where it lies exactly is not known: its region stands in, and the name says what is shown.
            (None, name) => {
                format!("near {name} (all of {})", point.regions_in_words(site.members))
            }
        });
    }
    let attendance: Vec<&str> = words::ATTENDANCE
        .iter()
        .filter(|(id, _)| query.attendance.iter().any(|way| way.as_str() == *id))
        .map(|(_, words)| *words)
        .collect();
    if !attendance.is_empty() {
        parts.push(attendance.join(" or ").to_lowercase());
    }
    parts.extend(query.open_to.iter().map(|id| words::open_to(id).to_lowercase()));
    if let Some(q) = &query.q {
        parts.push(format!("with “{q}”"));
    }
    if query.general {
        parts.push("and events for every service".into());
    }
    if query.or_online {
        parts.push("and online".into());
    }
    parts.join(", ")
}

/// The title of the page or calendar that a scope stands for.
#[must_use]
pub fn scope_title(site: &Site, scope: &Scope) -> String {
    match scope {
        Scope::Service(id) => site.service(id).to_owned(),
        Scope::Kind(id) => kind_or_group(site, id),
        Scope::Council(code) => council(site, code),
        Scope::Region(id) => region_title(site, id),
        Scope::Group(id) => group(site, id),
    }
}

fn kind_or_group(site: &Site, id: &str) -> String {
    let group = KIND_GROUPS.iter().find(|(known, _)| *known == id).map(|(_, title)| *title);
    group.unwrap_or_else(|| site.kind(id)).to_owned()
}

fn council(site: &Site, code: &str) -> String {
    site.members.council(code).map_or(code, |council| &council.nice_name).to_owned()
}

fn group(site: &Site, id: &str) -> String {
    site.members.group(id).map_or(id, |group| &group.name).to_owned()
}

fn region_title(site: &Site, id: &str) -> String {
    named(place::regions(site.members), id)
}

fn nation_title(site: &Site, id: &str) -> String {
    named(place::nations(site.members), id)
}

fn named(all: Vec<(String, String)>, id: &str) -> String {
    all.into_iter().find(|(known, _)| known == id).map_or_else(|| id.to_owned(), |(_, name)| name)
}

/// The form: what most people need in sight, the rest one step away.
pub(crate) fn form(site: &Site, action: &str, query: &Query, button: &str) -> Markup {
    let rest = !query.open_to.is_empty()
        || !query.attendance.is_empty()
        || !query.near.is_empty()
        || !query.councils.is_empty()
        || query.from.is_some()
        || query.to.is_some();
    let near = query.near.first().map(place::Point::written);
    let day =
        |bound: &Option<crate::query::Bound>| bound.as_ref().map(crate::query::Bound::written);
    html! {
        form.filter action=(action) method="get" role="search" aria-label="Filter events" {
            (hidden(query))
            div.fields {
                (service_choice(site, query.services.first()))
                (kind_choice(site, query.kinds.first()))
                (region_choice(site, query.regions.first()))
                p.field {
                    label for="q" { "Words" }
                    input #q name="q" type="search" value=[query.q.as_deref()];
                }
            }
            div.checks { (checks(query)) }
            details open[rest] {
                summary { "More filters" }
                div.fields {
                    (choice("attendance", "How to attend", "Any way", &words::ATTENDANCE, query.attendance.first().map(|way| way.as_str())))
                    (choice("open_to", "Who may come", "Anyone", &words::OPEN_TO, query.open_to.first().map(String::as_str)))
                    p.field {
                        label for="near" { "Near a postcode" }
                        span #near-hint .hint { "The first half is enough, such as RG14" }
                        input #near name="near" aria-describedby="near-hint" autocomplete="off" value=[near];
                    }
                    p.field {
                        label for="council" { "Council" }
                        select #council name="council" {
                            option value="" { "All councils" }
                            @for council in by_name(site) {
                                option value=(council.code) selected[query.councils.first() == Some(&council.code)] { (council.nice_name) }
                            }
                        }
                    }
                    p.field { label for="from" { "From" } input #from name="from" type="date" value=[day(&query.from)]; }
                    p.field {
                        label for="to" { "Before" }
                        input #to name="to" type="date" value=[day(&query.to)];
                    }
                }
            }
            p.actions {
                button type="submit" { (button) }
                @if !query.is_everything() { a.reset href=(action) { "Clear all filters" } }
            }
        }
    }
}

/// All councils as people look for them.
fn by_name<'a>(site: &Site<'a>) -> Vec<&'a Council> {
    let mut councils: Vec<&Council> = site.members.councils().iter().collect();
    councils.sort_by(|a, b| a.nice_name.cmp(&b.nice_name));
    councils
}

/// Filters that the form does not show (further values of one that it does, a series, a feed) go along unseen.
pub(crate) fn hidden(query: &Query) -> Markup {
    let lists = [
        ("service", query.services.get(1..)),
        ("kind", query.kinds.get(1..)),
        ("region", query.regions.get(1..)),
        ("council", query.councils.get(1..)),
        ("open_to", query.open_to.get(1..)),
        ("series", Some(query.series.as_slice())),
        ("group", Some(query.groups.as_slice())),
        ("feed", Some(query.feeds.as_slice())),
        ("nation", Some(query.nations.as_slice())),
    ];
    let within = query.within_km.map(|km| km.to_string());
    html! {
        @for (name, values) in lists {
            @for value in values.unwrap_or_default() {
                input type="hidden" name=(name) value=(value);
            }
        }
        @if let Some(within) = within { input type="hidden" name="within" value=(within); }
    }
}

/// Filters that the short form of the subscribe page does not ask for but must not lose.
pub(crate) fn kept(query: &Query) -> Markup {
    let one = |name: &'static str, value: Option<String>| value.map(|value| (name, value));
    let near = query.near.iter().map(|point| ("near", point.written()));
    let ways = query.attendance.iter().map(|way| ("attendance", way.as_str().to_owned()));
    let single = [
        one("council", query.councils.first().cloned()),
        one("open_to", query.open_to.first().cloned()),
        one("q", query.q.clone()),
    ];
    html! {
        @for (name, value) in single.into_iter().flatten().chain(near).chain(ways) {
            input type="hidden" name=(name) value=(value);
        }
    }
}

/// "and online", "and for every service".
pub(crate) fn checks(query: &Query) -> Markup {
    html! {
        p.check {
            input #or_online name="or_online" type="checkbox" value="yes" checked[query.or_online];
            label for="or_online" { "And online events, wherever they are run" }
        }
        p.check {
            input #general name="general" type="checkbox" value="yes" checked[query.general];
            label for="general" { "And events for every service" }
        }
    }
}

pub(crate) fn service_choice(site: &Site, chosen: Option<&String>) -> Markup {
    let services = &site.vocabulary.services;
    let mut groups: Vec<&str> = Vec::new();
    for service in services {
        if !groups.contains(&service.group.as_str()) {
            groups.push(&service.group);
        }
    }
    html! {
        p.field {
            label for="service" { "Service" }
            select #service name="service" {
                option value="" { "All services" }
                @for group in groups {
                    optgroup label=(group) {
                        @for service in services.iter().filter(|service| service.group == group) {
                            option value=(service.id) selected[chosen == Some(&service.id)] { (service.title) }
                        }
                    }
                }
            }
        }
    }
}

pub(crate) fn kind_choice(site: &Site, chosen: Option<&String>) -> Markup {
    html! {
        p.field {
            label for="kind" { "Kind of event" }
            select #kind name="kind" {
                option value="" { "All kinds" }
                @for (group, title) in KIND_GROUPS {
                    optgroup label=(title) {
                        option value=(group) selected[chosen.is_some_and(|id| id == group)] { (title) ": all of these" }
                        @for kind in site.vocabulary.kinds.iter().filter(|kind| kind.group == group) {
                            option value=(kind.id) selected[chosen == Some(&kind.id)] { (kind.title) }
                        }
                    }
                }
            }
        }
    }
}

pub(crate) fn region_choice(site: &Site, chosen: Option<&String>) -> Markup {
    html! {
        p.field {
            label for="region" { "Place" }
            select #region name="region" {
                option value="" { "All regions and nations" }
                @for (id, name) in place::regions(site.members) {
                    option value=(id) selected[chosen == Some(&id)] { (name) }
                }
            }
        }
    }
}

fn choice(
    name: &str,
    label: &str,
    any: &str,
    options: &[(&str, &str)],
    chosen: Option<&str>,
) -> Markup {
    html! {
        p.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                option value="" { (any) }
                @for (id, title) in options {
                    option value=(id) selected[chosen == Some(id)] { (title) }
                }
            }
        }
    }
}
