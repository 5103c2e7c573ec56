//! An engine at a local cloud, with a journal on disk: what the command has, without the command.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_config::SdkConfig;
use infra_apply::{Engine, Event, FileLog, Interrupt, Journal, Log, Outcome, Registry, StoreError, Watcher};
use infra_assets::live::Workshop;
use infra_aws::sdk::{Connection, connect};
use infra_core::program::{Program, Request, Response};
use infra_core::{GRAPH_VERSION, Graph, Value};
use infra_local::{LocalCloud, TemporaryCloud};
use infra_plan::{Plan, Record, RenderOptions, Selection, render};
use infra_seal::DataKey;
use serde_json::Value as Json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Everything that a stack's life needs.
pub(crate) struct Station {
    pub(crate) runtime: Runtime,
    /// For a look at the cloud past the engine.
    pub(crate) sdk: SdkConfig,
    engine: Engine,
    stack: &'static str,
    folder: TempDir,
    files: PathBuf,
    key: Arc<DataKey>,
    cloud: TemporaryCloud,
}

/// A journal's log in a run that dies: from some record on nothing is durable, whatever the calls under way do.
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
        let gone = || StoreError::Io { action: "write", path: "journal".into(), source: std::io::ErrorKind::StorageFull.into() };
        if kept == records.len() { Ok(()) } else { Err(gone()) }
    }
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
        Station::with_files(stack, Path::new(""))
    }

    /// One for the stack of that name, whose files are in that folder.
    pub(crate) fn with_files(stack: &'static str, files: &Path) -> Station {
        let runtime = Runtime::new().unwrap();
        let cloud = LocalCloud::temporary().unwrap();
        let connection =
            Connection { region: Some("us-west-2".into()), profile: None, role: None, local: Some(cloud.endpoint().url.clone()) };
        let sdk = runtime.block_on(connect(&connection)).unwrap();
        let folder = TempDir::new().unwrap();
        let mut registry = Registry::new();
        registry.folder = files.to_owned();
        infra_aws::sdk::register(&mut registry, &sdk);
        infra_random_values::register(&mut registry);
        let key = Arc::new(DataKey::generate("test/local").unwrap());
        let mut engine = Engine::new(registry);
        engine.folder = files.to_owned();
        Station { runtime, sdk, engine, stack, folder, files: files.to_owned(), key, cloud }
    }

    /// Every call that the cloud has had so far, as `us-west-2 batch POST /v1/createjobqueue`, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.cloud.cloud().log_path()).unwrap();
        let call = |line: &str| {
            let rest = line.strip_suffix(" ms")?.rsplit_once(' ')?.0;
            let (_, rest) = rest.split_once(' ')?;
            let (status, operation) = rest.split_once(' ')?;
            status.parse::<u16>().ok().map(|_| operation.to_owned())
        };
        log.lines().filter_map(call).collect()
    }

    fn journal_path(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    fn journal(&self) -> Journal {
        let (mut journal, _) = FileLog::open(&self.journal_path(), "test/local", || "salt".into()).unwrap();
        journal.unlock(self.key.clone()).unwrap();
        journal
    }

    /// What the journal has on disk.
    pub(crate) fn written(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.journal_path()).unwrap()).into_owned()
    }

    /// What a program declares, its questions answered by the cloud.
    pub(crate) fn graph<M>(&self, program: &impl Program<M>, config: &Json) -> Graph {
        let mut answers = BTreeMap::new();
        // A workshop makes each thing once, so every run has its own.
        let workshop = Workshop::new(&self.files, self.folder.path().join("assets"));
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
                        if Workshop::knows(&question) {
                            let answer = self.runtime.block_on(workshop.answer(&question)).unwrap();
                            answers.insert(question.key(), answer);
                            continue;
                        }
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
        drop(journal);
        let again = self.plan(graph);
        assert!(!again.has_changes(), "nothing is left to do:\n{}", text(&again));
        plan
    }

    /// Starts to deploy, and dies when so many records have been written; whether it came to that.
    pub(crate) fn deploy_until(&self, graph: &Graph, records: usize) -> bool {
        let mut journal = self.journal().over(|log| Box::new(Mortal { log, left: records }));
        self.runtime.block_on(async {
            if self.engine.recover(&mut journal, &graph.stack, &()).await.is_err() {
                return true;
            }
            let plan = self.engine.plan(graph, &journal, &()).await.unwrap();
            self.engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await.store.is_some()
        })
    }

    /// As [`deploy_until`](Station::deploy_until), for a destruction.
    pub(crate) fn destroy_until(&self, stack: &str, records: usize) -> bool {
        let mut journal = self.journal().over(|log| Box::new(Mortal { log, left: records }));
        self.runtime.block_on(async {
            let plan = self.engine.plan_destroy(stack, &journal, &()).await.unwrap();
            self.engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await.store.is_some()
        })
    }

    pub(crate) fn destroy(&self, stack: &str) {
        let mut journal = self.journal();
        let outcome = self.runtime.block_on(async {
            self.engine.recover_destroy_within(stack, &mut journal, &Selection::default(), &()).await.unwrap();
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
