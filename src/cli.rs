//! The command line: what can be asked for, and who answers.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

use clap::{Args, Parser, Subcommand, ValueEnum};

mod backup;
mod check;
mod clashes;
mod config;
mod control;
mod events;
mod feeds;
mod operator;
mod output;
mod poll;
mod review;
mod run;
mod status;
mod tryout;

use output::Output;
pub(crate) use output::failure;

/// Gathers the events that councils and the groups around them announce on their own sites, and serves them as one
/// calendar, a JSON API and plain web pages.
///
/// Begin with `folkmoot run` in a folder that has a feeds.toml, and open http://127.0.0.1:8080/ in a browser.
/// Add a feed with `folkmoot feeds add ADDRESS`; look at what a feed would give with `folkmoot check ADDRESS`.
#[derive(Debug, Parser)]
#[command(name = "folkmoot", version, max_term_width = 100, propagate_version = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Said at the end of `--help`.
const EXIT_CODES: &str = "With --json a failure is {\"error\", \"remedy\", \"exit_code\"} on standard output, unless there was a value.\n\
    Exit codes: 0 done, 1 something failed, 2 wrong usage or configuration.\n\
    Every command works while the daemon runs and while it does not. README.md explains feeds.toml.";

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The configuration.
    #[arg(
        long,
        global = true,
        env = "FOLKMOOT_CONFIG",
        default_value = "feeds.toml",
        value_name = "FILE"
    )]
    pub(crate) config: PathBuf,
    /// Where events are kept; `data` beside the configuration unless given here or by systemd.
    #[arg(long, global = true, env = "FOLKMOOT_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Say more (-vv: everything).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say only what went wrong.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Print JSON for programs instead of text for people.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon: check the feeds and serve the calendar, the API and the pages.
    #[command(after_help = "Example: folkmoot run --listen 127.0.0.1:8081")]
    Run(run::Run),
    /// Check feeds now, once, and show what changed.
    #[command(after_help = "Examples:\n  folkmoot poll\n  folkmoot poll west-berkshire-events")]
    Poll(poll::Poll),
    /// Read a feed and say what is in it and what is wrong with it; nothing is stored.
    #[command(
        after_help = "Examples:\n  folkmoot check https://www.westberks.example/events.ics\n  folkmoot check export.ics --member WBK --policy trusted"
    )]
    Check(Box<check::Check>),
    /// Add, list, pause and remove feeds.
    #[command(subcommand)]
    Feeds(feeds::Feeds),
    /// Show the events that are listed.
    #[command(
        after_help = "Examples:\n  folkmoot events --service waste --region south-west\n  folkmoot events --kind take-part --from 2027-01-01 --ics > take-part.ics"
    )]
    Events(Box<events::Events>),
    /// Say why an event is listed, tagged, dated and merged as it is.
    #[command(
        after_help = "`folkmoot events` shows the ids. Example: folkmoot explain 4ad6cway6cwr"
    )]
    Explain(events::Explain),
    /// Look through what is held, and decide.
    #[command(subcommand)]
    Review(review::Review),
    /// Let nothing of an event remain, in no output and on no disk, and never let it come back.
    Forget(review::Forget),
    /// Read the last kept body of a feed again, without asking its site.
    Replay(review::Replay),
    /// Show what else is on for the same service near a date, and who near by has done the same.
    Clashes(clashes::Ask),
    /// See what would be read from a text.
    #[command(subcommand)]
    Try(tryout::Try),
    /// Show how the daemon and each feed are doing.
    Status(status::Status),
    /// Look after the feeds in a browser on this machine.
    Operator(operator::Operator),
    /// Write all that is kept into one file, while the daemon runs or not.
    Backup(backup::Backup),
    /// Make a store of a backup, in an empty data directory.
    Restore(backup::Restore),
    /// Look after the store.
    #[command(subcommand)]
    Store(backup::Store),
    /// Check the configuration, or apply an edit that waits for a second look.
    #[command(subcommand)]
    Config(config::Config),
    /// Print a script that completes folkmoot's commands in your shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// Wrong usage or configuration: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Something failed: exit code 1.
    #[error("{0}")]
    Other(String),
    /// It was said already; exit code 1.
    #[error("")]
    Told,
    /// Whoever read the output went away (`| head`), which is no fault: exit code 0.
    #[error("")]
    Unheard,
}

impl Failed {
    /// The exit code (DESIGN, section 5.2).
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Other(_) | Self::Told => 1,
            Self::Unheard => 0,
        }
    }
}

