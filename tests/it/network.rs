//! Reads the twenty feeds of the miniature network and compares what becomes of them with the known answers.
//!
//! `cargo test --test it network -- --nocapture` prints the table of agreement.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::PathBuf,
};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::London;
use folkmoot::{
    event::{Attendance, Draft, Span, Status},
    feed::{Feed, Format, Network, Policy, PubDate},
    member::Members,
    normalise::{self, Context, Normalised, recurrence, text::canonical_url},
    read::{self, Hint},
};
use serde::Deserialize;

/// A feed of `feeds.json`.
#[derive(Deserialize)]
pub(crate) struct Known {
    pub(crate) feed: String,
    pub(crate) url: String,
    pub(crate) council: Option<String>,
    pub(crate) policy: Policy,
    pub(crate) content_type: String,
    pub(crate) fetched_at: DateTime<Utc>,
    #[serde(default)]
    pub(crate) pubdate_means: PubDate,
}

/// A row of `truth.jsonl`: one event or series.
#[derive(Deserialize)]
pub(crate) struct Truth {
    pub(crate) feed: String,
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) title: String,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    pub(crate) all_day: bool,
    pub(crate) status: Status,
    pub(crate) full: bool,
    pub(crate) online: Attendance,
    pub(crate) council: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) postcode: Option<String>,
    #[serde(default)]
    pub(crate) rrule_instances: Vec<String>,
    pub(crate) kind: String,
    pub(crate) services: Vec<String>,
    #[serde(default)]
    pub(crate) also_ok: Vec<String>,
    pub(crate) listed: bool,
    pub(crate) same_as: Option<String>,
    pub(crate) keep_apart: Option<String>,
}

/// A row of `nonevents.jsonl`.
#[derive(Deserialize)]
pub(crate) struct NonEvent {
    pub(crate) feed: String,
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) title: String,
}

const FIELDS: [&str; 11] = [
    "title",
    "start",
    "end",
    "all_day",
    "status",
    "online",
    "full",
    "place",
    "postcode",
    "council",
    "instances",
];

pub(crate) fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/network/dev");
    folder.is_dir().then_some(folder)
}

pub(crate) fn lines<T: serde::de::DeserializeOwned>(path: PathBuf) -> Vec<T> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn normalised(
    folder: &std::path::Path,
    known: &Known,
    members: &Members,
    meaning_given: bool,
) -> (Format, Normalised) {
    let bytes = fs::read(folder.join("feeds").join(&known.feed)).unwrap();
    let mut feed = Feed::new("f", known.url.parse().unwrap());
    feed.member.clone_from(&known.council);
    feed.policy = known.policy;
    if meaning_given {
        feed.pubdate = known.pubdate_means;
    }
    let hint = Hint {
        content_type: Some(known.content_type.clone()),
        base: Some(feed.url.clone()),
        format: None,
    };
    let document = read::read(&bytes, &hint).unwrap();
    let context = Context {
        feed: &feed,
        network: &Network::default(),
        members,
        now: known.fetched_at,
        pages: &HashMap::new(),
    };
    (document.format, normalise::normalise(&document, &context))
}

