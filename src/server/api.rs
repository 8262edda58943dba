//! The JSON of `/api/v1`.

use std::time::Duration;

use chrono::{Datelike, NaiveDate, SecondsFormat};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal, Said},
    ask::{Ask, encode},
    find::{self, request},
};
use crate::{
    catalogue::{
        Catalogue, Counts, CursorError, FeedView, Range,
        clash::{self, Question},
    },
    publish::{
        json,
        page::{browse, feeds::discreet},
    },
    query::{Fault, MAX_LIMIT, Query, Request, Sort},
    store::LOG_KEPT,
};

/// Lines of the change log in one answer unless `limit` says otherwise.
const CHANGES: usize = 100;

/// A list under its own name, with the address of the next page in the body and in the Link header.
///
/// `notes` is there only when something has to be said about how the filters were understood.
fn list(name: &str, items: Vec<Value>, next: Option<String>, notes: &[String]) -> Answer {
    list_with(name, items, next, notes, None)
}

/// The same with one more member.
fn list_with(
    name: &str,
    items: Vec<Value>,
    next: Option<String>,
    notes: &[String],
    more: Option<(&str, Value)>,
) -> Answer {
    let mut body = json!({ name: items, "next": next });
    if let Some(body) = body.as_object_mut() {
        let notes = (!notes.is_empty()).then(|| ("notes", json!(notes)));
        body.extend(notes.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)));
    }
    let answer = Answer::json(&body);
    match next {
        Some(next) => answer.with("link", format!("<{next}>; rel=\"next\"")),
        None => answer,
    }
}

fn whole<T: Serialize>(name: &str, items: impl Iterator<Item = T>) -> Answer {
    Answer::json(&json!({ name: items.map(|item| json!(item)).collect::<Vec<_>>() }))
}

/// `/api/v1/events`.
pub(super) fn events(ask: &Ask) -> Result<Answer, Refusal> {
    let request = request(ask, &[])?;
    let page = ask.catalogue.list(&request, ask.now);
    let context = ask.context();
    let items = page
        .hits
        .iter()
        .map(|hit| json::pick(json::event(&hit.item, &context, ask.now), &request.fields));
    let next = page.next.map(|cursor| next_page(ask, &request.canonical_at(Some(&cursor))));
    // Those who mirror our list obey a `folkmoot forget` as we do.
    let forgotten: Vec<&str> = ask.catalogue.forgotten_since(ask.now - LOG_KEPT).collect();
    let more = (!forgotten.is_empty()).then(|| ("forgotten", json!(forgotten)));
    Ok(list_with("events", items.collect(), next, &request.notes, more))
}

fn next_page(ask: &Ask, query: &str) -> String {
    format!("{}{}", ask.base, browse::join(&ask.path, query))
}

/// `/api/v1/events/{id}`.
pub(super) fn event(ask: &Ask) -> Result<Answer, Refusal> {
    let item = find::find(ask, ask.id(), |into| format!("/api/v1/events/{into}"))?;
    ask.only(&["fields"])?;
    let request = request(ask, &[])?;
    let event = json::pick(json::event(&item, &ask.context(), ask.now), &request.fields);
    Ok(Answer::json(&event))
}

/// `/api/v1/occurrences`; with `start` and `end` as FullCalendar asks for them.
pub(super) fn occurrences(ask: &Ask) -> Result<Answer, Refusal> {
    if ask.first("start").is_some() || ask.first("end").is_some() {
        return full_calendar(ask);
    }
    let request = in_order_of_time(request(ask, &["timeZone"])?)?;
    let page = ask.catalogue.dates(&request, ask.now);
    let context = ask.context();
    let items =
        page.dates.iter().map(|date| json::pick(json::date(date, &context), &request.fields));
    let next = page.next.map(|cursor| next_page(ask, &request.canonical_at(Some(&cursor))));
    Ok(list("occurrences", items.collect(), next, &request.notes))
}

/// FullCalendar's JSON feed: `start` and `end` are its words for our `from` and `to`, and it wants a bare array. A widget
/// adds its two to whatever address it was given, so that with our own as well both hold.
fn full_calendar(ask: &Ask) -> Result<Answer, Refusal> {
    let ours = |name: &str| matches!(name, "from" | "to");
    let (bounds, others): (Vec<_>, Vec<_>) =
        ask.pairs.iter().cloned().partition(|(name, _)| ours(name));
    let theirs = others.into_iter().map(|(name, value)| match name.as_str() {
        "start" => ("from".to_owned(), value),
        "end" => ("to".to_owned(), value),
        _ => (name, value),
    });
    let request = find::parse(ask, theirs.collect(), &["timeZone"]).map_err(in_its_words)?;
    let Request { mut query, sort, limit, fields, .. } = in_order_of_time(request)?;
    let own = find::parse(ask, bounds, &[])?.query;
    query.from = query.from.into_iter().chain(own.from).max_by_key(|bound| bound.at);
    query.to = query.to.into_iter().chain(own.to).min_by_key(|bound| bound.at);
    let context = ask.context();
    let mut dates = ask.catalogue.all_dates(&query, Range::dates(&query, ask.now));
    if sort == Sort::StartDescending {
        dates.reverse();
    }
    dates.truncate(limit.unwrap_or(usize::MAX));
    let dates = dates.iter().map(|date| json!(json::full_calendar(date, &context)));
    Ok(Answer::json(&Value::Array(dates.map(|date| json::pick(date, &fields)).collect())))
}

