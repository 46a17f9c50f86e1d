//! macOS: sysinfo with kept objects that refresh only what is shown, and a few system calls for what it does not
//! know. `linux.rs` has the same public names.

mod bindings;
mod cpu;
mod disks;
mod memory;
mod network;
mod own;
mod processes;
mod temperature;
mod thermal;

use caretaker_core::port::Collector;

/// The collectors of this platform; nothing is opened yet.
pub(crate) fn collectors() -> Vec<Box<dyn Collector>> {
    vec![
        Box::new(cpu::Cpu::new()),
        Box::new(memory::Memory::new()),
        Box::new(disks::Disks::new()),
        Box::new(network::Network::new()),
        Box::new(temperature::Temperature::new()),
        Box::new(thermal::Thermal::new()),
        Box::new(processes::Processes::new()),
        Box::new(own::Own::new()),
    ]
}
