//! Decisions to steps, and the edges between them.
//!
//! An object is made or changed after all that it needs. An object is deleted after everything that used it was
//! deleted, or changed so that it does not use it any more. Replacement is a create and a delete joined by an edge,
//! one way or the other.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Graph, Lifecycle, Location};

use crate::between::between;
use crate::clash::{Place, places};
use crate::decide::Decision;
use crate::keep::known;
use crate::observed::{Observed, Sight};
use crate::order::Order;
use crate::plan::{Action, Leave, Step};
use crate::refer::users;
use crate::retain::parting;
use crate::state::State;
use crate::sweep::sweep;

/// Who needs a resource.
type Users<'a> = BTreeMap<&'a Address, BTreeSet<&'a Address>>;

/// Steps while their edges are being drawn.
#[derive(Default)]
pub(crate) struct Steps {
    pub(crate) steps: Vec<Step>,
    /// Edges that may be given up where a circle would come out: `(step, after)`.
    pub(crate) soft: BTreeSet<(usize, usize)>,
    /// Edges that only an order asks for, and no reference: given up before the soft ones.
    pub(crate) orders: BTreeSet<(usize, usize)>,
    /// Edges through a resource that stays as it is, and to what does not refer to the object that is deleted: given up before all others.
    pub(crate) between: BTreeSet<(usize, usize)>,
    /// Edges from what takes a place to the end of what has it: given up after all others.
    pub(crate) rooms: BTreeSet<(usize, usize)>,
    /// The step that makes or changes a resource.
    pub(crate) up: BTreeMap<Address, usize>,
    /// The steps that delete objects of a resource; that of the replaced one, if there is one, is the first.
    pub(crate) down: BTreeMap<Address, Vec<usize>>,
    /// Those of `down` whose object goes before its replacement is made.
    pub(crate) early: BTreeSet<usize>,
    /// Those of `down` whose object a create of this plan takes the place of.
    replaced: BTreeSet<usize>,
}

/// Draws the steps of a deployment; `decisions` in dependency order, with indices into the graph's nodes.
pub(crate) fn steps(
    graph: &Graph,
    order: &Order,
    decisions: Vec<(usize, Decision)>,
    early: &BTreeSet<Address>,
    state: &State,
    observed: &Observed,
) -> (Steps, Vec<Address>) {
    let mut drawn = Steps::default();
    let mut unchanged = Vec::new();
    let handle =
        |address: &Address| graph.schemas.get(address.kind()).map_or_else(|| address.kind().to_string(), |schema| schema.handle.clone());

    for (at, decision) in decisions {
        let address = &graph.nodes[at].address;
        let mut forgotten = None;
        let (action, early) = match decision {
            Decision::Keep { note: None } => {
                unchanged.push(address.clone());
                continue;
            }
            Decision::Keep { note: Some((want, id, outputs)) } => (Action::Note { want, id, outputs }, false),
            Decision::Create { want, gone } => {
                let forget = gone.map(|id| drawn.push(address, handle(address), Action::Forget { id }));
                forgotten = forget;
                (Action::Create { want, replaces: None }, false)
            }
            Decision::Adopt { id, want, changes, outputs } => (Action::Adopt { id, want, changes, outputs }, false),
            Decision::Update { id, want, changes } => (Action::Update { id, want, changes }, false),
            Decision::Replace { want, replacement } => {
                let early = early.contains(address);
                if let Some(object) = state.object(address) {
                    let delete = parting(object, Some(&graph.nodes[at].options.lifecycle), Leave::Replaced);
                    let step = drawn.push(address, handle(address), delete);
                    drawn.down.entry(address.clone()).or_default().push(step);
                    drawn.replaced.insert(step);
                    if early {
                        drawn.early.insert(step);
                    }
                }
                (Action::Create { want, replaces: Some(replacement) }, early)
            }
        };
        let step = drawn.push(address, handle(address), action);
        drawn.steps[step].after.extend(forgotten);
        for need in &order.dependencies[at] {
            if let Some(before) = drawn.up.get(need) {
                drawn.steps[step].after.insert(*before);
            }
        }
        if early && let Some(delete) = drawn.down.get(address).and_then(|downs| downs.last()) {
            drawn.steps[step].after.insert(*delete);
        }
        drawn.up.insert(address.clone(), step);
    }

    let declared = graph.nodes.iter().map(|node| (&node.address, &node.options.lifecycle)).collect();
    drawn.leave(state, observed, &declared, &graph.forgotten, Leave::NotDeclared, handle);
    let gone_early = drawn.down.iter().filter(|(address, _)| early.contains(*address)).flat_map(|(_, steps)| steps).copied();
    drawn.early.extend(gone_early.collect::<Vec<_>>());
    drawn.order_deletes(state, graph, &order.dependencies);
    drawn.make_room(state, graph);
    sweep(&mut drawn, state);
    between(&mut drawn, graph, order, state);
    for step in &mut drawn.steps {
        step.runs = graph.schemas.get(step.address.kind()).is_some_and(|schema| schema.action);
    }
    (drawn, unchanged)
}

