//! When an item takes place: fields before prose, the title before the description, pubDate last, or undated.

use chrono::{Datelike, Duration, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::{
    Scope,
    phrase::{self, Reading, Session},
    series::{self, ZoneContext},
    words::Words,
    zone,
};
use crate::{
    event::{Local, Reason, Recurrence, Span, Status, Zone},
    feed::PubDate,
    read::{DateOrigin, Entry, Repeats, Written, WrittenZone},
};

/// One time at which it takes place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct When {
    pub(super) span: Span,
    pub(super) zone: Tz,
    pub(super) recurrence: Option<Recurrence>,
}

/// The dates of an item and where they came from.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Dates {
    /// Empty: undated.
    pub(super) sessions: Vec<When>,
    pub(super) evidence: Vec<Reason>,
    /// Why they are not safe.
    pub(super) doubt: Option<String>,
    /// The words of the date may say that it was moved.
    pub(super) status: Option<Status>,
    /// Each session has a place of its own, which the text names.
    pub(super) places: bool,
    /// The text gives another hour than the field, as a site does that writes UTC and means London.
    pub(super) disagrees: bool,
}

/// The dates of an item of a feed or page.
pub(super) fn of(words: &Words<'_>, zones: &ZoneContext<'_>, scope: &Scope<'_>) -> Dates {
    if let Some(start) = &words.entry.start {
        match written(words.entry, start, zones, scope) {
            Ok(when) => return from_field(words, start, when),
            Err(reason) => {
                let mut dates = from_text(words, scope);
                dates.evidence.push(Reason::new(said(start), origin(words.entry), reason));
                return dates;
            }
        }
    }
    from_text(words, scope)
}

/// Reads the fields of a date, by the habits of where they stand.
fn written(
    entry: &Entry,
    start: &Written,
    zones: &ZoneContext<'_>,
    scope: &Scope<'_>,
) -> Result<When, String> {
    let end = entry.end.as_ref().map(|end| exclusive(entry, end));
    if entry.repeats != Repeats::default() {
        let whole = Entry { end, ..entry.clone() };
        let (mut found, _, _) =
            series::series_within(std::slice::from_ref(&whole), zones, scope.budget);
        let times = found.pop().map(|series| series.times);
        if let Some((span, times)) = times.and_then(|times| times.span.map(|span| (span, times))) {
            return Ok(When { span, zone: times.time_zone, recurrence: times.recurrence });
        }
        return Err("its repeats cannot be read".into());
    }
    let (mut span, zone) = series::span_of(start, end.as_ref(), entry.duration, zones)?;
    // Only iCalendar says that no end means "over at once".
    if let Span::Timed { end: over, .. } = &mut span
        && end.is_none()
        && entry.duration.is_none()
        && entry.date_origin != Some(DateOrigin::Ical)
    {
        *over = None;
    }
    Ok(When {
        span: whole_days(entry, start, end.as_ref()).unwrap_or(span),
        zone,
        recurrence: None,
    })
}

/// Forms without a box for "all day" say it from midnight to midnight, or to the last minute before it.
fn whole_days(entry: &Entry, start: &Written, end: Option<&Written>) -> Option<Span> {
    let (Local::Time(from), Local::Time(to)) = (start.value, end?.value) else { return None };
    let marked = !matches!(entry.date_origin, Some(DateOrigin::Ical))
        && start.zone != WrittenZone::Utc
        && from.time() == NaiveTime::MIN;
    let over = to.checked_add_signed(Duration::minutes(1)).filter(|over| over.hour() == 0)?;
    let whole = over.minute() <= 1 && over.date() > from.date();
    (marked && whole).then_some(Span::AllDay { start: from.date(), end: over.date() })
}

/// The last day is part of the event wherever people write dates; only iCalendar means the day after.
fn exclusive(entry: &Entry, end: &Written) -> Written {
    match end.value {
        Local::Date(day) if entry.date_origin != Some(DateOrigin::Ical) => {
            Written { value: Local::Date(day.succ_opt().unwrap_or(day)), zone: end.zone.clone() }
        }
        _ => end.clone(),
    }
}

