//! Encryption of archives with age: who may read one, who can, and random access to what is encrypted. Knows nothing of what the
//! bytes mean. The format is that of <https://age-encryption.org/v1>, so that the ordinary program opens what is written here.

mod keys;
mod sealed;

pub(crate) use keys::seal;
pub use keys::{Key, Keys, LETTERS, Recipient};
pub(crate) use sealed::Sealed;

/// What every file of age begins with.
pub const MAGIC: &[u8] = b"age-encryption.org/v1\n";
/// What names of encrypted archives end with.
pub const EXTENSION: &str = "age";
/// Why not even a part can be saved.
pub(crate) const HEADER_LOST: &str = "the header of its encryption is damaged: nothing in it can be read";
