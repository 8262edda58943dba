//! How often one address may ask: a token bucket for each, in a table that cannot grow without end.
//!
//! Off unless the operator says otherwise, since many councils reach the world through one address each. Calendars have a
//! bucket of their own, so that a busy reader of pages starves no subscriber behind the same address; and "nothing has
//! changed" costs a tenth of an answer, so that a client with manners can ask ten times as often.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::RateLimit;

/// Addresses remembered. One that is forgotten begins anew with a full bucket.
const MOST_ADDRESSES: usize = 20_000;
/// What an answer without a body (304) costs less than a whole one.
const GIVEN_BACK: u64 = WHOLE / 10 * 9;

/// What is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Purse {
    /// Pages and the API.
    Requests,
    /// Calendars and feeds, which programs fetch on their own.
    Calendars,
}

impl Purse {
    /// Whose turn it is to pay for a path.
    pub(crate) fn of_path(path: &str) -> Self {
        let calendar = [".ics", ".atom", "/feed.json"].iter().any(|ending| path.ends_with(ending));
        if calendar { Self::Calendars } else { Self::Requests }
    }

    /// Its name in the header fields.
    fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Calendars => "calendars",
        }
    }
}

/// Thousandths of a request, so that a tenth is exact.
const WHOLE: u64 = 1_000;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// In thousandths of a request.
    level: u64,
    /// Until when it was filled.
    at: DateTime<Utc>,
}

impl Bucket {
    fn full(limit: RateLimit, now: DateTime<Utc>) -> Self {
        Self { level: u64::from(limit.burst) * WHOLE, at: now }
    }

    fn filled(self, limit: RateLimit, now: DateTime<Utc>) -> Self {
        // A clock that is set back takes nothing away, and begins anew from there.
        let passed = u64::try_from((now - self.at).num_milliseconds()).unwrap_or(0);
        let rate = u64::from(limit.per_minute).max(1);
        let gained = passed.saturating_mul(rate) / 60;
        let level = self.level.saturating_add(gained).min(u64::from(limit.burst) * WHOLE);
        // What was too little for a thousandth counts the next time.
        let counted = i64::try_from((gained * 60).div_ceil(rate)).unwrap_or(i64::MAX);
        let at = if self.at > now { now } else { self.at + TimeDelta::milliseconds(counted) };
        Self { level, at }
    }
}

/// What became of a request, for the header fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    purse: Purse,
    limit: RateLimit,
    /// Whole requests left.
    pub(crate) remaining: u32,
    /// Seconds until the bucket is full.
    reset: u32,
    /// Seconds until the next request is answered, when this one is not.
    pub(crate) wait: Option<u32>,
}

impl Standing {
    fn new(purse: Purse, limit: RateLimit, bucket: Bucket, allowed: bool) -> Self {
        let full = u64::from(limit.burst) * WHOLE;
        Self {
            purse,
            limit,
            remaining: u32::try_from(bucket.level / WHOLE).unwrap_or(u32::MAX),
            reset: seconds(limit, full.saturating_sub(bucket.level)),
            wait: (!allowed).then(|| seconds(limit, WHOLE.saturating_sub(bucket.level)).max(1)),
        }
    }

    /// `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): so many requests in so many seconds.
    pub(crate) fn policy(&self) -> String {
        let window = seconds(self.limit, u64::from(self.limit.burst) * WHOLE).max(1);
        format!("\"{}\";q={};w={window}", self.purse.name(), self.limit.burst)
    }

    /// `RateLimit`: so many are left, and all of them again in so many seconds.
    pub(crate) fn left(&self) -> String {
        format!("\"{}\";r={};t={}", self.purse.name(), self.remaining, self.reset)
    }
}

/// How long a bucket takes to gain so many thousandths.
fn seconds(limit: RateLimit, level: u64) -> u32 {
    let rate = u64::from(limit.per_minute).max(1) * WHOLE;
    u32::try_from((level * 60).div_ceil(rate)).unwrap_or(u32::MAX)
}

/// All buckets.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    buckets: Mutex<HashMap<(IpAddr, Purse), Bucket>>,
}

impl Limiter {
    fn buckets(&self) -> MutexGuard<'_, HashMap<(IpAddr, Purse), Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request's worth from an address's bucket, if that much is in it.
    pub(crate) fn take(
        &self,
        limit: RateLimit,
        address: IpAddr,
        purse: Purse,
        now: DateTime<Utc>,
    ) -> Standing {
        let key = (neighbourhood(address), purse);
        let mut buckets = self.buckets();
        let known = buckets.get(&key).copied();
        let mut bucket = match known {
            Some(bucket) => bucket.filled(limit, now),
            None => Bucket::full(limit, now),
        };
        let allowed = bucket.level >= WHOLE;
        if allowed {
            bucket.level -= WHOLE;
        }
        if known.is_none() && buckets.len() >= MOST_ADDRESSES {
            make_room(&mut buckets, limit, now);
        }
        buckets.insert(key, bucket);
        Standing::new(purse, limit, bucket, allowed)
    }

