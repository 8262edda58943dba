//! Figures for Prometheus, on a listener of their own: they name every feed, so they are not for the public.

use std::{fmt::Write as _, sync::Arc};

use axum::{Router, http::header, routing};

use super::State;
use crate::{
    catalogue::Catalogue,
    health::{Health, Oddity},
};

/// The one route of the listener for figures.
pub fn router(state: Arc<State>) -> Router {
    Router::new().route(
        "/metrics",
        routing::get(move || async move {
            let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
            (kind, text(&state))
        }),
    )
}

/// Every health that a feed can have, so that a figure of 0 is told from one that is missing.
const HEALTHS: [(Health, &str); 9] = [
    (Health::New, "new"),
    (Health::Fine, "fine"),
    (Health::Quiet, "quiet"),
    (Health::Shrinking, "shrinking"),
    (Health::Failing, "failing"),
    (Health::Moved, "moved"),
    (Health::Gone, "gone"),
    (Health::Paused, "paused"),
    (Health::NeverWorked, "never_worked"),
];

fn text(state: &State) -> String {
    let catalogue = state.catalogue.load();
    let mut out = String::new();
    let (ready, _) = state.readiness();
    let kept = state.trouble.load().is_none();
    let figures = [
        ("folkmoot_ready", "1 when visitors may be sent here.", u64::from(ready)),
        ("folkmoot_store_writable", "1 when changes can be kept.", u64::from(kept)),
        ("folkmoot_listings", "Events known, shown or not.", catalogue.len() as u64),
        ("folkmoot_change_cursor", "Cursor of the newest change.", catalogue.head()),
    ];
    for (name, help, value) in figures {
        gauge(&mut out, name, help);
        line(&mut out, name, "", value);
    }
    let refused = "folkmoot_connections_refused_total";
    describe(
        &mut out,
        refused,
        "counter",
        "Connections to the public listener that found no place.",
    );
    line(&mut out, refused, "", state.places.turned_away());
    feeds(&mut out, &catalogue, (state.clock)());
    oddities(&mut out, &catalogue);
    out
}

fn feeds(out: &mut String, catalogue: &Catalogue, now: chrono::DateTime<chrono::Utc>) {
    gauge(out, "folkmoot_feeds", "Feeds in each state of health.");
    for (health, word) in HEALTHS {
        let count = catalogue.feeds().filter(|view| view.health(now) == health).count();
        line(out, "folkmoot_feeds", &format!("{{health=\"{word}\"}}"), count as u64);
    }
    type Figure = fn(&crate::health::FeedState) -> Option<i64>;
    let each: [(&str, &str, Figure); 8] = [
        ("folkmoot_feed_last_check_seconds", "Unix time of the last check.", |state| {
            state.last_check.map(|at| at.timestamp())
        }),
        ("folkmoot_feed_last_good_seconds", "Unix time of the last good check.", |state| {
            state.last_good.map(|at| at.timestamp())
        }),
        ("folkmoot_feed_next_check_seconds", "Unix time of the next check.", |state| {
            state.next_check.map(|at| at.timestamp())
        }),
        ("folkmoot_feed_failures", "Failed checks in a row.", |state| Some(state.failures.into())),
        ("folkmoot_feed_items", "Items in the last good read.", |state| Some(state.entries.into())),
        ("folkmoot_feed_listed", "Events of the feed that are listed.", |state| {
            Some(state.listed.into())
        }),
        ("folkmoot_feed_undated", "Events of the feed without a safe date.", |state| {
            Some(state.undated.into())
        }),
        (
            "folkmoot_feed_missing",
            "Upcoming events that are missing from the feed and wait for confirmation.",
            |state| Some(state.missing.into()),
        ),
    ];
    for (name, help, figure) in each {
        gauge(out, name, help);
        for view in catalogue.feeds() {
            if let Some(value) = figure(&view.state) {
                line(out, name, &format!("{{feed=\"{}\"}}", escaped(&view.feed.id)), value);
            }
        }
    }
}

/// What looks odd about each feed, 0 or 1 for each oddity.
fn oddities(out: &mut String, catalogue: &Catalogue) {
    let name = "folkmoot_feed_odd";
    gauge(out, name, "1 where something looks odd about a feed that can be read.");
    for view in catalogue.feeds() {
        let (feed, odd) = (escaped(&view.feed.id), view.state.oddities());
        for (oddity, word) in Oddity::ALL {
            let labels = format!("{{feed=\"{feed}\",oddity=\"{word}\"}}");
            line(out, name, &labels, u8::from(odd.contains(&oddity)));
        }
    }
}

fn gauge(out: &mut String, name: &str, help: &str) {
    describe(out, name, "gauge", help);
}

fn describe(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(out: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _ = writeln!(out, "{name}{labels} {value}");
}

/// Label values escape three characters (Prometheus text format 0.0.4).
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
