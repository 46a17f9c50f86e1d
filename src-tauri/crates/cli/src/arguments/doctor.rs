//! `doctor`.

use clap::{Args, ValueEnum};

/// What to check.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Only this group of checks
    pub group: Option<DoctorGroup>,
    /// Add the configuration in force, without credentials
    #[arg(long)]
    pub dump: bool,
}

/// A group of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DoctorGroup {
    /// Programs that some features call
    Deps,
    /// Ports that the network can reach
    Network,
    /// Whether this machine is fit to serve people around the clock
    Server,
    /// What this machine lets be measured
    Sensors,
}

impl DoctorGroup {
    /// The group as the engine calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deps => "programs",
            Self::Network => "network",
            Self::Server => "server",
            Self::Sensors => "sensors",
        }
    }
}
