//! The configuration as doors see and change it.

use caretaker_core::config::{Document, Settings, ValueOrigin, is_credential};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ConfigurationView, OriginView, SetRequest, ValidationView};
use caretaker_platform::files;

use crate::configuration::{invalid, resolve};
use crate::engine::Engine;

impl Engine {
    /// What is in force, where it comes from, and what is wrong with the file.
    pub fn configuration(&self) -> ConfigurationView {
        let in_force = self.0.in_force.borrow().clone();
        let document = in_force.text.as_deref().and_then(|text| Document::parse(text).ok());
        let origins = in_force.settings.origins(document.as_ref(), self.0.environment.iter().cloned());
        ConfigurationView {
            path: self.0.configuration.display().to_string(),
            exists: in_force.stamp.is_some(),
            // A text that cannot be read as one is not shown: who knows what stands in it.
            text: document.as_ref().map(Document::shown_text).unwrap_or_default(),
            settings: Settings::clone(&in_force.settings),
            origins: origins
                .into_iter()
                .map(|origin| OriginView { key: origin.key, value: origin.value, origin: place(&origin.origin) })
                .collect(),
            problems: in_force.problems.clone(),
            in_force_since: Some(in_force.since),
            unused: document.as_ref().map(Document::unused_sections).unwrap_or_default(),
            notes: document.map(|document| document.notes().to_vec()).unwrap_or_default(),
        }
    }

    /// Checks a text without taking it over.
    pub fn validate_configuration(&self, text: &str) -> ValidationView {
        let problems = resolve(Some(text), &self.0.environment, self.0.platform).err().unwrap_or_default();
        let document = Document::parse(text).ok();
        let unused = document.as_ref().map(Document::unused_sections).unwrap_or_default();
        let notes = document.map(|document| document.notes().to_vec()).unwrap_or_default();
        ValidationView { valid: problems.is_empty(), problems, unused, notes }
    }

    /// Changes one key in the file, or removes it; comments survive. Takes it over at once.
    pub async fn set_configuration(&self, request: SetRequest) -> Result<ConfigurationView, Problem> {
        let what = match &request.value {
            Some(_) if is_credential(&request.key) => format!("Set {}", request.key),
            Some(value) => format!("Set {} to {value}", request.key),
            None => format!("Removed {}", request.key),
        };
        let key = request.key.clone();
        self.edit(what, move |document| {
            let changed = match &request.value {
                Some(value) => document.set(&request.key, value),
                None => document.unset(&request.key),
            };
            changed.map_err(|problems| refused(&key, &problems))
        })
        .await
    }

    /// Changes several keys in the file as one.
    pub(crate) async fn change_configuration(
        &self,
        changes: Vec<(String, Option<String>)>,
        what: String,
    ) -> Result<ConfigurationView, Problem> {
        let key = changes.first().map(|(key, _)| key.clone()).unwrap_or_default();
        self.edit(what, move |document| document.change(&changes).map_err(|problems| refused(&key, &problems))).await
    }

    /// Reads the file, changes its text, writes it and takes it over, one change at a time.
    async fn edit(
        &self,
        what: String,
        change: impl FnOnce(&Document) -> Result<String, Problem>,
    ) -> Result<ConfigurationView, Problem> {
        self.writable()?;
        let _one_at_a_time = self.0.configuring.lock().await;
        let path = self.0.configuration.clone();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(Problem::new(Code::InvalidConfiguration, format!("read {}: {error}", path.display()))
                    .hint("check that the file is UTF-8 text and that you may read it"));
            }
        };
        let document = Document::parse(&text).map_err(|problems| invalid(&path, &problems))?;
        let changed = change(&document)?;
        resolve(Some(&changed), &self.0.environment, self.0.platform)
            .map_err(|problems| refused("the configuration", &problems))?;
        self.blocking(move |_| {
            // The error names the step and the file.
            files::write_atomic(&path, changed.as_bytes(), 0o600).map_err(|error| match Problem::from(error) {
                full if full.code == Code::DiskFull => full,
                other => other.hint("check that the folder of the file can be written"),
            })
        })
        .await?;
        self.take_over().await?;
        self.record("configuration", what, Ok(())).await;
        Ok(self.configuration())
    }
}

fn place(origin: &ValueOrigin) -> String {
    match origin {
        ValueOrigin::Default => "default".to_owned(),
        ValueOrigin::File { line } => format!("file line {line}"),
        ValueOrigin::Environment { variable } => format!("environment {variable}"),
    }
}

pub(super) fn refused(key: &str, problems: &[caretaker_core::config::ConfigProblem]) -> Problem {
    let reasons: Vec<String> = problems.iter().map(|problem| problem.message.clone()).collect();
    let hint = problems.iter().find_map(|problem| problem.hint.clone()).unwrap_or_default();
    Problem::new(Code::InvalidConfiguration, format!("`{key}` was not changed: {}", reasons.join("; "))).hint(hint)
}
