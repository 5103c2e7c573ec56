//! What must hold of every story.
//!
//! The simulated cloud refuses to delete what is used, to refer to what is gone, and to have two of what is unique, so
//! that a wrong order of steps fails here. A second world, to which nothing happens, says how the first must look.

use std::collections::BTreeSet;

use infra_apply::PlanError;
use infra_core::{Graph, Stack};
use infra_plan::{Action, Plan, RenderOptions, Selection, render};
use infra_testing::{Deployed, World};
use serde_json::json;

use crate::line::{CANARY, Line, both, declare};
use crate::story::{Chapter, Drift, Operation, Story};
use crate::trouble::{Trouble, inject};

/// What does not hold, in words; nothing if all does.
///
/// # Errors
/// With the first thing that does not.
pub fn check(story: &Story) -> Result<(), String> {
    let (mut world, mut fair) = (World::new().recreating(), World::new().recreating());
    world.cloud.take_time(story.seed);
    world.cloud.seen_after((story.seed % 3) as u32);
    world.cloud.ready_after((story.seed % 4) as u32);
    // In half of the clouds a network takes its parts along.
    let contained = story.seed % 2 == 1;
    if contained {
        world.cloud.contain("toy:net/part", "net");
        fair.cloud.contain("toy:net/part", "net");
    }
    let lines_of =
        |lines: &[Line]| -> Vec<Line> { lines.iter().cloned().map(|line| if contained { line } else { uncontained(line) }).collect() };
    // What is left in the cloud on purpose: how often, depends on what went wrong.
    let mut left: BTreeSet<String> = BTreeSet::new();
    // After a destruction that only one world knows, what programs do not manage may differ.
    let mut parted = false;
    // An object whose companion is named in the very run that replaces that one, and dies, is not replaced by the next run: the
    // same holds of it.
    parted |= story.chapters.iter().any(|chapter| chapter.lines.iter().any(|line| line.options.replace_with.is_some()));
    let mut before: Vec<Line> = Vec::new();
    for (number, chapter) in story.chapters.iter().enumerate() {
        let chapter = &Chapter { lines: lines_of(&chapter.lines), ..chapter.clone() };
        let about = |problem: String| format!("chapter {number}: {problem}");
        left.extend(chapter.lines.iter().filter(|line| line.options.retain_on_delete).map(|line| line.name.clone()));
        drift(&world, &fair, &chapter.drifts);
        for (operation, trouble) in &chapter.troubles {
            suffer(&mut world, &chapter.lines, *operation, trouble);
            parted |= !matches!(operation, Operation::Deploy | Operation::Refresh);
        }
        // What is protected in only one of them may keep that one from being destroyed.
        parted |= !matches!(chapter.then, Operation::Deploy | Operation::Refresh) && !chapter.troubles.is_empty();
        let lines = through(&mut world, &mut fair, &before, chapter).map_err(about)?;
        same(&world, &fair, &left, parted).map_err(about)?;
        before = lines;
    }
    for trouble in &story.end {
        suffer(&mut world, &[], Operation::Destroy, trouble);
    }
    let free: Vec<Line> = before.into_iter().map(unprotected).collect();
    finish(&mut world, &free)?;
    destroy(&mut world)?;
    let orphans: Vec<String> = world.cloud.objects().into_values().map(|object| object.name).filter(|name| !left.contains(name)).collect();
    match (orphans.is_empty(), world.state.rows.is_empty()) {
        (true, true) => Ok(()),
        (false, _) => Err(format!("after the end the cloud has {orphans:?}")),
        (_, false) => Err(format!("after the end the state has {:?}", world.state.rows.keys().collect::<Vec<_>>())),
    }
}

fn unprotected(mut line: Line) -> Line {
    line.options.protect = false;
    line
}

fn uncontained(mut line: Line) -> Line {
    line.options.deleted_with = None;
    line
}

/// What an operation is limited to.
fn selection(lines: &[Line], operation: Operation) -> Option<Selection> {
    let name = |at: usize| lines.get(at % lines.len().max(1)).map(|line| line.name.clone()).into_iter().collect();
    match operation {
        Operation::Only(at) => Some(Selection { targets: name(at), with_needs: true, ..Selection::default() }),
        Operation::Without(at) => Some(Selection { excludes: name(at), ..Selection::default() }),
        Operation::Replace(at) => Some(Selection { replace: name(at), ..Selection::default() }),
        _ => None,
    }
}

fn graph(world: &World, lines: &[Line]) -> Graph {
    world.graph(&|stack: &Stack| declare(lines, stack), json!({}))
}

/// Does the same to the objects of both worlds that have the same names.
fn drift(world: &World, fair: &World, drifts: &[Drift]) {
    for drift in drifts {
        let (Drift::Gone(at) | Drift::Changed(at)) = drift;
        let objects = fair.cloud.objects();
        let Some(object) = objects.values().nth(at % objects.len().max(1)) else { return };
        for world in [world, fair] {
            match drift {
                Drift::Gone(_) => drop(world.cloud.remove(&object.kind, &object.name)),
                Drift::Changed(_) => {
                    let loose = match &*object.kind {
                        "toy:net/net" => world.cloud.change(&object.kind, &object.name, "dns", json!(false)),
                        "toy:run/machine" => world.cloud.change(&object.kind, &object.name, "size", json!(7)),
                        "toy:run/fleet" => world.cloud.change(&object.kind, &object.name, "count", json!(7)),
                        "toy:run/vault" => world.cloud.change(&object.kind, &object.name, "label", "7"),
                        _ => false,
                    };
                    let _ = loose;
                }
            }
        }
    }
}

