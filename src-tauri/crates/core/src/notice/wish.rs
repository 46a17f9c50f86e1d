//! What one channel should say of one alert now: what it is, against what was last told.

use super::channel::Channel;
use super::quiet::{Hearing, silenced_until};
use super::told::Told;
use crate::alert::{Instance, State};
use crate::rule::{Level, Rule};
use crate::time::Span;

/// A warning that nobody took on by then stays on the screen.
pub const PERSISTS_AFTER: Span = Span::from_minutes(30);

/// What to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Say it for the first time, or that it is worse.
    Raise,
    /// Say it again.
    Repeat,
    /// Change quietly what is shown.
    Update,
    /// Take it away.
    Close,
}

/// The wish for `alert` on `channel`, if there is one. `explained` says that another alert explains it.
pub fn wish(
    alert: &Instance,
    rule: Option<&Rule>,
    channel: &Channel,
    hearing: &Hearing<'_>,
    explained: bool,
) -> Option<Wish> {
    let told = alert.told.get(&channel.id);
    if alert.state == State::Resolved {
        return told.map(|_| Wish::Close);
    }
    if !alert.is_raised() {
        return None;
    }
    // What the person dealt with, here or elsewhere, need not stay on the screen.
    if alert.is_acknowledged() || silenced_until(alert, hearing.silences, hearing.now).is_some() || explained {
        // Elsewhere that is no news, and its end is told when it comes.
        return told.filter(|_| channel.is_screen()).map(|_| Wish::Close);
    }
    if hearing.is_paused_for(alert.level) {
        return None;
    }
    let Some(told) = told else {
        return channel.takes(alert, rule).then_some(Wish::Raise);
    };
    if !channel.enabled {
        return None;
    }
    again(alert, *told, hearing).filter(|wish| channel.is_screen() || !only_persists(alert, *told, *wish))
}

/// Whether the wish is only that it stays on a screen.
fn only_persists(alert: &Instance, told: Told, wish: Wish) -> bool {
    wish == Wish::Update && told.level == alert.level && alert.flapping == told.flapping
}

/// Of an alert that was told already.
fn again(alert: &Instance, told: Told, hearing: &Hearing<'_>) -> Option<Wish> {
    if told.level < alert.level {
        return Some(Wish::Raise);
    }
    if alert.flapping && !told.flapping {
        return Some(Wish::Update);
    }
    if alert.flapping {
        return None;
    }
    if told.level > alert.level {
        return Some(Wish::Update);
    }
    let lasting = alert.up - told.up;
    match alert.level {
        Level::Critical if lasting >= hearing.repeat => Some(Wish::Repeat),
        Level::Warning if lasting >= PERSISTS_AFTER && !told.persistent => Some(Wish::Update),
        Level::Critical | Level::Warning => None,
    }
}
