//! `folkmoot clashes`: what else is on for the same service near a date, and who near by has done the same.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::Args;
use folkmoot::{
    catalogue::clash::{Clashes, Question, clashes},
    clock,
    event::{Facts, Listing, midnight},
    publish,
};
use serde_json::{Value, json};

use super::{
    Done, Failed, Global,
    check::card::when,
    control::{self, State},
    output::{Output, Tone},
    review::id_of,
};

/// Show what else is on for the same service within a week, and who near by has done the same in the last year.
///
/// For an event that is known, or for one that is only planned: give its date and its service.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// An event's id, or the end of its page's address.
    #[arg(required_unless_present = "date", conflicts_with_all = ["date", "service"])]
    event: Option<String>,
    /// The day of the plan.
    #[arg(long, value_name = "DATE", requires = "service")]
    date: Option<NaiveDate>,
    /// What it is about.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    service: Vec<String>,
    /// What kind it is.
    #[arg(long, value_name = "ID")]
    kind: Option<String>,
    /// The council that plans it; with it, "near by" means its region.
    #[arg(long, value_name = "CODE")]
    council: Option<String>,
}

impl Ask {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let state = control::state(global)?;
        let question = self.question(&state)?;
        let found = clashes(&question, &state.snapshot.listings, &state.loaded.members);
        if output.json {
            return output.value(&value(&question, &found));
        }
        say(&question, &found, &state, output)
    }

    fn question(&self, state: &State) -> Result<Question, Failed> {
        let (vocabulary, members) = (&state.loaded.vocabulary, &state.loaded.members);
        if let Some(event) = &self.event {
            let id = id_of(event);
            let listings = &state.snapshot.listings;
            let is = |l: &&Listing| l.id == id || l.sources.iter().any(|s| s.event == id);
            let listing = listings.iter().find(is).ok_or_else(|| {
                Failed::Usage(format!(
                    "there is no event \"{id}\"\n  `folkmoot events` shows those that there are, with their ids."
                ))
            })?;
            return Question::about(listing, clock::now()).ok_or_else(|| {
                Failed::Other(
                    "this event has no date yet\n  Try one with --date and --service.".into(),
                )
            });
        }
        if let Some(wrong) = self.service.iter().find(|id| vocabulary.service(id).is_none()) {
            let known: Vec<&str> = vocabulary.services.iter().map(|s| s.id.as_str()).collect();
            return Err(Failed::Usage(format!(
                "there is no service \"{wrong}\"\n  Write one of: {}.",
                known.join(", ")
            )));
        }
        if let Some(code) = self.council.as_ref().filter(|code| members.council(code).is_none()) {
            return Err(Failed::Usage(format!(
                "there is no council \"{code}\"\n  Write a three-letter code, such as WBK."
            )));
        }
        let day = self.date.ok_or_else(|| Failed::Usage("say --date".into()))?;
        let zone = state.loaded.config.network.time_zone;
        Ok(Question {
            event: None,
            start: midnight(day, zone),
            end: midnight(day, zone) + TimeDelta::days(1),
            services: self.service.clone(),
            kind: self.kind.clone(),
            council: self.council.clone(),
        })
    }
}

fn entry(listing: &Listing, at: DateTime<Utc>) -> Value {
    let facts = &listing.facts;
    json!({
        "id": listing.id, "title": facts.title, "start": at, "kind": facts.kind, "services": facts.services,
        "organiser": facts.organiser, "place": facts.place.as_ref().and_then(publish::place_line),
    })
}

fn value(question: &Question, found: &Clashes) -> Value {
    let all = |part: &[(&Listing, DateTime<Utc>)]| -> Vec<Value> {
        part.iter().map(|(listing, at)| entry(listing, *at)).collect()
    };
    json!({
        "date": question.start, "services": question.services, "council": question.council,
        "same_service": all(&found.same_service), "done_before": all(&found.done_before), "near": found.near,
    })
}

fn say(question: &Question, found: &Clashes, state: &State, output: &Output) -> Done {
    let base = state.base();
    let context = state.context(&base);
    let rows = |part: &[(&Listing, DateTime<Utc>)]| -> Vec<Vec<String>> {
        let row = |(listing, at): &(&Listing, DateTime<Utc>)| {
            let zone = listing.facts.time_zone;
            let shown = match listing.facts.recurrence {
                Some(_) => at.with_timezone(&zone).format("%a %-d %b %Y").to_string(),
                None => when(&Facts { ..listing.facts.clone() }),
            };
            let who = context.organiser(listing).unwrap_or_default();
            vec![shown, listing.facts.title.clone(), who, listing.id.clone()]
        };
        part.iter().map(row).collect()
    };
    let header = ["when", "event", "organiser", "id"];
    let day = question.start.with_timezone(&state.loaded.config.network.time_zone);
    let what = question.services.join(", ");
    if found.same_service.is_empty() {
        output.say(format!(
            "Nothing else for {what} is on within a week of {}.",
            day.format("%-d %B %Y")
        ))?;
    } else {
        let title = format!("For {what} within a week of {}:", day.format("%-d %B %Y"));
        output.say(output.tone(Tone::Strong, &title))?;
        output.table(&header, rows(&found.same_service))?;
    }
    let near = found.near.as_deref().map_or_else(String::new, |region| format!(" in {region}"));
    if found.done_before.is_empty() {
        return output
            .say(format!("\nNobody{near} is known to have done the same in the year before."));
    }
    output.say(format!(
        "\n{}",
        output.tone(Tone::Strong, &format!("Done{near} in the year before:"))
    ))?;
    output.table(&header, rows(&found.done_before))
}
