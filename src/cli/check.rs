//! `folkmoot check`: the report card of one feed; nothing is stored.

use std::{
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Args;
use folkmoot::{
    clock,
    config::{Config, Loaded},
    feed::{Feed, Policy, PubDate},
    fetch,
    member::Members,
    read::{Problem, ReadError, Severity},
    refresh,
    refresh::making::{Extent, Made, Stopped},
    vocabulary::Vocabulary,
};
use url::Url;

use self::{
    card::Card,
    examiner::{Body, Examined, Examiner},
};
use super::{Done, Failed, Global, block_on, output::Output, plain};

pub(crate) mod card;
pub(crate) mod examiner;
mod saved;
pub(crate) mod search;

/// Read a feed and say what is in it and what is wrong with it; nothing is stored and no feeds.toml is needed.
///
/// A feed at an address is read as the daemon reads it: its further pages, and the pages that its items link to where
/// a date is missing, as far as their site's robots.txt allows. The feed itself is read whatever robots.txt says,
/// because a person asked for it. Of a file nothing else is asked for.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Its address, a file, or '-' for standard input.
    source: String,
    #[command(flatten)]
    settings: Settings,
    /// The address that a file came from, for its relative links.
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// First day of the dates that are shown; today unless given.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The day after the last; two years on unless given.
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Check as if it were then.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// Keep the feed as a case for the tests, in this new folder, with the data of people taken out of it.
    #[arg(long, value_name = "DIR")]
    save_case: Option<PathBuf>,
}

/// The settings that a feed would have in feeds.toml.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Settings {
    /// Council code or group id of the organiser.
    #[arg(long, value_name = "CODE")]
    pub(crate) member: Option<String>,
    /// How items come to be listed.
    #[arg(long, value_parser = ["trusted", "filtered", "review", "exclude"])]
    pub(crate) policy: Option<String>,
    /// What pubDate means.
    #[arg(long, value_parser = ["published", "event_start", "unknown"])]
    pub(crate) pubdate: Option<String>,
    /// Zone of times that name none.
    #[arg(long, value_name = "ZONE")]
    pub(crate) time_zone: Option<Tz>,
    /// What the whole feed is about (may be repeated).
    #[arg(long = "service", value_name = "ID", value_delimiter = ',')]
    pub(crate) services: Vec<String>,
    /// Addresses on private networks may be asked.
    #[arg(long)]
    pub(crate) allow_private_address: bool,
}

/// A feed, its bytes, and what was made of them.
type Looked = (Feed, Body, Result<Made, Stopped>);

impl Check {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let loaded = loaded(global)?;
        let now = self.now.as_deref().map_or_else(|| Ok(clock::now()), super::tryout::instant)?;
        let window = card::Window::new(self.from.as_deref(), self.to.as_deref(), now)?;
        let examiner = Examiner::new(loaded)?;
        let progress = output.progress(&format!("Reading {}", self.source));
        let looked = self.look(&examiner, now);
        progress.finish_and_clear();
        let (feed, body, made) = match looked {
            Err(Failed::Other(words)) if output.json => {
                output.value(&card::unreadable(&self.source, &words))?;
                return Err(Failed::Other(words));
            }
            other => other?,
        };
        if let Some(folder) = &self.save_case
            && matches!(made, Ok(_) | Err(Stopped::NotRead(_)))
        {
            saved::save(folder, &feed, &body, &examiner.settings.members, output)?;
        }
        let mut made = match made {
            Err(stopped) if output.json => {
                output.value(&card::unreadable(&self.source, &stopped.to_string()))?;
                return Err(stopped.into());
            }
            other => other?,
        };
        made.problems.extend(body.meta.moved_to.as_ref().map(moved));
        let examined = Examined { feed, body, made };
        if output.json {
            return output.value(&Card::new(&self.source, &examined, &examiner, &window, now));
        }
        card::say(&self.source, &examined, &window, output)
    }

    /// The feed, its bytes, and what was made of them.
    fn look(&self, examiner: &Examiner, now: DateTime<Utc>) -> Result<Looked, Failed> {
        // A Windows path looks like a scheme of one letter; nobody has such a scheme.
        let remote = Url::parse(&self.source).ok();
        let remote = remote.filter(|url| url.scheme().len() > 1 && url.scheme() != "file");
        block_on(async {
            match remote {
                Some(url) => {
                    let feed = self.settings.feed("check", url, &examiner.settings)?;
                    let mut body = examiner.fetch(&feed).await?;
                    body.meta.final_url = self.url.clone().or(body.meta.final_url);
                    let made = examiner.make(feed.clone(), &body, now, Extent::Whole).await;
                    if let Err(Stopped::NotRead(ReadError::NoEvents { .. })) = &made {
                        return self.behind(examiner, feed, body, made, now).await;
                    }
                    Ok((feed, body, made))
                }
                None => {
                    let (feed, body) = self.local(examiner)?;
                    let made = examiner.make(feed.clone(), &body, now, Extent::Alone).await;
                    Ok((feed, body, made))
                }
            }
        })?
    }

    /// The best feed to which a page without events leads; the page as it is where there is none.
    async fn behind(
        &self,
        examiner: &Examiner,
        page: Feed,
        body: Body,
        made: Result<Made, Stopped>,
        now: DateTime<Utc>,
    ) -> Result<Looked, Failed> {
        let feed_of = |url: Url| self.settings.feed("check", url, &examiner.settings);
        let base = body.meta.final_url.clone().unwrap_or_else(|| page.url.clone());
        let mut found = search::from_page(examiner, &feed_of, &body, &base, now).await.found;
        if found.is_empty() {
            return Ok((page, body, made));
        }
        let others = found.split_off(1);
        let Some(best) = found.pop() else { return Ok((page, body, made)) };
        let told = search::led_here(&best, &others);
        let mut made = examiner.make(best.feed.clone(), &best.body, now, Extent::Whole).await;
        if let Ok(made) = &mut made {
            made.problems.push(told);
        }
        Ok((best.feed, best.body, made))
    }

    /// A file, or standard input: nothing else is asked for, not even linked pages.
    fn local(&self, examiner: &Examiner) -> Result<(Feed, Body), Failed> {
        let path = self
            .source
            .strip_prefix("file://")
            .or(self.source.strip_prefix("file:"))
            .unwrap_or(&self.source);
        let mut bytes = Vec::new();
        let cap = fetch::BODY_CAP as u64 + 1;
        if path == "-" {
            std::io::stdin().lock().take(cap).read_to_end(&mut bytes)?;
        } else {
            let open = std::fs::File::open(path);
            let read = open.and_then(|open| open.take(cap).read_to_end(&mut bytes));
            read.map_err(|error| {
                let meant = web_address(path).filter(|_| error.kind() == ErrorKind::NotFound);
                let meant = meant.map(|address| format!("\n  For a site write {address}"));
                let (why, meant) = (plain(&error), meant.unwrap_or_default());
                Failed::Other(format!("{path} cannot be read: {why}{meant}"))
            })?;
        }
        if bytes.len() > fetch::BODY_CAP {
            return Err(Failed::Other(fetch::FailureKind::TooLarge(fetch::BODY_CAP).to_string()));
        }
        let base = match &self.url {
            Some(url) => url.clone(),
            None => Url::parse("https://file.invalid/")
                .map_err(|error| Failed::Other(error.to_string()))?,
        };
        let feed = self.settings.feed("check", base, &examiner.settings)?;
        Ok((feed, Body::of_file(bytes, self.url.clone())))
    }
}

