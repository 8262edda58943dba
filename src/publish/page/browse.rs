//! What is on: the first page, search, a page for each service, kind, council, region and group, and the lists of
//! these.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use maud::{Markup, Render, html};

use super::{
    Dated, Page, Site, filter, layout,
    list::{self, Found, Help},
    phrases::{self, Phrase, browse as p, frame as f},
    words,
};
use crate::{
    member::Council,
    query::{Query, Scope, place},
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
        ("text/calendar", site.say(p::CALENDAR), format!("{}{}", site.base, calendar_path(query))),
        ("application/atom+xml", site.say(p::ANNOUNCED_ATOM), at("/feed.atom")),
        ("application/feed+json", site.say(p::ANNOUNCED_JSON), at("/feed.json")),
    ]
}

/// `/`: the coming dates, the form, and the way to a calendar of one's own.
#[must_use]
pub fn home(site: &Site, found: &Found, until: Option<NaiveDate>) -> String {
    let query = Query::default();
    let (lead, language) = site.own_description().unwrap_or((site.say(p::LEAD), None));
    let content = html! {
        p.lead lang=[language] { (lead) }
        p.actions {
            a.button href=(site.at("/subscribe")) { (site.say(p::GET_CALENDAR)) }
        }
        (filter::form(site, "/events", &query, p::SHOW_EVENTS))
        @match until {
            Some(day) => {
                @let number = dates(site, found.total.unwrap_or(found.dates.len()));
                p.count role="status" {
                    (words::sentence(&site.fill(p::BEFORE, &[("number", &number), ("day", &words::day(site.language, day))])))
                }
            }
            None => (count(site, found, &query)),
        }
        (listed(site, &query, found))
    };
    let alternates = alternates(site, &query);
    let mut page = Page::new(site.say(f::WHATS_ON), "/");
    page.summary = Some(lead);
    page.alternates = &alternates;
    layout(site, &page, &content)
}

fn dates(site: &Site, number: usize) -> String {
    phrases::DATES.count(site.language, number)
}

fn events_in_words(site: &Site, number: usize) -> String {
    phrases::EVENTS.count(site.language, number)
}

/// What stands under the count: events without a date, the list, and the way back to its beginning.
fn listed(site: &Site, query: &Query, found: &Found) -> Markup {
    html! {
        (undated_link(site, query, found.undated))
        (views(site, query, false))
        @if found.dates.is_empty() {
            (nothing(site, query, found))
        } @else {
            (service_meant(site, &found.help))
            (list::dates(site, found))
        }
        @if found.before > 0 {
            p.back { a href=(site.at(&list_of(query))) { (site.say(p::FROM_THE_BEGINNING)) } }
        }
    }
}

/// `/events`: what a filter finds. The notes say how it was understood.
#[must_use]
pub fn events(site: &Site, query: &Query, notes: &[String], path: &str, found: &Found) -> String {
    let content = html! {
        (filter::form(site, "/events", query, p::SHOW_EVENTS))
        @for note in notes { p.note { (note) } }
        (count(site, found, query))
        (listed(site, query, found))
        (take_away(site, query))
    };
    let alternates = alternates(site, query);
    let mut page = Page::new(site.say(p::SEARCH), path);
    page.unindexed = !query.is_everything() || found.before > 0;
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
            a.button href=(site.at(&join("/subscribe", &filters))) { (site.say(p::SUBSCRIBE_THESE)) }
            " "
            a href=(site.at(&join("/events", &filters))) { (site.say(p::FILTER_THESE)) }
        }
        @for note in notes { p.note { (note) } }
        (count(site, found, query))
        (listed(site, query, found))
        (take_away(site, query))
    };
    let summary = site.fill(p::SUMMARY, &[("what", &title)]);
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
                    p.lead { (site.rich(p::ABOUT_SERVICE, &[("group", &site.service_group(&service.group))], &[])) }
                }
            }
            Scope::Kind(id) => {
                @if let Some(kind) = site.vocabulary.kind(id) { p.lead { (site.explanation(kind)) } }
            }
            Scope::Council(code) => {
                @if let Some(council) = site.members.council(code) {
                    @let id = place::region_id(&council.region);
                    @let region = html! { a href=(site.at(&format!("/regions/{id}"))) { (site.place(&id, &council.region)) } };
                    p.lead { (site.rich(p::ABOUT_COUNCIL, &[("council", &site.official(council)), ("region", &region)], &[])) }
                    (successors(site, council))
                }
            }
            Scope::Region(id) => {
                p.lead { (site.say(p::ABOUT_REGION)) }
                @let parts = place::parts(id).unwrap_or_default();
                @if !parts.is_empty() {
                    @let names: Vec<String> =
                        parts.iter().map(|id| filter::scope_title(site, &Scope::Region(id.clone()))).collect();
                    p { (site.fill(p::WIDE_REGION, &[("regions", &names.join(site.say(p::AND)))])) }
                }
            }
            Scope::Group(id) => {
                @if let Some(group) = site.members.group(id) {
                    p.lead {
                        (site.say(p::ABOUT_GROUP))
                        @if let Some(url) = safe(group.url.as_deref()) { " " (p::GROUP_SITE.rich(site.language, &[], &[url.to_owned()])) }
                    }
                }
            }
        }
    }
}

