//! Who announces events: the councils of the United Kingdom and the groups around them.

use std::collections::{HashMap, hash_map::Entry};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A principal council or strategic body (`data/councils.csv`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Council {
    /// Three-letter code (a few have four): the organisation's key.
    pub code: String,
    /// ONS nine-character code of its area; changes when boundaries do.
    pub gss: String,
    /// "West Berkshire Council".
    pub official_name: String,
    /// "West Berkshire".
    pub nice_name: String,
    /// `county`, `district`, `unitary`, `metropolitan-district`, …
    #[serde(rename = "type")]
    pub council_type: String,
    /// England, Scotland, Wales, Northern Ireland.
    pub nation: String,
    /// Region of England, or the nation.
    pub region: String,
    /// Address of its site.
    pub website: Option<String>,
    /// Host of its site, without `www.`.
    pub website_host: Option<String>,
    /// Name in GOV.UK addresses.
    pub govuk_slug: Option<String>,
    /// Code of the county that a district lies in.
    pub county_code: Option<String>,
    /// Earlier GSS codes.
    pub former_gss: Vec<String>,
    /// First day of its existence, when later than the data.
    pub start_date: Option<NaiveDate>,
    /// Day on which it was (or will be) abolished.
    pub end_date: Option<NaiveDate>,
    /// Codes of the councils that take over.
    pub successors: Vec<String>,
}

/// A group: a peer group, a professional body, a company of councils (`[[member]]` with `type = "group"`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Id, as in feeds.toml.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Its site.
    pub url: Option<String>,
    /// Regions that it is for.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Services that it is about.
    #[serde(default)]
    pub services: Vec<String>,
}

/// A row of the file.
#[derive(Deserialize)]
struct Row {
    code: String,
    gss: String,
    official_name: String,
    nice_name: String,
    #[serde(rename = "type")]
    council_type: String,
    nation: String,
    region: String,
    website: String,
    website_host: String,
    govuk_slug: String,
    county_code: String,
    former_gss: String,
    #[serde(default)]
    start_date: Option<NaiveDate>,
    #[serde(default)]
    end_date: Option<NaiveDate>,
    #[serde(default)]
    successors: String,
}

/// All councils and groups.
#[derive(Debug, Clone, Default)]
pub struct Members {
    councils: Vec<Council>,
    groups: Vec<Group>,
    by_code: HashMap<String, usize>,
    by_host: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, usize>,
}

impl Members {
    /// The councils that are part of the program, without any group.
    ///
    /// # Errors
    /// When the embedded data do not parse: a fault of the build, which a test rules out.
    pub fn embedded() -> Result<Self, csv::Error> {
        let mut members = Self::default();
        for row in csv::Reader::from_reader(include_str!("../data/councils.csv").as_bytes())
            .deserialize::<Row>()
        {
            let row = row?;
            members.add_council(row.into());
        }
        Ok(members)
    }

    /// Adds a council that the embedded data lack, or replaces the one with the same code.
    pub fn add_council(&mut self, council: Council) {
        let at = match self.by_code.get(&council.code) {
            Some(at) => *at,
            None => self.councils.len(),
        };
        self.by_code.insert(council.code.clone(), at);
        if let Some(host) = &council.website_host {
            let sharing = self.by_host.entry(host.clone()).or_default();
            if !sharing.contains(&at) {
                sharing.push(at);
            }
        }
        let official = name_key(&council.official_name);
        let strategic = council.council_type.ends_with("authority");
        for name in [bare(&official).to_owned(), official, name_key(&council.nice_name)] {
            match self.by_name.entry(name) {
                Entry::Vacant(free) => {
                    free.insert(at);
                }
                // "West Midlands" is a region's authority before it is anything else; a council goes first elsewhere.
                Entry::Occupied(mut taken) if !strategic => {
                    taken.insert(at);
                }
                Entry::Occupied(_) => {}
            }
        }
        match self.councils.get_mut(at) {
            Some(known) => *known = council,
            None => self.councils.push(council),
        }
    }

    /// Adds groups; a later one with the same id replaces the earlier.
    pub fn add_groups(&mut self, groups: impl IntoIterator<Item = Group>) {
        for group in groups {
            self.groups.retain(|known| known.id != group.id);
            self.groups.push(group);
        }
    }

    /// All councils, in order of code.
    #[must_use]
    pub fn councils(&self) -> &[Council] {
        &self.councils
    }

    /// All groups, in the order of feeds.toml.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The council with this code, in any case of letters.
    #[must_use]
    pub fn council(&self, code: &str) -> Option<&Council> {
        self.councils.get(*self.by_code.get(&code.to_ascii_uppercase())?)
    }

