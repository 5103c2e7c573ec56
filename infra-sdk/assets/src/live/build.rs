//! A build command, run in a scratch folder that has its inputs and nothing else, and once for the same inputs.

use std::fs;
use std::path::{Component, Path, PathBuf};

use infra_apply::{Invocation, Scrub, run_command};

use super::digest::Hash;
use super::error::AssetError;
use super::store::Store;
use super::walk::{Member, Rules, member, members};
use crate::Build;

/// What is built anew when it changes: how inputs are taken and the command is run.
const VERSION: &str = "build 1";

/// The time that tools write where they would write the present one: the first that a zip archive can have.
const EPOCH: &str = "315532800";

/// Runs the build unless it has been run with the same inputs, and gives the folder with what it made.
pub(crate) async fn built(build: &Build, folder: &Path, store: &Store) -> Result<PathBuf, AssetError> {
    let inputs = inputs(build, folder)?;
    let name = format!("build-{}", key(build, &inputs)?);
    if let Some(made) = store.kept(&name) {
        return Ok(made);
    }
    let scratch = store.scratch()?;
    let (work, out) = (scratch.path().join("work"), scratch.path().join("out"));
    for folder in [&work, &out] {
        fs::create_dir(folder).map_err(AssetError::file("make", folder))?;
    }
    for input in &inputs {
        let place = work.join(&input.name);
        let folder = place.parent().unwrap_or(&work);
        fs::create_dir_all(folder).map_err(AssetError::file("make", folder))?;
        fs::copy(&input.path, &place).map_err(AssetError::file("copy", &input.path))?;
    }
    let out_text = out.to_string_lossy();
    let own = [("OUT".to_owned(), out_text.clone().into_owned()), ("SOURCE_DATE_EPOCH".to_owned(), EPOCH.to_owned())];
    let environment = own.into_iter().chain(build.environment.clone()).collect();
    let argv = build.argv.iter().map(|word| word.replace(Build::OUT, &out_text)).collect();
    let ended = run_command(Invocation { argv, environment, folder: work, seconds: build.seconds }, Scrub::default()).await;
    ended.map_err(|why| AssetError::Command { command: shown(build), why })?;
    store.keep_folder(&out, &name)
}

/// The command as it would be typed, as far as that needs no care.
pub(crate) fn shown(build: &Build) -> String {
    build.argv.join(" ")
}

/// Every file that is declared as an input, or is below a folder that is.
fn inputs(build: &Build, folder: &Path) -> Result<Vec<Member>, AssetError> {
    let mut found = Vec::new();
    for input in &build.inputs {
        let inside = Path::new(input).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            let (input, command) = (input.clone(), shown(build));
            return Err(AssetError::Outside { input, command, folder: folder.to_owned() });
        }
        let path: PathBuf = folder.join(input).components().collect();
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                let prefix = path.strip_prefix(folder).unwrap_or(Path::new("")).to_string_lossy().into_owned();
                let below = members(&path, Rules::default())?;
                let named =
                    |member: Member| Member { name: Path::new(&prefix).join(&member.name).to_string_lossy().into_owned(), ..member };
                found.extend(below.into_iter().map(named));
            }
            Ok(metadata) => found.push(member(folder, &path, &metadata)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(AssetError::Missing { what: "the input", path }),
            Err(error) => return Err(AssetError::file("read", &path)(error)),
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// What two builds have in common that make the same.
fn key(build: &Build, inputs: &[Member]) -> Result<String, AssetError> {
    let mut hash = Hash::default();
    hash.text(VERSION).texts(&build.argv).texts(build.environment.keys()).texts(build.environment.values());
    inputs.iter().try_for_each(|input| input.digest_into(&mut hash))?;
    Ok(hash.hex())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bench {
        folder: tempfile::TempDir,
        store: Store,
    }

    impl Bench {
        fn new() -> Bench {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir_all(folder.path().join("src/deep")).unwrap();
            fs::write(folder.path().join("src/a"), "a").unwrap();
            fs::write(folder.path().join("src/deep/b"), "b").unwrap();
            fs::write(folder.path().join("other"), "other").unwrap();
            let store = Store::new(folder.path().join("store"));
            Bench { folder, store }
        }

        async fn run(&self, build: &Build) -> Result<PathBuf, AssetError> {
            built(build, self.folder.path(), &self.store).await
        }
    }

    #[tokio::test]
    async fn it_sees_its_inputs_and_nothing_else_and_is_run_again_only_when_they_change() {
        let bench = Bench::new();
        let log = bench.folder.path().join("log");
        let line = format!("echo run >> {}; ls -R . > $OUT/seen; cp src/deep/b {}/copy", log.display(), Build::OUT);
        let build = Build::shell(&line).input("src");
        let made = bench.run(&build).await.unwrap();
        assert_eq!(fs::read_to_string(made.join("copy")).unwrap(), "b");
        assert!(!fs::read_to_string(made.join("seen")).unwrap().contains("other"));
        fs::write(bench.folder.path().join("other"), "changed").unwrap();
        assert_eq!(bench.run(&build).await.unwrap(), made);
        assert_eq!(fs::read_to_string(&log).unwrap(), "run\n");
        fs::write(bench.folder.path().join("src/deep/b"), "c").unwrap();
        assert_ne!(bench.run(&build).await.unwrap(), made);
        assert_ne!(bench.run(&build.clone().env("X", "y")).await.unwrap(), made);
        assert_eq!(fs::read_to_string(&log).unwrap(), "run\nrun\nrun\n");
    }

    #[tokio::test]
    async fn a_failure_is_told_with_its_words_and_leaves_nothing() {
        let bench = Bench::new();
        let error = bench.run(&Build::shell("echo half > $OUT/half; echo no network >&2; exit 7")).await.unwrap_err().to_string();
        assert_eq!(
            error,
            "run `sh -c echo half > $OUT/half; echo no network >&2; exit 7`: it failed with exit code 7; it said last: no network"
        );
        assert_eq!(fs::read_dir(bench.folder.path().join("store")).unwrap().count(), 0);
        let error = bench.run(&Build::new("/no/such/pip")).await.unwrap_err().to_string();
        assert!(error.starts_with("run `/no/such/pip`: it could not be started: "), "{error}");
    }

    #[tokio::test]
    async fn an_input_that_is_missing_or_outside_is_named() {
        let bench = Bench::new();
        let error = bench.run(&Build::new("true").input("requirements.txt")).await.unwrap_err().to_string();
        assert!(error.ends_with("/requirements.txt: it is not there"), "{error}");
        for outside in ["../other", "/etc/passwd"] {
            let error = bench.run(&Build::new("true").input(outside)).await.unwrap_err();
            assert!(matches!(error, AssetError::Outside { .. }), "{error}");
        }
    }
}
