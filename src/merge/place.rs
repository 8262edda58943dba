//! Whether two announcements mean the same place: alike, different, or too little said to tell.

use std::collections::BTreeSet;

use crate::{
    classify::fold::fold,
    event::{Attendance, Facts, Place},
};

/// What two places say about two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    /// The same place.
    Same,
    /// Too little is said.
    Unknown,
    /// Two places.
    Different,
}

/// Words of venues that many venues share.
const GENERIC: [&str; 43] = [
    "hall",
    "centre",
    "center",
    "room",
    "house",
    "office",
    "building",
    "council",
    "chamber",
    "city",
    "town",
    "civic",
    "county",
    "library",
    "community",
    "hotel",
    "school",
    "college",
    "university",
    "street",
    "road",
    "lane",
    "park",
    "depot",
    "suite",
    "floor",
    "the",
    "of",
    "and",
    "st",
    "at",
    "in",
    "rd",
    "ground",
    "first",
    "second",
    "conference",
    "meeting",
    "venue",
    "main",
    "uk",
    "england",
    "hub",
];

/// Words that make a name the name of one building rather than of a town.
const BUILDING: [&str; 24] = [
    "hall",
    "centre",
    "center",
    "house",
    "office",
    "building",
    "chamber",
    "library",
    "hotel",
    "school",
    "college",
    "university",
    "street",
    "road",
    "lane",
    "park",
    "depot",
    "museum",
    "theatre",
    "church",
    "stadium",
    "station",
    "works",
    "hub",
];

/// What an event says of its place, taken apart once for all comparisons.
#[derive(Debug, Clone, Default)]
pub(super) struct Whereabouts {
    /// Whether it names a place at all.
    pub(super) stated: bool,
    online: bool,
    postcode: Option<String>,
    position: Option<(f64, f64)>,
    /// The words of the place's name, or of its address where it has no name.
    pub(super) words: BTreeSet<String>,
    /// Those that other venues do not share.
    telling: BTreeSet<String>,
    /// Whether it is the name of one building rather than of a town.
    building: bool,
}

impl Whereabouts {
    pub(super) fn of(facts: &Facts) -> Self {
        let online = facts.attendance == Attendance::Online;
        let Some(place) = &facts.place else { return Self { online, ..Self::default() } };
        let words = place_words(place);
        let telling = words.iter().filter(|word| !GENERIC.contains(&word.as_str()));
        Self {
            stated: true,
            online,
            postcode: place.postcode.as_deref().map(squeeze),
            position: place.latitude.zip(place.longitude),
            telling: telling.cloned().collect(),
            building: words.iter().any(|word| BUILDING.contains(&word.as_str())),
            words,
        }
    }
}

/// Compares two places.
pub(super) fn agreement(left: &Whereabouts, right: &Whereabouts) -> Agreement {
    match (left.stated, right.stated) {
        (true, true) => places(left, right),
        _ if left.online && right.online => Agreement::Same,
        _ => Agreement::Unknown,
    }
}

fn places(left: &Whereabouts, right: &Whereabouts) -> Agreement {
    if let (Some(ours), Some(theirs)) = (&left.postcode, &right.postcode) {
        return if ours == theirs { Agreement::Same } else { Agreement::Different };
    }
    if let (Some((a, b)), Some((c, d))) = (left.position, right.position)
        && ((a - c) * 111.0).hypot((b - d) * 67.0) > 3.0
    {
        return Agreement::Different;
    }
    if left.words.is_empty() || right.words.is_empty() {
        return Agreement::Unknown;
    }
    let common = left.telling.intersection(&right.telling).count();
    let fewer = left.telling.len().min(right.telling.len());
    if fewer == 0 {
        return if left.words == right.words { Agreement::Same } else { Agreement::Unknown };
    }
    if common * 2 >= fewer && common > 0 {
        return Agreement::Same;
    }
    if common == 0 && left.building == right.building {
        return Agreement::Different;
    }
    Agreement::Unknown
}

fn squeeze(postcode: &str) -> String {
    postcode.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// The words of a place's name, or of its address where it has no name.
fn place_words(place: &Place) -> BTreeSet<String> {
    let text = [place.name.as_deref(), place.address.as_deref()];
    let text = text.into_iter().flatten().collect::<Vec<_>>().join(", ");
    fold(&text).words.into_iter().map(|word| word.folded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(name: &str) -> Whereabouts {
        let (name, postcode) = name.split_once('@').map_or((name, None), |(n, p)| (n, Some(p)));
        let postcode = postcode.map(str::to_owned);
        let mut facts = Facts::new("", chrono_tz::Tz::Europe__London);
        facts.place = Some(Place { name: Some(name.into()), postcode, ..Place::default() });
        Whereabouts::of(&facts)
    }

    #[test]
    fn places_meet_contradict_or_say_too_little() {
        for (left, right, expected) in [
            ("Market Street Offices", "Market Street", Agreement::Same),
            ("Hall One@RG14 5LD", "Other name@rg145ld", Agreement::Same),
            ("Civic Hall@LS1 1UR", "City Hall@NR2 1NH", Agreement::Different),
            ("Guildford Library", "Merrow Library", Agreement::Different),
            ("Leeds", "Norwich", Agreement::Different),
            ("Leeds", "Civic Hall", Agreement::Unknown),
            ("Millmead House, Guildford", "Guildford", Agreement::Same),
            ("Town Hall", "Council Chamber", Agreement::Unknown),
        ] {
            assert_eq!(places(&at(left), &at(right)), expected, "{left} / {right}");
        }
    }
}
