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

/// Compares two places.
pub(super) fn agreement(left: &Facts, right: &Facts) -> Agreement {
    match (&left.place, &right.place) {
        (Some(ours), Some(theirs)) => places(ours, theirs),
        _ if left.attendance == right.attendance && left.attendance == Attendance::Online => {
            Agreement::Same
        }
        _ => Agreement::Unknown,
    }
}

fn places(left: &Place, right: &Place) -> Agreement {
    if let (Some(ours), Some(theirs)) = (&left.postcode, &right.postcode) {
        return if squeeze(ours) == squeeze(theirs) {
            Agreement::Same
        } else {
            Agreement::Different
        };
    }
    if let (Some(a), Some(b), Some(c), Some(d)) =
        (left.latitude, left.longitude, right.latitude, right.longitude)
    {
        let apart = ((a - c) * 111.0).hypot((b - d) * 67.0);
        if apart > 3.0 {
            return Agreement::Different;
        }
    }
    let (ours, theirs) = (place_words(left), place_words(right));
    if ours.is_empty() || theirs.is_empty() {
        return Agreement::Unknown;
    }
    let telling = |words: &BTreeSet<String>| -> BTreeSet<String> {
        words.iter().filter(|w| !GENERIC.contains(&w.as_str())).cloned().collect()
    };
    let (our_telling, their_telling) = (telling(&ours), telling(&theirs));
    let common = our_telling.intersection(&their_telling).count();
    let fewer = our_telling.len().min(their_telling.len());
    if fewer == 0 {
        return if ours == theirs { Agreement::Same } else { Agreement::Unknown };
    }
    if common * 2 >= fewer && common > 0 {
        return Agreement::Same;
    }
    let building = |words: &BTreeSet<String>| words.iter().any(|w| BUILDING.contains(&w.as_str()));
    if common == 0 && building(&ours) == building(&theirs) {
        return Agreement::Different;
    }
    Agreement::Unknown
}

fn squeeze(postcode: &str) -> String {
    postcode.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// The words of a place's name, or of its address where it has no name.
pub(super) fn place_words(place: &Place) -> BTreeSet<String> {
    let text = [place.name.as_deref(), place.address.as_deref()];
    let text = text.into_iter().flatten().collect::<Vec<_>>().join(", ");
    fold(&text).words.into_iter().map(|word| word.folded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(name: &str) -> Place {
        let (name, postcode) = name.split_once('@').map_or((name, None), |(n, p)| (n, Some(p)));
        Place { name: Some(name.into()), postcode: postcode.map(str::to_owned), ..Place::default() }
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
