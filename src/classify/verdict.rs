//! Listed or not: what speaks for and against, weighed by the feed's policy, and one plain sentence why.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    event::{Decision, Reason, Verdict},
    feed::{Feed, Policy},
    vocabulary::{Sign, Vocabulary},
};

use super::{
    kinds::Judged as Kind,
    phrases::Role,
    text::{Field, Part},
};

/// What is left of the favour after the objections must reach this in a filtered feed.
const BAR: f64 = 1.5;

/// An objection counts less in the description than in the title.
const BODY: f64 = 0.62;

/// Several phrases of one sign add up, up to this many times its weight.
const MOST: f64 = 1.5;

/// Kinds that only people who work on services hold; a "course" or a "forum" may be anybody's.
const PROFESSIONAL: [&str; 7] = [
    "discovery",
    "makers",
    "unconference",
    "show-and-tell",
    "user-research",
    "community-of-practice",
    "peer-group",
];

/// Objections that weigh half where a professional kind of event, or any kind about a service, names its
/// professionals: their work is with the public.
const SOFT: [&str; 5] = ["leisure", "public_session", "civic", "notice", "consultation"];

/// By so much must the objections outweigh the favour for an item of a trusted feed to be left out.
const CLEAR: f64 = 0.6;

/// Objections that tell even where they stand in the description only; others may be said there in passing.
const TELLING: [&str; 3] = ["leisure", "public_session", "civic"];

/// Objections that tell nothing where a category gives them: "bulletin" or "blog" is the shelf of the site on which an
/// event may stand as well as news.
const SHELVES: [&str; 1] = ["news_weak"];

/// Both sides of the scales.
pub(super) struct Scales {
    favour: f64,
    against: f64,
    /// The part of the favour that is only the organiser's name: it says nothing of this one item.
    by_name: f64,
    /// The gravest objection.
    objection: Option<Sign>,
    /// It stands in the title.
    in_title: bool,
    /// What speaks for it, then what speaks against it.
    reasons: Vec<Reason>,
    /// How many of them speak for it.
    in_favour: usize,
}

#[derive(Default)]
struct Tally {
    points: f64,
    reason: Option<Reason>,
    seen: BTreeSet<String>,
}

type Tallies = BTreeMap<usize, Tally>;

pub(super) fn weigh(
    parts: &[Part],
    organiser: Option<&Part>,
    kind: &Kind,
    services: (&[String], &[Reason]),
    words: &Vocabulary,
) -> Scales {
    let signs = &words.signs;
    let (mut favour, against) = tallies(parts, words);
    let mut scales = Scales {
        favour: 0.0,
        against: 0.0,
        by_name: 0.0,
        objection: None,
        in_title: false,
        reasons: Vec::new(),
        in_favour: 0,
    };
    let professionals = super::services::professionals(parts);
    kind_and_subject(&mut scales, kind, services, professionals.is_some(), words);
    if let Some((at, sign)) = audience(words)
        && let Some(named) = professionals
    {
        let tally = favour.entry(at).or_default();
        tally.points = tally.points.max(sign.weight);
        tally.reason.get_or_insert(Reason { says: sign.says.clone(), ..named });
    }
    let people = favour.values().any(|tally| tally.points >= 1.2);
    for tally in favour.into_values() {
        scales.favour += tally.points;
        scales.reasons.extend(tally.reason);
    }
    known_organiser(&mut scales, organiser, signs.organisers.as_slice());
    scales.in_favour = scales.reasons.len();
    let subject = !services.0.is_empty();
    let named = kind.in_title && (PROFESSIONAL.contains(&kind.kind.as_str()) || subject);
    let mut gravest = 0.0;
    for (at, mut tally) in against {
        let soft = signs.against.get(at).is_some_and(|sign| SOFT.contains(&sign.id.as_str()));
        if soft && named && people {
            tally.points *= 0.5;
        }
        scales.against += tally.points;
        if tally.points > gravest {
            gravest = tally.points;
            scales.in_title = tally.reason.as_ref().is_some_and(|reason| reason.from == "title");
            scales.objection = signs.against.get(at).cloned();
        }
        scales.reasons.extend(tally.reason);
    }
    scales
}

