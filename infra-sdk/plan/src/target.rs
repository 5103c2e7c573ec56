//! What a plan is limited to: which resources it takes, which it leaves out, and why.
//!
//! A resource that was asked for and cannot be had without one that is left out is an error that names the option to
//! add. One that is only taken because nothing was asked for is left out along with the other.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use infra_core::{Address, Deferral, Diagnostic, Graph, Location};
use serde::{Deserialize, Serialize};

use crate::hold::uses;
use crate::observed::{Observed, Sight};
use crate::pattern::{Pattern, one};
use crate::plan::{Action, Leave, Step};
use crate::refer;
use crate::state::State;

/// What a command was told to limit itself to; by default, nothing is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Patterns of the resources to take; all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// Patterns of the resources to leave out, whatever else takes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excludes: Vec<String>,
    /// Whether all that the targets need is taken too, directly or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_needs: bool,
    /// Whether all that needs the targets is taken too, directly or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_dependants: bool,
    /// Addresses or names of resources to be replaced, although nothing asks for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replace: Vec<String>,
}

impl Selection {
    /// Whether all of the stack is meant.
    pub fn is_everything(&self) -> bool {
        self.targets.is_empty() && self.excludes.is_empty()
    }
}

/// A resource that a plan does not touch, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The resource.
    pub address: Address,
    /// Why.
    pub why: Absence,
}

/// Why a resource is left out of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// No target names it.
    NotTargeted,
    /// It is excluded by name.
    Excluded,
    /// It needs a resource that is left out, and does not exist or is not ready.
    Needs {
        /// That resource.
        resource: Address,
    },
    /// It would go while a resource that is left out uses it.
    UsedBy {
        /// That resource.
        resource: Address,
    },
    /// It may be declared once a value is known.
    Deferred {
        /// The scope that waits for the value.
        scope: String,
    },
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Absence::NotTargeted => write!(f, "not targeted"),
            Absence::Excluded => write!(f, "excluded"),
            Absence::Needs { resource } => write!(f, "needs {resource}, which is left out and not there to be used"),
            Absence::UsedBy { resource } => write!(f, "would go while {resource}, which is left out, uses it"),
            Absence::Deferred { scope } => write!(f, "{scope} is deferred"),
        }
    }
}

/// A selection, worked out for one stack.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// What is left out.
    pub(crate) left: BTreeMap<Address, Absence>,
    /// What is to be replaced in any case.
    pub(crate) replace: BTreeSet<Address>,
    /// Whether what nothing is known of, as outputs are of which nobody knows who gave them, stays as it is.
    pub(crate) partial: bool,
    /// Whether what is taken was asked for by name.
    targeted: bool,
}

/// What a conflict between what is taken and what is left out comes to.
pub(crate) enum Conflict {
    /// There is none.
    None,
    /// More is left out: the plan is to be made again.
    Narrowed,
    /// These steps, by index, have to wait for another plan.
    Postponed(BTreeSet<usize>),
}

type Needs<'a> = BTreeMap<&'a Address, BTreeSet<&'a Address>>;

