//! The one filter language of every output (DESIGN, section 5.3).
