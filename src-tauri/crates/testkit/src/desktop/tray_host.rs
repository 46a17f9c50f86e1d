//! A place for tray icons: registers items, reads what they show, and clicks on them.

use std::sync::Arc;

use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use zbus::connection::Builder;
use zbus::fdo::{DBusProxy, PropertiesProxy};
use zbus::message::{Header, Type};
use zbus::names::InterfaceName;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, MatchRule, MessageStream};

use super::menu::{self, MenuEntry};
use super::{PATIENCE, PrivateBus};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const ITEM_PATH: &str = "/StatusNotifierItem";

/// What an item shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayItem {
    /// Who it is.
    pub id: String,
    /// In words.
    pub title: String,
    /// `Active`, `Passive`, `NeedsAttention`.
    pub status: String,
    /// Name of the icon; may be empty when there are pixels.
    pub icon_name: String,
    /// The icon's pixels in every size offered.
    pub icon_pixmaps: Vec<Pixmap>,
    /// First line of the tooltip.
    pub tool_tip_title: String,
    /// The rest of it.
    pub tool_tip_text: String,
    /// Where its menu is.
    pub menu: String,
}

/// An icon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixmap {
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// Alpha, red, green, blue, row by row.
    pub argb: Vec<u8>,
}

/// Where an item answers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    owner: String,
    path: String,
}

/// The place for tray icons; goes away when dropped.
#[derive(Debug)]
pub struct TrayHost {
    connection: Connection,
    registered: Arc<watch::Sender<Vec<Place>>>,
    /// Strikes out items whose programs have left the bus.
    departures: JoinHandle<()>,
}

impl Drop for TrayHost {
    fn drop(&mut self) {
        self.departures.abort();
    }
}

impl TrayHost {
    /// Takes the watcher's name on this bus.
    pub async fn start(bus: &PrivateBus) -> Self {
        let registered = Arc::new(watch::Sender::new(Vec::new()));
        let connection = Builder::address(bus.address())
            .and_then(|builder| builder.serve_at(WATCHER_PATH, Watcher { registered: Arc::clone(&registered) }))
            .and_then(|builder| builder.name(WATCHER))
            .expect("the name and path of the specification")
            .build()
            .await
            .expect("the only place for tray icons on this bus");
        let bus = DBusProxy::new(&connection).await.expect("the bus itself");
        let mut changes = bus.receive_name_owner_changed().await.expect("a subscription to the bus");
        let items = Arc::clone(&registered);
        let departures = tokio::spawn(async move {
            while let Some(change) = changes.next().await {
                let change = change.args().expect("a signal of the bus");
                if change.new_owner().is_none() {
                    items.send_modify(|places| places.retain(|place| place.owner != change.name().as_str()));
                }
            }
        });
        Self { connection, registered, departures }
    }

    /// Gives the name back and leaves the bus, as a desktop shell does that crashed.
    pub async fn stop(self) {
        self.connection.clone().close().await.expect("a connection that was open");
    }

    /// How many items there are now.
    pub fn items(&self) -> usize {
        self.registered.borrow().len()
    }

    /// Waits until the last item's program has left.
    pub async fn wait_until_empty(&self) {
        let mut registered = self.registered.subscribe();
        let waited = tokio::time::timeout(PATIENCE, registered.wait_for(Vec::is_empty)).await;
        waited.expect("items that leave").expect("a watcher that runs");
    }

    /// What the newest item shows now; waits for one to register.
    pub async fn item(&self) -> TrayItem {
        self.wait_for_item(|_| true).await
    }

    /// Waits until the newest item shows what is wanted.
    pub async fn wait_for_item(&self, wanted: impl Fn(&TrayItem) -> bool) -> TrayItem {
        self.wait_until(async |place| {
            let item = self.read(place).await?;
            Ok(if wanted(&item) { Ok(item) } else { Err(format!("{:?}", WithoutPixels(&item))) })
        })
        .await
    }

    /// The whole menu of the newest item.
    pub async fn menu(&self) -> Vec<MenuEntry> {
        self.wait_for_menu(|_| true).await
    }

    /// Waits until the menu of the newest item is as wanted.
    pub async fn wait_for_menu(&self, wanted: impl Fn(&[MenuEntry]) -> bool) -> Vec<MenuEntry> {
        self.wait_until(async |place| {
            let path = self.read(place).await?.menu;
            let menu = menu::read(&self.connection, &place.owner, &path).await?;
            Ok(if wanted(&menu) { Ok(menu) } else { Err(format!("{menu:#?}")) })
        })
        .await
    }

    /// Clicks on the entry with this label, wherever it is in the menu; waits for it to appear.
    pub async fn click(&self, label: &str) {
        let has_it = |menu: &[MenuEntry]| menu.iter().find_map(|entry| entry.find(label)).map(|entry| entry.id);
        let menu = self.wait_for_menu(|menu| has_it(menu).is_some()).await;
        let id = has_it(&menu).expect("the entry that was just found");
        let place = self.place().await;
        let path = self.read(&place).await.expect("the item's properties").menu;
        menu::click(&self.connection, &place.owner, &path, id).await.expect("a click on the menu");
    }

