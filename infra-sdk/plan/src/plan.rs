//! A plan: steps and the edges between them, as data. Performing it needs no further decision.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use infra_core::{Address, Deferral, Expr, Hook, Lifecycle, Location, Terms, Value};
use serde::{Deserialize, Serialize};

use crate::diff::Change;
use crate::moved::Move;
use crate::state::References;
use crate::target::LeftOut;

/// The version of a plan's serialized form.
pub const PLAN_VERSION: u32 = 1;

/// What will be done, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The serialized form's version.
    pub version: u32,
    /// The stack.
    pub stack: String,
    /// The state's serial that the plan was made for.
    pub serial: u64,
    /// What has another address from now on; recorded before the first step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
    /// The steps, in an order that respects their edges.
    pub steps: Vec<Step>,
    /// The resources that stay as they are.
    pub unchanged: Vec<Address>,
    /// The stack's outputs, as far as they are known.
    pub exports: Vec<Export>,
    /// What the reader should know: edges that had to be given up, and the like.
    pub notes: Vec<String>,
    /// The resources that the plan does not touch, whatever the program says of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// The parts of the program that wait for a value, each with as much of it as is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferrals: Vec<Deferral>,
    /// The outputs of other stacks that this one uses once the plan is performed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: References,
    /// The resources that are left alone for now, since one of them is in doubt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Held>,
}

/// A resource that is left alone for now, although something is to be done about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The resource.
    pub address: Address,
    /// The Rust type a program writes, for people.
    pub handle: String,
    /// The resource in doubt that it is because of; it may be the resource itself.
    pub because_of: Address,
    /// Of the resource in doubt: why the cloud could not tell what became of a call that was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_doubt: Option<String>,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The resource.
    pub address: Address,
    /// The Rust type a program writes, for people.
    pub handle: String,
    /// What is done.
    pub action: Action,
    /// Whether it is an action that is run, and no object is made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub runs: bool,
    /// The steps, by index, that must be done before.
    pub after: BTreeSet<usize>,
}

/// What is done to a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// An object is made.
    Create {
        /// What is asked of it.
        want: Want,
        /// Whether it takes the place of another.
        replaces: Option<Replacement>,
    },
    /// The object is changed in place.
    Update {
        /// Its physical id.
        id: String,
        /// What is asked of it.
        want: Want,
        /// What differs.
        changes: Vec<Difference>,
    },
    /// An object that exists already becomes the resource's own.
    Adopt {
        /// Its physical id.
        id: String,
        /// What is asked of it.
        want: Want,
        /// What is changed for that; where nothing is, there is no call.
        changes: Vec<Difference>,
        /// What the cloud says of it.
        outputs: BTreeMap<String, Value>,
    },
    /// An object is deleted.
    Delete {
        /// Its physical id.
        id: String,
        /// By whose leave.
        why: Leave,
        /// The commands that run beside it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hooks: Vec<Hook>,
    },
    /// No call: the object goes with what contains it.
    Sweep {
        /// Its physical id.
        id: String,
        /// What contains it.
        with: Address,
        /// By whose leave.
        why: Leave,
    },
    /// No call: the object leaves the stack and stays in the cloud.
    Retain {
        /// Its physical id.
        id: String,
        /// Why it leaves.
        why: Leave,
    },
    /// No call: the row is brought up to date with what was seen or declared.
    Note {
        /// What is remembered from now on.
        want: Want,
        /// The object's physical id.
        id: String,
        /// What the cloud says of it.
        outputs: BTreeMap<String, Value>,
    },
    /// No call: the object is gone already, and so is its row.
    Forget {
        /// The physical id that it had.
        id: String,
    },
}

/// What is asked of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Want {
    /// The inputs, as far as they are known.
    pub inputs: BTreeMap<String, Expr>,
    /// The resources it directly needs.
    pub dependencies: BTreeSet<Address>,
    /// Where it was declared.
    pub declared: Location,
    /// What holds for its end.
    #[serde(default, skip_serializing_if = "Lifecycle::is_default")]
    pub lifecycle: Lifecycle,
    /// The inputs that stay as the object has them when the step is performed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ignored: BTreeSet<String>,
    /// What else holds for it, as far as it is known.
    #[serde(default, skip_serializing_if = "Terms::is_default")]
    pub terms: Terms,
}

/// Why an object takes the place of another, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replacement {
    /// The first reason; a replacement without one cannot be written.
    pub reason: Reason,
    /// The other reasons.
    pub more: Vec<Reason>,
    /// All that differs, also what would not have needed another object.
    pub changes: Vec<Difference>,
    /// Whether the old object goes before the new one is made, and why it must.
    pub delete_first: Option<String>,
}

/// Why an object cannot stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A field that cannot be changed in place differs.
    Field {
        /// Its path.
        path: String,
        /// The resource whose own replacement started it, if one did.
        because_of: Option<Address>,
    },
    /// One of its triggers has another value, or may have.
    Trigger {
        /// Which one, from 1.
        number: usize,
        /// The resource whose own replacement started it, if one did.
        because_of: Option<Address>,
    },
    /// A resource with which it is replaced has another object.
    With {
        /// That resource.
        resource: Address,
    },
    /// What contains it is another object, and nothing of it changes that would move it there.
    Contained {
        /// What contains it.
        resource: Address,
    },
    /// It is to be at another place: another region or account.
    Place {
        /// Where it is; nothing where the environment says.
        from: Option<String>,
        /// Where it is to be; nothing where the environment says.
        to: Option<String>,
    },
    /// The object can never be used.
    Failed {
        /// The cloud's word.
        state: String,
    },
    /// Whoever runs the command asked for it.
    Asked,
}

