//! The engine as a library: look, plan, perform.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use infra_core::{Address, Attr, Diagnostic, Graph, Value};
use infra_plan::{
    Held, Intent, Move, Observed, Ordered, Plan, Record, References, Selection, State, estranged, look_destroy, moved, plan_destroy_within,
    recreations, refresh, strange,
};

use crate::event::{Doing, Event, Watcher};
use crate::idle::Idle;
use crate::interrupt::Interrupt;
use crate::journal::Journal;
use crate::limit::Limits;
use crate::looks::Looks;
use crate::observe::{ObserveError, observe, observe_by_page, observe_imports};
use crate::perform::Bench;
use crate::recover::{InDoubt, RecoverError, recover};
use crate::registry::Registry;
use crate::relocate::{Unmoved, relocate};
use crate::retry::{Caller, Patience};
use crate::schedule::{Ended, run};
use crate::scrub::Scrub;
use crate::store::StoreError;

/// Why a plan could not be made. Nothing has been changed.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The program or the graph is wrong.
    #[error("{}", lines(.0))]
    Wrong(Vec<Diagnostic>),
    /// The cloud could not be looked at.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// What an interrupted run left could not be settled.
    #[error(transparent)]
    Recover(#[from] RecoverError),
}

fn lines(problems: &[Diagnostic]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Why the state could not be brought up to date. The cloud has not been changed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The selection names nothing.
    #[error("{}", lines(.0))]
    Wrong(Vec<Diagnostic>),
    /// The cloud could not be looked at.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// What was seen could not be recorded.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a deployment or destruction ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many steps were done.
    pub done: usize,
    /// The steps that failed, and why.
    pub failed: Vec<(Address, Diagnostic)>,
    /// The steps that were not begun.
    pub skipped: Vec<Address>,
    /// The steps that were under way when the run had to end: the next run finds out what became of them.
    pub in_doubt: Vec<Address>,
    /// Why nothing could be recorded any more, if so.
    pub store: Option<StoreError>,
    /// The stack's outputs; secrets among them are marked.
    pub exports: BTreeMap<String, Value>,
}

impl Outcome {
    /// Whether everything that was planned was done.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty() && self.in_doubt.is_empty() && self.store.is_none()
    }
}

/// An engine over a registry of handlers.
pub struct Engine {
    /// What it can serve.
    pub registry: Registry,
    /// How many calls it makes at a time.
    pub parallel: usize,
    /// How patient it is.
    pub patience: Patience,
    /// Whether a plan may delete something and make an equal one under another name, which otherwise is refused: it is
    /// nearly always a rename of which the program does not say so.
    pub allow_recreate: bool,
    /// The folder in which hooks run, and from which their own folders are counted; where it is empty, that of the process.
    pub folder: PathBuf,
    /// What it must not say: the secrets that it has met.
    pub scrub: Scrub,
    /// How fast the services take its calls.
    limits: Limits,
    /// What the last recovery could not settle.
    in_doubt: Mutex<Vec<InDoubt>>,
}

impl Engine {
    /// An engine with ten calls at a time.
    pub fn new(registry: Registry) -> Engine {
        Engine {
            registry,
            parallel: 10,
            patience: Patience::default(),
            allow_recreate: false,
            folder: PathBuf::new(),
            scrub: Scrub::default(),
            limits: Limits::default(),
            in_doubt: Mutex::default(),
        }
    }

    /// Settles what an interrupted run left open, each call on its own. What the cloud cannot tell stays open and is
    /// returned; plans made by this engine leave it and what needs it alone.
    ///
    /// # Errors
    /// Where the journal cannot be written.
    pub async fn recover(&self, journal: &mut Journal, stack: &str, watcher: &dyn Watcher) -> Result<Vec<InDoubt>, RecoverError> {
        self.recover_some(journal, stack, watcher, &|_| true).await
    }

