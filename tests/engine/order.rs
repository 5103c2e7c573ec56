//! The order of a plan's steps, against an oracle that tries every order in which they could be performed.
//!
//! The oracle knows nothing of how the planner draws edges. It has the program, what the cloud holds, and what each step
//! does; and at every point that any performance of the plan can reach it asks what a strict cloud would.

mod program;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use infra_core::{Address, Graph, Node, Value};
use infra_plan::{Action, Plan};
use infra_testing::World;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

use program::{program, spec, world};

/// An object of the model: whose it is, and which objects each of its inputs refers to.
#[derive(Clone, Debug)]
struct Thing {
    address: Address,
    refers: BTreeMap<String, BTreeSet<String>>,
}

struct Oracle<'a> {
    graph: &'a Graph,
    plan: &'a Plan,
    start: BTreeMap<String, Thing>,
    /// The resources that have an object at the start which is theirs to the end.
    current: BTreeMap<Address, String>,
    /// Points that were looked at.
    points: usize,
}

fn texts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(into.insert(text.clone())),
        Value::List(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, into)),
        _ => {}
    }
}

fn made(address: &Address) -> String {
    format!("the new {address}")
}

impl<'a> Oracle<'a> {
    fn new(world: &World, graph: &'a Graph, plan: &'a Plan) -> Oracle<'a> {
        let objects = world.cloud.objects();
        let refers = |value: &Value| {
            let mut found = BTreeSet::new();
            texts(value, &mut found);
            found.into_iter().filter(|text| objects.contains_key(text)).collect()
        };
        let thing = |id: &String| Thing {
            address: Address::new(objects[id].kind.clone(), objects[id].name.clone()),
            refers: objects[id].inputs.iter().map(|(name, value)| (name.clone(), refers(value))).collect(),
        };
        let start = objects.keys().map(|id| (id.clone(), thing(id))).collect();
        let current = world.state.rows.iter().filter_map(|(address, row)| Some((address.clone(), row.object.as_ref()?.id.clone())));
        Oracle { graph, plan, start, current: current.collect(), points: 0 }
    }

    /// The object of a resource in the end.
    fn last(&self, address: &Address) -> String {
        let is_made = |action: &Action| matches!(action, Action::Create { .. });
        match self.plan.steps.iter().any(|step| step.address == *address && is_made(&step.action)) {
            true => made(address),
            false => self.current.get(address).cloned().unwrap_or_else(|| made(address)),
        }
    }

    fn refers(&self, node: &Node) -> BTreeMap<String, BTreeSet<String>> {
        let of = |expr: &infra_core::Expr| {
            expr.refs().into_iter().filter(|attr| attr.output == "id").map(|attr| self.last(&attr.resource)).collect()
        };
        node.inputs.iter().map(|(name, expr)| (name.clone(), of(expr))).collect()
    }

    /// What there is after these steps, in whatever order.
    fn after(&self, done: u64) -> BTreeMap<String, Thing> {
        let mut there = self.start.clone();
        for (at, step) in self.plan.steps.iter().enumerate().filter(|(at, _)| done & (1 << at) != 0) {
            let _ = at;
            match &step.action {
                Action::Create { .. } => {
                    if let Some(node) = self.graph.node(&step.address) {
                        there.insert(made(&step.address), Thing { address: step.address.clone(), refers: self.refers(node) });
                    }
                }
                Action::Update { id, .. } => {
                    if let (Some(thing), Some(node)) = (there.get_mut(id), self.graph.node(&step.address)) {
                        thing.refers.extend(self.refers(node));
                    }
                }
                Action::Delete { id, .. } | Action::Sweep { id, .. } => drop(there.remove(id)),
                _ => {}
            }
        }
        there
    }

    /// What a strict cloud has against performing a step now.
    fn objection(&self, at: usize, done: u64) -> Option<String> {
        let (step, there) = (&self.plan.steps[at], self.after(done));
        match &step.action {
            Action::Create { .. } | Action::Update { .. } => {
                let node = self.graph.node(&step.address)?;
                for need in node.dependencies() {
                    if !there.contains_key(&self.last(&need)) {
                        return Some(format!("{} is made or changed before {need} is there", step.address));
                    }
                    let changes = |other: &usize| {
                        let other = &self.plan.steps[*other];
                        other.address == need && matches!(other.action, Action::Create { .. } | Action::Update { .. })
                    };
                    if let Some(late) = (0..self.plan.steps.len()).filter(changes).find(|other| done & (1 << other) == 0) {
                        return Some(format!("{} does not wait for {}", step.address, self.plan.steps[late].address));
                    }
                }
                None
            }
            Action::Delete { id, .. } => {
                // What is contained goes along, so that it does not count as a user.
                let inside = |thing: &Thing| {
                    &**thing.address.kind() == "toy:net/part" && thing.refers.get("net").is_some_and(|nets| nets.contains(id))
                };
                let uses = |thing: &Thing| thing.refers.values().any(|ids| ids.contains(id)) && !inside(thing);
                let user = there.iter().find(|(other, thing)| *other != id && uses(thing))?.1;
                let given_up = format!("{} is deleted before {} stops using it", step.address, user.address);
                let known = self.plan.notes.iter().any(|note| note.starts_with(&given_up));
                (!known).then(|| format!("{id} is deleted while {} uses it", user.address))
            }
            Action::Sweep { id, with, .. } => {
                let gone = |thing: &Thing| thing.address == *with && there[id].refers.values().any(|ids| ids.contains(&made(with)));
                there.values().any(gone).then(|| format!("{id} is said to go with {with}, which it is not in any more"))
            }
            _ => None,
        }
    }

    /// Looks at every point that a performance of the plan can reach.
    fn objections(&mut self) -> Vec<String> {
        let (mut seen, mut stack, mut found) = (HashSet::new(), vec![0_u64], Vec::new());
        while let Some(done) = stack.pop() {
            if !seen.insert(done) {
                continue;
            }
            let ready = |at: &usize| {
                let waits = self.plan.steps[*at].after.iter().any(|before| done & (1 << before) == 0);
                done & (1 << at) == 0 && !waits
            };
            for at in (0..self.plan.steps.len()).filter(ready) {
                found.extend(self.objection(at, done));
                stack.push(done | 1 << at);
            }
            if !found.is_empty() {
                break;
            }
        }
        self.points = seen.len();
        found
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_order_a_plans_edges_allow_no_object_refers_to_what_is_not_there(
        first in prop::collection::vec(spec(), 7),
        second in prop::collection::vec(spec(), 7),
    ) {
        let mut world = world();
        world.deploy(&program(&first), json!({})).complete();
        let graph = world.graph(&program(&second), json!({}));
        let plan = world.plan_graph(&graph).unwrap();
        prop_assume!(plan.steps.len() < 15);
        let mut oracle = Oracle::new(&world, &graph, &plan);
        let objections = oracle.objections();
        prop_assert!(objections.is_empty(), "{objections:?}\n{:?}", plan.steps.iter().map(|step| (&step.address, &step.after)).collect::<Vec<_>>());
        prop_assert!(plan.steps.is_empty() || oracle.points > 1);
    }

    #[test]
    fn any_program_becomes_any_other_and_then_nothing(programs in prop::collection::vec(prop::collection::vec(spec(), 16), 1..4)) {
        let mut world = world();
        for specs in &programs {
            world.deploy(&program(specs), json!({})).complete();
            let again = world.plan(&program(specs), json!({})).unwrap();
            prop_assert!(!again.has_changes(), "{:?}", again.steps);
        }
        world.destroy().complete();
        prop_assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
    }
}

