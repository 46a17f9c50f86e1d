//! Checks run at the moment they are asked for, with the time that each took. What they find is judged here and nowhere
//! else; alerts are not their business.

use caretaker_core::metric::Unit;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_core::view::{HealthCheck, HealthPart, HealthState, HealthView, ModelServerView};
use tokio::time::Instant;

use super::EXPECTED;
use crate::configuration;
use crate::engine::{Engine, Inner, Mode};
use crate::housekeeping;

/// Below this the databases soon have no room.
const LITTLE_SPACE: u64 = 500_000_000;
/// Below this they cannot be trusted to have any.
const NO_SPACE: u64 = 20_000_000;
/// Parts without which samples, decisions or both are lost.
const VITAL: [&str; 3] = ["samples", "decisions", "reserve"];

/// What a check found.
type Found = (HealthState, String);

impl Engine {
    /// Runs the checks of one part, or of all. `max_age` replaces the three intervals after which samples count as stale.
    pub async fn health(&self, part: Option<HealthPart>, max_age: Option<Span>) -> Result<HealthView, Problem> {
        let now = self.now();
        let mut checks = Vec::new();
        for wanted in HealthPart::ALL.into_iter().filter(|one| part.is_none_or(|part| part == *one)) {
            match wanted {
                HealthPart::Live => checks.push(timed("engine", self.engine_check()).await),
                HealthPart::Ready => {
                    checks.push(timed("rounds", self.rounds_check(max_age)).await);
                    checks.push(timed("home", self.home_check()).await);
                    checks.push(timed("parts", async { self.parts_check() }).await);
                }
                HealthPart::Models => checks.extend(self.model_checks().await?),
                HealthPart::Storage => {
                    checks.push(timed("databases", self.database_check()).await);
                    checks.push(timed("free space", self.space_check()).await);
                }
                HealthPart::Config => checks.push(timed("configuration", self.configuration_check()).await),
            }
        }
        Ok(HealthView::of(checks, now))
    }

    /// The checks of a part by its name; a name that is none could only be a service's.
    pub async fn health_of(&self, name: Option<&str>, max_age: Option<Span>) -> Result<HealthView, Problem> {
        let part = match name {
            None => None,
            Some(name) => Some(HealthPart::named(name).ok_or_else(|| {
                let parts: Vec<&str> = HealthPart::ALL.iter().map(|part| part.as_str()).collect();
                Problem::new(Code::NotFound, format!("there is no part and no service `{name}`"))
                    .hint(format!("parts are {}; services come with a later version", parts.join(", ")))
            })?),
        };
        self.health(part, max_age).await
    }

    /// Whether an engine answers. A home that only ever saw single rounds has none to miss.
    async fn engine_check(&self) -> Found {
        if self.mode() == Mode::Live {
            return (HealthState::Ok, format!("{} {} runs", self.0.program, self.0.version));
        }
        let expected = self.blocking(|inner| Ok(inner.state.setting(EXPECTED)?.is_some())).await;
        match expected {
            Ok(true) => (HealthState::Critical, "no engine is running".to_owned()),
            Ok(false) if self.latest().round.is_some() => {
                (HealthState::NotConfigured, "none is expected: this home was used for single rounds".to_owned())
            }
            Ok(false) => (HealthState::Unknown, "no engine is running, and none ever did".to_owned()),
            Err(problem) => (HealthState::Unknown, problem.message),
        }
    }

    /// Whether rounds are being made.
    async fn rounds_check(&self, max_age: Option<Span>) -> Found {
        let expected = self.blocking(|inner| Ok(inner.state.setting(EXPECTED)?.is_some())).await;
        let latest = self.latest();
        let who = if self.mode() == Mode::Live { "" } else { "no engine is running; " };
        let Some(age) = self.age(&latest) else {
            return (HealthState::Unknown, format!("{who}nothing was measured yet"));
        };
        let detail = format!("{who}the newest sample is {} old", age.or_zero().in_words());
        match expected {
            Err(problem) => (HealthState::Unknown, problem.message),
            Ok(expected) if self.stale(Some(age), max_age, expected) => (HealthState::Critical, detail),
            Ok(_) => (HealthState::Ok, detail),
        }
    }

    /// Whether the home answers.
    async fn home_check(&self) -> Found {
        let answered = self
            .blocking(|inner| {
                inner.metrics.newest()?;
                inner.state.judged()?;
                Ok(())
            })
            .await;
        match answered {
            Ok(()) => (HealthState::Ok, format!("{} answers", self.home().folder().display())),
            Err(problem) => (HealthState::Critical, problem.message),
        }
    }

