//! The pages of text: about, accessibility, privacy, how to get listed, and the API for developers.

use chrono::NaiveDate;
use maud::{Markup, Render, html};

use super::{
    OwnText, Page, Site, layout, own_text,
    phrases::{Phrase, frame as f, prose as p, publish as q},
    words,
};
use crate::language::Language;

/// What is known about the accessibility of this version: data that a release updates, never a claim untested.
struct Tested {
    /// When the pages were last checked: year, month, day.
    on: (i32, u32, u32),
    /// With what.
    with: Phrase,
    /// What does not meet the standard yet.
    faults: &'static [Phrase],
}

const TESTED: Tested = Tested {
    on: (2026, 11, 28),
    with: p::TOOLS,
    faults: &[p::NO_PEOPLE, p::NO_REVIEW, p::PARTLY_ENGLISH, p::STRANGERS],
};

/// A page of text: the operator's own if there is one.
fn text(site: &Site, title: Phrase, path: &str, own: Option<&OwnText>, ours: &Markup) -> String {
    let own = own.and_then(|own| own.for_readers(site));
    let content = match own {
        Some((text, language)) => html! { div.prose lang=[language] { (own_text(text)) } },
        None => html! { div.prose { (ours) } },
    };
    layout(site, &Page::new(site.say(title), path), &content)
}

/// A list of sentences.
fn list(site: &Site, phrases: &[Phrase]) -> Markup {
    html! { ul { @for phrase in phrases { li { (site.rich(*phrase, &[], &[])) } } } }
}

/// How to reach the people behind the site.
fn contact(site: &Site) -> Markup {
    let link = site.contact.map(|contact| {
        if contact.contains("://") || contact.starts_with("mailto:") {
            contact.to_owned()
        } else if contact.contains('@') {
            format!("mailto:{contact}")
        } else {
            String::new()
        }
    });
    html! {
        @match (site.contact, link) {
            (Some(words), Some(link)) if !link.is_empty() => {
                @let link = html! { a href=(link) { (words) } };
                p { (site.rich(p::CONTACT_LINK, &[("contact", &link)], &[])) }
            }
            (Some(words), _) => { p { (site.rich(p::CONTACT_LINK, &[("contact", &words)], &[])) } }
            (None, _) => { p { (site.say(p::NO_CONTACT)) } }
        }
    }
}

/// `/about`.
#[must_use]
pub fn about(site: &Site) -> String {
    let credits = [p::CREDIT_NAMES, p::CREDIT_SITES, p::CREDIT_LIST, p::CREDIT_EVENTS];
    let ours = html! {
        @if let Some((description, language)) = site.own_description() { p.lead lang=[language] { (description) } }
        p { (site.rich(p::ABOUT_1, &[("site", &site.name)], &[])) }
        h2 { (site.say(p::HOW)) }
        p { (site.say(p::HOW_1)) }
        p { (site.rich(p::HOW_2, &[], &["/feeds"])) }
        h2 { (site.say(p::FIRST)) }
        p { (site.say(p::FIRST_1)) }
        h2 { (site.say(p::CONTACT)) }
        (contact(site))
        h2 { (site.say(p::CREDITS)) }
        (list(site, &credits))
    };
    text(site, f::ABOUT, "/about", Some(&site.texts.about), &ours)
}

/// `/accessibility`.
#[must_use]
pub fn accessibility(site: &Site) -> String {
    let (year, month, day) = TESTED.on;
    let on = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let on = format!("{} {}", on.format("%-d"), words::month(site.language, on));
    let tested = [("day", on.as_str()), ("tools", site.say(TESTED.with))];
    let ours = html! {
        p { (site.rich(p::WANT, &[("site", &site.name)], &[])) }
        (list(site, &[p::ZOOM, p::KEYBOARD, p::READER, p::NO_SCRIPT]))
        h2 { (site.say(p::HOW_FAR)) }
        p { (site.say(p::STANDARD)) }
        (list(site, TESTED.faults))
        h2 { (site.say(p::TESTED)) }
        p { (site.fill(p::TESTED_ON, &tested)) }
        h2 { (site.say(p::TELL_US)) }
        (contact(site))
        p { (site.say(if site.contact.is_some() { p::UNHAPPY } else { p::ADVICE })) }
    };
    text(site, f::ACCESSIBILITY, "/accessibility", Some(&site.texts.accessibility), &ours)
}

