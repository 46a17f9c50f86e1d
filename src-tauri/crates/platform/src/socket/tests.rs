//! Where sockets come to lie, and whose they must be.

use super::*;
use caretaker_core::time::Timestamp;

use crate::lock::Owner;

fn lock(home: &Home) -> EngineLock {
    let owner = Owner::this_process("caretaker", "0.1.0", Timestamp::default());
    EngineLock::try_acquire(&home.lock(), &owner).unwrap().unwrap()
}

fn home(outer: &Path, name: &str) -> Home {
    Home::locate(Some(&outer.join(name))).unwrap().prepare().unwrap()
}

#[tokio::test]
async fn lies_in_the_home_closed_to_others_and_goes_with_its_holder() {
    let outer = tempfile::tempdir().unwrap();
    let home = home(outer.path(), "home");
    assert!(connect(&home).await.unwrap().is_none(), "no engine yet");
    let socket = EngineSocket::bind(&home, &lock(&home)).unwrap();
    assert_eq!(socket.path(), home.socket());
    assert_eq!(fs::metadata(socket.path()).unwrap().mode() & 0o777, 0o600);
    let (client, server) = tokio::join!(connect(&home), socket.accept());
    assert!(client.unwrap().is_some() && server.is_ok());
    drop(socket);
    assert!(!home.socket().exists());
    assert!(connect(&home).await.unwrap().is_none());
}

#[tokio::test]
async fn what_a_killed_engine_left_is_nobody_and_is_replaced() {
    let outer = tempfile::tempdir().unwrap();
    let home = home(outer.path(), "home");
    drop(std::os::unix::net::UnixListener::bind(home.socket()).unwrap());
    assert!(home.socket().exists() && connect(&home).await.unwrap().is_none());
    let socket = EngineSocket::bind(&home, &lock(&home)).unwrap();
    let (client, server) = tokio::join!(connect(&home), socket.accept());
    assert!(client.unwrap().is_some() && server.is_ok());
}

#[tokio::test]
async fn a_home_with_a_long_path_has_its_socket_in_a_short_place() {
    let outer = tempfile::tempdir().unwrap();
    let home = home(outer.path(), &"long".repeat(30));
    let mut socket = EngineSocket::bind(&home, &lock(&home)).unwrap();
    let user = rustix::process::geteuid().as_raw();
    assert!(socket.path().starts_with(format!("/tmp/caretaker-{user}")), "{}", socket.path().display());
    assert_eq!(fs::metadata(socket.path().parent().unwrap()).unwrap().mode() & 0o777, 0o700);
    let (client, server) = tokio::join!(connect(&home), socket.accept());
    assert!(client.unwrap().is_some() && server.is_ok());
    assert!(!socket.restore().unwrap(), "nothing is missing");
    fs::remove_file(socket.path()).unwrap();
    assert!(connect(&home).await.unwrap().is_none());
    assert!(socket.restore().unwrap());
    let (client, server) = tokio::join!(connect(&home), socket.accept());
    assert!(client.unwrap().is_some() && server.is_ok());
}

#[tokio::test]
async fn two_homes_in_one_short_place_do_not_share_a_name_while_they_bind() {
    let folder = tempfile::tempdir().unwrap();
    let _other = UnixListener::bind(folder.path().join("b.new")).unwrap();
    let _ours = bind_privately(&folder.path().join("a.socket")).unwrap();
    assert!(folder.path().join("b.new").exists());
}

#[tokio::test]
async fn a_socket_of_another_user_is_refused() {
    let outer = tempfile::tempdir().unwrap();
    let home = home(outer.path(), "home");
    let _socket = EngineSocket::bind(&home, &lock(&home)).unwrap();
    let stranger = rustix::process::geteuid().as_raw() + 1;
    let problem = connect_as(&home.socket(), stranger, &home).await.unwrap_err();
    assert_eq!(problem.code, Code::Forbidden);
    assert!(problem.message.contains("belongs to another user"), "{problem:?}");
}

#[test]
fn a_short_place_that_somebody_else_made_is_refused() {
    let places = tempfile::tempdir().unwrap();
    let user = rustix::process::geteuid().as_raw();
    let trap = places.path().join(format!("caretaker-{user}"));
    std::os::unix::fs::symlink("/", &trap).unwrap();
    assert!(own_folder(places.path(), user).unwrap_err().message.contains("it is no folder"));
    let stranger = user + 1;
    fs::create_dir(places.path().join(format!("caretaker-{stranger}"))).unwrap();
    let problem = own_folder(places.path(), stranger).unwrap_err();
    assert!(problem.message.contains("belongs to another user"), "{problem:?}");
}

#[test]
fn an_open_short_place_of_ours_is_closed() {
    let places = tempfile::tempdir().unwrap();
    let user = rustix::process::geteuid().as_raw();
    let open = places.path().join(format!("caretaker-{user}"));
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(fs::metadata(own_folder(places.path(), user).unwrap()).unwrap().mode() & 0o777, 0o700);
}
