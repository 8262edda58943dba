//! Collects a VTIMEZONE: its name and its observances.

use chrono::NaiveDateTime;

use super::{lines::Property, value};
use crate::event::{Observance, ZoneRules};

/// Observances that are kept of one zone: real ones that list each change have fewer than 200.
const MOST_OBSERVANCES: usize = 256;
/// RDATEs that are kept of one observance.
const MOST_RDATES: usize = 256;

/// A VTIMEZONE while it is open.
pub(super) struct ZoneBuilder {
    rules: ZoneRules,
    open: Option<ObservanceBuilder>,
    /// Something was left out.
    cut: bool,
}

#[derive(Default)]
struct ObservanceBuilder {
    onset: Option<NaiveDateTime>,
    from: Option<i32>,
    to: Option<i32>,
    rrule: Option<String>,
    rdates: Vec<NaiveDateTime>,
}

impl ZoneBuilder {
    pub(super) fn new() -> Self {
        let rules = ZoneRules { id: String::new(), location: None, observances: Vec::new() };
        Self { rules, open: None, cut: false }
    }

    /// BEGIN:STANDARD or BEGIN:DAYLIGHT.
    pub(super) fn begin(&mut self) {
        self.end();
        self.open = Some(ObservanceBuilder::default());
    }

    /// END of the same. One without onset or offset says nothing and is left out.
    pub(super) fn end(&mut self) {
        let Some(built) = self.open.take() else { return };
        let (Some(onset), Some(offset_to)) = (built.onset, built.to) else { return };
        if self.rules.observances.len() >= MOST_OBSERVANCES {
            self.cut = true;
        } else {
            self.rules.observances.push(Observance {
                onset,
                offset_from: built.from.unwrap_or(offset_to),
                offset_to,
                rrule: built.rrule,
                rdates: built.rdates,
            });
        }
    }

    pub(super) fn property(&mut self, property: &Property) {
        let text = property.value.trim();
        let Some(open) = &mut self.open else {
            match property.name.as_str() {
                "TZID" => self.rules.id = value::text(text).trim_matches('"').trim().to_owned(),
                "X-LIC-LOCATION" => self.rules.location = Some(value::text(text)),
                _ => {}
            }
            return;
        };
        match property.name.as_str() {
            "DTSTART" => open.onset = value::onset(text),
            "TZOFFSETFROM" => open.from = value::offset(text),
            "TZOFFSETTO" => open.to = value::offset(text),
            "RRULE" => open.rrule = Some(text.to_ascii_uppercase()),
            "RDATE" => {
                let room = MOST_RDATES.saturating_sub(open.rdates.len());
                let starts = text.split(',').filter_map(|part| part.split('/').next());
                let mut starts = starts.filter_map(value::onset);
                open.rdates.extend(starts.by_ref().take(room));
                self.cut |= starts.next().is_some();
            }
            _ => {}
        }
    }

    /// The zone, if it has a name, and whether something of it was left out.
    pub(super) fn finish(mut self) -> Option<(ZoneRules, bool)> {
        self.end();
        (!self.rules.id.is_empty()).then_some((self.rules, self.cut))
    }
}
