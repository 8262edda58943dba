//! Changes to feeds.toml that keep its comments and its order.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

/// Why the file could not be changed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EditError {
    /// Not TOML.
    #[error("feeds.toml is not TOML: {0}\n  Run `folkmoot config check` and correct it first.")]
    Syntax(String),
    /// No such feed.
    #[error(
        "there is no feed \"{0}\" in feeds.toml\n  `folkmoot feeds list` shows those that there are."
    )]
    NoSuchFeed(String),
    /// The id is taken.
    #[error("there is a feed \"{0}\" in feeds.toml already\n  Choose another id.")]
    Exists(String),
}

/// A feed to be written: only what differs from the defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewFeed {
    /// Its id.
    pub id: String,
    /// Its address as the operator would write it.
    pub url: String,
    /// Name shown to people.
    pub name: Option<String>,
    /// Council code or group id.
    pub member: Option<String>,
    /// `trusted`, `filtered`, `review` or `exclude`.
    pub policy: Option<String>,
    /// Default services.
    pub services: Vec<String>,
    /// `published`, `event_start` or `unknown`.
    pub pubdate: Option<String>,
    /// Own interval.
    pub poll_every: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// Private addresses may be dialled.
    pub allow_private_address: bool,
}

fn document(text: &str) -> Result<DocumentMut, EditError> {
    text.parse()
        .map_err(|error: toml_edit::TomlError| EditError::Syntax(error.message().to_owned()))
}

fn feeds(document: &mut DocumentMut) -> Option<&mut ArrayOfTables> {
    document.get_mut("feed")?.as_array_of_tables_mut()
}

fn has_id(table: &Table, id: &str) -> bool {
    table.get("id").and_then(Item::as_str) == Some(id)
}

fn with_feed(text: &str, id: &str, change: impl FnOnce(&mut Table)) -> Result<String, EditError> {
    let mut document = document(text)?;
    let table = feeds(&mut document).and_then(|all| all.iter_mut().find(|table| has_id(table, id)));
    change(table.ok_or_else(|| EditError::NoSuchFeed(id.to_owned()))?);
    Ok(document.to_string())
}

/// Appends feeds at the end of the file.
///
/// # Errors
/// When the text is not TOML or an id is taken.
pub fn add_feeds(text: &str, new: &[NewFeed]) -> Result<String, EditError> {
    let mut known = document(text)?;
    let mut result = text.trim_end().to_owned();
    for feed in new {
        let taken = feeds(&mut known).is_some_and(|all| all.iter().any(|t| has_id(t, &feed.id)));
        if taken {
            return Err(EditError::Exists(feed.id.clone()));
        }
        if !result.is_empty() {
            result.push_str("\n\n");
        }
        result.push_str("[[feed]]\n");
        result.push_str(table_of(feed).to_string().trim_end());
        known = document(&result)?;
    }
    result.push('\n');
    Ok(result)
}

fn table_of(feed: &NewFeed) -> Table {
    let mut table = Table::new();
    let texts = [
        ("id", Some(&feed.id)),
        ("url", Some(&feed.url)),
        ("name", feed.name.as_ref()),
        ("member", feed.member.as_ref()),
        ("policy", feed.policy.as_ref()),
        ("pubdate", feed.pubdate.as_ref()),
        ("poll_every", feed.poll_every.as_ref()),
        ("time_zone", feed.time_zone.as_ref()),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            table.insert(key, value(text));
        }
    }
    if !feed.services.is_empty() {
        table.insert("services", value(feed.services.iter().collect::<toml_edit::Array>()));
    }
    if feed.allow_private_address {
        table.insert("allow_private_address", value(true));
    }
    table
}

/// Takes a feed out, with the comment that stands directly above it.
///
/// # Errors
/// When the text is not TOML or there is no such feed.
pub fn remove_feed(text: &str, id: &str) -> Result<String, EditError> {
    let mut document = document(text)?;
    let missing = || EditError::NoSuchFeed(id.to_owned());
    let all = feeds(&mut document).ok_or_else(missing)?;
    let index = all.iter().position(|table| has_id(table, id)).ok_or_else(missing)?;
    let removed = all.remove(index);
    // A comment block set apart by a blank line belongs to the file, not to the feed.
    let above = removed.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or("");
    let kept = above.rfind("\n\n").and_then(|end| above.get(..end)).unwrap_or("").to_owned();
    if !kept.trim().is_empty() {
        if let Some(next) = all.get_mut(index) {
            let own =
                next.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or("").to_owned();
            next.decor_mut().set_prefix(format!("{kept}\n{own}"));
        } else {
            let own = document.trailing().as_str().unwrap_or("").to_owned();
            document.set_trailing(format!("{kept}\n{own}"));
        }
    }
    Ok(document.to_string())
}

