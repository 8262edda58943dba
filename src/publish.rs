//! Turns listings into what people and programs read.

pub mod page;
