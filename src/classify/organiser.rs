//! Which council runs an event: said by its organiser's name, by its title or by the description, else the feed's owner.

use crate::{
    event::Organiser,
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
pub(super) fn organiser(
    known: &mut Organiser,
    title: &str,
    description: &str,
    feed: &Feed,
    members: &Members,
) {
    if let Some(name) = known.name.as_deref()
        && let Some(council) = members.council_named(name)
        && name.to_lowercase().contains("council") | name.to_lowercase().contains("borough")
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
            let mut known = Organiser { name: name.map(str::to_owned), ..Organiser::default() };
            organiser(&mut known, title, description, &feed, &members);
            assert_eq!(known.council.as_deref(), Some(expected), "{title}");
        }
    }
}
