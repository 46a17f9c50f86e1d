//! Everything an engine is built from, complete before it is built.

use std::path::PathBuf;
use std::sync::Arc;

use caretaker_core::config::Platform;
use caretaker_core::egress::Egress;
use caretaker_core::port::{
    Collector, Commands, FolderWalk, NotificationAction, Notifier, PortFuture, Records, Workers,
};
use caretaker_core::time::{Clock, Timestamp};
use caretaker_core::view::{CheckView, HostView, SensorView};
use caretaker_platform::home::Home;
use tokio::sync::mpsc;

/// Makes the list of collectors; called once, when the first round is made.
pub type CollectorList = Box<dyn FnOnce() -> Vec<Box<dyn Collector>> + Send>;
/// Reads the unchanging facts of the machine; called once, when first asked for.
pub type HostFacts = Box<dyn Fn() -> HostView + Send + Sync>;

/// Looks whether the machine is fit to be a server; asked when a person wants to know.
pub type ServerChecks = Box<dyn Fn(Timestamp) -> PortFuture<'static, Vec<CheckView>> + Send + Sync>;

/// Reads every sensor that there may be, for people who want to know; takes a moment.
pub type SensorList = Box<dyn Fn() -> Vec<SensorView> + Send + Sync>;

/// Looks up a variable of the environment, for credentials that are kept there.
pub type Variables = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The outside world as the engine sees it.
pub struct Ports {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// What is measured.
    pub collectors: CollectorList,
    /// Facts about the machine.
    pub facts: HostFacts,
    /// Where each figure comes from, and why others are missing.
    pub sensors: SensorList,
    /// What logs say.
    pub records: Arc<dyn Records>,
    /// Who walks disks.
    pub folders: Arc<dyn FolderWalk>,
    /// The way to other programs on this machine, and to what the configuration names.
    pub egress: Arc<dyn Egress>,
    /// Starts other programs.
    pub commands: Arc<dyn Commands>,
    /// Who works on archives.
    pub workers: Arc<dyn Workers>,
    /// Variables of the environment.
    pub variables: Variables,
    /// What the variable `OLLAMA_HOST` says.
    pub ollama_host: Option<String>,
    /// Fitness as a server.
    pub server: ServerChecks,
    /// Desktop notifications; none where only an attached tray app can show them.
    pub notifier: Option<Arc<dyn Notifier>>,
    /// What people do with notifications.
    pub actions: Option<mpsc::Receiver<NotificationAction>>,
}

/// What an engine is told at its start.
pub struct EngineOptions {
    /// The prepared home folder.
    pub home: Home,
    /// The configuration file; it need not exist.
    pub configuration: PathBuf,
    /// Variables that override keys of the file.
    pub environment: Vec<(String, String)>,
    /// Which defaults apply.
    pub platform: Platform,
    /// `caretaker` or `caretaker-app`.
    pub program: String,
    /// Version of the program.
    pub version: String,
    /// The outside world.
    pub ports: Ports,
}
