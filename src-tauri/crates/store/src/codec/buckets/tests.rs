//! Buckets come back, merge as samples do, and stay short.

use proptest::prelude::*;

use super::*;

fn bucket() -> impl Strategy<Value = (bool, u64, i64, u32, u64)> {
    (any::<bool>(), 1_u64..1_000, any::<i64>(), any::<u32>(), any::<u64>())
}

proptest! {
    #[test]
    fn buckets_come_back(cells in prop::collection::vec(bucket(), 0..300), narrow in 0_u32..64) {
        let buckets: Vec<Bucket> = cells.iter().enumerate().filter(|(_, cell)| cell.0).map(|(slot, cell)| {
            let min = cell.2 >> narrow;
            let max = min.saturating_add(i64::from(cell.3) >> (narrow / 2));
            let most = (max - min) as u64 * cell.1;
            Bucket { slot: slot as u32, real: false, count: cell.1, min, max, excess: if most == 0 { 0 } else { cell.4 % (most + 1) } }
        }).collect();
        let read = decode_all(&encode(&buckets)).unwrap();
        prop_assert_eq!(read.len(), buckets.len());
        for (read, bucket) in read.iter().zip(&buckets) {
            prop_assert_eq!(Bucket { excess: 0, ..*read }, Bucket { excess: 0, ..*bucket });
            let most = (bucket.max - bucket.min) as u64 * bucket.count;
            let allowed = if most <= 1_023 { 0 } else { most / 2_046 + 1 };
            prop_assert!(read.excess.abs_diff(bucket.excess) <= allowed, "{:?} {:?}", read, bucket);
        }
        // What was written once is not changed by being merged and written again.
        prop_assert_eq!(decode_all(&encode(&read)), Ok(read));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = decode(&bytes, |_| {});
    }

    #[test]
    fn merging_is_as_counting_all_samples(first in prop::collection::vec(-1_000_i64..1_000, 1..20), second in prop::collection::vec(-1_000_i64..1_000, 1..20)) {
        let fold_up = |samples: &[i64]| samples.iter().skip(1).fold(Bucket::of(7, samples[0]), |mut all, value| {
            all.merge(&Bucket::of(7, *value));
            all
        });
        let mut merged = fold_up(&first);
        merged.merge(&fold_up(&second));
        let all: Vec<_> = first.iter().chain(&second).copied().collect();
        prop_assert_eq!(merged.count, all.len() as u64);
        prop_assert_eq!(merged.min, *all.iter().min().unwrap());
        prop_assert_eq!(merged.max, *all.iter().max().unwrap());
        prop_assert_eq!(merged.sum(), all.iter().sum::<i64>() as f64);
    }
}

#[test]
fn a_constant_day_takes_a_few_dozen_bytes() {
    let day: Vec<_> =
        (0..288).map(|slot| Bucket { slot, real: false, count: 10, min: 4_000, max: 4_000, excess: 0 }).collect();
    assert!(encode(&day).len() < 80, "{}", encode(&day).len());
}

#[test]
fn sizes_in_whole_pages_take_no_room_for_their_zeros() {
    let day = |page: i64| -> Vec<_> {
        let size = |slot: u32| i64::from(slot * 7_919 % 1_000) * page;
        (0..288)
            .map(|slot| Bucket { slot, real: false, count: 1, min: size(slot), max: size(slot), excess: 0 })
            .collect()
    };
    assert!(encode(&day(4_096)).len() <= encode(&day(1)).len() + 30);
    assert_eq!(decode_all(&encode(&day(4_096))), Ok(day(4_096)));
}

#[test]
fn fewer_samples_do_not_replace_more() {
    let stored =
        [Bucket { slot: 1, count: 10, ..Bucket::default() }, Bucket { slot: 2, count: 1, ..Bucket::default() }];
    let fresh = [Bucket::of(1, 5), Bucket::of(2, 6), Bucket::of(3, 7)];
    let counts: Vec<_> =
        replace(&stored, &fresh).iter().map(|bucket| (bucket.slot, bucket.count, bucket.max)).collect();
    assert_eq!(counts, [(1, 10, 0), (2, 1, 6), (3, 1, 7)]);
}
