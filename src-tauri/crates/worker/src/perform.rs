//! From an order to who carries it out.

use std::io::{BufReader, stdin, stdout};
use std::sync::Arc;

use caretaker_backup::write::Cancel;
use caretaker_core::backup::{Report, Work};
use caretaker_core::problem::Problem;
use caretaker_platform::{background, signals};

use crate::care::care;
use crate::create::create;
use crate::databases::Apart;
use crate::drill::drill;
use crate::key::key;
use crate::preview::preview;
use crate::read::read;
use crate::restore::restore;
use crate::speech::{Ear, Voice};
use crate::store::at_store;
use crate::verify::verify;

/// The whole life of a worker: order from stdin, reports to stdout; false when it failed.
pub fn run() -> bool {
    let cancel = Arc::new(Cancel::default());
    let voice = Voice::new(stdout());
    let work = match Ear::listen(BufReader::new(stdin()), Arc::clone(&cancel)) {
        Ok(work) => work,
        Err(problem) => {
            voice.say(&Report::Failed(problem));
            return false;
        }
    };
    let stopping = Arc::clone(&cancel);
    // Without it a signal ends the process, and the next run clears up.
    let _ = signals::on_stop(move || stopping.cancel());
    if !in_a_hurry(&work) {
        background::stand_back();
    }
    perform(&work, &voice, &cancel)
}

const fn in_a_hurry(work: &Work) -> bool {
    match work {
        Work::Create(order) => order.hurry,
        Work::Verify(order) => order.hurry,
        Work::Drill(order) => order.hurry,
        Work::Store(order) => order.hurry,
        Work::Databases(_) => false,
        // A person waits for it.
        Work::Restore(_) | Work::Read(_) | Work::Preview(_) | Work::Key(_) => true,
    }
}

/// Does the work and tells how it went; false when it failed.
pub fn perform(work: &Work, voice: &Voice, cancel: &Cancel) -> bool {
    let databases = Apart::of_this_program(cancel);
    let result: Result<(), Problem> = match work {
        Work::Create(order) => create(order, &databases, voice, cancel),
        Work::Verify(order) => verify(order, voice, cancel),
        Work::Restore(order) => restore(order, voice, cancel),
        Work::Drill(order) => drill(order, &databases, voice, cancel),
        Work::Read(order) => read(order, voice, cancel),
        Work::Preview(order) => preview(order, voice, cancel),
        Work::Key(order) => key(order, voice),
        Work::Store(order) => at_store(order, voice, cancel),
        Work::Databases(order) => care(order, &databases, voice, cancel),
    };
    match result {
        Ok(()) => true,
        Err(problem) => {
            voice.say(&Report::Failed(problem));
            false
        }
    }
}
