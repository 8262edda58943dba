//! WebSub (W3C Recommendation, 23 January 2018): a hub tells us when a feed has changed, so that we need not wait until
//! it is due.
//!
//! What a hub sends is believed only as far as "look now": its signature is checked, its content is not looked at, and the
//! feed is asked as always. Polling goes on beside it, since hubs fall silent.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};
use url::Url;

use super::{Memory, Refresher, Settings};
use crate::{
    feed::Feed,
    fetch::Request,
    health::{FeedState, Subscription},
    store::Commit,
};

/// How long we ask to be told of changes.
const LEASE: TimeDelta = TimeDelta::days(10);
/// No promise of a hub is believed for longer.
const LONGEST_LEASE: TimeDelta = TimeDelta::days(30);
/// A lease is renewed this long before it ends.
const RENEW_BEFORE: TimeDelta = TimeDelta::days(1);
/// Between two questions for a renewal.
const ASK_EVERY: TimeDelta = TimeDelta::hours(6);
/// A hub that did not answer is asked again after this long.
const SILENT_RESTS: TimeDelta = TimeDelta::days(1);
/// A hub that refused, after this long.
const DENIED_RESTS: TimeDelta = TimeDelta::days(7);

/// What a hub wants to know before it sends anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// `hub.mode`.
    pub mode: String,
    /// `hub.topic`.
    pub topic: String,
    /// `hub.challenge`.
    pub challenge: String,
    /// `hub.lease_seconds`.
    pub lease: Option<i64>,
}

/// Takes over what an answer says of its hub. `own` tells whether we have an address at which a hub could reach us.
pub(super) fn discovered(
    state: &mut FeedState,
    feed: &Feed,
    (hub, topic): (Option<Url>, Option<Url>),
    own: bool,
) {
    // What travels to the hub and back is a secret: no hub is less protected than the feed itself.
    let fits = |hub: &Url| hub.scheme() == "https" || feed.url.scheme() != "https";
    let found = hub.filter(|hub| own && fits(hub)).map(String::from).zip(topic.map(String::from));
    let known = state.websub.take();
    state.websub = found.and_then(|(hub, topic)| match known {
        Some(known) if known.hub == hub && known.topic == topic => Some(known),
        _ => Some(Subscription {
            hub,
            topic,
            token: random_word()?,
            secret: random_word()?,
            asked: None,
            until: None,
            denied: false,
        }),
    });
}

/// 32 letters that nobody can guess.
fn random_word() -> Option<String> {
    let mut bytes = [0; 20];
    let filled = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
    let whole = filled.is_ok_and(|filled| filled == bytes.len());
    whole.then(|| data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

/// Whether a hub is to be asked.
fn is_due(subscription: &Subscription, now: DateTime<Utc>) -> bool {
    let rested = |rests| subscription.asked.is_none_or(|asked| now - asked >= rests);
    match subscription.until {
        _ if subscription.denied => rested(DENIED_RESTS),
        Some(until) => until - now < RENEW_BEFORE && rested(ASK_EVERY),
        None => rested(SILENT_RESTS),
    }
}

/// Whether a signature (`X-Hub-Signature`) is that of a body; the comparison takes the same time wherever they differ.
/// SHA-1, which the standard also knows, is not enough.
fn is_signed(secret: &str, signature: &str, body: &[u8]) -> bool {
    fn verified<M: Mac + KeyInit>(secret: &str, code: &[u8], body: &[u8]) -> bool {
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret.as_bytes()) else { return false };
        mac.update(body);
        mac.verify_slice(code).is_ok()
    }
    let Some((method, code)) = signature.trim().split_once('=') else { return false };
    let Ok(code) = data_encoding::HEXLOWER_PERMISSIVE.decode(code.as_bytes()) else { return false };
    match method {
        "sha256" => verified::<Hmac<Sha256>>(secret, &code, body),
        "sha384" => verified::<Hmac<Sha384>>(secret, &code, body),
        "sha512" => verified::<Hmac<Sha512>>(secret, &code, body),
        _ => false,
    }
}

fn holder<'a>(memory: &'a Memory, token: &str) -> Option<(&'a FeedState, &'a Subscription)> {
    let with = |state: &'a FeedState| Some((state, state.websub.as_ref()?));
    let mut all = memory.feeds.values().filter(|state| state.removed_since.is_none());
    all.find_map(|state| with(state).filter(|(_, subscription)| subscription.token == token))
}

