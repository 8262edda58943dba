//! Folkmoot on the command line.

use std::process::ExitCode;

use clap::Parser;

mod cli;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(tell_of_panic));
    let cli = cli::Cli::parse();
    match cli::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            let words = failed.to_string();
            if !words.is_empty() {
                eprintln!("folkmoot: {words}");
            }
            ExitCode::from(failed.code())
        }
    }
}

/// A panic ends one check, never the daemon: it goes to the log as one line, without the words of whoever caused it.
fn tell_of_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed").to_owned();
    if tracing::dispatcher::has_been_set() {
        tracing::error!(place, thread, "a fault of this program at {place}; please report it");
    } else {
        eprintln!("folkmoot: a fault of this program at {place}; please report it");
    }
}
