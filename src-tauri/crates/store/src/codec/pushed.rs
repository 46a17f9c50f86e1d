//! The pushed samples of one series in one sealed period as bytes. They have stamps of their own, because nobody pushes to
//! the beat of the rounds.
//!
//! Shape: version, count of samples, column of stamps in ms since the period began, column of how much later each sample
//! came than its stamp says, column of real values.

use super::varint::{Input, put};
use super::{Malformed, column, real};

const VERSION: u8 = 1;
/// A period has no more stamps than milliseconds.
const MOST: u64 = 7_200_000;

/// A pushed sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    /// Its stamp, ms.
    pub(crate) ts: i64,
    /// When it came, ms.
    pub(crate) seen: i64,
    /// Its value as [`real::image`].
    pub(crate) image: i64,
}

/// Writes samples, with rising stamps, of a period that begins at `start`.
pub(crate) fn encode(samples: &[Sample], start: i64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(32 + samples.len() * 4);
    bytes.push(VERSION);
    put(&mut bytes, samples.len() as u64);
    let stamps: Vec<i64> = samples.iter().map(|sample| sample.ts.wrapping_sub(start)).collect();
    column::encode(&mut bytes, &stamps);
    let delays: Vec<i64> = samples.iter().map(|sample| sample.seen.wrapping_sub(sample.ts)).collect();
    column::encode(&mut bytes, &delays);
    let images: Vec<i64> = samples.iter().map(|sample| sample.image).collect();
    real::encode(&mut bytes, &images);
    bytes
}

/// Reads the samples of a period that begins at `start`, in the order of their stamps.
pub(crate) fn decode(bytes: &[u8], start: i64) -> Result<Vec<Sample>, Malformed> {
    let mut input = Input(bytes);
    if input.bytes(1)? != [VERSION] {
        return Err(Malformed);
    }
    let count = input.number()?;
    if count > MOST {
        return Err(Malformed);
    }
    let count = count as usize;
    let (mut stamps, mut delays, mut images) = (Vec::new(), Vec::new(), Vec::new());
    column::decode(&mut input, count, &mut stamps)?;
    column::decode(&mut input, count, &mut delays)?;
    real::decode(&mut input, count, &mut images)?;
    let sample = |((stamp, delay), image): ((i64, i64), i64)| {
        let ts = start.wrapping_add(stamp);
        Sample { ts, seen: ts.wrapping_add(delay), image }
    };
    Ok(stamps.into_iter().zip(delays).zip(images).map(sample).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn samples_come_back(cells in prop::collection::vec((0_i64..7_200_000, -60_000_i64..1 << 33, any::<i64>()), 0..200), start in -(1_i64 << 40)..1 << 45) {
            let mut samples: Vec<_> = cells.iter().map(|(at, late, image)| Sample { ts: start + at, seen: start + at + late, image: *image }).collect();
            samples.sort_by_key(|sample| sample.ts);
            prop_assert_eq!(decode(&encode(&samples, start), start), Ok(samples));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80), count in 0_u64..100) {
            let mut whole = vec![VERSION];
            put(&mut whole, count);
            whole.extend(&bytes);
            let _ = decode(&whole, 0);
            let _ = decode(&bytes, 0);
        }
    }

    #[test]
    fn the_bytes_are_these() {
        let sample = |ts, value| Sample { ts, seen: ts, image: real::image(value) };
        let samples = [sample(1_000, 5.0), sample(61_000, 5.0)];
        assert_eq!(encode(&samples, 0), [1, 2, 6, 208, 15, 0, 166, 29, 0, 0, 0, 0, 10]);
        let mut bytes = encode(&samples, 0);
        bytes[0] = 9;
        assert_eq!(decode(&bytes, 0), Err(Malformed));
    }
}
