//! Which parts of a file hold data, as GNU tar's sparse format 1.0 writes it before the data.

use super::Malformed;

/// Pieces of data in order, and the length of the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparseMap {
    /// Offset and length of each piece.
    pub pieces: Vec<(u64, u64)>,
    /// How long the file is with its holes.
    pub size: u64,
}

impl SparseMap {
    /// How many bytes of data there are.
    pub fn data(&self) -> u64 {
        self.pieces.iter().map(|(_, length)| *length).sum()
    }

    /// The text before the data, padded to whole blocks.
    pub fn bytes(&self) -> Vec<u8> {
        // GNU tar closes the list with an empty piece at the end when the file ends in a hole.
        let mut pieces = self.pieces.clone();
        if pieces.last().is_none_or(|(offset, length)| offset + length < self.size) {
            pieces.push((self.size, 0));
        }
        let numbers = pieces.iter().flat_map(|(offset, length)| [*offset, *length]);
        let lines = [pieces.len() as u64].into_iter().chain(numbers).map(|number| format!("{number}\n"));
        let mut bytes = lines.collect::<String>().into_bytes();
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }

    /// Reads the text, and says how many bytes it took with its padding.
    pub fn read(bytes: &[u8], size: u64) -> Result<(Self, usize), Malformed> {
        let mut at = 0;
        let mut number = || -> Result<u64, Malformed> {
            let rest = &bytes[at..];
            let end = rest.iter().take(21).position(|byte| *byte == b'\n');
            let end = end.ok_or_else(|| Malformed::new("the map of a sparse file does not end"))?;
            let text = std::str::from_utf8(&rest[..end]).ok();
            at += end + 1;
            text.and_then(|text| text.parse().ok())
                .ok_or_else(|| Malformed::new("the map of a sparse file has no number"))
        };
        let count = number()?;
        if count > bytes.len() as u64 / 4 {
            return Err(Malformed::new("the map of a sparse file is longer than the archive"));
        }
        let mut pieces = Vec::with_capacity(count as usize);
        let mut end = 0_u64;
        for _ in 0..count {
            let (offset, length) = (number()?, number()?);
            let after = offset.checked_add(length).filter(|after| *after <= size && offset >= end);
            end = after.ok_or_else(|| Malformed::new("the map of a sparse file leaves the file"))?;
            if length > 0 {
                pieces.push((offset, length));
            }
        }
        let taken = at.next_multiple_of(512);
        if taken > bytes.len() {
            return Err(Malformed::new("the map of a sparse file is cut off"));
        }
        Ok((Self { pieces, size }, taken))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn maps_return_as_they_went() {
        for (pieces, size) in [(vec![], 1 << 40), (vec![(0, 4_096)], 4_096), (vec![(4_096, 10), (1 << 30, 7)], 1 << 31)]
        {
            let map = SparseMap { pieces, size };
            let bytes = map.bytes();
            assert_eq!(SparseMap::read(&bytes, size), Ok((map, bytes.len())));
        }
    }

    #[test]
    fn maps_that_lie_are_refused() {
        let pad = |text: &str| {
            let mut bytes = text.as_bytes().to_vec();
            bytes.resize(512, 0);
            bytes
        };
        for text in [
            "1\n0\n4097\n",
            "2\n100\n100\n50\n10\n",
            "9999999999999999999999\n",
            "1\n18446744073709551615\n9\n",
            "x\n",
            "",
        ] {
            assert!(SparseMap::read(&pad(text), 4_096).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, size: u64) {
            let _ = SparseMap::read(&bytes, size);
        }
    }
}
