//! The operator's own pages: how the feeds are, what waits for a decision, what changed today.
//!
//! They are shown on loopback only (`daemon/operator`), in the style of the public pages. What a feed wrote is text
//! here as everywhere; addresses and causes, which the public is not shown, are.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use maud::{DOCTYPE, Markup, html};

use super::{
    browse::safe,
    feeds::{health, oddity},
    words,
};
use crate::{
    event::{ChangeKind, Id, Listing, Reason},
    health::{FeedState, Health},
    language::Language,
};

/// The operator's pages are in English, like feeds.toml and the command line.
const EN: Language = Language::English;

/// Most problems, unread items and checks that a page writes out.
const MOST: usize = 50;

/// What every page of the operator needs.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Name of the network.
    pub network: &'a str,
    /// Its zone.
    pub zone: Tz,
    /// The time.
    pub now: DateTime<Utc>,
    /// Address of the public pages, without a trailing slash.
    pub public: &'a str,
    /// What each form sends back, so that only our own forms are obeyed.
    pub token: &'a str,
    /// What came of the last action.
    pub notice: Option<&'a Notice>,
}

/// What came of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// In sentences.
    pub words: String,
    /// The event about which it was, where that can be taken back.
    pub undo: Option<Id>,
}

/// What was decided about an event.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// The event.
    pub listing: &'a Listing,
    /// When.
    pub at: DateTime<Utc>,
    /// Accepted, or rejected.
    pub accepted: Option<bool>,
}

/// Words for the terminal, where a remedy stands on a line of its own, as sentences.
#[must_use]
pub fn sentences(words: &str) -> String {
    let lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
    let ended = |line: &str| match line.ends_with(['.', '?', '!', ':']) {
        true => words::sentence(line),
        false => format!("{}.", words::sentence(line)),
    };
    lines.map(ended).collect::<Vec<_>>().join(" ")
}

/// How the daemon is.
#[derive(Debug, Clone, Default)]
pub struct Overview<'a> {
    /// Version of the program.
    pub version: &'a str,
    /// When it began.
    pub started: DateTime<Utc>,
    /// Events that are known, shown or not.
    pub listings: usize,
    /// Events that wait for a decision.
    pub held: usize,
    /// What is wrong, in sentences.
    pub troubles: Vec<String>,
    /// Feeds that an edit of feeds.toml would take away, when it waits for a word.
    pub waiting: Option<&'a [String]>,
    /// All feeds.
    pub feeds: Vec<FeedLine<'a>>,
}

/// A feed.
#[derive(Debug, Clone, Copy)]
pub struct FeedLine<'a> {
    /// Id.
    pub id: &'a str,
    /// Name for people.
    pub name: &'a str,
    /// Health in a word.
    pub health: Health,
    /// All that is remembered.
    pub state: &'a FeedState,
}

impl FeedLine<'_> {
    fn needs_a_look(&self) -> bool {
        !matches!(self.health, Health::Fine | Health::Quiet | Health::Paused | Health::New)
    }
}

/// A line of the log of changes.
#[derive(Debug, Clone, Copy)]
pub struct ChangeLine<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub change: ChangeKind,
    /// The event.
    pub id: &'a str,
    /// Its title, where it still has one.
    pub title: Option<&'a str>,
}

/// "no events", "1 event", "12 events".
fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        _ => format!("{} {many}", words::thousands(number)),
    }
}

/// Pages by address and name.
const PLACES: [(&str, &str); 4] = [
    ("/operator", "Overview"),
    ("/operator/review", "Review"),
    ("/operator/feeds", "Feeds"),
    ("/operator/today", "Today"),
];

