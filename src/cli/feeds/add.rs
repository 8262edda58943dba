//! `folkmoot feeds add`: from any address of a site to a feed in feeds.toml, with a look at what it would list.

use std::io::BufRead;

use clap::Args;
use folkmoot::{
    clock,
    config::{
        Config, Loaded,
        edit::{self, NewFeed},
    },
    event::Decision,
    feed::Format,
    fetch::guard,
    member::Members,
    read::ReadError,
    refresh::making::{Extent, Stopped},
};
use serde_json::{Value, json};
use url::{Host, Url};

use super::{
    super::{
        block_on,
        check::{
            Settings,
            card::{Window, format_words, shown},
            examiner::{Examined, Examiner},
            search,
        },
    },
    Done, Failed, Global, Output, Tone, ask, write,
};

/// How many events are shown before the question.
const SHOWN: usize = 8;

/// Find the feed of a site, test it, show what it would list, ask, and write it into feeds.toml.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Addresses of feeds, or of pages that lead to one; '-' reads a list from standard input.
    #[arg(required = true, value_name = "URL")]
    addresses: Vec<String>,
    /// The feed's id; made from its site's name and its title unless given.
    #[arg(long)]
    id: Option<String>,
    /// The feed's name; its own title unless given.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    settings: Settings,
    /// How often to check it, such as 30m or 6h.
    #[arg(long, value_name = "TIME")]
    poll_every: Option<String>,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

impl Add {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let addresses = self.addresses()?;
        if let Some(id) = self.id.as_deref().filter(|id| !folkmoot::config::is_id(id)) {
            return Err(Failed::Usage(format!(
                "\"{id}\" cannot be an id\n  Use letters, digits, and - _ . between them; at most 80."
            )));
        }
        if self.id.is_some() && addresses.len() > 1 {
            return Err(Failed::Usage("--id can be given for one address only".into()));
        }
        let mut results = Vec::new();
        let mut failed = 0;
        for address in &addresses {
            // Each feed is written before the next is looked at: what was added stays added.
            let result =
                global.load().and_then(|loaded| self.one(address, &loaded, global, output));
            match result {
                Ok(value) => results.push(value),
                Err(Failed::Usage(words)) if addresses.len() == 1 => {
                    return Err(Failed::Usage(words));
                }
                Err(error) => {
                    failed += 1;
                    eprintln!("folkmoot: {address}: {error}");
                    results.push(
                        json!({ "address": address, "added": null, "error": error.to_string().replace("\n  ", " ") }),
                    );
                }
            }
        }
        if output.json {
            output.value(&json!({ "results": results }))?;
        }
        if failed == 0 { Ok(()) } else { Err(Failed::Told) }
    }

    fn addresses(&self) -> Result<Vec<String>, Failed> {
        let mut addresses = Vec::new();
        for address in &self.addresses {
            if address == "-" {
                if !self.yes {
                    return Err(Failed::Usage(
                        "a list from standard input cannot be asked about\n  Say --yes.".into(),
                    ));
                }
                for line in std::io::stdin().lock().lines() {
                    let line = line?;
                    let line = line.split('#').next().unwrap_or("").trim().to_owned();
                    addresses.extend(Some(line).filter(|line| !line.is_empty()));
                }
            } else {
                addresses.push(address.clone());
            }
        }
        Ok(addresses)
    }

    fn one(
        &self,
        address: &str,
        loaded: &Loaded,
        global: &Global,
        output: &Output,
    ) -> Result<Value, Failed> {
        let url = parse(address)?;
        if let Some(id) = known(&url, &loaded.config) {
            return Err(already(id));
        }
        let mut settings = self.settings.clone();
        // Who types a private address means it; a public page that leads to one is refused.
        settings.allow_private_address |= is_private_host(&url);
        let examiner = Examiner::new(loaded.clone())?;
        let progress = output.progress(&format!("Looking at {}", shown_host(&url)));
        let found = block_on(find(&examiner, &settings, url))?;
        progress.finish_and_clear();
        let (examined, others) = found?;
        if let Some(id) = known(&examined.feed.url, &loaded.config) {
            return Err(already(id));
        }
        let new = self.new_feed(&settings, &examined, loaded);
        preview(&new, &examined, output)?;
        for other in &others {
            let url = &other.feed.url;
            let there = match known(url, &loaded.config) {
                Some(id) => format!("it is in feeds.toml already, as \"{id}\""),
                None => format!("`folkmoot feeds add {url}` adds it, if it tells of other events"),
            };
            let words = search::in_words(other);
            output.say(format!("The page leads to another feed: {words}; {there}."))?;
        }
        if !self.yes && !ask(&format!("Add it to {} as \"{}\"?", global.config.display(), new.id))?
        {
            return Err(Failed::Other("nothing was added".into()));
        }
        let text = std::fs::read_to_string(&loaded.config.path)?;
        let text = edit::add_feeds(&text, std::slice::from_ref(&new));
        write(loaded, &text.map_err(|error| Failed::Usage(error.to_string()))?)?;
        output.say(format!(
            "{} \"{}\" is in {}. A running daemon reads it within seconds; otherwise `folkmoot poll {}` does.",
            output.tone(Tone::Good, "Added:"), new.id, global.config.display(), new.id
        ))?;
        let (listed, held) = counts(&examined);
        Ok(json!({
            "address": address, "added": new.id, "url": new.url, "format": examined.made.document.format,
            "title": examined.made.document.title, "member": new.member, "policy": new.policy,
            "events": examined.made.drafts.len(), "listed": listed, "held": held,
            "others": others.iter().map(|other| other.feed.url.as_str()).collect::<Vec<_>>(),
        }))
    }

    fn new_feed(&self, settings: &Settings, examined: &Examined, loaded: &Loaded) -> NewFeed {
        let url = &examined.feed.url;
        let taken: Vec<String> = loaded.config.feeds.iter().map(|feed| feed.id.clone()).collect();
        let title = self.name.clone().or_else(|| examined.made.document.title.clone());
        NewFeed {
            id: self.id.clone().unwrap_or_else(|| id_for(url, title.as_deref(), &taken)),
            url: url.to_string(),
            name: title.map(|title| title.trim().chars().take(120).collect()),
            member: examined.feed.member.clone(),
            policy: Some(settings.policy.clone().unwrap_or_else(|| "filtered".into())),
            services: settings.services.clone(),
            pubdate: settings.pubdate.clone(),
            poll_every: self.poll_every.clone(),
            time_zone: settings.time_zone.map(|zone| zone.name().to_owned()),
            allow_private_address: settings.allow_private_address,
        }
    }
}

