//! Exports at intervals, as doors show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::export::{ExportPlan, WrittenFile};
use crate::time::Timestamp;

/// One export at intervals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExportView {
    /// What the configuration says.
    pub plan: ExportPlan,
    /// When its next file is due.
    pub next: Timestamp,
    /// Its newest file.
    pub last: Option<WrittenFile>,
    /// Its own files that are still there.
    pub files: u32,
    /// Their size, in bytes.
    pub bytes: u64,
    /// Why it does not work; null while it does.
    pub problem: Option<String>,
}

/// Every export at intervals.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExportsView {
    /// When this was put together.
    pub at: Timestamp,
    /// In the order of the file.
    pub exports: Vec<ExportView>,
}
