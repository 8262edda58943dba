//! Reads RSS 0.9x to 2.0, Atom and JSON Feed.
//!
//! The text is first rewritten into well-formed XML (`mend`), then read by feed-rs, then read once more for the
//! event fields that feed-rs leaves out (`extension`). What feed-rs refuses as a whole is given to it in halves,
//! down to single items, so that a fault costs one item.

mod apply;
mod build;
mod capture;
mod extension;
mod json;
mod mend;
mod names;
mod repairs;

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::{model, parser::Builder};
use url::Url;

pub(in crate::read) use apply::plausible_point;
use mend::{Item, Mended};
use repairs::{Fault, Faults};

use super::{CutOff, Document, Hint, ReadError, Skipped, decode, moment};

/// Reads a feed.
///
/// # Errors
/// When there is no RSS, Atom or JSON Feed in the bytes at all.
pub fn read(bytes: &[u8], hint: &Hint) -> Result<Document, ReadError> {
    let decoded = decode::decode(bytes, hint);
    if decoded.text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    if json::looks_like(&decoded.text) {
        return json::read(&decoded.text, hint, decoded.problems);
    }
    let mut faults = Faults::default();
    let mended = mend::mend(&decoded.text, &mut faults).ok_or_else(|| not_a_feed(&decoded.text))?;
    let (feed, entries) = parse(&mended, hint.base.as_ref(), &mut faults);
    let Some(feed) = feed else {
        let reason = "its outer elements make no sense".into();
        return Err(ReadError::Unreadable { format: "feed", reason });
    };
    let mut document = build::document(&mended, &feed, entries, hint, &mut faults);
    if let Some(line) = mended.cut {
        let reason = "the feed breaks off in the middle of this item".into();
        document.skipped.push(Skipped { reference: None, line: Some(line), reason });
        document.cut_off = Some(CutOff { item: Some(line) });
    }
    document.complete &= !faults.has(Fault::CutOff) && !faults.has(Fault::TooManyItems);
    let mut problems = decoded.problems;
    problems.extend(faults.problems());
    problems.append(&mut document.problems);
    document.problems = problems;
    Ok(document)
}

/// Whether bytes that begin like JSON are a JSON Feed.
pub(in crate::read) fn is_json_feed(bytes: &[u8], hint: &Hint) -> bool {
    let text = decode::decode(bytes, hint).text;
    serde_json::from_str(text.trim()).is_ok_and(|value| json::is_feed(&value))
}

fn not_a_feed(text: &str) -> ReadError {
    let start: String = text.trim_start().chars().filter(|c| !c.is_control()).take(60).collect();
    ReadError::NotAFeed { found: format!("it begins “{start}”") }
}

/// The feed as feed-rs sees it, and an entry for each item that it could read.
fn parse(
    mended: &Mended,
    base: Option<&Url>,
    faults: &mut Faults,
) -> (Option<model::Feed>, Vec<Option<model::Entry>>) {
    if let Some(mut feed) = parse_text(&mended.text, base)
        && feed.entries.len() == mended.items.len()
    {
        let entries = std::mem::take(&mut feed.entries).into_iter().map(Some).collect();
        return (Some(feed), entries);
    }
    faults.note(Fault::ParserRefused, None);
    let mut entries = Vec::with_capacity(mended.items.len());
    in_halves(mended, &mended.items, base, &mut entries);
    (parse_text(&without_items(mended), base), entries)
}

/// Reads some items; when they cannot be read together, each half by itself.
fn in_halves(
    mended: &Mended,
    items: &[Item],
    base: Option<&Url>,
    entries: &mut Vec<Option<model::Entry>>,
) {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return };
    let text = mended.text.get(first.start..last.end).unwrap_or_default();
    let alone = format!("{}{text}{}", mended.opening, mended.closing);
    match parse_text(&alone, base) {
        Some(feed) if feed.entries.len() == items.len() => {
            entries.extend(feed.entries.into_iter().map(Some));
        }
        _ if items.len() == 1 => entries.push(None),
        _ => {
            let (left, right) = items.split_at(items.len() / 2);
            in_halves(mended, left, base, entries);
            in_halves(mended, right, base, entries);
        }
    }
}

