//! Encrypted backups from the command line: the sheet, a backup, its restore, and a new machine that has only the disk and the paper.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::world::{Said, World, put};

struct Desk {
    world: World,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { world: World::new() };
        for name in ["letters", "disk"] {
            fs::create_dir_all(desk.path(name)).unwrap();
        }
        desk.configure(&desk.world.home());
        put(&desk.path("letters/may.txt"), b"Dear Ann");
        desk
    }

    fn configure(&self, home: &Path) {
        fs::create_dir_all(home).unwrap();
        let text = format!(
            "[[destination]]\nid = \"disk\"\npath = \"{}\"\n\n[[backup]]\nid = \"letters\"\nfolders = [\"{}\"]\nto = [\"disk\"]\nencrypt = true\n",
            self.path("disk").display(),
            self.path("letters").display()
        );
        put(&home.join("caretaker.toml"), text.as_bytes());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.world.beside(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Says something on its input, in a home.
    fn type_in(&self, home: &Path, words: &[&str], typed: &str) -> Said {
        let mut command = self.world.command(words);
        command.env("CARETAKER_HOME", home).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        Said::from(child.wait_with_output().unwrap())
    }

    fn run_in(&self, home: &Path, words: &[&str]) -> Said {
        self.type_in(home, words, "")
    }

    fn archive(&self) -> PathBuf {
        let entries = fs::read_dir(self.path("disk/letters")).unwrap().map(|entry| entry.unwrap().path());
        entries.into_iter().find(|path| path.extension().is_some_and(|end| end == "age")).unwrap()
    }

    fn restored(&self, target: &str) -> Vec<u8> {
        let inside = self.path("letters/may.txt");
        fs::read(self.path(target).join(inside.strip_prefix("/").unwrap())).unwrap()
    }
}

fn document(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"))
}

/// The groups of a printed page.
fn groups(html: &str) -> Vec<String> {
    html.split("<li><b>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

#[test]
fn an_encrypted_job_from_its_sheet_to_a_new_machine() {
    let desk = Desk::new();
    let home = desk.world.home();
    let refused = desk.world.run(&["backup", "create", "letters", "--now"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("caretaker backup key sheet disk"), "{refused:?}");

    let sheet = desk.text("sheet.html");
    let written = desk.world.run(&["backup", "key", "sheet", "disk", "--output", &sheet]);
    assert_eq!(written.code, 0, "{written:?}");
    assert_eq!(fs::metadata(&sheet).unwrap().permissions().mode() & 0o777, 0o600);
    let again = desk.world.run(&["backup", "key", "sheet", "disk", "--output", &sheet]);
    assert_eq!(again.code, 2, "{again:?}");
    let groups = groups(&fs::read_to_string(&sheet).unwrap());
    let private = format!("AGE-SECRET-KEY-1{}", groups.concat());

    let shown = desk.world.run(&["backup", "key", "show", "disk", "--json"]);
    assert_eq!((shown.code, document(&shown)["state"].as_str()), (3, Some("unconfirmed")), "{shown:?}");
    let asked: Vec<usize> = serde_json::from_value(document(&shown)["asked"].clone()).unwrap();
    let typed: Vec<&str> = asked.iter().map(|number| groups[number - 1].as_str()).collect();
    let wrong = desk.type_in(&home, &["backup", "key", "confirm", "disk"], "aaaa bbbb cccc\n");
    assert_eq!(wrong.code, 2, "{wrong:?}");
    let confirmed = desk.type_in(&home, &["backup", "key", "confirm", "disk"], &format!("{}\n", typed.join(" ")));
    assert_eq!(confirmed.code, 0, "{confirmed:?}");

    let made = document(&desk.world.run(&["backup", "create", "letters", "--now", "--json"]));
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(Path::new(made["archive"].as_str().unwrap()).extension().unwrap(), "age", "{made}");
    let verified = desk.world.run(&["backup", "verify", "--all", "--deep"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    let browsed = desk.world.run(&["backup", "browse", &id, &desk.text("letters")]);
    assert!(browsed.out.contains("may.txt"), "{browsed:?}");
    let restored = desk.world.run(&["backup", "restore", &id, "--to", &desk.text("back")]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert_eq!(desk.restored("back"), b"Dear Ann");
    let drilled = desk.world.run(&["backup", "drill", "letters"]);
    assert_eq!(drilled.code, 0, "{drilled:?}");

    // Another machine: an empty home, the disk, and the paper.
    let new = desk.path("new");
    desk.configure(&new);
    let adopted = desk.run_in(&new, &["backup", "adopt", "disk"]);
    assert_eq!(adopted.code, 3, "{adopted:?}");
    assert!(adopted.out.contains("its key is not here"), "{adopted:?}");
    let imported = desk.type_in(&new, &["backup", "key", "import", "disk"], &private.to_lowercase());
    assert_eq!(imported.code, 0, "{imported:?}");
    let adopted = desk.run_in(&new, &["backup", "adopt", "disk"]);
    assert_eq!(adopted.code, 0, "{adopted:?}");
    let restored = desk.run_in(&new, &["backup", "restore", &id, "--to", &desk.text("there")]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert_eq!(desk.restored("there"), b"Dear Ann");
    let made = desk.run_in(&new, &["backup", "create", "letters", "--now", "--type", "incremental", "--json"]);
    assert_eq!(document(&made)["type"], "incremental", "{made:?}");

    // The program that lies beside archives, and the ordinary one.
    let key = desk.path("key.txt");
    put(&key, format!("{private}\n").as_bytes());
    let program = |words: &[&str]| {
        let program = caretaker_tests::program("caretaker-restore");
        Said::from(Command::new(program).args(words).stdin(Stdio::null()).output().unwrap())
    };
    let archive = desk.archive().display().to_string();
    let locked = program(&["verify", &archive]);
    assert!(locked.code == 1 && locked.out.contains("locked"), "{locked:?}");
    let opened = program(&["-i", &key.display().to_string(), "verify", &archive]);
    assert!(opened.code == 0 && opened.out.contains("intact"), "{opened:?}");

    // What was printed and what was recorded has no key.
    let lines = ["status", "doctor", "config show", "backup list", "backup key show disk", "config validate"];
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        for more in [&[][..], &["--json"]] {
            let said = desk.world.run(&[&words[..], more].concat());
            assert!(!format!("{}{}", said.out, said.err).contains(&groups.concat()[..12]), "{line}: {said:?}");
        }
    }
}

#[test]
fn a_lost_key_is_named_and_asked_about_before_everything_is_saved_anew() {
    let desk = Desk::new();
    let home = desk.world.home();
    let html = desk.world.run(&["backup", "key", "sheet", "disk"]);
    assert_eq!(html.code, 0, "{html:?}");
    let private = groups(&html.out).concat();
    // Whoever types the whole key has the sheet.
    let imported = desk.type_in(&home, &["backup", "key", "import", "disk"], &private);
    assert_eq!(imported.code, 0, "{imported:?}");
    desk.world.run(&["backup", "create", "letters", "--now"]);
    fs::remove_file(home.join("keys/disk.txt")).unwrap();
    let verified = desk.world.run(&["backup", "verify", "--all"]);
    assert!(verified.code == 1 && verified.out.contains("key missing"), "{verified:?}");
    assert!(verified.out.contains("backup key import"), "{verified:?}");
    let restored = desk.world.run(&["backup", "drill", "letters", "--json"]);
    assert_eq!(document(&restored)["error"]["code"], "key_missing", "{restored:?}");
    let failed = desk.world.run(&["backup", "create", "letters", "--now"]);
    assert!(failed.code == 1 && failed.err.contains("its key is not here"), "{failed:?}");
    assert!(failed.err.contains("accept-changes letters"), "{failed:?}");
    let accepted = desk.world.run(&["backup", "accept-changes", "letters"]);
    assert!(accepted.code == 0 && accepted.out.contains("nothing is removed"), "{accepted:?}");
    let made = desk.world.run(&["backup", "create", "letters", "--now", "--json"]);
    assert_eq!(document(&made)["type"], "full", "{made:?}");
    assert_eq!(desk.type_in(&home, &["backup", "key", "import", "disk"], &private).code, 0);
    let verified = desk.world.run(&["backup", "verify", "--all", "--deep"]);
    assert_eq!(verified.code, 0, "{verified:?}");
}
