//! Which processes are worth showing: those that use the most CPU, and those that hold the most memory.

use std::cmp::Ordering;

/// What the choice looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    /// Share of one core, %; none at first sight.
    pub(crate) cpu_percent: Option<f64>,
    /// Bytes.
    pub(crate) memory_bytes: u64,
    /// Decides between equals, so that the same machine gives the same list.
    pub(crate) pid: u32,
    /// Where the caller keeps the rest.
    pub(crate) index: usize,
}

/// Leaves in `candidates` the `limit` with the most CPU and the `limit` with the most memory, at most twice `limit`,
/// sorted by CPU, then by memory. A process that used no CPU is never among the first for it.
pub(crate) fn keep_top(candidates: &mut Vec<Candidate>, limit: usize) {
    let by_memory = bring_to_front(candidates, limit, compare_memory);
    let (largest, others) = candidates.split_at_mut(by_memory);
    // Those outside the largest that are among the busiest of all: fewer busier ones may stand among the largest.
    let busiest = bring_to_front(others, limit, compare_cpu);
    let kept = others[..busiest]
        .iter()
        .enumerate()
        .filter(|(rank, candidate)| {
            let busier = largest.iter().filter(|one| compare_cpu(one, candidate) == Ordering::Less).count();
            candidate.cpu_percent.is_some_and(|cpu| cpu > 0.0) && rank + busier < limit
        })
        .count();
    candidates.truncate(by_memory + kept);
    candidates.sort_unstable_by(compare_cpu);
}

/// Moves the first `limit` in the order of `compare` to the front, sorted; says how many there are.
fn bring_to_front(
    candidates: &mut [Candidate],
    limit: usize,
    compare: fn(&Candidate, &Candidate) -> Ordering,
) -> usize {
    if candidates.len() > limit {
        if limit == 0 {
            return 0;
        }
        candidates.select_nth_unstable_by(limit - 1, compare);
    }
    let count = limit.min(candidates.len());
    candidates[..count].sort_unstable_by(compare);
    count
}

fn compare_cpu(a: &Candidate, b: &Candidate) -> Ordering {
    let cpu = |candidate: &Candidate| candidate.cpu_percent.unwrap_or(0.0);
    cpu(b).total_cmp(&cpu(a)).then(b.memory_bytes.cmp(&a.memory_bytes)).then(a.pid.cmp(&b.pid))
}

fn compare_memory(a: &Candidate, b: &Candidate) -> Ordering {
    b.memory_bytes.cmp(&a.memory_bytes).then(a.pid.cmp(&b.pid))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn top(processes: &[(f64, u64)], limit: usize) -> Vec<u32> {
        let mut candidates: Vec<_> = processes
            .iter()
            .zip(0..)
            .map(|(&(cpu, memory_bytes), pid)| Candidate { cpu_percent: Some(cpu), memory_bytes, pid, index: 0 })
            .collect();
        keep_top(&mut candidates, limit);
        candidates.iter().map(|candidate| candidate.pid).collect()
    }

    #[test]
    fn busiest_and_largest_are_kept_and_sorted_by_cpu() {
        let processes = [(1.0, 10), (90.0, 20), (0.0, 900), (5.0, 800), (0.0, 5), (40.0, 1)];
        assert_eq!(top(&processes, 2), [1, 5, 3, 2]);
        assert_eq!(top(&processes, 1), [1, 2]);
        assert_eq!(top(&processes, 0), [0; 0]);
        assert_eq!(top(&processes, 50).len(), processes.len());
    }

    #[test]
    fn idle_processes_do_not_fill_the_list_by_cpu() {
        assert_eq!(top(&[(0.0, 1), (0.0, 2), (0.0, 3), (7.0, 0)], 2), [3, 2, 1]);
    }

    proptest! {
        #[test]
        fn the_choice_is_the_union_of_two_sorted_lists(
            processes in prop::collection::vec((0_u8..20, 0_u64..20), 0..80), limit in 0_usize..30,
        ) {
            let processes: Vec<_> = processes.into_iter().map(|(cpu, memory)| (f64::from(cpu), memory)).collect();
            let mut expected: Vec<u32> = Vec::new();
            let mut order: Vec<u32> = (0..processes.len() as u32).collect();
            let of = |pid: &u32| processes[*pid as usize];
            order.sort_by(|a, b| of(b).1.cmp(&of(a).1).then(a.cmp(b)));
            expected.extend(order.iter().take(limit));
            order.sort_by(|a, b| of(b).0.total_cmp(&of(a).0).then(of(b).1.cmp(&of(a).1)).then(a.cmp(b)));
            expected.extend(order.iter().take(limit).filter(|pid| of(pid).0 > 0.0));
            expected.sort_unstable();
            expected.dedup();
            let mut kept = top(&processes, limit);
            prop_assert!(kept.len() <= 2 * limit);
            kept.sort_unstable();
            prop_assert_eq!(kept, expected);
        }
    }
}
