//! Which services an event is about: phrases scored by where they stand.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    event::Reason,
    feed::Feed,
    vocabulary::{Service, Vocabulary},
};

use super::{
    fold::Word,
    phrases::{Hit, Role},
    text::{Field, Part},
};

/// What phrases count for, by where they stand.
const TITLE_STRONG: f64 = 3.0;
const TITLE_WEAK: f64 = 1.0;
const BODY_STRONG: f64 = 1.2;
const BODY_WEAK: f64 = 0.45;
/// A strong phrase of the description that names the people of a service says for whom it is.
const BODY_PEOPLE: f64 = 1.7;
const FEED_DEFAULT: f64 = 2.0;
/// Each further word of a phrase makes it surer.
const WORD: f64 = 0.25;
/// Further strong phrases of the same service in the title.
const AGAIN: f64 = 1.0;
/// From here on it is a tag: one strong phrase in the title, or two in the description, or one and a weak one.
const TAG: f64 = 1.6;
/// A lone weak sign still names the main service where nothing else does.
const FALLBACK: f64 = 0.9;
/// A second tag must reach this part of the first.
const SHARE: f64 = 0.4;
/// Without a strong phrase in the title a second tag needs two in the description.
const SECOND_BODY: f64 = 2.3;
/// Where the title names no service, one that has this part of the first has as good a case.
const EQUAL: f64 = 0.8;
/// The service that comes last comes first only where its case is this good, and so much better than any other.
const PLAIN: f64 = 5.0;
const PLAINLY: f64 = 1.6;
/// Most tags.
const MOST: usize = 3;

/// The evidence for one service.
#[derive(Default)]
struct Case {
    score: f64,
    in_title: bool,
    /// A strong phrase speaks for it.
    strong: bool,
    first: usize,
    reasons: Vec<(f64, Reason)>,
    seen: BTreeSet<String>,
}

/// Words for those who do the work: before them a leading word names a service ("library managers").
const PEOPLE: [&str; 27] = [
    "officer",
    "manager",
    "lead",
    "team",
    "staff",
    "practitioner",
    "professional",
    "colleague",
    "director",
    "head",
    "leader",
    "commissioner",
    "specialist",
    "assistant",
    "adviser",
    "advisor",
    "coordinator",
    "supervisor",
    "inspector",
    "surveyor",
    "engineer",
    "worker",
    "analyst",
    "planner",
    "technician",
    "operative",
    "apprentice",
];

/// Words before those who hold an event, not those for whom it is.
const OWN: [&str; 4] = ["our", "its", "their", "my"];

/// Words for how a service is organised, before which a leading word names it too ("planning peer group").
const ORGANISED: [&str; 28] = [
    "service",
    "peer",
    "group",
    "network",
    "forum",
    "department",
    "policy",
    "authority",
    "application",
    "workshop",
    "training",
    "conference",
    "discovery",
    "hack",
    "user",
    "data",
    "reform",
    "strategy",
    "community",
    "board",
    "system",
    "sector",
    "show",
    "webinar",
    "unconference",
    "camp",
    "summit",
    "masterclass",
];

/// The tags and why.
pub(super) fn services(
    parts: &[Part],
    words: &Vocabulary,
    feed: &Feed,
) -> (Vec<String>, Vec<Reason>) {
    let mut cases: BTreeMap<usize, Case> = BTreeMap::new();
    for part in parts {
        let shouting = part.field == Field::Title && all_capitals(part);
        let trapped: BTreeSet<(usize, usize)> = part
            .hits
            .iter()
            .filter(|hit| matches!(hit.role, Role::Trap(_)))
            .map(|hit| (hit.first, hit.end))
            .collect();
        for hit in part.hits.iter().filter(|hit| part.counts(hit)) {
            let trap = matches!(hit.role, Role::Trap(_));
            if (!trap && trapped.contains(&(hit.first, hit.end))) || spelled_out(hit, part, parts) {
                continue;
            }
            if let Some((service, strong)) = meaning(hit, part, shouting) {
                credit(cases.entry(service).or_default(), hit, part, strong);
            }
        }
    }
    for id in &feed.services {
        if let Some(at) = words.services.iter().position(|service| service.id == *id) {
            let case = cases.entry(at).or_default();
            case.score += FEED_DEFAULT;
            case.reasons.push((FEED_DEFAULT, Reason::new(id, "feed setting", "")));
        }
    }
    choose(cases, words)
}

