//! Finds the times of day that a text writes: "10am", "9.30-12", "1400hrs", "noon until 2pm".

use super::{
    dates::{self, Join},
    names,
    numeric::numeric,
    tokens::Tokens,
};

/// Before or after noon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    Am,
    Pm,
}

/// How a time is written, which says how sure it is that it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `10:30`, `1400hrs`, `10 o'clock`.
    Sure,
    /// `09:30`: a leading zero is the 24-hour clock.
    Clock24,
    /// `10.30`: could be a room or a version.
    Dot,
    /// `1400`.
    Digits,
    /// `10`.
    Bare,
    /// Noon, midday.
    Noon,
    /// Midnight.
    Midnight,
}

/// One time as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) half: Option<Half>,
    pub(crate) form: Form,
}

/// The zone that is written beside a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Nothing.
    Nothing,
    /// GMT, BST, "UK time": what people call the clock on the wall.
    Wall,
    /// UTC, `Z` or a numeric offset: seconds east.
    Offset(i32),
    /// CET, EST and their like: seconds east.
    Abroad(i32),
    /// A zone that means several things.
    Unclear,
}

/// A time or a stretch of time: tokens `from..to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeMark {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) start: Clock,
    pub(crate) end: Option<Clock>,
    pub(crate) zone: Beside,
}

/// What stands around a time, for forms that are only times in company.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Company {
    /// A date stands directly before.
    pub(crate) date_before: bool,
    /// "at", "from", "Time:" stands directly before.
    pub(crate) cue: bool,
}

impl Clock {
    fn is_sure(self) -> bool {
        self.half.is_some() || !matches!(self.form, Form::Dot | Form::Digits | Form::Bare)
    }
}

const ZONES: &[(&str, Beside)] = &[
    ("gmt", Beside::Wall),
    ("bst", Beside::Wall),
    ("uk", Beside::Wall),
    ("london", Beside::Wall),
    ("utc", Beside::Offset(0)),
    ("z", Beside::Offset(0)),
    ("cet", Beside::Abroad(3600)),
    ("cest", Beside::Abroad(7200)),
    ("eet", Beside::Abroad(7200)),
    ("eest", Beside::Abroad(10800)),
    ("est", Beside::Abroad(-18000)),
    ("edt", Beside::Abroad(-14400)),
    ("cdt", Beside::Abroad(-18000)),
    ("pst", Beside::Abroad(-28800)),
    ("pdt", Beside::Abroad(-25200)),
    ("ist", Beside::Unclear),
    ("cst", Beside::Unclear),
    ("et", Beside::Unclear),
    ("pt", Beside::Unclear),
    ("aest", Beside::Abroad(36000)),
    ("aedt", Beside::Abroad(39600)),
];

const HOUR_WORDS: &[(&str, u32)] = &[
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
];

/// "am", "p.m.", "yb", "in the afternoon", "y bore".
fn half(t: &Tokens, at: usize) -> Option<(Half, usize)> {
    match t.word(at)? {
        "am" | "yb" => return Some((Half::Am, at + 1)),
        "pm" | "yp" | "yh" => return Some((Half::Pm, at + 1)),
        "a" | "p" if t.has(at + 1, '.') && t.is(at + 2, "m") => {
            let half = if t.is(at, "a") { Half::Am } else { Half::Pm };
            return Some((half, at + 3 + usize::from(t.has(at + 3, '.') && t.glued(at + 3))));
        }
        "y" if t.has(at + 1, '.') && t.one_of(at + 2, &["b", "p"]) => {
            let half = if t.is(at + 2, "b") { Half::Am } else { Half::Pm };
            return Some((half, at + 3 + usize::from(t.has(at + 3, '.') && t.glued(at + 3))));
        }
        "a" | "p" if t.is(at + 1, "m") => {
            let half = if t.is(at, "a") { Half::Am } else { Half::Pm };
            return Some((half, at + 2));
        }
        _ => {}
    }
    let p = if t.is(at, "in") && t.is(at + 1, "the") { at + 2 } else { at };
    let english = p > at;
    match t.word(p)? {
        "morning" if english => Some((Half::Am, p + 1)),
        "afternoon" | "evening" if english => Some((Half::Pm, p + 1)),
        "y" | "yr" => match t.word(p + 1)? {
            "bore" => Some((Half::Am, p + 2)),
            "prynhawn" | "hwyr" | "nos" => Some((Half::Pm, p + 2)),
            _ => None,
        },
        _ => None,
    }
}

