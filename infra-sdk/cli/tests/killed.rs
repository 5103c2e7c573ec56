//! The command is killed in the middle of AirAware, again and again, on a real local cloud: run again, it finishes by
//! itself; nothing is there twice, nothing is remembered that is not there, and a destruction leaves nothing.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use support::census::{Census, census, difference};
use support::{built, infra, text};
use tempfile::TempDir;

/// How often it is killed; `INFRA_KILLS` asks for more, and `INFRA_KILLS_SEED` for other moments.
const KILLS: u64 = 9;

/// Another AirAware, on the way to which a good part is replaced, some of it goes and some changes.
const OTHER: &str = " --config placement=public --config workers=4 --config flask.instance_type=t3.micro";

/// A local cloud with a folder to deploy from.
struct Project {
    folder: TempDir,
    program: PathBuf,
    endpoint: String,
}

impl Project {
    fn new() -> Project {
        let folder = TempDir::new().unwrap();
        let program = built("airaware", folder.path());
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        fs::copy(workspace.join("stacks/airaware/infra.toml"), folder.path().join("infra.toml")).unwrap();
        let started = infra(folder.path(), "local start").output().unwrap();
        assert!(started.status.success(), "{}", text(&started));
        let local = infra_local::LocalCloud::in_folder(folder.path().join(".infra/local"));
        let infra_local::Status::Running { endpoint, .. } = local.status().unwrap() else { panic!("the local cloud does not run") };
        Project { folder, program, endpoint: endpoint.url }
    }

    fn command(&self, line: &str) -> std::process::Command {
        let mut command = infra(self.folder.path(), line);
        command.arg("--program").arg(&self.program);
        command
    }

    #[track_caller]
    fn ends(&self, line: &str) -> String {
        let output = self.command(line).output().unwrap();
        assert!(output.status.success(), "{line}:\n{}", text(&output));
        text(&output)
    }

    fn killed(&self, line: &str, after: Duration) {
        let mut run = self.command(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(after);
        run.kill().unwrap();
        run.wait().unwrap();
    }

    #[track_caller]
    fn has(&self, expected: &Census, when: &str) {
        let found = census(&self.endpoint);
        assert!(found == *expected, "{when}:\n{}", difference(&found, expected));
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = infra_local::LocalCloud::in_folder(self.folder.path().join(".infra/local")).stop();
    }
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

#[test]
fn killed_at_any_moment_it_finishes_when_it_is_run_again() {
    let project = Project::new();
    let (deploy, other, destroy) = ("deploy airaware --yes", format!("deploy airaware --yes{OTHER}"), "destroy airaware --yes");
    let timed = |line: &str| {
        let began = std::time::Instant::now();
        project.ends(line);
        (census(&project.endpoint), began.elapsed())
    };
    let nothing = census(&project.endpoint);
    let (whole, deploying) = timed(deploy);
    let (changed, changing) = timed(&other);
    let (left, destroying) = timed(destroy);
    assert!(left == nothing, "{}", difference(&left, &nothing));
    assert!(whole.keys().filter(|key| key.contains(" of ")).count() >= 29 && changed != whole, "{whole:?}");

    let kills = asked("INFRA_KILLS").unwrap_or(KILLS);
    let mut moments = Moments(asked("INFRA_KILLS_SEED").unwrap_or(1));
    for kill in 0..kills {
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
            project.killed(if time == 0 { line } else { goal }, after);
        }
        project.ends(goal);
        project.has(there, &when);
        let words = goal.replace("deploy airaware --yes", "plan airaware --exit-code");
        project.ends(&words);
        project.ends(destroy);
        project.has(&nothing, &when);
        println!("{when}: whole, and gone");
    }
}
