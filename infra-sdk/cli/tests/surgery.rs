//! Changes of the state by hand, on journals of which no cloud is needed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use infra_apply::{FileLog, Journal};
use infra_core::{Address, Location, Value};
use infra_plan::{Intent, Object, Record, State};
use insta::assert_snapshot;
use serde_json::Value as Json;
use tempfile::TempDir;

const OF: &str = "web/production";

/// A folder with a program that is no cargo package, and a journal of its production.
struct Project(TempDir);

fn address(name: &str) -> Address {
    let kind = if name.starts_with("subnet") { "aws:ec2/subnet" } else { "aws:ec2/vpc" };
    Address::new(kind, name)
}

fn object(id: &str, needs: &[&str]) -> Object {
    let password = Value::Secret(Box::new(Value::from("hunter2"))).digested("salt");
    Object {
        id: id.into(),
        inputs: BTreeMap::from([("password".to_owned(), password)]),
        outputs: BTreeMap::new(),
        dependencies: needs.iter().map(|name| address(name)).collect(),
        declared: Location::default(),
        problem: None,
        lifecycle: Default::default(),
        unfinished: false,
    }
}

fn write(journal: &mut Journal, record: Record) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(journal.record(record)).unwrap();
}

impl Project {
    /// A subnet in a network, and its outputs.
    fn deployed() -> Project {
        let project = Project::new();
        let mut journal = project.open();
        for (name, id, needs) in [("main", "vpc-1", &[][..]), ("subnet-a", "subnet-1", &["main"][..])] {
            write(&mut journal, Record::Made { address: address(name), object: object(id, needs) });
        }
        write(&mut journal, Record::Exported { exports: BTreeMap::from([("vpc".to_owned(), Value::from("vpc-1"))]) });
        project
    }

    fn new() -> Project {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("stack");
        fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let environment = |name: &str| format!("[env.{name}]\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n");
        fs::write(folder.path().join("infra.toml"), environment("production") + &environment("staging")).unwrap();
        Project(folder)
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

    /// The code, standard output and standard error of a run with the words of `line`.
    fn run(&self, line: &str) -> (i32, String, String) {
        let line = line.replace(" web", " web --program ./stack --env production");
        let output = command(self.0.path()).args(line.split_whitespace()).output().unwrap();
        let real = self.0.path().canonicalize().unwrap();
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(real.to_str().unwrap(), "PROJECT").replace(self.0.path().to_str().unwrap(), "PROJECT")
        };
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// What a run that goes well prints.
    #[track_caller]
    fn prints(&self, line: &str) -> String {
        let (code, out, err) = self.run(line);
        assert_eq!(code, 0, "{err}");
        out
    }

    /// What a run that fails says, which leaves the journal as it is.
    #[track_caller]
    fn refuses(&self, line: &str) -> String {
        let before = fs::read(self.journal()).ok();
        let (code, out, err) = self.run(line);
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert_eq!(fs::read(self.journal()).ok(), before);
        err
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infra"));
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") || name == "INFRA_CALLED_AS" {
            command.env_remove(name);
        }
    }
    command
}

fn rows(state: &State) -> Vec<String> {
    state.rows.keys().map(ToString::to_string).collect()
}

#[test]
fn a_moved_resource_has_its_new_address_everywhere_and_undo_takes_it_back() {
    let project = Project::deployed();
    let before = project.state();
    let (code, out, err) = project.run("state mv web main network/core");
    assert_eq!(code, 0, "{err}");
    assert_snapshot!(out, @"Moved aws:ec2/vpc:main to aws:ec2/vpc:network/core.");
    assert!(err.contains("infra state undo web --env production --program stack"), "{err}");
    let state = project.state();
    assert_eq!(rows(&state), ["aws:ec2/subnet:subnet-a", "aws:ec2/vpc:network/core"]);
    assert_eq!(state.object(&address("subnet-a")).unwrap().dependencies, [address("network/core")].into());
    assert_snapshot!(project.prints("state undo web --yes"), @"Took back record 4: moved aws:ec2/vpc:main to aws:ec2/vpc:network/core vpc-1.");
    assert_eq!(project.state(), State { serial: 5, ..before });
}

#[test]
fn a_move_that_cannot_be_is_refused_with_the_reason() {
    let project = Project::deployed();
    assert!(project.refuses("state mv web mian x").contains("did you mean `main`?"));
    assert!(project.refuses("state mv web main aws:ec2/subnet:subnet-b").contains("only the name of a resource can change"));
    assert!(project.refuses("state mv web main aws:ec2/vpc:main").contains("already"));
    assert!(project.refuses("state mv web main a//b").contains("no address"));
    write(&mut project.open(), Record::Begun { address: address("main"), intent: Intent::Delete { id: "vpc-1".into() } });
    assert!(project.refuses("state mv web main core").contains("was interrupted"));
}

