//! `folkmoot check`: the report card of one feed; nothing is stored.

use std::{collections::HashMap, io::Read, path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Args;
use folkmoot::{
    classify::Classifier,
    clock,
    config::Loaded,
    event::Draft,
    feed::{Feed, Network, Policy, PubDate},
    fetch::{self, Failure, FailureKind, Fetched, Meta},
    member::Members,
    normalise::{self, Normalised},
    read::{self, Document, Hint, Problem, Skipped},
    vocabulary::Vocabulary,
};
use url::Url;

use super::{Done, Failed, Global, block_on, output::Output};

pub(crate) mod card;

/// Linked pages that a check reads for dates.
const PAGES: usize = 20;

/// Read a feed and say what is in it and what is wrong with it; nothing is stored and no feeds.toml is needed.
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

impl Check {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let words = words(global)?;
        let now = self.now.as_deref().map_or_else(|| Ok(clock::now()), super::tryout::instant)?;
        let window = card::Window::new(self.from.as_deref(), self.to.as_deref(), now)?;
        let network = if Path::new(&global.config).exists() {
            global.load()?.config.network
        } else {
            Network::default()
        };
        let examiner = Examiner::new(words, network)?;
        let examined = match self.examine(&examiner, now) {
            Err(Failed::Other(words)) if output.json => {
                output.value(&card::unreadable(&self.source, &words))?;
                return Err(Failed::Other(words));
            }
            other => other?,
        };
        if output.json {
            return output.value(&card::value(&self.source, &examined, &examiner, &window, now));
        }
        card::say(&self.source, &examined, &window, output)
    }

    fn examine(&self, examiner: &Examiner, now: DateTime<Utc>) -> Result<Examined, Failed> {
        match Url::parse(&self.source) {
            // A Windows path looks like a scheme of one letter; nobody has such a scheme.
            Ok(url) if url.scheme().len() > 1 && url.scheme() != "file" => {
                let feed = self.settings.feed("check", url, &examiner.words)?;
                block_on(examiner.examine(feed, self.url.clone(), now, PAGES))?
            }
            _ => self.local(examiner, now),
        }
    }

    /// A file, or standard input: nothing else is asked for, not even linked pages.
    fn local(&self, examiner: &Examiner, now: DateTime<Utc>) -> Result<Examined, Failed> {
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
            let open =
                open.map_err(|error| Failed::Other(format!("{path} cannot be read: {error}")))?;
            open.take(cap)
                .read_to_end(&mut bytes)
                .map_err(|error| Failed::Other(format!("{path}: {error}")))?;
        }
        if bytes.len() > fetch::BODY_CAP {
            return Err(Failed::Other(fetch::FailureKind::TooLarge(fetch::BODY_CAP).to_string()));
        }
        let base = match &self.url {
            Some(url) => url.clone(),
            None => Url::parse("https://file.invalid/")
                .map_err(|error| Failed::Other(error.to_string()))?,
        };
        let document = document(&bytes, None, self.url.clone())?;
        let feed = self.settings.feed("check", base, &examiner.words)?;
        Ok(examiner.judge(feed, document, None, now))
    }
}

