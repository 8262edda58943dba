//! Whether it is us: when sites that worked all fail together, nobody is blamed and one of them is tried now and then.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

/// Hosts that must fail together.
const TOGETHER: usize = 3;
/// How close together.
const WITHIN: TimeDelta = TimeDelta::minutes(10);
/// Between two trials while we are offline.
const TRY_EVERY: TimeDelta = TimeDelta::minutes(1);
/// For this long after we came back, checks resume gently.
const GENTLE_FOR: TimeDelta = TimeDelta::minutes(2);
/// Checks at once in that time.
const GENTLY: usize = 4;

/// What a failure means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// It is the site's.
    Theirs,
    /// It is ours, and these feeds were blamed wrongly in the last minutes.
    OursNow(Vec<String>),
    /// It is ours, as known.
    Ours,
}

/// The memory behind that judgement.
#[derive(Debug, Clone, Default)]
pub struct Weather {
    /// Hosts that worked before and failed since the last success: feeds and when.
    failed: BTreeMap<String, (Vec<String>, DateTime<Utc>)>,
    /// Since when we are offline.
    since: Option<DateTime<Utc>>,
    /// Last trial while offline.
    tried: Option<DateTime<Utc>>,
    /// When we came back.
    back: Option<DateTime<Utc>>,
}

impl Weather {
    /// Since when we are offline.
    #[must_use]
    pub fn offline_since(&self) -> Option<DateTime<Utc>> {
        self.since
    }

    /// Some site answered, whatever it said. True when that ends being offline.
    pub fn answered(&mut self, now: DateTime<Utc>) -> bool {
        self.failed.clear();
        let was = self.since.take().is_some();
        if was {
            self.back = Some(now);
        }
        was
    }

    /// A site could not be reached; `worked` tells whether its last check was good.
    pub fn unreachable(
        &mut self,
        feed: &str,
        host: &str,
        worked: bool,
        now: DateTime<Utc>,
    ) -> Meaning {
        if self.since.is_some() {
            return Meaning::Ours;
        }
        self.failed.retain(|_, (_, at)| now - *at <= WITHIN);
        if worked {
            let (feeds, at) =
                self.failed.entry(host.to_owned()).or_insert_with(|| (Vec::new(), now));
            feeds.push(feed.to_owned());
            *at = now;
        }
        if self.failed.len() < TOGETHER {
            return Meaning::Theirs;
        }
        (self.since, self.tried) = (Some(now), Some(now));
        let blamed = std::mem::take(&mut self.failed).into_values().flat_map(|(feeds, _)| feeds);
        Meaning::OursNow(blamed.filter(|blamed| blamed != feed).collect())
    }

    /// How many checks may run at once now.
    pub fn slots(&mut self, usual: usize, now: DateTime<Utc>) -> usize {
        if self.since.is_some() {
            if self.tried.is_some_and(|tried| now - tried < TRY_EVERY) {
                return 0;
            }
            return 1;
        }
        match self.back {
            Some(back) if now - back < GENTLE_FOR => usual.min(GENTLY),
            _ => usual,
        }
    }

    /// A check was begun.
    pub fn began(&mut self, now: DateTime<Utc>) {
        if self.since.is_some() {
            self.tried = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn nobody_is_blamed_when_all_fail_together() {
        let mut weather = Weather::default();
        assert_eq!(weather.unreachable("a", "one", true, at(0)), Meaning::Theirs);
        assert_eq!(weather.unreachable("b", "one", true, at(1)), Meaning::Theirs);
        assert_eq!(weather.unreachable("c", "two", true, at(2)), Meaning::Theirs);
        let now = weather.unreachable("d", "three", true, at(3));
        assert_eq!(now, Meaning::OursNow(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(weather.unreachable("e", "four", true, at(4)), Meaning::Ours);
        assert_eq!((weather.slots(16, at(5)), weather.slots(16, at(63))), (0, 1));
        weather.began(at(63));
        assert_eq!(weather.slots(16, at(64)), 0);
        assert!(weather.answered(at(70)));
        assert_eq!(weather.offline_since(), None);
        assert_eq!((weather.slots(16, at(71)), weather.slots(16, at(300))), (4, 16));
    }

    #[test]
    fn broken_sites_are_no_sign() {
        let mut weather = Weather::default();
        for (n, host) in ["one", "two", "three", "four"].into_iter().enumerate() {
            let meaning = weather.unreachable(host, host, false, at(i64::try_from(n).unwrap()));
            assert_eq!(meaning, Meaning::Theirs);
        }
        // Nor are failures with a success between them, or hours apart.
        weather.unreachable("a", "a", true, at(10));
        weather.unreachable("b", "b", true, at(11));
        assert!(!weather.answered(at(12)));
        assert_eq!(weather.unreachable("c", "c", true, at(13)), Meaning::Theirs);
        assert_eq!(weather.unreachable("d", "d", true, at(7000)), Meaning::Theirs);
        assert_eq!(weather.unreachable("e", "e", true, at(7001)), Meaning::Theirs);
    }
}
