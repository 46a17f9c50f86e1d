use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use caretaker_core::backup::{KeyPresence, Work};
use caretaker_core::time::Timestamp;

use super::*;
use crate::testing::last;

struct Drawer(tempfile::TempDir);

impl Drawer {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join("keys").join(name)
    }

    fn ask(&self, task: KeyTask) -> Result<KeyFacts, Problem> {
        let work = Work::Key(KeyOrder {
            destination: "disk".to_owned(),
            private_file: self.file("disk.txt").display().to_string(),
            public_file: self.file("disk.pub").display().to_string(),
            task,
        });
        match last(&work) {
            Report::Key(facts) => Ok(*facts),
            Report::Failed(problem) => Err(problem),
            other => panic!("{other:?}"),
        }
    }

    fn sheet(&self) -> Result<KeyFacts, Problem> {
        let now = Timestamp::from_millis(1_769_851_800_000);
        self.ask(KeyTask::Sheet { place: "/mnt/<disk>".to_owned(), host: "mini".to_owned(), now })
    }

    fn look(&self) -> KeyFacts {
        self.ask(KeyTask::Look).unwrap()
    }

    fn private(&self) -> String {
        let text = std::fs::read_to_string(self.file("disk.txt")).unwrap();
        text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap().to_owned()
    }

    /// What a person types who reads the sheet.
    fn typed(&self, recipient: &str) -> String {
        let letters = self.private().replace("AGE-SECRET-KEY-1", "");
        let group = |number: &usize| letters[(number - 1) * 4..number * 4].to_lowercase();
        asked_groups(recipient).iter().map(group).collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn a_sheet_makes_the_key_once_and_shows_it_whole() {
    let drawer = Drawer::new();
    assert_eq!(drawer.look(), KeyFacts::default());
    let facts = drawer.sheet().unwrap();
    assert_eq!(facts.presence, KeyPresence::There);
    let mode = |name: &str| std::fs::metadata(drawer.file(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("disk.txt"), mode("")), (0o600, 0o700));
    let sheet = facts.sheet.clone().unwrap();
    let html = sheet.html.0;
    let letters = drawer.private().replace("AGE-SECRET-KEY-1", "");
    let shown: String = html.split("<li><b>").skip(1).map(|rest| rest.split('<').next().unwrap_or_default()).collect();
    assert_eq!(shown, letters);
    assert_eq!(sheet.groups.iter().map(|group| group.0.as_str()).collect::<String>(), letters);
    assert!(html.contains(&facts.recipient.clone().unwrap()) && html.contains("/mnt/&lt;disk&gt;"), "{html}");
    assert!(html.contains("2026-01-31") && html.contains("<svg"));
    for name in ["{destination}", "{place}", "{host}", "{day}", "{public}", "{groups}", "{code}"] {
        assert!(!html.contains(name), "{name}");
    }
    // Asked again it is the same key, and looking shows nothing of it.
    assert_eq!(drawer.sheet().unwrap().recipient, facts.recipient);
    assert_eq!(drawer.look(), KeyFacts { sheet: None, ..facts });
}

#[test]
fn the_code_of_a_sheet_is_read_as_the_key() {
    let drawer = Drawer::new();
    let sheet = drawer.sheet().unwrap().sheet.unwrap();
    let (html, path) = (sheet.html.0, sheet.code.0);
    assert!(html.contains(&path));
    let dark: std::collections::BTreeSet<(i32, i32)> = path
        .split('M')
        .skip(1)
        .map(|square| {
            let (x, y) = square.split_once('h').unwrap().0.split_once(',').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        })
        .collect();
    let code = qrcodegen::QrCode::encode_text(&drawer.private(), qrcodegen::QrCodeEcc::Quartile).unwrap();
    let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let expected: std::collections::BTreeSet<_> =
        all.filter(|(x, y)| code.get_module(*x, *y)).map(|(x, y)| (x + 4, y + 4)).collect();
    assert_eq!(dark, expected);
    assert_eq!(i64::from(sheet.code_size), i64::from(code.size()) + 8);
}

#[test]
fn only_who_has_the_sheet_confirms_it() {
    let drawer = Drawer::new();
    let problem = drawer.ask(KeyTask::Confirm { typed: Secret("abcd efgh jklm".to_owned()) }).unwrap_err();
    assert_eq!(problem.code, Code::KeyMissing);
    let recipient = drawer.sheet().unwrap().recipient.unwrap();
    let right = drawer.typed(&recipient);
    for wrong in [String::new(), right[1..].to_owned(), "qqqq qqqq qqqq".to_owned(), format!("{right} q")] {
        let problem = drawer.ask(KeyTask::Confirm { typed: Secret(wrong.clone()) }).unwrap_err();
        assert_eq!(problem.code, Code::Usage, "{wrong}");
        assert!(problem.hint.contains("type the groups") && !problem.message.contains("qqqq"), "{problem:?}");
    }
    assert_eq!(drawer.ask(KeyTask::Confirm { typed: Secret(right) }).unwrap().presence, KeyPresence::There);
}

#[test]
fn a_lost_key_is_called_missing_and_comes_back_from_the_sheet() {
    let drawer = Drawer::new();
    let facts = drawer.sheet().unwrap();
    let private = drawer.private();
    std::fs::remove_file(drawer.file("disk.txt")).unwrap();
    assert_eq!(drawer.look().presence, KeyPresence::PrivateMissing);
    assert_eq!(drawer.look().recipient, facts.recipient);
    // No second key takes the place of one that archives are encrypted for.
    assert_eq!(drawer.sheet().unwrap_err().code, Code::KeyMissing);
    let import = |text: &str| drawer.ask(KeyTask::Import { key: Secret(text.to_owned()) });
    let other = Key::generate().private();
    for wrong in ["", "AGE-SECRET-KEY-1", &private[..70], &other] {
        let problem = import(wrong).unwrap_err();
        assert_eq!(problem.code, Code::Usage);
        assert!(!problem.message.contains(&other[20..]), "{problem:?}");
    }
    assert_eq!(import(&private.to_lowercase()).unwrap().presence, KeyPresence::There);
    assert_eq!(drawer.private(), private);
    // On a new machine there is nothing to compare it with.
    let new = Drawer::new();
    let there = new.ask(KeyTask::Import { key: Secret(private) }).unwrap();
    assert_eq!((there.presence, there.recipient), (KeyPresence::There, facts.recipient));
}

#[test]
fn a_file_that_holds_no_key_is_never_overwritten() {
    let drawer = Drawer::new();
    drawer.sheet().unwrap();
    let private = drawer.private();
    std::fs::remove_file(drawer.file("disk.txt")).unwrap();
    caretaker_platform::files::write_atomic(&drawer.file("disk.txt"), b"something else", 0o600).unwrap();
    assert_eq!(drawer.look().presence, KeyPresence::PrivateWrong);
    assert_eq!(drawer.sheet().unwrap_err().code, Code::KeyMissing);
    assert_eq!(std::fs::read(drawer.file("disk.txt")).unwrap(), b"something else");
    let facts = drawer.ask(KeyTask::Import { key: Secret(private.clone()) }).unwrap();
    assert_eq!((facts.presence, drawer.private()), (KeyPresence::There, private));
    assert_eq!(std::fs::read(drawer.file("disk.txt.replaced")).unwrap(), b"something else");
}
