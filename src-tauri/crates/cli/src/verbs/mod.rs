//! Verbs, one a file: each asks for one thing and shows the answer. None decides anything that the engine could.

pub mod alerts;
pub mod alerts_list;
pub mod alerts_show;
pub mod api;
pub mod api_token;
pub mod backtest;
pub mod completions;
pub mod configuration;
pub mod doctor;
pub mod health;
pub mod metrics_export;
pub mod metrics_list;
pub mod metrics_show;
pub mod metrics_summary;
pub mod noise;
mod not_built;
pub mod rules;
pub mod run;
pub mod service;
pub mod status;
pub mod validate;

pub use not_built::not_built;
