//! What can go wrong with the local cloud, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why the local cloud could not do what it was asked for.
///
/// Every message reads after "failed to …" and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// No Python was found at all.
    #[error(
        "find Python 3.10 to 3.14, which the local cloud runs on: install it \
         (`sudo apt install python3 python3-venv` on Debian and Ubuntu, `brew install python` on \
         macOS) or name one in INFRA_PYTHON"
    )]
    NoPython,
    /// Pythons were found, and the local cloud runs on none of them.
    #[error(
        "find a fitting Python: the local cloud runs on CPython 3.10 to 3.14, and here is only \
         {found}: install one of those, or name one in INFRA_PYTHON"
    )]
    UnsupportedPython {
        /// The ones found, for people.
        found: String,
    },
    /// A fitting Python was found, without what makes virtual environments.
    #[error(
        "make a virtual environment with {}, as its venv module is missing: install it \
         (`sudo apt install python{version}-venv` on Debian and Ubuntu), or name another Python \
         in INFRA_PYTHON", python.display()
    )]
    NoVenv {
        /// The interpreter.
        python: PathBuf,
        /// Its version, as `3.11`.
        version: String,
    },
    /// Neither the environment nor the system names a place for caches.
    #[error("find a folder for caches: set HOME, or INFRA_CACHE_DIR to a folder")]
    NoCacheFolder,
    /// Making the virtual environment, or installing into it, failed.
    #[error(
        "install the local cloud from PyPI (once a machine; if PyPI is out of reach, point \
         PIP_INDEX_URL at a mirror); all of it is in {}:\n{tail}", log.display()
    )]
    NotInstalled {
        /// The log of the install.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server ended instead of serving.
    #[error("start the local cloud; its log is {}:\n{tail}", log.display())]
    NotStarted {
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// A server lives but does not answer.
    #[error(
        "reach the local cloud: its server (process {pid}) does not answer; look at \
         `infra local log`, and end it with `infra local stop`, which loses what is deployed there"
    )]
    Unresponsive {
        /// The server's process.
        pid: u32,
    },
    /// Something needs a running server, and there is none.
    #[error("find a running local cloud: start it with `infra local start`")]
    NotRunning,
    /// The process that the record names is not this project's server.
    #[error(
        "stop the local cloud: it holds its lock, but process {pid} is not it (does it run in a \
         container, or on another machine that shares this folder?); stop it where it runs"
    )]
    NotOurs {
        /// The process that the record names.
        pid: u32,
    },
    /// The server lives on after being killed, or does not say which process it is.
    #[error("stop the local cloud{}: end that process by hand", process(*pid))]
    NotStopped {
        /// The server's process, if it is known.
        pid: Option<u32>,
    },
    /// The server answered something else than what was asked.
    #[error("talk to the local cloud at {url}: {reason}; `infra local log` has its side")]
    Answer {
        /// What was asked.
        url: String,
        /// What came of it.
        reason: String,
    },
    /// A file or a folder could not be used.
    #[error("{doing} {}: {source}", path.display())]
    File {
        /// What was being done, as `write`.
        doing: &'static str,
        /// To which path.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A program could not be run.
    #[error("run {}: {source}", program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

/// Names the path in an error of the file system.
pub(crate) fn file<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> LocalError + 'a {
    move |source| LocalError::File { doing, path: path.to_path_buf(), source }
}

/// ` (process 7)`, or nothing.
fn process(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_venv_module_names_the_package_to_install() {
        let error = LocalError::NoVenv { python: "/usr/bin/python3".into(), version: "3.12".into() };
        assert!(error.to_string().contains("apt install python3.12-venv"));
    }

    #[test]
    fn a_server_that_will_not_end_is_named_if_known() {
        let known = LocalError::NotStopped { pid: Some(7) }.to_string();
        let unknown = LocalError::NotStopped { pid: None }.to_string();
        assert!(known.contains("(process 7)"));
        assert!(!unknown.contains("(process"));
    }
}
