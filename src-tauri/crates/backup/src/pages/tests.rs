//! Sets give back exactly the newer copy, or nothing.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

fn set(old: &[u8], new: &[u8], page: u32) -> Vec<u8> {
    let hashes = PageHashes::of(old, page).unwrap();
    assert_eq!(PageHashes::read(&hashes.bytes()).unwrap(), hashes);
    let mut out = Vec::new();
    make(&hashes, Cursor::new(new), &mut out).unwrap();
    out
}

fn result(old: &[u8], set: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    apply(Cursor::new(old), set, &mut out)?;
    Ok(out)
}

#[test]
fn only_changed_pages_are_in_a_set() {
    let old: Vec<u8> = (0..100_u8).flat_map(|number| vec![number; 4_096]).collect();
    let mut new = old.clone();
    new[50 * 4_096 + 7] ^= 1;
    new.extend_from_slice(b"a short last page");
    let set = set(&old, &new, 4_096);
    assert_eq!(summary(&set[..]).unwrap().changed, 2);
    assert!(set.len() < 4_096 + 300);
    assert_eq!(result(&old, &set).unwrap(), new);
}

#[test]
fn case_40_a_damaged_set_or_another_copy_is_refused() {
    let old: Vec<u8> = (0..5_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut new = old.clone();
    new[9_000] ^= 0x40;
    new.truncate(17_000);
    let set = set(&old, &new, 512);
    for bit in 0..set.len() * 8 {
        let mut broken = set.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        assert!(result(&old, &broken).is_err(), "bit {bit}");
    }
    for length in 0..set.len() {
        assert!(result(&old, &set[..length]).is_err());
    }
    let mut other = old.clone();
    other[100] ^= 1;
    assert!(result(&other, &set).unwrap_err().to_string().contains("another hash"));
    assert!(result(&old[..600], &set).is_err());
}

#[test]
fn case_61_a_set_with_sizes_that_no_file_has_takes_no_memory() {
    let mut set = set(b"old", b"new", 512);
    set[12..20].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(result(b"old", &set).is_err());
    set[12..20].copy_from_slice(&(1_u64 << 50).to_le_bytes());
    assert!(result(b"old", &set).is_err());
}

proptest! {
    #[test]
    fn case_35_any_two_copies_give_the_newer_one_back(
        old in proptest::collection::vec(any::<u8>(), 0..6_000),
        new in proptest::collection::vec(any::<u8>(), 0..6_000),
        shared in 0_usize..6_000,
        page in prop::sample::select(vec![512_u32, 1_024, 4_096]),
    ) {
        let shared = shared.min(old.len()).min(new.len());
        let new = [&old[..shared], &new[shared..]].concat();
        let set = set(&old, &new, page);
        prop_assert_eq!(result(&old, &set).unwrap(), new);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        let _ = result(b"x", &bytes);
        let _ = result(b"x", &[&MAGIC[..], &bytes].concat());
        let _ = PageHashes::read(&bytes);
    }
}
