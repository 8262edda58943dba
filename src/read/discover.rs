//! Finds the feeds of a site from one of its pages, best first.

use std::collections::HashSet;

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::{Hint, decode, link, page};
use crate::feed::Format;

/// A feed that a page seems to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where to ask.
    pub url: Url,
    /// What the page calls it.
    pub title: Option<String>,
    /// What it should turn out to be.
    pub kind: Format,
    /// Why it is proposed, in plain words.
    pub reason: String,
    /// It holds a single event (an "add to calendar" link): of use for that event's page, not as a feed.
    pub one_event: bool,
    /// Higher is better, 0 to 100.
    pub rank: u8,
}

/// Most candidates that are returned.
const MAX_CANDIDATES: usize = 40;

/// A platform: words in the page that give it away, a path of its feed, what that is, rank, and why.
type Fingerprint = (&'static [&'static str], &'static str, Format, u8, &'static str);

/// Paths begin with `/` from the site's root or are relative to the page.
#[rustfmt::skip]
const PLATFORMS: &[Fingerprint] = &[
    (&["the-events-calendar", "tribe-events", "tribe_events"], "/events/?ical=1", Format::Ical, 85,
     "the site uses The Events Calendar, which gives a calendar here"),
    (&["the-events-calendar", "tribe-events", "tribe_events"], "/events/feed/", Format::Rss, 55,
     "the site uses The Events Calendar, which gives RSS here; its calendar is better"),
    (&["event-organiser", "eo-events"], "/feed/eo-events", Format::Ical, 85,
     "the site uses Event Organiser, which gives a calendar here"),
    (&["modern-events-calendar", "mec-event-", "mec-wrap"], "/?mec-ical-feed=1", Format::Ical, 60,
     "the site uses Modern Events Calendar, which gives a calendar here if that is switched on"),
    (&["modern-events-calendar", "mec-event-", "mec-wrap"], "/events/feed/", Format::Rss, 70,
     "the site uses Modern Events Calendar, which gives RSS with event dates here"),
    (&["events-manager", "em-calendar"], "/events.ics", Format::Ical, 70,
     "the site uses Events Manager, which gives a calendar here"),
    (&["static.squarespace", "squarespace-cdn", "squarespace.com"], "?format=json", Format::Html, 75,
     "the site is made with Squarespace, which gives the page's events as JSON here"),
    (&["localgov-event", "localgov_event"], "/events", Format::Html, 60,
     "the site uses LocalGov Drupal, which lists its events here"),
    (&["jadu cms", "jadu.net", "/jadu/"], "/rss", Format::Rss, 20,
     "the site uses Jadu, which gives its news and its events as RSS here"),
    (&["libcal.com", "springshare"], "/ical_subscribe.php", Format::Ical, 50,
     "the site uses LibCal, whose calendar may be here"),
    (&["mgcalendarmonthview.aspx", "ielistmeetings.aspx", "ielistdocuments.aspx"], "/mgRss.aspx", Format::Rss, 10,
     "the site uses Modern.gov; this feed holds committee papers"),
    (&["wp-content/", "wp-includes/"], "/feed/", Format::Rss, 15,
     "the site uses WordPress; this feed holds its news"),
];

/// Feeds of a page: linked, embedded, or known from the platform that made it; best first.
#[must_use]
pub fn discover(bytes: &[u8], base: &Url) -> Vec<Candidate> {
    let hint = Hint { base: Some(base.clone()), ..Hint::default() };
    let decoded = decode::decode(bytes, &hint);
    let (html, _) = page::parsed(&decoded.text);
    let base = page::base_of(&html, &hint).unwrap_or_else(|| base.clone());
    let mut found = linked(&html, &base);
    found.extend(anchored(&html, &base));
    found.extend(embedded(&decoded.text));
    found.extend(fingerprinted(&decoded.text, &base));
    found.extend(by_host(&base));
    found.extend(itself(bytes, &hint, &base));
    rank(found)
}

fn rank(mut found: Vec<Candidate>) -> Vec<Candidate> {
    // Many calendar files of like kind are those of single events.
    let files = found.iter().filter(|c| c.kind == Format::Ical && c.rank == FILE).count();
    if files > 3 {
        for candidate in found.iter_mut().filter(|c| c.kind == Format::Ical && c.rank == FILE) {
            candidate.one_event = true;
            candidate.rank = SINGLE;
        }
    }
    found.sort_by(|one, other| other.rank.cmp(&one.rank).then_with(|| one.url.cmp(&other.url)));
    let mut seen = HashSet::new();
    found.retain(|candidate| seen.insert(candidate.url.clone()));
    found.truncate(MAX_CANDIDATES);
    found
}

