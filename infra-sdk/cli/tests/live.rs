//! The command itself over the wire: the example `hello` on a local cloud of its own, and accounts that are not the
//! ones that were named.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::fs;
use std::process::Output;

use infra_local::LocalCloud;
use support::{built, infra, text};
use tempfile::TempDir;

#[test]
fn hello_is_deployed_left_alone_shown_and_destroyed() {
    let folder = TempDir::new().unwrap();
    let program = built("hello", folder.path());
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
fn the_command_that_a_plan_names_runs_from_where_it_was_made() {
    let folder = TempDir::new().unwrap();
    built("hello", folder.path());
    let settings = folder.path().join("settings");
    fs::create_dir(&settings).unwrap();
    fs::write(settings.join("infra.toml"), "[env.local]\nregion = \"eu-west-1\"\n").unwrap();
    let run = |line: &str| infra(folder.path(), line).output().unwrap();
    let planned = text(&run("plan hello --program hello --folder settings"));
    assert!(planned.contains("Deploy it with `infra deploy hello --program hello --folder settings`."), "{planned}");
    let deployed = text(&run("deploy hello --program hello --folder settings --yes"));
    assert!(deployed.contains("1 created"), "{deployed}");
    assert!(infra(&settings, "local stop").output().unwrap().status.success());
}

#[test]
fn an_account_that_is_not_the_one_named_is_refused_before_anything_is_asked_of_it() {
    let cloud = LocalCloud::temporary().unwrap();
    let folder = TempDir::new().unwrap();
    let program = built("hello", folder.path());
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
