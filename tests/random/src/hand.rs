//! What people do by hand: to the cloud, to the state, and with a plan that they keep.

use std::collections::BTreeSet;

use infra_apply::PlanError;
use infra_core::Address;
use infra_plan::{Action, Record, SavedPlan};
use infra_testing::World;
use serde_json::json;

use crate::check::whole;
use crate::line::{Line, What, without};
use crate::out::held;
use crate::place::{in_cloud, known_by};
use crate::silent::stored;
use crate::stage::Stage;
use crate::story::{Chapter, Drift, Operation};

/// Lets both worlds forget what this chapter imports. Only the same object can be imported, as it is or changed in place: what
/// a plan leaves as it is, or updates.
pub(crate) fn import(stage: &mut Stage, fair: &mut Stage, before: &[Line], chapter: &mut Chapter) {
    stage.imports.clear();
    fair.imports.clear();
    if chapter.lines.iter().all(|line| line.options.import.is_none()) {
        return;
    }
    let (Ok(plan), Ok(other)) = (stage.plan(&chapter.lines), fair.plan(&chapter.lines)) else { return };
    // What was forgotten is not destroyed, and could keep what it uses from being destroyed; nor is it known any more who uses it.
    let ends = |operation: &Operation| matches!(operation, Operation::Destroy | Operation::End(_) | Operation::Spare(_));
    let destroyed = ends(&chapter.then) || chapter.troubles.iter().any(|(operation, _)| ends(operation));
    let drifted = !chapter.drifts.is_empty();
    for line in chapter.lines.iter_mut().filter(|line| line.options.import.is_some()) {
        let Some(was) = before.iter().find(|other| other.name == line.name) else { continue };
        let uses = matches!(line.what, What::Part { .. } | What::Way { .. })
            || matches!(line.what, What::Machine { part, net, .. } if part.or(net).is_some())
            || matches!(line.what, What::Fleet { leader: Some(_), .. });
        let used = matches!(line.what, What::Net { .. } | What::Machine { .. });
        let mut changes = false;
        let mut stays = |stage: &Stage, plan: &infra_plan::Plan| {
            let Some((address, row)) = stage.row(line.kind(), &line.name) else { return false };
            let there = row.object.as_ref().is_some_and(|object| stage.world.cloud.objects().contains_key(&object.id));
            let own = |step: &&infra_plan::Step| step.address.kind() == address.kind() && known_by(step.address.name()) == line.name;
            let steps: Vec<&Action> = plan.steps.iter().filter(own).map(|step| &step.action).collect();
            changes |= steps.iter().any(|action| matches!(action, Action::Update { .. }));
            there && row.old.is_empty() && steps.iter().all(|action| matches!(action, Action::Update { .. } | Action::Note { .. }))
        };
        if stays(stage, &plan) && stays(fair, &other) && !((uses || used) && destroyed) {
            stage.forget(line);
            fair.forget(line);
        }
        // What differs can only be imported with leave to change it.
        let ignored = was.options.ignore_changes || line.options.ignore_changes;
        if changes || was.what != line.what || drifted || ignored {
            line.options.import = Some(true);
        }
        // What must not be changed in place cannot be imported where it differs.
        line.options.replace_on_changes = false;
    }
}

/// Does the same to the objects of both worlds that have the same names.
pub(crate) fn drift(world: &World, fair: &World, drifts: &[Drift]) {
    for drift in drifts {
        let (Drift::Gone(at) | Drift::Changed(at)) = drift;
        let objects = fair.cloud.objects();
        let Some(object) = objects.values().nth(at % objects.len().max(1)) else { return };
        for world in [world, fair] {
            let (kind, name, cloud) = (&object.kind, &object.name, &world.cloud);
            let _ = match (drift, &**kind) {
                (Drift::Gone(_), _) => cloud.remove(kind, name),
                (Drift::Changed(_), "toy:net/net") => cloud.change(kind, name, "dns", json!(false)),
                (Drift::Changed(_), "toy:net/way") => cloud.change(kind, name, "to", "7"),
                (Drift::Changed(_), "toy:run/machine") => cloud.change(kind, name, "size", json!(7)),
                (Drift::Changed(_), "toy:run/fleet") => cloud.change(kind, name, "count", json!(7)),
                (Drift::Changed(_), "toy:run/vault") => cloud.change(kind, name, "label", "7"),
                // No input of a part can be changed.
                (Drift::Changed(_), _) => false,
            };
        }
    }
}

