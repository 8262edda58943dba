//! The pages of text: about, accessibility, privacy, how to get listed, and the API for developers.

use maud::{Markup, html};

use super::{Page, Site, layout, own_text};

/// What is known about the accessibility of this version: data that a release updates, never a claim untested.
struct Tested {
    /// When the pages were last checked.
    on: &'static str,
    /// With what.
    with: &'static str,
    /// What does not meet the standard yet.
    faults: &'static [&'static str],
}

const TESTED: Tested = Tested {
    on: "22 November 2026",
    with: "axe-core in Chromium at 1280, 375 and 320 pixels wide, with the keyboard alone, and without script",
    faults: &[
        "No test with people who use assistive technology has taken place yet.",
        "The interface is in English only; events in Welsh are marked as such where their feed says so.",
        "Titles and descriptions come from other sites: abbreviations, capitals and unclear links in them are theirs.",
    ],
};

/// A page of text: the operator's own if there is one.
fn text(site: &Site, title: &str, path: &str, own: Option<&String>, ours: &Markup) -> String {
    let content = own.map_or_else(|| ours.clone(), |own| own_text(own));
    layout(site, &Page::new(title, path), &html! { div.prose { (content) } })
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
                p { "You can reach the people who run this site here: " a href=(link) { (words) } "." }
            }
            (Some(words), _) => { p { "You can reach the people who run this site here: " (words) "." } }
            (None, _) => { p { "The people who run this site have not said here how to reach them." } }
        }
    }
}

/// `/about`.
#[must_use]
pub fn about(site: &Site) -> String {
    let ours = html! {
        @if let Some(description) = site.description { p.lead { (description) } }
        p {
            (site.name) " gathers the events that councils, and the groups around them, announce on their own sites, "
            "and gives them back as one calendar. It is made with Folkmoot; a folkmoot was the meeting of the people of a shire."
        }
        h2 { "How an event gets here" }
        p {
            "Organisers keep their events on their own sites. We read their calendars and feeds every hour or so, work out "
            "what each item is, and list what is for people who work in councils. When an organiser changes an event, the "
            "change travels here and into every calendar that subscribes. Nothing is typed in twice."
        }
        p { "Each event says where it came from and why it is listed. When a feed breaks, its last good state stays, and its " a href="/feeds" { "report card" } " says what is wrong." }
        h2 { "Taking part comes first" }
        p { "Days on which people work something out together, such as discovery days, makers sessions and unconferences (an unconference is an event whose agenda is set on the day by those who come), are what this network believes in." }
        h2 { "Contact" }
        (contact(site))
        h2 { "Credits" }
        ul {
            li { "Council names and codes: mySociety, “UK local authority names and codes”, licensed CC BY 4.0." }
            li { "Website addresses of councils: Local Links Manager, Government Digital Service." }
            li { "Local Government Services List: LG Inform Plus, Local Government Association, under the Open Government Licence v3.0." }
            li { "Each event belongs to its organiser; its page names the source and, where stated, the licence." }
        }
    };
    text(site, "About", "/about", site.texts.about.as_ref(), &ours)
}

/// `/accessibility`.
#[must_use]
pub fn accessibility(site: &Site) -> String {
    let ours = html! {
        p { "We want as many people as possible to be able to use " (site.name) ". You should be able to:" }
        ul {
            li { "zoom in up to 400% without losing anything off the screen" }
            li { "use every page with a keyboard alone" }
            li { "use every page with a screen reader" }
            li { "use every page without script, in light or dark, and in print" }
        }
        h2 { "How accessible this site is" }
        p { "It is built to the Web Content Accessibility Guidelines (WCAG) version 2.2, level AA. What we know does not meet it, or is not tested:" }
        ul { @for fault in TESTED.faults { li { (fault) } } }
        h2 { "How it was tested" }
        p { "Last on " (TESTED.on) ", by the makers of Folkmoot, with " (TESTED.with) "." }
        h2 { "Tell us about a problem" }
        (contact(site))
        p { "If you are not happy with the answer, the Equality Advisory and Support Service can advise you; in Northern Ireland, the Equality Commission." }
    };
    text(site, "Accessibility", "/accessibility", site.texts.accessibility.as_ref(), &ours)
}

