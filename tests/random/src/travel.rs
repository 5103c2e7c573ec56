//! Resources that go to another stack and come back: exactly one of the two looks after each at every moment, and nothing
//! happens to it on the way but what can be told only there.
//!
//! What is joined goes together: an object that is used from another stack cannot be replaced there before that one is
//! deployed, and no program can say such an order.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::Stack;
use infra_plan::{Selection, State};
use infra_testing::{Crash, World};
use proptest::prelude::*;
use serde_json::json;

use crate::check::{ways_out, whole};
use crate::declare::declare;
use crate::line::{Line, What, both, subset};
use crate::place::known_by;
use crate::spec::SIZE;
use crate::stage::Stage;

/// The stack that stories are of.
const HOME: &str = "test";

/// The other stack.
const AWAY: &str = "away";

/// A journey to another stack and back.
#[derive(Clone, Debug, Default)]
pub struct Travel {
    /// Which of the resources travel, by their numbers among those deployed, with all that is joined to them.
    pub which: Vec<usize>,
    /// At which record the first run that takes them dies, if it does: there, and at home again.
    pub dies: [Option<usize>; 2],
    /// Whether they are changed while they are away.
    pub changes: bool,
}

/// Any journey.
pub(crate) fn travel() -> impl Strategy<Value = Travel> {
    let dies = prop::array::uniform2(prop::option::of(0..12_usize));
    (prop::collection::vec(0..SIZE, 1..3), dies, any::<bool>()).prop_map(|(which, dies, changes)| Travel { which, dies, changes })
}

/// Lets what is deployed travel, in all worlds; runs die in the first of them only. Returns the program that is deployed then.
pub(crate) fn travelled(stages: &mut [&mut Stage], before: &[Line], travel: &Travel) -> Result<Vec<Line>, String> {
    let going = joined(before, &travel.which);
    if going.is_empty() {
        return Ok(before.to_vec());
    }
    let (mut away, rest) = (subset(before, |line| going.contains(&line.name)), subset(before, |line| !going.contains(&line.name)));
    for (at, stage) in stages.iter_mut().enumerate() {
        stage.imports.clear();
        stage.nobodys = nobodys(&stage.world);
        stage.world.turn_to(AWAY);
        take(stage, &away, HOME, travel.dies[0].filter(|_| at == 0))?;
        stage.world.turn_to(HOME);
        given(stage, &rest)?;
        stage.world.turn_to(AWAY);
    }
    if travel.changes {
        away = ways_out(stages, &away, &changed(&away))?;
    }
    let all = both(&rest, &away);
    for (at, stage) in stages.iter_mut().enumerate() {
        stage.world.turn_to(HOME);
        take(stage, &all, AWAY, travel.dies[1].filter(|_| at == 0))?;
        stage.world.turn_to(AWAY);
        given(stage, &[])?;
        if !stage.world.state.rows.is_empty() {
            return Err(format!("the other stack still has {:?}", stage.world.state.rows.keys().collect::<Vec<_>>()));
        }
        stage.world.turn_to(HOME);
    }
    Ok(all)
}

/// The names of some lines and of all that is joined to them, in whichever direction.
fn joined(lines: &[Line], which: &[usize]) -> BTreeSet<String> {
    let mut joined: BTreeSet<usize> = which.iter().filter(|_| !lines.is_empty()).map(|at| at % lines.len()).collect();
    loop {
        let before = joined.len();
        for (at, line) in lines.iter().enumerate() {
            let needs = line.needs();
            if joined.contains(&at) {
                joined.extend(needs);
            } else if needs.iter().any(|need| joined.contains(need)) {
                joined.insert(at);
            }
        }
        if joined.len() == before {
            return joined.into_iter().map(|at| lines[at].name.clone()).collect();
        }
    }
}

