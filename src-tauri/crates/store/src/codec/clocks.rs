//! When the rounds of one sealed period were measured, as bytes: stamps, epochs and clocks, once for all its series.
//!
//! Shape: version, count of rounds, runs of epochs (`difference to the epoch before, length` until all rounds are
//! named), then four columns: stamps in ms since the period began, interval, drift, asleep.

use caretaker_core::metric::RoundId;
use caretaker_core::time::Timestamp;

use super::row::Clocks;
use super::varint::{Input, put, put_signed};
use super::{Malformed, column};

const VERSION: u8 = 1;
/// A period has no more stamps than milliseconds.
const MOST: u64 = 7_200_000;

/// A round without its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Its stamp, ms.
    pub(crate) ts: i64,
    /// Its epoch.
    pub(crate) epoch: u32,
    /// Its clocks.
    pub(crate) clocks: Clocks,
}

impl Stamp {
    /// The identity of the round.
    pub(crate) const fn id(&self) -> RoundId {
        RoundId { epoch: self.epoch, at: Timestamp::from_millis(self.ts) }
    }
}

/// Writes the rounds, with rising stamps, of a period that begins at `start`.
pub(crate) fn encode(stamps: &[Stamp], start: i64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64 + stamps.len() * 2);
    bytes.push(VERSION);
    put(&mut bytes, stamps.len() as u64);
    let mut before = 0;
    for run in stamps.chunk_by(|one, next| one.epoch == next.epoch) {
        let epoch = run.first().map_or(before, |stamp| i64::from(stamp.epoch));
        put_signed(&mut bytes, epoch - before);
        put(&mut bytes, run.len() as u64);
        before = epoch;
    }
    let mut values = Vec::with_capacity(stamps.len());
    let columns: [fn(&Stamp) -> i64; 4] =
        [|stamp| stamp.ts, |stamp| stamp.clocks.interval, |stamp| stamp.clocks.drift, |stamp| stamp.clocks.asleep];
    for (number, pick) in columns.iter().enumerate() {
        let origin = if number == 0 { start } else { 0 };
        values.clear();
        values.extend(stamps.iter().map(|stamp| pick(stamp).wrapping_sub(origin)));
        column::encode(&mut bytes, &values);
    }
    bytes
}

/// How many rounds there are.
pub(crate) fn count(bytes: &[u8]) -> Result<usize, Malformed> {
    head(&mut Input(bytes))
}

/// Reads the rounds of a period that begins at `start`.
pub(crate) fn decode(bytes: &[u8], start: i64) -> Result<Vec<Stamp>, Malformed> {
    let mut input = Input(bytes);
    let count = head(&mut input)?;
    let mut stamps = Vec::with_capacity(count.min(4_096));
    let mut epoch = 0_i64;
    while stamps.len() < count {
        epoch = epoch.checked_add(input.signed()?).ok_or(Malformed)?;
        let number = u32::try_from(epoch).map_err(|_| Malformed)?;
        let length = usize::try_from(input.number()?).map_err(|_| Malformed)?;
        let end = stamps.len().checked_add(length).filter(|end| length > 0 && *end <= count).ok_or(Malformed)?;
        stamps.resize(end, Stamp { ts: start, epoch: number, clocks: Clocks::default() });
    }
    let mut values = Vec::new();
    let columns: [fn(&mut Stamp) -> &mut i64; 4] = [
        |stamp| &mut stamp.ts,
        |stamp| &mut stamp.clocks.interval,
        |stamp| &mut stamp.clocks.drift,
        |stamp| &mut stamp.clocks.asleep,
    ];
    for pick in columns {
        column::decode(&mut input, count, &mut values)?;
        for (stamp, value) in stamps.iter_mut().zip(&values) {
            let place = pick(stamp);
            *place = place.wrapping_add(*value);
        }
    }
    Ok(stamps)
}

fn head(input: &mut Input<'_>) -> Result<usize, Malformed> {
    if input.bytes(1)? != [VERSION] {
        return Err(Malformed);
    }
    let count = input.number()?;
    if count > MOST { Err(Malformed) } else { usize::try_from(count).map_err(|_| Malformed) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: i64 = 1_769_817_600_000;

    fn stamp(ts: i64, epoch: u32, clocks: [i64; 3]) -> Stamp {
        Stamp { ts, epoch, clocks: Clocks { interval: clocks[0], drift: clocks[1], asleep: clocks[2] } }
    }

    proptest! {
        #[test]
        fn stamps_come_back(cells in prop::collection::vec((1_i64..90_000, 0_u32..5, prop::array::uniform3(any::<i64>())), 0..300)) {
            let mut ts = START - 1;
            let stamps: Vec<_> = cells.into_iter().map(|(apart, epoch, clocks)| {
                ts += apart;
                stamp(ts, epoch, clocks)
            }).collect();
            let bytes = encode(&stamps, START);
            prop_assert_eq!(count(&bytes), Ok(stamps.len()));
            prop_assert_eq!(decode(&bytes, START), Ok(stamps));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = decode(&bytes, START);
        }
    }

    #[test]
    fn the_bytes_are_these() {
        let stamps = [
            stamp(START + 5, 3, [30_000, 0, 0]),
            stamp(START + 30_005, 3, [30_000, 0, 0]),
            stamp(START + 60_005, 4, [30_000, 0, 7]),
        ];
        let epochs = [6, 2, 2, 1];
        // The first stamp, then steps of 30,000 ms, which end in four zero bits: 1,875 each.
        let stamps_column = [5, 10, 0x80, 0xa6, 0x1d];
        let (interval, drift, asleep) = ([0, 0xe0, 0xd4, 0x03], [0, 0], [1, 0, 3, 0, 0b111_000]);
        let expect = [&[1, 3][..], &epochs, &stamps_column, &interval, &drift, &asleep].concat();
        assert_eq!(encode(&stamps, START), expect);
    }

    #[test]
    fn two_hours_of_an_even_beat_take_a_few_dozen_bytes() {
        let stamps: Vec<_> = (0..240).map(|n| stamp(START + n * 30_000, 9, [30_000, 0, 0])).collect();
        assert!(encode(&stamps, START).len() < 50, "{}", encode(&stamps, START).len());
    }
}
