//! Reads the dates and times that people in Britain write in titles and texts.
//!
//! Tokens, then days and times, then what belongs together, then what is not the event's date at all, then a choice
//! with its reason. Nothing is guessed: what is under the bar is given with `held`, for a person to look at.

pub(crate) mod tokens;
pub(crate) mod names;
mod numeric;
mod relative;
mod dates;
mod times;
mod halves;
mod numbers;
pub(crate) mod cues;
mod refusals;
mod roles;
mod ranges;
mod lists;
mod calendar;
mod sessions;
pub(crate) mod status;
pub(super) mod sentence;
mod doubts;
mod choice;

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::event::{Local, Status, Zone};
use choice::{BAR, Survey};
pub use sentence::clock;

/// When and where a text appeared: what relative dates and missing years are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// The moment of publication, if the feed says so.
    pub at: Option<DateTime<Utc>>,
    /// The zone in which its readers live.
    pub zone: Tz,
    /// Numeric dates of this feed put the month first (`dates = "month-first"`).
    pub month_first: bool,
}

/// One date of an event, as the clock on the wall shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The first day, or day and time.
    pub start: Local,
    /// All-day: the day after the last. Timed: when it is over, `None` if nobody said.
    pub end: Option<Local>,
}

/// What a text says of when an event is.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The best candidate; empty when there is none. Several when the text lists several.
    pub sessions: Vec<Session>,
    /// From 0 to 1.
    pub confidence: f64,
    /// Under the bar for listing: a person should look at it.
    pub held: bool,
    /// Where the words stood, in characters of the text.
    pub span: Option<(usize, usize)>,
    /// Why, in plain sentences.
    pub reason: String,
    /// Whether it takes place, where the text says so; `Confirmed` where it has moved to this date.
    pub status: Option<Status>,
    /// The words that the date came from.
    pub words: String,
    /// The zone that was written, if not that of the readers; the sessions are converted already.
    pub zone: Option<Zone>,
    /// Each session has a place of its own, named beside its date.
    pub places: bool,
    /// `title`, `description` or `text`: which of them `span` counts in.
    pub found_in: &'static str,
}

impl Reading {
    /// The day on which the first session begins.
    #[must_use]
    pub fn first_day(&self) -> Option<NaiveDate> {
        self.sessions.first().map(|session| session.start.date())
    }
}

/// Bytes of a text that are looked at: who announces an event says the date before the third page.
const MOST_TEXT: usize = 8 * 1024;

/// The beginning of a text, up to the end of a word.
pub(crate) fn head(text: &str) -> &str {
    if text.len() <= MOST_TEXT {
        return text;
    }
    let head = text.get(..text.floor_char_boundary(MOST_TEXT)).unwrap_or_default();
    // A word cut in half may be another word, and half a year is another year.
    head.rfind(char::is_whitespace).and_then(|end| head.get(..end)).unwrap_or(head)
}

/// Reads the date of an event from one text.
#[must_use]
pub fn read(text: &str, posted: &Posted) -> Reading {
    let survey = choice::survey(text, posted);
    let said = status::of_title(&survey.tokens)
        .or_else(|| status::of_line(&survey.tokens))
        .map(|said| said.status);
    let Some(mut best) = survey.best() else {
        return nothing(&[(&survey, text)], said, "text");
    };
    if let Some(time) = survey.lone_time().filter(|_| !best.timed) {
        best.at_time(&time, "text", posted);
    }
    if let Some(end) = survey.lone_end() {
        best.until(end, posted);
    }
    doubt_report(&mut best, &[&survey], posted);
    best.reading(&survey, text, said, "text")
}

/// Reads the date of an item: from its title, else from its description; a time that one lacks may stand in the other.
#[must_use]
pub fn read_item(title: &str, description: &str, posted: &Posted) -> Reading {
    let first = choice::survey(title, posted);
    let second = choice::survey(description, posted);
    let said = status::of_title(&first.tokens)
        .or_else(|| status::of_line(&second.tokens))
        .map(|said| said.status);
    let (a, b) = (first.best(), second.best());
    // A description that announces another date overrules the title that it was posted with.
    let moved = b.as_ref().is_some_and(|b| b.new && b.confidence >= BAR)
        && !a.as_ref().is_some_and(|a| a.new);
    // "Mindful Monday" is a name; and a safe date in the description settles a doubtful one of the same day.
    let better = |a: &choice::Candidate| {
        b.as_ref().is_some_and(|b| {
            let safer = b.confidence >= BAR && a.confidence < BAR;
            safer && (a.is_vague() || same_days(&a.sessions, &b.sessions))
        })
    };
    if let Some(mut best) = a.filter(|a| !moved && !better(a)) {
        if !best.timed {
            lend(&mut best, &second, b.as_ref(), posted);
        }
        if let Some(end) = first.lone_end().or_else(|| second.lone_end()) {
            best.until(end, posted);
        }
        let rival = b.filter(|b| b.labelled && b.confidence >= BAR && !best.new);
        if rival.is_some_and(|b| !same_days(&best.sessions, &b.sessions)) {
            best.confidence -= 0.45;
            best.doubts.push("The description gives another date.".into());
        }
        doubt_report(&mut best, &[&first, &second], posted);
        return best.reading(&first, title, said, "title");
    }
    let Some(mut best) = b else {
        return nothing(&[(&first, title), (&second, description)], said, "description");
    };
    if !best.timed {
        if let Some(time) = second.lone_time() {
            best.at_time(&time, "description", posted);
        } else if let Some(time) = first.lone_time() {
            best.at_time(&time, "title", posted);
        }
    }
    if let Some(end) = second.lone_end() {
        best.until(end, posted);
    }
    doubt_report(&mut best, &[&first, &second], posted);
    doubt_past(&mut best, posted);
    best.reading(&second, description, said, "description")
}