fn frame(desk: &Desk, path: &str, title: &str, content: &Markup) -> String {
    let current = |place: &str| (place == path).then_some("page");
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " – operator of " (desk.network) }
                link rel="stylesheet" href="/operator/folkmoot.css";
                link rel="icon" href="/operator/mark.svg" type="image/svg+xml";
            }
            body {
                a.skip href="#main" { "Skip to main content" }
                header.top {
                    div.wide {
                        a.brand href="/operator" {
                            img src="/operator/mark.svg" alt="" width="36" height="36";
                            span { (desk.network) ": operator" }
                        }
                        nav aria-label="Operator" {
                            ul { @for (place, name) in PLACES { li { a href=(place) aria-current=[current(place)] { (name) } } } }
                        }
                    }
                }
                main #main.wide tabindex="-1" {
                    h1 { (title) }
                    @if let Some(notice) = desk.notice {
                        p.notice role="status" { (notice.words) }
                        @if let Some(event) = &notice.undo { (undo(desk, event, "Undo: take back this decision")) }
                    }
                    (content)
                }
                footer.bottom {
                    div.wide {
                        p { "This page is for this machine alone. " a href=(desk.public) { "The public pages" } }
                    }
                }
            }
        }
    }
    .into_string()
}

/// `/operator`.
#[must_use]
pub fn overview(desk: &Desk, overview: &Overview) -> String {
    let look: Vec<FeedLine> =
        overview.feeds.iter().filter(|feed| feed.needs_a_look()).copied().collect();
    let content = html! {
        @for trouble in &overview.troubles { p.notice { strong { "To mend: " } (trouble) } }
        @if let Some(removes) = overview.waiting { (waiting(desk, removes)) }
        dl.facts {
            dt { "Waits for you" }
            dd { a href="/operator/review" { (count(overview.held, "event", "events")) " to review" } }
            dt { "Events known" } dd { (words::thousands(overview.listings)) }
            dt { "Feeds" } dd { a href="/operator/feeds" { (count(overview.feeds.len(), "feed", "feeds")) } }
            dt { "Running since" } dd { (words::moment(EN, overview.started, desk.zone)) ", version " (overview.version) }
        }
        h2 { "Feeds that need a look" }
        @if look.is_empty() {
            p { "None: every feed that was checked works." }
        } @else {
            (table(desk, &look))
        }
        (check_all(desk))
    };
    frame(desk, "/operator", "Overview", &content)
}

fn waiting(desk: &Desk, removes: &[String]) -> Markup {
    html! {
        div.notice {
            p { "An edit of feeds.toml would take away " (count(removes.len(), "feed", "feeds")) " and waits for your word: " (removes.join(", ")) "." }
            form method="post" action="/operator/apply" { (token(desk)) button { "Apply the edit" } }
        }
    }
}

fn token(desk: &Desk) -> Markup {
    html! { input type="hidden" name="token" value=(desk.token); }
}

fn check_all(desk: &Desk) -> Markup {
    html! {
        form.more method="post" action="/operator/check" { (token(desk)) button { "Check all feeds now" } }
    }
}

fn table(desk: &Desk, feeds: &[FeedLine]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Table of feeds" {
            table {
                thead { tr { th scope="col" { "Feed" } th scope="col" { "State" } th scope="col" { "Last check" } th scope="col" { "Last good" } th scope="col" { "Listed" } th scope="col" { "Check" } } }
                tbody {
                    @for feed in feeds {
                        tr {
                            th scope="row" { a href=(format!("/operator/feeds/{}", feed.id)) { (feed.name) } }
                            td { strong.tag { (health(feed.health, feed.state).0.of(EN)) } @for odd in feed.state.oddities() { " " (oddity(odd).of(EN)) "." } @if let Some(check) = feed.state.history.last() { " " (check.words) } }
                            td { (when(desk, feed.state.last_check)) }
                            td { (when(desk, feed.state.last_good)) }
                            td.number { (feed.state.listed) }
                            td { (check_now(desk, feed)) }
                        }
                    }
                }
            }
        }
    }
}

fn check_now(desk: &Desk, feed: &FeedLine) -> Markup {
    html! {
        form method="post" action="/operator/check" {
            (token(desk))
            button name="feed" value=(feed.id) aria-label=(format!("Check now: {}", feed.name)) { "Check now" }
        }
    }
}

fn when(desk: &Desk, at: Option<DateTime<Utc>>) -> String {
    let short = |at: DateTime<Utc>| {
        let local = at.with_timezone(&desk.zone);
        format!("{}, {}", local.format("%a %-d %b"), words::clock(EN, local.time()))
    };
    at.map_or_else(|| "Not yet".into(), short)
}