/// A stack takes over what another one has, and does nothing else but send anew what the cloud never tells: of that each state
/// has a digest that says nothing to another.
fn take(stage: &mut Stage, lines: &[Line], from: &'static str, dies: Option<usize>) -> Result<(), String> {
    let (objects, owned) = (stage.world.cloud.objects(), owners(stage));
    stage.from = Some(from);
    if let Some(at) = dies {
        let program = stage.program(lines);
        stage.world.deploy_within_until(&|stack: &Stack| declare(&program, stack), json!({}), &Selection::default(), Crash::AtRecord(at));
        owned_as_before(stage, &owned)?;
    }
    let deployed = stage.deploy(lines, &Selection::default()).map_err(|error| format!("what was to be taken was refused: {error}"))?;
    let done = whole(stage, deployed)?;
    owned_as_before(stage, &owned)?;
    let untold = |change: &&String| {
        let name = change.rsplit(' ').next().map(known_by).unwrap_or_default();
        let untold = |line: &Line| matches!(line.what, What::Vault { .. } | What::Machine { seed: Some(_), .. });
        change.starts_with("update ") && lines.iter().any(|line| line.name == name && untold(line))
    };
    if let Some(change) = done.changes.iter().find(|change| !untold(change)) {
        return Err(format!("what only goes to another stack is changed: {change}"));
    }
    if !stage.world.cloud.objects().keys().eq(objects.keys()) {
        return Err("what only goes to another stack is another object there".into());
    }
    let again = stage.plan(lines).map_err(|error| format!("the plan after a move was refused: {error}"))?;
    stage.from = None;
    if again.has_changes() { Err(format!("there is more to do after a move: {:#?}", again.steps)) } else { Ok(()) }
}

/// The stack that gave something is deployed without it: nothing is to be done.
fn given(stage: &mut Stage, lines: &[Line]) -> Result<(), String> {
    let deployed = stage.deploy(lines, &Selection::default()).map_err(|error| format!("what stays was refused: {error}"))?;
    let done = whole(stage, deployed)?;
    let again = stage.plan(lines).map_err(|error| format!("the plan of what stays was refused: {error}"))?;
    // A run that died after it had taken something has not said so, and what has arrived is kept for nobody.
    let objects = stage.world.cloud.objects();
    let gone = |id: &String| !objects.contains_key(id) || stage.nobodys.contains(id);
    let arrived = |id: &String| gone(id) || stage.world.neighbours.values().any(|state| rows_have(state, id));
    let handed = stage.world.state.handed.values().flat_map(|handed| &handed.row.object);
    let waiting = handed.filter(|object| !arrived(&object.id)).count();
    if !done.changes.is_empty() || again.has_changes() || waiting > 0 {
        return Err(format!("a stack that gave something has more to do: {:?}, {:#?}", done.changes, again.steps));
    }
    Ok(())
}

/// How many stacks look after each object; one that waits for a stack which has it already is nobody's any more.
fn owners(stage: &Stage) -> BTreeMap<String, usize> {
    let world = &stage.world;
    let states: Vec<&State> = world.neighbours.values().chain([&world.state]).collect();
    let mut owners: BTreeMap<String, usize> = BTreeMap::new();
    for row in states.iter().flat_map(|state| state.rows.values()) {
        row.object.iter().chain(&row.old).for_each(|object| *owners.entry(object.id.clone()).or_default() += 1);
    }
    for handed in states.iter().flat_map(|state| state.handed.values()) {
        for object in handed.row.object.iter().chain(&handed.row.old) {
            owners.entry(object.id.clone()).or_insert(1);
        }
    }
    // What has arrived and is gone since, or was left in the cloud, may still be kept for the stack that it went to.
    let objects = world.cloud.objects();
    owners.retain(|id, _| objects.contains_key(id) && !stage.nobodys.contains(id));
    owners
}

/// What no stack looks after, while nothing is on its way from one to another.
fn nobodys(world: &World) -> BTreeSet<String> {
    let states: Vec<&State> = world.neighbours.values().chain([&world.state]).collect();
    world.cloud.objects().into_keys().filter(|id| !states.iter().any(|state| rows_have(state, id))).collect()
}

fn rows_have(state: &State, id: &str) -> bool {
    state.rows.values().flat_map(|row| row.object.iter().chain(&row.old)).any(|object| object.id == id)
}

fn owned_as_before(stage: &Stage, before: &BTreeMap<String, usize>) -> Result<(), String> {
    let now = owners(stage);
    if now == *before { Ok(()) } else { Err(format!("the stacks look after {now:?} and not {before:?}")) }
}

/// The same resources, each of them changed: in place, or so that another one takes its place.
fn changed(lines: &[Line]) -> Vec<Line> {
    let mut lines = lines.to_vec();
    for (at, line) in lines.iter_mut().enumerate() {
        match &mut line.what {
            What::Net { dns, .. } if at % 3 > 0 => *dns = !*dns,
            What::Net { range, .. } => *range += 1,
            What::Part { zone, .. } => *zone += u8::from(at % 2 == 0),
            What::Machine { size, .. } => *size += 1,
            What::Fleet { image, .. } if at % 2 == 0 => *image += 1,
            What::Fleet { count, .. } => *count += 1,
            What::Vault { label, .. } => *label += 1,
            What::Way { to, .. } => *to += 1,
        }
    }
    lines
}
