//! What feed-rs leaves out: event fields of extensions, and a few of RSS's own, by a second pass over the feed.

use quick_xml::{
    NsReader,
    events::{BytesStart, Event},
    name::ResolveResult,
};

use super::mend::{Item, Mended};
use crate::read::{MAX_TEXT, RefreshHints};

/// What an element says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Date, or date and time, of the start.
    Start,
    /// Clock time that completes `Start`.
    StartClock,
    /// Date, or date and time, of the end; of whole days the last.
    End,
    /// The same, but of whole days the day after the last (RFC 5545).
    EndExclusive,
    /// Clock time that completes `End`.
    EndClock,
    /// Zone of times without one.
    Zone,
    /// Where.
    Location,
    /// Street address.
    Address,
    /// Who runs it.
    Organiser,
    /// Price in words.
    Cost,
    /// A category or tag.
    Category,
    /// STATUS.
    Status,
    /// Latitude and longitude in one.
    Point,
    /// Latitude.
    Latitude,
    /// Longitude.
    Longitude,
    /// Where to book.
    Booking,
}

/// One row: namespace, usual prefix (for feeds that do not declare it, or declare it as something else), element
/// or `element@attribute`, in lower case, meaning, and the platform where it is met.
struct Row {
    namespace: &'static str,
    prefix: &'static str,
    element: &'static str,
    meaning: Meaning,
    /// As written by the platform, for the evidence.
    wire: &'static str,
    platform: &'static str,
}

macro_rules! rows {
    ($($platform:literal, $namespace:literal, $prefix:literal { $($wire:literal => $element:literal $meaning:ident),* $(,)? })*) => {
        &[$($(Row {
            namespace: $namespace, prefix: $prefix, element: $element,
            meaning: Meaning::$meaning, wire: $wire, platform: $platform,
        }),*),*]
    };
}

/// Families in order of trust: the first with a readable start gives the dates.
const ROWS: &[Row] = rows! {
    "RSS event module", "http://purl.org/rss/1.0/modules/event/", "ev" {
        "ev:startdate" => "startdate" Start,
        "ev:enddate" => "enddate" End,
        "ev:location" => "location" Location,
        "ev:organizer" => "organizer" Organiser,
        "ev:type" => "type" Category,
        "ev:status" => "status" Status,
        "ev:cost" => "cost" Cost,
    }
    "Modern Events Calendar", "http://webnus.net/rss/1.0/modules/mec/", "mec" {
        "mec:startDate" => "startdate" Start,
        "mec:startHour" => "starthour" StartClock,
        "mec:endDate" => "enddate" End,
        "mec:endHour" => "endhour" EndClock,
        "mec:location" => "location" Location,
        "mec:cost" => "cost" Cost,
        "mec:category" => "category" Category,
        "mec:organizer" => "organizer" Organiser,
    }
    "xCal in RSS (Trumba, Calagator, Upcoming)", "urn:ietf:params:xml:ns:xcal", "xcal" {
        "xCal:dtstart" => "dtstart" Start,
        "xCal:dtend" => "dtend" EndExclusive,
        "xCal:location" => "location" Location,
        "xCal:organizer" => "organizer" Organiser,
        "xCal:status" => "status" Status,
        "xCal:x-calconnect-venue" => "x-calconnect-venue" Location,
        "xCal:adr" => "adr" Address,
        "xCal:tzid" => "tzid" Zone,
    }
    "Trumba", "http://schemas.trumba.com/rss/x-trumba", "x-trumba" {
        "x-trumba:localstart" => "localstart" Start,
        "x-trumba:localend" => "localend" End,
        "x-trumba:location" => "location" Location,
    }
    "LibCal (Springshare)", "https://libcal.com/rss/", "libcal" {
        "libcal:date" => "date" Start,
        "libcal:start" => "start" StartClock,
        "libcal:end" => "end" EndClock,
        "libcal:location" => "location" Location,
        "libcal:campus" => "campus" Location,
        "libcal:category" => "category" Category,
        "libcal:registration" => "registration" Booking,
    }
    "Google Data", "http://schemas.google.com/g/2005", "gd" {
        "gd:when" => "when@starttime" Start,
        "gd:when" => "when@endtime" EndExclusive,
        "gd:where" => "where@valuestring" Location,
    }
    "hand-made templates", "", "" {
        "startdate" => "startdate" Start,
        "start_date" => "start_date" Start,
        "start-date" => "start-date" Start,
        "eventdate" => "eventdate" Start,
        "event_date" => "event_date" Start,
        "eventstart" => "eventstart" Start,
        "dtstart" => "dtstart" Start,
        "starttime" => "starttime" StartClock,
        "start_time" => "start_time" StartClock,
        "enddate" => "enddate" End,
        "end_date" => "end_date" End,
        "end-date" => "end-date" End,
        "eventend" => "eventend" End,
        "dtend" => "dtend" EndExclusive,
        "endtime" => "endtime" EndClock,
        "end_time" => "end_time" EndClock,
        "location" => "location" Location,
        "venue" => "venue" Location,
        "organiser" => "organiser" Organiser,
        "organizer" => "organizer" Organiser,
        "cost" => "cost" Cost,
    }
    "GeoRSS", "http://www.georss.org/georss", "georss" {
        "georss:point" => "point" Point,
        "gml:pos" => "pos" Point,
        "georss:featurename" => "featurename" Location,
    }
    "GML", "http://www.opengis.net/gml", "gml" {
        "gml:pos" => "pos" Point,
    }
    "W3C Basic Geo", "http://www.w3.org/2003/01/geo/wgs84_pos#", "geo" {
        "geo:lat" => "lat" Latitude,
        "geo:long" => "long" Longitude,
        "geo:lat_long" => "lat_long" Point,
    }
    "ICBM", "http://postneo.com/icbm/", "icbm" {
        "icbm:lat" => "latitude" Latitude,
        "icbm:lon" => "longitude" Longitude,
    }
};

