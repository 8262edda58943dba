use super::*;
use crate::{
    event::{
        Attendance, Audience, ChangeKind, Decision, Local, Override, Recurrence, Span, Status, Zone,
    },
    publish::samples::{self, at, named, now},
    query::{Known, Request, parse},
};

/// A catalogue of nine listings that differ in one thing each.
fn catalogue() -> Catalogue {
    let mut housing = named("bhousing", "Housing repairs show and tell");
    housing.facts.services = vec!["housing".into(), "digital".into()];
    housing.facts.kind = "show-and-tell".into();
    housing.facts.organiser.council = Some("CMD".into());
    housing.facts.place = None;
    housing.facts.attendance = Attendance::Online;
    let mut general = named("cgeneral", "LocalGovCamp");
    general.facts.services.clear();
    general.facts.kind = "unconference".into();
    general.facts.series = Some("LocalGovCamp".into());
    let mut open = named("dopen", "Open session");
    open.facts.audience = Some(Audience { open_to: "members".into(), words: "members".into() });
    let mut past = named("epast", "Past workshop");
    past.facts.span = Some(Span::Timed { start: at(2026, 11, 2, 9, 0), end: None });
    let mut unlisted = named("funlisted", "Panto");
    unlisted.facts.verdict.decision = Decision::Unlisted;
    let mut held = named("gheld", "Held");
    held.facts.verdict.decision = Decision::Held;
    let mut undated = named("hundated", "Some day");
    undated.facts.span = None;
    undated.created = at(2026, 11, 20, 9, 0);
    let series = weekly("iseries");
    let all = [samples::plain(), housing, general, open, past, unlisted, held, undated, series];
    samples::catalogue(all)
}

fn weekly(id: &str) -> Listing {
    let mut series = named(id, "Weekly drop-in");
    series.facts.recurrence = Some(Recurrence {
        zone: Zone::Iana(Tz::Europe__London),
        start: Local::Time("2026-12-04T10:00:00".parse().unwrap()),
        length: None,
        rrule: vec!["FREQ=WEEKLY".into()],
        exrule: vec![],
        rdate: vec![],
        exdate: vec![],
        overrides: vec![Override {
            instance: Local::Time("2026-12-11T10:00:00".parse().unwrap()),
            this_and_future: false,
            span: Span::Timed { start: at(2026, 12, 11, 10, 0), end: None },
            title: Some("Christmas special".into()),
            status: None,
            description: None,
            place: None,
        }],
    });
    series
}

fn ask(catalogue: &Catalogue, address: &str) -> Request {
    let feeds = ["west-berkshire-events".to_owned()];
    let known = Known {
        vocabulary: catalogue.vocabulary(),
        members: catalogue.members(),
        feeds: &feeds,
        series: &catalogue.series_ids(),
        time_zone: Tz::Europe__London,
    };
    let pairs = url::form_urlencoded::parse(address.as_bytes()).into_owned();
    parse(pairs, &known, now()).unwrap()
}

fn ids(catalogue: &Catalogue, address: &str) -> Vec<String> {
    let page = catalogue.list(&ask(catalogue, address), now());
    page.hits.iter().map(|hit| hit.item.listing.id.clone()).collect()
}

