//! For whom an archive is encrypted, and what reads it back before it gets its name.

use super::order::Order;
use crate::encryption::{Key, Keys, Recipient};

/// What an archive is written with.
pub(super) struct Sealing {
    /// For whom; for nobody means plain.
    pub recipients: Vec<Recipient>,
    /// What opens it afterwards.
    pub keys: Keys,
}

impl Sealing {
    pub(super) fn of(wish: &Order<'_>) -> Self {
        let mut recipients = wish.recipients.to_vec();
        let mut keys = wish.keys.clone();
        if !recipients.is_empty() && !keys.belong_to(&recipients) {
            // A lost key is no reason to back up nothing, and what cannot be read back must not get a name. So this archive alone has
            // a second key, which ends with this run.
            let once = Key::generate();
            recipients.push(once.recipient());
            keys = Keys::new(vec![once]);
        }
        Self { recipients, keys }
    }
}
