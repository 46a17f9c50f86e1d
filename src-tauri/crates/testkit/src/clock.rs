//! Time that only a test moves.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use caretaker_core::time::{BootId, Clock, Moment, Sleep, Span, Timestamp};
use tokio::sync::watch;

/// A clock that stands still until it is told to move.
#[derive(Clone)]
pub struct SimClock(Arc<Inner>);

struct Inner {
    now: Mutex<Moment>,
    moved: watch::Sender<Span>,
    readings: AtomicU64,
    restless: AtomicBool,
}

impl SimClock {
    /// A machine that was booted an hour before `wall`.
    pub fn at(wall: Timestamp) -> Self {
        let up = Span::from_hours(1);
        let now = Moment { wall, awake: up, elapsed: up, boot: BootId(1) };
        Self(Arc::new(Inner {
            now: Mutex::new(now),
            moved: watch::channel(up).0,
            readings: AtomicU64::new(0),
            restless: AtomicBool::new(false),
        }))
    }

    fn change(&self, change: impl FnOnce(&mut Moment)) {
        let awake = {
            let mut now = self.0.now.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut now);
            now.awake
        };
        self.0.moved.send_replace(awake);
    }

    /// How often it was read.
    pub fn readings(&self) -> u64 {
        self.0.readings.load(Ordering::SeqCst)
    }

    /// From now on no two readings are alike: after each, a millisecond passes.
    pub fn be_restless(&self) {
        self.0.restless.store(true, Ordering::SeqCst);
    }

    fn now(&self) -> Moment {
        *self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Awake time passes; whoever sleeps until then wakes.
    pub fn advance(&self, span: Span) {
        self.change(|now| {
            now.wall = now.wall + span;
            now.awake += span;
            now.elapsed += span;
        });
    }

    /// The machine sleeps: the wall clock and elapsed time pass, awake time does not.
    pub fn sleep_machine(&self, span: Span) {
        self.change(|now| {
            now.wall = now.wall + span;
            now.elapsed += span;
        });
    }

    /// Somebody sets the wall clock; negative is back.
    pub fn step(&self, span: Span) {
        self.change(|now| now.wall = now.wall + span);
    }

    /// The machine is off for a while and starts again.
    pub fn reboot(&self, off: Span) {
        self.change(|now| {
            let boot = BootId(now.boot.0 + 1);
            *now =
                Moment { wall: now.wall + off, awake: Span::from_seconds(20), elapsed: Span::from_seconds(20), boot };
        });
    }
}

impl Clock for SimClock {
    fn moment(&self) -> Moment {
        self.0.readings.fetch_add(1, Ordering::SeqCst);
        let now = self.now();
        if self.0.restless.load(Ordering::SeqCst) {
            self.advance(Span::from_millis(1));
        }
        now
    }

    fn sleep(&self, span: Span) -> Sleep {
        let until = self.now().awake + span;
        let mut moved = self.0.moved.subscribe();
        Box::pin(async move {
            // A clock that is gone never moves again.
            if moved.wait_for(|awake| *awake >= until).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