#[test]
fn every_filter_means_what_the_contract_says() {
    let catalogue = catalogue();
    let all = ["aaaaaaaaaaaa", "bhousing", "cgeneral", "dopen", "iseries"];
    for (address, wanted) in [
        ("", all.to_vec()),
        ("service=waste", vec!["aaaaaaaaaaaa", "dopen", "iseries"]),
        ("service=waste,housing", vec!["aaaaaaaaaaaa", "bhousing", "dopen", "iseries"]),
        ("service=housing&general=yes", vec!["bhousing", "cgeneral"]),
        ("service=housing&kind=show-and-tell", vec!["bhousing"]),
        ("service=waste&kind=show-and-tell", vec![]),
        ("kind=take-part", vec!["aaaaaaaaaaaa", "cgeneral", "dopen", "iseries"]),
        ("series=localgovcamp", vec!["cgeneral"]),
        ("council=CMD", vec!["bhousing"]),
        ("feed=west-berkshire-events", all.to_vec()),
        ("status=cancelled", vec![]),
        ("region=south-east", vec!["aaaaaaaaaaaa", "cgeneral", "dopen", "iseries"]),
        ("region=london", vec!["bhousing"]),
        ("region=wales", vec![]),
        ("region=wales&or_online=yes", vec!["bhousing"]),
        ("nation=england", all.to_vec()),
        ("nation=scotland", vec![]),
        ("near=RG1", vec!["aaaaaaaaaaaa", "cgeneral", "dopen", "iseries"]),
        ("near=51.45,-0.98&within=30", vec!["aaaaaaaaaaaa", "cgeneral", "dopen", "iseries"]),
        ("near=51.45,-0.98&within=20", vec![]),
        ("near=51.45,-0.98&within=20&or_online=yes", vec!["bhousing"]),
        ("attendance=online", vec!["bhousing"]),
        ("open_to=members", all.to_vec()),
        ("open_to=everyone", vec!["aaaaaaaaaaaa", "bhousing", "cgeneral", "iseries"]),
        ("q=newbury+discovery", vec!["aaaaaaaaaaaa", "dopen", "iseries"]),
        ("q=christmas", vec!["iseries"]),
        ("q=camden+council", vec!["bhousing"]),
        ("listed=no", vec!["funlisted"]),
        ("from=2026-11-01&to=2026-11-22", vec!["epast"]),
        ("from=2026-12-04T16:00:00Z", vec!["iseries"]),
        ("from=2031-01-01", vec!["iseries"]),
        ("to=2026-12-04", vec![]),
        ("to=2026-12-05", all.to_vec()),
    ] {
        assert_eq!(ids(&catalogue, address), wanted, "{address}");
    }
    assert_eq!(ids(&catalogue, "listed=any").len(), 6, "never what is held");
}

#[test]
fn a_scope_holds_besides_the_filters() {
    let catalogue = catalogue();
    let query = ask(&catalogue, "service=housing").query;
    let scoped = query.clone().scoped(crate::query::Scope::Service("waste".into()));
    let range = Range::of(&query, now());
    assert_eq!(catalogue.calendar(&query, range).len(), 1);
    assert!(catalogue.calendar(&scoped, range).is_empty());
    let digital = query.scoped(crate::query::Scope::Service("digital".into()));
    assert_eq!(catalogue.calendar(&digital, range).len(), 1);
}

/// West Berkshire ends on 1 April 2026; Reading and a new council take over.
fn reorganised() -> (Members, crate::vocabulary::Vocabulary) {
    let mut words = crate::vocabulary::Vocabulary::embedded().unwrap();
    words
        .extend(
            "[[council]]\ncode = \"WBK\"\nend_date = 2026-04-01\nsuccessors = [\"RDG\", \"KENN\"]\n\
             [[council]]\ncode = \"KENN\"\nofficial_name = \"Kennet Council\"\nregion = \"South East\"\n\
             gss = \"E06000999\"\nlatitude = 51.42\nlongitude = -1.5\nstart_date = \"2026-04-01\"\n",
        )
        .unwrap();
    let mut members = Members::embedded().unwrap();
    members.amend(&words.councils).unwrap();
    (members, words)
}

