//! Reads the operator's own words, TOML or JSON, and says exactly where something is wrong.

use toml_edit::{Document, Item, Table, Value};

use super::{CouncilEdit, KIND_GROUPS, Kind, OpenTo, Series, Service, Sign, Trap, Vocabulary};

/// What is wrong with an operator's vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}; {remedy}")]
pub struct VocabularyError {
    /// Line of the text, counted from 1; 1 where it cannot be told (JSON values).
    pub line: usize,
    /// What was found.
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}

/// The tables that a text may have.
const TABLES: &str =
    "service, kind, trap, series, for, against, organiser, open_to, council, neutral, boilerplate";

/// One table of the text, with what is needed to say where a fault is.
struct Part<'a> {
    text: &'a str,
    table: &'a Table,
    name: &'a str,
}

fn fault(
    text: &str,
    at: Option<usize>,
    problem: String,
    remedy: impl Into<String>,
) -> VocabularyError {
    let before = at.and_then(|at| text.get(..at)).unwrap_or_default();
    VocabularyError { line: before.matches('\n').count() + 1, problem, remedy: remedy.into() }
}

pub(super) fn extend(words: &mut Vocabulary, text: &str) -> Result<(), VocabularyError> {
    let toml = if text.trim_start().starts_with('{') { from_json(text)? } else { text.to_owned() };
    let document = Document::parse(toml.as_str()).map_err(|error| {
        let at = error.span().map(|span| span.start);
        fault(text, at, error.message().to_owned(), "correct the TOML at this place")
    })?;
    for (name, item) in document.as_table() {
        let at = item.span().map(|span| span.start);
        match (name, item) {
            ("neutral", Item::Value(value)) => {
                words.signs.neutral.extend(list(&toml, name, value)?)
            }
            ("boilerplate", Item::Value(value)) => {
                words.signs.boilerplate.extend(list(&toml, name, value)?);
            }
            (_, Item::ArrayOfTables(tables)) => {
                for table in tables {
                    one(words, &Part { text: &toml, table, name })?;
                }
            }
            (_, Item::Value(Value::Array(array))) => {
                for value in array {
                    let Value::InlineTable(inline) = value else {
                        let problem = format!("“{name}” holds something other than tables");
                        return Err(fault(&toml, at, problem, format!("write [[{name}]]")));
                    };
                    let table = inline.clone().into_table();
                    one(words, &Part { text: &toml, table: &table, name })?;
                }
            }
            _ => {
                let problem = format!("“{name}” is not a list of tables");
                return Err(fault(
                    &toml,
                    at,
                    problem,
                    format!("write [[…]] with one of: {TABLES}"),
                ));
            }
        }
    }
    Ok(())
}

/// JSON objects of lists become the same TOML, so that there is one reader.
fn from_json(text: &str) -> Result<String, VocabularyError> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| VocabularyError {
        line: error.line().max(1),
        problem: error.to_string(),
        remedy: "correct the JSON at this place".into(),
    })?;
    let mut toml = toml_edit::DocumentMut::new();
    for (key, value) in value.as_object().into_iter().flatten() {
        if let Some(value) = toml_value(value) {
            toml.insert(key, Item::Value(value));
        }
    }
    Ok(toml.to_string())
}

fn toml_value(value: &serde_json::Value) -> Option<Value> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::Bool(yes) => Some((*yes).into()),
        serde_json::Value::Number(number) => number.as_f64().map(Value::from),
        serde_json::Value::String(text) => Some(text.as_str().into()),
        serde_json::Value::Array(items) => {
            Some(Value::Array(items.iter().filter_map(toml_value).collect()))
        }
        serde_json::Value::Object(fields) => {
            let mut table = toml_edit::InlineTable::new();
            for (key, value) in fields {
                if let Some(value) = toml_value(value) {
                    table.insert(key, value);
                }
            }
            Some(Value::InlineTable(table))
        }
    }
}