/// The service of a hit, and whether the hit is strong.
fn meaning(hit: &Hit, part: &Part, shouting: bool) -> Option<(usize, bool)> {
    match hit.role {
        Role::Strong(at) => {
            let acronym = shouting
                && hit.words() == 1
                && part.folded.words.get(hit.first).is_some_and(|word| word.folded.len() <= 4);
            Some((at, !acronym))
        }
        Role::Trap(Some(at)) => Some((at, true)),
        Role::Weak(at) => Some((at, false)),
        Role::Lead(at) => Some((at, leads(hit, part))),
        _ => None,
    }
}

fn all_capitals(part: &Part) -> bool {
    part.folded.words.len() >= 3
        && part.folded.words.iter().filter(|word| word.capitals).count() * 5
            >= part.folded.words.len() * 4
}

/// "Content security policy (CSP)", "LAC network: Local Area Coordinators": the words of the text say what an acronym
/// stands for here, and it is not what the service calls by it.
fn spelled_out(hit: &Hit, part: &Part, parts: &[Part]) -> bool {
    let Some(word) = part.folded.words.get(hit.first) else { return false };
    let letters: Vec<char> = word.folded.chars().collect();
    if hit.words() != 1 || !word.capitals || letters.len() < 2 {
        return false;
    }
    let initials = |words: &[Word]| {
        words.len() == letters.len()
            && words.iter().zip(&letters).all(|(word, letter)| word.folded.starts_with(*letter))
    };
    let before = hit.first.checked_sub(letters.len());
    if before.is_some_and(|from| initials(part.folded.words.get(from..hit.first).unwrap_or(&[]))) {
        return true;
    }
    letters.len() > 2
        && parts.iter().any(|other| {
            let runs = other.folded.words.windows(letters.len()).enumerate();
            let mut named = runs.filter(|(at, run)| {
                initials(run)
                    && (*at..at + run.len()).all(|at| other.is_capital(at))
                    && run.iter().skip(1).all(|word| !word.breaks)
            });
            named.any(|(at, run)| {
                let over = |own: &Hit| own.first < at + run.len() && at < own.end;
                !other.hits.iter().any(|own| over(own) && own.role == hit.role)
            })
        })
}

fn leads(hit: &Hit, part: &Part) -> bool {
    let starts = hit.first == 0 || part.folded.words.get(hit.first).is_some_and(|word| word.breaks);
    let next = part.folded.words.get(hit.end);
    let organised = next.is_some_and(|word| {
        let word = (!word.breaks).then_some(word.folded.as_str());
        word.is_some_and(|word| PEOPLE.contains(&word) || ORGANISED.contains(&word))
    });
    let alone = next.is_none_or(|word| word.breaks);
    organised || (part.field != Field::Description && starts && alone)
}

/// Where the word for people stands in which a phrase of a service ends, or which follows it ("tree officers", "free
/// school meals staff"): for whom it is, and so what it is about. "Our web team" are those who write it.
fn people(hit: &Hit, part: &Part) -> Option<usize> {
    let before = hit.first.checked_sub(1).and_then(|at| part.folded.words.get(at));
    if before.is_some_and(|word| OWN.contains(&word.folded.as_str())) {
        return None;
    }
    let last = hit.end.checked_sub(1).filter(|_| hit.words() > 1);
    last.into_iter().chain([hit.end]).find(|at| {
        let word = part.folded.words.get(*at);
        word.filter(|word| *at < hit.end || !word.breaks)
            .is_some_and(|word| PEOPLE.contains(&word.folded.as_str()))
    })
}

