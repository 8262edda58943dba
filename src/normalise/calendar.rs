//! Events and series of an iCalendar file become drafts.

use std::collections::HashMap;

use super::{
    Normalised, Scope,
    dates::{self, When},
    phrase::Posted,
    place,
    series::{self, Series},
    state::state_words,
    text,
    words::Words,
};
use crate::{
    event::{Draft, Override, Reason, Status},
    read::{Entry, Text, WrittenZone},
};

pub(super) fn drafts(scope: &Scope<'_>, out: &mut Normalised) {
    let (found, skipped, problems) =
        series::series_within(&scope.document.entries, &scope.zones, scope.budget);
    out.problems.extend(problems);
    for one in found.into_iter().take_while(|_| !scope.budget.is_stopped()) {
        out.problems.extend(one.problems.iter().cloned());
        out.drafts.push(draft(scope, one));
    }
    let mut masters = HashMap::new();
    for entry in scope.document.entries.iter().filter(|entry| entry.recurrence_id.is_none()) {
        masters.entry((entry.line, entry.reference.as_deref())).or_insert(entry);
    }
    for item in skipped.into_iter().take_while(|_| !scope.budget.is_stopped()) {
        let entry = masters.get(&(item.line, item.reference.as_deref()));
        match entry.and_then(|entry| undated(scope, entry)) {
            Some(draft) => out.drafts.push(draft),
            None => out.skipped.push(item),
        }
    }
}

/// An event whose start cannot be read is still an event: it is kept without a date, for review.
fn undated(scope: &Scope<'_>, entry: &Entry) -> Option<Draft> {
    entry.title.as_ref().filter(|title| !entry.cancels && !title.value.trim().is_empty())?;
    let mut draft = scope.draft(&Words::of(entry, scope));
    draft.reference.clone_from(&entry.reference);
    let written = entry.start.as_ref().map(dates::said).unwrap_or_default();
    let says = "no date was found: the start (DTSTART) is missing or cannot be read";
    draft.facts.evidence.date.push(Reason::new(written, "DTSTART", says));
    Some(draft)
}

fn draft(scope: &Scope<'_>, series: Series<'_>) -> Draft {
    let words = Words::of(series.entry, scope);
    let mut draft = scope.draft(&words);
    // Without a UID a link is none: it often leads to the page of all events.
    draft.reference.clone_from(&series.entry.reference);
    draft.ordinal = series.ordinal;
    draft.facts.time_zone = series.times.time_zone;
    draft.facts.span = series.times.span;
    draft.facts.recurrence = series.times.recurrence;
    if series.called_off {
        draft.facts.status = Status::Cancelled;
    }
    if let Some(span) = &draft.facts.span {
        let says = dates::in_words(span, series.times.time_zone);
        let written = series.entry.start.as_ref().map(dates::said).unwrap_or_default();
        draft.facts.evidence.date.push(Reason::new(written, dates::origin(series.entry), says));
    }
    let own =
        (draft.facts.title.clone(), draft.facts.description.clone(), draft.facts.place.clone());
    for change in draft.facts.recurrence.iter_mut().flat_map(|series| &mut series.overrides) {
        clean(change, &words.posted);
        // What says the same as the series says nothing.
        change.title = change.title.take().filter(|title| *title != own.0);
        change.description = change.description.take().filter(|text| Some(text) != own.1.as_ref());
        change.place = change.place.take().filter(|place| Some(place) != own.2.as_ref());
    }
    draft
}

/// An instance's own title, text and place, as those of the series are read.
fn clean(change: &mut Override, posted: &Posted) {
    let text = |value: String| Text { value, html: false, language: None };
    if let Some(title) = change.title.take() {
        let title = text::line(&text(title));
        let said = state_words(&title, "", posted);
        if matches!(said.status, Some(Status::Cancelled | Status::Postponed))
            && change.status != Some(Status::Cancelled)
        {
            change.status = said.status;
        }
        change.title = Some(if said.title.is_empty() { title } else { said.title });
    }
    change.description =
        change.description.take().map(|value| text::plain(&text(value))).filter(|d| !d.is_empty());
    if let Some(raw) = change.place.take() {
        change.place = place::read(
            raw.name.as_deref(),
            raw.address.as_deref(),
            raw.latitude.zip(raw.longitude),
        )
        .place;
    }
}

/// Items whose text names another hour than their UTC field; see [`super::remarks`].
pub(super) fn disagreeing(scope: &Scope<'_>, out: &Normalised) -> usize {
    let in_utc =
        |entry: &&Entry| entry.start.as_ref().is_some_and(|at| at.zone == WrittenZone::Utc);
    let entries = scope.document.entries.iter().filter(in_utc).take(300);
    let mut count = 0;
    for entry in entries.take_while(|_| !scope.budget.is_stopped()) {
        let Some(draft) =
            out.drafts.iter().find(|d| d.line == entry.line && d.reference == entry.reference)
        else {
            continue;
        };
        let (Some(span), None) = (draft.facts.span, &draft.facts.recurrence) else { continue };
        let words = Words::of(entry, scope);
        let when = When { span, zone: draft.facts.time_zone, recurrence: None };
        count += usize::from(dates::text_disagrees(&words, &when));
    }
    count
}