/// Lets the states forget some of what is deployed. What uses nothing stays in the cloud, and its name is added to what is `left`
/// there; the program goes on to declare it, and makes another one, or does not. What uses something would keep that for
/// ever, so a person deletes it, and what uses it, from the cloud as well.
pub(crate) fn forget(stages: &mut [&mut Stage], before: &[Line], chapter: &mut Chapter, left: &mut BTreeSet<String>) {
    for at in chapter.forgets.clone() {
        let Some(line) = before.get(at % before.len().max(1)) else { return };
        let Some(closures) = stages.iter().map(|stage| closure(stage, line)).collect::<Option<Vec<Closure>>>() else { continue };
        let stays = closures.iter().all(|closure| !closure.uses);
        let same = |closure: &Closure| closure.names == closures[0].names && closure.uses == closures[0].uses;
        if !closures.iter().all(same) {
            continue;
        }
        for (stage, closure) in stages.iter_mut().zip(&closures) {
            if stays {
                stage.world.state.apply(Record::Forgotten { address: closure.addresses[0].clone() });
                continue;
            }
            for address in &closure.addresses {
                stage.world.state.apply(Record::Forgotten { address: address.clone() });
                stage.world.cloud.remove(in_cloud(address.kind()), &closure.objects[address]);
            }
        }
        if stays {
            left.insert(line.name.clone());
            let now = chapter.lines.iter().position(|other| other.name == line.name);
            if let Some(now) = now.filter(|_| at % 2 == 0) {
                chapter.lines = without(&chapter.lines, now);
            }
        }
    }
}

/// What is to be forgotten together.
struct Closure {
    /// The resource, and all whose objects use its object, directly or not.
    addresses: Vec<Address>,
    /// The names that the cloud knows their objects by.
    objects: std::collections::BTreeMap<Address, String>,
    /// What they are known by.
    names: BTreeSet<String>,
    /// Whether the object itself uses another one.
    uses: bool,
}

/// What is to be forgotten with a line; nothing where one of the objects cannot be told by its name, since there are others that
/// were left in the cloud under it.
fn closure(stage: &Stage, line: &Line) -> Option<Closure> {
    let objects = stage.world.cloud.objects();
    let (address, row) = stage.row(line.kind(), &line.name)?;
    let id = &row.object.as_ref()?.id;
    let mentions = |object: &infra_testing::MockObject, id: &str| {
        serde_json::to_string(&object.inputs).unwrap_or_default().contains(&format!("\"{id}\""))
    };
    // What the program has named cannot be beside another one of that name, so it is deleted as well.
    let named = serde_json::to_string(&objects.get(id)?.inputs).unwrap_or_default().contains("called-");
    let uses = named || objects.keys().any(|other| mentions(&objects[id], other));
    let (mut ids, mut next) = (vec![id.clone()], 0);
    while let Some(id) = ids.get(next).cloned() {
        next += 1;
        let users = objects.iter().filter(|(_, object)| mentions(object, &id)).map(|(user, _)| user.clone());
        let users: Vec<String> = users.filter(|user| !ids.contains(user)).collect();
        ids.extend(users);
    }
    if !uses {
        ids.truncate(1);
    }
    let mut closure = Closure { addresses: vec![address.clone()], objects: Default::default(), names: BTreeSet::new(), uses };
    for id in &ids {
        let owner = stage.world.state.rows.iter().find(|(_, row)| row.object.as_ref().is_some_and(|object| object.id == *id));
        let (owner, object) = (owner?.0, &objects[id]);
        stage.world.cloud.object(&object.kind, &object.name).filter(|_| uses).or((!uses).then(|| (id.clone(), object.clone())))?;
        closure.names.insert(known_by(owner.name()).to_owned());
        closure.objects.insert(owner.clone(), object.name.clone());
        if !closure.addresses.contains(owner) {
            closure.addresses.push(owner.clone());
        }
    }
    Some(closure)
}

