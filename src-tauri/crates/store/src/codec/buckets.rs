//! Buckets of a rollup as bytes: figures over the samples of one slot of time. Count, smallest and largest are exact;
//! the mean is kept to a thousandth of the distance between those two, because exact sums were a third of the size.
//!
//! Shape: `count of buckets`, runs of filled slots (`gap, length` until all are named), then blocks of up to 48
//! buckets, in each four columns (samples, smallest, range, share) packed into as many bits as the widest needs.

use super::Malformed;
use super::varint::{Input, fold, put, unfold};

/// Long enough that headers do not count, short enough that one outlier does not widen a whole day.
const BLOCK: usize = 48;
/// Flag in a width byte: the column holds differences of neighbours.
const DIFFERENCES: u8 = 0x80;
/// In place of a width byte: the numbers end in this many zero bits each, as sizes in whole pages do; then the column.
const SHIFTED: u8 = 0x7f;
/// Fewer zero bits are not worth their two bytes.
const LEAST_SHIFT: u32 = 3;

/// Figures over the samples of one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// Which slot of the row's span of time.
    pub(crate) slot: u32,
    /// Number of samples, at least one.
    pub(crate) count: u64,
    /// Smallest sample.
    pub(crate) min: i64,
    /// Largest sample.
    pub(crate) max: i64,
    /// Sum of the samples' distances from the smallest, so that it needs few bits and stays exact.
    pub(crate) excess: u64,
}

impl Bucket {
    /// A bucket of one sample.
    pub(crate) const fn of(slot: u32, value: i64) -> Self {
        Self { slot, count: 1, min: value, max: value, excess: 0 }
    }

    /// Takes in the samples of another bucket.
    pub(crate) fn merge(&mut self, other: &Self) {
        let min = self.min.min(other.min);
        let lift = |bucket: &Self| bucket.min.abs_diff(min).saturating_mul(bucket.count).saturating_add(bucket.excess);
        self.excess = lift(self).saturating_add(lift(other));
        self.count += other.count;
        self.min = min;
        self.max = self.max.max(other.max);
    }

    /// Sum of the samples.
    pub(crate) fn sum(&self) -> f64 {
        self.min as f64 * self.count as f64 + self.excess as f64
    }
}

/// Writes buckets with rising slots.
pub(crate) fn encode(buckets: &[Bucket]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(16 + buckets.len() * 4);
    put(&mut bytes, buckets.len() as u64);
    let mut end = 0;
    let consecutive = |pair: &Bucket, next: &Bucket| next.slot == pair.slot + 1;
    for run in buckets.chunk_by(consecutive) {
        let first = run.first().map_or(0, |bucket| bucket.slot);
        put(&mut bytes, u64::from(first - end));
        put(&mut bytes, run.len() as u64);
        end = first + run.len() as u32;
    }
    let mut column = Vec::with_capacity(BLOCK);
    for block in buckets.chunks(BLOCK) {
        for pick in COLUMNS {
            column.clear();
            column.extend(block.iter().map(pick));
            pack(&mut bytes, &mut column);
        }
    }
    bytes
}

/// Folded, so that all columns are unsigned; in the order of the columns in a block.
const COLUMNS: [fn(&Bucket) -> u64; 4] = [|b| b.count, |b| fold(b.min), range, share];

const fn range(bucket: &Bucket) -> u64 {
    bucket.max.wrapping_sub(bucket.min) as u64
}

/// Largest share: ten bits.
const WHOLE: u128 = 1_023;

/// Where the mean lies between smallest and largest: the excess itself while it is small, else its share in the
/// largest one possible, in parts of [`WHOLE`].
fn share(bucket: &Bucket) -> u64 {
    let most = u128::from(range(bucket)) * u128::from(bucket.count);
    let excess = u128::from(bucket.excess).min(most);
    if most <= WHOLE { excess as u64 } else { ((excess * WHOLE + most / 2) / most) as u64 }
}

/// The reverse of [`share`], to within half a part.
fn excess(share: u64, range: u64, count: u64) -> u64 {
    let most = u128::from(range) * u128::from(count);
    let excess = if most <= WHOLE { u128::from(share) } else { (u128::from(share) * most + WHOLE / 2) / WHOLE };
    u64::try_from(excess).unwrap_or(u64::MAX)
}

