//! What calendar programs and feed readers subscribe to.

use super::{
    answer::{Answer, Refusal},
    ask::Ask,
};
use crate::publish::page::feeds::health_atom;

pub(super) fn calendar(_ask: &Ask) -> Result<Answer, Refusal> {
    Err(Refusal::Broken)
}
pub(super) fn service(ask: &Ask) -> Result<Answer, Refusal> {
    calendar(ask)
}
pub(super) fn kind(ask: &Ask) -> Result<Answer, Refusal> {
    calendar(ask)
}
pub(super) fn council(ask: &Ask) -> Result<Answer, Refusal> {
    calendar(ask)
}
pub(super) fn region(ask: &Ask) -> Result<Answer, Refusal> {
    calendar(ask)
}
pub(super) fn group(ask: &Ask) -> Result<Answer, Refusal> {
    calendar(ask)
}
pub(super) fn event(ask: &Ask, _id: &str) -> Result<Answer, Refusal> {
    calendar(ask)
}
pub(super) fn atom(ask: &Ask) -> Result<Answer, Refusal> {
    calendar(ask)
}
pub(super) fn json_feed(ask: &Ask) -> Result<Answer, Refusal> {
    calendar(ask)
}
pub(super) fn csv(ask: &Ask) -> Result<Answer, Refusal> {
    calendar(ask)
}

/// `/feeds/{id}/health.atom`.
pub(super) fn health(ask: &Ask) -> Result<Answer, Refusal> {
    ask.no_parameters()?;
    let view = ask
        .catalogue
        .feed(ask.id())
        .ok_or_else(|| Refusal::NotFound("We know of no such feed.".into()))?;
    Ok(Answer::new("application/atom+xml", health_atom(&ask.site(), view)))
}
