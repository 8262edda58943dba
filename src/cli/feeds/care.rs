//! `folkmoot feeds adopt`, `letter` and `find`: what an operator does for feeds and their publishers.

use std::collections::HashSet;

use clap::Args;
use folkmoot::{
    config::edit,
    event::Decision,
    health::FeedState,
    member::{Council, Members},
    read::{Severity, discover},
    refresh::making::Extent,
};
use serde_json::{Value, json};
use url::Url;

use super::{
    super::{
        block_on,
        check::{
            Settings,
            card::{format_words, items},
            examiner::Examiner,
            loaded,
        },
        control,
    },
    Done, Failed, Global, One, Output, Tone,
    add::is_private_host,
    change, find,
};

/// Pages of one council's site that are looked at.
const PAGES: usize = 5;
/// Feeds of one council that are tried.
const TRIES: usize = 6;
/// Problems that a letter names.
const NAMED: usize = 12;

/// Take over the new address that a feed's site gives: its permanent redirect.
pub(super) fn adopt(global: &Global, output: &Output, one: &One) -> Done {
    let loaded = global.load()?;
    let feed = find(&loaded.config, &one.id)?;
    let states = control::feed_states(global)?;
    let moved = states.iter().find(|state| state.feed == one.id).and_then(|s| s.moved_to.clone());
    let Some((address, times)) = moved else {
        return Err(Failed::Other(format!(
            "\"{}\" has not moved: its site gave no permanent redirect at the last check\n  `folkmoot poll {}` asks again.",
            one.id, one.id
        )));
    };
    change(global, |text| edit::set_url(text, &one.id, &address))?;
    if output.json {
        return output
            .value(&json!({ "feed": one.id, "from": feed.url, "to": address, "answers": times }));
    }
    let checks = if times == 1 { "1 check".into() } else { format!("{times} checks in a row") };
    output.say(format!(
        "\"{}\" is at {address} from now on, as its site said in {checks}. Its events stay as they are.",
        one.id
    ))
}

/// Print a letter to the publisher of a feed, with its report card in plain words.
pub(super) fn letter(global: &Global, output: &Output, one: &One) -> Done {
    let loaded = global.load()?;
    let feed = find(&loaded.config, &one.id)?;
    let states = control::feed_states(global)?;
    let state = states.iter().find(|state| state.feed == one.id).filter(|s| s.last_check.is_some());
    let state = state.ok_or_else(|| {
        Failed::Other(format!(
            "\"{0}\" has not been checked yet\n  `folkmoot poll {0}` checks it.",
            one.id
        ))
    })?;
    let network = &loaded.config.network;
    let whose = super::organiser(&loaded, feed);
    let subject = format!("Your events feed in the {} calendar", network.name);
    let mut body = vec![format!(
        "Dear web team{},",
        whose.map(|name| format!(" of {name}")).unwrap_or_default()
    )];
    body.push(format!(
        "The {} calendar gathers the events that councils announce on their own sites, so that colleagues elsewhere can \
         find them. We read yours from this address:\n\n  {}",
        network.name, feed.url
    ));
    body.extend(report(state));
    body.push(
        "Nothing has to be sent to us: once the feed is changed on your site, we read it again by ourselves.".into(),
    );
    let site = network.url.as_ref().map(|url| {
        format!(
            "The report card of your feed, always up to date: {}",
            join(url, &format!("feeds/{}", one.id))
        )
    });
    body.extend(site);
    if let Some(contact) = &network.contact {
        body.push(format!("Questions? {contact}"));
    }
    body.push(format!("With thanks,\n{}", network.name));
    let text = body.join("\n\n");
    if output.json {
        return output.value(&json!({ "feed": one.id, "subject": subject, "text": text }));
    }
    output.say(format!("Subject: {subject}\n\n{text}"))
}

fn join(base: &Url, path: &str) -> String {
    format!("{}/{path}", base.as_str().trim_end_matches('/'))
}

