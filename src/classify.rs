//! Decides what an event is about, what kind it is and whether it is for this calendar, saying why.

pub mod fold;
