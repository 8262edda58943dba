//! Puts days and times that belong together into groups: ranges, lists, sessions with times of their own.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::{
    dates::{self, Atom, Chain, Join, Trust},
    refusals,
    times::{self, Beside, Company, TimeMark},
    tokens::Tokens,
};

/// What was found, in the order of the text.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    Date(Chain),
    Time(TimeMark),
}

impl Found {
    pub(crate) fn from(&self) -> usize {
        match self {
            Self::Date(chain) => chain.from,
            Self::Time(mark) => mark.from,
        }
    }

    pub(crate) fn to(&self) -> usize {
        match self {
            Self::Date(chain) => chain.to,
            Self::Time(mark) => mark.to,
        }
    }
}

/// What a time is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The event begins.
    Start,
    /// Doors, registration, coffee: used only where nothing better is said.
    Weak,
    /// The event ends.
    End,
    /// Lunch, a deadline, somebody's office hours.
    Not,
}

/// A time with its part.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) mark: TimeMark,
    pub(crate) role: Role,
    /// "and" or "or" ties it to the time before.
    pub(crate) another: bool,
}

/// Days that hang together and their times.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) days: Vec<Atom>,
    /// One fewer than `days`.
    pub(crate) joins: Vec<Join>,
    /// For each day, the times written with it.
    pub(crate) times: Vec<Vec<Use>>,
}

/// Most days in one group.
const DAYS: usize = 40;

const AROUND_TIME: &[&str] = &[
    "at",
    "from",
    "time",
    "times",
    "starting",
    "starts",
    "start",
    "between",
    "o",
    "am",
    "rhwng",
    "and",
    "or",
    "then",
    "until",
    "till",
    "to",
    "both",
    "each",
    "amser",
    "kick-off",
    "around",
    "about",
    "registration",
    "doors",
    "arrival",
    "arrive",
    "open",
    "for",
];

/// Walks over the text once.
pub(crate) fn scan(t: &Tokens, posted: Option<NaiveDate>, america: bool) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    let mut after = 0;
    while at < t.len() {
        if let Some(next) = refusals::skip(t, at) {
            at = next.max(at + 1);
            continue;
        }
        if let Some(mut chain) = dates::chain(t, at, posted, america, after) {
            let between = at > 0 && t.one_of(at - 1, &["between", "rhwng"]);
            if let ([join @ Join::And], true) = (chain.joins.as_mut_slice(), between) {
                *join = Join::Range;
            }
            (at, after) = (chain.to, chain.to);
            found.push(Found::Date(chain));
            continue;
        }
        if let Some(mark) = times::time(t, at, company(t, at, found.last())) {
            (at, after) = (mark.to.max(at + 1), mark.to);
            found.push(Found::Time(mark));
            continue;
        }
        at += 1;
    }
    found
}

fn is_around_time(t: &Tokens, at: usize) -> bool {
    t.one_of(at, AROUND_TIME)
        || matches!(t.mark(at), Some(',' | '@' | '-' | '\u{b7}' | ';' | ':' | '(' | '&' | '/'))
}

fn company(t: &Tokens, at: usize, last: Option<&Found>) -> Company {
    let date_before = last.is_some_and(|last| {
        at - last.to() <= 5
            && (last.to()..at).all(|p| is_around_time(t, p))
            && !(last.to()..at).any(|p| p > 0 && t.has(p, '.'))
    });
    let labelled = at > 1
        && t.has(at - 1, ':')
        && t.one_of(at - 2, &["time", "times", "amser", "starts", "start", "when"]);
    let word = at > 0
        && (t.one_of(
            at - 1,
            &["at", "from", "starts", "start", "starting", "between", "time", "until", "till"],
        ) || t.has(at - 1, '@'));
    Company { date_before, cue: labelled || word }
}

/// Tokens between two places that are no more than glue; what is left of them.
fn gap<'t>(t: &'t Tokens, from: usize, to: usize) -> Option<Vec<usize>> {
    if to < from || to - from > 7 || (from..=to).any(|p| p > from && t.breaks(p)) {
        return None;
    }
    let glue = |p: usize| {
        t.has(p, ',')
            || t.one_of(
                p,
                &["on", "from", "the", "at", "then", "also", "both", "again", "start", "o", "am"],
            )
            || t.has(p, '@')
            || t.has(p, ')')
    };
    Some((from..to).filter(|&p| !glue(p)).collect())
}