#[test]
fn forgetting_says_what_stays_in_the_cloud_and_asks_first() {
    let project = Project::deployed();
    assert_eq!(project.run("state rm web main").0, 64, "there is no terminal to ask at");
    assert_eq!(project.run("state rm web main --json").0, 64);
    let (code, out, err) = project.run("state rm web main --yes");
    assert_eq!((code, out.as_str()), (0, "Forgot aws:ec2/vpc:main.\n"));
    assert!(err.contains("aws:ec2/vpc:main is vpc-1, and stays in the cloud"), "{err}");
    let state = project.state();
    assert_eq!(rows(&state), ["aws:ec2/subnet:subnet-a"]);
    assert!(state.object(&address("subnet-a")).unwrap().dependencies.is_empty());
    let event: Json = serde_json::from_str(&project.prints("state rm web subnet-a --yes --json")).unwrap();
    assert_eq!((&event["event"], &event["ids"], &event["record"]), (&"forgotten".into(), &serde_json::json!(["subnet-1"]), &5.into()));
    project.prints("state undo web --yes");
    project.prints("state undo web --yes");
    assert_eq!(rows(&project.state()), ["aws:ec2/subnet:subnet-a", "aws:ec2/vpc:main"]);
    assert!(project.refuses("state undo web --yes").contains("no change by hand to take back"));
}

