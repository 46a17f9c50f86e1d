//! Linux: `/proc` and `/sys`, read by hand. `macos.rs` has the same public names.

mod answers;
mod attribute;
mod block_io;
mod cpu;
mod disks;
mod fans;
mod gpu;
mod hwmon;
mod kept_file;
mod memory;
mod mounts;
mod network;
mod nvidia;
mod nvme_device;
mod nvml;
mod own;
mod part;
mod power;
mod pressure;
mod process_stat;
mod processes;
mod program_name;
mod root;
mod sensors;
mod temperature;
mod text;
mod throttling;
mod usage;
mod wear;

use caretaker_core::port::Collector;
use caretaker_core::view::SensorView;

use root::Root;

/// The collectors of this platform; nothing is opened yet.
pub(crate) fn collectors() -> Vec<Box<dyn Collector>> {
    collectors_at(&Root::default())
}

/// The same for a machine whose `/proc` and `/sys` lie under another root, as recorded ones do.
fn collectors_at(root: &Root) -> Vec<Box<dyn Collector>> {
    vec![
        Box::new(cpu::Cpu::new(root)),
        Box::new(memory::Memory::new(root)),
        Box::new(disks::Disks::new(root)),
        Box::new(network::Network::new(root)),
        Box::new(temperature::Temperature::new(root)),
        Box::new(throttling::Throttling::new(root)),
        Box::new(fans::Fans::new(root)),
        Box::new(power::Power::new(root)),
        Box::new(gpu::Gpu::new(root)),
        Box::new(nvidia::Nvidia::new(root)),
        Box::new(wear::Wear::new(root)),
        Box::new(processes::Processes::new(root)),
        Box::new(own::Own::new(root)),
    ]
}

/// Every sensor of this platform as it is now.
pub(crate) fn sensors() -> Vec<SensorView> {
    sensors_at(&Root::default())
}

/// The same under another root. By part, as in the dump.
fn sensors_at(root: &Root) -> Vec<SensorView> {
    let parts = [
        gpu::inspect(root),
        nvidia::inspect(root),
        power::inspect(root),
        fans::inspect(root),
        temperature::inspect(root),
        throttling::inspect(root),
        wear::inspect(root),
    ];
    parts.into_iter().flatten().collect()
}

#[cfg(test)]
mod recorded;