impl Refresher {
    /// A feed whose hub is to be asked now, if there is one and nothing else is under way.
    #[must_use]
    pub fn hub_to_ask(&self, settings: &Settings, now: DateTime<Utc>) -> Option<String> {
        settings.config.network.url.as_ref()?;
        let memory = self.try_memory()?;
        let active =
            |state: &&FeedState| settings.feeds.get(&state.feed).is_some_and(|feed| !feed.paused);
        let due = |state: &&FeedState| state.websub.as_ref().is_some_and(|sub| is_due(sub, now));
        memory.feeds.values().filter(active).find(due).map(|state| state.feed.clone())
    }

    /// Asks a hub to tell of changes.
    pub async fn subscribe(&self, settings: &Arc<Settings>, feed: &str, now: DateTime<Utc>) {
        let (Some(base), Some(feed)) = (&settings.config.network.url, settings.feeds.get(feed))
        else {
            return;
        };
        // Written down first: a hub may ask back before it answers.
        let asked = |subscription: &mut Subscription| {
            (subscription.asked, subscription.denied) = (Some(now), false);
        };
        let Some(subscription) = self.amend(&feed.id, now, asked).await else { return };
        let Ok(hub) = Url::parse(&subscription.hub) else { return };
        let own = hub.host_str() == feed.url.host_str();
        let request = Request {
            allow_private: feed.allow_private_address && own,
            port: feed.url.port(),
            ..Request::new(hub.clone())
        };
        let callback =
            format!("{}/websub/{}", base.as_str().trim_end_matches('/'), subscription.token);
        let form = [
            ("hub.mode", "subscribe"),
            ("hub.topic", &subscription.topic),
            ("hub.callback", &callback),
            ("hub.secret", &subscription.secret),
            ("hub.lease_seconds", &LEASE.num_seconds().to_string()),
        ];
        let pause = settings.config.network.host_delay;
        let answered = self.reader.post(&request, &form, pause).await;
        let feed = &feed.id;
        match answered {
            Ok(status) if (200..300).contains(&status) => {
                tracing::info!(feed, "asked the hub of {feed} to tell of its changes");
            }
            Ok(status) => {
                tracing::info!(feed, status, "the hub of {feed} refuses; it is polled as before")
            }
            Err(failure) => {
                tracing::info!(feed, error = %failure.kind, "the hub of {feed} cannot be asked; it is polled as before");
            }
        }
    }

    /// Whether a callback address is one of ours.
    pub async fn knows_callback(&self, token: &str) -> bool {
        holder(&*self.memory().await, token).is_some()
    }

    /// A hub asks whether we meant it; what we answer, if we did.
    pub async fn verify(
        &self,
        token: &str,
        asked: Verification,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let feed = {
            let memory = self.memory().await;
            let (state, subscription) = holder(&memory, token)?;
            let meant = subscription.asked.is_some() && subscription.topic == asked.topic;
            meant.then(|| state.feed.clone())?
        };
        match asked.mode.as_str() {
            "subscribe" => {
                let lease = asked.lease.and_then(TimeDelta::try_seconds).unwrap_or(LEASE);
                let until = now + lease.clamp(TimeDelta::zero(), LONGEST_LEASE);
                let verified = |subscription: &mut Subscription| subscription.until = Some(until);
                self.amend(&feed, now, verified).await?;
                tracing::info!(feed, %until, "the hub of {feed} tells of its changes");
                Some(asked.challenge)
            }
            "denied" => {
                let denied = |subscription: &mut Subscription| {
                    (subscription.until, subscription.denied) = (None, true);
                };
                self.amend(&feed, now, denied).await?;
                tracing::info!(feed, "the hub of {feed} refuses; it is polled as before");
                Some(String::new())
            }
            // We never ask to be told no more.
            _ => None,
        }
    }

