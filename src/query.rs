//! The one filter language of every output (DESIGN, section 5.3): what is asked for, in one type.
//!
//! Repeat or comma means any of; different filters mean all of. A word that is not known is a fault and never
//! ignored, since a typo must not widen a subscription.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::{
    event::{Attendance, Status},
    member::Members,
    vocabulary::Vocabulary,
};

mod cursor;
mod parse;
pub mod place;
mod words;
mod write;

pub use cursor::{Cursor, PATTERN as CURSOR_PATTERN, SortKey};
pub use parse::{is_foreign, is_parameter, parameters, parse, parse_with};
pub use place::Point;

/// Fields of an event in JSON, in their order (DESIGN, section 5.6): the values of `fields`.
pub const EVENT_FIELDS: [&str; 36] = [
    "id",
    "uid",
    "title",
    "language",
    "description",
    "url",
    "page",
    "start",
    "end",
    "all_day",
    "last_day",
    "time_zone",
    "status",
    "withdrawn",
    "full",
    "cost",
    "booking_url",
    "booking_by",
    "audience",
    "attendance",
    "join_url",
    "place",
    "access",
    "organiser",
    "kind",
    "series",
    "services",
    "recurrence",
    "next",
    "listed",
    "reason",
    "evidence",
    "sources",
    "created",
    "updated",
    "sequence",
];

/// What a date in `/api/v1/occurrences` has besides, also as values of `fields`.
pub const OCCURRENCE_FIELDS: [&str; 3] = ["start_utc", "end_utc", "recurrence_id"];

/// Values of `open_to`, the widest first.
pub const OPEN_TO: [&str; 5] = ["everyone", "public_sector", "councils", "members", "invited"];

/// How many results a page has unless `limit` says otherwise.
pub const DEFAULT_LIMIT: usize = 50;

/// The most results that a page has.
pub const MAX_LIMIT: usize = 200;

/// How far `near` reaches unless `within` says otherwise, in km.
pub const DEFAULT_WITHIN_KM: f64 = 50.0;

/// What a filter's words are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Kinds and services.
    pub vocabulary: &'a Vocabulary,
    /// Councils and groups.
    pub members: &'a Members,
    /// Ids of feeds, those taken away included.
    pub feeds: &'a [String],
    /// Ids of named series, those that ran out included.
    pub series: &'a [String],
    /// Zone in which a date begins.
    pub time_zone: Tz,
}

/// Which events are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// The page or calendar that was asked (`/services/waste`): holds besides the filters, never instead of one.
    pub scope: Option<Scope>,
    /// Service ids: any of.
    pub services: Vec<String>,
    /// Events for every service too.
    pub general: bool,
    /// Kind ids and ids of groups of kinds: any of.
    pub kinds: Vec<String>,
    /// Ids of named series (`lgmakers`): any of.
    pub series: Vec<String>,
    /// Ids of organising groups: any of.
    pub groups: Vec<String>,
    /// Ids of feeds: any of.
    pub feeds: Vec<String>,
    /// Statuses: any of.
    pub status: Vec<Status>,
    /// Codes of organising councils: any of. A retired one stands for its successors too.
    pub councils: Vec<String>,
    /// Region ids (`south-west`) where one can go: any of.
    pub regions: Vec<String>,
    /// Nation ids (`wales`) where one can go: any of.
    pub nations: Vec<String>,
    /// Points to be near: any of.
    pub near: Vec<Point>,
    /// How near, in km; [`DEFAULT_WITHIN_KM`] when not given.
    pub within_km: Option<f64>,
    /// Online and hybrid events too, wherever they are.
    pub or_online: bool,
    /// Ways to attend: any of.
    pub attendance: Vec<Attendance>,
    /// Who may come ([`OPEN_TO`]): any of; an event that does not say passes.
    pub open_to: Vec<String>,
    /// Words that all occur.
    pub q: Option<String>,
    /// Inclusive; `None` is now (calendars: 31 days ago).
    pub from: Option<Bound>,
    /// Exclusive; `None` is open (calendars: 18 months ahead).
    pub to: Option<Bound>,
    /// Listed events, others, or both.
    pub listed: ListedFilter,
}

/// One page of the model: a filter that the address's path says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// `/services/{id}`; events for every service are part of it only with `general=yes`.
    Service(String),
    /// `/kinds/{id}`; a group of kinds too.
    Kind(String),
    /// `/councils/{code}`.
    Council(String),
    /// `/regions/{id}`.
    Region(String),
    /// `/groups/{id}`.
    Group(String),
}

/// An end of a range, as written: a day keeps being a day in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The day, when one was written.
    pub day: Option<NaiveDate>,
}

/// The filter `listed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ListedFilter {
    /// Listed events.
    #[default]
    Yes,
    /// Events that were judged not to be for this network.
    No,
    /// Both.
    Any,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// By the next date within the range.
    #[default]
    Start,
    /// The other way round.
    StartDescending,
    /// By title.
    Title,
    /// The longest unchanged first.
    Updated,
    /// The latest change first.
    UpdatedDescending,
    /// The first announced first.
    Created,
    /// The newest announcement first.
    CreatedDescending,
}

/// Every order by the name that it has in an address.
pub const SORTS: [(&str, Sort); 7] = [
    ("start", Sort::Start),
    ("-start", Sort::StartDescending),
    ("title", Sort::Title),
    ("updated", Sort::Updated),
    ("-updated", Sort::UpdatedDescending),
    ("created", Sort::Created),
    ("-created", Sort::CreatedDescending),
];

/// A query and how its answer is wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// Which events.
    pub query: Query,
    /// How many at most; `None` when not said ([`DEFAULT_LIMIT`]).
    pub limit: Option<usize>,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// In which order.
    pub sort: Sort,
    /// Which fields; empty means all.
    pub fields: Vec<String>,
    /// Further parameters that the endpoint allows.
    pub extra: BTreeMap<String, String>,
    /// What a person should know about how the filters were understood.
    pub notes: Vec<String>,
}

/// A parameter or value that is not known, with what is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The parameter.
    pub parameter: String,
    /// The value, when that is at fault.
    pub value: Option<String>,
    /// What may stand there; for long lists those most like it.
    pub allowed: Vec<String>,
    /// The same as a sentence.
    pub words: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Fault {}

impl Request {
    /// How many results at most.
    #[must_use]
    pub fn page_size(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }
}

impl Query {
    /// The same filters on the page or calendar of one service, kind, council, region or group.
    #[must_use]
    pub fn scoped(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// True when no filter but the range is set.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        let whole = Self { from: self.from, to: self.to, ..Self::default() };
        *self == whole
    }
}

impl Scope {
    /// The path that it stands for: `/services/waste`.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Service(id) => format!("/services/{id}"),
            Self::Kind(id) => format!("/kinds/{id}"),
            Self::Council(code) => format!("/councils/{code}"),
            Self::Region(id) => format!("/regions/{id}"),
            Self::Group(id) => format!("/groups/{id}"),
        }
    }
}

/// The id of a named series: "LocalGovCamp 2026" becomes `localgovcamp-2026`.
#[must_use]
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}
