//! `folkmoot check` against sites of the test's own: what it shows is what the daemon would list.

use std::{path::Path, process::Command};

use serde_json::Value;

use folkmoot::case::Kind;

use crate::{
    cases::failures,
    feed_server::{FeedServer, answer},
};

/// What the program prints, and whether it went well. The test needs threads: the site answers meanwhile.
fn folkmoot(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_folkmoot"))
        .current_dir(folder)
        .args(arguments)
        .env_remove("FOLKMOOT_CONFIG")
        .env_remove("FOLKMOOT_DATA_DIR")
        .env_remove("STATE_DIRECTORY")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (good, out, err) = folkmoot(folder, arguments);
    assert!(good, "{arguments:?}: {out}{err}");
    serde_json::from_str(&out).unwrap()
}

/// A feed without dates, whose pages have them; one page is closed to programs.
async fn site() -> FeedServer {
    FeedServer::start(|seen| {
        let host = seen.headers.get("host").cloned().unwrap_or_default();
        let item = |name: &str| {
            format!("<item><title>Housing workshop {name}</title><link>http://{host}/{name}</link><guid>{name}</guid></item>")
        };
        let page = |next: &str, name: &str, day: u32| {
            format!(
                "<html lang=en><head><title>E</title>{next}<script type=\"application/ld+json\">{{\"@type\":\"Event\",\
                 \"name\":\"Housing workshop {name}\",\"url\":\"http://{host}/{name}\",\"startDate\":\"2098-06-{day:02}T10:00\"}}</script>"
            )
        };
        let (kind, body) = match seen.path.as_str() {
            "/feed" => (
                "application/rss+xml",
                format!(
                    "<rss version='2.0'><channel><title>T</title>{}{}</channel></rss>",
                    item("open"),
                    item("closed/page")
                ),
            ),
            "/open" => ("text/html", page("", "open", 1)),
            "/closed/page" => ("text/html", page("", "closed/page", 2)),
            "/list" => ("text/html", page("<link rel=next href='/list?2'>", "one", 3)),
            "/list?2" => ("text/html", page("", "two", 4)),
            // The feed itself was asked for by a person.
            "/robots.txt" => {
                ("text/plain", "User-agent: *\nDisallow: /closed/\nDisallow: /feed\n".into())
            }
            "/old" => {
                let to = format!("http://{host}/list?2");
                return answer("301 Moved Permanently", &[("Location", &to)], b"");
            }
            _ => return answer("404 Not Found", &[], b""),
        };
        answer("200 OK", &[("Content-Type", kind)], body.as_bytes())
    })
    .await
}

/// Titles and starts, of a check's or the API's events and of those without a date.
fn dated(card: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events = card["events"].as_array().unwrap().iter();
    let undated = card["undated"].as_array().into_iter().flatten();
    let mut all: Vec<_> =
        events.chain(undated).map(|event| (text(&event["title"]), text(&event["start"]))).collect();
    all.sort();
    all
}

