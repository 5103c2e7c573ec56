//! A stack's whole life in a test: the program, the engine, and a simulated cloud.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use infra_apply::{Engine, Event, Handler, Interrupt, Journal, Known, Outcome, PlanError, RefreshError, Registry, Seal, Watcher, settled};
use infra_core::program::Program;
use infra_core::{Graph, Lookup, Schema, Value};
use infra_plan::{Plan, Record, SavedPlan, Selection, Setting, State};
use serde_json::Value as Json;

use crate::cloud::MockCloud;
use crate::crash::{Crash, Life, MortalLog};
use crate::deployed::Deployed;
use crate::told::Told;
use crate::trace::Trace;
use crate::vault::Vault;

/// A simulated cloud and the state of one stack in it.
pub struct World {
    /// The cloud.
    pub cloud: MockCloud,
    /// What the engine remembers, as its journal keeps it: with its secrets sealed.
    pub state: State,
    /// What the stack is called.
    pub stack: String,
    /// The states of other stacks in the same environment, by stack: what is moved from there is taken over from them.
    pub neighbours: BTreeMap<String, State>,
    /// Whether a deployment may delete something and make an equal one under another name, as with `--allow-recreate`.
    pub allow_recreate: bool,
    /// How many calls the engine makes at a time.
    pub parallel: usize,
    /// When the run is asked to stop, in virtual time from its first step on.
    pub interrupt_after: Option<Duration>,
    /// What a deployment may do, where that was agreed to before: one that would do more is refused, and so is one of a state that
    /// has moved on.
    pub allowed: Option<SavedPlan>,
    /// What the last run left behind.
    pub trace: Trace,
    pub(crate) told: Told,
    seal: Arc<dyn Seal>,
    handlers: Vec<Arc<dyn Handler>>,
}

/// A run as far as it came.
pub(crate) struct Run {
    pub(crate) result: Result<(Plan, Outcome), PlanError>,
    events: Vec<Event>,
    pub(crate) died: bool,
    took: Duration,
}

#[derive(Default)]
struct Ear(Mutex<Vec<Event>>);

