//! A member of the archive itself that may be longer than a frame: cut while it is written, and never in memory as a whole.

use super::run::Writing;
use crate::error::{BackupError, Result};
use crate::format::CUT;
use crate::format::member::pad;

/// It grows.
pub(super) struct Long<'w, 'a, 'b> {
    pub writing: &'w mut Writing<'a, 'b>,
    /// What is not yet in a frame; begins with the header.
    pub raw: Vec<u8>,
    /// Bytes of content so far.
    pub written: u64,
}

impl Long<'_, '_, '_> {
    /// Appends content.
    pub(super) fn write(&mut self, mut content: &[u8]) -> Result<()> {
        self.written += content.len() as u64;
        while self.raw.len() + content.len() > CUT as usize {
            let (piece, rest) = content.split_at((CUT as usize).saturating_sub(self.raw.len()));
            self.raw.extend_from_slice(piece);
            self.writing.frame(&self.raw)?;
            self.raw.clear();
            content = rest;
        }
        self.raw.extend_from_slice(content);
        Ok(())
    }

    /// Ends it after as many bytes as its header says.
    pub(super) fn finish(mut self, size: u64) -> Result<()> {
        if self.written != size {
            return Err(BackupError::refused("write a list: its lines changed while they were counted"));
        }
        pad(&mut self.raw, size);
        for piece in self.raw.chunks(CUT as usize) {
            self.writing.frame(piece)?;
        }
        Ok(())
    }
}
