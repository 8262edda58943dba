//! Events to pass on: as text for an e-mail, and as a small page for another site's frame.

use maud::{DOCTYPE, Markup, html};

use super::{
    Dated, Page, Site, Wrong, browse, filter, layout,
    list::foreign,
    phrases::{Phrase, browse as b, frame as f, share as p},
    words,
};
use crate::{event::Span, query::Query};

/// The coming weeks as plain text that pastes cleanly anywhere; where nothing is on, what comes next.
#[must_use]
pub fn as_text(site: &Site, query: &Query, dates: &[Dated], next: &[Dated]) -> String {
    let what = filter::in_words(site, query);
    let what = match what.as_str() {
        "" => site.name.to_owned(),
        _ => format!("{}: {what}", site.name),
    };
    let weeks = query.from.is_none() && query.to.is_none();
    let heading = if weeks { site.fill(p::FOUR_WEEKS, &[("what", &what)]) } else { what };
    let mut text = format!("{heading}\n");
    if dates.is_empty() {
        text.push_str(&format!("\n{}\n", site.say(p::NOTHING)));
    }
    if !next.is_empty() {
        text.push_str(&format!("{}\n", site.say(p::NEXT)));
    }
    for date in dates.iter().chain(next) {
        let Some(span) = &date.span else { continue };
        text.push_str(&format!(
            "\n{}\n{}{}\n{}\n{}\n",
            when(site, date, span),
            date.title,
            status(site, date),
            whereabouts(site, date),
            site.elsewhere(&Site::event_path(date.listing)),
        ));
    }
    let address = site.elsewhere(&browse::join("/subscribe", &query.canonical()));
    text.push_str(&format!("\n{}\n", site.fill(p::GET_LINE, &[("address", &address)])));
    text
}

/// A date in words, as a line of its own.
fn when(site: &Site, date: &Dated, span: &Span) -> String {
    let zone = date.listing.facts.time_zone;
    words::sentence(&words::span(site.language, span, zone, site.zone))
}

/// " (Cancelled)" and its like.
fn status(site: &Site, date: &Dated) -> String {
    status_of(date).map_or_else(String::new, |status| format!(" ({})", site.say(status)))
}

fn status_of(date: &Dated) -> Option<Phrase> {
    words::status(date.status, date.listing.withdrawn.is_some(), date.listing.facts.full)
}

/// The title of an event as a link that works anywhere.
fn link(site: &Site, date: &Dated) -> Markup {
    let language = foreign(site, date.listing.facts.language.as_deref());
    html! { a href=(site.elsewhere(&Site::event_path(date.listing))) lang=[language] { (date.title) } }
}

/// When an event is, for programs too.
fn time(site: &Site, date: &Dated, span: &Span) -> Markup {
    html! { time datetime=(words::machine(span, date.listing.facts.time_zone)) { (when(site, date, span)) } }
}

fn whereabouts(site: &Site, date: &Dated) -> String {
    words::whereabouts(site.language, date.place, date.listing.facts.attendance)
}

/// `/share`.
#[must_use]
pub fn share(site: &Site, query: &Query, path: &str, dates: &[Dated], next: &[Dated]) -> String {
    let text = as_text(site, query, dates, next);
    let rows = text.lines().count().clamp(8, 24);
    let content = html! {
        @let weeks = query.from.is_none() && query.to.is_none();
        p.lead { (site.say(if weeks { p::LEAD } else { p::LEAD_CHOSEN })) }
        (filter::form(site, "/share", query, b::SHOW_EVENTS))
        h2 { (site.say(p::AS_TEXT)) }
        p.field {
            label for="text" { (site.say(p::SELECT_ALL)) }
            textarea #text rows=(rows) readonly data-copy=(site.say(p::COPY_TEXT)) { (text) }
        }
        h2 { (site.say(p::WITH_LINKS)) }
        p { (site.say(p::SELECT_LIST)) }
        div.paste {
            @if dates.is_empty() { p { (site.say(p::NOTHING)) @if !next.is_empty() { " " (site.say(p::NEXT)) } } }
            @for date in dates.iter().chain(next) {
                @if let Some(span) = &date.span {
                    p {
                        (when(site, date, span)) br;
                        (link(site, date)) (status(site, date))
                        br; (whereabouts(site, date))
                    }
                }
            }
            p { a href=(site.elsewhere(&browse::join("/subscribe", &query.canonical()))) { (site.say(p::GET_THESE)) } }
        }
        p { a href=(super::subscribe::to_a_colleague(site, query)) { (site.say(p::TELL)) } }
        (on_your_site(site, query))
    };
    let mut page = Page::new(site.say(f::SHARE), path);
    page.unindexed = !query.is_everything();
    layout(site, &page, &content)
}

