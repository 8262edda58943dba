//! An event in schema.org's words, for search engines, inside the event's page.

use chrono_tz::Tz;
use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Value, json};

use super::{Dated, Site, browse::safe};
use crate::event::{Attendance, Span, Status};

/// A date of an event as a schema.org Event; `None` while it has no date.
#[must_use]
pub fn event(site: &Site, date: &Dated) -> Option<Value> {
    let span = date.span?;
    let listing = date.listing;
    let facts = &listing.facts;
    let page = format!("{}{}", site.base, Site::event_path(listing));
    let mut event = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            event.insert(name.to_owned(), value);
        }
    };
    put("@context", "https://schema.org".into());
    put("@type", "Event".into());
    put("@id", page.as_str().into());
    put("name", date.title.into());
    put("url", safe(facts.url.as_deref()).unwrap_or(&page).into());
    let (start, end) = times(&span, facts.time_zone);
    put("startDate", start);
    put("endDate", end);
    put("eventStatus", status(date.status).into());
    put("eventAttendanceMode", mode(facts.attendance).map_or(Value::Null, Value::from));
    put("location", location(site, date));
    put("description", facts.description.as_deref().map_or(Value::Null, |text| cut(text).into()));
    put("inLanguage", facts.language.as_deref().map_or(Value::Null, Value::from));
    put("organizer", site.organiser(listing).map_or(Value::Null, organisation));
    if let Some(booking) = safe(facts.booking_url.as_deref()) {
        let stock = if facts.full == Some(true) { "SoldOut" } else { "InStock" };
        put(
            "offers",
            json!({
                "@type": "Offer",
                "url": booking,
                "availability": format!("https://schema.org/{stock}"),
            }),
        );
    }
    Some(Value::Object(event))
}

fn times(span: &Span, zone: Tz) -> (Value, Value) {
    match *span {
        Span::AllDay { start, end } => {
            let last = end.pred_opt().unwrap_or(end);
            (start.to_string().into(), last.to_string().into())
        }
        Span::Timed { start, end } => {
            // An end that is the start was not given.
            let end = end.filter(|end| *end > start);
            let local = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).to_rfc3339();
            (local(start).into(), end.map_or(Value::Null, |end| local(end).into()))
        }
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Confirmed | Status::Tentative => "https://schema.org/EventScheduled",
        Status::Cancelled => "https://schema.org/EventCancelled",
        Status::Postponed => "https://schema.org/EventPostponed",
    }
}

fn mode(attendance: Attendance) -> Option<&'static str> {
    match attendance {
        Attendance::InPerson => Some("https://schema.org/OfflineEventAttendanceMode"),
        Attendance::Online => Some("https://schema.org/OnlineEventAttendanceMode"),
        Attendance::Hybrid => Some("https://schema.org/MixedEventAttendanceMode"),
        Attendance::Unknown => None,
    }
}

fn organisation(name: &str) -> Value {
    json!({"@type": "Organization", "name": name})
}

fn location(site: &Site, date: &Dated) -> Value {
    let facts = &date.listing.facts;
    let page = format!("{}{}", site.base, Site::event_path(date.listing));
    let online = || {
        let url = safe(facts.url.as_deref()).unwrap_or(&page);
        json!({"@type": "VirtualLocation", "url": url})
    };
    let venue = date.place.filter(|place| !place.is_empty()).map(|place| {
        let mut venue = json!({"@type": "Place", "address": address(place)});
        if let Some(object) = venue.as_object_mut() {
            if let Some(name) = &place.name {
                object.insert("name".into(), name.as_str().into());
            }
            if let (Some(latitude), Some(longitude)) = (place.latitude, place.longitude) {
                let geo = json!({"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude});
                object.insert("geo".into(), geo);
            }
        }
        venue
    });
    match (facts.attendance, venue) {
        (Attendance::Online, _) => online(),
        (Attendance::Hybrid, Some(venue)) => json!([venue, online()]),
        (_, Some(venue)) => venue,
        (Attendance::Hybrid, None) => online(),
        // Search engines leave out an event without a place; this one says truly that none was given.
        (_, None) => json!({
            "@type": "Place",
            "name": "Not stated: please ask the organiser",
            "address": {"@type": "PostalAddress", "addressCountry": "GB"},
        }),
    }
}

fn address(place: &crate::event::Place) -> Value {
    let mut address = json!({"@type": "PostalAddress", "addressCountry": "GB"});
    if let Some(object) = address.as_object_mut() {
        let street = place.address.as_ref().or(place.name.as_ref());
        if let Some(street) = street {
            object.insert("streetAddress".into(), street.as_str().into());
        }
        if let Some(postcode) = &place.postcode {
            object.insert("postalCode".into(), postcode.as_str().into());
        }
    }
    address
}

/// The first 300 characters or so: enough for a search result.
fn cut(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

/// The element that carries it. Within `<script>` HTML entities are not read, so everything that could end the
/// element, or that old parsers trip over, is written as a JSON escape instead.
pub(crate) fn element(value: &Value) -> Markup {
    let mut text = String::new();
    for letter in value.to_string().chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            other => text.push(other),
        }
    }
    html! { script type="application/ld+json" { (PreEscaped(text)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_script_element_early() {
        let title = "</script><script>alert(1)</script>&\u{2028}";
        let html = element(&json!({ "name": title })).into_string();
        assert_eq!(html.matches("</script>").count(), 1);
        let inside = html.split_once('>').unwrap().1.strip_suffix("</script>").unwrap();
        let again: Value = serde_json::from_str(inside).unwrap();
        assert_eq!(again["name"], title);
    }
}
