//! OPML, the exchange format of feed readers (opml.org, version 2.0): feeds in and out.

use std::io::Read;

use clap::Args;
use folkmoot::config::{
    self, Loaded,
    edit::{self, NewFeed},
};
use quick_xml::{
    Writer, XmlVersion,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
    reader::Reader,
};

use super::{Done, Failed, Global, Output, add, write};

/// Add the feeds of an OPML file.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file, or '-' for standard input.
    file: String,
    /// Policy of the new feeds.
    #[arg(long, default_value = "filtered", value_parser = ["trusted", "filtered", "review", "exclude"])]
    policy: String,
}

/// Print the feeds as OPML.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Addresses too, of all feeds; without it only those with `public_url = true`, since others may be secrets.
    #[arg(long)]
    secrets: bool,
}

/// An `<outline>` that names a feed.
#[derive(Debug, PartialEq, Eq)]
struct Outline {
    title: Option<String>,
    url: String,
}

impl Import {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let loaded = global.load()?;
        let mut text = String::new();
        match self.file.as_str() {
            "-" => std::io::stdin().read_to_string(&mut text)?,
            file => std::fs::File::open(file)
                .and_then(|mut open| open.read_to_string(&mut text))
                .map_err(|error| {
                Failed::Other(format!("{file} cannot be read: {}", super::super::plain(&error)))
            })?,
        };
        let outlines =
            read(&text).map_err(|error| Failed::Usage(format!("{}: {error}", self.file)))?;
        let mut taken: Vec<String> =
            loaded.config.feeds.iter().map(|feed| feed.id.clone()).collect();
        let known: Vec<&str> = loaded.config.feeds.iter().map(|feed| feed.url.as_str()).collect();
        let mut new = Vec::new();
        for outline in &outlines {
            let Ok(url) = url::Url::parse(&outline.url) else {
                eprintln!("folkmoot: \"{}\" is not a web address; left out", outline.url);
                continue;
            };
            if known.contains(&url.as_str())
                || new.iter().any(|feed: &NewFeed| feed.url == outline.url)
            {
                continue;
            }
            let id = add::id_for(&url, outline.title.as_deref(), &taken);
            taken.push(id.clone());
            let member = add::member_for(&url, &loaded.members);
            if add::is_private_host(&url) {
                // Nobody typed this address: a list from elsewhere must not open the way into a private network.
                eprintln!(
                    "folkmoot: \"{id}\" is on a private network and is not asked until allow_private_address = true is \
                     written for it"
                );
            }
            let (url, name) = (outline.url.clone(), outline.title.clone());
            new.push(NewFeed {
                id,
                url,
                name,
                member,
                policy: Some(self.policy.clone()),
                ..NewFeed::default()
            });
        }
        let before = std::fs::read_to_string(&loaded.config.path)?;
        new = usable(&loaded, &before, new);
        let text =
            edit::add_feeds(&before, &new).map_err(|error| Failed::Usage(error.to_string()))?;
        write(&loaded, &text)?;
        let (count, left) = (new.len(), outlines.len() - new.len());
        let added =
            if count == 1 { "1 feed is added".into() } else { format!("{count} feeds are added") };
        let was = if left == 1 { "was there already or has" } else { "were there already or have" };
        output.say(format!("{added}; {left} {was} no usable address."))?;
        if output.json {
            let ids: Vec<&str> = new.iter().map(|feed| feed.id.as_str()).collect();
            return output.value(&serde_json::json!({ "added": ids, "left_out": left }));
        }
        Ok(())
    }
}

/// Those that feeds.toml may hold; the others are named, and cost no good one its place.
fn usable(loaded: &Loaded, text: &str, new: Vec<NewFeed>) -> Vec<NewFeed> {
    let fault = |feeds: &[NewFeed]| {
        let text = edit::add_feeds(text, feeds).map_err(|error| error.to_string()).ok()?;
        let path = &loaded.config.path;
        config::parse(&text, path, &loaded.vocabulary, &loaded.members).err()
    };
    if fault(&new).is_none() {
        return new;
    }
    let good = |feed: &NewFeed| {
        let fine = fault(std::slice::from_ref(feed)).is_none();
        if !fine {
            eprintln!("folkmoot: \"{}\" cannot be a feed's address; left out", feed.url);
        }
        fine
    };
    new.into_iter().filter(good).collect()
}

