//! Says why events were merged, and what their sources disagree about.

use crate::event::{Reason, Status};

use super::{compare, fields::ownership, group::Side};

/// What people call the source of an event.
fn name(side: &Side) -> String {
    side.feed.and_then(|feed| feed.name.clone()).unwrap_or_else(|| side.event.feed.clone())
}

/// Why each further source belongs to the first, and what they disagree about.
pub(super) fn merged(ranked: &[&Side]) -> Vec<Reason> {
    let Some((main, others)) = ranked.split_first() else { return Vec::new() };
    let mut reasons: Vec<Reason> = others.iter().map(|other| joined(other, main, ranked)).collect();
    let status = |side: &Side| side.event.draft.facts.status;
    if others
        .iter()
        .any(|other| (status(other) == Status::Cancelled) != (status(main) == Status::Cancelled))
    {
        let own = ranked.iter().any(|side| ownership(side) == 0);
        let believed = if own {
            "the organiser's own feed is believed"
        } else {
            "the cancellation is believed"
        };
        reasons.extend(ranked.iter().map(|side| {
            let word = match status(side) {
                Status::Cancelled => "cancelled",
                Status::Postponed => "postponed",
                Status::Tentative => "provisional",
                Status::Confirmed => "going ahead",
            };
            Reason::new(word, name(side), format!("the sources disagree; {believed}"))
        }));
    }
    reasons
}

fn joined(other: &Side, main: &Side, ranked: &[&Side]) -> Reason {
    let title = &other.event.draft.facts.title;
    let direct = compare::weigh(main, other);
    let why = if direct.is_one() {
        direct.in_words()
    } else {
        ranked
            .iter()
            .filter(|side| side.id() != other.id() && side.id() != main.id())
            .map(|side| (compare::weigh(side, other), side))
            .find(|(weighed, _)| weighed.is_one())
            .map_or_else(
                || "joined by the network's own rule".to_owned(),
                |(weighed, side)| format!("as in {}: {}", name(side), weighed.in_words()),
            )
    };
    Reason::new(title, name(other), format!("also announced by {}: {why}", name(other)))
}
