//! Reads JSON Feed, through feed-rs, after small repairs.

use serde_json::{Value, json};

use super::{build, extension::Extras, parse_text, repairs::Faults};
use crate::read::{Document, Hint, MAX_ENTRIES, Problem, ReadError, Severity, Skipped, link};

/// Whether the text is JSON with items of a feed.
pub(super) fn looks_like(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// Whether a JSON value is a JSON Feed, by its version or its shape.
pub(super) fn is_feed(value: &Value) -> bool {
    let version = value.get("version").and_then(Value::as_str).unwrap_or_default();
    value.get("items").is_some_and(Value::is_array)
        && (version.contains("jsonfeed.org") || value.get("home_page_url").is_some())
}

/// Reads the feed; an item that feed-rs refuses is skipped alone.
pub(super) fn read(text: &str, hint: &Hint, problems: Vec<Problem>) -> Result<Document, ReadError> {
    let unreadable = |reason: String| ReadError::Unreadable { format: "JSON Feed", reason };
    let mut value: Value =
        serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
    if !is_feed(&value) {
        return Err(ReadError::NotAFeed { found: "it is JSON, but not a JSON Feed".into() });
    }
    let mut items = match value.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let capped = items.len() > MAX_ENTRIES;
    items.truncate(MAX_ENTRIES);
    let frame = frame(&value);
    let feed = parse_text(&with_items(&frame, Vec::new()), None)
        .ok_or_else(|| unreadable("its title or address is not text".into()))?;
    let mut document = build::head(&feed, hint);
    document.problems = problems;
    document.complete = !capped;
    let base = hint.base.clone().or_else(|| document.link.as_ref()?.parse().ok());
    document.next_page = value
        .get("next_url")
        .and_then(Value::as_str)
        .and_then(|raw| link::absolute(raw, base.as_ref()))
        .map(String::from);
    document.refresh.hub = value.pointer("/hubs/0/url").and_then(Value::as_str).map(str::to_owned);
    document.refresh.topic = value.get("feed_url").and_then(Value::as_str).map(str::to_owned);
    let mut faults = Faults::default();
    for item in items {
        let item = mended(item);
        let reference = item.get("id").and_then(Value::as_str).map(str::to_owned);
        let extras = Extras {
            language: item.get("language").and_then(Value::as_str).map(str::to_owned),
            ..Extras::default()
        };
        let read = parse_text(&with_items(&frame, vec![item]), None);
        match read.as_ref().and_then(|feed| feed.entries.first()) {
            Some(entry) => {
                document.entries.push(build::entry(entry, &extras, base.as_ref(), &mut faults))
            }
            None => document.skipped.push(Skipped {
                reference,
                line: None,
                reason: "a field of the item is not of the kind that JSON Feed asks for".into(),
            }),
        }
    }
    document.problems.extend(faults.problems());
    if capped {
        let words = format!("the feed has more than {MAX_ENTRIES} items; the rest was left out");
        document.problems.push(Problem::new(Severity::Error, "too_many_items", words));
    }
    Ok(document)
}

/// The feed without its items, with what feed-rs insists on.
fn frame(value: &Value) -> Value {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": text("title").unwrap_or_default(),
        "home_page_url": text("home_page_url"),
        "feed_url": text("feed_url"),
        "language": text("language"),
        "items": [],
    })
}

fn with_items(frame: &Value, items: Vec<Value>) -> String {
    let mut whole = frame.clone();
    if let Some(place) = whole.get_mut("items") {
        *place = Value::Array(items);
    }
    whole.to_string()
}

/// Ids are meant to be text, yet numbers are met; attachments are of no use here and often incomplete.
fn mended(mut item: Value) -> Value {
    if let Some(fields) = item.as_object_mut() {
        fields.remove("attachments");
        if let Some(id) = fields.get("id").filter(|id| id.is_number()).map(ToString::to_string) {
            fields.insert("id".into(), Value::String(id));
        }
        if fields.get("tags").is_some_and(|tags| {
            !tags.as_array().is_some_and(|tags| tags.iter().all(Value::is_string))
        }) {
            fields.remove("tags");
        }
        for name in ["title", "content_html", "content_text", "summary"] {
            if fields.get(name).is_some_and(|text| !text.is_string()) {
                fields.remove(name);
            }
        }
    }
    item
}