/// Which date, by its place in `found`, each time belongs to.
fn owners(t: &Tokens, found: &[Found]) -> Vec<Option<usize>> {
    let mut owners: Vec<Option<usize>> = vec![None; found.len()];
    let mut previous: Option<usize> = None;
    // Where the last thing that belongs to `previous` ended.
    let mut reach = 0;
    let mut has_time = false;
    for (index, item) in found.iter().enumerate() {
        let Found::Time(mark) = item else {
            previous = Some(index);
            reach = item.to();
            has_time = index > 0 && owners.get(index - 1).copied().flatten() == Some(index);
            continue;
        };
        let next = found.get(index + 1).filter(|next| matches!(next, Found::Date(_)));
        let ahead = next.map_or(Link::None, |next| link_ahead(t, mark.to, next.from()));
        let close = previous.is_some()
            && mark.from - reach <= 6
            && (reach..mark.from).all(|p| is_around_time(t, p) || t.has(p, ')'))
            && !(reach + 1..=mark.from).any(|p| {
                t.breaks(p) && t.at(p).is_some_and(|token| token.line) && !is_labelled(t, mark.from)
            });
        let same = previous.is_some()
            && mark.from - reach <= 14
            && !(reach + 1..=mark.from).any(|p| t.breaks(p));
        let owner = match ahead {
            Link::On if has_time || !close => Some(index + 1),
            Link::On | Link::Comma if close => previous,
            Link::Comma => Some(index + 1),
            _ if close || same => previous,
            _ => None,
        };
        if owner == previous && owner.is_some() {
            reach = mark.to;
            has_time = true;
        }
        if let Some(slot) = owners.get_mut(index) {
            *slot = owner;
        }
    }
    owners
}

fn is_labelled(t: &Tokens, at: usize) -> bool {
    at > 1 && t.has(at - 1, ':') && t.one_of(at - 2, &["time", "times", "amser"])
}

enum Link {
    None,
    Comma,
    On,
}

/// "10am on 5 March", "14:00, 5 March".
fn link_ahead(t: &Tokens, from: usize, to: usize) -> Link {
    if to - from > 3 || (from + 1..=to).any(|p| t.breaks(p)) {
        return Link::None;
    }
    if (from..to).all(|p| {
        t.one_of(p, &["on", "the", "this", "ar", "ddydd"])
            || matches!(t.mark(p), Some(',' | '-' | '\u{b7}' | '('))
    }) {
        return if (from..to).any(|p| t.one_of(p, &["on", "ar"])) { Link::On } else { Link::Comma };
    }
    Link::None
}

const WEAK: &[&str] = &[
    "registration",
    "register",
    "registrations",
    "doors",
    "door",
    "arrival",
    "arrivals",
    "arrive",
    "arriving",
    "refreshments",
    "coffee",
    "tea",
    "teas",
    "check-in",
    "sign-in",
    "networking",
    "welcome",
    "gather",
];

const NOT: &[&str] = &[
    "by",
    "before",
    "deadline",
    "lunch",
    "dinner",
    "break",
    "keynote",
    "parking",
    "buffet",
    "after",
    "interviews",
    "was",
    "hours",
    "lines",
    "office",
    "phone",
    "telephone",
    "ring",
];

const ENDS: &[&str] = &[
    "until",
    "till",
    "til",
    "ends",
    "ending",
    "finish",
    "finishes",
    "finishing",
    "end",
    "closes",
    "close",
    "tan",
];

/// What the words around a time make of it.
fn role(t: &Tokens, mark: &TimeMark) -> Role {
    let mut p = mark.from;
    // "0118 496 0000, 9am to 5pm"
    let number =
        p.checked_sub(1 + usize::from(p > 1 && t.has(p - 1, ','))).and_then(|p| t.number(p));
    if number.is_some_and(|(value, digits)| digits >= 3 && !(1900..2100).contains(&value)) {
        return Role::Not;
    }
    for _ in 0..4 {
        if p == 0 || t.breaks(p) {
            break;
        }
        p -= 1;
        if t.one_of(p, WEAK) {
            return Role::Weak;
        }
        if t.one_of(p, NOT) {
            return Role::Not;
        }
        if t.one_of(p, ENDS) {
            return if mark.end.is_none() { Role::End } else { Role::Start };
        }
        if !(t.one_of(
            p,
            &[
                "at", "from", "is", "are", "open", "opens", "the", "on", "served", "starts",
                "about", "around", "approx", "up",
            ],
        ) || matches!(t.mark(p), Some(':' | '-' | '@')))
        {
            break;
        }
    }
    // "9.30am (registration)" speaks of this time, "10am (registration from 9.30)" of another.
    let bracket = t.has(mark.to, '(') && t.has(mark.to + 2, ')');
    let q = mark.to + usize::from(bracket || t.is(mark.to, "for"));
    if t.breaks(mark.to) {
        return Role::Start;
    }
    if t.one_of(q, WEAK) {
        return Role::Weak;
    }
    // "9am to 5pm, Monday to Friday" are opening hours.
    let hours = dates::weekday(t, q + usize::from(t.has(q, ','))).is_some_and(|(_, next)| {
        dates::join(t, next).is_some_and(|(_, after)| {
            dates::weekday(t, after).is_some_and(|(_, end)| t.number(end).is_none())
        })
    });
    if hours || t.one_of(q, &["lunch", "deadline", "dinner", "cut-off"]) {
        return Role::Not;
    }
    let label =
        t.has(q + 1, ':') || t.one_of(q + 1, &["date", "time"]) || t.number(q + 1).is_some();
    if mark.end.is_none() && !label && t.one_of(q, &["finish", "finishes", "end", "close", "ends"])
    {
        return Role::End;
    }
    Role::Start
}

