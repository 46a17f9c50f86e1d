//! The room that the home keeps for a full disk: laid down whenever there is enough, named as degraded while it is missing.

use caretaker_core::problem::Problem;
use caretaker_core::time::Timestamp;
use caretaker_store::StateStore;

use crate::degraded::DegradedParts;

const PART: &str = "reserve";

/// Lays the reserve down unless it is there; says whether that changed what is degraded.
pub(crate) fn lay_down(state: &StateStore, degraded: &DegradedParts, now: Timestamp) -> bool {
    match state.restore_reserve() {
        Ok(true) => degraded.recovered(PART),
        Ok(false) => {
            let why = "the disk is full: there is no room for the reserve that alerts are stored in then";
            degraded.report(PART, why, "free some space; Caretaker lays the reserve down again by itself", now)
        }
        Err(error) => {
            let problem = Problem::from(error);
            degraded.report(PART, problem.message, &problem.hint, now)
        }
    }
}
