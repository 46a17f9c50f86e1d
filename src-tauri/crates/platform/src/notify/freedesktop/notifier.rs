//! [`FreedesktopNotifier`]: one connection, made at the first notice and made again after it broke.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use caretaker_core::notice::{Notice, NoticeKind};
use caretaker_core::port::{ActionSink, Notifier, NotifierAbilities, NotifyError, PortFuture};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use zbus::Connection;

use super::desk::Desk;
use super::failure::{Failure, refused};
use super::listener::Listener;
use super::notification::{APPLICATION, ICON, Notification};
use super::server::{NAME, NotificationServer, PATH, ask, identity};
use super::shown::Entry;
use crate::bus::{Bus, connect, is_there, owner_of};

/// How long one delivery may take, from the connection to the server's answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Shows notices through whatever notification daemon the session has.
pub struct FreedesktopNotifier {
    bus: Bus,
    limit: Duration,
    desk: Arc<Desk>,
    /// Held for a whole delivery: notices keep their order.
    session: Mutex<Option<Session>>,
}

/// A connection with its listener, which ends with it.
struct Session {
    connection: Connection,
    listener: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl FreedesktopNotifier {
    /// Touches nothing yet. `shown` is the file that remembers what is on the screen; without one, a restart forgets.
    pub fn new(bus: Bus, shown: Option<PathBuf>, sink: ActionSink) -> Self {
        Self { bus, limit: LIMIT, desk: Arc::new(Desk::new(shown, sink)), session: Mutex::default() }
    }

    /// Another time limit for one delivery.
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The token that the server gave with the last click, for the window that the click opens. Each is given once.
    pub fn take_activation_token(&self) -> Option<String> {
        self.desk.take_token()
    }

    /// The daemon that answers now; asked when first needed, and again after it changed.
    pub async fn server(&self) -> Result<NotificationServer, NotifyError> {
        self.within_limit(async {
            let mut session = self.session.lock().await;
            match self.ask_once(&mut session).await {
                Err(Failure::Gone(_)) => {
                    *session = None;
                    self.ask_once(&mut session).await
                }
                result => result,
            }
        })
        .await
    }

    async fn within_limit<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, NotifyError> {
        let result = match tokio::time::timeout(self.limit, work).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(failure)) => failure.to_string(),
            Err(_) => format!("the notification daemon did not answer within {} s", self.limit.as_secs_f32()),
        };
        // The next try starts from nothing. Whoever holds the session now is such a try.
        if let Ok(mut session) = self.session.try_lock() {
            *session = None;
        }
        Err(NotifyError(result))
    }

    async fn deliver_in_order(&self, notice: &Notice) -> Result<(), Failure> {
        let mut session = self.session.lock().await;
        match self.try_once(&mut session, notice).await {
            // The daemon or the bus was started anew since the last notice: that is no reason to wait.
            Err(Failure::Gone(_)) => {
                *session = None;
                self.try_once(&mut session, notice).await
            }
            result => result,
        }
    }

    async fn ask_once(&self, session: &mut Option<Session>) -> Result<NotificationServer, Failure> {
        let connection = self.connected(session).await?;
        Ok(self.current_server(&connection).await?.as_ref().clone())
    }

    async fn try_once(&self, session: &mut Option<Session>, notice: &Notice) -> Result<(), Failure> {
        match notice.kind {
            NoticeKind::Raise | NoticeKind::Update => self.show(session, notice).await,
            NoticeKind::Close => self.close(session, notice).await,
        }
    }

    async fn show(&self, session: &mut Option<Session>, notice: &Notice) -> Result<(), Failure> {
        let connection = self.connected(session).await?;
        let server = self.current_server(&connection).await?;
        let order = self.desk.order.lock().await;
        let replaces = {
            let shown = self.desk.shown();
            match (shown.alert(&notice.alert), notice.kind) {
                // What a person put away comes back when it is raised or worse, not for a quiet update.
                (Some(entry), NoticeKind::Update) if entry.closed && notice.level <= entry.level => return Ok(()),
                (Some(entry), _) if !entry.closed => entry.id,
                (Some(_) | None, _) => 0,
            }
        };
        let Notification { summary, body, actions, hints, expire } = Notification::new(notice, &server);
        let arguments = (APPLICATION, replaces, ICON, summary, body, actions, hints, expire);
        let reply = connection
            .call_method(Some(server.address.as_str()), PATH, Some(NAME), "Notify", &arguments)
            .await
            .map_err(refused)?;
        let id: u32 = reply.body().deserialize().map_err(Failure::Refused)?;
        let entry =
            Entry { alert: notice.alert.clone(), id, route: notice.route.clone(), level: notice.level, closed: false };
        let known = self.desk.shown().alert(&notice.alert) == Some(&entry);
        if !known {
            self.desk.shown().insert(entry);
            self.desk.save().await;
        }
        drop(order);
        Ok(())
    }

    async fn close(&self, session: &mut Option<Session>, notice: &Notice) -> Result<(), Failure> {
        let Some(entry) = self.desk.shown().alert(&notice.alert).cloned() else { return Ok(()) };
        if !entry.closed {
            let connection = self.connected(session).await?;
            // No daemon is started only to close something: with its daemon, the notification went too.
            let address = owner_of(&connection, NAME).await.map_err(Failure::Gone)?;
            let address = address.filter(|address| self.desk.shown().is_from(address.as_str()));
            if let Some(address) = address {
                match connection.call_method(Some(address), PATH, Some(NAME), "CloseNotification", &(entry.id,)).await {
                    // Servers answer with an error of their own choice when there is nothing to close.
                    Ok(_) | Err(zbus::Error::MethodError(..)) => {}
                    Err(error) => return Err(Failure::Gone(error)),
                }
            }
        }
        self.desk.shown().remove(&notice.alert);
        self.desk.save().await;
        Ok(())
    }

    async fn connected(&self, session: &mut Option<Session>) -> Result<Connection, Failure> {
        if let Some(alive) = session.as_ref().filter(|session| !session.listener.is_finished()) {
            return Ok(alive.connection.clone());
        }
        let connection = connect(&self.bus).await?;
        let listener = Listener::subscribe(&connection).await.map_err(|error| Failure::Bus(error.into()))?;
        let listener = tokio::spawn(listener.run(Arc::clone(&self.desk)));
        *session = Some(Session { connection: connection.clone(), listener });
        Ok(connection)
    }

    /// The daemon that has the name at this moment; only a new one is asked what it can do.
    async fn current_server(&self, connection: &Connection) -> Result<Arc<NotificationServer>, Failure> {
        let owner = owner_of(connection, NAME).await.map_err(Failure::Gone)?;
        if let (Some(server), Some(owner)) = (self.desk.server(), owner)
            && server.address == owner.as_str()
        {
            return Ok(server);
        }
        let server = Arc::new(ask(connection).await.map_err(|error| match error {
            zbus::Error::InputOutput(_) => Failure::Gone(error),
            error => Failure::NoServer(error),
        })?);
        self.desk.shown().bind(&server.identity, &server.address);
        self.desk.set_server(Arc::clone(&server));
        Ok(server)
    }
}

impl Notifier for FreedesktopNotifier {
    fn is_present(&self) -> bool {
        is_there(&self.bus)
    }

    fn abilities(&self) -> PortFuture<'_, Result<NotifierAbilities, NotifyError>> {
        Box::pin(async {
            let server = self.server().await?;
            Ok(NotifierAbilities { update: true, close: true, actions: server.can("actions") })
        })
    }

    /// Touches no bus if nothing was left.
    fn resume(&self) -> PortFuture<'_, Result<(), NotifyError>> {
        Box::pin(async {
            if self.desk.shown().is_empty() {
                return Ok(());
            }
            self.within_limit(async {
                let mut session = self.session.lock().await;
                let connection = self.connected(&mut session).await?;
                if let Some(address) = owner_of(&connection, NAME).await.map_err(Failure::Gone)? {
                    self.desk.shown().bind(&identity(&connection, &address), &address);
                }
                Ok(())
            })
            .await
        })
    }

    fn deliver<'a>(&'a self, notice: &'a Notice) -> PortFuture<'a, Result<(), NotifyError>> {
        Box::pin(self.within_limit(self.deliver_in_order(notice)))
    }
}