fn codes(problems: &Value) -> Vec<String> {
    let code = |problem: &Value| problem["code"].as_str().unwrap().to_owned();
    problems.as_array().unwrap().iter().map(code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_reads_pages_as_the_daemon_does() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    for path in ["/feed", "/list"] {
        let url = site.url(path).to_string();
        let toml = format!(
            "[network]\nname = \"T\"\nhost_delay = \"0s\"\n[[feed]]\nid = \"f\"\nurl = \"{url}\"\npolicy = \"trusted\"\n\
             allow_private_address = true\n"
        );
        std::fs::write(folder.path().join("feeds.toml"), toml).unwrap();
        let options = ["--policy", "trusted", "--allow-private-address", "--json"];
        let card = json(folder.path(), &[&["check", &url], &options[..]].concat());
        assert!(folkmoot(folder.path(), &["poll", "f"]).0);
        let kept = json(folder.path(), &["events", "--listed", "any", "--json"]);
        assert_eq!(dated(&card).len(), 2, "{card}");
        let listed = |(_, start): &(String, String)| !start.is_empty();
        let of = |value: &Value| dated(value).into_iter().filter(listed).collect::<Vec<_>>();
        assert_eq!(of(&card), of(&kept), "{path}");
        let shown = json(folder.path(), &["feeds", "show", "f", "--json"]);
        let stored =
            shown.pointer("/state/problems").or_else(|| shown.pointer("/feeds/0/state/problems"));
        assert_eq!(stored, Some(&card["problems"]), "{shown}");
        std::fs::remove_dir_all(folder.path().join("data")).unwrap();
    }
    let asked: Vec<String> = site.requests().into_iter().map(|seen| seen.path).collect();
    assert!(!asked.contains(&"/closed/page".to_owned()), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_robots_txt_closes_are_named() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    let url = site.url("/feed").to_string();
    let arguments = ["check", &url, "--allow-private-address", "--json"];
    let card = json(folder.path(), &arguments);
    assert!(codes(&card["problems"]).contains(&"pages_kept_by_robots".to_owned()), "{card}");
    let (_, words, _) = folkmoot(folder.path(), &arguments[..3]);
    assert!(words.contains("robots.txt") && words.contains("a person asked for it"), "{words}");
}

#[test]
fn a_feed_of_the_wild_becomes_a_case() {
    let folder = tempfile::tempdir().unwrap();
    let rss = "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Events</title><item><title>Waste & recycling workshop, 4 March 2027, \
               10am</title><guid>a</guid><author>jo.bloggs@a.example (Jo Bloggs)</author><description>Ask Jo Bloggs on 01483 505050.</description></item></channel></rss>";
    let ical = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:u1@a.example\r\nDTSTAMP:20261101T000000Z\r\n\
                ORGANIZER;CN=Jo Bloggs:mailto:jo.bloggs@a.example\r\nDTSTART:20270311T100000Z\r\nSUMMARY:Waste day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    for (file, text, kind) in [
        ("a.xml", rss, Kind::Feed),
        ("a.ics", ical, Kind::Calendar),
        ("a.html", "<html><title>No feed</title><p>Ask jo.bloggs@a.example", Kind::Feed),
    ] {
        std::fs::write(folder.path().join(file), text).unwrap();
        let case = format!("{file}-cases/odd");
        let (_, said, wrong) = folkmoot(folder.path(), &["check", file, "--save-case", &case]);
        assert!(said.contains("Saved as a case") && said.contains(kind.folder()), "{said}{wrong}");
        let cases = folder.path().join(format!("{file}-cases"));
        assert_eq!(failures(&cases, kind), (1, Vec::new()));
        for one in std::fs::read_dir(cases.join("odd")).unwrap() {
            let text = std::fs::read_to_string(one.unwrap().path()).unwrap();
            assert!(!text.contains("loggs") && !text.contains("505050"), "{text}");
        }
        // A case is never written over.
        let (good, _, wrong) = folkmoot(folder.path(), &["check", file, "--save-case", &case]);
        assert!(!good && wrong.contains("is not empty"), "{wrong}");
        // It can fail.
        std::fs::write(cases.join("odd/expected.json"), "{}").unwrap();
        assert_eq!(failures(&cases, kind).1.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_for_good_is_said_on_the_card_and_a_missing_page_in_a_sentence() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    let (old, gone) = (site.url("/old").to_string(), site.url("/nowhere").to_string());
    let card = json(folder.path(), &["check", &old, "--allow-private-address", "--json"]);
    assert!(codes(&card["problems"]).contains(&"moved".to_owned()), "{card}");
    let (_, words, _) = folkmoot(folder.path(), &["check", &old, "--allow-private-address"]);
    assert!(words.contains("has moved for good to") && words.contains("/list?2"), "{words}");
    let (good, out, said) = folkmoot(folder.path(), &["check", &gone, "--allow-private-address"]);
    assert!(!good && out.is_empty() && said.contains("404"), "{out}{said}");
}

#[test]
fn the_table_goes_by_the_next_date_and_says_what_is_called_off() {
    let folder = tempfile::tempdir().unwrap();
    let event = |uid: &str, title: &str, rest: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}@a.example\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:{title}\r\n{rest}\r\nEND:VEVENT\r\n"
        )
    };
    let events = [
        event("late", "Waste discovery day", "DTSTART:20270501T090000Z\r\nSTATUS:CANCELLED"),
        event("day", "Housing discovery day", "DTSTART;VALUE=DATE:20261210"),
        event(
            "run",
            "Library discovery day",
            "DTSTART:20260106T100000Z\r\nRRULE:FREQ=MONTHLY;COUNT=16",
        ),
        event(
            "run",
            "Library discovery day",
            "RECURRENCE-ID:20270206T100000Z\r\nDTSTART:20270206T100000Z\r\nSTATUS:CANCELLED",
        ),
    ];
    let calendar = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{}END:VCALENDAR\r\n",
        events.concat()
    );
    std::fs::write(folder.path().join("a.ics"), calendar).unwrap();
    let (good, said, wrong) =
        folkmoot(folder.path(), &["check", "a.ics", "--now", "2026-11-22T12:00:00Z"]);
    assert!(good, "{wrong}");
    let at = |words: &str| said.find(words).unwrap_or_else(|| panic!("{words}: {said}"));
    let (library, housing) =
        (at("Sun 6 Dec 2026, 10am (5 dates, 1 cancelled)"), at("Thu 10 Dec 2026"));
    assert!(library < housing && housing < at("Sat 1 May 2027"), "{said}");
    assert!(at("yes, as cancelled") > at("Sat 1 May 2027"), "{said}");
}

