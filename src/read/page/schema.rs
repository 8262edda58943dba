//! schema.org events, however they were carried: JSON-LD as it stands, microdata turned into the same shape.

use serde_json::Value;
use url::Url;

use super::markup;
use crate::{
    event::{Length, Local},
    read::{
        DateOrigin, Entry, MAX_TEXT, Repeats, Text, Written, feed::plausible_point, link, moment,
    },
};

/// Types that end in `Event` and are none that anybody could attend, or that repeat another's data.
const NOT_EVENTS: &[&str] =
    &["BroadcastEvent", "OnDemandEvent", "PublicationEvent", "DeliveryEvent", "UserPlays"];
/// Types that are events without saying so.
const ALSO_EVENTS: &[&str] = &["Hackathon", "CourseInstance", "Festival", "EventSeries"];

/// The last part of a type or an enumeration's value: `https://schema.org/EventCancelled` → `EventCancelled`.
pub(super) fn last_part(name: &str) -> &str {
    name.trim().rsplit(['/', '#', ':']).next().unwrap_or(name)
}

/// Types of an object, without their namespace.
pub(super) fn types(value: &Value) -> Vec<&str> {
    match value.get("@type") {
        Some(Value::String(name)) => vec![last_part(name)],
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).map(last_part).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether an object is an event that takes place.
pub(super) fn is_event(value: &Value) -> bool {
    types(value).iter().any(|name| {
        (name.ends_with("Event") && !NOT_EVENTS.contains(name)) || ALSO_EVENTS.contains(name)
    })
}

/// The text of a property: a string, a number, `{"@value": …}`, or the first of a list.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    let found = match value? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) => list.iter().find_map(|item| text(Some(item)))?,
        Value::Object(fields) => text(fields.get("@value").or_else(|| fields.get("name")))?,
        _ => return None,
    };
    let found = found.trim();
    (!found.is_empty()).then(|| found.to_owned())
}

/// The same in one line, with character references resolved: WordPress writes `&#038;` into JSON.
fn plain(value: Option<&Value>) -> Option<String> {
    let text = text(value)?;
    let text = if markup::looks_like_html(&text) { markup::unescape(&text) } else { text };
    Some(markup::folded(&text).chars().take(500).collect())
}

fn address_of_web(value: Option<&Value>, base: Option<&Url>) -> Option<Url> {
    let raw = match value? {
        Value::Object(fields) => text(fields.get("@id").or_else(|| fields.get("url")))?,
        other => text(Some(other))?,
    };
    link::absolute(&markup::unescape(&raw), base)
}

fn each(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().take(50).collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(one) => vec![one],
    }
}

/// An entry from a schema.org event. `origin` names the carrier for the evidence.
pub(super) fn entry(
    event: &Value,
    place: Option<&Value>,
    base: Option<&Url>,
    origin: &str,
) -> Entry {
    let mut entry = Entry::empty();
    entry.title = text(event.get("name")).map(rich);
    entry.description = text(event.get("description")).map(rich);
    entry.url = address_of_web(event.get("url"), base)
        .or_else(|| address_of_web(event.get("mainEntityOfPage"), base))
        .map(String::from);
    entry.reference = reference(event, entry.url.as_deref());
    when(event, &mut entry);
    if entry.start.is_some() {
        entry.date_origin = Some(DateOrigin::Page(origin.to_owned()));
    }
    let places = each(event.get("location"));
    let places = if places.is_empty() { each(place) } else { places };
    where_(&places, base, &mut entry);
    entry.status = text(event.get("eventStatus")).map(|said| last_part(&said).to_ascii_uppercase());
    entry.attendance_mode = text(event.get("eventAttendanceMode"))
        .map(|said| last_part(&said).to_owned())
        .or(entry.attendance_mode);
    entry.organiser = each(event.get("organizer")).into_iter().find_map(organiser);
    offers(event, base, &mut entry);
    entry.categories = keywords(event);
    let moment_of = |name: &str| moment::instant(&text(event.get(name))?);
    entry.modified = moment_of("dateModified");
    entry.published = moment_of("datePublished");
    entry
}

