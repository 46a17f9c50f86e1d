//! `backup key show`, `confirm` and `import`. What is typed is read from stdin, so that no list of processes and no history of a shell
//! has it.

use std::fmt::Write as _;
use std::io::{BufRead as _, IsTerminal as _, Read as _};

use caretaker_api::Access;
use caretaker_core::backup::Secret;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ConfirmKeyRequest, ImportKeyRequest, KeyState, KeyView};
use hyper::Method;

use crate::arguments::OneDestination;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::request::Address;

/// Bytes that are read of what somebody pipes in.
const LONGEST: u64 = 16 * 1024;

/// How a key stands.
pub async fn show(context: &Context, wanted: &OneDestination) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<KeyView, Problem> = connection.client.get(address(wanted).as_str()).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || words(&view))?;
    Ok(match view.state {
        KeyState::None | KeyState::Ready => Outcome::Done,
        KeyState::Unconfirmed | KeyState::Missing => Outcome::Warnings,
    })
}

/// Asks for a part of the sheet, and has it tried.
pub async fn confirm(context: &Context, wanted: &OneDestination) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Write).await?;
    let confirmed = async {
        let view: KeyView = connection.client.get(address(wanted).as_str()).await?;
        let groups: Vec<String> = view.asked.iter().map(ToString::to_string).collect();
        let typed = typed(context, &format!("Groups {} of the printed sheet: ", groups.join(", "))).await?;
        let address = address(wanted).word("confirm");
        connection.client.send::<KeyView>(Method::POST, address.as_str(), &ConfirmKeyRequest { typed }).await
    };
    let confirmed = confirmed.await;
    connection.close().await;
    let view = confirmed?;
    context.terminal.show(&view, || words(&view))?;
    Ok(Outcome::Done)
}

/// Takes a key.
pub async fn import(context: &Context, wanted: &OneDestination) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Write).await?;
    let imported = async {
        let key = typed(context, "The key from the sheet, beginning with AGE-SECRET-KEY-1: ").await?;
        let address = address(wanted).word("import");
        connection.client.send::<KeyView>(Method::POST, address.as_str(), &ImportKeyRequest { key }).await
    };
    let imported = imported.await;
    connection.close().await;
    let view = imported?;
    context.terminal.show(&view, || words(&view))?;
    Ok(Outcome::Done)
}

pub(super) fn address(wanted: &OneDestination) -> Address {
    Address::new("/backups").word("destinations").segment(&wanted.destination).word("key")
}

/// One line that a person types, or all that is piped in.
async fn typed(context: &Context, question: &str) -> Result<Secret, Problem> {
    if std::io::stdin().is_terminal() {
        context.terminal.note(question);
    }
    let read = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        let stdin = std::io::stdin();
        let read = if stdin.is_terminal() {
            stdin.lock().take(LONGEST).read_line(&mut text)
        } else {
            stdin.lock().take(LONGEST).read_to_string(&mut text)
        };
        read.map(|_| Secret(text))
    });
    let failed = |why: String| Problem::new(Code::Usage, format!("failed to read what was typed: {why}"));
    read.await.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))
}

fn words(view: &KeyView) -> String {
    let mut text = format!("{}: {}.\n", view.destination, view.sentence);
    if let Some(recipient) = &view.recipient {
        let _ = writeln!(text, "  public key: {recipient}");
    }
    if !view.jobs.is_empty() {
        let _ = writeln!(text, "  encrypted jobs: {}", view.jobs.join(", "));
    }
    match view.state {
        KeyState::None => {
            let _ = writeln!(text, "`caretaker backup key sheet {}` makes one.", view.destination);
        }
        KeyState::Unconfirmed => {
            let _ = writeln!(text, "`caretaker backup key confirm {}` asks for a part of the sheet.", view.destination);
        }
        KeyState::Missing => {
            let _ = writeln!(text, "`caretaker backup key import {}` takes it from the sheet.", view.destination);
        }
        KeyState::Ready => {}
    }
    text
}
