//! Backups as rules and words: jobs, destinations, what a worker is asked to do and what it tells. Reading and writing
//! archives is the business of the crates `backup` and `worker`; when and for how long is decided here.

mod brake;
mod chain;
mod configuration;
mod copying;
mod database;
mod destination;
mod due;
mod job;
mod key;
mod memory;
mod offsite;
mod outcome;
mod path;
mod replica;
mod trial;
mod upkeep;
mod work;

pub use brake::mass_change;
pub use chain::{Chain, FullBecause, LONGEST_AGE, MOST_INCREMENTS, next_full};
pub use configuration::{CONFIGURATION_NAMES, NOT_CONFIGURATION, only_configuration};
pub use copying::{CheckAnswer, CheckOrder, CopyAnswer, CopyOrder, DatabaseCopy, Refusal};
pub use database::{DatabaseCheck, DatabaseKind, RecordedDatabase, TableRows, difference};
pub use destination::{Destination, Place};
pub use due::{
    DueBackup, HeldBack, LONGEST_WAIT, SETTLE, SPREAD, Surroundings, dealt_with, due, forget_behind, held_back,
    mend_clock, next, note_behind, note_jump,
};
pub use job::{Compression, Job, OWN_JOB};
pub use key::{ConfirmedKey, GROUP, KeyFacts, KeyOrder, KeyPresence, KeySheet, KeyTask, Secret, asked_groups};
pub use memory::{DestinationMemory, JobMemory, MassChange};
pub use offsite::{
    FetchOrder, MARK, ReachedByWorker, StoreAccess, StoreNews, StoreOrder, StoreOutcome, StoreTask, StoredObject,
    Unfinished, UploadArchive, UploadOrder, key_of, parts_of,
};
pub use outcome::{
    BAD_DATABASE, CreateOutcome, CreateResult, DamagedFile, Drift, DriftKind, DrillOutcome, ExceptionView, FilePreview,
    InTheWay, OpenedDatabase, RestoreOutcome, VerifyOutcome, VerifyResult,
};
pub use path::{ArchivePath, BadArchivePath};
pub use replica::{astray, copies_to_fetch, is_resting, is_survey_due, next_tending, store_back_off};
pub use trial::{StoreTrial, TrialFault, Tried};
pub use upkeep::{Checked, DRILL, Upkeep, upkeep};
pub use work::{
    ArchiveFacts, CatalogEntry, Conflict, CreateOrder, DrillOrder, EntryKind, PreviewOrder, ReadOrder, Report,
    RestoreOrder, Source, VerifyDepth, VerifyOrder, Work, WorkProgress,
};
