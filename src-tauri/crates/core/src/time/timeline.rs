//! What happened to time between two rounds: how much of it counts for timers, whether the machine slept, was
//! rebooted or stalled, and whether somebody set the clock.
//!
//! Rules (`alerts.md` 1): asleep = Δelapsed − Δawake; a stall is more than three intervals awake without a round;
//! a step is a wall clock that moved more than two seconds differently from elapsed time.

use serde::{Deserialize, Serialize};

use super::{Moment, Span};

/// Below this the two clocks only drift.
const SLEEP_TOLERANCE: Span = Span::from_millis(1_500);
const STEP_TOLERANCE: Span = Span::from_seconds(2);
const STALL_INTERVALS: i64 = 3;

/// Why time between two rounds was not observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "lasted", rename_all = "snake_case")]
pub enum Gap {
    /// The machine slept this long.
    Sleep(Span),
    /// The machine ran, this program ran, but no round was made.
    Stall(Span),
    /// This program was not running; the machine was.
    Restart(Span),
    /// The machine was off or restarted.
    Reboot(Span),
}

/// The step from one round to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tick {
    /// Awake, observed time: what `for`, `keep_firing_for` and no-data timers are credited with.
    pub credit: Span,
    /// Real time passed, sleep included, clock steps excluded: what windows move by.
    pub advance: Span,
    /// Why `credit` falls short of `advance`, if it does.
    pub gap: Option<Gap>,
    /// How far the wall clock was set, if it was; negative is back.
    pub step: Option<Span>,
}

/// Remembers the last moment and turns the next one into a [`Tick`].
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Timeline {
    last: Option<(Moment, u32)>,
}

impl Timeline {
    /// A timeline that has seen `moment` in the run `run`.
    pub fn resumed(moment: Moment, run: u32) -> Self {
        Self { last: Some((moment, run)) }
    }

    /// The last moment seen.
    pub fn last(&self) -> Option<Moment> {
        self.last.map(|(moment, _)| moment)
    }

    /// Takes the next moment. `run` numbers the starts of this program, `interval` is the time between rounds.
    pub fn tick(&mut self, now: Moment, run: u32, interval: Span) -> Tick {
        let Some((before, previous_run)) = self.last.replace((now, run)) else {
            return Tick::default();
        };
        let wall = now.wall.since(before.wall);
        if now.boot != before.boot {
            let down = wall.or_zero();
            return Tick { credit: Span::ZERO, advance: down, gap: Some(Gap::Reboot(down)), step: None };
        }
        let awake = (now.awake - before.awake).or_zero();
        let elapsed = (now.elapsed - before.elapsed).or_zero();
        let drift = wall - elapsed;
        let step = (drift.abs() > STEP_TOLERANCE).then_some(drift);
        let asleep = elapsed - awake;
        let gap = if run != previous_run && elapsed > interval * STALL_INTERVALS {
            Some(Gap::Restart(elapsed))
        } else if asleep > SLEEP_TOLERANCE {
            Some(Gap::Sleep(asleep))
        } else if awake > interval * STALL_INTERVALS {
            Some(Gap::Stall(awake))
        } else {
            None
        };
        // What was not observed does not count: a gap credits at most the one interval that the new sample stands for.
        let credit = match gap {
            None => awake,
            Some(Gap::Sleep(_)) => awake.min(interval),
            Some(Gap::Stall(_) | Gap::Restart(_) | Gap::Reboot(_)) => Span::ZERO,
        };
        Tick { credit, advance: elapsed, gap, step }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{BootId, Timestamp};

    fn at(wall: i64, awake: i64, elapsed: i64) -> Moment {
        Moment {
            wall: Timestamp::from_millis(wall * 1_000),
            awake: Span::from_seconds(awake),
            elapsed: Span::from_seconds(elapsed),
            boot: BootId(1),
        }
    }

    fn tick(before: Moment, now: Moment, runs: (u32, u32)) -> Tick {
        Timeline::resumed(before, runs.0).tick(now, runs.1, Span::from_seconds(30))
    }

    #[test]
    fn a_plain_round_credits_its_interval() {
        let tick = tick(at(1_000, 100, 100), at(1_030, 130, 130), (1, 1));
        assert_eq!(tick.credit, Span::from_seconds(30));
        assert_eq!((tick.gap, tick.step), (None, None));
    }

    #[test]
    fn sleep_is_measured_by_two_clocks_and_not_credited() {
        let tick = tick(at(1_000, 100, 100), at(4_620, 120, 3_720), (1, 1));
        assert_eq!(tick.gap, Some(Gap::Sleep(Span::from_hours(1))));
        assert_eq!(tick.credit, Span::from_seconds(20));
        assert_eq!(tick.advance, Span::from_seconds(3_620));
        assert_eq!(tick.step, None);
    }

    #[test]
    fn a_clock_set_back_an_hour_is_a_step_and_no_gap() {
        let tick = tick(at(7_200, 100, 100), at(3_630, 130, 130), (1, 1));
        assert_eq!(tick.step, Some(Span::from_hours(-1)));
        assert_eq!((tick.gap, tick.credit), (None, Span::from_seconds(30)));
    }

    #[test]
    fn a_stall_a_restart_and_a_reboot_credit_nothing() {
        let stall = tick(at(0, 0, 0), at(120, 120, 120), (1, 1));
        assert_eq!((stall.gap, stall.credit), (Some(Gap::Stall(Span::from_seconds(120))), Span::ZERO));
        let restart = tick(at(0, 0, 0), at(600, 600, 600), (1, 2));
        assert_eq!((restart.gap, restart.credit), (Some(Gap::Restart(Span::from_minutes(10))), Span::ZERO));
        let mut after = at(900, 5, 5);
        after.boot = BootId(2);
        let reboot = tick(at(0, 600, 600), after, (1, 2));
        assert_eq!((reboot.gap, reboot.advance), (Some(Gap::Reboot(Span::from_minutes(15))), Span::from_minutes(15)));
    }

    #[test]
    fn a_quick_restart_is_no_gap() {
        let tick = tick(at(0, 0, 0), at(20, 20, 20), (1, 2));
        assert_eq!((tick.gap, tick.credit), (None, Span::from_seconds(20)));
    }
}
