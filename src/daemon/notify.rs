//! Tells the operator, once, when the state of a feed or our own changes, and once a day what is still wrong.
//!
//! To a program of theirs (`[notify] command`, the notice on standard input) or an address (`webhook`, as JSON).

use std::{collections::HashMap, process::Stdio, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Serialize;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
};

use crate::{
    catalogue,
    config::Notify,
    fetch::{Client, Settings as ClientSettings},
    health::{FeedState, Health},
    refresh::{Memory, Settings},
};

/// One failed check is no state yet: most are over by the next.
const FAILURES: u32 = 3;
/// Between two digests.
const DIGEST_EVERY: TimeDelta = TimeDelta::days(1);
/// A program that takes longer is ended.
const PATIENCE: Duration = Duration::from_secs(60);

/// A feed in a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    feed: String,
    name: String,
    /// What it was, where that is another state.
    was: Option<Health>,
    is: Health,
    /// The result of the last check.
    words: String,
}

/// What the operator is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Notice {
    /// `change` or `digest`.
    notice: &'static str,
    at: DateTime<Utc>,
    /// One line that says it all.
    subject: String,
    feeds: Vec<Line>,
}

/// What the operator knows already.
#[derive(Debug)]
pub(super) struct Notices {
    known: HashMap<String, Health>,
    own: Own,
    digest: DateTime<Utc>,
}

/// What is wrong with ourselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Own {
    /// Sites that worked cannot be reached.
    pub(super) offline: bool,
    /// Why changes cannot be kept.
    pub(super) unkept: Option<&'static str>,
}

impl Notices {
    /// What is so at the start was told before, or shows in `folkmoot status`.
    pub(super) fn new(memory: &Memory, settings: &Settings, now: DateTime<Utc>) -> Self {
        let lines = lines(memory, settings, now);
        let known = lines.into_iter().map(|line| (line.feed, line.is)).collect();
        Self { known, own: Own::default(), digest: now }
    }

    /// The notices that our own state makes due.
    pub(super) fn own(&mut self, own: Own, now: DateTime<Utc>) -> Vec<Notice> {
        let was = std::mem::replace(&mut self.own, own);
        let offline: Option<String> = (was.offline != own.offline).then(|| match own.offline {
            true => "We seem to be offline: several sites that worked cannot be reached. No feed is blamed.".into(),
            false => "We are online again.".into(),
        });
        let unkept = (was.unkept.is_some() != own.unkept.is_some()).then(|| match own.unkept {
            Some(why) => {
                format!("Changes cannot be kept, since {why}. What is known is still served.")
            }
            None => "Changes are kept again.".to_owned(),
        });
        let notice = |subject| Notice { notice: "change", at: now, subject, feeds: Vec::new() };
        offline.into_iter().chain(unkept).map(notice).collect()
    }

    /// The notices that are due.
    pub(super) fn due(
        &mut self,
        memory: &Memory,
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> Vec<Notice> {
        let lines = lines(memory, settings, now);
        let mut changed = Vec::new();
        let mut known = HashMap::new();
        for line in &lines {
            known.insert(line.feed.clone(), line.is);
            let was = self.known.get(&line.feed).copied().unwrap_or(Health::New);
            // A new feed that works, and what the operator did himself, are no news.
            let quiet = matches!(
                (was, line.is),
                (Health::New, Health::Fine)
                    | (_, Health::New | Health::Paused)
                    | (Health::Paused, _)
            );
            if was != line.is && !quiet {
                changed.push(Line { was: Some(was), ..line.clone() });
            }
        }
        self.known = known;
        let mut due = Vec::new();
        if !changed.is_empty() {
            let subject = match changed.as_slice() {
                [one] => format!("{}: {}", one.name, in_words(one.is)),
                many => format!("{} feeds have changed their state", many.len()),
            };
            due.push(Notice { notice: "change", at: now, subject, feeds: changed });
        }
        if now - self.digest >= DIGEST_EVERY {
            self.digest = now;
            // A feed that has nothing new to say needs nothing of anybody.
            let calm = [Health::Fine, Health::New, Health::Paused, Health::Quiet];
            let wrong = |line: &Line| !calm.contains(&line.is);
            let feeds: Vec<Line> = lines.into_iter().filter(wrong).collect();
            if !feeds.is_empty() {
                let subject =
                    format!("{} of {} feeds need a look", feeds.len(), settings.feeds.len());
                due.push(Notice { notice: "digest", at: now, subject, feeds });
            }
        }
        due
    }
}

fn lines(memory: &Memory, settings: &Settings, now: DateTime<Utc>) -> Vec<Line> {
    let unknown = FeedState::default();
    let mut lines: Vec<Line> = settings
        .feeds
        .values()
        .map(|feed| {
            let state = memory.feeds.get(&feed.id).unwrap_or(&unknown);
            let is = catalogue::health(feed, state, now);
            let blip = is == Health::Failing && state.failures < FAILURES;
            Line {
                feed: feed.id.clone(),
                name: catalogue::name(feed, state).to_owned(),
                was: None,
                is: if blip { Health::Fine } else { is },
                words: state.history.last().map(|check| check.words.clone()).unwrap_or_default(),
            }
        })
        .collect();
    lines.sort_by(|a, b| a.feed.cmp(&b.feed));
    lines
}

fn in_words(health: Health) -> &'static str {
    match health {
        Health::New => "not checked yet",
        Health::Fine => "fine again",
        Health::Quiet => "nothing new for long",
        Health::Shrinking => "lost many events at once or breaks off; nothing was taken away yet",
        Health::Failing => "cannot be read",
        Health::Moved => "moved to another address",
        Health::Gone => "gone, its site says",
        Health::Paused => "paused",
        Health::NeverWorked => "has never worked",
    }
}

