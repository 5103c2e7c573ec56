//! Repairs by the command, of journals with a snapshot: only history is lost, also where it had the key to the secrets.

#![allow(clippy::unwrap_used, dead_code, reason = "a test panics where it fails, and does not use all that is shared")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use async_trait::async_trait;
use infra_apply::{FileLog, Journal, Log, StoreError};
use infra_core::{Address, Location, Value};
use infra_plan::{Object, Record, State};
use infra_seal::{AgeGuard, Identities, Keeper};
use insta::assert_snapshot;
use support::infra;
use tempfile::TempDir;

const OF: &str = "web/production";
const SECRET: &str = "canary/of a repair?";

/// A folder with a journal: its key, a network, a secret output, of which there is a snapshot, and a subnet.
struct Project(TempDir);

/// A log that keeps a snapshot after each record.
struct Eager(Box<dyn Log>);

#[async_trait]
impl Log for Eager {
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
        self.0.append(records).await
    }

    fn wants_snapshot(&self, _: bool) -> bool {
        true
    }

    async fn snapshot(&mut self, state: State) {
        self.0.snapshot(state).await;
    }
}

fn made(kind: &str, name: &str, id: &str) -> Record {
    let object = Object {
        id: id.into(),
        inputs: BTreeMap::new(),
        outputs: BTreeMap::new(),
        dependencies: Default::default(),
        declared: Location::default(),
        problem: None,
        lifecycle: Default::default(),
        unfinished: false,
    };
    Record::Made { address: Address::new(kind, name), object }
}

impl Project {
    fn deployed() -> Project {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("stack");
        fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(folder.path().join("infra.toml"), "[env.production]\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n").unwrap();
        let project = Project(folder);
        let guard = AgeGuard::new(&[], Identities::new(project.path("config/identity.txt"), Vec::new())).unwrap().resolved().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (key, wrapped) = runtime.block_on(Keeper { of: OF }.make(&guard)).unwrap();
        let mut journal = project.open().over(|log| Box::new(Eager(log)));
        runtime.block_on(journal.record(Record::Keyed { key: wrapped })).unwrap();
        journal.unlock(key).unwrap();
        runtime.block_on(journal.record(made("aws:ec2/vpc", "main", "vpc-1"))).unwrap();
        let exports = BTreeMap::from([("password".to_owned(), Value::Secret(Box::new(Value::from(SECRET))))]);
        runtime.block_on(journal.record(Record::Exported { exports })).unwrap();
        drop(journal);
        runtime.block_on(project.open().record(made("aws:ec2/subnet", "a", "subnet-1"))).unwrap();
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn journal(&self) -> PathBuf {
        self.path(".infra/web/production/journal")
    }

    fn open(&self) -> Journal {
        FileLog::open(&self.journal(), OF, || "salt".into()).unwrap().0
    }

    fn state(&self) -> State {
        FileLog::peek(&self.journal(), OF).unwrap().unwrap().0
    }

    /// Changes the journal behind everybody's back; returns what it is then.
    fn damage(&self, from: &str, to: &str) -> String {
        let text = fs::read_to_string(self.journal()).unwrap();
        let damaged = text.replacen(from, to, 1);
        assert_ne!(text, damaged);
        fs::write(self.journal(), &damaged).unwrap();
        damaged
    }

    fn run(&self, line: &str) -> (i32, String) {
        let line = line.replace(" web", " web --program ./stack --env production");
        let mut command = infra(self.0.path(), &line);
        let output = command.env_remove("INFRA_AGE_IDENTITY").env("INFRA_CONFIG_DIR", self.path("config")).output().unwrap();
        (output.status.code().unwrap(), support::text(&output))
    }

    #[track_caller]
    fn prints(&self, line: &str) -> String {
        let (code, text) = self.run(line);
        assert_eq!(code, 0, "{line}: {text}");
        text
    }

    #[track_caller]
    fn refuses(&self, line: &str) -> String {
        let (code, text) = self.run(line);
        assert_eq!(code, 1, "{line}: {text}");
        text
    }
}

#[test]
fn a_damage_before_what_the_snapshot_stands_for_costs_history_and_nothing_that_is_deployed() {
    let project = Project::deployed();
    let before = project.state();
    let damaged = project.damage("vpc-1", "vpc-2");
    assert_eq!(project.state(), before, "it opens all the same");
    assert!(project.refuses("state history web").contains("infra state repair"));
    assert_snapshot!(project.refuses("state repair web"), @"
    The journal is damaged at line 3: its checksum does not fit: it was changed, or lines before it are missing.
    The history of records 2 to 3 is lost, and no more: the state after that is known.
    To be kept: record 1, the state after record 3 and record 4.

    Restore the journal from a backup, or keep that with `infra state repair web --env production --program stack --yes`, which sets the damaged one aside.
    ");
    assert_eq!(fs::read_to_string(project.journal()).unwrap(), damaged, "nothing happens before it is agreed to");
    let repaired = project.prints("state repair web --yes");
    assert!(repaired.contains("Repaired the journal") && repaired.contains("says which records are missing"), "{repaired}");
    assert_eq!(project.state(), before);
    let history = project.prints("state history web");
    let (key, rest) = history.split_once('\n').unwrap();
    assert!(key.starts_with("1  key "), "{key}");
    assert_snapshot!(rest, @"
    3  records 2 to 3 are lost; the state after them is known
    4  made             aws:ec2/subnet:a  subnet-1
    ");
    assert_eq!(fs::read_to_string(project.path(".infra/web/production/journal.damaged-1")).unwrap(), damaged);
    assert!(project.path(".infra/web/production/journal.damaged-1.snapshot").exists());
    assert_eq!(project.prints("state repair web"), "The journal is sound.\n");
}

#[test]
fn what_is_lost_cannot_be_shown_or_taken_back_and_what_is_recorded_since_can() {
    let project = Project::deployed();
    project.damage("vpc-1", "vpc-2");
    project.prints("state repair web --yes");
    assert!(project.refuses("state show web --at 2").contains("record 2 is lost"));
    assert!(project.refuses("state show web --at 5").contains("the history has 4 records, and not 5"));
    assert!(project.prints("state show web main --at 3").contains("vpc-1"));
    assert!(project.refuses("state undo web --yes").contains("no change by hand"));
    let before = project.state();
    project.prints("state mv web main core");
    project.prints("state undo web --yes");
    assert_eq!((project.state().rows, project.state().serial), (before.rows, 6));
}

#[test]
fn where_the_record_of_the_key_is_lost_the_secrets_still_open_and_the_key_can_be_another_one() {
    let project = Project::deployed();
    let old = project.state().key.unwrap();
    project.damage("{\"keyed\"", "{\"faked\"");
    project.prints("state repair web --yes");
    let shown = || project.run("outputs web password --show-secrets");
    assert_eq!(shown(), (0, format!("{SECRET}\n")));
    project.prints("state rotate-key web");
    let (key, journal) = (project.state().key.unwrap(), fs::read_to_string(project.journal()).unwrap());
    assert!(key.id != old.id && !journal.contains(&old.id), "{journal}");
    assert!(!journal.contains(SECRET) && journal.contains("$sealed"), "{journal}");
    assert_eq!(shown(), (0, format!("{SECRET}\n")));
    let there = format!("file://{}", project.path("there").display());
    project.prints(&format!("state migrate web --to {there}"));
    assert_eq!(project.run(&format!("outputs web password --show-secrets --state {there}")), (0, format!("{SECRET}\n")));
}