/// Titles and places are compared without case, punctuation and kinds of apostrophe.
pub(crate) fn folded(words: &str) -> String {
    let words = words.replace('&', " and ").to_lowercase();
    let words: String = words.chars().filter(|c| !matches!(c, '\'' | '’')).collect();
    words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Start and end as the truth writes them: local, all-day ends inclusive.
pub(crate) fn written(span: Option<Span>) -> (Option<String>, Option<String>, bool) {
    let local = |at: DateTime<Utc>| at.with_timezone(&London).format("%Y-%m-%dT%H:%M").to_string();
    match span {
        None => (None, None, false),
        Some(Span::AllDay { start, end }) => {
            (Some(start.to_string()), Some(end.pred_opt().unwrap().to_string()), true)
        }
        Some(Span::Timed { start, end }) => {
            (Some(local(start)), end.filter(|end| *end != start).map(local), false)
        }
    }
}

pub(crate) fn same_reference(draft: &Draft, reference: &str) -> bool {
    draft.reference.as_deref().is_some_and(|own| {
        own == reference
            || canonical_url(own, None)
                .is_some_and(|url| Some(url) == canonical_url(reference, None))
    })
}

/// The draft of a row: by reference, then by start where an item has several.
fn find<'a>(drafts: &'a [Draft], truth: &Truth) -> Option<&'a Draft> {
    let same: Vec<&Draft> =
        drafts.iter().filter(|draft| same_reference(draft, &truth.reference)).collect();
    same.iter()
        .find(|draft| written(draft.facts.span).0 == truth.start)
        .or_else(|| same.first())
        .copied()
}

pub(crate) fn instances(draft: &Draft) -> Vec<String> {
    let day =
        |year, month| London.from_local_datetime(&first(year, month)).unwrap().with_timezone(&Utc);
    let (Some(span), series) = (draft.facts.span, draft.facts.recurrence.as_ref()) else {
        return Vec::new();
    };
    let expansion =
        recurrence::expand(&span, draft.facts.time_zone, series, day(2026, 12), day(2028, 1));
    let live = expansion.occurrences.iter().filter(|occurrence| {
        let change = occurrence.changed_by.and_then(|at| series?.overrides.get(at));
        change.is_none_or(|change| change.status != Some(Status::Cancelled))
    });
    live.filter_map(|occurrence| written(Some(occurrence.span)).0).collect()
}

fn first(year: i32, month: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, month, 1).unwrap().and_hms_opt(0, 0, 0).unwrap()
}

/// What each field says and should say; fields that a private item must not carry are left out.
fn compare(truth: &Truth, draft: &Draft) -> Vec<(&'static str, String, String)> {
    let facts = &draft.facts;
    let (start, end, all_day) = written(facts.span);
    let place = facts.place.clone().unwrap_or_default();
    let said = |text: &Option<String>| text.as_deref().map(folded).unwrap_or_default();
    let dates = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut rows = vec![
        ("start", dates(&truth.start), dates(&start)),
        ("end", dates(&truth.end), dates(&end)),
        ("all_day", truth.all_day.to_string(), all_day.to_string()),
        ("status", format!("{:?}", truth.status), format!("{:?}", facts.status)),
    ];
    if draft.private.is_none() {
        rows.extend([
            ("title", folded(&truth.title), folded(&facts.title)),
            ("online", format!("{:?}", truth.online), format!("{:?}", facts.attendance)),
            ("full", truth.full.to_string(), facts.full.unwrap_or(false).to_string()),
            ("place", said(&truth.place), said(&place.name)),
            ("postcode", said(&truth.postcode), said(&place.postcode)),
            ("council", said(&truth.council), said(&facts.organiser.council)),
        ]);
    }
    if !truth.rrule_instances.is_empty() {
        rows.push(("instances", truth.rrule_instances.join(" "), instances(draft).join(" ")));
    }
    rows
}

/// Right and all, by field.
type Score = BTreeMap<&'static str, (u32, u32)>;

fn share(score: &Score) -> f64 {
    let (right, all) = score.values().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    f64::from(right) / f64::from(all.max(1))
}

fn print(scores: &BTreeMap<String, (Format, Score)>) {
    print!("{:<28}", "feed");
    for field in FIELDS {
        print!("{field:>10}");
    }
    println!("{:>8}", "all");
    for (feed, (_, score)) in scores {
        print!("{feed:<28}");
        for field in FIELDS {
            let cell =
                score.get(field).map(|(right, all)| format!("{right}/{all}")).unwrap_or_default();
            print!("{cell:>10}");
        }
        println!("{:>7.1}%", share(score) * 100.0);
    }
}

