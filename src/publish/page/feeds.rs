//! The health of the feeds: all of them, one report card, its changes as a feed, and the councils without one.

use chrono::{DateTime, NaiveTime, SecondsFormat, Utc};
use maud::{Markup, html};

use super::{
    Page, Site,
    browse::safe,
    layout,
    phrases::{self, Phrase, feeds as p, frame as f},
    words,
};
use crate::{
    catalogue::FeedView,
    feed::Format,
    health::{Check, FeedState, Health, Oddity, Outcome},
    language::Language,
    normalise::example_day,
    read::{Problem, Severity, Skipped},
};

/// Most problems and unread items that a card writes out.
const MOST: usize = 50;

/// A state of health in a word, and what it means.
pub(crate) fn health(health: Health, state: &FeedState) -> (Phrase, Phrase) {
    match health {
        Health::New => (p::NEW, p::NEW_MEANS),
        Health::Fine => (p::WORKS, p::WORKS_MEANS),
        Health::Quiet => (p::QUIET, p::QUIET_MEANS),
        Health::Shrinking if state.cut_off => (p::CUT_OFF, p::CUT_OFF_MEANS),
        Health::Shrinking => (p::SHRANK, p::SHRANK_MEANS),
        Health::Failing => (p::FAILING, p::FAILING_MEANS),
        Health::Moved => (p::MOVED, p::MOVED_MEANS),
        Health::Gone => (p::GONE, p::GONE_MEANS),
        Health::Paused => (p::PAUSED, p::PAUSED_MEANS),
        Health::NeverWorked => (p::NEVER, p::NEVER_MEANS),
    }
}

/// What looks odd about a feed, in a few words.
pub(crate) fn oddity(oddity: Oddity) -> Phrase {
    match oddity {
        Oddity::Empty => p::ODD_EMPTY,
        Oddity::Few => p::ODD_FEW,
        Oddity::Night => p::ODD_NIGHT,
        Oddity::HourOff => p::ODD_HOUR_OFF,
        Oddity::Undated => p::ODD_UNDATED,
        Oddity::Unread => p::ODD_UNREAD,
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

fn format_words(site: &Site, format: Option<Format>) -> &'static str {
    match format {
        None => site.say(p::NOT_KNOWN),
        Some(Format::Ical) => site.say(p::ICAL),
        Some(Format::Rss) => "RSS",
        Some(Format::Atom) => "Atom",
        Some(Format::JsonFeed) => "JSON Feed",
        Some(Format::Html) => site.say(p::WEB_PAGE),
    }
}

fn member<'a>(site: &'a Site, view: &'a FeedView) -> Option<(&'a str, String)> {
    let id = view.feed.member.as_deref()?;
    if let Some(council) = site.members.council(id) {
        return Some((site.council(council), format!("/councils/{}", council.code)));
    }
    site.members.group(id).map(|group| (group.name.as_str(), format!("/groups/{}", group.id)))
}

/// `/feeds`.
#[must_use]
pub fn feeds(site: &Site, feeds: &[&FeedView]) -> String {
    let today = site.today();
    let with_feed = |code: &str| {
        feeds.iter().any(|view| {
            view.feed.member.as_deref().is_some_and(|member| member.eq_ignore_ascii_case(code))
        })
    };
    let councils = site.members.councils().iter();
    let without = councils.filter(|c| !c.is_abolished(today) && !with_feed(&c.code));
    let mut without: Vec<&str> = without.map(|council| site.council(council)).collect();
    without.sort_by_cached_key(|name| name.to_lowercase());
    let mut sorted: Vec<&&FeedView> = feeds.iter().collect();
    sorted.sort_by_key(|view| view.name().to_lowercase());
    let works =
        feeds.iter().filter(|v| matches!(v.health(site.now), Health::Fine | Health::Quiet)).count();
    let content = html! {
        p.lead {
            @let phrase = if works == 1 { p::ONE_WORKS } else { p::SOME_WORK };
            @let all = phrases::FEEDS.count(site.language, feeds.len());
            (site.say(p::LEAD)) " " (site.fill(phrase, &[("number", &works.to_string()), ("feeds", &all)]))
        }
        @if !feeds.is_empty() {
            div.scroll tabindex="0" role="region" aria-label=(site.say(p::TABLE)) {
                table.stack {
                    thead { tr { @for title in [p::FEED, p::FROM, p::STATE, p::LISTED, p::LAST_CHECKED] { th scope="col" { (site.say(title)) } } } }
                    tbody { @for view in sorted { (row(site, view)) } }
                }
            }
        }
        p { (p::PUBLIC.rich(site.language, &[], &["/feeds.opml".to_owned()])) }
        h2 { (site.say(p::WITHOUT)) }
        @let number = phrases::COUNCILS.count(site.language, without.len());
        p { (site.rich(p::NOT_YET_HERE, &[("number", &words::sentence(&number))], &["/publish"])) }
        details {
            summary { (site.say(p::SHOW_THEM)) }
            ul.columns { @for council in without { li { (council) } } }
        }
    };
    layout(site, &Page::new(site.say(f::FEEDS), "/feeds"), &content)
}

