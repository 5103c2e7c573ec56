//! Builds `infra` and becomes it.

use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a build may take before its progress is shown.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs `infra` with these arguments; returns only where that fails. Its exit code and its signals are its own, as it
/// takes this process's place.
pub(crate) fn run(arguments: &[OsString]) -> ExitCode {
    match build().and_then(|built| if built { Ok(become_infra(arguments)) } else { Err(io::Error::other("it does not compile")) }) {
        Ok(error) => fail("run infra", &error),
        Err(error) => fail("build infra", &error),
    }
}

fn fail(doing: &str, error: &io::Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: failed to {doing}: {error}");
    ExitCode::FAILURE
}

fn become_infra(arguments: &[OsString]) -> io::Error {
    // Cargo puts all programs of a profile in one folder.
    let infra = match std::env::current_exe() {
        Ok(xtask) => xtask.with_file_name("infra"),
        Err(error) => return error,
    };
    Command::new(infra).args(arguments).env("INFRA_CALLED_AS", "cargo xtask").exec()
}

/// Builds it. What cargo says is shown if it takes long or fails, and not for the moment in which it finds nothing to do.
fn build() -> io::Result<bool> {
    let colour = if io::stderr().is_terminal() { "always" } else { "never" };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(cargo)
        .args(["build", "--package", "infra-cli", "--bin", "infra", "--color", colour])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let (send, lines) = mpsc::channel();
    if let Some(stderr) = cargo.stderr.take() {
        thread::spawn(move || BufReader::new(stderr).split(b'\n').map_while(Result::ok).try_for_each(|line| send.send(line)));
    }
    let began = Instant::now();
    let mut held: Vec<Vec<u8>> = Vec::new();
    loop {
        let line = match lines.recv_timeout(PATIENCE.saturating_sub(began.elapsed())) {
            Ok(line) => Some(line),
            Err(mpsc::RecvTimeoutError::Timeout) => None,
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        };
        held.extend(line);
        if began.elapsed() >= PATIENCE {
            show(&mut held);
            // From here on there is nothing to hold back, and so nothing to hurry for.
            while let Ok(line) = lines.recv() {
                held.push(line);
                show(&mut held);
            }
            break;
        }
    }
    let built = cargo.wait()?.success();
    if !built {
        show(&mut held);
    }
    Ok(built)
}

fn show(held: &mut Vec<Vec<u8>>) {
    let mut out = io::stderr().lock();
    for line in held.drain(..) {
        let _ = out.write_all(&line).and_then(|()| out.write_all(b"\n"));
    }
}
