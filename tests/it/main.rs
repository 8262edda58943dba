//! All integration tests, in one program.

mod feed_corpus;
