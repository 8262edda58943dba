//! Finds the venue in running text, where a feed has no field for it.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    place::{names_venue, postcode},
    text::quick_pattern,
};

/// A label before the venue.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)(?:^|[\s.;,(])(?:venue|where|location|place|lle|lleoliad|ble)\s*:\s*([^\n]{2,300})",
    )
});

/// The label of whatever comes next on the same line.
static NEXT_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)[\s,.;]+(?:date|time|when|cost|price|fee|who|audience|contact|book(?:ing)?|speaker|agenda|organi[sz]er|ticket|lunch|parking|tel|e-?mail|pryd|dyddiad|amser)s?\s*:",
    )
});

/// A time or date, a comma or a preposition, and a capital: "10am to 4pm, Shaw House".
static AFTER_TIME: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i:\d\s?[ap]\.?m\.?|\bnoon|\bmidday|\bmidnight|\d[:.]\d\d|\b20\d\d|\d(?:st|nd|rd|th)?\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\s*(?:,|;|–|-|\n|(?i:,?\s(?:at|in)))\s+(?:the\s+)?(\p{Lu}|\d+\s\p{Lu})",
    )
});

/// "at Shaw House", "Venue in Leeds".
static AT: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(r"(?:\b[Aa]t|\b[Ii]n|\b[Vv]isit to|,)\s+(?:the\s+)?(\p{Lu}|\d+\s\p{Lu})")
});

/// Words that say that a town is where it takes place, and not where its public comes from.
static TOWN: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i:\b(?:venue|held|taking place|takes place|meeting|meet|hosted|gather)\s+(?:is\s+|will be\s+)?in\s+)(?:the\s+)?(\p{Lu})",
    )
});

/// Small words inside names of places.
const INSIDE_NAMES: [&str; 14] =
    ["of", "the", "and", "upon", "on", "le", "la", "de", "y", "yr", "under", "in", "st", "&"];

/// Small words that end names of places.
const ENDINGS: [&str; 22] = [
    "depot",
    "library",
    "hall",
    "house",
    "centre",
    "offices",
    "office",
    "car",
    "park",
    "school",
    "college",
    "room",
    "hub",
    "museum",
    "church",
    "theatre",
    "campus",
    "building",
    "chamber",
    "pavilion",
    "showground",
    "town",
];

/// The venue that a text names, as a location line for [`super::place::read`].
#[must_use]
pub(super) fn in_prose(words: &str) -> Option<String> {
    let words = super::text::cap(words, 8000).0;
    labelled(words)
        .or_else(|| after(words, &AFTER_TIME).find(|run| convincing(run)))
        .or_else(|| after(words, &AT).find(|run| convincing(run) && names_venue(first_part(run))))
        .or_else(|| after(words, &TOWN).next())
        .or_else(|| whole_sentence(words))
        .or_else(|| only_online(words))
}

/// A time and what follows its comma: "10am to 12 noon, online".
static ONLINE_AFTER_TIME: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(r"(?i)(?:\d|\b[ap]\.?m\.?|\d[ap]m|noon|midday)\s*(?:,|–|-)\s*([^,.;()\n]{2,40})")
});

/// "Online." as a sentence or line of its own, or after the time, stands where the venue would.
fn only_online(words: &str) -> Option<String> {
    let mut behind = ONLINE_AFTER_TIME.captures_iter(words).take(50).filter_map(|c| c.get(1));
    if let Some(found) = behind.find(|part| super::place::only_online(part.as_str())) {
        return Some(found.as_str().trim().to_owned());
    }
    let mut sentences =
        words.split(['.', '\n', ';']).map(str::trim).filter(|part| part.len() <= 60);
    sentences.find(|part| super::place::only_online(part)).map(str::to_owned)
}

fn labelled(words: &str) -> Option<String> {
    let line = LABEL.captures(words)?.get(1)?.as_str();
    let line = NEXT_LABEL.find(line).map_or(line, |next| line.get(..next.start()).unwrap_or(line));
    let line = sentence(line).trim().trim_end_matches(['.', ',', ';']);
    (!line.is_empty()).then(|| line.to_owned())
}

/// The runs of capitalised words that begin where the pattern's group does.
fn after<'a>(words: &'a str, before: &'static Regex) -> impl Iterator<Item = String> + 'a {
    before
        .captures_iter(words)
        .take(50)
        .filter_map(|found| found.get(1).and_then(|first| words.get(first.start()..)))
        .filter_map(|rest| run(rest).map(|(run, _)| run))
        .filter(|run| !begins_with_day(run))
}

/// The other end of a range of days: "2027 – Wednesday, 12 May".
fn begins_with_day(run: &str) -> bool {
    let first =
        run.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default();
    let first: String = first.to_lowercase().chars().take(3).collect();
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let months =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let length = run.split([' ', ',']).next().map_or(0, str::len);
    (days.contains(&first.as_str())
        && (length <= 4 || run.split([' ', ',']).next().is_some_and(|word| word.ends_with("day"))))
        || (months.contains(&first.as_str()) && run.contains(|c: char| c.is_ascii_digit()))
}

fn first_part(run: &str) -> &str {
    run.split(',').next().unwrap_or(run).trim()
}

/// No venue is better than a wrong one: a word for a building, a postcode, or a name and a town.
fn convincing(run: &str) -> bool {
    names_venue(first_part(run)) && !generic(first_part(run))
        || postcode(run).is_some()
        || (run.contains(", ") && !first_part(run).contains("Council"))
}

