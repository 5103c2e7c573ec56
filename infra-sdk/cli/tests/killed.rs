//! The command is killed in the middle of AirAware, again and again, on a real local cloud: run again, it finishes by
//! itself; nothing is there twice, and a destruction leaves nothing.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use support::{built, infra, text};
use tempfile::TempDir;

/// How often it is killed; `INFRA_KILLS` asks for more.
const KILLS: u64 = 8;

/// What EC2 has that carries the stack's tag: how many objects each resource has.
fn census(endpoint: &str) -> BTreeMap<String, usize> {
    let mut census = BTreeMap::new();
    let kinds = [
        "Vpcs",
        "Subnets",
        "InternetGateways",
        "RouteTables",
        "SecurityGroups",
        "Addresses",
        "LaunchTemplates",
        "Instances",
        "NatGateways",
    ];
    for kind in kinds {
        let mut form = format!("Action=Describe{kind}&Version=2016-11-15&Filter.1.Name=tag:infra:stack&Filter.1.Value.1=airaware");
        match kind {
            "Instances" => form.push_str("&Filter.2.Name=instance-state-name&Filter.2.Value.1=pending&Filter.2.Value.2=running"),
            "NatGateways" => form.push_str("&Filter.2.Name=state&Filter.2.Value.1=available&Filter.2.Value.2=pending"),
            _ => {}
        }
        let authorization = "AWS4-HMAC-SHA256 Credential=local/20260101/us-west-2/ec2/aws4_request, SignedHeaders=host, Signature=0";
        let answer = ureq::post(endpoint)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Authorization", authorization)
            .send(&form)
            .unwrap();
        let answer = answer.into_body().read_to_string().unwrap();
        for after in answer.split("<key>infra:resource</key>").skip(1) {
            let resource = after.trim_start().trim_start_matches("<value>").split('<').next().unwrap();
            *census.entry(resource.to_owned()).or_insert(0) += 1;
        }
    }
    census
}

#[test]
fn killed_at_any_moment_it_finishes_when_it_is_run_again() {
    let folder = TempDir::new().unwrap();
    let program = built("airaware", folder.path());
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::copy(workspace.join("stacks/airaware/infra.toml"), folder.path().join("infra.toml")).unwrap();
    let run = |line: &str| infra(folder.path(), line).arg("--program").arg(&program).output().unwrap();
    let ends = |line: &str| {
        let output = run(line);
        assert!(output.status.success(), "{line}:\n{}", text(&output));
    };
    let status = infra(folder.path(), "local start").output().unwrap();
    assert!(status.status.success(), "{}", text(&status));
    ends("deploy airaware --yes");
    let local = infra_local::LocalCloud::in_folder(folder.path().join(".infra/local"));
    let infra_local::Status::Running { endpoint, .. } = local.status().unwrap() else { panic!("the local cloud does not run") };
    let whole = census(&endpoint.url);
    assert!(whole.len() == 29 && whole.values().all(|count| *count == 1), "{whole:?}");
    ends("destroy airaware --yes");

    let kills = std::env::var("INFRA_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    for kill in 0..kills {
        // Spread over the time that a deployment takes, and in every second round over that of a destruction.
        let (line, after) = if kill % 2 == 0 { ("deploy", 150 + kill * 613 % 2500) } else { ("destroy", 150 + kill * 419 % 1200) };
        if line == "destroy" {
            ends("deploy airaware --yes");
        }
        let mut killed = infra(folder.path(), &format!("{line} airaware --yes"));
        let mut killed = killed.arg("--program").arg(&program).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(after));
        killed.kill().unwrap();
        killed.wait().unwrap();

        ends("deploy airaware --yes");
        assert_eq!(census(&endpoint.url), whole, "killed in a {line} after {after} ms");
        ends("plan airaware --exit-code");
        ends("destroy airaware --yes");
        assert_eq!(census(&endpoint.url), BTreeMap::new(), "killed in a {line} after {after} ms");
    }
    local.stop().unwrap();
}
