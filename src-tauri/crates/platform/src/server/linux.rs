//! Linux: a few files below a root folder, so that tests can bring their own.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use caretaker_core::server::linux::{self, SleepRecords, UpdateRecords};
use caretaker_core::server::listeners::{self, Listener};
use caretaker_core::time::Timestamp;
use caretaker_core::view::CheckView;

/// A list of packages larger than this is not read: security lists are far smaller.
const LARGEST_LIST: u64 = 64 * 1024 * 1024;
/// Ways to sleep that systemd has a target for.
const SLEEP_TARGETS: [&str; 4] = ["sleep", "suspend", "hibernate", "hybrid-sleep"];

/// All checks of the machine whose files lie below `root`.
pub fn checks(root: &Path, now: Timestamp) -> Vec<CheckView> {
    let packages = text(root, "run/reboot-required.pkgs");
    let required = root.join("run/reboot-required").exists();
    let mut checks = vec![
        linux::sleep(&sleep(root)),
        linux::power_failure(is_guest(root)),
        linux::encryption(text(root, "etc/crypttab").as_deref()),
        linux::updates(&updates(root), now),
        linux::restart(required, packages.as_deref()),
    ];
    checks.extend(listeners::judge(&open_ports(root)));
    checks
}

fn text(root: &Path, path: &str) -> Option<String> {
    fs::read(root.join(path)).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The files of a folder, by name; none if there is no such folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn texts(paths: impl IntoIterator<Item = PathBuf>) -> Vec<String> {
    paths.into_iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

fn sleep(root: &Path) -> SleepRecords {
    let masked = |target: &&str| {
        let link = root.join("etc/systemd/system").join(format!("{target}.target"));
        fs::read_link(link).is_ok_and(|aim| aim == Path::new("/dev/null"))
    };
    let folders = ["usr/lib/systemd/logind.conf.d", "run/systemd/logind.conf.d", "etc/systemd/logind.conf.d"];
    let more = folders.iter().flat_map(|folder| files(&root.join(folder)));
    SleepRecords {
        kernel: text(root, "sys/power/state"),
        masked: SLEEP_TARGETS.into_iter().filter(masked).map(ToOwned::to_owned).collect(),
        logind: texts(std::iter::once(root.join("etc/systemd/logind.conf")).chain(more)),
        lid: root.join("proc/acpi/button/lid").is_dir(),
    }
}

/// Virtual machines and containers have no power button of their own.
fn is_guest(root: &Path) -> bool {
    let flag = |text: String| text.lines().any(|line| line.starts_with("flags") && line.contains(" hypervisor"));
    text(root, "proc/cpuinfo").is_some_and(flag)
        || ["run/systemd/container", ".dockerenv", "run/.containerenv"].iter().any(|path| root.join(path).exists())
}

fn updates(root: &Path) -> UpdateRecords {
    let lists = root.join("var/lib/apt/lists");
    let security = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.contains("security") && name.ends_with("_Packages")
    };
    let small = |path: &PathBuf| fs::metadata(path).is_ok_and(|metadata| metadata.len() <= LARGEST_LIST);
    UpdateRecords {
        notifier: text(root, "var/lib/update-notifier/updates-available"),
        installed: text(root, "var/lib/dpkg/status"),
        security_lists: texts(files(&lists).into_iter().filter(security).filter(small)),
        lists_at: changed(&root.join("var/lib/apt/periodic/update-success-stamp")).max(newest_release(&lists)),
        apt: texts(files(&root.join("etc/apt/apt.conf.d"))),
    }
}

/// apt gives the lists the time of their server; the folder into which they were fetched has the time of this machine.
fn newest_release(lists: &Path) -> Option<Timestamp> {
    let filled = files(lists).iter().any(|path| path.to_string_lossy().contains("_Packages"));
    filled.then(|| changed(&lists.join("partial")).max(changed(lists))).flatten()
}

fn changed(path: &Path) -> Option<Timestamp> {
    let since = fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(i64::try_from(since.as_millis()).ok()?))
}

