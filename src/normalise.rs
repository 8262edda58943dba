//! Makes sense of what a feed wrote: zones, repeats and series.

pub mod zone;
pub mod recurrence;
pub mod series;
