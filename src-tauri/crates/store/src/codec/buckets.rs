//! Buckets of a rollup as bytes: figures over the samples of one slot of time. Count, smallest and largest are exact;
//! the mean is kept to a thousandth of the distance between those two, because exact sums were a third of the size.
//!
//! Shape: `count of buckets`, runs of filled slots (`gap, length` until all are named), then blocks of up to 48
//! buckets, in each four columns (samples, smallest, range, share) packed into as many bits as the widest needs.
//!
//! Buckets of a series of real numbers begin with a zero, because a row has at least one bucket, and a version; what
//! follows is written in [`real_buckets`], where sums are as exact as additions are.

use super::bits::{Bits, bits_at, width_of};
use super::varint::{Input, fold, put, unfold};
use super::{Malformed, real, real_buckets};

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
    /// Whether the samples are real numbers: then smallest and largest are [`real::image`]s, and `excess` is not what it
    /// says but the bits of the sum.
    pub(crate) real: bool,
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
        Self { slot, real: false, count: 1, min: value, max: value, excess: 0 }
    }

    /// A bucket of one sample that is a real number.
    pub(crate) const fn of_real(slot: u32, image: i64) -> Self {
        Self { slot, real: true, count: 1, min: image, max: image, excess: real::value(image).to_bits() }
    }

    /// Takes in the samples of another bucket.
    pub(crate) fn merge(&mut self, other: &Self) {
        if self.real {
            self.excess = real_sum(self.sum() + other.sum());
            self.count += other.count;
            (self.min, self.max) = (self.min.min(other.min), self.max.max(other.max));
            return;
        }
        let min = self.min.min(other.min);
        let lift = |bucket: &Self| bucket.min.abs_diff(min).saturating_mul(bucket.count).saturating_add(bucket.excess);
        self.excess = lift(self).saturating_add(lift(other));
        self.count += other.count;
        self.min = min;
        self.max = self.max.max(other.max);
    }

    /// Sum of the samples.
    pub(crate) fn sum(&self) -> f64 {
        if self.real {
            return f64::from_bits(self.excess);
        }
        self.min as f64 * self.count as f64 + self.excess as f64
    }
}

/// A sum as it is kept: of the largest numbers there are, it stays one.
pub(crate) const fn real_sum(sum: f64) -> u64 {
    sum.clamp(f64::MIN, f64::MAX).to_bits()
}

/// Writes buckets with rising slots.
pub(crate) fn encode(buckets: &[Bucket]) -> Vec<u8> {
    if buckets.first().is_some_and(|bucket| bucket.real) {
        return real_buckets::encode(buckets);
    }
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
    if total == 0 && !input.is_empty() {
        return real_buckets::decode(&mut input, take);
    }
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
                real: false,
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
mod tests;