fn named(t: &Tokens, at: usize) -> Option<(Clock, usize)> {
    let clock = |hour, form| Clock { hour, minute: 0, half: None, form };
    match t.word(at)? {
        "noon" | "midday" => Some((clock(12, Form::Noon), at + 1)),
        "midnight" => Some((clock(0, Form::Midnight), at + 1)),
        "canol" | "ganol" if t.one_of(at + 1, &["dydd", "ddydd"]) => {
            Some((clock(12, Form::Noon), at + 2))
        }
        "hanner" if t.one_of(at + 1, &["dydd", "ddydd"]) => Some((clock(12, Form::Noon), at + 2)),
        "hanner" if t.is(at + 1, "nos") => Some((clock(0, Form::Midnight), at + 2)),
        "half" | "quarter" => {
            let past = t.is(at + 1, "past");
            if !(past || (t.is(at, "quarter") && t.is(at + 1, "to"))) {
                return None;
            }
            let hour = match t.number(at + 2) {
                Some((hour, _)) => hour,
                None => names::lookup(HOUR_WORDS, t.word(at + 2)?)?,
            };
            let minute = if t.is(at, "half") { 30 } else { 15 };
            let (hour, minute) = if past { (hour, minute) } else { (hour.checked_sub(1)?, 45) };
            let (half, next) =
                half(t, at + 3).map_or((None, at + 3), |(half, next)| (Some(half), next));
            (1..=23)
                .contains(&hour)
                .then_some((Clock { hour, minute, half, form: Form::Sure }, next))
        }
        word => {
            let hour = names::lookup(HOUR_WORDS, word)?;
            let (half, next) = match t.is(at + 1, "o'clock") {
                true => half(t, at + 2).map_or((None, at + 2), |(half, next)| (Some(half), next)),
                // "no one am I…"
                false => half(t, at + 1)
                    .filter(|_| !t.is(at + 1, "am"))
                    .map(|(half, next)| (Some(half), next))?,
            };
            Some((Clock { hour, minute: 0, half, form: Form::Sure }, next))
        }
    }
}

/// One time in any form.
pub(crate) fn clock(t: &Tokens, at: usize) -> Option<(Clock, usize)> {
    if let Some(found) = named(t, at) {
        return Some(found);
    }
    let (value, digits) = t.number(at)?;
    let (mut hour, mut minute, mut form, mut p) = (value, 0, Form::Bare, at + 1);
    // "18h00" is how some neighbours write it.
    let parted =
        (matches!(t.mark(p), Some(':' | '.')) || t.is(p, "h")) && t.glued(p) && t.glued(p + 1);
    if let Some((minutes, 2)) = t.number(p + 1).filter(|_| parted && digits <= 2) {
        let dot = t.has(p, '.');
        (minute, p) = (minutes, p + 2);
        form = match (dot, digits == 2 && value < 10) {
            (true, _) => Form::Dot,
            (false, true) => Form::Clock24,
            (false, false) => Form::Sure,
        };
        // Seconds, and fractions of them.
        if !dot
            && t.has(p, ':')
            && t.glued(p + 1)
            && t.number(p + 1).is_some_and(|(s, d)| d == 2 && s < 61)
        {
            p += 2;
            form = Form::Clock24;
            if t.has(p, '.') && t.glued(p) && t.glued(p + 1) && t.number(p + 1).is_some() {
                p += 2;
            }
        }
        // `1.2.3` is no time.
        if t.has(p, '.') && t.glued(p) && t.glued(p + 1) && t.number(p + 1).is_some() {
            return None;
        }
    } else if digits == 4 {
        (hour, minute, form) = (value / 100, value % 100, Form::Digits);
    } else if digits > 2 {
        return None;
    }
    let (clock, next) = suffix(t, p, Clock { hour, minute, half: None, form })?;
    let top = if clock.half.is_some() { 12 } else { 23 };
    let end_of_day = clock.hour == 24 && clock.minute == 0;
    let fits = (clock.hour <= top || end_of_day || clock.half.is_some() && clock.hour <= 23)
        && clock.minute < 60;
    fits.then_some((clock, next))
}

