//! What a publisher should change, in plain words: the remarks of the report card that need the whole feed.

use chrono::{Datelike, Months, NaiveDate, Offset, TimeZone, Timelike};

use super::{
    Normalised, Scope, calendar,
    recurrence::{self, CALENDAR_AHEAD, CALENDAR_BACK, MOST_IN_CALENDAR, rule::Rule},
    text::MAX_FIELD,
};
use crate::{
    event::{Draft, Span},
    feed::{Format, PubDate},
    read::{Entry, Problem, Severity},
};

pub(super) fn problem(severity: Severity, code: &str, text: String, fix: &str) -> Problem {
    Problem { severity, code: code.to_owned(), line: None, text, fix: Some(fix.to_owned()) }
}

/// "1 item has", "4 items have".
pub(super) fn items(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 item {one}") } else { format!("{count} items {many}") }
}

/// Up to three titles, so that the publisher can find the items.
fn titles(drafts: &[&Draft]) -> String {
    let named = drafts.iter().take(3).map(|draft| format!("“{}”", draft.facts.title));
    let mut list = named.collect::<Vec<_>>().join(", ");
    if drafts.len() > 3 {
        list.push_str(", …");
    }
    list
}

/// Adds the remarks, in the order of what matters most.
pub(super) fn add(scope: &Scope<'_>, out: &mut Normalised) {
    let found = [
        undated(scope, out),
        doubtful(out),
        unnamed(scope),
        at_night(scope, out),
        an_hour_off(scope, out),
        too_many(scope, out),
        too_long(scope),
        hidden(scope),
        pubdate(out),
        private(out),
    ];
    out.problems.extend(found.into_iter().flatten());
}

fn undated(scope: &Scope<'_>, out: &Normalised) -> Option<Problem> {
    let none: Vec<&Draft> = out
        .drafts
        .iter()
        .filter(|draft| draft.facts.span.is_none() && draft.private.is_none())
        .collect();
    if none.is_empty() {
        return None;
    }
    let these = match none.len() {
        1 => "This item has".to_owned(),
        count => format!("These {count} items have"),
    };
    let text = format!("{these} no date that a machine can read: {}.", titles(&none));
    Some(problem(Severity::Warning, "no_date", text, &advice_on_dates(scope)))
}

/// What helps depends on what makes the feed.
fn advice_on_dates(scope: &Scope<'_>) -> String {
    let example = example_day(scope.context.now.date_naive()).format("%A %-d %B %Y");
    let generator = scope.document.generator.as_deref().unwrap_or_default().to_lowercase();
    let advice = match scope.document.format {
        Format::Ical => {
            "Give each event a DTSTART, such as DTSTART;TZID=Europe/London:20270211T100000."
        }
        Format::Html => {
            "Add schema.org Event data to the page (JSON-LD with name, startDate, endDate and location)."
        }
        _ if generator.contains("wordpress") => {
            "Where it is an event, put the date with its year in the title, or give us the iCalendar address of your events plugin \
             (The Events Calendar: add ?ical=1 to the events page)."
        }
        _ if generator.contains("drupal") => {
            "Where it is an event, put the date with its year in the title, or offer the events view as iCalendar (module Views iCal)."
        }
        _ => {
            return format!(
                "Where it is an event, put the date in the title, with its year (“{example}, 10am to 4pm”), or add an \
                 ev:startdate (RSS event module)."
            );
        }
    };
    advice.to_owned()
}

/// A day to come, for examples: the same for a whole month, so that a report does not change each day.
#[must_use]
pub fn example_day(today: NaiveDate) -> NaiveDate {
    let day = today.with_day(14).and_then(|day| day.checked_add_months(Months::new(2)));
    day.unwrap_or(today)
}

fn doubtful(out: &Normalised) -> Option<Problem> {
    let held: Vec<&Draft> = out
        .drafts
        .iter()
        .filter(|draft| draft.date_doubt.is_some() && draft.private.is_none())
        .collect();
    let first = held.first()?;
    let reason = first.date_doubt.as_deref().unwrap_or_default().trim_end_matches('.');
    let text = format!(
        "{} a date that is not certain, so that nothing of {} is shown until a person has looked at it: {} ({reason}).",
        items(held.len(), "has", "have"),
        if held.len() == 1 { "it" } else { "them" },
        titles(&held)
    );
    Some(problem(
        Severity::Warning,
        "unsafe_date",
        text,
        "If it announces an event, write one date with weekday, day, month and year.",
    ))
}

/// Series of which calendars cannot take all dates. Only rules that may have so many are followed.
fn too_many(scope: &Scope<'_>, out: &Normalised) -> Option<Problem> {
    let now = scope.context.now;
    let from = now.checked_sub_signed(CALENDAR_BACK).unwrap_or(now);
    let to = now.checked_add_months(CALENDAR_AHEAD).unwrap_or(now);
    let most = u64::try_from(MOST_IN_CALENDAR).unwrap_or(u64::MAX);
    let cost = |rule: &String| Rule::parse(rule).map_or(0, |rule| rule.cost());
    let is_crowded = |draft: &&Draft| {
        let Some((span, series)) = draft.facts.span.zip(draft.facts.recurrence.as_ref()) else {
            return false;
        };
        let dates = || recurrence::expand(&span, draft.facts.time_zone, Some(series), from, to);
        let extra = u64::try_from(series.rdate.len()).unwrap_or(u64::MAX);
        draft.private.is_none()
            && !scope.budget.is_stopped()
            && series.rrule.iter().map(cost).fold(extra, u64::saturating_add) > most
            && dates().occurrences.len() > MOST_IN_CALENDAR
    };
    let crowded: Vec<&Draft> = out.drafts.iter().filter(is_crowded).collect();
    if crowded.is_empty() {
        return None;
    }
    let text = format!(
        "{} more dates in the next year and a half than calendars can take: {}. Calendars show the next {MOST_IN_CALENDAR}.",
        items(crowded.len(), "has", "have"),
        titles(&crowded)
    );
    Some(problem(
        Severity::Warning,
        "too_many_dates",
        text,
        "Announce opening hours as one event a day, and leave out what nobody would put in a calendar.",
    ))
}

