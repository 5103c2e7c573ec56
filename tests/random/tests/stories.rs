//! The stories of the first numbers, in every run of the tests; `cargo run --release -p infra-random -- --seeds 1000000` tells more.

use std::sync::atomic::{AtomicU64, Ordering};

use infra_random::{check_seed, source};

/// Enough to meet every option in company of every other; fewer in a build without optimisation, which takes ten times as long.
const SEEDS: u64 = if cfg!(debug_assertions) { 2000 } else { 10_000 };

#[test]
fn whatever_goes_wrong_one_run_without_trouble_makes_up_for_it() {
    let next = AtomicU64::new(0);
    let stories = || {
        while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < SEEDS) {
            if let Err(failure) = check_seed(seed) {
                panic!("seed {}: {}\n\n{}", failure.seed, failure.problem, source(&failure.story));
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        (0..threads).for_each(|_| drop(scope.spawn(stories)));
    });
}
