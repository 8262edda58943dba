//! Values that feeds.toml writes as text: durations, ids, addresses.

use std::{
    path::{Component, Path, PathBuf},
    time::Duration,
};

use url::Url;

/// Units of a duration, with their length in seconds.
const UNITS: [(&str, u64); 5] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)];

/// Reads `90s`, `5m`, `1h`, `400d` or `2w`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(split);
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*seconds).map(Duration::from_secs)
}

/// Why a feed's address was refused, and what to write.
pub(super) struct BadAddress {
    pub(super) message: String,
    pub(super) remedy: String,
}

impl BadAddress {
    fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: remedy.into() }
    }
}

/// Reads the address of a feed; `file:` is relative to `folder` and must stay under it.
pub(super) fn feed_url(text: &str, folder: &Path) -> Result<Url, BadAddress> {
    if let Some(path) = text.strip_prefix("file:") {
        return file_url(path, folder);
    }
    let url = Url::parse(text).map_err(|_| {
        BadAddress::new(
            "this is not a web address",
            "Write the whole address, such as \"https://www.example.org/events.ics\".",
        )
    })?;
    match url.scheme() {
        "http" | "https" | "webcal" | "webcals"
            if url.host_str().is_some_and(|h| !h.is_empty()) =>
        {
            Ok(url)
        }
        "http" | "https" | "webcal" | "webcals" => {
            Err(BadAddress::new("this address names no host", "Write the whole address."))
        }
        other => Err(BadAddress::new(
            format!("feeds cannot be read over \"{other}:\""),
            "Use http, https, webcal, webcals, or file: for a file beside this one.",
        )),
    }
}

fn file_url(path: &str, folder: &Path) -> Result<Url, BadAddress> {
    let path = path.strip_prefix("//").unwrap_or(path);
    let escape = || {
        BadAddress::new(
            "a file: address must stay under the folder of this configuration",
            "Put the file beside feeds.toml and write \"file:samples/name.ics\".",
        )
    };
    let mut clean = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    if !clean.starts_with(folder) || clean == folder {
        return Err(escape());
    }
    Url::from_file_path(&clean).map_err(|()| escape())
}

/// Whether a text can be the id of a feed or member: it stands in addresses and file names.
#[must_use]
pub fn is_id(text: &str) -> bool {
    (1..=80).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// The known word nearest to a mistyped one, if any is near enough to be meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| {
            (strsim::jaro_winkler(&word.to_lowercase(), &candidate.to_lowercase()), candidate)
        })
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        assert_eq!(duration("90s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("400d"), Some(Duration::from_secs(400 * 86_400)));
        for bad in
            ["", "h", "10", "1 h", "-1h", "1y", "99999999999999999999w", "18446744073709551615w"]
        {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn files_stay_under_the_folder() {
        let folder = Path::new("/srv/folkmoot");
        let ok = feed_url("file:samples/a.ics", folder).ok().unwrap();
        assert_eq!(ok.as_str(), "file:///srv/folkmoot/samples/a.ics");
        for bad in [
            "file:../etc/passwd",
            "file:///etc/passwd",
            "file:",
            "file:a/../../b",
            "ftp://x/y",
            "events",
        ] {
            assert!(feed_url(bad, folder).is_err(), "{bad}");
        }
    }
}