impl From<folkmoot::config::ConfigError> for Failed {
    fn from(error: folkmoot::config::ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Other(plain(&error))
    }
}

impl From<serde_json::Error> for Failed {
    fn from(error: serde_json::Error) -> Self {
        Self::Other(error.to_string())
    }
}

/// What the system says, in words for people.
pub(crate) fn plain(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".into(),
        ErrorKind::PermissionDenied => "the system does not permit it".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::NotADirectory => "a part of its path is not a folder".into(),
        ErrorKind::AddrInUse => "another program is using it".into(),
        ErrorKind::AddrNotAvailable => "it is not an address of this machine".into(),
        ErrorKind::StorageFull => "no space is left on the disk".into(),
        ErrorKind::InvalidData => "it is not text in UTF-8".into(),
        _ => {
            let words = error.to_string();
            words.split(" (os error ").next().unwrap_or_default().to_lowercase()
        }
    }
}

/// What every command answers.
pub(crate) type Done = Result<(), Failed>;

impl Global {
    /// The data directory: said here, or by systemd, or by `[store] url`, else `data` beside the configuration.
    pub(crate) fn data_dir(&self) -> PathBuf {
        let systemd = || std::env::var_os("STATE_DIRECTORY").map(PathBuf::from);
        let folder = self.config.parent().unwrap_or_else(|| Path::new(""));
        let configured = || folkmoot::config::store_folder(&self.config);
        let said = self.data_dir.clone().or_else(systemd).or_else(configured);
        said.unwrap_or_else(|| folder.join("data"))
    }

    /// The configuration, or the reason why there is none.
    pub(crate) fn load(&self) -> Result<folkmoot::config::Loaded, Failed> {
        Ok(folkmoot::config::load(&self.config)?)
    }

    fn colored(&self) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal()
            }
        }
    }
}

impl Cli {
    /// Whether a program reads what comes.
    pub(crate) fn wants_json(&self) -> bool {
        self.global.json
    }
}

/// Runs the command that was asked for.
pub(crate) fn run(cli: Cli) -> Done {
    let data_dir = cli.global.data_dir();
    let done = dispatch(cli);
    let handed = folkmoot::store::owner::hand_over(&data_dir);
    done.and_then(|()| {
        handed.map_err(|error| {
            Failed::Other(format!(
                "what root made in {0} could not be given to its owner: {1}\n  `chown -R --reference={0}/ {0}/` does it.",
                data_dir.display(),
                plain(&error)
            ))
        })
    })
}

fn dispatch(cli: Cli) -> Done {
    let global = cli.global;
    let output = Output::new(global.json, global.quiet, global.colored());
    match cli.command {
        Command::Run(run) => run.go(&global),
        Command::Poll(poll) => poll.go(&global, &output),
        Command::Check(check) => check.go(&global, &output),
        Command::Feeds(feeds) => feeds.go(&global, &output),
        Command::Events(events) => events.go(&global, &output),
        Command::Explain(explain) => explain.go(&global, &output),
        Command::Review(review) => review.go(&global, &output),
        Command::Forget(forget) => forget.go(&global, &output),
        Command::Replay(replay) => replay.go(&global, &output),
        Command::Backup(backup) => backup.go(&global, &output),
        Command::Restore(restore) => restore.go(&global, &output),
        Command::Store(store) => store.go(&global, &output),
        Command::Clashes(ask) => ask.go(&global, &output),
        Command::Try(tryout) => tryout.go(&global, &output),
        Command::Status(status) => status.go(&global, &output),
        Command::Operator(operator) => operator.go(&global, &output),
        Command::Config(config) => config.go(&global, &output),
        Command::Completions { shell } => {
            let mut command = <Cli as clap::CommandFactory>::command();
            clap_complete::generate(shell, &mut command, "folkmoot", &mut std::io::stdout());
            Ok(())
        }
        Command::Man => {
            let mut command =
                <Cli as clap::CommandFactory>::command().disable_help_subcommand(true);
            command.build();
            manual(command, &mut std::io::stdout().lock())
        }
    }
}

/// The page of a command, and after it those of its own commands.
fn manual(command: clap::Command, out: &mut impl std::io::Write) -> Done {
    clap_mangen::Man::new(command.clone()).render(out)?;
    command.get_subcommands().try_for_each(|command| manual(command.clone(), out))
}

/// A runtime for commands that talk to a site or to the daemon.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(future);
    // A thread that reads a hostile body cannot be stopped, only left behind; the store is closed by now.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_hold_together() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }
}
