use chrono_tz::Tz;
use serde_json::json;

use super::{super::samples, *};
use crate::{
    event::{Local, Override, Zone},
    query::EVENT_FIELDS,
};

fn at(text: &str) -> Local {
    Local::Time(text.parse().unwrap())
}

fn weekly() -> Listing {
    let mut listing = samples::plain();
    listing.facts.recurrence = Some(Recurrence {
        length: None,
        zone: Zone::Iana(Tz::Europe__London),
        start: at("2026-12-04T10:00:00"),
        rrule: vec!["FREQ=WEEKLY".into()],
        exrule: vec![],
        rdate: vec![],
        exdate: vec![at("2026-12-11T10:00:00")],
        overrides: vec![Override {
            instance: at("2027-07-02T10:00:00"),
            this_and_future: false,
            span: Span::Timed { start: samples::at(2027, 7, 2, 13, 0), end: None },
            title: None,
            status: Some(Status::Cancelled),
            description: None,
            place: None,
        }],
    });
    listing
}

#[test]
fn has_exactly_the_fields_that_can_be_asked_for() {
    let catalogue = samples::catalogue([weekly()]);
    let words = samples::Words::new();
    let item = catalogue.items().next().unwrap();
    let value = serde_json::to_value(event(item, &words.context(), samples::now())).unwrap();
    let names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, EVENT_FIELDS);
    let picked = pick(&value, &["title".to_owned(), "start".to_owned()]);
    assert_eq!(
        picked,
        json!({"title": "Waste services discovery day", "start": "2026-12-04T10:00:00+00:00"})
    );
}

#[test]
fn optional_facts_are_null_and_times_carry_their_offset() {
    let catalogue = samples::catalogue([weekly()]);
    let words = samples::Words::new();
    let item = catalogue.items().next().unwrap();
    let after = samples::at(2027, 6, 20, 0, 0);
    let value = serde_json::to_value(event(item, &words.context(), after)).unwrap();
    for name in ["cost", "audience", "series", "withdrawn", "full", "join_url", "last_day"] {
        assert!(value[name].is_null(), "{name}");
    }
    assert_eq!(value["next"]["start"], "2027-06-25T10:00:00+01:00");
    assert_eq!(value["recurrence"]["exdate"], json!(["2026-12-11T10:00:00+00:00"]));
    assert_eq!(
        value["recurrence"]["overrides"],
        json!([{"recurrence_id": "2027-07-02T10:00:00+01:00", "start": "2027-07-02T14:00:00+01:00",
                "end": null, "title": null, "status": "cancelled"}])
    );
    assert_eq!(value["organiser"]["name"], "West Berkshire Council");
    assert_eq!(value["page"], "https://moot.example/events/aaaaaaaaaaaa");
    // The cancelled one is not the next.
    let value = event(item, &words.context(), samples::at(2027, 6, 26, 0, 0));
    assert_eq!(value.next.unwrap().start, "2027-07-09T10:00:00+01:00");
}

#[test]
fn whole_days_are_dates() {
    let mut listing = samples::plain();
    listing.facts.span = Some(Span::AllDay {
        start: "2026-12-04".parse().unwrap(),
        end: "2026-12-06".parse().unwrap(),
    });
    let words = samples::Words::new();
    let value = serde_json::to_value(event_of(&listing, None, &words.context())).unwrap();
    assert_eq!(
        (&value["start"], &value["end"], &value["last_day"], &value["all_day"]),
        (&json!("2026-12-04"), &json!("2026-12-06"), &json!("2026-12-05"), &json!(true))
    );
    listing.facts.span = None;
    let value = serde_json::to_value(event_of(&listing, None, &words.context())).unwrap();
    assert!(value["start"].is_null() && value["end"].is_null());
}

#[test]
fn dates_say_which_instance_they_are() {
    let catalogue = samples::catalogue([weekly()]);
    let words = samples::Words::new();
    let query = crate::query::Query::default();
    let range = crate::catalogue::Range {
        from: samples::at(2027, 7, 1, 0, 0),
        to: Some(samples::at(2027, 7, 10, 0, 0)),
    };
    let dates = catalogue.all_dates(&query, range);
    let values: Vec<Value> = dates
        .iter()
        .map(|one| serde_json::to_value(date(one, &words.context())).unwrap())
        .collect();
    assert_eq!(values.len(), 2);
    assert_eq!(values[0]["recurrence_id"], "2027-07-02T10:00:00+01:00");
    assert_eq!(values[0]["status"], "cancelled");
    assert_eq!(values[0]["start_utc"], "2027-07-02T13:00:00Z");
    assert!(values[0]["end"].is_null());
    let calendar = serde_json::to_value(full_calendar(&dates[0], &words.context())).unwrap();
    assert_eq!(calendar["title"], "CANCELLED: Waste services discovery day");
    assert_eq!(calendar["allDay"], false);
    assert_eq!(calendar["id"], "aaaaaaaaaaaa/2027-07-02T10:00:00+01:00");
}

#[test]
fn a_feed_s_address_is_a_secret_unless_said_otherwise() {
    let words = samples::Words::new();
    let url = "https://feeds.example/secret-token.ics".parse().unwrap();
    let mut view = crate::catalogue::FeedView {
        feed: crate::feed::Feed::new("a-feed", url),
        state: crate::health::FeedState::default(),
    };
    let text = serde_json::to_string(&feed(&view, &words.context(), samples::now())).unwrap();
    assert!(!text.contains("secret-token") && text.contains("\"url\":null"));
    view.feed.public_url = true;
    let text = serde_json::to_string(&feed(&view, &words.context(), samples::now())).unwrap();
    assert!(text.contains("secret-token"));
}
