//! The machine and Caretaker's own set-up, checked now.

use std::os::unix::fs::MetadataExt;

use caretaker_core::egress::{Reached, Target};
use caretaker_core::metric::{Unit, names};
use caretaker_core::problem::Problem;
use caretaker_core::view::{CheckState, CheckView, DoctorView, SensorsView};
use caretaker_platform::bus::Bus;
use caretaker_platform::readiness::{NotificationReadiness, Readiness};

use crate::engine::{Engine, Mode};
use crate::latest::Latest;

/// Below this the databases soon have no room.
const LITTLE_SPACE: u64 = 500_000_000;
/// The rights of everybody but the owner.
const OTHERS: u32 = 0o077;

impl Engine {
    /// Checks home, databases, configuration, desktop, sensors and programs.
    pub async fn doctor(&self) -> Result<DoctorView, Problem> {
        let readiness = Readiness::check(&Bus::session(), self.home()).await;
        let latest = self.latest();
        let mut checks = self.home_checks(&readiness).await;
        checks.extend(self.network_checks());
        checks.extend(desktop_checks(&readiness));
        checks.extend(sensor_checks(&latest, &readiness));
        checks.extend(readiness.programs.iter().map(|(name, path)| match path {
            Some(path) => check("programs", name, CheckState::Ok, path.display().to_string()),
            None => check("programs", name, CheckState::Absent, "not installed; only some features use it".to_owned()),
        }));
        checks.extend(self.reach_checks());
        checks.extend((self.0.server)(self.now()).await);
        for part in self.0.degraded.list() {
            // What doctor can tell stands in the other checks.
            let hint = if part.hint.contains("`caretaker doctor`") { "" } else { &part.hint };
            checks.push(hinted(check("degraded", &part.part, CheckState::Failed, part.why), hint));
        }
        Ok(judged(checks))
    }

    /// Whether the machine is fit to serve people around the clock.
    pub async fn server_readiness(&self) -> Result<DoctorView, Problem> {
        Ok(judged((self.0.server)(self.now()).await))
    }

    /// Every sensor that was looked for, read now: for people who wonder where a figure comes from or why there is none.
    pub async fn sensors(&self) -> Result<SensorsView, Problem> {
        let host = self.host_view(&self.latest());
        let system = format!("{} {}", host.os, host.os_version);
        // Not its name: the answer is made to be shown to others.
        let machine = [system.trim(), host.cpu.as_str(), host.architecture.as_str()];
        let machine: Vec<&str> = machine.into_iter().filter(|word| !word.is_empty()).collect();
        let sensors = self.blocking(|inner| Ok((inner.sensors)())).await?;
        Ok(SensorsView { machine: machine.join(", "), sensors })
    }

    /// What this home can be reached by. The door on loopback is off unless the configuration opens it.
    fn network_checks(&self) -> Vec<CheckView> {
        // Where its path would be too long, the socket lies elsewhere and a file says where.
        let elsewhere = std::fs::read_to_string(self.home().socket_pointer());
        let socket = elsewhere.map_or_else(|_| self.home().socket(), std::path::PathBuf::from);
        let found = match std::fs::metadata(&socket).map(|metadata| metadata.mode() & 0o777) {
            Ok(mode) if mode & OTHERS == 0 => {
                let text = format!("{}, mode {mode:o}: only you may connect", socket.display());
                check("network", "engine socket", CheckState::Ok, text)
            }
            Ok(mode) => {
                let text = format!("{}, mode {mode:o}: others may connect", socket.display());
                let found = check("network", "engine socket", CheckState::Warning, text);
                hinted(found, &format!("chmod 600 '{}'", socket.display()))
            }
            Err(_) => {
                let text = format!("none at {}: no engine is running", socket.display());
                check("network", "engine socket", CheckState::Absent, text)
            }
        };
        let api = &self.settings().api;
        let text = if api.enabled {
            format!("the dashboard listens on {}, on this machine only and with tokens", api.listen)
        } else {
            "none is open; `api.enabled` would open one for this machine".to_owned()
        };
        let ports = check("network", "own ports", CheckState::Ok, text);
        vec![found, ports]
    }

