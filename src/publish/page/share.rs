//! Events to pass on: as text for an e-mail, and as a small page for another site's frame.

use maud::{DOCTYPE, Markup, html};

use super::{Dated, Page, Site, browse, filter, layout, list::foreign, words};
use crate::query::Query;

/// The coming weeks as plain text that pastes cleanly anywhere.
#[must_use]
pub fn as_text(site: &Site, query: &Query, dates: &[Dated]) -> String {
    let what = filter::in_words(site, query);
    let weeks = query.from.is_none() && query.to.is_none();
    let heading = [site.name, &what, if weeks { "the next four weeks" } else { "" }];
    let heading = heading.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
    let mut text = format!("{}\n", heading.join(": "));
    for date in dates {
        let Some(span) = &date.span else { continue };
        let facts = &date.listing.facts;
        let status = words::status(date.status, date.listing.withdrawn.is_some(), facts.full);
        let status = status.map_or_else(String::new, |status| format!(" ({status})"));
        text.push_str(&format!(
            "\n{}\n{}{status}\n{}\n{}{}\n",
            words::span(span, facts.time_zone, site.zone),
            date.title,
            words::whereabouts(date.place, facts.attendance),
            site.base,
            Site::event_path(date.listing),
        ));
    }
    if dates.is_empty() {
        text.push_str("\nNothing is announced for these weeks.\n");
    }
    let address = browse::join("/subscribe", &query.canonical());
    text.push_str(&format!("\nGet these in your calendar: {}{address}\n", site.base));
    text
}

/// `/share`.
#[must_use]
pub fn share(site: &Site, query: &Query, path: &str, dates: &[Dated]) -> String {
    let text = as_text(site, query, dates);
    let rows = text.lines().count().clamp(8, 24);
    let content = html! {
        p.lead {
            @if query.from.is_none() && query.to.is_none() { "The next four weeks" } @else { "The dates that you chose" }
            ", to paste into an e-mail, Teams or a newsletter."
        }
        (filter::form(site, "/share", query, "Show events"))
        h2 { "As text" }
        p.field {
            label for="text" { "Select it all, copy it, paste it" }
            textarea #text rows=(rows) readonly data-copy="text" { (text) }
        }
        h2 { "With links" }
        p { "Select the list with the mouse, copy it, paste it into an e-mail." }
        div.paste {
            @for date in dates {
                @if let Some(span) = &date.span {
                    @let facts = &date.listing.facts;
                    p {
                        (words::span(span, facts.time_zone, site.zone)) br;
                        a href=(format!("{}{}", site.base, Site::event_path(date.listing))) { (date.title) }
                        @if let Some(status) = words::status(date.status, date.listing.withdrawn.is_some(), facts.full) { " (" (status) ")" }
                        br; (words::whereabouts(date.place, facts.attendance))
                    }
                }
            }
            p { a href=(format!("{}{}", site.base, browse::join("/subscribe", &query.canonical()))) { "Get these in your calendar" } }
        }
        p { a href=(super::subscribe::to_a_colleague(site, query)) { "Tell a colleague by e-mail" } }
        (on_your_site(site, query))
    };
    let mut page = Page::new("Share", path);
    page.unindexed = !query.is_everything();
    layout(site, &page, &content)
}

