//! Items of RSS, Atom, JSON feeds and pages become drafts.

use std::borrow::Cow;

use super::{
    Normalised, Scope, bulletin,
    dates::{self, Dates, When},
    series::ZoneContext,
    text,
    words::Words,
};
use crate::{
    event::{Draft, Reason, Status},
    feed::Policy,
    read::{Document, Entry, Text},
};

/// Dates of one item beyond this number are a fault.
const MAX_SESSIONS: usize = 100;

pub(super) fn drafts(scope: &Scope<'_>, out: &mut Normalised) {
    for entry in scope.document.entries.iter().take_while(|_| !scope.budget.is_stopped()) {
        let (found, wanted) = one(scope, entry);
        out.wanted_pages.extend(wanted);
        out.drafts.extend(found);
    }
}

/// The drafts of one item, and the page that would say more.
fn one(scope: &Scope<'_>, entry: &Entry) -> (Vec<Draft>, Option<String>) {
    let link = entry.url.as_deref().and_then(|url| text::canonical_url(url, scope.base.as_ref()));
    let page = link.as_deref().and_then(|link| page_of(scope, entry, link));
    if let Some(page) = page.filter(|_| entry.start.is_none()) {
        let on_page = events_on(page, entry, link.as_deref());
        if !on_page.is_empty() {
            let zones = super::zones_of(page, scope.context);
            let drafts = on_page.iter().flat_map(|whole| by_dates(scope, whole, &zones)).collect();
            return (drafts, None);
        }
    }
    let drafts = by_dates(scope, entry, &scope.zones);
    let safe = drafts.iter().any(|draft| draft.facts.span.is_some() && draft.date_doubt.is_none());
    let follow = match scope.context.feed.follow_links {
        Some(follow) => follow && entry.start.is_none(),
        None => !safe,
    };
    let secret = drafts.iter().any(|draft| draft.private.is_some());
    let wanted =
        follow && page.is_none() && !secret && scope.context.feed.policy != Policy::Exclude;
    (drafts, link.filter(|_| wanted))
}

fn page_of<'a>(scope: &Scope<'a>, entry: &Entry, link: &str) -> Option<&'a Document> {
    let pages = scope.context.pages;
    pages.get(link).or_else(|| pages.get(entry.url.as_deref()?))
}

/// The item with what its own page adds: the page's entries of the same address or title, or its only one.
fn events_on<'a>(page: &'a Document, entry: &'a Entry, link: Option<&str>) -> Vec<Cow<'a, Entry>> {
    let dated: Vec<&Entry> = page.entries.iter().filter(|found| found.start.is_some()).collect();
    let address =
        |found: &Entry| found.url.as_deref().and_then(|url| text::canonical_url(url, None));
    let same_address = |found: &&&Entry| link.is_some() && address(found).as_deref() == link;
    let title = folded(entry);
    let mut same: Vec<&Entry> = dated.iter().filter(same_address).copied().collect();
    let alike = |found: &Entry| {
        let other = folded(found);
        !other.is_empty() && (title.contains(&other) || other.contains(&title))
    };
    if same.is_empty() && !title.is_empty() {
        same = dated.iter().filter(|found| alike(found)).copied().collect();
    }
    if same.is_empty()
        && dated.len() == 1
        && dated.iter().all(|found| shares_words(&title, &folded(found)))
    {
        same = dated;
    }
    same.into_iter().take(MAX_SESSIONS).map(|found| Cow::Owned(joined(entry, found))).collect()
}

