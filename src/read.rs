//! Turns the bytes of a feed into items as their author wrote them, one bad item costing one item.

pub mod decode;
pub mod moment;
pub mod link;
mod tame;
mod sniff;
pub mod ical;
pub mod page;
pub mod feed;
pub mod discover;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    event::{Length, Local, ZoneRules},
    feed::{Format, FormatSetting},
};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Read, but not as its author meant, perhaps.
    Warning,
    /// Something could not be read.
    Error,
}

/// Something found wrong with a feed, for its report card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// Stable name, such as `unknown_time_zone`.
    pub code: String,
    /// Line of the source, counted from 1.
    pub line: Option<u32>,
    /// What was found, in plain words.
    pub text: String,
    /// What the publisher should change.
    pub fix: Option<String>,
}

/// An item that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Its UID, guid or link, when that much could be read.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// Line of the source.
    pub line: Option<u32>,
    /// Why, in plain words.
    pub reason: String,
}

/// Text with its markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// As written, unescaped once from the carrier format.
    pub value: String,
    /// Whether it is (or looks like) HTML.
    pub html: bool,
    /// Language said beside it (`LANGUAGE=`, `xml:lang`).
    pub language: Option<String>,
}

/// The zone that a written time names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WrittenZone {
    /// None: the reader's own.
    Floating,
    /// `Z`.
    Utc,
    /// Seconds east of UTC.
    Offset(i32),
    /// TZID as written, quotes taken off.
    Named(String),
}

/// A date or time as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Written {
    /// The clock's face.
    pub value: Local,
    /// Its zone.
    pub zone: WrittenZone,
}

/// One RDATE value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenExtra {
    /// Start.
    pub start: Written,
    /// End or length of a PERIOD, in seconds.
    pub length: Option<i64>,
}

/// What an item says about repeating (iCalendar; schema.org `eventSchedule`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repeats {
    /// RRULE values as written.
    pub rrule: Vec<String>,
    /// EXRULE values as written.
    pub exrule: Vec<String>,
    /// RDATE.
    pub rdate: Vec<WrittenExtra>,
    /// EXDATE.
    pub exdate: Vec<Written>,
}

/// Where an item's start was written, in the order of trust (DESIGN, section 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateOrigin {
    /// DTSTART.
    Ical,
    /// An extension element, named as on the wire (`ev:startdate`).
    Extension(String),
    /// schema.org, microformats or `<time>` on a page, named.
    Page(String),
}

/// An item of a feed as its author wrote it, in one shape for all formats; not yet trusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// UID (iCalendar), guid (RSS), id (Atom, JSON Feed), `@id` or url (schema.org); unescaped, otherwise unchanged.
    pub reference: Option<String>,
    /// Line at which it begins.
    pub line: Option<u32>,
    /// Which VCALENDAR of the file it stands in, counted from 0; each is a calendar of its own.
    pub calendar: u32,
    /// Its calendar says METHOD:CANCEL: it calls off what it names, and may say no more than that.
    pub cancels: bool,
    /// SUMMARY, title, name.
    pub title: Option<Text>,
    /// DESCRIPTION (or X-ALT-DESC), content or description or summary.
    pub description: Option<Text>,
    /// URL, link; absolute.
    pub url: Option<String>,
    /// CATEGORIES, category, tags, keywords.
    pub categories: Vec<String>,
    /// LOCATION, `ev:location`, schema.org location name.
    pub location: Option<String>,
    /// Street address, when the format tells it apart (schema.org `address`).
    pub address: Option<String>,
    /// GEO, georss:point, geo:lat and geo:long: latitude, longitude.
    pub geo: Option<(f64, f64)>,
    /// DTSTART and its relatives.
    pub start: Option<Written>,
    /// DTEND and its relatives, as the format means them (all-day: exclusive in iCalendar, inclusive on pages).
    pub end: Option<Written>,
    /// DURATION.
    pub duration: Option<Length>,
    /// Where `start` stood.
    pub date_origin: Option<DateOrigin>,
    /// Rules.
    pub repeats: Repeats,
    /// RECURRENCE-ID, and whether RANGE=THISANDFUTURE.
    pub recurrence_id: Option<(Written, bool)>,
    /// STATUS, `eventStatus`, as written in upper case without a namespace (`CANCELLED`, `EVENTPOSTPONED`).
    pub status: Option<String>,
    /// CLASS as written in upper case.
    pub class: Option<String>,
    /// X-MICROSOFT-CDO-BUSYSTATUS and TRANSP as written, for busy-only sharing.
    pub busy: Option<String>,
    /// SEQUENCE.
    pub sequence: u32,
    /// CREATED.
    pub created: Option<DateTime<Utc>>,
    /// LAST-MODIFIED, updated.
    pub modified: Option<DateTime<Utc>>,
    /// DTSTAMP.
    pub stamp: Option<DateTime<Utc>>,
    /// pubDate, published, dc:date.
    pub published: Option<DateTime<Utc>>,
    /// ORGANIZER's CN, `ev:organizer`, schema.org organizer name, author of the item (an organisation, it is hoped).
    pub organiser: Option<String>,
    /// CONFERENCE, schema.org VirtualLocation, X-GOOGLE-CONFERENCE, X-MICROSOFT-SKYPETEAMSMEETINGURL.
    pub join_url: Option<String>,
    /// `OnlineEventAttendanceMode` and the like, as written without namespace.
    pub attendance_mode: Option<String>,
    /// `mec:cost`, schema.org offers, in words.
    pub cost: Option<String>,
    /// schema.org offers url.
    pub booking_url: Option<String>,
    /// schema.org offers availability `SoldOut`.
    pub sold_out: Option<bool>,
}

