//! Bounds the work that one body may make: a word from outside that nobody waits any more, and counts of what rules cost.
//!
//! A thread cannot be stopped from outside, so the work asks between items and between rules whether it shall go on.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Rules of one body that never come to a date and are found out one by one; after so many, all but the plainest
/// rules are dropped unseen.
const MOST_BARREN: u32 = 20;
/// Dates that all rules of one body may give in two years: two thousand meetings a week come to a fifth of it.
const MOST_DATES: u64 = 1_000_000;

/// Tells work on another thread that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether it was told.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Tells it.
    pub fn tell(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Tells it when this is dropped.
    #[must_use]
    pub fn at_leaving(&self) -> Leaving {
        Leaving(self.clone())
    }
}

/// Held by whoever waits for the work.
#[derive(Debug)]
pub struct Leaving(Stop);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.tell();
    }
}

/// What is left for one body.
#[derive(Debug)]
pub struct Budget {
    stop: Stop,
    barren: Cell<u32>,
    dates: Cell<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Stop::default())
    }
}

impl Budget {
    /// A fresh one.
    #[must_use]
    pub fn new(stop: Stop) -> Self {
        Self { stop, barren: Cell::new(MOST_BARREN), dates: Cell::new(MOST_DATES) }
    }

    /// Nobody waits any more: what is being made will be thrown away.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.is_told()
    }

    /// Whether one more rule may be followed to see if it has dates at all.
    pub(super) fn may_try(&self) -> bool {
        self.barren.get() > 0 && !self.is_stopped()
    }

    /// A rule had none.
    pub(super) fn was_barren(&self) {
        self.barren.set(self.barren.get().saturating_sub(1));
    }

    /// Takes the dates of a rule, if they are left.
    pub(super) fn take_dates(&self, dates: u64) -> bool {
        let left = self.dates.get().checked_sub(dates);
        self.dates.set(left.unwrap_or(self.dates.get()));
        left.is_some()
    }
}
