//! Numbers of a fixed width of bits one after the other, the lowest bit first. What they mean is for the caller.

/// How many bits a number needs.
pub(crate) const fn width_of(value: u64) -> u32 {
    64 - value.leading_zeros()
}

/// Collects bits, the lowest first.
#[derive(Default)]
pub(crate) struct Bits {
    held: u128,
    length: u32,
}

impl Bits {
    /// Adds the lowest `width` bits of a number that has no others.
    pub(crate) fn put(&mut self, into: &mut Vec<u8>, value: u64, width: u32) {
        self.held |= u128::from(value) << self.length;
        self.length += width;
        while self.length >= 8 {
            into.push(self.held as u8);
            self.held >>= 8;
            self.length -= 8;
        }
    }

    /// Writes what is left, filled up to a whole byte.
    pub(crate) fn finish(self, into: &mut Vec<u8>) {
        if self.length > 0 {
            into.push(self.held as u8);
        }
    }
}

/// The `index`-th number of `width` bits.
pub(crate) fn bits_at(bytes: &[u8], index: usize, width: u32) -> u64 {
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
