//! h-event and its forerunner hCalendar: events marked by class names.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::{markup, microdata::words};
use crate::read::{DateOrigin, Entry, Text, Written, link, moment};

/// A property, its class in microformats2 and in hCalendar.
const TITLE: &[&str] = &["p-name", "summary"];
const START: &[&str] = &["dt-start", "dtstart"];
const END: &[&str] = &["dt-end", "dtend"];
const PLACE: &[&str] = &["p-location", "location"];
const ABOUT: &[&str] = &["e-content", "p-summary", "description"];
const PAGE: &[&str] = &["u-url", "url"];
const CATEGORY: &[&str] = &["p-category", "category"];
const ORGANISER: &[&str] = &["p-organizer", "organiser", "organizer"];
const UID: &[&str] = &["u-uid", "uid"];

/// Events marked as such by class names.
pub(super) fn events(html: &Html, base: Option<&Url>) -> Vec<Entry> {
    let Ok(roots) = Selector::parse(".h-event, .vevent") else { return Vec::new() };
    html.select(&roots).filter_map(|root| event(root, base)).collect()
}

/// An event without a start is a class name that a theme happens to use.
fn event(root: ElementRef, base: Option<&Url>) -> Option<Entry> {
    let mut entry = Entry::empty();
    entry.start = Some(date(find(root, START)?)?);
    entry.end = find(root, END).and_then(date);
    let microformats2 = has_class(root, "h-event");
    let name = if microformats2 { "h-event dt-start" } else { "hCalendar dtstart" };
    entry.date_origin = Some(DateOrigin::Page(name.into()));
    entry.title = find(root, TITLE)
        .map(words)
        .filter(|title| !title.is_empty())
        .map(|value| Text { value, html: false, language: None });
    entry.description = find(root, ABOUT).map(|about| {
        let value = about.inner_html().trim().to_owned();
        Text { html: markup::looks_like_html(&value), value, language: None }
    });
    entry.location = find(root, PLACE).map(words).filter(|place| !place.is_empty());
    entry.organiser =
        find(root, ORGANISER).map(words).filter(|name| !name.is_empty() && !name.contains('@'));
    let address = find(root, PAGE).and_then(|page| page.attr("href"));
    entry.url = address.and_then(|raw| link::absolute(raw, base)).map(String::from);
    let uid = find(root, UID).map(|uid| uid.attr("href").map_or_else(|| words(uid), str::to_owned));
    entry.reference = uid.or_else(|| entry.url.as_deref().map(link::untracked));
    entry.categories =
        all(root, CATEGORY).map(words).filter(|word| !word.is_empty()).take(50).collect();
    Some(entry)
}

fn has_class(element: ElementRef, class: &str) -> bool {
    element.value().classes().any(|known| known == class)
}

fn all<'a>(
    root: ElementRef<'a>,
    classes: &'static [&'static str],
) -> impl Iterator<Item = ElementRef<'a>> {
    root.descendants()
        .filter_map(ElementRef::wrap)
        .filter(move |element| classes.iter().any(|class| has_class(*element, class)))
}

fn find<'a>(root: ElementRef<'a>, classes: &'static [&'static str]) -> Option<ElementRef<'a>> {
    all(root, classes).next()
}

/// `<time datetime>`, `<abbr title>`, `<data value>`, the value-title pattern, or plain text.
fn date(element: ElementRef) -> Option<Written> {
    let of = |element: ElementRef| {
        ["datetime", "title", "value", "content"]
            .iter()
            .find_map(|name| moment::written(element.attr(name)?))
    };
    of(element)
        .or_else(|| element.descendants().filter_map(ElementRef::wrap).skip(1).find_map(of))
        .or_else(|| moment::written(&words(element)))
}
