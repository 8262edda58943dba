//! `folkmoot config`: is feeds.toml right, and apply what waits for a second look.

use clap::Subcommand;
use folkmoot::config::{ConfigError, Fault, load};
use serde_json::json;

use super::{
    Done, Failed, Global, control,
    output::{Output, Tone},
};

/// Check the configuration, or apply an edit that waits for a second look.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Read feeds.toml and tell all its faults, each with its place and what to write instead.
    Check,
    /// Apply an edit that takes away many feeds at once; the daemon waits for this word.
    Apply,
}

impl Config {
    pub(crate) fn go(self, global: &Global, output: &Output) -> Done {
        match self {
            Self::Check => check(global, output),
            Self::Apply => control::apply(global, output),
        }
    }
}

fn check(global: &Global, output: &Output) -> Done {
    match load(&global.config) {
        Ok(loaded) => {
            let config = &loaded.config;
            if output.json {
                return output.value(&json!({
                    "ok": true, "file": config.path, "feeds": config.feeds.len(),
                    "members": config.groups.len(), "faults": [], "warnings": config.warnings,
                }));
            }
            for warning in &config.warnings {
                output.say(format!("{} {warning}", output.tone(Tone::Strong, "warning:")))?;
            }
            let (feeds, groups) = (config.feeds.len(), config.groups.len());
            output
                .say(format!("{} is right: {feeds} feeds, {groups} groups.", config.path.display()))
        }
        Err(ConfigError::Faults(faults)) if output.json => {
            output.value(
                &json!({ "ok": false, "file": global.config, "faults": faults, "warnings": [] }),
            )?;
            Err(Failed::Usage(count(&faults)))
        }
        Err(error @ ConfigError::Faults(_)) => {
            let ConfigError::Faults(faults) = &error else { return Err(error.into()) };
            Err(Failed::Usage(format!("{}\n{error}", count(faults))))
        }
        Err(error) => Err(error.into()),
    }
}

fn count(faults: &[Fault]) -> String {
    match faults.len() {
        1 => "the configuration has one fault".into(),
        number => format!("the configuration has {number} faults"),
    }
}