impl Scope {
    /// That of a deployment; `dependencies` are those of the graph's nodes. Nothing that is needed was looked at yet.
    pub(crate) fn of_deployment(
        selection: &Selection,
        graph: &Graph,
        dependencies: &[BTreeSet<Address>],
        state: &State,
    ) -> Result<Scope, Vec<Diagnostic>> {
        let waiting: Vec<&Deferral> = graph.deferrals.iter().filter(|deferral| !deferral.answered).collect();
        // Most plans are of everything, and of large graphs what follows is a good part of a plan.
        if selection.is_everything() && selection.replace.is_empty() && waiting.is_empty() {
            return Ok(Scope::default());
        }
        let mut known: BTreeSet<Address> = state.rows.keys().cloned().collect();
        let declared: BTreeSet<Address> = graph.nodes.iter().map(|node| node.address.clone()).collect();
        known.extend(declared.iter().cloned());
        // What a resource needed before is nothing that it needs: taken along, it would be deleted unasked. But it is used until
        // that resource is as the program says.
        let (mut needs, mut uses) = (recorded_needs(state), recorded_needs(state));
        for (node, direct) in graph.nodes.iter().zip(dependencies) {
            needs.insert(&node.address, direct.iter().collect());
            uses.entry(&node.address).or_default().extend(direct);
        }
        let mut scope = Scope::select(selection, &known, &needs, &uses)?;
        let mut problems = Vec::new();
        for text in &selection.replace {
            match one("--replace", text, &declared) {
                Ok(address) if scope.left.contains_key(&address) => {
                    let problem = Diagnostic::new("is left out of this plan").with_field(format!("--replace {text}"));
                    problems.push(problem.with_help(format!("add `--target {address}`, or do not exclude it")));
                }
                Ok(address) => drop(scope.replace.insert(address)),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        scope.partial |= !waiting.is_empty();
        for address in state.rows.keys().filter(|address| !declared.contains(*address)) {
            if let Some(deferral) = waiting.iter().find(|deferral| deferral.holds(address)) {
                scope.left.entry(address.clone()).or_insert(Absence::Deferred { scope: deferral.scope.clone() });
            }
        }
        Ok(scope)
    }

    /// That of a destruction.
    pub(crate) fn of_destruction(selection: &Selection, state: &State) -> Result<Scope, Vec<Diagnostic>> {
        if selection.is_everything() {
            return Ok(Scope::default());
        }
        let needs = recorded_needs(state);
        Scope::select(selection, &state.rows.keys().cloned().collect(), &needs, &needs)
    }

    fn select(selection: &Selection, known: &BTreeSet<Address>, needs: &Needs<'_>, uses: &Needs<'_>) -> Result<Scope, Vec<Diagnostic>> {
        if selection.is_everything() {
            return Ok(Scope::default());
        }
        let mut problems = Vec::new();
        let mut named = |option: &str, texts: &[String]| {
            let mut all = BTreeSet::new();
            for text in texts {
                match Pattern::new(option, text).and_then(|pattern| pattern.named(option, known)) {
                    Ok(named) => all.extend(named),
                    Err(problem) => problems.push(problem),
                }
            }
            all
        };
        let (targets, excluded) = (named("--target", &selection.targets), named("--exclude", &selection.excludes));
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut taken = if selection.targets.is_empty() { known.clone() } else { targets };
        if selection.with_needs {
            close(&mut taken, |address| needs.get(address).into_iter().flatten().copied().cloned().collect());
        }
        if selection.with_dependants {
            let mut users: Needs<'_> = BTreeMap::new();
            for (user, uses) in uses {
                for used in uses {
                    users.entry(used).or_default().insert(user);
                }
            }
            close(&mut taken, |address| users.get(address).into_iter().flatten().copied().cloned().collect());
        }
        let absence = |address: &Address| match excluded.contains(address) {
            true => Some(Absence::Excluded),
            false => (!taken.contains(address)).then_some(Absence::NotTargeted),
        };
        let left = known.iter().filter_map(|address| Some((address.clone(), absence(address)?))).collect();
        Ok(Scope { left, partial: true, targeted: !selection.targets.is_empty(), ..Scope::default() })
    }

    /// Leaves out, or refuses, what needs a resource that is left out and does not exist.
    pub(crate) fn settle_needs(
        &mut self,
        graph: &Graph,
        sequence: &[usize],
        dependencies: &[BTreeSet<Address>],
        state: &State,
        observed: &Observed,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut problems = Vec::new();
        // What an interrupted run made and the cloud is still busy with tells nothing yet that could be used.
        let is_busy = |address: &Address| {
            let unseen = state.object(address).is_some_and(|object| object.problem.is_some());
            unseen && matches!(observed.objects.get(address), Some(Sight::Present { pending: Some(_), .. }))
        };
        let exists =
            |address: &Address| state.object(address).is_some() && observed.objects.get(address) != Some(&Sight::Gone) && !is_busy(address);
        for at in sequence {
            let node = &graph.nodes[*at];
            let missing = |need: &&Address| self.left.contains_key(*need) && !exists(need);
            if self.left.contains_key(&node.address) {
                continue;
            }
            let Some(need) = dependencies[*at].iter().find(missing) else { continue };
            if self.targeted {
                let what = match state.object(need) {
                    Some(_) if is_busy(need) => "is not ready yet",
                    Some(_) => "is gone from the cloud",
                    None => "does not exist yet",
                };
                let problem = Diagnostic::new(format!("needs {need}, which {what} and is left out of this plan"));
                let help = format!("add `--target {need}`, or `--with-needs` for all that the targets need");
                problems.push(problem.with_resource(&node.address).with_location(&node.declared).with_help(help));
            } else {
                self.left.insert(node.address.clone(), Absence::Needs { resource: need.clone() });
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// The state without the rows of what is left out.
    pub(crate) fn of<'a>(&self, state: &'a State) -> Cow<'a, State> {
        if self.left.is_empty() {
            return Cow::Borrowed(state);
        }
        let rows = state.rows.iter().filter(|(address, _)| !self.left.contains_key(*address));
        Cow::Owned(State { rows: rows.map(|(address, row)| (address.clone(), row.clone())).collect(), ..without_rows(state) })
    }

    /// What is to become of steps that delete what something that is left out still uses. Where a step goes all the same,
    /// a note says so.
    pub(crate) fn conflict(&mut self, steps: &[Step], state: &State, notes: &mut Vec<String>) -> Result<Conflict, Vec<Diagnostic>> {
        if self.left.is_empty() {
            return Ok(Conflict::None);
        }
        let mut users: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
        for (address, row) in state.rows.iter().filter(|(address, _)| self.left.contains_key(*address)) {
            for need in uses(row) {
                users.entry(need).or_default().push(address);
            }
        }
        let (recorded, awaited) = (refer::users(state), awaited(steps));
        let (mut problems, mut narrower, mut postponed) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (at, step) in steps.iter().enumerate() {
            let (Action::Delete { id, why, .. } | Action::Sweep { id, why, .. }) = &step.action else { continue };
            let users = users.get(&step.address).into_iter().flatten().copied().filter(|user| **user != step.address);
            // What an open call began to use is nowhere yet but in its intent, and is taken to refer to it.
            let refers = |user: &Address| recorded.get(&step.address).and_then(|users| users.get(user)).is_none_or(|refers| *refers);
            let Some(user) = users.clone().find(|user| refers(user)).or(users.clone().next()) else { continue };
            let current = state.object(&step.address).filter(|object| object.id == *id);
            let deferred = matches!(self.left[user], Absence::Deferred { .. });
            if deferred && awaited.contains(&at) && !refers(user) {
                let note = format!("{} is deleted before {user}, which is deferred and needs it for its order alone", step.address);
                notes.push(note);
                continue;
            }
            // An older generation can wait: nothing takes its place.
            let Some(object) = current.filter(|_| !deferred) else {
                postponed.insert(at);
                continue;
            };
            if self.targeted {
                problems.push(in_use(step, *why, user, &object.declared));
            } else {
                narrower.push((step.address.clone(), Absence::UsedBy { resource: user.clone() }));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        if !narrower.is_empty() {
            self.left.extend(narrower);
            return Ok(Conflict::Narrowed);
        }
        Ok(if postponed.is_empty() { Conflict::None } else { Conflict::Postponed(postponed) })
    }

    /// What is left out, with the reasons.
    pub(crate) fn into_left_out(self) -> Vec<LeftOut> {
        self.left.into_iter().map(|(address, why)| LeftOut { address, why }).collect()
    }
}

/// The steps that something waits for which is not an end itself, directly or not; `steps` are in order.
pub(crate) fn awaited(steps: &[Step]) -> BTreeSet<usize> {
    let mut awaited = BTreeSet::new();
    for (at, step) in steps.iter().enumerate().rev() {
        let ends = matches!(step.action, Action::Delete { .. } | Action::Sweep { .. } | Action::Retain { .. } | Action::Forget { .. });
        if !ends || awaited.contains(&at) {
            awaited.extend(step.after.iter().copied());
        }
    }
    awaited
}

fn in_use(step: &Step, why: Leave, user: &Address, declared: &Location) -> Diagnostic {
    let what = match why {
        Leave::Replaced => "would be replaced",
        Leave::NotDeclared => "is not declared any more and would be deleted",
        Leave::Destroy => "would be destroyed",
        Leave::Forgotten => "would be forgotten",
    };
    let problem = Diagnostic::new(format!("{what}, and {user}, which uses it, is left out of this plan"));
    let help = format!("add `--target {user}`, or `--with-dependants` for all that needs the targets");
    problem.with_resource(&step.address).with_location(declared).with_help(help)
}

/// Which rows a plan of this selection has to look at: what it takes, and what that needs directly.
pub(crate) fn looked_at<'a>(scope: &Scope, graph: &Graph, dependencies: &[BTreeSet<Address>], state: &'a State) -> Cow<'a, State> {
    if scope.left.is_empty() {
        return Cow::Borrowed(state);
    }
    let taken = graph.nodes.iter().zip(dependencies).filter(|(node, _)| !scope.left.contains_key(&node.address));
    let needed: BTreeSet<&Address> = taken.flat_map(|(_, needs)| needs).collect();
    let seen = |address: &Address| !scope.left.contains_key(address) || needed.contains(address);
    let rows = state.rows.iter().filter(|(address, _)| seen(address));
    Cow::Owned(State { rows: rows.map(|(address, row)| (address.clone(), row.clone())).collect(), ..without_rows(state) })
}

fn without_rows(state: &State) -> State {
    State {
        salt: state.salt.clone(),
        serial: state.serial,
        exports: state.exports.clone(),
        made: state.made.clone(),
        references: state.references.clone(),
        handed: state.handed.clone(),
        key: state.key.clone(),
        rows: BTreeMap::new(),
    }
}

fn recorded_needs(state: &State) -> Needs<'_> {
    state.rows.iter().map(|(address, row)| (address, uses(row).collect())).collect()
}

/// Adds all that `next` leads to.
fn close(taken: &mut BTreeSet<Address>, next: impl Fn(&Address) -> Vec<Address>) {
    let mut open: Vec<Address> = taken.iter().cloned().collect();
    while let Some(address) = open.pop() {
        open.extend(next(&address).into_iter().filter(|found| taken.insert(found.clone())));
    }
}