/// Draws the steps of a destruction: everything goes.
pub(crate) fn destruction(state: &State, observed: &Observed, handle: impl Fn(&Address) -> String) -> Steps {
    let mut drawn = Steps::default();
    drawn.leave(state, observed, &BTreeMap::new(), &BTreeMap::new(), Leave::Destroy, handle);
    drawn.order_deletes(state, &Graph::empty(""), &[]);
    sweep(&mut drawn, state);
    drawn
}

impl Steps {
    /// The edges that can be given up, by how gladly.
    pub(crate) fn yielding(&mut self) -> [&mut BTreeSet<(usize, usize)>; 4] {
        [&mut self.between, &mut self.orders, &mut self.soft, &mut self.rooms]
    }

    fn push(&mut self, address: &Address, handle: String, action: Action) -> usize {
        self.steps.push(Step { address: address.clone(), handle, action, runs: false, after: BTreeSet::new() });
        self.steps.len() - 1
    }

    /// Ends every object that is not to stay: old ones, and those whose resource is not in `stays`. What is gone
    /// already is forgotten without a call, and what is `forgotten` leaves the stack without one.
    fn leave(
        &mut self,
        state: &State,
        observed: &Observed,
        stays: &BTreeMap<&Address, &Lifecycle>,
        forgotten: &BTreeMap<Address, Location>,
        why: Leave,
        handle: impl Fn(&Address) -> String,
    ) {
        for (address, row) in &state.rows {
            let current_gone = || observed.objects.get(address) == Some(&Sight::Gone);
            let old = row.old.iter().map(|object| (object, Leave::Replaced, observed.is_old_gone(address, &object.id)));
            let current = row.object.iter().filter(|_| !stays.contains_key(address)).map(|object| (object, why, current_gone()));
            for (object, why, gone) in old.chain(current) {
                let action = match gone {
                    true => Action::Forget { id: object.id.clone() },
                    false if forgotten.contains_key(address) => Action::Retain { id: object.id.clone(), why: Leave::Forgotten },
                    false => parting(object, stays.get(address).copied(), why),
                };
                let step = self.push(address, handle(address), action);
                self.down.entry(address.clone()).or_default().push(step);
            }
        }
    }

