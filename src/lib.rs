//! Folkmoot gathers the events that councils and the groups around them announce on their own sites, and gives
//! them back as one calendar.
//!
//! The modules stand in the order in which an event passes through them; each uses only those above it.

#![forbid(unsafe_code)]

pub mod clock;

// The words.
pub mod language;
pub mod vocabulary;
pub mod member;
pub mod feed;
pub mod event;
pub mod query;

// From the wire to the store.
pub mod config;
pub mod fetch;
pub mod read;
pub mod health;
pub mod normalise;
pub mod classify;
pub mod merge;
pub mod reconcile;
pub mod store;

// From the store to people.
pub mod catalogue;
pub mod publish;

// From the wild to the tests.
pub mod case;

// What runs it.
pub mod schedule;
pub mod refresh;
pub mod server;
pub mod daemon;
