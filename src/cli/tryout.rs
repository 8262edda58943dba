//! `folkmoot try`: what would be read from this text?

use std::{collections::HashSet, io::BufRead};

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};
use folkmoot::{
    classify::{Classifier, Judged, Labels, Notice, score},
    clock,
    config::Loaded,
    event::{Local, Status, midnight},
    feed::Feed,
    normalise::phrase::{self, Posted, Reading, Session},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Done, Failed, Global,
    output::{Output, line},
};

/// See what would be read from a text.
#[derive(Debug, Subcommand)]
pub(crate) enum Try {
    /// Read a date from a text, as from the title of an RSS item.
    Date(Date),
    /// Judge a notice: kind, services, listed or not.
    Tags(Tags),
}

/// Read a date from a text, as from the title of an RSS item.
#[derive(Debug, Args)]
pub(crate) struct Date {
    /// The text, such as "Fri 14 Nov, 10am-4pm".
    #[arg(required_unless_present = "jsonl")]
    text: Option<String>,
    /// When the text was published (relative words and years count from it); today unless given.
    #[arg(long, value_name = "DATE")]
    posted: Option<String>,
    /// Read lines {"text": …, "posted": …} from a file or '-', and write a line for each.
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    jsonl: Option<String>,
    /// Numeric dates are month first.
    #[arg(long)]
    month_first: bool,
}

/// Judge a notice: kind, services, listed or not.
#[derive(Debug, Args)]
pub(crate) struct Tags {
    /// The title.
    #[arg(required_unless_present = "jsonl")]
    title: Option<String>,
    /// The description.
    #[arg(long, default_value = "")]
    description: String,
    /// The organiser's name.
    #[arg(long)]
    organiser: Option<String>,
    /// Read lines {"title": …, "description": …, "organiser": …} from a file or '-', and write a line for each. Lines
    /// that carry `kind`, `services` or `listed` are scored at the end.
    #[arg(long, value_name = "FILE", conflicts_with = "title")]
    jsonl: Option<String>,
}

impl Try {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        match self {
            Self::Date(date) => date.go(output),
            Self::Tags(tags) => tags.go(global, output),
        }
    }
}

/// Calls `each` with every line of a file or of standard input; a line at fault is told and the rest is still read.
fn each_line(source: &str, mut each: impl FnMut(&str) -> Result<Value, Failed>) -> Done {
    let reader: Box<dyn BufRead> = match source {
        "-" => Box::new(std::io::stdin().lock()),
        file => {
            let open = std::fs::File::open(file);
            let open =
                open.map_err(|error| Failed::Usage(format!("{file} cannot be read: {error}")))?;
            Box::new(std::io::BufReader::new(open))
        }
    };
    let mut faults = 0;
    for (number, text) in reader.lines().enumerate() {
        let text = text?;
        if text.trim().is_empty() {
            continue;
        }
        match each(&text) {
            Ok(value) => line(&serde_json::to_string(&value)?)?,
            Err(fault) => {
                faults += 1;
                line(&json!({ "error": fault.to_string(), "line": number + 1 }).to_string())?;
                eprintln!("folkmoot: {source}, line {}: {fault}", number + 1);
            }
        }
    }
    if faults == 0 {
        Ok(())
    } else {
        Err(Failed::Other(format!("{faults} lines could not be read")))
    }
}

#[derive(Deserialize)]
struct DateLine {
    text: String,
    posted: Option<String>,
}

#[derive(Serialize)]
struct ShownSession {
    start: String,
    end: Option<String>,
    all_day: bool,
}

/// The answer of `try date` (DESIGN, section 5.2).
#[derive(Serialize)]
struct DateAnswer {
    text: String,
    start: Option<String>,
    end: Option<String>,
    all_day: Option<bool>,
    sessions: Vec<ShownSession>,
    confidence: f64,
    held: bool,
    /// In characters of `text`.
    span: Option<[usize; 2]>,
    reason: String,
    status: Option<Status>,
}

impl Date {
    fn go(self, output: &Output) -> Done {
        if let Some(source) = &self.jsonl {
            return each_line(source, |text| {
                let item: DateLine = serde_json::from_str(text)?;
                let posted = item.posted.as_deref().map(instant).transpose()?;
                let reading = self.read(&item.text, posted);
                Ok(serde_json::to_value(Self::answer(item.text, &reading))?)
            });
        }
        let posted = self.posted.as_deref().map_or_else(|| Ok(clock::now()), instant)?;
        let reading = self.read(self.text.as_deref().unwrap_or_default(), Some(posted));
        let answer = Self::answer(self.text.clone().unwrap_or_default(), &reading);
        if output.json {
            return output.value(&answer);
        }
        match (&answer.start, answer.held) {
            (None, _) => output.say("No date of an event is found.")?,
            (Some(_), true) => {
                output.say("A date is found, but not a safe one: an item with it would be held.")?
            }
            (Some(_), false) => output.say("A date is found.")?,
        }
        for session in &reading.sessions {
            output.say(format!("  {}", shown(session)))?;
        }
        output.say(&answer.reason)
    }

    fn read(&self, text: &str, posted: Option<DateTime<Utc>>) -> Reading {
        let zone = chrono_tz::Europe::London;
        phrase::read(text, &Posted { at: posted, zone, month_first: self.month_first })
    }