#[test]
fn a_retired_council_answers_for_itself_and_its_successors() {
    let (members, words) = reorganised();
    assert!(members.council("WBK").unwrap().is_abolished(now().date_naive()));
    assert_eq!(members.council("E06000999").unwrap().nice_name, "Kennet Council");
    assert_eq!(members.predecessors("KENN")[0].code, "WBK");
    let base = Base {
        members: Arc::new(members),
        vocabulary: Arc::new(words),
        ..samples::Words::new().base()
    };
    let run_by = |id: &str, council: &str| {
        let mut listing = named(id, id);
        listing.facts.organiser.council = Some(council.into());
        Arc::new(listing)
    };
    let put = vec![
        run_by("old", "WBK"),
        run_by("reading", "RDG"),
        run_by("new", "KENN"),
        run_by("else", "LDS"),
    ];
    let catalogue = Catalogue::build(base, Update { put, ..Update::default() }, now());
    assert_eq!(ids(&catalogue, "council=WBK"), ["new", "old", "reading"]);
    assert_eq!(ids(&catalogue, "council=KENN"), ["new"]);
    assert_eq!(ids(&catalogue, "council=E06000037"), ["new", "old", "reading"]);
    let scoped = Query::default().scoped(crate::query::Scope::Council("WBK".into()));
    assert_eq!(catalogue.calendar(&scoped, Range::of(&scoped, now())).len(), 3);

    let (mut members, _) = reorganised();
    let mut words = crate::vocabulary::Vocabulary::embedded().unwrap();
    words.extend("\n[[council]]\ncode = \"WBK\"\nsuccessors = [\"NOPE\"]\n").unwrap();
    let (line, problem, _) = members.amend(&words.councils).unwrap_err();
    assert_eq!((line, problem.contains("NOPE")), (3, true));
}

#[test]
fn near_is_a_distance_where_positions_are_known() {
    let at = |id: &str, postcode: Option<&str>, council: Option<&str>| {
        let mut listing = named(id, id);
        listing.facts.organiser.council = council.map(str::to_owned);
        listing.facts.place = postcode.map(|postcode| crate::event::Place {
            postcode: Some(postcode.into()),
            ..crate::event::Place::default()
        });
        listing
    };
    let catalogue = samples::catalogue([
        at("reading", Some("RG1 2LU"), None),
        at("brighton", Some("BN1 1JE"), Some("WBK")),
        at("runbyreading", None, Some("RDG")),
        at("belfast", Some("BT1 5GS"), None),
        at("derby", Some("DE1 2FS"), None),
        at("nowhere", None, None),
    ]);
    assert_eq!(ids(&catalogue, "near=RG14"), ["reading", "runbyreading"]);
    assert_eq!(ids(&catalogue, "near=WBK&within=150"), ["brighton", "reading", "runbyreading"]);
    assert_eq!(ids(&catalogue, "near=RG14&within=10"), [""; 0]);
    assert_eq!(ids(&catalogue, "near=51.45,-0.97&within=5"), ["reading", "runbyreading"]);
    assert_eq!(ids(&catalogue, "near=BT9"), ["belfast"], "by region, where no position is known");
    assert_eq!(ids(&catalogue, "region=midlands"), ["derby"]);
    assert_eq!(ids(&catalogue, "region=south"), ["brighton", "reading", "runbyreading"]);
}

#[test]
fn a_town_or_a_regional_group_says_in_which_region_an_event_is() {
    let at = |id: &str, name: Option<&str>, address: Option<&str>| {
        let mut listing = named(id, id);
        listing.facts.organiser = crate::event::Organiser::default();
        listing.facts.place = Some(crate::event::Place {
            name: name.map(str::to_owned),
            address: address.map(str::to_owned),
            ..crate::event::Place::default()
        });
        listing
    };
    let mut own = at("ownhall", Some("Town Hall"), None);
    own.facts.organiser.council = Some("CMD".into());
    let mut away = at("awayday", Some("Guildhall"), Some("High Street, Exeter"));
    away.facts.organiser.council = Some("CMD".into());
    let mut series = at("series", Some("To be announced"), None);
    series.facts.series = Some("South West Peer Group".into());
    let mut wide = at("wide", None, None);
    wide.facts.series = Some("Midlands Peer Group".into());
    let town = at("town", Some("Civic Centre, Exeter"), None);
    let catalogue =
        samples::catalogue([own, away, series, wide, town, at("nowhere", Some("Barn"), None)]);
    assert_eq!(ids(&catalogue, "region=south-west"), ["awayday", "series", "town"]);
    assert_eq!(ids(&catalogue, "region=london"), ["awayday", "ownhall"], "towns share names");
    assert_eq!(ids(&catalogue, "region=west-midlands"), ["wide"]);
    assert_eq!(ids(&catalogue, "region=midlands"), ["wide"]);
    assert_eq!(ids(&catalogue, "near=EX1&within=30"), ["awayday", "series", "town"]);
}

