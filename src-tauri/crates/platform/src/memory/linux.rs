//! glibc: large blocks go back at once when freed, and few threads mean few arenas. Code that ran once does not stay mapped.

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

/// Returns free pages of every arena, and lets go of code that is not in use.
pub fn trim_memory() {
    // SAFETY: malloc_trim may be called from any thread at any time.
    unsafe { libc::malloc_trim(0) };
    let_go_of_code();
}

/// Takes the pages of this program's code out of the process. The system keeps them in its cache, and gives back those that
/// are run again; what only a start needed stays away.
fn let_go_of_code() {
    let Ok(program) = std::fs::read_link("/proc/self/exe") else { return };
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    for (start, length) in maps.lines().filter_map(|line| code_of(line, &program.to_string_lossy())) {
        // SAFETY: the range is a mapping of a file that may be read and run and not written, so none of its pages differs
        // from the file; madvise(2): the next access reads them from there again.
        unsafe { libc::madvise(start as *mut libc::c_void, length, libc::MADV_DONTNEED) };
    }
}

/// Start and length of a line of `/proc/self/maps` that holds code of `program`.
fn code_of(line: &str, program: &str) -> Option<(usize, usize)> {
    let mut words = line.split_whitespace();
    let (range, rights, path) = (words.next()?, words.next()?, words.nth(3)?);
    let (start, end) = range.split_once('-')?;
    let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
    (rights == "r-xp" && path == program).then(|| (start, end.saturating_sub(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resident_pages() -> u64 {
        let text = std::fs::read_to_string("/proc/self/statm").unwrap();
        text.split(' ').nth(1).unwrap().parse().unwrap()
    }

    #[test]
    fn code_of_this_program_is_let_go_of_and_nothing_else() {
        let line = |rights: &str, path: &str| format!("5600-5a00 {rights} 00001000 08:01 42       {path}");
        assert_eq!(code_of(&line("r-xp", "/usr/bin/caretaker"), "/usr/bin/caretaker"), Some((0x5600, 0x400)));
        assert_eq!(code_of(&line("rw-p", "/usr/bin/caretaker"), "/usr/bin/caretaker"), None);
        assert_eq!(code_of(&line("r--p", "/usr/bin/caretaker"), "/usr/bin/caretaker"), None, "relocations lie there");
        assert_eq!(code_of(&line("r-xp", "/usr/lib/libc.so.6"), "/usr/bin/caretaker"), None);
        assert_eq!(code_of("7f00-7f01 r-xp 00000000 00:00 0", "/usr/bin/caretaker"), None);
        // It goes on running.
        let_go_of_code();
        assert_eq!(std::hint::black_box([3, 1, 2]).iter().sum::<i32>(), 6);
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
