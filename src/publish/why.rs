//! Says in sentences why an event is listed, tagged, dated and merged as it is: for people, without a word of jargon.

use crate::{
    event::{Decision, Evidence, Listing, Reason},
    vocabulary::Vocabulary,
};

/// The sentences, by what they explain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Why {
    /// Why it is listed or not.
    pub decision: Vec<String>,
    /// Where its date comes from.
    pub date: Vec<String>,
    /// Why it is of its kind.
    pub kind: Vec<String>,
    /// Why it is for its services.
    pub services: Vec<String>,
    /// Why several announcements are shown as one.
    pub merged: Vec<String>,
    /// Which source supplied what.
    pub fields: Vec<String>,
}

impl Why {
    /// All sentences, in the order in which one would ask.
    #[must_use]
    pub fn sentences(self) -> Vec<String> {
        [self.decision, self.kind, self.services, self.date, self.merged, self.fields].concat()
    }
}

/// Fields of text in which words are found.
const TEXTS: [&str; 4] = ["title", "description", "categories", "title and description"];

/// Where the network's own word comes from.
const NETWORK: [&str; 2] = ["review", "feeds.toml"];

/// Names of fields as people call them.
const FIELDS: [(&str, &str); 9] = [
    ("url", "the link"),
    ("booking_url", "the booking link"),
    ("booking_by", "the last day for booking"),
    ("audience", "who may come"),
    ("attendance", "whether it is online"),
    ("join_url", "the link to join"),
    ("place.postcode", "the postcode"),
    ("place.address", "the address"),
    ("place.position", "the position"),
];

/// Why a listing is as it is; `name` gives the name of a feed.
#[must_use]
pub fn why(listing: &Listing, words: &Vocabulary, name: &dyn Fn(&str) -> String) -> Why {
    let facts = &listing.facts;
    let evidence = &facts.evidence;
    let mut why = Why { decision: vec![verdict(listing)], ..Why::default() };
    if facts.verdict.decision == Decision::Private {
        return why;
    }
    why.decision.extend(evidence.listed.iter().filter_map(|reason| sign(reason, listing)));
    why.date = evidence.date.iter().map(date).collect();
    why.kind = kind(&facts.kind, evidence, words);
    why.services = services(&facts.services, evidence, words);
    if why.services.is_empty() && facts.verdict.decision == Decision::Listed {
        why.services.push("It names no service, so it is shown as one for every service.".into());
    }
    why.merged = evidence.merged.iter().map(|reason| joined(reason, listing, name)).collect();
    if listing.sources.len() > 1 {
        let supplied = listing.sources.iter().filter(|source| !source.fields.is_empty());
        why.fields = supplied
            .map(|source| {
                let fields: Vec<String> = source.fields.iter().map(|field| called(field)).collect();
                format!("From {}: {}.", name(&source.feed), and(&fields))
            })
            .collect();
    }
    why
}

fn verdict(listing: &Listing) -> String {
    let verdict = &listing.facts.verdict;
    match (verdict.reason.is_empty(), verdict.decision) {
        (false, _) => ended(&verdict.reason),
        (true, Decision::Listed) => "Listed.".into(),
        (true, Decision::Unlisted) => "Not listed.".into(),
        (true, Decision::Held) => "Held for review.".into(),
        (true, Decision::Private) => "Private.".into(),
    }
}

/// One sign for or against; `None` where the verdict has said the same.
fn sign(reason: &Reason, listing: &Listing) -> Option<String> {
    let verdict = &listing.facts.verdict.reason;
    let Reason { text, from, says } = reason;
    if text.is_empty() {
        return (!verdict.contains(says.trim_end_matches('.'))).then(|| ended(&capital(says)));
    }
    // Of the kind there is a sentence of its own.
    if verdict.contains(&format!("“{text}”")) || says.starts_with("its kind is") {
        return None;
    }
    if verdict.contains(says.as_str()) {
        return Some(format!("The sign of it is {}.", found(reason)));
    }
    Some(match from.as_str() {
        "organiser" => {
            let says = says.trim_end_matches('.');
            match says.strip_prefix("its organiser ") {
                Some(does) => format!("It is run by “{text}”, which {does}."),
                None => format!("It is run by “{text}”: {says}."),
            }
        }
        _ => format!("Its {from} says “{text}”: {}.", says.trim_end_matches('.')),
    })
}

fn date(reason: &Reason) -> String {
    let Reason { text, from, says } = reason;
    if text.is_empty() {
        return ended(&capital(says));
    }
    if NETWORK.contains(&from.as_str()) {
        return format!("The date was supplied by the network: “{text}”.");
    }
    if TEXTS.contains(&from.as_str()) {
        return ended(&format!("The date was read from the words “{text}” in its text: {says}"));
    }
    ended(&format!("The date is what the feed itself gives ({from}, “{text}”): {says}"))
}

fn kind(id: &str, evidence: &Evidence, words: &Vocabulary) -> Vec<String> {
    let title = words.kind(id).map_or(id, |kind| kind.title.as_str());
    because(&format!("Its kind is “{title}”"), &evidence.kind.iter().collect::<Vec<_>>())
}