#[test]
fn pages_go_on_where_they_ended_whatever_the_order() {
    let catalogue = catalogue();
    for sort in ["start", "-start", "title", "updated", "-updated", "created", "-created"] {
        let whole = ids(&catalogue, &format!("sort={sort}&listed=any"));
        let mut request = ask(&catalogue, &format!("sort={sort}&listed=any&limit=2"));
        let mut found = Vec::new();
        loop {
            // Time goes by between two pages.
            let later = now() + chrono::Duration::minutes(found.len() as i64);
            let page = catalogue.list(&request, later);
            assert_eq!(page.total, whole.len());
            found.extend(page.hits.iter().map(|hit| hit.item.listing.id.clone()));
            let Some(next) = page.next else { break };
            request = ask(&catalogue, &request.canonical_at(Some(&next)));
        }
        assert_eq!(found, whole, "{sort}");
    }
}

#[test]
fn dates_are_flattened_in_order() {
    let catalogue = catalogue();
    let mut request = ask(&catalogue, "service=waste&to=2027-01-01&limit=3");
    let mut found = Vec::new();
    loop {
        let page = catalogue.dates(&request, now());
        assert!(page.dates.len() <= 3);
        found.extend(page.dates.iter().map(|date| date.occurrence.span.start_utc(Tz::UTC)));
        let Some(next) = page.next else { break };
        request = ask(&catalogue, &request.canonical_at(Some(&next)));
    }
    assert_eq!(found.len(), 6, "{found:?}");
    assert!(found.is_sorted());
}

#[test]
fn announcements_hold_what_has_no_date_yet() {
    let found = catalogue().announced(&Query::default(), 2, now());
    let ids: Vec<&str> = found.iter().map(|item| item.listing.id.as_str()).collect();
    assert_eq!(ids, ["hundated", "iseries"]);
}

#[test]
fn counts_leave_their_own_filter_out() {
    let catalogue = catalogue();
    let counts = catalogue.counts(&ask(&catalogue, "service=housing").query, now());
    assert_eq!(counts.total, 1);
    assert_eq!((counts.services["waste"], counts.services["housing"], counts.general), (3, 1, 1));
    assert_eq!(counts.kinds.len(), 1);
    assert_eq!(catalogue.stats(now()).upcoming, 5);
}

#[test]
fn ids_lead_somewhere_for_ever() {
    let catalogue = catalogue();
    assert!(matches!(catalogue.find("dopen"), Found::Here(_)));
    assert!(matches!(catalogue.find("gheld"), Found::Gone));
    assert!(matches!(catalogue.find("nothing"), Found::Unknown));
    let update = Update {
        merged: vec![("dopen".into(), "cgeneral".into())],
        removed: vec!["epast".into()],
        ..Update::default()
    };
    let later = catalogue.update(update, Some(now()));
    assert!(matches!(later.find("dopen"), Found::Merged(into) if into == "cgeneral"));
    assert!(matches!(later.find("epast"), Found::Gone));
    assert_eq!(later.len(), catalogue.len() - 2);
    assert!(matches!(catalogue.find("dopen"), Found::Here(_)), "a reader keeps what it had");
    let further = later.update(
        Update { merged: vec![("cgeneral".into(), "iseries".into())], ..Update::default() },
        Some(now()),
    );
    assert!(matches!(further.find("dopen"), Found::Merged(into) if into == "iseries"));
    // Undone: it comes back.
    let back = Update { put: vec![Arc::new(named("dopen", "Open"))], ..Update::default() };
    assert!(matches!(further.update(back, Some(now())).find("dopen"), Found::Here(_)));
}

