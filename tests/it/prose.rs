//! Titles and descriptions of the miniature network: no wrong date may be un-held, titles must come out as labelled.

use std::{collections::HashMap, fs, path::Path};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::London;
use folkmoot::{
    event::Local,
    normalise::{
        phrase::{Posted, read_item},
        state::state_words,
    },
};
use quick_xml::{Reader, events::Event};

#[derive(Default, Debug)]
struct Item {
    fields: HashMap<String, String>,
}

impl Item {
    fn get(&self, names: &[&str]) -> String {
        names.iter().find_map(|name| self.fields.get(*name)).cloned().unwrap_or_default()
    }
}

/// Markup out, breaks as line ends, entities resolved twice (some feeds escape twice).
fn plain(html: &str) -> String {
    let once = |text: &str| {
        let mut out = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('<') {
            let (before, tag) = rest.split_at(open);
            out.push_str(before);
            let end = tag.find('>').map_or(tag.len(), |end| end + 1);
            if ["<br", "</p", "</li", "</div"].iter().any(|t| tag.to_lowercase().starts_with(t)) {
                out.push('\n');
            }
            rest = &tag[end..];
        }
        out.push_str(rest);
        [
            ("&nbsp;", "\u{a0}"),
            ("&ndash;", "–"),
            ("&hellip;", "…"),
            ("&#8217;", "’"),
            ("&#8211;", "–"),
            ("&#038;", "&"),
            ("&pound;", "£"),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&amp;", "&"),
        ]
        .iter()
        .fold(out, |text, (from, to)| text.replace(from, to))
    };
    once(&once(&once(html))).trim().to_owned()
}

fn items(bytes: &[u8]) -> Vec<Item> {
    let text = String::from_utf8(bytes.to_vec())
        .unwrap_or_else(|_| encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned());
    let mut reader = Reader::from_str(&text);
    reader.config_mut().check_end_names = false;
    let (mut items, mut open): (Vec<Item>, Option<String>) = (Vec::new(), None);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                let name = tag.name().as_ref().to_owned();
                if name == "item" || name == "entry" {
                    items.push(Item::default());
                }
                open = Some(name);
            }
            Ok(Event::Text(text)) => push(&mut items, &open, &text),
            Ok(Event::GeneralRef(entity)) => {
                push(&mut items, &open, &format!("&{};", &*entity));
            }
            Ok(Event::CData(data)) => push(&mut items, &open, &data),
            Ok(Event::End(_)) => open = None,
            Ok(Event::Eof) => return items,
            Err(error) => {
                eprintln!("not read to its end: {error}");
                return items;
            }
            Ok(_) => {}
        }
    }
}

fn push(items: &mut [Item], open: &Option<String>, text: &str) {
    if let (Some(item), Some(name)) = (items.last_mut(), open) {
        item.fields.entry(name.clone()).or_default().push_str(text);
    }
}

fn published(item: &Item) -> Option<DateTime<Utc>> {
    let text = item.get(&["pubDate", "published"]);
    DateTime::parse_from_rfc2822(&text)
        .or_else(|_| DateTime::parse_from_rfc3339(&text))
        .ok()
        .map(|at| at.with_timezone(&Utc))
}

