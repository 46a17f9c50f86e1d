//! Servers of local models as the engine keeps them: looked at by a collector of their own, turned into series, remembered
//! in the state database so that one that does not come back after a restart of the machine is missed all the same.
//!
//! It opens nothing and reads nothing before it is first asked. How servers are asked is `probe`'s business.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use caretaker_core::egress::Egress;
use caretaker_core::metric::{Labels, Reading, SeriesKey, Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ModelServerView, ModelsView};
use caretaker_probe::{Known, ModelWatch};
use caretaker_store::StateStore;
use tokio::sync::watch;

use crate::configuration::InForce;

/// Under which the servers are remembered.
const REMEMBERED: &str = "model_servers";
/// Loaded models of one server that become series; more are only listed.
const MOST_SERIES: usize = 16;

/// What is known of servers of local models.
pub(crate) struct Models {
    work: Mutex<Working>,
    newest: RwLock<Arc<ModelsView>>,
    state: StateStore,
    settings: watch::Receiver<Arc<InForce>>,
}

struct Working {
    watch: ModelWatch,
    recalled: bool,
    remembered: Vec<Known>,
}

impl Models {
    /// Nothing is read or opened yet.
    pub fn new(
        egress: Arc<dyn Egress>,
        ollama_host: Option<String>,
        state: StateStore,
        settings: watch::Receiver<Arc<InForce>>,
    ) -> Self {
        let watch = ModelWatch::new(egress, ollama_host);
        let work = Mutex::new(Working { watch, recalled: false, remembered: Vec::new() });
        Self { work, newest: RwLock::default(), state, settings }
    }

    /// The servers as they were last seen, without asking them; before the first look, what was remembered. Blocks while a
    /// database is read.
    pub fn view(&self, now: Timestamp) -> Arc<ModelsView> {
        let newest = Arc::clone(&self.newest.read().unwrap_or_else(PoisonError::into_inner));
        if newest.at > Timestamp::default() {
            return newest;
        }
        // Whoever holds the lock is looking for the first time, and that takes seconds.
        let Ok(mut work) = self.work.try_lock() else { return newest };
        self.recall(&mut work);
        Arc::new(work.watch.view(now))
    }

    /// Looks at every server now. Blocks for about two seconds at most. `remember` says whether this engine may write.
    pub fn look(&self, now: Timestamp, remember: bool) -> std::io::Result<Arc<ModelsView>> {
        self.see(now, remember, |watch, settings| watch.look(settings, now))
    }

    /// Looks at what is due in a round.
    fn round(&self, now: Timestamp) -> std::io::Result<Arc<ModelsView>> {
        self.see(now, true, |watch, settings| watch.round(settings, now))
    }

    fn see(
        &self,
        now: Timestamp,
        remember: bool,
        look: impl FnOnce(&mut ModelWatch, &caretaker_core::config::Models) -> std::io::Result<()>,
    ) -> std::io::Result<Arc<ModelsView>> {
        let settings = Arc::clone(&self.settings.borrow().settings);
        let mut work = self.lock();
        self.recall(&mut work);
        look(&mut work.watch, &settings.models)?;
        let view = Arc::new(work.watch.view(now));
        *self.newest.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&view);
        if remember {
            self.remember(&mut work);
        }
        Ok(view)
    }

    fn lock(&self) -> MutexGuard<'_, Working> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recall(&self, work: &mut Working) {
        if work.recalled {
            return;
        }
        work.recalled = true;
        match self.state.setting(REMEMBERED) {
            Ok(Some(text)) => {
                // What another version wrote may not fit; the servers are found again.
                let known: Vec<Known> = serde_json::from_str(&text).unwrap_or_default();
                work.remembered.clone_from(&known);
                work.watch.recall(known);
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "what is known of model servers could not be read"),
        }
    }

    /// Writes only when somebody came, went, or changed what it has.
    fn remember(&self, work: &mut Working) {
        let known = work.watch.known();
        let same = known.len() == work.remembered.len()
            && known.iter().zip(&work.remembered).all(|(one, other)| is_same(one, other));
        if same {
            return;
        }
        let text = serde_json::to_string(&known).unwrap_or_default();
        match self.state.put_setting(REMEMBERED, Some(&text)) {
            Ok(()) => work.remembered = known,
            Err(error) => tracing::warn!(%error, "what is known of model servers could not be stored"),
        }
    }
}

fn is_same(one: &Known, other: &Known) -> bool {
    (&one.address, one.kind, &one.version, one.up, one.since, &one.installed)
        == (&other.address, other.kind, &other.version, other.up, other.since, &other.installed)
}

/// The collector of the servers' series.
pub(crate) struct ModelsCollector(Arc<Models>);

impl ModelsCollector {
    /// Over what the engine keeps.
    pub fn new(models: Arc<Models>) -> Self {
        Self(models)
    }
}

impl Collector for ModelsCollector {
    fn name(&self) -> &'static str {
        "models"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let view = self.0.round(context.moment.wall).map_err(|error| CollectError::Failed {
            what: "look for model servers".to_owned(),
            why: error.to_string(),
        })?;
        into.readings.extend(view.servers.iter().flat_map(readings));
        Ok(())
    }
}

/// The series of one server. One that is down has nothing but that.
fn readings(server: &ModelServerView) -> Vec<Reading> {
    let gauge = |name: &str, unit: Unit, value: f64| {
        Reading::gauge(SeriesKey::labelled(name, "server", server.address.as_str()), unit, value)
    };
    let mut readings = vec![gauge(names::MODEL_SERVER_UP, Unit::Count, f64::from(u8::from(server.up)))];
    if !server.up {
        return readings;
    }
    readings.push(gauge(names::MODEL_INSTALLED, Unit::Count, server.installed.len() as f64));
    readings.push(gauge(names::MODEL_LOADED, Unit::Count, server.loaded.len() as f64));
    readings.extend(server.installed_bytes.map(|size| gauge(names::MODEL_INSTALLED_BYTES, Unit::Bytes, size as f64)));
    readings.extend(server.tokens_per_second.map(|rate| gauge(names::MODEL_TOKENS_PER_SECOND, Unit::Ratio, rate)));
    for model in server.loaded.iter().take(MOST_SERIES) {
        let labels: Labels = [("server", &server.address), ("model", &model.name)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        let key = SeriesKey { name: names::MODEL_MEMORY.to_owned(), labels };
        readings.extend(model.memory_bytes.map(|size| Reading::gauge(key, Unit::Bytes, size as f64)));
    }
    readings
}
