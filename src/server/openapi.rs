//! The description of the API (OpenAPI 3.1), made from the tables that the documentation page shows too.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use tables::{ADDRESSES, FIELDS, FILTERS, LISTING, Takes};

use super::{
    answer::{Answer, Refusal},
    api::DATE_ORDERS,
    ask::Ask,
    language,
};
use crate::{
    catalogue::Item,
    event::Decision,
    query::{CURSOR_PATTERN, EVENT_FIELDS, MAX_LIMIT, OCCURRENCE_FIELDS, OPEN_TO, SORTS, place},
    vocabulary::{KIND_GROUPS, Vocabulary},
};

mod tables;

/// A day that there is, in the years that we read.
const DAY: &str = "((19|20|21)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)\
    |02-(0[1-9]|1[0-9]|2[0-8]))|((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)-02-29)";

/// Whether a filter has any value at all here: a network without groups cannot be asked for one.
fn is_open(ask: &Ask, name: &str) -> bool {
    !matches!(name, "group" | "feed" | "series") || values(ask, name).is_some()
}

/// The filters, for the documentation page.
pub(super) fn filters() -> Vec<(String, String)> {
    let all = FILTERS.iter().chain(&LISTING);
    all.map(|(name, _, words)| ((*name).to_owned(), words.replace('`', ""))).collect()
}

/// The addresses, for the documentation page.
pub(super) fn addresses() -> Vec<(String, String)> {
    let all = ADDRESSES.iter();
    all.map(|(path, _, _, _, words)| ((*path).to_owned(), words.replace('`', ""))).collect()
}

/// `/api/v1/openapi.json`.
pub(super) fn document(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    Ok(Answer::json(&build(ask)))
}

fn build(ask: &Ask) -> Value {
    let mut paths = Map::new();
    for (path, operation, takes, media, words) in ADDRESSES {
        paths.insert(
            path.to_owned(),
            json!({ "get": get(ask, path, operation, takes, media, words) }),
        );
    }
    let mut parameters = Map::new();
    for (name, example, words) in
        FILTERS.iter().chain(&LISTING).filter(|(name, ..)| is_open(ask, name))
    {
        parameters.insert((*name).to_owned(), parameter(ask, name, example, words));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{}: events", ask.settings.network.name),
            "version": "1",
            "description": "Events of councils and the groups around them. Read-only, no key, any origin.",
            "license": {"name": "Each event names its source and licence", "url": format!("{}/about", ask.base)},
        },
        "servers": [{"url": ask.base}],
        "paths": paths,
        "components": {"parameters": parameters, "schemas": schemas()},
    })
}

/// What each list is called, and what is in it.
fn body(path: &str) -> Value {
    let list = |name: &str, item: Value| {
        json!({
            "type": "object",
            "required": [name],
            "properties": {name: {"type": "array", "items": item}, "next": {"type": ["string", "null"]},
                "notes": {"type": "array", "items": {"type": "string"}}},
        })
    };
    let event = json!({"$ref": "#/components/schemas/Event"});
    match path {
        "/api/v1/events" => {
            let words = "Hashes of the UIDs of events that were forgotten in the last 90 days, for other Folkmoots that mirror this list; absent when there are none.";
            let more = json!({"type": "array", "items": {"type": "string"}, "description": words});
            json!({"allOf": [list("events", event)], "properties": {"forgotten": more}})
        }
        "/api/v1/events/{id}" => event,
        "/api/v1/occurrences" => json!({"oneOf": [
            list("occurrences", json!({"type": "object"})),
            {"type": "array", "items": {"type": "object"}},
        ]}),
        "/api/v1/changes" => json!({
            "type": "object",
            "required": ["changes", "next", "more"],
            "properties": {
                "changes": {"type": "array", "items": {"$ref": "#/components/schemas/Change"}},
                "next": {"type": "string"},
                "more": {"type": "boolean"},
            },
        }),
        "/api/v1/clashes" => {
            let dates = json!({"type": "array", "items": {"type": "object"}});
            json!({
                "type": "object",
                "required": ["start", "services", "near", "same_service", "done_before"],
                "properties": {
                    "event": {"type": ["string", "null"]},
                    "start": {"type": "string", "format": "date-time"},
                    "services": {"type": "array", "items": {"type": "string"}},
                    "kinds": {"type": "array", "items": {"type": "string"}},
                    "council": {"type": ["string", "null"]},
                    "notes": {"type": "array", "items": {"type": "string"}},
                    "near": {"type": ["string", "null"], "description": "The region that “near by” stands for; null for everywhere."},
                    "same_service": dates,
                    "done_before": dates,
                },
            })
        }
        "/api/v1/stats" | "/feed.json" => json!({"type": "object"}),
        other => match other.strip_prefix("/api/v1/") {
            Some(name) => list(name, json!({"type": "object"})),
            None => json!({"type": "string"}),
        },
    }
}

