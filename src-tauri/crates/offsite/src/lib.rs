//! Copies of archives in a store that speaks S3: there and back, resumed after any end, and read back before they count. Knows keys and
//! bytes; what an archive is, what is copied when, and who is told, is the business of others.
//!
//! The only way out is the port `Egress`. Nothing is opened before the first request. Every call blocks, and ends soon after it
//! was cancelled.

mod connector;
mod error;
mod fetch;
mod mark;
mod store;
mod trial;
mod upload;

pub use error::StoreError;
pub use fetch::{Ends, Pieces};
pub use store::{Cancelled, Store};
pub use upload::{Sent, Upload};
