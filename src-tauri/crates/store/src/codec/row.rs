//! One round as bytes. A row holds the clocks and, in the order of its layout, how far each value lies from the
//! layout's base; what has no value in the round is marked in a bitmap and takes no further room.
//!
//! Sizes that usually are whole pages are written as pages: an even number is twice the pages, an odd one the bytes.
//!
//! Shape: `interval, drift, asleep` (numbers), flag byte (1: a bitmap follows), bitmap (bit set: no value), values.

use super::Malformed;
use super::varint::{Input, fold, put, put_signed, unfold};

/// The clocks of a round, relative to those of its epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clocks {
    /// Planned time between rounds, ms.
    pub(crate) interval: i64,
    /// How far the wall clock ran apart from elapsed time since the epoch began, ms.
    pub(crate) drift: i64,
    /// Time asleep since the epoch began, ms.
    pub(crate) asleep: i64,
}

/// What the values of a slot are written against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Base {
    /// A typical value.
    pub(crate) value: i64,
    /// Whether values are nearly always whole pages.
    pub(crate) pages: bool,
}

const PAGE: i64 = 4_096;

impl Base {
    /// Values of at most this size can be written, whatever the base: distances of two of them, doubled, still fit.
    pub(crate) const LIMIT: i64 = 1 << 60;

    fn put(self, into: &mut Vec<u8>, value: i64) {
        let distance = value.wrapping_sub(self.value);
        match (self.pages, distance % PAGE) {
            (false, _) => put_signed(into, distance),
            (true, 0) => put(into, fold(distance / PAGE) << 1),
            (true, _) => put(into, fold(distance) << 1 | 1),
        }
    }

    fn get(self, input: &mut Input<'_>) -> Result<i64, Malformed> {
        let number = input.number()?;
        let distance = match (self.pages, number & 1) {
            (false, _) => unfold(number),
            (true, 0) => unfold(number >> 1).wrapping_mul(PAGE),
            (true, _) => unfold(number >> 1),
        };
        Ok(distance.wrapping_add(self.value))
    }
}

/// Appends a row. `values` and `base` are as long as the layout, and no value lies beyond [`Base::LIMIT`].
pub(crate) fn encode(into: &mut Vec<u8>, clocks: Clocks, values: &[Option<i64>], base: &[Base]) {
    put_signed(into, clocks.interval);
    put_signed(into, clocks.drift);
    put_signed(into, clocks.asleep);
    let complete = values.iter().all(Option::is_some);
    into.push(u8::from(!complete));
    if !complete {
        for group in values.chunks(8) {
            let missing = group.iter().enumerate().filter(|(_, value)| value.is_none());
            into.push(missing.fold(0, |bits, (index, _)| bits | 1 << index));
        }
    }
    for (value, base) in values.iter().zip(base) {
        if let Some(value) = value {
            base.put(into, *value);
        }
    }
}

/// A row that was opened: clocks read, values not yet.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Its clocks.
    pub(crate) clocks: Clocks,
    missing: Option<&'a [u8]>,
    values: Input<'a>,
}

impl<'a> Row<'a> {
    /// Reads the clocks of a row whose layout has `length` series.
    pub(crate) fn open(bytes: &'a [u8], length: usize) -> Result<Self, Malformed> {
        let mut input = Input(bytes);
        let clocks = Clocks { interval: input.signed()?, drift: input.signed()?, asleep: input.signed()? };
        let missing = match input.bytes(1)? {
            [0] => None,
            [1] => Some(input.bytes(length.div_ceil(8))?),
            _ => return Err(Malformed),
        };
        Ok(Self { clocks, missing, values: input })
    }

    fn has(&self, slot: usize) -> bool {
        self.missing.is_none_or(|bits| bits.get(slot / 8).is_some_and(|byte| byte & (1 << (slot % 8)) == 0))
    }

    /// Gives `take` every value with its slot.
    pub(crate) fn each(mut self, base: &[Base], mut take: impl FnMut(usize, i64)) -> Result<(), Malformed> {
        for (slot, base) in base.iter().enumerate() {
            if self.has(slot) {
                take(slot, base.get(&mut self.values)?);
            }
        }
        Ok(())
    }

    /// Gives `take` the values of some slots, in rising order, with their position in `slots`.
    pub(crate) fn some(
        mut self,
        base: &[Base],
        slots: &[(usize, usize)],
        mut take: impl FnMut(usize, i64),
    ) -> Result<(), Malformed> {
        let mut at = 0;
        for (slot, position) in slots {
            let passed = (at..*slot).filter(|slot| self.has(*slot));
            let passed = if self.missing.is_none() { slot - at } else { passed.count() };
            self.values.skip(passed)?;
            at = slot + 1;
            if self.has(*slot) {
                let base = base.get(*slot).copied().unwrap_or_default();
                take(*position, base.get(&mut self.values)?);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = i64> {
        (-Base::LIMIT..=Base::LIMIT, 0_u32..60, any::<bool>())
            .prop_map(|(value, narrow, whole)| if whole { (value >> narrow) / PAGE * PAGE } else { value >> narrow })
    }

    proptest! {
        #[test]
        fn rows_come_back_whole_and_in_part(
            cells in prop::collection::vec((prop::option::weighted(0.8, value()), value(), any::<bool>(), any::<bool>()), 0..70),
            interval in any::<i64>(), drift in any::<i64>(), asleep in any::<i64>(),
        ) {
            let values: Vec<_> = cells.iter().map(|cell| cell.0).collect();
            let base: Vec<_> = cells.iter().map(|cell| Base { value: cell.1, pages: cell.3 }).collect();
            let clocks = Clocks { interval, drift, asleep };
            let mut bytes = Vec::new();
            encode(&mut bytes, clocks, &values, &base);

            let row = Row::open(&bytes, values.len()).unwrap();
            prop_assert_eq!(row.clocks, clocks);
            let mut read = vec![None; values.len()];
            row.each(&base, |slot, value| read[slot] = Some(value)).unwrap();
            prop_assert_eq!(&read, &values);

            let wanted: Vec<_> = (0..cells.len()).filter(|slot| cells[*slot].2).enumerate().map(|(n, slot)| (slot, n)).collect();
            let mut part = vec![None; wanted.len()];
            row.some(&base, &wanted, |position, value| part[position] = Some(value)).unwrap();
            let expect: Vec<_> = wanted.iter().map(|(slot, _)| values[*slot]).collect();
            prop_assert_eq!(part, expect);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60), length in 0_usize..40) {
            let base: Vec<_> = (0..length).map(|slot| Base { value: 0, pages: slot % 2 == 0 }).collect();
            if let Ok(row) = Row::open(&bytes, length) {
                let _ = row.each(&base, |_, _| {});
                let _ = row.some(&base, &[(length / 2, 0)], |_, _| {});
            }
        }
    }
}
