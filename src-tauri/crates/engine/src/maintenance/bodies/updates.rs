//! What the system's own records say of updates, restarts and its fitness.

use caretaker_core::maintenance::{Finding, Outcome};
use caretaker_core::problem::Problem;
use caretaker_core::view::{CheckState, CheckView};

use crate::engine::Engine;

/// Checks of the machine that are about updates.
const WANTED: [&str; 4] = ["updates", "restart", "brew", "packages"];

/// Asks nobody but the system.
pub(super) async fn updates(engine: &Engine) -> Result<Outcome, Problem> {
    let checks = (engine.0.server)(engine.now()).await;
    let findings: Vec<Finding> =
        checks.iter().filter(|check| WANTED.contains(&check.name.as_str())).map(told).collect();
    if findings.is_empty() {
        return Ok(Outcome::done("The system keeps no records of updates that Caretaker can read."));
    }
    let pending = checks.iter().any(|check| WANTED.contains(&check.name.as_str()) && is_bad(check));
    Ok(Outcome::found(if pending { "Updates or a restart are due." } else { "Nothing is due." }, findings))
}

fn is_bad(check: &CheckView) -> bool {
    matches!(check.state, CheckState::Warning | CheckState::Failed)
}

fn told(check: &CheckView) -> Finding {
    let make = if is_bad(check) { Finding::attention } else { Finding::note };
    make(check.name.clone(), check.detail.clone()).hint(check.hint.clone())
}
