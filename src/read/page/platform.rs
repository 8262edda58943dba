//! JSON that platforms give instead of a feed: Squarespace, The Events Calendar, Wix.

use chrono::NaiveDateTime;
use serde_json::Value;
use url::Url;

use super::{markup, schema};
use crate::{
    event::Local,
    feed::Format,
    read::{
        CalendarZones, DateOrigin, Document, Entry, Text, Written, WrittenZone,
        feed::plausible_point, link, moment,
    },
};

/// A document from a platform's JSON, if it is one that is known.
pub(super) fn read(value: &Value, base: Option<&Url>) -> Option<Document> {
    squarespace(value, base)
        .or_else(|| events_calendar(value, base))
        .or_else(|| super::folkmoot::read(value, base))
}

pub(super) fn text_at(value: &Value, path: &str) -> Option<String> {
    let text = schema::text(value.pointer(path))?;
    Some(if markup::looks_like_html(&text) && !text.contains('<') {
        markup::unescape(&text)
    } else {
        text
    })
}

pub(super) fn rich(value: &Value, path: &str) -> Option<Text> {
    let value = schema::text(value.pointer(path))?;
    Some(Text { html: markup::looks_like_html(&value), value, language: None })
}

fn origin(name: &str) -> Option<DateOrigin> {
    Some(DateOrigin::Page(name.into()))
}

/// `?format=json`: `upcoming`, `past` and `items`, with times in milliseconds.
fn squarespace(value: &Value, base: Option<&Url>) -> Option<Document> {
    let lists = ["upcoming", "past", "items"];
    let items: Vec<&Value> = lists
        .iter()
        .filter_map(|name| value.get(name)?.as_array())
        .flatten()
        .filter(|item| item.get("startDate").is_some_and(Value::is_number))
        .collect();
    if items.is_empty() && !(value.get("website").is_some() && value.get("collection").is_some()) {
        return None;
    }
    let home = text_at(value, "/website/baseUrl").and_then(|url| Url::parse(&url).ok());
    let base = base.cloned().or(home);
    let mut document = Document::empty(Format::Html);
    document.title =
        text_at(value, "/collection/title").or_else(|| text_at(value, "/website/siteTitle"));
    document.language = text_at(value, "/website/language");
    let default = text_at(value, "/website/timeZone");
    document.zones = vec![CalendarZones { default, ..CalendarZones::default() }];
    document.generator = Some("Squarespace".into());
    document.link = base.as_ref().map(Url::to_string);
    let next = text_at(value, "/pagination/nextPageUrl")
        .and_then(|raw| link::absolute(&raw, base.as_ref()));
    document.next_page = next.map(|mut url| {
        url.query_pairs_mut().append_pair("format", "json");
        url.into()
    });
    document.entries =
        items.into_iter().map(|item| squarespace_event(item, base.as_ref())).collect();
    document.complete = document.next_page.is_none();
    Some(document)
}

fn squarespace_event(item: &Value, base: Option<&Url>) -> Entry {
    let mut entry = Entry::empty();
    let at = |name: &str| moment::since_epoch(item.get(name)?.as_i64()?);
    let instant = |name: &str| moment::instant_of(&at(name)?);
    entry.reference = text_at(item, "/id");
    entry.title = rich(item, "/title");
    entry.description = rich(item, "/body").or_else(|| rich(item, "/excerpt"));
    entry.url =
        text_at(item, "/fullUrl").and_then(|raw| link::absolute(&raw, base)).map(String::from);
    entry.start = at("startDate");
    entry.end = at("endDate");
    entry.date_origin = origin("Squarespace startDate");
    entry.published = instant("publishOn");
    entry.modified = instant("updatedOn");
    entry.location = text_at(item, "/location/addressTitle");
    let lines = ["/location/addressLine1", "/location/addressLine2"];
    let lines: Vec<String> = lines.iter().filter_map(|path| text_at(item, path)).collect();
    entry.address = (!lines.is_empty()).then(|| lines.join(", "));
    let number = |path: &str| item.pointer(path).and_then(Value::as_f64);
    entry.geo = number("/location/mapLat")
        .zip(number("/location/mapLng"))
        .filter(|at| entry.address.is_some() && plausible_point(*at) && *at != SQUARESPACE_OFFICE);
    for list in ["categories", "tags"] {
        let words = item.get(list).and_then(Value::as_array).into_iter().flatten();
        entry.categories.extend(words.filter_map(Value::as_str).take(50).map(str::to_owned));
    }
    entry
}

