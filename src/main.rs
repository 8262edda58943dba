//! Folkmoot on the command line.

use std::process::ExitCode;

use clap::Parser;

mod cli;

fn main() -> ExitCode {
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
