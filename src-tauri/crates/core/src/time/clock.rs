//! The port through which holders of loops learn the time and wait.

use std::future::Future;
use std::pin::Pin;

use super::{Moment, Span};

/// A wait that ends when the clock says so.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The injected clock: the real one lives in `platform`, the simulated one in `testkit`.
pub trait Clock: Send + Sync + 'static {
    /// Reads every clock once.
    fn moment(&self) -> Moment;
    /// Waits for this much awake time.
    fn sleep(&self, span: Span) -> Sleep;
}
