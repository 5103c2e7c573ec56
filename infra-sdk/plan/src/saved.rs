//! Plans that are kept and performed later: what they were made of, and what they allow.

use infra_core::{Diagnostic, Graph, Value};
use serde::{Deserialize, Serialize};

use crate::plan::{Action, Plan, Step};
use crate::state::State;
use crate::target::Selection;

/// The version of a saved plan's serialized form; a reader refuses any other.
pub const SAVED_PLAN_VERSION: u32 = 1;

/// A plan with what it was made of. It can be looked at and compared, and not performed: what is performed is the plan that
/// is made anew, as far as this one allows it. Secrets are in it as digests, which are sealed with the journal's key where it is
/// kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The serialized form's version.
    pub version: u32,
    /// The environment that it was made for.
    pub environment: Setting,
    /// Which journal the state is that of.
    pub lineage: String,
    /// The digest of what the program declared, secrets included.
    pub graph: Value,
    /// What it was limited to.
    #[serde(default)]
    pub selection: Selection,
    /// The plan.
    pub plan: Plan,
}

/// Where a plan is to be performed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The environment's name.
    pub name: String,
    /// Its account, or another name of the cloud that it is.
    pub account: Option<String>,
    /// Its region.
    pub region: String,
}

impl SavedPlan {
    /// A plan that was made of this graph and state.
    pub fn new(plan: &Plan, graph: &Graph, state: &State, selection: &Selection, environment: Setting) -> SavedPlan {
        SavedPlan {
            version: SAVED_PLAN_VERSION,
            environment,
            lineage: lineage(state),
            graph: digest(graph, state),
            selection: selection.clone(),
            plan: plan.digested(&state.salt),
        }
    }

    /// Whether it is about this stack, place and state, which must not have moved on.
    ///
    /// # Errors
    /// With everything that is another than when it was made.
    pub fn check_state(&self, stack: &str, environment: &Setting, state: &State) -> Result<(), Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut refuse = |problem: String, help: &str| problems.push(Diagnostic::new(problem).with_help(help));
        let again = "make the plan anew, and look at it again";
        if self.version != SAVED_PLAN_VERSION {
            let problem = format!("the saved plan has version {}, and this engine reads version {SAVED_PLAN_VERSION}", self.version);
            refuse(problem, "perform it with the engine that made it");
        }
        if self.plan.stack != stack {
            refuse(
                format!("the saved plan is one of stack `{}`, not of `{stack}`", self.plan.stack),
                "name the stack that it was made for",
            );
        }
        if self.environment != *environment {
            let problem = format!("the saved plan is for {}, and this is {}", place(&self.environment), place(environment));
            refuse(problem, "perform it where it was made for, or make one for here");
        } else if self.lineage != lineage(state) {
            refuse("the saved plan was made for another state than this one".to_owned(), again);
        } else if self.plan.serial != state.serial {
            let problem = format!(
                "the state has moved on: the saved plan was made after record {} of its journal, and it has {} now",
                self.plan.serial, state.serial
            );
            refuse(problem, again);
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Whether all that a plan does, made anew for the same state, is in this one.
    ///
    /// # Errors
    /// Where the program declares something else, and with every action that is not in it.
    pub fn check_plan(&self, plan: &Plan, graph: &Graph, state: &State) -> Result<(), Vec<Diagnostic>> {
        let again = "make the plan anew, and look at it again";
        if self.graph != digest(graph, state) {
            let problem = Diagnostic::new("the program declares something else than when the plan was saved");
            return Err(vec![problem.with_help("perform it with the program and configuration that it was made with, or make it anew")]);
        }
        let plan = plan.digested(&state.salt);
        let foreign = |step: &&Step| {
            let same = |saved: &Step| saved.address == step.address && saved.action == step.action;
            let passive = matches!(step.action, Action::Note { .. } | Action::Forget { .. });
            !passive && !self.plan.steps.iter().any(same)
        };
        let problem = |step: &Step| {
            let known = self.plan.steps.iter().any(|saved| saved.address == step.address);
            let what = doing(&step.action);
            let how = if known {
                format!("would be {what} in another way than the saved plan says")
            } else {
                format!("would be {what}, which the saved plan does not say")
            };
            Diagnostic::new(how).with_resource(&step.address).with_help(again)
        };
        let other = plan.moves.iter().filter(|moved| !self.plan.moves.contains(moved));
        let other = other.map(|moved| {
            let problem = Diagnostic::new(format!("would be moved from {}, which the saved plan does not say", moved.from));
            problem.with_resource(&moved.to).with_help(again)
        });
        let problems: Vec<Diagnostic> = other.chain(plan.steps.iter().filter(foreign).map(problem)).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

fn place(setting: &Setting) -> String {
    match &setting.account {
        Some(account) => format!("environment `{}` (account {account}, {})", setting.name, setting.region),
        None => format!("environment `{}` ({})", setting.name, setting.region),
    }
}

fn doing(action: &Action) -> &'static str {
    match action {
        Action::Create { replaces: None, .. } => "made",
        Action::Create { .. } => "replaced",
        Action::Update { .. } => "changed",
        Action::Delete { .. } | Action::Sweep { .. } => "deleted",
        Action::Adopt { .. } => "imported",
        Action::Retain { .. } => "given up",
        Action::Note { .. } | Action::Forget { .. } => "noted",
    }
}

/// What tells one journal from another without telling its salt, which would let secrets be guessed from their digests.
fn lineage(state: &State) -> String {
    Value::from("lineage").digest(&state.salt)
}

/// A digest of all that a graph says, secrets included. Where something is declared counts too: a program that was edited is
/// another program.
fn digest(graph: &Graph, state: &State) -> Value {
    Value::Digest(Value::from(serde_json::to_value(graph).unwrap_or_default()).digest(&state.salt))
}
