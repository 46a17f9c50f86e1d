//! Servers of local models over time: found once, looked at every round from then on, and missed when they stop answering.
//!
//! A server that is not there costs one refused connection every [`PATIENCE`] rounds. Who was found is expected to stay:
//! it counts as down when it does not answer, until it has been gone for a week or nobody wants it looked for any more.
//! All calls block, for about two seconds at most; nothing is opened before the first of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use caretaker_core::config::Models;
use caretaker_core::egress::Egress;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{ModelServerKind, ModelServerView, ModelsView};
use futures_util::future::join_all;

use crate::candidate::{Candidate, Hint, candidates};
use crate::http::GetError;
use crate::look::{Depth, Said, Sight, again, identify};

/// Rounds between two looks at an address where nobody was, and between two full looks at a server.
const PATIENCE: u32 = 10;
/// A server that has been gone for this long was taken away on purpose.
const FORGOTTEN_AFTER: Span = Span::from_days(7);

/// What is remembered of a server over a restart: its view without what is in memory.
pub type Known = ModelServerView;

/// Everything that is known of servers of local models.
pub struct ModelWatch {
    egress: Arc<dyn Egress>,
    ollama_host: Option<String>,
    servers: BTreeMap<SocketAddr, ModelServerView>,
    /// Rounds until an address gets a look, or a server a full one.
    waiting: BTreeMap<SocketAddr, u32>,
}

/// What is asked of one address.
enum Task {
    Find(Candidate),
    See(SocketAddr, ModelServerKind, Depth),
}

/// What came of it.
enum Finding {
    Found(SocketAddr, Sight),
    Seen(SocketAddr, Depth, Result<Said, GetError>),
}

impl ModelWatch {
    /// One that knows nothing yet. `ollama_host` is the text of the variable `OLLAMA_HOST`.
    pub fn new(egress: Arc<dyn Egress>, ollama_host: Option<String>) -> Self {
        Self { egress, ollama_host, servers: BTreeMap::new(), waiting: BTreeMap::new() }
    }

    /// Takes what an earlier run knew. What is known already goes before it.
    pub fn recall(&mut self, known: Vec<Known>) {
        for server in known {
            if let Ok(address) = server.address.parse::<SocketAddr>() {
                self.servers.entry(address).or_insert(server);
            }
        }
    }

    /// What the next run should know.
    pub fn known(&self) -> Vec<Known> {
        let bare = |server: &ModelServerView| Known { loaded: Vec::new(), ..server.clone() };
        self.servers.values().map(bare).collect()
    }

    /// The servers as they were last seen.
    pub fn view(&self, at: Timestamp) -> ModelsView {
        ModelsView::of(self.servers.values().cloned().collect(), at)
    }

    /// Looks at what is due in this round.
    ///
    /// # Errors
    /// The system has no room for the sockets' event queue.
    pub fn round(&mut self, settings: &Models, now: Timestamp) -> std::io::Result<()> {
        self.forget(settings, now);
        let due: Vec<Candidate> = candidates(settings, self.ollama_host.as_deref())
            .into_iter()
            .filter(|one| !self.servers.contains_key(&one.address) && self.is_due(one.address))
            .collect();
        let known: Vec<(SocketAddr, ModelServerKind, bool)> =
            self.servers.iter().map(|(address, server)| (*address, server.kind, server.up)).collect();
        let mut tasks: Vec<Task> = due.into_iter().map(Task::Find).collect();
        for (address, kind, up) in known {
            // Who comes back may have been updated meanwhile.
            let depth = if self.is_due(address) || !up { Depth::Full } else { Depth::Brief };
            tasks.push(Task::See(address, kind, depth));
        }
        self.carry_out(tasks, now)
    }

    /// Looks at everything now, whatever is due.
    ///
    /// # Errors
    /// As [`Self::round`].
    pub fn look(&mut self, settings: &Models, now: Timestamp) -> std::io::Result<()> {
        self.waiting.clear();
        self.round(settings, now)
    }

