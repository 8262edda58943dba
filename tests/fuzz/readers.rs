//! What must hold for any bytes whatever: shared by the fuzz targets and the bounded random test.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Europe::London;
use folkmoot::{
    event::Local,
    feed::{Feed, FormatSetting, Network, Policy},
    member::Members,
    normalise::{
        self, Context,
        phrase::{self, Posted},
    },
    query::{self, Known, Request},
    read::{self, Document, Hint, MAX_ENTRIES},
};

/// Larger inputs only take longer.
const LARGEST: usize = 64 * 1024;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_348_800, 0).unwrap_or_default()
}

/// A title and a description, parted by the first line break.
pub(crate) fn phrase(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes.get(..LARGEST.min(bytes.len())).unwrap_or_default());
    for posted in [Some(now()), None] {
        let posted = Posted { at: posted, zone: London, month_first: bytes.len() % 2 == 1 };
        check(&text, &phrase::read(&text, &posted));
        let (title, description) = text.split_once('\n').unwrap_or((&text, ""));
        let found = phrase::read_item(title, description, &posted);
        assert!(found.sessions.iter().all(in_order), "{title:?} {description:?}");
        let _ = normalise::state::state_words(title, description, &posted);
    }
}

fn check(text: &str, found: &phrase::Reading) {
    assert!((0.0..=1.0).contains(&found.confidence), "{text:?}: {found:?}");
    if let Some((from, to)) = found.span {
        assert!(from <= to, "{text:?}: {found:?}");
    }
    for session in &found.sessions {
        assert!(in_order(session), "{text:?}: {found:?}");
        let year = match session.start {
            Local::Date(day) => day.year(),
            Local::Time(at) => at.year(),
        };
        assert!((1900..2200).contains(&year), "{text:?}: {found:?}");
    }
}

fn in_order(session: &phrase::Session) -> bool {
    match (session.start, session.end) {
        (Local::Date(start), Some(Local::Date(end))) => end > start,
        (Local::Time(start), Some(Local::Time(end))) => end >= start,
        (_, None) => true,
        _ => false,
    }
}

/// As a feed, whatever they look like.
pub(crate) fn feed(bytes: &[u8], members: &Members) {
    through(bytes, FormatSetting::Feed, members);
}

/// As a page, whatever they look like.
pub(crate) fn page(bytes: &[u8], members: &Members) {
    through(bytes, FormatSetting::Html, members);
    through(bytes, FormatSetting::Folkmoot, members);
}

fn through(bytes: &[u8], format: FormatSetting, members: &Members) {
    let bytes = bytes.get(..LARGEST.min(bytes.len())).unwrap_or_default();
    let Ok(url) = "https://a.example/events".parse::<url::Url>() else { return };
    let hint = Hint { base: Some(url.clone()), format: Some(format), ..Hint::default() };
    let Ok(document) = read::read(bytes, &hint) else { return };
    assert!(document.entries.len() <= MAX_ENTRIES);
    let mut feed = Feed::new("f", url);
    feed.policy = Policy::Filtered;
    sensible(&document, &feed, members);
}

/// Every item is an event or is counted with a reason, and no text carries control characters.
fn sensible(document: &Document, feed: &Feed, members: &Members) {
    let (network, pages) = (Network::default(), HashMap::new());
    let context = Context { feed, network: &network, members, now: now(), pages: &pages };
    let made = normalise::normalise(document, &context);
    assert!(made.drafts.len() + made.skipped.len() >= document.entries.len().min(1));
    for draft in &made.drafts {
        let facts = &draft.facts;
        let texts = [Some(&facts.title), facts.description.as_ref(), facts.url.as_ref()];
        for text in texts.into_iter().flatten() {
            let bad = text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t');
            assert_eq!(bad, None, "{text:?}");
        }
        if let Some(folkmoot::event::Span::Timed { start, end: Some(end) }) = facts.span {
            assert!(end >= start, "{facts:?}");
        }
    }
}

/// As the query of an address: refused with reasons, or understood so that its one spelling means the same again.
pub(crate) fn query(bytes: &[u8], known: &Known) {
    let Ok(asked) = parsed(bytes, known) else { return };
    let written = asked.canonical();
    let again =
        parsed(written.as_bytes(), known).unwrap_or_else(|faults| panic!("{written}: {faults:?}"));
    assert_eq!(again.canonical(), written);
    // Notes are about the spelling that was asked with.
    let bare = |request: Request| Request { notes: Vec::new(), ..request };
    assert_eq!(bare(again), bare(asked), "{written}");
}

fn parsed(bytes: &[u8], known: &Known) -> Result<Request, Vec<query::Fault>> {
    let bytes = bytes.get(..LARGEST.min(bytes.len())).unwrap_or_default();
    let pairs = url::form_urlencoded::parse(bytes);
    let pairs = pairs.map(|(name, value)| (name.into_owned(), value.into_owned()));
    let parsed = query::parse(pairs, known, now());
    if let Err(faults) = &parsed {
        assert!(
            !faults.is_empty() && faults.iter().all(|fault| !fault.words.is_empty()),
            "{faults:?}"
        );
    }
    parsed
}
