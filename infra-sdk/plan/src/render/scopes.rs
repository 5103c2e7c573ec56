//! The branches that a plan is shown in: what a scope declares stands together.

use std::collections::HashMap;

use crate::plan::{Action, Plan};

/// Resources of one scope, or one by itself.
pub(super) struct Branch<'a> {
    /// The scope with its slash, where there is a heading for it.
    pub(super) scope: Option<&'a str>,
    /// The steps, by index.
    pub(super) steps: Vec<usize>,
}

impl Branch<'_> {
    /// By how many columns its resources stand further in.
    pub(super) fn depth(&self) -> usize {
        if self.scope.is_some() { 2 } else { 0 }
    }
}

/// The steps that are shown, in their order, but for those of a scope, which stand where its first one does. A scope with a
/// single one gets no heading: its name says it.
pub(super) fn branches(plan: &Plan, is_shown: impl Fn(usize) -> bool) -> Vec<Branch<'_>> {
    let shown: Vec<usize> =
        (0..plan.steps.len()).filter(|at| is_shown(*at) && !matches!(plan.steps[*at].action, Action::Note { .. })).collect();
    let scope = |at: usize| {
        let name = plan.steps[at].address.name();
        name.rfind('/').map(|slash| &name[..=slash])
    };
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    for scope in shown.iter().filter_map(|at| scope(*at)) {
        *sizes.entry(scope).or_default() += 1;
    }
    let mut branches: Vec<Branch<'_>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for at in shown {
        let scope = scope(at).filter(|scope| sizes.get(scope).is_some_and(|size| *size > 1));
        match scope.and_then(|scope| places.get(scope)) {
            Some(place) => branches[*place].steps.push(at),
            None => {
                if let Some(scope) = scope {
                    places.insert(scope, branches.len());
                }
                branches.push(Branch { scope, steps: vec![at] });
            }
        }
    }
    branches
}
