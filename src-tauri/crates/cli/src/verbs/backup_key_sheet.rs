//! `backup key sheet`: the page with the private key, into a file or a pipe, and never onto a screen by accident.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use caretaker_api::Access;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::SheetView;
use hyper::Method;

use super::backup_key::address;
use crate::arguments::{KeySheet, OneDestination};
use crate::context::Context;
use crate::outcome::Outcome;

/// Fetches the sheet, and makes the key when there is none.
pub async fn print(context: &Context, wanted: &KeySheet) -> Result<Outcome, Problem> {
    if wanted.output.is_none() && context.terminal.interactive() {
        let message = "the sheet holds the private key, and a terminal remembers what it shows";
        return Err(Problem::new(Code::Usage, message)
            .hint("name a file: `--output sheet.html`; open it in a browser, print it, and remove it"));
    }
    if let Some(path) = wanted.output.as_deref().filter(|path| path.exists()) {
        return Err(occupied(path));
    }
    let connection = context.connect(Access::Write).await?;
    let address = address(&OneDestination { destination: wanted.destination.clone() }).word("sheet");
    let answer: Result<SheetView, Problem> = connection.client.send(Method::POST, address.as_str(), &()).await;
    connection.close().await;
    let view = answer?;
    let Some(path) = &wanted.output else {
        context.terminal.show(&view, || view.sheet.html.0.clone())?;
        return Ok(Outcome::Done);
    };
    write(path, &view.sheet.html.0)?;
    // The document has everything but what the file has.
    context.terminal.show(&view.key, || {
        format!(
            "Wrote the recovery sheet of {destination} to {}.\nOpen it in a browser, print it, remove the file, and then: `caretaker backup key confirm {destination}`\n",
            path.display(),
            destination = view.key.destination
        )
    })?;
    Ok(Outcome::Done)
}

fn occupied(path: &Path) -> Problem {
    Problem::new(Code::Usage, format!("failed to write `{}`: it exists already", path.display()))
        .hint("name another file")
}

fn write(path: &Path, html: &str) -> Result<(), Problem> {
    let file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(html.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => occupied(path),
        _ => Problem::new(Code::Internal, format!("failed to write `{}`: {error}", path.display()))
            .hint("check the rights of this user on that folder"),
    })
}
