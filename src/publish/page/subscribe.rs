//! The page where a calendar address is made and handed to Outlook, Google, Apple or whatever else reads it.

use chrono::NaiveDate;
use maud::{Markup, html};
use url::form_urlencoded::byte_serialize;

use super::{
    Page, Site, browse, filter, layout,
    phrases::{self, Phrase, frame as f, share, subscribe as p},
    words,
};
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

/// How many dates a calendar has to offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coming {
    /// In the next 30 days.
    pub soon: usize,
    /// The day of the next one.
    pub next: Option<NaiveDate>,
    /// From now on.
    pub all: usize,
}

/// ": 3 dates in the next 30 days.", or when the next one is where there is none.
fn coming_in_words(site: &Site, coming: Coming) -> String {
    let number = |number| phrases::DATES.count(site.language, number);
    let soon = site.fill(p::IN_30_DAYS, &[("number", &number(coming.soon))]);
    match coming.next.filter(|_| coming.soon == 0) {
        Some(day) => {
            let day = words::day(site.language, day);
            let later = [("day", day.as_str()), ("number", &number(coming.all))];
            format!("{soon} {}", site.fill(p::NEXT, &later))
        }
        None => soon,
    }
}

/// `/subscribe`, with a calendar of `size` bytes.
#[must_use]
pub fn subscribe(site: &Site, query: &Query, path: &str, coming: Coming, size: usize) -> String {
    let name = calendar_name(site, query);
    let addresses = addresses(site.base, query, &name);
    let what = filter::in_words(site, query);
    let content = html! {
        p.lead { (site.say(p::LEAD)) }
        (builder(site, query))
        section.result aria-labelledby="yours" {
            h2 #yours { (site.say(p::YOURS)) }
            p {
                strong { @if what.is_empty() { (site.say(p::ALL_EVENTS)) } @else { (what) } }
                (coming_in_words(site, coming))
            }
            (buttons(site, &addresses))
            (copy(site, &addresses))
            (warnings(site, &addresses, size))
        }
        (steps(site))
        (expect(site))
        (trouble(site, query, &addresses))
    };
    let mut page = Page::new(site.say(f::SUBSCRIBE), path);
    page.unindexed = !query.is_everything();
    layout(site, &page, &content)
}

fn builder(site: &Site, query: &Query) -> Markup {
    html! {
        form.filter action=(site.at("/subscribe")) method="get" aria-label=(site.say(p::CHOOSE)) {
            div.fields {
                (filter::service_choice(site, query.services.first()))
                (filter::region_choice(site, query.regions.first()))
                (filter::kind_choice(site, query.kinds.first()))
            }
            (filter::hidden(query))
            (filter::kept(query))
            div.checks { (filter::checks(site, query)) }
            p.actions { button type="submit" { (site.say(p::MAKE)) } }
        }
    }
}

fn buttons(site: &Site, addresses: &Addresses) -> Markup {
    html! {
        ul.buttons {
            li { a.button href=(addresses.outlook_work) rel="noreferrer" { (site.say(p::OUTLOOK_WORK)) } }
            li { a.button href=(addresses.outlook_home) rel="noreferrer" { (site.say(p::OUTLOOK_HOME)) } }
            li { a.button href=(addresses.google) rel="noreferrer" { (site.say(p::GOOGLE)) } }
            li { a.button href=(addresses.webcal) { (site.say(p::APPLE)) } }
        }
    }
}

fn copy(site: &Site, addresses: &Addresses) -> Markup {
    html! {
        p.field {
            label for="address" { (site.say(p::ANY_OTHER)) }
            input #address type="text" readonly value=(addresses.plain) data-copy=(site.say(p::COPY_ADDRESS));
        }
    }
}

/// The size of a calendar that some programs refuse, in megabytes.
fn too_large(size: usize) -> Option<String> {
    (size > LARGE).then(|| format!("{}.{}", size / LARGE, size % LARGE * 10 / LARGE))
}

