//! The language of Apple's system management controller: how it is asked, and what its bytes mean. Pure, so that it is
//! tested on every platform.

/// Asks for the number and the type of the bytes behind a key.
const KIND_OF: u8 = 9;
/// Asks for the name of the key at an index.
const KEY_AT: u8 = 8;
/// Asks for the bytes behind a key.
const BYTES_OF: u8 = 5;

/// Question and answer alike, as the kernel's driver lays them out: 80 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Message {
    pub(crate) key: u32,
    version: [u8; 6],
    limits: [u32; 4],
    pub(crate) length: u32,
    pub(crate) kind: u32,
    attributes: u8,
    padding: [u8; 3],
    /// 0 for done, 132 for a key that is not there.
    pub(crate) result: u8,
    status: u8,
    pub(crate) command: u8,
    padding_too: u8,
    pub(crate) index: u32,
    pub(crate) bytes: [u8; 32],
}

impl Message {
    /// Asks for the length and the type of what lies behind a key.
    pub(crate) fn kind_of(key: u32) -> Self {
        Self { key, command: KIND_OF, ..Self::default() }
    }

    /// Asks for the bytes behind a key, whose length and type are known.
    pub(crate) fn bytes_of(key: u32, (length, kind): (u32, u32)) -> Self {
        Self { key, length, kind, command: BYTES_OF, ..Self::default() }
    }

    /// Asks for the name of the key at an index.
    pub(crate) fn key_at(index: u32) -> Self {
        Self { index, command: KEY_AT, ..Self::default() }
    }
}

/// Four letters as the controller counts them; none for what is no name.
pub(crate) fn key(name: &str) -> Option<u32> {
    let bytes: [u8; 4] = name.as_bytes().try_into().ok()?;
    Some(u32::from_be_bytes(bytes))
}

/// The reverse of [`key`]; none for bytes that are no plain letters.
pub(crate) fn name(key: u32) -> Option<String> {
    let bytes = key.to_be_bytes();
    bytes.iter().all(|byte| (b' '..=b'~').contains(byte)).then(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}

/// The number that the bytes of a type stand for. Numbers with a fixed point say in their name how many bits stand
/// before and behind it: `fpe2` 14 and 2, `sp78` a sign, 7 and 8.
pub(crate) fn decode(kind: &str, bytes: &[u8]) -> Option<f64> {
    let value = match kind {
        "flt " => f64::from(f32::from_le_bytes(first(bytes)?)),
        "ui8 " | "flag" => f64::from(*bytes.first()?),
        "ui16" => f64::from(u16::from_be_bytes(first(bytes)?)),
        "ui32" => f64::from(u32::from_be_bytes(first(bytes)?)),
        "si8 " => f64::from(i8::from_be_bytes(first(bytes)?)),
        "si16" => f64::from(i16::from_be_bytes(first(bytes)?)),
        // 48 bits before the point and 16 behind it, the lowest byte first.
        "ioft" => u64::from_le_bytes(first(bytes)?) as f64 / 65_536.0,
        fixed => fixed_point(fixed, first(bytes)?)?,
    };
    value.is_finite().then_some(value)
}

fn first<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.get(..N)?.try_into().ok()
}

fn fixed_point(kind: &str, bytes: [u8; 2]) -> Option<f64> {
    let bits = |letter: char| letter.to_digit(16);
    let signed = kind.strip_prefix("sp");
    let mut letters = signed.or_else(|| kind.strip_prefix("fp"))?.chars();
    let (before, behind) = (bits(letters.next()?)?, bits(letters.next()?)?);
    let sign = u32::from(signed.is_some());
    if letters.next().is_some() || before + behind + sign != 16 {
        return None;
    }
    let number =
        if signed.is_some() { f64::from(i16::from_be_bytes(bytes)) } else { f64::from(u16::from_be_bytes(bytes)) };
    Some(number / f64::from(1_u32 << behind))
}

/// The group of a temperature by its key: which key belongs to which core is known to nobody outside Apple and changes
/// with every chip. None for what is no temperature of the chip.
pub(crate) fn group(key: &str) -> Option<&'static str> {
    match key.get(..2)? {
        "Tp" | "Te" | "Ts" => Some("cpu"),
        "Tg" => Some("gpu"),
        _ => None,
    }
}

