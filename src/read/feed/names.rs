//! The names of RSS and Atom: how they are meant to be spelled, which hold texts, which hold items.

use html5ever::Attribute;

/// What a feed is by its first element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// `<rss>`
    Rss,
    /// `<rdf:RDF>`: RSS 0.90 and 1.0.
    Rdf,
    /// `<channel>` without anything around it (CDF, and templates that forget).
    Channel,
    /// Atom 1.0.
    Feed,
    /// Atom 0.3.
    Feed03,
    /// A single Atom entry.
    Entry,
}

impl Root {
    pub(super) fn element(self) -> &'static str {
        match self {
            // feed-rs drops items of RSS 1.0 that have no link; as RSS 2.0 they are kept.
            Self::Rss | Self::Channel | Self::Rdf => "rss",
            Self::Feed | Self::Feed03 => "feed",
            Self::Entry => "entry",
        }
    }

    /// The element whose children are items.
    pub(super) fn holder(self) -> &'static str {
        match self {
            Self::Rss | Self::Channel | Self::Rdf => "channel",
            other => other.element(),
        }
    }

    pub(super) fn is_atom(self) -> bool {
        matches!(self, Self::Feed | Self::Feed03 | Self::Entry)
    }
}

pub(super) const ATOM: &str = "http://www.w3.org/2005/Atom";

/// Prefixes with a usual meaning, declared for those who forget to.
pub(super) const USUAL_PREFIXES: &[(&str, &str)] = &[
    ("atom", ATOM),
    ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
];

/// Namespaces as written, and as the parser knows them.
const NAMESPACES: &[(&str, &str)] = &[
    ("http://purl.org/atom/ns#", ATOM),
    ("https://www.w3.org/2005/atom", ATOM),
    ("http://www.w3.org/2005/atom", ATOM),
    ("https://purl.org/dc/elements/1.1/", "http://purl.org/dc/elements/1.1/"),
    ("https://purl.org/rss/1.0/modules/content/", "http://purl.org/rss/1.0/modules/content/"),
];

/// Names that are spelled with capitals; the tokenizer gives all in lower case.
const SPELLINGS: &[(&str, &str)] = &[
    ("pubdate", "pubDate"),
    ("lastbuilddate", "lastBuildDate"),
    ("managingeditor", "managingEditor"),
    ("webmaster", "webMaster"),
    ("skiphours", "skipHours"),
    ("skipdays", "skipDays"),
    ("textinput", "textInput"),
    ("sy:updateperiod", "sy:updatePeriod"),
    ("sy:updatefrequency", "sy:updateFrequency"),
    ("ispermalink", "isPermaLink"),
];

/// What Atom 0.3 called its elements.
const ATOM_03: &[(&str, &str)] = &[
    ("tagline", "subtitle"),
    ("modified", "updated"),
    ("issued", "published"),
    ("copyright", "rights"),
    ("url", "uri"),
];

fn respelled(table: &'static [(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(from, _)| *from == name).map(|(_, to)| *to)
}

/// The name as it is written out, or nothing when XML could not hold it.
pub(super) fn element(name: &str, root: Option<Root>) -> Option<String> {
    if !is_name(name) {
        return None;
    }
    // Atom elements with a prefix in an Atom feed are Atom elements.
    let name = match root {
        Some(Root::Feed | Root::Feed03 | Root::Entry) => name.strip_prefix("atom:").unwrap_or(name),
        _ => name,
    };
    let name = match (root, local(name)) {
        (Some(Root::Rdf), "rdf") => "rss",
        (Some(Root::Feed | Root::Feed03), "item") => "entry",
        (Some(Root::Rss | Root::Rdf | Root::Channel), "entry") => "item",
        _ => name,
    };
    let name =
        if root == Some(Root::Feed03) { respelled(ATOM_03, name).unwrap_or(name) } else { name };
    Some(respelled(SPELLINGS, name).unwrap_or(name).to_owned())
}

fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || b"_-.:".contains(&c))
        && name.matches(':').count() <= 1
        && !name.ends_with(':')
}

