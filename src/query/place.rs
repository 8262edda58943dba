//! Where one can go: regions, nations and what a postcode tells about them.

use std::{collections::HashMap, sync::LazyLock};

use super::{DEFAULT_WITHIN_KM, Query};
use crate::member::{self, Members};

/// Where the outward codes of Great Britain lie: the middle of their postcodes.
static OUTWARD: LazyLock<HashMap<String, (f64, f64)>> = LazyLock::new(|| {
    member::positions(include_str!("../../data/outward_codes.csv")).unwrap_or_default()
});

/// Regions that are made of others, as peer groups have them: id, name, ids of the regions that it is made of.
static WIDE: LazyLock<Vec<(String, String, Vec<String>)>> = LazyLock::new(|| {
    csv::Reader::from_reader(include_str!("../../data/regions.csv").as_bytes())
        .deserialize::<(String, String, String)>()
        .flatten()
        .map(|(id, name, of)| (id, name, of.split(' ').map(str::to_owned).collect()))
        .collect()
});

/// Where an outward code, or a whole postcode's, lies; `None` for Northern Ireland and codes that do not exist.
#[must_use]
pub fn position_of_postcode(postcode: &str) -> Option<(f64, f64)> {
    OUTWARD.get(&outward(postcode)?).copied()
}

/// The wide regions that a region is part of.
pub fn wider(region: &str) -> impl Iterator<Item = &'static str> + '_ {
    WIDE.iter()
        .filter(move |(.., parts)| parts.iter().any(|part| part == region))
        .map(|(id, ..)| id.as_str())
}

/// The regions that a wide region is made of.
#[must_use]
pub fn parts(region: &str) -> Option<Vec<String>> {
    WIDE.iter().find(|(id, ..)| id == region).map(|(.., parts)| parts.clone())
}

/// What `near` names.
#[derive(Debug, Clone, PartialEq)]
pub enum Point {
    /// A council, by code; where no position is known, its region stands in.
    Council {
        /// Code.
        code: String,
        /// Region id.
        region: String,
        /// WGS 84 degrees, north and east.
        position: Option<(f64, f64)>,
    },
    /// The outward part of a postcode; where no position is known, its regions stand in.
    Outward {
        /// WGS 84 degrees, north and east.
        position: Option<(f64, f64)>,
        /// `RG14`.
        code: String,
        /// Region ids that the postcode area lies in.
        regions: &'static [&'static str],
    },
    /// WGS 84 degrees.
    Position {
        /// North.
        latitude: f64,
        /// East.
        longitude: f64,
    },
}

impl Point {
    /// WGS 84 degrees, north and east, where they are known.
    #[must_use]
    pub fn position(&self) -> Option<(f64, f64)> {
        match self {
            Self::Council { position, .. } | Self::Outward { position, .. } => *position,
            Self::Position { latitude, longitude } => Some((*latitude, *longitude)),
        }
    }

    /// Whether one of these regions, by id, is one that it lies in.
    #[must_use]
    pub fn is_in(&self, regions: &[String]) -> bool {
        match self {
            Self::Council { region, .. } => regions.contains(region),
            Self::Outward { regions: own, .. } => {
                own.iter().any(|own| regions.iter().any(|region| region == own))
            }
            Self::Position { .. } => false,
        }
    }

    /// As people call it.
    #[must_use]
    pub fn name(&self, members: &Members) -> String {
        match self {
            Self::Council { code, .. } => {
                members.council(code).map_or(code, |council| &council.nice_name).clone()
            }
            Self::Outward { code, .. } => code.clone(),
            Self::Position { latitude, longitude } => format!("{latitude}, {longitude}"),
        }
    }

    /// The regions in which it lies, as people call them: "North West or Wales".
    #[must_use]
    pub fn regions_in_words(&self, members: &Members) -> String {
        let known = regions(members);
        let names = known.iter().filter(|(id, _)| self.is_in(std::slice::from_ref(id)));
        names.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(" or ")
    }

    /// As it stands in an address.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::Council { code, .. } | Self::Outward { code, .. } => code.clone(),
            Self::Position { latitude, longitude } => format!("{latitude},{longitude}"),
        }
    }
}

/// How the places of a query were understood, in words: what stands in where no position is known, and what becomes
/// of events without one.
#[must_use]
pub fn notes(query: &Query, members: &Members) -> Vec<String> {
    let within = query.within_km.unwrap_or(DEFAULT_WITHIN_KM);
    query.near.iter().map(|point| note(point, within, members)).collect()
}

