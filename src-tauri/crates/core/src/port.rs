//! Ports: what the engine needs of the outside world, each with one real implementation a platform and a fake in tests.

mod command;
mod folders;
mod records;
mod workers;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::metric::{ProcessReading, Reading};
use crate::notice::Notice;
use crate::time::{Moment, Span};

pub use command::{CommandError, CommandLine, CommandResult, Commands, Ended, Hearing, OUTPUT_BOUND, TIME_LIMIT};
pub use folders::{FolderWalk, Pace, Pacer, WalkError};
pub use records::{FoundRecords, Records};
pub use workers::{Worker, Workers};

/// Why a collector brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// This machine does not have it. No fault, and not asked again until the next start.
    #[error("this machine does not have it")]
    Absent,
    /// It should be there but could not be read.
    #[error("{what}: {why}")]
    Failed {
        /// What was read: `read /proc/stat`.
        what: String,
        /// What the system said.
        why: String,
    },
}

/// Where a collector puts what it read.
#[derive(Debug, Default)]
pub struct Collected {
    /// Values.
    pub readings: Vec<Reading>,
    /// Top processes, by the one collector that looks at them.
    pub processes: Option<Vec<ProcessReading>>,
}

/// What a collector may need to know about the round.
#[derive(Clone, Copy, Debug)]
pub struct CollectContext {
    /// The clocks of this round.
    pub moment: Moment,
    /// Time since this collector's last round, sleep excluded; none at its first round and after a sleep,
    /// when rates would lie.
    pub since_last: Option<Span>,
    /// How many top processes are wanted.
    pub processes: usize,
}

/// Reads one part of the machine. Lives on a thread of its own and may block; it never sleeps.
pub trait Collector: Send {
    /// Short name: `cpu`, `disks`.
    fn name(&self) -> &'static str;
    /// Reads once. What was put into `into` before an error still counts.
    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError>;
}

/// What a channel of notices can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifierAbilities {
    /// Replace what is shown.
    pub update: bool,
    /// Take away what is shown.
    pub close: bool,
    /// Buttons.
    pub actions: bool,
}

/// Why a notice was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotifyError(pub String);

/// What a person did with a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotificationAction {
    /// Clicked on it or on Open.
    Open {
        /// The route of the notice: `alerts/<id>`.
        route: String,
    },
    /// Takes it on.
    Acknowledge {
        /// The route of the notice.
        route: String,
    },
    /// Not for an hour.
    Snooze {
        /// The route of the notice.
        route: String,
    },
}

/// A future of a port.
pub type PortFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Shows notices on the desktop. The identity of what is shown is the alert's id: a later notice of the same alert
/// replaces it, also after a restart where the platform allows.
pub trait Notifier: Send + Sync + 'static {
    /// Whether there is anything to show notices on at this moment, told without asking anybody. Where there is not,
    /// notices wait and nothing is at fault.
    fn is_present(&self) -> bool {
        true
    }
    /// What it can do; asked when first needed.
    fn abilities(&self) -> PortFuture<'_, Result<NotifierAbilities, NotifyError>>;
    /// Hears again what people do with what an earlier run left on the screen. Shows nothing, and starts nobody.
    fn resume(&self) -> PortFuture<'_, Result<(), NotifyError>> {
        Box::pin(async { Ok(()) })
    }
    /// Shows, replaces or closes.
    fn deliver<'a>(&'a self, notice: &'a Notice) -> PortFuture<'a, Result<(), NotifyError>>;
}

/// Hears what people do with notifications; called from any thread, must not block.
pub type ActionSink = Arc<dyn Fn(NotificationAction) + Send + Sync>;
