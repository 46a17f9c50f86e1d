//! Writes archives: plans, reads and packs on several threads, writes on one, and lets an archive appear only complete and synced.

mod big;
pub mod destination;
mod disk;
mod fates;
mod folders;
mod itself;
mod long;
pub mod order;
pub(crate) mod plan;
mod run;
mod sealing;
mod sink;
mod small;

pub use destination::{Destination, DestinationId, DestinationLock};
pub use disk::{Act, Disk};
pub use order::{Cancel, NoPace, Order, Outcome, Pace, Progress, ReadBack, State, Totals};
pub use run::{preview, run};
