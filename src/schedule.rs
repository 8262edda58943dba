//! When each feed is due: as often as its operator wishes, never more often than its publisher does.

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc, Weekday};
use sha2::{Digest, Sha256};

use crate::{
    feed::{Feed, Network},
    health::FeedState,
};

pub mod weather;

/// Checks that run at once.
pub const AT_ONCE: usize = 16;
/// No feed is asked more often, unless its own `poll_every` says so.
const FLOOR: Duration = Duration::from_secs(5 * 60);
/// No hint and no row of failures delays a check for longer: nothing is ever given up.
const CEILING: Duration = Duration::from_secs(24 * 3600);
/// Longest `Retry-After` that is obeyed.
const RETRY_CEILING: Duration = Duration::from_secs(7 * 24 * 3600);
/// The part of an interval by which feeds are spread.
const SPREAD: f64 = 0.1;

/// What a check had to say about the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It went well; the answer stays fresh for this long (Cache-Control, Expires).
    Good {
        /// Freshness by the server's word.
        fresh_for: Option<Duration>,
    },
    /// It failed; `FeedState::failures` counts it already.
    Failed {
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
}

/// How long to leave a feed alone when all is well.
#[must_use]
pub fn interval(feed: &Feed, network: &Network, state: &FeedState) -> Duration {
    match feed.poll_every {
        // The operator's word on this one feed outweighs the wish in the file; whoever writes it has asked.
        Some(own) => own,
        None => {
            let asked = Duration::from_secs(state.asked_interval.unwrap_or(0)).min(CEILING);
            network.poll_every.max(asked).max(FLOOR)
        }
    }
}

/// The instant before which a feed is not asked again.
#[must_use]
pub fn next_check(
    feed: &Feed,
    network: &Network,
    state: &FeedState,
    answer: Answer,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let usual = interval(feed, network, state);
    let spread = |wait: Duration| wait.saturating_add(jitter(&feed.id, wait));
    let wait = match answer {
        Answer::Good { fresh_for } => spread(usual.max(fresh_for.unwrap_or_default().min(CEILING))),
        Answer::Failed { retry_after } => {
            let doublings = state.failures.saturating_sub(1).min(12);
            // Feeds that reach the ceiling were spread by the waits before.
            let backed_off =
                spread(usual.saturating_mul(1 << doublings)).min(CEILING.max(spread(usual)));
            backed_off.max(spread(retry_after.unwrap_or_default().min(RETRY_CEILING)))
        }
    };
    let at = now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(7));
    outside_skipped(at, state)
}

/// A feed's own part of an interval, the same each time, so that feeds spread and stay spread.
#[must_use]
pub fn jitter(feed: &str, interval: Duration) -> Duration {
    let hash = Sha256::digest(feed.as_bytes());
    let first = hash.iter().take(2).fold(0_u16, |sum, byte| (sum << 8) | u16::from(*byte));
    interval.mul_f64(SPREAD * f64::from(first) / f64::from(u16::MAX))
}

/// RSS `skipHours` and `skipDays`: the first hour that is not skipped; a feed that skips all of them is not believed.
fn outside_skipped(at: DateTime<Utc>, state: &FeedState) -> DateTime<Utc> {
    let skipped = |at: &DateTime<Utc>| {
        let day = match at.weekday() {
            Weekday::Mon => "monday",
            Weekday::Tue => "tuesday",
            Weekday::Wed => "wednesday",
            Weekday::Thu => "thursday",
            Weekday::Fri => "friday",
            Weekday::Sat => "saturday",
            Weekday::Sun => "sunday",
        };
        // Hours are 0 to 23; some feeds count from 1 to 24 (RSS 0.91).
        let hour = state.skip_hours.iter().any(|hour| hour % 24 == at.hour());
        hour || state.skip_days.iter().any(|skipped| skipped.eq_ignore_ascii_case(day))
    };
    let later = |hours| {
        let shifted = at + TimeDelta::hours(hours);
        let full = shifted.with_minute(at.minute() % 10);
        if hours == 0 { at } else { full.unwrap_or(shifted) }
    };
    (0..=7 * 24).map(later).find(|at| !skipped(at)).unwrap_or(at)
}

/// When a feed is due; `None` for one that is not checked by itself (paused, or gone by its server's word).
#[must_use]
pub fn due(feed: &Feed, state: Option<&FeedState>) -> Option<DateTime<Utc>> {
    let never = DateTime::UNIX_EPOCH;
    match state {
        _ if feed.paused => None,
        Some(state) if state.gone => None,
        Some(state) if state.last_check.is_some() => Some(state.next_check.unwrap_or(never)),
        _ => Some(never),
    }
}

/// The host that a check of this feed keeps busy; files keep none.
#[must_use]
pub fn host(feed: &Feed) -> Option<&str> {
    feed.url.host_str().filter(|host| !host.is_empty() && feed.url.scheme() != "file")
}

/// A feed as the choice looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its settings.
    pub feed: &'a Feed,
    /// Its state, if it was ever checked.
    pub state: Option<&'a FeedState>,
    /// To be checked now whatever its state says (a command, changed settings).
    pub wanted: bool,
}

