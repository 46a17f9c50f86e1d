//! What `doctor` is told about a desktop.

use caretaker_platform::bus::Bus;
use caretaker_platform::home::Home;
use caretaker_platform::readiness::{NotificationReadiness, Readiness};
use caretaker_testkit::desktop::{NotificationDaemon, PrivateBus, TrayHost};

#[tokio::test]
async fn a_desktop_is_described_as_it_is_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::locate(Some(&folder.path().join("home"))).unwrap().prepare().unwrap();
    let mut private = PrivateBus::start();
    let bus = Bus::at(private.address());

    let bare = Readiness::check(&bus, &home).await;
    assert!(bare.desktop.session && !bare.desktop.tray);
    assert_eq!(bare.desktop.notifications, NotificationReadiness::Absent);
    assert!(bare.home_private && bare.home_free_bytes.unwrap() > 0);
    assert!(bare.programs.contains_key("pg_dump") && bare.programs.contains_key("systemctl"));

    let (_daemon, _host) = (NotificationDaemon::start(&private, &["body"]).await, TrayHost::start(&private).await);
    let full = Readiness::check(&bus, &home).await;
    let NotificationReadiness::Running { name, capabilities, .. } = full.desktop.notifications else {
        panic!("{:?}", full.desktop.notifications)
    };
    assert_eq!((name.as_str(), capabilities), ("fake", vec!["body".to_owned()]));
    assert!(full.desktop.tray);

    private.stop();
    let gone = Readiness::check(&bus, &home).await.desktop;
    assert!(!gone.session && gone.session_error.unwrap().contains("no session bus answers"));
}
