//! The pages for people: each finds what it shows and hands it to its template.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use super::{
    answer::{Answer, MOST_FAULTS, Refusal, Said, sentence},
    ask::{Ask, encode},
    find::{feed_view, find, parse, request, scope},
    openapi,
    routes::For,
};
use crate::{
    catalogue::{
        Counts, Date, Range,
        clash::{self, Question},
    },
    event::{Listing, Occurrence, midnight},
    language::Language,
    publish::{
        self,
        page::{
            self, Dated, Wrong, browse, feeds as report, filter,
            list::{Found, Help},
            month as grid,
            phrases::{self, frame},
            share as sharing,
        },
    },
    query::{Bound, Fault, Query, Request, Scope},
};

/// Dates on a page of a list.
const PAGE: usize = 50;
/// Days that the first page looks ahead.
const NEAR_FUTURE: u64 = 92;
/// A search that finds fewer dates than this may have meant something else.
const LITTLE: usize = 5;
/// Choices that are named one by one where a form has no field for them.
const FEW: usize = 12;
/// Dates in a frame.
const IN_A_FRAME: usize = 20;

/// A page of dates and what stands around it.
struct Dates {
    dates: Vec<Date>,
    total: usize,
    next: Option<String>,
    before: usize,
    undated: usize,
    help: Help,
}

fn dates(ask: &Ask, request: &Request) -> Dates {
    let mut sized = request.clone();
    sized.limit = Some(request.limit.unwrap_or(PAGE));
    let page = ask.catalogue.dates(&sized, ask.now);
    let pinned = request.cursor.as_ref().map_or(ask.now, |cursor| cursor.now);
    let total = ask.catalogue.count_dates(&request.query, Range::dates(&request.query, pinned));
    let next =
        page.next.map(|cursor| browse::join(&ask.path, &request.canonical_at(Some(&cursor))));
    let undated = ask.catalogue.undated(&request.query).len();
    let mut help = match total {
        0 => help(ask, &request.query, total),
        _ => Help { service: service_meant(ask, &request.query, total), ..Help::default() },
    };
    if undated > 0 {
        help.meant = None;
    }
    let before = total.saturating_sub(page.left);
    Dates { dates: page.dates, total, next, before, undated, help }
}

/// Other filters that find something where this one finds nothing.
fn help(ask: &Ask, query: &Query, total: usize) -> Help {
    let number = |query: &Query| ask.catalogue.count_dates(query, Range::dates(query, ask.now));
    let meant = query.q.as_deref().and_then(|words| ask.catalogue.meant(words)).and_then(|words| {
        let within = Query { q: Some(words.clone()), ..query.clone() };
        let anywhere = Query { q: Some(words.clone()), ..Query::default() };
        let meant = [within, anywhere].into_iter().find(|query| number(query) > 0)?;
        Some((words, meant))
    });
    let wider = browse::wider(query).into_iter().map(|(words, query)| {
        let number = number(&query);
        (words, query, number)
    });
    let service = service_meant(ask, query, total);
    Help { meant, service, wider: wider.filter(|(.., number)| *number > 0).collect() }
}

/// The service that the words of a search speak of, where they find little and it finds more: the other words are kept
/// as far as they find more too.
fn service_meant(ask: &Ask, query: &Query, total: usize) -> Option<(String, Query, usize)> {
    let words = query.q.as_deref().filter(|_| total < LITTLE)?;
    let (service, rest) = ask.catalogue.service_meant(words)?;
    let services = vec![service.id.clone()];
    let plain = Query { scope: None, services, q: None, ..query.clone() };
    let rest = Some(rest).filter(|rest| !rest.is_empty());
    let narrow = Query { q: rest, ..plain.clone() };
    let anywhere = Query { services: plain.services.clone(), ..Query::default() };
    [narrow, plain, anywhere].into_iter().find_map(|meant| {
        let number = ask.catalogue.count_dates(&meant, Range::dates(&meant, ask.now));
        (number > total).then(|| (service.id.clone(), meant, number))
    })
}

