//! Stacks that ship something, on the simulated cloud: what a plan knows of content, and what is run once.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::fs;
use std::path::Path;

use infra_apply::Registry;
use infra_assets::live::{Images, Workshop, register};
use infra_assets::{Archive, AssetFile, ContainerImage, Image, Run};
use infra_core::{Command, LocalFile, NoOutputs, Resource, Secret, Stack, Stop};
use infra_plan::{Action, RenderOptions, render};
use infra_testing::World;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A function of a toy cloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Job, id = JobId, outputs = NoOutputs, kind = "toy:run/job")]
pub struct JobInputs {
    /// Its code.
    pub code: Option<LocalFile>,
    /// The image that it runs.
    #[input(replace)]
    pub image: Option<String>,
}

fn job(stack: &Stack) -> Result<(), Stop> {
    let code = Archive::dir("lambda").exclude("tests/").add(stack)?;
    let script = AssetFile::at("setup.sql").add(stack)?;
    Job::new("main").code(&code).add(stack);
    Job::new("script").code(script).add(stack);
    Ok(())
}

#[test]
fn other_content_is_one_update_and_the_same_content_elsewhere_is_none() {
    let mut world = World::new();
    world.deploy(&job, json!({})).complete();
    assert!(!world.plan(&job, json!({})).unwrap().has_changes());
    world.set_content("lambda", "second");
    let plan = render(&world.plan(&job, json!({})).unwrap(), &RenderOptions { width: 200, colour: false });
    assert!(plan.contains("code.sha256") && !plan.contains("code.path"), "{plan}");
    assert_eq!(world.deploy(&job, json!({})).complete().changes, ["update job main"]);

    let at = |path: &'static str| {
        move |stack: &Stack| {
            Job::new("main").code(LocalFile { path: path.into(), sha256: "0".repeat(64) }).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&at("/home/me/a.zip"), json!({})).complete();
    assert!(!world.plan(&at("/builds/7/a.zip"), json!({})).unwrap().has_changes());
    assert!(!serde_json::to_string(&world.state).unwrap().contains("a.zip"), "a state knows no machine");
}

fn service(stack: &Stack) -> Result<(), Stop> {
    let source = Image::dockerfile("web").target("prod").add(stack)?;
    let image = ContainerImage::new("web").repository("registry.example/web").source(source).add(stack);
    Job::new("service").image(image.reference()).add(stack);
    Ok(())
}

#[test]
fn another_image_is_one_push_and_one_revision_and_the_old_one_goes_last() {
    let mut world = World::new();
    assert_eq!(world.deploy(&service, json!({})).complete().changes, ["create image web", "create job service"]);
    assert!(world.deploy(&service, json!({})).complete().changes.is_empty());
    world.set_content("web", "second");
    let plan = world.plan(&service, json!({})).unwrap();
    let image = plan.steps.iter().find_map(|step| match &step.action {
        Action::Create { want, .. } if step.address.name() == "service" => want.inputs.get("image"),
        _ => None,
    });
    assert_eq!(image.unwrap().to_string(), "web.reference");
    let changes = world.deploy(&service, json!({})).complete().changes;
    assert_eq!(changes, ["create image web", "create job service", "delete job service", "delete image web"]);
}

/// A world in which commands are run for real, in a folder.
fn world(folder: &Path) -> World {
    let mut registry = Registry::new();
    registry.folder = folder.to_owned();
    register(&mut registry, &Images::new(Workshop::new(folder, folder.join("assets")), None));
    World::new().serving(registry.handler(Run::KIND).unwrap().clone())
}

/// A command that adds a line to a file.
fn setup(line: &'static str, password: &'static str, trigger: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let command = Command::shell(line).env("PASSWORD", Secret::new(password.to_owned()));
        let run = Run::new("setup").command(command).triggers([trigger]).add(stack);
        Job::new("after").image(run.stdout()).add(stack);
        stack.export("said", run.stdout());
    }
}

