//! What a store promises, on a real directory.

use std::fs;

use chrono_tz::Tz;

use super::*;
use crate::{
    event::{ChangeKind, Draft, Event, Facts, Listing},
    health::{FeedState, Outcome},
    store::{Create, NewChange, open},
};

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + minutes * 60, 0).unwrap()
}

fn how(dir: &Path, create: Create) -> Open {
    Open { dir: dir.to_owned(), create, domain: Some("events.example.org".into()), now: at(0) }
}

fn event(id: &str, title: &str) -> Event {
    let facts = Facts::new(title, Tz::Europe__London);
    let draft = Draft {
        reference: Some(id.into()),
        ordinal: 0,
        line: None,
        facts,
        categories: vec![],
        private: None,
        published: None,
        modified: None,
        sequence: 0,
        date_doubt: None,
    };
    let (feed, id) = ("a".to_owned(), id.to_owned());
    let (first_seen, last_seen, updated) = (at(0), at(0), at(0));
    Event {
        id,
        feed,
        draft,
        first_seen,
        last_seen,
        absent_since: None,
        withdrawn: None,
        updated,
        sequence: 0,
    }
}

fn listing(id: &str) -> Listing {
    Listing {
        id: id.into(),
        uid: format!("{id}@events.example.org"),
        facts: Facts::new("Camp", Tz::Europe__London),
        sources: vec![],
        withdrawn: None,
        created: at(0),
        updated: at(0),
        sequence: 0,
    }
}

fn check(minutes: i64) -> Check {
    Check {
        at: at(minutes),
        outcome: Outcome::Unchanged,
        words: "Nothing new.".into(),
        public: None,
        status: Some(304),
        bytes: 0,
        took_ms: 12,
        entries: 0,
        added: 0,
        changed: 0,
        withdrawn: 0,
        cut_off: false,
    }
}

fn added(id: &str) -> NewChange {
    NewChange { change: ChangeKind::Added, id: id.into(), into: None }
}

#[tokio::test]
async fn what_was_committed_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(how(dir.path(), Create::IfAbsent)).await.unwrap();
    let fixed = store.load().await.unwrap().identity;
    let state = FeedState { feed: "a".into(), failures: 3, ..FeedState::default() };
    let first = Commit {
        feeds: vec![state.clone()],
        checks: vec![("a".into(), check(0))],
        events: vec![event("one", "Camp").into(), event("two", &"long ".repeat(10_000)).into()],
        listings: vec![listing("one").into(), listing("two").into()],
        aliases: vec![("old".into(), "one".into())],
        changes: vec![added("one"), added("two")],
        ..Commit::new(at(0))
    };
    let cursors = store.commit(first.into()).await.unwrap().changes;
    assert_eq!(cursors.iter().map(|change| change.cursor).collect::<Vec<_>>(), [1, 2]);
    let second = Commit {
        events_removed: vec!["one".into()],
        changes: vec![added("x")],
        ..Commit::new(at(1))
    };
    store.commit(second.into()).await.unwrap();
    store.close().await;
    assert!(matches!(store.load().await, Err(StoreError::Closed)));

    let elsewhere =
        Open { domain: Some("moved.example.org".into()), ..how(dir.path(), Create::Never) };
    let store = open(elsewhere).await.unwrap();
    let kept = store.load().await.unwrap();
    assert_eq!(kept.identity, fixed);
    assert_eq!(kept.identity.domain, "events.example.org");
    assert_eq!(kept.events, [Arc::new(event("two", &"long ".repeat(10_000)))]);
    assert_eq!(kept.listings.len(), 2);
    assert_eq!(kept.aliases, [("old".to_owned(), "one".to_owned())]);
    assert_eq!(kept.log.iter().map(|change| change.cursor).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(kept.next_cursor, 4);
    assert_eq!(kept.feeds, [FeedState { history: vec![check(0)], ..state }]);
    assert!(kept.unreadable.is_empty());
    store.close().await;
}

#[tokio::test]
async fn the_history_keeps_ninety_checks_and_the_log_ninety_days() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(how(dir.path(), Create::IfAbsent)).await.unwrap();
    let state = FeedState { feed: "a".into(), ..FeedState::default() };
    for n in 0..95 {
        let checks = vec![("a".to_owned(), check(n)), ("ab".to_owned(), check(n))];
        let changes = vec![added(&n.to_string())];
        let commit = Commit { feeds: vec![state.clone()], checks, changes, ..Commit::new(at(n)) };
        store.commit(commit.into()).await.unwrap();
    }
    let history = store.load().await.unwrap().feeds.remove(0).history;
    assert_eq!(
        (history.len(), history.first().unwrap().at, history.last().unwrap().at),
        (90, at(5), at(94))
    );
    let later = at(10) + LOG_KEPT;
    let kept = store
        .commit(Commit { feeds_removed: vec!["a".into()], ..Commit::new(later) }.into())
        .await
        .unwrap();
    assert_eq!(kept.log_start, 11);
    let left = store.load().await.unwrap();
    assert_eq!((left.log.first().unwrap().cursor, left.next_cursor), (11, 96));
    assert!(left.feeds.is_empty());
    store.close().await;
}

