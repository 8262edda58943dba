//! Makes sense of items: what a feed wrote becomes an event in our words.

pub mod phrase;
pub mod state;
