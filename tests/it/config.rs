//! feeds.toml: what is accepted, and that every fault is told at once with its place and a remedy.

use std::{path::Path, time::Duration};

use folkmoot::{
    config::{Config, Fault, parse},
    feed::{FormatSetting, HeaderSetting, Policy, PubDate},
    member::Members,
    vocabulary::Vocabulary,
};

fn read(text: &str) -> Result<Config, Vec<Fault>> {
    let (words, members) = (Vocabulary::embedded().unwrap(), Members::embedded().unwrap());
    parse(text, Path::new("/srv/folkmoot/feeds.toml"), &words, &members)
}

fn faults(text: &str) -> Vec<Fault> {
    read(text).expect_err("this configuration has faults")
}

#[test]
fn a_full_file_is_understood() {
    let config = read(include_str!("config/full.toml")).unwrap();
    assert_eq!(config.network.name, "LocalGov Digital");
    assert_eq!(config.network.keep_past, Duration::from_secs(400 * 86_400));
    assert_eq!(config.groups[0].name, "South West Peer Group");
    let feed = &config.feeds[0];
    assert_eq!((feed.policy, feed.member.as_deref()), (Policy::Trusted, Some("WBK")));
    assert_eq!((feed.format, feed.pubdate), (Some(FormatSetting::Feed), PubDate::EventStart));
    assert!(feed.month_first && feed.window && feed.join_links && feed.public_url);
    assert_eq!(feed.headers["X-Key"], HeaderSetting::Env("FEED_KEY".into()));
    assert_eq!(config.feeds[1].url.as_str(), "file:///srv/folkmoot/samples/waste.ics");
    assert_eq!(config.together, [["aaaaaaaaaaaa", "bbbbbbbbbbbb"]]);
    assert_eq!(config.overrides[0].listed, Some(false));
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn all_faults_are_told_at_once_with_place_and_remedy() {
    let found = faults(include_str!("config/faulty.toml"));
    let told: Vec<String> = found
        .iter()
        .map(|fault| {
            format!(
                "{}:{} [{}] {} -> {}",
                fault.line, fault.column, fault.text, fault.message, fault.remedy
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn broken_toml_names_the_line() {
    let found = faults("[network]\nname = \"N\n");
    assert_eq!((found.len(), found[0].line), (1, 2), "{found:?}");
}

#[test]
fn an_empty_file_is_a_network_without_feeds() {
    let config = read("").unwrap();
    assert!(config.feeds.is_empty());
    assert_eq!(config.network.poll_every, Duration::from_secs(3600));
}

#[test]
fn an_insecure_public_address_is_a_warning() {
    let config = read("[network]\nurl = \"http://events.example.org\"\n").unwrap();
    assert_eq!(config.warnings.len(), 1);
    assert_eq!(config.warnings[0].line, 2);
}
