//! Which council runs an event: said by its organiser's name, by its title or by the description, else the feed's owner.

use crate::{
    event::Facts,
    feed::Feed,
    member::{Council, Members},
};

/// Words after which the organiser is named.
const RUN_BY: [&str; 8] = [
    "hosted by ",
    "organised by ",
    "run by ",
    "led by ",
    "brought to you by ",
    "presented by ",
    "delivered by ",
    "host: ",
];

/// Words that end the name of a council.
const COUNCIL: &str = "Council";

/// Fills in who runs it. What the announcement itself says goes before the feed's owner.
pub(super) fn organiser(facts: &mut Facts, feed: &Feed, members: &Members) {
    let (title, url) = (facts.title.as_str(), facts.url.as_deref());
    let description = facts.description.as_deref().unwrap_or_default();
    let known = &mut facts.organiser;
    if let Some(name) = known.name.as_deref()
        && let Some(council) = members.council_named(name)
        && ["council", "borough"].iter().any(|word| name.to_lowercase().contains(word))
    {
        known.council = Some(council.code.clone());
        return;
    }
    let owner = feed.member.as_deref().unwrap_or_default();
    let by_feed = known.council.as_deref().is_none_or(|code| code == owner);
    if by_feed && let Some(council) = named(title, description, members) {
        known.council = Some(council.code.clone());
        return;
    }
    if known.council.is_none() && known.group.is_none() && known.name.is_none() {
        known.council = members.council(owner).map(|council| council.code.clone());
        known.group = members.group(owner).map(|group| group.id.clone());
        if owner.is_empty() {
            known.council = url.and_then(|url| at_home(url, members)).map(|c| c.code.clone());
        }
    }
}

fn named<'m>(title: &str, description: &str, members: &'m Members) -> Option<&'m Council> {
    possessive(title, members)
        .or_else(|| {
            let (head, _) = title.split_once(':')?;
            members.council_named(head.trim())
        })
        .or_else(|| RUN_BY.iter().find_map(|words| after(description, words, members)))
}

/// The council on whose own site the event's page stands, where the site is one council's only.
fn at_home<'m>(url: &str, members: &'m Members) -> Option<&'m Council> {
    let url = url::Url::parse(url).ok()?;
    match members.councils_at(url.host_str()?).as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

/// "Croydon Council's housing repairs show and tell".
fn possessive<'m>(title: &str, members: &'m Members) -> Option<&'m Council> {
    let end = title.find(COUNCIL)? + COUNCIL.len();
    let name = title.get(..end)?;
    let rest = title.get(end..)?;
    let owns = rest.starts_with("'s") || rest.starts_with("’s") || rest.starts_with(':');
    if owns && name.split_whitespace().count() <= 6 { members.council_named(name) } else { None }
}

/// The longest name of a council that follows these words.
fn after<'m>(text: &str, words: &str, members: &'m Members) -> Option<&'m Council> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find(words)? + words.len();
    let rest = text.get(at..)?;
    let stop = rest.find(['.', ',', ';', '\n', '(']).unwrap_or(rest.len());
    let words: Vec<&str> = rest.get(..stop)?.split_whitespace().take(7).collect();
    (1..=words.len()).rev().find_map(|n| {
        let name = words.get(..n)?.join(" ");
        let full = name.contains(COUNCIL) || name.contains("Borough") || n == words.len();
        if full { members.council_named(&name) } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn the_announcement_goes_before_the_feeds_owner_and_the_venue_says_nothing() {
        let members = Members::embedded().unwrap();
        let mut feed = Feed::new("a", Url::parse("https://a.example/").unwrap());
        feed.member = Some("CMD".into());
        for (name, title, description, expected) in [
            (None, "Croydon Council's repairs demo", "", "CRY"),
            (None, "Repairs demo", "Hosted by Leeds City Council at the Town Hall.", "LDS"),
            (None, "Repairs demo", "We meet at Leeds Civic Hall.", "CMD"),
            (Some("Stockport Council"), "Repairs demo", "", "SKP"),
            (None, "Reading for pleasure", "", "CMD"),
        ] {
            let mut facts = Facts::new(title, chrono_tz::Tz::Europe__London);
            facts.organiser.name = name.map(str::to_owned);
            facts.description = Some(description.into());
            organiser(&mut facts, &feed, &members);
            assert_eq!(facts.organiser.council.as_deref(), Some(expected), "{title}");
        }
        feed.member = None;
        let mut facts = Facts::new("Repairs demo", chrono_tz::Tz::Europe__London);
        facts.url = Some("https://www.leeds.gov.uk/events/1".into());
        organiser(&mut facts, &feed, &members);
        assert_eq!(facts.organiser.council.as_deref(), Some("LDS"));
    }
}