#[test]
fn a_change_replaces_every_index() {
    let catalogue = catalogue();
    let mut moved = named("aaaaaaaaaaaa", "Moved");
    moved.facts.services = vec!["parks".into()];
    moved.facts.span = Some(Span::Timed { start: at(2027, 1, 4, 10, 0), end: None });
    moved.updated = now();
    let after =
        catalogue.update(Update { put: vec![Arc::new(moved)], ..Update::default() }, Some(now()));
    assert_eq!(ids(&after, "service=parks"), ["aaaaaaaaaaaa"]);
    assert_eq!(ids(&after, "service=waste"), ["dopen", "iseries"]);
    assert_eq!(after.len(), catalogue.len());
    assert_eq!(ids(&catalogue, "service=waste").len(), 3);
}

#[test]
fn an_endless_series_is_not_unrolled_for_a_century() {
    let catalogue = catalogue();
    let dates = |address: &str| {
        let query = ask(&catalogue, address).query;
        let range = Range::dates(&query, now());
        let dates = catalogue.all_dates(&query, range);
        assert_eq!(catalogue.count_dates(&query, range), dates.len(), "{address}");
        dates.len()
    };
    assert!((100..130).contains(&dates("q=weekly&to=2199-01-01")));
    // A month far ahead is there all the same.
    assert_eq!(dates("q=weekly&from=2041-02-01&to=2041-03-01"), 4);
    assert!(dates("") > dates("q=weekly"));
}

#[test]
fn a_series_with_long_gaps_is_found_in_a_range_of_any_length() {
    let mut leap = weekly("leap");
    leap.facts.span = Some(Span::Timed { start: at(2028, 2, 29, 10, 0), end: None });
    leap.facts.recurrence = Some(Recurrence {
        start: Local::Time("2028-02-29T10:00:00".parse().unwrap()),
        rrule: vec!["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29".into()],
        overrides: vec![],
        ..leap.facts.recurrence.take().unwrap()
    });
    let catalogue = samples::catalogue([leap]);
    for address in
        ["from=2029-01-01", "from=2029-01-01&to=2199-01-01", "from=2029-01-01&to=2033-01-01"]
    {
        assert_eq!(ids(&catalogue, address), ["leap"], "{address}");
    }
    assert!(ids(&catalogue, "from=2029-01-01&to=2032-02-29").is_empty());
}

#[test]
fn a_former_id_of_a_feed_leads_to_the_present_one() {
    let former = vec![("old".to_owned(), "new".to_owned())];
    let catalogue = catalogue().update(Update { former, ..Update::default() }, Some(now()));
    assert_eq!((catalogue.feed_now("old"), catalogue.feed_now("never")), (Some("new"), None));
    assert!(catalogue.feed_ids().contains(&"old".to_owned()));
}

#[test]
fn the_window_of_kept_dates_moves_with_the_months() {
    let catalogue = catalogue();
    assert!(catalogue.advanced(at(2026, 11, 30, 23, 0)).is_none());
    let next_year = at(2029, 11, 22, 12, 0);
    let moved = catalogue.advanced(next_year).unwrap();
    let request = ask(&catalogue, "q=weekly");
    let page = moved.list(&request, next_year);
    let first = page.hits[0].first.as_ref().unwrap();
    assert_eq!(first.span.start_utc(Tz::UTC), at(2029, 11, 23, 10, 0));
    // The old one still answers rightly, only more slowly.
    let page = catalogue.list(&request, next_year);
    assert_eq!(page.hits[0].first.as_ref(), Some(first));
}

#[test]
fn a_leap_day_is_found_years_ahead() {
    let mut listing = weekly("leap");
    listing.facts.span =
        Some(Span::Timed { start: at(2024, 2, 29, 10, 0), end: Some(at(2024, 2, 29, 11, 0)) });
    let rule = listing.facts.recurrence.as_mut().unwrap();
    rule.start = Local::Time("2024-02-29T10:00:00".parse().unwrap());
    rule.rrule = vec!["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29".into()];
    rule.overrides.clear();
    let catalogue = samples::catalogue([listing]);
    let item = catalogue.items().next().unwrap();
    let after = item.next(at(2028, 3, 1, 0, 0)).unwrap();
    assert_eq!(after.span.start_utc(Tz::UTC), at(2032, 2, 29, 10, 0));
    let from_now = item.next(at(2028, 1, 1, 0, 0)).unwrap();
    assert_eq!(from_now.span.start_utc(Tz::UTC), at(2028, 2, 29, 10, 0));

    let mut listing = (*item.listing).clone();
    let rule = listing.facts.recurrence.as_mut().unwrap();
    rule.rrule = vec!["FREQ=YEARLY;INTERVAL=4;COUNT=3".into()];
    let catalogue = samples::catalogue([listing]);
    let item = catalogue.items().next().unwrap();
    let after = item.next(at(2028, 3, 1, 0, 0)).unwrap();
    assert_eq!(after.span.start_utc(Tz::UTC), at(2032, 2, 29, 10, 0));
    assert!(item.next(at(2032, 3, 1, 0, 0)).is_none());
}

