use chrono::NaiveDate;

use super::*;
use crate::{
    event::Local,
    read::{Entry, Written, WrittenZone},
};

fn parse(text: &str) -> Document {
    read(text.as_bytes(), &Hint::default()).unwrap()
}

fn calendar(inside: &str) -> Document {
    parse(&format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}\r\nEND:VCALENDAR\r\n"))
}

fn event(inside: &str) -> Entry {
    let mut document =
        calendar(&format!("BEGIN:VEVENT\nUID:1\nDTSTART:20150611T100000Z\n{inside}\nEND:VEVENT"));
    assert_eq!(document.entries.len(), 1, "{document:?}");
    document.entries.remove(0)
}

fn titles(document: &Document) -> Vec<&str> {
    document.entries.iter().map(|e| e.title.as_ref().map_or("", |t| t.value.as_str())).collect()
}

const THREE: [&str; 3] = [
    "BEGIN:VEVENT\nUID:1\nDTSTART:20150611T100000Z\nSUMMARY:One\nEND:VEVENT",
    "BEGIN:VEVENT\nUID:2\nDTSTART:20150612T100000Z\nSUMMARY:Two\nEND:VEVENT",
    "BEGIN:VEVENT\nUID:3\nDTSTART:20150613T100000Z\nSUMMARY:Three\nEND:VEVENT",
];

/// Each kind of damage may cost what it hits, never the neighbours.
#[test]
fn one_bad_line_costs_at_most_one_event() {
    let whole = THREE.join("\n");
    for (damaged, wanted) in [
        (whole.clone(), vec!["One", "Two", "Three"]),
        (
            whole.replace("SUMMARY:Two", "a line without a colon\nSUMMARY:Two"),
            vec!["One", "Two", "Three"],
        ),
        (
            whole.replace("SUMMARY:Two", "ATTENDEE;CN=\"open:x\nSUMMARY:Two"),
            vec!["One", "Two", "Three"],
        ),
        (whole.replace("SUMMARY:Two", "DTSTAMP;VALUE:x\nSUMMARY:Two"), vec!["One", "Two", "Three"]),
        (whole.replace("DTSTART:20150612T100000Z", "DTSTART:soon"), vec!["One", "Two", "Three"]),
        (
            whole.replace("DTSTART:20150612T100000Z\n", "").replace("SUMMARY:Two\n", ""),
            vec!["One", "Three"],
        ),
        (whole.replacen("END:VEVENT\n", "", 1), vec!["One", "Two", "Three"]),
        (
            whole.replacen("END:VEVENT", "END:VEVENT\nEND:VEVENT\nEND:VALARM", 1),
            vec!["One", "Two", "Three"],
        ),
        (
            whole.replace("SUMMARY:Two", "BEGIN:VALARM\nSUMMARY:No\nSUMMARY:Two"),
            vec!["One", "", "Three"],
        ),
        (
            whole.replace("SUMMARY:Two", "BEGIN:X-A\nUID:9\nSUMMARY:No\nEND:X-A\nSUMMARY:Two"),
            vec!["One", "Two", "Three"],
        ),
        (whole.to_lowercase(), vec!["one", "two", "three"]),
        (whole.replace('\n', "\r"), vec!["One", "Two", "Three"]),
    ] {
        let document = calendar(&damaged);
        assert_eq!(titles(&document), wanted, "{damaged}");
        assert_eq!(document.entries.len() + document.skipped.len(), 3);
        assert!(document.complete);
    }
}

#[test]
fn what_is_skipped_says_where_and_why() {
    let damaged = THREE.join("\n").replace("DTSTART:20150612T100000Z", "DTSTART:soon");
    let document = calendar(&damaged);
    assert_eq!((document.entries.len(), document.entries[1].start.as_ref()), (3, None));
    assert!(document.problems.iter().any(|problem| problem.code == "bad_start"));
    let document = calendar(&damaged.replace("SUMMARY:Two\n", ""));
    let skipped = &document.skipped[0];
    assert_eq!((skipped.reference.as_deref(), skipped.line), (Some("2"), Some(8)));
    assert_eq!(skipped.reason, "its start (DTSTART) could not be read: “soon” is not a date");
    let none = calendar("BEGIN:VEVENT\nUID:1\nEND:VEVENT");
    assert_eq!(none.skipped[0].reason, "it has no start (DTSTART)");
}

