//! A notification daemon that shows nothing, remembers everything, and clicks when told to.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::watch;
use zbus::connection::Builder;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, fdo};

use super::{PATIENCE, PrivateBus};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// Why a notification went away, in the numbers of the specification.
const DISMISSED: u32 = 2;
const CLOSED_BY_CALL: u32 = 3;

/// One call of `Notify`, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The number given out.
    pub id: u32,
    /// The number that was to be replaced; zero for a new one.
    pub replaces: u32,
    /// Who sent it, in words.
    pub application: String,
    /// Name or path of the icon.
    pub icon: String,
    /// First line.
    pub summary: String,
    /// The rest.
    pub body: String,
    /// Keys with labels.
    pub actions: Vec<(String, String)>,
    /// 0 low, 1 normal, 2 critical.
    pub urgency: Option<u8>,
    /// The other hints as text.
    pub hints: BTreeMap<String, String>,
    /// Milliseconds; -1 the server decides, 0 never.
    pub expire: i32,
    /// It is no longer on the screen, by whoever's wish.
    pub closed: bool,
}

/// The daemon; goes away when dropped.
#[derive(Debug)]
pub struct NotificationDaemon {
    connection: Connection,
    shown: Arc<watch::Sender<Vec<Shown>>>,
}

impl NotificationDaemon {
    /// Takes the name on this bus, with these capabilities: `["body", "body-markup", "actions"]`.
    pub async fn start(bus: &PrivateBus, capabilities: &[&str]) -> Self {
        let shown = Arc::new(watch::Sender::new(Vec::new()));
        let endpoint = Endpoint {
            capabilities: capabilities.iter().map(ToString::to_string).collect(),
            shown: Arc::clone(&shown),
            last: AtomicU32::new(0),
        };
        let connection = Builder::address(bus.address())
            .and_then(|builder| builder.serve_at(PATH, endpoint))
            .and_then(|builder| builder.name(NAME))
            .expect("the name and path of the specification")
            .build()
            .await
            .expect("the only notification daemon of this bus");
        Self { connection, shown }
    }

    /// Gives the name back and leaves the bus, as a daemon does that crashed.
    pub async fn stop(self) {
        self.connection.close().await.expect("a connection that was open");
    }

    /// Gives the name back and stays on the bus, as a daemon does that is being replaced.
    pub async fn yield_name(&self) {
        self.connection.release_name(NAME).await.expect("a name that was held");
    }

    /// Every call of `Notify` so far, the oldest first.
    pub fn shown(&self) -> Vec<Shown> {
        self.shown.borrow().clone()
    }

    /// What a person would see: the newest call for each number that is not closed.
    pub fn visible(&self) -> Vec<Shown> {
        visible(&self.shown.borrow())
    }

    /// Waits until what was shown so far satisfies `wanted`, and returns it.
    pub async fn wait_for(&self, wanted: impl Fn(&[Shown]) -> bool) -> Vec<Shown> {
        let mut receiver = self.shown.subscribe();
        let waited = tokio::time::timeout(PATIENCE, receiver.wait_for(|shown| wanted(shown))).await;
        match waited {
            Ok(Ok(shown)) => shown.clone(),
            Ok(Err(_)) | Err(_) => panic!("waited for a notification in vain; shown: {:#?}", self.shown()),
        }
    }

    /// The person chooses an action: `default` for a click on the text. As most servers do, the notification goes away.
    pub async fn invoke(&self, id: u32, action: &str) {
        Endpoint::action_invoked(&self.emitter(), id, action).await.expect("a signal");
        self.dismiss(id).await;
    }

    /// The server hands out a token for the window that a click is about to open; comes before the action.
    pub async fn give_activation_token(&self, id: u32, token: &str) {
        Endpoint::activation_token(&self.emitter(), id, token).await.expect("a signal");
    }

    /// The person puts it away.
    pub async fn dismiss(&self, id: u32) {
        mark_closed(&self.shown, id);
        Endpoint::notification_closed(&self.emitter(), id, DISMISSED).await.expect("a signal");
    }

    fn emitter(&self) -> SignalEmitter<'_> {
        SignalEmitter::new(&self.connection, PATH).expect("the path of the specification")
    }
}

struct Endpoint {
    capabilities: Vec<String>,
    shown: Arc<watch::Sender<Vec<Shown>>>,
    last: AtomicU32,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Endpoint {
    fn get_capabilities(&self) -> Vec<String> {
        self.capabilities.clone()
    }

    fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        ("fake", "Caretaker's tests", "1.0", "1.2")
    }

    #[expect(clippy::too_many_arguments, reason = "the signature of the specification")]
    fn notify(
        &self,
        app_name: String,
        replaces_id: u32,
        app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        expire_timeout: i32,
    ) -> u32 {
        // A number that is no longer on the screen gets a new notification, as servers do.
        let replaced = visible(&self.shown.borrow()).iter().any(|shown| shown.id == replaces_id);
        let id = if replaced { replaces_id } else { self.last.fetch_add(1, Ordering::Relaxed) + 1 };
        let shown = Shown {
            id,
            replaces: replaces_id,
            application: app_name,
            icon: app_icon,
            summary,
            body,
            actions: actions.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect(),
            urgency: hints.get("urgency").and_then(|value| u8::try_from(value).ok()),
            hints: hints.into_iter().map(|(name, value)| (name, in_words(&value))).collect(),
            expire: expire_timeout,
            closed: false,
        };
        self.shown.send_modify(|list| list.push(shown));
        id
    }

    async fn close_notification(&self, id: u32, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>) -> fdo::Result<()> {
        if !mark_closed(&self.shown, id) {
            return Err(fdo::Error::Failed(format!("nothing is shown under {id}")));
        }
        Ok(Self::notification_closed(&emitter, id, CLOSED_BY_CALL).await?)
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action_key: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn activation_token(emitter: &SignalEmitter<'_>, id: u32, activation_token: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;
}

fn visible(all: &[Shown]) -> Vec<Shown> {
    let newest: BTreeMap<u32, &Shown> = all.iter().map(|shown| (shown.id, shown)).collect();
    newest.into_values().filter(|shown| !shown.closed).cloned().collect()
}

/// False if nothing was shown under this number.
fn mark_closed(shown: &watch::Sender<Vec<Shown>>, id: u32) -> bool {
    shown.send_if_modified(|list| {
        let mut found = false;
        for shown in list.iter_mut().filter(|shown| shown.id == id && !shown.closed) {
            shown.closed = true;
            found = true;
        }
        found
    })
}

fn in_words(value: &Value<'_>) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        other => other.to_string(),
    }
}