    /// Gives most of it back: the answer had nothing new to say.
    pub(crate) fn give_back(
        &self,
        limit: RateLimit,
        address: IpAddr,
        purse: Purse,
        now: DateTime<Utc>,
    ) -> Option<Standing> {
        let mut buckets = self.buckets();
        let bucket = buckets.get_mut(&(neighbourhood(address), purse))?;
        bucket.level += GIVEN_BACK;
        *bucket = bucket.filled(limit, now);
        Some(Standing::new(purse, limit, *bucket, true))
    }
}

/// Full buckets say nothing; of the others the older half goes when that is not enough.
fn make_room(buckets: &mut HashMap<(IpAddr, Purse), Bucket>, limit: RateLimit, now: DateTime<Utc>) {
    let full = u64::from(limit.burst) * WHOLE;
    buckets.retain(|_, bucket| bucket.filled(limit, now).level < full);
    if buckets.len() < MOST_ADDRESSES / 4 * 3 {
        return;
    }
    let mut ages: Vec<DateTime<Utc>> = buckets.values().map(|bucket| bucket.at).collect();
    ages.sort_unstable();
    let Some(middle) = ages.get(ages.len() / 2).copied() else { return };
    buckets.retain(|_, bucket| bucket.at > middle);
}

/// A household or an office has as many IPv6 addresses as it likes, but they share their first 64 bits.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: RateLimit = RateLimit { per_minute: 60, burst: 3 };

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_800_000_000_000 + milliseconds).unwrap()
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_passes_then_one_a_second() {
        let limiter = Limiter::default();
        let take = |ms| limiter.take(LIMIT, address("192.0.2.1"), Purse::Requests, at(ms));
        let left: Vec<u32> = (0..3).map(|_| take(0).remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = take(0);
        assert_eq!((refused.wait, refused.remaining), (Some(1), 0));
        assert_eq!(refused.left(), "\"requests\";r=0;t=3");
        assert_eq!(refused.policy(), "\"requests\";q=3;w=3");
        assert_eq!(take(900).wait, Some(1));
        assert_eq!(take(1_000).wait, None);
        assert_eq!(take(1_000).wait, Some(1));
        // A clock that goes back neither gives nor takes.
        assert_eq!(take(-60_000).wait, Some(1));
    }

    #[test]
    fn addresses_and_calendars_are_counted_apart() {
        let limiter = Limiter::default();
        let take = |who: &str, purse| limiter.take(LIMIT, address(who), purse, at(0)).wait;
        for _ in 0..3 {
            assert_eq!(take("2001:db8::1", Purse::Requests), None);
        }
        assert_eq!(take("2001:db8::2", Purse::Requests), Some(1), "the same network");
        assert_eq!(take("2001:db8::1", Purse::Calendars), None);
        assert_eq!(take("2001:db8:0:1::1", Purse::Requests), None);
        assert_eq!(take("192.0.2.1", Purse::Requests), None);
        assert_eq!(take("::ffff:192.0.2.1", Purse::Requests), None);
        assert_eq!(take("192.0.2.1", Purse::Requests), None);
        assert_eq!(
            take("::ffff:192.0.2.1", Purse::Requests),
            Some(1),
            "one address, two spellings"
        );
    }

    #[test]
    fn nothing_new_costs_a_tenth() {
        let limiter = Limiter::default();
        let who = address("192.0.2.1");
        for turn in 0..20 {
            let standing = limiter.take(LIMIT, who, Purse::Calendars, at(0));
            assert_eq!(standing.wait, None, "{turn}");
            limiter.give_back(LIMIT, who, Purse::Calendars, at(0));
        }
        for turn in 0.. {
            if limiter.take(LIMIT, who, Purse::Calendars, at(0)).wait.is_some() {
                assert_eq!(turn, 1, "20 tenths were spent of 3, so that one whole answer was left");
                break;
            }
        }
    }

    #[test]
    fn the_table_is_bounded_and_the_busy_stay() {
        let limiter = Limiter::default();
        let busy = address("198.51.100.1");
        for number in 0..50_000_u32 {
            let who = IpAddr::V4((0x0a00_0000 + number).into());
            limiter.take(LIMIT, who, Purse::Requests, at(i64::from(number)));
            limiter.take(LIMIT, busy, Purse::Requests, at(i64::from(number)));
        }
        assert!(limiter.buckets().len() <= MOST_ADDRESSES);
        assert!(limiter.take(LIMIT, busy, Purse::Requests, at(50_000)).remaining < 3);
    }
}