/// One sentence a service.
fn services(ids: &[String], evidence: &Evidence, words: &Vocabulary) -> Vec<String> {
    let titles = ids.iter().map(|id| words.service(id).map_or(id.as_str(), |known| &known.title));
    let mut rest: Vec<&Reason> = evidence.services.iter().collect();
    let mut sentences = Vec::new();
    for title in titles {
        let (own, others): (Vec<&Reason>, Vec<&Reason>) =
            rest.into_iter().partition(|reason| reason.says.contains(&format!("“{title}”")));
        sentences.extend(because(&format!("It is about “{title}”"), &own));
        rest = others;
    }
    if sentences.is_empty() && !rest.is_empty() {
        let titles =
            ids.iter().map(|id| words.service(id).map_or(id.as_str(), |known| &known.title));
        let titles: Vec<String> = titles.map(|title| format!("“{title}”")).collect();
        sentences.extend(because(&format!("It is about {}", and(&titles)), &rest));
    }
    sentences
}

/// A head, and what it is concluded from; nothing where nothing is known of that.
fn because(head: &str, reasons: &[&Reason]) -> Vec<String> {
    let said = reasons.iter().any(|reason| NETWORK.contains(&reason.from.as_str()));
    if said {
        return vec![format!("{head}, as the network says.")];
    }
    let setting = reasons.iter().any(|reason| reason.from == "feed setting");
    let mut places: Vec<(&str, Vec<String>)> = Vec::new();
    for reason in reasons.iter().filter(|reason| reason.from != "feed setting") {
        let quote = format!("“{}”", reason.text);
        match places.iter_mut().find(|(from, _)| *from == reason.from) {
            Some((_, quotes)) => quotes.push(quote),
            None => places.push((&reason.from, vec![quote])),
        }
    }
    let mut parts: Vec<String> =
        places.into_iter().map(|(from, quotes)| stood(from, &quotes)).collect();
    if setting {
        parts.push("what is set for its feed".into());
    }
    if parts.is_empty() {
        return Vec::new();
    }
    vec![format!("{head} because of {}.", and(&parts))]
}

fn found(reason: &Reason) -> String {
    stood(&reason.from, &[format!("“{}”", reason.text)])
}

fn stood(from: &str, quotes: &[String]) -> String {
    match from {
        "organiser" => format!("its organiser, {}", and(quotes)),
        "name of its series" => format!("its series, {}", and(quotes)),
        _ => format!("{} in the {from}", and(quotes)),
    }
}

/// Why one more source belongs to it, or what the sources disagree about.
fn joined(reason: &Reason, listing: &Listing, name: &dyn Fn(&str) -> String) -> String {
    let Reason { text, from, says } = reason;
    let head = format!("also announced by {from}: ");
    let from = name(from);
    let Some(rest) = says.strip_prefix(&head) else {
        return ended(&format!("{from} says “{text}”: {says}"));
    };
    let rest = listing.sources.iter().fold(rest.to_owned(), |rest, source| {
        let (id, called) = (&source.feed, name(&source.feed));
        rest.replace(&format!("as in {id}: "), &format!("as in {called}: "))
    });
    ended(&format!("Also announced by {from}, as “{text}”: {rest}"))
}

fn called(field: &str) -> String {
    let known = FIELDS.iter().find(|(id, _)| *id == field);
    known.map_or_else(|| format!("the {field}"), |(_, name)| (*name).to_owned())
}

fn and(words: &[String]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Facts, Verdict},
        publish::samples,
    };

    #[test]
    fn an_explanation_reads_as_one_would_say_it() {
        let mut listing = samples::plain();
        let mut facts = Facts::new("Bulky waste discovery day", chrono_tz::Tz::Europe__London);
        facts.kind = "discovery".into();
        facts.services = vec!["waste".into()];
        let reason = "Listed because its title says “discovery day”.".to_owned();
        facts.verdict = Verdict { decision: Decision::Listed, reason };
        facts.evidence.listed = vec![
            Reason::new("discovery day", "title", "its kind is “Discovery day”"),
            Reason::new("officers", "description", "it is for people who run council services"),
            Reason::new("Waste club", "organiser", "its organiser works for councils"),
        ];
        facts.evidence.kind =
            vec![Reason::new("discovery day", "title", "its kind is “Discovery day”")];
        let words = Vocabulary::embedded().unwrap();
        let about = format!("it is about “{}”", words.service("waste").unwrap().title);
        facts.evidence.services = vec![
            Reason::new("bulky waste", "title", &about),
            Reason::new("HWRC", "description", &about),
            Reason::new("crews", "title", &about),
        ];
        facts.evidence.date =
            vec![Reason::new("4 March", "title and description", "Thursday 4 March 2027")];
        facts.evidence.merged = vec![Reason::new(
            "Waste day",
            "Surrey",
            "also announced by Surrey: same start, same place",
        )];
        listing.facts = facts;
        listing.sources.clear();
        assert_eq!(
            why(&listing, &words, &str::to_owned).sentences(),
            [
                "Listed because its title says “discovery day”.",
                "Its description says “officers”: it is for people who run council services.",
                "It is run by “Waste club”, which works for councils.",
                "Its kind is “Discovery day” because of “discovery day” in the title.",
                "It is about “Waste, recycling and street cleaning” because of “bulky waste” and “crews” in the title and \
                 “HWRC” in the description.",
                "The date was read from the words “4 March” in its text: Thursday 4 March 2027.",
                "Also announced by Surrey, as “Waste day”: same start, same place.",
            ]
        );
    }
}
