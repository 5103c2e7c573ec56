//! The command is killed in the middle of AirAware, again and again, on a real local cloud: run again, it finishes by
//! itself; nothing is there twice, nothing is remembered that is not there, and a destruction leaves nothing.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::ops::Range;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use support::census::difference;
use support::project::Project;

/// How often it is killed; `INFRA_KILLS` asks for more, and `INFRA_KILLS_SEED` for other moments.
const KILLS: u64 = 6;

/// Another AirAware, on the way to which a good part is replaced, some of it goes and some changes.
const OTHER: &str = " --config placement=public --config workers=4 --config flask.instance_type=t3.micro";

fn killed(project: &Project, line: &str, after: Duration) {
    let mut run = project.command(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(after);
    run.kill().unwrap();
    run.wait().unwrap();
}

/// Numbers that follow from a seed, spread well enough (splitmix64).
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn within(&mut self, took: Duration) -> Duration {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        Duration::from_micros(self.next() % micros)
    }
}

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// How often it is killed on one local cloud, which remembers all that has ended and gets slower.
const ON_ONE: u64 = 40;

#[test]
fn killed_at_any_moment_it_finishes_when_it_is_run_again() {
    let kills = asked("INFRA_KILLS").unwrap_or(KILLS);
    let mut moments = Moments(asked("INFRA_KILLS_SEED").unwrap_or(1));
    for first in (0..kills).step_by(ON_ONE as usize) {
        trials(first..kills.min(first + ON_ONE), &mut moments);
    }
}

fn trials(kills: Range<u64>, moments: &mut Moments) {
    let project = Project::airaware();
    let (deploy, other, destroy) = ("deploy --yes", format!("deploy --yes{OTHER}"), "destroy --yes");
    let timed = |line: &str| {
        let began = Instant::now();
        project.ends(line);
        (project.census(), began.elapsed())
    };
    let nothing = project.census();
    let (whole, deploying) = timed(deploy);
    let (changed, changing) = timed(&other);
    let (left, destroying) = timed(destroy);
    assert!(left == nothing, "{}", difference(&left, &nothing));
    assert!(whole.keys().filter(|key| key.contains(" of ")).count() >= 29 && changed != whole, "{whole:?}");

    for kill in kills {
        let (line, took, goal, there) = match kill % 3 {
            0 => (deploy, deploying, deploy, &whole),
            1 => (destroy, destroying, deploy, &whole),
            // It goes on, or goes back.
            _ if moments.next().is_multiple_of(2) => (other.as_str(), changing, other.as_str(), &changed),
            _ => (other.as_str(), changing, deploy, &whole),
        };
        if line != deploy {
            project.ends(deploy);
        }
        // Sometimes the run that makes up for it is killed as well.
        let times = 1 + moments.next() % 3;
        let mut when = format!("kill {kill}: {line}, then {goal}");
        for time in 0..times {
            let after = moments.within(took);
            when.push_str(&format!(", after {} ms", after.as_millis()));
            killed(&project, if time == 0 { line } else { goal }, after);
        }
        project.ends(goal);
        project.has(there, &when);
        let words = goal.replace("deploy --yes", "plan --exit-code");
        project.ends(&words);
        project.ends(destroy);
        project.has(&nothing, &when);
        println!("{when}: whole, and gone");
    }
}
