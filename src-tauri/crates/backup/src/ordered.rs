//! Work that is done by several threads and taken in order by one: frames that are packed or unpacked side by side.
//! No more than a few results wait at any time, so memory stays bounded; a thread that dies ends the whole cleanly.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::{BackupError, Result};

/// Where the threads are. A lock is enough: it is held for a few instructions, once for a frame.
struct State<T> {
    next: usize,
    taken: usize,
    ready: BTreeMap<usize, T>,
    failed: Option<BackupError>,
    is_over: bool,
}

struct Shared<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    jobs: usize,
    window: usize,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<T>>) -> MutexGuard<'a, State<T>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, error: BackupError) {
        let mut state = self.lock();
        state.failed.get_or_insert(error);
        state.is_over = true;
        self.changed.notify_all();
    }

    /// The next job, when the results before it have gone far enough.
    fn claim(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            if state.is_over || state.next >= self.jobs {
                return None;
            }
            if state.next < state.taken + self.window {
                let job = state.next;
                state.next += 1;
                return Some(job);
            }
            state = self.wait(state);
        }
    }
}

/// Says so when a thread ends without having said that it ends.
struct Watch<'a, T>(&'a Shared<T>);

impl<T> Drop for Watch<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(BackupError::refused("go on: a thread of the work died"));
        }
    }
}

/// Does jobs `0..jobs` on `workers` threads and gives the results to `take` in order, on this thread. Jobs are begun in order too.
pub fn run<S, T: Send>(
    jobs: usize,
    workers: usize,
    prepare: impl Fn() -> Result<S> + Sync,
    work: impl Fn(&mut S, usize) -> Result<T> + Sync,
    mut take: impl FnMut(usize, T) -> Result<()>,
) -> Result<()> {
    let workers = workers.clamp(1, jobs.max(1));
    let state = State { next: 0, taken: 0, ready: BTreeMap::new(), failed: None, is_over: false };
    let shared = Shared { state: Mutex::new(state), changed: Condvar::new(), jobs, window: workers * 3 };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    let _watch = Watch(&shared);
                    let mut own = match prepare() {
                        Ok(own) => own,
                        Err(error) => return shared.fail(error),
                    };
                    while let Some(job) = shared.claim() {
                        match work(&mut own, job) {
                            Ok(result) => {
                                shared.lock().ready.insert(job, result);
                                shared.changed.notify_all();
                            }
                            Err(error) => return shared.fail(error),
                        }
                    }
                })
            })
            .collect();
        for job in 0..jobs {
            let mut state = shared.lock();
            let result = loop {
                if state.is_over {
                    break None;
                }
                if let Some(result) = state.ready.remove(&job) {
                    break Some(result);
                }
                state = shared.wait(state);
            };
            drop(state);
            let Some(result) = result else { break };
            if let Err(error) = take(job, result) {
                shared.fail(error);
                break;
            }
            shared.lock().taken = job + 1;
            shared.changed.notify_all();
        }
        for thread in threads {
            // What a thread died of was kept by its watch.
            let _ = thread.join();
        }
    });
    match shared.state.into_inner().unwrap_or_else(PoisonError::into_inner).failed {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_order_and_few_wait() {
        let (begun, mut seen) = (AtomicUsize::new(0), Vec::new());
        run(
            500,
            3,
            || Ok(()),
            |(), job| {
                begun.fetch_add(1, Ordering::SeqCst);
                Ok(job)
            },
            |job, result| {
                assert_eq!(job, result);
                assert!(begun.load(Ordering::SeqCst) <= job + 10);
                seen.push(result);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, (0..500).collect::<Vec<_>>());
    }

    #[test]
    fn case_30_a_thread_that_dies_ends_the_work_cleanly() {
        let result =
            run(50, 2, || Ok(()), |(), job| if job == 20 { panic!("planted") } else { Ok(job) }, |_, _| Ok(()));
        assert!(result.unwrap_err().to_string().contains("died"));
        let result = run(
            50,
            2,
            || Ok(()),
            |(), job| Ok(job),
            |job, _| if job == 7 { Err(BackupError::Cancelled) } else { Ok(()) },
        );
        assert!(matches!(result, Err(BackupError::Cancelled)));
    }
}