/// A run into trouble. How it ends does not matter.
fn suffer(world: &mut World, lines: &[Line], operation: Operation, trouble: &Trouble) {
    let names: Vec<String> = lines.iter().map(|line| line.name.clone()).collect();
    inject(world, &names, trouble);
    let graph = graph(world, lines);
    match (operation, trouble.crash) {
        (Operation::Deploy, Some(crash)) => drop(world.deploy_until(&graph, crash)),
        (Operation::Deploy, None) => drop(world.deploy_graph(&graph)),
        (Operation::Destroy, Some(crash)) => drop(world.destroy_until(crash)),
        (Operation::Destroy, None) => drop(world.try_destroy()),
        (Operation::Refresh, _) => drop(world.refresh()),
        (Operation::Only(_) | Operation::Without(_) | Operation::Replace(_), _) => {
            let selection = selection(lines, operation).unwrap_or_default();
            drop(world.deploy_within(&|stack: &Stack| declare(lines, stack), json!({}), &selection));
        }
    }
    world.cloud.heal();
}

/// Deploys a chapter's program in both worlds, with nothing in the way; returns the lines as they were deployed.
fn through(world: &mut World, fair: &mut World, before: &[Line], chapter: &Chapter) -> Result<Vec<Line>, String> {
    for world in [&mut *world, &mut *fair] {
        match chapter.then {
            Operation::Deploy => {}
            Operation::Refresh => {
                let seen = world.cloud.objects();
                world.refresh().map_err(|error| format!("the refresh failed: {error}"))?;
                if world.cloud.objects() != seen {
                    return Err("a refresh changed the cloud".into());
                }
            }
            Operation::Destroy => match world.try_destroy() {
                Ok(deployed) => drop(whole(deployed)?),
                Err(PlanError::Wrong(_)) => {}
                Err(error) => return Err(format!("the destruction was refused: {error}")),
            },
            Operation::Only(_) | Operation::Without(_) | Operation::Replace(_) => within(world, &chapter.lines, chapter.then)?,
        }
    }
    let mut lines = chapter.lines.clone();
    if is_refused(world, &lines)? | is_refused(fair, &lines)? {
        // Everything that may be protected is declared once without that, and then the program once more.
        lines = lines.into_iter().map(unprotected).collect();
        let lifted = both(&lines, &before.iter().cloned().map(unprotected).collect::<Vec<_>>());
        for world in [&mut *world, &mut *fair] {
            finish(world, &lifted)?;
        }
    }
    for world in [&mut *world, &mut *fair] {
        finish(world, &lines)?;
        let again = world.plan_graph(&graph(world, &lines)).map_err(|error| format!("the second plan was refused: {error}"))?;
        told(&again)?;
        let twice = world.plan_graph(&graph(world, &lines)).map_err(|error| error.to_string())?;
        if serde_json::to_string(&twice).ok() != serde_json::to_string(&again).ok() {
            return Err("the same question has two plans".into());
        }
        if again.has_changes() {
            return Err(format!("there is more to do after a deployment: {:#?}", again.steps));
        }
    }
    Ok(lines)
}

/// A deployment of a part of the program goes through, and touches nothing else; or it is refused, and nothing is touched.
fn within(world: &mut World, lines: &[Line], operation: Operation) -> Result<(), String> {
    let selection = selection(lines, operation).unwrap_or_default();
    let before = world.cloud.objects();
    match world.deploy_within(&|stack: &Stack| declare(lines, stack), json!({}), &selection) {
        Ok(deployed) => {
            let deployed = whole(deployed)?;
            let of = |change: &str| change.rsplit(' ').next().unwrap_or_default().to_owned();
            match selection.excludes.iter().find(|name| deployed.changes.iter().any(|change| of(change) == **name)) {
                Some(name) => Err(format!("{name} was excluded, and touched: {:?}", deployed.changes)),
                None if selection.targets.is_empty() => Ok(()),
                None => {
                    let wanted = closure(lines, &selection.targets);
                    match deployed.changes.iter().find(|change| !wanted.contains(&of(change))) {
                        Some(change) => Err(format!("{change} was not asked for with {:?}", selection.targets)),
                        None => Ok(()),
                    }
                }
            }
        }
        Err(PlanError::Wrong(_)) if world.cloud.objects() == before => Ok(()),
        Err(error) => Err(format!("a part of the program was refused: {error}")),
    }
}

/// The names and all that they need, directly or not.
fn closure(lines: &[Line], names: &[String]) -> BTreeSet<String> {
    let mut wanted: BTreeSet<String> = names.iter().cloned().collect();
    for line in lines.iter().rev().filter(|line| names.contains(&line.name) || !line.needs().is_empty()) {
        if wanted.contains(&line.name) {
            wanted.extend(line.needs().into_iter().map(|need| lines[need].name.clone()));
        }
    }
    wanted
}

