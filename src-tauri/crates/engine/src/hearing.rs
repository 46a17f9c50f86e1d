//! Who listens now: channels, quiet hours in local time, pauses and silences, as deciding about notices wants them.

use caretaker_core::config::Settings;
use caretaker_core::notice::{Channel, Hearing, quiet_hours};
use caretaker_core::time::Timestamp;
use chrono::Timelike;

use crate::latest::Latest;

/// Every channel of the settings that is in use, the desktop first.
pub fn channels(settings: &Settings) -> Vec<Channel> {
    let configured = settings.notify.channel.iter().filter(|channel| channel.is_served()).map(Channel::configured);
    std::iter::once(Channel::native(settings.notify.native)).chain(configured).collect()
}

/// What decides whether the owner wants to hear anything at `now`.
pub fn hearing<'a>(settings: &Settings, latest: &'a Latest, channels: &'a [Channel], now: Timestamp) -> Hearing<'a> {
    let local = now.to_utc().with_timezone(&chrono::Local);
    let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap_or(0);
    Hearing {
        now,
        channels,
        quiet_until: latest.quiet_until,
        hours: quiet_hours(&settings.notify.quiet, minute),
        silences: &latest.silences,
        repeat: settings.notify.repeat,
    }
}
