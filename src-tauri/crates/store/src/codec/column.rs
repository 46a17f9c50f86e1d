//! A column of integers in few bits: neighbours of a series lie close together, so a block of thirty is written as
//! distances from its smallest value, or from one value to the next, in as many bits as the widest distance needs.
//!
//! Shape: first byte 0: all are alike, the value follows. Else the byte is one more than the number of zero bits in
//! which all distances from the first value end (sizes in whole pages do); the first value; then blocks of up to 30 of
//! the others: `width` (bit 7: from one to the next), `base` (the smallest distance from the value before the block, or
//! the smallest step), the distances from the base, packed.

use super::Malformed;
use super::bits::{Bits, bits_at, width_of};
use super::varint::{Input, fold, put_signed};

/// Long enough that headers do not count, short enough that one outlier does not widen a whole chunk.
const BLOCK: usize = 30;
/// Flag in a width byte: distances are from one value to the next.
const STEPS: u8 = 0x80;

/// Appends a column; one without values takes no bytes.
pub(crate) fn encode(into: &mut Vec<u8>, values: &[i64]) {
    let Some((first, others)) = values.split_first() else { return };
    let apart = others.iter().fold(0, |bits, value| bits | value.wrapping_sub(*first));
    if apart == 0 {
        into.push(0);
        put_signed(into, *first);
        return;
    }
    let shift = apart.trailing_zeros();
    into.push(shift as u8 + 1);
    put_signed(into, *first);
    let mut before = 0;
    let mut cells = [0; BLOCK];
    for block in others.chunks(BLOCK) {
        for (cell, value) in cells.iter_mut().zip(block) {
            *cell = value.wrapping_sub(*first) >> shift;
        }
        let cells = &cells[..block.len()];
        pack(into, before, cells);
        before = cells.last().copied().unwrap_or(before);
    }
}

/// Reads a column of `count` values into `values`, in place of what was there.
pub(crate) fn decode(input: &mut Input<'_>, count: usize, values: &mut Vec<i64>) -> Result<(), Malformed> {
    values.clear();
    if count == 0 {
        return Ok(());
    }
    let head = byte(input)?;
    let first = input.signed()?;
    let Some(shift) = u32::from(head).checked_sub(1) else {
        values.resize(count, first);
        return Ok(());
    };
    if shift > 63 {
        return Err(Malformed);
    }
    values.push(first);
    let mut value = 0_i64;
    let mut left = count - 1;
    while left > 0 {
        let length = left.min(BLOCK);
        let head = byte(input)?;
        let base = input.signed()?;
        let width = u32::from(head & !STEPS);
        if width > 64 {
            return Err(Malformed);
        }
        let packed = input.bytes((length * width as usize).div_ceil(8))?;
        let origin = value.wrapping_add(base);
        for index in 0..length {
            let distance = bits_at(packed, index, width) as i64;
            value = if head & STEPS == 0 { origin } else { value.wrapping_add(base) }.wrapping_add(distance);
            values.push(first.wrapping_add(value << shift));
        }
        left -= length;
    }
    Ok(())
}

/// Writes a block in the shorter of the two ways.
fn pack(into: &mut Vec<u8>, before: i64, cells: &[i64]) {
    let mut last = before;
    let (mut low, mut high, mut least, mut most) = (i64::MAX, i64::MIN, i64::MAX, i64::MIN);
    for cell in cells {
        let step = cell.wrapping_sub(last);
        (low, high) = (low.min(*cell), high.max(*cell));
        (least, most) = (least.min(step), most.max(step));
        last = *cell;
    }
    let base = low.wrapping_sub(before);
    let plain = width_of(high.wrapping_sub(low) as u64);
    let stepped = width_of(most.wrapping_sub(least) as u64);
    let mut bits = Bits::default();
    if length(stepped, least, cells.len()) < length(plain, base, cells.len()) {
        into.push(stepped as u8 | STEPS);
        put_signed(into, least);
        let mut last = before;
        for cell in cells {
            bits.put(into, cell.wrapping_sub(last).wrapping_sub(least) as u64, stepped);
            last = *cell;
        }
    } else {
        into.push(plain as u8);
        put_signed(into, base);
        for cell in cells {
            bits.put(into, cell.wrapping_sub(low) as u64, plain);
        }
    }
    bits.finish(into);
}

/// Bytes of a block after its first.
const fn length(width: u32, base: i64, count: usize) -> usize {
    (width as usize * count).div_ceil(8) + (width_of(fold(base) | 1) as usize).div_ceil(7)
}

fn byte(input: &mut Input<'_>) -> Result<u8, Malformed> {
    input.bytes(1)?.first().copied().ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(values: &[i64]) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(&mut bytes, values);
        bytes
    }

    proptest! {
        #[test]
        fn columns_come_back(cells in prop::collection::vec(any::<i64>(), 0..200), narrow in 0_u32..64, zeros in 0_u32..20) {
            let values: Vec<_> = cells.iter().map(|cell| (cell >> narrow).wrapping_shl(zeros)).collect();
            let bytes = written(&values);
            let mut input = Input(&bytes);
            let mut read = vec![7];
            prop_assert_eq!(decode(&mut input, values.len(), &mut read), Ok(()));
            prop_assert_eq!(read, values);
            prop_assert!(input.is_empty());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80), count in 0_usize..300) {
            let _ = decode(&mut Input(&bytes), count, &mut Vec::new());
        }
    }

    #[test]
    fn the_bytes_are_these() {
        assert!(written(&[]).is_empty());
        assert_eq!(written(&[5, 5, 5]), [0, 10]);
        // Distances 3, 0, 1 from the smallest, two bits each.
        assert_eq!(written(&[4, 7, 4, 5]), [1, 8, 2, 0, 0b01_00_11]);
        // Steps of a page: shifted by twelve bits, all steps alike.
        assert_eq!(written(&[0, 4_096, 8_192, 12_288]), [13, 0, 0x80, 2]);
    }
}
