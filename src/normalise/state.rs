//! Takes the words that are no part of a name ("CANCELLED:", "fully booked", "free") out of a title, into fields.
