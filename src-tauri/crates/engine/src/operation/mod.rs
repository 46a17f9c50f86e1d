//! Everything that a door can ask for, an operation once. Each file is one theme.

mod alerts;
mod configuration;
mod doctor;
mod export;
mod figures;
mod health;
mod metrics;
mod models;
mod noise;
mod overview;
mod parts;
mod quiet;
mod record;
mod rules;
mod silences;
mod status;
mod tokens;
mod unusual;
mod window;

pub use alerts::AlertFilter;
pub use export::ExportQuery;
pub use figures::Figures;
pub use metrics::PointsQuery;
pub(crate) use quiet::quiet_until;
pub(crate) use status::EXPECTED;
pub(crate) use unusual::Baselines;
