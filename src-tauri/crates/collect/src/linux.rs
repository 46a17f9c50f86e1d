//! Linux: `/proc` and `/sys`, read by hand. `macos.rs` has the same public names.

mod block_io;
mod cpu;
mod disks;
mod kept_file;
mod memory;
mod mounts;
mod network;
mod own;
mod part;
mod pressure;
mod process_stat;
mod processes;
mod program_name;
mod root;
mod sensors;
mod temperature;
mod text;

use caretaker_core::port::Collector;

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
        Box::new(processes::Processes::new(root)),
        Box::new(own::Own::new(root)),
    ]
}

#[cfg(test)]
mod recorded;
