//! Chooses among the dates of a text, and says in a sentence why, and how safe the choice is.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{
    Posted, Reading, Session, calendar, cues,
    dates::Trust,
    doubts::{self, Doubts, HOLDS},
    ranges::{self, Group, Use},
    refusals::{self, Sense},
    roles::Role,
    sentence,
    sessions::{self, Sessions},
    status,
    times::Clock,
    tokens::Tokens,
};
use crate::event::{Local, Status, Zone};

/// Below this a date is held for a person to look at.
pub(crate) const BAR: f64 = 0.6;

/// One date that the event may have.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) group: Group,
    pub(crate) sessions: Vec<Session>,
    pub(crate) zone: Option<Zone>,
    pub(crate) timed: bool,
    pub(crate) rank: f64,
    pub(crate) confidence: f64,
    pub(crate) doubts: Vec<String>,
    /// "When:" or "Date:" stands before it.
    pub(crate) labelled: bool,
    /// It replaces an earlier date.
    pub(crate) new: bool,
    /// It was replaced, or was only ever a former date.
    pub(crate) former: bool,
    /// "(tbc)" stands behind it.
    pub(crate) tbc: bool,
}

/// All that a text says of dates.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) tokens: Tokens,
    pub(crate) candidates: Vec<Candidate>,
    /// Dates that are something else: their tokens and what they are.
    pub(crate) refused: Vec<(usize, usize, String)>,
    /// Times that belong to no date.
    pub(crate) loose: Vec<Use>,
    /// Last days for booking: the day and its tokens.
    pub(crate) bookings: Vec<(NaiveDate, usize, usize)>,
}

/// Dates of one text that are weighed; a text with more is a list of something.
const MOST_DATES: usize = 100;

/// Words that make a deadline one for those who want to come.
const BOOKING_WORDS: &[&str] = &[
    "book",
    "booking",
    "bookings",
    "register",
    "registration",
    "registrations",
    "rsvp",
    "reserve",
    "places",
    "place",
    "tickets",
    "ticket",
    "sign",
    "reply",
    "attend",
    "sales",
];

/// The day on which a text was published, where it was published.
pub(crate) fn day(posted: &Posted) -> Option<NaiveDate> {
    let day = posted.at.map(|at: DateTime<Utc>| at.with_timezone(&posted.zone).date_naive())?;
    // Nothing on this earth was announced outside these years.
    let sane = NaiveDate::from_ymd_opt(1990, 1, 1)?..=NaiveDate::from_ymd_opt(2200, 1, 1)?;
    sane.contains(&day).then_some(day)
}

/// Reads a text through.
pub(crate) fn survey(text: &str, posted: &Posted) -> Survey {
    let tokens = Tokens::of(super::head(text));
    let today = day(posted);
    let found = ranges::scan(&tokens, today, posted.month_first);
    let (groups, loose) = ranges::groups(&tokens, &found);
    let mut survey =
        Survey { tokens, candidates: Vec::new(), refused: Vec::new(), loose, bookings: Vec::new() };
    let mut floor = 0;
    let mut earlier: Option<(usize, Sense)> = None;
    for group in groups.into_iter().take(MOST_DATES) {
        let to = group.to;
        let sense = sense(&survey, &group, floor, earlier);
        earlier = Some((floor, sense));
        weigh(&mut survey, group, floor, sense, posted, today);
        floor = to;
    }
    lend_from_former(&mut survey, posted);
    supersede(&mut survey);
    let repeats: Vec<(usize, usize)> = survey
        .candidates
        .iter()
        .filter(|c| c.group.days.iter().any(|day| day.trust == Trust::Repeats))
        .map(|c| (c.from, c.to))
        .collect();
    for candidate in &mut survey.candidates {
        let near = |&(from, to): &(usize, usize)| {
            let (low, high) =
                if to <= candidate.from { (to, candidate.from) } else { (candidate.to, from) };
            (from, to) != (candidate.from, candidate.to)
                && high >= low
                && high - low < 12
                && !(low..=high).any(|p| survey.tokens.breaks(p))
        };
        if repeats.iter().take(50).any(near) {
            candidate.confidence -= HOLDS;
            candidate.doubts.push(
                "The words beside it say that it repeats, which needs a person to enter.".into(),
            );
        }
    }
    survey
}

