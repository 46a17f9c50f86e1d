//! Processes that do nothing, so that a scan of all processes has as many to look at as on a desktop.

use std::process::{Child, Command, Stdio};

use super::Outcome;

/// Started processes; they end when this is dropped.
#[derive(Debug, Default)]
pub struct Sleepers(Vec<Child>);

impl Sleepers {
    /// Starts as many as it takes until the machine has about `wanted` processes.
    pub fn fill_up_to(wanted: usize) -> Outcome<Self> {
        let mut sleepers = Self::default();
        for _ in process_count()..wanted {
            let child = Command::new("sleep").arg("900").stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
            sleepers.0.push(child);
        }
        Ok(sleepers)
    }
}

impl Drop for Sleepers {
    fn drop(&mut self) {
        for child in &mut self.0 {
            drop(child.kill());
        }
        for child in &mut self.0 {
            drop(child.wait());
        }
    }
}

/// Processes of this machine, those of the kernel included; zero where there is no `/proc`.
pub fn process_count() -> usize {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit())).count()
}
