//! Weighs a pair of events: what speaks for their being one, what against, and why.

use crate::event::{Event, Facts, Span};

use super::{
    group::Side,
    place::{self, Agreement},
    title,
};

/// One thing that speaks for two events being one, or against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// `uid`, `link`, `start`, `title`, `place`, `organiser`, `language`, `rule`.
    pub name: &'static str,
    /// What it adds to (or takes from) the score.
    pub points: f64,
    /// The same in plain words, as part of a sentence ("same start").
    pub words: String,
}

/// The result of comparing two events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weighed {
    /// Sum of the parts; from [`Weighed::BAR`] on, they are one.
    pub score: f64,
    /// What it is made of.
    pub parts: Vec<Part>,
    /// What rules it out, in plain words.
    pub contradiction: Option<&'static str>,
}

impl Weighed {
    /// The score from which two events are one.
    pub const BAR: f64 = 1.0;

    /// Whether the two are one event.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.contradiction.is_none() && self.score >= Self::BAR - 1e-9
    }

    /// "same start, same place, titles alike".
    #[must_use]
    pub fn in_words(&self) -> String {
        let said = self.parts.iter().filter(|part| part.points > 0.0 || part.name == "start");
        said.map(|part| part.words.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn add(&mut self, name: &'static str, points: f64, words: impl Into<String>) {
        self.score += points;
        self.parts.push(Part { name, points, words: words.into() });
    }
}

/// How two starts agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Same,
    /// Both take whole days, the same ones or not: no time says that they are one.
    SameFirstDay,
    SameDay,
    Covers,
    BothUndated,
    Different,
}

/// Whether two events cannot be one, by what is seen before anything is prepared for comparing.
pub(super) fn apart_at_a_glance(left: &Event, right: &Event) -> bool {
    at_a_glance(&left.draft.facts, &right.draft.facts).is_some()
}

fn at_a_glance(ours: &Facts, theirs: &Facts) -> Option<&'static str> {
    if start(ours, theirs) == Start::Different {
        return Some("they start at different times");
    }
    if ours.recurrence.is_some() != theirs.recurrence.is_some() {
        return Some("one is a series and the other is not");
    }
    None
}

/// Why two events cannot be one, whatever speaks for it.
pub(super) fn contradiction(left: &Side, right: &Side) -> Option<&'static str> {
    if left.class != right.class {
        return Some("one is shown and the other is not");
    }
    let (ours, theirs) = (&left.event.draft.facts, &right.event.draft.facts);
    if let Some(reason) = at_a_glance(ours, theirs) {
        return Some(reason);
    }
    if place::agreement(&left.place, &right.place) == Agreement::Different {
        return Some("they are in different places");
    }
    if let (Some(a), Some(b)) = (&ours.organiser.council, &theirs.organiser.council)
        && a != b
    {
        return Some("different councils run them");
    }
    if title::different_parts(&left.title, &right.title) {
        return Some("their titles name different parts of a programme");
    }
    if subjects_differ(left, right) {
        return Some("their titles and services differ");
    }
    if localities_differ(left, right) || localities_differ(right, left) {
        return Some("their titles name different councils");
    }
    None
}

/// Each title has telling words of its own, and the main service of neither is among the other's.
fn subjects_differ(left: &Side, right: &Side) -> bool {
    let (ours, theirs) = (&left.event.draft.facts.services, &right.event.draft.facts.services);
    let stranger =
        |main: Option<&String>, list: &[String]| main.is_some_and(|id| !list.contains(id));
    stranger(ours.first(), theirs)
        && stranger(theirs.first(), ours)
        && left.language() == right.language()
        && left.title.telling.difference(&right.title.telling).next().is_some()
        && right.title.telling.difference(&left.title.telling).next().is_some()
}

/// A title that names a council ("Norwich: …") contradicts an event that another council runs or names.
fn localities_differ(named: &Side, other: &Side) -> bool {
    let Some(code) = named.named_council.as_deref() else { return false };
    if named.event.draft.facts.organiser.council.is_some() {
        return false;
    }
    let runs = other.event.draft.facts.organiser.council.as_deref();
    match (runs, other.named_council.as_deref()) {
        (None, None) => false,
        (runs, names) => runs != Some(code) && names != Some(code),
    }
}

fn start(left: &Facts, right: &Facts) -> Start {
    let (Some(ours), Some(theirs)) = (left.span, right.span) else {
        let both = left.span.is_none() && right.span.is_none();
        return if both { Start::BothUndated } else { Start::Different };
    };
    match (ours, theirs) {
        (Span::Timed { start: a, .. }, Span::Timed { start: b, .. }) if a == b => Start::Same,
        (Span::Timed { .. }, Span::Timed { .. }) => Start::Different,
        (Span::AllDay { start: a, .. }, Span::AllDay { start: b, .. }) if a == b => {
            Start::SameFirstDay
        }
        (Span::AllDay { .. }, Span::AllDay { .. }) => Start::Different,
        (Span::AllDay { start: day, end }, Span::Timed { start: at, .. }) => {
            covers(day, end, at.with_timezone(&right.time_zone).date_naive())
        }
        (Span::Timed { start: at, .. }, Span::AllDay { start: day, end }) => {
            covers(day, end, at.with_timezone(&left.time_zone).date_naive())
        }
    }
}

fn covers(first: chrono::NaiveDate, end: chrono::NaiveDate, day: chrono::NaiveDate) -> Start {
    if day == first {
        Start::SameDay
    } else if day > first && day < end && (end - first).num_days() <= 4 {
        Start::Covers
    } else {
        Start::Different
    }
}

