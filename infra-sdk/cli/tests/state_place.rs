//! A state that is moved to another place, and who has it open.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use infra_apply::{FileLog, Holder, Journal};
use infra_core::Address;
use infra_plan::Record;
use support::{infra, text};
use tempfile::TempDir;

const OF: &str = "web/production";

/// A folder with a program that is no cargo package, and a journal of its production.
struct Project(TempDir);

impl Project {
    fn deployed() -> Project {
        let project = Project(tempfile::tempdir().unwrap());
        let program = project.0.path().join("stack");
        fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        project.settings("");
        let (mut journal, _) = FileLog::open(&project.journal(), OF, || "salt".into()).unwrap();
        for name in ["a", "b"] {
            write(&mut journal, Record::Forgotten { address: Address::new("aws:ec2/vpc", name) });
        }
        write(&mut journal, Record::Exported { exports: [("url".to_owned(), "http://web".into())].into() });
        project
    }

    fn settings(&self, state: &str) {
        let text = format!("[env.production]\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n{state}\n");
        fs::write(self.0.path().join("infra.toml"), text).unwrap();
    }

    fn journal(&self) -> PathBuf {
        self.0.path().join(".infra/web/production/journal")
    }

    fn run(&self, line: &str) -> (i32, String) {
        let output = infra(self.0.path(), line).args(["--env", "production", "--program", "./stack"]).output().unwrap();
        (output.status.code().unwrap(), text(&output))
    }

    #[track_caller]
    fn ends(&self, line: &str) -> String {
        let (code, text) = self.run(line);
        assert_eq!(code, 0, "{line}: {text}");
        text
    }
}

fn write(journal: &mut Journal, record: Record) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(journal.record(record)).unwrap();
}

#[test]
fn a_state_is_moved_with_its_history_and_cannot_be_used_where_it_was() {
    let (project, other) = (Project::deployed(), tempfile::tempdir().unwrap());
    let (history, url) = (project.ends("state history web"), format!("file://{}", other.path().display()));
    let moved = project.ends(&format!("state migrate web --to {url}"));
    assert!(moved.contains("Moved 3 records") && moved.contains(&format!("state = \"{url}\"")), "{moved}");
    let (code, refused) = project.run("outputs web url");
    assert!(code == 1 && refused.contains("was moved to") && refused.contains(&url), "{refused}");
    for line in ["state history web", "state repair web", "destroy web --yes", "state undo web --yes", "state export web"] {
        let (code, refused) = project.run(line);
        assert!(code == 1 && (refused.contains("was moved to") || refused.contains("credentials")), "{line}: {refused}");
    }
    assert_eq!(project.ends(&format!("state history web --state {url}")), history);
    project.settings(&format!("state = \"{url}\""));
    assert_eq!(project.ends("outputs web url"), "http://web\n");
    assert!(other.path().join("web/production/journal").exists() && !project.journal().exists());

    // And back: what was kept aside is not in the way.
    let home = format!("file://{}", project.0.path().join(".infra").display());
    project.ends(&format!("state migrate web --to {home}"));
    project.settings("");
    assert_eq!(project.ends("state history web"), history);
    assert!(project.journal().with_extension("moved-1").exists());
}

#[test]
fn a_state_is_not_moved_over_another_one() {
    let (project, other) = (Project::deployed(), tempfile::tempdir().unwrap());
    let (mut there, _) = FileLog::open(&other.path().join("web/production/journal"), OF, || "other".into()).unwrap();
    write(&mut there, Record::Forgotten { address: Address::new("aws:ec2/vpc", "x") });
    drop(there);
    let (code, refused) = project.run(&format!("state migrate web --to file://{}", other.path().display()));
    assert!(code == 1 && refused.contains("there is a state already"), "{refused}");
    assert_eq!(project.ends("outputs web url"), "http://web\n", "it stays where it was");
    assert_eq!(project.run("state migrate web --to states").0, 64);
}

#[test]
fn who_has_the_state_open_is_said_and_a_files_lock_is_not_taken_away() {
    let project = Project::deployed();
    assert!(project.ends("lock status web").contains("Nobody is changing"));
    assert!(project.ends("unlock web --yes").contains("nothing to take away"));
    let holder =
        Holder { owner: "ann".into(), host: "box".into(), pid: 7, run: "one".into(), command: "infra deploy web".into(), since: 0 };
    let open = FileLog::open_for(&project.journal(), OF, Some(&holder), || "salt".into()).unwrap();
    let status = project.ends("lock status web");
    assert!(status.contains("is used by ann on box (process 7, run one) with `infra deploy web`"), "{status}");
    let document: serde_json::Value = serde_json::from_str(&project.ends("lock status web --json")).unwrap();
    assert_eq!((&document["taken"], &document["holder"]["owner"]), (&true.into(), &"ann".into()));
    let (code, refused) = project.run("unlock web --yes");
    assert!(code == 1 && refused.contains("ends with its process"), "{refused}");
    let (code, refused) = project.run("state rm web aws:ec2/vpc:a --yes");
    assert!(code == 1 && refused.contains("ann on box (process 7"), "{refused}");
    assert_eq!(project.ends("outputs web url"), "http://web\n", "who only looks needs no lock");
    drop(open);
    assert!(project.ends("lock status web").contains("Nobody is changing"));
}
