//! Two processes and one lock.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;

use caretaker_core::time::Timestamp;
use caretaker_platform::lock::{EngineLock, Owner, PATIENCE, owner};

const PATH: &str = "LOCK_TO_HOLD";

fn me() -> Owner {
    Owner::this_process("test", "0.1.0", Timestamp::default())
}

#[test]
#[ignore = "runs in a process of its own"]
fn holds_until_killed() {
    let Some(path) = std::env::var_os(PATH) else { return };
    let _lock = EngineLock::try_acquire(Path::new(&path), &me()).unwrap().unwrap();
    println!("held");
    // Until the other end is closed, which a killer does not do.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[tokio::test]
async fn a_killed_holder_frees_it_and_is_remembered_until_then() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.lock");
    let mut holder = crate::process::myself("lock::holds_until_killed")
        .env(PATH, &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    // The harness puts its own words before those of the test.
    lines.map(Result::unwrap).find(|line| line.ends_with("held")).unwrap();

    assert!(EngineLock::try_acquire(&path, &me()).unwrap().is_none());
    assert_eq!(owner(&path).unwrap().pid, holder.id());

    holder.kill().unwrap();
    holder.wait().unwrap();
    let _lock = EngineLock::acquire_within(&path, &me(), PATIENCE).await.unwrap();
    assert_eq!(owner(&path).unwrap().pid, std::process::id());
}
