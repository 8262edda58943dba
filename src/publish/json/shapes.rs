//! What events, dates and changes look like in JSON: names and types, nothing else.

use serde::Serialize;
use serde_json::Value;

use crate::event::{Audience, ChangeKind, Evidence, Place};

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventJson {
    /// Identity, for ever.
    pub id: String,
    /// iCalendar UID.
    pub uid: String,
    /// What it is called.
    pub title: String,
    /// BCP 47.
    pub language: Option<String>,
    /// Plain text, cut at a sentence unless the licence allows all.
    pub description: Option<String>,
    /// The organiser's page.
    pub url: Option<String>,
    /// Our page.
    pub page: String,
    /// First instance: a date, or RFC 3339 with the offset of `time_zone`.
    pub start: Option<String>,
    /// Its end, exclusive for all-day.
    pub end: Option<String>,
    /// Whole days.
    pub all_day: bool,
    /// All-day: the last day, inclusive.
    pub last_day: Option<String>,
    /// IANA.
    pub time_zone: String,
    /// confirmed, tentative, cancelled, postponed.
    pub status: &'static str,
    /// When it left its feeds.
    pub withdrawn: Option<String>,
    /// Fully booked.
    pub full: Option<bool>,
    /// In words.
    pub cost: Option<String>,
    /// Where to book.
    pub booking_url: Option<String>,
    /// Last day for booking.
    pub booking_by: Option<String>,
    /// Who may come.
    pub audience: Option<Audience>,
    /// in_person, online, hybrid, unknown.
    pub attendance: &'static str,
    /// Only where the feed's settings allow it.
    pub join_url: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// What is said about access.
    pub access: Vec<String>,
    /// Who runs it.
    pub organiser: OrganiserJson,
    /// Kind id.
    pub kind: String,
    /// Named series.
    pub series: Option<String>,
    /// Service ids, main one first.
    pub services: Vec<String>,
    /// How it repeats.
    pub recurrence: Option<RecurrenceJson>,
    /// The next date.
    pub next: Option<NextJson>,
    /// Whether it is listed.
    pub listed: bool,
    /// Why, in one sentence.
    pub reason: String,
    /// The words that led to each decision.
    pub evidence: Evidence,
    /// Where it was found.
    pub sources: Vec<SourceJson>,
    /// First seen.
    pub created: String,
    /// Last change.
    pub updated: String,
    /// Raised at each change of time, place or status.
    pub sequence: u32,
}

/// Who runs an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrganiserJson {
    /// Three-letter code.
    pub council: Option<String>,
    /// Id of a group.
    pub group: Option<String>,
    /// Name of the organisation.
    pub name: Option<String>,
}

/// How an event repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecurrenceJson {
    /// RRULE values.
    pub rrule: Vec<String>,
    /// Further dates.
    pub rdate: Vec<String>,
    /// Dates taken out.
    pub exdate: Vec<String>,
    /// Dates that differ.
    pub overrides: Vec<OverrideJson>,
}

/// A date of a series that differs from its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverrideJson {
    /// The start that the rule gives.
    pub recurrence_id: String,
    /// When it takes place instead.
    pub start: String,
    /// Its end.
    pub end: Option<String>,
    /// Its own title.
    pub title: Option<String>,
    /// Its own status.
    pub status: Option<&'static str>,
}

/// The next date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextJson {
    /// As `start` of the event.
    pub start: String,
    /// As `end` of the event.
    pub end: Option<String>,
}

/// One feed's part in an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceJson {
    /// Id of the feed; its address may be a secret.
    pub feed: String,
    /// UID, guid or link there.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The event's page there.
    pub url: Option<String>,
    /// Licence.
    pub licence: Option<String>,
    /// Whom to credit.
    pub attribution: Option<String>,
    /// First fetch that carried it.
    pub first_seen: String,
    /// Last fetch that carried it.
    pub last_seen: String,
    /// Fields that it supplied.
    pub fields: Vec<String>,
}

/// One date of an event (`check --json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OccurrenceJson {
    /// A date, or RFC 3339 with offset.
    pub start: String,
    /// Exclusive for all-day; null when not stated.
    pub end: Option<String>,
    /// Whole days.
    pub all_day: bool,
    /// The start in UTC; null for all-day, which begins when the day does wherever one is.
    pub start_utc: Option<String>,
    /// The end in UTC.
    pub end_utc: Option<String>,
    /// For a series: the start that the rule gives.
    pub recurrence_id: Option<String>,
    /// The title of this date.
    pub title: String,
    /// The status of this date.
    pub status: &'static str,
}

/// One date with the event that it belongs to (`/api/v1/occurrences`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DateJson {
    /// Id of the event: several dates of a series share it.
    pub id: String,
    /// UID of the event.
    pub uid: String,
    /// When, its title and its status.
    #[serde(flatten)]
    pub occurrence: OccurrenceJson,
    /// All-day: the last day, inclusive.
    pub last_day: Option<String>,
    /// IANA.
    pub time_zone: String,
    /// When the event left its feeds.
    pub withdrawn: Option<String>,
    /// The organiser's page.
    pub url: Option<String>,
    /// Our page.
    pub page: String,
    /// Fully booked.
    pub full: Option<bool>,
    /// In words.
    pub cost: Option<String>,
    /// Where to book.
    pub booking_url: Option<String>,
    /// Who may come.
    pub audience: Option<Audience>,
    /// in_person, online, hybrid, unknown.
    pub attendance: &'static str,
    /// Where this date is.
    pub place: Option<Place>,
    /// Who runs it.
    pub organiser: OrganiserJson,
    /// Kind id.
    pub kind: String,
    /// Named series.
    pub series: Option<String>,
    /// Service ids.
    pub services: Vec<String>,
}

/// One date in FullCalendar's own words.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FullCalendarJson {
    /// Tells dates apart.
    pub id: String,
    /// Id of the event.
    pub group_id: String,
    /// With the state before it.
    pub title: String,
    /// A date, or RFC 3339 with offset.
    pub start: String,
    /// Exclusive.
    pub end: Option<String>,
    /// Whole days.
    pub all_day: bool,
    /// Our page.
    pub url: String,
    /// What FullCalendar hands on.
    pub extended_props: Value,
}

/// A line of the change log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeJson {
    /// Go on from here.
    pub cursor: String,
    /// When.
    pub at: String,
    /// added, changed, withdrawn, unlisted, merged, forgotten.
    pub change: ChangeKind,
    /// The event.
    pub id: String,
    /// For merged: the event that it became part of.
    pub into: Option<String>,
    /// The event as it is now, if it is listed.
    pub event: Option<EventJson>,
}
