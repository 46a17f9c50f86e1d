//! Names of the series that Caretaker itself fills; scripts rely on them (`docs/reference`).

/// First parts of names that nobody else may push: Caretaker fills these series itself, or is going to.
pub const RESERVED: [&str; 14] = [
    "host",
    "caretaker",
    "process",
    "model",
    "service",
    "check",
    "certificate",
    "database",
    "backup",
    "destination",
    "log",
    "task",
    "proxy",
    "alert",
];

/// CPU in use over all cores, %.
pub const CPU_USAGE: &str = "host.cpu.usage";
/// CPU in use of one core, %; label `core`.
pub const CPU_CORE_USAGE: &str = "host.cpu.core.usage";
/// Load averages of 1, 5 and 15 minutes.
pub const LOAD_1M: &str = "host.load.1m";
/// See [`LOAD_1M`].
pub const LOAD_5M: &str = "host.load.5m";
/// See [`LOAD_1M`].
pub const LOAD_15M: &str = "host.load.15m";
/// 15-minute load divided by the number of cores.
pub const LOAD_PER_CORE: &str = "host.load.per_core";
/// Memory, bytes.
pub const MEMORY_TOTAL: &str = "host.memory.total";
/// Memory in use, bytes.
pub const MEMORY_USED: &str = "host.memory.used";
/// Memory that programs can still get, bytes.
pub const MEMORY_AVAILABLE: &str = "host.memory.available";
/// Linux: 1 - MemAvailable/MemTotal, %.
pub const MEMORY_USAGE: &str = "host.memory.usage";
/// macOS: 100 - kern.memorystatus_level; Linux: PSI some avg10; %.
pub const MEMORY_PRESSURE: &str = "host.memory.pressure";
/// macOS only: 1 normal, 2 warning, 4 critical.
pub const MEMORY_PRESSURE_LEVEL: &str = "host.memory.pressure_level";
/// Swap, bytes.
pub const SWAP_TOTAL: &str = "host.swap.total";
/// Swap in use, bytes.
pub const SWAP_USED: &str = "host.swap.used";
/// Written to swap, bytes/s.
pub const SWAP_OUT: &str = "host.swap.out";
/// Used / (used + available) as `df` shows it, %; label `mount`.
pub const DISK_USAGE: &str = "host.disk.usage";
/// Bytes available to users; label `mount`.
pub const DISK_FREE: &str = "host.disk.free";
/// Size in bytes; label `mount`.
pub const DISK_TOTAL: &str = "host.disk.total";
/// macOS: bytes available for important usage; label `mount`.
pub const DISK_AVAILABLE: &str = "host.disk.available";
/// macOS: bytes that the system can free by itself; label `mount`.
pub const DISK_PURGEABLE: &str = "host.disk.purgeable";
/// Bytes/s read; label `disk`.
pub const DISK_READ: &str = "host.disk.read";
/// Bytes/s written; label `disk`.
pub const DISK_WRITTEN: &str = "host.disk.written";
/// Share of time the device was busy, %; label `disk`.
pub const DISK_BUSY: &str = "host.disk.busy";
/// How far the disk is worn, % of the writes that its maker vouches for; beyond 100 it goes on without a promise;
/// label `disk`.
pub const DISK_WEAR: &str = "host.disk.wear";
/// Spare blocks of the disk that are left, %; label `disk`.
pub const DISK_SPARE: &str = "host.disk.spare";
/// 1 while the disk itself reports a defect, else 0; label `disk`.
pub const DISK_FAILING: &str = "host.disk.failing";
/// Seconds that the disk was ever switched on; label `disk`.
pub const DISK_POWER_ON: &str = "host.disk.power_on";
/// How often the disk ever lost its power without a warning; label `disk`.
pub const DISK_UNSAFE_SHUTDOWNS: &str = "host.disk.unsafe_shutdowns";
/// Bytes/s received; label `interface`.
pub const NETWORK_RECEIVED: &str = "host.network.received";
/// Bytes/s sent; label `interface`.
pub const NETWORK_SENT: &str = "host.network.sent";
/// °C; label `sensor`.
pub const TEMPERATURE: &str = "host.temperature";
/// macOS thermal state: 0 nominal, 1 fair, 2 serious, 3 critical.
pub const THERMAL_STATE: &str = "host.thermal.state";
/// Linux: how far the CPU is slowed down because of heat, %.
pub const CPU_THROTTLED: &str = "host.cpu.throttled";
/// GPU in use, %; label `gpu`.
pub const GPU_USAGE: &str = "host.gpu.usage";
/// Memory that the GPU uses, bytes; its own where it has some, else that of the machine; label `gpu`.
pub const GPU_MEMORY: &str = "host.gpu.memory";
/// Memory of the GPU itself, bytes; label `gpu`.
pub const GPU_MEMORY_TOTAL: &str = "host.gpu.memory_total";
/// Memory of the machine that a GPU with memory of its own uses besides, bytes; label `gpu`.
pub const GPU_MEMORY_SHARED: &str = "host.gpu.memory_shared";
/// Watts; label `part`: `cpu`, `gpu`, `ane`, `dram`, `total`.
pub const POWER: &str = "host.power";
/// Turns a minute; label `fan`.
pub const FAN: &str = "host.fan";
/// Seconds since boot.
pub const UPTIME: &str = "host.uptime";
/// Number of processes.
pub const PROCESS_COUNT: &str = "host.processes";
/// Linux PSI: share of the last 10 s in which some task waited for the CPU, %.
pub const CPU_PRESSURE: &str = "host.cpu.pressure";
/// Linux PSI: share of the last 10 s in which some task waited for disks, %.
pub const IO_PRESSURE: &str = "host.io.pressure";

