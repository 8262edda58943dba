//! The filter form, and a filter said in words.

use maud::{Markup, html};

use super::{
    Site,
    phrases::{Phrase, filter as p, frame as f},
    words,
};
use crate::{
    event::Status,
    member::Council,
    query::{Bound, ListedFilter, Query, Scope, place},
};

/// "Waste, recycling and street cleaning, in the South West, and online": a filter in words; empty for everything.
#[must_use]
pub fn in_words(site: &Site, query: &Query) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(scope) = &query.scope {
        parts.push(scope_title(site, scope));
    }
    let or = site.say(p::OR);
    let any = |ids: &[String], name: &dyn Fn(&str) -> String| {
        ids.iter().map(|id| name(id)).collect::<Vec<_>>().join(or)
    };
    let named = [
        any(&query.services, &|id| site.service(id).text.to_owned()),
        any(&query.kinds, &|id| site.kind_or_group(id).text.to_owned()),
        any(&query.series, &str::to_owned),
        any(&query.councils, &|code| council(site, code)),
        any(&query.groups, &|id| group(site, id)),
        any(&query.feeds, &|id| site.fill(p::FEED, &[("feed", id)])),
        any(&query.regions, &|id| named(site, place::regions(site.members), id)),
        any(&query.nations, &|id| named(site, place::nations(site.members), id)),
        state(site, query),
    ];
    parts.extend(named.into_iter().filter(|words| !words.is_empty()));
    for point in &query.near {
        let within = query.within_km.unwrap_or(crate::query::DEFAULT_WITHIN_KM).to_string();
        let place = point.name(site.members);
        // Where it lies exactly is not known: its region stands in, and the name says what is shown.
        let regions = || point.regions_in_words(site.members);
        parts.push(match point.position() {
            Some(_) => site.fill(p::WITHIN, &[("km", &within), ("place", &place)]),
            None => site.fill(p::NEAR_ALL, &[("place", &place), ("regions", &regions())]),
        });
    }
    let attendance: Vec<&str> = words::ATTENDANCE
        .iter()
        .filter(|(id, _)| query.attendance.iter().any(|way| way.as_str() == *id))
        .map(|(_, words)| site.say(*words))
        .collect();
    if !attendance.is_empty() {
        parts.push(attendance.join(or).to_lowercase());
    }
    parts.extend(query.open_to.iter().map(|id| site.say(words::open_to(id)).to_lowercase()));
    if let Some(q) = &query.q {
        parts.push(site.fill(p::WITH_WORDS, &[("words", q)]));
    }
    if query.general {
        parts.push(site.say(p::AND_GENERAL).into());
    }
    if query.or_online {
        parts.push(site.say(p::AND_ONLINE).into());
    }
    parts.join(", ")
}

/// The states that a filter asks for, those that are not listed included.
fn state(site: &Site, query: &Query) -> String {
    let or = site.say(p::OR);
    let states = query.status.iter().map(|status| match status {
        Status::Confirmed => p::CONFIRMED,
        Status::Tentative => f::PROVISIONAL,
        Status::Cancelled => f::CANCELLED,
        Status::Postponed => f::POSTPONED,
    });
    let states: Vec<&str> = states.map(|phrase| site.say(phrase)).collect();
    let listed = match query.listed {
        ListedFilter::Yes => None,
        ListedFilter::No => Some(site.say(f::NOT_LISTED)),
        ListedFilter::Any => Some(site.say(p::LISTED_OR_NOT)),
    };
    let states = Some(states.join(or)).filter(|words| !words.is_empty());
    let all: Vec<String> = states.into_iter().chain(listed.map(str::to_owned)).collect();
    all.join(", ").to_lowercase()
}

/// A filter in words to stand after a number of dates: ": Waste, in the South West", but " with “bins”" where it
/// names no thing and so reads as an addition; empty for everything.
pub(crate) fn after(site: &Site, query: &Query) -> String {
    let what = in_words(site, query);
    match (what.is_empty(), names_a_thing(query)) {
        (true, _) => what,
        (_, true) => format!(": {what}"),
        (_, false) => format!(" {what}"),
    }
}

