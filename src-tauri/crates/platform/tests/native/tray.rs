//! A place for tray icons that comes, goes and comes back.

use caretaker_platform::bus::Bus;
use caretaker_platform::desktop::{tray_host_present, watch_tray_host};
use caretaker_testkit::desktop::{PATIENCE, PrivateBus, TrayHost};
use tokio::sync::watch;
use tokio::time::timeout;

#[tokio::test]
async fn a_place_for_the_icon_is_seen_when_it_comes_and_goes() {
    let private = PrivateBus::start();
    let bus = Bus::at(private.address());
    assert!(!tray_host_present(&bus).await);

    let (sender, mut present) = watch::channel(false);
    let watching = tokio::spawn(watch_tray_host(bus.clone(), sender));
    let host = TrayHost::start(&private).await;
    timeout(PATIENCE, present.wait_for(|present| *present)).await.unwrap().unwrap();
    assert!(tray_host_present(&bus).await);

    host.stop().await;
    timeout(PATIENCE, present.wait_for(|present| !*present)).await.unwrap().unwrap();

    drop(present);
    timeout(PATIENCE, watching).await.expect("ends when nobody listens").unwrap();
}

#[tokio::test]
async fn no_bus_is_no_place_for_an_icon() {
    let mut private = PrivateBus::start();
    private.stop();
    assert!(!tray_host_present(&Bus::at(private.address())).await);
}
