//! What each series is, in a sentence; series that Caretaker does not fill itself are named.

use caretaker_core::metric::names;

/// The text behind `# HELP`.
pub fn of(series: &str) -> String {
    let known = match series {
        names::CPU_USAGE => "CPU in use over all cores.",
        names::CPU_CORE_USAGE => "CPU in use of one core.",
        names::LOAD_1M => "Load average of 1 minute.",
        names::LOAD_5M => "Load average of 5 minutes.",
        names::LOAD_15M => "Load average of 15 minutes.",
        names::LOAD_PER_CORE => "Load average of 15 minutes divided by the number of cores.",
        names::MEMORY_TOTAL => "Memory of the machine.",
        names::MEMORY_USED => "Memory in use.",
        names::MEMORY_AVAILABLE => "Memory that programs can still get.",
        names::MEMORY_USAGE => "Memory that programs cannot get any more.",
        names::MEMORY_PRESSURE => "How much work waits for memory.",
        names::MEMORY_PRESSURE_LEVEL => "What macOS says of memory: 1 normal, 2 warning, 4 critical.",
        names::SWAP_TOTAL => "Swap of the machine.",
        names::SWAP_USED => "Swap in use.",
        names::SWAP_OUT => "Written to swap.",
        names::DISK_USAGE => "Used of what users can use.",
        names::DISK_FREE => "Left for users.",
        names::DISK_TOTAL => "Size of the file system.",
        names::DISK_AVAILABLE => "Left for important use.",
        names::DISK_PURGEABLE => "What the system can free by itself.",
        names::DISK_READ => "Read from the disk.",
        names::DISK_WRITTEN => "Written to the disk.",
        names::DISK_BUSY => "Share of time in which the disk was busy.",
        names::NETWORK_RECEIVED => "Received.",
        names::NETWORK_SENT => "Sent.",
        names::TEMPERATURE => "Temperature of a sensor.",
        names::THERMAL_STATE => "Thermal state of macOS: 0 nominal, 1 fair, 2 serious, 3 critical.",
        names::UPTIME => "Time since boot.",
        names::PROCESS_COUNT => "Processes.",
        names::CPU_PRESSURE => "Share of the last 10 s in which some task waited for the CPU.",
        names::IO_PRESSURE => "Share of the last 10 s in which some task waited for disks.",
        names::ROUND_TIME => "How long the newest round took.",
        names::OWN_CPU_TIME => "CPU time that Caretaker used since the round before.",
        names::OWN_MEMORY => "Memory that Caretaker holds.",
        names::OWN_WRITTEN => "What Caretaker wrote to disks.",
        names::OWN_DATABASE_SIZE => "Size of Caretaker's databases.",
        names::QUEUE_DEPTH => "What waits in a queue.",
        names::COLLECTOR_FAILING => "1 while a collector fails or hangs, else 0.",
        names::SAMPLE_AGE => "Time since the newest sample of the host.",
        other => return format!("The series {other}."),
    };
    known.to_owned()
}