fn from_field(words: &Words<'_>, start: &Written, mut when: When) -> Dates {
    let mut evidence =
        vec![Reason::new(said(start), origin(words.entry), in_words(&when.span, when.zone))];
    let mut disagrees = false;
    if when.recurrence.is_none() {
        match (when.span, same_day(words, &when)) {
            (Span::AllDay { .. }, Some(reading)) => {
                // A field with the day and a text with the hours: both are right.
                if let Some(timed) = timed(&reading, words.posted.zone) {
                    when.span = timed;
                    evidence.push(Reason::new(
                        reading.words,
                        "title and description",
                        in_words(&timed, when.zone),
                    ));
                }
            }
            (Span::Timed { .. }, Some(reading)) => {
                disagrees = an_hour_apart(&when.span, &reading, words.posted.zone);
                let told =
                    timed(&reading, words.posted.zone).filter(|told| completes(told, &when.span));
                if let Some(told) = told {
                    when.span = told;
                    evidence.push(Reason::new(
                        reading.words,
                        "title and description",
                        in_words(&told, when.zone),
                    ));
                }
            }
            _ => {}
        }
    }
    Dates { sessions: vec![when], evidence, disagrees, ..Dates::default() }
}

/// Whether a text says when it is over of what a field only says when it begins.
fn completes(told: &Span, field: &Span) -> bool {
    match (told, field) {
        (Span::Timed { start, end: Some(_) }, Span::Timed { start: same, end: None }) => {
            start == same
        }
        _ => false,
    }
}

/// What the text says of the same single day, where reading it can tell anything.
fn same_day(words: &Words<'_>, when: &When) -> Option<Reading> {
    let day = match when.span {
        Span::AllDay { start, end } => (end == start.succ_opt()?).then_some(start)?,
        Span::Timed { start, .. } => start.with_timezone(&when.zone).date_naive(),
    };
    let reading = phrase::read_item(&words.title, &words.description.words, &words.posted);
    let same = matches!(reading.sessions.as_slice(), [only] if only.start.date() == day);
    (same && !reading.held).then_some(reading)
}

fn timed(reading: &Reading, zone: Tz) -> Option<Span> {
    let span = session_span(reading.sessions.first()?, reading, zone);
    (!span.is_all_day()).then_some(span)
}

/// Exactly one hour between field and text, in summer, in a field that says UTC.
pub(super) fn an_hour_apart(field: &Span, reading: &Reading, zone: Tz) -> bool {
    let (Some(Span::Timed { start: told, .. }), Span::Timed { start, .. }) =
        (timed(reading, zone), field)
    else {
        return false;
    };
    (told - *start).num_minutes().abs() == 60
}

/// Whether the text of an item whose field says UTC gives another hour.
pub(super) fn text_disagrees(words: &Words<'_>, when: &When) -> bool {
    let utc = words.entry.start.as_ref().is_some_and(|start| start.zone == WrittenZone::Utc);
    utc && same_day(words, when)
        .is_some_and(|reading| an_hour_apart(&when.span, &reading, words.posted.zone))
}

/// Title, then description, then pubDate.
fn from_text(words: &Words<'_>, scope: &Scope<'_>) -> Dates {
    let reading = phrase::read_item(&words.title, &words.description.words, &words.posted);
    let starts = words.entry.published.filter(|_| scope.pubdate == PubDate::EventStart);
    if reading.sessions.is_empty() || (reading.held && starts.is_some()) {
        if let Some(start) = starts {
            return from_pubdate(words, start, scope.zone);
        }
        let looked = "title and description";
        let evidence = vec![Reason::new(reading.words.clone(), looked, undated(&reading))];
        return Dates { evidence, ..Dates::default() };
    }
    let mut dates = from_reading(&reading, words.posted.zone);
    if words.state.past_report {
        dates.doubt = Some("it reads like a report of something past".into());
    }
    let day = reading.sessions.first().map(|session| session.start.date());
    let other = starts.map(|at| at.with_timezone(&scope.zone).date_naive());
    if let (Some(told), Some(stamped)) = (day, other)
        && told != stamped
    {
        dates.doubt =
            Some(format!("the text says {}, the feed's pubDate {}", date(told), date(stamped)));
    }
    dates
}

/// The sessions of a reading of prose, with the words that they came from.
pub(super) fn from_reading(reading: &Reading, zone: Tz) -> Dates {
    let sessions: Vec<When> = reading
        .sessions
        .iter()
        .take(100)
        .map(|session| When { span: session_span(session, reading, zone), zone, recurrence: None })
        .collect();
    let says =
        sessions.iter().map(|when| in_words(&when.span, zone)).collect::<Vec<_>>().join("; ");
    // The first sentence of the reason says what was read as what; the rest are doubts.
    let read = reading.reason.split_once(" was read as ").map(|(_, read)| read);
    let says = match read.and_then(|read| read.split_once(". ")) {
        Some((_, doubts)) => format!("{says}. {doubts}"),
        None => says,
    };
    Dates {
        evidence: vec![Reason::new(reading.words.clone(), "title and description", says)],
        doubt: reading.held.then(|| reading.reason.clone()),
        status: reading.status,
        sessions,
        places: reading.places,
        disagrees: false,
    }
}