#[test]
fn nothing_is_taken_back_over_what_was_deployed_since() {
    let project = Project::deployed();
    project.prints("state mv web main core");
    write(&mut project.open(), Record::Gone { address: address("subnet-a"), id: "subnet-1".into() });
    assert_snapshot!(project.refuses("state undo web --yes"), @"
    error: there is no change by hand to take back: what was recorded last is something else, and would be lost
    help: `infra state history web --env production --program stack` lists what was recorded; `state export --at` writes the state as it was
    ");
}

#[test]
fn the_history_has_a_line_a_record_and_the_state_can_be_seen_after_each() {
    let project = Project::deployed();
    project.prints("state mv web main core");
    project.prints("state rm web subnet-a --yes");
    project.prints("state undo web --yes");
    assert_snapshot!(project.prints("state history web"), @"
    1  made             aws:ec2/vpc:main  vpc-1
    2  made             aws:ec2/subnet:subnet-a  subnet-1
    3  1 output recorded
    4  moved            aws:ec2/vpc:main to aws:ec2/vpc:core  vpc-1
    5  forgotten        aws:ec2/subnet:subnet-a  subnet-1
    6  record 5 undone
    ");
    let history: Json = serde_json::from_str(&project.prints("state history web --json")).unwrap();
    assert_eq!(history["records"].as_array().unwrap().len(), 6);
    assert_eq!((&history["v"], &history["records"][3]["to"]), (&1.into(), &"aws:ec2/vpc:core".into()));
    assert!(project.prints("state show web --at 1").contains("aws:ec2/vpc:main"));
    assert!(!project.prints("state show web --at 1").contains("subnet"));
    assert!(project.prints("state show web subnet-a --at 4").contains("aws:ec2/vpc:core"));
    assert_eq!(project.prints("state show web --at 0"), "");
    assert_snapshot!(project.refuses("state show web --at 9"), @"
    error: the history has 6 records, and not 9
    help: `infra state history web --env production --program stack` lists them
    ");
}

#[test]
fn an_exported_state_can_be_imported_where_none_is_and_holds_no_secret() {
    let project = Project::deployed();
    let exported = project.prints("state export web");
    assert!(exported.contains("\"version\": 1") && !exported.contains("hunter2"), "{exported}");
    let other = Project::new();
    fs::write(other.path("state.json"), &exported).unwrap();
    assert_snapshot!(other.prints("state import web state.json"), @"Imported 2 resources into web in production.");
    assert_eq!(other.state(), State { serial: 1, ..project.state() });
    assert_eq!(other.prints("state export web"), exported.replacen("\"serial\": 3", "\"serial\": 1", 1));
    other.prints("state undo web --yes");
    assert!(rows(&other.state()).is_empty());
}

#[test]
fn a_state_is_replaced_only_where_that_is_said_and_what_is_left_is_named() {
    let project = Project::deployed();
    fs::write(project.path("before.json"), project.prints("state export web --at 1")).unwrap();
    assert_snapshot!(project.refuses("state import web before.json"), @"
    error: web in production has a state already, with 2 resources
    help: pass `--replace` to put the imported one in its place; `infra state undo` takes that back
    ");
    let before = project.state();
    let (code, _, err) = project.run("state import web before.json --replace");
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("still in the cloud: `aws:ec2/subnet:subnet-a`"), "{err}");
    let state = project.state();
    assert_eq!((rows(&state).len(), state.made[&address("subnet-a")]), (1, 1), "its name is not given again");
    project.prints("state undo web --yes");
    assert_eq!(project.state(), State { serial: 5, ..before });
}

#[test]
fn a_state_with_types_that_the_engine_does_not_know_is_not_imported() {
    let project = Project::deployed();
    let exported = project.prints("state export web").replace("aws:ec2/vpc:", "acme:net/cable:");
    let other = Project::new();
    fs::write(other.path("state.json"), exported).unwrap();
    let error = other.refuses("state import web state.json");
    assert!(error.contains("types that this infra does not know: `acme:net/cable`"), "{error}");
    assert!(!other.journal().exists());
}

#[test]
fn what_is_no_state_of_this_stack_is_not_imported() {
    let project = Project::deployed();
    let exported = project.prints("state export web");
    let other = Project::new();
    let refuses = |text: String, because: &str| {
        fs::write(other.path("state.json"), text).unwrap();
        let error = other.refuses("state import web state.json");
        assert!(error.contains(because) && error.contains("help:"), "{error}");
        assert!(!other.journal().exists(), "an import that is refused makes no journal");
    };
    refuses("{".into(), "is no exported state");
    refuses(exported.replacen("\"version\": 1", "\"version\": 9", 1), "has version 9");
    refuses(exported.replacen("\"stack\": \"web\"", "\"stack\": \"api\"", 1), "is the state of api in production");
    refuses(exported.replacen("\"production\"", "\"staging\"", 1), "is the state of web in staging");
    refuses(exported.replacen("\"aws:ec2/vpc:main\": {", "\"nonsense\": {", 1), "is no exported state");
    let circle = exported.replace("\"dependencies\": []", "\"dependencies\": [\"aws:ec2/subnet:subnet-a\"]");
    refuses(circle, "in a circle");
    assert!(other.refuses("state import web absent.json").contains("failed to read absent.json"));
}

#[test]
fn while_a_deployment_runs_nothing_is_changed_by_hand() {
    let project = Project::deployed();
    project.prints("state mv web main core");
    fs::write(project.path("state.json"), project.prints("state export web")).unwrap();
    let running = project.open();
    for line in ["mv web core main", "rm web core --yes", "undo web --yes", "import web state.json --replace", "repair web"] {
        let error = project.refuses(&format!("state {line}"));
        assert!(error.contains("another run is using the journal"), "{line}: {error}");
    }
    project.prints("state history web");
    drop(running);
    project.prints("state undo web --yes");
}

#[test]
fn a_damaged_journal_is_kept_up_to_the_damage_and_set_aside_whole() {
    let project = Project::deployed();
    assert_eq!(project.prints("state repair web"), "The journal is sound.\n");
    let text = fs::read_to_string(project.journal()).unwrap();
    let damaged = text.replacen("subnet-1", "subnet-2", 1);
    fs::write(project.journal(), &damaged).unwrap();
    assert!(project.refuses("state list web").contains("infra state repair"));
    let (code, out, _) = project.run("state repair web");
    assert_eq!((code, fs::read_to_string(project.journal()).unwrap()), (1, damaged.clone()));
    assert_snapshot!(out, @"
    The journal is damaged at line 3: its checksum does not fit: it was changed, or lines before it are missing.
    What was recorded from there on is lost. It says, as far as it can be read:
      line 3: made             aws:ec2/subnet:subnet-a  subnet-2
      line 4: 1 output recorded
    To be kept: record 1.
    ");
    let looked: Json = serde_json::from_str(&project.run("state repair web --json").1).unwrap();
    let damage = &looked["damages"][0];
    assert_eq!((&damage["line"], &damage["before"], &damage["known"], &looked["aside"]), (&3.into(), &1.into(), &Json::Null, &Json::Null));
    assert_eq!((looked["kept"].to_string(), damage["lost"][1]["line"].clone()), (r#"[{"first":1,"last":1}]"#.to_owned(), 4.into()));
    let out = project.prints("state repair web --yes");
    assert!(out.contains("Repaired the journal, and set the damaged one aside as"), "{out}");
    assert_eq!(fs::read_to_string(project.path(".infra/web/production/journal.damaged-1")).unwrap(), damaged);
    assert_eq!(rows(&project.state()), ["aws:ec2/vpc:main"]);
    project.prints("state mv web main core");
}

#[test]
fn a_torn_tail_is_dropped_without_a_question() {
    let project = Project::deployed();
    let whole = fs::read(project.journal()).unwrap();
    fs::write(project.journal(), &whole[..whole.len() - 5]).unwrap();
    assert!(project.prints("state repair web").contains("Dropped an unfinished record"));
    assert_eq!(project.prints("state repair web"), "The journal is sound.\n");
    assert_eq!(project.state().serial, 2);
}

#[test]
fn where_nothing_was_deployed_there_is_nothing_to_change_and_no_journal_is_made() {
    let project = Project::new();
    for line in ["mv web a b", "rm web a --yes", "undo web --yes", "history web", "export web", "show web --at 1", "repair web"] {
        assert!(project.refuses(&format!("state {line}")).contains("has not been deployed"), "{line}");
    }
    assert!(!project.journal().exists());
    let error = command(project.0.path()).args(["state", "import", "web", "--program", "./stack", "infra.toml"]).output().unwrap();
    assert!(String::from_utf8(error.stderr).unwrap().contains("is no exported state"));
}

#[test]
fn a_state_of_the_local_cloud_is_imported_only_while_that_runs_and_can_be_changed_without_it() {
    let project = Project::deployed();
    fs::write(project.path("state.json"), project.prints("state export web").replacen("\"production\"", "\"local\"", 1)).unwrap();
    let local = |line: &str| {
        let words = line.split_whitespace().chain(["--program", "./stack"]);
        let output = command(project.0.path()).args(words).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, error) = local("state import web state.json");
    assert!(code == 1 && error.contains("the local cloud does not run") && error.contains("local start"), "{error}");
    let journal = project.path(".infra/web/local/journal");
    assert!(!journal.exists());
    let mut open = FileLog::open(&journal, "web/local", || "salt".into()).unwrap().0;
    write(&mut open, Record::Made { address: address("main"), object: object("vpc-1", &[]) });
    drop(open);
    assert_eq!(local("state mv web main core").0, 0);
    assert_eq!(rows(&FileLog::peek(&journal, "web/local").unwrap().unwrap().0), ["aws:ec2/vpc:core"]);
}

#[test]
fn a_stack_whose_outputs_another_one_uses_is_not_destroyed() {
    let project = Project::deployed();
    let path = project.path(".infra/app/production/journal");
    let mut app = FileLog::open(&path, "app/production", || "pepper".into()).unwrap().0;
    let references = BTreeMap::from([("web".to_owned(), BTreeMap::from([("vpc".to_owned(), Value::from("vpc-1"))]))]);
    write(&mut app, Record::Referenced { references });
    drop(app);
    assert_snapshot!(project.refuses("destroy web --yes"), @r#"
error: stack `app` in production uses `vpc` of stack `web`
help: destroy `app` first, or deploy it without them; `--ignore-references` destroys this one all the same
"#);
}

#[test]
fn what_is_no_saved_plan_is_refused_before_anything_is_called() {
    let project = Project::deployed();
    fs::write(project.path("saved.plan"), "{}").unwrap();
    let (code, _, err) = project.run("deploy web --yes --plan saved.plan --target main");
    assert!(code == 64 && err.contains("cannot be used with"), "{err}");
    assert_snapshot!(project.refuses("deploy web --yes --plan saved.plan"), @r#"
error: saved.plan is no saved plan that this infra reads: missing field `version` at line 1 column 2
help: make one with `infra plan STACK --out FILE`, with the same version of infra
"#);
}

#[test]
fn a_create_in_doubt_is_settled_by_a_word_that_can_be_taken_back() {
    let project = Project::deployed();
    let create = Intent::Create {
        token: "t".into(),
        inputs: BTreeMap::new(),
        dependencies: Default::default(),
        declared: Location::default(),
        lifecycle: Default::default(),
    };
    write(&mut project.open(), Record::Begun { address: address("extra"), intent: create.clone() });
    let (code, said, error) = project.run("state settle web extra --made vpc-9");
    assert_eq!((code, said.as_str()), (0, "aws:ec2/vpc:extra is vpc-9: the next deployment finishes it.\n"), "{error}");
    assert_eq!(project.state().object(&address("extra")).unwrap().id, "vpc-9");

    let (code, said, error) = project.run("state undo web --yes");
    assert!(code == 0 && said.contains("said to be made aws:ec2/vpc:extra vpc-9"), "{said}{error}");
    assert_eq!(project.state().rows[&address("extra")].intent, Some(create));
    let (code, _, error) = project.run("state settle web extra --not-made");
    assert_eq!(code, 0, "{error}");
    assert!(!project.state().rows.contains_key(&address("extra")));

    let (code, _, error) = project.run("state settle web main --made vpc-2");
    assert!(code == 1 && error.contains("nothing about `aws:ec2/vpc:main` is in doubt"), "{error}");
    for line in ["state settle web main", "state settle web main --made vpc-2 --not-made"] {
        assert_eq!(project.run(line).0, 64, "{line}");
    }
}
