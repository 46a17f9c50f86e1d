//! From options to an engine: databases, configuration, the book of open alerts. Touches no network, no D-Bus.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use caretaker_core::metric::{Mark, MarkKind};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Moment, Span};
use caretaker_platform::files;
use caretaker_store::{Access, EpochReason, MetricsStore, StateStore, StoreError};
use tokio::sync::{Mutex, Notify, broadcast, mpsc, watch};

use crate::configuration::{self, InForce};
use crate::degraded::DegradedParts;
use crate::engine::{Engine, HINTS, Inner, Mode};
use crate::latest::Latest;
use crate::options::EngineOptions;
use crate::pipeline::{Pipeline, QUEUE};

/// A database that cannot be read is set aside under this text.
const SET_ASIDE: &str = "it was damaged; the file was set aside and a new one was started";

impl Engine {
    /// Opens a home. For [`Mode::Live`] and [`Mode::Operation`] the caller holds the lock.
    pub fn open(options: EngineOptions, mode: Mode) -> Result<Self, Problem> {
        let moment = options.ports.clock.moment();
        let degraded = Arc::new(DegradedParts::default());
        let (metrics, state) = open_databases(&options, mode, &degraded, moment)?;
        let in_force = configuration::at_start(&options, mode, &state, &degraded, moment.wall)?;
        let (latest, _) = watch::channel(Arc::new(Latest::default()));
        let on_notices = Arc::new(Notify::new());
        let pipeline = match mode {
            Mode::ReadOnly => {
                latest.send_replace(Arc::new(read_latest(&metrics, &state, moment)?));
                None
            }
            Mode::Live | Mode::Operation => {
                let (sender, inbox) = mpsc::channel(QUEUE);
                let pipeline = build_pipeline(&metrics, &state, &in_force, &degraded, &latest, &on_notices, moment)?;
                std::thread::Builder::new()
                    .name("pipeline".to_owned())
                    .stack_size(1024 * 1024)
                    .spawn(move || pipeline.work(inbox))
                    .map_err(|error| Problem::new(Code::Internal, format!("start a thread: {error}")))?;
                Some(sender)
            }
        };
        let ports = options.ports;
        Ok(Self(Arc::new(Inner {
            mode,
            home: options.home,
            configuration: options.configuration,
            environment: options.environment,
            platform: options.platform,
            program: options.program,
            version: options.version,
            started: moment.wall,
            clock: ports.clock,
            facts: ports.facts,
            known_facts: OnceLock::new(),
            server: ports.server,
            notifier: ports.notifier,
            metrics,
            state,
            in_force: watch::channel(Arc::new(in_force)).0,
            latest,
            hints: broadcast::channel(HINTS).0,
            degraded,
            pipeline,
            collectors: std::sync::Mutex::new(Some(ports.collectors)),
            collecting: Mutex::new(None),
            on_notices,
            on_interval: Notify::new(),
            desktops: AtomicUsize::new(0),
            sizes: std::sync::Mutex::default(),
        })))
    }
}

fn open_databases(
    options: &EngineOptions,
    mode: Mode,
    degraded: &DegradedParts,
    moment: Moment,
) -> Result<(MetricsStore, StateStore), Problem> {
    let home = &options.home;
    let access = if mode == Mode::ReadOnly { Access::ReadOnly } else { Access::ReadWrite };
    let (metrics_path, state_path) = (home.metrics_database(), home.caretaker_database());
    if mode != Mode::ReadOnly {
        // SQLite gives its log the mode of the database, so that nothing of ours is readable by others even in a home
        // that is.
        for path in [&metrics_path, &state_path] {
            files::create_private(path).map_err(|error| {
                Problem::new(Code::HomeUnusable, format!("create {}: {error}", path.display()))
                    .hint("check that the folder can be written and the disk has room")
            })?;
        }
    }
    let metrics = match MetricsStore::open(&metrics_path, access) {
        Err(StoreError::Damaged { .. }) if mode != Mode::ReadOnly => {
            let kept = MetricsStore::set_aside(&metrics_path, moment.wall)?;
            let hint = format!("the damaged samples are kept in {}", kept.display());
            degraded.report("samples database", SET_ASIDE, &hint, moment.wall);
            MetricsStore::open(&metrics_path, access)?
        }
        other => other?,
    };
    let state = match StateStore::open(&state_path, access) {
        Err(StoreError::Damaged { .. }) if mode != Mode::ReadOnly => {
            let kept = StateStore::set_aside(&state_path, moment.wall)?;
            let hint = format!("the damaged alert history is kept in {}", kept.display());
            degraded.report("state database", SET_ASIDE, &hint, moment.wall);
            StateStore::open(&state_path, access)?
        }
        other => other?,
    };
    Ok((metrics, state))
}

fn build_pipeline(
    metrics: &MetricsStore,
    state: &StateStore,
    in_force: &InForce,
    degraded: &Arc<DegradedParts>,
    latest: &watch::Sender<Arc<Latest>>,
    on_notices: &Arc<Notify>,
    moment: Moment,
) -> Result<Pipeline, Problem> {
    let mut pipeline = Pipeline {
        metrics: metrics.clone(),
        state: state.clone(),
        settings: Arc::clone(&in_force.settings),
        degraded: Arc::clone(degraded),
        latest: latest.clone(),
        evaluator: caretaker_core::alert::Evaluator::default(),
        epoch: 0,
        last: metrics.newest().ok().flatten(),
        saved: moment.awake,
        processes_stored: Span::ZERO,
        unsaved: Vec::new(),
        on_notices: Arc::clone(on_notices),
        current: Latest::default(),
    };
    pipeline.restore(moment.wall)?;
    match metrics.start_epoch(moment, EpochReason::Start) {
        Ok(epoch) => pipeline.epoch = epoch,
        Err(error) => {
            let problem = Problem::from(error);
            degraded.report("samples", problem.message, &problem.hint, moment.wall);
        }
    }
    mark_start(metrics, moment, pipeline.last.map(|(_, before)| before));
    Ok(pipeline)
}

/// Marks the start on every chart, and the boot before it if the machine was restarted since the last round.
fn mark_start(metrics: &MetricsStore, moment: Moment, before: Option<Moment>) {
    let boot = before.is_some_and(|before| before.boot != moment.boot);
    let booted = moment.wall - moment.elapsed;
    let marks = [
        boot.then(|| Mark { kind: MarkKind::Boot, at: booted, until: None, text: "The machine started".to_owned() }),
        Some(Mark { kind: MarkKind::Start, at: moment.wall, until: None, text: "Caretaker started".to_owned() }),
    ];
    for mark in marks.into_iter().flatten() {
        if let Err(error) = metrics.mark(&mark) {
            tracing::warn!(%error, "a mark could not be stored");
        }
    }
}

/// What a reader without an engine can know.
fn read_latest(metrics: &MetricsStore, state: &StateStore, moment: Moment) -> Result<Latest, Problem> {
    let mut latest = Latest { open: state.open_alerts()?, ..Latest::default() };
    latest.silences = state.silences(moment.wall)?;
    latest.quiet_until = crate::operation::quiet_until(state)?;
    if let Some((id, at)) = metrics.newest()? {
        latest.round = Some(id);
        latest.moment = at;
        let newest = metrics.recent_rounds(id.at - Span::from_seconds(1))?.into_iter().find(|round| round.id == id);
        latest.readings = newest.map(|round| round.readings).unwrap_or_default();
        latest.processes = metrics.processes_near(id.at)?;
    }
    Ok(latest)
}
