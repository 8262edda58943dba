//! Reads the parameters of an address as a query; what is not known is a fault that says what is.

use chrono::{DateTime, Utc};
use strsim::{jaro_winkler, normalized_damerau_levenshtein};

use super::{
    Bound, Cursor, EVENT_FIELDS, Fault, Known, MAX_LIMIT, OCCURRENCE_FIELDS, OPEN_TO, Point,
    Request, SORTS, Sort,
    place::{
        self, nations, outward, position_of_postcode, region_id, regions, regions_of_postcode,
    },
    slug,
    words::{ATTENDANCES, LISTED, STATUSES},
};
use crate::vocabulary::KIND_GROUPS;

mod values;

use values::{bound, clean_words, position};

/// Every filter and how lists are asked for, in the order of DESIGN 5.3.
pub(super) const PARAMETERS: [&str; 22] = [
    "service",
    "general",
    "kind",
    "series",
    "group",
    "feed",
    "status",
    "council",
    "region",
    "nation",
    "near",
    "within",
    "or_online",
    "attendance",
    "open_to",
    "q",
    "from",
    "to",
    "listed",
    "limit",
    "cursor",
    "sort",
];

/// Every name that means something at most addresses.
pub fn parameters() -> impl Iterator<Item = &'static str> {
    PARAMETERS.into_iter().chain(["fields"])
}

/// Whether a name means something at most addresses.
#[must_use]
pub fn is_parameter(name: &str) -> bool {
    parameters().any(|known| known == name)
}

/// Whether campaigns, social networks or mail programs hang this on links that people pass on; it means nothing to us.
#[must_use]
pub fn is_foreign(name: &str) -> bool {
    matches!(name, "fbclid" | "gclid") || name.starts_with("utm_") || name.starts_with("mc_")
}

/// More values than this for one filter is no honest question.
const MAX_VALUES: usize = 400;
/// Letters and words of a question.
const MOST_LETTERS: usize = 200;
const MOST_WORDS: usize = 30;

/// Reads the filters and list parameters of an address.
///
/// # Errors
/// All faults at once: unknown parameters and values, with what is allowed.
pub fn parse(
    pairs: impl IntoIterator<Item = (String, String)>,
    known: &Known,
    now: DateTime<Utc>,
) -> Result<Request, Vec<Fault>> {
    parse_with(pairs, known, now, &[])
}

/// Like [`parse`], for an endpoint that has further parameters: they are handed on in [`Request::extra`].
///
/// # Errors
/// All faults at once: unknown parameters and values, with what is allowed.
pub fn parse_with(
    pairs: impl IntoIterator<Item = (String, String)>,
    known: &Known,
    now: DateTime<Utc>,
    extra: &[&str],
) -> Result<Request, Vec<Fault>> {
    let mut parser = Parser { known, extra, request: Request::default(), faults: Vec::new() };
    for (name, value) in pairs {
        parser.pair(name.trim(), &value);
    }
    parser.finish(now)
}

struct Parser<'a> {
    known: &'a Known<'a>,
    extra: &'a [&'a str],
    request: Request,
    faults: Vec<Fault>,
}