/// Where to go on when a council ends, and what a new one took over.
fn successors(site: &Site, council: &Council) -> Markup {
    let links = |councils: &[&Council]| {
        html! {
            @for (at, council) in councils.iter().enumerate() {
                @if at > 0 { @if at + 1 == councils.len() { (site.say(p::AND)) } @else { ", " } }
                a href=(site.at(&format!("/councils/{}", council.code))) { (site.official(council)) }
            }
        }
    };
    let next: Vec<&Council> =
        council.successors.iter().filter_map(|code| site.members.council(code)).collect();
    let before = site.members.predecessors(&council.code);
    let ended = council.is_abolished(site.today());
    let (ends, goes) = if ended { (p::ENDED, p::TOOK_OVER_WORK) } else { (p::ENDS, p::WORK_GOES) };
    let begun = council.start_date.is_none_or(|start| start <= site.today());
    let from = if begun { p::TOOK_OVER } else { p::TAKES_OVER };
    html! {
        @if let Some(end) = council.end_date {
            p.note {
                (site.fill(ends, &[("council", site.official(council)), ("day", &words::then(site.language, end))]))
                @if !next.is_empty() { " " (site.rich(goes, &[("councils", &links(&next))], &[])) }
            }
        }
        @if !before.is_empty() {
            p.note { (site.rich(from, &[("councils", &links(&before))], &[])) }
        }
    }
}

/// Only links that lead to the web.
pub(crate) fn safe(url: Option<&str>) -> Option<&str> {
    url.filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}

/// "12 dates from now on: Waste, in the South West".
fn count(site: &Site, found: &Found, query: &Query) -> Markup {
    let total = found.total.unwrap_or(found.dates.len());
    html! {
        p.count role="status" {
            (words::sentence(&dates(site, total)))
            (filter::range(site, query))
            (filter::after(site, query))
            @if (1..total).contains(&found.dates.len()) {
                @let (first, last) = (found.before + 1, found.before + found.dates.len());
                (site.fill(p::SHOWN_OF, &[("first", &words::thousands(first)), ("last", &words::thousands(last))]))
            }
            "."
        }
    }
}

/// A filter as the address of the list that it finds, dates kept.
fn list_of(query: &Query) -> String {
    join("/events", &with_dates(query))
}

/// The filters of a query as an address's query, dates kept.
fn with_dates(query: &Query) -> String {
    let dates = Query { from: query.from, to: query.to, ..Query::default() }.canonical();
    let parts = [as_filters(query), dates].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("&")
}

