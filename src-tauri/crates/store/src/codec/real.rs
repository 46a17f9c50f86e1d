//! Real numbers that come back bit by bit: as integers in the same order, and as a column.
//!
//! Shape of a column: first byte 0 to 9: all values are whole numbers divided by ten to that power, and a column of those
//! whole numbers follows. Else the byte is 255, and follow: the first value (8 bytes, lowest first), how many bytes the
//! bits of the others take, and those bits. A value is what differs from the value before: `0` nothing; `1 0` the bits of
//! the window before; `1 1` a new window (6 bits: zero bits in front, 6 bits: its width less one), then its bits.

use super::bits::{Bits, bits_at};
use super::varint::{Input, put};
use super::{Malformed, column};

/// Up to so many digits behind the point are tried.
const MOST_DIGITS: u8 = 9;
/// First byte of a column that is written as differing bits.
const BITS: u8 = 255;
/// Whole numbers up to this are exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A real number as an integer: smaller numbers become smaller integers, and no bit is lost.
pub(crate) const fn image(value: f64) -> i64 {
    flip(value.to_bits().cast_signed())
}

/// The reverse of [`image`].
pub(crate) const fn value(image: i64) -> f64 {
    f64::from_bits(flip(image).cast_unsigned())
}

/// Negative numbers are ordered by their size; all bits but the sign turn that round.
const fn flip(bits: i64) -> i64 {
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// Appends a column of [`image`]s in the shorter of the two ways; one without values takes no bytes.
pub(crate) fn encode(into: &mut Vec<u8>, images: &[i64]) {
    let Some(first) = images.first() else { return };
    let start = into.len();
    if let Some((digits, whole)) = decimal(images) {
        into.push(digits);
        column::encode(into, &whole);
    }
    let mut other = vec![BITS];
    other.extend(value(*first).to_le_bytes());
    let packed = differing(images);
    put(&mut other, packed.len() as u64);
    other.extend(packed);
    let length = into.len() - start;
    if length == 0 || other.len() < length {
        into.truncate(start);
        into.extend(other);
    }
}

/// Reads a column of `count` images into `images`, in place of what was there.
pub(crate) fn decode(input: &mut Input<'_>, count: usize, images: &mut Vec<i64>) -> Result<(), Malformed> {
    images.clear();
    if count == 0 {
        return Ok(());
    }
    match input.bytes(1)? {
        [BITS] => {}
        [digits] if *digits <= MOST_DIGITS => {
            column::decode(input, count, images)?;
            let power = power(*digits);
            for whole in images {
                *whole = image(*whole as f64 / power);
            }
            return Ok(());
        }
        _ => return Err(Malformed),
    }
    let first = input.bytes(8)?.first_chunk::<8>().ok_or(Malformed)?;
    let mut before = u64::from_le_bytes(*first);
    images.push(image(f64::from_bits(before)));
    let length = usize::try_from(input.number()?).map_err(|_| Malformed)?;
    let mut bits = Reading { bytes: input.bytes(length)?, at: 0 };
    let (mut lead, mut width) = (0, 64);
    for _ in 1..count {
        if bits.take(1)? == 1 {
            if bits.take(1)? == 1 {
                (lead, width) = (bits.take(6)? as u32, bits.take(6)? as u32 + 1);
            }
            let shift = 64_u32.checked_sub(lead + width).ok_or(Malformed)?;
            before ^= bits.take(width)? << shift;
        }
        images.push(image(f64::from_bits(before)));
    }
    Ok(())
}

const fn power(digits: u8) -> f64 {
    // Exact: powers of ten are up to 22.
    10_u64.pow(digits as u32) as f64
}

/// The values as whole numbers with as few digits behind the point as all of them need.
fn decimal(images: &[i64]) -> Option<(u8, Vec<i64>)> {
    let mut digits = 0;
    for one in images {
        while whole(value(*one), digits).is_none() {
            digits += 1;
            if digits > MOST_DIGITS {
                return None;
            }
        }
    }
    // More digits may be too many for a large value that needed none.
    Some((digits, images.iter().map(|one| whole(value(*one), digits)).collect::<Option<_>>()?))
}

/// The whole number that gives exactly this value when it is divided.
fn whole(value: f64, digits: u8) -> Option<i64> {
    let scaled = (value * power(digits)).round();
    let whole = (scaled.abs() <= EXACT).then_some(scaled as i64)?;
    ((whole as f64 / power(digits)).to_bits() == value.to_bits()).then_some(whole)
}

/// The bits in which each value differs from the one before.
fn differing(images: &[i64]) -> Vec<u8> {
    let (mut bytes, mut bits) = (Vec::new(), Bits::default());
    let (mut lead, mut width) = (0, 64);
    for pair in images.windows(2) {
        let [before, after] = pair else { continue };
        let apart = value(*before).to_bits() ^ value(*after).to_bits();
        if apart == 0 {
            bits.put(&mut bytes, 0, 1);
            continue;
        }
        let (own_lead, own_trail) = (apart.leading_zeros(), apart.trailing_zeros());
        let own_width = 64 - own_lead - own_trail;
        let fits = own_lead >= lead && own_trail >= 64 - lead - width;
        if fits && width <= own_width + 12 {
            bits.put(&mut bytes, 0b01, 2);
        } else {
            (lead, width) = (own_lead, own_width);
            bits.put(&mut bytes, 0b11 | u64::from(lead) << 2 | u64::from(width - 1) << 8, 14);
        }
        bits.put(&mut bytes, apart >> (64 - lead - width), width);
    }
    bits.finish(&mut bytes);
    bytes
}

/// Reads bits one after the other.
struct Reading<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reading<'_> {
    fn take(&mut self, width: u32) -> Result<u64, Malformed> {
        let end = self.at + width as usize;
        if end > self.bytes.len() * 8 {
            return Err(Malformed);
        }
        // Numbers of a fixed width may begin anywhere in the first byte.
        let (byte, shift) = (self.at / 8, self.at % 8);
        let tail = self.bytes.get(byte..).unwrap_or_default();
        let low = bits_at(tail, 0, 64) >> shift;
        let high = if shift == 0 { 0 } else { u64::from(tail.get(8).copied().unwrap_or_default()) << (64 - shift) };
        self.at = end;
        let both = low | high;
        Ok(if width == 64 { both } else { both & ((1 << width) - 1) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn real() -> impl Strategy<Value = f64> {
        prop_oneof![
            3 => any::<f64>().prop_filter("finite", |value| value.is_finite()),
            3 => (-1_000_000_i64..1_000_000, 0_i32..7).prop_map(|(n, digits)| n as f64 / 10_f64.powi(digits)),
            2 => (0_i64..1 << 53).prop_map(|n| n as f64),
            1 => prop::sample::select(vec![0.1, 1e-9, 1e18, 0.0, -0.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1.0 / 3.0]),
        ]
    }

    fn bytes_of(values: &[f64]) -> Vec<u8> {
        let images: Vec<i64> = values.iter().map(|value| image(*value)).collect();
        let mut bytes = Vec::new();
        encode(&mut bytes, &images);
        bytes
    }

    fn check(values: &[f64]) {
        let bytes = bytes_of(values);
        let mut input = Input(&bytes);
        let mut read = vec![7];
        decode(&mut input, values.len(), &mut read).unwrap();
        let read: Vec<u64> = read.iter().map(|one| value(*one).to_bits()).collect();
        assert_eq!(read, values.iter().map(|value| value.to_bits()).collect::<Vec<_>>());
        assert!(input.is_empty(), "what follows begins where it should");
    }

    proptest! {
        #[test]
        fn every_bit_comes_back(values in prop::collection::vec(real(), 0..200)) {
            check(&values);
        }

        #[test]
        fn a_smaller_number_is_a_smaller_integer(one in real(), other in real()) {
            prop_assert_eq!(image(one).cmp(&image(other)), one.total_cmp(&other));
            prop_assert_eq!(value(image(one)).to_bits(), one.to_bits());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80), count in 0_usize..60, head in prop::option::of(Just(BITS))) {
            let mut bytes = bytes;
            if let (Some(head), Some(first)) = (head, bytes.first_mut()) {
                *first = head;
            }
            let _ = decode(&mut Input(&bytes), count, &mut Vec::new());
        }
    }

    #[test]
    fn the_hard_ones_come_back() {
        check(&[0.1, 1e-9, 1e18, -0.0, 0.0, f64::MAX, f64::MIN, 5e-324, 0.1 + 0.2]);
        check(&[-0.0]);
        check(&[1.5; 1_000]);
    }

    #[test]
    fn the_bytes_are_these() {
        // Prices with two digits behind the point: 125, 150 and 199 hundredths.
        assert_eq!(bytes_of(&[1.25, 1.5, 1.99]), [2, 1, 250, 1, 6, 50, 0b0100_0000, 0b1100]);
        // Thirds fit no power of ten; the second one differs in nothing.
        let third = (1.0_f64 / 3.0).to_le_bytes();
        assert_eq!(bytes_of(&[1.0 / 3.0, 1.0 / 3.0]), [&[255], &third[..], &[1, 0]].concat());
    }

    /// The figures in `docs/metrics-format.md`.
    #[test]
    fn what_people_push_takes_few_bytes() {
        let mut noise = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move || {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            (noise >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut total = 0.0;
        let kinds: [(&str, f64, Vec<f64>); 5] = [
            ("orders, whole", 0.9, (0..240).map(|_| (random() * 40.0).floor()).collect()),
            ("revenue, cents", 2.2, (0..240).map(|_| (random() * 50_000.0).round() / 100.0).collect()),
            (
                "counter, whole",
                0.8,
                (0..240)
                    .map(|_| {
                        total += (random() * 30.0).floor();
                        1e6 + total
                    })
                    .collect(),
            ),
            ("seconds, nanoseconds behind the point", 4.1, (0..240).map(|_| (random() * 1e9).round() / 1e9).collect()),
            ("means, any digits", 7.4, (0..240).map(|_| random() / 3.0).collect()),
        ];
        for (name, most, values) in kinds {
            let each = bytes_of(&values).len() as f64 / values.len() as f64;
            assert!(each <= most, "{name}: {each:.2} bytes a sample");
        }
    }
}
