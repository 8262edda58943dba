//! The operator's commands, run as the operator runs them: the program itself against a folder, with a daemon and without.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

/// A word that must not be found anywhere once its event is forgotten.
const MARKER: &str = "Quibblesnatch";
/// A word of a private event.
const SECRET: &str = "Zanderwhisper";

/// A folder with a configuration and feeds in files.
struct House {
    dir: tempfile::TempDir,
    daemon: Option<Child>,
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop();
    }
}

fn event(uid: &str, title: &str, day: u32, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:209803{day:02}T100000Z\r\n\
         DTEND:209803{day:02}T120000Z\r\nSUMMARY:{title}\r\n{more}END:VEVENT\r\n"
    )
}

fn calendar(events: &[String]) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\n{}END:VCALENDAR\r\n",
        events.concat()
    )
}

fn item(title: &str, number: u32) -> String {
    format!(
        "<item><title>{title}</title><link>https://news.example.org/{number}</link><guid>https://news.example.org/{number}</guid>\
         <description>For everyone who works on this service.</description><pubDate>Mon, 04 Jan 2027 09:00:00 GMT</pubDate></item>"
    )
}

fn rss(items: &[String]) -> String {
    format!("<rss version=\"2.0\"><channel><title>News</title>{}</channel></rss>", items.concat())
}

