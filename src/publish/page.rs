//! The pages: HTML that needs no script, in plain words, from the same listings as every other output.
//!
//! Each page is a function from what it shows to a string; `server` decides which listings those are. maud escapes
//! every value; the two places that do not go through it (`jsonld`, texts of the operator) say why that is safe.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    event::{Listing, Occurrence, Place, Span, Status},
    member::Members,
    vocabulary::Vocabulary,
};

pub mod browse;
pub mod event;
pub mod feeds;
pub mod filter;
pub mod jsonld;
pub mod list;
pub mod month;
pub mod operator;
pub mod prose;
pub mod share;
pub mod subscribe;
pub(crate) mod words;

/// The one stylesheet.
pub const STYLESHEET: &str = include_str!("page/style.css");
/// The one script: copying an address. Pages work without it.
pub const SCRIPT: &str = include_str!("page/copy.js");
/// The mark.
pub const MARK: &str = include_str!("page/mark.svg");

/// Texts of the operator's own, as HTML, in place of ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// `/about`.
    pub about: Option<String>,
    /// `/accessibility`.
    pub accessibility: Option<String>,
    /// `/privacy`.
    pub privacy: Option<String>,
}

/// What every page needs.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Name of the network.
    pub name: &'a str,
    /// One or two sentences about it.
    pub description: Option<&'a str>,
    /// Our own address, without a trailing slash.
    pub base: &'a str,
    /// Where the people behind it can be reached: an address of a page or a mailbox.
    pub contact: Option<&'a str>,
    /// The zone in which readers live.
    pub zone: Tz,
    /// The time.
    pub now: DateTime<Utc>,
    /// Kinds and services.
    pub vocabulary: &'a Vocabulary,
    /// Councils and groups.
    pub members: &'a Members,
    /// Texts of the operator's own.
    pub texts: &'a Texts,
}

impl Site<'_> {
    /// Title of a service, or its id where the vocabulary has lost it.
    pub(crate) fn service<'s>(&'s self, id: &'s str) -> &'s str {
        self.vocabulary.service(id).map_or(id, |service| &service.title)
    }

    /// Title of a kind.
    pub(crate) fn kind<'s>(&'s self, id: &'s str) -> &'s str {
        self.vocabulary.kind(id).map_or(id, |kind| &kind.title)
    }

    /// Name of whoever runs an event.
    pub(crate) fn organiser<'s>(&'s self, listing: &'s Listing) -> Option<&'s str> {
        let organiser = &listing.facts.organiser;
        let council = organiser.council.as_deref().and_then(|code| self.members.council(code));
        let group = organiser.group.as_deref().and_then(|id| self.members.group(id));
        council
            .map(|council| council.nice_name.as_str())
            .or(group.map(|group| group.name.as_str()))
            .or(organiser.name.as_deref())
    }

    /// The link to an event's page.
    pub(crate) fn event_path(listing: &Listing) -> String {
        format!("/events/{}", listing.id)
    }
}

/// One date of an event, with what is particular to that date.
#[derive(Debug, Clone, Copy)]
pub struct Dated<'a> {
    /// The event.
    pub listing: &'a Listing,
    /// The date; `None` is "date to be announced".
    pub span: Option<Span>,
    /// The title on that date.
    pub title: &'a str,
    /// Whether it takes place on that date.
    pub status: Status,
    /// Where it takes place on that date.
    pub place: Option<&'a Place>,
}

impl<'a> Dated<'a> {
    /// A date of an event.
    #[must_use]
    pub fn new(listing: &'a Listing, occurrence: &Occurrence) -> Self {
        let change = listing.change_of(occurrence);
        Self {
            listing,
            span: Some(occurrence.span),
            title: listing.title_of(occurrence),
            status: listing.status_of(occurrence),
            place: change.and_then(|c| c.place.as_ref()).or(listing.facts.place.as_ref()),
        }
    }

    /// An event whose date is not known.
    #[must_use]
    pub fn undated(listing: &'a Listing) -> Self {
        let facts = &listing.facts;
        Self {
            listing,
            span: None,
            title: &facts.title,
            status: facts.status,
            place: facts.place.as_ref(),
        }
    }
}

/// A page: what stands around its content.
pub(crate) struct Page<'a> {
    /// Its one h1 and first part of its title.
    pub(crate) title: &'a str,
    /// Path and query of the page, for links that lead back.
    pub(crate) path: &'a str,
    /// One sentence for search engines and previews.
    pub(crate) summary: Option<&'a str>,
    /// Links in the head: type, title, address.
    pub(crate) alternates: &'a [(&'a str, &'a str, String)],
    /// Not for search engines (filters, errors).
    pub(crate) unindexed: bool,
    /// Language of the h1, when it is not the page's.
    pub(crate) language: Option<&'a str>,
    /// Whether a `<time>`-less heading block is replaced by the content's own h1.
    pub(crate) own_heading: bool,
}