/// The days that a filter asks for, to stand after a number of dates: " from 1 to 31 January 2027".
pub(crate) fn range(site: &Site, query: &Query) -> String {
    let language = site.language;
    let day = |bound: Bound| bound.day.map(|day| words::stretch(language, day, day).1);
    let said =
        |bound: Bound| day(bound).unwrap_or_else(|| words::moment(language, bound.at, site.zone));
    let last = query.to.and_then(|to| to.day?.pred_opt());
    match (query.from, query.to) {
        (None, None) => site.say(p::FROM_NOW).to_owned(),
        (None, Some(to)) => site.fill(p::UNTIL, &[("end", &said(to))]),
        (Some(from), None) => site.fill(p::FROM_ON, &[("begin", &said(from))]),
        (Some(from), Some(to)) => match from.day.zip(last).filter(|(first, last)| first <= last) {
            Some((first, last)) if first == last => {
                site.fill(p::ON_DAY, &[("day", &words::stretch(language, first, last).1)])
            }
            Some((first, last)) => {
                let (begin, end) = words::stretch(language, first, last);
                site.fill(p::FROM_TO, &[("begin", &begin), ("end", &end)])
            }
            None => site.fill(p::FROM_TO, &[("begin", &said(from)), ("end", &said(to))]),
        },
    }
}

/// How a filter was understood, as far as a reader may wonder: places, and a range in which nothing can be.
#[must_use]
pub fn notes(site: &Site, query: &Query) -> Vec<String> {
    let from = query.from.map_or(site.now, |from| from.at);
    let empty = query.to.filter(|to| to.at <= from).map(|_| match query.from {
        Some(_) => site.say(p::ENDS_FIRST),
        None => site.say(p::ENDS_IN_PAST),
    });
    let within = query.within_km.unwrap_or(crate::query::DEFAULT_WITHIN_KM).to_string();
    let near = query.near.iter().map(|point| {
        let place = point.name(site.members);
        let own = regions(site).into_iter().filter(|(id, _)| point.is_in(std::slice::from_ref(id)));
        let own: Vec<String> = own.map(|(_, name)| name).collect();
        let phrase = match (point, point.position()) {
            (place::Point::Position { .. }, _) => p::NEAR_POSITION,
            (_, None) => p::NEAR_REGION,
            (_, Some(_)) => p::NEAR_BOTH,
        };
        let own = own.join(site.say(p::OR));
        site.fill(phrase, &[("km", &within), ("place", &place), ("regions", &own)])
    });
    empty.map(str::to_owned).into_iter().chain(near).collect()
}

/// A value that was sent and cannot be used.
#[derive(Debug, Clone)]
pub struct Slip {
    /// The parameter.
    pub parameter: String,
    /// What was sent; `None` where nothing knows the parameter.
    pub value: Option<String>,
    /// What may stand there, where that is a short list.
    pub allowed: Vec<String>,
}

/// The field of the form in which a parameter is entered, and its label.
fn field(parameter: &str) -> Option<(&'static str, Phrase)> {
    Some(match parameter {
        "service" => ("service", p::SERVICE),
        "kind" => ("kind", p::KIND),
        "region" => ("region", p::PLACE),
        "attendance" => ("attendance", p::ATTEND),
        "open_to" => ("open_to", p::WHO),
        "near" => ("near", p::NEAR),
        "council" => ("council", p::COUNCIL),
        "from" => ("from", p::FROM),
        "to" => ("to", p::BEFORE),
        _ => return None,
    })
}

