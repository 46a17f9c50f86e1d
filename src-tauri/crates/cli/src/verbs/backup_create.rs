//! `backup create`: makes a backup and says what is in it.

use std::fmt::Write as _;

use caretaker_api::{Access, Client};
use caretaker_core::backup::{CreateOutcome, CreateResult, ExceptionView};
use caretaker_core::metric::Unit;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Span;
use caretaker_core::view::{ActivityResult, ActivityView, ArchiveDetail, CreateRequest};
use caretaker_platform::signals::StopSignals;
use hyper::Method;
use serde::Serialize;

use super::following::follow;
use crate::arguments::CreateBackup;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Colour, Terminal};
use crate::request::Address;

/// Exceptions that are named; `backup show` names up to a thousand.
const NAMED: usize = 10;

/// What scripts get.
#[derive(Debug, Default, Serialize)]
struct Created {
    id: String,
    job: String,
    result: CreateResult,
    r#type: Option<ArchiveType>,
    archive: String,
    sha256: String,
    files: u64,
    bytes_source: u64,
    bytes_stored: u64,
    stored_files: u64,
    stored_bytes: u64,
    exceptions: Vec<ExceptionView>,
    took_ms: u64,
    dry_run: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem>,
}

/// Begins, watches, shows.
pub async fn create(context: &Context, wanted: &CreateBackup, signals: &mut StopSignals) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Write).await?;
    let made = make(context, &connection.client, wanted, signals).await;
    connection.close().await;
    match made {
        Ok((created, outcome)) => {
            context.terminal.show(&created, || words(&context.terminal, &created, &outcome))?;
            Ok(match created.result {
                CreateResult::Complete => Outcome::Done,
                CreateResult::CompleteWithExceptions => Outcome::Warnings,
                CreateResult::Failed => Outcome::Unhealthy,
            })
        }
        // A backup that failed is a result for scripts; what was asked wrongly, or ended by a person, is none.
        Err(problem) if context.terminal.json() && is_result(problem.code) => {
            let document = Created { job: wanted.job.clone(), error: Some(problem.clone()), ..Created::default() };
            context.terminal.document(&document)?;
            context.terminal.note(&format!("error: {}\n  hint: {}\n", problem.message, problem.hint));
            Ok(Outcome::Unhealthy)
        }
        Err(problem) => Err(problem),
    }
}

fn is_result(code: Code) -> bool {
    code.exit_code() == 1 && !matches!(code, Code::Busy | Code::NotRunning | Code::HomeUnusable)
}

async fn make(
    context: &Context,
    client: &Client,
    wanted: &CreateBackup,
    signals: &mut StopSignals,
) -> Result<(Created, CreateOutcome), Problem> {
    let address = Address::new("/backups").word("jobs").segment(&wanted.job).word("create");
    let request = CreateRequest { r#type: wanted.kind.map(Into::into), now: wanted.now, dry_run: wanted.dry_run };
    let begun: ActivityView = client.send(Method::POST, address.as_str(), &request).await?;
    let ActivityResult::Created(outcome) = follow(context, client, begun, signals).await? else {
        return Err(Problem::new(Code::Internal, "the engine answered a backup with something else"));
    };
    let path = if wanted.dry_run {
        String::new()
    } else {
        let address = Address::new("/backups/archives").segment(&outcome.archive.id);
        let detail: ArchiveDetail = client.get(address.as_str()).await?;
        detail.archive.path
    };
    let facts = &outcome.archive;
    let created = Created {
        id: facts.id.clone(),
        job: wanted.job.clone(),
        result: outcome.result,
        r#type: facts.kind,
        archive: path,
        sha256: facts.sha256.clone(),
        files: facts.files,
        bytes_source: facts.bytes_source,
        bytes_stored: facts.bytes_stored,
        stored_files: outcome.stored_files,
        stored_bytes: outcome.stored_bytes,
        exceptions: outcome.exceptions.clone(),
        took_ms: outcome.took_ms,
        dry_run: wanted.dry_run,
        error: None,
    };
    Ok((created, *outcome))
}

fn words(terminal: &Terminal, created: &Created, outcome: &CreateOutcome) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail.
    let _ = write(&mut text, terminal, created, outcome);
    text
}

fn write(text: &mut String, terminal: &Terminal, created: &Created, outcome: &CreateOutcome) -> std::fmt::Result {
    let bytes = |bytes: u64| Unit::Bytes.format(bytes as f64);
    let kind = created.r#type.map_or("", ArchiveType::word);
    let files = |count: u64| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    let tree = format!("{}, {}", files(created.files), bytes(created.bytes_source));
    if created.dry_run {
        let of = &created.job;
        writeln!(
            text,
            "A {kind} backup of {of} would read at most {} ({}).",
            files(created.stored_files),
            bytes(created.stored_bytes)
        )?;
        return writeln!(text, "  Everything: {tree}. Nothing was written.");
    }
    let took = Span::from_millis(i64::try_from(created.took_ms).unwrap_or(i64::MAX));
    let took = if created.took_ms < 1_000 { format!("{} ms", created.took_ms) } else { took.in_words() };
    let sign = match created.result {
        CreateResult::Complete => terminal.paint(Colour::Green, "●"),
        CreateResult::CompleteWithExceptions | CreateResult::Failed => terminal.paint(Colour::Yellow, "▲"),
    };
    writeln!(text, "{sign} Backed up {}: {tree} ({kind}, {took})", terminal.paint(Colour::Bold, &created.job))?;
    let stored = format!("{} with {} in it", bytes(created.bytes_stored), files(created.stored_files));
    writeln!(text, "  Archive  {}", created.archive)?;
    writeln!(text, "           {stored}; every byte was read back")?;
    writeln!(text, "  Id       {}", created.id)?;
    writeln!(text, "  SHA-256  {}", created.sha256)?;
    if outcome.gone + outcome.altered > 0 {
        writeln!(
            text,
            "  Since the backup before, {} changed and {} went away.",
            files(outcome.altered),
            files(outcome.gone)
        )?;
    }
    if created.exceptions.is_empty() {
        return Ok(());
    }
    writeln!(text, "  Not as planned:")?;
    for exception in created.exceptions.iter().take(NAMED) {
        writeln!(text, "    {}: {} ({})", exception.path, exception.code, exception.reason)?;
    }
    let more = created.exceptions.len().saturating_sub(NAMED);
    if more > 0 {
        let short: String = created.id.chars().take(8).collect();
        writeln!(text, "    and {more} more: `caretaker backup show {short}`")?;
    }
    Ok(())
}
