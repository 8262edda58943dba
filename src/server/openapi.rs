//! The description of the API (OpenAPI 3.1), made from the tables that the documentation page shows too.

use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Refusal},
    ask::Ask,
};
use crate::{
    query::{MAX_LIMIT, OPEN_TO, SORTS, place},
    vocabulary::{KIND_GROUPS, Vocabulary},
};

/// A filter: its name, an example, what it means.
const FILTERS: [(&str, &str, &str); 19] = [
    ("service", "waste", "Area of council work; ids at /api/v1/services."),
    ("general", "yes", "`yes` adds events that are for every service."),
    (
        "kind",
        "makers",
        "Kind of event, or a group of kinds such as take-part; ids at /api/v1/kinds.",
    ),
    ("series", "lgmakers", "A named series of events."),
    ("group", "", "The group that runs it; ids at /api/v1/members."),
    ("feed", "", "The feed that it came from; ids at /api/v1/feeds."),
    ("status", "confirmed", "confirmed, tentative, cancelled or postponed."),
    (
        "council",
        "WBK",
        "The council that runs it, by three-letter code; codes at /api/v1/councils.",
    ),
    ("region", "south-west", "Region where one can go, by the venue or else by the organiser."),
    ("nation", "wales", "Nation where one can go."),
    ("near", "RG14", "A council’s code, the first half of a postcode, or latitude,longitude."),
    ("within", "50", "How far from `near`, in km."),
    ("or_online", "yes", "`yes` adds online and hybrid events, wherever they are run."),
    ("attendance", "online", "in_person, online or hybrid."),
    ("open_to", "councils", "Who may come; events that do not say count as open."),
    ("q", "missed bins", "Words in title, description, place and organiser: all of them."),
    ("from", "2026-12-01", "A date or an instant, inclusive; from now on if not given."),
    ("to", "2027-01-01", "A date or an instant, exclusive."),
    (
        "listed",
        "yes",
        "`no` or `any` shows what was judged not to be for this network; never private or held items.",
    ),
];

/// How a list is asked for.
const LISTING: [(&str, &str, &str); 4] = [
    ("limit", "50", "How many, 1 to 200; 50 if not given."),
    ("cursor", "", "Where to go on: taken from `next`."),
    ("sort", "start", "start, -start, title, updated, -updated, created or -created."),
    ("fields", "id,title,start", "Only these fields of each event."),
];

/// What an address takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Nothing.
    Nothing,
    /// All filters, and how the list is wanted.
    Filters,
    /// The filters alone.
    Plain,
    /// An id in its path.
    Id,
    /// `since` and `limit`.
    Since,
}

/// Address, name of the operation, what it takes, media type, what it gives.
const ADDRESSES: [(&str, &str, Takes, &str, &str); 20] = [
    (
        "/api/v1/events",
        "listEvents",
        Takes::Filters,
        "application/json",
        "Each event or series once, with its next date.",
    ),
    (
        "/api/v1/events/{id}",
        "getEvent",
        Takes::Id,
        "application/json",
        "One event. 301 when it was merged into another, 410 when it is gone.",
    ),
    (
        "/api/v1/occurrences",
        "listOccurrences",
        Takes::Filters,
        "application/json",
        "Dates, flattened. With `start` and `end` (FullCalendar) a bare array.",
    ),
    (
        "/api/v1/changes",
        "listChanges",
        Takes::Since,
        "application/json",
        "What changed since a cursor; without one a snapshot first. 410 for a cursor that is too old or not ours.",
    ),
    (
        "/api/v1/feeds",
        "listFeeds",
        Takes::Nothing,
        "application/json",
        "The feeds and their health.",
    ),
    (
        "/api/v1/members",
        "listMembers",
        Takes::Nothing,
        "application/json",
        "Groups, and the councils that have a feed or an event.",
    ),
    (
        "/api/v1/councils",
        "listCouncils",
        Takes::Nothing,
        "application/json",
        "All councils of the United Kingdom.",
    ),
    (
        "/api/v1/services",
        "listServices",
        Takes::Nothing,
        "application/json",
        "Areas of council work, with LGSL ids.",
    ),
    ("/api/v1/kinds", "listKinds", Takes::Nothing, "application/json", "Kinds of event."),
    ("/api/v1/stats", "getStats", Takes::Nothing, "application/json", "Numbers of the whole."),
    (
        "/calendar.ics",
        "getCalendar",
        Takes::Plain,
        "text/calendar",
        "The calendar to subscribe to.",
    ),
    (
        "/services/{id}/calendar.ics",
        "getServiceCalendar",
        Takes::Id,
        "text/calendar",
        "The same for one service; filters on top.",
    ),
    (
        "/kinds/{id}/calendar.ics",
        "getKindCalendar",
        Takes::Id,
        "text/calendar",
        "The same for one kind.",
    ),
    (
        "/councils/{id}/calendar.ics",
        "getCouncilCalendar",
        Takes::Id,
        "text/calendar",
        "The same for one council.",
    ),
    (
        "/regions/{id}/calendar.ics",
        "getRegionCalendar",
        Takes::Id,
        "text/calendar",
        "The same for one region.",
    ),
    (
        "/groups/{id}/calendar.ics",
        "getGroupCalendar",
        Takes::Id,
        "text/calendar",
        "The same for one group.",
    ),
    (
        "/events/{id}.ics",
        "getEventCalendar",
        Takes::Id,
        "text/calendar",
        "One event as a file to add.",
    ),
    ("/events.csv", "getSpreadsheet", Takes::Plain, "text/csv", "The list as a spreadsheet."),
    ("/feed.atom", "getAtom", Takes::Plain, "application/atom+xml", "Newly announced events."),
    (
        "/feed.json",
        "getJsonFeed",
        Takes::Plain,
        "application/feed+json",
        "Newly announced events (JSON Feed 1.1).",
    ),
];

