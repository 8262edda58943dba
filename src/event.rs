//! What an event is, once the item of a feed has been made sense of.
//!
//! A [`Draft`] is what one feed's item says, in our words; an [`Event`] is a draft with a history; a
//! [`Listing`] is one real-world event as shown, made of one or more events. The words are those of
//! JSCalendar (RFC 8984) where it has one.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Identity of an event or listing: 12 characters of lower-case base32, fixed at first sight.
pub type Id = String;

/// A stretch of time: one instance of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Whole days; `end` is the day after the last (RFC 5545 DTEND with VALUE=DATE) and is always later than `start`.
    AllDay {
        /// First day.
        start: NaiveDate,
        /// The day after the last.
        end: NaiveDate,
    },
    /// Instants. `end` is never before `start`; `None` means that the source did not say.
    Timed {
        /// First instant.
        start: DateTime<Utc>,
        /// The instant at which it is over.
        end: Option<DateTime<Utc>>,
    },
}

/// A date or a date and time as somebody's clock shows it; the zone is said beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Local {
    /// RFC 5545 DATE.
    Date(NaiveDate),
    /// RFC 5545 DATE-TIME without its zone.
    Time(NaiveDateTime),
}

impl Local {
    /// The day, whatever the precision.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        match self {
            Self::Date(day) => day,
            Self::Time(at) => at.date(),
        }
    }
}

/// The rules by which a local time is turned into an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// A zone of the IANA database; UTC is one of them.
    Iana(Tz),
    /// A constant offset east of UTC, in seconds (RFC 3339 numeric offset).
    Offset(i32),
    /// Rules of the file's own VTIMEZONE that agree with no IANA zone (RFC 5545, section 3.6.5).
    Custom(ZoneRules),
}

/// A VTIMEZONE as written: its name and its observances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneRules {
    /// TZID.
    pub id: String,
    /// X-LIC-LOCATION: the IANA name that the writer had in mind.
    #[serde(default)]
    pub location: Option<String>,
    /// STANDARD and DAYLIGHT parts.
    pub observances: Vec<Observance>,
}

/// A STANDARD or DAYLIGHT part of a VTIMEZONE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observance {
    /// DTSTART: the first onset, in the local time before the change.
    pub onset: NaiveDateTime,
    /// TZOFFSETFROM, in seconds.
    pub offset_from: i32,
    /// TZOFFSETTO, in seconds.
    pub offset_to: i32,
    /// RRULE of the onsets, if they repeat.
    pub rrule: Option<String>,
    /// RDATEs of further onsets, local.
    pub rdates: Vec<NaiveDateTime>,
}

/// A length of time as RFC 5545, section 3.3.6, has it: days are days of the calendar, whatever the clocks do in
/// them, and seconds are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Length {
    /// Days; a week is seven.
    pub days: i64,
    /// Hours, minutes and seconds together, in seconds.
    pub seconds: i64,
}

impl Length {
    /// All of it in seconds, a day as 24 hours.
    #[must_use]
    pub fn total(self) -> i64 {
        self.days.saturating_mul(86_400).saturating_add(self.seconds)
    }
}

/// How an event repeats. Rules are kept as rules; they are expanded in a window when asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// The zone in which rules and dates count.
    pub zone: Zone,
    /// DTSTART in that zone.
    pub start: Local,
    /// DURATION, where days are part of it: each instance then lasts so many days of the calendar (RFC 5545, section
    /// 3.8.5.3). Without it each lasts exactly as long as the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<Length>,
    /// RRULE values without their name, in canonical upper case.
    #[serde(default)]
    pub rrule: Vec<String>,
    /// EXRULE values (RFC 2445; deprecated by RFC 5545, still written).
    #[serde(default)]
    pub exrule: Vec<String>,
    /// RDATE: further instances, local in `zone`.
    #[serde(default)]
    pub rdate: Vec<ExtraDate>,
    /// EXDATE, local in `zone`; a `Date` takes away every instance that starts on that day.
    #[serde(default)]
    pub exdate: Vec<Local>,
    /// Instances that differ from the rule (RECURRENCE-ID).
    #[serde(default)]
    pub overrides: Vec<Override>,
}

