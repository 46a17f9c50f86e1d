//! The supervisor of the machine that this program runs on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use caretaker_core::port::Commands;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::supervision::{Supervisor, Surroundings};
use caretaker_platform::clock::SystemClock;
use caretaker_platform::command::SystemCommands;
use caretaker_platform::{home, readiness};

use super::Supervision;

impl Supervision {
    /// Looks at the environment and a few folders; starts nothing.
    pub fn of_this_machine() -> Result<Self, Problem> {
        let supervisor = if cfg!(target_os = "macos") { Supervisor::Launchd } else { Supervisor::Systemd };
        let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let own = || {
            home::user_folder().ok_or_else(|| {
                Problem::new(Code::NotConfigured, "this user has no home directory").hint("set HOME, or use `--system`")
            })
        };
        let settings = match supervisor {
            Supervisor::Systemd => match folder("XDG_CONFIG_HOME") {
                Some(settings) => settings,
                None => own()?.join(".config"),
            },
            Supervisor::Launchd => own()?.join("Library"),
        };
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
        let runs = readiness::service_supervisor().is_some();
        let unreachable = (supervisor == Supervisor::Systemd && folder("XDG_RUNTIME_DIR").is_none())
            .then(|| "XDG_RUNTIME_DIR is not set, as after `su` or `sudo -u`".to_owned());
        Ok(Self {
            around: Surroundings { supervisor, settings, uid: home::user_number() },
            commands: Arc::new(SystemCommands) as Arc<dyn Commands>,
            clock: Arc::new(SystemClock::new()),
            runs,
            root: home::user_number() == 0,
            lingers: !user.is_empty() && Path::new("/var/lib/systemd/linger").join(&user).exists(),
            user,
            temporary: folder("TMPDIR"),
            unreachable,
        })
    }
}
