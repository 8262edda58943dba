//! JSON-LD in pages, also as sites write it: with line breaks in strings, trailing commas, comments around it.

use scraper::{Html, Selector};
use serde_json::Value;
use url::Url;

use super::schema;
use crate::read::{Entry, Problem, Severity};

/// Most nodes of all JSON-LD of a page that are looked at.
const MAX_NODES: usize = 200_000;
/// Most events that are taken from one page.
const MAX_EVENTS: usize = 5_000;

/// Events of all JSON-LD scripts of a page.
pub(super) fn events(html: &Html, base: Option<&Url>, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let Ok(scripts) = Selector::parse("script") else { return Vec::new() };
    let mut entries = Vec::new();
    let (mut mended, mut lost) = (0, 0);
    for script in html.select(&scripts) {
        let kind = script.attr("type").unwrap_or_default().to_ascii_lowercase();
        if !kind.contains("ld+json") {
            continue;
        }
        let text: String = script.text().collect();
        if text.trim().is_empty() {
            continue;
        }
        let (values, was_mended) = parse(&text);
        mended += usize::from(was_mended && !values.is_empty());
        lost += usize::from(values.is_empty());
        for value in &values {
            entries.extend(events_of(value, base));
        }
    }
    if mended > 0 {
        problems.push(
            Problem::new(
                Severity::Warning,
                "json_ld_malformed",
                format!("{mended} pieces of JSON-LD are not valid JSON; they were repaired"),
            )
            .fixed_by(
                "Write line breaks in descriptions as \\n, and no comma after the last field.",
            ),
        );
    }
    if lost > 0 {
        problems.push(
            Problem::new(
                Severity::Error,
                "json_ld_unreadable",
                format!("{lost} pieces of JSON-LD are not JSON and could not be repaired"),
            )
            .fixed_by("Check the page with a validator for structured data."),
        );
    }
    entries.truncate(MAX_EVENTS);
    entries
}

/// Events anywhere in a value: alone, in lists, in `@graph`, nested in places, lists and pages.
pub(super) fn events_of(value: &Value, base: Option<&Url>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut waiting: Vec<(&Value, Option<&Value>)> = vec![(value, None)];
    let mut seen = 0;
    while let Some((value, place)) = waiting.pop() {
        seen += 1;
        if seen > MAX_NODES {
            break;
        }
        match value {
            Value::Array(list) => waiting.extend(list.iter().rev().map(|item| (item, place))),
            Value::Object(fields) => {
                let event = schema::is_event(value);
                let series = event && schema::types(value).contains(&"EventSeries");
                // A series that lists its dates is those dates.
                if event && !(series && has_dated_parts(value)) {
                    entries.push(schema::entry(value, place, base, "schema.org JSON-LD"));
                }
                let is_place = schema::types(value).iter().any(|name| name.ends_with("Place"));
                let here = if is_place { Some(value) } else { place };
                // The larger whole is another page's event.
                let inner = fields.iter().filter(|(name, _)| !SIDEWAYS.contains(&name.as_str()));
                let inner: Vec<_> = inner.map(|(_, inner)| (inner, here)).collect();
                waiting.extend(inner.into_iter().rev());
            }
            _ => {}
        }
    }
    entries
}

/// Properties that lead to events other than those that the page is about.
const SIDEWAYS: &[&str] = &["superEvent", "isPartOf", "workFeatured", "previousItem"];

fn has_dated_parts(series: &Value) -> bool {
    match series.get("subEvent") {
        Some(Value::Array(parts)) => parts.iter().any(|part| part.get("startDate").is_some()),
        Some(part) => part.get("startDate").is_some(),
        None => false,
    }
}

/// The values in a script, and whether repairs were needed.
pub(super) fn parse(text: &str) -> (Vec<Value>, bool) {
    let text = unwrapped(text);
    if let Some(values) = strictly(text) {
        return (values, false);
    }
    for careful in [true, false] {
        if let Some(values) = strictly(&repaired(text, careful)) {
            return (values, true);
        }
    }
    (Vec::new(), true)
}

/// One value or several one after the other; nothing when any of it is malformed.
fn strictly(text: &str) -> Option<Vec<Value>> {
    let values: Result<Vec<Value>, _> =
        serde_json::Deserializer::from_str(text).into_iter().collect();
    values.ok().filter(|values| !values.is_empty())
}

/// Comments of HTML and marks of CDATA that old templates put around scripts, and a semicolon at the end.
fn unwrapped(text: &str) -> &str {
    let start = text.find(['{', '[']).unwrap_or(0);
    // `//<![CDATA[` has a bracket of its own.
    let start = text.find("<![CDATA[").map_or(start, |at| {
        let after = at + "<![CDATA[".len();
        text.get(after..).and_then(|rest| rest.find(['{', '['])).map_or(start, |more| after + more)
    });
    let end = text.rfind("]]>").map_or(text, |at| text.get(..at).unwrap_or(text));
    let end = end.rfind(['}', ']']).map_or(text.len(), |at| at + 1);
    text.get(start..end.max(start)).unwrap_or(text)
}