impl Recurrence {
    /// Its times, places and states without its words: what subscribers must be told of when it changes.
    #[must_use]
    pub fn schedule(&self) -> Self {
        let mut schedule = self.clone();
        for change in &mut schedule.overrides {
            (change.title, change.description) = (None, None);
        }
        schedule
    }
}

/// One RDATE; a PERIOD carries its own length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraDate {
    /// Start, local in the recurrence's zone.
    pub start: Local,
    /// Length in seconds, when the source gives one that differs from the event's.
    pub length: Option<i64>,
}

/// An instance of a series that was moved, retitled, cancelled or otherwise changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// The start that the rule gives, local in the recurrence's zone (RECURRENCE-ID).
    pub instance: Local,
    /// RANGE=THISANDFUTURE: the change holds for all later instances too.
    #[serde(default)]
    pub this_and_future: bool,
    /// When it takes place instead.
    pub span: Span,
    /// Its title, when it differs.
    pub title: Option<String>,
    /// Its status, when it differs.
    pub status: Option<Status>,
    /// Its description, when it differs.
    pub description: Option<String>,
    /// Its place, when it differs.
    pub place: Option<Place>,
}

/// One date of an event: the output of expanding a recurrence (or the event's only date).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// When.
    pub span: Span,
    /// For a date of a series: the start that the rule gives, local in the recurrence's zone.
    pub instance: Option<Local>,
    /// Index into `Recurrence::overrides` of the change that applies here.
    pub changed_by: Option<usize>,
}

/// Whether it takes place.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Going ahead.
    #[default]
    Confirmed,
    /// Provisional: "save the date", STATUS:TENTATIVE.
    Tentative,
    /// Called off.
    Cancelled,
    /// Put off, no new date yet.
    Postponed,
}

/// Where one attends (schema.org `eventAttendanceMode`).
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    /// At a place.
    InPerson,
    /// Over the network.
    Online,
    /// Both.
    Hybrid,
    /// Nothing said.
    #[default]
    Unknown,
}

/// Where an event takes place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Venue or LOCATION as written, cleaned.
    pub name: Option<String>,
    /// Street address, when told apart from the name.
    pub address: Option<String>,
    /// UK postcode in its usual form, `RG14 5LD`.
    pub postcode: Option<String>,
    /// WGS 84 degrees north (GEO, georss, schema.org geo).
    pub latitude: Option<f64>,
    /// WGS 84 degrees east.
    pub longitude: Option<f64>,
}

impl Eq for Place {}

impl Place {
    /// True when nothing at all is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Who runs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organiser {
    /// Three-letter code of a council (`data/councils.csv`).
    pub council: Option<String>,
    /// Id of a group (`[[member]]`).
    pub group: Option<String>,
    /// Name of the organisation, never of a person.
    pub name: Option<String>,
}

/// Who may come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// `everyone`, `public_sector`, `councils`, `members` or `invited`.
    pub open_to: String,
    /// The words that say so.
    pub words: String,
}

/// Words that led to a decision: what stood where, and what was made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The words as they stood in the source (personal data taken out).
    pub text: String,
    /// Where they stood: `title`, `description`, `categories`, `feed setting`, `DTSTART`, …
    pub from: String,
    /// What they led to, in plain words.
    pub says: String,
}

impl Reason {
    /// A reason from its three parts.
    pub fn new(text: impl Into<String>, from: impl Into<String>, says: impl Into<String>) -> Self {
        Self { text: text.into(), from: from.into(), says: says.into() }
    }
}

/// Every decision's reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where the date came from.
    #[serde(default)]
    pub date: Vec<Reason>,
    /// Why this kind.
    #[serde(default)]
    pub kind: Vec<Reason>,
    /// Why these services.
    #[serde(default)]
    pub services: Vec<Reason>,
    /// Why listed or not.
    #[serde(default)]
    pub listed: Vec<Reason>,
    /// Why merged.
    #[serde(default)]
    pub merged: Vec<Reason>,
}