fn open_ports(root: &Path) -> Vec<Listener> {
    let tables = ["proc/net/tcp", "proc/net/tcp6"].iter().filter_map(|path| text(root, path));
    let mut open: Vec<Listener> = tables.flat_map(|table| listeners::parse_proc(&table)).collect();
    let owners = if open.is_empty() { HashMap::new() } else { owners(root, &open) };
    for listener in &mut open {
        listener.program = owners.get(&listener.inode).cloned();
    }
    open
}

/// Which programs hold these sockets, as far as this user may look.
fn owners(root: &Path, wanted: &[Listener]) -> HashMap<u64, String> {
    let mut found = HashMap::new();
    for process in files(&root.join("proc")) {
        let is_process = process.file_name().is_some_and(|name| name.as_encoded_bytes().iter().all(u8::is_ascii_digit));
        if !is_process || found.len() == wanted.len() {
            continue;
        }
        let sockets = fs::read_dir(process.join("fd")).into_iter().flatten().flatten().filter_map(|entry| {
            let aim = fs::read_link(entry.path()).ok()?;
            aim.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse::<u64>().ok()
        });
        for inode in sockets.filter(|inode| wanted.iter().any(|listener| listener.inode == *inode)) {
            let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
            found.entry(inode).or_insert_with(|| name.trim().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use caretaker_core::view::CheckState;

    use super::*;

    fn put(root: &Path, path: &str, text: &str) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        crate::files::write_atomic(&file, text.as_bytes(), 0o644).unwrap();
    }

    #[test]
    fn a_machine_in_a_folder_is_read_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        put(root, "sys/power/state", "freeze mem disk\n");
        put(root, "etc/systemd/logind.conf", "[Login]\nIdleAction=ignore\n");
        put(root, "etc/systemd/logind.conf.d/50-home.conf", "[Login]\nIdleAction=suspend\n");
        put(root, "run/reboot-required", "*** System restart required ***\n");
        put(root, "run/reboot-required.pkgs", "libc6\n");
        put(root, "var/lib/dpkg/status", "Package: zip\nStatus: install ok installed\nVersion: 3.0-13\n");
        put(
            root,
            "var/lib/apt/lists/deb.debian.org_dists_trixie-security_main_binary-arm64_Packages",
            "Package: zip\nVersion: 3.0-14\n",
        );
        let line = "   0: 00000000:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1\n";
        put(root, "proc/net/tcp", &format!("head\n{line}"));
        put(root, "proc/812/comm", "ollama\n");
        fs::create_dir_all(root.join("proc/812/fd")).unwrap();
        symlink("socket:[77]", root.join("proc/812/fd/3")).unwrap();

        let now = changed(&root.join("var/lib/apt/lists")).unwrap();
        let found = checks(root, now);
        let state = |name: &str| found.iter().find(|check| check.name == name).unwrap();
        for name in ["sleep", "updates", "restart", "port 11434"] {
            assert_eq!(state(name).state, CheckState::Warning, "{found:?}");
        }
        assert!(state("port 11434").detail.starts_with("ollama"));
        assert!(state("updates").detail.contains("zip"));

        symlink("/dev/null", root.join("etc/systemd/system/suspend.target")).unwrap_or_else(|_| {
            fs::create_dir_all(root.join("etc/systemd/system")).unwrap();
            symlink("/dev/null", root.join("etc/systemd/system/suspend.target")).unwrap();
        });
        let masked = checks(root, now);
        assert_eq!(masked.iter().find(|check| check.name == "sleep").unwrap().state, CheckState::Ok);
    }

    #[test]
    fn this_machine_is_read_without_a_fault() {
        let socket = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let found = checks(Path::new("/"), Timestamp::from_millis(1_800_000_000_000));
        let mine = found.iter().find(|check| check.name == format!("port {port}")).unwrap();
        let me = fs::read_to_string("/proc/self/comm").unwrap();
        assert!(mine.detail.contains(me.trim()), "{mine:?}");
        assert!(found.iter().all(|check| check.state != CheckState::Warning || !check.why.is_empty()));
    }
}