impl<'a> Page<'a> {
    pub(crate) fn new(title: &'a str, path: &'a str) -> Self {
        Self {
            title,
            path,
            summary: None,
            alternates: &[],
            unindexed: false,
            language: None,
            own_heading: false,
        }
    }
}

/// The places that every page leads to.
const PLACES: [(&str, &str); 5] = [
    ("/", "What’s on"),
    ("/services", "Services"),
    ("/councils", "Councils"),
    ("/subscribe", "Subscribe"),
    ("/feeds", "Feeds"),
];

/// The same at the foot.
const FOOT: [(&str, &str); 6] = [
    ("/about", "About"),
    ("/publish", "Get your events listed"),
    ("/share", "Share"),
    ("/api", "API for developers"),
    ("/accessibility", "Accessibility"),
    ("/privacy", "Privacy"),
];

/// Puts header, navigation and footer around the content of a page.
pub(crate) fn layout(site: &Site, page: &Page, content: &Markup) -> String {
    let title = if page.title == site.name {
        site.name.to_owned()
    } else {
        format!("{} – {}", page.title, site.name)
    };
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                (head(site, page, &title))
            }
            body {
                a.skip href="#main" { "Skip to main content" }
                header.top {
                    div.wide {
                        a.brand href="/" {
                            img src="/assets/mark.svg" alt="" width="36" height="36";
                            span { (site.name) }
                        }
                        nav aria-label="Main" {
                            ul {
                                @for (path, name) in PLACES {
                                    li {
                                        a href=(path) aria-current=[here(page.path, path)] { (name) }
                                    }
                                }
                            }
                        }
                    }
                }
                main #main.wide tabindex="-1" {
                    @if !page.own_heading {
                        h1 lang=[page.language] { (page.title) }
                    }
                    (content)
                }
                footer.bottom {
                    div.wide {
                        nav aria-label="Footer" {
                            ul {
                                @for (path, name) in FOOT {
                                    li { a href=(path) aria-current=[here(page.path, path)] { (name) } }
                                }
                            }
                        }
                        p { "Events stay the property of those who announce them. An event is changed on the organiser’s own site, and the change travels here." }
                    }
                }
            }
        }
    }
    .into_string()
}

fn head(site: &Site, page: &Page, title: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        title { (title) }
        @if let Some(summary) = page.summary {
            meta name="description" content=(summary);
            meta property="og:description" content=(summary);
        }
        meta property="og:title" content=(page.title);
        meta property="og:type" content="website";
        meta property="og:site_name" content=(site.name);
        @if page.unindexed {
            meta name="robots" content="noindex";
        } @else {
            meta property="og:url" content=(format!("{}{}", site.base, page.path));
            link rel="canonical" href=(format!("{}{}", site.base, page.path));
        }
        link rel="stylesheet" href="/assets/folkmoot.css";
        link rel="icon" href="/assets/mark.svg" type="image/svg+xml";
        @for (kind, name, address) in page.alternates {
            link rel="alternate" type=(kind) title=(name) href=(address);
        }
        script src="/assets/folkmoot.js" defer {}
    }
}

fn here(page: &str, link: &str) -> Option<&'static str> {
    let path = page.split('?').next().unwrap_or(page);
    let inside = link != "/" && path.strip_prefix(link).is_some_and(|rest| rest.starts_with('/'));
    if path == link {
        Some("page")
    } else if inside || (link == "/" && path.starts_with("/events")) {
        Some("true")
    } else {
        None
    }
}

/// A text of the operator's own in the frame of the site: it is as trusted as the configuration that names it.
pub(crate) fn own_text(html: &str) -> Markup {
    PreEscaped(html.to_owned())
}

/// A page that says why there is nothing else to show.
#[must_use]
pub fn refusal(
    site: &Site,
    title: &str,
    detail: &str,
    allowed: &[(String, Vec<String>)],
    begin: Option<&str>,
) -> String {
    let content = html! {
        @if allowed.is_empty() {
            p.lead { (detail) }
        }
        @for (words, choices) in allowed {
            p.lead { (words) }
            @if !choices.is_empty() {
                details open[choices.len() <= 12] {
                    summary { "What can be written there" }
                    ul.columns { @for choice in choices { li { code { (choice) } } } }
                }
            }
        }
        @if let Some(begin) = begin { p { a href=(begin) { "Begin here instead" } } }
        p {
            a href="/" { "See what’s on" } ", "
            a href="/events" { "search all events" } " or "
            a href="/services" { "choose a service" } "."
        }
    };
    // No place of the menu is the present one.
    let mut page = Page::new(title, "");
    page.unindexed = true;
    layout(site, &page, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_page_is_marked() {
        assert_eq!(here("/services", "/services"), Some("page"));
        assert_eq!(here("/services/waste", "/services"), Some("true"));
        assert_eq!(here("/servicesx", "/services"), None);
        assert_eq!(here("/events/abc", "/"), Some("true"));
        assert_eq!(here("/about", "/"), None);
    }
}
