//! What is measured: series, their units, and the readings of one round.

mod catalogue;
pub mod exposition;
mod histogram;
pub mod names;
mod points;
mod pushed;
mod reference;
mod round;
mod series;
mod series_name;
mod unit;

pub use catalogue::{CATALOGUE, KnownSeries, known};
pub use histogram::Histogram;
pub use points::{Point, Resolution, SeriesEntry, SeriesPoints, Stats, StatsOf, nearest_rank};
pub use pushed::Pushed;
pub use reference::reference;
pub use round::{Mark, MarkKind, ProcessReading, Reading, Round, RoundId};
pub use series::{Labels, SeriesKey};
pub use series_name::{LONGEST_NAME, NAME_HINT, is_series_name, may_fit_series};
pub use unit::{ParseKindError, ParseUnitError, SeriesKind, Unit};