/// Reads buckets and gives them to `take` in the order of their slots.
pub(crate) fn decode(bytes: &[u8], mut take: impl FnMut(Bucket)) -> Result<(), Malformed> {
    let mut input = Input(bytes);
    let total = usize::try_from(input.number()?).map_err(|_| Malformed)?;
    let mut runs = input;
    let mut named = 0_usize;
    while named < total {
        input.number()?;
        let length = usize::try_from(input.number()?).map_err(|_| Malformed)?;
        named = named.checked_add(length).filter(|named| length > 0 && *named <= total).ok_or(Malformed)?;
    }
    let (mut slot, mut left_in_run) = (0_u64, 0_u64);
    let mut columns = [[0_u64; BLOCK]; 4];
    let mut done = 0;
    while done < total {
        let length = BLOCK.min(total - done);
        for column in &mut columns {
            unpack(&mut input, &mut column[..length])?;
        }
        let [counts, mins, ranges, shares] = &columns;
        for index in 0..length {
            if left_in_run == 0 {
                slot = slot.checked_add(runs.number()?).ok_or(Malformed)?;
                left_in_run = runs.number()?;
            }
            let min = unfold(mins[index]);
            take(Bucket {
                slot: u32::try_from(slot).map_err(|_| Malformed)?,
                count: counts[index],
                min,
                max: min.wrapping_add(ranges[index] as i64),
                excess: excess(shares[index], ranges[index], counts[index]),
            });
            slot += 1;
            left_in_run -= 1;
        }
        done += length;
    }
    Ok(())
}

/// All buckets of `bytes`.
pub(crate) fn decode_all(bytes: &[u8]) -> Result<Vec<Bucket>, Malformed> {
    let mut buckets = Vec::new();
    decode(bytes, |bucket| buckets.push(bucket))?;
    Ok(buckets)
}

const fn width_of(value: u64) -> u32 {
    64 - value.leading_zeros()
}

/// Writes a column either as distances from its smallest value or as differences of neighbours, whichever is narrower.
fn pack(into: &mut Vec<u8>, column: &mut [u64]) {
    let shift = column.iter().fold(0, |bits, value| bits | value).trailing_zeros();
    if (LEAST_SHIFT..64).contains(&shift) {
        into.extend([SHIFTED, shift as u8]);
        for value in column.iter_mut() {
            *value >>= shift;
        }
    }
    let (Some(first), Some(low), Some(high)) = (column.first(), column.iter().min(), column.iter().max()) else {
        return;
    };
    let plain = width_of(high - low);
    let difference = |pair: &[u64]| match pair {
        [before, after] => fold(after.wrapping_sub(*before) as i64),
        _ => 0,
    };
    let stepped = column.windows(2).map(|pair| width_of(difference(pair))).max().unwrap_or_default();
    let mut bits = Bits::default();
    if stepped < plain {
        into.push(stepped as u8 | DIFFERENCES);
        put(into, *first);
        column.windows(2).for_each(|pair| bits.put(into, difference(pair), stepped));
    } else {
        into.push(plain as u8);
        put(into, *low);
        for value in column.iter() {
            bits.put(into, value - low, plain);
        }
    }
    bits.finish(into);
}

fn unpack(input: &mut Input<'_>, column: &mut [u64]) -> Result<(), Malformed> {
    let byte = |input: &mut Input<'_>| input.bytes(1)?.first().copied().ok_or(Malformed);
    let mut header = byte(input)?;
    let mut shift = 0;
    if header == SHIFTED {
        shift = u32::from(byte(input)?);
        header = byte(input)?;
    }
    let width = u32::from(header & !DIFFERENCES);
    if width > 64 || shift > 63 {
        return Err(Malformed);
    }
    let start = input.number()?;
    let differences = header & DIFFERENCES != 0;
    let packed = column.len() - usize::from(differences);
    let bytes = input.bytes((packed * width as usize).div_ceil(8))?;
    if differences {
        let mut value = start;
        for (index, cell) in column.iter_mut().enumerate() {
            if index > 0 {
                value = value.wrapping_add(unfold(bits_at(bytes, index - 1, width)) as u64);
            }
            *cell = value;
        }
    } else {
        for (index, cell) in column.iter_mut().enumerate() {
            *cell = start.wrapping_add(bits_at(bytes, index, width));
        }
    }
    if shift > 0 {
        for cell in column {
            *cell <<= shift;
        }
    }
    Ok(())
}

/// Collects bits, the lowest first.
#[derive(Default)]
struct Bits {
    held: u128,
    length: u32,
}

impl Bits {
    fn put(&mut self, into: &mut Vec<u8>, value: u64, width: u32) {
        self.held |= u128::from(value) << self.length;
        self.length += width;
        while self.length >= 8 {
            into.push(self.held as u8);
            self.held >>= 8;
            self.length -= 8;
        }
    }

    fn finish(self, into: &mut Vec<u8>) {
        if self.length > 0 {
            into.push(self.held as u8);
        }
    }
}

/// The `index`-th number of `width` bits.
fn bits_at(bytes: &[u8], index: usize, width: u32) -> u64 {
    if width == 0 {
        return 0;
    }
    let start = index * width as usize;
    let (byte, shift) = (start / 8, start % 8);
    let tail = bytes.get(byte..).unwrap_or_default();
    let word = match tail.first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => tail.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    let mut value = word >> shift;
    // Only numbers of more than 57 bits can reach into a ninth byte.
    if shift as u32 + width > 64 {
        value |= u64::from(tail.get(8).copied().unwrap_or_default()) << (64 - shift);
    }
    if width == 64 { value } else { value & ((1 << width) - 1) }
}

