//! The calendars of the whole corpus, published by us: read back equal by our own reader, and written to files for the
//! calendar clients (`tests/clients.sh`).

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt::Write,
    fs,
    path::Path,
};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use folkmoot::{
    catalogue::Range,
    event::{Decision, Draft, Listing, Span, Status, Verdict},
    feed::{Feed, Network},
    member::Members,
    normalise,
    publish::cut,
    read::{Hint, ical},
};

use super::{Seen, as_seen, assert_lines, cleaned, published_in, seen_by_us, shapes, state_prefix};
use crate::ical_corpus::{Expected, corpus};

/// No larger, since khal and Radicale take minutes for a megabyte.
const MOST_BYTES: usize = 400_000;

/// Days of one file, and of one part: each client expands all of them.
const OF_A_FILE: TimeDelta = TimeDelta::days(560);
const OF_A_PART: TimeDelta = TimeDelta::days(1100);

/// Files of neighbouring years, and their window.
struct Part {
    listings: Vec<Listing>,
    from: NaiveDate,
    to: NaiveDate,
}

impl Part {
    fn range(&self) -> Range {
        let at = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        Range { from: at(self.from), to: Some(at(self.to)) }
    }
}

/// What a file gives, with UIDs that are unique in the part.
fn listings(
    bytes: &[u8],
    name: &str,
    members: &Members,
    used: &mut HashSet<String>,
) -> Vec<Listing> {
    let Ok(document) = ical::read(bytes, &Hint::default()) else { return Vec::new() };
    let feed = Feed::new("case", "https://www.council.example/events.ics".parse().unwrap());
    let (network, pages, now) = (Network::default(), HashMap::new(), shapes::now());
    let context =
        normalise::Context { feed: &feed, network: &network, members, now, pages: &pages };
    let drafts = normalise::normalise(&document, &context).drafts;
    let mut found = Vec::new();
    for (at, draft) in drafts.into_iter().filter(|draft| draft.private.is_none()).enumerate() {
        // The same event from two files would be two lines that nobody can tell apart.
        if used.insert(format!("{:?} {}", draft.facts.span, draft.facts.title)) {
            found.push(listing(at, draft, name, used));
        }
    }
    found
}

fn listing(at: usize, draft: Draft, name: &str, used: &mut HashSet<String>) -> Listing {
    let mut listing = shapes::timed("x", "2026-12-04T10:00", None);
    listing.id = format!("{name}{at}").to_lowercase();
    listing.id.retain(|letter| letter.is_ascii_alphanumeric());
    let own = draft.reference.clone().filter(|uid| {
        uid.len() < 200 && !uid.contains(char::is_control) && used.insert(uid.trim().to_owned())
    });
    listing.uid = own.unwrap_or_else(|| format!("{}@moot.example", listing.id));
    listing.facts = draft.facts;
    listing.facts.verdict = Verdict { decision: Decision::Listed, reason: "It is a test.".into() };
    listing
}

fn parts(corpus: &Path, step: usize) -> Vec<Part> {
    let members = Members::embedded().unwrap();
    let list = fs::read_to_string(corpus.join("expected_ics.jsonl")).unwrap();
    let mut files: Vec<Expected> =
        list.lines().step_by(step).map(|line| serde_json::from_str(line).unwrap()).collect();
    files.sort_by_key(|file| (file.from, file.to, file.file.clone()));
    let (mut parts, mut used, mut size) = (Vec::<Part>::new(), HashSet::new(), 0);
    for (number, file) in files.iter_mut().enumerate() {
        file.to = file.to.min(file.from + OF_A_FILE);
        let bytes = fs::read(corpus.join("ics").join(&file.file)).unwrap();
        let found = listings(&bytes, &format!("corpus{number}"), &members, &mut used);
        let mut alone = Part { listings: found, from: file.from, to: file.to };
        let more = published_in(&alone.listings, alone.range()).len();
        let fits = |part: &&mut Part| {
            size + more < MOST_BYTES && file.to.max(part.to) - part.from < OF_A_PART
        };
        if let Some(part) = parts.last_mut().filter(fits) {
            part.to = part.to.max(file.to);
            part.listings.append(&mut alone.listings);
            size += more;
        } else {
            parts.push(alone);
            size = more;
        }
    }
    parts
}