/// A difference, and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// What differs.
    #[serde(flatten)]
    pub change: Change,
    /// Whether the program did not change, but the cloud did, behind the engine's back.
    pub drift: bool,
    /// Whether it needs another object only because the program says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forced: bool,
}

/// By whose leave an object is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leave {
    /// The program does not declare it any more.
    NotDeclared,
    /// The stack is being destroyed.
    Destroy,
    /// Another object takes its place.
    Replaced,
    /// The program says that the stack forgets it.
    Forgotten,
}

/// An output of the stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// What it was.
    pub old: Option<Value>,
    /// What it will be; nothing where it goes.
    pub new: Option<Expr>,
    /// Whether its value changes, or may.
    pub changed: bool,
}

impl Plan {
    /// Whether performing it would change the cloud, what of it belongs to the stack, or the stack's outputs; also whether
    /// something is left to be done that is held back.
    pub fn has_changes(&self) -> bool {
        let counts = |action: &Action| matches!(action, Action::Retain { .. } | Action::Sweep { .. } | Action::Adopt { .. });
        let calls = self.steps.iter().any(|step| step.action.is_change() || counts(&step.action));
        calls || !self.held.is_empty() || !self.moves.is_empty() || self.exports.iter().any(|export| export.changed)
    }

    /// The step that makes or changes a resource.
    pub fn step(&self, address: &Address) -> Option<&Step> {
        self.steps.iter().find(|step| step.address == *address && !step.action.is_parting())
    }

    /// How much of each: for a summary.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { unchanged: self.unchanged.len(), moved: self.moves.len(), ..Counts::default() };
        for step in &self.steps {
            match &step.action {
                Action::Create { .. } if step.runs => counts.run += 1,
                Action::Create { replaces: None, .. } => counts.create += 1,
                Action::Create { replaces: Some(_), .. } => counts.replace += 1,
                Action::Update { .. } => counts.update += 1,
                Action::Adopt { .. } => counts.import += 1,
                Action::Delete { why: Leave::Replaced, .. } | Action::Sweep { why: Leave::Replaced, .. } => {}
                Action::Delete { .. } | Action::Sweep { .. } => counts.delete += 1,
                Action::Retain { .. } => counts.retain += 1,
                Action::Note { .. } => counts.unchanged += 1,
                Action::Forget { .. } => {}
            }
        }
        counts
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// How many resources meet which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Made.
    pub create: usize,
    /// Changed in place.
    pub update: usize,
    /// Taken over, from those that exist in the cloud already.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub import: usize,
    /// Replaced.
    pub replace: usize,
    /// Run: actions, for the first time or again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub run: usize,
    /// Deleted.
    pub delete: usize,
    /// Kept in the cloud, and not in the stack any more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retain: usize,
    /// Known by another address from now on, whatever else happens to it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub moved: usize,
    /// Left alone.
    pub unchanged: usize,
}

impl Action {
    /// Whether it calls the cloud to change something.
    pub fn is_change(&self) -> bool {
        match self {
            Action::Create { .. } | Action::Update { .. } | Action::Delete { .. } => true,
            Action::Adopt { changes, .. } => !changes.is_empty(),
            Action::Sweep { .. } | Action::Retain { .. } | Action::Note { .. } | Action::Forget { .. } => false,
        }
    }

    /// Whether it ends what the stack has to do with an object that is there.
    pub fn is_parting(&self) -> bool {
        matches!(self, Action::Delete { .. } | Action::Sweep { .. } | Action::Retain { .. })
    }
}

impl Replacement {
    /// That and why another object comes, in a few words: `replaced: range changes`.
    pub(crate) fn describe(&self) -> String {
        let reasons: Vec<String> = self.reasons().map(ToString::to_string).collect();
        format!("replaced: {}", reasons.join("; "))
    }

    /// That and why an action is run again: `runs again: script changes`.
    pub(crate) fn describe_run(&self) -> String {
        let reasons: Vec<String> = self.reasons().map(ToString::to_string).collect();
        format!("runs again: {}", reasons.join("; "))
    }

    /// All reasons.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        std::iter::once(&self.reason).chain(&self.more)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Field { path, because_of: None } => write!(f, "{path} changes"),
            Reason::Field { path, because_of: Some(address) } => write!(f, "{path} changes, since {} is replaced", address.name()),
            Reason::Trigger { number, because_of: None } => write!(f, "trigger {number} changes"),
            Reason::Trigger { number, because_of: Some(address) } => {
                write!(f, "trigger {number} changes, since {} is replaced", address.name())
            }
            Reason::With { resource } => write!(f, "{} is, with which it is replaced", resource.name()),
            Reason::Contained { resource } => write!(f, "{} is, which contains it", resource.name()),
            Reason::Place { from, to } => {
                let place = |place: &Option<String>| place.clone().unwrap_or_else(|| "the environment's place".to_owned());
                write!(f, "it moves from {} to {}", place(from), place(to))
            }
            Reason::Failed { state } => write!(f, "the cloud calls it {state}"),
            Reason::Asked => write!(f, "as was asked for"),
        }
    }
}
