//! Puts days and times that belong together into groups: ranges, lists, sessions with times of their own.

use chrono::NaiveDate;

use super::{
    cues,
    dates::{self, Atom, Chain, Join, Trust},
    lists, numbers,
    roles::{self, AGAIN, Role, company, owners},
    times::{self, Beside, TimeMark},
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

/// A time with its part.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) mark: TimeMark,
    pub(crate) role: Role,
    /// "and" or "or" ties it to the time before.
    pub(crate) another: bool,
    /// "each day" stands beside it.
    pub(crate) daily: bool,
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
    /// A place stands with each day.
    pub(crate) has_places: bool,
}

/// Most days in one group.
const DAYS: usize = 40;

/// Walks over the text once.
pub(crate) fn scan(t: &Tokens, posted: Option<NaiveDate>, america: bool) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    let mut after = 0;
    while at < t.len() {
        if let Some(next) = numbers::skip(t, at) {
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

/// Tokens between two places that are no more than glue; what is left of them.
fn gap(t: &Tokens, from: usize, to: usize) -> Option<Vec<usize>> {
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

/// A date with the times that belong to it: tokens `from..to`.
pub(crate) struct Block {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) chain: Chain,
    pub(crate) times: Vec<Use>,
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
                let mut before = None;
                let times = waiting.drain(..).map(|mark| part(t, mark, before.replace(mark.to)));
                let times = times.collect();
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
    for block in &mut blocks {
        share_ties(t, &mut block.times);
    }
    blocks
}

/// "9am, 11am or 2pm": what holds for the last holds for those that commas tie to it.
fn share_ties(t: &Tokens, times: &mut [Use]) {
    for at in (1..times.len()).rev() {
        if let [.., before, here, next] = times.get_mut(..=at + 1).unwrap_or_default()
            && next.another
            && here.mark.from == before.mark.to + 1
            && t.has(before.mark.to, ',')
        {
            here.another = true;
        }
    }
}

fn part(t: &Tokens, mark: &TimeMark, before: Option<usize>) -> Use {
    let another = before.is_some_and(|before| {
        mark.from - before <= 3
            && (before..mark.from)
                .any(|p| t.one_of(p, AGAIN) || matches!(t.mark(p), Some('&' | '+')))
    });
    let mut mark = mark.clone();
    // "postponed from 10am to 2pm"
    let moved = mark.from > 0
        && t.is(mark.from - 1, "from")
        && (mark.from.saturating_sub(4)..mark.from).any(|p| cues::is_move(t, p));
    if let (true, Some(end)) = (moved, mark.end) {
        mark.start = end;
        mark.end = None;
    }
    // "from 2pm on 1 July to 3.45pm"
    let closes = mark.end.is_none()
        && before.and_then(|before| dates::join(t, before)) == Some((Join::Range, mark.from));
    let role = if closes { Role::End } else { roles::role(t, &mark) };
    Use { role, daily: is_daily(t, &mark), mark, another }
}

/// "9.30-4.30 each day", "daily from 10am", "both days: 10 to 4": the time is that of every day.
fn is_daily(t: &Tokens, mark: &TimeMark) -> bool {
    let small = |p: usize| {
        matches!(t.mark(p), Some(',' | ':' | '-' | '(')) || t.one_of(p, &["on", "from", "at"])
    };
    let every = |p: usize| {
        t.one_of(p, &["each", "every", "both", "per"]) && t.one_of(p + 1, &["day", "days"])
            || t.is(p, "bob") && t.one_of(p + 1, &["dydd", "diwrnod"])
    };
    let daily = |p: usize| t.one_of(p, &["daily", "beunyddiol"]);
    let behind = (mark.to..mark.to + 3).find(|&p| t.breaks(p) || !small(p));
    let before = (mark.from.saturating_sub(3)..mark.from).rev().find(|&p| !small(p));
    behind.is_some_and(|p| !t.breaks(p) && (daily(p) || every(p)))
        || before.is_some_and(|p| daily(p) || p > 0 && every(p - 1))
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
    let timed = !a.times.is_empty() && !b.times.is_empty();
    if b.from == a.to + 1 && (t.has(a.to, ';') || timed && t.has(a.to, '\u{b7}')) {
        return Some(Join::Comma);
    }
    let again = timed
        && b.from - a.to <= 4
        && (a.to..b.from).any(|p| t.one_of(p, &["repeated", "repeat", "repeats", "again"]))
        && (a.to..b.from)
            .all(|p| t.one_of(p, AGAIN) || t.one_of(p, &["repeats", "on"]) || t.mark(p).is_some());
    if again {
        return Some(Join::And);
    }
    if is_end(t, a, b) {
        return Some(Join::Range);
    }
    let place = lists::behind_place(t, a.to);
    beside(t, a, b, place.unwrap_or(a.to))
        .filter(|join| place.is_none() || *join != Join::Range)
        .or_else(|| lists::entries(t, a, b))
}

/// What stands directly between two blocks, from behind the first and its place.
fn beside(t: &Tokens, a: &Block, b: &Block, to: usize) -> Option<Join> {
    let left = gap(t, to, b.from)?;
    let between = a.from > 0 && t.one_of(a.from - 1, &["between", "rhwng"]);
    match left.as_slice() {
        [] => (to..b.from).any(|p| t.has(p, ',')).then_some(Join::Comma),
        [p] => match dates::join(t, *p)? {
            (Join::And, _) if between => Some(Join::Range),
            (join, _) => Some(join),
        },
        [p, q] => dates::join(t, *p).filter(|(_, next)| *next == q + 1).map(|(join, _)| join),
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
            group.has_places |= join != Join::Range && lists::has_place(t, group.to, block.from);
            group.extend(&block);
        } else {
            let mut group = Group {
                from: block.from,
                to: block.to,
                days: Vec::new(),
                joins: Vec::new(),
                times: Vec::new(),
                has_places: false,
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
    pub(crate) fn fill_years(&mut self) {
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

/// Keeps the clock of this country where a foreign one stands beside it.
pub(crate) fn at_home(times: &[Use]) -> Vec<Use> {
    let home = |zone: Beside| matches!(zone, Beside::Wall);
    let abroad =
        |zone: Beside| matches!(zone, Beside::Abroad(_) | Beside::Unclear | Beside::Offset(_));
    let both = times.iter().any(|time| home(time.mark.zone))
        && times.iter().any(|time| abroad(time.mark.zone));
    times.iter().filter(|time| !both || home(time.mark.zone)).cloned().collect()
}
