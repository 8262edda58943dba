//! `folkmoot backup`, `restore` and `store`: all that is kept in one file and back, and the store in fresh files.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use folkmoot::{
    clock,
    daemon::client::Remote,
    refresh::orders::Order,
    store::{self, Create, Open, Snapshot, Tombstone, backup, forgotten, fresh_file},
};
use serde_json::json;

use super::{Done, Failed, Global, block_on, control, output::Output, plain};

/// Write all that is kept into one file, while the daemon runs or not.
///
/// Events, decisions, history, health and the log of changes, as zstd-compressed lines of JSON with a checksum. The file
/// holds what is held or private too: keep it where only you can read it. feeds.toml is not in it.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file; '-' for standard output.
    file: PathBuf,
}

/// Make a store of a backup, in an empty data directory.
///
/// Ids, UIDs, decisions, history and health come back. The log of changes begins a new epoch: programs that follow it are
/// told to begin again. What was forgotten since the backup was written stays forgotten, as far as forgotten.jsonl lies in
/// the data directory (it is kept beside the store) or --forgotten names where it is known.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The file; '-' for standard input.
    file: PathBuf,
    /// Put it in the place of the store that is there, which is gone then: `folkmoot backup` saves that first.
    #[arg(long)]
    replace: bool,
    /// Keep out what was forgotten there as well: a newer backup, or the data directory of before. Can be repeated.
    #[arg(long, value_name = "FROM")]
    forgotten: Vec<PathBuf>,
}

/// Look after the store.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Copy the store into fresh files: it gets smaller, and nothing is left of what was taken away.
    ///
    /// Without DIR the fresh files take the old ones' place. With DIR a second data directory is made there, which must be
    /// empty; the present one stays as it is.
    Copy {
        /// An empty directory.
        dir: Option<PathBuf>,
    },
}

fn counts(all: &Snapshot) -> serde_json::Value {
    json!({
        "feeds": all.feeds.len(), "events": all.events.len(), "listings": all.listings.len(),
        "changes": all.log.len(), "decisions": all.decisions.len(), "forgotten": all.tombstones.len(),
    })
}

fn in_words(all: &Snapshot) -> String {
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    format!(
        "{}, {}, {}",
        count(all.feeds.len(), "feed"),
        count(all.events.len(), "event"),
        count(all.decisions.len(), "decision")
    )
}

impl Backup {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let all = block_on(control::snapshot(global))??;
        if !all.unreadable.is_empty() {
            return Err(Failed::Other(format!(
                "{} records of the store cannot be read, and a backup without them would not be whole\n  Keep a copy of {} as it \
                 is.",
                all.unreadable.len(),
                global.data_dir().display()
            )));
        }
        let now = clock::now();
        if self.file == Path::new("-") {
            backup::write(&all, now, io::stdout().lock())?;
            return Ok(());
        }
        let bytes = write(&self.file, &all).map_err(|error| {
            Failed::Other(format!("{} cannot be written: {}", self.file.display(), plain(&error)))
        })?;
        if output.json {
            return output.value(
                &json!({ "file": self.file, "bytes": bytes, "at": now, "holds": counts(&all) }),
            );
        }
        output.say(format!("{} holds {} ({bytes} bytes).", self.file.display(), in_words(&all)))
    }
}

/// A backup, read whole and checked.
fn read_backup(file: &Path) -> Result<(backup::Header, Snapshot), Failed> {
    let name = file.display();
    let read = if file == Path::new("-") {
        backup::read(io::stdin().lock())
    } else {
        let file = File::open(file)
            .map_err(|error| Failed::Other(format!("{name} cannot be read: {}", plain(&error))))?;
        backup::read(BufReader::new(file))
    };
    read.map_err(|error| Failed::Other(format!("{name} is not brought back: {error}")))
}

