//! A connection to Apple's system management controller. Reading needs no rights.

use std::collections::HashMap;

use objc2_io_kit::{IOConnectCallStructMethod, IOServiceClose, IOServiceOpen, io_connect_t, kIOReturnSuccess};

use super::registry::objects;
use crate::smc::{Message, decode, key, name};

/// The one function of the driver that takes a message and gives one.
const EXCHANGE: u32 = 2;
/// More keys than any controller has.
const MOST_KEYS: u32 = 10_000;

/// See the module.
#[derive(Debug)]
pub(crate) struct Smc {
    connection: io_connect_t,
    /// Length and type of what lies behind a key; they never change.
    kinds: HashMap<u32, (u32, u32)>,
}

/// What lies behind a key.
#[derive(Clone, Debug)]
pub(crate) struct SmcValue {
    /// Four letters: `flt `, `ui8 `.
    pub(crate) kind: String,
    pub(crate) bytes: Vec<u8>,
    /// What the bytes mean; none for a type that is no number.
    pub(crate) number: Option<f64>,
}

impl Drop for Smc {
    fn drop(&mut self) {
        // Only a connection that is no longer valid would be refused.
        let _ = IOServiceClose(self.connection);
    }
}

impl Smc {
    /// None where there is no controller that lets itself be read: old chips, virtual machines.
    pub(crate) fn open() -> Option<Self> {
        let found = objects(c"AppleSMC");
        let endpoint = found.iter().find(|object| object.name().is_some_and(|name| name == "AppleSMCKeysEndpoint"));
        let service = endpoint.or(found.first())?;
        let mut connection: io_connect_t = 0;
        #[expect(
            deprecated,
            reason = "the crate that libc names instead would be one more dependency for one function"
        )]
        // SAFETY: the service is valid, the task is this one, and one handle is written.
        let result = unsafe { IOServiceOpen(service.handle(), libc::mach_task_self(), 0, &raw mut connection) };
        (result == kIOReturnSuccess && connection != 0).then(|| Self { connection, kinds: HashMap::new() })
    }

    fn exchange(&self, question: &Message) -> Option<Message> {
        let mut answer = Message::default();
        let mut length = size_of::<Message>();
        // SAFETY: the driver reads one message and writes at most one; both live until the call returns.
        let result = unsafe {
            IOConnectCallStructMethod(
                self.connection,
                EXCHANGE,
                (&raw const *question).cast(),
                size_of::<Message>(),
                (&raw mut answer).cast(),
                &raw mut length,
            )
        };
        (result == kIOReturnSuccess && answer.result == 0).then_some(answer)
    }

    fn kind_of(&mut self, key: u32) -> Option<(u32, u32)> {
        if let Some(kind) = self.kinds.get(&key) {
            return Some(*kind);
        }
        let answer = self.exchange(&Message::kind_of(key))?;
        let kind = (answer.length, answer.kind);
        self.kinds.insert(key, kind);
        Some(kind)
    }

    /// What lies behind a key; none when there is no such key.
    pub(crate) fn value(&mut self, of: &str) -> Option<SmcValue> {
        let key = key(of)?;
        let (length, kind) = self.kind_of(key)?;
        let answer = self.exchange(&Message::bytes_of(key, (length, kind)))?;
        let bytes = answer.bytes.get(..length as usize)?.to_vec();
        let kind = name(kind)?;
        let number = decode(&kind, &bytes);
        Some(SmcValue { kind, bytes, number })
    }

    /// The number behind a key.
    pub(crate) fn number(&mut self, of: &str) -> Option<f64> {
        self.value(of)?.number
    }

    /// The names of all keys. Asks for each by its index, which takes long: once.
    pub(crate) fn keys(&mut self) -> Vec<String> {
        let count = self.number("#KEY").map_or(0, |count| count as u32).min(MOST_KEYS);
        let at = |index| self.exchange(&Message::key_at(index));
        (0..count).filter_map(|index| name(at(index)?.key)).collect()
    }
}