/// Compares two events; the same whichever stands first.
pub(super) fn weigh(left: &Side, right: &Side) -> Weighed {
    let (left, right) = if left.id() <= right.id() { (left, right) } else { (right, left) };
    let mut weighed = Weighed { contradiction: contradiction(left, right), ..Weighed::default() };
    if weighed.contradiction.is_some() {
        return weighed;
    }
    let (ours, theirs) = (&left.event.draft.facts, &right.event.draft.facts);
    let exact = match start(ours, theirs) {
        Start::Same => {
            weighed.add("start", 0.1, "same start");
            true
        }
        Start::SameFirstDay => {
            weighed.add("start", 0.0, "same day");
            true
        }
        Start::SameDay => {
            weighed.add("start", 0.0, "same day (one gives no time)");
            false
        }
        Start::Covers => {
            weighed.add("start", -0.1, "one within the days of the other");
            false
        }
        Start::BothUndated => {
            weighed.add("start", -0.3, "both without a date");
            false
        }
        Start::Different => return weighed,
    };
    let alike = left.title_against(right) - other_kind(ours, theirs);
    if left.uid.is_some() && left.uid == right.uid {
        weighed.add("uid", 1.4, "the same UID");
    } else if same_link(left, right, alike) {
        weighed.add("link", 1.3, "the same link");
    }
    let support = support(left, right, &mut weighed);
    if let Some(points) = title_points(alike, exact, support) {
        let same = ours.title.to_lowercase() == theirs.title.to_lowercase();
        weighed.add("title", points, if same { "same title" } else { "titles alike" });
    }
    if left.event.feed == right.event.feed {
        same_feed(left, right, &mut weighed);
    }
    if twins(left, right, exact) {
        weighed.add("language", 0.9, "the same event in Welsh and in English");
    }
    weighed
}

/// What two different kinds of event take off the likeness of their titles: more where one lasts longer, too.
fn other_kind(ours: &Facts, theirs: &Facts) -> f64 {
    let named = |facts: &Facts| facts.kind != "other";
    let end = |facts: &Facts| match facts.span {
        Some(Span::Timed { end, .. }) => end,
        _ => None,
    };
    let longer = end(ours).zip(end(theirs)).is_some_and(|(ours, theirs)| ours != theirs);
    match named(ours) && named(theirs) && ours.kind != theirs.kind {
        true if longer => 0.4,
        true => 0.25,
        false => 0.0,
    }
}

/// A link that several events of one feed share is the address of a list: alike titles are asked for then.
fn same_link(left: &Side, right: &Side, alike: f64) -> bool {
    let same = left.links.iter().any(|link| right.links.contains(link));
    let languages = left.language() != right.language();
    same && (alike >= 0.4 || (languages && left.language().is_some()))
}

/// What place and organiser add; true when at least one of them agrees.
fn support(left: &Side, right: &Side, weighed: &mut Weighed) -> bool {
    let (ours, theirs) = (&left.event.draft.facts, &right.event.draft.facts);
    let mut support = false;
    if place::agreement(&left.place, &right.place) == Agreement::Same {
        let stated = left.place.stated && right.place.stated;
        let (points, words) = if stated { (0.15, "same place") } else { (0.05, "both online") };
        support |= stated;
        weighed.add("place", points, words);
    }
    let (a, b) = (&ours.organiser, &theirs.organiser);
    let council = a.council.is_some() && a.council == b.council;
    let group = a.group.is_some() && a.group == b.group;
    let name = a.name.is_some() && a.name == b.name;
    if council || group || name {
        support = true;
        weighed.add("organiser", 0.1, "same organiser");
    }
    support
}

/// What the likeness of the titles adds; `None` when they are not alike enough to count.
fn title_points(alike: f64, exact: bool, support: bool) -> Option<f64> {
    let bar = match (exact, support) {
        (true, true) => 0.6,
        (true, false) => 0.74,
        (false, true) => 0.7,
        (false, false) => 0.8,
    };
    (alike >= bar).then_some(1.0 + 0.15 * alike)
}

/// One feed seldom announces an event twice: only equal announcements are one there.
fn same_feed(left: &Side, right: &Side, weighed: &mut Weighed) {
    let (ours, theirs) = (&left.event.draft.facts, &right.event.draft.facts);
    let equal = ours.title == theirs.title
        && ours.span == theirs.span
        && ours.description == theirs.description
        && ours.place == theirs.place;
    let uid = left.uid.is_some() && left.uid == right.uid;
    let other_session = left.event.draft.reference == right.event.draft.reference
        && left.event.draft.ordinal != right.event.draft.ordinal;
    if other_session || !(equal || uid || twins(left, right, true)) {
        weighed.add("rule", -2.0, "the same feed announces both");
    }
}

/// The Welsh and the English announcement of one event: same link but for the language, or the same time,
/// place, organiser and services. Where a feed names no language, what is not Welsh is English.
fn twins(left: &Side, right: &Side, exact: bool) -> bool {
    let pair = (left.language() == Some("cy")) != (right.language() == Some("cy"));
    if !pair || !exact {
        return false;
    }
    let (a, b) = (&left.event.draft.facts, &right.event.draft.facts);
    let link = left.links.iter().any(|link| right.links.contains(link));
    let place = place::agreement(&left.place, &right.place) == Agreement::Same;
    let services = !a.services.is_empty() && a.services == b.services && a.kind == b.kind;
    let organiser = a.organiser.council.is_some() && a.organiser.council == b.organiser.council;
    link || (place && services && organiser && a.span == b.span)
}
