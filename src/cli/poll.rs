//! `folkmoot poll`: check feeds now, once.

use std::io::IsTerminal;

use clap::Args;
use folkmoot::{clock, daemon::command::Checked, store::Create};
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    Done, Failed, Global, block_on, control,
    output::{Output, Tone},
};

/// Check feeds now, once, and show what changed.
#[derive(Debug, Args)]
pub(crate) struct Poll {
    /// Ids of feeds; all that are not paused unless given.
    feeds: Vec<String>,
}

impl Poll {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let loaded = global.load()?;
        let config = &loaded.config;
        for id in &self.feeds {
            if !config.feeds.iter().any(|feed| feed.id == *id) {
                return Err(Failed::Usage(format!(
                    "there is no feed \"{id}\"\n  `folkmoot feeds list` shows those that there are."
                )));
            }
        }
        let ids = if self.feeds.is_empty() {
            config.feeds.iter().filter(|feed| !feed.paused).map(|feed| feed.id.clone()).collect()
        } else {
            self.feeds
        };
        if ids.is_empty() {
            return output
                .say("There are no feeds to check. Add one with `folkmoot feeds add ADDRESS`.");
        }
        let bar = bar(output, ids.len());
        let checks = block_on(async {
            match control::daemon(global).await? {
                Some(daemon) => Ok(daemon.poll(ids, |_| (), |_| bar.inc(1)).await?),
                None => here(global, loaded, &ids, &bar).await,
            }
        })??;
        bar.finish_and_clear();
        report(checks, output)
    }
}

/// Checks in this process, with the store opened for the while; Ctrl-C ends it after what is being kept.
async fn here(
    global: &Global,
    loaded: folkmoot::config::Loaded,
    ids: &[String],
    bar: &ProgressBar,
) -> Result<Vec<Checked>, Failed> {
    let (refresher, settings) = control::refresher(global, loaded, Create::IfAbsent).await?;
    let each = |_: &folkmoot::refresh::Refreshed| bar.inc(1);
    let done = tokio::select! {
        done = refresher.refresh_all(&settings, ids, clock::now, each) => Ok(done),
        _ = tokio::signal::ctrl_c() => Err(Failed::Other("stopped; what was kept until now stays".into())),
    };
    refresher.tend(clock::now()).await;
    refresher.close().await;
    Ok(done?
        .into_iter()
        .map(|done| Checked {
            feed: done.feed,
            check: done.check,
            trouble: done.trouble.map(|t| t.to_string()),
        })
        .collect())
}

fn bar(output: &Output, feeds: usize) -> ProgressBar {
    if output.json || output.quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} feeds checked ({elapsed})");
    let bar = ProgressBar::new(feeds as u64);
    if let Ok(style) = style { bar.with_style(style) } else { bar }
}

/// What broke off was not taken in: for whoever waits for its events, that check came to nothing.
fn failed(checked: &Checked) -> bool {
    checked.trouble.is_some() || checked.check.failed() || checked.check.cut_off
}

pub(super) fn report(mut checks: Vec<Checked>, output: &Output) -> Done {
    checks.sort_by(|a, b| a.feed.cmp(&b.feed));
    let count = checks.iter().filter(|checked| failed(checked)).count();
    if output.json {
        output.value(&serde_json::json!({ "checks": checks, "failed": count }))?;
    } else {
        let rows = checks.iter().map(|checked| {
            let check = &checked.check;
            let tone = if failed(checked) { Tone::Bad } else { Tone::Good };
            let words = checked.trouble.clone().unwrap_or_else(|| check.words.clone());
            vec![
                checked.feed.clone(),
                check.entries.to_string(),
                check.added.to_string(),
                check.changed.to_string(),
                check.withdrawn.to_string(),
                output.tone(tone, &words),
            ]
        });
        output.table(&["feed", "items", "new", "changed", "left", "result"], rows.collect())?;
    }
    match count {
        0 => Ok(()),
        1 => Err(Failed::Other(
            "one feed could not be read in full; nothing that was known from it is lost".into(),
        )),
        count => Err(Failed::Other(format!(
            "{count} feeds could not be read in full; nothing that was known from them is lost"
        ))),
    }
}