fn rich(mut value: String) -> Text {
    value.truncate(value.floor_char_boundary(MAX_TEXT));
    if markup::is_escaped(&value) {
        value = markup::unescape(&value);
    }
    Text { html: markup::looks_like_html(&value), value, language: None }
}

/// `@id` where it is a name for all the world, else the event's page without what only tracks.
fn reference(event: &Value, url: Option<&str>) -> Option<String> {
    let id = text(event.get("@id").or_else(|| event.get("identifier")));
    let id = id.filter(|id| {
        id.split_once(':').is_some_and(|(scheme, _)| {
            scheme.len() > 1
                && scheme.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'+' || c == b'-')
        })
    });
    id.map(|id| link::untracked(&id)).or_else(|| url.map(link::untracked))
}

fn when(event: &Value, entry: &mut Entry) {
    let date = |name: &str| moment::written(&text(event.get(name))?);
    entry.start = date("startDate");
    entry.end = date("endDate");
    entry.duration = text(event.get("duration")).and_then(|text| duration(&text));
    if let Some(schedule) = each(event.get("eventSchedule")).first() {
        repeats(schedule, entry);
    }
    // A day as the end of a timed start says nothing about its time.
    if let (Some(start), Some(end)) = (&entry.start, &entry.end) {
        let same_kind = matches!(
            (start.value, end.value),
            (Local::Date(_), Local::Date(_)) | (Local::Time(_), Local::Time(_))
        );
        if !same_kind {
            entry.end = None;
        }
    }
}

/// ISO 8601 durations of days and smaller: `PT2H30M`, `P1DT4H`, `P2W`.
fn duration(text: &str) -> Option<Length> {
    let text = text.trim().to_ascii_uppercase();
    let rest = text.strip_prefix('P')?;
    let (mut length, mut number, mut in_time) = (Length::default(), String::new(), false);
    for character in rest.chars().take(40) {
        let (part, unit) = match character {
            'T' => {
                in_time = true;
                continue;
            }
            '0'..='9' => {
                number.push(character);
                continue;
            }
            'W' => (&mut length.days, 7),
            'D' => (&mut length.days, 1),
            'H' if in_time => (&mut length.seconds, 3600),
            'M' if in_time => (&mut length.seconds, 60),
            'S' if in_time => (&mut length.seconds, 1),
            _ => return None,
        };
        *part = part.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    (length.total() > 0).then_some(length)
}

/// schema.org Schedule, as far as it maps to a rule of RFC 5545.
fn repeats(schedule: &Value, entry: &mut Entry) {
    let field = |name: &str| text(schedule.get(name));
    let at = |day: &str, clock: &str| {
        let day = field(day)?;
        field(clock)
            .and_then(|time| moment::written(&format!("{day}T{time}")))
            .or_else(|| moment::written(&day))
    };
    if entry.start.is_none() {
        entry.start = at("startDate", "startTime");
        let end = entry.start.as_ref().map(|start| start.value.date()).zip(field("endTime"));
        entry.end = end.and_then(|(day, time)| moment::written(&format!("{day}T{time}")));
    }
    let Some(rule) = rule(schedule) else { return };
    let except = each(schedule.get("exceptDate"))
        .into_iter()
        .filter_map(|day| moment::written(&text(Some(day))?));
    entry.repeats = Repeats { rrule: vec![rule], exdate: except.collect(), ..Repeats::default() };
}

fn rule(schedule: &Value) -> Option<String> {
    let said = text(schedule.get("repeatFrequency"))?.to_ascii_uppercase();
    let (every, unit) = match last_part(&said) {
        "DAILY" => (1, 'D'),
        "WEEKLY" => (1, 'W'),
        "MONTHLY" => (1, 'M'),
        "YEARLY" => (1, 'Y'),
        period => {
            let period = period.strip_prefix('P')?;
            let unit = period.chars().last()?;
            (period.trim_end_matches(unit).parse::<u16>().ok().filter(|n| *n > 0)?, unit)
        }
    };
    let frequency = match unit {
        'D' => "DAILY",
        'W' => "WEEKLY",
        'M' => "MONTHLY",
        'Y' => "YEARLY",
        _ => return None,
    };
    let mut rule = format!("FREQ={frequency};INTERVAL={every}");
    let days: Vec<String> = each(schedule.get("byDay"))
        .into_iter()
        .filter_map(Value::as_str)
        .filter_map(|day| last_part(day).get(..2).map(str::to_ascii_uppercase))
        .filter(|day| ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].contains(&day.as_str()))
        .collect();
    if !days.is_empty() {
        rule.push_str(&format!(";BYDAY={}", days.join(",")));
    }
    if let Some(count) = text(schedule.get("repeatCount")).and_then(|n| n.parse::<u32>().ok()) {
        rule.push_str(&format!(";COUNT={count}"));
    } else if let Some(until) = moment::written(&text(schedule.get("endDate"))?) {
        let Written { value, .. } = until;
        rule.push_str(&format!(";UNTIL={}", value.date().format("%Y%m%d")));
    }
    Some(rule)
}

