//! What is on: the first page, search, a page for each service, kind, council, region and group, and the lists of
//! these.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use maud::{Markup, html};

use super::{
    Dated, Page, Site, filter, layout,
    list::{self, Found, Help},
    words,
};
use crate::{
    member::Council,
    query::{Query, Scope, place},
    vocabulary::KIND_GROUPS,
};

/// How many events are listed for each id of a facet.
pub type Counts = BTreeMap<String, usize>;

/// Address of the calendar for a filter: short and stable where one service (or kind, …) is all that is asked.
#[must_use]
pub fn calendar_path(query: &Query) -> String {
    let mut plain = query.clone();
    (plain.from, plain.to) = (None, None);
    let scope = plain.scope.take();
    let path = scope.as_ref().map(Scope::path).unwrap_or_default();
    if scope.is_none() && plain.services.len() == 1 {
        let service = plain.services.remove(0);
        return calendar_path(&plain.scoped(Scope::Service(service)));
    }
    join(&format!("{path}/calendar.ics"), &plain.canonical())
}

/// A path and a query.
#[must_use]
pub fn join(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The filters of a query as an address's query, a scope turned into the filter that it stands for, dates left out.
pub(crate) fn as_filters(query: &Query) -> String {
    let mut plain = query.clone();
    (plain.from, plain.to) = (None, None);
    match plain.scope.take() {
        Some(Scope::Service(id)) => plain.services.push(id),
        Some(Scope::Kind(id)) => plain.kinds.push(id),
        Some(Scope::Council(code)) => plain.councils.push(code),
        Some(Scope::Region(id)) => plain.regions.push(id),
        Some(Scope::Group(id)) => plain.groups.push(id),
        None => {}
    }
    plain.canonical()
}

/// Links in the head of a list: its calendar, its feeds.
fn alternates(site: &Site, query: &Query) -> [(&'static str, &'static str, String); 3] {
    let filters = as_filters(query);
    let at = |path: &str| format!("{}{}", site.base, join(path, &filters));
    [
        ("text/calendar", "Calendar", format!("{}{}", site.base, calendar_path(query))),
        ("application/atom+xml", "Newly announced events (Atom)", at("/feed.atom")),
        ("application/feed+json", "Newly announced events (JSON Feed)", at("/feed.json")),
    ]
}

/// `/`: the coming dates, the form, and the way to a calendar of one's own.
#[must_use]
pub fn home(site: &Site, found: &Found, until: Option<NaiveDate>, undated: usize) -> String {
    let query = Query::default();
    let lead = "Discovery days, makers sessions, show and tells, camps and meetings where people from councils \
                work together. Find your service, then put its events in your own calendar.";
    let content = html! {
        p.lead { (site.description.unwrap_or(lead)) }
        p.actions {
            a.button href="/subscribe" { "Get these events in your calendar" }
        }
        (filter::form(site, "/events", &query, "Show events"))
        @match until {
            Some(day) => {
                p.count role="status" {
                    (words::sentence(&words::count(found.total.unwrap_or(found.dates.len()), "date", "dates")))
                    " before " (words::day(day)) "."
                }
            }
            None => (count(site, found, &query)),
        }
        (views(&query, false))
        @if found.dates.is_empty() {
            (nothing(site, &query, &found.help))
        } @else {
            (list::dates(site, found))
        }
        (undated_link(undated))
    };
    let alternates = alternates(site, &query);
    let mut page = Page::new("What’s on", "/");
    page.summary = Some(site.description.unwrap_or(lead));
    page.alternates = &alternates;
    layout(site, &page, &content)
}

/// `/events`: what a filter finds.
#[must_use]
pub fn events(site: &Site, query: &Query, notes: &[String], path: &str, found: &Found) -> String {
    let content = html! {
        (filter::form(site, "/events", query, "Show events"))
        @for note in notes { p.note { (note) } }
        (count(site, found, query))
        (views(query, false))
        @if found.dates.is_empty() {
            (nothing(site, query, &found.help))
        } @else {
            (list::dates(site, found))
        }
        (take_away(query))
    };
    let alternates = alternates(site, query);
    let mut page = Page::new("Search events", path);
    page.unindexed = !query.is_everything() || !found.first;
    page.alternates = &alternates;
    layout(site, &page, &content)
}

/// `/services/waste` and its like: what it is, what is on, how to subscribe.
#[must_use]
pub fn facet(site: &Site, query: &Query, notes: &[String], found: &Found) -> String {
    let Some(scope) = &query.scope else { return events(site, query, notes, "/events", found) };
    let title = filter::scope_title(site, scope);
    let filters = as_filters(query);
    let content = html! {
        (about(site, scope))
        p.actions {
            a.button href=(join("/subscribe", &filters)) { "Subscribe to these events" }
            " "
            a href=(join("/events", &filters)) { "Filter these events" }
        }
        @for note in notes { p.note { (note) } }
        (count(site, found, query))
        (views(query, false))
        @if found.dates.is_empty() {
            (nothing(site, query, &found.help))
        } @else {
            (list::dates(site, found))
        }
        (take_away(query))
    };
    let summary = format!("Events of councils and the groups around them: {title}.");
    let alternates = alternates(site, query);
    let path = scope.path();
    let mut page = Page::new(&title, &path);
    page.summary = Some(&summary);
    page.alternates = &alternates;
    layout(site, &page, &content)
}

/// A sentence about what the page is for.
fn about(site: &Site, scope: &Scope) -> Markup {
    html! {
        @match scope {
            Scope::Service(id) => {
                @if let Some(service) = site.vocabulary.service(id) {
                    p.lead { "Events for people who work on this service in councils. Part of: " (service.group) "." }
                }
            }
            Scope::Kind(id) => {
                @if let Some(kind) = site.vocabulary.kind(id) { p.lead { (kind.explanation) } }
            }
            Scope::Council(code) => {
                @if let Some(council) = site.members.council(code) {
                    p.lead {
                        "Events that " (council.official_name) " runs. Region: "
                        a href=(format!("/regions/{}", place::region_id(&council.region))) { (council.region) } "."
                    }
                    (successors(site, council))
                }
            }
            Scope::Region(_) => { p.lead { "Events that one can go to in this region, by their venue or else by the council that runs them." } }
            Scope::Group(id) => {
                @if let Some(group) = site.members.group(id) {
                    p.lead {
                        "Events that this group runs."
                        @if let Some(url) = safe(group.url.as_deref()) { " " a href=(url) { "The group’s own site" } }
                    }
                }
            }
        }
    }
}

/// Where to go on when a council ends, and what a new one took over.
fn successors(site: &Site, council: &Council) -> Markup {
    let today = site.now.with_timezone(&site.zone).date_naive();
    let links = |councils: &[&Council]| {
        html! {
            @for (at, council) in councils.iter().enumerate() {
                @if at > 0 { @if at + 1 == councils.len() { " and " } @else { ", " } }
                a href=(format!("/councils/{}", council.code)) { (council.official_name) }
            }
        }
    };
    let next: Vec<&Council> =
        council.successors.iter().filter_map(|code| site.members.council(code)).collect();
    let before = site.members.predecessors(&council.code);
    html! {
        @if let Some(end) = council.end_date {
            p.note {
                @if council.is_abolished(today) {
                    (council.official_name) " ended on " (words::day(end)) "."
                    @if !next.is_empty() {
                        " " (links(&next)) " took over its work, and what they announce is shown here too."
                    }
                } @else {
                    (council.official_name) " ends on " (words::day(end)) "."
                    @if !next.is_empty() { " Its work goes to " (links(&next)) "." }
                }
            }
        }
        @if !before.is_empty() {
            p.note {
                @if council.start_date.is_some_and(|start| start > today) { "Takes over from " } @else { "Took over from " }
                (links(&before)) "."
            }
        }
    }
}

/// Only links that lead to the web.
pub(crate) fn safe(url: Option<&str>) -> Option<&str> {
    url.filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}

/// "12 dates from now on: Waste, in the South West".
fn count(site: &Site, found: &Found, query: &Query) -> Markup {
    let what = filter::in_words(site, query);
    let total = found.total.unwrap_or(found.dates.len());
    html! {
        p.count role="status" {
            (words::sentence(&words::count(total, "date", "dates")))
            @if query.from.is_none() { " from now on" }
            @if !what.is_empty() { ": " (what) }
            @if found.dates.len() < total { ". This page shows " (found.dates.len()) " of them" }
            "."
        }
    }
}

/// A filter as the address of the list that it finds, dates kept.
fn list_of(query: &Query) -> String {
    let mut bounds = Query { from: query.from, to: query.to, ..Query::default() }.canonical();
    let filters = as_filters(query);
    if !filters.is_empty() && !bounds.is_empty() {
        bounds.insert(0, '&');
    }
    join("/events", &format!("{filters}{bounds}"))
}

/// What could be widened in a filter, each in words and as a filter; whether it then finds something is not known.
#[must_use]
pub fn wider(query: &Query) -> Vec<(&'static str, Query)> {
    type Change = (&'static str, fn(&mut Query));
    const CHANGES: [Change; 9] = [
        ("Add online events, wherever they are run", |query| query.or_online = true),
        ("Add events for every service", |query| query.general = true),
        ("Look in all regions", |query| {
            query.regions.clear();
            query.nations.clear();
            query.near.clear();
            query.within_km = None;
        }),
        ("Look at all councils and groups", |query| {
            query.councils.clear();
            query.groups.clear();
            query.feeds.clear();
        }),
        ("Look for all kinds of event", |query| {
            query.kinds.clear();
            query.series.clear();
        }),
        ("Look for any way to attend, open to anybody", |query| {
            query.attendance.clear();
            query.open_to.clear();
            query.status.clear();
        }),
        ("Look without these words", |query| query.q = None),
        ("Look at all dates from now on", |query| (query.from, query.to) = (None, None)),
        ("Look at all services", |query| query.services.clear()),
    ];
    let mut plain = query.clone();
    match plain.scope.take() {
        Some(Scope::Service(id)) => plain.services.push(id),
        Some(Scope::Kind(id)) => plain.kinds.push(id),
        Some(Scope::Council(code)) => plain.councils.push(code),
        Some(Scope::Region(id)) => plain.regions.push(id),
        Some(Scope::Group(id)) => plain.groups.push(id),
        None => {}
    }
    let mut all: Vec<(&'static str, Query)> = Vec::new();
    for (words, change) in CHANGES {
        let mut wider = plain.clone();
        change(&mut wider);
        if wider != plain {
            all.push((words, wider));
        }
    }
    if !query.is_everything() {
        all.push(("See everything that is on", Query::default()));
    }
    all
}

/// An empty list that helps: what was meant, what to widen, and that subscribing is worth it all the same.
fn nothing(site: &Site, query: &Query, help: &Help) -> Markup {
    let what = filter::in_words(site, query);
    // A filter that names no thing reads as an addition: "Nothing is announced with “bins”".
    let bare = query.scope.is_none()
        && query.services.is_empty()
        && query.kinds.is_empty()
        && query.series.is_empty();
    html! {
        div.empty {
            @if let Some((words, meant)) = &help.meant {
                p.meant { "Did you mean " a href=(list_of(meant)) { (words) } "?" }
            }
            p {
                "Nothing is announced"
                @if what.is_empty() { " yet" } @else if bare { ": " (what) } @else { " for " (what) }
                "."
            }
            @if !help.wider.is_empty() {
                ul {
                    @for (words, wider, number) in &help.wider {
                        li { a href=(list_of(wider)) { (words) } ": " (words::count(*number, "date", "dates")) }
                    }
                }
            }
            p {
                "Or " a href=(join("/subscribe", &as_filters(query))) { "subscribe" }
                ": you will see it in your calendar when something comes."
            }
        }
    }
}

/// The same dates as a list and as a month.
pub(crate) fn views(query: &Query, month: bool) -> Markup {
    let filters = as_filters(query);
    html! {
        nav.views aria-label="List or month" {
            a href=(join("/events", &filters)) aria-current=[(!month).then_some("true")] { "List" }
            a href=(join("/month", &filters)) aria-current=[month.then_some("true")] { "Month" }
        }
    }
}

/// The same filter in other shapes.
pub(crate) fn take_away(query: &Query) -> Markup {
    let filters = as_filters(query);
    html! {
        aside.take-away aria-labelledby="take-away" {
            h2 #take-away { "Take these events with you" }
            ul {
                li { a href=(join("/subscribe", &filters)) { "Subscribe in Outlook, Google or Apple" } }
                li { a href=(calendar_path(query)) { "Calendar file (ICS)" } }
                li { a href=(join("/share", &filters)) { "The next four weeks as text for an e-mail" } }
                li { a href=(join("/events.csv", &filters)) { "Spreadsheet (CSV)" } }
                li { a href=(join("/feed.atom", &filters)) { "Newly announced events (Atom)" } }
                li { a href=(join("/api/v1/events", &filters)) { "For developers (JSON)" } }
            }
        }
    }
}

fn undated_link(number: usize) -> Markup {
    html! {
        @if number > 0 {
            p.more { a href="/undated" { (words::sentence(&words::count(number, "event", "events"))) " with a date to be announced" } }
        }
    }
}

/// `/undated`.
#[must_use]
pub fn undated(site: &Site, items: &[Dated]) -> String {
    let content = html! {
        p.lead { "These events are announced without a date. They are not in any calendar until they have one." }
        @if items.is_empty() {
            p { "There are none at the moment. " a href="/" { "See what’s on" } "." }
        } @else {
            (list::undated(site, items))
        }
    };
    layout(site, &Page::new("Dates to be announced", "/undated"), &content)
}

/// `/services`.
#[must_use]
pub fn services(site: &Site, counts: &Counts) -> String {
    let mut groups: Vec<&str> = Vec::new();
    for service in &site.vocabulary.services {
        if !groups.contains(&service.group.as_str()) {
            groups.push(&service.group);
        }
    }
    let content = html! {
        p.lead { "Choose the service that you work on." }
        @for group in groups {
            h2 { (group) }
            ul.index {
                @for service in site.vocabulary.services.iter().filter(|s| s.group == group) {
                    (row(&format!("/services/{}", service.id), &service.title, counts.get(&service.id)))
                }
            }
        }
        p { "Looking for a way of working together rather than a service? " a href="/kinds" { "Kinds of event" } "." }
    };
    layout(site, &Page::new("Services", "/services"), &content)
}

/// `/kinds`.
#[must_use]
pub fn kinds(site: &Site, counts: &Counts) -> String {
    let content = html! {
        @for (group, title) in KIND_GROUPS {
            h2 { (title) }
            dl.index {
                @for kind in site.vocabulary.kinds.iter().filter(|kind| kind.group == group) {
                    dt { a href=(format!("/kinds/{}", kind.id)) { (kind.title) } " " (number(counts.get(&kind.id))) }
                    dd { (kind.explanation) }
                }
            }
        }
    };
    layout(site, &Page::new("Kinds of event", "/kinds"), &content)
}

/// `/councils`: those with events first, then the regions.
#[must_use]
pub fn councils(site: &Site, counts: &Counts, groups: &Counts) -> String {
    let mut with_events: Vec<_> =
        site.members.councils().iter().filter(|c| counts.contains_key(&c.code)).collect();
    with_events.sort_by_key(|council| &council.nice_name);
    let content = html! {
        h2 { "Councils that have announced events" }
        @if counts.is_empty() { p { "None at the moment." } }
        ul.index {
            @for council in with_events {
                (row(&format!("/councils/{}", council.code), &council.nice_name, counts.get(&council.code)))
            }
        }
        @if !site.members.groups().is_empty() {
            h2 { "Groups" }
            ul.index {
                @for group in site.members.groups() {
                    (row(&format!("/groups/{}", group.id), &group.name, groups.get(&group.id)))
                }
            }
        }
        h2 { "Regions and nations" }
        ul.index {
            @for (id, name) in place::regions(site.members) { (row(&format!("/regions/{id}"), &name, None)) }
        }
        p { "Is your council not here? " a href="/publish" { "Get your events listed" } "." }
    };
    layout(site, &Page::new("Councils, groups and regions", "/councils"), &content)
}

fn row(path: &str, title: &str, events: Option<&usize>) -> Markup {
    html! { li { a href=(path) { (title) } " " (number(events)) } }
}

fn number(events: Option<&usize>) -> Markup {
    html! {
        @if let Some(events) = events {
            span.quiet { "– " (words::count(*events, "event", "events")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_service_has_a_short_calendar_address() {
        let mut query = Query { services: vec!["waste".into()], ..Query::default() };
        assert_eq!(calendar_path(&query), "/services/waste/calendar.ics");
        query.or_online = true;
        assert_eq!(calendar_path(&query), "/services/waste/calendar.ics?or_online=yes");
        query.services.push("parks".into());
        assert!(calendar_path(&query).starts_with("/calendar.ics?service=waste,parks"));
        assert_eq!(calendar_path(&Query::default()), "/calendar.ics");
    }
}