fn list(text: &str, name: &str, value: &Value) -> Result<Vec<String>, VocabularyError> {
    let at = value.span().map(|span| span.start);
    let wrong = || {
        fault(
            text,
            at,
            format!("“{name}” is not a list of texts"),
            format!("write {name} = [\"…\", \"…\"]"),
        )
    };
    let array = value.as_array().ok_or_else(wrong)?;
    array.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

impl Part<'_> {
    fn at(&self, key: &str) -> Option<usize> {
        let span = self.table.key(key).and_then(toml_edit::Key::span).or_else(|| self.table.span());
        span.map(|span| span.start)
    }

    fn allow(&self, keys: &[&str]) -> Result<(), VocabularyError> {
        match self.table.iter().map(|(key, _)| key).find(|key| !keys.contains(key)) {
            None => Ok(()),
            Some(key) => {
                let problem = format!("unknown key “{key}” in [[{}]]", self.name);
                Err(fault(
                    self.text,
                    self.at(key),
                    problem,
                    format!("use one of: {}", keys.join(", ")),
                ))
            }
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, VocabularyError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        item.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| {
            let problem = format!("“{key}” is not a text");
            fault(self.text, self.at(key), problem, format!("write {key} = \"…\""))
        })
    }

    fn needed(&self, key: &str) -> Result<String, VocabularyError> {
        self.text(key)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| {
            let problem = format!("[[{}]] without “{key}”", self.name);
            fault(self.text, self.at(key), problem, format!("add {key} = \"…\""))
        })
    }

    fn texts(&self, key: &str) -> Result<Vec<String>, VocabularyError> {
        match self.table.get(key) {
            None => Ok(Vec::new()),
            Some(Item::Value(value)) => list(self.text, key, value),
            Some(_) => {
                let problem = format!("“{key}” is not a list of texts");
                Err(fault(self.text, self.at(key), problem, format!("write {key} = [\"…\"]")))
            }
        }
    }

    fn date(&self, key: &str) -> Result<Option<chrono::NaiveDate>, VocabularyError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        let text = item.as_str().map(str::to_owned);
        let text = text.or_else(|| item.as_datetime().map(ToString::to_string));
        text.and_then(|text| text.parse().ok()).map(Some).ok_or_else(|| {
            let problem = format!("“{key}” is not a date");
            fault(self.text, self.at(key), problem, format!("write {key} = 2027-04-01"))
        })
    }

    fn degrees(&self, key: &str, most: f64) -> Result<Option<f64>, VocabularyError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        item.as_float().filter(|n| n.abs() <= most).map(Some).ok_or_else(|| {
            let problem = format!("“{key}” is not a number of degrees");
            fault(self.text, self.at(key), problem, format!("write {key} = 51.25"))
        })
    }

    fn number(&self, key: &str) -> Result<Option<f64>, VocabularyError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        let number = item
            .as_float()
            .or_else(|| item.as_integer().and_then(|n| i32::try_from(n).ok()).map(f64::from));
        number.filter(|n| (0.0..=20.0).contains(n)).map(Some).ok_or_else(|| {
            let problem = format!("“{key}” is not a number from 0 to 20");
            fault(self.text, self.at(key), problem, format!("write {key} = 1.5"))
        })
    }
}

fn one(words: &mut Vocabulary, part: &Part) -> Result<(), VocabularyError> {
    match part.name {
        "service" => service(words, part),
        "kind" => kind(words, part),
        "trap" => trap(words, part),
        "series" => series(words, part),
        "for" => sign(&mut words.signs.favour, part),
        "against" => sign(&mut words.signs.against, part),
        "organiser" => sign(&mut words.signs.organisers, part),
        "open_to" => open_to(words, part),
        "council" => council(words, part),
        name => {
            let at = part.table.span().map(|span| span.start);
            let problem = format!("unknown table “{name}”");
            Err(fault(part.text, at, problem, format!("use one of: {TABLES}")))
        }
    }
}

fn add(list: &mut Vec<String>, more: Vec<String>, remove: &[String]) {
    let same = |a: &String, b: &String| a.to_lowercase() == b.to_lowercase();
    for phrase in more {
        if !list.iter().any(|known| same(known, &phrase)) {
            list.push(phrase);
        }
    }
    list.retain(|known| !remove.iter().any(|gone| same(known, gone)));
}