/// `/operator/feeds`.
#[must_use]
pub fn feeds(desk: &Desk, feeds: &[FeedLine]) -> String {
    let content = html! {
        @if feeds.is_empty() {
            p.empty { "There are no feeds yet. Add one on the command line: " code { "folkmoot feeds add ADDRESS" } }
        } @else {
            (table(desk, feeds))
            (check_all(desk))
        }
    };
    frame(desk, "/operator/feeds", "Feeds", &content)
}

/// `/operator/feeds/{id}`.
#[must_use]
pub fn feed(desk: &Desk, feed: &FeedLine) -> String {
    let (word, meaning) = health(feed.health, feed.state);
    let (state, word, meaning) = (feed.state, word.of(EN), meaning.of(EN));
    let content = html! {
        p.lead { strong.tag { (word) } " " (meaning) }
        (check_now(desk, feed))
        dl.facts {
            dt { "Id" } dd { code { (feed.id) } }
            dt { "Last check" } dd { (when(desk, state.last_check)) }
            dt { "Last good" } dd { (when(desk, state.last_good)) }
            dt { "Next check" } dd { (when(desk, state.next_check)) }
            dt { "Items" } dd { (state.entries) ", " (state.listed) " listed, " (state.undated) " without a safe date" }
        }
        @if !state.problems.is_empty() {
            h2 { "Problems" }
            ol.problems {
                @for problem in state.problems.iter().take(MOST) {
                    li {
                        @if let Some(line) = problem.line { "Line " (line) ": " }
                        (problem.text)
                        @if let Some(fix) = &problem.fix { p { "To do: " (fix) } }
                    }
                }
            }
        }
        @if !state.unlisted.is_empty() {
            h2 { "Not listed, and why" }
            ul { @for (reason, number) in &state.unlisted { li { (reason.trim_end_matches('.')) ": " (number) } } }
        }
        @if !state.skipped.is_empty() {
            h2 { "Items that could not be read" }
            ul { @for item in state.skipped.iter().take(MOST) { li { @if let Some(line) = item.line { "Line " (line) ": " } (item.reason) } } }
        }
        h2 { "Checks" }
        @if state.history.is_empty() { p { "None yet." } }
        ul { @for check in state.history.iter().rev().take(MOST) { li { (words::moment(EN, check.at, desk.zone)) ": " (check.words) } } }
    };
    frame(desk, "/operator/feeds", feed.name, &content)
}

/// `/operator/review`.
#[must_use]
pub fn review(desk: &Desk, held: &[&Listing], decided: &[Decided]) -> String {
    let content = html! {
        @if held.is_empty() {
            p.empty { "Nothing waits for you. Events of feeds with the policy “review”, and those without a safe date, will stand here." }
        } @else {
            p.lead { (count(held.len(), "event waits", "events wait")) " for a decision. It outlives every later check of the feed." }
            @for listing in held { (one(desk, listing)) }
        }
        (lately(desk, decided))
    };
    frame(desk, "/operator/review", "Review", &content)
}

/// What was decided in the last days, the newest first, to be taken back; what has no date can be given one.
fn lately(desk: &Desk, decided: &[Decided]) -> Markup {
    html! {
        @if !decided.is_empty() {
            h2 #decided { "Decided in the last seven days" }
            ul.events {
                @for said in decided.iter().take(MOST) {
                    @let facts = &said.listing.facts;
                    li.event {
                        div.when { (when(desk, Some(said.at))) }
                        div.what {
                            p.title { a href=(format!("{}/events/{}", desk.public, said.listing.id)) { (facts.title) } }
                            p.facts {
                                @match said.accepted {
                                    Some(true) => "Accepted",
                                    Some(false) => "Rejected",
                                    None => "Dated",
                                }
                                ". " (date(desk, said.listing)) "."
                            }
                            (undo(desk, &said.listing.id, &format!("Undo: {}", facts.title)))
                            @if facts.span.is_none() && said.accepted != Some(false) { (give_date(desk, said.listing, "Give it a date")) }
                        }
                    }
                }
            }
        }
    }
}

/// A button that takes back what was decided about an event.
fn undo(desk: &Desk, event: &str, label: &str) -> Markup {
    html! {
        form method="post" action="/operator/review" {
            (token(desk))
            input type="hidden" name="event" value=(event);
            p { button name="action" value="undo" aria-label=(label) { "Undo" } }
        }
    }
}

