//! What is measured: series, their units, and the readings of one round.

mod histogram;
pub mod names;
mod points;
mod round;
mod series;
mod unit;

pub use histogram::Histogram;
pub use points::{Point, Resolution, SeriesEntry, SeriesPoints, Stats, nearest_rank};
pub use round::{Mark, MarkKind, ProcessReading, Reading, Round, RoundId};
pub use series::{Labels, SeriesKey};
pub use unit::{SeriesKind, Unit};
