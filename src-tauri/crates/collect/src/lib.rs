//! What the machine says about itself, one [`Collector`](caretaker_core::port::Collector) for each part of it.
//! Nothing here keeps history, judges values, or knows when the next round is.
//!
//! Linux is read from `/proc` and `/sys` by hand, because a scan of all processes through sysinfo costs three times
//! as much; macOS and the facts about the host come from sysinfo and a few system calls.
//!
//! Rules for every collector: nothing is opened before the first round; files and buffers are kept between rounds;
//! a rate needs the time since the round before and is left out without it; a counter that goes backwards starts anew;
//! what this kernel does not have is left out, and a part of which nothing exists is `Absent`.

#[cfg(any(target_os = "macos", test))]
mod accelerator;
#[cfg(any(target_os = "macos", test))]
mod apple_names;
mod disk_health;
#[cfg(any(target_os = "macos", test))]
mod energy_model;
mod facts;
mod failure;
#[cfg(any(target_os = "macos", test))]
mod groups;
mod library;
mod list;
mod nvme_smart;
mod plausible;
mod rate;
mod sensor;
mod series;
#[cfg(any(target_os = "macos", test))]
mod smc;
mod top;
mod uptime;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;

pub use facts::{HostFacts, host_facts};
pub use list::{collector_names, collectors, sensors};
