//! Canaries: secrets of every path, and not a byte of one outside of the cloud, in whatever form.

use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use infra_apply::{Engine, Event, FileLog, Interrupt, Journal, Registry, Seal, Watcher};
use infra_core::{Graph, Secret, Stack, ops, output};
use infra_plan::{Plan, RenderOptions, SavedPlan, Selection, Setting, State, render};
use infra_random_values::RandomPassword;
use infra_seal::DataKey;
use infra_testing::{Fault, Verb, World};
use infra_tests::{Machine, Net, Vault};
use serde_json::json;

const OF: &str = "test/local";

/// Secrets that a program knows: of an input that says it is one, of one that is marked, nested, in a text, and of an output.
const GIVEN: [&str; 5] = ["canary/one?8Tq", "canary two 5Rw", "canary-three-9Xc", "canary\"four\"2Lm", "canary+five&7Zp"];

fn program(stack: &Stack) {
    let password = RandomPassword::new("made").length(24_u16).add(stack);
    let vault = Vault::new("v").password(GIVEN[0]).policy(json!({ "who": [{ "key": 1 }] })).add(stack);
    let net = Net::new("net").range("10.0.0.0/16").tags([("key", Secret::new(GIVEN[2].to_owned()))]).add(stack);
    let script = output!("{} {} {} {}", vault.key(), password.value(), net.gateway(), Secret::new(GIVEN[3].to_owned()));
    Machine::new("m").password(GIVEN[1]).script(script).seed(Secret::new(GIVEN[4].to_owned())).add(stack);
    stack.export("password", password.value());
    stack.export("nested", [ops::base64(output!("{}", vault.key()))]);
    stack.export("given", Secret::new(GIVEN[4].to_owned()));
}

#[derive(Default)]
struct Ear(Mutex<Vec<Event>>);

impl Watcher for Ear {
    fn hear(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

/// A saved plan as it is written, which opens to what it was.
fn saved(plan: &Plan, graph: &Graph, state: &State, seal: &dyn Seal) -> SavedPlan {
    let here = Setting { name: "local".into(), account: None, region: "eu-west-1".into() };
    let plain = SavedPlan::new(plan, graph, state, &Selection::default(), here);
    let mut sealed = plain.clone();
    seal.seal_plan(&mut sealed).unwrap();
    let text = serde_json::to_string(&sealed).unwrap();
    assert!(!text.contains("$digest") && !text.contains("$secret"), "{text}");
    let mut opened: SavedPlan = serde_json::from_str(&text).unwrap();
    seal.open_plan(&mut opened).unwrap();
    assert!(opened == plain);
    sealed
}

/// A run on a journal in a file, as the command has it; everything that it said.
fn run(world: &World, graph: Option<&Graph>, path: &Path, key: &Arc<DataKey>) -> String {
    let mut registry: Registry = world.cloud.registry(graph.into_iter().flat_map(|graph| graph.schemas.values()));
    infra_random_values::register(&mut registry);
    let engine = Engine::new(registry);
    let (mut journal, _): (Journal, _) = FileLog::open(path, OF, || "salt".into()).unwrap();
    journal.unlock(key.clone()).unwrap();
    let ear = Ear::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (before, plan, outcome) = runtime.block_on(async {
        engine.recover(&mut journal, "test", &ear).await.unwrap();
        let plan = match graph {
            Some(graph) => engine.plan(graph, &journal, &ear).await.unwrap(),
            None => engine.plan_destroy("test", &journal, &ear).await.unwrap(),
        };
        let before = journal.state().clone();
        let outcome = engine.apply(&plan, &mut journal, &Interrupt::new(), &ear).await;
        (before, plan, outcome)
    });
    let seal: &dyn Seal = key.as_ref();
    let saved = graph.map(|graph| saved(&plan, graph, &before, seal));
    let mut exported = journal.into_state();
    assert!(graph.is_none() || format!("{exported:?}").contains("(secret)"));
    seal.seal_state(&mut exported).unwrap();
    let problems: Vec<String> = outcome.failed.iter().map(|(_, problem)| problem.to_string()).collect();
    let events = ear.0.into_inner().unwrap();
    let rendered = render(&plan, &RenderOptions::default());
    format!(
        "{rendered}\n{}\n{}\n{}\n{events:?}\n{problems:?}\n{outcome:?}\n{plan:?}\n{graph:?}",
        serde_json::to_string(&plan.redacted()).unwrap(),
        serde_json::to_string(&saved).unwrap(),
        serde_json::to_string(&exported).unwrap(),
    )
}

/// A secret as it is, and in every form that it may be written in.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let hex =
        |upper: bool| secret.bytes().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect::<String>();
    let url: String =
        secret.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    let json = serde_json::to_string(secret).unwrap();
    let mut forms = vec![secret.to_owned(), hex(false), hex(true), url, json.trim_matches('"').to_owned(), format!("{secret:?}")];
    for shift in 0..3 {
        // In base64 a text looks another way at each of three places; its first and last characters depend on what is beside it.
        let padded = [vec![b'x'; shift], secret.as_bytes().to_vec()].concat();
        for text in [STANDARD.encode(&padded), URL_SAFE.encode(&padded)] {
            let text = text.trim_end_matches('=');
            forms.push(text[4..text.len() - 2].to_owned());
        }
    }
    forms.into_iter().map(String::into_bytes).collect()
}

#[track_caller]
fn assert_silent(secrets: &[String], said: &[u8], where_: &str) {
    for secret in secrets {
        for form in forms(secret) {
            let found = said.windows(form.len()).position(|window| window == form);
            let around = |at: usize| String::from_utf8_lossy(&said[at.saturating_sub(60)..(at + 60).min(said.len())]).into_owned();
            assert!(found.is_none(), "{where_} says {secret}: {}", around(found.unwrap_or_default()));
        }
    }
}

#[test]
fn the_scan_itself_finds_a_secret_in_each_form() {
    for form in forms(GIVEN[3]) {
        let found = std::panic::catch_unwind(|| {
            assert_silent(&[GIVEN[3].to_owned()], &[b"before ".to_vec(), form, b" after".to_vec()].concat(), "a test")
        });
        assert!(found.is_err());
    }
}

#[test]
fn no_secret_of_any_path_is_in_the_journal_the_plan_the_events_or_the_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let key = Arc::new(DataKey::generate(OF).unwrap());
    let world = World::new();
    let graph = world.graph(&program, json!({}));