/// What may stand for `{id}`.
fn id_schema(ask: &Ask, path: &str) -> Value {
    let filter = match path.split('/').nth(1) {
        Some("services") => "service",
        Some("kinds") => "kind",
        Some("councils") => "council",
        Some("regions") => "region",
        Some("groups") => "group",
        _ => return json!({"type": "string", "pattern": "^[a-z2-7]{12}$"}),
    };
    match values(ask, filter) {
        Some(allowed) => json!({"type": "string", "enum": allowed}),
        None => json!({"type": "string"}),
    }
}

/// What an address takes besides filters, of how a list is wanted.
fn more_of_a_list(path: &str) -> &'static [&'static str] {
    match path {
        "/include" | "/embed" | "/feed.atom" | "/feed.json" => &["limit"],
        "/events.csv" => &["limit", "sort"],
        "/api/v1/events/{id}" => &["fields"],
        _ => &[],
    }
}

/// What `/api/v1/clashes` takes besides filters.
fn of_a_plan() -> [Value; 2] {
    let event = "Id of a known event; then nothing else is taken.";
    [
        json!({"name": "event", "in": "query", "description": event, "schema": {"type": "string", "pattern": "^[a-z2-7]{12}$"}}),
        json!({"name": "date", "in": "query", "description": "Day of the plan; today if not given.", "example": "2027-03-04", "schema": {"type": "string", "pattern": format!("^{DAY}$")}}),
    ]
}

fn get(ask: &Ask, path: &str, operation: &str, takes: Takes, media: &str, words: &str) -> Value {
    let reference = |name: &str| json!({"$ref": format!("#/components/parameters/{name}")});
    let mut parameters: Vec<Value> = Vec::new();
    if path.contains("{id}") {
        let mut id =
            json!({"name": "id", "in": "path", "required": true, "schema": id_schema(ask, path)});
        let event = path.contains("/events/").then(|| ask.catalogue.items().find(is_listed));
        if let (Some(Some(event)), Some(object)) = (event, id.as_object_mut()) {
            object.insert("example".into(), event.listing.id.as_str().into());
        }
        parameters.push(id);
    }
    let calendar = path.ends_with("/calendar.ics");
    if matches!(takes, Takes::Filters | Takes::Plain) || calendar {
        let known = FILTERS.iter().filter(|(name, ..)| is_open(ask, name));
        parameters.extend(known.map(|(name, ..)| reference(name)));
    }
    let dates = path == "/api/v1/occurrences";
    if takes == Takes::Filters {
        let here = LISTING.iter().filter(|(name, ..)| !(dates && *name == "sort"));
        parameters.extend(here.map(|(name, ..)| reference(name)));
    }
    parameters.extend(more_of_a_list(path).iter().map(|name| reference(name)));
    if matches!(path, "/include" | "/embed") {
        let words = "Language of dates and labels; the first of these if not given.";
        let tags: Vec<&str> = language::offered(&ask.settings).iter().map(|l| l.tag()).collect();
        parameters.push(json!({"name": "lang", "in": "query", "description": words, "schema": {"type": "string", "enum": tags}}));
    }
    if dates {
        parameters.push(json!({"name": "sort", "in": "query", "description": "By start; `-start` gives the last first.", "schema": {"type": "string", "enum": DATE_ORDERS}}));
        let words = "FullCalendar’s zone: accepted; times always carry their offset.";
        parameters.push(json!({"name": "timeZone", "in": "query", "description": words, "schema": {"type": "string"}}));
        for (name, ours) in [("start", "from"), ("end", "to")] {
            let words = format!(
                "FullCalendar’s word for `{ours}` (given both, both hold); the answer is then a bare array."
            );
            parameters.push(
                json!({"name": name, "in": "query", "description": words, "schema": bound()}),
            );
        }
    }
    if takes == Takes::Plan {
        parameters.extend(of_a_plan());
        parameters.extend(["service", "kind", "council"].map(reference));
    }
    if takes == Takes::Since {
        let words = "A cursor from an earlier answer.";
        parameters.push(json!({"name": "since", "in": "query", "description": words, "schema": {"type": "string", "pattern": format!("^$|{}", ask.catalogue.cursor_pattern())}}));
        parameters.push(reference("limit"));
        let words = "Seconds to wait, 0 to 60, when nothing has changed yet; an answer without changes may come sooner. Ask again at `next`.";
        parameters.push(json!({"name": "wait", "in": "query", "description": words, "schema": {"type": "integer", "minimum": 0, "maximum": 60}}));
    }
    let responses = responses(path, takes, media, words);
    json!({"operationId": operation, "summary": words, "parameters": parameters, "responses": responses})
}