fn undated(reading: &Reading) -> String {
    if reading.reason.is_empty() {
        "no date was found".to_owned()
    } else {
        format!("no date was found: {}", reading.reason)
    }
}

/// pubDate as the start; the text may still say when it ends.
fn from_pubdate(words: &Words<'_>, start: chrono::DateTime<Utc>, zone: Tz) -> Dates {
    let local = start.with_timezone(&zone);
    let day = local.date_naive();
    let whole_day = local.time() == NaiveTime::MIN;
    let span = if whole_day {
        Span::AllDay { start: day, end: day.succ_opt().unwrap_or(day) }
    } else {
        let at = phrase::sentence::clock(local.time());
        let texts = [
            format!("{} {}", date(day), words.description.words),
            format!("{}, {at}. {}", date(day), words.description.words),
        ];
        let told = texts.iter().find_map(|about| {
            timed(&phrase::read(about, &words.posted), zone).filter(|span| {
                span.start_utc(zone) == start && matches!(span, Span::Timed { end: Some(_), .. })
            })
        });
        told.unwrap_or(Span::Timed { start, end: None })
    };
    let says = format!("{}: in this feed pubDate is the start", in_words(&span, zone));
    Dates {
        sessions: vec![When { span, zone, recurrence: None }],
        evidence: vec![Reason::new(start.to_rfc3339(), "pubDate", says)],
        ..Dates::default()
    }
}

/// A session of prose on the line of time.
#[must_use]
pub fn session_span(session: &Session, reading: &Reading, zone: Tz) -> Span {
    let rules = reading.zone.clone().unwrap_or(Zone::Iana(zone));
    match (session.start, session.end) {
        (Local::Date(start), end) => {
            let next = start.succ_opt().unwrap_or(start);
            Span::AllDay { start, end: end.map_or(next, |end| end.date().max(next)) }
        }
        (Local::Time(start), end) => {
            let start = zone::to_utc(start, &rules);
            let end = end.and_then(|end| match end {
                Local::Time(end) => Some(zone::to_utc(end, &rules)),
                Local::Date(_) => None,
            });
            Span::Timed { start, end: end.filter(|end| *end >= start) }
        }
    }
}

/// A written time as it stands in the source, nearly.
pub(super) fn said(written: &Written) -> String {
    let value = match written.value {
        Local::Date(day) => day.to_string(),
        Local::Time(at) => at.format("%Y-%m-%dT%H:%M:%S").to_string(),
    };
    match &written.zone {
        WrittenZone::Floating => value,
        WrittenZone::Utc => format!("{value}Z"),
        WrittenZone::Offset(seconds) => {
            let sign = if *seconds < 0 { '-' } else { '+' };
            let minutes = seconds.abs() / 60;
            format!("{value}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
        WrittenZone::Named(name) => format!("{value} {name}"),
    }
}

/// The name of the field that held the start.
pub(super) fn origin(entry: &Entry) -> String {
    match &entry.date_origin {
        Some(DateOrigin::Ical) => "DTSTART".into(),
        Some(DateOrigin::Extension(name) | DateOrigin::Page(name)) => name.clone(),
        None => "start".into(),
    }
}

fn date(day: chrono::NaiveDate) -> String {
    format!("{} {}", day.day(), day.format("%B %Y"))
}

/// "Thursday 11 February 2027, 10am to 4pm".
pub(super) fn in_words(span: &Span, zone: Tz) -> String {
    match span {
        Span::AllDay { start, end } => {
            let last = *end - Duration::days(1);
            let first = format!("{} {}", start.format("%A"), date(*start));
            if last > *start {
                format!("{first} to {} {}, all day", last.format("%A"), date(last))
            } else {
                format!("{first}, all day")
            }
        }
        Span::Timed { start, end } => {
            let from = zone.from_utc_datetime(&start.naive_utc());
            let first = format!(
                "{} {}, {}",
                from.format("%A"),
                date(from.date_naive()),
                phrase::sentence::clock(from.time())
            );
            let Some(end) = end.filter(|end| end > start) else { return first };
            let to = zone.from_utc_datetime(&end.naive_utc());
            if to.date_naive() == from.date_naive() {
                format!("{first} to {}", phrase::sentence::clock(to.time()))
            } else {
                format!(
                    "{first} to {} {}, {}",
                    to.format("%A"),
                    date(to.date_naive()),
                    phrase::sentence::clock(to.time())
                )
            }
        }
    }
}