/// A date with the times that belong to it: tokens `from..to`.
struct Block {
    from: usize,
    to: usize,
    chain: Chain,
    times: Vec<Use>,
    /// A time was written in front of the date.
    leads: bool,
}

fn blocks(t: &Tokens, found: &[Found], owners: &[Option<usize>]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut waiting: Vec<&TimeMark> = Vec::new();
    let mut newest = None;
    for (index, item) in found.iter().enumerate() {
        match item {
            Found::Date(chain) => {
                newest = Some(index);
                let leads = !waiting.is_empty();
                let from = waiting.first().map_or(chain.from, |mark| mark.from);
                let times = waiting.drain(..).map(|mark| part(t, mark, None)).collect();
                blocks.push(Block { from, to: chain.to, chain: chain.clone(), times, leads });
            }
            Found::Time(mark) => match owners.get(index).copied().flatten() {
                Some(owner) if Some(owner) == newest => {
                    if let Some(block) = blocks.last_mut() {
                        let before =
                            block.times.last().map(|last| last.mark.to.max(block.chain.to));
                        block.times.push(part(t, mark, before));
                        block.to = mark.to;
                    }
                }
                Some(_) => waiting.push(mark),
                None => {}
            },
        }
    }
    blocks
}

fn part(t: &Tokens, mark: &TimeMark, before: Option<usize>) -> Use {
    let another = before.is_some_and(|before| {
        mark.from - before <= 3
            && (before..mark.from)
                .any(|p| t.one_of(p, &["and", "or"]) || matches!(t.mark(p), Some('&' | '+')))
    });
    let mut mark = mark.clone();
    // "postponed from 10am to 2pm"
    let moved = mark.from > 0
        && t.is(mark.from - 1, "from")
        && (mark.from.saturating_sub(4)..mark.from).any(|p| refusals::is_move(t, p));
    if let (true, Some(end)) = (moved, mark.end) {
        mark.start = end;
        mark.end = None;
    }
    Use { role: role(t, &mark), mark, another }
}

/// "Start: … End: …", "starts …, ends …": the second is the end of the first.
fn is_end(t: &Tokens, a: &Block, b: &Block) -> bool {
    let ends = ["end", "ends", "ending", "finish", "finishes", "finishing"];
    let small = |p: usize| {
        t.one_of(p, &["and", "date", "time", "on", "at", "the"])
            || matches!(t.mark(p), Some(':' | ',' | '-' | '.' | ';'))
    };
    b.from > a.to
        && b.from - a.to <= 7
        && a.chain.atoms.len() == 1
        && (a.to..b.from).any(|p| t.one_of(p, &ends))
        && (a.to..b.from).all(|p| t.one_of(p, &ends) || small(p))
}

/// What stands between two blocks and ties them.
fn tie(t: &Tokens, a: &Block, b: &Block) -> Option<Join> {
    if [a, b].iter().any(|block| {
        block
            .chain
            .atoms
            .iter()
            .any(|atom| matches!(atom.trust, Trust::Repeats | Trust::BareWeekday))
    }) {
        return None;
    }
    if b.from == a.to + 1 && t.has(a.to, ';') {
        return Some(Join::Comma);
    }
    if is_end(t, a, b) {
        return Some(Join::Range);
    }
    let left = gap(t, a.to, b.from)?;
    let between = a.from > 0 && t.one_of(a.from - 1, &["between", "rhwng"]);
    match left.as_slice() {
        [] => (a.to..b.from).any(|p| t.has(p, ',')).then_some(Join::Comma),
        [p] => match dates::join(t, *p)? {
            (Join::And, _) if between => Some(Join::Range),
            (join, _) => Some(join),
        },
        [p, q] if t.has(*p, ',') || t.has(*q, '(') => None,
        _ => None,
    }
}

