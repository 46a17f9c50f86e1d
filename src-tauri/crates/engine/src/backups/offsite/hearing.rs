//! Hears what a worker tells of a store, and remembers it at once: what was told before a kill is known after it.

use std::collections::BTreeMap;

use caretaker_core::backup::{Report, StoreNews, Unfinished, Work};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{CopyState, CopyView};

use crate::backups::running::{Hear, Running};
use crate::engine::Engine;

fn unfinished_key(destination: &str) -> String {
    format!("backup.unfinished.{destination}")
}

/// What is told of one store.
pub(super) struct StoreHearing {
    engine: Engine,
    /// The id of the destination.
    destination: String,
    /// Objects that are not what was copied there, with the reason.
    pub wrong: BTreeMap<String, String>,
    /// Archives that could not be copied, and the last reason.
    pub not_copied: u32,
    /// Why the last of them was not.
    pub why: Option<String>,
}

impl StoreHearing {
    pub fn new(engine: Engine, destination: &str) -> Self {
        let destination = destination.to_owned();
        Self { engine, destination, wrong: BTreeMap::new(), not_copied: 0, why: None }
    }

    async fn news(&mut self, news: StoreNews) -> Result<(), Problem> {
        let (engine, at) = (self.engine.clone(), self.engine.now());
        match news {
            StoreNews::Unfinished(unfinished) => {
                return engine.remember_unfinished(&self.destination, Some(unfinished)).await;
            }
            StoreNews::Copied { archive, object } => {
                let before = engine.copy_at(&archive, &self.destination).await?;
                let copy = CopyView {
                    destination: self.destination.clone(),
                    state: CopyState::Replicated,
                    at,
                    key: object.key,
                    bytes: object.bytes,
                    tag: object.tag,
                    fetched: before.and_then(|before| before.fetched),
                    ..CopyView::default()
                };
                engine.put_copy(archive, copy).await?;
                engine.remember_unfinished(&self.destination, None).await?;
            }
            StoreNews::NotCopied { archive, why, is_wrong } => {
                let before = engine.copy_at(&archive, &self.destination).await?.unwrap_or_default();
                let is_wrong = is_wrong || before.is_wrong;
                let destination = self.destination.clone();
                let copy =
                    CopyView { destination, state: CopyState::Failed, why: Some(why.clone()), is_wrong, ..before };
                engine.put_copy(archive, copy).await?;
                engine.remember_unfinished(&self.destination, None).await?;
                (self.not_copied, self.why) = (self.not_copied + 1, Some(why));
            }
            StoreNews::Wrong { key, why } => drop(self.wrong.insert(key, why)),
        }
        engine.backups_changed();
        Ok(())
    }
}

impl Hear for StoreHearing {
    async fn hear(&mut self, report: Report) -> Result<Option<Report>, Problem> {
        match report {
            Report::News(news) => self.news(news).await.map(|()| None),
            other => Ok(Some(other)),
        }
    }
}

/// Has a worker work at a store; says what came of it.
pub(super) async fn perform(
    running: &mut Running,
    work: &Work,
    hearing: &mut StoreHearing,
) -> Result<caretaker_core::backup::StoreOutcome, Problem> {
    match running.perform_hearing(work, hearing).await? {
        Report::AtStore(outcome) => Ok(*outcome),
        other => Err(Problem::new(Code::Internal, format!("a worker at a store told {other:?}"))),
    }
}

impl Engine {
    /// What a store has of an archive that is not all there yet.
    pub(super) async fn unfinished(&self, destination: &str) -> Result<Option<Unfinished>, Problem> {
        let key = unfinished_key(destination);
        self.blocking(move |inner| Ok(inner.state.setting(&key)?.and_then(|text| serde_json::from_str(&text).ok())))
            .await
    }

    pub(super) async fn remember_unfinished(
        &self,
        destination: &str,
        unfinished: Option<Unfinished>,
    ) -> Result<(), Problem> {
        let key = unfinished_key(destination);
        let text = unfinished.map(|one| serde_json::to_string(&one)).transpose();
        let text = text.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        self.blocking(move |inner| Ok(inner.state.put_setting(&key, text.as_deref())?)).await
    }
}