fn service(words: &mut Vocabulary, part: &Part) -> Result<(), VocabularyError> {
    part.allow(&[
        "id",
        "title",
        "title_cy",
        "group",
        "provided_by",
        "strong",
        "weak",
        "lead",
        "remove",
        "weight",
    ])?;
    let id = part.needed("id")?;
    if words.service(&id).is_none() {
        let service = Service {
            id: id.clone(),
            title: part.needed("title")?,
            weight: 1.0,
            ..Service::default()
        };
        words.services.push(service);
    }
    let Some(service) = words.services.iter_mut().find(|known| known.id == id) else {
        return Ok(());
    };
    let remove = part.texts("remove")?;
    add(&mut service.strong, part.texts("strong")?, &remove);
    add(&mut service.weak, part.texts("weak")?, &remove);
    add(&mut service.lead, part.texts("lead")?, &remove);
    service.weight = part.number("weight")?.unwrap_or(service.weight);
    for (key, field) in [
        ("title", &mut service.title),
        ("title_cy", &mut service.title_cy),
        ("group", &mut service.group),
        ("provided_by", &mut service.provided_by),
    ] {
        if let Some(text) = part.text(key)? {
            *field = text;
        }
    }
    Ok(())
}

fn kind(words: &mut Vocabulary, part: &Part) -> Result<(), VocabularyError> {
    part.allow(&[
        "id",
        "title",
        "title_cy",
        "group",
        "explanation",
        "explanation_cy",
        "cues",
        "lead",
        "hints",
        "remove",
    ])?;
    let id = part.needed("id")?;
    if words.kind(&id).is_none() {
        let title = part.needed("title")?;
        words.kinds.push(Kind {
            id: id.clone(),
            title,
            group: "listen-and-learn".into(),
            rank: 13,
            ..Kind::default()
        });
    }
    let Some(kind) = words.kinds.iter_mut().find(|known| known.id == id) else { return Ok(()) };
    let remove = part.texts("remove")?;
    add(&mut kind.cues, part.texts("cues")?, &remove);
    add(&mut kind.lead, part.texts("lead")?, &remove);
    add(&mut kind.hints, part.texts("hints")?, &remove);
    for (key, field) in [
        ("title", &mut kind.title),
        ("title_cy", &mut kind.title_cy),
        ("group", &mut kind.group),
        ("explanation", &mut kind.explanation),
        ("explanation_cy", &mut kind.explanation_cy),
    ] {
        if let Some(text) = part.text(key)? {
            *field = text;
        }
    }
    if KIND_GROUPS.iter().any(|(group, _)| *group == kind.group) {
        return Ok(());
    }
    let problem = format!("unknown group “{}”", kind.group);
    Err(fault(
        part.text,
        part.at("group"),
        problem,
        "use one of: take-part, meet-others, listen-and-learn",
    ))
}

fn trap(words: &mut Vocabulary, part: &Part) -> Result<(), VocabularyError> {
    part.allow(&["phrase", "means", "why"])?;
    let trap = Trap {
        phrase: part.needed("phrase")?,
        means: part.text("means")?,
        why: part.text("why")?.unwrap_or_default(),
    };
    if let Some(id) = trap.means.as_deref()
        && words.service(id).is_none()
    {
        let ids: Vec<&str> = words.services.iter().map(|service| service.id.as_str()).collect();
        let remedy = format!("use one of: {}", ids.join(", "));
        return Err(fault(part.text, part.at("means"), format!("unknown service “{id}”"), remedy));
    }
    words.traps.retain(|known| known.phrase.to_lowercase() != trap.phrase.to_lowercase());
    words.traps.push(trap);
    Ok(())
}

fn series(words: &mut Vocabulary, part: &Part) -> Result<(), VocabularyError> {
    part.allow(&["name", "phrases", "kind", "regions"])?;
    let name = part.needed("name")?;
    let mut phrases = part.texts("phrases")?;
    if phrases.is_empty() {
        phrases.push(name.clone());
    }
    let kind = part.text("kind")?;
    if let Some(id) = kind.as_deref()
        && words.kind(id).is_none()
    {
        let ids: Vec<&str> = words.kinds.iter().map(|kind| kind.id.as_str()).collect();
        let remedy = format!("use one of: {}", ids.join(", "));
        return Err(fault(part.text, part.at("kind"), format!("unknown kind “{id}”"), remedy));
    }
    words.series.retain(|known| known.name != name);
    let regions = part.texts("regions")?;
    words.series.push(Series { name, phrases, kind, regions });
    Ok(())
}