/// Fields of an event: name, JSON Schema type, what it is.
const FIELDS: [(&str, &str, &str); 36] = [
    ("id", "string", "Lasting id."),
    ("uid", "string", "Lasting iCalendar UID."),
    ("title", "string", "Without state words and dates."),
    ("language", "string?", "BCP 47 tag."),
    (
        "description",
        "string?",
        "Plain text, cut near 500 characters unless the licence allows all.",
    ),
    ("url", "string?", "The organiser’s own page."),
    ("page", "string", "Our page."),
    ("start", "string?", "First instance: RFC 3339 with offset, or a date."),
    ("end", "string?", "All-day: exclusive."),
    ("all_day", "boolean", "Whole days."),
    ("last_day", "string?", "All-day: the last day, inclusive."),
    ("time_zone", "string", "IANA name of the zone in which times are shown."),
    ("status", "string", "confirmed, tentative, cancelled or postponed."),
    ("withdrawn", "string?", "When it left its feeds."),
    ("full", "boolean?", "Fully booked; null when nothing is said."),
    ("cost", "string?", "In words."),
    ("booking_url", "string?", "Where to book."),
    ("booking_by", "string?", "Last day for booking."),
    ("audience", "object?", "Who may come: open_to and the words that say so."),
    ("attendance", "string", "in_person, online, hybrid or unknown."),
    ("join_url", "string?", "Link to join online, where the feed allows it."),
    ("place", "object?", "name, address, postcode, latitude, longitude."),
    (
        "access",
        "array",
        "step_free, bsl, captions, hearing_loop, quiet_space; absent means not stated.",
    ),
    ("organiser", "object", "council (three-letter code), group, name."),
    ("kind", "string", "Kind id."),
    ("series", "string?", "Named series."),
    ("services", "array", "Service ids, main one first; empty means for every service."),
    ("recurrence", "object?", "rrule, rdate, exdate and overrides."),
    ("next", "object?", "start and end of the next date."),
    ("listed", "boolean", "Whether it is for this network."),
    ("reason", "string", "Why, in one sentence."),
    ("evidence", "object", "The words that led to date, kind, services, listing and merging."),
    ("sources", "array", "Feeds that carry it."),
    ("created", "string", "First seen here."),
    ("updated", "string", "Last change."),
    ("sequence", "integer", "Raised at each change of time, place or status."),
];

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
        paths.insert(path.to_owned(), json!({ "get": get(path, operation, takes, media, words) }));
    }
    let mut parameters = Map::new();
    for (name, example, words) in FILTERS.iter().chain(&LISTING) {
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
            "properties": {name: {"type": "array", "items": item}, "next": {"type": ["string", "null"]}},
        })
    };
    let event = json!({"$ref": "#/components/schemas/Event"});
    match path {
        "/api/v1/events" => list("events", event),
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
        "/api/v1/stats" => json!({"type": "object"}),
        other => match other.strip_prefix("/api/v1/") {
            Some(name) => list(name, json!({"type": "object"})),
            None => json!({"type": "string"}),
        },
    }
}

