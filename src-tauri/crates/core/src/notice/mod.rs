//! What the owner is told, decided here; carried out by the engine's outbox.

#[expect(clippy::module_inception, reason = "the folder is named after its main type")]
mod notice;
mod plan;

pub use notice::{EXPIRY, Notice, NoticeId, NoticeKind, NoticeState, back_off};
pub use plan::{Hearing, NATIVE, NoticePlan, plan};