/// What each sign counts for and against, by its place in the vocabulary.
fn tallies(parts: &[Part], words: &Vocabulary) -> (Tallies, Tallies) {
    let signs = &words.signs;
    let mut favour = Tallies::new();
    let mut against = Tallies::new();
    for part in parts {
        let share = if part.field == Field::Description { BODY } else { 1.0 };
        for hit in part.hits.iter().filter(|hit| part.speaks(hit)) {
            let (tally, sign, share) = match hit.role {
                Role::For(at) => (favour.entry(at).or_default(), signs.favour.get(at), 1.0),
                Role::Against(at) => {
                    let sign = signs.against.get(at);
                    if sign.is_some_and(|sign| !may_object(sign, part.field)) {
                        continue;
                    }
                    (against.entry(at).or_default(), sign, share)
                }
                _ => continue,
            };
            let quote = part.quote(hit);
            let Some(sign) = sign.filter(|_| tally.seen.insert(quote.to_lowercase())) else {
                continue;
            };
            let step = if tally.points > 0.0 { 0.4 } else { 1.0 };
            tally.points = (tally.points + sign.weight * share * step).min(sign.weight * MOST);
            tally.reason.get_or_insert_with(|| Reason::new(quote, part.field.name(), &sign.says));
        }
    }
    (favour, against)
}

/// The sign that those who run services are meant, by its place in the vocabulary.
fn audience(words: &Vocabulary) -> Option<(usize, &Sign)> {
    words.signs.favour.iter().enumerate().find(|(_, sign)| sign.id == "audience")
}

/// Whether an objection counts where it stands.
fn may_object(sign: &Sign, field: Field) -> bool {
    match field {
        Field::Title => true,
        Field::Categories => !sign.title_only && !SHELVES.contains(&sign.id.as_str()),
        Field::Description => !sign.title_only,
    }
}

fn kind_and_subject(
    scales: &mut Scales,
    kind: &Kind,
    (services, reasons): (&[String], &[Reason]),
    for_its_people: bool,
    words: &Vocabulary,
) {
    let professional = PROFESSIONAL.contains(&kind.kind.as_str());
    scales.favour += match (professional, kind.in_title, kind.score >= super::kinds::NAMED) {
        (true, true, _) => 1.7,
        (true, false, true) => 1.2,
        (false, true, _) if kind.kind == "hack" => 1.2,
        (false, true, _) if kind.kind == "conference" => 1.0,
        // A drop-in or an open day is as often for residents.
        (false, true, _) if kind.kind == "other" => 0.6,
        (false, true, _) => 0.8,
        (false, false, true) if kind.score >= super::kinds::OPENS && kind.kind != "other" => 0.8,
        (false, false, true) => 0.5,
        (_, _, false) => 0.0,
    };
    if let Some(reason) = kind.reasons.first().filter(|_| kind.score >= super::kinds::NAMED) {
        scales.reasons.push(reason.clone());
    }
    let officers = services.first().and_then(|id| words.service(id)).is_some_and(|s| s.officers);
    if for_its_people || reasons.iter().any(|reason| reason.from == "title") {
        scales.favour += if officers { 0.75 } else { 0.5 };
    } else if !services.is_empty() {
        scales.favour += 0.2;
    }
}

fn known_organiser(scales: &mut Scales, organiser: Option<&Part>, signs: &[Sign]) {
    let Some(part) = organiser else { return };
    let text = format!(" {} ", part.folded.line.trim());
    for sign in signs {
        let known = sign.phrases.iter().find(|phrase| {
            let phrase = super::fold::phrase(phrase);
            text.contains(&phrase)
        });
        if known.is_some() {
            scales.favour += sign.weight;
            scales.by_name += sign.weight;
            scales.reasons.push(Reason::new(&part.text, "organiser", &sign.says));
        }
    }
}

impl Scales {
    fn hard(&self) -> Option<&Sign> {
        self.objection.as_ref().filter(|sign| sign.hard && self.against >= self.favour)
    }

    /// Even a network that trusts the feed does not mean this: an evening class, a wedding fair.
    fn clearly_not(&self) -> bool {
        let telling = self
            .objection
            .as_ref()
            .is_some_and(|sign| self.in_title || TELLING.contains(&sign.id.as_str()));
        let favour = self.favour - self.by_name;
        telling && (self.in_title || favour < BAR) && self.against - favour >= CLEAR
    }