fn get(path: &str, operation: &str, takes: Takes, media: &str, words: &str) -> Value {
    let reference = |name: &str| json!({"$ref": format!("#/components/parameters/{name}")});
    let mut parameters: Vec<Value> = Vec::new();
    if path.contains("{id}") {
        parameters.push(
            json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}),
        );
    }
    let calendar = path.ends_with("/calendar.ics");
    if matches!(takes, Takes::Filters | Takes::Plain) || calendar {
        parameters.extend(FILTERS.iter().map(|(name, ..)| reference(name)));
    }
    if takes == Takes::Filters {
        parameters.extend(LISTING.iter().map(|(name, ..)| reference(name)));
    }
    if path == "/api/v1/occurrences" {
        for (name, words) in [
            ("start", "FullCalendar’s `from`: the answer is then a bare array."),
            ("end", "FullCalendar’s `to`."),
            ("timeZone", "FullCalendar’s zone: accepted; times always carry their offset."),
        ] {
            parameters.push(json!({"name": name, "in": "query", "description": words, "schema": {"type": "string"}}));
        }
    }
    if takes == Takes::Since {
        let words = "A cursor from an earlier answer.";
        parameters.push(json!({"name": "since", "in": "query", "description": words, "schema": {"type": "string"}}));
        parameters.push(reference("limit"));
    }
    let problem = |words: &str| {
        json!({
            "description": words,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        })
    };
    let mut responses = Map::new();
    responses.insert(
        "200".into(),
        json!({"description": words, "content": {media: {"schema": body(path)}}}),
    );
    let mut more = |status: &str, value: Value| {
        responses.insert(status.to_owned(), value);
    };
    more("304", json!({"description": "Not changed since the validator that you sent."}));
    more("400", problem("A filter or value that is not known, with what is allowed."));
    if path.contains("{id}") {
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
    json!({"operationId": operation, "summary": words, "parameters": parameters, "responses": responses})
}

/// The values that a filter allows, where they are known in advance.
fn values(ask: &Ask, name: &str) -> Option<Vec<String>> {
    let words: &Vocabulary = ask.catalogue.vocabulary();
    let members = ask.catalogue.members();
    let strings = |all: &[&str]| Some(all.iter().map(|&word| word.to_owned()).collect());
    match name {
        "service" => Some(words.services.iter().map(|service| service.id.clone()).collect()),
        "kind" => {
            let groups = KIND_GROUPS.iter().map(|(id, _)| (*id).to_owned());
            Some(words.kinds.iter().map(|kind| kind.id.clone()).chain(groups).collect())
        }
        "region" => Some(place::regions(members).into_iter().map(|(id, _)| id).collect()),
        "nation" => Some(place::nations(members).into_iter().map(|(id, _)| id).collect()),
        "status" => strings(&["confirmed", "tentative", "cancelled", "postponed"]),
        "attendance" => strings(&["in_person", "online", "hybrid"]),
        "open_to" => strings(&OPEN_TO),
        "listed" => strings(&["yes", "no", "any"]),
        "general" | "or_online" => strings(&["yes", "no"]),
        "sort" => Some(SORTS.iter().map(|(word, _)| (*word).to_owned()).collect()),
        _ => None,
    }
}

fn parameter(ask: &Ask, name: &str, example: &str, words: &str) -> Value {
    const ONE: [&str; 10] =
        ["general", "or_online", "within", "q", "from", "to", "listed", "limit", "cursor", "sort"];
    let mut value = match name {
        "limit" => json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 50}),
        "within" => json!({"type": "number", "minimum": 0.1, "maximum": 2000}),
        _ => json!({"type": "string"}),
    };
    if let (Some(allowed), Some(object)) = (values(ask, name), value.as_object_mut()) {
        object.insert("enum".into(), allowed.into());
    }
    let several = !ONE.contains(&name);
    let schema = if several { json!({"type": "array", "items": value}) } else { value };
    let mut parameter =
        json!({"name": name, "in": "query", "description": words, "schema": schema});
    if let Some(object) = parameter.as_object_mut() {
        if several {
            // Commas between values; `near` has commas of its own, so it is repeated instead.
            object.insert("style".into(), "form".into());
            object.insert("explode".into(), (name == "near").into());
        }
        if !example.is_empty() && name != "limit" && name != "within" {
            let example = if several { json!([example]) } else { json!(example) };
            object.insert("example".into(), example);
        }
    }
    parameter
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
