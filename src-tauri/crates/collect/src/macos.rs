//! macOS: sysinfo with kept objects that refresh only what is shown, and a few system calls for what it does not
//! know. `linux.rs` has the same public names.

mod bindings;
mod cpu;
mod disks;
mod fans;
mod gpu;
mod judgement;
mod memory;
mod network;
mod own;
mod power;
mod processes;
mod temperature;
mod thermal;
mod wear;

use caretaker_core::port::Collector;
use caretaker_core::view::SensorView;

/// The collectors of this platform; nothing is opened yet.
pub(crate) fn collectors() -> Vec<Box<dyn Collector>> {
    vec![
        Box::new(cpu::Cpu::new()),
        Box::new(memory::Memory::new()),
        Box::new(disks::Disks::new()),
        Box::new(network::Network::new()),
        Box::new(temperature::Temperature::new()),
        Box::new(thermal::Thermal::new()),
        Box::new(fans::Fans::new()),
        Box::new(power::Power::new()),
        Box::new(gpu::Gpu::new()),
        Box::new(wear::Wear::new()),
        Box::new(processes::Processes::new()),
        Box::new(own::Own::new()),
    ]
}

/// Every sensor of this platform as it is now.
pub(crate) fn sensors() -> Vec<SensorView> {
    let parts = [
        gpu::inspect(),
        power::inspect(),
        fans::inspect(),
        temperature::inspect(),
        wear::inspect(),
        judgement::inspect(),
    ];
    parts.into_iter().flatten().collect()
}
