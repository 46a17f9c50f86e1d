//! Names of the series that Caretaker itself fills; scripts rely on them (`docs/reference`).

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
/// Bytes/s received; label `interface`.
pub const NETWORK_RECEIVED: &str = "host.network.received";
/// Bytes/s sent; label `interface`.
pub const NETWORK_SENT: &str = "host.network.sent";
/// °C; label `sensor`.
pub const TEMPERATURE: &str = "host.temperature";
/// macOS thermal state: 0 nominal, 1 fair, 2 serious, 3 critical.
pub const THERMAL_STATE: &str = "host.thermal.state";
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
/// Memory that Caretaker holds (Linux: resident set), bytes.
pub const OWN_MEMORY: &str = "caretaker.memory";
/// Bytes that Caretaker wrote to disks since the round before, per second.
pub const OWN_WRITTEN: &str = "caretaker.disk.written";
/// Size of Caretaker's databases, bytes.
pub const OWN_DATABASE_SIZE: &str = "caretaker.database.size";
/// Depth of a bounded queue; label `queue`.
pub const QUEUE_DEPTH: &str = "caretaker.queue.depth";
/// 1 while a collector fails or hangs, else 0; label `collector`.
pub const COLLECTOR_FAILING: &str = "caretaker.collector.failing";
/// Seconds since the newest sample of the host.
pub const SAMPLE_AGE: &str = "caretaker.sample.age";
