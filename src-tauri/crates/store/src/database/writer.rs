//! The one thread that owns a write connection. Work comes over a bounded queue and is answered one by one; it knows
//! nothing of what the work is.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::error::{Fault, StoreError};

/// Callers block when this much work waits; the depth is a series, so a stuck disk shows.
const QUEUE: usize = 64;

type Work<W> = Box<dyn FnOnce(&mut W) + Send>;

/// A thread with its queue. `W` is what only that thread touches: the connection and what it remembers of the rows.
pub(crate) struct WriterThread<W> {
    path: PathBuf,
    /// Leaf lock: held only while the sender is cloned or taken.
    queue: Mutex<Option<SyncSender<Work<W>>>>,
    depth: Arc<AtomicUsize>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// What finishing brought; taken by the first who closes.
    finished: Mutex<Option<Receiver<Result<(), Fault>>>>,
}

impl<W: Send + 'static> WriterThread<W> {
    /// Hands `writer` to a new thread, which does `finish` as its last work.
    pub(crate) fn start(
        name: &str,
        path: PathBuf,
        mut writer: W,
        finish: impl FnOnce(W) -> Result<(), Fault> + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (queue, work) = sync_channel::<Work<W>>(QUEUE);
        let depth = Arc::new(AtomicUsize::new(0));
        let waiting = Arc::clone(&depth);
        let (done, finished) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                for task in work {
                    waiting.fetch_sub(1, Ordering::Relaxed);
                    task(&mut writer);
                }
                // Nobody may be waiting: the last handle can go without a word.
                let _ = done.send(finish(writer));
            })
            .map_err(|source| StoreError::from_io(&path, source))?;
        Ok(Self {
            path,
            queue: Mutex::new(Some(queue)),
            depth,
            thread: Mutex::new(Some(thread)),
            finished: Mutex::new(Some(finished)),
        })
    }

    /// Has the thread do `work` and waits for the answer.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut W) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let closed = || StoreError::Closed { path: self.path.clone() };
        let answer = self.send(work).ok_or_else(closed)?;
        answer.recv().map_err(|_| closed())?.map_err(|fault| fault.at(&self.path))
    }

    /// Takes no more work, lets the thread finish what is queued, and waits at most `within`. Later calls find it closed.
    pub(crate) fn close(&self, within: Duration) -> Result<(), StoreError> {
        drop(take(&self.queue));
        let Some(finished) = take(&self.finished) else { return Ok(()) };
        match finished.recv_timeout(within) {
            Ok(done) => {
                self.join();
                done.map_err(|fault| fault.at(&self.path))
            }
            Err(RecvTimeoutError::Timeout) => {
                // The thread finishes by itself; waiting longer would hold up the shutdown.
                drop(take(&self.thread));
                Err(StoreError::TimedOut { path: self.path.clone() })
            }
            Err(RecvTimeoutError::Disconnected) => Err(StoreError::Closed { path: self.path.clone() }),
        }
    }

    /// Work that waits.
    pub(crate) fn depth(&self) -> usize {
        self.depth.load(Ordering::Relaxed)
    }

    fn send<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut W) -> Result<T, Fault> + Send + 'static,
    ) -> Option<Receiver<Result<T, Fault>>> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let (reply, answer) = sync_channel(1);
        self.depth.fetch_add(1, Ordering::Relaxed);
        let sent = queue.send(Box::new(move |writer: &mut W| {
            // A caller that went away does not matter: the work is done either way.
            let _ = reply.send(work(writer));
        }));
        if sent.is_err() {
            self.depth.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        Some(answer)
    }
}

impl<W> WriterThread<W> {
    fn join(&self) {
        if let Some(thread) = take(&self.thread) {
            // A panic of the thread has already been reported to its caller as a closed database.
            let _ = thread.join();
        }
    }
}

impl<W> Drop for WriterThread<W> {
    /// The last handle waits, so that the file is whole when the handle is gone.
    fn drop(&mut self) {
        drop(take(&self.queue));
        self.join();
    }
}

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_in_order_and_after_closing_it_is_refused() {
        let (sum, summed) = sync_channel(1);
        let finish = move |numbers: Vec<i32>| {
            sum.send(numbers.iter().sum::<i32>()).unwrap();
            Ok(())
        };
        let thread = WriterThread::start("numbers", PathBuf::from("numbers"), Vec::new(), finish).unwrap();
        for number in 0..10 {
            let push = move |numbers: &mut Vec<i32>| {
                numbers.push(number);
                Ok(())
            };
            thread.call(push).unwrap();
        }
        assert_eq!(thread.call(|numbers| Ok(numbers.clone())).unwrap(), (0..10).collect::<Vec<_>>());
        thread.close(Duration::from_secs(5)).unwrap();
        assert_eq!(summed.recv().unwrap(), 45);
        assert!(matches!(thread.call(|_| Ok(())), Err(StoreError::Closed { .. })));
        thread.close(Duration::from_secs(5)).unwrap();
        assert_eq!(thread.depth(), 0);
    }

    #[test]
    fn closing_a_stuck_thread_ends_in_time_and_what_is_queued_is_still_done() {
        let thread = Arc::new(WriterThread::start("stuck", PathBuf::from("stuck"), (), Ok).unwrap());
        let (release, released) = sync_channel::<()>(0);
        let (begin, begun) = sync_channel::<()>(0);
        let stuck = Arc::clone(&thread);
        let caller = std::thread::spawn(move || {
            stuck.call(move |()| {
                begin.send(()).unwrap();
                Ok(released.recv().is_ok())
            })
        });
        begun.recv().unwrap();
        let closed = thread.close(Duration::from_millis(20));
        assert!(matches!(closed, Err(StoreError::TimedOut { .. })), "{closed:?}");
        release.send(()).unwrap();
        assert!(caller.join().unwrap().unwrap());
    }

    #[test]
    fn work_that_panics_ends_the_thread_and_not_its_caller() {
        let thread = WriterThread::start("broken", PathBuf::from("broken"), (), Ok).unwrap();
        let outcome: Result<(), _> = thread.call(|()| panic!("as a test"));
        assert!(matches!(outcome, Err(StoreError::Closed { .. })));
        assert!(matches!(thread.call(|()| Ok(())), Err(StoreError::Closed { .. })));
        assert!(matches!(thread.close(Duration::from_secs(5)), Err(StoreError::Closed { .. })));
    }
}