/// `/privacy`.
#[must_use]
pub fn privacy(site: &Site) -> String {
    let ours = html! {
        p.lead { (site.say(p::NO_COOKIES)) }
        h2 { (site.say(p::WHEN_USED)) }
        p { (site.say(p::WHEN_USED_1)) }
        h2 { (site.say(p::MAY_SAY)) }
        p { (site.say(p::MAY_SAY_1)) }
        h2 { (site.say(p::REMOVED)) }
        p { (site.say(p::REMOVED_1)) }
        (contact(site))
    };
    text(site, f::PRIVACY, "/privacy", Some(&site.texts.privacy), &ours)
}

/// `/publish`.
#[must_use]
pub fn publish(site: &Site) -> String {
    let shapes = [(q::ICAL, q::ICAL_WHY), (q::RSS, q::RSS_WHY), (q::SCHEMA, q::SCHEMA_WHY)];
    let good = [q::GOOD_WHO, q::GOOD_PLACE, q::GOOD_END, q::GOOD_CANCEL, q::GOOD_UID];
    let ours = html! {
        p.lead { (site.say(q::KEEP)) }
        h2 { (site.say(q::NEED)) }
        p { (site.say(q::NEED_ONE)) }
        ul { @for (name, why) in shapes { li { strong { (site.say(name)) } (site.say(why)) } } }
        h2 { (site.say(q::GOOD)) }
        (list(site, &good))
        h2 { (site.say(q::CHANGING)) }
        p { (site.say(q::CHANGING_1)) }
        h2 { (site.say(q::ALREADY)) }
        p { (site.rich(q::ALREADY_1, &[], &["/feeds"])) }
        h2 { (site.say(q::TELL_US)) }
        (contact(site))
    };
    text(site, f::PUBLISH, "/publish", None, &ours)
}

/// `/api`.
#[must_use]
pub fn api(site: &Site, parameters: &[(String, String)], paths: &[(String, String)]) -> String {
    let base = site.base;
    let english = site.if_not(Language::English);
    let code = |words: &str| html! { code { (words) } };
    let example =
        |path: &str, why: Phrase| html! { li { a href=(path) { (code(path)) } (site.say(why)) } };
    let manner = |phrase: Phrase, with: &[(&str, &dyn Render)]| html! { li { (site.rich(phrase, with, &[])) } };
    let ours = html! {
        p.lead { (site.say(q::API_LEAD)) }
        p { (q::API_WHOLE.rich(site.language, &[], &["/api/v1/openapi.json".to_owned()])) }
        h2 { (site.say(q::TRY)) }
        ul {
            (example("/api/v1/events?service=waste", q::TRY_EVENTS))
            (example("/api/v1/occurrences?region=south-west&or_online=yes", q::TRY_DATES))
            (example("/api/v1/changes", q::TRY_CHANGES))
        }
        pre tabindex="0" { code { "curl -s '" (base) "/api/v1/events?service=housing&limit=5'" } }
        h2 { (site.say(q::IN_A_PAGE)) }
        p { (site.say(q::FULLCALENDAR)) }
        pre tabindex="0" { code { "new FullCalendar.Calendar(element, {\n  events: '" (base) "/api/v1/occurrences?service=housing'\n})" } }
        h2 { (site.say(q::FILTERS)) }
        p { (site.say(q::FILTERS_1)) }
        dl.index { @for (name, words) in parameters { dt { (code(name)) } dd lang=[english] { (words) } } }
        h2 { (site.say(q::ADDRESSES)) }
        dl.index { @for (path, words) in paths { dt { (code(path)) } dd lang=[english] { (words) } } }
        h2 { (site.say(q::MANNERS)) }
        ul {
            (manner(q::MANNERS_PAGES, &[("next", &code("next"))]))
            (manner(q::MANNERS_ETAG, &[]))
            (manner(q::MANNERS_ERRORS, &[]))
            (manner(q::MANNERS_LIMIT, &[]))
            (manner(q::MANNERS_TIMES, &[("zone", &code("time_zone"))]))
            (manner(q::MANNERS_FIELDS, &[]))
        }
    };
    text(site, f::API, "/api", None, &ours)
}
