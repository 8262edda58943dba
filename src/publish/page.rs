//! The pages: HTML that needs no script, in plain words, from the same listings as every other output.
//!
//! Each page is a function from what it shows to a string; `server` decides which listings those are. maud escapes
//! every value; the two places that do not go through it (`jsonld`, texts of the operator) say why that is safe.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::phrases::{Phrase, frame as f};
use crate::{
    event::{Listing, Occurrence, Place, Span, Status},
    language::Language,
    member::Members,
    query::Query,
    vocabulary::Vocabulary,
};

pub mod browse;
pub mod event;
pub mod feeds;
pub mod filter;
pub mod jsonld;
pub mod list;
pub mod month;
mod names;
pub mod operator;
pub mod phrases;
pub mod prose;
pub mod share;
pub mod subscribe;
pub(crate) mod words;

/// The one stylesheet.
pub const STYLESHEET: &str = include_str!("page/style.css");
/// The one script: short addresses and a button to copy them. Pages work without it.
pub const SCRIPT: &str = include_str!("page/copy.js");
/// The mark.
pub const MARK: &str = include_str!("page/mark.svg");

/// A text of the operator's own, as HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnText {
    /// `about.html`: in the usual language of the network.
    pub usual: Option<String>,
    /// `about.cy.html`, `about.en.html`.
    pub of: Vec<(Language, String)>,
}

impl OwnText {
    /// The text for readers of a language, and its language where it is another.
    fn for_readers(&self, site: &Site) -> Option<(&str, Option<&'static str>)> {
        let own = self.of.iter().find(|(language, _)| *language == site.language);
        if let Some((_, text)) = own {
            return Some((text, None));
        }
        self.usual.as_deref().map(|text| (text, site.if_not(site.usual())))
    }
}

/// Texts of the operator's own, as HTML, in place of ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// `/about`.
    pub about: OwnText,
    /// `/accessibility`.
    pub accessibility: OwnText,
    /// `/privacy`.
    pub privacy: OwnText,
}

/// How a page was asked for, as far as its links depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The language in which it is made.
    pub language: Language,
    /// Whether the address says so; else the browser did, and links say nothing either.
    pub explicit: bool,
    /// The languages to choose from, the usual one first; never empty.
    pub offered: Vec<Language>,
    /// Path and query, without the language.
    pub here: String,
}

impl Asked {
    /// A link to a page of ours that stays in the language that was asked for.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        if self.explicit { in_language(self.language, path) } else { path.to_owned() }
    }
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
    /// Language of the page.
    pub language: Language,
    /// How it was asked for.
    pub asked: &'a Asked,
}

impl Site<'_> {
    /// The link to an event's page.
    pub(crate) fn event_path(listing: &Listing) -> String {
        format!("/events/{}", listing.id)
    }

    /// The usual language of the network: that of its name, description and own texts.
    fn usual(&self) -> Language {
        self.asked.offered.first().copied().unwrap_or(Language::English)
    }

    /// The description of the network with its language where that is not the page's.
    fn own_description(&self) -> Option<(&str, Option<&'static str>)> {
        self.description.map(|text| (text, self.if_not(self.usual())))
    }

    /// The link to a page of ours that stays in the language that was asked for.
    pub(crate) fn at(&self, path: &str) -> String {
        self.asked.link(path)
    }

    /// The address of a page of ours for use elsewhere: it says its language unless that is the usual one.
    pub(crate) fn elsewhere(&self, path: &str) -> String {
        let usual = self.language == self.usual();
        let path = if usual { path.to_owned() } else { in_language(self.language, path) };
        format!("{}{path}", self.base)
    }

    /// Today, where readers live.
    pub(crate) fn today(&self) -> chrono::NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }
}

