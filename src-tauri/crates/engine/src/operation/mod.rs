//! Everything that a door can ask for, an operation once. Each file is one theme.

mod alerts;
mod configuration;
mod doctor;
mod export;
mod metrics;
mod noise;
mod overview;
mod quiet;
mod record;
mod rules;
mod silences;
mod status;
mod window;

pub use alerts::AlertFilter;
pub use export::ExportQuery;
pub use metrics::PointsQuery;
pub(crate) use quiet::quiet_until;
pub(crate) use status::EXPECTED;