#[test]
fn dates_beyond_those_shown_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let event = |uid: &str, rule: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}@a.example\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20270104T100000Z\r\n\
             SUMMARY:Drop-in {uid}\r\nRRULE:{rule}\r\nEND:VEVENT\r\n"
        )
    };
    let events = event("daily", "FREQ=DAILY")
        + &event("weekly", "FREQ=WEEKLY")
        + &event("private", "FREQ=DAILY\r\nCLASS:PRIVATE");
    let calendar = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{events}END:VCALENDAR\r\n"
    );
    std::fs::write(folder.path().join("a.ics"), calendar).unwrap();
    let told = |to: &str| {
        let arguments = ["check", "a.ics", "--json", "--from", "2027-01-01", "--to", to];
        let card = json(folder.path(), &arguments);
        let problems = card["problems"].as_array().unwrap().iter();
        let told = problems.filter(|problem| problem["code"] == "more_dates").cloned();
        let (shown, told): (_, Vec<Value>) =
            (card["events"][0]["occurrences"].as_array().unwrap().len(), told.collect());
        (shown, told)
    };
    assert_eq!(told("2029-01-01"), (728, vec![]));
    let (shown, told) = told("2047-01-01");
    assert_eq!((shown, told.len()), (5_000, 1));
    let words = told[0]["text"].as_str().unwrap();
    assert!(words.starts_with("1 item has") && words.contains("Drop-in daily"), "{words}");
}

#[test]
fn what_is_tried_is_said_once_and_with_the_last_day() {
    let folder = tempfile::tempdir().unwrap();
    let (_, said, _) = folkmoot(folder.path(), &["try", "date", "8 and 9 March 2027"]);
    assert!(said.contains("2027-03-08 to 2027-03-09\n"), "{said}");
    let (_, said, _) = folkmoot(folder.path(), &["try", "tags", "Waste discovery day"]);
    assert!(said.starts_with("Listed because"), "{said}");
    let mut lines: Vec<&str> = said.lines().collect();
    let all = lines.len();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), all, "{said}");
    let description = "For council waste officers, and for council and housing people.";
    let arguments = ["check", "a.json", "--json"];
    let feed = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [
        { "id": "1", "title": "Waste discovery day, 4 March 2027", "content_text": description, "date_published": "2026-11-01T10:00:00Z" }
    ]});
    std::fs::write(folder.path().join("a.json"), feed.to_string()).unwrap();
    let card = json(folder.path(), &arguments);
    assert_eq!(card["events"][0]["audience"]["words"], "For council waste officers", "{card}");
}
