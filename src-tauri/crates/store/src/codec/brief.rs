//! The list of top processes of a round that is not sealed yet, as bytes. The same processes are on top for hours, so
//! after a list that is written in full, the next ones only say which of its processes they mean.
//!
//! Shape: 0, and a list as [`super::processes`] writes it. Or 1, `how many ms before this list the full one was`, `count`,
//! and for each process `0, pid, name` or `one more than its place in the full list`, then `CPU share, memory`.

use std::collections::HashMap;

use caretaker_core::metric::ProcessReading;

use super::Malformed;
use super::processes::{self, figures, identity, put_figures, put_identity};
use super::varint::{Input, put};

const FULL: u8 = 0;
const BRIEF: u8 = 1;

/// Who is in a list that was written in full.
#[derive(Debug)]
pub(crate) struct Full {
    /// The stamp of its round, ms.
    pub(crate) ts: i64,
    places: HashMap<u32, (String, u64)>,
}

impl Full {
    /// Of a list that will be written with that stamp.
    pub(crate) fn of(ts: i64, list: &[ProcessReading]) -> Self {
        let places = list.iter().zip(1..).map(|(process, place)| (process.pid, (process.name.clone(), place)));
        Self { ts, places: places.collect() }
    }
}

/// Appends a list in full.
pub(crate) fn encode_full(into: &mut Vec<u8>, list: &[ProcessReading]) {
    into.push(FULL);
    processes::encode(into, list);
}

/// Appends a list of a round stamped `ts` beside a full one; false, and nothing is appended, when the two have too little
/// in common or the other is later.
pub(crate) fn encode_beside(into: &mut Vec<u8>, full: &Full, ts: i64, list: &[ProcessReading]) -> bool {
    let Some(before) = ts.checked_sub(full.ts).and_then(|before| u64::try_from(before).ok()) else { return false };
    let place = |process: &ProcessReading| {
        full.places.get(&process.pid).filter(|(name, _)| *name == process.name).map(|(_, place)| *place)
    };
    let places: Vec<Option<u64>> = list.iter().map(place).collect();
    if places.iter().flatten().count() * 2 < list.len() {
        return false;
    }
    into.push(BRIEF);
    put(into, before);
    put(into, list.len() as u64);
    for (process, place) in list.iter().zip(places) {
        put(into, place.unwrap_or(0));
        if place.is_none() {
            put_identity(into, process.pid, &process.name);
        }
        put_figures(into, process);
    }
    true
}

/// The stamp of the full list that is needed to read the list of the round stamped `ts`; none when it is full itself.
pub(crate) fn needs(bytes: &[u8], ts: i64) -> Result<Option<i64>, Malformed> {
    let mut input = Input(bytes);
    match input.bytes(1)? {
        [FULL] => Ok(None),
        [BRIEF] => {
            let before = i64::try_from(input.number()?).map_err(|_| Malformed)?;
            ts.checked_sub(before).map(Some).ok_or(Malformed)
        }
        _ => Err(Malformed),
    }
}

/// Reads a list; `full` is the one that it [`needs`], or nothing.
pub(crate) fn decode(bytes: &[u8], full: &[ProcessReading]) -> Result<Vec<ProcessReading>, Malformed> {
    let mut input = Input(bytes);
    match input.bytes(1)? {
        [FULL] => return processes::decode(bytes.get(1..).unwrap_or_default()),
        [BRIEF] => input.number()?,
        _ => return Err(Malformed),
    };
    let count = input.number()?;
    // Three bytes are the least a process takes, so a count beyond that is no count.
    if count > bytes.len() as u64 {
        return Err(Malformed);
    }
    (0..count)
        .map(|_| {
            let (pid, name) = match usize::try_from(input.number()?).map_err(|_| Malformed)?.checked_sub(1) {
                Some(place) => full.get(place).map(|process| (process.pid, process.name.clone())).ok_or(Malformed)?,
                None => identity(&mut input)?,
            };
            let (cpu_percent, memory_bytes) = figures(&mut input)?;
            Ok(ProcessReading { pid, name, cpu_percent, memory_bytes })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(numbers: &[u32]) -> Vec<ProcessReading> {
        let process = |pid: &u32| ProcessReading {
            pid: *pid,
            name: format!("p{pid}"),
            cpu_percent: pid.is_multiple_of(2).then(|| f64::from(*pid) / 4.0),
            memory_bytes: u64::from(*pid) * 4_096,
        };
        numbers.iter().map(process).collect()
    }

    #[test]
    fn a_list_comes_back_in_full_and_beside_another() {
        let (first, second) = (list(&[1, 2, 300, 4]), list(&[300, 5, 1, 2]));
        let mut bytes = Vec::new();
        encode_full(&mut bytes, &first);
        assert_eq!((needs(&bytes, 90_000), decode(&bytes, &[])), (Ok(None), Ok(first.clone())));
        let long = bytes.len();

        let full = Full::of(90_000, &first);
        bytes.clear();
        assert!(encode_beside(&mut bytes, &full, 210_000, &second));
        assert!(bytes.len() < long, "{} bytes", bytes.len());
        assert_eq!(needs(&bytes, 210_000), Ok(Some(90_000)));
        assert_eq!(decode(&bytes, &first), Ok(second));
        assert_eq!(decode(&bytes, &first[..2]), Err(Malformed), "the full list is another one");
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length], &first), Err(Malformed));
        }
    }

    #[test]
    fn a_process_with_the_number_of_another_is_another() {
        let first = list(&[1, 2]);
        let mut second = first.clone();
        second[1].name = "other".to_owned();
        let mut bytes = Vec::new();
        assert!(encode_beside(&mut bytes, &Full::of(0, &first), 1, &second));
        assert_eq!(decode(&bytes, &first), Ok(second));
    }

    #[test]
    fn lists_with_little_in_common_and_earlier_ones_are_written_in_full() {
        let full = Full::of(1_000, &list(&[1, 2, 3]));
        let mut bytes = Vec::new();
        assert!(!encode_beside(&mut bytes, &full, 2_000, &list(&[3, 4, 5])));
        assert!(!encode_beside(&mut bytes, &full, 999, &list(&[1, 2, 3])));
        assert!(bytes.is_empty());
    }

    #[test]
    fn the_bytes_are_these() {
        let (first, second) = (list(&[1, 2]), list(&[2, 7]));
        let mut bytes = Vec::new();
        encode_full(&mut bytes, &first);
        assert_eq!(bytes, [0, 2, 1, 2, b'p', b'1', 0, 2, 2, 2, b'p', b'2', 101, 4]);
        bytes.clear();
        assert!(encode_beside(&mut bytes, &Full::of(0, &first), 300, &second));
        assert_eq!(bytes, [1, 0xac, 2, 2, 2, 101, 4, 0, 7, 2, b'p', b'7', 0, 14]);
    }
}
