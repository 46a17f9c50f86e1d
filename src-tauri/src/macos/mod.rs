//! What only macOS needs, as thin as can be, because nobody can run it where it is written (`docs/testing.md`).

mod activity;
mod notifier;

pub use activity::stay_alive;
pub use notifier::{MacNotifier, answer_clicks};
