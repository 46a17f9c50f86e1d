//! By `/proc/<pid>/environ`.

use std::fs::File;
use std::io::Read;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::MARK;

/// A program that starts others faster than they are looked for is looked for so often.
const LOOKS: usize = 20;
/// No environment of ours is longer.
const LONGEST: u64 = 512 * 1024;

/// Ends whatever has the mark, until nothing has it.
pub(in crate::command) fn end(mark: &str) {
    let wanted = format!("{MARK}={mark}");
    for _ in 0..LOOKS {
        if end_once(wanted.as_bytes()) == 0 {
            return;
        }
        std::thread::yield_now();
    }
    tracing::warn!("what a command left behind could not be ended");
}

fn end_once(wanted: &[u8]) -> usize {
    let Ok(folder) = std::fs::read_dir("/proc") else { return 0 };
    let ids = folder.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw));
    ids.filter(|id| has(*id, wanted)).count()
}

/// Whether it has the mark; ends it then. The descriptor is opened first, so that the number cannot become another's meanwhile.
fn has(id: Pid, wanted: &[u8]) -> bool {
    let Ok(descriptor) = pidfd_open(id, PidfdFlags::empty()) else { return false };
    let mut environment = Vec::new();
    let read = File::open(format!("/proc/{}/environ", id.as_raw_nonzero()))
        .and_then(|file| file.take(LONGEST).read_to_end(&mut environment));
    let is_ours = read.is_ok() && environment.split(|byte| *byte == 0).any(|variable| variable == wanted);
    is_ours && pidfd_send_signal(&descriptor, Signal::KILL).is_ok()
}
