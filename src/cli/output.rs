//! How commands speak: tables and sentences for people, JSON for programs.

use std::{
    io::{BufWriter, IsTerminal, Write},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use indicatif::ProgressBar;
use serde::Serialize;

use super::{Done, Failed};

/// A table is never made to fit a terminal narrower than this.
const NARROWEST: u16 = 40;

/// Whether a value for programs was written: a failure then adds nothing to it.
static VALUE_WRITTEN: AtomicBool = AtomicBool::new(false);

/// Tells a program why it gets no value: what went wrong, and what to do. People read the same on standard error.
pub(crate) fn failure(words: &str, exit_code: u8) {
    if VALUE_WRITTEN.load(Ordering::Relaxed) {
        return;
    }
    let (error, remedy) = words.split_once('\n').unzip();
    let remedy = remedy.map(|lines| lines.lines().map(str::trim).collect::<Vec<_>>().join("\n"));
    let value = serde_json::json!({
        "error": error.unwrap_or(words),
        "remedy": remedy,
        "exit_code": exit_code,
    });
    // Nobody is left to tell when this cannot be written.
    drop(line(&value.to_string()));
}

/// The voice of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// JSON is wanted.
    pub(crate) json: bool,
    /// Only what went wrong is wanted.
    pub(crate) quiet: bool,
    colored: bool,
}

/// Colours that mean something; the words always say it too.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tone {
    Good,
    Bad,
    Faint,
    Strong,
}

impl Output {
    pub(crate) fn new(json: bool, quiet: bool, colored: bool) -> Self {
        Self { json, quiet, colored }
    }

    /// A sign of life on a terminal while something takes long.
    pub(crate) fn progress(&self, words: &str) -> ProgressBar {
        if self.json || self.quiet || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new_spinner().with_message(words.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }

    /// A line for people; nothing when JSON or silence is wanted.
    pub(crate) fn say(&self, words: impl AsRef<str>) -> Done {
        if self.json || self.quiet {
            return Ok(());
        }
        line(words.as_ref())
    }

    /// A value for programs.
    pub(crate) fn value(&self, value: &impl Serialize) -> Done {
        VALUE_WRITTEN.store(true, Ordering::Relaxed);
        let mut out = BufWriter::new(std::io::stdout().lock());
        let written = serde_json::to_writer_pretty(&mut out, value).map_err(std::io::Error::from);
        done(written.and_then(|()| writeln!(out)).and_then(|()| out.flush()))
    }

    /// The text in a colour, where colours are wanted.
    pub(crate) fn tone(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Faint => "2",
            Tone::Strong => "1",
        };
        if self.colored { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A table without lines, as wide as the terminal.
    pub(crate) fn table(&self, header: &[&str], rows: Vec<Vec<String>>) -> Done {
        if self.quiet {
            return Ok(());
        }
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        // Codes of colours would count as letters when the columns are made to fit.
        table.set_header(header);
        for row in rows {
            table.add_row(row);
        }
        for (at, name) in header.iter().enumerate() {
            // What is to be copied stays in one piece.
            if let Some(column) = table.column_mut(at).filter(|_| ["feed", "id"].contains(name)) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        // Some terminals do not know how wide they are.
        if table.width().is_some_and(|width| width < NARROWEST) {
            table.set_width(80);
        }
        line(&table.trim_fmt())
    }
}

/// Writes a line to standard output; a reader that went away (`| head`) is no fault.
pub(crate) fn line(text: &str) -> Done {
    let mut out = std::io::stdout().lock();
    done(writeln!(out, "{text}"))
}

fn done(written: std::io::Result<()>) -> Done {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(Failed::Unheard),
        other => other.map_err(Failed::from),
    }
}
