//! Every series that Caretaker itself fills: its unit, its labels, what it says, and where each system has it from.
//! The page `docs/reference/series.md`, the help for Prometheus and the units in the sentences of rules come from here.

use super::{Unit, names};

/// A series that Caretaker fills itself.
#[derive(Clone, Copy, Debug)]
pub struct KnownSeries {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// Names of its labels; empty where a machine has one.
    pub labels: &'static [&'static str],
    /// What it says, in a sentence.
    pub meaning: &'static str,
    /// Where Linux has it from; empty where Linux does not have it.
    pub linux: &'static str,
    /// Where macOS has it from; empty where macOS does not have it.
    pub macos: &'static str,
}

/// The series of a name; none for series of services and of other programs.
pub fn known(name: &str) -> Option<&'static KnownSeries> {
    CATALOGUE.iter().find(|series| series.name == name)
}

/// A series of the machine.
const fn host(
    name: &'static str,
    unit: Unit,
    labels: &'static [&'static str],
    meaning: &'static str,
    [linux, macos]: [&'static str; 2],
) -> KnownSeries {
    KnownSeries { name, unit, labels, meaning, linux, macos }
}

/// A series that both systems have from the same place.
const fn own(
    name: &'static str,
    unit: Unit,
    labels: &'static [&'static str],
    meaning: &'static str,
    source: &'static str,
) -> KnownSeries {
    KnownSeries { name, unit, labels, meaning, linux: source, macos: source }
}

const MOUNTED: [&str; 2] = ["statvfs", "statfs, one series a container"];
const NVME: [&str; 2] = ["NVMe health log; needs root", "NVMe health log"];
const DISKSTATS: [&str; 2] = ["/proc/diskstats", "IOKit"];

