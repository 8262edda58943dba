//! The page where a calendar address is made and handed to Outlook, Google, Apple or whatever else reads it.

use maud::{Markup, html};
use url::form_urlencoded::byte_serialize;

use super::{Page, Site, browse, filter, layout};
use crate::{publish::ical::LARGE, query::Query};

/// Google refuses longer addresses without a word (CLIENTS, rule 4 of 1.1).
const LONGEST_ADDRESS: usize = 256;

/// The addresses of one calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// As a browser fetches it.
    pub plain: String,
    /// Apple's, classic Outlook's and many others'; never `webcals:`, which iPhones refuse.
    pub webcal: String,
    /// Adds it in Outlook on the web at work.
    pub outlook_work: String,
    /// Adds it in Outlook on the web at home.
    pub outlook_home: String,
    /// Adds it in Google Calendar.
    pub google: String,
}

/// The addresses of the calendar for a filter.
#[must_use]
pub fn addresses(base: &str, query: &Query, name: &str) -> Addresses {
    let plain = format!("{base}{}", browse::calendar_path(query));
    let bare = plain.strip_prefix("https://").or(plain.strip_prefix("http://")).unwrap_or(&plain);
    let webcal = format!("webcal://{bare}");
    let coded =
        |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let outlook = |host: &str| {
        format!("https://{host}/calendar/0/addfromweb?url={}&name={}", coded(&plain), coded(name))
    };
    Addresses {
        outlook_work: outlook("outlook.office.com"),
        outlook_home: outlook("outlook.live.com"),
        google: format!("https://calendar.google.com/calendar/r?cid={}", coded(&webcal)),
        plain,
        webcal,
    }
}

/// Name of the calendar for a filter.
#[must_use]
pub fn calendar_name(site: &Site, query: &Query) -> String {
    let what = filter::in_words(site, query);
    if what.is_empty() { site.name.to_owned() } else { format!("{}: {what}", site.name) }
}

/// `/subscribe`: `coming` dates in the next 30 days, and a calendar of `size` bytes.
#[must_use]
pub fn subscribe(site: &Site, query: &Query, path: &str, coming: usize, size: usize) -> String {
    let name = calendar_name(site, query);
    let addresses = addresses(site.base, query, &name);
    let what = filter::in_words(site, query);
    let content = html! {
        p.lead { "Choose what you want to see. Your calendar program then shows these events and follows every change, by itself." }
        (builder(site, query))
        section.result aria-labelledby="yours" {
            h2 #yours { "Your calendar" }
            p {
                strong { @if what.is_empty() { "All events" } @else { (what) } }
                ": " (super::words::count(coming, "date", "dates")) " in the next 30 days."
            }
            (buttons(&addresses))
            (copy(&addresses))
            (warnings(&addresses, size))
        }
        (steps())
        (expect())
        (trouble(site, query, &addresses))
    };
    let mut page = Page::new("Subscribe", path);
    page.unindexed = !query.is_everything();
    layout(site, &page, &content)
}

fn builder(site: &Site, query: &Query) -> Markup {
    html! {
        form.filter action="/subscribe" method="get" aria-label="Choose your events" {
            div.fields {
                (filter::service_choice(site, query.services.first()))
                (filter::region_choice(site, query.regions.first()))
                (filter::kind_choice(site, query.kinds.first()))
            }
            (filter::hidden(query))
            (filter::kept(query))
            div.checks { (filter::checks(query)) }
            p.actions { button type="submit" { "Make my calendar" } }
        }
    }
}

fn buttons(addresses: &Addresses) -> Markup {
    html! {
        ul.buttons {
            li { a.button href=(addresses.outlook_work) rel="noreferrer" { "Outlook at work or school" } }
            li { a.button href=(addresses.outlook_home) rel="noreferrer" { "Outlook.com, at home" } }
            li { a.button href=(addresses.google) rel="noreferrer" { "Google Calendar" } }
            li { a.button href=(addresses.webcal) { "Apple (iPhone, iPad, Mac)" } }
        }
    }
}

fn copy(addresses: &Addresses) -> Markup {
    html! {
        p.field {
            label for="address" { "Any other program: copy this address" }
            input #address type="text" readonly value=(addresses.plain) data-copy="address";
        }
    }
}

/// What keeps an address from working at all, said before somebody tries.
fn warnings(addresses: &Addresses, size: usize) -> Markup {
    html! {
        @if addresses.plain.starts_with("http://") {
            p.note {
                "This site has no public https address yet. Programs on this computer can read the calendar; "
                "Outlook on the web and Google cannot."
            }
        }
        @if addresses.plain.len() > LONGEST_ADDRESS {
            p.note { "This address is longer than Google accepts. Choose fewer filters if you use Google Calendar." }
        }
        @if size > LARGE {
            p.note {
                "This calendar is large (" (size / LARGE) "." (size % LARGE * 10 / LARGE) " MB). Google Calendar and some phones "
                "take no more than 1 MB; Outlook and programs on a computer do. Choose a service, a region or a kind to make it smaller."
            }
        }
    }
}

