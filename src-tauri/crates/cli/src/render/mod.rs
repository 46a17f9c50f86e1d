//! Text for people: the only place that prints. What it shows was decided elsewhere.

mod chart;
mod colour;
mod progress;
mod runbook;
mod spark;
mod table;
mod terminal;
mod time;

pub use chart::chart;
pub use colour::{Colour, check_sign, health_sign, level_sign, overall_sign};
pub use progress::ProgressLine;
pub use runbook::{blocks, command};
pub use spark::{BLOCKS, highest, sparkline};
pub use table::{Align, Column, Table};
pub use terminal::{Colours, Terminal};
pub use time::{ago, in_local_time, local, remaining};