/// The address of a page in a language.
fn in_language(language: Language, path: &str) -> String {
    let path = if path == "/" { "" } else { path };
    format!("{}{path}", language.prefix())
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

    /// An event whose date is not known; what is not known is not provisional either.
    #[must_use]
    pub fn undated(listing: &'a Listing) -> Self {
        let facts = &listing.facts;
        let status = match facts.status {
            Status::Tentative => Status::Confirmed,
            said => said,
        };
        Self { listing, span: None, title: &facts.title, status, place: facts.place.as_ref() }
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
const PLACES: [(&str, Phrase); 5] = [
    ("/", f::WHATS_ON),
    ("/services", f::SERVICES),
    ("/councils", f::COUNCILS),
    ("/subscribe", f::SUBSCRIBE),
    ("/feeds", f::FEEDS),
];

/// The same at the foot.
const FOOT: [(&str, Phrase); 6] = [
    ("/about", f::ABOUT),
    ("/publish", f::PUBLISH),
    ("/share", f::SHARE),
    ("/api", f::API),
    ("/accessibility", f::ACCESSIBILITY),
    ("/privacy", f::PRIVACY),
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
        html lang=(site.language.written()) {
            head {
                (head(site, page, &title))
            }
            body data-copy=(site.say(f::COPY)) data-copied=(site.say(f::COPIED)) data-press=(site.say(f::PRESS)) {
                a.skip href="#main" { (site.say(f::SKIP)) }
                header.top {
                    div.wide {
                        a.brand href=(site.at("/")) {
                            img src="/assets/mark.svg" alt="" width="36" height="36";
                            span { (site.name) }
                        }
                        (switch(site))
                        nav aria-label=(site.say(f::MAIN)) { (menu(site, page, &PLACES)) }
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
                        nav aria-label=(site.say(f::FOOTER)) { (menu(site, page, &FOOT)) }
                        p { (site.say(f::OWNERS)) }
                    }
                }
            }
        }
    }
    .into_string()
}

fn menu(site: &Site, page: &Page, places: &[(&str, Phrase)]) -> Markup {
    html! {
        ul {
            @for (path, name) in places {
                li { a href=(site.at(path)) aria-current=[here(page.path, path)] { (site.say(*name)) } }
            }
        }
    }
}

/// The same page in the other languages. These links always say their language: they are a choice.
fn switch(site: &Site) -> Markup {
    let others: Vec<Language> =
        site.asked.offered.iter().copied().filter(|other| *other != site.language).collect();
    html! {
        @if !others.is_empty() {
            nav.languages aria-label=(site.say(f::LANGUAGE)) {
                ul {
                    @for other in others {
                        li {
                            a href=(in_language(other, &site.asked.here)) lang=(other.tag()) hreflang=(other.tag()) { (other.name()) }
                        }
                    }
                }
            }
        }
    }
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
        meta property="og:locale" content=(site.language.written().replace('-', "_"));
        @if page.unindexed {
            meta name="robots" content="noindex";
        } @else {
            (addresses(site, page))
        }
        link rel="stylesheet" href="/assets/folkmoot.css";
        link rel="icon" href="/assets/mark.svg" type="image/svg+xml";
        @for (kind, name, address) in page.alternates {
            link rel="alternate" type=(kind) title=(name) href=(address);
        }
        script src="/assets/folkmoot.js" defer {}
    }
}

/// The page's own address, and those of the same page in other languages. The one without a language answers
/// everybody in theirs.
fn addresses(site: &Site, page: &Page) -> Markup {
    let own = if site.asked.explicit || site.language != site.usual() {
        format!("{}{}", site.base, in_language(site.language, page.path))
    } else {
        format!("{}{}", site.base, page.path)
    };
    html! {
        meta property="og:url" content=(own);
        link rel="canonical" href=(own);
        @if site.asked.offered.len() > 1 {
            @for other in &site.asked.offered {
                link rel="alternate" hreflang=(other.tag()) href=(format!("{}{}", site.base, in_language(*other, page.path)));
            }
            link rel="alternate" hreflang="x-default" href=(format!("{}{}", site.base, page.path));
        }
    }
}

/// Where the lists of what is on are, besides the first page.
const LISTS: [&str; 3] = ["/events", "/month", "/undated"];

