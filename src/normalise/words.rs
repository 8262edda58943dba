//! What an item says apart from its times: title, text, state, place, links, organiser.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Scope, blank,
    organiser::Item,
    phrase::Posted,
    place::{self, Located},
    privacy,
    state::{StateWords, state_words},
    text::{self, Plain, quick_pattern},
    venue,
};
use crate::{
    event::{Attendance, Draft, Facts, Status},
    feed::PubDate,
    language::{self, Language},
    read::{Entry, Text},
};

/// An item whose texts have been read.
pub(super) struct Words<'a> {
    pub(super) entry: &'a Entry,
    /// One line, as written.
    pub(super) title: String,
    pub(super) description: Plain,
    pub(super) state: StateWords,
    pub(super) posted: Posted,
}

impl<'a> Words<'a> {
    pub(super) fn of(entry: &'a Entry, scope: &Scope<'_>) -> Self {
        let title = entry.title.as_ref().map(text::line).unwrap_or_default();
        let description = entry.description.as_ref().map(text::read).unwrap_or_default();
        let posted = scope.posted(entry);
        let state = state_words(&title, &description.words, &posted);
        Self { entry, title, description, state, posted }
    }
}

impl Scope<'_> {
    /// When an item was written, for "tomorrow" and for dates without a year.
    fn posted(&self, entry: &Entry) -> Posted {
        let published = entry.published.filter(|_| self.pubdate != PubDate::EventStart);
        Posted {
            at: published.or(entry.modified).or(entry.created).or(entry.stamp),
            zone: self.zone,
            month_first: self.context.feed.month_first,
        }
    }

    /// A draft with everything but its times.
    pub(super) fn draft(&self, words: &Words<'_>) -> Draft {
        let entry = words.entry;
        let mut facts = Facts::new(title_of(words), self.zone);
        let url = self.url_of(words);
        facts.language = self.language_of(words, url.as_deref());
        facts.description = some(&words.description.words);
        facts.status = self.status_of(words);
        facts.full = words.state.full.or(entry.sold_out);
        facts.cost = entry.cost.as_deref().map(text::plain_line).filter(|cost| !cost.is_empty());
        facts.cost = facts.cost.or_else(|| words.state.cost.clone());
        facts.booking_url = self.booking_of(words);
        facts.booking_by = words.state.booking_by;
        facts.audience = words.state.audience.clone();
        facts.access = words.state.access.clone();
        facts.organiser = self.directory.organiser_of(&Item {
            title: &words.title,
            description: &words.description.words,
            organiser: entry.organiser.as_deref(),
            url: url.as_deref(),
        });
        let located = located(words);
        let join = join_link(words, &located);
        facts.attendance = attendance(words, &located, join.is_some());
        facts.place = located.place;
        if self.context.feed.join_links {
            facts.join_url = join.filter(|link| text::canonical_url(link, None).is_some());
        }
        facts.url = url;
        let mut draft = blank(facts);
        draft.reference = entry.reference.clone().or_else(|| entry.url.clone());
        draft.line = entry.line;
        draft.categories = categories(entry);
        draft.private = privacy::private_reason(entry, &words.title, &words.description.words);
        draft.published =
            entry.published.filter(|_| self.pubdate != PubDate::EventStart).or(entry.created);
        draft.modified = entry.modified;
        draft.sequence = entry.sequence;
        draft
    }

    fn url_of(&self, words: &Words<'_>) -> Option<String> {
        let entry = words.entry;
        let said =
            entry.url.as_deref().and_then(|url| text::canonical_url(url, self.base.as_ref()));
        let reference =
            entry.reference.as_deref().filter(|reference| reference.starts_with("http"));
        said.or_else(|| {
            // Luma has no URL property; its descriptions begin with the event's page.
            let found = AT_PAGE.captures(&words.description.words)?.get(1)?.as_str();
            text::canonical_url(found, None)
        })
        .or_else(|| reference.and_then(|reference| text::canonical_url(reference, None)))
    }

    /// What the item says itself, then what its words show: the language of a whole feed is often that of the program
    /// that makes it, so that Welsh words in a feed that says "en", and the other way round, are what they are.
    fn language_of(&self, words: &Words<'_>, url: Option<&str>) -> Option<String> {
        let entry = words.entry;
        let welsh = url.is_some_and(|url| url.contains("/cy/") || url.contains("://cy."));
        let said = [&entry.title, &entry.description]
            .into_iter()
            .flatten()
            .find_map(|text| text.language.clone());
        let shown = language::written_in(&words.title).or_else(|| {
            language::written_in(&format!("{} {}", words.title, words.description.words))
        });
        let whole = self.document.language.as_deref();
        let of_whole = whole.and_then(Language::of_tag);
        let shown = shown.filter(|shown| match shown {
            Language::Welsh => true,
            Language::English => of_whole.is_some_and(|of| of != Language::English),
        });
        let said = said
            .or_else(|| welsh.then(|| "cy".to_owned()))
            .or_else(|| shown.map(|shown| shown.tag().to_owned()))
            .or_else(|| whole.map(str::to_owned))?;
        let primary = said.split(['-', '_']).next().unwrap_or_default().trim().to_lowercase();
        ((2..=3).contains(&primary.len()) && primary.chars().all(|c| c.is_ascii_lowercase()))
            .then_some(primary)
    }

    /// What is called off anywhere is called off; the words come before STATUS, which few people set.
    fn status_of(&self, words: &Words<'_>) -> Status {
        let written = words.entry.status.as_deref().unwrap_or_default().to_uppercase();
        let written = match written.trim_start_matches("EVENT") {
            "CANCELLED" | "CANCELED" => Some(Status::Cancelled),
            "POSTPONED" => Some(Status::Postponed),
            "TENTATIVE" => Some(Status::Tentative),
            _ => None,
        };
        let said = words.state.status;
        if words.entry.cancels || [written, said].contains(&Some(Status::Cancelled)) {
            return Status::Cancelled;
        }
        if [written, said].contains(&Some(Status::Postponed)) {
            return Status::Postponed;
        }
        said.or(written).unwrap_or_default()
    }

    fn booking_of(&self, words: &Words<'_>) -> Option<String> {
        let said = words.entry.booking_url.as_deref();
        let written =
            || BOOKING.captures(&words.description.words)?.get(1).map(|link| link.as_str());
        let link = said.or_else(written)?;
        text::canonical_url(link.trim_end_matches(['.', ',', ';']), self.base.as_ref())
    }
}

