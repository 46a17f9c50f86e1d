//! From options to an engine: databases, configuration, the book of open alerts. Touches no network, no D-Bus.

use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use caretaker_core::metric::{Mark, MarkKind};
use caretaker_core::notice::{Ledger, open_windows};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Moment, Span};
use caretaker_store::{EpochReason, MetricsStore, StateStore};
use chrono::Local;
use tokio::sync::{Mutex, Notify, broadcast, mpsc, watch};

use crate::channels::Channels;
use crate::configuration::{self, InForce};
use crate::databases::{self, Opened};
use crate::degraded::DegradedParts;
use crate::engine::{Engine, HINTS, Inner, Mode};
use crate::growth::Growth;
use crate::hearing;
use crate::latest::Latest;
use crate::models::Models;
use crate::options::EngineOptions;
use crate::pipeline::{Pipeline, QUEUE};
use crate::set_aside::SetAside;
use crate::witness::{WAITING, Wanted};

impl Engine {
    /// Opens a home. For [`Mode::Live`] and [`Mode::Operation`] the caller holds the lock.
    pub fn open(options: EngineOptions, mode: Mode) -> Result<Self, Problem> {
        let moment = options.ports.clock.moment();
        let degraded = Arc::new(DegradedParts::default());
        let set_aside = Arc::new(SetAside::default());
        let Opened { metrics, state, used } = databases::open(&options, mode, (&degraded, &set_aside), moment)?;
        let in_force = configuration::at_start(&options, mode, &state, &degraded, moment.wall)?;
        let (latest, _) = watch::channel(Arc::new(Latest::default()));
        let on_notices = Arc::new(Notify::new());
        let growth = Arc::new(Growth::default());
        let (witnesses, witnessing) = mpsc::channel(WAITING);
        let pipeline = match mode {
            Mode::ReadOnly => {
                latest.send_replace(Arc::new(read_latest(&metrics, &state, &in_force, moment)?));
                None
            }
            Mode::Live | Mode::Operation => {
                let (sender, inbox) = mpsc::channel(QUEUE);
                let before = metrics.newest().ok().flatten().map(|(_, before)| before);
                let shared = Shared {
                    home: options.home.folder(),
                    degraded: &degraded,
                    set_aside: &set_aside,
                    latest: &latest,
                    on_notices: &on_notices,
                    growth: &growth,
                };
                let mut pipeline = build_pipeline(&metrics, &state, &in_force, shared, witnesses, moment)?;
                // A command leaves no trace on the charts.
                if mode == Mode::Live {
                    mark_start(&mut pipeline, moment, before);
                }
                std::thread::Builder::new()
                    .name("pipeline".to_owned())
                    .stack_size(1024 * 1024)
                    .spawn(move || pipeline.work(inbox))
                    .map_err(|error| Problem::new(Code::Internal, format!("start a thread: {error}")))?;
                Some(sender)
            }
        };
        let ports = options.ports;
        let (variables, commands) = (Arc::clone(&ports.variables), Arc::clone(&ports.commands));
        let channels = Channels::new(Arc::clone(&ports.egress), ports.commands, ports.variables, &options.version);
        channels.take_over(&in_force.settings, &degraded, moment.wall);
        crate::backups::allow_stores(&in_force.settings, ports.egress.as_ref());
        let in_force = watch::channel(Arc::new(in_force)).0;
        let models = Models::new(Arc::clone(&ports.egress), ports.ollama_host, state.clone(), in_force.subscribe());
        Ok(Self(Arc::new(Inner {
            mode,
            used,
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
            sensors: ports.sensors,
            server: ports.server,
            notifier: ports.notifier,
            metrics,
            state,
            in_force,
            configuring: Mutex::new(()),
            latest,
            hints: broadcast::channel(HINTS).0,
            degraded,
            set_aside,
            pipeline,
            collectors: std::sync::Mutex::new(Some(ports.collectors)),
            collecting: Mutex::new(None),
            on_notices,
            on_interval: Notify::new(),
            desktops: AtomicUsize::new(0),
            baselines: std::sync::Mutex::default(),
            sizes: std::sync::Mutex::default(),
            exporting: Mutex::default(),
            written_day: std::sync::Mutex::default(),
            access: std::sync::Mutex::default(),
            round_times: std::sync::Mutex::default(),
            egress: ports.egress,
            models: Arc::new(models),
            records: ports.records,
            witnessing: Mutex::new(witnessing),
            folders: ports.folders,
            growth,
            variables,
            channels,
            workers: ports.workers,
            backups: crate::backups::Backups::default(),
            commands,
            maintenance: crate::maintenance::Maintenance::default(),
            runbooks: crate::runbooks::Runbooks::default(),
        })))
    }
}

