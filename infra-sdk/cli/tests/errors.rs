//! Bad input ends well: with an error that says what is wrong and what to do, and with nothing lost.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use tempfile::TempDir;

/// A folder with a program that is no cargo package.
struct Project {
    folder: TempDir,
}

/// How a run of the command ended.
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Project {
    /// The program is a shell script; `answer` prints its argument as the response.
    fn new(script: &str) -> Project {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("stack");
        fs::write(&program, format!("#!/bin/sh\nanswer() {{ printf '\\036infra-response:%s\\n' \"$1\"; }}\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Project { folder }
    }

    /// One whose program declares nothing.
    fn empty() -> Project {
        Project::new(r#"cat >/dev/null; answer '{"graph":{"version":1,"stack":"web","nodes":[],"exports":{},"schemas":{}}}'"#)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn with(self, name: &str, content: &str) -> Project {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Runs `infra` with the words of `line`, and the program where `web` is named.
    fn run(&self, line: &str) -> Ended {
        let line = line.replace(" web", " web --program ./stack");
        let output = command(self.folder.path()).args(line.split_whitespace()).output().unwrap();
        let real = self.folder.path().canonicalize().unwrap();
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(real.to_str().unwrap(), "PROJECT").replace(self.folder.path().to_str().unwrap(), "PROJECT")
        };
        Ended { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// What a run that fails says.
    #[track_caller]
    fn fails(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!((ended.code, ended.out.as_str()), (1, ""), "{}", ended.err);
        ended.err
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
    command.env("AWS_CONFIG_FILE", "/nowhere").env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere").env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

#[test]
fn a_wrong_command_line_exits_with_64() {
    for line in ["", "depoly web", "deploy", "plan web --no-such-option", "deploy web --parallel 0", "graph web --format png"] {
        assert_eq!(Project::empty().run(line).code, 64, "{line}");
    }
    assert_eq!(Project::empty().run("--help").code, 0);
    assert_eq!(Project::empty().run("--version").code, 0);
}

#[test]
fn without_a_terminal_nothing_is_changed_that_was_not_agreed_to() {
    let deploy = Project::empty().run("deploy web");
    assert_eq!(deploy.code, 64);
    assert_snapshot!(deploy.err, @"
    error: this asks before it changes anything, and there is no terminal to ask at
    help: pass `--yes` to agree beforehand; the command `plan` shows what would change
    ");
    assert_eq!(Project::empty().run("destroy web").err, deploy.err);
    assert!(Project::empty().run("deploy web --json").err.contains("pass `--yes`"));
}

#[test]
fn a_program_that_panics_is_no_panic_of_the_command() {
    assert_snapshot!(Project::new("echo 'thread main panicked at src/main.rs:3' >&2; exit 101").fails("graph web"), @"
    thread main panicked at src/main.rs:3
    error: the program of stack `web` ended without an answer: it panicked
    help: what it printed before is above; a panic names its line
    ");
    assert_snapshot!(Project::new("kill -9 $$").fails("graph web"), @"
    error: the program of stack `web` ended without an answer: signal 9 ended it
    help: what it printed before is above; a panic names its line
    ");
}

#[test]
fn a_program_that_answers_nothing_or_nonsense_is_named() {
    assert_snapshot!(Project::new("echo hello").fails("graph web"), @"
    hello
    error: the program of stack `web` gave no answer
    help: its `main` must be `infra_sdk::main(…)`, and nothing may end the program before it returns
    ");
    assert_snapshot!(Project::new("answer '{'").fails("graph web"), @"
    error: the answer of the program of stack `web` cannot be read: it is no JSON (EOF while parsing an object at line 2 column 0)
    help: build the program and infra from the same version of infra-sdk
    ");
    assert_snapshot!(Project::new(r#"answer '{"graph": {"version": 2, "news": true}}'"#).fails("graph web"), @"
    error: the answer of the program of stack `web` cannot be read: its graph has version 2, and this infra reads version 1
    help: build the program and infra from the same version of infra-sdk
    ");
    assert_snapshot!(Project::new("").fails("graph other --program ./absent"), @"
    error: failed to run absent
      because: No such file or directory (os error 2)
    help: check that the file exists and may be executed
    ");
}

#[test]
fn what_a_program_finds_wrong_is_shown_with_its_place() {
    let problem = r#"{"resource":"aws:ec2/vpc:main","field":null,"problem":"declared twice; the first is at src/lib.rs:3","help":"rename one","declared":{"file":"src/lib.rs","line":9}}"#;
    assert_snapshot!(Project::new(&format!("answer '{{\"failed\":[{problem}]}}'")).fails("graph web"), @"
    error: aws:ec2/vpc:main: declared twice; the first is at src/lib.rs:3
      declared at src/lib.rs:9
      help: rename one
    ");
}

#[test]
fn a_program_is_told_its_configuration_and_what_it_prints_is_shown() {
    let project = Project::new(&format!(
        "cat > asked.json; echo noted; {}",
        r#"answer '{"graph":{"version":1,"stack":"web","nodes":[],"exports":{},"schemas":{}}}'"#
    ));
    let project = project.with("infra.toml", "[config]\nworkers = 6\nzone = \"a\"\n[env.local.config]\nzone = \"b\"\n");
    let ended = project.run("graph web --config workers=7 --config database.size=1.5");
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "flowchart TD\n", "noted\n"));
    let asked: serde_json::Value = serde_json::from_str(&fs::read_to_string(project.path("asked.json")).unwrap()).unwrap();
    assert_eq!(asked["config"], serde_json::json!({"workers": 7, "zone": "b", "database": {"size": 1.5}}));
    assert_eq!((&asked["environment"], &asked["stack"]), (&"local".into(), &"web".into()));
}

#[test]
fn a_wrong_infra_toml_is_named_with_its_line() {
    assert_snapshot!(Project::empty().with("infra.toml", "[config]\nworkers = 6\n\n[evn.production]\n").fails("graph web"), @"error: infra.toml:4: unknown field `evn`, expected one of `config`, `policies`, `env`");
    assert_snapshot!(Project::empty().fails("graph web --env production"), @"
    error: stack `web` has no environment `production`
    help: it has `local`; others are added to infra.toml as `[env.NAME]` with region and account
    ");
}

#[test]
fn an_environment_without_credentials_says_where_they_come_from() {
    let settings = "[env.production]\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n";
    assert_snapshot!(Project::empty().with("infra.toml", settings).fails("plan web --env production"), @"
    error: failed to find out which account environment `production` leads to
      because: GetCallerIdentity: no credentials found in chain. Attempted:
          Environment: the credential provider was not enabled: environment variable not set
          Profile: the credential provider was not enabled
          WebIdentityToken: the credential provider was not enabled: $AWS_WEB_IDENTITY_TOKEN_FILE was not set
          EcsContainer: the credential provider was not enabled: ECS provider not configured
          Ec2InstanceMetadata: the credential provider was not enabled: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`
    help: give credentials with `profile` in the stack's infra.toml, with AWS_PROFILE, or with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
    ");
}

#[test]
fn a_damaged_lock_file_is_named() {
    let settings = "[env.production]\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n";
    let project = Project::empty().with("infra.toml", settings).with("lookups.lock", "<<<<<<< HEAD\n");
    assert_snapshot!(project.fails("graph web --env production"), @"
    error: lookups.lock cannot be read: expected value at line 1 column 1
    help: restore lookups.lock from version control, or delete it to have all lookups answered anew
    ");
}

#[test]
fn an_edited_or_foreign_journal_is_refused_and_left_as_it_is() {
    let project = Project::empty().with(".infra/web/local/journal", "00000000 {\"format\":1}\n");
    assert_snapshot!(project.fails("state list web"), @"
    error: the journal PROJECT/.infra/web/local/journal is damaged at line 1: its checksum does not fit: it was changed, or lines before it are missing; restore the file from a backup; what is in the cloud carries the tag `infra:stack`
    help: `infra state repair STACK` shows what of it can be kept, and keeps that if you agree
    ");
    assert_eq!(fs::read_to_string(project.path(".infra/web/local/journal")).unwrap(), "00000000 {\"format\":1}\n");
}

#[test]
fn what_was_never_deployed_has_no_state_and_no_outputs() {
    assert_snapshot!(Project::empty().fails("outputs web"), @"
    error: stack `web` has not been deployed to environment `local`
    help: deploy it with `infra deploy web --program stack`
    ");
    assert_snapshot!(Project::empty().fails("state show web main"), @"
    error: stack `web` has not been deployed to environment `local`
    help: deploy it with `infra deploy web --program stack`
    ");
}

#[test]
fn outside_a_workspace_the_error_says_what_else_there_is() {
    let project = Project::empty();
    let output = command(project.folder.path()).args(["graph", "hello"]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.starts_with("error: failed to find the project's stacks: could not find `Cargo.toml`"), "{text}");
    assert!(text.contains("`--program`"), "{text}");
}

#[test]
fn with_json_an_error_is_on_standard_output_too() {
    let ended = Project::new("exit 3").run("graph web --json");
    let error: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&error["v"], &error["event"]), (&1.into(), &"error".into()));
    assert_eq!(error["message"], "the program of stack `web` ended without an answer: it exited with code 3");
}

#[test]
fn a_cloud_that_cannot_be_reached_is_not_a_question_of_credentials() {
    let settings = "[env.production]\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n";
    let project = Project::empty().with("infra.toml", settings);
    let output = command(project.folder.path())
        .args(["plan", "web", "--program", "./stack", "--env", "production"])
        .envs([("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "y"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"
    error: failed to find out which account environment `production` leads to
      because: GetCallerIdentity: the service cannot be reached: Connection refused (os error 111)
    help: check the network, and AWS_ENDPOINT_URL if it is set, then run the command again
    ");
}

#[test]
fn the_credentials_of_a_named_profile_are_used_whatever_the_variables_say() {
    let settings = "[env.production]\nregion = \"eu-west-1\"\naccount = \"123456789012\"\nprofile = \"prod\"\n";
    let project = Project::empty().with("infra.toml", settings);
    let output = command(project.folder.path())
        .args(["plan", "web", "--program", "./stack", "--env", "production"])
        .envs([("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "y"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("`prod`") && !text.contains("Connection refused"), "{text}");
}

#[test]
fn a_policy_that_is_none_is_refused_before_anything_is_run() {
    let project = Project::new("touch ran");
    for (line, problem) in [
        ("plan web --policy open=deny", "there is no policy `open`; there are open-to-the-world, "),
        ("plan web --policy open-to-the-world=never", "`never` is no consequence"),
        ("deploy web --yes --policy open-to-the-world", "`open-to-the-world` sets nothing"),
    ] {
        let ended = project.run(line);
        assert_eq!(ended.code, 64, "{}", ended.err);
        assert!(ended.err.contains(problem), "{}", ended.err);
    }
    assert!(!project.path("ran").exists());
}

#[test]
fn permissions_are_printed_without_any_cloud() {
    let node = r#"{"address":"aws:ec2/vpc:main","inputs":{"cidr_block":{"lit":"10.0.0.0/16"}},"declared":{"file":"a.rs","line":1}}"#;
    let schema = r#"{"kind":"aws:ec2/vpc","handle":"Vpc","inputs":[{"name":"cidr_block","ty":"string"}],"outputs":[]}"#;
    let graph = format!(r#"{{"version":1,"stack":"web","nodes":[{node}],"exports":{{}},"schemas":{{"aws:ec2/vpc":{schema}}}}}"#);
    let project = Project::new(&format!(r#"cat >/dev/null; answer '{{"graph":{graph}}}'"#));
    let deploy = project.run("iam web");
    assert_eq!(deploy.code, 0, "{}", deploy.err);
    assert!(deploy.out.contains("\"ec2:CreateVpc\"") && !deploy.out.contains("ec2:DeleteVpc"), "{}", deploy.out);
    let plan = project.run("iam web --for plan");
    assert!(plan.out.contains("\"ec2:DescribeVpcs\"") && !plan.out.contains("ec2:CreateVpc"), "{}", plan.out);
    let picture = project.run("graph web --format svg");
    assert!(picture.out.starts_with("<svg ") && picture.out.contains(">main</text>"), "{}", picture.err);
}