/// What is wrong with a value, in words for whoever filled in the form.
fn slip_in_words(site: &Site, slip: &Slip) -> String {
    let parameter = ("parameter", slip.parameter.as_str());
    let Some(value) = &slip.value else { return site.fill(p::NO_FILTER, &[parameter]) };
    let value = ("value", value.as_str());
    match (slip.parameter.as_str(), field(&slip.parameter)) {
        ("near", _) => site.fill(p::NO_SUCH_PLACE, &[value]),
        ("from" | "to", _) => site.fill(p::NO_DATE, &[value]),
        (_, Some((_, label))) => site.fill(p::NO_CHOICE, &[value, ("label", site.say(label))]),
        (_, None) => site.fill(p::NO_VALUE, &[value, parameter]),
    }
}

/// The form again, with what was entered, and what is wrong at the top and beside its field.
pub(crate) fn mend(site: &Site, action: &str, query: &Query, slips: &[Slip]) -> Markup {
    html! {
        div.problem role="alert" aria-labelledby="problem" {
            h2 #problem { (site.say(p::PROBLEM)) }
            ul {
                @for slip in slips {
                    @let words = slip_in_words(site, slip);
                    li {
                        @match field(&slip.parameter) {
                            Some((id, _)) => a href=(format!("#{id}")) { (words) },
                            None => {
                                (words)
                                @if !slip.allowed.is_empty() {
                                    " " (site.say(super::phrases::frame::ALLOWED)) ":"
                                    @for choice in &slip.allowed { " " code { (choice) } }
                                }
                            },
                        }
                    }
                }
            }
        }
        (filled(site, action, query, super::phrases::browse::SHOW_EVENTS, slips))
    }
}

/// Whether the words of a filter begin with a thing that it names, such as a service.
pub(crate) fn names_a_thing(query: &Query) -> bool {
    let ids = [
        &query.services,
        &query.kinds,
        &query.series,
        &query.councils,
        &query.groups,
        &query.feeds,
        &query.regions,
        &query.nations,
    ];
    query.scope.is_some()
        || ids.iter().any(|ids| !ids.is_empty())
        || !query.status.is_empty()
        || query.listed != ListedFilter::Yes
}

/// The title of the page or calendar that a scope stands for.
#[must_use]
pub fn scope_title(site: &Site, scope: &Scope) -> String {
    match scope {
        Scope::Service(id) => site.service(id).text.to_owned(),
        Scope::Kind(id) => site.kind_or_group(id).text.to_owned(),
        Scope::Council(code) => council(site, code),
        Scope::Region(id) => named(site, place::regions(site.members), id),
        Scope::Group(id) => group(site, id),
    }
}

fn council(site: &Site, code: &str) -> String {
    site.members.council(code).map_or(code, |council| site.council(council)).to_owned()
}

fn group(site: &Site, id: &str) -> String {
    site.members.group(id).map_or(id, |group| &group.name).to_owned()
}

fn named(site: &Site, all: Vec<(String, String)>, id: &str) -> String {
    let name = all.into_iter().find(|(known, _)| known == id).map(|(_, name)| name);
    name.map_or_else(|| id.to_owned(), |name| site.place(id, &name).to_owned())
}

/// Regions as the page's language has them, in order of name: id and name.
pub(crate) fn regions(site: &Site) -> Vec<(String, String)> {
    let mut regions: Vec<(String, String)> = place::regions(site.members)
        .into_iter()
        .map(|(id, name)| {
            let name = site.place(&id, &name).to_owned();
            (id, name)
        })
        .collect();
    regions.sort_by(|a, b| a.1.cmp(&b.1));
    regions
}

/// The form: what most people need in sight, the rest one step away.
pub(crate) fn form(site: &Site, action: &str, query: &Query, button: Phrase) -> Markup {
    filled(site, action, query, button, &[])
}

