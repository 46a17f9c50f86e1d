//! Verbs that Caretaker says to itself: another process of this program does a piece of work for the engine, or opens one database
//! of somebody else for that work. Nobody types them, no help or completion names them, and what they take may change with every
//! version.

use std::ffi::OsString;
use std::io::{Write as _, stdin, stdout};
use std::process::ExitCode;

use caretaker_core::backup::{CheckAnswer, CopyAnswer};
use caretaker_core::database::{CareAnswer, RowsAnswer};
use caretaker_core::problem::{Code, Problem};
use caretaker_platform::command::{CARE_VERB, CHECK_VERB, CLEAR_VERB, COPY_VERB, WORK_VERB};
use caretaker_store::foreign;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Does what a hidden verb asks, if the first word is one.
pub fn find(words: &[OsString]) -> Option<ExitCode> {
    let verb = words.get(1)?.to_str().filter(|_| words.len() == 2)?;
    let is_done = match verb {
        WORK_VERB => caretaker_worker::run(),
        COPY_VERB => answer(foreign::copy, CopyAnswer::Failed),
        CHECK_VERB => answer(foreign::check, CheckAnswer::Failed),
        CARE_VERB => answer(foreign::care, CareAnswer::Failed),
        CLEAR_VERB => answer(foreign::clear, RowsAnswer::Failed),
        _ => return None,
    };
    Some(if is_done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads the order, does it, and prints the answer.
fn answer<O: DeserializeOwned, A: Serialize>(work: impl Fn(&O) -> A, failed: impl Fn(Problem) -> A) -> bool {
    let answer = match serde_json::from_reader::<_, O>(stdin()) {
        Ok(order) => work(&order),
        Err(error) => failed(Problem::new(Code::Usage, format!("failed to read the order: {error}"))),
    };
    serde_json::to_vec(&answer).is_ok_and(|answer| stdout().write_all(&answer).is_ok())
}
