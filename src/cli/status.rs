//! `folkmoot status`: is the daemon well, and are the feeds?

use chrono::{DateTime, Utc};
use clap::Args;
use folkmoot::{
    clock,
    daemon::command::Status as Answer,
    health::{FeedState, Health, Oddity},
    store::Tended,
};
use serde_json::json;

use super::{
    Done, Failed, Global, block_on, control,
    output::{Output, Tone},
};

/// Show how the daemon and each feed are doing.
#[derive(Debug, Args)]
pub(crate) struct Status {}

impl Status {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let answer = block_on(async {
            match control::daemon(global).await? {
                Some(daemon) => Ok::<_, Failed>(Some(daemon.status().await?)),
                None => Ok(None),
            }
        })??;
        // In order of id, whoever answers. A running daemon knows its feeds, even while feeds.toml has a fault.
        let mut rows: Vec<Row> = match &answer {
            Some(answer) => answer
                .feeds
                .iter()
                .map(|feed| Row::of(&feed.id, feed.health, Some(&feed.state)))
                .collect(),
            None => {
                let (loaded, states) = (global.load()?, control::feed_states(global)?);
                let feeds = loaded.config.feeds.iter();
                feeds
                    .map(|feed| {
                        let state = states.iter().find(|state| state.feed == feed.id);
                        Row::of(&feed.id, control::health_of(feed, state), state)
                    })
                    .collect()
            }
        };
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        if output.json {
            return output
                .value(&json!({ "running": answer.is_some(), "daemon": answer, "feeds": rows }));
        }
        match &answer {
            Some(answer) => say_daemon(answer, output)?,
            None => output.say("No daemon is running here. Start one with `folkmoot run`.")?,
        }
        let cells = rows.into_iter().map(|row| {
            let state = row.state.unwrap_or_default();
            let words = state.history.last().map(|check| check.words.clone()).unwrap_or_default();
            let listed = state.last_good.map(|_| state.listed.to_string()).unwrap_or_default();
            let next = state.next_check.filter(|_| !row.rests).map(ahead).unwrap_or_default();
            let (checked, good) = (ago(state.last_check), ago(state.last_good));
            vec![row.id, row.health, checked, good, next, listed, words]
        });
        output.table(
            &["feed", "health", "checked", "last good", "next", "listed", "last check"],
            cells.collect(),
        )
    }
}

/// A feed in the table.
#[derive(serde::Serialize)]
struct Row {
    id: String,
    health: String,
    oddities: Vec<Oddity>,
    state: Option<FeedState>,
    /// It is not checked by itself.
    #[serde(skip)]
    rests: bool,
}

impl Row {
    fn of(id: &str, health: Health, state: Option<&FeedState>) -> Self {
        Self {
            id: id.to_owned(),
            health: control::words_of(health, state.unwrap_or(&FeedState::default())),
            oddities: state.map(FeedState::oddities).unwrap_or_default(),
            state: state.cloned(),
            rests: matches!(health, Health::Paused | Health::Gone),
        }
    }
}

fn say_daemon(answer: &Answer, output: &Output) -> Done {
    let started = ago(Some(answer.started));
    output.say(format!(
        "Folkmoot {} was started {started}. It knows {} and lists {} of them.",
        answer.version,
        count(answer.listings, "event"),
        answer.listed
    ))?;
    if let Some(store) = &answer.store {
        output.say(size_in_words(store))?;
    }
    let put_off = answer.store.as_ref().and_then(|store| store.put_off.as_ref());
    let faults = [
        put_off.map(|why| format!("The store should be copied into fresh files, but is not: {why}")),
        answer.store_trouble.as_ref().map(|words| format!("Changes cannot be kept: {words}")),
        answer.config_fault.as_ref().map(|words| format!("feeds.toml has a fault, so the old one still holds:\n{words}")),
        answer.offline_since.map(|at| format!("No site can be reached since {}: is this machine offline?", at.format("%H:%M UTC"))),
        answer.config_waiting.as_ref().map(|waiting| {
            format!(
                "An edit of feeds.toml takes away {} of {} feeds ({}). If that is meant: `folkmoot config apply`.",
                waiting.removes.len(), waiting.of, waiting.removes.join(", ")
            )
        }),
    ];
    for fault in faults.into_iter().flatten() {
        output.say(output.tone(Tone::Bad, &fault))?;
    }
    output.say("")
}

/// What the store takes on the disk.
fn size_in_words(store: &Tended) -> String {
    let size = |bytes: u64| match bytes {
        ..1_000_000 => format!("{} KB", bytes.div_ceil(1000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    };
    let copied = store.copied.map(|(at, sizes)| {
        format!(
            "; it was copied into fresh files {}, which made {} of {}",
            ago(Some(at)),
            size(sizes.after),
            size(sizes.before)
        )
    });
    let (bytes, seen) = (size(store.bytes), ago(Some(store.at)));
    format!(
        "The store took {bytes} on the disk when looked at {seen}{}.",
        copied.unwrap_or_default()
    )
}

fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// How long ago, in words.
fn ago(at: Option<DateTime<Utc>>) -> String {
    let Some(at) = at else { return "never".into() };
    match (clock::now() - at).num_minutes() {
        ..1 => "just now".into(),
        minutes => format!("{} ago", length(minutes)),
    }
}

/// How long from now, in words.
fn ahead(at: DateTime<Utc>) -> String {
    match (at - clock::now()).num_minutes() {
        ..1 => "now".into(),
        minutes => format!("in {}", length(minutes)),
    }
}

fn length(minutes: i64) -> String {
    let plural = |number: i64, unit: &str| match number {
        1 => format!("1 {unit}"),
        number => format!("{number} {unit}s"),
    };
    match minutes {
        ..60 => plural(minutes, "minute"),
        60..2880 => plural(minutes / 60, "hour"),
        _ => plural(minutes / 1440, "day"),
    }
}
