//! Deletes that wait for another plan, since something that this one leaves out still uses what would go.

use std::collections::BTreeSet;

use infra_core::{Address, Diagnostic};

use crate::clash::ASKED;
use crate::plan::{Action, Step};
use crate::refer;
use crate::state::State;
use crate::target::awaited;

/// The steps without those `postponed`, and without the deletes of what these still use, with a note for each.
pub(crate) fn postponed(steps: Vec<Step>, mut postponed: BTreeSet<usize>, state: &State) -> Result<(Vec<Step>, Vec<String>), Diagnostic> {
    let (recorded, awaited) = (refer::users(state), awaited(&steps));
    // What something that comes later waits for goes all the same where only an order would keep it.
    let only_after = |at: usize, user: &Address| {
        let refers = recorded.get(&steps[at].address).and_then(|users| users.get(user));
        awaited.contains(&at) && refers == Some(&false)
    };
    loop {
        let uses = |at: usize, other: &Address| {
            let (Action::Delete { id, .. } | Action::Sweep { id, .. } | Action::Retain { id, .. } | Action::Forget { id }) =
                &steps[at].action
            else {
                return false;
            };
            let row = state.rows.get(&steps[at].address);
            let object = row.into_iter().flat_map(|row| row.object.iter().chain(&row.old)).find(|object| object.id == *id);
            object.is_some_and(|object| object.dependencies.contains(other))
        };
        let stays = |at: &usize| {
            let step = &steps[*at];
            let used = || {
                let keeps = |other: &Address| *other != step.address && !only_after(*at, other);
                postponed.iter().any(|other| keeps(&steps[*other].address) && uses(*other, &step.address))
            };
            let waits = || step.after.iter().any(|before| postponed.contains(before));
            let goes = match &step.action {
                // What nobody waits for can as well go later, in its order.
                Action::Delete { .. } => used() || (!awaited.contains(at) && waits()),
                // What contains it stays, and so does it.
                Action::Sweep { .. } => used() || waits(),
                // What is left in the cloud, or is gone from it, leaves the stack after what uses it, or nobody would know of
                // it any more.
                Action::Retain { .. } | Action::Forget { .. } => waits(),
                _ => false,
            };
            goes && !postponed.contains(at)
        };
        match (0..steps.len()).find(stays) {
            Some(more) => postponed.insert(more),
            None => break,
        };
    }
    let mut waived = Vec::new();
    for (at, step) in steps.iter().enumerate().filter(|(at, _)| !postponed.contains(at)) {
        let ends = matches!(step.action, Action::Delete { .. });
        waived.extend(
            step.after
                .intersection(&postponed)
                .filter(|before| ends && only_after(at, &steps[**before].address))
                .map(|before| (at, *before)),
        );
    }
    let mut steps = steps;
    for (at, before) in waived {
        steps[at].after.remove(&before);
    }
    let waits = |step: &Step| step.after.iter().copied().find(|before| postponed.contains(before));
    let stuck = steps.iter().enumerate().filter(|(at, _)| !postponed.contains(at)).find_map(|(_, step)| Some((step, waits(step)?)));
    if let Some((step, before)) = stuck {
        let before = &steps[before].address;
        let problem =
            Diagnostic::new(format!("waits until the old {before} is gone, which something that this plan leaves out still uses"));
        let asked = steps.iter().any(|step| {
            let Action::Create { replaces: Some(replacement), .. } = &step.action else { return false };
            step.address == *before && replacement.delete_first.as_deref() == Some(ASKED)
        });
        let help = match asked {
            true => "let the new one be made first, without `.delete_before_create()`, or change the two in two steps",
            false => "deploy the rest of the stack first, or change the two in two steps",
        };
        return Err(problem.with_resource(&step.address).with_help(help));
    }
    let mut position = vec![0; steps.len()];
    let kept = (0..steps.len()).filter(|at| !postponed.contains(at));
    kept.enumerate().for_each(|(new, old)| position[old] = new);
    let (mut rest, mut notes) = (Vec::new(), Vec::new());
    for (at, step) in steps.into_iter().enumerate() {
        if postponed.contains(&at) {
            let ends = if matches!(step.action, Action::Retain { .. } | Action::Forget { .. }) {
                "leaves the stack with"
            } else {
                "is deleted by"
            };
            notes.push(format!("{} {ends} a later plan, when nothing that this one leaves out uses it", step.address));
        } else {
            rest.push(Step { after: step.after.iter().map(|before| position[*before]).collect(), ..step });
        }
    }
    Ok((rest, notes))
}