/// The form with what is wrong in it; what is folded away is open where something in it is set or wrong.
fn filled(site: &Site, action: &str, query: &Query, button: Phrase, slips: &[Slip]) -> Markup {
    let folded = ["attendance", "open_to", "near", "council", "from", "to"];
    let rest = !query.open_to.is_empty()
        || !query.attendance.is_empty()
        || !query.near.is_empty()
        || !query.councils.is_empty()
        || query.from.is_some()
        || query.to.is_some()
        || slips.iter().any(|slip| folded.contains(&slip.parameter.as_str()));
    html! {
        form.filter action=(site.at(action)) method="get" role="search" aria-label=(site.say(p::FORM)) {
            (hidden(query))
            div.fields {
                (service_choice(site, query.services.first()))
                (kind_choice(site, query.kinds.first()))
                (region_choice(site, query.regions.first()))
                p.field {
                    label for="q" { (site.say(p::WORDS)) }
                    input #q name="q" type="search" value=[query.q.as_deref()];
                }
            }
            div.checks { (checks(site, query)) }
            details open[rest] {
                summary { (site.say(p::MORE)) }
                div.fields {
                    (choice(site, ("attendance", p::ATTEND, p::ANY_WAY), &words::ATTENDANCE, query.attendance.first().map(|way| way.as_str())))
                    (choice(site, ("open_to", p::WHO, p::ANYONE), &words::OPEN_TO, query.open_to.first().map(String::as_str)))
                    (entry(site, ("near", "text"), (p::NEAR, Some(p::NEAR_HINT)), query.near.first().map(place::Point::written), slips))
                    p.field {
                        label for="council" { (site.say(p::COUNCIL)) }
                        select #council name="council" {
                            option value="" { (site.say(p::ALL_COUNCILS)) }
                            @for council in by_name(site) {
                                option value=(council.code) selected[query.councils.first() == Some(&council.code)] { (site.council(council)) }
                            }
                        }
                    }
                    (entry(site, ("from", "date"), (p::FROM, None), day(site, query.from), slips))
                    (entry(site, ("to", "date"), (p::BEFORE, Some(p::BEFORE_HINT)), day(site, query.to), slips))
                }
            }
            p.actions {
                button type="submit" { (site.say(button)) }
                @if !query.is_everything() { a.reset href=(site.at(action)) { (site.say(p::CLEAR)) } }
            }
        }
    }
}

/// A field for a day takes one, and an instant is on one.
fn day(site: &Site, bound: Option<Bound>) -> Option<String> {
    let day =
        bound.map(|at| at.day.unwrap_or_else(|| at.at.with_timezone(&site.zone).date_naive()));
    day.map(|day| day.to_string())
}

/// A field to write in: its name and type, its label and hint, what stands in it, and what is wrong with that.
fn entry(
    site: &Site,
    (name, kind): (&str, &str),
    (label, hint): (Phrase, Option<Phrase>),
    value: Option<String>,
    slips: &[Slip],
) -> Markup {
    let slip = slips.iter().find(|slip| slip.parameter == name);
    let value = slip.and_then(|slip| slip.value.clone()).or(value);
    let described = [("hint", hint.is_some()), ("error", slip.is_some())];
    let described = described.iter().filter(|(_, there)| *there);
    let described: Vec<String> = described.map(|(what, _)| format!("{name}-{what}")).collect();
    let described = Some(described.join(" ")).filter(|ids| !ids.is_empty());
    html! {
        p.field .wrong[slip.is_some()] {
            label for=(name) { (site.say(label)) }
            @if let Some(hint) = hint { span.hint id=(format!("{name}-hint")) { (site.say(hint)) } }
            @if let Some(slip) = slip { span.error id=(format!("{name}-error")) { (slip_in_words(site, slip)) } }
            input id=(name) name=(name) type=(kind) value=[value] autocomplete="off"
                aria-describedby=[described] aria-invalid=[slip.map(|_| "true")];
        }
    }
}

