//! Canaries through the real command: secrets that a program is given and that it makes go everywhere that secrets go, and
//! nothing that the command writes, prints or leaves has a byte of one, in whatever form.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use support::census::{ask, census};
use support::leaks::{files, leaks};
use support::project::Project;
use support::proxy::{Fate, Proxy};
use support::text;

/// Secrets with what JSON escapes, URLs encode, and base64 writes in more than one way.
const GIVEN: &str = "canary/one?\"8Tq\\>~long enough";
const NEXT: &str = "canary+two&7Zp\tüß>?another one";
/// Without a blank: it is given on the command line too.
const CLIENT: &str = "canary=three;5Rw'~~secret-of-a-client";

fn settings(given: &str, generation: u16, fails: bool) -> String {
    let text = |text: &str| serde_json::to_string(text).unwrap();
    format!(
        "[config]\ngiven = {}\nclient = {}\nimage = \"ami-785db401\"\ngeneration = {generation}\nfails = {fails}\n\
         [env.far]\nregion = \"us-west-2\"\naccount = \"123456789012\"\n",
        text(given),
        text(CLIENT)
    )
}

/// What each file has had in it.
type Contents = BTreeMap<String, Vec<Vec<u8>>>;

/// Reads every file that comes into being, however short its life.
struct Watch {
    over: Arc<AtomicBool>,
    thread: thread::JoinHandle<Contents>,
}

