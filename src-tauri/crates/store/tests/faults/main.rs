//! Bad days of the two databases: damage, other versions, no room, no rights, kill -9.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, which fail by panicking")]

mod damaged;
mod full;
mod killed;
mod power;
mod read_only;
mod tmpfs;
mod version;

use std::sync::Arc;

use caretaker_core::metric::{Pushed, Reading, Round, RoundId, SeriesKey, Unit};
use caretaker_core::time::{BootId, Moment, Span, Timestamp};

/// Saturday 2026-01-31, midnight UTC.
pub const START: i64 = 1_769_817_600_000;

/// Clocks of a machine that booted an hour before [`START`].
pub fn moment(at: i64) -> Moment {
    let up = Span::from_millis(at - START + 3_600_000);
    Moment { wall: Timestamp::from_millis(at), awake: up, elapsed: up, boot: BootId(7) }
}

/// A round of 40 series, all with a value that tells which round it was.
pub fn round(epoch: u32, at: i64) -> Round {
    let value = (at / 1_000 % 10_000) as f64;
    let readings =
        (0..40).map(|n| Reading::gauge(Arc::new(SeriesKey::plain(&format!("series.{n}"))), Unit::Count, value));
    Round {
        id: RoundId { epoch, at: Timestamp::from_millis(at) },
        moment: moment(at),
        interval: Span::from_seconds(30),
        readings: readings.collect(),
        processes: None,
    }
}

/// A pushed sample whose value tells when it was true; every bit of it counts.
pub fn pushed(at: i64, seen: i64) -> Pushed {
    let reading = Reading::gauge(Arc::new(SeriesKey::plain("board.sales")), Unit::Number, at as f64 / 7.0);
    Pushed { reading, at: Timestamp::from_millis(at), seen: Timestamp::from_millis(seen) }
}
