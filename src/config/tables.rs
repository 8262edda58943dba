//! The tables of feeds.toml, checked key by key: every fault is kept, none stops the check.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono_tz::Tz;
use toml_edit::{Document, Item, Table, Value};

use super::{
    Config, Fault, Listen, Notify, Override,
    values::{duration, feed_url, is_id, nearest},
};
use crate::{
    feed::{Feed, FormatSetting, HeaderSetting, Network, Policy, PubDate},
    member::{Group, Members},
    vocabulary::Vocabulary,
};

mod listen;

/// Least interval that the network as a whole may ask for; a single feed may allow less.
const LEAST_INTERVAL: Duration = Duration::from_secs(300);

const POLICIES: [(&str, Policy); 4] = [
    ("trusted", Policy::Trusted),
    ("filtered", Policy::Filtered),
    ("review", Policy::Review),
    ("exclude", Policy::Exclude),
];

const FORMATS: [(&str, FormatSetting); 4] = [
    ("ical", FormatSetting::Ical),
    ("feed", FormatSetting::Feed),
    ("html", FormatSetting::Html),
    ("folkmoot", FormatSetting::Folkmoot),
];

const PUBDATES: [(&str, PubDate); 3] = [
    ("published", PubDate::Published),
    ("event_start", PubDate::EventStart),
    ("unknown", PubDate::Unknown),
];

/// Whether numeric dates are month first.
const DATES: [(&str, bool); 2] = [("day-first", false), ("month-first", true)];

/// What is checked against, and what was found.
struct Checker<'a> {
    text: &'a str,
    path: &'a Path,
    vocabulary: &'a Vocabulary,
    members: &'a Members,
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

pub(super) fn parse(
    text: &str,
    path: &Path,
    vocabulary: &Vocabulary,
    members: &Members,
) -> Result<Config, Vec<Fault>> {
    let mut check =
        Checker { text, path, vocabulary, members, faults: Vec::new(), warnings: Vec::new() };
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let message = format!("this is not TOML: {}", error.message().replace('\n', ", "));
            check.fault(
                error.span(),
                message,
                "Correct the line; everything else is checked then.",
            );
            return Err(check.faults);
        }
    };
    let config = check.document(document.as_table());
    if check.faults.is_empty() {
        Ok(Config { warnings: check.warnings, ..config })
    } else {
        check.faults.sort_by_key(|fault| (fault.line, fault.column));
        Err(check.faults)
    }
}

/// The vocabulary files that the text names, before anything else is checked.
pub(super) fn vocabulary_files(text: &str, path: &Path) -> Vec<PathBuf> {
    let Ok(document) = Document::parse(text) else { return Vec::new() };
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let files = document.get("network").and_then(|network| network.get("vocabulary"));
    let files = files.and_then(Item::as_array).map(|array| array.iter());
    files.into_iter().flatten().filter_map(Value::as_str).map(|file| folder.join(file)).collect()
}

/// Warnings of files that are not there. What exports the file of a feed may run later, and a program may be installed
/// later, so that this is no fault.
pub(super) fn missing_files(
    text: &str,
    path: &Path,
    feeds: &[Feed],
    notify: &Notify,
) -> Vec<Fault> {
    let Ok(document) = Document::parse(text) else { return Vec::new() };
    let tables = document.get("feed").and_then(Item::as_array_of_tables);
    let span = |id: &str| {
        let is = |table: &&Table| table.get("id").and_then(Item::as_str) == Some(id);
        tables?.iter().find(is)?.get("url")?.span()
    };
    let files = feeds.iter().filter(|feed| feed.url.scheme() == "file");
    let missing = files.filter(|feed| feed.url.to_file_path().is_ok_and(|file| !file.exists()));
    let warning = |feed: &Feed| {
        let message = format!("the file of feed \"{}\" is not there", feed.id);
        make(text, path, span(&feed.id), message, "Put it there, or correct its name.".into())
    };
    let program = notify.command.as_deref().and_then(|command| command.split_whitespace().next());
    let program = program.map(Path::new).filter(|file| file.is_absolute() && !file.exists());
    let nobody = program.map(|file| {
        let span = document.get("notify").and_then(|notify| notify.get("command")?.span());
        let message = format!("{} is not there: nobody would be told of anything", file.display());
        make(text, path, span, message, "Install it, or correct its name.".into())
    });
    missing.map(warning).chain(nobody).collect()
}

