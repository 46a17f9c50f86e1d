//! The fake place for tray icons against the library that the app's tray speaks through.

use std::io::{BufRead, BufReader, Write, stdin};
use std::process::{Command, Stdio};

use ksni::blocking::TrayMethods;
use ksni::menu::{CheckmarkItem, StandardItem, SubMenu};

use super::{Pixmap, PrivateBus, TrayHost};

struct Tray {
    title: String,
}

impl ksni::Tray for Tray {
    fn id(&self) -> String {
        "caretaker".into()
    }
    fn title(&self) -> String {
        self.title.clone()
    }
    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        vec![ksni::Icon { width: 1, height: 1, data: vec![255, 1, 2, 3] }]
    }
    fn tool_tip(&self) -> ksni::ToolTip {
        ksni::ToolTip { title: "Caretaker".into(), description: "CPU 93 %".into(), ..ksni::ToolTip::default() }
    }
    fn activate(&mut self, _x: i32, _y: i32) {
        println!("clicked icon");
    }
    fn menu(&self) -> Vec<ksni::MenuItem<Self>> {
        vec![
            StandardItem { label: self.title.clone(), enabled: false, ..StandardItem::default() }.into(),
            ksni::MenuItem::Separator,
            SubMenu {
                label: "Quiet".into(),
                submenu: vec![
                    StandardItem {
                        label: "1 h".into(),
                        activate: Box::new(|_: &mut Self| println!("clicked 1 h")),
                        ..StandardItem::default()
                    }
                    .into(),
                ],
                ..SubMenu::default()
            }
            .into(),
            CheckmarkItem { label: "Start at login".into(), checked: true, ..CheckmarkItem::default() }.into(),
        ]
    }
}

const SESSION: &str = "TRAY_OF_ITS_OWN";

#[test]
#[ignore = "runs in a process of its own, with the private bus as its session"]
fn shows_a_tray_until_its_input_ends() {
    if std::env::var_os(SESSION).is_none() {
        return;
    }
    let handle = Tray { title: "All is well".into() }.spawn().unwrap();
    for line in stdin().lines() {
        handle.update(|tray| tray.title = line.unwrap());
    }
}

#[tokio::test]
async fn an_item_is_read_watched_and_clicked() {
    let bus = PrivateBus::start();
    let host = TrayHost::start(&bus).await;
    let (variable, address) = bus.environment();
    let mut tray = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "desktop::tests::shows_a_tray_until_its_input_ends", "--ignored", "--nocapture"])
        .env(variable, address)
        .env(SESSION, "yes")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(tray.stdout.take().unwrap()).lines().map(Result::unwrap);

    let item = host.item().await;
    assert_eq!((item.id.as_str(), item.title.as_str(), item.status.as_str()), ("caretaker", "All is well", "Active"));
    assert_eq!(item.icon_pixmaps, [Pixmap { width: 1, height: 1, argb: vec![255, 1, 2, 3] }]);
    assert_eq!((item.tool_tip_title.as_str(), item.tool_tip_text.as_str()), ("Caretaker", "CPU 93 %"));

    let menu = host.menu().await;
    let labels: Vec<_> = menu.iter().map(|entry| entry.label.as_str()).collect();
    assert_eq!(labels, ["All is well", "", "Quiet", "Start at login"]);
    assert!(!menu[0].enabled && menu[1].separator && menu[2].children[0].label == "1 h");
    assert_eq!((menu[0].checked, menu[3].checked), (None, Some(true)));

    host.click("1 h").await;
    host.activate().await;
    // The harness puts its own words before the first line of the test.
    assert!(said.any(|line| line.ends_with("clicked 1 h")));
    assert_eq!(said.next().unwrap(), "clicked icon");

    let mut input = tray.stdin.take().unwrap();
    input.write_all(b"CPU busy\n").unwrap();
    host.wait_for_item(|item| item.title == "CPU busy").await;
    host.wait_for_menu(|menu| menu[0].label == "CPU busy").await;

    drop(input);
    host.wait_until_empty().await;
    tray.wait().unwrap();
}
