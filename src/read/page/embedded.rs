//! Events marked in HTML itself, whether of a page or of an item's description.

use scraper::Html;
use url::Url;

use super::{listing, microdata, microformat};
use crate::read::Entry;

/// Whether it pays to parse a description for events.
pub(in crate::read) fn worth_reading(html: &str) -> bool {
    ["dt-start", "dtstart", "startDate", "<time"].iter().any(|mark| html.contains(mark))
}

/// Events in microdata, h-event and `<time datetime>`, the better marked first.
pub(in crate::read) fn events(html: &Html, base: Option<&Url>) -> Vec<Entry> {
    let entries = super::join(microdata::events(html, base), microformat::events(html, base));
    super::join(entries, listing::events(html, base))
}