fn folded(entry: &Entry) -> String {
    let title = entry.title.as_ref().map(text::line).unwrap_or_default().to_lowercase();
    title
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Another event in the margin of a page shares no telling word with the item's title.
fn shares_words(one: &str, other: &str) -> bool {
    one.split_whitespace()
        .filter(|word| word.len() > 3)
        .any(|word| other.split_whitespace().any(|w| w == word))
}

/// The item's own words, the page's fields.
fn joined(entry: &Entry, page: &Entry) -> Entry {
    let mut whole = entry.clone();
    whole.calendar = page.calendar;
    whole.start.clone_from(&page.start);
    whole.end.clone_from(&page.end);
    whole.duration = page.duration;
    whole.date_origin.clone_from(&page.date_origin);
    whole.repeats.clone_from(&page.repeats);
    let fill = |own: &mut Option<String>, found: &Option<String>| {
        if own.is_none() {
            own.clone_from(found);
        }
    };
    fill(&mut whole.location, &page.location);
    fill(&mut whole.address, &page.address);
    fill(&mut whole.status, &page.status);
    fill(&mut whole.attendance_mode, &page.attendance_mode);
    fill(&mut whole.cost, &page.cost);
    fill(&mut whole.booking_url, &page.booking_url);
    fill(&mut whole.organiser, &page.organiser);
    fill(&mut whole.join_url, &page.join_url);
    whole.geo = whole.geo.or(page.geo);
    whole.sold_out = whole.sold_out.or(page.sold_out);
    whole.description = whole.description.or_else(|| page.description.clone());
    whole
}

/// A draft for each session of an item; one without a date where there is none.
fn by_dates(scope: &Scope<'_>, entry: &Entry, zones: &ZoneContext<'_>) -> Vec<Draft> {
    let words = Words::of(entry, scope);
    let draft = scope.draft(&words);
    if entry.start.is_none() && bulletin::announced(&words.title) && draft.private.is_none() {
        return in_bulletin(scope, &words, draft);
    }
    let dates = dates::of(&words, zones, scope);
    with_dates(draft, dates)
}

fn with_dates(mut draft: Draft, dates: Dates) -> Vec<Draft> {
    draft.facts.evidence.date = dates.evidence;
    draft.date_doubt = dates.doubt;
    // "Postponed from A to B" takes place on B; what is called off stays so.
    if let Some(status) = dates.status.filter(|_| draft.facts.status != Status::Cancelled) {
        draft.facts.status = status;
    }
    if dates.sessions.is_empty() {
        return vec![draft];
    }
    // "11 June (Exeter) or 18 June (Truro)": the place of one is not that of the other.
    if dates.places && dates.sessions.len() > 1 {
        draft.facts.place = None;
    }
    let sessions = dates.sessions.into_iter().take(MAX_SESSIONS).zip(0_u32..);
    sessions.map(|(when, ordinal)| at(&draft, when, ordinal)).collect()
}

fn at(draft: &Draft, when: When, ordinal: u32) -> Draft {
    let mut one = draft.clone();
    one.ordinal = ordinal;
    one.facts.span = Some(when.span);
    one.facts.time_zone = when.zone;
    one.facts.recurrence = when.recurrence;
    one
}

/// Each event of a bulletin, or the bulletin itself, undated: never one event with a date that is another's.
fn in_bulletin(scope: &Scope<'_>, words: &Words<'_>, mut draft: Draft) -> Vec<Draft> {
    let Some(parts) = bulletin::parts(&words.description.words, &words.posted) else {
        let says = "this item holds several events, and their dates cannot be told apart";
        draft.facts.evidence.date = vec![Reason::new(words.title.clone(), "title", says)];
        return vec![draft];
    };
    let of_part = |part: bulletin::Part| {
        let plain = |value| Some(Text { value, html: false, language: None });
        let entry = Entry {
            title: plain(part.title),
            description: plain(part.text),
            location: None,
            address: None,
            geo: None,
            ..words.entry.clone()
        };
        with_dates(scope.draft(&Words::of(&entry, scope)), part.dates)
    };
    let mut drafts: Vec<Draft> = parts.into_iter().flat_map(of_part).collect();
    for (draft, ordinal) in drafts.iter_mut().zip(0_u32..) {
        draft.ordinal = ordinal;
    }
    drafts
}