impl Entry {
    /// An entry of which nothing is known.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            reference: None,
            line: None,
            calendar: 0,
            cancels: false,
            title: None,
            description: None,
            url: None,
            categories: Vec::new(),
            location: None,
            address: None,
            geo: None,
            start: None,
            end: None,
            duration: None,
            date_origin: None,
            repeats: Repeats::default(),
            recurrence_id: None,
            status: None,
            class: None,
            busy: None,
            sequence: 0,
            created: None,
            modified: None,
            stamp: None,
            published: None,
            organiser: None,
            join_url: None,
            attendance_mode: None,
            cost: None,
            booking_url: None,
            sold_out: None,
        }
    }
}

/// Hints of a document on how often to ask for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshHints {
    /// REFRESH-INTERVAL, X-PUBLISHED-TTL, RSS ttl, sy:updatePeriod: not more often than this.
    pub every: Option<Duration>,
    /// RSS skipHours: hours of the day in UTC.
    pub skip_hours: Vec<u32>,
    /// RSS skipDays, English names in lower case.
    pub skip_days: Vec<String>,
    /// WebSub hub.
    pub hub: Option<String>,
    /// The address under which the hub knows the feed (`rel=self`).
    pub topic: Option<String>,
}

/// What one calendar of a document says of time zones. A TZID means something within its own calendar only (RFC 5545,
/// section 3.8.3.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarZones {
    /// The calendar, as [`Entry::calendar`] counts them.
    pub calendar: u32,
    /// X-WR-TIMEZONE or the name of the generator's default zone.
    pub default: Option<String>,
    /// VTIMEZONEs.
    pub rules: Vec<ZoneRules>,
}

/// A whole feed, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it turned out to be.
    pub format: Format,
    /// X-WR-CALNAME, NAME, channel title, page title.
    pub title: Option<String>,
    /// Language of the whole.
    pub language: Option<String>,
    /// Copyright or dc:rights as written.
    pub rights: Option<String>,
    /// The site that the feed belongs to.
    pub link: Option<String>,
    /// What each of its calendars says of time zones, in their order; one that says nothing is not there.
    pub zones: Vec<CalendarZones>,
    /// PRODID or generator.
    pub generator: Option<String>,
    /// How often to ask.
    pub refresh: RefreshHints,
    /// The next page of the same list (`rel=next`).
    pub next_page: Option<String>,
    /// Hashes of UIDs of what the other Folkmoot has forgotten: nothing of it may stay here either.
    pub forgotten: Vec<String>,
    /// Items.
    pub entries: Vec<Entry>,
    /// Items that could not be read.
    pub skipped: Vec<Skipped>,
    /// What was found wrong.
    pub problems: Vec<Problem>,
    /// False after a truncation or a cap: absence proves nothing then.
    pub complete: bool,
    /// It ends before its end.
    pub cut_off: Option<CutOff>,
}

/// Where a document breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutOff {
    /// Line at which the item begins that it breaks off in, if not between two items.
    pub item: Option<u32>,
}

