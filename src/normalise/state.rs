//! Takes the words that are no part of a name ("CANCELLED:", "fully booked", "free") out of a title, into fields.
//!
//! A word counts only where it means that: "Cancel your booking by 3 March" calls nothing off. Each finding carries
//! the words that it came from.

mod title;
mod words;

#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use super::phrase::{self, Posted, status, tokens::Tokens};
use crate::event::{Attendance, Audience, Reason, Status};
use title::Title;
use words::Hit;

/// What title and description say beside name and date.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StateWords {
    /// The title without state words, dates, times and prices; council prefixes stay.
    pub title: String,
    /// Whether it takes place, where somebody says so. `Confirmed`: it has moved to a new date.
    pub status: Option<Status>,
    /// Fully booked.
    pub full: Option<bool>,
    /// In person, online or both.
    pub attendance: Option<Attendance>,
    /// Who may come.
    pub audience: Option<Audience>,
    /// Price in words.
    pub cost: Option<String>,
    /// Last day for booking.
    pub booking_by: Option<NaiveDate>,
    /// It reads like a report on something that is over.
    pub past_report: bool,
    /// `step_free`, `bsl`, `captions`, `hearing_loop`, `quiet_space`.
    pub access: Vec<String>,
    /// The words behind each of these.
    pub evidence: Vec<Reason>,
}

/// How far into a description a word still speaks of the event itself, in tokens.
const DEEP: usize = 1200;
/// The same for words that lose their force quickly (fully booked).
const NEAR: usize = 120;

/// Characters of a title beyond which it is not taken apart.
const TITLE_CAP: usize = 1000;

/// Parts of a title that are a label as a whole.
const LABELS: &[(&str, &str)] = &[
    ("fully booked", "full"),
    ("full", "full"),
    ("now full", "full"),
    ("now fully booked", "full"),
    ("sold out", "full"),
    ("waiting list only", "full"),
    ("waiting list", "full"),
    ("waitlist", "full"),
    ("waitlist only", "full"),
    ("no places left", "full"),
    ("booked up", "full"),
    ("event full", "full"),
    ("llawn", "full"),
    ("online", "online"),
    ("virtual", "online"),
    ("online event", "online"),
    ("virtual event", "online"),
    ("online only", "online"),
    ("teams", "online"),
    ("ms teams", "online"),
    ("microsoft teams", "online"),
    ("zoom", "online"),
    ("via teams", "online"),
    ("via zoom", "online"),
    ("on teams", "online"),
    ("on zoom", "online"),
    ("ar lein", "online"),
    ("hybrid", "hybrid"),
    ("hybrid event", "hybrid"),
    ("in person", "in_person"),
    ("in - person", "in_person"),
    ("in person event", "in_person"),
    ("councils only", "councils"),
    ("council staff only", "councils"),
    ("council officers only", "councils"),
    ("local authorities only", "councils"),
    ("local authority staff only", "councils"),
    ("public sector only", "public_sector"),
    ("public sector staff only", "public_sector"),
    ("members only", "members"),
    ("invite only", "invited"),
    ("invitation only", "invited"),
    ("by invitation", "invited"),
    ("by invitation only", "invited"),
    ("open to all", "everyone"),
    ("open to everyone", "everyone"),
    ("all welcome", "everyone"),
    ("free", "free"),
    ("free event", "free"),
    ("free of charge", "free"),
    ("free to attend", "free"),
    ("am ddim", "free"),
    ("rescheduled", "moved"),
    ("tbc", "tbc"),
    ("date tbc", "tbc"),
    ("dates tbc", "tbc"),
    ("all day", "date"),
    ("new date", "moved"),
    ("date", "date"),
    ("dates", "date"),
];

impl StateWords {
    fn note(&mut self, words: &str, from: &str, says: impl Into<String>) {
        self.evidence.push(Reason::new(words.trim(), from, says));
    }

    /// Takes in what a label or phrase stands for.
    fn hear(&mut self, id: &str, words: &str, from: &str) {
        let attendance = match id {
            "online" => Some(Attendance::Online),
            "hybrid" => Some(Attendance::Hybrid),
            "in_person" => Some(Attendance::InPerson),
            _ => None,
        };
        if let Some(attendance) = attendance {
            self.attend(attendance, words, from);
            return;
        }
        match id {
            "full" if self.full.is_none() => {
                self.full = Some(true);
                self.note(words, from, "no places are left");
            }
            "free" | "price" if self.cost.is_none() => {
                self.cost =
                    Some(if id == "free" { "Free".into() } else { words.trim().to_owned() });
                self.note(words, from, "what it costs");
            }
            "councils" | "public_sector" | "members" | "invited" | "everyone"
                if self.audience.is_none() =>
            {
                self.audience =
                    Some(Audience { open_to: id.into(), words: words.trim().to_owned() });
                self.note(words, from, "who may come");
            }
            "tbc" if self.status.is_none() => {
                self.status = Some(Status::Tentative);
                self.note(words, from, "the date is not certain yet");
            }
            "moved" if self.status.is_none() => {
                self.status = Some(Status::Confirmed);
                self.note(words, from, "it has a new date");
            }
            _ => {}
        }
    }

    /// Online and in person together are hybrid.
    fn attend(&mut self, attendance: Attendance, words: &str, from: &str) {
        let both = match (self.attendance, attendance) {
            (None, new) => new,
            (Some(old), new) if old == new => return,
            (Some(Attendance::Hybrid), _) | (_, Attendance::Hybrid) => Attendance::Hybrid,
            // A title's word stands; one word each way in a description is no proof of both.
            (Some(old), _) => old,
        };
        if self.attendance != Some(both) {
            self.attendance = Some(both);
            let says = match both {
                Attendance::Online => "it is online",
                Attendance::Hybrid => "one can come or join online",
                _ => "it is in person",
            };
            self.note(words, from, says);
        }
    }
}

