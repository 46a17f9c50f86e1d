//! What the owner is told, decided here; carried out by the engine's outbox.

mod channel;
mod flood;
mod maintenance;
#[expect(clippy::module_inception, reason = "the folder is named after its main type")]
mod notice;
mod plan;
mod quiet;
mod told;
mod wish;

pub use channel::{Channel, NATIVE};
pub use flood::{Ledger, digest_id};
pub use maintenance::{maintenance_text, open_windows, opened, opens};
pub use notice::{EXPIRY, Notice, NoticeAbout, NoticeId, NoticeKind, NoticeState, back_off};
pub use plan::{NoticePlan, Subject, plan};
pub use quiet::{Hearing, quiet_hours, silenced_until};
pub use told::Told;
