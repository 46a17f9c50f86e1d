//! `npm run soak`: thousands of rounds of random changes, backups, prunings and restores.
//!
//!   npm run soak -- --rounds 10000 --seed 7      100 rounds a seed, the first of them 7
//!   npm run soak -- --seed 31 --rounds 100       once more what failed: one seed does the same each time
//!
//! It prints the seed before each journey, so that whoever ends it can go on from there. What fails is left where it is.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for a terminal, with helpers of tests"
)]

#[path = "../tests/archive/journey.rs"]
mod journey;
#[path = "../tests/archive/scene.rs"]
#[expect(dead_code, reason = "the tests ask a scene for more than a soak does")]
mod scene;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

/// Backs up random trees that change at random, and restores random points.
#[derive(Parser)]
struct Wish {
    /// How many rounds in all.
    #[arg(long, default_value_t = 3_000)]
    rounds: u64,
    /// The first seed; a new one begins after so many rounds as a journey has.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rounds of one journey.
    #[arg(long, default_value_t = 100)]
    journey: u64,
    /// Where the trees lie meanwhile.
    #[arg(long)]
    within: Option<std::path::PathBuf>,
}

fn main() -> ExitCode {
    let wish = Wish::parse();
    let within = wish.within.unwrap_or_else(std::env::temp_dir);
    let begun = Instant::now();
    let (mut done, mut seed) = (0, wish.seed);
    let mut sum = journey::Passed::default();
    while done < wish.rounds {
        println!("seed {seed}, after {done} rounds and {} s", begun.elapsed().as_secs());
        let mut journey = journey::Journey::new(seed, &within);
        for round in 0..wish.journey.min(wish.rounds - done) {
            if let Err(words) = journey.round() {
                eprintln!("seed {seed}, round {round}: {words}");
                eprintln!("left in {}", journey.keep().display());
                return ExitCode::FAILURE;
            }
            done += 1;
        }
        let journey::Passed { backups, increments, pruned, restored } = journey.passed;
        sum.backups += backups;
        sum.increments += increments;
        sum.pruned += pruned;
        sum.restored += restored;
        seed += 1;
    }
    println!(
        "{done} rounds in {} s: {} backups ({} of them increments), {} archives pruned, {} restores, no difference",
        begun.elapsed().as_secs(),
        sum.backups,
        sum.increments,
        sum.pruned,
        sum.restored
    );
    ExitCode::SUCCESS
}
