//! `folders`.

use clap::Args;

/// Which disk, and whether to look now.
#[derive(Debug, Args)]
pub struct Folders {
    /// Only this disk, by its mount point
    #[arg(value_name = "MOUNT")]
    pub mount: Option<String>,
    /// Look now, and wait for it; disks are looked at once a day by themselves
    #[arg(long)]
    pub now: bool,
}