/// What was decided about showing an event.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Shown everywhere.
    Listed,
    /// Stored and shown only where `listed=no` is asked for.
    #[default]
    Unlisted,
    /// Waits for the operator (policy `review`, or no safe date); never public.
    Held,
    /// Private, busy-only or internal: hash, start and reason only; never public.
    Private,
}

/// Listed or not, and one plain sentence why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The decision.
    pub decision: Decision,
    /// One plain sentence.
    pub reason: String,
}

/// All that is said about an event, whether by one feed or by several together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What it is called, without state words ("CANCELLED:") and dates.
    pub title: String,
    /// BCP 47 tag of the text's language, `en` or `cy` as a rule.
    pub language: Option<String>,
    /// Plain text, whole (the outputs cut it).
    pub description: Option<String>,
    /// The event's own page, as its organiser gives it.
    pub url: Option<String>,
    /// The (first) instance; `None` is "date to be announced".
    pub span: Option<Span>,
    /// The zone in which times are shown.
    pub time_zone: Tz,
    /// How it repeats.
    pub recurrence: Option<Recurrence>,
    /// Whether it takes place.
    pub status: Status,
    /// Fully booked; `None` when nothing is said.
    pub full: Option<bool>,
    /// Price in words ("Free", "£25 plus VAT").
    pub cost: Option<String>,
    /// Where to book.
    pub booking_url: Option<String>,
    /// Last day for booking.
    pub booking_by: Option<NaiveDate>,
    /// Who may come.
    pub audience: Option<Audience>,
    /// In person, online or both.
    pub attendance: Attendance,
    /// Link to join online; only where the feed's `join_links` allows.
    pub join_url: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// `step_free`, `bsl`, `captions`, `hearing_loop`, `quiet_space`.
    #[serde(default)]
    pub access: Vec<String>,
    /// Who runs it.
    pub organiser: Organiser,
    /// Kind id (`data/kinds.json`).
    pub kind: String,
    /// Named series it belongs to ("LGMakers", "LocalGovCamp").
    pub series: Option<String>,
    /// Service ids (`data/services.json`), main one first.
    #[serde(default)]
    pub services: Vec<String>,
    /// Listed or not.
    pub verdict: Verdict,
    /// Why all this.
    pub evidence: Evidence,
}

impl Facts {
    /// Facts of an event of which nothing is known but title and display zone.
    #[must_use]
    pub fn new(title: impl Into<String>, time_zone: Tz) -> Self {
        Self {
            title: title.into(),
            language: None,
            description: None,
            url: None,
            span: None,
            time_zone,
            recurrence: None,
            status: Status::Confirmed,
            full: None,
            cost: None,
            booking_url: None,
            booking_by: None,
            audience: None,
            attendance: Attendance::Unknown,
            join_url: None,
            place: None,
            access: Vec::new(),
            organiser: Organiser::default(),
            kind: "other".into(),
            series: None,
            services: Vec::new(),
            verdict: Verdict::default(),
            evidence: Evidence::default(),
        }
    }
}

/// What one item of one feed says, before it has a history.
///
/// Made by `normalise`; `classify` fills kind, series, services, audience and verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The source's UID, guid or link, unescaped, otherwise unchanged.
    pub reference: Option<String>,
    /// Tells apart several events of one item (sessions); 0 for the first.
    pub ordinal: u32,
    /// Line of the source at which the item begins.
    pub line: Option<u32>,
    /// The facts.
    pub facts: Facts,
    /// Categories and tags as the source wrote them.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Why nothing of it may be shown (CLASS:PRIVATE, "Busy", opt-out); `None` for most.
    pub private: Option<String>,
    /// When the item was published, by its own word.
    pub published: Option<DateTime<Utc>>,
    /// When the item was last changed, by its own word (LAST-MODIFIED, atom:updated).
    pub modified: Option<DateTime<Utc>>,
    /// SEQUENCE of the source (RFC 5545, section 3.8.7.4).
    #[serde(default)]
    pub sequence: u32,
    /// Below the bar for listing: the date was found but is not safe (the reason in words).
    pub date_doubt: Option<String>,
}