/// The score of one feed; wrong dates that are not held are added to `wrong`.
fn judge(known: &Known, truth: &[Truth], drafts: &[Draft], wrong: &mut Vec<String>) -> Score {
    let mut score = Score::new();
    for row in truth.iter().filter(|row| row.feed == known.feed) {
        let Some(draft) = find(drafts, row) else {
            println!("  {}: not found: {}", known.feed, row.title);
            for field in FIELDS.iter().take(10) {
                score.entry(field).or_default().1 += 1;
            }
            continue;
        };
        for (field, expected, found) in compare(row, draft) {
            let cell = score.entry(field).or_default();
            cell.1 += 1;
            if expected == found {
                cell.0 += 1;
            } else {
                println!(
                    "  {}: {}: {field}: {found:?}, should be {expected:?}",
                    known.feed, row.title
                );
            }
        }
        let (start, ..) = written(draft.facts.span);
        if start.is_some() && start != row.start && draft.date_doubt.is_none() {
            wrong.push(format!(
                "{}: {}: {start:?}, should be {:?}",
                known.feed, row.title, row.start
            ));
        }
    }
    score
}

#[test]
fn the_miniature_network_is_read_as_its_author_meant() {
    let Some(folder) = folder() else {
        eprintln!("skipped: ../shared/network/dev is not there");
        return;
    };
    let members = Members::embedded().unwrap();
    let feeds: Vec<Known> =
        serde_json::from_slice(&fs::read(folder.join("feeds.json")).unwrap()).unwrap();
    let truth: Vec<Truth> = lines(folder.join("truth.jsonl"));
    let nonevents: Vec<NonEvent> = lines(folder.join("nonevents.jsonl"));
    let (mut scores, mut wrong) = (BTreeMap::new(), Vec::new());
    for known in &feeds {
        let (format, out) = normalised(&folder, known, &members, true);
        let score = judge(known, &truth, &out.drafts, &mut wrong);
        for item in nonevents.iter().filter(|item| item.feed == known.feed) {
            let dated = out.drafts.iter().filter(|d| same_reference(d, &item.reference));
            for draft in dated.filter(|d| d.facts.span.is_some() && d.date_doubt.is_none()) {
                println!(
                    "  not an event, and dated: {} ({:?})",
                    item.title,
                    written(draft.facts.span).0
                );
            }
        }
        for problem in &out.problems {
            println!("  {}: {:?} {}: {}", known.feed, problem.severity, problem.code, problem.text);
        }
        scores.insert(known.feed.clone(), (format, score));
    }
    print(&scores);
    assert_eq!(wrong, Vec::<String>::new(), "a wrong date that is not held");
    for (name, ical, least) in [("iCalendar", true, 0.95), ("RSS and pages", false, 0.90)] {
        let mut sum = Score::new();
        for (_, score) in scores.values().filter(|(format, _)| (*format == Format::Ical) == ical) {
            for (field, (right, all)) in score {
                let cell = sum.entry(field).or_default();
                *cell = (cell.0 + right, cell.1 + all);
            }
        }
        println!("{name}: {:.1}%", share(&sum) * 100.0);
        assert!(share(&sum) >= least, "{name}: {:.3}", share(&sum));
    }
}

#[test]
fn the_meaning_of_pubdate_is_found_by_habit() {
    let Some(folder) = folder() else {
        eprintln!("skipped: ../shared/network/dev is not there");
        return;
    };
    let members = Members::embedded().unwrap();
    let feeds: Vec<Known> =
        serde_json::from_slice(&fs::read(folder.join("feeds.json")).unwrap()).unwrap();
    for known in &feeds {
        let (format, out) = normalised(&folder, known, &members, false);
        if !matches!(format, Format::Ical | Format::Html) {
            assert_eq!(out.pubdate_habit, Some(known.pubdate_means), "{}", known.feed);
        }
    }
}