/// The first words that name several people of a service.
pub(super) fn professionals(parts: &[Part]) -> Option<Reason> {
    parts.iter().filter(|part| part.field != Field::Categories).find_map(|part| {
        let own =
            |hit: &&Hit| matches!(hit.role, Role::Strong(_) | Role::Lead(_) | Role::Trap(Some(_)));
        part.hits.iter().filter(own).filter(|hit| part.counts(hit)).find_map(|hit| {
            let at = people(hit, part).filter(|at| part.is_many(*at))?;
            Some(Reason::new(part.words(hit.first, at + 1), part.field.name(), ""))
        })
    })
}

fn credit(case: &mut Case, hit: &Hit, part: &Part, strong: bool) {
    let quote = part.quote(hit);
    let key = format!("{}{}", part.field.name(), quote.to_lowercase());
    if !case.seen.insert(key) {
        return;
    }
    let further = f64::from(u8::try_from(hit.words().saturating_sub(1).min(4)).unwrap_or(4));
    let points = match (part.field, strong) {
        (Field::Title | Field::Categories, true) if case.in_title => AGAIN,
        (Field::Title | Field::Categories, true) => TITLE_STRONG + WORD * further,
        (Field::Title | Field::Categories, false) => TITLE_WEAK,
        (Field::Description, true) if people(hit, part).is_some() => {
            BODY_PEOPLE + WORD * further / 2.0
        }
        (Field::Description, true) => BODY_STRONG + WORD * further / 2.0,
        (Field::Description, false) => BODY_WEAK,
    };
    case.strong |= strong;
    if part.field != Field::Description && strong {
        if !case.in_title {
            case.first = hit.first;
        }
        case.in_title = true;
    }
    case.score += points;
    case.reasons.push((points, Reason::new(quote, part.field.name(), "")));
}

fn choose(cases: BTreeMap<usize, Case>, words: &Vocabulary) -> (Vec<String>, Vec<Reason>) {
    let mut ranked: Vec<(&Service, f64, Case)> = cases
        .into_iter()
        .filter_map(|(at, case)| {
            let service = words.services.get(at)?;
            let early = f64::from(u8::try_from(case.first.min(12)).unwrap_or(12)) * 0.03;
            let score = case.score * service.weight - if case.in_title { early } else { 0.0 };
            Some((service, score, case))
        })
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let sure = |score: f64, bar: f64| score >= bar;
    let best =
        ranked.iter().find(|(service, ..)| !service.last).map_or(0.0, |(_, score, _)| *score);
    let plainly = |score: f64| score >= PLAIN && score >= best * PLAINLY;
    let main = ranked
        .iter()
        .find(|(service, score, _)| service.last && plainly(*score))
        .or_else(|| ranked.iter().find(|(service, score, _)| !service.last && sure(*score, TAG)))
        .or_else(|| ranked.iter().find(|(_, score, _)| sure(*score, TAG)))
        .or_else(|| {
            ranked.iter().find(|(service, score, _)| !service.last && sure(*score, FALLBACK))
        })
        .or_else(|| ranked.iter().find(|(_, score, _)| sure(*score, FALLBACK)));
    let Some((main, top, untitled)) =
        main.map(|(service, score, case)| (service.id.clone(), *score, !case.in_title))
    else {
        return (Vec::new(), Vec::new());
    };
    let equal = |score: f64, case: &Case| untitled && case.strong && score >= top * EQUAL;
    let mut chosen: Vec<&(&Service, f64, Case)> = ranked
        .iter()
        .filter(|(service, score, case)| {
            service.id == main
                || (!service.last && equal(*score, case))
                || (*score >= TAG
                    && *score >= top * SHARE
                    && (case.in_title
                        || *score >= SECOND_BODY + if service.last { 0.6 } else { 0.0 }))
        })
        .collect();
    chosen.sort_by_key(|(service, ..)| (service.id != main, service.last));
    chosen.truncate(MOST);
    let mut reasons = Vec::new();
    for (service, _, case) in &chosen {
        let mut best: Vec<&(f64, Reason)> = case.reasons.iter().collect();
        best.sort_by(|a, b| b.0.total_cmp(&a.0));
        reasons.extend(best.into_iter().take(3).map(|(_, reason)| Reason {
            says: format!("it is about “{}”", service.title),
            ..reason.clone()
        }));
    }
    (chosen.iter().map(|(service, ..)| service.id.clone()).collect(), reasons)
}
