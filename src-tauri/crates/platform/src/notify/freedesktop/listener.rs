//! Hears what the server says: clicks, closings and tokens. Ends with its connection.

use std::sync::Arc;

use futures_util::StreamExt;
use zbus::{Connection, MatchRule, Message, MessageStream, message};

use super::desk::Desk;
use super::server::{NAME, PATH};

/// Subscribed, and not yet listening: what the server says from now on waits here.
pub struct Listener {
    signals: MessageStream,
}

impl Listener {
    /// Subscribes. Only then may anything be shown, or a click could be missed.
    pub async fn subscribe(connection: &Connection) -> zbus::Result<Self> {
        // Not bound to a sender: the name may move to another program, and the desk checks who speaks.
        let rule = MatchRule::builder().msg_type(message::Type::Signal).interface(NAME)?.path(PATH)?.build();
        Ok(Self { signals: MessageStream::for_match_rule(rule, connection, None).await? })
    }

    /// Listens until the connection ends.
    pub async fn run(mut self, desk: Arc<Desk>) {
        while let Some(Ok(signal)) = self.signals.next().await {
            hear(&desk, &signal).await;
        }
    }
}

async fn hear(desk: &Desk, signal: &Message) {
    let header = signal.header();
    let (Some(sender), Some(member)) = (header.sender(), header.member()) else { return };
    let order = desk.order.lock().await;
    let body = signal.body();
    match member.as_str() {
        "ActionInvoked" => {
            if let Ok((id, key)) = body.deserialize::<(u32, String)>() {
                desk.action_invoked(sender, id, &key);
            }
        }
        "ActivationToken" => {
            if let Ok((id, token)) = body.deserialize::<(u32, String)>() {
                desk.token_given(sender, id, token);
            }
        }
        "NotificationClosed" => {
            if let Ok((id, _reason)) = body.deserialize::<(u32, u32)>()
                && desk.notification_closed(sender, id)
            {
                desk.save().await;
            }
        }
        _ => {}
    }
    drop(order);
}
