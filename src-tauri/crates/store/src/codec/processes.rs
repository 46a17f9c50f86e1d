//! The top processes of a round as bytes: a count, then `pid, name, CPU share in hundredths of a percent, memory`.
//! How the lists of a sealed period are written is for [`super::lists`].

use caretaker_core::metric::ProcessReading;

use super::Malformed;
use super::varint::{Input, fold, put, unfold};

/// Memory comes in pages nearly always.
const PAGE: u64 = 4_096;

/// Appends a list.
pub(crate) fn encode(into: &mut Vec<u8>, processes: &[ProcessReading]) {
    put(into, processes.len() as u64);
    for process in processes {
        put_identity(into, process.pid, &process.name);
        put_figures(into, process);
    }
}

/// Appends the number and the name of a process.
pub(super) fn put_identity(into: &mut Vec<u8>, pid: u32, name: &str) {
    put(into, u64::from(pid));
    put(into, name.len() as u64);
    into.extend_from_slice(name.as_bytes());
}

/// Appends what was measured of a process.
pub(super) fn put_figures(into: &mut Vec<u8>, process: &ProcessReading) {
    let share = process.cpu_percent.filter(|share| share.is_finite()).map(|share| (share * 100.0).round() as i64);
    put(into, share.map_or(0, |share| fold(share).saturating_add(1)));
    // Whole pages are even numbers, the rest odd ones; nothing has 2^63 bytes.
    let memory = process.memory_bytes;
    put(into, if memory.is_multiple_of(PAGE) { (memory / PAGE) << 1 } else { memory << 1 | 1 });
}

/// Reads what was measured of a process: its share of CPU, its memory.
pub(super) fn figures(input: &mut Input<'_>) -> Result<(Option<f64>, u64), Malformed> {
    let share = input.number()?.checked_sub(1).map(|share| unfold(share) as f64 / 100.0);
    let memory = input.number()?;
    Ok((share, if memory & 1 == 0 { (memory >> 1).saturating_mul(PAGE) } else { memory >> 1 }))
}

/// Reads the number and the name of a process.
pub(super) fn identity(input: &mut Input<'_>) -> Result<(u32, String), Malformed> {
    let pid = u32::try_from(input.number()?).map_err(|_| Malformed)?;
    let length = usize::try_from(input.number()?).map_err(|_| Malformed)?;
    Ok((pid, std::str::from_utf8(input.bytes(length)?).map_err(|_| Malformed)?.to_owned()))
}

/// Reads a list.
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<ProcessReading>, Malformed> {
    let mut input = Input(bytes);
    let count = input.number()?;
    // Four bytes are the least a process takes, so a count beyond that is no count.
    if count > bytes.len() as u64 {
        return Err(Malformed);
    }
    (0..count)
        .map(|_| {
            let (pid, name) = identity(&mut input)?;
            let (cpu_percent, memory_bytes) = figures(&mut input)?;
            Ok(ProcessReading { pid, name, cpu_percent, memory_bytes })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_come_back(list in prop::collection::vec(("\\PC{0,12}", any::<u32>(), prop::option::of(0_i64..1_000_000), 0_u64..1 << 50, any::<bool>()), 0..30)) {
            let list: Vec<_> = list.into_iter().map(|(name, pid, share, memory, whole)| ProcessReading {
                pid, name, cpu_percent: share.map(|share| share as f64 / 100.0),
                memory_bytes: if whole { memory / PAGE * PAGE } else { memory },
            }).collect();
            let mut bytes = Vec::new();
            encode(&mut bytes, &list);
            prop_assert_eq!(decode(&bytes), Ok(list));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode(&bytes);
        }
    }
}
