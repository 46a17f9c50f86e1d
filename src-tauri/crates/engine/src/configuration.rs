//! The configuration in force: read at the start, watched by stat every round, never worse than the last good one.

use std::path::Path;
use std::sync::Arc;

use caretaker_core::config::{ConfigProblem, Document, Settings};
use caretaker_core::metric::{Mark, MarkKind};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Timestamp;
use caretaker_core::view::Hint;
use caretaker_platform::files::FileStamp;
use caretaker_store::{StateStore, StoreError};

use crate::degraded::DegradedParts;
use crate::engine::{Engine, Mode};
use crate::options::EngineOptions;
use crate::pipeline::Work;

/// The name under which a bad file shows as degraded.
const PART: &str = "configuration";
/// The name under which it shows that the last good version could not be stored.
const HISTORY: &str = "configuration history";
const HINT: &str = "`caretaker config validate` lists every mistake; the last good version stays in force until then";

/// What is in force, and what is wrong with the file if it is not what is in the file.
#[derive(Clone, Debug)]
pub struct InForce {
    /// Everything resolved.
    pub settings: Arc<Settings>,
    /// The text that the settings come from; none without a file.
    pub text: Option<String>,
    /// Mistakes in the file as it is now.
    pub problems: Vec<ConfigProblem>,
    /// When the settings were taken over.
    pub since: Timestamp,
    /// What the file looked like when it was last read.
    pub stamp: Option<FileStamp>,
}

/// A file as it was read.
struct Read {
    text: Option<String>,
    stamp: Option<FileStamp>,
}

fn read(path: &Path) -> Result<Read, Problem> {
    let stamp = FileStamp::of(path).map_err(|error| unreadable(path, &error))?;
    let text = match stamp {
        None => None,
        Some(_) => Some(std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?),
    };
    Ok(Read { text, stamp })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(Code::InvalidConfiguration, format!("read {}: {error}", path.display()))
        .hint("check that the file is UTF-8 text and that you may read it")
}

/// Text to settings, with every mistake of file and environment.
pub(crate) fn resolve(
    text: Option<&str>,
    environment: &[(String, String)],
    platform: caretaker_core::config::Platform,
) -> Result<Settings, Vec<ConfigProblem>> {
    let document = text.map(Document::parse).transpose()?;
    Settings::resolve(document.as_ref(), environment.iter().cloned(), platform)
}

/// All mistakes as one problem, a line each.
pub(crate) fn invalid(path: &Path, problems: &[ConfigProblem]) -> Problem {
    let mut message = format!("{} has {}", path.display(), crate::words::count(problems.len(), "mistake"));
    for problem in problems {
        message.push_str("\n  ");
        message.push_str(&problem.to_string());
    }
    Problem::new(Code::InvalidConfiguration, message).hint("mend them, or check with `caretaker config validate`")
}

/// The settings for a start. A first start with mistakes is refused; a later one uses the last good version.
pub(crate) fn at_start(
    options: &EngineOptions,
    mode: Mode,
    state: &StateStore,
    degraded: &DegradedParts,
    now: Timestamp,
) -> Result<InForce, Problem> {
    let path = &options.configuration;
    let file = read(path)?;
    let problems = match resolve(file.text.as_deref(), &options.environment, options.platform) {
        Ok(settings) => {
            if mode != Mode::ReadOnly {
                remember(state, degraded, file.text.as_deref().unwrap_or_default(), now);
            }
            let settings = Arc::new(settings);
            return Ok(InForce { settings, text: file.text, problems: Vec::new(), since: now, stamp: file.stamp });
        }
        Err(problems) => problems,
    };
    let good = state.last_good_configuration()?;
    let Some(good) = good else { return Err(invalid(path, &problems)) };
    let (text, since) = (good.text, good.at);
    let settings =
        resolve(Some(&text), &options.environment, options.platform).map_err(|_| invalid(path, &problems))?;
    degraded.report(PART, in_words(path, &problems), HINT, now);
    Ok(InForce { settings: Arc::new(settings), text: Some(text), problems, since, stamp: file.stamp })
}

/// Keeps a text as the last good version. One that cannot be stored is in force all the same.
fn remember(state: &StateStore, degraded: &DegradedParts, text: &str, now: Timestamp) {
    let stored = || -> Result<(), StoreError> {
        let known = state.last_good_configuration()?;
        if known.is_none_or(|before| before.text != text) {
            state.save_configuration(text, now, "file")?;
        }
        Ok(())
    };
    match stored() {
        Ok(()) => drop(degraded.recovered(HISTORY)),
        Err(error) => {
            let problem = Problem::from(error);
            degraded.report(HISTORY, problem.message, &problem.hint, now);
        }
    }
}