/// Three ways to show the list elsewhere, as code to copy.
fn on_your_site(site: &Site, query: &Query) -> Markup {
    let at = |path: &str| site.elsewhere(&browse::join(path, &query.canonical()));
    let data = format!("{}{}", site.base, browse::join("/api/v1/events", &query.canonical()));
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
    let code = |id: &str, label: Phrase, text: &str| {
        html! {
            p.field {
                label for=(id) { (site.say(label)) }
                textarea id=(id) rows=(text.lines().count().clamp(2, 9)) readonly data-copy=(site.say(p::COPY_CODE)) { (text) }
            }
        }
    };
    html! {
        h2 #embed { (site.say(p::ON_YOUR_SITE)) }
        p { (site.rich(p::ON_YOUR_SITE_HOW, &[("limit", &html! { code { "limit=5" } })], &[])) }
        h3 { (site.say(p::AS_FRAME)) }
        p { (site.rich(p::AS_FRAME_HOW, &[], &[])) }
        (code("frame", p::FRAME_CODE, &frame))
        h3 { (site.say(p::AS_PART)) }
        p { (site.say(p::AS_PART_HOW)) }
        (code("fetch", p::FETCH_CODE, &fetched))
        p { (site.say(p::BY_SERVER)) }
        (code("server", p::SERVER_CODE, &served))
        h3 { (site.say(p::AS_DATA)) }
        p { (p::AS_DATA_HOW.rich(site.language, &[], &[data, site.at("/api")])) }
    }
}

/// `/include`: the list as a piece of another site's page, in that page's own style.
#[must_use]
pub fn include(site: &Site, query: &Query, dates: &[Dated]) -> String {
    let absolute = |path: &str| site.elsewhere(&browse::join(path, &query.canonical()));
    html! {
        section.folkmoot lang=(site.language.written()) aria-label=(super::subscribe::calendar_name(site, query)) {
            @if dates.is_empty() { p.folkmoot-empty { (site.say(b::NOTHING_YET)) } }
            @else {
                ul.folkmoot-events {
                    @for date in dates {
                        @if let Some(span) = &date.span {
                            li.folkmoot-event {
                                (link(site, date))
                                @if let Some(status) = status_of(date) { " " strong { (site.say(status)) } }
                                br;
                                (time(site, date, span))
                                br; span.folkmoot-place { (whereabouts(site, date)) }
                            }
                        }
                    }
                }
            }
            p.folkmoot-more {
                (p::ALL_THESE.rich(site.language, &[("site", &site.name)], &[absolute("/events"), absolute("/subscribe")]))
            }
        }
    }
    .into_string()
}

/// `/embed`: a list without header and footer, for a frame on another site.
#[must_use]
pub fn embed(site: &Site, query: &Query, dates: &[Dated]) -> String {
    let title = super::subscribe::calendar_name(site, query);
    let all = site.elsewhere(&browse::join("/events", &query.canonical()));
    let content = html! {
        @if dates.is_empty() { p { (site.say(b::NOTHING_YET)) } }
        ul.events {
            @for date in dates {
                @if let Some(span) = &date.span {
                    li.event {
                        div.what {
                            p.title {
                                (link(site, date))
                                @if let Some(status) = status_of(date) { " " strong.tag { (site.say(status)) } }
                            }
                            p.facts { (time(site, date, span)) " · " (whereabouts(site, date)) }
                        }
                    }
                }
            }
        }
        p.quiet { (p::EVERYTHING.rich(site.language, &[("site", &site.name)], &[all])) }
    };
    frame(site, &title, &content)
}

/// What a frame shows instead where its address is wrong: what is wrong with it, without the menu of the site.
pub(crate) fn refusal(site: &Site, title: &str, detail: &str, wrong: &[Wrong]) -> String {
    let content = html! {
        @if wrong.is_empty() { p { (detail) } }
        @for wrong in wrong {
            p { (wrong.words) }
            @if let Some(english) = &wrong.english { p.quiet lang="en" { (english) } }
        }
        p.quiet { (p::EVERYTHING.rich(site.language, &[("site", &site.name)], &[site.elsewhere("/events")])) }
    };
    frame(site, title, &content)
}

/// A page for a frame: no menu, no script.
fn frame(site: &Site, title: &str, content: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang=(site.language.written()) {
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
                    (content)
                }
            }
        }
    }
    .into_string()
}
