//! Pages of the systems in which councils run their committees: meetings, papers and attendance, no events for those
//! who run services.

use url::Url;

use crate::event::{Decision, Verdict};

/// Whether a page stands in such a system, by its host or by the way Modern.gov names its pages.
pub(super) fn is_committee_page(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let parts: Vec<&str> = host.split('.').collect();
    parts.contains(&"moderngov")
        || parts
            .first()
            .is_some_and(|first| matches!(*first, "democracy" | "democratic" | "committees"))
        || url.path_segments().and_then(|mut path| path.next_back()).is_some_and(is_modern_gov)
}

/// `ieListDocuments.aspx`, `mgMeetingAttendance.aspx`.
fn is_modern_gov(page: &str) -> bool {
    let Some(name) = page.strip_suffix(".aspx").or(page.strip_suffix(".ASPX")) else {
        return false;
    };
    let mixed = ["mg", "ie"].iter().filter_map(|mark| name.strip_prefix(mark));
    let lower = name.to_ascii_lowercase();
    mixed.into_iter().any(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
        || ["ielist", "iedecision", "ieissue", "mgcalendar", "mgcommittee", "mgmeeting", "mguser"]
            .iter()
            .any(|known| lower.starts_with(known))
}

/// What follows from it.
pub(super) fn verdict() -> Verdict {
    let reason = "Not listed because its page is one of a council's committee pages (meetings, papers, attendance).";
    Verdict { decision: Decision::Unlisted, reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committee_pages_are_known_by_host_and_by_name() {
        for page in [
            "https://democracy.a.example/x",
            "https://a.moderngov.co.uk/x",
            "https://www.a.example/ieListDocuments.aspx?CId=1",
            "https://www.a.example/dem/mgMeetingAttendance.aspx?ID=1",
            "https://www.a.example/mgcalendarmonthview.aspx",
        ] {
            assert!(is_committee_page(page), "{page}");
        }
        for page in [
            "https://www.a.example/events/1",
            "https://www.democracyclub.example/x",
            "https://www.a.example/image.aspx",
            "https://www.a.example/iedeas.aspx",
            "mailto:x",
        ] {
            assert!(!is_committee_page(page), "{page}");
        }
    }
}