/// Repairs what sites do to JSON. `lone_quotes`: a quote inside a string ends it only where a string can end,
/// for descriptions pasted without escaping.
fn repaired(text: &str, lone_quotes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Vec<char> = Vec::new();
    let mut in_string = false;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        let rest = || text.get(at + character.len_utf8()..).unwrap_or_default();
        if in_string {
            match character {
                '\\' => {
                    if let Some((_, next)) = characters.next() {
                        if "\"\\/bfnrtu".contains(next) {
                            out.push('\\');
                        }
                        out.push(next);
                    }
                }
                '"' if !lone_quotes || ends_string(rest()) => {
                    in_string = false;
                    out.push('"');
                }
                '"' => out.push_str("\\\""),
                '\n' => out.push_str("\\n"),
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
            continue;
        }
        match character {
            '"' => {
                in_string = true;
                out.push('"');
            }
            '{' | '[' => {
                open.push(character);
                out.push(character);
            }
            '}' | ']' => {
                open.pop();
                out.push(character);
            }
            ',' if rest().trim_start().starts_with(['}', ']', ',']) || rest().trim().is_empty() => {
            }
            ';' => {}
            '/' => {
                if let Some(left) = behind_comment(rest()) {
                    while characters.as_str().len() > left.len() && characters.next().is_some() {}
                }
            }
            c => out.push(c),
        }
    }
    if in_string {
        out.push('"');
    }
    // Cut off in the middle: close what is open.
    while out.trim_end().ends_with([',', ':']) {
        let keep = out.trim_end().len().saturating_sub(1);
        out.truncate(keep);
    }
    out.extend(open.iter().rev().map(|bracket| if *bracket == '{' { '}' } else { ']' }));
    out
}

/// What stands behind a comment that JSON does not have: `// …` and `/* … */`.
fn behind_comment(after_slash: &str) -> Option<&str> {
    if let Some(line) = after_slash.strip_prefix('/') {
        return Some(line.find('\n').and_then(|end| line.get(end..)).unwrap_or_default());
    }
    let block = after_slash.strip_prefix('*')?;
    Some(block.split_once("*/").map_or("", |(_, rest)| rest))
}

/// Whether a string could end before this.
fn ends_string(rest: &str) -> bool {
    let rest = rest.trim_start();
    if let Some(after) = rest.strip_prefix(',') {
        // In a list of strings or before the next field; a comma in prose is followed by a word.
        let after = after.trim_start();
        return after.is_empty()
            || after.starts_with(['"', '{', '[', '}', ']', '-', 't', 'f', 'n'])
            || after.starts_with(|c: char| c.is_ascii_digit());
    }
    rest.is_empty() || rest.starts_with(['}', ']', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_as_sites_write_it() {
        for text in [
            r#"{"a": "x"}"#,
            "{\"a\": \"x\", }",
            "<!-- {\"a\": \"x\"} -->",
            "//<![CDATA[\n{\"a\": \"x\"}\n//]]>",
            "{\"a\": \"x\"};",
            "{// the \"name\"\n\"a\": /* as\nshown */ \"x\"}",
            "{\"a\": \"x\", \"b\": [1, 2,",
            "{\"a\": \"x\"}{\"c\": 1}",
        ] {
            let (values, _) = parse(text);
            assert_eq!(
                values.first().and_then(|v| v.get("a")).and_then(Value::as_str),
                Some("x"),
                "{text}"
            );
        }
        let (values, mended) = parse("{\"a\": \"line one\nline \"two\"\tit\\'s\", \"b\": 1}");
        assert!(mended);
        assert_eq!(values[0]["a"], "line one\nline \"two\" it's");
        assert!(parse("nothing here").0.is_empty());
    }

    #[test]
    fn events_are_found_wherever_they_are_nested() {
        let (values, _) = parse(
            r#"{"@graph": [{"@type": "WebPage"}, {"@type": "Place", "name": "Hall",
               "event": [{"@type": "EducationEvent", "name": "A", "startDate": "2027-01-01"}]},
               {"@type": "ItemList", "itemListElement": [{"item": {"@type": "Hackathon", "name": "B",
               "superEvent": {"@type": "Event", "name": "C"}}}]}]}"#,
        );
        let found = events_of(&values[0], None);
        let names: Vec<_> =
            found.iter().map(|e| e.title.as_ref().unwrap().value.as_str()).collect();
        assert_eq!(names, ["A", "B"]);
        assert_eq!(found[0].location.as_deref(), Some("Hall"));
    }
}
