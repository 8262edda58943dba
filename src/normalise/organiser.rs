//! Who runs an event: the feed's owner, unless the item itself names another council or group.

use std::{collections::HashMap, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;
use url::Url;

use super::{privacy, text::quick_pattern};
use crate::{event::Organiser, feed::Feed, member::Members};

/// The members by their names and hosts, prepared once a document.
pub(super) struct Directory<'a> {
    members: &'a Members,
    names: Option<AhoCorasick>,
    /// What each name of `names` stands for.
    named: Vec<Named<'a>>,
    hosts: HashMap<String, Named<'a>>,
    owner: Option<Named<'a>>,
}

/// A council by its code or a group by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named<'a> {
    Council(&'a str),
    Group(&'a str),
}

/// One spelling for `&` and `and`, curly and straight, capital and small.
fn folded(words: &str) -> String {
    words.to_lowercase().replace('&', "and").replace('’', "'")
}

/// The host of an address, without `www.`.
fn host(url: &str) -> Option<String> {
    let host = Url::parse(url).ok()?.host_str()?.to_lowercase();
    Some(host.strip_prefix("www.").unwrap_or(&host).to_owned())
}

impl<'a> Directory<'a> {
    pub(super) fn new(members: &'a Members, feed: &'a Feed) -> Self {
        let (mut names, mut named) = (Vec::new(), Vec::new());
        let mut hosts = HashMap::new();
        for council in members.councils() {
            let of = Named::Council(&council.code);
            let short = format!("{} council", council.nice_name);
            for name in [folded(&council.official_name), folded(&short)] {
                if !names.contains(&name) {
                    names.push(name);
                    named.push(of);
                }
            }
            if let Some(host) = &council.website_host {
                hosts.entry(host.to_lowercase()).or_insert(of);
            }
        }
        for group in members.groups() {
            names.push(folded(&group.name));
            named.push(Named::Group(&group.id));
            if let Some(host) = group.url.as_deref().and_then(host) {
                hosts.insert(host, Named::Group(&group.id));
            }
        }
        let names =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&names).ok();
        let mut all = Self { members, names, named, hosts, owner: None };
        all.owner = feed.member.as_deref().and_then(|id| all.member(id));
        all.owner = all.owner.or_else(|| all.at(feed.url.as_str()));
        all
    }

    fn member(&self, id: &str) -> Option<Named<'a>> {
        let council = self.members.council(id).map(|council| Named::Council(&council.code));
        council.or_else(|| self.members.group(id).map(|group| Named::Group(&group.id)))
    }

    /// Whose site an address is on: `democracy.kent.gov.uk` is Kent's.
    fn at(&self, url: &str) -> Option<Named<'a>> {
        let host = host(url)?;
        let mut rest = host.as_str();
        loop {
            if let Some(named) = self.hosts.get(rest) {
                return Some(*named);
            }
            rest = rest.split_once('.')?.1;
        }
    }

    /// The members named in a text, each with where its name begins.
    fn named_in(&self, words: &str) -> Vec<(usize, usize, Named<'a>)> {
        let Some(names) = &self.names else { return Vec::new() };
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        names
            .find_iter(words)
            .filter(|found| {
                edge(words.get(..found.start()).and_then(|left| left.chars().next_back()))
                    && edge(words.get(found.end()..).and_then(|right| right.chars().next()))
            })
            .filter_map(|found| {
                let named = self.named.get(found.pattern().as_usize())?;
                Some((found.start(), found.end(), *named))
            })
            .take(100)
            .collect()
    }

    fn organiser(&self, named: Named<'a>) -> Organiser {
        match named {
            Named::Council(code) => Organiser {
                council: Some(code.to_owned()),
                group: None,
                name: self.members.council(code).map(|council| council.official_name.clone()),
            },
            Named::Group(id) => Organiser {
                council: None,
                group: Some(id.to_owned()),
                name: self.members.group(id).map(|group| group.name.clone()),
            },
        }
    }

    /// The organiser of an item: what the item says of itself, then the feed's owner, then the site that the item
    /// links to, then the one council that its text names.
    pub(super) fn organiser_of(&self, item: &Item<'_>) -> Organiser {
        let (title, description) = (folded(item.title), folded(item.description));
        let said = item.organiser.and_then(privacy::organisation);
        if let Some(named) = said.as_deref().and_then(|name| self.only(&folded(name))) {
            return self.organiser(named);
        }
        if let Some(organiser) = self.run_by(item.description, &description) {
            return organiser;
        }
        if let Some((_, _, named)) = self.named_in(&title).into_iter().find(|(start, end, _)| {
            *start == 0
                && title
                    .get(*end..)
                    .is_some_and(|rest| rest.starts_with("'s ") || rest.starts_with(':'))
        }) {
            return self.organiser(named);
        }
        let owner = self.owner.or_else(|| item.url.and_then(|url| self.at(url)));
        let named = owner.or_else(|| self.only_actor(&title, &description));
        let mut organiser = named.map(|named| self.organiser(named)).unwrap_or_default();
        if organiser.name.is_none() {
            organiser.name = said;
        }
        organiser
    }

    /// The member that a name is, when it is one.
    fn only(&self, name: &str) -> Option<Named<'a>> {
        match self.named_in(name).as_slice() {
            [(_, _, named)] => Some(*named),
            _ => None,
        }
    }

    /// "Run by Western Practice Hub.": the words after it are the organiser, a member or not.
    fn run_by(&self, written: &str, folded_text: &str) -> Option<Organiser> {
        let cue = RUN_BY.find(folded_text)?;
        let from = cue.end();
        let near = self.named_in(folded_text).into_iter().find(|(start, _, _)| *start == from);
        if let Some((_, _, named)) = near {
            return Some(self.organiser(named));
        }
        let name =
            RUN_BY_NAME.captures(written)?.get(1)?.as_str().trim().trim_end_matches(['.', ',']);
        let name = privacy::organisation(name)?;
        let strong = [
            "council",
            "hub",
            "network",
            "partnership",
            "association",
            "institute",
            "authority",
            "university",
        ];
        strong
            .iter()
            .any(|word| folded(&name).contains(word))
            .then(|| Organiser { name: Some(name), ..Organiser::default() })
    }

    /// The one council that the text names as somebody who does something, not as a venue or an audience.
    fn only_actor(&self, title: &str, description: &str) -> Option<Named<'a>> {
        let mut found: Option<Named<'a>> = None;
        for words in [title, description] {
            for (start, _, named) in self.named_in(words) {
                let before = words.get(..start).unwrap_or_default().trim_end();
                let before = before.strip_suffix("the").map_or(before, str::trim_end);
                let audience =
                    ["for", "with", "from", "to", "at", "in", "near", "of"].iter().any(|word| {
                        before.rsplit(|c: char| !c.is_alphanumeric()).next() == Some(*word)
                    });
                if audience {
                    continue;
                }
                if found.is_some_and(|other| other != named) {
                    return None;
                }
                found = Some(named);
            }
        }
        found
    }
}