/// What the words around a group make of it.
fn sense(survey: &Survey, group: &Group, floor: usize, earlier: Option<(usize, Sense)>) -> Sense {
    let t = &survey.tokens;
    let from = refusals::clause(t, floor, group.from);
    let sense = refusals::sense(t, from, group.from, group.is_range());
    if sense == Sense::Free {
        if let Some(says) = refusals::follows(t, group.to) {
            return Sense::Refused(says);
        }
        // "The deadline for the day on 14 November is 7 November": the verb belongs to the first words.
        let copula = from == floor
            && group.from > from
            && (from..group.from).all(|p| t.one_of(p, &["is", "are"]) || t.has(p, ':'));
        if let (true, Some((start, Sense::Doubtful(says)))) = (copula, earlier) {
            let _ = start;
            return Sense::Refused(says);
        }
    }
    // "12 March (was 5 March)", "moved to 12 March from 5 March"
    if matches!(earlier, Some((_, Sense::New))) && group.from == from + 1 && t.is(from, "from") {
        return Sense::Former;
    }
    sense
}

fn weigh(
    survey: &mut Survey,
    mut group: Group,
    floor: usize,
    sense: Sense,
    posted: &Posted,
    today: Option<NaiveDate>,
) {
    let t = &survey.tokens;
    let (from, to) = (group.from, group.to);
    if let Sense::Refused(says) = sense {
        refuse(survey, &mut group, floor, says, today);
        return;
    }
    let arrow = (from..to).any(|p| t.has(p, '\u{2192}') || (t.has(p, '>') && t.has(p - 1, '-')));
    if sense == Sense::New
        && group.is_range()
        && (arrow || t.one_of(from.saturating_sub(1), &["from", "o"]))
    {
        group.after_move();
    }
    let (placed, notes) = calendar::place(&mut group, today);
    let Some(first) = placed.first().copied().flatten() else {
        let says = if notes.no_posted {
            "names no year, and nothing says when the text was published"
        } else {
            "is not a day that exists"
        };
        survey.refused.push((from, to, says.into()));
        return;
    };
    let clause = refusals::clause(t, floor, from);
    let built = sessions::build(&group, &placed, posted.zone);
    if is_idle(t, &group, &built) {
        return;
    }
    let mut doubts = Doubts { confidence: 1.0, said: Vec::new() };
    doubts::of_days(&mut doubts, &group, &placed, notes, today);
    doubts::of_times(&mut doubts, &built);
    doubts::of_words(&mut doubts, t, &group, clause, &built, first, sense);
    let welcome = refusals::welcome(t, clause, from);
    let trust = group.days.iter().map(|day| cost_of_rank(day.trust)).fold(0.0, f64::max);
    let mut rank = welcome + if built.notes.timed { 2.0 } else { 0.0 } - trust;
    rank +=
        if notes.year_inferred { 0.0 } else { 0.5 } + if notes.weekday_agrees { 0.5 } else { 0.0 };
    rank += if sense == Sense::New { 5.0 } else { 0.0 };
    let week = doubts::is_week(t, clause, from);
    let list = if week { vec![week_of(first)] } else { built.list };
    survey.candidates.push(Candidate {
        from,
        to,
        timed: built.notes.timed,
        group,
        sessions: list,
        zone: built.zone,
        rank,
        confidence: doubts.confidence,
        doubts: doubts.said,
        labelled: welcome >= 3.0,
        new: sense == Sense::New,
        former: sense == Sense::Former,
        tbc: status::is_tbc(&survey.tokens, to),
    });
}

/// Notes what a date is instead; a last day for booking is kept as such.
fn refuse(
    survey: &mut Survey,
    group: &mut Group,
    floor: usize,
    says: &str,
    today: Option<NaiveDate>,
) {
    let (t, from, to) = (&survey.tokens, group.from, group.to);
    survey.refused.push((from, to, format!("is {says}, not the day of the event")));
    let clause = refusals::clause(t, floor, from);
    let opens = (clause..from).any(|p| t.one_of(p, &["opens", "open", "released", "from", "sale"]));
    let booking = (clause..from).chain(to..to + 5).any(|p| t.one_of(p, BOOKING_WORDS));
    if cues::is_deadline(says) && booking && !opens {
        let day = calendar::place(group, today).0.first().copied().flatten();
        survey.bookings.extend(day.map(|day| (day, from, to)));
    }
}

