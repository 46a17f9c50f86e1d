//! What the menu does about backups. The engine does the work; how it goes comes back in the status.

use std::sync::Arc;

use caretaker_core::problem::Problem;
use caretaker_core::view::{ActivitiesView, ActivityKind, BackupsView, CreateRequest};
use hyper::Method;

use crate::link::Link;

/// Backs up every job of the owner's.
pub async fn back_up(link: Arc<Link>) {
    let begun = async {
        let client = link.client()?;
        let backups: BackupsView = client.get("/backups").await?;
        for job in backups.jobs.iter().filter(|job| !job.is_own) {
            let address = format!("/backups/jobs/{}/create", job.job.id);
            client.send::<serde_json::Value>(Method::POST, &address, &CreateRequest::default()).await?;
        }
        Ok::<_, Problem>(())
    };
    if let Err(problem) = begun.await {
        tracing::error!(%problem, "a backup could not be begun");
    }
}

/// Ends every backup that goes on or waits.
pub async fn cancel_backups(link: Arc<Link>) {
    let ended = async {
        let client = link.client()?;
        let view: ActivitiesView = client.get("/activities").await?;
        let going_on = view.activities.iter().filter(|one| one.kind == ActivityKind::Create && !one.state.is_over());
        for activity in going_on {
            let address = format!("/activities/{}/cancel", activity.id);
            client.send::<serde_json::Value>(Method::POST, &address, &()).await?;
        }
        Ok::<_, Problem>(())
    };
    if let Err(problem) = ended.await {
        tracing::error!(%problem, "a backup could not be ended");
    }
}