/// `/privacy`.
#[must_use]
pub fn privacy(site: &Site) -> String {
    let ours = html! {
        p.lead { "This site sets no cookies, counts no visitors, and asks for no names." }
        h2 { "When you use the site or subscribe" }
        p {
            "Your browser or calendar program asks our server for pages and calendars. To answer, the server sees its internet "
            "address for a moment. We do not know who subscribes to what. A postcode that you type in is cut to its first half "
            "before it becomes part of any address."
        }
        h2 { "What events may say" }
        p {
            "We publish what organisers have announced on their own sites. Names of attendees, personal e-mail addresses, telephone "
            "numbers, meeting links and passcodes are taken out of every text. Private entries of a calendar are never shown."
        }
        h2 { "Having something removed" }
        p { "An organiser can change or remove an event on their own site: the change travels here. If something about you stands here that should not, tell us and it will be removed from every output." }
        (contact(site))
    };
    text(site, "Privacy", "/privacy", site.texts.privacy.as_ref(), &ours)
}

/// `/publish`.
#[must_use]
pub fn publish(site: &Site) -> String {
    let ours = html! {
        p.lead { "Keep your events where they are, on your own site. We read them from there." }
        h2 { "What we need" }
        p { "The address of one of these, public and without a login:" }
        ul {
            li { strong { "A calendar (iCalendar, .ics)" } " – best: it carries dates, changes and cancellations exactly. Most event plugins, Google Calendar and Outlook can publish one." }
            li { strong { "An RSS or Atom feed of events" } " – good, if the day, month, year and time of the event stand in the title or the first line." }
            li { strong { "A page of events with schema.org Event in it" } " – good; many event systems add that by themselves." }
        }
        h2 { "What makes a good announcement" }
        ul {
            li { "Say who may come: everyone, the public sector, councils, or members." }
            li { "Say “online”, or give the venue with its postcode." }
            li { "Give an end time, the cost and a link for booking." }
            li { "When an event is cancelled, mark it as cancelled and leave it there. When it just vanishes, subscribers are only told “No longer listed”." }
            li { "Keep the same UID (or link) when you change an event." }
        }
        h2 { "Changing or removing an event" }
        p { "Change it on your own site; it changes here at the next check, as a rule within the hour. Mark an entry as private (CLASS:PRIVATE) and it is never shown here." }
        h2 { "Is your feed here already?" }
        p { "Look at its " a href="/feeds" { "report card" } ": it says what we read and what to change." }
        h2 { "Tell us the address" }
        (contact(site))
    };
    text(site, "Get your events listed", "/publish", None, &ours)
}

/// `/api`.
#[must_use]
pub fn api(site: &Site, parameters: &[(String, String)], paths: &[(String, String)]) -> String {
    let base = site.base;
    let ours = html! {
        p.lead { "All that stands here is also there for programs: no key, any origin, read-only." }
        p { "The whole description: " a href="/api/v1/openapi.json" { "OpenAPI 3.1 (JSON)" } "." }
        h2 { "Try it" }
        ul {
            li { a href="/api/v1/events?service=waste" { code { "/api/v1/events?service=waste" } } " – each event or series once" }
            li { a href="/api/v1/occurrences?region=south-west&or_online=yes" { code { "/api/v1/occurrences?region=south-west&or_online=yes" } } " – dates, flattened" }
            li { a href="/api/v1/changes" { code { "/api/v1/changes" } } " – a snapshot first, then what changed since your cursor" }
        }
        pre tabindex="0" { code { "curl -s '" (base) "/api/v1/events?service=housing&limit=5'" } }
        h2 { "In a page" }
        p { "Dates for FullCalendar, as it asks for them:" }
        pre tabindex="0" { code { "new FullCalendar.Calendar(element, {\n  events: '" (base) "/api/v1/occurrences?service=housing'\n})" } }
        h2 { "Filters" }
        p { "The same for every list, calendar and feed. Repeat a filter or use commas for any of several values; different filters must all hold. An unknown filter or value is refused with a list of what is allowed." }
        dl.index { @for (name, words) in parameters { dt { code { (name) } } dd { (words) } } }
        h2 { "Addresses" }
        dl.index { @for (path, words) in paths { dt { code { (path) } } dd { (words) } } }
        h2 { "Manners" }
        ul {
            li { "Lists come in pages: follow " code { "next" } ", or the Link header." }
            li { "Send If-None-Match with the ETag you had: 304 costs next to nothing." }
            li { "Errors are problem documents (RFC 9457). A filter without a value is one." }
            li { "Where there is a limit, 429 says in Retry-After when to come back, and the RateLimit header how much is left." }
            li { "Times carry their offset; " code { "time_zone" } " names the zone." }
            li { "Fields may be added; those that are there keep their meaning within v1." }
        }
    };
    text(site, "API for developers", "/api", None, &ours)
}
