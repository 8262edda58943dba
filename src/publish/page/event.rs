//! The page of one event: when, where, who may come, how to book, and why it is here.

use chrono::{DateTime, NaiveDate, Utc};
use maud::{Markup, html};

use super::{
    Dated, Page, Site,
    browse::{join, safe},
    jsonld, layout,
    list::foreign,
    phrases::{self, event as p, frame as f},
    words,
};
use crate::{
    event::{Attendance, Decision, Listing, Source, Span, Status},
    language::Language,
    publish::why::why,
};

/// How many further dates of a series are written out.
const MOST_DATES: usize = 24;
/// How many events of the same week are named.
const MOST_AROUND: usize = 5;
/// How many of these are in sight at once.
const DATES_IN_SIGHT: usize = 6;

/// What the page shows besides the listing itself.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    /// The event.
    pub listing: &'a Listing,
    /// Its dates, the past ones too, in order; one for an event that does not repeat, none without a date.
    pub dates: Vec<Dated<'a>>,
    /// True when the series goes on after the last of them.
    pub goes_on: bool,
    /// The description as far as its licence lets us show it.
    pub description: Option<String>,
    /// Names of the feeds it came from, in the order of the sources.
    pub feed_names: Vec<String>,
    /// What else is on for its services within a week, in order of time; nothing when it is over.
    pub around: Vec<Dated<'a>>,
}

/// `/events/{id}`.
#[must_use]
pub fn event(site: &Site, shown: &Shown) -> String {
    let listing = shown.listing;
    let facts = &listing.facts;
    let zone = facts.time_zone;
    let coming = shown
        .dates
        .iter()
        .position(|date| date.span.is_some_and(|span| span.end_utc(zone) >= site.now));
    let fallback = Dated::undated(listing);
    let main = coming
        .and_then(|at| shown.dates.get(at))
        .or(shown.dates.last())
        .copied()
        .unwrap_or(fallback);
    let language = foreign(site, facts.language.as_deref());
    let content = html! {
        (notices(site, shown, &main, coming.is_none()))
        (main_facts(site, &main, shown))
        @if let Some(text) = &shown.description {
            section.description lang=[language] {
                h2 lang=(site.language.written()) { (site.say(p::WHAT)) }
                @for paragraph in text.split("\n\n").filter(|p| !p.trim().is_empty()) {
                    p { (lines(paragraph)) }
                }
            }
        }
        (add(site, shown))
        @if shown.dates.len() > 1 { (series(site, shown, coming)) }
        (around(site, shown))
        (sources(site, shown))
        (reasons_for_all(site, shown))
        @if let Some(value) = jsonld::event(site, &main) { (jsonld::element(&value)) }
    };
    let path = Site::event_path(listing);
    let when = main.span.map(|span| words::span(site.language, &span, zone, site.zone));
    let summary = format!(
        "{}. {}",
        words::sentence(when.as_deref().unwrap_or(site.say(f::TO_BE_ANNOUNCED))),
        words::whereabouts(site.language, main.place, facts.attendance)
    );
    let calendar = [("text/calendar", site.say(p::THIS_FILE), format!("{}{path}.ics", site.base))];
    let mut page = Page::new(&facts.title, &path);
    page.summary = Some(&summary);
    page.alternates = &calendar;
    page.language = language;
    page.unindexed = facts.verdict.decision != Decision::Listed;
    layout(site, &page, &content)
}

/// Whether nothing is said of the end: a calendar's event without one ends as it begins (RFC 5545).
fn is_open(span: &Span) -> bool {
    matches!(span, Span::Timed { start, end } if end.is_none_or(|end| end <= *start))
}

/// Single line breaks of a plain text stay line breaks.
fn lines(text: &str) -> Markup {
    html! {
        @for (at, line) in text.lines().enumerate() {
            @if at > 0 { br; }
            (line)
        }
    }
}