/// "Open House" and the like are kinds of event.
fn generic(name: &str) -> bool {
    ["open house", "forum", "the exchange programme", "market", "school", "summer school"]
        .contains(&name.to_lowercase().as_str())
        || name.to_lowercase().ends_with("open house")
}

/// Text up to the end of the sentence; "St. Mary's" does not end one.
fn sentence(words: &str) -> &str {
    let mut from = 0;
    while let Some(found) = words.get(from..).and_then(|rest| rest.find(['.', '!', '?', '\n', ';']))
    {
        let at = from + found;
        let ends = words.get(at..).is_some_and(|rest| {
            let mut following = rest.chars();
            following.next().is_some_and(|stop| stop == '\n' || stop == ';')
                || following.next().is_none_or(char::is_whitespace)
        });
        let before = words.get(..at).unwrap_or_default();
        if ends && !before.ends_with("St") && !before.ends_with("Rd") {
            return before;
        }
        from = at + 1;
    }
    words
}

/// The name of a place at the beginning of a text: capitalised words, parts parted by commas. Says also whether it
/// fills its sentence.
fn run(words: &str) -> Option<(String, bool)> {
    let sentence = sentence(words);
    let mut parts: Vec<String> = Vec::new();
    let mut whole = true;
    for part in sentence.split(',').take(6) {
        let (name, all) = name(part);
        if name.is_empty() {
            whole = false;
            break;
        }
        parts.push(name);
        if !all {
            whole = false;
            break;
        }
    }
    (!parts.is_empty()).then(|| (parts.join(", "), whole))
}

/// The capitalised words at the beginning of a part, and whether they are all of it.
fn name(part: &str) -> (String, bool) {
    let words: Vec<&str> = part.split_whitespace().collect();
    let mut kept = 0;
    for (at, word) in words.iter().enumerate().take(10) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '&');
        let lower = bare.to_lowercase();
        if bare.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
            || ENDINGS.contains(&bare)
        {
            kept = at + 1;
        } else if !INSIDE_NAMES.contains(&lower.as_str()) || word.starts_with(['(', '–', '-']) {
            break;
        }
    }
    let all = kept == words.len() && !words.is_empty();
    (words.into_iter().take(kept).collect::<Vec<_>>().join(" "), all)
}

/// "Millmead House, Millmead, Guildford GU2 4BB." is a sentence of its own.
fn whole_sentence(words: &str) -> Option<String> {
    let mut rest = words;
    for _ in 0..200 {
        let this = sentence(rest);
        if let Some((run, true)) = run(this.trim_start_matches(['-', ' ']))
            && (names_venue(first_part(&run)) && !generic(first_part(&run))
                || postcode(&run).is_some())
        {
            return Some(run);
        }
        let next = rest.get(this.len()..)?;
        rest = next.trim_start_matches(['.', '!', '?', ';', '\n', ' ']);
        if rest.is_empty() {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn venues_are_found_where_people_write_them() {
        for (words, venue) in [
            (
                "Date: Thu 21 Jan\nTime: 9.30-12\nVenue: 5 Pancras Square, N1C 4AG",
                Some("5 Pancras Square, N1C 4AG"),
            ),
            (
                "Date: 05/03/2027 Time: 10:00 - 12:30 Venue: Crowndale Centre, Room 2.14 Cost: free",
                Some("Crowndale Centre, Room 2.14"),
            ),
            (
                "Thursday 10 December, 10.30am to 11am, Guildford Library. Ages 2 to 5, free.",
                Some("Guildford Library"),
            ),
            (
                "11 December 2026 to 3 January 2027 at the Mill Theatre. From £16.",
                Some("Mill Theatre"),
            ),
            (
                "10am to 4pm, Carriageworks, Leeds LS2 3AD. Practitioners pitch.",
                Some("Carriageworks, Leeds LS2 3AD"),
            ),
            (
                "Join officers from other councils at Market Street Offices, Newbury. Lunch.",
                Some("Market Street Offices, Newbury"),
            ),
            (
                "With lunch. Millmead House, Millmead, Guildford GU2 4BB.",
                Some("Millmead House, Millmead, Guildford GU2 4BB"),
            ),
            ("By live link. Kents Hill depot, Maidstone.", Some("Kents Hill depot, Maidstone")),
            (
                "Taunton Depot, Taunton\nWednesday, 14 April 2027, 9:30am – 4pm",
                Some("Taunton Depot, Taunton"),
            ),
            (
                "Sunday 13 December at 11am. Meet at the Chantry Wood car park. Dogs on leads.",
                Some("Chantry Wood car park"),
            ),
            (
                "Pencil it in. Venue in Newcastle upon Tyne; tickets later.",
                Some("Newcastle upon Tyne"),
            ),
            ("12-1pm, for private rented sector teams in any council.", None),
            (
                "County Hall, Oxford\nTuesday, 11 May 2027 – Wednesday, 12 May 2027\n\nTwo days.",
                Some("County Hall, Oxford"),
            ),
            ("Online\nTuesday, 13 July 2027, 10am – 12:30pm", Some("Online")),
            ("For web editors in council teams. On Microsoft Teams.", Some("On Microsoft Teams")),
            ("Online booking opens soon. Teams of four.", None),
            ("For arts officers in Surrey and Sussex councils.", None),
            ("Leeds City Council hosts planners from across the north.", None),
            ("Two days for resilience leads. Bring a laptop.", None),
            ("Tuesday 3 March 2027, Planning teams only.", None),
        ] {
            assert_eq!(in_prose(words).as_deref(), venue, "{words}");
        }
    }
}