impl Dates {
    fn found(&self) -> Found<'_> {
        Found {
            dates: dated(&self.dates),
            total: Some(self.total),
            next: self.next.clone(),
            before: self.before,
            undated: self.undated,
            help: self.help.clone(),
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
    // A weekly series would fill the page for a year: the near future first, the rest one step away.
    let end = day_after(ask, NEAR_FUTURE);
    let zone = ask.settings.network.time_zone;
    let near = Some(Bound { at: midnight(end, zone), day: Some(end) });
    let query = Query { to: near, ..Query::default() };
    let mut found = dates(ask, &Request { query, ..Request::default() });
    let mut until = Some(end);
    if found.total == 0 {
        found = dates(ask, &Request::default());
        until = None;
    }
    let later = until.map(|end| format!("/events?from={end}"));
    found.next = found.next.map(|next| next.replacen("/?", "/events?", 1)).or(later);
    // What has no date is in no range.
    found.undated = ask.catalogue.undated(&Query::default()).len();
    let html = browse::home(&ask.site(), &found.found(), until);
    Ok(Answer::page(html))
}

fn day_after(ask: &Ask, days: u64) -> NaiveDate {
    let today = ask.now.with_timezone(&ask.settings.network.time_zone).date_naive();
    today.checked_add_days(Days::new(days)).unwrap_or(today)
}

/// How a filter was understood, in the page's language.
fn notes(ask: &Ask, query: &Query) -> Vec<String> {
    let mut notes = filter::notes(&ask.site(), query);
    if query.near.is_empty() && ask.first("within").is_some() {
        notes.push(phrases::filter::NO_PLACE_TO_BE_NEAR.of(ask.asked.language).to_owned());
    }
    notes
}

/// `/events`.
pub(super) fn events(ask: &Ask) -> Result<Answer, Refusal> {
    let request = request(ask, &[])?;
    let found = dates(ask, &request);
    let path = browse::join("/events", &request.canonical());
    let notes = notes(ask, &request.query);
    let html = browse::events(&ask.site(), &request.query, &notes, &path, &found.found());
    Ok(Answer::page(html))
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
    let around = around(ask, listing);
    let shown = page::event::Shown {
        listing,
        around: around.iter().map(|(listing, date)| Dated::new(listing, date)).collect(),
        dates: occurrences.iter().map(|occurrence| Dated::new(listing, occurrence)).collect(),
        goes_on: listing.facts.recurrence.is_some() && item.first(beyond).is_some(),
        description: publish::description(listing),
        feed_names,
    };
    Ok(Answer::page(page::event::event(&ask.site(), &shown)))
}

/// What else is on for the same service within a week of an event that is still to come.
fn around<'a>(ask: &'a Ask, listing: &Listing) -> Vec<(&'a Listing, Occurrence)> {
    let question = Question::about(listing, ask.now).filter(|question| question.end >= ask.now);
    let Some(question) = question else { return Vec::new() };
    let listings = ask.catalogue.of_services(&question.services);
    let mut found = clash::clashes(&question, listings, ask.catalogue.members()).same_service;
    found.retain(|(listing, date)| date.span.end_utc(listing.facts.time_zone) >= ask.now);
    found
}

fn feed_name(ask: &Ask, id: &str) -> String {
    ask.catalogue.feed(id).map_or(id, |view| view.name()).to_owned()
}