impl Watcher for Ear {
    fn hear(&self, event: Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

impl World {
    /// A world in which nothing has been deployed.
    pub fn new() -> World {
        World {
            cloud: MockCloud::new(),
            state: State::new("test"),
            stack: "test".to_owned(),
            neighbours: BTreeMap::new(),
            allow_recreate: false,
            parallel: 10,
            interrupt_after: None,
            allowed: None,
            trace: Trace::default(),
            told: Told::default(),
            seal: Arc::new(Vault::default()),
            handlers: Vec::new(),
        }
    }

    /// A world in which a deployment may delete something and make an equal one under another name.
    #[must_use]
    pub fn recreating(mut self) -> World {
        self.allow_recreate = true;
        self
    }

    /// Goes on with another stack of the environment, which is one of the neighbours or new; the one from before is a neighbour
    /// from then on.
    pub fn turn_to(&mut self, stack: &str) {
        if stack == self.stack {
            return;
        }
        let state = self.neighbours.remove(stack).unwrap_or_else(|| State::new(stack));
        let before = std::mem::replace(&mut self.stack, stack.to_owned());
        self.neighbours.insert(before, std::mem::replace(&mut self.state, state));
    }

    /// Answers a lookup that programs ask.
    #[must_use]
    pub fn answering<L: Lookup>(mut self, query: &L, answer: &L::Answer) -> World {
        let (query, answer) = (serde_json::to_value(query), serde_json::to_value(answer));
        if let (Ok(query), Ok(answer)) = (query, answer) {
            self.told.answers.insert(format!("{} {query}", L::KIND), answer);
        }
        self
    }

    /// Says that the content of an asset is another one from now on: of the folder, file or context that the program names so.
    /// Programs are answered what they ask about assets without any file being there; for a folder of single files, say what
    /// is in it with [`answering`](World::answering).
    pub fn set_content(&mut self, path: &str, content: &str) {
        self.told.contents.insert(path.to_owned(), content.to_owned());
    }

    /// Seals secrets with this, instead of keeping them where only this world finds them.
    #[must_use]
    pub fn sealing(mut self, seal: Arc<dyn Seal>) -> World {
        self.seal = seal;
        self
    }

    /// Serves a type of resource by its real handler, instead of by the simulated cloud.
    #[must_use]
    pub fn serving(mut self, handler: Arc<dyn Handler>) -> World {
        self.handlers.push(handler);
        self
    }

    /// A journal in memory with what the engine remembers, open as a run has it, and its neighbours' memory beside it; what is
    /// recorded there is lost.
    ///
    /// # Panics
    /// If the state has what another world sealed.
    #[track_caller]
    #[must_use]
    pub fn journal(&self) -> Journal {
        let mut journal = self.unlocked(Journal::in_memory(self.state.clone()));
        for (stack, state) in &self.neighbours {
            journal.put_beside(stack, Box::new(self.unlocked(Journal::in_memory(state.clone()))));
        }
        journal
    }

    #[track_caller]
    fn unlocked(&self, mut journal: Journal) -> Journal {
        if let Err(error) = journal.unlock(self.seal.clone()) {
            panic!("{error}");
        }
        journal
    }

    fn registry<'a>(&self, schemas: impl IntoIterator<Item = &'a Schema>) -> Registry {
        let mut registry = self.cloud.registry(schemas);
        self.handlers.iter().for_each(|handler| registry.insert(handler.clone()));
        registry
    }

    /// Says an output of another stack that programs refer to.
    #[must_use]
    pub fn with_output(mut self, stack: &str, name: &str, value: impl Into<Value>) -> World {
        self.told.references.entry(stack.to_owned()).or_default().insert(name.to_owned(), value.into());
        self
    }

    /// Says the outputs of another stack that programs refer to: those of its last deployment in a world of its own.
    ///
    /// # Panics
    /// If the other world's state has what a third one sealed.
    #[track_caller]
    #[must_use]
    pub fn beside(mut self, stack: &str, other: &World) -> World {
        self.told.references.insert(stack.to_owned(), other.journal().state().exports.clone());
        self
    }

    /// What a program declares while nothing of the values is known that its parts wait for.
    ///
    /// # Panics
    /// If the program is wrong, with what is wrong.
    #[track_caller]
    pub fn graph<M>(&self, program: &impl Program<M>, config: Json) -> Graph {
        self.told.graph(&self.stack, program, &config, &Known::new())
    }

    /// What deploying a program would do. Where a part of it waits for a value, that is what would be done first.
    ///
    /// # Errors
    /// What the planner says against it.
    #[track_caller]
    pub fn plan<M>(&self, program: &impl Program<M>, config: Json) -> Result<Plan, PlanError> {
        self.plan_within(program, config, &Selection::default())
    }

    /// What deploying a graph would do.
    ///
    /// # Errors
    /// What the planner says against it.
    pub fn plan_graph(&self, graph: &Graph) -> Result<Plan, PlanError> {
        let engine = self.engine(self.registry(graph.schemas.values()));
        in_virtual_time(engine.plan(graph, &self.journal(), &()))
    }

    /// What deploying some of a program would do.
    ///
    /// # Errors
    /// What the planner says against it.
    #[track_caller]
    pub fn plan_within<M>(&self, program: &impl Program<M>, config: Json, selection: &Selection) -> Result<Plan, PlanError> {
        let journal = self.journal();
        let declare = |known: &Known| self.told.graph(&self.stack, program, &config, known);
        let mut engine = self.engine(self.registry([]));
        Ok(in_virtual_time(self.planned(&mut engine, &declare, None, &journal, selection, &()))?.1)
    }

    /// The plan of some of a program, to be looked at and [`allowed`](World::allowed) later.
    ///
    /// # Errors
    /// What the planner says against it.
    #[track_caller]
    pub fn save_plan<M>(&self, program: &impl Program<M>, config: Json, selection: &Selection) -> Result<SavedPlan, PlanError> {
        let journal = self.journal();
        let declare = |known: &Known| self.told.graph(&self.stack, program, &config, known);
        let mut engine = self.engine(self.registry([]));
        let (graph, plan) = in_virtual_time(self.planned(&mut engine, &declare, None, &journal, selection, &()))?;
        Ok(SavedPlan::new(&plan, &graph, journal.state(), selection, here()))
    }

    /// Deploys some of a program.
    ///
    /// # Errors
    /// What the planner says against it.
    #[track_caller]
    pub fn deploy_within<M>(&mut self, program: &impl Program<M>, config: Json, selection: &Selection) -> Result<Deployed, PlanError> {
        let (told, stack) = (self.told.clone(), self.stack.clone());
        let declare = |known: &Known| told.graph(&stack, program, &config, known);
        let mut deployed = self.perform(None, Some(&declare), selection)?;
        // What waited for values that are known now is deployed too, as long as anything comes of it. What was to be replaced
        // has been.
        let rest = Selection { replace: Vec::new(), ..selection.clone() };
        let all = self.allowed.is_none();
        while all && deployed.outcome.is_complete() && deployed.last_plan().is_waiting() && deployed.last_plan().has_changes() {
            let next = self.perform(None, Some(&declare), &rest)?;
            deployed.changes.extend(next.changes);
            deployed.events.extend(next.events);
            deployed.later.push(next.plan);
            deployed.outcome = next.outcome;
            deployed.took += next.took;
        }
        Ok(deployed)
    }

    /// Destroys some of what was deployed.
    ///
    /// # Errors
    /// What the planner says against it.
    pub fn destroy_within(&mut self, selection: &Selection) -> Result<Deployed, PlanError> {
        self.perform(None, None, selection)
    }

    /// Deploys a program.
    ///
    /// # Panics
    /// If the plan is refused. What fails while it is performed is in the outcome.
    #[track_caller]
    pub fn deploy<M>(&mut self, program: &impl Program<M>, config: Json) -> Deployed {
        match self.deploy_within(program, config, &Selection::default()) {
            Ok(deployed) => deployed,
            Err(error) => panic!("{error}"),
        }
    }

    /// Deploys a graph.
    ///
    /// # Errors
    /// What the planner says against it.
    pub fn deploy_graph(&mut self, graph: &Graph) -> Result<Deployed, PlanError> {
        self.perform(Some(&graph.stack), Some(&|_: &Known| graph.clone()), &Selection::default())
    }

    /// Destroys what was deployed.
    ///
    /// # Panics
    /// If that cannot be planned. What fails while it is performed is in the outcome.
    #[track_caller]
    pub fn destroy(&mut self) -> Deployed {
        match self.try_destroy() {
            Ok(deployed) => deployed,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`destroy`](World::destroy), where it may be refused.
    ///
    /// # Errors
    /// What the planner says against it.
    pub fn try_destroy(&mut self) -> Result<Deployed, PlanError> {
        self.perform(None, None, &Selection::default())
    }

    /// Brings the state up to date with the cloud, which is not changed.
    ///
    /// # Errors
    /// Where the cloud cannot be read.
    ///
    /// # Panics
    /// If the world's seal does not take what it has opened.
    pub fn refresh(&mut self) -> Result<(), RefreshError> {
        let engine = self.engine(self.registry([]));
        let mut journal = self.journal();
        in_virtual_time(engine.refresh(&mut journal, &()))?;
        let mut state = journal.into_state();
        // What is remembered between two runs is what a journal keeps.
        if let Err(error) = self.seal.seal_state(&mut state) {
            panic!("{error}");
        }
        self.state = state;
        Ok(())
    }

    /// Another world that is as this one is now: what happens in one does not happen in the other.
    #[must_use]
    pub fn fork(&self) -> World {
        World {
            cloud: self.cloud.fork(),
            state: self.state.clone(),
            stack: self.stack.clone(),
            neighbours: self.neighbours.clone(),
            allow_recreate: self.allow_recreate,
            told: self.told.clone(),
            parallel: self.parallel,
            seal: self.seal.clone(),
            handlers: self.handlers.clone(),
            ..World::new()
        }
    }

    fn engine(&self, registry: Registry) -> Engine {
        let mut engine = Engine::new(registry);
        engine.parallel = self.parallel;
        engine.allow_recreate = self.allow_recreate;
        engine
    }

    /// The graph of a program that knows all that can be known, and its plan. `first` is what it declares where it knows nothing.
    async fn planned(
        &self,
        engine: &mut Engine,
        declare: Declare<'_>,
        mut first: Option<Graph>,
        journal: &Journal,
        selection: &Selection,
        watcher: &dyn Watcher,
    ) -> Result<(Graph, Plan), PlanError> {
        settled(async |known| {
            let graph = first.take().filter(|_| known.is_empty()).unwrap_or_else(|| declare(known));
            engine.registry = self.registry(graph.schemas.values());
            let plan = engine.plan_within(&graph, journal, selection, watcher).await?;
            Ok((graph, plan))
        })
        .await
    }

    fn perform(&mut self, stack: Option<&str>, declare: Option<Declare<'_>>, selection: &Selection) -> Result<Deployed, PlanError> {
        let run = self.run(stack, declare, None, selection);
        self.deployed(run)
    }

    pub(crate) fn deployed(&self, run: Run) -> Result<Deployed, PlanError> {
        let (plan, outcome) = run.result?;
        Ok(Deployed { plan, later: Vec::new(), outcome, changes: self.cloud.changes(), events: run.events, took: run.took })
    }

    pub(crate) fn run(&mut self, stack: Option<&str>, declare: Option<Declare<'_>>, crash: Option<Crash>, selection: &Selection) -> Run {
        let stack = stack.map_or_else(|| self.stack.clone(), str::to_owned);
        let stack = stack.as_str();
        self.cloud.forget_calls();
        self.cloud.contents().life = Life::until(crash);
        self.cloud.contents().renew_quotas();
        let (kept, records) = mpsc::channel();
        let log = MortalLog { cloud: self.cloud.clone(), kept };
        let mut journal = self.unlocked(Journal::new(self.state.clone(), Box::new(log)));
        let (ear, after, mut took) = (Ear::default(), self.interrupt_after, Duration::ZERO);
        let mut beside = Vec::new();
        for (stack, state) in &self.neighbours {
            let (kept, records) = mpsc::channel();
            let log = MortalLog { cloud: self.cloud.clone(), kept };
            journal.put_beside(stack, Box::new(self.unlocked(Journal::new(state.clone(), Box::new(log)))));
            beside.push((stack.clone(), records));
        }
        let result: Result<(Plan, Outcome), PlanError> = in_virtual_time(async {
            let (engine, plan) = match declare {
                Some(declare) => {
                    let graph = declare(&Known::new());
                    let mut engine = self.engine(self.registry(graph.schemas.values()));
                    engine.recover_within(&graph, &mut journal, selection, &ear).await?;
                    if let Some(allowed) = &self.allowed {
                        allowed.check_state(stack, &here(), journal.state()).map_err(PlanError::Wrong)?;
                    }
                    let (graph, plan) = self.planned(&mut engine, declare, Some(graph), &journal, selection, &ear).await?;
                    if let Some(allowed) = &self.allowed {
                        allowed.check_plan(&plan, &graph, journal.state()).map_err(PlanError::Wrong)?;
                    }
                    (engine, plan)
                }
                None => {
                    let engine = self.engine(self.registry([]));
                    engine.recover_destroy_within(stack, &mut journal, selection, &ear).await?;
                    let plan = engine.plan_destroy_within(stack, &journal, selection, &ear).await?;
                    (engine, plan)
                }
            };
            let interrupt = Interrupt::new();
            let began = tokio::time::Instant::now();
            let outcome = {
                let mut apply = std::pin::pin!(engine.apply(&plan, &mut journal, &interrupt, &ear));
                tokio::select! {
                    outcome = &mut apply => outcome,
                    () = interrupted(after, &interrupt) => apply.await,
                }
            };
            took = began.elapsed();
            Ok((plan, outcome))
        });
        drop(journal);
        // What the next run knows is what was made durable, and nothing that this one only had in mind.
        let records: Vec<Record> = records.iter().collect();
        records.iter().for_each(|record| self.state.apply(record.clone()));
        for (stack, records) in beside {
            let state = self.neighbours.entry(stack).or_default();
            records.iter().for_each(|record| state.apply(record));
        }
        let died = std::mem::take(&mut self.cloud.contents().life).is_over();
        let events = ear.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.trace = Trace::of(records, &events, &result);
        Run { result, events, died, took }
    }
}

/// Where a simulated cloud is.
fn here() -> Setting {
    Setting { name: "local".to_owned(), account: None, region: "home".to_owned() }
}

/// Asks a run to stop after a while, if it is to be asked.
#[allow(clippy::disallowed_methods, reason = "this is when a person asks, and not a wait for a cloud")]
async fn interrupted(after: Option<Duration>, interrupt: &Interrupt) {
    if let Some(after) = after {
        tokio::time::sleep(after).await;
        interrupt.request();
    }
}

/// What a program declares when it is told what is known.
type Declare<'a> = &'a dyn Fn(&Known) -> Graph;

/// Runs a future to its end; sleeping takes no time.
fn in_virtual_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    #[allow(clippy::expect_used, reason = "a runtime of one thread needs nothing that can be missing")]
    runtime.expect("a runtime").block_on(future)
}
