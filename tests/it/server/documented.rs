//! Every example that the documentation gives is asked for, and answered.

use std::fs;

use axum::http::StatusCode;
use serde_json::Value;

use super::{router, send};

/// The addresses in a text that are meant to be copied: those in single quotes that begin with one of these.
fn quoted(text: &str, bases: &[&str]) -> Vec<String> {
    let pieces = text.split('\'').skip(1).step_by(2);
    let of =
        |piece: &str| bases.iter().find_map(|base| piece.strip_prefix(base)).map(str::to_owned);
    pieces.filter_map(of).collect()
}

async fn answered(path: &str) {
    let reply = send(&router(), "GET", path, &[]).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
    assert!(!reply.body.is_empty(), "{path}");
}

#[tokio::test]
async fn the_readme_s_requests_are_answered() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let lines = readme.lines().filter(|line| line.starts_with("curl "));
    let paths: Vec<String> =
        lines.flat_map(|line| quoted(line, &["http://127.0.0.1:8080"])).collect();
    assert!(paths.len() >= 3, "{paths:?}");
    for path in paths {
        answered(&path).await;
    }
}

#[tokio::test]
async fn the_documentation_page_s_requests_are_answered() {
    let page = send(&router(), "GET", "/api", &[]).await;
    let text = page.text().replace("&amp;", "&");
    let links = text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut paths: Vec<String> =
        links.filter(|link| link.starts_with("/api/")).map(str::to_owned).collect();
    for block in text.split("<pre").skip(1).map(|rest| rest.split("</pre>").next().unwrap()) {
        paths.extend(quoted(block, &["http://moot.example"]));
    }
    assert!(paths.len() >= 5, "{paths:?}");
    for path in paths {
        answered(&path).await;
    }
}

#[tokio::test]
async fn the_description_s_examples_are_answered_one_by_one_and_together() {
    let document = send(&router(), "GET", "/api/v1/openapi.json", &[]).await.json();
    let example = |parameter: &Value| -> Option<(String, String)> {
        let example = match &parameter["example"] {
            Value::Null => return None,
            Value::Array(values) => {
                values.iter().map(|value| value.as_str().unwrap()).collect::<Vec<_>>().join(",")
            }
            value => value.as_str().unwrap().to_owned(),
        };
        Some((parameter["name"].as_str().unwrap().to_owned(), example))
    };
    let (mut asked, encode) = (0, |value: &str| value.replace(' ', "+"));
    for (path, item) in document["paths"].as_object().unwrap() {
        // A plan needs its date and its service together (`clashes_are_found_for_an_event_and_for_a_plan`).
        if path == "/api/v1/clashes" {
            continue;
        }
        let mut path = path.clone();
        let mut all = Vec::new();
        for parameter in item["get"]["parameters"].as_array().unwrap() {
            let name = parameter["$ref"].as_str().map(|link| link.rsplit('/').next().unwrap());
            let parameter =
                name.map_or(parameter, |name| &document["components"]["parameters"][name]);
            if parameter["in"] == "path" {
                let first = &parameter["schema"]["enum"][0];
                let id = parameter["example"].as_str().or(first.as_str()).unwrap();
                path = path.replace("{id}", id);
            } else if let Some((name, value)) = example(parameter) {
                let allowed = &parameter["schema"]["items"]["enum"];
                let known = |one: &str| allowed.as_array().unwrap().iter().any(|a| a == one);
                assert!(allowed.is_null() || value.split(',').all(known), "{name}={value}");
                all.push(format!("{name}={}", encode(&value)));
            }
        }
        for one in &all {
            answered(&format!("{path}?{one}")).await;
        }
        asked += all.len();
        answered(&format!("{path}?{}", all.join("&"))).await;
    }
    assert!(asked > 100, "{asked}");
}
