//! The page of one event: when, where, who may come, how to book, and why it is here.

use maud::{Markup, html};

use super::{
    Dated, Page, Site,
    browse::{join, safe},
    jsonld, layout,
    list::foreign,
    words,
};
use crate::event::{Attendance, Decision, Listing, Reason, Source, Status};

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
    let language = foreign(facts.language.as_deref());
    let content = html! {
        (notices(site, shown, &main, coming.is_none()))
        (main_facts(site, &main, shown))
        @if let Some(text) = &shown.description {
            section.description lang=[language] {
                h2 lang="en-GB" { "What it is" }
                @for paragraph in text.split("\n\n").filter(|p| !p.trim().is_empty()) {
                    p { (lines(paragraph)) }
                }
            }
        }
        (add(site, shown))
        @if shown.dates.len() > 1 { (series(site, shown, coming)) }
        (around(site, shown))
        (sources(site, shown))
        (why(site, listing))
        @if let Some(value) = jsonld::event(site, &main) { (jsonld::element(&value)) }
    };
    let path = Site::event_path(listing);
    let when = main.span.map(|span| words::span(&span, zone, site.zone));
    let summary = format!(
        "{}. {}",
        when.as_deref().unwrap_or("Date to be announced"),
        words::whereabouts(main.place, facts.attendance)
    );
    let calendar = [("text/calendar", "This event (ICS)", format!("{}{path}.ics", site.base))];
    let mut page = Page::new(&facts.title, &path);
    page.summary = Some(&summary);
    page.alternates = &calendar;
    page.language = language;
    page.unindexed = facts.verdict.decision != Decision::Listed;
    layout(site, &page, &content)
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
        Status::Cancelled => Some("This event is cancelled."),
        Status::Postponed => Some("This event is postponed. No new date is known yet."),
        Status::Tentative => Some("This date is provisional: check with the organiser."),
        Status::Confirmed => None,
    };
    html! {
        @if facts.verdict.decision != Decision::Listed {
            p.notice { strong { "Not listed." } " It is in no list or calendar here. " (facts.verdict.reason) }
        }
        @if let Some(notice) = notice { p.notice { strong { (notice) } } }
        @if let Some(at) = shown.listing.withdrawn {
            p.notice {
                strong { "No longer listed by its organiser." }
                " It left their site by " (words::day(at.with_timezone(&site.zone).date_naive())) ". Check with the organiser."
            }
        }
        @if facts.full == Some(true) { p.notice { strong { "Fully booked." } } }
        @if over && main.span.is_some() { p.notice { "This event is over." } }
    }
}

