//! Silences, single values, versions of the configuration and operations: everything that is no alert.

use caretaker_core::alert::{Silence, SilenceId};
use caretaker_core::folder::Survey;
use caretaker_core::time::Timestamp;

use super::store::StateStore;
use crate::error::StoreError;
use crate::table::configuration::{SavedConfiguration, Verdict};
use crate::table::operation::Operation;
use crate::table::{configuration, folder_survey, operation, setting, silence};

impl StateStore {
    /// Silences that are not over at `at`, those that lie ahead too, by their beginning.
    pub fn silences(&self, at: Timestamp) -> Result<Vec<Silence>, StoreError> {
        self.handle.read(|connection| silence::not_over(connection, at))
    }

    /// Stores a silence, or changes it.
    pub fn put_silence(&self, silence: &Silence) -> Result<(), StoreError> {
        let silence = silence.clone();
        self.handle.write(move |writer| silence::put(&writer.connection, &silence))
    }

    /// Ends a silence; false when there is none of that identity, or it is over already.
    pub fn end_silence(&self, id: &SilenceId, at: Timestamp) -> Result<bool, StoreError> {
        let id = id.clone();
        self.handle.write(move |writer| silence::end(&writer.connection, &id, at))
    }

    /// Stores a look at the folders of a disk; forty of each disk are kept.
    pub fn put_survey(&self, mount: &str, survey: &Survey) -> Result<(), StoreError> {
        let (mount, survey) = (mount.to_owned(), survey.clone());
        self.handle.write(move |writer| folder_survey::put(&writer.connection, &mount, &survey))
    }

    /// Every look at the folders of disks that is kept, by mount point and time.
    pub fn surveys(&self) -> Result<Vec<(String, Survey)>, StoreError> {
        self.handle.read(|connection| folder_survey::all(connection))
    }

    /// A single value.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.handle.read(|connection| setting::get(connection, name))
    }

    /// Sets a single value; none removes it.
    pub fn put_setting(&self, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.map(str::to_owned));
        self.handle.write(move |writer| setting::put(&writer.connection, &name, value.as_deref()))
    }

    /// Stores a version of the configuration without errors and gives its number; the newest one is not stored twice.
    pub fn save_configuration(&self, text: &str, at: Timestamp, who: &str) -> Result<u32, StoreError> {
        self.save(text, at, who, Verdict::Good)
    }

    /// Stores a version of the configuration that has errors, for the history only.
    pub fn save_faulty_configuration(&self, text: &str, at: Timestamp, who: &str) -> Result<u32, StoreError> {
        self.save(text, at, who, Verdict::Faulty)
    }

    /// The newest version of the configuration without errors.
    pub fn last_good_configuration(&self) -> Result<Option<SavedConfiguration>, StoreError> {
        self.handle.read(|connection| configuration::last_good(connection))
    }

    /// All versions of the configuration, the newest first; a hundred are kept.
    pub fn configuration_history(&self) -> Result<Vec<SavedConfiguration>, StoreError> {
        self.handle.read(|connection| configuration::history(connection))
    }

    /// Stores an operation; a thousand are kept.
    pub fn record_operation(&self, operation: &Operation) -> Result<(), StoreError> {
        let operation = operation.clone();
        self.handle.write(move |writer| operation::insert(&writer.connection, &operation))
    }

    /// At most `limit` operations, the newest first.
    pub fn operations(&self, limit: usize) -> Result<Vec<Operation>, StoreError> {
        self.handle.read(|connection| operation::list(connection, limit))
    }

    fn save(&self, text: &str, at: Timestamp, who: &str, verdict: Verdict) -> Result<u32, StoreError> {
        let (text, who) = (text.to_owned(), who.to_owned());
        self.handle.write(move |writer| configuration::save(&writer.connection, &text, at, &who, verdict))
    }
}
