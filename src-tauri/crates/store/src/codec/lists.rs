//! The lists of top processes of one sealed period as bytes: who they were stands there once, because the same few dozen
//! processes are on top for hours.
//!
//! Shape: version; count of processes, each `pid, name`; count of lists, each `stamp` (ms since the period began, the first;
//! since the list before, the others), `count`, and for each process `place among those above, CPU share, memory`.

use std::collections::HashMap;

use caretaker_core::metric::ProcessReading;

use super::Malformed;
use super::processes::{figures, identity, put_figures, put_identity};
use super::varint::{Input, put};

const VERSION: u8 = 1;

/// A list with the stamp of its round, ms.
pub(crate) type Stamped = (i64, Vec<ProcessReading>);

/// Writes lists with rising stamps of a period that begins at `start`.
pub(crate) fn encode(lists: &[Stamped], start: i64) -> Vec<u8> {
    let mut places: HashMap<(u32, &str), u64> = HashMap::new();
    let mut who = Vec::new();
    let mut bytes = vec![VERSION];
    let mut body = Vec::new();
    put(&mut body, lists.len() as u64);
    let mut before = start;
    for (ts, list) in lists {
        put(&mut body, ts.abs_diff(before));
        before = *ts;
        put(&mut body, list.len() as u64);
        for process in list {
            let next = places.len() as u64;
            let place = *places.entry((process.pid, process.name.as_str())).or_insert_with(|| {
                put_identity(&mut who, process.pid, &process.name);
                next
            });
            put(&mut body, place);
            put_figures(&mut body, process);
        }
    }
    put(&mut bytes, places.len() as u64);
    bytes.extend_from_slice(&who);
    bytes.extend_from_slice(&body);
    bytes
}

/// Reads the lists of a period that begins at `start`.
pub(crate) fn decode(bytes: &[u8], start: i64) -> Result<Vec<Stamped>, Malformed> {
    let mut input = Input(bytes);
    if input.bytes(1)? != [VERSION] {
        return Err(Malformed);
    }
    // Each thing takes at least a byte, so a count beyond that is no count.
    let count = |input: &mut Input<'_>| {
        input.number().and_then(|count| if count > bytes.len() as u64 { Err(Malformed) } else { Ok(count) })
    };
    let who: Vec<_> = (0..count(&mut input)?).map(|_| identity(&mut input)).collect::<Result<_, _>>()?;
    let mut ts = start;
    (0..count(&mut input)?)
        .map(|_| {
            ts = i64::try_from(input.number()?).ok().and_then(|apart| ts.checked_add(apart)).ok_or(Malformed)?;
            let list = (0..count(&mut input)?).map(|_| {
                let place = usize::try_from(input.number()?).map_err(|_| Malformed)?;
                let (pid, name) = who.get(place).cloned().ok_or(Malformed)?;
                let (cpu_percent, memory_bytes) = figures(&mut input)?;
                Ok(ProcessReading { pid, name, cpu_percent, memory_bytes })
            });
            Ok((ts, list.collect::<Result<_, _>>()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn process() -> impl Strategy<Value = ProcessReading> {
        (
            0_u32..5,
            "[a-z/é]{0,4}",
            prop::option::of(0_u32..100_000),
            prop_oneof![Just(4_096_u64), any::<u32>().prop_map(u64::from)],
        )
            .prop_map(|(pid, name, share, memory_bytes)| ProcessReading {
                pid,
                name,
                cpu_percent: share.map(|share| f64::from(share) / 100.0),
                memory_bytes,
            })
    }

    proptest! {
        #[test]
        fn lists_come_back(lists in prop::collection::btree_map(0_i64..7_200_000, prop::collection::vec(process(), 0..9), 0..9)) {
            let start = 1_769_817_600_000;
            let lists: Vec<Stamped> = lists.into_iter().map(|(at, list)| (start + at, list)).collect();
            let bytes = encode(&lists, start);
            prop_assert_eq!(decode(&bytes, start), Ok(lists));
            for length in 0..bytes.len() {
                prop_assert_eq!(decode(&bytes[..length], start), Err(Malformed));
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode(&bytes, 0);
        }
    }

    #[test]
    fn the_bytes_are_these() {
        let reading = |pid, name: &str, share, memory_bytes| ProcessReading {
            pid,
            name: name.to_owned(),
            cpu_percent: share,
            memory_bytes,
        };
        let lists = [
            (1_030, vec![reading(1, "init", Some(0.5), 8_192), reading(300, "x", None, 5)]),
            (1_150, vec![reading(1, "init", Some(1.0), 8_192)]),
        ];
        let bytes = [
            1, 2, 1, 4, b'i', b'n', b'i', b't', 0xac, 2, 1, b'x', // who
            2, 30, 2, 0, 101, 4, 1, 0, 11, // the first list
            120, 1, 0, 0xc9, 1, 4, // the second
        ];
        assert_eq!(encode(&lists, 1_000), bytes);
    }
}