    async fn recover_some(
        &self,
        journal: &mut Journal,
        stack: &str,
        watcher: &dyn Watcher,
        settles: &dyn Fn(&Address) -> bool,
    ) -> Result<Vec<InDoubt>, RecoverError> {
        let interrupt = Interrupt::new();
        let in_doubt = recover(&self.registry, journal, stack, self.caller(&interrupt, watcher), settles).await?;
        self.in_doubt.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&in_doubt);
        Ok(in_doubt)
    }

    /// Settles what an interrupted run left open of what is selected; what the rest left stays open.
    ///
    /// # Errors
    /// As [`recover`](Engine::recover); and where the graph is wrong or the selection names nothing.
    pub async fn recover_within(
        &self,
        graph: &Graph,
        journal: &mut Journal,
        selection: &Selection,
        watcher: &dyn Watcher,
    ) -> Result<Vec<InDoubt>, PlanError> {
        let touched = {
            let moved = moved(graph, journal.state(), &journal.others()).map_err(PlanError::Wrong)?;
            let mut touched = Ordered::of(graph).and_then(|ordered| ordered.touched(&moved.state, selection)).map_err(PlanError::Wrong)?;
            // What was interrupted under a former address is settled under it, before it moves; all of it moves.
            let former = moved.moves.iter().filter(|step| step.stack.is_none());
            let former: Vec<Address> = former.map(|step| step.from.clone()).collect();
            touched.extend(former);
            // What a part that waits for a value takes over is told with that value: it may be whatever is not declared yet.
            if !graph.deferrals.is_empty() {
                let declared: BTreeSet<&Address> = graph.nodes.iter().map(|node| &node.address).collect();
                touched.extend(journal.state().rows.keys().filter(|address| !declared.contains(address)).cloned());
            }
            touched
        };
        let settles = |address: &Address| touched.contains(address);
        Ok(self.recover_some(journal, &graph.stack, watcher, &settles).await?)
    }

    /// As [`recover_within`](Engine::recover_within), before a destruction.
    ///
    /// # Errors
    /// As [`recover`](Engine::recover); and where the selection names nothing.
    pub async fn recover_destroy_within(
        &self,
        stack: &str,
        journal: &mut Journal,
        selection: &Selection,
        watcher: &dyn Watcher,
    ) -> Result<Vec<InDoubt>, PlanError> {
        let touched: BTreeSet<Address> = look_destroy(journal.state(), selection).map_err(PlanError::Wrong)?.rows.keys().cloned().collect();
        let settles = |address: &Address| touched.contains(address);
        Ok(self.recover_some(journal, stack, watcher, &settles).await?)
    }

    /// Looks at everything that the journal's state knows.
    ///
    /// # Errors
    /// Where a type of resource is unknown or cannot be read.
    pub async fn observe(&self, journal: &Journal, watcher: &dyn Watcher) -> Result<Observed, ObserveError> {
        self.observe_some(journal.state(), None, watcher).await
    }

    async fn observe_some(&self, state: &State, graph: Option<&Graph>, watcher: &dyn Watcher) -> Result<Observed, ObserveError> {
        let (in_doubt, interrupt) = (self.doubted(state), Interrupt::new());
        observe(&self.registry, state, graph, &in_doubt, self.caller(&interrupt, watcher), self.parallel).await
    }

    /// Looks at what has another type now under the address that it had, as far as the old type is known still.
    async fn observe_former(&self, state: &State, moves: &[&Move], watcher: &dyn Watcher) -> Result<Observed, ObserveError> {
        let known = moves.iter().map(|moved| &moved.from).filter(|from| self.registry.handler(from.kind()).is_some());
        let rows = known.filter_map(|from| Some((from.clone(), state.rows.get(from)?.clone()))).collect();
        self.observe_some(&State { rows, ..state.clone() }, None, watcher).await
    }

    /// What the last recovery could not settle of a state, and why.
    fn doubted(&self, state: &State) -> BTreeMap<Address, String> {
        let open = |address: &Address| state.rows.get(address).is_some_and(|row| row.intent.is_some());
        let in_doubt = self.in_doubt.lock().unwrap_or_else(PoisonError::into_inner).clone();
        in_doubt.into_iter().filter(|doubt| open(&doubt.address)).map(|doubt| (doubt.address, doubt.problem)).collect()
    }

    fn caller<'a>(&'a self, interrupt: &'a Interrupt, watcher: &'a dyn Watcher) -> Caller<'a> {
        Caller { limits: &self.limits, patience: self.patience, interrupt, watcher, place: None, until: None }
    }

    /// Looks, and plans a deployment. Changes nothing.
    ///
    /// # Errors
    /// Where the graph is wrong, was built against other types than this engine's, or the cloud cannot be read.
    pub async fn plan(&self, graph: &Graph, journal: &Journal, watcher: &dyn Watcher) -> Result<Plan, PlanError> {
        self.plan_within(graph, journal, &Selection::default(), watcher).await
    }

    /// Looks at what is selected, and plans a deployment of it. Changes nothing.
    ///
    /// # Errors
    /// As [`plan`](Engine::plan); and where the selection names nothing, or cannot be had without what it leaves out.
    pub async fn plan_within(
        &self,
        graph: &Graph,
        journal: &Journal,
        selection: &Selection,
        watcher: &dyn Watcher,
    ) -> Result<Plan, PlanError> {
        self.check_schemas(graph)?;
        // What a plan knows as a whole, a service may repeat in part.
        graph.nodes.iter().flat_map(|node| node.inputs.values()).for_each(|input| self.scrub.note_parts(input));
        let without_home = self.registry.without_home(graph);
        let graph = without_home.as_ref().unwrap_or(graph);
        let moved = moved(graph, journal.state(), &journal.others()).map_err(PlanError::Wrong)?;
        // Once for all: of a large graph it is a good part of a plan. A circle is told before the cloud is asked.
        let ordered = Ordered::of(graph).map_err(PlanError::Wrong)?;
        let looked_at = ordered.look(&moved.state, selection).map_err(PlanError::Wrong)?;
        let mut observed = self.observe_some(&looked_at, Some(graph), watcher).await?;
        let imported = ordered.imported(&moved.state, selection).map_err(PlanError::Wrong)?;
        let interrupt = Interrupt::new();
        observe_imports(&self.registry, &imported, self.caller(&interrupt, watcher), &mut observed).await?;
        let strange = strange(&moved.moves, &observed);
        if !strange.is_empty() {
            let former = self.observe_former(journal.state(), &strange, watcher).await?;
            let estranged = estranged(&strange, &moved.state, &former, graph);
            if !estranged.is_empty() {
                return Err(PlanError::Wrong(estranged));
            }
        }
        let mut plan = ordered.plan(&moved.state, &observed, selection).map_err(PlanError::Wrong)?;
        let recreated = if self.allow_recreate { Vec::new() } else { recreations(graph, &moved.state, &plan) };
        if !recreated.is_empty() {
            return Err(PlanError::Wrong(recreated));
        }
        plan.moves = moved.moves;
        // The graph does not say what a type is called of which it has no resource any more; the registry does.
        for step in plan.steps.iter_mut().filter(|step| *step.handle == **step.address.kind()) {
            if let Some(handler) = self.registry.handler(step.address.kind()) {
                step.handle.clone_from(&handler.schema().handle);
            }
        }
        Ok(plan)
    }

    /// Looks, and plans a destruction. Changes nothing.
    ///
    /// # Errors
    /// Where the cloud cannot be read.
    pub async fn plan_destroy(&self, stack: &str, journal: &Journal, watcher: &dyn Watcher) -> Result<Plan, PlanError> {
        self.plan_destroy_within(stack, journal, &Selection::default(), watcher).await
    }

    /// Looks at what is selected, and plans its destruction. Changes nothing.
    ///
    /// # Errors
    /// As [`plan_destroy`](Engine::plan_destroy); and where the selection names nothing, or what is left uses what would go.
    pub async fn plan_destroy_within(
        &self,
        stack: &str,
        journal: &Journal,
        selection: &Selection,
        watcher: &dyn Watcher,
    ) -> Result<Plan, PlanError> {
        let looked_at = look_destroy(journal.state(), selection).map_err(PlanError::Wrong)?;
        let observed = self.observe_some(&looked_at, None, watcher).await?;
        let handle = |address: &Address| match self.registry.handler(address.kind()) {
            Some(handler) => handler.schema().handle.clone(),
            None => address.kind().to_string(),
        };
        plan_destroy_within(stack, journal.state(), &observed, handle, selection).map_err(PlanError::Wrong)
    }

    /// Looks, and records what was seen, as soon as it was: of a refresh that fails or is given up, what was read is kept.
    /// Changes nothing in the cloud; returns the records that were made.
    ///
    /// # Errors
    /// Where the cloud cannot be read, or the journal cannot be written.
    pub async fn refresh(&self, journal: &mut Journal, watcher: &dyn Watcher) -> Result<Vec<Record>, RefreshError> {
        self.refresh_within(journal, &Selection::default(), watcher).await
    }

    /// As [`refresh`](Engine::refresh), of what is selected.
    ///
    /// # Errors
    /// As [`refresh`](Engine::refresh); and where the selection names nothing.
    pub async fn refresh_within(
        &self,
        journal: &mut Journal,
        selection: &Selection,
        watcher: &dyn Watcher,
    ) -> Result<Vec<Record>, RefreshError> {
        let looked_at = look_destroy(journal.state(), selection).map_err(RefreshError::Wrong)?.into_owned();
        let (in_doubt, interrupt, mut records) = (self.doubted(&looked_at), Interrupt::new(), Vec::new());
        let seen = async |page: Observed| {
            let learned = refresh(&looked_at, &page);
            journal.record_all(learned.clone()).await?;
            records.extend(learned);
            Ok::<_, RefreshError>(())
        };
        let caller = self.caller(&interrupt, watcher);
        observe_by_page(&self.registry, &looked_at, None, &in_doubt, caller, self.parallel, seen).await?;
        Ok(records)
    }

    /// Looks at what is selected, and says what a refresh would record of it. Changes nothing.
    ///
    /// # Errors
    /// Where the selection names nothing, or the cloud cannot be read.
    pub async fn drift(&self, journal: &Journal, selection: &Selection, watcher: &dyn Watcher) -> Result<Vec<Record>, RefreshError> {
        let looked_at = look_destroy(journal.state(), selection).map_err(RefreshError::Wrong)?;
        let observed = self.observe_some(&looked_at, None, watcher).await?;
        Ok(refresh(&looked_at, &observed))
    }

    /// Performs a plan. Where the state is not the one that it was made for, nothing is done.
    pub async fn apply(&self, plan: &Plan, journal: &mut Journal, interrupt: &Interrupt, watcher: &dyn Watcher) -> Outcome {
        let serial = journal.state().serial;
        if plan.serial != serial {
            let skipped = plan.steps.iter().map(|step| step.address.clone()).collect();
            let store = Some(StoreError::MovedOn { planned: plan.serial, serial });
            return Outcome { skipped, store, ..Outcome::default() };
        }
        // Known before anything uses them, so that nobody destroys them meanwhile.
        let mut references = journal.state().references.clone();
        for (stack, outputs) in &plan.references {
            references.entry(stack.clone()).or_default().extend(outputs.clone());
        }
        if let Err(error) = refer(journal, &references).await {
            let skipped = plan.steps.iter().map(|step| step.address.clone()).collect();
            return Outcome { skipped, store: Some(error), ..Outcome::default() };
        }
        if let Err(unmoved) = relocate(plan, journal).await {
            let mut outcome = Outcome { skipped: plan.steps.iter().map(|step| step.address.clone()).collect(), ..Outcome::default() };
            match unmoved {
                Unmoved::Changed(address, problem) => outcome.failed.push((address, *problem)),
                Unmoved::Store(error) => outcome.store = Some(error),
            }
            return outcome;
        }
        self.scrub.note_state(journal.state());
        let stop = Interrupt::new();
        let bench = Bench {
            stack: &plan.stack,
            registry: &self.registry,
            caller: self.caller(&stop, watcher),
            watcher,
            journal: journal.desk(),
            scrub: self.scrub.clone(),
            idle: Idle::default(),
            looks: Looks::default(),
            folder: &self.folder,
        };
        let ended = run(&bench, &plan.steps, self.parallel, interrupt).await;
        drop(bench);
        let Ended { done, failed, skipped, in_doubt, store } = ended;
        let mut outcome = Outcome { done, failed, skipped, in_doubt, store, exports: BTreeMap::new() };
        for held in &plan.held {
            hold(held, journal.state(), &mut outcome, watcher);
        }
        if outcome.is_complete() {
            match exports(plan, journal) {
                Ok(exports) => outcome.exports = exports,
                Err(problem) => {
                    outcome.failed.push((Address::new("stack:output/value", "outputs"), problem));
                    return outcome;
                }
            }
            if outcome.exports != journal.state().exports {
                outcome.store = journal.record(Record::Exported { exports: outcome.exports.clone() }).await.err();
            }
            if outcome.store.is_none() {
                outcome.store = refer(journal, &plan.references).await.err();
            }
        }
        outcome
    }

    /// A program and an engine that disagree about a type would plan one thing and do another.
    fn check_schemas(&self, graph: &Graph) -> Result<(), PlanError> {
        let mut problems = Vec::new();
        for (kind, schema) in &graph.schemas {
            let problem = match self.registry.handler(kind) {
                None => "this engine does not serve it",
                Some(handler) if !same_contract(handler.schema(), schema) => {
                    "the program was built against another version of it than this engine"
                }
                Some(_) => continue,
            };
            let first = graph.nodes.iter().find(|node| node.address.kind() == kind);
            let mut problem = Diagnostic::new(format!("{kind}: {problem}"))
                .with_help("build the program and the engine from the same version of infra-sdk");
            if let Some(first) = first {
                problem = problem.with_location(&first.declared);
            }
            problems.push(problem);
        }
        if problems.is_empty() { Ok(()) } else { Err(PlanError::Wrong(problems)) }
    }
}

