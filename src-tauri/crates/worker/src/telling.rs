//! Says how far reading and restoring are, four times a second, while they go on.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use caretaker_backup::write::Progress;
use caretaker_core::backup::{Report, WorkProgress};

use crate::speech::{self, Voice};

const TICK: Duration = Duration::from_millis(250);

/// Does the work, and meanwhile tells what the progress says.
pub(crate) fn telling<T>(voice: &Voice, progress: &Progress, step: &str, work: impl FnOnce() -> T) -> T {
    let look = || WorkProgress {
        step: step.to_owned(),
        files: progress.files.load(Relaxed),
        files_expected: progress.files_expected.load(Relaxed),
        bytes: progress.bytes.load(Relaxed),
        bytes_expected: progress.bytes_expected.load(Relaxed),
        written: progress.written.load(Relaxed),
    };
    voice.say(&Report::Progress(look()));
    speech::telling(voice, TICK, look, work)
}
