//! A notifier that remembers what it was given, and can refuse.

use std::sync::{Arc, Mutex, PoisonError};

use caretaker_core::notice::Notice;
use caretaker_core::port::{Notifier, NotifierAbilities, NotifyError, PortFuture};

/// Remembers every notice.
#[derive(Clone, Default)]
pub struct RecordingNotifier(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    delivered: Vec<Notice>,
    refusing: Option<String>,
}

impl RecordingNotifier {
    /// Everything that was delivered, in order.
    pub fn delivered(&self) -> Vec<Notice> {
        self.lock().delivered.clone()
    }

    /// Refuses from now on, with this reason; with none it works again.
    pub fn refuse(&self, why: Option<&str>) {
        self.lock().refusing = why.map(str::to_owned);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notifier for RecordingNotifier {
    fn abilities(&self) -> PortFuture<'_, Result<NotifierAbilities, NotifyError>> {
        Box::pin(async { Ok(NotifierAbilities { update: true, close: true, actions: true }) })
    }

    fn deliver<'a>(&'a self, notice: &'a Notice) -> PortFuture<'a, Result<(), NotifyError>> {
        Box::pin(async move {
            let mut state = self.lock();
            if let Some(why) = &state.refusing {
                return Err(NotifyError(why.clone()));
            }
            state.delivered.push(notice.clone());
            Ok(())
        })
    }
}