fn report(state: &FeedState) -> Vec<String> {
    let mut parts = Vec::new();
    let day = |at: chrono::DateTime<chrono::Utc>| at.format("%-d %B %Y").to_string();
    if let (Some(since), Some(check)) = (state.failing_since, state.history.last()) {
        parts.push(format!("Since {} we cannot read it: {}", day(since), check.words));
    } else {
        let listed = match state.listed {
            1 => "1 event from it is in the calendar".to_owned(),
            many => format!("{many} events from it are in the calendar"),
        };
        let items = items(state.entries as usize);
        let mut words = format!("At our last visit it had {items}; {listed}.");
        if state.undated > 0 {
            words.push_str(&format!(
                " For {} we found no certain date: people cannot put these into their diaries.",
                state.undated
            ));
        }
        parts.push(words);
    }
    if let Some((address, _)) = &state.moved_to {
        parts.push(format!("Your site says that the feed has moved to {address}; please confirm that this is meant."));
    }
    let grave = |severity: Severity| severity != Severity::Info;
    let mut seen = HashSet::new();
    let problems: Vec<String> = state
        .problems
        .iter()
        .filter(|problem| grave(problem.severity) && seen.insert(problem.code.clone()))
        .take(NAMED)
        .map(|problem| {
            let line = problem.line.map(|line| format!(" (line {line})")).unwrap_or_default();
            let fix = problem
                .fix
                .as_ref()
                .map(|fix| format!("\n    What to change: {fix}"))
                .unwrap_or_default();
            format!("  - {}{line}{fix}", problem.text.trim_end_matches('.'))
        })
        .collect();
    if problems.is_empty() && state.failing_since.is_none() && state.skipped.is_empty() {
        parts.push("We found nothing wrong with it. Thank you!".into());
    }
    if !problems.is_empty() {
        parts.push(format!("These things would make it better:\n\n{}", problems.join("\n")));
    }
    if !state.skipped.is_empty() {
        let items: Vec<String> = state
            .skipped
            .iter()
            .take(NAMED)
            .map(|skipped| {
                let line = skipped.line.map(|line| format!("line {line}: ")).unwrap_or_default();
                format!("  - {line}{}", skipped.reason)
            })
            .collect();
        parts.push(format!("We could not read these items at all:\n\n{}", items.join("\n")));
    }
    parts
}

/// Visit the sites of councils politely, and propose their feeds; nothing is added.
///
/// The first page and a few that it leads to are read, one at a time with a pause, as the site's robots.txt allows.
#[derive(Debug, Args)]
pub(crate) struct Find {
    /// Councils, by three-letter code or name.
    #[arg(required = true, value_name = "COUNCIL")]
    councils: Vec<String>,
    /// Begin at this address instead of the council's first page.
    #[arg(long, value_name = "URL")]
    site: Option<Url>,
}

impl Find {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let loaded = loaded(global)?;
        let councils: Vec<Council> = self
            .councils
            .iter()
            .map(|asked| council(asked, &loaded.members).cloned())
            .collect::<Result<_, _>>()?;
        if self.site.is_some() && councils.len() > 1 {
            return Err(Failed::Usage("--site can be given for one council only".into()));
        }
        let examiner = Examiner::new(loaded)?;
        let (mut all, mut failed) = (Vec::new(), 0);
        for council in councils {
            let bar = output.progress(&format!("Looking at the site of {}", council.nice_name));
            let visit = Visit { examiner: &examiner };
            let found = block_on(visit.council(&council, self.site.as_ref()))?;
            bar.finish_and_clear();
            match found {
                Ok(found) => all.extend(found),
                Err(error) => {
                    failed += 1;
                    eprintln!("folkmoot: {}: {error}", council.nice_name);
                }
            }
        }
        if output.json {
            output.value(&json!({ "found": all, "failed": failed }))?;
        } else {
            say(&all, output)?;
        }
        if failed == 0 { Ok(()) } else { Err(Failed::Told) }
    }
}

