//! The rules of identity and absence, one story each.

use chrono::NaiveDate;
use chrono_tz::Tz;
use url::Url;

use super::*;
use crate::event::{Place, Status};

/// Hours after the start of the story.
fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + hours * 3600, 0).unwrap()
}

fn draft(reference: &str, title: &str, hours: i64) -> Draft {
    let mut facts = Facts::new(title, Tz::Europe__London);
    facts.span = Some(Span::Timed { start: at(hours), end: Some(at(hours + 1)) });
    facts.place = Some(Place { name: Some("Town Hall".into()), ..Place::default() });
    Draft {
        reference: (!reference.is_empty()).then(|| reference.to_owned()),
        ordinal: 0,
        line: Some(1),
        facts,
        categories: vec![],
        private: None,
        published: None,
        modified: None,
        sequence: 0,
        date_doubt: None,
    }
}

/// A feed with a memory.
struct Story {
    feed: Feed,
    state: FeedState,
    events: Vec<Event>,
    complete: bool,
    cut_off: Option<CutOff>,
    unread: HashSet<String>,
    forgotten: HashSet<String>,
}

impl Story {
    fn new() -> Self {
        Self {
            feed: Feed::new("camp", Url::parse("https://example.org/events.ics").unwrap()),
            state: FeedState { format: Some(crate::feed::Format::Ical), ..FeedState::default() },
            events: vec![],
            complete: true,
            cut_off: None,
            unread: HashSet::new(),
            forgotten: HashSet::new(),
        }
    }

    fn with(drafts: &[Draft]) -> Self {
        let mut story = Self::new();
        story.check(0, drafts);
        story
    }

    fn check(&mut self, hours: i64, drafts: &[Draft]) -> Reconciled {
        let entries = u32::try_from(drafts.len()).unwrap();
        let (complete, unread_pages) = (self.complete, self.unread.clone());
        let (drafts, cut_off) = (drafts.to_vec(), self.cut_off);
        let complete = complete && cut_off.is_none();
        let saw = Saw::Items { drafts, complete, entries, unread_pages, cut_off };
        let result = self.saw(hours, saw);
        (self.state.complete, self.state.entries) = (complete, entries);
        result
    }

    fn saw(&mut self, hours: i64, saw: Saw) -> Reconciled {
        let stored: Vec<&Event> = self.events.iter().collect();
        let taken = |id: &str| self.events.iter().any(|event| event.id == id);
        let forgotten = |hash: &str| self.forgotten.contains(hash);
        let before = Before {
            feed: &self.feed,
            state: &self.state,
            events: &stored,
            taken: &taken,
            forgotten: &forgotten,
            salt: "salt",
            keep_past: Duration::days(400),
            now: at(hours),
        };
        let result = reconcile(&before, saw);
        self.state.last_good = Some(at(hours));
        self.state.shrank_since = result.shrank_since;
        self.events.retain(|event| !result.removed.contains(&event.id));
        for event in &result.put {
            self.events.retain(|old| old.id != event.id);
            self.events.push(Event::clone(event));
        }
        self.events.sort_by(|a, b| a.id.cmp(&b.id));
        result
    }

    fn titled(&self, title: &str) -> &Event {
        self.events.iter().find(|event| event.draft.facts.title == title).unwrap()
    }
}

fn many(count: usize) -> Vec<Draft> {
    (0..count)
        .map(|n| {
            draft(&format!("uid-{n}"), &format!("Event {n}"), 1000 + i64::try_from(n).unwrap())
        })
        .collect()
}

#[test]
fn ids_are_a_function_of_feed_and_reference() {
    let story = Story::with(&[draft("uid-1", "Camp", 100)]);
    let id = &story.events[0].id;
    assert_eq!(id.len(), 12);
    assert!(id.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b)), "{id}");
    assert_eq!(*id, Story::with(&[draft("uid-1", "Other", 200)]).events[0].id);
    let mut elsewhere = Story::new();
    elsewhere.feed.id = "other".into();
    elsewhere.check(0, &[draft("uid-1", "Camp", 100)]);
    assert_ne!(*id, elsewhere.events[0].id);
}

#[test]
fn the_same_content_changes_nothing() {
    let drafts = many(5);
    let mut story = Story::with(&drafts);
    let mut again = drafts.clone();
    for draft in &mut again {
        (draft.line, draft.modified, draft.sequence) = (Some(99), Some(at(7)), 12);
    }
    again.reverse();
    assert_eq!(story.check(1, &again), Reconciled::default());
    assert_eq!(story.saw(2, Saw::Same), Reconciled::default());
}

