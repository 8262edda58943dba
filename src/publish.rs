//! Turns listings into what people and programs read: iCalendar, JSON, CSV, Atom, JSON Feed, pages.
//!
//! Nothing is decided here, and nothing depends on the time of writing: the same listings are the same bytes.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use chrono_tz::Tz;

use crate::{
    event::{Listing, Local, Place, Source, Status, Zone},
    member::Members,
    normalise::zone::to_utc,
    vocabulary::Vocabulary,
};

pub mod ical;
pub mod json;
pub mod csv;
pub mod atom;
pub mod page;
pub mod why;

/// What every output needs to know besides the listings.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Our own public address, without a trailing slash.
    pub base: &'a str,
    /// Kinds and services.
    pub vocabulary: &'a Vocabulary,
    /// Councils and groups.
    pub members: &'a Members,
    /// The network's zone.
    pub time_zone: Tz,
}

/// About how many characters of somebody else's description are shown.
const DESCRIPTION_LENGTH: usize = 500;

/// Parts of the names of licences under which a whole text may be shown, with credit.
const FREE_LICENCES: [&str; 8] = [
    "open government licence",
    "ogl",
    "cc0",
    "cc by",
    "cc-by",
    "creative commons attribution",
    "creativecommons.org/licenses/by",
    "public domain",
];

/// Parts of the names of licences that look free and are not quite: no changes allowed, a cut is one; all is not.
const UNFREE_LICENCES: [&str; 4] = ["-nd", " nd", "by-nc", "noncommercial"];

impl Context<'_> {
    /// Our own page of an event.
    #[must_use]
    pub fn page(&self, listing: &Listing) -> String {
        format!("{}/events/{}", self.base, listing.id)
    }

    /// The name of whoever runs an event.
    #[must_use]
    pub fn organiser(&self, listing: &Listing) -> Option<String> {
        let organiser = &listing.facts.organiser;
        let group = organiser.group.as_deref().and_then(|id| self.members.group(id));
        let council = organiser.council.as_deref().and_then(|code| self.members.council(code));
        organiser
            .name
            .clone()
            .or_else(|| group.map(|group| group.name.clone()))
            .or_else(|| council.map(|council| council.official_name.clone()))
    }

    /// Title of a kind, or its id where the vocabulary has lost it.
    #[must_use]
    pub fn kind_title<'s>(&'s self, id: &'s str) -> &'s str {
        self.vocabulary.kind(id).map_or(id, |kind| &kind.title)
    }

    /// Title of a service, or its id where the vocabulary has lost it.
    #[must_use]
    pub fn service_title<'s>(&'s self, id: &'s str) -> &'s str {
        self.vocabulary.service(id).map_or(id, |service| &service.title)
    }
}

/// The description that may be shown: whole if its licence allows, else cut at a sentence.
#[must_use]
pub fn description(listing: &Listing) -> Option<String> {
    let whole = listing.facts.description.as_deref()?.trim();
    if whole.is_empty() {
        return None;
    }
    Some(if shows_all(listing) { whole.to_owned() } else { cut(whole, DESCRIPTION_LENGTH) })
}

/// Whether the licence of the source of the description allows all of it to be shown.
fn shows_all(listing: &Listing) -> bool {
    let supplies = |source: &&Source| source.fields.iter().any(|field| field == "description");
    let source = listing.sources.iter().find(supplies).or(listing.sources.first());
    let licence = source.and_then(|source| source.licence.as_deref()).unwrap_or_default();
    let licence = licence.to_lowercase();
    FREE_LICENCES.iter().any(|free| licence.contains(free))
        && !UNFREE_LICENCES.iter().any(|unfree| licence.contains(unfree))
}

/// Cuts a text at the end of a sentence before `length` characters, else at a word.
#[must_use]
pub fn cut(text: &str, length: usize) -> String {
    let Some((limit, _)) = text.char_indices().nth(length) else { return text.to_owned() };
    let head = text.get(..limit).unwrap_or(text);
    let ends_sentence = |(at, letter): (usize, char)| {
        let end = at + letter.len_utf8();
        let after = text.get(end..).and_then(|rest| rest.chars().next());
        let gap = after.is_none_or(char::is_whitespace);
        let stop = letter == '\n' || (gap && matches!(letter, '.' | '!' | '?' | '\u{2026}'));
        (stop && end * 3 >= limit).then_some(end)
    };
    if let Some(end) = head.char_indices().rev().find_map(ends_sentence) {
        return head.get(..end).unwrap_or(head).trim_end().to_owned();
    }
    let word = head.rfind(char::is_whitespace).filter(|at| at * 2 > limit).unwrap_or(limit);
    format!("{}\u{2026}", head.get(..word).unwrap_or(head).trim_end())
}

