//! Compares what the lens says with labels given by people, so that an edit of the vocabulary shows its effect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Judged;

/// What people say a notice is. Fields that are absent are not scored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// Whether it belongs into the calendar.
    #[serde(default)]
    pub listed: Option<bool>,
    /// Its kind.
    #[serde(default)]
    pub kind: Option<String>,
    /// Other kinds that are as good.
    #[serde(default)]
    pub kind_ok: Vec<String>,
    /// Its services, main one first.
    #[serde(default)]
    pub services: Option<Vec<String>>,
    /// Services that are tolerated.
    #[serde(default)]
    pub also_ok: Vec<String>,
}

/// Right and wrong answers about one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Said, and so it is.
    pub right: u32,
    /// Said, and it is not so.
    pub wrong: u32,
    /// So it is, and not said.
    pub missed: u32,
}

impl Count {
    /// Of what was said, how much is so; 1 where nothing was said.
    #[must_use]
    pub fn precision(&self) -> f64 {
        part(self.right, self.right + self.wrong)
    }

    /// Of what is so, how much was said; 1 where nothing is so.
    #[must_use]
    pub fn recall(&self) -> f64 {
        part(self.right, self.right + self.missed)
    }

    /// The harmonic mean of both.
    #[must_use]
    pub fn f1(&self) -> f64 {
        part(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }
}

fn part(of: u32, all: u32) -> f64 {
    if all == 0 { 1.0 } else { f64::from(of) / f64::from(all) }
}

/// Scores over many notices.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Notices with at least one label.
    pub notices: u32,
    /// Listed or not.
    pub verdict: Count,
    /// Kinds right, of how many (rows that are to be listed).
    pub kind: (u32, u32),
    /// Main services right, of how many.
    pub main_service: (u32, u32),
    /// All services together.
    pub services: Count,
    /// Each kind.
    pub by_kind: BTreeMap<String, Count>,
    /// Each service.
    pub by_service: BTreeMap<String, Count>,
}

/// Scores answers against labels. Kind and services count only where the notice is to be listed.
pub fn score<'a>(answers: impl IntoIterator<Item = (&'a Judged, &'a Labels)>) -> Scores {
    let mut scores = Scores::default();
    for (answer, labels) in answers {
        scores.notices += 1;
        if let Some(listed) = labels.listed {
            tally(&mut scores.verdict, answer.listed, listed);
            if !listed {
                continue;
            }
        }
        if let Some(kind) = &labels.kind {
            score_kind(&mut scores, answer, kind, &labels.kind_ok);
        }
        if let Some(services) = &labels.services {
            score_services(&mut scores, answer, services, &labels.also_ok);
        }
    }
    scores
}

fn tally(count: &mut Count, said: bool, so: bool) {
    match (said, so) {
        (true, true) => count.right += 1,
        (true, false) => count.wrong += 1,
        (false, true) => count.missed += 1,
        (false, false) => {}
    }
}

fn score_kind(scores: &mut Scores, answer: &Judged, kind: &str, also: &[String]) {
    let right = answer.kind == kind || also.contains(&answer.kind);
    scores.kind.0 += u32::from(right);
    scores.kind.1 += 1;
    if right {
        scores.by_kind.entry(answer.kind.clone()).or_default().right += 1;
    } else {
        scores.by_kind.entry(kind.to_owned()).or_default().missed += 1;
        scores.by_kind.entry(answer.kind.clone()).or_default().wrong += 1;
    }
}

fn score_services(scores: &mut Scores, answer: &Judged, services: &[String], also: &[String]) {
    if let Some(main) = services.first() {
        scores.main_service.0 += u32::from(answer.services.first() == Some(main));
        scores.main_service.1 += 1;
    }
    for service in services {
        let said = answer.services.contains(service);
        tally(&mut scores.services, said, true);
        tally(scores.by_service.entry(service.clone()).or_default(), said, true);
    }
    for service in &answer.services {
        if !services.contains(service) && !also.contains(service) {
            tally(&mut scores.services, true, false);
            tally(scores.by_service.entry(service.clone()).or_default(), true, false);
        }
    }
}

impl Scores {
    /// The scores as lines for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let share = |(right, all): (u32, u32)| part(right, all);
        let mut lines = vec![
            format!("{} notices", self.notices),
            format!(
                "listed or not   precision {:.3}  recall {:.3}  F1 {:.3}",
                self.verdict.precision(),
                self.verdict.recall(),
                self.verdict.f1()
            ),
            format!(
                "kind            right {:.3} ({} of {})",
                share(self.kind),
                self.kind.0,
                self.kind.1
            ),
            format!(
                "main service    right {:.3} ({} of {})",
                share(self.main_service),
                self.main_service.0,
                self.main_service.1
            ),
            format!(
                "all services    precision {:.3}  recall {:.3}  F1 {:.3}",
                self.services.precision(),
                self.services.recall(),
                self.services.f1()
            ),
        ];
        for (name, count) in self.by_kind.iter().chain(&self.by_service) {
            lines.push(format!(
                "  {name:<28} precision {:.2}  recall {:.2}",
                count.precision(),
                count.recall()
            ));
        }
        lines
    }
}
