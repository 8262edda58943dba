//! `folkmoot events` and `folkmoot explain`: what is listed, and why.

use clap::Args;
use folkmoot::{
    catalogue::{Catalogue, Found, Item, Range},
    clock,
    event::{Occurrence, Status},
    publish::{self, csv, ical, json, why::why},
    query::{self, Known, ListedFilter, Request},
};
use serde_json::{Value, json};

use super::{
    Done, Failed, Global,
    check::card::{span_words, when},
    control::{self, State},
    output::{Output, Tone, line},
};

/// Show the events that are listed; the filters are those of the API.
#[derive(Debug, Args)]
pub(crate) struct Events {
    #[command(flatten)]
    filters: Filters,
    /// Print a calendar.
    #[arg(long, conflicts_with = "csv")]
    ics: bool,
    /// Print a table for spreadsheets.
    #[arg(long)]
    csv: bool,
}

/// The filter language of the API. Repeat or comma means any of; different filters mean all of.
#[derive(Debug, Default, Args)]
struct Filters {
    /// Words in title, description, place or organiser.
    #[arg(value_name = "WORDS")]
    words: Vec<String>,
    /// Area of council work, such as waste.
    #[arg(long, value_name = "ID")]
    service: Vec<String>,
    /// Kind of event, such as peer-group, or a group of kinds, such as take-part.
    #[arg(long, value_name = "ID")]
    kind: Vec<String>,
    /// Named series.
    #[arg(long, value_name = "ID")]
    series: Vec<String>,
    /// Organising group.
    #[arg(long, value_name = "ID")]
    group: Vec<String>,
    /// Feed.
    #[arg(long, value_name = "ID")]
    feed: Vec<String>,
    /// confirmed, tentative, cancelled or postponed.
    #[arg(long)]
    status: Vec<String>,
    /// Organising council, by its three-letter code.
    #[arg(long, value_name = "CODE")]
    council: Vec<String>,
    /// Region where one can go.
    #[arg(long, value_name = "ID")]
    region: Vec<String>,
    /// Nation where one can go.
    #[arg(long, value_name = "ID")]
    nation: Vec<String>,
    /// Council code, outward postcode or lat,lon to be near.
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    near: Vec<String>,
    /// How near, in km.
    #[arg(long, value_name = "KM")]
    within: Option<String>,
    /// Online and hybrid events too, wherever they are.
    #[arg(long)]
    or_online: bool,
    /// in_person, online or hybrid.
    #[arg(long)]
    attendance: Vec<String>,
    /// Who may come: everyone, public_sector, councils, members or invited.
    #[arg(long, value_name = "WHO")]
    open_to: Vec<String>,
    /// First day; now unless given.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The day after the last.
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// yes, no or any.
    #[arg(long)]
    listed: Option<String>,
    /// Events for every service too.
    #[arg(long)]
    general: bool,
    /// How many at most, 1 to 200.
    #[arg(long, value_name = "NUMBER")]
    limit: Option<String>,
    /// The order: start, -start, title, updated, -updated, created, -created.
    #[arg(long, allow_hyphen_values = true)]
    sort: Option<String>,
}