/// Where Squarespace puts the pin of an event until somebody moves it: New York.
const SQUARESPACE_OFFICE: (f64, f64) = (40.720_755_9, -74.000_761_3);

/// `/wp-json/tribe/events/v1/events`
fn events_calendar(value: &Value, base: Option<&Url>) -> Option<Document> {
    let events = value.get("events")?.as_array()?;
    if value.get("rest_url").is_none()
        && !events.iter().any(|event| event.get("start_date_details").is_some())
    {
        return None;
    }
    let mut document = Document::empty(Format::Html);
    document.generator = Some("The Events Calendar".into());
    document.entries = events.iter().map(|event| calendar_event(event, base)).collect();
    document.next_page = text_at(value, "/next_rest_url")
        .and_then(|raw| link::absolute(&raw, base))
        .map(String::from);
    document.complete = document.next_page.is_none();
    Some(document)
}

fn calendar_event(event: &Value, base: Option<&Url>) -> Entry {
    let mut entry = Entry::empty();
    let whole = event.get("all_day").and_then(Value::as_bool).unwrap_or(false);
    let zone = text_at(event, "/timezone").filter(|zone| zone.contains('/'));
    let at = |path: &str| {
        let at: NaiveDateTime =
            NaiveDateTime::parse_from_str(&text_at(event, path)?, "%Y-%m-%d %H:%M:%S").ok()?;
        let value = if whole { Local::Date(at.date()) } else { Local::Time(at) };
        Some(Written {
            value,
            zone: zone.clone().map_or(WrittenZone::Floating, WrittenZone::Named),
        })
    };
    entry.reference = text_at(event, "/global_id").or_else(|| text_at(event, "/url"));
    entry.title = rich(event, "/title");
    entry.description = rich(event, "/description");
    entry.url = text_at(event, "/url").and_then(|raw| link::absolute(&raw, base)).map(String::from);
    entry.start = at("/start_date");
    entry.end = at("/end_date");
    entry.date_origin = origin("The Events Calendar start_date");
    entry.modified =
        text_at(event, "/modified_utc").and_then(|at| moment::instant(&format!("{at}Z")));
    entry.published = text_at(event, "/date_utc").and_then(|at| moment::instant(&format!("{at}Z")));
    entry.location = text_at(event, "/venue/venue");
    let lines = ["/venue/address", "/venue/city", "/venue/zip"];
    let lines: Vec<String> = lines.iter().filter_map(|path| text_at(event, path)).collect();
    entry.address = (!lines.is_empty()).then(|| lines.join(", "));
    entry.organiser = text_at(event, "/organizer/0/organizer");
    entry.cost = text_at(event, "/cost");
    let words = event.get("categories").and_then(Value::as_array).into_iter().flatten();
    entry.categories = words.filter_map(|word| text_at(word, "/name")).take(50).collect();
    entry
}

/// Wix keeps the events of a page in a script of its own.
pub(super) fn wix(value: &Value, base: Option<&Url>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut waiting = vec![value];
    let mut seen = 0;
    while let Some(value) = waiting.pop() {
        seen += 1;
        if seen > 200_000 {
            break;
        }
        match value {
            Value::Array(list) => waiting.extend(list.iter().rev()),
            Value::Object(fields) => {
                if value.pointer("/scheduling/config/startDate").is_some()
                    && fields.contains_key("title")
                {
                    entries.push(wix_event(value, base));
                } else {
                    let inner: Vec<&Value> = fields.values().collect();
                    waiting.extend(inner.into_iter().rev());
                }
            }
            _ => {}
        }
    }
    entries
}

fn wix_event(event: &Value, base: Option<&Url>) -> Entry {
    let mut entry = Entry::empty();
    let at = |path: &str| moment::written(&text_at(event, path)?);
    entry.reference = text_at(event, "/id");
    entry.title = rich(event, "/title");
    entry.description = rich(event, "/description").or_else(|| rich(event, "/about"));
    entry.start = at("/scheduling/config/startDate");
    entry.end = at("/scheduling/config/endDate");
    entry.date_origin = origin("Wix scheduling.config.startDate");
    entry.location = text_at(event, "/location/name");
    entry.address = text_at(event, "/location/address");
    let slug = text_at(event, "/slug").map(|slug| format!("/event-details/{slug}"));
    entry.url = slug.and_then(|path| link::absolute(&path, base)).map(String::from);
    entry
}