/// What stands before a title so that nobody misses it.
#[must_use]
pub fn state_prefix(listing: &Listing, status: Status) -> &'static str {
    match status {
        Status::Cancelled => "CANCELLED: ",
        Status::Postponed => "POSTPONED: ",
        _ if listing.withdrawn.is_some() => "No longer listed: ",
        Status::Confirmed | Status::Tentative => "",
    }
}

/// A place in one line: name, address and postcode, each once.
#[must_use]
pub fn place_line(place: &Place) -> Option<String> {
    let mut line = String::new();
    for part in [&place.name, &place.address, &place.postcode].into_iter().flatten() {
        let part = part.trim();
        if part.is_empty() || line.to_lowercase().contains(&part.to_lowercase()) {
            continue;
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(part);
    }
    (!line.is_empty()).then_some(line)
}

/// Whom to credit: each source once, the main one first.
#[must_use]
pub fn credits(listing: &Listing) -> Vec<String> {
    let mut credits: Vec<String> = Vec::new();
    for source in &listing.sources {
        // The id of a feed is a word of the operator's: the site says more to people.
        let site = || {
            let url = url::Url::parse(source.url.as_deref()?).ok()?;
            Some(url.host_str()?.trim_start_matches("www.").to_owned())
        };
        let Some(credit) = source.attribution.clone().or_else(site) else { continue };
        if !credits.contains(&credit) {
            credits.push(credit);
        }
    }
    credits
}

/// An instant in UTC, RFC 3339.
#[must_use]
pub fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An instant with the offset of a zone, RFC 3339.
#[must_use]
pub fn in_zone(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// A local date or time as text: a date, or RFC 3339 with the offset that its zone has then.
fn local(at: Local, zone: &Zone) -> String {
    let naive = match at {
        Local::Date(day) => return day.to_string(),
        Local::Time(naive) => naive,
    };
    let at = to_utc(naive, zone);
    let offset = (naive - at.naive_utc()).num_seconds();
    let offset = i32::try_from(offset).ok().and_then(FixedOffset::east_opt);
    offset.map_or_else(
        || utc(at),
        |offset| at.with_timezone(&offset).to_rfc3339_opts(SecondsFormat::Secs, false),
    )
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_with_a_sentence() {
        let text = "One sentence here. ".repeat(60);
        let cut_text = cut(&text, 500);
        assert!(cut_text.ends_with("here.") && cut_text.len() <= 500 && cut_text.len() > 450);
        assert_eq!(cut("short", 500), "short");
        assert_eq!(
            cut("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", 4),
            "\u{e9}\u{e9}\u{e9}\u{e9}\u{2026}"
        );
        assert!(cut(&"word ".repeat(200), 500).ends_with("word\u{2026}"));
        assert!(cut(&format!("v1.2 {}", "x".repeat(900)), 500).chars().count() <= 501);
    }

    #[test]
    fn a_free_licence_shows_all() {
        let mut listing = samples::plain();
        listing.facts.description = Some("A sentence. ".repeat(100));
        assert!(description(&listing).unwrap().len() <= 500);
        for (licence, all) in [
            ("OGL v3", true),
            ("CC BY 4.0", true),
            ("CC BY-NC-ND 4.0", false),
            ("All rights reserved", false),
        ] {
            listing.sources[0].licence = Some(licence.into());
            assert_eq!(description(&listing).unwrap().len() > 600, all, "{licence}");
        }
    }

    #[test]
    fn sources_are_credited_by_name_not_by_id() {
        let mut listing = samples::plain();
        listing.sources[0].attribution = None;
        listing.sources[0].url = Some("https://www.a.example/e/1".into());
        assert_eq!(credits(&listing), ["a.example"]);
        listing.sources[0].url = None;
        assert!(credits(&listing).is_empty());
        listing.sources[0].attribution = Some("West Berkshire Council".into());
        assert_eq!(credits(&listing), ["West Berkshire Council"]);
    }

    #[test]
    fn a_place_says_nothing_twice() {
        let place = Place {
            name: Some("Council Offices, Market Street, Newbury RG14 5LD".into()),
            address: Some("Market Street".into()),
            postcode: Some("RG14 5LD".into()),
            ..Place::default()
        };
        assert_eq!(place_line(&place), place.name);
    }
}