/// A fault at a place of the text.
fn make(
    text: &str,
    path: &Path,
    span: Option<Range<usize>>,
    message: String,
    remedy: String,
) -> Fault {
    let (line, column, text) = place(text, span);
    Fault { file: path.to_path_buf(), line, column, text, message, remedy }
}

/// Line, column and words of a place of the text.
fn place(text: &str, span: Option<Range<usize>>) -> (usize, usize, String) {
    let span = span.unwrap_or(0..0);
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let offending = text.get(span).unwrap_or("").lines().next().unwrap_or("");
    (line, column, offending.trim().chars().take(120).collect())
}

impl<'a> Checker<'a> {
    fn make(&self, span: Option<Range<usize>>, message: String, remedy: String) -> Fault {
        make(self.text, self.path, span, message, remedy)
    }

    fn fault(
        &mut self,
        span: Option<Range<usize>>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let fault = self.make(span, message.into(), remedy.into());
        self.faults.push(fault);
    }

    fn document(&mut self, root: &Table) -> Config {
        let mut top = Section::new(self, root, "at the top of the file".into());
        let network = top.table("network");
        let members = top.tables("member");
        let feeds = top.tables("feed");
        let merges = top.tables("merge");
        let overrides = top.tables("override");
        let (notify, store, listen) =
            (top.table("notify"), top.table("store"), top.table("listen"));
        top.finish();
        let network = network.map_or_else(Network::default, |table| self.network(table));
        let groups = self.groups(&members);
        let feeds = self.feeds(&feeds, &groups);
        let (together, apart) = self.merges(&merges);
        Config {
            path: self.path.to_path_buf(),
            network,
            groups,
            feeds,
            together,
            apart,
            overrides: overrides.iter().map(|table| self.event_override(table)).collect(),
            notify: notify.map_or_else(Notify::default, |table| self.notify(table)),
            store_url: store.and_then(|table| self.store(table)),
            listen: listen.map_or_else(Listen::default, |table| self.listen(table)),
            warnings: Vec::new(),
        }
    }

    fn network(&mut self, table: &Table) -> Network {
        let folder = self.folder();
        let default = Network::default();
        let mut section = Section::new(self, table, "in [network]".into());
        let name = section.string("name").unwrap_or(default.name);
        let url = section.base_url("url");
        let contact = section.string("contact");
        let time_zone = section.zone("time_zone").unwrap_or(default.time_zone);
        let poll_every = section.duration("poll_every").unwrap_or(default.poll_every);
        if poll_every < LEAST_INTERVAL {
            section.fault_at(
                "poll_every",
                "a whole network may not be checked more often than every 5 minutes",
                "Write \"5m\" or more here; a single feed may set a shorter poll_every of its own.",
            );
        }
        let network = Network {
            name,
            url,
            contact,
            time_zone,
            poll_every,
            keep_past: section.duration("keep_past").unwrap_or(default.keep_past),
            host_delay: section.duration("host_delay").unwrap_or(default.host_delay),
            description: section.string("description"),
            languages: section.choices("languages", &["en", "cy"]).unwrap_or(default.languages),
            vocabulary: section.paths("vocabulary", &folder),
            pages: section.string("pages").map(|pages| folder.join(pages)),
        };
        section.finish();
        self.network_warnings(table, &network);
        network
    }

    fn network_warnings(&mut self, table: &Table, network: &Network) {
        let span = |key: &str| table.get(key).and_then(Item::span);
        let insecure = network.url.as_ref().is_some_and(|url| url.scheme() != "https");
        if insecure {
            let warning = self.make(
                span("url"),
                "the public address is not https: Google and Outlook will refuse to subscribe"
                    .into(),
                "Put a web server with a certificate in front (systemd/ has two examples).".into(),
            );
            self.warnings.push(warning);
        }
    }

