//! Where an event is: venue, town, postcode, coordinates, or no place at all because it is online.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    privacy::{meeting_link, redact, without_markers},
    text::{one_line, plain_line, quick_pattern},
};
use crate::event::{Attendance, Place};

/// What a location line says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Located {
    /// The place, if it names one.
    pub place: Option<Place>,
    /// Whether it says that one attends over the network.
    pub online: bool,
}

/// The 124 postcode areas: letters that look like a postcode elsewhere are not one.
const AREAS: &str = " AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE ";

/// Letters that may stand in each position (BS 7666).
static POSTCODE: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)\b([A-PR-UWYZ][A-HK-Y]?)(\d[\dA-HJKMNPRSTUVWXY]?)\s{0,2}(\d[ABD-HJLNP-UW-Z]{2})\b",
    )
});

/// The first UK postcode in a text and where it stands.
fn find_postcode(words: &str) -> Option<(std::ops::Range<usize>, String)> {
    POSTCODE.captures_iter(words).find_map(|found| {
        let (all, area) = (found.get(0)?, found.get(1)?.as_str().to_uppercase());
        let (district, inward) = (found.get(2)?.as_str(), found.get(3)?.as_str());
        // "e1 2nd" in running text is no postcode: small letters need the usual gap and both parts alike.
        let shout = all.as_str().chars().filter(|c| c.is_ascii_alphabetic());
        let mixed = shout.clone().any(|c| c.is_ascii_uppercase())
            && shout.clone().any(|c| c.is_ascii_lowercase());
        let known = AREAS.contains(&format!(" {area} "));
        (known && !mixed).then(|| {
            let code = format!("{area}{} {}", district.to_uppercase(), inward.to_uppercase());
            (all.range(), code)
        })
    })
}

/// The first UK postcode in a text, in its usual form: `rg145ld` → `RG14 5LD`.
#[must_use]
pub fn postcode(words: &str) -> Option<String> {
    find_postcode(words).map(|(_, code)| code)
}

/// Words that by themselves mean the network; `teams` and `zoom` do so only where a place is expected.
const ONLINE: [&str; 22] = [
    "online",
    "on-line",
    "virtual",
    "virtually",
    "remote",
    "remotely",
    "teams",
    "zoom",
    "webex",
    "skype",
    "youtube",
    "livestream",
    "livestreamed",
    "webinar",
    "webcast",
    "gotomeeting",
    "gotowebinar",
    "meet",
    "ar-lein",
    "arlein",
    "rhithwir",
    "hybrid",
];
/// Words that may stand beside those.
const BESIDE: [&str; 42] = [
    "via",
    "on",
    "by",
    "the",
    "a",
    "an",
    "in",
    "microsoft",
    "ms",
    "cisco",
    "google",
    "meeting",
    "meetings",
    "event",
    "only",
    "link",
    "links",
    "call",
    "session",
    "live",
    "and",
    "or",
    "with",
    "platform",
    "to",
    "follow",
    "be",
    "sent",
    "tbc",
    "details",
    "joining",
    "hosted",
    "video",
    "conference",
    "room",
    "stream",
    "provided",
    "this",
    "is",
    "for",
    "business",
    "also",
];

fn words_of(part: &str) -> impl Iterator<Item = String> {
    part.split(|c: char| !c.is_alphanumeric() && c != '-')
        .map(|word| word.trim_matches('-').to_lowercase())
        .filter(|word| !word.is_empty())
}

/// "Microsoft Teams meeting", "Online via Zoom": nothing but the network.
pub(super) fn only_online(part: &str) -> bool {
    let (mut online, mut google) = (false, false);
    for word in words_of(part) {
        google |= word == "google";
        if ONLINE.contains(&word.as_str()) {
            online |= word != "meet" || google;
        } else if !BESIDE.contains(&word.as_str()) {
            return false;
        }
    }
    online
}

/// "Venue to be confirmed" is not a venue.
static UNDECIDED: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)^\W*(?:(?:the )?(?:venue|location|place|address)?\W*(?:is |are |will be )?(?:tbc|tba|tbd|to be (?:confirmed|announced|decided|advised|arranged)|to follow|i'w gadarnhau)|n/?a|none|null|unknown|various(?: venues| locations)?|not (?:known|specified|applicable)|venue|location)\W*$",
    )
});