/// What may follow the digits: am and pm, "noon", "hrs", "o'clock".
fn suffix(t: &Tokens, p: usize, mut clock: Clock) -> Option<(Clock, usize)> {
    if let Some((found, next)) = half(t, p) {
        // "10 a m…": the article, not the half of the day.
        clock.half = Some(found);
        if clock.hour > 12 {
            clock.half = None;
            clock.form = Form::Clock24;
        }
        return (clock.hour > 0 || clock.form != Form::Bare).then_some((clock, next));
    }
    if t.one_of(p, &["noon", "midday"]) && clock.hour == 12 {
        clock.form = Form::Noon;
        return Some((clock, p + 1));
    }
    if t.is(p, "midnight") && clock.hour == 12 {
        (clock.hour, clock.form) = (0, Form::Midnight);
        return Some((clock, p + 1));
    }
    if t.is(p, "o'clock") || (t.is(p, "o'r") && t.one_of(p + 1, &["gloch", "cloch"])) {
        let next = p + 1 + usize::from(t.is(p, "o'r"));
        clock.form = Form::Sure;
        return match half(t, next) {
            Some((found, next)) => {
                clock.half = Some(found);
                Some((clock, next))
            }
            None => Some((clock, next)),
        };
    }
    let hours = match t.word(p) {
        Some("hrs" | "hr" | "h" | "hours") => clock.form != Form::Bare,
        _ => false,
    };
    if hours {
        clock.form = Form::Clock24;
        return Some((clock, p + 1));
    }
    // A letter or a mark glued to it shows that it is something else.
    if t.glued(p)
        && (t.word(p).is_some_and(|word| !matches!(word, "z" | "gmt" | "bst" | "utc"))
            || t.has(p, '%'))
    {
        return None;
    }
    if clock.form == Form::Bare && names::month(t, p).is_some() {
        return None;
    }
    Some((clock, p))
}

/// The zone beside a time.
fn zone(t: &Tokens, at: usize, stamped: bool) -> (Beside, usize) {
    let open = t.has(at, '(');
    let p = at + usize::from(open);
    let shut = |next: usize| if open && t.has(next, ')') { next + 1 } else { next };
    if matches!(t.mark(p), Some('+' | '-')) && t.glued(p + 1) {
        // "10:00-12:00" is a range; only a machine's stamp has an offset west of London.
        let full =
            |next: usize| t.number(next - 1).is_some_and(|n| n.1 == 4) || t.has(next - 2, ':');
        let found = offset(t, p).filter(|(_, next)| full(*next) && (stamped || t.has(p, '+')));
        if let Some((offset, next)) = found {
            return (Beside::Offset(offset), next);
        }
    }
    let Some(found) = t.word(p).and_then(|word| names::lookup(ZONES, word)) else {
        return (Beside::Nothing, at);
    };
    if t.is(p, "z") && !t.glued(p) {
        return (Beside::Nothing, at);
    }
    if t.one_of(p, &["utc", "gmt"]) {
        if let Some((offset, next)) = offset(t, p + 1).filter(|_| t.glued(p + 1)) {
            return (Beside::Offset(offset), shut(next));
        }
        // "(UTC+00:00) Dublin…" is Outlook's name of the zone; "GMT/BST" is one word to people.
        if t.has(p + 1, '/') && t.one_of(p + 2, &["bst", "gmt"]) {
            return (Beside::Wall, shut(p + 3));
        }
    }
    let next = p + 1 + usize::from(t.one_of(p + 1, &["time", "local"]));
    if t.is(p, "london") && next == p + 1 {
        return (Beside::Nothing, at);
    }
    (found, shut(next))
}

/// `+01:00`, `+0100`, `+1`.
fn offset(t: &Tokens, at: usize) -> Option<(i32, usize)> {
    let sign = match t.mark(at)? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (value, digits) = t.number(at + 1).filter(|_| t.glued(at + 1))?;
    let value = i32::try_from(value).ok()?;
    let (hours, minutes, next) =
        match (digits, t.has(at + 2, ':').then(|| t.number(at + 3)).flatten()) {
            (2, Some((minutes, 2))) => (value, i32::try_from(minutes).ok()?, at + 4),
            (4, _) => (value / 100, value % 100, at + 2),
            (1 | 2, None) => (value, 0, at + 2),
            _ => return None,
        };
    (hours <= 14 && minutes < 60).then_some((sign * (hours * 3600 + minutes * 60), next))
}

/// Words that may stand after a range of bare numbers, which anything else would turn into a count.
const AFTER_BARE: &[&str] = &[
    "in", "at", "on", "with", "for", "gmt", "bst", "the", "and", "via", "by", "this", "o'clock",
    "hrs", "or", "neu",
];