/// What a reader has to know before anything else.
fn notices(site: &Site, shown: &Shown, main: &Dated, over: bool) -> Markup {
    let facts = &shown.listing.facts;
    let notice = match main.status {
        Status::Cancelled => Some(p::IS_CANCELLED),
        Status::Postponed => Some(p::IS_POSTPONED),
        Status::Tentative if !over || main.span.is_none() => Some(p::IS_PROVISIONAL),
        Status::Tentative | Status::Confirmed => None,
    };
    html! {
        @if facts.verdict.decision != Decision::Listed {
            p.notice { strong { (site.say(p::NOT_LISTED)) } " " (site.say(p::NOWHERE_HERE)) " " span lang=[site.if_not(Language::English)] { (facts.verdict.reason) } }
        }
        @if let Some(notice) = notice { p.notice { strong { (site.say(notice)) } } }
        @if let Some(at) = shown.listing.withdrawn {
            p.notice {
                @let day = words::day(site.language, at.with_timezone(&site.zone).date_naive());
                strong { (site.say(p::GONE)) } " " (site.fill(p::LEFT, &[("day", &day)]))
            }
        }
        @if facts.full == Some(true) { p.notice { strong { (site.say(p::IS_FULL)) } } }
        @if over && main.span.is_some() { p.notice { (site.say(p::OVER)) } }
    }
}

fn main_facts(site: &Site, main: &Dated, shown: &Shown) -> Markup {
    let facts = &shown.listing.facts;
    let zone = facts.time_zone;
    let booking = safe(facts.booking_url.as_deref());
    let language = foreign(site, facts.language.as_deref());
    html! {
        dl.facts {
            dt { (site.say(p::WHEN)) }
            dd {
                @match &main.span {
                    Some(span) => {
                        time datetime=(words::machine(span, zone)) { (words::sentence(&words::span(site.language, span, zone, site.zone))) }
                        @if is_open(span) { (site.say(p::NO_END)) }
                        @if shown.dates.len() > 1 { br; a href="#dates" { (site.say(p::ALL_DATES)) } }
                    }
                    None => (site.say(f::TO_BE_ANNOUNCED))
                }
            }
            dt { (site.say(p::WHERE)) }
            dd { (place(site, main, facts.attendance)) }
            dt { (site.say(p::WHO)) }
            dd {
                @match &facts.audience {
                    Some(audience) => {
                        (site.say(words::open_to(&audience.open_to)))
                        @if !audience.words.is_empty() { " (“" span lang=[language] { (audience.words) } "”)" }
                    }
                    None => (site.say(f::CHECK_WHO))
                }
            }
            @if let Some(cost) = &facts.cost { dt { (site.say(p::COST)) } dd lang=[language] { (cost) } }
            @if booking.is_some() || facts.booking_by.is_some() {
                dt { (site.say(p::BOOKING)) }
                dd {
                    @if let Some(url) = booking { a href=(url) { (site.say(p::BOOK_A_PLACE)) } } @else { (site.say(p::BOOK)) }
                    @if let Some(day) = facts.booking_by {
                        @let time = html! { time datetime=(day) { (words::day(site.language, day)) } };
                        (site.rich(p::BY_DAY, &[("day", &time)], &[]))
                    }
                }
            }
            (more_facts(site, shown))
        }
    }
}

/// Who runs it, what it is, whom it is for.
fn more_facts(site: &Site, shown: &Shown) -> Markup {
    let facts = &shown.listing.facts;
    html! {
        @if let Some(url) = safe(facts.join_url.as_deref()) {
            dt { (site.say(p::JOIN)) } dd { a href=(url) { (site.say(p::JOIN_LINK)) } }
        }
        @if let Some(name) = site.organiser(shown.listing) {
            dt { (site.say(p::RUN_BY)) } dd { (organiser(site, shown.listing, name)) }
        }
        @if facts.kind != "other" {
            dt { (site.say(p::KIND)) }
            dd { a href=(site.at(&format!("/kinds/{}", facts.kind))) { (site.kind(&facts.kind)) } }
        }
        @if !facts.services.is_empty() {
            dt { (site.say(p::FOR)) }
            dd {
                @for (at, id) in facts.services.iter().enumerate() {
                    @if at > 0 { br; }
                    a href=(site.at(&format!("/services/{id}"))) { (site.service(id)) }
                }
            }
        }
        @if let Some(series) = &facts.series {
            dt { (site.say(p::SERIES)) }
            dd { a href=(site.at(&join("/events", &format!("series={}", crate::query::slug(series))))) { (series) } }
        }
        @if !facts.access.is_empty() {
            dt { (site.say(p::ACCESS)) }
            dd { @for (at, id) in facts.access.iter().enumerate() { @if at > 0 { ", " } (words::access(site.language, id)) } }
        }
        @if let Some(url) = safe(facts.url.as_deref()) {
            dt { (site.say(p::MORE)) } dd { a href=(url) { (site.say(p::ORGANISER_PAGE)) } }
        }
    }
}

