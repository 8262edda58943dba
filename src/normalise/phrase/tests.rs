//! Worked examples as tables, and properties that hold for every text.

use chrono::{Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Europe::London;
use proptest::prelude::*;

use super::*;

fn posted(day: &str) -> Posted {
    let at =
        NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(9, 0, 0));
    Posted { at: at.map(|at| Utc.from_utc_datetime(&at)), zone: London, month_first: false }
}

fn written(local: Local) -> String {
    match local {
        Local::Date(day) => day.to_string(),
        Local::Time(at) => at.format("%Y-%m-%dT%H:%M").to_string(),
    }
}

fn shown(reading: &Reading) -> String {
    if reading.sessions.is_empty() {
        return "-".into();
    }
    let sessions: Vec<String> = reading
        .sessions
        .iter()
        .map(|s| format!("{}/{}", written(s.start), s.end.map(written).unwrap_or_default()))
        .collect();
    format!("{}{}", if reading.held { "?" } else { "" }, sessions.join(" + "))
}

fn status_word(status: Option<Status>) -> &'static str {
    match status {
        None => "",
        Some(Status::Confirmed) => "confirmed",
        Some(Status::Tentative) => "tentative",
        Some(Status::Cancelled) => "cancelled",
        Some(Status::Postponed) => "postponed",
    }
}

/// `expect` of the tables: sessions `START/END`, joined by ` + `, end exclusive or left out; `?` before = held;
/// `?` alone = no date, or a held one; `-` = none; a status may follow.
fn wrong(reading: &Reading, expect: &str) -> bool {
    let (sessions, status) = match expect.rsplit_once(' ') {
        Some((left, word)) if word.chars().all(char::is_alphabetic) => (left, word),
        _ => (expect, ""),
    };
    let right = if sessions == "?" { reading.held } else { shown(reading) == sessions };
    !right || (!status.is_empty() && status_word(reading.status) != status)
}

/// Titles and fragments that tests put together at random.
const PIECES: &[&str] = &[
    "4 December",
    "Fri 4 Dec",
    "4/12/26",
    "31 April",
    "10am",
    "10.30",
    "to",
    "-",
    "and",
    "or",
    ",",
    "(",
    ")",
    "from",
    "2-4pm",
    "2026",
    "was",
    "postponed from",
    "moved to",
    "book by",
    "deadline",
    "every",
    "Tuesday",
    "Tuesdays",
    "first",
    "of the month",
    "noon",
    "midnight",
    "GMT",
    "+01:00",
    "2026-12-04T10:00Z",
    "29 February",
    "99",
    "0",
    "5",
    "12",
    "14",
    "/",
    ":",
    ".",
    "\n",
    "May",
    "march",
    "the",
    "5th",
    "&",
    "w/c",
    "today",
    "next",
    "last",
    "between",
    "12-14 High Street",
    "\u{a3}5",
    "24/7",
    "Room 2.14",
    "1400hrs",
    "Mawrth",
    "Dydd Mawrth",
    "5 a 19 Ionawr",
    "yp",
    "'26",
    "1 of 3",
    "100000000000",
    "UTC",
    "until",
    "tbc",
    "cancelled",
];

fn phrases() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..14).prop_map(|pieces| pieces.join(" "))
}

/// What must not change when a text is only written differently.
fn gist(reading: &Reading) -> (Vec<Session>, bool, Option<Status>) {
    (reading.sessions.clone(), reading.held, reading.status)
}