#[tokio::test]
async fn one_process_at_a_time_and_no_store_out_of_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let absent = open(how(&dir.path().join("none"), Create::Never)).await.unwrap_err();
    assert!(matches!(absent, StoreError::Absent { .. }), "{absent}");
    assert!(!dir.path().join("none").exists());
    let store = open(how(dir.path(), Create::IfAbsent)).await.unwrap();
    let second = open(how(dir.path(), Create::IfAbsent)).await.unwrap_err();
    assert!(matches!(second, StoreError::InUse { .. }), "{second}");
    store.close().await;
    open(how(dir.path(), Create::Never)).await.unwrap().close().await;
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let odd = open(how(&file.join("data"), Create::IfAbsent)).await.unwrap_err();
    assert!(matches!(odd, StoreError::Unwritable { .. }), "{odd}");
}

async fn filled(dir: &Path) {
    let store = open(how(dir, Create::IfAbsent)).await.unwrap();
    for n in 0..50 {
        let events =
            (0..20).map(|k| event(&format!("{n}-{k}"), &"words ".repeat(60)).into()).collect();
        store.commit(Commit { events, ..Commit::new(at(n)) }.into()).await.unwrap();
    }
    store.close().await;
}

#[tokio::test]
async fn a_missing_or_emptied_file_is_noticed_and_nothing_is_made_in_its_place() {
    for (name, emptied) in [("db", false), ("conf", false), ("db", true)] {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path()).await;
        let file = dir.path().join("store").join(name);
        if emptied {
            fs::write(&file, "").unwrap()
        } else {
            fs::remove_file(&file).unwrap()
        }
        let error = open(how(dir.path(), Create::IfAbsent)).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Emptied { .. } | StoreError::Damaged { .. }),
            "{error}"
        );
        assert!(emptied || !file.exists());
        assert!(error.to_string().contains("folkmoot restore"));
    }
}

#[tokio::test]
async fn a_damaged_file_is_an_error_with_a_way_back() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    let file = dir.path().join("store/db");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let error = open(how(dir.path(), Create::IfAbsent)).await.map(drop).unwrap_err();
    assert!(matches!(error, StoreError::Emptied { .. } | StoreError::Damaged { .. }), "{error}");
    assert!(file.exists());
}

#[tokio::test]
async fn a_newer_layout_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    let note = dir.path().join("store.json");
    let newer = fs::read_to_string(&note).unwrap().replace("\"schema\": 1", "\"schema\": 7");
    fs::write(&note, newer).unwrap();
    let error = open(how(dir.path(), Create::Never)).await.map(drop).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 7, .. }), "{error}");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_costs_that_record() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    let db = sled::open(dir.path().join("store")).unwrap();
    db.insert("e/odd", &b"\x09not ours"[..]).unwrap();
    drop(db);
    let store = open(how(dir.path(), Create::Never)).await.unwrap();
    let kept = store.load().await.unwrap();
    assert_eq!((kept.events.len(), kept.unreadable), (1000, vec!["e/odd".to_owned()]));
    store.close().await;
}

async fn titles(dir: &Path) -> usize {
    let store = open(how(dir, Create::Never)).await.unwrap();
    let kept = store.load().await.unwrap().events.len();
    store.close().await;
    kept
}

fn copy_of(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if entry.is_dir() {
            copy_of(&entry, &to.join(name));
        } else {
            fs::copy(&entry, to.join(name)).unwrap();
        }
    }
}

