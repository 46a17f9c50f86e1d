//! Up to two read connections, opened when first needed, closed when the engine says that nobody looks.

use std::sync::{Condvar, Mutex, PoisonError};

use super::Freshness;
use crate::error::StoreError;

/// So many there are.
pub(crate) const MOST_READERS: usize = 2;

/// A reader with its connection, and how long it can be trusted.
type Opened<R> = (R, Freshness);
type Open<R> = Box<dyn Fn() -> Result<Opened<R>, StoreError> + Send + Sync>;

/// The pool. A caller that finds both in use waits.
pub(crate) struct Readers<R> {
    open: Open<R>,
    /// Leaf lock: never held while a query runs.
    pool: Mutex<Pool<R>>,
    freed: Condvar,
}

struct Pool<R> {
    idle: Vec<Opened<R>>,
    in_use: usize,
}

impl<R> Readers<R> {
    pub(crate) fn new(open: impl Fn() -> Result<Opened<R>, StoreError> + Send + Sync + 'static) -> Self {
        Self { open: Box::new(open), pool: Mutex::new(Pool { idle: Vec::new(), in_use: 0 }), freed: Condvar::new() }
    }

    /// Runs `work` on a reader. One whose work failed is closed, so that the next one starts afresh; work during which
    /// an engine began to write beneath an immutable reader is done again.
    pub(crate) fn with<T>(&self, work: impl Fn(&mut R) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        while pool.in_use == MOST_READERS {
            pool = self.freed.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
        pool.in_use += 1;
        let mut idle = pool.idle.pop();
        drop(pool);
        let mut returned = Returned { readers: self, reader: None };
        loop {
            let (mut reader, freshness) = match idle.take().filter(|(_, freshness)| !freshness.is_over()) {
                Some(opened) => opened,
                None => (self.open)()?,
            };
            let outcome = work(&mut reader);
            if freshness.is_over() {
                continue;
            }
            if outcome.is_ok() {
                returned.reader = Some((reader, freshness));
            }
            return outcome;
        }
    }

    /// Closes those that no query uses.
    pub(crate) fn close_idle(&self) {
        let idle = std::mem::take(&mut self.pool.lock().unwrap_or_else(PoisonError::into_inner).idle);
        drop(idle);
    }
}

/// Gives the place back also when the work panics.
struct Returned<'a, R> {
    readers: &'a Readers<R>,
    reader: Option<Opened<R>>,
}

impl<R> Drop for Returned<'_, R> {
    fn drop(&mut self) {
        let mut pool = self.readers.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.in_use -= 1;
        pool.idle.extend(self.reader.take());
        drop(pool);
        self.readers.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn readers_are_reused_bounded_and_closed() {
        let opened = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&opened);
        let readers = Arc::new(Readers::new(move || Ok((counter.fetch_add(1, Ordering::SeqCst), Freshness::Lasting))));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let readers = Arc::clone(&readers);
                std::thread::spawn(move || (0..100).for_each(|_| readers.with(|_| Ok(())).unwrap()))
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(opened.load(Ordering::SeqCst) <= MOST_READERS);
        readers.close_idle();
        let before = opened.load(Ordering::SeqCst);
        readers.with(|_| Ok(())).unwrap();
        assert_eq!(opened.load(Ordering::SeqCst), before + 1);
    }

    #[test]
    fn a_reader_that_failed_is_not_used_again() {
        let opened = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&opened);
        let readers = Readers::new(move || Ok((counter.fetch_add(1, Ordering::SeqCst), Freshness::Lasting)));
        let failed: Result<(), _> = readers
            .with(|_| Err(StoreError::Row { path: "metrics.db".into(), table: "hot", detail: "torn".to_owned() }));
        assert!(failed.is_err());
        assert_eq!(readers.with(|number| Ok(*number)).unwrap(), 1);
    }

    #[test]
    fn work_during_which_an_engine_started_is_done_again_on_another_reader() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("metrics.db-wal");
        let opened = AtomicUsize::new(0);
        let watched = log.clone();
        let readers = Readers::new(move || {
            let number = opened.fetch_add(1, Ordering::SeqCst);
            Ok((number, if number == 0 { Freshness::UntilLog(watched.clone()) } else { Freshness::Lasting }))
        });
        assert_eq!(readers.with(|number| Ok(*number)).unwrap(), 0);
        let seen = readers.with(|number| {
            std::fs::File::create(&log).unwrap();
            Ok(*number)
        });
        assert_eq!(seen.unwrap(), 1);
    }
}
