//! Says in sentences why events were merged, and why a listing is as it is.

use crate::event::{Decision, Listing, Reason, Status};

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

/// Why a listing is listed, tagged, dated and merged as it is, in sentences.
#[must_use]
pub fn explain(listing: &Listing) -> Vec<String> {
    let facts = &listing.facts;
    let mut sentences = Vec::new();
    let verdict = match facts.verdict.decision {
        Decision::Listed => "Listed",
        Decision::Unlisted => "Not listed",
        Decision::Held => "Held for review",
        Decision::Private => "Private",
    };
    sentences.push(format!("{verdict}: {}", ended(&facts.verdict.reason)));
    if facts.verdict.decision == Decision::Private {
        return sentences;
    }
    for reason in &facts.evidence.listed {
        sentences.push(sentence("For the decision", reason));
    }
    let parts = [
        (format!("Its kind is {}", facts.kind), &facts.evidence.kind),
        (format!("Tagged {}", list(&facts.services)), &facts.evidence.services),
        ("Dated".to_owned(), &facts.evidence.date),
    ];
    for (head, reasons) in parts {
        for reason in reasons {
            sentences.push(sentence(&head, reason));
        }
    }
    if facts.services.is_empty() {
        sentences.push("Tagged with no service: it is shown as an event for every service.".into());
    }
    for reason in &facts.evidence.merged {
        sentences.push(ended(&capital(&format!("{} (“{}”)", reason.says, reason.text))));
    }
    for source in &listing.sources {
        if listing.sources.len() > 1 && !source.fields.is_empty() {
            sentences.push(format!("{} supplied {}.", source.feed, list(&source.fields)));
        }
    }
    sentences
}

fn sentence(head: &str, reason: &Reason) -> String {
    if reason.text.is_empty() {
        return format!("{head}: {} ({}).", reason.says, reason.from);
    }
    format!("{head}: “{}” in the {} says {}.", reason.text, reason.from, reason.says)
}

fn list(words: &[String]) -> String {
    match words.split_last() {
        None => "nothing".into(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

fn ended(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
