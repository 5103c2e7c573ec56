//! The command itself over the wire: the example `hello` on a local cloud of its own, and accounts that are not the
//! ones that were named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use infra_local::LocalCloud;
use tempfile::TempDir;

/// The program of the example `hello`, built as the command would build it, in a folder where its state and its
/// `infra.toml` are beside it.
fn hello(folder: &Path) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let built = Command::new(env!("CARGO"))
        .current_dir(&workspace)
        .args(["build", "--quiet", "--package", "hello", "--message-format", "json"])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let lines = String::from_utf8(built.stdout).unwrap();
    let messages = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let programs = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    let built = programs.last().unwrap_or_else(|| panic!("cargo does not say where the program is: {lines}"));
    let program = folder.join("hello");
    fs::copy(built, &program).unwrap();
    program
}

fn infra(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infra"));
    command.current_dir(folder).stdin(Stdio::null()).args(line.split_whitespace());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") || name == "INFRA_CALLED_AS" {
            command.env_remove(name);
        }
    }
    command.env("AWS_CONFIG_FILE", "/nowhere").env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere").env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn hello_is_deployed_left_alone_shown_and_destroyed() {
    let folder = TempDir::new().unwrap();
    let program = hello(folder.path());
    let run = |line: &str| infra(folder.path(), line).arg("--program").arg(&program).output().unwrap();
    let ends = |output: Output, code: i32| {
        assert_eq!(output.status.code(), Some(code), "{}", text(&output));
        text(&output)
    };

    assert!(ends(run("plan hello --exit-code"), 2).contains("1 to create"));
    assert!(ends(run("deploy hello --yes"), 0).contains("1 created"));
    assert!(ends(run("plan hello --exit-code"), 0).contains("Nothing to change"));
    let id = ends(run("outputs hello vpc_id"), 0);
    assert!(id.starts_with("vpc-"), "{id}");
    assert!(ends(run("state list hello"), 0).contains(id.trim()));
    let shown = ends(run("state show hello aws:ec2/vpc:main --json"), 0);
    assert!(serde_json::from_str::<serde_json::Value>(&shown).is_ok(), "{shown}");
    assert!(ends(run("destroy hello --yes"), 0).contains("1 deleted"));
    assert!(ends(run("plan hello --exit-code"), 2).contains("1 to create"));

    ends(infra(folder.path(), "local stop").output().unwrap(), 0);
}

#[test]
fn an_account_that_is_not_the_one_named_is_refused_before_anything_is_asked_of_it() {
    let cloud = LocalCloud::temporary().unwrap();
    let folder = TempDir::new().unwrap();
    let program = hello(folder.path());
    let plan = |account: &str| {
        let environment = format!("[env.prod]\nregion = \"eu-west-1\"\naccount = \"{account}\"\n");
        fs::write(folder.path().join("infra.toml"), environment).unwrap();
        let mut command = infra(folder.path(), "plan hello --env prod --program");
        command.arg(&program).env("AWS_ENDPOINT_URL", &cloud.endpoint().url);
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").output().unwrap()
    };
    let refused = plan("999999999999");
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused));
    let said = text(&refused);
    assert!(said.contains("999999999999") && said.contains("123456789012"), "{said}");
    let calls = cloud.cloud().log_tail(100).unwrap();
    assert!(calls.contains("GetCallerIdentity") && !calls.contains("DescribeVpcs"), "{calls}");

    let accepted = plan("123456789012");
    assert_eq!(accepted.status.code(), Some(0), "{}", text(&accepted));
}
