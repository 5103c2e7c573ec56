//! Checks the stories of many numbers: `random --seeds 1000000`, from `--from 0`, in `--jobs` threads.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use infra_random::{check_seed, source};

/// A third of what a story takes is making and dropping small values.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "usage: infra-random [--seeds 10000] [--from 0] [--jobs (all cores)]

Checks what must hold of the stories of so many seeds: programs that become other programs, while calls fail, replies are
lost and runs die. The first one of which something does not hold is made as small as it gets, and printed as the source
of a test; then the seed to go on from.";

/// How often progress is told.
const TELL: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mut from, mut seeds, mut jobs) = (0_u64, 10_000_u64, std::thread::available_parallelism().map_or(1, usize::from) as u64);
    while let Some(argument) = arguments.next() {
        if argument == "--help" {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        let number = arguments.next().and_then(|text| text.parse().ok());
        match (argument.as_str(), number) {
            ("--from", Some(number)) => from = number,
            ("--seeds", Some(number)) => seeds = number,
            ("--jobs", Some(number)) => jobs = number,
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(64);
            }
        }
    }
    // What panics is told once, by the story that it is part of.
    std::panic::set_hook(Box::new(|_| {}));
    let (next, held, failed) = (AtomicU64::new(from), AtomicU64::new(0), AtomicBool::new(false));
    let began = Instant::now();
    std::thread::scope(|scope| {
        let check = || {
            while !failed.load(Ordering::Relaxed) {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed - from >= seeds {
                    break;
                }
                match check_seed(seed) {
                    Ok(()) => drop(held.fetch_add(1, Ordering::Relaxed)),
                    Err(failure) if !failed.swap(true, Ordering::Relaxed) => {
                        println!("seed {}: {}\n\n{}", failure.seed, failure.problem, source(&failure.story));
                        println!("go on with --from {}", failure.seed + 1);
                    }
                    Err(_) => {}
                }
            }
        };
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(check)).collect();
        let mut told = Instant::now();
        while workers.iter().any(|worker| !worker.is_finished()) {
            std::thread::park_timeout(Duration::from_millis(50));
            if told.elapsed() >= TELL {
                told = Instant::now();
                tell(held.load(Ordering::Relaxed), seeds, began);
            }
        }
    });
    tell(held.load(Ordering::Relaxed), seeds, began);
    match failed.load(Ordering::Relaxed) {
        true => ExitCode::FAILURE,
        false => {
            println!("{seeds} stories hold, from {from} on");
            ExitCode::SUCCESS
        }
    }
}

/// Says how far it has come, and how long the rest will take.
fn tell(held: u64, seeds: u64, began: Instant) {
    let a_second = held as f64 / began.elapsed().as_secs_f64().max(0.001);
    let minutes = (seeds - held) as f64 / a_second.max(0.001) / 60.0;
    eprintln!("{held} of {seeds} stories hold, {a_second:.0} a second, {minutes:.0} minutes to go");
}