/// What begins well within the window: at its edges a day in one zone is no day in another.
fn inside(part: &Part, seen: BTreeSet<Seen>) -> BTreeSet<Seen> {
    let (from, to) = (part.range().from + TimeDelta::days(1), part.range().to.unwrap());
    let inside = from..to - TimeDelta::days(1);
    let plain = |(start, end, all_day, title): Seen| (start, end, all_day, plain(&title));
    seen.into_iter().filter(|(start, ..)| inside.contains(start)).map(plain).collect()
}

/// A title as it is after the journey.
fn plain(title: &str) -> String {
    cleaned(title).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn wanted(part: &Part) -> BTreeSet<Seen> {
    let mut seen = BTreeSet::new();
    for listing in &part.listings {
        for date in listing.occurrences(part.range()) {
            let prefix = state_prefix(listing, listing.status_of(&date));
            let title = cut(&format!("{prefix}{}", listing.title_of(&date)), 240);
            seen.insert(as_seen(&date.span, title));
        }
    }
    seen
}

/// Lines as the runners of the clients print them: start and title, of what begins in the window.
fn lines(part: &Part) -> String {
    let mut lines = BTreeSet::new();
    let window = part.range().from..part.range().to.unwrap();
    for listing in &part.listings {
        for date in listing.occurrences(part.range()) {
            let status = listing.status_of(&date);
            let title = format!("{}{}", state_prefix(listing, status), listing.title_of(&date));
            let title = plain(&cut(&title, 240));
            let off = if status == Status::Cancelled { " [CANCELLED]" } else { "" };
            match date.span {
                Span::AllDay { start, .. } if (part.from..part.to).contains(&start) => {
                    lines.insert(format!("{start} all-day | {title}{off}"));
                }
                Span::Timed { start, .. } if window.contains(&start) => {
                    lines.insert(format!("{} | {title}{off}", start.format("%Y-%m-%dT%H:%MZ")));
                }
                _ => {}
            }
        }
    }
    lines.into_iter().fold(String::new(), |mut text, line| {
        writeln!(text, "{line}").unwrap();
        text
    })
}

/// All of it, and for the calendar clients: `FOLKMOOT_CORPUS_OUT=FOLDER cargo test --test it published::corpus`.
#[test]
fn the_corpus_published_reads_back_equal() {
    let Some(corpus) = corpus() else { return };
    let out = std::env::var_os("FOLKMOOT_CORPUS_OUT").map(std::path::PathBuf::from);
    // All of them take minutes in a debug build.
    let step = if out.is_some() { 1 } else { 10 };
    let (mut events, mut dates) = (0, 0);
    for (number, part) in parts(corpus, step).iter().enumerate() {
        let text = published_in(&part.listings, part.range());
        assert_lines(&text);
        let wanted = inside(part, wanted(part));
        let seen = inside(part, seen_by_us(&text, part.range()));
        let missing: Vec<_> = wanted.difference(&seen).take(10).collect();
        let strange: Vec<_> = seen.difference(&wanted).take(10).collect();
        assert!(missing.is_empty() && strange.is_empty(), "{missing:#?}\nstrange {strange:#?}");
        events += text.matches("BEGIN:VEVENT").count();
        dates += wanted.len();
        if let Some(folder) = &out {
            let days = (part.to - part.from).num_days();
            let name = format!("{number:02}_{}_{days}", part.from.format("%Y%m%d"));
            fs::write(folder.join(format!("{name}.ics")), &text).unwrap();
            fs::write(folder.join(format!("{name}.txt")), lines(part)).unwrap();
        }
    }
    println!("{events} VEVENTs with {dates} dates read back equal");
    assert!(events > 100, "the corpus is gone");
}

/// Instants are compared as the clients print them.
#[test]
fn a_part_is_described_as_the_clients_print_it() {
    let part = Part {
        listings: vec![shapes::timed("In summer", "2027-07-02T10:00", None)],
        from: "2027-01-01".parse().unwrap(),
        to: "2028-01-01".parse().unwrap(),
    };
    assert_eq!(lines(&part), "2027-07-02T09:00Z | In summer\n");
    let start: DateTime<Utc> = "2027-07-02T09:00:00Z".parse().unwrap();
    assert!(wanted(&part).iter().all(|(at, ..)| *at == start));
}
