//! Copies at a real store, by the real program: an engine that is killed in the middle of an upload, and one that was never here before.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use caretaker_testkit::{Fault, FaultProxy, ObjectStore};
use caretaker_tests::noise;
use rustix::process::Signal;
use serde_json::Value;

use crate::world::World;

fn put(path: &Path, bytes: &[u8]) {
    fs::File::create(path).unwrap().write_all(bytes).unwrap();
}

fn configure(world: &World, endpoint: &str) {
    let text = format!(
        "[[destination]]\nid = \"disk\"\npath = \"{}\"\n\n[[destination]]\nid = \"offsite\"\ns3 = \"s3://archives\"\n\
         endpoint = \"{endpoint}\"\naccess_key = \"keyid\"\nsecret_key = \"hunter2-secret\"\n\n\
         [[backup]]\nid = \"board\"\nfolders = [\"{}\"]\nto = [\"disk\", \"offsite\"]\n",
        world.beside("disk").display(),
        world.beside("source").display()
    );
    put(&world.home().join("caretaker.toml"), text.as_bytes());
}

/// A world with a folder to save, a disk and a store.
fn scene(proxy: &FaultProxy, size: usize) -> World {
    let world = World::new();
    for name in ["home", "source", "disk"] {
        fs::create_dir(world.beside(name)).unwrap();
    }
    configure(&world, &proxy.endpoint());
    put(&world.beside("source").join("large.bin"), &noise(size));
    world
}

fn state_of_copy(world: &World, id: &str) -> String {
    let shown: Value = world.read(&["backup", "show", id, "--json"]);
    shown["archive"]["copies"][0]["state"].as_str().unwrap_or("none").to_owned()
}

fn parts(asked: &[(String, String)]) -> Vec<String> {
    let number = |path: &str| Some(path.split_once("partNumber=")?.1.split('&').next()?.to_owned());
    asked.iter().filter(|(method, _)| method == "PUT").filter_map(|(_, path)| number(path)).collect()
}

#[test]
fn case_73_an_engine_that_is_killed_in_the_middle_of_an_upload_goes_on_where_it_was() {
    let store = ObjectStore::start().unwrap();
    let proxy = FaultProxy::before(store.address()).unwrap();
    let world = scene(&proxy, 30 << 20);
    let made: Value = world.read(&["backup", "create", "board", "--now", "--json"]);
    let id = made["id"].as_str().unwrap();
    let engine = world.start(&["run"]);
    let mut asked = Vec::new();
    proxy.hold_at("partNumber=3");
    World::wait_until("the third part", || proxy.is_holding());
    // What was told before is remembered by now.
    world.run(&["status"]);
    engine.signal(Signal::KILL);
    engine.end();
    asked.extend(proxy.asked());
    assert_eq!(parts(&asked), ["1", "2"]);
    assert_eq!(store.keys().unwrap().iter().filter(|key| is_archive(key)).count(), 0, "nothing half made is seen");
    proxy.set(Fault::None);
    proxy.asked();
    let again = world.start(&["run"]);
    World::wait_until("the copy", || state_of_copy(&world, id) == "replicated");
    // The third part was on its way when the engine was killed, and passes now as well.
    let mut sent = parts(&proxy.asked());
    sent.dedup();
    assert_eq!(sent, ["3", "4"], "what the store has is not sent again");
    assert_eq!(store.open_uploads().unwrap(), 0);
    let key = store.keys().unwrap().into_iter().find(|key| is_archive(key)).unwrap();
    assert!(store.object(&key).unwrap().unwrap() == fs::read(made["archive"].as_str().unwrap()).unwrap());
    again.signal(Signal::TERM);
    again.end();
}

#[test]
fn a_new_machine_takes_a_store_over_and_gets_its_files_back() {
    let store = ObjectStore::start().unwrap();
    let proxy = FaultProxy::before(store.address()).unwrap();
    let world = scene(&proxy, 300_000);
    let made: Value = world.read(&["backup", "create", "board", "--now", "--json"]);
    let id = made["id"].as_str().unwrap();
    let engine = world.start(&["run"]);
    World::wait_until("the copy", || state_of_copy(&world, id) == "replicated");
    let checked: Value = world.read(&["backup", "verify", "--all", "--at", "offsite", "--json"]);
    assert_eq!(checked["result"], "intact");
    let text = world.run(&["backup", "show", id]).out;
    assert!(text.contains("offsite: copied and read back"), "{text}");
    for words in [&["config", "show"][..], &["backup", "show", id, "--json"], &["doctor", "--dump"]] {
        assert!(!world.run(words).out.contains("hunter2"), "{words:?}");
    }
    engine.signal(Signal::TERM);
    engine.end();
    let other = World::new();
    fs::create_dir(other.home()).unwrap();
    configure(&other, &proxy.endpoint());
    let adopted: Value = other.read(&["backup", "adopt", "offsite", "--json"]);
    assert_eq!((adopted["archives"].as_u64(), adopted["missing"].as_u64()), (Some(1), Some(0)), "{adopted}");
    let to = other.beside("back");
    let restored: Value = other.read(&["backup", "restore", id, "--to", to.to_str().unwrap(), "--json"]);
    assert_eq!(restored["files"], 1, "{restored}");
    let file = to.join(world.beside("source").strip_prefix("/").unwrap()).join("large.bin");
    assert!(fs::read(file).unwrap() == noise(300_000));
    // A download of the origin's folder is a destination that opens with ordinary programs.
    let origin = made["archive"].as_str().unwrap();
    let downloaded = other.beside("downloaded");
    for key in store.keys().unwrap().iter().filter(|key| key.contains('/')) {
        let path = downloaded.join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        put(&path, &store.object(key).unwrap().unwrap());
    }
    let folder = fs::read_dir(&downloaded).unwrap().next().unwrap().unwrap().path();
    let by_hand = std::process::Command::new("bash")
        .arg(folder.join("restore.sh"))
        .args([&folder.join("board"), &other.beside("by-hand")])
        .output()
        .unwrap();
    assert!(by_hand.status.success(), "{origin}: {by_hand:?}");
    assert!(folder.join(".caretaker-destination").is_file());
}

#[test]
fn a_store_is_tested_step_by_step() {
    let store = ObjectStore::start().unwrap();
    let proxy = FaultProxy::before(store.address()).unwrap();
    let world = scene(&proxy, 1_000);
    let good = world.run(&["backup", "test", "offsite"]);
    assert_eq!(good.code, 0, "{good:?}");
    assert!(good.out.starts_with("Copies can be made at offsite (s3://archives)."), "{good:?}");
    assert!(good.out.contains("the store knows the keys"), "{good:?}");
    assert_eq!(store.keys().unwrap(), Vec::<String>::new(), "nothing is left there");
    store.ask("DELETE", "", &[]).unwrap();
    let gone = world.run(&["backup", "test", "offsite", "--json"]);
    assert_eq!(gone.code, 1, "{gone:?}");
    let view: Value = serde_json::from_str(&gone.out).unwrap();
    let bucket = view["steps"].as_array().unwrap().iter().find(|step| step["step"] == "bucket").unwrap();
    assert_eq!((view["is_usable"].as_bool(), bucket["state"].as_str()), (Some(false), Some("failed")), "{view}");
    assert!(!gone.out.contains("hunter2"));
    assert_eq!(world.run(&["backup", "test", "disk"]).code, 2);
    assert_eq!(world.run(&["backup", "test", "nowhere"]).code, 4);
}

fn is_archive(key: &str) -> bool {
    std::path::Path::new(key).extension().is_some_and(|end| end == "zst")
}
