//! `folkmoot clashes`: what else is on for the same service near a date, and who near by has done the same.

use std::sync::Arc;

use chrono::NaiveDate;
use clap::Args;
use folkmoot::{
    catalogue::clash::{Clashes, Question, clashes},
    clock,
    event::{Facts, Listing, Occurrence},
    publish::json,
};
use serde_json::json;

use super::{
    Done, Failed, Global,
    check::card::when,
    control::{self, State},
    events::request_of,
    output::{Output, Tone},
    review::id_of,
};

/// Show what else is on for the same service within a week, and who near by has done the same in the last year.
///
/// For an event that is known, or for one that is only planned: give its date, and its service if it has one.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// An event's id, or the end of its page's address.
    #[arg(required_unless_present = "date", conflicts_with_all = ["date", "service"])]
    event: Option<String>,
    /// The day of the plan.
    #[arg(long, value_name = "DATE")]
    date: Option<NaiveDate>,
    /// What it is about; every service unless given.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    service: Vec<String>,
    /// What kind it is, or a group of kinds (take-part).
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    kind: Vec<String>,
    /// The council that plans it; with it, "near by" means its region.
    #[arg(long, value_name = "CODE")]
    council: Option<String>,
}

impl Ask {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let state = control::state(global)?;
        let question = self.question(&state)?;
        let found = clashes(
            &question,
            state.snapshot.listings.iter().map(|listing| &**listing),
            &state.loaded.members,
        );
        if output.json {
            let base = state.base();
            return output.value(&json!(json::clashes(&question, &found, &state.context(&base))));
        }
        say(&question, &found, &state, output)
    }

    fn question(&self, state: &State) -> Result<Question, Failed> {
        if let Some(event) = &self.event {
            if event.parse::<NaiveDate>().is_ok() {
                return Err(Failed::Usage(format!(
                    "{event} is a day, and no event\n  For what is planned on a day: `folkmoot clashes --date {event}`."
                )));
            }
            let id = id_of(event);
            let listings = &state.snapshot.listings;
            let is = |l: &&Arc<Listing>| l.id == id || l.sources.iter().any(|s| s.event == id);
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
        let day = self.date.ok_or_else(|| Failed::Usage("say --date".into()))?;
        let many = [("service", &self.service), ("kind", &self.kind)];
        let many = many.into_iter().flat_map(|(name, all)| all.iter().map(move |id| (name, id)));
        let pairs = many.chain(self.council.iter().map(|code| ("council", code)));
        let pairs = pairs.map(|(name, id)| (name.to_owned(), id.clone())).collect();
        let words = &state.loaded.vocabulary;
        let request = request_of(pairs, state, &state.catalogue()?)?;
        let zone = state.loaded.config.network.time_zone;
        Ok(Question::planned(day, zone, &request.query, words))
    }
}

fn say(question: &Question, found: &Clashes, state: &State, output: &Output) -> Done {
    let base = state.base();
    let context = state.context(&base);
    let rows = |part: &[(&Listing, Occurrence)]| -> Vec<Vec<String>> {
        let row = |(listing, date): &(&Listing, Occurrence)| {
            let shown =
                when(&Facts { span: Some(date.span), recurrence: None, ..listing.facts.clone() });
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
    let near = found.near.as_deref();
    let near = near.map_or_else(|| " anywhere".to_owned(), |region| format!(" in {region}"));
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
