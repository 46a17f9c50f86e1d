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
        self.memory(job_key(id)).await
    }

    /// Changes what is remembered of a job.
    pub(crate) async fn remember_job(
        &self,
        id: &str,
        change: impl FnOnce(&mut JobMemory) + Send + 'static,
    ) -> Result<JobMemory, Problem> {
        self.change_memory(job_key(id), change).await
    }

    /// What is remembered of a destination.
    pub(crate) async fn destination_memory(&self, id: &str) -> Result<DestinationMemory, Problem> {
        self.memory(destination_key(id)).await
    }

    /// Changes what is remembered of a destination.
    pub(crate) async fn remember_destination(
        &self,
        id: &str,
        change: impl FnOnce(&mut DestinationMemory) + Send + 'static,
    ) -> Result<DestinationMemory, Problem> {
        self.change_memory(destination_key(id), change).await
    }

    async fn memory<T: DeserializeOwned + Default + Send + 'static>(&self, key: String) -> Result<T, Problem> {
        self.blocking(move |inner| read(inner, &key)).await
    }

    /// Reads, changes and writes with nobody else in between.
    async fn change_memory<T>(&self, key: String, change: impl FnOnce(&mut T) + Send + 'static) -> Result<T, Problem>
    where
        T: Serialize + DeserializeOwned + Default + Clone + PartialEq + Send + 'static,
    {
        self.blocking(move |inner| {
            let _alone = inner.backups.remembering.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory: T = read(inner, &key)?;
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
