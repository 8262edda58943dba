//! The health of the feeds: all of them, one report card, its changes as a feed, and the councils without one.

use chrono::{DateTime, SecondsFormat, Utc};
use maud::{Markup, html};

use super::{Page, Site, browse::safe, layout, words};
use crate::{
    catalogue::FeedView,
    feed::Format,
    health::{Check, Health, Outcome},
    read::{Problem, Severity},
};

/// Most problems and unread items that a card writes out.
const MOST: usize = 50;

/// A state of health in a word, and what it means.
pub(crate) fn health(health: Health) -> (&'static str, &'static str) {
    match health {
        Health::New => ("New", "It has not been checked yet."),
        Health::Fine => ("Works", "The last check went well."),
        Health::Quiet => ("Quiet", "It works, but has announced nothing for half a year."),
        Health::Shrinking => (
            "Shrank",
            "Many events went missing at once. Nothing was taken away: we wait to see whether it is meant.",
        ),
        Health::Failing => (
            "Failing",
            "The last checks failed. The events of the last good check are still shown.",
        ),
        Health::Moved => ("Moved", "Its server says that it has moved for good."),
        Health::Gone => ("Gone", "Its server says that it is gone for good."),
        Health::Paused => ("Paused", "It is not checked for the time being; its events stay."),
        Health::NeverWorked => ("Never worked", "No check has gone well so far."),
    }
}

/// Text of a check or a problem without what must not be public: addresses of feeds (some are secrets) and mailboxes.
#[must_use]
pub fn discreet(text: &str, public_url: bool) -> String {
    let mut words = Vec::new();
    for word in text.split(' ') {
        let lower = word.to_ascii_lowercase();
        let address = lower.contains("://");
        if address && !public_url {
            words.push("(address)");
        } else if word.contains('@') && !address {
            words.push("(e-mail address)");
        } else {
            words.push(word);
        }
    }
    words.join(" ")
}

fn format_words(format: Option<Format>) -> &'static str {
    match format {
        None => "Not known yet",
        Some(Format::Ical) => "Calendar (iCalendar)",
        Some(Format::Rss) => "RSS",
        Some(Format::Atom) => "Atom",
        Some(Format::JsonFeed) => "JSON Feed",
        Some(Format::Html) => "Web page",
    }
}

fn member<'a>(site: &'a Site, view: &'a FeedView) -> Option<(&'a str, String)> {
    let id = view.feed.member.as_deref()?;
    if let Some(council) = site.members.council(id) {
        return Some((&council.nice_name, format!("/councils/{}", council.code)));
    }
    site.members.group(id).map(|group| (group.name.as_str(), format!("/groups/{}", group.id)))
}

/// `/feeds`.
#[must_use]
pub fn feeds(site: &Site, feeds: &[&FeedView]) -> String {
    let today = site.now.with_timezone(&site.zone).date_naive();
    let with_feed = |code: &str| {
        feeds.iter().any(|view| {
            view.feed.member.as_deref().is_some_and(|member| member.eq_ignore_ascii_case(code))
        })
    };
    let without: Vec<_> = site
        .members
        .councils()
        .iter()
        .filter(|c| !c.is_abolished(today) && !with_feed(&c.code))
        .collect();
    let mut sorted: Vec<&&FeedView> = feeds.iter().collect();
    sorted.sort_by_key(|view| view.name().to_lowercase());
    let works =
        feeds.iter().filter(|v| matches!(v.health(site.now), Health::Fine | Health::Quiet)).count();
    let content = html! {
        p.lead {
            "These are the calendars and feeds of councils and groups that we read. "
            (works) " of " (words::count(feeds.len(), "feed", "feeds")) " "
            @if works == 1 { "works" } @else { "work" } "."
        }
        @if !feeds.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Table of feeds" {
                table {
                    thead { tr { th scope="col" { "Feed" } th scope="col" { "From" } th scope="col" { "State" } th scope="col" { "Events listed" } th scope="col" { "Last checked" } } }
                    tbody { @for view in sorted { (row(site, view)) } }
                }
            }
        }
        p { a href="/feeds.opml" { "The feeds whose addresses are public (OPML)" } }
        h2 { "Councils without a feed" }
        p { (words::count(without.len(), "council or combined authority", "councils and combined authorities")) " of the United Kingdom are not here yet. " a href="/publish" { "How to get your events listed" } "." }
        details {
            summary { "Show them" }
            ul.columns { @for council in without { li { (council.nice_name) } } }
        }
    };
    layout(site, &Page::new("Feeds", "/feeds"), &content)
}

fn row(site: &Site, view: &FeedView) -> Markup {
    let (word, _) = health(view.health(site.now));
    html! {
        tr {
            th scope="row" { a href=(format!("/feeds/{}", view.feed.id)) { (view.name()) } }
            td { @if let Some((name, path)) = member(site, view) { a href=(path) { (name) } } }
            td { strong.tag { (word) } }
            td.number { (view.state.listed) }
            td { @match view.state.last_check { Some(at) => (words::moment(at, site.zone)), None => "Not yet" } }
        }
    }
}