/// What is known there as forgotten: a data directory, or a backup.
fn stones_of(from: &Path) -> Result<Vec<Tombstone>, Failed> {
    let odd = |error: &dyn std::fmt::Display| {
        Failed::Other(format!("what was forgotten cannot be read from {}: {error}", from.display()))
    };
    if from.is_file() {
        let file = File::open(from).map_err(|error| odd(&error))?;
        let (_, all) = backup::read(BufReader::new(file)).map_err(|error| odd(&error))?;
        return Ok(all.tombstones);
    }
    Ok(forgotten::read(from).map_err(|error| odd(&error))?.stones)
}

/// The same, where the operator says that something is known there.
fn named_stones(from: &Path) -> Result<Vec<Tombstone>, Failed> {
    if from.is_dir() && !from.join(forgotten::NAME).exists() {
        return Err(Failed::Other(format!(
            "there is no {} in {}\n  Name a backup that was written after the events were forgotten.",
            forgotten::NAME,
            from.display()
        )));
    }
    stones_of(from)
}

/// Writes the file whole or not at all.
fn write(file: &Path, all: &Snapshot) -> io::Result<u64> {
    let mut partial = file.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let work = || {
        let mut out = BufWriter::new(fresh_file(&partial)?);
        backup::write(all, clock::now(), &mut out)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        std::fs::rename(&partial, file)?;
        Ok(std::fs::metadata(file)?.len())
    };
    work().inspect_err(|_| drop(std::fs::remove_file(&partial)))
}

impl Restore {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let dir = global.data_dir();
        let (header, mut all) = read_backup(&self.file)?;
        all.identity = store::in_new_epoch(all.identity);
        let mut stones = stones_of(&dir)?;
        for from in &self.forgotten {
            stones.extend(named_stones(from)?);
        }
        let mut kept_out = 0;
        block_on(async {
            if Remote::find(&dir).await.is_some() {
                return Err(Failed::Other(format!(
                    "a daemon is using {}\n  Stop it, move its data directory away, and try again.",
                    dir.display()
                )));
            }
            if self.replace {
                let how = Open {
                    dir: dir.clone(),
                    create: Create::Never,
                    domain: None,
                    now: clock::now(),
                };
                let present = store::open(how).await?;
                let held = present.load().await;
                present.close().await;
                stones.extend(held?.tombstones);
            }
            kept_out = forgotten::unite(&mut all, stones);
            let make = async |dir, all, now| match self.replace {
                true => store::replace(dir, all, now).await,
                false => store::make(dir, all, now).await,
            };
            make(dir.clone(), all.clone(), clock::now()).await?;
            Ok(())
        })??;
        let (at, program) = (header.at, header.program);
        if output.json {
            return output.value(&json!({
                "data_dir": dir, "written": at, "program": program, "holds": counts(&all), "epoch": all.identity.epoch,
                "kept_out": kept_out
            }));
        }
        if kept_out > 0 {
            let events = if kept_out == 1 { "event that was" } else { "events that were" };
            output.say(format!("Left out: {kept_out} {events} forgotten since."))?;
        }
        output.say(format!(
            "{} holds {} again, as of {}.",
            dir.display(),
            in_words(&all),
            at.format("%-d %b %Y, %H:%M UTC")
        ))
    }
}

impl Store {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        let Self::Copy { dir } = self;
        let Some(dir) = dir else {
            let obeyed = control::order(global, Order::Compact)?;
            if output.json {
                return output.value(&obeyed.compacted);
            }
            let sizes = obeyed.compacted.map(|sizes| {
                format!(
                    " It takes {} KB; before it took {} KB.",
                    sizes.after / 1024,
                    sizes.before / 1024
                )
            });
            return output.say(format!("{}{}", obeyed.words, sizes.unwrap_or_default()));
        };
        let all = block_on(async {
            let all = control::snapshot(global).await?;
            store::make(dir.clone(), all.clone(), clock::now()).await?;
            Ok::<_, Failed>(all)
        })??;
        if output.json {
            return output.value(&json!({ "data_dir": dir, "holds": counts(&all) }));
        }
        output.say(format!("{} holds {}.", dir.display(), in_words(&all)))
    }
}