#[test]
fn changes_begin_with_a_snapshot_and_go_on() {
    let line = |cursor: u64, change: ChangeKind, id: &str| Change {
        cursor,
        at: now(),
        change,
        id: id.into(),
        into: None,
    };
    let catalogue = catalogue().update(
        Update { changes: vec![line(41, ChangeKind::Added, "dopen")], ..Update::default() },
        Some(now()),
    );
    let (mut since, mut seen, mut rounds) = (None::<String>, Vec::new(), 0);
    loop {
        let page = catalogue.changes(since.as_deref(), 2).unwrap();
        seen.extend(page.changes.iter().map(|entry| entry.change.id.clone()));
        since = Some(page.next);
        rounds += 1;
        if !page.more {
            break;
        }
    }
    assert_eq!((seen.len(), rounds), (7, 4), "{seen:?}");
    assert_eq!(since.as_deref(), Some("e1-41"));
    let more =
        vec![line(42, ChangeKind::Forgotten, "dopen"), line(43, ChangeKind::Changed, "cgeneral")];
    let update = Update { removed: vec!["dopen".into()], changes: more, ..Update::default() };
    let later = catalogue.update(update, Some(now()));
    let page = later.changes(since.as_deref(), 1).unwrap();
    assert_eq!((page.changes[0].change.change, page.more), (ChangeKind::Forgotten, true));
    assert!(page.changes[0].item.is_none());
    let page = later.changes(Some(&page.next), 10).unwrap();
    assert!(page.changes[0].item.is_some() && !page.more);
    for (cursor, error) in [
        ("e0-41", CursorError::Gone),
        ("e1-99", CursorError::Gone),
        ("e1-3", CursorError::Gone),
        ("rubbish", CursorError::Malformed),
    ] {
        assert_eq!(later.changes(Some(cursor), 10).unwrap_err(), error, "{cursor}");
    }
}

#[test]
fn a_cancelled_listing_stays_and_says_so() {
    let mut cancelled = samples::plain();
    cancelled.facts.status = Status::Cancelled;
    let catalogue = samples::catalogue([cancelled]);
    assert_eq!(ids(&catalogue, "status=cancelled"), ["aaaaaaaaaaaa"]);
    assert!(catalogue.items().next().unwrap().next(now()).is_some());
}

#[test]
fn an_update_shares_all_that_did_not_change() {
    let many = (0..2_000).map(|n| named(&format!("n{n:05}"), &format!("Event {n}")));
    let catalogue = samples::catalogue(many);
    let put = vec![Arc::new(named("n00007", "Changed"))];
    let after = catalogue.update(Update { put, ..Update::default() }, Some(now()));
    let shared = catalogue
        .items()
        .zip(after.items())
        .filter(|(before, after)| Arc::ptr_eq(before, after))
        .count();
    assert_eq!(shared, 1_999);
}

#[test]
fn a_venue_that_ends_with_a_town_lies_in_its_region() {
    let at = |place: &str| {
        let mut listing = named("town", "Meet-up");
        listing.facts.organiser.council = Some("CMD".into());
        let name = Some(place.to_owned());
        listing.facts.place = Some(crate::event::Place { name, ..Default::default() });
        samples::catalogue([listing])
    };
    let leeds = at("Central Library, Leeds");
    assert_eq!(ids(&leeds, "region=yorkshire-and-the-humber"), ["town"]);
    assert_eq!(ids(&leeds, "region=london"), ["town"], "towns share names");
    assert_eq!(ids(&leeds, "near=LS1&within=10"), ["town"]);
    assert_eq!(ids(&leeds, "near=Leeds&within=10"), ["town"]);
    assert_eq!(ids(&at("Leeds Road Hub"), "region=yorkshire-and-the-humber"), [""; 0]);
}

