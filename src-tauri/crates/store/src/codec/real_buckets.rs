//! Buckets over real numbers as bytes, told from others by the zero in front ([`super::buckets`]). Smallest, largest and
//! sum come back bit by bit.
//!
//! Shape: 0, version, count of buckets, column of slots, column of counts, then three real columns: smallest, largest, sum.

use super::buckets::Bucket;
use super::varint::{Input, put};
use super::{Malformed, column, real};

const VERSION: u8 = 1;
/// A day has 288 slots, a week of hours 168.
const MOST: u64 = 4_096;

/// Writes buckets with rising slots.
pub(crate) fn encode(buckets: &[Bucket]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(16 + buckets.len() * 12);
    bytes.extend([0, VERSION]);
    put(&mut bytes, buckets.len() as u64);
    let mut values = Vec::with_capacity(buckets.len());
    let mut column = |pick: fn(&Bucket) -> i64, write: fn(&mut Vec<u8>, &[i64])| {
        values.clear();
        values.extend(buckets.iter().map(pick));
        write(&mut bytes, &values);
    };
    column(|bucket| i64::from(bucket.slot), column::encode);
    column(|bucket| bucket.count.cast_signed(), column::encode);
    column(|bucket| bucket.min, real::encode);
    column(|bucket| bucket.max, real::encode);
    column(|bucket| real::image(bucket.sum()), real::encode);
    bytes
}

/// Reads what follows the zero, and gives buckets to `take` in the order of their slots.
pub(crate) fn decode(input: &mut Input<'_>, mut take: impl FnMut(Bucket)) -> Result<(), Malformed> {
    if input.bytes(1)? != [VERSION] {
        return Err(Malformed);
    }
    let count = input.number()?;
    if count > MOST {
        return Err(Malformed);
    }
    let mut columns: [Vec<i64>; 5] = Default::default();
    for (number, values) in columns.iter_mut().enumerate() {
        let read = if number < 2 { column::decode } else { real::decode };
        read(input, count as usize, values)?;
    }
    let [slots, counts, mins, maxs, sums] = &columns;
    let figures = mins.iter().zip(maxs).zip(sums);
    for ((slot, samples), ((min, max), sum)) in slots.iter().zip(counts).zip(figures) {
        take(Bucket {
            slot: u32::try_from(*slot).map_err(|_| Malformed)?,
            real: true,
            count: u64::try_from(*samples).map_err(|_| Malformed)?.max(1),
            min: *min,
            max: *max,
            excess: real::value(*sum).to_bits(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::buckets;
    use super::*;

    fn over(slot: u32, values: &[f64]) -> Bucket {
        let mut bucket = Bucket::of_real(slot, real::image(values[0]));
        values[1..].iter().for_each(|value| bucket.merge(&Bucket::of_real(slot, real::image(*value))));
        bucket
    }

    proptest! {
        #[test]
        fn buckets_come_back_bit_by_bit(
            cells in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<f64>().prop_filter("finite", |one| one.is_finite()), 1..5)), 1..300),
        ) {
            let whole: Vec<Bucket> = cells.iter().enumerate().filter(|(_, cell)| cell.0).map(|(slot, cell)| over(slot as u32, &cell.1)).collect();
            prop_assert_eq!(buckets::decode_all(&buckets::encode(&whole)), Ok(whole));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80), count in 0_u64..300) {
            let mut whole = vec![0, VERSION];
            put(&mut whole, count);
            whole.extend(&bytes);
            let _ = buckets::decode(&whole, |_| {});
        }
    }

    #[test]
    fn figures_are_those_of_the_samples() {
        let bucket = over(3, &[0.1, -0.0, 1e18, -5.5]);
        assert_eq!((bucket.count, real::value(bucket.min), real::value(bucket.max)), (4, -5.5, 1e18));
        assert_eq!(bucket.sum(), 0.1 + -0.0 + 1e18 - 5.5);
        let huge = over(0, &[f64::MAX, f64::MAX, f64::MAX]);
        assert!(huge.sum().is_finite(), "a sum beyond all numbers would be no number at all");
    }
}
