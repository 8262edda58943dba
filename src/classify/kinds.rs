//! What kind of event it is: the most specific cue wins, the title before the description.

use std::collections::BTreeMap;

use crate::{
    event::{Attendance, Reason},
    feed::Feed,
    vocabulary::Vocabulary,
};

use super::{
    phrases::{Hit, Role},
    text::{Field, Part},
};

/// What is left when nothing speaks.
pub(super) const OTHER: &str = "other";

/// Scores nearer than this are a tie, which the more specific kind wins.
const TIE: f64 = 0.45;

/// What a cue that is the head of a title has over one that goes before it.
const HEAD: f64 = 0.5;

/// What the name of a series adds to the kind of its events.
const SERIES: f64 = 0.8;

/// From here on a kind is named rather than hinted at.
pub(super) const NAMED: f64 = 1.9;

/// What a cue counts with which the description opens: it says what the event is as a title does.
pub(super) const OPENS: f64 = 2.9;

/// A kind, how sure it is, why, and the named series.
pub(super) struct Judged {
    pub(super) kind: String,
    pub(super) score: f64,
    pub(super) in_title: bool,
    pub(super) series: Option<String>,
    pub(super) reasons: Vec<Reason>,
}

#[derive(Default)]
struct Case {
    best: f64,
    sum: f64,
    in_title: bool,
    reason: Option<Reason>,
}

pub(super) fn kind(
    parts: &[Part],
    words: &Vocabulary,
    feed: &Feed,
    attendance: Attendance,
) -> Judged {
    let mut cases: BTreeMap<usize, Case> = BTreeMap::new();
    let mut series = None;
    for part in parts {
        for hit in part.hits.iter().filter(|hit| part.counts(hit)) {
            match hit.role {
                Role::Cue(at) | Role::Head(at) | Role::Hint(at) if !within_service(hit, part) => {
                    let cue = match hit.role {
                        Role::Cue(_) => true,
                        Role::Head(_) => part.field == Field::Title,
                        _ => false,
                    };
                    let cue = cue && !occasion(hit, part);
                    credit(cases.entry(at).or_default(), hit, part, cue);
                }
                Role::Series(at) if part.field != Field::Categories => {
                    let found = words.series.get(at);
                    if series.is_none() || part.field == Field::Title {
                        series = series.or(found);
                    }
                }
                _ => {}
            }
        }
    }
    let of = |id: &str| words.kinds.iter().position(|kind| kind.id == id);
    for id in &feed.kinds {
        if let Some(at) = of(id) {
            let case = cases.entry(at).or_default();
            case.sum += 1.5;
            case.best = case.best.max(1.5);
            case.reason.get_or_insert_with(|| Reason::new(id, "feed setting", ""));
        }
    }
    settle(cases, words, attendance, series)
}

/// "Drinks after the regional meeting", "an evening for the network": what stands after such words is another event, or
/// those who are asked to this one.
fn occasion(hit: &Hit, part: &Part) -> bool {
    let word = |back: usize| {
        hit.first
            .checked_sub(back)
            .and_then(|at| part.folded.words.get(at))
            .map(|w| w.folded.as_str())
    };
    let direct = |word: Option<&str>| {
        matches!(word, Some("at" | "after" | "before" | "from" | "following" | "during" | "since"))
    };
    let article = matches!(word(1), Some("the" | "our" | "this" | "last" | "your"));
    let whose = matches!(word(2), Some("for" | "of" | "by" | "with"));
    direct(word(1)) || (article && (direct(word(2)) || whose))
}

/// A single word inside a service's own phrase ("heat network", "community hubs") names no kind.
fn within_service(hit: &Hit, part: &Part) -> bool {
    hit.words() == 1
        && part.hits.iter().any(|other| {
            matches!(other.role, Role::Strong(_))
                && other.words() > 1
                && other.first <= hit.first
                && hit.end < other.end
        })
}

/// Words after which a title says what the event is about, for whom, or where.
const AFTER: [&str; 14] = [
    "for", "on", "of", "about", "with", "in", "at", "to", "from", "by", "where", "that", "and",
    "or",
];