    /// The council of this nice or official name, written in any case and with or without its "Council".
    ///
    /// Bare names are ordinary words too ("Reading", "Rugby"): ask only for text that stands where a name stands.
    #[must_use]
    pub fn council_named(&self, name: &str) -> Option<&Council> {
        let key = name_key(name);
        [key.as_str(), bare(&key)]
            .into_iter()
            .find_map(|name| self.councils.get(*self.by_name.get(name)?))
    }

    /// The councils whose site this host is, or is a part of (`www.`, `democracy.`); two may share one.
    #[must_use]
    pub fn councils_at(&self, host: &str) -> Vec<&Council> {
        let host = host.to_ascii_lowercase();
        let mut rest = host.as_str();
        loop {
            if let Some(found) = self.by_host.get(rest) {
                return found.iter().filter_map(|at| self.councils.get(*at)).collect();
            }
            match rest.split_once('.') {
                Some((_, parent)) if parent.contains('.') => rest = parent,
                _ => return Vec::new(),
            }
        }
    }

    /// The council that answers now for a code that may have been abolished: the code itself, or its successors.
    #[must_use]
    pub fn answering(&self, code: &str, today: NaiveDate) -> Vec<&Council> {
        let mut found = Vec::new();
        let mut ask = vec![code.to_ascii_uppercase()];
        let mut seen = Vec::new();
        while let Some(code) = ask.pop() {
            if seen.contains(&code) {
                continue;
            }
            if let Some(council) = self.council(&code) {
                match council.end_date {
                    Some(end) if end <= today && !council.successors.is_empty() => {
                        ask.extend(council.successors.iter().cloned());
                    }
                    _ => found.push(council),
                }
            }
            seen.push(code);
        }
        found.sort_by(|a, b| a.code.cmp(&b.code));
        found
    }

    /// The group with this id.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }
}

/// Endings of official names; longest first.
const BODIES: [&str; 9] = [
    " metropolitan borough council",
    " county borough council",
    " borough council",
    " district council",
    " county council",
    " city council",
    " town council",
    " islands council",
    " council",
];

/// Beginnings of official names.
const FRONTS: [&str; 5] =
    ["london borough of ", "royal borough of ", "city of ", "borough of ", "the "];

/// A name's key without the words for the kind of council.
fn bare(key: &str) -> &str {
    let bare = BODIES.iter().find_map(|body| key.strip_suffix(body)).unwrap_or(key);
    FRONTS.iter().find_map(|front| bare.strip_prefix(front)).unwrap_or(bare).trim()
}

fn name_key(name: &str) -> String {
    let letters: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .flat_map(char::to_lowercase)
        .collect();
    let words: Vec<&str> =
        letters.split_whitespace().map(|word| if word == "&" { "and" } else { word }).collect();
    words.join(" ")
}

impl From<Row> for Council {
    fn from(row: Row) -> Self {
        let some = |text: String| (!text.is_empty()).then_some(text);
        let list = |text: String| {
            text.split([';', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        Self {
            code: row.code,
            gss: row.gss,
            official_name: row.official_name,
            nice_name: row.nice_name,
            council_type: row.council_type,
            nation: row.nation,
            region: row.region,
            website: some(row.website),
            website_host: some(row.website_host),
            govuk_slug: some(row.govuk_slug),
            county_code: some(row.county_code),
            former_gss: list(row.former_gss),
            start_date: row.start_date,
            end_date: row.end_date,
            successors: list(row.successors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_principal_council_is_there() {
        let members = Members::embedded().unwrap();
        let strategic = ["combined-authority", "strategic-authority"];
        let principal = members.councils().iter();
        let principal = principal.filter(|c| !strategic.contains(&c.council_type.as_str())).count();
        assert_eq!(principal, 382);
        assert_eq!(members.council("GLG").unwrap().former_gss, ["S12000046", "S12000043"]);
        for (name, code) in [
            ("Leeds City Council", "LDS"),
            ("LEEDS", "LDS"),
            ("London Borough of Croydon", "CRY"),
            ("West Berkshire Council", "WBK"),
            ("Hull", "KHL"),
        ] {
            assert_eq!(members.council_named(name).map(|c| c.code.as_str()), Some(code), "{name}");
        }
        assert!(members.council_named("Reading group").is_none());
        assert_eq!(members.councils_at("events.westberks.gov.uk").len(), 1);
        assert_eq!(members.councils_at("www.adur-worthing.gov.uk").len(), 2);
        assert!(members.councils_at("gov.uk").is_empty());
        assert_eq!(members.council("wbk").unwrap().nice_name, "West Berkshire");
    }
}
