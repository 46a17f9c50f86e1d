//! From the command line to an engine's options.

use std::sync::Arc;

use caretaker_core::config::Platform;
use caretaker_core::port::Notifier;
use caretaker_core::problem::Problem;
use caretaker_engine::{EngineOptions, machine_ports};
use caretaker_platform::home::Home;

use crate::arguments::Arguments;

/// Program name in locks and messages.
pub const PROGRAM: &str = "caretaker-app";
/// Version in locks and messages.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The home that these arguments mean, prepared.
pub fn home(arguments: &Arguments) -> Result<Home, Problem> {
    Home::locate(arguments.home.as_deref())?.prepare()
}

/// Options of an engine in this process. `notifier` stands in where only an app can show notifications.
pub fn engine_options(arguments: &Arguments, home: &Home, notifier: Option<Arc<dyn Notifier>>) -> EngineOptions {
    let mut ports = machine_ports(home);
    ports.notifier = notifier.or(ports.notifier);
    EngineOptions {
        configuration: arguments.config.clone().unwrap_or_else(|| home.configuration()),
        home: home.clone(),
        environment: std::env::vars().filter(|(name, _)| name.starts_with("CARETAKER_")).collect(),
        platform: Platform::CURRENT,
        program: PROGRAM.to_owned(),
        version: VERSION.to_owned(),
        ports,
    }
}