impl House {
    fn new() -> Self {
        let house = Self { dir: tempfile::tempdir().unwrap(), daemon: None };
        house.put(
            "feeds.toml",
            "[network]\nname = \"Test\"\nhost_delay = \"0s\"\n\n\
             [[feed]]\nid = \"held\"\nurl = \"file:held.ics\"\npolicy = \"review\"\n\n\
             [[feed]]\nid = \"open\"\nurl = \"file:open.ics\"\npolicy = \"trusted\"\n\n\
             [[feed]]\nid = \"news\"\nurl = \"file:news.xml\"\npolicy = \"trusted\"\nfollow_links = false\n",
        );
        house.put(
            "held.ics",
            &calendar(&[
                event("h1@x", "Waste workshop", 4, ""),
                event("h2@x", "Library camp", 5, ""),
            ]),
        );
        house.put(
            "open.ics",
            &calendar(&[
                event("o1@x", "Housing discovery day", 6, ""),
                event(
                    "o2@x",
                    &format!("Planning workshop {MARKER}"),
                    7,
                    &format!("DESCRIPTION:All about {MARKER}.\r\n"),
                ),
            ]),
        );
        house.put("secret.ics", "");
        house.put("news.xml", &rss(&[item("Makers session on council tax", 1)]));
        house
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.dir.path().join(name), text).unwrap();
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_folkmoot"));
        command.current_dir(self.dir.path()).args(arguments).stdin(Stdio::null());
        for variable in ["FOLKMOOT_CONFIG", "FOLKMOOT_DATA_DIR", "STATE_DIRECTORY"] {
            command.env_remove(variable);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command that must succeed says.
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        );
        assert!(output.status.success(), "{arguments:?} failed: {out}{err}");
        out
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        serde_json::from_str(&self.ok(&all)).unwrap()
    }

    /// Exit code and complaint of a command that must fail.
    fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?} was to fail");
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    fn start(&mut self) {
        let mut command = self.command(&["run", "--listen", "127.0.0.1:0"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.daemon = Some(child);
        let until = Instant::now() + Duration::from_secs(30);
        // The socket is there only once the daemon serves it.
        while !self.data().join("control.sock").exists() {
            assert!(Instant::now() < until, "the daemon does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.daemon.take() {
            drop(Command::new("kill").arg(child.id().to_string()).status());
            drop(child.wait());
        }
    }

    /// The titles of what is listed.
    fn listed(&self) -> Vec<String> {
        let events = self.json(&["events", "--from", "2000-01-01", "--limit", "200"]);
        let titles = events["events"].as_array().unwrap().iter();
        titles.map(|event| event["title"].as_str().unwrap().to_owned()).collect()
    }

    /// The id of a held event by its title.
    fn held(&self, title: &str) -> String {
        let held = self.json(&["review", "list"]);
        let one = held["held"].as_array().unwrap().iter().find(|one| one["title"] == title);
        one.unwrap_or_else(|| panic!("{title} is not held: {held}"))["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Files in the data directory that hold a word, as it is or compressed.
    fn holding(&self, word: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        search(&self.data(), word.as_bytes(), &mut found);
        found
    }
}

fn search(dir: &Path, word: &[u8], found: &mut Vec<PathBuf>) {
    let has = |bytes: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            search(&path, word, found);
        } else if path.is_file() {
            // A daemon may put fresh files in the place of these at any moment.
            let Ok(bytes) = fs::read(&path) else { continue };
            let plain = zstd::stream::decode_all(&*bytes).unwrap_or_default();
            if has(&bytes) || has(&plain) {
                found.push(path);
            }
        }
    }
}

/// Runs a test without a daemon and with one.
fn both(test: impl Fn(&House)) {
    let mut house = House::new();
    house.ok(&["poll"]);
    test(&house);
    house = House::new();
    house.start();
    house.ok(&["poll"]);
    test(&house);
}

#[test]
fn review_decides_and_the_decision_outlives_later_checks() {
    both(|house| {
        let (waste, library) = (house.held("Waste workshop"), house.held("Library camp"));
        assert_eq!(house.listed().len(), 2);
        assert!(house.ok(&["review", "list"]).contains("Held until the network accepts it"));
        let said = house.ok(&["review", "accept", &waste]);
        assert!(said.contains("Accepted: it is listed."), "{said}");
        assert!(house.listed().contains(&"Waste workshop".to_owned()));
        house.ok(&["review", "reject", &library]);
        // As everywhere: an id that nothing has is wrong usage.
        let unknown = "nosuchevent0";
        for words in [
            vec!["review", "accept", unknown],
            vec!["review", "reject", unknown],
            vec!["review", "date", unknown, "4 December 2097"],
            vec!["forget", unknown, "--reason", "none", "--yes"],
            vec!["explain", unknown],
            vec!["clashes", unknown],
        ] {
            let (code, said) = house.fails(&words);
            assert_eq!(code, 2, "{words:?}: {said}");
            assert!(said.contains("there is no event \"nosuchevent0\""), "{words:?}: {said}");
        }
        // One that is unknown does not stop the others.
        let (code, _) = house.fails(&["review", "accept", unknown, &library]);
        assert_eq!(code, 2);
        let said = house.ok(&["review", "accept", &library]);
        assert!(said.contains("It was accepted before, too."), "{said}");
        let said = house.ok(&["review", "reject", &library]);
        assert!(said.contains("Before, it was accepted."), "{said}");
        let counts = |feed: &str| {
            let state = house.json(&["feeds", "show", feed])["state"].clone();
            (state["listed"].clone(), state["unlisted"].clone())
        };
        let decided = serde_json::json!([["Not accepted by the network.", 1]]);
        assert_eq!(counts("held"), (1.into(), decided.clone()));
        house.ok(&["poll", "held"]);
        assert_eq!(counts("held"), (1.into(), decided));
        // The feed says something new: the decisions stay.
        house.put(
            "held.ics",
            &calendar(&[
                event("h1@x", "Waste workshop moved", 14, ""),
                event("h2@x", "Library camp moved", 15, ""),
            ]),
        );
        house.ok(&["poll", "held"]);
        let listed = house.listed();
        assert!(listed.contains(&"Waste workshop moved".to_owned()), "{listed:?}");
        assert!(!listed.iter().any(|title| title.contains("Library")), "{listed:?}");
        assert_eq!(
            house.json(&["review", "list", "--feed", "held"])["held"],
            serde_json::json!([])
        );
        assert_eq!(
            house.json(&["review", "list", "--all", "--feed", "held"])["held"]
                .as_array()
                .unwrap()
                .len(),
            2
        );
    });
}

#[test]
fn a_date_by_hand_is_said_to_be_one_and_yields_to_the_feeds() {
    both(|house| {
        let id = house.held("Makers session on council tax");
        let (_, words) = house.fails(&["review", "date", &id, "one of these days"]);
        assert!(words.contains("no date was understood"), "{words}");
        let (_, words) = house.fails(&["review", "date", &id, "31 June 2097"]);
        assert_eq!(words.matches("31 June").count(), 1, "{words}");
        // 4 December 2097 is a Wednesday.
        for (wrong, why) in [
            ("Monday 4 December 2097, 10am", "It says Monday, but 4 December 2097 is a Wednesday"),
            ("4 December 2007, 10am", "4 December 2007, 10am” is over"),
            ("4 December 2097, 3pm to 1pm", "do not run forward"),
            ("4 December 2097 25:00", "“25:00” is neither a day nor a time that exists"),
            ("4 December 2097 at 13:00 to 14:70", "14:70"),
            ("4 December 2097 to 2 December 2097", "not in order"),
        ] {
            let (_, words) = house.fails(&["review", "date", &id, wrong]);
            assert!(words.contains("the date was not taken") && words.contains(why), "{words}");
        }
        let said = house.ok(&["review", "date", &id, "4/12/2097, 10:00-13:00"]);
        assert!(said.contains("Wednesday 4 December 2097, 10am to 1pm"), "{said}");
        let said = house.ok(&["review", "undo", &id]);
        assert!(said.contains("It waits for a decision again."), "{said}");
        assert_eq!(house.json(&["explain", &id])["start"], serde_json::Value::Null);
        let (_, words) = house.fails(&["review", "undo", &id]);
        assert!(words.contains("nothing was decided"), "{words}");
        let said = house.ok(&["review", "date", &id, "4 December 2097, 10am to 1pm"]);
        assert!(said.contains("supplied by the network"), "{said}");
        let event = house.json(&["explain", &id]);
        assert_eq!(event["start"], "2097-12-04T10:00:00+00:00", "{event}");
        assert_eq!(event["end"], "2097-12-04T13:00:00+00:00");
        assert_eq!(event["evidence"]["date"][0]["says"], "date supplied by the network");
        assert_eq!(event["evidence"]["date"][0]["text"], "4 December 2097, 10am to 1pm");
        assert_eq!(event["listed"], true);
        let said = house.ok(&["explain", &id]);
        let empty = said.lines().find(|line| line.trim_end().ends_with(':'));
        assert_eq!(empty, None, "{said}");
        let state = house.json(&["feeds", "show", "news"])["state"].clone();
        assert_eq!((&state["listed"], &state["undated"]), (&1.into(), &0.into()));
        house.put(
            "news.xml",
            &rss(&[item("Makers session on council tax, 12 January 2027, 2pm to 4pm", 1)]),
        );
        house.ok(&["poll", "news"]);
        let event = house.json(&["explain", &id]);
        assert_eq!(event["start"], "2027-01-12T14:00:00+00:00", "{event}");
        let (_, words) = house.fails(&["review", "date", &id, "4 December 2097"]);
        assert!(words.contains("yields"), "{words}");
    });
}

#[test]
fn a_backup_brings_back_ids_decisions_history_and_health() {
    let mut house = House::new();
    house.start();
    house.ok(&["poll"]);
    let waste = house.held("Waste workshop");
    house.ok(&["review", "accept", &waste]);
    let said = house.ok(&["backup", "all.zst"]);
    assert!(said.contains("3 feeds, 5 events, 1 decision"), "{said}");
    let mode = fs::metadata(house.dir.path().join("all.zst")).unwrap().permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    // Neither beside a daemon nor over a store.
    assert!(house.fails(&["restore", "all.zst"]).1.contains("a daemon is using"));
    let before = house.json(&["events", "--from", "2000-01-01"]);
    let status = house.json(&["status"])["feeds"].clone();
    house.stop();
    assert!(house.fails(&["restore", "all.zst"]).1.contains("is not empty"));
    let epoch = |house: &House| {
        let note = fs::read(house.data().join("store.json")).unwrap();
        serde_json::from_slice::<Value>(&note).unwrap()["identity"].clone()
    };
    let old = epoch(&house);
    fs::rename(house.data(), house.dir.path().join("gone")).unwrap();
    // A damaged file makes nothing.
    let bytes = fs::read(house.dir.path().join("all.zst")).unwrap();
    fs::write(house.dir.path().join("half.zst"), &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(house.fails(&["restore", "half.zst"]).0, 1);
    assert!(!house.data().join("store").exists());
    let said = house.ok(&["restore", "all.zst"]);
    assert!(said.contains("3 feeds, 5 events, 1 decision again"), "{said}");
    assert_eq!(house.json(&["events", "--from", "2000-01-01"]), before);
    assert_eq!(house.json(&["status"])["feeds"], status);
    let new = epoch(&house);
    assert_eq!((&new["domain"], &new["salt"]), (&old["domain"], &old["salt"]));
    assert_ne!(new["epoch"], old["epoch"]);
    house.ok(&["poll"]);
    assert!(house.listed().contains(&"Waste workshop".to_owned()));
    // A second backup of the same holds the same.
    house.ok(&["store", "copy", "second"]);
    assert_eq!(house.json(&["--data-dir", "second", "events", "--from", "2000-01-01"]), before);
}

#[test]
fn a_forgotten_event_leaves_no_trace_and_does_not_come_back() {
    both(|house| {
        assert!(!house.holding(MARKER).is_empty(), "the search finds nothing at all");
        let events = house.json(&["events", "--from", "2000-01-01", MARKER]);
        let id = events["events"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(house.fails(&["forget", &id]).0, 2);
        let said = house.ok(&["forget", &id, "--reason", "asked for by a person", "--yes"]);
        assert!(said.contains("will not come back"), "{said}");
        assert_eq!(house.holding(MARKER), Vec::<PathBuf>::new());
        let (code, words) = house.fails(&["replay", "open"]);
        assert!(code == 1 && words.contains("is forgotten"), "{words}");
        // It is still in the feed, and in another.
        house.ok(&["poll"]);
        let again = format!("Planning workshop {MARKER}");
        house.put(
            "held.ics",
            &calendar(&[event("h1@x", "Waste workshop", 4, ""), event("new@x", &again, 7, "")]),
        );
        let toml = fs::read_to_string(house.dir.path().join("feeds.toml")).unwrap();
        house.put("feeds.toml", &toml.replace("\"open\"", "\"opened\""));
        house.put(
            "open.ics",
            &calendar(&[
                event("o1@x", "Housing discovery day 2", 6, ""),
                event("o2@x", &again, 9, ""),
            ]),
        );
        std::thread::sleep(Duration::from_millis(2500));
        house.ok(&["poll"]);
        assert_eq!(house.holding(MARKER), Vec::<PathBuf>::new());
        assert!(
            !house
                .ok(&["events", "--from", "2000-01-01", "--listed", "any", "--ics"])
                .contains(MARKER)
        );
        assert!(
            house.listed().contains(&"Housing discovery day 2".to_owned()),
            "{:?}",
            house.listed()
        );
        // A backup keeps it from coming back.
        house.ok(&["backup", "after.zst"]);
        let plain =
            zstd::stream::decode_all(&*fs::read(house.dir.path().join("after.zst")).unwrap())
                .unwrap();
        let plain = String::from_utf8(plain).unwrap();
        assert!(!plain.contains(MARKER) && plain.contains("asked for by a person"));
        assert!(house.fails(&["explain", &id]).1.contains(&id));
        let (code, words) = house.fails(&["forget", &id, "--reason", "again", "--yes"]);
        assert!(code == 1 && words.contains("was forgotten on"), "{words}");
    });
}

#[test]
fn an_older_backup_does_not_bring_back_what_was_forgotten() {
    let mut house = House::new();
    house.ok(&["poll"]);
    house.ok(&["backup", "before.zst"]);
    let id = house.json(&["events", "--from", "2000-01-01", MARKER])["events"][0]["id"].clone();
    house.ok(&["forget", id.as_str().unwrap(), "--reason", "asked for", "--yes"]);
    house.ok(&["backup", "after.zst"]);
    let gone = |house: &House| {
        assert_eq!(house.holding(MARKER), Vec::<PathBuf>::new());
        house.ok(&["poll"]);
        assert_eq!(house.listed(), ["Housing discovery day"]);
        assert_eq!(house.holding(MARKER), Vec::<PathBuf>::new());
    };
    assert!(house.fails(&["restore", "before.zst"]).1.contains("--replace"));
    house.start();
    assert!(house.fails(&["restore", "--replace", "before.zst"]).1.contains("a daemon is using"));
    house.stop();
    let said = house.ok(&["restore", "--replace", "before.zst"]);
    assert!(said.contains("Left out: 1 event that was forgotten since"), "{said}");
    gone(&house);
    // The store is lost; the list beside it is not.
    fs::remove_dir_all(house.data().join("store")).unwrap();
    fs::remove_file(house.data().join("store.json")).unwrap();
    assert_eq!(house.json(&["restore", "before.zst"])["kept_out"], 1);
    gone(&house);
    // Even a fresh start keeps it out.
    fs::remove_dir_all(house.data().join("store")).unwrap();
    fs::remove_file(house.data().join("store.json")).unwrap();
    gone(&house);
    // All is lost but two backups.
    fs::remove_dir_all(house.data()).unwrap();
    assert!(house.fails(&["restore", "before.zst", "--forgotten", "."]).1.contains("there is no"));
    assert_eq!(house.json(&["restore", "before.zst", "--forgotten", "after.zst"])["kept_out"], 1);
    gone(&house);
}

#[test]
fn nothing_of_a_private_event_is_ever_on_the_disk() {
    both(|house| {
        let private = format!(
            "CLASS:PRIVATE\r\nDESCRIPTION:With {SECRET}.\r\nLOCATION:{SECRET} House\r\nX-ODD;=:{SECRET}\r\n"
        );
        house.put(
            "open.ics",
            &calendar(&[
                event("o1@x", "Housing discovery day", 6, ""),
                event(&format!("{SECRET}@x"), &format!("Meeting {SECRET}"), 8, &private),
            ]),
        );
        house.ok(&["poll"]);
        house.ok(&["replay", "held"]);
        assert_eq!(house.holding(SECRET), Vec::<PathBuf>::new());
        assert!(
            !house
                .ok(&["events", "--listed", "any", "--from", "2000-01-01", "--json"])
                .contains(SECRET)
        );
    });
}

#[test]
fn what_turns_private_leaves_nothing_of_its_public_text() {
    both(|house| {
        assert!(!house.holding(MARKER).is_empty(), "the search finds nothing at all");
        let (title, text) = (format!("Planning workshop {MARKER}"), format!("All about {MARKER}."));
        let private = format!("CLASS:PRIVATE\r\nDESCRIPTION:{text}\r\n");
        house.put(
            "open.ics",
            &calendar(&[
                event("o1@x", "Housing discovery day", 6, ""),
                event("o2@x", &title, 7, &private),
            ]),
        );
        house.ok(&["poll"]);
        // A daemon cleans its store beside its other work.
        let until = Instant::now() + Duration::from_secs(60);
        while !house.holding(MARKER).is_empty() {
            assert!(Instant::now() < until, "left in {:?}", house.holding(MARKER));
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(house.listed(), ["Housing discovery day"]);
        assert_eq!(house.holding(MARKER), Vec::<PathBuf>::new());
    });
}

#[test]
fn replay_reads_the_kept_body_again() {
    both(|house| {
        let done = house.json(&["replay", "open"]);
        assert_eq!(done["checks"][0]["feed"], "open");
        assert_eq!(done["checks"][0]["check"]["outcome"], "unchanged");
        assert_eq!(house.fails(&["replay", "nobody"]).0, 2);
        house.ok(&["store", "copy"]);
        assert_eq!(house.listed().len(), 2);
    });
}

/// A site on this machine: each path with a status and a body; what was asked is kept.
fn site(
    pages: Vec<(&'static str, u16, String)>,
) -> (String, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = std::sync::Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut text = [0; 4096];
            let read = stream.read(&mut text).unwrap_or(0);
            let text = String::from_utf8_lossy(&text[..read]).into_owned();
            let path = text.split(' ').nth(1).unwrap_or("/").to_owned();
            log.lock().unwrap().push(path.clone());
            let page = pages.iter().find(|(known, ..)| *known == path);
            let (status, body) =
                page.map_or((404, ""), |(_, status, body)| (*status, body.as_str()));
            let location =
                if status == 301 { format!("Location: {body}\r\n") } else { String::new() };
            let answer = format!(
                "HTTP/1.1 {status} X\r\n{location}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    (address, asked)
}

#[test]
fn feeds_are_found_as_far_as_robots_txt_allows() {
    let house = House::new();
    let (address, asked) = site(vec![
        ("/robots.txt", 200, "User-agent: *\nDisallow: /news\n".into()),
        ("/", 200, "<html><body><a href='/events/'>What's on</a> <a href='/news/'>News</a></body></html>".into()),
        ("/events/", 200, "<html><head><link rel=alternate type='text/calendar' href='/events.ics'></head></html>".into()),
        ("/events.ics", 200, calendar(&[event("f1@x", "Waste discovery day", 9, "")])),
    ]);
    let found = house.json(&["feeds", "find", "WBK", "--site", &address]);
    assert_eq!(found["found"][0]["url"], format!("{address}events.ics"), "{found}");
    assert_eq!(
        (&found["found"][0]["items"], &found["found"][0]["council"]),
        (&1.into(), &"WBK".into())
    );
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.iter().filter(|path| *path == "/robots.txt").count(), 1, "{asked:?}");
    assert!(!asked.iter().any(|path| path.starts_with("/news")), "{asked:?}");
    assert_eq!(house.fails(&["feeds", "find", "Atlantis"]).0, 2);
}

#[test]
fn a_moved_feed_is_adopted_and_its_publisher_gets_a_letter() {
    let house = House::new();
    let (address, _) = site(vec![
        ("/old.ics", 301, "/new.ics".into()),
        ("/new.ics", 200, calendar(&[event("m1@x", "Waste discovery day", 9, "")])),
    ]);
    let toml = fs::read_to_string(house.dir.path().join("feeds.toml")).unwrap();
    let feed = format!(
        "{toml}\n# It moves.\n[[feed]]\nid = \"moved\"\nurl = \"{address}old.ics\"\nmember = \"WBK\"\npolicy = \"trusted\"\n\
         allow_private_address = true\n"
    );
    house.put("feeds.toml", &feed);
    assert_eq!(house.fails(&["feeds", "letter", "moved"]).0, 1);
    house.ok(&["poll"]);
    let letter = house.ok(&["feeds", "letter", "moved"]);
    for words in [
        "Dear web team of West Berkshire",
        "it had 1 item; 1 event from it is in the calendar",
        "has moved to",
    ] {
        assert!(letter.contains(words), "{words}: {letter}");
    }
    let id = house.json(&["events", "--from", "2000-01-01", "--feed", "moved"])["events"][0]["id"]
        .clone();
    assert!(house.fails(&["feeds", "adopt", "open"]).1.contains("has not moved"));
    house.ok(&["feeds", "adopt", "moved"]);
    let toml = fs::read_to_string(house.dir.path().join("feeds.toml")).unwrap();
    assert!(toml.contains(&format!("{address}new.ics")) && toml.contains("# It moves."), "{toml}");
    house.ok(&["poll", "moved"]);
    let after = house.json(&["events", "--from", "2000-01-01", "--feed", "moved"]);
    assert_eq!((&after["events"][0]["id"], after["events"].as_array().unwrap().len()), (&id, 1));
}

#[test]
fn clashes_are_those_of_the_same_service_within_a_week() {
    let house = House::new();
    house.put(
        "open.ics",
        &calendar(&[
            event("c1@x", "Waste and recycling workshop", 6, ""),
            event("c2@x", "Waste collection discovery day", 20, ""),
            event("c3@x", "Library workshop", 6, ""),
        ]),
    );
    house.ok(&["poll"]);
    let found = house.json(&["clashes", "--date", "2098-03-04", "--service", "waste"]);
    let titles: Vec<&str> = found["same_service"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["Waste and recycling workshop"], "{found}");
    let events = house.json(&["events", "--from", "2000-01-01", "collection"]);
    let id = events["events"][0]["id"].as_str().unwrap();
    assert!(house.ok(&["clashes", id]).contains("Nothing else for waste"));
    assert_eq!(house.fails(&["clashes", "--date", "2098-03-04", "--service", "wast"]).0, 2);
    assert_eq!(house.fails(&["clashes", "nosuch"]).0, 2);
    assert!(house.fails(&["clashes", "2098-03-04"]).1.contains("--date 2098-03-04"));
}

#[test]
fn the_operator_is_told_once_of_a_feed_that_fails() {
    let mut house = House::new();
    let toml = fs::read_to_string(house.dir.path().join("feeds.toml")).unwrap();
    let notices = house.dir.path().join("notices");
    house.put(
        "feeds.toml",
        &format!("{toml}\n[notify]\ncommand = \"tee -a {}\"\n", notices.display()),
    );
    house.start();
    house.ok(&["poll"]);
    house.put("open.ics", "no calendar any more");
    for _ in 0..5 {
        house.fails(&["poll", "open"]);
    }
    let until = Instant::now() + Duration::from_secs(20);
    let read = || fs::read_to_string(&notices).unwrap_or_default();
    while !read().contains("cannot be read") {
        assert!(Instant::now() < until, "nothing was told: {}", read());
        std::thread::sleep(Duration::from_millis(100));
    }
    house.fails(&["poll", "open"]);
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(read().lines().filter(|line| line.starts_with("open: ")).count(), 1, "{}", read());
}

/// A command with all options that its help names, and then those of its own commands.
fn commands(house: &House, path: &[&str], all: &mut Vec<(String, Vec<String>)>) {
    let help = house.ok(&[path, &["--help"]].concat());
    let lines = || help.lines().map(str::trim_start);
    let options = lines().filter(|line| line.starts_with('-'));
    let options = options.filter_map(|line| {
        let long = line.split([' ', ',']).find(|word| word.starts_with("--"))?;
        Some(long.trim_end_matches("...").to_owned())
    });
    all.push((path.join(" "), options.collect()));
    let named = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let named = named.take_while(|line| !line.is_empty());
    let named = named.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    for name in named.filter_map(|line| line.split_whitespace().next()) {
        if name != "help" {
            commands(house, &[path, &[name]].concat(), all);
        }
    }
}

#[test]
fn the_manual_and_the_completions_name_every_command_and_option() {
    let house = House::new();
    let mut all = Vec::new();
    commands(&house, &[], &mut all);
    assert!(all.len() > 30 && all.iter().all(|(_, options)| options.len() > 5), "{all:?}");
    let manual = house.ok(&["man"]);
    let completions = ["bash", "zsh", "fish"].map(|shell| house.ok(&["completions", shell]));
    for (command, options) in all {
        let name = format!("folkmoot {command}").trim().replace(' ', "-");
        let mut pages = manual.split(".TH ").filter(|page| {
            page.split_whitespace().next().is_some_and(|first| first.trim_matches('"') == name)
        });
        let page = pages.next().unwrap_or_else(|| panic!("no page for {name}"));
        for option in &options {
            let escaped = option.replace('-', "\\-");
            assert!(page.contains(&escaped), "{name}: {option}: {page}");
        }
        for text in &completions {
            for word in command.split(' ').chain(options.iter().map(String::as_str)) {
                assert!(text.contains(word.trim_start_matches('-')), "{command}: {word}");
            }
        }
    }
}

#[test]
fn what_root_does_in_the_services_directory_is_the_services() {
    use std::os::unix::fs::{MetadataExt, chown, symlink};
    const SERVICE: u32 = 61_234;
    let house = House::new();
    fs::create_dir(house.data()).unwrap();
    if chown(house.data(), Some(SERVICE), Some(SERVICE)).is_err() {
        eprintln!("SKIPPED: only root can try this");
        return;
    }
    let (outside, link) = (house.dir.path().join("outside"), house.data().join("link"));
    fs::write(&outside, "root's").unwrap();
    symlink(&outside, &link).unwrap();
    fs::hard_link(&outside, house.data().join("hard")).unwrap();
    fn owners(dir: &Path, all: &mut Vec<(PathBuf, u32)>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let facts = fs::symlink_metadata(&path).unwrap();
            all.push((path.clone(), facts.uid()));
            if facts.is_dir() {
                owners(&path, all);
            }
        }
    }
    house.ok(&["poll"]);
    house.ok(&["backup", "copy.zst"]);
    house.ok(&["restore", "--replace", "copy.zst"]);
    let mut all = Vec::new();
    owners(&house.data(), &mut all);
    assert!(all.len() > 10, "{all:?}");
    let roots: Vec<_> = all.iter().filter(|(_, owner)| *owner != SERVICE).collect();
    assert!(
        roots.iter().all(|(path, _)| path.ends_with("link") || path.ends_with("hard")),
        "{roots:?}"
    );
    assert_eq!(fs::metadata(&outside).unwrap().uid(), 0);
    // A directory in which no store ever was is none of ours.
    let elsewhere = house.dir.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    chown(&elsewhere, Some(SERVICE), Some(SERVICE)).unwrap();
    fs::write(elsewhere.join("file"), "root's").unwrap();
    house.ok(&["--data-dir", elsewhere.to_str().unwrap(), "man"]);
    assert_eq!(fs::metadata(elsewhere.join("file")).unwrap().uid(), 0);
}

#[test]
fn whoever_may_not_look_is_not_told_that_nothing_is_there() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    const NOBODY: u32 = 65_534;
    let house = House::new();
    house.ok(&["poll"]);
    for (path, mode) in [(house.dir.path().to_owned(), 0o755), (house.data(), 0o700)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    for command in ["status", "events", "poll"] {
        let output = house.command(&[command]).uid(NOBODY).gid(NOBODY).output();
        let Ok(output) = output else {
            eprintln!("SKIPPED: only root can try this");
            return;
        };
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && words.contains("may not look"), "{words}");
    }
}

#[test]
fn a_feed_that_breaks_off_is_a_check_that_came_to_nothing() {
    let house = House::new();
    house.ok(&["poll"]);
    let whole = fs::read_to_string(house.dir.path().join("open.ics")).unwrap();
    house.put("open.ics", whole.split("UID:o2").next().unwrap());
    let (code, words) = house.fails(&["poll", "open"]);
    assert!(code == 1 && words.contains("could not be read in full"), "{words}");
    let output = house.run(&["poll", "open", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &told["failed"]), (Some(1), &Value::from(1)), "{told}");
    assert_eq!(told["checks"][0]["check"]["cut_off"], true);
    assert_eq!(house.listed().len(), 2);
    house.put("open.ics", &whole);
    house.ok(&["poll", "open"]);
}

#[test]
fn a_notice_that_hangs_or_fails_holds_up_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let mut house = House::new();
    let (script, pid) = (house.dir.path().join("hang"), house.dir.path().join("pid"));
    // A shell that waits for what it has started.
    let lines = format!("sleep 600 &\nprintf '%s\\n' $! $$ >> {}\nwait\n", pid.display());
    house.put("hang", &format!("#!/bin/sh\n{lines}"));
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let toml = fs::read_to_string(house.dir.path().join("feeds.toml")).unwrap();
    let command = |command: &str| format!("{toml}\n[notify]\ncommand = \"{command}\"\n");
    house.put("feeds.toml", &command(&script.display().to_string()));
    house.start();
    house.ok(&["poll"]);
    house.put("open.ics", "no calendar any more");
    for _ in 0..3 {
        house.fails(&["poll", "open"]);
    }
    let until = Instant::now() + Duration::from_secs(20);
    while fs::read_to_string(&pid).unwrap_or_default().is_empty() {
        assert!(Instant::now() < until, "nothing was told");
        std::thread::sleep(Duration::from_millis(50));
    }
    // It hangs; everything else is as ever, under another command that fails too.
    house.ok(&["poll", "news"]);
    house.put("feeds.toml", &command("no-such-program-anywhere"));
    house.put("held.ics", "no calendar any more");
    house.ok(&["config", "apply"]);
    for _ in 0..3 {
        house.fails(&["poll", "held"]);
    }
    assert_eq!(house.json(&["status"])["running"], true);
    let began = Instant::now();
    house.stop();
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?} to end", began.elapsed());
    for pid in fs::read_to_string(&pid).unwrap().lines() {
        let ended = || !Path::new("/proc").join(pid).join("exe").exists();
        let until = Instant::now() + Duration::from_secs(5);
        while !ended() {
            assert!(Instant::now() < until, "{pid} outlives the daemon");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn what_is_forgotten_leaves_the_mirrors_too_whatever_backup_they_go_back_to() {
    let house = House::new();
    let log = house.dir.path().join("log");
    let first =
        crate::program::Program::start(&house.dir.path().join("feeds.toml"), &house.data(), &log);
    house.ok(&["poll"]);
    let mut mirror = House::new();
    mirror.put(
        "feeds.toml",
        &format!(
            "[network]\nname = \"Mirror\"\nhost_delay = \"0s\"\n\n[[feed]]\nid = \"first\"\nformat = \"folkmoot\"\n\
             url = \"{}/api/v1/events?limit=200\"\npolicy = \"trusted\"\nallow_private_address = true\n",
            first.address()
        ),
    );
    mirror.start();
    mirror.ok(&["poll"]);
    assert!(!mirror.holding(MARKER).is_empty(), "the search finds nothing at all");
    mirror.ok(&["backup", "before.zst"]);
    let id = house.json(&["events", "--from", "2000-01-01", MARKER])["events"][0]["id"].clone();
    house.ok(&["forget", id.as_str().unwrap(), "--reason", "asked for", "--yes"]);
    let clean = |mirror: &House| {
        mirror.ok(&["poll"]);
        let until = Instant::now() + Duration::from_secs(60);
        while !mirror.holding(MARKER).is_empty() {
            assert!(Instant::now() < until, "left in {:?}", mirror.holding(MARKER));
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(mirror.listed(), ["Housing discovery day"]);
    };
    clean(&mirror);
    // The mirror's operator goes back to an older state of it, with its list of what was forgotten and without.
    mirror.stop();
    mirror.ok(&["restore", "--replace", "before.zst"]);
    assert_eq!(mirror.holding(MARKER), Vec::<PathBuf>::new());
    mirror.start();
    clean(&mirror);
    mirror.stop();
    fs::remove_dir_all(mirror.data()).unwrap();
    mirror.ok(&["restore", "before.zst"]);
    mirror.start();
    clean(&mirror);
    drop(first);
}

#[test]
fn a_page_whose_feed_is_there_already_is_said_to_be_so() {
    let house = House::new();
    let page =
        "<html><head><link rel=alternate type='text/calendar' href='/events.ics'></head></html>";
    let (address, _) = site(vec![
        ("/", 200, page.into()),
        ("/events.ics", 200, calendar(&[event("f1@x", "Waste discovery day", 9, "")])),
        ("/other/", 200, page.replace("/events.ics", "/gone.ics")),
    ]);
    house.ok(&["feeds", "add", &address, "--id", "town", "--yes"]);
    let there = "this feed is in feeds.toml already, as \"town\"";
    let (code, words) = house.fails(&["feeds", "add", &address, "--yes"]);
    assert!(code == 2 && words.contains(there), "{words}");
    // Nor does it matter that it cannot be read just then.
    let toml = fs::read_to_string(house.dir.path().join("feeds.toml")).unwrap();
    house.put("feeds.toml", &toml.replace("/events.ics", "/gone.ics"));
    let (_, words) = house.fails(&["feeds", "add", &format!("{address}other/"), "--yes"]);
    assert!(words.contains(there), "{words}");
    house.put("feeds.toml", &toml);
    let (code, words) = house.fails(&["feeds", "add", &format!("{address}other/"), "--yes"]);
    assert!(code == 1 && words.contains("gone.ics, to which the page leads"), "{words}");
}

#[test]
fn a_page_leads_to_its_feeds_and_all_of_them_are_named() {
    let house = House::new();
    let page = "<html><head><link rel=alternate type='text/calendar' href='/events.ics'>\
        <link rel=alternate type='application/rss+xml' title=News href='/news.xml'></head></html>";
    let news = "<rss version='2.0'><channel><title>Town news</title><item><title>Park opens</title></item></channel></rss>";
    let list = "<html><head><script type='application/ld+json'>{\"@type\":\"Event\",\"name\":\"Housing officers workshop\",\
        \"startDate\":\"2098-06-01T10:30\"}</script></head></html>";
    let (address, _) = site(vec![
        ("/", 200, page.into()),
        ("/events.ics", 200, calendar(&[event("f1@x", "Waste discovery day", 9, "")])),
        ("/news.xml", 200, news.into()),
        ("/home/", 200, "<html><body><a href='/whats-on'>What’s on</a></body></html>".into()),
        ("/whats-on", 200, list.into()),
    ]);
    let check =
        |path: &str| house.ok(&["check", "--allow-private-address", &format!("{address}{path}")]);
    let other = format!("“Town news” ({address}news.xml), 1 item");
    let card = check("");
    assert!(card.contains("Waste discovery day") && card.contains(&other), "{card}");
    // A page without feeds may lead to one that is a list of events itself.
    let card = check("home/");
    assert!(card.contains("10:30am") && card.contains("/whats-on"), "{card}");
    let told = house.ok(&["feeds", "add", &address, "--id", "town", "--yes"]);
    assert!(told.contains(&format!("another feed: {other}; `folkmoot feeds add")), "{told}");
}

#[test]
fn a_daemon_that_is_starting_is_waited_for() {
    let house = House::new();
    house.ok(&["poll"]);
    let lock = fs::File::open(house.data().join("lock")).unwrap();
    lock.lock().unwrap();
    // It takes commands in a moment.
    let mut command = house.command(&["events", "--from", "2000-01-01"]);
    let mut asking = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(asking.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
    lock.unlock().unwrap();
    assert!(said.contains("waiting"), "{said}");
    assert!(asking.wait_with_output().unwrap().status.success());
    // It does not in good time.
    lock.lock().unwrap();
    for words in [&["feeds", "list"][..], &["status"], &["review", "list"]] {
        let (code, said) = house.fails(words);
        assert!(code == 1 && said.contains("starting") && said.contains("ry again"), "{said}");
        assert!(!said.contains("top it"), "{said}");
    }
}

#[test]
fn a_second_daemon_is_told_that_one_runs() {
    let mut house = House::new();
    house.start();
    house.ok(&["status"]);
    let (code, words) = house.fails(&["run", "--listen", "127.0.0.1:0"]);
    assert!(code == 1 && words.contains("another folkmoot is using"), "{words}");
    assert!(words.contains("--data-dir"), "{words}");
}

#[test]
fn a_feed_in_a_file_that_is_not_there_is_warned_of() {
    let house = House::new();
    assert_eq!(house.json(&["config", "check"])["warnings"], serde_json::json!([]));
    fs::remove_file(house.dir.path().join("news.xml")).unwrap();
    let checked = house.json(&["config", "check"]);
    let warning = &checked["warnings"][0];
    assert_eq!((&checked["ok"], &warning["line"]), (&true.into(), &17.into()), "{checked}");
    assert!(warning["message"].as_str().unwrap().contains("feed \"news\" is not there"));
}

#[test]
fn what_the_system_refuses_is_said_in_plain_words() {
    let house = House::new();
    fs::create_dir(house.dir.path().join("samples")).unwrap();
    for (words, says) in [
        (&["check", "samples"][..], "it is a folder"),
        (&["check", "www.gov.invalid/events"], "https://www.gov.invalid/events"),
        (&["check", "none.ics"], "there is no such file"),
        (&["feeds", "import", "none.opml"], "there is no such file"),
        (&["restore", "none.zst"], "there is no such file"),
    ] {
        let (code, said) = house.fails(words);
        assert!(code == 1 && said.contains(says) && !said.contains("os error"), "{said}");
    }
    assert!(!house.fails(&["check", "none.ics"]).1.contains("https://"));
    let (_, said) = house.fails(&["feeds", "rename", "open", "news"]);
    assert!(!said.contains("--id"), "{said}");
}

#[test]
fn an_import_counts_in_grammar_and_tells_of_private_addresses() {
    let house = House::new();
    let opml = "<opml version=\"2.0\"><body><outline text=\"A\" xmlUrl=\"http://127.0.0.1:9/a.ics\"/></body></opml>";
    house.put("one.opml", opml);
    let done = house.run(&["feeds", "import", "one.opml"]);
    let (out, err) =
        (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    assert!(out.contains("1 feed is added; 0 were"), "{out}");
    assert!(err.contains("allow_private_address = true"), "{err}");
    let left = String::from_utf8(house.run(&["feeds", "export"]).stderr).unwrap();
    assert!(left.contains("public_url = true") && left.contains("--secrets"), "{left}");
}
