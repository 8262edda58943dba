//! Listings for the tests of all outputs.

use std::sync::Arc;

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::Context;
use crate::{
    catalogue::{Base, Catalogue, Update},
    event::{Attendance, Decision, Facts, Listing, Organiser, Place, Source, Span, Verdict},
    member::Members,
    vocabulary::Vocabulary,
};

/// The present of all tests.
pub(crate) fn now() -> DateTime<Utc> {
    at(2026, 11, 22, 12, 0)
}

/// An instant in UTC.
pub(crate) fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(year, month, day, hour, minute, 0).unwrap()
}

/// The embedded words, to be borrowed by a context.
pub(crate) struct Words {
    pub(crate) vocabulary: Arc<Vocabulary>,
    pub(crate) members: Arc<Members>,
}

impl Words {
    pub(crate) fn new() -> Self {
        let vocabulary = Arc::new(Vocabulary::embedded().unwrap());
        Self { vocabulary, members: Arc::new(Members::embedded().unwrap()) }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            base: "https://moot.example",
            vocabulary: &self.vocabulary,
            members: &self.members,
            time_zone: Tz::Europe__London,
        }
    }

    pub(crate) fn base(&self) -> Base {
        Base {
            vocabulary: Arc::clone(&self.vocabulary),
            members: Arc::clone(&self.members),
            time_zone: Tz::Europe__London,
            epoch: "e1".into(),
        }
    }
}

/// A catalogue of these listings.
pub(crate) fn catalogue(listings: impl IntoIterator<Item = Listing>) -> Catalogue {
    let put = listings.into_iter().map(Arc::new).collect();
    Catalogue::build(Words::new().base(), Update { put, ..Update::default() }, now())
}

/// A discovery day on 4 December 2026, 10 to 4, in Newbury.
pub(crate) fn plain() -> Listing {
    named("aaaaaaaaaaaa", "Waste services discovery day")
}

/// The same under another id and title.
pub(crate) fn named(id: &str, title: &str) -> Listing {
    let mut facts = Facts::new(title, Tz::Europe__London);
    facts.span =
        Some(Span::Timed { start: at(2026, 12, 4, 10, 0), end: Some(at(2026, 12, 4, 16, 0)) });
    facts.description = Some("Bring a problem with bins. Lunch is there.".into());
    facts.url = Some("https://www.westberks.example/events/1".into());
    facts.place = Some(Place {
        name: Some("Council Offices, Newbury".into()),
        postcode: Some("RG14 5LD".into()),
        latitude: Some(51.401),
        longitude: Some(-1.323),
        ..Place::default()
    });
    facts.organiser = Organiser { council: Some("WBK".into()), ..Organiser::default() };
    facts.kind = "discovery".into();
    facts.services = vec!["waste".into()];
    facts.attendance = Attendance::InPerson;
    facts.verdict = Verdict { decision: Decision::Listed, reason: "It is a discovery day.".into() };
    let source = Source {
        event: id.into(),
        feed: "west-berkshire-events".into(),
        reference: Some(format!("{id}@westberks.example")),
        url: None,
        licence: None,
        attribution: Some("West Berkshire Council".into()),
        first_seen: at(2026, 11, 1, 9, 0),
        last_seen: at(2026, 11, 20, 9, 0),
        fields: vec!["title".into(), "start".into(), "description".into()],
    };
    Listing {
        id: id.into(),
        uid: format!("{id}@moot.example"),
        facts,
        sources: vec![source],
        withdrawn: None,
        created: at(2026, 11, 1, 9, 0),
        updated: at(2026, 11, 10, 9, 30),
        sequence: 0,
    }
}