/// A draft with an identity and a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Fixed at first sight.
    pub id: Id,
    /// Id of the feed that carries it.
    pub feed: String,
    /// What the feed says now (or said last).
    pub draft: Draft,
    /// First fetch that carried it.
    pub first_seen: DateTime<Utc>,
    /// Last fetch that carried it.
    pub last_seen: DateTime<Utc>,
    /// First good fetch of a complete feed that lacked it.
    pub absent_since: Option<DateTime<Utc>>,
    /// When it was found to have left its feed.
    pub withdrawn: Option<DateTime<Utc>>,
    /// When its content last changed.
    pub updated: DateTime<Utc>,
    /// Raised at each change of time, place or status.
    pub sequence: u32,
}

/// One feed's part in a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Id of the event.
    pub event: Id,
    /// Id of the feed.
    pub feed: String,
    /// UID, guid or link in that feed.
    pub reference: Option<String>,
    /// The event's page there.
    pub url: Option<String>,
    /// Licence of the feed's content.
    pub licence: Option<String>,
    /// Whom to credit.
    pub attribution: Option<String>,
    /// First fetch that carried it.
    pub first_seen: DateTime<Utc>,
    /// Last fetch that carried it.
    pub last_seen: DateTime<Utc>,
    /// Names of the fields that this source supplied.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// One real-world event as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The id of the event announced first.
    pub id: Id,
    /// iCalendar UID, stable for ever.
    pub uid: String,
    /// The merged facts.
    pub facts: Facts,
    /// Where it was found, the main source first.
    pub sources: Vec<Source>,
    /// Set when every source has let go of it.
    pub withdrawn: Option<DateTime<Utc>>,
    /// First seen by us.
    pub created: DateTime<Utc>,
    /// Last change of its content.
    pub updated: DateTime<Utc>,
    /// Raised at each change of time, place or status.
    pub sequence: u32,
}

impl Span {
    /// The first instant, counting a day as beginning at midnight in `zone`.
    #[must_use]
    pub fn start_utc(&self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::AllDay { start, .. } => midnight(*start, zone),
            Self::Timed { start, .. } => *start,
        }
    }

    /// The instant at which it is over; the start where no end is known.
    #[must_use]
    pub fn end_utc(&self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::AllDay { end, .. } => midnight(*end, zone),
            Self::Timed { start, end } => end.unwrap_or(*start),
        }
    }

    /// True when whole days.
    #[must_use]
    pub fn is_all_day(&self) -> bool {
        matches!(self, Self::AllDay { .. })
    }

    /// How long it lasts, zero where no end is known.
    #[must_use]
    pub fn length(&self) -> Duration {
        match self {
            Self::AllDay { start, end } => *end - *start,
            Self::Timed { start, end } => end.map_or_else(Duration::zero, |end| end - *start),
        }
    }

    /// Whether any part of it lies in `[from, to)`; a span without length counts at its start.
    #[must_use]
    pub fn overlaps(&self, from: DateTime<Utc>, to: DateTime<Utc>, zone: Tz) -> bool {
        let (start, end) = (self.start_utc(zone), self.end_utc(zone));
        start < to && (end > from || (start == end && start >= from))
    }
}

/// The instant of 00:00 on a day; where the clock jumps over midnight, the first instant after.
#[must_use]
pub fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let naive = day.and_time(chrono::NaiveTime::MIN);
    (0..=3)
        .find_map(|hours| (naive + Duration::hours(hours)).and_local_timezone(zone).earliest())
        .map_or_else(|| naive.and_utc(), |at| at.with_timezone(&Utc))
}

/// What happened to a listing, for the change log (`/api/v1/changes`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Listed for the first time (or again).
    Added,
    /// Its content changed.
    Changed,
    /// Left all its feeds.
    Withdrawn,
    /// No longer listed.
    Unlisted,
    /// Became part of another listing.
    Merged,
    /// Purged.
    Forgotten,
}

/// One line of the change log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Position in the log, rising, without gaps.
    pub cursor: u64,
    /// When it was committed.
    pub at: DateTime<Utc>,
    /// What happened.
    pub change: ChangeKind,
    /// The listing.
    pub id: Id,
    /// For `merged`: the listing that it became part of.
    pub into: Option<Id>,
}