/// The groups of a text, and the times that belong to no date.
pub(crate) fn groups(t: &Tokens, found: &[Found]) -> (Vec<Group>, Vec<Use>) {
    let owners = owners(t, found);
    let loose = found
        .iter()
        .zip(&owners)
        .filter_map(|(item, owner)| match (item, owner) {
            (Found::Time(mark), None) => Some(part(t, mark, None)),
            _ => None,
        })
        .collect();
    let mut groups: Vec<Group> = Vec::new();
    let mut last: Option<Block> = None;
    for block in blocks(t, found, &owners) {
        let join = last.as_ref().and_then(|last| tie(t, last, &block));
        let fits =
            groups.last().is_some_and(|group| group.days.len() + block.chain.atoms.len() <= DAYS);
        if let (Some(join), true, Some(group)) = (join, fits, groups.last_mut()) {
            group.joins.push(join);
            group.extend(&block);
        } else {
            let mut group = Group {
                from: block.from,
                to: block.to,
                days: Vec::new(),
                joins: Vec::new(),
                times: Vec::new(),
            };
            group.extend(&block);
            groups.push(group);
        }
        last = Some(block);
    }
    (groups, loose)
}

impl Group {
    fn extend(&mut self, block: &Block) {
        self.to = block.to;
        self.days.extend(block.chain.atoms.iter().cloned());
        self.joins.extend(block.chain.joins.iter().copied());
        let first = self.times.len();
        self.times.resize(self.days.len(), Vec::new());
        // A time in front belongs to the first day of its chain, one behind to the last.
        let place = if block.leads { first } else { self.times.len().saturating_sub(1) };
        if let Some(times) = self.times.get_mut(place) {
            times.extend(block.times.iter().cloned());
        }
    }

    /// Whether two days are the ends of a range.
    pub(crate) fn is_range(&self) -> bool {
        self.joins.contains(&Join::Range)
    }

    /// Drops the days before a move ("from 3 March to 10 April").
    pub(crate) fn after_move(&mut self) {
        let Some(place) = self.joins.iter().position(|join| *join == Join::Range) else { return };
        self.fill_years();
        self.days.drain(..=place);
        self.joins.drain(..=place);
        self.times.drain(..=place);
    }

    /// Lets a written year count for the days beside it.
    fn fill_years(&mut self) {
        let mut later: Option<(i32, u32, u32)> = None;
        for day in self.days.iter_mut().rev() {
            if let (None, Some(month), Some((year, m, d))) = (day.year, day.month, later) {
                day.year = Some(if (month, day.day) > (m, d) { year - 1 } else { year });
            }
            later = day.year.zip(day.month).map(|(year, month)| (year, month, day.day)).or(later);
        }
        let mut sooner: Option<(i32, u32, u32)> = None;
        for day in &mut self.days {
            if let (None, Some(month), Some((year, m, d))) = (day.year, day.month, sooner) {
                day.year = Some(if (month, day.day) < (m, d) { year + 1 } else { year });
            }
            sooner = day.year.zip(day.month).map(|(year, month)| (year, month, day.day)).or(sooner);
        }
    }
}

/// What had to be assumed to turn what is written into days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Notes {
    /// The year is not written.
    pub(crate) year_inferred: bool,
    /// A weekday is written and agrees.
    pub(crate) weekday_agrees: bool,
    /// A weekday is written and contradicts the date.
    pub(crate) weekday_wrong: Option<(chrono::Weekday, NaiveDate)>,
    /// The month is not written and the day is far away.
    pub(crate) month_far: bool,
    /// No such day ("31 April").
    pub(crate) impossible: bool,
    /// The year cannot be inferred: nothing says when the text was published.
    pub(crate) no_posted: bool,
    /// A range that runs backwards.
    pub(crate) backwards: bool,
    /// The year is far from the year of publication.
    pub(crate) far_year: bool,
}

