//! Time as values: stamps, spans, and the one reading of all clocks that a round carries.
//! Nothing in here asks the operating system what time it is.

mod clock;
mod local;
mod moment;
mod span;
mod timeline;
mod timestamp;

pub use clock::{Clock, Sleep};
pub use local::first_shown;
pub use moment::{BootId, Moment};
pub use span::{ParseSpanError, Span};
pub use timeline::{Gap, Tick, Timeline};
pub use timestamp::{ParseTimestampError, Timestamp};
