//! `doctor`.

use clap::{Args, ValueEnum};

/// What to check.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Only this group of checks
    #[arg(ignore_case = true)]
    pub group: Option<DoctorGroup>,
    /// Add the configuration in force, without credentials
    #[arg(long)]
    pub dump: bool,
}

/// A group of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DoctorGroup {
    /// The engine and what keeps it alive
    Engine,
    /// The home folder, its databases, the configuration
    Home,
    /// The engine's socket, its own ports, and what it may reach and reached
    Network,
    /// The screen, notifications, the tray
    Desktop,
    /// Whether this machine is fit to serve people around the clock
    Server,
    /// What this machine lets be measured: every sensor, what it shows, where, and why others are absent
    Sensors,
    /// Programs that some features call; also `deps`
    #[value(alias = "deps")]
    Programs,
    /// What does not work although it should
    Degraded,
}

impl DoctorGroup {
    /// The group as the engine calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Home => "home",
            Self::Network => "network",
            Self::Desktop => "desktop",
            Self::Server => "server",
            Self::Sensors => "sensors",
            Self::Programs => "programs",
            Self::Degraded => "degraded",
        }
    }
}