    fn answer(text: String, reading: &Reading) -> DateAnswer {
        let all: Vec<ShownSession> = reading.sessions.iter().map(session).collect();
        let first = reading.sessions.first().map(session);
        let chars = |at: usize| text.get(..at).unwrap_or(&text).chars().count();
        DateAnswer {
            start: first.as_ref().map(|session| session.start.clone()),
            end: first.as_ref().and_then(|session| session.end.clone()),
            all_day: first.as_ref().map(|session| session.all_day),
            sessions: if all.len() > 1 { all } else { Vec::new() },
            confidence: (reading.confidence * 100.0).round() / 100.0,
            held: reading.held,
            span: reading.span.map(|(from, to)| [chars(from), chars(to)]),
            reason: reading.reason.clone(),
            status: reading.status,
            text,
        }
    }
}

/// A session for people: the last day of several is one of them.
fn shown(session: &Session) -> String {
    let last = match (session.start, session.end) {
        (Local::Date(first), Some(Local::Date(end))) => {
            end.pred_opt().filter(|last| *last > first).map(Local::Date)
        }
        (_, end) => end,
    };
    match last {
        Some(last) => format!("{} to {}", local(session.start), local(last)),
        None => local(session.start),
    }
}

fn session(session: &Session) -> ShownSession {
    ShownSession {
        start: local(session.start),
        end: session.end.map(local),
        all_day: matches!(session.start, Local::Date(_)),
    }
}

fn local(at: Local) -> String {
    match at {
        Local::Date(day) => day.to_string(),
        Local::Time(at) => at.format("%Y-%m-%dT%H:%M").to_string(),
    }
}

/// Reads a day (its midnight in London) or an instant.
pub(crate) fn instant(text: &str) -> Result<DateTime<Utc>, Failed> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(midnight(day, chrono_tz::Europe::London));
    }
    DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)).map_err(|_| {
        Failed::Usage(format!(
            "\"{text}\" is not a date\n  Write 2026-11-22 or 2026-11-22T12:00:00Z."
        ))
    })
}

#[derive(Deserialize)]
struct TagLine {
    title: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    organiser: Option<String>,
    #[serde(flatten)]
    labels: Labels,
}

impl Tags {
    fn go(self, global: &Global, output: &Output) -> Done {
        let judge = Judge::new(global)?;
        let Some(source) = &self.jsonl else {
            let title = self.title.unwrap_or_default();
            let judged = judge.judge(&title, &self.description, self.organiser.as_deref());
            return if output.json { output.value(&answer(&judged)) } else { say(&judged, output) };
        };
        let mut judged = Vec::new();
        let lines = each_line(source, |text| {
            let item: TagLine = serde_json::from_str(text)?;
            let description = item.description.unwrap_or_default();
            let verdict = judge.judge(&item.title, &description, item.organiser.as_deref());
            let value = answer(&verdict);
            judged.push((verdict, item.labels));
            Ok(value)
        });
        let labelled = |labels: &Labels| {
            labels.listed.is_some() || labels.kind.is_some() || labels.services.is_some()
        };
        judged.retain(|(_, labels)| labelled(labels));
        if !judged.is_empty() {
            for row in score(judged.iter().map(|(judged, labels)| (judged, labels))).lines() {
                eprintln!("{row}");
            }
        }
        lines
    }
}

/// The classifier with the operator's vocabulary, if there is a configuration.
struct Judge {
    classifier: Classifier,
    feed: Feed,
}

impl Judge {
    fn new(global: &Global) -> Result<Self, Failed> {
        let Loaded { vocabulary, members, .. } = super::check::loaded(global)?;
        let classifier = Classifier::new(&vocabulary, members.into());
        let classifier = classifier.map_err(|error| Failed::Other(error.to_string()))?;
        let url =
            url::Url::parse("https://try.invalid/").map_err(|e| Failed::Other(e.to_string()))?;
        Ok(Self { classifier, feed: Feed::new("try", url) })
    }

    fn judge(&self, title: &str, description: &str, organiser: Option<&str>) -> Judged {
        let organiser = organiser.unwrap_or_default();
        let notice = Notice { title, description, organiser, ..Notice::default() };
        self.classifier.judge(&notice, &self.feed)
    }
}

fn answer(judged: &Judged) -> Value {
    json!({
        "kind": judged.kind,
        "services": judged.services,
        "listed": judged.listed,
        "reason": judged.verdict.reason,
        "evidence": {
            "kind": judged.kind_reasons,
            "services": judged.service_reasons,
            "listed": judged.listed_reasons,
        },
    })
}

fn say(judged: &Judged, output: &Output) -> Done {
    let listed = if judged.listed { "Listed" } else { "Not listed" };
    let reason = &judged.verdict.reason;
    if reason.starts_with(listed) {
        output.say(reason)?;
    } else {
        output.say(format!("{listed}: {reason}"))?;
    }
    output.say(format!("Kind: {}", judged.kind))?;
    let services = if judged.services.is_empty() {
        "every service".into()
    } else {
        judged.services.join(", ")
    };
    output.say(format!("Services: {services}"))?;
    let reasons = judged.kind_reasons.iter().chain(&judged.service_reasons);
    let mut said = HashSet::new();
    for reason in reasons.chain(&judged.listed_reasons) {
        let words = format!("  \"{}\" in the {}: {}", reason.text, reason.from, reason.says);
        if said.insert(words.clone()) {
            output.say(words)?;
        }
    }
    Ok(())
}
