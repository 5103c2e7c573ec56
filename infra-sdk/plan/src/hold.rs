//! What is left alone while it is in doubt: the resource, what needs it, and what it may use.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::Address;

use crate::observed::Observed;
use crate::plan::{Action, Held, Step};
use crate::state::{Intent, Row, State};

/// What a plan must know to leave alone what is in doubt.
pub(crate) struct Doubts<'a> {
    pub(crate) observed: &'a Observed,
    pub(crate) state: &'a State,
    /// What each declared resource needs.
    pub(crate) needs: &'a dyn Fn() -> BTreeMap<&'a Address, &'a BTreeSet<Address>>,
}

impl Doubts<'_> {
    /// The steps that can be done, and what is held back: everything that is in doubt, and what waits for it. `steps` are in
    /// an order that respects their edges.
    pub(crate) fn hold(&self, steps: Vec<Step>) -> (Vec<Step>, Vec<Held>) {
        if self.observed.in_doubt.is_empty() {
            return (steps, Vec::new());
        }
        let (needing, used) = (self.needing(), self.used());
        let mut because: Vec<Option<&Address>> = Vec::with_capacity(steps.len());
        for step in &steps {
            let address = &step.address;
            let own = self.observed.in_doubt.get_key_value(address).map(|(address, _)| address);
            let delete = matches!(step.action, Action::Delete { .. });
            let direct = own.or_else(|| needing.get(address).copied().filter(|_| step.action.is_change() && !delete));
            let direct = direct.or_else(|| used.get(address).copied().filter(|_| delete));
            let waits = || step.after.iter().find_map(|before| because.get(*before).copied().flatten());
            because.push(direct.or_else(waits));
        }
        let mut held = self.doubtful(&steps);
        let mut position = vec![0; steps.len()];
        let mut left = Vec::new();
        for (at, (step, because)) in steps.into_iter().zip(because).enumerate() {
            match because {
                None => {
                    position[at] = left.len();
                    left.push(step);
                }
                Some(because) if held.iter().all(|held| held.address != step.address) => {
                    held.push(Held { address: step.address, handle: step.handle, because_of: because.clone(), in_doubt: None });
                }
                Some(_) => {}
            }
        }
        for step in &mut left {
            step.after = step.after.iter().map(|before| position[*before]).collect();
        }
        (left, held)
    }

    /// What is in doubt, whether anything was to be done about it or not.
    fn doubtful(&self, steps: &[Step]) -> Vec<Held> {
        let handle = |address: &Address| {
            let step = steps.iter().find(|step| step.address == *address);
            step.map_or_else(|| address.kind().to_string(), |step| step.handle.clone())
        };
        let held = |(address, problem): (&Address, &String)| Held {
            address: address.clone(),
            handle: handle(address),
            because_of: address.clone(),
            in_doubt: Some(problem.clone()),
        };
        self.observed.in_doubt.iter().map(held).collect()
    }

    /// The declared resources that need one in doubt, directly or not, each with that one.
    fn needing(&self) -> BTreeMap<&Address, &Address> {
        let mut users: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
        for (address, needs) in (self.needs)() {
            needs.iter().for_each(|need| users.entry(need).or_default().push(address));
        }
        let mut needing = BTreeMap::new();
        for doubtful in self.observed.in_doubt.keys() {
            let mut stack = vec![doubtful];
            while let Some(at) = stack.pop() {
                for user in users.get(at).into_iter().flatten() {
                    if !needing.contains_key(user) {
                        needing.insert(*user, doubtful);
                        stack.push(user);
                    }
                }
            }
        }
        needing
    }

    /// The resources that one in doubt may use, so that they cannot go, each with that one.
    fn used(&self) -> BTreeMap<&Address, &Address> {
        let rows = self.observed.in_doubt.keys().filter_map(|address| Some((address, self.state.rows.get(address)?)));
        let mut used: BTreeMap<&Address, &Address> = rows.flat_map(|(address, row)| uses(row).map(move |need| (need, address))).collect();
        let mut stack: Vec<(&Address, &Address)> = used.iter().map(|(need, because)| (*need, *because)).collect();
        while let Some((need, because)) = stack.pop() {
            for container in self.state.rows.get(need).into_iter().flat_map(containers) {
                if !used.contains_key(container) {
                    used.insert(container, because);
                    stack.push((container, because));
                }
            }
        }
        used
    }
}

/// What takes the objects of a row along when it is deleted.
fn containers(row: &Row) -> impl Iterator<Item = &Address> {
    row.object.iter().chain(&row.old).flat_map(|object| object.lifecycle.deleted_with.keys())
}

/// What the objects of a row use, and what an open call may have begun to use.
pub(crate) fn uses(row: &Row) -> impl Iterator<Item = &Address> {
    let objects = row.object.iter().chain(&row.old).flat_map(|object| &object.dependencies);
    objects.chain(row.intent.iter().flat_map(|intent| match intent {
        Intent::Create { dependencies, .. } | Intent::Update { dependencies, .. } => Some(dependencies).into_iter().flatten(),
        Intent::Delete { .. } => None.into_iter().flatten(),
    }))
}
