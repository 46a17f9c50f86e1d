//! `[[approval]]`: commands of runbooks that may run without being asked about.

use schemars::JsonSchema;

use crate::config::fields::Fields;
use crate::config::problem::ProblemCode;
use crate::runbook::{Approval, RunbookId, Sha256};

/// A command of a runbook that its owner agreed to once, so that it may run where nobody can be asked. It is named by the hash of its
/// exact text: when the text changes, the approval is void.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct ApprovalSection {
    /// Its name.
    #[schemars(required)]
    pub id: Option<String>,
    /// The runbook.
    #[schemars(required)]
    pub runbook: Option<String>,
    /// SHA-256 of the command, as `caretaker runbook show` prints it.
    #[schemars(required)]
    pub sha256: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

impl ApprovalSection {
    /// Reads and checks one approval.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require("runbook");
        fields.require("sha256");
        let section = Self {
            id: fields.id(),
            runbook: fields.text("runbook"),
            sha256: fields.text("sha256"),
            reason: fields.text("reason"),
        };
        if let Some(Err(error)) = section.runbook.as_deref().map(str::parse::<RunbookId>) {
            fields.problem("runbook", ProblemCode::InvalidValue, error.to_string());
        }
        if section.sha256.as_deref().is_some_and(|text| Sha256::parse(text).is_none()) {
            let message =
                "`sha256` is no hash; allowed are 64 hexadecimal digits, as `caretaker runbook show` prints them";
            fields.problem("sha256", ProblemCode::InvalidValue, message);
        }
        section
    }

    /// The approval; none while something is missing.
    pub(in crate::config) fn resolve(&self) -> Option<Approval> {
        Some(Approval {
            id: self.id.clone()?,
            runbook: self.runbook.as_deref()?.parse().ok()?,
            sha256: Sha256::parse(self.sha256.as_deref()?)?,
            reason: self.reason.clone().unwrap_or_default(),
        })
    }
}