#[test]
fn truncation_is_seen_and_costs_nothing_else() {
    for cut in ["BEGIN:VCALENDAR\n", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20150611\nSUMM"]
    {
        let document = parse(cut);
        assert!(!document.complete, "{cut}");
        assert!(document.problems.iter().any(|p| p.code == "truncated"), "{cut}");
    }
    assert!(calendar("").complete && calendar("").entries.is_empty());
}

#[test]
fn strange_bytes() {
    let plain = format!("BEGIN:VCALENDAR\n{}\nEND:VCALENDAR", THREE[0]);
    let wide: Vec<u8> = plain.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        format!("\u{feff}{plain}").into_bytes(),
        format!("\n\n  \n{plain}").into_bytes(),
        format!("<br />\n<b>Warning</b>: something in x.php on line 3<br />\n{plain}").into_bytes(),
        plain.replace("One", "O\0ne\u{8}").into_bytes(),
        [&[0xfe, 0xff][..], &wide].concat(),
        wide.clone(),
    ] {
        assert!(looks_like(&bytes));
        assert_eq!(titles(&read(&bytes, &Hint::default()).unwrap()), ["One"]);
    }
    assert_eq!(read(b" \r\n\0", &Hint::default()), Err(ReadError::Empty));
    assert_eq!(read(b"<html><p>Sign in</p></html>", &Hint::default()), Err(ReadError::NotCalendar));
    assert!(!looks_like(b"<?xml version='1.0'?><rss>\nBEGIN:VCALENDAR\n</rss>"));
    assert!(!looks_like(b"<!doctype html><pre>\nBEGIN:VCALENDAR\n"));
    let hint =
        Hint { content_type: Some("text/calendar; charset=iso-8859-2".into()), ..Hint::default() };
    let polish = plain.replace("One", "Lodz").into_bytes();
    let polish: Vec<u8> = polish.into_iter().map(|b| if b == b'L' { 0xa3 } else { b }).collect();
    let read = read(&polish, &hint).unwrap();
    assert!(titles(&read)[0].starts_with('Ł'));
}

#[test]
fn fields_of_an_event() {
    let entry = event(
        "SUMMARY;LANGUAGE=en-GB:Waste\\, bins\nDESCRIPTION:\nX-ALT-DESC;FMTTYPE=text/html:<p>Hello</p>\n\
         LOCATION:Town Hall\\nMarket St\nURL:/events/1\nCATEGORIES:A\\,B,C\nCATEGORIES:D\nGEO:51.4;-1.3\n\
         STATUS:cancelled\nCLASS:private\nTRANSP:TRANSPARENT\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\nSEQUENCE:3\n\
         ORGANIZER;CN=\"West Berkshire Council\":mailto:a@b.example\nDURATION:PT2H\n\
         CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example/x\nLAST-MODIFIED:20150101T000000Z",
    );
    let title = entry.title.unwrap();
    assert_eq!((title.value.as_str(), title.language.as_deref()), ("Waste, bins", Some("en-gb")));
    let description = entry.description.unwrap();
    assert!(description.html && description.value == "<p>Hello</p>");
    assert_eq!(entry.location.as_deref(), Some("Town Hall\nMarket St"));
    assert_eq!(entry.url, None, "relative without a base");
    assert_eq!(entry.categories, ["A,B", "C", "D"]);
    assert_eq!(
        (entry.status.as_deref(), entry.class.as_deref()),
        (Some("CANCELLED"), Some("PRIVATE"))
    );
    assert_eq!((entry.busy.as_deref(), entry.sequence), (Some("FREE"), 3));
    assert_eq!(entry.organiser.as_deref(), Some("West Berkshire Council"));
    assert_eq!(entry.join_url.as_deref(), Some("https://meet.example/x"));
    assert_eq!((entry.duration.map(Length::total), entry.geo), (Some(7200), Some((51.4, -1.3))));
    assert_eq!(event("URL:javascript:alert(1)").url, None);
    assert_eq!(
        event("DESCRIPTION:First\nsecond line: none\n").description.unwrap().value,
        "First\nsecond line: none"
    );
}