/// What could be widened in a filter, each in words and as a filter; whether it then finds something is not known.
#[must_use]
pub(crate) fn wider(query: &Query) -> Vec<(Phrase, Query)> {
    type Change = (Phrase, fn(&mut Query));
    const CHANGES: [Change; 9] = [
        (p::WIDER_ONLINE, |query| query.or_online = true),
        (p::WIDER_GENERAL, |query| query.general = true),
        (p::WIDER_REGIONS, |query| {
            query.regions.clear();
            query.nations.clear();
            query.near.clear();
            query.within_km = None;
        }),
        (p::WIDER_COUNCILS, |query| {
            query.councils.clear();
            query.groups.clear();
            query.feeds.clear();
        }),
        (p::WIDER_KINDS, |query| {
            query.kinds.clear();
            query.series.clear();
        }),
        (p::WIDER_WAYS, |query| {
            query.attendance.clear();
            query.open_to.clear();
            query.status.clear();
        }),
        (p::WIDER_WORDS, |query| query.q = None),
        (p::WIDER_DATES, |query| (query.from, query.to) = (None, None)),
        (p::WIDER_SERVICES, |query| query.services.clear()),
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
    let mut all: Vec<(Phrase, Query)> = Vec::new();
    let mut offer = |words: Phrase, wider: Query| {
        if wider != plain && all.iter().all(|(_, offered)| *offered != wider) {
            all.push((words, wider));
        }
    };
    for (words, change) in CHANGES {
        let mut wider = plain.clone();
        change(&mut wider);
        offer(words, wider);
    }
    offer(p::EVERYTHING, Query::default());
    all
}

/// An empty list that helps: what was meant, what to widen, and that subscribing is worth it all the same.
fn nothing(site: &Site, query: &Query, found: &Found) -> Markup {
    let help = &found.help;
    let what = filter::in_words(site, query);
    let phrase = match (what.is_empty(), filter::names_a_thing(query)) {
        (true, _) => p::NOTHING_YET,
        (_, true) => p::NOTHING_FOR,
        (_, false) => p::NOTHING_SO,
    };
    html! {
        div.empty {
            @if let Some((words, meant)) = &help.meant {
                @let link = html! { a href=(site.at(&list_of(meant))) { (words) } };
                p.meant { (site.rich(p::MEANT, &[("words", &link)], &[])) }
            }
            (service_meant(site, help))
            @if found.undated == 0 { p { (site.fill(phrase, &[("what", &what)])) } }
            @if !help.wider.is_empty() {
                ul {
                    @for (words, wider, number) in &help.wider {
                        li { a href=(site.at(&list_of(wider))) { (site.say(*words)) } ": " (dates(site, *number)) }
                    }
                }
            }
            p { (site.rich(p::OR_SUBSCRIBE, &[], &[&join("/subscribe", &as_filters(query))])) }
        }
    }
}

/// The service that the words of a search speak of.
fn service_meant(site: &Site, help: &Help) -> Markup {
    html! {
        @if let Some((id, meant, number)) = &help.service {
            @let link = html! { a href=(site.at(&list_of(meant))) { (site.service(id)) } };
            p.meant { (site.rich(p::MEANT, &[("words", &link)], &[])) " " (words::sentence(&dates(site, *number))) "." }
        }
    }
}

/// The same dates as a list and as a month.
pub(crate) fn views(site: &Site, query: &Query, month: bool) -> Markup {
    let filters = as_filters(query);
    html! {
        nav.views aria-label=(site.say(p::VIEWS)) {
            a href=(site.at(&list_of(query))) aria-current=[(!month).then_some("true")] { (site.say(p::LIST)) }
            a href=(site.at(&join("/month", &filters))) aria-current=[month.then_some("true")] { (site.say(p::MONTH)) }
        }
    }
}

/// The same filter in other shapes. What is fetched once keeps the dates that were asked for; what is subscribed to
/// goes on, and a subscription to last January would only puzzle.
pub(crate) fn take_away(site: &Site, query: &Query) -> Markup {
    let filters = as_filters(query);
    let once = with_dates(query);
    let (file, text) = match once == filters {
        true => (p::FILE, p::FOUR_WEEKS),
        false => (p::FILE_OF_ALL, p::AS_TEXT),
    };
    html! {
        aside.take-away aria-labelledby="take-away" {
            h2 #take-away { (site.say(p::TAKE_AWAY)) }
            ul {
                li { a href=(site.at(&join("/subscribe", &filters))) { (site.say(p::IN_PROGRAMS)) } }
                li { a href=(calendar_path(query)) { (site.say(file)) } }
                li { a href=(site.at(&join("/share", &once))) { (site.say(text)) } }
                li { a href=(join("/events.csv", &once)) { (site.say(p::SPREADSHEET)) } }
                li { a href=(join("/feed.atom", &filters)) { (site.say(p::ANNOUNCED_ATOM)) } }
                li { a href=(join("/api/v1/events", &once)) { (site.say(p::FOR_DEVELOPERS)) } }
            }
        }
    }
}

/// The events that pass the same filter and are in no list of dates.
fn undated_link(site: &Site, query: &Query, number: usize) -> Markup {
    let number_in_words = events_in_words(site, number);
    html! {
        @if number > 0 {
            p.also {
                a href=(site.at(&join("/undated", &as_filters(query)))) { (words::sentence(&site.fill(p::WITHOUT_DATE, &[("number", &number_in_words)]))) }
            }
        }
    }
}

/// `/undated`.
#[must_use]
pub fn undated(site: &Site, query: &Query, notes: &[String], items: &[Dated]) -> String {
    let path = join("/undated", &as_filters(query));
    let content = html! {
        p.lead { (site.say(p::UNDATED_LEAD)) }
        @for note in notes { p.note { (note) } }
        @if items.is_empty() {
            p { (site.rich(p::UNDATED_NONE, &[], &["/"])) }
        } @else {
            p.count role="status" { (words::sentence(&events_in_words(site, items.len()))) (filter::after(site, query)) "." }
            (list::undated(site, items))
        }
        @if !query.is_everything() { p { a href=(site.at(&list_of(query))) { (site.say(p::WITH_DATES)) } } }
    };
    let mut page = Page::new(site.say(p::UNDATED), &path);
    page.unindexed = !query.is_everything();
    layout(site, &page, &content)
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
        p.lead { (site.say(p::CHOOSE_SERVICE)) }
        @for group in groups {
            h2 { (site.service_group(group)) }
            ul.index {
                @for service in site.vocabulary.services.iter().filter(|s| s.group == group) {
                    (row(site, &format!("/services/{}", service.id), &site.service(&service.id), counts.get(&service.id)))
                }
            }
        }
        p { (site.rich(p::RATHER_KIND, &[], &["/kinds"])) }
    };
    layout(site, &Page::new(site.say(f::SERVICES), "/services"), &content)
}

