//! Every public address, in one list, grouped by who calls.

use super::{
    answer::{Answer, Refusal},
    api,
    ask::Ask,
    assets, calendars, openapi, pages,
};
use crate::language::Language;

/// Who reads an answer: it decides the shape of errors, the headers, and how long an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// A person in a browser.
    People,
    /// A page inside another site's page.
    Frames,
    /// A calendar program.
    Calendars,
    /// A developer's program.
    Programs,
    /// A browser, for the sake of a page.
    Assets,
}

impl For {
    /// Whether any site's script may read it.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Programs | Self::Calendars | Self::Frames)
    }

    /// Whether an error is best shown as a page.
    pub(crate) fn reads_pages(self) -> bool {
        matches!(self, Self::People | Self::Frames)
    }

    /// Seconds in which the passing of time alone changes nothing.
    pub(crate) fn period(self) -> i64 {
        match self {
            Self::Calendars => 300,
            Self::Assets => 86_400,
            Self::People | Self::Frames | Self::Programs => 60,
        }
    }

    /// Value of `Cache-Control`.
    pub(crate) fn cache_control(self) -> &'static str {
        match self {
            // Their addresses stay the same from release to release.
            Self::Calendars | Self::Assets => "public, max-age=300",
            Self::People | Self::Frames | Self::Programs => "public, max-age=60",
        }
    }

    /// For an address that no route has: what its asker probably reads.
    pub(crate) fn of_path(path: &str) -> Self {
        let data = [".ics", ".csv", ".json", ".atom", ".xml", ".txt"];
        if path.starts_with("/api/") || data.iter().any(|ending| path.ends_with(ending)) {
            Self::Programs
        } else {
            Self::People
        }
    }
}

/// In which language an address answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// What the address says, else what the browser prefers.
    AsReader,
    /// What the address says, else the usual language of the network: what becomes part of another site's page must
    /// not depend on who reads it.
    AsAddress,
    /// Data, and calendars that live for ever: always the same.
    English,
}

/// One address.
pub(crate) struct Route {
    /// Path, in axum's notation.
    pub(crate) path: &'static str,
    /// Who reads it.
    pub(crate) audience: For,
    /// Its language.
    pub(crate) speaks: Speaks,
    /// Makes the answer.
    pub(crate) make: fn(&Ask) -> Result<Answer, Refusal>,
}

impl Route {
    /// Its path, and the same in each language where it has one.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths = vec![self.path.to_owned()];
        if self.speaks != Speaks::English {
            for language in Language::ALL {
                let path = format!("{}{}", language.prefix(), self.path);
                if self.path == "/" {
                    paths.push(language.prefix().to_owned());
                }
                paths.push(path);
            }
        }
        paths
    }
}

const fn people(path: &'static str, make: fn(&Ask) -> Result<Answer, Refusal>) -> Route {
    Route { path, audience: For::People, speaks: Speaks::AsReader, make }
}

const fn piece(
    path: &'static str,
    audience: For,
    make: fn(&Ask) -> Result<Answer, Refusal>,
) -> Route {
    Route { path, audience, speaks: Speaks::AsAddress, make }
}

const fn calendar(path: &'static str, make: fn(&Ask) -> Result<Answer, Refusal>) -> Route {
    Route { path, audience: For::Calendars, speaks: Speaks::English, make }
}

const fn program(path: &'static str, make: fn(&Ask) -> Result<Answer, Refusal>) -> Route {
    Route { path, audience: For::Programs, speaks: Speaks::English, make }
}

const fn asset(path: &'static str, make: fn(&Ask) -> Result<Answer, Refusal>) -> Route {
    Route { path, audience: For::Assets, speaks: Speaks::English, make }
}

/// All routes besides the probes.
pub(crate) const ALL: &[Route] = &[
    // People.
    people("/", pages::home),
    people("/events", pages::events),
    people("/events/{id}", pages::event),
    people("/month", pages::month),
    people("/services", pages::services),
    people("/services/{id}", pages::service),
    people("/kinds", pages::kinds),
    people("/kinds/{id}", pages::kind),
    people("/councils", pages::councils),
    people("/councils/{id}", pages::council),
    people("/regions/{id}", pages::region),
    people("/groups/{id}", pages::group),
    people("/undated", pages::undated),
    people("/subscribe", pages::subscribe),
    people("/share", pages::share),
    people("/feeds", pages::feeds),
    people("/feeds/{id}", pages::feed),
    people("/publish", pages::publish),
    people("/about", pages::about),
    people("/accessibility", pages::accessibility),
    people("/privacy", pages::privacy),
    people("/api", pages::api),
    piece("/embed", For::Frames, pages::embed),
    // Their calendar programs and readers.
    calendar("/calendar.ics", calendars::calendar),
    calendar("/services/{id}/calendar.ics", calendars::service),
    calendar("/kinds/{id}/calendar.ics", calendars::kind),
    calendar("/councils/{id}/calendar.ics", calendars::council),
    calendar("/regions/{id}/calendar.ics", calendars::region),
    calendar("/groups/{id}/calendar.ics", calendars::group),
    calendar("/feed.atom", calendars::atom),
    calendar("/feed.json", calendars::json_feed),
    calendar("/feeds/{id}/health.atom", calendars::health),
    // Developers' programs.
    piece("/include", For::Programs, pages::include),
    program("/events.csv", calendars::spreadsheet),
    program("/feeds.opml", assets::opml),
    program("/api/v1/events", api::events),
    program("/api/v1/events/{id}", api::event),
    program("/api/v1/occurrences", api::occurrences),
    program("/api/v1/changes", api::changes),
    program("/api/v1/clashes", api::clashes),
    program("/api/v1/feeds", api::feeds),
    program("/api/v1/members", api::members),
    program("/api/v1/councils", api::councils),
    program("/api/v1/services", api::services),
    program("/api/v1/kinds", api::kinds),
    program("/api/v1/stats", api::stats),
    program("/api/v1/openapi.json", openapi::document),
    // Browsers and crawlers.
    asset("/assets/folkmoot.css", assets::stylesheet),
    asset("/assets/folkmoot.js", assets::script),
    asset("/assets/mark.svg", assets::mark),
    asset("/favicon.ico", assets::mark),
    program("/robots.txt", assets::robots),
    program("/sitemap.xml", assets::sitemap),
    program("/.well-known/security.txt", assets::security),
];