fn says_status(status: Status) -> &'static str {
    match status {
        Status::Cancelled => "it is cancelled",
        Status::Postponed => "it is postponed",
        Status::Tentative => "the date is not certain yet",
        Status::Confirmed => "it has a new date",
    }
}

/// Reads the state words of an item.
#[must_use]
pub fn state_words(title: &str, description: &str, posted: &Posted) -> StateWords {
    let mut state = StateWords::default();
    let description = phrase::head(description);
    read_title(&mut state, title, posted);
    let t = Tokens::of(description);
    let words = |hit: Hit| cut(description, &t, hit.from, hit.to);
    if let Some(said) = status::of_line(&t).filter(|_| state.status.is_none()) {
        state.status = Some(said.status);
        state.note(
            &cut(description, &t, said.from, said.to),
            "description",
            says_status(said.status),
        );
    }
    for hit in words::hits(&t, words::FULL, NEAR) {
        state.hear(hit.id, &words(hit), "description");
    }
    for hit in
        words::alone_online(&t, DEEP).into_iter().chain(words::hits(&t, words::ATTENDANCE, DEEP))
    {
        state.hear(hit.id, &words(hit), "description");
    }
    for hit in words::hits(&t, words::AUDIENCE, DEEP) {
        state.hear(hit.id, &words(hit), "description");
    }
    if let Some(hit) = words::price(&t, DEEP) {
        state.hear(hit.id, &words(hit), "description");
    }
    for hit in words::hits(&t, words::ACCESS, DEEP) {
        if !state.access.iter().any(|id| id == hit.id) {
            state.access.push(hit.id.to_owned());
            state.note(&words(hit), "description", "what is provided for access");
        }
    }
    for (text, from) in [(title, "title"), (description, "description")] {
        if let (None, Some((day, words))) = (state.booking_by, phrase::booking_by(text, posted)) {
            state.booking_by = Some(day);
            state.note(&words, from, "the last day for booking");
        }
    }
    settle_status(&mut state, title, description, posted);
    if let Some((from, to)) = status::report(&t) {
        report(&mut state, &cut(description, &t, from, to), "description");
    }
    state
}

/// An item that gives the new date is not postponed: it is on, on that date.
fn settle_status(state: &mut StateWords, title: &str, description: &str, posted: &Posted) {
    if state.status == Some(Status::Postponed) {
        let reading = phrase::read_item(title, description, posted);
        if reading.status == Some(Status::Confirmed) && !reading.held {
            state.status = Some(Status::Confirmed);
            state.note(&reading.words, reading.found_in, "it has a new date");
        }
    }
}

fn report(state: &mut StateWords, words: &str, from: &str) {
    if !state.past_report {
        state.past_report = true;
        state.note(words, from, "reads like a report on something that is over");
    }
}

fn cut(text: &str, t: &Tokens, from: usize, to: usize) -> String {
    t.chars(from, to)
        .map(|(from, to)| text.chars().skip(from).take(to - from).collect())
        .unwrap_or_default()
}

fn read_title(state: &mut StateWords, text: &str, posted: &Posted) {
    // Nobody writes such a title; what is beyond is left as it stands.
    if text.chars().nth(TITLE_CAP).is_some() {
        state.title = text.chars().take(TITLE_CAP).collect();
        return;
    }
    let mut title = Title::of(text);
    if let Some((from, to)) = status::report(&title.tokens) {
        report(state, &title.words(from, to), "title");
    }
    title.take_dates(posted);
    if let Some(said) = title.take_status() {
        state.status = Some(said.status);
        state.note(&title.words(said.from, said.to), "title", says_status(said.status));
    }
    for part in title.parts() {
        let left = title.left(&part);
        let label = LABELS.iter().find(|(words, _)| *words == left).map(|(_, id)| *id);
        let price = || {
            words::price(&Tokens::of(&title.words(part.from, part.to)), 12)
                .filter(|hit| hit.id == "price")
        };
        if let Some(id) = label {
            // A title that is nothing but the label keeps it.
            let alone =
                title.parts().iter().all(|other| *other == part || title.left(other).is_empty());
            if !(alone && matches!(id, "online" | "free" | "date" | "full")) {
                state.hear(id, &title.words(part.from, part.to), "title");
                title.take(part.from, part.to);
            }
        } else if part.mark.is_some() && is_price(&title, &part, &left) && price().is_some() {
            // "£10 on 4 March"
            let date = (part.from..part.to).find(|&at| title.is_gone(at));
            let to = date.filter(|&at| at > part.from).unwrap_or(part.to);
            state.hear("price", &title.words(part.from, to), "title");
            title.take(part.from, part.to);
        } else if title.is_vague(&part) {
            title.take(part.from, part.to);
        }
    }
    if title.is_free_event() {
        state.hear("free", "Free", "title");
        title.take(0, 1);
    }
    for hit in words::hits(&title.tokens, words::ATTENDANCE, DEEP) {
        state.hear(hit.id, &title.words(hit.from, hit.to), "title");
    }
    let rebuilt = title.rebuild();
    state.title = if rebuilt.chars().any(char::is_alphanumeric) {
        rebuilt
    } else {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
}

/// Whether a part is a price and nothing else.
fn is_price(title: &Title, part: &title::Part, left: &str) -> bool {
    let first = title.tokens.mark(part.from) == Some('\u{a3}')
        || title.tokens.one_of(part.from, &["cost", "from", "tickets", "price"]);
    first && left.contains('\u{a3}') && left.split(' ').count() <= 10
}