fn organiser(site: &Site, listing: &Listing, name: &str) -> Markup {
    let organiser = &listing.facts.organiser;
    let council = organiser.council.as_deref().filter(|code| site.members.council(code).is_some());
    let group = organiser.group.as_deref().filter(|id| site.members.group(id).is_some());
    let path =
        council.map(|code| format!("/councils/{code}")).or(group.map(|id| format!("/groups/{id}")));
    html! { @match path { Some(path) => a href=(site.at(&path)) { (name) }, None => (name) } }
}

fn place(site: &Site, main: &Dated, attendance: Attendance) -> Markup {
    let map = main.place.filter(|_| attendance != Attendance::Online).and_then(|place| {
        let point = match (place.latitude, place.longitude, &place.postcode) {
            (Some(north), Some(east), _) => format!("{north},{east}"),
            (_, _, Some(postcode)) => postcode.clone(),
            _ => return None,
        };
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("query", &point)
            .finish();
        Some(format!("https://www.openstreetmap.org/search?{query}"))
    });
    html! {
        (words::whereabouts(site.language, main.place, attendance))
        @if let Some(map) = map { br; a href=(map) rel="noreferrer" { (site.say(p::MAP)) } }
    }
}

fn series(site: &Site, shown: &Shown, coming: Option<usize>) -> Markup {
    let from = coming.unwrap_or(0);
    let ahead = shown.dates.get(from..).unwrap_or_default();
    html! {
        section {
            h2 #dates { (site.say(p::ALL_DATES)) }
            (dates_of(site, shown, ahead.iter().take(DATES_IN_SIGHT)))
            @if ahead.len() > DATES_IN_SIGHT {
                details {
                    summary { (site.say(p::LATER)) }
                    (dates_of(site, shown, ahead.iter().take(MOST_DATES).skip(DATES_IN_SIGHT)))
                    @if ahead.len() > MOST_DATES {
                        @let more = phrases::MORE_DATES.count(site.language, ahead.len() - MOST_DATES);
                        p { (site.fill(p::AND_MORE, &[("number", &more)])) }
                    }
                }
            }
            @if shown.goes_on { p { (site.say(p::GOES_ON)) } }
            @if from > 0 {
                @let past = phrases::DATES.count(site.language, from);
                p.quiet { (words::sentence(&site.fill(p::PAST_DATES, &[("number", &past)]))) }
            }
        }
    }
}

fn dates_of<'a>(site: &Site, shown: &Shown, dates: impl Iterator<Item = &'a Dated<'a>>) -> Markup {
    let zone = shown.listing.facts.time_zone;
    html! {
        ul.dates {
            @for date in dates {
                @if let Some(span) = &date.span {
                    li {
                        time datetime=(words::machine(span, zone)) { (words::sentence(&words::span(site.language, span, zone, site.zone))) }
                        @if date.title != shown.listing.facts.title { ": " span lang=[foreign(site, shown.listing.facts.language.as_deref())] { (date.title) } }
                        @if let Some(status) = words::status(date.status, false, None) { " " strong.tag { (site.say(status)) } }
                    }
                }
            }
        }
    }
}

fn add(site: &Site, shown: &Shown) -> Markup {
    let facts = &shown.listing.facts;
    let mut filters = String::new();
    if let Some(service) = facts.services.first() {
        filters = format!("service={service}");
    }
    let to_add = facts.span.is_some() && facts.status != Status::Cancelled;
    html! {
        section {
            h2 { (site.say(if to_add { p::PUT_IN } else { p::LIKE_THIS })) }
            p.actions {
                @if to_add {
                    a.button href=(format!("{}.ics", Site::event_path(shown.listing))) { (site.say(p::ADD)) }
                    " "
                }
                a href=(site.at(&join("/subscribe", &filters))) {
                    @match facts.services.first() {
                        Some(id) => (site.rich(p::MORE_FOR, &[("service", &site.service(id))], &[])),
                        None => (site.say(p::MORE_LIKE)),
                    }
                }
            }
            @if to_add {
                p.quiet { (site.say(p::FILE_STAYS)) }
            }
        }
    }
}

