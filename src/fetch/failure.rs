//! Why a fetch brought nothing, typed for the machine and in words for the operator.

use std::time::Duration;

/// A fetch that brought no feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// Not before this long from now, by the server's word.
    pub retry_after: Option<Duration>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FailureKind {
    /// The name has no address.
    #[error("the site's name could not be found")]
    NoSuchHost,
    /// The address is private (RFC 1918, loopback, link-local and the like).
    #[error(
        "the address {0} is on a private network; set allow_private_address = true for this feed if that is meant"
    )]
    PrivateAddress(String),
    /// A port that nobody named.
    #[error("the site redirects to port {0}, which this feed's address does not name")]
    Port(u16),
    /// No connection.
    #[error("the site could not be reached: {0}")]
    Connect(String),
    /// Certificate or protocol of TLS.
    #[error("no secure connection could be made: {0}")]
    Tls(String),
    /// Too slow.
    #[error("the site did not answer in full within {} seconds", .0.as_secs())]
    Timeout(Duration),
    /// Too many bytes.
    #[error("the feed is larger than {} MB", .0 / (1024 * 1024))]
    TooLarge(usize),
    /// A redirect to an address already visited.
    #[error("the site's redirects lead round in a circle")]
    RedirectLoop,
    /// A long chain.
    #[error("the site redirects more than {0} times")]
    TooManyRedirects(usize),
    /// A redirect without a usable target.
    #[error("the site redirects to nowhere")]
    BadRedirect,
    /// From https to http.
    #[error("the site redirects from a secure address to an insecure one")]
    Downgrade,
    /// Not http, https, webcal, webcals or file.
    #[error("feeds cannot be read over \"{0}:\"")]
    Scheme(String),
    /// An answer other than success.
    #[error("{}", status_words(*.0))]
    Status(u16),
    /// The answer broke off or could not be unpacked.
    #[error("the answer could not be read: {0}")]
    Broken(String),
    /// An environment variable of the feed's headers is not set.
    #[error("the environment variable {0}, which this feed's headers need, is not set")]
    MissingVariable(String),
    /// No such file.
    #[error("there is no file {0}")]
    NoSuchFile(String),
    /// A file outside the configuration's folder.
    #[error("the file {0} lies outside the folder of feeds.toml")]
    FileOutside(String),
    /// A file that cannot be read.
    #[error("the file cannot be read: {0}")]
    File(String),
}

impl FailureKind {
    /// Stable name for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchHost => "no_such_host",
            Self::PrivateAddress(_) => "private_address",
            Self::Port(_) => "port",
            Self::Connect(_) => "connect",
            Self::Tls(_) => "tls",
            Self::Timeout(_) => "timeout",
            Self::TooLarge(_) => "too_large",
            Self::RedirectLoop => "redirect_loop",
            Self::TooManyRedirects(_) => "too_many_redirects",
            Self::BadRedirect => "bad_redirect",
            Self::Downgrade => "downgrade",
            Self::Scheme(_) => "scheme",
            Self::Status(_) => "status",
            Self::Broken(_) => "broken",
            Self::MissingVariable(_) => "missing_variable",
            Self::NoSuchFile(_) => "no_such_file",
            Self::FileOutside(_) => "file_outside",
            Self::File(_) => "file",
        }
    }

    /// The same for everybody to see: no address, no file, no setting and no cause.
    #[must_use]
    pub fn public(&self) -> String {
        let words = match self {
            Self::Status(status) => return status_words(*status),
            Self::NoSuchHost
            | Self::PrivateAddress(_)
            | Self::Port(_)
            | Self::Connect(_)
            | Self::Scheme(_) => "the site could not be reached",
            Self::Tls(_) => "no secure connection to the site could be made",
            Self::Timeout(_) => "the site did not answer in time",
            Self::TooLarge(_) => "the feed is too large",
            Self::RedirectLoop
            | Self::TooManyRedirects(_)
            | Self::BadRedirect
            | Self::Downgrade => "the site redirects to where we cannot follow",
            Self::Broken(_) => "the site's answer could not be read",
            Self::MissingVariable(_)
            | Self::NoSuchFile(_)
            | Self::FileOutside(_)
            | Self::File(_) => "the feed cannot be read at the moment",
        };
        words.to_owned()
    }

    /// The HTTP status, when that is the failure.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(*status),
            _ => None,
        }
    }
}

impl From<FailureKind> for Failure {
    fn from(kind: FailureKind) -> Self {
        Self { kind, retry_after: None }
    }
}

fn status_words(status: u16) -> String {
    let words = match status {
        401 => "the site asks for a password",
        403 => "the site refuses to give us this feed",
        404 => "there is no such page on the site",
        406 => "the site has the feed, but not in a form that we can read",
        410 => "the site says that this feed is gone for good",
        429 => "the site asks us to come less often",
        451 => "the site may not show this feed for legal reasons",
        500..=599 => "the site has a fault of its own",
        _ => "the site answered in a way that is no feed",
    };
    format!("{words} (HTTP status {status})")
}

impl Failure {
    /// What reqwest reports, without the address: an address may be a secret.
    pub(super) fn from_reqwest(error: &reqwest::Error) -> Self {
        if let Some(guard) = find::<super::guard::Refused>(error) {
            return FailureKind::PrivateAddress(guard.0.clone()).into();
        }
        let cause = root_cause(error);
        let kind = if error.is_timeout() {
            FailureKind::Connect("it did not answer in time".into())
        } else if error.is_dns() {
            FailureKind::NoSuchHost
        } else if cause.contains("certificate") || cause.contains("tls") || cause.contains("TLS") {
            FailureKind::Tls(cause)
        } else if error.is_connect() {
            FailureKind::Connect(cause)
        } else {
            FailureKind::Broken(cause)
        };
        kind.into()
    }
}

fn find<T: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_sees_no_cause() {
        let secret = || "127.0.0.1 /srv/feeds/s3cr3t.ics TOKEN os error 111".to_owned();
        for kind in [
            FailureKind::PrivateAddress(secret()),
            FailureKind::Connect(secret()),
            FailureKind::Tls(secret()),
            FailureKind::Scheme(secret()),
            FailureKind::Broken(secret()),
            FailureKind::MissingVariable(secret()),
            FailureKind::NoSuchFile(secret()),
            FailureKind::FileOutside(secret()),
            FailureKind::File(secret()),
        ] {
            let words = kind.public();
            assert!(kind.to_string().contains("s3cr3t") && !words.contains("s3cr3t"), "{words}");
            assert!(!words.contains("allow_private_address"), "{words}");
        }
        assert!(FailureKind::Status(404).public().contains("404"));
    }
}