/// What is known about the bytes before they are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hint {
    /// Content-Type header as received; only its charset is believed.
    pub content_type: Option<String>,
    /// Address that the bytes came from, for relative links.
    pub base: Option<url::Url>,
    /// The operator's word on the format.
    pub format: Option<FormatSetting>,
}

impl Problem {
    /// A problem without a place in the source.
    pub fn new(severity: Severity, code: &str, text: impl Into<String>) -> Self {
        Self { severity, code: code.into(), line: None, text: text.into(), fix: None }
    }

    /// Says at which line.
    #[must_use]
    pub fn at(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// Says what the publisher should change.
    #[must_use]
    pub fn fixed_by(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

impl Document {
    /// The place for what a calendar says of time zones: the latest one, or a new one.
    pub(crate) fn zones_of(&mut self, calendar: u32) -> Option<&mut CalendarZones> {
        if self.zones.last().is_none_or(|last| last.calendar != calendar) {
            self.zones.push(CalendarZones { calendar, ..CalendarZones::default() });
        }
        self.zones.last_mut()
    }

    /// A document of which only the format is known.
    #[must_use]
    pub fn empty(format: Format) -> Self {
        Self {
            format,
            title: None,
            language: None,
            rights: None,
            link: None,
            zones: Vec::new(),
            generator: None,
            refresh: RefreshHints::default(),
            next_page: None,
            forgotten: Vec::new(),
            entries: Vec::new(),
            skipped: Vec::new(),
            problems: Vec::new(),
            complete: true,
            cut_off: None,
        }
    }
}

/// Why a body could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing but white space.
    #[error("the answer was empty")]
    Empty,
    /// Larger than the cap.
    #[error("the body has {bytes} bytes; at most {} MB are read", MAX_BYTES / 1_048_576)]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A page that asks for a name and a password.
    #[error("this is a sign-in page, not a feed")]
    SignIn,
    /// A page without events in a form that a machine can read.
    #[error("this is a web page{}, and no event on it is written in a form that a machine can read", titled(.title))]
    NoEvents {
        /// Title of the page.
        title: Option<String>,
    },
    /// There is text, but no calendar in it.
    #[error("this is not a calendar: it has no line BEGIN:VCALENDAR")]
    NotCalendar,
    /// Something else.
    #[error("this is not a feed: {found}")]
    NotAFeed {
        /// What it is, or how it begins, in plain words.
        found: String,
    },
    /// The format is known, and still nothing could be made of it.
    #[error("the {format} could not be read: {reason}")]
    Unreadable {
        /// `feed`, `calendar`, `page`.
        format: &'static str,
        /// Why, in plain words.
        reason: String,
    },
}

fn titled(title: &Option<String>) -> String {
    title.as_ref().map_or_else(String::new, |title| format!(" (“{title}”)"))
}

/// Most bytes of a body that are read (DESIGN, section 6).
pub const MAX_BYTES: usize = 16 * 1_048_576;
/// Most items of a feed that are read.
pub const MAX_ENTRIES: usize = 20_000;
/// Most bytes of one text that are kept.
pub const MAX_TEXT: usize = 65_536;

/// Reads whatever the bytes are: the operator's word on the format counts, else the bytes themselves; what the
/// server says of them does not.
///
/// # Errors
/// When nothing in them can be read as a feed, a calendar or a page with events.
pub fn read(bytes: &[u8], hint: &Hint) -> Result<Document, ReadError> {
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ReadError::Empty);
    }
    match hint.format {
        Some(FormatSetting::Feed) => feed::read(bytes, hint),
        Some(FormatSetting::Html | FormatSetting::Folkmoot) => page::read(bytes, hint),
        Some(FormatSetting::Ical) => ical::read(bytes, hint),
        _ if ical::looks_like(bytes) => ical::read(bytes, hint),
        _ => match sniff::shape(bytes, hint) {
            sniff::Shape::Feed => feed::read(bytes, hint),
            sniff::Shape::Page => page::read(bytes, hint),
            // An error message of HTML printed before a feed looks like a page.
            sniff::Shape::PageBeforeFeed => {
                page::read(bytes, hint).or_else(|_| feed::read(bytes, hint))
            }
            sniff::Shape::Other(found) => Err(ReadError::NotAFeed { found }),
        },
    }
}