/// Whether the days of one are among those of the other.
fn same_days(a: &[Session], b: &[Session]) -> bool {
    let first = |sessions: &[Session]| sessions.first().map(|session| session.start.date());
    first(a) == first(b)
}

/// Fills in the time that a title lacks.
fn lend(
    best: &mut choice::Candidate,
    from: &Survey,
    other: Option<&choice::Candidate>,
    posted: &Posted,
) {
    let same = other.filter(|other| {
        other.timed
            && same_days(&best.sessions, &other.sessions)
            && other.sessions.len() >= best.sessions.len()
    });
    if let Some(other) = same {
        best.sessions.clone_from(&other.sessions);
        best.zone.clone_from(&other.zone);
        best.timed = true;
        best.doubts.push("The time stands in the description.".into());
        return;
    }
    if let Some(time) = from.lone_time() {
        best.at_time(&time, "description", posted);
    }
}

/// A report on something past must not become an event to come.
fn doubt_report(best: &mut choice::Candidate, surveys: &[&Survey], posted: &Posted) {
    let past = match (best.sessions.first(), choice::day(posted)) {
        (Some(session), Some(today)) => session.start.date() <= today,
        _ => true,
    };
    if past && surveys.iter().any(|survey| status::report(&survey.tokens).is_some()) {
        best.confidence -= 0.5;
        best.doubts.push("The text reads like a report on something that is over.".into());
    }
}

/// News tells in its text what happened on a day before it was published; an announcement labels its date or its time.
fn doubt_past(best: &mut choice::Candidate, posted: &Posted) {
    let over = best.sessions.last().zip(choice::day(posted)).is_some_and(|(session, today)| {
        session.end.map_or(session.start.date(), |end| end.date()) <= today
    });
    if over && !best.timed && !best.labelled {
        best.confidence -= doubts::HOLDS;
        best.doubts.push("That day was over when the text was published.".into());
    }
}

fn nothing(surveys: &[(&Survey, &str)], status: Option<Status>, found_in: &'static str) -> Reading {
    let refused: Vec<(String, String)> = surveys
        .iter()
        .flat_map(|(survey, text)| {
            survey
                .refused
                .iter()
                .take(5)
                .map(|(from, to, says)| (survey.words(text, *from, *to).1, says.clone()))
        })
        .collect();
    let vague = surveys.iter().find_map(|(survey, text)| {
        refusals::vague(&survey.tokens).map(|(from, to)| survey.words(text, from, to).1)
    });
    Reading {
        sessions: Vec::new(),
        confidence: 0.0,
        held: true,
        span: None,
        reason: sentence::none(&refused, vague.clone()),
        status,
        words: vague.unwrap_or_default(),
        zone: None,
        places: false,
        found_in,
    }
}

/// Where the dates and times of a title stand, in characters: what is no part of its name.
#[must_use]
pub fn spans(text: &str, posted: &Posted) -> Vec<(usize, usize)> {
    let tokens = tokens::Tokens::of(head(text));
    let found = ranges::scan(&tokens, choice::day(posted), posted.month_first);
    let near = |index: usize, alone: bool| {
        let here = found.get(index).map(|item| (item.from(), item.to()));
        let (before, after) =
            (index.checked_sub(1).and_then(|before| found.get(before)), found.get(index + 1));
        here.is_some_and(|(from, to)| {
            let counts = |item: &&ranges::Found| matches!(item, ranges::Found::Time(_)) || !alone;
            before.filter(counts).is_some_and(|item| from - item.to() <= 2)
                || after.filter(counts).is_some_and(|item| item.from() - to <= 2)
        })
    };
    let keep = |(index, item): &(usize, &ranges::Found)| match item {
        ranges::Found::Date(chain) => chain.atoms.iter().all(|atom| match atom.trust {
            dates::Trust::BareWeekday | dates::Trust::Repeats => false,
            // "Housing today" is a name, "today at 3pm" is not.
            dates::Trust::Relative | dates::Trust::NextWeekday | dates::Trust::Past => {
                near(*index, true)
            }
            _ => true,
        }),
        ranges::Found::Time(mark) => {
            let word = matches!(mark.start.form, times::Form::Noon | times::Form::Midnight)
                && mark.end.is_none();
            !word || near(*index, false) || (mark.from > 0 && tokens.is(mark.from - 1, "at"))
        }
    };
    let (groups, _) = ranges::groups(&tokens, &found);
    let lists = groups
        .iter()
        .filter(|group| group.has_places)
        .map(|group| (group.from, lists::behind_place(&tokens, group.to).unwrap_or(group.to)));
    let single = found.iter().enumerate().filter(keep).map(|(_, item)| (item.from(), item.to()));
    single.chain(lists).filter_map(|(from, to)| tokens.chars(from, to)).collect()
}

/// The last day for booking that a text names, with its words.
#[must_use]
pub fn booking_by(text: &str, posted: &Posted) -> Option<(NaiveDate, String)> {
    let survey = choice::survey(text, posted);
    let (day, from, to) = survey.bookings.first().copied()?;
    Some((day, survey.words(text, from, to).1))
}