impl Filters {
    fn pairs(self) -> Vec<(String, String)> {
        let many = [
            ("service", self.service),
            ("kind", self.kind),
            ("series", self.series),
            ("group", self.group),
            ("feed", self.feed),
            ("status", self.status),
            ("council", self.council),
            ("region", self.region),
            ("nation", self.nation),
            ("attendance", self.attendance),
            ("open_to", self.open_to),
        ];
        let one = [
            ("within", self.within),
            ("from", self.from),
            ("to", self.to),
            ("listed", self.listed),
            ("limit", self.limit),
            ("sort", self.sort),
            ("or_online", self.or_online.then(|| "yes".to_owned())),
            ("general", self.general.then(|| "yes".to_owned())),
            ("q", (!self.words.is_empty()).then(|| self.words.join(" "))),
        ];
        let near = self.near.into_iter().map(|place| ("near", place));
        let many = many
            .into_iter()
            .flat_map(|(name, all)| all.into_iter().map(move |value| (name, value)));
        let one = one.into_iter().filter_map(|(name, value)| Some((name, value?)));
        many.chain(near).chain(one).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Reads filters as the API does.
pub(super) fn request_of(
    pairs: Vec<(String, String)>,
    state: &State,
    catalogue: &Catalogue,
) -> Result<Request, Failed> {
    let (feeds, series) = (catalogue.feed_ids(), catalogue.series_ids());
    let known = Known {
        vocabulary: &state.loaded.vocabulary,
        members: &state.loaded.members,
        feeds: &feeds,
        series: &series,
        time_zone: state.loaded.config.network.time_zone,
    };
    query::parse(pairs, &known, clock::now()).map_err(|faults| {
        Failed::Usage(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

impl Events {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let state = control::state(global)?;
        let catalogue = state.catalogue()?;
        let request = request_of(self.filters.pairs(), &state, &catalogue)?;
        let base = state.base();
        let context = state.context(&base);
        let now = clock::now();
        if self.ics {
            let range = Range::calendar(&request.query, now);
            let listings = catalogue.calendar(&request.query, range);
            let network = &state.loaded.config.network;
            let info = ical::CalendarInfo {
                name: network.name.clone(),
                description: network.description.clone(),
                url: Some(format!("{base}/")),
                source: Some(format!("{base}/calendar.ics")),
                time_zone: network.time_zone,
            };
            let listings: Vec<_> = listings.iter().map(AsRef::as_ref).collect();
            print!("{}", ical::write(&info, &listings, range, now, &context));
            return Ok(());
        }
        let page = catalogue.list(&request, now);
        let mut hits: Vec<(&Item, Option<&Occurrence>)> =
            page.hits.iter().map(|hit| (hit.item.as_ref(), hit.first.as_ref())).collect();
        // An operator who asks for what is not listed wants to see what has no date as well.
        let filter = catalogue.filter(&request.query);
        if request.query.listed != ListedFilter::Yes && request.query.from.is_none() {
            let undated = catalogue.items().filter(|item| item.listing.facts.span.is_none());
            hits.extend(
                undated.filter(|item| filter.passes(item)).map(|item| (item.as_ref(), None)),
            );
        }
        let items: Vec<&Item> = hits.iter().map(|(item, _)| *item).collect();
        if !output.json {
            request.notes.iter().for_each(|note| eprintln!("{note}"));
        }
        if self.csv {
            print!("{}", csv::write(items.iter().copied(), &context, now));
            return Ok(());
        }
        if output.json {
            let events: Vec<Value> = items
                .iter()
                .map(|item| json::pick(json::event(item, &context, now), &request.fields))
                .collect();
            return output.value(&json!({ "events": events, "next": null }));
        }
        say(&hits, page.total.max(hits.len()), &context, output)
    }
}

fn say(
    hits: &[(&Item, Option<&Occurrence>)],
    total: usize,
    context: &publish::Context,
    output: &Output,
) -> Done {
    if hits.is_empty() {
        return output
            .say("No event matches. Take a filter away, or look further with --from and --to.");
    }
    let rows = hits.iter().map(|(item, date)| {
        let facts = &item.listing.facts;
        let place = facts.place.as_ref().and_then(publish::place_line).unwrap_or_default();
        let status = date.map_or(facts.status, |date| item.listing.status_of(date));
        let title = date.map_or(facts.title.as_str(), |date| item.listing.title_of(date));
        vec![
            date.map_or_else(|| when(facts), |date| span_words(&date.span, facts.time_zone)),
            format!("{}{title}", publish::state_prefix(&item.listing, status)),
            context.organiser(&item.listing).unwrap_or_default(),
            place.chars().take(40).collect(),
            item.listing.id.clone(),
        ]
    });
    output.table(&["when", "event", "organiser", "where", "id"], rows.collect())?;
    let (shown, events) = (hits.len(), if total == 1 { "event" } else { "events" });
    if shown == total {
        return output.say(format!("\n{total} {events}."));
    }
    output.say(format!("\n{shown} of {total} {events}; --limit shows more."))
}

/// Say why an event is listed, tagged, dated and merged as it is.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Its id, as `folkmoot events` shows it, or the end of its page's address.
    event: String,
}

impl Explain {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let state = control::state(global)?;
        let id = self
            .event
            .rsplit('/')
            .next()
            .unwrap_or(&self.event)
            .trim_end_matches(".ics")
            .to_owned();
        let snapshot = &state.snapshot;
        let into =
            snapshot.aliases.iter().find(|(from, _)| *from == id).map(|(_, into)| into.clone());
        let id = into.clone().unwrap_or(id);
        let listing = snapshot.listings.iter().find(|listing| listing.id == id);
        let listing = listing.or_else(|| {
            snapshot.listings.iter().find(|l| l.sources.iter().any(|source| source.event == id))
        });
        let Some(listing) = listing else {
            return match state.catalogue()?.find(&id) {
                Found::Gone => Err(Failed::Other(format!("the event \"{id}\" is no longer here"))),
                _ => Err(Failed::Usage(format!(
                    "there is no event \"{id}\"\n  `folkmoot events --listed any` shows those that there are, with their ids."
                ))),
            };
        };
        if output.json {
            let base = state.base();
            let event = match state.catalogue()?.find(&listing.id) {
                Found::Here(item) => json!(json::event(&item, &state.context(&base), clock::now())),
                _ => {
                    json!({ "id": listing.id, "listed": false, "reason": listing.facts.verdict.reason })
                }
            };
            return output.value(&event);
        }
        let facts = &listing.facts;
        output.say(output.tone(Tone::Strong, &facts.title))?;
        output.say(when(facts))?;
        let status = match facts.status {
            Status::Cancelled => Some("cancelled"),
            Status::Postponed => Some("postponed"),
            _ if listing.withdrawn.is_some() => Some("no longer listed by its organiser"),
            Status::Tentative => Some("not certain yet"),
            Status::Confirmed => None,
        };
        if let Some(status) = status {
            output.say(format!("Status: {status}"))?;
        }
        let feeds = &state.loaded.config.feeds;
        let name = |id: &str| {
            let feed = feeds.iter().find(|feed| feed.id == id);
            feed.and_then(|feed| feed.name.clone()).unwrap_or_else(|| id.to_owned())
        };
        for sentence in why(listing, &state.loaded.vocabulary, &name).sentences() {
            line(&sentence)?;
        }
        Ok(())
    }
}