fn unnamed(scope: &Scope<'_>) -> Option<Problem> {
    let bare = |entry: &&Entry| {
        entry.recurrence_id.is_none()
            && !entry.cancels
            && entry.title.as_ref().is_none_or(|title| title.value.trim().is_empty())
    };
    let nameless: Vec<&Entry> = scope.document.entries.iter().filter(bare).collect();
    let first = nameless.first()?;
    let text = format!("{} no title.", items(nameless.len(), "has", "have"));
    let mut found = problem(
        Severity::Warning,
        "missing_title",
        text,
        "Give each event a title (SUMMARY in iCalendar).",
    );
    found.line = first.line;
    Some(found)
}

/// Council officers do not meet at three in the morning: the zone is wrong, most likely.
fn at_night(scope: &Scope<'_>, out: &Normalised) -> Option<Problem> {
    let night = |draft: &&Draft| match draft.facts.span {
        Some(Span::Timed { start, .. }) => {
            let local = start.with_timezone(&draft.facts.time_zone);
            (1..6).contains(&local.hour())
        }
        _ => false,
    };
    let early: Vec<&Draft> =
        out.drafts.iter().filter(|draft| draft.private.is_none()).filter(night).collect();
    if early.is_empty() {
        return None;
    }
    let text = format!(
        "{} between 1am and 6am: {}. The time zone of the feed is wrong, perhaps.",
        items(early.len(), "starts", "start"),
        titles(&early)
    );
    let fix = match scope.document.format {
        Format::Ical => "Write local times with TZID=Europe/London, or true UTC with a Z.",
        _ => "Write times with their offset from UTC, such as 2027-06-10T10:00:00+01:00.",
    };
    Some(problem(Severity::Warning, "times_at_night", text, fix))
}

/// A field in UTC and a text with another hour: the plugin calls local time UTC.
fn an_hour_off(scope: &Scope<'_>, out: &Normalised) -> Option<Problem> {
    let summer = |draft: &&Draft| match draft.facts.span {
        Some(Span::Timed { start, .. }) => {
            let zone = draft.facts.time_zone;
            zone.offset_from_utc_datetime(&start.naive_utc()).fix().local_minus_utc() == 3600
        }
        _ => false,
    };
    if !out.drafts.iter().any(|draft| summer(&draft)) {
        return None;
    }
    let count = calendar::disagreeing(scope, out);
    if count == 0 {
        return None;
    }
    let text = format!(
        "{} one time in the text and another, an hour away, in the date field: the site gives UTC but says London.",
        items(count, "gives", "give")
    );
    let generator = scope.document.generator.as_deref().unwrap_or_default().to_lowercase();
    let fix = if generator.contains("wordpress") || generator.contains("ecp") {
        "In WordPress, choose London (a city, not UTC) under Settings, General, Timezone."
    } else {
        "Set the site's time zone to Europe/London, and write times with TZID=Europe/London."
    };
    Some(problem(Severity::Warning, "utc_for_local_time", text, fix))
}

/// Characters that turn the direction of text, or that nobody sees, can make a title read as what it is not.
fn hidden(scope: &Scope<'_>) -> Option<Problem> {
    let odd = |c: char| matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let titles = scope.document.entries.iter().filter_map(|entry| entry.title.as_ref());
    let count = titles.filter(|title| title.value.contains(odd)).count();
    (count > 0).then(|| {
        let text = format!(
            "{} hidden characters in the title, which turn or break up its words; they were left out.",
            items(count, "has", "have")
        );
        let fix = "Type the title anew instead of pasting it from a formatted text.";
        problem(Severity::Info, "hidden_characters", text, fix)
    })
}

fn too_long(scope: &Scope<'_>) -> Option<Problem> {
    let long = |entry: &&Entry| {
        [&entry.title, &entry.description]
            .into_iter()
            .flatten()
            .any(|text| text.value.len() > MAX_FIELD)
    };
    let count = scope.document.entries.iter().filter(long).count();
    (count > 0).then(|| {
        let text = format!(
            "{} a text longer than 64 KB, which may have been cut.",
            items(count, "has", "have")
        );
        problem(
            Severity::Warning,
            "text_cut",
            text,
            "Publish a summary, and the whole text on the event's page.",
        )
    })
}

fn pubdate(out: &Normalised) -> Option<Problem> {
    (out.pubdate_habit == Some(PubDate::EventStart)).then(|| {
        problem(
            Severity::Info,
            "pubdate_is_start",
            "Most publication dates of this feed lie ahead, so they are read as the starts of its events.".into(),
            "Keep pubDate for publication and put the start in ev:startdate; or ask us to set what pubDate means.",
        )
    })
}

fn private(out: &Normalised) -> Option<Problem> {
    let count = out.drafts.iter().filter(|draft| draft.private.is_some()).count();
    (count > 0).then(|| {
        let text = format!(
            "{} “busy”; nothing of that is shown.",
            items(count, "is private or only says", "are private or only say")
        );
        problem(
            Severity::Info,
            "private_items",
            text,
            "Share a calendar that holds public events only.",
        )
    })
}