#[test]
fn a_command_is_run_once_and_again_for_a_trigger_or_other_words_and_not_for_another_password() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = world(folder.path());
    let line = "echo x >> log; echo done $(wc -l < log)";
    let runs = || fs::read_to_string(folder.path().join("log")).unwrap_or_default().lines().count();
    let plan = render(&world.plan(&setup(line, "hunter2", "1"), json!({})).unwrap(), &RenderOptions { width: 200, colour: false });
    assert!(plan.contains("Run setup  runs") && !plan.contains("hunter2"), "{plan}");
    assert_eq!(runs(), 0, "a plan runs nothing");
    let first = world.deploy(&setup(line, "hunter2", "1"), json!({})).complete();
    assert_eq!((first.output("said").as_deref(), runs()), (Some("done 1"), 1));
    world.deploy(&setup(line, "hunter2", "1"), json!({})).complete();
    world.deploy(&setup(line, "another", "1"), json!({})).complete();
    world.refresh().unwrap();
    assert_eq!(runs(), 1);
    let plan = render(&world.plan(&setup(line, "another", "2"), json!({})).unwrap(), &RenderOptions { width: 200, colour: false });
    assert!(plan.contains("Run setup  runs again: trigger 1 changes"), "{plan}");
    assert_eq!(world.deploy(&setup(line, "another", "2"), json!({})).complete().output("said").as_deref(), Some("done 2"));
    world.deploy(&setup("echo x >> log; echo other", "another", "2"), json!({})).complete();
    assert_eq!(runs(), 3);
    assert!(!serde_json::to_string(&world.state).unwrap().contains("another"), "a state has no password");
}

#[test]
fn a_failed_command_is_told_without_its_secrets_and_made_up_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = world(folder.path());
    let line = "test -e ready || { echo no entry for $PASSWORD >&2; exit 3; }; echo $INFRA_TOKEN";
    let failed = world.deploy(&setup(line, "hunter2", "1"), json!({}));
    assert_eq!(failed.outcome.failed.len(), 1);
    let problem = failed.outcome.failed[0].1.to_string();
    assert!(problem.contains("failed with exit code 3; it said last: no entry for (secret)"), "{problem}");
    assert!(world.cloud.object("toy:run/job", "after").is_none(), "what needs it waits");
    fs::write(folder.path().join("ready"), "").unwrap();
    let made_up = world.deploy(&setup(line, "hunter2", "1"), json!({})).complete();
    assert_eq!(made_up.output("said").unwrap().len(), 32);
}

#[test]
fn a_secret_output_is_one_and_a_secret_word_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "hunter2\n").unwrap();
    let mut world = world(folder.path());
    let secret = |stack: &Stack| {
        let run = Run::new("token").command(Command::new("cat").arg("token")).secret_output(true).add(stack);
        stack.export("token", run.secret_stdout());
        stack.export("open", run.stdout());
    };
    let deployed = world.deploy(&secret, json!({})).complete();
    assert!(deployed.outcome.exports["token"].has_secret());
    assert_eq!(deployed.output("open").as_deref(), Some(""));
    assert!(!serde_json::to_string(&world.state).unwrap().contains("hunter2"));

    let word = |stack: &Stack| {
        let command = Command::new("echo").arg(Secret::new("hunter2".to_owned()));
        Run::new("word").command(command).add(stack);
    };
    let mut world = self::world(folder.path());
    let problem = world.deploy(&word, json!({})).outcome.failed[0].1.to_string();
    assert!(problem.contains("a secret is among its words") && !problem.contains("hunter2"), "{problem}");
}

#[test]
fn it_runs_where_it_is_told_to_and_is_ended_in_time() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("deep")).unwrap();
    let mut world = world(folder.path());
    let here = folder.path().join("deep").display().to_string();
    let directory = here.clone();
    let pwd = move |stack: &Stack| {
        stack.export("pwd", Run::new("pwd").command(Command::new("pwd").directory(directory.clone())).add(stack).stdout());
    };
    assert_eq!(world.deploy(&pwd, json!({})).complete().output("pwd"), Some(here));
    let slow = |stack: &Stack| {
        Run::new("slow").command(Command::shell("sleep 1000").timeout(std::time::Duration::from_secs(1))).add(stack);
    };
    let problem = world.deploy(&slow, json!({})).outcome.failed[0].1.to_string();
    assert!(problem.contains("was ended, since it took longer than 1 seconds"), "{problem}");
}