    /// A delete waits for the deletes of what used the object, and for the changes after which nothing uses it.
    fn order_deletes(&mut self, state: &State, graph: &Graph, dependencies: &[BTreeSet<Address>]) {
        if self.down.is_empty() {
            return;
        }
        let (used, mut will_use) = (users(state), Users::new());
        for (node, needs) in graph.nodes.iter().zip(dependencies) {
            for need in needs {
                will_use.entry(need).or_default().insert(&node.address);
            }
        }
        let deletes: Vec<(Address, usize)> =
            self.down.iter().flat_map(|(address, steps)| steps.iter().map(|step| (address.clone(), *step))).collect();
        for (address, step) in deletes {
            for (user, refers) in used.get(&address).into_iter().flatten().filter(|(user, _)| ***user != address) {
                for delete in self.down.get(*user).into_iter().flatten() {
                    self.steps[step].after.insert(*delete);
                    if !refers {
                        self.orders.insert((step, *delete));
                    }
                }
            }
            if self.early.contains(&step) {
                // What is changed in place lets go of it before, where its change waits for nothing that comes after.
                let stays = |(user, refers): (&&Address, &bool)| if *refers && **user != address { self.up.get(*user) } else { None };
                let changes = |up: &&usize| matches!(self.steps[**up].action, Action::Update { .. });
                let ups: Vec<usize> = used.get(&address).into_iter().flatten().filter_map(stays).filter(changes).copied().collect();
                for up in ups {
                    self.steps[step].after.insert(up);
                    self.soft.insert((step, up));
                }
                continue;
            }
            // What a create of this plan replaces waits for it; what earlier ones left need not.
            let replaced = self.replaced.contains(&step);
            if let Some(up) = self.up.get(&address) {
                self.steps[step].after.insert(*up);
                if !replaced {
                    self.soft.insert((step, *up));
                }
            }
            let used = used.get(&address);
            let users = used.into_iter().flat_map(BTreeMap::keys).chain(will_use.get(&address).into_iter().flatten());
            for (user, up) in users.filter(|user| ***user != address).filter_map(|user| Some((*user, *self.up.get(*user)?))) {
                // Whose own old object goes first has let go of it when that is gone.
                let before = |steps: &Vec<usize>| steps.iter().any(|step| self.early.contains(step) && self.replaced.contains(step));
                if self.down.get(user).is_some_and(before) {
                    continue;
                }
                let refers = used.and_then(|users| users.get(user)) == Some(&true);
                match self.steps[step].after.insert(up) && !refers {
                    true => self.between.insert((step, up)),
                    false => self.soft.insert((step, up)),
                };
            }
        }
    }

    /// A create that takes the place of something that goes (a name, a range) waits until it is gone. Where that is what
    /// another create replaces, the edge is given up if it would close a circle.
    fn make_room(&mut self, state: &State, graph: &Graph) {
        if self.down.is_empty() {
            return;
        }
        let mut leaving: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
        for (address, row) in &state.rows {
            let (Some(steps), Some(schema)) = (self.down.get(address), graph.schemas.get(address.kind())) else { continue };
            for object in row.object.iter().chain(&row.old) {
                let deletes = |step: &&usize| matches!(&self.steps[**step].action, Action::Delete { id, .. } if *id == object.id);
                let Some(step) = steps.iter().find(deletes) else { continue };
                for place in places(schema, &object.inputs, &state.salt) {
                    leaving.entry(place).or_default().push(*step);
                }
            }
        }
        if leaving.is_empty() {
            return;
        }
        let ups: Vec<(Address, usize)> = self.up.iter().map(|(address, step)| (address.clone(), *step)).collect();
        for (address, up) in ups {
            let Action::Create { want, .. } = &self.steps[up].action else { continue };
            let Some(schema) = graph.schemas.get(address.kind()) else { continue };
            for delete in places(schema, &known(&want.inputs), &state.salt).iter().filter_map(|place| leaving.get(place)).flatten().copied()
            {
                let own = self.steps[delete].address == address;
                if own && self.replaced.contains(&delete) {
                    // Which of these two goes first is decided already.
                    continue;
                }
                self.steps[delete].after.remove(&up);
                self.soft.remove(&(delete, up));
                self.between.remove(&(delete, up));
                self.steps[up].after.insert(delete);
                if self.replaced.contains(&delete) {
                    self.rooms.insert((up, delete));
                }
            }
        }
    }
}
