//! Checks the stories of many numbers: `random --seeds 1000000`, from `--first 0`, in `--jobs` threads.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use infra_random::{check_seed, source};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mut first, mut seeds, mut jobs) = (0_u64, 10_000_u64, std::thread::available_parallelism().map_or(1, usize::from) as u64);
    while let Some(argument) = arguments.next() {
        let number = arguments.next().and_then(|text| text.parse().ok());
        match (argument.as_str(), number) {
            ("--first", Some(number)) => first = number,
            ("--seeds", Some(number)) => seeds = number,
            ("--jobs", Some(number)) => jobs = number,
            _ => {
                eprintln!("usage: random [--seeds 10000] [--first 0] [--jobs 2]");
                return ExitCode::from(64);
            }
        }
    }
    let (next, failed) = (AtomicU64::new(first), AtomicBool::new(false));
    // What panics is told once, by the story that it is part of.
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds {
                        break;
                    }
                    let told = seed - first;
                    if told > 0 && told.is_multiple_of(10_000) {
                        eprintln!("{told} of {seeds} stories hold");
                    }
                    if let Err(failure) = check_seed(seed)
                        && !failed.swap(true, Ordering::Relaxed)
                    {
                        println!("seed {}: {}\n\n{}", failure.seed, failure.problem, source(&failure.story));
                    }
                }
            });
        }
    });
    match failed.load(Ordering::Relaxed) {
        true => ExitCode::FAILURE,
        false => {
            println!("{seeds} stories hold, from {first} on");
            ExitCode::SUCCESS
        }
    }
}
