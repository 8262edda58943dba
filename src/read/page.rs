//! Reads pages that say their events in a form for machines: JSON-LD, microdata, h-event, `<time>`, and the JSON
//! of a few platforms.

pub(in crate::read) mod embedded;
mod folkmoot;
mod json_ld;
mod listing;
pub(in crate::read) mod markup;
mod microdata;
mod microformat;
mod platform;
mod schema;

use chrono::{DateTime, Utc};
use scraper::{Html, Selector};
use serde_json::Value;
use url::Url;

use super::{
    Document, Entry, Hint, MAX_ENTRIES, Problem, ReadError, Severity, Text, decode, link, moment,
    tame,
};
use crate::feed::{Format, FormatSetting};

/// Most bytes of a page that are parsed; what a reader needs stands before that.
const MAX_PAGE: usize = 4 * 1_048_576;

/// Reads a page, or the JSON that stands for one.
///
/// # Errors
/// When no event in it can be read by a machine.
pub fn read(bytes: &[u8], hint: &Hint) -> Result<Document, ReadError> {
    let decoded = decode::decode(bytes, hint);
    let text = decoded.text.trim();
    if text.is_empty() {
        return Err(ReadError::Empty);
    }
    if hint.format == Some(FormatSetting::Folkmoot) && !text.starts_with('{') {
        return Err(not_folkmoot());
    }
    let mut document =
        if text.starts_with(['{', '[']) { json(text, hint)? } else { html(text, hint)? };
    if hint.format == Some(FormatSetting::Folkmoot)
        && document.generator.as_deref() != Some("Folkmoot")
    {
        return Err(not_folkmoot());
    }
    document.problems.splice(0..0, decoded.problems);
    if document.entries.len() > MAX_ENTRIES {
        document.entries.truncate(MAX_ENTRIES);
        document.complete = false;
    }
    check(&mut document);
    Ok(document)
}

fn not_folkmoot() -> ReadError {
    let reason = "it is not the list of events of another Folkmoot; give an address such as \
                  https://events.example.org/api/v1/events?limit=200";
    ReadError::Unreadable { format: "Folkmoot JSON", reason: reason.into() }
}

/// JSON of a platform, or JSON-LD without a page around it.
fn json(text: &str, hint: &Hint) -> Result<Document, ReadError> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| ReadError::Unreadable { format: "JSON", reason: error.to_string() })?;
    if let Some(document) = platform::read(&value, hint.base.as_ref()) {
        return Ok(document);
    }
    let mut document = Document::empty(Format::Html);
    document.entries = json_ld::events_of(&value, hint.base.as_ref());
    if document.entries.is_empty() {
        return Err(ReadError::NotAFeed { found: "it is JSON of a kind that is not known".into() });
    }
    Ok(document)
}

/// A page bounded in size and depth, parsed.
pub(in crate::read) fn parsed(text: &str) -> (Html, bool) {
    let end = text.floor_char_boundary(MAX_PAGE);
    let cut = text.get(..end).unwrap_or_default();
    let tamed = tame::without_monstrous_tags(cut);
    let deep = tame::too_deep_at(&tamed);
    let kept = deep.map_or(&*tamed, |at| tamed.get(..at).unwrap_or_default());
    (Html::parse_document(kept), deep.is_some() || end < text.len())
}

fn html(text: &str, hint: &Hint) -> Result<Document, ReadError> {
    let (html, cut) = parsed(text);
    let asked = base_of(&html, hint);
    // A copy on one's own machine or network speaks of the site that it was taken from.
    let home = canonical(&html, None).filter(|home| !is_local(home));
    let base =
        if asked.as_ref().is_some_and(is_local) { home.or(asked.clone()) } else { asked.clone() };
    let base = base.as_ref();
    let mut document = Document::empty(Format::Html);
    if cut {
        let words = "the page is too long or nested too deeply; the rest of it was left out";
        document.problems.push(Problem::new(Severity::Warning, "page_cut", words));
        document.complete = false;
    }
    head(&html, base, &mut document);
    document.next_page = next_page(&html, asked.as_ref());
    let mut entries = distinct(json_ld::events(&html, base, &mut document.problems));
    if entries.is_empty() {
        entries = wix_events(&html, base);
    }
    let mut entries = join(entries, embedded::events(&html, base));
    if let ([only], Some(page)) = (entries.as_mut_slice(), canonical(&html, base)) {
        only.url.get_or_insert_with(|| page.clone().into());
        only.reference.get_or_insert_with(|| link::untracked(page.as_str()));
    }
    document.entries = entries;
    document.complete &= document.next_page.is_none();
    if document.entries.is_empty() {
        return Err(if asks_for_password(&html) {
            ReadError::SignIn
        } else {
            ReadError::NoEvents { title: document.title }
        });
    }
    Ok(document)
}