#[test]
fn the_sequence_rises_with_time_place_and_status_only() {
    let mut story = Story::with(&[draft("uid-1", "Camp", 100)]);
    let mut next = draft("uid-1", "Camp of the south", 100);
    story.check(1, &[next.clone()]);
    let event = &story.events[0];
    assert_eq!((event.sequence, event.updated, event.first_seen), (0, at(1), at(0)));
    next.facts.status = Status::Cancelled;
    story.check(2, &[next.clone()]);
    next.facts.span = Some(Span::Timed { start: at(101), end: None });
    story.check(3, &[next.clone()]);
    next.facts.place = None;
    let result = story.check(4, &[next]);
    assert_eq!((story.events[0].sequence, story.events.len(), result.changed), (3, 1, 1));
}

#[test]
fn made_up_references_are_seen_through() {
    let named = |round: &str| {
        let mut drafts = many(6);
        for (n, draft) in drafts.iter_mut().enumerate() {
            draft.reference = Some(format!("{round}-{n}"));
        }
        drafts
    };
    let mut story = Story::with(&named("a"));
    let ids: Vec<_> = story.events.iter().map(|event| event.id.clone()).collect();
    let result = story.check(1, &named("b"));
    assert_eq!((result.added, result.changed, result.withdrawn), (0, 0, 0));
    let mut moved = named("c");
    moved[2].facts.place = None;
    let result = story.check(2, &moved);
    assert_eq!((result.added, result.changed), (0, 1));
    assert_eq!(story.events.iter().map(|event| event.id.clone()).collect::<Vec<_>>(), ids);
    assert_eq!(story.titled("Event 2").draft.reference.as_deref(), Some("c-2"));
}

#[test]
fn the_same_title_on_another_date_is_another_event() {
    let mut story = Story::with(&[draft("", "Meeting", 100)]);
    let result = story.check(1, &[draft("", "Meeting", 100), draft("", "Meeting", 800)]);
    assert_eq!((result.added, story.events.len()), (1, 2));
    // And an id is never given to another event, even when a reference is used anew.
    let mut story = Story::with(&[draft("a", "One", 100)]);
    story.check(1, &[draft("b", "One", 100)]);
    story.check(2, &[draft("b", "One", 100), draft("a", "Two", 200)]);
    assert_ne!(story.titled("One").id, story.titled("Two").id);
}

#[test]
fn sessions_keep_their_ids_when_one_is_put_before_them() {
    let session = |ordinal, hours| Draft { ordinal, ..draft("guid", "Training", hours) };
    let mut story = Story::with(&[session(0, 200), session(1, 300)]);
    let ids = |story: &Story| {
        let of = |hours| {
            let found = story
                .events
                .iter()
                .find(|e| e.draft.facts.span.unwrap().start_utc(Tz::UTC) == at(hours));
            found.unwrap().id.clone()
        };
        (of(200), of(300))
    };
    let before = ids(&story);
    let result = story.check(1, &[session(0, 100), session(1, 200), session(2, 300)]);
    assert_eq!((ids(&story), result.added, story.events.len()), (before, 1, 3));
}

#[test]
fn doubles_are_counted_and_namesakes_kept() {
    let mut other = draft("uid", "Another", 200);
    other.line = Some(7);
    let drafts = [draft("uid", "Camp", 100), draft("uid", "Camp", 100), other];
    let mut story = Story::new();
    let result = story.check(0, &drafts);
    assert_eq!((result.added, result.skipped.len()), (2, 1));
    assert_eq!(story.check(1, &drafts).put, []);
}

#[test]
fn an_event_leaves_after_two_good_fetches_a_day_apart() {
    let drafts = many(20);
    let mut story = Story::with(&drafts);
    let less = &drafts[1..];
    assert_eq!(story.check(1, less).withdrawn, 0);
    assert_eq!(story.titled("Event 0").last_seen, at(0));
    assert_eq!(story.saw(24, Saw::Same).withdrawn, 0);
    let result = story.saw(25, Saw::Same);
    assert_eq!((result.withdrawn, result.missing), (1, 0));
    let event = story.titled("Event 0");
    assert_eq!((event.withdrawn, event.sequence, event.updated), (Some(at(25)), 1, at(25)));
    assert_eq!(story.saw(50, Saw::Same), Reconciled::default());
    // It comes back as itself.
    let result = story.check(60, &drafts);
    let event = story.titled("Event 0");
    assert_eq!(
        (event.withdrawn, event.absent_since, event.sequence, result.changed),
        (None, None, 2, 1)
    );
}

#[test]
fn what_begins_soon_leaves_after_two_hours() {
    let mut drafts = many(20);
    drafts[0] = draft("uid-0", "Event 0", 40);
    let mut story = Story::with(&drafts);
    assert_eq!(story.check(1, &drafts[1..]).withdrawn, 0);
    assert_eq!(story.check(2, &drafts[1..]).withdrawn, 0);
    assert_eq!(story.check(3, &drafts[1..]).withdrawn, 1);
}

