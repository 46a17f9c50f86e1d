//! Native edges without Tauri: clocks, the home folder, its lock and socket, complete file writes, signals, desktop
//! notifications and what the desktop offers. Nothing in here decides anything about metrics or alerts, and nothing
//! touches D-Bus before it is first used.

pub mod app_lock;
pub mod background;
pub mod bus;
pub mod clock;
pub mod command;
pub mod desktop;
pub mod egress;
pub mod files;
pub mod folders;
mod hash;
pub mod home;
pub mod lock;
pub mod memory;
pub mod notify;
pub mod own_warnings;
pub mod permissions;
pub mod random;
pub mod readiness;
pub mod records;
pub mod server;
pub mod signals;
pub mod socket;
pub mod supervised;
