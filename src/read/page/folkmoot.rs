//! The JSON of another Folkmoot (`/api/v1/events`), read as a feed.

use serde_json::Value;
use url::Url;

use super::{
    markup,
    platform::{rich, text_at},
};
use crate::{
    event::Local,
    feed::Format,
    read::{DateOrigin, Document, Entry, Written, WrittenExtra, WrittenZone, link, moment},
};

/// Dates of one series that differ from its rule, at most; each becomes an entry.
const MOST_CHANGES: usize = 200;

/// Forgotten events that are heard of, at most: more than any network says.
const MOST_FORGOTTEN: usize = 10_000;

/// A list of events, if it is one; an empty list counts, since the shape says what it is.
pub(super) fn read(value: &Value, base: Option<&Url>) -> Option<Document> {
    let events = value.get("events")?.as_array()?;
    let ours = |event: &Value| {
        ["id", "uid", "title", "all_day", "listed", "sources"]
            .iter()
            .all(|name| event.get(name).is_some())
    };
    if !(events.iter().all(ours) && (!events.is_empty() || value.get("next").is_some())) {
        return None;
    }
    let mut document = Document::empty(Format::Html);
    document.generator = Some("Folkmoot".into());
    document.link = base.map(Url::to_string);
    // What that network does not list is not for us to list.
    let listed = events.iter().filter(|event| event.get("listed") == Some(&Value::Bool(true)));
    for event in listed {
        document.entries.extend(entries(event, base));
    }
    let forgotten = value.get("forgotten").and_then(Value::as_array).into_iter().flatten();
    let forgotten = forgotten.filter_map(Value::as_str).take(MOST_FORGOTTEN);
    document.forgotten = forgotten.map(str::to_owned).collect();
    document.next_page =
        text_at(value, "/next").and_then(|raw| link::absolute(&raw, base)).map(String::from);
    Some(document)
}

/// The event, and those of its dates that differ from its rule.
fn entries(event: &Value, base: Option<&Url>) -> Vec<Entry> {
    let zone = text_at(event, "/time_zone");
    let at = |value: &Value, path: &str| written(&text_at(value, path)?, zone.as_deref());
    let mut whole = facts(event, base);
    whole.start = at(event, "/start");
    whole.end = at(event, "/last_day").or_else(|| at(event, "/end"));
    whole.date_origin = Some(DateOrigin::Page("Folkmoot start".into()));
    let texts = |path: &str| -> Vec<&str> {
        let list = event.pointer(path).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).collect()
    };
    let dates = |path: &str| -> Vec<Written> {
        texts(path).into_iter().filter_map(|text| written(text, zone.as_deref())).collect()
    };
    whole.repeats.rrule = texts("/recurrence/rrule").into_iter().map(str::to_owned).collect();
    whole.repeats.exdate = dates("/recurrence/exdate");
    whole.repeats.rdate = dates("/recurrence/rdate")
        .into_iter()
        .map(|start| WrittenExtra { start, length: None })
        .collect();
    let mut all = Vec::new();
    let changes = event.pointer("/recurrence/overrides").and_then(Value::as_array);
    for change in changes.into_iter().flatten().take(MOST_CHANGES) {
        let Some(instance) = at(change, "/recurrence_id") else { continue };
        let mut one = facts(event, base);
        one.reference = text_at(change, "/recurrence_id")
            .zip(whole.reference.as_deref())
            .map(|(instance, whole)| format!("{whole}/{instance}"));
        one.start = at(change, "/start");
        one.end = at(change, "/end");
        one.date_origin.clone_from(&whole.date_origin);
        one.title = rich(change, "/title").or(one.title);
        one.status = text_at(change, "/status").map(|s| s.to_ascii_uppercase()).or(one.status);
        whole.repeats.exdate.push(instance);
        all.push(one);
    }
    all.insert(0, whole);
    all
}

/// What does not depend on the date.
fn facts(event: &Value, base: Option<&Url>) -> Entry {
    let mut entry = Entry::empty();
    entry.reference = text_at(event, "/uid");
    entry.title = rich(event, "/title");
    if let Some(title) = &mut entry.title {
        title.language = text_at(event, "/language");
    }
    entry.description = rich(event, "/description");
    entry.url = text_at(event, "/url")
        .or_else(|| text_at(event, "/page"))
        .and_then(|raw| link::absolute(&raw, base))
        .map(String::from);
    entry.location = text_at(event, "/place/name");
    let parts = [text_at(event, "/place/address"), text_at(event, "/place/postcode")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    entry.address = (!parts.is_empty()).then(|| parts.join(", "));
    entry.status = text_at(event, "/status").map(|status| status.to_ascii_uppercase());
    entry.sold_out = event.get("full").and_then(Value::as_bool);
    entry.cost = text_at(event, "/cost");
    entry.booking_url = text_at(event, "/booking_url");
    entry.organiser = text_at(event, "/organiser/name");
    entry.attendance_mode = match text_at(event, "/attendance").as_deref() {
        Some("online") => Some("OnlineEventAttendanceMode".into()),
        Some("in_person") => Some("OfflineEventAttendanceMode".into()),
        Some("hybrid") => Some("MixedEventAttendanceMode".into()),
        _ => None,
    };
    let instant = |path: &str| moment::instant(&text_at(event, path)?);
    entry.published = instant("/created");
    entry.modified = instant("/updated");
    entry
}

/// An instant with its offset stands at the clock of the event's zone.
fn written(text: &str, zone: Option<&str>) -> Option<Written> {
    let mut written = moment::written(text)?;
    if let (Local::Time(_), WrittenZone::Offset(_), Some(zone)) =
        (written.value, &written.zone, zone)
    {
        written.zone = WrittenZone::Named(markup::folded(zone));
    }
    Some(written)
}