#[test]
fn windows_and_damaged_fetches_withdraw_nothing() {
    for format in [crate::feed::Format::Rss, crate::feed::Format::Ical] {
        let drafts = many(20);
        let mut story = Story::new();
        story.state.format = Some(format);
        story.complete = false;
        story.check(0, &drafts);
        for hours in [1, 30, 60] {
            assert_eq!(story.check(hours, &drafts[1..]).withdrawn, 0);
        }
        // Once the feed counts as complete, the two fetches begin to count.
        story.complete = true;
        assert_eq!(story.check(90, &drafts[1..]).withdrawn, 0);
        assert_eq!(story.check(115, &drafts[1..]).withdrawn, 1);
    }
}

#[test]
fn a_feed_that_shrinks_is_believed_after_a_day() {
    let drafts = many(21);
    for left in [0, 12] {
        let mut story = Story::with(&drafts);
        let result = story.check(1, &drafts[..left]);
        assert_eq!((result.withdrawn, result.shrank_since), (0, Some(at(1))), "{left} left");
        assert_eq!(story.check(20, &drafts[..left]).withdrawn, 0);
        let result = story.check(25, &drafts[..left]);
        assert_eq!((result.withdrawn as usize, result.shrank_since), (21 - left, None));
    }
    // Seven of 21 are a third and no more.
    let mut story = Story::with(&drafts);
    assert_eq!(story.check(1, &drafts[7..]).shrank_since, None);
}

#[test]
fn a_feed_that_shrinks_again_or_recovers() {
    let drafts = many(21);
    let mut story = Story::with(&drafts);
    story.check(1, &drafts[..12]);
    assert_eq!(story.check(20, &drafts[..3]).shrank_since, Some(at(20)));
    assert_eq!(story.check(30, &drafts[..3]).withdrawn, 0);
    let result = story.check(31, &drafts);
    assert_eq!((result.shrank_since, result.missing), (None, 0));
    assert!(story.events.iter().all(|event| event.absent_since.is_none()));
}

#[test]
fn what_follows_a_full_page_is_not_missed() {
    let drafts = many(20);
    let mut story = Story::with(&drafts);
    let mut page = drafts[..19].to_vec();
    page.push(draft("new", "Inserted", 900));
    assert_eq!(story.check(1, &page).missing, 0);
    assert_eq!(story.check(30, &page).withdrawn, 0);
    // Not so in the midst of the page.
    let mut gap = page.clone();
    gap.remove(3);
    gap.push(draft("newer", "Inserted too", 901));
    assert_eq!(story.check(40, &gap).missing, 1);
    assert_eq!(story.check(70, &gap).withdrawn, 1);
}

#[test]
fn past_events_stay_until_they_are_old() {
    let drafts = many(3);
    let mut story = Story::with(&drafts);
    assert_eq!(story.check(2000, &drafts).put.len(), 3, "seen again after a week");
    assert_eq!(story.check(2001, &[]).withdrawn, 0);
    assert_eq!(story.check(2100, &[]).withdrawn, 0);
    assert_eq!(story.events.len(), 3);
    let old = 1000 + 400 * 24 + 48;
    let result = story.check(old, &drafts);
    assert_eq!((result.removed.len(), result.added, result.too_old), (3, 0, 3));
    assert!(story.events.is_empty());
}

#[test]
fn of_private_items_only_hash_start_and_reason_remain() {
    let mut secret = draft("mailto:jo@example.org", "Interview of Jo", 100);
    secret.private = Some("CLASS:PRIVATE".into());
    secret.categories = vec!["Jo".into()];
    let mut story = Story::with(&[secret.clone()]);
    let kept = serde_json::to_string(&story.events).unwrap();
    assert!(!kept.contains("Jo") && !kept.contains("example"), "{kept}");
    assert!(!kept.contains("Town Hall"), "{kept}");
    assert_eq!(story.events[0].draft.facts.span, Some(Span::Timed { start: at(100), end: None }));
    assert_eq!(story.check(1, &[secret.clone()]), Reconciled::default());
    // Made public it is the same event, and made private again it loses its words.
    let id = story.events[0].id.clone();
    let open = draft("mailto:jo@example.org", "Open day", 100);
    assert_eq!(story.check(2, &[open]).changed, 1);
    assert_eq!((story.events[0].id.clone(), story.events.len()), (id.clone(), 1));
    story.check(3, &[secret.clone()]);
    assert_eq!((&story.events[0].id, story.events[0].draft.facts.title.as_str()), (&id, ""));
    // Without a reference its content is its hash.
    secret.reference = None;
    let mut story = Story::with(&[secret.clone()]);
    assert_eq!(story.check(1, &[secret]), Reconciled::default());
}

