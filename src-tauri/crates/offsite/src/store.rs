//! A bucket, or what lies below a prefix of it, with calls that block.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use caretaker_core::backup::{StoreAccess, StoredObject};
use caretaker_core::egress::Egress;
use caretaker_core::web_address::WebAddress;
use futures_util::TryStreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::path::Path as Key;
use object_store::{
    BackoffConfig, ClientOptions, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions, PutPayload,
    RetryConfig,
};

use crate::connector::OverEgress;
use crate::error::StoreError;

/// How often somebody is asked whether the work shall end.
const LOOK: Duration = Duration::from_millis(100);

/// Whether somebody wants the work to end.
pub type Cancelled<'a> = &'a (dyn Fn() -> bool + Sync);

/// A store that can be reached, or not: nothing is opened before something is asked of it.
pub struct Store<'a> {
    pub(crate) s3: AmazonS3,
    pub(crate) way: OverEgress,
    prefix: String,
    runtime: tokio::runtime::Runtime,
    cancelled: Cancelled<'a>,
}

/// What becomes of an object that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays, and the call fails.
    Stays,
    /// It goes.
    Goes,
}

impl<'a> Store<'a> {
    /// Opens nothing.
    pub fn new(access: &StoreAccess, egress: Arc<dyn Egress>, cancelled: Cancelled<'a>) -> Result<Self, StoreError> {
        let refused = |why: String| StoreError::Refused(why);
        let address: WebAddress =
            access.endpoint.parse().map_err(|error| refused(format!("the `endpoint` of `{}`: {error}", access.id)))?;
        let mut options = ClientOptions::new();
        if !address.secure {
            options = options.with_allow_http(true);
        }
        let way = OverEgress::to(address, egress);
        let s3 = AmazonS3Builder::new()
            .with_bucket_name(&access.bucket)
            .with_endpoint(access.endpoint.trim_end_matches('/'))
            .with_region(&access.region)
            .with_access_key_id(&access.access_key.0)
            .with_secret_access_key(&access.secret_key.0)
            .with_client_options(options)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_retry(retry())
            .with_http_connector(way.clone())
            .build()
            .map_err(|error| refused(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(2).build();
        let runtime = runtime.map_err(|error| StoreError::Local(format!("start to speak: {error}")))?;
        Ok(Self { s3, way, prefix: access.prefix.clone(), runtime, cancelled })
    }

    /// Waits for an answer, no longer than somebody wants it.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        self.runtime.block_on(async {
            let mut work = std::pin::pin!(work);
            loop {
                if (self.cancelled)() {
                    return Err(StoreError::Cancelled);
                }
                if let Ok(done) = tokio::time::timeout(LOOK, work.as_mut()).await {
                    return done;
                }
            }
        })
    }

    /// The whole key of an object.
    pub(crate) fn key(&self, key: &str) -> Key {
        if self.prefix.is_empty() { Key::from(key) } else { Key::from(format!("{}/{key}", self.prefix)) }
    }

    /// What all keys begin with; none for nothing.
    pub(crate) fn whole_prefix(&self) -> Option<Key> {
        (!self.prefix.is_empty()).then(|| Key::from(self.prefix.as_str()))
    }

    fn object(&self, meta: ObjectMeta) -> Option<StoredObject> {
        let key = meta.location.as_ref();
        let key = if self.prefix.is_empty() { key } else { key.strip_prefix(&self.prefix)?.strip_prefix('/')? };
        Some(StoredObject { key: key.to_owned(), bytes: meta.size, tag: meta.e_tag })
    }

    /// An object without its bytes; none where there is none.
    pub fn look(&self, key: &str) -> Result<Option<StoredObject>, StoreError> {
        let found = self.wait(async { self.s3.head(&self.key(key)).await.map_err(|error| StoreError::of(error, key)) });
        match found {
            Ok(meta) => Ok(self.object(meta)),
            Err(StoreError::Absent(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Bytes of an object, from one place to another.
    pub fn read(&self, key: &str, range: std::ops::Range<u64>) -> Result<Vec<u8>, StoreError> {
        let wanted = range.end.saturating_sub(range.start);
        let bytes = self.wait(async {
            self.s3.get_range(&self.key(key), range).await.map_err(|error| StoreError::of(error, key))
        })?;
        if bytes.len() as u64 == wanted {
            return Ok(bytes.to_vec());
        }
        Err(StoreError::Wrong(format!("the store gave {} bytes of `{key}` in place of {wanted}", bytes.len())))
    }

    /// A small object, complete or not at all.
    pub(crate) fn put(&self, key: &str, bytes: Vec<u8>, existing: Existing) -> Result<(), StoreError> {
        let mode = match existing {
            Existing::Stays => PutMode::Create,
            Existing::Goes => PutMode::Overwrite,
        };
        let options = PutOptions { mode, ..PutOptions::default() };
        self.wait(async {
            let put = self.s3.put_opts(&self.key(key), PutPayload::from(bytes), options).await;
            put.map(drop).map_err(|error| StoreError::of(error, key))
        })
    }

    /// Everything below the prefix.
    pub fn survey(&self) -> Result<Vec<StoredObject>, StoreError> {
        let prefix = self.whole_prefix();
        let found: Vec<ObjectMeta> = self.wait(async {
            let listed = self.s3.list(prefix.as_ref()).try_collect().await;
            listed.map_err(|error| StoreError::of(error, &self.prefix))
        })?;
        Ok(found.into_iter().filter_map(|meta| self.object(meta)).collect())
    }

    /// Removes an object. One that is gone already is as it should be.
    pub fn remove(&self, key: &str) -> Result<(), StoreError> {
        let gone =
            self.wait(async { self.s3.delete(&self.key(key)).await.map_err(|error| StoreError::of(error, key)) });
        match gone {
            Ok(()) | Err(StoreError::Absent(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// A few tries within seconds; what lasts longer is for whoever asked to try again.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(3),
            base: 3.0,
        },
        max_retries: 3,
        retry_timeout: Duration::from_secs(30),
    }
}
