//! An engine at a local cloud, with a journal on disk: what the command has, without the command.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use infra_apply::{Engine, Event, FileLog, Interrupt, Journal, Log, Outcome, Registry, StoreError, Watcher};
use infra_assets::live::Workshop;
use infra_aws::sdk::{Connection, connect};
use infra_core::program::{Program, Request, Response};
use infra_core::{GRAPH_VERSION, Graph, Value};
use infra_local::{LocalCloud, TemporaryCloud};
use infra_plan::{Plan, Record, RenderOptions, render};
use infra_seal::DataKey;
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
    registry: Registry,
    seal: Arc<DataKey>,
    stack: &'static str,
    folder: TempDir,
    /// Where the stack's files are, if not there.
    files: Option<PathBuf>,
    cloud: TemporaryCloud,
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

/// A log that ends with the run that writes it.
struct Mortal {
    log: Box<dyn Log>,
    left: usize,
}

#[async_trait]
impl Log for Mortal {
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
        let kept = records.len().min(self.left);
        self.left -= kept;
        self.log.append(&records[..kept]).await?;
        if kept < records.len() { Err(StoreError::Broken) } else { Ok(()) }
    }
}

/// What makes a stack's assets; each run has one of its own.
fn workshop(folder: &TempDir, files: Option<&Path>) -> Workshop {
    infra_cli::assets::workshop(folder.path(), files.unwrap_or(folder.path()))
}

impl Station {
    /// One for the stack of that name.
    pub(crate) fn new(stack: &'static str) -> Station {
        Station::start(stack, None)
    }

    /// One for the stack of that name, whose files are in that folder.
    pub(crate) fn with_files(stack: &'static str, files: &Path) -> Station {
        Station::start(stack, Some(files))
    }

    fn start(stack: &'static str, files: Option<&Path>) -> Station {
        let runtime = Runtime::new().unwrap();
        let cloud = LocalCloud::temporary().unwrap();
        let connection =
            Connection { region: Some("us-west-2".into()), profile: None, role: None, local: Some(cloud.endpoint().url.clone()) };
        let sdk = runtime.block_on(connect(&connection)).unwrap();
        let (mut registry, calls) = (Registry::new(), Calls::default());
        let folder = TempDir::new().unwrap();
        registry.folder = files.unwrap_or(folder.path()).to_owned();
        infra_aws::sdk::register(&mut registry, &calls.counted(&sdk));
        infra_random_values::register(&mut registry);
        infra_cli::assets::register(&mut registry, &sdk, &workshop(&folder, files), true);
        let seal = Arc::new(DataKey::generate("test/local").unwrap());
        Station { runtime, sdk, calls, registry, seal, stack, folder, files: files.map(Path::to_owned), cloud }
    }

