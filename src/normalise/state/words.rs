//! What a description says of places, price, people, link and access, in the phrases that mean it.

use crate::normalise::phrase::tokens::{Kind, Tokens};

/// A phrase found: its tokens and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) id: &'static str,
}

/// Who may come, most exact first: "open to all councils" is not "open to all".
pub(super) const AUDIENCE: &[(&str, &str)] = &[
    ("councils only", "councils"),
    ("council staff only", "councils"),
    ("council officers only", "councils"),
    ("council colleagues only", "councils"),
    ("local authorities only", "councils"),
    ("local authority staff only", "councils"),
    ("local authority officers only", "councils"),
    ("local government only", "councils"),
    ("open to all councils", "councils"),
    ("open to any council", "councils"),
    ("open to councils", "councils"),
    ("open to other councils", "councils"),
    ("open to all local authorities", "councils"),
    ("open to all authorities", "councils"),
    ("open to other authorities", "councils"),
    ("open to any authority", "councils"),
    ("open to all boroughs", "councils"),
    ("open to council", "councils"),
    ("open to all council", "councils"),
    ("for council staff", "councils"),
    ("public sector only", "public_sector"),
    ("public sector staff only", "public_sector"),
    ("public sector colleagues only", "public_sector"),
    ("public servants only", "public_sector"),
    ("open to the public sector", "public_sector"),
    ("open to public sector", "public_sector"),
    ("open to anyone in the public sector", "public_sector"),
    ("open to all public sector", "public_sector"),
    ("members only", "members"),
    ("for members only", "members"),
    ("member organisations only", "members"),
    ("open to members", "members"),
    ("invite only", "invited"),
    ("invite-only", "invited"),
    ("invitation only", "invited"),
    ("by invitation", "invited"),
    ("invited guests", "invited"),
    ("open to everyone", "everyone"),
    ("open to all", "everyone"),
    ("open to anyone", "everyone"),
    ("everyone welcome", "everyone"),
    ("everyone is welcome", "everyone"),
    ("all welcome", "everyone"),
    ("anyone can join", "everyone"),
    ("anyone can attend", "everyone"),
    ("croeso i bawb", "everyone"),
];

/// Where one attends. "Online" alone is not here: it is often what the event is about.
pub(super) const ATTENDANCE: &[(&str, &str)] = &[
    ("hybrid event", "hybrid"),
    ("hybrid meeting", "hybrid"),
    ("hybrid workshop", "hybrid"),
    ("hybrid session", "hybrid"),
    ("in person or online", "hybrid"),
    ("in person and online", "hybrid"),
    ("in-person or online", "hybrid"),
    ("in-person and online", "hybrid"),
    ("online or in person", "hybrid"),
    ("online and in person", "hybrid"),
    ("online or in-person", "hybrid"),
    ("online and in-person", "hybrid"),
    ("in the room or", "hybrid"),
    ("in the room and online", "hybrid"),
    ("or join online", "hybrid"),
    ("or by live link", "hybrid"),
    ("or by video link", "hybrid"),
    ("microsoft teams", "online"),
    ("ms teams", "online"),
    ("on teams", "online"),
    ("via teams", "online"),
    ("by teams", "online"),
    ("over teams", "online"),
    ("teams call", "online"),
    ("teams meeting", "online"),
    ("on zoom", "online"),
    ("via zoom", "online"),
    ("by zoom", "online"),
    ("over zoom", "online"),
    ("zoom call", "online"),
    ("zoom meeting", "online"),
    ("google meet", "online"),
    ("webex", "online"),
    ("gotowebinar", "online"),
    ("livestream", "online"),
    ("live stream", "online"),
    ("live-stream", "online"),
    ("dial-in", "online"),
    ("dial in details", "online"),
    ("joining link", "online"),
    ("join link", "online"),
    ("held online", "online"),
    ("takes place online", "online"),
    ("taking place online", "online"),
    ("take place online", "online"),
    ("meet online", "online"),
    ("meets online", "online"),
    ("join online", "online"),
    ("join us online", "online"),
    ("online only", "online"),
    ("online event", "online"),
    ("online session", "online"),
    ("online meeting", "online"),
    ("online workshop", "online"),
    ("online briefing", "online"),
    ("online summit", "online"),
    ("online training", "online"),
    ("online course", "online"),
    ("online talk", "online"),
    ("online call", "online"),
    ("online conference", "online"),
    ("online seminar", "online"),
    ("online by", "online"),
    ("online via", "online"),
    ("online on", "online"),
    ("virtual event", "online"),
    ("virtual meeting", "online"),
    ("virtual workshop", "online"),
    ("virtual session", "online"),
    ("virtual conference", "online"),
    ("webinar", "online"),
    ("gweminar", "online"),
    ("ar-lein", "online"),
    ("in person", "in_person"),
    ("in-person", "in_person"),
    ("face to face", "in_person"),
    ("face-to-face", "in_person"),
];