/// Chooses up to `free` feeds to check now: the longest due first, one for a host, none for a busy host.
#[must_use]
pub fn pick<'a>(
    candidates: impl IntoIterator<Item = Candidate<'a>>,
    busy: &HashSet<String>,
    free: usize,
    now: DateTime<Utc>,
) -> Vec<&'a str> {
    let when = |c: Candidate<'a>| {
        let due = if c.wanted { Some(DateTime::UNIX_EPOCH) } else { due(c.feed, c.state) };
        due.filter(|due| *due <= now).map(|due| (due, c.feed))
    };
    let mut due: Vec<(DateTime<Utc>, &Feed)> = candidates.into_iter().filter_map(when).collect();
    due.sort_by_key(|(due, _)| *due);
    let mut hosts: HashSet<&str> = HashSet::new();
    let alone = |feed: &Feed| host(feed).is_none_or(|host| !busy.contains(host));
    due.into_iter()
        .map(|(_, feed)| feed)
        .filter(|feed| alone(feed) && host(feed).is_none_or(|host| hosts.insert(host)))
        .take(free)
        .map(|feed| feed.id.as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:15:00Z".parse().unwrap()
    }

    fn feed(id: &str, url: &str) -> Feed {
        Feed::new(id, Url::parse(url).unwrap())
    }

    fn hours_until_next(state: &FeedState, answer: Answer) -> f64 {
        let feed = feed("a", "https://example.org/a.ics");
        let next = next_check(&feed, &Network::default(), state, answer, now());
        (next - now()).num_seconds() as f64 / 3600.0
    }

    fn good(fresh_for: Option<Duration>) -> Answer {
        Answer::Good { fresh_for }
    }

    fn about(hours: f64, wanted: f64) -> bool {
        (wanted..=wanted * 1.11).contains(&hours)
    }

    #[test]
    fn publishers_may_slow_us_down_but_not_stop_us() {
        let mut state = FeedState::default();
        assert!(about(hours_until_next(&state, good(None)), 1.0));
        assert!(about(hours_until_next(&state, good(Some(3 * HOUR))), 3.0));
        assert!(about(hours_until_next(&state, good(Some(10_000 * HOUR))), 24.0));
        state.asked_interval = Some(2 * 3600);
        assert!(about(hours_until_next(&state, good(None)), 2.0));
        state.asked_interval = Some(60);
        assert!(about(hours_until_next(&state, good(None)), 1.0));
    }

    #[test]
    fn failures_double_the_pause_up_to_a_day() {
        let curve = [1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 24.0];
        for (failures, wanted) in (1..).zip(curve) {
            let state = FeedState { failures, ..FeedState::default() };
            let hours = hours_until_next(&state, Answer::Failed { retry_after: None });
            assert!(about(hours, wanted) && hours <= 24.0, "{failures} failures: {hours}");
        }
        let many = FeedState { failures: u32::MAX, ..FeedState::default() };
        let hours = hours_until_next(&many, Answer::Failed { retry_after: Some(30 * HOUR) });
        assert!(about(hours, 30.0), "{hours}");
    }

    #[test]
    fn five_minutes_are_the_floor_unless_the_feed_allows_less() {
        let mut network = Network { poll_every: Duration::from_secs(10), ..Network::default() };
        let mut fast = feed("a", "https://example.org/");
        assert_eq!(interval(&fast, &network, &FeedState::default()), FLOOR);
        fast.poll_every = Some(Duration::from_secs(60));
        assert_eq!(interval(&fast, &network, &FeedState::default()).as_secs(), 60);
        network.poll_every = HOUR;
        let asks = FeedState { asked_interval: Some(7200), ..FeedState::default() };
        assert_eq!(interval(&fast, &network, &asks).as_secs(), 60);
    }

    #[test]
    fn jitter_is_a_function_of_the_feed() {
        let all: HashSet<Duration> = (0..50).map(|n| jitter(&format!("feed-{n}"), HOUR)).collect();
        assert!(all.len() > 45 && all.iter().all(|jitter| *jitter <= HOUR / 10));
        assert_eq!(jitter("a", HOUR), jitter("a", HOUR));
    }

    #[test]
    fn skipped_hours_and_days_are_waited_out() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let mut state = FeedState { skip_hours: vec![11, 12], ..FeedState::default() };
        let next = outside_skipped(at("2026-11-23T11:15:00Z"), &state);
        assert_eq!(next, at("2026-11-23T13:05:00Z"));
        state.skip_days = vec!["Monday".into()];
        let next = outside_skipped(at("2026-11-23T14:00:00Z"), &state);
        assert_eq!(next, at("2026-11-24T00:00:00Z"));
        state.skip_hours = (0..24).collect();
        assert_eq!(outside_skipped(now(), &state), now());
    }

    #[test]
    fn the_longest_due_come_first_and_hosts_have_one_guest() {
        let (a, b) = (feed("a", "https://one.example/a"), feed("b", "https://one.example/b"));
        let (c, d) = (feed("c", "https://two.example/c"), feed("d", "file:///srv/d.ics"));
        let e = feed("e", "file:///srv/e.ics");
        let checked = |minutes: i64| FeedState {
            last_check: Some(now()),
            next_check: Some(now() + TimeDelta::minutes(minutes)),
            ..FeedState::default()
        };
        let (older, old, later) = (checked(-9), checked(-5), checked(5));
        let with = |feed, state| Candidate { feed, state, wanted: false };
        let all = [
            with(&a, Some(&old)),
            with(&b, Some(&older)),
            with(&c, Some(&later)),
            with(&d, None),
            with(&e, Some(&old)),
        ];
        assert_eq!(pick(all, &HashSet::new(), 9, now()), ["d", "b", "e"]);
        assert_eq!(pick(all, &HashSet::from(["one.example".to_owned()]), 9, now()), ["d", "e"]);
        assert_eq!(pick(all, &HashSet::new(), 1, now()), ["d"]);
        let wanted = Candidate { feed: &c, state: Some(&later), wanted: true };
        assert_eq!(pick([wanted], &HashSet::new(), 9, now()), ["c"]);
        let paused = Feed { paused: true, ..a.clone() };
        assert_eq!(due(&paused, None), None);
        assert_eq!(due(&a, Some(&FeedState { gone: true, ..old })), None);
    }
}
