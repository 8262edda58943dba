//! Newly announced events as Atom and as JSON Feed, for those who read feeds.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Context, description, page::words, place_line, state_prefix, utc};
use crate::{catalogue::Item, language::Language};

/// What a feed says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedInfo {
    /// Shown as the feed's name.
    pub title: String,
    /// One or two sentences.
    pub description: Option<String>,
    /// The page that shows the same.
    pub url: String,
    /// The address of this feed.
    pub source: String,
}

/// One entry of any Atom feed of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtomEntry {
    /// Permanent, whatever our address.
    pub id: String,
    /// Title.
    pub title: String,
    /// Page.
    pub url: String,
    /// First published.
    pub published: DateTime<Utc>,
    /// Last changed.
    pub updated: DateTime<Utc>,
    /// Terms.
    pub categories: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Plain text.
    pub summary: String,
}

/// Newly announced events as Atom (RFC 4287).
#[must_use]
pub fn write<'a>(
    info: &FeedInfo,
    items: impl IntoIterator<Item = &'a Item>,
    context: &Context,
    now: DateTime<Utc>,
) -> String {
    let entries: Vec<AtomEntry> = items.into_iter().map(|item| entry(item, context, now)).collect();
    write_entries(info, &entries)
}

/// Any entries as Atom (the changes of a feed's health, say).
#[must_use]
pub fn write_entries(info: &FeedInfo, entries: &[AtomEntry]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    xml.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en-GB\">\n");
    let mut line = |depth: usize, text: String| {
        let _ = writeln!(xml, "{}{text}", "  ".repeat(depth));
    };
    let updated = entries.iter().map(|entry| entry.updated).max();
    line(1, format!("<id>{}</id>", urn(path_of(&info.source))));
    line(1, element("title", &info.title));
    if let Some(subtitle) = &info.description {
        line(1, element("subtitle", subtitle));
    }
    line(1, element("updated", &utc(updated.unwrap_or(DateTime::UNIX_EPOCH))));
    line(1, link("alternate", "text/html", &info.url));
    line(1, link("self", "application/atom+xml", &info.source));
    line(1, element("generator", "Folkmoot"));
    for entry in entries {
        line(1, "<entry>".to_owned());
        line(2, element("id", &entry.id));
        line(2, element("title", &entry.title));
        line(2, link("alternate", "text/html", &entry.url));
        line(2, element("published", &utc(entry.published)));
        line(2, element("updated", &utc(entry.updated)));
        let author = entry.author.as_deref().unwrap_or(&info.title);
        line(2, format!("<author>{}</author>", element("name", author)));
        for category in &entry.categories {
            line(2, format!("<category term=\"{}\"/>", escape(category)));
        }
        line(2, element("summary", &entry.summary));
        line(1, "</entry>".to_owned());
    }
    line(0, "</feed>".to_owned());
    xml
}

/// Newly announced events as JSON Feed 1.1.
#[must_use]
pub fn json_feed<'a>(
    info: &FeedInfo,
    items: impl IntoIterator<Item = &'a Item>,
    context: &Context,
    now: DateTime<Utc>,
) -> Value {
    let item = |item: &Item| {
        let entry = entry(item, context, now);
        let author = entry.author.map(|name| json!([{ "name": name }]));
        let mut value = json!({
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "content_text": entry.summary,
            "date_published": utc(entry.published),
            "date_modified": utc(entry.updated),
            "tags": entry.categories,
        });
        if let (Some(object), Some(author)) = (value.as_object_mut(), author) {
            object.insert("authors".to_owned(), author);
        }
        if let (Some(object), Some(url)) = (value.as_object_mut(), &item.listing.facts.url) {
            object.insert("external_url".to_owned(), json!(url));
        }
        value
    };
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": info.title,
        "description": info.description,
        "home_page_url": info.url,
        "feed_url": info.source,
        "language": "en-GB",
        "items": items.into_iter().map(item).collect::<Vec<Value>>(),
    })
}

fn entry(item: &Item, context: &Context, now: DateTime<Utc>) -> AtomEntry {
    let (listing, facts) = (&item.listing, &item.listing.facts);
    let kind = std::iter::once(context.kind_title(&facts.kind).to_owned());
    let services = facts.services.iter().map(|id| context.service_title(id).to_owned());
    let mut summary = vec![when(item, context, now)];
    summary.extend(facts.place.as_ref().and_then(place_line));
    summary.extend(context.organiser(listing).map(|name| format!("Organised by {name}")));
    summary.extend(description(listing));
    AtomEntry {
        id: urn(&listing.uid),
        title: format!("{}{}", state_prefix(listing, facts.status), facts.title),
        url: context.page(listing),
        published: listing.created,
        updated: listing.updated,
        categories: kind.chain(services).collect(),
        author: context.organiser(listing),
        summary: summary.join("\n"),
    }
}

/// The next date in words, or the first where all are over.
fn when(item: &Item, context: &Context, now: DateTime<Utc>) -> String {
    let facts = &item.listing.facts;
    let next = item.next(now).map(|next| next.span).or(facts.span);
    let Some(span) = next else { return "Date to be announced".to_owned() };
    let words = words::span(Language::English, &span, facts.time_zone, context.time_zone);
    match facts.recurrence {
        Some(_) => format!("{words}, and other dates"),
        None => words,
    }
}

/// What follows the name of the site in an address.
fn path_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
}

/// A permanent id that says nothing of our address: a UUID (RFC 9562, version 8) of what it stands for.
#[must_use]
pub fn urn(of: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(of.as_bytes()).into();
    let mut bytes = [0_u8; 16];
    for (byte, from) in bytes.iter_mut().zip(digest) {
        *byte = from;
    }
    let number = u128::from_be_bytes(bytes);
    let number = (number & !(0xf << 76)) | (8 << 76);
    let number = (number & !(0b11 << 62)) | (0b10 << 62);
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}

fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

fn link(rel: &str, media_type: &str, href: &str) -> String {
    format!("<link rel=\"{rel}\" type=\"{media_type}\" href=\"{}\"/>", escape(href))
}

/// Text as XML 1.0 allows it: its special characters named, others that it forbids left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::samples;

    fn info() -> FeedInfo {
        FeedInfo {
            title: "LocalGov Digital".into(),
            description: None,
            url: "https://moot.example/".into(),
            source: "https://moot.example/feed.atom".into(),
        }
    }

    #[test]
    fn titles_are_text_and_never_markup() {
        let mut listing = samples::plain();
        listing.facts.title = "Bins & <b>boxes</b> \u{0}".into();
        let catalogue = samples::catalogue([listing]);
        let words = samples::Words::new();
        let items: Vec<_> = catalogue.items().map(|item| &**item).collect();
        let xml = write(&info(), items.clone(), &words.context(), samples::now());
        assert!(xml.contains("<title>Bins &amp; &lt;b&gt;boxes&lt;/b&gt; </title>"), "{xml}");
        assert!(xml.contains("Friday 4 December 2026, 10am to 4pm"));
        let json = json_feed(&info(), items, &words.context(), samples::now());
        assert_eq!(json["items"][0]["title"], "Bins & <b>boxes</b> \u{0}");
    }

    #[test]
    fn ids_are_uuids_that_do_not_depend_on_our_address() {
        let id = urn("abc@example.org");
        assert_eq!(id.len(), "urn:uuid:".len() + 36);
        assert_eq!(&id[23..24], "8");
        assert!("89ab".contains(&id[28..29]));
        assert_eq!(id, urn("abc@example.org"));
    }
}