    fn folder(&self) -> PathBuf {
        self.path.parent().unwrap_or_else(|| Path::new(".")).to_path_buf()
    }

    fn groups(&mut self, tables: &[&Table]) -> Vec<Group> {
        let mut seen = HashMap::new();
        let mut groups = Vec::new();
        for table in tables {
            let regions = self.regions();
            let services = ids(self.vocabulary.services.iter().map(|service| &service.id));
            let mut section = Section::new(self, table, "in [[member]]".into());
            let id = section.id(&mut seen, "member");
            let name = section.required("name", "Give the name that people know it by.");
            section.choice("type", &["group"]);
            let url = section.base_url("url");
            let regions = section.choices("regions", &as_strs(&regions)).unwrap_or_default();
            let services = section.choices("services", &as_strs(&services)).unwrap_or_default();
            section.finish();
            if let Some(council) = id.as_deref().and_then(|id| self.members.council(id)) {
                let (span, name) = (table.get("id").and_then(Item::span), &council.official_name);
                let message = format!("this is the code of {name}: councils need no [[member]]");
                self.fault(span, message, "Give the group another id, or take the table out.");
            }
            if let (Some(id), Some(name)) = (id, name) {
                let url = url.map(String::from);
                groups.push(Group { id, name, url, regions, services });
            }
        }
        groups
    }

    fn regions(&self) -> Vec<String> {
        let mut regions = ids(self.members.councils().iter().map(|council| &council.region));
        regions.sort();
        regions.dedup();
        regions
    }

    fn feeds(&mut self, tables: &[&Table], groups: &[Group]) -> Vec<Feed> {
        let mut seen = HashMap::new();
        let mut addresses: HashMap<String, String> = HashMap::new();
        let mut feeds = Vec::new();
        for table in tables {
            let Some(feed) = self.feed(table, groups, &mut seen) else { continue };
            let span = table.get("url").and_then(Item::span);
            if let Some(other) = addresses.insert(feed.url.to_string(), feed.id.clone()) {
                let message =
                    format!("feed \"{}\" has the same address as feed \"{other}\"", feed.id);
                let warning = self.make(span, message, "Take one of them out.".into());
                self.warnings.push(warning);
            }
            feeds.push(feed);
        }
        feeds
    }

    fn feed(
        &mut self,
        table: &Table,
        groups: &[Group],
        seen: &mut HashMap<String, usize>,
    ) -> Option<Feed> {
        let folder = self.folder();
        let services = ids(self.vocabulary.services.iter().map(|service| &service.id));
        let kinds = ids(self.vocabulary.kinds.iter().map(|kind| &kind.id));
        let mut section = Section::new(self, table, "in [[feed]]".into());
        let (id, url) = (section.id(seen, "feed"), section.feed_url("url", &folder));
        let usable = id.is_some() && url.is_some();
        let url = url.or_else(|| url::Url::from_directory_path(&folder).ok())?;
        let feed = Feed {
            name: section.string("name"),
            member: section.member("member", groups),
            policy: section.choice_of("policy", &POLICIES).unwrap_or_default(),
            format: section.choice_of("format", &FORMATS),
            poll_every: section.duration("poll_every"),
            services: section.choices("services", &as_strs(&services)).unwrap_or_default(),
            kinds: section.choices("kinds", &as_strs(&kinds)).unwrap_or_default(),
            tags: section.strings("tags").unwrap_or_default(),
            time_zone: section.zone("time_zone"),
            priority: section.integer("priority").unwrap_or(0),
            licence: section.string("licence"),
            pubdate: section.choice_of("pubdate", &PUBDATES).unwrap_or_default(),
            window: section.boolean("window").unwrap_or(false),
            month_first: section.choice_of("dates", &DATES).unwrap_or(false),
            follow_links: section.boolean("follow_links"),
            join_links: section.boolean("join_links").unwrap_or(false),
            public_url: section.boolean("public_url").unwrap_or(false),
            paused: section.boolean("paused").unwrap_or(false),
            allow_private_address: section.boolean("allow_private_address").unwrap_or(false),
            headers: section.headers("headers"),
            ..Feed::new(id.unwrap_or_default(), url)
        };
        section.finish();
        usable.then_some(feed)
    }

