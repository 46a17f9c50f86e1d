//! `[[task]]`: maintenance. Read and checked; acting upon it comes later.

use schemars::JsonSchema;

use crate::config::fields::{ANY_SPAN, Fields};
use crate::time::Span;

const KINDS: [&str; 14] = [
    "sqlite-care",
    "postgres-care",
    "sql-cleanup",
    "cleanup",
    "rotate",
    "verify",
    "drill",
    "integrity",
    "audit",
    "vulnerabilities",
    "benchmark",
    "report",
    "command",
    "http",
];

/// A maintenance task.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct TaskSection {
    /// Its name.
    #[schemars(required)]
    pub id: Option<String>,
    /// What it does.
    #[schemars(required, extend("examples" = KINDS))]
    pub kind: Option<String>,
    /// File of the database that it is about.
    pub database: Option<String>,
    /// When it runs: `daily 04:00`.
    pub every: Option<String>,
    /// How long it may take.
    pub timeout: Option<Span>,
}

impl TaskSection {
    /// Reads and checks one task. Its kind is any text: the list of kinds is not closed.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require("kind");
        Self {
            id: fields.id(),
            kind: fields.text("kind"),
            database: fields.text("database"),
            every: fields.text("every"),
            timeout: fields.span("timeout", ANY_SPAN),
        }
    }
}