/// 1 while a server of local models answers, else 0; only for servers that answered before; label `server`.
pub const MODEL_SERVER_UP: &str = "model.server.up";
/// Models that a server has installed or offers; label `server`.
pub const MODEL_INSTALLED: &str = "model.installed";
/// Their size on disk, bytes; label `server`.
pub const MODEL_INSTALLED_BYTES: &str = "model.installed_bytes";
/// Models in memory; label `server`.
pub const MODEL_LOADED: &str = "model.loaded";
/// Memory that the server says a loaded model takes, bytes; labels `server`, `model`.
pub const MODEL_MEMORY: &str = "model.memory";
/// Tokens generated a second, as the server averages them; label `server`.
pub const MODEL_TOKENS_PER_SECOND: &str = "model.tokens_per_second";

/// Wall time of a round, ms.
pub const ROUND_TIME: &str = "caretaker.round.time";
/// CPU time that Caretaker used since the round before, ms.
pub const OWN_CPU_TIME: &str = "caretaker.cpu.time";
/// CPU that Caretaker used since the round before, % of one core.
pub const OWN_CPU_USAGE: &str = "caretaker.cpu.usage";
/// Memory that only Caretaker holds (Linux: resident pages of no file; macOS: footprint), bytes.
pub const OWN_MEMORY: &str = "caretaker.memory";
/// Bytes that Caretaker wrote to disks since the round before, per second.
pub const OWN_WRITTEN: &str = "caretaker.disk.written";
/// What Caretaker wrote to disks in the last 24 hours, bytes.
pub const OWN_WRITTEN_DAY: &str = "caretaker.disk.written_day";
/// How often Caretaker's threads woke up since the round before, per second.
pub const OWN_WAKEUPS: &str = "caretaker.wakeups";
/// Size of Caretaker's databases, bytes.
pub const OWN_DATABASE_SIZE: &str = "caretaker.database.size";
/// Damaged files of a database that lie in the home.
pub const OWN_DATABASE_DAMAGED: &str = "caretaker.database.damaged";
/// Depth of a bounded queue; label `queue`.
pub const QUEUE_DEPTH: &str = "caretaker.queue.depth";
/// 1 while a collector fails or hangs, else 0; label `collector`.
pub const COLLECTOR_FAILING: &str = "caretaker.collector.failing";
/// 1 while a channel beyond the desktop fails or cannot be used, else 0; label `channel`.
pub const CHANNEL_FAILING: &str = "caretaker.channel.failing";
/// Seconds since the newest good backup of a job; label `job`.
pub const BACKUP_AGE: &str = "backup.age";
/// Seconds since a job was last proven to restore; label `job`.
pub const BACKUP_PROOF_AGE: &str = "backup.proof_age";
/// 1 while the newest run of a job failed, else 0; label `job`.
pub const BACKUP_FAILING: &str = "backup.failing";
/// 1 while every archive of a job that was checked is intact, else 0; label `job`.
pub const BACKUP_VERIFICATION: &str = "backup.verification";
/// 1 when the newest drill of a job proved that it restores, else 0; label `job`.
pub const BACKUP_PROOF: &str = "backup.proof";
/// 1 while a mass change waits for an answer, else 0; label `job`.
pub const BACKUP_MASS_CHANGE: &str = "backup.mass_change";
/// 1 while a destination is there, else 0; label `destination`.
pub const DESTINATION_PRESENT: &str = "backup.destination.present";
/// Bytes free at a destination; label `destination`.
pub const DESTINATION_FREE: &str = "backup.destination.free";
/// Share of a destination's disk in use, %; label `destination`.
pub const DESTINATION_USAGE: &str = "backup.destination.usage";
/// Seconds since the oldest archive that has no copy at a destination yet; label `destination`.
pub const REPLICA_PENDING: &str = "backup.replica.pending";
/// 1 while a database was whole when it was last looked at, 0 while it was damaged; label `database`.
pub const DATABASE_INTEGRITY: &str = "database.integrity";
/// How the newest run of a maintenance task came out: 0 well, 1 something to look at, 2 failed; label `task`.
pub const TASK_STATE: &str = "task.state";
/// A part of the newest benchmark in % of its median of the 90 days before; label `part`.
pub const BENCHMARK_SHARE: &str = "task.benchmark";
/// Seconds since the newest sample of the host.
pub const SAMPLE_AGE: &str = "caretaker.sample.age";

#[cfg(test)]
mod tests {
    use super::RESERVED;

    #[test]
    fn nobody_can_push_what_caretaker_measures() {
        let names =
            include_str!("names.rs").lines().filter_map(|line| line.strip_prefix("pub const ")?.split('"').nth(1));
        for name in names {
            let first = name.split('.').next().unwrap_or_default();
            assert!(RESERVED.contains(&first), "{name}");
        }
    }
}