/// The name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Whether a feed begins with this element.
pub(super) fn root(name: &str) -> Option<Root> {
    match local(name).to_ascii_lowercase().as_str() {
        "rss" => Some(Root::Rss),
        "rdf" => Some(Root::Rdf),
        "channel" => Some(Root::Channel),
        "feed" => Some(Root::Feed),
        "entry" => Some(Root::Entry),
        _ => None,
    }
}

/// `item` or `entry`, by whatever prefix.
pub(super) fn is_item(name: &str) -> bool {
    matches!(name, "item" | "entry" | "rss:item" | "atom:entry")
}

pub(super) fn is_container(name: &str) -> bool {
    matches!(name, "channel" | "rss" | "feed")
}

/// Elements for players of sound and film: of no use here, and feed-rs refuses a whole feed for an odd type
/// among them.
pub(super) fn is_left_out(name: &str) -> bool {
    ["media:", "itunes:", "podcast:", "googleplay:"].iter().any(|prefix| name.starts_with(prefix))
}

/// Elements whose own characters mean nothing.
pub(super) fn is_structure(name: &str) -> bool {
    is_container(name) || is_item(name)
}

/// Elements whose content is one text, markup and all.
pub(super) fn is_text(name: &str) -> bool {
    matches!(
        local(name),
        "title"
            | "description"
            | "encoded"
            | "body"
            | "summary"
            | "subtitle"
            | "tagline"
            | "content"
            | "rights"
            | "copyright"
            | "info"
            | "abstract"
    )
}

/// Elements that hold characters only: the start of another one ends them.
pub(super) fn is_leaf(name: &str) -> bool {
    matches!(
        name,
        "link"
            | "guid"
            | "pubDate"
            | "lastBuildDate"
            | "category"
            | "comments"
            | "ttl"
            | "generator"
            | "language"
            | "docs"
            | "managingEditor"
            | "webMaster"
            | "id"
            | "updated"
            | "published"
    )
}

/// Elements that never stand inside a text: a text that meets them was not closed.
pub(super) fn ends_a_text(name: &str) -> bool {
    is_structure(name) || matches!(name, "guid" | "pubDate" | "lastBuildDate")
}

/// Whether characters hold something like a tag.
pub(super) fn has_tags(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        text.get(at + 1..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'))
    })
}

pub(super) fn is_atom_03(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|a| a.name.local.starts_with("xmlns") && &*a.value == "http://purl.org/atom/ns#")
}

/// Attributes with names that XML can hold, and namespaces that the parser knows.
pub(super) fn attributes(attributes: &[Attribute]) -> impl Iterator<Item = (String, String)> {
    attributes.iter().filter(|a| is_name(&a.name.local)).map(|attribute| {
        let key =
            respelled(SPELLINGS, &attribute.name.local).unwrap_or(&attribute.name.local).to_owned();
        let value = if key.starts_with("xmlns") {
            let lower = attribute.value.trim().to_ascii_lowercase();
            NAMESPACES
                .iter()
                .find(|(odd, _)| *odd == lower)
                .map_or(attribute.value.trim(), |(_, known)| known)
        } else {
            &attribute.value
        };
        (key, value.to_owned())
    })
}

/// The attributes of the first element: its version, the namespaces of the feed, and those taken for granted.
pub(super) fn root_attributes(root: Root, written: &[Attribute]) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = attributes(written)
        .filter(|(key, _)| key != "xmlns" && key != "version")
        .filter(|(key, value)| !(key.starts_with("xmlns:") && value.is_empty()))
        .collect();
    match root {
        Root::Rss | Root::Channel | Root::Rdf => kept.push(("version".into(), "2.0".into())),
        Root::Feed | Root::Feed03 | Root::Entry => kept.push(("xmlns".into(), ATOM.into())),
    }
    for (prefix, namespace) in USUAL_PREFIXES {
        let key = format!("xmlns:{prefix}");
        if !kept.iter().any(|(known, _)| *known == key) {
            kept.push((key, (*namespace).into()));
        }
    }
    kept
}
