//! Names, kinds, times and holes that other programs stumble over.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, symlink};

use caretaker_backup::format::manifest::Reason;
use caretaker_backup::source::{Excludes, Mounts, Nested, Rules};

use crate::scene::{Scene, is_root, shell, shell_ok};

fn name(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

#[test]
fn case_14_and_15_all_names_return_as_they_were() {
    let mut scene = Scene::new();
    for odd in [
        &b"new\nline"[..],
        b"[x]",
        b"100%",
        b"-rf",
        b" space ",
        b"quote'\"`$(x)",
        b"back\\slash",
        b"\xff\xfe not text",
        "Ä.txt".as_bytes(),
        "ä.txt".as_bytes(),
        "A\u{308}.txt".as_bytes(),
        "🏮".as_bytes(),
        &[b'x'; 255],
        &[0xfe; 255],
    ] {
        scene.put(name(odd), odd);
    }
    let mut deep = scene.source();
    shell_ok("cd source && for i in $(seq 200); do mkdir -p d && cd d; done && echo deep > file", scene.folder.path());
    // Longer than any path that the system takes at once.
    shell_ok(
        "cd source && part=$(printf 'p%.0s' $(seq 240)) && for i in $(seq 42); do mkdir $part && cd $part; done && echo far > file",
        scene.folder.path(),
    );
    for _ in 0..5 {
        deep.push(name(&[0xfd; 200]));
        std::fs::create_dir(&deep).unwrap();
    }
    symlink(name(&[0xfc; 150]), deep.join("link")).unwrap();
    let full = scene.full();
    assert_eq!(full.exceptions, []);
    assert!(scene.check(&full.path).is_intact());
    let report = scene.restore(&full.path, "target");
    assert_eq!(report.failed, []);
    let far =
        "part=$(printf 'p%.0s' $(seq 240)) && for i in $(seq 42); do cd $part || exit 1; done && grep -qx far file";
    shell_ok(&format!("cd target/data && {far}"), scene.folder.path());
    shell_ok("rm -rf source/pp* target/data/pp* && touch -r target/data source", scene.folder.path());
    shell_ok("diff -r --no-dereference source target/data", scene.folder.path());
    let full = scene.full();
    for tool in ["tar", "bsdtar"] {
        std::fs::create_dir(scene.path(tool)).unwrap();
        let line = format!(
            "zstd -dc '{}' | {tool} -xf - -C {tool} && diff -r --no-dereference source {tool}/data",
            full.path.display()
        );
        shell_ok(&line, scene.folder.path());
    }
    let next = scene.increment(&full.state);
    assert_eq!((next.totals.stored, next.totals.gone), (0, 0));
}

#[test]
fn case_7_pipes_sockets_and_devices_are_not_opened() {
    let mut scene = Scene::new();
    scene.put("file", "x");
    shell_ok("mkfifo source/pipe", scene.folder.path());
    let _socket = std::os::unix::net::UnixListener::bind(scene.source().join("socket")).unwrap();
    if is_root() {
        shell_ok("mknod source/null c 1 3", scene.folder.path());
    }
    let full = scene.full();
    assert_eq!(full.exceptions.len(), 1);
    assert_eq!(full.exceptions[0].reason, Reason::Socket);
    scene.restore(&full.path, "target");
    std::fs::remove_file(scene.source().join("socket")).unwrap();
    shell_ok("touch -r target/data source", scene.folder.path());
    let seen = crate::scene::tree(&scene.path("target/data"));
    assert_eq!(seen[&b"pipe"[..]], "pipe");
    if is_root() {
        assert_eq!(
            scene.path("target/data/null").metadata().unwrap().rdev(),
            scene.source().join("null").metadata().unwrap().rdev()
        );
    }
}

#[test]
fn case_11_links_are_stored_and_never_followed() {
    let mut scene = Scene::new();
    scene.put("a/file", "x");
    symlink("/", scene.source().join("root")).unwrap();
    symlink(".", scene.source().join("a/loop")).unwrap();
    symlink("gone", scene.source().join("dangling")).unwrap();
    let full = scene.full();
    assert_eq!(full.totals.entries, 6);
    scene.restore(&full.path, "target");
    scene.assert_same("target");
}

#[test]
fn case_13_holes_take_no_room() {
    let mut scene = Scene::new();
    shell_ok(
        "truncate -s 1T source/sparse && for at in 0 500000 900000; do dd if=/dev/urandom of=source/sparse bs=1M seek=$at count=1 conv=notrunc status=none; done && dd if=/dev/urandom of=source/ends bs=1M count=9 seek=3 status=none && truncate -s 100M source/hole",
        scene.folder.path(),
    );
    let full = scene.full();
    assert!(full.length < 13 << 20, "{}", full.length);
    assert!(scene.check(&full.path).is_intact());
    let report = scene.restore(&full.path, "target");
    assert_eq!(report.failed, []);
    for file in ["sparse", "hole", "ends"] {
        let (was, is) =
            (scene.source().join(file).metadata().unwrap(), scene.path("target/data").join(file).metadata().unwrap());
        assert_eq!((was.len(), was.mtime()), (is.len(), is.mtime()));
        assert!(is.blocks() * 512 < 12 << 20, "{file} takes {} blocks", is.blocks());
    }
    shell_ok("cmp source/ends target/data/ends && cmp source/hole target/data/hole", scene.folder.path());
    shell_ok(
        "for at in 0 500000 900000 1000000; do cmp <(dd if=source/sparse bs=1M skip=$at count=1 status=none) <(dd if=target/data/sparse bs=1M skip=$at count=1 status=none) || exit 1; done",
        scene.folder.path(),
    );
    let next = scene.increment(&full.state);
    assert_eq!(next.totals.stored, 0);
    shell_ok("rm source/sparse && mkdir gnu bsd", scene.folder.path());
    let small = scene.full();
    for tool in ["gnu", "bsd"] {
        let program = if tool == "gnu" { "tar" } else { "bsdtar" };
        shell_ok(
            &format!(
                "zstd -dc '{}' | {program} -xf - -C {tool} && cmp source/ends {tool}/data/ends && cmp source/hole {tool}/data/hole",
                small.path.display()
            ),
            scene.folder.path(),
        );
    }
}

#[test]
fn case_17_times_of_all_ages_return() {
    let mut scene = Scene::new();
    for (file, time) in [
        ("old", "1965-03-04 05:06:07.123456789"),
        ("far", "2262-12-31 23:59:59.999999999"),
        ("zero", "1970-01-01 00:00:00"),
        ("future", "2100-01-01"),
    ] {
        scene.put(file, file);
        shell_ok(&format!("TZ=UTC touch -d '{time}' source/{file}"), scene.folder.path());
    }
    let full = scene.full();
    scene.restore(&full.path, "target");
    scene.assert_same("target");
    // A time that is still to come is never trusted.
    let mut state = full.state.clone();
    for entry in &mut state.entries {
        entry.digest = entry.digest.map(|_| [1; 32]);
    }
    assert_eq!(scene.increment(&state).totals.stored, 2);
    std::fs::create_dir(scene.path("gnu")).unwrap();
    if shell_ok(&format!("zstd -dc '{}' | tar -xf - -C gnu", full.path.display()), scene.folder.path()) {
        scene.assert_same("gnu");
    }
}

#[test]
fn case_16_attributes_return() {
    let mut scene = Scene::new();
    scene.put("file", "x");
    scene.put("folder/inner", "x");
    let Some(set) = shell(
        "setfattr -n user.note -v 'some words' source/file && setfattr -n user.bin -v 0x00ff0a3d source/folder",
        scene.folder.path(),
    ) else {
        return;
    };
    if !set.status.success() {
        println!("skipped: the file system has no attributes");
        return;
    }
    let full = scene.full();
    scene.restore(&full.path, "target");
    for line in [
        "getfattr --only-values -n user.note target/data/file | grep -qx 'some words'",
        "getfattr -e hex -n user.bin target/data/folder | grep -q 0x00ff0a3d",
    ] {
        shell_ok(line, scene.folder.path());
    }
    scene.assert_same("target");
    // Another value alone is a change.
    shell_ok("setfattr -n user.note -v 'other words' source/file", scene.folder.path());
    let changed = scene.increment(&full.state);
    assert_eq!(changed.totals.stored, 1);
    scene.restore(&changed.path, "after");
    shell_ok("getfattr --only-values -n user.note after/data/file | grep -qx 'other words'", scene.folder.path());
}

#[test]
fn case_27_what_is_left_out_is_left_out() {
    let mut scene = Scene::new();
    for path in [
        "keep",
        "a.tmp",
        "cache/CACHEDIR.TAG",
        "cache/x",
        "repo/.gitignore",
        "repo/out/x",
        "repo/src/y",
        "repo/src/keep.log",
        "repo/sub/.gitignore",
        "repo/sub/z.log",
    ] {
        scene.put(path, "x");
    }
    scene.put("cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
    scene.put("repo/.gitignore", "/out\n*.log\n!keep.log\n");
    scene.put("repo/sub/.gitignore", "!z.log\n");
    scene.rules = Rules {
        excludes: Excludes::new(["*.tmp"]).unwrap(),
        nested: Nested::Honour,
        mounts: Mounts::Stay,
        never: Vec::new(),
    };
    let full = scene.full();
    let files: Vec<_> = full
        .state
        .entries
        .iter()
        .filter(|entry| entry.digest.is_some())
        .map(|entry| String::from_utf8_lossy(&entry.path[5..]).into_owned())
        .collect();
    assert_eq!(
        files,
        [
            "cache/CACHEDIR.TAG",
            "keep",
            "repo/.gitignore",
            "repo/src/keep.log",
            "repo/src/y",
            "repo/sub/.gitignore",
            "repo/sub/z.log"
        ]
    );
}
