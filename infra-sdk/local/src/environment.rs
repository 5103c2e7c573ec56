//! The virtual environment that every project's local cloud on this machine shares.
//!
//! A virtual environment cannot be moved, so it is not made aside and renamed: a stamp, written
//! last, says that it is whole. One without the stamp is from an install that was killed, and is
//! made anew. A lock keeps two installs apart.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{LocalError, file};
use crate::program::REQUIREMENTS;
use crate::python::{self, Python};
use crate::run_folder::locked;
use crate::{Event, log, pip};

/// The file whose being there says that the environment is whole.
const STAMP: &str = "complete";

/// The environments in one cache folder, of one lock of packages.
#[derive(Debug, Clone)]
pub(crate) struct Environments {
    folder: PathBuf,
    /// What the folder of every fitting environment begins with.
    prefix: String,
}

impl Environments {
    /// Those in the cache folder `cache`, for the packages that this crate locks.
    pub(crate) fn in_cache(cache: &Path) -> Self {
        let digest = Sha256::digest(REQUIREMENTS);
        let short: String = digest[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { folder: cache.join("local-cloud"), prefix: format!("moto-{short}-") }
    }

    /// Whether there is a whole one, whatever Python it is of.
    pub(crate) fn any(&self) -> bool {
        !self.complete().is_empty()
    }

    /// The interpreter of a whole environment, which is made if there is none.
    pub(crate) fn ensure(&self, on_event: &mut dyn FnMut(Event)) -> Result<PathBuf, LocalError> {
        if let Some(interpreter) = self.usable() {
            return Ok(interpreter);
        }
        on_event(Event::FindingPython);
        let python = python::find()?;
        fs::create_dir_all(&self.folder).map_err(file("make", &self.folder))?;
        let environment = self.made_for(&python.tag);
        let lock = environment.with_added_extension("lock");
        let _held = locked(&lock, || on_event(Event::WaitingForAnother))?;
        // Another command may have made it while this one waited.
        if let Some(interpreter) = self.usable() {
            return Ok(interpreter);
        }
        on_event(Event::Installing { python: python.program.clone(), version: python.version.clone(), into: environment.clone() });
        make(&python, &environment, on_event)?;
        Ok(interpreter_in(&environment))
    }

    /// The folder of the environment for Pythons of that tag.
    fn made_for(&self, tag: &str) -> PathBuf {
        self.folder.join(format!("{}{tag}", self.prefix))
    }

    /// The folders of the whole environments.
    fn complete(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(&self.prefix))
            .map(|entry| entry.path())
            .filter(|path| path.join(STAMP).is_file())
            .collect()
    }

    /// The interpreter of a whole environment that still runs, and as what it was made for: its
    /// Python may have been removed since, or the folder may be shared with another system.
    fn usable(&self) -> Option<PathBuf> {
        self.complete().into_iter().find_map(|environment| {
            let name = environment.file_name()?.to_str()?;
            let tag = name.strip_prefix(&self.prefix)?;
            let interpreter = interpreter_in(&environment);
            (python::tag_of(&interpreter)? == tag).then_some(interpreter)
        })
    }
}

/// Makes the environment from nothing, whatever an earlier attempt left behind.
fn make(python: &Python, environment: &Path, on_event: &mut dyn FnMut(Event)) -> Result<(), LocalError> {
    if environment.exists() {
        fs::remove_dir_all(environment).map_err(file("remove", environment))?;
    }
    let log = environment.with_added_extension("log");
    File::create(&log).map_err(file("write", &log))?;
    let mut venv = pip::private(&python.program);
    venv.args(["-I", "-m", "venv"]).arg(environment);
    if !pip::run(&mut venv, &log, |_| {})? {
        let tail = log::tail(&log, 15).unwrap_or_default();
        // Debian's Python has the module and lacks what the module needs.
        return Err(if tail.contains("ensurepip") {
            LocalError::NoVenv { python: python.program.clone(), version: python.version.clone() }
        } else {
            LocalError::NotInstalled { log, tail }
        });
    }
    let requirements = environment.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).map_err(file("write", &requirements))?;
    pip::install(&interpreter_in(environment), &requirements, &log, on_event)?;
    let stamp = environment.join(STAMP);
    fs::write(&stamp, "").map_err(file("write", &stamp))
}

/// The interpreter of an environment.
fn interpreter_in(environment: &Path) -> PathBuf {
    environment.join("bin").join("python")
}

/// Puts into `cache` a whole environment whose interpreter runs the shell script `server` for the
/// server.
#[cfg(test)]
pub(crate) fn pretend(cache: &Path, server: &str) {
    let environment = Environments::in_cache(cache).made_for("abi-m");
    fs::create_dir_all(environment.join("bin")).unwrap();
    let nature = r#"{"major": 3, "minor": 12, "implementation": "CPython", "abi": "abi", "machine": "m", "has_venv": true}"#;
    python::script(
        &interpreter_in(&environment),
        &format!("[ \"$1\" = -c ] && echo '{nature}' && exit\n[ -z \"$1\" ] && exit\n{server}\n"),
    );
    fs::write(environment.join(STAMP), "").unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_without_its_stamp_does_not_count() {
        let cache = tempfile::tempdir().unwrap();
        let environments = Environments::in_cache(cache.path());
        assert!(!environments.any());
        let environment = environments.made_for("abi-m");
        fs::create_dir_all(&environment).unwrap();
        assert!(!environments.any());
        fs::write(environment.join(STAMP), "").unwrap();
        assert!(environments.any());
    }

    #[test]
    fn an_environment_whose_python_is_gone_is_not_used() {
        let cache = tempfile::tempdir().unwrap();
        let environments = Environments::in_cache(cache.path());
        let environment = environments.made_for("abi-m");
        fs::create_dir_all(environment.join("bin")).unwrap();
        fs::write(environment.join(STAMP), "").unwrap();
        std::os::unix::fs::symlink("/nowhere/python3", interpreter_in(&environment)).unwrap();
        assert_eq!(environments.usable(), None);
    }

    #[test]
    fn an_environment_of_another_lock_is_another_one() {
        let cache = tempfile::tempdir().unwrap();
        let environments = Environments::in_cache(cache.path());
        let other = environments.folder.join("moto-000000000000-abi-m");
        fs::create_dir_all(&other).unwrap();
        fs::write(other.join(STAMP), "").unwrap();
        assert!(!environments.any());
    }
}
