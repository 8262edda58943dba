//! The list as CSV, for people who work in a spreadsheet.

use chrono::{DateTime, Utc};

use super::{Context, credits, json, place_line};
use crate::{catalogue::Item, publish::json::EventJson};

const COLUMNS: [&str; 27] = [
    "id",
    "title",
    "status",
    "withdrawn",
    "start",
    "end",
    "all_day",
    "last_day",
    "time_zone",
    "next_start",
    "repeats",
    "kind",
    "services",
    "council",
    "group",
    "organiser",
    "attendance",
    "place",
    "postcode",
    "open_to",
    "cost",
    "full",
    "booking_url",
    "url",
    "page",
    "found_in",
    "updated",
];

/// Writes one line for each event or series.
#[must_use]
pub fn write<'a>(
    items: impl IntoIterator<Item = &'a Item>,
    context: &Context,
    now: DateTime<Utc>,
) -> String {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
    // Writing to memory does not fail.
    let _ = writer.write_record(COLUMNS);
    for item in items {
        let _ = writer.write_record(row(item, context, now).iter().map(|cell| harmless(cell)));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn row(item: &Item, context: &Context, now: DateTime<Utc>) -> [String; COLUMNS.len()] {
    let facts = &item.listing.facts;
    let event: EventJson = json::event(item, context, now);
    let place = facts.place.as_ref();
    let some = Option::unwrap_or_default;
    [
        event.id,
        event.title,
        event.status.to_owned(),
        some(event.withdrawn),
        some(event.start),
        some(event.end),
        event.all_day.to_string(),
        some(event.last_day),
        event.time_zone,
        event.next.map(|next| next.start).unwrap_or_default(),
        facts.recurrence.is_some().to_string(),
        event.kind,
        event.services.join("; "),
        some(event.organiser.council),
        some(event.organiser.group),
        some(event.organiser.name),
        event.attendance.to_owned(),
        some(place.and_then(place_line)),
        some(place.and_then(|place| place.postcode.clone())),
        event.audience.map(|audience| audience.open_to).unwrap_or_default(),
        some(event.cost),
        event.full.map(|full| full.to_string()).unwrap_or_default(),
        some(event.booking_url),
        some(event.url),
        event.page,
        credits(&item.listing).join("; "),
        event.updated,
    ]
}

/// A spreadsheet takes a cell that begins with one of these for a formula.
fn harmless(cell: &str) -> String {
    let cell: String = cell.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if cell.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::samples;

    #[test]
    fn a_formula_is_text() {
        let mut listing = samples::plain();
        listing.facts.title = "=HYPERLINK(\"http://x\",\"y\"),\r\nz".into();
        let catalogue = samples::catalogue([listing]);
        let words = samples::Words::new();
        let items: Vec<_> = catalogue.items().map(|item| &**item).collect();
        let text = write(items, &words.context(), samples::now());
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(&rows[0][1], "'=HYPERLINK(\"http://x\",\"y\"),\nz");
        assert_eq!(&rows[0][4], "2026-12-04T10:00:00+00:00");
    }
}
