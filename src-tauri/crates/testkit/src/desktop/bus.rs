//! A bus for one test: knows no services to start, so a daemon that is missing stays missing.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use zbus::Connection;
use zbus::connection::Builder;

/// A running `dbus-daemon`; ends when dropped.
#[derive(Debug)]
pub struct PrivateBus {
    daemon: Child,
    address: String,
    folder: TempDir,
}

impl PrivateBus {
    /// Starts one and waits until it listens.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let configuration = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
            folder.path().display()
        );
        File::create(folder.path().join("bus.conf"))
            .and_then(|mut file| file.write_all(configuration.as_bytes()))
            .expect("the configuration of the bus");
        let (daemon, address) = launch(&folder);
        Self { daemon, address, folder }
    }

    /// Kills it and starts it again at the same address, as after a logout and login.
    pub fn restart(&mut self) {
        self.stop();
        (self.daemon, self.address) = launch(&self.folder);
    }

    /// Kills it: the session is over.
    pub fn stop(&mut self) {
        // It may have ended by itself; both ways it is gone.
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }

    /// Its address, for the constructor of a client.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The variable that makes a started program take this bus for its session's.
    pub fn environment(&self) -> (&'static str, &str) {
        ("DBUS_SESSION_BUS_ADDRESS", &self.address)
    }

    /// A connection of its own.
    pub async fn connect(&self) -> Connection {
        let builder = Builder::address(self.address.as_str()).expect("the address of the bus");
        builder.build().await.expect("a connection to the private bus")
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        self.stop();
    }
}

fn launch(folder: &TempDir) -> (Child, String) {
    let mut daemon = Command::new("dbus-daemon")
        .arg(format!("--config-file={}", folder.path().join("bus.conf").display()))
        .args(["--nofork", "--nopidfile", "--print-address=1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // It complains there about limits that it may not raise.
        .stderr(Stdio::null())
        .spawn()
        .expect("dbus-daemon (Debian package dbus-daemon)");
    let mut address = String::new();
    let stdout = daemon.stdout.take().expect("a pipe from dbus-daemon");
    BufReader::new(stdout).read_line(&mut address).expect("the address of the bus");
    // The rest of the address differs from start to start, and clients would refuse a bus that was started anew.
    let address = address.trim().split(',').next().unwrap_or_default();
    assert!(!address.is_empty(), "dbus-daemon ended before it listened");
    (daemon, address.to_owned())
}