/// Three ways to show the list elsewhere, as code to copy.
fn on_your_site(site: &Site, query: &Query) -> Markup {
    let at = |path: &str| format!("{}{}", site.base, browse::join(path, &query.canonical()));
    let name =
        super::subscribe::calendar_name(site, query).replace(['"', '<', '>', '&', '\''], " ");
    let frame = format!(
        "<iframe src=\"{}\" title=\"{name}\" width=\"100%\" height=\"480\" loading=\"lazy\"></iframe>",
        at("/embed").replace('&', "&amp;"),
    );
    let include = at("/include");
    let fetched = format!(
        "<div id=\"events\"><a href=\"{}\">{name}</a></div>\n<script>\nfetch(\"{include}\")\n  .then(r => {{ if (!r.ok) throw r; return r.text(); }})\n  .then(html => {{ document.getElementById(\"events\").innerHTML = html; }})\n  .catch(() => {{}});  // the link stays\n</script>",
        at("/events").replace('&', "&amp;"),
    );
    let served = format!(
        "curl --fail --max-time 10 '{include}' > events.html.new && mv events.html.new events.html"
    );
    let code = |id: &str, label: &str, text: &str| {
        html! {
            p.field {
                label for=(id) { (label) }
                textarea id=(id) rows=(text.lines().count().clamp(2, 9)) readonly data-copy="code" { (text) }
            }
        }
    };
    html! {
        h2 #embed { "On your own site or intranet" }
        p { "Choose the filters above first: the code then shows these events only, and new ones appear by themselves. Put " code { "limit=5" } " in an address for a shorter list." }
        h3 { "As a frame" }
        p { "Works wherever a page allows a frame. In SharePoint: edit the page, add the web part “Embed”, and paste the address from inside the quotation marks after “src”. SharePoint may ask an administrator to allow this site (Site settings, HTML Field Security)." }
        (code("frame", "Code of the frame", &frame))
        h3 { "As part of your page" }
        p { "A piece of plain HTML without styles or script: it takes the fonts and colours of your page. Each part has a class that begins with “folkmoot”. Fetched by the visitor’s browser:" }
        (code("fetch", "Code that fetches it", &fetched))
        p { "Or fetched by your server, say once an hour, and included from there, which needs no script at all:" }
        (code("server", "Command for your server", &served))
        h3 { "As data" }
        p { "For anything else there is " a href=(at("/api/v1/events")) { "JSON" } " and " a href="/api" { "its documentation" } "." }
    }
}

/// `/include`: the list as a piece of another site's page, in that page's own style.
#[must_use]
pub fn include(site: &Site, query: &Query, dates: &[Dated]) -> String {
    let absolute = |path: &str| format!("{}{}", site.base, browse::join(path, &query.canonical()));
    html! {
        section.folkmoot lang="en-GB" aria-label=(super::subscribe::calendar_name(site, query)) {
            @if dates.is_empty() { p.folkmoot-empty { "Nothing is announced yet." } }
            @else {
                ul.folkmoot-events {
                    @for date in dates {
                        @if let Some(span) = &date.span {
                            @let facts = &date.listing.facts;
                            li.folkmoot-event {
                                a href=(format!("{}{}", site.base, Site::event_path(date.listing))) lang=[foreign(facts.language.as_deref())] { (date.title) }
                                @if let Some(status) = words::status(date.status, date.listing.withdrawn.is_some(), facts.full) { " " strong { (status) } }
                                br;
                                time datetime=(words::machine(span, facts.time_zone)) { (words::span(span, facts.time_zone, site.zone)) }
                                br; span.folkmoot-place { (words::whereabouts(date.place, facts.attendance)) }
                            }
                        }
                    }
                }
            }
            p.folkmoot-more {
                a href=(absolute("/events")) { "All these events" } " on " (site.name) ". "
                a href=(absolute("/subscribe")) { "Get them in your calendar" }
            }
        }
    }
    .into_string()
}

/// `/embed`: a list without header and footer, for a frame on another site.
#[must_use]
pub fn embed(site: &Site, query: &Query, dates: &[Dated]) -> String {
    let title = super::subscribe::calendar_name(site, query);
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="stylesheet" href="/assets/folkmoot.css";
                base target="_blank";
            }
            body.embed {
                main {
                    h1 { (title) }
                    @if dates.is_empty() { p { "Nothing is announced yet." } }
                    ul.events {
                        @for date in dates {
                            @if let Some(span) = &date.span {
                                @let facts = &date.listing.facts;
                                li.event {
                                    div.what {
                                        p.title {
                                            a href=(format!("{}{}", site.base, Site::event_path(date.listing))) lang=[foreign(facts.language.as_deref())] { (date.title) }
                                            @if let Some(status) = words::status(date.status, date.listing.withdrawn.is_some(), facts.full) { " " strong.tag { (status) } }
                                        }
                                        p.facts {
                                            time datetime=(words::machine(span, facts.time_zone)) { (words::span(span, facts.time_zone, site.zone)) }
                                            " · " (words::whereabouts(date.place, facts.attendance))
                                        }
                                    }
                                }
                            }
                        }
                    }
                    p.quiet { a href=(format!("{}{}", site.base, browse::join("/events", &query.canonical()))) { "All events" } " on " (site.name) ". Links open in a new window." }
                }
            }
        }
    }
    .into_string()
}
