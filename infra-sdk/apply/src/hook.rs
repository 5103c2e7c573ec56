//! Runs one command of this machine to its end, or until its time is up.

use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::scrub::Scrub;

/// How much of what a command says is kept for a report of its failure, in bytes: the last of it.
const KEPT: usize = 4096;

/// How much more is kept until secrets have been taken out of it, so that none of this length is cut and not recognized.
const MORE: usize = 64 * 1024;

/// How long is waited for the last words of a command that has ended: what it left running may hold its output open.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How much of a command's standard output is taken, in bytes: all, or nothing where there is more.
const TAKEN: usize = 1 << 20;

/// A command of this machine with all that it needs.
#[derive(Clone)]
pub struct Invocation {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Variables beside those of this process: the place for secrets, since other users of the machine can see arguments.
    pub environment: Vec<(String, String)>,
    /// The folder that it runs in; this process's own where it is empty.
    pub folder: PathBuf,
    /// After how many seconds it is ended, with all that it started.
    pub seconds: u64,
}

/// Runs a command to its end, and gives what it wrote to its standard output; nothing where that is more than a mebibyte.
///
/// # Errors
/// Why it did not end well, in words that go on after its name; with what it said last.
pub async fn run(invocation: Invocation, scrub: Scrub) -> Result<Option<Vec<u8>>, String> {
    // On a thread of its own, so that its time is real where that of a test is not.
    match tokio::task::spawn_blocking(move || run_here(invocation, &scrub)).await {
        Ok(ended) => ended,
        Err(error) => Err(format!("could not be waited for: {error}")),
    }
}

fn run_here(invocation: Invocation, scrub: &Scrub) -> Result<Option<Vec<u8>>, String> {
    let Invocation { argv, environment, folder, seconds } = invocation;
    let (program, arguments) = argv.split_first().ok_or("has no program")?;
    let mut command = Command::new(program);
    command.args(arguments).envs(environment).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    // In a group of its own: an interrupt of the terminal lets what was begun come to its end, and it can be ended whole.
    let mut child = command.process_group(0).spawn().map_err(|error| format!("could not be started: {error}"))?;
    let (say, said) = mpsc::channel();
    let pipes: [Option<Box<dyn Read + Send>>; 2] =
        [child.stdout.take().map(|pipe| Box::new(pipe) as _), child.stderr.take().map(|pipe| Box::new(pipe) as _)];
    for (at, pipe) in pipes.into_iter().enumerate() {
        let Some(mut pipe) = pipe else { continue };
        let (say, is_output) = (say.clone(), at == 0);
        thread::spawn(move || {
            let mut buffer = [0; 1024];
            while let Ok(read @ 1..) = pipe.read(&mut buffer) {
                if say.send((is_output, buffer[..read].to_vec())).is_err() {
                    break;
                }
            }
        });
    }
    drop(say);

    let (deadline, mut words, mut output) = (Instant::now() + Duration::from_secs(seconds), Vec::new(), Vec::new());
    let mut hear = |(is_output, more): (bool, Vec<u8>)| {
        if is_output && output.len() <= TAKEN {
            output.extend_from_slice(&more);
        }
        keep(&mut words, more);
    };
    let waited = wait(&mut child, deadline, || said.try_iter().for_each(&mut hear));
    if !matches!(waited, Ok(Some(_))) {
        if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = child.wait();
    }
    let until = Instant::now() + LAST_WORDS;
    while let Ok(more) = said.recv_timeout(until.saturating_duration_since(Instant::now())) {
        hear(more);
    }
    let why = match waited {
        Ok(Some(status)) if status.success() => return Ok((output.len() <= TAKEN).then_some(output)),
        Ok(Some(status)) => ending(status),
        Ok(None) => format!("was ended, since it took longer than {seconds} seconds"),
        Err(error) => format!("could not be waited for: {error}"),
    };
    let words = scrub.scrubbed(&String::from_utf8_lossy(&words));
    let words = last(&words);
    Err(if words.trim().is_empty() { why } else { format!("{why}; it said last: {}", words.trim()) })
}

/// Waits for a process until a deadline; nothing where that has come first.
fn wait(child: &mut std::process::Child, deadline: Instant, mut meanwhile: impl FnMut()) -> io::Result<Option<ExitStatus>> {
    let mut pause = Duration::from_millis(2);
    loop {
        meanwhile();
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

fn keep(words: &mut Vec<u8>, more: Vec<u8>) {
    words.extend(more);
    words.drain(..words.len().saturating_sub(KEPT + MORE));
}

/// The last of a text.
fn last(text: &str) -> &str {
    let from = text.len().saturating_sub(KEPT);
    (from..).find_map(|from| text.get(from..)).unwrap_or_default()
}

fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("failed with exit code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "was ended".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(line: &str, seconds: u64) -> Result<Option<Vec<u8>>, String> {
        let argv = ["sh", "-c", line].map(str::to_owned).to_vec();
        let environment = vec![("WORD".into(), "a $b c".into())];
        run_here(Invocation { argv, environment, folder: PathBuf::new(), seconds }, &Scrub::default())
    }

    #[test]
    fn a_secret_is_not_said_where_only_a_part_of_it_would_be_left() {
        let scrub = Scrub::default();
        let secret = "0123456789".repeat(30);
        scrub.note(&infra_core::Value::Secret(Box::new(infra_core::Value::from(secret.as_str()))));
        // What is kept begins in the middle of the secret.
        let line = format!("printf %s \"$SECRET\"; head -c {} /dev/zero | tr '\\0' x; exit 1", KEPT - 100);
        let argv = ["sh", "-c", &line].map(str::to_owned).to_vec();
        let environment = vec![("SECRET".to_owned(), secret)];
        let words = run_here(Invocation { argv, environment, folder: PathBuf::new(), seconds: 60 }, &scrub).unwrap_err();
        assert!(words.contains("(secret)xxx") && !words.contains("789"), "{words}");
    }

    #[test]
    fn how_it_ended_and_what_it_said_last_is_told() {
        assert_eq!(shell("test \"$WORD\" = 'a $b c' && echo heard && echo not >&2", 60), Ok(Some(b"heard\n".to_vec())));
        assert_eq!(shell("echo out; exit 3", 60), Err("failed with exit code 3; it said last: out".into()));
        assert_eq!(shell("kill -9 $$", 60), Err("was ended by signal 9".into()));
        let flood = shell("head -c 1000000 /dev/zero | tr '\\0' x; echo end; exit 1", 60).unwrap_err();
        assert!(flood.len() < 2 * KEPT && flood.contains("end"), "{}", flood.len());
        assert_eq!(shell("head -c 2000000 /dev/zero", 60), Ok(None));
        let argv = vec!["/no/such/program".to_owned()];
        let nowhere = Invocation { argv, environment: Vec::new(), folder: PathBuf::new(), seconds: 1 };
        let missing = run_here(nowhere, &Scrub::default()).unwrap_err();
        assert!(missing.starts_with("could not be started"), "{missing}");
    }

    #[test]
    fn what_takes_too_long_is_ended_with_all_that_it_started() {
        let words = shell("sleep 1000 & echo $!; wait", 1).unwrap_err();
        let child = words.strip_prefix("was ended, since it took longer than 1 seconds; it said last: ").unwrap();
        let state = || {
            let ps = Command::new("ps").args(["-o", "stat=", "-p", child]).output().unwrap();
            String::from_utf8(ps.stdout).unwrap().trim().to_owned()
        };
        // Where nobody waits for it, it stays as what has ended.
        while !(state().is_empty() || state().starts_with('Z')) {
            thread::yield_now();
        }
    }
}
