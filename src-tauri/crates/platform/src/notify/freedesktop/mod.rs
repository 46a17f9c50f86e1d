//! A client of the Desktop Notifications Specification
//! (<https://specifications.freedesktop.org/notification-spec/latest/>), thin and honest: what the server cannot do is not
//! asked of it, and a server that is missing, slow or restarted is an error now and forgotten later.

mod desk;
mod failure;
mod listener;
mod notification;
mod notifier;
mod server;
mod shown;

pub use notifier::FreedesktopNotifier;
pub use server::NotificationServer;
pub(crate) use server::{NAME, ask};