    /// What the configuration lets Caretaker reach beyond this machine, and what was reached for since the start.
    fn reach_checks(&self) -> Vec<CheckView> {
        let (allowed, reached) = (self.0.egress.allowed(), self.0.egress.reached());
        let readable = self.readable_channels();
        let beyond = if allowed.is_empty() {
            "nothing is reached: the configuration names no place"
        } else {
            "only these places are reached, because the configuration names them"
        };
        let mut checks = vec![check("network", "beyond this machine", CheckState::Ok, beyond.to_owned())];
        let mut targets: Vec<&Target> = allowed.iter().map(|allowance| &allowance.target).collect();
        targets.sort();
        targets.dedup();
        for target in targets {
            let by = allowed.iter().filter(|one| one.target == *target).map(|one| format!("`{}`", one.by));
            let by = by.collect::<Vec<_>>().join(", ");
            let counts = reached.iter().find(|one| one.target == *target);
            let (opened, failed) = counts.map_or((0, 0), |one| (one.opened, one.failed));
            let detail = format!("may be reached for {by}; {}", connections(opened, failed));
            let found = check("network", &target.to_string(), CheckState::Ok, detail);
            let open = readable.iter().any(|one| one == target);
            checks.push(if open {
                let found = CheckView { state: CheckState::Warning, ..found };
                hinted(found, "what is sent there can be read on the way; use https:// if the other side can")
            } else {
                found
            });
        }
        let rest = reached.iter().filter(|one| !allowed.iter().any(|allowance| allowance.target == one.target));
        checks.extend(rest.map(not_named));
        checks
    }

    async fn home_checks(&self, readiness: &Readiness) -> Vec<CheckView> {
        let folder = self.home().folder().display().to_string();
        let there = self.home().folder().exists();
        let private = if !there {
            check("home", "folder", CheckState::Absent, format!("{folder} is made by the first start"))
        } else if readiness.home_private {
            check("home", "folder", CheckState::Ok, folder.clone())
        } else {
            let found = check("home", "folder", CheckState::Warning, format!("others can look into {folder}"));
            hinted(found, &format!("chmod 700 '{folder}'"))
        };
        let space = match readiness.home_free_bytes {
            Some(free) if free < LITTLE_SPACE => {
                check("home", "free space", CheckState::Warning, format!("{} left", Unit::Bytes.format(free as f64)))
            }
            Some(free) => {
                check("home", "free space", CheckState::Ok, format!("{} left", Unit::Bytes.format(free as f64)))
            }
            None if !there => check("home", "free space", CheckState::Absent, "there is no folder yet".to_owned()),
            None => check("home", "free space", CheckState::Warning, "it cannot be told".to_owned()),
        };
        let samples = self.blocking(|inner| Ok(inner.metrics.check()?)).await;
        let state = self.blocking(|inner| Ok(inner.state.check()?)).await;
        let databases = match samples.and(state) {
            Ok(()) if !self.0.used => check("home", "databases", CheckState::Absent, "there are none yet".to_owned()),
            Ok(()) => check("home", "databases", CheckState::Ok, "samples and state are intact".to_owned()),
            Err(problem) => hinted(check("home", "databases", CheckState::Failed, problem.message), &problem.hint),
        };
        let in_force = self.0.in_force.borrow().clone();
        let configuration = if in_force.problems.is_empty() {
            let text = if in_force.stamp.is_some() { "without mistakes" } else { "no file; defaults are in force" };
            check("home", "configuration", CheckState::Ok, text.to_owned())
        } else {
            let text = crate::words::count(in_force.problems.len(), "mistake");
            hinted(check("home", "configuration", CheckState::Failed, text), "`caretaker config validate` lists them")
        };
        let engine = match self.mode() {
            Mode::Live => check("engine", "running", CheckState::Ok, format!("{} {}", self.0.program, self.0.version)),
            Mode::Operation | Mode::ReadOnly => {
                let found = check("engine", "running", CheckState::Warning, "no engine is running".to_owned());
                hinted(found, "start the tray app, or `caretaker run`")
            }
        };
        vec![engine, private, space, databases, configuration]
    }
}

/// A program on this machine to which Caretaker connects. That nobody listens at a usual port is no fault.
fn not_named(one: &Reached) -> CheckView {
    let detail = connections(one.opened, one.failed);
    let state = if one.opened > 0 { CheckState::Ok } else { CheckState::Absent };
    check("network", &one.target.to_string(), state, detail)
}

fn connections(opened: u64, failed: u64) -> String {
    format!("{} opened, {failed} refused", crate::words::count(opened as usize, "connection"))
}

/// The worst of the checks is the state of the whole.
fn judged(checks: Vec<CheckView>) -> DoctorView {
    let states = [CheckState::Failed, CheckState::Warning];
    let worst = states.into_iter().find(|state| checks.iter().any(|check| check.state == *state));
    DoctorView { state: worst.unwrap_or(CheckState::Ok), checks }
}