static ANY_URL: LazyLock<Regex> =
    LazyLock::new(|| quick_pattern(r"(?i)\b(?:https?://|www\.)[^\s<>()]+"));

/// Reads LOCATION, a venue line of prose, or a page's name and address of a place.
#[must_use]
pub fn read(location: Option<&str>, address: Option<&str>, geo: Option<(f64, f64)>) -> Located {
    let flat = |text: &str| plain_line(&text.replace(['\n', '\r'], ", "));
    let location = location.map(flat).unwrap_or_default();
    let address = address.map(flat).unwrap_or_default();
    let mut online = meeting_link(&location).is_some();
    let marked = redact(&location, false);
    online |= marked.contains(MEETING_MARK);
    let without_links =
        redact(&ANY_URL.replace_all(&LEADS_IN.replace_all(&marked, ", "), " "), false);
    let without_links = without_markers(&without_links);
    online |= without_links.trim().is_empty() && !location.is_empty();
    let (kept, said_online) = without_online(&without_links);
    online |= said_online;
    let mut place = place_of(&kept, &address);
    if let Some((north, east)) = geo.filter(|at| on_earth(*at)) {
        place.latitude = Some(north);
        place.longitude = Some(east);
    }
    // A point alone (the office of the site's owner, as a rule) does not make an online event a meeting in a room.
    let nameless = place.name.is_none() && place.address.is_none() && place.postcode.is_none();
    let place = (!place.is_empty() && (!online || !nameless)).then_some(place);
    Located { place, online }
}

/// What [`redact`] puts where a link into a meeting was.
const MEETING_MARK: &str = "[meeting link removed]";

/// "join at …": words that lead to the link and say nothing without it.
static LEADS_IN: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)(?:\b(?:please|join|joining|us|online|dial|in|at|via|on|by|link|here|or|and)\b[\s:]*)*\[meeting link removed\]",
    )
});

/// 0, 0 is what software writes when nobody filled it in.
fn on_earth((north, east): (f64, f64)) -> bool {
    (-90.0..=90.0).contains(&north)
        && (-180.0..=180.0).contains(&east)
        && (north.abs() > 0.001 || east.abs() > 0.001)
}

/// Takes the parts away that mean the network, and says whether there were any.
fn without_online(location: &str) -> (String, bool) {
    static JOINED: LazyLock<Regex> =
        LazyLock::new(|| quick_pattern(r"(?i)\s+(?:and|or|also|plus|\+|&|a)\s+"));
    let mut online = false;
    let mut kept = Vec::new();
    for part in location.split([';', ',', '|', '/', '(', ')', '+']).map(str::trim) {
        // "Hybrid: Town Hall"
        let part = match part.split_once(':') {
            Some((label, place)) if only_online(label) => {
                online = true;
                place.trim()
            }
            _ => part,
        };
        let part = without_bullet(part);
        if part.is_empty() {
            continue;
        }
        if only_online(part) {
            online = true;
            continue;
        }
        // "Town Hall and online", "Online or Town Hall"
        let halves = JOINED
            .find(part)
            .and_then(|gap| Some((part.get(..gap.start())?, part.get(gap.end()..)?)));
        kept.push(match halves {
            Some((place, network)) if only_online(network) => {
                online = true;
                place
            }
            Some((network, place)) if only_online(network) => {
                online = true;
                place.trim_start_matches("at ")
            }
            _ => part,
        });
    }
    if !online {
        return (location.to_owned(), false);
    }
    // "Zoom (link to follow)"
    kept.retain(|part| {
        words_of(part).any(|word| word == "room" || !BESIDE.contains(&word.as_str()))
    });
    (kept.join(", "), true)
}

/// Countries at the end of an address say nothing here.
const COUNTRIES: [&str; 9] =
    ["uk", "u.k.", "united kingdom", "england", "great britain", "gb", "gbr", "scotland", "wales"];

