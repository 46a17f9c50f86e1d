//! Everything that mutes, and whether it mutes an alert now: a pause, quiet hours, silences, a snooze.

use super::channel::Channel;
use crate::alert::{Instance, Silence};
use crate::config::QuietHours;
use crate::rule::Level;
use crate::time::{Span, Timestamp};

/// What decides whether the owner wants to hear anything.
#[derive(Clone, Copy, Debug)]
pub struct Hearing<'a> {
    /// Wall clock.
    pub now: Timestamp,
    /// Where notices go.
    pub channels: &'a [Channel],
    /// Paused until then.
    pub quiet_until: Option<Timestamp>,
    /// The quiet hours that it is in.
    pub hours: Option<QuietHours>,
    /// Silences in force.
    pub silences: &'a [Silence],
    /// Time until a critical alert that nobody acknowledged is told again.
    pub repeat: Span,
}

impl Hearing<'_> {
    /// Whether nothing is said of this alert now, though it will be when the pause or the hours end.
    pub fn is_paused_for(&self, level: Level) -> bool {
        self.quiet_until.is_some_and(|until| self.now < until)
            || self.hours.is_some_and(|hours| hours.except.is_none_or(|except| level < except))
    }
}

/// Until when a snooze or one of `silences` mutes this alert; the last to end counts.
pub fn silenced_until(alert: &Instance, silences: &[Silence], now: Timestamp) -> Option<Timestamp> {
    let silences = silences.iter().filter(|silence| silence.mutes(alert, now)).map(|silence| silence.until);
    silences.chain(alert.snoozed_until.filter(|until| now < *until)).max()
}

/// The quiet hours of `all` that `minute`, counted from local midnight, lies in. Hours may pass midnight.
pub fn quiet_hours(all: &[QuietHours], minute: u16) -> Option<QuietHours> {
    let within = |hours: &&QuietHours| {
        let (from, to) = (hours.from.minutes(), hours.to.minutes());
        if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    };
    // The strictest counts where several overlap.
    all.iter().filter(within).max_by_key(|hours| hours.except.map_or(2, |except| except as u8)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_pass_midnight_and_the_strictest_counts() {
        let hours =
            |from: &str, to: &str, except| QuietHours { from: from.parse().unwrap(), to: to.parse().unwrap(), except };
        let night = hours("22:00", "07:00", Some(Level::Critical));
        let lunch = hours("12:00", "13:00", None);
        let early = hours("06:00", "08:00", None);
        let all = [night, lunch, early];
        for (minute, expected) in [
            (22 * 60, Some(night)),
            (23 * 60 + 59, Some(night)),
            (0, Some(night)),
            (6 * 60 + 30, Some(early)),
            (7 * 60 + 30, Some(early)),
            (8 * 60, None),
            (12 * 60 + 59, Some(lunch)),
            (13 * 60, None),
        ] {
            assert_eq!(quiet_hours(&all, minute), expected, "{minute}");
        }
    }
}