    fn merges(&mut self, tables: &[&Table]) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
        let (mut together, mut apart) = (Vec::new(), Vec::new());
        for table in tables {
            let mut section = Section::new(self, table, "in [[merge]]".into());
            let lists = [("together", &mut together), ("apart", &mut apart)];
            for (key, all) in lists {
                let Some(list) = section.strings(key) else { continue };
                if list.len() < 2 {
                    section.fault_at(
                        key,
                        "at least two events are needed",
                        "Write the ids of two events or more.",
                    );
                }
                all.push(list);
            }
            section.finish();
        }
        (together, apart)
    }

    fn event_override(&mut self, table: &Table) -> Override {
        let services = ids(self.vocabulary.services.iter().map(|service| &service.id));
        let kinds = ids(self.vocabulary.kinds.iter().map(|kind| &kind.id));
        let mut section = Section::new(self, table, "in [[override]]".into());
        let result = Override {
            event: section.required("event", "Write the id of the event.").unwrap_or_default(),
            kind: section.choice("kind", &as_strs(&kinds)),
            services: section.choices("services", &as_strs(&services)),
            listed: section.boolean("listed"),
            title: section.string("title"),
        };
        section.finish();
        result
    }

    fn notify(&mut self, table: &Table) -> Notify {
        let mut section = Section::new(self, table, "in [notify]".into());
        let command = section.string("command");
        let webhook = section.base_url("webhook").map(String::from);
        section.finish();
        Notify { command, webhook }
    }

    fn store(&mut self, table: &Table) -> Option<String> {
        let mut section = Section::new(self, table, "in [store]".into());
        let url = section.string("url");
        if url.as_deref().is_some_and(|url| !url.starts_with("sled:")) {
            section.fault_at(
                "url",
                "only the built-in store can be used",
                "Write \"sled:\" and a folder, or take [store] out: the data directory is used then.",
            );
        }
        section.finish();
        url
    }
}

fn ids<'s>(all: impl Iterator<Item = &'s String>) -> Vec<String> {
    all.cloned().collect()
}

fn as_strs(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

/// One table while it is read: remembers which keys it knows.
struct Section<'c, 'a, 't> {
    check: &'c mut Checker<'a>,
    table: &'t Table,
    known: Vec<&'static str>,
    place: String,
}

impl<'c, 'a, 't> Section<'c, 'a, 't> {
    fn new(check: &'c mut Checker<'a>, table: &'t Table, place: String) -> Self {
        Self { check, table, known: Vec::new(), place }
    }

    fn item(&mut self, key: &'static str) -> Option<&'t Item> {
        self.known.push(key);
        self.table.get(key)
    }

    fn fault_at(&mut self, key: &str, message: impl Into<String>, remedy: impl Into<String>) {
        let span = self.table.get(key).and_then(Item::span).or_else(|| self.table.span());
        self.check.fault(span, message, remedy);
    }

    fn wrong_type<T>(&mut self, key: &str, item: &Item, wanted: &str) -> Option<T> {
        let message = format!("{key} is {}, but must be {wanted}", with_article(item.type_name()));
        self.fault_at(key, message, format!("Write {wanted}."));
        None
    }

    fn string(&mut self, key: &'static str) -> Option<String> {
        let item = self.item(key)?;
        match item.as_str() {
            Some(text) if text.trim().is_empty() => {
                self.fault_at(
                    key,
                    format!("{key} is empty"),
                    "Write something, or take the line out.",
                );
                None
            }
            Some(text) => Some(text.to_owned()),
            None => self.wrong_type(key, item, "text in quotes"),
        }
    }

    fn required(&mut self, key: &'static str, remedy: &str) -> Option<String> {
        if self.table.contains_key(key) {
            return self.string(key);
        }
        self.known.push(key);
        let (message, span) = (format!("{key} is missing {}", self.place), self.table.span());
        self.check.fault(span, message, remedy);
        None
    }

    fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let item = self.item(key)?;
        item.as_bool().or_else(|| self.wrong_type(key, item, "true or false"))
    }