/// All councils as people look for them.
fn by_name<'a>(site: &Site<'a>) -> Vec<&'a Council> {
    let mut councils: Vec<&Council> = site.members.councils().iter().collect();
    councils.sort_by(|a, b| site.council(a).cmp(site.council(b)));
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
    let near = query.near.iter().skip(1).map(|point| ("near", point.written()));
    let ways = query.attendance.iter().skip(1).map(|way| ("attendance", way.as_str().to_owned()));
    let states = query.status.iter().map(|status| ("status", status.as_str().to_owned()));
    let within = query.within_km.map(|km| ("within", km.to_string()));
    let listed =
        (query.listed != ListedFilter::Yes).then(|| ("listed", query.listed.as_str().to_owned()));
    html! {
        @for (name, values) in lists {
            @for value in values.unwrap_or_default() {
                input type="hidden" name=(name) value=(value);
            }
        }
        @for (name, value) in near.chain(ways).chain(states).chain(within).chain(listed) {
            input type="hidden" name=(name) value=(value);
        }
    }
}

/// Filters that the short form of the subscribe page does not ask for but must not lose.
pub(crate) fn kept(query: &Query) -> Markup {
    let one = |name: &'static str, value: Option<String>| value.map(|value| (name, value));
    let single = [
        one("near", query.near.first().map(place::Point::written)),
        one("attendance", query.attendance.first().map(|way| way.as_str().to_owned())),
        one("council", query.councils.first().cloned()),
        one("open_to", query.open_to.first().cloned()),
        one("q", query.q.clone()),
    ];
    html! {
        @for (name, value) in single.into_iter().flatten() {
            input type="hidden" name=(name) value=(value);
        }
    }
}

/// "and online", "and for every service".
pub(crate) fn checks(site: &Site, query: &Query) -> Markup {
    html! {
        p.check {
            input #or_online name="or_online" type="checkbox" value="yes" checked[query.or_online];
            label for="or_online" { (site.say(p::ONLINE_TOO)) }
        }
        p.check {
            input #general name="general" type="checkbox" value="yes" checked[query.general];
            label for="general" { (site.say(p::GENERAL_TOO)) }
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
            label for="service" { (site.say(p::SERVICE)) }
            select #service name="service" {
                option value="" { (site.say(p::ALL_SERVICES)) }
                @for group in groups {
                    @let name = site.service_group(group);
                    optgroup label=(name.text) lang=[name.language] {
                        @for service in services.iter().filter(|service| service.group == group) {
                            @let name = site.service(&service.id);
                            option value=(service.id) selected[chosen == Some(&service.id)] lang=[name.language] { (name.text) }
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
            label for="kind" { (site.say(p::KIND)) }
            select #kind name="kind" {
                option value="" { (site.say(p::ALL_KINDS)) }
                @for (group, title) in words::KIND_GROUPS {
                    @let title = site.say(title);
                    optgroup label=(title) {
                        option value=(group) selected[chosen.is_some_and(|id| id == group)] { (site.fill(p::ALL_OF_THESE, &[("group", title)])) }
                        @for kind in site.vocabulary.kinds.iter().filter(|kind| kind.group == group) {
                            @let name = site.kind(&kind.id);
                            option value=(kind.id) selected[chosen == Some(&kind.id)] lang=[name.language] { (name.text) }
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
            label for="region" { (site.say(p::PLACE)) }
            select #region name="region" {
                option value="" { (site.say(p::ALL_REGIONS)) }
                @for (id, name) in regions(site) {
                    option value=(id) selected[chosen == Some(&id)] { (name) }
                }
            }
        }
    }
}

/// A list of choices: its name, label and "any".
fn choice(
    site: &Site,
    (name, label, any): (&str, Phrase, Phrase),
    options: &[(&str, Phrase)],
    chosen: Option<&str>,
) -> Markup {
    html! {
        p.field {
            label for=(name) { (site.say(label)) }
            select id=(name) name=(name) {
                option value="" { (site.say(any)) }
                @for (id, title) in options {
                    option value=(id) selected[chosen == Some(id)] { (site.say(*title)) }
                }
            }
        }
    }
}