fn check(group: &str, name: &str, state: CheckState, detail: String) -> CheckView {
    CheckView { group: group.to_owned(), name: name.to_owned(), state, detail, why: String::new(), hint: String::new() }
}

fn hinted(mut check: CheckView, hint: &str) -> CheckView {
    hint.clone_into(&mut check.hint);
    check
}

fn desktop_checks(readiness: &Readiness) -> Vec<CheckView> {
    let display = if readiness.display {
        check("desktop", "display", CheckState::Ok, "windows can be opened".to_owned())
    } else {
        check("desktop", "display", CheckState::Absent, "there is none: Caretaker runs without a window".to_owned())
    };
    let desktop = &readiness.desktop;
    let notifications = match &desktop.notifications {
        NotificationReadiness::Running { name, version, capabilities, .. } => {
            let actions =
                if capabilities.iter().any(|one| one == "actions") { "with buttons" } else { "without buttons" };
            check("desktop", "notifications", CheckState::Ok, format!("{name} {version}, {actions}"))
        }
        NotificationReadiness::Startable => {
            check("desktop", "notifications", CheckState::Ok, "a notification daemon starts when needed".to_owned())
        }
        NotificationReadiness::ByTheApp => {
            check("desktop", "notifications", CheckState::Ok, "shown by the tray app".to_owned())
        }
        NotificationReadiness::Silent { why } => check("desktop", "notifications", CheckState::Failed, why.clone()),
        NotificationReadiness::Absent if desktop.session => {
            let found =
                check("desktop", "notifications", CheckState::Warning, "no notification daemon answers".to_owned());
            hinted(found, "install one, for example dunst; alerts are recorded all the same")
        }
        NotificationReadiness::Absent => {
            let why = desktop.session_error.clone().unwrap_or_else(|| "there is no desktop session".to_owned());
            check("desktop", "notifications", CheckState::Absent, why)
        }
    };
    let tray = if desktop.tray {
        check("desktop", "tray", CheckState::Ok, "icons are shown".to_owned())
    } else if desktop.session && readiness.display {
        let found = check("desktop", "tray", CheckState::Warning, "nobody shows tray icons".to_owned());
        hinted(found, "GNOME needs the AppIndicator extension; the window and notifications work without")
    } else {
        check("desktop", "tray", CheckState::Absent, "there is no desktop session".to_owned())
    };
    let supervisor = match readiness.service_supervisor {
        Some(name) => check("engine", "supervisor", CheckState::Ok, name.to_owned()),
        None => check("engine", "supervisor", CheckState::Absent, "neither systemd nor launchd runs here".to_owned()),
    };
    vec![display, notifications, tray, supervisor]
}

fn sensor_checks(latest: &Latest, readiness: &Readiness) -> Vec<CheckView> {
    let temperatures = latest.all(names::TEMPERATURE).count();
    let temperature = match temperatures {
        0 => check("sensors", "temperature", CheckState::Absent, "this machine shows none".to_owned()),
        number => check("sensors", "temperature", CheckState::Ok, crate::words::count(number, "sensor")),
    };
    let pressure = if readiness.pressure_stalls || latest.value(names::MEMORY_PRESSURE).is_some() {
        check("sensors", "pressure", CheckState::Ok, "the kernel tells how long work waited".to_owned())
    } else {
        check("sensors", "pressure", CheckState::Absent, "this kernel does not tell".to_owned())
    };
    let disks = latest.all(names::DISK_USAGE).count();
    let disk = match disks {
        0 => check("sensors", "disks", CheckState::Warning, "no mounted disk was measured yet".to_owned()),
        number => check("sensors", "disks", CheckState::Ok, crate::words::count(number, "mounted disk")),
    };
    let counted = |name: &str, series: &str, one: &str, absent: &str| match latest.all(series).count() {
        0 => check("sensors", name, CheckState::Absent, absent.to_owned()),
        number => check("sensors", name, CheckState::Ok, crate::words::count(number, one)),
    };
    let further = [
        counted("gpu", names::GPU_USAGE, "GPU", "none that tells"),
        counted("power", names::POWER, "part", "nothing measures it, or it may not be read"),
        counted("fans", names::FAN, "fan", "none that turned so far"),
        counted("disk health", names::DISK_WEAR, "disk", "no disk tells, or it may not be asked"),
    ];
    [temperature, pressure, disk].into_iter().chain(further).collect()
}