    fn integer(&mut self, key: &'static str) -> Option<i32> {
        let item = self.item(key)?;
        let number = item.as_integer().and_then(|number| i32::try_from(number).ok());
        number.or_else(|| self.wrong_type(key, item, "a whole number"))
    }

    fn strings(&mut self, key: &'static str) -> Option<Vec<String>> {
        let item = self.item(key)?;
        let Some(array) = item.as_array() else {
            return self.wrong_type(key, item, "a list of texts, such as [\"one\", \"two\"]");
        };
        let all: Option<Vec<String>> =
            array.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        all.or_else(|| self.wrong_type(key, item, "a list of texts, such as [\"one\", \"two\"]"))
    }

    fn choices(&mut self, key: &'static str, allowed: &[&str]) -> Option<Vec<String>> {
        let chosen = self.strings(key)?;
        let spans: Vec<_> = self
            .table
            .get(key)
            .and_then(Item::as_array)
            .map(|array| array.iter().map(Value::span).collect())
            .unwrap_or_default();
        for (word, span) in chosen.iter().zip(spans) {
            if !allowed.contains(&word.as_str()) {
                let message = format!("\"{word}\" is not one of the {key} that there are");
                self.check.fault(span, message, one_of(word, allowed));
            }
        }
        Some(chosen)
    }

    fn choice(&mut self, key: &'static str, allowed: &[&str]) -> Option<String> {
        let word = self.string(key)?;
        if allowed.contains(&word.as_str()) {
            return Some(word);
        }
        self.fault_at(key, format!("\"{word}\" is not a {key}"), one_of(&word, allowed));
        None
    }

    fn choice_of<T: Copy>(&mut self, key: &'static str, allowed: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = allowed.iter().map(|(name, _)| *name).collect();
        let word = self.choice(key, &names)?;
        allowed.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
    }

    fn duration(&mut self, key: &'static str) -> Option<Duration> {
        let text = self.string(key)?;
        let length = duration(&text);
        if length.is_none() {
            let message = format!("\"{text}\" is not a length of time");
            self.fault_at(
                key,
                message,
                "Write a number and s, m, h, d or w, such as \"30m\" or \"1h\".",
            );
        }
        length
    }

