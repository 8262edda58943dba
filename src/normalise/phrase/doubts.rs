//! What makes a date less sure, what it costs, and how that is said.

use chrono::{Duration, NaiveDate};

use super::{
    calendar::Notes,
    cues,
    dates::{Join, Trust},
    ranges::Group,
    refusals::Sense,
    sentence,
    sessions::Sessions,
    tokens::Tokens,
};

/// What a doubt costs when it must keep the date from being listed.
pub(crate) const HOLDS: f64 = 0.45;

/// A confidence on its way down, and what took it there.
pub(crate) struct Doubts {
    pub(crate) confidence: f64,
    pub(crate) said: Vec<String>,
}

impl Doubts {
    fn add(&mut self, when: bool, cost: f64, words: impl FnOnce() -> String) {
        if when {
            self.confidence -= cost;
            self.said.push(words());
        }
    }
}

pub(crate) fn of_days(
    doubts: &mut Doubts,
    group: &Group,
    placed: &[Option<NaiveDate>],
    notes: Notes,
    today: Option<NaiveDate>,
) {
    let first = placed.first().copied().flatten();
    let last = placed.last().copied().flatten();
    let year = first.map(|day| day.format("%Y").to_string()).unwrap_or_default();
    let named = notes.weekday_agrees && notes.weekday_wrong.is_none();
    let words = group.days.iter().all(|day| matches!(day.trust, Trust::Written | Trust::Slashed));
    doubts.add(notes.year_inferred && words, if named { 0.05 } else { 0.12 }, || {
        let fits = if named { ", and the weekday agrees" } else { "" };
        format!(
            "The year is not written; {year} is the one that fits the day it was published{fits}."
        )
    });
    if let Some((weekday, day)) = notes.weekday_wrong {
        doubts.add(true, HOLDS, || {
            format!(
                "It says {}, but {} is a {}.",
                sentence::weekday(weekday),
                sentence::short(day),
                day.format("%A")
            )
        });
    }
    doubts.add(notes.month_far, HOLDS, || {
        "The month is not written and the next such day is far off.".into()
    });
    doubts.add(notes.impossible, HOLDS, || "One of its days does not exist.".into());
    doubts.add(notes.far_year, HOLDS, || {
        "The year is far from the year in which it was published.".into()
    });
    let past = today.zip(first).is_some_and(|(today, first)| first < today - Duration::days(14));
    doubts.add(past && notes.year_inferred && words, 0.1, || {
        "That day had passed when it was published.".into()
    });
    let backwards = placed.windows(2).any(|pair| matches!(pair, [Some(a), Some(b)] if b < a));
    doubts.add(backwards, HOLDS, || "Its days are not in order.".into());
    let long = group.is_range()
        && first.zip(last).is_some_and(|(first, last)| last - first > Duration::days(31));
    doubts.add(long, HOLDS, || "It lasts more than a month, which an event seldom does.".into());
    let mixed = group.is_range()
        && group.joins.iter().any(|join| matches!(join, Join::Comma | Join::Slash));
    doubts.add(mixed, HOLDS, || "A range and a list of days are mixed.".into());
    for trust in [
        Trust::NoMonth,
        Trust::Slashed,
        Trust::Stamp,
        Trust::MonthFirst,
        Trust::Relative,
        Trust::NextWeekday,
        Trust::Past,
        Trust::BareWeekday,
        Trust::Repeats,
    ] {
        if group.days.iter().any(|day| day.trust == trust) {
            let (cost, words) = sentence::trust(trust);
            doubts.add(true, cost, || words.into());
        }
    }
}

pub(crate) fn of_times(doubts: &mut Doubts, built: &Sessions) {
    let notes = built.notes;
    doubts.add(notes.assumed, 0.05, || {
        "Neither am nor pm is written; office hours were assumed.".into()
    });
    doubts.add(notes.doubtful, HOLDS, || {
        "Its times do not run forward, or run over midnight.".into()
    });
    doubts.add(notes.unclear_zone, HOLDS, || {
        "The time zone beside the time can mean several zones.".into()
    });
    doubts.add(notes.abroad, 0.1, || {
        "The time was written in another country’s zone and was converted.".into()
    });
    doubts.add(notes.weak, 0.1, || {
        "Only doors or registration are given a time; that was taken for the start.".into()
    });
    doubts.add(built.list.len() > 12, HOLDS, || "It lists very many days.".into());
}

pub(crate) fn of_words(
    doubts: &mut Doubts,
    t: &Tokens,
    group: &Group,
    clause: usize,
    built: &Sessions,
    first: NaiveDate,
    sense: Sense,
) {
    let from = group.from;
    if let Sense::Doubtful(says) = sense {
        doubts.add(true, HOLDS, || format!("The words before it may mean {says}."));
    }
    doubts.add(is_week(t, clause, from), 0.5, || {
        format!("Only the week that begins on {} is given.", sentence::short(first))
    });
    // "5 March 10-12 or 6 March 2-4pm" and "5 March (Leeds) or 6 March (York)" offer both; "5 or 6 March" leaves open which.
    let own_times = group.times.iter().all(|times| !times.is_empty());
    let choice = (clause..from)
        .chain(group.to..group.to + 10)
        .any(|p| t.one_of(p, &["choose", "choice", "pick", "repeated", "dewis", "dewiswch"]));
    let offered = own_times || group.has_places || choice;
    doubts.add(group.joins.contains(&Join::Or) && !offered, HOLDS, || {
        "It offers more than one day (“or”).".into()
    });
    let single = group.days.len() == 1;
    let open = from > clause
        && t.one_of(from - 1, &["from", "beginning", "o"])
        && single
        && !built.notes.timed
        && sense == Sense::Free;
    doubts.add(open, HOLDS, || "“From” gives a beginning without an end, which may be the start of a rule or a service.".into());
    let relative = group.days.iter().any(|day| day.trust == Trust::Relative);
    let called = from > clause
        && (t.one_of(from - 1, &["book", "register", "apply", "join", "reply", "us"])
            || t.is(from - 1, "up") && !(from > 1 && t.is(from - 2, "coming")));
    let event = (clause..from).any(|p| t.word(p).is_some_and(cues::is_event));
    doubts.add(relative && (called || !(built.notes.timed || event)), HOLDS, || {
        "It may tell people what to do today rather than when the event is.".into()
    });
    let often = group.is_range()
        && (clause..(group.to + 8).min(t.len()))
            .any(|p| t.one_of(p, &["weekly", "fortnightly", "monthly"]));
    doubts.add(often, HOLDS, || {
        "It repeats between the two days, which needs a person to enter.".into()
    });
}

/// "w/c", "week commencing".
pub(crate) fn is_week(t: &Tokens, clause: usize, from: usize) -> bool {
    let back = |steps: usize| from.checked_sub(steps).filter(|p| *p >= clause);
    let word = |steps: usize, words: &[&str]| back(steps).is_some_and(|p| t.one_of(p, words));
    (word(2, &["week"]) && word(1, &["commencing", "beginning", "starting", "of"]))
        || (word(3, &["w"]) && word(1, &["c", "b"]))
        || (word(2, &["w"]) && word(1, &["c"]))
        || word(1, &["wc", "wb"])
}