/// What the pipeline has in common with the engine.
struct Shared<'s> {
    home: &'s Path,
    degraded: &'s Arc<DegradedParts>,
    set_aside: &'s Arc<SetAside>,
    latest: &'s watch::Sender<Arc<Latest>>,
    on_notices: &'s Arc<Notify>,
    growth: &'s Arc<Growth>,
}

fn build_pipeline(
    metrics: &MetricsStore,
    state: &StateStore,
    in_force: &InForce,
    Shared { home, degraded, set_aside, latest, on_notices, growth }: Shared<'_>,
    witnesses: mpsc::Sender<Wanted>,
    moment: Moment,
) -> Result<Pipeline, Problem> {
    let mut pipeline = Pipeline {
        home: home.to_owned(),
        metrics: metrics.clone(),
        state: state.clone(),
        settings: Arc::clone(&in_force.settings),
        degraded: Arc::clone(degraded),
        latest: latest.clone(),
        evaluator: caretaker_core::alert::Evaluator::default(),
        epoch: 0,
        epoch_due: Some(EpochReason::Start),
        last: metrics.newest().ok().flatten(),
        saved: moment.awake,
        processes_stored: Span::ZERO,
        pushed: Vec::new(),
        following: Vec::new(),
        witnesses,
        growth: Arc::clone(growth),
        set_aside: Arc::clone(set_aside),
        is_anew_due: false,
        channels: hearing::channels(&in_force.settings),
        ledger: Ledger::default(),
        unsaved: None,
        on_notices: Arc::clone(on_notices),
        current: Latest::default(),
    };
    pipeline.restore_or_begin_anew(moment)?;
    if let Err(error) = pipeline.start_epoch(moment) {
        pipeline.store_failed("samples", error, moment.wall);
    }
    Ok(pipeline)
}

/// Marks the start on every chart, and the boot before it if the machine was restarted since the last round.
fn mark_start(pipeline: &mut Pipeline, moment: Moment, before: Option<Moment>) {
    let boot = before.is_some_and(|before| before.boot != moment.boot);
    let booted = moment.wall - moment.elapsed;
    let marks = [
        boot.then(|| Mark { kind: MarkKind::Boot, at: booted, until: None, text: "The machine started".to_owned() }),
        Some(Mark { kind: MarkKind::Start, at: moment.wall, until: None, text: "Caretaker started".to_owned() }),
    ];
    for mark in marks.into_iter().flatten() {
        if let Err(error) = pipeline.on_samples(moment.wall, |metrics| metrics.mark(&mark)) {
            tracing::warn!(%error, "a mark could not be stored");
        }
    }
}

/// What a reader without an engine can know.
fn read_latest(
    metrics: &MetricsStore,
    state: &StateStore,
    in_force: &InForce,
    moment: Moment,
) -> Result<Latest, Problem> {
    let mut latest = Latest { open: state.open_alerts()?, ..Latest::default() };
    latest.silences = state.silences(moment.wall)?;
    latest.silences.extend(open_windows(&in_force.settings.notify.maintenance, moment.wall, &Local));
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