/// "Resilience forum conference", "course for network hosts": what a title announces stands last, before such a word.
fn is_head(hit: &Hit, part: &Part) -> bool {
    let next = part.folded.words.get(hit.end);
    next.is_none_or(|word| word.breaks || AFTER.contains(&word.folded.as_str()))
}

fn credit(case: &mut Case, hit: &Hit, part: &Part, cue: bool) {
    let longer = f64::from(u8::try_from(hit.words().saturating_sub(1).min(3)).unwrap_or(3)) * 0.15;
    let opens = hit.first <= 1;
    let near = hit.first <= 30;
    let points = match (part.field, cue) {
        (Field::Title, true) if is_head(hit, part) => 4.0 + HEAD + longer,
        (Field::Title, true) => 4.0 + longer,
        (Field::Categories, true) => 3.4 + longer,
        (Field::Description, true) if opens => OPENS + longer,
        (Field::Description, true) if near => 2.3 + longer,
        (Field::Description, true) => 1.6 + longer,
        (Field::Title, false) => 1.6 + longer,
        (Field::Categories, false) => 1.2,
        (Field::Description, false) => 0.7,
    };
    if points > case.best {
        case.best = points;
        case.reason = Some(Reason::new(part.quote(hit), part.field.name(), ""));
        case.in_title |= part.field == Field::Title && cue;
    }
    case.sum = (case.sum + points * 0.15).min(0.6);
}

fn settle(
    cases: BTreeMap<usize, Case>,
    words: &Vocabulary,
    attendance: Attendance,
    series: Option<&crate::vocabulary::Series>,
) -> Judged {
    let mut ranked: Vec<(u32, &str, f64, Case)> = cases
        .into_iter()
        .filter_map(|(at, case)| {
            let kind = words.kinds.get(at)?;
            let fits = match (kind.id.as_str(), attendance) {
                ("webinar", Attendance::Online) => 0.5,
                ("webinar", Attendance::InPerson) => -1.2,
                _ => 0.0,
            };
            Some((kind.rank, kind.id.as_str(), case.best + fits, case))
        })
        .collect();
    // A hack day of a makers' network is a hack day: the series speaks where the title does not.
    let usual = series.and_then(|series| series.kind.as_deref());
    if !ranked.iter().any(|(.., case)| case.in_title) {
        for entry in ranked.iter_mut().filter(|(_, id, ..)| Some(*id) == usual) {
            entry.2 += SERIES;
        }
    }
    ranked.sort_by(|a, b| b.2.total_cmp(&a.2));
    let top = ranked.first().map_or(0.0, |(_, _, score, _)| *score);
    let best = ranked
        .into_iter()
        .filter(|(_, _, score, _)| *score >= top - TIE)
        .min_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)));
    let mut judged = Judged {
        kind: OTHER.into(),
        score: top,
        in_title: false,
        series: series.map(|series| series.name.clone()),
        reasons: Vec::new(),
    };
    if let Some((_, id, score, case)) = best.filter(|(_, _, score, _)| *score >= 0.6)
        && (usual.is_none() || score >= NAMED)
    {
        judged.kind = id.to_owned();
        judged.in_title = case.in_title;
        judged.reasons.extend(case.reason.map(|reason| says(words, id, reason)));
        return judged;
    }
    if let (Some(kind), Some(series)) = (usual, series) {
        judged.kind = kind.to_owned();
        judged.score = 3.0;
        let reason = Reason::new(&series.name, "name of its series", "");
        judged.reasons.push(says(words, kind, reason));
    }
    judged
}

fn says(words: &Vocabulary, id: &str, reason: Reason) -> Reason {
    let title = words.kind(id).map_or(id, |kind| kind.title.as_str());
    let says = match id {
        "other" => "it is a visit, an open day, a briefing or a launch".into(),
        _ => format!("its kind is “{title}”"),
    };
    Reason { says, ..reason }
}
