//! Who may do what on this machine: rights that are too wide, owners that do not fit, administrators, what they may do, and keys that
//! open the door. It reads names and rights, and the content only of the lists that say who may enter.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::IsStopped;

/// Folders within folders that are gone into.
const DEEPEST: usize = 24;
/// Of each kind that are named one by one.
const MOST: usize = 100;
/// Secrets in a home, with where they lie.
const HOME_SECRETS: [&str; 12] = [
    ".aws/credentials",
    ".cargo/credentials.toml",
    ".config/gh/hosts.yml",
    ".docker/config.json",
    ".git-credentials",
    ".gnupg/private-keys-v1.d",
    ".kube/config",
    ".my.cnf",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
];
/// Groups whose members may do everything.
const ADMINISTRATORS: [&str; 5] = ["sudo", "wheel", "admin", "root", "docker"];
/// Bits that let others read or write.
const OTHERS: u32 = 0o077;
const WORLD_WRITES: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// What something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Everybody may write there.
    WorldWritable,
    /// Others may read a secret.
    OpenSecret,
    /// Somebody unexpected owns it.
    Owner,
    /// Somebody may do everything.
    Administrator,
    /// What somebody may do as somebody else.
    Sudoers,
    /// A key that opens the door.
    Key,
    /// It could not be looked at.
    Unreadable,
}

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// About what.
    pub topic: Topic,
    /// A path or a name.
    pub about: String,
    /// In a sentence.
    pub text: String,
}

/// Looks at the machine below `root`, which is `/` but in tests, at the homes of its people, and at folders.
pub fn audit(root: &Path, homes: &[PathBuf], folders: &[String], is_stopped: IsStopped<'_>) -> Vec<Seen> {
    let mut audit = Audit { seen: BTreeSet::new(), is_stopped };
    audit.administrators(root);
    audit.sudoers(root);
    for home in homes {
        audit.home(home);
    }
    audit.tree(&root.join("etc"), 0, Look::System);
    for folder in folders {
        match fs::symlink_metadata(folder) {
            Ok(data) if data.is_dir() => {
                let owner = data.uid();
                audit.tree(Path::new(folder), 0, Look::Folder(owner));
            }
            Ok(_) => audit.put(Topic::Unreadable, folder, "It is no folder."),
            Err(error) => audit.put(Topic::Unreadable, folder, format!("It cannot be looked at: {error}.")),
        }
    }
    audit.seen.into_iter().collect()
}

/// What a tree is looked at for.
#[derive(Clone, Copy)]
enum Look {
    /// Rights alone.
    System,
    /// Rights, secrets and owners: this one, or root.
    Folder(u32),
}

struct Audit<'a> {
    seen: BTreeSet<Seen>,
    is_stopped: IsStopped<'a>,
}

impl Audit<'_> {
    fn put(&mut self, topic: Topic, about: impl Into<String>, text: impl Into<String>) {
        if self.seen.iter().filter(|seen| seen.topic == topic).count() < MOST {
            self.seen.insert(Seen { topic, about: about.into(), text: text.into() });
        }
    }

    fn administrators(&mut self, root: &Path) {
        let passwd = fs::read_to_string(root.join("etc/passwd")).unwrap_or_default();
        for fields in passwd.lines().map(|line| line.split(':').collect::<Vec<_>>()) {
            if let [name, _, "0", ..] = fields.as_slice() {
                self.put(Topic::Administrator, *name, "Its user number is 0: it may do everything.");
            }
        }
        let groups = fs::read_to_string(root.join("etc/group")).unwrap_or_default();
        for fields in groups.lines().map(|line| line.split(':').collect::<Vec<_>>()) {
            let [group, _, _, members] = fields.as_slice() else { continue };
            if !ADMINISTRATORS.contains(group) {
                continue;
            }
            for member in members.split(',').filter(|member| !member.is_empty()) {
                self.put(Topic::Administrator, member, format!("It belongs to the group `{group}`."));
            }
        }
    }

    fn sudoers(&mut self, root: &Path) {
        let inner = fs::read_dir(root.join("etc/sudoers.d")).into_iter().flatten().flatten().map(|entry| entry.path());
        for path in std::iter::once(root.join("etc/sudoers")).chain(inner) {
            let Ok(text) = fs::read_to_string(&path) else {
                // Only root may read it: its time is what can be told.
                if let Ok(data) = fs::symlink_metadata(&path) {
                    let text = format!("Only root may read it; {} bytes, changed at {}.", data.size(), data.mtime());
                    self.put(Topic::Sudoers, path.display().to_string(), text);
                }
                continue;
            };
            for line in text.lines().map(str::trim) {
                let is_rule = !line.is_empty() && !line.starts_with(['#', '@']) && !line.starts_with("Defaults");
                if is_rule {
                    self.put(Topic::Sudoers, path.display().to_string(), line);
                }
            }
        }
    }

    fn home(&mut self, home: &Path) {
        let keys = home.join(".ssh/authorized_keys");
        if let Ok(text) = fs::read_to_string(&keys) {
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
                self.put(Topic::Key, keys.display().to_string(), key(line));
            }
        }
        let secrets = HOME_SECRETS.iter().map(|name| home.join(name));
        let ssh = fs::read_dir(home.join(".ssh")).into_iter().flatten().flatten().map(|entry| entry.path());
        let private = ssh.filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("id_") && !name.ends_with(".pub")
        });
        for path in secrets.chain(private) {
            self.secret(&path);
        }
    }

    fn secret(&mut self, path: &Path) {
        let Ok(data) = fs::symlink_metadata(path) else { return };
        if !data.is_symlink() && data.mode() & OTHERS != 0 {
            let text = format!("Others may reach this secret: its mode is {:o}.", data.mode() & 0o777);
            self.put(Topic::OpenSecret, path.display().to_string(), text);
        }
    }

    fn tree(&mut self, folder: &Path, depth: usize, look: Look) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if (self.is_stopped)() {
                return;
            }
            let path = entry.path();
            let Ok(data) = fs::symlink_metadata(&path) else { continue };
            if data.is_symlink() {
                continue;
            }
            let shared = data.is_dir() && data.mode() & STICKY != 0;
            if data.mode() & WORLD_WRITES != 0 && !shared && (data.is_file() || data.is_dir()) {
                let text = format!("Everybody may write there: its mode is {:o}.", data.mode() & 0o7777);
                self.put(Topic::WorldWritable, path.display().to_string(), text);
            }
            if let Look::Folder(owner) = look {
                if data.uid() != owner && data.uid() != 0 {
                    let text = format!("It belongs to user {}, its folder to user {owner}.", data.uid());
                    self.put(Topic::Owner, path.display().to_string(), text);
                }
                if data.is_file() && is_secret(&entry.file_name().to_string_lossy()) {
                    self.secret(&path);
                }
            }
            if data.is_dir() && depth < DEEPEST {
                self.tree(&path, depth + 1, look);
            }
        }
    }
}