/// Pages that a page leads to and that speak of events or news: where a site's feeds are linked from.
#[must_use]
pub fn pages_about_events(bytes: &[u8], base: &Url) -> Vec<Url> {
    let hint = Hint { base: Some(base.clone()), ..Hint::default() };
    let decoded = decode::decode(bytes, &hint);
    let (html, _) = page::parsed(&decoded.text);
    let base = page::base_of(&html, &hint).unwrap_or_else(|| base.clone());
    let Ok(links) = Selector::parse("a[href]") else { return Vec::new() };
    let mut found: Vec<(u8, Url)> = Vec::new();
    for element in html.select(&links) {
        let Some(url) = element.attr("href").and_then(|href| address(href, &base)) else {
            continue;
        };
        let about = format!("{} {}", element.text().collect::<String>(), url.path()).to_lowercase();
        let rank = match () {
            () if speaks_of_events(&about) => 0,
            () if ["rss", "ical", "subscribe", "feed"].iter().any(|word| about.contains(word)) => 1,
            () if about.contains("news") => 2,
            () => continue,
        };
        let bare = |url: &Url| url.as_str().split('#').next().unwrap_or_default().to_owned();
        if bare(&url) != bare(&base) && !found.iter().any(|(_, known)| bare(known) == bare(&url)) {
            found.push((rank, url));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.truncate(MAX_CANDIDATES);
    found.into_iter().map(|(_, url)| url).collect()
}

/// Rank of a calendar file that may hold one event or all.
const FILE: u8 = 80;
/// Rank of a calendar file of one event.
const SINGLE: u8 = 5;

fn candidate(url: Url, title: Option<String>, kind: Format, rank: u8, reason: &str) -> Candidate {
    Candidate { url, title, kind, reason: reason.to_owned(), one_event: false, rank }
}

/// `webcal:` is https by another name.
fn address(raw: &str, base: &Url) -> Option<Url> {
    let raw = raw.trim();
    let lower = raw.get(..raw.len().min(9)).map(str::to_ascii_lowercase).unwrap_or_default();
    match ["webcals://", "webcal://"]
        .iter()
        .find(|scheme| lower.starts_with(scheme.trim_end_matches('/')))
    {
        Some(_) => link::absolute(&format!("https:{}", raw.split_once(':')?.1), Some(base)),
        None => link::absolute(raw, Some(base)),
    }
}

fn speaks_of_events(text: &str) -> bool {
    let text = text.to_lowercase();
    ["event", "calendar", "what's on", "whats-on", "diary", "digwyddiad", "training"]
        .iter()
        .any(|word| text.contains(word))
}

/// `<link rel="alternate">`
fn linked(html: &Html, base: &Url) -> Vec<Candidate> {
    let Ok(links) = Selector::parse("link[rel~=alternate i][type][href]") else {
        return Vec::new();
    };
    let one = |element: ElementRef| {
        let kind = element.attr("type")?.to_ascii_lowercase();
        let kind = match kind.split(';').next()?.trim() {
            "text/calendar" => Format::Ical,
            "application/rss+xml" | "application/rdf+xml" | "text/xml" => Format::Rss,
            "application/atom+xml" => Format::Atom,
            "application/feed+json" => Format::JsonFeed,
            _ => return None,
        };
        let href = element.attr("href")?;
        let title =
            element.attr("title").map(|title| title.trim().to_owned()).filter(|t| !t.is_empty());
        let about = format!("{} {href}", title.clone().unwrap_or_default());
        let comments = about.to_lowercase().contains("comment");
        let (rank, reason) = match (kind, comments, speaks_of_events(&about)) {
            (_, true, _) => (1, "the page links to it as a feed of comments"),
            (Format::Ical, ..) => (95, "the page links to it as its calendar"),
            (_, _, true) => (72, "the page links to it as a feed, and its name speaks of events"),
            _ => (40, "the page links to it as a feed"),
        };
        Some(candidate(address(href, base)?, title, kind, rank, reason))
    };
    html.select(&links).filter_map(one).collect()
}

/// Links that people can click.
fn anchored(html: &Html, base: &Url) -> Vec<Candidate> {
    let Ok(links) = Selector::parse("a[href]") else { return Vec::new() };
    let one = |element: ElementRef| {
        let href = element.attr("href")?.trim();
        let lower = href.to_ascii_lowercase();
        let path = lower.split(['?', '#']).next().unwrap_or_default();
        let words: String = element.text().flat_map(str::chars).take(100).collect();
        let words = page::markup::folded(&words);
        let title = Some(words.clone()).filter(|words| !words.is_empty());
        let about = format!("{words} {lower}");
        let subscribes = words.to_lowercase().contains("subscribe") || lower.starts_with("webcal");
        let is_calendar = lower.starts_with("webcal")
            || path.ends_with(".ics")
            || path.ends_with(".ical")
            || path.ends_with("/ical")
            || lower.contains("ical=1")
            || lower.contains("format=ical")
            || lower.contains("method=ical");
        let single = lower.contains("method=ical&id=") || words.to_lowercase().contains("add to");
        let (kind, rank, reason) = if is_calendar && single {
            (Format::Ical, SINGLE, "the page links to a calendar file of one event")
        } else if is_calendar && subscribes {
            (Format::Ical, 92, "the page offers it for subscribing")
        } else if is_calendar {
            (Format::Ical, FILE, "the page links to a calendar file")
        } else if path.ends_with(".atom") || path.ends_with("/atom") {
            (Format::Atom, 45, "the page links to a feed")
        } else if path.ends_with(".rss")
            || path.ends_with("/rss")
            || path.ends_with("rss.xml")
            || path.ends_with("/feed")
            || path.ends_with("/feed/")
            || path.ends_with("mgrss.aspx")
            || called_feed(&words)
        {
            let rank = if path.ends_with("mgrss.aspx") {
                10
            } else if speaks_of_events(&about) {
                65
            } else {
                42
            };
            (Format::Rss, rank, "the page links to a feed")
        } else if lower.contains("eventbrite.") && lower.contains("/o/") {
            (
                Format::Html,
                55,
                "the page links to an organiser's page at Eventbrite, which lists events",
            )
        } else if lower.contains("://bookwhen.com/") || lower.contains("ticketsource.co.uk/") {
            (Format::Html, 35, "the page links to a ticket seller's page")
        } else {
            return None;
        };
        let mut found = candidate(address(href, base)?, title, kind, rank, reason);
        found.one_event = rank == SINGLE;
        Some(found)
    };
    html.select(&links).filter_map(one).collect()
}

/// Whether a link's words call it a feed, whatever its address looks like ("RSS", "RSS feed", "Atom feed").
fn called_feed(words: &str) -> bool {
    let words = words.to_lowercase();
    words.split(|c: char| !c.is_alphanumeric()).any(|word| word == "rss")
        || words.contains("atom feed")
}

/// Part of an address after a mark, up to a character that no such name holds.
fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(mark)?;
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.%@".contains(c)))
        .unwrap_or(rest.len());
    rest.get(..end.min(300)).filter(|name| !name.is_empty())
}

/// Calendars that a page shows in a frame or by a script of theirs.
fn embedded(text: &str) -> Vec<Candidate> {
    let made = |url: String, kind, rank, reason| {
        Url::parse(&url).ok().map(|url| candidate(url, None, kind, rank, reason))
    };
    let google = after(text, "calendar.google.com/calendar/embed?src=").and_then(|id| {
        let url = format!(
            "https://calendar.google.com/calendar/ical/{}/public/basic.ics",
            id.replace('@', "%40")
        );
        made(url, Format::Ical, 90, "the page shows this Google calendar")
    });
    let trumba = after(text, "trumba.com/calendars/").or_else(|| {
        let (_, rest) = text.split_once("$Trumba.addSpud")?;
        let (_, rest) = rest.get(..300.min(rest.len()))?.split_once("webName")?;
        after(rest.trim_start_matches([' ', ':', '"', '\'']), "").filter(|name| name.len() < 100)
    });
    let trumba = trumba.and_then(|name| {
        let name = name.split('.').next()?;
        made(
            format!("https://www.trumba.com/calendars/{name}.ics"),
            Format::Ical,
            90,
            "the page shows this Trumba calendar",
        )
    });
    let teamup = after(text, "teamup.com/ks").and_then(|key| {
        made(
            format!("https://ics.teamup.com/feed/ks{key}/0.ics"),
            Format::Ical,
            90,
            "the page shows this Teamup calendar",
        )
    });
    let luma =
        after(text, "cal-").filter(|id| text.contains("lu.ma") && id.len() > 8).and_then(|id| {
            let url = format!("https://api.lu.ma/ics/get?entity=calendar&id=cal-{id}");
            made(url, Format::Ical, 88, "the page shows this Luma calendar")
        });
    let outlook = text.split_once("outlook.office365.com/owa/calendar/").and_then(|(_, rest)| {
        let end = rest.find(['"', '\'', '<', ' '])?;
        let path = rest.get(..end.min(400))?.strip_suffix("calendar.html")?;
        let url = format!("https://outlook.office365.com/owa/calendar/{path}calendar.ics");
        made(url, Format::Ical, 90, "the page shows this Outlook calendar")
    });
    [google, trumba, teamup, luma, outlook].into_iter().flatten().collect()
}

/// Paths known from the program that made the page.
fn fingerprinted(text: &str, base: &Url) -> Vec<Candidate> {
    let lower = text.to_lowercase();
    PLATFORMS
        .iter()
        .filter(|(marks, ..)| marks.iter().any(|mark| lower.contains(mark)))
        .filter_map(|(_, path, kind, rank, reason)| {
            let url = if *path == "?format=json" {
                let mut url = base.clone();
                url.set_fragment(None);
                url.query_pairs_mut().clear().append_pair("format", "json");
                url
            } else {
                base.join(path).ok()?
            };
            Some(candidate(url, None, *kind, *rank, reason))
        })
        .collect()
}

/// Sites that have their calendars at a fixed place.
fn by_host(base: &Url) -> Option<Candidate> {
    let host = base.host_str()?;
    let first = base.path_segments()?.next().filter(|part| !part.is_empty())?;
    if host == "meetup.com" || host.ends_with(".meetup.com") {
        let url = base.join(&format!("/{first}/events/ical")).ok()?;
        return Some(candidate(
            url,
            None,
            Format::Ical,
            90,
            "Meetup gives the calendar of a group here",
        ));
    }
    None
}

/// The page itself, if it says its events.
fn itself(bytes: &[u8], hint: &Hint, base: &Url) -> Option<Candidate> {
    let document = page::read(bytes, hint).ok()?;
    let dated = document.entries.iter().filter(|entry| entry.start.is_some()).count();
    let rank = match dated {
        0 => return None,
        1 => 30,
        _ => 78,
    };
    let events = if dated == 1 { "one event".to_owned() } else { format!("{dated} events") };
    let mut found = candidate(base.clone(), document.title, Format::Html, rank, "");
    found.reason = format!("the page itself says {events} in a form that a machine can read");
    found.one_event = dated == 1;
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str) -> Vec<Candidate> {
        discover(page.as_bytes(), &Url::parse("https://www.a.example/whats-on/").unwrap())
    }

    #[test]
    fn a_link_that_is_called_a_feed_is_tried() {
        let all = found("<a href='/list.xml'>Our RSS feed</a><a href='/prss'>Press</a>");
        let urls: Vec<_> = all.iter().map(|c| c.url.as_str()).collect();
        assert_eq!(urls, ["https://www.a.example/list.xml"]);
    }

    #[test]
    fn links_are_ranked_by_what_they_promise() {
        let all = found(
            "<link rel=alternate type=application/rss+xml title='A » Comments Feed' href=/comments/feed/>\
             <link rel=alternate type=application/rss+xml title='News' href=/feed/>\
             <link rel='alternate' type='text/calendar' title='Events' href='/events/?ical=1'>\
             <a href='webcal://www.a.example/cal.ics'>Subscribe</a><a href='/rss'>RSS</a>\
             <a href='javascript:x.ics'>no</a>",
        );
        let urls: Vec<_> = all.iter().map(|c| c.url.as_str()).collect();
        assert_eq!(
            urls,
            [
                "https://www.a.example/events/?ical=1",
                "https://www.a.example/cal.ics",
                "https://www.a.example/rss",
                "https://www.a.example/feed/",
                "https://www.a.example/comments/feed/",
            ]
        );
    }

    #[test]
    fn platforms_are_known_by_their_marks() {
        let first = |page: &str| found(page).first().map(|c| c.url.to_string()).unwrap_or_default();
        assert_eq!(
            first("<body class='tribe-events-page'>"),
            "https://www.a.example/events/?ical=1"
        );
        assert_eq!(
            first("<meta name='generator' content='Jadu CMS'>"),
            "https://www.a.example/rss"
        );
        assert_eq!(
            first(
                "<iframe src='https://calendar.google.com/calendar/embed?src=abc%40group.calendar.google.com&ctz=x'>"
            ),
            "https://calendar.google.com/calendar/ical/abc%40group.calendar.google.com/public/basic.ics"
        );
        assert_eq!(
            first("<script src='https://static.squarespace.example/x.js'></script>"),
            "https://www.a.example/whats-on/?format=json"
        );
        assert_eq!(
            first("<script>$Trumba.addSpud({ webName: \"oxon\", spudType: 'main' });</script>"),
            "https://www.trumba.com/calendars/oxon.ics"
        );
        assert!(found("<p>nothing</p>").is_empty());
    }

    #[test]
    fn many_calendar_files_are_those_of_single_events() {
        let page: String = (0..9).map(|n| format!("<a href='/e/{n}.ics'>ics</a>")).collect();
        assert!(found(&page).iter().all(|c| c.one_event));
    }
}
