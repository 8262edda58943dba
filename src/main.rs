//! Folkmoot on the command line.

use std::process::ExitCode;

use clap::Parser;

mod allocator;
mod cli;

fn main() -> ExitCode {
    allocator::keep_small();
    std::panic::set_hook(Box::new(tell_of_panic));
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(misuse) => return misused(&misuse),
    };
    let json = cli.wants_json();
    match cli::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            let words = failed.to_string();
            if !words.is_empty() {
                eprintln!("folkmoot: {words}");
                if json {
                    cli::failure(&words, failed.code());
                }
            }
            ExitCode::from(failed.code())
        }
    }
}

/// Help, the version, or a command line that nobody understands.
fn misused(misuse: &clap::Error) -> ExitCode {
    // Nobody is left to tell when this cannot be written.
    drop(misuse.print());
    let code = u8::try_from(misuse.exit_code()).unwrap_or(2);
    if misuse.use_stderr() && std::env::args_os().any(|word| word == "--json") {
        let words = misuse.to_string();
        let words = words.lines().map(str::trim).filter(|line| !line.is_empty());
        let words: Vec<&str> = words.collect();
        cli::failure(words.join("\n").trim_start_matches("error: "), code);
    }
    ExitCode::from(code)
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