    /// Whether the policy lists it, and why, dates and privacy apart.
    pub(super) fn verdict(&self, feed: &Feed) -> Verdict {
        let verdict = |decision, reason: String| Verdict { decision, reason };
        let objection = self.objection.as_ref().map_or("", |sign| sign.says.as_str());
        if let Some(sign) = self.objection.as_ref().filter(|sign| sign.id == "private")
            && self.hard().is_some()
        {
            return verdict(Decision::Private, sentence("Not shown because", &sign.says));
        }
        if self.objection.as_ref().is_some_and(|sign| sign.id == "internal")
            && feed.policy != Policy::Trusted
            && self.favour < BAR
        {
            return verdict(Decision::Private, sentence("Not shown because", objection));
        }
        match feed.policy {
            Policy::Exclude => {
                verdict(Decision::Unlisted, "Not listed because nothing from this feed is.".into())
            }
            _ if self.hard().is_some() => {
                verdict(Decision::Unlisted, sentence("Not listed because", objection))
            }
            Policy::Review => verdict(
                Decision::Held,
                "Held until the network accepts it, as everything from this feed is.".into(),
            ),
            Policy::Trusted if self.clearly_not() => {
                verdict(Decision::Unlisted, sentence("Not listed because", objection))
            }
            Policy::Trusted => {
                verdict(Decision::Listed, "Listed because the network trusts this feed.".into())
            }
            Policy::Filtered if self.favour - self.against >= BAR => {
                verdict(Decision::Listed, self.why_listed())
            }
            Policy::Filtered if self.against >= 1.0 => {
                verdict(Decision::Unlisted, sentence("Not listed because", objection))
            }
            Policy::Filtered => verdict(
                Decision::Unlisted,
                "Not listed because nothing says that it is for people who run council services."
                    .into(),
            ),
        }
    }

    fn why_listed(&self) -> String {
        let Some(Reason { text, from, says }) = self.reasons.first() else {
            return "Listed because it is for people who run council services.".into();
        };
        match from.as_str() {
            "organiser" => format!("Listed because it is run by “{text}”."),
            "name of its series" => format!("Listed because it belongs to the series “{text}”."),
            "feed setting" => "Listed because of what is set for its feed.".into(),
            // The words name the kind themselves.
            _ if says.starts_with("its kind is") => {
                format!("Listed because its {from} says “{text}”.")
            }
            _ => format!("Listed because its {from} says “{text}”: {says}."),
        }
    }

    /// The evidence for people. An objection that was outweighed says so.
    pub(super) fn told(self, verdict: &Verdict) -> Vec<Reason> {
        let mut reasons = self.reasons;
        if verdict.decision == Decision::Listed {
            for reason in reasons.iter_mut().skip(self.in_favour) {
                reason.says =
                    format!("that could mean that {}, but the rest outweighs it", reason.says);
            }
        }
        reasons
    }
}

fn sentence(head: &str, says: &str) -> String {
    format!("{head} {says}.")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{
        classify::{Classifier, Notice},
        event::Decision,
        feed::{Feed, Policy},
        member::Members,
        vocabulary::{Sign, Vocabulary},
    };

    /// Verdicts by rules of this file alone: objections that the vocabulary does not have.
    fn listed(id: &str, title: &str, description: &str) -> bool {
        let mut words = Vocabulary::embedded().unwrap();
        words.signs.against.push(Sign {
            id: id.into(),
            weight: 2.6,
            says: "it is told apart by a test".into(),
            phrases: vec!["zyzzyva".into()],
            title_only: false,
            hard: false,
        });
        let lens = Classifier::new(&words, Arc::new(Members::embedded().unwrap())).unwrap();
        let mut feed = Feed::new("notices", url::Url::parse("https://feed.example/").unwrap());
        feed.policy = Policy::Filtered;
        let notice = Notice { title, description, ..Notice::default() };
        lens.judge(&notice, &feed).verdict.decision == Decision::Listed
    }

    #[test]
    fn what_serves_the_public_weighs_half_where_an_event_names_its_professionals() {
        assert!(listed("leisure", "Zyzzyva show and tell", "For officers."));
        // Not where the kind is anybody's, nor where nobody is named, nor any other objection.
        let many = "For officers from any council.";
        assert!(!listed("leisure", "Zyzzyva course", many));
        assert!(!listed("leisure", "Zyzzyva waste collection show and tell", "Best practice."));
        assert!(!listed("news", "Zyzzyva show and tell", "For officers."));
    }
}