fn council<'m>(asked: &str, members: &'m Members) -> Result<&'m Council, Failed> {
    members.council(asked).or_else(|| members.council_named(asked)).ok_or_else(|| {
        Failed::Usage(format!(
            "there is no council \"{asked}\"\n  Write its three-letter code, such as WBK, or its name."
        ))
    })
}

fn say(all: &[Value], output: &Output) -> Done {
    if all.is_empty() {
        return output.say(
            "No feed was found. Look on the site for \"RSS\", \"iCal\" or \"Subscribe\", or write to the web team.",
        );
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rows = all.iter().map(|one| {
        ["council", "url", "format", "items", "listed"]
            .iter()
            .map(|key| one.get(key).map(text).unwrap_or_default())
            .collect::<Vec<String>>()
    });
    output.table(&["council", "feed", "format", "items", "would be listed"], rows.collect())?;
    let add = |one: &Value| {
        let field = |key: &str| one.get(key).map(text).unwrap_or_default();
        format!("  folkmoot feeds add {} --member {}", field("url"), field("council"))
    };
    let adds: Vec<String> = all.iter().map(add).collect();
    output.say(format!("\nTo add one:\n{}", output.tone(Tone::Strong, &adds.join("\n"))))
}

/// A walk over one council's site.
struct Visit<'a> {
    examiner: &'a Examiner,
}

impl Visit<'_> {
    async fn council(&self, council: &Council, site: Option<&Url>) -> Result<Vec<Value>, Failed> {
        let start = match (site, &council.website_host) {
            (Some(site), _) => site.clone(),
            (None, Some(host)) => Url::parse(&format!("https://www.{host}/"))
                .map_err(|error| Failed::Other(error.to_string()))?,
            (None, None) => {
                return Err(Failed::Other("no site of it is known; name one with --site".into()));
            }
        };
        let private = is_private_host(&start);
        let (body, start) = self.page(&start, private).await?;
        let mut found = discover::discover(&body, &start);
        let mut pages = discover::pages_about_events(&body, &start);
        pages.retain(|page| page.host_str() == start.host_str());
        for page in pages.into_iter().take(PAGES) {
            // One page that fails does not spoil the visit.
            if let Ok((body, base)) = self.page(&page, private).await {
                found.extend(discover::discover(&body, &base));
            }
        }
        let mut seen = HashSet::new();
        found.retain(|one| !one.one_event && seen.insert(one.url.clone()));
        let mut proposals = Vec::new();
        for one in found.into_iter().take(TRIES) {
            proposals.extend(self.proposal(council, one, private).await);
        }
        proposals.sort_by_key(|one| std::cmp::Reverse(one.get("listed").and_then(Value::as_u64)));
        Ok(proposals)
    }

    /// A page and the address that gave it, if robots.txt lets us.
    async fn page(&self, url: &Url, private: bool) -> Result<(bytes::Bytes, Url), Failed> {
        let body = self.examiner.visit(url, private).await?;
        Ok((body.bytes, body.meta.final_url.unwrap_or_else(|| url.clone())))
    }

    async fn proposal(
        &self,
        council: &Council,
        one: discover::Candidate,
        private: bool,
    ) -> Option<Value> {
        let body = self.examiner.visit(&one.url, private).await.ok()?;
        let settings = Settings {
            member: Some(council.code.clone()),
            allow_private_address: private,
            ..Settings::default()
        };
        let feed = settings.feed("new", one.url.clone(), &self.examiner.settings).ok()?;
        let examined =
            self.examiner.examine(feed, body, folkmoot::clock::now(), Extent::Alone).await.ok()?;
        let listed = examined
            .made
            .drafts
            .iter()
            .filter(|d| d.facts.verdict.decision == Decision::Listed)
            .count();
        Some(json!({
            "council": council.code, "url": one.url, "title": examined.made.document.title.clone().or(one.title),
            "format": format_words(examined.made.document.format), "items": examined.made.drafts.len(), "listed": listed,
            "reason": one.reason,
        }))
    }
}
