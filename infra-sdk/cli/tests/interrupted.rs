//! The command is asked to stop while calls are under way: what it does then, what it says, and what the next run makes of it.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::process::{Child, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use support::census;
use support::project::Project;
use support::proxy::{Fate, Proxy};
use support::text;

/// Another environment than the local cloud, so that a proxy can be between.
const FAR: &str = r#"
[env.far]
region = "us-west-2"
account = "123456789012"
"#;

/// What AirAware needs there.
const IMAGES: &str = r#"
[env.far.config.images]
spark = "ami-1e749f67"
postgres = "ami-785db401"
flask = "ami-785db401"
ubuntu = "ami-785db401"
"#;

/// How long the end may take at most: CI gives ten seconds, and this machine may be slow.
const END: Duration = Duration::from_secs(14);

fn begin(project: &Project, proxy: &Proxy, line: &str, late: Duration, call: &str) -> Child {
    proxy.decide(call, Fate::Late(late));
    let run = project.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while proxy.met() == 0 {
        assert!(began.elapsed() < Duration::from_secs(120), "{line} does not come to {call}");
        thread::sleep(Duration::from_millis(10));
    }
    run
}

fn send(run: &Child, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(run.id()).unwrap()).unwrap(), signal).unwrap();
}

fn end(run: Child) -> (Output, Duration) {
    let began = Instant::now();
    let output = run.wait_with_output().unwrap();
    (output, began.elapsed())
}

#[test]
fn the_first_signal_drains_and_the_second_leaves_at_once_and_the_next_run_goes_on() {
    let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let settings = std::fs::read_to_string(workspace.join("stacks/airaware/infra.toml")).unwrap();
    let mut project = Project::of("airaware", &(settings + FAR + IMAGES));
    let proxy = Proxy::before(&project.endpoint);
    project.reach("far", &proxy.url);
    let nothing = project.census();
    project.ends("deploy --yes");
    let whole = project.census();
    project.ends("destroy --yes");
    project.has(&nothing, "without a signal");

    let finishes = |when: &str| {
        proxy.let_through();
        project.ends("deploy --yes");
        project.has(&whole, when);
        project.ends("plan --exit-code");
    };
    for signal in [Signal::INT, Signal::TERM] {
        // What is under way comes back in time: it is waited for, and nothing is in doubt.
        let run = begin(&project, &proxy, "deploy --yes", Duration::from_secs(2), "Action=RunInstances");
        send(&run, signal);
        let (output, took) = end(run);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(130), "{said}");
        assert!(took < END, "{took:?}");
        for words in ["asked to stop", "was interrupted", "not begun", "go on with"] {
            assert!(said.contains(words), "no `{words}` in:\n{said}");
        }
        assert!(!said.contains("in doubt"), "{said}");
        project.knows_all("drained");
        finishes("after a drain");
        project.ends("destroy --yes");
        project.has(&nothing, "after a drain");
    }
    project.ends("deploy --yes");

    // What does not come back in time is left in doubt, and the run ends within the time that it has.
    let run = begin(&project, &proxy, "destroy --yes", Duration::from_secs(60), "Action=TerminateInstances");
    send(&run, Signal::TERM);
    let (output, took) = end(run);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(took < END, "{took:?}");
    assert!(said.contains("was interrupted") && said.contains("left in doubt") && said.contains("go on with"), "{said}");
    project.knows_all("left");
    proxy.let_through();
    project.ends("destroy --yes");
    project.has(&nothing, "after a destruction that was interrupted");

    // The second signal does not wait for what is under way.
    let run = begin(&project, &proxy, "deploy --yes", Duration::from_secs(60), "Action=RunInstances");
    send(&run, Signal::INT);
    thread::sleep(Duration::from_millis(500));
    send(&run, Signal::TERM);
    let (output, took) = end(run);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(took < Duration::from_secs(4), "{took:?}");
    project.knows_all("left at once");
    finishes("after a second signal");
    project.ends("destroy --yes");
    project.has(&nothing, "at the end");
}

#[test]
fn what_has_not_begun_to_change_anything_gives_its_lease_back_and_ends_at_once() {
    let mut project = Project::of("hello", FAR);
    let proxy = Proxy::before(&project.endpoint);
    project.reach("far", &proxy.url);
    let state = format!("{FAR}state = {{ url = \"s3://states/team\", endpoint = \"{}\" }}\n", project.endpoint);
    std::fs::write(project.path("infra.toml"), state).unwrap();
    let elsewhere = census::signed("s3").replace("us-west-2", "us-east-1");
    ureq::put(format!("{}/states", project.endpoint)).header("Authorization", elsewhere).send_empty().unwrap();
    project.ends("deploy --yes");
    for signal in [Signal::INT, Signal::TERM] {
        let run = begin(&project, &proxy, "deploy --yes", Duration::from_secs(60), "Action=DescribeVpcs");
        assert!(project.ends("lock status").contains("is used by"), "the lease is held while it looks");
        send(&run, signal);
        let (output, took) = end(run);
        assert_eq!(output.status.code(), Some(130), "{}", text(&output));
        assert!(took < Duration::from_secs(4), "{took:?}");
        proxy.let_through();
        assert!(project.ends("lock status").contains("Nobody is changing"));
        project.ends("plan --exit-code");
    }
    project.ends("destroy --yes");
}