/// The days of a group on the calendar, in the group's order; `None` for one that does not exist.
pub(crate) fn place(
    group: &mut Group,
    posted: Option<NaiveDate>,
) -> (Vec<Option<NaiveDate>>, Notes) {
    let mut notes = Notes::default();
    notes.year_inferred = group.days.iter().all(|day| day.year.is_none());
    group.fill_years();
    let mut placed = Vec::new();
    let mut before: Option<NaiveDate> = None;
    for day in &group.days {
        let date = one(day, posted, before, &mut notes);
        if let (Some(date), Some(weekday)) = (date, day.weekday) {
            if date.weekday() == weekday {
                notes.weekday_agrees = true;
            } else {
                notes.weekday_wrong = Some((weekday, date));
            }
        }
        if let (Some(date), Some(posted)) = (date, posted) {
            notes.far_year |= (date.year() - posted.year()).abs() > 3;
        }
        notes.impossible |= date.is_none() && !notes.no_posted;
        before = date.or(before);
        placed.push(date);
    }
    (placed, notes)
}

fn one(
    day: &Atom,
    posted: Option<NaiveDate>,
    before: Option<NaiveDate>,
    notes: &mut Notes,
) -> Option<NaiveDate> {
    if let (Some(year), Some(month)) = (day.year, day.month) {
        return NaiveDate::from_ymd_opt(year, month, day.day);
    }
    let Some(posted) = posted else {
        // Even without a year, some days do not exist.
        notes.no_posted =
            day.month.is_none_or(|month| NaiveDate::from_ymd_opt(2024, month, day.day).is_some());
        return None;
    };
    let Some(month) = day.month else {
        return without_month(day, before.unwrap_or(posted), notes);
    };
    if let Some(before) = before {
        // The window counts for the first day; the others follow it.
        let same =
            NaiveDate::from_ymd_opt(before.year(), month, day.day).filter(|date| *date >= before);
        return same.or_else(|| NaiveDate::from_ymd_opt(before.year() + 1, month, day.day));
    }
    let earliest = posted.checked_sub_days(Days::new(60))?;
    let latest = posted.checked_add_days(Days::new(305))?;
    let fitting: Vec<NaiveDate> = (posted.year() - 1..=posted.year() + 1)
        .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day.day))
        .filter(|date| *date >= earliest && *date <= latest)
        .collect();
    let named = fitting.iter().find(|date| Some(date.weekday()) == day.weekday);
    named.or_else(|| fitting.last()).copied()
}

/// "Weds 5th": the next 5th that is a Wednesday.
fn without_month(day: &Atom, from: NaiveDate, notes: &mut Notes) -> Option<NaiveDate> {
    let first = from.with_day(1)?;
    let found = (0..12)
        .filter_map(|ahead| first.checked_add_months(Months::new(ahead))?.with_day(day.day))
        .find(|date| *date >= from && Some(date.weekday()) == day.weekday)?;
    notes.month_far |= (found - from).num_days() > 45;
    Some(found)
}

/// Days of one session: indices of the first and last in the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// Cuts a group into sessions: ranges and neighbouring days are one, listed days are several.
pub(crate) fn stretches(group: &Group, placed: &[Option<NaiveDate>]) -> Vec<Stretch> {
    let mut list: Vec<Stretch> = Vec::new();
    for index in 0..placed.len() {
        let here = placed.get(index).copied().flatten();
        let before = index.checked_sub(1).and_then(|before| placed.get(before).copied().flatten());
        let join = index.checked_sub(1).and_then(|before| group.joins.get(before));
        let timed = |index: usize| {
            group
                .times
                .get(index)
                .is_some_and(|times| times.iter().any(|time| time.role != Role::Not))
        };
        let next_day = before.and_then(|day| day.succ_opt()).is_some_and(|next| Some(next) == here);
        let one = match join {
            Some(Join::Range) => true,
            // Neighbouring days are one event, unless each has its own time; the same day twice is a translation.
            Some(Join::And | Join::Slash | Join::Comma) => {
                (next_day || (here.is_some() && before == here))
                    && !(timed(index) && timed(index - 1))
            }
            Some(Join::Or) | None => false,
        };
        match list.last_mut() {
            Some(last) if one => last.last = index,
            _ => list.push(Stretch { first: index, last: index }),
        }
    }
    list
}

/// Keeps the clock of this country where a foreign one stands beside it.
pub(crate) fn at_home(times: &[Use]) -> Vec<Use> {
    let home = |zone: Beside| matches!(zone, Beside::Wall);
    let abroad =
        |zone: Beside| matches!(zone, Beside::Abroad(_) | Beside::Unclear | Beside::Offset(_));
    let both = times.iter().any(|time| home(time.mark.zone))
        && times.iter().any(|time| abroad(time.mark.zone));
    times.iter().filter(|time| !both || home(time.mark.zone)).cloned().collect()
}
