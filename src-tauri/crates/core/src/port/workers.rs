//! The port through which archives are worked on: a process of its own for each piece of work. Nothing in here starts
//! anything; the platform does.

use super::PortFuture;
use crate::backup::{Report, Work};
use crate::problem::Problem;

/// One piece of work that goes on. Dropping it cancels it.
pub trait Worker: Send {
    /// What it tells next; none when it has ended. The last report says how it ended: a process that ended without one makes
    /// [`Report::Failed`] in its place.
    fn next(&mut self) -> PortFuture<'_, Option<Report>>;
    /// Asks it to end; it leaves nothing half made, and still tells that it ended.
    fn cancel(&mut self);
}

/// Starts workers.
pub trait Workers: Send + Sync + 'static {
    /// Starts one with its order.
    fn start<'a>(&'a self, work: &'a Work) -> PortFuture<'a, Result<Box<dyn Worker>, Problem>>;
}