/// Gives a feed another id.
///
/// # Errors
/// When the text is not TOML, there is no such feed, or the new id is taken.
pub fn rename_feed(text: &str, id: &str, new: &str) -> Result<String, EditError> {
    let mut parsed = document(text)?;
    if id != new && feeds(&mut parsed).is_some_and(|all| all.iter().any(|t| has_id(t, new))) {
        return Err(EditError::Exists(new.to_owned()));
    }
    with_feed(text, id, |table| replace(table, "id", new))
}

/// Pauses a feed or resumes it.
///
/// # Errors
/// When the text is not TOML or there is no such feed.
pub fn set_paused(text: &str, id: &str, paused: bool) -> Result<String, EditError> {
    with_feed(text, id, |table| {
        if paused {
            table.insert("paused", value(true));
        } else {
            table.remove("paused");
        }
    })
}

/// Gives a feed another address.
///
/// # Errors
/// When the text is not TOML or there is no such feed.
pub fn set_url(text: &str, id: &str, url: &str) -> Result<String, EditError> {
    with_feed(text, id, |table| replace(table, "url", url))
}

/// Replaces a value but not the comment behind it.
fn replace(table: &mut Table, key: &str, new: &str) {
    let decor = table.get(key).and_then(Item::as_value).map(|old| old.decor().clone());
    let mut item = value(new);
    if let (Some(decor), Some(value)) = (decor, item.as_value_mut()) {
        *value.decor_mut() = decor;
    }
    table.insert(key, item);
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Our feeds.\n\n[network]\nname = \"N\" # shown\n\n# Waste first.\n[[feed]]\nid = \"a\" # the first\nurl = \"https://a.example/a.ics\"\n\n# Second.\n[[feed]]\nid = \"b\"\nurl = \"https://b.example/b.ics\"\n\n# The end.\n";

    #[test]
    fn adding_keeps_every_line() {
        let new =
            NewFeed { id: "c".into(), url: "https://c.example/".into(), ..NewFeed::default() };
        let text = add_feeds(FILE, std::slice::from_ref(&new)).unwrap();
        assert!(text.starts_with(FILE.trim_end()), "{text}");
        assert!(
            text.ends_with("\n\n[[feed]]\nid = \"c\"\nurl = \"https://c.example/\"\n"),
            "{text}"
        );
        assert_eq!(add_feeds(&text, &[new]), Err(EditError::Exists("c".into())));
        assert!(
            add_feeds("", &[NewFeed { id: "x".into(), url: "u".into(), ..NewFeed::default() }])
                .is_ok()
        );
    }

    #[test]
    fn removing_keeps_the_rest() {
        let text = remove_feed(FILE, "a").unwrap();
        assert!(
            text.contains("# Our feeds.")
                && text.contains("# Second.")
                && text.contains("# The end.")
        );
        assert!(!text.contains("the first") && !text.contains("Waste first"), "{text}");
        assert_eq!(remove_feed(FILE, "z"), Err(EditError::NoSuchFeed("z".into())));
        let last = remove_feed(FILE, "b").unwrap();
        assert!(last.contains("# The end.") && last.contains("id = \"a\" # the first"), "{last}");
    }

    #[test]
    fn renaming_and_pausing_touch_one_line() {
        let text = rename_feed(FILE, "a", "z").unwrap();
        assert_eq!(text, FILE.replace("id = \"a\"", "id = \"z\""));
        assert_eq!(rename_feed(FILE, "a", "b"), Err(EditError::Exists("b".into())));
        let paused = set_paused(FILE, "b", true).unwrap();
        assert!(paused.contains("paused = true"));
        assert_eq!(set_paused(&paused, "b", false).unwrap(), FILE);
    }
}