static AT_PAGE: LazyLock<Regex> =
    LazyLock::new(|| quick_pattern(r"(?i)up-to-date information at:?\s*(https?://[^\s<>()]+)"));

static BOOKING: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)\b(?:book(?:ing)?s?|register|registration|tickets?|sign\s?up|reserve|rsvp|archeb\w+|cofrestr\w+)\b[^\n]{0,60}?(https?://[^\s<>()]+)",
    )
});

fn some(words: &str) -> Option<String> {
    (!words.is_empty()).then(|| words.to_owned())
}

/// The title without its state words; where they are all of it, the title as written; where there is none, the
/// beginning of the text.
fn title_of(words: &Words<'_>) -> String {
    let title = text::one_line(&words.state.title);
    let first = words.description.words.lines().next().unwrap_or_default();
    let first = text::cap(first, 100).0.trim();
    [title.as_str(), &words.title, first]
        .into_iter()
        .find(|title| title.chars().any(char::is_alphanumeric))
        .unwrap_or("Untitled event")
        .to_owned()
}

fn categories(entry: &Entry) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for category in entry.categories.iter().take(50) {
        let category = text::line(&Text { value: category.clone(), html: false, language: None });
        if !category.is_empty() && !kept.contains(&category) {
            kept.push(category);
        }
    }
    kept
}

fn located(words: &Words<'_>) -> Located {
    let entry = words.entry;
    let stated = place::read(entry.location.as_deref(), entry.address.as_deref(), entry.geo);
    let nameless =
        stated.place.as_ref().is_none_or(|place| place.name.is_none() && place.address.is_none());
    if !nameless
        || stated.online
        || entry.attendance_mode.as_deref().is_some_and(|m| m.starts_with("Online"))
    {
        return stated;
    }
    let Some(found) = venue::in_prose(&words.description.words) else { return stated };
    place::read(Some(&found), None, entry.geo)
}

fn join_link(words: &Words<'_>, located: &Located) -> Option<String> {
    let entry = words.entry;
    let stated = entry.join_url.clone().filter(|link| privacy::meeting_link(link).is_some());
    let location = entry.location.as_deref().and_then(privacy::meeting_link);
    // Pages call their own address the place of an online event.
    let page = entry.join_url.clone().filter(|_| located.online && entry.join_url != entry.url);
    stated.or(location).or_else(|| privacy::meeting_link(&words.description.words)).or(page)
}

fn attendance(words: &Words<'_>, located: &Located, join: bool) -> Attendance {
    let moved_online =
        words.entry.status.as_deref().is_some_and(|s| s.to_uppercase().contains("MOVEDONLINE"));
    if moved_online {
        return Attendance::Online;
    }
    place::attendance(words.entry.attendance_mode.as_deref(), located, words.state.attendance, join)
}