/// Dates have no other order.
fn in_order_of_time(request: Request) -> Result<Request, Refusal> {
    if matches!(request.sort, Sort::Start | Sort::StartDescending) || request.cursor.is_some() {
        return Ok(request);
    }
    Err(Refusal::Unknown(vec![Fault {
        parameter: "sort".into(),
        value: Some(request.sort.as_str().into()),
        allowed: DATE_ORDERS.map(str::to_owned).to_vec(),
        words: "dates are in the order of their starts: 'start' or '-start'".into(),
    }]))
}

/// The orders of a list of dates.
pub(super) const DATE_ORDERS: [&str; 2] = ["start", "-start"];

/// The longest that a reader may ask to wait for changes, in seconds.
const LONGEST_WAIT: u64 = 60;
/// When an answer without changes is given nevertheless: many programs and some proxies give up after ten seconds.
const HELD_OPEN: Duration = Duration::from_secs(8);

/// How long a reader waits for changes.
///
/// # Errors
/// When it is no number of seconds up to [`LONGEST_WAIT`].
pub(super) fn wait(text: Option<&str>) -> Result<Duration, Refusal> {
    let Some(text) = text else { return Ok(Duration::ZERO) };
    match text.parse::<u64>() {
        Ok(seconds) if seconds <= LONGEST_WAIT => Ok(Duration::from_secs(seconds).min(HELD_OPEN)),
        _ => Err(Refusal::Unknown(vec![Fault {
            parameter: "wait".into(),
            value: Some(text.chars().take(80).collect()),
            allowed: vec![format!("0 to {LONGEST_WAIT}")],
            words: format!("'wait' is a number of seconds, 0 to {LONGEST_WAIT}"),
        }])),
    }
}

/// Whether somebody who asks for changes would be told of none yet.
pub(super) fn is_quiet(catalogue: &Catalogue, pairs: &[(String, String)]) -> bool {
    let since = pairs.iter().find(|(name, _)| name == "since").map(|(_, value)| value.as_str());
    let Some(since) = since.filter(|since| !since.is_empty()) else { return false };
    catalogue.changes(Some(since), 1).is_ok_and(|page| page.changes.is_empty())
}

/// A fault of our `from` and `to` in the words in which FullCalendar asked.
fn in_its_words(refusal: Refusal) -> Refusal {
    let Refusal::Unknown(mut faults) = refusal else { return refusal };
    let theirs = |ours: &mut String| match ours.as_str() {
        "from" => *ours = "start".into(),
        "to" => *ours = "end".into(),
        _ => {}
    };
    for fault in &mut faults {
        theirs(&mut fault.parameter);
        fault.allowed.iter_mut().for_each(theirs);
        fault.words = fault.words.replace("'from'", "'start'").replace("'to'", "'end'");
    }
    Refusal::Unknown(faults)
}

/// `/api/v1/changes`.
///
/// Whoever waits asks again at the same address: a copy kept on the way would answer in our place.
pub(super) fn changes(ask: &Ask) -> Result<Answer, Refusal> {
    ask.only(&["since", "limit", "wait"])?;
    wait(ask.first("wait"))?;
    let limit = match ask.first("limit") {
        None => CHANGES,
        Some(text) => match text.parse::<usize>() {
            Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => limit,
            _ => {
                let allowed = format!("1 to {MAX_LIMIT}");
                return Err(Refusal::Unknown(vec![Fault {
                    parameter: "limit".into(),
                    value: Some(text.to_owned()),
                    words: format!("'{text}' is not a value of 'limit': {allowed}"),
                    allowed: vec![allowed],
                }]));
            }
        },
    };
    let begin = format!("{}/api/v1/changes", ask.base);
    let since = ask.first("since").filter(|since| !since.is_empty());
    let page = ask.catalogue.changes(since, limit).map_err(|fault| match fault {
        CursorError::Malformed => Refusal::Unknown(vec![Fault {
            parameter: "since".into(),
            value: since.map(|text| text.chars().take(80).collect()),
            allowed: Vec::new(),
            words: format!("{fault}"),
        }]),
        CursorError::Gone => Refusal::Gone(Said::English(format!("{fault}.")), Some(begin.clone())),
    })?;
    let lines = json::changes(&page, &ask.context(), ask.now);
    let mut pairs = vec![("since", page.next.as_str())];
    if let Some(limit) = ask.first("limit") {
        pairs.push(("limit", limit));
    }
    let next = format!("{begin}?{}", encode(pairs));
    let link = format!("<{next}>; rel=\"next\"");
    Ok(Answer::json(&json!({ "changes": lines, "next": next, "more": page.more }))
        .with("link", link)
        .with("cache-control", "no-cache".into()))
}

