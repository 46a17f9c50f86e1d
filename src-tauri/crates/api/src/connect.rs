//! How a command reaches an engine: the one that runs, else one opened for this command alone.

use axum::Router;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::ConfigurationView;
use caretaker_engine::{Engine, EngineOptions, Mode};
use caretaker_platform::lock::{self, EngineLock, Owner};
use caretaker_platform::socket::{self, EngineSocket};
use tokio::task::JoinSet;

use crate::client::Client;
use crate::router::router;
use crate::serve::serve_socket;

/// What a command is going to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Look.
    Read,
    /// Change something.
    Write,
}

/// A way to an engine, and the engine itself if it was opened for this command.
pub struct Connection {
    /// Calls routes.
    pub client: Client,
    /// The engine of this process, and its lock where it writes.
    own: Option<(Engine, Option<EngineLock>)>,
    /// Answers on the socket, where programs that this one starts need the engine.
    serving: JoinSet<()>,
}

impl Connection {
    /// Whether an engine runs in another process.
    pub fn is_attached(&self) -> bool {
        self.own.is_none()
    }

    /// The engine of this process, if there is one.
    pub fn engine(&self) -> Option<&Engine> {
        self.own.as_ref().map(|(engine, _)| engine)
    }

    /// Answers on the socket for as long as this connection stands, so that programs which this one starts work with the same
    /// engine. With an engine in another process there is nothing to do.
    pub fn serve(&mut self) -> Result<(), Problem> {
        let Some((engine, Some(lock))) = &self.own else { return Ok(()) };
        let socket = EngineSocket::bind(engine.home(), lock)?;
        self.serving.spawn(serve_socket(socket, router(engine.clone())));
        Ok(())
    }

    /// Flushes what this process opened and frees the lock.
    pub async fn close(mut self) {
        self.serving.shutdown().await;
        if let Some((engine, lock)) = self.own {
            engine.close().await;
            drop(lock);
        }
    }
}

/// Connects to the running engine, or opens the home. `chosen_configuration` says that the person named a file, which
/// must then be the running engine's own.
pub async fn connect(
    options: EngineOptions,
    access: Access,
    chosen_configuration: bool,
) -> Result<Connection, Problem> {
    if let Some(stream) = socket::connect(&options.home).await? {
        drop(stream);
        let client = Client::over_socket(options.home.clone());
        if chosen_configuration {
            same_configuration(&client, &options).await?;
        }
        return Ok(Connection { client, own: None, serving: JoinSet::new() });
    }
    if access == Access::Read {
        let engine = Engine::open(options, Mode::ReadOnly)?;
        return Ok(own(engine, None));
    }
    let started = options.ports.clock.moment().wall;
    let owner = Owner::this_process(&options.program, &options.version, started);
    let home = options.home.prepare()?;
    let held = EngineLock::acquire_within(&home.lock(), &owner, lock::PATIENCE).await?;
    let engine = Engine::open(options, Mode::Operation)?;
    Ok(own(engine, Some(held)))
}

fn own(engine: Engine, lock: Option<EngineLock>) -> Connection {
    let router: Router = router(engine.clone());
    Connection { client: Client::in_process(router), own: Some((engine, lock)), serving: JoinSet::new() }
}

async fn same_configuration(client: &Client, options: &EngineOptions) -> Result<(), Problem> {
    let theirs: ConfigurationView = client.get("/configuration").await?;
    let ours = options.configuration.canonicalize().unwrap_or_else(|_| options.configuration.clone());
    let same = std::path::Path::new(&theirs.path).canonicalize().is_ok_and(|path| path == ours)
        || options.configuration.display().to_string() == theirs.path;
    if same {
        return Ok(());
    }
    let message = format!("the running engine uses {}, not {}", theirs.path, options.configuration.display());
    Err(Problem::new(Code::Usage, message).hint("leave out --config, or stop the engine first"))
}
