//! Counts of what the doors were asked, for who scrapes them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use caretaker_core::metric::Histogram;
use tokio::time::Instant;

/// Why the loopback door refused a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// A foreign host or page.
    Origin,
    /// No token, or a wrong one.
    Token,
    /// Too many requests.
    Rate,
    /// Too large a body.
    Size,
    /// It took too long.
    Time,
}

impl Refusal {
    /// Every reason, so that each has a figure from the start.
    pub const ALL: [Self; 5] = [Self::Origin, Self::Token, Self::Rate, Self::Size, Self::Time];

    /// The value of the label `reason`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Token => "token",
            Self::Rate => "rate",
            Self::Size => "size",
            Self::Time => "time",
        }
    }
}

/// Since the start of the program. The lock is held for a count only.
#[derive(Debug, Default)]
pub struct Requests(Mutex<Counts>);

/// One reading of the counts.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Answers by status.
    pub answered: BTreeMap<u16, u64>,
    /// What the loopback door refused.
    pub refused: BTreeMap<Refusal, u64>,
    /// How long answers took to begin.
    pub times: Histogram,
}

impl Requests {
    /// Counts a refusal.
    pub fn refused(&self, reason: Refusal) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).refused.entry(reason).or_default() += 1;
    }

    /// The counts now.
    pub fn counts(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answered(&self, status: u16, seconds: f64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.answered.entry(status).or_default() += 1;
        counts.times.observe(seconds);
    }
}

/// Stands around every route.
pub async fn count(State(requests): State<Arc<Requests>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let response = next.run(request).await;
    requests.answered(response.status().as_u16(), begun.elapsed().as_secs_f64());
    response
}