/// The address that somebody may have meant who left `https://` away.
fn web_address(path: &str) -> Option<Url> {
    let (host, _) = path.split_once('/').or(path.starts_with("www.").then_some((path, "")))?;
    let named = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    Url::parse(&format!("https://{path}")).ok().filter(|_| named)
}

impl Settings {
    /// A feed with these settings; an unknown council or service is refused.
    pub(crate) fn feed(
        &self,
        id: &str,
        url: Url,
        ground: &refresh::Settings,
    ) -> Result<Feed, Failed> {
        if let Some(member) = &self.member
            && ground.members.council(member).is_none()
            && ground.members.group(member).is_none()
        {
            return Err(Failed::Usage(format!(
                "there is no council or group \"{member}\"\n  Write a council's three-letter code, such as WBK."
            )));
        }
        if let Some(wrong) = self.services.iter().find(|id| ground.vocabulary.service(id).is_none())
        {
            let known: Vec<&str> =
                ground.vocabulary.services.iter().map(|s| s.id.as_str()).collect();
            return Err(Failed::Usage(format!(
                "there is no service \"{wrong}\"\n  Write one of: {}.",
                known.join(", ")
            )));
        }
        Ok(Feed {
            member: self.member.clone(),
            policy: match self.policy.as_deref() {
                Some("trusted") => Policy::Trusted,
                Some("review") => Policy::Review,
                Some("exclude") => Policy::Exclude,
                _ => Policy::Filtered,
            },
            pubdate: match self.pubdate.as_deref() {
                Some("published") => PubDate::Published,
                Some("event_start") => PubDate::EventStart,
                _ => PubDate::Unknown,
            },
            time_zone: self.time_zone,
            services: self.services.clone(),
            allow_private_address: self.allow_private_address,
            ..Feed::new(id, url)
        })
    }
}

/// The site says that the feed is elsewhere from now on.
fn moved(to: &Url) -> Problem {
    Problem::new(Severity::Warning, "moved", format!("the feed has moved for good to {to}"))
        .fixed_by("Use the new address; `folkmoot feeds adopt` writes it into feeds.toml.")
}

/// What feeds.toml says, or, where there is none, the settings and words of the program.
pub(crate) fn loaded(global: &Global) -> Result<Loaded, Failed> {
    if Path::new(&global.config).exists() {
        return global.load();
    }
    let failed = |error: &dyn std::fmt::Display| Failed::Other(error.to_string());
    let vocabulary = Vocabulary::embedded().map_err(|error| failed(&error))?;
    let members = Members::embedded().map_err(|error| failed(&error))?;
    Ok(Loaded { config: Config::default(), vocabulary, members })
}
