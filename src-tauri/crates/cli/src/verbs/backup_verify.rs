//! `backup verify`: checks archives and names what is damaged.

use std::fmt::Write as _;

use caretaker_api::Access;
use caretaker_core::backup::{ArchivePath, VerifyDepth, VerifyOutcome, VerifyResult};
use caretaker_core::metric::Unit;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityResult, ActivityView, VerifyRequest};
use caretaker_platform::signals::StopSignals;
use hyper::Method;
use serde::Serialize;

use super::following::follow;
use crate::arguments::VerifyArchives;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Colour, Terminal};

/// Damaged files that are named for people.
const NAMED: usize = 20;

/// What scripts get.
#[derive(Debug, Serialize)]
struct Verified {
    result: VerifyResult,
    damaged: Vec<Damaged>,
    archives: Vec<VerifyOutcome>,
}

#[derive(Debug, Serialize)]
struct Damaged {
    path: ArchivePath,
    reason: String,
    id: String,
}

/// Begins, watches, shows.
pub async fn verify(context: &Context, wanted: &VerifyArchives, signals: &mut StopSignals) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Write).await?;
    let depth = if wanted.deep { VerifyDepth::Deep } else { VerifyDepth::Frames };
    let request = VerifyRequest { ids: wanted.ids.clone(), depth, at: wanted.at.clone() };
    let checked = async {
        let begun: ActivityView = connection.client.send(Method::POST, "/backups/verify", &request).await?;
        follow(context, &connection.client, begun, signals).await
    };
    let checked = checked.await;
    connection.close().await;
    let ActivityResult::Verified(archives) = checked? else {
        return Err(Problem::new(Code::Internal, "the engine answered a check with something else"));
    };
    let damaged: Vec<Damaged> = archives
        .iter()
        .flat_map(|archive| {
            let named = |one: &caretaker_core::backup::DamagedFile| Damaged {
                path: one.path.clone(),
                reason: one.reason.clone(),
                id: archive.id.clone(),
            };
            archive.damaged.iter().map(named)
        })
        .collect();
    let any = |result| archives.iter().any(|archive| archive.result == result);
    let result = match (any(VerifyResult::Damaged), any(VerifyResult::Locked)) {
        (true, _) => VerifyResult::Damaged,
        (false, true) => VerifyResult::Locked,
        (false, false) => VerifyResult::Intact,
    };
    let verified = Verified { result, damaged, archives };
    context.terminal.show(&verified, || words(&context.terminal, &verified, wanted.deep))?;
    Ok(if result == VerifyResult::Intact { Outcome::Done } else { Outcome::Unhealthy })
}

fn words(terminal: &Terminal, verified: &Verified, is_deep: bool) -> String {
    let mut text = String::new();
    for archive in &verified.archives {
        let (sign, word) = match archive.result {
            VerifyResult::Intact => (terminal.paint(Colour::Green, "●"), "intact"),
            VerifyResult::Damaged => (terminal.paint(Colour::Red, "■"), "damaged"),
            VerifyResult::Locked => (terminal.paint(Colour::Yellow, "▲"), "key missing"),
        };
        let bytes = Unit::Bytes.format(archive.bytes as f64);
        let _ = writeln!(text, "{sign} {word}  {}  {} files, {bytes}", archive.archive, archive.files);
        for one in archive.damaged.iter().take(NAMED) {
            let path = if one.path.as_bytes().is_empty() { String::new() } else { format!("{}: ", one.path) };
            let _ = writeln!(text, "    {path}{}", one.reason);
        }
        let more = archive.damaged.len().saturating_sub(NAMED);
        if more > 0 {
            let _ = writeln!(text, "    and {more} more; `--json` names all");
        }
        for note in &archive.notes {
            let _ = writeln!(text, "    note: {note}");
        }
    }
    if verified.archives.is_empty() {
        text.push_str("There are no archives to check.\n");
    } else if verified.result == VerifyResult::Intact {
        let how =
            if is_deep { "every byte was compared" } else { "every checksum is right; `--deep` compares every file" };
        let _ = writeln!(text, "Checked {}: {how}.", count(verified.archives.len()));
    } else if verified.result == VerifyResult::Locked {
        text.push_str(
            "What is encrypted can be checked only with its key: `caretaker backup key import` takes it from the recovery sheet.\n",
        );
    } else {
        text.push_str("Damaged archives are left as they are. `caretaker backup restore` brings back what is whole.\n");
    }
    text
}

fn count(archives: usize) -> String {
    if archives == 1 { "1 archive".to_owned() } else { format!("{archives} archives") }
}
