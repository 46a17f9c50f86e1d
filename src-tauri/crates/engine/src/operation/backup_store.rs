//! Setting up a store beyond this machine: tried as it is typed, and written into the configuration. Keys are named by where they are,
//! and never written.

use caretaker_core::backup::{Destination, Place};
use caretaker_core::config::Credential;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_core::view::{BackupsView, StoreRequest, StoreTrialRequest, StoreTrialView};
use caretaker_core::web_address::WebAddress;

use crate::backups::root_of;
use crate::engine::Engine;

/// What servers other than Amazon's take as well; not written.
const REGION: &str = "us-east-1";

impl Engine {
    /// Tries whether copies can be made at a store: one of the configuration, or one that is being set up.
    pub async fn try_store(&self, request: StoreTrialRequest) -> Result<StoreTrialView, Problem> {
        self.writable()?;
        let begun = tokio::time::Instant::now();
        let store = match &request.store {
            Some(store) => checked(&request.destination, store)?,
            None => self.destination(&request.destination)?,
        };
        let Place::Bucket { bucket, .. } = &store.place else {
            let message = format!("the destination `{}` is a folder, and no store", store.id);
            return Err(Problem::new(Code::Usage, message).hint("name one that has `s3`"));
        };
        let trial = self.trial_of(&store).await?;
        Ok(StoreTrialView {
            destination: store.id.clone(),
            place: root_of(&store.place).unwrap_or_default(),
            is_usable: trial.is_usable(),
            steps: trial.steps(bucket),
            took_ms: u64::try_from(Span::from(begun.elapsed()).as_millis()).unwrap_or(0),
        })
    }

    /// Writes a store into the configuration, new or changed; comments and other keys survive.
    pub async fn put_store(&self, id: &str, request: StoreRequest) -> Result<BackupsView, Problem> {
        self.writable()?;
        let store = checked(id, &request)?;
        if let Ok(Destination { place: Place::Folder { path }, .. }) = self.destination(id) {
            let message = format!("the destination `{id}` is the folder `{path}`");
            return Err(Problem::new(Code::Usage, message).hint("choose another name for the store"));
        }
        let Place::Bucket { endpoint, region, .. } = &store.place else { return self.backups().await };
        let key = |name: &str| format!("destination.{id}.{name}");
        let changes = vec![
            (key("s3"), root_of(&store.place)),
            (key("endpoint"), endpoint.clone()),
            (key("region"), Some(region.clone()).filter(|region| region != REGION)),
            (key("access_key"), Some(request.access_key.trim().to_owned())),
            (key("secret_key"), Some(request.secret_key.trim().to_owned())),
        ];
        self.change_configuration(changes, format!("Set up the store {id}")).await?;
        self.backups_changed();
        self.backups().await
    }
}

/// A store as somebody typed it, if it can be one.
fn checked(id: &str, request: &StoreRequest) -> Result<Destination, Problem> {
    let wrong = |what: String, hint: &str| Err(Problem::new(Code::Usage, what).hint(hint));
    let (bucket, prefix) = (request.bucket.trim(), request.prefix.trim().trim_matches('/'));
    let is_plain = |text: &str| text.chars().all(|letter| letter.is_ascii_graphic());
    if bucket.is_empty() || bucket.contains('/') || !is_plain(bucket) {
        return wrong(
            format!("`{bucket}` is no name of a bucket"),
            "a bucket has small letters, digits, dots and dashes",
        );
    }
    if !is_plain(prefix) {
        return wrong(format!("`{prefix}` is no prefix"), "a prefix has no spaces: `backups/laptop`");
    }
    let given = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (endpoint, region) = (given(request.endpoint.as_deref()), given(request.region.as_deref()));
    if let Some(address) = &endpoint {
        match address.parse::<WebAddress>() {
            Ok(parsed) if parsed.user.is_none() => {}
            Ok(_) => return wrong("the address holds a password".to_owned(), "name the keys by where they are"),
            Err(_) => {
                return wrong(format!("`{address}` is no address of a server"), "it begins with https:// or http://");
            }
        }
    }
    if region.as_deref().is_some_and(|region| !is_plain(region)) {
        return wrong("the region is no word".to_owned(), "it is what the store names, for example `eu-central-1`");
    }
    let mut keys = Vec::new();
    for (name, text) in [("access_key", &request.access_key), ("secret_key", &request.secret_key)] {
        let credential = Credential::new(text.trim());
        match &credential {
            Credential::Environment(place) | Credential::File(place) if !place.is_empty() => {
                keys.push(credential.clone());
            }
            Credential::Environment(_) | Credential::File(_) | Credential::Plain(_) | Credential::Secret(_) => {
                // What was typed may be the key itself, and is not repeated.
                return wrong(
                    format!("`{name}` does not say where the key is"),
                    "keys are not written into the configuration: `env:NAME` names a variable, `file:/path` a file of mode 0600",
                );
            }
        }
    }
    let secret_key = keys.pop();
    Ok(Destination {
        id: id.to_owned(),
        place: Place::Bucket {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint,
            region: region.unwrap_or_else(|| REGION.to_owned()),
            access_key: keys.pop(),
            secret_key,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> StoreRequest {
        StoreRequest {
            endpoint: Some(" https://s3.example.org ".to_owned()),
            region: Some(String::new()),
            bucket: "archives".to_owned(),
            prefix: "/mini/".to_owned(),
            access_key: "env:STORE_KEY".to_owned(),
            secret_key: "file:/etc/caretaker/secret".to_owned(),
        }
    }

    #[test]
    fn what_is_typed_becomes_a_store_without_what_is_too_much() {
        let store = checked("offsite", &request()).unwrap();
        assert_eq!(root_of(&store.place).unwrap(), "s3://archives/mini");
        let Place::Bucket { endpoint, region, access_key, secret_key, .. } = store.place else { panic!("no bucket") };
        assert_eq!((endpoint.as_deref(), region.as_str()), (Some("https://s3.example.org"), REGION));
        assert_eq!(access_key, Some(Credential::Environment("STORE_KEY".to_owned())));
        assert_eq!(secret_key, Some(Credential::File("/etc/caretaker/secret".to_owned())));
    }

    #[test]
    fn a_key_is_never_taken_in_plain_and_never_repeated() {
        for (access_key, secret_key) in
            [("AKIA123", "env:B"), ("env:A", "hunter2"), ("env:", "env:B"), ("env:A", "secret:b")]
        {
            let request =
                StoreRequest { access_key: access_key.to_owned(), secret_key: secret_key.to_owned(), ..request() };
            let refused = checked("offsite", &request).unwrap_err();
            let said = format!("{} {}", refused.message, refused.hint);
            assert!(!said.contains("AKIA123") && !said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn what_cannot_be_a_store_is_refused_with_a_reason() {
        let refused = |change: fn(&mut StoreRequest)| {
            let mut request = request();
            change(&mut request);
            checked("offsite", &request).unwrap_err().message
        };
        assert!(refused(|one| one.bucket = String::new()).contains("bucket"));
        assert!(refused(|one| one.bucket = "a/b".to_owned()).contains("bucket"));
        assert!(refused(|one| one.prefix = "a b".to_owned()).contains("prefix"));
        assert!(refused(|one| one.endpoint = Some("s3.example.org".to_owned())).contains("address"));
        assert!(refused(|one| one.endpoint = Some("https://u:p@s3.example.org".to_owned())).contains("password"));
    }
}
