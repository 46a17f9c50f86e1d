//! Whether Caretaker itself works. Cheap enough to be asked every few seconds: no check reads a whole database.

use caretaker_core::metric::Unit;
use caretaker_core::problem::Problem;
use caretaker_core::view::{HealthCheck, HealthState, HealthView};
use caretaker_platform::files;
use tokio::time::Instant;

use super::status::{EXPECTED, STALE_INTERVALS};
use crate::engine::{Engine, Inner, Mode};
use crate::words::count;

/// Below this the databases soon have no room.
const LITTLE_SPACE: u64 = 500_000_000;

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthScope {
    /// Everything.
    All,
    /// Whether the engine answers at all.
    Live,
    /// Whether it measures.
    Ready,
    /// Whether it can store and read.
    Storage,
    /// Local models.
    Models,
}

/// What a check found.
type Found = (HealthState, String);

impl Engine {
    /// Runs the checks of a scope now, each with its time.
    pub async fn health(&self, scope: HealthScope) -> Result<HealthView, Problem> {
        let checks = match scope {
            HealthScope::Live => vec![self.live()],
            HealthScope::Ready => vec![self.live(), self.rounds()],
            HealthScope::Storage => self.storage().await?,
            HealthScope::Models => vec![models()],
            HealthScope::All => {
                let mut checks = vec![self.live(), self.rounds()];
                checks.extend(self.storage().await?);
                checks.extend([self.file(), self.parts(), models()]);
                checks
            }
        };
        Ok(HealthView::of(self.now(), checks))
    }

    fn live(&self) -> HealthCheck {
        timed("engine", || match self.mode() {
            Mode::Live => (HealthState::Ok, format!("{} {} runs", self.0.program, self.0.version)),
            Mode::Operation | Mode::ReadOnly => (HealthState::Failed, "no engine is running".to_owned()),
        })
    }

    fn rounds(&self) -> HealthCheck {
        timed("rounds", || {
            let Some(round) = self.latest().round else {
                return (HealthState::Failed, "nothing was measured yet".to_owned());
            };
            let age = self.now().since(round.at);
            let late = age > self.settings().collect.interval * STALE_INTERVALS;
            let state = if late { HealthState::Failed } else { HealthState::Ok };
            (state, format!("the newest round is {} old", age.in_words()))
        })
    }

    async fn storage(&self) -> Result<Vec<HealthCheck>, Problem> {
        self.blocking(|inner| {
            let samples = timed("samples", || {
                answer(inner.metrics.series_count().map(|number| format!("{number} series can be read")))
            });
            let state = timed("state", || {
                answer(inner.state.setting(EXPECTED).map(|_| "alerts and settings can be read".to_owned()))
            });
            Ok(vec![samples, state, timed("space", || space(inner))])
        })
        .await
    }

    fn file(&self) -> HealthCheck {
        timed("configuration", || {
            let in_force = self.0.in_force.borrow();
            match in_force.problems.len() {
                0 => (HealthState::Ok, "without mistakes".to_owned()),
                mistakes => {
                    (HealthState::Warning, format!("{}; the last good version is in force", count(mistakes, "mistake")))
                }
            }
        })
    }

    fn parts(&self) -> HealthCheck {
        timed("parts", || {
            let failing: Vec<String> = self.0.degraded.list().into_iter().map(|part| part.part).collect();
            if failing.is_empty() {
                return (HealthState::Ok, "every part works".to_owned());
            }
            (HealthState::Warning, format!("not working: {}", failing.join(", ")))
        })
    }
}

fn models() -> HealthCheck {
    timed("models", || (HealthState::NotConfigured, "local models are not watched".to_owned()))
}

fn space(inner: &Inner) -> Found {
    match files::free_bytes(inner.home.folder()) {
        Ok(free) => {
            let state = if free < LITTLE_SPACE { HealthState::Warning } else { HealthState::Ok };
            (state, format!("{} left", Unit::Bytes.format(free as f64)))
        }
        Err(error) => (HealthState::Failed, format!("it cannot be told: {error}")),
    }
}

fn answer<E: std::fmt::Display>(read: Result<String, E>) -> Found {
    match read {
        Ok(detail) => (HealthState::Ok, detail),
        Err(error) => (HealthState::Failed, error.to_string()),
    }
}

/// Times belong to the machine and not to the simulated clock.
fn timed(name: &str, check: impl FnOnce() -> Found) -> HealthCheck {
    let begun = Instant::now();
    let (state, detail) = check();
    let took_ms = begun.elapsed().as_micros() as f64 / 1_000.0;
    HealthCheck { name: name.to_owned(), state, took_ms, detail }
}