fn sign(signs: &mut Vec<Sign>, part: &Part) -> Result<(), VocabularyError> {
    part.allow(&["id", "weight", "says", "phrases", "remove", "title_only", "hard"])?;
    let id = part.needed("id")?;
    if !signs.iter().any(|sign| sign.id == id) {
        let says = part.needed("says")?;
        signs.push(Sign { id: id.clone(), weight: 1.0, says, ..Sign::default() });
    }
    let Some(sign) = signs.iter_mut().find(|sign| sign.id == id) else { return Ok(()) };
    add(&mut sign.phrases, part.texts("phrases")?, &part.texts("remove")?);
    sign.weight = part.number("weight")?.unwrap_or(sign.weight);
    if let Some(says) = part.text("says")? {
        sign.says = says;
    }
    let flag = |key: &str| part.table.get(key).and_then(Item::as_bool);
    sign.title_only = flag("title_only").unwrap_or(sign.title_only);
    sign.hard = flag("hard").unwrap_or(sign.hard);
    Ok(())
}

fn open_to(words: &mut Vocabulary, part: &Part) -> Result<(), VocabularyError> {
    part.allow(&["id", "phrases", "remove"])?;
    let id = part.needed("id")?;
    let remove = part.texts("remove")?;
    let Some(known) = words.signs.open_to.iter_mut().find(|open: &&mut OpenTo| open.id == id)
    else {
        let remedy = "use one of: everyone, public_sector, councils, members, invited";
        return Err(fault(part.text, part.at("id"), format!("unknown audience “{id}”"), remedy));
    };
    add(&mut known.phrases, part.texts("phrases")?, &remove);
    Ok(())
}

/// Texts of a council, as in `data/councils.csv`.
const COUNCIL: [&str; 8] =
    ["gss", "official_name", "nice_name", "type", "nation", "region", "website", "county_code"];

fn council(words: &mut Vocabulary, part: &Part) -> Result<(), VocabularyError> {
    let others =
        ["code", "former_gss", "start_date", "end_date", "successors", "latitude", "longitude"];
    part.allow(&[&others[..], &COUNCIL[..]].concat())?;
    let code = part.needed("code")?.to_ascii_uppercase();
    if !(3..=5).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let problem = format!("“{code}” is not the code of a council");
        let remedy = "write the three or four letters of its code, such as WBK";
        return Err(fault(part.text, part.at("code"), problem, remedy));
    }
    let mut edit = CouncilEdit { code, ..CouncilEdit::default() };
    edit.line = fault(part.text, part.at("code"), String::new(), "").line;
    for key in COUNCIL {
        if let Some(text) = part.text(key)? {
            edit.texts.push((key, text));
        }
    }
    edit.former_gss = part.texts("former_gss")?;
    edit.start_date = part.date("start_date")?;
    edit.end_date = part.date("end_date")?;
    if part.table.contains_key("successors") {
        let codes = part.texts("successors")?;
        edit.successors = Some(codes.iter().map(|code| code.to_ascii_uppercase()).collect());
    }
    edit.position = part.degrees("latitude", 90.0)?.zip(part.degrees("longitude", 180.0)?);
    words.councils.push(edit);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_adds_words_and_is_told_where_a_fault_is() {
        let mut words = Vocabulary::embedded().unwrap();
        words
            .extend("neutral = [\"x y\"]\n[[service]]\nid = \"waste\"\nstrong = [\"wheelie\"]\nremove = [\"litter\"]\n")
            .unwrap();
        let waste = words.service("waste").unwrap();
        assert!(waste.strong.contains(&"wheelie".to_owned()));
        assert!(!waste.strong.contains(&"litter".to_owned()));
        words.extend(r#"{"trap": [{"phrase": "paper waste", "means": "waste"}]}"#).unwrap();
        assert!(words.traps.iter().any(|trap| trap.phrase == "paper waste"));

        for (text, line, problem) in [
            ("\n\n[[service]]\nid = \"waste\"\nstrnog = []\n", 5, "strnog"),
            ("[[trap]]\nphrase = \"a\"\nmeans = \"nope\"\n", 3, "nope"),
            ("[[kind]]\nid = \"other\"\ncues = 3\n", 3, "cues"),
            ("[[council]]\ncode = \"WBK\"\nend_date = \"April\"\n", 3, "end_date"),
            ("[[council]]\ncode = \"West Berkshire\"\n", 2, "WEST BERKSHIRE"),
            ("[[colour]]\nid = \"x\"\n", 1, "colour"),
            ("[[kind]\n", 1, ""),
            ("{\n \"kind\": [\n}", 3, ""),
        ] {
            let error = words.extend(text).unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(error.problem.contains(problem), "{error}");
            assert!(!error.remedy.is_empty());
        }
    }
}
