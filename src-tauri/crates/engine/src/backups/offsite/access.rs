//! Where a store is, and with which keys it is reached.

use caretaker_core::backup::{Destination, Place, Secret, StoreAccess, StoreOrder, StoreTask, Work};
use caretaker_core::config::{Credential, Settings};
use caretaker_core::egress::{Allowance, Egress};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::web_address::WebAddress;

use crate::backups::verify::Hurry;
use crate::credential;
use crate::engine::Engine;

/// The section of the configuration that allows what is reached here.
const SECTION: &str = "destination";

/// Address of the server of a bucket.
fn endpoint_of(place: &Place) -> Option<String> {
    match place {
        Place::Folder { .. } => None,
        Place::Bucket { endpoint: Some(endpoint), .. } => Some(endpoint.clone()),
        Place::Bucket { region, .. } => Some(format!("https://s3.{region}.amazonaws.com")),
    }
}

/// From now on the stores of these settings may be reached.
pub(crate) fn allow_stores(settings: &Settings, egress: &dyn Egress) {
    let allowed = settings.destinations.iter().filter_map(|destination| {
        let address: WebAddress = endpoint_of(&destination.place)?.parse().ok()?;
        Some(Allowance { target: address.target, by: format!("{SECTION}.{}", destination.id) })
    });
    egress.allow(SECTION, allowed.collect());
}

/// `s3://bucket/prefix`: how a store is called in paths.
pub(crate) fn root_of(place: &Place) -> Option<String> {
    match place {
        Place::Folder { .. } => None,
        Place::Bucket { bucket, prefix, .. } if prefix.is_empty() => Some(format!("s3://{bucket}")),
        Place::Bucket { bucket, prefix, .. } => Some(format!("s3://{bucket}/{prefix}")),
    }
}

impl Engine {
    /// The store with this id, with its keys.
    pub(super) fn store_access(&self, destination: &Destination) -> Result<StoreAccess, Problem> {
        let id = &destination.id;
        let (Place::Bucket { bucket, prefix, region, access_key, secret_key, .. }, Some(endpoint)) =
            (&destination.place, endpoint_of(&destination.place))
        else {
            return Err(Problem::new(Code::Usage, format!("the destination `{id}` is a folder, and no store")));
        };
        if endpoint.parse::<WebAddress>().is_err() {
            let message = format!("the `endpoint` of the destination `{id}` is no address");
            return Err(Problem::new(Code::InvalidConfiguration, message).hint("it begins with http:// or https://"));
        }
        Ok(StoreAccess {
            id: id.clone(),
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            endpoint,
            region: region.clone(),
            access_key: self.resolved(id, "access_key", access_key.as_ref())?,
            secret_key: self.resolved(id, "secret_key", secret_key.as_ref())?,
        })
    }

    fn resolved(&self, id: &str, key: &str, credential: Option<&Credential>) -> Result<Secret, Problem> {
        let wrong = |why: String, hint: &str| Err(Problem::new(Code::InvalidConfiguration, why).hint(hint));
        match credential {
            None => wrong(
                format!("the destination `{id}` has no `{key}`"),
                "name the keys of the store; `env:NAME` and `file:/path` keep them out of the configuration",
            ),
            Some(Credential::Plain(text)) => Ok(Secret(text.clone())),
            Some(Credential::Environment(name)) => match (self.0.variables)(name).filter(|text| !text.is_empty()) {
                Some(text) => Ok(Secret(text.trim().to_owned())),
                None => wrong(
                    format!("the `{key}` of the destination `{id}` is `env:{name}`, and there is no such variable"),
                    "set it where the engine is started, for a service in its unit, and restart Caretaker",
                ),
            },
            Some(Credential::File(path)) => match credential::in_file(path) {
                Ok(text) => Ok(Secret(text)),
                Err(why) => wrong(
                    format!("the `{key}` of the destination `{id}` is in `{path}`, which {why}"),
                    "the file holds the key alone, in one line, and has the mode 0600",
                ),
            },
            Some(Credential::Secret(name)) => wrong(
                format!(
                    "the `{key}` of the destination `{id}` is `secret:{name}`, and there is no store for secrets yet"
                ),
                "use `env:NAME` or `file:/path`",
            ),
        }
    }

    /// Work for a worker at a store.
    pub(super) async fn store_work(
        &self,
        destination: &Destination,
        task: StoreTask,
        hurry: Hurry,
    ) -> Result<Work, Problem> {
        let store = self.store_access(destination)?;
        let memory = self.destination_memory(&destination.id).await?;
        // One that was moved by the configuration is looked at anew.
        let root = root_of(&destination.place).unwrap_or_default();
        let identity = memory.identity.filter(|_| memory.path == root);
        Ok(Work::Store(Box::new(StoreOrder { store, identity, task, hurry: hurry == Hurry::Yes })))
    }
}
