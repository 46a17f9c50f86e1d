//! Opens files of the sources for one thread, and looks into them where only their content tells.

use std::collections::HashMap;
use std::fs::File;

use sha2::Digest as _;

use super::order::Order;
use super::plan::{Large, Plan};
use crate::descent::{Descent, split};
use crate::error::{BackupError, Result};
use crate::format::manifest::Kind;
use crate::format::sparse::SparseMap;
use crate::source::read;
use crate::source::replace::MAGIC;
use crate::source::walk::Found;

/// Open folders of the roots, for one thread.
#[derive(Default)]
pub(super) struct Folders {
    roots: HashMap<u32, Descent>,
}

impl Folders {
    /// Opens a regular file of the tree, never through a link.
    pub(super) fn open(&mut self, wish: &Order<'_>, found: &Found) -> std::result::Result<read::Opened, read::Trouble> {
        // Some providers fetch as soon as somebody opens.
        if found.meta.is_cloud_only {
            return Err(read::cloud_only());
        }
        let (descent, inside) = self.descent(wish, found)?;
        let (folder, name) = descent.parent(&inside)?;
        read::open(folder, name)
    }

    /// The folder to start from, and the path below it. A root that is a file is found from the folder that holds it.
    pub(super) fn descent(&mut self, wish: &Order<'_>, found: &Found) -> std::io::Result<(&mut Descent, Vec<u8>)> {
        use std::os::unix::ffi::OsStrExt as _;
        let root = wish.roots.get(found.root as usize).ok_or_else(|| std::io::Error::other("a root without a name"))?;
        let inside = found.path.get(root.name.len() + 1..).map(<[u8]>::to_vec);
        let is_itself = inside.is_none();
        let descent = match self.roots.entry(found.root) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                let is_file = is_itself && found.kind != Kind::Folder;
                let start = if is_file { root.path.parent().unwrap_or(&root.path) } else { &root.path };
                entry.insert(Descent::open(start)?)
            }
        };
        let inside = inside.unwrap_or_else(|| match found.kind {
            Kind::Folder => Vec::new(),
            _ => split(root.path.as_os_str().as_bytes()).1.to_vec(),
        });
        Ok((descent, inside))
    }

    pub(super) fn begins_as_database(&mut self, wish: &Order<'_>, found: &Found) -> bool {
        let mut first = [0; 16];
        let read = self.open(wish, found).ok().and_then(|opened| read::fill(&opened.file, 0, &mut first).ok());
        read == Some(16) && first == *MAGIC
    }

    pub(super) fn holes(&mut self, wish: &Order<'_>, found: &Found) -> Option<SparseMap> {
        let opened = self.open(wish, found).ok()?;
        if opened.meta.size != found.meta.size {
            return None;
        }
        read::holes(&opened.file, &opened.meta)
    }

    /// Whether a large file holds what is stored; trouble is left to the thread that stores it.
    pub(super) fn has_content(
        &mut self,
        wish: &Order<'_>,
        plan: &Plan,
        large: &Large,
        digest: &[u8; 32],
        attributes: u64,
    ) -> Result<bool> {
        use std::os::fd::AsFd as _;
        let found = &plan.found[large.found as usize];
        let staged = plan.staged.get(&large.found);
        let file = match staged {
            Some(staged) => File::open(&staged.file).ok(),
            None => self.open(wish, found).ok().map(|opened| opened.file),
        };
        let Some(file) = file else { return Ok(false) };
        let now = crate::source::xattr::read(file.as_fd()).ok().map(|list| crate::source::xattr::digest(&list));
        if staged.is_none() && now != Some(attributes) {
            return Ok(false);
        }
        let mut hasher = sha2::Sha256::new();
        if let Some(map) = &large.map {
            hasher.update(map.bytes());
        }
        let whole = [(0, large.stored)];
        let mut buffer = vec![0; 1 << 20];
        for (start, length) in large.map.as_ref().map_or(&whole[..], |map| &map.pieces) {
            let mut done = 0;
            while done < *length {
                if wish.cancel.is_cancelled() {
                    return Err(BackupError::Cancelled);
                }
                wish.pace.wait();
                let piece = (length - done).min(buffer.len() as u64) as usize;
                if !read::fill(&file, start + done, &mut buffer[..piece]).is_ok_and(|got| got == piece) {
                    return Ok(false);
                }
                hasher.update(&buffer[..piece]);
                done += piece as u64;
            }
        }
        Ok(<[u8; 32]>::from(hasher.finalize()) == *digest)
    }
}