fn row(site: &Site, view: &FeedView) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(site.at(&format!("/feeds/{}", view.feed.id))) { (view.name()) } }
            td data-label=(site.say(p::FROM)) { @if let Some((name, path)) = member(site, view) { a href=(site.at(&path)) { (name) } } }
            td data-label=(site.say(p::STATE)) { (tag(site, view)) @for odd in view.state.oddities() { br; (site.say(oddity(odd))) } }
            td.number data-label=(site.say(p::LISTED)) { (view.state.listed) }
            td data-label=(site.say(p::LAST_CHECKED)) { (when(site, view.state.last_check)) }
        }
    }
}

/// The state in a word; one that asks nothing of anybody is set quietly, one in which nothing arrives gravely.
fn tag(site: &Site, view: &FeedView) -> Markup {
    let state = view.health(site.now);
    let calm = matches!(state, Health::New | Health::Fine | Health::Quiet | Health::Paused);
    let grave = matches!(state, Health::Failing | Health::Gone | Health::NeverWorked);
    html! { strong.tag.calm[calm].grave[grave] { (site.say(health(state, &view.state).0)) } }
}

/// `/feeds/{id}`: the report card.
#[must_use]
pub fn card(site: &Site, view: &FeedView) -> String {
    let state = &view.state;
    let state_now = view.health(site.now);
    let wrong = state.problems.iter().any(|problem| problem.severity == Severity::Error);
    let meaning = match state_now {
        Health::Fine if wrong || !state.skipped.is_empty() => p::WORKS_BUT,
        other => health(other, state).1,
    };
    // What is among the problems with its remedy is not told again.
    let told = |item: &&Skipped| {
        !state.problems.iter().any(|problem| problem.line.is_some() && problem.line == item.line)
    };
    let unread: Vec<&Skipped> = state.skipped.iter().filter(told).take(MOST).collect();
    // The items without a date are counted once, with what to do about them.
    let dates_told =
        state.problems.iter().any(|p| matches!(p.code.as_str(), "no_date" | "unsafe_date"));
    let english = site.if_not(Language::English);
    let events = |number| phrases::EVENTS.count(site.language, number);
    let content = html! {
        p.lead { (tag(site, view)) " " (site.say(meaning)) }
        (numbers(site, view))
        @for odd in state.oddities().into_iter().filter(|odd| matches!(odd, Oddity::Empty | Oddity::Few)) {
            p.note { (words::sentence(site.say(oddity(odd)))) "." }
        }
        @if state.missing > 0 {
            p.note { (site.fill(p::WAITING, &[("number", &events(state.missing as usize))])) }
        }
        (problems(site, view))
        @if !state.unlisted.is_empty() {
            h2 { (site.say(p::NOT_LISTED)) }
            ul { @for (reason, number) in &state.unlisted { li { span lang=[english] { (discreet(reason, false).trim_end_matches('.')) } ": " (events(*number as usize)) } } }
        }
        @if state.undated > 0 && !dates_told {
            h2 { (site.say(p::UNDATED)) }
            p { (words::sentence(&site.fill(p::UNDATED_WHY, &[("number", &events(state.undated as usize)), ("example", &example(site))]))) }
        }
        @if !unread.is_empty() {
            h2 { (site.say(p::UNREAD)) }
            ul {
                @for item in unread {
                    li { (line(site, item.line)) span lang=[english] { (discreet(&item.reason, false)) } }
                }
            }
        }
        (history(site, view))
    };
    let path = format!("/feeds/{}", view.feed.id);
    let alternates = [(
        "application/atom+xml",
        site.say(p::CHANGES),
        format!("{}{path}/health.atom", site.base),
    )];
    let title = site.fill(p::CARD, &[("feed", view.name())]);
    let mut page = Page::new(&title, &path);
    page.alternates = &alternates;
    layout(site, &page, &content)
}

/// A date to come, as one should write it.
fn example(site: &Site) -> String {
    let day = words::day(site.language, example_day(site.today()));
    let (from, to) = (NaiveTime::from_hms_opt(10, 0, 0), NaiveTime::from_hms_opt(16, 0, 0));
    let times = from.zip(to).map(|(from, to)| words::clocks(site.language, from, to));
    format!("{day}, {}", times.unwrap_or_default())
}