/// `/feeds/{id}`: the report card.
#[must_use]
pub fn card(site: &Site, view: &FeedView) -> String {
    let state = &view.state;
    let (word, meaning) = health(view.health(site.now));
    let content = html! {
        p.lead { strong.tag { (word) } " " (meaning) }
        (numbers(site, view))
        (problems(view))
        @if !state.unlisted.is_empty() {
            h2 { "Not listed, and why" }
            ul { @for (reason, number) in &state.unlisted { li { (discreet(reason, false).trim_end_matches('.')) ": " (words::count(*number as usize, "event", "events")) } } }
        }
        @if state.undated > 0 {
            h2 { "Without a date" }
            p {
                (words::count(state.undated as usize, "event", "events"))
                " had no date that could be read for certain. A calendar (iCalendar) feed always has one; "
                "in a news feed, write the day, month, year and time in the title or first line, such as "
                "“Friday 14 November 2014, 10am to 4pm”."
            }
        }
        @if !state.skipped.is_empty() {
            h2 { "Items that could not be read" }
            ul {
                @for item in state.skipped.iter().take(MOST) {
                    li { @if let Some(line) = item.line { "Line " (line) ": " } (discreet(&item.reason, false)) }
                }
            }
        }
        (history(site, view))
    };
    let path = format!("/feeds/{}", view.feed.id);
    let alternates = [(
        "application/atom+xml",
        "Changes of this feed’s health",
        format!("{}{path}/health.atom", site.base),
    )];
    let title = format!("Report card: {}", view.name());
    let mut page = Page::new(&title, &path);
    page.alternates = &alternates;
    layout(site, &page, &content)
}

fn numbers(site: &Site, view: &FeedView) -> Markup {
    let state = &view.state;
    html! {
        dl.facts {
            @if let Some((name, path)) = member(site, view) { dt { "From" } dd { a href=(path) { (name) } } }
            @if view.feed.public_url {
                @if let Some(url) = safe(Some(view.feed.url.as_str())) { dt { "Address" } dd { a href=(url) { (url) } } }
            }
            dt { "Format" } dd { (format_words(state.format)) }
            dt { "Last checked" } dd { (when(site, state.last_check)) }
            dt { "Last good check" } dd { (when(site, state.last_good)) }
            dt { "Next check" } dd { @match state.next_check { Some(at) => (words::moment(at, site.zone)), None => "Not planned yet" } }
            dt { "Items in the feed" } dd { (state.entries) }
            dt { "Events listed" } dd { (state.listed) }
            @if let Some(rights) = &state.rights { dt { "Licence, by its own word" } dd { (discreet(rights, false)) } }
            dt { "Follow" } dd { a href=(format!("/feeds/{}/health.atom", view.feed.id)) { "Changes of this report (Atom)" } }
        }
    }
}

fn when(site: &Site, at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "Not yet".into(), |at| words::moment(at, site.zone))
}

fn problems(view: &FeedView) -> Markup {
    let mut sorted: Vec<&Problem> = view.state.problems.iter().collect();
    sorted.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    html! {
        h2 { "What to change" }
        @if sorted.is_empty() {
            p { "Nothing: we found no problems in this feed." }
        } @else {
            ol.problems {
                @for problem in sorted.iter().take(MOST) {
                    li {
                        strong.tag { (severity(problem.severity)) } " "
                        @if let Some(line) = problem.line { "Line " (line) ": " }
                        (discreet(&problem.text, view.feed.public_url))
                        @if let Some(fix) = &problem.fix { p { "To do: " (discreet(fix, view.feed.public_url)) } }
                    }
                }
            }
            @if sorted.len() > MOST { p { "And " (sorted.len() - MOST) " more." } }
        }
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Info => "Note",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Changed => "Something changed",
        Outcome::Unchanged => "Nothing new",
        Outcome::Shrank => "Shrank",
        Outcome::FetchFailed => "Could not be fetched",
        Outcome::ReadFailed => "Could not be read",
    }
}

fn history(site: &Site, view: &FeedView) -> Markup {
    let checks: Vec<&Check> = view.state.history.iter().rev().take(20).collect();
    html! {
        @if !checks.is_empty() {
            h2 { "The last checks" }
            div.scroll tabindex="0" role="region" aria-label="Table of the last checks" {
                table {
                    thead { tr { th scope="col" { "When" } th scope="col" { "Result" } th scope="col" { "In words" } } }
                    tbody {
                        @for check in checks {
                            tr {
                                td { time datetime=(check.at.to_rfc3339_opts(SecondsFormat::Secs, true)) { (words::moment(check.at, site.zone)) } }
                                td { (outcome(check.outcome)) }
                                td { (discreet(check.public_words(), view.feed.public_url)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_stay_secret() {
        let text = "GET https://example.org/private/abc.ics failed, ask jane@example.org";
        assert_eq!(discreet(text, false), "GET (address) failed, ask (e-mail address)");
        assert!(discreet(text, true).contains("abc.ics"));
    }
}
