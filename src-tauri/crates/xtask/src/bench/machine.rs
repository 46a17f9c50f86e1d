//! The line that says where and when the figures were measured.

use caretaker_core::time::Clock;
use caretaker_platform::clock::SystemClock;

use super::options::Options;
use super::sleepers::process_count;

/// `2026-03-02, 2 cores (AMD …), Linux 6.1, 84 processes, load 0.40, programs of profile dist`.
pub fn description(options: &Options) -> String {
    let facts = caretaker_collect::host_facts();
    let now = SystemClock::new().moment().wall.to_string();
    let date = now.split('T').next().unwrap_or_default();
    let memory = facts.memory_bytes >> 30;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown");
    let folder = options.programs.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let own =
        if cfg!(debug_assertions) { "; this program is a debug build, so its own figures are too high" } else { "" };
    let quick = if options.quick { "; a quick run" } else { "" };
    format!(
        "{date}: {} cores ({}), {memory} GB, {} {} with kernel {}, {} processes, load {load} at the start; programs from `{folder}`{own}{quick}",
        facts.cores,
        facts.cpu_model,
        facts.os,
        facts.os_version,
        facts.kernel,
        process_count()
    )
}
