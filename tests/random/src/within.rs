//! Operations on a part of a stack: what they touch.

use std::collections::BTreeSet;

use infra_apply::PlanError;
use infra_core::Address;
use infra_plan::{Intent, Selection};

use crate::check::whole;
use crate::line::{Line, needed};
use crate::out::held;
use crate::place::known_by;
use crate::stage::Stage;
use crate::story::Operation;

/// The line that a number means.
fn line(lines: &[Line], at: usize) -> Option<&Line> {
    lines.get(at % lines.len().max(1))
}

/// What an operation is limited to.
pub(crate) fn selection(lines: &[Line], operation: Operation) -> Option<Selection> {
    let name = |at: usize| line(lines, at).map(Line::full).into_iter().collect();
    match operation {
        Operation::Only(at) => Some(Selection { targets: name(at), with_needs: true, ..Selection::default() }),
        Operation::Alone(at) => Some(Selection { targets: name(at), ..Selection::default() }),
        Operation::Without(at) | Operation::Spare(at) => Some(Selection { excludes: name(at), ..Selection::default() }),
        Operation::Replace(at) => Some(Selection { replace: name(at), ..Selection::default() }),
        Operation::End(at) => Some(Selection { targets: name(at), with_dependants: true, ..Selection::default() }),
        Operation::Deploy | Operation::Refresh | Operation::Destroy | Operation::Saved => None,
    }
}

/// A part of a program or stack goes through, and touches nothing else; or it is refused, and nothing is touched.
pub(crate) fn within(stage: &mut Stage, lines: &[Line], operation: Operation) -> Result<(), String> {
    let Some(selection) = selection(lines, operation).filter(|_| !lines.is_empty()) else { return Ok(()) };
    let before = stage.world.cloud.objects();
    let dependants = dependants(stage, &selection);
    let result = match operation {
        Operation::End(_) | Operation::Spare(_) => stage.world.destroy_within(&selection),
        _ => stage.deploy(lines, &selection),
    };
    let deployed = match result {
        // What no order of steps can do fails here as it would in the whole program, which finds a way out.
        Ok(deployed) if !held(stage, lines, &deployed).is_empty() => return Ok(()),
        Ok(deployed) => whole(stage, deployed)?,
        Err(PlanError::Wrong(_)) if stage.world.cloud.objects() == before => return Ok(()),
        Err(error) => return Err(format!("a part of the program was refused: {error}")),
    };
    let touched: BTreeSet<&str> = deployed.changes.iter().map(|change| known_by(change.rsplit(' ').next().unwrap_or_default())).collect();
    let named = |at: usize| line(lines, at).map(|line| &*line.name);
    let stranger = match operation {
        Operation::Only(at) => {
            let wanted = needed(lines, named(at));
            touched.iter().find(|name| !wanted.contains(**name))
        }
        Operation::Alone(at) => touched.iter().find(|name| Some(**name) != named(at)),
        Operation::Without(at) | Operation::Spare(at) => touched.iter().find(|name| Some(**name) == named(at)),
        Operation::End(_) => touched.iter().find(|name| !dependants.contains(**name)),
        Operation::Deploy | Operation::Refresh | Operation::Destroy | Operation::Saved | Operation::Replace(_) => None,
    };
    match stranger {
        Some(name) => Err(format!("{name} was touched by {operation:?}, limited to {selection:?}: {:?}", deployed.changes)),
        None => Ok(()),
    }
}

/// What the state says that needs the targets, directly or not, and the targets.
fn dependants(stage: &Stage, selection: &Selection) -> BTreeSet<String> {
    let rows = &stage.world.state.rows;
    let mut found: BTreeSet<&Address> = rows.keys().filter(|address| selection.targets.iter().any(|name| name == address.name())).collect();
    loop {
        let needs = |address: &&Address| {
            let row = &rows[*address];
            let objects = row.object.iter().chain(&row.old).map(|object| &object.dependencies);
            let begun = row.intent.iter().filter_map(|intent| match intent {
                Intent::Create { dependencies, .. } | Intent::Update { dependencies, .. } => Some(dependencies),
                Intent::Delete { .. } => None,
            });
            objects.chain(begun).flatten().any(|need| found.contains(need))
        };
        let more: Vec<&Address> = rows.keys().filter(|address| !found.contains(*address)).filter(needs).collect();
        if more.is_empty() {
            return found.into_iter().map(|address| known_by(address.name()).to_owned()).collect();
        }
        found.extend(more);
    }
}
