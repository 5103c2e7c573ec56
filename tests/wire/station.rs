//! An engine at a local cloud, with a journal on disk: what the command has, without the command.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use aws_config::SdkConfig;
use infra_apply::{Engine, Event, FileLog, Interrupt, Journal, Outcome, Registry, Watcher};
use infra_aws::sdk::{Connection, connect};
use infra_core::program::{Program, Request, Response};
use infra_core::{GRAPH_VERSION, Graph, Value};
use infra_local::{LocalCloud, TemporaryCloud};
use infra_plan::{Plan, RenderOptions, render};
use serde_json::Value as Json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::calls::Calls;

/// Everything that a stack's life needs.
pub(crate) struct Station {
    pub(crate) runtime: Runtime,
    /// For a look at the cloud past the engine.
    pub(crate) sdk: SdkConfig,
    /// What the engine asks of the cloud.
    pub(crate) calls: Calls,
    engine: Engine,
    stack: &'static str,
    folder: TempDir,
    _cloud: TemporaryCloud,
}

/// Keeps what the engine notices.
#[derive(Default)]
struct Notices(Mutex<Vec<String>>);

impl Watcher for Notices {
    fn hear(&self, event: Event) {
        if let Event::Noticed { address, message } = event {
            self.0.lock().unwrap().push(format!("{address}: {message}"));
        }
    }
}

impl Station {
    /// One for the stack of that name.
    pub(crate) fn new(stack: &'static str) -> Station {
        let runtime = Runtime::new().unwrap();
        let cloud = LocalCloud::temporary().unwrap();
        let connection =
            Connection { region: Some("us-west-2".into()), profile: None, role: None, local: Some(cloud.endpoint().url.clone()) };
        let sdk = runtime.block_on(connect(&connection)).unwrap();
        let (mut registry, calls) = (Registry::new(), Calls::default());
        infra_aws::sdk::register(&mut registry, &calls.counted(&sdk));
        Station { runtime, sdk, calls, engine: Engine::new(registry), stack, folder: TempDir::new().unwrap(), _cloud: cloud }
    }

    fn journal_path(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    fn journal(&self) -> Journal {
        FileLog::open(&self.journal_path(), "test/local", || "salt".into()).unwrap().0
    }

    /// What a program declares, its questions answered by the cloud.
    pub(crate) fn graph<M>(&self, program: &impl Program<M>, config: &Json) -> Graph {
        let mut answers = BTreeMap::new();
        loop {
            let request = Request {
                version: GRAPH_VERSION,
                stack: self.stack.into(),
                environment: "local".into(),
                config: config.clone(),
                answers: answers.clone(),
                review: None,
                known: BTreeMap::new(),
                references: BTreeMap::new(),
            };
            match program.run(&request) {
                Response::Graph(graph) => return *graph,
                Response::Failed(problems) => panic!("{problems:?}"),
                Response::Reviewed(_) => panic!("a judgement was not asked for"),
                Response::Unanswered(questions) => {
                    for question in questions {
                        let answerer = self.engine.registry.answerer(&question.kind).expect("the question is known");
                        answers.insert(question.key(), self.runtime.block_on(answerer.answer(&question.query)).unwrap());
                    }
                }
            }
        }
    }

    pub(crate) fn plan(&self, graph: &Graph) -> Plan {
        self.runtime.block_on(self.engine.plan(graph, &self.journal(), &())).unwrap()
    }

    /// Deploys; everything must go through and nothing be left to do.
    pub(crate) fn deploy(&self, graph: &Graph) -> Plan {
        let plan = self.deploy_once(graph);
        let again = self.plan(graph);
        assert!(!again.has_changes(), "nothing is left to do:\n{}", text(&again));
        plan
    }

    /// Deploys; everything must go through.
    pub(crate) fn deploy_once(&self, graph: &Graph) -> Plan {
        let mut journal = self.journal();
        let notices = Notices::default();
        let (plan, outcome) = self.runtime.block_on(async {
            self.engine.recover(&mut journal, &graph.stack, &()).await.unwrap();
            let plan = self.engine.plan(graph, &journal, &()).await.unwrap();
            let outcome = self.engine.apply(&plan, &mut journal, &Interrupt::new(), &notices).await;
            (plan, outcome)
        });
        complete(&outcome);
        assert_eq!(notices.0.lock().unwrap().as_slice(), [] as [String; 0], "the cloud takes what it is told");
        plan
    }

    /// Takes in what has changed in the cloud; how much of it there is.
    pub(crate) fn refresh(&self) -> usize {
        let mut journal = self.journal();
        self.runtime.block_on(self.engine.refresh(&mut journal, &())).unwrap().len()
    }

    /// How many objects the state has.
    pub(crate) fn objects(&self) -> usize {
        self.journal().state().rows.values().filter(|row| row.object.is_some()).count()
    }

    pub(crate) fn destroy(&self, stack: &str) {
        let mut journal = self.journal();
        let outcome = self.runtime.block_on(async {
            let plan = self.engine.plan_destroy(stack, &journal, &()).await.unwrap();
            self.engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await
        });
        complete(&outcome);
        assert!(journal.state().rows.is_empty(), "nothing is remembered");
    }

    /// Asks for an end that does not come; what is said of it.
    pub(crate) fn fail_to_destroy(&self, stack: &str) -> String {
        let mut journal = self.journal();
        let outcome = self.runtime.block_on(async {
            let plan = self.engine.plan_destroy(stack, &journal, &()).await.unwrap();
            self.engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await
        });
        assert!(!outcome.failed.is_empty(), "it went");
        outcome.failed.iter().map(|(_, problem)| problem.to_string()).collect()
    }

    /// The physical id of a resource.
    pub(crate) fn id(&self, address: &str) -> String {
        let (state, _) = FileLog::peek(&self.journal_path(), "test/local").unwrap().unwrap();
        state.object(&address.parse().unwrap()).unwrap_or_else(|| panic!("there is no {address}")).id.clone()
    }

    /// An output of a resource, as text.
    pub(crate) fn output(&self, address: &str, name: &str) -> String {
        let (state, _) = FileLog::peek(&self.journal_path(), "test/local").unwrap().unwrap();
        state.object(&address.parse().unwrap()).and_then(|object| object.outputs[name].as_str().map(str::to_owned)).unwrap()
    }

    /// The stack's outputs.
    pub(crate) fn exports(&self) -> BTreeMap<String, Value> {
        FileLog::peek(&self.journal_path(), "test/local").unwrap().unwrap().0.exports
    }
}

fn complete(outcome: &Outcome) {
    let failed: Vec<String> = outcome.failed.iter().map(|(_, problem)| problem.to_string()).collect();
    assert!(outcome.is_complete(), "{}\nskipped: {:?}\nstore: {:?}", failed.join("\n"), outcome.skipped, outcome.store);
}

/// A plan as a person would read it.
pub(crate) fn text(plan: &Plan) -> String {
    render(plan, &RenderOptions { width: 120, colour: false })
}