fn is_listed(item: &&Arc<Item>) -> bool {
    item.listing.facts.verdict.decision == Decision::Listed
}

/// What an address answers, by status.
fn responses(path: &str, takes: Takes, media: &str, words: &str) -> Map<String, Value> {
    let problem = |words: &str| {
        let problem = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
        let mut content = json!({"application/problem+json": problem});
        // In a frame somebody reads it.
        if path == "/embed"
            && let Some(content) = content.as_object_mut()
        {
            content.insert("text/html".into(), json!({"schema": {"type": "string"}}));
        }
        json!({"description": words, "content": content})
    };
    let mut responses = Map::new();
    responses.insert(
        "200".into(),
        json!({"description": words, "content": {media: {"schema": body(path)}}}),
    );
    let mut more = |status: &str, value: Value| {
        responses.insert(status.to_owned(), value);
    };
    more(
        "302",
        json!({"description": "A whole postcode in `near` is cut to its first half: ask there."}),
    );
    more("304", json!({"description": "Not changed since the validator that you sent."}));
    more("400", problem("A filter or value that is not known, with what is allowed."));
    more("414", problem("The filters are longer than we read."));
    more(
        "429",
        problem(
            "Too many requests from your address, where the operator set a limit; Retry-After says how long to wait.",
        ),
    );
    more("503", problem("Not available for the moment; Retry-After says how long to wait."));
    if path.contains("{id}") || takes == Takes::Plan {
        more("301", json!({"description": "It is another one now."}));
        more("404", problem("There is no such thing."));
        more("410", problem("It is gone."));
    }
    if takes == Takes::Since {
        more(
            "410",
            problem("The cursor is too old or from another log; `begin` says where to begin."),
        );
    }
    responses
}

/// The values that a filter allows, where they are known in advance.
fn values(ask: &Ask, name: &str) -> Option<Vec<String>> {
    let words: &Vocabulary = ask.catalogue.vocabulary();
    let members = ask.catalogue.members();
    let strings = |all: &[&str]| Some(all.iter().map(|&word| word.to_owned()).collect());
    // An empty enum allows nothing, and a very long one helps nobody.
    let some = |ids: Vec<String>| (1..=500).contains(&ids.len()).then_some(ids);
    match name {
        "service" => Some(words.services.iter().map(|service| service.id.clone()).collect()),
        "kind" => {
            let groups = KIND_GROUPS.iter().map(|(id, _)| (*id).to_owned());
            Some(words.kinds.iter().map(|kind| kind.id.clone()).chain(groups).collect())
        }
        "region" => Some(place::regions(members).into_iter().map(|(id, _)| id).collect()),
        "nation" => Some(place::nations(members).into_iter().map(|(id, _)| id).collect()),
        "council" => Some(members.councils().iter().map(|council| council.code.clone()).collect()),
        "group" => some(members.groups().iter().map(|group| group.id.clone()).collect()),
        "feed" => some(ask.catalogue.feed_ids()),
        "series" => some(ask.catalogue.series_ids()),
        "fields" => Some(
            EVENT_FIELDS.iter().chain(&OCCURRENCE_FIELDS).map(|&field| field.to_owned()).collect(),
        ),
        "status" => strings(&["confirmed", "tentative", "cancelled", "postponed"]),
        "attendance" => strings(&["in_person", "online", "hybrid"]),
        "open_to" => strings(&OPEN_TO),
        "listed" => strings(&["yes", "no", "any"]),
        "general" | "or_online" => strings(&["yes", "no", "true", "false", "1", "0", "on", "off"]),
        "sort" => Some(SORTS.iter().map(|(word, _)| (*word).to_owned()).collect()),
        _ => None,
    }
}

/// A date or an instant.
fn bound() -> Value {
    json!({"anyOf": [
        {"type": "string", "pattern": format!("^{DAY}$")},
        {"type": "string", "pattern": format!("^{DAY}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](Z|[+-](0[0-9]|1[0-2]):[0-5][0-9]))?$")},
    ]})
}

