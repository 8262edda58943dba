//! How well the lens tells kinds, services and what belongs, on notices labelled by people.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a fault of a test is shown by its panic"
)]

use std::{path::Path, sync::Arc};

use folkmoot::{
    classify::{Classifier, Judged, Labels, Notice, Scores, score},
    event::Decision,
    feed::{Feed, Policy},
    member::Members,
    vocabulary::Vocabulary,
};
use serde::Deserialize;
use url::Url;

#[derive(Deserialize)]
struct Row {
    id: String,
    title: String,
    description: String,
    organiser: String,
    #[serde(flatten)]
    labels: Labels,
}

fn classifier() -> Classifier {
    Classifier::new(&Vocabulary::embedded().unwrap(), Arc::new(Members::embedded().unwrap()))
        .unwrap()
}

fn filtered() -> Feed {
    let mut feed = Feed::new("notices", Url::parse("https://feed.example/").unwrap());
    feed.policy = Policy::Filtered;
    feed
}

fn rows(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn judge_all(rows: &[Row]) -> (Scores, Vec<Judged>) {
    let (lens, feed) = (classifier(), filtered());
    let answers: Vec<Judged> = rows
        .iter()
        .map(|row| {
            let notice = Notice {
                title: &row.title,
                description: &row.description,
                organiser: &row.organiser,
                ..Notice::default()
            };
            lens.judge(&notice, &feed)
        })
        .collect();
    let scores = score(answers.iter().zip(rows.iter().map(|row| &row.labels)));
    (scores, answers)
}

/// Prints what differs when `FOLKMOOT_SHOW` is set, so that a vocabulary edit can be looked at row by row.
fn show(name: &str, rows: &[Row], answers: &[Judged], scores: &Scores) {
    println!("== {name}");
    let lines = scores.lines();
    let detail = std::env::var_os("FOLKMOOT_SHOW").is_some();
    lines.iter().take(if detail { lines.len() } else { 5 }).for_each(|line| println!("{line}"));
    for (row, answer) in rows.iter().zip(answers).filter(|_| detail) {
        let labels = &row.labels;
        let listed = labels.listed.unwrap_or(true);
        let kind = labels.kind.as_deref().unwrap_or_default();
        let services = labels.services.clone().unwrap_or_default();
        let mut faults = Vec::new();
        if answer.listed != listed {
            faults.push(format!("listed {} ({})", answer.listed, answer.verdict.reason));
        }
        if listed && answer.kind != kind && !labels.kind_ok.contains(&answer.kind) {
            faults.push(format!("kind {} not {kind} {:?}", answer.kind, answer.kind_reasons));
        }
        let extra =
            answer.services.iter().any(|s| !services.contains(s) && !labels.also_ok.contains(s));
        let missed = services.iter().any(|s| !answer.services.contains(s));
        let main = services.first().is_some_and(|main| answer.services.first() != Some(main));
        if listed && (extra || missed || main) {
            let why: Vec<String> = answer
                .service_reasons
                .iter()
                .map(|reason| format!("{}/{}", reason.text, reason.from))
                .collect();
            faults.push(format!("services {:?} not {services:?} {why:?}", answer.services));
        }
        if !faults.is_empty() {
            println!(
                "{} {} | {}\n     {}",
                row.id,
                row.title,
                row.description,
                faults.join("\n     ")
            );
        }
    }
}

fn ratio((right, all): (u32, u32)) -> f64 {
    f64::from(right) / f64::from(all)
}

fn must_reach(scores: &Scores, slack: f64) {
    assert!(scores.verdict.f1() >= 0.95 - slack, "{:?}", scores.verdict);
    assert!(ratio(scores.kind) >= 0.92 - slack, "{:?}", scores.kind);
    assert!(ratio(scores.main_service) >= 0.90 - slack, "{:?}", scores.main_service);
    assert!(scores.services.f1() >= 0.88 - slack, "{:?}", scores.services);
}

/// Written before the vocabulary was tuned; its first score is in the file beside it.
#[test]
fn our_own_notices_are_told_apart() {
    let rows = rows(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lens/notices.jsonl"));
    assert!(rows.len() >= 150);
    let (scores, answers) = judge_all(&rows);
    show("own notices", &rows, &answers, &scores);
    must_reach(&scores, 0.03);
}

#[test]
fn the_networks_notices_are_told_apart() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/network/dev/titles.jsonl");
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let rows = rows(&path);
    let (first, second) = rows.split_at(rows.len() / 2);
    for (name, half) in [("first half", first), ("second half", second)] {
        let (scores, answers) = judge_all(half);
        show(name, half, &answers, &scores);
    }
    let (scores, answers) = judge_all(&rows);
    drop(answers);
    scores.lines().iter().take(5).for_each(|line| println!("{line}"));
    must_reach(&scores, 0.0);
}

#[test]
fn private_and_opted_out_items_are_never_listed_whatever_the_policy() {
    let lens = classifier();
    let mut feed = filtered();
    feed.policy = Policy::Trusted;
    for (title, description) in [
        ("Busy", ""),
        ("Annual leave", "Back on Monday"),
        ("Housing officers' workshop", "For councils. #folkmoot-ignore"),
    ] {
        let notice = Notice { title, description, ..Notice::default() };
        assert_eq!(lens.judge(&notice, &feed).verdict.decision, Decision::Private, "{title}");
    }
    let notice = Notice { title: "Office closed for Christmas", ..Notice::default() };
    assert_eq!(lens.judge(&notice, &feed).verdict.decision, Decision::Unlisted);
}

/// Judges a notice without an organiser in a filtered feed.
fn judge(title: &str, description: &str) -> Judged {
    classifier().judge(&Notice { title, description, ..Notice::default() }, &filtered())
}

#[test]
fn what_a_title_announces_stands_last_or_before_its_audience() {
    for (title, kind) in [
        ("Library network conference", "conference"),
        ("Minute-taking course for forum secretaries", "training"),
        ("Peer group for allotment officers", "peer-group"),
        ("Heat network webinar", "webinar"),
    ] {
        assert_eq!(judge(title, "").kind, kind, "{title}");
    }
    // "Social" of "social landlords" is no evening out.
    assert_ne!(judge("Boiler servicing", "For staff of social landlords.").kind, "meetup");
}

#[test]
fn where_no_service_is_sure_two_equal_ones_are_tagged() {
    let judged = judge("Joint exercise", "For crematorium staff and trading standards staff.");
    let mut services = judged.services;
    services.sort();
    assert_eq!(services, ["licensing-trading-standards", "registrars-bereavement"]);
}

#[test]
fn the_people_of_a_service_say_what_it_is_about_and_that_it_is_for_them() {
    // One phrase in the description is a passing word, unless it names those for whom it is.
    let first =
        |title: &str, description: &str| judge(title, description).services.first().cloned();
    let of = |id: &str| Some(id.to_owned());
    let title = "Saying it once: data dive";
    assert_eq!(first(title, "We look at libraries."), of("digital-data"));
    assert_eq!(first(title, "Library staff and analysts match lists."), of("libraries"));
    assert_eq!(first(title, "Tree officers and analysts match lists."), of("parks"));
    assert_ne!(first(title, "Our library team and analysts match lists."), of("libraries"));
    // What serves the public is said to its professionals, whatever they are called.
    assert!(
        judge("Club prices: roundtable", "Allotments staff compare plots and bingo nights.").listed
    );
    assert!(!judge("Club prices: roundtable", "Compare plots and bingo nights.").listed);
}

#[test]
fn an_acronym_means_what_the_text_says_it_means() {
    let services = |title: &str, description: &str| judge(title, description).services;
    assert_eq!(services("LAC network", "For officers."), ["childrens-social-care"]);
    let spelled = services("LAC network: Local Archive Cooperation", "For archivists.");
    assert_eq!(spelled, ["libraries"]);
    // The words of the service itself change nothing.
    let own = services("CCE network", "For leads on Child Criminal Exploitation.");
    assert_eq!(own, ["childrens-social-care"]);
}

#[test]
fn the_words_of_an_address_and_the_organisers_name_say_nothing_of_the_subject() {
    let of = |description: &str| judge("Spring gathering for officers", description).services;
    assert!(of("See https://groups.example/tree-officers/potholes for more.").is_empty());
    assert!(of("Hosted by the Potholes and Street Lighting Company.").is_empty());
    assert_eq!(of("About potholes and street lighting."), ["highways"]);
}

#[test]
fn refreshments_and_those_who_are_asked_are_no_kind() {
    for (title, description, kind) in [
        ("Summer drinks for the network", "No slides.", "meetup"),
        ("Awards evening of the forum", "Dress up.", "conference"),
        (
            "Winter gritting: what we changed",
            "Coffee at 9, then a workshop for officers.",
            "workshop",
        ),
        ("Friday coffee", "For officers of any council.", "meetup"),
    ] {
        assert_eq!(judge(title, description).kind, kind, "{title}");
    }
}

#[test]
fn words_of_councils_that_mean_something_else_are_no_objections() {
    let listed = |title: &str, description: &str| judge(title, description).listed;
    let people = "Open to officers from any council.";
    for title in [
        "Decision notices in plain words: show and tell",
        "Two-year-olds' funded hours: webinar",
        "A course for new starters in streetworks",
        "Ten minutes of your time: user research on parking",
        "Term dates that machines can read: makers session",
    ] {
        assert!(listed(title, people), "{title}");
    }
    assert!(!listed("New lorries", "Bin rounds will be quieter after the council took delivery."));
    assert!(!listed("Show and tell rehearsal (team only)", "Do not forward."));
}

#[test]
fn an_errand_for_residents_or_a_report_is_no_event() {
    let listed = |title: &str, description: &str| judge(title, description).listed;
    assert!(listed(
        "Firework sales: workshop",
        "Trading standards officers plan the autumn visits."
    ));
    assert!(!listed("Money advice drop-in", "Worried about a bill? Come and talk to an adviser."));
    assert!(!listed("Round-up of the regional network meeting", "Photographs by our hosts."));
    assert!(!listed("Reception closed for staff training", "We open again at noon."));
}

#[test]
fn a_shelf_of_the_site_and_words_in_passing_are_no_objections() {
    let shelved = Notice {
        title: "Parking managers' workshop",
        description: "For officers in any council.",
        categories: &["Bulletin".to_owned()],
        ..Notice::default()
    };
    assert!(classifier().judge(&shelved, &filtered()).listed);
    let listed = |title: &str, description: &str| judge(title, description).listed;
    let people = "For library managers in any council.";
    assert!(listed("Archives training", &format!("{people} Ask your line manager first.")));
    assert!(listed(
        "Archives training",
        &format!("{people} The course starts on 4 May. Thank you.")
    ));
    assert!(listed("How to roll out new shelving: webinar", people));
    assert!(listed(
        "Archives training",
        &format!("{people} With those who rolled out a new index.")
    ));
    assert!(listed("Secure funding for archives: webinar", people));
    assert!(listed("Archives training", &format!("{people} We go through the new guidance.")));
    assert!(!listed("Cabinet approves new libraries", "Work begins in May."));
}

#[test]
fn sport_is_not_listed_even_where_the_feed_is_trusted() {
    let mut feed = filtered();
    feed.policy = Policy::Trusted;
    for (title, description) in [
        ("Midweek netball league", "Thursday nights at the courts."),
        ("Staff rounders", "Meet on the field at 6pm."),
        ("5-a-side", "Turn up and play."),
    ] {
        let notice = Notice { title, description, ..Notice::default() };
        let judged = classifier().judge(&notice, &feed);
        assert_eq!(judged.verdict.decision, Decision::Unlisted, "{title}");
    }
}

#[test]
fn welsh_words_name_every_kind() {
    for (title, kind) in [
        ("Priffyrdd: diwrnod cyd-ddylunio", "discovery"),
        ("Diwrnod gwneuthurwyr", "makers"),
        ("Hacathon data agored", "hack"),
        ("Gweithdy cynllunio", "workshop"),
        ("Ymchwil defnyddwyr: treth gyngor", "user-research"),
        ("Anghynhadledd", "unconference"),
        ("Sesiwn dangos a dweud", "show-and-tell"),
        ("Paned a sgwrs", "meetup"),
        ("Rhwydwaith swyddogion cynllunio", "peer-group"),
        ("Cymuned ymarfer cynnwys", "community-of-practice"),
        ("Gweminar gwastraff", "webinar"),
        ("Hyfforddiant trwyddedu", "training"),
        ("Cynhadledd flynyddol", "conference"),
        ("Ymweliad safle", "other"),
    ] {
        assert_eq!(judge(title, "").kind, kind, "{title}");
    }
}
