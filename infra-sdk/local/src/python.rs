//! Finds the Python that the local cloud's virtual environment is made from.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::LocalError;

/// The minor versions of Python 3 that the locked packages have wheels for.
const MINORS: std::ops::RangeInclusive<u32> = 10..=14;

/// What an interpreter is asked about itself. It has to be read by the oldest one that may be
/// called `python3`, and by Python 2.
const QUESTION: &str = r#"
import json, platform, sys
try:
    import sysconfig
    abi = sysconfig.get_config_var("SOABI") or ""
except ImportError:
    abi = ""
try:
    import venv, ensurepip
    has_venv = True
except ImportError:
    has_venv = False
print(json.dumps({
    "major": sys.version_info[0], "minor": sys.version_info[1],
    "implementation": platform.python_implementation(),
    "abi": abi, "machine": platform.machine(), "has_venv": has_venv,
}))
"#;

/// What an interpreter says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Nature {
    major: u32,
    minor: u32,
    implementation: String,
    abi: String,
    machine: String,
    has_venv: bool,
}

/// A Python that the local cloud can run on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Python {
    /// The interpreter, by path or by the name that the system finds it under.
    pub(crate) program: PathBuf,
    /// Its version, as `3.11`.
    pub(crate) version: String,
    /// What binary packages must match, as `cpython-311-x86_64-linux-gnu-x86_64`.
    pub(crate) tag: String,
}

/// Finds a Python: the one in `INFRA_PYTHON`, or the first fitting one on the path.
pub(crate) fn find() -> Result<Python, LocalError> {
    if let Some(named) = env::var_os("INFRA_PYTHON") {
        return first_of([PathBuf::from(named)]);
    }
    let versioned = MINORS.rev().map(|minor| format!("python3.{minor}"));
    let names = ["python3".to_owned()].into_iter().chain(versioned);
    first_of(names.chain(["python".to_owned()]).map(PathBuf::from))
}

/// The tag of the interpreter at `program`, if it runs.
pub(crate) fn tag_of(program: &Path) -> Option<String> {
    ask(program).map(|nature| nature.tag())
}

/// The first fitting interpreter, or what speaks against the others.
fn first_of(programs: impl IntoIterator<Item = PathBuf>) -> Result<Python, LocalError> {
    let mut without_venv = None;
    let mut others: Vec<String> = Vec::new();
    for program in programs {
        let Some(nature) = ask(&program) else {
            continue;
        };
        if !nature.fits() {
            others.push(nature.name());
        } else if nature.has_venv {
            return Ok(Python { program, version: nature.version(), tag: nature.tag() });
        } else {
            without_venv.get_or_insert((program, nature.version()));
        }
    }
    others.dedup();
    Err(match without_venv {
        Some((python, version)) => LocalError::NoVenv { python, version },
        None if others.is_empty() => LocalError::NoPython,
        None => LocalError::UnsupportedPython { found: others.join(", ") },
    })
}

/// What the interpreter says of itself; none if there is no such program, or it is no Python.
fn ask(program: &Path) -> Option<Nature> {
    let answer = Command::new(program).args(["-c", QUESTION]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    serde_json::from_slice(&answer.stdout).ok()
}

impl Nature {
    fn fits(&self) -> bool {
        self.implementation == "CPython" && self.major == 3 && MINORS.contains(&self.minor)
    }

    fn version(&self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    fn name(&self) -> String {
        format!("{} {}", self.implementation, self.version())
    }

    fn tag(&self) -> String {
        // On macOS the ABI's name says nothing of the processor.
        format!("{}-{}", self.abi, self.machine)
    }
}

/// Writes a shell script that can be run as soon as this returns.
#[cfg(test)]
pub(crate) fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, format!("#!/bin/sh\n{text}")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    // A process that another test starts meanwhile has the file open for an instant.
    while Command::new(path).output().is_err_and(|error| error.kind() == std::io::ErrorKind::ExecutableFileBusy) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::script;

    /// A program that answers as that interpreter would.
    fn interpreter(folder: &Path, implementation: &str, minor: u32, has_venv: bool) -> PathBuf {
        let answer = format!(
            r#"{{"major": 3, "minor": {minor}, "implementation": "{implementation}",
            "abi": "abi3{minor}", "machine": "m", "has_venv": {has_venv}}}"#
        );
        let path = folder.join(format!("{implementation}-{minor}-{has_venv}"));
        script(&path, &format!("cat <<'E'\n{answer}\nE\n"));
        path
    }

    #[test]
    fn the_first_fitting_python_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let old = interpreter(folder.path(), "CPython", 9, true);
        let bare = interpreter(folder.path(), "CPython", 12, false);
        let good = interpreter(folder.path(), "CPython", 11, true);
        let found = first_of([folder.path().join("none"), old, bare, good.clone()]).unwrap();
        assert_eq!(found, Python { program: good, version: "3.11".into(), tag: "abi311-m".into() });
    }

    #[test]
    fn a_python_without_venv_is_said_to_lack_it() {
        let folder = tempfile::tempdir().unwrap();
        let old = interpreter(folder.path(), "CPython", 9, true);
        let bare = interpreter(folder.path(), "CPython", 12, false);
        let error = first_of([old, bare.clone()]).unwrap_err();
        assert!(
            matches!(&error, LocalError::NoVenv { python, version }
                if *python == bare && version == "3.12"),
            "{error}"
        );
    }

    #[test]
    fn unfitting_pythons_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let old = interpreter(folder.path(), "CPython", 9, true);
        let new = interpreter(folder.path(), "CPython", 15, true);
        let other = interpreter(folder.path(), "PyPy", 11, true);
        let error = first_of([old, new, other]).unwrap_err().to_string();
        assert!(error.contains("CPython 3.9, CPython 3.15, PyPy 3.11"), "{error}");
    }

    #[test]
    fn what_is_no_python_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let broken = folder.path().join("python3");
        script(&broken, "echo pyenv: command not found\nexit 127\n");
        let error = first_of([broken, folder.path().join("none")]).unwrap_err();
        assert!(matches!(error, LocalError::NoPython), "{error}");
    }

    #[test]
    fn the_question_is_understood_by_a_real_python() {
        let found = find().unwrap();
        assert_eq!(tag_of(&found.program), Some(found.tag));
    }
}
