//! One guest at a time at each host, with a pause between two visits.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Turn, OwnedMutexGuard},
    time::Instant,
};

/// Hosts that are remembered before those at rest are dropped.
const REMEMBERED: usize = 4_096;

/// When the last visit ended.
type Last = Option<Instant>;

/// The turns at all hosts.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    turns: Mutex<HashMap<String, Arc<Turn<Last>>>>,
}

/// A visit; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Visit {
    last: OwnedMutexGuard<Last>,
}

impl Drop for Visit {
    fn drop(&mut self) {
        *self.last = Some(Instant::now());
    }
}

impl Hosts {
    /// Waits for a turn at a host, and until `pause` has passed since the last one ended.
    pub(super) async fn visit(&self, host: &str, pause: Duration) -> Visit {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() > REMEMBERED {
                turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            }
            Arc::clone(turns.entry(host.to_ascii_lowercase()).or_default())
        };
        let last = turn.lock_owned().await;
        if let Some(ended) = *last {
            tokio::time::sleep_until(ended + pause).await;
        }
        Visit { last }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_host_has_one_guest_at_a_time() {
        let hosts = Hosts::default();
        let visit = hosts.visit("Example.org", Duration::ZERO).await;
        let mut second = Box::pin(hosts.visit("example.org", Duration::ZERO));
        assert!((&mut second).now_or_never().is_none());
        let other = Box::pin(hosts.visit("elsewhere.org", Duration::ZERO)).await;
        drop((visit, other));
        drop(second.await);
        // An hour's pause is not over at once.
        let mut third = Box::pin(hosts.visit("example.org", Duration::from_secs(3600)));
        assert!((&mut third).now_or_never().is_none());
    }
}