impl Watch {
    fn begin(project: &Project) -> Watch {
        // What is the test's own: the settings with the secrets, the program, and the local cloud's installation.
        let own = ["infra.toml", "canary", ".infra/local/server"].map(|name| project.path(name));
        let (over, folder) = (Arc::new(AtomicBool::new(false)), project.path(""));
        let until = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let mut read = Contents::new();
            loop {
                let last = until.load(Ordering::SeqCst);
                for (path, bytes) in files(&folder, &own) {
                    let all = read.entry(path).or_default();
                    match all.last_mut() {
                        // What was only added to is looked at once.
                        Some(before) if bytes.starts_with(before) => *before = bytes,
                        _ => all.push(bytes),
                    }
                }
                if last {
                    return read;
                }
                thread::sleep(Duration::from_millis(5));
            }
        });
        Watch { over, thread }
    }

    fn end(self) -> Contents {
        self.over.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

/// A project and all that was ever said in it.
struct Stage {
    project: Project,
    said: Vec<(String, Vec<u8>)>,
}

impl Stage {
    fn run(&mut self, line: &str, code: i32) -> String {
        let temporary = self.project.path("temporary");
        let output = self.project.command(line).env("TMPDIR", temporary).output().unwrap();
        let printed = text(&output);
        assert_eq!(output.status.code(), Some(code), "{line}:\n{printed}");
        self.said.push((format!("`{line}`"), printed.clone().into_bytes()));
        printed
    }

    fn set(&self, given: &str, generation: u16, fails: bool) {
        std::fs::write(self.project.path("infra.toml"), settings(given, generation, fails)).unwrap();
    }

    /// The password that the stack has made: what only a person who asks for it is shown.
    fn password(&self) -> String {
        let output = self.project.command("outputs password --show-secrets").output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}

#[test]
fn no_secret_is_in_what_the_command_writes_prints_or_leaves() {
    let mut project = Project::of("canary", &settings(GIVEN, 1, false));
    std::fs::create_dir(project.path("temporary")).unwrap();
    let proxy = Proxy::before(&project.endpoint);
    project.reach("far", &proxy.url);
    let watch = Watch::begin(&project);
    let mut stage = Stage { project, said: Vec::new() };

    stage.run("plan", 0);
    stage.run("plan --json", 0);
    stage.run("plan --out first.plan", 0);
    stage.run("graph", 0);
    // A service that repeats what it was told.
    let words = format!("Invalid user data: {GIVEN} {} in ", serde_json::to_string(GIVEN).unwrap());
    let refusal = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let refusal = format!(
        "<Response><Errors><Error><Code>InvalidUserData.Malformed</Code><Message>{refusal}</Message></Error></Errors>\
         <RequestID>1</RequestID></Response>"
    );
    proxy.decide("Action=RunInstances", Fate::Instead(400, refusal));
    let said = stage.run("deploy --plan first.plan --yes", 1);
    assert!(said.contains("Invalid user data: (secret)"), "{said}");
    let said = stage.run("deploy --yes --json", 1);
    assert!(said.contains("Invalid user data: (secret)"), "{said}");

    // The command that goes on is named with all that this one was given, but for its secrets.
    let given = format!("client={CLIENT}");
    let said = stage.run(&format!("plan --config {given}"), 0);
    assert!(said.contains("--config 'client=(secret)'"), "{said}");
    stage.run(&format!("deploy --yes --config={given}"), 1);
    proxy.let_through();

    // A hook that says what it was told.
    stage.set(GIVEN, 1, true);
    let said = stage.run("deploy --yes", 1);
    assert!(said.contains("it said last: (secret)"), "{said}");
    stage.run("deploy --yes --json", 1);
    stage.run("state show --json", 0);
    stage.set(GIVEN, 1, false);
    stage.run("deploy --yes", 0);
    let first = stage.password();

    // The secrets are where they are for: the cloud has them.
    let instances = ask(
        &stage.project.endpoint,
        "ec2",
        "Version=2016-11-15&Action=DescribeInstances&Filter.1.Name=instance-state-name&Filter.1.Value.1=running",
    );
    let id = instances.split("<instanceId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let attribute = format!("Version=2016-11-15&Action=DescribeInstanceAttribute&Attribute=userData&InstanceId={id}");
    let data = ask(&stage.project.endpoint, "ec2", &attribute);
    for secret in [GIVEN.to_owned(), first.clone()] {
        assert!(!leaks(std::slice::from_ref(&secret), data.as_bytes()).is_empty(), "the machine was not told {secret}: {data}");
    }

    // Another value of each.
    stage.set(NEXT, 2, false);
    stage.run("plan", 0);
    stage.run("plan --json --out second.plan", 0);
    stage.run("deploy --plan second.plan --yes --json", 0);
    let second = stage.password();
    assert!(first.len() == 28 && second.len() == 28 && first != second);
    for line in [
        "outputs",
        "outputs --json",
        "state list",
        "state show",
        "state show --json",
        "state show --at 9 --json",
        "state history",
        "state history --json",
        "state export",
        "refresh",
        "iam",
        "state rotate-key",
        "state export --json",
        "lock status",
        "plan --exit-code",
    ] {
        stage.run(line, 0);
    }
    stage.run("destroy --yes --json", 0);
    stage.run("state history --json", 0);
    assert!(!census(&stage.project.endpoint).contains_key("ec2 amiLaunchIndex"), "nothing is left");

    let secrets = [GIVEN, NEXT, CLIENT, &first, &second].map(str::to_owned);
    let written = watch.end();
    for name in ["canary/far/journal", "first.plan", "second.plan"] {
        assert!(
            written.iter().any(|(path, all)| path.ends_with(name) && all.iter().any(|bytes| !bytes.is_empty())),
            "{name} is not looked at"
        );
    }
    let written = written.into_iter().flat_map(|(path, all)| all.into_iter().map(move |bytes| (path.clone(), bytes)));
    let said: Vec<(String, Vec<u8>)> = stage.said.into_iter().chain(written).collect();
    let mut leaked: BTreeSet<String> = BTreeSet::new();
    for (place, bytes) in &said {
        leaked.extend(leaks(&secrets, bytes).into_iter().map(|leak| format!("{place} says {leak}")));
    }
    assert!(leaked.is_empty(), "{} leaks, as {:#?}", leaked.len(), leaked.iter().take(10).collect::<Vec<_>>());
}