/// The feed of feeds.toml that has this address.
fn known<'c>(url: &Url, config: &'c Config) -> Option<&'c str> {
    config.feeds.iter().find(|feed| feed.url == *url).map(|feed| feed.id.as_str())
}

fn already(id: &str) -> Failed {
    Failed::Usage(format!("this feed is in feeds.toml already, as \"{id}\""))
}

fn parse(address: &str) -> Result<Url, Failed> {
    let with_scheme = if address.contains("://") || address.starts_with("webcal:") {
        address.to_owned()
    } else {
        format!("https://{address}")
    };
    let url = Url::parse(&with_scheme).ok().filter(|url| url.has_host());
    let url = url.filter(|url| {
        // One bare word is a slip, not the name of a site.
        let named =
            url.host_str().is_some_and(|host| host.contains(['.', ':']) || host == "localhost");
        named && matches!(url.scheme(), "http" | "https" | "webcal" | "webcals")
    });
    url.ok_or_else(|| {
        Failed::Usage(format!("\"{address}\" is not a web address\n  Write one such as https://www.example.org/events."))
    })
}

/// Whether the operator wrote a number of a private network, or this machine's own name.
pub(super) fn is_private_host(url: &Url) -> bool {
    // Hosts of webcal: addresses are not parsed as numbers, so they are read once more as http.
    let rest = url.as_str().split_once(':').map_or("", |(_, rest)| rest);
    match Url::parse(&format!("http:{rest}")).ok().as_ref().and_then(Url::host) {
        Some(Host::Ipv4(address)) => guard::is_private(address.into()),
        Some(Host::Ipv6(address)) => guard::is_private(address.into()),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn shown_host(url: &Url) -> String {
    url.host_str().unwrap_or("the site").to_owned()
}

/// The feed at an address, or the best of those that the page there leads to, read as the daemon will read it; and the
/// others of the page.
async fn find(
    examiner: &Examiner,
    settings: &Settings,
    url: Url,
) -> Result<(Examined, Vec<Examined>), Failed> {
    let feed_of = |url: Url| {
        let mut feed = settings.feed("new", url, &examiner.settings)?;
        feed.member = feed.member.or_else(|| member_for(&feed.url, &examiner.settings.members));
        Ok::<_, Failed>(feed)
    };
    let now = clock::now();
    let whole = |feed, body| examiner.examine(feed, body, now, Extent::Whole);
    let named = feed_of(url)?;
    let body = examiner.fetch(&named).await?;
    let base = body.meta.final_url.clone().unwrap_or_else(|| named.url.clone());
    let own = examiner.examine(named, body.clone(), now, Extent::Alone).await;
    if let Ok(own) = &own
        && own.made.document.format != Format::Html
    {
        return Ok((whole(own.feed.clone(), body).await?, Vec::new()));
    }
    let searched = search::from_page(examiner, &feed_of, &body, &base, now).await;
    let (mut others, failed) = (searched.found, searched.failed);
    let items = own.as_ref().map_or(0, |page| page.made.document.entries.len());
    let best = if others.is_empty() { None } else { Some(others.remove(0)) };
    match (best, own) {
        (Some(found), _) if items == 0 || search::worth(&found) > 0 => {
            Ok((whole(found.feed, found.body).await?, others))
        }
        (_, Ok(page)) if items > 0 => Ok((whole(page.feed, body).await?, others)),
        (_, Err(stopped)) if !matches!(stopped, Stopped::NotRead(ReadError::NoEvents { .. })) => {
            Err(stopped.into())
        }
        _ => Err(nothing_there(failed, &examiner.settings.config)),
    }
}

/// Why no feed was found.
fn nothing_there(failed: Option<(Url, Failed)>, config: &Config) -> Failed {
    let Some((url, why)) = failed else {
        let mut remedy = search::REMEDY.to_owned();
        if let Some(first) = remedy.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        return Failed::Other(format!("no feed is found there\n  {remedy}"));
    };
    if let Some(id) = known(&url, config) {
        return already(id);
    }
    let why = why.to_string();
    let why = why.lines().next().unwrap_or_default();
    Failed::Other(format!(
        "no feed is found there: {url}, to which the page leads, cannot be read ({why})\n  Try again later, or {}",
        search::REMEDY
    ))
}

fn counts(examined: &Examined) -> (usize, usize) {
    let of = |decision| {
        examined.made.drafts.iter().filter(|d| d.facts.verdict.decision == decision).count()
    };
    (of(Decision::Listed), of(Decision::Held))
}

fn preview(new: &NewFeed, examined: &Examined, output: &Output) -> Done {
    let document = &examined.made.document;
    let kind = format_words(document.format);
    let title = document.title.as_deref().unwrap_or("a feed without a title");
    output.say(format!("Found: {} ({kind})", output.tone(Tone::Strong, title)))?;
    let (listed, held) = counts(examined);
    let items = examined.made.drafts.len();
    output.say(format!(
        "It has {}; {listed} would be listed{}.",
        super::super::check::card::items(items),
        match held {
            0 => String::new(),
            1 => ", 1 would be held for you to look at".into(),
            held => format!(", {held} would be held for you to look at"),
        }
    ))?;
    for problem in examined.made.problems.iter().take(5) {
        output.say(format!("  {} {}", output.tone(Tone::Bad, "!"), problem.text))?;
    }
    if items > 0 && !output.json {
        let drafts = examined.made.drafts.iter().filter(|draft| draft.private.is_none());
        let mut drafts = Window::new(None, None, clock::now())?.in_order(drafts);
        // Those that would be listed come first.
        drafts.sort_by_key(|(draft, _)| draft.facts.verdict.decision != Decision::Listed);
        let rows = drafts.into_iter().take(SHOWN).map(|(draft, dates)| {
            let facts = &draft.facts;
            let reason = facts.verdict.reason.clone();
            vec![dates.words(facts), facts.title.clone(), shown(facts), reason]
        });
        output.table(&["when", "event", "listed", "why"], rows.collect())?;
    }
    if new.allow_private_address {
        output
            .say("It is on a private network: allow_private_address = true is written for it.")?;
    }
    let organiser = new.member.as_deref().unwrap_or("none; say --member CODE to set one");
    output.say(format!(
        "Organiser: {organiser}. Policy: {}.",
        new.policy.as_deref().unwrap_or("filtered")
    ))
}

/// The council whose site an address belongs to, when that is one council only.
pub(crate) fn member_for(url: &Url, members: &Members) -> Option<String> {
    let host = url.host_str()?.trim_start_matches("www.").to_ascii_lowercase();
    let owns = |site: &str| host == site || host.ends_with(&format!(".{site}"));
    let mut owners =
        members.councils().iter().filter(|c| c.website_host.as_deref().is_some_and(owns));
    let owner = owners.next()?;
    owners.next().is_none().then(|| owner.code.clone())
}

/// A short id from the site's name and the feed's title: `westberks-events`.
pub(crate) fn id_for(url: &Url, title: Option<&str>, taken: &[String]) -> String {
    const COMMON: [&str; 16] = [
        "www",
        "gov",
        "uk",
        "org",
        "com",
        "co",
        "net",
        "example",
        "democracy",
        "events",
        "calendar",
        "digital",
        "llyw",
        "cymru",
        "wales",
        "ac",
    ];
    // A number names no site; the feed's title has to do.
    let host = url.domain().unwrap_or("feed");
    let site = host.split('.').find(|part| !COMMON.contains(part)).unwrap_or(host);
    let last = title.unwrap_or("events");
    let words: Vec<String> = format!("{site} {last}")
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut base = String::new();
    for word in words
        .iter()
        .enumerate()
        .filter(|(at, word)| !words.iter().take(*at).any(|w| w == *word))
        .map(|(_, w)| w)
    {
        if base.len() + word.len() > 40 {
            break;
        }
        if !base.is_empty() {
            base.push('-');
        }
        base.push_str(word);
    }
    // An id that ends in "for" or "of" looks cut off.
    while let Some((
        rest,
        "a" | "an" | "and" | "at" | "by" | "for" | "from" | "in" | "of" | "on" | "the" | "to"
        | "with",
    )) = base.rsplit_once('-')
    {
        base.truncate(rest.len());
    }
    let base = if base.is_empty() { "feed".to_owned() } else { base };
    let free = |id: &String| !taken.contains(id);
    std::iter::once(base.clone())
        .chain((2..).map(|number| format!("{base}-{number}")))
        .find(free)
        .unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_free() {
        let url = Url::parse("https://www.westberks.gov.uk/events.ics").unwrap();
        assert_eq!(
            id_for(&url, Some("West Berks: Events & more"), &[]),
            "westberks-west-berks-events-more"
        );
        let taken = ["westberks-events".to_owned(), "westberks-events-2".to_owned()];
        assert_eq!(id_for(&url, None, &taken), "westberks-events-3");
        assert_eq!(
            id_for(
                &url,
                Some("Council events for the waste and recycling teams of the south"),
                &[]
            ),
            "westberks-council-events-for-the-waste"
        );
        assert_eq!(id_for(&Url::parse("https://127.0.0.1/").unwrap(), Some("日本"), &[]), "feed");
    }

    #[test]
    fn hosts_with_two_councils_name_neither() {
        let members = Members::embedded().unwrap();
        let at = |url: &str| member_for(&Url::parse(url).unwrap(), &members);
        assert_eq!(at("https://events.westberks.gov.uk/x"), Some("WBK".into()));
        assert_eq!(at("https://www.adur-worthing.gov.uk/x"), None);
        assert_eq!(at("https://notwestberks.gov.uk/x"), None);
    }

    #[test]
    fn only_a_private_address_that_was_typed_is_allowed() {
        for private in
            ["http://127.0.0.1:9/", "webcal://10.0.0.1/x", "http://localhost/", "http://[::1]/"]
        {
            assert!(is_private_host(&Url::parse(private).unwrap()), "{private}");
        }
        assert!(!is_private_host(&Url::parse("https://example.org/").unwrap()));
    }
}
