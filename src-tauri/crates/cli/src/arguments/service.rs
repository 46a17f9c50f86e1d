//! `service`.

use clap::{Args, Subcommand};

/// What about the engine's own service.
#[derive(Debug, Subcommand)]
pub enum Service {
    /// Write the unit (systemd) or property list (launchd), start the engine, and have it start with the machine
    Install(InstallService),
    /// End the engine and remove the unit; data and configuration stay
    Uninstall(UninstallService),
    /// What is installed and whether it runs
    #[command(after_help = "Exit codes: 0 it runs, 3 it runs and something needs a look, 1 it does not run, \
        4 nothing is installed.")]
    Status(ServiceScope),
}

/// Whose supervisor.
#[derive(Clone, Copy, Debug, Args)]
pub struct ServiceScope {
    /// For the machine and not for yourself; needs root, for whom it is the default
    #[arg(long)]
    pub system: bool,
}

/// How to install.
#[derive(Debug, Args)]
pub struct InstallService {
    #[command(flatten)]
    pub scope: ServiceScope,
    /// Show the unit and the commands, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// As whom the engine runs; with --system, and with --home
    #[arg(long, value_name = "NAME", requires = "system")]
    pub user: Option<String>,
}

/// How to uninstall.
#[derive(Debug, Args)]
pub struct UninstallService {
    #[command(flatten)]
    pub scope: ServiceScope,
    /// Show what would be removed and the commands, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}
