//! Turns what feed-rs and the second pass found into a document and its entries.

use std::collections::HashSet;

use feed_rs::model::{self, FeedType};
use scraper::Html;
use url::Url;

use super::{
    apply,
    extension::{self, Extras},
    mend::Mended,
    repairs::{Fault, Faults},
};
use crate::{
    feed::Format,
    read::{
        DateOrigin, Document, Entry, Hint, MAX_TEXT, Problem, Severity, Skipped, Text, link,
        moment,
        page::{embedded, markup},
    },
};

/// The whole document.
pub(super) fn document(
    mended: &Mended,
    feed: &model::Feed,
    entries: Vec<Option<model::Entry>>,
    hint: &Hint,
    faults: &mut Faults,
) -> Document {
    let (extras, channel) = extension::second_pass(mended);
    let mut document = head(feed, hint);
    document.language = document.language.or(channel.language);
    document.rights = document.rights.or(channel.rights);
    document.refresh = channel.refresh;
    let base = hint.base.clone().or_else(|| document.link.as_ref()?.parse().ok());
    document.next_page = channel
        .next_page
        .and_then(|raw| link::absolute(&raw, base.as_ref()))
        .map(String::from)
        .or(document.next_page);
    let mut problems = Vec::new();
    for ((entry, extras), item) in entries.into_iter().zip(&extras).zip(&mended.items) {
        let Some(entry) = entry else {
            document.skipped.push(Skipped {
                reference: extras.guid.clone().or_else(|| extras.raw_link.clone()),
                line: Some(item.line),
                reason: "the item is not RSS or Atom that can be read".into(),
            });
            continue;
        };
        let mut made = self::entry(&entry, extras, base.as_ref(), faults);
        made.line = Some(item.line);
        apply::apply(extras, &mut made, &mut problems);
        from_markup(&mut made, base.as_ref());
        document.entries.push(made);
    }
    document.problems = problems;
    check(&mut document, &extras);
    document
}

/// What is said about the feed as a whole.
pub(super) fn head(feed: &model::Feed, hint: &Hint) -> Document {
    let mut document = Document::empty(match feed.feed_type {
        FeedType::Atom => Format::Atom,
        FeedType::JSON => Format::JsonFeed,
        _ => Format::Rss,
    });
    let text = |text: &Option<model::Text>| {
        text.as_ref().map(|text| text.content.trim().to_owned()).filter(|text| !text.is_empty())
    };
    document.title = text(&feed.title);
    document.language = feed.language.clone();
    document.rights = text(&feed.rights);
    document.generator = feed.generator.as_ref().map(|made| {
        let parts = [Some(&made.content), made.version.as_ref()];
        parts.into_iter().flatten().map(|part| part.trim()).collect::<Vec<_>>().join(" ")
    });
    let page = |link: &&model::Link| matches!(link.rel.as_deref(), None | Some("alternate"));
    document.link = feed
        .links
        .iter()
        .find(page)
        .and_then(|found| link::absolute(&found.href, hint.base.as_ref()))
        .map(String::from);
    document
}

/// One entry, without what the extensions say.
pub(super) fn entry(
    from: &model::Entry,
    extras: &Extras,
    base: Option<&Url>,
    faults: &mut Faults,
) -> Entry {
    let mut entry = Entry::empty();
    let raw_link = || {
        let first = from.links.first().map(|link| link.href.clone());
        extras.raw_link.clone().or(first).filter(|raw| !raw.is_empty())
    };
    let guid = Some(from.id.trim()).filter(|id| !id.is_empty()).map(str::to_owned);
    entry.reference = guid.or_else(|| extras.guid.clone()).or_else(raw_link);
    entry.title = from.title.as_ref().and_then(|title| text(title, extras, faults));
    let content = from.content.as_ref().and_then(|content| {
        let body = content.body.as_ref()?;
        made_text(body, extras, faults)
    });
    let summary = from.summary.as_ref().and_then(|summary| text(summary, extras, faults));
    entry.description = content.or(summary);
    entry.url = url(from, extras, base).map(String::from);
    entry.categories = categories(from);
    entry.published = from.published;
    entry.modified = from.updated.filter(|updated| Some(*updated) != from.published);
    entry.organiser = from
        .authors
        .iter()
        .filter_map(|author| author.name.as_deref())
        .find(|name| is_organisation(name))
        .map(|name| name.trim().to_owned());
    entry
}

fn text(from: &model::Text, extras: &Extras, faults: &mut Faults) -> Option<Text> {
    made_text(&from.content, extras, faults)
}

/// Text with its markup; markup that was escaped once too often is unescaped.
fn made_text(value: &str, extras: &Extras, faults: &mut Faults) -> Option<Text> {
    let mut value = value.trim().to_owned();
    value.truncate(value.floor_char_boundary(MAX_TEXT));
    if markup::is_escaped(&value) {
        faults.note(Fault::DoubleEscaped, None);
        value = markup::unescape(&value);
    }
    // What is said to be HTML and has no markup is text, and the other way round.
    let html = markup::looks_like_html(&value);
    (!value.is_empty()).then(|| Text { value, html, language: extras.language.clone() })
}