fn note(point: &Point, within: f64, members: &Members) -> String {
    let name = point.name(members);
    if let Point::Position { .. } = point {
        return format!(
            "Shown is what is within {within} km of {name}, by the venue or else by the council that runs it. Events \
             whose position is not known are left out."
        );
    }
    let regions = point.regions_in_words(members);
    if point.position().is_none() {
        return format!(
            "No position is known for {name}: shown is what is in its region ({regions})."
        );
    }
    format!(
        "Shown is what is within {within} km of {name}, by the venue or else by the council that runs it. An event \
         whose position is not known is shown if it is in the same region ({regions})."
    )
}

/// Region of each postcode area that lies in one.
///
/// Written from general knowledge of the areas; a region is coarse enough for that.
const AREAS: [(&[&str], &[&str]); 13] = [
    (&["AB", "DD", "DG", "EH", "FK", "G", "HS", "IV"], &["scotland"]),
    (&["KA", "KW", "KY", "ML", "PA", "PH", "TD", "ZE"], &["scotland"]),
    (&["CF", "LD", "LL", "NP", "SA"], &["wales"]),
    (&["BT"], &["northern-ireland"]),
    (&["DH", "NE", "SR", "TS"], &["north-east"]),
    (&["BB", "BL", "CA", "CW", "FY", "L", "LA", "M", "OL", "PR", "WA", "WN"], &["north-west"]),
    (&["BD", "HD", "HG", "HU", "HX", "LS", "WF", "YO"], &["yorkshire-and-the-humber"]),
    (&["DE", "LE", "LN", "NG", "NN"], &["east-midlands"]),
    (&["B", "CV", "DY", "HR", "ST", "TF", "WR", "WS", "WV"], &["west-midlands"]),
    (&["AL", "CB", "CM", "CO", "IP", "LU", "NR", "SG", "SS", "WD"], &["east-of-england"]),
    (
        &["BR", "CR", "E", "EC", "HA", "IG", "N", "NW", "RM", "SE", "SM", "SW", "UB", "W", "WC"],
        &["london"],
    ),
    (&["BN", "CT", "GU", "ME", "MK", "OX", "PO", "RG", "RH", "SL", "SO", "TN"], &["south-east"]),
    (&["BA", "BH", "BS", "DT", "EX", "GL", "PL", "SN", "SP", "TA", "TQ", "TR"], &["south-west"]),
];

/// Areas that straddle a border, the region of most of their people first.
const STRADDLING: [(&str, &[&str]); 12] = [
    ("CH", &["north-west", "wales"]),
    ("DA", &["london", "south-east"]),
    ("EN", &["london", "east-of-england"]),
    ("HP", &["south-east", "east-of-england"]),
    ("KT", &["london", "south-east"]),
    ("SY", &["west-midlands", "wales"]),
    ("TW", &["london", "south-east"]),
    ("DL", &["north-east", "yorkshire-and-the-humber"]),
    ("DN", &["yorkshire-and-the-humber", "east-midlands"]),
    ("PE", &["east-of-england", "east-midlands"]),
    ("S", &["yorkshire-and-the-humber", "east-midlands"]),
    ("SK", &["north-west", "east-midlands"]),
];

/// The regions in which a postcode (or its outward part) lies; empty when the area is not known.
#[must_use]
pub fn regions_of_postcode(postcode: &str) -> &'static [&'static str] {
    let area: String = postcode
        .trim_start()
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    if let Some((_, regions)) = STRADDLING.iter().find(|(known, _)| *known == area) {
        return regions;
    }
    AREAS
        .iter()
        .find(|(areas, _)| areas.contains(&area.as_str()))
        .map_or(&[], |(_, regions)| *regions)
}

/// What an outward part of a known area looks like, for the API's description.
#[must_use]
pub fn outward_pattern() -> String {
    let areas = AREAS.iter().flat_map(|(areas, _)| areas.iter());
    let straddling = STRADDLING.iter().map(|(area, _)| area);
    let areas: Vec<&str> = areas.chain(straddling).copied().collect();
    format!("^({})[0-9][0-9A-Z]?$", areas.join("|"))
}

/// The outward part of a postcode, whether written whole or not; `None` when it cannot be one.
#[must_use]
pub fn outward(written: &str) -> Option<String> {
    let packed: String =
        written.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    if !packed.is_ascii() || packed.len() > 7 {
        return None;
    }
    if is_outward(&packed) {
        return Some(packed);
    }
    let (outward, inward) = packed.split_at_checked(packed.len().checked_sub(3)?)?;
    let shape: Vec<char> = inward.chars().collect();
    let whole = matches!(shape.as_slice(), [d, a, b]
        if d.is_ascii_digit() && a.is_ascii_alphabetic() && b.is_ascii_alphabetic());
    (whole && is_outward(outward)).then(|| outward.to_owned())
}