/// A weekday by itself in the middle of a text says nothing.
fn is_idle(t: &Tokens, group: &Group, built: &Sessions) -> bool {
    let bare = group.days.iter().all(|day| day.trust == Trust::BareWeekday);
    let on = group.from > 0 && t.one_of(group.from - 1, &["on", "this"]);
    built.list.is_empty() || (bare && !built.notes.timed && !on && t.len() > 4)
}

fn cost_of_rank(trust: Trust) -> f64 {
    match trust {
        Trust::Written => 0.0,
        Trust::NoMonth | Trust::Slashed | Trust::Stamp | Trust::MonthFirst | Trust::Relative => 1.0,
        Trust::NextWeekday | Trust::Past | Trust::BareWeekday | Trust::Repeats => 4.0,
    }
}

fn week_of(first: NaiveDate) -> Session {
    let end = first.checked_add_signed(Duration::days(7)).unwrap_or(first);
    Session { start: Local::Date(first), end: Some(Local::Date(end)) }
}

/// "16 May (previously 25 April), 10am": a time behind the bracket is that of the new date.
fn lend_from_former(survey: &mut Survey, posted: &Posted) {
    let t = &survey.tokens;
    let time = survey.candidates.iter().filter(|c| c.former).find_map(|former| {
        let time = former.group.times.last()?.first()?;
        let opened =
            former.from > 0 && (former.from.saturating_sub(4)..former.from).any(|p| t.has(p, '('));
        let closed = (former.from..time.mark.from).any(|p| t.has(p, ')'));
        (former.group.days.len() == 1 && time.mark.from > former.from && opened == closed)
            .then(|| time.clone())
    });
    let mut new = survey.candidates.iter_mut().filter(|c| c.new && !c.former && !c.timed);
    if let (Some(time), Some(new)) = (time, new.next()) {
        new.at_time(&time, "text", posted);
    }
}

/// A new date makes the others former ones.
fn supersede(survey: &mut Survey) {
    if survey.candidates.iter().any(|c| !c.former) {
        let (former, rest): (Vec<Candidate>, Vec<Candidate>) =
            survey.candidates.drain(..).partition(|c| c.former);
        survey.candidates = rest;
        survey
            .refused
            .extend(former.iter().map(|c| (c.from, c.to, "is the former date".to_owned())));
    }
}

fn first_day(candidate: &Candidate) -> Option<NaiveDate> {
    candidate.sessions.first().map(|session| session.start.date())
}

impl Survey {
    /// The best candidate, less sure where another is as good.
    pub(crate) fn best(&self) -> Option<Candidate> {
        let order = |a: &&Candidate, b: &&Candidate| {
            let safe = |c: &Candidate| c.confidence >= BAR;
            (safe(a).cmp(&safe(b))).then(a.rank.total_cmp(&b.rank)).then(b.from.cmp(&a.from))
        };
        let mut best = self.candidates.iter().max_by(order)?.clone();
        let rival = self
            .candidates
            .iter()
            .filter(|c| c.from != best.from && c.confidence >= BAR && !best.new)
            .find(|other| {
                let same_day = first_day(other) == first_day(&best);
                if !same_day && self.offers_either(other, &best) {
                    return true;
                }
                let times = other.timed && best.timed && other.sessions != best.sessions;
                other.rank > best.rank - 1.5 && (!same_day || times)
            });
        if let Some(other) = rival {
            best.confidence -= HOLDS;
            let words = other.sessions.first().map(sentence::session).unwrap_or_default();
            best.doubts.push(format!("The text gives another date with as good a claim: {words}."));
        }
        Some(best)
    }

    /// "11 June (Exeter) or 18 June (Truro)": neither is better than the other.
    fn offers_either(&self, a: &Candidate, b: &Candidate) -> bool {
        let (from, to) = if a.to <= b.from { (a.to, b.from) } else { (b.to, a.from) };
        let t = &self.tokens;
        from <= to
            && to - from <= 8
            && (from..to).any(|p| t.one_of(p, &["or", "neu"]))
            && !(from + 1..=to).any(|p| t.breaks(p))
    }