fn categories(from: &model::Entry) -> Vec<String> {
    let mut categories: Vec<String> = Vec::new();
    for category in &from.categories {
        let name = category.label.as_ref().unwrap_or(&category.term).trim();
        if !name.is_empty()
            && categories.len() < 50
            && !categories.iter().any(|known| known == name)
        {
            categories.push(name.chars().take(200).collect());
        }
    }
    categories
}

/// The item's page: its `alternate` link, else its first, else a guid that is an address.
fn url(from: &model::Entry, extras: &Extras, base: Option<&Url>) -> Option<Url> {
    let page = |link: &&model::Link| {
        matches!(link.rel.as_deref(), None | Some("alternate"))
            && link.media_type.as_deref().is_none_or(|kind| kind.contains("html"))
            && link.target.is_none()
    };
    let links = from.links.iter().filter(page).chain(from.links.iter());
    let mut found = links.filter_map(|found| link::absolute(&found.href, base));
    found.next().or_else(|| {
        let guid = extras.guid.as_ref().filter(|_| extras.permalink != Some(false))?;
        link::absolute(guid, None)
    })
}

/// Words that show the author of an item to be an organisation; a person's name is nobody's business.
const ORGANISATIONS: &[&str] = &[
    "council",
    "borough",
    "county",
    "city of",
    "authority",
    "association",
    "network",
    "institute",
    "society",
    "group",
    "forum",
    "agency",
    "department",
    "ministry",
    "university",
    "college",
    "trust",
    "foundation",
    "partnership",
    "board",
    "local government",
    "localgov",
    "cyngor",
    "limited",
    " ltd",
    "cic",
    "federation",
    "union",
    "service",
    "team",
];

fn is_organisation(name: &str) -> bool {
    let lower = name.to_lowercase();
    name.contains(' ')
        && !name.contains('@')
        && name.len() < 120
        && ORGANISATIONS.iter().any(|word| lower.contains(word))
        // "Network editor", "Web Team": a role at the publisher runs no event.
        && !["editor", "admin", "web team", "webteam", "communications"].iter().any(|role| lower.contains(role))
}

/// A date that the description's own markup states (h-event, microdata, `<time>` of an event).
fn from_markup(entry: &mut Entry, base: Option<&Url>) {
    let Some(text) = entry.description.as_ref().filter(|text| text.html && entry.start.is_none())
    else {
        return;
    };
    if !embedded::worth_reading(&text.value) {
        return;
    }
    let html = Html::parse_fragment(&text.value);
    let mut found = embedded::events(&html, base);
    if found.len() != 1 {
        return;
    }
    let Some(event) = found.pop() else { return };
    entry.start = event.start;
    entry.end = event.end;
    entry.location = entry.location.take().or(event.location);
    entry.date_origin = event.date_origin.or(Some(DateOrigin::Page("markup".into())));
}

/// What the report card should say of the items together.
fn check(document: &mut Document, extras: &[Extras]) {
    if document.entries.is_empty() && document.skipped.is_empty() {
        document.problems.push(Problem::new(Severity::Info, "no_items", "the feed has no items"));
    }
    let mut seen = HashSet::new();
    let entries = document.entries.iter();
    let twice =
        entries.clone().filter_map(|e| e.reference.as_ref()).filter(|r| !seen.insert(*r)).count();
    if twice > 0 {
        document.problems.push(
            Problem::new(
                Severity::Warning,
                "duplicate_guid",
                format!("{twice} items have the same guid or link as another item"),
            )
            .fixed_by("Give each item a guid of its own that never changes."),
        );
    }
    let nameless = entries.clone().filter(|e| e.reference.is_none()).count();
    if nameless > 0 {
        document.problems.push(
            Problem::new(
                Severity::Warning,
                "missing_guid",
                match nameless {
                    1 => "one item has neither a guid nor a link, so that its changes cannot be followed".into(),
                    _ => format!("{nameless} items have neither a guid nor a link, so that their changes cannot be followed"),
                },
            )
            .fixed_by("Give each item a guid that never changes."),
        );
    }
    let unread =
        |raw: &&Extras| raw.raw_date.as_ref().is_some_and(|raw| moment::instant(raw).is_none());
    if let Some(example) = extras.iter().find(unread).and_then(|extras| extras.raw_date.as_ref()) {
        let shown: String = example.chars().take(60).collect();
        document.problems.push(
            Problem::new(
                Severity::Warning,
                "unreadable_pubdate",
                if moment::is_unentered(example) {
                    moment::unentered(example, "pubDate")
                } else {
                    format!("the date of publication “{shown}” cannot be read")
                },
            )
            .fixed_by("Write pubDate as Wed, 04 Nov 2026 10:20:00 +0000."),
        );
    }
}