/// One field of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) meaning: Meaning,
    /// Index of its family in the order of trust.
    pub(super) family: usize,
    pub(super) wire: &'static str,
    pub(super) value: String,
}

/// What the second pass found in an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Extras {
    /// guid, or rdf:about.
    pub(super) guid: Option<String>,
    /// `isPermaLink`, when written.
    pub(super) permalink: Option<bool>,
    /// The first link as written, not yet resolved.
    pub(super) raw_link: Option<String>,
    /// A pubDate or the like, as written.
    pub(super) raw_date: Option<String>,
    pub(super) language: Option<String>,
    pub(super) fields: Vec<Field>,
}

/// What it found around the items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Channel {
    pub(super) refresh: RefreshHints,
    pub(super) next_page: Option<String>,
    pub(super) language: Option<String>,
    pub(super) rights: Option<String>,
    update_period: Option<u64>,
    update_frequency: Option<u64>,
}

/// An element that is being read.
struct Current {
    namespace: String,
    prefix: String,
    local: String,
    text: String,
    depth: usize,
}

/// Reads the mended feed once more: one `Extras` for each item, and the channel's own.
pub(super) fn second_pass(mended: &Mended) -> (Vec<Extras>, Channel) {
    let mut extras = vec![Extras::default(); mended.items.len()];
    let mut channel = Channel::default();
    let mut reader = NsReader::from_str(&mended.text);
    reader.config_mut().expand_empty_elements = true;
    let (mut at, mut depth) = (0, 0_usize);
    let mut current: Option<Current> = None;
    loop {
        let position = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let Ok((namespace, event)) = reader.read_resolved_event() else { break };
        while mended.items.get(at).is_some_and(|item| position >= item.end) {
            at += 1;
        }
        let inside = mended.items.get(at).is_some_and(|item: &Item| position >= item.start);
        let mut target = if inside { extras.get_mut(at) } else { None };
        match event {
            Event::Start(start) => {
                depth += 1;
                let begun = begin(&start, namespace, depth);
                match &mut target {
                    Some(extras) => attributes_of_item(&begun, &start, extras),
                    None => attributes_of_channel(&begun, &start, &mut channel, depth),
                }
                current = Some(begun);
            }
            Event::Text(text) => {
                if let Some(current) = current.as_mut().filter(|c| c.text.len() < MAX_TEXT) {
                    current.text.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                if let Some(current) = current.as_mut().filter(|c| c.text.len() < MAX_TEXT) {
                    let known =
                        quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default();
                    current.text.push_str(known);
                }
            }
            Event::End(_) => {
                if let Some(done) = current.take().filter(|current| current.depth == depth) {
                    match target {
                        Some(extras) => text_of_item(&done, extras),
                        None => text_of_channel(&done, &mut channel),
                    }
                }
                depth = depth.saturating_sub(1);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    channel.settle();
    (extras, channel)
}

fn begin(start: &BytesStart, namespace: ResolveResult, depth: usize) -> Current {
    let (local, prefix) = start.name().decompose();
    Current {
        namespace: match namespace {
            ResolveResult::Bound(bound) => {
                bound.0.trim_end_matches(['/', '#', ':']).to_ascii_lowercase()
            }
            _ => String::new(),
        },
        prefix: prefix.map(|prefix| prefix.as_ref().to_ascii_lowercase()).unwrap_or_default(),
        local: local.as_ref().to_ascii_lowercase(),
        text: String::new(),
        depth,
    }
}

/// Rows by namespace; by prefix only where no row of the table claims the namespace.
fn rows_for<'a>(
    namespace: &'a str,
    prefix: &'a str,
    element: &'a str,
) -> impl Iterator<Item = &'static Row> + 'a {
    let same = |row: &Row| {
        !row.namespace.is_empty()
            && row.namespace.trim_end_matches(['/', '#', ':']).eq_ignore_ascii_case(namespace)
    };
    let claimed = ROWS.iter().any(same);
    ROWS.iter().filter(move |row| {
        row.element == element
            && if claimed {
                same(row)
            } else {
                row.prefix == prefix && (!prefix.is_empty() || plain(namespace))
            }
    })
}

/// Whether an element without prefix is RSS's or Atom's own, and not of a namespace that gives it a meaning.
fn plain(namespace: &str) -> bool {
    namespace.is_empty()
        || namespace == "http://purl.org/rss/1.0"
        || namespace == "http://www.w3.org/2005/atom"
}

fn attribute(start: &BytesStart, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let found = attributes
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|attribute| attribute.key.as_ref().eq_ignore_ascii_case(name))?;
    let value = quick_xml::escape::unescape(&found.value).ok()?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn attributes_of_item(current: &Current, start: &BytesStart, extras: &mut Extras) {
    match current.local.as_str() {
        "item" | "entry" => {
            extras.guid = attribute(start, "rdf:about");
            extras.language = attribute(start, "xml:lang");
        }
        "guid" => {
            extras.permalink =
                attribute(start, "ispermalink").map(|said| !said.eq_ignore_ascii_case("false"));
        }
        "link" if extras.raw_link.is_none() => extras.raw_link = attribute(start, "href"),
        _ => {}
    }
    for row in ROWS {
        let Some((element, wanted)) = row.element.split_once('@') else { continue };
        if element == current.local
            && rows_for(&current.namespace, &current.prefix, row.element).next().is_some()
            && let Some(value) = attribute(start, wanted)
        {
            extras.fields.push(row.field(value));
        }
    }
}

fn text_of_item(done: &Current, extras: &mut Extras) {
    let value = done.text.trim();
    if value.is_empty() {
        return;
    }
    let owned = || Some(value.to_owned());
    match done.local.as_str() {
        "guid" => extras.guid = owned(),
        "link" if done.prefix.is_empty() && extras.raw_link.is_none() => extras.raw_link = owned(),
        "language" if done.prefix == "dc" => extras.language = owned(),
        "pubDate" | "pubdate" | "date" | "published"
            if extras.raw_date.is_none() && done.prefix != "libcal" =>
        {
            extras.raw_date = owned();
        }
        _ => {}
    }
    for row in rows_for(&done.namespace, &done.prefix, &done.local) {
        extras.fields.push(row.field(value.to_owned()));
    }
}

fn attributes_of_channel(
    current: &Current,
    start: &BytesStart,
    channel: &mut Channel,
    depth: usize,
) {
    if depth <= 2 && channel.language.is_none() {
        channel.language = attribute(start, "xml:lang");
    }
    if current.local != "link" {
        return;
    }
    let Some(href) = attribute(start, "href") else { return };
    match attribute(start, "rel").as_deref() {
        Some("hub") => channel.refresh.hub = channel.refresh.hub.take().or(Some(href)),
        Some("self") => channel.refresh.topic = channel.refresh.topic.take().or(Some(href)),
        Some("next") => channel.next_page = channel.next_page.take().or(Some(href)),
        _ => {}
    }
}

fn text_of_channel(done: &Current, channel: &mut Channel) {
    let value = done.text.trim();
    if value.is_empty() {
        return;
    }
    let minutes = |value: &str| value.parse::<u64>().ok().filter(|n| *n > 0 && *n < 1_000_000);
    match (done.local.as_str(), done.prefix.as_str()) {
        ("ttl", "") => {
            channel.refresh.every =
                minutes(value).map(|minutes| std::time::Duration::from_secs(minutes * 60));
        }
        ("hour", "") => {
            // 24 is midnight in RSS 0.91.
            channel
                .refresh
                .skip_hours
                .extend(value.parse::<u32>().ok().filter(|h| *h <= 24).map(|h| h % 24));
        }
        ("day", "") => {
            let day = value.to_ascii_lowercase();
            let known =
                ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
            channel.refresh.skip_days.extend(known.contains(&day.as_str()).then_some(day));
        }
        ("updateperiod", _) => {
            channel.update_period = match value.to_ascii_lowercase().as_str() {
                "hourly" => Some(3600),
                "daily" => Some(86_400),
                "weekly" => Some(7 * 86_400),
                "monthly" => Some(30 * 86_400),
                "yearly" => Some(365 * 86_400),
                _ => None,
            };
        }
        ("updatefrequency", _) => channel.update_frequency = minutes(value),
        ("rights" | "copyright", _) => channel.rights = Some(value.to_owned()),
        ("language", _) => channel.language = Some(value.to_owned()),
        _ => {}
    }
}

impl Channel {
    fn settle(&mut self) {
        if let (None, Some(period)) = (self.refresh.every, self.update_period) {
            let seconds = period / self.update_frequency.unwrap_or(1);
            self.refresh.every = Some(std::time::Duration::from_secs(seconds));
        }
    }
}

impl Row {
    fn field(&self, value: String) -> Field {
        let family =
            ROWS.iter().position(|row| row.platform == self.platform).unwrap_or(usize::MAX);
        Field { meaning: self.meaning, family, wire: self.wire, value }
    }
}
