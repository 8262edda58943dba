//! Microdata, turned into the shape of JSON-LD.

use scraper::{ElementRef, Html, Selector};
use serde_json::{Map, Value};
use url::Url;

use super::{markup, schema};
use crate::read::{Entry, MAX_TEXT};

/// Deepest item within an item.
const MAX_DEPTH: usize = 6;

/// Events in microdata, in the order of the page.
pub(super) fn events(html: &Html, base: Option<&Url>) -> Vec<Entry> {
    let Ok(scopes) = Selector::parse("[itemscope][itemtype]") else { return Vec::new() };
    html.select(&scopes)
        .filter(|scope| !is_inside_event(*scope))
        .map(|scope| item(scope, 0))
        .filter(schema::is_event)
        .map(|event| schema::entry(&event, None, base, "schema.org microdata"))
        .collect()
}

/// A `superEvent` of an event is not what the page announces.
fn is_inside_event(scope: ElementRef) -> bool {
    scope.attr("itemprop").is_some_and(|name| name.contains("superEvent"))
}

fn item(scope: ElementRef, depth: usize) -> Value {
    let mut fields = Map::new();
    let kinds = scope.attr("itemtype").unwrap_or_default().split_whitespace();
    let kinds: Vec<Value> =
        kinds.map(|kind| Value::String(schema::last_part(kind).to_owned())).collect();
    fields.insert("@type".into(), Value::Array(kinds));
    if let Some(id) = scope.attr("itemid") {
        fields.insert("@id".into(), Value::String(id.to_owned()));
    }
    let mut waiting: Vec<ElementRef> = scope.child_elements().collect();
    waiting.reverse();
    while let Some(element) = waiting.pop() {
        let nested = element.attr("itemscope").is_some();
        if let Some(names) = element.attr("itemprop") {
            for name in names.split_whitespace() {
                let value = if nested && depth < MAX_DEPTH {
                    item(element, depth + 1)
                } else {
                    Value::String(property(element, name))
                };
                add(&mut fields, name, value);
            }
        }
        if !nested {
            let mut children: Vec<ElementRef> = element.child_elements().collect();
            children.reverse();
            waiting.extend(children);
        }
    }
    Value::Object(fields)
}

fn add(fields: &mut Map<String, Value>, name: &str, value: Value) {
    if value.as_str().is_some_and(str::is_empty) {
        return;
    }
    match fields.get_mut(name) {
        Some(Value::Array(list)) => list.push(value),
        Some(known) => *known = Value::Array(vec![known.take(), value]),
        None => {
            fields.insert(name.to_owned(), value);
        }
    }
}

/// The value of a property. Strictly, a link's value is its address, whatever the property; sites put names on
/// links, and a name that is an address is of no use.
fn property(element: ElementRef, name: &str) -> String {
    if let Some(content) = element.attr("content").filter(|content| !content.trim().is_empty()) {
        return content.trim().to_owned();
    }
    if let Some(at) = element.attr("datetime") {
        return at.trim().to_owned();
    }
    let wants_text =
        matches!(name, "name" | "description" | "address" | "streetAddress" | "location");
    let address = element.attr("href").or_else(|| element.attr("src"));
    match address {
        Some(address) if !wants_text => address.trim().to_owned(),
        _ => words(element),
    }
}

/// All text below an element, in one line.
pub(super) fn words(element: ElementRef) -> String {
    let mut text = String::new();
    for piece in element.text() {
        if text.len() > MAX_TEXT {
            break;
        }
        text.push_str(piece);
        text.push(' ');
    }
    markup::folded(&text).replace(" ,", ",").replace(" .", ".")
}