impl Notice {
    /// The notice as a text: its subject, then a paragraph a feed.
    fn text(&self) -> String {
        let one = |line: &Line| {
            format!("\n{} ({}): {}.\n  {}\n", line.name, line.feed, in_words(line.is), line.words)
        };
        format!("{}\n{}", self.subject, self.feeds.iter().map(one).collect::<String>())
    }

    /// Delivers it; a failure is logged and not tried again.
    pub(super) async fn send(self, to: Notify) {
        tracing::info!(subject = self.subject, "telling the operator: {}", self.subject);
        if let Some(webhook) = &to.webhook {
            let told = match Client::new(ClientSettings::default()) {
                Ok(client) => client.tell(webhook, &self).await,
                Err(error) => Err(error.to_string()),
            };
            if let Err(error) = told {
                tracing::warn!(error, "the webhook of [notify] did not take the notice");
            }
        }
        if let Some(command) = to.command {
            let (text, kind) = (self.text(), self.notice);
            if let Err(error) = run(&command, &text, kind).await {
                tracing::warn!(error, "the command of [notify] failed");
            }
        }
    }
}

/// The operator's program and what it starts, such as the mailer of a script: when nobody waits for the program any more,
/// all of them are ended.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // A program that was waited for has no id any more; what it left behind is meant to go on.
        let id = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            // It may have ended in this moment.
            let _ = kill_process_group(id, Signal::KILL);
        }
    }
}

/// Runs the operator's program without a shell: feed names come from strangers. It is ended when it takes too long, and
/// with the daemon.
async fn run(command: &str, text: &str, kind: &str) -> Result<(), String> {
    let mut words = command.split_whitespace();
    let program = words.next().ok_or("it is empty")?;
    let child = Command::new(program)
        .args(words)
        .env("FOLKMOOT_NOTICE", kind)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    let mut group = Group(child.map_err(|error| format!("{program}: {error}"))?);
    let input = group.0.stdin.take();
    let ran = tokio::time::timeout(PATIENCE, async {
        if let Some(mut input) = input {
            // A program that does not read its input may still do its work.
            drop(input.write_all(text.as_bytes()).await);
        }
        group.0.wait().await
    });
    match ran.await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("{program}: {status}")),
        Ok(Err(error)) => Err(format!("{program}: {error}")),
        Err(_) => Err(format!("{program} took more than {} seconds", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_trouble_is_told_when_it_begins_and_when_it_ends() {
        let now = "2027-01-15T08:00:00Z".parse().unwrap();
        let mut notices = Notices { known: HashMap::new(), own: Own::default(), digest: now };
        let mut told = |offline, unkept| -> Vec<String> {
            let due = notices.own(Own { offline, unkept }, now);
            due.iter().map(Notice::text).collect()
        };
        assert!(told(false, None).is_empty());
        let offline = told(true, None);
        assert!(offline.len() == 1 && offline[0].contains("No feed is blamed."), "{offline:?}");
        assert!(told(true, None).is_empty());
        let both = told(false, Some("no space is left"));
        assert_eq!(both.len(), 2);
        assert!(both[1].starts_with("Changes cannot be kept, since no space is left."), "{both:?}");
        assert_eq!(told(false, None), ["Changes are kept again.\n"]);
    }
}