/// What is provided for those who need it.
pub(super) const ACCESS: &[(&str, &str)] = &[
    ("step-free", "step_free"),
    ("step free", "step_free"),
    ("level access", "step_free"),
    ("wheelchair accessible", "step_free"),
    ("wheelchair access", "step_free"),
    ("wheelchair-accessible", "step_free"),
    ("fully accessible venue", "step_free"),
    ("bsl interpreter", "bsl"),
    ("bsl interpreters", "bsl"),
    ("bsl interpreted", "bsl"),
    ("bsl interpretation", "bsl"),
    ("bsl interpreting", "bsl"),
    ("bsl provided", "bsl"),
    ("bsl available", "bsl"),
    ("with bsl", "bsl"),
    ("bsl and", "bsl"),
    ("bsl signed", "bsl"),
    ("sign language interpreter", "bsl"),
    ("sign language interpreters", "bsl"),
    ("sign language interpretation", "bsl"),
    ("british sign language", "bsl"),
    ("captions", "captions"),
    ("captioned", "captions"),
    ("captioning", "captions"),
    ("subtitles", "captions"),
    ("live transcription", "captions"),
    ("hearing loop", "hearing_loop"),
    ("induction loop", "hearing_loop"),
    ("loop system", "hearing_loop"),
    ("quiet room", "quiet_space"),
    ("quiet space", "quiet_space"),
    ("calm space", "quiet_space"),
    ("calm room", "quiet_space"),
    ("low stimulation room", "quiet_space"),
];

/// No place is left.
pub(super) const FULL: &[(&str, &str)] = &[
    ("fully booked", "full"),
    ("sold out", "full"),
    ("now full", "full"),
    ("event is full", "full"),
    ("session is full", "full"),
    ("workshop is full", "full"),
    ("waiting list only", "full"),
    ("waitlist only", "full"),
    ("no places left", "full"),
    ("no places remaining", "full"),
    ("no more places", "full"),
    ("all places have been taken", "full"),
    ("all places are taken", "full"),
    ("booked up", "full"),
    ("wedi gwerthu allan", "full"),
];

const NEGATIONS: &[&str] = &[
    "no", "not", "without", "isn't", "if", "unless", "never", "once", "when", "until", "about",
    "cannot",
];

/// Whether a phrase of words (a hyphen inside is a mark) stands at a place; the token after it.
fn stands(t: &Tokens, at: usize, phrase: &str) -> Option<usize> {
    let mut p = at;
    for (index, word) in phrase.split(' ').enumerate() {
        let _ = index;
        for (piece, part) in word.split('-').enumerate() {
            if piece > 0 {
                if !t.has(p, '-') {
                    return None;
                }
                p += 1;
            }
            if !t.is(p, part) {
                return None;
            }
            p += 1;
        }
    }
    Some(p)
}

/// Every phrase of a table in a text, but for those that are denied.
pub(super) fn hits(
    t: &Tokens,
    table: &'static [(&'static str, &'static str)],
    limit: usize,
) -> Vec<Hit> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < t.len().min(limit) {
        let hit = t.word(at).and_then(|word| {
            table
                .iter()
                .filter(|(phrase, _)| phrase.starts_with(word))
                .find_map(|(phrase, id)| Some(Hit { from: at, to: stands(t, at, phrase)?, id }))
        });
        match hit {
            Some(hit) => {
                let denied = (at.saturating_sub(3)..at)
                    .any(|p| t.one_of(p, NEGATIONS) && !(p + 1..=at).any(|q| t.breaks(q)));
                if !denied {
                    found.push(hit);
                }
                at = hit.to;
            }
            None => at += 1,
        }
    }
    found
}