fn main_facts(site: &Site, main: &Dated, shown: &Shown) -> Markup {
    let facts = &shown.listing.facts;
    let zone = facts.time_zone;
    let booking = safe(facts.booking_url.as_deref());
    html! {
        dl.facts {
            dt { "When" }
            dd {
                @match &main.span {
                    Some(span) => {
                        time datetime=(words::machine(span, zone)) { (words::span(span, zone, site.zone)) }
                        @if matches!(span, crate::event::Span::Timed { end: None, .. }) { " (end time not given)" }
                        @if shown.dates.len() > 1 { br; a href="#dates" { "All dates" } }
                    }
                    None => { "Date to be announced" }
                }
            }
            dt { "Where" }
            dd { (place(main, facts.attendance)) }
            dt { "Who may come" }
            dd {
                @match &facts.audience {
                    Some(audience) => {
                        (words::open_to(&audience.open_to))
                        @if !audience.words.is_empty() { " (“" (audience.words) "”)" }
                    }
                    None => { (words::CHECK_WHO) }
                }
            }
            @if let Some(cost) = &facts.cost { dt { "Cost" } dd { (cost) } }
            @if booking.is_some() || facts.booking_by.is_some() {
                dt { "Booking" }
                dd {
                    @if let Some(url) = booking { a href=(url) { "Book a place" } } @else { "Book" }
                    @if let Some(day) = facts.booking_by {
                        " by " time datetime=(day) { (words::day(day)) }
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
            dt { "Join online" } dd { a href=(url) { "Link to join" } }
        }
        @if let Some(name) = site.organiser(shown.listing) {
            dt { "Run by" } dd { (organiser(site, shown.listing, name)) }
        }
        dt { "Kind" }
        dd { a href=(format!("/kinds/{}", facts.kind)) { (site.kind(&facts.kind)) } }
        @if !facts.services.is_empty() {
            dt { "For" }
            dd {
                @for (at, id) in facts.services.iter().enumerate() {
                    @if at > 0 { br; }
                    a href=(format!("/services/{id}")) { (site.service(id)) }
                }
            }
        }
        @if let Some(series) = &facts.series {
            dt { "Series" }
            dd { a href=(join("/events", &format!("series={}", crate::query::slug(series)))) { (series) } }
        }
        @if !facts.access.is_empty() {
            dt { "Access" }
            dd { @for (at, id) in facts.access.iter().enumerate() { @if at > 0 { ", " } (words::access(id)) } }
        }
        @if let Some(url) = safe(facts.url.as_deref()) {
            dt { "More" } dd { a href=(url) { "The organiser’s page about this event" } }
        }
    }
}

fn organiser(site: &Site, listing: &Listing, name: &str) -> Markup {
    let organiser = &listing.facts.organiser;
    let council = organiser.council.as_deref().filter(|code| site.members.council(code).is_some());
    let group = organiser.group.as_deref().filter(|id| site.members.group(id).is_some());
    let path =
        council.map(|code| format!("/councils/{code}")).or(group.map(|id| format!("/groups/{id}")));
    html! { @match path { Some(path) => a href=(path) { (name) }, None => (name) } }
}

fn place(main: &Dated, attendance: Attendance) -> Markup {
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
        (words::whereabouts(main.place, attendance))
        @if let Some(map) = map { br; a href=(map) rel="noreferrer" { "Map (OpenStreetMap)" } }
    }
}

fn series(site: &Site, shown: &Shown, coming: Option<usize>) -> Markup {
    let from = coming.unwrap_or(0);
    let ahead = shown.dates.get(from..).unwrap_or_default();
    html! {
        section {
            h2 #dates { "All dates" }
            (dates_of(site, shown, ahead.iter().take(DATES_IN_SIGHT)))
            @if ahead.len() > DATES_IN_SIGHT {
                details {
                    summary { "Later dates" }
                    (dates_of(site, shown, ahead.iter().take(MOST_DATES).skip(DATES_IN_SIGHT)))
                    @if ahead.len() > MOST_DATES {
                        p { "And " (words::count(ahead.len() - MOST_DATES, "more date", "more dates")) "." }
                    }
                }
            }
            @if shown.goes_on { p { "The series goes on after that." } }
            @if from > 0 { p.quiet { (words::sentence(&words::count(from, "date", "dates"))) " of this series in the past year are over." } }
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
                        time datetime=(words::machine(span, zone)) { (words::span(span, zone, site.zone)) }
                        @if date.title != shown.listing.facts.title { ": " (date.title) }
                        @if let Some(status) = words::status(date.status, false, None) { " " strong.tag { (status) } }
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
    html! {
        section {
            h2 { "Put it in your calendar" }
            p.actions {
                @if facts.span.is_some() {
                    a.button href=(format!("{}.ics", Site::event_path(shown.listing))) { "Add to calendar (ICS file)" }
                    " "
                }
                a href=(join("/subscribe", &filters)) {
                    @match facts.services.first() {
                        Some(id) => { "Subscribe to more events for " (site.service(id)) }
                        None => { "Subscribe to more events like this" }
                    }
                }
            }
            @if facts.span.is_some() {
                p.quiet { "The file does not change after you have added it. A subscription does: it follows what organisers change." }
            }
        }
    }
}

/// What a reader might go to instead, or after: those for the same services in the week before and after.
fn around(site: &Site, shown: &Shown) -> Markup {
    let services: Vec<&str> =
        shown.listing.facts.services.iter().map(|id| site.service(id)).collect();
    html! {
        @if !shown.around.is_empty() {
            section {
                h2 { "Also on within a week, for " (services.join(" or ")) }
                ul.dates {
                    @for date in shown.around.iter().take(MOST_AROUND) {
                        @let zone = date.listing.facts.time_zone;
                        @if let Some(span) = &date.span {
                            li {
                                a href=(Site::event_path(date.listing)) { (date.title) } ", "
                                time datetime=(words::machine(span, zone)) { (words::span(span, zone, site.zone)) }
                            }
                        }
                    }
                }
                @if shown.around.len() > MOST_AROUND {
                    p { "And " (words::count(shown.around.len() - MOST_AROUND, "more", "more")) "." }
                }
            }
        }
    }
}

fn sources(site: &Site, shown: &Shown) -> Markup {
    html! {
        section {
            h2 { "Where this comes from" }
            ul.plain {
                @for (at, source) in shown.listing.sources.iter().enumerate() {
                    (one_source(site, source, shown.feed_names.get(at).map_or(&source.feed, |name| name)))
                }
            }
        }
    }
}

fn one_source(site: &Site, source: &Source, name: &str) -> Markup {
    html! {
        li {
            a href=(format!("/feeds/{}", source.feed)) { (name) }
            @if let Some(url) = safe(source.url.as_deref()) { ", " a href=(url) { "its page there" } }
            ". First seen " (words::day(source.first_seen.with_timezone(&site.zone).date_naive()))
            ", last seen " (words::moment(source.last_seen, site.zone)) "."
            @if let Some(credit) = &source.attribution { " " (credit) "." }
            @if let Some(licence) = &source.licence { " Licence: " (licence) "." }
        }
    }
}

fn why(site: &Site, listing: &Listing) -> Markup {
    let evidence = &listing.facts.evidence;
    let listed = listing.facts.verdict.decision == Decision::Listed;
    html! {
        details.why {
            summary { @if listed { "Why is this here?" } @else { "Why is this not listed?" } }
            @if !listing.facts.verdict.reason.is_empty() { p { (listing.facts.verdict.reason) } }
            (reasons(if listed { "Why it is listed" } else { "Why it is not listed" }, &evidence.listed))
            (reasons("Where the date comes from", &evidence.date))
            (reasons(&format!("Why “{}”", site.kind(&listing.facts.kind)), &evidence.kind))
            (reasons("Why these services", &evidence.services))
            (reasons("Why several announcements are shown as one", &evidence.merged))
            p { "Something wrong? " a href="/publish" { "How an organiser can change or remove an event" } "." }
        }
    }
}

fn reasons(title: &str, reasons: &[Reason]) -> Markup {
    html! {
        @if !reasons.is_empty() {
            h3 { (title) }
            ul {
                @for reason in reasons {
                    li { "“" (reason.text) "” in the " (place_of(&reason.from)) ": " (reason.says) }
                }
            }
        }
    }
}

/// Where a word stood, as people call it.
fn place_of(from: &str) -> &str {
    match from {
        "DTSTART" => "calendar’s start (DTSTART)",
        other => other,
    }
}