    /// A left click on the icon.
    pub async fn activate(&self) {
        let Place { owner, path } = self.place().await;
        self.connection
            .call_method(Some(owner), path, Some(ITEM), "Activate", &(10_i32, 10_i32))
            .await
            .expect("a click on the icon");
    }

    /// Looks, and looks again whenever the item says that something changed or a new item registers.
    async fn wait_until<T>(&self, look: impl AsyncFn(&Place) -> zbus::Result<Result<T, String>>) -> T {
        let mut seen = "no item registered".to_owned();
        let mut registered = self.registered.subscribe();
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let place = self.place().await;
                registered.mark_unchanged();
                let mut changes = self.changes(&place).await.expect("a subscription to the item's signals");
                loop {
                    match look(&place).await {
                        Ok(Ok(found)) => return found,
                        Ok(Err(other)) => seen = other,
                        Err(error) => seen = error.to_string(),
                    }
                    tokio::select! {
                        _ = changes.next() => {}
                        _ = registered.changed() => break,
                    }
                }
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => panic!("waited for the tray item in vain; last seen: {seen}"),
        }
    }

    /// Where the newest item answers.
    async fn place(&self) -> Place {
        let mut registered = self.registered.subscribe();
        let waited = tokio::time::timeout(PATIENCE, registered.wait_for(|places| !places.is_empty())).await;
        let places = waited.expect("an item that registers").expect("a watcher that runs");
        places.last().expect("an item that registered").clone()
    }

    async fn changes(&self, place: &Place) -> zbus::Result<MessageStream> {
        let rule = MatchRule::builder().msg_type(Type::Signal).sender(place.owner.as_str())?.build();
        MessageStream::for_match_rule(rule, &self.connection, None).await
    }

    async fn read(&self, place: &Place) -> zbus::Result<TrayItem> {
        let proxy = PropertiesProxy::builder(&self.connection)
            .destination(place.owner.as_str())?
            .path(place.path.as_str())?
            .build()
            .await?;
        let mut properties = proxy.get_all(InterfaceName::try_from(ITEM)?).await?;
        let mut take = |name: &str| properties.remove(name);
        let text = |value: Option<OwnedValue>| value.and_then(|value| String::try_from(value).ok()).unwrap_or_default();
        let menu = take("Menu").and_then(|value| zbus::zvariant::OwnedObjectPath::try_from(value).ok());
        let icons: Vec<(i32, i32, Vec<u8>)> =
            take("IconPixmap").and_then(|value| Vec::try_from(value).ok()).unwrap_or_default();
        type ToolTip = (String, Vec<(i32, i32, Vec<u8>)>, String, String);
        let tool_tip = take("ToolTip").and_then(|value| ToolTip::try_from(value).ok()).unwrap_or_default();
        Ok(TrayItem {
            id: text(take("Id")),
            title: text(take("Title")),
            status: text(take("Status")),
            icon_name: text(take("IconName")),
            icon_pixmaps: icons.into_iter().map(|(width, height, argb)| Pixmap { width, height, argb }).collect(),
            tool_tip_title: tool_tip.2,
            tool_tip_text: tool_tip.3,
            menu: menu.map(|path| path.to_string()).unwrap_or_default(),
        })
    }
}

/// An item in a message about it; pixels would bury the rest.
struct WithoutPixels<'a>(&'a TrayItem);

impl std::fmt::Debug for WithoutPixels<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes: Vec<_> = self.0.icon_pixmaps.iter().map(|pixmap| (pixmap.width, pixmap.height)).collect();
        let bare = TrayItem { icon_pixmaps: Vec::new(), ..self.0.clone() };
        write!(out, "{bare:?} with icons of {sizes:?}")
    }
}

struct Watcher {
    registered: Arc<watch::Sender<Vec<Place>>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(
        &self,
        service: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        // Some items send their bus name, others the path at which they answer.
        let path = if service.starts_with('/') { service } else { ITEM_PATH.to_owned() };
        let place = Place { owner: sender, path };
        Self::status_notifier_item_registered(&emitter, &format!("{}{}", place.owner, place.path)).await?;
        self.registered.send_modify(|places| places.push(place));
        Ok(())
    }

    fn register_status_notifier_host(&self, service: &str) {
        // This watcher is its own only host.
        let _ = service;
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.registered.borrow().iter().map(|place| format!("{}{}", place.owner, place.path)).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(signal)]
    async fn status_notifier_item_registered(emitter: &SignalEmitter<'_>, service: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn status_notifier_item_unregistered(emitter: &SignalEmitter<'_>, service: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn status_notifier_host_registered(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}