fn steps() -> Markup {
    html! {
        section {
            h2 { "If a button does nothing" }
            details {
                summary { "Outlook on a work laptop (new Outlook or on the web)" }
                ol {
                    li { "Open Outlook and go to the calendar." }
                    li { "Choose “Add calendar”, then “Subscribe from web”." }
                    li { "Paste the address from this page, give it a name, and choose “Import”." }
                }
            }
            details {
                summary { "Classic Outlook for Windows" }
                ol {
                    li { "Choose “File”, “Account Settings”, “Account Settings”, then the tab “Internet Calendars”." }
                    li { "Choose “New…”, paste the address, and choose “Add”." }
                }
            }
            details {
                summary { "Google Calendar" }
                ol {
                    li { "On a computer, open Google Calendar in the browser." }
                    li { "Beside “Other calendars” choose the plus sign, then “From URL”." }
                    li { "Paste the address and choose “Add calendar”. It then also shows on your phone." }
                }
            }
            details {
                summary { "iPhone or iPad" }
                ol {
                    li { "Open Calendar, choose “Calendars”, “Add Calendar”, “Add Subscription Calendar”." }
                    li { "Paste the address and choose “Subscribe”." }
                }
            }
            details {
                summary { "Thunderbird" }
                ol {
                    li { "Open the calendar, choose “New Calendar…”, then “On the Network”." }
                    li { "Paste the address, choose “Find Calendars”, then “Subscribe”." }
                }
            }
        }
    }
}

/// How soon a change arrives is the program's choice, not ours (CLIENTS 1.6).
fn expect() -> Markup {
    html! {
        section {
            h2 { "What to expect" }
            ul {
                li { "Google looks for changes about once a day, sometimes more often. There is no button that makes it look sooner." }
                li { "Outlook on the web looks every few hours; it can take a day." }
                li { "Outlook on a computer looks whenever it sends and receives." }
                li { "iPhones, iPads and Macs look as often as you have set, from every few minutes to once a week." }
                li { "A cancelled event stays until its date, marked “CANCELLED”. Google takes it away instead." }
                li { "An event that its organiser has taken off their site stays, marked “No longer listed”." }
                li { "These events never make you look busy to colleagues." }
                li { "To stop, remove the calendar in your program. We do not know who subscribes." }
            }
        }
    }
}

/// A letter to a colleague, in the reader's own mail program.
pub(crate) fn to_a_colleague(site: &Site, query: &Query) -> String {
    let name = calendar_name(site, query);
    let coded =
        |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let body = format!(
        "I use this calendar of events and thought of you. Open this page and choose your calendar program:\n\n{}{}",
        site.base,
        browse::join("/subscribe", &query.canonical())
    );
    format!("mailto:?subject={}&body={}", coded(&format!("Calendar: {name}")), coded(&body))
}

fn trouble(site: &Site, query: &Query, addresses: &Addresses) -> Markup {
    let host = site.base.split("://").nth(1).unwrap_or(site.base);
    let mail = to_a_colleague(site, query);
    html! {
        section {
            h2 { "Not working?" }
            p { "Some councils block calendars from other sites. Forward this to your IT service desk:" }
            blockquote {
                p { "Please allow Outlook to subscribe to the internet calendar " code { (addresses.plain) } "." }
                p { "It is a public, read-only iCalendar file (RFC 5545, text/calendar) at the host " code { (host) } ". It holds no personal data, no attachments and no meeting invitations, needs no login and sets no cookies." }
            }
            p {
                "Meanwhile you can add single events: open one from "
                a href=(browse::join("/events", &query.canonical())) { "the list" }
                " and choose “Add to calendar”."
            }
            p { a href=(mail) { "Tell a colleague by e-mail" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_calendar_is_called_large() {
        let addresses = addresses("https://events.example.org", &Query::default(), "All");
        let said = |size| warnings(&addresses, size).into_string();
        assert!(said(2_460_000).contains("is large (2.4 MB)"), "{}", said(2_460_000));
        assert_eq!(said(LARGE), "");
    }

    #[test]
    fn each_program_gets_the_address_that_it_understands() {
        let query = Query { services: vec!["waste".into()], or_online: true, ..Query::default() };
        let found = addresses("https://events.example.org", &query, "A & B");
        assert_eq!(
            found.plain,
            "https://events.example.org/services/waste/calendar.ics?or_online=yes"
        );
        assert!(found.webcal.starts_with("webcal://events.example.org/services/waste/"));
        assert!(found.google.ends_with(
            "webcal%3A%2F%2Fevents.example.org%2Fservices%2Fwaste%2Fcalendar.ics%3For_online%3Dyes"
        ));
        assert!(found.outlook_work.contains("url=https%3A%2F%2Fevents.example.org"));
        assert!(found.outlook_work.ends_with("&name=A%20%26%20B"));
    }
}