/// A person gives what is deployed the names that the program has for it, so that the program need not say the former ones;
/// once takes all that back, and does it again. From then on that person knows what was deployed `before` by these names as well.
pub(crate) fn renamed(stages: &mut [&mut Stage], before: &mut [Line], lines: &mut [Line]) -> Result<(), String> {
    for stage in stages {
        let state = &mut stage.world.state;
        let before = state.clone();
        let to = |address: &Address| {
            let known = known_by(address.name());
            let line = lines.iter().find(|line| line.name == known && line.kind() == &**address.kind());
            let deferred =
                |line: &&Line| known.strip_prefix("d-").and_then(|rest| rest.split_once('/')).is_some_and(|(of, _)| of == line.name);
            let name = line.map(Line::full).or_else(|| Some(lines.iter().find(deferred)?.place.prefix() + known));
            name.map(|name| Address::new(address.kind().clone(), name)).filter(|to| to != address)
        };
        let moves: Vec<(Address, Address)> = before.rows.keys().filter_map(|from| Some((from.clone(), to(from)?))).collect();
        let perform = |state: &mut infra_plan::State| {
            for (from, to) in &moves {
                state.check_move(from, to).map_err(|error| format!("{from} cannot be called {to}: {error}"))?;
                state.apply(Record::Moved { from: from.clone(), to: to.clone() });
            }
            Ok::<_, String>(())
        };
        perform(state)?;
        let after = state.rows.clone();
        state.apply(Record::Restored { state: Box::new(before.clone()), undoes: Some(state.serial) });
        if state.rows != before.rows {
            return Err("what was taken back is not as before".into());
        }
        perform(state)?;
        if state.rows != after {
            return Err("what was done again is not as it was".into());
        }
    }
    for line in lines {
        (line.place.was, line.place.scope_was) = (None, None);
        if let Some(was) = before.iter_mut().find(|was| was.name == line.name) {
            was.place = line.place.clone();
        }
    }
    Ok(())
}

/// A plan is saved and performed, and nothing else; a second time it is refused, if the first did anything.
pub(crate) fn saved(stage: &mut Stage, lines: &[Line]) -> Result<(), String> {
    // What was interrupted is settled by a deployment before it plans: then the state is not the one that the plan is for.
    // What is not ready yet may be until then, and what a plan could not know is known: that was not agreed to either.
    let unready = |row: &infra_plan::Row| row.intent.is_some() || row.object.iter().any(|object| object.problem.is_some());
    let open = stage.world.state.rows.values().any(unready);
    let saved = match stage.save(lines) {
        Ok(saved) => saved,
        Err(PlanError::Wrong(_)) => return Ok(()),
        Err(error) => return Err(format!("no plan could be saved: {error}")),
    };
    stored("a saved plan", &saved)?;
    let text = serde_json::to_string(&saved).map_err(|error| format!("a plan cannot be saved: {error}"))?;
    let read: SavedPlan = serde_json::from_str(&text).map_err(|error| format!("a saved plan cannot be read: {error}"))?;
    let (serial, before) = (saved.plan.serial, stage.world.cloud.objects());
    stage.world.allowed = Some(read);
    let deployed = stage.deploy(lines, &infra_plan::Selection::default());
    let moved_on = stage.world.state.serial != serial;
    let deployed = match deployed {
        Ok(deployed) if held(stage, lines, &deployed).is_empty() => whole(stage, deployed).map(drop),
        Ok(_) => Ok(()),
        Err(PlanError::Wrong(_)) if open && stage.world.cloud.objects() == before => Ok(()),
        Err(error) => Err(format!("a plan that was just saved is refused: {error}")),
    };
    let objects = stage.world.cloud.objects();
    let again = stage.deploy(lines, &infra_plan::Selection::default());
    stage.world.allowed = None;
    deployed?;
    match again {
        Err(PlanError::Wrong(_)) if stage.world.cloud.objects() == objects => Ok(()),
        Ok(_) if !moved_on => Ok(()),
        Ok(_) => Err("a saved plan is performed although the state has moved on".into()),
        Err(error) => Err(format!("a saved plan is refused a second time, but with the cloud touched: {error}")),
    }
}
