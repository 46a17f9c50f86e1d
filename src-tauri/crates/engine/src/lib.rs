//! The composition: the only crate with long-running loops.
//!
//! An [`Engine`] owns both databases of a home folder, the thread that judges rounds, and everything doors may ask for.
//! Doors call its methods and decide nothing; each operation exists once, under `operation`.
//! It knows no HTTP, no Tauri and no terminal.

mod access;
mod anew;
mod attention;
mod backups;
mod causes;
mod channels;
mod collecting;
mod configuration;
mod credential;
mod databases;
mod decisions;
mod degraded;
mod engine;
mod evidence;
mod following;
mod growth;
mod hearing;
mod housekeeping;
mod latest;
mod machine;
mod maintenance;
mod models;
mod open;
mod operation;
mod options;
mod outbox;
mod past;
mod pipeline;
mod pushing;
mod recall;
mod reserve;
mod restore;
mod run;
mod runbooks;
mod set_aside;
mod supervision;
mod witness;
mod words;

pub use access::Recognised;
pub use engine::{DesktopGuard, Engine, Mode};
pub use machine::machine_ports;
pub use operation::{AlertFilter, ExportQuery, Figures, PointsQuery};
pub use options::{EngineOptions, Ports, Variables};
pub use pipeline::Judged;
pub use supervision::{Supervision, SupervisionRequest};
