//! What a door says about itself: parts that live outside the engine and fail without stopping it.

use crate::engine::Engine;

impl Engine {
    /// Reports a failing part; it shows under `degraded` until it works again.
    pub fn part_failed(&self, part: &str, why: String, hint: &str) {
        if self.0.degraded.report(part, why, hint, self.now()) {
            self.hint(caretaker_core::view::Hint::Status);
        }
    }

    /// Reports a part that works.
    pub fn part_works(&self, part: &str) {
        if self.0.degraded.recovered(part) {
            self.hint(caretaker_core::view::Hint::Status);
        }
    }
}
