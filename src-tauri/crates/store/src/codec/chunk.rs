//! The values of one series in one sealed period as bytes. When they were measured stands once a period, in its clocks
//! ([`super::clocks`]); here only stands in which of its rounds the series has no value.
//!
//! Shape: version, count of rounds in the period, flag byte (1: a bitmap follows), bitmap (bit set: no value), column of
//! the values: whole numbers in version 1, real ones in version 2.

use super::varint::{Input, put};
use super::{Malformed, column, real};

const WHOLE: u8 = 1;
const REAL: u8 = 2;

/// Values with the positions of their rounds in the period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Samples {
    /// Positions, rising.
    pub(crate) rounds: Vec<u32>,
    /// One a position.
    pub(crate) values: Vec<i64>,
    /// Whether the values are [`real::image`]s.
    pub(crate) real: bool,
}

impl Samples {
    /// Adds a value to those of earlier rounds.
    pub(crate) fn push(&mut self, round: u32, value: i64) {
        self.rounds.push(round);
        self.values.push(value);
    }

    /// Every value with the position of its round.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, i64)> {
        self.rounds.iter().map(|round| *round as usize).zip(self.values.iter().copied())
    }

    /// The value in a round.
    pub(crate) fn get(&self, round: usize) -> Option<i64> {
        // Nearly always there is one in every round.
        let position = match self.rounds.get(round) {
            Some(found) if *found as usize == round => round,
            _ => self.rounds.binary_search(&u32::try_from(round).ok()?).ok()?,
        };
        self.values.get(position).copied()
    }
}

/// Writes the samples of a series in a period of `rounds` rounds.
pub(crate) fn encode(samples: &Samples, rounds: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(32 + samples.values.len() * 2);
    bytes.push(if samples.real { REAL } else { WHOLE });
    put(&mut bytes, rounds as u64);
    let complete = samples.rounds.len() == rounds;
    bytes.push(u8::from(!complete));
    if !complete {
        let bitmap = bytes.len();
        bytes.resize(bitmap + rounds.div_ceil(8), 0xff);
        if !rounds.is_multiple_of(8)
            && let Some(last) = bytes.last_mut()
        {
            *last = (1 << (rounds % 8)) - 1;
        }
        for round in &samples.rounds {
            if let Some(byte) = bytes.get_mut(bitmap + *round as usize / 8) {
                *byte &= !(1 << (round % 8));
            }
        }
    }
    let write = if samples.real { real::encode } else { column::encode };
    write(&mut bytes, &samples.values);
    bytes
}

/// Reads the samples of a series into `samples`, in place of what was there.
pub(crate) fn decode(bytes: &[u8], rounds: usize, samples: &mut Samples) -> Result<(), Malformed> {
    let mut input = Input(bytes);
    samples.real = match input.bytes(1)? {
        [WHOLE] => false,
        [REAL] => true,
        _ => return Err(Malformed),
    };
    if input.number()? != rounds as u64 {
        return Err(Malformed);
    }
    samples.rounds.clear();
    match input.bytes(1)? {
        [0] => samples.rounds.extend(0..u32::try_from(rounds).map_err(|_| Malformed)?),
        [1] => {
            let missing = input.bytes(rounds.div_ceil(8))?;
            for (index, byte) in missing.iter().enumerate() {
                let left = (rounds - index * 8).min(8);
                let there = (0..left).filter(|bit| byte & (1 << bit) == 0);
                samples.rounds.extend(there.map(|bit| (index * 8 + bit) as u32));
            }
        }
        _ => return Err(Malformed),
    }
    let read = if samples.real { real::decode } else { column::decode };
    read(&mut input, samples.rounds.len(), &mut samples.values)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn samples_come_back(cells in prop::collection::vec(prop::option::weighted(0.8, any::<i64>()), 0..300), narrow in 0_u32..64, real in any::<bool>()) {
            let mut samples = Samples { real, ..Samples::default() };
            for (round, cell) in cells.iter().enumerate() {
                if let Some(value) = cell {
                    samples.push(round as u32, value >> narrow);
                }
            }
            let mut read = Samples { rounds: vec![1], values: vec![2], real: !real };
            prop_assert_eq!(decode(&encode(&samples, cells.len()), cells.len(), &mut read), Ok(()));
            prop_assert_eq!(&read, &samples);
            for (round, cell) in cells.iter().enumerate() {
                prop_assert_eq!(read.get(round), cell.map(|value| value >> narrow));
            }
            prop_assert_eq!(read.get(cells.len()), None);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80), rounds in 0_usize..300) {
            let _ = decode(&bytes, rounds, &mut Samples::default());
        }
    }

    #[test]
    fn the_bytes_are_these() {
        let samples = Samples { rounds: vec![0, 1, 2, 3], values: vec![4, 7, 4, 5], real: false };
        assert_eq!(encode(&samples, 4), [1, 4, 0, 1, 8, 2, 0, 0b01_00_11]);
        let samples = Samples { rounds: vec![1, 8], values: vec![-1, -1], real: false };
        assert_eq!(encode(&samples, 10), [1, 10, 1, 0b1111_1101, 0b10, 0, 1]);
        let half = real::image(0.5);
        let samples = Samples { rounds: vec![0, 1], values: vec![half, half], real: true };
        assert_eq!(encode(&samples, 2), [2, 2, 0, 1, 0, 10]);
    }

    #[test]
    fn a_chunk_of_another_version_or_another_length_is_refused() {
        let mut bytes = encode(&Samples { rounds: vec![0], values: vec![1], real: false }, 1);
        assert_eq!(decode(&bytes, 2, &mut Samples::default()), Err(Malformed));
        bytes[0] = 9;
        assert_eq!(decode(&bytes, 1, &mut Samples::default()), Err(Malformed));
    }
}
