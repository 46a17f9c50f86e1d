//! One command, from its start to its end: how long it took, and the memory of its largest process.

use std::process::{Command, Stdio};
use std::time::Instant;

use super::super::Outcome;

/// What a command cost.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// On the clock.
    pub seconds: f64,
    /// Most memory of one process of it, bytes.
    pub peak: u64,
    /// What it says of its own work, seconds.
    pub own: Option<f64>,
}

impl Taken {
    /// `2.31 s (1.62 s of it the archive)`.
    pub fn words(&self) -> String {
        let own = self.own.map(|own| format!(" ({own:.2} s of it the archive itself)")).unwrap_or_default();
        format!("{:.2} s{own}", self.seconds)
    }
}

/// Runs it with what it prints caught; a code in `fine` is a success.
pub fn run(mut command: Command, fine: &[i32]) -> Outcome<(Taken, Vec<u8>)> {
    let printed = tempfile::tempfile()?;
    let errors = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(printed.try_clone()?).stderr(errors.try_clone()?);
    let begun = Instant::now();
    let child = command.spawn()?;
    let (code, peak) = ended(child.id())?;
    let seconds = begun.elapsed().as_secs_f64();
    let text = |mut file: std::fs::File| -> Outcome<Vec<u8>> {
        use std::io::{Read as _, Seek as _};
        let mut bytes = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    if !fine.contains(&code) {
        let said = String::from_utf8_lossy(&text(errors)?).trim().to_owned();
        let last = said.lines().last().unwrap_or("nothing");
        return Err(format!("it ended with {code} and said: {last}").into());
    }
    Ok((Taken { seconds, peak, own: None }, text(printed)?))
}

/// Waits for a process; its exit code, and the memory of the largest process among it and those that it waited for.
#[cfg(target_os = "linux")]
fn ended(pid: u32) -> Outcome<(i32, u64)> {
    let (mut status, pid) = (0, libc::pid_t::try_from(pid)?);
    // SAFETY: `rusage` is plain numbers, for which zeros are valid.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are valid for the call, which has no other effect than to reap our own child.
    let reaped = unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) };
    if reaped != pid {
        return Err(std::io::Error::last_os_error().into());
    }
    let code = if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 128 + libc::WTERMSIG(status) };
    Ok((code, usage.ru_maxrss.unsigned_abs() * 1_024))
}

#[cfg(not(target_os = "linux"))]
fn ended(_pid: u32) -> Outcome<(i32, u64)> {
    Err("only measured on Linux".into())
}

/// Empties the page cache, so that what follows reads from the disk; false without the right to.
pub fn drop_caches() -> bool {
    use std::io::Write as _;
    rustix::fs::sync();
    let opened = std::fs::File::options().write(true).open("/proc/sys/vm/drop_caches");
    opened.and_then(|mut file| file.write_all(b"3")).is_ok()
}