fn read(text: &str) -> Result<Vec<Outline>, String> {
    let mut reader = Reader::from_str(text);
    let (mut outlines, mut is_opml) = (Vec::new(), false);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                is_opml |= tag.name().as_ref() == "opml";
                let attribute = |name: &str| {
                    let found = tag.attributes().flatten().find(|a| a.key.as_ref() == name)?;
                    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
                    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
                };
                if let Some(url) = attribute("xmlUrl") {
                    outlines.push(Outline {
                        title: attribute("title").or_else(|| attribute("text")),
                        url,
                    });
                }
            }
            Ok(Event::Eof) if is_opml => return Ok(outlines),
            Ok(Event::Eof) => return Err("this is not OPML: there is no <opml> in it".into()),
            Ok(_) => {}
            Err(error) => {
                let before =
                    text.get(..usize::try_from(reader.error_position()).unwrap_or(0)).unwrap_or("");
                return Err(format!("line {}: {error}", before.matches('\n').count() + 1));
            }
        }
    }
}

impl Export {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let loaded = global.load()?;
        let feeds: Vec<(String, String)> = loaded
            .config
            .feeds
            .iter()
            .filter(|feed| self.secrets || feed.public_url)
            .map(|feed| {
                (feed.name.clone().unwrap_or_else(|| feed.id.clone()), feed.url.to_string())
            })
            .collect();
        let xml = to_xml(&loaded.config.network.name, &feeds)?;
        super::super::output::line(&xml)?;
        let left = loaded.config.feeds.len() - feeds.len();
        if left > 0 && !output.quiet {
            let feeds = if left == 1 { "1 feed is".into() } else { format!("{left} feeds are") };
            eprintln!(
                "folkmoot: {feeds} left out: an address may hold a key, so only feeds with public_url = true in feeds.toml \
                 are exported\n  `folkmoot feeds export --secrets` exports all of them."
            );
        }
        Ok(())
    }
}

fn to_xml(name: &str, feeds: &[(String, String)]) -> Result<String, std::io::Error> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.write_event(Event::Start(BytesStart::new("opml").with_attributes([("version", "2.0")])))?;
    xml.write_event(Event::Start(BytesStart::new("head")))?;
    xml.create_element("title").write_text_content(BytesText::new(name))?;
    xml.write_event(Event::End(BytesEnd::new("head")))?;
    xml.write_event(Event::Start(BytesStart::new("body")))?;
    for (title, url) in feeds {
        let fields = [("type", "rss"), ("text", title.as_str()), ("xmlUrl", url.as_str())];
        xml.write_event(Event::Empty(BytesStart::new("outline").with_attributes(fields)))?;
    }
    xml.write_event(Event::End(BytesEnd::new("body")))?;
    xml.write_event(Event::End(BytesEnd::new("opml")))?;
    Ok(String::from_utf8_lossy(&xml.into_inner()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_exported_is_imported() {
        let feeds = [("Waste & \"bins\"".to_owned(), "https://a.example/?a=1&b=2".to_owned())];
        let xml = to_xml("N", &feeds).unwrap();
        let back = read(&xml).unwrap();
        assert_eq!(back, [Outline { title: Some(feeds[0].0.clone()), url: feeds[0].1.clone() }]);
    }

    #[test]
    fn folders_are_looked_into_and_other_files_refused() {
        let nested = r#"<opml version="1.0"><body><outline text="Waste"><outline text="A" xmlUrl="https://a.example/"/></outline></body></opml>"#;
        assert_eq!(read(nested).unwrap().len(), 1);
        assert!(read("<html></html>").unwrap_err().contains("not OPML"));
        assert!(read("<opml>\n<body></opml>").unwrap_err().starts_with("line 2"));
    }
}
