//! Decides what an event is about, what kind it is and whether it is for this calendar, saying why.
//!
//! The vocabulary is data; one matcher finds all its phrases in one pass over the folded text, and each decision
//! keeps the words that led to it.

mod committee;
pub mod fold;
mod kinds;
mod organiser;
mod phrases;
mod score;
mod services;
mod text;
mod verdict;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    event::{Attendance, Audience, Decision, Draft, Reason, Verdict},
    feed::Feed,
    member::Members,
    vocabulary::Vocabulary,
};

use phrases::{Phrases, Role};
use text::{Field, Part};

pub use score::{Count, Labels, Scores, score};

/// Why a classifier could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    /// The phrases do not fit into the matcher.
    #[error("the vocabulary is too large for the matcher: {0}")]
    TooLarge(#[from] aho_corasick::BuildError),
}

/// What the lens says about a notice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// Kind id.
    pub kind: String,
    /// Named series.
    pub series: Option<String>,
    /// Service ids, main one first.
    pub services: Vec<String>,
    /// Who may come.
    pub audience: Option<Audience>,
    /// Whether it would be listed, dates apart.
    pub listed: bool,
    /// The decision behind it.
    pub verdict: Verdict,
    /// Why this kind.
    pub kind_reasons: Vec<Reason>,
    /// Why these services.
    pub service_reasons: Vec<Reason>,
    /// Why listed or not.
    pub listed_reasons: Vec<Reason>,
}

/// A notice as the lens reads it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Notice<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its description, plain.
    pub description: &'a str,
    /// Its organiser's name.
    pub organiser: &'a str,
    /// Its categories.
    pub categories: &'a [String],
    /// Its venue's name: no word of it is about the subject.
    pub venue: Option<&'a str>,
    /// Online or not.
    pub attendance: Attendance,
}

/// The lens.
pub struct Classifier {
    words: Vocabulary,
    phrases: Phrases,
    members: Arc<Members>,
}

/// The mark by which a publisher keeps an item out of this calendar.
const OPT_OUT: &str = "folkmoot-ignore";

impl Classifier {
    /// A classifier for these words and members.
    ///
    /// # Errors
    /// When the vocabulary is too large for the matcher.
    pub fn new(words: &Vocabulary, members: Arc<Members>) -> Result<Self, ClassifyError> {
        Ok(Self { phrases: Phrases::new(words)?, words: words.clone(), members })
    }

    /// Fills kind, series, services, audience, organiser and verdict of a draft.
    pub fn classify(&self, draft: &mut Draft, feed: &Feed, now: DateTime<Utc>) {
        let facts = &mut draft.facts;
        let description = facts.description.clone().unwrap_or_default();
        organiser::organiser(facts, feed, &self.members);
        let mut categories = draft.categories.clone();
        categories.extend(feed.tags.iter().cloned());
        let notice = Notice {
            title: &facts.title,
            description: &description,
            organiser: &self.organiser_words(&facts.organiser, feed),
            categories: &categories,
            venue: facts.place.as_ref().and_then(|place| place.name.as_deref()),
            attendance: facts.attendance,
        };
        let mut judged = self.judge(&notice, feed);
        if judged.listed && facts.url.as_deref().is_some_and(committee::is_committee_page) {
            judged.verdict = committee::verdict();
        }
        facts.kind = judged.kind;
        facts.series = judged.series;
        facts.services = judged.services;
        if facts.audience.is_none() {
            facts.audience = judged.audience;
        }
        facts.evidence.kind = judged.kind_reasons;
        facts.evidence.services = judged.service_reasons;
        facts.evidence.listed = judged.listed_reasons;
        draft.facts.verdict = held(draft, judged.verdict, now);
        if draft.facts.verdict.decision == Decision::Private {
            draft.facts.evidence = crate::event::Evidence::default();
        }
    }

    /// Judges a notice by the feed's policy and settings, dates and privacy apart.
    #[must_use]
    pub fn judge(&self, notice: &Notice, feed: &Feed) -> Judged {
        let part = |field, text: &str| Part::new(field, text, notice.venue, &self.phrases);
        let parts = [
            part(Field::Title, notice.title),
            part(Field::Categories, &notice.categories.join("; ")),
            part(Field::Description, notice.description),
        ];
        let organiser =
            (!notice.organiser.is_empty()).then(|| part(Field::Description, notice.organiser));
        let kind = kinds::kind(&parts, &self.words, feed, notice.attendance);
        let (services, service_reasons) = services::services(&parts, &self.words, feed);
        let about = (services.as_slice(), service_reasons.as_slice());
        let scales = verdict::weigh(&parts, organiser.as_ref(), &kind, about, &self.words);
        let verdict = if opted_out(notice) {
            let reason = "Not shown because its publisher asks for it to be left out.".into();
            Verdict { decision: Decision::Private, reason }
        } else {
            scales.verdict(feed)
        };
        Judged {
            listed: verdict.decision == Decision::Listed,
            listed_reasons: scales.told(&verdict),
            verdict,
            kind: kind.kind,
            series: kind.series,
            services,
            audience: self.audience(&parts),
            kind_reasons: kind.reasons,
            service_reasons,
        }
    }

    /// The names under which the organiser is known, the feed's owner last.
    fn organiser_words(&self, organiser: &crate::event::Organiser, feed: &Feed) -> String {
        let group = organiser.group.as_deref().or(feed.member.as_deref());
        let group = group.and_then(|id| self.members.group(id)).map(|group| group.name.as_str());
        // A feed of a group's own says the group's name twice.
        let name = organiser.name.as_deref();
        let same = |group: &&str| {
            name.is_some_and(|name| fold::phrase(name).trim() == fold::phrase(group).trim())
        };
        let group = group.filter(|group| !same(group));
        [name, group].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// Who may come, by the clearest words.
    fn audience(&self, parts: &[Part]) -> Option<Audience> {
        let hits = parts.iter().filter(|part| part.field != Field::Categories).flat_map(|part| {
            part.hits.iter().filter_map(move |hit| match hit.role {
                Role::OpenTo(at) => Some((at, part.quote_people(hit))),
                _ => None,
            })
        });
        // The vocabulary lists the narrower audiences before "everyone".
        let (at, words) = hits.min_by_key(|(at, _)| *at)?;
        Some(Audience { open_to: self.words.signs.open_to.get(at)?.id.clone(), words })
    }
}

fn opted_out(notice: &Notice) -> bool {
    let marked = |text: &str| text.to_ascii_lowercase().contains(OPT_OUT);
    notice.categories.iter().any(|category| marked(category))
        || marked(notice.title)
        || notice.description.to_ascii_lowercase().contains("#folkmoot-ignore")
}

/// What privacy and the date make of a verdict.
fn held(draft: &Draft, verdict: Verdict, _now: DateTime<Utc>) -> Verdict {
    if let Some(why) = &draft.private {
        return Verdict { decision: Decision::Private, reason: why.clone() };
    }
    if verdict.decision != Decision::Listed {
        return verdict;
    }
    if let Some(doubt) = &draft.date_doubt {
        return Verdict {
            decision: Decision::Held,
            reason: format!("Held because its date is not safe: {}.", doubt.trim_end_matches('.')),
        };
    }
    if draft.facts.span.is_none() {
        let reason = "Held because no date was found: to be announced.".into();
        return Verdict { decision: Decision::Held, reason };
    }
    verdict
}