    fn zone(&mut self, key: &'static str) -> Option<Tz> {
        let text = self.string(key)?;
        let zone = text.parse().ok();
        if zone.is_none() {
            let near = nearest(&text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
            let near = near.unwrap_or("Europe/London");
            let message = format!("\"{text}\" is not a time zone");
            self.fault_at(key, message, format!("Write an IANA name, such as \"{near}\"."));
        }
        zone
    }

    fn base_url(&mut self, key: &'static str) -> Option<url::Url> {
        let text = self.string(key)?;
        let url = url::Url::parse(&text).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() {
            let message = format!("\"{text}\" is not a web address");
            self.fault_at(
                key,
                message,
                "Write the whole address, such as \"https://events.example.org\".",
            );
        }
        url
    }

    fn feed_url(&mut self, key: &'static str, folder: &Path) -> Option<url::Url> {
        let text = self.required(key, "Write the feed's address.")?;
        match feed_url(&text, folder) {
            Ok(url) => Some(url),
            Err(bad) => {
                self.fault_at(key, bad.message, bad.remedy);
                None
            }
        }
    }

    fn paths(&mut self, key: &'static str, folder: &Path) -> Vec<PathBuf> {
        self.strings(key).unwrap_or_default().iter().map(|file| folder.join(file)).collect()
    }

    fn id(&mut self, seen: &mut HashMap<String, usize>, what: &str) -> Option<String> {
        let id = self.required("id", "Give it a short name, such as \"west-berkshire-events\".")?;
        if !is_id(&id) {
            self.fault_at(
                "id",
                format!("\"{id}\" cannot be an id"),
                "Use letters, digits, and - _ . between them; at most 80.",
            );
            return None;
        }
        let (line, _, _) = place(self.check.text, self.table.get("id").and_then(Item::span));
        if let Some(first) = seen.get(&id) {
            let message = format!("there is a {what} \"{id}\" already, at line {first}");
            self.fault_at("id", message, "Give one of the two another id.");
            return None;
        }
        seen.insert(id.clone(), line);
        Some(id)
    }

    fn member(&mut self, key: &'static str, groups: &[Group]) -> Option<String> {
        let text = self.string(key)?;
        let members = self.check.members;
        if let Some(council) = members.council(&text) {
            return Some(council.code.clone());
        }
        if groups.iter().any(|group| group.id == text) {
            return Some(text);
        }
        let names = members.councils().iter().map(|c| c.nice_name.as_str());
        let by_name = nearest(&text, names)
            .and_then(|name| members.councils().iter().find(|council| council.nice_name == name));
        let near = nearest(&text, groups.iter().map(|group| group.id.as_str()));
        let remedy = match (by_name, near) {
            (_, Some(id)) => format!("Did you mean the group \"{id}\"?"),
            (Some(c), None) => format!("{} has the code \"{}\".", c.official_name, c.code),
            (None, None) => "Write a council's three-letter code (folkmoot's /councils page lists \
                             them) or the id of a [[member]]."
                .into(),
        };
        self.fault_at(key, format!("there is no council or member \"{text}\""), remedy);
        None
    }

    fn headers(&mut self, key: &'static str) -> BTreeMap<String, HeaderSetting> {
        let Some(item) = self.item(key) else { return BTreeMap::new() };
        let Some(table) = item.as_table_like() else {
            self.wrong_type::<()>(key, item, "a table, such as { X-Key = \"env:FEED_KEY\" }");
            return BTreeMap::new();
        };
        let mut headers = BTreeMap::new();
        for (name, value) in table.iter() {
            let Some(value) = value.as_str().filter(|value| is_header(name, value)) else {
                let message = format!("\"{name}\" is not a request header with a text of one line");
                self.check.fault(item.span(), message, "Write { Name = \"value\" }.");
                continue;
            };
            let value = value.strip_prefix("env:").map_or_else(
                || HeaderSetting::Plain(value.to_owned()),
                |variable| HeaderSetting::Env(variable.to_owned()),
            );
            headers.insert(name.to_owned(), value);
        }
        headers
    }

    fn table(&mut self, key: &'static str) -> Option<&'t Table> {
        let item = self.item(key)?;
        item.as_table()
            .or_else(|| self.wrong_type(key, item, &format!("a table, begun by [{key}]")))
    }

    fn tables(&mut self, key: &'static str) -> Vec<&'t Table> {
        let Some(item) = self.item(key) else { return Vec::new() };
        match item.as_array_of_tables() {
            Some(tables) => tables.iter().collect(),
            None => {
                self.wrong_type::<()>(key, item, &format!("tables, each begun by [[{key}]]"));
                Vec::new()
            }
        }
    }

    /// Reports the keys that nobody asked for.
    fn finish(self) {
        for (key, _) in self.table.iter().filter(|(key, _)| !self.known.contains(key)) {
            let span = self.table.key(key).and_then(toml_edit::Key::span);
            let span = span.or_else(|| self.table.get(key).and_then(Item::span));
            let message = format!("there is no setting \"{key}\" {}", self.place);
            self.check.fault(span, message, one_of(key, &self.known));
        }
    }
}

fn is_header(name: &str, value: &str) -> bool {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(token) && !value.chars().any(char::is_control)
}

/// "Did you mean …?" when there is a near word, else the whole list.
fn one_of(word: &str, allowed: &[&str]) -> String {
    match nearest(word, allowed.iter().copied()) {
        Some(near) => format!("Did you mean \"{near}\"?"),
        None => format!("Write one of: {}.", allowed.join(", ")),
    }
}

fn with_article(type_name: &str) -> String {
    let article = if type_name.starts_with(['a', 'i']) { "an" } else { "a" };
    format!("{article} {type_name}")
}