/// Whether protection stands against a program; then nothing has happened.
fn is_refused(world: &mut World, lines: &[Line]) -> Result<bool, String> {
    let graph = graph(world, lines);
    let (objects, rows) = (world.cloud.objects(), world.state.rows.clone());
    let refused = match world.plan_graph(&graph) {
        Ok(_) => false,
        Err(PlanError::Wrong(problems)) if problems.iter().all(|problem| problem.to_string().contains("protect")) => true,
        Err(error) => return Err(format!("the plan was refused: {error}")),
    };
    if world.cloud.objects() != objects || world.state.rows != rows {
        return Err("a plan changed something".into());
    }
    Ok(refused)
}

fn finish(world: &mut World, lines: &[Line]) -> Result<(), String> {
    let graph = graph(world, lines);
    let deployed = world.deploy_graph(&graph).map_err(|error| format!("the deployment was refused: {error}"))?;
    whole(deployed).map(drop)
}

fn destroy(world: &mut World) -> Result<(), String> {
    let deployed = world.try_destroy().map_err(|error| format!("the destruction was refused: {error}"))?;
    whole(deployed).map(drop)
}

/// A deployment went through, did what was planned and nothing else, and told no secret.
fn whole(deployed: Deployed) -> Result<Deployed, String> {
    if !deployed.outcome.is_complete() {
        let failed: Vec<String> = deployed.outcome.failed.iter().map(|(address, problem)| format!("{address}: {problem}")).collect();
        return Err(format!("failed: {failed:#?}; skipped: {:?}", deployed.outcome.skipped));
    }
    told(&deployed.plan)?;
    let events = format!("{:?}", deployed.events);
    if events.contains(CANARY) {
        return Err("an event tells a secret".into());
    }
    let (mut made, mut planned) = (deployed.changes.clone(), Vec::new());
    for step in &deployed.plan.steps {
        let verb = match step.action {
            Action::Create { .. } => "create",
            Action::Update { .. } => "update",
            Action::Delete { .. } => "delete",
            _ => continue,
        };
        let kind = step.address.kind().rsplit('/').next().unwrap_or_default().to_owned();
        planned.push(format!("{verb} {kind} {}", step.address.name()));
    }
    made.sort();
    planned.sort();
    made.dedup();
    planned.dedup();
    // An update may find that there is nothing left to do, or a create need another call to be as asked.
    let unplanned: Vec<&String> =
        made.iter().filter(|call| !planned.contains(&call.replace("update", "create")) && !planned.contains(call)).collect();
    if !unplanned.is_empty() {
        return Err(format!("calls that were not planned: {unplanned:?}"));
    }
    Ok(deployed)
}

/// A plan can be drawn and stored, and tells no secret.
fn told(plan: &Plan) -> Result<(), String> {
    let drawn = render(plan, &RenderOptions { width: 80, colour: false });
    let stored = serde_json::to_string(&plan.redacted()).map_err(|error| format!("the plan cannot be stored: {error}"))?;
    match drawn.contains(CANARY) || stored.contains(CANARY) {
        true => Err("a plan tells a secret".into()),
        false => Ok(()),
    }
}

/// Two worlds have the same, but for ids and for what was left behind on purpose.
fn same(world: &World, fair: &World, left: &BTreeSet<String>, parted: bool) -> Result<(), String> {
    let named = |world| content(world, left).into_iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect();
    let (one, other): (Vec<String>, Vec<String>) = match parted {
        true => (named(world), named(fair)),
        false => (content(world, left), content(fair, left)),
    };
    let missing: Vec<&String> = other.iter().filter(|line| !one.contains(line)).collect();
    let more: Vec<&String> = one.iter().filter(|line| !other.contains(line)).collect();
    if !(missing.is_empty() && more.is_empty() && one.len() == other.len()) {
        return Err(format!("the cloud lacks {missing:#?} and has {more:#?}"));
    }
    let state = serde_json::to_string(&world.state).map_err(|error| format!("the state cannot be stored: {error}"))?;
    if state.contains(CANARY) {
        return Err("the state tells a secret".into());
    }
    Ok(())
}

/// What a cloud has, without how often its objects were changed and how many there were before them: a run that was repeated
/// may have changed or made one twice.
fn content(world: &World, left: &BTreeSet<String>) -> Vec<String> {
    let revision = |line: &str| {
        let mut parts = line.split(".revision");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + ".revision" + part.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()))
    };
    let name = |line: &str| {
        let mut parts = line.split("\"name\":\"test-");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            let (generated, rest) = part.split_once('"').unwrap_or((part, ""));
            let stem = generated.rsplit_once('-').map_or(generated, |(stem, _)| stem);
            text + "\"name\":\"test-" + stem + "\"" + rest
        })
    };
    let stays = |line: &&String| !left.iter().any(|name| line.contains(&format!(":{name} ")));
    world.cloud.without_ids().iter().filter(stays).map(|line| name(&revision(line))).collect()
}