fn parameter(ask: &Ask, name: &str, example: &str, words: &str) -> Value {
    const ONE: [&str; 10] =
        ["general", "or_online", "within", "q", "from", "to", "listed", "limit", "cursor", "sort"];
    let mut value = match name {
        "limit" => json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 50}),
        "within" => json!({"type": "number", "minimum": 0.1, "maximum": 2000}),
        "q" => {
            json!({"type": "string", "maxLength": 200, "pattern": "^\\s*(\\S+\\s+){0,29}\\S*\\s*$"})
        }
        "cursor" => json!({"type": "string", "pattern": format!("^$|{CURSOR_PATTERN}")}),
        "from" | "to" => bound(),
        "near" => json!({"anyOf": [
            {"type": "string", "enum": values(ask, "council")},
            {"type": "string", "pattern": place::outward_pattern()},
            {"type": "string", "pattern": "^-?([0-9]|[1-8][0-9])(\\.[0-9]{1,6})?,-?([0-9]|[1-9][0-9]|1[0-7][0-9])(\\.[0-9]{1,6})?$"},
        ]}),
        _ => json!({"type": "string"}),
    };
    if let (Some(allowed), Some(object)) = (values(ask, name), value.as_object_mut()) {
        object.insert("enum".into(), allowed.into());
    }
    let several = !ONE.contains(&name);
    let schema =
        if several { json!({"type": "array", "minItems": 1, "items": value}) } else { value };
    let mut parameter =
        json!({"name": name, "in": "query", "description": words, "schema": schema});
    if let Some(object) = parameter.as_object_mut() {
        if several {
            // Commas between values; `near` has commas of its own, so it is repeated instead.
            object.insert("style".into(), "form".into());
            object.insert("explode".into(), (name == "near").into());
        }
        if let Some(example) = example_of(ask, name, example) {
            let whole: Vec<&str> =
                if name == "near" { vec![&*example] } else { example.split(',').collect() };
            let example = if several { json!(whole) } else { json!(example) };
            object.insert("example".into(), example);
        }
    }
    parameter
}

/// An example that holds here: the ids of groups, feeds and series are those of this network.
fn example_of(ask: &Ask, name: &str, example: &str) -> Option<String> {
    match name {
        "group" | "feed" | "series" => values(ask, name)?.first().cloned(),
        // Their types say all that an example would.
        "limit" | "within" => None,
        _ => Some(example.to_owned()).filter(|example| !example.is_empty()),
    }
}

fn schemas() -> Value {
    let mut fields = Map::new();
    for (name, kind, words) in FIELDS {
        let schema = match kind.strip_suffix('?') {
            Some(kind) => json!({"type": [kind, "null"], "description": words}),
            None => json!({"type": kind, "description": words}),
        };
        fields.insert(name.to_owned(), schema);
    }
    let text = json!({"type": "string"});
    json!({
        "Event": {"type": "object", "properties": fields},
        "Change": {
            "type": "object",
            "required": ["cursor", "at", "change", "id"],
            "properties": {
                "cursor": text,
                "at": {"type": "string", "format": "date-time"},
                "change": {"enum": ["added", "changed", "withdrawn", "unlisted", "merged", "forgotten"]},
                "id": text,
                "into": {"type": ["string", "null"]},
                "event": {"oneOf": [{"$ref": "#/components/schemas/Event"}, {"type": "null"}]},
            },
        },
        "Problem": {
            "type": "object",
            "description": "RFC 9457",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": text,
                "title": text,
                "status": {"type": "integer"},
                "detail": text,
                "begin": text,
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "parameter": text,
                            "value": {"type": ["string", "null"]},
                            "detail": text,
                            "allowed": {"type": "array", "items": text},
                        },
                    },
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::routes::{ALL, For};

    #[test]
    fn every_route_for_programs_is_described() {
        let unlisted =
            ["/robots.txt", "/sitemap.xml", "/.well-known/security.txt", "/api/v1/openapi.json"];
        for route in ALL {
            let data = matches!(route.audience, For::Programs | For::Calendars);
            if !data || unlisted.contains(&route.path) || route.path.ends_with("health.atom") {
                continue;
            }
            assert!(ADDRESSES.iter().any(|(path, ..)| *path == route.path), "{}", route.path);
        }
    }

    #[test]
    fn the_fields_are_those_of_an_event() {
        for (name, ..) in FIELDS {
            assert!(crate::query::EVENT_FIELDS.contains(&name), "{name}");
        }
    }
}