/// "Online" or "Zoom" standing alone: a sentence, or between two marks.
pub(super) fn alone_online(t: &Tokens, limit: usize) -> Option<Hit> {
    let edge = |at: usize| {
        t.breaks(at)
            || matches!(
                t.mark(at),
                Some(',' | '(' | ')' | ':' | '-' | ';' | '.' | '\u{b7}' | '/' | '[')
            )
    };
    (0..t.len().min(limit)).find_map(|at| {
        let id = match t.word(at)? {
            "online" | "zoom" | "virtual" | "teams" => "online",
            "hybrid" => "hybrid",
            _ => return None,
        };
        let opens = t.breaks(at) || edge(at - 1);
        // "Local studies, lending, online" is a list; a mark on both sides or a sentence of its own is a place.
        (opens
            && (edge(at + 1) || t.is(at + 1, "and") && t.is(at + 2, "free"))
            && !t.has(at + 1, '-'))
        .then_some(Hit { from: at, to: at + 1, id })
    })
}

/// A price, as the tokens that say it.
pub(super) fn price(t: &Tokens, limit: usize) -> Option<Hit> {
    (0..t.len().min(limit)).find_map(|at| {
        if t.is(at, "free") {
            return free(t, at);
        }
        if t.mark(at) != Some('\u{a3}') {
            return None;
        }
        let mut to = amount(t, at)?;
        while matches!(t.mark(to), Some('-' | '/')) || t.one_of(to, &["to", "or"]) {
            match amount(t, to + 1) {
                Some(next) => to = next,
                None => break,
            }
        }
        if (t.has(to, '+') || t.one_of(to, &["plus", "ex", "inc", "including", "excluding"]))
            && t.is(to + 1, "vat")
        {
            to += 2;
        }
        to += usize::from(t.one_of(to, &["each"]));
        if t.is(to, "per") && t.one_of(to + 1, &["person", "place", "delegate", "head", "ticket"]) {
            to += 2;
        }
        let led = at > 0
            && (t.one_of(
                at - 1,
                &[
                    "cost", "costs", "price", "fee", "fees", "tickets", "ticket", "charge", "is",
                    "are", "from", "places",
                ],
            ) || matches!(t.mark(at - 1), Some(':' | ',' | '(' | '-')));
        let ends = t.breaks(to)
            || matches!(t.mark(to), Some(',' | ')' | '.' | ';' | '-'))
            || t.one_of(to, &["for", "on"]);
        let rise = (at.saturating_sub(5)..at).any(|p| {
            t.one_of(
                p,
                &[
                    "rises",
                    "rise",
                    "increase",
                    "increases",
                    "salary",
                    "save",
                    "saved",
                    "budget",
                    "grant",
                    "fund",
                ],
            )
        });
        ((led || t.breaks(at)) && ends && !rise).then_some(Hit {
            from: at - usize::from(at > 0 && t.is(at - 1, "from")),
            to,
            id: "price",
        })
    })
}

/// "£45", "£45.50"; not "£2m".
fn amount(t: &Tokens, at: usize) -> Option<usize> {
    let p = at + usize::from(t.has(at, '\u{a3}'));
    t.number(p).filter(|(value, _)| *value <= 5000)?;
    let to = if t.has(p + 1, '.') && t.glued(p + 2) && t.number(p + 2).is_some() {
        p + 3
    } else {
        p + 1
    };
    let word = t.glued(to) && matches!(t.at(to).map(|token| &token.kind), Some(Kind::Word(_)));
    (!word && !t.one_of(to, &["million", "m", "k", "billion"]) && !t.has(to, ','))
        .then_some(to)
        .or_else(|| {
            let sentence = t.has(to, ',') && !t.glued(to + 1);
            sentence.then_some(to)
        })
}

/// "Free", where it is the price: "free to attend", "Free.", "a free event"; not "smoke free", "free school meals".
fn free(t: &Tokens, at: usize) -> Option<Hit> {
    let tail = t.breaks(at + 1) || matches!(t.mark(at + 1), Some('.' | ',' | ')' | '!' | ';'));
    let opens = t.breaks(at)
        || matches!(t.mark(at - 1), Some(',' | ':' | '(' | '-'))
        || t.one_of(at - 1, &["is", "are", "and", "for"]);
    let event = t.word(at + 1).is_some_and(crate::normalise::phrase::cues::is_event);
    let attend = t.is(at + 1, "to")
        && (t.one_of(
            at + 2,
            &["attend", "join", "come", "all", "everyone", "council", "councils", "members"],
        ) || t.breaks(at));
    let charge = t.is(at + 1, "of") && t.is(at + 2, "charge");
    let places = t.one_of(at + 1, &["tickets", "places", "entry", "admission"]);
    let online = t.one_of(at + 1, &["online"])
        && t.word(at + 2).is_some_and(crate::normalise::phrase::cues::is_event);
    let sure = (tail && opens) || event || attend || charge || places || online;
    sure.then_some(Hit { from: at, to: at + 1, id: "free" })
}