fn in_words(path: &Path, problems: &[ConfigProblem]) -> String {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    format!("{} has {}; the first: {first}", path.display(), crate::words::count(problems.len(), "mistake"))
}

impl Engine {
    /// Looks whether the file changed since it was last read, and takes it over if so.
    pub(crate) async fn watch_configuration(&self) {
        let known = self.0.in_force.borrow().stamp;
        match FileStamp::of(&self.0.configuration) {
            Ok(stamp) if stamp == known => self.remember_again().await,
            Ok(_) | Err(_) => drop(self.reload().await),
        }
    }

    /// Stores what is in force once more if that failed before.
    async fn remember_again(&self) {
        if self.0.degraded.list().iter().any(|part| part.part == HISTORY) {
            let text = self.0.in_force.borrow().text.clone().unwrap_or_default();
            self.remember(text, self.now()).await;
        }
    }

    async fn remember(&self, text: String, now: Timestamp) {
        let stored = self.blocking(move |inner| {
            remember(&inner.state, &inner.degraded, &text, now);
            Ok(())
        });
        if let Err(problem) = stored.await {
            tracing::error!(%problem, "the configuration could not be remembered");
        }
    }

    /// Reads the file again. With mistakes the last good version stays in force and the mistakes are returned.
    pub async fn reload(&self) -> Result<(), Problem> {
        self.writable()?;
        let _one_at_a_time = self.0.configuring.lock().await;
        self.take_over().await
    }

    /// [`Self::reload`] for whoever holds `configuring`. The pipeline is told first: what doors show is what is judged by,
    /// whatever cannot be stored afterwards.
    pub(crate) async fn take_over(&self) -> Result<(), Problem> {
        let now = self.now();
        let path = self.0.configuration.clone();
        let file = match read(&path) {
            Ok(file) => file,
            Err(problem) => {
                self.0.degraded.report(PART, problem.message.clone(), HINT, now);
                return Err(problem);
            }
        };
        match resolve(file.text.as_deref(), &self.0.environment, self.0.platform) {
            Ok(settings) => {
                let settings = Arc::new(settings);
                let (same, text) = (*settings == *self.settings(), file.text.clone().unwrap_or_default());
                if !same {
                    let settings = Arc::clone(&settings);
                    self.0.channels.take_over(&settings, &self.0.degraded, now);
                    crate::backups::allow_stores(&settings, self.0.egress.as_ref());
                    self.ask(|reply| Work::Settings(settings, now, reply)).await?;
                }
                let in_force =
                    InForce { settings, text: file.text, problems: Vec::new(), since: now, stamp: file.stamp };
                self.0.in_force.send_replace(Arc::new(in_force));
                self.0.degraded.recovered(PART);
                self.remember(text, now).await;
                if !same {
                    self.backups_changed();
                    self.0.on_notices.notify_one();
                    self.0.on_interval.notify_one();
                    self.mark_configuration(now).await;
                    self.record("configuration", format!("Took over {}", path.display()), Ok(())).await;
                }
                self.hint(Hint::Configuration);
                Ok(())
            }
            Err(problems) => {
                let problem = invalid(&path, &problems);
                self.0.degraded.report(PART, in_words(&path, &problems), HINT, now);
                self.0.in_force.send_modify(|current| {
                    let mut changed = InForce::clone(current);
                    changed.problems = problems;
                    changed.stamp = file.stamp;
                    *current = Arc::new(changed);
                });
                self.hint(Hint::Configuration);
                self.hint(Hint::Status);
                Err(problem)
            }
        }
    }

    async fn mark_configuration(&self, at: Timestamp) {
        self.put_mark(Mark {
            kind: MarkKind::Configuration,
            at,
            until: None,
            text: "The configuration changed".to_owned(),
        })
        .await;
    }

    /// Stores a mark for the charts; one that cannot be stored is missed by nothing else.
    pub(crate) async fn put_mark(&self, mark: Mark) {
        let stored = self.blocking(move |inner| Ok(inner.metrics.mark(&mark)?)).await;
        if let Err(error) = stored {
            tracing::warn!(%error, "a mark could not be stored");
        }
    }
}