/// What an item says that bears on its organiser.
pub(super) struct Item<'a> {
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    pub(super) organiser: Option<&'a str>,
    pub(super) url: Option<&'a str>,
}

static RUN_BY: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"\b(?:hosted|run|organi[sz]ed|delivered|presented|led|convened|put on) by (?:the )?",
    )
});

static RUN_BY_NAME: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"\b(?i:hosted|run|organi[sz]ed|delivered|presented|led|convened|put on) by (?:the )?(\p{Lu}[\p{L}'’&-]*(?: (?:(?:and|of|for|the|&) )*\p{Lu}[\p{L}'’&-]*){0,7})",
    )
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member::Group;

    fn who(
        member: Option<&str>,
        title: &str,
        description: &str,
        said: Option<&str>,
        url: Option<&str>,
    ) -> Organiser {
        let mut members = Members::embedded().unwrap();
        members.add_groups([Group {
            id: "south-west".into(),
            name: "South West Peer Group".into(),
            url: None,
            regions: Vec::new(),
            services: Vec::new(),
        }]);
        let mut feed = Feed::new("f", Url::parse("https://feeds.example/a.ics").unwrap());
        feed.member = member.map(str::to_owned);
        Directory::new(&members, &feed).organiser_of(&Item {
            title,
            description,
            organiser: said,
            url,
        })
    }

    #[test]
    fn the_item_is_believed_before_the_feed() {
        for (member, title, description, said, url, council) in [
            (Some("CMD"), "Forum", "", None, None, Some("CMD")),
            (Some("CMD"), "Croydon Council's show & tell", "", None, None, Some("CRY")),
            (
                Some("OXF"),
                "Training",
                "Run by Western Practice Hub. For officers.",
                None,
                None,
                None,
            ),
            (
                Some("OXF"),
                "Training",
                "Run by practitioners for practitioners.",
                None,
                None,
                Some("OXF"),
            ),
            (
                None,
                "Forum",
                "Hosted by Guildford Borough Council for managers.",
                None,
                None,
                Some("GRT"),
            ),
            (None, "Lunch", "Stockport Council on text alerts.", None, None, Some("SKP")),
            (
                None,
                "Jam",
                "Newcastle City Council and guests redraw signs.",
                None,
                None,
                Some("NET"),
            ),
            (None, "Visit", "A day at Leeds City Council with Hackney Council.", None, None, None),
            (None, "Visit", "Leeds City Council and Hackney Council compare.", None, None, None),
            (None, "Unconference", "Wigan Life Centre", None, None, None),
            (None, "Supplier day", "", Some("Wigan Council"), None, Some("WGN")),
            (None, "Forum", "", None, Some("https://democracy.kent.gov.uk/x"), Some("KEN")),
            (None, "Forum", "", Some("Jo Bloggs"), None, None),
        ] {
            let organiser = who(member, title, description, said, url);
            assert_eq!(organiser.council.as_deref(), council, "{title} {description}");
            assert_ne!(organiser.name.as_deref(), Some("Jo Bloggs"));
        }
        assert_eq!(
            who(None, "x", "", Some("South West Peer Group"), None).group.unwrap(),
            "south-west"
        );
        assert_eq!(who(Some("south-west"), "x", "", None, None).group.unwrap(), "south-west");
    }
}
