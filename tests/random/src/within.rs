//! Operations on a part of a stack: what they touch.

use std::collections::{BTreeMap, BTreeSet};

use infra_apply::PlanError;
use infra_core::Address;
use infra_plan::{Intent, Selection};
use infra_testing::MockObject;

use crate::check::whole;
use crate::line::{Line, What, needed};
use crate::out::held;
use crate::place::known_by;
use crate::stage::Stage;
use crate::story::Operation;

/// What a cloud has, by id.
type Objects = BTreeMap<String, MockObject>;

/// A resource that a number means: a line, or what is declared once an output of a line's is known.
struct Meant<'a> {
    line: &'a Line,
    deferred: Option<String>,
}

impl Meant<'_> {
    /// Its name in the stack, with its scopes.
    fn full(&self) -> String {
        match &self.deferred {
            Some(name) => format!("{}d-{}/{name}", self.line.place.prefix(), self.line.name),
            None => self.line.full(),
        }
    }

    /// What it is known by through all chapters.
    fn name(&self) -> String {
        match &self.deferred {
            Some(name) => format!("d-{}/{name}", self.line.name),
            None => self.line.name.clone(),
        }
    }

    /// What it needs, directly or not, and itself.
    fn needed(&self, lines: &[Line]) -> BTreeSet<String> {
        let mut names = vec![&*self.line.name];
        // What is in a network needs what completes that.
        let complete = |way: &&Line| matches!(way.what, What::Way { net, .. } if lines[net].name == self.line.name);
        names.extend(lines.iter().filter(|way| self.deferred.is_some() && complete(way)).map(|way| &*way.name));
        needed(lines, names).into_iter().map(str::to_owned).chain([self.name()]).collect()
    }
}

/// The resource that a number means.
fn meant(lines: &[Line], at: usize) -> Option<Meant<'_>> {
    let mut all: Vec<Meant<'_>> = lines.iter().map(|line| Meant { line, deferred: None }).collect();
    for line in lines {
        let Some(parts) = line.options.then else { continue };
        let names = (0..parts).map(|part| format!("w{part}")).chain(["m".to_owned()]);
        all.extend(names.map(|name| Meant { line, deferred: Some(name) }));
    }
    let at = at % all.len().max(1);
    all.into_iter().nth(at)
}

/// What an operation is limited to.
pub(crate) fn selection(lines: &[Line], operation: Operation) -> Option<Selection> {
    let name = |at: usize| meant(lines, at).map(|meant| meant.full()).into_iter().collect();
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
    let changes = match result {
        // What no order of steps can do fails here as it would in the whole program, which finds a way out.
        Ok(deployed) if !held(stage, lines, &deployed).is_empty() => return Ok(()),
        Ok(deployed) => whole(stage, deployed)?.changes,
        Err(PlanError::Wrong(_)) if stage.world.cloud.objects() == before => return Ok(()),
        // What the rest needs is only told when an output is known, and may be refused then.
        Err(PlanError::Wrong(_)) if lines.iter().any(|line| line.options.then.is_some()) => {
            differing(&before, &stage.world.cloud.objects())
        }
        Err(error) => return Err(format!("a part of the program was refused: {error}")),
    };
    let touched: BTreeSet<&str> = changes.iter().map(|change| known_by(change.rsplit(' ').next().unwrap_or_default())).collect();
    let named = |at: usize| meant(lines, at).map(|meant| meant.name());
    let stranger = match operation {
        Operation::Only(at) => {
            let wanted = meant(lines, at).map(|meant| meant.needed(lines)).unwrap_or_default();
            touched.iter().find(|name| !wanted.contains(**name))
        }
        Operation::Alone(at) => touched.iter().find(|name| named(at).as_deref() != Some(**name)),
        Operation::Without(at) | Operation::Spare(at) => touched.iter().find(|name| named(at).as_deref() == Some(**name)),
        Operation::End(_) => touched.iter().find(|name| !dependants.contains(**name)),
        Operation::Deploy | Operation::Refresh | Operation::Destroy | Operation::Saved | Operation::Replace(_) => None,
    };
    match stranger {
        Some(name) => Err(format!("{name} was touched by {operation:?}, limited to {selection:?}: {changes:?}")),
        None => Ok(()),
    }
}

/// The names of the objects that one of two clouds has otherwise than the other.
fn differing(one: &Objects, other: &Objects) -> Vec<String> {
    let only = |some: &Objects, rest: &Objects| {
        let differs = some.iter().filter(|(id, object)| rest.get(*id) != Some(*object));
        differs.map(|(_, object)| object.name.clone()).collect::<Vec<_>>()
    };
    only(one, other).into_iter().chain(only(other, one)).collect()
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