#[tokio::test]
async fn whatever_an_interrupted_copy_leaves_the_store_opens_whole_and_nothing_is_left_over() {
    let first = tempfile::tempdir().unwrap();
    filled(first.path()).await;
    let whole = first.path().join("store");
    // What lies there after a kill: the old store, the copy (whole or not), the old one moved away.
    let cases = [(true, Some(false), false), (true, Some(true), false), (false, Some(true), true)];
    let cases = cases.into_iter().chain([(false, None, true), (true, None, true)]);
    for (store, new, old) in cases {
        let dir = tempfile::tempdir().unwrap();
        fs::copy(first.path().join("store.json"), dir.path().join("store.json")).unwrap();
        let at = |name: &str| dir.path().join(name);
        if store {
            copy_of(&whole, &at("store"));
        }
        match new {
            Some(true) => copy_of(&whole, &at("store.new")),
            Some(false) => {
                fs::create_dir(at("store.new")).unwrap();
                fs::write(at("store.new/db"), b"half").unwrap();
            }
            None => {}
        }
        if old {
            copy_of(&whole, &at("store.old"));
        }
        assert_eq!(titles(dir.path()).await, 1000, "{store} {new:?} {old}");
        assert!(!at("store.new").exists() && !at("store.old").exists());
    }
}

/// Whether a word stands in any file below a directory.
fn found(word: &str, dir: &Path) -> bool {
    fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return found(word, &path);
        }
        let bytes = fs::read(path).unwrap();
        bytes.windows(word.len()).any(|part| part == word.as_bytes())
    })
}

#[tokio::test]
async fn what_must_not_stay_is_cleaned_by_the_next_program_if_need_be() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(how(dir.path(), Create::IfAbsent)).await.unwrap();
    let put = |title: &str| vec![event("one", title).into(), event("two", "Camp").into()];
    store
        .commit(Commit { events: put("Quibblesnatch"), ..Commit::new(at(0)) }.into())
        .await
        .unwrap();
    assert!(!store.tend(at(0)).await.unwrap().purge);
    let hidden = Commit { events: put(""), purge: true, ..Commit::new(at(1)) };
    store.commit(hidden.into()).await.unwrap();
    store.close().await;
    assert!(found("Quibblesnatch", dir.path()), "the test would prove nothing");

    let store = open(how(dir.path(), Create::Never)).await.unwrap();
    let tended = store.tend(at(2)).await.unwrap();
    assert!(tended.copied.is_some_and(|(when, _)| when == at(2)), "{tended:?}");
    assert_eq!((tended.purge, tended.put_off), (false, None));
    assert!(!found("Quibblesnatch", dir.path()));
    // A feed that hides something at each check does not make a copy each time.
    store.commit(Commit { purge: true, ..Commit::new(at(3)) }.into()).await.unwrap();
    assert!(store.tend(at(4)).await.unwrap().purge);
    assert!(!store.tend(at(13)).await.unwrap().purge);
    assert_eq!(store.load().await.unwrap().events.len(), 2);
    store.close().await;
}

/// So many events and listings with their lines in the log: more than goes in one batch.
const MANY: usize = 1_200;

fn large(title: &str, minutes: i64) -> Commit {
    let ids = (0..MANY).map(|n| format!("many-{n:04}"));
    Commit {
        events: ids.clone().map(|id| event(&id, title).into()).collect(),
        listings: ids.clone().map(|id| listing(&id).into()).collect(),
        events_removed: vec!["0-0".into()],
        changes: ids.map(|id| added(&id)).collect(),
        ..Commit::new(at(minutes))
    }
}

/// Leaves a large commit in its file, as a kill does that comes after so many steps of bringing it into the tree.
fn killed_after(steps: usize, dir: &Path, commit: &Commit) {
    let guard = Guard::take(dir, Create::Never).unwrap();
    let mut base = Base::open(&guard.dir).unwrap();
    let (serial, cursor, log_start) = base.counters().unwrap();
    assert!(base.write(commit, serial + 1, cursor, log_start, false).unwrap().1, "it is large");
    let (_, mut file) = redo::open_whole(&dir.join("store/redo")).unwrap();
    for _ in 0..steps {
        base.tree.apply_batch(redo::read_step(&mut file).unwrap().unwrap()).unwrap();
    }
    base.db.flush().unwrap();
}

fn left(dir: &Path) -> [bool; 2] {
    ["store/redo", "store/redo.partial"].map(|name| dir.join(name).exists())
}

#[tokio::test]
async fn a_large_commit_is_kept_and_leaves_nothing_beside() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    let store = open(how(dir.path(), Create::Never)).await.unwrap();
    let done = store.commit(large("Camp", 60).into()).await.unwrap();
    assert_eq!((done.changes.len(), done.changes.last().unwrap().cursor), (MANY, MANY as u64));
    assert_eq!(left(dir.path()), [false; 2]);
    let small = Commit { changes: vec![added("x")], ..Commit::new(at(61)) };
    assert_eq!(store.commit(small.into()).await.unwrap().changes.first().unwrap().cursor, 1201);
    store.close().await;
    let store = open(how(dir.path(), Create::Never)).await.unwrap();
    let kept = store.load().await.unwrap();
    assert_eq!((kept.events.len(), kept.listings.len(), kept.log.len()), (MANY + 999, MANY, 1201));
    assert!(kept.unreadable.is_empty() && !kept.events.iter().any(|event| event.id == "0-0"));
    store.close().await;
}

