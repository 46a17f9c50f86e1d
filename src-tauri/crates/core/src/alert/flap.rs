//! Alerts that go up and down all the time: one alert that says so, instead of twenty that come and go.

use super::{Change, Instance};
use crate::time::{Span, Timestamp};

/// So many turns within 30 minutes are flapping.
const TURNS: usize = 4;
/// Four turns within this time are flapping; older ones are forgotten.
pub const WITHIN: Span = Span::from_minutes(30);
/// A flapping alert ends, or stops flapping, after this much time without a turn.
pub const STABLE: Span = Span::from_minutes(15);
/// Turns that are remembered.
const MOST_TURNS: usize = 16;

/// Notes that an alert turned at `at`; says so when that makes it flap.
pub fn turn(alert: &mut Instance, at: Timestamp) -> Vec<Change> {
    alert.turns.retain(|turn| recent(*turn, at));
    alert.turns.push(at);
    alert.turns.drain(..alert.turns.len().saturating_sub(MOST_TURNS));
    if alert.flapping || alert.turns.len() < TURNS {
        return Vec::new();
    }
    alert.flapping = true;
    vec![Change::Flapping { turns: alert.turns.len() }]
}

/// An alert that was up all the time lately does not flap any more.
pub fn settle(alert: &mut Instance, at: Timestamp) {
    let last = alert.turns.iter().filter(|turn| **turn <= at).max();
    if alert.flapping && last.is_none_or(|last| at.since(*last) >= STABLE) {
        alert.flapping = false;
        alert.turns.clear();
    }
}

/// Whether a turn still counts. Stamps of before the clock was set back do not.
pub fn recent(turn: Timestamp, at: Timestamp) -> bool {
    turn <= at && at.since(turn) <= WITHIN
}
