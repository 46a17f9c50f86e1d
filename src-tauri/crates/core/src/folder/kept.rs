//! The largest of very many folders in little memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::FolderSize;

/// Folders that are kept of a look at a disk.
pub const KEPT: usize = 150;

/// Takes folders one by one and keeps the largest.
#[derive(Debug, Default)]
pub struct Largest {
    /// The smallest on top.
    heap: BinaryHeap<Reverse<(u64, String)>>,
    floor: u64,
}

impl Largest {
    /// Whether a folder of this size would be kept, so that no path need be made for one that would not.
    pub fn wants(&self, bytes: u64) -> bool {
        bytes > 0 && (self.heap.len() < KEPT || self.heap.peek().is_some_and(|Reverse((least, _))| bytes > *least))
    }

    /// Takes a folder.
    pub fn offer(&mut self, path: String, bytes: u64) {
        if !self.wants(bytes) {
            self.leave_out(bytes);
            return;
        }
        self.heap.push(Reverse((bytes, path)));
        if self.heap.len() > KEPT
            && let Some(Reverse((least, _))) = self.heap.pop()
        {
            self.floor = self.floor.max(least);
        }
    }

    /// Notes the size of a folder that is not worth a path.
    pub fn leave_out(&mut self, bytes: u64) {
        self.floor = self.floor.max(bytes);
    }

    /// The folders, the largest first, of equal ones the outer first; and the size of the largest that was left out.
    pub fn finish(self) -> (Vec<FolderSize>, u64) {
        let mut folders: Vec<FolderSize> =
            self.heap.into_iter().map(|Reverse((bytes, path))| FolderSize { path, bytes }).collect();
        folders.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.path.cmp(&other.path)));
        (folders, self.floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_are_kept_and_the_largest_left_out_is_known() {
        let mut largest = Largest::default();
        for number in 0..1_000_u64 {
            // In an order without rhyme.
            let bytes = number * 7_919 % 1_000 + 1;
            if largest.wants(bytes) {
                largest.offer(format!("/{bytes}"), bytes);
            } else {
                largest.leave_out(bytes);
            }
        }
        let (folders, floor) = largest.finish();
        assert_eq!(folders.len(), KEPT);
        assert_eq!(
            (folders[0].bytes, folders[KEPT - 1].bytes, floor),
            (1_000, 1_001 - KEPT as u64, 1_000 - KEPT as u64)
        );
    }
}
