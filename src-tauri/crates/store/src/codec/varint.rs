//! Integers of any size in as few bytes as they need: seven bits a byte, the lowest first, the high bit set on all
//! but the last. Signed ones are folded first, so that small negative numbers stay short.

use super::Malformed;

/// Appends `value`.
pub(crate) fn put(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

/// Appends a signed value.
pub(crate) fn put_signed(into: &mut Vec<u8>, value: i64) {
    put(into, fold(value));
}

/// 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4.
pub(crate) const fn fold(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// The reverse of [`fold`].
pub(crate) const fn unfold(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Reads from the front of a slice.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    /// Whether nothing is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next number.
    pub(crate) fn number(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        let mut shift = 0;
        for (index, byte) in self.0.iter().enumerate() {
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                self.0 = &self.0[index + 1..];
                return Ok(value);
            }
            shift += 7;
            if shift > 63 {
                return Err(Malformed);
            }
        }
        Err(Malformed)
    }

    /// The next signed number.
    pub(crate) fn signed(&mut self) -> Result<i64, Malformed> {
        self.number().map(unfold)
    }

    /// The next `length` bytes.
    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (head, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(head)
    }

    /// Passes over `count` numbers without reading them, eight bytes at a time where it can.
    pub(crate) fn skip(&mut self, mut count: usize) -> Result<(), Malformed> {
        while count > 8 {
            let Some(word) = self.0.first_chunk::<8>() else { break };
            // Bytes with a clear high bit end a number.
            count -= (!u64::from_le_bytes(*word) & 0x8080_8080_8080_8080).count_ones() as usize;
            self.0 = &self.0[8..];
        }
        for _ in 0..count {
            let end = self.0.iter().position(|byte| byte & 0x80 == 0).ok_or(Malformed)?;
            self.0 = &self.0[end + 1..];
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back_and_are_skipped_alike(numbers in prop::collection::vec(any::<i64>(), 0..60), at in 0_usize..60) {
            let mut bytes = Vec::new();
            for number in &numbers {
                put_signed(&mut bytes, *number);
            }
            let mut input = Input(&bytes);
            for number in &numbers {
                prop_assert_eq!(input.signed(), Ok(*number));
            }
            prop_assert!(input.is_empty());
            let at = at.min(numbers.len());
            let mut input = Input(&bytes);
            prop_assert_eq!(input.skip(at), Ok(()));
            prop_assert_eq!(input.signed().ok(), numbers.get(at).copied());
        }

        #[test]
        fn small_numbers_are_skipped_alike(numbers in prop::collection::vec(-90_i64..90, 0..200), at in 0_usize..200) {
            let mut bytes = Vec::new();
            for number in &numbers {
                put_signed(&mut bytes, *number);
            }
            let at = at.min(numbers.len());
            let mut input = Input(&bytes);
            prop_assert_eq!(input.skip(at), Ok(()));
            prop_assert_eq!(input.signed().ok(), numbers.get(at).copied());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40), count in 0_usize..50) {
            let mut input = Input(&bytes);
            while input.number().is_ok() {}
            let _ = Input(&bytes).skip(count);
        }
    }

    #[test]
    fn short_numbers_take_one_byte() {
        for (number, length) in [(0, 1), (63, 1), (-64, 1), (64, 2), (8_191, 2), (8_192, 3), (i64::MIN, 10)] {
            let mut bytes = Vec::new();
            put_signed(&mut bytes, number);
            assert_eq!(bytes.len(), length, "{number}");
        }
    }
}