#[test]
fn without_a_uid_an_event_is_known_by_its_own_page() {
    let at_page = |hour, page: &str| {
        let mut item = draft("", &format!("Camp {hour}"), hour);
        item.reference = None;
        item.facts.url = Some(page.into());
        item
    };
    let mut story = Story::with(&[at_page(100, "https://example.org/camp")]);
    let id = story.events[0].id.clone();
    let result = story.check(1, &[at_page(130, "https://example.org/camp")]);
    assert_eq!((result.added, result.changed), (0, 1));
    assert_eq!(story.events[0].id, id);
    // A page that several share says nothing of which is which.
    let list = "https://example.org/events";
    let mut story = Story::with(&[at_page(100, list), at_page(200, list)]);
    assert_eq!(story.check(1, &[at_page(130, list), at_page(230, list)]).added, 2);
}

#[test]
fn a_date_from_a_page_stays_when_the_page_does_not_answer() {
    let mut dated = draft("guid", "Camp", 100);
    dated.facts.url = Some("https://example.org/camp".into());
    let mut story = Story::with(&[dated.clone()]);
    let mut undated = dated.clone();
    undated.facts.span = None;
    story.unread = HashSet::from(["https://example.org/camp".to_owned()]);
    assert_eq!(story.check(1, &[undated.clone()]), Reconciled::default());
    story.unread.clear();
    assert_eq!(story.check(2, &[undated]).changed, 1);
}

#[test]
fn what_was_forgotten_does_not_come_back() {
    let item = draft("uid", "Camp", 100);
    let mut story = Story::new();
    story.forgotten.insert(pairing::hash("salt", "camp", "ref 0 uid"));
    let result = story.check(0, &[item]);
    assert_eq!((result.forgotten, story.events.len()), (1, 0));
}

#[test]
fn whole_days_and_undated_items_are_told_apart() {
    let mut day = draft("", "Fair", 0);
    let start = NaiveDate::from_ymd_opt(2027, 3, 1).unwrap();
    day.facts.span = Some(Span::AllDay { start, end: start.succ_opt().unwrap() });
    let mut none = draft("", "Fair", 0);
    none.facts.span = None;
    let mut story = Story::with(&[day.clone(), none.clone()]);
    assert_eq!(story.events.len(), 2);
    assert_eq!(story.check(1, &[none, day]), Reconciled::default());
}

#[test]
fn a_feed_that_breaks_off_changes_nothing_that_was_known() {
    let drafts = many(6);
    let mut story = Story::with(&drafts);
    let known = story.events.clone();
    // In the middle of the third item, which is known, and then of one that is not.
    let mut cut = drafts[..3].to_vec();
    (cut[2].facts.title, cut[2].line) = ("Eve".into(), Some(30));
    story.cut_off = Some(CutOff { item: Some(30) });
    let result = story.check(1, &cut);
    assert!(result.cut_off && result.put.is_empty(), "{result:?}");
    assert_eq!((result.shrank_since, story.events.clone()), (Some(at(1)), known.clone()));
    let new = [draft("new-1", "New", 2000), Draft { line: Some(40), ..draft("new-2", "Ne", 2001) }];
    story.cut_off = Some(CutOff { item: Some(40) });
    let result = story.check(2, &[&drafts[..1], &new].concat());
    assert_eq!((result.added, result.skipped.len(), result.shrank_since), (1, 1, Some(at(1))));
    // What turned private is believed all the same.
    let secret = Draft { private: Some("busy".into()), ..drafts[0].clone() };
    assert_eq!(story.check(3, &[secret]).hidden, 1);
    story.cut_off = None;
    let result = story.check(4, &[&drafts[..], &new[..1]].concat());
    assert_eq!((result.shrank_since, result.withdrawn, result.missing), (None, 0, 0));
}

#[test]
fn a_feed_without_its_last_line_is_believed_once_it_is_known_for_that() {
    let drafts = many(6);
    let mut story = Story::with(&drafts);
    let mut changed = drafts[..5].to_vec();
    changed[0].facts.title = "Other words".into();
    story.cut_off = Some(CutOff { item: None });
    let result = story.check(1, &changed);
    assert!(result.cut_off && result.changed == 0, "{result:?}");
    let result = story.check(2, &changed);
    assert!(!result.cut_off && result.changed == 1 && result.withdrawn == 0, "{result:?}");
    // One that lacks nothing is whole.
    let mut story = Story::with(&drafts);
    story.cut_off = Some(CutOff { item: None });
    let mut changed = drafts.clone();
    changed[0].facts.title = "Other words".into();
    assert!(!story.check(1, &changed).cut_off);
}
