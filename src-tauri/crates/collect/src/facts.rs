//! What does not change while the machine runs: its name, its system, its size. Read once, through sysinfo.

use caretaker_core::time::Timestamp;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// The machine in a few words. A text is empty and a number zero where the system does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFacts {
    /// Name in the network.
    pub hostname: String,
    /// Name of the system: `Debian GNU/Linux`, `macOS`.
    pub os: String,
    /// Its version: `12`, `15.1.1`.
    pub os_version: String,
    /// Version of the kernel: `6.1.0-18-amd64`.
    pub kernel: String,
    /// `x86_64`, `arm64`.
    pub architecture: String,
    /// `Apple M4`, `AMD Ryzen 7 7840U`.
    pub cpu_model: String,
    /// Logical cores.
    pub cores: u32,
    /// Memory of the machine, in bytes.
    pub memory_bytes: u64,
    /// When the machine was started, by its wall clock; none where the system does not say.
    pub boot_at: Option<Timestamp>,
}

/// Reads the facts; a few milliseconds.
pub fn host_facts() -> HostFacts {
    let wanted =
        RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()).with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(wanted).ok();
    let cpus = system.as_ref().map_or(&[][..], System::cpus);
    HostFacts {
        hostname: System::host_name().unwrap_or_default(),
        os: System::name().unwrap_or_default(),
        os_version: System::os_version().unwrap_or_default(),
        kernel: System::kernel_version().unwrap_or_default(),
        architecture: System::cpu_arch(),
        cpu_model: cpus.first().map(|cpu| cpu.brand().trim().to_owned()).unwrap_or_default(),
        cores: u32::try_from(cpus.len()).unwrap_or(0),
        memory_bytes: system.as_ref().map_or(0, System::total_memory),
        boot_at: System::boot_time().ok().and_then(boot_at),
    }
}

/// From seconds since 1970; zero is what some systems say for "unknown".
fn boot_at(seconds: u64) -> Option<Timestamp> {
    let millis = i64::try_from(seconds).ok()?.checked_mul(1_000)?;
    (millis > 0).then(|| Timestamp::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_system_cores_memory_and_a_boot_in_the_past() {
        let facts = host_facts();
        assert!(!facts.os.is_empty() && !facts.kernel.is_empty() && !facts.architecture.is_empty(), "{facts:?}");
        assert!(facts.cores > 0 && facts.memory_bytes > 64 << 20, "{facts:?}");
        assert!(facts.boot_at > "2020-01-01T00:00:00Z".parse().ok(), "{facts:?}");
    }

    #[test]
    fn a_boot_time_that_is_unknown_or_absurd_is_none() {
        for (seconds, at) in
            [(0, None), (u64::MAX, None), (1_700_000_000, Some(Timestamp::from_millis(1_700_000_000_000)))]
        {
            assert_eq!(boot_at(seconds), at);
        }
    }
}
