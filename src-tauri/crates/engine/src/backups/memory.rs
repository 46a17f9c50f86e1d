//! What is remembered of jobs and destinations, each a value in `caretaker.db`: it is no part of the catalog, which may be lost.

use std::sync::PoisonError;

use caretaker_core::backup::{DestinationMemory, JobMemory};
use caretaker_core::problem::{Code, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::{Engine, Inner};

fn job_key(id: &str) -> String {
    format!("backup.job.{id}")
}

fn destination_key(id: &str) -> String {
    format!("backup.destination.{id}")
}

fn read<T: DeserializeOwned + Default>(inner: &Inner, key: &str) -> Result<T, Problem> {
    // What cannot be read was written by nobody.
    Ok(inner.state.setting(key)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn write<T: Serialize>(inner: &Inner, key: &str, value: &T) -> Result<(), Problem> {
    let text = serde_json::to_string(value).map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    Ok(inner.state.put_setting(key, Some(&text))?)
}

impl Engine {
    /// What is remembered of a job.
    pub(crate) async fn job_memory(&self, id: &str) -> Result<JobMemory, Problem> {
        let key = job_key(id);
        self.blocking(move |inner| read(inner, &key)).await
    }

    /// Changes what is remembered of a job.
    pub(crate) async fn remember_job(
        &self,
        id: &str,
        change: impl FnOnce(&mut JobMemory) + Send + 'static,
    ) -> Result<JobMemory, Problem> {
        let key = job_key(id);
        self.blocking(move |inner| {
            let _alone = inner.backups.remembering.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory: JobMemory = read(inner, &key)?;
            let before = memory.clone();
            change(&mut memory);
            if memory != before {
                write(inner, &key, &memory)?;
            }
            Ok(memory)
        })
        .await
    }

    /// What is remembered of a destination.
    pub(crate) async fn destination_memory(&self, id: &str) -> Result<DestinationMemory, Problem> {
        let key = destination_key(id);
        self.blocking(move |inner| read(inner, &key)).await
    }

    /// Changes what is remembered of a destination.
    pub(crate) async fn remember_destination(
        &self,
        id: &str,
        change: impl FnOnce(&mut DestinationMemory) + Send + 'static,
    ) -> Result<DestinationMemory, Problem> {
        let key = destination_key(id);
        self.blocking(move |inner| {
            let _alone = inner.backups.remembering.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory: DestinationMemory = read(inner, &key)?;
            let before = memory.clone();
            change(&mut memory);
            if memory != before {
                write(inner, &key, &memory)?;
            }
            Ok(memory)
        })
        .await
    }
}