    /// The feed that a hub tells of, if it is the hub that speaks.
    pub async fn told_by_hub(
        &self,
        token: &str,
        signature: Option<&str>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Option<String> {
        let memory = self.memory().await;
        let (state, subscription) = holder(&memory, token)?;
        let live = subscription.until.is_some_and(|until| now < until);
        let signed = signature.is_some_and(|code| is_signed(&subscription.secret, code, body));
        (live && signed).then(|| state.feed.clone())
    }

    /// Changes what is kept of a subscription; `None` where there is none, or it could not be kept.
    async fn amend(
        &self,
        feed: &str,
        now: DateTime<Utc>,
        change: impl FnOnce(&mut Subscription),
    ) -> Option<Subscription> {
        let mut memory = Arc::clone(&self.memory).lock_owned().await;
        let mut state = memory.feeds.get(feed)?.clone();
        change(state.websub.as_mut()?);
        let subscription = state.websub.clone();
        let commit = Arc::new(Commit { feeds: vec![state], ..Commit::new(now) });
        match self.store.commit(Arc::clone(&commit)).await {
            Ok(done) => memory.apply(&commit, &done),
            Err(error) => {
                tracing::warn!(feed, %error, "a subscription could not be kept");
                return None;
            }
        }
        subscription
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + hours * 3600, 0).unwrap()
    }

    fn found(hub: &str, topic: &str) -> (Option<Url>, Option<Url>) {
        (Url::parse(hub).ok(), Url::parse(topic).ok())
    }

    #[test]
    fn signatures_are_those_of_the_standards_examples_or_refused() {
        // RFC 4231, test case 2.
        let (secret, body) = ("Jefe", b"what do ya want for nothing?");
        let sha256 = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(is_signed(secret, sha256, body));
        assert!(is_signed(secret, &sha256.to_uppercase().replace("SHA", "sha"), body));
        let sha384 = "sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649";
        assert!(is_signed(secret, sha384, body));
        // RFC 2202, test case 2: right, but not enough.
        assert!(!is_signed(secret, "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", body));
        for wrong in
            ["", "sha256", "sha256=", "sha256=00", &sha256[..60], "md5=00", &format!("{sha256}00")]
        {
            assert!(!is_signed(secret, wrong, body), "{wrong}");
        }
        assert!(!is_signed("other", sha256, body) && !is_signed(secret, sha256, b"other"));
    }

    #[test]
    fn a_hub_is_taken_up_kept_and_let_go() {
        let feed = Feed::new("a", Url::parse("https://a.example/feed.xml").unwrap());
        let mut state = FeedState::default();
        discovered(&mut state, &feed, found("https://hub.example/", "https://a.example/"), false);
        assert_eq!(state.websub, None, "nobody could reach us");
        discovered(&mut state, &feed, found("http://hub.example/", "https://a.example/"), true);
        assert_eq!(state.websub, None, "less protected than the feed");
        discovered(&mut state, &feed, found("https://hub.example/", "https://a.example/"), true);
        let first = state.websub.clone().unwrap();
        assert!(first.token.len() == 32 && first.secret.len() == 32 && first.token != first.secret);
        discovered(&mut state, &feed, found("https://hub.example/", "https://a.example/"), true);
        assert_eq!(state.websub.as_ref(), Some(&first));
        discovered(&mut state, &feed, found("https://other.example/", "https://a.example/"), true);
        assert_ne!(state.websub.as_ref().unwrap().token, first.token);
        discovered(&mut state, &feed, (None, None), true);
        assert_eq!(state.websub, None);
    }

    #[test]
    fn hubs_are_asked_once_again_before_the_lease_ends_and_seldom_when_they_are_silent() {
        let mut subscription = Subscription {
            hub: "https://hub.example/".into(),
            topic: "https://a.example/".into(),
            token: "t".into(),
            secret: "s".into(),
            asked: None,
            until: None,
            denied: false,
        };
        assert!(is_due(&subscription, at(0)));
        subscription.asked = Some(at(0));
        assert!(!is_due(&subscription, at(23)) && is_due(&subscription, at(24)));
        subscription.until = Some(at(240));
        assert!(!is_due(&subscription, at(215)) && is_due(&subscription, at(217)));
        subscription.asked = Some(at(217));
        assert!(!is_due(&subscription, at(222)) && is_due(&subscription, at(223)));
        subscription.denied = true;
        assert!(!is_due(&subscription, at(300)) && is_due(&subscription, at(400)));
    }
}