#[test]
fn a_status_is_that_of_the_date() {
    let mut series = weekly("series");
    if let Some(rule) = &mut series.facts.recurrence {
        rule.overrides[0].status = Some(Status::Cancelled);
    }
    let catalogue = samples::catalogue([series, named("single", "Once")]);
    let dates = |address: &str| -> Vec<(String, Status)> {
        let page = catalogue.dates(&ask(&catalogue, address), now());
        let dates = page.dates.into_iter();
        dates
            .map(|date| {
                let status = date.item.listing.status_of(&date.occurrence);
                (date.item.listing.id.clone(), status)
            })
            .collect()
    };
    assert_eq!(dates("status=cancelled"), [("series".to_owned(), Status::Cancelled)]);
    let confirmed = dates("status=confirmed&to=2026-12-20");
    assert!(confirmed.len() > 2, "{confirmed:?}");
    assert!(confirmed.iter().all(|(_, status)| *status == Status::Confirmed), "{confirmed:?}");
    let query = ask(&catalogue, "status=cancelled").query;
    assert_eq!(catalogue.count_dates(&query, Range::dates(&query, now())), 1);
    assert_eq!(ids(&catalogue, "status=cancelled"), ["series"]);
}

#[test]
fn dates_can_be_had_from_the_last_on() {
    let catalogue = catalogue();
    let all =
        |address: &str| -> Vec<String> {
            let (mut request, mut seen) = (ask(&catalogue, address), Vec::new());
            loop {
                let page = catalogue.dates(&request, now());
                seen.extend(page.dates.iter().map(|date| {
                    format!("{} {:?}", date.item.listing.id, date.occurrence.instance)
                }));
                let Some(next) = page.next else { return seen };
                request = ask(&catalogue, &format!("{address}&cursor={next}"));
            }
        };
    let mut forwards = all("to=2027-02-01&limit=3");
    forwards.reverse();
    assert!(forwards.len() > 9, "{forwards:?}");
    assert_eq!(all("to=2027-02-01&limit=3&sort=-start"), forwards);
}

#[test]
fn a_list_goes_on_in_the_order_in_which_it_began() {
    let catalogue = catalogue();
    let first = catalogue.list(&ask(&catalogue, "sort=title&limit=2"), now());
    let cursor = first.next.unwrap();
    let by_title = ids(&catalogue, "sort=title");
    for order in ["", "&sort=title", "&sort=-updated"] {
        assert_eq!(ids(&catalogue, &format!("cursor={cursor}{order}")), by_title[2..], "{order}");
    }
    let other = ask(&catalogue, &format!("cursor={cursor}&sort=-updated"));
    assert!(other.notes.iter().any(|note| note.contains("title")), "{:?}", other.notes);
}

#[test]
fn a_question_without_words_finds_nothing_and_numbers_are_used_again() {
    let mut catalogue = catalogue();
    assert_eq!(ids(&catalogue, "q=%21%21%21"), [""; 0]);
    for round in 0..5 {
        let removed = Update { removed: vec!["bhousing".into()], ..Update::default() };
        catalogue = catalogue.update(removed, None);
        assert_eq!(ids(&catalogue, "q=repairs"), [""; 0], "{round}");
        let put = vec![Arc::new(named("bhousing", "Housing repairs show and tell"))];
        catalogue = catalogue.update(Update { put, ..Update::default() }, None);
        assert_eq!(ids(&catalogue, "q=repairs"), ["bhousing"], "{round}");
        assert_eq!(ids(&catalogue, "q=open&kind=take-part"), ["dopen"], "{round}");
    }
    assert_eq!(catalogue.numbered.len(), 8);
}
