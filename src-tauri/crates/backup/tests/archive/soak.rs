//! The soak, for a moment: `npm run soak` goes on for thousands of rounds.

use crate::journey::Journey;

#[test]
fn case_80_soak_every_restore_point_gives_back_what_was_there() {
    for seed in [1, 2] {
        let mut journey = Journey::new(seed, &std::env::temp_dir());
        for round in 0..20 {
            if let Err(words) = journey.round() {
                panic!("seed {seed}, round {round}: {words}; left in {}", journey.keep().display());
            }
        }
        assert!(journey.passed.increments > 0 && journey.passed.pruned > 0, "{:?}", journey.passed);
    }
}
