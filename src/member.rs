//! Who announces events: the councils of the United Kingdom and the groups around them.

use std::collections::{HashMap, hash_map::Entry};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::vocabulary::CouncilEdit;

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
    by_gss: HashMap<String, usize>,
    positions: HashMap<String, (f64, f64)>,
}

/// Where people live, by council.
#[derive(Deserialize)]
struct PositionRow {
    code: String,
    latitude: f64,
    longitude: f64,
}

/// The positions in one of the embedded tables (`code,latitude,longitude`).
///
/// # Errors
/// When the table does not parse: a fault of the build, which a test rules out.
pub fn positions(table: &str) -> Result<HashMap<String, (f64, f64)>, csv::Error> {
    csv::Reader::from_reader(table.as_bytes())
        .deserialize::<PositionRow>()
        .map(|row| row.map(|row| (row.code, (row.latitude, row.longitude))))
        .collect()
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
        members.positions = positions(include_str!("../data/council_positions.csv"))?;
        Ok(members)
    }

    /// Applies what an operator says about councils, new ones included.
    ///
    /// # Errors
    /// The line, what is wrong and what to write instead: a new council without a name, a successor that nobody knows.
    pub fn amend(&mut self, edits: &[CouncilEdit]) -> Result<(), (usize, String, String)> {
        for edit in edits {
            let known = self.by_code.get(&edit.code).and_then(|at| self.councils.get(*at));
            let council = edited(known, edit)?;
            if let Some(position) = edit.position {
                self.positions.insert(council.code.clone(), position);
            }
            self.add_council(council);
        }
        for edit in edits {
            for code in edit.successors.iter().flatten() {
                if !self.by_code.contains_key(code) || *code == edit.code {
                    let problem = format!("“{code}” cannot be a successor of {}", edit.code);
                    let remedy =
                        "write codes of other councils; a new one needs its own [[council]]";
                    return Err((edit.line, problem, remedy.into()));
                }
            }
        }
        Ok(())
    }

    /// Adds a council that the embedded data lack, or replaces the one with the same code.
    pub fn add_council(&mut self, council: Council) {
        let at = match self.by_code.get(&council.code) {
            Some(at) => *at,
            None => self.councils.len(),
        };
        self.by_code.insert(council.code.clone(), at);
        for gss in std::iter::once(&council.gss).chain(&council.former_gss) {
            if !gss.is_empty() {
                self.by_gss.entry(gss.to_ascii_uppercase()).or_insert(at);
            }
        }
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

    /// The council with this code, in any case of letters; its GSS code, or one that it had before, will do too.
    #[must_use]
    pub fn council(&self, code: &str) -> Option<&Council> {
        let code = code.to_ascii_uppercase();
        let at = self.by_code.get(&code).or_else(|| self.by_gss.get(&code))?;
        self.councils.get(*at)
    }

    /// Where the people of a council live, on average: WGS 84 degrees, north and east.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<(f64, f64)> {
        self.positions.get(&self.council(code)?.code).copied()
    }

    /// The councils whose work this one took over.
    #[must_use]
    pub fn predecessors(&self, code: &str) -> Vec<&Council> {
        self.councils.iter().filter(|old| old.successors.iter().any(|new| new == code)).collect()
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

impl Council {
    /// Whether it has come to its end.
    #[must_use]
    pub fn is_abolished(&self, today: NaiveDate) -> bool {
        self.end_date.is_some_and(|end| end <= today)
    }
}

fn edited(known: Option<&Council>, edit: &CouncilEdit) -> Result<Council, (usize, String, String)> {
    let mut council = known.cloned().unwrap_or_else(|| Council {
        code: edit.code.clone(),
        gss: String::new(),
        official_name: String::new(),
        nice_name: String::new(),
        council_type: "unitary".into(),
        nation: "England".into(),
        region: String::new(),
        website: None,
        website_host: None,
        govuk_slug: None,
        county_code: None,
        former_gss: Vec::new(),
        start_date: None,
        end_date: None,
        successors: Vec::new(),
    });
    for (name, text) in &edit.texts {
        match *name {
            "gss" if council.gss != *text => {
                let former = std::mem::replace(&mut council.gss, text.clone());
                council.former_gss.extend((!former.is_empty()).then_some(former));
            }
            "official_name" => council.official_name.clone_from(text),
            "nice_name" => council.nice_name.clone_from(text),
            "type" => council.council_type.clone_from(text),
            "nation" => council.nation.clone_from(text),
            "region" => council.region.clone_from(text),
            "website" => {
                let host = url::Url::parse(text).ok();
                let host = host.as_ref().and_then(|url| url.host_str());
                council.website_host = host.map(|host| host.trim_start_matches("www.").into());
                council.website = Some(text.clone());
            }
            "county_code" => council.county_code = Some(text.clone()),
            _ => {}
        }
    }
    if council.nice_name.is_empty() {
        council.nice_name.clone_from(&council.official_name);
    }
    for (key, lacks) in
        [("official_name", council.official_name.is_empty()), ("region", council.region.is_empty())]
    {
        if lacks {
            let problem = format!("the new council {} has no “{key}”", edit.code);
            return Err((edit.line, problem, format!("add {key} = \"…\"")));
        }
    }
    council.former_gss.extend(edit.former_gss.iter().cloned());
    council.start_date = edit.start_date.or(council.start_date);
    council.end_date = edit.end_date.or(council.end_date);
    if let Some(successors) = &edit.successors {
        council.successors.clone_from(successors);
    }
    Ok(council)
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
    fn a_gss_code_of_today_or_before_names_the_council() {
        let members = Members::embedded().unwrap();
        for gss in ["S12000049", "S12000046", "s12000043"] {
            assert_eq!(members.council(gss).map(|c| c.code.as_str()), Some("GLG"), "{gss}");
        }
        assert!(members.council("E99999999").is_none());
        let (north, east) = members.position("WBK").unwrap();
        assert!((51.3..51.5).contains(&north) && (-1.4..-1.1).contains(&east));
        // The positions of Northern Ireland have a licence of their own, and combined authorities have none.
        let lacks = members.councils().iter().filter(|c| members.position(&c.code).is_none());
        assert!(
            lacks
                .clone()
                .all(|c| c.nation == "Northern Ireland" || c.council_type.ends_with("authority"))
        );
        assert_eq!(lacks.count(), 24);
    }

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
