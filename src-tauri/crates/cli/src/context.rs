//! What a verb works with: where the home and the configuration are, and the way to an engine. Opens nothing by itself.

use std::path::{Path, PathBuf};

use caretaker_api::{Access, Connection, connect};
use caretaker_core::config::Platform;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Clock, Timestamp};
use caretaker_engine::{Engine, EngineOptions, machine_ports};
use caretaker_platform::clock::SystemClock;
use caretaker_platform::home::Home;

use crate::arguments::Global;
use crate::render::Terminal;

/// The name under which this program holds a home.
pub const PROGRAM: &str = "caretaker";
/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything around one command.
#[derive(Debug)]
pub struct Context {
    /// Where the output goes.
    pub terminal: Terminal,
    home: Option<PathBuf>,
    configuration: Option<PathBuf>,
}

impl Context {
    /// From the global flags and the environment; a flag goes before its variable.
    pub fn new(global: &Global, terminal: Terminal) -> Self {
        let named = |flag: &Option<PathBuf>, variable: &str| {
            flag.clone().or_else(|| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from))
        };
        Self {
            terminal,
            home: named(&global.home, "CARETAKER_HOME"),
            configuration: named(&global.config, "CARETAKER_CONFIG"),
        }
    }

    /// The home folder; it need not exist.
    pub fn home(&self) -> Result<Home, Problem> {
        Home::locate(self.home.as_deref())
    }

    /// The configuration file; it need not exist.
    pub fn configuration(&self, home: &Home) -> Result<PathBuf, Problem> {
        match &self.configuration {
            Some(chosen) => absolute(chosen),
            None => Ok(home.configuration()),
        }
    }

    /// The configuration file that a person named.
    pub fn chosen_configuration(&self) -> Option<&Path> {
        self.configuration.as_deref()
    }

    /// Variables that set keys of the configuration.
    pub fn environment() -> Vec<(String, String)> {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        std::env::vars_os().filter_map(text).filter(|(name, _)| name.starts_with("CARETAKER_")).collect()
    }

    /// What an engine of this process is built from.
    pub fn options(&self) -> Result<EngineOptions, Problem> {
        let home = self.home()?;
        Ok(EngineOptions {
            configuration: self.configuration(&home)?,
            ports: machine_ports(&home),
            environment: Self::environment(),
            platform: Platform::CURRENT,
            program: PROGRAM.to_owned(),
            version: VERSION.to_owned(),
            home,
        })
    }

    /// The engine that runs, or one for this command alone.
    pub async fn connect(&self, access: Access) -> Result<Connection, Problem> {
        let options = self.options()?;
        // What is no folder, or belongs to somebody else, is told as that, and not as one without an engine.
        if options.home.folder().exists() {
            options.home.check()?;
        }
        let connection = connect(options, access, self.configuration.is_some()).await?;
        for what in connection.engine().map(Engine::set_aside).unwrap_or_default() {
            self.terminal.note(&format!("{what}\n  hint: `caretaker status` says where it is kept\n"));
        }
        Ok(connection)
    }

    /// Now, for "4 min ago".
    pub fn now() -> Timestamp {
        SystemClock::new().moment().wall
    }
}

/// The same file wherever the engine's own working directory is.
fn absolute(path: &Path) -> Result<PathBuf, Problem> {
    std::path::absolute(path).map_err(|error| {
        Problem::new(Code::Usage, format!("find {}: {error}", path.display())).hint("name a file with --config")
    })
}