    /// Whether an address that waits has waited long enough; if so it begins to wait anew.
    fn is_due(&mut self, address: SocketAddr) -> bool {
        let rounds = self.waiting.entry(address).or_insert(0);
        if *rounds == 0 {
            *rounds = PATIENCE - 1;
            return true;
        }
        *rounds -= 1;
        false
    }

    fn forget(&mut self, settings: &Models, now: Timestamp) {
        self.servers.retain(|address, server| {
            let wanted = settings.enabled && (settings.discover || settings.servers.contains(address));
            let gone = !server.up && now.since(server.since) > FORGOTTEN_AFTER;
            wanted && !gone
        });
    }

    fn carry_out(&mut self, tasks: Vec<Task>, now: Timestamp) -> std::io::Result<()> {
        if tasks.is_empty() {
            return Ok(());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let egress = Arc::clone(&self.egress);
        let all = tasks.into_iter().map(|task| carry_out(egress.as_ref(), task, now));
        for result in runtime.block_on(join_all(all)) {
            match result {
                Finding::Found(_, Sight::Nothing) => {}
                Finding::Found(address, Sight::Server(kind, said)) => {
                    let mut server = appeared(address, kind, now);
                    answered(&mut server, *said, Depth::Full, now);
                    self.servers.insert(address, server);
                }
                Finding::Seen(address, depth, seen) => {
                    let Some(server) = self.servers.get_mut(&address) else { continue };
                    match seen {
                        Ok(said) => answered(server, said, depth, now),
                        Err(error) => missed(server, &error, now),
                    }
                }
            }
        }
        Ok(())
    }
}

async fn carry_out(egress: &dyn Egress, task: Task, now: Timestamp) -> Finding {
    match task {
        Task::Find(candidate) => Finding::Found(candidate.address, identify(egress, candidate, now).await),
        Task::See(address, kind, depth) => {
            let seen = again(egress, address, kind, depth, now).await;
            // Another program may have taken the place of the one that was known.
            if let Err(GetError::Broken(_)) = &seen {
                let sight = identify(egress, Candidate { address, hint: Hint::Any }, now).await;
                if matches!(sight, Sight::Server(..)) {
                    return Finding::Found(address, sight);
                }
            }
            Finding::Seen(address, depth, seen)
        }
    }
}

fn appeared(address: SocketAddr, kind: ModelServerKind, now: Timestamp) -> ModelServerView {
    ModelServerView {
        address: address.to_string(),
        kind,
        name: kind.name().to_owned(),
        version: None,
        up: true,
        since: now,
        looked_at: now,
        note: String::new(),
        took_ms: None,
        installed: Vec::new(),
        installed_bytes: None,
        loaded: Vec::new(),
        tokens_per_second: None,
    }
}

fn answered(server: &mut ModelServerView, said: Said, depth: Depth, now: Timestamp) {
    if !server.up {
        (server.up, server.since) = (true, now);
    }
    (server.looked_at, server.note, server.took_ms) = (now, said.note, Some(said.took_ms));
    server.version = said.version.or(server.version.take());
    if let Some(installed) = said.installed {
        let sizes = installed.iter().filter_map(|model| model.size_bytes);
        server.installed_bytes = sizes.reduce(u64::saturating_add);
        server.installed = installed;
    }
    let before = std::mem::replace(&mut server.loaded, said.loaded);
    if depth == Depth::Brief {
        // A brief look may not say what only a full one asks for.
        for model in &mut server.loaded {
            let known = before.iter().find(|one| one.name == model.name);
            model.context = model.context.or(known.and_then(|one| one.context));
        }
    }
    server.tokens_per_second = said.tokens_per_second;
}

fn missed(server: &mut ModelServerView, error: &GetError, now: Timestamp) {
    if server.up {
        (server.up, server.since) = (false, now);
    }
    (server.looked_at, server.note, server.took_ms) = (now, error.to_string(), None);
    server.loaded.clear();
    server.tokens_per_second = None;
}
