//! glibc: large blocks go back at once when freed, and few threads mean few arenas.

/// Above this, a block is its own mapping. Naming it also stops glibc from raising it to up to 32 MB by itself
/// (mallopt(3)), after which big freed blocks stay in the heap.
const OWN_MAPPING_BYTES: libc::c_int = 128 * 1024;

/// Each arena keeps its own free blocks.
const ARENAS: libc::c_int = 2;

/// Pins the two values.
pub fn tune_allocator() {
    // SAFETY: mallopt takes two integers and changes only the allocator's own settings.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
        libc::mallopt(libc::M_ARENA_MAX, ARENAS);
    }
}

/// Returns free pages of every arena.
pub fn trim_memory() {
    // SAFETY: malloc_trim may be called from any thread at any time.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resident_pages() -> u64 {
        let text = std::fs::read_to_string("/proc/self/statm").unwrap();
        text.split(' ').nth(1).unwrap().parse().unwrap()
    }

    #[test]
    fn what_was_freed_goes_back() {
        tune_allocator();
        // Small blocks with a survivor at the end keep the heap from shrinking by itself.
        let mut blocks: Vec<Box<[u8; 4096]>> = (0..16_384).map(|_| Box::new([1_u8; 4096])).collect();
        let last = blocks.pop();
        drop(blocks);
        let before = resident_pages();
        trim_memory();
        let after = resident_pages();
        assert!(before > after + 10_000, "64 MB were freed, yet {before} pages became {after}");
        drop(last);
    }
}
