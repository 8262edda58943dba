//! The stage as a whole, on items written by hand.

use chrono::{NaiveDate, TimeZone};

use super::*;
use crate::{
    event::{Attendance, Local, Span, Status},
    feed::Policy,
    read::{DateOrigin, Entry, RefreshHints, Text, Written, WrittenZone},
};

fn text(value: &str) -> Option<Text> {
    Some(Text { value: value.into(), html: value.contains("</"), language: None })
}

fn item(title: &str, description: &str) -> Entry {
    let mut entry = Entry::empty();
    entry.reference = Some(format!("ref of {title}"));
    entry.url = Some(format!("https://a.example/{}", title.len()));
    entry.title = text(title);
    entry.description = text(description);
    entry.published = Some(noon(2026, 11, 20));
    entry
}

fn noon(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(year, month, day, 12, 0, 0).unwrap()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn document(format: Format, entries: Vec<Entry>) -> Document {
    Document {
        format,
        title: None,
        language: Some("en-GB".into()),
        rights: None,
        link: None,
        zones: Vec::new(),
        generator: None,
        refresh: RefreshHints::default(),
        next_page: None,
        forgotten: Vec::new(),
        entries,
        skipped: Vec::new(),
        problems: Vec::new(),
        complete: true,
        cut_off: None,
    }
}

fn feed() -> Feed {
    Feed::new("f", "https://a.example/feed.xml".parse().unwrap())
}

fn with(document: &Document, feed: &Feed, pages: &HashMap<String, Document>) -> Normalised {
    let members = Members::embedded().unwrap();
    let now = noon(2026, 11, 22);
    normalise(
        document,
        &Context { feed, network: &Network::default(), members: &members, now, pages },
    )
}

fn rss(entries: Vec<Entry>) -> Normalised {
    with(&document(Format::Rss, entries), &feed(), &HashMap::new())
}

fn dated(mut entry: Entry, origin: DateOrigin, start: Local, end: Option<Local>) -> Entry {
    let written = |value| Written { value, zone: WrittenZone::Floating };
    entry.start = Some(written(start));
    entry.end = end.map(written);
    entry.date_origin = Some(origin);
    entry
}

#[test]
fn a_last_day_is_part_of_the_event_except_in_icalendar() {
    let (start, end) = (Local::Date(day(2027, 6, 30)), Some(Local::Date(day(2027, 7, 1))));
    for (origin, until) in [
        (DateOrigin::Extension("ev:startdate".into()), day(2027, 7, 2)),
        (DateOrigin::Page("schema.org".into()), day(2027, 7, 2)),
        (DateOrigin::Ical, day(2027, 7, 1)),
    ] {
        let out = rss(vec![dated(item("Conference", ""), origin.clone(), start, end)]);
        let span = Span::AllDay { start: day(2027, 6, 30), end: until };
        assert_eq!(out.drafts[0].facts.span, Some(span), "{origin:?}");
        assert!(out.drafts[0].facts.evidence.date[0].says.starts_with("Wednesday 30 June 2027"));
    }
}

#[test]
fn midnight_to_midnight_is_a_whole_day() {
    let at = |d, h, m| Local::Time(day(2027, 6, d).and_hms_opt(h, m, 0).unwrap());
    for (end, days) in [(at(3, 0, 0), true), (at(2, 23, 59), true), (at(2, 17, 0), false)] {
        let origin = DateOrigin::Extension("mec:startDate".into());
        let out = rss(vec![dated(item("Fair", ""), origin, at(1, 0, 0), Some(end))]);
        let span = out.drafts[0].facts.span.unwrap();
        assert_eq!(span.is_all_day(), days, "{end:?}");
        let two = Span::AllDay { start: day(2027, 6, 1), end: day(2027, 6, 3) };
        assert!(!days || span == two, "{span:?}");
    }
}

#[test]
fn news_of_a_day_that_is_over_is_held() {
    for (text, held) in [
        ("The new hall was opened on 18 November by the mayor.", true),
        ("When: 18 November 2026", false),
        ("Join us on 18 November at 2pm.", false),
        ("We open the new hall on 18 December.", false),
    ] {
        let out = rss(vec![item("New hall in Newbury", text)]);
        assert_eq!(out.drafts[0].date_doubt.is_some(), held, "{text}");
    }
}

#[test]
fn an_end_that_is_not_stated_is_not_made_up() {
    let start = Local::Time(day(2027, 6, 10).and_hms_opt(10, 0, 0).unwrap());
    let out = rss(vec![dated(
        item("Forum", ""),
        DateOrigin::Extension("ev:startdate".into()),
        start,
        None,
    )]);
    let at = Utc.with_ymd_and_hms(2027, 6, 10, 9, 0, 0).unwrap();
    assert_eq!(out.drafts[0].facts.span, Some(Span::Timed { start: at, end: None }));
}

#[test]
fn prose_gives_the_date_with_its_words() {
    let out = rss(vec![item(
        "Waste discovery day – Thursday 11 February 2027",
        "<p>10am&nbsp;to 4pm, Shaw House, Newbury RG14 2DR. Book by 29 January.</p>",
    )]);
    let draft = &out.drafts[0];
    let start = Utc.with_ymd_and_hms(2027, 2, 11, 10, 0, 0).unwrap();
    let end = Some(Utc.with_ymd_and_hms(2027, 2, 11, 16, 0, 0).unwrap());
    assert_eq!(draft.facts.span, Some(Span::Timed { start, end }));
    assert_eq!(draft.facts.title, "Waste discovery day");
    assert!(
        draft.facts.evidence.date[0].text.contains("11 February"),
        "{:?}",
        draft.facts.evidence.date
    );
    let place = draft.facts.place.clone().unwrap();
    assert_eq!(
        (place.name.as_deref(), place.postcode.as_deref()),
        (Some("Shaw House"), Some("RG14 2DR"))
    );
    assert_eq!(draft.facts.attendance, Attendance::InPerson);
    assert!(out.wanted_pages.is_empty());
}

#[test]
fn several_sessions_share_their_reference() {
    let out = rss(vec![item("Two workshops", "5 and 19 February 2027, 10am-12pm, online.")]);
    let ordinals: Vec<_> = out.drafts.iter().map(|d| (d.reference.as_deref(), d.ordinal)).collect();
    assert_eq!(ordinals, [(Some("ref of Two workshops"), 0), (Some("ref of Two workshops"), 1)]);
}

#[test]
fn an_undated_item_asks_for_its_page_and_is_dated_by_it() {
    let plain = document(Format::Rss, vec![item("Parks forum", "Come and compare.")]);
    let out = with(&plain, &feed(), &HashMap::new());
    assert_eq!(out.drafts[0].facts.span, None);
    assert_eq!(out.wanted_pages, ["https://a.example/11"]);
    assert!(out.problems.iter().any(|p| p.code == "no_date" && p.text.contains("Parks forum")));
    let start = Local::Time(day(2027, 6, 10).and_hms_opt(10, 0, 0).unwrap());
    let found = dated(item("Parks forum", ""), DateOrigin::Page("schema.org".into()), start, None);
    let pages =
        HashMap::from([("https://a.example/11".to_owned(), document(Format::Html, vec![found]))]);
    let out = with(&plain, &feed(), &pages);
    assert!(out.drafts[0].facts.span.is_some() && out.wanted_pages.is_empty());
    assert_eq!(out.drafts[0].facts.evidence.date[0].from, "schema.org");
    let mut never = feed();
    never.follow_links = Some(false);
    assert!(with(&plain, &never, &HashMap::new()).wanted_pages.is_empty());
    never.follow_links = None;
    never.policy = Policy::Exclude;
    assert!(with(&plain, &never, &HashMap::new()).wanted_pages.is_empty());
}

#[test]
fn another_event_in_the_margin_of_a_page_dates_nothing() {
    let plain = document(Format::Rss, vec![item("Parks forum", "Come and compare.")]);
    let start = Local::Date(day(2027, 6, 10));
    let mut other =
        dated(item("Tea dance", ""), DateOrigin::Page("schema.org".into()), start, None);
    other.url = Some("https://a.example/tea".into());
    let pages =
        HashMap::from([("https://a.example/11".to_owned(), document(Format::Html, vec![other]))]);
    assert_eq!(with(&plain, &feed(), &pages).drafts[0].facts.span, None);
}

#[test]
fn pubdate_is_the_start_where_most_lie_ahead() {
    let mut entries =
        vec![item("One", "10.30am to 3pm with lunch."), item("Two", "x"), item("Three", "x")];
    entries[0].published = Some(Utc.with_ymd_and_hms(2027, 3, 24, 10, 30, 0).unwrap());
    entries[1].published = Some(noon(2027, 4, 1));
    let out = rss(entries);
    assert_eq!(out.pubdate_habit, Some(PubDate::EventStart));
    let end = Some(Utc.with_ymd_and_hms(2027, 3, 24, 15, 0, 0).unwrap());
    let start = Utc.with_ymd_and_hms(2027, 3, 24, 10, 30, 0).unwrap();
    assert_eq!(out.drafts[0].facts.span, Some(Span::Timed { start, end }));
    assert_eq!(out.drafts[1].facts.span, Some(Span::Timed { start: noon(2027, 4, 1), end: None }));
    assert!(out.drafts.iter().all(|draft| draft.published.is_none()));
}

#[test]
fn a_bulletin_becomes_its_events_or_stays_undated() {
    let lists = "<p>Repairs forum, Thursday 4 March 2027, 10am to noon</p><p>Voids workshop on 11 March 2027 at 2pm</p>";
    let out = rss(vec![item("Housing bulletin: upcoming events", lists)]);
    let titles: Vec<_> = out.drafts.iter().map(|draft| draft.facts.title.as_str()).collect();
    assert_eq!(titles, ["Repairs forum", "Voids workshop"]);
    assert_eq!(out.drafts[1].ordinal, 1);
    let dotted = "<p>Repairs forum: Thursday 4 March 2027, 10.30am to noon, online</p><p>Voids workshop: 11 March 2027, 9.15am, online</p>";
    let out = rss(vec![item("Housing bulletin: upcoming events", dotted)]);
    let titles: Vec<_> = out.drafts.iter().map(|draft| draft.facts.title.as_str()).collect();
    assert_eq!(titles, ["Repairs forum", "Voids workshop"]);
    assert!(out.drafts.iter().all(|draft| draft.facts.attendance == Attendance::Online));
    let placed = "<p>Repairs forum: Thursday 4 March 2027, 10am to noon, Town Hall, Leeds</p><p>Voids workshop (cancelled): 11 March 2027, 9am, free</p>";
    let out = rss(vec![item("Housing bulletin: upcoming events", placed)]);
    let titles: Vec<_> = out.drafts.iter().map(|draft| draft.facts.title.as_str()).collect();
    assert_eq!(titles, ["Repairs forum", "Voids workshop"]);
    let states: Vec<_> = out.drafts.iter().map(|draft| draft.facts.status).collect();
    assert_eq!(states, [Status::Confirmed, Status::Cancelled]);
    let muddle = "<p>We meet on 4 March 2027. Then again on 9 March 2027, and the others come on 12 March 2027.</p>";
    let out = rss(vec![item("Weekly bulletin", muddle)]);
    assert_eq!(out.drafts.len(), 1);
    assert_eq!(out.drafts[0].facts.span, None);
}

#[test]
fn private_items_leave_nothing_but_their_time() {
    let start = Local::Date(day(2027, 6, 10));
    let mut secret = dated(item("Grievance hearing", "Room 5"), DateOrigin::Ical, start, None);
    secret.class = Some("PRIVATE".into());
    secret.location = Some("Room 5".into());
    let out = with(&document(Format::Ical, vec![secret]), &feed(), &HashMap::new());
    let draft = &out.drafts[0];
    assert!(draft.private.is_some() && draft.facts.span.is_some());
    let rest = serde_json::to_string(&draft.facts).unwrap()
        + &serde_json::to_string(&out.problems).unwrap();
    assert!(!rest.contains("Grievance") && !rest.contains("Room 5"), "{rest}");
}

fn all_of(out: &Normalised) -> String {
    serde_json::to_string(&(&out.drafts, &out.skipped, &out.problems)).unwrap()
}

#[test]
fn personal_data_reach_no_output() {
    let mut entry = item(
        "Forum with jo@a.gov.uk, tel 01483 505050",
        "<p>On 4 March 2027 at 10am, ask <a href='mailto:jo@a.gov.uk'>jo@a.gov.uk</a>. \
         <a href='https://teams.microsoft.com/l/meetup-join/secret'>Join here</a> Passcode: s3cret</p>",
    );
    entry.reference = Some("1".into());
    entry.organiser = Some("Jo Bloggs".into());
    entry.location =
        Some("Teams https://teams.microsoft.com/l/meetup-join/secret or 01483 505050".into());
    entry.categories = vec!["ask jo@a.gov.uk".into()];
    let document = document(Format::Rss, vec![entry]);
    let out = with(&document, &feed(), &HashMap::new());
    let all = all_of(&out);
    for secret in ["jo@a", "505050", "meetup-join", "s3cret", "Bloggs"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    assert_eq!(out.drafts[0].facts.attendance, Attendance::Online);
    let mut open = feed();
    open.join_links = true;
    let out = with(&document, &open, &HashMap::new());
    assert_eq!(
        out.drafts[0].facts.join_url.as_deref(),
        Some("https://teams.microsoft.com/l/meetup-join/secret")
    );
    assert!(!all_of(&out).contains("jo@a"));
}

#[test]
fn what_is_called_off_anywhere_is_called_off() {
    let start = Local::Date(day(2027, 6, 10));
    let make = |title: &str, status: Option<&str>| {
        let mut entry = dated(item(title, ""), DateOrigin::Ical, start, None);
        entry.status = status.map(str::to_owned);
        entry
    };
    let entries = vec![
        make("Forum", Some("CANCELLED")),
        make("CANCELLED: Forum two", Some("CONFIRMED")),
        make("Forum 3", None),
    ];
    let mut document = document(Format::Ical, entries);
    let statuses = |document: &Document| {
        let out = with(document, &feed(), &HashMap::new());
        out.drafts.iter().map(|draft| draft.facts.status).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&document), [Status::Cancelled, Status::Cancelled, Status::Confirmed]);
    document.entries.iter_mut().for_each(|entry| entry.cancels = true);
    assert_eq!(statuses(&document), [Status::Cancelled; 3]);
}

#[test]
fn the_report_card_says_what_to_change() {
    let at = |hour| Local::Time(day(2027, 6, 10).and_hms_opt(hour, 0, 0).unwrap());
    let origin = || DateOrigin::Extension("ev:startdate".into());
    let mut entries = vec![
        dated(item("Night forum", ""), origin(), at(3), None),
        dated(item("", ""), origin(), at(10), None),
        item("News of parks", "We planted trees."),
    ];
    let mut utc = dated(item("Day forum", "Thursday 10 June 2027, 10am"), origin(), at(10), None);
    utc.start = utc.start.map(|start| Written { zone: WrittenZone::Utc, ..start });
    entries.push(utc);
    let out = rss(entries);
    for code in ["times_at_night", "missing_title", "no_date", "utc_for_local_time"] {
        let problem = out.problems.iter().find(|problem| problem.code == code);
        assert!(problem.is_some_and(|problem| problem.fix.is_some()), "{code}: {:?}", out.problems);
    }
}

#[test]
fn what_nobody_waits_for_is_not_gone_on_with() {
    use budget::Stop;
    let members = Members::embedded().unwrap();
    let (feed, pages) = (feed(), HashMap::new());
    let network = Network::default();
    let now = noon(2026, 11, 22);
    let context = Context { feed: &feed, network: &network, members: &members, now, pages: &pages };
    for format in [Format::Rss, Format::Ical] {
        let items = (0..5).map(|n| {
            let item = item(&format!("Workshop {n}"), "On 12 March 2027 at 10am");
            dated(item, DateOrigin::Ical, Local::Date(day(2027, 3, 12)), None)
        });
        let document = document(format, items.collect());
        let stop = Stop::default();
        let made = |stop: &Stop| normalise_within(&document, &context, &Budget::new(stop.clone()));
        assert_eq!(made(&stop).drafts.len(), 5);
        drop(stop.at_leaving());
        assert_eq!(made(&stop).drafts.len(), 0);
    }
}

#[test]
fn an_end_that_only_the_text_gives_is_taken() {
    let start = Local::Time(day(2027, 6, 2).and_hms_opt(10, 0, 0).unwrap());
    let origin = || DateOrigin::Extension("ev:startdate".into());
    let until = |entry: Entry, pubdate| {
        let mut feed = feed();
        feed.pubdate = pubdate;
        let out = with(&document(Format::Rss, vec![entry]), &feed, &HashMap::new());
        match out.drafts[0].facts.span.unwrap() {
            Span::Timed { start, end } => (start, end.map(|end| end - start)),
            Span::AllDay { .. } => panic!("a whole day"),
        }
    };
    let field = |text| dated(item("Forum", text), origin(), start, None);
    let hours = |hours| Some(chrono::Duration::hours(hours));
    let told = "Wednesday 2 June 2027, 10am to 1pm";
    assert_eq!(until(field(told), PubDate::Published).1, hours(3));
    assert_eq!(until(field("Wednesday 2 June 2027, 2pm to 4pm"), PubDate::Published).1, None);
    for (text, over) in [("City Hall. Until 1pm.", hours(3)), ("The café closes at 4pm.", None)] {
        let mut entry = item("Forum", text);
        entry.published = Some(Utc.with_ymd_and_hms(2027, 6, 2, 9, 0, 0).unwrap());
        assert_eq!(until(entry, PubDate::EventStart).1, over, "{text}");
    }
}

#[test]
fn dates_in_several_places_have_no_common_place() {
    let text = "Tuesday 12 January, 10am to noon, Exeter Library\nTuesday 19 January, 10am to noon, Truro Library";
    let out = rss(vec![item("Repairs workshop", text)]);
    assert_eq!(out.drafts.len(), 2);
    assert!(out.drafts.iter().all(|draft| draft.facts.place.is_none()));
    let out = rss(vec![item("Workshop, 12 January (Exeter) or 19 January (Truro)", "")]);
    let titles: Vec<&str> = out.drafts.iter().map(|draft| draft.facts.title.as_str()).collect();
    assert_eq!(titles, ["Workshop", "Workshop"]);
}

#[test]
fn what_was_held_before_does_not_hold_back_what_comes() {
    let text = "Our next forum is on Thursday 14 January 2027 at 2pm. The last forum was held on 14 October 2026.";
    let out = rss(vec![item("Licensing forum", text)]);
    assert_eq!(out.drafts[0].date_doubt, None);
    assert!(out.drafts[0].facts.span.is_some());
}