    /// The one time that belongs to no date, if there is one and only one.
    pub(crate) fn lone_time(&self) -> Option<Use> {
        let of = |role: Role| -> Vec<&Use> {
            self.loose.iter().filter(|time| time.role == role).collect()
        };
        let (starts, weak, ends) = (of(Role::Start), of(Role::Weak), of(Role::End));
        let starts = if starts.is_empty() { weak } else { starts };
        let (first, rest) = starts.split_first()?;
        let same = rest
            .iter()
            .all(|time| time.mark.start == first.mark.start && time.mark.end == first.mark.end);
        let mut time = same.then(|| (*first).clone())?;
        if let ([end], None) = (ends.as_slice(), time.mark.end) {
            time.mark.end = Some(end.mark.start);
        }
        Some(time)
    }

    /// The one time at which it is over, where a sentence of its own says so ("Finish at 4pm", "Until 1pm").
    pub(crate) fn lone_end(&self) -> Option<Clock> {
        let mut ends = self.loose.iter().filter(|time| time.role == Role::End);
        let first = ends.next()?.mark.start;
        ends.all(|time| time.mark.start == first).then_some(first)
    }

    /// The words of a candidate.
    pub(crate) fn words(
        &self,
        text: &str,
        from: usize,
        to: usize,
    ) -> (Option<(usize, usize)>, String) {
        let span = self.tokens.chars(from, to);
        let words = span
            .map(|(from, to)| text.chars().skip(from).take(to - from).collect())
            .unwrap_or_default();
        (span, words)
    }
}

impl Candidate {
    /// It names no day of the calendar.
    pub(crate) fn is_vague(&self) -> bool {
        self.group.days.iter().all(|day| cost_of_rank(day.trust) > 0.0)
    }

    /// Gives it a time that stood elsewhere.
    pub(crate) fn at_time(&mut self, time: &Use, place: &str, posted: &Posted) {
        let mut group = self.group.clone();
        let Some(slot) = group.times.last_mut() else { return };
        slot.push(Use { role: Role::Start, another: false, ..time.clone() });
        let (placed, _) = calendar::place(&mut group, day(posted));
        let built = sessions::build(&group, &placed, posted.zone);
        let as_many = built.list.len() == self.sessions.len() || time.daily;
        if built.list.is_empty() || !as_many {
            return;
        }
        let mut doubts =
            Doubts { confidence: self.confidence - 0.08, said: std::mem::take(&mut self.doubts) };
        doubts.said.push(format!("The time stands elsewhere in the {place}."));
        doubts::of_times(&mut doubts, &built);
        (self.sessions, self.zone, self.timed) = (built.list, built.zone, true);
        (self.confidence, self.doubts) = (doubts.confidence, doubts.said);
    }

    /// Closes it at a time that stood elsewhere, if it has a time and no end.
    pub(crate) fn until(&mut self, end: Clock, posted: &Posted) {
        let open = |session: &Session| session.end.is_none();
        if !self.timed || !self.sessions.iter().all(open) {
            return;
        }
        let mut group = self.group.clone();
        for time in group.times.iter_mut().flatten().filter(|time| time.role != Role::Not) {
            time.mark.end = time.mark.end.or(Some(end));
        }
        let (placed, _) = calendar::place(&mut group, day(posted));
        let built = sessions::build(&group, &placed, posted.zone);
        let same = built.list.len() == self.sessions.len()
            && built.list.iter().zip(&self.sessions).all(|(closed, open)| {
                closed.start == open.start
                    && closed.end.is_some_and(|end| end.date() == open.start.date())
            });
        if same {
            self.sessions = built.list;
        }
    }

    /// The reading that follows from it.
    pub(crate) fn reading(
        mut self,
        survey: &Survey,
        text: &str,
        status: Option<Status>,
        found_in: &'static str,
    ) -> Reading {
        if self.former && status.is_none() {
            self.confidence -= HOLDS;
            self.doubts.push("It is called the former date, and no other is given.".into());
        }
        let (span, words) = survey.words(text, self.from, self.to);
        let confidence = (self.confidence.clamp(0.05, 1.0) * 100.0).round() / 100.0;
        let status = match status {
            Some(Status::Postponed | Status::Confirmed) if self.new => Some(Status::Confirmed),
            None if self.new => Some(Status::Confirmed),
            None | Some(Status::Confirmed) if self.tbc => Some(Status::Tentative),
            other => other,
        };
        let held = confidence < BAR;
        let reason = sentence::chosen(&words, &self.sessions, &self.doubts, held);
        Reading {
            sessions: self.sessions,
            confidence,
            held,
            span,
            reason,
            status,
            words,
            zone: self.zone,
            places: self.group.has_places,
            found_in,
        }
    }
}
