//! What goes in and out: an order on one line, then reports, a line each.

use std::io::{BufRead, Write};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use caretaker_backup::write::Cancel;
use caretaker_core::backup::{Report, Work, WorkProgress};
use caretaker_core::problem::{Code, Problem};

/// Reads the order, and hears the end of the input.
pub struct Ear;

impl Ear {
    /// The order; afterwards a thread waits for the end of the input, which cancels.
    pub fn listen(mut input: impl BufRead + Send + 'static, cancel: Arc<Cancel>) -> Result<Work, Problem> {
        let refused = |why: String| Problem::new(Code::Usage, format!("failed to read the order: {why}"));
        let mut line = String::new();
        input.read_line(&mut line).map_err(|error| refused(error.to_string()))?;
        let work = serde_json::from_str(&line).map_err(|error| refused(error.to_string()))?;
        std::thread::spawn(move || {
            let mut rest = Vec::new();
            // Nothing more is said; whatever ends the reading, the one who asked is gone or has changed his mind.
            let _ = input.read_until(0, &mut rest);
            cancel.cancel();
        });
        Ok(work)
    }
}

/// Tells reports to whoever asked, from any thread.
#[derive(Clone)]
pub struct Voice(Arc<Mutex<Box<dyn Write + Send>>>);

impl Voice {
    /// Speaks into this.
    pub fn new(output: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(output))))
    }

    /// Tells one thing. Whoever does not listen any more ends the work by the end of its input.
    pub fn say(&self, report: &Report) {
        let Ok(mut line) = serde_json::to_vec(report) else { return };
        line.push(b'\n');
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = output.write_all(&line).and_then(|()| output.flush());
    }
}

/// Does the work, and tells meanwhile how far it is, every so often.
pub fn telling<T>(
    voice: &Voice,
    every: Duration,
    look: impl Fn() -> WorkProgress + Send,
    work: impl FnOnce() -> T,
) -> T {
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                voice.say(&Report::Progress(look()));
            }
        });
        // Dropped however the work ends, which ends the thread.
        let _stop = stop;
        work()
    })
}