/// Every series, by theme.
pub const CATALOGUE: &[KnownSeries] = &[
    host(names::CPU_USAGE, Unit::Percent, &[], "CPU in use over all cores.", ["/proc/stat", "host_processor_info"]),
    host(
        names::CPU_CORE_USAGE,
        Unit::Percent,
        &["core"],
        "CPU in use of one core.",
        ["/proc/stat", "host_processor_info"],
    ),
    host(
        names::CPU_PRESSURE,
        Unit::Percent,
        &[],
        "Share of the last 10 s in which some task waited for the CPU.",
        ["/proc/pressure/cpu", ""],
    ),
    host(
        names::CPU_THROTTLED,
        Unit::Percent,
        &[],
        "How far the CPU is slowed down because of heat: share of time (Intel), or of the steps of its cooling.",
        ["thermal_throttle, else cooling devices", ""],
    ),
    host(names::LOAD_1M, Unit::Ratio, &[], "Load average of 1 minute.", ["/proc/loadavg", "getloadavg"]),
    host(names::LOAD_5M, Unit::Ratio, &[], "Load average of 5 minutes.", ["/proc/loadavg", "getloadavg"]),
    host(names::LOAD_15M, Unit::Ratio, &[], "Load average of 15 minutes.", ["/proc/loadavg", "getloadavg"]),
    host(
        names::LOAD_PER_CORE,
        Unit::Ratio,
        &[],
        "Load average of 15 minutes divided by the number of cores.",
        ["/proc/loadavg", "getloadavg"],
    ),
    host(names::MEMORY_TOTAL, Unit::Bytes, &[], "Memory of the machine.", ["/proc/meminfo", "hw.memsize"]),
    host(names::MEMORY_USED, Unit::Bytes, &[], "Memory in use.", ["/proc/meminfo", "host_statistics64"]),
    host(
        names::MEMORY_AVAILABLE,
        Unit::Bytes,
        &[],
        "Memory that programs can still get.",
        ["/proc/meminfo", "host_statistics64"],
    ),
    host(
        names::MEMORY_USAGE,
        Unit::Percent,
        &[],
        "Memory that programs cannot get any more.",
        ["/proc/meminfo", "host_statistics64"],
    ),
    host(
        names::MEMORY_PRESSURE,
        Unit::Percent,
        &[],
        "How much work waits for memory.",
        ["/proc/pressure/memory", "100 - kern.memorystatus_level"],
    ),
    host(
        names::MEMORY_PRESSURE_LEVEL,
        Unit::Count,
        &[],
        "What macOS says of memory: 1 normal, 2 warning, 4 critical.",
        ["", "kern.memorystatus_vm_pressure_level"],
    ),
    host(names::SWAP_TOTAL, Unit::Bytes, &[], "Swap of the machine.", ["/proc/meminfo", "vm.swapusage"]),
    host(names::SWAP_USED, Unit::Bytes, &[], "Swap in use.", ["/proc/meminfo", "vm.swapusage"]),
    host(names::SWAP_OUT, Unit::BytesPerSecond, &[], "Written to swap.", ["/proc/vmstat", "host_statistics64"]),
    host(names::DISK_USAGE, Unit::Percent, &["mount"], "Used of what users can use, as `df` counts it.", MOUNTED),
    host(names::DISK_FREE, Unit::Bytes, &["mount"], "Left for users.", MOUNTED),
    host(names::DISK_TOTAL, Unit::Bytes, &["mount"], "Size of the file system.", MOUNTED),
    host(
        names::DISK_AVAILABLE,
        Unit::Bytes,
        &["mount"],
        "Left for important use, as Finder shows it.",
        ["", "volumeAvailableCapacityForImportantUsage"],
    ),
    host(
        names::DISK_PURGEABLE,
        Unit::Bytes,
        &["mount"],
        "What the system can free by itself.",
        ["", "available - free"],
    ),
    host(names::DISK_READ, Unit::BytesPerSecond, &["disk"], "Read from the disk.", DISKSTATS),
    host(names::DISK_WRITTEN, Unit::BytesPerSecond, &["disk"], "Written to the disk.", DISKSTATS),
    host(
        names::DISK_BUSY,
        Unit::Percent,
        &["disk"],
        "Share of time in which the disk was busy.",
        ["/proc/diskstats", ""],
    ),
    host(
        names::DISK_WEAR,
        Unit::Percent,
        &["disk"],
        "How far the disk is worn, of what its maker vouches for; it can go beyond 100.",
        ["NVMe health log (needs root), eMMC life_time", "NVMe health log"],
    ),
    host(names::DISK_SPARE, Unit::Percent, &["disk"], "Spare blocks of the disk that are left.", NVME),
    host(
        names::DISK_FAILING,
        Unit::Count,
        &["disk"],
        "1 while the disk itself reports a defect, else 0.",
        ["NVMe health log (needs root), eMMC pre_eol_info", "NVMe health log"],
    ),
    host(names::DISK_POWER_ON, Unit::Seconds, &["disk"], "How long the disk was ever switched on.", NVME),
    host(
        names::DISK_UNSAFE_SHUTDOWNS,
        Unit::Count,
        &["disk"],
        "How often the disk ever lost its power without a warning.",
        NVME,
    ),
    host(
        names::IO_PRESSURE,
        Unit::Percent,
        &[],
        "Share of the last 10 s in which some task waited for disks.",
        ["/proc/pressure/io", ""],
    ),
    host(names::NETWORK_RECEIVED, Unit::BytesPerSecond, &["interface"], "Received.", ["/proc/net/dev", "sysctl"]),
    host(names::NETWORK_SENT, Unit::BytesPerSecond, &["interface"], "Sent.", ["/proc/net/dev", "sysctl"]),
    host(
        names::TEMPERATURE,
        Unit::Celsius,
        &["sensor"],
        "Temperature of a sensor; on a Mac the highest and the mean of a group of them.",
        ["hwmon, else thermal zones", "SMC keys Tp, Te, Tg; IOHIDEventSystem"],
    ),
    host(
        names::THERMAL_STATE,
        Unit::Count,
        &[],
        "Thermal state of macOS: 0 nominal, 1 fair, 2 serious, 3 critical.",
        ["", "NSProcessInfo.thermalState"],
    ),
    host(
        names::FAN,
        Unit::TurnsPerMinute,
        &["fan"],
        "Speed of a fan; one that never turned is not shown.",
        ["hwmon fan*_input", "SMC keys F0Ac, F1Ac, ..."],
    ),
    host(
        names::POWER,
        Unit::Watts,
        &["part"],
        "Power that a part takes: `cpu`, `gpu`, `ane` (neural engine), `dram`, or `total`, which is measured and not a sum.",
        ["RAPL (needs root), hwmon power and energy", "IOReport Energy Model, SMC key PSTR"],
    ),
    host(
        names::GPU_USAGE,
        Unit::Percent,
        &["gpu"],
        "GPU in use; of an Intel GPU the share of time in which it was not asleep.",
        ["amdgpu, i915, xe in /sys/class/drm; NVIDIA's NVML", "IOAccelerator PerformanceStatistics"],
    ),
    host(
        names::GPU_MEMORY,
        Unit::Bytes,
        &["gpu"],
        "Memory that the GPU uses: its own where it has some, else that of the machine.",
        ["amdgpu mem_info_vram_used; NVML", "IOAccelerator PerformanceStatistics"],
    ),
    host(
        names::GPU_MEMORY_TOTAL,
        Unit::Bytes,
        &["gpu"],
        "Memory of the GPU itself.",
        ["amdgpu mem_info_vram_total; NVML", ""],
    ),
    host(
        names::GPU_MEMORY_SHARED,
        Unit::Bytes,
        &["gpu"],
        "Memory of the machine that a GPU with memory of its own uses besides.",
        ["amdgpu mem_info_gtt_used", ""],
    ),
    own(names::UPTIME, Unit::Seconds, &[], "Time since boot.", "clocks"),
    host(names::PROCESS_COUNT, Unit::Count, &[], "Processes.", ["/proc", "proc_listallpids"]),
    own(
        names::MODEL_SERVER_UP,
        Unit::Count,
        &["server"],
        "1 while a server of local models answers, else 0.",
        "the server",
    ),
    own(
        names::MODEL_INSTALLED,
        Unit::Count,
        &["server"],
        "Models that a server has installed or offers.",
        "the server",
    ),
    own(names::MODEL_INSTALLED_BYTES, Unit::Bytes, &["server"], "Their size on disk.", "the server"),
    own(names::MODEL_LOADED, Unit::Count, &["server"], "Models in memory.", "the server"),
    own(
        names::MODEL_MEMORY,
        Unit::Bytes,
        &["server", "model"],
        "Memory that the server says a loaded model takes.",
        "the server",
    ),
    own(
        names::MODEL_TOKENS_PER_SECOND,
        Unit::Ratio,
        &["server"],
        "Tokens generated a second, as the server averages them.",
        "the server",
    ),
    own(names::ROUND_TIME, Unit::Milliseconds, &[], "How long the newest round took.", "Caretaker"),
    own(
        names::OWN_CPU_TIME,
        Unit::Milliseconds,
        &[],
        "CPU time that Caretaker used since the round before.",
        "Caretaker",
    ),
    own(names::OWN_CPU_USAGE, Unit::Percent, &[], "CPU that Caretaker used, of one core.", "Caretaker"),
    own(names::OWN_MEMORY, Unit::Bytes, &[], "Memory that only Caretaker holds.", "Caretaker"),
    own(names::OWN_WRITTEN, Unit::BytesPerSecond, &[], "What Caretaker wrote to disks.", "Caretaker"),
    own(names::OWN_WRITTEN_DAY, Unit::Bytes, &[], "What Caretaker wrote to disks in the last 24 hours.", "Caretaker"),
    own(names::OWN_WAKEUPS, Unit::Ratio, &[], "How often Caretaker's threads woke up, per second.", "Caretaker"),
    own(names::OWN_DATABASE_SIZE, Unit::Bytes, &[], "Size of Caretaker's databases.", "Caretaker"),
    own(
        names::OWN_DATABASE_DAMAGED,
        Unit::Count,
        &["database"],
        "How many damaged files of a database of Caretaker were set aside and lie in the home; absent when none does.",
        "Caretaker",
    ),
    own(names::QUEUE_DEPTH, Unit::Count, &["queue"], "What waits in a queue.", "Caretaker"),
    own(
        names::COLLECTOR_FAILING,
        Unit::Count,
        &["collector"],
        "1 while a collector fails or hangs, else 0.",
        "Caretaker",
    ),
    own(
        names::CHANNEL_FAILING,
        Unit::Count,
        &["channel"],
        "1 while a channel beyond the desktop fails or cannot be used, else 0.",
        "Caretaker",
    ),
    own(names::BACKUP_AGE, Unit::Seconds, &["job"], "Time since the newest good backup.", "Caretaker"),
    own(names::BACKUP_PROOF_AGE, Unit::Seconds, &["job"], "Time since it was last proven to restore.", "Caretaker"),
    own(names::BACKUP_FAILING, Unit::Count, &["job"], "1 while the newest run failed, else 0.", "Caretaker"),
    own(
        names::BACKUP_VERIFICATION,
        Unit::Count,
        &["job"],
        "1 while every archive that was checked is intact, else 0.",
        "Caretaker",
    ),
    own(
        names::BACKUP_PROOF,
        Unit::Count,
        &["job"],
        "1 when the newest drill proved that it restores, else 0.",
        "Caretaker",
    ),
    own(
        names::BACKUP_MASS_CHANGE,
        Unit::Count,
        &["job"],
        "1 while a mass change waits for an answer, else 0.",
        "Caretaker",
    ),
    own(
        names::DESTINATION_PRESENT,
        Unit::Count,
        &["destination"],
        "1 while the destination is there, else 0.",
        "Caretaker",
    ),
    own(names::DESTINATION_FREE, Unit::Bytes, &["destination"], "Room left for archives.", "Caretaker"),
    own(
        names::DESTINATION_USAGE,
        Unit::Percent,
        &["destination"],
        "Share of the destination's disk in use.",
        "Caretaker",
    ),
    own(
        names::REPLICA_PENDING,
        Unit::Seconds,
        &["destination"],
        "Age of the oldest archive that has no copy there yet.",
        "Caretaker",
    ),
    own(
        names::DATABASE_INTEGRITY,
        Unit::Count,
        &["database"],
        "1 while the database was whole when it was last looked at, 0 while it was damaged.",
        "Caretaker",
    ),
    own(
        names::TASK_STATE,
        Unit::Count,
        &["task"],
        "How the newest run came out: 0 well, 1 something to look at, 2 failed.",
        "Caretaker",
    ),
    own(
        names::BENCHMARK_SHARE,
        Unit::Percent,
        &["part"],
        "The newest benchmark beside its median of the 90 days before.",
        "Caretaker",
    ),
    own(names::SAMPLE_AGE, Unit::Seconds, &[], "Time since the newest sample of the host.", "Caretaker"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_stands_in_the_catalogue_once() {
        let source = include_str!("names.rs");
        let name = |line: &'static str| line.strip_prefix("pub const ")?.split('"').nth(1);
        let names: BTreeSet<&str> = source.lines().filter_map(name).collect();
        let catalogued: Vec<&str> = CATALOGUE.iter().map(|series| series.name).collect();
        assert_eq!(catalogued.iter().copied().collect::<BTreeSet<_>>(), names);
        assert_eq!(catalogued.len(), names.len(), "one stands there twice");
    }

    #[test]
    fn every_series_says_what_it_is_and_comes_from_somewhere() {
        for series in CATALOGUE {
            assert!(series.meaning.ends_with('.'), "{}: {}", series.name, series.meaning);
            assert!(!(series.linux.is_empty() && series.macos.is_empty()), "{} comes from nowhere", series.name);
        }
    }
}