    /// Whether all parts work.
    fn parts_check(&self) -> Found {
        let degraded = self.0.degraded.list();
        let Some(first) = degraded.first() else { return (HealthState::Ok, "every part works".to_owned()) };
        let vital = degraded.iter().find(|part| VITAL.contains(&part.part.as_str()));
        let state = if vital.is_some() { HealthState::Critical } else { HealthState::Warning };
        let worst = vital.unwrap_or(first);
        let more = if degraded.len() > 1 { format!(", and {} more", degraded.len() - 1) } else { String::new() };
        (state, format!("{}: {}{more}", worst.part, worst.why))
    }

    /// One check for each server; none found is said as that.
    async fn model_checks(&self) -> Result<Vec<HealthCheck>, Problem> {
        let begun = Instant::now();
        let view = self.models(true).await?;
        if view.servers.is_empty() {
            let detail = if self.settings().models.enabled {
                "no server of local models was ever found".to_owned()
            } else {
                "switched off in the configuration (models.enabled)".to_owned()
            };
            let state = HealthState::NotConfigured;
            return Ok(vec![HealthCheck { name: "models".to_owned(), state, took_ms: millis(begun), detail }]);
        }
        let looked = millis(begun);
        Ok(view.servers.iter().map(|server| server_check(server, looked)).collect())
    }

    async fn database_check(&self) -> Found {
        let checked = self
            .blocking(|inner| {
                inner.metrics.check()?;
                inner.state.check()?;
                Ok(())
            })
            .await;
        match checked {
            Ok(()) => (HealthState::Ok, "samples and state are intact".to_owned()),
            Err(problem) => (HealthState::Critical, problem.message),
        }
    }

    async fn space_check(&self) -> Found {
        let measured = self.blocking(|inner| Ok(free_bytes(inner))).await;
        match measured {
            Err(problem) => (HealthState::Unknown, problem.message),
            Ok(None) => (HealthState::Unknown, "the room on the disk cannot be told".to_owned()),
            Ok(Some(free)) => {
                let state = match free {
                    free if free < NO_SPACE => HealthState::Critical,
                    free if free < LITTLE_SPACE => HealthState::Warning,
                    _ => HealthState::Ok,
                };
                (state, format!("{} left for {}", Unit::Bytes.format(free as f64), self.home().folder().display()))
            }
        }
    }

    /// The file as it is now, not as it was at the last round.
    async fn configuration_check(&self) -> Found {
        let read = self.blocking(|inner| Ok(check_file(inner))).await;
        read.unwrap_or_else(|problem| (HealthState::Unknown, problem.message))
    }
}

fn check_file(inner: &Inner) -> Found {
    let path = &inner.configuration;
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return (HealthState::Critical, format!("read {}: {error}", path.display())),
    };
    match configuration::resolve(text.as_deref(), &inner.environment, inner.platform) {
        Ok(_) if text.is_none() => (HealthState::Ok, "no file; defaults are in force".to_owned()),
        Ok(_) => (HealthState::Ok, format!("{} has no mistakes", path.display())),
        Err(problems) => {
            let first = problems.first().map(|problem| format!("; the first: {problem}")).unwrap_or_default();
            let mistakes = crate::words::count(problems.len(), "mistake");
            (HealthState::Critical, format!("{} has {mistakes}{first}", path.display()))
        }
    }
}

fn free_bytes(inner: &Inner) -> Option<u64> {
    housekeeping::measure(inner);
    inner.sizes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).free
}

fn server_check(server: &ModelServerView, looked: f64) -> HealthCheck {
    let name = format!("{} {}", server.name, server.address);
    let took_ms = server.took_ms.unwrap_or(looked);
    if !server.up {
        let detail = format!("it answered before and does not any more: {}", server.note);
        return HealthCheck { name, state: HealthState::Critical, took_ms, detail };
    }
    let version = server.version.as_ref().map(|version| format!("{version}, ")).unwrap_or_default();
    let installed = crate::words::count(server.installed.len(), "model");
    let size = server.installed_bytes.map(|size| format!(" ({})", Unit::Bytes.format(size as f64)));
    let loaded: Vec<&str> = server.loaded.iter().map(|model| model.name.as_str()).collect();
    let loaded = if loaded.is_empty() { "none loaded".to_owned() } else { format!("loaded: {}", loaded.join(", ")) };
    let note = if server.note.is_empty() { String::new() } else { format!("; {}", server.note) };
    let detail = format!("{version}{installed}{}, {loaded}{note}", size.unwrap_or_default());
    HealthCheck { name, state: HealthState::Ok, took_ms, detail }
}

async fn timed(name: &str, check: impl Future<Output = Found>) -> HealthCheck {
    let begun = Instant::now();
    let (state, detail) = check.await;
    HealthCheck { name: name.to_owned(), state, took_ms: millis(begun), detail }
}

fn millis(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 1e6).round() / 1e3
}