/// The time or stretch of time that begins at this token, if it is one in this company.
pub(crate) fn time(t: &Tokens, at: usize, company: Company) -> Option<TimeMark> {
    if at > 0 && matches!(t.mark(at - 1), Some('\u{a3}' | '$' | '\u{20ac}' | '#')) {
        return None;
    }
    if at > 0
        && t.glued(at)
        && (t.word(at - 1).is_some_and(|word| word != "t" && names::month(t, at - 1).is_none())
            || t.has(at - 1, '.') && t.glued(at - 1))
    {
        return None;
    }
    let (start, p) = clock(t, at)?;
    let stamped = t.has(at + 3, ':') || (at > 0 && t.is(at - 1, "t"));
    let (first_zone, p) = zone(t, p, stamped);
    let between = at > 0 && t.one_of(at - 1, &["between", "rhwng"]);
    let second = stop(t, p, between).and_then(|next| clock(t, next));
    let second = second.filter(|(_, next)| !(t.has(*next, '/') && t.glued(*next)));
    let Some((end, next)) = second else {
        let on = (t.is(p, "on") || start.form == Form::Dot) && date_after(t, p);
        let company = Company { date_before: company.date_before || on, ..company };
        let single = start.is_sure() || alone(t, start, p, company);
        // "6.30 for 7pm": the first is when people arrive and takes the half of the second.
        if let Some((later, next)) = t.is(p, "for").then(|| clock(t, p + 1)).flatten()
            && later.is_sure()
            && (start.is_sure() || matches!(start.form, Form::Dot | Form::Bare))
        {
            let start = Clock { half: start.half.or(later.half), ..start };
            let end = stop(t, next, false).and_then(|p| clock(t, p));
            let (end, to) = end.map_or((None, next), |(end, to)| (Some(end), to));
            return Some(TimeMark { from: at, to, start, end, zone: first_zone });
        }
        return single.then_some(TimeMark { from: at, to: p, start, end: None, zone: first_zone });
    };
    let (second_zone, to) = zone(t, next, false);
    let zone = if second_zone == Beside::Nothing { first_zone } else { second_zone };
    let mark = TimeMark { from: at, to, start, end: Some(end), zone };
    if start.is_sure() || end.is_sure() {
        return Some(mark);
    }
    let lone = |clock: Clock| clock.form == Form::Bare;
    let plain = t.word(to).is_some() && !t.one_of(to, AFTER_BARE) && !t.breaks(to);
    let plausible = !(lone(start) && lone(end)) || (start.hour <= 12 && end.hour <= 23 && !plain);
    let near = company.date_before || company.cue || date_after(t, to);
    (plausible && near && !is_measure(t, to)).then_some(mark)
}

/// A date stands directly behind.
fn date_after(t: &Tokens, to: usize) -> bool {
    let p = to + usize::from(t.has(to, ','));
    let p = p + usize::from(t.is(p, "on"));
    dates::chain(t, p, None, false, p).is_some()
}

/// "£", "%", "years": what follows makes the numbers something else.
fn is_measure(t: &Tokens, at: usize) -> bool {
    t.has(at, '%')
        || t.one_of(
            at,
            &[
                "years", "year", "people", "places", "minutes", "mins", "miles", "km", "million",
                "percent", "per", "yrs",
            ],
        )
}

/// Whether a single time that is not sure by its form is one in this company.
fn alone(t: &Tokens, start: Clock, to: usize, company: Company) -> bool {
    let word = t.word(to).is_some() && !t.breaks(to) && !t.one_of(to, AFTER_BARE);
    if is_measure(t, to) || t.glued(to) && matches!(t.mark(to), Some('/' | '-')) {
        return false;
    }
    match start.form {
        Form::Dot => {
            company.date_before || company.cue || t.one_of(to, &["start", "starts", "prompt"])
        }
        Form::Digits => company.cue && company.date_before && start.hour < 24,
        Form::Bare => {
            company.cue && company.date_before && start.hour <= 12 && start.hour > 0 && !word
        }
        _ => true,
    }
}

/// The place behind a few words in brackets: "10am (prompt) to 4pm".
fn remark(t: &Tokens, at: usize) -> Option<usize> {
    let close = (at + 1..at + 6).find(|&p| t.word(p).is_none())?;
    (t.has(at, '(') && t.has(close, ')') && close > at + 1).then_some(close + 1)
}

/// The token after "-", "to", "until" (or "and" after "between").
fn stop(t: &Tokens, at: usize, between: bool) -> Option<usize> {
    let at = remark(t, at).filter(|&p| dates::join(t, p).is_some()).unwrap_or(at);
    let at = at + usize::from(t.has(at, ',') && t.one_of(at + 1, &["until", "till", "to"]));
    let at = at
        + usize::from(
            t.one_of(at, &["start", "starts"]) && t.one_of(at + 1, &["to", "until", "till"]),
        );
    match dates::join(t, at)? {
        (Join::Range, next) => {
            let next =
                next + usize::from(t.one_of(next, &["about", "approx", "around", "approximately"]));
            // "10am - 5 March", "10am to 5th March"
            let day = t.number(next).is_some()
                && t.word(next + 1).is_some_and(|word| matches!(word, "st" | "nd" | "rd" | "th"));
            let day =
                day || names::month(t, next + 1).is_some() || numeric(t, next, false).is_some();
            (!day).then_some(next)
        }
        (Join::And, next) if between && !t.has(at, ',') => Some(next),
        _ => None,
    }
}