fn wix_events(html: &Html, base: Option<&Url>) -> Vec<Entry> {
    let Ok(scripts) = Selector::parse("script#wix-warmup-data") else { return Vec::new() };
    html.select(&scripts)
        .filter_map(|script| serde_json::from_str(&script.text().collect::<String>()).ok())
        .flat_map(|value: Value| platform::wix(&value, base))
        .collect()
}

/// `<base href>` counts, as in a browser.
pub(in crate::read) fn base_of(html: &Html, hint: &Hint) -> Option<Url> {
    let written = attribute(html, "base[href]", "href");
    let own = hint.base.clone().or_else(|| canonical(html, None));
    written.and_then(|raw| link::absolute(&raw, own.as_ref())).or(own)
}

/// An address that nobody else can reach.
fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(at)) => at.is_loopback() || at.is_private() || at.is_link_local(),
        Some(url::Host::Ipv6(at)) => at.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => url.scheme() == "file",
    }
}

fn canonical(html: &Html, base: Option<&Url>) -> Option<Url> {
    let said = attribute(html, "link[rel=canonical]", "href")
        .or_else(|| attribute(html, "meta[property='og:url']", "content"));
    said.and_then(|raw| link::absolute(&raw, base)).or_else(|| base.cloned())
}

/// An attribute of the first element that a selector finds.
pub(in crate::read) fn attribute(html: &Html, selector: &str, name: &str) -> Option<String> {
    let selector = Selector::parse(selector).ok()?;
    let value = html.select(&selector).next()?.attr(name)?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// What the page says of itself.
fn head(html: &Html, base: Option<&Url>, document: &mut Document) {
    let title = Selector::parse("title").ok();
    document.title = title
        .and_then(|title| html.select(&title).next())
        .map(microdata::words)
        .filter(|title| !title.is_empty());
    document.language = attribute(html, "html[lang]", "lang");
    document.generator = attribute(html, "meta[name=generator i]", "content");
    document.rights = attribute(html, "[rel=license]", "href");
    document.link = canonical(html, base).map(String::from);
}

/// Where the list goes on, seen from the address that was asked.
fn next_page(html: &Html, base: Option<&Url>) -> Option<String> {
    let next = [
        "link[rel=next]",
        "a[rel~=next]",
        ".pager__item--next a[href]",
        "li.next a[href]",
        "a.next[href]",
    ];
    next.iter()
        .find_map(|selector| attribute(html, selector, "href"))
        .and_then(|raw| link::absolute(&raw, base))
        .filter(|next| Some(next) != base)
        .map(String::from)
}

fn asks_for_password(html: &Html) -> bool {
    attribute(html, "input[type=password i]", "type").is_some()
}

/// What tells whether two entries say the same event.
struct Key {
    title: Option<String>,
    page: Option<String>,
    at: Option<DateTime<Utc>>,
}

impl Key {
    fn of(entry: &Entry) -> Self {
        let title = |title: &Text| markup::folded(&markup::unescape(&title.value)).to_lowercase();
        Self {
            title: entry.title.as_ref().map(title),
            page: entry.url.as_deref().map(link::untracked),
            at: entry.start.as_ref().and_then(moment::instant_of),
        }
    }

    fn same(&self, other: &Self) -> bool {
        let pages = self.page.is_some() && self.page == other.page;
        let titles = self.title.is_some() && self.title == other.title;
        let times = self.at.is_some() && self.at == other.at;
        (pages && titles) || ((pages || titles) && times)
    }
}

/// Each event of a page once: sites repeat their JSON-LD for lists and details.
fn distinct(entries: Vec<Entry>) -> Vec<Entry> {
    let mut seen = std::collections::HashSet::new();
    entries
        .into_iter()
        .filter(|entry| {
            let title = entry.title.as_ref().map(|title| title.value.clone());
            let at = entry.start.as_ref().and_then(moment::instant_of);
            seen.insert((title, entry.url.clone(), at, entry.location.clone()))
        })
        .collect()
}

/// Most events that are taken from markup other than JSON-LD; each is compared with all others.
const MAX_MARKED: usize = 1000;

/// Adds events that are marked less well: each fills what is missing in one that is known, or is one more.
fn join(mut entries: Vec<Entry>, more: Vec<Entry>) -> Vec<Entry> {
    let mut keys: Vec<Key> = entries.iter().map(Key::of).collect();
    for found in more.into_iter().take(MAX_MARKED) {
        let key = Key::of(&found);
        match keys.iter().position(|known| known.same(&key)).and_then(|at| entries.get_mut(at)) {
            Some(known) => fill(known, found),
            None => {
                entries.push(found);
                keys.push(key);
            }
        }
    }
    entries
}

/// Takes from the second what the first lacks.
fn fill(known: &mut Entry, found: Entry) {
    let at = |entry: &Entry| entry.start.as_ref().and_then(moment::instant_of);
    if known.start.is_none() {
        known.start = found.start;
        known.date_origin = found.date_origin;
        known.end = found.end;
    } else if known.end.is_none() && at(known) == at(&found) {
        known.end = found.end;
    }
    known.location = known.location.take().or(found.location);
    known.description = known.description.take().or(found.description);
    known.url = known.url.take().or(found.url);
    known.cost = known.cost.take().or(found.cost);
}

/// "1 event", "2 events".
fn events(count: usize) -> String {
    format!("{count} {}", if count == 1 { "event" } else { "events" })
}

/// What the report card should say.
fn check(document: &mut Document) {
    let undated = document.entries.iter().filter(|entry| entry.start.is_none()).count();
    if undated > 0 {
        document.problems.push(
            Problem::new(
                Severity::Warning,
                "event_without_date",
                format!(
                    "{} on the page {} no start date that a machine can read",
                    events(undated),
                    if undated == 1 { "has" } else { "have" }
                ),
            )
            .fixed_by("Give each event a startDate such as 2027-01-19T12:30:00+00:00."),
        );
    }
    let nameless = document.entries.iter().filter(|entry| entry.title.is_none()).count();
    if nameless > 0 {
        let have = if nameless == 1 { "has" } else { "have" };
        let words = format!("{} on the page {have} no name", events(nameless));
        document.problems.push(Problem::new(Severity::Warning, "event_without_name", words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Result<Document, ReadError> {
        let hint = Hint { base: "https://a.example/events".parse().ok(), ..Hint::default() };
        read(format!("<html lang=en><title>Events</title><body>{body}").as_bytes(), &hint)
    }

    #[test]
    fn a_list_with_times_is_read_and_the_publication_date_is_not() {
        let found = page(
            "<div class=event-list><article><h3><a href=/e/1>Bins</a></h3>\
             <time datetime=2027-03-03T14:00>3 March</time> to 3.30pm<p class=venue>Hall</p></article></div>\
             <article class=news><h3>News</h3>Published <time datetime=2027-01-01>1 January</time></article>\
             <article class=event-news><h3>Other</h3><span class=posted><time datetime=2027-01-01>x</time></span></article>",
        )
        .unwrap();
        assert_eq!(found.entries.len(), 1);
        let event = &found.entries[0];
        assert_eq!(event.url.as_deref(), Some("https://a.example/e/1"));
        assert!(format!("{:?}", event.end).contains("15:30:00"));
        assert_eq!(event.location.as_deref(), Some("Hall"));
    }

    #[test]
    fn a_label_makes_a_time_that_of_an_event() {
        for (before, read) in [
            ("<p>When: ", true),
            ("<dl><dt>Date and time</dt><dd>", true),
            ("<p><strong>Starts:</strong> ", true),
            ("<p>Published: ", false),
            ("<p>Date: ", false),
        ] {
            let found = page(&format!(
                "<main><h1>Bins workshop</h1>{before}<time datetime=2027-03-03T14:00>3 March</time></main>"
            ));
            assert_eq!(found.is_ok(), read, "{before}");
        }
    }

    #[test]
    fn the_subject_of_a_card_is_its_page() {
        let found = page(
            "<article class=event-teaser about=/events/bins><h3><a href='/events/bins?f%5B0%5D=type'>Bins</a></h3>\
             <time datetime=2027-03-03T14:00>3 March</time></article>",
        )
        .unwrap();
        assert_eq!(found.entries[0].url.as_deref(), Some("https://a.example/events/bins"));
    }

    #[test]
    fn microformats_and_microdata_are_read() {
        let found = page(
            "<div class=h-event><a class='p-name u-url' href=/h>Hack</a><time class=dt-start datetime='2027-01-05 10:00'>\
             </time></div><div class=vevent><span class=summary>Old</span><abbr class=dtstart title=20270106T090000Z>\
             </abbr></div><div itemscope itemtype=http://schema.org/BusinessEvent><b itemprop=name>Micro</b>\
             <meta itemprop=startDate content=2027-01-07><div itemprop=location itemscope itemtype=http://schema.org/Place>\
             <a itemprop=name href=/hall>Hall</a></div></div>",
        )
        .unwrap();
        let names: Vec<_> =
            found.entries.iter().map(|e| e.title.as_ref().unwrap().value.as_str()).collect();
        assert_eq!(names, ["Micro", "Hack", "Old"]);
        assert_eq!(found.entries[0].location.as_deref(), Some("Hall"));
    }

    #[test]
    fn squarespace_times_are_milliseconds() {
        let text = r#"{"website": {"baseUrl": "https://s.example", "timeZone": "Europe/London"}, "collection": {},
            "upcoming": [{"id": "a1", "title": "Caf&eacute;", "startDate": 1804413600000, "fullUrl": "/e/x"}]}"#;
        let found = read(text.as_bytes(), &Hint::default()).unwrap();
        assert_eq!(found.entries[0].url.as_deref(), Some("https://s.example/e/x"));
        assert!(format!("{:?}", found.entries[0].start).contains("2027-03-07T10:00:00"));
    }

    #[test]
    fn another_folkmoot_is_read() {
        let text = r#"{"events": [{"id": "a", "uid": "a@b", "title": "Bins", "all_day": false, "listed": true, "sources": [],
            "start": "2027-07-01T10:00:00+01:00", "end": null, "last_day": null, "time_zone": "Europe/London",
            "recurrence": {"rrule": ["FREQ=MONTHLY"], "rdate": [], "exdate": [], "overrides": [
                {"recurrence_id": "2027-08-01T10:00:00+01:00", "start": "2027-08-02T10:00:00+01:00", "end": null, "title": null, "status": "cancelled"}]}},
            {"id": "b", "uid": "b@b", "title": "No", "all_day": false, "listed": false, "sources": []}],
            "next": "/api/v1/events?cursor=x"}"#;
        let hint = Hint {
            base: "https://other.example/api/v1/events".parse().ok(),
            format: Some(FormatSetting::Folkmoot),
            ..Hint::default()
        };
        let found = read(text.as_bytes(), &hint).unwrap();
        assert_eq!(
            found.next_page.as_deref(),
            Some("https://other.example/api/v1/events?cursor=x")
        );
        let [whole, changed] = found.entries.as_slice() else { panic!("{:?}", found.entries) };
        assert_eq!((whole.repeats.rrule.len(), whole.repeats.exdate.len()), (1, 1));
        assert_eq!(changed.status.as_deref(), Some("CANCELLED"));
        assert!(format!("{:?}", changed.start).contains("2027-08-02T10:00:00"));
        let other = read(b"{\"events\": [{\"name\": 1}]}", &hint).unwrap_err();
        assert!(other.to_string().contains("/api/v1/events") || other.to_string().contains("JSON"));
        assert!(read(b"<html>", &hint).unwrap_err().to_string().contains("/api/v1/events"));
    }

    #[test]
    fn pages_without_events_say_what_they_are() {
        assert_eq!(
            page("<p>Hello").unwrap_err(),
            ReadError::NoEvents { title: Some("Events".into()) }
        );
        assert_eq!(page("<form><input type=password>").unwrap_err(), ReadError::SignIn);
    }
}