fn at_noon(days: i64) -> Posted {
    let at = Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap() + chrono::Duration::days(days);
    Posted { at: Some(at), zone: London, month_first: false }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 700, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,200}", day in -400_000_i64..400_000) {
        let reading = read(&text, &at_noon(day));
        prop_assert!((0.0..=1.0).contains(&reading.confidence));
        let _ = read_item(&text, &text, &at_noon(day));
        let _ = spans(&text, &at_noon(day));
    }

    #[test]
    fn sessions_are_possible(text in phrases(), day in -3000_i64..3000) {
        let reading = read(&text, &at_noon(day));
        prop_assert_eq!(reading.sessions.is_empty(), reading.span.is_none());
        prop_assert_eq!(reading.held, reading.confidence < BAR);
        for session in &reading.sessions {
            if let Some(end) = session.end {
                let later = match (session.start, end) {
                    (Local::Date(a), Local::Date(b)) => b > a,
                    (Local::Time(a), Local::Time(b)) => b > a,
                    _ => false,
                };
                prop_assert!(later, "{:?}", session);
            }
        }
        if let Some((from, to)) = reading.span {
            let words: String = text.chars().skip(from).take(to - from).collect();
            prop_assert_eq!(words, reading.words);
        }
    }

    #[test]
    fn case_spaces_and_dashes_do_not_matter(
        text in phrases(),
        day in -3000_i64..3000,
        dash in prop::sample::select(vec!["\u{2013}", "\u{2014}", "\u{2212}", "\u{2011}"]),
        space in prop::sample::select(vec!["  ", "\u{a0}", "\u{2009}", " \u{202f}", "\t"]),
    ) {
        let posted = at_noon(day);
        let plain = gist(&read(&text, &posted));
        prop_assert_eq!(&plain, &gist(&read(&text.to_uppercase(), &posted)));
        prop_assert_eq!(&plain, &gist(&read(&text.to_lowercase(), &posted)));
        prop_assert_eq!(&plain, &gist(&read(&text.replace('-', dash), &posted)));
        prop_assert_eq!(&plain, &gist(&read(&text.replace(' ', space), &posted)));
    }
}

/// Texts made to be slow: the looks at tokens must grow with the length, and stop growing at the cap.
#[test]
fn cost_is_linear_and_capped() {
    let steps = |text: &str| choice::survey(text, &at_noon(0)).tokens.steps();
    for piece in [
        "1, ",
        "1 and ",
        "5 ",
        "5/",
        "10-",
        "10.30-",
        "Mon ",
        "Mon 1, ",
        "first Tuesday ",
        "4 Dec ",
        "4 Dec, ",
        "4 Dec and ",
        "4 Dec 10am ",
        "10am ",
        "10am and ",
        "was ",
        "(",
        "book by ",
        "from 4 Dec to ",
        "a.b@c ",
        "-",
        "'",
        "\u{200b}",
        "x",
        "every Tuesday ",
        "4 Dec every Tuesday ",
        "\u{1}a",
    ] {
        let of = |length: usize| steps(&piece.repeat(length / piece.chars().count() + 1));
        let (small, large) = (of(4_000), of(16_000));
        assert!(large < small * 5 + 2_000, "{piece:?}: {small} then {large}");
    }
    for piece in ["1, ", "4 Dec and ", "10am and ", "4 Dec every Tuesday "] {
        let (cap, beyond) = (steps(&piece.repeat(23_000)), steps(&piece.repeat(350_000)));
        assert!(beyond < cap * 2, "{piece:?}: {cap} then {beyond}");
        assert!(cap < 64 * 1024 * 150, "{piece:?}: {cap}");
    }
}

#[test]
fn own_cases() {
    let mut failures = Vec::new();
    let mut count = 0;
    for (name, table) in [
        ("days", include_str!("../../../tests/phrases/days.csv")),
        ("times", include_str!("../../../tests/phrases/times.csv")),
        ("refusals", include_str!("../../../tests/phrases/refusals.csv")),
    ] {
        for row in csv::Reader::from_reader(table.as_bytes()).records() {
            let row = row.expect("a row");
            let reading = read(&row[1], &posted(&row[0]));
            count += 1;
            if wrong(&reading, &row[2]) {
                failures.push(format!(
                    "{name} ({}): {:?}\n    want {}\n    got  {} {} {}\n    {}",
                    &row[3],
                    &row[1],
                    &row[2],
                    shown(&reading),
                    status_word(reading.status),
                    reading.confidence,
                    reading.reason
                ));
            }
        }
    }
    assert!(count >= 200, "{count}");
    assert!(failures.is_empty(), "{} of {count} wrong\n{}", failures.len(), failures.join("\n"));
}