/// `/kinds`.
#[must_use]
pub fn kinds(site: &Site, counts: &Counts) -> String {
    let content = html! {
        @for (group, title) in words::KIND_GROUPS {
            h2 { (site.say(title)) }
            dl.index {
                @for kind in site.vocabulary.kinds.iter().filter(|kind| kind.group == group) {
                    dt { a href=(site.at(&format!("/kinds/{}", kind.id))) { (site.kind(&kind.id)) } " " (number(site, counts.get(&kind.id))) }
                    dd { (site.explanation(kind)) }
                }
            }
        }
    };
    layout(site, &Page::new(site.say(p::KINDS), "/kinds"), &content)
}

/// `/councils`: those with events first, then the regions.
#[must_use]
pub fn councils(site: &Site, counts: &Counts, groups: &Counts) -> String {
    let mut with_events: Vec<_> =
        site.members.councils().iter().filter(|c| counts.contains_key(&c.code)).collect();
    with_events.sort_by_key(|council| site.council(council));
    let content = html! {
        h2 { (site.say(p::WITH_EVENTS)) }
        @if counts.is_empty() { p { (site.say(p::NONE_NOW)) } }
        ul.index {
            @for council in with_events {
                (row(site, &format!("/councils/{}", council.code), &site.council(council), counts.get(&council.code)))
            }
        }
        @if !site.members.groups().is_empty() {
            h2 { (site.say(p::GROUPS)) }
            ul.index {
                @for group in site.members.groups() {
                    (row(site, &format!("/groups/{}", group.id), &group.name, groups.get(&group.id)))
                }
            }
        }
        h2 { (site.say(p::REGIONS)) }
        ul.index {
            @for (id, name) in filter::regions(site) { (row(site, &format!("/regions/{id}"), &name, None)) }
        }
        p { (site.rich(p::NOT_HERE, &[], &["/publish"])) }
    };
    layout(site, &Page::new(site.say(p::ALL_MEMBERS), "/councils"), &content)
}

fn row(site: &Site, path: &str, title: &dyn Render, events: Option<&usize>) -> Markup {
    html! { li { a href=(site.at(path)) { (title) } " " (number(site, events)) } }
}

fn number(site: &Site, events: Option<&usize>) -> Markup {
    html! {
        @if let Some(events) = events {
            span.quiet { "– " (events_in_words(site, *events)) }
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