impl Parser<'_> {
    fn pair(&mut self, name: &str, value: &str) {
        if is_foreign(name) {
            return;
        }
        if self.extra.contains(&name) {
            self.request.extra.insert(name.to_owned(), value.to_owned());
            return;
        }
        let value = value.trim();
        match name {
            // A first page has no cursor, and a search box no words; an empty filter is a slip that must not widen.
            "cursor" | "q" if value.is_empty() => {}
            _ if is_parameter(name) && list(value).next().is_none() => self.empty(name, value),
            "service" | "kind" | "group" | "feed" | "region" | "nation" | "series" => {
                self.ids(name, value);
            }
            "council" => list(value).for_each(|code| self.council(code)),
            "status" | "attendance" | "open_to" | "fields" => self.choices(name, value),
            "general" => self.request.query.general = self.yes(name, value),
            "or_online" => self.request.query.or_online = self.yes(name, value),
            "near" => self.near(value),
            "within" => self.within(value),
            "q" => self.question(value),
            "from" => self.request.query.from = self.bound(name, value),
            "to" => self.request.query.to = self.bound(name, value),
            "listed" | "sort" => self.choices(name, value),
            "limit" => self.limit(value),
            "cursor" => self.cursor(value),
            _ => self.unknown(name),
        }
    }

    /// One that is cut off would find more than was asked for.
    fn question(&mut self, value: &str) {
        let words = clean_words(value);
        let (letters, number) = (words.chars().count(), words.split(' ').count());
        if letters > MOST_LETTERS || number > MOST_WORDS {
            let words = format!("'q' has at most {MOST_WORDS} words and {MOST_LETTERS} letters");
            let allowed = vec![format!("up to {MOST_WORDS} words")];
            self.fault("q", value, allowed, words);
        }
        self.request.query.q = Some(words);
    }

    fn empty(&mut self, name: &str, value: &str) {
        let words = format!("'{name}' is empty: leave it out, or write a value");
        self.fault(name, value, self.values_of(name), words);
    }

    fn unknown(&mut self, name: &str) {
        let mut all: Vec<&str> = parameters().collect();
        all.extend(self.extra);
        let hint = hint(name, all.iter().copied());
        self.faults.push(Fault {
            parameter: short(name),
            value: None,
            words: format!("there is no filter '{}'{hint}", short(name)),
            allowed: all.into_iter().map(str::to_owned).collect(),
        });
    }

    fn fault(&mut self, name: &str, value: &str, allowed: Vec<String>, words: String) {
        let (parameter, value) = (name.to_owned(), Some(short(value)));
        self.faults.push(Fault { parameter, value, allowed, words });
    }

    fn refuse(&mut self, name: &str, value: &str, allowed: Vec<String>) {
        let hint = hint(&value.to_lowercase(), allowed.iter().map(String::as_str));
        let words = format!("'{}' is not a value of '{name}'{hint}", short(value));
        self.fault(name, value, allowed, words);
    }

    /// Everything that may stand after a filter, where that is a list.
    fn values_of(&self, name: &str) -> Vec<String> {
        let (words, members) = (self.known.vocabulary, self.known.members);
        let fixed = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect();
        match name {
            "service" => words.services.iter().map(|service| service.id.clone()).collect(),
            "kind" => {
                let groups = KIND_GROUPS.iter().map(|(id, _)| (*id).to_owned());
                words.kinds.iter().map(|kind| kind.id.clone()).chain(groups).collect()
            }
            "group" => members.groups().iter().map(|group| group.id.clone()).collect(),
            "feed" => self.known.feeds.to_vec(),
            "series" => self.known.series.to_vec(),
            "region" => regions(members).into_iter().map(|(id, _)| id).collect(),
            "nation" => nations(members).into_iter().map(|(id, _)| id).collect(),
            "status" => STATUSES.iter().map(|(word, _)| (*word).to_owned()).collect(),
            "attendance" => ATTENDANCES.iter().map(|(word, _)| (*word).to_owned()).collect(),
            "open_to" => fixed(&OPEN_TO),
            "listed" => LISTED.iter().map(|(word, _)| (*word).to_owned()).collect(),
            "sort" => SORTS.iter().map(|(word, _)| (*word).to_owned()).collect(),
            "fields" => EVENT_FIELDS.iter().chain(&OCCURRENCE_FIELDS).map(|&f| f.into()).collect(),
            "general" | "or_online" => fixed(&["yes", "no"]),
            _ => Vec::new(),
        }
    }

    /// Filters whose values are ids of the vocabulary, the members or the feeds.
    fn ids(&mut self, name: &str, value: &str) {
        let allowed = self.values_of(name);
        for written in list(value) {
            let id = match name {
                "region" | "nation" => region_id(written),
                "series" => slug(written),
                _ => written.to_owned(),
            };
            let lower = id.to_lowercase();
            let Some(id) = allowed.iter().find(|known| **known == id || **known == lower) else {
                self.refuse(name, written, allowed.clone());
                continue;
            };
            let query = &mut self.request.query;
            match name {
                "service" => query.services.push(id.clone()),
                "kind" => query.kinds.push(id.clone()),
                "group" => query.groups.push(id.clone()),
                "feed" => query.feeds.push(id.clone()),
                "series" => query.series.push(id.clone()),
                "region" => query.regions.push(id.clone()),
                _ => query.nations.push(id.clone()),
            }
        }
    }

    fn council(&mut self, code: &str) {
        match self.known.members.council(code) {
            Some(council) => self.request.query.councils.push(council.code.clone()),
            None => self.unknown_council("council", code),
        }
    }

    /// Several hundred codes help nobody: those whose code or name is like the one written.
    fn unknown_council(&mut self, name: &str, written: &str) {
        let lower = written.to_lowercase().replace(['-', '_'], " ");
        let councils = self.known.members.councils().iter();
        let mut like: Vec<(f64, String, &str)> = councils
            .map(|council| {
                let by_code = jaro_winkler(&lower, &council.code.to_lowercase());
                let by_name = jaro_winkler(&lower, &council.nice_name.to_lowercase());
                (by_code.max(by_name), council.code.clone(), council.nice_name.as_str())
            })
            .collect();
        like.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        like.truncate(10);
        let best = like.first().filter(|(score, ..)| *score > 0.85);
        let hint = best
            .map(|(_, code, nice)| format!("; did you mean {code} ({nice})?"))
            .unwrap_or_default();
        let words = format!(
            "'{}' is not the code of a council{hint} /api/v1/councils lists all codes",
            short(written)
        )
        .replace("council /api", "council; /api");
        let allowed = like.into_iter().map(|(_, code, _)| code).collect();
        self.fault(name, written, allowed, words);
    }

    /// Filters whose values are a short, fixed list of words.
    fn choices(&mut self, name: &str, value: &str) {
        let allowed = self.values_of(name);
        // Of these there is one: a list of orders would mean the last.
        let values =
            if matches!(name, "listed" | "sort") { vec![value] } else { list(value).collect() };
        for written in values {
            let word = written.to_lowercase();
            if !allowed.contains(&word) {
                self.refuse(name, written, allowed.clone());
                continue;
            }
            let (query, word) = (&mut self.request.query, word.as_str());
            match name {
                "status" => query.status.extend(pick(&STATUSES, word)),
                "attendance" => query.attendance.extend(pick(&ATTENDANCES, word)),
                "open_to" => query.open_to.push(word.to_owned()),
                "listed" => query.listed = pick(&LISTED, word).unwrap_or_default(),
                "sort" => self.request.sort = pick(&SORTS, word).unwrap_or_default(),
                _ => self.request.fields.push(word.to_owned()),
            }
        }
    }

    fn yes(&mut self, name: &str, value: &str) -> bool {
        match value.to_lowercase().as_str() {
            "yes" | "true" | "1" | "on" => true,
            "no" | "false" | "0" | "off" => false,
            _ => {
                self.refuse(name, value, self.values_of(name));
                false
            }
        }
    }

    fn near(&mut self, value: &str) {
        if let Some((latitude, longitude)) = position(value) {
            self.request.query.near.push(Point::Position { latitude, longitude });
            return;
        }
        for written in list(value) {
            let members = self.known.members;
            let council = members.council(written).or_else(|| members.council_named(written));
            let point = council
                .map(|council| Point::Council {
                    code: council.code.clone(),
                    region: region_id(&council.region),
                    position: self.known.members.position(&council.code),
                })
                .or_else(|| {
                    let code = outward(written)?;
                    let regions = regions_of_postcode(&code);
                    let position = position_of_postcode(&code);
                    (!regions.is_empty()).then_some(Point::Outward { position, code, regions })
                });
            match point {
                Some(point) => self.request.query.near.push(point),
                None => {
                    let allowed =
                        ["a council (WBK, Leeds)", "an outward postcode (RG14)", "51.40,-1.32"];
                    let allowed = allowed.map(str::to_owned).to_vec();
                    let words = format!(
                        "'{}' is neither a council, nor the first part of a postcode such as RG14, nor a position such \
                         as 51.40,-1.32",
                        short(written)
                    );
                    self.fault("near", written, allowed, words);
                }
            }
        }
    }

    fn within(&mut self, value: &str) {
        match value.trim_end_matches("km").trim_end().parse::<f64>() {
            Ok(km) if (0.1..=2000.0).contains(&km) => self.request.query.within_km = Some(km),
            _ => {
                let allowed = "0.1 to 2000 (km)";
                let words = format!("'{}' is not a value of 'within': {allowed}", short(value));
                self.fault("within", value, vec![allowed.to_owned()], words);
            }
        }
    }

    fn bound(&mut self, name: &str, value: &str) -> Option<Bound> {
        let bound = bound(value, self.known.time_zone);
        if bound.is_none() {
            let allowed = ["2026-12-01", "2026-12-01T09:30", "2026-12-01T09:30:00Z"];
            let words = format!(
                "'{}' is not a date (2026-12-01) or an instant (2026-12-01T09:30:00Z)",
                short(value)
            );
            self.fault(name, value, allowed.map(str::to_owned).to_vec(), words);
        }
        bound
    }

    fn limit(&mut self, value: &str) {
        match value.parse::<usize>() {
            Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => self.request.limit = Some(limit),
            _ => {
                let allowed = format!("1 to {MAX_LIMIT}");
                let words = format!("'{}' is not a value of 'limit': {allowed}", short(value));
                self.fault("limit", value, vec![allowed], words);
            }
        }
    }

    fn cursor(&mut self, value: &str) {
        self.request.cursor = Cursor::decode(value);
        if self.request.cursor.is_none() {
            let words = "this cursor is not one that was given out; begin again without it".into();
            self.fault("cursor", value, Vec::new(), words);
        }
    }

    fn finish(mut self, now: DateTime<Utc>) -> Result<Request, Vec<Fault>> {
        self.check_range(now);
        let query = &mut self.request.query;
        if query.within_km.is_some() && query.near.is_empty() {
            // A form with an empty field for the place sends this; it says nothing and narrows nothing.
            query.within_km = None;
            self.request.notes.push("How far says nothing without a place to be near.".to_owned());
        }
        for values in [
            &mut query.services,
            &mut query.kinds,
            &mut query.series,
            &mut query.groups,
            &mut query.feeds,
            &mut query.councils,
            &mut query.regions,
            &mut query.nations,
            &mut query.open_to,
        ] {
            values.sort_unstable();
            values.dedup();
            values.truncate(MAX_VALUES);
        }
        query.status.sort_unstable();
        query.status.dedup();
        query.attendance.sort_unstable();
        query.attendance.dedup();
        query.near.truncate(20);
        if let Some(cursor) = self.request.cursor.as_ref().filter(|c| c.sort != self.request.sort) {
            // It names a place in one order, which is none in another.
            if self.request.sort != Sort::default() {
                let word = cursor.sort.as_str();
                self.request
                    .notes
                    .push(format!("A list goes on in the order in which it began: {word}."));
            }
            self.request.sort = cursor.sort;
        }
        self.request.notes.extend(place::notes(query, self.known.members));
        query.q = query.q.take().filter(|words| !words.is_empty());
        let mut seen = std::collections::HashSet::new();
        self.request.fields.retain(|field| seen.insert(field.clone()));
        self.request.notes.sort_unstable();
        self.request.notes.dedup();
        if self.faults.is_empty() { Ok(self.request) } else { Err(self.faults) }
    }

    /// A range that ends before it begins finds nothing; people are told why.
    fn check_range(&mut self, now: DateTime<Utc>) {
        let query = &self.request.query;
        let Some(to) = query.to else { return };
        let (from, words) = match query.from {
            Some(from) => (from.at, "The range ends before it begins, so there is nothing in it."),
            None => (now, "The range ends before now, where it begins unless “from” is given."),
        };
        if to.at <= from {
            self.request.notes.push(words.to_owned());
        }
    }
}

fn pick<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn short(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn hint<'a>(written: &str, allowed: impl Iterator<Item = &'a str>) -> String {
    let score = |word: &str| {
        let same_begin =
            word.len() >= 3 && (word.starts_with(written) || written.starts_with(word));
        let like = normalized_damerau_levenshtein(written, word);
        if same_begin && written.len() >= 3 { like.max(0.75) } else { like }
    };
    // Of two that are as far off, the one that begins alike.
    let begins = |word: &str| written.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
    allowed
        .map(|word| (score(word), begins(word), word))
        .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        .filter(|(score, ..)| *score >= 0.6)
        .map(|(.., word)| format!("; did you mean '{word}'?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