/// `/api/v1/clashes`: for an event that is known (`event`; nothing else says more of it then), or for a plan (`date`,
/// today unless given; `service`, every service unless given; `kind`, `council`).
pub(super) fn clashes(ask: &Ask) -> Result<Answer, Refusal> {
    ask.only(&["event", "date", "service", "kind", "council"])?;
    let question = match ask.first("event") {
        Some(id) => {
            let elsewhere = |into: &str| format!("/api/v1/clashes?event={into}");
            let item = find::find(ask, id, elsewhere)?;
            ask.only(&["event"])?;
            Question::about(&item.listing, ask.now)
                .ok_or_else(|| wrong("event", id, "this event has no date yet"))?
        }
        None => plan(ask)?,
    };
    let listings = ask.catalogue.of_services(&question.services);
    let found = clash::clashes(&question, listings, ask.catalogue.members());
    Ok(Answer::json(&json!(json::clashes(&question, &found, &ask.context()))))
}

fn plan(ask: &Ask) -> Result<Question, Refusal> {
    let query = request(ask, &["date"])?.query;
    if let [_, second, ..] = query.councils.as_slice() {
        return Err(wrong("council", second, "a plan is that of one council"));
    }
    let zone = ask.settings.network.time_zone;
    let day = match ask.first("date") {
        Some(date) => day(date)?,
        None => ask.now.with_timezone(&zone).date_naive(),
    };
    Ok(Question::planned(day, zone, &query, ask.catalogue.vocabulary()))
}

fn day(text: &str) -> Result<NaiveDate, Refusal> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    day.filter(|day| (1900..=2200).contains(&day.year()))
        .ok_or_else(|| wrong("date", text, "a date is written as 2027-03-04"))
}

fn wrong(parameter: &str, value: &str, words: &str) -> Refusal {
    let (parameter, words) = (parameter.to_owned(), words.to_owned());
    let value = Some(value.chars().take(80).collect());
    let allowed = match parameter.as_str() {
        "date" => vec!["2027-03-04".to_owned()],
        _ => Vec::new(),
    };
    Refusal::Unknown(vec![Fault { parameter, value, allowed, words }])
}

fn feed_views(ask: &Ask) -> Vec<&FeedView> {
    ask.catalogue.feeds().map(AsRef::as_ref).collect()
}

fn counts(ask: &Ask) -> Counts {
    ask.catalogue.counts(&Query::default(), ask.now)
}

/// `/api/v1/feeds`: health and settings, never an address unless the operator made it public.
pub(super) fn feeds(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let context = ask.context();
    let feeds = ask.catalogue.feeds().map(|view| {
        let mut feed = json::feed(view, &context, ask.now);
        let public = view.feed.public_url;
        feed.last_result = feed.last_result.map(|words| discreet(&words, public));
        for problem in &mut feed.problems {
            problem.text = discreet(&problem.text, public);
            problem.fix = problem.fix.take().map(|fix| discreet(&fix, public));
        }
        feed
    });
    Ok(whole("feeds", feeds))
}

/// `/api/v1/members`: the councils that have a feed, and all groups.
pub(super) fn members(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let members = json::members(&feed_views(ask), &counts(ask), &ask.context());
    Ok(whole("members", members.into_iter()))
}

/// `/api/v1/councils`.
pub(super) fn councils(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let (feeds, counts, context) = (feed_views(ask), counts(ask), ask.context());
    let councils = ask.catalogue.members().councils().iter();
    let councils = councils.map(|council| json::council(council, &feeds, &counts, &context));
    Ok(whole("councils", councils))
}

/// `/api/v1/services`.
pub(super) fn services(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let (counts, context) = (counts(ask), ask.context());
    let services = ask.catalogue.vocabulary().services.iter();
    Ok(whole("services", services.map(|service| json::service(service, &counts, &context))))
}

/// `/api/v1/kinds`.
pub(super) fn kinds(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let (counts, context) = (counts(ask), ask.context());
    let kinds = ask.catalogue.vocabulary().kinds.iter();
    Ok(whole("kinds", kinds.map(|kind| json::kind(kind, &counts, &context))))
}

/// `/api/v1/stats`.
pub(super) fn stats(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let numbers = ask.catalogue.stats(ask.now);
    let mut stats = json!(numbers);
    if let Some(object) = stats.as_object_mut() {
        let at = ask.now.to_rfc3339_opts(SecondsFormat::Secs, true);
        object.insert("at".into(), at.into());
        for (name, time) in
            [("last_change", numbers.last_change), ("last_check", numbers.last_check)]
        {
            let time = time.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true));
            object.insert(name.into(), time.into());
        }
    }
    Ok(Answer::json(&stats))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_widget_is_refused_in_its_own_words() {
        let refusal = Refusal::Unknown(vec![Fault {
            parameter: "from".into(),
            value: Some("bad".into()),
            allowed: vec!["service".into(), "to".into()],
            words: "'bad' is not a value of 'from'".into(),
        }]);
        let Refusal::Unknown(faults) = in_its_words(refusal) else { panic!("another refusal") };
        assert_eq!((&*faults[0].parameter, &*faults[0].allowed[1]), ("start", "end"));
        assert_eq!(faults[0].words, "'bad' is not a value of 'start'");
    }
}