/// What keeps an address from working at all, said before somebody tries.
fn warnings(site: &Site, addresses: &Addresses, size: usize) -> Markup {
    html! {
        @if addresses.plain.starts_with("http://") { p.note { (site.say(p::NOT_PUBLIC)) } }
        @if addresses.plain.len() > LONGEST_ADDRESS { p.note { (site.say(p::TOO_LONG)) } }
        @if let Some(megabytes) = too_large(size) {
            p.note { (site.fill(p::TOO_LARGE, &[("megabytes", &megabytes)])) }
        }
    }
}

/// What to do in each program, step by step.
const STEPS: [(Phrase, &[Phrase]); 5] = [
    (p::NEW_OUTLOOK, &[p::NEW_OUTLOOK_1, p::NEW_OUTLOOK_2, p::NEW_OUTLOOK_3]),
    (p::OLD_OUTLOOK, &[p::OLD_OUTLOOK_1, p::OLD_OUTLOOK_2]),
    (p::GOOGLE, &[p::GOOGLE_1, p::GOOGLE_2, p::GOOGLE_3]),
    (p::IPHONE, &[p::IPHONE_1, p::IPHONE_2]),
    (p::THUNDERBIRD, &[p::THUNDERBIRD_1, p::THUNDERBIRD_2]),
];

fn steps(site: &Site) -> Markup {
    html! {
        section {
            h2 { (site.say(p::NO_BUTTON)) }
            @for (program, steps) in STEPS {
                details {
                    summary { (site.say(program)) }
                    ol { @for step in steps { li { (site.rich(*step, &[], &[])) } } }
                }
            }
        }
    }
}

/// How soon a change arrives is the program's choice, not ours (CLIENTS 1.6).
const EXPECT: [Phrase; 8] = [
    p::EXPECT_GOOGLE,
    p::EXPECT_WEB,
    p::EXPECT_OUTLOOK,
    p::EXPECT_APPLE,
    p::EXPECT_CANCELLED,
    p::EXPECT_GONE,
    p::EXPECT_BUSY,
    p::EXPECT_STOP,
];

fn expect(site: &Site) -> Markup {
    html! {
        section {
            h2 { (site.say(p::EXPECT)) }
            ul { @for phrase in EXPECT { li { (site.rich(phrase, &[], &[])) } } }
        }
    }
}

/// A letter to a colleague, in the reader's own mail program.
pub(crate) fn to_a_colleague(site: &Site, query: &Query) -> String {
    let name = calendar_name(site, query);
    let coded =
        |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let page = site.elsewhere(&browse::join("/subscribe", &query.canonical()));
    let body = format!("{}\n\n{page}", site.say(p::LETTER));
    let title = site.fill(p::LETTER_TITLE, &[("name", &name)]);
    format!("mailto:?subject={}&body={}", coded(&title), coded(&body))
}

fn trouble(site: &Site, query: &Query, addresses: &Addresses) -> Markup {
    let host = site.base.split("://").nth(1).unwrap_or(site.base);
    let mail = to_a_colleague(site, query);
    let code = |text: &str| html! { code { (text) } };
    html! {
        section {
            h2 { (site.say(p::TROUBLE)) }
            p { (site.say(p::TROUBLE_IT)) }
            blockquote {
                p { (site.rich(p::ALLOW, &[("address", &code(&addresses.plain))], &[])) }
                p { (site.rich(p::ALLOW_WHAT, &[("host", &code(host))], &[])) }
            }
            p { (site.rich(p::MEANWHILE, &[], &[&browse::join("/events", &query.canonical())])) }
            p { a href=(mail) { (site.say(share::TELL)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_calendar_is_called_large() {
        assert_eq!(too_large(2_460_000).as_deref(), Some("2.4"));
        assert_eq!(too_large(LARGE), None);
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
