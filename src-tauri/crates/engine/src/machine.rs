//! The ports of the machine that this program runs on.

use std::sync::Arc;

use caretaker_core::port::{ActionSink, NotificationAction};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{CheckView, HostView};
use caretaker_platform::clock::SystemClock;
use caretaker_platform::command::{SystemCommands, SystemWorkers};
use caretaker_platform::egress::SystemEgress;
use caretaker_platform::folders::SystemFolders;
use caretaker_platform::home::Home;
use caretaker_platform::notify::system_notifier;
use caretaker_platform::records::SystemRecords;
use tokio::sync::mpsc;

use crate::options::Ports;
use crate::supervision::Supervision;

/// Answers to notifications that may wait; people click slowly.
const ACTIONS: usize = 16;

/// Real time, real collectors, real notifications. Nothing is opened or asked before it is first needed.
pub fn machine_ports(home: &Home) -> Ports {
    let (sender, actions) = mpsc::channel::<NotificationAction>(ACTIONS);
    let sink: ActionSink = Arc::new(move |action| {
        if sender.try_send(action).is_err() {
            tracing::warn!("an answer to a notification was dropped: too many wait");
        }
    });
    Ports {
        clock: Arc::new(SystemClock::new()),
        collectors: Box::new(caretaker_collect::collectors),
        facts: Box::new(host_facts),
        sensors: Box::new(caretaker_collect::sensors),
        egress: Arc::new(SystemEgress::new()),
        records: Arc::new(SystemRecords),
        folders: Arc::new(SystemFolders),
        commands: Arc::new(SystemCommands),
        workers: Arc::new(SystemWorkers::default()),
        variables: Arc::new(|name| std::env::var(name).ok()),
        ollama_host: std::env::var("OLLAMA_HOST").ok(),
        server: Box::new(|now| Box::pin(server_checks(now))),
        notifier: system_notifier(home.shown_notifications(), sink),
        actions: Some(actions),
    }
}

async fn server_checks(now: Timestamp) -> Vec<CheckView> {
    let kept = match Supervision::of_this_machine() {
        Ok(supervision) => supervision.check().await,
        Err(_) => None,
    };
    let machine_service = kept.as_ref().is_some_and(|(_, starts_with_machine)| *starts_with_machine);
    let mut checks = caretaker_platform::server::checks(now, machine_service).await;
    checks.extend(kept.map(|(check, _)| check));
    checks
}

fn host_facts() -> HostView {
    let facts = caretaker_collect::host_facts();
    HostView {
        name: facts.hostname,
        os: facts.os,
        os_version: facts.os_version,
        kernel: facts.kernel,
        architecture: facts.architecture,
        cpu: facts.cpu_model,
        cores: facts.cores,
        memory_bytes: facts.memory_bytes,
        boot_at: facts.boot_at,
        ..HostView::default()
    }
}