fn without_items(mended: &Mended) -> String {
    let mut text = String::new();
    let mut from = 0;
    for item in &mended.items {
        text.push_str(mended.text.get(from..item.start).unwrap_or_default());
        from = item.end;
    }
    text.push_str(mended.text.get(from..).unwrap_or_default());
    text
}

/// One call of feed-rs. It has panicked on broken encodings before (UTF-16, seen with 3.0.0 in 2026); that must
/// cost a feed, never the program.
fn parse_text(text: &str, base: Option<&Url>) -> Option<model::Feed> {
    let parse = || {
        Builder::new()
            .base_uri(base.map(Url::as_str))
            // The default makes up a UUID at each read, which would make each item new at each check.
            .id_generator(|_, _, _| String::new())
            .timestamp_parser(moment::instant)
            .sanitize_content(false)
            .build()
            .parse(text.as_bytes())
    };
    catch_unwind(AssertUnwindSafe(parse)).ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::DateOrigin;

    fn document(text: &str) -> Document {
        read(text.as_bytes(), &Hint::default()).unwrap()
    }

    fn rss(items: &str) -> Document {
        document(&format!("<rss version='2.0'><channel><title>T</title>{items}</channel></rss>"))
    }

    #[test]
    fn extension_dates_are_found_undeclared_and_in_odd_case() {
        let feed = rss(
            "<item><title>A</title><EV:StartDate>2027-01-19T12:30:00+00:00</EV:StartDate></item>\
             <item><title>B</title><mec:startDate>2027-01-26</mec:startDate><mec:startHour>9:30 am</mec:startHour>\
             <mec:endDate>2027-01-26</mec:endDate><mec:endHour>12:00 pm</mec:endHour></item>",
        );
        let origins: Vec<_> = feed.entries.iter().map(|e| e.date_origin.clone()).collect();
        assert_eq!(
            origins,
            [
                Some(DateOrigin::Extension("ev:startdate".into())),
                Some(DateOrigin::Extension("mec:startDate".into()))
            ]
        );
        assert!(format!("{:?}", feed.entries[1].end).contains("12:00:00"));
        assert!(feed.problems.iter().any(|p| p.code == "undeclared_prefix"));
    }

    #[test]
    fn items_without_any_name_have_no_reference_however_often_they_are_read() {
        let feed = rss("<item><description>x</description></item>");
        assert_eq!(feed.entries[0].reference, None);
    }

    #[test]
    fn addresses_are_absolute_web_addresses_or_none() {
        let hint = Hint { base: "https://a.example/feed/".parse().ok(), ..Hint::default() };
        let text = "<rss version='2.0'><channel><item><title>a</title><link>../e/1</link></item>\
             <item><title>b</title><link>javascript:alert(1)</link></item>\
             <item><title>c</title><guid>https://a.example/3</guid></item></channel></rss>";
        let feed = read(text.as_bytes(), &hint).unwrap();
        let urls: Vec<_> = feed.entries.iter().map(|e| e.url.as_deref()).collect();
        assert_eq!(urls, [Some("https://a.example/e/1"), None, Some("https://a.example/3")]);
    }

    #[test]
    fn a_laughing_feed_is_harmless() {
        let text = "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>\
             <rss version='2.0'><channel><item><title>&b;</title></item></channel></rss>";
        assert_eq!(document(text).entries[0].title.as_ref().unwrap().value, "&b;");
    }

    #[test]
    fn hints_on_how_often_to_ask() {
        let feed = rss("<ttl>60</ttl><skipHours><hour>24</hour><hour>3</hour></skipHours>\
             <skipDays><day>Sunday</day></skipDays><atom:link rel='hub' href='https://hub.example/'/>\
             <atom:link rel='next' href='?page=2'/><item><title>x</title></item>");
        assert_eq!(feed.refresh.every, Some(std::time::Duration::from_secs(3600)));
        assert_eq!(
            (feed.refresh.skip_hours, feed.refresh.skip_days),
            (vec![0, 3], vec!["sunday".into()])
        );
        assert_eq!(feed.refresh.hub.as_deref(), Some("https://hub.example/"));
    }
}
