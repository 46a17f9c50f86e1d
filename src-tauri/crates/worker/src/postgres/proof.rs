//! Proves that a dump can be restored: into a scratch database of a server, which is removed again. Without a server, or without the right
//! to make a database there, its list of contents is all that is read.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use caretaker_backup::write::Cancel;
use caretaker_core::backup::DatabaseCheck;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;

use super::address::Address;
use super::counting::{counted, question};
use super::programs::{Programs, psql};

/// How long a dump may take to come back.
const LONGEST: Span = Span::from_hours(6);

/// What a server refuses to somebody who does not own it, and what says nothing about the dump.
const EXCUSED: [&str; 3] = ["permission denied", "must be owner of", "must be superuser"];

static NEXT: AtomicU32 = AtomicU32::new(1);

/// What is found.
pub(crate) fn prove(file: &Path, server: Option<&str>, cancel: &Cancel) -> Result<DatabaseCheck, Problem> {
    let programs = Programs::find(cancel)?;
    let list = programs.run("pg_restore", None, |mut line| {
        line.arguments = vec!["--list".to_owned(), file.display().to_string()];
        line.within(LONGEST)
    })?;
    if !list.succeeded() {
        return Ok(DatabaseCheck {
            is_sound: false,
            detail: format!("it cannot be read: {}", list.complaint()),
            tables: None,
        });
    }
    let only_list = |why: &str| DatabaseCheck {
        is_sound: true,
        detail: format!("its list of contents can be read; {why}"),
        tables: None,
    };
    let Some(server) = server else { return Ok(only_list("there is no server to restore it to")) };
    let address = match Address::parse(server, &|name| std::env::var(name).ok()) {
        Ok(address) => address,
        Err(why) => return Ok(only_list(&format!("there is no server to restore it to: {why}"))),
    };
    let name = format!("caretaker_drill_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let made = programs.run("psql", Some(&address), |mut line| {
        line.arguments = psql(address.text());
        line.arguments.push("--set=ON_ERROR_STOP=on".to_owned());
        line.input = format!("CREATE DATABASE {name} TEMPLATE template0;\n").into_bytes();
        line
    })?;
    if !made.succeeded() {
        return Ok(only_list(&format!("no scratch database could be made: {}", made.complaint())));
    }
    let found = restored(&programs, &address, &name, file);
    programs.clear_up(&address, address.text(), &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE);\n"));
    found
}

fn restored(programs: &Programs<'_>, address: &Address, name: &str, file: &Path) -> Result<DatabaseCheck, Problem> {
    let database = address.beside(name);
    let restored = programs.run("pg_restore", Some(address), |mut line| {
        let words = ["--no-owner", "--no-privileges", "--no-password"];
        line.arguments = words.iter().map(|word| (*word).to_owned()).collect();
        line.arguments.extend([format!("--dbname={database}"), file.display().to_string()]);
        line.within(LONGEST)
    })?;
    let is_wrong = |line: &str| line.contains("error:") && !EXCUSED.iter().any(|excuse| line.contains(excuse));
    if !restored.succeeded() && (restored.errors.lines().any(is_wrong) || !restored.errors.contains("error:")) {
        let detail = format!("it cannot be restored: {}", restored.complaint());
        return Ok(DatabaseCheck { is_sound: false, detail, tables: None });
    }
    let answer = programs.run("psql", Some(address), |mut line| {
        line.arguments = psql(&database);
        line.input = question().into_bytes();
        line.within(LONGEST)
    })?;
    if !answer.succeeded() {
        return Err(Problem::new(Code::Internal, format!("failed to count what was restored: {}", answer.complaint())));
    }
    Ok(DatabaseCheck {
        is_sound: true,
        detail: "it was restored into a scratch database".to_owned(),
        tables: Some(counted(&answer.output)),
    })
}
