//! Maintenance at work: which task begins when, what it does, what came of it. When a task is due is decided in
//! `core::maintenance`.

mod bodies;
mod databases;
mod figures;
mod memory;
mod running;
mod schedule;
mod standing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use caretaker_core::database::KnownDatabases;
use caretaker_core::maintenance::{TaskMemory, TaskRun};
use caretaker_core::time::Timestamp;

pub(crate) use databases::COPIES;

/// What the engine holds for maintenance. The locks are held for a look or a change only.
#[derive(Default)]
pub(crate) struct Maintenance {
    /// What is remembered of each task, as it is stored; none before it was first read.
    pub memories: Mutex<Option<BTreeMap<String, TaskMemory>>>,
    /// Tasks that run, or wait for another one to end.
    pub running: Mutex<BTreeSet<String>>,
    /// The newest run of each task; none before it was first read.
    pub newest: Mutex<Option<BTreeMap<String, TaskRun>>>,
    /// Databases as they were seen last; none before that was first read.
    pub databases: Mutex<Option<KnownDatabases>>,
    /// Parts of the newest benchmark in % of their medians.
    pub shares: Mutex<Vec<(String, f64)>>,
    /// Until when nothing begins; the outer none before it was first read.
    #[expect(clippy::option_option, reason = "not read yet, not paused, paused until then")]
    pub paused: Mutex<Option<Option<Timestamp>>>,
    /// Whether what an earlier run left was looked for.
    pub is_begun: std::sync::atomic::AtomicBool,
    /// Sleeps, as the loop saw them.
    pub woken: Mutex<crate::backups::Woken>,
}