fn facet(ask: &Ask, make: fn(String) -> Scope) -> Result<Answer, Refusal> {
    let scope = scope(ask, make)?;
    let mut request = request(ask, &[])?;
    request.query = request.query.scoped(scope);
    let found = dates(ask, &request);
    let notes = notes(ask, &request.query);
    Ok(Answer::page(browse::facet(&ask.site(), &request.query, &notes, &found.found())))
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

/// How many events a page of each service, kind, council and group leads to: those with dates to come, and those
/// whose date is to be announced.
fn counts(ask: &Ask) -> Counts {
    let mut counts = ask.catalogue.counts(&Query::default(), ask.now);
    let more = |counts: &mut browse::Counts, id: &String| {
        *counts.entry(id.clone()).or_default() += 1;
    };
    for item in ask.catalogue.undated(&Query::default()) {
        let facts = &item.listing.facts;
        facts.services.iter().for_each(|id| more(&mut counts.services, id));
        more(&mut counts.kinds, &facts.kind);
        facts.organiser.council.iter().for_each(|id| more(&mut counts.councils, id));
        facts.organiser.group.iter().for_each(|id| more(&mut counts.groups, id));
    }
    counts
}

/// `/services`.
pub(super) fn services(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let counts = counts(ask);
    Ok(Answer::page(browse::services(&ask.site(), &counts.services)))
}

/// `/kinds`.
pub(super) fn kinds(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let counts = counts(ask);
    Ok(Answer::page(browse::kinds(&ask.site(), &counts.kinds)))
}

/// `/councils`.
pub(super) fn councils(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let counts = counts(ask);
    Ok(Answer::page(browse::councils(&ask.site(), &counts.councils, &counts.groups)))
}

/// `/month`.
pub(super) fn month(ask: &Ask) -> Result<Answer, Refusal> {
    ask.without(&["from", "to", "limit", "cursor", "sort", "fields"])?;
    let request = request(ask, &["month"])?;
    let zone = ask.settings.network.time_zone;
    let month = match request.extra.get("month") {
        None => grid::first(ask.now.with_timezone(&zone).date_naive()),
        Some(text) => NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d")
            .ok()
            .filter(|day| (1900..=2200).contains(&day.year()))
            .ok_or_else(|| {
                Refusal::Unknown(vec![Fault {
                    parameter: "month".into(),
                    value: Some(text.chars().take(80).collect()),
                    allowed: vec!["2026-12".into()],
                    words: "a month is written as 2026-12".into(),
                }])
            })?,
    };
    let mut query = request.query.clone();
    let bound = |day: NaiveDate| Some(Bound { at: midnight(day, zone), day: Some(day) });
    (query.from, query.to) = (bound(month), bound(grid::following(month)));
    let found = ask.catalogue.all_dates(&query, Range::dates(&query, ask.now));
    let path = browse::join("/month", &request.canonical());
    let query = &request.query;
    let later = match found.as_slice() {
        [] => next_day(ask, query, Some(grid::following(month))).map(grid::first),
        _ => None,
    };
    Ok(Answer::page(grid::month(&ask.site(), query, (month, later), &path, &dated(&found))))
}

/// `/undated`.
pub(super) fn undated(ask: &Ask) -> Result<Answer, Refusal> {
    ask.without(&["from", "to", "limit", "cursor", "sort", "fields"])?;
    let query = request(ask, &[])?.query;
    let items = ask.catalogue.undated(&query);
    let dates: Vec<Dated> = items.iter().map(|item| Dated::undated(&item.listing)).collect();
    Ok(Answer::page(browse::undated(&ask.site(), &query, &notes(ask, &query), &dates)))
}

/// The dates of the coming days, or of the range that was asked for, at most so many.
fn coming(ask: &Ask, query: &Query, days: u64, most: usize) -> Vec<Date> {
    let zone = ask.settings.network.time_zone;
    let end = day_after(ask, days);
    let mut query = query.clone();
    if query.from.is_none() && query.to.is_none() {
        query.to = Some(Bound { at: midnight(end, zone), day: Some(end) });
    }
    let mut dates = ask.catalogue.all_dates(&query, Range::of(&query, ask.now));
    dates.truncate(most);
    dates
}

/// `/subscribe`.
pub(super) fn subscribe(ask: &Ask) -> Result<Answer, Refusal> {
    let query = request(ask, &[])?.query;
    let path = browse::join("/subscribe", &query.canonical());
    let coming = page::subscribe::Coming {
        soon: coming(ask, &query, 30, usize::MAX).len(),
        next: next_day(ask, &query, None),
        all: ask.catalogue.count_dates(&query, Range::dates(&query, ask.now)),
    };
    let size = super::calendars::text(ask, &query).len();
    Ok(Answer::page(page::subscribe::subscribe(&ask.site(), &query, &path, coming, size)))
}

/// `/share`.
pub(super) fn share(ask: &Ask) -> Result<Answer, Refusal> {
    let query = request(ask, &[])?.query;
    let path = browse::join("/share", &query.canonical());
    let dates = coming(ask, &query, 28, 200);
    let next = if dates.is_empty() { next(ask, &query) } else { Vec::new() };
    Ok(Answer::page(sharing::share(&ask.site(), &query, &path, &dated(&dates), &dated(&next))))
}

/// The first date of a filter, if there is one.
fn next(ask: &Ask, query: &Query) -> Vec<Date> {
    let request = Request { query: query.clone(), limit: Some(1), ..Request::default() };
    ask.catalogue.dates(&request, ask.now).dates
}

/// The day of the first date of a filter, from a day on.
fn next_day(ask: &Ask, query: &Query, from: Option<NaiveDate>) -> Option<NaiveDate> {
    let zone = ask.settings.network.time_zone;
    let mut query = query.clone();
    if let Some(from) = from {
        (query.from, query.to) = (Some(Bound { at: midnight(from, zone), day: Some(from) }), None);
    }
    let first = next(ask, &query).into_iter().next()?;
    let start = first.occurrence.span.start_utc(first.item.time_zone());
    Some(start.with_timezone(&first.item.time_zone()).date_naive())
}

/// `/embed`.
pub(super) fn embed(ask: &Ask) -> Result<Answer, Refusal> {
    ask.without(&["cursor", "sort", "fields"])?;
    let request = request(ask, &[])?;
    let dates = coming(ask, &request.query, 548, request.limit.unwrap_or(IN_A_FRAME));
    Ok(Answer::page(sharing::embed(&ask.site(), &request.query, &dated(&dates))))
}

/// `/include`.
pub(super) fn include(ask: &Ask) -> Result<Answer, Refusal> {
    ask.without(&["cursor", "sort", "fields"])?;
    let request = request(ask, &[])?;
    let dates = coming(ask, &request.query, 548, request.limit.unwrap_or(IN_A_FRAME));
    Ok(Answer::page(sharing::include(&ask.site(), &request.query, &dated(&dates))))
}

/// `/feeds`.
pub(super) fn feeds(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let views: Vec<&_> = ask.catalogue.feeds().map(|view| view.as_ref()).collect();
    Ok(Answer::page(report::feeds(&ask.site(), &views)))
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

/// The filters of an address, those left out that cannot be used, and what is wrong with those; `None` where the
/// address has no form in which to mend them.
fn slips(ask: &Ask, faults: &[Fault]) -> Option<(&'static str, Query, Vec<filter::Slip>)> {
    let action = match ask.path.as_str() {
        "/share" => "/share",
        "/" | "/events" => "/events",
        _ => return None,
    };
    let wrong = |name: &str| faults.iter().any(|fault| fault.parameter == name);
    let good = ask.pairs.iter().filter(|(name, _)| !wrong(name)).cloned().collect();
    let query = parse(ask, good, &[]).map(|request| request.query).unwrap_or_default();
    let slip = |fault: &Fault| filter::Slip {
        parameter: fault.parameter.clone(),
        value: fault.value.clone(),
        allowed: match fault.value {
            Some(_) if fault.allowed.len() <= FEW => fault.allowed.clone(),
            _ => Vec::new(),
        },
    };
    Some((action, query, faults.iter().take(MOST_FAULTS).map(slip).collect()))
}

/// The page that says why there is none.
pub(super) fn refusal(ask: &Ask, refusal: &Refusal, audience: For) -> String {
    let site = &ask.site();
    if let (For::People, Refusal::Unknown(faults)) = (audience, refusal)
        && let Some((action, query, slips)) = slips(ask, faults)
    {
        return page::mend(site, (action, &query, &slips), refusal.title(site.language));
    }
    let wrong: Vec<Wrong> = match refusal {
        Refusal::Unknown(faults) => {
            faults.iter().take(MOST_FAULTS).map(|fault| wrong(site, fault)).collect()
        }
        _ => Vec::new(),
    };
    let begin = match refusal {
        Refusal::Gone(_, begin) => begin.as_deref(),
        Refusal::Moved(to) | Refusal::Elsewhere(to) => Some(to.as_str()),
        _ => None,
    };
    let list = match refusal {
        Refusal::NotFound(Said::With(phrase, list)) => Some((*phrase, list.as_str())),
        _ => None,
    };
    let (title, detail) = (refusal.title(site.language), refusal.detail(site.language));
    match audience {
        For::Frames => sharing::refusal(site, title, &detail, &wrong),
        _ => page::refusal(site, title, (&detail, list), &wrong, begin),
    }
}

/// What is wrong with a parameter. Its details are known in English only: in Welsh they stand under a Welsh sentence.
fn wrong(site: &page::Site, fault: &Fault) -> Wrong {
    let (allowed, english) = (fault.allowed.clone(), sentence(&fault.words));
    if site.language == Language::English {
        return Wrong { words: english, english: None, allowed };
    }
    let parameter = ("parameter", fault.parameter.as_str());
    let words = match &fault.value {
        Some(value) => site.fill(frame::WRONG_VALUE, &[parameter, ("value", value)]),
        None => site.fill(frame::WRONG_PARAMETER, &[parameter]),
    };
    Wrong { words, english: Some(english), allowed }
}
