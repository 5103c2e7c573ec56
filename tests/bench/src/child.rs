//! What a process took: the time, the processor, and the memory at its peak.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

/// What a process took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// From its start to its end.
    pub wall: Duration,
    /// Of the processor: its own and the system's for it.
    pub cpu: Duration,
    /// Most memory at a time, in bytes.
    pub memory: u64,
}

/// Runs a command to its end and measures it; its standard output too.
///
/// # Errors
/// Where it cannot be started, or fails: with the last of what it said.
pub fn measure(command: &mut Command, folder: &std::path::Path) -> Result<(Cost, String), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (out, err) = (folder.join("stdout"), folder.join("stderr"));
    let file = |path: &std::path::Path| std::fs::File::create(path).map_err(|error| format!("failed to write {}: {error}", path.display()));
    command.stdin(Stdio::null()).stdout(file(&out)?).stderr(file(&err)?);
    let began = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("failed to start {name}: {error}"))?;
    let used = child.wait4().map_err(|error| format!("failed to wait for {name}: {error}"))?;
    let wall = began.elapsed();
    let said = |path| std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    if !used.status.success() {
        let (out, err) = (said(&out), said(&err));
        let last: Vec<&str> = out.lines().chain(err.lines()).rev().take(20).collect();
        return Err(format!("{name} failed: {}", last.into_iter().rev().collect::<Vec<_>>().join("\n")));
    }
    let cost = Cost { wall, cpu: used.rusage.utime + used.rusage.stime, memory: used.rusage.maxrss };
    Ok((cost, said(&out)))
}