/// Whether a chip that runs can have this temperature; keys that are not wired show 0, single glitches show more.
pub(crate) fn is_plausible_of_chip(celsius: f64) -> bool {
    (10.0..=120.0).contains(&celsius)
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_message_lies_as_the_driver_expects_it() {
        assert_eq!(size_of::<Message>(), 80);
        let places = [
            (offset_of!(Message, key), 0),
            (offset_of!(Message, limits), 12),
            (offset_of!(Message, length), 28),
            (offset_of!(Message, kind), 32),
            (offset_of!(Message, result), 40),
            (offset_of!(Message, command), 42),
            (offset_of!(Message, index), 44),
            (offset_of!(Message, bytes), 48),
        ];
        assert!(places.iter().all(|(place, expected)| place == expected), "{places:?}");
    }

    #[test]
    fn each_question_names_its_command() {
        let fans = key("FNum").unwrap();
        let questions = [Message::kind_of(fans), Message::bytes_of(fans, (1, 7)), Message::key_at(12)];
        assert_eq!(questions.map(|question| question.command), [9, 5, 8]);
        assert_eq!(questions.map(|question| question.key), [fans, fans, 0]);
        assert_eq!((questions[1].length, questions[1].kind, questions[2].index), (1, 7, 12));
        assert!(questions.iter().all(|question| question.result == 0 && question.bytes == [0; 32]));
    }

    #[test]
    fn bytes_of_every_type_mean_a_number() {
        let float = 41.5_f32.to_le_bytes();
        for (kind, bytes, value) in [
            ("flt ", &float[..], Some(41.5)),
            ("ui8 ", &[2], Some(2.0)),
            ("flag", &[1], Some(1.0)),
            ("ui16", &[0x01, 0x00], Some(256.0)),
            ("ui32", &[0, 0, 0x08, 0x5d], Some(2_141.0)),
            ("si8 ", &[0xff], Some(-1.0)),
            ("si16", &[0xff, 0xfe], Some(-2.0)),
            // 1200 turns a minute.
            ("fpe2", &[0x12, 0xc0], Some(1_200.0)),
            ("sp78", &[0x2d, 0x80], Some(45.5)),
            ("sp78", &[0xff, 0x00], Some(-1.0)),
            ("sp96", &[0x02, 0x20], Some(8.5)),
            ("ioft", &[0x00, 0x80, 0x2a, 0, 0, 0, 0, 0], Some(42.5)),
            ("flt ", &f32::NAN.to_le_bytes(), None),
            ("flt ", &[0, 0], None),
            ("sp79", &[0, 0], None),
            ("ch8*", b"abcd", None),
            ("{fds", &[0; 16], None),
            ("", &[0; 4], None),
        ] {
            assert_eq!(decode(kind, bytes), value, "{kind} {bytes:?}");
        }
    }

    #[test]
    fn keys_are_four_plain_letters() {
        assert_eq!(key("FNum"), Some(0x464e_756d));
        assert_eq!(name(0x464e_756d).as_deref(), Some("FNum"));
        assert_eq!(key("#KEYS"), None);
        assert_eq!(name(0x0000_756d), None);
    }

    #[test]
    fn temperatures_of_the_chip_fall_into_two_groups_and_odd_ones_are_left_out() {
        for (key, expected) in [
            ("Tp01", Some("cpu")),
            ("Te05", Some("cpu")),
            ("Tg0G", Some("gpu")),
            ("TB0T", None),
            ("F0Ac", None),
            ("T", None),
        ] {
            assert_eq!(group(key), expected, "{key}");
        }
        assert!([10.0, 47.2, 105.0].into_iter().all(is_plausible_of_chip));
        assert!(![0.0, 9.9, 120.1, -3.0].into_iter().any(is_plausible_of_chip));
    }

    proptest! {
        #[test]
        fn any_type_and_any_bytes_are_survived(kind in "\\PC{0,5}", bytes: Vec<u8>) {
            prop_assert!(decode(&kind, &bytes).is_none_or(f64::is_finite));
        }

        #[test]
        fn names_are_read_back(key: u32) {
            if let Some(name) = name(key) {
                prop_assert_eq!(super::key(&name), Some(key));
            }
        }
    }
}
