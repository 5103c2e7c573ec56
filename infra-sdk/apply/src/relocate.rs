//! A plan's moves, recorded before its first step.

use infra_core::{Address, Diagnostic};
use infra_plan::{Move, Plan, Record, Row, arrivals};

use crate::journal::Journal;
use crate::store::StoreError;

/// Why a plan's moves could not all be recorded. Those that were are whole, and the next plan goes on from there.
pub(crate) enum Unmoved {
    /// Something else has happened to a resource since the plan was made.
    Changed(Address, Box<Diagnostic>),
    /// A journal.
    Store(StoreError),
}

impl From<StoreError> for Unmoved {
    fn from(error: StoreError) -> Unmoved {
        Unmoved::Store(error)
    }
}

/// Records the moves. What comes from another stack leaves that first, waits in its journal, and is taken from there: a
/// run that dies in between has left it in exactly one of them, and the next one takes it. All of it leaves before any of it is
/// taken, so that what needs another says so until it has arrived.
pub(crate) async fn relocate(plan: &Plan, journal: &mut Journal) -> Result<(), Unmoved> {
    for moved in &plan.moves {
        let (from, to) = (&moved.from, &moved.to);
        let Some(stack) = &moved.stack else {
            journal.state().check_place(from, to).map_err(|error| changed(moved, error.to_string()))?;
            let (from, to) = (from.clone(), to.clone());
            let record = if from.kind() == to.kind() { Record::Moved { from, to } } else { Record::Retyped { from, to } };
            journal.record(record).await?;
            continue;
        };
        let had = journal.state().made.contains_key(to);
        let Some(other) = journal.beside.get_mut(stack) else {
            return Err(changed(moved, format!("the state of stack {stack} is not open")));
        };
        if other.state().waiting(from, &plan.stack, had).is_none() {
            if other.state().rows.get(from).is_none_or(|row: &Row| row.intent.is_some()) {
                let problem = format!("stack {stack} has it no more, or a call on it was interrupted there: deploy {stack} first");
                return Err(changed(moved, problem));
            }
            other.record(Record::Handed { address: from.clone(), stack: plan.stack.clone() }).await?;
        }
    }
    for moved in &plan.moves {
        let (Some(stack), from, to) = (&moved.stack, &moved.from, &moved.to) else { continue };
        let had = journal.state().made.contains_key(to);
        let Some(other) = journal.beside.get(stack) else { continue };
        let row = other.state().waiting(from, &plan.stack, had).cloned();
        let row = row.ok_or_else(|| changed(moved, format!("stack {stack} has handed it to another stack")))?;
        let row = Box::new(row.arrived(&arrivals(&plan.moves, stack)));
        journal.record(Record::Taken { address: to.clone(), stack: stack.clone(), from: from.clone(), row }).await?;
        if let Some(other) = journal.beside.get_mut(stack) {
            other.record(Record::Delivered { address: from.clone() }).await?;
        }
    }
    Ok(())
}

fn changed(moved: &Move, problem: String) -> Unmoved {
    let problem = Diagnostic::new(format!("failed to move it from {}: {problem}", moved.from)).with_resource(&moved.to);
    Unmoved::Changed(moved.to.clone(), Box::new(problem.with_help("run the command again, which plans anew")))
}