#[test]
fn the_oracle_looks_at_replacements_in_both_orders_and_at_both_in_one_plan() {
    let (mut runner, programs) = (TestRunner::deterministic(), (prop::collection::vec(spec(), 7), prop::collection::vec(spec(), 7)));
    let (mut old_first, mut new_first, mut mixed) = (0, 0, 0);
    for _ in 0..100 {
        let (first, second) = programs.new_tree(&mut runner).unwrap().current();
        let mut world = world();
        world.deploy(&program(&first), json!({})).complete();
        let plan = world.plan(&program(&second), json!({})).unwrap();
        let order = |action: &Action| match action {
            Action::Create { replaces: Some(replacement), .. } => Some(replacement.delete_first.is_some()),
            _ => None,
        };
        let orders: BTreeSet<bool> = plan.steps.iter().filter_map(|step| order(&step.action)).collect();
        old_first += usize::from(orders.contains(&true));
        new_first += usize::from(orders.contains(&false));
        mixed += usize::from(orders.len() == 2);
    }
    assert!(old_first > 10 && new_first > 10 && mixed > 5, "{old_first}, {new_first}, {mixed}");
}

#[test]
fn the_oracle_objects_where_an_edge_is_missing() {
    let before = |stack: &infra_core::Stack| {
        let net = infra_tests::Net::new("net").range("10.0.0.0/16").add(stack);
        infra_tests::Machine::new("m").net(&net).add(stack);
    };
    let after = |stack: &infra_core::Stack| {
        let net = infra_tests::Net::new("net").range("10.1.0.0/16").add(stack);
        infra_tests::Machine::new("m").net(&net).add(stack);
    };
    let mut world = world();
    world.deploy(&before, json!({})).complete();
    let graph = world.graph(&after, json!({}));
    let plan = world.plan_graph(&graph).unwrap();
    assert!(Oracle::new(&world, &graph, &plan).objections().is_empty());
    let edges: Vec<(usize, usize)> =
        (0..plan.steps.len()).flat_map(|at| plan.steps[at].after.iter().map(move |before| (at, *before))).collect();
    let mut noticed = 0;
    for (at, before) in &edges {
        let mut broken = plan.clone();
        broken.steps[*at].after.remove(before);
        noticed += usize::from(!Oracle::new(&world, &graph, &broken).objections().is_empty());
    }
    assert!(noticed >= 2, "{noticed} of {} edges are missed", edges.len());
}