fn place_of(location: &str, address: &str) -> Place {
    if UNDECIDED.is_match(location) && address.is_empty() {
        return Place::default();
    }
    let (location, code) = without_postcode(location);
    let (address, second_code) = without_postcode(address);
    let postcode = code.or(second_code);
    let mut parts = parts(if UNDECIDED.is_match(&location) { "" } else { &location });
    if parts.is_empty() {
        parts = self::parts(&address);
    }
    let rest_of_address = self::parts(&address);
    if parts.is_empty() {
        return Place { postcode, ..Place::default() };
    }
    if parts.len() == 1
        && postcode.is_none()
        && names_town(parts.first().map_or("", String::as_str))
    {
        let mut whole = parts;
        whole.extend(rest_of_address.into_iter().filter(|part| !location.contains(part.as_str())));
        whole.dedup();
        return Place { address: some(&whole.join(", ")), ..Place::default() };
    }
    let of_name = if parts.len() > 2 && parts.first().is_some_and(|part| INSIDE.is_match(part)) {
        2
    } else {
        1
    };
    let mut address_parts = parts.split_off(of_name.min(parts.len()));
    let name = parts.join(", ");
    for part in rest_of_address {
        if !address_parts.contains(&part) && part != name {
            address_parts.push(part);
        }
    }
    Place {
        name: some(&name),
        address: some(&address_parts.join(", ")),
        postcode,
        ..Place::default()
    }
}

fn some(words: &str) -> Option<String> {
    (!words.is_empty()).then(|| words.to_owned())
}

fn without_postcode(words: &str) -> (String, Option<String>) {
    match find_postcode(words) {
        Some((at, code)) => {
            let mut left = words.to_owned();
            left.replace_range(at, " ");
            (one_line(&left), Some(code))
        }
        None => (words.to_owned(), None),
    }
}

/// A part of an address without the dashes that set it off; a sign before a figure ("-2+3") is part of a name.
fn without_bullet(part: &str) -> &str {
    let mut rest = part.trim_end_matches(['.', '-', '–', ' ']).trim_start_matches(['.', ' ']);
    while let Some(after) = rest.strip_prefix(['-', '–']) {
        if after.starts_with(|letter: char| letter.is_ascii_digit()) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

fn parts(address: &str) -> Vec<String> {
    address
        .split([',', ';'])
        .map(|part| without_bullet(part).to_owned())
        .filter(|part| part.chars().any(char::is_alphanumeric))
        .filter(|part| !COUNTRIES.contains(&part.to_lowercase().as_str()))
        .collect()
}

/// A part of a building, which needs the building's name beside it.
static INSIDE: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)^(?:(?:meeting|training|committee|conference|board)?\s*room|suite|unit|level|(?:ground|lower|upper|first|second|third|\d+(?:st|nd|rd|th)) floor|floor \d+)\b",
    )
});

/// What buildings and grounds are called.
const VENUES: [&str; 100] = [
    "hall",
    "halls",
    "house",
    "houses",
    "centre",
    "center",
    "centres",
    "library",
    "office",
    "offices",
    "room",
    "rooms",
    "theatre",
    "park",
    "school",
    "academy",
    "college",
    "university",
    "church",
    "chapel",
    "cathedral",
    "minster",
    "depot",
    "building",
    "buildings",
    "chamber",
    "chambers",
    "suite",
    "hub",
    "museum",
    "gallery",
    "stadium",
    "showground",
    "racecourse",
    "club",
    "hotel",
    "inn",
    "arena",
    "pavilion",
    "castle",
    "court",
    "campus",
    "mill",
    "mills",
    "works",
    "barn",
    "farm",
    "gardens",
    "garden",
    "square",
    "street",
    "road",
    "lane",
    "avenue",
    "quay",
    "wharf",
    "dock",
    "docks",
    "harbour",
    "basin",
    "marina",
    "pier",
    "reservoir",
    "common",
    "meadow",
    "beach",
    "mews",
    "yard",
    "guildhall",
    "exchange",
    "institute",
    "studio",
    "studios",
    "forum",
    "tower",
    "lodge",
    "priory",
    "abbey",
    "market",
    "cafe",
    "café",
    "pub",
    "pool",
    "cinema",
    "loft",
    "garth",
    "headquarters",
    "hq",
    "station",
    "hospital",
    "airport",
    "archive",
    "archives",
    "laboratory",
    "lab",
    "neuadd",
    "canolfan",
    "llyfrgell",
    "swyddfa",
    "amgueddfa",
];