/// The shared examples: here the expected end of all-day rows is the last day.
#[test]
fn shared_examples() {
    let (mut failures, mut apart) = (Vec::new(), Vec::new());
    let table = include_str!("../../../data/date_phrases.csv");
    for row in csv::Reader::from_reader(table.as_bytes()).records() {
        let row = row.expect("a row");
        let reading = read(&row[1], &posted(&row[0]));
        let first = reading.sessions.first();
        let start = first.map(|s| written(s.start)).unwrap_or_default();
        let end = first
            .and_then(|s| s.end)
            .map(|end| match end {
                Local::Date(day) => (day - Days::new(1)).to_string(),
                Local::Time(_) => written(end),
            })
            .unwrap_or_default();
        let kind = row[5].split(':').next().unwrap_or_default().to_owned();
        let ok = start == row[2] && end == row[3];
        let safe = kind != "ok" || !reading.held;
        let line = format!(
            "{kind}: {:?} want {} {} got {start} {end} held {}: {}",
            &row[1], &row[2], &row[3], reading.held, reading.reason
        );
        match kind.as_str() {
            "ok" | "trap" | "none" | "multi" if !ok || !safe => failures.push(line),
            "ok" | "trap" | "none" | "multi" => {}
            _ => apart.push(format!("{} {line}", if ok { "as expected" } else { "OTHER" })),
        }
    }
    eprintln!("reported apart:\n{}", apart.join("\n"));
    assert!(failures.is_empty(), "{} wrong\n{}", failures.len(), failures.join("\n"));
}

/// A title's date, a description's time, and which of them wins.
#[test]
fn items() {
    for (title, description, expect) in [
        (
            "Housing day - Thursday 14 January, Guildford",
            "10am to 4pm, Millmead House. Book by 7 January.",
            "2027-01-14T10:00/2027-01-14T16:00",
        ),
        (
            "Housing day",
            "Thursday 14 January, 10am to 4pm. Book by 7 January 2027.",
            "2027-01-14T10:00/2027-01-14T16:00",
        ),
        (
            "Housing day 14 January",
            "Lunch at 12.30. Starts 10am, ends 4pm. Call 0118 496 0000, 9am to 5pm.",
            "2027-01-14T10:00/2027-01-14T16:00",
        ),
        ("Housing webinar, 2pm", "On Thursday 14 January 2027.", "2027-01-14T14:00/"),
        (
            "Housing webinar 14 January",
            "A follow up on 21 January, 2pm to 3pm.",
            "2027-01-14/2027-01-15",
        ),
        (
            "Housing webinar 14 January",
            "This has moved to 21 January 2027, 2pm.",
            "2027-01-21T14:00/",
        ),
        ("Housing webinar 14 January", "When: 21 January 2027, 2pm", "?2027-01-14/2027-01-15"),
        (
            "Published 20 November: housing webinar",
            "When: 14 January 2027, 2pm",
            "2027-01-14T14:00/",
        ),
        (
            "Mindful Monday",
            "County Hall. Monday 18 January 2027, 12:30pm - 1pm",
            "2027-01-18T12:30/2027-01-18T13:00",
        ),
        ("Friday 14 January: housing day", "Thursday 14 January 2027, 10am", "2027-01-14T10:00/"),
        ("Housing day", "Bring a laptop.", "-"),
        ("Thanks for coming on 14 November", "Slides below.", "?2026-11-14/2026-11-15"),
    ] {
        let reading = read_item(title, description, &posted("2026-11-22"));
        assert_eq!(shown(&reading), expect, "{title:?} {description:?} {}", reading.reason);
    }
}

#[test]
fn month_first_feeds() {
    let posted = Posted { month_first: true, ..posted("2026-11-22") };
    assert_eq!(shown(&read("3/5/2027 1:00:00 PM", &posted)), "2027-03-05T13:00/");
    assert_eq!(shown(&read("12/13/2026", &posted)), "2026-12-13/2026-12-14");
    assert_eq!(shown(&read("13/12/2026", &posted)), "2026-12-13/2026-12-14");
}

#[test]
fn a_long_text_costs_no_more_than_its_beginning() {
    let posted = Posted { at: None, zone: London, month_first: false };
    let dates = "12 March 2027 10am to 4pm and 13 or ".repeat(1_500);
    assert!(super::choice::survey(&dates, &posted).candidates.len() <= 100);
    assert_eq!(super::head(&dates).len(), super::head(&dates.repeat(2)).len());
    let late = format!("{} Tuesday 9 March 2027", "word ".repeat(3_000));
    assert!(read(&late, &posted).sessions.is_empty());
    let early = format!("Tuesday 9 March 2027 at 10am {}", "é".repeat(60_000));
    assert_eq!(read(&early, &posted).sessions.len(), 1);
}
