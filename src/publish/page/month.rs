//! A month as a grid: the same dates as the list, for those who think in weeks. On a narrow screen it is a list of days.

use chrono::{Datelike, Days, Months, NaiveDate};
use maud::{Markup, html};

use super::{
    Dated, Page, Site,
    browse::{as_filters, join, take_away, views},
    filter, layout,
    list::foreign,
    phrases::{self, browse as p, frame as f},
    words,
};
use crate::query::Query;

/// The first day of the month of `day`.
#[must_use]
pub fn first(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The first day of the month after that of `day`.
#[must_use]
pub fn following(day: NaiveDate) -> NaiveDate {
    first(day).checked_add_months(Months::new(1)).unwrap_or(day)
}

/// `/month`: the dates of the month that begins on `month`; for one without any, the next month that has some.
#[must_use]
pub fn month(
    site: &Site,
    query: &Query,
    (month, later): (NaiveDate, Option<NaiveDate>),
    path: &str,
    dates: &[Dated],
) -> String {
    let title = words::month(site.language, month);
    let number = phrases::DATES.count(site.language, dates.len());
    let content = html! {
        (filter::form(site, "/events", query, p::SHOW_EVENTS))
        p.count role="status" {
            (words::sentence(&site.fill(p::IN_MONTH, &[("number", &number), ("month", &title)])))
            (filter::after(site, query)) "."
            @if let Some(later) = later {
                @let link = html! { a href=(address(site, query, later)) { (words::month(site.language, later)) } };
                " " (site.rich(p::MONTH_NEXT, &[("month", &link)], &[]))
            }
        }
        @for note in filter::notes(site, query) { p.note { (note) } }
        (views(site, query, true))
        (steps(site, query, month))
        (grid(site, month, dates))
        (steps(site, query, month))
        (take_away(site, query))
    };
    let mut page = Page::new(&title, path);
    page.unindexed = true;
    layout(site, &page, &content)
}

/// The page of a month for the same filter.
fn address(site: &Site, query: &Query, month: NaiveDate) -> String {
    let filters = as_filters(query);
    let and = if filters.is_empty() { "" } else { "&" };
    site.at(&join("/month", &format!("{filters}{and}month={}", month.format("%Y-%m"))))
}

/// To the months before and after.
fn steps(site: &Site, query: &Query, month: NaiveDate) -> Markup {
    let link = |day: NaiveDate| address(site, query, day);
    let before = month.checked_sub_months(Months::new(1)).unwrap_or(month);
    let after = following(month);
    html! {
        p.steps {
            a href=(link(before)) rel="prev" { "← " (words::month(site.language, before)) }
            a href=(link(after)) rel="next" { (words::month(site.language, after)) " →" }
        }
    }
}

fn grid(site: &Site, month: NaiveDate, dates: &[Dated]) -> Markup {
    let today = site.today();
    let lead = u64::from(month.weekday().num_days_from_monday());
    let begin = month.checked_sub_days(Days::new(lead)).unwrap_or(month);
    let end = following(month);
    let weeks: Vec<Vec<NaiveDate>> = (0..6)
        .map(|week| {
            (0..7).filter_map(|day| begin.checked_add_days(Days::new(week * 7 + day))).collect()
        })
        .filter(|week: &Vec<NaiveDate>| week.first().is_some_and(|first| *first < end))
        .collect();
    html! {
        table.month {
            caption { (words::month(site.language, month)) }
            thead { tr { @for day in begin.iter_days().take(7) { th scope="col" { (words::sentence(&words::weekday(site.language, day))) } } } }
            tbody {
                @for week in &weeks {
                    tr {
                        @for day in week {
                            @if *day < month || *day >= end {
                                td.outside {}
                            } @else {
                                (cell(site, *day, *day == today, dates))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One day. What lasts several days stands on each of them.
fn cell(site: &Site, day: NaiveDate, today: bool, dates: &[Dated]) -> Markup {
    let here: Vec<&Dated> = dates
        .iter()
        .filter(|date| {
            date.span.is_some_and(|span| {
                (words::first_day(&span, site.zone)..=words::last_day(&span, site.zone))
                    .contains(&day)
            })
        })
        .collect();
    html! {
        td.day-of-month .none[here.is_empty()] .today[today] {
            p.date {
                time datetime=(day) {
                    span.long { (words::sentence(&words::weekday(site.language, day))) " " } (day.day()) span.long { " " (words::month_name(site.language, day)) }
                }
                @if today { span.quiet { (site.say(f::TODAY)) } }
            }
            @if !here.is_empty() {
                ul {
                    @for date in &here { (entry(site, day, date, is_twin(date, &here))) }
                }
            }
        }
    }
}

/// Whether another event of the day has the same title and time, so that only organiser and place tell them apart.
fn is_twin(date: &Dated, here: &[&Dated]) -> bool {
    let same = |other: &&&Dated| other.span == date.span && other.title == date.title;
    here.iter().filter(same).count() > 1
}

fn entry(site: &Site, day: NaiveDate, date: &Dated, twin: bool) -> Markup {
    let facts = &date.listing.facts;
    let status = words::status(date.status, date.listing.withdrawn.is_some(), facts.full);
    html! {
        li {
            @if let Some(span) = &date.span {
                @let first = words::first_day(span, site.zone);
                span.quiet {
                    @if first == day { (words::hours(site.language, span, facts.time_zone, site.zone)) } @else { (site.fill(p::SINCE, &[("day", &words::day_of_year(site.language, first))])) }
                }
                br;
            }
            a href=(site.at(&Site::event_path(date.listing))) lang=[foreign(site, facts.language.as_deref())] { (date.title) }
            @if let Some(status) = status { " " strong.tag { (site.say(status)) } }
            @if twin {
                @let place = words::whereabouts(site.language, date.place, facts.attendance);
                br;
                span.quiet { @if let Some(name) = site.organiser(date.listing) { (name) " · " } (place) }
            }
        }
    }
}
