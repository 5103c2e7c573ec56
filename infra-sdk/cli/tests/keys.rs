//! Secrets in a journal, seen through the command: hidden, shown where that is asked for, and under another key.

#![allow(clippy::unwrap_used, dead_code, reason = "a test panics where it fails, and does not use all that is shared")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use infra_apply::FileLog;
use infra_core::Value;
use infra_plan::Record;
use infra_seal::{AgeGuard, Identities, Keeper};
use support::infra;
use tempfile::TempDir;

const OF: &str = "web/production";
const SECRET: &str = "canary/of the command?";

/// A folder with a journal that has a secret output, and the identity that opens it.
struct Project(TempDir);

impl Project {
    fn deployed() -> Project {
        let project = Project::new();
        let guard = AgeGuard::new(&[], Identities::new(project.path("config/identity.txt"), Vec::new())).unwrap().resolved().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (key, wrapped) = runtime.block_on(Keeper { of: OF }.make(&guard)).unwrap();
        let (mut journal, _) = FileLog::open(&project.journal(), OF, || "salt".into()).unwrap();
        runtime.block_on(journal.record(Record::Keyed { key: wrapped })).unwrap();
        journal.unlock(key).unwrap();
        let secret = Value::Secret(Box::new(Value::from(SECRET)));
        let nested = Value::List(vec![Value::from("open"), secret.clone()]);
        let exports = BTreeMap::from([("password".to_owned(), secret), ("all".to_owned(), nested)]);
        runtime.block_on(journal.record(Record::Exported { exports })).unwrap();
        project
    }

    fn new() -> Project {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("stack");
        fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(folder.path().join("infra.toml"), "[env.production]\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n").unwrap();
        Project(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn journal(&self) -> PathBuf {
        self.path(".infra/web/production/journal")
    }

    fn key(&self) -> infra_plan::WrappedKey {
        FileLog::peek(&self.journal(), OF).unwrap().unwrap().0.key.unwrap()
    }

    /// The code and all that is printed, with these variables beside the user's folder of settings.
    fn run_with(&self, line: &str, variables: &[(&str, &str)]) -> (i32, String) {
        let line = line.replace(" web", " web --program ./stack --env production");
        let mut command = infra(self.0.path(), &line);
        for name in ["INFRA_PASSPHRASE", "INFRA_NEW_PASSPHRASE", "INFRA_AGE_IDENTITY"] {
            command.env_remove(name);
        }
        command.env("INFRA_CONFIG_DIR", self.path("config")).envs(variables.iter().copied());
        let output = command.output().unwrap();
        (output.status.code().unwrap(), support::text(&output))
    }

    fn run(&self, line: &str) -> (i32, String) {
        self.run_with(line, &[])
    }

    fn says_nothing(&self) {
        let journal = fs::read_to_string(self.journal()).unwrap();
        assert!(!journal.contains(SECRET) && journal.contains("$sealed"), "{journal}");
    }
}

#[test]
fn a_secret_output_is_hidden_until_it_is_asked_for() {
    let project = Project::deployed();
    project.says_nothing();
    for line in ["outputs web", "outputs web --json", "state export web", "state history web", "state show web", "state list web"] {
        let (code, said) = project.run(line);
        assert!(code == 0 && !said.contains(SECRET), "{line}: {said}");
    }
    let (code, said) = project.run("outputs web password");
    assert!(code == 1 && said.contains("--show-secrets") && !said.contains(SECRET), "{said}");
    assert_eq!(project.run("outputs web password --show-secrets"), (0, format!("{SECRET}\n")));
    let (_, said) = project.run("outputs web --show-secrets --json");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&said).unwrap()["all"], serde_json::json!(["open", SECRET]));
}

#[test]
fn without_the_identity_nothing_secret_is_shown_and_the_rest_still_works() {
    let project = Project::deployed();
    let elsewhere = project.path("elsewhere");
    let stranger = [("INFRA_CONFIG_DIR", elsewhere.to_str().unwrap())];
    let (code, said) = project.run_with("outputs web password --show-secrets", &stranger);
    assert!(code == 1 && said.contains("there is no age identity at") && said.contains("INFRA_AGE_IDENTITY"), "{said}");
    assert!(!elsewhere.exists(), "looking makes no identity");
    for line in ["outputs web", "state list web", "state history web", "state export web"] {
        assert_eq!(project.run_with(line, &stranger).0, 0, "{line}");
    }
    let identity = project.path("config/identity.txt");
    let told = [stranger[0], ("INFRA_AGE_IDENTITY", identity.to_str().unwrap())];
    assert_eq!(project.run_with("outputs web password --show-secrets", &told).0, 0);
}

#[test]
fn after_a_rotation_the_old_key_is_gone_and_the_secrets_are_there() {
    let project = Project::deployed();
    let before = (project.key(), fs::read_to_string(project.journal()).unwrap());
    let (code, said) = project.run("state rotate-key web");
    assert!(code == 0 && said.contains("2 records"), "{said}");
    let (key, journal) = (project.key(), fs::read_to_string(project.journal()).unwrap());
    assert!(key.id != before.0.id && key.guard == before.0.guard && !journal.contains(&before.0.id), "{journal}");
    assert_eq!(project.run("outputs web password --show-secrets"), (0, format!("{SECRET}\n")));
    project.says_nothing();

    // What the old key has sealed opens under the new one no more.
    fs::write(project.journal(), &before.1).unwrap();
    assert_eq!(project.run("outputs web password --show-secrets").0, 0, "a copy from before has its own key");
}

#[test]
fn the_guard_is_changed_to_a_passphrase_and_back() {
    let project = Project::deployed();
    let (code, said) = project.run("state rotate-key web --to passphrase");
    assert!(code == 1 && said.contains("INFRA_PASSPHRASE"), "{said}");
    let said = project.run_with("state rotate-key web --to passphrase", &[("INFRA_PASSPHRASE", "correct horse")]);
    assert_eq!((said.0, project.key().guard.as_str()), (0, "passphrase"), "{}", said.1);
    let show = |passphrase: &str| project.run_with("outputs web password --show-secrets", &[("INFRA_PASSPHRASE", passphrase)]);
    assert_eq!(show("correct horse"), (0, format!("{SECRET}\n")));
    let (code, said) = show("battery staple");
    assert!(code == 1 && said.contains("the passphrase does not open it") && !said.contains("staple"), "{said}");
    let (code, said) = project.run_with("state rotate-key web --to age", &[("INFRA_PASSPHRASE", "correct horse")]);
    assert!(code == 0 && project.key().guard.starts_with("age:age1"), "{said}");
    assert_eq!(project.run("outputs web password --show-secrets"), (0, format!("{SECRET}\n")));
    assert_eq!(project.run("state rotate-key web --to pgp").0, 64);
}

#[test]
fn an_exported_state_takes_its_secrets_along_for_whoever_can_open_them() {
    let (project, other) = (Project::deployed(), Project::new());
    let (_, exported) = project.run("state export web");
    fs::write(other.path("state.json"), &exported).unwrap();
    let (code, said) = other.run("state import web state.json");
    assert!(code == 1 && said.contains("no age identity") && !other.journal().exists(), "{said}");
    fs::create_dir_all(other.path("config")).unwrap();
    fs::copy(project.path("config/identity.txt"), other.path("config/identity.txt")).unwrap();
    let (code, said) = other.run("state import web state.json");
    assert_eq!(code, 0, "{said}");
    assert_eq!(other.run("outputs web password --show-secrets"), (0, format!("{SECRET}\n")));
    other.says_nothing();
}