#[tokio::test]
async fn a_large_commit_that_a_kill_stopped_half_way_is_brought_to_its_end() {
    for steps in [0, 1, 3] {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path()).await;
        killed_after(steps, dir.path(), &large("Camp", 60));
        assert_eq!(left(dir.path()), [true, false]);
        let store = open(how(dir.path(), Create::Never)).await.unwrap();
        let kept = store.load().await.unwrap();
        let counts = (kept.events.len(), kept.listings.len(), kept.log.len(), kept.next_cursor);
        assert_eq!(counts, (MANY + 999, MANY, MANY, MANY as u64 + 1), "{steps}");
        assert_eq!(left(dir.path()), [false; 2]);
        store.commit(Commit::new(at(61)).into()).await.unwrap();
        store.close().await;
        assert_eq!(titles(dir.path()).await, MANY + 999);
    }
}

#[tokio::test]
async fn of_a_large_commit_that_was_never_whole_nothing_is_left() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    killed_after(0, dir.path(), &large("Quibblesnatch", 60));
    let (whole, partial) = (dir.path().join("store/redo"), dir.path().join("store/redo.partial"));
    let bytes = fs::read(&whole).unwrap();
    fs::write(&partial, &bytes[..bytes.len() / 2]).unwrap();
    fs::remove_file(&whole).unwrap();
    assert_eq!(titles(dir.path()).await, 1000);
    assert_eq!(left(dir.path()), [false; 2]);

    // Such a file that is as old as what is kept was only not taken away any more.
    fs::write(&whole, &bytes).unwrap();
    let store = open(how(dir.path(), Create::Never)).await.unwrap();
    assert_eq!(store.load().await.unwrap().events.len(), MANY + 999, "its turn has come");
    store.close().await;
    fs::write(&whole, &bytes).unwrap();
    let store = open(how(dir.path(), Create::Never)).await.unwrap();
    store
        .commit(Commit { events_removed: vec!["1-1".into()], ..Commit::new(at(61)) }.into())
        .await
        .unwrap();
    store.close().await;
    fs::write(&whole, &bytes).unwrap();
    assert_eq!(titles(dir.path()).await, MANY + 998);
    assert_eq!(left(dir.path()), [false; 2]);
}

#[tokio::test]
async fn a_damaged_file_of_a_large_commit_is_named_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    killed_after(1, dir.path(), &large("Camp", 60));
    let file = dir.path().join("store/redo");
    let bytes = fs::read(&file).unwrap();
    let mut turned = bytes.clone();
    turned[bytes.len() / 2] ^= 0x55;
    for damaged in [&bytes[..bytes.len() - 3], &bytes[..4], &[], &turned, b"something else"] {
        fs::write(&file, damaged).unwrap();
        let error = open(how(dir.path(), Create::Never)).await.map(drop).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("\"redo\""), "{error}");
        assert_eq!(fs::read(&file).unwrap(), damaged);
    }
    fs::write(&file, &bytes).unwrap();
    assert_eq!(titles(dir.path()).await, MANY + 999);
}

#[tokio::test]
async fn what_a_large_commit_leaves_behind_is_cleaned_with_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    killed_after(1, dir.path(), &large("Quibblesnatch", 60));
    fs::write(dir.path().join("store/redo.partial"), b"Quibblesnatch").unwrap();
    let store = open(how(dir.path(), Create::Never)).await.unwrap();
    let hidden = Commit { purge: true, ..large("Camp", 61) };
    store.commit(hidden.into()).await.unwrap();
    assert!(found("Quibblesnatch", dir.path()), "the test would prove nothing");
    assert!(store.tend(at(62)).await.unwrap().copied.is_some());
    assert!(!found("Quibblesnatch", dir.path()));
    store.close().await;
}

#[tokio::test]
async fn what_is_asked_of_a_store_that_is_going_is_refused_and_never_hangs() {
    let (jobs, mut inbox) = mpsc::channel(1);
    let store = SledStore { jobs };
    let asked = store.commit(Commit::new(at(0)).into());
    let going = async {
        // As one that was sent while the inbox was let go of: it is in there, and nobody drops it.
        std::mem::forget(inbox.recv().await);
        drop(inbox);
    };
    let (answer, ()) = tokio::join!(asked, going);
    assert!(matches!(answer, Err(StoreError::Closed)), "{answer:?}");
}
