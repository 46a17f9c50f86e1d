//! What maintenance does on the machine itself: clears old files away, rotates logs, looks at rights, reads lock files and
//! advisories, measures how fast the machine is. It blocks, knows no clock but for measuring, decides nothing, and works through
//! handles of folders, so that no link and no renamed folder leads it elsewhere.

pub mod audit;
pub mod benchmark;
pub mod logs;
pub mod place;
pub mod scan;
pub mod sweep;

/// Asked between two pieces of work: whether nobody wants the result any more.
pub type IsStopped<'s> = &'s dyn Fn() -> bool;