fn where_(places: &[&Value], base: Option<&Url>, entry: &mut Entry) {
    let (mut real, mut virtual_) = (false, false);
    for place in places {
        if types(place).contains(&"VirtualLocation") {
            virtual_ = true;
            let url = address_of_web(place.get("url"), base).map(String::from);
            let own = entry.url.as_deref().map(link::untracked);
            entry.join_url = url.filter(|url| Some(link::untracked(url)) != own);
            continue;
        }
        real = true;
        if entry.location.is_some() || entry.address.is_some() {
            continue;
        }
        match place {
            Value::Object(fields) => {
                entry.location = plain(fields.get("name"));
                entry.address = fields.get("address").and_then(postal);
                entry.geo = fields.get("geo").and_then(point);
            }
            other => entry.location = plain(Some(other)),
        }
    }
    if virtual_ {
        let mode = if real { "MixedEventAttendanceMode" } else { "OnlineEventAttendanceMode" };
        entry.attendance_mode = Some(mode.into());
    }
}

fn postal(address: &Value) -> Option<String> {
    let Value::Object(fields) = address else { return plain(Some(address)) };
    let mut parts: Vec<String> = Vec::new();
    for name in ["streetAddress", "addressLocality", "addressRegion", "postalCode"] {
        if let Some(part) = plain(fields.get(name)).filter(|part| !parts.contains(part)) {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then(|| parts.join(", ")).or_else(|| plain(fields.get("name")))
}

fn point(geo: &Value) -> Option<(f64, f64)> {
    let number = |name: &str| text(geo.get(name))?.parse::<f64>().ok();
    Some((number("latitude")?, number("longitude")?)).filter(|at| plausible_point(*at))
}

/// The organisation that runs it; a person is nobody's business.
fn organiser(who: &Value) -> Option<String> {
    if types(who).contains(&"Person") {
        return None;
    }
    plain(who.get("name").or(Some(who)))
        .filter(|name| !name.contains('@') && !name.starts_with("http"))
}

fn keywords(event: &Value) -> Vec<String> {
    let said = each(event.get("keywords")).into_iter().chain(each(event.get("about")));
    let mut words: Vec<String> = Vec::new();
    for word in said.filter_map(|word| plain(Some(word))) {
        for part in word.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if words.len() < 50 && !words.iter().any(|known| known == part) {
                words.push(part.to_owned());
            }
        }
    }
    words
}

fn offers(event: &Value, base: Option<&Url>, entry: &mut Entry) {
    let offers = each(event.get("offers"));
    let mut prices: Vec<f64> = Vec::new();
    let mut currency = None;
    let (mut sold_out, mut available) = (false, false);
    for offer in &offers {
        for name in ["price", "lowPrice", "highPrice"] {
            let price =
                text(offer.get(name)).and_then(|price| price.replace(',', "").parse::<f64>().ok());
            prices.extend(price.filter(|price| price.is_finite() && *price >= 0.0));
        }
        currency = currency.or_else(|| text(offer.get("priceCurrency")));
        if let Some(said) = text(offer.get("availability")) {
            match last_part(&said).to_ascii_lowercase().as_str() {
                "soldout" | "outofstock" => sold_out = true,
                "instock"
                | "limitedavailability"
                | "onlineonly"
                | "preorder"
                | "presale"
                | "instoreonly" => {
                    available = true;
                }
                _ => {}
            }
        }
        entry.booking_url = entry
            .booking_url
            .take()
            .or_else(|| address_of_web(offer.get("url"), base).map(String::from));
    }
    entry.sold_out = match (sold_out, available) {
        (_, true) => Some(false),
        (true, false) => Some(true),
        (false, false) => None,
    };
    let free = event.get("isAccessibleForFree").and_then(|free| match free {
        Value::Bool(free) => Some(*free),
        other => text(Some(other)).map(|said| last_part(&said).eq_ignore_ascii_case("true")),
    });
    entry.cost = cost(&prices, currency.as_deref()).or_else(|| free?.then(|| "Free".to_owned()));
}

/// Prices in words.
fn cost(prices: &[f64], currency: Option<&str>) -> Option<String> {
    let (least, most) = prices
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), p| (least.min(*p), most.max(*p)));
    if !least.is_finite() {
        return None;
    }
    let one = |price: f64| {
        let amount =
            if price.fract() < 0.005 { format!("{price:.0}") } else { format!("{price:.2}") };
        match currency.unwrap_or("GBP") {
            "GBP" => format!("£{amount}"),
            "EUR" => format!("€{amount}"),
            other => format!("{other} {amount}"),
        }
    };
    Some(match (least, most) {
        (_, most) if most < 0.005 => "Free".to_owned(),
        (least, most) if (most - least).abs() < 0.005 => one(least),
        (least, most) if least < 0.005 => format!("Free to {}", one(most)),
        (least, most) => format!("{} to {}", one(least), one(most)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_with_everything() {
        let event = json!({
            "@type": ["Event", "https://schema.org/BusinessEvent"], "name": "Bins &amp; beyond",
            "url": "/e/1?utm_source=x", "startDate": "2027-02-11T10:00", "endDate": "2027-02-11",
            "eventStatus": "https://schema.org/EventPostponed",
            "location": [{"@type": "Place", "name": "Town Hall", "address": {"streetAddress": "1 High St",
                "postalCode": "RG14 5LD", "addressCountry": "GB"}, "geo": {"latitude": "51.4", "longitude": -1.3}},
                {"@type": "VirtualLocation", "url": "https://meet.example/x"}],
            "organizer": [{"@type": "Person", "name": "Somebody"}, {"@type": "Organization", "name": "Council"}],
            "offers": [{"price": "0.00", "availability": "SoldOut"}, {"price": 25, "priceCurrency": "GBP"}],
            "keywords": "waste, bins"
        });
        let base = Url::parse("https://a.example/events").unwrap();
        let entry = entry(&event, None, Some(&base), "schema.org");
        assert!(is_event(&event));
        assert_eq!(entry.reference.as_deref(), Some("https://a.example/e/1"));
        assert!(entry.title.unwrap().html);
        assert_eq!(entry.end, None);
        assert_eq!(entry.status.as_deref(), Some("EVENTPOSTPONED"));
        assert_eq!(entry.location.as_deref(), Some("Town Hall"));
        assert_eq!(entry.address.as_deref(), Some("1 High St, RG14 5LD"));
        assert_eq!(entry.geo, Some((51.4, -1.3)));
        assert_eq!(entry.attendance_mode.as_deref(), Some("MixedEventAttendanceMode"));
        assert_eq!(entry.organiser.as_deref(), Some("Council"));
        assert_eq!((entry.cost.as_deref(), entry.sold_out), (Some("Free to £25"), Some(true)));
        assert_eq!(entry.categories, ["waste", "bins"]);
    }

    #[test]
    fn schedules_become_rules() {
        let event = json!({"@type": "Event", "eventSchedule": {"repeatFrequency": "P2W",
            "byDay": ["https://schema.org/Tuesday"], "startDate": "2027-01-05", "startTime": "19:00",
            "endTime": "20:30", "endDate": "2027-06-30"}});
        let entry = entry(&event, None, None, "schema.org");
        assert_eq!(entry.repeats.rrule, ["FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20270630"]);
        assert!(format!("{:?}", entry.end).contains("2027-01-05T20:30:00"));
        assert_eq!(duration("PT2H30M").map(Length::total), Some(9000));
        assert_eq!(duration("P1M"), None);
    }
}
