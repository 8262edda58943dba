//! Folkmoot gathers the events that councils and the groups around them announce on their own sites, and gives
//! them back as one calendar.
//!
//! The modules stand in the order in which an event passes through them; each uses only those above it.

pub mod clock;

// The words.
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
