//! Lists of dates: by day for the coming weeks, then by month.

use chrono::{Datelike, Days, NaiveDate};
use maud::{Markup, html};

use super::{
    Dated, Site,
    phrases::{Phrase, frame as f},
    words,
};
use crate::{
    event::{Decision, Span},
    language::Language,
    query::Query,
};

/// The dates found for a filter.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    /// This page of them, in order.
    pub dates: Vec<Dated<'a>>,
    /// How many there are in all; `None` when they were not counted.
    pub total: Option<usize>,
    /// Where the list goes on.
    pub next: Option<String>,
    /// How many come before this page of them.
    pub before: usize,
    /// How many events pass the filter and have no date yet.
    pub undated: usize,
    /// What may help when there is none.
    pub help: Help,
}

/// What may help when nothing was found: other filters that do find something.
#[derive(Debug, Clone, Default)]
pub struct Help {
    /// The words that were probably meant, and the filter with them.
    pub meant: Option<(String, Query)>,
    /// The id of the service that the words speak of, the filter with it instead, and how many dates it finds.
    pub service: Option<(String, Query, usize)>,
    /// What to change in words, the filter then, and how many dates it finds.
    pub(crate) wider: Vec<(Phrase, Query, usize)>,
}

/// The parts of a list: what begins this week, within 30 days, then each month.
fn part(language: Language, day: NaiveDate, today: NaiveDate) -> String {
    let ahead_of_sunday = 7 - u64::from(today.weekday().num_days_from_monday());
    let next_monday = today.checked_add_days(Days::new(ahead_of_sunday)).unwrap_or(today);
    let month_on = today.checked_add_days(Days::new(30)).unwrap_or(today);
    let month = words::month(language, day);
    if day < today {
        if day.checked_add_days(Days::new(1)).is_some_and(|next| next >= today) {
            f::YESTERDAY.of(language).into()
        } else {
            month
        }
    } else if day < next_monday {
        f::THIS_WEEK.of(language).into()
    } else if day < month_on {
        f::SOON.of(language).into()
    } else if (day.year(), day.month()) == (month_on.year(), month_on.month()) && month_on.day() > 1
    {
        f::LATER_IN.fill(language, &[("month", &month)])
    } else {
        month
    }
}

/// The day under which a date stands: what has begun already stands under today.
fn shelf(span: &Span, site: &Site) -> NaiveDate {
    let today = site.today();
    let first = words::first_day(span, site.zone);
    if first < today && words::last_day(span, site.zone) >= today { today } else { first }
}

/// A stretch of the list: its heading, and the dates of each of its days.
type Stretch<'a> = (String, Vec<(NaiveDate, Vec<&'a Dated<'a>>)>);

/// The list itself, with headings from level 2 on.
pub(crate) fn dates(site: &Site, found: &Found) -> Markup {
    let today = site.today();
    let mut parts: Vec<Stretch> = Vec::new();
    for date in &found.dates {
        let Some(span) = &date.span else { continue };
        let day = shelf(span, site);
        let name = part(site.language, day, today);
        if parts.last().is_none_or(|(known, _)| *known != name) {
            parts.push((name, Vec::new()));
        }
        let Some((_, days)) = parts.last_mut() else { continue };
        if days.last().is_none_or(|(known, _)| *known != day) {
            days.push((day, Vec::new()));
        }
        if let Some((_, items)) = days.last_mut() {
            items.push(date);
        }
    }
    html! {
        @for (name, days) in &parts {
            section.part {
                h2 { (name) }
                @for (day, items) in days {
                    h3.day {
                        time datetime=(day) { (words::sentence(&words::day(site.language, *day))) }
                        @if *day == today { span.quiet { (site.say(f::TODAY)) } }
                    }
                    ul.events { @for item in items { (entry(site, item)) } }
                }
            }
        }
        @if let Some(next) = &found.next {
            p.more { a.button href=(site.at(next)) rel="next" { (site.say(f::LATER_EVENTS)) } }
        }
    }
}

/// Events without a date.
pub(crate) fn undated(site: &Site, items: &[Dated]) -> Markup {
    html! { ul.events { @for item in items { (entry(site, item)) } } }
}

/// One date of one event.
fn entry(site: &Site, item: &Dated) -> Markup {
    let listing = item.listing;
    let facts = &listing.facts;
    let status = words::status(item.status, listing.withdrawn.is_some(), facts.full);
    let audience = facts.audience.as_ref().map(|audience| words::open_to(&audience.open_to));
    html! {
        li.event {
            div.when {
                @match &item.span {
                    Some(span) => {
                        time datetime=(words::machine(span, facts.time_zone)) {
                            (words::hours(site.language, span, facts.time_zone, site.zone))
                        }
                    }
                    None => (site.say(f::TO_BE_ANNOUNCED))
                }
            }
            div.what {
                p.title {
                    a href=(site.at(&Site::event_path(listing))) lang=[foreign(site, facts.language.as_deref())] {
                        (item.title)
                    }
                    @if let Some(status) = status { " " strong.tag { (site.say(status)) } }
                    @if facts.verdict.decision != Decision::Listed { " " strong.tag { (site.say(f::NOT_LISTED)) } }
                }
                p.facts {
                    (words::whereabouts(site.language, item.place, facts.attendance))
                    @if let Some(name) = site.organiser(listing) { " · " (name) }
                    @if facts.kind != "other" { " · " (site.kind(&facts.kind)) }
                }
                @if audience.is_some() || facts.cost.is_some() {
                    p.facts {
                        @if let Some(cost) = &facts.cost { span lang=[foreign(site, facts.language.as_deref())] { (cost) } }
                        @if audience.is_some() && facts.cost.is_some() { " · " }
                        @if let Some(audience) = audience { (site.say(audience)) }
                    }
                }
            }
        }
    }
}

/// The language of an event's own words where it is not the page's; only what looks like a language tag. An event
/// that does not say its language is in English, as a rule.
pub(crate) fn foreign<'a>(site: &Site, language: Option<&'a str>) -> Option<&'a str> {
    let tag = language
        .filter(|tag| {
            tag.len() >= 2 && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
        .unwrap_or(Language::English.tag());
    (Language::of_tag(tag) != Some(site.language)).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_list() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let friday = day("2014-11-14");
        for (given, name) in [
            ("2014-11-14", "This week"),
            ("2014-11-16", "This week"),
            ("2014-11-17", "In the next 30 days"),
            ("2014-12-13", "In the next 30 days"),
            ("2014-12-14", "Later in December 2014"),
            ("2015-01-01", "January 2015"),
            ("2014-10-01", "October 2014"),
        ] {
            assert_eq!(part(Language::English, day(given), friday), name, "{given}");
        }
        assert_eq!(
            part(Language::Welsh, day("2014-12-14"), friday),
            "Yn nes ymlaen ym mis Rhagfyr 2014"
        );
    }
}