/// Merges `fresh` into `stored`, both with rising slots: a fresh bucket replaces a stored one of the same slot unless
/// it knows of fewer samples, because then the samples behind the stored one are gone already.
pub(crate) fn replace(stored: &[Bucket], fresh: &[Bucket]) -> Vec<Bucket> {
    let mut merged: std::collections::BTreeMap<u32, Bucket> =
        stored.iter().map(|bucket| (bucket.slot, *bucket)).collect();
    for bucket in fresh {
        let kept = merged.entry(bucket.slot).or_insert(*bucket);
        if bucket.count >= kept.count {
            *kept = *bucket;
        }
    }
    merged.into_values().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bucket() -> impl Strategy<Value = (bool, u64, i64, u32, u64)> {
        (any::<bool>(), 1_u64..1_000, any::<i64>(), any::<u32>(), any::<u64>())
    }

    proptest! {
        #[test]
        fn buckets_come_back(cells in prop::collection::vec(bucket(), 0..300), narrow in 0_u32..64) {
            let buckets: Vec<Bucket> = cells.iter().enumerate().filter(|(_, cell)| cell.0).map(|(slot, cell)| {
                let min = cell.2 >> narrow;
                let max = min.saturating_add(i64::from(cell.3) >> (narrow / 2));
                let most = (max - min) as u64 * cell.1;
                Bucket { slot: slot as u32, count: cell.1, min, max, excess: if most == 0 { 0 } else { cell.4 % (most + 1) } }
            }).collect();
            let read = decode_all(&encode(&buckets)).unwrap();
            prop_assert_eq!(read.len(), buckets.len());
            for (read, bucket) in read.iter().zip(&buckets) {
                prop_assert_eq!(Bucket { excess: 0, ..*read }, Bucket { excess: 0, ..*bucket });
                let most = (bucket.max - bucket.min) as u64 * bucket.count;
                let allowed = if most <= 1_023 { 0 } else { most / 2_046 + 1 };
                prop_assert!(read.excess.abs_diff(bucket.excess) <= allowed, "{:?} {:?}", read, bucket);
            }
            // What was written once is not changed by being merged and written again.
            prop_assert_eq!(decode_all(&encode(&read)), Ok(read));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = decode(&bytes, |_| {});
        }

        #[test]
        fn merging_is_as_counting_all_samples(first in prop::collection::vec(-1_000_i64..1_000, 1..20), second in prop::collection::vec(-1_000_i64..1_000, 1..20)) {
            let fold_up = |samples: &[i64]| samples.iter().skip(1).fold(Bucket::of(7, samples[0]), |mut all, value| {
                all.merge(&Bucket::of(7, *value));
                all
            });
            let mut merged = fold_up(&first);
            merged.merge(&fold_up(&second));
            let all: Vec<_> = first.iter().chain(&second).copied().collect();
            prop_assert_eq!(merged.count, all.len() as u64);
            prop_assert_eq!(merged.min, *all.iter().min().unwrap());
            prop_assert_eq!(merged.max, *all.iter().max().unwrap());
            prop_assert_eq!(merged.sum(), all.iter().sum::<i64>() as f64);
        }
    }

    #[test]
    fn a_constant_day_takes_a_few_dozen_bytes() {
        let day: Vec<_> = (0..288).map(|slot| Bucket { slot, count: 10, min: 4_000, max: 4_000, excess: 0 }).collect();
        assert!(encode(&day).len() < 80, "{}", encode(&day).len());
    }

    #[test]
    fn sizes_in_whole_pages_take_no_room_for_their_zeros() {
        let day = |page: i64| -> Vec<_> {
            let size = |slot: u32| i64::from(slot * 7_919 % 1_000) * page;
            (0..288).map(|slot| Bucket { slot, count: 1, min: size(slot), max: size(slot), excess: 0 }).collect()
        };
        assert!(encode(&day(4_096)).len() <= encode(&day(1)).len() + 30);
        assert_eq!(decode_all(&encode(&day(4_096))), Ok(day(4_096)));
    }

    #[test]
    fn fewer_samples_do_not_replace_more() {
        let stored =
            [Bucket { slot: 1, count: 10, ..Bucket::default() }, Bucket { slot: 2, count: 1, ..Bucket::default() }];
        let fresh = [Bucket::of(1, 5), Bucket::of(2, 6), Bucket::of(3, 7)];
        let counts: Vec<_> =
            replace(&stored, &fresh).iter().map(|bucket| (bucket.slot, bucket.count, bucket.max)).collect();
        assert_eq!(counts, [(1, 10, 0), (2, 1, 6), (3, 1, 7)]);
    }
}