impl Settings {
    /// A feed with these settings; an unknown council or service is refused.
    pub(crate) fn feed(&self, id: &str, url: Url, words: &Words) -> Result<Feed, Failed> {
        if let Some(member) = &self.member
            && words.1.council(member).is_none()
            && words.1.group(member).is_none()
        {
            return Err(Failed::Usage(format!(
                "there is no council or group \"{member}\"\n  Write a council's three-letter code, such as WBK."
            )));
        }
        if let Some(wrong) = self.services.iter().find(|id| words.0.service(id).is_none()) {
            let known: Vec<&str> = words.0.services.iter().map(|s| s.id.as_str()).collect();
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

/// Vocabulary and members.
pub(crate) type Words = (Vocabulary, Members);

/// The operator's vocabulary and groups where there is a configuration, else those of the program.
pub(crate) fn words(global: &Global) -> Result<Words, Failed> {
    if !Path::new(&global.config).exists() {
        let failed = |error: &dyn std::fmt::Display| Failed::Other(error.to_string());
        let vocabulary = Vocabulary::embedded().map_err(|error| failed(&error))?;
        return Ok((vocabulary, Members::embedded().map_err(|error| failed(&error))?));
    }
    let Loaded { vocabulary, members, .. } = global.load()?;
    Ok((vocabulary, members))
}

/// Looks at feeds with the network's own rules, without keeping anything.
pub(crate) struct Examiner {
    pub(crate) words: Words,
    network: Network,
    classifier: Classifier,
    client: fetch::Client,
}

/// A feed, read and judged.
pub(crate) struct Examined {
    pub(crate) feed: Feed,
    pub(crate) meta: Option<Meta>,
    pub(crate) document: Document,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) wanted_pages: Vec<String>,
}

impl Examiner {
    pub(crate) fn new(words: Words, network: Network) -> Result<Self, Failed> {
        let classifier = Classifier::new(&words.0, Arc::new(words.1.clone()));
        let classifier = classifier.map_err(|error| Failed::Other(error.to_string()))?;
        let settings =
            fetch::Settings { contact: network.contact.clone(), ..fetch::Settings::default() };
        let client =
            fetch::Client::new(settings).map_err(|error| Failed::Other(error.to_string()))?;
        Ok(Self { words, network, classifier, client })
    }

    /// The bytes at a feed's address.
    pub(crate) async fn fetch(&self, feed: &Feed) -> Result<(bytes::Bytes, Meta), Failed> {
        let request = fetch::Request {
            allow_private: feed.allow_private_address,
            ..fetch::Request::new(feed.url.clone())
        };
        match self.client.get(&request).await {
            Fetched::Body { meta, bytes } => Ok((bytes, meta)),
            Fetched::NotModified(_) => {
                Err(Failed::Other("the site answered 304 to a first question".into()))
            }
            Fetched::Failed(Failure { kind: FailureKind::PrivateAddress(address), .. }) => {
                Err(Failed::Other(format!(
                    "the address {address} is on a private network\n  If that is meant, say --allow-private-address."
                )))
            }
            Fetched::Failed(failure) => Err(Failed::Other(failure.kind.to_string())),
        }
    }

    /// Fetches, reads and judges a feed, with up to `pages` of the pages that it links to for dates.
    pub(crate) async fn examine(
        &self,
        feed: Feed,
        base: Option<Url>,
        now: DateTime<Utc>,
        pages: usize,
    ) -> Result<Examined, Failed> {
        let (bytes, meta) = self.fetch(&feed).await?;
        let base = base.or_else(|| meta.final_url.clone());
        let document = document(&bytes, meta.content_type.clone(), base)?;
        let first = self.judge(feed, document, Some(meta), now);
        Ok(self.follow(first, now, pages).await)
    }

    /// Reads linked pages for items that have no date of their own, one at a time and with the usual pause.
    pub(crate) async fn follow(
        &self,
        first: Examined,
        now: DateTime<Utc>,
        pages: usize,
    ) -> Examined {
        let mut found = HashMap::new();
        for address in first.wanted_pages.iter().take(pages) {
            let Ok(url) = Url::parse(address) else { continue };
            if !found.is_empty() {
                tokio::time::sleep(self.network.host_delay).await;
            }
            let own = url.host_str() == first.feed.url.host_str();
            let page = Feed {
                allow_private_address: first.feed.allow_private_address && own,
                ..Feed::new("page", url)
            };
            let Ok((bytes, meta)) = self.fetch(&page).await else { continue };
            if let Ok(document) = document(&bytes, meta.content_type, meta.final_url) {
                found.insert(address.clone(), document);
            }
        }
        if found.is_empty() {
            return first;
        }
        self.judge_with(first.feed, first.document, first.meta, now, &found)
    }

    /// Makes sense of a document with a feed's settings.
    pub(crate) fn judge(
        &self,
        feed: Feed,
        document: Document,
        meta: Option<Meta>,
        now: DateTime<Utc>,
    ) -> Examined {
        self.judge_with(feed, document, meta, now, &HashMap::new())
    }

    fn judge_with(
        &self,
        feed: Feed,
        document: Document,
        meta: Option<Meta>,
        now: DateTime<Utc>,
        pages: &HashMap<String, Document>,
    ) -> Examined {
        let context = normalise::Context {
            feed: &feed,
            network: &self.network,
            members: &self.words.1,
            now,
            pages,
        };
        let Normalised { mut drafts, skipped, problems, wanted_pages, .. } =
            normalise::normalise(&document, &context);
        for draft in &mut drafts {
            self.classifier.classify(draft, &feed, now);
        }
        Examined { feed, meta, document, drafts, skipped, problems, wanted_pages }
    }
}

fn document(
    bytes: &[u8],
    content_type: Option<String>,
    base: Option<Url>,
) -> Result<Document, Failed> {
    let hint = Hint { content_type, base, format: None };
    read::read(bytes, &hint).map_err(|error| Failed::Other(error.to_string()))
}
