//! What the system says a process costs: memory, CPU time, bytes. Linux only; elsewhere every answer is "not known".

use std::time::Duration;

/// Memory of one or more processes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Proportional set size, bytes: shared pages divided by who shares them.
    pub proportional: u64,
    /// Pages that belong to the process alone and were changed, bytes.
    pub private_dirty: u64,
    /// How many processes this is.
    pub processes: usize,
}

impl Memory {
    /// Of a process and everything that it started.
    pub fn of_tree(root: u32) -> Option<Self> {
        Self::of(&tree(root))
    }

    /// Of these processes together; those that have ended do not count.
    pub fn of(pids: &[u32]) -> Option<Self> {
        let mut sum = Self::default();
        for pid in pids {
            let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
            let (Some(proportional), Some(dirty)) = (field(&text, "Pss:"), field(&text, "Private_Dirty:")) else {
                continue;
            };
            sum.proportional += proportional * 1_024;
            sum.private_dirty += dirty * 1_024;
            sum.processes += 1;
        }
        (sum.processes > 0).then_some(sum)
    }

    /// As megabytes: proportional, private dirty.
    pub fn megabytes(&self) -> (f64, f64) {
        (self.proportional as f64 / 1e6, self.private_dirty as f64 / 1e6)
    }
}

/// A process and its descendants.
pub fn tree(root: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<(u32, u32)> = entries
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let status = std::fs::read_to_string(entry.path().join("status")).ok()?;
            Some((pid, u32::try_from(field(&status, "PPid:")?).ok()?))
        })
        .collect();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(all.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    found
}

/// The short name of a process, at most 15 letters.
#[cfg(target_os = "linux")]
pub fn name(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned()
}

/// CPU time of all threads of another process, ended ones included. Exact, where `/proc/PID/stat` counts in hundredths of
/// a second.
#[cfg(target_os = "linux")]
pub fn cpu_time(pid: u32) -> Option<Duration> {
    let mut clock = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: both calls write through a valid pointer and have no other effect; the second only runs with a clock that
    // the first has filled in.
    let read = unsafe {
        libc::clock_getcpuclockid(libc::pid_t::try_from(pid).ok()?, &raw mut clock) == 0
            && libc::clock_gettime(clock, &raw mut time) == 0
    };
    read.then(|| Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}

/// Not known on this system.
#[cfg(not(target_os = "linux"))]
pub fn cpu_time(_pid: u32) -> Option<Duration> {
    None
}

/// Bytes that this process wrote.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    to_disk: Option<u64>,
    to_kernel: u64,
}

impl Written {
    /// Since its start.
    pub fn of_this_process() -> Self {
        let text = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
        Self { to_disk: field(&text, "write_bytes:"), to_kernel: field(&text, "wchar:").unwrap_or(0) }
    }

    /// Since an earlier reading.
    pub fn since(self, before: Self) -> Self {
        let to_disk = self.to_disk.zip(before.to_disk).map(|(after, before)| after.saturating_sub(before));
        Self { to_disk, to_kernel: self.to_kernel.saturating_sub(before.to_kernel) }
    }

    /// Bytes to disk where the file system counts them, else bytes handed to the kernel; and which it is.
    pub fn best(self) -> Option<(u64, &'static str)> {
        match self.to_disk? {
            0 => Some((self.to_kernel, "handed to the kernel; this file system does not count what reaches a disk")),
            disk => Some((disk, "to disk")),
        }
    }
}

/// Bytes that this process had to fetch from a disk since its start.
pub fn read_from_disk() -> u64 {
    field(&std::fs::read_to_string("/proc/self/io").unwrap_or_default(), "read_bytes:").unwrap_or(0)
}

fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_in_its_own_tree_and_costs_something() {
        let own = std::process::id();
        assert!(tree(own).contains(&own));
        let memory = Memory::of_tree(own).unwrap();
        assert!(memory.proportional > 100_000 && memory.private_dirty > 4_096, "{memory:?}");
        assert!(cpu_time(own).unwrap() > Duration::ZERO);
        assert_eq!(field("a: 1 kB\nPss:   12 kB", "Pss:"), Some(12));
    }
}