fn here(page: &str, link: &str) -> Option<&'static str> {
    let path = page.split('?').next().unwrap_or(page);
    let inside = link != "/" && path.strip_prefix(link).is_some_and(|rest| rest.starts_with('/'));
    if path == link {
        Some("page")
    } else if inside || (link == "/" && LISTS.iter().any(|list| path.starts_with(list))) {
        Some("true")
    } else {
        None
    }
}

/// A text of the operator's own in the frame of the site: it is as trusted as the configuration that names it.
pub(crate) fn own_text(html: &str) -> Markup {
    PreEscaped(html.to_owned())
}

/// What is wrong with one parameter, in words, in English where only that is known, and what may stand there.
#[derive(Debug, Clone)]
pub struct Wrong {
    /// A sentence in the page's language.
    pub words: String,
    /// More about it in English, where the page is in another language.
    pub english: Option<String>,
    /// What may stand there.
    pub allowed: Vec<String>,
}

/// A page that says why there is nothing else to show.
#[must_use]
pub(crate) fn refusal(
    site: &Site,
    title: &str,
    (detail, list): (&str, Option<(Phrase, &str)>),
    wrong: &[Wrong],
    begin: Option<&str>,
) -> String {
    let content = html! {
        @if wrong.is_empty() {
            p.lead {
                @match list { Some((phrase, list)) => (pointing(site, phrase, list)), None => (detail) }
            }
        }
        @for wrong in wrong {
            p.lead { (wrong.words) }
            @if let Some(english) = &wrong.english { p.quiet lang="en" { (english) } }
            @if !wrong.allowed.is_empty() {
                details open[wrong.allowed.len() <= 12] {
                    summary { (site.say(f::ALLOWED)) }
                    ul.columns { @for choice in &wrong.allowed { li { code { (choice) } } } }
                }
            }
        }
        @if let Some(begin) = begin { p { (site.rich(f::BEGIN, &[], &[begin])) } }
        p { (site.rich(f::WAYS_ON, &[], &["/", "/events", "/services"])) }
    };
    // No place of the menu is the present one.
    let mut page = Page::new(title, "");
    page.unindexed = true;
    layout(site, &page, &content)
}

/// A sentence with a link to one of our lists in it, whose name is that of its page.
fn pointing(site: &Site, phrase: Phrase, list: &str) -> Markup {
    let path = list.strip_prefix(site.base).unwrap_or(list);
    let name = match path {
        "/services" => f::SERVICES,
        "/kinds" => phrases::browse::KINDS,
        _ => phrases::browse::ALL_MEMBERS,
    };
    let link = html! { a href=(site.at(path)) { (site.say(name)) } };
    site.rich(phrase, &[("address", &link)], &[])
}

/// The page of a form that was sent with what cannot be used: the form again, and what to change.
#[must_use]
pub fn mend(
    site: &Site,
    (action, query, slips): (&str, &Query, &[filter::Slip]),
    title: &str,
) -> String {
    let content = html! {
        (filter::mend(site, action, query, slips))
        p { (site.rich(f::WAYS_ON, &[], &["/", "/events", "/services"])) }
    };
    let title = site.fill(phrases::filter::ERROR_TITLE, &[("title", title)]);
    let mut page = Page::new(&title, "");
    page.unindexed = true;
    layout(site, &page, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_date_is_not_provisional() {
        let mut listing = crate::publish::samples::named("someday", "Some day");
        listing.facts.status = Status::Tentative;
        assert_eq!(Dated::undated(&listing).status, Status::Confirmed);
    }

    #[test]
    fn the_present_page_is_marked() {
        assert_eq!(here("/services", "/services"), Some("page"));
        assert_eq!(here("/services/waste", "/services"), Some("true"));
        assert_eq!(here("/servicesx", "/services"), None);
        assert_eq!(here("/events/abc", "/"), Some("true"));
        assert_eq!(here("/month?month=2026-12", "/"), Some("true"));
        assert_eq!(here("/about", "/"), None);
    }
}
