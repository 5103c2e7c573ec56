//! Ends a server's process, and none other.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, kill_process};

pub(crate) use rustix::process::Signal;

/// Whether process `pid` was started with `argument` among its arguments. The server's lock says
/// that a server lives, but its number may be of another container's processes.
pub(crate) fn has_argument(pid: u32, argument: &Path) -> bool {
    arguments(pid).is_some_and(|arguments| {
        let wanted = argument.as_os_str().as_encoded_bytes();
        arguments.windows(wanted.len()).any(|window| window == wanted)
    })
}

/// Sends a signal. The process may be gone by now, which is what the signal is for.
pub(crate) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}

/// The arguments of a process in one piece; none if there is no such process.
fn arguments(pid: u32) -> Option<Vec<u8>> {
    if let Ok(arguments) = fs::read(format!("/proc/{pid}/cmdline")) {
        return Some(arguments);
    }
    let listed =
        Command::new("ps").args(["-ww", "-o", "args=", "-p", &pid.to_string()]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    listed.status.success().then_some(listed.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_arguments() {
        let mut child = Command::new("sleep").arg("1234.5").spawn().unwrap();
        // A process has no arguments for an instant after it has been started.
        while arguments(child.id()).unwrap().is_empty() {
            std::thread::yield_now();
        }
        let its_own = has_argument(child.id(), Path::new("1234.5"));
        let another = has_argument(child.id(), Path::new("/another/server"));
        signal(child.id(), Signal::KILL);
        assert!(!child.wait().unwrap().success());
        assert!(its_own && !another);
        assert!(!has_argument(child.id(), Path::new("1234.5")));
    }

    #[test]
    fn nothing_is_signalled_for_a_number_that_is_no_process() {
        // Zero would be this test's whole process group, and the other a negative number.
        signal(0, Signal::KILL);
        signal(u32::MAX, Signal::KILL);
    }
}