/// Whether the words end like the name of a building ("Shaw House", "University of York", "Meeting room 3").
#[must_use]
pub fn names_venue(words: &str) -> bool {
    let words: Vec<String> = words_of(words).collect();
    let venue = |word: &String| VENUES.contains(&word.as_str());
    words.last().is_some_and(venue)
        || words.first().is_some_and(|word| {
            ["neuadd", "canolfan", "llyfrgell", "swyddfa", "amgueddfa"].contains(&word.as_str())
        })
        || words.windows(2).any(|pair| {
            matches!(pair, [first, next] if venue(first)
                && (next == "of" || next.chars().all(|c| c.is_ascii_digit())))
        })
}

/// A town stands alone, without a house number, a word for a building or an article.
fn names_town(words: &str) -> bool {
    let has_venue = words_of(words).any(|word| VENUES.contains(&word.as_str()));
    !has_venue
        && !words.contains(|c: char| c.is_ascii_digit())
        && !words.starts_with("The ")
        && words.starts_with(char::is_uppercase)
        && words.split_whitespace().count() <= 4
}

/// How one attends: the stated mode, then the location, then the words.
#[must_use]
pub fn attendance(
    mode: Option<&str>,
    located: &Located,
    words: Option<Attendance>,
    join: bool,
) -> Attendance {
    let mode = mode.map(str::to_lowercase).unwrap_or_default();
    let somewhere = located.place.is_some();
    if mode.contains("mixed") {
        return Attendance::Hybrid;
    }
    if mode.contains("online") {
        return Attendance::Online;
    }
    // Plugins write "offline" unless told otherwise, so a location that only says "Zoom" is believed before it.
    if mode.contains("offline") && (!located.online || somewhere) {
        return Attendance::InPerson;
    }
    match (somewhere, located.online, words) {
        (true, true, _) | (_, _, Some(Attendance::Hybrid)) => Attendance::Hybrid,
        (false, true, _) => Attendance::Online,
        (true, false, _) if join => Attendance::Hybrid,
        // "Local studies online" in the description of a day at The Forum does not make it an online event.
        (true, false, _) => Attendance::InPerson,
        (false, false, Some(said)) if said != Attendance::Unknown => said,
        (false, false, _) if join => Attendance::Online,
        (false, false, _) => Attendance::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(location: &str) -> (Option<String>, Option<String>, Option<String>, bool) {
        let Located { place, online } = read(Some(location), None, None);
        let place = place.unwrap_or_default();
        (place.name, place.address, place.postcode, online)
    }

    fn is(
        name: &str,
        address: &str,
        postcode: &str,
        online: bool,
    ) -> (Option<String>, Option<String>, Option<String>, bool) {
        (some(name), some(address), some(postcode), online)
    }

    #[test]
    fn a_link_without_its_scheme_makes_it_hybrid() {
        let located = read(Some("Room 1, join at meet.google.com/abc-defg-hij"), None, None);
        let place = located.place.unwrap();
        assert!(located.online);
        assert_eq!((place.name.as_deref(), place.address), (Some("Room 1"), None));
    }

    #[test]
    fn postcodes_follow_their_grammar() {
        for (words, code) in [
            ("Market Street, Newbury RG14 5LD, UK", Some("RG14 5LD")),
            ("rg145ld", Some("RG14 5LD")),
            ("N1C 4AG", Some("N1C 4AG")),
            ("EC1A1BB", Some("EC1A 1BB")),
            ("M1 1AE", Some("M1 1AE")),
            ("Room QQ1 1AA", None),
            ("AT10 3RD", None),
            ("ZZ9 9ZZ", None),
            ("RG14 5CO", None),
            ("from 10 3rd floor, e1 2pm", None),
        ] {
            assert_eq!(postcode(words).as_deref(), code, "{words}");
        }
    }

    #[test]
    fn venues_towns_and_addresses_are_told_apart() {
        assert_eq!(
            at("Market Street Offices, Newbury, RG14 5LD"),
            is("Market Street Offices", "Newbury", "RG14 5LD", false)
        );
        assert_eq!(
            at("Civic Hall, Calverley Street, Leeds LS1 1UR"),
            is("Civic Hall", "Calverley Street, Leeds", "LS1 1UR", false)
        );
        assert_eq!(at("Newcastle upon Tyne"), is("", "Newcastle upon Tyne", "", false));
        assert_eq!(at("Exeter Racecourse"), is("Exeter Racecourse", "", "", false));
        assert_eq!(at("5 Pancras Square, N1C 4AG"), is("5 Pancras Square", "", "N1C 4AG", false));
        assert_eq!(
            at("Room 2, Crowndale Centre, London"),
            is("Room 2, Crowndale Centre", "London", "", false)
        );
        assert_eq!(
            at("Millmead House\nMillmead\nGuildford, United Kingdom"),
            is("Millmead House", "Millmead, Guildford", "", false)
        );
        assert_eq!(at("Venue TBC"), is("", "", "", false));
    }

    #[test]
    fn online_is_not_a_place() {
        for online in [
            "Online",
            "Microsoft Teams Meeting",
            "Teams",
            "Google Meet",
            "Zoom (link to follow)",
            "Online event",
            "https://lu.example/event/1",
            "Online, via Microsoft Teams",
            "https://teams.microsoft.com/l/meetup-join/1",
        ] {
            assert_eq!(at(online), is("", "", "", true), "{online}");
        }
        assert_eq!(
            at("Council Chamber; Microsoft Teams Meeting"),
            is("Council Chamber", "", "", true)
        );
        assert_eq!(at("Town Hall and online"), is("Town Hall", "", "", true));
        assert_eq!(at("Meet at Shaw House"), is("Meet at Shaw House", "", "", false));
    }

    #[test]
    fn a_label_for_the_way_of_attending_is_no_part_of_the_name() {
        let located = read(Some("Hybrid: Shaw House, Newbury, and online"), None, None);
        assert!(located.online);
        assert_eq!(located.place.unwrap().name.as_deref(), Some("Shaw House"));
        let plain = read(Some("Room 3: Shaw House, Newbury"), None, None);
        assert!(!plain.online);
    }

    #[test]
    fn page_addresses_join_the_name() {
        let place = read(
            Some("City Hall"),
            Some("St Peters Street, Norwich, NR2 1NH, GB"),
            Some((52.6, 1.3)),
        )
        .place
        .unwrap();
        assert_eq!(place.name.unwrap(), "City Hall");
        assert_eq!(place.address.unwrap(), "St Peters Street, Norwich");
        assert_eq!(place.postcode.unwrap(), "NR2 1NH");
        assert_eq!(place.latitude, Some(52.6));
        assert!(read(None, None, Some((0.0, 0.0))).place.is_none());
    }

    #[test]
    fn attendance_weighs_what_is_said() {
        let nowhere = Located::default();
        let online = read(Some("Teams"), None, None);
        let hall = read(Some("Town Hall, Leeds"), None, None);
        let both = read(Some("Town Hall; Teams"), None, None);
        let said = |mode, located, words| attendance(mode, located, words, false);
        assert_eq!(said(None, &nowhere, None), Attendance::Unknown);
        assert_eq!(said(None, &online, None), Attendance::Online);
        assert_eq!(said(None, &both, None), Attendance::Hybrid);
        assert_eq!(said(None, &hall, Some(Attendance::Online)), Attendance::InPerson);
        assert_eq!(said(None, &hall, Some(Attendance::Hybrid)), Attendance::Hybrid);
        assert_eq!(said(None, &nowhere, Some(Attendance::Online)), Attendance::Online);
        assert_eq!(said(Some("OfflineEventAttendanceMode"), &online, None), Attendance::Online);
        assert_eq!(said(Some("MixedEventAttendanceMode"), &hall, None), Attendance::Hybrid);
    }
}