/// What a plan holds back is not done: what is in doubt fails with what is known of it, what needs it is skipped.
fn hold(held: &Held, state: &State, outcome: &mut Outcome, watcher: &dyn Watcher) {
    let Some(problem) = &held.in_doubt else {
        watcher.hear(Event::Skipped { address: held.address.clone(), because_of: Some(held.because_of.clone()) });
        outcome.skipped.push(held.address.clone());
        return;
    };
    let intent = state.rows.get(&held.address).and_then(|row| row.intent.as_ref());
    let (what, known) = match intent {
        Some(Intent::Create { token, .. }) => ("make it", format!(" (its tag `infra:token` would be {token})")),
        Some(Intent::Update { id, .. }) => ("change it", format!(" ({id})")),
        Some(Intent::Delete { id }) => ("delete it", format!(" ({id})")),
        None => ("change it", String::new()),
    };
    let mut diagnostic =
        Diagnostic::new(format!("an interrupted run began to {what}{known}, and what became of that is in doubt: {problem}"));
    if let Some(Intent::Create { declared, .. }) = intent {
        diagnostic = diagnostic.with_location(declared);
    }
    let help = "run the command again when the cloud can be asked, or settle it by hand with `infra state settle`";
    let diagnostic = diagnostic.with_resource(&held.address).with_help(help);
    watcher.hear(Event::Failed { address: held.address.clone(), doing: Doing::Recovering, problem: diagnostic.clone() });
    outcome.failed.push((held.address.clone(), diagnostic));
}

/// Records which outputs of other stacks are used, where that is not known already.
async fn refer(journal: &mut Journal, references: &References) -> Result<(), StoreError> {
    if journal.state().references == *references {
        return Ok(());
    }
    journal.record(Record::Referenced { references: references.clone() }).await
}

/// Whether two schemas are the same in what is serialized of them.
fn same_contract(one: &infra_core::Schema, other: &infra_core::Schema) -> bool {
    one == other || serde_json::to_value(one).ok() == serde_json::to_value(other).ok()
}

/// The stack's outputs, of what the plan knew and of what the run was told.
fn exports(plan: &Plan, journal: &Journal) -> Result<BTreeMap<String, Value>, Diagnostic> {
    let known = |attr: &Attr| Ok(journal.state().output(attr));
    let mut exports = BTreeMap::new();
    for (name, expr) in plan.exports.iter().filter_map(|export| Some((&export.name, export.new.as_ref()?))) {
        let about = |problem: String| Diagnostic::new(problem).with_field(format!("output {name}"));
        let value = expr.evaluate(&known).map_err(|error| about(error.to_string()))?;
        let missing = || about(format!("the cloud has not told {value}"));
        exports.insert(name.clone(), value.value().ok_or_else(missing)?);
    }
    Ok(exports)
}
