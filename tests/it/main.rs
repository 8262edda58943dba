//! The integration tests, in one binary.

mod ical_corpus;
mod published;
