//! The pinned package that carries AWS's schemas, fetched once into the user's cache and checked each time.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use sha2::{Digest as _, Sha256};

use crate::error::Error;

const PACKAGE: &str = "cfn-lint==1.58.0";
const FILE: &str = "cfn_lint-1.58.0-py3-none-any.whl";
const SHA256: &str = "9d9f06043160756a6158f5c3f92a44ce38254b1c578127461608305bc8262987";

/// The package's file, fetched if it is not in the cache.
pub(crate) fn package() -> Result<PathBuf, Error> {
    // A relative path would be another folder for every working directory.
    let cache = cache(|name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute()))?.join("schemas");
    let file = cache.join(FILE);
    if !file.exists() {
        fetch(&cache)?;
    }
    let found = hash(&fs::read(&file).map_err(at(&file))?);
    if found == SHA256 { Ok(file) } else { Err(Error::WrongHash { path: file, found }) }
}

/// Where this project keeps what can be fetched again.
fn cache(variable: impl Fn(&str) -> Option<PathBuf>) -> Result<PathBuf, Error> {
    variable("INFRA_CACHE_DIR")
        .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("infra")))
        .or_else(|| Some(variable("HOME")?.join(".cache/infra")))
        .ok_or(Error::NoCache)
}

/// Fetches into a directory of this process and moves the file from there, so that no other run sees half of it.
fn fetch(cache: &Path) -> Result<(), Error> {
    let scratch = cache.join(format!("fetch-{}", std::process::id()));
    fs::create_dir_all(&scratch).map_err(at(&scratch))?;
    let fetched = download(&scratch).and_then(|()| {
        let file = cache.join(FILE);
        fs::rename(scratch.join(FILE), &file).map_err(at(&file))
    });
    fs::remove_dir_all(&scratch).map_err(at(&scratch))?;
    fetched
}

fn download(scratch: &Path) -> Result<(), Error> {
    let requirements = scratch.join("requirements.txt");
    fs::write(&requirements, format!("{PACKAGE} --hash=sha256:{SHA256}\n")).map_err(at(&requirements))?;
    let python = pip(scratch)?;
    let mut command = Command::new(&python);
    command.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]);
    command.args(["--require-hashes", "--requirement"]).arg(&requirements).arg("--dest").arg(scratch);
    let output = run(&mut command)?;
    if output.status.success() { Ok(()) } else { Err(Error::NotFetched { package: PACKAGE.into(), said: said(&output) }) }
}

/// A Python that has pip: the system's, or one in a virtual environment of its own.
fn pip(scratch: &Path) -> Result<PathBuf, Error> {
    let system = env::var_os("INFRA_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    if run(Command::new(&system).args(["-m", "pip", "--version"]))?.status.success() {
        return Ok(system);
    }
    let home = scratch.join("venv");
    let made = run(Command::new(&system).args(["-m", "venv"]).arg(&home))?;
    if made.status.success() { Ok(home.join("bin/python")) } else { Err(Error::NoPip(said(&made))) }
}

fn run(command: &mut Command) -> Result<Output, Error> {
    let python = command.get_program().to_string_lossy().into_owned();
    command.output().map_err(|source| Error::NoPython { python, source })
}

/// The last lines that a command printed.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |source| Error::File { path: path.clone(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_where_the_user_says_and_else_where_the_system_does() {
        let of = |set: &[(&str, &str)]| {
            cache(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| PathBuf::from(value)))
                .map(|path| path.display().to_string())
        };
        assert_eq!(of(&[("INFRA_CACHE_DIR", "/a"), ("XDG_CACHE_HOME", "/b"), ("HOME", "/c")]).unwrap(), "/a");
        assert_eq!(of(&[("XDG_CACHE_HOME", "/b"), ("HOME", "/c")]).unwrap(), "/b/infra");
        assert_eq!(of(&[("HOME", "/c")]).unwrap(), "/c/.cache/infra");
        assert!(matches!(of(&[]), Err(Error::NoCache)));
    }

    #[test]
    fn a_hash_is_written_in_hexadecimal_digits() {
        assert_eq!(hash(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
