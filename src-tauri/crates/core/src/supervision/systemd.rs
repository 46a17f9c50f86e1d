//! systemd: the text of the unit, and what `systemctl show` says. See systemd.service(5) and systemd.exec(5).

use std::path::PathBuf;

use super::definition::{Definition, Scope};

/// The name of the unit.
pub const UNIT: &str = "caretaker.service";
/// The first words of a unit that Caretaker wrote. Others are left alone.
pub const MARK: &str = "# Written by `caretaker service install`";
/// What [`State::parse`] wants to know.
pub const PROPERTIES: &str = "LoadState,UnitFileState,ActiveState,SubState,Result,MainPID,NRestarts";

/// Without an answer for so long, systemd starts the engine anew. It answers at half of that.
const WATCHDOG_SECONDS: u32 = 180;

/// Holds in both scopes: a filter of system calls needs no rights. What would also bind the programs that checks and
/// runbooks start, and break them there, is left out: `MemoryDenyWriteExecute` stops every just-in-time compiler,
/// `RestrictNamespaces` every container tool, `PrivateTmp` the socket of a home with a long path.
const HARDENING: &str = "\
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
";

/// Needs the machine's systemd: a user's one may not make mount namespaces everywhere.
const SYSTEM_HARDENING: &str = "\
ProtectSystem=yes
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectHostname=yes
";

/// The unit, complete.
pub fn unit(definition: &Definition) -> String {
    let words: Vec<String> = definition.arguments().iter().map(|word| argument(word)).collect();
    let program = quoted(&definition.program.to_string_lossy());
    let home = mounts(&definition.home.to_string_lossy());
    let (system, target) = match definition.scope {
        Scope::User => (String::new(), "default.target"),
        Scope::System => {
            let user = definition.user.as_ref().map(|user| format!("User={user}\n")).unwrap_or_default();
            (format!("{user}OOMScoreAdjust=-200\n{SYSTEM_HARDENING}"), "multi-user.target")
        }
    };
    format!(
        "{MARK}; `caretaker service uninstall` removes it.
# Changes of your own belong into a drop-in: `systemctl {flag}edit {UNIT}`.
[Unit]
Description=Caretaker watches over this computer
RequiresMountsFor={home}
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={program} {words}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=10
TimeoutStartSec=120
TimeoutStopSec=15
WatchdogSec={WATCHDOG_SECONDS}
UMask=0077
Nice=5
{HARDENING}{system}
[Install]
WantedBy={target}
",
        words = words.join(" "),
        flag = match definition.scope {
            Scope::User => "--user ",
            Scope::System => "",
        },
    )
}

/// `%` begins a specifier everywhere.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"").replace('%', "%%"))
}

/// In arguments, but not in the program, `$` begins a variable.
fn argument(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { quoted(&word.replace('$', "$$")) }
}

/// A list of paths knows quotes, too.
fn mounts(path: &str) -> String {
    if path.contains([' ', '"', '\\', '%']) { quoted(path) } else { path.to_owned() }
}

/// The program that a unit starts.
pub fn program_of(unit: &str) -> Option<PathBuf> {
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=\""))?;
    let mut program = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Some(PathBuf::from(program)),
            '\\' => program.push(letters.next()?),
            '%' => program.push(letters.next().filter(|next| *next == '%')?),
            other => program.push(other),
        }
    }
    None
}

/// What systemd knows of the unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// It knows the unit.
    pub loaded: bool,
    /// It starts the unit by itself.
    pub enabled: bool,
    /// `active`, `activating`, `failed`, …
    pub active: String,
    /// More exactly: `running`, `auto-restart`, …
    pub detail: String,
    /// Its process.
    pub pid: Option<u32>,
    /// How often it was started anew.
    pub restarts: u32,
}

impl State {
    /// Reads what `systemctl show --property=…` prints.
    pub fn parse(text: &str) -> Self {
        let value = |key: &str| {
            text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default().trim()
        };
        let result = value("Result");
        let detail = value("SubState");
        Self {
            loaded: value("LoadState") == "loaded",
            enabled: value("UnitFileState").starts_with("enabled"),
            active: value("ActiveState").to_owned(),
            detail: if matches!(result, "" | "success") { detail.to_owned() } else { format!("{detail}, {result}") },
            pid: value("MainPID").parse().ok().filter(|pid| *pid != 0),
            restarts: value("NRestarts").parse().unwrap_or(0),
        }
    }

    /// Whether the engine runs.
    pub fn running(&self) -> bool {
        self.active == "active"
    }
}