fn numbers(site: &Site, view: &FeedView) -> Markup {
    let state = &view.state;
    html! {
        dl.facts {
            @if let Some((name, path)) = member(site, view) { dt { (site.say(p::FROM)) } dd { a href=(site.at(&path)) { (name) } } }
            @if view.feed.public_url {
                @if let Some(url) = safe(Some(view.feed.url.as_str())) { dt { (site.say(p::ADDRESS)) } dd { a href=(url) { (url) } } }
            }
            dt { (site.say(p::FORMAT)) } dd { (format_words(site, state.format)) }
            dt { (site.say(p::LAST_CHECKED)) } dd { (when(site, state.last_check)) }
            dt { (site.say(p::LAST_GOOD)) } dd { (when(site, state.last_good)) }
            dt { (site.say(p::NEXT_CHECK)) } dd { @match state.next_check { Some(at) => (moment(site, at)), None => (site.say(p::NOT_PLANNED)) } }
            @if state.last_good.is_some() { dt { (site.say(p::ITEMS)) } dd { (state.entries) } }
            dt { (site.say(p::LISTED)) } dd { (state.listed) }
            @if let Some(rights) = &state.rights { dt { (site.say(p::RIGHTS)) } dd { (discreet(rights, false)) } }
            dt { (site.say(p::FOLLOW)) } dd { a href=(format!("/feeds/{}/health.atom", view.feed.id)) { (site.say(p::FOLLOW_LINK)) } }
        }
    }
}

fn when(site: &Site, at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| site.say(p::NOT_YET).into(), |at| moment(site, at))
}

fn moment(site: &Site, at: DateTime<Utc>) -> String {
    words::sentence(&words::moment(site.language, at, site.zone))
}

fn line(site: &Site, line: Option<u32>) -> String {
    line.map_or_else(String::new, |line| site.fill(p::LINE, &[("line", &line.to_string())]))
}

/// What is wrong, in the program's own English.
fn problems(site: &Site, view: &FeedView) -> Markup {
    let mut sorted: Vec<&Problem> = view.state.problems.iter().collect();
    sorted.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    let english = site.if_not(Language::English);
    let said =
        |text: &str| html! { span lang=[english] { (discreet(text, view.feed.public_url)) } };
    let failed = view.state.history.last().filter(|check| check.failed());
    html! {
        h2 { (site.say(p::TO_CHANGE)) }
        @match failed {
            Some(check) => { p { (site.say(p::FIRST)) " " (said(check.public_words())) } }
            None if view.state.last_good.is_none() => { p { (site.say(p::NEW_MEANS)) } }
            None if sorted.is_empty() => { p { (site.say(p::NO_PROBLEMS)) } }
            None => {}
        }
        @if !sorted.is_empty() {
            ol.problems {
                @for problem in sorted.iter().take(MOST) {
                    li {
                        @let (grave, calm) = (problem.severity == Severity::Error, problem.severity == Severity::Info);
                        strong.tag.grave[grave].calm[calm] { (site.say(severity(problem.severity))) } " "
                        (line(site, problem.line)) (said(&problem.text))
                        @if let Some(fix) = &problem.fix { p { (site.say(p::TO_DO)) (said(fix)) } }
                    }
                }
            }
            @if sorted.len() > MOST { p { (site.fill(p::MORE, &[("number", &(sorted.len() - MOST).to_string())])) } }
        }
    }
}

fn severity(severity: Severity) -> Phrase {
    match severity {
        Severity::Error => p::ERROR,
        Severity::Warning => p::WARNING,
        Severity::Info => p::NOTE,
    }
}

fn outcome(outcome: Outcome) -> Phrase {
    match outcome {
        Outcome::Changed => p::CHANGED,
        Outcome::Unchanged => p::UNCHANGED,
        Outcome::Shrank => p::SHRANK,
        Outcome::FetchFailed => p::NOT_FETCHED,
        Outcome::ReadFailed => p::NOT_READ,
    }
}

fn history(site: &Site, view: &FeedView) -> Markup {
    let checks: Vec<&Check> = view.state.history.iter().rev().take(20).collect();
    html! {
        @if !checks.is_empty() {
            h2 { (site.say(p::LAST_CHECKS)) }
            div.scroll tabindex="0" role="region" aria-label=(site.say(p::CHECKS_TABLE)) {
                table.stack {
                    thead { tr { @for title in [p::WHEN, p::RESULT, p::IN_WORDS] { th scope="col" { (site.say(title)) } } } }
                    tbody {
                        @for check in checks {
                            tr {
                                td data-label=(site.say(p::WHEN)) { time datetime=(check.at.to_rfc3339_opts(SecondsFormat::Secs, true)) { (moment(site, check.at)) } }
                                td data-label=(site.say(p::RESULT)) { (site.say(outcome(check.outcome))) }
                                td data-label=(site.say(p::IN_WORDS)) { span lang=[site.if_not(Language::English)] { (discreet(check.public_words(), view.feed.public_url)) } }
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