#[test]
fn midnights_are_days_only_where_outlook_says_so() {
    let span = "DTSTART:20150611T000000\nDTEND:20150612T000000";
    let document =
        calendar(&format!("BEGIN:VEVENT\n{span}\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nEND:VEVENT"));
    assert!(matches!(document.entries[0].start.as_ref().unwrap().value, Local::Date(_)));
    assert!(matches!(document.entries[0].end.as_ref().unwrap().value, Local::Date(_)));
    let document = calendar(&format!("BEGIN:VEVENT\n{span}\nEND:VEVENT"));
    assert!(matches!(document.entries[0].start.as_ref().unwrap().value, Local::Time(_)));
    assert_eq!(document.entries[0].reference, None);
    let utc = "DTSTART:20150610T230000Z\nDTEND:20150611T230000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE";
    let document = calendar(&format!("BEGIN:VEVENT\n{utc}\nEND:VEVENT"));
    let days = |written: &Option<Written>| written.as_ref().map(|w| (w.value, w.zone.clone()));
    let day = |d| Local::Date(NaiveDate::from_ymd_opt(2015, 6, d).unwrap());
    assert_eq!(days(&document.entries[0].start), Some((day(11), WrittenZone::Floating)));
    assert_eq!(days(&document.entries[0].end), Some((day(12), WrittenZone::Floating)));
}

#[test]
fn the_calendar_itself() {
    let document = parse(
        "BEGIN:VCALENDAR\nMETHOD:CANCEL\nX-WR-CALNAME:Old\nNAME:New\nX-WR-TIMEZONE:Europe/London\n\
         X-PUBLISHED-TTL:PT12H\nPRODID:-//X\nBEGIN:VTIMEZONE\nTZID:Own\nX-LIC-LOCATION:Europe/London\n\
         BEGIN:STANDARD\nDTSTART:19701025T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0000\n\
         RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VTODO\nEND:VTODO\n\
         BEGIN:VEVENT\nUID:1\nDTSTART;TZID=\"Own\":20150611T100000\nEND:VEVENT\nEND:VCALENDAR\n\
         BEGIN:VCALENDAR\nX-WR-CALNAME:Second\nBEGIN:VEVENT\nUID:1\nDTSTART:20150611\nEND:VEVENT\nEND:VCALENDAR",
    );
    assert_eq!(document.title.as_deref(), Some("New"));
    assert_eq!(document.refresh.every, Some(Duration::from_secs(43_200)));
    let rules = &document.zones[0].rules;
    assert_eq!((document.zones.len(), rules.len(), rules[0].observances.len()), (1, 1, 1));
    assert_eq!(document.entries[0].status.as_deref(), Some("CANCELLED"));
    assert_eq!(document.entries[1].status, None, "the method was the first calendar's");
    assert_eq!((document.entries[0].calendar, document.entries[1].calendar), (0, 1));
    assert_eq!(document.entries[0].start.as_ref().unwrap().zone, WrittenZone::Named("Own".into()));
    assert!(document.problems.iter().any(|p| p.code == "not_an_event"));
}

#[test]
fn caps() {
    let deep = "BEGIN:X-DEEP\n".repeat(100_000);
    let document = parse(&format!("BEGIN:VCALENDAR\n{}\n{deep}", THREE[0]));
    assert_eq!(titles(&document), ["One"]);
    let many = "BEGIN:VEVENT\nDTSTART:20150611\nEND:VEVENT\n".repeat(MOST_ENTRIES + 5);
    let document = calendar(&many);
    assert_eq!((document.entries.len(), document.complete), (MOST_ENTRIES, false));
    let long = event(&format!("SUMMARY:{}", "é".repeat(70_000)));
    assert!(long.title.unwrap().value.len() <= 64 * 1024);
    let document = calendar(&"no property\n".repeat(100));
    assert!(document.problems.len() < 25);
}

#[test]
fn a_large_calendar_is_read_and_told() {
    let filler = format!("X-FILLER:{}\r\n", "x".repeat(70)).repeat(15_000);
    let text = format!(
        "BEGIN:VCALENDAR\r\n{filler}BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20270104T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let document = parse(&text);
    assert_eq!((document.entries.len(), document.problems.len()), (1, 1));
    assert_eq!(document.problems[0].code, "large_calendar");
    assert!(document.problems[0].text.contains("1.2 MB"), "{}", document.problems[0].text);
}