/// What a reader might go to instead, or after: those for the same services in the week before and after.
fn around(site: &Site, shown: &Shown) -> Markup {
    let more = shown.around.len().saturating_sub(MOST_AROUND);
    html! {
        @if !shown.around.is_empty() {
            section {
                h2 { (site.say(p::AROUND)) }
                ul.dates {
                    @for date in shown.around.iter().take(MOST_AROUND) {
                        @let facts = &date.listing.facts;
                        @if let Some(span) = &date.span {
                            li {
                                a href=(site.at(&Site::event_path(date.listing))) lang=[foreign(site, facts.language.as_deref())] { (date.title) } ", "
                                time datetime=(words::machine(span, facts.time_zone)) { (words::span(site.language, span, facts.time_zone, site.zone)) }
                            }
                        }
                    }
                }
                @if more > 0 { p { (site.fill(p::AROUND_MORE, &[("number", &more.to_string())])) } }
            }
        }
    }
}

fn sources(site: &Site, shown: &Shown) -> Markup {
    let all = &shown.listing.sources;
    let first = all.first().map(|source| seen(site, source));
    let together =
        first.filter(|first| all.len() > 1 && all.iter().all(|s| seen(site, s) == *first));
    html! {
        section {
            h2 { (site.say(p::SOURCES)) }
            ul {
                @for (at, source) in shown.listing.sources.iter().enumerate() {
                    @let name = shown.feed_names.get(at).map_or(&source.feed, |name| name);
                    (one_source(site, source, name, together.is_none()))
                }
            }
            @if let Some(days) = together { p.quiet { (when_seen(site, days)) } }
        }
    }
}

/// The first and the last day on which a source was seen.
fn seen(site: &Site, source: &Source) -> (NaiveDate, NaiveDate) {
    let day = |at: DateTime<Utc>| at.with_timezone(&site.zone).date_naive();
    (day(source.first_seen), day(source.last_seen))
}

fn when_seen(site: &Site, (first, last): (NaiveDate, NaiveDate)) -> String {
    let [begin, end] = [first, last].map(|day| words::then(site.language, day));
    let phrase = if first == last { p::SEEN_ONCE } else { p::SEEN };
    site.fill(phrase, &[("first", &begin), ("last", &end)])
}

fn one_source(site: &Site, source: &Source, name: &str, dated: bool) -> Markup {
    html! {
        li {
            a href=(site.at(&format!("/feeds/{}", source.feed))) { (name) }
            @if let Some(credit) = source.attribution.as_ref().filter(|credit| *credit != name) { " (" (credit) ")" }
            @if let Some(url) = safe(source.url.as_deref()) { ", " a href=(url) { (site.say(p::ITS_PAGE)) } }
            "." @if dated { " " (when_seen(site, seen(site, source))) }
            @if let Some(licence) = &source.licence { " " (site.fill(p::LICENCE, &[("licence", licence)])) }
        }
    }
}

fn reasons_for_all(site: &Site, shown: &Shown) -> Markup {
    let listing = shown.listing;
    let listed = listing.facts.verdict.decision == Decision::Listed;
    let (question, answer) =
        if listed { (p::WHY_HERE, p::WHY_LISTED) } else { (p::WHY_NOT_HERE, p::WHY_NOT_LISTED) };
    let names = listing.sources.iter().zip(&shown.feed_names);
    let name = |id: &str| {
        let known = names.clone().find(|(source, _)| source.feed == id);
        known.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    };
    let why = why(listing, site.vocabulary, &name);
    let kind = site.kind(&listing.facts.kind);
    let (verdict, signs) = why.decision.split_at_checked(1).unwrap_or_default();
    html! {
        details.why {
            summary { (site.say(question)) }
            @for verdict in verdict { p lang=[site.if_not(Language::English)] { (verdict) } }
            (sentences(site, &html! { (site.say(answer)) }, signs))
            (sentences(site, &html! { (site.say(p::WHY_DATE)) }, &why.date))
            (sentences(site, &site.rich(p::WHY_KIND, &[("kind", &kind)], &[]), &why.kind))
            (sentences(site, &html! { (site.say(p::WHY_SERVICES)) }, &why.services))
            (sentences(site, &html! { (site.say(p::WHY_MERGED)) }, &why.merged))
            p { (site.rich(p::WRONG, &[], &["/publish"])) }
        }
    }
}

/// Sentences of the evidence: they are the program's own English.
fn sentences(site: &Site, title: &Markup, sentences: &[String]) -> Markup {
    html! {
        @if !sentences.is_empty() {
            h3 { (title) }
            ul { @for sentence in sentences { li lang=[site.if_not(Language::English)] { (sentence) } } }
        }
    }
}
