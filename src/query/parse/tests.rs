use chrono::TimeZone;
use chrono_tz::Tz;

use super::*;
use crate::{member::Members, vocabulary::Vocabulary};

fn ask(address: &str) -> Result<Request, Vec<Fault>> {
    let (vocabulary, members) = (Vocabulary::embedded().unwrap(), Members::embedded().unwrap());
    let feeds = ["a-feed".to_owned()];
    let known = Known {
        vocabulary: &vocabulary,
        members: &members,
        feeds: &feeds,
        series: &["lgmakers".to_owned()],
        time_zone: Tz::Europe__London,
    };
    let now = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
    let pairs = url::form_urlencoded::parse(address.as_bytes()).into_owned();
    parse(pairs, &known, now)
}

#[test]
fn one_spelling_for_each_meaning() {
    for (written, canonical) in [
        ("", ""),
        ("service=waste,parks&service=waste", "service=parks,waste"),
        (
            "kind=take-part&listed=yes&general=no&utm_source=x&fbclid=1&mc_eid=2&gclid=3",
            "kind=take-part",
        ),
        ("council=wbk&q=%20%20Bin++Day%20", "council=WBK&q=Bin%20Day"),
        ("near=rg14+5ld&within=30", "near=RG14&within=30"),
        ("near=51.40123,-1.3234", "near=51.4,-1.32"),
        ("near=WBK,RG14", "near=WBK&near=RG14"),
        ("region=South+East&nation=wales", "region=south-east&nation=wales"),
        (
            "from=2026-12-01&to=2026-12-24T18:00:00%2B01:00",
            "from=2026-12-01&to=2026-12-24T17:00:00Z",
        ),
        ("to=2027-06-01T10:00:00+01:00", "to=2027-06-01T09:00:00Z"),
        (
            "attendance=hybrid,online&status=cancelled&open_to=everyone",
            "status=cancelled&attendance=online,hybrid&open_to=everyone",
        ),
        ("limit=20&sort=-updated&fields=title,start", "limit=20&sort=-updated&fields=title,start"),
        ("series=LGMakers&feed=a-feed&or_online=yes", "series=lgmakers&feed=a-feed&or_online=yes"),
        ("service=waste,&cursor=&q=", "service=waste"),
    ] {
        let request = ask(written).unwrap_or_else(|faults| panic!("{written}: {faults:?}"));
        assert_eq!(request.canonical(), canonical, "{written}");
        assert_eq!(ask(&request.canonical()).unwrap(), request, "{written}");
    }
}

#[test]
fn a_day_begins_at_midnight_in_the_network_s_zone() {
    let from = ask("from=2026-07-01").unwrap().query.from.unwrap();
    assert_eq!(from.at, Utc.with_ymd_and_hms(2026, 6, 30, 23, 0, 0).unwrap());
}

#[test]
fn a_typo_is_a_fault_that_helps() {
    for (written, parameter, words) in [
        ("servce=waste", "servce", "did you mean 'service'?"),
        ("service=wast", "service", "did you mean 'waste'?"),
        ("kind=hackday", "kind", "did you mean 'hack'?"),
        ("council=west-berkshire", "council", "did you mean WBK (West Berkshire)?"),
        ("region=south-eest", "region", "did you mean 'south-east'?"),
        ("feed=b", "feed", "'b' is not a value of 'feed'"),
        ("series=lgmaker", "series", "did you mean 'lgmakers'?"),
        ("attendance=onlin", "attendance", "did you mean 'online'?"),
        ("limit=0", "limit", "not a value"),
        ("limit=201", "limit", "not a value"),
        ("from=yesterday", "from", "not a date"),
        ("from=2026-02-30", "from", "not a date"),
        ("near=nowhere", "near", "neither"),
        ("near=WBK&within=far", "within", "not a value"),
        ("cursor=zzz", "cursor", "begin again"),
        ("general=perhaps", "general", "not a value"),
        ("sort=size", "sort", "not a value"),
        ("fields=titel", "fields", "did you mean 'title'?"),
        ("listed=maybe", "listed", "not a value"),
    ] {
        let faults = ask(written).expect_err(written);
        assert_eq!(faults.len(), 1, "{written}: {faults:?}");
        assert_eq!(faults[0].parameter, parameter);
        assert!(faults[0].words.contains(words), "{written}: {}", faults[0].words);
    }
    assert_eq!(ask("servce=waste&limit=x").unwrap_err().len(), 2);
    let faults = ask("service=wast").unwrap_err();
    assert_eq!(faults[0].allowed.len(), 26);
}

#[test]
fn an_endpoint_may_allow_more() {
    let (vocabulary, members) = (Vocabulary::embedded().unwrap(), Members::embedded().unwrap());
    let known = Known {
        vocabulary: &vocabulary,
        members: &members,
        feeds: &[],
        series: &[],
        time_zone: Tz::Europe__London,
    };
    let pairs = [("since".to_owned(), "x-1".to_owned())];
    let request = parse_with(pairs.clone(), &known, DateTime::UNIX_EPOCH, &["since"]).unwrap();
    assert_eq!(request.extra["since"], "x-1");
    assert!(parse(pairs, &known, DateTime::UNIX_EPOCH).is_err());
}

#[test]
fn a_place_without_a_position_says_so() {
    let request = ask("near=BT1").unwrap();
    assert_eq!(
        request.notes,
        ["No position is known for BT1: shown is what is in its region (Northern Ireland)."]
    );
    let belfast = ask("near=BFS").unwrap();
    assert!(belfast.notes[0].starts_with("No position is known for Belfast: "));
    assert!(ask("near=51.4,-1.3").unwrap().notes[0].contains("left out"));
    assert!(
        ask("near=RG14").unwrap().notes[0].starts_with("Shown is what is within 50 km of RG14")
    );
    let council = ask("near=WBK&within=10").unwrap();
    assert!(council.notes[0].starts_with("Shown is what is within 10 km of West Berkshire"));
    assert_eq!(ask("near=E06000037").unwrap().query.near, ask("near=WBK").unwrap().query.near);
}

#[test]
fn what_cannot_find_anything_says_so_and_is_no_fault() {
    for (written, words) in [
        ("from=2026-12-02&to=2026-12-02", "ends before it begins"),
        ("to=2020-01-01", "ends before now"),
        ("within=10", "without a place"),
    ] {
        let request = ask(written).unwrap();
        assert!(request.notes[0].contains(words), "{written}: {:?}", request.notes);
    }
    assert_eq!(ask("within=10").unwrap().query.within_km, None);
}

#[test]
fn an_empty_filter_is_refused_rather_than_widening() {
    for written in [
        "service=",
        "service=%20,",
        "council=",
        "from=%0B",
        "limit=",
        "near=",
        "listed=",
        "fields=",
    ] {
        let faults = ask(written).unwrap_err();
        assert!(faults[0].words.contains("is empty"), "{written}: {}", faults[0].words);
    }
    assert!(ask("service=").unwrap_err()[0].allowed.contains(&"waste".to_owned()));
    for written in ["sort=start,title", "listed=no,any"] {
        assert!(ask(written).is_err(), "{written}");
    }
}
