//! Clearing expired rows of a SQLite database: which, how it is asked of a process of its own, and what came of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::backup::ArchivePath;
use crate::maintenance::{Figure, Finding, Outcome, RunResult};
use crate::problem::Problem;
use crate::time::{Span, Timestamp};

/// How a column says when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StoredAs {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// A text that begins as `2026-03-02` does; judged by whole days.
    Text,
}

impl StoredAs {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Seconds => "seconds since 1970",
            Self::Milliseconds => "milliseconds since 1970",
            Self::Text => "text, by whole days",
        }
    }
}

/// Clear expired rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsOrder {
    /// The database, from `/`.
    pub file: ArchivePath,
    /// The table.
    pub table: String,
    /// The column that says when a row was made or ends.
    pub column: String,
    /// How it says that; found out from its values without.
    pub stored_as: Option<StoredAs>,
    /// Rows from before this go.
    pub before: Timestamp,
    /// The present.
    pub now: Timestamp,
    /// Where the copy is laid that is made beforehand; the file does not exist.
    pub copy: String,
    /// Count, and change nothing.
    pub is_dry: bool,
    /// How long counting, copying and deleting may take each.
    pub limit: Span,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowsAnswer {
    /// Rows were cleared, or counted.
    Cleared(RowsCleared),
    /// Nothing was done, and why, in a sentence without its stop.
    Refused(String),
    /// It could not be tried.
    Failed(Problem),
}

/// What was cleared, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsCleared {
    /// How the column says when.
    pub stored_as: Option<StoredAs>,
    /// Rows of the table when it was gone through.
    pub rows: u64,
    /// Rows that had expired.
    pub expired: u64,
    /// The value of the oldest of them.
    pub oldest: Option<String>,
    /// The value of the newest of them.
    pub newest: Option<String>,
    /// Rows whose value is no time: they stay.
    pub odd: u64,
    /// Rows that were deleted.
    pub deleted: u64,
    /// In so many transactions.
    pub batches: u64,
    /// The longest that a lock of this work could keep a writer waiting, in milliseconds.
    pub held_ms: u64,
    /// Where the database lies as it was before.
    pub copy: Option<String>,
    /// Why it ended before all expired rows were gone.
    pub stopped: Option<String>,
}

/// What came of it, for people.
pub fn judge_rows(order: &RowsOrder, answer: RowsAnswer) -> Outcome {
    let cleared = match answer {
        RowsAnswer::Cleared(cleared) => cleared,
        RowsAnswer::Refused(why) => return Outcome::ended(RunResult::Failed, format!("Nothing was deleted: {why}.")),
        RowsAnswer::Failed(problem) => {
            return Outcome::ended(RunResult::Failed, format!("Nothing was deleted: {problem}"));
        }
    };
    let RowsCleared { rows, expired, deleted, batches, held_ms, .. } = cleared;
    let (file, table) = (order.file.to_string(), &order.table);
    let mut findings = Vec::new();
    if let (Some(oldest), Some(newest), Some(stored_as)) = (&cleared.oldest, &cleared.newest, cleared.stored_as) {
        let what = if order.is_dry { "would go" } else { "had expired" };
        findings.push(Finding::note(
            &file,
            format!(
                "What {what}: `{}` from {oldest} to {newest} ({}); rows from {} on stay.",
                order.column,
                stored_as.words(),
                order.before
            ),
        ));
    }
    if cleared.odd > 0 {
        let text = format!("{} rows of `{table}` have no time in `{}`; they stay.", cleared.odd, order.column);
        findings.push(Finding::note(&file, text));
    }
    if let Some(copy) = &cleared.copy {
        findings.push(Finding::note(&file, format!("As it was before it lies in `{copy}`.")));
    }
    if let Some(why) = &cleared.stopped {
        findings.push(
            Finding::attention(
                &file,
                format!("{} expired rows are still there: {why}.", expired.saturating_sub(deleted)),
            )
            .hint("the next run goes on where this one ended"),
        );
    }
    let sentence = match (order.is_dry, expired) {
        (_, 0) => format!("No row of `{table}` has expired; it has {rows}."),
        (true, _) => format!("{expired} of {rows} rows of `{table}` would be deleted, after a copy of the database."),
        (false, _) => format!(
            "{deleted} of {expired} expired rows of `{table}` were deleted in {batches} {}; none held a lock for more than {held_ms} ms.",
            if batches == 1 { "batch" } else { "batches" }
        ),
    };
    let figure = |name: &str, value: u64, unit: &str| Figure {
        name: name.to_owned(),
        value: value as f64,
        unit: unit.to_owned(),
    };
    let figures = vec![
        figure("rows", rows, ""),
        figure("expired", expired, ""),
        figure("deleted", deleted, ""),
        figure("longest lock", held_ms, "ms"),
    ];
    Outcome { figures, ..Outcome::found(sentence, findings) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maintenance::Weight;

    fn order(is_dry: bool) -> RowsOrder {
        RowsOrder {
            file: ArchivePath::new(&b"/srv/board.sqlite"[..]),
            table: "session".to_owned(),
            column: "seen".to_owned(),
            stored_as: None,
            before: Timestamp::from_millis(1_000),
            now: Timestamp::from_millis(2_000),
            copy: "/home/copy".to_owned(),
            is_dry,
            limit: Span::from_minutes(1),
        }
    }

    #[test]
    fn what_went_is_counted_and_what_is_left_is_said() {
        let cleared = RowsCleared { rows: 900, expired: 300, deleted: 200, batches: 2, ..RowsCleared::default() };
        let stopped = RowsCleared { stopped: Some("the time was over".to_owned()), ..cleared.clone() };
        let outcome = judge_rows(&order(false), RowsAnswer::Cleared(stopped));
        assert!(
            outcome.sentence.starts_with("200 of 300 expired rows of `session` were deleted in 2 batches"),
            "{outcome:?}"
        );
        assert_eq!((outcome.result, outcome.findings[0].weight), (RunResult::Attention, Weight::Attention));
        assert!(outcome.findings[0].text.starts_with("100 expired rows are still there"), "{outcome:?}");
        let dry = judge_rows(&order(true), RowsAnswer::Cleared(cleared));
        assert_eq!(dry.sentence, "300 of 900 rows of `session` would be deleted, after a copy of the database.");
        let refused = judge_rows(&order(false), RowsAnswer::Refused("there is no table `session`".to_owned()));
        assert_eq!(
            (refused.result, &*refused.sentence),
            (RunResult::Failed, "Nothing was deleted: there is no table `session`.")
        );
    }
}
