//! What browsers and crawlers ask for beside the pages.

use super::{
    answer::{Answer, Refusal, Said},
    ask::Ask,
};
use crate::{
    catalogue::Range,
    event::Decision,
    feed::Format,
    language::Language,
    publish::page::{self, phrases::frame as f},
    query::{Query, place},
};

/// `/assets/folkmoot.css`.
pub(super) fn stylesheet(_: &Ask) -> Result<Answer, Refusal> {
    Ok(Answer::new("text/css; charset=utf-8", page::STYLESHEET))
}

/// `/assets/folkmoot.js`.
pub(super) fn script(_: &Ask) -> Result<Answer, Refusal> {
    Ok(Answer::new("text/javascript; charset=utf-8", page::SCRIPT))
}

/// `/assets/mark.svg`, and for browsers that insist on `/favicon.ico`.
pub(super) fn mark(_: &Ask) -> Result<Answer, Refusal> {
    Ok(Answer::new("image/svg+xml", page::MARK))
}

/// `/robots.txt`: Google Calendar refuses calendars where there is none (CLIENTS, rule 3 of 1.1).
pub(super) fn robots(ask: &Ask) -> Result<Answer, Refusal> {
    let text = format!(
        "User-agent: *\nDisallow: /api/v1/changes\nDisallow: /embed\nAllow: /\n\nSitemap: {}/sitemap.xml\n",
        ask.base
    );
    Ok(Answer::new("text/plain; charset=utf-8", text))
}

/// `/.well-known/security.txt` (RFC 9116): only where there is somebody to tell.
pub(super) fn security(ask: &Ask) -> Result<Answer, Refusal> {
    let contact = ask.settings.network.contact.as_deref().map(|contact| {
        if contact.contains("://") || contact.starts_with("mailto:") {
            contact.to_owned()
        } else {
            format!("mailto:{contact}")
        }
    });
    let Some(contact) = contact else {
        return Err(Refusal::NotFound(Said::Phrase(page::phrases::frame::NO_CONTACT)));
    };
    // Must lie in the future and should lie within a year; moved on month by month, so that the bytes last.
    let expires = ask.now.checked_add_months(chrono::Months::new(6)).unwrap_or(ask.now);
    let expires = expires.format("%Y-%m-01T00:00:00Z");
    let text = format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {}/.well-known/security.txt\n",
        ask.base
    );
    Ok(Answer::new("text/plain; charset=utf-8", text))
}

/// `/sitemap.xml`: the pages that stay, and the events to come. At most 50,000 addresses, as the format has it.
pub(super) fn sitemap(ask: &Ask) -> Result<Answer, Refusal> {
    const MOST: usize = 50_000;
    const FIXED: [&str; 11] = [
        "/",
        "/events",
        "/services",
        "/kinds",
        "/councils",
        "/subscribe",
        "/feeds",
        "/publish",
        "/about",
        "/accessibility",
        "/privacy",
    ];
    let words = ask.catalogue.vocabulary();
    let counts = ask.catalogue.counts(&Query::default(), ask.now);
    let mut paths: Vec<(String, Option<String>)> =
        FIXED.iter().map(|path| ((*path).to_owned(), None)).collect();
    let mut add = |path: String| paths.push((path, None));
    words.services.iter().for_each(|service| add(format!("/services/{}", service.id)));
    words.kinds.iter().for_each(|kind| add(format!("/kinds/{}", kind.id)));
    counts.councils.keys().for_each(|code| add(format!("/councils/{code}")));
    counts.groups.keys().for_each(|id| add(format!("/groups/{id}")));
    place::regions(ask.catalogue.members())
        .iter()
        .for_each(|(id, _)| add(format!("/regions/{id}")));
    let coming = Range { from: ask.now, to: None };
    let events = ask
        .catalogue
        .items()
        .filter(|item| item.listing.facts.verdict.decision == Decision::Listed)
        .filter(|item| item.listing.facts.span.is_none() || item.first(coming).is_some())
        .map(|item| {
            let changed = item.listing.updated.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            (format!("/events/{}", item.listing.id), Some(changed))
        });
    paths.extend(events);
    paths.truncate(MOST);
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (path, changed) in paths {
        let changed = changed.map(|at| format!("<lastmod>{at}</lastmod>")).unwrap_or_default();
        let address = escape(&format!("{}{path}", ask.base));
        xml.push_str(&format!("<url><loc>{address}</loc>{changed}</url>\n"));
    }
    xml.push_str("</urlset>\n");
    Ok(Answer::new("application/xml", xml))
}

/// `/feeds.opml`: the feeds whose addresses may be shown, for feed readers and other networks (OPML 2.0).
pub(super) fn opml(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n<head><title>{}</title></head>\n<body>\n",
        escape(&ask.settings.network.name)
    );
    // OPML 2.0 wants one outline at least: where no address is public, the list of all feeds by name.
    if !ask.catalogue.feeds().any(|view| view.feed.public_url) {
        let page = escape(&format!("{}/feeds", ask.base));
        let name = escape(f::FEEDS.of(Language::English));
        xml.push_str(&format!("<outline type=\"link\" text=\"{name}\" url=\"{page}\"/>\n"));
    }
    for view in ask.catalogue.feeds().filter(|view| view.feed.public_url) {
        let kind = match view.state.format {
            Some(Format::Rss | Format::Atom) => "rss",
            _ => "link",
        };
        xml.push_str(&format!(
            "<outline type=\"{kind}\" text=\"{}\" xmlUrl=\"{}\"/>\n",
            escape(view.name()),
            escape(view.feed.url.as_str())
        ));
    }
    xml.push_str("</body>\n</opml>\n");
    Ok(Answer::new("text/x-opml; charset=utf-8", xml))
}

/// XML has no way to write most control characters, so they go.
fn escape(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
