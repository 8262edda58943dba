//! The words that filters use for states, ways to attend and the like.

use super::{ListedFilter, SORTS, Sort};
use crate::event::{Attendance, Status};

/// Every status by its word.
pub(super) const STATUSES: [(&str, Status); 4] = [
    ("confirmed", Status::Confirmed),
    ("tentative", Status::Tentative),
    ("cancelled", Status::Cancelled),
    ("postponed", Status::Postponed),
];

/// The ways to attend that can be asked for, by their words.
pub(super) const ATTENDANCES: [(&str, Attendance); 3] = [
    ("in_person", Attendance::InPerson),
    ("online", Attendance::Online),
    ("hybrid", Attendance::Hybrid),
];

/// The values of `listed`.
pub(super) const LISTED: [(&str, ListedFilter); 3] =
    [("yes", ListedFilter::Yes), ("no", ListedFilter::No), ("any", ListedFilter::Any)];

impl Status {
    /// Its word in JSON and addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word(&STATUSES, self)
    }
}

impl Attendance {
    /// Its word in JSON and addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            other => word(&ATTENDANCES, other),
        }
    }
}

impl ListedFilter {
    /// Its word in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word(&LISTED, self)
    }
}

impl Sort {
    /// Its word in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word(&SORTS, self)
    }
}

fn word<T: PartialEq + Copy>(table: &[(&'static str, T)], value: T) -> &'static str {
    table.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}