/// When a listing is, in words.
fn date(desk: &Desk, listing: &Listing) -> String {
    let facts = &listing.facts;
    let Some(span) = &facts.span else { return "No date that can be relied on".into() };
    let repeats = if facts.recurrence.is_some() { ", and repeats" } else { "" };
    format!("{}{repeats}", words::span(EN, span, facts.time_zone, desk.zone))
}

/// A form in which a date is given in words.
fn give_date(desk: &Desk, listing: &Listing, label: &str) -> Markup {
    let (id, title) = (&listing.id, &listing.facts.title);
    html! {
        form method="post" action="/operator/review" {
            (token(desk))
            input type="hidden" name="event" value=(id);
            p.field {
                label for=(format!("words-{id}")) { (label) }
                span.hint id=(format!("hint-{id}")) { "Such as: 4 December, 10am to 1pm. It yields when the feed gives one." }
                input id=(format!("words-{id}")) name="words" autocomplete="off" aria-describedby=(format!("hint-{id}"));
            }
            p { button name="action" value="date" aria-label=(format!("Give this date: {title}")) { "Give this date" } }
        }
    }
}

fn one(desk: &Desk, listing: &Listing) -> Markup {
    let (facts, id) = (&listing.facts, &listing.id);
    let feeds: Vec<&str> = listing.sources.iter().map(|source| source.feed.as_str()).collect();
    let label = |what: &str| format!("{what}: {}", facts.title);
    html! {
        section.take-away aria-labelledby=(format!("title-{id}")) {
            h2 id=(format!("title-{id}")) { (facts.title) }
            p.when { (date(desk, listing)) }
            p { (words::sentence(&facts.verdict.reason)) " From " (feeds.join(", ")) "." }
            @if let Some(url) = safe(facts.url.as_deref()) { p { a href=(url) rel="noreferrer" { "The organiser’s page" } } }
            (evidence("Where the date was read", &facts.evidence.date))
            (evidence("Why it may be for this network", &facts.evidence.listed))
            form method="post" action="/operator/review" {
                (token(desk))
                input type="hidden" name="event" value=(id);
                p.actions {
                    button name="action" value="accept" aria-label=(label("Accept")) { "Accept" }
                    button name="action" value="reject" aria-label=(label("Reject")) { "Reject" }
                }
            }
            @if facts.span.is_none() { (give_date(desk, listing, "Or give it a date")) }
        }
    }
}

fn evidence(heading: &str, reasons: &[Reason]) -> Markup {
    html! {
        @if !reasons.is_empty() {
            details {
                summary { (heading) }
                ul { @for reason in reasons { li { "“" (reason.text) "” (" (reason.from) "): " (reason.says) } } }
            }
        }
    }
}

/// `/operator/today`: the log since midnight, newest first.
#[must_use]
pub fn today(desk: &Desk, changes: &[ChangeLine]) -> String {
    let content = html! {
        @if changes.is_empty() {
            p.empty { "Nothing has changed since midnight." }
        } @else {
            p.lead { (count(changes.len(), "change", "changes")) " since midnight." }
            table {
                thead { tr { th scope="col" { "Time" } th scope="col" { "What" } th scope="col" { "Event" } } }
                tbody {
                    @for line in changes {
                        tr {
                            td { (words::clock(EN, line.at.with_timezone(&desk.zone).time())) }
                            td { (change(line.change)) }
                            td { a href=(format!("{}/events/{}", desk.public, line.id)) { (line.title.unwrap_or(line.id)) } }
                        }
                    }
                }
            }
        }
    };
    frame(desk, "/operator/today", "What changed today", &content)
}

fn change(change: ChangeKind) -> &'static str {
    match change {
        ChangeKind::Added => "Listed",
        ChangeKind::Changed => "Changed",
        ChangeKind::Withdrawn => "Left its feeds",
        ChangeKind::Unlisted => "No longer listed",
        ChangeKind::Merged => "Became part of another",
        ChangeKind::Forgotten => "Forgotten",
    }
}

/// A page that says why there is nothing else to show.
#[must_use]
pub fn refusal(desk: &Desk, title: &str, detail: &str) -> String {
    frame(desk, "", title, &html! { p.lead { (detail) } })
}