fn loose(title: &str) -> String {
    title.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

fn shown(local: Local) -> String {
    match local {
        Local::Date(day) => day.to_string(),
        Local::Time(at) => at.format("%Y-%m-%dT%H:%M").to_string(),
    }
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

/// Compares what is said beside the date; returns what is wrong.
fn compare(
    row: &serde_json::Value,
    title: &str,
    description: &str,
    posted: &Posted,
) -> Vec<String> {
    let words = state_words(title, description, posted);
    let mut wrong = Vec::new();
    let want = row["title"].as_str().unwrap();
    if loose(want) != loose(&words.title) {
        wrong.push(format!("title {title:?}: want {want:?} got {:?}", words.title));
    }
    let status = words.status.map_or_else(|| "confirmed".into(), word);
    // The status of the xCal feed stands in an element, not in words.
    if status != row["status"].as_str().unwrap()
        && !row["feed"].as_str().unwrap().starts_with("xcal")
    {
        wrong.push(format!("status {title:?}: want {} got {status}", row["status"]));
    }
    if words.full.unwrap_or(false) != row["full"].as_bool().unwrap() {
        wrong.push(format!("full {title:?}: {:?}", words.full));
    }
    let online = words.attendance.map(word);
    if online.as_deref().is_some_and(|online| Some(online) != row["online"].as_str()) {
        wrong.push(format!("attendance {title:?}: want {} got {online:?}", row["online"]));
    }
    wrong
}

type Truth = HashMap<(String, String), Vec<serde_json::Value>>;

fn truth(root: &Path) -> Truth {
    let mut truth = Truth::new();
    for line in fs::read_to_string(root.join("truth.jsonl")).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        truth.entry((text("feed"), text("ref"))).or_default().push(row);
    }
    truth
}

#[derive(Default)]
struct Tally {
    wrong: Vec<String>,
    notes: Vec<String>,
    right: usize,
    held: usize,
}

impl Tally {
    fn item(&mut self, feed: &str, item: &Item, truth: &Truth) {
        let title = plain(&item.get(&["title"]));
        let description = plain(&item.get(&["content:encoded", "content", "description"]));
        // These feeds put the start of the event into pubDate.
        let at = published(item).filter(|_| !feed.starts_with("tec-"));
        let posted = Posted { at, zone: London, month_first: false };
        let reading = read_item(&title, &description, &posted);
        let references = [item.get(&["guid", "id"]), item.get(&["link"])];
        let rows = references.iter().find_map(|ref_| truth.get(&(feed.to_owned(), plain(ref_))));
        let Some(rows) = rows else {
            let what = if reading.held { "held" } else { "DATED" };
            self.notes.push(format!("no event, {what}: {title} {}", reading.reason));
            return;
        };
        self.wrong.extend(compare(&rows[0], &title, &description, &posted));
        let starts: Vec<Option<&str>> = rows.iter().map(|row| row["start"].as_str()).collect();
        if reading.held {
            self.held += 1;
            self.notes.push(format!("held: {title}: {starts:?} {}", reading.reason));
            return;
        }
        for session in &reading.sessions {
            let start = shown(session.start);
            let row = rows.iter().find(|row| row["start"].as_str() == Some(&start));
            let end = session.end.map(|end| match end {
                Local::Date(day) => day.pred_opt().unwrap_or(NaiveDate::MIN).to_string(),
                Local::Time(_) => shown(end),
            });
            if row.is_some_and(|row| row["end"].as_str() == end.as_deref()) {
                self.right += 1;
            } else {
                let got = format!("{start} {end:?}: {}", reading.reason);
                self.wrong.push(format!("date of {title:?}: want {starts:?} got {got}"));
            }
        }
    }
}

#[test]
fn the_miniature_network_has_no_wrong_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/network/dev");
    if !root.exists() {
        eprintln!("skipped: {} is not here", root.display());
        return;
    }
    let (truth, mut tally) = (truth(&root), Tally::default());
    for file in fs::read_dir(root.join("feeds")).unwrap() {
        let path = file.unwrap().path();
        let feed = path.file_name().unwrap().to_string_lossy().into_owned();
        if feed.ends_with(".xml") || feed.ends_with(".atom") {
            for item in items(&fs::read(&path).unwrap()) {
                tally.item(&feed, &item, &truth);
            }
        }
    }
    eprintln!("{} dates right, {} held or undated", tally.right, tally.held);
    eprintln!("{}", tally.notes.join("\n"));
    assert!(tally.wrong.is_empty(), "{} wrong\n{}", tally.wrong.len(), tally.wrong.join("\n"));
    assert!(tally.right >= 41, "{}", tally.right);
}
