//! `xtask bench`: measures what `docs/performance.md` promises and prints one Markdown table.
//!
//! Every measurement is a file of its own and hands back rows. One that cannot run here says why in its row; nothing is
//! estimated, and nothing of it is part of the product.

mod aged;
mod archives;
mod charts;
mod collectors;
mod command_line;
#[cfg(target_os = "linux")]
mod desktop;
mod headless;
mod machine;
mod many_series;
mod options;
#[cfg(target_os = "linux")]
mod peers;
mod process;
mod programs;
mod report;
mod round;
mod rules;
mod run;
#[cfg(target_os = "linux")]
mod screen;
mod series;
mod sleepers;
mod storage;
mod times;

pub use run::run;

/// What a measurement comes to: rows, or why there are none.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
