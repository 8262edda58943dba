//! The one place that reads the clock; everything else is told the time.

use chrono::{DateTime, Utc};

/// The present instant. For the edges only (daemon, server, command line): the stages take `now` as an argument.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the place that the lint points to")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