    /// Every request that the cloud has had so far, as `us-west-2 batch POST /v1/createjobqueue`, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.cloud.cloud().log_path()).unwrap();
        let call = |line: &str| {
            let rest = line.strip_suffix(" ms")?.rsplit_once(' ')?.0;
            let (_, rest) = rest.split_once(' ')?;
            let (status, operation) = rest.split_once(' ')?;
            status.parse::<u16>().ok().map(|_| operation.to_owned())
        };
        log.lines().filter_map(call).collect()
    }

    /// What the journal has on disk.
    pub(crate) fn written(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.journal_path()).unwrap()).into_owned()
    }

    /// An engine as a new run of the command has one.
    fn engine(&self) -> Engine {
        let mut engine = Engine::new(self.registry.clone());
        // The local cloud shows at once what it has.
        engine.patience.seen = Duration::from_millis(200);
        engine.folder.clone_from(&self.registry.folder);
        engine
    }

    /// Where the stack's files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn journal_path(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    fn journal(&self) -> Journal {
        let mut journal = FileLog::open(&self.journal_path(), "test/local", || "salt".into()).unwrap().0;
        journal.unlock(self.seal.clone()).unwrap();
        journal
    }

    /// What a program declares, its questions answered by the cloud.
    pub(crate) fn graph<M>(&self, program: &impl Program<M>, config: &Json) -> Graph {
        let (mut answers, workshop) = (BTreeMap::new(), workshop(&self.folder, self.files.as_deref()));
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
                        let answer = if Workshop::knows(&question) {
                            self.runtime.block_on(workshop.answer(&question)).unwrap()
                        } else {
                            let answerer = self.registry.answerer(&question.kind).expect("the question is known");
                            self.runtime.block_on(answerer.answer(&question.query)).unwrap()
                        };
                        answers.insert(question.key(), answer);
                    }
                }
            }
        }
    }

    pub(crate) fn plan(&self, graph: &Graph) -> Plan {
        self.runtime.block_on(self.engine().plan(graph, &self.journal(), &())).unwrap()
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
        let (plan, outcome) = self.run(graph, &mut journal, &notices);
        complete(&outcome);
        assert_eq!(notices.0.lock().unwrap().as_slice(), [] as [String; 0], "the cloud takes what it is told");
        plan
    }

    /// Deploys what goes through; what is said of the rest.
    pub(crate) fn attempt(&self, graph: &Graph) -> Vec<String> {
        let (_, outcome) = self.run(graph, &mut self.journal(), &());
        outcome.failed.iter().map(|(_, problem)| problem.to_string()).collect()
    }

    fn run(&self, graph: &Graph, journal: &mut Journal, watcher: &dyn Watcher) -> (Plan, Outcome) {
        let engine = self.engine();
        self.runtime.block_on(async {
            let in_doubt = engine.recover(journal, &graph.stack, watcher).await.unwrap();
            assert_eq!(in_doubt.len(), 0, "the cloud tells what became of all that was begun");
            let plan = engine.plan(graph, journal, watcher).await.unwrap();
            let outcome = engine.apply(&plan, journal, &Interrupt::new(), watcher).await;
            (plan, outcome)
        })
    }

    fn end(&self, stack: &str, journal: &mut Journal) -> Outcome {
        let engine = self.engine();
        self.runtime.block_on(async {
            let in_doubt = engine.recover(journal, stack, &()).await.unwrap();
            assert_eq!(in_doubt.len(), 0, "the cloud tells what became of all that was begun");
            let plan = engine.plan_destroy(stack, journal, &()).await.unwrap();
            engine.apply(&plan, journal, &Interrupt::new(), &()).await
        })
    }

    /// Deploys, and dies when it has written so many records: what was begun by then is done, and nobody hears of it. Whether it
    /// came to that.
    pub(crate) fn deploy_until(&self, graph: &Graph, records: usize) -> bool {
        let (mut journal, engine) = (self.mortal(records), self.engine());
        self.runtime.block_on(async {
            // It may die while it settles what the last one left.
            if engine.recover(&mut journal, &graph.stack, &()).await.is_err() {
                return true;
            }
            let plan = engine.plan(graph, &journal, &()).await.unwrap();
            engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await.store.is_some()
        })
    }

    /// As [`deploy_until`](Station::deploy_until), at the end of a stack.
    pub(crate) fn destroy_until(&self, stack: &str, records: usize) -> bool {
        let (mut journal, engine) = (self.mortal(records), self.engine());
        self.runtime.block_on(async {
            if engine.recover(&mut journal, stack, &()).await.is_err() {
                return true;
            }
            let plan = engine.plan_destroy(stack, &journal, &()).await.unwrap();
            engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await.store.is_some()
        })
    }

    fn mortal(&self, records: usize) -> Journal {
        self.journal().over(|log| Box::new(Mortal { log, left: records }))
    }

    /// Takes in what has changed in the cloud; how much of it there is.
    pub(crate) fn refresh(&self) -> usize {
        let mut journal = self.journal();
        self.runtime.block_on(self.engine().refresh(&mut journal, &())).unwrap().len()
    }

    /// How many objects the state has.
    pub(crate) fn objects(&self) -> usize {
        self.journal().state().rows.values().filter(|row| row.object.is_some()).count()
    }

    pub(crate) fn destroy(&self, stack: &str) {
        let mut journal = self.journal();
        complete(&self.end(stack, &mut journal));
        assert!(journal.state().rows.is_empty(), "nothing is remembered");
    }

    /// Asks for an end that does not come; what is said of it.
    pub(crate) fn fail_to_destroy(&self, stack: &str) -> String {
        let outcome = self.end(stack, &mut self.journal());
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
