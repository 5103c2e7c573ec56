//! The state is on a file system that is full in the middle of a run: the run stops and says so, of everything in the cloud
//! the state knows, and with room again the next run finishes.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::project::Project;
use support::text;

/// Where the state is, in the project.
const STATE: &str = ".infra/airaware";

/// A file system of its own, which has no room but what it is given.
struct Disk(PathBuf);

impl Disk {
    /// None where this user may mount none.
    fn mounted(at: PathBuf) -> Option<Disk> {
        fs::create_dir_all(&at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"]).arg(&at).output().ok()?;
        mounted.status.success().then(|| Disk(at))
    }

    fn resize(&self, bytes: u64) {
        let size = format!("remount,size={bytes}");
        let resized = Command::new("mount").args(["-o", &size]).arg(&self.0).output().unwrap();
        assert!(resized.status.success(), "{}", text(&resized));
    }

    /// Gives it so many pages beside those that are in use.
    fn leave(&self, pages: u64) {
        self.resize((pages_of(&self.0) + pages) * PAGE);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

/// What a file takes at least, in bytes.
const PAGE: u64 = 4096;

/// How many pages the files of a folder take.
fn pages_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let pages = |entry: fs::DirEntry| match entry.file_type().unwrap().is_dir() {
        true => pages_of(&entry.path()),
        false => entry.metadata().unwrap().len().div_ceil(PAGE),
    };
    entries.map(pages).sum()
}

/// How much room there is in each trial; `INFRA_KILLS` asks for more than a few.
fn more(few: &[u64], many: &[u64]) -> Vec<u64> {
    let asked = std::env::var_os("INFRA_KILLS").is_some();
    few.iter().chain(if asked { many } else { &[] }).copied().collect()
}

/// Makes sure that a run has stopped for want of room, or had enough.
#[track_caller]
fn stopped(project: &Project, output: &Output, when: &str) -> bool {
    let said = text(output);
    if output.status.success() {
        return false;
    }
    assert_eq!(output.status.code(), Some(1), "{when}: {said}");
    assert!(said.contains("No space left on device") || said.contains("File too large"), "{when}: {said}");
    project.knows_all(when);
    true
}

#[test]
fn a_file_system_that_fills_up_stops_the_run_and_loses_nothing() {
    let project = Project::airaware();
    let Some(disk) = Disk::mounted(project.path(STATE)) else {
        return println!("this user may mount no file system: the other test has the limit of a file instead");
    };
    let nothing = project.census();
    project.ends("deploy --yes");
    let whole = project.census();
    project.ends("destroy --yes");
    let mut stops = 0;
    for pages in more(&[0, 4, 12], &[1, 2, 3, 6, 8, 16, 20]) {
        for (line, there) in [("deploy --yes", &whole), ("destroy --yes", &nothing)] {
            let when = format!("{line} with {pages} pages");
            disk.leave(pages);
            let output = project.command(line).output().unwrap();
            stops += usize::from(stopped(&project, &output, &when));
            disk.resize(64 << 20);
            project.ends(line);
            project.has(there, &when);
        }
    }
    assert!(stops >= 3, "{stops} runs were stopped");
}

#[test]
fn a_journal_that_may_not_grow_stops_the_run_and_loses_nothing() {
    let project = Project::airaware();
    let nothing = project.census();
    project.ends("deploy --yes");
    let whole = project.census();
    project.ends("destroy --yes");
    let journal = project.path(STATE).join("local/journal");
    let mut stops = 0;
    for blocks in more(&[2, 50], &[1, 3, 5, 8, 13, 21, 34, 90, 150]) {
        for (line, there) in [("deploy --yes", &whole), ("destroy --yes", &nothing)] {
            // A line may be written in part: then its beginning is what the next run finds.
            let room = fs::metadata(&journal).unwrap().len() / BLOCK + blocks;
            let when = format!("{line} with {blocks} blocks");
            let output = limited(&project.command(line), room).output().unwrap();
            stops += usize::from(stopped(&project, &output, &when));
            project.ends(line);
            project.has(there, &when);
        }
    }
    assert!(stops >= 3, "{stops} runs were stopped");
}

/// The unit of a shell's limit on files, in bytes.
const BLOCK: u64 = 512;

/// The same command, of which no file may become longer than so many blocks. It is told so, and not ended by a signal.
fn limited(command: &Command, blocks: u64) -> Command {
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"]).arg(command.get_program());
    limited.args(command.get_args()).stdin(std::process::Stdio::null());
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited
}
