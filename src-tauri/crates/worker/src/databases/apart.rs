//! Databases are opened by processes of their own: this program with a hidden verb, which reads an order and prints an answer.

use std::path::{Path, PathBuf};

use caretaker_backup::write::Cancel;
use caretaker_core::backup::{CheckAnswer, CheckOrder, CopyAnswer, CopyOrder, DatabaseCheck};
use caretaker_core::port::CommandLine;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_platform::command::{CHECK_VERB, COPY_VERB, own_program, run_blocking};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::drill::Opener;

/// Names and rows of the tables of the largest databases.
const LONGEST_ANSWER: usize = 64 << 20;
/// What a process may take beyond what its order allows.
const MARGIN: Span = Span::from_seconds(30);
/// How long rows are counted.
pub(super) const COUNTING: Span = Span::from_seconds(10);

/// Makes consistent copies of databases.
pub(crate) trait Copier: Sync {
    /// Makes one, or says why there is none.
    fn copy(&self, order: &CopyOrder) -> Result<CopyAnswer, Problem>;
}

/// Has this program do it in another process, until somebody cancels.
pub(crate) struct Apart<'a> {
    program: Option<PathBuf>,
    cancel: &'a Cancel,
}

impl<'a> Apart<'a> {
    /// The program that runs here.
    pub(crate) fn of_this_program(cancel: &'a Cancel) -> Self {
        Self { program: own_program().ok(), cancel }
    }

    /// Asks a process of its own.
    pub(crate) fn ask<O: Serialize, A: DeserializeOwned>(
        &self,
        verb: &str,
        order: &O,
        limit: Span,
    ) -> Result<A, Problem> {
        let failed = |why: String| {
            Problem::new(Code::Internal, format!("failed to open a database in a process of its own: {why}"))
        };
        let program = self.program.clone().ok_or_else(|| failed("where this program lies is not known".to_owned()))?;
        let line = CommandLine {
            input: serde_json::to_vec(order).map_err(|error| failed(error.to_string()))?,
            output_bound: LONGEST_ANSWER,
            ..CommandLine::new(program, [verb]).within(limit + MARGIN)
        };
        let result = run_blocking(&line, &|| self.cancel.is_cancelled()).map_err(|error| failed(error.to_string()))?;
        let result =
            result.ok_or_else(|| Problem::new(Code::Interrupted, "failed to open a database: it was cancelled"))?;
        serde_json::from_str(&result.output).map_err(|_| failed(result.complaint()))
    }
}

impl Copier for Apart<'_> {
    fn copy(&self, order: &CopyOrder) -> Result<CopyAnswer, Problem> {
        self.ask(COPY_VERB, order, order.limit + order.counting)
    }
}

impl Opener for Apart<'_> {
    fn sqlite(&self, file: &Path) -> Result<DatabaseCheck, Problem> {
        let text = file.to_str().ok_or_else(|| {
            Problem::new(Code::NotConfigured, format!("failed to open `{}`: its name is no text", file.display()))
        })?;
        let bytes = std::fs::metadata(file).map_or(0, |found| found.len());
        let order = CheckOrder { file: text.to_owned(), limit: limit(bytes), counting: COUNTING };
        match self.ask(CHECK_VERB, &order, order.limit + order.counting)? {
            CheckAnswer::Checked(check) => Ok(check),
            CheckAnswer::Failed(problem) => Err(problem),
        }
    }

    fn dump(&self, file: &Path, server: Option<&str>) -> Result<DatabaseCheck, Problem> {
        crate::postgres::prove(file, server, self.cancel)
    }
}

/// How long work on so many bytes may take: a slow disk under load, and a margin.
pub(crate) fn limit(bytes: u64) -> Span {
    Span::from_minutes(2) + Span::from_seconds(i64::try_from(bytes / (4 << 20)).unwrap_or(0))
}