    // Services that repeat what they were given, in one form after the other.
    let mut said = String::new();
    for (name, secret) in [("v", GIVEN[0]), ("net", GIVEN[2]), ("m", GIVEN[1]), ("m", GIVEN[3]), ("m", GIVEN[4]), ("m", "vault-1.key")] {
        let quoted = serde_json::to_string(secret).unwrap();
        let hex = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for form in [secret.to_owned(), STANDARD.encode(secret), hex, quoted] {
            world.cloud.inject(Fault::refuse(Verb::Create, name).saying(&format!("'{form}' is refused")));
        }
    }
    for _ in 0..30 {
        said.push_str(&run(&world, Some(&graph), &path, &key));
    }
    world.cloud.heal();
    said.push_str(&run(&world, Some(&graph), &path, &key));
    let machine = world.cloud.object("toy:run/machine", "m").expect("it was made in the end").1;
    let script = machine.inputs["script"].as_str().unwrap().to_owned();
    let made = script.split(' ').nth(1).unwrap().to_owned();
    let mut secrets: Vec<String> = GIVEN.iter().map(|secret| (*secret).to_owned()).collect();
    assert_eq!(made.len(), 24);
    secrets.extend([made, "vault-1.key".to_owned()]);

    // What somebody changed, a change in the program, and the end of it.
    world.cloud.change("toy:run/machine", "m", "password", "drifted");
    let changed = world.graph(
        &|stack: &Stack| {
            program(stack);
            Net::new("more").range("10.1.0.0/16").add(stack);
        },
        json!({}),
    );
    said.push_str(&run(&world, Some(&changed), &path, &key));
    assert_silent(&secrets, &std::fs::read(&path).unwrap(), "the journal");
    said.push_str(&run(&world, None, &path, &key));
    assert!(world.cloud.objects().is_empty());
    assert_silent(&secrets, said.as_bytes(), "the run");
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap().path();
        assert_silent(&secrets, &std::fs::read(&file).unwrap(), &file.display().to_string());
    }
}