/// Whether a file of this name mostly holds a secret.
fn is_secret(name: &str) -> bool {
    let is_sample = [".example", ".sample", ".template", ".dist"].iter().any(|end| name.ends_with(end));
    let is_named = name == ".env" || name.starts_with(".env.") || name == ".pgpass" || name == ".netrc";
    let ends = [".key", ".pem", ".p12", ".pfx", ".keystore", ".kdbx"].iter().any(|end| name.ends_with(end));
    let is_key = name.starts_with("id_") && name.strip_suffix(".pub").is_none();
    !is_sample && (is_named || ends || is_key)
}

/// The kind, the end and the comment of a key, but not the key.
fn key(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let kind =
        words.iter().position(|word| word.starts_with("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-"));
    let Some(at) = kind else { return "A line that is no key.".to_owned() };
    let body = words.get(at + 1).copied().unwrap_or_default();
    let tail: String = body.chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
    let comment = words.get(at + 2..).unwrap_or_default().join(" ");
    let options = if at > 0 { ", with conditions" } else { "" };
    format!("{} …{tail} {comment}{options}", words.get(at).copied().unwrap_or_default()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn put(path: &Path, text: &str, mode: u32) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn seen(root: &Path) -> Vec<(Topic, String)> {
        let home = root.join("home/ann");
        let folders = [root.join("srv").display().to_string()];
        let all = audit(root, &[home], &folders, &|| false);
        let short = |about: String| about.replace(&format!("{}/", root.display()), "");
        all.into_iter().map(|one| (one.topic, format!("{}: {}", short(one.about), one.text))).collect()
    }

    #[test]
    fn what_is_too_open_and_who_may_enter_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        put(&root.join("etc/passwd"), "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n", 0o644);
        put(&root.join("etc/group"), "sudo:x:27:ann,bob\nusers:x:100:carl\n", 0o644);
        put(&root.join("etc/sudoers"), "# rules\nDefaults env_reset\n%sudo ALL=(ALL:ALL) ALL\n", 0o440);
        put(&root.join("etc/app.conf"), "", 0o666);
        put(
            &root.join("home/ann/.ssh/authorized_keys"),
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabcdefghijkl ann@laptop\n",
            0o600,
        );
        put(&root.join("home/ann/.netrc"), "", 0o644);
        put(&root.join("home/ann/.pgpass"), "", 0o600);
        put(&root.join("srv/.env"), "", 0o640);
        put(&root.join("srv/.env.example"), "", 0o644);
        let found = seen(root);
        let has = |topic: Topic, part: &str| found.iter().any(|(one, text)| *one == topic && text.contains(part));
        assert!(
            has(Topic::Administrator, "root: ")
                && has(Topic::Administrator, "ann: ")
                && has(Topic::Administrator, "bob: ")
        );
        assert!(!has(Topic::Administrator, "carl"), "{found:?}");
        assert!(has(Topic::Sudoers, "%sudo ALL=(ALL:ALL) ALL"));
        assert!(has(Topic::Key, "…abcdefghijkl ann@laptop") && !has(Topic::Key, "AAAAC3Nz"));
        assert!(has(Topic::OpenSecret, "home/ann/.netrc") && has(Topic::OpenSecret, "srv/.env: "));
        assert!(!has(Topic::OpenSecret, ".pgpass") && !has(Topic::OpenSecret, ".example"));
        assert!(has(Topic::WorldWritable, "etc/app.conf"));
        assert_eq!(found.iter().filter(|(topic, _)| *topic == Topic::WorldWritable).count(), 1);
    }
}
