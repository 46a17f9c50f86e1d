//! What the owner agreed to once, in the configuration: exact commands of runbooks, by their hashes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RunbookId, Sha256};

/// One command that may run without being asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// Its name.
    pub id: String,
    /// The runbook.
    pub runbook: RunbookId,
    /// The hash of the command; another command needs another yes.
    pub sha256: Sha256,
    /// Why, in the owner's words.
    #[serde(default)]
    pub reason: String,
}

/// Whether this command of this runbook was agreed to.
pub fn approves(approvals: &[Approval], runbook: &RunbookId, sha256: &Sha256) -> bool {
    approvals.iter().any(|approval| approval.runbook == *runbook && approval.sha256 == *sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_byte_or_another_runbook_needs_another_yes() {
        let id = |text: &str| text.parse::<RunbookId>().unwrap();
        let list =
            [Approval { id: "up".to_owned(), runbook: id("a"), sha256: Sha256::of("uptime\n"), reason: String::new() }];
        assert!(approves(&list, &id("a"), &Sha256::of("uptime\n")));
        assert!(!approves(&list, &id("a"), &Sha256::of("uptime \n")));
        assert!(!approves(&list, &id("b"), &Sha256::of("uptime\n")));
        assert!(!approves(&[], &id("a"), &Sha256::of("uptime\n")));
    }
}