fn is_outward(text: &str) -> bool {
    let letters = text.chars().take_while(char::is_ascii_alphabetic).count();
    let rest: Vec<char> = text.chars().skip(letters).collect();
    (1..=2).contains(&letters)
        && match rest.as_slice() {
            [first] => first.is_ascii_digit(),
            [first, second] => first.is_ascii_digit() && second.is_ascii_alphanumeric(),
            _ => false,
        }
}

/// Id of a region or nation by its name: "Yorkshire and The Humber" is `yorkshire-and-the-humber`.
#[must_use]
pub fn region_id(name: &str) -> String {
    super::slug(name)
}

/// Regions (id and name), in order of name: as the councils name them, and those of the peer groups.
#[must_use]
pub fn regions(members: &Members) -> Vec<(String, String)> {
    let mut regions = names(members.councils().iter().map(|council| council.region.as_str()));
    regions.extend(WIDE.iter().map(|(id, name, _)| (id.clone(), name.clone())));
    regions.sort_by(|a, b| a.1.cmp(&b.1));
    regions.dedup();
    regions
}

/// Nations (id and name), in order of name.
#[must_use]
pub fn nations(members: &Members) -> Vec<(String, String)> {
    names(members.councils().iter().map(|council| council.nation.as_str()))
}

/// The nation of a region, both as ids.
#[must_use]
pub fn nation_of(region: &str) -> &'static str {
    match region {
        "scotland" => "scotland",
        "wales" => "wales",
        "northern-ireland" => "northern-ireland",
        _ => "england",
    }
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    let distinct: std::collections::BTreeSet<&str> = all.filter(|name| !name.is_empty()).collect();
    distinct.into_iter().map(|name| (region_id(name), name.to_owned())).collect()
}

/// Distance of two positions on the globe, in km.
#[must_use]
pub fn distance_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let (north, east) = (lat_b - lat_a, (b.1 - a.1).to_radians());
    let haversine =
        (north / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * (east / 2.0).sin().powi(2);
    2.0 * 6371.0 * haversine.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postcodes_are_cut_to_their_outward_part() {
        for (written, wanted) in [
            ("rg14 5ld", Some("RG14")),
            ("RG145LD", Some("RG14")),
            ("w1a", Some("W1A")),
            ("SW1A 1AA", Some("SW1A")),
            ("M1", Some("M1")),
            ("WBK", None),
            ("RG14 5L", None),
            ("", None),
            ("é1", None),
        ] {
            assert_eq!(outward(written).as_deref(), wanted, "{written}");
        }
    }

    #[test]
    fn every_region_of_the_table_is_one_of_a_council() {
        let known = regions(&Members::embedded().unwrap());
        let tables = AREAS.iter().map(|(_, r)| *r).chain(STRADDLING.iter().map(|(_, r)| *r));
        for region in tables.flatten() {
            assert!(known.iter().any(|(id, _)| id == region), "{region}");
        }
        let areas: usize = AREAS.iter().map(|(areas, _)| areas.len()).sum();
        assert_eq!(areas + STRADDLING.len(), 121);
        assert_eq!(regions_of_postcode("RG14 5LD"), ["south-east"]);
    }

    #[test]
    fn outward_codes_lie_where_they_are() {
        let reading = position_of_postcode("rg1 2ab").unwrap();
        assert!(distance_km(reading, (51.4543, -0.9781)) < 3.0, "{reading:?}");
        assert!(OUTWARD.len() > 2900);
        assert_eq!(position_of_postcode("BT1"), None);
        assert_eq!(position_of_postcode("RG99"), None);
    }

    #[test]
    fn the_peer_groups_regions_are_made_of_known_ones() {
        let known = regions(&Members::embedded().unwrap());
        for (id, _, parts) in WIDE.iter() {
            assert!(known.iter().any(|(known, _)| known == id));
            assert!(parts.iter().all(|part| known.iter().any(|(known, _)| known == part)), "{id}");
        }
        assert_eq!(wider("east-midlands").collect::<Vec<_>>(), ["midlands"]);
        assert_eq!(wider("london").count(), 0);
    }

    #[test]
    fn newbury_to_reading_is_about_26_km() {
        let km = distance_km((51.401, -1.323), (51.4543, -0.9781));
        assert!((24.0..28.0).contains(&km), "{km}");
    }
}
