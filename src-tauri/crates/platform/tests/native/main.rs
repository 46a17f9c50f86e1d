//! The native edges against real counterparts: other processes, a full disk, a D-Bus with a notification daemon and a
//! place for tray icons on it.
#![cfg(test)]

#[cfg(all(test, target_os = "linux"))]
mod commands;
#[cfg(all(test, target_os = "linux"))]
mod disk;
#[cfg(test)]
mod lock;
#[cfg(all(test, target_os = "linux"))]
mod notifications;
#[cfg(test)]
mod process;
#[cfg(all(test, target_os = "linux"))]
mod readiness;
#[cfg(all(test, target_os = "linux"))]
mod tray;
